"""Render notebooks to pages: find what has changed, execute and convert it, and publish the set."""

import contextlib
import csv
import hashlib
import json
import os
import sys
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor, as_completed
from operator import attrgetter
from pathlib import Path

import lantian
from lantian.data.schema import CHECKOUT, PACKAGE, find_data, province
from lantian.site import execute, publish
from lantian.site.execute import Kernels, RenderError, Source, import_nbformat
from lantian.site.pages import Page, dead_links, exporter, files, notebook_file, rows_file, to_html
from lantian.site.publish import REPORTS, SINGLE

NOTEBOOKS = CHECKOUT / "notebooks"
CHOSEN = "LANTIAN_JURISDICTIONS"


# What is asked for: of which data, into which folder, and how; the parameters of `render`.
Job = namedtuple("Job", "data output say force single limit")


def render(paths=None, data=None, output=None, say=print, force=False, single=False, adopt=False, limit=None):
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
    single : bool
        Also write the whole suite as one file, ``lantian.html``.
    adopt : bool
        Let the folder hold other files; they stay as they are.
    limit : float, optional
        Seconds that a cell may take.

    Returns
    -------
    Path
        ``index.html``.

    Raises
    ------
    DataError
        When the tables do not pass their checks.
    RenderError
        When a notebook fails, the data change meanwhile, or the folder is somebody else's.
    """
    job = Job(find_data(data).resolve(), Path(output or REPORTS).resolve(), say, force, single, limit)
    paths = [execute.named(path, NOTEBOOKS) for path in paths or ()]
    try:
        with publish.locked(job.output, adopt, say):
            _update(paths, job)
    except OSError as error:
        raise RenderError(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from None
    return job.output / "index.html"


def _sources(paths, data):
    """List the pages to be; a notebook that is for each place makes one for each focus place."""
    rows, notes = _rows_and_notes(data)
    common = _digest(_program(), f"{sys.version} {os.environ.get(CHOSEN)} {rows}")
    sources = []
    for path in dict.fromkeys(paths):
        shown = _declared(path).get("notes")
        for place in _focus(data) if execute.is_for_each_place(path) else [()]:
            noted = {"none": "", "own": notes.get("".join(place[:1]))}.get(shown, notes.get(shown, notes))
            sources.append(Source(path, _key(path, f"{common}{place[:1]}{noted}"), *place))
    return sources


def _rows_and_notes(data):
    """Digest the tables without the notes of targets and gaps, and gather these by place: not every page shows them."""
    noted = [data / "gaps.csv", *sorted(data.glob("targets/*.csv"))]
    total, notes = hashlib.sha256(_digest(sorted({*_tables(data)} - {*noted})).encode()), {}
    for path in noted:
        with contextlib.suppress(OSError, ValueError, csv.Error):  # which the check names
            for row in csv.DictReader(path.read_text("utf-8-sig").splitlines(keepends=True)):
                notes.setdefault(row.get("jurisdiction") or path.stem, []).append(row.pop("note", ""))
                total.update(repr((path.name, *row.values())).encode())
    return total.hexdigest(), notes


def _key(path, seed):
    """Digest all that a page depends on; empty when its notebook does not declare what it reads, and may read anything."""
    reads = _reads(path)
    return "" if reads is None else _digest([path, *reads], seed)


def _reads(path):
    """List the files that a notebook reads: those beside it, and those that its metadata name; None when these do not.

    They do as ``"lantian": {"page": "01_coal", "reads": ["mine/extra.csv"], "notes": "none"}``, with the name
    of the notebook, so that a copy under another name is none that declares. ``notes`` says that it shows none of targets
    and gaps, or those of its own place (``own``), or of the one named.
    """
    declared = _declared(path)
    if declared.get("page") != path.stem or not isinstance(declared.get("reads"), list):
        return None
    neighbours = (
        file for file in sorted(path.parent.iterdir()) if file.is_file() and file.suffix != ".ipynb"
    )
    return [*neighbours, *(path.parent / name for name in declared["reads"])]


def _declared(path):
    """Return what a notebook declares of itself; an empty dict where it declares nothing."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        return dict(json.loads(path.read_bytes())["metadata"]["lantian"])
    return {}


