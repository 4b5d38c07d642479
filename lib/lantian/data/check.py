"""Find everything wrong in the tables, in one pass, without changing them."""

import re
import sqlite3
import unicodedata
from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path

import pandas as pd

from lantian.data.files import read_tables, typed
from lantian.data.quotes import contradictions
from lantian.data.schema import DataError, Problem
from lantian.errors import near

# --- the rules -------------------------------------------------------------------------------------------------------

NO_NUMBER = "is not a number; write digits with a point, such as 2.4"
NUMBERS = {
    "number": (re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.A), NO_NUMBER),
    "integer": (re.compile(r"-?(0|[1-9]\d*)", re.A), "is not a whole number"),
}
LONGEST_NUMBER = 15
DAY = re.compile(r"\d{4}-\d\d-\d\d\??", re.A)  # as `issued`, which may be uncertain
NO_DAY = "is not a date; write it as 2020-12-31"
SHIFTED = 4  # a row with so many problems may have its cells shifted
SUGGESTIONS = 20  # for so many unknown names of a column the likely one is looked for, which takes a while
# Characters that show nothing or turn the order of others: controls, formats, spaces and ends of lines, of which print
# in Chinese and English needs five; then letters and marks that show nothing, and what is no character.
INVISIBLE, NEEDED = {"Cc", "Cf", "Zs", "Zl", "Zp"}, set(" \u00a0\u3000\t\n")
BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufdd0-\ufdef\ufffe\uffff\U000e0100-\U000e01ef]"
)
# What a row must not be: table, column at fault, condition as `pandas.eval` takes it, message. Numbers that plans say in
# words are 100 (all), 0 (none), 1 (equal, or less) and -50 (half less).
ROW_RULES = pd.read_csv(Path(__file__).with_name("row_rules.csv"), keep_default_na=False)
# Columns of names, one a cell or several with a separator, that another table knows by a column; what is allowed also, and
# how both are named.
LOOKUPS = pd.read_csv(Path(__file__).with_name("lookups.csv"), keep_default_na=False)
# What tables must not hold together: queries, each of which yields problems.
SORTED = ("targets", "gaps", "indicators", "documents", "subjects")
# The tables and columns that the rules between tables read.
RULED = {
    "units": "unit factor dimension standard_unit",
    "indicators": "id headline",
    "subjects": "id parent",
    "jurisdictions": "id parent role name_en",
    "documents": "id jurisdiction access issued",
    "targets": "document indicator quote",
    "gaps": "document jurisdiction indicator status",
}
TABLE_RULES = Path(__file__).with_name("table_rules.sql").read_text("utf-8").split("\n\n")
# The tables that quotes are checked with.
QUOTED = ("targets", "proofs", "units")

# --- checking a folder -----------------------------------------------------------------------------------------------


def check(folder):
    """Check the tables of a data folder against their schema and each other, and each target against its words.

    No text is needed: a value, unit or operator that the quote contradicts is named, and so is a figure of the statement
    that the row does not have.

    Parameters
    ----------
    folder : path-like
        Folder that holds ``datapackage.json``.

    Returns
    -------
    list of Problem
        Sorted by file and line; empty when all is well.

    Raises
    ------
    DataError
        When ``datapackage.json`` itself cannot be used.
    """
    return problems_and_notes(folder)[0]


def problems_and_notes(folder):
    """List the problems of a data folder, as `check` does, and what is read as it was meant.

    Returns
    -------
    problems, notes : list of Problem
        Sorted. A note is a byte-order mark, line ends or trailing blanks; none keeps the tables from being used.
    """
    schema, tables = read_tables(folder)
    problems = check_tables(tables, schema)
    problems += check_words(tables, schema, problems)
    return sorted(problems), sorted(note for table in tables.values() for note in table.notes)


def sound_tables(folder):
    """Read the tables of a data folder, or raise what keeps them from being used; contradicted quotes do not.

    Returns
    -------
    schema : dict of str to Table
    tables : dict of str to RawTable

    Raises
    ------
    DataError
        With every problem of cells, keys, references and rules.
    """
    schema, tables = read_tables(folder)
    if problems := check_tables(tables, schema):
        raise DataError(sorted(problems))
    return schema, tables


def check_tables(tables, schema):
    """Check tables: what could not be read, cells, keys, references, and rules between columns, rows and tables.

    Parameters
    ----------
    tables : dict of str to RawTable
    schema : dict of str to Table

    Returns
    -------
    list of Problem
    """
    problems = [problem for table in tables.values() for problem in table.problems]
    complete = {name for name in schema if not tables[name].problems}
    cells = {name: table.cells for name, table in tables.items()}
    for name, table in schema.items():
        problems += _column_problems(cells[name], table) + _key_problems(cells[name], table.key)
        problems += _row_problems(cells[name], ROW_RULES[ROW_RULES["table"] == name])
        for column, separator, other, key, also, allowed in lookups(table):
            if other in complete:
                known = [*cells[other][key].tolist(), also]
                problems += _unknown_problems(cells[name][column], known, allowed, separator)
    problems = _one_if_shifted(problems, cells, schema)
    if not problems:  # rules about the whole would only repeat a problem of a cell
        problems += [*_sort_problems(cells), *_table_problems(tables)]
        problems += _name_problems(tables["targets"], cells["jurisdictions"]["id"])
    return problems


