"""Levels above, pace and outcomes: nothing is claimed that the facts do not carry."""

from dataclasses import replace

import lantian as lt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lantian.analysis import levels
from lantian.analysis.comparability import rules, stated
from lantian.analysis.levels import RELATIONS, ancestors
from lantian.analysis.matrix import FIRM
from lantian.analysis.progress import compound, pace_of
from lantian.charts.lanes import NotComparable, refuse


@pytest.fixture(scope="module")
def chain(plans):
    return lt.above(plans)


def test_shuocheng_copies_its_province_and_leaves_pm25_to_its_city(chain):
    copied = chain[
        (chain["relation"] == "copied")
        & (chain["above"] == "Shanxi")
        & (chain["jurisdiction"] == "shuocheng")
    ]
    assert set(copied["indicator"]) == {
        "SO2 emissions",
        "NOx emissions",
        "Heavy-pollution days",
        "SO2 concentration",
    }
    left = chain[(chain["jurisdiction"] == "shuocheng") & (chain["indicator"] == "PM2.5")]
    assert (
        list(left["relation"]) == ["assigned"]
        and "set by Shuozhou; its plan was not read" in left["in_words"].iloc[0]
    )


def test_relations_are_true_of_the_figures(plans, chain):
    targets = plans.every_target.set_index("id")
    compared = chain[chain["above_id"] != ""]
    assert compared["id"].is_unique or compared.groupby("id")["above"].nunique().max() == 1
    for row in compared.itertuples():
        one, higher = targets.loc[row.id], targets.loc[row.above_id]
        assert row.confidence and row.source and higher.jurisdiction in ancestors(plans, one.jurisdiction)
        assert (row.relation == "same act") == (one.value_basis == "")
        if row.relation == "same act":
            continue
        assert (one.kind, one.standard_unit, one.target_year) == (
            higher.kind,
            higher.standard_unit,
            higher.target_year,
        )
        better = one.amount < higher.amount if one.better == "lower" else one.amount > higher.amount
        nation = higher.jurisdiction == "china" and higher.value_basis != "word"
        as_firm = FIRM["strength"].index(one.strength) <= FIRM["strength"].index(higher.strength)
        expected = {
            "copied": one.amount == higher.amount and one.operator == higher.operator,
            "equal": one.amount == higher.amount,
            "beyond the average": better and nation,
            "short of the average": not better and nation,
            "stricter": better and as_firm and not nation,
            "less firm": better and not as_firm and not nation,
            "looser": not better and not nation,
        }
        assert expected[row.relation], (row.id, row.relation)


def test_what_is_copied_from_the_province_is_not_held_against_the_nation(chain):
    for goal in ("shuocheng-nox-emissions-2020", "shuocheng-so2-emissions-2020"):
        assert chain[(chain["id"] == goal) & (chain["above_id"] != "")]["above"].tolist() == ["Shanxi"]
    assert not (chain["relation"] == "stricter")[chain["above"] == "China"].any()


def test_what_was_not_collected_is_not_said_to_be_promised_otherwise(plans, chain):
    """Only of a level above with a goal on the subject can it be said that the goal is another."""
    reference = plans.targets_above
    names = plans.indicators.set_index("name_en")["id"]
    for row in chain[chain["relation"].isin(["not comparable", "not collected"])].itertuples():
        above = ancestors(plans, row.jurisdiction)
        there = reference[
            reference["jurisdiction"].isin(above) & (reference["indicator"] == names[row.indicator])
        ]
        if row.relation == "not comparable":
            assert all(place in row.in_words for place in set(there["place"]) if f"{place} " in row.in_words)
            assert len(there)
        else:
            assert row.in_words == "no goal of a level above could be matched to it"


def test_a_chain_that_was_not_read_ends_in_words(plans, chain):
    assert set(chain["relation"]) <= set(RELATIONS)
    assert not chain["in_words"].str.contains("nowhere").any()
    unread = plans.documents.query("access == 'not_seen'")["jurisdiction"]
    below = plans.places[plans.places["parent"].isin(unread)]["id"]
    assert set(chain[chain["relation"] == "parent not read"]["jurisdiction"]) == set(below)


