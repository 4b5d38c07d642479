"""Rules between the columns of a row, between rows, and between tables."""

from itertools import product
from pathlib import Path

import pandas as pd

from lantian.data.schema import Problem

# What a row must not be: for each table and column, conditions, as `pandas.eval` takes them, each with
# what is wrong where it holds.
ROW_RULES = {
    "targets": {
        "value": {
            "value == '' and value_basis in ['figure', 'word']": "is empty; value_basis figure and word need a value",
            "value != '' and value_basis not in ['figure', 'word']": "needs value_basis figure or word",
            # numbers that plans say in words: all, none, equal (or less), half less
            "value_basis == 'word' and value not in ['100', '0', '1', '-50']": "is no number said in words; allowed: 100, 0, 1, -50",
            "value_basis == 'word' and (kind == 'ratio') != (value == '1')": "does not fit kind: in words, 1 stands for a ratio and a ratio is 1",
            "value.str.startswith('-') and kind != 'change'": "is negative; only a change has a sign, an amount cut is written without",
            "value == '' and value_basis != 'reference' and kind in ['level', 'change', 'share', 'count', 'amount', 'ratio']": "is empty; this kind needs a figure, a word or a reference year",
        },
        "value_max": {
            "value_max != '' and value_basis != 'figure'": "ends a range; it needs value_basis figure"
        },
        "operator": {"value != '' and operator == ''": "is empty; a value needs <=, >=, <, >, = or ~"},
        "unit": {"value_basis == 'figure' and unit == ''": "is empty; a figure needs its unit"},
        "baseline_year": {
            "value_basis == 'reference' and baseline_year == ''": "is empty; value_basis reference names a year"
        },
        "baseline_basis": {
            "(baseline_year == '') != (baseline_basis == '')": "and baseline_year go together"
        },
        "year_basis": {"(target_year == '') != (year_basis == '')": "and target_year go together"},
        "strength_word": {
            "strength == 'plain' and strength_word != ''": "must be empty where strength is plain",
            "strength != 'plain' and strength_word == ''": "is empty; name the word that decides the strength",
        },
        "lead_type": {
            "(lead_type == 'none_named') != (lead == '')": "does not fit lead: none_named exactly where lead is empty"
        },
    },
    "gaps": {
        "searched": {
            "status == 'silent' and searched == ''": "is empty; silence is proved by the terms searched"
        },
        "quote": {
            "status not in ['', 'silent', 'not_applicable'] and quote == ''": "is empty; only silence, or what is not applicable, has no quote"
        },
        "assigned_by": {
            "(status == 'assigned') != (assigned_by != '')": "is filled exactly where status is assigned"
        },
        "source": {
            "(status == 'not_applicable') != (source != '')": "is filled exactly where status is not_applicable"
        },
        "note": {
            "status == 'not_applicable' and note == ''": "is empty; what is not applicable needs its reason"
        },
    },
    "documents": {
        column: {
            f"access == 'full_text' and {column} == ''": "is empty; a document read whole (access full_text) needs it"
        }
        for column in ("remit", "issued", "period_start")
    },
}
# The tables that rules between tables read.
RULED = ("documents", "indicators", "jurisdictions", "subjects", "targets", "gaps", "units")


def broken_rules(tables, complete, problems):
    """Check the rules between columns, rows and tables.

    Parameters
    ----------
    tables : dict of str to RawTable
    complete : set of str
        The tables of which every row could be read; a rule that looks things up in another is left out.
    problems : list of Problem
        Those of single cells. Where there is one, rules about the whole would only repeat it, and are left out.

    Returns
    -------
    list of Problem
    """
    cells = {name: table.cells for name, table in tables.items()}
    found = [problem for name in ROW_RULES for problem in _row_rule_problems(cells[name], ROW_RULES[name])]
    found += _factor_problems(cells["units"])
    for rule, needed in LOOKUP_RULES.items():
        found += rule(cells) if needed in complete else []
    if set(RULED) <= complete and not problems + found:
        found += [problem for rule in SET_RULES for problem in rule(cells)]
        found += _coverage_problems(cells, tables["gaps"].paths[0])
    return found


