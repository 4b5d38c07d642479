"""Charts with an axis of time, or of change over it."""

import math

import matplotlib as mpl
import pandas as pd

from lantian.charts import marks, style
from lantian.charts.values import NotComparable, labelled
from lantian.text import wording

# 1 September 2018, when the reference state of particles changed (amendment of GB 3095-2012).
_NEW_REFERENCE_STATE = 2018 + 243 / 365


@mpl.rc_context(style.STYLE)
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
    first, last = (
        int(read["period_start"].min()),
        int(read[["period_start", "period_end"]].max(axis=None)) + 1,
    )
    rows = read.loc[plans.focus["id"]].reset_index()
    rows["in_words"] = [_issue(row) for row in rows.itertuples()]
    rows["what"] = [wording.period(row.period_start, row.period_end) for row in rows.itertuples()]
    chart, axes = style.canvas(title, 0.42 * len(rows), head=style.HEAD + 0.1, foot=style.FOOT + 0.3)
    palette = marks.colours(plans)
    for y, row in enumerate(rows.itertuples()):
        _period(axes, y, row, palette[row.jurisdiction], first, last + 0.1)
    axes.set_xlim(first - 0.3, last + 0.1)
    years = range(first, last)
    axes.set_xticks([*years, last], [""] * (len(years) + 1))
    axes.set_xticks([year + 0.5 for year in years], years, minor=True)  # a year is named at its middle
    axes.tick_params(axis="x", which="both", labelsize=8.5, length=0)
    marks.name_places(axes, plans, below=0.3)
    return marks.finish(chart, plans, rows, name, title, subtitle)


def _issue(row):
    """Word a plan: "action plan; issued 2018-11-02"."""
    return f"{row.genre}; issued {marks.issue_date(row.issued)}{'; no stated end' * pd.isna(row.period_end)}"


def _period(axes, y, row, color, first, edge):
    """Draw one plan, labelled at the start of its bar, or at the end of one that starts late."""
    start = row.period_start
    end = edge if pd.isna(row.period_end) else row.period_end + 1
    axes.barh(y, end - start, left=start, height=0.32, color=color)
    marks.dot(axes, _decimal_year(row.issued), y, style.INK, row.issued.endswith("?"), "D", ms=7, mew=1.2)
    x, side = (end, "right") if start - first > 3 else (start, "left")
    text = {"size": 7.5, "va": "center", "color": style.GREY, "ha": side}
    axes.annotate(row.in_words, (x, y), xytext=(0, -12), textcoords="offset points", **text)


def _decimal_year(issued):
    """Turn a date of issue into a number of years; a year alone into its middle: "2018?" into 2018.5."""
    if len(issued.rstrip("?")) == 4:
        return int(issued[:4]) + 0.5
    date = pd.Timestamp(issued)
    return date.year + (date.dayofyear - 1) / 365


@mpl.rc_context(style.STYLE)
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
    counts = marks.by_place(plans, counts)
    chart, axes = style.canvas(title, 0.62 * len(plans.focus), head=style.HEAD + 0.35, foot=style.FOOT + 0.1)
    _count_duties(axes, counts, columns, marks.colours(plans))
    axes.set_xlim(-0.5, len(periods) + 2.5)
    chart.opens_at_right = marks.mostly_right(duties["period"].map(columns).dropna() / (len(periods) + 2))
    heads = [period.replace(" ", "\n") for period in columns]
    marks.name_columns(axes, list(columns.values()), heads, size=7.5)
    marks.name_places(axes, plans, above=0.6, below=0.4)
    what = (counts["timing"] + " " + counts["period"]).str.strip()
    rows = counts.assign(what=what, in_words=counts["number"].astype(str), id="")
    rows = marks.by_place(plans, marks.every_place(plans, rows, "no duty"))
    return marks.finish(chart, plans, rows, name, title, subtitle)


def _count_duties(axes, counts, columns, palette):
    """Draw the counts; in the row of a place with both kinds, those that begin stand below those that fall due."""
    places, begins = list(palette), counts["timing"] == "from"
    both = set(counts.loc[begins, "jurisdiction"])
    for row, begin in zip(counts.itertuples(), begins):
        shift = (0.23 if begin else -0.23) if row.period and row.jurisdiction in both else 0
        x, y = columns[row.period or row.timing], places.index(row.jurisdiction) + shift
        marks.count_mark(axes, x, y, row.number, palette[row.jurisdiction], ">" if begin else "o")


@mpl.rc_context(style.STYLE)
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
    lanes, palette = marks.by_place(plans, judged, "target_year", "id"), marks.colours(plans)
    changes = lanes[lanes["kind"] == "change"]
    if changes.empty:
        return labelled(plans, judged, name, title, subtitle)
    lanes["in_words"] = [_change(row) for row in lanes.itertuples()]
    first = int(changes[["baseline_year", "target_year"]].min().min()) - 1
    last = int(changes["target_year"].max())
    chart, axes = style.canvas(title, 0.29 * len(lanes), head=style.HEAD + 0.1, foot=style.FOOT + 0.3)
    for y, row in enumerate(lanes.itertuples()):
        if row.kind == "change":
            _span(axes, y, row, palette[row.jurisdiction])
        else:
            marks.lane_text(axes, y, row.in_words)
    axes.set_xlim(first, last + (last - first) * 0.6)
    axes.set_xticks(range(first, last + 1, 1 if last - first < 9 else 2))
    axes.tick_params(axis="x", labelsize=8.5)
    marks.name_lanes(axes, plans, lanes)
    return marks.finish(chart, plans, lanes, name, title, subtitle)


