"""Compare what the plans promise on one subject, and say which promises compare."""

from collections import namedtuple

import numpy as np
import pandas as pd
from markupsafe import Markup

from lantian.analysis.comparability import (
    PER_RESIDENT,
    TESTS,
    UNSTATED,
    cautions,
    conversion,
    denominators,
    keys_of,
    sized,
)
from lantian.analysis.matrix import chosen, require_indicators
from lantian.data.plans import PROMISED
from lantian.text import wording
from lantian.text.sentences import Shown, evidence_link, say

Promise = namedtuple("Promise", [*PROMISED, "jurisdiction"])
Gap = namedtuple("Gap", "status within_remit set_by")
OF_PLACES = {"jurisdiction": "id", "label": "label"}  # the columns of a row's place
YEARS = ("baseline_year", "target_year")
SHOWN = """jurisdiction id status printed thing kind indicator_name operator baseline_year target_year amount unit standard_unit date
    strength group cautions verdict why label""".split()
ALONE = "no other plan has a target for it"
ANYBODY, DIVIDED = (
    0,
    1,
)  # owners of an amount: it does not grow with the place, or is divided by its residents; else the place
LONGEST_LIST = 14  # names in one sentence
IN_SHORT = {
    "object": "different things",
    "time": "other years",
    "unit": "different measures",
    "range": "other areas or sizes",
}


def compare(plans, indicator, of="value", core=True):
    """Compare one indicator: every focus place, its gaps included.

    Parameters
    ----------
    plans : Plans
    indicator : str
        As ``"air.pm25"``.
    of : {"value", "date", "pace", "wording"}
    core : bool
        Leave operating parameters out.

    Returns
    -------
    DataFrame
        A row for each target and gap: jurisdiction, label, id, status (``target``
        or the gap's), printed (as worded), amount and standard_unit, date,
        strength, group (rows of one group share an axis), verdict (``direct``,
        ``after conversion`` or ``no``, against the other places), why (the
        conversion and its inputs, or the failing tests), cautions.

    Examples
    --------
    >>> import lantian as lt
    >>> straw = lt.compare(lt.load(), "agriculture.straw_use").set_index("label")
    >>> straw.loc["Yuyao (2018)", ["printed", "date", "verdict"]].tolist()
    ['95 %', 'by 2020', 'direct']
    """
    if indicator not in plans.rows_of:
        require_indicators(plans.indicators, indicator)
    at, number, promises = _promises(plans, indicator, core)
    stated, place = (
        [Promise(*row) for row in zip(*promises.values())],
        plans.targets["position"].to_numpy()[at],
    )
    group, amount, judged = _judge(plans, promises, stated, number, place, of)
    ids, silent, silences = _without_target(plans, indicator, place)
    place, nothing = np.append(place, silent), np.full(len(silent), np.nan)
    order = np.lexsort((np.append(group, nothing), place))  # rows come by place and id
    columns = {
        name: _column(name, *words, silences.get(name), len(silent), order)
        for name, words in (_worded(stated, number) | judged).items()
    }
    columns |= {
        name: plans.jurisdictions[column].array.take(place[order]) for name, column in OF_PLACES.items()
    }
    columns |= {
        name: np.append(numbers, nothing)[order] for name, numbers in (("group", group), ("amount", amount))
    }
    columns["id"] = pd.concat(
        [pd.Series(plans.targets["id"].array.take(at)), ids], ignore_index=True
    ).array.take(order)
    return pd.DataFrame({name: columns[name] for name in SHOWN})


def _column(name, words, number, of_gaps, gaps, order):
    """Make a column of its words, the number of each row's word, and the words of the gaps, if they have any."""
    number = np.append(number, np.arange(len(words), len(words) + gaps))[order]
    return pd.array([*words, *(of_gaps or [None] * gaps)], "Int64" if name in YEARS else "str").take(number)


def _promises(plans, indicator, core):
    """Find the focus places' rows of an indicator, those of the core where there are any, and what they promise.

    Returns
    -------
    tuple of (array, array, dict of str to array)
        The numbers of the rows, the number of each row's promise, and the columns of
        the promises: rows that promise the same share one.
    """
    at = plans.rows_of.get(indicator, np.array([], int))
    number, first = _numbered(plans.alike[at])
    promises = {name: plans.targets[name].array.take(at[first]).to_numpy(object) for name in Promise._fields}
    focus = promises["role"] == "focus"
    fits = focus & (promises["core"] == "yes")
    kept = fits if core and fits.any() else focus
    rows = kept[number]
    return (
        at[rows],
        (np.cumsum(kept) - 1)[number[rows]],
        {name: cells[kept] for name, cells in promises.items()},
    )


