"""Hold each goal against the levels above its place, as far as they were read."""

import re
from itertools import product

import pandas as pd

from lantian.analysis.comparability import SIZED
from lantian.analysis.matrix import chosen, known
from lantian.text import wording
from lantian.text.sentences import Shown, evidence_link

COLUMNS = [
    "jurisdiction",
    "label",
    "id",
    "printed",
    "above",
    "above_id",
    "above_printed",
    "relation",
    "says",
    "source",
    "confidence",
]
# Relations, from the most to the least that can be told.
RELATIONS = ("copied", "equal", "stricter", "looser", "another measure", "assigned", "parent not read")
# Differences that do not keep two goals apart, but that the sentence must tell.
NOT_COUNTED = ("area", "subject", "subject_class", "base")


def cascade(plans, indicator):
    """Compare each focus plan's goal with those of the levels above it.

    A goal is held against a reference goal of one kind, unit, target year and base
    year; where what is counted differs (area, subject, base) the sentence says so.
    A reference document issued after the plan is said to be later.

    Parameters
    ----------
    plans : Plans
    indicator : str

    Returns
    -------
    DataFrame
        A row for each goal (or gap) and each place above with a goal:
        jurisdiction, label, id, printed, above (place), above_id, above_printed,
        relation (one of `RELATIONS`), says, source (the document above), confidence. A chain that was not read
        ends in ``parent not read``, never in "stated nowhere above".
    """
    known(plans.indicators, indicator)
    return _held(plans, [indicator]).drop(columns="indicator")


def above(plans, theme=None):
    """Gather `cascade` over a theme, or over every headline indicator and every other that a level above has a goal on.

    Parameters
    ----------
    plans : Plans
    theme : str, optional
        A headline or a theme.

    Returns
    -------
    DataFrame
        As `cascade`, with ``indicator`` (its name).
    """
    set_above = plans.targets[(plans.targets["role"] == "reference") & (plans.targets["kind"] != "standard")][
        "indicator"
    ]
    some = plans.indicators["id"].isin(set_above) | (plans.indicators["headline"] != "")
    indicators = chosen(plans.indicators, theme) if theme else plans.indicators[some]
    rows = _held(plans, indicators["id"])
    return rows.assign(indicator=rows["indicator"].map(indicators.set_index("id")["name_en"]))


def ends(plans, chain):
    """Say once for each plan why goals of it are held against none above, and name these.

    Parameters
    ----------
    plans : Plans
    chain : DataFrame
        As from `above`.

    Returns
    -------
    DataFrame
        label, says, goals (their indicators, each linked to its evidence).
    """
    alone = (
        plans.focus[["label"]]
        .merge(chain[chain["above_id"] == ""])
        .drop_duplicates(["label", "says", "indicator"])
    )
    groups = alone.groupby(["label", "says"], sort=False)[["id", "indicator"]]
    rows = [
        (*key, Shown(", ".join(map(evidence_link, goals["id"], goals["indicator"])))) for key, goals in groups
    ]
    return pd.DataFrame(rows, columns=["label", "says", "goals"])


def ancestors(plans, place):
    """List the places above a place, the nearest first, up to the nation."""
    parents, chain = plans.jurisdictions.set_index("id")["parent"], []
    while parents.get(place):
        place = parents[place]
        chain.append(place)
    return chain


def key_regions(plans):
    """Show which places lie in a national key region, document by document: membership has changed.

    Rules for key regions are stricter, so a plan inside may look strict by copying them, and one outside may take
    them over of its own accord.

    Parameters
    ----------
    plans : Plans

    Returns
    -------
    DataFrame
        A row a document, the earliest first: id, title, issued, and a column for each plan with its region, ``outside``,
        or nothing where the list was not seen.

    Examples
    --------
    >>> import lantian as lt
    >>> regions = lt.levels.key_regions(lt.load())
    >>> regions.set_index("id").loc["china-2018", "Shuocheng (2018)"]
    'outside'
    """
    rows = plans.key_regions.merge(
        plans.focus[["id", "label"]], left_on="jurisdiction", right_on="id"
    ).assign(inside=lambda rows: rows["member"] == "yes")
    rows = rows.sort_values("inside", ascending=False, kind="stable").drop_duplicates(["document", "label"])
    rows["region"] = rows["region"].where(rows["inside"], "outside")
    wide = (
        rows.pivot(index="document", columns="label", values="region")
        .reindex(columns=plans.focus["label"])
        .fillna("")
    )
    documents = plans.documents.set_index("id")[["title_en", "issued"]].rename(columns={"title_en": "title"})
    return (
        wide.join(documents)
        .sort_values("issued")
        .rename_axis("id")
        .reset_index()[["id", "title", "issued", *wide.columns]]
    )


