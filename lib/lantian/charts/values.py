"""Charts with an axis of values: only what compares shares one."""

import textwrap

import matplotlib as mpl
import numpy as np
import pandas as pd

from lantian.charts.marks import (
    LANE,
    aimed,
    bare,
    beside,
    by_place,
    colours,
    dot,
    even,
    finish,
    head_columns,
    mostly_right,
    name_lanes,
    name_places,
    name_values,
    remark,
    write,
)
from lantian.charts.style import FOOT, GREY, HEAD, INK, STYLE, canvas
from lantian.text import wording
from lantian.text.sentences import Sentence

COEFFICIENTS = (0.55, 0.90)  # ends of an axis of t of coal equivalent in 1 t of coal
ROOM = 1.25  # of the length of an axis: its words need room beyond the last value
FORCE = {">=": 0, "=": 1, ">": 2}


class NotComparable(ValueError):
    """Rows that must not share an axis; the message names the failing test."""


def refuse(rows):
    """Raise `NotComparable`, which names the failing test, for rows that may not share an axis."""
    for _, group in rows.groupby("group"):
        if group["standard_unit"].nunique() > 1:
            raise NotComparable(
                f"these rows fail the test of unit: {', '.join(sorted(group['standard_unit'].unique()))}"
            )
        if group["jurisdiction"].nunique() > 1 and (group["verdict"] == "no").any():
            raise NotComparable(
                f"these rows may not share an axis: {'; '.join(sorted(set(group['why']) - {''}))}"
            )


@mpl.rc_context(STYLE)
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
        When rows of one group are judged ``no`` against each other.
    """
    figures = judged[judged["amount"].notna()]
    refuse(figures)
    groups = list(dict.fromkeys(figures.loc[figures["verdict"] != "no", "group"]))
    if not groups:
        return labelled(plans, judged, name, title, subtitle)
    lanes = [_panel_lanes(plans, judged, group, len(groups) == 1) for group in groups]
    heights = [0.3 * len(lane) for lane in lanes]
    inches, hspace = sum(heights) + 0.62 * (len(groups) - 1), 0.62 * len(groups) / sum(heights)
    chart, axes = canvas(
        title,
        inches,
        head=HEAD + 0.15,
        foot=FOOT + 0.45,
        nrows=len(groups),
        squeeze=False,
        hspace=hspace,
        height_ratios=heights,
    )
    limits = limits or (min(0, figures["amount"].min()) * 1.15, max(0, figures["amount"].max()))
    for axis, lane in zip(axes[:, 0], lanes):
        chart.far |= _panel(axis, plans, lane, limits, unit)
    return finish(chart, plans, pd.concat(lanes, ignore_index=True), name, title, subtitle)


def _panel_lanes(plans, judged, group, alone):
    """List the lanes of one panel: the group's figures, then words for all else."""
    lanes = []
    for place in plans.focus["id"]:
        mine = judged[judged["jurisdiction"] == place]
        drawn = mine[mine["group"] == group].sort_values("amount")
        others = mine[mine["group"] != group]
        others = others if alone else others.head(int(drawn.empty))
        lanes += [
            drawn.assign(drawn=True, says=drawn["printed"]),
            others.assign(drawn=False, says=[_elsewhere(row) for row in others.itertuples()]),
        ]
    return pd.concat([lane for lane in lanes if len(lane)], ignore_index=True)


def _elsewhere(row):
    """Word a promise or a gap that is not on the axis."""
    return (
        f"not on this axis: {row.printed}, {row.thing}, {row.date}" if row.status == "target" else row.printed
    )


def _panel(axis, plans, lanes, limits, unit):
    """Draw one panel: dots for its figures, words for every other promise and place; say whether most stand at the right."""
    palette, ends = colours(plans), (limits[0], limits[0] + (limits[1] - limits[0]) * ROOM)
    shares = (lanes["amount"] - ends[0]) / (ends[1] - ends[0])
    right = mostly_right(shares[lanes["drawn"]])
    for y, row in enumerate(lanes.itertuples()):
        if row.drawn:
            dot(axis, row.amount, y, palette[row.jurisdiction], row.strength == "aspirational")
            beside(axis, row.amount, y, row.says + aimed(row), shares[y])
        else:
            remark(axis, y, even(row.says, len(textwrap.wrap(row.says, 50 if right else 92))), right)
    name_values(axis, plans, lanes, ends, unit)
    axis.set_xticks([tick for tick in axis.get_xticks() if limits[0] <= tick <= limits[1]])
    axis.spines["bottom"].set_bounds(*limits)
    axis.xaxis.label.set_x(1 / ROOM)
    return right


