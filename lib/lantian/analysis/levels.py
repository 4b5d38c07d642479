"""Compare each goal with those of the levels above its place, as far as these were read."""

import re

import pandas as pd

from lantian.analysis.comparability import ON_ONE_AXIS, broader, differences, judge, rules, stated
from lantian.analysis.matrix import FIRM, KEY, chosen
from lantian.text import wording
from lantian.text.sentences import Shown, evidence_link

__all__ = "RELATIONS above ancestors key_regions limits matched places_unread unmatched".split()

COLUMNS = """jurisdiction label id printed above above_id above_printed relation caveats key_region in_words source confidence
    indicator""".split()
# How a goal stands to that of the nearest level above: in words, where the two are compared.
JUDGED = wording.words("relation")
# Relations, from the most to the least informative.
RELATIONS = (*JUDGED, "not comparable", "not collected", "assigned", "parent not read")
# What may differ between a goal and its copy: how the years are known, and whose goal it is.
OF_COPIES = {"level of government", "source of the year", "source of the base year"}


def above(plans, theme=None, indicators=None):
    """Compare each focus plan's goals with those of the nearest level above that has one to compare with.

    Two goals of one year are compared as `lantian.verdict` compares those of two plans, with the same caveats: what
    is copied from the province is not held against the nation too. A goal for the whole country is an average,
    broken down and allocated unequally: a place may be beyond or short of it, and is neither strict nor loose for that. Stricter
    is only what is put as firmly at least. A document above that was issued after the plan is called later.

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
        A row for each goal (or gap) and each goal above that it is held against: jurisdiction, label, id, printed,
        above (place), above_id, above_printed, relation (one of `RELATIONS`), caveats, key_region (``inside`` or
        ``outside`` those of the document above, where it lists any), in_words, source (the document above),
        confidence, indicator (its name). Where a plan above was not read the relation is ``parent not read``, and
        where no goal above is known ``not collected``: never "stated nowhere above".

    Examples
    --------
    >>> import lantian as lt
    >>> chain = lt.above(lt.load(), indicators=["air.pm25"])
    >>> chain.set_index("id").loc["jincheng-pm25-2016", "relation"]
    'less firm'
    """
    if theme or indicators:
        rows = chosen(plans.indicators, theme, indicators)
    else:
        goals = plans.targets_above[~_is_limit(plans.targets_above)]["indicator"]
        rows = plans.indicators
        rows = rows[rows["id"].isin(goals) | (rows["headline"] != "")]
    names = rows.set_index("id")["name_en"]
    goals = _goals(plans, list(names.index))
    own = goals[goals["role"] == "focus"].drop(columns=["source", "confidence"])
    pairs = _pairs(plans, own, goals)
    compared = _nearest(plans, own, goals, pairs)
    others = _without(own, pairs, compared), _parent_not_read(plans, own), _assigned(plans, goals, names)
    rows = pd.concat(part.reindex(columns=[*COLUMNS, "order", "number"]) for part in (compared, *others))
    rows["indicator"] = pd.Categorical(rows["indicator"], names.index)
    rows = rows.sort_values(
        ["indicator", "order", "jurisdiction", "number"], kind="stable", ignore_index=True
    )
    return rows.assign(indicator=rows["indicator"].map(names))[COLUMNS].astype("str").fillna("")


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
    rows = rows.sort_values("jurisdiction", key=lambda ids: ids.map(plans.focus.index), kind="stable")
    rows = rows.drop_duplicates([*keys, "indicator"])
    rows["goals"] = [evidence_link(row.id, row.indicator) for row in rows.itertuples()]
    return rows.groupby(keys, sort=False)["goals"].agg(", ".join).map(Shown).reset_index()


def ancestors(plans, place):
    """List the places above a place, the nearest first, up to the nation."""
    return broader(plans.jurisdictions.set_index("id")["parent"], place)


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
    rows = plans.key_regions.merge(plans.places[["id", "label"]], left_on="jurisdiction", right_on="id")
    rows["region"] = rows["region"].where(rows["member"] == "yes", "outside")
    rows = rows.sort_values("member", ascending=False, kind="stable").drop_duplicates(["document", "label"])
    regions = rows.pivot(index="document", columns="label", values="region")
    regions = regions.reindex(columns=plans.places["label"]).astype("str").fillna("")
    documents = plans.documents[["id", "title_en", "issued"]].rename(columns={"title_en": "title"})
    return documents.merge(regions, left_on="id", right_index=True).sort_values("issued", ignore_index=True)


def _goals(plans, indicators):
    """Take the targets on indicators, with their words and what is known of their documents."""
    documents = plans.documents.set_index("id")[["title_en", "number", "confidence", "issued"]]
    named = documents.drop(columns="confidence").itertuples(index=False)
    documents["source"] = [", ".join(filter(None, parts)) for parts in named]
    goals = plans.every_target.query("indicator in @indicators")
    goals = goals.drop(columns="issued").join(documents, on="document")
    return goals.assign(printed=[wording.target(row) for row in goals.itertuples()], number=range(len(goals)))


