"""Stubs for a further place: the rows that only a reader of its plan can fill in."""

import re
from pathlib import Path

import pandas as pd

from lantian.data.files import as_csv, read_tables, write_files
from lantian.data.package import as_text, read_package
from lantian.data.schema import PACKAGE, DataError, Problem, find_data, read_schema

# What to fill in, in which order, by role.
NEXT = {"focus": "next_steps.txt", "reference": "next_steps_reference.txt"}
ACCESS = {"focus": "full_text", "reference": "cited"}


def add(identifier, data=None, year=None, reference=False):
    """Write the stubs of a further place: all that `check` will then ask to be filled in.

    Parameters
    ----------
    identifier : str
        Id of the place, as ``"ninghai"``.
    data : path-like, optional
        The data folder, found as by `load`.
    year : int, optional
        Year of issue of its plan; part of the document's id.
    reference : bool
        Add a level above, of which single figures are cited, instead of a place to compare.

    Returns
    -------
    str
        What to fill in next.

    Raises
    ------
    DataError
        When the id cannot be used or the tables cannot be read; nothing is written then.
    """
    folder = find_data(data)
    schema = read_schema(folder)
    tables, problems = read_tables(folder, schema)
    problems += _refusals(identifier, folder, schema, tables)
    if problems:
        raise DataError(sorted(problems))
    role = "reference" if reference else "focus"
    stubs = _stubs(identifier, f"{identifier.replace('_', '-')}-{year or 'plan'}", tables, role)
    targets = f"targets/{identifier}.csv"
    paths = {name: tables[name].paths[0] for name in stubs} | {"targets": folder / targets}
    files = {folder / PACKAGE: as_text(read_package(folder, targets))}
    for name, path in paths.items():
        rows = tables[name].rows() + stubs[name] if name in stubs else []
        files[path] = as_csv(schema[name].columns, sorted(rows, key=lambda row: row["id"]))
    write_files(files)
    words = Path(__file__).with_name(NEXT[role]).read_text("utf-8").rstrip("\n")
    return words.format(place=identifier, count=len(stubs["gaps"]), **paths)


def _refusals(identifier, folder, schema, tables):
    """Yield what keeps an id from being used."""
    (column,) = (column for column in schema["jurisdictions"].fields if column.name == "id")
    file = folder / "targets" / f"{identifier}.csv"
    if not re.fullmatch(column.constraints["pattern"].removesuffix("$"), identifier, re.A):
        yield Problem("", 0, "", f"{identifier!r} is no id; use letters a-z, digits and _, a letter first")
    elif identifier in set(tables["jurisdictions"].cells["id"]):
        yield Problem("", 0, "", f"{identifier!r} is in jurisdictions.csv already")
    elif file.exists():
        yield Problem(str(file), 0, "", "is there already; move it away first")


def _stubs(identifier, document, tables, role):
    """Make the rows that a newcomer needs; what only a reader can know is left empty."""
    places, indicators = tables["jurisdictions"].cells, tables["indicators"].cells
    orders = pd.to_numeric(places.loc[places["role"] == role, "order"], errors="coerce").fillna(0)
    gap = {"jurisdiction": identifier, "document": document}
    prefix = f"{identifier}-gap-".replace("_", "-")
    headline = indicators.loc[(indicators["headline"] != "") & (role == "focus"), "id"]
    ids = {indicator: prefix + re.sub("[._]", "-", indicator) for indicator in headline}
    return {
        "jurisdictions": [{"id": identifier, "role": role, "order": str(1 + int(max(orders, default=0)))}],
        "documents": [{"id": document, "jurisdiction": identifier, "access": ACCESS[role]}],
        "gaps": [gap | {"id": ids[indicator], "indicator": indicator} for indicator in headline],
    }
