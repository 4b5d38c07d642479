// Search in all rows by the rules of lantian.analysis.search; and filters and citations of the rows of evidence.
const IN_MORE = 3, MISSING = 9, SHOWN = 4;
const MORE = ["quote", "proofs", "subject_class", "exception", "lead", "clause", "note", "id"];
let data, plain;

// Loads and folds all rows, once.
async function prepare() {
  if (!data) {
    data = await load();
    const others = [...data.fold[1]];
    plain = new Map(Array.from(data.fold[0], (letter, number) => [letter, others[number]]));
    data.rows.forEach(row => {
      const { indicator, subject, place } = row, names = [indicator, subject, place].flatMap(each => [each.name_en, each.name_zh]);
      row.main = folded([row.kind === "gap" ? "" : row.statement, row.in_words, ...names].join("\n"));
      row.more = folded(MORE.map(column => row[column]).join("\n"));
    });
  }
}

function folded(text) { return Array.from(text, letter => plain.get(letter) || letter).join("").toLowerCase(); }

// Splits what is sought into words and terms, each term with its other names.
function parts(sought) {
  let rest = folded(sought).match(/[^ \t\n\r\f\v]+/g) || [];
  const found = [];
  while (rest.length) {
    for (let end = rest.length; end; end--) {
      const name = rest.slice(0, end).join(" "), forms = new Set([name, name + "s", name + "es", name.replace(/s$/, ""), name.replace(/es$/, "")]);
      const others = [...forms].flatMap(form => (Object.hasOwn(data.terms, form) ? [form, ...data.terms[form]] : []));
      if (others.length || end === 1) {
        found.push({ words: rest.slice(0, end).map(pattern), others: others.map(pattern) });
        rest = rest.slice(end);
        break;
      }
    }
  }
  return found;
}

function pattern(word) {
  const plain = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), start = (/^[a-z0-9]/.test(word) ? "(?<![a-z0-9])" : "") + plain;
  return { word, plain, start: new RegExp(start), whole: new RegExp(start + (/[a-z0-9]$/.test(word) ? "(?:e?s)?(?![a-z0-9])" : "")) };
}

function rankIn(text, part) {
  if (part.others.some(({ word, whole }) => text.includes(word) && whole.test(text))) { return 0; }
  if (!part.words.every(({ word }) => text.includes(word))) { return MISSING; }
  return Math.max(...part.words.map(({ start, whole }) => (whole.test(text) ? 0 : start.test(text) ? 1 : 2)));
}

function rank(needles, row) {
  return Math.max(...needles.map(part => {
    const here = rankIn(row.main, part);
    return here < MISSING ? here : Math.min(rankIn(row.more, part) + IN_MORE, MISSING);
  }));
}

// The rows in which all that is sought stands, the best first.
function find(needles) {
  const ranked = needles.length ? data.rows.map(row => [rank(needles, row), row]) : [];
  return ranked.filter(([found]) => found < MISSING).sort(([one], [other]) => one - other).map(([, row]) => row);
}

// A text with what was sought marked in it; a folded text is as long as it was.
function marked(text, needles) {
  const sought = new RegExp(needles.flatMap(part => [...part.others, ...part.words]).map(({ plain }) => plain).join("|"), "g"), pieces = [];
  let at = 0;
  for (const { 0: { length }, index } of folded(text).matchAll(sought)) {
    pieces.push(text.slice(at, index), html`<mark>${text.slice(index, at = index + length)}</mark>`);
  }
  return html`${[...pieces, text.slice(at)]}`;
}

function result(row, needles) {
  const isGap = row.kind === "gap", about = `${row.indicator.name_en}: ${row.in_words}`;
  const seen = [isGap ? about : row.statement, isGap ? "" : about, row.quote].map(text => marked(text, needles));
  const isMarked = ({ markup }) => markup.includes("<mark>");
  const column = !seen.some(isMarked) && MORE.find(name => isMarked(marked(row[name], needles)));
  return html`<li><a href="${address("08_evidence", row.id)}">${seen[0]}</a> <span>${seen[1]}</span> <q lang="zh">${seen[2]}</q>
    ${column ? html`<span>${column.replace("_", " ")}: ${marked(row[column], needles)}</span>` : ""}</li>`;
}

