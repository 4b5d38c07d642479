"""Two targets are compared in the strongest degree that is still true, and never in a stronger one."""

import csv
import itertools
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import lantian as lt
import pandas as pd
import pytest
from edit import change, read
from lantian.analysis.comparability import (
    DEGREES,
    FACTS,
    ON_ONE_AXIS,
    differences,
    judge,
    rules,
    sized,
    stated,
)
from lantian.analysis.compare import pairs as pairs_of
from lantian.charts.lanes import NotComparable, refuse

with (Path(__file__).parent / "judged_pairs.csv").open(encoding="utf-8", newline="") as file:
    JUDGED_BY_HAND = list(csv.DictReader(file))
EACH_RESPECT = pytest.mark.parametrize("of", FACTS)


@pytest.fixture(scope="module")
def judging(plans):
    return rules(plans)


@pytest.fixture(scope="module")
def core(plans):
    """The core targets of the focus plans, as namedtuples, by id."""
    rows = plans.targets.query("core == 'yes'")
    return {row.id: row for row in rows.itertuples()}


@pytest.fixture(scope="module")
def compared(plans):
    """A function that compares the plans in a respect, on each headline indicator, once."""
    headline = plans.indicators.loc[plans.indicators["headline"] != "", "id"]
    return cache(lambda of: [lt.compare(plans, indicator, of) for indicator in headline])


@pytest.fixture(scope="module")
def pairs(core):
    """Every two core targets of two places on one indicator, or on the two of vehicles, one within the other."""
    alike = {"vehicles.new_or_clean": "vehicles.new_energy"}
    return [
        (one, other)
        for one, other in itertools.combinations(core.values(), 2)
        if alike.get(one.indicator, one.indicator) == alike.get(other.indicator, other.indicator)
        and one.jurisdiction != other.jurisdiction
    ]


def degree(judging, one, other, of="value"):
    return judge(judging, *(stated(judging, row, of) for row in (one, other)), of).degree


@pytest.mark.parametrize(
    "pair", JUDGED_BY_HAND, ids=lambda pair: "-against-".join([pair["first"], pair["second"], pair["of"]])
)
def test_pairs_judged_by_hand_come_out_alike(judging, core, pair):
    assert pair["first"] in core and pair["second"] in core
    found = degree(judging, core[pair["first"]], core[pair["second"]], pair["of"])
    assert found in {pair["degree"], *pair["also"].split(";")}


def test_all_pairs_of_the_headlines_were_judged_by_hand(pairs):
    judged = {frozenset((row["first"], row["second"])) for row in JUDGED_BY_HAND if row["of"] == "value"}
    left = [(one.id, other.id) for one, other in pairs if one.headline and {one.id, other.id} not in judged]
    assert not left


@EACH_RESPECT
def test_verdicts_do_not_depend_on_the_order(judging, pairs, of):
    for one, other in pairs:
        one, other = (stated(judging, row, of) for row in (one, other))
        there, back = judge(judging, one, other, of), judge(judging, other, one, of)
        assert (there.degree, len(there.caveats), set(there.inputs)) == (
            back.degree,
            len(back.caveats),
            set(back.inputs),
        )


def test_a_verdict_by_ids_is_one_verdict(plans):
    ids = ["yuyao-pm25-2020", "jincheng-pm25-2020"]
    assert lt.verdict(plans, *ids) == lt.verdict(plans, *ids[::-1])
    with pytest.raises(ValueError, match="'smell' is no target"):
        lt.verdict(plans, "smell", ids[0])
    with pytest.raises(ValueError, match="'size' is not known; it is one of value, date, pace, wording"):
        lt.verdict(plans, *ids, of="size")


