"""Render notebooks to pages: execute, convert, and put the set in place; what has not changed is not done again."""

import atexit
import base64
import contextlib
import csv
import hashlib
import io
import json
import os
import re
import sys
from dataclasses import dataclass
from html import escape as html_escape
from importlib.util import find_spec
from pathlib import Path

from lantian import publish
from lantian.schema import CHECKOUT, PACKAGE, find_data, harmless

NOTEBOOKS = CHECKOUT / "notebooks"
REPORTS = CHECKOUT / "reports"
CHOSEN = "LANTIAN_JURISDICTIONS"
PLOTLY = "application/vnd.plotly.v1+json"
TEMPLATES = Path(__file__).parent / "templates"
# Cells of any notebook whose output the index shows too.
FRONT = {"quotable-table": "In one row each", "by-place": "By place", "by-indicator": "By indicator"}
# A user's own settings must not change a page: some are left out, some are the same for everybody.
FOREIGN = {"LANTIAN_PLACE", "PYTHONSTARTUP", "PYTHONOPTIMIZE", "PYTHONWARNINGS", "LANGUAGE", "COLUMNS", "LINES"}
FIXED = {"LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0", "MPLBACKEND": "agg", "PLOTLY_RENDERER": "plotly_mimetype"}
LONGEST_SOCKET = 80  # characters of a folder that leave room for a socket's name in the 107 allowed
LONGEST_ERROR = 5  # lines


class RenderError(Exception):
    """A set that cannot be rendered; the message names notebook, cell, line and error."""


@dataclass(frozen=True)
class Source:
    """A page to be: its notebook, the place it is about, and a digest of all that it is made from."""

    path: Path
    key: str = ""
    place: str = ""
    name: str = ""

    @property
    def slug(self):
        """Name of the page."""
        return f"{self.path.stem}_{self.place}" if self.place else self.path.stem


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
    def shown(self):
        """The markup that each cell shows, by the cell's id."""
        markup = lambda cell: "".join(output.get("data", {}).get("text/html", "") for output in cell.get("outputs", []))
        return {cell.id: markup(cell) for cell in self.notebook.cells if cell.cell_type == "code"}

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


