"""Put what the plans promise on one subject side by side, and say what of it compares."""

import html
from collections import namedtuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lantian import wording
from lantian.overview import chosen, known
from lantian.plans import PROMISED
from lantian.prose import Shown, evidence_link, say
from lantian.verdicts import PER_RESIDENT, TESTS, cautions, conversion, denominators, divider, keys, sized

Promise = namedtuple("Promise", [*PROMISED, "jurisdiction", "place"])
JUDGED = "level operator strength year_basis baseline_basis exception unit standard_unit divided place".split()  # what a group is judged by
DIVIDING = ["kind", "amount", "baseline_year", "target_year", "extensive"]  # what `_apart` reads
# Columns of a comparison: of each row, and of what it promises, with their types where they are no text.
OF_ROWS = ["jurisdiction", "id", "label", "order"]
TYPES = {"baseline_year": "Int64", "target_year": "Int64", "amount": "float64", "group": "float64"}
SHOWN = """jurisdiction id status printed thing kind indicator_name operator baseline_year target_year amount unit standard_unit date
    strength group cautions verdict why label""".split()
OF_GAPS = ["status", "within_remit", "delegated_to"]
LONGEST_LIST = 14  # names in one sentence
IN_SHORT = {"object": "different things", "time": "other years", "unit": "different measures", "range": "other areas or sizes"}


def compare(plans, indicator, of="value", core=True):
    """Put one indicator side by side: every focus place, its gaps included.

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
        known(plans.indicators, indicator)
    rows, promises, number = _promises(plans, _chosen(plans, indicator, core), of)
    place, places = pd.factorize(rows["jurisdiction"])
    told = _judge(promises, number, place, plans, of)
    gaps, silences = _untold(plans, indicator, places)
    rows = pd.concat([rows, gaps], ignore_index=True)
    number = np.append(number, np.arange(len(promises), len(promises) + len(gaps)))
    told = {name: [*words, *silences.get(name, [None] * len(gaps))] for name, words in told.items()}
    order = np.lexsort((np.array(told["group"], float)[number], rows["order"]))  # rows come by place and id
    column = lambda name: pd.array(told[name], TYPES.get(name, "str")).take(number[order])
    return pd.DataFrame({name: column(name) if name in told else rows[name].array.take(order) for name in SHOWN})


def _chosen(plans, indicator, core):
    """Number the focus places' rows of an indicator: those of the core where there are any."""
    at = plans.rows_of.get(indicator, np.array([], int))
    number, first = _numbered(plans.alike[at])
    promises = _taken(plans.targets, at[first], ["role", "core"])
    focus = promises["role"] == "focus"
    fits = focus & (promises["core"] == "yes")
    return at[(fits if core and fits.any() else focus).to_numpy()[number]]


def _numbered(values):
    """Number values from 0, in the order of their first places, which come second."""
    number, _ = pd.factorize(values)
    return number, np.unique(number, return_index=True)[1]


def _taken(frame, at, columns):
    """Take rows by number, a column at a time: for text, several times quicker than from the frame."""
    return pd.DataFrame({name: frame[name].array.take(at) for name in columns})


def _promises(plans, at, of):
    """Return the rows' places and ids, what they promise, each promise once, and the number of its promise for each row."""
    number, first = _numbered(plans.alike[at])
    # What keys tells apart by row or place is judged row by row, and so is the first row, which others are measured against.
    apart = _apart(_taken(plans.targets, at[first], DIVIDING), of)[number]
    apart[:1] = True
    number, first = _numbered(np.where(apart, np.arange(len(at)) + len(first), number))
    return _taken(plans.targets, at, OF_ROWS), _taken(plans.targets, at[first], Promise._fields), number


def _apart(promises, of):
    """Tell which promises agree with no other row, or with no other place."""
    undated, unknown = (promises[name].isna() for name in ("target_year", "amount"))
    unbased = promises["baseline_year"].isna() & ((promises["kind"] == "change") | (of == "pace"))
    return (undated | unknown | unbased).to_numpy(bool) | sized(promises)


def _judge(promises, number, place, plans, of):
    """Word promises, and tell group, verdict, why and cautions of each: a group of two places or more compares.

    ``number`` and ``place`` are those of each row's promise and place.
    """
    residents = denominators(plans) if sized(promises).any() else pd.DataFrame({"value": []})
    table = keys(promises, of, residents.index)
    agree = list(zip(*(table[name].tolist() for name in table)))
    numbers = {key: group for group, key in enumerate(dict.fromkeys(agree))}
    group = np.array([numbers[key] for key in agree], int)
    count = _places(group[number], place)
    promises = promises.assign(divided=divider(promises, table))
    shared = {name: part for name, part in promises[JUDGED].groupby(group) if count[name] > 1}
    why = {name: conversion(part, residents, of) for name, part in shared.items()}
    warned = {name: cautions(part) for name, part in shared.items()}
    words = _differences(agree, list(table), group, count) if place.any() else ["no other plan has a target for it"] * len(agree)
    verdicts = ["no" if name not in why else "after conversion" if why[name] else "direct" for name in group]
    judged = {"group": group, "verdict": verdicts, "why": [why.get(*pair) for pair in zip(group, words)], "cautions": [warned.get(name, "") for name in group]}
    return _worded(promises) | _per_resident(promises, np.array(verdicts) != "no", residents) | judged


