"""The data set as a package: what ``datapackage.json`` says of it as a whole, and its files to take away.

The same tables give files of the same bytes: a workbook, CSV, SQLite, parquet.
"""

import codecs
import hashlib
import json
import tempfile
from pathlib import Path

from lantian.data.schema import PACKAGE, READ, all_files, read_schema

FILES = {  # how pages name them, and their types
    "data/lantian.xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "data/lantian-csv.zip": ("CSV as zip", "application/zip"),
    "data/lantian.sqlite": ("SQLite", "application/vnd.sqlite3"),
    "data/lantian-parquet.zip": ("parquet as zip", "application/zip"),
}


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
    """Name the documents that were read, rows of ``documents``, as sources: title, and address where it is known."""
    read = [row for row in documents if row["access"] in READ]
    sources = [{"title": f"{row['title_en']} ({row['title_zh']})", "path": row["url"]} for row in read]
    sources = [{name: words for name, words in source.items() if words} for source in sources]
    return _as_a_whole(package) | {"sources": sources, "resources": package["resources"]}


def _as_a_whole(package):
    """Return what a package says of itself, without its resources, which come last."""
    return {name: value for name, value in package.items() if name != "resources"}


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


# --- the files to take away ------------------------------------------------------------------------------------------


def make(data):
    """Return the files by name, as ``{"data/lantian.xlsx": b"PK…", …}``; they hold all places, whichever are chosen."""
    # Only here: a render that finds nothing changed is quick.
    from lantian.data.export import WRITERS, typed, zipped
    from lantian.data.plans import load

    plans, schema, tables = load(data, jurisdictions=()), read_schema(data), typed(data)
    with tempfile.TemporaryDirectory(prefix="lantian-") as scratch:
        drafts = [Path(scratch, f"lantian{ending}") for ending in (".xlsx", ".sqlite", ".parquet")]
        for draft in drafts:
            WRITERS[draft.suffix](draft, schema, tables, plans)
        workbook, database, folder = drafts
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
    links = [
        {"file": file, "name": name, "type": kind, "bytes": len(files[file])}
        for file, (name, kind) in FILES.items()
        if file in files
    ]
    return {"package": _as_a_whole(read_package(data)), "downloads": links}
