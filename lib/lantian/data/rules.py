"""Rules between the columns of a row, between rows, and between tables."""

import math
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lantian.data.schema import Problem

# Numbers that plans say in words: all, none, equal (or less), half less.
WORDED = pa.array(["100", "0", "1", "-50"])
MEASURED = pa.array(["level", "change", "share", "count", "amount", "ratio"])
RULED = ("documents", "indicators", "jurisdictions", "targets", "gaps", "units")


def report(raw, mask, column, message):
    """Turn a mask over the rows of a table into problems, naming what was found.

    Parameters
    ----------
    raw : RawTable
    mask : pyarrow.Array or pyarrow.ChunkedArray
        True where a row is at fault.
    column, message : str

    Returns
    -------
    list of Problem
    """
    mask = pc.fill_null(mask, False)
    if not pc.any(mask).as_py():
        return []
    problems = []
    for row in pc.indices_nonzero(
        mask.combine_chunks() if isinstance(mask, pa.ChunkedArray) else mask
    ).to_pylist():
        path, line = raw.place(row)
        found = raw.cells[column][row].as_py()
        shown = f"{_short(found)!r} {message}" if found else message
        problems.append(Problem(str(path), line, column, shown))
    return problems


def placed(raw, faults):
    """Turn faults of rows, as (id, column, message), into problems with path and line.

    Parameters
    ----------
    raw : RawTable
    faults : iterable of tuple of str

    Returns
    -------
    list of Problem
    """
    rows = {identifier: row for row, identifier in enumerate(raw.cells["id"].to_pylist())}
    places = ((*raw.place(rows[identifier]), column, message) for identifier, column, message in faults)
    return [Problem(str(path), line, column, message) for path, line, column, message in places]


def _short(text):
    return text if len(text) <= 60 else text[:57] + "…"


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
        (
            pc.and_(empty["value"], pc.or_(figure, word)),
            "value",
            "is empty; value_basis figure and word need a value",
        ),
        (
            pc.and_(pc.invert(empty["value"]), pc.invert(pc.or_(figure, word))),
            "value",
            "needs value_basis figure or word",
        ),
        (
            pc.and_(word, pc.invert(pc.is_in(cell("value"), value_set=WORDED))),
            "value",
            f"is no number said in words; allowed: {', '.join(WORDED.to_pylist())}",
        ),
        (
            pc.and_(word, pc.xor(pc.equal(cell("kind"), "ratio"), pc.equal(cell("value"), "1"))),
            "value",
            "does not fit kind: in words, 1 stands for a ratio and a ratio is 1",
        ),
        (
            pc.and_(pc.starts_with(cell("value"), "-"), pc.not_equal(cell("kind"), "change")),
            "value",
            "is negative; only a change has a sign, an amount cut is written without",
        ),
        (
            pc.and_(pc.invert(empty["value_max"]), pc.invert(figure)),
            "value_max",
            "ends a range; it needs value_basis figure",
        ),
        (
            pc.and_(pc.invert(empty["value"]), empty["operator"]),
            "operator",
            "is empty; a value needs <=, >=, <, >, = or ~",
        ),
        (pc.and_(figure, empty["unit"]), "unit", "is empty; a figure needs its unit"),
        (
            pc.and_(reference, empty["baseline_year"]),
            "baseline_year",
            "is empty; value_basis reference names a year",
        ),
        (
            pc.xor(empty["baseline_year"], empty["baseline_basis"]),
            "baseline_basis",
            "and baseline_year go together",
        ),
        (pc.xor(empty["target_year"], empty["year_basis"]), "year_basis", "and target_year go together"),
        (
            pc.and_(plain, pc.invert(empty["strength_word"])),
            "strength_word",
            "must be empty where strength is plain",
        ),
        (
            pc.and_(pc.invert(plain), empty["strength_word"]),
            "strength_word",
            "is empty; name the word that decides the strength",
        ),
        (
            pc.xor(unnamed, empty["lead"]),
            "lead_type",
            "does not fit lead: none_named exactly where lead is empty",
        ),
        (
            pc.and_(
                pc.is_in(cell("kind"), value_set=MEASURED), pc.and_(empty["value"], pc.invert(reference))
            ),
            "value",
            "is empty; this kind needs a figure, a word or a reference year",
        ),
    )
    return [problem for mask, column, message in rules for problem in report(raw, mask, column, message)]


