"""Start kernels fast: fork them from a process in which the libraries are imported.

The provisioner is found by jupyter_client under its entry point's name, ``lantian-fork``; any program on nbclient may
use it: ``JUPYTER_DEFAULT_PROVISIONER_NAME=lantian-fork jupyter nbconvert --execute …``. The process ends, with every
kernel, when its standard input closes, so that none outlives the program that asked for them.
"""

import asyncio
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
from functools import cache

from jupyter_client.provisioning import LocalProvisioner
from traitlets import Any, default

import lantian

LAUNCHER = "ipykernel_launcher"
PRELOAD = ("ipykernel.kernelapp", "ipykernel.debugger", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "plotly.graph_objects")
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
            command, env=env, cwd=scratch or None, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
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


class Kernel:
    """A forked kernel, as far as provisioners need of `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, server, pid):
        self.server, self.pid, self.returncode = server, pid, None

    def poll(self):
        """Return the exit status, None while the kernel runs."""
        if self.returncode is None:
            try:
                self.returncode = self.server.ask(poll=self.pid)
            except RuntimeError:
                self.returncode = -signal.SIGKILL
        return self.returncode

    def wait(self):
        """Wait for the end and return the exit status."""
        while self.poll() is None:
            time.sleep(0.01)
        return self.returncode

    def send_signal(self, number):
        """Send a signal to the kernel, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self):
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self):
        """End the kernel."""
        self.send_signal(signal.SIGKILL)


class ForkProvisioner(LocalProvisioner):
    """Provide ipykernels that were forked; any other kernel starts as it always does."""

    server = Any()

    @default("server")
    def _default_server(self):
        return _shared_server()

    async def launch_kernel(self, cmd, **kwargs):
        """Fork a kernel, with the arguments, environment and folder that it would be started with."""
        if LAUNCHER not in cmd or not can_fork():
            return await super().launch_kernel(cmd, **kwargs)
        arguments, cwd = cmd[cmd.index(LAUNCHER) + 1 :], str(kwargs.get("cwd") or os.getcwd())
        pid = await asyncio.to_thread(self.server.ask, arguments=arguments, env=dict(kwargs["env"]), cwd=cwd)
        self.process, self.pid, self.pgid, self.cwd = Kernel(self.server, pid), pid, pid, cwd
        return self.connection_info


@cache
def _shared_server():
    return ForkServer()


def serve(scratch=""):
    """Fork a kernel for each line of standard input; when it closes, end them all."""
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # ipykernel reads it when it is imported
    for module in PRELOAD:
        importlib.import_module(module)
    for name in lantian.__all__:
        with contextlib.suppress(Exception):  # the notebook that needs it will say what is wrong
            getattr(lantian, name)
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
