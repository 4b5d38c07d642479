"""Charts with an axis of values: only what compares shares one."""

import textwrap

import matplotlib as mpl
import numpy as np
import pandas as pd

from lantian import wording
from lantian.charts import beside, colours, documents_foot, drawn_rows, lane_names
from lantian.figure import FOOT, GREY, HEAD, INK, PAPER, STYLE, WIDTH, canvas


class NotComparable(ValueError):
    """Rows that must not share an axis; the message names the failing test."""


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
    lanes = [_panel_lanes(plans, judged, group, groups) for group in groups]
    top, heights = HEAD + 0.15 + 0.22 * title.count("\n"), [0.27 * len(lane) for lane in lanes]
    inches = top + sum(heights) + 0.62 * (len(groups) - 1) + FOOT + 0.45
    chart, axes = canvas(inches, top=top, bottom=FOOT + 0.45, left=1.3, nrows=len(groups), squeeze=False, hspace=0.62 * len(groups) / sum(heights), height_ratios=heights)
    limits = limits or _limits(figures["amount"])
    for axis, lane in zip(axes[:, 0], lanes):
        _panel(axis, plans, lane, limits)
        axis.set_xlabel(unit, size=8, loc="right", labelpad=1)
    return chart.describe(name, title, subtitle, documents_foot(plans), drawn_rows(plans, pd.concat(lanes, ignore_index=True)))


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
    order = plans.focus.set_index("id")["order"]
    lanes = judged.assign(order=judged["jurisdiction"].map(order)).sort_values(["order", "group", "id"], kind="stable").reset_index(drop=True)
    top, palette, says = HEAD + 0.05 + 0.22 * title.count("\n"), colours(plans), []
    chart, axes = canvas(top + 0.29 * len(lanes) + FOOT, top=top, bottom=FOOT, left=1.3)
    indent = 0.03 + 0.0135 * max(lanes.loc[lanes["status"] == "target", "printed"].str.len(), default=0)
    for y, row in enumerate(lanes.itertuples()):
        promised = row.status == "target"
        aim = ", aimed for" if promised and row.strength == "aspirational" else ""
        detail = f"{row.thing}, {row.date}{aim}" if promised else row.printed
        says.append(f"{row.printed}: {detail}" if promised else row.printed)
        if promised:
            axes.text(0.0, y, row.printed, size=9, weight="bold", color=palette[row.jurisdiction], va="center")
        axes.text(indent if promised else 0.0, y, "\n".join(textwrap.wrap(detail, int(95 * (1 - indent)))), size=8, va="center", color=INK if promised else GREY, style="normal" if promised else "italic")
    axes.set(xlim=(0, 1), xticks=[])
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    lane_names(axes, plans, lanes)
    return chart.describe(name, title, subtitle, documents_foot(plans), drawn_rows(plans, lanes.assign(says=says)))


def refuse(rows):
    """Refuse rows that may not share an axis.

    Raises
    ------
    NotComparable
        Naming the failing test.
    """
    for _, group in rows.groupby("group"):
        if group["standard_unit"].nunique() > 1:
            raise NotComparable(f"these rows fail the test of unit: {', '.join(sorted(group['standard_unit'].unique()))}")
        if group["jurisdiction"].nunique() > 1 and (group["verdict"] == "no").any():
            raise NotComparable(f"these rows may not share an axis: {'; '.join(sorted(set(group['why']) - {''}))}")


def _limits(amounts):
    low, high = min(0, amounts.min()), max(0, amounts.max())
    return low * 1.15, high * 1.15


def _panel_lanes(plans, judged, group, groups):
    """List the lanes of one panel: the group's figures, then words for all else."""
    lanes = []
    for place in plans.focus.itertuples():
        mine = judged[judged["jurisdiction"] == place.id]
        drawn = mine[mine["group"] == group].sort_values("amount")
        others = mine[(mine["group"] != group) & (len(groups) == 1 or drawn.empty)]
        lanes += [row | {"drawn": True} for row in drawn.to_dict("records")]
        others = others if len(groups) == 1 else others.head(1)
        lanes += [row | {"drawn": False} for row in others.to_dict("records")]
    lanes = pd.DataFrame(lanes)
    says = [_says(row) for row in lanes.itertuples()]
    return lanes.assign(says=says)


def _says(row):
    if row.status != "target":
        return row.printed
    goal = f"{row.printed}, {row.thing}, {row.date}" if not row.drawn else row.printed
    return goal if row.drawn else f"not on this axis: {goal}"


def _panel(axis, plans, lanes, limits):
    """Draw one panel: dots for its figures, words for every other promise and place."""
    palette, span = colours(plans), limits[1] - limits[0]
    width = WIDTH - 1.4
    for y, row in enumerate(lanes.itertuples()):
        if not row.drawn:
            axis.annotate("\n".join(textwrap.wrap(row.says, 92)), (limits[0], y), xytext=(3, 0), textcoords="offset points", va="center", size=7.5, color=GREY, style="italic")
            continue
        hollow = row.strength == "aspirational"
        axis.plot(row.amount, y, "o", ms=8.5, mfc=PAPER if hollow else palette[row.jurisdiction], mec=palette[row.jurisdiction], mew=1.7)
        words = f"{row.says}{' (aimed for)' if hollow else ''}"
        beside(axis, row.amount, y, words, (row.amount - limits[0]) / span * width, width)
    axis.set_xlim(limits)
    lane_names(axis, plans, lanes)
    axis.tick_params(axis="x", labelsize=8)


