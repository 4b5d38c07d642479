"""Every numeral of a text is found, and accounted for by its fragment, a rule, a listed row or nothing."""

import dataclasses
import os
import re
from pathlib import Path
from types import SimpleNamespace

import lantian
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lantian.drafts import passages
from lantian.drafts.propose import EXAMPLES, MEASURED
from lantian.drafts.rows import CHANGED, REACHED
from lantian.proof.verify import SOURCES, read_texts
from lantian.text import PARTS, fold, wording
from lantian.text.numerals import COLUMNS, NUMERAL, RULES, account, summary

LIBRARY = Path(wording.__file__).parents[1]
PATTERNS = sorted(
    {*LIBRARY.glob("text/*.csv"), *LIBRARY.glob("drafts/*.csv")} - {wording.WORDS, MEASURED, EXAMPLES}
)
PLAN = "到2020年,全区煤炭消费总量控制在92.6万吨以内,比2015年下降30%以上。"


def found(text):
    """Return the numerals of a text, as printed."""
    return [text[slice(*match.span())] for match in NUMERAL.finditer(fold(text))]


def tables(text, targets=(), gaps=(), proofs=(), numerals=(), issued=""):
    """Return the tables that `account` reads; rows are (id or reason, quote), placed where the quote first stands."""

    def frame(rows, key, words):
        rows = [("a", text.find(quote), quote, name) for name, quote in rows]
        return pd.DataFrame(rows, columns=["document", "start", words, key])

    return SimpleNamespace(
        every_target=frame(targets, "id", "quote"),
        gaps=frame(gaps, "id", "quote"),
        proofs=frame(proofs, "target", "quote").drop(columns="document"),
        numerals=frame(numerals, "reason", "text"),
        documents=pd.DataFrame({"id": ["a"], "issued": [issued]}),
    )


def accounts(text, **rows):
    """Return numeral, how and reason for each numeral of a text."""
    accounted = account(tables(text, **rows), {"a": text})
    assert list(accounted) == COLUMNS
    return [(row.text, row.how, row.reason) for row in accounted.itertuples()]


def rules(text, **rows):
    """Return the rule that tells each numeral of a text, or None."""
    return [reason if how == "rule" else None for _, how, reason in accounts(text, **rows)]


# --- what a numeral is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "numerals"),
    [
        ("下降14.5%", ["14.5"]),
        ("下降１４．５％,达到１，２３４家", ["１４．５", "１，２３４"]),
        ("1,234家,2016,2017年", ["1,234", "2016", "2017"]),
        ("30万千瓦、1.2亿度", ["30万", "千", "1.2亿"]),
        ("5—9月创建1-2个,10%至20%", ["5—9", "1-2", "10%至20"]),
        ("2018—2020年实行1:1.1替代", ["2018—2020", "1:1.1"]),
        ("达到百分之八十五、百分之九点五,占三分之一", ["百分之八十五", "百分之九点五", "三分之一"]),
        ("建成十二个、两座、三至五家", ["十二", "两", "三至五"]),
        ("兩萬噸,Ⅲ类水体", ["兩萬", "Ⅲ"]),
    ],
)
def test_numeral_is_found_whole(text, numerals):
    assert found(text) == numerals


@given(st.text("0９5.．,，%％-—至:一两百千万亿分之点个年Ⅲ的 "))
def test_no_figure_escapes(text):
    held = {place for match in NUMERAL.finditer(fold(text)) for place in range(*match.span())}
    assert {place for place, sign in enumerate(text) if re.match("[0-9０-９一两百千万亿Ⅲ]", sign)} <= held


# --- where it is accounted for --------------------------------------------------------------------------------------


def test_numeral_is_accounted_for_by_the_fragment_that_holds_it():
    answers = accounts(
        PLAN,
        targets=[("cap", "控制在92.6万吨")],
        gaps=[("hole", "下降30%以上")],
        proofs=[("cap", "到2020年")],
    )
    assert answers == [
        ("2020", "proof", "cap"),
        ("92.6万", "target", "cap"),
        ("2015", "unaccounted", ""),
        ("30", "gap", "hole"),
    ]