def _covers(plans):
    """Return a test: whether a goal for a named part of a level above, a city or a key region, holds for a place.

    A place is inside a region only where the goal's own document lists it so: regions differ from document to document.
    """
    members = (
        plans.key_regions[plans.key_regions["member"] == "yes"]
        .groupby(["jurisdiction", "document"])["region"]
        .apply(list)
    )
    regions, names = members.to_dict(), plans.jurisdictions.set_index("id")["name_en"]

    def covers(goal, place):
        own = [names[name] for name in (place, *ancestors(plans, place)) if name != goal.jurisdiction]
        if goal.area != "named" or any(name in goal.statement_en for name in own):
            return True
        inside = regions.get((place, goal.document), ())
        return any(region in goal.statement_en for region in inside) or bool(
            inside and re.search("(?<!outside )key[- ]region", goal.statement_en)
        )

    return covers


def _held(plans, indicators):
    """Hold each goal and gap on indicators against the levels above its place."""
    goals, gaps = _listed(_sourced(plans), indicators), _listed(plans.gaps, indicators)
    names = plans.jurisdictions.set_index("id")["name_en"]
    documents = plans.documents
    unread = set(documents.loc[documents["access"] == "not_seen", "jurisdiction"]) | set(names.index) - set(
        documents["jurisdiction"]
    )
    chains, covers = {place: ancestors(plans, place) for place in plans.focus["id"]}, _covers(plans)
    inside = {
        (row.jurisdiction, row.document): row.member == "yes"
        for row in plans.key_regions.sort_values("member").itertuples()
    }
    rows = []
    for indicator, place in product(indicators, plans.focus.itertuples()):
        chain, mine = chains[place.id], goals.get((place.id, indicator), [])
        higher = [
            goal
            for name in chain
            for goal in goals.get((name, indicator), [])
            if goal.kind != "standard" and goal.core == "yes" and covers(goal, place.id)
        ]
        told = [row for goal in mine for row in _against(goal, higher, inside)]
        told += _end(
            mine, [names[name] for name in chain if name in unread], any(name in unread for name in chain[:1])
        )
        if not mine:
            told = [
                row
                for gap in gaps.get((place.id, indicator), [])
                for row in _assigned(gap, goals, names, unread)
            ]
        rows += [(place.id, place.label, *row, indicator) for row in told]
    return pd.DataFrame(rows, columns=[*COLUMNS, "indicator"])


def _sourced(plans):
    """Add to the targets what is known of their documents: source, confidence and date of issue."""
    documents = plans.documents.set_index("id")
    sources = {
        row.Index: ", ".join(filter(None, (row.title_en, row.number, row.issued)))
        for row in documents.itertuples()
    }
    own = plans.targets["document"]
    return plans.targets.assign(
        source=own.map(sources),
        confidence=own.map(documents["confidence"]),
        dated=own.map(documents["issued"]),
    )


def _listed(rows, indicators):
    """Map place and indicator to their rows."""
    groups = {}
    for row in rows[rows["indicator"].isin(indicators)].itertuples():
        groups.setdefault((row.jurisdiction, row.indicator), []).append(row)
    return groups


def _against(target, higher, inside):
    """Hold one target against the goals above it on its indicator."""
    same = [other for other in higher if _one_measure(target, other)]
    for other in same:
        relation = _relation(target, other)
        above = other.place, other.id, wording.target(other)
        yield (
            target.id,
            wording.target(target),
            *above,
            relation,
            _sentence(target, other, relation, inside),
            other.source,
            other.confidence,
        )
    if higher and not same:
        says = "the levels above promise it in another kind, unit or year, for other places, or as an amount of their own size"
        yield _alone(target.id, wording.target(target), "another measure", says)


def _alone(identifier, printed, relation, says):
    """Tell a goal or a gap that is held against no goal above it."""
    return identifier, printed, "", "", "", relation, says, "", ""


def _end(mine, unread, directly):
    """Say once for an indicator which plan above the place, the nearest, was not read."""
    says = (
        f"the plan of {unread[0]}, {'directly' if directly else 'further'} above, was not read"
        if unread
        else ""
    )
    return [_alone(goal.id, wording.target(goal), "parent not read", says) for goal in mine[:1] if unread]


