"""Write the data set for other programs: a workbook, parquet files, SQLite; describe it as a package, with files to take away.

The same tables give files of the same bytes.
"""

import codecs
import hashlib
import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lantian.data.check import sound_tables
from lantian.data.files import read_tables, write_files
from lantian.data.plans import make_plans
from lantian.data.schema import FORMULA, PACKAGE, READ, all_files, find_data, refusal
from lantian.text import wording

ARROW = {"string": pa.string(), "number": pa.float64(), "integer": pa.int64(), "date": pa.date32()}
SQL = {"string": "TEXT", "number": "REAL", "integer": "INTEGER", "date": "TEXT"}
WIDEST = 60
# What the workbook's targets have behind their ids, besides the columns of their table.
JOINED = ["place", "indicator_name", "amount", "amount_max", "standard_unit"]
# The files to take away: how pages name them, and their types.
FILES = pd.read_csv(Path(__file__).with_name("downloads.csv")).set_index("file", drop=False).to_dict("index")
VIEW = Path(__file__).with_name("promises.sql").read_text("utf-8")


def export(plans, file, replace=False):
    """Write all tables to a workbook, an SQLite database or a folder of parquet files.

    Parameters
    ----------
    plans : Plans
        Whose folder is exported, with all places.
    file : path-like
        The ending decides: ``.xlsx``, ``.sqlite``, and ``.parquet`` or none for a
        folder.
    replace : bool
        Replace a file that is there already, by a finished export; other files in a folder stay.

    Returns
    -------
    Path

    Raises
    ------
    DataError
        When the tables cannot be used, the ending is not known, or the file
        is there already or cannot be written.

    Examples
    --------
    >>> import lantian as lt, tempfile
    >>> lt.export(lt.load(), f"{tempfile.mkdtemp()}/lantian.sqlite").name
    'lantian.sqlite'
    """
    file, folder = Path(file), find_data(getattr(plans, "folder", plans))
    if file.suffix not in WRITERS:
        endings = ".xlsx, .sqlite, and .parquet or none for a folder"
        raise refusal(file, f"the ending {file.suffix!r} is not known; endings: {endings}")
    (parts,) = _written(folder, WRITERS[file.suffix])
    write_files({file / name: content for name, content in parts.items()}, replace)
    return file


def _written(folder, *writers):
    """Return what each writer makes of the tables of a data folder, read once, with all places."""
    schema, tables = sound_tables(folder)
    parts = schema, _arrow(schema, tables), make_plans(folder, schema, tables)
    return [write(*parts) for write in writers]


def arrow_tables(data=None):
    """Read all tables as pyarrow tables, by name, with the types of their schema; an empty cell is null."""
    return _arrow(*read_tables(find_data(data)))


def _arrow(schema, tables):
    return {name: _typed(tables[name].cells, table) for name, table in schema.items()}


def _typed(cells, table):
    fields = [
        pa.field(column.name, ARROW[column.type], metadata={"description": column.description})
        for column in table.fields
    ]
    return pa.Table.from_pandas(cells.mask(cells == ""), preserve_index=False).cast(pa.schema(fields))


# Each of these returns the bytes of an export: of a folder by the names of its files, of one file by an empty name.


def _parquet(schema, tables, plans):
    import pyarrow.parquet as pq

    files = {}
    for name in sorted(tables):
        pq.write_table(tables[name], packed := io.BytesIO())
        files[f"{name}.parquet"] = packed.getvalue()
    return files


def _sqlite(schema, tables, plans):
    """Write a database with the keys of the schema and the view ``promises``; SQLite reads the numbers of its columns from text."""
    with closing(sqlite3.connect(":memory:")) as base:
        for name, table in schema.items():
            base.execute(_create(table))
            columns = [column.cast(pa.string()).to_pylist() for column in tables[name].columns]
            base.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(columns))})', zip(*columns))
        base.execute(VIEW)
        base.commit()
        return {"": base.serialize()}


def _create(table):
    """Write CREATE TABLE; names are plain words, as `read_schema` demands."""
    parts = [f'"{column.name}" {SQL[column.type]}{" NOT NULL" * column.required}' for column in table.fields]
    if table.key:
        parts.append("PRIMARY KEY ({})".format(", ".join(f'"{name}"' for name in table.key)))
    for column, other, key in table.references:
        parts.append(f'FOREIGN KEY ("{column}") REFERENCES "{other}" ("{key}")')
    return f'CREATE TABLE "{table.name}" ({", ".join(parts)})'


