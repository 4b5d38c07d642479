"""Bad input is answered by one sentence a fault: file, line, column, what is wrong, what is allowed."""

import datetime
import json
import re
import shutil

import pytest
from click.testing import CliRunner
from edit import change, contents, line_of, read, replace, write
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lantian import check
from lantian.cli import main
from lantian.data.files import BLANKS
from lantian.data.schema import DataError, read_schema
from test_input import small, spoilt  # noqa: F401

YUYAO, HULUDAO = "targets/yuyao.csv", "targets/huludao.csv"
SENTENCE = re.compile(r"[^\n]{10,}")


def problems(folder):
    """Return what `check` says, paths relative to the folder."""
    return [str(problem).removeprefix(f"{folder}/") for problem in check(folder)]


def test_the_data_have_no_problems(data):
    assert problems(data) == []


@pytest.mark.parametrize(("unit", "factor"), [("万吨", "1000"), ("亿吨", "10000"), ("亿元", "10000")])
def test_factor_a_myriad_off_is_named(copy_data, unit, factor):
    rows = read(copy_data / "units.csv") + [
        {"unit": "元", "dimension": "money", "factor": "1", "standard_unit": "CNY", "label_en": "CNY"}
    ]
    write(copy_data / "units.csv", rows)
    line = change(
        copy_data / "units.csv", next(n for n, row in enumerate(rows) if row["unit"] == unit), factor=factor
    )
    says = "does not fit the same unit with or without 万 (10,000) or 亿 (100,000,000)"
    found = problems(copy_data)  # which of the two is wrong, the table cannot tell
    assert f"units.csv:{line}:factor: {factor!r} {says}" in found and all(
        says in problem for problem in found
    )


def test_only_a_change_is_negative(copy_data):
    number = next(n for n, row in enumerate(read(copy_data / HULUDAO)) if row["kind"] == "amount")
    line = change(copy_data / HULUDAO, number, value="-47")
    assert problems(copy_data) == [
        f"{HULUDAO}:{line}:value: '-47' is negative; only a change has a sign, an amount cut is written without"
    ]


# --- files that cannot be read as a table ---------------------------------------------------------------------------

HEADERS = {
    "missing": (b"id,document,", b"id,", "missing: 'document'"),
    "unknown": (b"id,document,", b"id,paper,document,", "unknown: 'paper'"),
    "doubled": (b"id,document,", b"id,document,document,", "twice: 'document'"),
    "reordered": (b"id,document,", b"document,id,", "wrong order"),
}


@pytest.mark.parametrize(("old", "new", "fault"), HEADERS.values(), ids=HEADERS)
def test_wrong_header_says_what_it_must_be(copy_data, old, new, fault):
    columns = ",".join(read(copy_data / YUYAO)[0])
    replace(copy_data / YUYAO, old, new)
    assert problems(copy_data) == [f"{YUYAO}:1: wrong header ({fault}); it must be {columns}"]


def test_missing_file(copy_data):
    (copy_data / "units.csv").unlink()
    assert problems(copy_data) == ["units.csv: this file is missing; datapackage.json names it"]


def test_missing_schema(copy_data):
    (copy_data / "datapackage.json").unlink()
    with pytest.raises(DataError, match=r"datapackage\.json: this file is missing"):
        check(copy_data)


@pytest.mark.parametrize("more", [-1, 1])
def test_ragged_row(copy_data, more):
    path = copy_data / YUYAO
    width = len(read(path)[0])
    lines = path.read_bytes().split(b"\n")
    lines[4] = b",".join([b"x"] * (width + more))
    path.write_bytes(b"\n".join(lines))
    assert problems(copy_data) == [f"{YUYAO}:5: {width + more} cells in this row; the header has {width}"]


