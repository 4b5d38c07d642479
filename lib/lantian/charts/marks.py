"""The language of marks, the same in every chart: what a shape, a fill and an edge mean."""

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.path import Path

from lantian.charts import drawing
from lantian.text.sentences import Shown

_DASH = Path([(-1, -0.2), (1, -0.2), (1, 0.2), (-1, 0.2), (-1, -0.2)])
SHAPES = {"target": "o", "word": "s", "converted": "^", "measured": "D", "none": _DASH}
# How pages explain them: a character that looks alike, and what it means.
KEY = {
    "●": "a target: mandated, stated plainly or hedged (the hedge in words)",
    "○": "aimed for",
    "◌": "a dashed edge: the year or the base year is inferred or ambiguous",
    "■": "“all” or “none” in words, at the edge of an axis of figures",
    "▲": "a value converted from the one printed, the input named",
    "◆": "measured",
    "–": "no target, the reason in words",
}
_GREY = {"none", "measured"}


def key():
    """Explain the marks, in a line for a page.

    Returns
    -------
    Shown

    Examples
    --------
    >>> import lantian as lt
    >>> str(lt.charts.key()).startswith("Marks: ● a target")
    True
    """
    parts = Markup("; ").join(Markup("<b>{}</b> {}").format(*pair) for pair in KEY.items())
    return Shown(Markup('<p class="key">Marks: {}. A colour is a place.</p>').format(parts))


def meaning(plans, rows):
    """Add to rows how each is marked, looked up by its id: mark (of `SHAPES`), hollow and dashed.

    Parameters
    ----------
    plans : Plans
    rows : DataFrame
        ``id`` of a target, or of a gap or empty for no target; ``converted`` where a value was; a row that has
        a ``mark`` keeps it.

    Returns
    -------
    DataFrame
    """
    facts = plans.targets.set_index("id")[
        ["value_basis", "strength", "year_basis", "baseline_basis"]
    ].reindex(rows["id"])
    converted = rows["converted"].eq(True) if "converted" in rows else False
    cases = [converted, facts["value_basis"].isna().to_numpy(), (facts["value_basis"] == "word").to_numpy()]
    found = pd.Series(np.select(cases, ["converted", "none", "word"], "target"), rows.index)
    return rows.assign(
        mark=rows["mark"].fillna(found) if "mark" in rows else found,
        hollow=(facts["strength"] == "aspirational").to_numpy(),
        dashed=facts[["year_basis", "baseline_basis"]].isin(["inferred", "ambiguous"]).any(axis=1).to_numpy(),
    )


def draw(axes, rows, palette, size=8):
    """Draw a mark for each row, where ``x`` and ``y`` are, in its place's colour, by `meaning`; what is no target is grey."""
    import seaborn  # here, because it loads slowly and not every chart has marks

    rows = rows[rows["x"].notna()]
    if rows.empty:
        return
    colour = (
        rows["jurisdiction"].map(palette).mask(rows["mark"].isin(_GREY), drawing.GREY).fillna(drawing.GREY)
    )
    rows = rows.assign(colour=colour)
    styles = {"style": "mark", "markers": {mark: SHAPES[mark] for mark in rows["mark"]}}
    colours = {"hue": "colour", "palette": {name: name for name in colour}, "legend": False}
    seaborn.scatterplot(rows, x="x", y="y", s=size**2, zorder=3, ax=axes, **colours, **styles)
    axes.set(xlabel="", ylabel="")
    points = axes.collections[-1]
    points.ids = list(rows["id"])  # which mark is of which row
    points.set_facecolors(list(colour.mask(rows["hollow"], drawing.PAPER)))
    points.set_edgecolors(list(colour.mask(rows["dashed"] & ~rows["hollow"], drawing.INK)))
    points.set_linestyles([(0, (1.5, 1)) if dashed else "-" for dashed in rows["dashed"]])
    points.set_linewidths(1.5)


def hedge(row):
    """Say behind a target's words how it is hedged, or that it is aimed for; nothing behind others."""
    word = "aimed for" if row.strength == "aspirational" else row.hedge
    return f" ({word})" if word and word != "about" else ""  # which the amount says itself
