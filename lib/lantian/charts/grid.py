"""Charts without an axis of values: the matrix of marks, ladders of dates, and counts."""

import math
import textwrap

import matplotlib as mpl
import matplotlib.dates
import matplotlib.ticker
import pandas as pd
from matplotlib.textpath import TextPath

from lantian.analysis.duties import day_due, exactness
from lantian.analysis.matrix import MARKS
from lantian.charts import marks, style
from lantian.text import wording

_ROOMY = 6  # more places than these leave no room for words in a column
_COLOURED = {"figure", "word", "reference", "dated", "rule"}  # the others are grey
# A cell can be read without colour: its marker, and whether that is hollow, say what it is.
_HOLLOW = {"qualitative", "assigned", "garbled"}
_MARKERS = {
    "figure": "o",
    "word": "s",
    "reference": "D",
    "dated": ">",
    "rule": "v",
    "qualitative": "o",
    "assigned": "^",
    "not_applicable": "x",
    "part_missing": TextPath((-0.3, -0.36), "?", size=1),
    "garbled": "X",
    "silent_within": "_",
    "silent_outside": ".",
    "none": "|",
}


@mpl.rc_context(style.STYLE)
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
    head, foot = style.HEAD + (0.45 if roomy else 0.75), style.FOOT + 0.15 + 0.17 * math.ceil(len(kinds) / 4)
    chart, axes = style.canvas(title, 0.54 * max(len(indicators), 1), head=head, foot=foot, left=1.55)
    _name_rows(axes, cells["indicator_name"][~cells["indicator"].duplicated()], len(places))
    _name_plans(axes, plans)
    palette = marks.colours(plans)
    if place is not None:
        palette = dict.fromkeys(places, marks.NO_COLOR) | {place: palette[place]}
    for cell in cells.itertuples():
        color = palette[cell.jurisdiction] if cell.mark in _COLOURED else style.GREY
        x, y = places.index(cell.jurisdiction), indicators.index(cell.indicator)
        hollow = cell.mark in _HOLLOW or cell.strength == "aspirational"
        _cell(axes, x, y, cell.mark, color, cell.text if roomy else "", hollow)
    _key(chart, kinds, foot)
    chart.opens_at_right = place is not None and places.index(place) * 2 >= len(places)
    subtitle += "" if roomy else "; figures: see the rows drawn"
    return marks.finish(chart, plans, cells.assign(what=cells["indicator_name"]), name, title, subtitle)


def _name_rows(axes, indicators, columns):
    """Name the rows of a matrix, with thin lines between them."""
    count = len(indicators)
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(max(count, 1) - 0.5, -0.5))
    axes.set_yticks(range(count), [textwrap.fill(name, 22) for name in indicators], size=8.5)
    marks.hide_x_axis(axes)
    lines = [number - 0.5 for number in range(count + 1)]
    axes.hlines(lines, -0.5, columns - 0.5, color=style.PALE, lw=0.6)


def _name_plans(axes, plans):
    """Name the columns of a matrix; where they are crowded, every second name stands higher."""
    crowded = len(plans.focus) > _ROOMY
    text = {
        "ha": "center",
        "va": "bottom",
        "size": 7 if crowded else 8.5,
        "weight": "bold",
        "color": style.INK,
    }
    for x, label in enumerate(plans.focus["label"]):
        axes.text(x, -0.62 - (0.55 if crowded and x % 2 else 0), label.replace(" (", "\n("), **text)


def _cell(axes, x, y, mark, color, text, hollow):
    """Draw a cell's mark, above three lines of its text where there is any."""
    marks.dot(axes, x, y - 0.28 * bool(text), color, hollow, _MARKERS[mark], ms=7, mew=1.3)
    if text:
        text = "\n".join(textwrap.wrap(text, 21)[:3])
        axes.text(x, y - 0.1, text, ha="center", va="top", size=7.2, linespacing=1.05)


