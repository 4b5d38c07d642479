"""A row that its own words contradict is named, with or without the text of its plan; a row that they prove is let alone."""

import json
from datetime import date
from pathlib import Path

import lantian as lt
import pandas as pd
import pytest
from edit import change, read
from hypothesis import given, settings
from hypothesis import strategies as st
from lantian.data.quotes import contradictions
from lantian.text import fold
from lantian.text.figures import figures, has_day, has_year

BLANK = {
    "document": "a-2018",
    "value_max": float("nan"),
    "target_year": pd.NA,
    "baseline_year": pd.NA,
    "deadline": "",
    "strength": "plain",
    "subject_class": "",
    "exception": "",
    "words": "",
    "note": "",
}
KINDS = {"%": "share", ":1": "ratio"}


def coded(quote, value, unit, operator="=", **cells):
    """Make up a row with some words; its statement says its figure."""
    row = {"quote": quote, "value": float(value), "unit": unit, "operator": operator, "value_basis": "figure"}
    row |= {"kind": KINDS.get(unit, "level"), "statement_en": f"Reach {abs(value):.10g}"}
    return BLANK | row | cells


def named(units, rows):
    """List for each of some made-up rows, which are looked at one by one, the columns that are named of it."""
    rows = [row | {"id": str(number)} for number, row in enumerate(rows)]
    proofs, found = pd.DataFrame(columns=["target", "field", "quote"]), [[] for _ in rows]
    for identifier, column, _ in contradictions(pd.DataFrame(rows), proofs, units):
        found[int(identifier)].append(column)
    return found


def faults(units, *words, **cells):
    """Return the columns that are named of one made-up row."""
    return named(units, [coded(*words, **cells)])[0]


@pytest.fixture(scope="module")
def units(plans):
    return plans.units


# --- what figures words print ------------------------------------------------------------------------------------------

READ = {
    "控制在120万吨以内": "120万吨 <=",
    "控制在1,200,000吨以内": "1200000吨 <=",
    "控制在0.012億噸以內": "0.012亿吨 <=",
    "分别为12、15万吨": "12万吨 = 15万吨 =",
    "削减8%~10%": "8% = 10% =",
    "削减三分之一": "33.33333333% =",
    "达百分之九点五": "9.5% =",
    "千分之五": "5‰ =",
    "一百零二家": "102家 =",
    "完成一半以上": "50% >=",
    "五個“百分之百”": "5个 = 100% =",
    "增加10余万辆": "10万辆 > ~",
    "十余万户": "10万户 > ~",
    "10余家、20家": "10家 > ~ 20家 =",
    "二千万吨": "2000万吨 =",
    "3千万元": "3千万元 =",
    "⼆⼗台": "20台 =",
    "替代2万吨以上标准煤": "2万吨标准煤 >=",
    "9.2万千瓦": "9.2万千瓦 =",
    "30千瓦以下": "30千瓦 <=",
    "35微克每立方米": "35微克/立方米 =",
    "減少6%、6 . 6%": "6% = 6.6% =",
    "1∶1.1": "1.1:1 =",
    "达到80%、90%以上": "80% = >= 90% >=",
    "不低于10%、20%": "10% >= 20% >=",
    "不得超过5个": "5个 <=",
    "禁止使用硫分高于1%的煤": "1% <=",
    "接近100家": "100家 ~",
    "节约10%": "10% =",
    "最近3年": "3年 =",
    "2020年": "2020年 =",
    "③全面淘汰": "",
    "(三)千家万户": "3 =",
    "PM2.5和PM10": "",
}


@pytest.mark.parametrize(("words", "read_as"), READ.items(), ids=READ)
def test_figures_are_read_with_unit_and_bound(words, read_as):
    found = [
        f"{figure} {' '.join(sorted(figure.bounds, reverse=figure.bounds != {'>', '~'}))}"
        for figure in figures(words)
    ]
    assert sorted(" ".join(found).split()) == sorted(read_as.split())


@pytest.mark.parametrize(
    ("words", "day", "holds"),
    [
        ("2020年底前", "2020-12-31", True),
        ("十三五末,12月底前", "2020-12-31", True),
        ("2020年底前完成", "2020-11-30", False),
        ("2020年6月底前", "2020-12-31", False),
        ("2020年6月 底前", "2020-12-31", False),
        ("3年前建成", "2020-12-31", False),
        ("2021年前", "2020-12-31", True),
        ("2020年10月1日前", "2020-09-30", True),
    ],
)
def test_a_day_stands_in_words(words, day, holds):
    assert has_day(words, date.fromisoformat(day)) is holds


@pytest.mark.parametrize(("words", "holds"), [("到2020年", True), ("2018-20年", True), ("12020.5吨", False)])
def test_a_year_is_no_part_of_a_longer_number(words, holds):
    assert has_year(words, 2020) is holds