def test_goals_held_against_none_are_each_answered_once(plans, chain):
    reported = lt.levels.unmatched(plans, chain)
    assert len(reported) and not reported.duplicated(["label", "in_words"]).any()
    goals = reported.set_index(["label", "in_words"])["goals"]
    held = chain.loc[chain["above_id"] != "", "id"]  # which are held against one
    for row in chain[(chain["above_id"] == "") & ~chain["id"].isin(held)].itertuples():
        assert str(goals[row.label, row.in_words]).split(", ").count(row.indicator) == 1


def test_lower_than_the_province_but_counted_otherwise_is_said(chain):
    heating = chain[(chain["indicator"] == "Clean heating") & (chain["above"] == "Shandong")]
    assert len(heating) and heating["caveats"].str.contains("subject: ").all()


@given(st.floats(-60, 60), st.integers(1, 20))
def test_compounding_a_pace_gives_the_change_back(change, years):
    assert ((1 + compound(change, years) / 100) ** years - 1) * 100 == pytest.approx(change, abs=1e-9)


def test_no_pace_without_a_base_year(plans):
    figures = plans.targets[plans.targets["kind"].isin(["change", "level"])]  # of others there is no pace
    for indicator in {*figures["indicator"], *plans.indicators["id"].iloc[::30]}:
        paces = lt.pace(plans, indicator, core=False)
        assert set(lt.pace(plans, indicator)["id"]) <= set(paces["id"])
        refused = paces[paces["basis"] == "none"]
        assert refused["compound"].isna().all() and refused["in_words"].str.contains("invented").all()
        assert paces[paces["basis"] == "observed"]["in_words"].str.contains("confidence").all()


def test_a_change_of_every_year_is_its_own_pace(plans):
    goal = plans.every_target["id"].isin(
        ["lanshan-energy-intensity-industry-2020", "huludao-industry-energy-2025"]
    )
    yearly = plans.every_target.assign(
        timing=plans.every_target["timing"].mask(goal, "every_year"),
        baseline_year=plans.every_target["baseline_year"].mask(goal),
    )
    plans = replace(plans, every_target=yearly)
    paces = lt.pace(plans, "energy.intensity_industry").set_index("id")
    for name in yearly[goal]["id"]:
        assert (
            paces.loc[name, "compound"] == yearly.set_index("id").loc[name, "amount"]
            and paces.loc[name, "basis"] == "stated"
        )
    assert lt.verdict(plans, *yearly[goal]["id"], of="pace").degree == "caveat"
    assert lt.verdict(plans, *yearly[goal]["id"], of="value").degree == "no"


def test_met_or_missed_only_where_place_measure_and_year_agree(plans):
    found = lt.outcomes(plans)
    assert set(zip(found["jurisdiction"], found["outcome"])) == {("yuyao", "met"), ("jincheng", "missed")}
    missed = found[found["outcome"] == "missed"].iloc[0]
    assert missed["id"] == "jincheng-pm25-2016" and "2 dataset figures" in missed["caution"]
    assert found.loc[found["jurisdiction"] == "yuyao", "caution"].str.contains("pandemic").all()
    assert (found[["source", "confidence"]] != "").all().all()


def test_an_observation_of_another_year_makes_no_outcome(plans):
    moved = plans.observations.assign(year=plans.observations["year"] + 1)
    ids = set(lt.outcomes(_with(plans, observations=moved))["id"])
    assert "jincheng-pm25-2016" not in ids


@pytest.mark.parametrize(
    ("cells", "outcome"),
    [
        ({"operator": "=", "amount": 34, "amount_max": 36}, ["met"]),
        ({"operator": "=", "amount": 33, "amount_max": 34}, ["missed"]),
        ({"operator": "<", "amount": 35}, ["missed"]),
        ({"operator": "~", "amount": 35}, []),
        ({"operator": "=", "amount": 34, "better": "neither"}, []),
        ({"operator": "<=", "amount": 34, "better": "neither"}, ["missed"]),
    ],
)
def test_a_goal_is_met_or_missed_only_where_a_measurement_settles_it(plans, cells, outcome):
    goals, is_goal = plans.every_target.copy(), plans.every_target["id"] == "yuyao-pm25-2020"
    goals.loc[is_goal, list(cells)] = list(cells.values())
    seen = plans.observations.query("indicator == 'air.pm25' and jurisdiction == 'yuyao' and year == 2020")
    changed = _with(plans, every_target=goals[is_goal], observations=seen.head(1).assign(value=35.0))
    assert list(lt.outcomes(changed)["outcome"]) == outcome


