"""Charts with an axis of time, or of change over it."""

import math

import matplotlib as mpl
import numpy as np
import pandas as pd

from lantian.charts import drawing
from lantian.charts.values import NotComparable, labelled
from lantian.text import wording

# 1 September 2018, when the reference state of particles changed (amendment of GB 3095-2012).
_NEW_REFERENCE_STATE = 2018 + 243 / 365


@mpl.style.context(drawing.STYLE)
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
    rows = read.loc[plans.focus["id"]].reset_index()
    in_words = [_issue(row) for row in rows.itertuples()]
    what = [wording.period(row.period_start, row.period_end) for row in rows.itertuples()]
    rows = rows.assign(in_words=in_words, what=what, y=rows.index, marker="D", x=rows["issued"].map(_day))
    rows["hollow"] = rows["issued"].str.endswith("?")
    first, last = read["period_start"].min(), read[["period_start", "period_end"]].max(axis=None) + 1
    limits = pd.Timestamp(f"{first - 1:.0f}-09-12"), pd.Timestamp(f"{last:.0f}-02-06")
    start = rows["period_start"].map("{:.0f}".format).map(pd.Timestamp)
    end = (rows["period_end"].fillna(last) + 1).map("{:.0f}".format).map(pd.Timestamp).clip(upper=limits[1])
    chart, axes = drawing.canvas(plans, title, 0.42 * len(rows), head=0.1, foot=0.3)
    axes.barh(rows.index, end - start, left=start, height=0.32, color=list(drawing.colours(plans).values()))
    drawing.dots(axes, rows, dict.fromkeys(plans.focus["id"], drawing.INK), size=7, width=1.2)
    for y, text in enumerate(in_words):  # at the start of a bar, or at the end of one that starts late
        x, side = (end[y], "right") if start[y].year - first > 3 else (start[y], "left")
        style = {"size": 7.5, "va": "center", "color": drawing.GREY, "ha": side}
        axes.annotate(text, (x, y), xytext=(0, -12), textcoords="offset points", **style)
    axes.set_xlim(limits)
    drawing.name_years(axes)
    drawing.name_places(axes, plans, below=0.3)
    return drawing.finish(chart, plans, rows, name, title, subtitle)


def _issue(row):
    """Word a plan: "action plan; issued 2018-11-02"."""
    return f"{row.genre}; issued {drawing.issue_date(row.issued)}" + "; no stated end" * pd.isna(
        row.period_end
    )


def _day(issued):
    """Turn a date of issue into a day; a year alone into its middle."""
    issued = issued.rstrip("?")
    return pd.Timestamp(f"{issued}-07-02" if len(issued) == 4 else issued)


@mpl.style.context(drawing.STYLE)
def calendar(plans, duties, name, title, subtitle):
    """Draw duties by when they fall due or begin: by quarter where a day is printed, else by year; those without a date at the right.

    Parameters
    ----------
    plans : Plans
    duties : DataFrame
        As from `lantian.duties`.
    name, title, subtitle : str

    Returns
    -------
    Chart
        Only periods with a duty are drawn, side by side: of each year its quarters, then the year filled in, then the
        year alone.
    """
    periods = sorted(set(duties["period"]) - {""})
    columns = {period: x for x, period in enumerate(periods)}
    columns |= {"every year": len(periods) + 0.7, "no date": len(periods) + 1.9}
    counts = duties.groupby(["jurisdiction", "timing", "period"]).size().rename("number").reset_index()
    counts = drawing.by_place(plans, counts)
    chart, axes = drawing.canvas(plans, title, 0.62 * len(plans.focus), head=0.35, foot=0.1)
    y, begins = counts["jurisdiction"].map(list(plans.focus["id"]).index), counts["timing"] == "from"
    both = counts["jurisdiction"].isin(counts.loc[begins, "jurisdiction"]) & (counts["period"] != "")
    # where a place has both kinds, those that begin stand below those that fall due
    counts["y"] = y + begins.map({True: 0.23, False: -0.23}).where(both, 0)
    counts["x"] = counts["period"].where(counts["period"] != "", counts["timing"]).map(columns)
    counts["marker"] = begins.map({True: ">", False: "o"})
    drawing.count_marks(axes, counts, drawing.colours(plans))
    axes.set_xlim(-0.5, len(periods) + 2.5)
    chart.opens_at_right = drawing.mostly_right(duties["period"].map(columns).dropna() / (len(periods) + 2))
    heads = [period.replace(" ", "\n") for period in columns]
    drawing.name_columns(axes, list(columns.values()), heads, size=7.5)
    drawing.name_places(axes, plans, above=0.6, below=0.4)
    what = (counts["timing"] + " " + counts["period"]).str.strip()
    rows = counts.assign(what=what, in_words=counts["number"].astype(str), id="")
    rows = drawing.by_place(plans, rows, missing="no duty")
    return drawing.finish(chart, plans, rows, name, title, subtitle)