@given(st.text())
def test_folding_keeps_every_offset(text):
    assert len(fold(text)) == len(text) and fold(fold(text)) == fold(text)


# --- wrong rows that must be named ---------------------------------------------------------------------------------------

WRONG = {
    "10余万辆": (10, "辆", ">", "unit"),
    "二千万吨": (2000, "吨", "=", "unit"),
    "二十二万吨": (22, "台", "=", "unit"),
    "低于51%": (51, "%", ">", "operator"),
    "超过51%": (51, "%", "<", "operator"),
    "至少51家": (51, "家", "<=", "operator"),
    "最多51家": (51, "家", ">=", "operator"),
    "51%左右": (51, "%", ">=", "operator"),
    "约51%": (51, "%", "=", "operator"),
    "达到51%": (51, "%", ">=", "operator"),
    "不低于51%": (51, "%", "<=", "operator"),
    "5‰": (5, "%", "=", "unit"),
    "35毫克/立方米": (35, "微克/立方米", "=", "unit"),
    "500公顷": (500, "平方公里", "=", "unit"),
    "③全面淘汰20台": (3, "台", "=", "value"),
    "控制在145万吨以内": (150, "万吨", "<=", "value"),
    "达到12万吨标准煤": (12, "万吨", "=", "unit"),
    "提高5个百分点": (5, "%", "=", "unit"),
    "共15家企业、20台锅炉": (20, "家", "=", "unit"),
}


@pytest.mark.parametrize(("words", "row"), WRONG.items(), ids=WRONG)
def test_a_row_that_its_words_contradict_is_named(units, words, row):
    value, unit, operator, column = row
    assert faults(units, words, value, unit, operator) == [column]


RIGHT = {
    "按1∶1.1替代": (1.1, ":1", "="),
    "①淘汰燃煤锅炉20台": (20, "台", "="),
    "10余万千瓦": (10, "万千瓦", ">"),
    "二千万吨": (2000, "万吨", "="),
    "⼆⼗家": (20, "家", "="),
    "植树(万亩)|125": (125, "万亩", "="),
    "每月至少两次": (2, "次/月", ">="),
    "日处理污水4.5万吨": (4.5, "万吨/日", "="),
    "不高于9/平方公里": (9, "吨/平方公里", "<="),
    "一半以上": (50, "%", ">="),
    "35微克每立方米": (35, "微克/立方米", "="),
}


@pytest.mark.parametrize(("words", "row"), RIGHT.items(), ids=RIGHT)
def test_a_row_that_its_words_prove_is_let_alone(units, words, row):
    value, unit, operator = row
    assert faults(units, words, value, unit, operator) == []


PHRASES = {
    ">=": ("{}以上", "不低于{}", "不少于{}", "至少{}", "不得低于{}", "{}及以上", "≥{}"),
    "<=": ("{}以内", "{}以下", "不超过{}", "不得高于{}", "最多{}", "控制在{}以内", "≤{}"),
    ">": ("超过{}", "高于{}", "大于{}", ">{}"),
    "<": ("低于{}", "小于{}", "不足{}", "不到{}"),
    "~": ("{}左右", "约{}", "大约{}", "接近{}"),
    "=": ("达到{}", "为{}", "完成{}"),
}
OPERATORS = st.sampled_from(sorted(PHRASES))


def spelled(number):
    """Write a whole number below 100 in Chinese."""
    letters = "〇一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else letters[tens]) + ("十" if tens else "") + (letters[ones] if ones else "")


FORMS = (
    str,
    spelled,
    lambda number: f"{number}.0",
    lambda number: str(number).translate(str.maketrans("0123456789", "０１２３４５６７８９")),
)


ROWS = [
    st.integers(2, 99), st.integers(2, 99), st.sampled_from(FORMS), OPERATORS, OPERATORS, st.integers(0, 6),
    st.sampled_from(["%", "万吨", "吨", "台", "家", "公里", "平方公里", "微克/立方米", "万吨标准煤", "个百分点", "亿立方米"]),
    st.sampled_from(["‰", "亿吨", "公斤", "公顷", "毫克/立方米", "辆", "座", "米", "亩", "立方米", "克", "万元", "吨标准煤"]),
]  # fmt: skip


def accepted(units, number, another, form, operator, turned, phrase, unit, other):
    """Hold one form of a figure against rows that it proves, and that it does not."""
    words = PHRASES[operator][phrase % len(PHRASES[operator])]
    printed = words.format(f"{form(number)}{unit}")
    rows = [(coded(printed, number, unit, operator), [])]
    if another != number:
        rows.append((coded(printed, another, unit, operator), ["value"]))
    if turned != operator:
        rows.append((coded(printed, number, unit, turned), ["operator"]))
    rows.append((coded(words.format(f"{form(number)}{other}"), number, unit, operator), ["unit"]))
    assert named(units, [row for row, _ in rows]) == [columns for _, columns in rows]