def _row_rule_problems(rows, rules):
    columns = dict(rows.items())
    for name, messages in rules.items():
        for condition, message in messages.items():
            is_wrong = pd.eval(condition, engine="python", resolvers=[columns])
            yield from report(columns[name][is_wrong], message)


def report(cells, message):
    """List a problem for each of some cells of a column, naming what was found.

    Parameters
    ----------
    cells : Series
        The cells at fault, as from ``RawTable.cells``: the index says path and line, the name the column.
    message : str

    Returns
    -------
    list of Problem
    """
    return [Problem(*place, cells.name, shown(cell, message)) for place, cell in cells.items()]


def cell_problems(cells, rules):
    """List the problems of a column's filled cells.

    Parameters
    ----------
    cells : Series
        As for `report`.
    rules : dict of str to function
        What is wrong with a cell, as ``"is below 0"``, where the function of the cell returns something true. Each
        distinct cell is looked at once.

    Returns
    -------
    list of Problem
    """
    wrong = {}
    for cell in filter(None, cells.unique().tolist()):
        if messages := [message for message, is_wrong in rules.items() if is_wrong(cell)]:
            wrong[cell] = [shown(cell, message) for message in messages]
    if not wrong:
        return []
    found = cells[cells.isin(list(wrong))]
    return [Problem(*place, cells.name, message) for place, cell in found.items() for message in wrong[cell]]


def row_problems(rows, faults):
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
    return [Problem(*places[identifier], column, message) for identifier, column, message in faults]


def shown(cell, message):
    """Return a message with the cell before it, unless that is empty: "'until' is not allowed"."""
    short = cell if len(cell) <= 60 else f"{cell[:57]}…"
    return f"{short!r} {message}" if cell else message


def unknown_problems(cells, known, allowed):
    """Report each filled cell that is not among the known ones.

    Parameters
    ----------
    cells : Series
        As for `report`.
    known : set of str
    allowed : str
        What a cell must be, in words.

    Returns
    -------
    list of Problem
    """
    return cell_problems(cells, {f"is not known; it must be {allowed}": lambda cell: cell not in known})


def _factor_problems(units):
    """万吨 is ten thousand times 吨: another factor makes every amount in it wrong."""
    myriad = units["unit"].str[:1].map({"万": 1e4, "亿": 1e8}).fillna(1)
    factor = pd.to_numeric(units["factor"], errors="coerce").astype(float) / myriad.astype(float)
    stem = units["unit"].str.replace("^[万亿]", "", regex=True)
    plain = units.assign(unit=stem, factor=factor).groupby("unit")
    differ = plain["factor"].transform("max") > plain["factor"].transform("min") * (1 + 1e-6)
    for column in ("dimension", "standard_unit"):
        differ |= plain[column].transform("nunique") > 1
    return report(
        units["factor"][differ], "does not fit the same unit with or without 万 (10,000) or 亿 (100,000,000)"
    )


def _unit_problems(cells):
    """A unit of a target or an observation has a row that says its factor."""
    known, found = set(cells["units"]["unit"]), []
    for name in {"targets", "observations"} & set(cells):
        found += unknown_problems(cells[name]["unit"], known, "a unit in units.csv")
    return found


def _assigned_problems(cells):
    """A level that sets a target is a place."""
    known = {*cells["jurisdictions"]["id"], "unstated"}
    return _list_problems(cells["gaps"]["assigned_by"], known, "an id in jurisdictions, or unstated")


def _lead_problems(cells):
    """A lead department has a row that says its function."""
    return _list_problems(cells["targets"]["lead"], set(cells["bodies"]["body"]), "a body in bodies.csv")


