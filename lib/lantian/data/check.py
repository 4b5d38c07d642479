"""Find everything wrong in the tables, in one pass, without changing them."""

import math
import re
import unicodedata
from datetime import date

from lantian.data.quotes import contradictions
from lantian.data.read import read_tables, typed
from lantian.data.rules import broken_rules, cell_problems, report, row_problems, shown, unknown_problems
from lantian.data.schema import DataError, Problem, read_schema

NUMBERS = {
    "number": (
        re.compile(r"-?(0|[1-9]\d*)(\.\d+)?", re.A),
        "is not a number; write digits with a point, such as 2.4",
    ),
    "integer": (re.compile(r"-?(0|[1-9]\d*)", re.A), "is not a whole number"),
}
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.A)
LONGEST_NUMBER = 15
TOO_LONG = f"has more than {LONGEST_NUMBER} characters, too long for a number"
LONGEST_CELL = 32767  # what a cell of a spreadsheet holds
# Characters that show nothing or turn the order of others; Chinese and English in print need only these three spaces.
INVISIBLE = {
    "Cc",
    "Cf",
    "Zs",
    "Zl",
    "Zp",
}  # categories of Unicode: controls, formats, spaces, line and paragraph ends
ALLOWED = set(" \u00a0\u3000\t\n")
# Letters and marks that show nothing (Default_Ignorable_Code_Point), the blank of Braille, and what is no character.
BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufdd0-\ufdef\ufffe\uffff\U000e0100-\U000e01ef]"
)


def check(folder):
    """Check the tables of a data folder against their schema and each other, and each target against its own words.

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
    schema, tables, problems = _checked(folder)
    return sorted(problems + check_words(tables, schema, problems))


def sound_tables(folder):
    """Read the tables of a data folder, or raise what keeps them from being used; what a quote contradicts does not.

    Parameters
    ----------
    folder : path-like

    Returns
    -------
    schema : dict of str to Table
    tables : dict of str to RawTable

    Raises
    ------
    DataError
        With every problem of cells, keys, references and rules.
    """
    schema, tables, problems = _checked(folder)
    if problems:
        raise DataError(sorted(problems))
    return schema, tables


def _checked(folder):
    schema = read_schema(folder)
    tables, problems = read_tables(folder, schema)
    return schema, tables, problems + check_tables(tables, schema)


def notes(folder):
    """List what `check` reads as it was meant: byte-order marks, line ends, trailing blanks.

    Parameters
    ----------
    folder : path-like

    Returns
    -------
    list of Problem
        Sorted; none of them keeps the tables from being used.
    """
    tables, _ = read_tables(folder, read_schema(folder))
    return sorted(note for table in tables.values() for note in table.notes)


def check_tables(tables, schema):
    """Check tables that were read: cells, keys, references, and rules between columns.

    Parameters
    ----------
    tables : dict of str to RawTable
    schema : dict of str to Table

    Returns
    -------
    list of Problem
    """
    problems, complete = [], {name for name in schema if tables[name].complete}
    for name, table in schema.items():
        rows = tables[name].cells
        for column in table.fields:
            cells = rows[column.name]
            problems += _invisible_problems(cells) + cell_problems(cells, _cell_rules(column))
            if column.required:
                problems += report(cells[cells == ""], _must_not_be_empty(column))
        problems += _key_problems(rows, table.key)
        for column, other, key in table.references:
            if (other or name) in complete:
                known = set(tables[other or name].cells[key].tolist())
                problems += unknown_problems(rows[column], known, f"an id in {other or name}")
    return problems + broken_rules(tables, complete, problems)


def check_words(tables, schema, problems):
    """Check targets against their quotes, proofs and statements.

    Parameters
    ----------
    tables : dict of str to RawTable
    schema : dict of str to Table
    problems : list of Problem
        Those found so far; where a table that is needed has one, nothing is checked, since that fault would be repeated.

    Returns
    -------
    list of Problem
    """
    needed = ("targets", "proofs", "units")
    paths = {str(path) for name in needed for path in tables[name].paths}
    if not all(tables[name].complete for name in needed) or paths & {problem.path for problem in problems}:
        return []
    frames = [typed(tables[name].cells, schema[name]) for name in needed]
    return row_problems(tables["targets"].cells, contradictions(*frames))


def _must_not_be_empty(column):
    return f"must not be empty; allowed: {', '.join(column.enum)}" if column.enum else "must not be empty"


def _invisible_problems(cells):
    """Report cells of a column with characters that nobody sees, by their code points."""
    suspect = [cell for cell in cells.unique().tolist() if not cell.isprintable() or BLANK.search(cell)]
    wrong = {cell: names for cell in suspect if (names := _invisible(cell))}
    return [
        Problem(*place, cells.name, shown(cell, f"has {wrong[cell]}; delete it, or write a plain space"))
        for place, cell in cells[cells.isin(list(wrong))].items()
    ]


def _invisible(text):
    """Name the characters of a text that nobody sees.

    >>> _invisible("7\u202e3")
    'U+202E (right-to-left override)'
    """
    found = {
        character
        for character in text
        if character not in ALLOWED
        and (unicodedata.category(character) in INVISIBLE or BLANK.match(character))
    }
    names = [
        f"U+{ord(one):04X} ({unicodedata.name(one, 'control character').lower()})" for one in sorted(found)
    ]
    return ", ".join(names)


def _cell_rules(column):
    """Return the rules for a filled cell of a column, as `cell_problems` takes them."""
    limits, allowed = column.constraints, column.enum
    longest = min(LONGEST_CELL, limits.get("maxLength", LONGEST_CELL))
    rules = {
        f"is longer than {longest} characters": lambda cell: len(cell) > longest,
    }
    if allowed:
        rules[f"is not allowed; allowed: {', '.join(allowed)}"] = lambda cell: cell not in allowed
    if "pattern" in limits:
        pattern = re.compile(limits["pattern"], re.A)
        rules[f"does not look as it should ({limits['pattern']})"] = lambda cell: not pattern.fullmatch(cell)
    if column.type == "date":
        rules["is not a date; write it as 2020-12-31"] = lambda cell: not _is_day(cell)
    if column.type in NUMBERS:
        rules |= _number_rules(*NUMBERS[column.type], limits)
    return rules


def _number_rules(pattern, message, limits):
    """Return the rules for a number; only the first of them speaks of a cell that is none."""

    def number(cell):
        return float(cell) if len(cell) <= LONGEST_NUMBER and pattern.fullmatch(cell) else math.nan

    rules = {
        message: lambda cell: not pattern.fullmatch(cell),
        TOO_LONG: lambda cell: len(cell) > LONGEST_NUMBER and pattern.fullmatch(cell),
    }
    if "minimum" in limits:
        rules[f"is below {limits['minimum']}"] = lambda cell: number(cell) < limits["minimum"]
    if "maximum" in limits:
        rules[f"is above {limits['maximum']}"] = lambda cell: number(cell) > limits["maximum"]
    return rules


def _is_day(cell):
    """Tell days of the calendar, as 2020-12-31, from 2020-02-30 and other forms of dates."""
    try:
        return bool(DATE.fullmatch(cell) and date.fromisoformat(cell))
    except ValueError:
        return False


def _key_problems(rows, key):
    """Report rows that have the same key."""
    if not key:
        return []
    message = "stands twice; it must be unique"
    if len(key) > 1:
        message = f"stands twice with the same {', '.join(key[1:])}; together they must be unique"
    return report(rows[rows.duplicated(list(key), keep=False)][key[0]], message)
