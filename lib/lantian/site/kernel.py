"""The processes that run notebooks: each runs one, in an IPython kernel without sockets, and ends.

Where there is fork, they are forked from a process that has loaded the libraries. Each ends, with all that it started,
when the program that asked for it closes the request or ends, whichever way. Answers are lines of JSON, and begin
behind what an environment prints at start-up.
"""

import asyncio
import builtins
import contextlib
import gc
import importlib
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from types import SimpleNamespace

from ipykernel import compiler
from ipykernel.inprocess.socket import DummySocket
from ipykernel.iostream import IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session
from traitlets.config import Config

import lantian
from lantian.site.execute import READY, import_nbformat

CELLS = "ipykernel"  # the folder that the code of cells seems to stand in
PRELOAD = "ipykernel.debugger nbclient plotly.basedatatypes plotly.io._renderers"
PRELOAD += " matplotlib.backends.backend_agg matplotlib.backends.backend_svg seaborn"


def serve():
    """Fork a kernel for each pair of pipes that comes over standard input, to be asked and to answer, until that closes."""
    requests = socket.socket(fileno=os.dup(0))
    _preload()
    if os.environ.get("LANTIAN_DATA"):
        with contextlib.suppress(Exception):  # the notebook that needs them will say what is wrong
            importlib.import_module("lantian.data.plans").prepare(os.environ["LANTIAN_DATA"])
    gc.freeze()
    # Kernels are never waited for, so that no other process is given the number of one that has ended.
    while pipes := socket.recv_fds(requests, 1, 2)[1]:
        if not os.fork():
            requests.close()
            os.setsid()
            return run(*pipes)
        for pipe in pipes:
            os.close(pipe)
    shutil.rmtree(os.getcwd(), ignore_errors=True)  # where nobody else may be left to do so
    os._exit(0)  # taking the libraries down would change nothing


def _preload():
    """Load the libraries as a notebook would: pandas asks then, and only then, whether it is in one."""
    import_nbformat()  # which plotly asks for when it shows its first figure
    builtins.get_ipython = lambda: SimpleNamespace(kernel=None)
    for module in PRELOAD.split():
        importlib.import_module(module)
    for name in lantian.__all__:
        with contextlib.suppress(Exception):  # the notebook that needs it will say what is wrong
            getattr(lantian, name)
    del builtins.get_ipython


def run(request, answers):
    """Run the notebook of a request; answer with each cell that starts, and at the end with the notebook or the failure.

    Both are descriptors, which nothing else knows. When who asked closes the request, all ends.
    """
    for pipe in (request, answers):  # or a program that outlives the notebook would keep them open
        os.set_inheritable(pipe, False)
    request, answers = os.fdopen(request, "rb"), os.fdopen(answers, "w")
    for standard in (0, 1):
        os.dup2(os.open(os.devnull, os.O_RDWR), standard)
    print("", READY.decode(), sep="\n", file=answers)  # behind what the environment may have printed
    asked = json.loads(request.readline())
    _end_with(request)
    if hasattr(os, "register_at_fork"):  # or nobody would see that the notebook has ended
        os.register_at_fork(after_in_child=answers.close)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])

    def answer(**words):
        print(json.dumps(words), file=answers, flush=True)

    answer(**asyncio.run(_run_cells(import_nbformat().from_dict(asked["notebook"]), answer)))
    _end()


