"""Find everything wrong in the tables, in one pass, without changing them."""

import math
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from lantian.tables.files import read_tables
from lantian.tables.schema import Problem, read_schema

PATTERNS = {
    "number": (r"^-?(0|[1-9]\d*)(\.\d+)?$", "is not a number; write digits with a point, such as 2.4"),
    "integer": (r"^-?(0|[1-9]\d*)$", "is not a whole number"),
    "date": (r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", "is not a date; write it as 2020-12-31"),
}
LONGEST_NUMBER = 15
LONGEST_CELL = 32767  # what a cell of a spreadsheet holds
# Characters that XML, and so a page or a workbook, cannot hold.
CONTROLS = r"[\x00-\x08\x0b-\x1f\x7f\x{fffe}\x{ffff}]"
# Numbers that plans say in words: all, none, equal (or less), half less.
WORDED = pa.array(["100", "0", "1", "-50"])
MEASURED = pa.array(["level", "change", "share", "count", "amount", "ratio"])


def check(folder):
    """Check the tables of a data folder against their schema and each other.

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
    schema = read_schema(folder)
    tables, problems = read_tables(folder, schema)
    return sorted(problems + check_tables(tables, schema))


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


def _check_column(raw, column):
    cells = raw.cells[column.name]
    filled = pc.not_equal(cells, "")
    problems = []
    if column.required:
        codes = f"; allowed: {', '.join(column.enum)}" if column.enum else ""
        problems += _report(raw, pc.invert(filled), column.name, f"must not be empty{codes}")
    for wrong, message in _faults(cells, column):
        problems += _report(raw, pc.and_(filled, wrong), column.name, message)
    return problems


def _faults(cells, column):
    """Yield (mask, message) for everything that the column does not allow."""
    limits = column.constraints
    if _may_hold_controls(cells):
        yield pc.match_substring_regex(cells, CONTROLS), "has a character that cannot be printed"
    if (pc.max(pc.binary_length(cells)).as_py() or 0) > LONGEST_CELL:  # of bytes there are never fewer, and they are quick to count
        yield pc.greater(pc.utf8_length(cells), LONGEST_CELL), f"is longer than {LONGEST_CELL} characters"
    if column.enum:
        allowed = pa.array(column.enum, pa.string())
        yield pc.invert(pc.is_in(cells, value_set=allowed)), f"is not allowed; allowed: {', '.join(column.enum)}"
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
        if ((low != 9) & (low != 10)).any() or (text == 0x7F).any() or ((text[third - 1] == 0xBF) & (text[third] >= 0xBE)).any():
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
    yield pc.and_(right, pc.invert(short)), f"has more than {LONGEST_NUMBER} characters, too long for a number"
    numbers = pc.cast(pc.if_else(pc.and_(right, short), cells, None), pa.float64())
    for name, test, word in (("minimum", pc.less, "below"), ("maximum", pc.greater, "above")):
        if name in column.constraints:
            limit = column.constraints[name]
            yield pc.fill_null(test(numbers, limit), False), f"is {word} {limit}"


def _report(raw, mask, column, message):
    """Turn a mask over the rows into problems, naming what was found."""
    mask = pc.fill_null(mask, False)
    if not pc.any(mask).as_py():
        return []
    problems = []
    for row in pc.indices_nonzero(mask.combine_chunks() if isinstance(mask, pa.ChunkedArray) else mask).to_pylist():
        path, line = raw.place(row)
        found = raw.cells[column][row].as_py()
        shown = f"{_short(found)!r} {message}" if found else message
        problems.append(Problem(str(path), line, column, shown))
    return problems


def _short(text):
    return text if len(text) <= 60 else text[:57] + "…"


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
    return _report(raw, pc.is_in(keys, value_set=repeated), table.key[0], message)


def _check_reference(raw, column, other, name, key):
    known = pc.unique(other.cells[key])
    cells = raw.cells[column]
    wrong = pc.and_(pc.not_equal(cells, ""), pc.invert(pc.is_in(cells, value_set=known)))
    return _report(raw, wrong, column, f"is not known; it must be an id in {name}")


RULED = ("documents", "indicators", "jurisdictions", "targets", "gaps", "units")


def _target_rules(tables):
    """Rules between the columns of one target."""
    raw = tables["targets"]
    cell = raw.cells.column
    empty = {name: pc.equal(cell(name), "") for name in raw.cells.column_names}
    figure = pc.equal(cell("value_basis"), "figure")
    word = pc.equal(cell("value_basis"), "word")
    reference = pc.equal(cell("value_basis"), "reference")
    plain = pc.equal(cell("strength"), "plain")
    unnamed = pc.equal(cell("lead_type"), "none_named")
    rules = (
        (pc.and_(empty["value"], pc.or_(figure, word)), "value", "is empty; value_basis figure and word need a value"),
        (pc.and_(pc.invert(empty["value"]), pc.invert(pc.or_(figure, word))), "value", "needs value_basis figure or word"),
        (pc.and_(word, pc.invert(pc.is_in(cell("value"), value_set=WORDED))), "value", f"is no number said in words; allowed: {', '.join(WORDED.to_pylist())}"),
        (pc.and_(word, pc.xor(pc.equal(cell("kind"), "ratio"), pc.equal(cell("value"), "1"))), "value", "does not fit kind: in words, 1 stands for a ratio and a ratio is 1"),
        (pc.and_(pc.starts_with(cell("value"), "-"), pc.not_equal(cell("kind"), "change")), "value", "is negative; only a change has a sign, an amount cut is written without"),
        (pc.and_(pc.invert(empty["value_max"]), pc.invert(figure)), "value_max", "ends a range; it needs value_basis figure"),
        (pc.and_(pc.invert(empty["value"]), empty["operator"]), "operator", "is empty; a value needs <=, >=, <, >, = or ~"),
        (pc.and_(figure, empty["unit"]), "unit", "is empty; a figure needs its unit"),
        (pc.and_(reference, empty["baseline_year"]), "baseline_year", "is empty; value_basis reference names a year"),
        (pc.xor(empty["baseline_year"], empty["baseline_basis"]), "baseline_basis", "and baseline_year go together"),
        (pc.xor(empty["target_year"], empty["year_basis"]), "year_basis", "and target_year go together"),
        (pc.and_(plain, pc.invert(empty["strength_word"])), "strength_word", "must be empty where strength is plain"),
        (pc.and_(pc.invert(plain), empty["strength_word"]), "strength_word", "is empty; name the word that decides the strength"),
        (pc.xor(unnamed, empty["lead"]), "lead_type", "does not fit lead: none_named exactly where lead is empty"),
        (pc.and_(pc.is_in(cell("kind"), value_set=MEASURED), pc.and_(empty["value"], pc.invert(reference))), "value", "is empty; this kind needs a figure, a word or a reference year"),
    )
    return [problem for mask, column, message in rules for problem in _report(raw, mask, column, message)]


def _document_rules(tables):
    """A document read whole says when it was issued, what it covers and from when."""
    raw = tables["documents"]
    whole = pc.equal(raw.cells["access"], "full_text")
    message = "is empty; a document read whole (access full_text) needs it"
    needed = ("remit", "issued", "period_start")
    masks = [(pc.and_(whole, pc.equal(raw.cells[name], "")), name) for name in needed]
    return [problem for mask, name in masks for problem in _report(raw, mask, name, message)]


def _reading_rule(tables):
    """Each focus jurisdiction has one document that was read whole."""
    places, documents = tables["jurisdictions"], tables["documents"].cells
    read = Counter(documents["jurisdiction"].filter(pc.equal(documents["access"], "full_text")).to_pylist())
    problems = []
    for row, place in enumerate(places.cells.to_pylist()):
        if place["role"] == "focus" and read[place["id"]] != 1:
            path, line = places.place(row)
            message = f"{place['id']} has {read[place['id']]} documents with access full_text; a focus place has one"
            problems.append(Problem(str(path), line, "role", message))
    return problems


def _unit_rule(tables):
    raw = tables["targets"]
    known = pc.unique(tables["units"].cells["unit"])
    cells = raw.cells["unit"]
    wrong = pc.and_(pc.not_equal(cells, ""), pc.invert(pc.is_in(cells, value_set=known)))
    return _report(raw, wrong, "unit", "is not known; it must be a unit in units.csv")


def _myriad_rule(tables):
    """万吨 is ten thousand times 吨: another factor makes every amount in it wrong."""
    raw = tables["units"]
    units = [_without_myriad(row) for row in raw.cells.to_pylist()]
    alike = {stem: [rest for other, *rest in units if other == stem] for stem, *_ in units}
    wrong = [any(rest[1:] != like[1:] or abs(rest[0] - like[0]) > 1e-6 * like[0] for like in alike[stem]) for stem, *rest in units]
    return _report(raw, pa.array(wrong, pa.bool_()), "factor", "does not fit the same unit with or without 万 (10,000) or 亿 (100,000,000)")


def _without_myriad(row):
    """Return a unit without its 万 or 亿, the factor that this leaves, dimension and standard unit."""
    unit = row["unit"]
    times = {"万": 1e4, "亿": 1e8}.get(unit[:1], 1)
    is_number = re.fullmatch(PATTERNS["number"][0][1:-1], row["factor"])  # what is none is told of elsewhere
    return unit[times > 1 :], float(row["factor"]) / times if is_number else math.nan, row["dimension"], row["standard_unit"]


def _gap_rules(tables):
    raw = tables["gaps"]
    cell = raw.cells.column
    silent = pc.equal(cell("status"), "silent")
    delegated = pc.equal(cell("status"), "delegated")
    decided = pc.not_equal(cell("status"), "")
    rules = (
        (pc.and_(silent, pc.equal(cell("searched"), "")), "searched", "is empty; silence is proved by the terms searched"),
        (pc.and_(decided, pc.and_(pc.invert(silent), pc.equal(cell("quote"), ""))), "quote", "is empty; only silence has no quote"),
        (pc.xor(delegated, pc.not_equal(cell("delegated_to"), "")), "delegated_to", "is filled exactly where status is delegated"),
    )
    problems = [problem for mask, column, message in rules for problem in _report(raw, mask, column, message)]
    known = {*tables["jurisdictions"].cells["id"].to_pylist(), "unstated"}
    return problems + _check_list(raw, "delegated_to", known, "an id in jurisdictions, or unstated")


def _body_rule(tables):
    """A leading body has a row that says its function."""
    return _check_list(tables["targets"], "lead", {*tables["bodies"].cells["body"].to_pylist()}, "a body in bodies.csv")


def _check_list(raw, column, known, allowed):
    """Report each name that is not known in cells of names divided by ``;``."""
    cells = raw.cells[column]
    unknown = {names: sorted(set(names.split(";")) - known - {""}) for names in pc.unique(cells).to_pylist()}
    rows = pc.indices_nonzero(pc.is_in(cells, value_set=pa.array([names for names in unknown if unknown[names]], pa.string())))
    found = ((*raw.place(row), name) for row in rows.to_pylist() for name in unknown[cells[row].as_py()])
    return [Problem(str(path), line, column, f"{name!r} is not known; it must be {allowed}") for path, line, name in found]


def _owner(documents, cells):
    """Jurisdiction of each cell's document."""
    index = pc.index_in(cells, value_set=documents.cells["id"].combine_chunks())
    return pc.take(documents.cells["jurisdiction"].combine_chunks(), index)


def _file_rule(tables):
    """A targets file is named after the place whose promises it holds."""
    raw = tables["targets"]
    sizes = np.diff([*raw.starts, raw.cells.num_rows])
    places = pa.array([path.stem for path in raw.paths], pa.string()).take(np.repeat(np.arange(len(sizes)), sizes))
    owners = _owner(tables["documents"], raw.cells["document"])
    strangers = pc.indices_nonzero(pc.fill_null(pc.not_equal(owners, places), False)).to_pylist()
    found = ((*raw.place(row), f"belongs to {owners[row]}; this file holds the documents of {places[row]}") for row in strangers)
    return [Problem(str(path), line, "document", message) for path, line, message in found]


def _coverage_rule(tables):
    """Each focus jurisdiction has, for each headline indicator, a target or a gap."""
    indicators, places = tables["indicators"].cells, tables["jurisdictions"].cells
    headline = indicators["id"].filter(pc.not_equal(indicators["headline"], "")).to_pylist()
    focus = places["id"].filter(pc.equal(places["role"], "focus")).to_pylist()
    targets, gaps = tables["targets"].cells, tables["gaps"].cells
    told = [(_owner(tables["documents"], targets["document"]), targets["indicator"]), (gaps["jurisdiction"], gaps["indicator"])]
    known = {pair for owners, about in told for pair in pc.unique(pc.binary_join_element_wise(owners, about, " ")).to_pylist()}
    path = str(tables["gaps"].paths[0])
    return [
        Problem(path, 0, "indicator", f"{place} has neither a target nor a gap for {indicator}; add one")
        for place in focus
        for indicator in headline
        if f"{place} {indicator}" not in known
    ]


def _silence_rule(tables):
    """A plan that has a target on an indicator is not silent on it."""
    gaps, about = tables["gaps"], lambda cells: pc.binary_join_element_wise(cells["document"], cells["indicator"], " ")
    told = pc.is_in(about(gaps.cells), value_set=pc.unique(about(tables["targets"].cells)))
    return _report(gaps, pc.and_(told, pc.equal(gaps.cells["status"], "silent")), "status", "is silent beside a target of the same indicator; delete this row")


def _order_rule(tables):
    """Rows are sorted by id, so that a change of the data is a small diff."""
    problems = []
    for name in ("targets", "gaps", "indicators", "documents"):
        raw = tables[name]
        ids = raw.cells["id"]
        falls = set(pc.indices_nonzero(pc.less(ids[1:], ids[:-1])).to_pylist()) - {start - 1 for start in raw.starts}
        for row in sorted(falls):
            path, line = raw.place(row + 1)
            problems.append(Problem(str(path), line, "id", f"{ids[row + 1].as_py()!r} is out of order; rows are sorted by id"))
    return problems


# Each with the tables that it looks things up in.
ROW_RULES = ((_target_rules, set()), (_unit_rule, {"units"}), (_myriad_rule, set()), (_gap_rules, {"jurisdictions"}), (_body_rule, {"bodies"}), (_document_rules, set()))
SET_RULES = (_file_rule, _reading_rule, _coverage_rule, _silence_rule, _order_rule)
