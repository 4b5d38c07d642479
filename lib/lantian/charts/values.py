"""Charts with an axis of values: only what compares shares one."""

import textwrap

import matplotlib as mpl
import numpy as np
import pandas as pd

from lantian.analysis.comparability import ON_ONE_AXIS
from lantian.charts import drawing
from lantian.text import wording
from lantian.text.sentences import Sentence

_COEFFICIENTS = (0.55, 0.90)  # ends of an axis of t of coal equivalent in 1 t of coal
_ROOM = 1.25  # of the length of an axis: its words need room beyond the last value
_RULES = {">=": 0, "=": 1, ">": 2}  # operators of one amount, from the weakest rule to the strongest


class NotComparable(ValueError):
    """Rows that must not share an axis; the message names the failing test."""


def refuse(rows):
    """Raise `NotComparable` for groups that mix units, or places that do not compare."""
    for _, group in rows.groupby("group"):
        units = sorted(group["standard_unit"].unique())
        if len(units) > 1:
            raise NotComparable(f"these rows fail the test of unit: {', '.join(units)}")
        if group["jurisdiction"].nunique() > 1 and not group["degree"].isin(ON_ONE_AXIS).all():
            reasons = sorted(set(group["reason"]) - {""})
            raise NotComparable(f"these rows may not share an axis: {'; '.join(reasons)}")


@mpl.style.context(drawing.STYLE)
def panels(plans, judged, name, title, subtitle, limits=None, unit=""):
    """Draw values that compare, a panel for each group; all other promises in words.

    Parameters
    ----------
    plans : Plans
    judged : DataFrame
        As from `lantian.compare`. Groups with a figure in two places or more get
        a panel; where there is none, the figures are only `labelled`.
    name, title, subtitle : str
    limits : tuple of float, optional
        Ends of the axis, the same for every panel.
    unit : str
        Written on the axis.

    Returns
    -------
    Chart

    Raises
    ------
    NotComparable
        When rows of one group are in no degree that an axis may show.
    """
    figures = judged[judged["amount"].notna()]
    refuse(figures)
    groups = list(figures.loc[figures["degree"].isin(ON_ONE_AXIS), "group"].unique())
    if not groups:
        return labelled(plans, judged, name, title, subtitle)
    lanes = [_panel_lanes(plans, judged, group, alone=len(groups) == 1) for group in groups]
    heights, between = [len(rows) * (0.42 if rows["caveats"].any() else 0.3) for rows in lanes], 0.62
    inches, hspace = sum(heights) + between * (len(groups) - 1), between * len(groups) / sum(heights)
    room = {"head": 0.15, "foot": 0.45, "hspace": hspace}
    grid = {"nrows": len(groups), "squeeze": False, "height_ratios": heights}
    chart, axes = drawing.canvas(plans, title, inches, **room, **grid)
    drawn = figures.loc[figures["group"].isin(groups), ["low", "high"]]
    limits = limits or (min(0, drawn["low"].min()) * 1.15, max(0, drawn["high"].max()))
    for panel, rows in zip(axes[:, 0], lanes):
        chart.opens_at_right |= _panel(panel, plans, rows, limits, unit)
    return drawing.finish(chart, plans, pd.concat(lanes, ignore_index=True), name, title, subtitle)


def _panel_lanes(plans, judged, group, alone):
    """List the lanes of one panel: by place, first its figures of the group (``drawn``), then the others in words.

    Where there are several panels, a place with a figure has no words, and the others have one lane.
    """
    rows = judged.assign(drawn=judged["group"] == group)
    rows["in_words"] = [_beside(row) if row.drawn else _elsewhere(row) for row in rows.itertuples()]
    marker = np.select([rows["converted"].eq(True), rows["value_basis"] == "word"], ["^", "s"], "o")
    rows = rows.assign(marker=marker, undrawn=~rows["drawn"])
    rows = rows.assign(x=rows["amount"].where(rows["drawn"]), start=rows["low"], end=rows["high"])
    rows = drawing.by_place(plans, rows, "undrawn", "x")
    return rows if alone else rows[rows["drawn"] | ~rows.duplicated("jurisdiction")].reset_index(drop=True)


