"""Compare what the plans promise on one subject, in which degree and with whom, or why not."""

import itertools
import math
from collections import defaultdict

import pandas as pd

from lantian.analysis.comparability import DEGREES, ON_ONE_AXIS, judge, require_respect, rules, stated
from lantian.analysis.matrix import NO_TARGET, chosen, mark_where_empty, require_places, targets_on
from lantian.text import wording
from lantian.text.sentences import Shown, evidence_link

PAIR = "id other other_label between years is_second degree caveats inputs reason".split()
SAID = ["degree", "caveats", "inputs", "reason"]  # of a pair
VERDICT_COLUMNS = ["places", "other", *SAID]
ROW = """jurisdiction label id status printed thing kind indicator_name value_basis operator baseline_year target_year date strength hedge
    amount low high standard_unit converted converted_from group degree places other caveats inputs reason""".split()
NO_AXIS = (math.nan, math.nan, "", False, "")  # of what an axis shows nothing of
RESPECTS = ("value", "date", "pace", "wording")
MOST_PAIRS = 200_000  # judged at a time
MOST_NAMED = 4  # places, beyond which they are counted
ALONE = "none of the other plans compared has a target for it"
FEWER_THAN_TWO = "fewer than two plans have a target beyond operating parameters"
NEARER = "another year of one of the two plans is nearer"


def compare(plans, indicator, of="value", core=True, places=None):
    """Compare one indicator: every focus place, its gaps included.

    Each row has the strongest statement that holds between it and another plan. Where two plans have several
    rows each, those of the nearest years are compared, and those without a year.

    Parameters
    ----------
    plans : Plans
    indicator : str
        As ``"air.pm25"``.
    of : {"value", "date", "pace", "wording"}
    core : bool
        Leave operating parameters out, where there are other targets.
    places : list of str, optional
        Ids of the places to compare; by default all of `Plans.focus`.

    Returns
    -------
    DataFrame
        A row for each target and, of a place without one, for each gap or one that says so: jurisdiction, label, id,
        status (``target`` or the gap's), printed (as worded), thing, kind, indicator_name, value_basis, operator,
        baseline_year, target_year, date, strength, hedge; amount (the middle of low and high), low and high (of its
        range) in standard_unit, of a pace in % a year, of dates and wording none; converted (whether inputs led to them)
        and converted_from (its own inputs); group (rows of one group share an axis); degree, places (with which it holds
        in the same words), other (the target of the first of them), caveats, inputs (of both), and reason (for ``no``
        against the target in ``other``), its own value first. Gaps have no amounts and no group.

    Examples
    --------
    >>> import lantian as lt
    >>> straw = lt.compare(lt.load(), "agriculture.straw_use").set_index("label")
    >>> straw.loc["Lanshan (2019)", ["printed", "date", "degree", "places"]].tolist()
    ['at least 90 %', 'by 2020', 'direct', 'Shuocheng (2018)']
    """
    if places is not None:
        plans = plans.of(*require_places(plans.places, places))
    judging, targets = rules(plans), targets_on(plans, indicator, core)
    judged = pairs(judging, targets, of)
    best = strongest(targets, judged)
    best["group"] = groups(best, judged)
    rows = pd.concat([_on_axes(judging, worded(best), of), _rows_without_target(plans, indicator, best)])
    rows["order"] = rows["jurisdiction"].map(plans.focus.index)
    return rows.sort_values(["order", "id"], ignore_index=True)[ROW]