def _document_rules(tables):
    """A document read whole says when it was issued, what it covers and from when."""
    raw = tables["documents"]
    whole = pc.equal(raw.cells["access"], "full_text")
    message = "is empty; a document read whole (access full_text) needs it"
    needed = ("remit", "issued", "period_start")
    masks = [(pc.and_(whole, pc.equal(raw.cells[name], "")), name) for name in needed]
    return [problem for mask, name in masks for problem in report(raw, mask, name, message)]


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
    """A unit of a target or an observation has a row that says its factor."""
    known, problems = pc.unique(tables["units"].cells["unit"]), []
    for raw in (tables[name] for name in ("targets", "observations") if name in tables):
        cells = raw.cells["unit"]
        wrong = pc.and_(pc.not_equal(cells, ""), pc.invert(pc.is_in(cells, value_set=known)))
        problems += report(raw, wrong, "unit", "is not known; it must be a unit in units.csv")
    return problems


def _myriad_rule(tables):
    """万吨 is ten thousand times 吨: another factor makes every amount in it wrong."""
    raw = tables["units"]
    units = [_without_myriad(row) for row in raw.cells.to_pylist()]
    alike = {stem: [rest for other, *rest in units if other == stem] for stem, *_ in units}
    wrong = [
        any(rest[1:] != like[1:] or abs(rest[0] - like[0]) > 1e-6 * like[0] for like in alike[stem])
        for stem, *rest in units
    ]
    return report(
        raw,
        pa.array(wrong, pa.bool_()),
        "factor",
        "does not fit the same unit with or without 万 (10,000) or 亿 (100,000,000)",
    )


def _without_myriad(row):
    """Return a unit without its 万 or 亿, the factor that this leaves, dimension and standard unit."""
    unit = row["unit"]
    times = {"万": 1e4, "亿": 1e8}.get(unit[:1], 1)
    try:
        factor = float(row["factor"]) / times
    except ValueError:  # told of elsewhere
        factor = math.nan
    return unit[times > 1 :], factor, row["dimension"], row["standard_unit"]


def _gap_rules(tables):
    raw = tables["gaps"]
    cell = raw.cells.column
    silent = pc.equal(cell("status"), "silent")
    assigned = pc.equal(cell("status"), "assigned")
    excluded = pc.equal(cell("status"), "not_applicable")
    decided = pc.not_equal(cell("status"), "")
    rules = (
        (
            pc.and_(silent, pc.equal(cell("searched"), "")),
            "searched",
            "is empty; silence is proved by the terms searched",
        ),
        (
            pc.and_(decided, pc.and_(pc.invert(pc.or_(silent, excluded)), pc.equal(cell("quote"), ""))),
            "quote",
            "is empty; only silence, or what is not applicable, has no quote",
        ),
        (
            pc.xor(assigned, pc.not_equal(cell("assigned_by"), "")),
            "assigned_by",
            "is filled exactly where status is assigned",
        ),
        (
            pc.xor(excluded, pc.not_equal(cell("source"), "")),
            "source",
            "is filled exactly where status is not_applicable",
        ),
        (
            pc.and_(excluded, pc.equal(cell("note"), "")),
            "note",
            "is empty; what is not applicable needs its reason",
        ),
    )
    problems = [problem for mask, column, message in rules for problem in report(raw, mask, column, message)]
    known = {*tables["jurisdictions"].cells["id"].to_pylist(), "unstated"}
    return problems + _check_list(raw, "assigned_by", known, "an id in jurisdictions, or unstated")


def _body_rule(tables):
    """A lead department has a row that says its function."""
    return _check_list(
        tables["targets"], "lead", {*tables["bodies"].cells["body"].to_pylist()}, "a body in bodies.csv"
    )