@mpl.rc_context(STYLE)
def labelled(plans, judged, name, title, subtitle):
    """Write promises that do not compare in rows, without an axis.

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
    lanes, palette = by_place(plans, judged, "group", "id"), colours(plans)
    goal = lanes["status"] == "target"
    lanes = lanes.assign(detail=[_detail(row) for row in lanes.itertuples()])
    chart, axes = canvas(title, 0.29 * len(lanes), head=HEAD + 0.05)
    indent = 0.03 + 0.0135 * max(lanes.loc[goal, "printed"].str.len(), default=0)
    for y, row in enumerate(lanes.itertuples()):
        detail, style = (
            "\n".join(textwrap.wrap(row.detail, int(95 * (1 - indent)))),
            {"size": 8, "va": "center"},
        )
        if goal[y]:
            axes.text(0, y, row.printed, size=9, weight="bold", color=palette[row.jurisdiction], va="center")
            axes.text(indent, y, detail, color=INK, **style)
        else:
            axes.text(0, y, detail, color=GREY, style="italic", **style)
    axes.set_xlim(0, 1)
    bare(axes)
    name_lanes(axes, plans, lanes)
    says = lanes["detail"].where(~goal, lanes["printed"] + ": " + lanes["detail"])
    return finish(chart, plans, lanes.assign(says=says), name, title, subtitle)


def _detail(row):
    """Word what a promise is on and by when; a gap as it is."""
    aim = ", aimed for" if row.strength == "aspirational" else ""
    return f"{row.thing}, {row.date}{aim}" if row.status == "target" else row.printed


@mpl.rc_context(STYLE)
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
    if coal.role == "aside":
        return Sentence("This chart is of a place that was left out.")
    chart, axes = canvas(title, 2.04, head=HEAD + 0.2, foot=FOOT + 0.5, left=0.55, right=0.25)
    even = energy.amount / coal.amount
    _two_caps(axes, coal.amount / 1e6, energy.amount / 1e6, even, colours(plans)[coal.jurisdiction])
    for value, label in marked:
        axes.axvline(value, color=GREY, lw=0.8, ls=":")
        axes.annotate(
            f" {label}",
            (value, axes.get_ylim()[0]),
            xytext=(0, 4),
            textcoords="offset points",
            size=7.5,
            color=GREY,
            va="bottom",
        )
    axes.set_xlim(COEFFICIENTS)
    axes.set_xlabel("t of coal equivalent in 1 t of coal", size=8.5)
    axes.annotate(
        "million t of coal equivalent",
        (0, 1),
        xycoords="axes fraction",
        xytext=(-24, 6),
        textcoords="offset points",
        size=8.5,
    )
    axes.tick_params(labelsize=8.5)
    others = plans.focus[plans.focus["id"] != coal.jurisdiction]
    words = f"Not drawn: {wording.names(others['label'])}; none of these plans sets both caps."
    axes.text(
        0.01,
        0.98,
        "\n".join(textwrap.wrap(words, 44)),
        transform=axes.transAxes,
        va="top",
        size=7.5,
        color=GREY,
    )
    told = [("coal cap", wording.target(coal), coal.id), ("energy cap", wording.target(energy), energy.id)]
    told += [
        ("break-even", f"{even:.2f} t of coal equivalent per t of coal", ""),
        *(("marked on the axis", label, "") for _, label in marked),
    ]
    rows = [(coal.jurisdiction, *row) for row in told] + [
        (place, "both caps", "this plan does not set both caps", "") for place in others["id"]
    ]
    return finish(
        chart,
        plans,
        pd.DataFrame(rows, columns=["jurisdiction", "what", "says", "id"]),
        name,
        title,
        subtitle,
    )


def _two_caps(axes, coal, energy, even, color):
    """Draw both caps, in millions of t, over the coefficient, and where they meet."""
    x = np.linspace(*COEFFICIENTS, 8)
    axes.plot(x, x * coal, color=color, lw=2.2)
    axes.axhline(energy, color=INK, lw=1.4)
    dot(axes, even, energy, color, ms=9, mew=1)
    axes.grid(axis="y")
    beside = {"textcoords": "offset points", "ha": "right"}
    axes.annotate(
        f"break-even at {even:.2f}", (even, energy), xytext=(-6, 7), size=9, weight="bold", **beside
    )
    axes.annotate("energy cap", (COEFFICIENTS[1], energy), xytext=(-2, -11), size=8.5, **beside)
    axes.annotate(
        "coal cap in coal equivalent", (x[-2], x[-2] * coal), xytext=(-8, 4), size=8.5, color=color, **beside
    )


@mpl.rc_context(STYLE)
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
    goal = rows["status"] == "target"
    rules = list(
        dict.fromkeys(
            rows[goal]
            .assign(force=lambda goals: goals["operator"].map(FORCE))
            .sort_values(["amount", "force"])["printed"]
        )
    )
    chart, axes = canvas(title, 0.3 * len(plans.focus), head=HEAD + 0.4)
    palette = colours(plans)
    for row in rows.itertuples():
        y = list(palette).index(row.jurisdiction)
        if row.status == "target":
            dot(
                axes,
                rules.index(row.printed),
                y,
                palette[row.jurisdiction],
                marker="s" if "in words" in row.printed else "o",
                ms=9,
                mew=1,
            )
        else:
            axes.text(-1.25, y, row.printed, va="center", size=8, color=GREY, style="italic")
    axes.set_xlim(-1.3, len(rules) - 0.5)
    head_columns(axes, range(len(rules)), [rule.replace(" (", "\n(") for rule in rules])
    name_places(axes, plans, size=8.5)
    rows = rows.assign(
        says=rows["printed"].where(~goal, rows["printed"] + ", " + rows["date"]),
        why=rows["why"].where(goal, ""),
    )
    return finish(chart, plans, rows, name, title, subtitle)


@mpl.rc_context(STYLE)
def pairs(plans, judged, name, title, subtitle, references, unit=""):
    """Draw levels of one unit: a basic goal and its stretch goal joined, limits as lines.

    Parameters
    ----------
    plans : Plans
    judged : DataFrame
        As from `lantian.compare`; levels of the year that most places share are
        drawn, all else in words.
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
        levels = levels[
            levels["target_year"] == levels.groupby("target_year")["jurisdiction"].nunique().idxmax()
        ]
    refuse(levels.assign(group=0))
    lanes, palette = _pair_lanes(plans, judged, levels), colours(plans)
    chart, axis = canvas(title, 0.3 * len(lanes), head=HEAD + 0.6, foot=FOOT + 0.45)
    end = max([0, *levels["amount"], *references["amount"]]) * 1.65 or 1
    chart.far = mostly_right(levels["amount"] / end)
    _reference_lines(axis, references)
    for y, row in enumerate(lanes.itertuples()):
        if row.goals:
            _pair(axis, y, row, palette[row.jurisdiction], end)
        else:
            remark(axis, y, "\n".join(textwrap.wrap(row.says, 92)), chart.far)
    name_values(axis, plans, lanes, (0, end), unit)
    return finish(chart, plans, pd.concat([lanes, references.assign(jurisdiction="")]), name, title, subtitle)