@settings(max_examples=200, deadline=None)
@given(row=st.tuples(*ROWS))
def test_every_form_is_accepted_as_printed_and_as_nothing_else(units, row):
    accepted(units, *row)


@pytest.mark.soak
@settings(max_examples=4000, deadline=None)
@given(row=st.tuples(*ROWS))
def test_every_form_is_accepted_in_four_thousand_rows(units, row):
    accepted(units, *row)


# --- a thousand phrases as plans print them, rightly and wrongly coded ---------------------------------------------------

PHRASES_TRIED = pd.read_csv(Path(__file__).with_name("phrases.csv"), dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def more_units(units):
    """The units of the table, and those of the phrases."""
    others = sorted(set(PHRASES_TRIED["unit"]) - set(units["unit"]))
    return pd.concat(
        [
            units,
            pd.DataFrame(
                {"unit": others, "factor": [{"万": 1e4, "亿": 1e8}.get(unit[0], 1) for unit in others]}
            ),
        ]
    )


@pytest.mark.parametrize("group", sorted(set(PHRASES_TRIED["group"])))
def test_phrases_are_accepted_where_rightly_coded_and_named_where_not(more_units, group):
    tried = list(PHRASES_TRIED[PHRASES_TRIED["group"] == group].itertuples())
    for row, columns in zip(tried, named(more_units, map(as_coded, tried)), strict=True):
        assert bool(columns) == (row.row == "wrong"), (
            f"{row.words!r} as {row.operator} {row.value} {row.unit}: {columns}"
        )


def as_coded(row):
    """Make up a row as a phrase has it."""
    kind = row.kind or {"%": "share", ":1": "ratio", "个百分点": "change"}.get(row.unit, "level")
    cells = {"kind": kind} | json.loads(row.cells or "{}")
    until = f" to {cells['value_max']:.10g}" if "value_max" in cells else ""
    cells.setdefault("statement_en", f"Reach {abs(float(row.value)):.10g}{until}")
    return coded(row.words, float(row.value), row.unit, row.operator, **cells)


# --- statements and the words of levels above ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("Coal held within 1.45 million t", []),
        ("Coal held within 1,450,000 t by the 13th period", []),
        ("Coal held within 145 units", []),
        ("Coal held within 1.5 million t", ["statement_en"]),
        ("Coal held within 1.45 million t in 2021", ["statement_en"]),
        ("Coal capped", []),
    ],
)
def test_a_statement_has_the_figure_of_its_row_and_no_other(units, statement, named):
    assert faults(units, "控制在145万吨以内", 145, "万吨", "<=", statement_en=statement) == named


def test_a_statement_with_the_figure_of_another_goal_in_the_same_words_is_named(units):
    words = "下降到37微克/立方米,力争达到35微克/立方米"
    assert faults(units, words, 37, "微克/立方米", statement_en="PM2.5 down to 37 µg/m³") == []
    assert faults(units, words, 37, "微克/立方米", statement_en="PM2.5 down to 35 µg/m³") == ["statement_en"]


@pytest.mark.parametrize(
    ("words", "cells", "named"),
    [
        ("达到55%以上", {"operator": ">="}, []),
        ("达到55%以上", {"operator": "="}, ["operator"]),
        ("力争达到55%", {"strength": "aspirational"}, []),
        ("力争达到55%", {}, ["strength"]),
        ("年平均", {"operator": "<="}, []),
        (">55", {"operator": ">"}, []),
    ],
)
def test_the_words_of_a_level_above_are_held_against_operator_and_strength(units, words, cells, named):
    assert faults(units, "", 55, "%", words=words, **({"operator": "="} | cells)) == named


# --- in the tables ---------------------------------------------------------------------------------------------------------


def test_check_names_a_value_that_its_own_quote_contradicts(copy_data):
    path = copy_data / "targets/lanshan.csv"
    number = next(n for n, row in enumerate(read(path)) if row["id"] == "lanshan-coal-cap-2020")
    line = change(path, number, value="150")
    reported = [(problem.line, problem.column) for problem in lt.check(copy_data)]
    assert reported == [(line, "statement_en"), (line, "value")]


def test_every_other_figure_unit_and_operator_is_named_without_the_texts(data, plans):
    """Every figure of the plans: another value, another unit of the table, another operator."""
    rows = plans.every_target[
        (plans.every_target["value_basis"] == "figure")
        & (plans.every_target["quote"] != "")
        & (plans.every_target["kind"] != "standard")
    ]
    cells = {
        "value": rows["value"] * 1.5 + 1,
        "unit": rows["unit"].map(lambda unit: "亿立方米" if unit != "亿立方米" else "%"),
        "operator": rows["operator"].map(lambda one: "<" if one != "<" else ">"),
    }
    for column, wrong in cells.items():
        named = {
            identifier
            for identifier, *_ in contradictions(rows.assign(**{column: wrong}), plans.proofs, plans.units)
        }
        assert named == set(rows["id"]), column
