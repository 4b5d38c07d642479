"""What is exported is what the tables hold, opened by each format's own reader, and nothing in it is alive."""

import codecs
import datetime
import shutil
import sqlite3
import zipfile

import frictionless
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from edit import change, contents, read, write
from lantian import check
from lantian.cli import main
from lantian.data.export import FILES, FORMULA, JOINED, arrow_tables, export, make
from lantian.data.schema import read_schema
from lantian.site.codebook import codebook

ATTACK = '=HYPERLINK("http://x")<script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}$\\frac{'
MEANT = {
    "remit",
    "assigned_by",
    "unit",
    "standard_unit",
    "dimension",
    "strength_word",
    "indicators",
    "one",
    "other",
    "above",
    "field",
    "searched",
}  # read by rules


@pytest.fixture(scope="module")
def exported(data, site, tmp_path_factory):
    """Each format by its ending; the workbook, which takes longest to make, is that of the pages."""
    folder = tmp_path_factory.mktemp("exports")
    made = {ending: export(data, folder / f"lantian{ending}") for ending in (".sqlite", ".parquet")}
    return made | {".xlsx": site / "data/lantian.xlsx"}


@pytest.fixture(scope="module")
def book(exported):
    return openpyxl.load_workbook(exported[".xlsx"])


@pytest.fixture(scope="module")
def hostile(data, tmp_path_factory):
    """The data with script, markup and formulas in every cell of free text."""
    return spoil(shutil.copytree(data, tmp_path_factory.mktemp("hostile") / "data"))


@pytest.fixture(scope="module")
def printed(data):
    """Every table as csv reads it, cells typed by Python: what exports are held against."""
    schema = read_schema(data)
    return {
        name: [
            {column.name: value(row[column.name], column.type) for column in table.fields}
            for path in table.paths
            for row in read(data / path)
        ]
        for name, table in schema.items()
    }


def value(cell, kind):
    if not cell:
        return None
    return {"number": float, "integer": int, "date": datetime.date.fromisoformat}.get(kind, str)(cell)


def sheet_rows(sheet):
    header, *rows = sheet.iter_rows(values_only=True)

    def plain(cell):
        return cell.date() if isinstance(cell, datetime.datetime) else cell

    return [dict(zip(header, map(plain, row))) for row in rows]


def test_workbook_holds_the_tables_targets_first_with_names_and_amounts(book, printed, plans):
    assert book.sheetnames == [
        "targets",
        *(name for name in printed if name != "targets"),
        "evidence",
        "codebook",
    ]
    sheets = {name: sheet_rows(book[name]) for name in printed}
    joined = [{name: row.pop(name) for name in JOINED} for row in sheets["targets"]]
    assert sheets == printed
    rows = plans.every_target.set_index("id").loc[[row["id"] for row in printed["targets"]]]
    assert joined == [
        {name: cell if cell == cell and cell != "" else None for name, cell in row.items()}
        for row in rows[JOINED].to_dict("records")
    ]
    assert [cell.value for cell in book["targets"][1]][:6] == ["id", *JOINED]


def test_workbook_is_made_for_people(book, printed):
    for sheet in book:
        assert (
            sheet.freeze_panes == "B2" and sheet.auto_filter.ref and all(cell.font.bold for cell in sheet[1])
        )
        assert max(size.width for size in sheet.column_dimensions.values()) <= 60
    for (cell,) in book["targets"].iter_rows(min_row=2, max_col=1):
        name, _, place = cell.hyperlink.location.partition("!")
        assert book[name.strip("'")][place].value == cell.value
    assert {row["target"] for row in sheet_rows(book["evidence"])} == {
        row["id"] for row in printed["targets"]
    }