def made_up(row):
    """Yield copies of a target that differ from it in one thing more, as (field, copy)."""
    yield "subject", row._replace(subject="redline" if row.subject != "redline" else "list")
    yield "subject_class", row._replace(subject_class="<=1 t/h")
    yield "base", row._replace(base="new" if row.base == "stock" else "stock")
    yield "area", row._replace(area="rural" if row.area != "rural" else "urban")
    yield "indicator", row._replace(indicator="coal.ash" if row.indicator != "coal.ash" else "coal.sulfur")
    yield "exception", row._replace(exception=f"{row.exception} and back-pressure units".strip())
    yield "strength", row._replace(strength="aspirational" if row.strength != "aspirational" else "mandated")
    if row.unit:
        yield "unit", row._replace(dimension="percentage points")
        yield "operator", row._replace(operator="<" if row.operator != "<" else ">")
        yield "level", row._replace(level="province")
    if pd.notna(row.target_year):
        yield "target_year", row._replace(target_year=row.target_year + 1)
        yield "year_basis", row._replace(year_basis="inferred" if row.year_basis != "inferred" else "carried")
    if pd.notna(row.baseline_year):
        yield "baseline_year", row._replace(baseline_year=row.baseline_year - 1)


@EACH_RESPECT
def test_what_is_said_holds_of_each_place_that_is_named(plans, judging, of):
    """Caveats, inputs and reason of a row are those against each of its places; those of a subject hold between any two."""
    said, labels = (
        ["degree", "caveats", "inputs", "reason"],
        dict(zip(plans.targets["id"], plans.targets["label"])),
    )
    core = plans.targets.query("core == 'yes'")
    for indicator, rows in core[core.groupby("indicator")["jurisdiction"].transform("nunique") > 2].groupby(
        "indicator"
    ):
        judged = pairs_of(judging, rows, of)
        holds = {
            (one.id, other)
            for one in judged.itertuples()
            for other in [(labels[one.other], *[getattr(one, name) for name in said])]
        }
        for row in lt.compare(plans, indicator, of=of).query("places != ''").itertuples():
            for label in re.split(", | and ", row.places):
                assert (row.id, (label, *[getattr(row, name) for name in said])) in holds
        (subject,) = lt.comparability(plans, [indicator], of).itertuples()
        named = re.split(", | and ", str(subject.places)) if subject.degree != "no" else []
        between = {
            (labels[one.id], labels[one.other], *[getattr(one, name) for name in said])
            for one in judged.itertuples()
        }
        for pair in itertools.combinations(named, 2):
            assert (*pair, *[getattr(subject, name) for name in said]) in between


def test_a_target_without_a_year_is_no_nearer_one(plans):
    judged = lt.compare(plans, "buildings.green").set_index("id")
    assert judged.loc["lanshan-green-building-new-2020", "degree"] == "caveat"


def test_a_respect_is_asked_for_even_where_nothing_is_compared(plans):
    lonely = plans.gaps.loc[~plans.gaps["indicator"].isin(plans.targets["indicator"]), "indicator"]
    for indicator in lonely.head(1):
        with pytest.raises(ValueError, match="of='speed' is not known"):
            lt.compare(plans, indicator, of="speed")


def test_halved_is_a_size_and_the_fall_of_no_stated_size_is_none(judging, core):
    """Half less asks more than a fifth less, both since one year; "a fall" in words has no size at all."""
    fifth = core["shuocheng-nox-emissions-2020"]
    half = mirror(fifth)._replace(value_basis="word", value=-50.0, amount=-50.0)
    assert degree(judging, fifth, half) in ("direct", "caveat")
    fall = half._replace(value=0.0, amount=0.0, operator="<")
    assert degree(judging, fifth, fall) == "no"
    assert degree(judging, half._replace(baseline_year=pd.NA), fifth) == "no"


def test_how_often_is_not_divided_by_residents(plans, judging):
    often = next(plans.targets.query("standard_unit == @lt.wording.OFTEN").itertuples())._replace(
        kind="count", area="whole"
    )
    places = [place for place in ("lanshan", "yuyao") if place != often.jurisdiction]
    other = mirror(often)._replace(jurisdiction=places[0], value=9.0, amount=9.0)
    assert degree(judging, often, other) == "direct"


