"""Charts with an axis of time, and of change over it."""

import matplotlib as mpl
import pandas as pd

from lantian.charts.marks import (
    absent,
    aimed,
    by_place,
    colours,
    dot,
    every_place,
    finish,
    head_columns,
    mostly_right,
    name_lanes,
    name_places,
    name_values,
    number_in_mark,
    remark,
    wording_date,
    write,
)
from lantian.charts.style import FOOT, GREY, HEAD, INK, STYLE, canvas
from lantian.charts.values import NotComparable, labelled
from lantian.text import wording

BREAK = (
    2018 + 243 / 365
)  # 1 September 2018, when the reference state of particles changed (amendment of GB 3095-2012)


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
    read, palette = (
        plans.documents[plans.documents["access"] == "full_text"].set_index("jurisdiction"),
        colours(plans),
    )
    first, last = read["period_start"].min(), read[["period_start", "period_end"]].max(axis=None) + 1
    rows = read.loc[plans.focus["id"]].reset_index()
    rows["says"] = [
        f"{row.genre}; issued {wording_date(row.issued)}{'; no stated end' * pd.isna(row.period_end)}"
        for row in rows.itertuples()
    ]
    chart, axes = canvas(title, 0.42 * len(rows), head=HEAD + 0.1, foot=FOOT + 0.3)
    for y, row in enumerate(rows.itertuples()):
        start, late, open_ = row.period_start, row.period_start - first > 3, pd.isna(row.period_end)
        end = last + 0.1 if open_ else row.period_end + 1  # a plan without an end runs to the edge
        axes.barh(y, end - start, left=start, height=0.32, color=palette[row.jurisdiction])
        dot(axes, _decimal(row.issued), y, INK, row.issued.endswith("?"), "D", ms=7, mew=1.2)
        side = {"ha": "right" if late else "left", "xytext": (0, -12), "textcoords": "offset points"}
        axes.annotate(row.says, (end if late else start, y), size=7.5, va="center", color=GREY, **side)
    axes.set_xlim(first - 0.3, last + 0.1)
    years = range(int(first), int(last))
    axes.set_xticks([*years, int(last)], [""] * (len(years) + 1))
    axes.set_xticks(
        [year + 0.5 for year in years], years, minor=True
    )  # a year is named at its middle, not at its first day
    axes.tick_params(axis="x", which="both", labelsize=8.5, length=0)
    name_places(axes, plans, below=0.3)
    rows["what"] = [wording.period(row.period_start, row.period_end) for row in rows.itertuples()]
    return finish(chart, plans, rows, name, title, subtitle)


def _decimal(issued):
    """Place a date of issue on an axis of years; a bare year at its middle."""
    if len(issued.rstrip("?")) == 4:
        return int(issued[:4]) + 0.5
    date = pd.Timestamp(issued)
    return date.year + (date.dayofyear - 1) / 365


@mpl.rc_context(STYLE)
def calendar(plans, duties, name, title, subtitle):
    """Draw duties by quarter: what falls due, what begins, and apart what has no date.

    Parameters
    ----------
    plans : Plans
    duties : DataFrame
        As from `lantian.duties`.
    name, title, subtitle : str

    Returns
    -------
    Chart
        Only quarters with a duty are drawn, side by side.
    """
    quarters = sorted(set(duties["quarter"]) - {""})
    columns = {quarter: x for x, quarter in enumerate(quarters)} | {
        "every year": len(quarters) + 0.7,
        "no date": len(quarters) + 1.9,
    }
    counts = duties.groupby(["jurisdiction", "timing", "quarter"]).size().rename("says").reset_index()
    counts = by_place(plans, every_place(plans, counts, 0))
    chart, axes = canvas(title, 0.62 * len(plans.focus), head=HEAD + 0.35, foot=FOOT + 0.1)
    palette, both = colours(plans), set(counts.loc[counts["timing"] == "from", "jurisdiction"])
    for row in counts[counts["says"] > 0].itertuples():
        lift = (0.23 if row.timing == "from" else -0.23) if row.quarter and row.jurisdiction in both else 0
        y = list(palette).index(row.jurisdiction) + lift
        number_in_mark(
            axes,
            columns[row.quarter or row.timing],
            y,
            row.says,
            palette[row.jurisdiction],
            ">" if row.timing == "from" else "o",
        )
    axes.set_xlim(-0.5, len(quarters) + 2.5)
    chart.far = mostly_right(duties["quarter"].map(columns).dropna() / (len(quarters) + 2))
    heads = [
        f"{column[:4]}\n{column[4:]}" if column in quarters else column.replace(" ", "\n")
        for column in columns
    ]
    head_columns(axes, list(columns.values()), heads, size=8)
    name_places(axes, plans, above=0.6, below=0.4)
    what = (counts["timing"] + " " + counts["quarter"]).str.strip()
    rows = counts.assign(what=what, says=counts["says"].astype(str).replace("0", "no duty"), id="")
    return finish(chart, plans, rows, name, title, subtitle)