def _numbered(values):
    """Number values from 0, in the order of their first places, which come second."""
    number, found = pd.factorize(values)
    first = np.empty(len(found), int)
    first[number[::-1]] = np.arange(len(number))[::-1]  # the first place is written last
    return number, first


def _judge(plans, promises, stated, number, place, of):
    """Judge rows, those that promise the same at once: a group of two places or more compares.

    ``number`` and ``place`` are those of each row's promise, as a row in ``stated``, and place.

    Returns
    -------
    tuple of (array, array, dict of str to tuple)
        Group and amount of each row; of standard unit, verdict, why and cautions
        the words, and the number of each row's word.
    """
    residents = denominators(plans).reindex(plans.jurisdictions["id"]) if sized(promises).any() else None
    table = keys_of(promises, of, () if residents is None else residents.index[residents["value"].notna()])
    owner = _owners(table, number, place, residents)
    agree = list(zip(*table.values()))
    group = _groups(agree, list(table), number, owner)
    count = _places(group, place)
    fits, rank = count[group] > 1, np.cumsum(count > 1)[group] - 1
    divided = fits & (owner == DIVIDED)
    members = [[stated[name] for name in part] for part in _parts(rank, number, fits)]
    why = [
        conversion(part, residents.iloc[ids] if ids else (), of)
        for part, ids in zip(members, _parts(rank, place, divided))
    ]
    first = (group == count.argmax()).argmax() if len(group) else 0
    others = (place != place[:1]).any()
    differences, case = (
        _differences(agree, list(table), number, owner, first, fits) if others else ([ALONE], number * 0)
    )
    converted = np.array([bool(words) for words in why] + [False])
    words = {
        "verdict": (["direct", "after conversion", "no"], np.where(fits, converted[rank], 2)),
        "why": ([*why, *differences], np.where(fits, rank, len(why) + case)),
        "cautions": ([*map(cautions, members), ""], np.where(fits, rank, len(members))),
    }
    amount, unit = _amounts(promises, number, place, divided, residents)
    return group, amount, words | {"standard_unit": unit}


def _owners(table, number, place, residents):
    """Number the owner of each amount, which must be the same to be compared: anybody where it does not grow with the place."""
    if residents is None or "owner" not in table:
        return np.full(len(number), ANYBODY)
    known = residents["value"].notna().to_numpy()
    return np.where(
        (table["owner"] != "")[number], np.where(known[place], DIVIDED, DIVIDED + 1 + place), ANYBODY
    )


def _groups(agree, names, number, owner):
    """Number the rows from 0, those that agree in every test alike."""
    alone = np.array(
        [any(value for name, value in zip(names, key) if name in UNSTATED) for key in agree], bool
    )[number]
    stated = [tuple(value for name, value in zip(names, key) if name != "owner") for key in agree]
    numbers = {key: group for group, key in enumerate(dict.fromkeys(stated))}
    code = np.array([numbers[key] for key in stated], int)[number] * (owner.max(initial=0) + 1) + owner
    return _numbered(np.where(alone, code.max(initial=0) + 1 + np.arange(len(code)), code))[0]


