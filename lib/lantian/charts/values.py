"""Charts with an axis of values: only what compares shares one."""

import textwrap

import matplotlib as mpl
import numpy as np
import pandas as pd

from lantian.analysis.comparability import ON_ONE_AXIS
from lantian.charts import marks, style
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


@mpl.rc_context(style.STYLE)
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
    room = {"head": style.HEAD + 0.15, "foot": style.FOOT + 0.45, "hspace": hspace}
    grid = {"nrows": len(groups), "squeeze": False, "height_ratios": heights}
    chart, axes = style.canvas(title, inches, **room, **grid)
    drawn = figures.loc[figures["group"].isin(groups), ["low", "high"]]
    limits = limits or (min(0, drawn["low"].min()) * 1.15, max(0, drawn["high"].max()))
    for panel, rows in zip(axes[:, 0], lanes):
        chart.opens_at_right |= _panel(panel, plans, rows, limits, unit)
    return marks.finish(chart, plans, pd.concat(lanes, ignore_index=True), name, title, subtitle)


def _panel_lanes(plans, judged, group, alone):
    """List the lanes of one panel: by place, first its figures of the group (``drawn``), then the others in words.

    Where there are several panels, a place with a figure has no words, and the others have one lane.
    """
    rows = judged.assign(drawn=judged["group"] == group)
    rows["in_words"] = [_beside(row) if row.drawn else _elsewhere(row) for row in rows.itertuples()]
    rows = rows.assign(undrawn=~rows["drawn"], figure=rows["amount"].where(rows["drawn"]))
    rows = marks.by_place(plans, rows, "undrawn", "figure")
    return rows if alone else rows[rows["drawn"] | ~rows.duplicated("jurisdiction")].reset_index(drop=True)


def _beside(row):
    """Word what stands beside a mark: the promise, what it was converted to and from what, and the caveats."""
    level = wording.quantity(round(row.amount, 1), row.standard_unit)
    implied = f"implies {level}, from {row.inputs}" if row.converted else ""
    return "; ".join(filter(None, [row.printed + marks.aim(row), implied, row.caveats]))


def _elsewhere(row):
    """Word a promise or a gap that is not on the axis."""
    return (
        f"not on this axis: {row.printed}, {row.thing}, {row.date}" if row.status == "target" else row.printed
    )


def _panel(axes, plans, lanes, limits, unit):
    """Draw one panel, and tell whether most of its dots lie at the right."""
    palette, ends = marks.colours(plans), (limits[0], limits[0] + (limits[1] - limits[0]) * _ROOM)
    lanes = lanes.assign(share=(lanes["amount"] - ends[0]) / (ends[1] - ends[0]))
    at_right = marks.mostly_right(lanes.loc[lanes["drawn"], "share"])
    for y, row in enumerate(lanes.itertuples()):
        if row.drawn:
            color, hollow = palette[row.jurisdiction], row.strength == "aspirational"
            marker = "^" if row.converted else "s" if row.value_basis == "word" else "o"
            axes.plot([row.low, row.high], [y, y], color=color, lw=5, alpha=0.5, solid_capstyle="butt")
            marks.dot(axes, row.amount, y, color, hollow, marker)
            marks.fit_label(axes, row.amount, y, row.in_words, row.share)
        else:
            lines = len(textwrap.wrap(row.in_words, 50 if at_right else 92))
            marks.lane_text(axes, y, marks.wrap_evenly(row.in_words, lines), at_right)
    marks.name_values(axes, plans, lanes, ends, unit)
    axes.set_xticks([tick for tick in axes.get_xticks() if limits[0] <= tick <= limits[1]])
    axes.spines["bottom"].set_bounds(*limits)
    axes.xaxis.label.set_x(1 / _ROOM)
    return at_right