@pytest.mark.parametrize("of", ["pace", "date", "wording"])
def test_an_axis_has_the_values_of_the_respect_that_is_compared(plans, of):
    rows = lt.compare(plans, "energy.intensity_industry", of=of)
    units = set(rows.loc[rows["amount"].notna(), "standard_unit"])
    assert units == ({"% a year"} if of == "pace" else set())


def test_each_conversion_names_its_own_reading(plans):
    """Of two converted changes each has its own place's; a page has no other in its words."""
    rows = plans.every_target.copy()
    rows.loc[
        rows["id"] == "yuyao-pm25-2020",
        ["kind", "operator", "amount", "value", "baseline_year", "unit", "standard_unit"],
    ] = ["change", "<=", -15.0, -15.0, 2016, "%", "%"]
    rows.loc[rows["id"] == "yuyao-pm25-2020", ["dimension", "baseline_basis"]] = ["share", "stated"]
    seen = (
        plans.observations.query("indicator == 'air.pm25' and jurisdiction == 'yuyao'")
        .head(1)
        .assign(year=2016)
    )
    seen = pd.concat([plans.observations.query("jurisdiction != 'yuyao'"), seen])
    judged = lt.compare(replace(plans, every_target=rows, observations=seen), "air.pm25")
    converted = judged[judged["converted"].eq(True)]
    assert len(converted) > 1
    for row in converted.itertuples():
        assert (
            row.converted_from.startswith(row.label.split(" (")[0])
            and row.converted_from.count(" in 20") == 1
        )


ALWAYS_HARD = ("subject", "subject_class", "base", "indicator", "unit", "baseline_year")


def mirror(row):
    """Return the target of another place that asks exactly the same."""
    return row._replace(id="mirror", jurisdiction="elsewhere", place="Elsewhere")


@EACH_RESPECT
def test_a_difference_never_raises_the_degree(judging, core, pairs, of):
    """One more thing that differs, between a target and its like elsewhere, and between two of the plans."""
    twins = [(row, mirror(row)) for row in core.values()]
    for one, other in twins[::2] + pairs[::2]:
        mine = stated(judging, one, of)
        before = DEGREES.index(judge(judging, mine, stated(judging, other, of), of).degree)
        for field, changed in made_up(other):
            if str(getattr(one, field)) == str(getattr(other, field)) and (field, of) != (
                "target_year",
                "date",
            ):
                after = judge(judging, mine, stated(judging, changed, of), of).degree
                assert DEGREES.index(after) >= before, (one.id, other.id, field)


def test_what_asks_the_same_is_the_same_but_for_what_it_cannot_be(judging, core):
    """A target and its like in another place, from the columns alone."""
    for row in core.values():
        found = degree(judging, row, mirror(row))
        sized_change = row.kind == "change" and (
            row.value_basis == "figure" or row.value != 0
        )  # no "no growth"
        changes_from_nowhere = sized_change and pd.isna(row.baseline_year)
        if sized(row):
            assert found in ("no", "converted")
        elif row.area == "named" or row.baseline_basis == "ambiguous" or changes_from_nowhere:
            assert found == "no"
        else:
            assert found == "same", row.id


def test_hard_differences_leave_an_order_at_most(judging, core):
    for row in core.values():
        for field, other in made_up(mirror(row)):
            if field in ALWAYS_HARD:
                assert degree(judging, row, other) in ("ranked", "no"), (row.id, field)


@pytest.mark.parametrize("of", ["value", "pace"])
def test_no_amount_that_grows_with_a_place_is_direct(judging, core, of):
    grow = [row for row in core.values() if sized(row)]
    assert grow
    for row in grow:
        for other in (mirror(row), mirror(row)._replace(amount=row.amount * 2)):
            assert degree(judging, row, other, of) in ("converted", "no"), row.id