def _reference_lines(axis, references):
    """Draw limits as lines named above the axis; neighbours take turns in height."""
    for count, row in enumerate(references.itertuples()):
        line = {"color": GREY, "lw": 1, "ls": ":" if row.hindsight else "-"}
        axis.axvline(row.amount, **line)
        words, place = (
            row.says.replace(", in hindsight", "\nin hindsight"),
            {"xytext": (0, 3 + 20 * (count % 2)), "textcoords": "offset points"},
        )
        leader = {"arrowprops": {"arrowstyle": "-", "shrinkA": 0, "shrinkB": 0, **line}} if count % 2 else {}
        style = {"ha": "center", "size": 7.5, "color": GREY, "linespacing": 1.0}
        axis.annotate(words, (row.amount, 1), xycoords=("data", "axes fraction"), **style, **place, **leader)


def _pair(axis, y, row, color, end):
    """Draw one goal, or basic and stretch joined, and write where there is room; a stretch goal is hollow."""
    low, high = min(row.goals)[0], max(row.goals)[0]
    axis.plot([low, high], [y, y], color=color, lw=2)
    for amount, hollow in row.goals:
        dot(axis, amount, y, color, hollow)
    fits = max(map(len, row.says.split("; "))) * 0.066 < LANE * (1 - high / end) - 0.15
    write(axis, high if fits else low, y, row.says.replace("; ", "\n"), fits, linespacing=1.2)


def _pair_lanes(plans, judged, levels):
    """List a lane for each place with its goals, and one for each other promise or gap."""
    rows = []
    for place in plans.focus["id"]:
        goals = levels[levels["jurisdiction"] == place].sort_values("amount", ascending=False)
        if len(goals):
            says = "; ".join(f"{row.printed} {row.date}{aimed(row)}" for row in goals.itertuples())
            drawn = list(zip(goals["amount"], goals["strength"] == "aspirational"))
            rows.append(
                {"jurisdiction": place, "goals": drawn, "says": says, "why": "", "id": goals.iloc[0]["id"]}
            )
        for row in judged[(judged["jurisdiction"] == place) & ~judged["id"].isin(goals["id"])].itertuples():
            says = row.printed if row.status != "target" else f"not on this axis: {row.printed}, {row.date}"
            rows.append({"jurisdiction": place, "goals": [], "says": says, "why": row.why, "id": row.id})
    return pd.DataFrame(rows)
