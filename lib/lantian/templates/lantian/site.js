// Makes the long table of a page searchable, sortable and citable; then draws its plotly charts.
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

  function searchable(table) {
    var rows = Array.from(table.tBodies[0].rows);
    var texts = rows.map(function (row) { return (words(row) + " " + row.id).toLowerCase(); });
    var label = make("label", "Search ", "search");
    var input = make("input");
    var count = make("output");
    input.type = "search";
    label.append(input);
    table.parentElement.before(label, count);
    function filter() {
      var sought = input.value.toLowerCase().trim();
      rows.forEach(function (row, i) { row.hidden = sought !== "" && !texts[i].includes(sought); });
      count.textContent = rows.filter(function (row) { return !row.hidden; }).length + " of " + rows.length + " rows";
    }
    input.addEventListener("input", filter);
    window.addEventListener("hashchange", function () { input.value = ""; filter(); });
    filter();
    Array.from(table.tHead.rows[0].cells).forEach(function (head, column) { sortable(table, head, column); });
    rows.forEach(citable);
  }

  function sortable(table, head, column) {
    var button = make("button", head.textContent);
    button.type = "button";
    head.replaceChildren(button);
    button.addEventListener("click", function () {
      var down = head.getAttribute("aria-sort") === "ascending";
      Array.from(head.parentElement.cells).forEach(function (cell) { cell.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      var rows = Array.from(table.tBodies[0].rows);
      rows.sort(function (a, b) {
        var order = a.cells[column].textContent.localeCompare(b.cells[column].textContent, "en", { numeric: true });
        return down ? -order : order;
      });
      table.tBodies[0].append.apply(table.tBodies[0], rows);
    });
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

  document.querySelectorAll("table.searchable").forEach(searchable);
  window.addEventListener("load", function () { requestAnimationFrame(function () { setTimeout(explore); }); });
})();
