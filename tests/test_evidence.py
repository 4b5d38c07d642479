"""Every fragment is proved against the texts, what no longer fits them is named, and a click leads to it."""

import math
import random
import re
import shutil
from dataclasses import replace

import lantian as lt
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from edit import change, contents, line_of, read, write
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from lantian.cli import main
from lantian.data.quotes import UNPROVED
from lantian.data.schema import DataError
from lantian.proof.verify import unfounded
from lantian.site import evidence
from lantian.site.evidence import marked
from lantian.text import fold, sentences
from lantian.text.sentences import PAGES

TABLES = ("proofs.csv", "gaps.csv", "text_defects.csv", "targets/huludao.csv", "targets/yuyao.csv")
YUYAO = "targets/yuyao.csv"
reads_texts = pytest.mark.sources


def found(folder, sources, place):
    """Return the problems that `verify` finds, paths relative to the folder; of one place, or of all."""
    problems = lt.verify(folder, sources, jurisdictions=place).problems
    return {str(problem).removeprefix(f"{folder}/") for problem in problems}


def number_of(path, wanted):
    """Return the number of the first row of a table that is wanted."""
    return next(n for n, row in enumerate(read(path)) if wanted(row))


@pytest.fixture(scope="module")
def verified(data, sources):
    return lt.verify(data, sources)


@pytest.fixture
def news(data, copy_data, sources, verified):
    """What `verify` says of the words after a change that it did not say before; what it says of statements is tried apart."""
    before = {str(problem).removeprefix(f"{data}/") for problem in verified.problems}
    return lambda place=None, texts=sources: {
        line for line in found(copy_data, texts, place) - before if ":statement_en: " not in line
    }


@reads_texts
def test_every_fragment_is_proved(verified, plans):
    assert not verified.problems, "\n".join(map(str, verified.problems))
    assert not verified.moved, "run `lantian verify --write`"
    quotes = sum(
        int((table["quote"] != "").sum())
        for table in (plans.every_target, plans.proofs, plans.gaps, plans.text_defects)
    )
    assert sum(verified.proved.values()) == quotes


@reads_texts
def test_altered_quote_is_named_with_its_line(copy_data, news):
    number = number_of(copy_data / YUYAO, lambda row: row["value_basis"] == "figure")
    line = change(copy_data / YUYAO, number, quote="余姚没有这样说过")
    reported = sorted(news("yuyao"))
    assert f"{YUYAO}:{line}:quote: '余姚没有这样说过' is not in the text of yuyao-2018" in reported


@reads_texts
def test_altered_figures_are_named_with_their_lines(copy_data, news):
    path, expected = copy_data / "targets/jincheng.csv", set()
    rows = read(path)
    for column in ("baseline_year", "target_year", "value"):
        number = next(n for n, row in enumerate(rows) if row["value_basis"] == "figure" and row[column])
        rows[number] = {"value_basis": ""}  # each in a row of its own
        line = change(path, number, **{column: "2031"})
        expected.add(f"targets/jincheng.csv:{line}:{column}: 2031 {UNPROVED}")
    assert news("jincheng") == expected


# Two lists, since the plans have two figures in 万吨: each wrong unit needs another row.
OTHER_UNITS = [
    [("万吨", "吨"), ("吨", "万吨"), ("万吨标准煤", "万吨"), ("个百分点", "%"), ("%", "个百分点")],
    [("万吨", "亿吨"), ("万吨", "万吨标准煤")],
]


@reads_texts
@pytest.mark.parametrize("units", OTHER_UNITS)
def test_units_that_are_not_the_printed_ones_are_named(copy_data, news, units):
    rows = [
        (path, number, row["unit"])
        for path in sorted((copy_data / "targets").glob("*.csv"))
        for number, row in enumerate(read(path))
        if row["quote"] and row["value_basis"] == "figure"
    ]
    expected = set()
    for unit, other in units:
        (path, number, _) = chosen = next(row for row in rows if row[2] == unit)
        rows.remove(chosen)
        line = change(path, number, unit=other)
        expected.add(f"targets/{path.name}:{line}:unit: {other!r} is not what is printed")
    found = news()
    assert {line.rpartition(": ")[0] for line in found} == expected and len(found) == len(expected)


