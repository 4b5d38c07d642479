"""Every promise is worded by one function, and no wording loses a figure or shows a code."""

import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lantian.text import wording

BARE_NEGATIVE = re.compile(r"(?<![\w.])[-−]\s?\d")
CODES = re.compile(r"nan|None|NaT|<NA>|[<>]=?|~|_")
EMPTY = {
    "value_max": None,
    "amount_max": float("nan"),
    "baseline_year": None,
    "baseline_basis": "",
    "target_year": None,
    "deadline": "",
    "timing": "none",
}
EMPTY |= {
    "kind": "level",
    "operator": "",
    "value_basis": "figure",
    "standard_unit": "%",
    "year_basis": "stated",
    "better": "",
}


def row(**cells):
    """Make a small target whose amount is its value, unless it is given."""
    cells = EMPTY | cells
    return SimpleNamespace(**({"value": None, "amount": cells.get("value")} | cells))


EXAMPLES = {
    "at least 20 % below 2015 by 2020": row(
        kind="change", operator="<=", value=-20.0, baseline_year=2015, target_year=2020, timing="by"
    ),
    "more than 20 % below 2015": row(kind="change", operator="<", value=-20.0, baseline_year=2015),
    "at most 15 % above 2020 in 2025": row(
        kind="change", operator="<=", value=15.0, baseline_year=2020, target_year=2025, timing="in"
    ),
    "15 % lower": row(kind="change", operator="=", value=-15.0),
    "no growth against 2015": row(kind="change", operator="<=", value=0.0, baseline_year=2015),
    "at most 1.45 million t by 2020": row(
        operator="<=", value=145.0, amount=1.45e6, standard_unit="t", target_year=2020, timing="by"
    ),
    "37 µg/m³ in 2020": row(operator="=", value=37.0, standard_unit="µg/m3", target_year=2020, timing="in"),
    "about 10 to 12.5 %": row(kind="share", operator="~", value=10.0, value_max=12.5, amount_max=12.5),
    "1.1 for 1": row(kind="ratio", operator="=", value=1.1, standard_unit="1"),
    "more than 1 for 1 (in words)": row(
        kind="ratio", operator=">", value=1.0, value_basis="word", standard_unit="1"
    ),
    "all (in words) by 31 October 2018": row(
        kind="share",
        operator="=",
        value=100.0,
        value_basis="word",
        target_year=2018,
        deadline="2018-10-31",
        timing="by",
    ),
    "no growth (in words)": row(kind="change", operator="=", value=0.0, value_basis="word"),
    "doubled (in words) by 2020": row(
        kind="change", operator="=", value=100.0, value_basis="word", target_year=2020, timing="by"
    ),
    "8 to 10 % below 2020": row(
        kind="change", operator="=", value=-8.0, value_max=-10.0, amount_max=-10.0, baseline_year=2020
    ),
    "cut by at least 200,000 t by 2020": row(
        kind="amount",
        operator=">=",
        value=20.0,
        amount=200000.0,
        standard_unit="t",
        better="lower",
        target_year=2020,
        timing="by",
    ),
    "halved (in words)": row(kind="change", operator="=", value=-50.0, value_basis="word"),
    "no more than in 2011 by 2020": row(
        operator="<=", value_basis="reference", baseline_year=2011, target_year=2020, timing="by"
    ),
    "no less than in 2017": row(operator=">=", value_basis="reference", baseline_year=2017),
    "less than in 2015": row(operator="<", value_basis="reference", baseline_year=2015),
    "the same as in 2017": row(operator="=", value_basis="reference", baseline_year=2017),
    "at least 1.1 to 1.5 for 1": row(
        kind="ratio", operator=">=", value=1.1, amount_max=1.5, standard_unit="1"
    ),
    "cut by more than 100,000 t": row(
        kind="amount", operator=">", value=100000.0, standard_unit="t", better="lower"
    ),
    "a ban from 1 July 2019": row(
        kind="ban", value_basis="", target_year=2019, deadline="2019-07-01", timing="from"
    ),
    "a dated commitment by 2020 (year inferred)": row(
        kind="deadline", value_basis="", target_year=2020, timing="by", year_basis="inferred"
    ),
    "at least 20 % every year or more often": row(
        kind="share", operator=">=", value=20.0, timing="every_year"
    ),
}


@pytest.mark.parametrize(("words", "target"), EXAMPLES.items(), ids=EXAMPLES)
def test_target_in_words(words, target):
    assert wording.target(target) == words


@pytest.fixture(scope="module")
def worded(plans):
    return [(target, wording.target(target)) for target in plans.every_target.itertuples()]


def test_no_wording_is_empty_or_shows_a_code(worded):
    odd = {target.id: words for target, words in worded if not words or CODES.search(words) or "  " in words}
    assert not odd


def test_nobody_is_shown_a_bare_negative_number(worded):
    assert not {target.id: words for target, words in worded if BARE_NEGATIVE.search(words)}


def test_every_figure_appears(worded):
    """The printed value, or the amount that it comes to in the standard unit."""
    lost = {}
    for target, words in worded:
        for value, amount in ((target.value, target.amount), (target.value_max, target.amount_max)):
            if target.value_basis == "figure" and value == value and value != 0:
                shown = re.findall(r"\d[\d,.]*(?: [mb]illion)?", words)
                shown += ["1"] * bool(re.search("quarterly|monthly", words))
                if not {wording.number(abs(value)), wording.number(abs(amount))} & {
                    figure.rstrip(",.") for figure in shown
                }:
                    lost[target.id] = words
    assert not lost


def test_words_end_with_the_year_or_day(plans):
    for target in plans.every_target[plans.every_target["target_year"].notna()].itertuples():
        assert (target.deadline[:4] or str(target.target_year)) in wording.target(target), target.id


def test_no_unit_is_shown_in_chinese(plans):
    """A reader without Chinese gets the unit in English."""
    shown = {wording.target(target) for target in plans.every_target.itertuples()}
    assert not {words for words in shown if re.search(r"[\u4e00-\u9fff]", words)}


def test_gaps_and_things_have_words(plans):
    words = [wording.gap(gap) for gap in plans.gaps.itertuples()] + [
        wording.thing(target) for target in plans.every_target.itertuples()
    ]
    assert not [text for text in words if not text or CODES.search(text)]


def read(words):
    """Read a worded number as a person does."""
    digits, _, size = words.partition(" ")
    return float(digits.replace(",", "")) * {"": 1, "million": 1e6, "billion": 1e9}[size]


@given(st.integers(0, 999_999), st.integers(-3, 6))
def test_a_number_in_words_loses_no_digit(digits, power):
    """Up to six digits, wherever the point stands: more than any plan prints."""
    value = float(f"{digits}e{power}")
    assert read(wording.number(value)) == pytest.approx(value, rel=1e-12)
