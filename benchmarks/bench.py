"""Measure Lantian against the floor and against its peers; write the table into benchmarks/README.md.

Both sides of a row run in turn, at least five times; the ratio is that of the medians. Peers are installed into a
scratch environment that sees the project's packages, so that both sides run on the same versions.
"""

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from importlib.metadata import version
from pathlib import Path

import national

HERE = Path(__file__).parent
ROOT = HERE.parent
PYTHON = sys.executable
LANTIAN = (PYTHON, "-c", "from lantian.cli import main; main()")
PEERS = ("papermill", "jupyter-book<2")
SHOWN = ("pandas", "pyarrow", "matplotlib", "plotly", "nbclient", "nbconvert", "ipykernel", "frictionless")
ENV = os.environ | {"PLOTLY_RENDERER": "plotly_mimetype", "MPLBACKEND": "agg"}  # no plotly.js in any page
MARK = "<!-- written by bench.py -->"
LOAD = "import lantian as lt; from pathlib import Path; "
READ = "import pandas as pd; from pathlib import Path; "
EACH = "sorted(Path({folder!r}).rglob('*.csv'))"


def run(*command, env=ENV, cwd=None):
    """Run a command; a failing one ends the benchmark with its words."""
    done = subprocess.run([*map(str, command)], env=env, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def whole(*command, **options):
    """Return a measurement of a command from its start to its end."""

    def measure():
        start = time.perf_counter()
        run(*command, **options)
        return time.perf_counter() - start

    return measure


def inner(setup, statement):
    """Return a measurement of a statement in a new process, its imports and preparations left out."""
    code = f"import time; {setup}; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    return lambda: float(run(PYTHON, "-c", code).split()[-1])


def paired(ours, theirs, runs):
    """Run two measurements in turn; return their medians."""
    pairs = [(ours(), theirs()) for _ in range(runs)]
    return [statistics.median(side) for side in zip(*pairs)]


def peers(scratch):
    """Install the peers; return the Python that has them."""
    venv.create(scratch / "peers", with_pip=True)
    python = scratch / "peers/bin/python"
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    Path(site, "project.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT / 'lib'}\n")
    run(python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *PEERS)
    run(python, "-m", "ipykernel", "install", "--prefix", scratch / "peers", "--name", "python3")
    return python


def suite_rows(notebooks, scratch):
    """Yield what is compared on the suite: name, ours, peer, theirs, target."""
    ours = whole(*LANTIAN, "render", *notebooks, "--force", "--output", scratch / "ours")
    yield "whole suite", ours, "the floor", whole(PYTHON, HERE / "floor.py", *notebooks), 1.25
    stock = (PYTHON, "-m", "jupyter", "nbconvert", "--execute", "--to", "html", "--output-dir", scratch / "stock", *notebooks)
    yield "whole suite", ours, "jupyter nbconvert --execute --to html", whole(*stock), 0.4
    python = peers(scratch)
    yield "whole suite", ours, "papermill, then nbconvert", lambda: papermill(python, notebooks, scratch), None
    yield "whole suite", ours, "Jupyter Book 1", lambda: book(python, notebooks, scratch), None


def papermill(python, notebooks, scratch):
    """Execute each notebook by papermill, then convert them all."""
    start, folder = time.perf_counter(), scratch / "papermill"
    folder.mkdir(exist_ok=True)
    for path in notebooks:
        run(python, "-m", "papermill", "--no-progress-bar", "--cwd", path.parent, path, folder / path.name)
    run(python, "-m", "jupyter", "nbconvert", "--to", "html", *sorted(folder.glob("*.ipynb")))
    return time.perf_counter() - start


def book(python, notebooks, scratch):
    """Build a book of the notebooks, executing all of them."""
    folder = scratch / "book"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path in notebooks:
        shutil.copy(path, folder)
    first, *rest = [path.stem for path in notebooks]
    (folder / "_config.yml").write_text("title: Lantian\nexecute:\n  execute_notebooks: force\n  timeout: 600\n")
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: {first}\nchapters:\n" + "".join(f"- file: {stem}\n" for stem in rest))
    return whole(python, "-m", "jupyter_book", "build", folder, env=ENV | {"LANTIAN_DATA": str(ROOT / "data")})()


def idle_rows(notebooks, scratch):
    """Yield what is compared when little or nothing has changed."""
    pandas = whole(PYTHON, "-c", "import pandas")
    again = (*LANTIAN, "render", *notebooks, "--output", scratch / "ours")
    run(*again)
    yield "nothing changed", whole(*again), 'python -c "import pandas"', pandas, 1
    one = notebooks[1]
    yield f"one notebook changed ({one.stem})", whole(*LANTIAN, "render", one, "--force", *again[-2:]), "its floor", whole(PYTHON, HERE / "floor.py", one), 1.6
    yield "import lantian", whole(PYTHON, "-c", "import lantian"), "import pandas", pandas, 1.2


def national_rows(scratch):
    """Yield what is compared on national data, and on a part of it."""
    folders = {places: scratch / f"national-{places}" for places in (57, 285, 2850)}
    for places, folder in folders.items():
        national.make(folder, places)
    load = {places: inner(LOAD + "lt.load", f"lt.load({str(folder)!r})") for places, folder in folders.items()}
    read = inner(READ + f"paths = {EACH.format(folder=str(folders[2850]))}", "[pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths]")
    yield "load and check, 2,850 places", load[2850], "pandas.read_csv(dtype=str, keep_default_na=False)", read, 2
    check = inner("from frictionless import validate", f"validate({str(folders[57] / 'datapackage.json')!r}, trusted=True)")
    yield "load and check, 57 places", load[57], "frictionless validate", check, 0.1
    yield "load and check, 2,850 places", load[2850], "a tenth of them", load[285], 11
    plans = LOAD + f"plans = lt.load({str(folders[2850])!r}); rows = plans.targets[plans.targets.indicator == 'air.pm25']; lt.compare"
    merge = "rows.merge(plans.jurisdictions, left_on='jurisdiction', right_on='id')"
    yield "compare one indicator, 2,850 places", inner(plans, "lt.compare(plans, 'air.pm25')"), "one pandas merge of its rows", inner(plans, merge), 3


def memory(folder):
    """Return the peak of a process that loads the data, and the size of the frames, in GB."""
    code = (
        f"import lantian as lt, resource, dataclasses; plans = lt.load({str(folder)!r}); "
        "frames = [getattr(plans, field.name) for field in dataclasses.fields(plans) if field.name != 'folder']; "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, sum(frame.memory_usage(deep=True).sum() for frame in frames) / 1e9)"
    )
    return [float(number) for number in run(PYTHON, "-c", code).split()]


