"""The data set as files to take away, the same bytes from the same tables: a workbook, CSV, SQLite, parquet."""

import codecs
import tempfile
from pathlib import Path

from lantian.data.schema import PACKAGE, read_schema

NAMES = {  # and how pages name them
    "data/lantian.xlsx": "Excel",
    "data/lantian-csv.zip": "CSV as zip",
    "data/lantian.sqlite": "SQLite",
    "data/lantian-parquet.zip": "parquet as zip",
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
    return dict(zip(NAMES, contents))


def _csv(data, schema):
    """Return what describes the tables, and the tables as they stand, with the byte-order mark by which Excel knows UTF-8."""
    texts = {name: (data / name).read_bytes() for name in (PACKAGE, "README.md") if (data / name).is_file()}
    tables = {path: (data / path).read_bytes() for table in schema.values() for path in table.paths}
    return texts | {
        path: codecs.BOM_UTF8 + rows.removeprefix(codecs.BOM_UTF8) for path, rows in tables.items()
    }


def links(files):
    """List what a page needs to link to the files, as ``[{"file": "data/lantian.xlsx", "name": "Excel", "bytes": 464218}, …]``."""
    return [{"file": name, "name": NAMES[name], "bytes": len(files[name])} for name in NAMES if name in files]
