"""Charts of levels: targets beside what was measured, the ladder from county to nation, and series over the years."""

import math
import re

import pandas as pd

from lantian.analysis.compare import compare
from lantian.analysis.levels import ancestors, limits, places_unread
from lantian.charts import drawing, draws
from lantian.charts.lanes import draw_lanes, implied, place_lanes
from lantian.text import wording

# 1 September 2018, when the reference state of particles changed (amendment of GB 3095-2012).
_NEW_REFERENCE_STATE = 2018 + 243 / 365
_ACROSS = 5  # panels side by side
_LEVELS = ("nation", "province", "prefecture", "county")  # of the ladder, from above


@draws()
def targets(plans, indicators, name=None, title=None, subtitle=None):
    """Draw targets of one year beside the base year and what came of it: a panel for each indicator.

    Parameters
    ----------
    plans : Plans
    indicators : list of str
        Each has a panel. Of the levels of the year that most places share those that compare are drawn, and changes that
        `lantian.compare` converts to one; limits are lines, dotted where they came later. All others stand in words.
    name, title, subtitle : str, optional

    Returns
    -------
    Chart
    """
    parts = [_targets_of(plans, indicator) for indicator in indicators]
    if plans.many:
        subtitle += "; plans without a level that compares stand in the rows beneath"
    heights = [lanes["height"].sum() for lanes, *_ in parts]
    grid = {"nrows": len(parts), "squeeze": False, "height_ratios": heights}
    height = sum(heights) + 0.65 * len(parts) + 0.14 * sum(len(lines) for _, _, _, lines, _ in parts)
    chart, panels = drawing.canvas(height, **grid)
    names, drawn = plans.indicators.set_index("id"), []
    for axes, indicator, (lanes, points, others, lines, ends) in zip(panels[:, 0], indicators, parts):
        unit = wording.quantity(0, names.loc[indicator, "unit"]).removeprefix("0 ")
        draw_lanes(axes, plans, lanes, ends, unit, points)
        _limit_lines(axes, lines)
        axes.set_xticks([tick for tick in axes.get_xticks() if tick <= (100 if unit == "%" else ends[1])])
        subject = names.loc[indicator, "name_en"]
        axes.set_title(subject, size=9, weight="bold", loc="left", pad=8 + 10 * len(lines))
        rows = pd.concat([points, others, lines.assign(jurisdiction="", place="limit")])
        what = subject + (", " + rows["what"].astype("str")).fillna("")
        drawn.append(drawing.by_place(plans, rows.assign(what=what), "line"))
    chart.opens_at_right = False  # or marks of the first panel may be out of sight
    return drawing.finish(chart, plans, pd.concat(drawn, ignore_index=True), name, title, subtitle)


def _targets_of(plans, indicator):
    """List the lanes of an indicator, the marks on them, all that is in words, the limits of its year, and the ends of its axis."""
    judged, unit = compare(plans, indicator), plans.indicators.set_index("id").loc[indicator, "unit"]
    levels = judged[judged["standard_unit"] == unit].dropna(subset=["amount", "target_year"])
    levels = levels[levels["kind"].isin(["level", "share"]) | levels["converted"].eq(True)]
    year = levels.groupby("target_year")["jurisdiction"].nunique().idxmax() if len(levels) else None
    levels = levels[levels["target_year"] == year]
    levels = levels[_on_one_axis(plans, levels)]
    measured = _measured(plans, indicator)
    bases = judged.set_index(["jurisdiction", "baseline_year"]).index
    of_base = measured.set_index(["jurisdiction", "year"]).index.isin(bases)
    measured = measured[of_base | _last_two(measured, year)]
    words = pd.Series(map(_level_in_words, levels.itertuples()), levels.index, dtype="str")
    levels = levels.assign(line=0.0, label=words, in_words=words)
    points = pd.concat([levels, measured.assign(line=1.0, label=measured["text"])])
    points = points.assign(x=points["amount"]).drop(columns=["text", "degree", "reason"])
    lanes = _merge_points(points, judged[~judged["id"].isin(levels["id"])])
    lines = limits(plans, indicator, year)
    ends = (0, max([1, *points["x"], *lines["amount"]]) * 1.6)
    others, lanes = lanes[lanes["x"].isna()], drawing.by_place(plans, lanes, "line")
    if plans.many and len(levels):
        lanes = lanes[lanes["x"].notna() & lanes["jurisdiction"].isin(levels["jurisdiction"])]
    lanes = place_lanes(plans, lanes.reset_index(drop=True), ends)
    points = points.merge(lanes[["jurisdiction", "line", "y"]], on=["jurisdiction", "line"])
    return lanes, points, others, lines, ends


def _on_one_axis(plans, levels):
    """Mark the levels of the group of most places, with their stretch goals and the basic goals of such."""
    stretch_of = levels["id"].map(plans.targets.set_index("id")["stretch_of"])
    basic = stretch_of.where(stretch_of != "", levels["id"])
    sizes = levels.groupby("group")["jurisdiction"].nunique()
    return basic.isin(basic[levels["group"].isin(sizes.nlargest(1).index)])


