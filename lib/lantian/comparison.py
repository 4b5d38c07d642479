"""Judge which targets may be compared, in one respect at a time, and say why not."""

import pandas as pd

from lantian import wording

RESPECTS = ("value", "date", "pace", "wording")
# Kinds whose figure grows with the place when the indicator is extensive.
SIZED = ("level", "count", "amount")
TESTS = {
    "indicator": "object: another indicator",
    "kind": "object: another kind of promise",
    "subject": "object: another thing acted on",
    "subject_class": "object: another class",
    "base": "object: new purchases are not the stock",
    "target_year": "time: another target year",
    "dimension": "unit: another dimension",
    "baseline_year": "unit: another base year",
    "value_basis": "unit: a figure is not a word, nor one word another",
    "area": "range: another area",
    "owner": "range: size",
    "figure": "unit: no figure",
    "base_known": "unit: a change without its base year",
}

LONGEST_LIST = 14  # names in one sentence
IN_SHORT = {"object": "different things", "time": "other years", "unit": "different measures", "range": "other areas or sizes"}


def keys(targets, of="value"):
    """Tell, for each target, everything that must agree before it is compared.

    Two targets are comparable in the respect ``of`` exactly when their rows here
    are equal. After the tests of the literature on comparing city climate targets:
    time, object, unit and range.

    Parameters
    ----------
    targets : DataFrame
        Rows of ``Plans.targets``.
    of : {"value", "date", "pace", "wording"}

    Returns
    -------
    DataFrame
        Strings, indexed like ``targets``; one column a test.
    """
    if of not in RESPECTS:
        raise ValueError(f"of={of!r} is not known; it is one of {', '.join(RESPECTS)}")
    columns = ["indicator", "kind", "subject", "subject_class", "base", "area"]
    table = targets[columns].astype(str)
    if of == "date":
        return table.assign(figure=_known(targets, "target_year"))
    if of == "wording":
        return table[["indicator"]]
    change = targets["kind"] == "change"
    sized = (targets["extensive"] == "yes") & targets["kind"].isin(SIZED)
    table["dimension"] = targets["dimension"].fillna("").astype(str)
    table["figure"] = _known(targets, "amount")
    baseline = targets["baseline_year"].astype("string").fillna("")
    table["base_known"] = _only(change & (baseline == ""), targets["id"])
    table["owner"] = _only(sized, targets["jurisdiction"])
    if of == "value":
        table["target_year"] = targets["target_year"].astype("string").fillna("").astype(str)
        table["baseline_year"] = baseline.where(change, "").astype(str)
        # "at least as much" and "more" are other words, though both rest on the number one.
        force = targets["operator"].where(targets["value_basis"] == "word", "")
        table["value_basis"] = targets["value_basis"] + force
    return table


def _known(targets, column):
    """Empty where the column is filled; else the row's own id, equal to nothing."""
    return targets["id"].where(targets[column].isna(), "").astype(str)


def _only(mask, values):
    return values.where(mask, "").astype(str)


