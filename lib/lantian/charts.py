"""The suite's charts: each takes rows, draws every focus place, and returns a `Chart`."""

import textwrap

import matplotlib as mpl
import matplotlib.dates
import numpy as np
import pandas as pd

from lantian import wording
from lantian.figure import FOOT, GREY, HEAD, INK, PALE, PAPER, STYLE, WIDTH, canvas
from lantian.matrix import MARKS

NO_COLOR = "#8c8c8c"
# Marker, filled, size: a cell can be read without colour.
GLYPHS = {
    "figure": ("o", True),
    "word": ("s", True),
    "reference": ("D", True),
    "dated": (">", True),
    "rule": (">", False),
    "qualitative": ("o", False),
    "delegated": ("^", False),
    "part_missing": ("$?$", True),
    "garbled": ("X", False),
    "silent_within": ("_", True),
    "silent_outside": (".", True),
    "none": ("|", True),
}


class NotComparable(ValueError):
    """Rows that must not share an axis; the message names the failing test."""


def colours(plans):
    """Map each focus place to its colour; grey beyond the table's."""
    return {row.id: row.color or NO_COLOR for row in plans.focus.itertuples()}


def documents_foot(plans):
    """Name the documents behind a chart, each with its number or year."""
    read = plans.documents[plans.documents["access"] == "full_text"].set_index("jurisdiction")
    names = [f"{p.name_en}: {read.loc[p.id, 'genre']}, {wording_date(read.loc[p.id, 'issued'])}" for p in plans.focus.itertuples() if p.id in read.index]
    return "\n".join(textwrap.wrap("Plans: " + "; ".join(names) + ".", 128))


def wording_date(issued):
    """Write a date of issue; a year in doubt is said to be inferred."""
    return f"about {issued[:4]} (inferred)" if issued.endswith("?") else issued