def _beside(row):
    """Word what stands beside a mark: the promise, what it was converted to and from what, and the caveats."""
    level = wording.quantity(round(row.amount, 1), row.standard_unit)
    implied = f"implies {level}, from {row.inputs}" if row.converted else ""
    return "; ".join(filter(None, [row.printed + drawing.aim(row), implied, row.caveats]))


def _implied(row):
    """Word in two lines what a change was converted to, and from which reading."""
    level = wording.quantity(round(row.amount, 1), row.standard_unit)
    first = row.inputs.partition(": ")[2].partition(" (")[0]
    return f"implies {level}:\n{first}"


def _elsewhere(row):
    """Word a promise or a gap that is not on the axis."""
    words = f"not on this axis: {row.printed}, {row.thing}, {row.date}"
    return words if row.status == "target" else row.printed


def _panel(axes, plans, lanes, limits, unit):
    """Draw one panel, and tell whether most of its dots lie at the right."""
    ends = (limits[0], limits[0] + (limits[1] - limits[0]) * _ROOM)
    at_right = drawing.draw_lanes(axes, plans, lanes, ends, unit, size=8.5)
    axes.set_xticks([tick for tick in axes.get_xticks() if limits[0] <= tick <= limits[1]])
    axes.spines["bottom"].set_bounds(*limits)
    axes.xaxis.label.set_x(1 / _ROOM)
    return at_right


@mpl.style.context(drawing.STYLE)
def labelled(plans, judged, name, title, subtitle):
    """Write promises that do not compare in lanes, without an axis.

    Parameters
    ----------
    plans : Plans
    judged : DataFrame
        As from `lantian.compare`.
    name, title, subtitle : str

    Returns
    -------
    Chart
    """
    lanes, palette = drawing.by_place(plans, judged, "group", "id"), drawing.colours(plans)
    is_target = lanes["status"] == "target"
    lanes["detail"] = [_detail(row) for row in lanes.itertuples()]
    chart, axes = drawing.canvas(plans, title, 0.29 * len(lanes), head=0.05)
    indent = 0.03 + 0.0135 * max(lanes.loc[is_target, "printed"].str.len(), default=0)
    for y, row in enumerate(lanes.itertuples()):
        detail, text = textwrap.fill(row.detail, int(95 * (1 - indent))), {"size": 8, "va": "center"}
        if row.status == "target":
            axes.text(0, y, row.printed, size=9, weight="bold", color=palette[row.jurisdiction], va="center")
            axes.text(indent, y, detail, color=drawing.INK, **text)
        else:
            axes.text(0, y, detail, color=drawing.GREY, style="italic", **text)
    axes.set_xlim(0, 1)
    drawing.hide_x_axis(axes)
    drawing.name_lanes(axes, plans, lanes)
    lanes["in_words"] = lanes["detail"].where(~is_target, lanes["printed"] + ": " + lanes["detail"])
    return drawing.finish(chart, plans, lanes, name, title, subtitle)


def _detail(row):
    """Word what a promise acts on and by when; a gap as it is printed."""
    aim = ", aimed for" if row.strength == "aspirational" else ""
    return f"{row.thing}, {row.date}{aim}" if row.status == "target" else row.printed


@mpl.style.context(drawing.STYLE)
def breakeven(plans, coal, energy, name, title, subtitle, marked=()):
    """Draw one place's coal cap, turned into coal equivalent, against its energy cap.

    The calorific coefficient (t of coal equivalent per t of coal) is the axis: no
    one value of it is stated by the plan.

    Parameters
    ----------
    plans : Plans
    coal, energy : Series
        The two targets; amounts in t and in t of coal equivalent.
    name, title, subtitle : str
    marked : sequence of (float, str)
        Coefficients to name on the axis.

    Returns
    -------
    Chart
    """
    if coal.jurisdiction not in set(plans.focus["id"]):
        return Sentence("This chart is of a place that was left out.")
    room = {"head": 0.2, "foot": 0.5, "left": 0.55, "right": 0.25}
    chart, axes = drawing.canvas(plans, title, 2.04, **room)
    _draw_caps(axes, coal.amount / 1e6, energy.amount / 1e6, drawing.colours(plans)[coal.jurisdiction])
    _name_axes(axes, marked)
    others = plans.focus[plans.focus["id"] != coal.jurisdiction]
    words = f"Not drawn: {wording.names(others['label'])}; none of these plans sets both caps."
    text = {"transform": axes.transAxes, "va": "top", "size": 7.5, "color": drawing.GREY}
    axes.text(0.01, 0.98, textwrap.fill(words, 44), **text)
    rows = [
        ("coal cap", wording.target(coal), coal.id),
        ("energy cap", wording.target(energy), energy.id),
        ("break-even", f"{energy.amount / coal.amount:.2f} t of coal equivalent per t of coal", ""),
        *(("marked on the axis", words, "") for _, words in marked),
    ]
    rows = pd.DataFrame(rows, columns=["what", "in_words", "id"]).assign(jurisdiction=coal.jurisdiction)
    missing = drawing.missing_places(plans, rows, "this plan does not set both caps").assign(what="both caps")
    return drawing.finish(chart, plans, pd.concat([rows, missing], ignore_index=True), name, title, subtitle)