@mpl.style.context(drawing.STYLE)
def spans(plans, judged, name, title, subtitle):
    """Draw changes from base year to target year: time is the axis, the size is written.

    A promise without a base year has no starting mark.

    Parameters
    ----------
    plans : Plans
    judged : DataFrame
        As from `lantian.compare`; only ``kind`` change is drawn, the others in words.
    name, title, subtitle : str

    Returns
    -------
    Chart
    """
    lanes = drawing.by_place(plans, judged, "target_year", "id")
    changes = lanes[lanes["kind"] == "change"]
    if changes.empty:
        return labelled(plans, judged, name, title, subtitle)
    mark_text = [f"{row.printed}{drawing.aim(row)}" for row in lanes.itertuples()]
    lanes = lanes.assign(mark_text=mark_text, in_words=[_change(row) for row in lanes.itertuples()])
    lanes["style"] = np.where(lanes["strength"] == "aspirational", "--", "-")
    x, start = changes["target_year"], changes["baseline_year"]
    lanes = lanes.assign(x=x, start=start, end=x)
    first = int(changes[["baseline_year", "target_year"]].min().min()) - 1
    last = int(changes["target_year"].max())
    chart, axes = drawing.canvas(plans, title, 0.29 * len(lanes), head=0.1, foot=0.3)
    drawing.draw_lanes(axes, plans, lanes, (first, last + (last - first) * 0.6), line={"lw": 1.8})
    color = changes["jurisdiction"].map(drawing.colours(plans))
    axes.scatter(start, changes.index, s=100, c=color, marker="|", lw=2)
    axes.set_xticks(range(first, last + 1, 1 if last - first < 9 else 2))
    return drawing.finish(chart, plans, lanes, name, title, subtitle)


def _change(row):
    """Word a change, another kind of promise, or a gap."""
    if row.status != "target":
        return row.printed
    if row.kind != "change":
        return f"another kind of promise: {row.printed}, {row.date}"
    return f"{row.printed}{drawing.aim(row)}, by {row.target_year}"


@mpl.style.context(drawing.STYLE)
def rates(plans, paces, name, title, subtitle):
    """Draw implied changes per year; one that has no base year is refused in words.

    Parameters
    ----------
    plans : Plans
    paces : DataFrame
        As from `lantian.pace`.
    name, title, subtitle : str

    Returns
    -------
    Chart

    Raises
    ------
    NotComparable
        When changes and levels would share the axis.
    """
    kinds = sorted(set(paces.loc[paces["compound"].notna(), "kind"]))
    if len(kinds) > 1:
        raise NotComparable(
            f"these rows fail the test of object: {wording.names(kinds)} are different kinds of promise"
        )
    lanes = drawing.by_place(plans, paces, "id", missing="this plan: no change or level with a figure")
    mark_text = [f"{wording.signed(row.compound)} % a year: {row.printed}" for row in lanes.itertuples()]
    lanes = lanes.assign(x=lanes["compound"], start=lanes["low"], end=lanes["high"], mark_text=mark_text)
    lanes["hollow"] = ~lanes["basis"].isin(["stated", "carried"])
    limits = (min(0, lanes["low"].min()) * 1.15, max(0, lanes["high"].max()) + 1)
    chart, axes = drawing.canvas(plans, title, 0.29 * len(lanes), head=0.1, foot=0.45)
    drawing.draw_lanes(axes, plans, lanes, limits, "% a year")
    axes.axvline(0, color=drawing.GREY, lw=0.8)
    return drawing.finish(chart, plans, lanes.assign(what=lanes["printed"]), name, title, subtitle)


