"""Pages of the site: their titles, charts and outputs, their HTML, and the files of all of them with the index."""

import base64
import json
import re
from collections import namedtuple
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from urllib.parse import quote, unquote

from markupsafe import Markup

from lantian.data.files import as_csv
from lantian.data.schema import CHECKOUT, harmless
from lantian.site import BRIEF, TEMPLATES, template
from lantian.site.execute import RenderError, has_tag
from lantian.site.publish import RECORD, parse
from lantian.text import LEDGER

CHANGELOG = "changelog"
PLOTLY = "application/vnd.plotly.v1+json"
# Which form of an output is shown: the first that it has. Scripts are only named.
PRIORITY = [PLOTLY, "text/html", "text/markdown", "image/svg+xml", "text/latex"]
PRIORITY += ["image/png", "image/jpeg", "image/gif", "application/javascript", "text/plain"]
SCRIPT = "assets/site.js"
SCRIPTS = ("site.js", "search.js", "compare.js")  # what it is joined from
ROWS_FILE = "assets/rows.js"  # what scripts read, by `lantian.site.evidence`
MAIN = '<main id="main">'
CODE = re.compile(r'<details class="code">.*?</details>', re.S)
# Of highlighted code, what the style sheet gives no colour.
UNCOLOURED = re.compile(r'<span(?! class="(?:c1|k|kn|ow)")[^>]*>([^<]*)</span>')
# What the page's own policy forbids.
FORBIDDEN = ["script", "iframe", "object", "embed", "audio", "video", "link", "base", "meta"]
# What our own outputs never hold; where none of it stands nothing is parsed, which takes long.
FOREIGN = rf"<script(?![^>]*application/json)|<({'|'.join(FORBIDDEN[1:])}|img)\b|<[^>]*\son\w+="
FOREIGN = re.compile(rf"{FOREIGN}|<th(?! scope=)[ >]|<table[^>]*>(?!\s*<caption>)", re.I)
LEFT_OUT = "Left out, since pages run no other scripts and load nothing from elsewhere"


# What an output shows: the heading that it stands under, its cell, a chart of ours or none, its HTML, and all its forms.
Output = namedtuple("Output", "title cell chart markup data")


@dataclass(frozen=True)
class Page:
    """An executed notebook and what its page and the index show of it."""

    slug: str
    notebook: object

    @property
    def title(self):
        """The first heading of the notebook, else the name of its file."""
        return next((text for level, text, _ in self.headings if level == 1), self.slug)

    @cached_property
    def headings(self):
        """Level, text and address of every heading in the notes."""
        notes = [cell for cell in self.notebook.cells if cell.cell_type == "markdown"]
        return [heading for note in notes for heading in headings(note)]

    @property
    def about(self):
        """What the notebook's metadata say of the page: of one about a place, the names of it and its province."""
        return self.notebook.metadata.get("lantian", {})

    @property
    def place(self):
        """The name of the place that the page is about; empty for a page about all."""
        return self.about.get("place", "")

    @property
    def link(self):
        """What another page needs to link to this one, as ``{"file": "01_coal.html", "short": "coal", …}``."""
        short = re.sub(r"^\d\d_|_and_.*", "", self.slug).replace("_", " ")
        names = {"slug": self.slug, "file": quote(f"{self.slug}.html"), "title": self.title, "short": short}
        return names | {"place": self.place, "province": self.about.get("province", "")}

    @cached_property
    def outputs(self):
        """What each output of each cell shows, in order, as `Output`."""
        title, found = self.title, []
        for cell in self.notebook.cells:
            if cell.cell_type == "markdown":
                title = next((text for _, text, _ in headings(cell)), title)
            found += [_shown(title, cell, output) for output in cell.get("outputs", [])]
        return found

    def tagged(self, *tags):
        """List the outputs of the cells that have one of some tags."""
        return [output for output in self.outputs if any(has_tag(output.cell, tag) for tag in tags)]

    @property
    def charts(self):
        """The charts: name, title, columns and rows of each, its SVG and its PNG."""
        return [output.chart for output in self.outputs if output.chart]

    @property
    def left_out(self):
        """What notebooks say of sentences that could not be written, and pages do not show."""
        words = ["".join(output.data.get("text/plain", "")) for output in self.outputs]
        return [text for text in words if text.startswith("This sentence was left out")]

    @property
    def answers(self):
        """The sentences that answer the page's question, as markup."""
        return [output.markup for output in self.tagged("finding") if output.markup]

    @property
    def finding(self):
        """The first paragraph of the first of these; all of it where it has none."""
        first = next(iter(self.answers), "")
        paragraph = re.match(r"\s*<p\b.*?</p>", first, re.S)
        return paragraph[0] if paragraph else first

    @property
    def on_index(self):
        """What the index shows too: id, heading and markup of each cell that is tagged so, and whether it comes first."""
        for identifier, outputs in groupby(self.tagged("index", "index-top"), lambda output: output.cell.id):
            first, *others = outputs
            markup = "".join(output.markup for output in [first, *others])
            top = has_tag(first.cell, "index-top")
            yield {"id": identifier, "title": first.title, "markup": markup, "top": top}

    @property
    def brief(self):
        """The name of the file with the page on one sheet; empty where no cell is tagged for it."""
        name = re.sub(r"^(\d\d|place)_", "", self.slug)
        return f"{BRIEF}{name}.html" if self.tagged("brief") else ""


