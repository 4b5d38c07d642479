"""Measure Lantian against the floor and against its peers; write the table into benchmarks/README.md.

All sides of a comparison run in turn, at least five times; a ratio is that of the medians. Peers are installed into a
scratch environment that sees the project's packages, so that all run on the same versions.
"""

import argparse
import contextlib
import os
import platform
import re
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

import first_figure
import national

HERE = Path(__file__).parent
ROOT = HERE.parent
PYTHON = sys.executable
LANTIAN = (PYTHON, "-c", "from lantian.cli import main; main()")
NBCONVERT = (PYTHON, "-m", "jupyter", "nbconvert", "--execute", "--to", "html")
FLOOR = (PYTHON, HERE / "floor.py")
PEERS = ("papermill", "jupyter-book<2")
SHOWN = ("pandas", "pyarrow", "matplotlib", "plotly", "nbclient", "nbconvert", "ipykernel", "frictionless")
ENV = os.environ | {"PLOTLY_RENDERER": "plotly_mimetype", "MPLBACKEND": "agg"}  # no plotly.js in any page
PEERS_ENV = ENV | {
    "JUPYTER_PATH": str(Path(sys.prefix, "share/jupyter")),
    "LANTIAN_DATA": str(ROOT / "data"),
}  # templates, and data for copies
MARK = "<!-- written by bench.py -->"
HEAD = "| Part | What | Lantian | Against | It takes | Ratio | Goal |\n| --- | --- | ---: | --- | ---: | ---: | --- |\n"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
PLACES = (28, 285)
GROWN, OF_A_PLAN, MOST_MEMORY = (12, 20, 65, 300), 54, 4  # places, targets of each, GB
PEAKS = {}
SHOTS = (
    ("first figure, Slow 4G,", "figure", first_figure.SLOW_4G, 0.2),
    ("first figure, from the disk,", "figure", None, 0.2),
    ("first interactive chart, from the disk,", "chart", None, None),
)