def _places(group, place):
    """Count the places of each group."""
    wide = place.max(initial=0) + 1
    return np.bincount(pd.unique(group * wide + place) // wide)


def _parts(rank, numbers, chosen):
    """List, for each rank, the numbers that are found in it, in the order of their first rows."""
    parts, wide = [[] for _ in range(rank.max(initial=-1) + 1)], numbers.max(initial=0) + 1
    for code in pd.unique(rank[chosen] * wide + numbers[chosen]).tolist():
        parts[code // wide].append(code % wide)
    return parts


def _differences(agree, names, number, owner, first, fits):
    """Word by which tests the rows that compare with none differ from a first one: the words, and the number of each row's."""
    case = np.where(fits, 0, 2 * number + (owner != owner[first]))
    case, cases = pd.factorize(case)
    words = [
        _difference(dict(zip(names, agree[name // 2])), agree[number[first]], name % 2)
        for name in cases.tolist()
    ]
    case[first] = len(words)
    return [*words, "no other plan promises the same"], case


def _difference(key, first, elsewhere):
    """Name the tests that a row fails; what is not stated equals nothing, and the owner is that of the row."""
    pairs = zip(key, key.values(), first)
    failing = [
        TESTS[name]
        for name, one, other in pairs
        if (elsewhere if name == "owner" else one != other or name in UNSTATED and one)
    ]
    return "; ".join(failing) or "another promise of the same plan"


def _amounts(promises, number, place, divided, residents):
    """Divide the amounts that compare only so; return the amounts, and the words of their units with each row's number."""
    amount, units = promises["amount"].astype(float)[number], promises["standard_unit"].tolist()
    if divided.any():
        amount[divided] /= residents["value"].to_numpy()[place[divided]]
    return amount, ([*units, *(f"{unit} {PER_RESIDENT}" for unit in units)], number + len(units) * divided)


def _worded(stated, number):
    """Word promises: a column's words, and the number of each row's."""
    columns = {
        name: [getattr(row, name) for row in stated]
        for name in Promise._fields
        if name in SHOWN and name not in ("jurisdiction", "amount")
    }
    wordings = {"printed": wording.amount, "thing": wording.thing, "date": wording.date}
    words = columns | {name: [word(row) for row in stated] for name, word in wordings.items()}
    return {name: (cells, number) for name, cells in words.items()} | {
        "status": (["target"], np.zeros_like(number))
    }


def _without_target(plans, indicator, promising):
    """Return ids and places of the gaps of places without a target, or of none, and their words, a list a column."""

    def of_focus(table):
        return np.asarray(table["role"].array == "focus", bool)

    at = np.flatnonzero(np.asarray(plans.gaps["indicator"].array == indicator, bool) & of_focus(plans.gaps))
    place = plans.gaps["position"].to_numpy()[at]
    open_ = of_focus(plans.jurisdictions)
    open_[promising] = False
    at, place = at[open_[place]], place[open_[place]]
    open_[place] = False
    blank = np.flatnonzero(open_)
    gaps = [Gap(*row) for row in zip(*(plans.gaps[name].array.take(at) for name in Gap._fields))]
    words = {
        "status": [gap.status for gap in gaps] + ["none"] * len(blank),
        "printed": [*map(wording.gap, gaps)] + ["no target"] * len(blank),
    }
    words |= {"verdict": ["no"] * len(words["status"]), "why": ["no target"] * len(words["status"])}
    return (
        pd.Series([*plans.gaps["id"].array.take(at), *[""] * len(blank)], dtype="str"),
        np.append(place, blank),
        words,
    )


def comparability(plans, theme, of="value"):
    """Judge a theme's headline indicators, one row each.

    Parameters
    ----------
    plans : Plans
    theme : str or list of str
        A headline, ``"headline"`` for all, a theme, or ids of indicators.
    of : {"value", "date", "pace", "wording"}

    Returns
    -------
    DataFrame
        indicator, verdict (the best between two places), places that compare, each
        linked to its evidence, why not.

    Examples
    --------
    >>> import lantian as lt
    >>> verdicts = lt.comparability(lt.load(), "air").set_index("indicator")
    >>> verdicts.loc["Good-air days", "verdict"]
    'direct'
    """
    rows = []
    ids = theme if isinstance(theme, list) else None
    for indicator in chosen(plans.indicators, theme, ids).itertuples():
        judged = compare(plans, indicator.id, of)
        fit = judged[judged["verdict"] != "no"]
        groups = [part.drop_duplicates("label") for _, part in fit.groupby("group", sort=False)]
        places = "; and among themselves ".join(
            wording.names(map(evidence_link, part["id"], part["label"])) for part in groups
        )
        why = judged.loc[judged["status"] == "target", "why"]
        best = fit["verdict"].min() if len(fit) else "no"
        if len(fit):
            reason = ""
        elif judged.loc[judged["status"] == "target", "jurisdiction"].nunique() < 2:
            reason = "fewer than two plans have a target"
        else:
            tests = {test.split(":")[0] for words in why for test in words.split("; ") if ":" in test}
            reason = ", ".join(IN_SHORT[test] for test in IN_SHORT if test in tests) or "different promises"
        rows.append({"indicator": indicator.name_en, "verdict": best, "places": Shown(places), "why": reason})
    return pd.DataFrame(rows, columns=["indicator", "verdict", "places", "why"])


def what_compares(plans, theme, of="value"):
    """Say in one sentence what compares directly, what after conversion, and what not."""
    rows = comparability(plans, theme, of)
    direct, converted, no = (
        rows[rows["verdict"] == verdict] for verdict in ("direct", "after conversion", "no")
    )

    def fits(part):
        named = [Markup("{}, {}").format(row.indicator, row.places) for row in part.itertuples()]
        return Shown(Markup("; ").join(named) or "nothing")

    text = "In {of}, this compares directly between plans: {direct}. After conversion: {converted}. Not at all: {no}."
    rest = "; ".join(no["indicator"]) if len(no) <= LONGEST_LIST else f"the other {len(no)} subjects"
    return say(plans, text, of=of, direct=fits(direct), converted=fits(converted), no=rest or "nothing")
