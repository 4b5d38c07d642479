"""Drafts of rows from the text of a plan: what is read of a sentence, what the measured errors say, and what is left alone."""

import doctest
import importlib.util
import re
from importlib import import_module
from pathlib import Path

import lantian as lt
import pandas as pd
import pytest
from click.testing import CliRunner
from lantian.cli import main
from lantian.data.quotes import unproved
from lantian.data.schema import DataError
from lantian.drafts import propose
from lantian.drafts.rows import read
from lantian.text import fold
from lantian.text.numerals import NUMERAL, RULES

BENCHMARK = Path(__file__).parents[1] / "benchmarks" / "drafts.py"
PLAN = """某县蓝天保卫战三年行动计划(2018-2020年)
一、目标
到2020年,PM2.5年均浓度下降到35微克/立方米以下,二氧化硫、氮氧化物排放总量分别比2015年下降15%、10%以上。
二、任务
(一)能源。2019年6月底前,建成区基本淘汰35蒸吨/小时及以下燃煤锅炉。煤炭消费总量完成市下达的目标。(县发改局牵头,县财政局配合)
(二)交通。力争新增公交车全部使用新能源。禁止销售劣质煤。对违者处5万元罚款。
"""


@pytest.fixture(scope="module")
def drafts():
    return lt.propose("mytown", PLAN)


def only(sentence, **known):
    """Read a sentence that promises one thing."""
    (row,), _ = read(sentence, **known)
    return row


# --- what a sentence promises ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentence, kind, operator, value, unit",
    [
        ("到2020年,煤炭消费总量控制在145万吨以内", "level", "<=", 145, "万吨"),
        ("煤炭消费总量比2015年削减5%以上", "change", "<=", -5, "%"),
        ("铁路货运量比2017年增加30%", "change", "=", 30, "%"),
        ("溶剂型涂料使用比例降低20个百分点", "change", "=", -20, "个百分点"),
        ("PM2.5浓度由50微克/立方米降至35微克/立方米", "level", "=", 35, "微克/立方米"),
        ("秸秆综合利用率达到90%左右", "share", "~", 90, "%"),
        ("力争供水管网漏损率低于10%", "share", "<", 10, "%"),
        ("累计建成充电桩152个", "count", "=", 152, "个"),
        ("淘汰老旧车辆1.2万辆", "amount", "=", 1.2, "万辆"),
        ("新能源汽车保有量达到2万辆", "level", "=", 2, "万辆"),
        ("新增污水管网155.9公里", "amount", "=", 155.9, "公里"),
        ("耗煤项目实行1:1.1的煤炭减量替代", "ratio", "=", 1.1, ":1"),
        ("新建机组供电煤耗低于300克/千瓦时", "standard", "<", 300, "克/千瓦时"),
        ("禁止使用硫分高于1%的民用散煤", "standard", "<=", 1, "%"),
        ("數據中心電能利用效率不超過1.3", "standard", "<=", 1.3, "1"),
        ("每月至少巡查一次", "count", ">=", 1, "次/月"),
    ],
)
def test_a_figure_has_its_kind_operator_value_and_unit(sentence, kind, operator, value, unit):
    row = only(sentence)
    assert (row["kind"], row["operator"], row["value"], row["unit"]) == (kind, operator, value, unit)


@pytest.mark.parametrize(
    "sentence, year, basis, timing, deadline",
    [
        ("到2020年,清洁取暖率达到80%", 2020, "stated", "by", ""),
        ("2020年底前清洁取暖率达到80%", 2020, "stated", "by", "2020-12-31"),
        ("2019年2月底前清洁取暖率达到80%", 2019, "stated", "by", "2019-02-28"),
        ("2019 年 2 月底前清洁取暖率达到80%", 2019, "stated", "by", "2019-02-28"),
        ("2019年7月1日起抽检率达到80%", 2019, "stated", "from", "2019-07-01"),
        ("推进煤改电;在2019年底前取暖率达到80%", 2019, "stated", "by", "2019-12-31"),
        ("到2020年,空气质量明显改善;取暖率达到80%", 2020, "carried", "by", ""),
        ("2020年,清洁取暖率达到80%", 2020, "stated", "in", ""),
        ("清洁取暖率达到80%", "", "", "none", ""),
        ("“十四五”期间清洁取暖率达到80%", 2025, "stated", "by", ""),
        ("清洁取暖面积比2015年增加80%", "", "", "none", ""),
        ("每年完成清洁取暖80户", "", "", "every_year", ""),
    ],
)
def test_a_promise_has_its_year(sentence, year, basis, timing, deadline):
    row = read(sentence)[0][-1]
    cells = row["target_year"], row["year_basis"], row["timing"], row.get("deadline", "")
    assert cells == (year, basis, timing, deadline)


