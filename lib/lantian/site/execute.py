"""Run the cells of notebooks, each in its own kernel; a failure is reported in a few lines."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from tempfile import TemporaryDirectory

from lantian.site import TEMPLATES
from lantian.site.markup import embed_pictures
from lantian.site.notebooks import RenderError, import_nbformat, steady

# A user's own settings must not change a page: some are left out, some are the same for everybody.
FOREIGN = "LANTIAN_PLACE PYTHONSTARTUP PYTHONOPTIMIZE PYTHONWARNINGS LANGUAGE COLUMNS LINES".split()
FIXED = {
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": "0",  # which drawings in SVG give as their date
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PLOTLY_RENDERER": "plotly_mimetype",
    "LANTIAN_PAGES": "",
}
# A process with more than one thread cannot be forked safely: OpenBLAS and Arrow start their own when they are imported.
AT_START = {
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
PATIENCE = 60  # seconds after which a cell that runs is named
LONGEST_ERROR = 5  # lines


def environment(data, scratch, place=""):
    """Return the environment of a kernel, the same for every user, time and folder."""
    settings = {"IPYTHONDIR": scratch, "MATPLOTLIBRC": TEMPLATES / "matplotlibrc", "LANTIAN_DATA": data}
    ours = {name: str(value) for name, value in settings.items()}
    ours |= {"LANTIAN_PLACE": place} if place else {}
    return {name: value for name, value in os.environ.items() if name not in FOREIGN} | FIXED | ours


def can_fork():
    """Tell whether this platform forks safely: macOS does not once its frameworks are loaded."""
    return hasattr(os, "fork") and sys.platform != "darwin"


class Kernels:
    """Run notebooks, several at once, each in a process that ends with it; a context, which ends what is left of them.

    Where there is fork, the processes are forked from one that has the libraries; elsewhere each starts anew, which takes longer.
    """

    def __init__(self):
        self._forker, self._plain = None, []
        self._scratch = TemporaryDirectory(prefix="lantian-", ignore_cleanup_errors=True)
        if can_fork():
            self._requests, theirs = socket.socketpair()
            with theirs:
                self._forker = self._process("fork", stdin=theirs, stdout=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._forker:
            self._requests.close()
            self._forker.wait()
        for process in self._plain:
            _kill(process.pid) if process.poll() is None else None
        self._scratch.cleanup()

    def execute(self, source, notebook, data, limit=None, say=print):
        """Run the cells of a notebook, as `read` from its source, on a data folder; return it with their outputs.

        A cell that takes long is named by a call of ``say``, and stopped at the limit, in seconds.
        Raises `RenderError` where a cell fails, takes longer, or ends the process.
        """
        environ = environment(data, self._scratch.name, source.place)
        job = {"notebook": notebook, "folder": str(source.path.parent), "environment": environ}
        answer, began, timers = {}, 0, []
        with contextlib.suppress(OSError), self._channel() as (request, answers):  # it may have died
            request.write(json.dumps(job).encode() + b"\n")
            request.flush()
            for answer in filter(None, map(_answer, answers)):
                _cancel(timers)
                began, timers = (
                    time.monotonic(),
                    _timers(_where(source, notebook, answer), answer, limit, say),
                )
        _cancel(timers)
        if "notebook" in answer:
            found = import_nbformat().from_dict(answer["notebook"])
            return embed_pictures(steady(found), source.path.parent)
        where = _where(source, notebook, answer)
        if "failed" in answer:
            raise RenderError(_failure(where, answer))
        if limit and time.monotonic() - began >= limit:
            raise RenderError(f"{where}: stopped after {limit:g} s, the limit for a cell")
        raise RenderError(f"{where}: its kernel died")

    @contextlib.contextmanager
    def _channel(self):
        """Start a process that runs one notebook; yield the files to ask it by and to read its answers from."""
        if self._forker:
            ours, theirs = socket.socketpair()
            with theirs:
                socket.send_fds(self._requests, [b"."], [theirs.fileno()])
            with ours, ours.makefile("wb") as request, ours.makefile("rb") as answers:
                yield request, answers
        else:
            with self._process(stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
                self._plain.append(process)
                yield process.stdin, process.stdout

    def _process(self, *arguments, **streams):
        command = [sys.executable, "-P", "-m", "lantian.site.kernel", *arguments]
        environ, cwd = environment("", self._scratch.name) | AT_START, self._scratch.name
        return subprocess.Popen(command, env=environ, cwd=cwd, start_new_session=True, **streams)


def _timers(where, answer, limit, say):
    """Start what names the cell of an answer when it takes long, and what stops it at the limit."""
    if "cell" not in answer:
        return []
    words = f"{where}: still running after {PATIENCE} s" + "; --cell-limit stops such a cell" * (not limit)
    timers = [threading.Timer(PATIENCE, say, [words])]
    timers += [threading.Timer(limit, _kill, [answer["pid"]])] if limit else []
    for timer in timers:
        timer.daemon = True
        timer.start()
    return timers


def _cancel(timers):
    for timer in timers:
        timer.cancel()


def _kill(pid):
    """End a process that runs a notebook, and what that notebook started."""
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL) if hasattr(os, "killpg") else os.kill(pid, signal.SIGTERM)


def _answer(line):
    """Read a line of JSON; what an environment prints at start-up is none."""
    with contextlib.suppress(ValueError):
        if isinstance(found := json.loads(line), dict):
            return found
    return None


def _where(source, notebook, answer):
    """Name a notebook and the cell that an answer is about."""
    about = f"{source.path.name}{f' for {source.name}' if source.name else ''}"
    index = answer.get("cell", answer.get("failed"))
    if index is None:
        return about
    number = sum(cell.cell_type == "code" for cell in notebook.cells[: index + 1])
    return f"{about}, code cell {number} (id {notebook.cells[index].id})"


def _failure(where, error):
    """Describe a failed cell in a few lines: notebook, cell, line and error."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(error["traceback"]))
    line = re.search(r"^-+> (\d+)|Cell In\[\d+\], line (\d+)", plain, re.M)
    what = f"{error['ename']}: {error['evalue']}".splitlines()
    what = what[:LONGEST_ERROR] + ["…"] * (len(what) > LONGEST_ERROR)
    return "\n  ".join([where + (f", line {line[1] or line[2]}:" if line else ":"), *what])
