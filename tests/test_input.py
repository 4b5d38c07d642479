"""Whatever is done to a table: it is read as it was meant, or every fault is named, and no file is touched."""

import contextlib
import csv
import importlib
import io
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from edit import change, contents, read, replace, write
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lantian import check, load
from lantian.cli import main
from lantian.data.check import check_tables
from lantian.data.export import make
from lantian.data.files import BLANKS, read_table, typed
from lantian.data.schema import DataError, province, read_schema
from lantian.site import codebook
from lantian.site import render as rendering

checking = importlib.import_module("lantian.data.check")  # whose name leads to its function
PLAN = "targets/yuyao.csv"
# The tables that rules between tables read.
RULED = ("documents", "indicators", "jurisdictions", "subjects", "targets", "gaps", "units")
ATTACKS = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x","y")',
    "@SUM(1)",
    "../../etc/passwd",
    '"; DROP TABLE targets; --',
    "{{7*7}}",
    "$\\frac{",
    "x" * 4000,
)


@dataclass
class Small:
    """The real tables of one plan alone, read once, so that a thousand checks are quick."""

    folder: Path

    def __post_init__(self):
        schema = read_schema(self.folder)
        self.schema = {name: schema[name] for name in RULED}
        self.tables = {name: read_table(self.folder, self.schema[name]) for name in RULED}
        self.typed = {name: typed(self.tables[name].cells, self.schema[name]) for name in RULED}

    def path(self, name):
        return self.folder / self.schema[name].paths[0]

    @contextlib.contextmanager
    def looked_at_once(self):
        """Of the tables that stay is known what is found in each alone; what is between tables is looked at each time."""
        with contextlib.ExitStack() as stack:
            for name in ("_column_problems", "_key_problems", "_row_problems"):
                once = self._once(getattr(checking, name))
                stack.enter_context(patch.object(checking, name, once))
            yield self

    def _once(self, function):
        known = {id(table.cells): None for table in self.tables.values()}

        def found(rows, *arguments):
            if id(rows) not in known:
                return function(rows, *arguments)
            known[id(rows)] = known[id(rows)] or (function(rows, *arguments),)
            return known[id(rows)][0]

        return found


@pytest.fixture(scope="module")
def small(data, tmp_path_factory):
    with Small(one_plan(data, tmp_path_factory.mktemp("small") / "data")).looked_at_once() as small:
        yield small


def one_plan(data, folder):
    """Copy the tables of one plan, with what stands above it."""
    shutil.copytree(data, folder)
    spoil(folder, "targets", path=[PLAN])
    for other in folder.glob("targets/*.csv"):
        other.unlink() if other.name != Path(PLAN).name else None
    keep(
        folder, "jurisdictions", lambda row: row | {"role": "focus" if row["id"] == "yuyao" else "reference"}
    )
    keep(folder, "gaps", lambda row: row if row["jurisdiction"] == "yuyao" else None)
    ids = {row["id"] for row in read(folder / PLAN)}
    for name in ("proofs", "second_coding"):
        keep(folder, name, lambda row: row if row["target"] in ids else None)
    assert check(folder) == []
    return folder


def keep(folder, name, change):
    rows = [changed for row in read(folder / f"{name}.csv") if (changed := change(row))]
    write(folder / f"{name}.csv", rows)


# --- a thousand mutations -------------------------------------------------------------------------------------------

WIDE = str.maketrans("0123456789-.", "０１２３４５６７８９－．")
# What a cell becomes, in columns of these types.
NUMBERS = {
    "full width": lambda cell: (cell or "35").translate(WIDE),
    "ten thousands": lambda cell: f"{cell or 35}万",
    "thousands": lambda cell: "1,450",
    "decimal comma": lambda cell: "3,5",
    "overflow": lambda cell: "1e400",
    "formula": lambda cell: "=1+1",
    "sign": lambda cell: "−5",
    "not available": lambda cell: "NA",
    "leading blank": lambda cell: f" {cell or 35}",
    "unit": lambda cell: f"{cell or 35} t",
}
FILES = {
    "semicolons": lambda content, at: content.replace(b",", b";"),
    "tabs": lambda content, at: content.replace(b",", b"\t"),
    "GBK": lambda content, at: content.decode("utf-8").encode("gb18030"),
    "UTF-16": lambda content, at: content.decode("utf-8").encode("utf-16"),
    "doubled column": lambda content, at: content.replace(b",", b",note,", 1),
    "missing column": lambda content, at: content[content.index(b",") + 1 :],
    "no header": lambda content, at: content.split(b"\n", 1)[1],
    "empty": lambda content, at: b"",
    "NUL": lambda content, at: insert(content, at, b"\0"),
    "bell": lambda content, at: insert(content, at, b"\a"),
    "long row": lambda content, at: insert(content, at, b"x,"),
    "short row": lambda content, at: insert(content, at, b"x\n"),
    "open quote": lambda content, at: insert(content, at, b'"'),
    "merge conflict": lambda content, at: insert(content, at, b"<<<<<<< HEAD\n"),
    "cut in a quote": lambda content, at: content + b'"left,open',
}
HARMLESS = {
    "byte-order mark": lambda content, at: b"\xef\xbb\xbf" + content,
    "CR LF": lambda content, at: content.replace(b"\n", b"\r\n"),
    "blank lines": lambda content, at: content + b"\n\n",
    "no last line end": lambda content, at: content.removesuffix(b"\n"),
}