def _check_list(raw, column, known, allowed):
    """Report each name that is not known in cells of names divided by ``;``."""
    cells = raw.cells[column]
    unknown = {names: sorted(set(names.split(";")) - known - {""}) for names in pc.unique(cells).to_pylist()}
    rows = pc.indices_nonzero(
        pc.is_in(cells, value_set=pa.array([names for names in unknown if unknown[names]], pa.string()))
    )
    found = ((*raw.place(row), name) for row in rows.to_pylist() for name in unknown[cells[row].as_py()])
    return [
        Problem(str(path), line, column, f"{name!r} is not known; it must be {allowed}")
        for path, line, name in found
    ]


def _owner(documents, cells):
    """Jurisdiction of each cell's document."""
    index = pc.index_in(cells, value_set=documents.cells["id"].combine_chunks())
    return pc.take(documents.cells["jurisdiction"].combine_chunks(), index)


def _file_rule(tables):
    """A targets file is named after the place whose promises it holds."""
    raw = tables["targets"]
    sizes = np.diff([*raw.starts, raw.cells.num_rows])
    places = pa.array([path.stem for path in raw.paths], pa.string()).take(
        np.repeat(np.arange(len(sizes)), sizes)
    )
    owners = _owner(tables["documents"], raw.cells["document"])
    strangers = pc.indices_nonzero(pc.fill_null(pc.not_equal(owners, places), False)).to_pylist()
    found = (
        (*raw.place(row), f"belongs to {owners[row]}; this file holds the documents of {places[row]}")
        for row in strangers
    )
    return [Problem(str(path), line, "document", message) for path, line, message in found]


def _coverage_rule(tables):
    """Each focus jurisdiction has, for each headline indicator, a target or a gap."""
    indicators, places = tables["indicators"].cells, tables["jurisdictions"].cells
    headline = indicators["id"].filter(pc.not_equal(indicators["headline"], "")).to_pylist()
    focus = places["id"].filter(pc.equal(places["role"], "focus")).to_pylist()
    targets, gaps = tables["targets"].cells, tables["gaps"].cells
    told = [
        (_owner(tables["documents"], targets["document"]), targets["indicator"]),
        (gaps["jurisdiction"], gaps["indicator"]),
    ]
    known = {
        pair
        for owners, about in told
        for pair in pc.unique(pc.binary_join_element_wise(owners, about, " ")).to_pylist()
    }
    path = str(tables["gaps"].paths[0])
    return [
        Problem(path, 0, "indicator", f"{place} has neither a target nor a gap for {indicator}; add one")
        for place in focus
        for indicator in headline
        if f"{place} {indicator}" not in known
    ]


def _silence_rule(tables):
    """A plan that has a target on an indicator is not silent on it."""
    gaps, about = (
        tables["gaps"],
        lambda cells: pc.binary_join_element_wise(cells["document"], cells["indicator"], " "),
    )
    told = pc.is_in(about(gaps.cells), value_set=pc.unique(about(tables["targets"].cells)))
    return report(
        gaps,
        pc.and_(told, pc.equal(gaps.cells["status"], "silent")),
        "status",
        "is silent beside a target of the same indicator; delete this row",
    )


def _order_rule(tables):
    """Rows are sorted by id, so that a change of the data is a small diff."""
    problems = []
    for name in ("targets", "gaps", "indicators", "documents"):
        raw = tables[name]
        ids = raw.cells["id"]
        falls = set(pc.indices_nonzero(pc.less(ids[1:], ids[:-1])).to_pylist()) - {
            start - 1 for start in raw.starts
        }
        for row in sorted(falls):
            path, line = raw.place(row + 1)
            problems.append(
                Problem(
                    str(path), line, "id", f"{ids[row + 1].as_py()!r} is out of order; rows are sorted by id"
                )
            )
    return problems


# Each with the tables that it looks things up in.
ROW_RULES = (
    (_target_rules, set()),
    (_unit_rule, {"units"}),
    (_myriad_rule, set()),
    (_gap_rules, {"jurisdictions"}),
    (_body_rule, {"bodies"}),
    (_document_rules, set()),
)
SET_RULES = (_file_rule, _reading_rule, _coverage_rule, _silence_rule, _order_rule)