def headings(note):
    """List level, plain text and address of every heading of a cell in Markdown, as nbconvert makes them.

    >>> from nbformat.v4 import new_markdown_cell
    >>> headings(new_markdown_cell("# The *first* &amp; best\\n\\n```\\n# code\\n```\\n\\nSecond\\n------"))
    [(1, 'The first & best', 'The-first-&-best'), (2, 'Second', 'Second')]
    """
    html = exporter().markdown2html({"cell": note}, note.source)
    found = parse(html).find_all(re.compile("^h[1-6]$"))
    texts = [heading.get_text().removesuffix("¶").strip().replace("\n", " ") for heading in found]
    return [(int(tag.name[1]), text, tag.get("id", "")) for tag, text in zip(found, texts) if text]


def _shown(title, cell, output):
    """Return what an output shows, below a heading; charts of ours have their words and rows in its metadata."""
    data, chart = output.get("data", {}), None
    if "lantian" in output.get("metadata", {}) and "image/svg+xml" in data:
        chart = output.metadata["lantian"] | {"svg": data["image/svg+xml"], "png": data.get("image/png")}
    return Output(title, cell, chart, data.get("text/html", ""), data)


def to_html(page, pages, offered=None):
    """Convert a page to HTML, with links to the other pages of the site, which come in order, and what is offered of the data."""
    site = _edition(offered) | {"page": page, "pages": [other.link for other in pages]}
    site |= {"script": SCRIPT, "rows": rows_file(pages)}
    resources = {"lantian": site, "metadata": {"name": page.slug}}
    html = exporter().from_notebook_node(page.notebook, resources)[0]
    html = fit(html).replace(f'href="{page.link["file"]}#', 'href="#')
    lighter = CODE.sub(lambda code: UNCOLOURED.sub(r"\1", code[0]), html)
    return _keep_percent_signs(lighter) + "\n"


def _keep_percent_signs(html):
    """Keep each figure and its percent sign on one line."""
    return re.sub(r"(?<=\d) %", "\N{NO-BREAK SPACE}%", html)


@cache
def exporter():
    """Return the converter of notebooks; to import it takes a second, which is best done while kernels run."""
    from nbconvert import HTMLExporter

    converter = HTMLExporter(template_name="lantian", extra_template_basedirs=[str(TEMPLATES)])
    converter.config.NbConvertBase.display_data_priority = PRIORITY
    return converter


def files(pages, html, offered=None):
    """Return the content of each file of the site by its name; ``html`` holds the pages converted already, by slug."""
    found = {}
    for page in [*pages, _changelog()]:
        found[f"{page.slug}.html"] = html.get(page.slug) or to_html(page, pages, offered).encode()
    for page in pages:
        notebook = json.dumps(page.notebook, ensure_ascii=False, sort_keys=True)
        found[notebook_file(page.slug)] = notebook.encode()
        own = {page.brief: _brief(page).encode()} if page.brief else {}
        for chart in page.charts:
            own |= {f"figures/{name}": content for name, content in _chart_files(chart).items()}
        if twice := [name for name in own if found.get(name, own[name]) != own[name]]:
            why = f"{twice[0]} is another page's too; give the chart, or the notebook, another name"
            raise RenderError(f"{page.slug}: {why}")
        found |= own
    if any(PLOTLY in output.data for page in pages for output in page.outputs):
        found["assets/plotly.min.js"] = plotly().read_bytes()  # the site's own script fetches it
    return found | {SCRIPT: program().encode(), "index.html": _index(pages, offered).encode()}


def dead_links(files):
    """Name the pages that the pages among the files of a site link to and that are not there."""
    pages = [content.decode() for name, content in files.items() if name.endswith(".html")]
    addresses = re.findall(r' href="([^"#:?]+\.html)[#"]', "\n".join(pages))
    return sorted(set(map(unquote, addresses)) - files.keys())


def program():
    """Join the scripts of the pages to one, without indents and comments."""
    text = "".join((TEMPLATES / "lantian" / name).read_text("utf-8") for name in SCRIPTS)
    return '(() => {"use strict";\n' + re.sub(r"^ *(//.*)?\n?", "", text, flags=re.M) + "})();\n"


