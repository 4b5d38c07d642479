"""Compare each goal with those of the levels above its place, as far as these were read."""

import re

import pandas as pd

from lantian.analysis.comparability import SIZED
from lantian.analysis.matrix import KEY, chosen
from lantian.text import wording
from lantian.text.sentences import Shown, evidence_link

__all__ = ["RELATIONS", "above", "ancestors", "key_regions", "limits", "matched", "unmatched"]

COLUMNS = [
    *["jurisdiction", "label", "id", "printed", "above", "above_id", "above_printed"],
    *["relation", "in_words", "source", "confidence", "indicator"],
]
# Relations, from the most to the least informative.
RELATIONS = ("copied", "equal", "stricter", "looser", "another measure", "assigned", "parent not read")
JUDGED = {
    "copied": "figure for figure",
    "equal": "the same figure as",
    "stricter": "stricter than",
    "looser": "looser than",
}
OTHER_MEASURE = "the levels above promise it in another kind, unit or year, for other places, or as an amount of their own size"
# Goals that differ in these are still compared, and the sentence names the difference.
NOT_COUNTED = ("area", "subject", "subject_class", "base")


def above(plans, theme=None, indicators=None):
    """Compare each focus plan's goals with those of the levels above it.

    Two goals are compared where kind, unit, target year and base year agree; where area,
    subject or base differ, the sentence names it. A document above that was issued after
    the plan is called later.

    Parameters
    ----------
    plans : Plans
    theme : str, optional
        A headline or a theme; by default every headline indicator and every other that a
        level above has a goal on.
    indicators : list of str, optional
        Ids, instead of a theme.

    Returns
    -------
    DataFrame
        A row for each goal (or gap) and each place above with a goal:
        jurisdiction, label, id, printed, above (place), above_id, above_printed,
        relation (one of `RELATIONS`), in_words, source (the document above), confidence,
        indicator (its name). Where a plan above was not read the relation is
        ``parent not read``, never "stated nowhere above".

    Examples
    --------
    >>> import lantian as lt
    >>> chain = lt.above(lt.load(), indicators=["air.pm25"])
    >>> "stricter" in set(chain.relation)
    True
    """
    if theme or indicators:
        rows = chosen(plans.indicators, theme, indicators)
    else:
        goals = plans.targets.query("role == 'reference' and kind != 'standard'")["indicator"]
        rows = plans.indicators
        rows = rows[rows["id"].isin(goals) | (rows["headline"] != "")]
    compared = _compare_levels(plans, list(rows["id"]))
    return compared.assign(indicator=compared["indicator"].map(rows.set_index("id")["name_en"]))


def unmatched(plans, chain):
    """Name, once for each plan and reason, the goals that are compared with none above.

    Parameters
    ----------
    plans : Plans
    chain : DataFrame
        As from `above`, with or without ``label``.

    Returns
    -------
    DataFrame
        label (where there is one), in_words (the reason), goals (their indicators, each linked
        to its evidence).
    """
    rows = chain[chain["above_id"] == ""]
    keys = [name for name in ("label", "in_words") if name in rows]
    rows = rows.sort_values(
        "jurisdiction", key=lambda ids: ids.map(list(plans.focus["id"]).index), kind="stable"
    )
    rows = rows.drop_duplicates([*keys, "indicator"])
    rows["goals"] = [evidence_link(row.id, row.indicator) for row in rows.itertuples()]
    return rows.groupby(keys, sort=False)["goals"].agg(", ".join).map(Shown).reset_index()


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
    them over by choice.

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
    rows = plans.key_regions.merge(plans.focus[["id", "label"]], left_on="jurisdiction", right_on="id")
    rows["region"] = rows["region"].where(rows["member"] == "yes", "outside")
    rows = rows.sort_values("member", ascending=False, kind="stable").drop_duplicates(["document", "label"])
    regions = rows.pivot(index="document", columns="label", values="region")
    regions = regions.reindex(columns=plans.focus["label"]).fillna("")
    documents = plans.documents[["id", "title_en", "issued"]].rename(columns={"title_en": "title"})
    return documents.merge(regions, left_on="id", right_index=True).sort_values("issued", ignore_index=True)


def _compare_levels(plans, indicators):
    """Compare the goals and gaps of focus plans with the goals above them; a row each, in the order of `COLUMNS`."""
    goals = _goals(plans, indicators)
    own = goals[goals["role"] == "focus"].drop(columns=["source", "confidence"])
    pairs = _pairs(plans, own, goals)
    same = pairs[_one_measure(pairs)]
    other = own[own["id"].isin(pairs["id"]) & ~own["id"].isin(same["id"])]
    parts = [
        _compared(plans, same),
        other.assign(relation="another measure", in_words=OTHER_MEASURE),
        _parent_not_read(plans, own),
        _assigned(plans, indicators, goals),
    ]
    rows = pd.concat(part.reindex(columns=[*COLUMNS, "number"]) for part in parts)
    rows["place_order"] = rows["jurisdiction"].map(list(plans.focus["id"]).index)
    rows["indicator_order"] = rows["indicator"].map(indicators.index)
    rows = rows.sort_values(["indicator_order", "place_order", "number"], kind="stable", ignore_index=True)
    return rows[COLUMNS].fillna("").astype("str")


