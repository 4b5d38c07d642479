"""Write the data set for other programs: a workbook, parquet files, SQLite."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lantian.data.check import sound_tables
from lantian.data.plans import load
from lantian.data.read import read_tables, write_files
from lantian.data.schema import FORMULA, DataError, Problem, find_data, read_schema
from lantian.text import wording

ARROW = {"string": pa.string(), "number": pa.float64(), "integer": pa.int64(), "date": pa.date32()}
SQL = {"string": "TEXT", "number": "REAL", "integer": "INTEGER", "date": "TEXT"}
WIDEST = 60
VIEW = """CREATE VIEW promises AS
SELECT targets.*, documents.jurisdiction, jurisdictions.name_en AS place, jurisdictions.name_zh AS place_zh,
  documents.title_en AS document_title, documents.issued, indicators.name_en AS indicator_name, indicators.theme,
  indicators.headline, value * factor AS amount, value_max * factor AS amount_max, units.standard_unit
FROM targets
JOIN documents ON documents.id = targets.document
JOIN jurisdictions ON jurisdictions.id = documents.jurisdiction
JOIN indicators ON indicators.id = targets.indicator
LEFT JOIN units ON units.unit = targets.unit"""


def export(file, data=None, replace=False):
    """Write all tables to a workbook, an SQLite database or a folder of parquet files.

    Parameters
    ----------
    file : path-like
        The ending decides: ``.xlsx``, ``.sqlite``, and ``.parquet`` or none for a
        folder.
    data : path-like, optional
        The data folder, found as by `load`.
    replace : bool
        Replace what is there already, by a finished export.

    Returns
    -------
    Path

    Raises
    ------
    DataError
        When the tables cannot be used, the ending is not known, or the file
        is there already or cannot be written.
    """
    file, folder = Path(file), find_data(data)
    if file.suffix not in WRITERS:
        raise _refusal(
            file,
            f"the ending {file.suffix!r} is not known; endings: .xlsx, .sqlite, and .parquet or none for a folder",
        )
    schema, tables = sound_tables(folder)
    if not replace and (there := _there(file, tables)):
        raise _refusal(there, "is there already; name another, or say --replace to have it replaced")
    with tempfile.TemporaryDirectory(prefix="lantian-") as scratch:
        draft = Path(scratch) / file.name
        try:
            WRITERS[file.suffix](draft, schema, _arrow(schema, tables), folder)
        except (OSError, sqlite3.OperationalError) as error:
            raise _refusal(draft, f"cannot be written: {error}") from error
        parts = (
            {file / part.name: part for part in sorted(draft.iterdir())} if draft.is_dir() else {file: draft}
        )
        write_files({path: part.read_bytes() for path, part in parts.items()})
    return file


def _there(file, tables):
    """Return a file that an export would replace, None where there is none."""
    places = [file / f"{name}.parquet" for name in tables] if WRITERS[file.suffix] is _parquet else [file]
    return next((path for path in places if path.is_file()), None)


def _refusal(file, message):
    return DataError([Problem(str(file), 0, "", message)])


def typed(data=None):
    """Read all tables as pyarrow tables, by name, with the types of their schema; an empty cell is null."""
    folder = find_data(data)
    schema = read_schema(folder)
    tables, _ = read_tables(folder, schema)
    return _arrow(schema, tables)


def _arrow(schema, tables):
    return {name: _typed(tables[name].cells, table) for name, table in schema.items()}


def _typed(cells, table):
    fields = [
        pa.field(column.name, ARROW[column.type], metadata={"description": column.description})
        for column in table.fields
    ]
    columns = [
        pa.array([cell or None for cell in cells[field.name]], pa.string()).cast(field.type)
        for field in fields
    ]
    return pa.table(columns, schema=pa.schema(fields))


def _parquet(draft, schema, tables, folder):
    import pyarrow.parquet as pq

    draft.mkdir()
    for name, table in tables.items():
        pq.write_table(table, draft / f"{name}.parquet")


def _sqlite(draft, schema, tables, folder):
    """Write a database with the keys of the schema and the view ``promises``."""
    with closing(sqlite3.connect(draft)) as base, base:
        for name, table in schema.items():
            base.execute(_create(table))
            columns = [
                [str(cell) if kind.type == "date" and cell else cell for cell in column.to_pylist()]
                for kind, column in zip(table.fields, tables[name].columns)
            ]
            base.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(columns))})', zip(*columns))
        base.execute(VIEW)


def _create(table):
    """Write CREATE TABLE; names are plain words, as `read_schema` demands."""
    parts = [f'"{column.name}" {SQL[column.type]}{" NOT NULL" * column.required}' for column in table.fields]
    if table.key:
        parts.append("PRIMARY KEY ({})".format(", ".join(f'"{name}"' for name in table.key)))
    parts += [
        f'FOREIGN KEY ("{column}") REFERENCES "{other or table.name}" ("{key}")'
        for column, other, key in table.references
    ]
    return f'CREATE TABLE "{table.name}" ({", ".join(parts)})'


def _workbook(draft, schema, tables, folder):
    """Write a sheet a table, the evidence of each target, and the codebook."""
    from openpyxl import Workbook

    book, plans = Workbook(), load(folder, jurisdictions=())
    book.remove(book.active)
    for name, table in tables.items():
        _sheet(book, name, table.column_names, zip(*(column.to_pylist() for column in table.columns)))
    rows = list(_evidence(plans))
    _sheet(
        book,
        "evidence",
        [
            "target",
            "place",
            "promise",
            "how much, by when",
            "words in the plan",
            "further proofs",
            "document",
            "clause",
        ],
        rows,
    )
    _sheet(book, "codebook", ["table", "column", "type", "means", "example", "not"], _columns(schema, tables))
    _link(book["targets"], "evidence", {row[0]: number for number, row in enumerate(rows, 2)})
    _link(
        book["evidence"],
        "targets",
        {row[0].value: row[0].row for row in book["targets"].iter_rows(min_row=2, max_col=1)},
    )
    book.save(draft)


def _sheet(book, name, header, rows):
    """Write a sheet: frozen bold header, filters, widths, and text that stays text."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet, widths = book.create_sheet(name), [len(word) + 3 for word in header]
    for number, cells in enumerate([header, *rows], 1):
        for column, value in enumerate(cells, 1):
            if value is None:
                continue
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type, cell.quotePrefix = "s", value.startswith(FORMULA)
                widths[column - 1] = max(widths[column - 1], _width(value))
                cell.alignment = Alignment(vertical="top", wrap_text=_width(value) > WIDEST)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = min(width, WIDEST)
    sheet.freeze_panes, sheet.auto_filter.ref = "B2", sheet.dimensions