@mpl.rc_context(style.STYLE)
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
    lanes, palette = marks.by_place(plans, judged, "group", "id"), marks.colours(plans)
    is_target = lanes["status"] == "target"
    lanes["detail"] = [_detail(row) for row in lanes.itertuples()]
    chart, axes = style.canvas(title, 0.29 * len(lanes), head=style.HEAD + 0.05)
    indent = 0.03 + 0.0135 * max(lanes.loc[is_target, "printed"].str.len(), default=0)
    for y, row in enumerate(lanes.itertuples()):
        detail, text = textwrap.fill(row.detail, int(95 * (1 - indent))), {"size": 8, "va": "center"}
        if row.status == "target":
            axes.text(0, y, row.printed, size=9, weight="bold", color=palette[row.jurisdiction], va="center")
            axes.text(indent, y, detail, color=style.INK, **text)
        else:
            axes.text(0, y, detail, color=style.GREY, style="italic", **text)
    axes.set_xlim(0, 1)
    marks.hide_x_axis(axes)
    marks.name_lanes(axes, plans, lanes)
    lanes["in_words"] = lanes["detail"].where(~is_target, lanes["printed"] + ": " + lanes["detail"])
    return marks.finish(chart, plans, lanes, name, title, subtitle)


def _detail(row):
    """Word what a promise acts on and by when; a gap as it is printed."""
    aim = ", aimed for" if row.strength == "aspirational" else ""
    return f"{row.thing}, {row.date}{aim}" if row.status == "target" else row.printed


@mpl.rc_context(style.STYLE)
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
    room = {"head": style.HEAD + 0.2, "foot": style.FOOT + 0.5, "left": 0.55, "right": 0.25}
    chart, axes = style.canvas(title, 2.04, **room)
    _draw_caps(axes, coal.amount / 1e6, energy.amount / 1e6, marks.colours(plans)[coal.jurisdiction])
    _name_axes(axes, marked)
    others = plans.focus[plans.focus["id"] != coal.jurisdiction]
    words = f"Not drawn: {wording.names(others['label'])}; none of these plans sets both caps."
    text = {"transform": axes.transAxes, "va": "top", "size": 7.5, "color": style.GREY}
    axes.text(0.01, 0.98, textwrap.fill(words, 44), **text)
    rows = [
        ("coal cap", wording.target(coal), coal.id),
        ("energy cap", wording.target(energy), energy.id),
        ("break-even", f"{energy.amount / coal.amount:.2f} t of coal equivalent per t of coal", ""),
        *(("marked on the axis", words, "") for _, words in marked),
    ]
    rows = pd.DataFrame(rows, columns=["what", "in_words", "id"]).assign(jurisdiction=coal.jurisdiction)
    missing = marks.missing_places(plans, rows, "this plan does not set both caps").assign(what="both caps")
    return marks.finish(chart, plans, pd.concat([rows, missing], ignore_index=True), name, title, subtitle)


def _draw_caps(axes, coal, energy, color):
    """Draw both caps, in millions of t, over the coefficient, and the coefficient at which they meet."""
    x, even = np.linspace(*_COEFFICIENTS, 8), energy / coal
    axes.plot(x, x * coal, color=color, lw=2.2)
    axes.axhline(energy, color=style.INK, lw=1.4)
    marks.dot(axes, even, energy, color, ms=9, mew=1)
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
    text = {"size": 7.5, "color": style.GREY, "va": "bottom"}
    for value, words in marked:
        axes.axvline(value, color=style.GREY, lw=0.8, ls=":")
        axes.annotate(f" {words}", (value, axes.get_ylim()[0]), xytext=(0, 4), **offset, **text)
    axes.set_xlim(_COEFFICIENTS)
    axes.set_xlabel("t of coal equivalent in 1 t of coal", size=8.5)
    above = {"xycoords": "axes fraction", "xytext": (-24, 6), "size": 8.5}
    axes.annotate("million t of coal equivalent", (0, 1), **above, **offset)
    axes.tick_params(labelsize=8.5)


@mpl.rc_context(style.STYLE)
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
    is_target = judged["status"] == "target"
    rows = judged[is_target | ~judged.duplicated("jurisdiction")]
    targets = judged[is_target]
    targets = targets.assign(rule=targets["operator"].map(_RULES)).sort_values(["amount", "rule"])
    rules, palette = list(targets["printed"].unique()), marks.colours(plans)
    chart, axes = style.canvas(title, 0.3 * len(plans.focus), head=style.HEAD + 0.4)
    for row in rows.itertuples():
        y, color = list(palette).index(row.jurisdiction), palette[row.jurisdiction]
        if row.status == "target":
            marker = "s" if "in words" in row.printed else "o"
            marks.dot(axes, rules.index(row.printed), y, color, marker=marker, ms=9, mew=1)
        else:
            axes.text(-1.25, y, row.printed, va="center", size=8, color=style.GREY, style="italic")
    axes.set_xlim(-1.3, len(rules) - 0.5)
    marks.name_columns(axes, range(len(rules)), [rule.replace(" (", "\n(") for rule in rules])
    marks.name_places(axes, plans, size=8.5)
    in_words = rows["printed"].where(~is_target, rows["printed"] + ", " + rows["date"])
    rows = rows.assign(in_words=in_words, reason=rows["reason"].where(is_target, ""))
    return marks.finish(chart, plans, rows, name, title, subtitle)