def _list_problems(cells, known, allowed):
    """Report each name that is not known in cells of names divided by ``;``."""
    unknown = {cell: sorted({*cell.split(";")} - known - {""}) for cell in cells.unique().tolist()}
    wrong = cells[cells.isin([cell for cell, names in unknown.items() if names])]
    return [
        Problem(*place, cells.name, f"{name!r} is not known; it must be {allowed}")
        for place, cell in wrong.items()
        for name in unknown[cell]
    ]


def _jurisdictions(cells):
    """Return the place of each target: that of its document."""
    return cells["targets"]["document"].map(cells["documents"].set_index("id")["jurisdiction"])


def _pairs(rows):
    """Return the distinct rows of two columns, as tuples."""
    return set(rows.drop_duplicates().itertuples(index=False, name=None))


def _file_problems(cells):
    """A targets file is named after the place whose promises it holds."""
    owners = _jurisdictions(cells)
    stems = {path: Path(path).stem for path in owners.index.unique("path")}
    strangers = owners[owners.to_numpy() != owners.index.get_level_values("path").map(stems)]
    for (path, line), owner in strangers.items():
        message = f"belongs to {owner}; this file holds the documents of {stems[path]}"
        yield Problem(path, line, "document", message)


def _reading_problems(cells):
    """Each focus jurisdiction has one document that was read whole."""
    read = cells["documents"].query("access == 'full_text'")["jurisdiction"].value_counts()
    for at, place in cells["jurisdictions"].query("role == 'focus'")["id"].items():
        if (count := read.get(place, 0)) != 1:
            message = f"{place} has {count} documents with access full_text; a focus place has one"
            yield Problem(*at, "role", message)


def _coverage_problems(cells, path):
    """Each focus jurisdiction has, for each headline indicator, a target or a gap."""
    targets, gaps = cells["targets"].assign(jurisdiction=_jurisdictions(cells)), cells["gaps"]
    pair = ["jurisdiction", "indicator"]
    covered = _pairs(targets[pair]) | _pairs(gaps[pair])
    focus = cells["jurisdictions"].query("role == 'focus'")["id"]
    headline = cells["indicators"].query("headline != ''")["id"]
    for place, indicator in product(focus, headline):
        if (place, indicator) not in covered:
            message = f"{place} has neither a target nor a gap for {indicator}; add one"
            yield Problem(str(path), 0, "indicator", message)


def _circle_problems(cells):
    """Nothing is above itself."""
    for name in ("jurisdictions", "subjects"):
        ids, parents = cells[name]["id"], dict(zip(cells[name]["id"], cells[name]["parent"]))
        yield from report(ids[[_is_above_itself(child, parents) for child in ids]], "is above itself")


def _is_above_itself(child, parents):
    above, passed = parents[child], {""}
    while above not in passed | {child}:
        passed.add(above)
        above = parents[above]
    return above == child


def _whole_problems(cells):
    """A subject stands for the empty cell of indicators that there are."""
    return _list_problems(
        cells["subjects"]["indicators"], set(cells["indicators"]["id"]), "an id in indicators"
    )


def _silence_problems(cells):
    """A plan that has a target on an indicator is not silent on it."""
    silent, pair = cells["gaps"].query("status == 'silent'"), ["document", "indicator"]
    promised = _pairs(cells["targets"][pair])
    wrong = [row in promised for row in silent[pair].itertuples(index=False, name=None)]
    return report(silent["status"][wrong], "is silent beside a target of the same indicator; delete this row")


def _order_problems(cells):
    """Rows are sorted by id, so that a change of the data is a small diff."""
    for name in ("targets", "gaps", "indicators", "documents", "subjects"):
        ids = cells[name]["id"]
        yield from report(
            ids[ids < ids.groupby(level="path").shift()], "is out of order; rows are sorted by id"
        )


# Rules that look things up in another table, with its name.
LOOKUP_RULES = {_unit_problems: "units", _assigned_problems: "jurisdictions", _lead_problems: "bodies"}
LOOKUP_RULES |= {_whole_problems: "indicators"}
SET_RULES = (
    _file_problems,
    _reading_problems,
    _circle_problems,
    _whole_problems,
    _silence_problems,
    _order_problems,
)
