"""The suite's charts: each takes rows, draws every focus place, and returns a `Chart`."""

import textwrap

import matplotlib as mpl
import matplotlib.dates
import matplotlib.ticker
import numpy as np
import pandas as pd
from matplotlib.textpath import TextPath

from lantian.analysis.duties import day_due
from lantian.analysis.matrix import MARKS
from lantian.charts.marks import (
    NO_COLOR,
    bare,
    beside,
    by_place,
    colours,
    dot,
    every_place,
    finish,
    head_columns,
    mostly_right,
    name_lanes,
    name_places,
    number_in_mark,
    remark,
)
from lantian.charts.style import FOOT, GREY, HEAD, INK, PALE, STYLE, canvas
from lantian.text import wording

ROOMY = 6  # more places than these leave no room for words in a column
WITH_TARGET = ("figure", "word", "reference", "dated", "rule")
# Marker, filled: a cell can be read without colour.
GLYPHS = {
    "figure": ("o", True),
    "word": ("s", True),
    "reference": ("D", True),
    "dated": (">", True),
    "rule": (">", False),
    "qualitative": ("o", False),
    "assigned": ("^", False),
    "not_applicable": ("x", True),
    "part_missing": (TextPath((-0.3, -0.36), "?", size=1), True),
    "garbled": ("X", False),
    "silent_within": ("_", True),
    "silent_outside": (".", True),
    "none": ("|", True),
}