@reads_texts
def test_every_change_of_the_wrong_sign_is_named(copy_data, news):
    flipped = set()
    for path in (copy_data / "targets").glob("*.csv"):
        rows = read(path)
        for number, row in enumerate(rows):
            if (
                row["kind"] == "change"
                and row["value_basis"] == "figure"
                and row["quote"]
                and not row["stretch_of"]
            ):
                row["value"] = str(-float(row["value"]))
                flipped.add((path, number))
        write(path, rows)
    assert len(flipped) > 20
    assert {line.partition(": ")[0] for line in news()} == {
        f"targets/{path.name}:{line_of(path, number)}:value" for path, number in flipped
    }


@reads_texts
@pytest.mark.parametrize(
    ("place", "ids"),
    [
        ("huludao", ["ammonia-cut-2025", "cod-cut-2025", "nox-cut-2025", "voc-cut-2025"]),
        ("jincheng", ["pm10-2017", "pm25-2017"]),
    ],
)
def test_figures_swapped_in_a_list_are_named(copy_data, news, place, ids):
    path = copy_data / f"targets/{place}.csv"
    rows = {row["id"].removeprefix(f"{place}-"): row for row in read(path)}
    assert len({rows[name]["quote"] for name in ids}) == 1
    for rotated in range(1, len(ids)):
        values = {f"{place}-{name}": rows[ids[index - rotated]]["value"] for index, name in enumerate(ids)}
        write(
            path,
            [row | ({"value": values[row["id"]]} if row["id"] in values else {}) for row in rows.values()],
        )
        reported = news(place)
        assert len(reported) == len(ids) and all(
            ":value: " in line and "in the list" in line for line in reported
        )


WORDS = {
    "up": ("耗电量增加2%以上", {"value": -2.0}, "value"),
    "down": ("能耗降低3%,低于上年", {"value": 3.0}, "value"),
    "a 降幅 raised": ("能耗降幅提高到14%", {"value": 14.0}, "value"),
    "at least": ("覆盖率达到90%以上", {"kind": "share", "value": 90.0, "operator": "<="}, "operator"),
    "at most": (
        "煤炭消费总量控制在1,450万吨以内",
        {"kind": "level", "value": 1450.0, "unit": "万吨", "operator": ">="},
        "operator",
    ),
    "a fall of at least": ("能耗下降20%以上", {"value": -20.0, "operator": ">="}, "operator"),
    "tonnes of coal equivalent": (
        "控制在100万吨标准煤",
        {"kind": "level", "value": 100.0, "unit": "万吨"},
        "unit",
    ),
    "a boiler's size": ("淘汰35蒸吨以下锅炉的90%", {"kind": "share", "value": 35.0}, "unit"),
    "a range turned": ("占比达到12%~15%", {"kind": "share", "value": 15.0, "value_max": 12.0}, "value_max"),
    "a change as a level": ("占比提高9%", {"kind": "level", "value": 9.0}, "kind"),
    "an amount in percent": ("减排量占9%", {"kind": "amount", "value": 9.0}, "kind"),
    "another year's figure": (
        "2019年9%,2020年12%",
        {"kind": "share", "value": 12.0, "target_year": 2019, "year_basis": "stated"},
        "target_year",
    ),
    "a base after the target": (
        "2021年比2025年低9%,2021年达到",
        {"value": -9.0, "target_year": 2021, "baseline_year": 2025},
        "baseline_year",
    ),
    "力争 as a mandate": (
        "力争能耗下降9%",
        {"value": -9.0, "strength_word": "力争", "strength": "mandated"},
        "strength",
    ),
    "a year to compare with": ("能耗比2020年下降2%", {"value": -2.0, "target_year": 2020}, "target_year"),
    "another month": (
        "2020年10月底前,覆盖率达到9%",
        {"kind": "share", "value": 9.0, "deadline": "2020-11-30"},
        "deadline",
    ),
}
RIGHT = {
    "低于": ("增速低于2.5%", {"value": 2.5, "operator": "<"}),
    "低碳": ("低碳能源占比扩大1.8%", {"value": 1.8}),
    "减排": ("减排项目比上年多1.9%", {"value": 1.9}),
    "负增长": ("煤炭消费负增长7%", {"value": -7.0}),
    "behind the figure": ("用电量增加,实现煤耗5%的降幅", {"value": -5.0}),
    "下降-": ("排放量下降-0.7%", {"value": 0.7}),
    "以上 in a fall": ("能耗下降20%以上", {"value": -20.0, "operator": "<="}),
    "years in a list": ("2018、2019、2020年完成20%", {"kind": "share", "value": 20.0, "target_year": 2018}),
    "a rate": ("日处理污水能力达到4.5万吨", {"kind": "level", "value": 4.5, "unit": "万吨/日"}),
    "a head and the figure itself": (
        "煤炭(万吨)|125|控制在1250000吨以内",
        {"kind": "level", "value": 1250000.0, "unit": "吨", "operator": "<="},
    ),
}


