"""Levels above, pace and outcomes: nothing is claimed that the facts do not carry."""

from dataclasses import replace

import lantian as lt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lantian.analysis.comparability import SIZED
from lantian.analysis.levels import RELATIONS
from lantian.analysis.progress import compound
from lantian.charts.values import NotComparable


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
        and "Shuozhou, whose plan was not read" in left["in_words"].iloc[0]
    )


def test_relations_are_true_of_the_figures(plans, chain):
    targets = plans.targets.set_index("id")
    for row in chain[chain["above_id"] != ""].itertuples():
        one, other = targets.loc[row.id], targets.loc[row.above_id]
        assert (one.kind, one.standard_unit, one.target_year) == (
            other.kind,
            other.standard_unit,
            other.target_year,
        )
        better = one.amount < other.amount if one.better == "lower" else one.amount > other.amount
        assert row.relation in (
            {"copied", "equal"} if one.amount == other.amount else {"stricter"} if better else {"looser"}
        )
        assert not (one.extensive == "yes" and one.kind in SIZED)
        assert row.confidence and row.source


def test_a_chain_that_was_not_read_ends_in_words(plans, chain):
    assert set(chain["relation"]) <= set(RELATIONS)
    assert not chain["in_words"].str.contains("nowhere").any()
    unread = plans.documents.query("access == 'not_seen'")["jurisdiction"]
    below = plans.focus[plans.focus["parent"].isin(unread)]["id"]
    assert set(chain[chain["relation"] == "parent not read"]["jurisdiction"]) == set(below)


def test_goals_held_against_none_are_each_answered_once(plans, chain):
    reported = lt.levels.unmatched(plans, chain)
    assert len(reported) and not reported.duplicated(["label", "in_words"]).any()
    goals = reported.set_index(["label", "in_words"])["goals"]
    for row in chain[chain["above_id"] == ""].itertuples():
        assert str(goals[row.label, row.in_words]).split(", ").count(row.indicator) == 1


def test_lower_than_the_province_but_counted_otherwise_is_said(chain):
    heating = chain[(chain["indicator"] == "Clean heating") & (chain["above"] == "Shandong")]
    assert len(heating) and heating["in_words"].str.contains("differ").all()


@given(st.floats(-60, 60), st.integers(1, 20))
def test_compounding_a_pace_gives_the_change_back(change, years):
    assert ((1 + compound(change, years) / 100) ** years - 1) * 100 == pytest.approx(change, abs=1e-9)


def test_no_pace_without_a_base_year(plans):
    for indicator in plans.indicators["id"]:
        paces = lt.pace(plans, indicator, core=False)
        assert set(lt.pace(plans, indicator)["id"]) <= set(paces["id"])
        refused = paces[paces["basis"] == "none"]
        assert refused["compound"].isna().all() and refused["in_words"].str.contains("invented").all()
        assert paces[paces["basis"] == "observed"]["in_words"].str.contains("confidence").all()


def test_a_change_of_every_year_is_its_own_pace(plans):
    goal = plans.targets["id"].isin(
        ["lanshan-energy-intensity-industry-2020", "huludao-industry-energy-2025"]
    )
    yearly = plans.targets.assign(
        timing=plans.targets["timing"].mask(goal, "every_year"),
        baseline_year=plans.targets["baseline_year"].mask(goal),
    )
    plans = replace(plans, targets=yearly)
    paces = lt.pace(plans, "energy.intensity_industry").set_index("id")
    for name in yearly[goal]["id"]:
        assert (
            paces.loc[name, "compound"] == yearly.set_index("id").loc[name, "amount"]
            and paces.loc[name, "basis"] == "stated"
        )
    assert lt.verdict(plans, *yearly[goal]["id"], of="pace")[0] == "direct"
    assert lt.verdict(plans, *yearly[goal]["id"], of="value")[0] == "no"


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


def test_reference_rows_carry_document_and_confidence(plans):
    cited = plans.targets[plans.targets["role"] == "reference"].merge(
        plans.documents, left_on="document", right_on="id", suffixes=("", "_d")
    )
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
        lt.charts.pairs(plans, one_year, *words, references=lt.levels.limits(plans, "air.pm25", 2020))
    with pytest.raises(NotComparable, match="object"):
        lt.charts.rates(plans, lt.pace(plans, "air.pm25"), *words)


def _with(plans, **frames):
    from dataclasses import replace

    return replace(plans, **frames)
