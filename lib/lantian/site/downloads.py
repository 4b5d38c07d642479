"""The data set as files to take away, the same bytes from the same tables: a workbook, CSV, SQLite, parquet."""

import codecs
import tempfile
from pathlib import Path

from lantian.data.package import as_text, read_package, with_files
from lantian.data.schema import PACKAGE, read_schema

FILES = {  # how pages name them, and their types
    "data/lantian.xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "data/lantian-csv.zip": ("CSV as zip", "application/zip"),
    "data/lantian.sqlite": ("SQLite", "application/vnd.sqlite3"),
    "data/lantian-parquet.zip": ("parquet as zip", "application/zip"),
}


def make(data):
    """Return the files by name, as ``{"data/lantian.xlsx": b"PK…", …}``; they hold all places, whichever are chosen."""
    from lantian.data.export import (
        WRITERS,
        typed,
        zipped,
    )  # only here: a render that finds nothing changed is quick
    from lantian.data.plans import load

    plans, schema, tables = load(data, jurisdictions=()), read_schema(data), typed(data)
    with tempfile.TemporaryDirectory(prefix="lantian-") as scratch:
        workbook, database, folder = (
            Path(scratch) / f"lantian{ending}" for ending in (".xlsx", ".sqlite", ".parquet")
        )
        for draft in (workbook, database, folder):
            WRITERS[draft.suffix](draft, schema, tables, plans)
        parquet = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        contents = workbook.read_bytes(), zipped(_csv(data, schema)), database.read_bytes(), zipped(parquet)
    return dict(zip(FILES, contents))


def _csv(data, schema):
    """Return what describes the tables, and the tables as they stand, with the byte-order mark by which Excel knows UTF-8."""
    tables = {path: (data / path).read_bytes() for table in schema.values() for path in table.paths}
    marked = {path: codecs.BOM_UTF8 + rows.removeprefix(codecs.BOM_UTF8) for path, rows in tables.items()}
    texts = {path.name: path.read_bytes() for path in [data / "README.md"] if path.is_file()}
    return {PACKAGE: as_text(with_files(read_package(data), marked)).encode()} | texts | marked


def offer(data, files):
    """Return what pages show of the data: ``package``, what describes them as a whole, and ``downloads``, a link for each file.

    A link is ``{"file": "data/lantian.sqlite", "name": "SQLite", "type": "application/vnd.sqlite3", "bytes": 1241088}``.
    """
    described = {name: value for name, value in read_package(data).items() if name != "resources"}
    links = [
        {"file": file, "name": name, "type": kind, "bytes": len(files[file])}
        for file, (name, kind) in FILES.items()
        if file in files
    ]
    return {"package": described, "downloads": links}