def plotly():
    """Return the path of plotly.js."""
    return Path(find_spec("plotly").origin).parent / "package_data" / "plotly.min.js"


def rows_file(pages):
    """Name the file of the rows that scripts read; empty for pages without those of the evidence, to which they lead."""
    return ROWS_FILE if any(f"{page.slug}.html" == LEDGER for page in pages) else ""


def notebook_file(slug):
    """Name the file that keeps the executed notebook of a page."""
    return f"{RECORD}/{slug}.ipynb"


def _chart_files(chart):
    """Return the files of a chart by name: SVG, rows and, where there is one, PNG."""
    name, columns = chart["name"], chart["columns"]
    rows = [dict(zip(columns, map(harmless, row))) for row in chart["rows"]]
    svg = chart["svg"].replace(f'href="{LEDGER}', f'href="../{LEDGER}')
    found = {f"{name}.svg": svg.encode(), f"{name}.csv": as_csv(columns, rows).encode()}
    return found | ({f"{name}.png": base64.b64decode(chart["png"])} if chart["png"] else {})


def _changelog():
    """Return the changelog as a page, which is none of the notebooks'."""
    from nbformat.v4 import new_markdown_cell, new_notebook

    text = (CHECKOUT / "CHANGELOG.md").read_text("utf-8")
    return Page(CHANGELOG, new_notebook(cells=[new_markdown_cell(text)]))


def _brief(page):
    """Write what a page finds on one sheet of paper."""
    return _keep_percent_signs(template("brief.html.j2").render(page=page, **_edition()))


def _edition(offered=None):
    """Return what each page says of the whole: version and date, from the citation and never from a clock, and the data offered."""
    text = (CHECKOUT / "CITATION.cff").read_text("utf-8")
    version, released = (re.search(rf"^{key}: (\S+)$", text, re.M)[1] for key in ("version", "date-released"))
    return {"version": version, "released": released, "package": {}, "downloads": []} | (offered or {})


def _index(pages, offered=None):
    """Write the index: each question with its answer and first chart, then the cells that are tagged so."""
    parts = [part for page in pages for part in page.on_index]
    facts = {"script": SCRIPT, "rows": rows_file(pages), "site": _edition(offered)}
    return _keep_percent_signs(template("site.html.j2").render(pages=pages, parts=parts, **facts))


# --- the markup of anybody's notebook --------------------------------------------------------------------------------


def fit(html):
    """Take out of a page's text what its policy forbids, naming it, and label tables."""
    before, _, rest = html.partition(MAIN)
    text, _, after = rest.rpartition("</main>")
    if not FOREIGN.search(text):
        return html
    page = parse(text)
    for part in page(FORBIDDEN):
        if not part.decomposed and part.get("type") != "application/json":
            _leave_out(part, part.name)
    for picture in page("img"):
        if not picture.get("src", "").startswith("data:"):
            _leave_out(picture, f"picture, {picture.get('alt', '')}")
    for table in page("table"):
        _label(table, page)
    _clear_attributes(page)
    return f"{before}{MAIN}{page}</main>{after}"


def _leave_out(part, what):
    """Put in the place of a part of a page a sentence that names it and what it would load.

    Of parts that load nothing and follow one another the first is named.
    """
    addresses = [tag["src"] for tag in [part, *part.find_all(src=True)] if tag.get("src")]
    before = part.previous_sibling
    before = before.previous_sibling if isinstance(before, str) and not before.strip() else before
    if addresses or "left-out" not in str(getattr(before, "attrs", "")):
        link = Markup('<a href="{0}">{0}</a>').format
        links = Markup(" ").join(link(address) for address in addresses if re.match("https?:", address))
        words = Markup('<span class="left-out">{}: {} {}</span>').format(LEFT_OUT, what, links)
        part.insert_before(parse(words))
    part.decompose()


def _label(table, page):
    """Say of each heading of a table what it heads, and let a table that is too wide scroll."""
    table.attrs.pop("border", None)
    for heading in table("th"):
        if not heading.get_text(strip=True):
            heading.name = "td"
        elif "scope" not in heading.attrs:
            row = heading.find_parent("tr")
            heading["scope"] = "row" if row and row.find("td") and not heading.find_parent("thead") else "col"
    if not table.find_parent("div", re.compile(r"\bscroll\b")):
        frame = {"class": "scroll", "tabindex": "0", "role": "group", "aria-label": "Table"}
        table.wrap(page.new_tag("div", attrs=frame))


def _clear_attributes(page):
    """Remove handlers, which the policy forbids, and ids that stand twice."""
    ids = set()
    for tag in page(True):
        if tag.get("id") in ids:
            del tag["id"]
        ids.add(tag.get("id"))
        for name in [name for name in tag.attrs if name.startswith("on")]:
            del tag[name]