def _key(chart, kinds, bottom):
    """Explain the marks above the documents, four in a row."""
    height = chart.get_figheight()
    for count, mark in enumerate(kinds):
        x, y = (count % 4) * 0.25 + 0.012, (bottom - 0.16 - 0.17 * (count // 4)) / height
        axes = chart.add_axes((x - 0.01, y - 0.06 / height, 0.02, 0.12 / height))
        axes.axis("off")
        marks.dot(axes, 0, 0, style.GREY, mark in _HOLLOW, _MARKERS[mark], ms=5.5, mew=1.1)
        chart.text(x + 0.014, y, MARKS[mark], size=7.5, va="center", in_layout=False)


@mpl.rc_context(style.STYLE)
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
    lanes = marks.by_place(plans, marks.every_place(plans, rows, "this plan: no target"), "when")
    when = pd.to_datetime(lanes["when"])
    years = plans.documents[["period_start", "period_end"]].stack() if when.isna().all() else when.dt.year
    first, last = pd.Timestamp(f"{int(years.min()) - 1}-11-01"), pd.Timestamp(f"{int(years.max()) + 1}-03-01")
    lanes = lanes.assign(when=when, share=(when - first) / (last - first))
    chart, axes = style.canvas(title, 0.33 * len(lanes), head=style.HEAD + 0.1, foot=style.FOOT + 0.3)
    chart.opens_at_right = marks.mostly_right(lanes["share"].dropna())
    palette = marks.colours(plans)
    for y, row in enumerate(lanes.itertuples()):
        if pd.isna(row.when):
            marks.lane_text(axes, y, row.in_words, chart.opens_at_right, size=8)
        else:
            color, start = palette[row.jurisdiction], row.when
            if row.exact != "day":  # anywhere within the year
                start = pd.Timestamp(f"{row.when.year}-01-01")
                line = ":" if row.exact == "filled in" else "-"
                axes.plot([start, start + pd.DateOffset(years=1)], [y, y], color=color, lw=1.8, ls=line)
            marks.dot(axes, row.when, y, color, row.strength == "aspirational", ms=8, mew=1.6)
            marks.fit_label(axes, row.when, y, row.in_words, row.share, start)
    marks.name_lanes(axes, plans, lanes)
    axes.set_xlim(first, last)
    _name_years(axes)
    return marks.finish(chart, plans, lanes, name, title, subtitle)


def _name_years(axes):
    """Draw grid lines at the turns of years, and name each year at its middle."""
    axes.xaxis.set_major_locator(matplotlib.dates.YearLocator())
    axes.xaxis.set_major_formatter(matplotlib.ticker.NullFormatter())
    axes.xaxis.set_minor_locator(matplotlib.dates.YearLocator(month=7))
    axes.xaxis.set_minor_formatter(matplotlib.dates.DateFormatter("%Y"))
    axes.tick_params(axis="x", which="both", labelsize=8.5, length=0)


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
    targets, gaps = (
        rows[rows["indicator"].isin(indicators) & (rows["role"] == "focus")]
        for rows in (plans.targets, plans.gaps)
    )
    targets = targets.query(where)
    gaps = gaps[~gaps["jurisdiction"].isin(targets["jurisdiction"])].drop_duplicates("jurisdiction")
    targets = targets.assign(
        when=day_due(targets),
        in_words=[f"{wording.thing(row)}: {wording.date(row)}" for row in targets.itertuples()],
        exact=exactness(targets),
    )
    gaps = gaps.assign(in_words=[wording.gap(row) for row in gaps.itertuples()])
    return pd.concat([targets, gaps])[["jurisdiction", "when", "exact", "in_words", "strength", "id"]]


@mpl.rc_context(style.STYLE)
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
    chart, axes = style.canvas(title, 0.34 * len(table), head=style.HEAD + 0.35)
    palette, in_words = marks.colours(plans), []
    for y, (place, row) in enumerate(table.iterrows()):
        for x, count in enumerate(row):
            marks.count_mark(axes, x, y, count, palette[place])
        in_words.append(", ".join(f"{count} {kind}" for kind, count in row.items()))
    axes.set_xlim(-0.5, len(kinds) - 0.5)
    marks.name_columns(
        axes, range(len(kinds)), [textwrap.fill(kind, 14 if len(kinds) < 8 else 9) for kind in kinds]
    )
    axes.grid(False)
    marks.name_places(axes, plans)
    rows = pd.DataFrame({"jurisdiction": table.index, "in_words": in_words, "id": ""})
    return marks.finish(chart, plans, rows, name, title, subtitle)