def _end_with(request):
    """End as soon as a request is closed, even if a computation gives our threads no turn.

    What watches it then is no child of ours: a notebook that waits for all its children would wait for ever.
    """
    threading.Thread(target=lambda: (request.read(), _end()), daemon=True).start()
    if os.name == "posix":
        command = ["/bin/sh", "-c", f"exec 3<&0; {{ cat <&3; kill -9 -{os.getpid()}; }} &"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(command, stdin=request, start_new_session=True, check=False, **quiet)


def _end():
    """End at once, with all that the notebook started; nothing is left that would have to be written."""
    if hasattr(os, "killpg"):
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


async def _run_cells(notebook, answer):
    """Run the cells as nbclient would; return the notebook with its outputs, or the first failure that is not expected."""
    from nbclient import NotebookClient  # after `import_nbformat`

    signal.signal(signal.SIGINT, signal.default_int_handler)  # as in a notebook; asyncio has one of its own
    compiler.get_tmp_directory = lambda: CELLS  # else warnings name a folder with the number of the process
    kernel, messages = _kernel()
    client = NotebookClient(notebook)
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if kernel.shell.exit_now:
            _end()
        answer(cell=index)
        request = kernel.session.msg("execute_request")
        kernel.set_parent([], request)
        reply = await kernel.do_execute(cell.source, silent=False)
        sys.stdout.flush()
        sys.stderr.flush()
        cell.outputs, cell.execution_count = [], reply["execution_count"]
        try:
            _take_outputs(kernel, messages, request, client, cell, index)
        except Exception as error:  # noqa: BLE001 - an output that is not of the notebook's format
            return {"cell": index, "line": None, "error": f"{type(error).__name__}: {error}"}
        if reply["status"] != "ok" and "raises-exception" not in cell.metadata.get("tags", []):
            return {"cell": index, "line": _failed_line(), "error": _error(reply, cell)}
    notebook.metadata.language_info = kernel.language_info
    client.set_widgets_metadata()
    return {"notebook": notebook}


def _take_outputs(kernel, messages, request, client, cell, index):
    """Give a cell the outputs among the messages that its request has brought."""
    client.clear_before_next_output = False
    while messages.queue.qsize():
        message = kernel.session.recv(messages, copy=False)[1]
        if message["parent_header"].get("msg_id") == request["header"]["msg_id"]:
            client.process_message(message, cell, index)


def _error(reply, cell):
    """Name the error of a cell; of what fails while it is shown only the output does."""
    shown = [output for output in cell.outputs if output.output_type == "error"]
    named = shown[-1] if shown and reply["ename"] == "NoneType" else reply
    return f"{named['ename']}: {named['evalue']}"


def _failed_line():
    """Return the number of the line of a cell that failed; of one that cannot be compiled its error knows it."""
    frames = traceback.extract_tb(getattr(sys, "last_traceback", None))
    lines = [frame.lineno for frame in frames if frame.filename.startswith(CELLS)]
    return lines[0] if lines else getattr(getattr(sys, "last_value", None), "lineno", None)


def _kernel():
    """Make an IPython kernel as its application does, but within this process; return it and where its messages gather."""
    sys.argv = ["ipykernel_launcher.py", "-f", "kernel.json"]
    config = {"connection_file": "kernel.json", "log_level": logging.CRITICAL}
    app = IPKernelApp.instance(config=Config(IPKernelApp=config))
    session, messages = Session(key=b"lantian"), DummySocket()
    publisher = IOPubThread(messages, session=session)  # is not started: who publishes waits, in every order
    sys.stdout, sys.stderr = Stream(session, publisher, "stdout", 1), Stream(session, publisher, "stderr", 2)
    channels = {"iopub_thread": publisher, "iopub_socket": publisher.background_socket}
    channels["shell_channel_thread"] = SimpleNamespace(parent_thread=None)
    log = logging.getLogger("ipykernel")
    app.kernel = IPythonKernel.instance(parent=app, log=log, session=session, **channels)
    app.shell = app.kernel.shell
    app.init_path()
    app.init_extensions()
    return app.kernel, messages


class Stream(OutStream):
    """A standard stream of a notebook, with what other programs write to its descriptor, each in its turn."""

    def __init__(self, session, publisher, name, number):
        super().__init__(session, publisher, name, watchfd=False)
        self._number, self._taken = number, 0
        self._original_stdstream_copy = os.dup(number)  # which `fileno` returns
        self._file = tempfile.TemporaryFile("a+b", buffering=0)  # noqa: SIM115 - open as long as the notebook
        os.dup2(self._file.fileno(), number)

    def write(self, text):
        if not self._is_master_process():  # but a fork by the notebook
            os.write(self._number, text.encode())
            return len(text)
        self._take()
        return super().write(text)

    def flush(self):
        if self._is_master_process():
            self._take()
            super().flush()

    def _take(self):
        if os.fstat(self._file.fileno()).st_size > self._taken:
            self._file.seek(self._taken)
            found = self._file.readall()
            self._taken += len(found)
            super().write(found.decode(errors="replace"))


if __name__ == "__main__":
    serve() if "fork" in sys.argv[1:] else run(os.dup(0), os.dup(1))