def insert(content, at, junk):
    """Put junk at the beginning of a row."""
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
    first = next(iter(rows[at % len(rows)].values()))
    place = content.index(f"\n{first},".encode()) + 1
    return content[:place] + junk + content[place:]


def with_cell(path, at, column, make):
    """Return the content of a table with one cell changed, and the line of its row; the file stays."""
    before, rows = path.read_bytes(), read(path)
    number = at % len(rows)
    line = change(path, number, **{column: make(rows[number][column])})
    content = path.read_bytes()
    path.write_bytes(before)
    return content, line


def spoilt(small, name, content):
    """Check the tables with another content of one file, which stays as it is."""
    path = small.path(name)
    before = path.read_bytes()
    try:
        path.write_bytes(content)
        table = read_table(small.folder, small.schema[name])
        found = sorted(check_tables(small.tables | {name: table}, small.schema))
        assert path.read_bytes() == content, "a check must not change a file"
    finally:
        path.write_bytes(before)
    noted = table.notes
    assert all(problem.path and len(problem.message) > 10 for problem in (*found, *noted))
    return found, noted, None if found else typed(table.cells, small.schema[name])


def mutate_number(small, name, way, at, pick):
    """A wrong figure is named with its file, line and column."""
    fields = [column for column in small.schema[name].fields if column.type in ("number", "integer", "date")]
    path, column = small.path(name), fields[pick % len(fields)].name
    content, line = with_cell(path, at, column, NUMBERS[way])
    found, _, _ = spoilt(small, name, content)
    assert (str(path), line, column) in {(problem.path, problem.line, problem.column) for problem in found}


def mutate_file(small, name, way, at, pick):
    """A broken file is named, and no row of it is read as another."""
    path = small.path(name)
    found, _, _ = spoilt(small, name, FILES[way](path.read_bytes(), at))
    assert str(path) in {problem.path for problem in found}, way


def mutate_harmless(small, name, way, at, pick):
    """A harmless habit is read as it was meant, and said."""
    path = small.path(name)
    found, noted, typed = spoilt(small, name, HARMLESS[way](path.read_bytes(), at))
    assert found == []
    assert typed.equals(small.typed[name])
    assert [note.path for note in noted] == [str(path)] * (way in ("byte-order mark", "CR LF"))


def mutate_blanks(small, name, way, at, pick):
    """Blanks at the end of a cell are read over, and said with line and column."""
    path, columns = small.path(name), small.schema[name].columns
    column = columns[pick % len(columns)]
    content, line = with_cell(path, at, column, lambda cell: cell + BLANKS[at % len(BLANKS)])
    found, noted, typed = spoilt(small, name, content)
    assert found == [] and typed.equals(small.typed[name])
    assert [(note.path, note.line, note.column) for note in noted] == [(str(path), line, column)]


def mutate_text(small, name, way, at, pick):
    """Markup, formulas and paths are text where text is allowed, and faults elsewhere."""
    path, columns = small.path(name), small.schema[name].columns
    column = columns[pick % len(columns)]
    content, line = with_cell(path, at, column, lambda cell: way)
    found, _, typed = spoilt(small, name, content)
    if found and column not in small.schema[name].key:  # where a key changes, what refers to it is at fault
        assert line in {problem.line for problem in found if problem.path == str(small.path(name))}
    if not found:
        assert typed[column].iloc[at % len(typed)] == way