@mpl.rc_context(STYLE)
def matrix(plans, cells, name, title, subtitle):
    """Draw plans by indicators: one mark and a few characters a cell.

    Parameters
    ----------
    plans : Plans
    cells : DataFrame
        As from `lantian.matrix.cells`.
    name, title, subtitle : str

    Returns
    -------
    Chart
    """
    indicators = list(dict.fromkeys(cells["indicator"]))
    places = list(plans.focus.itertuples())
    marks = [mark for mark in MARKS if mark in set(cells["mark"])]
    step, top, bottom = 0.47, HEAD + 0.45 + 0.22 * title.count("\n"), FOOT + 0.15 + 0.17 * -(-len(marks) // 4)
    chart, axes = canvas(top + step * len(indicators) + bottom, top=top, bottom=bottom, left=1.75)
    axes.set(xlim=(-0.5, len(places) - 0.5), ylim=(len(indicators) - 0.5, -0.5), xticks=[])
    names = cells.drop_duplicates("indicator").set_index("indicator")["indicator_name"]
    axes.set_yticks(range(len(indicators)), ["\n".join(textwrap.wrap(names[i], 27)) for i in indicators], size=8.5)
    axes.spines["bottom"].set_visible(False)
    axes.grid(False)
    axes.hlines(np.arange(len(indicators) + 1) - 0.5, -0.5, len(places) - 0.5, color=PALE, lw=0.6)
    palette = colours(plans)
    for x, place in enumerate(places):
        head = place.label.replace(" (", "\n(")
        axes.text(x, -0.62, head, ha="center", va="bottom", size=8.5, weight="bold", color=INK)
    position = {place.id: x for x, place in enumerate(places)}
    for cell in cells.itertuples():
        _mark(axes, position[cell.jurisdiction], indicators.index(cell.indicator), cell, palette, len(places) <= 6)
    _key(chart, marks, bottom)
    rows = cells.assign(what=cells["indicator_name"])[["jurisdiction", "place", "what", "says", "id"]]
    return chart.describe(name, title, subtitle, documents_foot(plans), rows)


def _mark(axes, x, y, cell, palette, texts):
    marker, filled = GLYPHS[cell.mark]
    promised = cell.mark in ("figure", "word", "reference", "dated", "rule")
    color = palette[cell.jurisdiction] if promised else GREY
    lift = -0.2 if texts and cell.text else 0
    face = color if filled else PAPER
    axes.plot(x, y + lift, marker=marker, ms=7, mfc=face, mec=color, mew=1.3, ls="")
    if texts and cell.text:
        axes.text(x, y + 0.02, "\n".join(textwrap.wrap(cell.text, 18)[:2]), ha="center", va="top", size=6.8, linespacing=1.05)


def _key(chart, marks, bottom):
    """Name the marks above the plans' documents, in rows of four."""
    height = chart.get_figheight()
    for count, mark in enumerate(marks):
        x, y = (count % 4) * 0.25 + 0.012, (bottom - 0.16 - 0.17 * (count // 4)) / height
        marker, filled = GLYPHS[mark]
        dot = chart.add_axes((x - 0.01, y - 0.06 / height, 0.02, 0.12 / height))
        dot.axis("off")
        dot.plot(0, 0, marker=marker, ms=5.5, mfc=GREY if filled else PAPER, mec=GREY, mew=1.1, ls="")
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
    lanes = _lanes(plans, rows)
    top, left = HEAD + 0.1 + 0.22 * title.count("\n"), 1.3
    chart, axes = canvas(top + 0.29 * len(lanes) + FOOT + 0.3, top=top, bottom=FOOT + 0.3, left=left)
    when = pd.to_datetime(lanes["when"])
    first, last = pd.Timestamp(f"{when.min().year}-01-01"), pd.Timestamp(f"{when.max().year + 1}-03-01")
    palette, width = colours(plans), WIDTH - left - 0.1
    for y, (row, date) in enumerate(zip(lanes.itertuples(), when)):
        if pd.isna(date):
            axes.annotate(row.says, (first, y), xytext=(3, 0), textcoords="offset points", va="center", size=8, color=GREY, style="italic")
            continue
        face = PAPER if row.hollow else palette[row.jurisdiction]
        axes.plot(date, y, "o", ms=8, mfc=face, mec=palette[row.jurisdiction], mew=1.6)
        _beside(axes, date, y, row.says, (date - first) / (last - first) * width, width)
    _lane_names(axes, plans, lanes)
    axes.set_xlim(first, last)
    axes.xaxis.set_major_locator(matplotlib.dates.YearLocator())
    axes.xaxis.set_major_formatter(matplotlib.dates.DateFormatter("%Y"))
    axes.tick_params(axis="x", labelsize=8.5)
    return chart.describe(name, title, subtitle, documents_foot(plans), _drawn(plans, lanes))


def _beside(axes, x, y, text, at, width):
    """Write beside a mark, on the side with room, in two lines where one is too long.

    ``at`` and ``width`` are inches from the left end of the axis.
    """
    right = width - at >= at or len(text) * 0.066 < width - at - 0.15
    room = int(((width - at) if right else at) / 0.064) - 3
    axes.annotate("\n".join(textwrap.wrap(text, max(room, 24))), (x, y), xytext=(9 if right else -9, 0), textcoords="offset points", va="center", ha="left" if right else "right", size=8, linespacing=1.0)


def due(plans, indicators, where="core == 'yes'", says=wording.thing):
    """List the targets on indicators with their dates, and each other place's gap.

    A year without a day stands at its end where the target falls due ``by`` or
    ``in`` it, and at its beginning where it holds ``from`` it.

    Parameters
    ----------
    plans : Plans
    indicators : list of str
    where : str
        A pandas query on ``Plans.targets``.
    says : callable
        Words a target; its date in words is added.

    Returns
    -------
    DataFrame
        jurisdiction, when, says, hollow (year inferred or ambiguous), id.
    """
    targets = plans.targets[plans.targets["indicator"].isin(indicators) & (plans.targets["role"] == "focus")].query(where)
    end = targets["timing"].map({"from": "-01-01"}).fillna("-12-31")
    year = targets["target_year"].astype("string") + end
    when = targets["deadline"].where(targets["deadline"] != "", year)
    words = [f"{says(row)}: {wording.date(row)}" for row in targets.itertuples()]
    hollow = targets["year_basis"].isin(["inferred", "ambiguous"])
    rows = pd.DataFrame({"jurisdiction": targets["jurisdiction"], "when": when, "says": words, "hollow": hollow, "id": targets["id"]})
    gaps = plans.gaps[plans.gaps["indicator"].isin(indicators) & ~plans.gaps["jurisdiction"].isin(rows["jurisdiction"])]
    gaps = gaps.drop_duplicates("jurisdiction")
    words = [wording.gap(row) for row in gaps.itertuples()]
    return pd.concat([rows, pd.DataFrame({"jurisdiction": gaps["jurisdiction"], "says": words, "hollow": False, "id": gaps["id"]})])


def _lanes(plans, rows):
    """Sort rows by place and date; every focus place keeps at least one lane."""
    missing = [place for place in plans.focus["id"] if place not in set(rows["jurisdiction"])]
    filler = pd.DataFrame({"jurisdiction": missing, "says": "this plan: no target", "hollow": False})
    rows = pd.concat([rows, filler], ignore_index=True)
    order = plans.focus.set_index("id")["order"]
    return rows.assign(order=rows["jurisdiction"].map(order)).sort_values(["order", "when"], kind="stable").reset_index(drop=True)


def _lane_names(axes, plans, lanes):
    labels = plans.focus.set_index("id")["label"]
    firsts = lanes.drop_duplicates("jurisdiction").index
    axes.set_ylim(len(lanes) - 0.4, -0.6)
    axes.set_yticks(list(firsts), [labels[lanes.loc[i, "jurisdiction"]] for i in firsts], size=9)
    axes.hlines([i - 0.5 for i in firsts[1:]], 0, 1, transform=axes.get_yaxis_transform(), color=PALE, lw=0.6)


def _drawn(plans, rows):
    places = plans.focus.set_index("id")["name_en"]
    frame = rows.assign(place=rows["jurisdiction"].map(places))
    columns = [name for name in ("jurisdiction", "place", "what", "says", "why", "id") if name in frame]
    return frame[columns].fillna("")


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
    return chart.describe(name, title, subtitle, documents_foot(plans), _drawn(plans, pd.concat(lanes, ignore_index=True)))


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
    for y, row in enumerate(lanes.itertuples()):
        promised = row.status == "target"
        aim = ", aimed for" if promised and row.strength == "aspirational" else ""
        detail = f"{row.thing}, {row.date}{aim}" if promised else row.printed
        says.append(f"{row.printed}: {detail}" if promised else row.printed)
        if promised:
            axes.text(0.0, y, row.printed, size=9, weight="bold", color=palette[row.jurisdiction], va="center")
        axes.text(0.3 if promised else 0.0, y, "\n".join(textwrap.wrap(detail, 68)), size=8, va="center", color=INK if promised else GREY, style="normal" if promised else "italic")
    axes.set(xlim=(0, 1), xticks=[])
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    _lane_names(axes, plans, lanes)
    return chart.describe(name, title, subtitle, documents_foot(plans), _drawn(plans, lanes.assign(says=says)))


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
        _beside(axis, row.amount, y, words, (row.amount - limits[0]) / span * width, width)
    axis.set_xlim(limits)
    _lane_names(axis, plans, lanes)
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
            {"jurisdiction": coal.jurisdiction, "what": "break-even", "says": f"{even:.3f} t of coal equivalent per t of coal", "id": ""},
        ]
    )
    others = [place for place in plans.focus["id"] if place != coal.jurisdiction]
    filler = pd.DataFrame({"jurisdiction": others, "what": "both caps", "says": "this plan does not set both caps", "id": ""})
    names = wording.names(plans.focus.set_index("id").loc[others, "label"])
    axes.text(0.01, 0.98, f"Not drawn: {names};\nnone of these plans sets both caps.", transform=axes.transAxes, va="top", size=7.5, color=GREY)
    return chart.describe(name, title, subtitle, documents_foot(plans), _drawn(plans, pd.concat([rows, filler])))



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
    return chart.describe(name, title, subtitle, documents_foot(plans), _drawn(plans, pd.DataFrame(drawn)))


@mpl.rc_context(STYLE)
def timeline(plans, name, title, subtitle):
    """Draw each plan's period as a bar and its date of issue as a diamond.

    Parameters
    ----------
    plans : Plans
    name, title, subtitle : str

    Returns
    -------
    Chart
    """
    read = plans.documents[plans.documents["access"] == "full_text"].set_index("jurisdiction")
    top, palette, drawn = HEAD + 0.1 + 0.22 * title.count("\n"), colours(plans), []
    chart, axes = canvas(top + 0.42 * len(plans.focus) + FOOT + 0.3, top=top, bottom=FOOT + 0.3, left=1.3)
    for y, place in enumerate(plans.focus.itertuples()):
        document = read.loc[place.id]
        start, end, issued = document["period_start"], document["period_end"] + 1, _decimal(document["issued"])
        axes.barh(y, end - start, left=start, height=0.32, color=palette[place.id])
        hollow = document["issued"].endswith("?")
        axes.plot(issued, y, "D", ms=7, mfc=PAPER if hollow else INK, mec=INK, mew=1.2)
        words = f"{document['genre']}; issued {wording_date(document['issued'])}"
        late = start - read["period_start"].min() > 3
        axes.annotate(words, (end if late else start, y), xytext=(0, -12), textcoords="offset points", size=7.5, va="center", ha="right" if late else "left", color=GREY)
        period = f"{document['period_start']} to {document['period_end']}"
        drawn.append({"jurisdiction": place.id, "what": period, "says": words, "id": document["id"]})
    ends = read["period_end"].max() + 1
    axes.set(xlim=(read["period_start"].min() - 0.3, ends + 0.1), ylim=(len(plans.focus) - 0.3, -0.5))
    axes.set_xticks(range(int(read["period_start"].min()), int(ends) + 1))
    axes.set_yticks(range(len(plans.focus)), plans.focus["label"], size=9)
    axes.tick_params(axis="x", labelsize=8.5)
    return chart.describe(name, title, subtitle, documents_foot(plans), _drawn(plans, pd.DataFrame(drawn)))


def _decimal(issued):
    """Place a date of issue on an axis of years; a bare year at its middle."""
    if len(issued.rstrip("?")) == 4:
        return int(issued[:4]) + 0.5
    date = pd.Timestamp(issued)
    return date.year + (date.dayofyear - 1) / 365