@mpl.rc_context(style.STYLE)
def pairs(plans, judged, name, title, subtitle, references, unit=""):
    """Draw levels of one unit: a basic goal and its stretch goal joined, limits as lines.

    Parameters
    ----------
    plans : Plans
    judged : DataFrame
        As from `lantian.compare`; levels of the year that most places share are
        drawn, all others in words.
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
    levels = judged[judged["amount"].notna() & (judged["kind"] == "level")]
    if len(levels):
        year = levels.groupby("target_year")["jurisdiction"].nunique().idxmax()
        levels = levels[levels["target_year"] == year].sort_values("amount", ascending=False, kind="stable")
    refuse(levels.assign(group=0))
    lanes, palette = _pair_lanes(plans, judged, levels), marks.colours(plans)
    chart, axes = style.canvas(title, 0.3 * len(lanes), head=style.HEAD + 0.6, foot=style.FOOT + 0.45)
    end = max([0, *levels["amount"], *references["amount"]]) * 1.65 or 1
    chart.opens_at_right = marks.mostly_right(levels["amount"] / end)
    _reference_lines(axes, references)
    for y, row in enumerate(lanes.itertuples()):
        if row.drawn:
            goals = levels[levels["jurisdiction"] == row.jurisdiction]
            _pair(axes, y, goals, row.in_words.split("; "), palette[row.jurisdiction], end)
        else:
            marks.lane_text(axes, y, textwrap.fill(row.in_words, 92), chart.opens_at_right)
    marks.name_values(axes, plans, lanes, (0, end), unit)
    rows = pd.concat([lanes, references.assign(jurisdiction="")])
    return marks.finish(chart, plans, rows, name, title, subtitle)


def _reference_lines(axes, references):
    """Draw limits as lines, named above the drawing at two heights in turn."""
    for number, row in enumerate(references.itertuples()):
        line = {"color": style.GREY, "lw": 1, "ls": ":" if row.hindsight else "-"}
        axes.axvline(row.amount, **line)
        text = {"ha": "center", "size": 7.5, "color": style.GREY, "linespacing": 1.0}
        if number % 2:
            text["arrowprops"] = {"arrowstyle": "-", "shrinkA": 0, "shrinkB": 0, **line}
        place = {"xycoords": ("data", "axes fraction"), "xytext": (0, 3 + 20 * (number % 2))}
        words = row.in_words.replace(", in hindsight", "\nin hindsight")
        axes.annotate(words, (row.amount, 1), textcoords="offset points", **place, **text)


def _pair(axes, y, goals, lines, color, end):
    """Draw one goal, or a basic and a stretch goal joined, labelled where there is room."""
    low, high = goals["amount"].min(), goals["amount"].max()
    axes.plot([low, high], [y, y], color=color, lw=2)
    for goal in goals.itertuples():
        marks.dot(axes, goal.amount, y, color, goal.strength == "aspirational")
    fits = max(map(len, lines)) * 0.066 < marks.LANE * (1 - high / end) - 0.15
    marks.label(axes, high if fits else low, y, "\n".join(lines), fits, linespacing=1.2)


def _pair_lanes(plans, judged, levels):
    """List one lane with the levels of each place (``drawn``), then a lane for each of its other promises or gaps."""
    goals = levels.assign(
        in_words=[f"{row.printed} {row.date}{marks.aim(row)}" for row in levels.itertuples()]
    )
    goals = goals.groupby("jurisdiction", as_index=False).agg({"in_words": "; ".join, "id": "first"})
    others = judged[~judged["id"].isin(levels["id"])]
    others = others.assign(
        in_words=[
            f"not on this axis: {row.printed}, {row.date}" if row.status == "target" else row.printed
            for row in others.itertuples()
        ]
    )
    return marks.by_place(plans, pd.concat([goals.assign(drawn=True, reason=""), others.assign(drawn=False)]))