def verdict(plans, first, second, of="value"):
    """Judge one pair of targets.

    Parameters
    ----------
    plans : Plans
    first, second : str
        Ids of targets.
    of : {"value", "date", "pace", "wording"}

    Returns
    -------
    tuple of (str, str)
        ``direct``, ``after conversion`` or ``no``, and why.
    """
    pair = plans.targets.set_index("id", drop=False).loc[[first, second]]
    table = keys(pair, of)
    failing = [TESTS[name] for name in table if table[name].iloc[0] != table[name].iloc[1]]
    if pair["jurisdiction"].nunique() == 1:
        failing = [test for test in failing if test != TESTS["owner"]]
    if first != second and failing:
        return "no", "; ".join(failing)
    units = list(dict.fromkeys(pair["unit"]))
    if of in ("value", "pace") and len(units) > 1:
        return "after conversion", f"{' and '.join(units)} to {pair['standard_unit'].iloc[0]}"
    return "direct", ""


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
        ``after conversion`` or ``no``, against the other places), why.
    """
    _known_indicator(plans, indicator)
    targets = plans.targets
    rows = targets[(targets["indicator"] == indicator) & (targets["role"] == "focus")]
    rows = rows[rows["core"] == "yes"] if core and (rows["core"] == "yes").any() else rows
    table = keys(rows, of)
    group = table.groupby(list(table), sort=False).ngroup() if len(rows) else pd.Series(dtype=int)
    judged = pd.DataFrame(
        {
            "jurisdiction": rows["jurisdiction"],
            "id": rows["id"],
            "status": "target",
            "printed": [wording.amount(row) for row in rows.itertuples()],
            "thing": [wording.thing(row) for row in rows.itertuples()],
            "kind": rows["kind"],
            "indicator_name": rows["indicator_name"],
            "operator": rows["operator"],
            "baseline_year": rows["baseline_year"],
            "target_year": rows["target_year"],
            "amount": rows["amount"],
            "unit": rows["unit"],
            "standard_unit": rows["standard_unit"],
            "date": [wording.date(row) for row in rows.itertuples()],
            "strength": rows["strength"],
            "group": group,
        }
    )
    judged = _judge(judged, table, of)
    return _with_gaps(judged, plans, indicator)


def _known_indicator(plans, indicator):
    if indicator not in set(plans.indicators["id"]):
        raise ValueError(f"{indicator!r} is no indicator; lt.load().indicators lists them")


def _judge(rows, table, of):
    """Add verdict and why: a group of two places or more compares."""
    if rows.empty:
        return rows.assign(verdict=pd.Series(dtype=str), why=pd.Series(dtype=str))
    groups = rows.groupby("group")
    shared = groups["jurisdiction"].transform("nunique") > 1
    mixed = (groups["unit"].transform("nunique") > 1) & (of in ("value", "pace"))
    verdicts = pd.Series("no", index=rows.index).mask(shared, "direct").mask(shared & mixed, "after conversion")
    reference = _reference_row(rows, shared)
    why = [
        "" if fine else _differences(table.loc[index], table.loc[reference], rows, index, reference)
        for index, fine in shared.items()
    ]
    return rows.assign(verdict=verdicts, why=why)


def _reference_row(rows, shared):
    """The row that the others are measured against: of the largest group, else the first."""
    candidates = rows[shared] if shared.any() else rows
    return candidates.groupby("group")["jurisdiction"].transform("nunique").idxmax()


def _differences(one, other, rows, index, reference):
    failing = [TESTS[name] for name in one.index if one[name] != other[name]]
    if rows["jurisdiction"].nunique() == 1:
        return "no other plan has a target for it"
    if index == reference:
        nearest = [TESTS[name] for name in one.index if one[name]]
        return "no other plan promises the same" if nearest else "alone"
    return "; ".join(failing) or "another promise of the same plan"


def _with_gaps(rows, plans, indicator):
    """Add gaps, and a row for each place that has neither target nor gap."""
    gaps = plans.gaps[(plans.gaps["indicator"] == indicator) & (plans.gaps["role"] == "focus")]
    gaps = gaps[~gaps["jurisdiction"].isin(rows["jurisdiction"])]
    silent = pd.DataFrame(
        {
            "jurisdiction": gaps["jurisdiction"],
            "id": gaps["id"],
            "status": gaps["status"],
            "printed": [wording.gap(row) for row in gaps.itertuples()],
            "verdict": "no",
            "why": "no target",
        }
    )
    blank = [place for place in plans.focus["id"] if place not in {*rows["jurisdiction"], *gaps["jurisdiction"]}]
    none = pd.DataFrame(
        {"jurisdiction": blank, "id": "", "status": "none", "printed": "no target", "verdict": "no", "why": "no target"}
    )
    whole = pd.concat([rows, silent, none], ignore_index=True)
    places = plans.focus[["id", "label", "order"]].rename(columns={"id": "jurisdiction"})
    whole = whole.merge(places, on="jurisdiction")
    return whole.sort_values(["order", "group", "id"], kind="stable").drop(columns="order").reset_index(drop=True)


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
        indicator, verdict (the best between two places), places that compare, why not.
    """
    from lantian.overview import chosen

    rows = []
    ids = theme if isinstance(theme, list) else None
    for indicator in chosen(plans.indicators, theme, ids).itertuples():
        judged = compare(plans, indicator.id, of)
        fit = judged[judged["verdict"] != "no"]
        places = dict.fromkeys(fit["label"])
        why = judged.loc[judged["status"] == "target", "why"]
        best = fit["verdict"].min() if len(fit) else "no"
        if len(fit):
            reason = ""
        elif judged.loc[judged["status"] == "target", "jurisdiction"].nunique() < 2:
            reason = "fewer than two plans have a target"
        else:
            tests = {test.split(":")[0] for words in why for test in words.split("; ") if ":" in test}
            reason = ", ".join(IN_SHORT[test] for test in IN_SHORT if test in tests) or "different promises"
        rows.append({"indicator": indicator.name_en, "verdict": best, "places": wording.names(places) if places else "", "why": reason})
    return pd.DataFrame(rows)


def how_far_sentence(plans, theme, of="value"):
    """Say in one sentence what compares directly, what after conversion, and what not."""
    from lantian.prose import say

    rows = how_far(plans, theme, of)
    direct, converted, no = (rows[rows["verdict"] == verdict] for verdict in ("direct", "after conversion", "no"))
    fits = lambda part: "; ".join(f"{row.indicator}, {row.places}" for row in part.itertuples()) or "nothing"
    text = "In {of}, this compares directly between plans: {direct}. After conversion: {converted}. Not at all: {no}."
    rest = "; ".join(no["indicator"]) if len(no) <= LONGEST_LIST else f"the other {len(no)} subjects"
    return say(plans, text, of=of, direct=fits(direct), converted=fits(converted), no=rest or "nothing")