def test_database_holds_the_tables_with_their_keys(exported, printed, data):
    base = sqlite3.connect(exported[".sqlite"])
    base.row_factory = lambda cursor, row: dict(zip((column[0] for column in cursor.description), row))
    for name, rows in printed.items():
        text = [
            {key: str(cell) if isinstance(cell, datetime.date) else cell for key, cell in row.items()}
            for row in rows
        ]
        assert base.execute(f'SELECT * FROM "{name}" ORDER BY rowid').fetchall() == text
    base.execute("PRAGMA foreign_keys = ON")
    assert base.execute("PRAGMA foreign_key_check").fetchall() == []
    keys = {name: len(base.execute(f'PRAGMA foreign_key_list("{name}")').fetchall()) for name in printed}
    assert keys == {name: len(table.references) for name, table in read_schema(data).items()}
    with pytest.raises(sqlite3.IntegrityError):
        base.execute("INSERT INTO targets SELECT * FROM targets LIMIT 1")


def test_the_joined_view_is_what_load_joins(exported, plans):
    rows = (
        sqlite3.connect(exported[".sqlite"])
        .execute("SELECT id, place, indicator_name, issued, standard_unit, amount FROM promises")
        .fetchall()
    )
    columns = plans.every_target.set_index("id")[["place", "indicator_name", "standard_unit", "amount"]]
    assert len(rows) == len(plans.every_target)
    for identifier, place, indicator, _, unit, amount in rows:
        row = columns.loc[identifier]
        assert (place, indicator, unit or "") == (
            row["place"],
            row["indicator_name"],
            row["standard_unit"] if row["standard_unit"] == row["standard_unit"] else "",
        )
        assert (
            amount == pytest.approx(row["amount"]) if amount is not None else row["amount"] != row["amount"]
        )


def test_parquet_holds_the_tables_with_their_types(exported, printed, data):
    assert {path.stem for path in exported[".parquet"].iterdir()} == set(printed)
    for name, table in arrow_tables(data).items():
        read_back = pq.read_table(exported[".parquet"] / f"{name}.parquet")
        assert read_back.to_pylist() == printed[name]
        assert read_back.schema.equals(table.schema, check_metadata=False)
    targets = pq.read_schema(exported[".parquet"] / "targets.parquet")
    assert (
        targets.field("value").type,
        targets.field("target_year").type,
        targets.field("deadline").type,
    ) == (pa.float64(), pa.int64(), pa.date32())


def test_frictionless_reads_the_parquet_files(exported, printed):
    for name in ("targets", "gaps"):
        with (
            frictionless.open(str(exported[".parquet"] / f"{name}.parquet"))
            if hasattr(frictionless, "open")
            else frictionless.Resource(str(exported[".parquet"] / f"{name}.parquet")) as resource
        ):
            assert len(resource.read_rows()) == len(printed[name])


def test_files_to_take_away_are_always_the_same(site, data):
    """Those of the pages were made at another time."""
    made = make(data)
    differing = [name for name in FILES if made[name] != (site / name).read_bytes()]
    assert made.keys() == FILES.keys() and differing == []


def test_tables_to_take_away_open_in_a_spreadsheet_and_as_a_package(site, data, tmp_path):
    with zipfile.ZipFile(site / "data/lantian-csv.zip") as archive:
        archive.extractall(tmp_path)
    tables = {path: found for path, found in contents(tmp_path).items() if path.suffix == ".csv"}
    assert tables == {
        path: codecs.BOM_UTF8 + found for path, found in contents(data).items() if path.suffix == ".csv"
    }
    assert frictionless.validate(str(tmp_path / "datapackage.json")).valid


def test_an_export_replaces_only_when_it_is_whole(copy_data, tmp_path):
    file = tmp_path / "out" / "lantian.sqlite"
    export(copy_data, file)
    before = contents(tmp_path / "out")
    change(copy_data / "targets/yuyao.csv", 3, core="maybe")
    run = CliRunner().invoke(main, ["export", str(file), "--data", str(copy_data)])
    assert run.exit_code == 1 and "'maybe' is not allowed" in run.stderr
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("name", "answer"),
    [("lantian.ods", "endings: .xlsx, .sqlite, and .parquet"), ("taken.sqlite", "cannot be written")],
)
def test_a_file_that_cannot_be_written_is_answered(data, tmp_path, name, answer):
    (tmp_path / "taken.sqlite").mkdir()
    run = CliRunner().invoke(main, ["export", str(tmp_path / name), "--data", str(data)])
    assert run.exit_code == 1 and answer in run.stderr and str(tmp_path / name) in run.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"taken.sqlite"}


