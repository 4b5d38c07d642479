"""Charts without an axis of values: matrix, order of what is asked, calendar, bars of counts, and one to explore."""

import json
import re

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from markupsafe import Markup
from matplotlib.colors import LinearSegmentedColormap

from lantian.analysis.duties import day_due
from lantian.analysis.matrix import on_theme
from lantian.charts import drawing, draws
from lantian.errors import CallError
from lantian.text import wording

_ROOMY = 6  # more places than these leave no room for words in a column
_NAMES = 1.45  # inches at the left, for the names of rows
_WIDEST = 24  # subjects side by side
_MANY_PERIODS = 20
_LINE = 0.2  # inches of a line without words
# Shades that let the ground through, which may be dark.
_SHADES = LinearSegmentedColormap.from_list("count", ["#0b5c8f00", "#0b5c8f99"])
_CELL, _SIZE = 7.2, 8.5  # size of the words of a cell, and of names, in points


@draws("jurisdiction indicator_name mark text in_words id", "lt.cells(plans, theme)")
def matrix(plans, cells, name=None, title=None, subtitle=None, place=None):
    """Draw plans by subjects: in each cell a mark, and a few words beneath it.

    Where places are many, those with a target stand one beneath the other, with marks alone, and the number of their
    targets at the head of each subject.

    Parameters
    ----------
    plans : Plans
    cells : DataFrame
        As from `lantian.cells`.
    name, title, subtitle : str, optional
    place : str, optional
        The one place that keeps its colour; the others are grey, or, where they are many, counted.

    Returns
    -------
    Chart
    """
    places, palette = plans.focus, drawing.colours(plans)
    # The marks of cells are finer than those that are drawn: a target's own, or that of none.
    is_target = cells["id"].isin(plans.targets["id"])
    cells = cells.assign(what=cells["indicator_name"], mark=is_target.map({True: None, False: "none"}))
    if plans.many and place is None:
        return _plan_by_plan(plans, cells, name, title, subtitle)
    subjects = cells["indicator_name"].unique()
    names = dict(zip(subjects, subjects))
    if plans.many:
        others = plans.targets[plans.targets["jurisdiction"] != place]
        number = others.groupby("indicator_name")["jurisdiction"].nunique().reindex(subjects, fill_value=0)
        names = {key: f"{key}\n{number[key]} of {len(places) - 1} others" for key in subjects}
        cells, places = cells[cells["jurisdiction"] == place], [place]
    elif place is not None:
        palette = dict.fromkeys(places, drawing.NO_COLOR) | {place: palette[place]}
    labels, roomy = drawing.labels(plans), len(places) <= _ROOMY
    heads = {key: labels[key].replace(" (", "\n(", 1) for key in places}
    shown = cells.assign(line=cells["indicator_name"], column=cells["jurisdiction"])
    shown = shown if roomy else shown.assign(text="")
    chart = _cells(plans, shown, names, heads, 8.5 if roomy else 6.5, palette)
    return drawing.finish(chart, plans, cells, name, title, subtitle)


def _plan_by_plan(plans, cells, name, title, subtitle):
    """Draw many plans by subjects: a line a plan, a column a subject, at its head the number of plans with a target."""
    numbers = (cells["mark"] != "none").groupby(cells["indicator_name"], sort=False).sum()
    drawn = numbers[numbers.index.isin(numbers.nlargest(_WIDEST).index)]
    if len(drawn) < len(numbers):
        subtitle += f"; the {len(drawn)} subjects with most targets, of {len(numbers)}"
    cells = cells[cells["indicator_name"].isin(drawn.index)]
    shown, subtitle = drawing.speaking(plans, cells, subtitle)
    shown = shown.assign(text="", line=shown["jurisdiction"], column=shown["indicator_name"])
    heads = {subject: f"{subject}: {number}" for subject, number in drawn.items()}
    names = drawing.labels(plans, shown)
    chart = _cells(plans, shown, names, heads, size=7.5, height=_LINE, upright=True)
    return drawing.finish(chart, plans, cells, name, title, subtitle)


