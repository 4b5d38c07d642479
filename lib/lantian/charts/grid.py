"""Charts without an axis of values: the matrix of marks, the order of what is asked, the calendar, and bars of counts."""

import re

import matplotlib as mpl
import matplotlib.colors
import numpy as np
import pandas as pd

from lantian.charts import drawing
from lantian.errors import CallError
from lantian.text import wording

_ROOMY = 6  # more places than these leave no room for words in a column
_NAMES = 1.45  # inches at the left, for the names of rows
_WIDEST = 24  # subjects side by side
_MANY_PERIODS = 20
_LINE = 0.2  # inches of a line without words
# Shades that let the ground through, which may be dark.
_SHADES = mpl.colors.LinearSegmentedColormap.from_list("count", ["#0b5c8f00", "#0b5c8f99"])
_CELL = 7.2  # size of the words of a cell, in points


@drawing.chart("jurisdiction indicator_name mark text in_words id", "lt.cells(plans, theme)")
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
    cells = cells.drop(columns="mark").assign(what=cells["indicator_name"])
    if plans.many and place is None:
        return _plan_by_plan(plans, cells, name, title, subtitle)
    subjects = list(cells["indicator_name"].drop_duplicates())
    names, heads = subjects, [label.replace(" (", "\n(", 1) for label in drawing.labels(plans).values()]
    if plans.many:
        others = plans.targets[plans.targets["jurisdiction"] != place]
        number = others.groupby("indicator_name")["jurisdiction"].nunique().reindex(subjects, fill_value=0)
        names = [f"{subject}\n{number[subject]} of {len(places) - 1} others" for subject in subjects]
        cells, heads, places = cells[cells["jurisdiction"] == place], [heads[places.index(place)]], [place]
    elif place is not None:
        palette = dict.fromkeys(places, drawing.NO_COLOR) | {place: palette[place]}
    shown = cells.assign(text=cells["text"] if len(places) <= _ROOMY else "")
    shown["column"] = cells["jurisdiction"].map(places.index)
    shown["line"] = cells["indicator_name"].map(subjects.index)
    chart, axes = _cells(plans, shown, names, palette)
    drawing.name_columns(axes, range(len(places)), heads, size=8.5 if len(places) <= _ROOMY else 6.5)
    return drawing.finish(chart, plans, cells, name, title, subtitle)


def _plan_by_plan(plans, cells, name, title, subtitle):
    """Draw many plans by subjects: a line a plan, a column a subject, at its head the number of plans with a target."""
    promised = cells["id"].isin(plans.every_target["id"])
    number = promised.groupby(cells["indicator_name"], sort=False).sum()
    subjects = [subject for subject in number.index if subject in number.nlargest(_WIDEST).index]
    if len(subjects) < len(number):
        subtitle += f"; the {len(subjects)} subjects with most targets, of {len(number)}"
    cells = cells[cells["indicator_name"].isin(subjects)]
    shown, subtitle = drawing.speaking(plans, cells, subtitle)
    places = drawing.places_of(plans, shown)
    shown = shown.assign(text="", column=shown["indicator_name"].map(subjects.index))
    shown["line"] = shown["jurisdiction"].map(places.index)
    labels = plans.places.set_index("id").loc[places, "label"]
    heads = [drawing.wrap(f"{subject}: {number[subject]}", 1.6, 7.5) for subject in subjects]
    chart, axes = _cells(plans, shown, list(labels), drawing.colours(plans), line=_LINE, heads=1.7)
    chart.kind = ""
    drawing.name_columns(axes, range(len(subjects)), heads, size=7.5, rotation=90)
    return drawing.finish(chart, plans, cells, name, title, subtitle)


