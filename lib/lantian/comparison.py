"""Judge which targets may be compared, in one respect at a time, and say why not."""

import itertools

import pandas as pd

from lantian import wording

# The columns that wording a target needs.
TOLD = """kind operator value value_basis amount amount_max standard_unit baseline_year target_year year_basis timing deadline
    subject subject_class base area exception""".split()
CENSUS = 2020  # the last census: residents are counted nearest to it
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
    "target_known": "time: no target year",
}

LONGEST_LIST = 14  # names in one sentence
IN_SHORT = {"object": "different things", "time": "other years", "unit": "different measures", "range": "other areas or sizes"}


def keys(targets, of="value", divided=()):
    """Tell, for each target, everything that must agree before it is compared.

    Two targets are comparable in the respect ``of`` exactly when their rows here
    are equal. After the tests of the literature on comparing city climate targets:
    time, object, unit and range.

    Parameters
    ----------
    targets : DataFrame
        Rows of ``Plans.targets``.
    of : {"value", "date", "pace", "wording"}
    divided : collection of str
        Places whose amounts can be divided by their residents.

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
    table["owner"] = _only(sized, targets["jurisdiction"].mask(targets["jurisdiction"].isin(divided), "per resident"))
    table["target_known"] = _known(targets, "target_year")
    if of == "pace":
        table["base_known"] = _known(targets, "baseline_year")
    if of == "value":
        table["target_year"] = targets["target_year"].astype("string").fillna("").astype(str)
        table["baseline_year"] = baseline.where(change, "").astype(str)
        # "at least as much" and "more" are other words, though both rest on the number one.
        force = targets["operator"].where(targets["value_basis"] == "word", "")
        table["value_basis"] = targets["value_basis"] + force
    return table


def denominators(plans):
    """Residents of each place, by which amounts that grow with it can be divided.

    The observation of ``context.population`` nearest to the census of 2020.

    Parameters
    ----------
    plans : Plans

    Returns
    -------
    DataFrame
        Indexed by jurisdiction: value, year, source, confidence.
    """
    return near_census(plans.observations, "context.population")[["value", "year", "source", "confidence"]]


def near_census(observations, indicator):
    """Take, for each place, the observation of an indicator nearest to the census of 2020.

    Returns
    -------
    DataFrame
        The columns of ``observations``, indexed by jurisdiction; of two as near, the earlier.
    """
    seen = observations[observations["indicator"] == indicator]
    away = (seen["year"] - CENSUS).abs()
    nearest = seen.assign(away=away).sort_values(["jurisdiction", "away", "year"], kind="stable")
    return nearest.drop_duplicates("jurisdiction").set_index("jurisdiction")


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
        ``direct``, ``after conversion`` or ``no``, and why: the conversion and its
        inputs, or the failing tests.
    """
    pair = plans.targets.set_index("id", drop=False).loc[[first, second]]
    places = pair["jurisdiction"].unique()
    table = keys(pair, of, set(denominators(plans).index) if len(places) > 1 else ())
    failing = [TESTS[name] for name in table if table[name].iloc[0] != table[name].iloc[1]]
    if len(places) == 1:
        failing = [test for test in failing if test != TESTS["owner"]]
    if first != second and failing:
        return "no", "; ".join(failing)
    converted = _conversion(plans, pair, table, of)
    return ("after conversion", converted) if converted else ("direct", "")


def verdict_of_set(plans, ids, of="value"):
    """Judge a set of targets: the worst verdict of its pairs, with every reason.

    Parameters
    ----------
    plans : Plans
    ids : sequence of str
    of : {"value", "date", "pace", "wording"}

    Returns
    -------
    tuple of (str, str)
    """
    judged = [verdict(plans, first, second, of) for first, second in itertools.combinations(ids, 2)]
    worst = next((name for name in ("no", "after conversion") if any(name == word for word, _ in judged)), "direct")
    reasons = dict.fromkeys(part for word, why in judged if word == worst for part in why.split("; ") if part)
    return worst, "; ".join(reasons)


def cautions(rows):
    """Say what a reader should bear in mind when rows are set side by side.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``Plans.targets`` that compare.

    Returns
    -------
    str
    """
    told = []
    for column, words in CAUTIONS.items():
        if rows[column].nunique(dropna=False) > 1:
            told.append(words)
    if rows["year_basis"].isin(["inferred", "ambiguous"]).any() or rows["baseline_basis"].isin(["inferred", "ambiguous"]).any():
        told.append("a year is inferred or ambiguous")
    if (rows["exception"] != "").any():
        told.append("with exceptions")
    return "; ".join(told)