def _pairs(plans, own, goals):
    """Pair each goal with every core goal of a place above it that is meant for it: id, id_above and the steps up."""
    above = {place: ancestors(plans, place) for place in plans.focus}
    chains = [(place, name, steps) for place, names in above.items() for steps, name in enumerate(names)]
    chains = pd.DataFrame(chains, columns=["jurisdiction", "jurisdiction_above", "steps"])
    higher = goals[~_is_limit(goals) & (goals["core"] == "yes")].add_suffix("_above")
    higher = higher.assign(indicator=higher["indicator_above"])
    pairs = own.merge(chains, on="jurisdiction").merge(higher, on=["indicator", "jurisdiction_above"])
    applies = _applies(plans)
    pairs = pairs.loc[[applies(pair) for pair in pairs.itertuples()]]
    return pairs[["id", "id_above", "place_above", "steps"]]


def _is_limit(targets):
    """Mark limits and guidelines, which are no goals; a standard without a figure is an act."""
    return (targets["kind"] == "standard") & (targets["value_basis"] != "")


def _applies(plans):
    """Return a test: whether a goal for a named part of a level above, a city or a key region, includes a place.

    A place is inside a region only where the goal's document lists it so: regions differ from document to document.
    """
    members = plans.key_regions.query("member == 'yes'")
    regions = members.groupby(["jurisdiction", "document"])["region"].agg(list)
    names = plans.jurisdictions.set_index("id")["name_en"]

    def applies(pair):
        if pair.level == "county" and pair.subject_above == "prefecture_level_city":
            return False
        if pair.area_above != "named":
            return True
        places = {pair.jurisdiction, *ancestors(plans, pair.jurisdiction)} - {pair.jurisdiction_above}
        inside = regions.get((pair.jurisdiction, pair.document_above), [])
        if any(name in pair.statement_en_above for name in [*names[list(places)], *inside]):
            return True
        return bool(inside and re.search("(?<!outside )key[- ]region", pair.statement_en_above))

    return applies


def _nearest(plans, own, goals, pairs):
    """Hold each goal against those of the nearest level above that compare with it, and word how it stands to them."""
    judging, paired = rules(plans), goals[goals["id"].isin([*pairs["id"], *pairs["id_above"]])]
    states = {row.id: stated(judging, row) for row in paired.itertuples()}
    sides = plans.key_regions.replace({"member": {"yes": "inside", "no": "outside"}})
    inside = sides.groupby(["jurisdiction", "document"])["member"].min()
    nearest, compared = {}, []
    for pair in pairs.sort_values("steps", kind="stable").itertuples():
        one, higher, steps = states[pair.id], states[pair.id_above], nearest.get(pair.id, pair.steps)
        verdict, one_year = judge(judging, one, higher), one.facts.year == higher.facts.year
        if steps == pair.steps and one_year and verdict.degree in ON_ONE_AXIS:
            nearest[pair.id] = steps
            relation = _relation(judging, one, higher, verdict.degree)
            region = inside.get((one.row.jurisdiction, higher.row.document), "")
            caveats = "; ".join(verdict.caveats + verdict.inputs)
            words = _sentence(one.row, higher.row, relation, caveats, region)
            compared.append((pair.id, pair.id_above, relation, caveats, region, words))
    names = ["id", "above_id", "relation", "caveats", "key_region", "in_words"]
    above = goals[["id", "place", "printed", "source", "confidence"]]
    above = above.rename(columns={"id": "above_id", "place": "above", "printed": "above_printed"})
    return pd.DataFrame(compared, columns=names).merge(own, on="id").merge(above, on="above_id")


def _relation(judging, goal, goal_above, degree):
    """Name how the figure of a goal stands to that above it, both as they stand or, where only so they compare, converted."""
    sides = (goal.facts, goal_above.facts)
    if degree == "converted":
        sides = (goal.converted, goal_above.converted)
    own, other = (facts.compared for facts in sides)
    one, higher = goal.row, goal_above.row
    if own is None:
        return "same act"
    if own == other:
        found = differences(judging, goal.facts, goal_above.facts)
        counted = {each.field for each in found if each.kind == "counted"}
        copied = one.operator == higher.operator and not _later(higher.issued, one.issued)
        return "copied" if copied and counted <= OF_COPIES else "equal"
    strict = (own < other) == (one.better == "lower")
    if higher.level == "nation" and higher.value_basis != "word":
        return "beyond the average" if strict else "short of the average"
    if not strict:
        return "looser"
    firm = FIRM["strength"].index
    return "stricter" if firm(one.strength) <= firm(higher.strength) else "less firm"