@pytest.mark.parametrize("column", ["document", "area", "value", "year_basis", "strength"])
@pytest.mark.parametrize("is_lost", [True, False])
def test_a_shifted_row_is_one_problem(copy_data, column, is_lost):
    rows = read(copy_data / YUYAO)
    number = next(n for n, row in enumerate(rows) if row["value_basis"] == "figure" and not row["note"])
    columns, cells = list(rows[number]), list(rows[number].values())
    at = columns.index(column)
    cells = [*cells[:at], *cells[at + 1 :], ""] if is_lost else [*cells[:at], "", *cells[at:-1]]
    line = change(copy_data / YUYAO, number, **dict(zip(columns, cells)))
    (problem,) = problems(copy_data)
    about, place = problem.split(": ")[1], problem.split(":")[2]
    assert problem.startswith(f"{YUYAO}:{line}:") and about == (
        "from about here on, the cells of this row stand one too far left or right; a cell was lost or inserted"
    )
    assert abs(columns.index(place) - at) < 6


def test_a_row_that_is_wrong_in_many_cells_is_not_called_shifted(copy_data):
    wrong = {"kind": "x", "area": "x", "timing": "x", "strength": "x", "core": "x", "value": "x"}
    change(copy_data / YUYAO, figure_row(copy_data), **wrong)
    assert {problem.split(":")[2] for problem in problems(copy_data)} >= set(wrong)


def test_broken_encoding(copy_data):
    path = copy_data / "jurisdictions.csv"
    row = next(n for n, cells in enumerate(read(path)) if cells["id"] == "yuyao")
    replace(path, "余姚市".encode(), "余姚市".encode("gbk"))
    assert problems(copy_data) == [
        f"jurisdictions.csv:{row + 2}: byte 0xd3 is not UTF-8; save the file as UTF-8"
    ]


def test_nul_byte(copy_data):
    line = change(copy_data / YUYAO, 7, note="a NUL")
    replace(copy_data / YUYAO, b"a NUL", b"\0")
    unseen = "has U+0000 (control character), which nobody sees; delete it, or write a plain space"
    assert problems(copy_data) == [f"{YUYAO}:{line}:note: '\\x00' {unseen}"]


def test_file_named_after_another_place(copy_data):
    (copy_data / YUYAO).rename(copy_data / "targets/elsewhere.csv")
    replace(copy_data / "datapackage.json", YUYAO.encode(), b"targets/elsewhere.csv")
    found = problems(copy_data)
    assert found[0].startswith("targets/elsewhere.csv:2:document: ")
    assert found[0].endswith("belongs to yuyao; this file holds the documents of elsewhere")
    assert len(found) == len(read(copy_data / "targets/elsewhere.csv"))


# --- cells ----------------------------------------------------------------------------------------------------------


def figure_row(folder):
    return next(n for n, row in enumerate(read(folder / YUYAO)) if row["value_basis"] == "figure" and n > 5)


def test_patterns_are_said_in_words_that_fit_them(data):
    schema = read_schema(data)
    columns = [(name, column) for name, table in schema.items() for column in table.fields if column.pattern]
    for name, column in columns:
        assert column.form, f"{name}.{column.name} has a pattern, and no `form` to say it in words"
        shown = re.findall(r"as (\S+?)(?=,| or | a |$)", column.form)
        assert all(column.pattern.fullmatch(example) for example in shown)
        assert shown or "64 digits" in column.form


def test_a_stub_of_a_gap_names_its_indicator(copy_data):
    rows = read(copy_data / "gaps.csv")
    line = change(copy_data / "gaps.csv", 0, status="", quote="")
    codes = "qualitative, assigned, not_applicable, part_missing, garbled, silent"
    assert problems(copy_data) == [
        f"gaps.csv:{line}:status: must not be empty for {rows[0]['indicator']}; allowed: {codes}"
    ]