def _last_two(measured, year):
    """Mark the readings of each place's last two years up to a year."""
    years = measured["year"].where(measured["year"] <= (math.inf if year is None else year))
    return years.groupby(measured["jurisdiction"]).rank("dense", ascending=False) <= 2


def _level_in_words(row):
    """Word a level, or what a change implies and from which readings, without their sources."""
    if not row.converted:
        return f"{row.printed} {row.date}{wording.hedge(row)}"
    inputs = re.split(r"(?<=\)); ", row.converted_from)
    readings = [words.partition(": ")[2].partition(" (")[0] for words in inputs]
    return f"{row.printed} {row.date} {implied(row, wording.names(readings))}"


def _merge_points(points, others):
    """List a lane for the targets of each place and one for its measurements, and one for each promise that is not drawn."""
    points = points.assign(left=points["x"])
    merged = {"id": "first", "x": "max", "left": "min", "label": "; ".join, "mark": "first"}
    drawn = points.groupby(["jurisdiction", "line"], as_index=False).agg(merged)
    drawn["in_words"] = drawn["label"].mask(drawn["line"] == 1, "measured: " + drawn["label"].astype("str"))
    also = "also " + others["printed"] + ", " + others["date"]
    words = others["printed"].mask(others["status"] == "target", also)
    others = others[["jurisdiction", "id"]].assign(in_words=words, line=0.5)
    return pd.concat([drawn, others], ignore_index=True)


def _limit_lines(axes, lines):
    """Draw limits as lines, named above the drawing, one above the other; dotted where they came later."""
    for number, row in enumerate(lines.itertuples()):
        axes.axvline(row.amount, zorder=1, color=drawing.GREY, lw=1, ls=":" if row.hindsight else "-")
        place = {"xycoords": ("data", "axes fraction"), "xytext": (0, 3 + 10 * number), "ha": "left"}
        place |= {"textcoords": "offset points", "url": row.id}
        axes.annotate(row.in_words, (row.amount, 1), size=7, color=drawing.GREY, **place)


def _measured(plans, indicator):
    """List what was measured at the focus places in the indicator's unit, in words too."""
    unit = plans.indicators.set_index("id").loc[indicator, "unit"]
    rows = plans.observations[plans.observations["indicator"] == indicator].merge(plans.units, on="unit")
    rows = rows[rows["standard_unit"] == unit].sort_values("year")
    value, year = rows["value"].map("{:g}".format).astype("str"), rows["year"].astype("str")
    about = " (" + rows["scope"] + "; " + rows["source"] + "; confidence " + rows["confidence"] + ")"
    words = {"text": value + " (" + year + ")", "in_words": value + about, "what": "measured " + year}
    rows = rows.assign(id="", mark="measured", amount=rows["value"] * rows["factor"], **words)
    return rows[rows["jurisdiction"].isin(plans.focus)]


@draws()
def chain(plans, indicator, year, name=None, title=None, subtitle=None):
    """Draw the ladder of one level from the nation down to each plan: a panel for each place, a rung for each level.

    Parameters
    ----------
    plans : Plans
    indicator : str
    year : int
        Target year; goals of other years are not drawn.
    name, title, subtitle : str, optional

    Returns
    -------
    Chart
        A rung without a goal says why.
    """
    every = _rungs(plans, indicator, year)
    own = every[(every["focus"] == every["jurisdiction"]) & every["x"].notna()]
    shown, subtitle = drawing.shown_places(plans, own, subtitle, f"a figure for {year}")
    rungs = every[every["focus"].isin(shown)]
    levels = [level for level in _LEVELS if level in set(rungs["level"])]
    chart, panels = _panel_a_place(plans, shown, height=0.42 * len(levels) + 0.75)
    known = [*rungs["x"].dropna()] or [0]
    ends = min(known) - 2, max(known) + 1 + (max(known) - min(known) + 3) / 2  # with room for the words
    rungs = drawing.with_marks(plans, rungs.assign(y=rungs["level"].map(levels.index)))
    for axes, place in zip(panels.flat, shown):
        own = rungs[rungs["focus"] == place]
        drawing.draw_marks(axes, own)
        for row in own.itertuples():
            grey = {"size": 7, "color": drawing.GREY}
            x, shift, style = (ends[0], 0, grey) if pd.isna(row.x) else (row.x, 7, {"size": 7.5})
            style |= {"xytext": (shift, 0), "textcoords": "offset points", "va": "center", "url": row.url}
            axes.annotate(row.label, (x, row.y), **style)
        axes.set(xlim=ends, ylim=(len(levels) - 0.5, -0.5))
        axes.tick_params(axis="x", labelsize=7.5)
    panels[0, 0].set_yticks(range(len(levels)), levels, size=8.5)
    return drawing.finish(chart, plans, every.assign(jurisdiction=every["focus"]), name, title, subtitle)


