"""Two promises are compared when time, object, unit and range agree, and never otherwise."""

import itertools
import random

import lantian as lt
import pandas as pd
import pytest
from lantian.analysis.comparability import RESPECTS, SIZED, TESTS, denominators, keys, verdict_of_set
from lantian.charts.values import NotComparable, refuse

SAME_COLUMN = ("indicator", "kind", "subject", "subject_class", "base", "area", "target_year", "dimension")


def cell(row, column):
    """Return a cell as text; what is missing is empty."""
    return "" if pd.isna(row[column]) else str(row[column])


def differs(name, one, other):
    """Tell whether the test ``name`` really fails between two rows, from the columns alone."""
    if name in SAME_COLUMN:
        return cell(one, name) != cell(other, name)
    if name == "baseline_year":
        return cell(one, name) != cell(other, name) and "change" in (one["kind"], other["kind"])
    if name == "owner":
        return one["jurisdiction"] != other["jurisdiction"] and any(sized(row) for row in (one, other))
    if name == "value_basis":  # "at least as much" and "more" are two words for the same number
        words = "word" in (one[name], other[name]) and one["operator"] != other["operator"]
        return one[name] != other[name] or words
    if name == "figure":
        return any(not cell(row, column) for row in (one, other) for column in ("amount", "target_year"))
    if name == "target_known":
        return any(not cell(row, "target_year") for row in (one, other))
    return any(not cell(row, "baseline_year") for row in (one, other))


def sized(row):
    return row["extensive"] == "yes" and row["kind"] in SIZED


@pytest.fixture(scope="module")
def core(plans):
    rows = plans.targets
    return rows[(rows["core"] == "yes") & (rows["role"] == "focus")].set_index("id", drop=False)


@pytest.fixture(scope="module")
def pairs(core):
    """Pairs that have something in common, and some that have not: a fixed sample."""
    alike = [pair for _, rows in core.groupby("indicator") for pair in itertools.combinations(rows["id"], 2)]
    draw = random.Random(20)
    return draw.sample(alike, min(60, len(alike))) + [
        tuple(draw.sample(list(core["id"]), 2)) for _ in range(20)
    ]


@pytest.fixture(scope="module", params=RESPECTS)
def verdicts(request, plans, pairs):
    """The verdict on each pair, in both orders, in one respect."""
    return {
        pair: lt.verdict(plans, *pair, request.param)
        for first, second in pairs
        for pair in ((first, second), (second, first))
    }


def test_verdict_does_not_depend_on_the_order(verdicts):
    assert not [pair for pair in verdicts if verdicts[pair][0] != verdicts[pair[::-1]][0]]


def test_every_failing_test_named_really_differs(verdicts, core):
    names = {sentence: name for name, sentence in TESTS.items()}
    for (first, second), (judged, why) in verdicts.items():
        for sentence in why.split("; ") if judged == "no" else ():
            assert differs(names[sentence], core.loc[first], core.loc[second]), (first, second, sentence)


@pytest.mark.parametrize("of", RESPECTS)
def test_a_target_compares_directly_with_itself(plans, core, of):
    assert {lt.verdict(plans, name, name, of) for name in core["id"][::25]} == {("direct", "")}


@pytest.mark.parametrize("of", ["value", "pace"])
def test_size_is_never_compared_between_places(core, of):
    """Over all pairs at once: rows compare exactly when their keys are equal."""
    table = keys(core, of)
    groups = core.groupby([table[name] for name in table], sort=False)
    for _, rows in groups:
        assert rows["jurisdiction"].nunique() == 1 or not any(sized(row) for _, row in rows.iterrows()), list(
            rows["id"]
        )


def test_values_compare_over_all_pairs_only_where_all_agrees(core):
    table = keys(core, "value")
    for _, rows in core.groupby([table[name] for name in table], sort=False):
        for one, other in itertools.combinations(rows.to_dict("records"), 2):
            open_ = {"figure", "base_known"} if one["kind"] != "change" else {"figure"}
            wrong = [name for name in TESTS if differs(name, one, other) and name not in open_]
            assert not wrong, (one["id"], other["id"], wrong)


@pytest.mark.parametrize("of", ["value", "date"])
def test_groups_of_compare_agree_with_verdict(plans, of):
    for indicator in plans.indicators.loc[plans.indicators["headline"] != "", "id"]:
        rows = lt.compare(plans, indicator, of).query("status == 'target'")
        for one, other in itertools.combinations(rows.to_dict("records"), 2):
            compares = lt.verdict(plans, one["id"], other["id"], of)[0] != "no"
            assert compares == (one["group"] == other["group"]), (one["id"], other["id"])


def test_compare_has_every_focus_place(plans):
    for indicator in plans.indicators["id"].iloc[::10]:
        assert list(dict.fromkeys(lt.compare(plans, indicator)["jurisdiction"])) == list(plans.focus["id"]), (
            indicator
        )


def test_a_chart_refuses_an_axis_that_rows_do_not_share(plans):
    tried = 0
    for indicator in plans.indicators.loc[plans.indicators["headline"] != "", "id"]:
        figures = lt.compare(plans, indicator).dropna(subset=["amount"])
        refuse(figures)
        if figures["jurisdiction"].nunique() > 1 and (figures["verdict"] == "no").any():
            tried += 1
            with pytest.raises(NotComparable, match="test of unit|share an axis"):
                refuse(figures.assign(group=0))
    assert tried


def test_unknown_names_are_answered_with_what_is_known(plans):
    with pytest.raises(ValueError, match=r"'air\.smell' is no indicator; near it: .*lists all of them"):
        lt.compare(plans, "air.smell")
    with pytest.raises(ValueError, match="'size' is not known; it is one of value, date, pace, wording"):
        lt.compare(plans, plans.indicators["id"].iloc[0], of="size")


@pytest.mark.parametrize("of", ["value", "pace"])
def test_over_every_pair_no_amount_that_grows_with_a_place_is_direct(plans, core, of):
    table = keys(core, of, set(denominators(plans).index))
    group = table.groupby(list(table), sort=False).ngroup()
    for _, rows in core.groupby(group):
        if rows["jurisdiction"].nunique() > 1 and rows.apply(sized, axis=1).any():
            assert lt.verdict(plans, *rows["id"].iloc[[0, -1]], of)[0] == "after conversion"


def test_a_set_is_judged_by_its_worst_pair(plans):
    straw = plans.targets.query("indicator == 'agriculture.straw_use' and role == 'focus'")
    same = straw[straw["target_year"] == 2020]["id"].tolist()
    assert verdict_of_set(plans, same) == ("direct", "")
    assert verdict_of_set(plans, straw["id"].tolist()) == ("no", TESTS["target_year"])


def test_units_convert_there_and_back(plans):
    rows = plans.targets[plans.targets["amount"].notna()]
    assert (rows["amount"] / rows["factor"] - rows["value"]).abs().max() < 1e-9 * rows["value"].abs().max()