CELLS = {
    "misspelt code": (
        {"timing": "form"},
        "'form' is not allowed; allowed: by, from, in, every_year, none; did you mean from?",
    ),
    "no slug": (
        {"id": "yuyao_1"},
        "'yuyao_1' does not look as it should; write letters a-z and digits, in parts joined by -, as yuyao-pm25-2020",
    ),
    "no number": ({"value": "ca. 35"}, "'ca. 35' is not a number; write digits with a point, such as 2.4"),
    "decimal comma": ({"value": "3,5"}, "'3,5' is not a number; write digits with a point, such as 2.4"),
    "full-width digits": (
        {"value": "３５"},
        "'３５' is not a number; write digits with a point, such as 2.4",
    ),
    "exponent": ({"value": "1e3"}, "'1e3' is not a number; write digits with a point, such as 2.4"),
    "not a number": ({"value": "nan"}, "'nan' is not a number; write digits with a point, such as 2.4"),
    "too long": (
        {"value": "1234567890.123456"},
        "'1234567890.123456' has more than 15 characters, too long for a number",
    ),
    "no whole number": ({"start": "3.5"}, "'3.5' is not a whole number"),
    "below": ({"start": "-3"}, "'-3' is below 0"),
    "above": ({"target_year": "20200"}, "'20200' is above 2100"),
    "no date": ({"deadline": "31/12/2020"}, "'31/12/2020' is not a date; write it as 2020-12-31"),
    "no day": ({"deadline": "2020-02-30"}, "'2020-02-30' is not a date; write it as 2020-12-31"),
    "enum": ({"timing": "until"}, "'until' is not allowed; allowed: by, from, in, every_year, none"),
    "NA": ({"timing": "NA"}, "'NA' is not allowed; allowed: by, from, in, every_year, none"),
    "empty": ({"statement_en": ""}, "must not be empty"),
    "too many characters": (
        {"statement_en": "x" * 121},
        f"'{'x' * 57}…' has 121 characters; at most 120 are allowed",
    ),
    "unknown subject": ({"subject": "New Bus"}, "'New Bus' is not known; it must be an id in subjects"),
    "unknown indicator": (
        {"indicator": "air.smell"},
        "'air.smell' is not known; it must be an id in indicators; did you mean air.dustfall or air.so2?",
    ),
    "unknown document": (
        {"document": "yuyao-1918"},
        "'yuyao-1918' is not known; it must be an id in documents; did you mean yuyao-2018?",
    ),
    "unknown target": ({"stretch_of": "no-such"}, "'no-such' is not known; it must be an id in targets"),
    "unknown unit": ({"unit": "石"}, "'石' is not known; it must be a unit in units.csv"),
}


@pytest.fixture(scope="module")
def wrong_cells(data, tmp_path_factory):
    """What `check` says where each of these stands in a row of its own, which is checked once; and the line of each."""
    folder = shutil.copytree(data, tmp_path_factory.mktemp("wrong cells") / "data")
    figures = [n for n, row in enumerate(read(folder / YUYAO)) if row["value_basis"] == "figure" and n > 5]
    kinds = sorted(CELLS, key=lambda kind: kind != "no slug")  # to the first of them no other row refers
    lines = {kind: change(folder / YUYAO, n, **CELLS[kind][0]) for kind, n in zip(kinds, figures)}
    return problems(folder), lines


@pytest.mark.parametrize("kind", CELLS)
def test_wrong_cell_is_named_with_line_and_column(wrong_cells, kind):
    (column,), answer = CELLS[kind]
    found, lines = wrong_cells
    line = f"{YUYAO}:{lines[kind]}:"
    assert [problem for problem in found if problem.startswith(line)] == [f"{line}{column}: {answer}"]
    assert len(found) == len(CELLS)


def test_duplicate_id_is_named_at_both_places(copy_data):
    stranger = read(copy_data / HULUDAO)[-1]["id"]
    first = line_of(copy_data / HULUDAO, len(read(copy_data / HULUDAO)) - 1)
    rows = read(copy_data / YUYAO)
    write(copy_data / YUYAO, [*rows, rows[-1] | {"id": stranger}])
    second = line_of(copy_data / YUYAO, len(rows))
    answer = f"id: {stranger!r} stands twice; it must be unique"
    assert problems(copy_data) == [f"{HULUDAO}:{first}:{answer}", f"{YUYAO}:{second}:{answer}"]