def reported(plans, words, cells):
    """Return what is said of a row that rests on some words."""
    row = plans.every_target[plans.every_target["id"] == "lanshan-energy-intensity-industry-2020"]
    blank = {
        "value_max": None,
        "target_year": None,
        "baseline_year": None,
        "deadline": "",
        "strength_word": "",
        "operator": "=",
        "unit": "%",
    }
    row = row.assign(**(blank | {"quote": words, "start": None} | cells))
    found = unfounded(replace(plans, every_target=row, proofs=plans.proofs.iloc[:0]), set(row["document"]))
    return [fault for fault in found if fault[1] != "statement_en"]


@pytest.mark.parametrize(("words", "cells", "column"), WORDS.values(), ids=WORDS)
def test_words_that_do_not_prove_a_cell_name_it(plans, words, cells, column):
    assert [name for _, name, _ in reported(plans, words, cells)] == [column]


@pytest.mark.parametrize(("words", "cells"), RIGHT.values(), ids=RIGHT)
def test_words_that_prove_their_cells_are_let_alone(plans, words, cells):
    assert not reported(plans, words, cells)


def test_a_stretch_goal_that_falls_short_of_its_basic_one_is_named(plans):
    targets = plans.every_target[
        (plans.every_target["role"] == "focus") & (plans.every_target["value_basis"] == "figure")
    ].set_index("id", drop=False)
    stretched = targets[targets["stretch_of"].isin(targets["id"])]
    swapped = dict(zip(stretched["id"], targets.loc[stretched["stretch_of"], "value"])) | dict(
        zip(stretched["stretch_of"], stretched["value"])
    )
    assert len(stretched) > 2
    wrong = plans.every_target.assign(
        value=plans.every_target["id"].map(swapped).fillna(plans.every_target["value"])
    )
    found = {
        key
        for key, _, message in unfounded(replace(plans, every_target=wrong), set(targets["document"]))
        if "falls short" in message
    }
    assert found == set(stretched["id"])


def test_a_stretch_goal_of_another_thing_or_year_is_named(plans):
    row = plans.every_target[plans.every_target["stretch_of"] != ""].iloc[0]
    others = plans.every_target[
        (plans.every_target["document"] == row.document) & (plans.every_target["indicator"] != row.indicator)
    ]
    wrong = plans.every_target.assign(
        stretch_of=plans.every_target["stretch_of"].mask(
            plans.every_target["id"] == row.id, others["id"].iloc[0]
        )
    )
    found = [
        (key, column) for key, column, _ in unfounded(replace(plans, every_target=wrong), {row.document})
    ]
    assert found == [(row.id, "stretch_of")]


def test_a_figure_beside_the_right_one_is_answered_from_it(plans):
    documents = set(plans.documents.loc[plans.documents["access"] == "full_text", "id"])
    figures = plans.every_target[
        plans.every_target["document"].isin(documents) & (plans.every_target["value_basis"] == "figure")
    ]
    others = [
        (row, math.copysign(float(other), row.value))
        for row in figures.itertuples()
        for other in set(re.findall(r"(?<![\d.A-Za-z])\d+(?:\.\d+)?", fold(row.quote)))
        - {f"{abs(figure):.15g}" for figure in (row.value, row.value_max)}
    ]
    random.Random(0).shuffle(others)
    figure = dict({row.quote: (row.id, other) for row, other in others}.values())  # one for each fragment
    wrong = plans.every_target.assign(
        value=plans.every_target["id"].map(figure).fillna(plans.every_target["value"])
    )
    named = {key for key, *_ in unfounded(replace(plans, every_target=wrong), documents)}
    assert not {key: other for key, other in figure.items() if key not in named} and len(figure) > 60


@reads_texts
def test_altered_strength_word_is_named(copy_data, news):
    number = number_of(copy_data / YUYAO, lambda row: row["strength"] == "mandated")
    change(copy_data / YUYAO, number, strength_word="但愿")
    (reported,) = news("yuyao")
    assert "strength_word: " in reported and "但愿" in reported


