"""A workbook goes out and comes back without loss, says by cell what is wrong, and takes no draft that nobody decided on."""

import datetime
import io
import random
import shutil
import subprocess

import lantian as lt
import openpyxl
import pytest
from click.testing import CliRunner
from edit import contents, read, write
from lantian import check
from lantian.cli import main
from lantian.data.export import export
from lantian.data.schema import DataError, read_schema
from lantian.data.template import OWN, SHARED, SHEETS, template
from lantian.drafts.workbook import _text, import_workbook

FOCUS = ["huludao", "jincheng", "lanshan", "shuocheng", "yuyao"]
TEXT = """宁海县打赢蓝天保卫战三年行动计划
一、目标
到2020年,PM2.5年均浓度达到35微克/立方米以下。
二、任务
(一)淘汰燃煤锅炉。2019年底前,全部淘汰35蒸吨/小时以下燃煤锅炉。(责任单位:县环保局)
(二)发展新能源汽车。到2020年,新增和更新公交车中新能源汽车比例达到80%以上。
"""


@pytest.fixture(scope="module")
def workbooks(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("workbooks")
    for place in FOCUS:
        template(place, folder / f"{place}.xlsx", data)
    return folder


@pytest.fixture
def whole(workbooks):
    """The workbook of Yuyao, to spoil."""
    return openpyxl.load_workbook(workbooks / "yuyao.xlsx")


@pytest.fixture(scope="module")
def slim(workbooks):
    """The workbook of Yuyao without the sheets of what places share, which take longest to read."""
    return slimmed(workbooks / "yuyao.xlsx", workbooks / "slim.xlsx")


def slimmed(file, slim):
    book = openpyxl.load_workbook(file)
    for name in SHARED[1:]:
        del book[name]
    book.save(slim)
    return slim


@pytest.fixture
def book(slim):
    return openpyxl.load_workbook(slim)


def cell(sheet, row, column):
    """A cell of a sheet by the number of its row and the name of its column."""
    return sheet.cell(row, [head.value for head in sheet[1]].index(column) + 1)


def row_of(sheet, identifier):
    (column,) = (head.column for head in sheet[1] if head.value == "id")
    return next(row for row in range(3, sheet.max_row + 1) if sheet.cell(row, column).value == identifier)


def append(sheet, **cells):
    """Write a row below the last one; return its number."""
    row = sheet.max_row + 1
    for column, value in cells.items():
        cell(sheet, row, column).value = value
    return row


def saved(book, tmp_path):
    book.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def faults(file, data, **options):
    """The sentences that refuse a workbook, without the file; the tables are as they were."""
    before = contents(data)
    with pytest.raises(DataError) as refused:
        import_workbook(file, data, **options)
    assert contents(data) == before
    return [str(problem).replace(f"{file}:", "") for problem in refused.value.problems]


def forget(folder, place):
    """Take out of a data folder all rows that a workbook of the place has, but the place."""
    (document,) = (row["id"] for row in read(folder / "documents.csv") if row["jurisdiction"] == place)
    targets = {row["id"] for row in read(folder / f"targets/{place}.csv")}
    for name, column in OWN.items():
        path = folder / (f"targets/{place}.csv" if name == "targets" else f"{name}.csv")
        rows, about = read(path), {"jurisdiction": {place}, "document": {document}, "target": targets}[column]
        write(path, [row for row in rows if row[column] not in about], list(rows[0]))


def shuffled(file, sheets):
    """Reverse the columns of some sheets, mix their rows with blank ones, the row of meanings among them, and drop all format."""
    old, new = openpyxl.load_workbook(file, read_only=True), openpyxl.Workbook()
    for sheet in (sheet for sheet in old.worksheets[::-1] if sheet.title in sheets):
        head, *rows = (list(row)[::-1] for row in sheet.iter_rows(values_only=True))
        rows += [[None] * len(head)] * 5
        random.Random(7).shuffle(rows)
        for row in [head, *rows]:
            new.create_sheet(sheet.title) if sheet.title not in new else None
            new[sheet.title].append(row)
    content = io.BytesIO()
    new.save(content)
    content.seek(0)
    return content


# --- round trips -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", FOCUS)
def test_a_workbook_gives_back_every_byte(workbooks, copy_data, place):
    before = contents(copy_data)
    forget(copy_data, place)
    assert contents(copy_data) != before
    # Of the sheets of what places share, all workbooks have the same.
    sheets = SHEETS if place == "yuyao" else [SHARED[0], *OWN]
    import_workbook(shuffled(workbooks / f"{place}.xlsx", sheets), copy_data)
    assert contents(copy_data) == before


def test_an_untouched_workbook_changes_nothing(workbooks, copy_data):
    before = contents(copy_data)
    assert import_workbook(workbooks / "yuyao.xlsx", copy_data).startswith("Nothing has changed.\n")
    assert contents(copy_data) == before
    forget(copy_data, "yuyao")
    import_workbook(workbooks / "yuyao.xlsx", copy_data)
    assert contents(copy_data) == before


@pytest.mark.soak
@pytest.mark.skipif(not shutil.which("soffice"), reason="no soffice of LibreOffice is on the PATH")
@pytest.mark.parametrize("ways", [["xlsx"], ["ods", "xlsx"]])
def test_libreoffice_gives_back_every_byte(workbooks, copy_data, tmp_path, ways):
    before, folder, kind = contents(copy_data), workbooks, "xlsx"
    for way in ways:
        files = [folder / f"{place}.{kind}" for place in FOCUS]
        folder, kind = tmp_path / way, way
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"
        command = ["soffice", profile, "--headless", "--convert-to", way, "--outdir", folder, *files]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    for place in FOCUS:
        forget(copy_data, place)
        import_workbook(folder / f"{place}.xlsx", copy_data)
    assert contents(copy_data) == before


def test_the_same_tables_give_the_same_workbook(workbooks, data, tmp_path):
    template("yuyao", tmp_path / "yuyao.xlsx", data)
    assert (tmp_path / "yuyao.xlsx").read_bytes() == (workbooks / "yuyao.xlsx").read_bytes()


def test_a_workbook_explains_its_columns_and_offers_lists(whole, data):
    schema = read_schema(data)
    offered = {}
    for name in SHEETS:
        sheet, fields = whole[name], {column.name: column for column in schema[name].fields}
        assert {head.value for head in sheet[1]} == set(fields)
        for head, meaning in zip(sheet[1], sheet[2]):
            assert fields[head.value].description in meaning.value
            assert ("Required. " in meaning.value) == fields[head.value].required
        for offer in sheet.data_validations.dataValidation:
            letter = str(offer.sqref).partition("3:")[0]
            offered[name, sheet[f"{letter}1"].value] = offer.formula1, offer.errorStyle
    assert max(len(choices) for choices, _ in offered.values()) < 255  # more a spreadsheet takes for damage
    enums = {(name, column.name) for name in SHEETS for column in schema[name].fields if column.enum}
    assert enums == {at for at, (_, style) in offered.items() if style == "stop"}
    assert offered["targets", "kind"][0] == '"level,change,share,count,amount,ratio,standard,ban,deadline"'
    assert "indicators!$A$3" in offered["targets", "indicator"][0]
    for at in [("targets", "unit"), ("targets", "lead"), ("documents", "remit"), ("proofs", "field")]:
        assert offered[at][1] == "warning"


# --- cells -----------------------------------------------------------------------------------------------------------

CELLS = {
    "a year with a point": ("targets", "target_year", 2020.0, "2020"),
    "a year in text": ("targets", "target_year", "２０２０年", "2020"),
    "a number": ("targets", "value", 37.5, "37.5"),
    "what a spreadsheet makes of 33.3": ("targets", "value", 33.299999999999997, "33.3"),
    "a thousand": ("targets", "value", "1,234,567.5", "1234567.5"),
    "a full-width thousand": ("targets", "value", "１，２３４", "1234"),
    "a minus sign": ("targets", "value", "\u221220", "-20"),
    "an apostrophe": ("targets", "value", "'35", "35"),
    "a decimal comma is not guessed": ("targets", "value", "3,5", "3,5"),
    "a blank that does not break": ("targets", "value", "\u00a035\u3000", "35"),
    "a moment": ("targets", "deadline", datetime.datetime(2019, 5, 15), "2019-05-15"),
    "a day with slashes": ("targets", "deadline", "2019/5/15", "2019-05-15"),
    "a Chinese day": ("targets", "deadline", "2019年5月15日", "2019-05-15"),
    "a day with points": ("targets", "deadline", "2019.5.15", "2019-05-15"),
    "an uncertain month": ("documents", "issued", "2019年5月?", "2019-05?"),
    "a day of issue": ("documents", "issued", datetime.datetime(2018, 10, 25), "2018-10-25"),
    "TRUE": ("targets", "core", True, "yes"),
    "No": ("targets", "core", "No", "no"),
    "a sign": ("targets", "operator", "≥", ">="),
    "several": ("documents", "remit", "air ; coal；vehicles", "air;coal;vehicles"),
    "a number in text": ("numerals", "text", 100.0, "100"),
    "a quote stays as it is": ("targets", "quote", "达到35％，  以上 ", "达到35％，  以上"),
}


@pytest.mark.parametrize(("table", "column", "value", "text"), CELLS.values(), ids=CELLS)
def test_cells_are_read_as_people_and_spreadsheets_write_them(data, table, column, value, text):
    (field,) = (field for field in read_schema(data)[table].fields if field.name == column)
    sheet = openpyxl.Workbook().active
    sheet["A1"] = value
    assert _text(sheet["A1"], field) == (text, "")


@pytest.mark.parametrize(("column", "text"), [("value", "37"), ("quote", "37%")])
def test_a_share_is_no_fraction(data, column, text):
    (field,) = (field for field in read_schema(data)["targets"].fields if field.name == column)
    sheet = openpyxl.Workbook().active
    sheet["A1"] = 0.37
    sheet["A1"].number_format = "0.00%"
    assert _text(sheet["A1"], field) == (text, "")


# --- what is wrong ---------------------------------------------------------------------------------------------------


def test_every_fault_is_named_by_sheet_and_cell_at_once(book, copy_data, tmp_path):
    targets, row = book["targets"], row_of(book["targets"], "yuyao-pm25-2020")
    wrong = {
        "kind": ("lvel", "'lvel' is not allowed; allowed: level, "),
        "indicator": ("air.pm52", "'air.pm52' is not known; it must be an id in indicators; did you mean "),
        "target_year": ("soon", "'soon' is not a whole number"),
        "value": ("=30+7", "'=30+7' is a formula or an error; write what it is to show"),
        "clause": (
            datetime.datetime(2026, 3, 1),
            "is a day or time to the spreadsheet; format the cell as text",
        ),
    }
    expected = {}
    for column, (value, message) in wrong.items():
        cell(targets, row, column).value = value
        expected[f"targets!{cell(targets, row, column).coordinate}:{column}: "] = message
    gaps = book["gaps"]
    silent = next(row for row in range(3, 99) if cell(gaps, row, "status").value == "silent")
    cell(gaps, silent, "status").value = None
    expected[f"gaps!{cell(gaps, silent, 'status').coordinate}:status: "] = (
        f"must not be empty for {cell(gaps, silent, 'indicator').value}; allowed: qualitative, "
    )
    found = faults(saved(book, tmp_path), copy_data)
    assert len(found) == len(expected), "\n".join(found)
    for place, message in expected.items():
        (sentence,) = (sentence for sentence in found if sentence.startswith(place))
        assert sentence.removeprefix(place).startswith(message)


def test_rules_between_rows_and_words_of_the_quote_are_named_by_cell(book, copy_data, tmp_path):
    row = row_of(book["targets"], "yuyao-pm25-2020")
    cell(book["targets"], row, "value").value = 36
    found = faults(saved(book, tmp_path), copy_data)
    assert any(
        sentence.startswith(f"targets!{cell(book['targets'], row, 'value').coordinate}:value: 36")
        for sentence in found
    )


def test_a_row_of_another_place_is_refused(book, copy_data, tmp_path):
    cell(book["observations"], 3, "jurisdiction").value = "lanshan"
    found = faults(saved(book, tmp_path), copy_data, remove=True)
    assert found == ["observations!A3:jurisdiction: belongs to lanshan; this workbook is that of yuyao"]


def test_what_places_share_is_added_and_not_changed(whole, copy_data, tmp_path):
    cell(whole["indicators"], row_of(whole["indicators"], "air.pm25"), "unit").value = "t"
    (sentence,) = faults(saved(whole, tmp_path), copy_data)
    assert "'µg/m3' in the tables, and other places use it; no workbook changes it" in sentence
    cell(whole["indicators"], row_of(whole["indicators"], "air.pm25"), "unit").value = "µg/m3"
    append(whole["indicators"], id="air.radon", theme="air", name_en="radon", name_zh="氡", better="lower", extensive="no", definition="Radon in the air.")  # fmt: skip
    append(whole["subjects"], id="rickshaw", name_en="rickshaw", name_zh="三轮车")
    append(whole["units"], unit="石", dimension="mass", factor=60000.0, standard_unit="t", label_en="dan")
    append(whole["bodies"], body="县林业局", function="forestry")
    append(whole["jurisdictions"], id="taizhou", name_en="Taizhou", name_zh="台州市", level="prefecture", parent="zhejiang", role="reference", order=14)  # fmt: skip
    done = import_workbook(saved(whole, tmp_path), copy_data)
    assert done.splitlines()[:5] == [f"{name}: 1 added" for name in SHARED]
    assert ("石", "60000") in {(row["unit"], row["factor"]) for row in read(copy_data / "units.csv")}


def test_rows_go_only_when_that_is_asked_for(book, copy_data, tmp_path):
    sheet = book["observations"]
    gone = [cell(sheet, 3, column).value for column in ("indicator", "source")]
    sheet.delete_rows(3)
    (sentence,) = faults(saved(book, tmp_path), copy_data)
    assert sentence.startswith("observations: 1 row of the tables not here, by jurisdiction, indicator, ")
    assert all(word in sentence for word in gone) and sentence.endswith("or import with --remove")
    rows = len(read(copy_data / "observations.csv"))
    assert import_workbook(saved(book, tmp_path), copy_data, remove=True).startswith(
        "observations: 1 removed\n"
    )
    assert len(read(copy_data / "observations.csv")) == rows - 1


def test_sheets_and_columns_that_are_gone_change_nothing(book, copy_data, tmp_path):
    before = contents(copy_data)
    for name in ("guide", "codes", "proofs", "jurisdictions"):
        del book[name]
    book["targets"].delete_cols(cell(book["targets"], 1, "note").column)
    book.create_sheet("Sheet1")
    assert import_workbook(saved(book, tmp_path), copy_data).startswith("Nothing has changed.")
    assert contents(copy_data) == before


def test_unknown_sheets_and_columns_are_answered_with_the_likely_name(book, copy_data, tmp_path):
    book["gaps"].title = "gasp"
    cell(book["targets"], 1, "indicator").value = "indikator"
    book["proofs"].delete_cols(cell(book["proofs"], 1, "quote").column)
    found = faults(saved(book, tmp_path), copy_data)
    assert [sentence.split(";")[:2] for sentence in found] == [
        ["targets!D1:indikator: no column has this name", " did you mean indicator?"],
        ["proofs!1:quote: this column is missing", " rows are known by it"],
        ["gasp: no table has this name", " did you mean gaps?"],
    ]


@pytest.mark.parametrize("name", ["book.xlsx", "book.xls", "book.ods"])
def test_what_is_no_workbook_is_answered_by_a_sentence(copy_data, tmp_path, name):
    (tmp_path / name).write_bytes(b"\xd0\xcf\x11\xe0 an old or locked one")
    run = CliRunner().invoke(main, ["import", str(tmp_path / name), "--data", str(copy_data)])
    assert run.exit_code == 1 and run.stderr == (
        f"{tmp_path / name}: is no workbook that can be read; save it as .xlsx, without a password\n"
    )
    run = CliRunner().invoke(main, ["import", str(tmp_path / "none.xlsx"), "--data", str(copy_data)])
    assert run.exit_code == 1 and "none.xlsx: this file is missing" in run.stderr


# --- a further plan, from its text to the tables ---------------------------------------------------------------------


def draft(schema, table, quote="", **cells):
    """A row as `lantian propose` drafts it."""
    columns = dict.fromkeys(
        ["table", *(name for name in DRAFTED for name in schema[name].columns), "choices", "precision"], ""
    )
    found = {"quote": quote, "start": str(TEXT.index(quote))} if quote else {}
    return columns | {"table": table} | found | cells


DRAFTED = ("targets", "proofs", "gaps", "numerals")
GOAL = {
    "document": "ninghai-plan",  # until the year of issue is known
    "area": "whole",
    "timing": "by",
    "strength": "plain",
    "core": "yes",
    "lead_type": "none_named",
    "target_year": "2020",
    "precision": "value 0.98; unit 0.97",
}


@pytest.fixture
def drafted(copy_data):
    """A data folder with drafts for a place that is not in its tables."""
    return add_drafts(copy_data)


def add_drafts(folder):
    schema = read_schema(folder)
    figure = {
        "value_basis": "figure",
        "operator": "<=",
        "value": "35",
        "unit": "微克/立方米",
        "kind": "level",
    }
    bus = {
        "operator": ">=",
        "value": "80",
        "unit": "%",
        "kind": "share",
        "subject": "bus",
        "base": "new_or_replaced",
    }
    rows = [
        draft(schema, "targets", "PM2.5年均浓度达到35微克/立方米以下", **GOAL, **figure, id="ninghai-pm25-2020", indicator="air.pm25", choices="air.pm25;air.pm10;new", year_basis="carried"),
        draft(schema, "targets", "到2020年,新增和更新公交车中新能源汽车比例达到80%以上", **GOAL, **figure | bus, id="ninghai-bus-2020", choices="vehicles.new_energy;vehicles.new_or_clean;new", year_basis="stated"),
        draft(schema, "proofs", "到2020年", target="ninghai-pm25-2020", field="target_year"),
        draft(schema, "gaps", "全部淘汰35蒸吨/小时以下燃煤锅炉", id="ninghai-gap-boilers", jurisdiction="ninghai", document="ninghai-2018", indicator="coal.boiler_phase_out", status="qualitative"),
    ]  # fmt: skip
    (folder / "drafts").mkdir()
    write(folder / "drafts/ninghai.csv", rows)
    return folder


@pytest.fixture(scope="module")
def offered(data, tmp_path_factory):
    """The workbook of the place with its drafts, as slim as that of Yuyao."""
    folder = tmp_path_factory.mktemp("offered")
    copy, file = add_drafts(shutil.copytree(data, folder / "data")), folder / "ninghai.xlsx"
    words = ["export", "--template", "ninghai", "--year", "2018", str(file), "--data", str(copy)]
    run = CliRunner().invoke(main, words)
    assert run.exit_code == 0 and "ninghai is not in the tables yet; the import adds it" in run.stdout
    return slimmed(file, folder / "slim.xlsx")


def filled(offered, decide):
    """The workbook of the place, filled in as a person would; drafts by what is decided on each id."""
    book = openpyxl.load_workbook(offered)
    place = {"name_en": "Ninghai", "name_zh": "宁海县", "level": "county", "parent": "ningbo"}
    plan = {"title_en": "Action plan of Ninghai", "title_zh": "宁海县打赢蓝天保卫战三年行动计划", "genre": "action plan", "remit": "air; coal", "issued": datetime.datetime(2018, 10, 25), "period_start": 2018.0, "period_end": 2020, "confidence": "high"}  # fmt: skip
    for sheet, cells in (("jurisdictions", place), ("documents", plan)):
        for column, value in cells.items():
            cell(book[sheet], 3, column).value = value
    stubs = [cell(book["gaps"], row, "indicator").value for row in range(3, book["gaps"].max_row + 1)]
    assert stubs.count("coal.boiler_phase_out") == 1  # the draft, in the place of what `add` writes
    statements = {"ninghai-pm25-2020": "PM2.5 at most 35 µg/m3 by 2020"}
    for sheet in (book["targets"], book["gaps"]):
        for row in range(3, sheet.max_row + 1):
            identifier = cell(sheet, row, "id").value
            if cell(sheet, row, "decide").value == "draft":
                cell(sheet, row, "decide").value = decide.get(identifier, "draft")
                if sheet.title == "targets":
                    cell(sheet, row, "statement_en").value = statements.get(identifier)
            elif cell(sheet, row, "indicator").value != "air.pm25":
                cell(sheet, row, "status").value = "silent"
                cell(sheet, row, "searched").value = "某"
    return book


def test_a_plan_gets_from_its_text_into_the_tables_without_a_csv(offered, drafted, tmp_path):
    before = contents(drafted)
    book = filled(offered, {"ninghai-pm25-2020": "take", "ninghai-gap-boilers": "take"})
    assert {cell(book["targets"], row, "decide").fill.fgColor.rgb for row in (3, 4)} == {"00FFF6CC"}
    lists = {str(offer.sqref): offer.formula1 for offer in book["targets"].data_validations.dataValidation}
    assert lists["E4"] == '"vehicles.new_energy,vehicles.new_or_clean"'
    headline = sum(row["headline"] != "" for row in read(drafted / "indicators.csv"))
    done = import_workbook(saved(book, tmp_path), drafted).splitlines()
    assert done[:6] == [
        "jurisdictions: 1 added",
        "documents: 1 added",
        "targets: 1 added",
        "proofs: 1 added",
        f"gaps: {headline - 1} added",
        "1 draft left out, on which nobody has decided: take or leave",
    ]
    assert "`lantian verify --sources DIR --write --jurisdictions ninghai`" in done[6]
    assert check(drafted) == []
    (row,) = read(drafted / "targets/ninghai.csv")
    assert (row["id"], row["value"], row["start"]) == ("ninghai-pm25-2020", "35", str(TEXT.index("PM2.5")))
    (document,) = (row for row in read(drafted / "documents.csv") if row["id"] == "ninghai-2018")
    assert [document[name] for name in ("remit", "issued", "period_start")] == [
        "air;coal",
        "2018-10-25",
        "2018",
    ]
    for path, content in contents(drafted).items():
        is_kept = {*before.get(path, b"").splitlines()} <= {*content.splitlines()}
        assert is_kept or path.name == "datapackage.json" or path.parent.name == "drafts"
    # What `verify --write` has filled in since is kept by the same workbook, where these cells are empty.
    (tmp_path / "ninghai.txt").write_text(TEXT, "utf-8")
    lt.verify(drafted, tmp_path, True, "ninghai")
    assert next(row for row in read(drafted / "documents.csv") if row["id"] == "ninghai-2018")["text_sha256"]
    after = contents(drafted)
    assert import_workbook(saved(book, tmp_path), drafted).startswith(
        "Nothing has changed.\n1 draft left out"
    )
    assert contents(drafted) == after


@pytest.mark.parametrize("way", ["said", "column deleted"])
def test_no_draft_gets_in_that_nobody_took(offered, drafted, tmp_path, way):
    book = filled(offered, {"ninghai-pm25-2020": "take", "ninghai-gap-boilers": "leave"})
    for sheet in (book["targets"], book["proofs"]) if way != "said" else ():
        sheet.delete_cols(1)
    taken = {"ninghai-pm25-2020"} if way == "said" else set()
    append(book["gaps"], id="ninghai-gap-boiler", jurisdiction="ninghai", document="ninghai-2018", indicator="coal.boiler_phase_out", status="silent", searched="某")  # fmt: skip
    if not taken:
        append(book["gaps"], id="ninghai-gap-pm", jurisdiction="ninghai", document="ninghai-2018", indicator="air.pm25", status="silent", searched="某")  # fmt: skip
    done = import_workbook(saved(book, tmp_path), drafted)
    path = drafted / "targets/ninghai.csv"
    assert {row["id"] for row in (read(path) if path.exists() else [])} == taken
    assert {row["target"] for row in read(drafted / "proofs.csv") if "ninghai" in row["target"]} == taken
    assert f"{1 if taken else 2} draft{'' if taken else 's'} left out, on which nobody" in done
    assert "1 draft left out, as decided" in done


def test_drafts_are_no_part_of_the_data(drafted, tmp_path):
    assert check(drafted) == []
    assert b"ninghai" not in export(drafted, tmp_path / "lantian.sqlite").read_bytes()
    (drafted / "drafts/ninghai.csv").write_text("table,id\ntargets,x\n", "utf-8")
    with pytest.raises(DataError, match="ninghai.csv: lacks .*indicator.*; run `lantian propose` again"):
        template("ninghai", tmp_path / "ninghai.xlsx", drafted)


def test_a_workbook_is_not_written_over_unasked(workbooks, data):
    with pytest.raises(DataError, match="yuyao.xlsx: is there already; name another, or replace it"):
        template("yuyao", workbooks / "yuyao.xlsx", data)
    with pytest.raises(DataError, match="'Yuyao' is no id"):
        template("Yuyao", workbooks / "Yuyao.xlsx", data)


def test_what_was_decided_is_not_offered_again(offered, drafted, tmp_path):
    """Neither what was taken, under another id even, nor what was left; the rest stays a draft."""
    path = drafted / "drafts" / "ninghai.csv"
    before = read(path)
    book = filled(offered, {"ninghai-pm25-2020": "take", "ninghai-gap-boilers": "leave"})
    append(book["gaps"], id="ninghai-gap-boiler", jurisdiction="ninghai", document="ninghai-2018", indicator="coal.boiler_phase_out", status="silent", searched="某")  # fmt: skip
    import_workbook(saved(book, tmp_path), drafted)
    gone = [row["id"] or row["target"] for row in before if row not in read(path)]
    assert {"ninghai-pm25-2020", "ninghai-gap-boilers"} <= set(gone) and len(read(path)) == len(before) - len(
        gone
    )
    assert set(gone) == {"ninghai-pm25-2020", "ninghai-gap-boilers"}


def test_a_quote_alone_is_drafted_and_a_statement_left_empty_is_worded(drafted, offered, tmp_path):
    book = filled(offered, {"ninghai-bus-2020": "take", "ninghai-gap-boilers": "leave"})
    append(book["gaps"], id="ninghai-gap-pm", jurisdiction="ninghai", document="ninghai-2018", indicator="air.pm25", status="silent", searched="某")  # fmt: skip
    append(book["gaps"], id="ninghai-gap-boiler", jurisdiction="ninghai", document="ninghai-2018", indicator="coal.boiler_phase_out", status="silent", searched="某")  # fmt: skip
    bus = row_of(book["targets"], "ninghai-bus-2020")
    cell(book["targets"], bus, "indicator").value = "vehicles.new_energy"
    gaps = book["gaps"]
    (stub,) = (
        row
        for row in range(3, gaps.max_row + 1)
        if cell(gaps, row, "indicator").value == "vehicles.new_energy"
    )
    gaps.delete_rows(stub)
    row = append(book["targets"], quote="全部淘汰35蒸吨/小时以下燃煤锅炉")
    file = saved(book, tmp_path)
    letter = cell(book["targets"], row, "quote").column_letter
    assert faults(file, drafted) == [
        f"targets!{letter}{row}:quote: stands alone; import with --text FILE, the text of the plan, and the rest of the row is drafted"
    ]
    assert faults(file, drafted, text="二、任务") == [
        f"targets!{letter}{row}:quote: '全部淘汰35蒸吨/小时以下燃煤锅炉' is not in the text; copy it from there"
    ]
    (tmp_path / "plan.txt").write_text(TEXT, "utf-8")
    arguments = ["import", str(file), "--data", str(drafted), "--text", str(tmp_path / "plan.txt")]
    run = CliRunner().invoke(main, arguments)
    assert run.exit_code == 0
    assert "1 statement worded from the cells of the row" in run.stdout
    assert (
        "1 quote drafted, to decide on: lantian export --template ninghai ninghai.xlsx --replace"
        in run.stdout
    )
    (bus,) = read(drafted / "targets/ninghai.csv")
    assert bus["statement_en"] == (
        "New energy vehicles (bus, new or replacement ones): at least 80 % by 2020"
    )
    (boiler,) = (
        row for row in read(drafted / "drafts/ninghai.csv") if "锅炉" in row["quote"] and row["kind"]
    )
    cells = boiler["kind"], boiler["target_year"], boiler["deadline"], boiler["clause"], boiler["lead"]
    assert cells == ("share", "2019", "2019-12-31", "二(一)", "县环保局")
    template("ninghai", tmp_path / "again.xlsx", drafted)
    sheet = openpyxl.load_workbook(tmp_path / "again.xlsx")["targets"]
    assert cell(sheet, row_of(sheet, boiler["id"]), "decide").value == "draft"


def test_a_drafted_statement_is_worded_anew_when_its_row_has_changed(drafted, offered, tmp_path):
    path = drafted / "drafts/ninghai.csv"
    words = "PM2.5: at most 35 µg/m³ by 2020"
    rows = [row | ({"statement_en": words} if row["id"] == "ninghai-pm25-2020" else {}) for row in read(path)]
    write(path, rows)
    book = filled(offered, {"ninghai-pm25-2020": "take", "ninghai-gap-boilers": "take"})
    sheet, row = book["targets"], row_of(book["targets"], "ninghai-pm25-2020")
    cell(sheet, row, "statement_en").value = words
    cell(sheet, row, "area").value = "built_up"
    cell(sheet, row, "exception").value = "x" * 90
    (fault,) = faults(saved(book, tmp_path), drafted)
    assert "statement_en: 'PM2.5 (built-up area, except xxx" in fault
    assert fault.endswith(" characters; at most 120 are allowed")
    cell(sheet, row, "exception").value = None
    assert "1 statement worded from the cells of the row" in import_workbook(saved(book, tmp_path), drafted)
    (target,) = read(drafted / "targets/ninghai.csv")
    assert target["statement_en"] == "PM2.5 (built-up area): at most 35 µg/m³ by 2020"


# --- one answer for one mistake --------------------------------------------------------------------------------------


def test_a_document_of_another_place_is_that_of_another_place(book, copy_data, tmp_path):
    row = append(book["documents"], id="ningbo-2017", jurisdiction="ningbo", access="not_seen")
    found = faults(saved(book, tmp_path), copy_data)
    assert (
        f"documents!B{row}:jurisdiction: belongs to ningbo; this workbook is that of yuyao" in found
        and len(found) < 9
    )


def test_a_head_that_stands_twice_is_called_that(book, copy_data, tmp_path):
    sheet = book["targets"]
    sheet.cell(1, sheet.max_column + 1).value = "value"
    (found,) = faults(saved(book, tmp_path), copy_data)
    assert found.endswith(":value: 2 columns have this name")


def test_a_cell_below_no_head_has_its_address(book, copy_data, tmp_path):
    book["targets"]["BH500"].value = "x"
    assert faults(saved(book, tmp_path), copy_data) == [
        "targets!BH500:BH: 'x' stands below no name of a column"
    ]


def test_a_level_above_has_no_text_to_verify(copy_data, tmp_path):
    template("china", tmp_path / "china.xlsx", copy_data)
    said = import_workbook(tmp_path / "china.xlsx", copy_data)
    assert "verify" not in said and said.endswith("`lantian render`.\n")


@pytest.mark.parametrize("content", [b"", "id,引".encode("gbk")])
def test_drafts_that_are_no_table_are_answered(copy_data, tmp_path, content):
    (copy_data / "drafts").mkdir()
    (copy_data / "drafts/yuyao.csv").write_bytes(content)
    with pytest.raises(DataError, match="yuyao.csv: is no table in UTF-8; run `lantian propose` again"):
        template("yuyao", tmp_path / "yuyao.xlsx", copy_data)