def _program():
    """List the files that pages depend on beside the tables."""
    library = Path(__file__).parents[1].rglob("*")
    library = sorted(path for path in library if path.is_file() and "__pycache__" not in path.parts)
    checkout = (CHECKOUT / name for name in ("requirements.lock", "CITATION.cff"))
    return [*library, *filter(Path.exists, checkout)]


def _made_from(data):
    """Digest what a set is made from beside its notebooks."""
    inputs = _digest([*_tables(data), *_program()], os.environ.get(CHOSEN, ""))
    return {"inputs": inputs, "changelog": _digest([CHECKOUT / "CHANGELOG.md"])}


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
    """List id, names and province of the places compared, in order; faults in their table are left to the check."""
    chosen = [name.strip() for name in os.environ.get(CHOSEN, "").split(",") if name.strip()]
    with contextlib.suppress(OSError, ValueError, KeyError):
        rows = csv.DictReader((data / "jurisdictions.csv").read_text("utf-8-sig").split("\n"))
        places = {row["id"]: row for row in rows}
        focus = [row for row in places.values() if row["role"] == "focus" and row["id"] in (chosen or places)]
        focus.sort(key=lambda row: (float(row["order"]), row["id"]))
        return [(row["id"], row["name_en"], row["name_zh"], province(places, row["id"])) for row in focus]
    return []


def _update(paths, job):
    """Bring the set in a folder up to date, doing nothing twice."""
    read = _stamps(paths, job.data)
    every = _sources([*execute.listed(NOTEBOOKS.resolve()), *paths], job.data)
    sources = [source for source in every if source.path in paths] if paths else every
    execute.check_names(sources, every)
    if not paths and (others := execute.further_down(NOTEBOOKS)):
        job.say(f"Left out, since they are in folders within {NOTEBOOKS}: {', '.join(map(str, others))}")
    known, made_from = publish.read_set(job.output), _made_from(job.data)
    kept = _kept(sources, every, known, job)
    todo = [source for source in sources if source.slug not in kept]
    same = made_from.items() <= known.items() and not todo and kept == list(known["pages"])
    if same and publish.intact(job.output, known) and (not job.single or SINGLE in known["files"]):
        return job.say("Nothing has changed since these pages were rendered.")
    if todo and not execute.can_fork():
        job.say("This platform cannot fork: plain kernels are used, which takes longer.")
    # Kernels come before all else, since to start them takes longest.
    with Kernels(job.data) if todo else contextlib.nullcontext() as kernels:
        if known.get("inputs") != made_from["inputs"]:
            lantian.load(job.data)  # which checks the tables
        pages, around, found = _site(todo, kept, every, known, made_from, kernels, job)
    if changed := read.items() ^ _stamps(paths, job.data).items():
        way_out = "render again; what a notebook writes goes into a folder within its own"
        raise RenderError(f"{min(changed)[0]}: changed while the pages were made; {way_out}")
    keys = known.get("pages", {}) | {source.slug: source.key for source in sources}
    facts = made_from | around | {"pages": {page.slug: keys[page.slug] for page in pages}}
    publish.publish(found, facts, job.output)
    _say_what_is_missing(known, facts, found, job.say)


def _site(todo, kept, every, known, made_from, kernels, job):
    """Execute what is to be made; return all pages in order, what each shows of the site around it, and the files."""
    pages = [_restored(job.output, slug) for slug in kept]
    pages = _ordered(pages + [Page(source.slug, execute.read(source)) for source in todo], every)
    pool = ThreadPoolExecutor(_cores() + 1)
    try:
        offered = pool.submit(_offered, pages, known, made_from, job)
        pages, html = _execute_all(todo, pages, offered, kernels, pool, job)
        offered, shown = offered.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # when interrupted: the kernels end next
    around = {"links": [page.link for page in pages]} | shown
    if around.items() <= known.items():
        html |= {slug: publish.content(job.output, known, f"{slug}.html") for slug in kept}
    found = files(pages, html, around) | offered
    if job.single:
        found[SINGLE] = publish.bundle(found).encode()
    return pages, around, found