def mutate_bytes(small, name, way, at, pick):
    """Any byte anywhere becomes another: an answer, and a number only where one is written."""
    path = small.path(name)
    content = bytearray(path.read_bytes())
    content[at % len(content)] = pick % 256
    found, _, typed = spoilt(small, name, bytes(content))
    if not found:
        printed = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))[1:]
        assert len(printed) == len(typed)
        for number, column in enumerate(small.schema[name].fields):
            if column.type == "number":
                written = [float(row[number]) if row[number].strip() else None for row in printed]
                assert written == [None if value != value else value for value in typed[column.name]]


MUTATIONS = st.one_of(
    st.tuples(
        st.just(mutate_number),
        st.sampled_from(["targets", "documents", "units", "jurisdictions"]),
        st.sampled_from(sorted(NUMBERS)),
    ),
    st.tuples(st.just(mutate_file), st.sampled_from(RULED), st.sampled_from(sorted(FILES))),
    st.tuples(st.just(mutate_harmless), st.sampled_from(RULED), st.sampled_from(sorted(HARMLESS))),
    st.tuples(st.just(mutate_blanks), st.sampled_from(RULED), st.just("")),
    st.tuples(st.just(mutate_text), st.sampled_from(RULED), st.sampled_from(ATTACKS)),
    st.tuples(st.just(mutate_bytes), st.sampled_from(RULED), st.just("")),
)
ANY = {"mutation": MUTATIONS, "at": st.integers(0, 10**6), "pick": st.integers(0, 10**6)}


def apply(small, mutation, at, pick):
    test, name, way = mutation
    test(small, name, way, at, pick)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(**ANY)
def test_three_hundred_mutations(small, mutation, at, pick):
    apply(small, mutation, at, pick)


@pytest.mark.soak
@settings(max_examples=10_000, deadline=None, derandomize=True, database=None)
@given(**ANY)
def test_ten_thousand_mutations(small, mutation, at, pick):
    apply(small, mutation, at, pick)


# --- characters that nobody sees ---------------------------------------------------------------------------------------

SEEN = " \u00a0\u3000\t\n"  # what Chinese and English in print need
UNSEEN = st.characters(
    categories=("Cc", "Cf", "Zs", "Zl", "Zp"), exclude_characters=f"{SEEN}\r\0"
) | st.sampled_from("\u034f\u115f\u180b\u2800\u3164\ufe0f\U000e0100")


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(unseen=UNSEEN, name=st.sampled_from(RULED), at=st.integers(0, 10**6), pick=st.integers(0, 10**6))
@example(unseen="\u202e", name="targets", at=0, pick=3)
def test_characters_that_nobody_sees_are_named_by_code_point(small, unseen, name, at, pick):
    path, columns = small.path(name), small.schema[name].columns
    column = columns[pick % len(columns)]
    content, line = with_cell(path, at, column, lambda cell: f"{cell[: pick % 9]}{unseen}{cell[pick % 9 :]}x")
    found, _, _ = spoilt(small, name, content)
    named = {(problem.line, problem.column) for problem in found if f"U+{ord(unseen):04X}" in problem.message}
    assert named == {(line, column)}


@pytest.mark.thorough
@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(
    seen=st.characters(exclude_categories=("Cc", "Cf", "Cs", "Cn", "Zs", "Zl", "Zp", "Mn", "Me"))
    | st.sampled_from(SEEN)
)
@example(seen="\u3000")
@example(seen="𠮷")
@example(seen="é")
def test_characters_of_print_are_allowed(small, seen):
    if seen in "\u115f\u1160\u3164\uffa0\u2800":
        return
    content, _ = with_cell(small.path("targets"), 3, "note", lambda cell: f"蓝{seen}天")
    found, _, _ = spoilt(small, "targets", content)
    assert found == []


# --- notes, and everything at once ----------------------------------------------------------------------------------


def test_harmless_habits_are_printed_apart_and_the_check_passes(copy_data):
    path = copy_data / PLAN
    line = change(path, 3, note="seen ")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    before = contents(copy_data)
    run = CliRunner().invoke(main, ["check", "--data", str(copy_data)])
    assert run.exit_code == 0
    assert run.stdout.splitlines() == [
        f"note: {path}: begins with a byte-order mark; read without",
        f"note: {path}: lines end in CR LF; read as LF",
        f"note: {path}:{line}:note: a cell ends in blanks, here first; read without",
        f"{copy_data}: no problems, 3 notes",
    ]
    assert contents(copy_data) == before


