// What all scripts of the pages share; switches, contents and folds; then the plotly charts. They are joined to one script.
const root = document.documentElement;
const make = (name, facts) => Object.assign(document.createElement(name), facts);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// Markup from a template: texts are escaped, markup and lists of it stay.
const html = (texts, ...values) => ({ markup: String.raw({ raw: texts }, ...values.map(write)) });
const write = value => value?.markup ?? (Array.isArray(value) ? value.map(write).join("") : String(value ?? "").replace(/[&<>"]/g, letter => `&#${letter.charCodeAt()};`));
const fill = (element, ...markup) => { element.innerHTML = write(markup); };

// Pages keep a figure and its percent sign together by a space that nobody types.
const words = element => element.textContent.replaceAll("\u00a0", " ");
const run = textContent => document.head.append(make("script", { textContent }));
const fetched = src => new Promise(onload => document.head.append(make("script", { src, onload })));

// In the suite as one file, plotly.js and the rows stand as gzip and base64; the page's policy allows the script by its hash.
const inflated = text => new Response(new Blob([Uint8Array.from(atob(text.trim()), letter => letter.charCodeAt())]).stream().pipeThrough(new DecompressionStream("gzip"))).text();

// What lantian.site.evidence collects, once: a script beside the pages, or, in the suite as one file, within it.
const packed = document.getElementById("lantian-rows");
const hasRows = packed || root.dataset.rows;
let shared;
const load = () => (shared ??= (packed ? inflated(packed.textContent).then(JSON.parse) : fetched(root.dataset.rows).then(() => globalThis.lantian)).then(joined));
const records = ({ columns, data }) => data.map(cells => Object.fromEntries(columns.map((name, at) => [name, cells[at]])));
// Tables become lists of records, and what stands in them as a number of a place or the like becomes that record.
function joined(data) {
  ["places", "indicators", "subjects", "documents", "rows"].forEach(name => { data[name] = records(data[name]); });
  data.rows.forEach((row, number) => {
    ["place", "indicator", "subject", "document"].forEach(name => { row[name] = data[`${name}s`][row[name]]; });
    row.number = number;
  });
  return data;
}
const address = (page, anchor) => (packed ? `#${page}--${anchor}` : `${page}.html#${anchor}`);
// What the address of a page says after its #, as place=yuyao; in the suite as one file behind the name of the page.
const choice = () => new URLSearchParams(location.hash.includes("=") ? location.hash.replace(/^#([\w.-]+--)?/, "") : "");
const keep = (page, asked) => history.replaceState(null, "", `#${address(page, `${new URLSearchParams(asked)}`.replaceAll("%2C", ",")).split("#")[1]}`);

// One style in words, and BibTeX; version and date are those of the data.
function citation(key, title, source, place) {
  const { released, version } = root.dataset, year = released.slice(0, 4);
  const from = /^http/.test(location.protocol) ? new URL(place, location.href).href : place;
  const bibtex = [`@misc{${key},`, "  author = {{The Lantian contributors}},", `  title = {{${title}}},`, `  year = {${year}},`,
    `  howpublished = {Lantian ${version}, \\url{${from}}},`, `  note = {${source}}`, "}"].join("\n").replace(/([%&])/g, "\\$1");
  return html`<div class="citation">The Lantian contributors (${year}). “${title}” (${source}). Lantian ${version}. ${from}<pre>${bibtex}</pre></div>`;
}

// Light or dark, as the reader chose last; without a choice, as the system has it.
function schemeSwitch(button) {
  let memory = {};
  try { memory = localStorage; } catch { /* not allowed: for this page only */ }
  const isDark = () => (root.dataset.scheme || (matchMedia("(prefers-color-scheme: dark)").matches && "dark")) === "dark";
  const set = scheme => {
    root.dataset.scheme = scheme;
    button.textContent = isDark() ? "Light" : "Dark";
  };
  button.addEventListener("click", () => set(memory.scheme = isDark() ? "light" : "dark"));
  set(memory.scheme || "");
  button.hidden = false;
}

// One switch for the code of all cells; without scripts each has a fold of its own.
function codeSwitch(button) {
  const code = all("details.code");
  const set = shown => {
    button.setAttribute("aria-pressed", shown);
    root.classList.toggle("no-code", !shown);
    code.forEach(part => { part.open = shown; });
  };
  button.addEventListener("click", () => set(button.getAttribute("aria-pressed") !== "true"));
  button.hidden = !code.length;
  set(false);
}

// What a contents entry leads to, or what the address names.
function named(hash) {
  try { return document.getElementById(decodeURIComponent(hash.slice(1))); } catch { return null; }
}

// Marks where the reader is: the last heading that has come into the upper third of the screen, or the last at the end.
function markContents(nav) {
  const links = all("a", nav).filter(link => named(link.hash)), headings = links.map(link => named(link.hash));
  const end = document.querySelector("footer.site"), passed = new Set();
  const mark = changes => {
    changes.forEach(change => passed[change.isIntersecting ? "add" : "delete"](change.target));
    const last = passed.has(end) ? headings.length - 1 : headings.findLastIndex(heading => passed.has(heading));
    links.forEach((link, number) => (number === last ? link.setAttribute("aria-current", "location") : link.removeAttribute("aria-current")));
  };
  const observer = new IntersectionObserver(mark, { rootMargin: "9999999px 0px -66%" });
  headings.forEach(heading => observer.observe(heading));
  if (!nav.closest("article:not(:last-of-type)")) { new IntersectionObserver(mark, { threshold: 0.9 }).observe(end); }
}

// Opens the folds around what the address names, which not every browser does, and goes there.
function reveal() {
  const target = named(location.hash);
  for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) { fold.open = true; }
  target?.scrollIntoView();
}

// Heads of tables stay in sight where the table fits: a frame that scrolls sideways would hold them back.
const fitting = new ResizeObserver(changes => changes.forEach(({ target }) => {
  const frame = target.closest(".scroll");
  frame.classList.remove("fits");
  frame.tabIndex = frame.classList.toggle("fits", frame.scrollWidth <= frame.clientWidth) ? -1 : 0;
}));

// Colours come from the style sheet, so that they follow the reader's choice and paper.
function draw(place) {
  const chart = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  // Kinds that need WebGL compile code, which the page's policy forbids; most have a twin that does not.
  chart.data.forEach(trace => { trace.type = (trace.type || "scatter").replace(/gl$/, ""); });
  place.replaceChildren();
  Plotly.newPlot(place, Object.assign(chart, { config: { displayModeBar: false, responsive: true } }));
}

// plotly.js is large: it comes when everything else is on screen.
async function explore() {
  const charts = all(".plotly[data-chart]"), plotly = document.getElementById("plotly-packed");
  if (charts.length) {
    await (plotly ? inflated(plotly.textContent).then(run) : fetched("assets/plotly.min.js"));
    charts.forEach(draw);
  }
}

all("button.scheme").forEach(schemeSwitch);
all("button.codes").forEach(codeSwitch);
all("nav.contents").forEach(markContents);
all(".scroll table").forEach(table => fitting.observe(table));
all("header.site nav [aria-current]").forEach(here => here.scrollIntoView({ block: "nearest", inline: "center" }));
reveal();
addEventListener("hashchange", reveal);
addEventListener("load", () => requestAnimationFrame(() => setTimeout(explore)));