def row(what, peer, medians, target, unit="s"):
    """Write a row of the table."""
    ours, theirs = medians
    goal = f"≤ {target:g}" if target else ""
    return f"| {what} | {ours:.2f} {unit} | {peer} | {theirs:.2f} {unit} | {ours / theirs:.2f} | {goal} |"


def machine():
    """Name the machine and the versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(f"{name} {version(name)}" for name in SHOWN)
    return f"{platform.system()} {platform.machine()}, {cores} cores, Python {platform.python_version()}; {versions}."


def main(runs, only):
    """Measure, and write the table."""
    notebooks = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    lines = [f"{machine()} Medians of {runs} paired runs.", "", "| What | Lantian | Against | Time | Ratio | Goal |", "| --- | ---: | --- | ---: | ---: | --- |"]
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        groups = {"suite": lambda: suite_rows(notebooks, scratch), "idle": lambda: idle_rows(notebooks, scratch), "national": lambda: national_rows(scratch)}
        for group in only or groups:
            for what, ours, peer, theirs, target in groups[group]():
                lines.append(row(what, peer, paired(ours, theirs, runs), target))
                print(lines[-1], flush=True)
        if (scratch / "national-2850").is_dir():
            lines.append(row("peak of memory, 2,850 places", "the frames loaded", memory(scratch / "national-2850"), 4, "GB"))
    page = (HERE / "README.md").read_text("utf-8").partition(MARK)[0]
    (HERE / "README.md").write_text(f"{page}{MARK}\n\n" + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=("suite", "idle", "national"))
    main(**vars(parser.parse_args()))