def lookups(table):
    """List the columns of names that another table knows, as `LOOKUPS` does; references of the schema are to ids."""
    named = LOOKUPS[LOOKUPS["table"] == table.name].drop(columns="table")
    ids = [(column, "", other, key, "", f"an id in {other}") for column, other, key in table.references]
    return [*ids, *named.itertuples(index=False)]


def check_words(tables, schema, problems):
    """Check targets against their quotes, proofs and statements.

    Where one of the tables needed is among the problems found so far, nothing is checked: that fault would be repeated.
    """
    paths = {str(path) for name in QUOTED for path in tables[name].paths}
    if paths & {problem.path for problem in problems}:
        return []
    frames = [typed(tables[name].cells, schema[name]) for name in QUOTED]
    return id_problems(tables["targets"].cells, contradictions(*frames))


def id_problems(rows, faults):
    """Turn faults of rows, as (id, column, message), into problems with path and line.

    Parameters
    ----------
    rows : DataFrame
        As ``RawTable.cells``.
    faults : iterable of tuple of str

    Returns
    -------
    list of Problem
    """
    places = dict(zip(rows["id"], rows.index))
    return [Problem(*places[row], column, message, row) for row, column, message in faults]


# --- cells and rows --------------------------------------------------------------------------------------------------


def _report(cells, message):
    """List a problem for each of some cells of a column, an index of path and line, naming what was found."""
    return [Problem(*place, cells.name, _quoting(cell, message)) for place, cell in cells.items()]


def _quoting(cell, message):
    """Write a message with the cell before it, unless that is empty: "'until' is not allowed"."""
    short = cell if len(cell) <= 60 else f"{cell[:57]}…"
    return f"{short!r} {message}" if cell else message


def _column_problems(rows, table):
    """Report the cells that their column does not allow; each distinct cell is looked at once."""
    problems = []
    for column in table.fields:
        cells = rows[column.name]
        faults = [(cell, fault) for cell in cells.unique().tolist() for fault in _cell_faults(cell, column)]
        for cell, message in faults:
            if table.name == "gaps" and not cell:  # of a further plan, one for each headline indicator
                for _, stubs in rows[cells == ""].groupby("document", sort=False):
                    named = message.replace("empty", f"empty for {', '.join(stubs['indicator'])}")
                    problems += _report(stubs[column.name].head(1), named)
            else:
                problems += _report(cells[cells == cell], message)
    return problems


def _cell_faults(cell, column):
    """Yield what is wrong with a cell of a column."""
    if not cell:
        if column.required:
            yield "must not be empty" + (f"; allowed: {', '.join(column.enum)}" if column.enum else "")
        return
    if invisible := _invisible(cell):
        yield f"has {invisible}, which nobody sees; delete it, or write a plain space"
    if len(cell) > column.longest:
        yield f"has {len(cell)} characters; at most {column.longest} are allowed"
    if column.enum and cell not in column.enum:
        yield f"is not allowed; allowed: {', '.join(column.enum)}{near(cell, column.enum)}"
    if column.pattern and not column.pattern.fullmatch(cell):
        form = f"; write {column.form}" if column.form else f" ({column.pattern.pattern})"
        yield f"does not look as it should{form}"
    elif column.pattern and DAY.fullmatch(cell) and not _is_day(cell.removesuffix("?")):
        yield NO_DAY
    if column.type == "date" and not _is_day(cell):
        yield NO_DAY
    if column.type in NUMBERS:
        yield from _number_faults(cell, column)


def _invisible(cell):
    """Name the characters of a cell that nobody sees.

    >>> _invisible("7\\u202e3")
    'U+202E (right-to-left override)'
    """
    if cell.isprintable() and not BLANK.search(cell):
        return ""
    signs = sorted({*cell} - NEEDED)
    unseen = [sign for sign in signs if unicodedata.category(sign) in INVISIBLE or BLANK.match(sign)]
    names = [unicodedata.name(sign, "control character").lower() for sign in unseen]
    return ", ".join(f"U+{ord(sign):04X} ({name})" for sign, name in zip(unseen, names))