@EACH_RESPECT
def test_each_caveat_differs_and_nothing_else_that_counts_does(judging, pairs, of):
    """What is named is what the table counts or marks, and both sides really have another value."""
    for one, other in pairs:
        each = [stated(judging, row, of) for row in (one, other)]
        verdict = judge(judging, *each, of)
        if verdict.degree not in ("direct", "caveat"):
            continue
        found = differences(judging, *(target.facts for target in each))
        assert not [each for each in found if each.kind == "hard"]
        assert len([each for each in found if each.kind == "counted"]) <= 2
        assert all(each.one != each.other for each in found)
        labels = [each.field for each in found]
        named = [caveat.split(" on one side")[0].split(":")[0] for caveat in verdict.caveats]
        assert sorted(labels) == sorted(named), (one.id, other.id)
        if of == "value":
            assert (one.indicator, one.base) == (other.indicator, other.base), (one.id, other.id)


def test_the_table_decides_what_counts(plans, judging, core):
    """A difference that the table no longer counts, marks or lists is judged as the table then has it."""
    straw = core["lanshan-straw-use-2020"], core["huludao-straw-2025"]
    assert degree(judging, *straw) == "caveat"
    year = plans.differences["field"].eq("year") & plans.differences["one"].eq("*")
    harder = plans.differences.assign(kind=plans.differences["kind"].mask(year, "hard"))
    assert degree(rules(replace(plans, differences=harder)), *straw) == "no"


def test_what_is_broader_is_listed_and_never_guessed_from_an_empty_cell(plans, judging, core):
    pair = core["shuocheng-fertiliser-efficiency-2020"], core["huludao-fertiliser-efficiency-2025"]
    assert degree(judging, *pair) == "caveat"
    unlisted = rules(replace(plans, subjects=plans.subjects.assign(indicators="")))
    assert degree(unlisted, *pair) == "no"
    straw = core["lanshan-straw-use-2020"]
    assert degree(judging, straw, mirror(straw)._replace(subject="main_crop")) == "no"


def test_subjects_are_listed_and_lie_within_no_circle(copy_data):
    path = copy_data / "subjects.csv"
    ids = [row["id"] for row in read(path)]
    boiler, heating = ids.index("boiler"), ids.index("heating_boiler")
    line = change(path, boiler, parent="heating_boiler")
    found = [str(problem) for problem in lt.check(copy_data)]
    assert found[0] == f"{path}:{line}:id: 'boiler' goes up in a circle of parents"
    assert f"{path}:{line + heating - boiler}:id: 'heating_boiler' goes up in a circle of parents" in found
    change(path, boiler, parent="", id="boilers")
    likely = "boilers or gas_boiler or heating_boiler or biomass_boiler"
    found = {(problem.column, problem.message) for problem in lt.check(copy_data)}
    assert found == {
        (column, f"'boiler' is not known; it must be an id in subjects; did you mean {likely}?")
        for column in ("subject", "parent")
    }


def test_the_tables_of_comparison_name_only_what_there_is(plans):
    """Both sides of a row about subjects, areas, bases and indicators are codes that can stand in a target."""
    codes = {
        "subject": {*plans.subjects["id"], "broader", "narrower"},
        "area": {*plans.every_target["area"]},
        "area of acts": {*plans.every_target["area"]},
        "base": {*plans.every_target["base"]},
        "class": {*plans.every_target["subject_class"]},
        "indicator": {*plans.indicators["id"]},
        "unit": {*plans.units["dimension"]},
        "timing": {"by", "from"},
    }
    for row in plans.differences[plans.differences["field"].isin(codes)].itertuples():
        assert {row.one, row.other} <= codes[row.field] | {"*", ""}, row
        assert row.above in {"", row.one, row.other}


def test_several_readings_make_a_range(plans, core):
    reading = plans.observations.query(
        "jurisdiction == 'jincheng' and indicator == 'air.pm25' and year == 2015"
    )
    more = pd.concat([plans.observations, reading.assign(value=62.5, source="another")], ignore_index=True)
    rows = lt.compare(replace(plans, observations=more), "air.pm25").set_index("id")
    row = rows.loc["jincheng-pm25-2020"]
    assert (row["low"], row["high"]) == pytest.approx((0.8 * 59.27, 0.8 * 62.5))
    assert row["converted"] and row["inputs"].count("Jincheng:") == 2 and "confidence medium" in row["inputs"]
    assert not rows.loc["yuyao-pm25-2020", "converted"]


