"""Charts with an axis of time, and of change over it."""

import matplotlib as mpl
import pandas as pd

from lantian import wording
from lantian.charts import colours, documents_foot, drawn_rows, lane_names, number_in_mark, wording_date
from lantian.figure import FOOT, GREY, HEAD, INK, PAPER, STYLE, canvas
from lantian.progress import RESTATED
from lantian.scales import NotComparable, labelled

BREAK = RESTATED + 243 / 365  # 1 September of that year, as a place on an axis of years


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
    return chart.describe(name, title, subtitle, documents_foot(plans), drawn_rows(plans, pd.DataFrame(drawn)))


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
    place_of = {quarter: x for x, quarter in enumerate(quarters)}
    apart = {"every year": len(quarters) + 0.7, "no date": len(quarters) + 1.9}
    top, palette, drawn = HEAD + 0.35 + 0.22 * title.count("\n"), colours(plans), []
    chart, axes = canvas(top + 0.62 * len(plans.focus) + FOOT + 0.1, top=top, bottom=FOOT + 0.1, left=1.3)
    for y, place in enumerate(plans.focus.itertuples()):
        mine = duties[duties["jurisdiction"] == place.id]
        for (timing, quarter), rows in mine.groupby(["timing", "quarter"]):
            x, lift = (place_of[quarter], 0.2 if timing == "from" else -0.2) if quarter else (apart[timing], 0)
            number_in_mark(axes, x, y + lift, len(rows), palette[place.id], ">" if timing == "from" else "o")
            when = f"{timing} {quarter}" if quarter else timing
            drawn.append({"jurisdiction": place.id, "what": when, "says": str(len(rows)), "id": ""})
        if mine.empty:
            drawn.append({"jurisdiction": place.id, "what": "", "says": "no duty", "id": ""})
    axes.set(xlim=(-0.5, len(quarters) + 2.5), ylim=(len(plans.focus) - 0.4, -0.6))
    axes.set_xticks([*place_of.values(), *apart.values()], [*(f"{q[:4]}\n{q[4:]}" for q in quarters), *(words.replace(" ", "\n") for words in apart)], size=8)
    axes.xaxis.tick_top()
    axes.spines["bottom"].set_visible(False)
    axes.set_yticks(range(len(plans.focus)), plans.focus["label"], size=9)
    return chart.describe(name, title, subtitle, documents_foot(plans), drawn_rows(plans, pd.DataFrame(drawn)))


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
    order = plans.focus.set_index("id")["order"]
    lanes = judged.assign(order=judged["jurisdiction"].map(order)).sort_values(["order", "target_year", "id"], kind="stable").reset_index(drop=True)
    changes = lanes[lanes["kind"] == "change"] if "kind" in lanes else lanes[:0]
    if changes.empty:
        return labelled(plans, judged, name, title, subtitle)
    first, last = int(changes[["baseline_year", "target_year"]].min().min()) - 1, int(changes["target_year"].max())
    top, palette, says = HEAD + 0.1 + 0.22 * title.count("\n"), colours(plans), []
    chart, axis = canvas(top + 0.29 * len(lanes) + FOOT + 0.3, top=top, bottom=FOOT + 0.3, left=1.3)
    for y, row in enumerate(lanes.itertuples()):
        if row.kind != "change":
            says.append(row.printed if row.status != "target" else f"another kind of promise: {row.printed}, {row.date}")
            axis.annotate(says[-1], (first, y), xytext=(3, 0), textcoords="offset points", va="center", size=7.5, color=GREY, style="italic")
            continue
        aim = " (aimed for)" if row.strength == "aspirational" else ""
        says.append(f"{row.printed}{aim}, by {row.target_year}")
        _span(axis, y, row, palette[row.jurisdiction])
        axis.annotate(f"{row.printed}{aim}", (row.target_year, y), xytext=(9, 0), textcoords="offset points", va="center", size=8)
    axis.set_xlim(first, last + (last - first) * 0.6)
    axis.set_xticks(range(first, last + 1, 1 if last - first < 9 else 2))
    lane_names(axis, plans, lanes)
    axis.tick_params(axis="x", labelsize=8.5)
    return chart.describe(name, title, subtitle, documents_foot(plans), drawn_rows(plans, lanes.assign(says=says)))


