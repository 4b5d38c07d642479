"""What the pages show as tables, cards and lists: the plans in short, and the ways in to their evidence."""

import html
import re

import pandas as pd

from lantian.analysis.comparability import near_census
from lantian.analysis.matrix import HEADLINES, RANK, cells
from lantian.text import wording
from lantian.text.sentences import Shown, evidence_link, link

HEADINGS = {
    "label": "plan",
    "indicator_name": "indicator",
    "says": "what it says",
    "printed": "promise",
    "thing": "covers",
    "verdict": "compares",
}
# Which cell of a row a column of ids links, the first that is there; else the last that is filled.
LINKED = {"above_id": ["says"], "id": ["printed", "says"]}
CONTEXT = {"context.population": "population", "context.gdp": "GDP"}


def table(frame, caption, address=None, searchable=False):
    """Show a DataFrame on the page with a caption.

    Parameters
    ----------
    frame : DataFrame
        A column ``id``, where there is one, becomes the link of what is printed or said, or of
        the last cell that is filled; ``above_id`` that of what a level above says.
    caption : str
    address : str, optional
        A column whose cells become addresses of their rows; ``id`` is no link then.
    searchable : bool
        Let the page search and sort it.

    Returns
    -------
    Shown
        A table; where there are no rows, a line that says so.

    Examples
    --------
    >>> import lantian as lt
    >>> plans = lt.load()
    >>> found = lt.find(plans, "straw")
    >>> shown = lt.table(found[["place", "statement", "says", "id"]], "Every promise on straw")
    """
    if frame.empty:
        return Shown(f"<p>{html.escape(caption)}: none.</p>")
    head = "".join(
        f'<th scope="col">{html.escape(HEADINGS.get(name, str(name)))}</th>'
        for name in frame
        if name not in LINKED
    )
    body = "".join(_row(row, address) for row in frame.to_dict("records"))
    opening = '<table class="searchable">' if searchable else "<table>"
    return Shown(
        f"{opening}<caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _row(row, address):
    opening = f'<tr id="{html.escape(row[address])}">' if address else "<tr>"
    ids = {name: row.pop(name) for name in LINKED if name in row}
    row = {
        name: value if isinstance(value, Shown) else "" if pd.isna(value) else str(value)
        for name, value in row.items()
    }
    links = {
        _linked(row, name): identifier for name, identifier in ids.items() if identifier and name != address
    }
    first, *cells = (
        evidence_link(links[name], value) if name in links else _cell(value) for name, value in row.items()
    )
    rest = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'{opening}<th scope="row">{first}</th>{rest}</tr>'


def _linked(row, name):
    """Name the cell that a column of ids links."""
    return next(
        (column for column in LINKED[name] if row.get(column)), [column for column in row if row[column]][-1]
    )


def _cell(value):
    if isinstance(value, Shown):
        return value.markup
    address = html.escape(value)
    return (
        f'<a href="{address}" rel="noreferrer">address</a>'
        if value.startswith(("http://", "https://"))
        else address
    )


def cards(frame):
    """Show a DataFrame as cards, one a row: its first cell the heading, the others a list.

    Returns
    -------
    Shown
    """
    rows = (row.items() for row in frame.to_dict("records"))
    markup = "".join(article(heading, facts, 'class="card"') for (_, heading), *facts in rows)
    return Shown(f'<div class="cards">{markup}</div>')


def article(heading, facts, attributes, quote=""):
    """Write a card: its heading, a quote as markup, and a list of names and what each says."""
    items = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{value.markup if isinstance(value, Shown) else html.escape(str(value))}</dd>"
        for name, value in facts
    )
    return f"<article {attributes}><h3>{html.escape(heading)}</h3>{quote}<dl>{items}</dl></article>"


def chinese(words):
    """Mark words as Chinese."""
    return f'<span lang="zh">{html.escape(words)}</span>'