def _workbook(schema, tables, plans):
    """Write a sheet a table, the targets first, the evidence of each target, and the codebook."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    # The first mention gives the place, the last the table.
    for name, table in ({"targets": None} | tables | {"targets": _named(tables["targets"], plans)}).items():
        add_sheet(book, name, table.column_names, zip(*(column.to_pylist() for column in table.columns)))
    evidence = _evidence(plans)
    add_sheet(book, "evidence", evidence, evidence.itertuples(index=False))
    header = ["table", "column", "type", "means", "example", "not"]
    add_sheet(book, "codebook", header, _columns(schema, tables))
    _link(book["targets"], book["evidence"])
    _link(book["evidence"], book["targets"])
    return {"": saved(book)}


def saved(book):
    """Return the bytes of a workbook without its times: the same tables give the same bytes."""
    book.save(packed := io.BytesIO())
    with zipfile.ZipFile(packed) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    times = rb"<dcterms:(created|modified).*?</dcterms:\1>"
    return zipped(parts | {"docProps/core.xml": re.sub(times, b"", parts["docProps/core.xml"])})


def zipped(files):
    """Pack files, bytes by name, to an archive that keeps no times: the same files always give the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o644 << 16  # else unpacked files may be read by nobody
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _named(targets, plans):
    """Set behind the ids of targets what `load` joins to them: names, and amounts in the standard unit."""
    rows = plans.every_target.set_index("id").loc[targets["id"].to_pylist(), JOINED]
    for at, name in enumerate(JOINED, 1):
        targets = targets.add_column(at, name, pa.array(rows[name], from_pandas=True))
    return targets


def add_sheet(book, name, header, rows, meanings=()):
    """Add a sheet: frozen bold header, a row of what its columns mean if given, filters, widths, and text that stays text."""
    from openpyxl.styles import Alignment, Font

    plain, wrapped = (Alignment(vertical="top", wrap_text=wraps) for wraps in (False, True))
    sheet, heads = book.create_sheet(name), 2 if meanings else 1
    for cells in [header, *filter(None, [meanings]), *rows]:
        sheet.append([None if cell == "" else cell for cell in cells])
    for column in sheet.columns:
        texts = [cell for cell in column if isinstance(cell.value, str)]
        for cell in texts:
            cell.data_type, cell.quotePrefix = "s", bool(FORMULA.match(cell.value))
            cell.alignment = wrapped if width(cell.value) > WIDEST else plain
        widths = [width(cell.value) for cell in texts if cell.row > heads]
        widest = max([len(column[0].value) + 3, *widths])
        sheet.column_dimensions[column[0].column_letter].width = min(widest, WIDEST)
        column[0].font = Font(bold=True)
    sheet.freeze_panes = f"B{heads + 1}"
    sheet.auto_filter.ref = f"A{heads}:{sheet.dimensions.partition(':')[2] or f'A{heads}'}"
    return sheet


def width(text):
    """Measure a text in columns, and two to spare; a Chinese character takes two."""
    return len(text) + sum(letter > "\u2e7f" for letter in text) + 2


def _evidence(plans):
    """Return what proves each target, in words; texts of proofs are in the order of the table."""
    targets, proofs = plans.every_target, plans.proofs
    further = (proofs["field"] + ": " + proofs["quote"]).groupby(proofs["target"]).agg("; ".join)
    columns = {
        "target": targets["id"],
        "place": targets["label"],
        "promise": targets["statement_en"],
        "how much, by when": [wording.target(row) for row in targets.itertuples()],
        "words in the plan": targets["quote"].replace("", "cited, not read in the text"),
        "further proofs": targets["id"].map(further).fillna(""),
        "document": targets["document"].map(plans.documents.set_index("id")["title_en"]),
        "clause": targets["clause"],
    }
    return pd.DataFrame(columns)