def test_fragment_must_hold_the_whole_numeral_and_stand_at_its_offset():
    assert accounts(PLAN, targets=[("cap", "控制在92")])[1] == ("92.6万", "unaccounted", "")
    assert accounts(PLAN, targets=[("cap", "控制在92.6万公斤")])[1] == ("92.6万", "unaccounted", "")


def test_listed_row_accounts_for_what_it_overlaps():
    assert accounts("完成三山四带工程3个", numerals=[("name", "三山四带")]) == [
        ("三", "listed", "name"),
        ("四", "listed", "name"),
        ("3", "unaccounted", ""),
    ]
    assert accounts("投资2.4亿立方米", numerals=[("past", "2.4")]) == [("2.4亿", "listed", "past")]


def test_listed_row_that_is_not_in_the_text_accounts_for_nothing():
    plans = tables("完成3个")
    plans.numerals.loc[0] = ["a", 2, "4", "stale"]
    assert account(plans, {"a": "完成3个"})["how"].tolist() == ["unaccounted"]


def test_context_is_ten_characters_on_each_side():
    (row,) = account(tables(""), {"a": "甲乙丙丁戊己庚辛壬癸子\n3丑寅卯辰巳午未申酉戌亥"}).itertuples()
    assert (row.start, row.context) == (12, "丙丁戊己庚辛壬癸子 3丑寅卯辰巳午未申酉戌")


def test_summary_counts_each_document():
    text = f"一、总体要求。{PLAN}"
    plans = tables(
        text, targets=[("cap", "92.6万吨")], proofs=[("cap", "到2020年")], numerals=[("base", "2015")]
    )
    (counts,) = summary(account(plans, {"a": text})).to_dict("records")
    assert counts == {
        "numerals": 5,
        "targets": 1,
        "gaps": 0,
        "proofs": 1,
        "by rule": 1,
        "listed": 1,
        "unaccounted": 1,
    }


# --- rules: what each tells, and the promise beside it that it must leave alone -------------------------------------