def glance(plans):
    """Sum each plan up in one row: its main promise on each headline, and its silences.

    Returns
    -------
    DataFrame
        plan, coal, air, vehicles, not said; what is promised or not said is linked to its evidence.
    """
    told = {
        headline: cells(plans, headline)
        for headline in HEADLINES
        if (plans.indicators["headline"] == headline).any()
    }
    everything, rows = pd.concat(told.values()), []
    for place in plans.focus.itertuples():
        row = {"plan": place.label} | {
            headline: _main(mine[mine["jurisdiction"] == place.id]) for headline, mine in told.items()
        }
        mine = everything[
            (everything["jurisdiction"] == place.id)
            & everything["mark"].isin(["silent_within", "silent_outside", "part_missing"])
        ]
        row["not said"] = Shown(
            ", ".join(map(evidence_link, mine["id"], mine["indicator_name"])) or "nothing"
        )
        rows.append(row)
    return pd.DataFrame(rows)


def _main(mine, most=2):
    """The two firmest promises of a plan on one headline, in words."""
    told = mine.sort_values("mark", key=lambda marks: marks.map(RANK), kind="stable")
    promised = told[told["count"] > 0].head(most)
    if len(promised):
        return Shown(
            "; ".join(
                f"{html.escape(row.indicator_name)}: {evidence_link(row.id, row.says.partition(';')[0])}"
                for row in promised.itertuples()
            )
        )
    each = told.drop_duplicates("says")
    return Shown(f"no target: {wording.names(map(evidence_link, each['id'], each['says']))}")


def context(plans):
    """Introduce each plan: what it is, who issued it when, what is lost, how large the place is.

    Returns
    -------
    DataFrame
        A row a plan. Population and GDP carry year, source and confidence, and are
        those of the year nearest to the census of 2020.
    """
    read = plans.documents[plans.documents["access"] == "full_text"].set_index("jurisdiction")
    rows = []
    for place in plans.focus.itertuples():
        document = read.loc[place.id]
        row = {"place": f"{place.name_en} {place.name_zh}, {place.level}", "document": _titled(document)}
        row |= {
            "issuer": document["issuer_zh"] or "not in the text",
            "issued": document["issued"].replace("?", " (inferred)"),
        }
        row |= {
            "first issue": document["first_issued"].replace("?", " (not seen)") or "the same",
            "lost": document["missing_parts"] or "nothing known",
        }
        row |= {name: _latest(plans.observations, place.id, indicator) for indicator, name in CONTEXT.items()}
        rows.append(row)
    return pd.DataFrame(rows)


def _titled(document):
    """Name a document in both languages, with its genre and number, linked to its row of the evidence."""
    names = chinese(", ".join(filter(None, (document["title_zh"], document["number"]))))
    return Shown(
        f"{evidence_link(document['id'], document['title_en'])} {names} ({html.escape(document['genre'])})"
    )


def _latest(observations, place, indicator):
    nearest = near_census(observations, indicator)
    if place not in nearest.index:
        return "not known"
    last = nearest.loc[place]
    value, unit = (
        (last["value"] / 10, " billion CNY")
        if last["unit"] == "亿元"
        else (last["value"], {"人": ""}.get(last["unit"], last["unit"]))
    )
    return f"{value:,.10g}{unit} ({last['year']}; {last['source']}; confidence {last['confidence']})"


def agreement(plans):
    """Count how far two readings agree, field by field.

    Percent agreement alone is given, with n: most fields have one common code, and
    a measure that corrects for chance would need more rows than a field has.

    Returns
    -------
    DataFrame
        field, n, agree, percent; the span of the fragment last.
    """
    rows = plans.second_coding
    counts = (
        rows.groupby("field")["agree"].agg(n="size", agree=lambda cells: (cells == "yes").sum()).reset_index()
    )
    counts["percent"] = [f"{100 * share:.0f} %" for share in counts["agree"] / counts["n"]]
    last = counts["field"] == "span"
    return pd.concat([counts[~last].sort_values("field"), counts[last]], ignore_index=True)


def in_chinese(words):
    """Mark each of some words as Chinese, for a column of a table: a browser then reads and draws them as such."""
    return [Shown(chinese(word)) for word in words]


def defects(plans):
    """List what is wrong with the texts, the rows affected linked to their evidence.

    Returns
    -------
    DataFrame
        plan, defect, restored, affects.
    """
    places = plans.documents.set_index("id")["jurisdiction"]
    labels = plans.text_defects["document"].map(places).map(plans.focus.set_index("id")["label"])
    known = {*plans.targets["id"], *plans.gaps["id"]}
    affects = [
        Shown(
            "".join(
                evidence_link(part if part in known else "", part) for part in re.split("([a-z0-9-]+)", text)
            )
        )
        for text in plans.text_defects["affects"]
    ]
    return plans.text_defects.assign(plan=labels, affects=affects)[["plan", "defect", "restored", "affects"]]