// The results by place: a few of each, the others in a fold; and the plans in which nothing was found.
function results(needles) {
  const found = find(needles), groups = [...Map.groupBy(found, row => row.place)], items = rows => html`<ul>${rows.map(row => result(row, needles))}</ul>`;
  const silent = data.places.filter(place => place.role === "focus" && !found.some(row => row.place === place)).map(place => place.label);
  return {
    count: needles.length ? `${found.length} of ${data.rows.length} rows` : "",
    markup: html`${groups.map(([{ label }, rows]) => html`<h3>${label} (${rows.length})</h3>${items(rows.slice(0, SHOWN))}
      ${rows.length > SHOWN ? html`<details><summary>${rows.length - SHOWN} more</summary></details>` : ""}`)}
      ${needles.length && silent.length ? html`<p>No such words in ${silent.join(", ")}.</p>` : ""}`,
    rest: groups.filter(([, rows]) => rows.length > SHOWN).map(([, rows]) => () => items(rows.slice(SHOWN)))
  };
}

function searchBox(button) {
  const dialog = document.querySelector("dialog.search"), input = dialog.querySelector("input"), list = dialog.querySelector(".results");
  const show = async () => {
    await prepare();
    const { count, markup, rest } = results(parts(input.value));
    dialog.querySelector("output").textContent = count;
    fill(list, markup);
    all("details", list).forEach((fold, at) => fold.addEventListener("toggle", () => fold.insertAdjacentHTML("beforeend", rest[at]().markup), { once: true }));
  };
  const open = () => {
    if (!dialog.open) { dialog.showModal(); }
    input.select();
    show();
  };
  button.hidden = false;
  button.addEventListener("click", open);
  input.addEventListener("input", show);
  dialog.addEventListener("click", event => event.target.closest("a, button") && dialog.close());
  addEventListener("keydown", event => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.target.matches("[type=search]")) { event.preventDefault(); open(); }
  });
}

// What a row of the evidence is filtered by, and the name for it.
const fact = (name, row) => (row[name].id ? [row[name].id, row[name].name_en] : [row[name] || "none", (row[name] || "none").replaceAll("_", " ")]);

function menu(name, rows) {
  const values = [...new Map(rows.map(row => fact(name, row)))].sort((one, other) => one[1].localeCompare(other[1]));
  return html`<label>${name} <select name="${name}"><option value="">any</option>${values.map(([value, text]) => html`<option value="${value}">${text}</option>`)}</select></label>`;
}

// The rows of the evidence, in folds: filtered together, each with its citation.
async function filtered(frame) {
  await prepare();
  const folds = all("details.fold", frame), rows = all("table.searchable tbody tr", frame), known = new Map(data.rows.map(row => [row.id, row]));
  const facts = rows.map(row => known.get(row.id.split("--").pop())), names = ["place", "theme", "indicator", "strength", "kind", "year"];
  const form = make("form", { className: "filters" });
  fill(form, names.map(name => menu(name, facts)), html`<output></output>`);
  frame.before(form);
  const menus = all("select", form);
  const filter = () => {
    const asked = menus.filter(({ value }) => value).map(({ name, value }) => [name, value]);
    rows.forEach((row, at) => { row.hidden = !asked.every(([name, value]) => fact(name, facts[at])[0] === value); });
    form.lastChild.textContent = `${rows.filter(row => !row.hidden).length} of ${rows.length} rows`;
    folds.forEach(fold => {
      fold.hidden = !fold.querySelector("tbody tr:not([hidden])");
      fold.open = asked.length ? !fold.hidden : fold.open;
    });
    return asked;
  };
  // Filters as the address has them; none where it names a row that they hide.
  const follow = () => {
    const asked = choice(), filters = names.some(name => asked.has(name)), row = rows.find(each => `#${each.id}` === location.hash);
    if (filters || row?.hidden) {
      menus.forEach(each => { each.value = asked.get(each.name) || ""; });
      filter();
      (filters ? form : row).scrollIntoView();
    }
  };
  form.addEventListener("change", () => keep("08_evidence", filter()));
  addEventListener("hashchange", follow);
  filter();
  follow();
  rows.forEach(citable);
}

function citable(row) {
  const [first, second, , , clause] = row.cells, id = row.id.split("--").pop();
  const box = make("details", { className: "cite", innerHTML: "<summary>Cite this row</summary>" });
  const cited = citation(id, words(first), [second, clause].map(words).filter(Boolean).join(", "), address("08_evidence", id));
  box.addEventListener("toggle", () => box.insertAdjacentHTML("beforeend", cited.markup), { once: true });
  first.append(box);
}