@reads_texts
def test_silence_that_is_none_is_named(copy_data, sources, news):
    path = copy_data / "gaps.csv"
    number = number_of(path, lambda row: row["status"] == "silent" and row["jurisdiction"] == "yuyao")
    said = (sources / "yuyao.txt").read_text("utf-8")[500:504].strip()
    change(path, number, searched=f"{read(path)[number]['searched']};{said}")
    (reported,) = news("yuyao")
    assert "searched: " in reported and repr(said) in reported


@reads_texts
@pytest.mark.parametrize("shift", [1, None], ids=["moved", "emptied"])
def test_offsets_are_repaired_to_the_same_bytes(copy_data, sources, verified, shift):
    if verified.moved:
        pytest.fail("the offsets of the data are not right: run `lantian verify --write`")
    right, texts = contents(copy_data), {path.stem: path.read_text("utf-8") for path in sources.glob("*.txt")}
    changed = sum(spoil(copy_data / table, shift, texts) for table in TABLES)
    result = lt.verify(copy_data, sources, write=True)
    assert len(result.moved) == changed > 50
    assert contents(copy_data) == right


def spoil(path, shift, texts):
    """Shift or empty the offsets of quotes that stand once in their text; return how many."""
    rows = read(path)
    keys = [(row.get("target"), row.get("field")) for row in rows]
    spoilt = [
        row
        for row, key in zip(rows, keys)
        if stands_once(row, texts) and (shift or may_be_empty(path, key, keys))
    ]
    for row in spoilt:
        row["start"] = str(int(row["start"]) + shift) if shift else ""
    write(path, rows)
    return len(spoilt)


def stands_once(row, texts):
    place = row.get("document", row.get("target", "")).partition("-")[0]
    return row["quote"] and texts[place].count(row["quote"]) == 1


def may_be_empty(path, key, keys):
    """Two proofs of one field are distinguished by their offsets only."""
    return path.name != "text_defects.csv" and (path.name != "proofs.csv" or keys.count(key) == 1)


@reads_texts
@pytest.mark.parametrize("lead", ["", "在前面。" * 500])
def test_everything_moves_with_its_text_listed_numerals_too(copy_data, sources, tmp_path, lead):
    texts = shutil.copytree(sources, tmp_path / "texts")
    text = (texts / "yuyao.txt").read_text("utf-8")
    middle = len(text) // 2
    (texts / "yuyao.txt").write_text(f"{lead}{text[:middle]}插入的话2019。{text[middle:]}", "utf-8")
    old = {
        row["start"]: row["text"]
        for row in read(copy_data / "numerals.csv")
        if row["document"] == "yuyao-2018"
    }
    lt.verify(copy_data, texts, write=True, jurisdictions="yuyao")
    new = {
        row["start"]: row["text"]
        for row in read(copy_data / "numerals.csv")
        if row["document"] == "yuyao-2018"
    }

    def shift(start):
        return int(start) + len(lead) + len("插入的话2019。") * (int(start) >= middle)

    assert new == {str(shift(start)): text for start, text in old.items()}


@reads_texts
def test_a_listed_numeral_that_is_not_in_the_text_is_named(copy_data, news):
    number = number_of(copy_data / "numerals.csv", lambda row: row["document"] == "yuyao-2018")
    change(copy_data / "numerals.csv", number, text="甲乙丙丁7")
    assert any("numerals.csv" in line and "is not in the text" in line for line in news("yuyao"))


@reads_texts
def test_one_plan_is_verified_by_itself(copy_data, sources, tmp_path):
    (tmp_path / "texts").mkdir()
    shutil.copy(sources / "yuyao.txt", tmp_path / "texts")
    assert lt.verify(copy_data, tmp_path / "texts").problems
    accounts = read(copy_data / "accounts.csv")
    result = lt.verify(copy_data, tmp_path / "texts", write=True, jurisdictions="yuyao")
    assert (result.problems, list(result.proved)) == ([], ["yuyao-2018"])
    assert read(copy_data / "accounts.csv") == accounts
    with pytest.raises(DataError, match="'nowhere' is no place compared"):
        lt.verify(copy_data, tmp_path / "texts", jurisdictions="nowhere")


