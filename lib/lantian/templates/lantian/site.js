// Draws the plotly charts of a page, and makes long tables searchable and sortable.
(function () {
  "use strict";

  function draw(place) {
    var style = getComputedStyle(document.documentElement);
    var line = style.getPropertyValue("--line").trim();
    var chart = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    chart.layout.font.color = style.getPropertyValue("--ink").trim();
    chart.layout.xaxis.gridcolor = line;
    chart.layout.yaxis.gridcolor = line;
    chart.layout.autosize = true;
    place.replaceChildren();
    Plotly.newPlot(place, chart.data, chart.layout, { displayModeBar: false, responsive: true });
  }

  function searchable(table) {
    var rows = Array.from(table.tBodies[0].rows);
    var words = rows.map(function (row) { return (row.textContent + " " + row.id).toLowerCase(); });
    var label = document.createElement("label");
    var input = document.createElement("input");
    var count = document.createElement("output");
    label.className = "search";
    input.type = "search";
    label.append("Search ", input, " ", count);
    table.parentElement.before(label);
    function filter() {
      var sought = input.value.toLowerCase().trim();
      var shown = 0;
      rows.forEach(function (row, i) {
        row.hidden = sought !== "" && !words[i].includes(sought);
        shown += row.hidden ? 0 : 1;
      });
      count.textContent = shown + " of " + rows.length + " rows";
    }
    input.addEventListener("input", filter);
    window.addEventListener("hashchange", function () { input.value = ""; filter(); });
    filter();
    Array.from(table.tHead.rows[0].cells).forEach(function (head, column) { sortable(table, head, column); });
  }

  function sortable(table, head, column) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
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

  document.querySelectorAll(".plotly[data-chart]").forEach(draw);
  document.querySelectorAll("table.searchable").forEach(searchable);
})();
