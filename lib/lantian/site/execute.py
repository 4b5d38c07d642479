"""Run the cells of notebooks, each in its own kernel; a failure is reported in a few lines."""

import atexit
import os
import re
from importlib.util import find_spec
from pathlib import Path

from lantian.site.markup import embed_pictures
from lantian.site.notebooks import RenderError, steady

# A user's own settings must not change a page: some are left out, some are the same for everybody.
FOREIGN = {
    "LANTIAN_PLACE",
    "PYTHONSTARTUP",
    "PYTHONOPTIMIZE",
    "PYTHONWARNINGS",
    "LANGUAGE",
    "COLUMNS",
    "LINES",
}
FIXED = {
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PLOTLY_RENDERER": "plotly_mimetype",
    "LANTIAN_PAGES": "",
}
LONGEST_SOCKET = 80  # characters of a folder that leave room for a socket's name in the 107 allowed
LONGEST_ERROR = 5  # lines


def environment(data, scratch, place=""):
    """Return the environment of a kernel, the same for every user, time and folder."""
    defaults = Path(find_spec("matplotlib").origin).parent / "mpl-data" / "matplotlibrc"
    ours = {"LANTIAN_DATA": str(data), "IPYTHONDIR": str(scratch), "MATPLOTLIBRC": str(defaults)}
    ours |= {"LANTIAN_PLACE": place} if place else {}
    return {name: value for name, value in os.environ.items() if name not in FOREIGN} | FIXED | ours


def execute(source, notebook, data, scratch, server):
    """Run the cells of a notebook, as `read` from its source, and keep their outputs in it.

    The folder ``scratch`` is for what the kernel needs; without a server that forks it, a plain kernel starts.
    Raises `RenderError` where a cell fails.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    started = []
    client = NotebookClient(
        notebook,
        km=_manager(Path(scratch), f"{id(notebook):x}", server),
        record_timing=False,
        shutdown_kernel="immediate",
        on_cell_start=lambda cell, cell_index: started.append(cell),
        resources={"metadata": {"path": str(source.path.parent)}},
        extra_arguments=["--log-level=CRITICAL"],
    )
    try:
        client.execute(env=environment(data, scratch, source.place))
    except CellExecutionError as error:
        raise RenderError(_failure(_where(source, notebook, started), error)) from None
    except (DeadKernelError, RuntimeError) as error:
        atexit.unregister(client._cleanup_kernel)  # nothing is left to clean up
        raise RenderError(f"{_where(source, notebook, started)}: its kernel died") from error
    embed_pictures(steady(notebook), source.path.parent)


def _manager(scratch, name, server):
    """Make a manager of native kernels, over sockets of a private folder where there are such."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    manager = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[], ensure_native_kernel=True),
    )
    manager.connection_file = str(scratch / f"{name}.json")
    if os.name == "posix" and len(str(scratch)) < LONGEST_SOCKET:
        manager.transport = "ipc"
    if server:
        manager.kernel_spec.metadata["kernel_provisioner"] = {
            "provisioner_name": "lantian-fork",
            "config": {"server": server},
        }
    return manager


def _where(source, notebook, started):
    """Name a notebook and the cell last started."""
    about = f"{source.path.name}{f' for {source.name}' if source.name else ''}"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return about + "".join(f", code cell {code.index(cell) + 1} (id {cell.id})" for cell in started[-1:])


def _failure(where, error):
    """Describe a failed cell in a few lines: notebook, cell, line and error."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", error.traceback)
    line = re.search(r"^-+> (\d+)|Cell In\[\d+\], line (\d+)", plain, re.M)
    what = f"{error.ename}: {error.evalue}".splitlines()
    what = what[:LONGEST_ERROR] + ["…"] * (len(what) > LONGEST_ERROR)
    return "\n  ".join([where + (f", line {line[1] or line[2]}:" if line else ":"), *what])