def _change(row):
    """Word a change, another kind of promise, or a gap."""
    if row.status != "target":
        return row.printed
    if row.kind != "change":
        return f"another kind of promise: {row.printed}, {row.date}"
    return f"{row.printed}{marks.aim(row)}, by {row.target_year}"


def _span(axes, y, row, color):
    """Join base year and target year; an aspirational goal is dashed and hollow."""
    hollow = row.strength == "aspirational"
    if not pd.isna(row.baseline_year):
        years = [row.baseline_year, row.target_year]
        axes.plot(years, [y, y], color=color, lw=1.8, ls="--" if hollow else "-")
        axes.plot(row.baseline_year, y, "|", ms=10, color=color, mew=2)
    marks.dot(axes, row.target_year, y, color, hollow, ms=8)
    marks.label(axes, row.target_year, y, row.printed + marks.aim(row))


@mpl.rc_context(style.STYLE)
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
    lanes = marks.every_place(plans, paces, "this plan: no change or level with a figure")
    lanes, palette = marks.by_place(plans, lanes, "id"), marks.colours(plans)
    limits = (min(0, lanes["low"].min()) * 1.15, max(0, lanes["high"].max()) + 1)
    chart, axes = style.canvas(title, 0.29 * len(lanes), head=style.HEAD + 0.1, foot=style.FOOT + 0.45)
    for y, row in enumerate(lanes.itertuples()):
        if pd.isna(row.compound):
            marks.lane_text(axes, y, row.in_words)
        else:
            _rate(axes, y, row, palette[row.jurisdiction])
    axes.axvline(0, color=style.GREY, lw=0.8)
    marks.name_values(axes, plans, lanes, limits, "% a year")
    return marks.finish(chart, plans, lanes.assign(what=lanes["printed"]), name, title, subtitle)


def _rate(axes, y, row, color):
    """Draw a rate as a dot on the range that it may lie in; hollow where its base year is not stated."""
    axes.plot([row.low, row.high], [y, y], color=color, lw=5, alpha=0.5, solid_capstyle="butt")
    marks.dot(axes, row.compound, y, color, row.basis not in ("stated", "carried"), ms=8)
    marks.label(axes, row.compound, y, f"{wording.signed(row.compound)} % a year: {row.printed}")


@mpl.rc_context(style.STYLE)
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
    room = {"head": style.HEAD + 0.3, "foot": style.FOOT + 0.25, "left": 0.35, "wspace": 0.12}
    grid = {"ncols": columns, "nrows": lines, "sharex": True, "sharey": True, "squeeze": False}
    chart, panels = style.canvas(title, 2.1 * lines - 0.25, **room, **grid)
    for axes in panels.flat[len(plans.focus) :]:
        axes.set_visible(False)
    palette = marks.colours(plans)
    for axes, place in zip(panels.flat, plans.focus.itertuples()):
        axes.set_title(place.label, size=8.5, weight="bold", loc="left")
        own = [rows[rows["jurisdiction"] == place.id] for rows in (measured, promised)]
        _place_series(axes, *own, palette[place.id])
    _set_limits(panels[0, 0], measured, promised)
    unmeasured = marks.missing_places(plans, measured, "no measurement is known")
    rows = marks.by_place(plans, pd.concat([measured, promised, unmeasured]))
    return marks.finish(chart, plans, rows, name, title, subtitle)


def _measured(plans, indicator):
    """List what was measured at the focus places, in words too."""
    concentrations = plans.units.loc[plans.units["dimension"] == "concentration", "unit"]
    rows = plans.observations[
        (plans.observations["indicator"] == indicator)
        & plans.observations["unit"].isin(concentrations)
        & plans.observations["jurisdiction"].isin(plans.focus["id"])
    ]
    return rows.assign(
        what=[f"measured {year}" for year in rows["year"]],
        in_words=[
            f"{row.value:g} ({row.scope}; {row.source}; confidence {row.confidence})"
            for row in rows.itertuples()
        ],
    )


def _promised(plans, indicator):
    """List the levels promised by the focus places, in words too."""
    rows = plans.targets[
        (plans.targets["indicator"] == indicator)
        & (plans.targets["role"] == "focus")
        & (plans.targets["kind"] == "level")
        & plans.targets["amount"].notna()
    ]
    return rows.assign(
        what=[f"promised {year}" for year in rows["target_year"]],
        in_words=[wording.target(row) for row in rows.itertuples()],
    )


def _place_series(axes, measured, promised, color):
    """Draw one place's measurements and promises, or say that nothing was measured."""
    axes.axvline(_NEW_REFERENCE_STATE, color=style.GREY, lw=0.9, ls=":")
    for row in measured.itertuples():
        marks.dot(axes, row.year, row.value, style.GREY, row.confidence != "high", "D", ms=4.5, mew=1)
    for row in promised.itertuples():
        marks.dot(axes, row.target_year, row.amount, color, row.strength == "aspirational", ms=7, mew=1.6)
    if measured.empty:
        text = {"size": 7.5, "color": style.GREY, "style": "italic", "transform": axes.transAxes}
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
