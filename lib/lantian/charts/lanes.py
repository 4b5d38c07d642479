"""Charts of lanes: a line for each target, or for what stands in its place, along an axis of dates or of values."""

import matplotlib.dates as mdates
import pandas as pd

from lantian.analysis.comparability import ON_ONE_AXIS
from lantian.analysis.duties import day_due, exactness
from lantian.analysis.matrix import require_indicators
from lantian.charts import drawing, draws
from lantian.errors import LantianError
from lantian.text import wording

_LABEL = 8  # size of labels, in points
_MOST_PANELS = 6
# Words get a ground, so that grid lines do not strike them through.
_GROUND = {"facecolor": drawing.PAPER, "edgecolor": "none", "pad": 0.6}
_ROOM = 1.25  # of the length of an axis: its words need room beyond the last value


class NotComparable(LantianError, ValueError):
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


def place_lanes(plans, lanes, limits):
    """Work out where lanes lie and how their labels are broken, from the room beside each mark.

    Parameters
    ----------
    plans : Plans
    lanes : DataFrame
        Sorted by place: jurisdiction, ``id``, ``x`` of the mark (missing where words stand alone), ``low`` and ``high`` of
        its line where it has one (or ``left``, of the marks left of it), and ``in_words``.
    limits : tuple
        Ends of the axis.

    Returns
    -------
    DataFrame
        With ``words`` (in lines), ``at_right`` (of its mark), ``y`` and ``height`` in inches.
    """
    labels = drawing.labels(plans)
    names = "\n".join(labels[place] for place in lanes["jurisdiction"].unique()).split("\n")
    room = drawing.WIDTH - max(drawing.text_width(name, 8.5) for name in names) - 0.3
    alone = lanes["x"].isna()
    silent = alone & ~lanes["id"].isin(plans.every_target["id"])
    words = lanes["in_words"].mask(silent, "– " + lanes["in_words"])
    lanes = lanes.assign(silent=silent, left=lanes.reindex(columns=["left", "x", "low"]).min(axis=1))
    left, right = (room * (lanes[side] - limits[0]) / (limits[1] - limits[0]) for side in ("left", "x"))
    right = room - right - 0.15
    at_right = alone | (words.map(lambda text: drawing.text_width(text, _LABEL)) <= right) | (right >= left)
    rooms = right.where(at_right, left - 0.15).mask(alone, room)
    words = [drawing.wrap(text, width) for text, width in zip(words, rooms)]
    height = pd.Series([drawing.inches(text, _LABEL) for text in words], lanes.index) + 0.12
    single = ~lanes.duplicated("jurisdiction", keep=False)
    least = 0.26 if plans.many else drawing.inches("\n", 8.5) + 0.08
    height = height.clip(lower=0.26).mask(single, height.clip(lower=least))
    return lanes.assign(words=words, at_right=at_right, height=height, y=height.cumsum() - height / 2)


def draw_lanes(axes, plans, lanes, limits, unit="", points=None):
    """Draw lanes that were placed: a line, a mark and a label each, or words alone where there is no mark.

    ``points``, where a lane has several marks, has a row for each, with its ``x`` and ``y``.
    """
    lanes = drawing.with_marks(plans, lanes)
    if "low" in lanes:
        lines = lanes[(lanes["low"] < lanes["high"]) & lanes["x"].notna()]
        axes.hlines(lines["y"], lines["low"], lines["high"], colors=lines["colour"], lw=2, alpha=0.6)
    drawing.draw_marks(axes, lanes if points is None else drawing.with_marks(plans, points))
    style = {"va": "center", "size": _LABEL, "linespacing": 1.1, "bbox": _GROUND}
    style |= {"textcoords": "offset points", "in_layout": False}
    for row in lanes.itertuples():
        x, place = row.x, {"xytext": (8, 0)}
        if pd.isna(x):
            color = drawing.GREY if row.silent else drawing.INK
            x, place = 0, {"xycoords": axes.get_yaxis_transform(), "xytext": (2, 0), "color": color}
        elif not row.at_right:
            x, place = row.left, {"xytext": (-8, 0), "ha": "right"}
        axes.annotate(row.words, (x, row.y), url=row.url, **place, **style)
    axes.set_xlim(limits)
    axes.set_xlabel(unit, size=8, loc="right", labelpad=1)
    in_right_half = lanes["x"].dropna() > sum(limits) / 2
    axes.figure.opens_at_right |= bool(in_right_half.mean() > 0.5)
    _name_lanes(axes, plans, lanes)


