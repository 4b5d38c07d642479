"""Charts to explore: every promise of a headline, with its words under the pointer."""

import html

import pandas as pd
import plotly.graph_objects as go

from lantian.analysis.matrix import chosen
from lantian.charts.grid import due
from lantian.charts.marks import colours
from lantian.text import wording

SYMBOLS = {"mandated": "square", "plain": "circle", "hedged": "diamond", "aspirational": "circle-open"}
INK = "#222222"


def explore(plans, theme):
    """Lay out every promise of a headline by date and place, to hover and to filter.

    Parameters
    ----------
    plans : Plans
    theme : str
        A headline or a theme.

    Returns
    -------
    plotly Figure
        A trace for each strength: a click on its name filters. The rows stand in
        ``figure.layout.meta`` for the table beneath.
    """
    lane = {place: number for number, place in enumerate(plans.focus["id"])}
    rows, palette = _rows(plans, theme, lane), colours(plans)
    figure = go.Figure()
    for strength, symbol in SYMBOLS.items():
        mine = rows[rows["strength"] == strength]
        if len(mine):
            figure.add_trace(_trace(mine, strength, symbol, palette))
    empty = plans.focus[~plans.focus["id"].isin(rows["jurisdiction"])]
    for place in empty["id"]:
        figure.add_annotation(
            x=rows["when"].min(),
            y=lane[place],
            yshift=10,
            text="no dated promise",
            showarrow=False,
            xanchor="left",
        )
    told = rows[["place", "says", "strength", "quote", "clause", "id"]].values.tolist()
    told += [[name, "no dated promise", "", "", "", ""] for name in empty["name_en"]]
    labels = plans.focus["label"].tolist()
    figure.update_layout(
        template="none",
        height=90 + 80 * len(labels),
        margin={"l": 85, "r": 10, "t": 40, "b": 40},
        font={"family": "system-ui, sans-serif", "size": 12},
        paper_bgcolor="#ffffff",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "y": 1.12, "x": 0},
        hoverlabel={"align": "left", "bgcolor": "#ffffff", "font": {"color": INK}},
        xaxis={
            "gridcolor": "#d9d9d9",
            "zeroline": False,
            "dtick": "M12",
            "tickformat": "%Y",
            "ticklabelmode": "period",
            "tickangle": 0,
            "tickfont": {"size": 10},
        },
        yaxis={
            "tickvals": list(range(len(labels))),
            "ticktext": [label.replace(" (", "<br>(") for label in labels],
            "range": [len(labels) - 0.4, -0.6],
            "gridcolor": "#d9d9d9",
            "zeroline": False,
        },
        meta={
            "name": f"{theme}-explore",
            "title": f"Every dated promise on {theme}",
            "columns": ["place", "says", "strength", "words", "clause", "id"],
            "rows": told,
        },
    )
    return figure


def _rows(plans, theme, lane):
    chosen(plans.indicators, theme)  # which says what is allowed
    indicators = plans.indicators.loc[(plans.indicators[["headline", "theme"]] == theme).any(axis=1), "id"]
    dated = due(plans, list(indicators), "target_year.notna()")
    targets = plans.targets.set_index("id")
    rows = dated[dated["when"].notna()].join(
        targets[
            ["place", "strength", "strength_word", "quote", "clause", "document", "statement_en", "order"]
        ],
        on="id",
    )
    rows["says"] = rows["statement_en"]
    crowd = rows.groupby(["jurisdiction", "when"]).cumcount()
    size = rows.groupby(["jurisdiction", "when"])["id"].transform("size")
    rows["y"] = rows["jurisdiction"].map(lane).astype(float) + (crowd - (size - 1) / 2) * (
        0.7 / size.clip(lower=6)
    )
    return rows.sort_values(["order", "when", "id"], kind="stable")


def _trace(rows, strength, symbol, palette):
    hover = [
        f"<b>{html.escape(row.says)}</b><br>“{html.escape(row.quote)}”<br>{html.escape(row.document)}, {html.escape(row.clause)}; {wording.STRENGTHS[strength]}"
        for row in rows.itertuples()
    ]
    own = [palette[place] for place in rows["jurisdiction"]]
    return go.Scatter(
        x=pd.to_datetime(rows["when"]).dt.strftime("%Y-%m-%d").tolist(),
        y=rows["y"].round(3).tolist(),
        mode="markers",
        name=wording.STRENGTHS[strength],
        marker={"symbol": symbol, "size": 9, "color": own, "line": {"width": 1.5, "color": own}},
        text=hover,
        hovertemplate="%{text}<extra></extra>",
    )