def test_line_break_in_a_quoted_cell_does_not_shift_the_line(copy_data):
    change(copy_data / YUYAO, 2, note="two\nlines,\n\nor four")
    line = change(copy_data / YUYAO, 9, timing="until")
    assert line == 14
    broken = change(copy_data / YUYAO, 2, core="maybe")
    assert [problem.split(": ")[0] for problem in problems(copy_data)] == [
        f"{YUYAO}:{broken}:core",
        f"{YUYAO}:{line}:timing",
    ]


def test_row_out_of_order(copy_data):
    rows = read(copy_data / YUYAO)
    write(copy_data / YUYAO, [rows[1], rows[0], *rows[2:]])
    assert problems(copy_data) == [f"{YUYAO}:3:id: {rows[0]['id']!r} is out of order; rows are sorted by id"]


# --- all at once ----------------------------------------------------------------------------------------------------


def test_faults_of_cells_are_reported_together_and_sorted(copy_data):
    places = [
        (YUYAO, change(copy_data / YUYAO, 30, core="maybe"), "core"),
        (YUYAO, change(copy_data / YUYAO, 4, core="maybe"), "core"),
        (HULUDAO, change(copy_data / HULUDAO, 50, target_year="soon"), "target_year"),
        ("gaps.csv", change(copy_data / "gaps.csv", 3, status="unclear"), "status"),
        ("units.csv", change(copy_data / "units.csv", 1, factor="many"), "factor"),
    ]
    found = [
        (problem.path.removeprefix(f"{copy_data}/"), problem.line, problem.column)
        for problem in check(copy_data)
    ]
    assert found == sorted(places)


def test_faults_of_files_cells_and_rules_are_reported_together(copy_data):
    (copy_data / "observations.csv").unlink()
    cell = change(copy_data / YUYAO, 4, core="maybe")
    number = next(n for n, row in enumerate(read(copy_data / HULUDAO)) if row["strength"] == "plain")
    rule = change(copy_data / HULUDAO, number, strength_word="力争")
    found = [problem.split(": ")[0] for problem in problems(copy_data)]
    assert found == ["observations.csv", f"{HULUDAO}:{rule}:strength_word", f"{YUYAO}:{cell}:core"]


def test_command_prints_a_line_a_problem_and_exits_1(copy_data):
    first, second = change(copy_data / YUYAO, 4, core="maybe"), change(copy_data / YUYAO, 9, timing="until")
    before = contents(copy_data)
    run = CliRunner().invoke(main, ["check", "--data", str(copy_data)])
    assert run.exit_code == 1
    assert run.stdout.splitlines() == [
        f"{copy_data}/{YUYAO}:{first}:core: 'maybe' is not allowed; allowed: yes, no",
        f"{copy_data}/{YUYAO}:{second}:timing: 'until' is not allowed; allowed: by, from, in, every_year, none",
    ]
    assert contents(copy_data) == before, "check must not change a file"


def test_command_is_quiet_about_good_data(data):
    run = CliRunner().invoke(main, ["check", "--data", str(data)])
    assert (run.exit_code, run.stdout, run.stderr) == (0, f"{data}: no problems\n", "")


# --- any junk, anywhere ---------------------------------------------------------------------------------------------

JUNK = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=130),
    st.text("0123456789.-+eE, ", min_size=1, max_size=20),
    st.sampled_from(
        [
            "NA",
            "NaN",
            "None",
            "-0",
            "−5",
            "½",
            "３５",
            "²",
            '"',
            '",',
            "\r\n",
            "\r",
            "\u2028",
            "=1+1",
            "by\n",
            "﻿yes",
        ]
    ),
    st.dates().map(str),
)


def allowed(column, cell):
    """Say whether the schema allows a cell: the same rules, read by Python's own types."""
    limits, cell = column.constraints, cell.rstrip(BLANKS)
    if not cell:
        return not limits.get("required")
    if column.type == "date":
        return re.fullmatch(r"\d{4}-\d\d-\d\d", cell, re.A) is not None and is_date(cell)
    if column.type in ("number", "integer"):
        form = r"-?(0|[1-9]\d*)" + (r"(\.\d+)?" if column.type == "number" else "")
        if len(cell) > 15 or not re.fullmatch(form, cell, re.A):
            return False
        return limits.get("minimum", float(cell)) <= float(cell) <= limits.get("maximum", float(cell))
    pattern = limits.get("pattern", "").removesuffix("$")
    fits = not pattern or re.fullmatch(pattern, cell, re.A)
    return (
        bool(fits) and cell in limits.get("enum", [cell]) and len(cell) <= limits.get("maxLength", len(cell))
    )