def _span(axis, y, row, color):
    face = PAPER if row.strength == "aspirational" else color
    if not pd.isna(row.baseline_year):
        axis.plot([row.baseline_year, row.target_year], [y, y], color=color, lw=1.8, ls="--" if row.strength == "aspirational" else "-")
        axis.plot(row.baseline_year, y, "|", ms=10, color=color, mew=2)
    axis.plot(row.target_year, y, "o", ms=8, mfc=face, mec=color, mew=1.7)


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
        raise NotComparable(f"these rows fail the test of object: {wording.names(sorted(kinds))} are different kinds of promise")
    missing = plans.focus[~plans.focus["id"].isin(paces["jurisdiction"])]
    filler = pd.DataFrame({"jurisdiction": missing["id"], "says": "this plan: no change or level with a figure", "printed": "", "id": ""})
    order = plans.focus.set_index("id")["order"]
    lanes = pd.concat([paces, filler]).assign(order=lambda rows: rows["jurisdiction"].map(order)).sort_values(["order", "id"], kind="stable").reset_index(drop=True)
    top, palette = HEAD + 0.1 + 0.22 * title.count("\n"), colours(plans)
    chart, axis = canvas(top + 0.29 * len(lanes) + FOOT + 0.45, top=top, bottom=FOOT + 0.45, left=1.3)
    limits = min(0, lanes["low"].min()) * 1.15, max(0, lanes["high"].max()) + 3.5
    for y, row in enumerate(lanes.itertuples()):
        if pd.isna(row.compound):
            axis.annotate(row.says, (limits[0], y), xytext=(3, 0), textcoords="offset points", va="center", size=7.5, color=GREY, style="italic")
            continue
        color, firm = palette[row.jurisdiction], row.basis in ("stated", "carried")
        axis.plot([row.low, row.high], [y, y], color=color, lw=5, alpha=0.5, solid_capstyle="butt")
        axis.plot(row.compound, y, "o", ms=8, mfc=color if firm else PAPER, mec=color, mew=1.7)
        axis.annotate(f"{row.compound:+.1f} % a year: {row.printed}", (row.compound, y), xytext=(9, 0), textcoords="offset points", va="center", size=8)
    axis.axvline(0, color=GREY, lw=0.8)
    axis.set_xlim(limits)
    lane_names(axis, plans, lanes)
    axis.tick_params(axis="x", labelsize=8)
    axis.set_xlabel("% a year", size=8, loc="right", labelpad=1)
    return chart.describe(name, title, subtitle, documents_foot(plans), drawn_rows(plans, lanes.assign(what=lanes["printed"])))


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
    seen = plans.observations[(plans.observations["indicator"] == indicator) & plans.observations["jurisdiction"].isin(plans.focus["id"])]
    goals = plans.targets[(plans.targets["indicator"] == indicator) & (plans.targets["kind"] == "level") & plans.targets["amount"].notna()]
    seen = seen[seen["unit"].isin(plans.units.loc[plans.units["dimension"] == "concentration", "unit"])]
    columns = min(len(plans.focus), 6)
    lines = -(-len(plans.focus) // columns)
    top, palette, drawn = HEAD + 0.3 + 0.22 * title.count("\n"), colours(plans), []
    chart, axes = canvas(top + 2.1 * lines + FOOT, top=top, bottom=FOOT + 0.25, left=0.35, ncols=columns, nrows=lines, sharey=True, sharex=True, wspace=0.12, hspace=0.3, squeeze=False)
    for axis in axes.flat[len(plans.focus) :]:
        axis.set_visible(False)
    for axis, place in zip(axes.flat, plans.focus.itertuples()):
        axis.set_title(place.label, size=8.5, weight="bold", loc="left")
        axis.axvline(BREAK, color=GREY, lw=0.9, ls=":")
        mine = seen[seen["jurisdiction"] == place.id]
        for row in mine.itertuples():
            axis.plot(row.year, row.value, "D", ms=4.5, mfc=GREY if row.confidence == "high" else PAPER, mec=GREY)
            drawn.append({"jurisdiction": place.id, "what": f"measured {row.year}", "says": f"{row.value:g} ({row.scope}; {row.source}; confidence {row.confidence})", "id": ""})
        for row in goals[goals["jurisdiction"] == place.id].itertuples():
            hollow = row.strength == "aspirational"
            axis.plot(row.target_year, row.amount, "o", ms=7, mfc=PAPER if hollow else palette[place.id], mec=palette[place.id], mew=1.6)
            drawn.append({"jurisdiction": place.id, "what": f"promised {row.target_year}", "says": wording.target(row), "id": row.id})
        if mine.empty:
            axis.text(0.05, 0.5, "no measurement\nis known", transform=axis.transAxes, size=7.5, color=GREY, style="italic")
            drawn.append({"jurisdiction": place.id, "what": "", "says": "no measurement is known", "id": ""})
        axis.grid(axis="y")
        axis.tick_params(labelsize=7.5)
    first, last = int(seen["year"].min()), int(max(seen["year"].max(), goals["target_year"].max()))
    axes[0, 0].set(xlim=(first - 0.7, last + 0.7), ylim=(0, seen["value"].max() * 1.15))
    axes[0, 0].set_xticks(range(first, last + 1, 3), [f"’{year % 100}" for year in range(first, last + 1, 3)])
    return chart.describe(name, title, subtitle, documents_foot(plans), drawn_rows(plans, pd.DataFrame(drawn)))