def test_a_ragged_row_hides_no_other_fault(copy_data):
    path = copy_data / PLAN
    line = change(path, 9, timing="until")
    rows = path.read_bytes().split(b"\n")
    rows[4] = b"x,y"
    path.write_bytes(b"\n".join(rows))
    other = change(copy_data / "gaps.csv", 3, status="unclear")
    found = [
        (problem.path.removeprefix(f"{copy_data}/"), problem.line, problem.column)
        for problem in check(copy_data)
    ]
    assert found == [("gaps.csv", other, "status"), (PLAN, 5, ""), (PLAN, line, "timing")]


def test_an_empty_code_is_answered_with_the_codes(copy_data):
    line = change(copy_data / PLAN, 3, timing="")
    (problem,) = check(copy_data)
    assert (problem.line, problem.column) == (line, "timing")
    assert problem.message == "must not be empty; allowed: by, from, in, every_year, none"


def test_a_thousand_faults_are_listed_at_once(copy_data):
    rows = read(copy_data / "second_coding.csv")
    write(copy_data / "second_coding.csv", [row | {"agree": "perhaps"} for row in rows])
    assert [problem.line for problem in check(copy_data)] == list(range(2, len(rows) + 2))


# --- nothing outside the folder -------------------------------------------------------------------------------------


def spoil(folder, table, /, **values):
    """Change what datapackage.json says of one table."""
    path = folder / "datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    next(entry for entry in package["resources"] if entry["name"] == table).update(values)
    path.write_text(json.dumps(package), "utf-8")


@pytest.mark.parametrize(
    "path",
    [
        "../units.csv",
        "/etc/passwd",
        "targets/../../units.csv",
        "C:\\units.csv",
        "..\\units.csv",
        "http://x/units.csv",
        "",
    ],
)
def test_no_path_leads_out_of_the_data_folder(copy_data, path):
    shutil.copy(copy_data / "units.csv", copy_data.parent)
    spoil(copy_data, "units", path=path)
    with pytest.raises(DataError, match="leads out of the data folder"):
        check(copy_data)


def test_no_link_leads_out_of_the_data_folder(copy_data):
    os.replace(copy_data / "units.csv", copy_data.parent / "units.csv")
    (copy_data / "units.csv").symlink_to(copy_data.parent / "units.csv")
    with pytest.raises(DataError, match="'units.csv' leads out of the data folder"):
        check(copy_data)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
@pytest.mark.parametrize("make", [os.mkdir, getattr(os, "mkfifo", None)])
def test_what_is_no_file_is_not_waited_for(copy_data, make):
    (copy_data / "units.csv").unlink()
    make(copy_data / "units.csv")
    assert [problem.message for problem in check(copy_data)] == [
        "this is no file; datapackage.json names it as a table"
    ]


@pytest.mark.parametrize(
    "identifier", ["../yuyao", "/etc/passwd", "yu/yao", "yu\\yao", "..", "yuyao\n", "CON.csv"]
)
def test_an_id_is_no_path(copy_data, identifier):
    number = next(n for n, row in enumerate(read(copy_data / "jurisdictions.csv")) if row["id"] == "yuyao")
    line = change(copy_data / "jurisdictions.csv", number, id=identifier)
    assert (str(copy_data / "jurisdictions.csv"), line, "id") in {
        (p.path, p.line, p.column) for p in check(copy_data)
    }


SCHEMAS = {
    "a table's name": ({"name": "../units"}, "no name for a table"),
    "no schema": ({"schema": []}, "Data Package standard"),
    "no list": ({"schema": {"fields": 5}}, "Data Package standard"),
    "no key": ({"schema": {"fields": [{"name": "unit"}], "primaryKey": "id"}}, "'id' is no column"),
    "no reference": (
        {
            "schema": {
                "fields": [{"name": "unit"}],
                "foreignKeys": [{"fields": "unit", "reference": {"resource": "moon", "fields": "id"}}],
            }
        },
        "names no column that exists",
    ),
    "a pattern": (
        {"schema": {"fields": [{"name": "unit", "constraints": {"pattern": "("}}]}},
        "cannot be applied",
    ),
    "a type": (
        {"schema": {"fields": [{"name": "unit", "type": "geopoint"}]}},
        "type 'geopoint' is not allowed",
    ),
    "an enum": (
        {"schema": {"fields": [{"name": "unit", "constraints": {"enum": "t"}}]}},
        "enum must be a list",
    ),
    "a pattern that is no text": (
        {"schema": {"fields": [{"name": "unit", "constraints": {"pattern": 5}}]}},
        "the pattern 5 cannot be applied",
    ),
    "numbers as text": (
        {"schema": {"fields": [{"name": "unit"}, {"name": "factor"}]}},
        "units: the type of the column 'factor' must be number",
    ),
    "a file twice": ({"path": ["units.csv", "units.csv"]}, "the file 'units.csv' stands twice"),
    "columns": ({"schema": {"fields": [{"name": "unit"}]}}, "units: the column 'factor' is missing"),
}