@mpl.rc_context(STYLE)
def spans(plans, judged, name, title, subtitle):
    """Draw changes from base year to target year: time is the axis, the size is written.

    A promise without a base year has no starting dot.

    Parameters
    ----------
    plans : Plans
    judged : DataFrame
        As from `lantian.compare`; only ``kind`` change is drawn, all else in words.
    name, title, subtitle : str

    Returns
    -------
    Chart
    """
    lanes, palette = by_place(plans, judged, "target_year", "id"), colours(plans)
    changes = lanes[lanes["kind"] == "change"]
    if changes.empty:
        return labelled(plans, judged, name, title, subtitle)
    lanes["says"] = [_change(row) for row in lanes.itertuples()]
    first, last = (
        int(changes[["baseline_year", "target_year"]].min().min()) - 1,
        int(changes["target_year"].max()),
    )
    chart, axis = canvas(title, 0.29 * len(lanes), head=HEAD + 0.1, foot=FOOT + 0.3)
    for y, row in enumerate(lanes.itertuples()):
        if row.kind == "change":
            _span(axis, y, row, palette[row.jurisdiction])
        else:
            remark(axis, y, row.says)
    axis.set_xlim(first, last + (last - first) * 0.6)
    axis.set_xticks(range(first, last + 1, 1 if last - first < 9 else 2))
    axis.tick_params(axis="x", labelsize=8.5)
    name_lanes(axis, plans, lanes)
    return finish(chart, plans, lanes, name, title, subtitle)


def _change(row):
    """Word a change, another kind of promise, or a gap."""
    if row.status != "target":
        return row.printed
    return (
        f"{row.printed}{aimed(row)}, by {row.target_year}"
        if row.kind == "change"
        else f"another kind of promise: {row.printed}, {row.date}"
    )


def _span(axis, y, row, color):
    """Join base year and target year; a goal that is only aimed for is dashed and hollow."""
    hollow = row.strength == "aspirational"
    if not pd.isna(row.baseline_year):
        axis.plot(
            [row.baseline_year, row.target_year], [y, y], color=color, lw=1.8, ls="--" if hollow else "-"
        )
        axis.plot(row.baseline_year, y, "|", ms=10, color=color, mew=2)
    dot(axis, row.target_year, y, color, hollow, ms=8)
    write(axis, row.target_year, y, row.printed + aimed(row))


