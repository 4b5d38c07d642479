"""The set of pages in a folder, as files and as one: a manifest lists them, and nothing else there is replaced or removed."""

import base64
import contextlib
import gzip
import hashlib
import json
import os
import re
import sys
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import unquote

from lantian.data.files import clear, make_folder, replace_files
from lantian.data.schema import CHECKOUT
from lantian.site import BRIEF, template

RECORD = ".lantian"
SET = f"{RECORD}/set.json"
SINGLE = "lantian.html"  # the whole suite as one file
REPORTS = CHECKOUT / "reports"  # ours from the first
COMMITTED = "figures/*.svg"  # in it, these come with the checkout
REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "data-chart", "for")
# What would lead out of the one page: the links to the pages before and after, and to drawings as files.
LEFT_OUT = 'nav.turn, .brief, a[href^="figures/"][href$=".png"], a[href^="figures/"][href$=".svg"]'
# Of the files with the data it holds two, and names the others.
NAMED = 'footer a[href^="data/"]:not([href="data/lantian.xlsx"], [href="data/lantian-csv.zip"])'


class PublishError(OSError):
    """A folder or a file that is not replaced; the message says why."""


def digest(content):
    """Return the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def read_set(folder):
    """Return the manifest of the set in a folder, empty when there is none.

    As ``{"files": {"index.html": "9f86d0…"}, "gone": []}``: files by their digest, and those
    that a publication did not come to remove; with the facts given to `publish`.
    """
    try:
        found = json.loads((folder / SET).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if _is_manifest(found) else {}


def _is_manifest(found):
    """Tell whether what was read is a manifest, and none that somebody has spoilt."""
    if not isinstance(found, dict):
        return False
    names = [found.get(kind, {}) for kind in ("files", "pages")]
    gone = found.get("gone", [])
    known = isinstance(gone, list) and all(isinstance(each, dict) for each in names)
    texts = [*gone, *(text for each in names for pair in each.items() for text in pair)] if known else [None]
    return all(isinstance(text, str) and "\0" not in text for text in texts)


def content(folder, published, name):
    """Return the bytes of a file of a set; None when they are not those published."""
    with contextlib.suppress(OSError):
        found = (folder / name).read_bytes()
        if digest(found) == published.get("files", {}).get(name):
            return found
    return None


def intact(folder, published):
    """Tell whether every file of a set is there as it was published, and none too many."""
    names = published["files"]
    return not published.get("gone") and all(content(folder, published, name) is not None for name in names)


@contextlib.contextmanager
def locked(folder, adopt=False, say=print):
    """Let one at a time change a set; the lock, on the folder itself, goes with the process that holds it.

    A folder that holds other things, such as a home, is refused with a `PublishError` unless it is to be adopted.
    """
    _check_ours(folder, adopt)
    made = make_folder(folder)
    lock = _lock(folder, say)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # a new folder stays unless it is empty
            for new in reversed(made):
                new.rmdir()
        os.close(lock) if lock else None


def _lock(folder, say):
    """Lock a folder and return its descriptor; None where a system cannot, as Windows."""
    try:
        import fcntl
    except ImportError:
        return None
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say(f"Waiting for another render into {folder} …")
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError:  # on some file systems of a network
        pass
    return lock


def _check_ours(folder, adopt):
    if folder.exists() and not folder.is_dir():
        raise PublishError(f"{folder}: this is a file; name a folder")
    if adopt or folder == REPORTS.resolve() or not folder.exists() or read_set(folder):
        return
    if others := sorted(name for name in os.listdir(folder) if name != RECORD):
        named = ", ".join(others[:3])
        way_out = "name an empty or a new one, or say --adopt to have pages put among them"
        raise PublishError(f"{folder}: this folder holds other files ({named}); {way_out}")


def publish(files, facts, folder):
    """Replace the set in a folder, file by file, each whole; what is not of the set stays as it is.

    Call it within `locked`. The files are bytes by their names; the facts are kept with them, for `read_set`.
    The manifest comes first, so that a set that is interrupted is known for one, and is ours to mend.
    Raises `PublishError` when a file of somebody else is in the way, `OSError` when one cannot be written.
    """
    if outside := [name for name in files if not _inside(folder, name)]:
        raise PublishError(f"{outside[0]}: this name leads out of the folder of the pages")
    known = _files(folder)
    there = [name for name in sorted(files.keys() - known - {SET}) if os.path.lexists(folder / name)]
    if others := [folder / name for name in there if not _committed(folder, name)]:
        raise PublishError(f"{others[0]}: this file is not one of these pages' own; move it away first")
    gone = sorted(known - files.keys())
    manifest = facts | {"files": {name: digest(found) for name, found in sorted(files.items())}, "gone": gone}
    _clear(folder, known)
    replace_files(
        {folder / name: found for name, found in ({SET: json.dumps(manifest, indent=1)} | files).items()}
    )
    if gone:
        _remove(folder, gone)
        replace_files({folder / SET: json.dumps(manifest | {"gone": []}, indent=1)})


def _files(folder):
    """Name the files of a set, those that were left over too; a name that leads out of the folder is none."""
    known = read_set(folder)
    return {name for name in {*known.get("files", ()), *known.get("gone", ())} if _inside(folder, name)}


def _inside(folder, name):
    """Tell whether a name stays within a folder, whatever links there are on its way; only its last part may be one."""
    parent = Path(os.path.realpath(folder / name.rpartition("/")[0]))
    return Path(name).name not in ("", "..") and parent.is_relative_to(os.path.realpath(folder))


def _committed(folder, name):
    return folder == REPORTS.resolve() and fnmatch(name, COMMITTED)


def _clear(folder, names):
    """Remove what a killed publication left where these files are."""
    for part in {(folder / name).parent for name in names}:
        clear(part) if part.is_dir() else None


def _remove(folder, names):
    """Remove files, and the folders that they leave empty."""
    for name in names:
        if not (folder / name).is_dir():
            (folder / name).unlink(missing_ok=True)
    for part in {Path(name).parent for name in names} - {Path()}:
        with contextlib.suppress(OSError):
            (folder / part).rmdir()


def clean(folder):
    """Remove the set from a folder, and nothing else; of the checkout's own the committed drawings stay."""
    folder = Path(folder).resolve()
    names = {SET} | {name for name in _files(folder) if not _committed(folder, name)}
    _clear(folder, names)
    _remove(folder, sorted(names))


