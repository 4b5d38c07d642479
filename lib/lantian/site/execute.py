"""Notebooks: find, read and run them, each in its own kernel; a failure is reported in a few lines."""

import base64
import contextlib
import csv
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import warnings
from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import dropwhile
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote

from lantian.site import BRIEF, TEMPLATES

NUMBERED = re.compile(r"\d\d_")
RESERVED = {"index": "the list of all pages", "changelog": "what changed from version to version"}
RESERVED |= {"lantian": "the whole suite as one file"}
CELL_ID = re.compile(r"[\w-]{1,64}", re.A)
PYTHON = ("python", "ipython", "plaintext")  # the last is what JupyterLab writes while no kernel runs
# The address of a picture, in Markdown or in HTML.
PICTURE = re.compile(r"""(!\[[^\]]*\]\(|<img\b[^>]*?\bsrc=["'])(<[^>\n]+>|(?<=["'])[^"'>]+|[^)"'\s>]+)""")
ATTACHED = re.compile(r"!\[[^\]]*\]\(attachment:([^)\s]+)")
STYLED = re.compile(r"\bT_([0-9a-f]{5})(?![0-9a-f])")  # the id of a styled table of pandas
# A user's own settings must not change a page: these are the same in every kernel, each with its reason.
with open(Path(__file__).with_name("environment.csv"), encoding="utf-8", newline="") as file:
    FIXED = {row["name"]: row["value"] for row in csv.DictReader(file)}
READY = b'{"lantian": "ready"}'  # a line that a kernel prints before its answers
PATIENCE = 60  # seconds after which a cell that runs is named
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
    name_zh: str = ""
    province: str = ""

    @property
    def slug(self):
        """Name of the page."""
        return f"{self.path.stem}_{self.place}" if self.place else self.path.stem


def listed(folder):
    """List the notebooks of a folder: the numbered ones, those for each place, then all others, by name."""
    paths = sorted(path for path in folder.glob("*.ipynb") if not path.name.startswith("."))
    return sorted(paths, key=lambda path: (not NUMBERED.match(path.name), not is_for_each_place(path)))


def further_down(folder):
    """List the notebooks in the folders within a folder, which have no pages."""
    paths = sorted(path.relative_to(folder) for path in folder.rglob("*/*.ipynb"))
    return [path for path in paths if not any(part.startswith(".") for part in path.parts)]


def named(name, folder):
    """Find the notebook that is meant by a path, or by a name in a folder; the ending may be left out."""
    name = os.fspath(name)
    paths = [Path(name), Path(f"{name}.ipynb"), folder / name, folder / f"{name}.ipynb"]
    return next((path for path in paths if path.is_file()), Path(name)).resolve()


def check_names(sources, every):
    """Raise where two notebooks, or one and a file of the site, would make one page; upper and lower case are one."""
    taken, problems = dict(RESERVED), []
    for source in every:
        page, path = source.slug.casefold(), source.path
        owner = "that of a brief" if page.startswith(BRIEF) else taken.get(page)
        if owner and source in sources:
            why = f"its page would be {source.slug}.html, which is {owner}; rename the notebook"
            problems.append(f"{path}: {why}")
        taken.setdefault(page, f"that of {path}")
    if problems:
        raise RenderError("\n".join(problems))


def raw_cells(path):
    """Read the cells of a notebook as its file has them; none where it cannot be read."""
    try:
        return [dict(cell) for cell in json.loads(path.read_bytes())["cells"]]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return []


def has_tag(cell, tag):
    """Tell whether a cell has a tag: ``question``, ``finding``, ``index``, ``index-top`` and ``each-place`` mean something to us."""
    return tag in (cell.get("metadata") or {}).get("tags", ())


def is_for_each_place(path):
    """Tell whether a notebook is rendered once for each place, by the tag of one of its cells."""
    return any(has_tag(cell, "each-place") for cell in raw_cells(path))


