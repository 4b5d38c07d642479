"""Whatever passes the check is drawn and worded: plans of any kind, number and place, generated from the schema."""

import json
import os
import re

import IPython.display
import lantian as lt
import matplotlib.pyplot as plt
import pytest
from cells import compiled, execute, shared
from lantian.charts.drawing import Chart
from lantian.data.plans import FEW
from lantian.site.render import NOTEBOOKS
from lantian.text.sentences import Shown
from random_plans import MANY, make

SETS = int(os.environ.get("LANTIAN_RANDOM_SETS", "500"))
# A set has one place more than the one before it, up to twenty: few, as many as are named one by one, one more, and many.
DRAWN = [0, 1, 2, 4, FEW - 1, FEW, 15, MANY - 1]
PLACE_PAGES = 1  # of each set; the others are of the same notebook
# What no page may say: values that are missing, names that are, and blanks in their stead.
SPOILT = re.compile(r"(?<![\w'])(nan|NaN|None(?! of)|NaT|<NA>|inf)\b|, ,|\(\)|\{\w|  +[a-z]|&#x27;|&amp;")
NAMED = re.compile(r"\([12]\d{3}\??\)")  # the year behind the name of a plan


def cells_of(path):
    """List the code cells of a notebook, compiled."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [compiled("".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]


CELLS = {path: cells_of(path) for path in sorted(NOTEBOOKS.glob("*.ipynb"))}


def shown_by(plans, monkeypatch):
    """Execute all notebooks on some plans; yield the name of each, and what its cells show."""
    monkeypatch.setenv("LANTIAN_PAGES", "")
    with shared(plans):
        yield from _shown(plans, monkeypatch)


def _shown(plans, monkeypatch):
    for path, cells in CELLS.items():
        for place in plans.focus[:PLACE_PAGES] if path.stem == "place" else [""]:
            monkeypatch.setenv("LANTIAN_PLACE", place) if place else None
            names = {}
            for number, code in enumerate(cells):
                shown = []
                monkeypatch.setattr(
                    IPython.display, "display", lambda *values, shown=shown: shown.extend(values)
                )
                try:
                    shown += execute(code, names)
                except Exception as error:
                    raise AssertionError(f"{path.stem} {place}, code cell {number}: {error!r}") from error
                yield from ((f"{path.stem} {place}".strip(), value) for value in shown)
            plt.close("all")


def words_of(value):
    """Return what a reader is told by an output: of a chart its words and rows."""
    if isinstance(value, Chart):
        rows = value.rows.filter(["place", "what", "in_words"]).astype("str")
        return "\n".join([value.title, value.subtitle, *rows.to_numpy().flat])
    return str(value) if isinstance(value, Shown) else ""


def faults(folder, seed, monkeypatch):
    """Make a set and list what is wrong with what notebooks show of it."""
    make(folder, seed)
    plans, found = lt.load(folder), []
    for name, value in shown_by(plans, monkeypatch):
        words = words_of(value)
        found += [
            f"{name}: {spoilt[0]!r} in {words[max(0, spoilt.start() - 60) : spoilt.end() + 40]!r}"
            for spoilt in SPOILT.finditer(words)
        ]
        title = getattr(value, "title", "") if isinstance(value, Chart) else ""
        if len(plans.focus) > FEW and len(NAMED.findall(title)) > 4:
            found.append(f"{name}: the title names more than four plans: {title}")
    return found


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.parametrize("seed", DRAWN)
def test_generated_plans_are_shown_without_a_stop_or_a_missing_value(
    seed, tmp_path, monkeypatch, without_layout
):
    assert not faults(tmp_path / "data", seed, monkeypatch)


@pytest.mark.soak
@pytest.mark.parametrize("seed", sorted({*range(SETS)} - {*DRAWN}))
def test_more_generated_plans_are_laid_out_too(seed, tmp_path, monkeypatch):
    assert not faults(tmp_path / "data", seed, monkeypatch)