def _cells(plans, cells, names, heads, size, palette=None, height=None, upright=False):
    """Draw a grid of marks with words: ``line``, ``column``, ``text`` and ``id`` of each cell.

    ``names`` of the lines and ``heads`` of the columns, which may stand upright, are in order, by what stands in the cells.
    A line has the height of its words, or the given one.
    """
    column, line = cells["column"].map([*heads].index), cells["line"].map([*names].index)
    room = (drawing.WIDTH - _NAMES) / len(heads) - 0.1
    texts = cells["text"].str.replace(r"; (?=\d+ more$)", "\n", regex=True)
    words = [drawing.wrap(text, room, _CELL) for text in texts]
    name_texts = [drawing.wrap(name, _NAMES - 0.1, _SIZE) for name in names.values()]
    head_texts = [drawing.wrap(head, 1.6 if upright else room, size) for head in heads.values()]
    heights = [height] * len(names) if height else _heights(words, line, name_texts)
    edges = np.concatenate([[0], np.cumsum(heights)])
    chart, axes = drawing.canvas(edges[-1] + (1.7 if upright else 0.75))  # with room for the heads
    chart.kind = "" if upright else "grid"
    axes.set(xlim=(-0.5, len(heads) - 0.5), ylim=(edges[-1], 0))
    axes.set_yticks((edges[1:] + edges[:-1]) / 2, name_texts, size=_SIZE)
    axes.hlines(edges, -0.5, len(heads) - 0.5, color=drawing.PALE, lw=0.6)
    drawing.name_columns(axes, range(len(heads)), head_texts, size, upright)
    cells = drawing.with_marks(plans, cells, palette).assign(x=column, y=edges[line] + (height or 0.34) / 2)
    drawing.draw_marks(axes, cells, size=7)
    style = {"ha": "center", "va": "top", "size": _CELL, "linespacing": 1.1, "in_layout": False}
    for x, y, text, url in zip(cells["x"], cells["y"], words, cells["url"]):
        if text:
            axes.text(x, y + 0.1, text, url=url, **style)
    return chart


def _heights(words, line, names):
    """Return the height of each line of a grid in inches: that of its mark and longest cell, or of its name."""
    rows = pd.Series(words, line, dtype="str").str.count("\n").groupby(level=0).max() + 1
    rows = rows.reindex(range(len(names)), fill_value=1)
    return (0.4 + drawing.LINE * _CELL / 72 * rows).clip(
        lower=[0.2 + drawing.inches(name, _SIZE) for name in names]
    )


@draws("jurisdiction step text in_words id", "lt.fleet_steps(plans)")
def order(plans, steps, name=None, title=None, subtitle=None):
    """Draw how much each plan asks, where what is asked has an order and no scale: a column a step, the most at the right.

    Parameters
    ----------
    plans : Plans
    steps : DataFrame
        As from `lantian.fleet_steps`: jurisdiction, step (an ordered category), text, in_words, id.
    name, title, subtitle : str, optional

    Returns
    -------
    Chart
    """
    shown, subtitle = drawing.speaking(plans, steps, subtitle)
    shown = shown.assign(line=shown["jurisdiction"], column=shown["step"].astype("str"))
    shown = _one_a_cell(shown.assign(text="" if plans.many else shown["text"]))
    names, heads = drawing.labels(plans, shown), {step: step for step in steps["step"].cat.categories}
    chart = _cells(plans, shown, names, heads, size=8, height=_LINE if plans.many else None)
    chart.opens_at_right = True
    rows = steps.assign(what=steps["step"]).sort_values("step", ascending=False, kind="stable")
    return drawing.finish(chart, plans, rows, name, title, subtitle)


