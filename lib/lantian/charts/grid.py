"""Charts without an axis of values: the matrix of marks, ladders of dates, and counts."""

import math
import textwrap

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.textpath import TextPath

from lantian.analysis.duties import day_due, exactness
from lantian.analysis.matrix import MARKS
from lantian.charts import drawing
from lantian.text import wording

_ROOMY = 6  # more places than these leave no room for words in a column
_COLOURED = {"figure", "word", "reference", "dated", "rule"}  # the others are grey
# A cell can be read without colour: its marker, and whether that is hollow, say what it is.
_HOLLOW = {"qualitative", "assigned", "garbled"}
_MARKERS = {"figure": "o", "word": "s", "reference": "D", "dated": ">", "rule": "v", "qualitative": "o"}
_MARKERS |= {"assigned": "^", "not_applicable": "x", "garbled": "X", "none": "|"}
_MARKERS |= {
    "part_missing": TextPath((-0.3, -0.36), "?", size=1),
    "silent_within": "_",
    "silent_outside": ".",
}


@mpl.style.context(drawing.STYLE)
def matrix(plans, cells, name, title, subtitle, place=None):
    """Draw plans by indicators: one mark and a few characters a cell.

    Parameters
    ----------
    plans : Plans
    cells : DataFrame
        As from `lantian.cells`.
    name, title, subtitle : str
    place : str, optional
        The one place that keeps its colour; the others are grey.

    Returns
    -------
    Chart
    """
    places, indicators = list(plans.focus["id"]), list(cells["indicator"].unique())
    roomy, kinds = len(places) <= _ROOMY, [mark for mark in MARKS if mark in set(cells["mark"])]
    head, foot = 0.45 if roomy else 0.75, 0.15 + 0.17 * math.ceil(len(kinds) / 4)
    chart, axes = drawing.canvas(
        plans, title, 0.54 * max(len(indicators), 1), head=head, foot=foot, left=1.55
    )
    _name_rows(axes, cells["indicator_name"][~cells["indicator"].duplicated()], len(places))
    _name_plans(axes, plans)
    palette = drawing.colours(plans)
    if place is not None:
        palette = dict.fromkeys(places, drawing.NO_COLOR) | {place: palette[place]}
    for cell in cells.itertuples():
        color = palette[cell.jurisdiction] if cell.mark in _COLOURED else drawing.GREY
        x, y = places.index(cell.jurisdiction), indicators.index(cell.indicator)
        hollow = cell.mark in _HOLLOW or cell.strength == "aspirational"
        _cell(axes, x, y, cell.mark, color, cell.text if roomy else "", hollow)
    _key(chart, kinds)
    chart.opens_at_right = place is not None and places.index(place) * 2 >= len(places)
    subtitle += "" if roomy else "; figures: see the rows drawn"
    return drawing.finish(chart, plans, cells.assign(what=cells["indicator_name"]), name, title, subtitle)


def _name_rows(axes, indicators, columns):
    """Name the rows of a matrix, with thin lines between them."""
    count = len(indicators)
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(max(count, 1) - 0.5, -0.5))
    axes.set_yticks(range(count), [textwrap.fill(name, 22) for name in indicators], size=8.5)
    drawing.hide_x_axis(axes)
    lines = [number - 0.5 for number in range(count + 1)]
    axes.hlines(lines, -0.5, columns - 0.5, color=drawing.PALE, lw=0.6)


def _name_plans(axes, plans):
    """Name the columns of a matrix; where they are crowded, every second name stands higher."""
    crowded = len(plans.focus) > _ROOMY
    text = {"ha": "center", "va": "bottom", "size": 7 if crowded else 8.5, "weight": "bold"}
    for x, label in enumerate(plans.focus["label"]):
        axes.text(x, -0.62 - (0.55 if crowded and x % 2 else 0), label.replace(" (", "\n("), **text)


def _cell(axes, x, y, mark, color, text, hollow):
    """Draw a cell's mark, above three lines of its text where there is any."""
    drawing.dot(axes, x, y - 0.28 * bool(text), color, hollow, _MARKERS[mark], ms=7, mew=1.3)
    if text:
        text = "\n".join(textwrap.wrap(text, 21)[:3])
        axes.text(x, y - 0.1, text, ha="center", va="top", size=7.2, linespacing=1.05)