def _places(group, place):
    """Count the places of each group."""
    wide = place.max(initial=0) + 1
    return np.bincount(np.unique(group * wide + place) // wide)


def _differences(agree, names, group, count):
    """Say by which tests each promise differs from the first of the group with the most places."""
    first = (group == count.argmax()).argmax()
    failing = [tuple(name for name, one, other in zip(names, key, agree[first]) if one != other) for key in agree]
    words = ["; ".join(TESTS[name] for name in tests) or "another promise of the same plan" for tests in failing]
    words[first] = "no other plan promises the same"
    return words


def _per_resident(promises, fits, residents):
    """Divide the amounts that compare only so; the columns that this changes, if any."""
    by = (promises["divided"] != "") & fits
    if not by.any():
        return {}
    amounts = promises["amount"].mask(by, promises["amount"] / promises["divided"].map(residents["value"]))
    units = promises["standard_unit"].mask(by, promises["standard_unit"] + f" {PER_RESIDENT}")
    return {"amount": amounts.tolist(), "standard_unit": units.tolist()}


def _worded(promises):
    """Return what is shown of promises, a list a column."""
    columns = {name: promises[name].tolist() for name in Promise._fields}
    rows = [Promise(*row) for row in zip(*columns.values())]
    words = {"printed": wording.amount, "thing": wording.thing, "date": wording.date}
    told = {name: [word(row) for row in rows] for name, word in words.items()}
    return {name: words for name, words in columns.items() if name in SHOWN and name not in OF_ROWS} | told | {"status": ["target"] * len(rows)}


def _untold(plans, indicator, told):
    """Return the places without a target on an indicator, and, a list a column, the gap of each, or that it has none."""
    gaps, places = plans.gaps, plans.jurisdictions
    at = np.flatnonzero((gaps["indicator"] == indicator) & (gaps["role"] == "focus"))
    at = at[~_among(gaps["jurisdiction"].array.take(at), told)]
    rows, about = _taken(gaps, at, OF_ROWS), _taken(gaps, at, OF_GAPS)
    blank = (places["role"] == "focus") & ~_among(places["id"], told) & ~_among(places["id"], rows["jurisdiction"])
    if none := int(blank.sum()):
        blanks = places.loc[blank, ["id", "label", "order"]].rename(columns={"id": "jurisdiction"})
        rows = pd.concat([rows, blanks.assign(id="")], ignore_index=True)
    words = {"status": [*about["status"], *["none"] * none], "printed": [*map(wording.gap, about.itertuples()), *["no target"] * none]}
    return rows, words | {"verdict": ["no"] * len(rows), "why": ["no target"] * len(rows)}


def _among(ids, known_ids):
    """Tell which ids are known; pandas' own isin is slow over many texts."""
    return np.asarray(pc.is_in(pa.array(ids), value_set=pa.array(known_ids, pa.large_string())))


def how_far(plans, theme, of="value"):
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
    >>> verdicts = lt.how_far(lt.load(), "air").set_index("indicator")
    >>> verdicts.loc["Good-air days", "verdict"]
    'direct'
    """
    rows = []
    ids = theme if isinstance(theme, list) else None
    for indicator in chosen(plans.indicators, theme, ids).itertuples():
        judged = compare(plans, indicator.id, of)
        fit = judged[judged["verdict"] != "no"]
        places = [evidence_link(row.id, row.label) for row in fit.drop_duplicates("label").itertuples()]
        why = judged.loc[judged["status"] == "target", "why"]
        best = fit["verdict"].min() if len(fit) else "no"
        if len(fit):
            reason = ""
        elif judged.loc[judged["status"] == "target", "jurisdiction"].nunique() < 2:
            reason = "fewer than two plans have a target"
        else:
            tests = {test.split(":")[0] for words in why for test in words.split("; ") if ":" in test}
            reason = ", ".join(IN_SHORT[test] for test in IN_SHORT if test in tests) or "different promises"
        rows.append({"indicator": indicator.name_en, "verdict": best, "places": Shown(wording.names(places) if places else ""), "why": reason})
    return pd.DataFrame(rows)


def how_far_sentence(plans, theme, of="value"):
    """Say in one sentence what compares directly, what after conversion, and what not."""
    rows = how_far(plans, theme, of)
    direct, converted, no = (rows[rows["verdict"] == verdict] for verdict in ("direct", "after conversion", "no"))
    fits = lambda part: Shown("; ".join(f"{html.escape(row.indicator)}, {row.places.markup}" for row in part.itertuples()) or "nothing")
    text = "In {of}, this compares directly between plans: {direct}. After conversion: {converted}. Not at all: {no}."
    rest = "; ".join(no["indicator"]) if len(no) <= LONGEST_LIST else f"the other {len(no)} subjects"
    return say(plans, text, of=of, direct=fits(direct), converted=fits(converted), no=rest or "nothing")