def is_date(cell):
    try:
        datetime.date.fromisoformat(cell)
    except ValueError:
        return False
    return True


CELL = st.tuples(JUNK, st.integers(0), st.integers(0))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(cells=st.lists(CELL, min_size=1, max_size=8))
@example(cells=[("2021-02-29", 3, 19)])
@example(cells=[("\n", 3, 0)])
def test_any_junk_is_accepted_or_reported_where_it_stands(small, cells):  # noqa: F811
    path, columns = small.path("targets"), small.schema["targets"].fields
    before, rows = path.read_bytes(), read(path)
    junk = {row % len(rows): (cell, columns[column % len(columns)]) for cell, row, column in cells}
    for row, (cell, column) in junk.items():
        rows[row][column.name] = cell
    write(path, rows)
    lines = {row: line_of(path, row) for row in junk}
    content = path.read_bytes()
    path.write_bytes(before)
    found, *_ = spoilt(small, "targets", content)
    places = {(problem.path, problem.line, problem.column) for problem in found}
    for row, (cell, column) in junk.items():
        place = (str(path), lines[row], column.name)
        assert allowed(column, cell) or place in places, (column.name, cell, lines[row], found)
    assert all(SENTENCE.fullmatch(problem.message) for problem in found), found


def test_schema_describes_every_column(data):
    package = json.loads((data / "datapackage.json").read_text("utf-8"))
    bare = [
        (table["name"], column["name"])
        for table in package["resources"]
        for column in table["schema"]["fields"]
        if not column.get("description")
    ]
    assert not bare


@pytest.mark.parametrize(
    ("name", "cells", "answer"),
    [
        (
            YUYAO,
            {"quote": "", "start": ""},
            "quote: is empty; a target of a document that was read (access full_text",
        ),
        (YUYAO, {"stretch_of": "{id}"}, "stretch_of: '{id}' is this row itself; name the basic goal"),
        ("units.csv", {"factor": "-1"}, "factor: '-1' is no factor; it is above 0"),
        ("units.csv", {"factor": "0"}, "factor: '0' is no factor; it is above 0"),
        ("proofs.csv", {"field": "foo"}, "field: 'foo' is no column of targets that words can show"),
        (
            "documents.csv",
            {"issued": "2020-02-30?"},
            "issued: '2020-02-30?' is not a date; write it as 2020-12-31",
        ),
    ],
)
def test_cell_that_can_never_be_is_named_once(copy_data, name, cells, answer):
    """In a row of which the rules ask for what it lacks: a figure in a quote, a unit by itself."""
    rows = read(copy_data / name)
    number = next(
        n
        for n, row in enumerate(rows)
        if row.get("value_basis", "figure") == "figure" and row.get("unit") != "%"
    )
    known = {"id": rows[number].get("id", "")}
    line = change(
        copy_data / name, number, **{column: cell.format(**known) for column, cell in cells.items()}
    )
    (found,) = problems(copy_data)
    assert found.startswith(f"{name}:{line}:{answer.format(**known)}")


def test_a_table_without_rows_is_named_where_it_lies(copy_data):
    write(copy_data / "gaps.csv", [], list(read(copy_data / "gaps.csv")[0]))
    found = problems(copy_data)
    assert found and all(problem.startswith("gaps.csv:indicator: ") for problem in found)


def test_a_lock_file_of_a_spreadsheet_is_no_table(copy_data):
    (copy_data / "targets/.~lock.yuyao.csv#").write_text(",user,")
    (copy_data / "targets/~$yuyao.csv").write_bytes(b"\0\0")
    assert problems(copy_data) == []