@mpl.rc_context(STYLE)
def rates(plans, paces, name, title, subtitle):
    """Draw implied changes per year; what has no base is refused in words.

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
    kinds = set(paces.loc[paces["compound"].notna(), "kind"])
    if len(kinds) > 1:
        raise NotComparable(
            f"these rows fail the test of object: {wording.names(sorted(kinds))} are different kinds of promise"
        )
    lanes = by_place(plans, every_place(plans, paces, "this plan: no change or level with a figure"), "id")
    limits, palette = (min(0, lanes["low"].min()) * 1.15, max(0, lanes["high"].max()) + 1), colours(plans)
    chart, axis = canvas(title, 0.29 * len(lanes), head=HEAD + 0.1, foot=FOOT + 0.45)
    for y, row in enumerate(lanes.itertuples()):
        if pd.isna(row.compound):
            remark(axis, y, row.says)
        else:
            axis.plot(
                [row.low, row.high],
                [y, y],
                color=palette[row.jurisdiction],
                lw=5,
                alpha=0.5,
                solid_capstyle="butt",
            )
            dot(
                axis, row.compound, y, palette[row.jurisdiction], row.basis not in ("stated", "carried"), ms=8
            )
            write(axis, row.compound, y, f"{wording.signed(row.compound)} % a year: {row.printed}")
    axis.axvline(0, color=GREY, lw=0.8)
    name_values(axis, plans, lanes, limits, "% a year")
    return finish(chart, plans, lanes.assign(what=lanes["printed"]), name, title, subtitle)


@mpl.rc_context(STYLE)
def series(plans, indicator, name, title, subtitle):
    """Draw measurements beside promised levels, a panel a place, without joining the years.

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
    seen, goals = _measured(plans, indicator), _promised(plans, indicator)
    columns = min(len(plans.focus), 6)
    lines = -(-len(plans.focus) // columns)
    grid = {"ncols": columns, "nrows": lines, "sharex": True, "sharey": True, "squeeze": False}
    chart, axes = canvas(
        title, 2.1 * lines - 0.25, head=HEAD + 0.3, foot=FOOT + 0.25, left=0.35, wspace=0.12, **grid
    )
    for axis in axes.flat[len(plans.focus) :]:
        axis.set_visible(False)
    for axis, place in zip(axes.flat, plans.focus.itertuples()):
        axis.set_title(place.label, size=8.5, weight="bold", loc="left")
        mine = [rows[rows["jurisdiction"] == place.id] for rows in (seen, goals)]
        _years(axis, *mine, colours(plans)[place.id])
    goals = goals[goals["role"] == "focus"]
    years, amounts = (
        [*seen["year"]] or [*goals["target_year"], int(BREAK)],
        [*seen["value"]] or [*goals["amount"], 1],
    )
    first, last = int(min(years)), int(max([*years, *goals["target_year"]]))
    axes[0, 0].set(xlim=(first - 0.7, last + 0.7), ylim=(0, max(amounts) * 1.15))
    years = range(first, last + 1, -(-(last - first + 1) // 4))
    axes[0, 0].set_xticks(years, [f"’{year % 100}" for year in years])
    drawn = pd.concat([seen, goals, absent(plans, seen, "no measurement is known")])
    return finish(chart, plans, by_place(plans, drawn), name, title, subtitle)


def _measured(plans, indicator):
    """List what was measured at the focus places, and say it."""
    concentrations = plans.units.loc[plans.units["dimension"] == "concentration", "unit"]
    rows = plans.observations[
        (plans.observations["indicator"] == indicator) & plans.observations["unit"].isin(concentrations)
    ]
    rows = rows[rows["jurisdiction"].isin(plans.focus["id"])]
    says = [
        f"{row.value:g} ({row.scope}; {row.source}; confidence {row.confidence})" for row in rows.itertuples()
    ]
    return rows.assign(what=[f"measured {year}" for year in rows["year"]], says=says)


def _promised(plans, indicator):
    """List the levels promised, those above the places too, and say them."""
    rows = plans.targets[
        (plans.targets["indicator"] == indicator)
        & (plans.targets["kind"] == "level")
        & plans.targets["amount"].notna()
    ]
    return rows.assign(
        what=[f"promised {year}" for year in rows["target_year"]],
        says=[wording.target(row) for row in rows.itertuples()],
    )


def _years(axis, seen, goals, color):
    """Draw one place's measurements and promises; say where nothing was measured."""
    axis.axvline(BREAK, color=GREY, lw=0.9, ls=":")
    for row in seen.itertuples():
        dot(axis, row.year, row.value, GREY, row.confidence != "high", "D", ms=4.5, mew=1)
    for row in goals.itertuples():
        dot(axis, row.target_year, row.amount, color, row.strength == "aspirational", ms=7, mew=1.6)
    if seen.empty:
        axis.text(
            0.05,
            0.5,
            "no measurement\nis known",
            transform=axis.transAxes,
            size=7.5,
            color=GREY,
            style="italic",
        )
    axis.grid(axis="y")
    axis.tick_params(labelsize=7.5)