def _draw_caps(axes, coal, energy, color):
    """Draw both caps, in millions of t, over the coefficient, and the coefficient at which they meet."""
    x, even = np.linspace(*_COEFFICIENTS, 8), energy / coal
    axes.plot(x, x * coal, color=color, lw=2.2)
    axes.axhline(energy, color=drawing.INK, lw=1.4)
    drawing.dot(axes, even, energy, color, ms=9, mew=1)
    axes.grid(axis="y")
    at_left = {"textcoords": "offset points", "ha": "right"}
    words = f"break-even at {even:.2f}"
    axes.annotate(words, (even, energy), xytext=(-6, 7), size=9, weight="bold", **at_left)
    axes.annotate("energy cap", (x[-1], energy), xytext=(-2, -11), size=8.5, **at_left)
    words = "coal cap in coal equivalent"
    axes.annotate(words, (x[-2], x[-2] * coal), xytext=(-8, 4), size=8.5, color=color, **at_left)


def _name_axes(axes, marked):
    """Name the axes, and draw a named line at each coefficient marked."""
    offset = {"textcoords": "offset points"}
    text = {"size": 7.5, "color": drawing.GREY, "va": "bottom"}
    for value, words in marked:
        axes.axvline(value, color=drawing.GREY, lw=0.8, ls=":")
        axes.annotate(f" {words}", (value, axes.get_ylim()[0]), xytext=(0, 4), **offset, **text)
    axes.set_xlim(_COEFFICIENTS)
    axes.set_xlabel("t of coal equivalent in 1 t of coal", size=8.5)
    above = {"xycoords": "axes fraction", "xytext": (-24, 6), "size": 8.5}
    axes.annotate("million t of coal equivalent", (0, 1), **above, **offset)
    axes.tick_params(labelsize=8.5)


@mpl.style.context(drawing.STYLE)
def steps(plans, judged, name, title, subtitle):
    """Draw rules that have an order but no shared scale: a column a rule, a mark a place.

    Parameters
    ----------
    plans : Plans
    judged : DataFrame
        As from `lantian.compare`; rules are ordered by amount, "more than" after "at least".
    name, title, subtitle : str

    Returns
    -------
    Chart
    """
    rows = judged[(judged["status"] == "target") | ~judged.duplicated("jurisdiction")]
    is_target = rows["status"] == "target"
    ordered = rows[is_target].sort_values(["amount", "operator"], key=lambda keys: keys.replace(_RULES))
    rules, palette = list(ordered["printed"].unique()), drawing.colours(plans)
    chart, axes = drawing.canvas(plans, title, 0.3 * len(plans.focus), head=0.4)
    rows = rows.assign(y=rows["jurisdiction"].map(list(palette).index), hollow=False)
    rows["marker"] = np.where(rows["printed"].str.contains("in words"), "s", "o")
    drawn = rows[is_target].assign(x=rows.loc[is_target, "printed"].map(rules.index))
    drawing.dots(axes, drawn, palette, size=9, width=1)
    for row in rows[~is_target].itertuples():
        axes.text(-1.25, row.y, row.printed, va="center", size=8, color=drawing.GREY, style="italic")
    axes.set_xlim(-1.3, len(rules) - 0.5)
    drawing.name_columns(axes, range(len(rules)), [rule.replace(" (", "\n(") for rule in rules])
    drawing.name_places(axes, plans, size=8.5)
    in_words = rows["printed"].where(~is_target, rows["printed"] + ", " + rows["date"])
    rows = rows.assign(in_words=in_words, reason=rows["reason"].where(is_target, ""))
    return drawing.finish(chart, plans, rows, name, title, subtitle)


