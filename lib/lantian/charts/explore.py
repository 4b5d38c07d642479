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
    chosen(plans.indicators, theme)  # raises for an unknown theme
    rows = on_theme(plans.targets, theme).dropna(subset="target_year")
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
    spread = (number - (size - 1) / 2) * (0.7 / size.clip(lower=6))
    rows["y"] = rows["jurisdiction"].map(places.index) + spread
    return rows.sort_values(["order", "when", "id"], kind="stable")


def _promises(rows, strength):
    """Draw the targets of one strength, with their words under the pointer."""
    return _marks(
        strength,
        symbol=list(rows["mark"].map(_SHAPES) + rows["hollow"].map({True: "-open", False: ""})),
        color=list(rows["colour"]),
        x=pd.to_datetime(rows["when"]).dt.strftime("%Y-%m-%d").tolist(),
        y=rows["y"].round(3).tolist(),
        showlegend=False,
        text=[str(_HOVER.format(row, wording.date(row))) for row in rows.itertuples()],
        hovertemplate="%{text}<extra></extra>",
    )


def _entry(strength):
    """Name a strength in the legend by a grey mark: a colour would be a place's."""
    symbol = "circle-open" if strength == "aspirational" else "circle"
    return _marks(strength, symbol, _GREY, x=[None], y=[None], name=strength)


def _marks(strength, symbol, color, **points):
    marker = {"symbol": symbol, "size": 9, "color": color, "line": {"width": 1.5, "color": color}}
    return go.Scatter(mode="markers", legendgroup=strength, marker=marker, **points)
