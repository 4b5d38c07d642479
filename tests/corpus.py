"""Compare what notebooks of other people give here and under stock nbclient, and print a table of them.

    python tests/corpus.py FOLDER

Every notebook below the folder is executed twice: here, as `lantian render` does, and by nbclient with a plain kernel,
where nothing says how charts are shown. Each cell may fail, so that old notebooks are compared to their ends. The outputs are alike, or differ for one of the `REASONS`, or change from one
run to the next under stock too. The exit status is 1 where a notebook fails here alone, or differs otherwise.
"""

import json
import os
import re
import sys
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from lantian.data.schema import find_data
from lantian.site.execute import FIXED
from lantian.site.pages import PLOTLY, notebook_file
from lantian.site.render import RenderError, render
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

NEUTRAL = ("LC_ALL", "TZ", "PYTHONHASHSEED")
# What no two runs share, and what is written otherwise on purpose: a pattern, and what stands for it in both.
REASONS = {
    "addresses in memory": (r"\b0x[0-9a-f]{6,}", "0x"),
    "the folder of a cell's code": (r"[\w/.-]{0,60}ipykernel(_\d+)?/\d+\.py", "ipykernel"),
    "ids of styled tables": (r"\bT_[0-9a-f]{1,5}(?=[_\s\\])", "T"),
    "a traceback marks what failed, but not in a function that has run often": (
        r"\\u001b\[(?:30;43|39;49)m",
        "",
    ),
    "pictures from files are part of the notebook": (r"(<img[^>]*src=)\\?[\"'].*?\\?[\"']", r"\1"),
}
DATA = "a plotly chart is kept as data, without 5 MB of script"
TOO = "changes from run to run under stock too"


def stock(path):
    """Execute a notebook as nbconvert does; return the outputs of its cells, and what stopped it."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        startup_timeout=600,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.parent)}},
    )
    with TemporaryDirectory() as folder:  # for settings, which some notebooks write
        try:
            client.execute(env=os.environ | {name: FIXED[name] for name in NEUTRAL} | {"IPYTHONDIR": folder})
        except CellExecutionError as error:
            return [], error.ename
        except DeadKernelError:
            return [], "its kernel died"
    return outputs(notebook), ""


def here(path):
    """Execute and publish a notebook as `lantian render` does; return the outputs of its cells, and what stopped it."""
    with TemporaryDirectory() as folder:
        try:
            render([path], output=folder, say=lambda line: None)
        except RenderError as error:
            return [], str(error)
        return outputs(nbformat.read(Path(folder, notebook_file(path.stem)), as_version=4)), ""


def outputs(notebook):
    """List the outputs of each code cell: the text of each stream, then all else in order."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            streams, others = defaultdict(str), []
            for output in cell.get("outputs", []):
                if output.output_type == "stream":
                    streams[output.name] += output.text
                else:
                    others.append([output.get("data") or {"traceback": output.get("traceback")}])
            found.append([dict(streams), *others])
    return found


@contextmanager
def tolerant(path):
    """Write beside a notebook a copy of which every cell may fail."""
    notebook = json.loads(path.read_bytes())
    sheets = [notebook] if "cells" in notebook else notebook.get("worksheets", [])
    for cell in [cell for sheet in sheets for cell in sheet["cells"]]:
        cell.setdefault("metadata", {}).setdefault("tags", []).append("raises-exception")
    copy = path.with_name(f"copy-of-{path.name}")
    copy.write_text(json.dumps(notebook), "utf-8")
    try:
        yield copy
    finally:
        copy.unlink()


def compare(path):
    """Return how a notebook comes out, as ("alike", "differs" or "fails") and the reason."""
    expected, stopped = stock(path)
    found, why = here(path)
    if stopped or why:
        alike = bool(stopped) and (stopped in why)
        return ("alike" if alike else "fails"), (
            f"stops alike: {stopped}" if alike else why or f"only stock: {stopped}"
        )
    reasons = {DATA} if PLOTLY in json.dumps(expected) else set()
    pairs = [
        (_without_markup_of_charts(one), _without_markup_of_charts(other))
        for one, other in zip(expected, found)
    ]
    rest = [number for number, pair in enumerate(pairs, 1) if not _alike(*pair, reasons)]
    if rest:
        again = [_without_markup_of_charts(cell) for cell in stock(path)[0]]
        unsteady = {number for number in rest if not _alike(pairs[number - 1][0], again[number - 1], set())}
        reasons |= {TOO} if unsteady else set()
        if rest := [number for number in rest if number not in unsteady]:
            return "fails", f"code cells {rest} differ"
    return ("differs" if reasons else "alike"), "; ".join(sorted(reasons))


def _without_markup_of_charts(cell):
    return [
        [{kind: data for kind, data in part[0].items() if kind != "text/html" or PLOTLY not in part[0]}]
        if isinstance(part, list)
        else part
        for part in cell
    ]


def _alike(one, other, reasons):
    """Tell whether the outputs of a cell are alike, adding to the reasons for which they are not to the letter."""
    one, other = (json.dumps(cell, sort_keys=True, ensure_ascii=False) for cell in (one, other))
    for reason, (pattern, stands) in REASONS.items():
        if one == other:
            break
        before = (one, other)
        one, other = re.sub(pattern, stands, one), re.sub(pattern, stands, other)
        if (one, other) != before:
            reasons.add(reason)
    return one == other


def main(folder):
    """Print a row for each notebook below a folder, and return how many fail."""
    find_data()
    counts = defaultdict(int)
    print("| Notebook | Result | Reason |\n| --- | --- | --- |")
    for path in sorted(Path(folder).rglob("*.ipynb")):
        if not any(part.startswith(".") for part in path.parts):
            with tolerant(path.resolve()) as copy:
                result, reason = compare(copy)
            counts[result] += 1
            reason = reason.replace("|", "\\|").replace("\n", " ")
            print(f"| {path.relative_to(folder)} | {result} | {reason} |", flush=True)
    print(f"\n{dict(counts)}")
    return counts["fails"]


if __name__ == "__main__":
    sys.exit(bool(main(*sys.argv[1:])))