def _goals(plans, indicators):
    """Take the targets on indicators, with their words and what is known of their documents."""
    documents = plans.documents.set_index("id")
    named = documents[["title_en", "number", "issued"]].itertuples(index=False)
    documents = documents.assign(source=[", ".join(filter(None, parts)) for parts in named])[
        ["source", "confidence", "issued"]
    ]
    goals = plans.targets[plans.targets["indicator"].isin(indicators)]
    goals = goals.drop(columns="issued").join(documents, on="document")
    return goals.assign(
        printed=[wording.target(row) for row in goals.itertuples()],
        thing=[wording.thing(row) for row in goals.itertuples()],
        number=range(len(goals)),
    )


def _pairs(plans, own, goals):
    """Pair each goal with every core goal of a place above it; the columns of the latter end in ``_above``."""
    chains = [(place, ancestors(plans, place)) for place in plans.focus["id"]]
    chains = pd.DataFrame(chains, columns=["jurisdiction", "jurisdiction_above"])
    chains = chains.explode("jurisdiction_above").dropna()
    higher = goals[(goals["kind"] != "standard") & (goals["core"] == "yes")].add_suffix("_above")
    pairs = own.merge(chains, on="jurisdiction").merge(
        higher,
        left_on=["indicator", "jurisdiction_above"],
        right_on=["indicator_above", "jurisdiction_above"],
    )
    applies = _applies(plans)
    return pairs.loc[[applies(pair) for pair in pairs.itertuples()]]


def _applies(plans):
    """Return a test: whether a goal for a named part of a level above, a city or a key region, includes a place.

    A place is inside a region only where the goal's document lists it so: regions differ from document to document.
    """
    members = plans.key_regions.query("member == 'yes'")
    regions = members.groupby(["jurisdiction", "document"])["region"].agg(list)
    names = plans.jurisdictions.set_index("id")["name_en"]

    def applies(pair):
        if pair.area_above != "named":
            return True
        places = {pair.jurisdiction, *ancestors(plans, pair.jurisdiction)} - {pair.jurisdiction_above}
        inside = regions.get((pair.jurisdiction, pair.document_above), [])
        if any(name in pair.statement_en_above for name in [*names[list(places)], *inside]):
            return True
        return bool(inside and re.search("(?<!outside )key[- ]region", pair.statement_en_above))

    return applies


def _one_measure(pairs):
    """Whether two goals share kind, unit, target year and, for a change, base year."""
    same = pairs["amount"].notna() & pairs["amount_above"].notna() & pairs["target_year"].notna()
    for column in ("kind", "standard_unit", "target_year"):
        same &= pairs[column] == pairs[f"{column}_above"]
    base, base_above = pairs["baseline_year"].fillna(0), pairs["baseline_year_above"].fillna(0)
    same &= (pairs["kind"] != "change") | (base == base_above)
    # An amount that grows with the place has no measure in common with a larger place's.
    grows = (pairs["extensive"] == "yes") & pairs["kind"].isin(SIZED)
    # A goal for cities of the prefecture level is none for a county.
    cities = (pairs["level"] == "county") & (pairs["subject_above"] == "prefecture_level_city")
    # A share of rural areas and one of towns have nothing in common.
    whole = (pairs["area"] == "whole") | (pairs["area_above"] == "whole")
    town_and_country = ~whole & ((pairs["area"] == "rural") != (pairs["area_above"] == "rural"))
    return same.fillna(False).astype(bool) & ~grows & ~cities & ~town_and_country


def _compared(plans, pairs):
    """Judge and word pairs of goals of one measure."""
    regions = plans.key_regions.assign(inside=plans.key_regions["member"] == "yes")
    inside = regions.groupby(["jurisdiction", "document"])["inside"].any()
    pairs = pairs.assign(relation=[_relation(pair) for pair in pairs.itertuples()])
    return pairs.assign(
        in_words=[_sentence(pair, inside) for pair in pairs.itertuples()],
        above=pairs["place_above"],
        above_id=pairs["id_above"],
        above_printed=pairs["printed_above"],
        source=pairs["source_above"],
        confidence=pairs["confidence_above"],
    )


def _relation(pair):
    """Name how the figure of a goal stands to that above it."""
    if pair.amount != pair.amount_above:
        return "stricter" if (pair.amount < pair.amount_above) == (pair.better == "lower") else "looser"
    copied = not _differing(pair, ["operator", *NOT_COUNTED]) and not _later(pair.issued_above, pair.issued)
    return "copied" if copied else "equal"


def _differing(pair, columns):
    """List the columns in which two goals differ."""
    return [name for name in columns if getattr(pair, name) != getattr(pair, f"{name}_above")]