def test_nearest_years_are_paired(plans):
    rows = lt.compare(plans, "air.good_days").set_index("id")
    assert rows.loc["jincheng-good-days-2016", ["degree", "places"]].tolist() == ["no", ""]
    assert rows.loc["jincheng-good-days-2020", ["degree", "places"]].tolist() == ["caveat", "Yuyao (2018)"]


@EACH_RESPECT
def test_compare_gives_each_row_its_strongest_pair(compared, judging, core, of):
    """Against the pairs judged one by one; only what another year keeps apart may be weaker."""
    for every in compared(of):
        rows = every.query("status == 'target'")
        facts = {name: stated(judging, core[name], of) for name in rows["id"]}
        for row in rows.itertuples():
            others = rows[rows["jurisdiction"] != row.jurisdiction]["id"]
            found = {name: judge(judging, facts[row.id], facts[name], of).degree for name in others}
            if row.degree != min(found.values(), key=DEGREES.index, default="no"):
                assert row.reason == "another year of one of the two plans is nearer"
            if row.degree != "no":
                assert found[row.other] == row.degree


@pytest.mark.parametrize("of", ["value", "date"])
def test_a_group_is_as_strong_as_its_weakest_pair(plans, compared, of):
    for rows in compared(of):
        for _, group in rows.dropna(subset=["group"]).groupby("group"):
            if len(group) > 1:
                assert weakest(plans, group["id"], of) in ON_ONE_AXIS, list(group["id"])


def weakest(plans, ids, of):
    return lt.weakest(plans, list(ids), of).degree


def test_a_set_is_judged_by_its_weakest_pair(plans):
    straw = plans.targets.query("indicator == 'agriculture.straw_use'")["id"]
    assert weakest(plans, ["lanshan-straw-use-2020", "shuocheng-straw-use-2020"], "value") == "direct"
    assert weakest(plans, straw, "value") == "caveat"


def test_compare_has_every_focus_place(plans):
    for indicator in plans.indicators["id"].iloc[::30]:
        assert list(dict.fromkeys(lt.compare(plans, indicator)["jurisdiction"])) == plans.focus, indicator


def test_a_chart_refuses_an_axis_that_rows_do_not_share(compared):
    tried = 0
    for rows in compared("value"):
        figures = rows.dropna(subset=["amount"])
        refuse(figures)
        if figures["jurisdiction"].nunique() > 1 and not figures["degree"].isin(ON_ONE_AXIS).all():
            tried += 1
            with pytest.raises(NotComparable, match="test of unit|share an axis"):
                refuse(figures.assign(group=0))
    assert tried


def test_unknown_names_are_answered_with_what_is_known(plans):
    with pytest.raises(
        ValueError, match=r"'air\.smell' is no indicator id; .*lists all of them; did you mean air\."
    ):
        lt.compare(plans, "air.smell")
    with pytest.raises(ValueError, match="'size' is not known; it is one of value, date, pace, wording"):
        lt.compare(plans, plans.indicators["id"].iloc[0], of="size")


@pytest.mark.parametrize(("word", "now"), [("after conversion", "converted"), ("verdict_of_set", "weakest")])
def test_words_of_earlier_versions_are_answered_with_the_new(word, now):
    with pytest.raises(AttributeError, match=now):
        getattr(lt, word)


def test_units_convert_there_and_back(plans):
    rows = plans.every_target[plans.every_target["amount"].notna()]
    assert (rows["amount"] / rows["factor"] - rows["value"]).abs().max() < 1e-9 * rows["value"].abs().max()


def test_residents_are_those_of_the_census(judging):
    assert set(judging.residents["year"]) == {2020}