def test_the_base_year_is_no_target_year():
    row = only("到2020年,煤炭消费总量比2015年削减5%")
    assert (row["target_year"], row["baseline_year"], row["baseline_basis"]) == (2020, 2015, "stated")


def test_a_year_of_goals_holds_for_those_behind_it_and_not_for_a_standing_rule():
    rows, _ = read("一、主要目标\n到2020年,森林覆盖率达到40%。湿地保护率达到60%。新建项目实行1:2替代。")
    assert [row["target_year"] for row in rows] == [2020, 2020, ""]
    assert [row["year_basis"] for row in rows] == ["stated", "inferred", ""]


@pytest.mark.parametrize(
    "sentence, strength, word",
    [
        ("力争清洁取暖率达到80%", "aspirational", "力争"),
        ("力爭清潔取暖率達到80%左右", "aspirational", "力爭"),
        ("基本淘汰燃煤锅炉80台", "hedged", "基本"),
        ("确保清洁取暖率达到80%", "mandated", "确保"),
        ("清洁取暖率不得低于80%", "mandated", "不得"),
        ("清洁取暖率不低于80%", "plain", ""),
    ],
)
def test_a_promise_is_as_firm_as_its_words(sentence, strength, word):
    row = only(sentence)
    assert (row["strength"], row["strength_word"]) == (strength, word)


def test_an_aim_reaches_to_the_end_of_its_sentence_but_not_from_a_stretch_goal():
    """力争 at the head governs both goals; behind a basic goal it governs its own figure alone."""
    both, _ = read("力争到2020年清洁取暖率达到80%,集中供热率达到60%")
    one, _ = read("确保单位能耗下降14.5%,力争下降18%,用水量下降12%")
    assert [row["strength"] for row in both] == ["aspirational", "aspirational"]
    assert [row["strength"] for row in one] == ["mandated", "aspirational", "plain"]
    assert [row["value"] for row in one] == [-14.5, -18, -12]


@pytest.mark.parametrize(
    "sentence, values",
    [
        ("二氧化硫、氮氧化物排放量分别下降15%和10%", [-15, -10]),
        ("化学需氧量、氨氮减排量分别达到245吨、18吨", [245, 18]),
        ("PM2.5、PM10浓度均下降20%", [-20, -20]),
        ("污水处理率和垃圾处理率均达到95%", [95, 95]),
        ("氮氧化物和VOCs分别下降100吨(16.8%)和200吨(14.3%)", [100, -16.8, 200, -14.3]),
        ("围挡、覆盖、冲洗“三个百分之百”", [100, 100, 100]),
        ("2013年、2014年分别完成40%、70%", [40, 70]),
        ("优良天数比例达到77%以上,力争达到80%以上", [77, 80]),
    ],
)
def test_a_list_is_a_row_for_each_thing(sentence, values):
    rows, _ = read(sentence)
    assert sorted(row["value"] for row in rows) == sorted(values)


@pytest.mark.parametrize(
    "sentence, reason",
    [
        ("对违者处5万元罚款", "fine or money"),
        ("建筑面积5000平方米以上的工地加强管理", "size of what is acted on"),
        ("截至2017年底已建成污水厂3座", "reading of an earlier time"),
        ("年货运量 150 万吨以上的企业改用铁路", "size of what is acted on"),
        ("综合指数退出全省后20名", "ordinal or class"),
        ("落实24小时值班", "time of day or term"),
        ("深化“4个商城”建设", "name"),
        ("以钢铁、焦化等5个行业为重点", "part of a list"),
    ],
)
def test_a_figure_that_promises_nothing_is_left_with_its_reason(sentence, reason):
    rows, reasons = read(sentence)
    assert not [row for row in rows if row.get("value_basis") == "figure"]
    assert [found for *_, found in reasons if found == reason]


def test_what_a_plan_reports_of_years_before_it_is_no_promise():
    sentence = "2017年PM2.5浓度为58微克/立方米"
    assert read(sentence)[0] and not read(sentence, issued=2018)[0]
    assert not read(f"某县三年行动计划(2018-2020年)\n{sentence}")[0]


def test_a_term_may_end_in_the_year_before_the_plan_is_issued():
    assert only("2022年12月底前完成排查任务", issued=2023)["deadline"] == "2022-12-31"


