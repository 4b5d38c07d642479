"""What changed between two data folders, in sentences."""

from collections import namedtuple
from pathlib import Path

import pandas as pd

from lantian.data.check import sound_tables
from lantian.data.plans import make_plans
from lantian.text import wording

CHANGES = ("added", "removed", "corrected", "recoded", "reworded")
# Our words about a row: where only these changed, the plan means the same.
WORDS = {"statement_en", "note", "name_en", "definition", "title_en", "genre", "label_en"}
# How a row is worded, of tables that pages do not word.
SENTENCES = {
    "jurisdictions": "place: {name_en}",
    "documents": "document: {title_en}",
    "indicators": "indicator: {name_en}",
    "units": "unit: {label_en}",
    "observations": "{jurisdiction}, {indicator} {year}: {value} {unit} ({scope}; {source})",
}
# Tables of which each changed row is listed; of the others only the number of rows that changed.
LISTED = ("targets", "gaps", *SENTENCES)
# Written by `verify`, not by people: a table, and a column of several.
IGNORED_TABLE, IGNORED_COLUMN = "accounts", "start"
COLUMNS = ["change", "table", "id", "in_words", "place"]


def diff(old, new):
    """Say what changed between two data folders, a sentence a row.

    Parameters
    ----------
    old, new : path-like

    Returns
    -------
    DataFrame
        change (``added``, ``removed``, ``corrected``: what the row holds,
        ``recoded``: only how it is classed, ``reworded``: only our words about it), table, id, in_words, place (id of
        the place that the row belongs to).

    Raises
    ------
    DataError
        When the tables of either folder cannot be used.
    """
    _, before = _read(old)
    schema, after = _read(new)
    rows = []
    for name, table in schema.items():
        if name in before and name != IGNORED_TABLE:
            rows += _changes(table, before[name], after[name])
    return pd.DataFrame(sorted(rows, key=lambda row: CHANGES.index(row[0])), columns=COLUMNS)


# A row as printed, as pages word it, and the id of its place.
_Row = namedtuple("_Row", "cells words place")


def _read(folder):
    """Return the schema of a data folder, and by table the rows by their key."""
    schema, tables = sound_tables(folder)
    plans, rows = make_plans(Path(folder), schema, tables), {}
    for name, table in schema.items():
        key = table.key or table.columns
        worded = [_Row(cells, *_about(name, cells, plans)) for cells in tables[name].rows()]
        rows[name] = {tuple(row.cells[column] for column in key): row for row in worded}
    return schema, rows


def _about(table, cells, plans):
    """Word a row as pages word it, and name the place that it belongs to."""
    if table in ("targets", "gaps"):
        row, word = plans.by_id[cells["id"]], wording.target if table == "targets" else wording.gap
        return f"{row.place}, {row.indicator_name}: {word(row)}", row.jurisdiction
    place = cells["id"] if table == "jurisdictions" else cells.get("jurisdiction", "")
    return SENTENCES.get(table, "").format_map(cells), place


def _changes(table, old, new):
    """Yield a row for each row that was added, removed or changed; of tables that are not listed, for their numbers."""
    keys = {
        "added": [key for key in new if key not in old],
        "removed": [key for key in old if key not in new],
        "corrected": [key for key in new if key in old and _differing(table, old[key], new[key])],
    }
    for change, found in keys.items():
        if found and table.name not in LISTED:
            yield change, table.name, "", f"{wording.counted(len(found), 'row')} of {table.name}", ""
            continue
        for key in found:
            row = old[key] if change == "removed" else new[key]
            kind, words = _changed(table, old[key], row) if change == "corrected" else (change, row.words)
            yield kind, table.name, " ".join(key), words, row.place


def _differing(table, old, new):
    """List the columns in which two rows differ."""
    columns = [column for column in table.fields if column.name != IGNORED_COLUMN]
    return [column for column in columns if old.cells.get(column.name, "") != new.cells[column.name]]


def _changed(table, old, new):
    """Return the kind of a change, and its sentence: by how the row is worded, else by its cells."""
    columns = _differing(table, old, new)
    names = [column.name for column in columns]
    codes = {name for name, _, _ in table.references} | {"subject", "subject_class"}
    recoded = all(column.enum or column.name in codes for column in columns)
    shown = [name for name in names if name not in WORDS] or names
    cells = "; ".join(f"{name} {new.cells[name]!r}, formerly {old.cells.get(name, '')!r}" for name in shown)
    is_worded = new.words != old.words and not recoded
    words = new.words + (f", formerly {old.words.rpartition(': ')[2]}" if is_worded else f": {cells}")
    return "reworded" if {*names} <= WORDS else "recoded" if recoded else "corrected", words


def to_markdown(changes):
    """Write changes as the data section of a changelog.

    A place that comes or goes is one line, with the number of its rows; new wording is a line a place.
    """
    if changes.empty:
        return "No change of the data."
    parts = []
    for change, rows in changes.groupby("change", sort=False):
        lines = _reworded(rows) if change == "reworded" else _lines(rows, change in ("added", "removed"))
        parts.append("\n".join([f"#### {change.title()}", "", *lines]))
    return "\n\n".join(parts)


def _lines(rows, whole):
    """Write a list item a change; of places that come or go whole, one with the number of their rows in each table."""
    others = rows[rows["table"] != "jurisdictions"]
    places = set(rows["place"].drop(others.index)) if whole else set()
    for row in rows.itertuples():
        if row.table != "jurisdictions" and row.place in places:
            continue
        line = f"- {row.in_words[0].upper()}{row.in_words[1:]}" + (f" (`{row.id}`)" if row.id else "")
        counts = others.loc[others["place"] == row.place, "table"].value_counts(sort=False)
        if row.place in places and len(counts):
            line += f", with {_counted(counts)}"
        yield line


def _reworded(rows):
    """Write how many rows of each place and table have new wording."""
    for place, group in rows.groupby("place", sort=False):
        yield f"- {place or 'All places'}: {_counted(group['table'].value_counts(sort=False))}"


def _counted(counts):
    """Word the number of rows in each table: "2 targets and 1 gap"."""
    return wording.names(wording.counted(count, table.removesuffix("s")) for table, count in counts.items())
