"""Provide notebook kernels fast, by forking them.

The provisioner is found by jupyter_client under its entry point's name, ``lantian-fork``; any program on nbclient may
use it: ``JUPYTER_DEFAULT_PROVISIONER_NAME=lantian-fork jupyter nbconvert --execute …``.
"""

import asyncio
import os
import signal
import time
from functools import cache

from jupyter_client.provisioning import LocalProvisioner
from traitlets import Any, default

from lantian.site.forkserver import LAUNCHER, ForkServer, can_fork


class Kernel:
    """A forked kernel, with the part of the interface of `subprocess.Popen` that provisioners use."""

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