@pytest.mark.parametrize(
    "behind, lead",
    [
        ("(县发改局牵头,县财政局配合)", "县发改局"),
        ("(市水利局、市农业农村局按职责分工负责)", "市水利局;市农业农村局"),
        ("牵头单位:各县(市、区)政府", "各县(市、区)政府"),
        ("(责任单位:县环保局)", "县环保局"),
        ("(市环保局等部门牵头,各县区政府落实)", "市环保局"),
        ("(由市环保局会同市发改委负责)", "市环保局;市发改委"),
        ("(各有关单位负责)", "各有关单位"),
        ("(由乡镇人民政府具体落实)", ""),
        ("(市环保局、市经信委)摸清底数。", "市环保局;市经信委"),
        ("(江北区、镇海区)摸清底数。", ""),
        ("(包括茶炉,不得复用,由专人负责任)", ""),
    ],
)
def test_those_who_answer_are_bodies(behind, lead):
    (row, *_), _ = read(f"一、任务\n完成改造80户。{behind}")
    assert row["lead"] == lead


@pytest.mark.parametrize(
    "sentence, kind",
    [
        ("2019年底前完成锅炉改造", "deadline"),
        ("2018年底前出台关停搬迁改造计划", "deadline"),
        ("布设降尘量监测点位,建设监控平台,2020年底前完成", "deadline"),
        ("2019年10月底前组织开展专项检查", "deadline"),
        ("到2020年,重污染天气得到有效控制", "deadline"),
        ("原则上采用清洁运输方式", "standard"),
        ("新增耗煤项目实行煤炭减量替代", "ratio"),
        ("禁止秸秆露天焚烧", "ban"),
        ("全面执行大气污染物特别排放限值", "standard"),
        ("新增公交车全部使用新能源", "share"),
        ("化肥使用量实现零增长", "change"),
        ("原煤消耗总量不超过2011年水平", "level"),
    ],
)
def test_a_promise_without_a_figure_has_its_kind(sentence, kind):
    assert only(sentence)["kind"] == kind


def test_a_proof_of_the_nature_stands_before_the_end_of_its_sentence():
    words = "一、约束性目标\n到2020年,PM2.5年均浓度达到35微克/立方米。约束性考核办法另行制定。"
    assert only(words)["proofs"] == [("nature", 2, "约束性")]


def test_a_strength_word_behind_a_long_quote_is_kept():
    words = f"到2020年,{'城区街道绿化、' * 12}力争全面完成"
    (row,), _ = read(words, quotes=[words])
    assert (row["strength_word"], len(row["quote"])) == ("力争", 80)


def test_bodies_in_brackets_end_a_sentence_and_begin_none():
    rows, _ = read("一、任务\n摸清底数。(市统计局)2016年底前,制定控制方案。(市发改委)")
    assert [(row["quote"], row["lead"]) for row in rows] == [("2016年底前,制定控制方案", "市发改委")]


def test_an_outcome_among_goals_has_their_year():
    rows, _ = read("一、主要目标\n到2025年,煤炭消费下降5%。节能减排政策机制更加健全。")
    assert [(row["kind"], row["target_year"]) for row in rows] == [("change", 2025), ("deadline", 2025)]


@pytest.mark.parametrize(
    "sentence, subject, size",
    [
        ("淘汰35蒸吨/小时及以下燃煤锅炉80台", "boiler", "<=35 t/h"),
        ("基本淘汰国三及以下柴油货车80辆", "diesel_truck", "China III and older"),
        ("停止销售低于国六标准的汽柴油", "", "below China VI"),
        ("公交车新能源比例达到80%", "bus", ""),
        ("公交优先道达到80公里", "", ""),
    ],
)
def test_a_draft_names_what_it_acts_on(sentence, subject, size):
    row = only(sentence)
    assert (row["subject"], row["subject_class"]) == (subject, size)


def test_a_draft_has_the_unit_of_the_table_and_an_id_that_names_no_uncertain_indicator():
    drafts = lt.propose(
        "ninghai", "一、目标\n到2025年,全市用水总量控制在 12.02 亿 m3 以内,蓝天展馆达到37处。"
    )
    units = drafts.set_index("value")["unit"]
    assert units["12.02"] == "亿立方米"
    (bird,) = drafts.query("value == '37'").itertuples()
    assert (bird.indicator, bird.id) == ("", "ninghai-draft-2025")


def test_what_stands_behind_a_number_and_comma_is_no_item_and_a_quote_is_kept_whole():
    text = "一、任务\n(一)治理。2022年,完成炼钢厂 6、7 号转炉改造等项目。"
    quote = "完成炼钢厂 6、7 号转炉改造等项目"
    (row, *_), _ = read(text, quotes=[quote])
    assert row["quote"].endswith(quote) and row["clause"] == "一(一)"