def _link(sheet, other):
    """Link the ids in the first column of a sheet to their rows in another."""
    from openpyxl.worksheet.hyperlink import Hyperlink

    places = {cell.value: cell.coordinate for (cell,) in other.iter_rows(min_row=2, max_col=1)}
    for (cell,) in sheet.iter_rows(min_row=2, max_col=1):
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{other.title}'!{places[cell.value]}")
        cell.style = "Hyperlink"


def _columns(schema, tables):
    """Yield a row of the codebook for each column."""
    yield "targets", ", ".join(JOINED), "joined", "names, and the value in the standard unit", "", ""
    for name, table in schema.items():
        for column in table.fields:
            shown = example(column, tables[name])
            yield name, column.name, column.type, column.description, shown, column.counter_example


def example(column, rows):
    """Take the example of the schema, else the first cell that is filled."""
    filled = pc.drop_null(rows[column.name])
    return column.example or (str(filled[0])[:WIDEST] if len(filled) else "")


WRITERS = {".xlsx": _workbook, ".sqlite": _sqlite, ".parquet": _parquet, "": _parquet}


# --- the data set as a package: what datapackage.json says of it, and its files to take away --------------------------


def read_package(folder, *further):
    """Read ``datapackage.json`` of a data folder, every file of targets named, and further ones."""
    package = json.loads((folder / PACKAGE).read_text("utf-8-sig"))
    (targets,) = (resource for resource in package["resources"] if resource["name"] == "targets")
    targets["path"] = sorted([*all_files(folder, targets), *further])
    return package


def as_text(package):
    """Write a data package as its file has it."""
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def with_sources(package, documents):
    """Name the documents that were read, of a list of dicts, as sources: title, and address where it is known."""
    read = [row for row in documents if row["access"] in READ]
    sources = [{"title": f"{row['title_en']} ({row['title_zh']})", "path": row["url"]} for row in read]
    sources = [{name: words for name, words in source.items() if words} for source in sources]
    return package | {"sources": sources}


def with_files(package, contents):
    """State ``bytes`` and ``hash`` of each file, whose contents are bytes by path.

    The standard (Data Package 2.0) has these two of a resource of one file only; one of several
    has them in ``files``, an entry a file.

    >>> package = {"resources": [{"name": "units", "path": ["units.csv"], "schema": {}}]}
    >>> with_files(package, {"units.csv": b""})["resources"][0]["files"][0]["bytes"]
    0
    """
    return package | {"resources": [_measured(resource, contents) for resource in package["resources"]]}


def _measured(resource, contents):
    schema = {"schema": resource["schema"]}
    rest = {name: resource[name] for name in resource if name not in ("bytes", "hash", "files", "schema")}
    if isinstance(resource["path"], str):
        return rest | _measures(contents[resource["path"]]) | schema
    files = [{"path": path} | _measures(contents[path]) for path in resource["path"]]
    return rest | {"files": files} | schema


def _measures(content):
    return {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}


def make(data):
    """Return the files to take away by name, in the order of ``downloads.csv``: ``{"data/lantian.xlsx": b"PK…", …}``.

    They hold all places, whichever are chosen.
    """
    workbook, csv, database, parquet = _written(data, _workbook, _csv, _sqlite, _parquet)
    return dict(zip(FILES, (workbook[""], zipped(csv), database[""], zipped(parquet))))


def _csv(schema, tables, plans):
    """Return what describes the tables, and the tables as they stand, with the byte-order mark by which Excel knows UTF-8."""
    paths = [path for table in schema.values() for path in table.paths]
    files = {path: (plans.folder / path).read_bytes() for path in paths}
    marked = {path: codecs.BOM_UTF8 + rows.removeprefix(codecs.BOM_UTF8) for path, rows in files.items()}
    texts = {path.name: path.read_bytes() for path in [plans.folder / "README.md"] if path.is_file()}
    return {PACKAGE: as_text(with_files(read_package(plans.folder), marked)).encode()} | texts | marked


def offer(data, files):
    """Return what pages show of the data: ``package``, what describes them as a whole, and ``downloads``, a link for each file.

    A link is ``{"file": "data/lantian.sqlite", "name": "SQLite", "type": "application/vnd.sqlite3", "bytes": 1241088}``.
    """
    links = [about | {"bytes": len(files[file])} for file, about in FILES.items() if file in files]
    package = {name: words for name, words in read_package(data).items() if name != "resources"}
    return {"package": package, "downloads": links}
