"""A chart to explore: every dated promise of a theme, with its words under the pointer."""

import json

import pandas as pd
import plotly.graph_objects as go
from markupsafe import Markup

from lantian.analysis.duties import day_due
from lantian.analysis.matrix import chosen, on_theme
from lantian.charts import drawing
from lantian.errors import CallError
from lantian.text import wording

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
    rows = _rows(plans, theme)
    places = plans.places[plans.places["id"].isin(rows["jurisdiction"])] if plans.many else plans.places
    if rows.empty:
        ways_out = f"lt.cells(plans, {theme!r}) lists what they have"
        raise CallError(f"no plan has a dated promise on {theme}; {ways_out}")
    figure = _Figure()
    for strength in wording.STRENGTHS:
        if strength in set(rows["strength"]):
            figure.add_trace(_trace(rows[rows["strength"] == strength], strength, drawing.colours(plans)))
            figure.add_trace(_entry(strength))
    table = rows[["place", "statement_en", "strength", "quote", "clause", "id"]].values.tolist()
    for lane, place in enumerate(places.itertuples()):
        if place.id not in set(rows["jurisdiction"]):
            note = {"text": "no dated promise", "yshift": 10, "showarrow": False, "xanchor": "left"}
            figure.add_annotation(x=rows["when"].min(), y=lane, **note)
            table.append([place.name_en, "no dated promise", "", "", "", ""])
    labels = list(places["label"] if plans.many else places["label"].str.replace(" (", "<br>("))
    lanes = {"tickvals": list(range(len(labels))), "ticktext": labels, "range": [len(labels) - 0.4, -0.6]}
    words = {"name": f"{theme}-explore", "title": f"Every dated promise on {theme}"}
    columns = ["place", "in_words", "strength", "words", "clause", "id"]
    height = 90 + (32 if plans.many else 80) * len(labels)
    look = _LOOK | {"yaxis": lanes | _LOOK["yaxis"], "meta": words | {"columns": columns, "rows": table}}
    return figure.update_layout(template="none", height=height, **look)


def _rows(plans, theme):
    """List the dated targets of a theme, each with its height ``y``: those of one place and day stand one above the other."""
    chosen(plans.indicators, theme)  # raises for an unknown theme
    rows = on_theme(plans.targets, theme).dropna(subset="target_year")
    rows = rows.assign(when=day_due(rows))
    same_day = rows.groupby(["jurisdiction", "when"])["id"]
    number, size = same_day.cumcount(), same_day.transform("size")
    focus = drawing.places_of(plans, rows) if plans.many else plans.focus
    lanes = {place: lane for lane, place in enumerate(focus)}
    spread = (number - (size - 1) / 2) * (0.7 / size.clip(lower=6))
    rows = drawing.with_marks(plans, rows)
    rows["y"] = rows["jurisdiction"].map(lanes).astype(float) + spread
    return rows.sort_values(["order", "when", "id"], kind="stable")


def _trace(rows, strength, palette):
    """Draw the targets of one strength."""
    colors = list(rows["jurisdiction"].map(palette))
    symbols = list(rows["mark"].map(_SHAPES) + rows["hollow"].map({True: "-open", False: ""}))
    marker = {"symbol": symbols, "size": 9, "color": colors, "line": {"width": 1.5, "color": colors}}
    return go.Scatter(
        x=pd.to_datetime(rows["when"]).dt.strftime("%Y-%m-%d").tolist(),
        y=rows["y"].round(3).tolist(),
        mode="markers",
        legendgroup=strength,
        showlegend=False,
        marker=marker,
        text=[str(_HOVER.format(row, wording.date(row))) for row in rows.itertuples()],
        hovertemplate="%{text}<extra></extra>",
    )


def _entry(strength):
    """Name a strength in the legend by a grey mark: a colour would be a place's."""
    symbol = "circle-open" if strength == "aspirational" else "circle"
    marker = {"symbol": symbol, "color": _GREY, "size": 9, "line": {"width": 1.5, "color": _GREY}}
    return go.Scatter(x=[None], y=[None], mode="markers", name=strength, legendgroup=strength, marker=marker)