def read(source):
    """Read the notebook of a source as format 4.5; one about a place gets its name before the title.

    Formats before 4.5 have no ids of cells: they are numbered, so that every reading gives the same.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            notebook = import_nbformat().read(source.path, as_version=4)
        language = _language(notebook.metadata)
    except Exception as error:  # noqa: BLE001 - anything may stand in a file of that name
        why = str(error).partition("\n")[0]
        raise RenderError(f"{source.path}: this notebook cannot be read: {why}") from None
    if language not in PYTHON:
        why = f"its cells are in {language}; pages are made of notebooks in Python"
        raise RenderError(f"{source.path}: {why}")
    for cell in notebook.cells:
        for name in ATTACHED.findall(cell.source) if cell.cell_type == "markdown" else ():
            if unquote(name) not in cell.get("attachments", {}):
                raise RenderError(f"{source.path}: a note shows {name!r}, which is not attached to it")
    ids = [str(cell.get("id")) for cell in raw_cells(source.path)]
    if len(set(ids)) < len(notebook.cells) or not all(map(CELL_ID.fullmatch, ids)) or "None" in ids:
        ids = [f"cell-{number}" for number, _ in enumerate(notebook.cells, 1)]
    for cell, identifier in zip(notebook.cells, ids):
        cell.id = identifier
    notebook.nbformat_minor = max(notebook.get("nbformat_minor", 0), 5)
    if source.place:
        first = next(cell for cell in notebook.cells if cell.cell_type == "markdown")
        first.source = re.sub(r"^# ", lambda match: f"# {escape(source.name)}: ", first.source, count=1)
        about = {"place": source.name, "place_zh": source.name_zh, "province": source.province}
        notebook.metadata["lantian"] = notebook.metadata.get("lantian", {}) | about
    return notebook


def _language(metadata):
    """Return the language of a notebook's cells, Python where it names none."""
    run_in, meant_for = metadata.get("language_info") or {}, metadata.get("kernelspec") or {}
    return (run_in.get("name") or meant_for.get("language") or "python").lower()


def import_nbformat():
    """Import nbformat, without the grammar of addresses that its validator would build for a second and never use."""
    sys.modules.setdefault("rfc3987_syntax", None)  # as if it were not installed
    import nbformat

    if sys.modules.get("rfc3987_syntax") is None:
        sys.modules.pop("rfc3987_syntax", None)
    return nbformat


def stand_alone(notebook, folder):
    """Make the pictures that an executed notebook shows from files near it part of it, and number its styled tables.

    pandas gives these ids by chance, which would make a page another in each run.
    """
    tables = {}

    def embedded(match):
        path = Path(folder, unquote(match[2].strip("<>")))
        if ":" in match[2] or not os.path.isfile(path):
            return match[0]
        kind = guess_type(path.name)[0] or "image/png"
        return f"{match[1]}data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"

    def numbered(match):
        return f"T_{tables.setdefault(match[1], len(tables) + 1)}"

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = PICTURE.sub(embedded, cell.source)
        for data in (output.get("data", {}) for output in cell.get("outputs", [])):
            markup = data.get("text/html") or ""
            if "<img" in markup:
                data["text/html"] = markup = PICTURE.sub(embedded, markup)
            if 'id="T_' in markup:
                data["text/html"] = STYLED.sub(numbered, markup)
    return notebook


# --- run them --------------------------------------------------------------------------------------------------------


def environment(data, scratch, place=""):
    """Return the environment of a kernel, the same for every user, time and folder."""
    settings = {"IPYTHONDIR": scratch, "MATPLOTLIBRC": TEMPLATES / "matplotlibrc"}
    settings |= {"LANTIAN_DATA": data, "LANTIAN_PLACE": place}
    return os.environ | FIXED | {name: str(value) for name, value in settings.items()}


def can_fork():
    """Tell whether this platform forks safely: macOS does not once its frameworks are loaded."""
    return hasattr(os, "fork") and sys.platform != "darwin"


