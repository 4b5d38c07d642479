"""Tables, cards and lists that a page shows: the plans in short, and the ways in to their evidence.

Links are links on a page; in a notebook what proves the words folds out beneath them, and elsewhere they are words.
"""

import re

import pandas as pd
from markupsafe import Markup

from lantian.analysis.comparability import near_census, rules
from lantian.analysis.compare import RESPECTS, comparability, strongest_by_subject, verdict_in_words
from lantian.analysis.levels import above, matched, unmatched
from lantian.analysis.matrix import cells, on_theme
from lantian.data.plans import FEW
from lantian.site import template
from lantian.text import LEDGER, wording
from lantian.text.sentences import Shown, evidence_link, link
from lantian.text.sentences import links as links  # offered as lt.tables.links

__all__ = """by_indicator by_place cards comparisons defects in_chinese levels_above links profiles series show
    summary without_target""".split()

HEADINGS = wording.words("heading")
# Columns of ids, each with the columns that it may link, the likeliest first; else it links the row's last filled cell.
LINKED = {"above_id": ["in_words"], "id": ["printed", "in_words"]}
CONTEXT = {"context.population": "population", "context.gdp": "GDP"}
# Under what `summary` lists what has no target, by the marks of cells; the last only of plans read in part.
MISSING = wording.words("missing")
LONGEST, WORDIEST = 250, 21_000  # rows and characters of a table that is not folded
MOST_PROMISES = 2  # of a plan on one headline, in `summary`


def fill(macro, *values):
    """Fill a macro of ``tables.html.j2``.

    >>> str(fill("cards", [[("place", "Yuyao"), ("lost", "nothing")]]))
    'Yuyao\\nlost\\nnothing\\n'
    """
    return Shown(getattr(template("tables.html.j2").module, macro)(*values))


def content(value):
    """Return what a template shows of a value: markup as it is, an address of the web as a link, nothing for a missing value."""
    if isinstance(value, Shown):
        return value.markup
    text = "" if pd.isna(value) else str(value)
    if text.startswith(("http://", "https://")):
        return Markup('<a href="{}" rel="noreferrer">address</a>').format(text)
    return text


def joined(separator, parts):
    """Join markup and text, the text escaped."""
    return Shown(Markup(separator).join(parts))


def show(frame, caption, address=None, searchable=False, fold=None, summary=None):
    """Show a DataFrame on the page with a caption.

    Parameters
    ----------
    frame : DataFrame
        A column ``id``, where there is one, becomes the link of ``printed``, else of ``in_words``, else of
        the last cell that is filled; ``above_id`` that of ``in_words``.
    caption : str
    address : str, optional
        A column whose cells become addresses of their rows; ``id`` is no link then.
    searchable : bool
        Let the page search and sort it.
    fold : str, optional
        A column whose values, sorted, become folds of a searchable table.
    summary : str, optional
        Words under which the table is folded, however short it is.

    Returns
    -------
    Shown
        A table, folded where it has more than `LONGEST` rows or `WORDIEST` characters; where there are none, a line that says so. Sources that repeat (the columns
        ``source`` and ``confidence``) are numbered in the rows and listed once beneath.

    Examples
    --------
    >>> import lantian as lt
    >>> plans = lt.load()
    >>> found = lt.find(plans, "straw")
    >>> shown = lt.show(found[["place", "statement", "in_words", "id"]], "Every promise on straw")
    """
    if frame.empty:
        return Shown(Markup("<p>{}: none.</p>").format(caption))
    frame, numbers, sources = _numbered(frame)
    names = [name for name in frame if name not in LINKED and name != fold]
    headings = [HEADINGS.get(name, str(name)) for name in names]
    records = zip(frame.to_dict("records"), numbers)
    rows = [_row(row, names, address, number) for row, number in records]
    if fold:
        titles = frame[fold].str.replace("_", " ").str.capitalize()
        groups = [
            (title, [rows[at] for at in places]) for title, places in titles.groupby(titles).indices.items()
        ]
        shown = fill("folds", caption, headings, groups)
    else:
        shown = fill("table", caption, headings, rows, searchable)
        if len(rows) > LONGEST or len(shown.markup.striptags()) > WORDIEST:
            summary = f"{caption} ({wording.counted(len(rows), 'row')})"
        shown = fill("fold", summary, shown.markup) if summary else shown
    return joined("", [shown.markup, fill("notes", sources).markup]) if sources else shown


