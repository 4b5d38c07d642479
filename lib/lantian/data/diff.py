"""What changed between two data folders, in sentences."""

import pandas as pd

from lantian.data.plans import load
from lantian.data.read import read_tables
from lantian.data.schema import DataError, read_schema
from lantian.text import wording

CHANGES = ("added", "removed", "corrected", "recoded", "reworded")
# Our own words about a row: where only these changed, nothing else is said of the plan.
WORDS = {"statement_en", "note", "name_en", "definition", "title_en", "genre", "label_en"}
# Told row by row; of the other tables only the number of rows that changed is told.
TOLD = ("jurisdictions", "documents", "indicators", "units", "targets", "gaps", "observations")
NOUNS = {"jurisdictions": "place", "documents": "document", "indicators": "indicator", "units": "unit"}
# Columns and tables that programs keep.
UNTOLD = {"start", "accounts"}


def diff(old, new):
    """Say what changed between two data folders, a sentence a row.

    Parameters
    ----------
    old, new : path-like

    Returns
    -------
    DataFrame
        change (``added``, ``removed``, ``corrected``: what the row says,
        ``recoded``: only how it is classed, ``reworded``: only our own words about it), table, id, says, place (id of
        the place that the row belongs to).

    Raises
    ------
    DataError
        When the tables of either folder cannot be used.
    """
    before, after = _sides(old, new)
    rows = [
        row
        for name, table in after.schema.items()
        if name in before.schema and name not in UNTOLD
        for row in _changes(table, before, after)
    ]
    frame = pd.DataFrame(rows, columns=["change", "table", "id", "says", "place"])
    return frame.sort_values("change", key=lambda names: names.map(CHANGES.index), kind="stable").reset_index(
        drop=True
    )


def _sides(*folders):
    """Load folders; raise the problems of all of them at once."""
    sides, problems = [], []
    for folder in folders:
        try:
            sides.append(_Side(folder))
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return sides


class _Side:
    """One of two data folders: its cells by key, and its rows as `load` joins them."""

    def __init__(self, folder):
        self.schema, self.plans = read_schema(folder), load(folder, jurisdictions=())
        self.tables, _ = read_tables(folder, self.schema)
        self.joined = {
            row.id: row for rows in (self.plans.targets, self.plans.gaps) for row in rows.itertuples()
        }

    def rows(self, table):
        """Return the rows of a table by their key, as printed."""
        key = table.key or table.columns
        return {tuple(row[name] for name in key): row for row in self.tables[table.name].rows()}

    def says(self, table, row):
        """Word a row as pages word it."""
        if table in ("targets", "gaps"):
            joined, word = self.joined[row["id"]], wording.target if table == "targets" else wording.gap
            return f"{joined.place}, {joined.indicator_name}: {word(joined)}"
        if table == "observations":
            return f"{row['jurisdiction']}, {row['indicator']} {row['year']}: {row['value']} {row['unit']} ({row['scope']}; {row['source']})"
        return f"{NOUNS[table]}: {row.get('title_en') or row.get('name_en') or row.get('label_en')}"

    def place(self, table, row):
        """Return the place that a row belongs to."""
        if table in ("targets", "gaps"):
            return self.joined[row["id"]].jurisdiction
        return row["id"] if table == "jurisdictions" else row.get("jurisdiction", "")


def _changes(table, before, after):
    old, new = before.rows(table), after.rows(table)
    changed = [key for key in new if key in old and _differing(table, old[key], new[key])]
    if table.name not in TOLD:
        yield from _counted(table, old, new, changed)
        return
    for key in [key for key in new if key not in old]:
        yield (
            "added",
            table.name,
            " ".join(key),
            after.says(table.name, new[key]),
            after.place(table.name, new[key]),
        )
    for key in [key for key in old if key not in new]:
        yield (
            "removed",
            table.name,
            " ".join(key),
            before.says(table.name, old[key]),
            before.place(table.name, old[key]),
        )
    for key in changed:
        yield _changed(table, key, before, after, old[key], new[key])


def _counted(table, old, new, changed):
    for change, count in (
        ("added", len(new.keys() - old.keys())),
        ("removed", len(old.keys() - new.keys())),
        ("corrected", len(changed)),
    ):
        if count:
            yield change, table.name, "", f"{wording.counted(count, 'row')} of {table.name}", ""


def _differing(table, old, new):
    return [
        column
        for column in table.fields
        if column.name not in UNTOLD and old.get(column.name, "") != new[column.name]
    ]


def _changed(table, key, before, after, old, new):
    """Word a changed row: by what it says, else by its cells."""
    columns = _differing(table, old, new)
    references = {name for name, _, _ in table.references} | {"subject", "subject_class"}
    recoded = all(column.enum or column.name in references for column in columns)
    says, said = after.says(table.name, new), before.says(table.name, old)
    told = [column.name for column in columns if column.name not in WORDS] or [
        column.name for column in columns
    ]
    cells = "; ".join(f"{name} {new[name]!r}, formerly {old.get(name, '')!r}" for name in told)
    words = (
        f"{says}, formerly {said.rpartition(': ')[2]}" if says != said and not recoded else f"{says}: {cells}"
    )
    change = (
        "reworded" if {column.name for column in columns} <= WORDS else "recoded" if recoded else "corrected"
    )
    return change, table.name, " ".join(key), words, after.place(table.name, new)


def to_markdown(changes):
    """Write changes as the data section of a changelog; a place that comes or goes is one line, with all its rows, and so is new wording."""
    if changes.empty:
        return "No change of the data."
    parts = []
    for change, rows in changes.groupby("change", sort=False):
        whole = (
            set(rows.loc[rows["table"] == "jurisdictions", "id"]) if change in ("added", "removed") else set()
        )
        lines = [
            _line(row, rows)
            for row in rows.itertuples()
            if row.table == "jurisdictions" or row.place not in whole
        ]
        lines = _reworded(rows) if change == "reworded" else lines
        parts.append("\n".join([f"#### {change.title()}", "", *lines]))
    return "\n\n".join(parts)


def _reworded(rows):
    """Write how many rows of each place and table have new wording."""
    counts = (
        rows.groupby(["place", "table"], sort=False)
        .size()
        .rename("count")
        .reset_index()
        .groupby("place", sort=False)
    )
    return [
        f"- {place or 'All places'}: "
        + wording.names([_told(row["count"], row["table"]) for row in mine.to_dict("records")])
        for place, mine in counts
    ]


def _told(count, table):
    return f"{count} {table.removesuffix('s') if count == 1 else table}"


def _line(row, rows):
    """Write a change as a list item; a place with the number of its rows in each table."""
    mine = rows[(rows["place"] == row.place) & (rows["table"] != "jurisdictions")]
    counts = (
        mine["table"].value_counts(sort=False).items()
        if row.table == "jurisdictions" and row.change in ("added", "removed")
        else ()
    )
    told = [_told(count, table) for table, count in counts]
    words = f"{row.says[0].upper()}{row.says[1:]}" + (f" (`{row.id}`)" if row.id else "")
    return f"- {words}" + (f", with {wording.names(told)}" if told else "")
