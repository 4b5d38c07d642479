"""A page of the site: what its notebook says and shows, its HTML, and the files of all pages with their index."""

import base64
import csv
import io
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lantian.data.schema import CHECKOUT, harmless
from lantian.site import TEMPLATES, template
from lantian.site.publish import RECORD

PLOTLY = "application/vnd.plotly.v1+json"
# Cells of any notebook whose output the index shows too.
FRONT = {"quotable-table": "In one row each", "by-place": "By place", "by-indicator": "By indicator"}


@dataclass(frozen=True)
class Page:
    """A notebook and the page made from it: its question, its answer, its charts."""

    slug: str
    notebook: object

    @property
    def title(self):
        """The first heading of the notebook."""
        return next(text for level, text in self.headings if level == 1)

    @property
    def headings(self):
        """Level and text of every heading in the notes."""
        notes = [cell.source for cell in self.notebook.cells if cell.cell_type == "markdown"]
        return [(len(m[1]), m[2].strip()) for note in notes for m in re.finditer(r"^(#+) (.+)$", note, re.M)]

    @property
    def link(self):
        """What another page needs to link to this one."""
        return {
            "slug": self.slug,
            "file": f"{self.slug}.html",
            "title": self.title,
            "short": self.slug.partition("_")[2].replace("_", " "),
        }

    @property
    def charts(self):
        """The charts drawn: words, rows, and SVG."""
        return [
            output.metadata["lantian"]
            | {"svg": output.data["image/svg+xml"], "png": output.data.get("image/png")}
            for output in self.outputs
            if "lantian" in output.get("metadata", {}) and "image/svg+xml" in output.data
        ]

    @property
    def outputs(self):
        """Every output of every cell, in order."""
        return [output for cell in self.notebook.cells for output in cell.get("outputs", [])]

    @property
    def shown(self):
        """The markup that each cell shows, by the cell's id."""
        return {
            cell.id: "".join(map(_markup, cell.outputs))
            for cell in self.notebook.cells
            if cell.cell_type == "code"
        }

    @property
    def scripts(self):
        """The scripts that the page needs, if any."""
        explores = any(PLOTLY in output.get("data", {}) for output in self.outputs)
        searches = any('class="searchable"' in _markup(output) for output in self.outputs)
        return ["assets/site.js"] if explores or searches else []  # which fetches plotly.js itself

    @property
    def finding(self):
        """The sentence that answers the page's question, as markup."""
        return next((markup for markup in map(_markup, self.outputs) if 'class="reading"' in markup), "")


def _markup(output):
    return output.get("data", {}).get("text/html", "")


def to_html(page, pages):
    """Convert an executed notebook to a page of the site, whose pages come in order."""
    place = pages.index(page)
    site = {
        "title": page.title,
        "pages": [other.link for other in pages],
        "previous": pages[place - 1].link if place else None,
        "next": pages[place + 1].link if place + 1 < len(pages) else None,
        "scripts": page.scripts,
        **_edition(),
        "contents": [
            {"text": text, "anchor": text.replace(" ", "-")} for level, text in page.headings if level == 2
        ],
    }
    resources = {"lantian": site, "metadata": {"name": page.slug}}
    return _bound(exporter().from_notebook_node(page.notebook, resources)[0]) + "\n"


def _bound(html):
    """Keep a figure and its percent sign on one line."""
    return re.sub(r"(?<=\d) %", "\N{NO-BREAK SPACE}%", html)


@cache
def exporter():
    """Make what converts notebooks; it takes a second to get ready, which is best done while kernels run."""
    from nbconvert import HTMLExporter
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    made = HTMLExporter(template_name="lantian", extra_template_basedirs=[str(TEMPLATES)])
    made.config.NbConvertBase.display_data_priority = [
        PLOTLY,
        "text/html",
        "image/svg+xml",
        "image/png",
        "text/plain",
    ]
    made.from_notebook_node(
        new_notebook(cells=[new_markdown_cell("#"), new_code_cell("0")]), {"metadata": {"name": ""}}
    )  # compiles the templates
    return made


def files(pages, html):
    """Return the files of a set, bytes by their names; ``html`` holds the pages, by their slugs, that are converted already."""
    found = {f"{page.slug}.html": html.get(page.slug) or to_html(page, pages).encode() for page in pages}
    for page in pages:
        found[notebook_file(page.slug)] = json.dumps(
            page.notebook, ensure_ascii=False, sort_keys=True
        ).encode()
        for chart in page.charts:
            found |= {f"figures/{name}": content for name, content in _chart_files(chart).items()}
    if any(page.scripts for page in pages):
        found |= {f"assets/{path.name}": path.read_bytes() for path in scripts()}
    return found | {"index.html": _index(pages).encode()}


def scripts():
    """Name the scripts of the site: plotly.js, and its own."""
    return Path(
        find_spec("plotly").origin
    ).parent / "package_data" / "plotly.min.js", TEMPLATES / "lantian" / "site.js"


def notebook_file(slug):
    """Name the file that keeps the executed notebook of a page."""
    return f"{RECORD}/{slug}.ipynb"


def _chart_files(chart):
    """Return the files of a chart by name: drawing, image and rows."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(
        [chart["columns"], *([harmless(cell) for cell in row] for row in chart["rows"])]
    )
    found = {f"{chart['name']}.svg": chart["svg"].encode(), f"{chart['name']}.csv": text.getvalue().encode()}
    return found | ({f"{chart['name']}.png": base64.b64decode(chart["png"])} if chart.get("png") else {})


def _edition():
    """Read the version and its date from the citation: never from a clock."""
    text = (CHECKOUT / "CITATION.cff").read_text("utf-8")
    version, released = (re.search(rf"^{key}: (\S+)$", text, re.M)[1] for key in ("version", "date-released"))
    return {"version": version, "released": released, "colophon": f"Lantian {version}, {released}."}


def _index(pages):
    """Write the index: each question, its answer and its first chart, and the ways in."""
    shown = {cell: markup for page in pages for cell, markup in page.shown.items()}
    parts = [
        {"id": cell, "title": title, "markup": shown[cell]} for cell, title in FRONT.items() if cell in shown
    ]
    return _bound(
        template("site.html.j2").render(
            pages=pages, links=[page.link for page in pages], parts=parts, **_edition()
        )
    )