def _one_a_cell(rows):
    """Join the words of rows that stand in one cell, under the mark of the first."""
    ids = rows["ids"].fillna(rows["id"]) if "ids" in rows else rows["id"]
    cells = rows.assign(ids=ids).groupby(["line", "column"], sort=False)
    joined = cells.agg({"text": "\n".join, "ids": lambda found: ";".join(filter(None, found))})
    return (
        cells.head(1)
        .drop(columns=["text", "ids"], errors="ignore")
        .merge(joined.reset_index(), on=["line", "column"])
    )


@draws("jurisdiction timing period", "lt.duties(plans)")
def calendar(plans, duties, name=None, title=None, subtitle=None):
    """Draw how many duties fall due when: the darker, the more.

    Parameters
    ----------
    plans : Plans
    duties : DataFrame
        As from `lantian.duties`.
    name, title, subtitle : str, optional

    Returns
    -------
    Chart
        A column for each period in which something falls due: of each year its quarters, for what prints a day, then
        the year alone, then the year filled in; those that begin, come every year or have no date follow.
    """
    import seaborn

    counts = _counts_by_period(duties)
    shown, subtitle = drawing.shown_places(plans, duties, subtitle, "a duty")
    counts = counts.reindex(shown, fill_value=0)
    chart, axes = drawing.canvas((0.26 if plans.many else 0.42) * len(counts) + 0.7)
    look = {"cmap": _SHADES, "vmin": 0, "cbar": False, "linewidths": 1}
    seaborn.heatmap(counts, xticklabels=False, yticklabels=False, ax=axes, **look)
    rows = counts.stack().rename("number").rename_axis(["jurisdiction", "what"]).reset_index()
    rows = rows[rows["number"] > 0].assign(in_words=rows["number"].astype(str), id="")
    names = plans.places.set_index("id")["name_en"]
    style = {"size": 8, "color": drawing.INK, "ha": "center", "va": "center", "in_layout": False}
    for row in rows.itertuples():
        year = "".join(f"&year={digits}" for digits in re.findall(r"\d{4}", row.what))
        url = f"place={row.jurisdiction}{year}\n{names[row.jurisdiction]}, {row.what}: {row.number}"
        x, y = counts.columns.get_loc(row.what) + 0.5, shown.index(row.jurisdiction) + 0.5
        axes.text(x, y, row.in_words, url=url, **style)
    labels = drawing.labels(plans)
    axes.set_yticks(np.arange(len(counts)) + 0.5, counts.index.map(labels), size=8.5)
    upright = len(counts.columns) > _MANY_PERIODS
    heads = counts.columns if upright else counts.columns.str.replace(" ", "\n")
    drawing.name_columns(axes, np.arange(len(heads)) + 0.5, heads, 7, upright)
    axes.set(xlabel="", ylabel="")
    rows = drawing.by_place(plans, rows, missing="no duty")
    return drawing.finish(chart, plans, rows, name, title, subtitle, ["number"])


def _counts_by_period(duties):
    """Count duties: a row a place, a column a period, those without a year last."""
    timing = duties["timing"].replace("from", "from a date on")
    period = duties["period"].where(timing == "by", timing)
    counts = pd.crosstab(duties["jurisdiction"], period)
    last = [words for words in ("from a date on", "every year", "no date") if words in counts]
    return counts[[*counts.columns.drop(last), *last]]


