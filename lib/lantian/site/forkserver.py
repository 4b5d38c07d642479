"""A process in which the libraries are imported, and which forks a notebook kernel for each request.

It ends, with every kernel, when its standard input closes, so that none outlives the program that asked for them.
"""

import builtins
import contextlib
import gc
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import lantian
from lantian.site.notebooks import import_nbformat

LAUNCHER = "ipykernel_launcher"
PRELOAD = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "plotly.basedatatypes",
    "plotly.io._renderers",
)
# A process with more than one thread cannot be forked safely: these two start their own when they are imported.
SINGLE = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}


def can_fork():
    """Tell whether this platform forks safely: macOS does not once its frameworks are loaded."""
    return hasattr(os, "fork") and sys.platform != "darwin"


class ForkServer:
    """The process that forks kernels, seen from the program that asks for them.

    Parameters
    ----------
    env : dict, optional
        The environment that the libraries are imported in; by default this program's.
    scratch : path-like, optional
        A folder that goes when the process ends, whichever way the program ended.
    """

    def __init__(self, env=None, scratch=""):
        command = [sys.executable, "-P", "-m", __name__, str(scratch)]
        env = (os.environ if env is None else env) | SINGLE | {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            command,
            env=env,
            cwd=scratch or None,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )

    def ask(self, **request):
        """Send a request, and return what the process answers.

        Raises
        ------
        RuntimeError
            When the process has ended.
        """
        with self._lock, contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            if reply := self._process.stdout.readline():
                return json.loads(reply)
        raise RuntimeError("the process that forks kernels has ended")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """End the process and its kernels."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.wait()


def serve(scratch=""):
    """Fork a kernel for each line of standard input; when it closes, end them all."""
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # ipykernel reads it when it is imported
    import_nbformat()  # which plotly asks for when it shows its first figure
    _preload()
    gc.freeze()
    kernels = set()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if "poll" in request:
            answer = _status(request["poll"], kernels)
        elif answer := os.fork():
            kernels.add(answer)
        else:
            return _become_kernel(**request)
        os.write(1, json.dumps(answer).encode() + b"\n")
    for pid in kernels:
        with contextlib.suppress(OSError):
            os.killpg(pid, signal.SIGKILL)
    shutil.rmtree(scratch, ignore_errors=True) if scratch else None
    os._exit(0)  # whoever closed the input waits, and taking the libraries down would change nothing


def _preload():
    """Import the libraries as a notebook would: pandas asks then, and only then, whether it is in one."""
    builtins.get_ipython = lambda: SimpleNamespace(kernel=None)
    for module in PRELOAD:
        importlib.import_module(module)
    for name in lantian.__all__:
        with contextlib.suppress(Exception):  # the notebook that needs it will say what is wrong
            getattr(lantian, name)
    del builtins.get_ipython


def _status(pid, kernels):
    """Return the exit status of a kernel, None while it runs; until then its number is not given to another."""
    if pid not in kernels:
        return -signal.SIGKILL
    ended, status = os.waitpid(pid, os.WNOHANG)
    kernels.discard(ended)
    return os.waitstatus_to_exitcode(status) if ended else None


def _become_kernel(arguments, env, cwd):
    """Be, in a forked process, what ``python -m ipykernel_launcher`` is."""
    from ipykernel.kernelapp import launch_new_instance

    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)  # standard output leads to whoever asked
    parent = os.environ["JPY_PARENT_PID"]
    os.environ.clear()
    os.environ.update(env, JPY_PARENT_PID=parent)
    time.tzset()
    os.chdir(cwd)
    sys.argv = [LAUNCHER, *arguments]
    launch_new_instance(argv=arguments)


if __name__ == "__main__":
    serve(*sys.argv[1:])