@reads_texts
def test_a_silence_is_proved_only_by_terms_of_its_thing(copy_data, news):
    for number, row in enumerate(read(copy_data / "gaps.csv")):
        if row["status"] == "silent":
            change(copy_data / "gaps.csv", number, searched="企鹅;充电宝;颗粒饲料;煤炭博物馆")
    silent = [row for row in read(copy_data / "gaps.csv") if row["status"] == "silent"]
    assert len(news()) == len(silent) > 10


@reads_texts
def test_text_that_is_not_the_coded_one_is_named(sources, news, tmp_path):
    texts = shutil.copytree(sources, tmp_path / "texts")
    with open(texts / "yuyao.txt", "a", encoding="utf-8") as file:
        file.write("。")
    (reported,) = news("yuyao", texts)
    assert (
        reported
        == f"{texts}/yuyao.txt:text_sha256: the text of yuyao-2018 is not the one that was coded (its SHA-256 differs from documents.csv)"
    )


@reads_texts
def test_missing_text_is_named(sources, news, tmp_path):
    texts = shutil.copytree(sources, tmp_path / "texts")
    (texts / "yuyao.txt").unlink()
    (reported,) = [problem for problem in news("yuyao", texts) if "yuyao" in problem]
    assert reported.startswith(f"{texts}/yuyao.txt: the text of yuyao-2018 cannot be read")


def test_without_texts_one_sentence_says_what_to_give(data, monkeypatch):
    monkeypatch.delenv("LANTIAN_SOURCES", raising=False)
    with pytest.raises(DataError, match=r"\Ano texts named: give --sources DIR or set LANTIAN_SOURCES\Z"):
        lt.verify(data)


def test_command_without_texts_exits_1_with_that_sentence(data, monkeypatch):
    monkeypatch.delenv("LANTIAN_SOURCES", raising=False)
    run = CliRunner().invoke(main, ["verify", "--data", str(data)])
    assert (run.exit_code, run.stdout) == (1, "")
    assert run.stderr == "no texts named: give --sources DIR or set LANTIAN_SOURCES\n"


# --- cards and the links to them ------------------------------------------------------------------------------------


def test_card_of_a_promise_tells_words_document_and_verdicts(plans):
    card = lt.evidence(plans, "yuyao-pm25-stretch-2020")
    reported = [
        "Aim for a PM2.5 annual mean",
        "(力争)",
        "余政发〔2018〕36号",
        "一(二)",
        "target year: 到2020年",
        "yuyao-pm25-2020",
        "compares in value\nno; ",
    ]
    assert not [words for words in reported if words not in str(card)]
    assert "<mark>35</mark>" in card.markup


def test_card_names_whom_a_promise_compares_with(plans):
    card = str(lt.evidence(plans, "jincheng-good-days-2020"))
    assert (
        "compares in value\ncaveat with Yuyao (2018); level of government: prefecture against county" in card
    )


def test_card_of_a_gap_tells_its_document(plans):
    card = str(lt.evidence(plans, "lanshan-gap-pm25"))
    assert card.startswith("PM2.5: may have stood in a lost part") and "临兰政办发〔2019〕9号" in card


def test_every_figure_that_a_fragment_holds_is_marked(plans):
    rows = plans.every_target[
        (plans.every_target["value_basis"] == "figure") & (plans.every_target["quote"] != "")
    ]
    printed = {row.id: f"{abs(row.value):.10f}".rstrip("0").rstrip(".") for row in rows.itertuples()}
    unmarked = [
        row.id for row in rows.itertuples() if printed[row.id] in row.quote and "<mark>" not in marked(row)
    ]
    assert not unmarked and len(rows) > 100


def test_evidence_is_linked_from_a_page(plans, monkeypatch):
    monkeypatch.setenv(PAGES, "")
    assert (
        '<a class="evidence" href="08_evidence.html#yuyao-pm25-2020">'
        in lt.say(plans, "{yuyao-pm25-2020}").markup
    )


@pytest.fixture
def shell(plans, monkeypatch):
    """A shell of IPython, as a notebook has it, in which plans were loaded; their tables are read once for all."""
    monkeypatch.delenv(PAGES, raising=False)
    monkeypatch.setattr(sentences, "prove", sentences.prove)
    monkeypatch.setattr(evidence, "read_plans", lambda *choice: plans)
    shell = InteractiveShell.instance()
    yield shell if lt.load() else None
    InteractiveShell.clear_instance()