TOLD = {
    "section mark": [
        "一、总体要求",
        "目标。 (十一)空气",
        "目标。 （二）空气",
        "目标。 ( 二 ) 空气",
        "\n12.优化结构",
        "经开区 3、着力提升",
        "治理。一是深化",
        "第一责任人",
        "推行第三方治理",
        "第二次普查",
    ],
    "document number": ["余政发〔2018〕36号", "朔区政发〔201850号", "國發[2021]33號", "政 〔 201 2 〕 24 號"],
    "name of a document": ["落实《2024—2025年节能降碳行动方案》", "《三年行动计划》"],
    "date of issue": [
        "市人民政府 2018年10月25日 (此件公开发布)",
        "区人民政府\n\n2018年10月26日\n",
        "12月12日,省政府",
        "7日,市政府官网",
        "执行。\n二 〇 一二年四月二十 六 日\n第",
    ],
    "page furniture": [
        "索引号: | 002972698/2018-19199 |",
        "生成日期: | 2018-10-30 |",
        "2019-04-29 点击数:",
        "发布时间:2019-03-14 浏览次数:197",
    ],
    "period": [
        "“十四五”节能减排",
        "行动方案(2018—2020年)",
        "三年行动计划",
        "三年作战方案",
        "经过3年努力",
        "社会发展五年规划",
    ],
    "term of validity": ["有效期至2023年12月31日", "有效期5年", "自2019年1月1日起施行"],
    "congress or meeting": [
        "党的十九大和十九届二中、三中全会",
        "市委六届六次全会",
        "市第七次黨代會",
        "县政府第15次常务会议",
    ],
    "name of a substance or road": [
        "细颗粒物(PM2.5)",
        "PM10浓度",
        "SO2和NO2",
        "二氧化硫",
        "G205改建",
        "新205国道",
    ],
    "set phrase": [
        "推进“四减四增”",
        "一企一策",
        "做到两断三清",
        "統一部署",
        "进一步",
        "“两高一低”项目",
        "一拆两断三清",
        "个百分点",
        "市、县两级",
        "交警直属一、二、三大队",
        "“四无”“四违”“四不达标”",
        '严控"两高"行业',
    ],
}
LEFT = {
    "section mark": [
        "分别下降15、20个百分点",
        "建成三、四座电厂",
        "提高到(3家)",
        "车用油达到第六阶段标准",
        "占比达到15.5",
    ],
    "document number": ["完成36号井治理", "淘汰2018辆"],
    "name of a document": ["“新植1亿株珍贵树”", "《计划》提出下降20%"],
    "date of issue": ["政府确保2018年10月1日前完成", "在10月31日前,完成", "二〇二〇年十月三十日前完成"],
    "page furniture": ["2020-12-31前完成", "点击数:达到100"],
    "period": ["‘十三五’末建成", "“十四五”期间创建", "2018-2020年淘汰(2018-2020年)", "三年完成", "3年内淘汰"],
    "term of validity": ["自2019年1月1日起销售", "有效期5年内淘汰3台", "自2019年1月1日起实现"],
    "congress or meeting": ["十大行业", "每年三次", "二十大企业", "第15次,会议"],
    "name of a substance or road": ["PM2.535微克", "二级标准", "205公里国道", "三类水质", "O35"],
    "set phrase": [
        "一律关停",
        "零增长",
        "两高速公路",
        "两座",
        "四个园区",
        "一条河",
        "百分之百",
        "万亩",
        "实施国六标准",
        "千家",
    ],
}


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in TOLD.items() for text in texts])
def test_rule_tells(rule, text):
    assert set(rules(text)) == {rule}


@pytest.mark.parametrize("text", [text for texts in LEFT.values() for text in texts])
def test_rule_leaves_promises_alone(text):
    assert None in rules(text)


def test_every_rule_is_tested():
    assert TOLD.keys() == LEFT.keys() == RULES.keys()


@pytest.mark.parametrize("path", PATTERNS, ids=lambda path: path.name)
def test_each_pattern_finds_its_example(path):
    """Each row alone: what the others of its rule would find does not help it."""
    parts = PARTS | passages.PARTS | {"CHANGED": CHANGED, "REACHED": REACHED}
    for pattern, example in pd.read_csv(path, dtype=str)[["pattern", "example"]].to_numpy():
        for word, part in parts.items():
            pattern = pattern.replace(f"{{{word}}}", part)
        assert re.search(fold(pattern), fold(example), re.MULTILINE), (pattern, example)


def test_a_date_of_issue_is_that_of_the_document():
    signed = "印发。\n市人民政府 2018年10月25日 (此件公开发布)"
    assert set(rules(signed, issued="2018-10-25")) == {"date of issue"}
    assert set(rules(signed, issued="2018-10-26")) == {None}


@pytest.mark.parametrize(
    "line",
    [
        "淘汰燃煤锅炉 市环保局 2019年12月31日",
        "淘汰锅炉 城市管理局 2019年12月31日 (验收)",
        "淘汰 市政府 2019年12月31日\n",
    ],
)
def test_a_line_of_a_table_is_no_date_of_issue(line):
    assert None in rules(f"任务 责任单位 时限\n{line}")


# --- repeated text --------------------------------------------------------------------------------------------------

LONG = f"为打赢蓝天保卫战制定本方案。{PLAN}各有关单位要认真组织实施。"


def test_repeated_text_shares_the_account_of_its_twin():
    answers = accounts(f"{LONG}\n{LONG}", targets=[("cap", PLAN)])
    assert [answer[1:] for answer in answers] == [("target", "cap")] * 4 + [("rule", "repeated text")] * 4


