"""What the pages count as copied, stricter, looser, firmest or set by a level above, worked out again from the CSV files alone."""

import csv
import re
from pathlib import Path

import lantian as lt
import pytest
from lantian.data.schema import find_data

DATA, README = find_data(), Path(__file__).parents[1] / "README.md"
FIRMNESS = ["aspirational", "hedged", "plain", "mandated"]
MEANS = {"", "city", "prefecture_level_city"}
RURAL = {"", "ordinary_rural_area"}
ALIKE = "indicator kind subject_class base area exception baseline_year target_year unit".split()


def read(name):
    with open(DATA / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PLACES = {row["id"]: row for row in read("jurisdictions.csv")}
DOCUMENTS = {row["id"]: row for row in read("documents.csv")}
BETTER = {row["id"]: row["better"] for row in read("indicators.csv")}
EXTENSIVE = {row["id"]: row["extensive"] for row in read("indicators.csv")}
TARGETS = [
    row | {"place": DOCUMENTS[row["document"]]["jurisdiction"]}
    for path in sorted(DATA.glob("targets/*.csv"))
    for row in read(f"targets/{path.name}")
]
OWN = [row for row in TARGETS if PLACES[row["place"]]["role"] == "focus" and row["value"]]


def later(one, other):
    """Whether a document was surely issued after another."""
    length = 4 if "?" in one + other else min(len(one), len(other))
    return one[:length] > other[:length]


def held_against(goal):
    """List the goals of the nearest level above that ask for the same of the same in the same year."""
    place = goal["place"]
    while place := PLACES[place]["parent"]:
        found = [row for row in TARGETS if row["place"] == place and asks_alike(goal, row)]
        if found:
            return found
    return []


def asks_alike(goal, higher):
    if (
        higher["core"] != "yes"
        or higher["kind"] == "standard"
        or not higher["value"]
        or not goal["target_year"]
    ):
        return False
    if goal["baseline_basis"] == "ambiguous" or goal["area"] == "named":
        return False
    if higher["subject"] == "prefecture_level_city" and PLACES[goal["place"]]["level"] == "county":
        return False
    grows = goal["kind"] in ("count", "amount") or (
        goal["kind"] == "level" and EXTENSIVE[goal["indicator"]] == "yes"
    )
    subjects = {goal["subject"], higher["subject"]}
    same = len(subjects) == 1 or subjects <= MEANS or subjects <= RURAL
    return same and not grows and all(goal[name] == higher[name] for name in ALIKE)


def relation(goal, higher):
    mine, its = float(goal["value"]), float(higher["value"])
    if mine == its:
        issued = [DOCUMENTS[row["document"]]["issued"] for row in (higher, goal)]
        return "copied" if goal["operator"] == higher["operator"] and not later(*issued) else "equal"
    strict = (mine < its) == (BETTER[goal["indicator"]] == "lower")
    if PLACES[higher["place"]]["level"] == "nation":
        return "beyond the average" if strict else "short of the average"
    as_firm = FIRMNESS.index(goal["strength"]) >= FIRMNESS.index(higher["strength"])
    return "looser" if not strict else "stricter" if as_firm else "less firm"


@pytest.fixture(scope="module")
def counted():
    """The ids of the local goals in each relation."""
    found = {}
    for goal in OWN:
        for higher in held_against(goal):
            found.setdefault(relation(goal, higher), set()).add(goal["id"])
    return found


@pytest.mark.parametrize("name", ["copied", "stricter", "less firm", "looser"])
def test_goals_held_against_the_level_above_are_counted_alike(plans, counted, name):
    chain = lt.above(plans)
    assert set(chain[chain["relation"] == name]["id"]) == counted.get(name, set())


def test_the_answers_of_the_readme_have_these_counts(counted):
    text = README.read_text("utf-8")
    copied, stricter, looser = (
        len(counted.get(name, ())) or "none" for name in ("copied", "stricter", "looser")
    )
    assert f"{copied} goals are copied from a level above" in text
    assert f"{stricter} are stricter, {looser} looser" in text


def test_each_cell_shows_the_firmest_target_by_the_columns_alone(plans):
    nature, base = ["binding", "indicative", ""], ["stock", "", "new_or_replaced", "new"]

    def order(row):
        firm = nature.index(row["nature"]), -FIRMNESS.index(row["strength"]), base.index(row["base"])
        return *firm, row["area"] != "whole", -int(row["target_year"] or 0)

    cells = lt.cells(plans, "headline").query("count > 0")
    rows = {row["id"]: row for row in TARGETS}
    for cell in cells.itertuples():
        here = [
            row for row in TARGETS if (row["place"], row["indicator"]) == (cell.jurisdiction, cell.indicator)
        ]
        core = [row for row in here if row["core"] == "yes"] or here
        assert order(rows[cell.id]) == min(map(order, core)), cell.id
        assert cell.count == len(here)


def test_what_is_set_by_a_level_above_says_by_which(plans):
    assigned = {row["id"]: row for row in read("gaps.csv") if row["status"] == "assigned"}
    cells = lt.cells(plans, "headline").query("mark == 'assigned'")
    assert set(cells["id"]) <= set(assigned)
    for cell in cells.itertuples():
        named = [
            PLACES[name]["name_en"] for name in assigned[cell.id]["assigned_by"].split(";") if name in PLACES
        ]
        assert re.fullmatch(
            f"set by {' and '.join(named) or 'the level above'}; figure not printed", cell.in_words
        )


def test_the_step_of_each_share_follows_from_its_columns_alone(plans):
    """A step is of the whole fleet, of all purchases, or of a share; clean fuels count where the indicator counts them."""
    words = {
        ("vehicles.new_energy", "stock"): "the whole fleet; new energy only",
        ("vehicles.new_energy", "purchases"): "all purchases; new energy only",
        ("vehicles.new_or_clean", "purchases"): "all purchases; clean fuels count",
        ("vehicles.new_or_clean", "stock"): "the whole fleet; clean fuels count",
    }
    steps = lt.fleet_steps(plans)
    found = {name: row.step for row in steps.dropna(subset="ids").itertuples() for name in row.ids.split(";")}
    shares = [
        row
        for row in TARGETS
        if row["indicator"] in ("vehicles.new_energy", "vehicles.new_or_clean")
        and PLACES[row["place"]]["role"] == "focus"
    ]
    assert set(found) == {row["id"] for row in shares}
    for row in shares:
        base = "stock" if row["base"] == "stock" else "purchases"
        whole = float(row["value"] or 0) == 100
        assert found[row["id"]] == (words[row["indicator"], base] if whole else "a share or a number")
    without = steps[steps["ids"].isna()]
    assert not set(without["jurisdiction"]) & {row["place"] for row in shares}
    status = {row["id"]: row["status"] for row in read("gaps.csv")}
    for row in without.itertuples():
        assert (row.step == "words only") == (status[row.id] == "qualitative")
