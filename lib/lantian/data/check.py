"""Find everything wrong in the tables, in one pass, without changing them."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lantian.data.quotes import contradictions
from lantian.data.read import read_tables, typed
from lantian.data.rules import ROW_RULES, RULED, SET_RULES, placed, report
from lantian.data.schema import DataError, read_schema

PATTERNS = {
    "number": (r"^-?(0|[1-9]\d*)(\.\d+)?$", "is not a number; write digits with a point, such as 2.4"),
    "integer": (r"^-?(0|[1-9]\d*)$", "is not a whole number"),
    "date": (r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", "is not a date; write it as 2020-12-31"),
}
LONGEST_NUMBER = 15
LONGEST_CELL = 32767  # what a cell of a spreadsheet holds
# Characters that XML, and so a page or a workbook, cannot hold.
CONTROLS = r"[\x00-\x08\x0b-\x1f\x7f\x{fffe}\x{ffff}]"


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


def require_sound(folder):
    """Raise what keeps the tables of a data folder from being used; what a quote contradicts does not.

    Parameters
    ----------
    folder : path-like

    Raises
    ------
    DataError
        With every problem of cells, keys, references and rules.
    """
    *_, problems = _checked(folder)
    if problems:
        raise DataError(sorted(problems))


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
    columns = [(tables[name], column) for name, table in schema.items() for column in table.fields]
    with ThreadPoolExecutor() as pool:
        problems = [problem for found in pool.map(_check_column, *zip(*columns)) for problem in found]
    whole = {name for name in schema if tables[name].complete}
    for name, table in schema.items():
        raw = tables[name]
        problems += _check_key(raw, table)
        for column, other, key in table.references:
            if (other or name) in whole:
                problems += _check_reference(raw, column, tables[other or name], other or name, key)
    for rule, needed in ROW_RULES:
        problems += rule(tables) if needed <= whole else []
    if set(RULED) <= whole:
        # What a wrong cell makes of the whole would only repeat that cell's fault.
        for rule in () if problems else SET_RULES:
            problems += rule(tables)
    return problems


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
    return placed(tables["targets"], contradictions(*frames))


def _check_column(raw, column):
    cells = raw.cells[column.name]
    filled = pc.not_equal(cells, "")
    problems = []
    if column.required:
        codes = f"; allowed: {', '.join(column.enum)}" if column.enum else ""
        problems += report(raw, pc.invert(filled), column.name, f"must not be empty{codes}")
    for wrong, message in _faults(cells, column):
        problems += report(raw, pc.and_(filled, wrong), column.name, message)
    return problems


def _faults(cells, column):
    """Yield (mask, message) for everything that the column does not allow."""
    limits = column.constraints
    if _may_hold_controls(cells):
        yield pc.match_substring_regex(cells, CONTROLS), "has a character that cannot be printed"
    if (
        pc.max(pc.binary_length(cells)).as_py() or 0
    ) > LONGEST_CELL:  # of bytes there are never fewer, and they are quick to count
        yield pc.greater(pc.utf8_length(cells), LONGEST_CELL), f"is longer than {LONGEST_CELL} characters"
    if column.enum:
        allowed = pa.array(column.enum, pa.string())
        yield (
            pc.invert(pc.is_in(cells, value_set=allowed)),
            f"is not allowed; allowed: {', '.join(column.enum)}",
        )
    if "pattern" in limits:
        wrong = pc.invert(pc.match_substring_regex(cells, limits["pattern"]))
        yield wrong, f"does not look as it should ({limits['pattern']})"
    if "maxLength" in limits:
        longest = limits["maxLength"]
        yield pc.greater(pc.utf8_length(cells), longest), f"is longer than {longest} characters"
    if column.type in PATTERNS:
        pattern, message = PATTERNS[column.type]
        right = pc.match_substring_regex(cells, pattern)
        if column.type == "date":
            right = pc.and_(right, _on_calendar(cells))
        yield pc.invert(right), message
        yield from _bounds(cells, right, column)


def _may_hold_controls(cells):
    """Tell at a glance whether cells may hold such a character: bytes are searched many times as quickly as text."""
    for chunk in cells.chunks:
        text = np.frombuffer(chunk.buffers()[2] or b"", np.uint8)
        low, third = text[text < 0x20], np.flatnonzero(text == 0xEF) + 2  # U+FFFE is EF BF BE
        if (
            ((low != 9) & (low != 10)).any()
            or (text == 0x7F).any()
            or ((text[third - 1] == 0xBF) & (text[third] >= 0xBE)).any()
        ):
            return True
    return False


def _on_calendar(cells):
    """Tell real days from such as 30 February."""
    days = pd.to_datetime(cells.to_pandas(), format="%Y-%m-%d", errors="coerce")
    return pa.array(days.notna().to_numpy())


def _bounds(cells, right, column):
    if column.type == "date":
        return
    short = pc.less_equal(pc.utf8_length(cells), LONGEST_NUMBER)
    yield (
        pc.and_(right, pc.invert(short)),
        f"has more than {LONGEST_NUMBER} characters, too long for a number",
    )
    numbers = pc.cast(pc.if_else(pc.and_(right, short), cells, None), pa.float64())
    for name, test, word in (("minimum", pc.less, "below"), ("maximum", pc.greater, "above")):
        if name in column.constraints:
            limit = column.constraints[name]
            yield pc.fill_null(test(numbers, limit), False), f"is {word} {limit}"


def _check_key(raw, table):
    if not table.key or not raw.cells.num_rows:
        return []
    keys = pc.binary_join_element_wise(*(raw.cells[name] for name in table.key), "\x1f")
    counts = pc.value_counts(keys.combine_chunks())
    repeated = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    if not len(repeated):
        return []
    message = "stands twice; it must be unique"
    if len(table.key) > 1:
        message = f"stands twice with the same {', '.join(table.key[1:])}; together they must be unique"
    return report(raw, pc.is_in(keys, value_set=repeated), table.key[0], message)


def _check_reference(raw, column, other, name, key):
    known = pc.unique(other.cells[key])
    cells = raw.cells[column]
    wrong = pc.and_(pc.not_equal(cells, ""), pc.invert(pc.is_in(cells, value_set=known)))
    return report(raw, wrong, column, f"is not known; it must be an id in {name}")
