// A comparison of the reader's choice: every verdict comes from `lt.compare`, by lantian.site.evidence; here rows are chosen and laid out.
async function comparison(form) {
  const data = await load();
  if (!data.judged) { return; }
  const { judged, degrees } = data, field = form.elements;
  const HEADS = { degree: "compares", printed: "promise", thing: "covers", date: "by when", strength: "firmness", quote: "words in the plan" };
  const NONE = { id: "", thing: "", date: "", strength: "", quote: "", degree: "no", places: "", caveats: "", inputs: "" };
  const names = list => (list.length < 2 ? list.join("") : `${list.slice(0, -1).join(", ")} and ${list.at(-1)}`);
  const link = (id, text) => (id ? html`<a class="evidence" href="${address("08_evidence", id)}">${text}</a>` : text);

  // The strongest statement about a target and one of the others shown; they come in that order.
  function verdict(row, shown, of) {
    const each = (judged[of][row.number] || []).map(([other, ...said]) => [data.rows[other], said.join()]).filter(([other]) => shown.includes(other));
    if (!each.length) { return { reason: data.alone }; }
    const said = each[0][1], [degree, ...texts] = said.split(","), [caveats, inputs, reason] = texts.map(n => judged.texts[n]);
    const alike = each.filter(one => one[1] === said).map(([{ place }]) => place.label);
    return { degree, places: degree === "no" ? "" : names([...new Set(alike)]), caveats, inputs, reason };
  }

  // What is shown of an indicator, as by `lt.compare`: its targets and, for places without one, what stands instead.
  function compare(rows, ask) {
    const goals = rows.filter(row => row.kind !== "gap"), core = goals.filter(row => row.core), less = !ask.all && core.length > 0;
    const shown = less ? core : goals, of = less && ask.respect === "value" ? "core value" : ask.respect;
    const open = ask.places.filter(place => !shown.some(row => row.place === place));
    const gaps = rows.filter(row => row.kind === "gap" && open.includes(row.place)), blank = open.filter(place => !gaps.some(row => row.place === place));
    return [
      ...shown.map(row => ({ ...NONE, ...row, ...verdict(row, shown, of) })),
      ...gaps.map(row => ({ ...NONE, ...row, strength: "", reason: row.place.without })),
      ...blank.map(place => ({ ...NONE, place, printed: goals.some(row => row.place === place) ? "operating parameters only" : place.without, reason: place.without }))
    ].sort((one, other) => data.places.indexOf(one.place) - data.places.indexOf(other.place) || (one.id < other.id ? -1 : 1));
  }

  function line(row) {
    const more = [row.caveats, row.inputs, row.reason].filter(Boolean).map(text => html`<br>${text}`);
    const degree = row.reason === row.place.without ? row.reason : html`<b>${row.degree}: ${degrees[row.degree]}</b>${row.places && `, with ${row.places}`}${more}`;
    const cells = { ...row, degree, printed: link(row.id, row.printed), quote: html`<span lang="zh">${row.quote}</span>` };
    return html`<tr><th scope="row">${row.place.label}</th>${Object.keys(HEADS).map(name => html`<td data-label="${HEADS[name]}" class="${name} ${row.degree}">${cells[name]}</td>`)}</tr>`;
  }

  // An indicator: its definition, what is compared, the levels above, what was measured, the documents.
  function block(indicator, shown, ask) {
    const lists = {
      "Levels above": shown.flatMap(row => (data.above[row.number] || []).map(([words, id, source]) => html`${row.place.label}, ${row.printed}: ${link(id, words)}${source}`)),
      Measured: (data.observed[indicator.name_en] || []).filter(([id]) => ask.places.some(place => place.id === id)).map(([, words]) => words),
      Sources: [...new Set(shown.flatMap(row => row.document || []))].map(({ words }) => words)
    };
    return html`<section><h3>${indicator.name_en} <span lang="zh">${indicator.name_zh}</span></h3><p>${indicator.definition}</p>
      ${ask.places.length > 1 && shown.every(({ degree }) => degree === "no") ? html`<p class="refusal">Nothing here compares in ${ask.respect}.</p>` : ""}
      <div class="scroll wordy" tabindex="0" role="group" aria-label="${indicator.name_en}"><table><thead><tr>${["plan", ...Object.values(HEADS)].map(head => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${shown.map(line)}</tbody></table></div>
      ${Object.entries(lists).map(([title, lines]) => (lines.length ? html`<h4>${title}</h4><ul>${lines.map(text => html`<li>${text}</li>`)}</ul>` : ""))}</section>`;
  }

  // For spreadsheets: with the mark by which they know Chinese, and no cell that they would take for a formula.
  function csv(rows) {
    const columns = ["indicator", "plan", "printed", ...Object.keys(NONE)];
    const cell = text => `"${(/^[=+@\t-]/.test(text) ? "'" : "") + text.replaceAll('"', '""')}"`;
    return "\ufeff" + [columns, ...rows.map(row => columns.map(name => row[name]))].map(cells => cells.map(cell).join(",")).join("\r\n");
  }

  function show() {
    const chosen = Object.fromEntries(new FormData(form)), ids = new FormData(form).getAll("places");
    const ask = { ...chosen, places: data.places.filter(({ id }) => ids.includes(id)) };
    const differ = rows => new Set(rows.map(row => [row.printed, row.date, row.strength].join("|"))).size > 1;
    const blocks = data.indicators.filter(indicator => [indicator.id, indicator.theme].includes(ask.subject))
      .map(indicator => [indicator, data.rows.filter(row => row.indicator === indicator)]).filter(([, rows]) => rows.length)
      .map(([indicator, rows]) => [indicator, compare(rows.filter(row => ask.places.includes(row.place)), ask)]).filter(([, rows]) => !ask.differ || differ(rows));
    const saved = { ...chosen, places: ids.join() };
    const lines = blocks.flatMap(([indicator, rows]) => rows.map(row => ({ ...row, indicator: indicator.name_en, plan: row.place.label })));
    const file = URL.createObjectURL(new Blob([csv(lines)], { type: "text/csv" }));
    fill(form.nextElementSibling, blocks.map(([indicator, rows]) => block(indicator, rows, ask)), blocks.length ? "" : html`<p>These do not differ.</p>`,
      html`<p class="files"><a download="comparison.csv" href="${file}">This comparison as CSV</a></p>`,
      citation("comparison", field.subject.selectedOptions[0].text.replace(/ \(\d.*/, ""), names(ask.places.map(({ label }) => label)), address("10_compare", new URLSearchParams(saved))));
    return saved;
  }

  // The form as the address has it.
  function follow() {
    const ask = choice();
    if (ask.has("subject")) {
      field.subject.value = ask.get("subject");
      field.respect.value = ask.get("respect") || "value";
      all("[name=places]", form).forEach(box => { box.checked = (ask.get("places") || box.value).split(",").includes(box.value); });
      ["all", "differ"].forEach(name => { field[name].checked = ask.has(name); });
    }
    if (field.subject.selectedIndex < 0) { form.reset(); }
    show();
  }

  form.hidden = false;
  form.addEventListener("change", () => keep("10_compare", show()));
  addEventListener("hashchange", follow);
  follow();
}

if (hasRows) {
  all("button.find").forEach(searchBox);
  all(".scroll:has(table.searchable)").forEach(filtered);
  all("form.comparison").forEach(comparison);
}