def _numbered(frame):
    """Take sources that repeat out of a table: what is left, the number of each row's source, and the sources."""
    sources = [_source(row) for row in frame.to_dict("records")]
    once = list(dict.fromkeys(filter(None, sources)))
    if len(once) == sum(map(bool, sources)):
        return frame, [0] * len(frame), []
    numbers = [once.index(source) + 1 if source else 0 for source in sources]
    return frame.drop(columns=["source", "confidence"], errors="ignore"), numbers, once


def _source(row):
    """Return what a row names as its source, with its grade where it has one; empty where it names none."""
    source = content(row.get("source", ""))
    if source and "confidence" in row:
        return Markup("{} (confidence {})").format(source, row["confidence"])
    return source


def _row(row, names, address, number):
    """Return a row for the template: its address, and its cells, with links by its ids and the number of its source."""
    shown = {name: content(row[name]) for name in names}
    ids = {name: content(row.get(name, "")) for name in LINKED if name != address}
    linked = {_linked(shown, LINKED[name]): identifier for name, identifier in ids.items() if identifier}
    shown |= {name: evidence_link(identifier, shown[name]) for name, identifier in linked.items()}
    if number:
        shown[_linked(shown, [])] += Markup("<sup>[{}]</sup>").format(number)
    return {"id": row.get(address, ""), "cells": list(shown.values())}


def _linked(shown, candidates):
    """Name the column that is linked: the first candidate that is filled, else the last filled one, else the last.

    >>> _linked({"label": "Yuyao (2018)", "in_words": "all", "note": ""}, ["printed", "in_words"])
    'in_words'
    """
    filled = [name for name, cell in shown.items() if cell] or [*shown]
    return next((name for name in candidates if name in filled), filled[-1])


def levels_above(plans, theme=None, place=None):
    """Show the goals that compare with one of a level above, then why the others compare with none.

    Parameters
    ----------
    plans : Plans
    theme : str, optional
        A headline or a theme, as for `lantian.above`; by default all.
    place : str, optional
        The id of one place; by default all.

    Returns
    -------
    None
        Two tables are displayed.
    """
    from IPython.display import display

    rows = above(plans.of(place), theme).drop(columns="label") if place else above(plans, theme)
    display(show(matched(rows), "Local goals and the levels above them"))
    display(show(unmatched(plans, rows), "Goals held against none above, and why"))


def cards(frame):
    """Show a DataFrame as cards, one a row, in a fold where they are many: its first cell the heading, the others a list.

    Returns
    -------
    Shown
    """
    rows = [[(name, content(value)) for name, value in row.items()] for row in frame.to_dict("records")]
    shown = fill("cards", rows)
    return fill("fold", f"All {len(rows)}, by {frame.columns[0]}", shown.markup) if len(rows) > FEW else shown


def chinese(words):
    """Mark words as Chinese, so that a browser reads and draws them as such."""
    return Markup('<span lang="zh">{}</span>').format(words)


def in_chinese(words):
    """Mark each text of a column as Chinese."""
    return [Shown(chinese(word)) for word in words]