def test_words_that_a_person_names_are_drafted_whatever_the_rules_make_of_them():
    text = (
        "一、任务\n(一)加强监管。2019年底前,加强餐饮检查,做好宣传教育。(县环保局)\n(二)淘汰40%以上的老旧车。"
    )
    rows, _ = read(text, quotes=["做好宣传教育", "40%以上的老旧车"])
    found = [(row["kind"], row["target_year"], row["clause"], row["quote"]) for row in rows]
    assert found == [
        ("deadline", 2019, "一(一)", "做好宣传教育"),
        ("share", "", "一(二)", "40%以上的老旧车"),
    ]
    assert rows[0]["lead"] == "县环保局" and rows[1]["value"] == 40


@pytest.mark.parametrize(
    "sentence",
    [
        "加强宣传教育",
        "三年行动计划(2018-2020年)",
        "关于印发2018年度工作方案的通知",
        "为贯彻2018年会议精神,制定本方案",
        "到2025年,为碳达峰奠定坚实基础",
    ],
)
def test_words_that_bind_nobody_are_no_draft(sentence):
    assert not read(sentence)[0]


# --- the drafts of a plan --------------------------------------------------------------------------------------------


def test_a_draft_has_the_cells_that_its_words_show(drafts):
    row = drafts.query("indicator == 'air.pm25'").iloc[0]
    assert row["statement_en"] == "PM2.5: at most 35 µg/m³ by 2020"
    assert row["choices"].startswith("air.pm25;") and "new" in row["choices"].split(";")
    assert (row["clause"], row["core"], row["year_basis"], row["words"]) == ("一", "yes", "stated", "")
    assert re.search(r"value 0\.\d\d; unit|unit [01]\.\d\d", row["precision"])
    boiler = drafts[drafts["quote"].str.contains("锅炉")].iloc[0]
    assert (boiler["kind"], boiler["deadline"], boiler["area"]) == ("deadline", "2019-06-30", "built_up")
    assert (boiler["lead"], boiler["lead_type"]) == ("县发改局", "lead")


def test_what_a_level_above_sets_is_a_gap(drafts):
    row = drafts[drafts["quote"].str.contains("市下达")].iloc[0]
    assert (row["table"], row["indicator"], row["choices"]) == ("gaps", "coal.consumption", "assigned")


def test_every_headline_is_a_target_or_a_gap_and_a_silence_names_terms_that_stand_nowhere(drafts, plans):
    headlines = set(plans.indicators.query("headline != ''")["id"])
    first = drafts["indicator"].where(drafts["indicator"] != "", drafts["choices"].str.split(";").str[0])
    assert headlines <= set(first)
    gaps = drafts[(drafts["table"] == "gaps") & (drafts["clause"] == "")]
    assert "silent" in set(gaps["choices"]) and set(gaps["status"]) == {""}
    searched = gaps["searched"]
    assert len(searched) and all(searched)
    assert not [term for terms in searched for term in terms.split(";") if term in fold(PLAN)]


def test_every_numeral_is_quoted_under_a_rule_or_listed(drafts):
    quoted = drafts[drafts["quote"] != ""]
    spans = [(int(row.start), int(row.start) + len(row.quote)) for row in quoted.itertuples()]
    listed = drafts[drafts["table"] == "numerals"]
    spans += [(int(row.start), int(row.start) + len(row.text)) for row in listed.itertuples()]
    spans += [match.span() for rule in RULES.values() for match in rule.finditer(fold(PLAN))]
    numerals = [match.span() for match in NUMERAL.finditer(fold(PLAN))]
    assert not [one for one in numerals if not any(start < one[1] and one[0] < end for start, end in spans)]
    assert "fine or money" in set(listed["reason"])


def test_a_cell_below_its_floor_stays_empty(monkeypatch, tmp_path):
    errors = lt.draft_errors().assign(right=lambda table: table["right"].mask(table["field"] == "unit", 1))
    errors.to_csv(tmp_path / "measured.csv", index=False)
    monkeypatch.setattr(propose, "MEASURED", tmp_path / "measured.csv")
    propose._measured.cache_clear()
    row = lt.propose("mytown", "到2020年,煤炭消费总量控制在145万吨以内").iloc[0]
    propose._measured.cache_clear()
    assert (row["value"], row["unit"]) == ("145", "") and "unit" not in row["precision"]


# --- on whole plans --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def of_the_plans(plans, sources):
    """The drafts of each plan that was read, by what the rows of the others teach."""
    texts = {
        place: (sources / f"{place}.txt").read_bytes().decode()
        for place in plans.documents_read["jurisdiction"]
    }
    return {place: (text, lt.propose(place, text)) for place, text in texts.items()}