@mpl.rc_context(STYLE)
def breakeven(plans, coal, energy, name, title, subtitle, coefficients=(0.55, 0.90), marked=()):
    """Draw one place's coal cap, turned into coal equivalent, against its energy cap.

    The calorific coefficient (t of coal equivalent per t of coal) is the axis: no
    one value of it is stated by the plan.

    Parameters
    ----------
    plans : Plans
    coal, energy : Series
        The two targets; amounts in t and in t of coal equivalent.
    coefficients : tuple of float
        Ends of the axis.
    marked : sequence of (float, str)
        Coefficients to name on the axis.
    """
    top = HEAD + 0.1 + 0.22 * title.count("\n")
    chart, axes = canvas(4.1, top=top, bottom=FOOT + 0.5, left=0.75, right=0.3)
    x = np.linspace(*coefficients, 8)
    even = energy.amount / coal.amount
    color = colours(plans)[coal.jurisdiction]
    million = 1e6
    axes.plot(x, x * coal.amount / million, color=color, lw=2.2)
    axes.axhline(energy.amount / million, color=INK, lw=1.4)
    axes.plot(even, energy.amount / million, "o", ms=9, color=color)
    axes.grid(axis="y")
    axes.annotate(f"break-even at {even:.2f}", (even, energy.amount / million), xytext=(0, -14), textcoords="offset points", ha="left", size=9, weight="bold")
    axes.text(coefficients[1], energy.amount / million, "energy cap ", ha="right", va="bottom", size=8.5)
    axes.annotate("coal cap in coal equivalent", (x[5], x[5] * coal.amount / million), xytext=(-8, 6), textcoords="offset points", ha="right", size=8.5, color=color)
    for value, label in marked:
        axes.axvline(value, color=GREY, lw=0.8, ls=":")
        axes.text(value, axes.get_ylim()[0], f" {label}", size=7.5, color=GREY, va="bottom")
    axes.set_xlim(coefficients)
    axes.set_xlabel("t of coal equivalent in 1 t of coal", size=8.5)
    axes.set_ylabel("million t of coal equivalent", size=8.5)
    axes.tick_params(labelsize=8.5)
    rows = pd.DataFrame(
        [
            {"jurisdiction": coal.jurisdiction, "what": "coal cap", "says": wording.target(coal), "id": coal.id},
            {"jurisdiction": energy.jurisdiction, "what": "energy cap", "says": wording.target(energy), "id": energy.id},
            {"jurisdiction": coal.jurisdiction, "what": "break-even", "says": f"{even:.2f} t of coal equivalent per t of coal", "id": ""},
        ]
    )
    lines = pd.DataFrame({"jurisdiction": coal.jurisdiction, "what": "marked on the axis", "says": [label for _, label in marked], "id": ""})
    others = [place for place in plans.focus["id"] if place != coal.jurisdiction]
    filler = pd.DataFrame({"jurisdiction": others, "what": "both caps", "says": "this plan does not set both caps", "id": ""})
    names = wording.names(plans.focus.set_index("id").loc[others, "label"])
    axes.text(0.01, 0.98, f"Not drawn: {names};\nnone of these plans sets both caps.", transform=axes.transAxes, va="top", size=7.5, color=GREY)
    return chart.describe(name, title, subtitle, documents_foot(plans), drawn_rows(plans, pd.concat([rows, lines, filler])))


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
    ranked = judged[judged["status"] == "target"].sort_values(["amount", "operator"], key=lambda c: c.map({">=": 0, "=": 1, ">": 2}) if c.name == "operator" else c)
    order = list(dict.fromkeys(ranked["printed"]))
    top = HEAD + 0.4 + 0.22 * title.count("\n")
    chart, axes = canvas(top + 0.3 * len(plans.focus) + FOOT, top=top, bottom=FOOT, left=1.3)
    palette, drawn = colours(plans), []
    for y, place in enumerate(plans.focus.itertuples()):
        mine = judged[judged["jurisdiction"] == place.id]
        promised = mine[mine["status"] == "target"]
        for row in promised.itertuples():
            worded = "in words" in row.printed
            axes.plot(order.index(row.printed), y, "s" if worded else "o", ms=9, color=palette[place.id])
            drawn.append({"jurisdiction": place.id, "says": f"{row.printed}, {row.date}", "why": row.why, "id": row.id})
        if promised.empty:
            axes.text(-1.25, y, mine.iloc[0]["printed"], va="center", size=8, color=GREY, style="italic")
            drawn.append({"jurisdiction": place.id, "says": mine.iloc[0]["printed"], "why": "", "id": mine.iloc[0]["id"]})
    axes.set(xlim=(-1.3, len(order) - 0.5), ylim=(len(plans.focus) - 0.5, -0.5))
    axes.set_xticks(range(len(order)), [word.replace(" (", "\n(") for word in order], size=8.5)
    axes.xaxis.tick_top()
    axes.spines["bottom"].set_visible(False)
    axes.set_yticks(range(len(plans.focus)), plans.focus["label"], size=8.5)
    return chart.describe(name, title, subtitle, documents_foot(plans), drawn_rows(plans, pd.DataFrame(drawn)))