# --- the whole suite as one page that can be mailed, with no other file, and one address a row -----------------------


def bundle(files):
    """Join the pages among the files of a site, bytes by name, to one page of HTML.

    Every id is prefixed by its page; a link to another page becomes a link within
    this one: ``08_evidence.html#yuyao-pm25-2020`` is ``#08_evidence--yuyao-pm25-2020``.
    plotly.js is packed (gzip, base64) and runs from an inline script whose hash the
    page's policy allows. The rows of each drawing stay as files within the page, and so
    do the workbook and the CSV; its PNG and SVG do not, nor the other files with the data.
    """
    names = sorted(name for name in files if name.endswith(".html") and not name.startswith(BRIEF))
    names.sort(key=lambda name: name != "index.html")
    pages = {_key(name.removesuffix(".html")): parse(files[name].decode()) for name in names}
    for slug, page in pages.items():
        _adapt(page, slug, pages, files)
    return template("single.html.j2").render(pages=pages, index=pages["index"], **_scripts(files)) + "\n"


def _key(slug):
    """Return a name of a page that an id may begin with: ids hold no blanks."""
    return re.sub(r"[^\w.-]", lambda match: f"-{ord(match[0]):x}", slug)


def parse(markup):
    """Parse markup of a page; attributes stay as they are written."""
    from bs4 import BeautifulSoup

    return BeautifulSoup(markup, "html.parser", multi_valued_attributes=None)


def _adapt(page, slug, slugs, files):
    """Make a page fit to stand below the index: its headings one level down, its ids and links its own."""
    for part in page.select(LEFT_OUT):
        part.decompose()
    for link in page.select(NAMED):
        link.string += ", not in this file"
        link.unwrap()
    for contents in page.select('[aria-label="On this page"]'):
        contents["aria-label"] = f"On the page {slug}"
    for link in page.select("a.evidence"):
        del link["class"]  # the style sheet knows it by its address
    for heading in page.main.find_all(re.compile("^h[1-3]$")) if slug != "index" else []:
        heading["class"] = heading.name  # keeps its looks
        heading.name = f"h{int(heading.name[1]) + 1}"
    for tag in page.body.find_all():
        for name, value in tag.attrs.items():
            tag[name] = _attribute(name, value, slug, slugs, files)


def _attribute(name, value, slug, slugs, files):
    """Prefix ids and references to them by the page, and turn links between pages into anchors."""
    if name == "id":
        return f"{slug}--{value}"
    if name in REFERENCES:
        return " ".join(f"{slug}--{word}" for word in value.split())
    if name in ("href", "xlink:href"):
        return _target(value, slug, slugs, files)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{slug}--\1)", value)


def _target(address, slug, slugs, files):
    """Return where a link leads within the one page.

    >>> _target("08_evidence.html#yuyao-pm25-2020", "01_coal", ["08_evidence"], None)
    '#08_evidence--yuyao-pm25-2020'
    """
    from lantian.data.export import FILES  # only here: `make clean` has no packages

    path, _, anchor = address.partition("#")
    if path.startswith(("figures/", "data/")):
        kind = FILES[path]["type"] if path in FILES else "text/csv"
        return f"data:{kind};base64,{_base64(files[path])}"
    page = _key(unquote(path).removesuffix(".html")) or slug
    if page not in slugs:
        return address
    return f"#{page}--{anchor}" if anchor else f"#{page}"


def _scripts(files):
    """Pack plotly.js and the rows that scripts read, and allow by hash the two scripts that run."""
    from lantian.site.pages import ROWS_FILE, SCRIPT, plotly

    plotly, site = plotly().read_bytes(), files[SCRIPT]
    digests = [_base64(hashlib.sha256(script).digest()) for script in (plotly, site)]
    rows = files.get(ROWS_FILE, b"").partition(b"=")[2].rstrip(b";\n")
    packed = {"packed": _packed(plotly), "rows": rows and _packed(rows)}
    return packed | {"digests": digests, "site_js": site.decode()}


def _packed(content):
    return _base64(gzip.compress(content, 9, mtime=0))


def _base64(content):
    return base64.b64encode(content).decode("ascii")


if __name__ == "__main__":  # as make does, without any package installed
    clean(*sys.argv[1:])