@mpl.rc_context(STYLE)
def matrix(plans, cells, name, title, subtitle, place=None):
    """Draw plans by indicators: one mark and a few characters a cell.

    Parameters
    ----------
    plans : Plans
    cells : DataFrame
        As from `lantian.cells`.
    name, title, subtitle : str
    place : str, optional
        The one place that keeps its colour, beside the others in grey.

    Returns
    -------
    Chart
    """
    indicators, roomy = list(dict.fromkeys(cells["indicator"])), len(plans.focus) <= ROOMY
    palette = {key: color if place in (None, key) else NO_COLOR for key, color in colours(plans).items()}
    marks = [mark for mark in MARKS if mark in set(cells["mark"])]
    foot = FOOT + 0.15 + 0.17 * -(-len(marks) // 4)
    chart, axes = canvas(
        title, 0.47 * max(len(indicators), 1), head=HEAD + (0.45 if roomy else 0.75), foot=foot, left=1.55
    )
    _name_cells(axes, plans, cells.drop_duplicates("indicator")["indicator_name"])
    position = {place: x for x, place in enumerate(plans.focus["id"])}
    for cell in cells.itertuples():
        x, y, text = position[cell.jurisdiction], indicators.index(cell.indicator), cell.text if roomy else ""
        marker, filled = GLYPHS[cell.mark]
        color = palette[cell.jurisdiction] if cell.mark in WITH_TARGET else GREY
        dot(axes, x, y - 0.22 * bool(text), color, not filled, marker, ms=7, mew=1.3)
        if text:
            axes.text(
                x,
                y - 0.02,
                "\n".join(textwrap.wrap(text, 19)[:2]),
                ha="center",
                va="top",
                size=7.2,
                linespacing=1.05,
            )
    _key(chart, marks, foot)
    more = "; +1: one more" if cells["text"].str.contains(r"\s\+\d+$").any() else ""
    told = subtitle + (more if roomy else "; figures: see the rows drawn")
    chart.far = place is not None and position[place] * 2 >= len(
        position
    )  # a narrow screen begins where the place is
    return finish(chart, plans, cells.assign(what=cells["indicator_name"]), name, title, told)


def _name_cells(axes, plans, indicators):
    """Name the rows by indicator and the columns by place; crowded neighbours take turns in height."""
    count, crowded = len(plans.focus), len(plans.focus) > ROOMY
    axes.set(xlim=(-0.5, count - 0.5), ylim=(max(len(indicators), 1) - 0.5, -0.5))
    axes.set_yticks(
        range(len(indicators)), ["\n".join(textwrap.wrap(name, 22)) for name in indicators], size=8.5
    )
    bare(axes)
    axes.hlines(np.arange(len(indicators) + 1) - 0.5, -0.5, count - 0.5, color=PALE, lw=0.6)
    for x, label in enumerate(plans.focus["label"]):
        y = -0.62 - (0.55 if crowded and x % 2 else 0)
        axes.text(
            x,
            y,
            label.replace(" (", "\n("),
            ha="center",
            va="bottom",
            size=7 if crowded else 8.5,
            weight="bold",
            color=INK,
        )


def _key(chart, marks, bottom):
    """Name the marks above the plans' documents, in rows of four."""
    height = chart.get_figheight()
    for count, mark in enumerate(marks):
        x, y = (count % 4) * 0.25 + 0.012, (bottom - 0.16 - 0.17 * (count // 4)) / height
        marker, filled = GLYPHS[mark]
        axes = chart.add_axes((x - 0.01, y - 0.06 / height, 0.02, 0.12 / height))
        axes.axis("off")
        dot(axes, 0, 0, GREY, not filled, marker, ms=5.5, mew=1.1)
        chart.text(x + 0.014, y, MARKS[mark], size=7.5, va="center", in_layout=False)


@mpl.rc_context(STYLE)
def ladder(plans, rows, name, title, subtitle):
    """Draw dated acts: a lane an act, a mark its date, the act in words beside it.

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
    lanes = by_place(plans, every_place(plans, rows, "this plan: no target"), "when")
    when, palette = pd.to_datetime(lanes["when"]), colours(plans)
    years = (
        when.dt.year.dropna()
        if when.notna().any()
        else plans.documents[["period_start", "period_end"]].stack()
    )
    first, last = pd.Timestamp(f"{int(years.min()) - 1}-11-01"), pd.Timestamp(f"{int(years.max()) + 1}-03-01")
    chart, axes = canvas(title, 0.33 * len(lanes), head=HEAD + 0.1, foot=FOOT + 0.3)
    shares = (when - first) / (last - first)
    chart.far = mostly_right(shares.dropna())
    for y, (row, date) in enumerate(zip(lanes.itertuples(), when)):
        if pd.isna(date):
            remark(axes, y, row.says, chart.far, size=8)
        else:
            dot(axes, date, y, palette[row.jurisdiction], row.hollow, ms=8, mew=1.6)
            beside(axes, date, y, row.says, shares[y])
    name_lanes(axes, plans, lanes)
    axes.set_xlim(first, last)
    _name_years(axes)
    return finish(chart, plans, lanes, name, title, subtitle)


def _name_years(axes):
    """Rule the turns of the years and name each year at its middle, where its dates are."""
    axes.xaxis.set_major_locator(matplotlib.dates.YearLocator())
    axes.xaxis.set_major_formatter(matplotlib.ticker.NullFormatter())
    axes.xaxis.set_minor_locator(matplotlib.dates.YearLocator(month=7))
    axes.xaxis.set_minor_formatter(matplotlib.dates.DateFormatter("%Y"))
    axes.tick_params(axis="x", which="both", labelsize=8.5, length=0)


def due(plans, indicators, where="core == 'yes'"):
    """List the targets on indicators with their dates, and each other place's gap.

    Parameters
    ----------
    plans : Plans
    indicators : list of str
    where : str
        A pandas query on ``Plans.targets``.

    Returns
    -------
    DataFrame
        jurisdiction, when (as of `lantian.responsibility.day_due`), says, hollow (year inferred or ambiguous), id.
    """
    targets, gaps = (
        rows[rows["indicator"].isin(indicators) & (rows["role"] == "focus")]
        for rows in (plans.targets, plans.gaps)
    )
    targets = targets.query(where)
    words = [f"{wording.thing(row)}: {wording.date(row)}" for row in targets.itertuples()]
    hollow = targets["year_basis"].isin(["inferred", "ambiguous"])
    dated = targets[["jurisdiction"]].assign(
        when=day_due(targets), says=words, hollow=hollow, id=targets["id"]
    )
    gaps = gaps[~gaps["jurisdiction"].isin(dated["jurisdiction"])].drop_duplicates("jurisdiction")
    words = [wording.gap(row) for row in gaps.itertuples()]
    return pd.concat([dated, gaps[["jurisdiction"]].assign(says=words, hollow=False, id=gaps["id"])])


@mpl.rc_context(STYLE)
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
    chart, axes = canvas(title, 0.34 * len(table), head=HEAD + 0.35)
    for y, (color, row) in enumerate(zip(colours(plans).values(), table.itertuples(index=False))):
        for x, count in enumerate(row):
            number_in_mark(axes, x, y, count, color)
    axes.set_xlim(-0.5, len(kinds) - 0.5)
    head_columns(axes, range(len(kinds)), ["\n".join(textwrap.wrap(kind, 14)) for kind in kinds])
    axes.grid(False)
    name_places(axes, plans)
    says = [
        ", ".join(f"{count} {kind}" for count, kind in zip(row, kinds))
        for row in table.itertuples(index=False)
    ]
    return finish(
        chart,
        plans,
        pd.DataFrame({"jurisdiction": table.index, "says": says, "id": ""}),
        name,
        title,
        subtitle,
    )