@pytest.mark.parametrize(
    ("start", "end", "change", "unit", "outcome"),
    [
        (50, 40, -20, "%", ["met"]),
        (75, 60, -20, "%", ["met"]),
        (40, 36, -10, "%", ["met"]),
        (40, 36.1, -10, "%", ["missed"]),
        (50, 45, -6, "percentage points", []),
    ],
)
def test_a_change_is_met_to_the_digit_and_in_percent_alone(plans, start, end, change, unit, outcome):
    goals, is_goal = plans.every_target.copy(), plans.every_target["id"] == "yuyao-pm25-2020"
    cells = {
        "kind": "change",
        "operator": "<=",
        "value": change,
        "amount": change,
        "standard_unit": unit,
        "baseline_year": 2015,
    }
    goals.loc[is_goal, list(cells)] = list(cells.values())
    seen = plans.observations.query(
        "indicator == 'air.pm25' and jurisdiction == 'yuyao' and year == 2020"
    ).head(1)
    seen = pd.concat([seen.assign(year=2015, value=float(start)), seen.assign(value=float(end))])
    changed = _with(plans, every_target=goals[is_goal], observations=seen)
    assert list(lt.outcomes(changed)["outcome"]) == outcome


def test_a_fall_of_no_stated_size_has_no_pace_and_a_range_has_two(plans):
    row = plans.by_id["lanshan-energy-intensity-industry-2020"]
    assert (
        pace_of(plans, row._replace(value_basis="word", value=0.0, amount=0.0, operator="<"))["basis"]
        == "none"
    )
    paces = pace_of(plans, row._replace(amount=-5.0, amount_max=-8.0, baseline_year=2015, target_year=2020))
    assert paces["low"] < paces["high"] < 0 and " to " in paces["in_words"]


def test_reference_rows_carry_document_and_confidence(plans):
    cited = plans.targets_above.merge(plans.documents, left_on="document", right_on="id", suffixes=("", "_d"))
    assert (
        (cited["access"] == "cited").all()
        and (cited["confidence"] != "").all()
        and (cited["title_en"] != "").all()
    )
    assert (plans.observations[["source", "confidence", "scope", "basis"]] != "").all().all()


def test_every_chart_with_values_refuses_what_does_not_compare(plans):
    words = ("x", "x", "x")
    mixed = lt.compare(plans, "air.pm25").assign(group=0)
    with pytest.raises(NotComparable, match="unit|share an axis"):
        lt.charts.panels(plans, mixed, *words)
    one_year = mixed.assign(kind="level", target_year=2020)
    with pytest.raises(NotComparable, match="unit|share an axis"):
        refuse(one_year)
    with pytest.raises(NotComparable, match="object"):
        lt.charts.rates(plans, lt.pace(plans, "air.pm25"), *words)


def _with(plans, **frames):
    from dataclasses import replace

    return replace(plans, **frames)


@pytest.mark.parametrize("value, relation", [(24, "beyond the average"), (30, "short of the average")])
def test_a_level_is_held_against_the_level_that_a_change_implies(plans, value, relation):
    """China's 10 % below 2020 implies 29.7 µg/m³ in 2025; -10 itself is no level that 24 would fall short of."""
    own = plans.by_id["yuyao-pm25-2020"]._replace(amount=value, value=value, target_year=2025)
    higher, judging = plans.by_id["china-pm25-2025"], rules(plans)
    goals = [stated(judging, row) for row in (own, higher)]
    assert levels._relation(judging, *goals, "converted") == relation
    goals = [stated(judging, row._replace(better="neither")) for row in (own, higher)]
    assert levels._relation(judging, *goals, "converted") == "another figure"


def test_a_limit_of_an_unknown_year_is_a_limit(plans):
    documents = plans.documents.assign(
        issued=plans.documents["issued"].mask(plans.documents["id"] == "china-2012", "")
    )
    found = lt.levels.limits(_with(plans, documents=documents), "air.pm25", 2020)
    assert len(found) == len(lt.levels.limits(plans, "air.pm25", 2020)) and "of )" not in "".join(
        found["in_words"]
    )


def test_no_indicators_have_no_goals(plans):
    assert lt.above(plans, indicators=[]).empty