def render(notebooks=None, data=None, output=None, say=print, force=False):
    """Render notebooks and the index; on a failure nothing that was there changes.

    Parameters
    ----------
    notebooks : list of path-like, optional
        By default all of ``notebooks/``; pages of others stay as they are.
    data : path-like, optional
        The data folder, found as by `load`.
    output : path-like, optional
        By default ``reports/`` of the checkout.
    say : callable
        Told what is being done, a line at a time.
    force : bool
        Execute even what has not changed.

    Returns
    -------
    Path
        ``index.html``.

    Raises
    ------
    DataError
        When the tables do not pass their checks.
    RenderError
        When a notebook fails, or the folder cannot be replaced.
    """
    data, output = find_data(data).resolve(), Path(output or REPORTS).resolve()
    try:
        every = _sources([*sorted(NOTEBOOKS.glob("[0-9]*.ipynb")), *NOTEBOOKS.glob("place.ipynb")], data)
        sources = _sources([Path(path).resolve() for path in notebooks], data) if notebooks else every
        with publish.locked(output, say):
            _update(sources, every, data, output, say, force)
    except OSError as error:
        raise RenderError(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from None
    return output / "index.html"


def _sources(paths, data):
    """List the pages to be; ``place.ipynb`` makes one for each focus place."""
    common = _digest(_inputs(data), f"{sys.version} {os.environ.get(CHOSEN)}")
    about = lambda path: _focus(data) if path.stem == "place" else [("", "")]
    return [Source(path, _digest([path], common + place), place, name) for path in paths for place, name in about(path)]


def _inputs(data):
    """List the files that every page depends on: tables, library, lock, version."""
    library = (path for path in Path(__file__).parent.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return [*_tables(data), *sorted(library), *CHECKOUT.glob("requirements.lock"), *CHECKOUT.glob("CITATION.cff")]


def _tables(data):
    return [*data.glob(PACKAGE), *sorted(data.rglob("*.csv"))]


def _digest(paths, seed=""):
    """Return the SHA-256 of names and contents of files."""
    total = hashlib.sha256(seed.encode())
    for path in paths:
        with open(path, "rb") as file:
            total.update(path.name.encode() + hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def _focus(data):
    """List id and name of the places compared, in order; what is wrong in their table, the check says."""
    with contextlib.suppress(OSError, ValueError, KeyError), open(data / "jurisdictions.csv", encoding="utf-8-sig", newline="") as file:
        chosen = [name.strip() for name in os.environ.get(CHOSEN, "").split(",") if name.strip()]
        rows = [row for row in csv.DictReader(file) if row["role"] == "focus" and (not chosen or row["id"] in chosen)]
        return [(row["id"], row["name_en"]) for row in sorted(rows, key=lambda row: (float(row["order"]), row["id"]))]
    return []


def _update(sources, every, data, output, say, force):
    """Bring the set in a folder up to date, doing nothing twice."""
    known, tables = publish.read_set(output), _digest(_tables(data))
    kept = _kept(sources, every, known, output, force)
    todo = [source for source in sources if source.slug not in kept]
    if known and not todo and kept == list(known["pages"]) and publish.intact(output, known):
        return say("Nothing has changed since these pages were rendered.")
    with _scratch() as scratch, _server(todo, data, scratch, say) as server:
        if known.get("data") != tables:
            _check(data)
        pages = _ordered([*(_restored(output, slug) for slug in kept), *map(_read, todo)], every)
        links = [_link(page) for page in pages]
        html = {slug: publish.content(output, known, f"{slug}.html") for slug in kept if links == known["links"]}
        html |= _executed(todo, pages, data, scratch, server, say)
    keys = known.get("pages", {}) | {source.slug: source.key for source in sources}
    facts = {"data": tables, "links": links, "pages": {page.slug: keys[page.slug] for page in pages}}
    publish.publish(_files(pages, html), facts, output)


def _kept(sources, every, known, output, force):
    """Name the pages of a set that stay: unchanged, or, where notebooks were named, not among them."""
    wanted = {source.slug: source.key for source in sources}
    stays = lambda slug, key: wanted[slug] == key and not force if slug in wanted else sources is not every
    pages = known.get("pages", {})
    return [slug for slug, key in pages.items() if stays(slug, key) and publish.content(output, known, _notebook(slug)) is not None]


def _ordered(pages, every):
    """Order pages as their notebooks, those from elsewhere last."""
    order = {source.slug: number for number, source in enumerate(every)}
    return sorted(pages, key=lambda page: (order.get(page.slug, len(order)), page.slug))


def _check(data):
    from lantian.plans import load

    load(data)


def _notebook(slug):
    """Name the file that keeps the executed notebook of a page."""
    return f"{publish.RECORD}/{slug}.ipynb"


def _restored(output, slug):
    return Page(slug, _nbformat().from_dict(json.loads((output / _notebook(slug)).read_bytes())))


def _read(source):
    """Read a notebook; one of a place gets its name before the title."""
    try:
        notebook = _nbformat().read(source.path, as_version=4)
    except (OSError, ValueError) as error:
        raise RenderError(f"{source.path}: this notebook cannot be read: {error}") from None
    if source.place:
        first = next(cell for cell in notebook.cells if cell.cell_type == "markdown")
        first.source = re.sub(r"^# ", lambda match: f"# {html_escape(source.name)}: ", first.source, count=1)
    return Page(source.slug, notebook)


def _nbformat():
    """Import nbformat, without the grammar of addresses that its validator would build for a second and never use."""
    absent = "rfc3987_syntax" not in sys.modules
    if absent:
        sys.modules["rfc3987_syntax"] = None
    import nbformat

    if absent:
        del sys.modules["rfc3987_syntax"]
    return nbformat


def _scratch():
    from tempfile import TemporaryDirectory

    return TemporaryDirectory(prefix="lantian-", ignore_cleanup_errors=True)


def _server(todo, data, scratch, say):
    """Start the process that forks kernels, before all else because it takes longest."""
    from lantian.kernels import ForkServer, can_fork

    if todo and can_fork():
        return ForkServer(_environment(data, scratch), scratch)
    if todo:
        say("This platform cannot fork: plain kernels are used, which takes longer.")
    return contextlib.nullcontext()


def _environment(data, scratch, place=""):
    """Return the environment of a kernel, the same for every user, time and folder."""
    defaults = Path(find_spec("matplotlib").origin).parent / "mpl-data" / "matplotlibrc"
    ours = {"LANTIAN_DATA": str(data), "IPYTHONDIR": str(scratch), "MATPLOTLIBRC": str(defaults)}
    ours |= {"LANTIAN_PLACE": place} if place else {}
    return {name: value for name, value in os.environ.items() if name not in FOREIGN} | FIXED | ours


def _executed(todo, pages, data, scratch, server, say):
    """Execute and convert pages side by side; return HTML by name, or say all that failed."""
    from concurrent.futures import ThreadPoolExecutor

    by_slug = {page.slug: page for page in pages}

    def make(source):
        _run(source, by_slug[source.slug].notebook, data, scratch, server)
        say(f"{source.slug}: done")
        return to_html(by_slug[source.slug], pages)

    with ThreadPoolExecutor(_cores() + 1) as pool, server or contextlib.nullcontext():  # kernels end before threads are waited for
        futures = {source.slug: pool.submit(make, source) for source in todo}
        failures = [error for future in futures.values() if (error := future.exception())]
    if strange := [error for error in failures if not isinstance(error, RenderError)]:
        raise strange[0]
    if failures:
        raise RenderError("\n".join(map(str, failures)))
    return {slug: future.result().encode() for slug, future in futures.items()}


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def execute(path, data, say=print):
    """Run one notebook in a fresh kernel of this Python.

    Returns
    -------
    Page

    Raises
    ------
    RenderError
    """
    source = Source(Path(path).resolve())
    page = _read(source)
    with _scratch() as scratch:
        _run(source, page.notebook, data, scratch, None)
    say(f"{page.slug}: done")
    return page


def _run(source, notebook, data, scratch, server):
    """Run the cells of a notebook in a kernel of its own, forked where there is a server."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    started = []
    client = NotebookClient(
        notebook,
        km=_manager(Path(scratch), source.slug, server),
        record_timing=False,
        shutdown_kernel="immediate",
        on_cell_start=lambda cell, cell_index: started.append(cell),
        resources={"metadata": {"path": str(source.path.parent)}},
        extra_arguments=["--log-level=CRITICAL"],
    )
    try:
        client.execute(env=_environment(data, scratch, source.place))
    except CellExecutionError as error:
        raise RenderError(_failure(_where(source, notebook, started), error)) from None
    except (DeadKernelError, RuntimeError) as error:
        atexit.unregister(client._cleanup_kernel)  # nothing is left to clean up
        raise RenderError(f"{_where(source, notebook, started)}: its kernel died") from error


def _manager(scratch, slug, server):
    """Make a manager of native kernels, over sockets of a private folder where there are such."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[], ensure_native_kernel=True))
    manager.connection_file = str(scratch / f"{slug}.json")
    if os.name == "posix" and len(str(scratch)) < LONGEST_SOCKET:
        manager.transport = "ipc"
    if server:
        manager.kernel_spec.metadata["kernel_provisioner"] = {"provisioner_name": "lantian-fork", "config": {"server": server}}
    return manager


def _where(source, notebook, started):
    """Name a notebook and the cell last started."""
    about = f"{source.path.name}{f' for {source.name}' if source.name else ''}"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return about + "".join(f", code cell {code.index(cell) + 1} (id {cell.id})" for cell in started[-1:])


def _failure(where, error):
    """Say where a cell failed, by which line, and how, in a few lines."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", error.traceback)
    line = re.search(r"^-+> (\d+)|Cell In\[\d+\], line (\d+)", plain, re.M)
    what = f"{error.ename}: {error.evalue}".splitlines()
    what = what[:LONGEST_ERROR] + ["…"] * (len(what) > LONGEST_ERROR)
    return "\n  ".join([where + (f", line {line[1] or line[2]}:" if line else ":"), *what])


def _files(pages, html):
    """Return the files of a set by name."""
    files = {f"{page.slug}.html": html.get(page.slug) or to_html(page, pages).encode() for page in pages}
    for page in pages:
        files[_notebook(page.slug)] = json.dumps(page.notebook, ensure_ascii=False, sort_keys=True).encode()
        for chart in page.charts:
            files |= {f"figures/{name}": content for name, content in _chart_files(chart).items()}
    if any(page.scripts for page in pages):
        plotly = Path(find_spec("plotly").origin).parent / "package_data" / "plotly.min.js"
        files |= {f"assets/{path.name}": path.read_bytes() for path in (plotly, TEMPLATES / "lantian" / "site.js")}
    return files | {"index.html": _index(pages).encode()}


def _chart_files(chart):
    """Return the files of a chart by name: drawing, image and rows."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([chart["columns"], *([harmless(cell) for cell in row] for row in chart["rows"])])
    files = {f"{chart['name']}.svg": chart["svg"].encode(), f"{chart['name']}.csv": text.getvalue().encode()}
    return files | ({f"{chart['name']}.png": base64.b64decode(chart["png"])} if chart.get("png") else {})


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
        **_edition(),
        "contents": [{"text": text, "anchor": text.replace(" ", "-")} for level, text in page.headings if level == 2],
    }
    resources = {"lantian": site, "metadata": {"name": page.slug}}
    return exporter.from_notebook_node(page.notebook, resources)[0] + "\n"


def _link(page):
    return {"slug": page.slug, "file": f"{page.slug}.html", "title": page.title, "short": page.slug.partition("_")[2].replace("_", " ")}


def _edition():
    """Read the version and its date from the citation: never from a clock."""
    text = (CHECKOUT / "CITATION.cff").read_text("utf-8")
    version, released = (re.search(rf"^{key}: (\S+)$", text, re.M)[1] for key in ("version", "date-released"))
    return {"version": version, "released": released, "colophon": f"Lantian {version}, {released}."}


def _index(pages):
    """Write the index: each question, its answer and its first chart, and the ways in."""
    from jinja2 import Environment, FileSystemLoader

    template = Environment(loader=FileSystemLoader(TEMPLATES / "lantian")).get_template("site.html.j2")
    shown = {cell: markup for page in pages for cell, markup in page.shown.items()}
    parts = [{"id": cell, "title": title, "markup": shown[cell]} for cell, title in FRONT.items() if cell in shown]
    return template.render(pages=pages, links=[_link(page) for page in pages], parts=parts, **_edition())
