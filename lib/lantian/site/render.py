"""Render notebooks to pages: find what has changed, execute and convert it, and publish the set."""

import contextlib
import csv
import hashlib
import json
import os
import sys
from pathlib import Path

from lantian.data.schema import CHECKOUT, PACKAGE, find_data
from lantian.site import forkserver, notebooks, publish
from lantian.site.execute import environment, execute
from lantian.site.notebooks import RenderError, Source, import_nbformat, read
from lantian.site.pages import Page, dead_links, exporter, files, notebook_file, to_html

NOTEBOOKS = CHECKOUT / "notebooks"
REPORTS = CHECKOUT / "reports"
CHOSEN = "LANTIAN_JURISDICTIONS"


def render(paths=None, data=None, output=None, say=print, force=False):
    """Render notebooks and the index; on a failure nothing that was there changes.

    Parameters
    ----------
    paths : list of path-like, optional
        Notebooks, by their paths or by their names in ``notebooks/``; pages of others stay as they are. By default
        all in ``notebooks/``, an analyst's own after those of the suite.
    data : path-like, optional
        The data folder, found as by `load`.
    output : path-like, optional
        By default ``reports/`` of the checkout.
    say : callable
        Called with each line of progress.
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
        every = _sources(notebooks.listed(NOTEBOOKS.resolve()), data)
        sources = _sources([notebooks.named(path, NOTEBOOKS) for path in paths], data) if paths else every
        notebooks.check_names(sources, every)
        if not paths and (others := notebooks.further_down(NOTEBOOKS)):
            say(f"Left out, since they are in folders within {NOTEBOOKS}: {', '.join(map(str, others))}")
        with publish.locked(output, say):
            _update(sources, every, data, output, say, force)
    except OSError as error:
        raise RenderError(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from None
    return output / "index.html"


def _sources(paths, data):
    """List the pages to be; a notebook that is for each place makes one for each focus place."""
    common = _digest(_inputs(data), f"{sys.version} {os.environ.get(CHOSEN)}")
    return [
        Source(path, _digest([path], common + place), place, name)
        for path in dict.fromkeys(paths)
        for place, name in (_focus(data) if notebooks.is_for_each_place(path) else [("", "")])
    ]


def _inputs(data):
    """List the files that every page depends on: tables, library, lock, version."""
    library = (
        path
        for path in Path(__file__).parents[1].rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    return [
        *_tables(data),
        *sorted(library),
        *CHECKOUT.glob("requirements.lock"),
        *CHECKOUT.glob("CITATION.cff"),
    ]


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
    """List id and name of the places compared, in order; faults in their table are left to the check."""
    with (
        contextlib.suppress(OSError, ValueError, KeyError),
        open(data / "jurisdictions.csv", encoding="utf-8-sig", newline="") as file,
    ):
        chosen = [name.strip() for name in os.environ.get(CHOSEN, "").split(",") if name.strip()]
        rows = [
            row
            for row in csv.DictReader(file)
            if row["role"] == "focus" and (not chosen or row["id"] in chosen)
        ]
        return [
            (row["id"], row["name_en"])
            for row in sorted(rows, key=lambda row: (float(row["order"]), row["id"]))
        ]
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
        pages = _ordered(
            [
                *(_restored(output, slug) for slug in kept),
                *(Page(source.slug, read(source)) for source in todo),
            ],
            every,
        )
        links = [page.link for page in pages]
        html = {
            slug: publish.content(output, known, f"{slug}.html") for slug in kept if links == known["links"]
        }
        html |= _execute_all(todo, pages, data, scratch, server, say)
    keys = known.get("pages", {}) | {source.slug: source.key for source in sources}
    facts = {"data": tables, "links": links, "pages": {page.slug: keys[page.slug] for page in pages}}
    found = files(pages, html)
    publish.publish(found, facts, output)
    for slug in known.get("pages", {}).keys() - facts["pages"].keys():
        say(
            f"{slug}: its page is gone, since {NOTEBOOKS} has no such notebook; name it to have its page again"
        )
    if dead := dead_links(found):
        say(
            f"Links to pages that are not here: {', '.join(dead)}; lantian render without a name makes them all"
        )


def _kept(sources, every, known, output, force):
    """Name the pages of a set that stay: unchanged, or, where notebooks were named, not among them."""
    wanted = {source.slug: source.key for source in sources}

    def stays(slug, key):
        return wanted[slug] == key and not force if slug in wanted else sources is not every

    pages = known.get("pages", {})
    return [
        slug
        for slug, key in pages.items()
        if stays(slug, key) and publish.content(output, known, notebook_file(slug)) is not None
    ]


def _ordered(pages, every):
    """Order pages as their notebooks, those from elsewhere last."""
    order = {source.slug: number for number, source in enumerate(every)}
    return sorted(pages, key=lambda page: (order.get(page.slug, len(order)), page.slug))


def _scratch():
    from tempfile import TemporaryDirectory

    return TemporaryDirectory(prefix="lantian-", ignore_cleanup_errors=True)


def _server(todo, data, scratch, say):
    """Start the process that forks kernels, before all else because it takes longest."""
    if todo and forkserver.can_fork():
        return forkserver.ForkServer(environment(data, scratch), scratch)
    if todo:
        say("This platform cannot fork: plain kernels are used, which takes longer.")
    return contextlib.nullcontext()


def _check(data):
    from lantian.data.plans import load

    load(data)


def _restored(output, slug):
    """Read the executed notebook of a page that stays."""
    return Page(slug, import_nbformat().from_dict(json.loads((output / notebook_file(slug)).read_bytes())))


def _execute_all(todo, pages, data, scratch, server, say):
    """Execute notebooks side by side, convert each when it is done; return HTML by slug, or raise with every failure."""
    from concurrent.futures import ThreadPoolExecutor, as_completed

    import nbclient  # noqa: F401  once, before every thread needs it

    by_slug, html = {page.slug: page for page in pages}, {}
    with (
        ThreadPoolExecutor(_cores() + 1) as pool,
        server or contextlib.nullcontext(),
    ):  # kernels end before threads are waited for
        futures = {
            pool.submit(execute, source, by_slug[source.slug].notebook, data, scratch, server): source.slug
            for source in todo
        }
        exporter() if todo else None  # while kernels run
        for future in as_completed(futures):
            if not future.exception():
                slug = futures[future]
                say(f"{slug}: done")
                html[slug] = to_html(by_slug[slug], pages).encode()
    failures = [error for future in futures if (error := future.exception())]
    if strange := [error for error in failures if not isinstance(error, RenderError)]:
        raise strange[0]
    if failures:
        raise RenderError("\n".join(map(str, failures)))
    return html


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