@pytest.mark.parametrize(("values", "answer"), SCHEMAS.values(), ids=SCHEMAS)
def test_a_schema_that_cannot_be_used_is_answered_in_sentences(copy_data, values, answer):
    spoil(copy_data, "units", **values)
    run = CliRunner().invoke(main, ["check", "--data", str(copy_data)])
    assert run.exit_code == 1 and answer in run.stderr
    assert all(line.startswith(f"{copy_data / 'datapackage.json'}: ") for line in run.stderr.splitlines())


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"[" * 100_000, b"{}", b"\xff\xfe{", b'{"resources": 1}', b'{"resources": [null]}', b"NaN"],
)
def test_any_datapackage_json_is_answered(copy_data, content):
    (copy_data / "datapackage.json").write_bytes(content)
    run = CliRunner().invoke(main, ["check", "--data", str(copy_data)])
    assert run.exit_code == 1 and run.exception.__class__ is SystemExit and "datapackage.json: " in run.stderr


# --- a choice of places ---------------------------------------------------------------------------------------------


def test_chosen_places_are_the_focus(data, plans, monkeypatch):
    first, *_, last = plans.focus
    assert load(data, jurisdictions=[last, first]).focus == [first, last]
    assert load(data, jurisdictions=f"{first}, {last}").focus == [first, last]
    monkeypatch.setenv("LANTIAN_JURISDICTIONS", last)
    chosen = load(data)
    assert chosen.focus == [last]
    assert set(chosen.targets["jurisdiction"]) == {last}
    assert set(chosen.gaps.query("role == 'focus'")["jurisdiction"]) == {last}
    assert chosen.targets_above.equals(plans.targets_above), "what stands above a chosen place stays"
    assert list(chosen.every_target["id"]) == list(plans.every_target["id"])
    assert len(load(data, jurisdictions=()).focus) == len(plans.focus)


def test_an_unknown_choice_is_answered_with_the_places(data):
    with pytest.raises(DataError, match=r"'mars' is no place compared; places: .*yuyao"):
        load(data, jurisdictions="yuyao,mars")


def test_replace_finds_what_it_replaces(copy_data):
    replace(copy_data / PLAN, b"id,", b"id ,")
    (problem,) = check(copy_data)
    assert "unknown: 'id '" in problem.message


# --- places and files that join -------------------------------------------------------------------------------------


def sentences(folder):
    return [str(problem).removeprefix(f"{folder}/") for problem in check(folder)]


def set_cells(path, identifier, **cells):
    """Change cells of the row with an id; return its line."""
    return change(path, [row["id"] for row in read(path)].index(identifier), **cells)


@pytest.mark.thorough
@pytest.mark.slow
def test_targets_are_read_whether_the_package_names_their_file_or_not(copy_data, data, site):
    package = copy_data / "datapackage.json"
    spoil(copy_data, "targets", path="targets/china.csv")
    assert load(copy_data).targets.equals(load(data).targets) and check(copy_data) == []
    set_cells(copy_data / PLAN, "yuyao-pm25-2020", core="maybe")
    assert [problem.column for problem in check(copy_data)] == ["core"]
    shutil.copy(data / PLAN, copy_data / PLAN)
    files = {name: len(content) for name, content in make(copy_data).items()}
    assert files == {name: (site / name).stat().st_size for name in files} and len(files) > 1
    for path, text in codebook.files(copy_data).items():
        path.write_text(text, "utf-8") if path.parent == copy_data else None
    assert package.read_bytes() == (data / "datapackage.json").read_bytes()


def test_a_file_of_targets_that_no_place_has_is_named(copy_data):
    head = (copy_data / PLAN).read_text("utf-8").partition("\n")[0]
    (copy_data / "targets/atlantis.csv").write_text(f"{head}\n", "utf-8")
    assert sentences(copy_data) == [
        "targets/atlantis.csv: is named after no place in jurisdictions.csv and holds no row; "
        "name it after one, or delete it"
    ]
    (copy_data / "targets/atlantis.csv").write_bytes(b"")
    assert sentences(copy_data) == [
        f"targets/atlantis.csv:1: wrong header (missing: {', '.join(map(repr, head.split(',')))}); it must be {head}"
    ]
    (copy_data / "targets/atlantis.csv").rename(copy_data / "targets/.yuyao.csv")  # some systems leave such
    assert check(copy_data) == []