CAUTIONS = {
    "level": "levels of government differ",
    "operator": '"at least" and "exactly" differ',
    "strength": "the words bind differently",
}


def _conversion(plans, rows, table, of):
    """Name the conversion that rows of one group need, with its inputs; empty for none."""
    if of not in ("value", "pace"):
        return ""
    parts = []
    if len(set(rows["unit"])) > 1:
        parts.append(f"{' and '.join(dict.fromkeys(rows['unit']))} to {rows['standard_unit'].iloc[0]}")
    if "owner" in table and (table["owner"] == "per resident").any() and rows["jurisdiction"].nunique() > 1:
        residents = denominators(plans)
        inputs = [f"{row.place} {residents.loc[row.jurisdiction, 'value']:,.0f} ({residents.loc[row.jurisdiction, 'year']}, confidence {residents.loc[row.jurisdiction, 'confidence']})" for row in rows.drop_duplicates("jurisdiction").itertuples()]
        parts.append(f"per resident: {', '.join(inputs)}")
    return "; ".join(parts)


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
    Straw use in 2020 is the cleanest comparison of the plans:

    >>> import lantian as lt
    >>> straw = lt.compare(lt.load(), "agriculture.straw_use")
    >>> straw.loc[straw.verdict == "direct", ["label", "printed"]]  # doctest: +SKIP
    """
    _known_indicator(plans, indicator)
    targets = plans.targets
    rows = targets[(targets["indicator"] == indicator) & (targets["role"] == "focus")]
    rows = rows[rows["core"] == "yes"] if core and (rows["core"] == "yes").any() else rows
    table = keys(rows, of, set(denominators(plans).index))
    group = table.groupby(list(table), sort=False).ngroup() if len(rows) else pd.Series(dtype=int)
    told = list(rows[TOLD].itertuples(index=False))
    judged = pd.DataFrame(
        {
            "jurisdiction": rows["jurisdiction"],
            "id": rows["id"],
            "status": "target",
            "printed": [wording.amount(row) for row in told],
            "thing": [wording.thing(row) for row in told],
            "kind": rows["kind"],
            "indicator_name": rows["indicator_name"],
            "operator": rows["operator"],
            "baseline_year": rows["baseline_year"],
            "target_year": rows["target_year"],
            "amount": rows["amount"],
            "unit": rows["unit"],
            "standard_unit": rows["standard_unit"],
            "date": [wording.date(row) for row in told],
            "strength": rows["strength"],
            "group": group,
        }
    )
    judged = _judge(judged.assign(cautions=""), table, of)
    judged = _converted(plans, judged, rows, table, of)
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
    verdicts = pd.Series("no", index=rows.index).mask(shared, "direct")
    reference = _reference_row(rows, shared)
    return rows.assign(verdict=verdicts, why=_differences(table, rows, reference).mask(shared, ""))


def _converted(plans, judged, rows, table, of):
    """Name conversions and cautions of each group that compares; divide its amounts."""
    residents = denominators(plans)
    for _, part in judged[judged["verdict"] != "no"].groupby("group"):
        conversion = _conversion(plans, rows.loc[part.index], table.loc[part.index], of)
        judged.loc[part.index, "verdict"] = "after conversion" if conversion else "direct"
        judged.loc[part.index, "why"] = conversion
        judged.loc[part.index, "cautions"] = cautions(rows.loc[part.index])
        if "per resident" in conversion:
            judged.loc[part.index, "amount"] = part["amount"] / part["jurisdiction"].map(residents["value"])
            judged.loc[part.index, "standard_unit"] = part["standard_unit"] + " per resident"
    return judged


def _reference_row(rows, shared):
    """The row that the others are measured against: of the largest group, else the first."""
    candidates = rows[shared] if shared.any() else rows
    return candidates.groupby("group")["jurisdiction"].transform("nunique").idxmax()


def _differences(table, rows, reference):
    """Say by which tests each row differs from the one that it is measured against."""
    if rows["jurisdiction"].nunique() == 1:
        return pd.Series("no other plan has a target for it", index=rows.index)
    failing = table.to_numpy() != table.loc[reference].to_numpy()
    words = ["; ".join(TESTS[name] for name, fails in zip(table, row) if fails) for row in failing]
    why = pd.Series(words, index=rows.index).replace("", "another promise of the same plan")
    why[reference] = "no other plan promises the same" if table.loc[reference].any() else "alone"
    return why


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
    known = {*rows["jurisdiction"], *gaps["jurisdiction"]}
    blank = [place for place in plans.focus["id"] if place not in known]
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