def _sentence(pair, inside):
    """Word a relation, what differs, and for stricter and looser whether the place lies in a key region of the document above."""
    in_words = f"{JUDGED[pair.relation]} {pair.place_above}'s {pair.printed_above}"
    if _later(pair.issued_above, pair.issued):
        in_words += ", a later document"
    if differing := [name.replace("_", " ") for name in _differing(pair, NOT_COUNTED)]:
        differ = "differs" if len(differing) == 1 else "differ"
        in_words += f", but {wording.names(differing)} {differ}: {pair.thing}, against {pair.thing_above}"
    if pair.baseline_basis in ("inferred", "ambiguous"):
        in_words += f", its base year {pair.baseline_basis}"
    region = (pair.jurisdiction, pair.document_above)
    if pair.relation in ("stricter", "looser") and region in inside.index:
        side = "inside" if inside[region] else "outside"
        in_words += f"; {pair.place} lies {side} the key regions of that document"
    return in_words


def _later(one, other):
    """Whether a date of issue is surely later: by year where a date is short or in doubt.

    >>> _later("2018-10-01", "2018-09-30"), _later("2018-10-01", "2018?")
    (True, False)
    """
    length = 4 if "?" in one + other else min(len(one), len(other))
    return one[:length] > other[:length]


def _unread(plans):
    """List the places whose plan was not read."""
    documents = plans.documents
    none = ~plans.jurisdictions["id"].isin(documents["jurisdiction"])
    not_seen = documents.loc[documents["access"] == "not_seen", "jurisdiction"]
    return {*plans.jurisdictions.loc[none, "id"], *not_seen}


def _parent_not_read(plans, own):
    """Say once for each plan and indicator which plan above, the nearest, was not read."""
    unread, names, in_words = _unread(plans), plans.jurisdictions.set_index("id")["name_en"], {}
    for place in plans.focus["id"]:
        chain = ancestors(plans, place)
        missing = [name for name in chain if name in unread]
        if missing:
            distance = "directly" if missing[0] == chain[0] else "further"
            in_words[place] = f"the plan of {names[missing[0]]}, {distance} above, was not read"
    rows = own[own["jurisdiction"].isin(in_words)].drop_duplicates(KEY)
    in_words = rows["jurisdiction"].map(in_words)
    return rows.assign(relation="parent not read", in_words=in_words, number=float("inf"))  # after the goals


def _assigned(plans, indicators, goals):
    """Say of each target set by levels above, where the plan has no goal, which they are and what they promise."""
    printed = goals.drop_duplicates(KEY).set_index(KEY)["printed"]
    unread, names = _unread(plans), plans.jurisdictions.set_index("id")["name_en"]
    gaps = plans.gaps.query("status == 'assigned' and role == 'focus' and indicator in @indicators")
    gaps = gaps[~gaps.set_index(KEY).index.isin(printed.index)].drop(columns="source")
    gaps = gaps.assign(setter=gaps["assigned_by"].str.split(";")).explode("setter")

    def in_words(gap):
        if gap.setter == "unstated":
            return "set by a level that is not named; figure not printed"
        goal = printed.get((gap.setter, gap.indicator))
        missing = "whose plan was not read" if gap.setter in unread else "whose goal is not known"
        return f"set by {names[gap.setter]}, {f'which sets {goal}' if goal else missing}"

    rows = list(gaps.itertuples())
    return gaps.assign(
        relation="assigned", printed=[*map(wording.gap, rows)], in_words=[*map(in_words, rows)]
    )


def limits(plans, indicator, year):
    """List limits and guidelines on an indicator, in force at a year or set later.

    Parameters
    ----------
    plans : Plans
    indicator : str
    year : int
        The target year that they are compared with.

    Returns
    -------
    DataFrame
        amount, in_words, hindsight (set or applying only after the year), id.
    """
    if pd.isna(year):
        return pd.DataFrame(columns=["amount", "in_words", "hindsight", "id"])
    rows = plans.targets.query("role == 'reference' and kind == 'standard' and core == 'yes'")
    rows = rows[(rows["indicator"] == indicator) & rows["amount"].notna()]
    documents = plans.documents.set_index("id")[["genre", "issued"]]
    rows = rows.drop(columns="issued").join(documents, on="document")
    issued = rows["issued"].str[:4].astype(int)
    rows = rows.assign(hindsight=(issued > year) | (rows["target_year"].fillna(0) > year))
    in_words = [
        f"{row.genre} {row.issued[:4]}: {wording.number(row.amount)}{', in hindsight' if row.hindsight else ''}"
        for row in rows.itertuples()
    ]
    rows = rows.assign(in_words=in_words)[["amount", "in_words", "hindsight", "id"]]
    return rows.sort_values("amount", ignore_index=True)


def matched(chain):
    """Take the goals that compare with one of a level above, ready for a table.

    Parameters
    ----------
    chain : DataFrame
        As from `above`, with or without ``label``.

    Returns
    -------
    DataFrame
        label (where there is one), indicator, printed, in_words, source (with its confidence), id,
        above_id.
    """
    rows = chain[chain["above_id"] != ""]
    rows = rows.assign(source=rows["source"] + " (confidence " + rows["confidence"] + ")")
    return rows.filter(["label", "indicator", "printed", "in_words", "source", "id", "above_id"])


def __dir__():
    return __all__