def _name_lanes(axes, plans, lanes):
    """Name each place beside its lanes, with a thin line above them."""
    names = drawing.labels(plans)
    places = lanes.groupby("jurisdiction", sort=False)
    bottoms = places["height"].sum().cumsum()
    axes.set_ylim(bottoms.iloc[-1], 0)
    axes.set_yticks(bottoms - places["height"].sum() / 2, list(bottoms.index.map(names)), size=8.5)
    axes.hlines(bottoms.iloc[:-1], 0, 1, transform=axes.get_yaxis_transform(), color=drawing.PALE, lw=0.6)


# --- dates ---------------------------------------------------------------------------------------------------------


@draws("jurisdiction when exact in_words id", "lt.charts.due(plans, indicators)")
def dates(plans, rows, name=None, title=None, subtitle=None, above=None):
    """Draw dated acts: a lane an act, a mark at its date; a line where only the year is printed, which it may fall in.

    Parameters
    ----------
    plans : Plans
    rows : DataFrame
        As from `due`; acts without a date, and the places' gaps, stand in words.
    name, title, subtitle : str, optional
    above : DataFrame, optional
        As from `due` with ``role="reference"``: dates of levels above, drawn as lines across all places.

    Returns
    -------
    Chart
    """
    every = drawing.by_place(plans, rows, "when", missing="no target")
    lanes, subtitle = drawing.speaking(plans, every, subtitle)
    above = rows.head(0) if above is None else above.dropna(subset="when")
    x, day = pd.to_datetime(lanes["when"]), lanes["exact"] == "day"
    year = pd.to_datetime(lanes["when"].str[:4]).mask(day)
    known = pd.concat([lanes["when"], above["when"]]).str[:4].dropna().astype(int)
    ends = known if len(known) else plans.documents[["period_start", "period_end"]].stack()
    limits = mdates.datestr2num([f"{int(ends.min()) - 1}-11-01", f"{int(ends.max()) + 1}-02-01"])
    for column, dates in {"x": x, "low": year, "high": year + pd.DateOffset(years=1)}.items():
        lanes[column] = mdates.date2num(dates)
    lanes = place_lanes(plans, lanes, limits)
    chart, axes = drawing.canvas(lanes["height"].sum() + 0.4 + 0.3 * len(above.drop_duplicates("when")))
    draw_lanes(axes, plans, lanes, limits)
    _draw_dates_above(axes, above, limits)
    _name_years(axes)
    rows = pd.concat([every, above.assign(jurisdiction="")])
    return drawing.finish(chart, plans, rows, name, title, subtitle)