@draws("jurisdiction", "lt.strengths(plans)")
def bars(plans, counts, name=None, title=None, subtitle=None, share_of=None):
    """Draw counts or shares as bars: a panel for each kind, a bar for each place.

    Parameters
    ----------
    plans : Plans
    counts : DataFrame
        jurisdiction, and a column of counts for each kind, as from `lantian.strengths`; words in it are not drawn.
    name, title, subtitle : str, optional
    share_of : str, optional
        What all kinds of a place together are, as "targets": shares of it are drawn, and its number is named.

    Returns
    -------
    Chart
    """
    counts = counts.set_index("jurisdiction").select_dtypes("number").reindex(plans.focus, fill_value=0)
    if counts.columns.empty:
        raise CallError("charts.bars() needs a column of counts for each kind, as from lt.strengths(plans)")
    counts = counts[counts.sum(axis=1) > 0] if plans.many else counts
    total = counts.sum(axis=1)
    drawn, words = counts, counts.astype("str")
    if share_of:
        drawn = 100 * counts.div(total.clip(lower=1), axis=0)
        words = drawn.round().astype(int).astype("str") + " % (" + words + ")"
    grid = {"ncols": len(counts.columns), "sharey": True, "sharex": True, "squeeze": False}
    chart, panels = drawing.canvas((0.26 if plans.many else 0.36) * len(counts) + 0.5, **grid)
    room = (drawing.WIDTH - _NAMES) / len(counts.columns)
    for axes, kind in zip(panels[0], counts):
        _draw_bars(axes, plans, drawn[kind], words[kind])
        axes.set_title(drawing.wrap(kind, room - 0.05, 8.5), size=8.5, loc="left")
    longest = max(1, drawn.to_numpy().max()) * (1.25 + 0.25 / room)
    axes.set(xticks=[], xlim=(0, longest), ylim=(len(counts) - 0.5, -0.5))
    between = ": " if plans.many else "\n"
    labels = plans.places.set_index("id").loc[counts.index, "label"]
    names = labels + between + total.astype("str") + f" {share_of or 'in all'}"
    panels[0, 0].set_yticks(range(len(names)), names, size=8.5)
    in_words = words.apply(lambda kind: f"{kind.name} " + kind).agg(", ".join, axis=1)
    rows = counts.assign(in_words=in_words, id="").rename_axis("jurisdiction").reset_index()
    return drawing.finish(chart, plans, rows, name, title, subtitle, list(counts))


def _draw_bars(axes, plans, lengths, words):
    """Draw the bars of one kind, a place each, and write at the end of each what it is; both are one link."""
    import seaborn

    kind, names = lengths.name, plans.places.set_index("id")["name_en"]
    strength = f"&strength={kind}" if kind in wording.STRENGTHS else ""
    look = {"palette": drawing.colours(plans), "saturation": 1, "width": 0.6}
    look |= {"errorbar": None, "legend": False}
    seaborn.barplot(x=lengths, y=lengths.index, hue=lengths.index, ax=axes, **look)
    for place, bars_of_place, text in zip(lengths.index, axes.containers, words):
        url = f"place={place}{strength}\n{names[place]}: {kind} {text}"
        bars_of_place[0].set_url(url)
        axes.bar_label(bars_of_place, [text], padding=3, size=7.5, url=url)
    axes.set(xlabel="", ylabel="")
    axes.spines["bottom"].set_visible(False)


# --- to explore: every dated promise of a theme, with its words under the pointer -----------------------------------

_SHAPES = {"target": "circle", "word": "square"}  # as in the other charts; plotly has no dashed edge
_HOVER = Markup("<b>{0.statement_en}</b><br>“{0.quote}”<br>{0.document}, {0.clause}; {0.strength}, {1}")
# Grey and see-through, for a notebook is light or dark; a page has colours of its own for these.
_LOOK = json.loads((drawing.STYLE.parent / "explore.json").read_text("utf-8"))
_GREY = _LOOK["font"]["color"]


class _Figure(go.Figure):
    """A figure that brings its rows as a table, for what cannot draw it: plain nbconvert, a mail, a preview."""

    _ipython_display_ = None  # or plotly would show the figure alone

    def _repr_mimebundle_(self, *arguments, **options):
        bundle, meta = super()._repr_mimebundle_(*arguments, **options), self.layout.meta
        if "application/vnd.plotly.v1+json" not in bundle:
            return bundle
        rows = pd.DataFrame(meta["rows"], columns=meta["columns"]).to_html(index=False)
        return bundle | {"text/html": f"<p>{meta['title']}</p>\n{rows}", "text/plain": meta["title"]}


