"""Two ways in: by place and by indicator, each entry linked to its evidence."""

import html

from lantian.overview import cells
from lantian.prose import Shown, evidence_link, link


def by_place(plans):
    """Show each plan in one row: what it is, and where its promises and gaps begin.

    Parameters
    ----------
    plans : Plans

    Returns
    -------
    Shown
        A place's name leads to its page, a count to the first row of the evidence.
    """
    documents = plans.documents[plans.documents["access"] == "full_text"].set_index("jurisdiction")
    rows = "".join(_place(plans, place, documents.loc[place.id]) for place in plans.focus.itertuples())
    head = "".join(f'<th scope="col">{name}</th>' for name in ("place", "plan", "years", "promises", "silences and words"))
    return Shown(f"<table><caption>Each place, its plan and the rows from it</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")


def _place(plans, place, document):
    targets = plans.targets[plans.targets["jurisdiction"] == place.id].sort_values(["indicator", "id"])
    gaps = plans.gaps[plans.gaps["jurisdiction"] == place.id].sort_values(["indicator", "id"])
    name = f"{link(f'place_{place.id}.html', place.label)} {_zh(place.name_zh)}"
    plan = f"{html.escape(document['title_en'])} {_zh(document['title_zh'])}"
    counts = "".join(f"<td>{_counted(rows)}</td>" for rows in (targets, gaps))
    return f'<tr><th scope="row">{name}</th><td>{plan}</td><td>{document["period_start"]} to {document["period_end"]}</td>{counts}</tr>'


def _counted(rows):
    return evidence_link(rows.iloc[0]["id"], str(len(rows))) if len(rows) else "none"


def by_indicator(plans):
    """List every indicator by theme, with the telling promise of each plan that has one.

    Parameters
    ----------
    plans : Plans

    Returns
    -------
    Shown
        A list to fold out for each theme.
    """
    promised = cells(plans, indicators=plans.indicators["id"]).query("count > 0")
    themes = plans.indicators[plans.indicators["id"].isin(promised["indicator"])].groupby("theme", sort=True)
    return Shown(f'<div class="ways">{"".join(_theme(name, rows, promised) for name, rows in themes)}</div>')


def _theme(name, indicators, promised):
    items = "".join(_indicator(row, promised[promised["indicator"] == row.id]) for row in indicators.sort_values("name_en").itertuples())
    return f"<details><summary>{html.escape(name.replace('_', ' ').capitalize())} ({len(indicators)})</summary><ul>{items}</ul></details>"


def _indicator(row, rows):
    told = "; ".join(f"{html.escape(cell.place)} {evidence_link(cell.id, cell.says)}" for cell in rows.itertuples())
    return f"<li><strong>{html.escape(row.name_en)}</strong> {_zh(row.name_zh)}: {told}</li>"


def _zh(words):
    return f'<span lang="zh">{html.escape(words)}</span>'