def pairs(judging, targets, of="value"):
    """Judge every two targets on one indicator.

    Parameters
    ----------
    judging : Rules
    targets : DataFrame
        Rows of ``Plans.targets``, on one indicator or several.
    of : {"value", "date", "pace", "wording"}

    Returns
    -------
    DataFrame
        Two rows a pair, one for each of them: id, other (the other's id), other_label, between (two places),
        years (between their target years, where both are known), is_second (of the two), degree, caveats, inputs,
        reason; caveats and reason have the value of ``id`` first.
    """
    require_respect(of)
    found, known = [], {}  # known: verdicts by all that they depend on, of amounts whether they are equal
    each = [stated(judging, row, of) for row in targets.sort_values("indicator", kind="stable").itertuples()]
    for _, states in itertools.groupby(each, key=lambda state: state.row.indicator):
        keyed = [(number, state, _verdict_key(state)) for number, state in enumerate(states)]
        for (at, one, one_key), (to, other, other_key) in itertools.permutations(keyed, 2):
            key = one_key, other_key, one.facts.compared == other.facts.compared
            words = known.get(key) or _judged_in_words(judging, one, other, of)
            if one_key and other_key and words[0] != "ranked":  # whose words name the places
                known[key] = words
            row, against = one.row, other.row
            between, years = (
                row.jurisdiction != against.jurisdiction,
                abs(against.target_year - row.target_year),
            )
            found.append((row.id, against.id, against.label, between, years, at > to, *words))
    types = {"between": bool, "years": "Int64", "is_second": bool, "reason": "str"}
    judged = pd.DataFrame(found, columns=PAIR).astype(types)
    return _no_of_farther_years(judged) if of == "value" else judged


def _verdict_key(state):
    """Gather what verdicts on a target depend on beside its amount, for one judgement of all that are alike; None where
    readings of its own place lead to what is compared.
    """
    facts = state.facts
    if state.converted or facts.inputs:
        return None
    return tuple(facts.fields.items()), facts.year, facts.all_or_none


def _judged_in_words(judging, one, other, of):
    """Judge two targets; return degree, caveats, inputs and reason as texts."""
    degree, caveats, inputs, reason = judge(judging, one, other, of)
    return degree, "; ".join(caveats), "; ".join(inputs), reason


def _no_of_farther_years(pairs):
    """Say ``no`` of two targets that compare where one of them has a nearer year to compare with in the other plan.

    What has no year is neither nearer nor farther.
    """
    fits = pairs[pairs["between"] & (pairs["degree"] != "no")]
    farther = fits[fits["years"] > fits.groupby(["id", "other_label"])["years"].transform("min")]
    farther = {frozenset(ids) for ids in zip(farther["id"], farther["other"])}
    is_farther = pd.Series(
        [frozenset(ids) in farther for ids in zip(pairs["id"], pairs["other"])], pairs.index, dtype=bool
    )
    no = {"degree": "no", "caveats": "", "inputs": "", "reason": NEARER}
    return pairs.assign(**{name: pairs[name].mask(is_farther, word) for name, word in no.items()})


def strongest(targets, judged):
    """Add to each target its best degree with another place, and what goes with it.

    Parameters
    ----------
    targets : DataFrame
        Rows of ``Plans.targets``.
    judged : DataFrame
        As from `pairs`, of these targets.

    Returns
    -------
    DataFrame
        The targets, with degree, places (of which the same is said), other (the target of the first of them, else the one
        that fails fewest tests), caveats, inputs, reason. Without a target of another plan the degree is ``no``, and the
        reason `ALONE`.
    """
    judged = by_strength(judged[judged["between"]])
    best = judged[(judged[SAID] == judged.groupby("id")[SAID].transform("first")).all(axis=1)]
    labels = best[best["degree"] != "no"].groupby("id")["other_label"].unique()
    labels = labels.map(lambda names: wording.names(names, most=MOST_NAMED))
    first = best.drop_duplicates("id")[["id", "other", *SAID]]
    first = first.assign(places=first["id"].map(labels)).astype("str")
    blank = dict.fromkeys(VERDICT_COLUMNS, "") | {"degree": "no", "reason": ALONE}
    return targets.merge(first, on="id", how="left").fillna(blank)