@pytest.mark.sources
def test_every_fragment_stands_at_its_place(of_the_plans):
    for place, (text, drafts) in of_the_plans.items():
        quoted = drafts[drafts["quote"] != ""]
        assert len(quoted) > 40, place
        for row in quoted.itertuples():
            assert text.startswith(row.quote, int(row.start)) and len(row.quote) <= 80, row


@pytest.mark.sources
def test_drafts_prove_themselves(of_the_plans, plans):
    """Of all drafts of all plans, one in a hundred at the most says what its own words do not."""
    faults, count = [], 0
    for _, drafts in of_the_plans.values():
        targets = drafts[drafts["table"] == "targets"].copy()
        for column in ("value", "value_max", "baseline_year", "target_year"):
            numbers = pd.to_numeric(targets[column])
            targets[column] = numbers.astype("Int64") if column.endswith("year") else numbers
        count += len(targets)
        faults += unproved(targets, drafts[drafts["table"] == "proofs"], plans.units)
    assert len({identifier for identifier, *_ in faults}) <= count / 100, faults


@pytest.mark.sources
def test_floors_are_met_on_the_plans_of_the_collection(of_the_plans, plans):
    """The rules still find what they found when they were measured."""
    spec = importlib.util.spec_from_file_location("drafts_benchmark", BENCHMARK)
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    listed, catalogue = [], set(plans.indicators["id"])
    for place, (_, drafts) in of_the_plans.items():
        rows = benchmark.read(plans.folder / "targets" / f"{place}.csv")
        rows = rows[rows["document"].isin(plans.documents_read["id"])].reset_index(drop=True)
        targets = benchmark.placed(drafts[drafts["table"] == "targets"])
        listed += benchmark.errors(rows, targets, catalogue, benchmark.FIELDS)
    table = benchmark.counted("own", listed).dropna(subset="floor").set_index("field")
    missed = table[table["right"] / table["cells"] < table["floor"]]
    assert len(table) == len(benchmark.FLOORS) and missed.empty, missed


# --- the command -----------------------------------------------------------------------------------------------------


def run(*arguments):
    return CliRunner().invoke(main, ["propose", *map(str, arguments)])


def test_the_command_writes_drafts_and_nothing_else(copy_data, tmp_path):
    (tmp_path / "plan.txt").write_text(PLAN, "utf-8")
    before = {path: path.read_bytes() for path in copy_data.rglob("*") if path.is_file()}
    done = run("mytown", "--text", tmp_path / "plan.txt", "--data", copy_data)
    assert done.exit_code == 0 and "Next: lantian export --template mytown" in done.output
    path = copy_data / "drafts" / "mytown.csv"
    assert {file: file.read_bytes() for file in before} == before and lt.check(copy_data) == []
    written = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert list(written["table"].unique()) == ["targets", "proofs", "gaps", "numerals"]
    again = run("mytown", "--text", tmp_path / "plan.txt", "--data", copy_data)
    assert again.exit_code == 1 and f"{path}: is there already; --replace drafts it anew" in again.output


@pytest.mark.parametrize(
    "identifier, content, sentence",
    [
        ("my-town", PLAN.encode(), "'my-town' is no id; use letters a-z, digits and _, a letter first"),
        ("mytown", PLAN.encode("gb18030"), "is no text in UTF-8"),
        ("mytown", b"A plan.", "the text of the plan has no Chinese characters"),
    ],
)
def test_what_cannot_be_read_is_answered_by_a_sentence(copy_data, tmp_path, identifier, content, sentence):
    (tmp_path / "plan.txt").write_bytes(content)
    done = run(identifier, "--text", tmp_path / "plan.txt", "--data", copy_data)
    assert done.exit_code == 1 and sentence in done.output and not (copy_data / "drafts").exists()


def test_drafts_need_no_sound_tables(copy_data, tmp_path):
    """The stubs of a place that was just added are no sound rows, and its drafts are what fills them."""
    lt_add = CliRunner().invoke(main, ["add", "mytown", "--data", str(copy_data), "--year", "2018"])
    assert lt_add.exit_code == 0
    with pytest.raises(DataError):
        lt.load(copy_data)
    assert set(lt.propose("mytown", PLAN, copy_data).query("table == 'targets'")["document"]) == {
        "mytown-2018"
    }


@pytest.mark.parametrize("module", ["passages", "rows", "propose"])
def test_examples_run(module):
    failed, tried = doctest.testmod(import_module(f"lantian.drafts.{module}"))
    assert tried and not failed