def _sentence(one, higher, relation, caveats, region):
    """Word a relation with its caveats, and whether the place lies in a key region of the document above."""
    what = f"{wording.thing(higher)}, {higher.printed}" if relation == "same act" else higher.printed
    in_words = f"{JUDGED[relation]} {higher.place}'s {what}"
    if _later(higher.issued, one.issued):
        in_words += ", a later document"
    if caveats:
        in_words += f" ({caveats})"
    return in_words + (f"; {one.place} lies {region} the key regions of that document" if region else "")


def _without(own, pairs, compared):
    """Say of goals that are held against none whether any goal above was collected; never that there is none."""
    left = own[~own["id"].isin(compared["id"])]
    places = pairs.drop_duplicates(["id", "place_above"]).groupby("id")["place_above"].agg(wording.names)
    others = "what was collected of " + places + " is of another kind, unit, year or place"
    in_words = left["id"].map(others).astype("object")  # of numbers where there is none
    relation = in_words.isna().map({True: "not collected", False: "not comparable"})
    in_words = in_words.fillna("no goal of a level above could be matched to it")
    return left.assign(relation=relation, in_words=in_words)


def _later(one, other):
    """Whether a date of issue is surely later: by year where a date is short or in doubt.

    >>> _later("2018-10-01", "2018-09-30"), _later("2018-10-01", "2018?")
    (True, False)
    """
    length = 4 if "?" in one + other else min(len(one), len(other))
    return one[:length] > other[:length]


def places_unread(plans):
    """List the places above whose plan, or its counterpart, was not read; that of a place compared was."""
    not_seen = plans.documents.query("access == 'not_seen'")["jurisdiction"]
    without = set(plans.jurisdictions["id"]) - set(plans.documents["jurisdiction"])
    compared = plans.jurisdictions.query("role != 'reference'")["id"]
    return (without | set(not_seen)) - set(compared)


def _parent_not_read(plans, own):
    """Say once for each plan and indicator which plan above, the nearest, was not read."""
    unread, names, in_words = places_unread(plans), plans.jurisdictions.set_index("id")["name_en"], {}
    for place in plans.focus:
        chain = ancestors(plans, place)
        if missing := [name for name in chain if name in unread]:
            distance = "directly" if missing[0] == chain[0] else "further"
            in_words[place] = f"the plan of {names[missing[0]]}, {distance} above, was not read"
    rows = own[own["jurisdiction"].isin(in_words)].drop_duplicates(KEY)
    in_words = rows["jurisdiction"].map(in_words)
    return rows.assign(relation="parent not read", in_words=in_words, number=float("inf"))  # after the goals


def _assigned(plans, goals, indicators):
    """Say of each target set by levels above, where the plan has no goal, which they are and what they promise."""
    gaps = plans.gaps.query("status == 'assigned' and role == 'focus' and indicator in @indicators.index")
    gaps = gaps[~gaps.set_index(KEY).index.isin(goals.set_index(KEY).index)].drop(columns="source")
    gaps = gaps.assign(setter=gaps["assigned_by"].str.split(";")).explode("setter")
    goals = goals.drop_duplicates(KEY).rename(columns={"jurisdiction": "setter"})
    goals = goals[["setter", "indicator", "printed", "target_year"]]
    gaps = gaps.merge(goals, how="left", on=["setter", "indicator"])
    earlier = gaps["target_year"].lt(gaps["issued"].str[:4].astype(int)).fillna(False)
    goal = "its own goal" + earlier.map({True: ", of an earlier time", False: ""}) + ": " + gaps["printed"]
    unread = gaps["setter"].isin(places_unread(plans))
    missing = unread.map({True: "its plan was not read", False: "its goal is not known"})
    setter = gaps["setter"].map(plans.jurisdictions.set_index("id")["name_en"])
    in_words = "set by " + setter + "; " + goal.fillna(missing)
    in_words = in_words.fillna("set by a level that is not named; figure not printed")
    printed = [wording.gap(gap) for gap in gaps.itertuples()]
    return gaps.assign(relation="assigned", printed=printed, in_words=in_words)


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
    standard = "indicator == @indicator and kind == 'standard' and core == 'yes' and amount.notna()"
    rows = plans.targets_above.query(standard)
    documents = plans.documents.set_index("id")[["genre", "issued"]]
    rows = rows.drop(columns="issued").join(documents, on="document")
    issued = rows["issued"].str[:4].astype(int)
    rows["hindsight"] = (issued > year) | (rows["target_year"].fillna(0) > year)
    rows["in_words"] = [_limit(row) for row in rows.itertuples()]
    return rows[["amount", "in_words", "hindsight", "id"]].sort_values("amount", ignore_index=True)


def _limit(row):
    """Word a limit: "China: 25 from 1 January 2031 (national standard of 2026, in hindsight)"."""
    when = "" if wording.date(row) == "no date" else f" {wording.date(row)}"
    hindsight = ", in hindsight" if row.hindsight else ""
    return f"{row.place}: {wording.number(row.amount)}{when} ({row.genre} of {row.issued[:4]}{hindsight})"


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