def summary(plans):
    """Sum each plan up in one row: its main promises on each headline, and its silences.

    Returns
    -------
    DataFrame
        plan, coal, air, vehicles, not addressed, may be in a lost part, and, where a plan was read in part, what is not
        known; each linked to its evidence.
    """
    every = cells(plans, "headline")
    every["headline"] = every["indicator"].map(plans.indicators.set_index("id")["headline"])
    headlines = list(every["headline"].unique())
    missing = dict.fromkeys(MISSING.values())
    if "unread" not in set(every["mark"]):
        del missing[MISSING["unread"]]
    rows = []
    for place in plans.places.itertuples():
        mine = every[every["jurisdiction"] == place.id]
        without = [_subjects(mine[mine["mark"].map(MISSING) == name]) for name in missing]
        main = [_main_promises(mine[mine["headline"] == headline]) for headline in headlines]
        rows.append([place.label, *main, *without])
    return pd.DataFrame(rows, columns=["plan", *headlines, *missing])


def _subjects(rows):
    """Name the subjects of some cells, each linked to its evidence."""
    return joined(", ", map(evidence_link, rows["id"], rows["indicator_name"])) if len(rows) else "none"


def without_target(plans, theme):
    """Show on which headline subjects plans have no target, by the reason.

    Parameters
    ----------
    plans : Plans
    theme : str
        A headline (coal, air, vehicles).

    Returns
    -------
    Shown
        A row a reason, with the places, and of each its subjects, linked to what the plan says instead; of many places the
        number on each subject.
    """
    empty = cells(plans, theme).query("count == 0")
    rows = []
    for reason, of_reason in empty.groupby("in_words", sort=False):
        if plans.many:
            subjects = of_reason.groupby(["indicator", "indicator_name"], sort=False).size().items()
            named = [on_evidence(f"{name}: {count} plans", subject) for (subject, name), count in subjects]
        else:
            places = of_reason.groupby("place", sort=False)
            named = [Markup("{}: {}").format(place, _subjects(mine)) for place, mine in places]
        rows.append([reason, joined("; ", named)])
    return show(pd.DataFrame(rows, columns=["reason", "places and subjects"]), "No target, by reason")


def on_evidence(words, indicator):
    """Link words to the rows of the evidence page that are about an indicator.

    >>> str(on_evidence("3 plans", "air.pm25"))
    '3 plans'
    """
    return link(LEDGER, words, f"indicator={indicator}")


def _main_promises(mine):
    """Link the firmest promises of a plan on one headline; without any, say "no target" and why."""
    firmest = mine.sort_values("firmness", kind="stable")
    promised = firmest[firmest["count"] > 0].head(MOST_PROMISES)
    if len(promised):
        words = map(
            evidence_link, promised["id"], promised["in_words"].str.replace(r"; \d+ more$", "", regex=True)
        )
        return joined("; ", map(Markup("{}: {}").format, promised["indicator_name"], words))
    each = firmest.drop_duplicates("in_words")
    return Shown(f"no target: {wording.names(map(evidence_link, each['id'], each['in_words']))}")


def profiles(plans):
    """Introduce each plan: what it is, who issued it when, what is lost, how large the place is.

    Returns
    -------
    DataFrame
        A row a plan. Population and GDP carry year, source and confidence, and are
        those of the year nearest to the census of 2020.
    """
    nearest = {name: near_census(plans.observations, indicator) for indicator, name in CONTEXT.items()}
    places, documents = plans.places.itertuples(), plans.documents_read
    rows = [_profile(place, documents.loc[place.id], nearest) for place in places]
    return pd.DataFrame(rows)


def _profile(place, document, nearest):
    """Return the row of `profiles` of a place, by its document and the observations nearest to the census."""
    is_part = document["access"] == "partial"
    name = ", ".join(filter(None, (f"{place.name_en} {place.name_zh}", place.province)))
    same = "the same" if document["relation"] == "original" else "not known"
    lost = [wording.ACCESS["partial"] if is_part else "", document["missing_parts"]]
    sizes = {
        name: _size(seen.loc[place.id]) if place.id in seen.index else "not known"
        for name, seen in nearest.items()
    }
    return {
        "place": f"{name}; {place.level}",
        "document": _titled(document),
        "issuer": document["issuer_zh"] or f"not in the {'part that was read' if is_part else 'text'}",
        "issued": document["issued"].replace("?", " (inferred)"),
        "first issue": document["first_issued"].replace("?", " (not seen)") or same,
        "lost or not read": "; ".join(filter(None, lost)) or "no known losses",
    } | sizes