def _width(text):
    """Measure a text in columns; a Chinese character takes two."""
    return len(text) + sum(letter > "\u2e7f" for letter in text) + 2


def _evidence(plans):
    proofs = plans.proofs.groupby("target")
    titles = plans.documents.set_index("id")["title_en"]
    for row in plans.targets.itertuples():
        more = proofs.get_group(row.id) if row.id in proofs.groups else plans.proofs.iloc[:0]
        further = "; ".join(f"{proof.field}: {proof.quote}" for proof in more.itertuples())
        quote = row.quote or "cited, not read in the text"
        yield (
            row.id,
            row.label,
            row.statement_en,
            wording.target(row),
            quote,
            further or None,
            titles[row.document],
            row.clause or None,
        )


def _link(sheet, other, places):
    """Link the ids in the first column to their rows in another sheet."""
    from openpyxl.worksheet.hyperlink import Hyperlink

    for (cell,) in sheet.iter_rows(min_row=2, max_col=1):
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{other}'!A{places[cell.value]}")
        cell.style = "Hyperlink"


def _columns(schema, tables):
    for name, table in schema.items():
        for column in table.fields:
            yield (
                name,
                column.name,
                column.type,
                column.description,
                example(column, tables[name]),
                column.counter_example or None,
            )


def example(column, rows):
    """Take the example of the schema, else the first cell that is filled."""
    filled = pc.drop_null(rows[column.name])
    return column.example or (str(filled[0])[:WIDEST] if len(filled) else "")


WRITERS = {".xlsx": _workbook, ".sqlite": _sqlite, ".parquet": _parquet, "": _parquet}