def _number_faults(cell, column):
    """Yield what is wrong with a number: its form, or else its length or size."""
    form, message = NUMBERS[column.type]
    lowest, highest = (column.constraints.get(name) for name in ("minimum", "maximum"))
    if not form.fullmatch(cell):
        yield message
    elif len(cell) > LONGEST_NUMBER:
        yield f"has more than {LONGEST_NUMBER} characters, too long for a number"
    elif lowest is not None and float(cell) < lowest:
        yield f"is below {lowest}"
    elif highest is not None and float(cell) > highest:
        yield f"is above {highest}"


def _is_day(cell):
    """Return whether a cell is a day of the calendar, as 2020-12-31; neither 2020-02-30 nor another form of a date."""
    try:
        return cell == str(date.fromisoformat(cell))
    except ValueError:
        return False


def _key_problems(rows, key):
    """Report rows that have the same key."""
    if not key:
        return []
    message = "stands twice; it must be unique"
    if len(key) > 1:
        message = f"stands twice with the same {', '.join(key[1:])}; together they must be unique"
    return _report(rows[rows.duplicated(list(key), keep=False)][key[0]], message)


def _one_if_shifted(problems, cells, schema):
    """Put one problem in place of the many of each row in which a cell was lost or inserted."""
    counts = Counter((problem.path, problem.line) for problem in problems)
    many = [at for at, count in counts.items() if count >= SHIFTED][:100]
    for name, table in schema.items():
        for at in (at for at in many if at in cells[name].index):
            if column := _shift(cells[name].loc[at].tolist(), table.fields):
                message = "from about here on, the cells of this row stand one too far left or right; a cell was lost or inserted"
                problems = [problem for problem in problems if (problem.path, problem.line) != at]
                problems.append(Problem(*at, column, message))
    return problems


def _shift(row, fields):
    """Return the column from which on the cells of a row would fit one further on or back, None where they would not."""

    def faults(cells):
        return sum(bool(list(_cell_faults(cell, field))) for cell, field in zip(cells, fields))

    moved = {}
    for number, field in enumerate(fields):
        further, back = [*row[:number], "", *row[number:-1]], [*row[:number], *row[number + 1 :], ""]
        moved[field.name] = min(faults(back), faults(row if row[-1] else further))
    best = min(moved, key=moved.get)
    return best if faults(row) >= SHIFTED and moved[best] * 4 <= faults(row) else None


def _unknown_problems(cells, known, allowed, separator=""):
    """Report each name that is not known, in cells of one name or of names with a separator between them."""
    names = cells.str.split(separator).explode() if separator else cells
    unknown = sorted(set(names.unique().tolist()) - {*known, ""})
    if not unknown:
        return []
    likely = {name: near(name, known) for name in unknown[:SUGGESTIONS]}
    messages = {name: f"is not known; it must be {allowed}{likely.get(name, '')}" for name in unknown}
    wrong = names[names.isin(unknown)]
    faults = [Problem(*at, cells.name, _quoting(name, messages[name])) for at, name in wrong.items()]
    return list(dict.fromkeys(faults))


def _row_problems(rows, rules):
    """Report the rows for which a condition of `ROW_RULES` holds."""
    problems, columns = [], dict(rows.items())
    for rule in rules.itertuples():
        is_wrong = pd.eval(rule.condition, engine="python", resolvers=[columns])
        problems += _report(rows[rule.column][is_wrong], rule.message)
    return problems


def _name_problems(targets, places):
    """A targets file without a row, which shows nobody whose it is, is named after a place too."""
    message = "is named after no place in jurisdictions.csv and holds no row; name it after one, or delete it"
    empty = {*map(str, targets.paths)} - {*targets.cells.index.unique("path")}
    return [Problem(path, 0, "", message) for path in empty if Path(path).stem not in set(places)]


def _sort_problems(cells):
    """Report rows that are not sorted by id, so that a change of the data is a small diff."""
    for name in SORTED:
        ids = cells[name]["id"]
        out_of_order = ids < ids.groupby(level="path").shift()
        yield from _report(ids[out_of_order], "is out of order; rows are sorted by id")


def _table_problems(tables):
    """Report what the queries of `TABLE_RULES` find in the tables, which SQLite has for the while."""
    problems = []
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute("CREATE TABLE files (name, path)")
        firsts = [(name, str(table.paths[0])) for name, table in tables.items()]
        base.executemany("INSERT INTO files VALUES (?, ?)", firsts)
        for name, columns in RULED.items():
            rows = tables[name].cells[columns.split()].rename_axis(["_path", "_line"]).reset_index()
            stems = {path: Path(path).stem for path in rows["_path"].unique()}
            rows = rows.assign(_file=rows["_path"].map(stems))
            base.execute(f"CREATE TABLE {name} ({', '.join(rows)})")
            insert = f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows.columns))})"
            base.executemany(insert, zip(*(rows[column].tolist() for column in rows)))
        for query in TABLE_RULES:
            found = base.execute(query).fetchall()
            problems += [Problem(*place, _quoting(cell, message)) for *place, cell, message in found]
    return problems
