"""Compare each goal with those of the levels above its place, as far as these were read."""

import re

import pandas as pd

from lantian.analysis.comparability import ON_ONE_AXIS, broader, differences, judge, rules, stated
from lantian.analysis.matrix import CELL_KEY, FIRM, chosen
from lantian.text import wording
from lantian.text.sentences import Shown, evidence_link

__all__ = "RELATIONS above ancestors key_regions limits matched places_unread unmatched".split()

COLUMNS = """jurisdiction label id printed above above_id above_printed relation caveats key_region in_words source confidence
    indicator""".split()
# How a goal stands to one above that it compares with, by the relation: the words between the two in a sentence.
RELATION_WORDS = wording.words("relation")
# Relations, from the most to the least informative.
RELATIONS = (*RELATION_WORDS, "not comparable", "not collected", "assigned", "parent not read")
# What may differ between a goal and its copy: how the years are known, and whose goal it is.
DIFFERS_IN_COPIES = {"level of government", "source of the year", "source of the base year"}


def above(plans, theme=None, indicators=None):
    """Compare each focus plan's goals with those of the nearest level above that has one to compare with.

    Two goals of one year are compared as `lantian.verdict` compares those of two plans, with the same caveats, and a
    goal that compares with one of the province is not held against the nation too. A goal for the whole country is an
    average, allocated unequally: places are beyond or short of it, never stricter or looser. ``stricter`` has at least the
    strength of the goal above, ``less firm`` is a stricter figure with less; where neither a higher nor a lower figure is
    better, two figures are ``another figure``. A document above that was issued after the plan is called later.

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
        above (place), above_id, above_printed, relation (one of `RELATIONS`), caveats (and inputs), key_region (``inside`` or
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
    subjects = plans.indicators
    if theme or indicators is not None:
        subjects = chosen(subjects, theme, indicators)
    else:
        with_goals = plans.targets_above[~_is_limit(plans.targets_above)]["indicator"]
        subjects = subjects[subjects["id"].isin(with_goals) | (subjects["headline"] != "")]
    names = subjects.set_index("id")["name_en"]
    goals = _goals(plans, list(names.index))
    own = goals[goals["role"] == "focus"].drop(columns=["source", "confidence"])
    pairs = _pairs(plans, own, goals)
    compared = _against_nearest_level(plans, own, goals, pairs)
    parts = [compared, _not_compared(own, pairs, compared), _parent_not_read(plans, own)]
    parts.append(_assigned(plans, goals, list(names.index)))
    by = ["indicator", "order", "jurisdiction", "row_number"]
    rows = pd.concat(part.reindex(columns=[*COLUMNS, "order", "row_number"]) for part in parts)
    rows["indicator"] = pd.Categorical(rows["indicator"], names.index)
    rows = rows.sort_values(by, kind="stable", ignore_index=True)
    return rows.assign(indicator=rows["indicator"].map(names))[COLUMNS].astype("str").fillna("")


def unmatched(plans, compared):
    """Name, once for each plan and reason, the goals that are compared with none above.

    Parameters
    ----------
    plans : Plans
    compared : DataFrame
        As from `above`, with or without ``label``.

    Returns
    -------
    DataFrame
        label (where there is one), in_words (the reason), goals (their indicators, each linked
        to its evidence).
    """
    matched_ids = compared.loc[compared["above_id"] != "", "id"]
    rows = compared[(compared["above_id"] == "") & ~compared["id"].isin(matched_ids)]
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
    inside, others = rows[rows["member"] == "yes"], rows[rows["member"] != "yes"]
    rows = pd.concat([inside, others.assign(region="outside")]).drop_duplicates(["document", "label"])
    regions = rows.pivot(index="document", columns="label", values="region")
    regions = regions.reindex(columns=plans.places["label"]).astype("str").fillna("")
    documents = plans.documents[["id", "title_en", "issued"]].rename(columns={"title_en": "title"})
    return documents.merge(regions, left_on="id", right_index=True).sort_values("issued", ignore_index=True)


def _goals(plans, indicators):
    """Take the targets on indicators, with their words (``printed``), and of their documents ``source``, ``confidence`` and
    ``issued``.
    """
    documents = plans.documents.set_index("id")
    named = documents[["title_en", "number", "issued"]].itertuples(index=False)
    documents["source"] = [", ".join(filter(None, parts)) for parts in named]
    goals = plans.every_target.query("indicator in @indicators").drop(columns="issued")
    goals = goals.join(documents[["source", "confidence", "issued"]], on="document")
    words = [wording.target(row) for row in goals.itertuples()]
    return goals.assign(printed=words, row_number=range(len(goals)))


def _pairs(plans, own, goals):
    """Pair each goal with every core goal of a place above it that is meant for it too.

    Columns: id, id_above, place_above, steps (0 for the place right above).
    """
    chains = [
        (place, higher, steps)
        for place in plans.focus
        for steps, higher in enumerate(ancestors(plans, place))
    ]
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
    """Return a test of a pair: whether the goal above includes the place of the other.

    One for a named part does where its statement names the place, a place between the two, or the region that its document
    lists the place in, or says "key region"; regions differ from document to document.
    """
    members = plans.key_regions.query("member == 'yes'")
    regions = members.groupby(["jurisdiction", "document"])["region"].agg(list)
    names = plans.jurisdictions.set_index("id")["name_en"]

    def applies(pair):
        if pair.level == "county" and pair.subject_above == "prefecture_level_city":
            return False  # it binds the city, not each of its counties
        if pair.area_above != "named":
            return True
        places = {pair.jurisdiction, *ancestors(plans, pair.jurisdiction)} - {pair.jurisdiction_above}
        inside = regions.get((pair.jurisdiction, pair.document_above), [])
        if any(name in pair.statement_en_above for name in [*names[list(places)], *inside]):
            return True
        return bool(inside and re.search("(?<!outside )key[- ]region", pair.statement_en_above))

    return applies


def _against_nearest_level(plans, own, goals, pairs):
    """Hold each goal against those of the nearest level above that compare with it, and word how it stands to them."""
    judging, regions = rules(plans), _sides_of_key_regions(plans)
    paired = goals[goals["id"].isin([*pairs["id"], *pairs["id_above"]])]
    states = {row.id: stated(judging, row) for row in paired.itertuples()}
    nearest, compared = {}, []  # nearest: the steps up to the level that a goal compares with
    for pair in pairs.sort_values("steps", kind="stable").itertuples():
        goal, higher = states[pair.id], states[pair.id_above]
        if nearest.get(pair.id, pair.steps) < pair.steps or goal.facts.year != higher.facts.year:
            continue
        verdict = judge(judging, goal, higher)
        if verdict.degree in ON_ONE_AXIS:
            nearest[pair.id] = pair.steps
            relation = _relation(judging, goal, higher, verdict.degree)
            region = regions.get((goal.row.jurisdiction, higher.row.document), "")
            caveats = "; ".join(verdict.caveats + verdict.inputs)
            words = _sentence(goal.row, higher.row, relation, caveats, region)
            compared.append((pair.id, pair.id_above, relation, caveats, region, words))
    names = ["id", "above_id", "relation", "caveats", "key_region", "in_words"]
    columns = {"id": "above_id", "place": "above", "printed": "above_printed"}
    higher = goals[[*columns, "source", "confidence"]].rename(columns=columns)
    return pd.DataFrame(compared, columns=names).merge(own, on="id").merge(higher, on="above_id")


def _sides_of_key_regions(plans):
    """Say, by place and document, whether the place lies inside the key regions that the document lists; in one is inside."""
    is_inside = (plans.key_regions["member"] == "yes").groupby(
        [plans.key_regions["jurisdiction"], plans.key_regions["document"]]
    )
    return is_inside.any().map({True: "inside", False: "outside"})


def _relation(judging, goal, higher, degree):
    """Name how the figure of a goal stands to that of one above it; both are converted where only so they compare."""
    converted = degree == "converted"
    value, value_above = ((each.converted if converted else each.facts).compared for each in (goal, higher))
    row, row_above = goal.row, higher.row
    if value is None:
        return "same act"
    if value == value_above:
        found = differences(judging, goal.facts, higher.facts)
        counted = {each.field for each in found if each.kind == "counted"}
        copied = row.operator == row_above.operator and not _later(row_above.issued, row.issued)
        return "copied" if copied and counted <= DIFFERS_IN_COPIES else "equal"
    if row.better not in ("lower", "higher"):
        return "another figure"
    strict = (value < value_above) == (row.better == "lower")
    if row_above.level == "nation" and row_above.value_basis != "word":
        return "beyond the average" if strict else "short of the average"
    if not strict:
        return "looser"
    rank = FIRM["strength"].index  # 0 is the firmest
    return "stricter" if rank(row.strength) <= rank(row_above.strength) else "less firm"


def _sentence(one, higher, relation, caveats, region):
    """Word a relation with its caveats, and whether the place lies in a key region of the document above."""
    what = f"{wording.thing(higher)}, {higher.printed}" if relation == "same act" else higher.printed
    in_words = f"{RELATION_WORDS[relation]} {higher.place}'s {what}"
    if _later(higher.issued, one.issued):
        in_words += ", a later document"
    if caveats:
        in_words += f" ({caveats})"
    return in_words + (f"; {one.place} lies {region} the key regions of that document" if region else "")


def _not_compared(own, pairs, compared):
    """Say of goals that are held against none whether any goal above was collected; never that there is none."""
    left = own[~own["id"].isin(compared["id"])]
    places = pairs.drop_duplicates(["id", "place_above"]).groupby("id")["place_above"].agg(wording.names)
    is_paired = left["id"].isin(places.index)
    others = left["id"].map(places).astype("str")
    words = "what was collected of " + others + " is of another kind, unit, year or place"
    words = words.where(is_paired, "no goal of a level above could be matched to it")
    relation = is_paired.map({True: "not comparable", False: "not collected"})
    return left.assign(relation=relation, in_words=words)


def _later(one, other):
    """Whether a date of issue is surely later: by year where a date is short or in doubt.

    >>> _later("2018-10-01", "2018-09-30"), _later("2018-10-01", "2018?")
    (True, False)
    """
    length = 4 if "?" in one + other else min(len(one), len(other))
    return one[:length] > other[:length]


def places_unread(plans):
    """List the levels above without any document here, or with one that is known and was not seen."""
    not_seen = plans.documents.query("access == 'not_seen'")["jurisdiction"]
    without = set(plans.jurisdictions["id"]) - set(plans.documents["jurisdiction"])
    compared = plans.jurisdictions.query("role != 'reference'")["id"]
    return (without | set(not_seen)) - set(compared)


def _parent_not_read(plans, own):
    """Say once for each plan and indicator which plan above, the nearest, was not read."""
    unread, names, by_place = places_unread(plans), plans.jurisdictions.set_index("id")["name_en"], {}
    for place in plans.focus:
        higher_places = ancestors(plans, place)
        if missing := [name for name in higher_places if name in unread]:
            distance = "directly" if missing[0] == higher_places[0] else "further"
            by_place[place] = f"the plan of {names[missing[0]]}, {distance} above, was not read"
    rows = own[own["jurisdiction"].isin(by_place)].drop_duplicates(CELL_KEY)
    in_words = rows["jurisdiction"].map(by_place)
    behind_goals = float("inf")
    return rows.assign(relation="parent not read", in_words=in_words, row_number=behind_goals)


def _assigned(plans, goals, indicators):
    """Say of each target set by levels above, where the plan has no goal, which they are and what they promise."""
    gaps = plans.gaps.query("status == 'assigned' and role == 'focus' and indicator in @indicators")
    gaps = gaps[~gaps.set_index(CELL_KEY).index.isin(goals.set_index(CELL_KEY).index)].drop(columns="source")
    gaps = gaps.assign(setter=gaps["assigned_by"].str.split(";")).explode("setter")
    first_goals = goals.drop_duplicates(CELL_KEY).rename(columns={"jurisdiction": "setter"})
    first_goals = first_goals[["setter", "indicator", "printed", "target_year"]]
    gaps = gaps.merge(first_goals, how="left", on=["setter", "indicator"])
    unread, names = places_unread(plans), plans.jurisdictions.set_index("id")["name_en"]
    in_words = [_set_by(gap, names, unread) for gap in gaps.itertuples()]
    printed = [wording.gap(gap) for gap in gaps.itertuples()]
    return gaps.assign(relation="assigned", printed=printed, in_words=in_words)


def _set_by(gap, names, unread):
    """Say who sets the target of a gap, one of those that do, and what goal that place has itself."""
    if gap.setter not in names:
        return "set by a level that is not named; figure not printed"
    if pd.notna(gap.printed):
        earlier = pd.notna(gap.target_year) and gap.target_year < int(gap.issued[:4])
        goal = f"its own goal{', of an earlier time' if earlier else ''}: {gap.printed}"
    else:
        goal = "its plan was not read" if gap.setter in unread else "its goal is not known"
    return f"set by {names[gap.setter]}; {goal}"


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
    issued = pd.to_numeric(rows["issued"].str[:4])  # missing where it is not known
    rows["hindsight"] = (issued > year) | (rows["target_year"].fillna(0) > year)
    rows["in_words"] = [_limit(row) for row in rows.itertuples()]
    return rows[["amount", "in_words", "hindsight", "id"]].sort_values("amount", ignore_index=True)


def _limit(row):
    """Word a limit: "China: 25 from 1 January 2031 (national standard of 2026, in hindsight)"."""
    when = "" if pd.isna(row.target_year) else f" {wording.date(row)}"
    genre = f"{row.genre} of {row.issued[:4]}" if row.issued else row.genre
    hindsight = ", in hindsight" if row.hindsight else ""
    return f"{row.place}: {wording.number(row.amount)}{when} ({genre}{hindsight})"


def matched(compared):
    """Take the goals that compare with one of a level above, ready for a table.

    Parameters
    ----------
    compared : DataFrame
        As from `above`, with or without ``label``.

    Returns
    -------
    DataFrame
        label (where there is one), indicator, printed, in_words, source (with its confidence), id,
        above_id.
    """
    rows = compared[compared["above_id"] != ""]
    rows = rows.assign(source=rows["source"] + " (confidence " + rows["confidence"] + ")")
    return rows.filter(["label", "indicator", "printed", "in_words", "source", "id", "above_id"])


def __dir__():
    return __all__