def _cells(plans, cells, names, palette, line=None, heads=0.75):
    """Draw a grid of marks with words: ``column``, ``line``, ``text`` and ``id`` of each cell.

    A line has the height of its words, or the given one; ``heads`` is the room for the names of columns, in inches.
    """
    columns = int(cells["column"].max()) + 1
    room = (drawing.WIDTH - _NAMES) / columns - 0.1
    parts = cells["text"].str.replace(r"; (?=\d+ more$)", "\n", regex=True).str.split("\n")
    words = ["\n".join(drawing.wrap(line, room, _CELL) for line in lines) for lines in parts]
    names = [name if "\n" in name else drawing.wrap(name, _NAMES - 0.1, 8.5) for name in names]
    lines = pd.Series(words, cells["line"], dtype="str").str.count("\n").groupby(level=0).max() + 1
    tall = 0.4 + drawing.LINE * _CELL / 72 * lines.reindex(range(len(names)), fill_value=1)
    heights = tall.clip(lower=[0.2 + drawing.inches(name, 8.5) for name in names])
    edges = np.concatenate([[0], np.cumsum(heights if line is None else [line] * len(names))])
    chart, axes = drawing.canvas(edges[-1] + heads)
    chart.kind = "grid"
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(edges[-1], 0))
    axes.set_yticks((edges[1:] + edges[:-1]) / 2, names, size=8.5)
    axes.hlines(edges, -0.5, columns - 0.5, color=drawing.PALE, lw=0.6)
    top = edges[cells["line"].to_numpy(int)]
    cells = drawing.with_marks(plans, cells).assign(x=cells["column"], y=top + (line or 0.34) / 2)
    drawing.draw_marks(axes, cells, palette, size=7)
    style = {"ha": "center", "va": "top", "size": _CELL, "linespacing": 1.1, "in_layout": False}
    for x, y, text, url in zip(cells["x"], cells["y"], words, cells["url"]):
        if text:
            axes.text(x, y + 0.1, text, url=url, **style)
    return chart, axes


@drawing.chart("jurisdiction step text in_words id", "lt.fleet_steps(plans)")
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
    heads = list(steps["step"].cat.categories)
    shown, subtitle = drawing.speaking(plans, steps, subtitle)
    labels = drawing.labels(plans)
    places = drawing.places_of(plans, shown)
    shown = shown.assign(column=shown["step"].cat.codes, line=shown["jurisdiction"].map(places.index))
    shown = _one_a_cell(shown.assign(text="" if plans.many else shown["text"]))
    names, line = [labels[place] for place in places], _LINE if plans.many else None
    chart, axes = _cells(plans, shown, names, drawing.colours(plans), line)
    width = (drawing.WIDTH - _NAMES) / len(heads) - 0.1
    drawing.name_columns(axes, range(len(heads)), [drawing.wrap(head, width, 8) for head in heads], size=8)
    chart.opens_at_right = True
    rows = steps.assign(what=steps["step"]).sort_values("step", ascending=False, kind="stable")
    return drawing.finish(chart, plans, rows, name, title, subtitle)


def _one_a_cell(rows):
    """Join the words of rows that stand in one cell, under the mark of the first."""
    ids = rows["ids"].fillna(rows["id"]) if "ids" in rows else rows["id"]
    cells = rows.assign(ids=ids).groupby(["line", "column"], sort=False)
    joined = cells.agg({"text": "\n".join, "ids": lambda found: ";".join(filter(None, found))})
    return cells.head(1).drop(columns=["text", "ids"], errors="ignore").merge(joined.reset_index())