@pytest.mark.parametrize("steps", [1, 2, 3, 12])
def test_a_circle_of_parents_is_named_where_it_stands(copy_data, data, steps):
    path = copy_data / "jurisdictions.csv"
    rows = read(path)
    names = [f"ring_{number:02}" for number in range(steps)]
    for number, name in enumerate(names):
        own = {"id": name, "name_en": name, "parent": names[number - 1], "role": "reference", "gbt2260": ""}
        rows.append(rows[0] | own)
    write(path, rows)
    lines = range(len(rows) - steps + 2, len(rows) + 2)
    said = [
        f"jurisdictions.csv:{at}:id: {name!r} goes up in a circle of parents"
        for at, name in zip(lines, names)
    ]
    assert sentences(copy_data) == said
    with pytest.raises(DataError, match="circle"):
        load(copy_data)
    assert [name for name, *_ in rendering._focus(copy_data)] == load(data).focus
    assert province({row["id"]: row for row in rows}, names[0]) == ""


def test_places_that_charts_could_not_tell_apart_are_named(copy_data):
    path = copy_data / "jurisdictions.csv"
    line = set_cells(path, "lanshan", name_en="yuyao")
    assert check(copy_data) == []  # their years of issue differ
    set_cells(copy_data / "documents.csv", "lanshan-2019", issued="2018-05")
    message = (
        "and year of issue are another place's too, so that charts could not tell them apart; "
        "write the district or province into name_en"
    )
    other = [row["id"] for row in read(path)].index("yuyao") + 2
    assert sentences(copy_data) == [
        f"jurisdictions.csv:{line}:name_en: 'yuyao' {message}",
        f"jurisdictions.csv:{other}:name_en: 'Yuyao' {message}",
    ]
    set_cells(path, "lanshan", name_en="Yuyao, Linyi")
    assert check(copy_data) == []


@pytest.mark.parametrize("table", ["observations", "documents", "key_regions", "gaps"])
def test_what_names_an_unknown_place_is_named(copy_data, table):
    line = change(copy_data / f"{table}.csv", 0, jurisdiction="atlantis")
    said = f"{table}.csv:{line}:jurisdiction: 'atlantis' is not known; it must be an id in jurisdictions"
    assert said in sentences(copy_data)


def test_a_remit_has_themes(copy_data):
    line = set_cells(copy_data / "documents.csv", "yuyao-2018", remit="air;weather;coal")
    assert sentences(copy_data) == [
        f"documents.csv:{line}:remit: 'weather' is not known; it must be a theme in indicators.csv, or several with ; between; did you mean water or waste?"
    ]


def test_a_focus_place_has_one_document_that_was_read(copy_data):
    path = copy_data / "documents.csv"
    set_cells(path, "yuyao-2018", access="partial")
    assert check(copy_data) == []
    set_cells(path, "yuyao-2018", access="cited")
    line = 2 + [row["id"] for row in read(copy_data / "jurisdictions.csv")].index("yuyao")
    message = "documents with access full_text or partial; a focus place has one"
    assert sentences(copy_data) == [f"jurisdictions.csv:{line}:role: yuyao has 0 {message}"]
    set_cells(path, "yuyao-2018", access="partial")
    rows = read(path)
    rows.append(next(row for row in rows if row["id"] == "yuyao-2018") | {"id": "yuyao-2019"})
    write(path, sorted(rows, key=lambda row: row["id"]))
    assert sentences(copy_data) == [f"jurisdictions.csv:{line}:role: yuyao has 2 {message}"]


def test_only_of_a_plan_read_whole_a_gap_is_asked_for(copy_data):
    gaps = [row for row in read(copy_data / "gaps.csv") if row["id"] != "yuyao-gap-coal-boilers"]
    write(copy_data / "gaps.csv", gaps)
    said = "yuyao has neither a target nor a gap for coal.boiler_phase_out; add each, or give the document access partial where only a part of the plan was had"
    assert sentences(copy_data) == [f"gaps.csv:indicator: {said}"]
    set_cells(copy_data / "documents.csv", "yuyao-2018", access="partial")
    assert check(copy_data) == []