def explore(plans, theme):
    """Lay out every dated promise of a theme by date and place, to hover and to filter.

    Parameters
    ----------
    plans : Plans
    theme : str
        A headline or a theme.

    Returns
    -------
    plotly Figure
        A trace for each strength: a click on its name filters. The rows stand in
        ``figure.layout.meta``, for the table beneath and for what shows no charts of plotly.
    """
    rows = on_theme(plans, plans.targets, theme).dropna(subset="target_year")
    if rows.empty:
        ways_out = f"lt.cells(plans, {theme!r}) lists what they have"
        raise CallError(f"no plan has a dated promise on {theme}; {ways_out}")
    shown, _ = drawing.shown_places(plans, rows, "")
    rows = _laid_out(plans, rows, shown)
    figure = _Figure()
    for strength, own in rows.groupby(pd.Categorical(rows["strength"], wording.STRENGTHS), observed=True):
        figure.add_traces([_promises(own, strength), _entry(strength)])
    table = rows[["place", "statement_en", "strength", "quote", "clause", "id"]].values.tolist()
    places = plans.places.set_index("id").loc[shown]
    for place in places.index.difference(rows["jurisdiction"], sort=False):
        note = {"text": "no dated promise", "yshift": 10, "showarrow": False, "xanchor": "left"}
        figure.add_annotation(x=rows["when"].min(), y=shown.index(place), **note)
        table.append([places.loc[place, "name_en"], "no dated promise", "", "", "", ""])
    labels = list(places["label"] if plans.many else places["label"].str.replace(" (", "<br>("))
    lanes = {"tickvals": list(range(len(labels))), "ticktext": labels, "range": [len(labels) - 0.4, -0.6]}
    words = {"name": f"{theme}-explore", "title": f"Every dated promise on {theme}"}
    columns = ["place", "in_words", "strength", "words", "clause", "id"]
    height = 90 + (32 if plans.many else 80) * len(labels)
    look = _LOOK | {"yaxis": lanes | _LOOK["yaxis"], "meta": words | {"columns": columns, "rows": table}}
    return figure.update_layout(template="none", height=height, **look)


def _laid_out(plans, rows, places):
    """Add to each target its day ``when`` and its height ``y``: those of one place and day stand one above the other."""
    rows = drawing.with_marks(plans, rows.assign(when=day_due(rows)))
    same_day = rows.groupby(["jurisdiction", "when"])["id"]
    number, size = same_day.cumcount(), same_day.transform("size")
    # Six take most of a lane; fewer keep the same distance.
    spread = (number - (size - 1) / 2) * (0.7 / size.clip(lower=6))
    rows["y"] = rows["jurisdiction"].map(places.index) + spread
    return rows.sort_values(["order", "when", "id"], kind="stable")


def _promises(rows, strength):
    """Draw the targets of one strength, with their words under the pointer."""
    symbols = rows["mark"].map(_SHAPES) + rows["hollow"].map({True: "-open", False: ""})
    text = [str(_HOVER.format(row, wording.date(row))) for row in rows.itertuples()]
    points = {"x": rows["when"].tolist(), "y": rows["y"].round(3).tolist(), "text": text}
    points |= {"showlegend": False, "hovertemplate": "%{text}<extra></extra>"}
    return _marks(strength, list(symbols), list(rows["colour"]), **points)


def _entry(strength):
    """Name a strength in the legend by a grey mark: a colour would be a place's."""
    symbol = "circle-open" if strength == "aspirational" else "circle"
    return _marks(strength, symbol, _GREY, x=[None], y=[None], name=strength)


def _marks(strength, symbol, color, **points):
    marker = {"symbol": symbol, "size": 9, "color": color, "line": {"width": 1.5, "color": color}}
    return go.Scatter(mode="markers", legendgroup=strength, marker=marker, **points)