def _draw_dates_above(axes, above, limits):
    """Draw the dates of levels above as lines, named above the drawing, one beneath the other."""
    for number, (when, rows) in enumerate(above.groupby("when")):
        x, words = mdates.datestr2num(when), "; ".join(rows["in_words"])
        axes.axvline(x, color=drawing.GREY, lw=1)
        share = (x - limits[0]) / (limits[1] - limits[0])
        place = {"ha": "left" if share < 0.5 else "right", "xytext": (0, 4 + 21 * number)}
        words = drawing.wrap(words, 5.5 * max(share, 1 - share), 7.5)
        style = {"size": 7.5, "color": drawing.GREY, "linespacing": 1.0, "url": ";".join(rows["id"])}
        style |= {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
        axes.annotate(words, (x, 1), **place, **style)


def _name_years(axes):
    """Draw grid lines at the turns of years, and name each year at its middle."""
    axes.xaxis.set_major_locator(mdates.YearLocator())
    axes.xaxis.set_minor_locator(mdates.YearLocator(month=7))
    axes.xaxis.set_major_formatter("")
    axes.xaxis.set_minor_formatter(mdates.DateFormatter("%Y"))
    axes.tick_params(axis="x", which="both", labelsize=8.5, length=0)


def due(plans, indicators, where="core == 'yes'", role="focus"):
    """List the targets on indicators with their dates, and for each place without one a gap, or a row that says so.

    Parameters
    ----------
    plans : Plans
    indicators : list of str
    where : str
        A pandas query on ``Plans.targets``.
    role : {"focus", "reference"}
        The plans compared, or the levels above; these have no gaps, and their words begin with the place.

    Returns
    -------
    DataFrame
        jurisdiction, place, when (an ISO date by `lantian.analysis.duties.day_due`), exact (how exactly it is printed, by
        `lantian.analysis.duties.exactness`), in_words, strength, id.

    Examples
    --------
    >>> import lantian as lt
    >>> boilers = lt.charts.due(lt.load(), ["coal.boiler_phase_out"])
    >>> boilers.set_index("id").in_words["huludao-boiler-35-built-up-2025"]
    'boiler up to 35 t/h, built-up area: by 2025 (largely)'
    """
    require_indicators(plans.indicators, *indicators)
    targets = plans.targets if role == "focus" else plans.targets_above
    targets = targets.query("indicator in @indicators").query(where)
    words = [_act(row, row.indicator != indicators[0]) for row in targets.itertuples()]
    words = words if role == "focus" else [f"{place}: {text}" for place, text in zip(targets["place"], words)]
    targets = targets.assign(when=day_due(targets), exact=exactness(targets), in_words=words)
    gaps = plans.gaps.query("indicator in @indicators and role == @role")
    gaps = gaps[~gaps["jurisdiction"].isin(targets["jurisdiction"])].drop_duplicates("jurisdiction")
    gaps = gaps.assign(in_words=[wording.gap(row) for row in gaps.itertuples()])
    columns = ["jurisdiction", "place", "when", "exact", "in_words", "strength", "id"]
    found = pd.concat([targets, gaps])
    found = drawing.by_place(plans, found, missing="no target") if role == "focus" else found
    return found[columns].fillna({"exact": "", "strength": ""})


def _act(row, is_further):
    """Word an act with its date: "ban on fuel below China VI, whole area: from 2018"; of a further indicator with its name."""
    some = pd.notna(row.amount) and not (row.kind == "share" and row.value == 100)
    much = f"{wording.amount(row)}, " if some else ""
    name = f"{row.indicator_name}: " if is_further else ""
    act = f"{name}{'ban on ' if row.kind == 'ban' else ''}{much}{wording.thing(row)}"
    return f"{act}: {wording.date(row)}{wording.hedge(row)}"


# --- values ---------------------------------------------------------------------------------------------------------


@draws("jurisdiction status printed amount low high group degree id", "lt.compare(plans, indicator)")
def panels(plans, judged, name=None, title=None, subtitle=None, limits=None, unit=""):
    """Draw values that compare, a panel for each group; all other promises in words.

    Parameters
    ----------
    plans : Plans
    judged : DataFrame
        As from `lantian.compare`. Groups of figures that compare get a panel, at most `_MOST_PANELS`, those of most places;
        where there is none, all stand in words.
    name, title, subtitle : str, optional
    limits : tuple of float, optional
        Ends of the axis, the same for every panel; what is "all" in words stands at its end.
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
    groups = figures[figures["degree"].isin(ON_ONE_AXIS)].groupby("group")["jurisdiction"].nunique()
    groups = sorted(groups.nlargest(_MOST_PANELS).index) or [None]
    drawn = figures[figures["group"].isin(groups)]
    low, high = min(0, drawn["low"].min()) * 1.15, max(0, drawn["high"].max())
    limits = limits or ((low, high) if low < high else (0, 1))
    ends = limits[0], limits[0] + (limits[1] - limits[0]) * _ROOM
    every = [_panel_lanes(plans, judged, group, limits, len(groups) == 1) for group in groups]
    lanes = [place_lanes(plans, _on_axis(plans, rows), ends) for rows in every]
    _, subtitle = drawing.shown_places(plans, drawn, subtitle, "a figure on these axes")
    heights = [rows["height"].sum() for rows in lanes]
    grid = {"nrows": len(groups), "squeeze": False, "height_ratios": heights}
    chart, axes = drawing.canvas(sum(heights) + 0.5 * len(groups), **grid)
    for panel, rows, group in zip(axes[:, 0], lanes, groups):
        draw_lanes(panel, plans, rows, ends, unit if group is not None else "")
        inside = [tick for tick in panel.get_xticks() if limits[0] <= tick <= limits[1]]
        panel.set_xticks(inside if group is not None else [])
        panel.spines["bottom"].set_bounds(*limits)
    return drawing.finish(chart, plans, pd.concat(every, ignore_index=True), name, title, subtitle)


def _on_axis(plans, rows):
    """Of many places take the rows with a mark, where there are any."""
    marked = rows[rows["x"].notna()].reset_index(drop=True)
    return marked if plans.many and len(marked) else rows


def _panel_lanes(plans, judged, group, limits, alone):
    """List the lanes of one panel: by place, first its figures of the group, then the others in words.

    Where there are several panels, a place with a figure has no words, and the others have one lane.
    """
    rows = judged.assign(undrawn=judged["group"] != group)
    is_all = (rows["value_basis"] == "word") & (rows["kind"] == "share") & (rows["amount"] == 100)
    rows["x"] = rows["amount"].mask(is_all, limits[1] * 1.04).mask(rows["undrawn"])
    words = [_words_off_axis(row, group) if row.undrawn else _words_at_mark(row) for row in rows.itertuples()]
    rows = drawing.by_place(plans, rows.assign(in_words=words), "undrawn", "x")
    return rows if alone else rows[~rows["undrawn"] | ~rows.duplicated("jurisdiction")].reset_index(drop=True)


def _words_at_mark(row):
    """Word what stands beside a mark: the target, what it was converted to and from what, and the caveats."""
    level = implied(row, row.converted_from) if row.converted else ""
    return "; ".join(filter(None, [row.printed + wording.hedge(row), row.date, level, row.caveats]))


def implied(row, inputs):
    """Word what a row was converted to, and from what: "implies 47.4 µg/m³, from …"."""
    low, high = (float(f"{end:.3g}") for end in (row.low, row.high))  # to three digits
    return f"implies {wording.quantity(low, row.standard_unit, None if low == high else high)}, from {inputs}"


def _words_off_axis(row, group):
    """Word a target or a gap that is not on the axis."""
    if row.status != "target":
        return row.printed
    words = ", ".join(filter(None, [row.printed + wording.hedge(row), row.thing, row.date]))
    return words if group is None else f"not on this axis: {words}"


@draws("jurisdiction kind compound low high printed in_words id", "lt.pace(plans, indicator)")
def rates(plans, paces, name=None, title=None, subtitle=None):
    """Draw implied changes per year; one that has no base year is refused in words.

    Parameters
    ----------
    plans : Plans
    paces : DataFrame
        As from `lantian.pace`.
    name, title, subtitle : str, optional

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
        differing = f"{wording.names(kinds)} are different kinds of promise"
        raise NotComparable(f"these rows fail the test of object: {differing}")
    every = drawing.by_place(plans, paces, "id", missing="no change or level with a figure")
    every = every.assign(what=every["printed"], amount=every["compound"])
    every["standard_unit"] = every["amount"].notna().map({True: "% a year", False: None})
    lanes, subtitle = drawing.speaking(plans, every, subtitle)
    x, limits = lanes["compound"], (min(0, lanes["low"].min()) * 1.15, max(0, lanes["high"].max()) + 1)
    words = lanes["in_words"].mask(x.notna(), lanes["in_words"] + ": " + lanes["printed"])
    lanes = place_lanes(plans, lanes.assign(x=x, in_words=words), limits)
    chart, axes = drawing.canvas(lanes["height"].sum() + 0.45)
    draw_lanes(axes, plans, lanes, limits, "% a year")
    axes.axvline(0, color=drawing.GREY, lw=0.8)
    return drawing.finish(chart, plans, every, name, title, subtitle)