# --- the codebook -----------------------------------------------------------------------------------------------------


def test_codebook_is_up_to_date(data):
    assert (data / "README.md").read_text("utf-8") == codebook(data), "run `lantian codebook`"


def test_codebook_tells_every_column_and_code(data):
    text = codebook(data)
    for name, table in read_schema(data).items():
        section = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
        for column in table.fields:
            assert f"| `{column.name}` | {column.type}" in section
            assert column.description and column.counter_example, (name, column.name)
            lacking = [
                code
                for code in column.enum
                if not all(column.codes.get(code, {}).get(part) for part in ("means", "not"))
            ]
            assert not lacking and not set(column.codes) - set(column.enum), (name, column.name, lacking)
            assert all(f"| `{column.name}` | `{code}` | " in section for code in column.enum)


def test_every_example_is_allowed(data):
    from test_tables import allowed

    wrong = [
        (name, c.name)
        for name, table in read_schema(data).items()
        for c in table.fields
        if c.example and "…" not in c.example and not allowed(c, c.example)
    ]
    assert not wrong


# --- hostile text -----------------------------------------------------------------------------------------------------


def spoil(folder):
    """Put script, markup and formulas into every cell of every column of free text."""
    for table in read_schema(folder).values():
        linked = {*table.key, *(column for column, _, _ in table.references)} | MEANT
        free = [
            c
            for c in table.fields
            if c.type == "string" and not c.enum and "pattern" not in c.constraints and c.name not in linked
        ]
        for path in table.paths:
            rows = read(folder / path)
            for row in rows:
                row |= {
                    c.name: (ATTACK + row[c.name])[: c.constraints.get("maxLength", 500)]
                    for c in free
                    if row[c.name]
                }
            write(folder / path, rows) if rows else None
    bodies, leads = (
        read(folder / "bodies.csv"),
        {row["lead"] for path in folder.glob("targets/*.csv") for row in read(path)},
    )
    new = {body for lead in leads for body in lead.split(";")} - {row["body"] for row in bodies} - {""}
    write(folder / "bodies.csv", bodies + [{"body": body, "function": ATTACK} for body in sorted(new)])
    assert {problem.column for problem in check(folder)} <= {
        "statement_en",
        "value",
        "unit",
        "operator",
        "kind",
    }  # hostile words prove no figure
    return folder


def test_no_formula_is_alive_in_the_workbook(hostile, tmp_path):
    book = openpyxl.load_workbook(export(hostile, tmp_path / "lantian.xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    hostile = [cell for cell in cells if isinstance(cell.value, str) and FORMULA.match(cell.value)]
    assert len(hostile) > 1000
    assert not [cell.coordinate for cell in cells if cell.data_type in "fe"]
    assert all(cell.quotePrefix for cell in hostile)
    assert not [cell for cell in cells if cell.hyperlink and cell.hyperlink.target]


def test_hostile_text_comes_back_as_it_was(hostile, tmp_path):
    base = sqlite3.connect(export(hostile, tmp_path / "lantian.sqlite"))
    rows = read(hostile / "targets/yuyao.csv")
    assert base.execute("SELECT note FROM targets WHERE id = ?", (rows[0]["id"],)).fetchone()[0] == (
        rows[0]["note"] or None
    )
    parquet = pq.read_table(export(hostile, tmp_path / "folder") / "documents.parquet")
    assert all(title.startswith(ATTACK) for title in parquet["title_en"].to_pylist())