def _key(chart, kinds):
    """Explain the marks above the documents, four in a row."""
    height, bottom = chart.get_figheight(), chart.axes[0].get_position().y0
    text = {"size": 7.5, "va": "center", "in_layout": False}
    for count, mark in enumerate(kinds):
        x, y = (count % 4) * 0.25 + 0.012, bottom - (0.16 + 0.17 * (count // 4)) / height
        axes = chart.add_axes((x - 0.01, y - 0.06 / height, 0.02, 0.12 / height))
        axes.axis("off")
        drawing.dot(axes, 0, 0, drawing.GREY, mark in _HOLLOW, _MARKERS[mark], ms=5.5, mew=1.1)
        chart.text(x + 0.014, y, MARKS[mark], **text)


@mpl.style.context(drawing.STYLE)
def ladder(plans, rows, name, title, subtitle):
    """Draw dated acts: a lane an act, a mark at its date, the act in words at the mark.

    Where only a year is printed a line spans it, dotted where the year was filled in; a hollow mark is aimed for.

    Parameters
    ----------
    plans : Plans
    rows : DataFrame
        As from `due`; acts without a date, and the places' gaps, are written in words.
    name, title, subtitle : str

    Returns
    -------
    Chart
    """
    lanes = drawing.by_place(plans, rows, "when", missing="this plan: no target")
    x, day, year = pd.to_datetime(lanes["when"]), lanes["exact"] == "day", lanes["when"].str[:4]
    years = plans.documents[["period_start", "period_end"]].stack() if x.isna().all() else x.dt.year
    limits = pd.Timestamp(f"{int(years.min()) - 1}-11-01"), pd.Timestamp(f"{int(years.max()) + 1}-03-01")
    start = x.where(day, pd.to_datetime(year))  # anywhere within the year
    style = np.where(lanes["exact"] == "filled in", ":", "-")
    lanes = lanes.assign(x=x, start=start, end=x.where(day, start + pd.DateOffset(years=1)), style=style)
    chart, axes = drawing.canvas(plans, title, 0.33 * len(lanes), head=0.1, foot=0.3)
    chart.opens_at_right = drawing.draw_lanes(axes, plans, lanes, limits, line={"lw": 1.8})
    drawing.name_years(axes)
    return drawing.finish(chart, plans, lanes, name, title, subtitle)


def due(plans, indicators, where="core == 'yes'"):
    """List the targets on indicators with their dates, and a gap for each place without one.

    Parameters
    ----------
    plans : Plans
    indicators : list of str
    where : str
        A pandas query on ``Plans.targets``.

    Returns
    -------
    DataFrame
        jurisdiction, when (an ISO date by `lantian.analysis.duties.day_due`), exact (how exactly it is printed, by
        `lantian.analysis.duties.exactness`), in_words, strength, id.
    """
    chosen = "indicator in @indicators and role == 'focus'"
    targets, gaps = plans.targets.query(chosen), plans.gaps.query(chosen)
    targets = targets.query(where)
    gaps = gaps[~gaps["jurisdiction"].isin(targets["jurisdiction"])].drop_duplicates("jurisdiction")
    in_words = [f"{wording.thing(row)}: {wording.date(row)}" for row in targets.itertuples()]
    targets = targets.assign(when=day_due(targets), in_words=in_words, exact=exactness(targets))
    gaps = gaps.assign(in_words=[wording.gap(row) for row in gaps.itertuples()])
    return pd.concat([targets, gaps])[["jurisdiction", "when", "exact", "in_words", "strength", "id"]]


@mpl.style.context(drawing.STYLE)
def counts(plans, table, name, title, subtitle):
    """Draw counts as numbers in a grid: a row a place, a column a kind.

    Parameters
    ----------
    plans : Plans
    table : DataFrame
        jurisdiction and a column of counts for each kind.
    name, title, subtitle : str

    Returns
    -------
    Chart
    """
    kinds = [column for column in table if column not in ("jurisdiction", "label")]
    table = table.set_index("jurisdiction")[kinds].reindex(plans.focus["id"], fill_value=0)
    chart, axes = drawing.canvas(plans, title, 0.34 * len(table), head=0.35)
    cells = table.set_axis(range(len(kinds)), axis=1).reset_index(names="jurisdiction").reset_index(names="y")
    cells = cells.melt(["jurisdiction", "y"], var_name="x", value_name="number").assign(marker="o")
    drawing.count_marks(axes, cells, drawing.colours(plans))
    axes.set_xlim(-0.5, len(kinds) - 0.5)
    width, size = (14, 8.5) if len(kinds) < 8 else (10, 7.5)
    heads = [textwrap.fill(kind, width, break_long_words=False) for kind in kinds]
    drawing.name_columns(axes, range(len(kinds)), heads, size)
    axes.grid(False)
    drawing.name_places(axes, plans)
    in_words = [", ".join(f"{count} {kind}" for kind, count in row.items()) for _, row in table.iterrows()]
    rows = pd.DataFrame({"jurisdiction": table.index, "in_words": in_words, "id": ""})
    return drawing.finish(chart, plans, rows, name, title, subtitle)