def _titled(document):
    """Name a document in both languages, with its genre and number, linked to its row of the evidence."""
    names = ", ".join(filter(None, (document["title_zh"], document["number"])))
    title = evidence_link(document["id"], document["title_en"])
    return Shown(Markup("{} {} ({})").format(title, chinese(names), document["genre"]))


def _size(seen):
    """Word an observation of a place: "1,254,032 (2020; census; confidence A)"."""
    value, unit = seen["value"], {"人": ""}.get(seen["unit"], seen["unit"])
    if unit == "亿元":
        value, unit = value / 10, " billion CNY"
    return f"{value:,.10g}{unit} ({seen['year']}; {seen['source']}; confidence {seen['confidence']})"


def defects(plans):
    """List what is wrong with the texts, the rows affected linked to their evidence.

    Returns
    -------
    DataFrame
        plan, defect, restored, affects.
    """
    places = plans.documents.set_index("id")["jurisdiction"]
    labels = plans.text_defects["document"].map(places).map(plans.places.set_index("id")["label"])
    affects = [_with_links(text, plans.by_id) for text in plans.text_defects["affects"]]
    return plans.text_defects.assign(plan=labels, affects=affects)[["plan", "defect", "restored", "affects"]]


def _with_links(text, ids):
    """Link each id in a text to its evidence."""
    parts = re.split("([a-z0-9-]+)", text)
    return joined("", [evidence_link(part, part) if part in ids else part for part in parts])


def series(plans, theme=None):
    """List what was measured, as what it is: one row for each place, measure and source.

    Parameters
    ----------
    plans : Plans
    theme : str, optional
        A headline or a theme; by default all.

    Returns
    -------
    DataFrame
        place (of the plans first, then those above), indicator_name, unit, scope (what it covers), source with its
        confidence, measured (values by year).
    """
    subjects = plans.indicators.rename(columns={"id": "indicator", "name_en": "indicator_name"})
    places = plans.jurisdictions.rename(columns={"id": "jurisdiction", "name_en": "place"})
    rows = plans.observations.merge(
        subjects[["indicator", "indicator_name", "theme", "headline"]], on="indicator"
    )
    rows = rows.merge(places[["jurisdiction", "place", "role", "order"]], on="jurisdiction")
    rows = on_theme(plans, rows, theme).sort_values(["role", "order", "place", "indicator", "year"])
    years = rows["year"].astype("str").fillna("year not given")
    rows["measured"] = years + ": " + rows["value"].map(wording.number).astype("str")
    rows["source"] += "; confidence " + rows["confidence"]
    rows["unit"] = rows["unit"].map(plans.units.set_index("unit")["label_en"])
    keys = ["place", "indicator_name", "unit", "scope", "source"]
    return rows.groupby(keys, sort=False)["measured"].agg("; ".join).reset_index()


def by_place(plans):
    """Show each plan in one row: a name leads to the page of its place, a count to the first row of the evidence.

    Returns
    -------
    Shown
    """
    documents = plans.documents_read
    rows = []
    for place in plans.places.itertuples():
        document = documents.loc[place.id]
        years = wording.period(document["period_start"], document["period_end"])
        counts = [_count(table, place.id) for table in (plans.targets, plans.gaps)]
        name = joined(" ", [link(f"place_{place.id}.html", place.label), chinese(place.name_zh)])
        rows.append([name, place.province, document["title_en"], years, *counts])
    columns = ["place", "province", "plan", "years", "targets", "without a target"]
    summary = f"{len(rows)} places, by name" if plans.many else None
    return show(
        pd.DataFrame(rows, columns=columns), "Each place, its plan and the rows from it", summary=summary
    )