def _offered(pages, known, made_from, job):
    """Return the files that come from the data alone, and what each page shows of them.

    A set keeps its own while data and library are the same. Pages without those of the evidence, as somebody's own
    notebooks, have none.
    """
    from lantian.data import export  # only here: a render that finds nothing changed is quick
    from lantian.site.evidence import script

    found, rows = {}, rows_file(pages)
    if rows:
        found = {name: publish.content(job.output, known, name) for name in (*export.FILES, rows)}
        if job.force or None in found.values() or made_from["inputs"] != known.get("inputs"):
            found = export.make(job.data) | {rows: script(lantian.load(job.data)).encode()}
    return found, export.offer(job.data, found)


def _say_what_is_missing(known, facts, found, say):
    """Say which pages are gone since their notebooks are, and which links lead to pages that were not made."""
    for slug in known.get("pages", {}).keys() - facts["pages"].keys():
        why = f"{NOTEBOOKS} has no such notebook; name it to have its page again"
        say(f"{slug}: its page is gone, since {why}")
    if dead := dead_links(found):
        how = "lantian render without a name makes them all"
        say(f"Links to pages that are not here: {', '.join(dead)}; {how}")


def _stamps(paths, data):
    """Note when each file that pages depend on was changed last, which no later change can undo."""
    paths = paths or execute.listed(NOTEBOOKS)
    every = {*_tables(data), *_program(), *paths, *(file for path in paths for file in _reads(path) or ())}
    stamp = attrgetter("st_ino", "st_size", "st_mtime_ns", "st_ctime_ns")
    return {str(path): stamp(path.stat()) for path in every}


def _kept(sources, every, known, job):
    """Name the pages of a set that stay: unchanged, or, where notebooks were named, not among them."""
    wanted = {source.slug: source.key for source in sources}

    def stays(slug, key):
        return bool(key) and wanted[slug] == key and not job.force if slug in wanted else sources is not every

    pages = [slug for slug, key in known.get("pages", {}).items() if stays(slug, key)]
    return [slug for slug in pages if publish.content(job.output, known, notebook_file(slug)) is not None]


def _ordered(pages, every):
    """Order pages as their notebooks, those from elsewhere last."""
    suite = [source.slug for source in every if source.path.parent == NOTEBOOKS.resolve()]
    order = {slug: number for number, slug in enumerate(suite)}
    return sorted(pages, key=lambda page: (order.get(page.slug, len(order)), page.slug))


def _restored(output, slug):
    """Read the executed notebook of a page that stays."""
    return Page(slug, import_nbformat().from_dict(json.loads((output / notebook_file(slug)).read_bytes())))


def _execute_all(todo, pages, offered, kernels, pool, job):
    """Execute notebooks side by side, and convert each when it is done; their foot links to the files that will be offered.

    Return all pages, and the HTML of those executed by slug; or raise with every failure.
    """
    pages, html, futures = {page.slug: page for page in pages}, {}, {}
    for source in todo:
        notebook = pages[source.slug].notebook
        future = pool.submit(kernels.execute, source, notebook, job.data, job.limit, job.say)
        futures[future] = source.slug
    exporter()  # while kernels run
    for future in as_completed(futures):
        if isinstance(future.exception(), RenderError):
            continue
        slug = futures[future]
        pages[slug] = Page(slug, future.result())
        job.say("; ".join([f"{slug}: done", *pages[slug].left_out]))
        _, shown = offered.result()
        html[slug] = to_html(pages[slug], [*pages.values()], shown).encode()
    if failures := [str(future.exception()) for future in futures if future.exception()]:
        raise RenderError("\n".join(failures))
    return [*pages.values()], html


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