def _panel_a_place(plans, places, height):
    """Start a drawing with a panel for each place, named above it, `_ACROSS` side by side; a panel has the height in inches."""
    columns, names = min(len(places), _ACROSS), drawing.labels(plans)
    lines = math.ceil(len(places) / columns)
    grid = {"ncols": columns, "nrows": lines, "sharex": True, "sharey": True, "squeeze": False}
    chart, panels = drawing.canvas(height * lines, **grid)
    for axes, place in zip(panels.flat, places):
        axes.set_title(names[place], size=8, weight="bold", loc="left")
    for axes in panels.flat[len(places) :]:
        axes.set_visible(False)
    return chart, panels


def _rungs(plans, indicator, year):
    """List the goals of each focus place and the places above it for one year, or the reason why there is none."""
    goals = plans.every_target.query("indicator == @indicator and target_year == @year and core == 'yes'")
    goals = goals.query("kind in ['level', 'share'] and amount.notna() and area == 'whole'")
    goals = goals[goals["standard_unit"] == plans.indicators.set_index("id").loc[indicator, "unit"]]
    goals = goals.sort_values("stretch_of").drop_duplicates("jurisdiction")
    in_words = [wording.target(goal) + wording.hedge(goal) for goal in goals.itertuples()]
    label = [wording.quantity(goal.amount, "", goal.amount_max) for goal in goals.itertuples()]
    goals = goals.assign(
        x=_middle(goals), label=pd.Series(label, goals.index, dtype="str"), in_words=in_words
    )
    reasons = dict.fromkeys(places_unread(plans), "plan not read")
    gaps = plans.gaps[plans.gaps["indicator"] == indicator]
    reasons |= {gap.jurisdiction: wording.gap(gap) for gap in gaps.itertuples()}
    chains = [(focus, place) for focus in plans.focus for place in (focus, *ancestors(plans, focus))]
    rungs = pd.DataFrame(chains, columns=["focus", "jurisdiction"])
    rungs = rungs.merge(goals[["jurisdiction", "id", "x", "label", "in_words"]], how="left")
    reason = rungs["jurisdiction"].map(reasons).fillna(f"none known for {year}")
    alone = reason.map(lambda words: "– " + drawing.wrap(words, 1.0, 7))
    rungs = rungs.fillna({"id": "", "label": alone, "in_words": reason})
    places = plans.jurisdictions.set_index("id")[["level", "name_en"]]
    rungs = rungs.join(places.rename(columns={"name_en": "what"}), on="jurisdiction")
    return rungs[rungs["level"].isin(_LEVELS)]


@draws()
def series(plans, indicator, name=None, title=None, subtitle=None):
    """Draw measurements and promised levels over the years, a panel a place, without joining them.

    Parameters
    ----------
    plans : Plans
    indicator : str
    name, title, subtitle : str, optional

    Returns
    -------
    Chart
        A dotted line marks the change of the reference state of particles.
    """
    measured, promised = _measured(plans, indicator), _promised(plans, indicator)
    seen = measured.assign(x=measured["year"], y=measured["amount"])
    points = pd.concat([seen, promised], ignore_index=True)
    shown, subtitle = drawing.shown_places(plans, points, subtitle, "either")
    chart, panels = _panel_a_place(plans, shown, height=2.1)
    points = drawing.with_marks(plans, points)
    for axes, place in zip(panels.flat, shown):
        _place_series(axes, points[points["jurisdiction"] == place])
    _set_limits(panels[0, 0], points)
    rows = drawing.by_place(plans, points, missing="no measurement is known", in_part="")
    return drawing.finish(chart, plans, rows, name, title, subtitle)


def _middle(targets):
    """Return the amounts of targets, of a range its middle."""
    return targets[["amount", "amount_max"]].mean(axis=1)


def _promised(plans, indicator):
    """List the levels promised by the focus places as a whole, in words too."""
    rows = plans.targets.query("indicator == @indicator and kind == 'level' and area == 'whole'")
    rows = rows.dropna(subset=["amount", "target_year"])
    what = [f"promised {year}" for year in rows["target_year"]]
    in_words = [wording.target(row) + wording.hedge(row) for row in rows.itertuples()]
    return rows.assign(x=rows["target_year"], y=_middle(rows), what=what, in_words=in_words)


def _place_series(axes, points):
    """Draw one place's measurements and promises, or say that nothing was measured."""
    axes.axvline(_NEW_REFERENCE_STATE, color=drawing.GREY, lw=0.9, ls=":")
    drawing.draw_marks(axes, points, size=5.5)
    if not (points["mark"] == "measured").any():
        style = {"size": 7.5, "color": drawing.GREY, "transform": axes.transAxes}
        axes.text(0.05, 0.97, "no measurement\nis known", va="top", url="no measurement is known", **style)
    axes.grid(axis="y")
    axes.tick_params(labelsize=7.5)


def _set_limits(axes, points):
    """Set the limits and the years named, which all panels share."""
    years = [*points["x"]] or [_NEW_REFERENCE_STATE]
    first, last = int(min(years)), int(max(years))
    axes.set(xlim=(first - 0.9, last + 0.9), ylim=(0, max([1, *points["y"]]) * 1.15))
    named = range(first, last + 1, math.ceil((last - first + 1) / 4))
    axes.set_xticks(named, [f"’{year % 100}" for year in named])