def _count(rows, place):
    """Count the rows of a place, linked to the first of them."""
    mine = rows[rows["jurisdiction"] == place].sort_values(["theme", "indicator", "id"])
    return Shown(evidence_link(mine.iloc[0]["id"], str(len(mine)))) if len(mine) else "none"


def by_indicator(plans):
    """List every indicator by theme, to fold out, with the main promise of each plan that has one.

    Returns
    -------
    Shown
    """
    promised = cells(plans, indicators=plans.indicators["id"]).query("count > 0")
    promised = promised.merge(plans.every_target[["id", "statement_en", "core"]], on="id")
    # A parameter, or a date, makes no sense without the act that it belongs to.
    stands_alone = promised["core"].eq("yes") & (promised["mark"] != "dated")
    promised["in_words"] = promised["in_words"].where(stands_alone, promised["statement_en"])
    promises = {name: _promises(rows, plans.many) for name, rows in promised.groupby("indicator")}
    return fill("by_theme", _themes(plans, promises), promises)


def _themes(plans, ids):
    """Return the indicators with some ids by theme, as ``{"air": [{"id": "air.pm25", "name_en": "PM2.5", …}, …], …}``."""
    indicators = plans.indicators[plans.indicators["id"].isin(ids)].sort_values("name_en")
    return {name.replace("_", " "): rows.to_dict("records") for name, rows in indicators.groupby("theme")}


def comparisons(plans):
    """Show a form to compare what a reader chooses, which scripts fill, and, by indicator, how each target compares.

    Returns
    -------
    Shown
        For each theme a fold with a table: plan, promise, firmness, and how far it compares in value, date, pace and
        wording; parameters of operation are left out where a subject has other targets. Of many places no form, and for
        each subject the degree of its best pair.
    """
    if plans.many:
        core = plans.targets.query("core == 'yes'").sort_values(["theme", "indicator_name"])
        subjects = list(core["indicator"].unique())
        return show(comparability(plans, subjects), "Each subject, and what compares best in value")
    targets = plans.targets
    in_core = targets["core"] == "yes"
    targets = targets[in_core | ~in_core.groupby(targets["indicator"]).transform("any")]
    by_subject = targets.groupby("indicator")
    words = verdicts(plans, targets[by_subject["jurisdiction"].transform("nunique") > 1])
    rows = {name: [_compared(row, words) for row in found.itertuples()] for name, found in by_subject}
    numbers, places = by_subject["jurisdiction"].nunique(), plans.places.to_dict("records")
    return fill("comparisons", _themes(plans, rows), rows, numbers, places, list(RESPECTS))


def verdicts(plans, targets, respects=RESPECTS):
    """Say of each target how far it compares with those of other plans, in each respect.

    As ``{"yuyao-pm25-2020": {"value": "caveat with Jincheng (2016?); …", "date": "no; …"}, …}``.
    """
    judging, found = rules(plans), {}
    for of in respects:
        for row in strongest_by_subject(judging, targets, of).itertuples():
            found.setdefault(row.id, {})[of] = verdict_in_words(row)
    return found


def _compared(row, verdict_words):
    """Return a row of the tables of `comparisons`, without verdicts where no other plan has a target."""
    promise = joined(", ", filter(None, [evidence_link(row.id, wording.target(row)), wording.thing(row)]))
    compares = joined("<br>", [f"{of}: {words}" for of, words in verdict_words.get(row.id, {}).items()])
    return {"id": "", "cells": [row.label, promise.markup, row.strength, compares.markup]}


def _promises(rows, many):
    """Name each plan with its promise on an indicator, linked to its evidence; of many plans the number, linked to all."""
    if many:
        return on_evidence(wording.counted(len(rows), "plan"), rows["indicator"].iloc[0])
    promises = map(evidence_link, rows["id"], rows["in_words"])
    return Markup("; ").join(map(Markup("{}: {}").format, rows["place"], promises))


def __dir__():
    return __all__