def _one_measure(target, other):
    """Whether two goals share kind, unit, target year and, for a change, base year."""
    fields = ["kind", "standard_unit", "target_year"] + ["baseline_year"] * (target.kind == "change")
    pairs = [(getattr(target, name), getattr(other, name)) for name in fields]
    if target.extensive == "yes" and target.kind in SIZED:
        return False  # an amount that grows with the place has no measure in common with a larger place's
    if target.level == "county" and other.subject == "prefecture_level_city":
        return False  # a goal for cities of that level is none for a county
    if "whole" not in (areas := {target.area, other.area}) and "rural" in areas and len(areas) > 1:
        return False  # a share of rural areas and one of towns have nothing in common
    known = pd.notna(target.amount) and pd.notna(other.amount) and pd.notna(target.target_year)
    return known and all(
        (pd.isna(a) and pd.isna(b)) or (pd.notna(a) and pd.notna(b) and a == b) for a, b in pairs
    )


def _relation(target, other):
    if target.amount == other.amount:
        alike = all(getattr(target, name) == getattr(other, name) for name in ("operator", *NOT_COUNTED))
        return "copied" if alike and not _later(other.dated, target.dated) else "equal"
    lower = target.amount < other.amount
    return "stricter" if lower == (target.better == "lower") else "looser"


def _sentence(target, other, relation, inside):
    """Word how a goal stands to one above; where strictness is judged, with whether the place lies in a key region of that document."""
    words = {
        "copied": "figure for figure",
        "equal": "the same figure as",
        "stricter": "stricter than",
        "looser": "looser than",
    }[relation]
    counted = [
        name.replace("_", " ") for name in NOT_COUNTED if getattr(target, name) != getattr(other, name)
    ]
    differs = (
        f", but {wording.names(counted)} differ{'s' * (len(counted) == 1)}: {wording.thing(target)}, against {wording.thing(other)}"
        if counted
        else ""
    )
    base = (
        f", its base year {target.baseline_basis}"
        if target.baseline_basis in ("inferred", "ambiguous")
        else ""
    )
    later = ", a later document" if _later(other.dated, target.dated) else ""
    region = ""
    if relation in ("stricter", "looser") and (target.jurisdiction, other.document) in inside:
        place = "inside" if inside[target.jurisdiction, other.document] else "outside"
        region = f"; {target.place} lies {place} the key regions of that document"
    return f"{words} {other.place}'s {wording.target(other)}{later}{differs}{base}{region}"


def _later(one, other):
    """Whether a document is surely later: by year where a date is short or in doubt."""
    length = 4 if "?" in one + other else min(len(one), len(other))
    return one[:length] > other[:length]


def _assigned(gap, goals, names, unread):
    """Follow a target that a level above sets to where its trail ends."""
    for name in gap.assigned_by.split(";") if gap.status == "assigned" else ():
        says = "set by a level that is not named; figure not printed"
        if name != "unstated":
            theirs = goals.get((name, gap.indicator))
            end = "whose plan was not read" if name in unread else "whose goal is not known"
            says = f"set by {names[name]}, " + (f"which says {wording.target(theirs[0])}" if theirs else end)
        yield _alone(gap.id, wording.gap(gap), "assigned", says)


def limits(plans, indicator, year):
    """List limits and guidelines on an indicator, in force at a year or set later.

    Parameters
    ----------
    plans : Plans
    indicator : str
    year : int
        The target year that they are held against.

    Returns
    -------
    DataFrame
        amount, says, hindsight (set or applying only after the year), id.
    """
    rows = plans.targets.query("role == 'reference' and kind == 'standard' and core == 'yes'")
    rows = rows[(rows["indicator"] == indicator) & rows["amount"].notna() & pd.notna(year)]
    documents = plans.documents.set_index("id")
    issued = rows["document"].map(documents["issued"]).str[:4].astype(int)
    late = (issued > year) | rows["target_year"].fillna(0).gt(year)
    says = [
        f"{documents.loc[row.document, 'genre']} {documents.loc[row.document, 'issued'][:4]}: {wording.number(row.amount)}{', in hindsight' if after else ''}"
        for row, after in zip(rows.itertuples(), late)
    ]
    return (
        pd.DataFrame({"amount": rows["amount"], "says": says, "hindsight": late, "id": rows["id"]})
        .sort_values("amount")
        .reset_index(drop=True)
    )


def held(plans, theme=None, place=None):
    """List the goals that stand beside a goal of a level above, ready for a table.

    Parameters
    ----------
    plans : Plans
    theme : str, optional
        As for `above`.
    place : str, optional
        The id of one place; by default all.

    Returns
    -------
    DataFrame
        label, indicator, printed, says, source (with its confidence), id, above_id.
    """
    rows = above(plans, theme).query("above_id != ''")
    rows = rows.assign(source=rows["source"] + " (confidence " + rows["confidence"] + ")")
    chosen_rows = rows if place is None else rows[rows["jurisdiction"] == place]
    return chosen_rows[["label", "indicator", "printed", "says", "source", "id", "above_id"]]