def test_quotation_that_stands_before_the_plan_is_repeated_text():
    news = f"方案提出,{PLAN}\n原文如下:\n{LONG}"
    plans = tables(news, targets=[("cap", PLAN)])
    plans.every_target["start"] = news.rindex(PLAN)
    assert account(plans, {"a": news})["reason"].tolist() == ["repeated text"] * 4 + ["cap"] * 4


def test_repeated_text_accounts_for_nothing_that_its_twin_does_not():
    assert {how for _, how, _ in accounts(f"{LONG}\n{LONG}")} == {"unaccounted"}


def test_same_words_with_another_figure_are_no_repeated_text():
    answers = accounts(f"{LONG}\n{LONG.replace('92.6', '83.1')}", targets=[("cap", PLAN)])
    assert ("83.1万", "unaccounted", "") in answers


# --- the plans themselves -------------------------------------------------------------------------------------------

NAMES = "name of a substance or road"  # the 10 of PM10 stands in quotes whose figure may be 10, too
needs_texts = pytest.mark.skipif(
    not os.environ.get(SOURCES), reason=f"{SOURCES} names no folder with the texts of the plans"
)


@pytest.fixture(scope="module")
def plans():
    return lantian.load()


@pytest.fixture(scope="module")
def texts(plans):
    return read_texts(plans)[0]


@pytest.mark.sources
@needs_texts
def test_every_numeral_of_the_plans_is_accounted_for(plans, texts):
    accounted = account(plans, texts)
    left = accounted[accounted["how"] == "unaccounted"]
    assert left.empty, left.to_string()


@pytest.mark.sources
@needs_texts
def test_no_rule_swallows_a_figure_of_a_target(plans, texts):
    """Without targets, gaps, proofs and listed rows, every figure of every target is unaccounted."""
    names = ("every_target", "gaps", "proofs", "numerals")
    bare = account(
        dataclasses.replace(plans, **{name: getattr(plans, name).iloc[:0] for name in names}), texts
    )
    reported = bare[(bare["how"] == "rule") & (bare["reason"] != NAMES)].assign(
        number=lambda rows: rows["text"].map(number)
    )
    for row in plans.every_target[plans.every_target["value_basis"] == "figure"].itertuples():
        inside = reported["start"].between(row.start, row.start + len(row.quote) - 1) & (
            reported["document"] == row.document
        )
        figures = {
            abs(figure)
            for figure in (row.value, row.value_max, row.target_year, row.baseline_year)
            if pd.notna(figure)
        }
        assert not figures & set(reported["number"][inside]), f"a rule explains a figure of {row.id}"


@pytest.mark.sources
@needs_texts
def test_a_target_taken_away_leaves_its_figures_unaccounted(plans, texts):
    whole = account(plans, texts)
    held = whole[(whole["how"] == "target") & whole["text"].map(number).notna()].drop_duplicates("reason")
    for row in held[::12].itertuples():
        fewer = dataclasses.replace(plans, **without(plans, row.document, row.start, len(row.text)))
        left = account(fewer, {row.document: texts[row.document]}).set_index("start").loc[row.start]
        assert left["reason"] in ("", NAMES), f"{left['reason']} tells {row.text} of {row.reason}"


def without(plans, document, start, length):
    """Return the tables of fragments without those that hold a place."""

    def kept(rows, documents):
        ends = rows["start"] + rows["quote"].str.len()
        covers = (rows["start"] <= start) & (ends >= start + length) & (documents == document)
        return rows[~covers.fillna(False).astype(bool)]

    documents = plans.every_target.set_index("id")["document"]
    proofs = kept(plans.proofs, plans.proofs["target"].map(documents))
    return {
        "every_target": kept(plans.every_target, plans.every_target["document"]),
        "gaps": kept(plans.gaps, plans.gaps["document"]),
        "proofs": proofs,
    }


def number(text):
    """Return the first figure of a numeral, without its magnitude."""
    digits = re.match(r"[\d.]+", fold(text).replace(",", ""))
    return float(digits.group().rstrip(".")) if digits else None