def strongest_by_subject(judging, targets, of="value"):
    """Judge targets on many subjects as `pairs` and `strongest` do, a few subjects at a time: pairs grow as the square of rows.

    Parameters
    ----------
    judging : Rules
    targets : DataFrame
        Rows of ``Plans.targets``.
    of : {"value", "date", "pace", "wording"}

    Returns
    -------
    DataFrame
        As from `strongest`, run by run.
    """
    # Cut into runs of about so many pairs, each subject whole.
    squares = (targets.groupby("indicator").size() ** 2).cumsum()
    part = targets["indicator"].map(squares // MOST_PAIRS)
    parts = [rows for _, rows in targets.groupby(part)] or [targets]
    return pd.concat([strongest(rows, pairs(judging, rows, of)) for rows in parts], ignore_index=True)


def by_strength(judged):
    """Sort pairs, as from `pairs`: the strongest statements first, then those that fail the fewest tests."""
    rank, failed = judged["degree"].map(DEGREES.index), judged["reason"].str.count(";")
    return judged.assign(rank=rank, failed=failed).sort_values(["rank", "failed"], kind="stable")


def verdict_in_words(row):
    """Say in which degree a target compares, with whom and how, or why not.

    Parameters
    ----------
    row : Series or namedtuple
        With degree, places, caveats, inputs and reason, as from `compare`.

    Returns
    -------
    str
        As "caveat with Yuyao (2018); level of government: prefecture against county".
    """
    degree = f"{row.degree} with {row.places}" if row.places else row.degree
    return "; ".join(filter(None, (degree, row.caveats, row.inputs, row.reason)))


def groups(rows, judged):
    """Number rows so that those with one number may all share an axis.

    Parameters
    ----------
    rows : DataFrame
        id and degree, as from `strongest`.
    judged : DataFrame
        As from `pairs`.

    Returns
    -------
    Series
        Aligned with rows. Those that fit with most come first; each joins the first group of which it fits with all. What
        fits with none has a group of its own.
    """
    on_axis = rows["degree"].isin(ON_ONE_AXIS)
    shares = rows.loc[on_axis, "id"]
    fitting = judged["degree"].isin(ON_ONE_AXIS) & judged["id"].isin(shares) & judged["other"].isin(shares)
    partners = judged[fitting].groupby("id")["other"].agg(set)
    found, numbers = defaultdict(set), {}
    for name in sorted([*shares, *rows.loc[~on_axis, "id"]], key=lambda name: -len(partners.get(name, ()))):
        fits_with = partners.get(name, set())
        numbers[name] = next((number for number, group in found.items() if group <= fits_with), len(found))
        found[numbers[name]].add(name)
    return rows["id"].map(numbers)


def largest_group(judged):
    """Take the figures that may share an axis in most places.

    Parameters
    ----------
    judged : DataFrame
        As from `compare`.

    Returns
    -------
    DataFrame
        The rows of one group; none where nothing compares.

    Examples
    --------
    >>> import lantian as lt
    >>> len(lt.largest_group(lt.compare(lt.load(), "agriculture.straw_use")))
    4
    """
    figures = judged[judged["amount"].notna() & judged["degree"].isin(ON_ONE_AXIS)]
    sizes = figures.groupby("group")["jurisdiction"].nunique()
    return figures[figures["group"] == sizes.idxmax()] if len(sizes) else figures


def _on_axes(judging, rows, of):
    """Add what an axis shows of each row: its amounts, converted where its group compares only so, or its pace."""
    converts = rows["group"].isin(rows.loc[rows["degree"] == "converted", "group"])
    cells = [_axis_cells(judging, row, of, flag) for row, flag in zip(rows.itertuples(), converts)]
    shown = pd.DataFrame(cells, rows.index, ["low", "high", "standard_unit", "converted", "converted_from"])
    amount = shown[["low", "high"]].mean(axis=1)
    return rows.drop(columns="standard_unit").join(shown).assign(amount=amount)


def _axis_cells(judging, row, of, converts):
    """Return of a row the ends of its range in a respect, their unit, whether inputs led to them, and these."""
    if of not in ("value", "pace"):
        return NO_AXIS
    state = stated(judging, row, of)
    facts = (state.converted if converts else None) or state.facts
    if facts.compared is None:
        return NO_AXIS
    unit = "% a year" if of == "pace" else facts.unit or row.standard_unit
    return *facts.compared, unit, bool(facts.inputs), "; ".join(facts.inputs)


def worded(rows):
    """Word targets: what each asks, of what, and by when."""
    each = list(rows.itertuples())
    printed = [wording.amount(row) for row in each]
    thing, when = list(map(wording.thing, each)), list(map(wording.date, each))
    return rows.assign(status="target", printed=printed, thing=thing, date=when)


def _rows_without_target(plans, indicator, rows):
    """List the gaps of places without a target on an indicator, and a row for each place without either."""
    places = plans.places.loc[~plans.places["id"].isin(rows["jurisdiction"]), ["id", "label"]]
    gaps = plans.gaps[plans.gaps["indicator"] == indicator]
    gap_words = pd.Series([wording.gap(gap) for gap in gaps.itertuples()], gaps.index, dtype="str")
    gaps = gaps[["jurisdiction", "id", "status"]].assign(printed=gap_words)
    rows = places.rename(columns={"id": "jurisdiction"}).merge(gaps, how="left", on="jurisdiction")
    reason = rows["jurisdiction"].map(mark_where_empty(plans)).map(NO_TARGET)
    with_parameters = plans.targets.loc[plans.targets["indicator"] == indicator, "jurisdiction"]
    words = reason.mask(rows["jurisdiction"].isin(with_parameters), "operating parameters only")
    empty = "thing kind indicator_name operator value_basis date strength hedge standard_unit converted_from".split()
    facts = dict.fromkeys([*empty, *VERDICT_COLUMNS], "") | {
        "degree": "no",
        "reason": reason,
        "converted": False,
    }
    return rows.fillna({"id": "", "status": "none", "printed": words}).assign(**facts)


def comparability(plans, theme, of="value"):
    """Judge the subjects of a theme, one row each, by the best pair of two plans; operating parameters are left out.

    Parameters
    ----------
    plans : Plans
    theme : str or list of str
        A headline, ``"headline"`` for all, a theme, or ids of indicators.
    of : {"value", "date", "pace", "wording"}

    Returns
    -------
    DataFrame
        indicator (its name), degree (of the best pair), places (each two of which compare so, linked to their evidence),
        caveats, inputs, reason. Where nothing compares, places and reason are those of the pair that fails fewest tests.

    Examples
    --------
    >>> import lantian as lt
    >>> subjects = lt.comparability(lt.load(), "air").set_index("indicator")
    >>> subjects.loc["Good-air days", ["degree", "caveats"]].tolist()
    ['caveat', 'level of government: prefecture against county']
    """
    subjects = chosen(plans.indicators, theme, None if isinstance(theme, str) else theme)
    judging, targets = rules(plans), plans.targets.query("core == 'yes'")
    best = [_best_pair(judging, targets[targets["indicator"] == name], of) for name in subjects["id"]]
    columns = ["indicator", "degree", "places", "caveats", "inputs", "reason"]
    return pd.DataFrame(best, columns=columns).assign(indicator=list(subjects["name_en"]))


def _best_pair(judging, targets, of):
    """Take the strongest statement on two of some targets, and name the places of which each two are so."""
    judged = pairs(judging, targets, of)
    judged = by_strength(judged[judged["between"] & ~judged["is_second"]])
    if judged.empty:
        return {"degree": "no", "places": Shown(""), "caveats": "", "inputs": "", "reason": FEWER_THAN_TWO}
    best = judged.iloc[0]
    alike = judged[(judged[SAID] == best[SAID]).all(axis=1) & (judged["degree"] != "no")]
    both = pd.concat([alike, alike.rename(columns={"id": "other", "other": "id"})])
    partners, named = both.groupby("id")["other"].agg(set), {best["id"], best["other"]}
    for name in targets.loc[targets["id"].isin(partners.index), "id"]:
        named |= {name} if named <= partners[name] else set()
    each = targets[targets["id"].isin(named)]
    places = wording.names(map(evidence_link, each["id"], each["label"]), most=MOST_NAMED)
    return best[SAID].to_dict() | {"places": Shown(places)}