@mpl.rc_context(STYLE)
def pairs(plans, judged, name, title, subtitle, references=(), unit="", limits=None):
    """Draw levels of one unit: a basic goal and its stretch goal joined, limits as lines.

    Parameters
    ----------
    plans : Plans
    judged : DataFrame
        As from `lantian.compare`; levels of the year that most places share are
        drawn, all else in words.
    name, title, subtitle : str
    references : DataFrame, optional
        amount, says, hindsight (bool): lines, dotted where the limit came later.
    unit : str
    limits : tuple of float, optional

    Returns
    -------
    Chart

    Raises
    ------
    NotComparable
        When levels of the year that most places share do not compare.
    """
    levels = judged[judged["amount"].notna() & (judged["kind"] == "level")]
    levels = levels[levels["target_year"] == levels.groupby("target_year")["jurisdiction"].nunique().idxmax()]
    refuse(levels.assign(group=0))
    lanes = _pair_lanes(plans, judged, levels)
    top = HEAD + 0.6 + 0.22 * title.count("\n")
    chart, axis = canvas(top + 0.3 * len(lanes) + FOOT + 0.45, top=top, bottom=FOOT + 0.45, left=1.3)
    limits = limits or (0, max(levels["amount"].max(), references["amount"].max()) * 1.45)
    palette, width = colours(plans), WIDTH - 1.4
    _reference_lines(axis, references)
    for y, row in enumerate(lanes.itertuples()):
        if not row.goals:
            axis.annotate("\n".join(textwrap.wrap(row.says, 92)), (limits[0], y), xytext=(3, 0), textcoords="offset points", va="center", size=7.5, color=GREY, style="italic")
            continue
        _pair(axis, y, row.goals, palette[row.jurisdiction])
        low, high = min(row.goals)[0], max(row.goals)[0]
        fits = len(row.says) * 0.066 < width * (1 - high / limits[1]) - 0.15
        beside(axis, high if fits else low, y, row.says, (high if fits else low) / limits[1] * width, width)
    axis.set_xlim(limits)
    lane_names(axis, plans, lanes)
    axis.tick_params(axis="x", labelsize=8)
    axis.set_xlabel(unit, size=8, loc="right", labelpad=1)
    return chart.describe(name, title, subtitle, documents_foot(plans), drawn_rows(plans, pd.concat([lanes, references.assign(jurisdiction="")])))


def _reference_lines(axis, references):
    """Draw limits as lines named above the axis; neighbours take turns in height."""
    for count, row in enumerate(references.itertuples()):
        axis.axvline(row.amount, color=GREY, lw=1, ls=":" if row.hindsight else "-")
        words = row.says.replace(", in hindsight", "\nin hindsight")
        axis.annotate(words, (row.amount, 1), xycoords=("data", "axes fraction"), xytext=(0, 3 + 20 * (count % 2)), textcoords="offset points", ha="center", size=7, color=GREY, linespacing=1.0)


def _pair(axis, y, goals, color):
    """Draw one goal, or basic and stretch joined; a stretch goal is hollow."""
    amounts = [amount for amount, _ in goals]
    axis.plot([min(amounts), max(amounts)], [y, y], color=color, lw=2)
    for amount, aspirational in goals:
        axis.plot(amount, y, "o", ms=8.5, mfc=PAPER if aspirational else color, mec=color, mew=1.7)


def _pair_lanes(plans, judged, levels):
    """List a lane for each place with its goals, and one for each other promise or gap."""
    rows = []
    for place in plans.focus.itertuples():
        mine, goals = judged[judged["jurisdiction"] == place.id], levels[levels["jurisdiction"] == place.id]
        if len(goals):
            goals = goals.sort_values("amount", ascending=False)
            says = "; ".join(f"{row.printed} {row.date}{' (aimed for)' if row.strength == 'aspirational' else ''}" for row in goals.itertuples())
            drawn = [(row.amount, row.strength == "aspirational") for row in goals.itertuples()]
            rows.append({"jurisdiction": place.id, "goals": drawn, "says": says, "why": "", "id": goals.iloc[0]["id"]})
        for row in mine[~mine["id"].isin(goals["id"])].itertuples():
            says = row.printed if row.status != "target" else f"not on this axis: {row.printed}, {row.date}"
            rows.append({"jurisdiction": place.id, "goals": [], "says": says, "why": row.why, "id": row.id})
    return pd.DataFrame(rows)