class Kernels(contextlib.ExitStack):
    """Run notebooks, several at once, each in a process that ends with it; a context, which ends what is left of them.

    Where there is fork, the processes are forked from one that has the libraries, and the data of a folder if one is given;
    elsewhere each starts anew, which takes longer.
    """

    def __init__(self, data=""):
        super().__init__()
        scratch = tempfile.TemporaryDirectory(prefix="lantian-", ignore_cleanup_errors=True)
        self._scratch, self._data, self._forker = self.enter_context(scratch), data, None
        if can_fork():
            self._forker, theirs = socket.socketpair()
            with theirs:
                self._start("fork", stdin=theirs, stdout=subprocess.DEVNULL)
            self.enter_context(self._forker)

    def execute(self, source, notebook, data, limit=None, say=print):
        """Run the cells of a notebook, as `read` from its source, on a data folder; return it with their outputs.

        A cell that takes long is named by a call of ``say``, and stopped at the limit, in seconds.
        Raises `RenderError` where a cell fails, takes longer, or ends the process.
        """
        environ = environment(data, self._scratch, source.place)
        job = {"notebook": notebook, "folder": str(source.path.parent), "environment": environ}
        answer, stopped = {}, False
        died = contextlib.suppress(OSError, ValueError)  # a kernel may do so in the middle of an answer
        with died, contextlib.ExitStack() as timers, self._channel() as (request, answers):
            request.write(json.dumps(job).encode() + b"\n")
            request.flush()
            for answer in map(json.loads, dropwhile(lambda line: line.strip() != READY, answers)):
                timers.close()
                if "cell" in answer:
                    _watch(timers, _where(source, notebook, answer), limit, say, request)
            stopped = request.closed
        if "notebook" in answer:
            return stand_alone(import_nbformat().from_dict(answer["notebook"]), source.path.parent)
        where = _where(source, notebook, answer)
        if "error" in answer:
            raise RenderError(_failure(where, answer))
        why = f"stopped after {limit:g} s, the limit for a cell" if stopped else "its kernel died"
        raise RenderError(f"{where}: {why}")

    @contextlib.contextmanager
    def _channel(self):
        """Start a process that runs one notebook; yield the files to ask it by, with which it ends, and to read its answers from."""
        (asked, request), (answers, answered) = os.pipe(), os.pipe()
        with open(request, "wb") as request, open(answers, "rb") as answers:
            if self._forker:
                socket.send_fds(self._forker, [b"."], [asked, answered])
            else:
                self._start(stdin=asked, stdout=answered)
            self.callback(request.close)
            os.close(asked)
            os.close(answered)
            yield request, answers

    def _start(self, *arguments, **streams):
        """Start a process, which is waited for at the end."""
        command = [sys.executable, "-m", "lantian.site.kernel", *arguments]
        environ, cwd = environment(self._data, self._scratch), self._scratch
        self.enter_context(subprocess.Popen(command, env=environ, cwd=cwd, start_new_session=True, **streams))


def _watch(timers, where, limit, say, request):
    """Have the cell that runs named when it takes long, and its kernel ended at the limit."""
    words = f"{where}: still running after {PATIENCE} s" + "; --cell-limit stops such a cell" * (not limit)
    for seconds, act in ((PATIENCE, partial(say, words)), (limit, request.close)):
        if seconds:
            timer = threading.Timer(seconds, act)
            timers.callback(timer.cancel)
            timer.start()


def _where(source, notebook, answer):
    """Name a notebook and the cell that an answer is about."""
    about = source.path.name + (f" for {source.name}" if source.name else "")
    if "cell" not in answer:
        return about
    cells = notebook.cells[: answer["cell"] + 1]
    number = sum(cell.cell_type == "code" for cell in cells)
    return f"{about}, code cell {number} (id {cells[-1].id})"


def _failure(where, failed):
    """Describe a failed cell in a few lines: notebook, cell, line and error."""
    line = f", line {failed['line']}" if failed["line"] else ""
    what = failed["error"].splitlines()
    what = what[:LONGEST_ERROR] + ["…"] * (len(what) > LONGEST_ERROR)
    return "\n  ".join([f"{where}{line}:", *what])