@mpl.style.context(drawing.STYLE)
def pairs(plans, judged, name, title, subtitle, references, unit=""):
    """Draw levels of one unit: a basic goal and its stretch goal joined, limits as lines.

    Parameters
    ----------
    plans : Plans
    judged : DataFrame
        As from `lantian.compare`; levels of the year that most places share are drawn, and
        changes that were converted to one, as triangles; all others stand in words.
    name, title, subtitle : str
    references : DataFrame
        As from `lantian.limits`: lines, dotted in hindsight.
    unit : str
        Written on the axis.

    Returns
    -------
    Chart

    Raises
    ------
    NotComparable
        When levels of the year that most places share do not compare.
    """
    converted = judged["converted"].eq(True)
    levels = judged[judged["amount"].notna() & ((judged["kind"] == "level") | converted)]
    if len(levels):
        year = levels.groupby("target_year")["jurisdiction"].nunique().idxmax()
        levels = levels[levels["target_year"] == year].sort_values("amount", ascending=False, kind="stable")
    refuse(levels[~levels["converted"].eq(True)].assign(group=0))
    lanes = _pair_lanes(plans, judged, levels)
    chart, axes = drawing.canvas(plans, title, 0.3 * len(lanes), head=0.6, foot=0.45)
    end = max([0, *levels["amount"], *references["amount"]]) * 1.65 or 1
    _reference_lines(axes, references)
    firsts = lanes.drop_duplicates("jurisdiction").reset_index(names="y")[["jurisdiction", "y"]]
    second = levels[levels.duplicated("jurisdiction")].merge(firsts).assign(x=lambda rows: rows["amount"])
    drawing.dots(axes, second, drawing.colours(plans), size=8.5)
    line = {"size": 8.5, "line": {"lw": 2}}
    chart.opens_at_right = drawing.draw_lanes(axes, plans, lanes, (0, end), unit, **line)
    rows = pd.concat([lanes, references.assign(jurisdiction="")])
    return drawing.finish(chart, plans, rows, name, title, subtitle)


def _reference_lines(axes, references):
    """Draw limits as lines, named above the drawing at two heights in turn."""
    for number, row in enumerate(references.itertuples()):
        line = {"color": drawing.GREY, "lw": 1, "ls": ":" if row.hindsight else "-"}
        axes.axvline(row.amount, **line)
        text = {"ha": "center", "size": 7.5, "color": drawing.GREY, "linespacing": 1.0}
        if number % 2:
            text["arrowprops"] = {"arrowstyle": "-", "shrinkA": 0, "shrinkB": 0, **line}
        place = {"xycoords": ("data", "axes fraction"), "xytext": (0, 3 + 20 * (number % 2))}
        words = row.in_words.replace(", in hindsight", "\nin hindsight")
        axes.annotate(words, (row.amount, 1), textcoords="offset points", **place, **text)


def _pair_lanes(plans, judged, levels):
    """List one lane with the levels of each place (``drawn``), then a lane for each of its other promises or gaps."""
    words = [
        _beside(row) if row.converted else f"{row.printed} {row.date}{drawing.aim(row)}"
        for row in levels.itertuples()
    ]
    marker = np.where(levels["converted"].eq(True), "^", "o")
    short = [_implied(row) if row.converted else text for row, text in zip(levels.itertuples(), words)]
    levels = levels.assign(in_words=words, mark_text=short, x=levels["amount"], marker=marker)
    merged = dict.fromkeys(["id", "strength", "marker"], "first") | {"in_words": "; ".join}
    merged |= {"mark_text": "\n".join, "start": "min", "x": "max"}
    goals = levels.assign(start=levels["x"]).groupby("jurisdiction", as_index=False).agg(merged)
    goals = goals.assign(end=goals["x"], reason="")
    others = judged[~judged["id"].isin(levels["id"])]
    words = [
        f"not on this axis: {row.printed}, {row.date}" if row.status == "target" else row.printed
        for row in others.itertuples()
    ]
    return drawing.by_place(plans, pd.concat([goals, others.assign(in_words=words)]))
