"""Hold each goal against the levels above its place, as far as they were read."""

import pandas as pd

from lantian import wording
from lantian.comparison import SIZED
from lantian.overview import chosen

COLUMNS = ["jurisdiction", "label", "id", "printed", "above", "above_id", "above_printed", "relation", "says", "source", "confidence"]
# Relations, from the most to the least that can be told.
RELATIONS = ("copied", "equal", "stricter", "looser", "another measure", "delegated", "parent not read")
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
    rows = []
    for place in plans.focus.itertuples():
        chain = ancestors(plans, place.id)
        mine = plans.targets[(plans.targets["jurisdiction"] == place.id) & (plans.targets["indicator"] == indicator)]
        for target in mine.itertuples():
            rows += _against(plans, place, target, chain)
        rows += _ends(plans, place, mine, chain)
        if mine.empty:
            gaps = plans.gaps[(plans.gaps["jurisdiction"] == place.id) & (plans.gaps["indicator"] == indicator)]
            rows += [row for gap in gaps.itertuples() for row in _delegated(plans, place, gap, chain)]
    return pd.DataFrame(rows, columns=COLUMNS)


def above(plans, theme=None):
    """Gather `cascade` over a theme, or over every indicator that a level above has a goal on.

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
    set_above = plans.targets[(plans.targets["role"] == "reference") & (plans.targets["kind"] != "standard")]["indicator"]
    indicators = chosen(plans.indicators, theme) if theme else plans.indicators[plans.indicators["id"].isin(set_above)]
    parts = [cascade(plans, row.id).assign(indicator=row.name_en) for row in indicators.itertuples()]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def ancestors(plans, place):
    """List the places above a place, the nearest first, up to the nation."""
    parents, chain = plans.jurisdictions.set_index("id")["parent"], []
    while parents.get(place):
        place = parents[place]
        chain.append(place)
    return chain


def _against(plans, place, target, chain):
    """Hold one target against every goal of its chain on the indicator."""
    above = plans.targets[(plans.targets["indicator"] == target.indicator) & plans.targets["jurisdiction"].isin(chain)]
    above = above[(above["kind"] != "standard") & (above["core"] == "yes")]
    same = above[pd.Series([_one_measure(target, other) for other in above.itertuples()], index=above.index, dtype=bool)]
    order = {name: rank for rank, name in enumerate(chain)}
    for other in same.sort_values("jurisdiction", key=lambda cells: cells.map(order), kind="stable").itertuples():
        relation = _relation(target, other)
        yield _row(plans, place, target.id, wording.target(target), other, relation, _sentence(plans, target, other, relation))
    if same.empty and len(above):
        says = "the levels above promise it in another kind, unit or year, or as an amount of their own size"
        yield _row(plans, place, target.id, wording.target(target), None, "another measure", says)


def _ends(plans, place, mine, chain):
    """Say once for an indicator which plans above the place were not read."""
    unread = [_name(plans, name) for name in chain if _unread(plans, name)]
    if len(mine) and unread:
        first = next(mine.itertuples())
        says = f"the plan of {wording.names(unread)}, directly above, was not read"
        yield _row(plans, place, first.id, wording.target(first), None, "parent not read", says)


def _one_measure(target, other):
    """Whether two goals share kind, unit, target year and, for a change, base year."""
    fields = ["kind", "standard_unit", "target_year"] + ["baseline_year"] * (target.kind == "change")
    pairs = [(getattr(target, name), getattr(other, name)) for name in fields]
    if target.extensive == "yes" and target.kind in SIZED:
        return False  # an amount that grows with the place has no measure in common with a larger place's
    known = pd.notna(target.amount) and pd.notna(other.amount) and pd.notna(target.target_year)
    return known and all((pd.isna(a) and pd.isna(b)) or (pd.notna(a) and pd.notna(b) and a == b) for a, b in pairs)


def _relation(target, other):
    if target.amount == other.amount:
        alike = all(getattr(target, name) == getattr(other, name) for name in ("operator", *NOT_COUNTED))
        return "copied" if alike else "equal"
    lower = target.amount < other.amount
    return "stricter" if lower == (target.better == "lower") else "looser"


def _sentence(plans, target, other, relation):
    words = {"copied": "figure for figure", "equal": "the same figure as", "stricter": "stricter than", "looser": "looser than"}[relation]
    counted = [name.replace("_", " ") for name in NOT_COUNTED if getattr(target, name) != getattr(other, name)]
    differs = f", but {wording.names(counted)} differ{'s' * (len(counted) == 1)}: {wording.thing(target)}, against {wording.thing(other)}" if counted else ""
    base = f", its base year {target.baseline_basis}" if target.baseline_basis in ("inferred", "ambiguous") else ""
    issued = plans.documents.set_index("id")["issued"]
    later = ", a later document" if _later(issued[other.document], issued[target.document]) else ""
    return f"{words} {other.place}'s {wording.target(other)}{later}{differs}{base}"


def _later(one, other):
    """Whether a document is surely later: by year where a date is short or in doubt."""
    length = 4 if "?" in one + other else min(len(one), len(other))
    return one[:length] > other[:length]


def _delegated(plans, place, gap, chain):
    """Follow a goal that is left to a level above to where its trail ends."""
    if gap.status != "delegated":
        return
    for name in gap.delegated_to.split(";"):
        if name == "unstated":
            yield _row(plans, place, gap.id, wording.gap(gap), None, "delegated", "left to a level that is not named")
            continue
        theirs = plans.targets[(plans.targets["jurisdiction"] == name) & (plans.targets["indicator"] == gap.indicator)]
        end = "whose plan was not read" if _unread(plans, name) else "whose goal is not known"
        says = f"left to {_name(plans, name)}, " + (f"which says {wording.target(next(theirs.itertuples()))}" if len(theirs) else end)
        yield _row(plans, place, gap.id, wording.gap(gap), None, "delegated", says)


def _unread(plans, place):
    documents = plans.documents[plans.documents["jurisdiction"] == place]
    return (documents["access"] == "not_seen").any()


def _name(plans, place):
    return plans.jurisdictions.set_index("id").loc[place, "name_en"]


def _row(plans, place, identifier, printed, other, relation, says):
    if other is None:
        return place.id, place.label, identifier, printed, "", "", "", relation, says, "", ""
    document = plans.documents.set_index("id").loc[other.document]
    source = ", ".join(part for part in (document["title_en"], document["number"], document["issued"]) if part)
    return place.id, place.label, identifier, printed, other.place, other.id, wording.target(other), relation, says, source, document["confidence"]
