// Makes long tables searchable, sortable and citable, shows code and where one is; then draws the plotly charts.
(function () {
  "use strict";

  function make(name, text, kind) {
    var element = document.createElement(name);
    element.textContent = text || "";
    element.className = kind || "";
    return element;
  }

  // Pages keep a figure and its percent sign together by a space that nobody types.
  function words(element) { return element.textContent.replaceAll("\u00a0", " "); }

  // Colours come from the style sheet, so that they follow the reader's choice and paper.
  function draw(place) {
    var chart = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    // Kinds that need WebGL compile code, which the page's policy forbids; most have a twin that does not.
    chart.data.forEach(function (trace) { trace.type = (trace.type || "scatter").replace(/gl$/, ""); });
    place.replaceChildren();
    Plotly.newPlot(place, Object.assign(chart, { config: { displayModeBar: false, responsive: true } }));
  }

  // The rows of one long table, in folds or not: searched together and sorted alike, each with its citation.
  function searchable(frame) {
    var tables = Array.from(frame.querySelectorAll("table.searchable"));
    var folds = Array.from(frame.querySelectorAll("details.fold"));
    var rows = tables.flatMap(function (table) { return Array.from(table.tBodies[0].rows); });
    var texts = rows.map(function (row) { return (words(row) + " " + row.id).toLowerCase(); });
    var label = make("label", "Search ", "search");
    var input = make("input");
    var count = make("output");
    var opened = null; // the folds that were open before the search
    input.type = "search";
    label.append(input);
    frame.before(label, count);
    function filter() {
      var sought = input.value.toLowerCase().trim();
      rows.forEach(function (row, i) { row.hidden = sought !== "" && !texts[i].includes(sought); });
      count.textContent = rows.filter(function (row) { return !row.hidden; }).length + " of " + rows.length + " rows";
      if (sought && !opened) { opened = folds.filter(function (fold) { return fold.open; }); }
      folds.forEach(function (fold) {
        fold.hidden = !fold.querySelector("tbody tr:not([hidden])");
        if (opened) { fold.open = sought ? !fold.hidden : opened.includes(fold); }
      });
      if (!sought) { opened = null; }
    }
    input.addEventListener("input", filter);
    window.addEventListener("hashchange", function () { if (input.value) { input.value = ""; filter(); } });
    filter();
    tables.forEach(function (table) {
      Array.from(table.tHead.rows[0].cells).forEach(function (head, column) { sortable(tables, head, column); });
    });
    rows.forEach(citable);
  }

  function sortable(tables, head, column) {
    var button = make("button", head.textContent);
    button.type = "button";
    head.replaceChildren(button);
    button.addEventListener("click", function () {
      var down = head.getAttribute("aria-sort") === "ascending";
      tables.forEach(function (table) { sort(table, column, down); });
    });
  }

  function sort(table, column, down) {
    var rows = Array.from(table.tBodies[0].rows);
    Array.from(table.tHead.rows[0].cells).forEach(function (cell, number) {
      if (number === column) { cell.setAttribute("aria-sort", down ? "descending" : "ascending"); } else { cell.removeAttribute("aria-sort"); }
    });
    rows.sort(function (a, b) {
      var order = a.cells[column].textContent.localeCompare(b.cells[column].textContent, "en", { numeric: true });
      return down ? -order : order;
    });
    table.tBodies[0].append.apply(table.tBodies[0], rows);
  }

  function citable(row) {
    var button = make("button", "Cite this row", "cite");
    var statement = words(row.cells[0]);
    button.type = "button";
    button.setAttribute("aria-expanded", "false");
    button.addEventListener("click", function () {
      var open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      if (open) { button.nextElementSibling.remove(); } else { button.after(citation(row, statement)); }
    });
    row.cells[0].append(button);
  }

  // One style in words, and BibTeX; version and date are those of the data, the address is the row's.
  function citation(row, statement) {
    var edition = document.documentElement.dataset;
    var source = [row.cells[1].textContent, row.cells[4].textContent].filter(Boolean).join(", ");
    var address = (/^http/.test(location.protocol) ? location.href.split("#")[0] : "08_evidence.html") + "#" + row.id;
    var year = edition.released.slice(0, 4);
    var bibtex = [
      "@misc{" + row.id.split("--").pop() + ",",
      "  author = {{The Lantian contributors}},",
      "  title = {{" + statement + "}},",
      "  year = {" + year + "},",
      "  howpublished = {Lantian " + edition.version + ", \\url{" + address + "}},",
      "  note = {" + source + "}",
      "}"
    ].join("\n").replace(/([%&])/g, "\\$1");
    var box = make("div", "", "citation");
    box.append("The Lantian contributors (" + year + "). “" + statement + "” (" + source + "). Lantian " + edition.version + ". " + address, make("pre", bibtex));
    return box;
  }

  // Where the whole suite is one file, plotly.js stands in it as gzip and base64; the page's policy allows it by its hash.
  async function unpacked(packed) {
    var bytes = Uint8Array.from(atob(packed.textContent.trim()), function (c) { return c.charCodeAt(0); });
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    document.head.append(make("script", await new Response(stream).text()));
  }

  function fetched(address) {
    return new Promise(function (done) {
      document.head.append(Object.assign(make("script"), { src: address, onload: done }));
    });
  }

  // plotly.js is large: it comes when everything else is on screen.
  async function explore() {
    var charts = document.querySelectorAll(".plotly[data-chart]");
    var packed = document.getElementById("plotly-packed");
    if (charts.length) {
      await (packed ? unpacked(packed) : fetched("assets/plotly.min.js"));
      charts.forEach(draw);
    }
  }

  // One switch for the code of all cells; without scripts each has a fold of its own.
  function codeSwitch() {
    var code = document.querySelectorAll("details.code");
    var button = make("button", "Show code", "switch");
    function set(shown) {
      button.setAttribute("aria-pressed", String(shown));
      document.documentElement.classList.toggle("no-code", !shown);
      code.forEach(function (part) { part.open = shown; });
    }
    button.type = "button";
    button.addEventListener("click", function () { set(button.getAttribute("aria-pressed") !== "true"); });
    if (code.length) { document.querySelector("header.site").append(button); set(false); }
  }

  // What a contents entry leads to, or what the address names.
  function named(hash) {
    try { return document.getElementById(decodeURIComponent(hash.slice(1))); } catch (notEncoded) { return null; }
  }

  // Marks where the reader is: the last heading that has come into the upper third of the screen, or the last at the end.
  function markContents(nav) {
    var links = Array.from(nav.querySelectorAll("a")).filter(function (link) { return named(link.hash); });
    var headings = links.map(function (link) { return named(link.hash); });
    var end = document.querySelector("footer.site");
    var passed = new Set();
    function mark(changes) {
      changes.forEach(function (change) { passed[change.isIntersecting ? "add" : "delete"](change.target); });
      var last = passed.has(end) ? headings.length - 1 : headings.findLastIndex(function (heading) { return passed.has(heading); });
      links.forEach(function (link, number) {
        if (number === last) { link.setAttribute("aria-current", "location"); } else { link.removeAttribute("aria-current"); }
      });
    }
    var observer = new IntersectionObserver(mark, { rootMargin: "9999999px 0px -66% 0px" });
    headings.forEach(function (heading) { observer.observe(heading); });
    if (!nav.closest("article:not(:last-of-type)")) { new IntersectionObserver(mark, { threshold: 0.9 }).observe(end); }
  }

  // Opens the folds around what the address names, which not every browser does, and goes there.
  function reveal() {
    var target = location.hash.length > 1 && named(location.hash);
    for (var fold = target && target.closest("details"); fold; fold = fold.parentElement.closest("details")) { fold.open = true; }
    if (target) { target.scrollIntoView(); }
  }

  // Heads of tables stay in sight where the table fits: a frame that scrolls sideways would hold them back.
  var fitting = new ResizeObserver(function (changes) {
    changes.forEach(function (change) {
      var frame = change.target.closest(".scroll");
      frame.classList.remove("fits");
      frame.tabIndex = frame.classList.toggle("fits", frame.scrollWidth <= frame.clientWidth) ? -1 : 0;
    });
  });

  // A drawing that is wider than the screen opens where most of its marks are, beside the names that stay.
  function openAtMarks(drawing) {
    var marks = Array.from(drawing.querySelectorAll('[id*="-PathCollection_"] :is(use, path:not(defs *))'));
    var names = drawing.querySelector("svg.names");
    if (!marks.length || drawing.scrollWidth <= drawing.clientWidth) { return; }
    drawing.style.direction = "ltr";
    drawing.scrollLeft = 0;
    var middles = marks.map(function (mark) { var box = mark.getBoundingClientRect(); return box.left + box.width / 2; });
    var middle = middles.sort(function (a, b) { return a - b; })[marks.length >> 1];
    drawing.scrollLeft = middle - ((names ? names.getBoundingClientRect().right : 0) + innerWidth) / 2;
  }

  // Paper shows what folds hide, where it is all that there is to read.
  function unfold() {
    var folds = document.querySelectorAll("details.fold:not([open]), .explore details.rows:not([open])");
    folds.forEach(function (fold) {
      fold.open = true;
      window.addEventListener("afterprint", function () { fold.open = false; }, { once: true });
    });
  }

  document.querySelectorAll(".scroll:has(table.searchable)").forEach(searchable);
  codeSwitch();
  document.querySelectorAll("nav.contents").forEach(markContents);
  document.querySelectorAll(".scroll table").forEach(function (table) { fitting.observe(table); });
  var opening = new ResizeObserver(function (changes) { changes.forEach(function (change) { openAtMarks(change.target); }); });
  document.querySelectorAll(".drawing").forEach(function (drawing) { opening.observe(drawing); });
  document.querySelectorAll("header.site nav").forEach(function (nav) {
    var here = nav.querySelector("[aria-current]");
    if (here) { nav.scrollLeft = here.offsetLeft - nav.offsetLeft - 24; }
  });
  reveal();
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", unfold);
  window.addEventListener("load", function () { requestAnimationFrame(function () { setTimeout(explore); }); });
})();