@drawing.chart("jurisdiction timing period", "lt.duties(plans)")
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

    timing = duties["timing"].replace("from", "from a date on")
    period = duties["period"].where(timing == "by", timing)
    last = [words for words in ("from a date on", "every year", "no date") if words in set(period)]
    columns = [*sorted(set(period) - set(last)), *last]
    counts = pd.crosstab(duties["jurisdiction"], period)
    shown, subtitle = drawing.shown_places(plans, duties, subtitle, "a duty")
    counts = counts.reindex(index=shown, columns=columns, fill_value=0)
    chart, axes = drawing.canvas((0.26 if plans.many else 0.42) * len(counts) + 0.7)
    look = {"cmap": _SHADES, "vmin": 0, "cbar": False, "linewidths": 1}
    seaborn.heatmap(counts, xticklabels=False, yticklabels=False, ax=axes, **look)
    rows = counts.stack().reset_index().set_axis(["jurisdiction", "what", "number"], axis=1)
    rows = rows[rows["number"] > 0].assign(in_words=rows["number"].astype(str), id="")
    names = plans.places.set_index("id")["name_en"]
    style = {"size": 8, "color": drawing.INK, "ha": "center", "va": "center", "in_layout": False}
    for row in rows.itertuples():
        year = "".join(f"&year={digits}" for digits in re.findall(r"\d{4}", row.what))
        url = f"place={row.jurisdiction}{year}\n{names[row.jurisdiction]}, {row.what}: {row.number}"
        column, line = columns.index(row.what) + 0.5, shown.index(row.jurisdiction) + 0.5
        axes.text(column, line, row.in_words, url=url, **style)
    axes.set(xlabel="", ylabel="")
    labels = drawing.labels(plans)
    axes.set_yticks(np.arange(len(counts)) + 0.5, counts.index.map(labels), size=8.5, rotation=0)
    turned = len(columns) > _MANY_PERIODS
    heads = columns if turned else [words.replace(" ", "\n") for words in columns]
    axes.set_xticks(np.arange(len(columns)) + 0.5, heads, size=7, rotation=90 if turned else 0)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    rows = drawing.by_place(plans, rows, missing="no duty")
    return drawing.finish(chart, plans, rows, name, title, subtitle, ["number"])


@drawing.chart("jurisdiction", "lt.strengths(plans)")
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
    import seaborn

    counts = counts.set_index("jurisdiction").select_dtypes("number").reindex(plans.focus, fill_value=0)
    counts = counts[counts.sum(axis=1) > 0] if plans.many else counts
    places = plans.places.set_index("id", drop=False).loc[counts.index]
    if counts.columns.empty:
        raise CallError("charts.bars() needs a column of counts for each kind, as from lt.strengths(plans)")
    total, drawn, words = counts.sum(axis=1), counts, counts.astype("str")
    if share_of:
        drawn = 100 * counts.div(total.clip(lower=1), axis=0)
        words = drawn.round().astype(int).astype("str") + " % (" + words + ")"
    columns = len(counts.columns)
    grid = {"ncols": columns, "sharey": True, "sharex": True, "squeeze": False}
    chart, panels = drawing.canvas((0.26 if plans.many else 0.36) * len(counts) + 0.5, **grid)
    room = (drawing.WIDTH - _NAMES) / columns
    colours = {"hue": drawn.index, "palette": drawing.colours(plans), "saturation": 1, "legend": False}
    for axes, kind in zip(panels[0], counts):
        seaborn.barplot(x=drawn[kind], y=drawn.index, width=0.6, ax=axes, **colours)
        strength = f"&strength={kind}" if kind in wording.STRENGTHS else ""
        urls = "place=" + places["id"] + f"{strength}\n" + places["name_en"] + f": {kind} " + words[kind]
        _finish_bars(axes, drawing.wrap(kind, room - 0.05, 8.5), words[kind], urls)
    axes.set_xlim(0, max(1, drawn.to_numpy().max()) * (1.25 + 0.25 / room))
    between = ": " if plans.many else "\n"
    names = places["label"] + between + total.astype("str") + f" {share_of or 'in all'}"
    panels[0, 0].set_yticks(range(len(names)), names, size=8.5)
    cells = words.to_dict("records")
    in_words = [", ".join(f"{kind} {cell}" for kind, cell in row.items()) for row in cells]
    rows = counts.rename_axis("jurisdiction").reset_index().assign(in_words=in_words, id="")
    return drawing.finish(chart, plans, rows, name, title, subtitle, list(counts))


def _finish_bars(axes, kind, words, urls):
    """Name the kind that a panel is about, and write at the end of each bar what it is; link both."""
    axes.set_title(kind, size=8.5, loc="left")
    axes.set(xlabel="", ylabel="", xticks=[])
    axes.spines["bottom"].set_visible(False)
    for bars_of_place, label, url in zip(axes.containers, words, urls):
        bars_of_place[0].set_url(url)
        axes.bar_label(bars_of_place, [label], padding=3, size=7.5, url=url)