def test_a_notebook_folds_out_what_proves_the_words(plans, shell, monkeypatch, tmp_path):
    """In place, with the id to go on with; and leads to the page of the evidence where that was rendered."""
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    sentence = lt.say(plans, "Yuyao: {yuyao-pm25-2020:amount}.")
    assert str(sentence) == "Yuyao: 37 µg/m³." and sentence.answers == {"yuyao-pm25-2020:amount": "37 µg/m³"}
    shown = BeautifulSoup(sentence._repr_html_(), "html.parser")
    row, fold = plans.by_id["yuyao-pm25-2020"], shown.find("details")
    assert fold.summary.text == "37 µg/m³" and not shown.find("a") and not fold.find_parent("p")
    for words in (row.statement_en, row.quote, row.clause, "plain, by 2020", row.id):
        assert words in fold.text
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports/08_evidence.html").touch()
    assert 'href="../reports/08_evidence.html#yuyao-pm25-2020"' in lt.say(plans, "{yuyao-pm25-2020}").markup


@pytest.mark.parametrize(
    "code, expected",
    [
        ('lt.compare(plans, "coal.cons', ["coal.consumption"]),
        ("lt.compare(\n    plans,\n    'air.pm", ["air.pm10", "air.pm25"]),
        ('lt.evidence(plans, "yuyao-pm25-s', ["yuyao-pm25-stretch-2020"]),
        ("lt.place(plans, 'huludao", ["huludao"]),
        ('open("coal.cons', []),
        ("plans.coal.cons", []),
    ],
)
def test_ids_complete_on_tab_between_quotes(shell, code, expected):
    with provisionalcompleter():
        found = [one for one in shell.Completer.completions(code, len(code)) if one.type == "id"]
    assert {one.text for one in found} >= {*expected} and bool(found) == bool(expected)
    assert all(code[one.start : one.end] == re.split("[\"']", code)[-1] for one in found)


def test_no_link_of_a_notebook_is_dead(plans, shell, monkeypatch, tmp_path):
    """Where nothing was rendered, every id that tables and sentences link folds out what proves it."""
    monkeypatch.chdir(tmp_path)
    found = lt.find(plans, "straw")[["place", "in_words", "id"]]
    shown = BeautifulSoup(lt.show(found, "Straw")._repr_html_(), "html.parser")
    assert [fold.code.text for fold in shown("details")] == list(found["id"]) and not shown("a")
    assert all(plans.by_id[fold.code.text].place in fold.b.text for fold in shown("details"))


def test_table_links_what_is_printed_to_its_own_row_and_what_is_said_to_the_one_above(plans, monkeypatch):
    monkeypatch.setenv(PAGES, "")
    above = lt.above(plans, "energy")
    row = above[above["above_id"] != ""].iloc[[0]][
        ["label", "printed", "in_words", "confidence", "id", "above_id"]
    ]
    targets = re.findall(r'href="08_evidence\.html#([^"]+)"', lt.show(row, "One").markup)
    assert targets == [row["id"].item(), row["above_id"].item()]


def test_sources_that_repeat_are_numbered_and_listed_once():
    frame = pd.DataFrame({"place": ["A", "B", "C", "D"], "value": ["1", "2", "", "4"]})
    sources = ["Yearbook <2021>", "Census", "Yearbook <2021>", ""]
    shown = lt.show(frame.assign(source=sources, confidence=["high", "low", "high", ""]), "Values").markup
    assert re.findall(r"<li>(.*?)</li>", shown) == [
        "Yearbook &lt;2021&gt; (confidence high)",
        "Census (confidence low)",
    ]
    assert re.findall(r">([^<]*)<sup>(.*?)</sup>", shown) == [("1", "[1]"), ("2", "[2]"), ("C", "[1]")]
    assert ">source<" not in shown and ">confidence<" not in shown


def test_sources_that_stand_once_keep_their_column():
    shown = lt.show(pd.DataFrame({"place": ["A", "B"], "source": ["Yearbook", "Census"]}), "Values").markup
    assert ">source<" in shown and "<sup>" not in shown


def test_sentence_links_each_cell_of_rows(plans, monkeypatch):
    monkeypatch.setenv(PAGES, "")
    straw = lt.compare(plans, "agriculture.straw_use").query("degree == 'direct'")
    sentence = lt.say(plans, "{straw:printed}", straw=straw)
    assert re.findall(r"#([^\"]+)\"", sentence.markup) == list(straw["id"])
    assert str(sentence) == lt.wording.names(straw["printed"])