def disagreements(plans):
    """List where two readings disagree and how that was settled, alike cases together.

    Returns
    -------
    DataFrame
        field, settled, rows (each linked to its evidence).
    """
    rows = plans.second_coding[plans.second_coding["agree"] == "no"]
    groups = rows.groupby(["field", "adjudication"], sort=True)["target"]
    found = [
        (field, settled, Shown(", ".join(evidence_link(name, name) for name in names)))
        for (field, settled), names in groups
    ]
    return pd.DataFrame(found, columns=["field", "settled", "rows"])


# The fields that the readers of the audit judged in each row.
AUDITED = """indicator statement_en area subject subject_class base exception kind operator value value_max unit value_basis baseline_year baseline_basis
    target_year year_basis deadline timing nature strength strength_word clause lead lead_type core""".split()


def audited(plans):
    """Count what an audit of sampled rows found wrong, field by field.

    Returns
    -------
    DataFrame
        field, rows (read), wrong, doubtful, percent (wrong); the sum last.

    Examples
    --------
    >>> import lantian as lt
    >>> int(lt.audited(lt.load()).query("field == 'value'")["wrong"].item())
    0
    """
    counts = [
        (
            field,
            *(
                plans.audit[kind].str.split(";").map(lambda fields, field=field: field in fields).sum()
                for kind in ("wrong", "doubt")
            ),
        )
        for field in AUDITED
    ]
    frame = pd.DataFrame(counts, columns=["field", "wrong", "doubtful"])
    frame.insert(1, "rows", len(plans.audit))
    frame.loc[len(frame)] = ["all fields", *frame[["rows", "wrong", "doubtful"]].sum()]
    return frame.assign(
        percent=[
            f"{100 * wrong / rows:.1f} %" if rows else ""
            for wrong, rows in zip(frame["wrong"], frame["rows"])
        ]
    )


def by_place(plans):
    """Show each plan in one row: a name leads to the page of its place, a count to the first row of the evidence.

    Returns
    -------
    Shown
    """
    documents = plans.documents[plans.documents["access"] == "full_text"].set_index("jurisdiction")
    rows = []
    for place in plans.focus.itertuples():
        document = documents.loc[place.id]
        row = {"place": Shown(f"{link(f'place_{place.id}.html', place.label)} {chinese(place.name_zh)}")}
        row |= {"plan": Shown(f"{html.escape(document['title_en'])} {chinese(document['title_zh'])}")}
        row |= {"years": wording.period(document["period_start"], document["period_end"])}
        row |= {
            "promises": _counted(plans.targets, place.id),
            "silences and words": _counted(plans.gaps, place.id),
        }
        rows.append(row)
    return table(pd.DataFrame(rows), "Each place, its plan and the rows from it")


def _counted(rows, place):
    mine = rows[rows["jurisdiction"] == place].sort_values(["indicator", "id"])
    return Shown(evidence_link(mine.iloc[0]["id"], str(len(mine)))) if len(mine) else "none"


def by_indicator(plans):
    """List every indicator by theme, to fold out, with the telling promise of each plan that has one.

    Returns
    -------
    Shown
    """
    promised = cells(plans, indicators=plans.indicators["id"]).query("count > 0")
    themes = plans.indicators[plans.indicators["id"].isin(promised["indicator"])].groupby("theme", sort=True)
    return Shown(f'<div class="ways">{"".join(_theme(name, rows, promised) for name, rows in themes)}</div>')


def _theme(name, indicators, promised):
    items = "".join(
        _indicator(row, promised[promised["indicator"] == row.id])
        for row in indicators.sort_values("name_en").itertuples()
    )
    return f"<details><summary>{html.escape(name.replace('_', ' ').capitalize())} ({len(indicators)})</summary><ul>{items}</ul></details>"


def _indicator(row, rows):
    told = "; ".join(
        f"{html.escape(cell.place)} {evidence_link(cell.id, cell.says)}" for cell in rows.itertuples()
    )
    return f"<li><strong>{html.escape(row.name_en)}</strong> {chinese(row.name_zh)}: {told}</li>"