@mpl.style.context(drawing.STYLE)
def series(plans, indicator, name, title, subtitle):
    """Draw measurements and promised levels over the years, a panel a place, without joining them.

    Parameters
    ----------
    plans : Plans
    indicator : str
    name, title, subtitle : str

    Returns
    -------
    Chart
        Measured values are diamonds, hollow where their confidence is not high;
        a dotted line marks the change of the reference state.
    """
    measured, promised = _measured(plans, indicator), _promised(plans, indicator)
    columns = min(len(plans.focus), 6)
    lines = math.ceil(len(plans.focus) / columns)
    room = {"head": 0.3, "foot": 0.25, "left": 0.35, "wspace": 0.12}
    grid = {"ncols": columns, "nrows": lines, "sharex": True, "sharey": True, "squeeze": False}
    chart, panels = drawing.canvas(plans, title, 2.1 * lines - 0.25, **room, **grid)
    for axes in panels.flat[len(plans.focus) :]:
        axes.set_visible(False)
    palette = drawing.colours(plans)
    for axes, place in zip(panels.flat, plans.focus.itertuples()):
        axes.set_title(place.label, size=8.5, weight="bold", loc="left")
        own = [rows[rows["jurisdiction"] == place.id] for rows in (measured, promised)]
        _place_series(axes, *own, palette[place.id])
    _set_limits(panels[0, 0], measured, promised)
    unmeasured = drawing.missing_places(plans, measured, "no measurement is known")
    rows = drawing.by_place(plans, pd.concat([measured, promised, unmeasured]))
    return drawing.finish(chart, plans, rows, name, title, subtitle)


def _measured(plans, indicator):
    """List what was measured at the focus places, in words too."""
    concentrations = plans.units.query("dimension == 'concentration'")["unit"]
    rows = plans.observations.query("indicator == @indicator")
    rows = rows[rows["unit"].isin(concentrations) & rows["jurisdiction"].isin(plans.focus["id"])]
    in_words = [
        f"{row.value:g} ({row.scope}; {row.source}; confidence {row.confidence})" for row in rows.itertuples()
    ]
    what = [f"measured {year}" for year in rows["year"]]
    rows = rows.assign(x=rows["year"], y=rows["value"], marker="D", what=what, in_words=in_words)
    return rows.assign(hollow=rows["confidence"] != "high")


def _promised(plans, indicator):
    """List the levels promised by the focus places, in words too."""
    rows = plans.targets.query(
        "indicator == @indicator and role == 'focus' and kind == 'level' and amount.notna()"
    )
    what, in_words = (
        [f"promised {year}" for year in rows["target_year"]],
        [wording.target(row) for row in rows.itertuples()],
    )
    return rows.assign(x=rows["target_year"], y=rows["amount"], what=what, in_words=in_words)


def _place_series(axes, measured, promised, color):
    """Draw one place's measurements and promises, or say that nothing was measured."""
    axes.axvline(_NEW_REFERENCE_STATE, color=drawing.GREY, lw=0.9, ls=":")
    drawing.dots(axes, measured, dict.fromkeys(measured["jurisdiction"], drawing.GREY), size=4.5, width=1)
    drawing.dots(axes, promised, dict.fromkeys(promised["jurisdiction"], color), size=7, width=1.6)
    if measured.empty:
        text = {"size": 7.5, "color": drawing.GREY, "style": "italic", "transform": axes.transAxes}
        axes.text(0.05, 0.5, "no measurement\nis known", **text)
    axes.grid(axis="y")
    axes.tick_params(labelsize=7.5)


def _set_limits(axes, measured, promised):
    """Set the limits and the years named, which all panels share."""
    years = [*measured["year"]] or [*promised["target_year"], int(_NEW_REFERENCE_STATE)]
    values = [*measured["value"]] or [*promised["amount"], 1]
    first, last = int(min(years)), int(max([*years, *promised["target_year"]]))
    axes.set(xlim=(first - 0.7, last + 0.7), ylim=(0, max(values) * 1.15))
    named = range(first, last + 1, math.ceil((last - first + 1) / 4))
    axes.set_xticks(named, [f"’{year % 100}" for year in named])
