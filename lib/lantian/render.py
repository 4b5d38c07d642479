"""Render notebooks to pages: execute, convert, and put the set in place."""

import csv
import io
import os
import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lantian.plans import CHECKOUT, find_data, load

NOTEBOOKS = CHECKOUT / "notebooks"
REPORTS = CHECKOUT / "reports"
PLOTLY = "application/vnd.plotly.v1+json"
TEMPLATES = Path(__file__).parent / "templates"


class RenderError(Exception):
    """A notebook that does not run; the message names cell, line and error."""


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
    def charts(self):
        """The charts drawn: words, rows, and SVG."""
        return [
            output.metadata["lantian"] | {"svg": output.data["image/svg+xml"], "png": output.data.get("image/png")}
            for output in self.outputs
            if "lantian" in output.get("metadata", {}) and "image/svg+xml" in output.data
        ]

    @property
    def outputs(self):
        """Every output of every cell, in order."""
        return [output for cell in self.notebook.cells for output in cell.get("outputs", [])]

    @property
    def scripts(self):
        """The scripts that the page needs, if any."""
        explores = any(PLOTLY in output.get("data", {}) for output in self.outputs)
        searches = any('class="searchable"' in output.get("data", {}).get("text/html", "") for output in self.outputs)
        return ["assets/plotly.min.js"] * explores + ["assets/site.js"] * (explores or searches)

    @property
    def finding(self):
        """The sentence that answers the page's question, as markup."""
        found = (output.get("data", {}).get("text/html", "") for output in self.outputs)
        return next((markup for markup in found if 'class="reading"' in markup), "")


def render(notebooks=None, data=None, output=None, say=print):
    """Render notebooks and the index; on a failure nothing that was there changes.

    Parameters
    ----------
    notebooks : list of path-like, optional
        By default all of ``notebooks/``.
    data : path-like, optional
        The data folder, found as by `load`.
    output : path-like, optional
        By default ``reports/`` of the checkout.
    say : callable
        Told what is being done, a line at a time.

    Returns
    -------
    Path
        ``index.html``.

    Raises
    ------
    DataError
        When the tables do not pass their checks.
    RenderError
        When a notebook fails.
    """
    folder, output = find_data(data).resolve(), Path(output or REPORTS)
    load(folder)
    every = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
    paths = [Path(path) for path in notebooks] if notebooks else every
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        pages = list(pool.map(lambda path: execute(path, folder, say), paths))
    output.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".lantian-", dir=output.parent))
    try:
        _write_set(pages, every, draft)
        _publish(draft, output)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return output / "index.html"


def execute(path, data, say=print):
    """Run one notebook in a fresh kernel of this Python.

    Returns
    -------
    Page

    Raises
    ------
    RenderError
    """
    import nbformat
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    try:
        notebook = nbformat.read(path, as_version=4)
    except (OSError, ValueError) as error:
        raise RenderError(f"{path}: this notebook cannot be read: {error}") from None
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(ensure_native_kernel=True))
    client = NotebookClient(notebook, km=manager, record_timing=False, resources={"metadata": {"path": str(path.parent)}}, extra_arguments=["--log-level=ERROR"])
    try:
        client.execute(env=os.environ | {"LANTIAN_DATA": str(data), "MPLBACKEND": "agg", "PLOTLY_RENDERER": "plotly_mimetype"})
    except CellExecutionError as error:
        raise RenderError(_failure(path, notebook, error)) from None
    say(f"{path.stem}: done")
    return Page(path.stem, notebook)


def _failure(path, notebook, error):
    """Name notebook, cell, line and error in a few lines."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    failed = next((n for n, cell in enumerate(cells) if any(o.output_type == "error" for o in cell.outputs)), 0)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", error.traceback)
    line = re.findall(r"^-+> (\d+)", plain, re.M)
    where = f"{path.name}, code cell {failed + 1} (id {cells[failed].id})" + (f", line {line[0]}" if line else "")
    return f"{where}:\n  {error.ename}: {error.evalue}"


def _write_set(pages, every, draft):
    """Write pages, figures and index of a set into an empty folder."""
    (draft / "figures").mkdir()
    for page in pages:
        for chart in page.charts:
            _write_chart(chart, draft / "figures")
        (draft / f"{page.slug}.html").write_text(to_html(page, pages), "utf-8")
    if any(page.scripts for page in pages):
        _write_assets(draft / "assets")
    if len(pages) == len(every):
        (draft / "index.html").write_text(_index(pages), "utf-8")


def _write_assets(folder):
    """Put plotly.js, from the installed package, and our script beside the pages, once for all."""
    import plotly

    folder.mkdir()
    shutil.copy(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", folder)
    shutil.copy(TEMPLATES / "lantian" / "site.js", folder)


def _write_chart(chart, folder):
    import base64

    (folder / f"{chart['name']}.svg").write_text(chart["svg"], "utf-8")
    if chart.get("png"):
        (folder / f"{chart['name']}.png").write_bytes(base64.b64decode(chart["png"]))
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([chart["columns"], *chart["rows"]])
    (folder / f"{chart['name']}.csv").write_text(text.getvalue(), "utf-8")


def to_html(page, pages):
    """Convert an executed notebook to a page of the site.

    Parameters
    ----------
    page : Page
    pages : list of Page
        The site, in order.

    Returns
    -------
    str
    """
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="lantian", extra_template_basedirs=[str(TEMPLATES)])
    exporter.config.NbConvertBase.display_data_priority = [PLOTLY, "text/html", "image/svg+xml", "image/png", "text/plain"]
    place = pages.index(page)
    site = {
        "title": page.title,
        "pages": [_link(other) for other in pages],
        "previous": _link(pages[place - 1]) if place else None,
        "next": _link(pages[place + 1]) if place + 1 < len(pages) else None,
        "scripts": page.scripts,
        "contents": [{"text": text, "anchor": text.replace(" ", "-")} for level, text in page.headings if level == 2],
    }
    resources = {"lantian": site, "metadata": {"name": page.slug}}
    return exporter.from_notebook_node(page.notebook, resources)[0] + "\n"


def _link(page):
    return {"slug": page.slug, "file": f"{page.slug}.html", "title": page.title, "short": page.slug.partition("_")[2].replace("_", " ")}


def _index(pages):
    """Write the index: each question, its answer, and its first chart."""
    from jinja2 import Environment, FileSystemLoader, select_autoescape

    loader = FileSystemLoader(TEMPLATES / "lantian")
    template = Environment(loader=loader, autoescape=select_autoescape()).get_template("site.html.j2")
    return template.render(pages=pages)


def _publish(draft, output):
    """Replace files of the published set by those of the draft."""
    for source in sorted(draft.rglob("*")):
        target = output / source.relative_to(draft)
        if source.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(source, target)