def run(*command, env=ENV, cwd=None):
    """Run a command; a failing one ends the benchmark with its words."""
    done = subprocess.run([*map(str, command)], env=env, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def timed(*commands, **options):
    """Return a measurement of commands from the first one's start to the last one's end."""

    def measure():
        start = time.perf_counter()
        for command in commands:
            run(*command, **options)
        return time.perf_counter() - start

    return measure


def inner(setup, statement):
    """Return a measurement of a statement in a new process, its imports and preparations left out."""
    code = f"import time; {setup}; t = time.perf_counter(); {statement}; print(time.perf_counter() - t)"
    return lambda: float(run(PYTHON, "-c", code).split()[-1])


def suite(scratch):
    """Compare whole suites: return the sides, and which of them are set against each other, with a goal."""
    sides = {
        "lantian render": rendered(scratch),
        "the floor": timed((*FLOOR, *NOTEBOOKS)),
        "jupyter nbconvert --execute": timed((*NBCONVERT, "--output-dir", scratch / "stock", *NOTEBOOKS)),
    }
    ours, floor, stock = sides
    return sides, [("whole suite", ours, floor, 0.7), ("whole suite", ours, stock, 0.3)]


def peers(scratch):
    """Compare whole suites with those of two peers."""
    python = installed(scratch)
    sides = {
        "lantian render": rendered(scratch),
        "papermill, then nbconvert": timed(*papermill(python, scratch), env=PEERS_ENV),
        "Jupyter Book 1": book(python, scratch),
    }
    ours, *others = sides
    return sides, [("whole suite", ours, name, None) for name in others]


def rendered(scratch):
    """Return a measurement of our rendering."""
    return timed((*LANTIAN, "render", *NOTEBOOKS, "--force", "--output", scratch / "ours"))


def installed(scratch):
    """Install the peers; return the Python that has them."""
    venv.create(scratch / "peers", with_pip=True)
    python = scratch / "peers/bin/python"
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    Path(site, "project.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT / 'lib'}\n")
    run(python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *PEERS)
    run(python, "-m", "ipykernel", "install", "--prefix", scratch / "peers", "--name", "python3")
    return python


def papermill(python, scratch):
    """List the commands that execute each notebook by papermill, then convert them all."""
    folder = scratch / "papermill"
    folder.mkdir()
    done = [(path, folder / path.name) for path in NOTEBOOKS]
    commands = [
        (python, "-m", "papermill", "--no-progress-bar", "--cwd", path.parent, path, copy)
        for path, copy in done
    ]
    return [*commands, (python, "-m", "nbconvert", "--to", "html", *(copy for _, copy in done))]


def book(python, scratch):
    """Return a measurement of a book that is built of the notebooks, executing all of them."""
    folder, (first, *rest) = scratch / "book", (path.stem for path in NOTEBOOKS)
    build = timed((python.parent / "jupyter-book", "build", folder), env=PEERS_ENV)

    def measure():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for path in NOTEBOOKS:
            shutil.copy(path, folder)
        (folder / "_config.yml").write_text(
            "title: Lantian\nexecute:\n  execute_notebooks: force\n  timeout: 600\n"
        )
        chapters = "".join(f"- file: {stem}\n" for stem in rest)
        (folder / "_toc.yml").write_text(f"format: jb-book\nroot: {first}\nchapters:\n{chapters}")
        return build()

    return measure


def idle(scratch):
    """Compare what little or no change costs."""
    one, again = NOTEBOOKS[1], (*LANTIAN, "render", *NOTEBOOKS, "--output", scratch / "again")
    run(*again)
    sides = {
        "nothing changed": timed(again),
        'python -c "import pandas"': timed((PYTHON, "-c", "import pandas")),
        "import lantian": timed((PYTHON, "-c", "import lantian")),
        f"one notebook changed ({one.stem})": timed((*LANTIAN, "render", one, "--force", *again[-2:])),
        "its floor": timed((*FLOOR, one)),
    }
    nothing, pandas, ours, changed, floor = sides
    return sides, [(nothing, nothing, pandas, 0.4), (changed, changed, floor, 1.6), (ours, ours, pandas, 1.2)]


def data(scratch):
    """Compare the reading and checking of the data of many places, and of a tenth of them."""
    few, many = (str(scratch / f"places-{places}") for places in PLACES)
    for places, folder in zip(PLACES, (few, many)):
        national.make(folder, places)
    paths = f"import pandas as pd; from pathlib import Path; paths = sorted(Path({many!r}).rglob('*.csv'))"
    trusted = "from frictionless import system, validate; system.trusted = True"
    ours, tenth, pandas, frictionless = sides = {
        "lantian.load": inner("import lantian as lt; lt.load", f"lt.load({many!r})"),
        "a tenth of the places": inner("import lantian as lt; lt.load", f"lt.load({few!r})"),
        "pandas.read_csv(dtype=str, keep_default_na=False)": inner(
            paths, "[pd.read_csv(path, dtype=str, keep_default_na=False) for path in paths]"
        ),
        "frictionless validate": inner(trusted, f"assert validate({many + '/datapackage.json'!r}).valid"),
    }
    what = f"load and check, {PLACES[1]} places"
    return sides, [(what, ours, pandas, 3), (what, ours, tenth, 11), (what, ours, frictionless, None)]


def pages(scratch):
    """Compare every page that draws, in Chromium: ours, and stock nbconvert's with plotly's notebook renderer."""
    site = scratch / "pages"
    run(*LANTIAN, "render", "--output", site)
    place = next(site.glob("place_*.html")).stem
    stock = ENV | {"PLOTLY_RENDERER": "notebook", "LANTIAN_PLACE": place.removeprefix("place_")}
    drawn = {path.stem: path for path in NOTEBOOKS} | {place: ROOT / "notebooks/place.ipynb"}
    drawn = {
        slug: path
        for slug, path in drawn.items()
        if '<figure class="chart"' in (site / f"{slug}.html").read_text("utf-8")
    }
    run(*NBCONVERT, "--output-dir", site / "stock", *drawn.values(), env=stock)
    for folder in (site, site / "stock"):
        (folder / "blank.html").write_text("<!DOCTYPE html><title>Blank</title>")
    shots = [
        (*shot, slug) for shot in SHOTS for slug in drawn if shot[1] == "figure" or slug == NOTEBOOKS[1].stem
    ]
    sides, rows = {}, []
    for what, element, connection, goal, slug in shots:
        ours, theirs = f"{what} of {slug}", f"stock nbconvert: {what} of {slug}"
        sides[ours] = opened(site, f"{slug}.html", first_figure.OURS[element], connection)
        sides[theirs] = opened(
            site, f"stock/{drawn[slug].stem}.html", first_figure.STOCK[element], connection
        )
        rows.append((ours, ours, theirs, goal))
    return sides, rows


def opened(folder, file, selector, connection):
    """Return a measurement of a page opened in a new browser, from its file or over a connection."""

    def measure():
        with first_figure.chromium() as browser, first_figure.served(folder) as site:

            def seconds():
                return first_figure.seconds(
                    browser,
                    f"{site}/{file}" if connection else (folder / file).as_uri(),
                    selector,
                    connection,
                )

            seconds()  # nor are the browser's own first steps
            return seconds()

    return measure


def search(scratch):
    """Compare queries in the search box, in a page with today's rows and in one with four times as many."""
    site = scratch / "search"
    run(*LANTIAN, "render", "--output", site)
    goal, few, many = "the goal of 5 ms", "a query, today's rows", "a query, four times the rows"
    sides = {few: queried(site, 1), many: queried(site, 4), goal: lambda: 0.005}
    return sides, [(few, few, goal, 1), (many, many, few, 4)]


def queried(site, times):
    """Return a measurement of 200 queries, each from the words to the results on screen, in a page with its rows so many times."""

    def measure():
        from lantian.site.pages import program

        with first_figure.chromium() as browser:
            page = browser.new_page()
            page.goto((site / "index.html").as_uri())
            page.evaluate(
                program().removesuffix("})();\n")
                + "globalThis.box = { load, prepare, parts, results, fill }})();"
            )
            return page.evaluate(QUERIES, [times, WORDS]) / 1000

    return measure


# The median of what the words take, in ms. Tables come once, so that their rows can be repeated before they are read.
QUERIES = """async ([times, words]) => {
  const data = await box.load(), list = document.querySelector('.results'), took = [];
  data.rows = Array(times).fill(data.rows).flat().map(row => ({...row}));
  await box.prepare();
  for (const each of words) {
    const start = performance.now();
    box.fill(list, box.results(box.parts(each)).markup);
    took.push(performance.now() - start);
  }
  return took.sort((a, b) => a - b)[took.length >> 1];
}"""
# As readers type them, letter by letter.
TYPED = (
    "electric bus|公交|pm2.5 yuyao|straw burning|boilers 35 t/h|dispersed coal|新能源汽车|優良天數|2020|lead"
)
WORDS = ([words[: end + 1] for words in TYPED.split("|") for end in range(len(words))] * 3)[:200]


def growth(scratch):
    """Compare renders of more and more places, each with as many targets as a plan of ours has."""
    sides, rows = {}, {}
    for places in GROWN:
        folder, name = scratch / f"grown-{places}", f"render, {places} places"
        national.make(folder, places, OF_A_PLAN)
        rows[name] = sum(path.read_text("utf-8").count("\n") for path in folder.glob("targets/*.csv"))
        sides[name] = grown(name, folder)
    first = next(iter(sides))
    return sides, [(name, name, first, rows[name] / rows[first]) for name in sides if name != first]


def grown(name, data):
    """Return a measurement of a render, which notes the peak of memory of all its processes."""

    def measure():
        command, peak = (*LANTIAN, "render", "--data", data, "--output", data.with_suffix(".site")), 0
        start = time.perf_counter()
        with subprocess.Popen(list(map(str, command)), env=ENV, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None:
                peak = max(peak, memory_of_all())
                time.sleep(0.5)
        assert process.returncode == 0, name
        PEAKS[name] = max(peak, PEAKS.get(name, 0))
        return time.perf_counter() - start

    return measure


def memory_of_all():
    """Return the memory of all our processes, what they share counted once, in GB."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it may just have ended
            if b"lantian" in (process / "cmdline").read_bytes():
                total += int(re.search(r"^Pss: +(\d+)", (process / "smaps_rollup").read_text(), re.M)[1])
    return total / 1e6


def memory(folder):
    """Return the peak of a process that loads the data, and the size of the frames, in GB."""
    code = (
        f"import lantian as lt, pandas as pd, resource; plans = lt.load({str(folder)!r}); "
        "frames = [frame for frame in vars(plans).values() if isinstance(frame, pd.DataFrame)]; "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, sum(frame.memory_usage(deep=True).sum() for frame in frames) / 1e9)"
    )
    return [float(number) for number in run(PYTHON, "-c", code).split()]


def compared(part, scratch, runs):
    """Run all sides of a part in turn, several times; return its rows of the table."""
    sides, rows = PARTS[part](scratch)
    rounds = [{name: side() for name, side in sides.items()} for _ in range(runs)]
    medians = {name: statistics.median(took[name] for took in rounds) for name in sides}

    def peer(theirs):
        return str(theirs).partition(": ")[0]  # what follows only tells its measurements apart

    lines = [
        row(part, what, medians[ours], peer(theirs), medians[theirs], goal)
        for what, ours, theirs, goal in rows
    ]
    if part == "data":
        peak, frames = memory(scratch / f"places-{PLACES[-1]}")
        what = f"peak of memory, {PLACES[-1]} places"
        lines.append(row(part, what, peak, "the frames loaded", frames, None, "GB"))
    if part == "growth":
        first, *_ = PEAKS.values()
        for what, peak in list(PEAKS.items())[1:]:
            what = what.replace("render", "peak of memory of a render")
            lines.append(row(part, what, peak, f"{GROWN[0]} places", first, MOST_MEMORY / first, "GB"))
    return lines


def row(part, what, ours, peer, theirs, goal, unit="s"):
    """Write a row of the table."""
    return f"| {part} | {what} | {ours:.3g} {unit} | {peer} | {theirs:.3g} {unit} | {ours / theirs:.2f} | {f'≤ {goal:g}' if goal else ''} |"


def machine():
    """Name the machine and the versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(f"{name} {version(name)}" for name in SHOWN)
    return f"{platform.system()} {platform.machine()}, {cores} cores, Python {platform.python_version()}; {versions}."


PARTS = {
    "idle": idle,
    "growth": growth,
    "data": data,
    "pages": pages,
    "search": search,
    "suite": suite,
    "peers": peers,
}


def main(runs, only):
    """Measure; write the table, in which the parts that were not measured stay."""
    page, _, known = (HERE / "README.md").read_text("utf-8").partition(MARK)
    lines = {part: [line for line in known.splitlines() if line.startswith(f"| {part} |")] for part in PARTS}
    with tempfile.TemporaryDirectory() as name:
        for part in only or PARTS:
            lines[part] = compared(part, Path(name), runs)
            print(*lines[part], sep="\n", flush=True)
    table = HEAD + "\n".join(line for part in PARTS for line in lines[part])
    words = f"{machine()} Medians of {runs} runs of each side in turn, a part at a time."
    (HERE / "README.md").write_text(f"{page}{MARK}\n\n{words}\n\n{table}\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=PARTS)
    main(**vars(parser.parse_args()))
