"""The way of a workbook back into the tables, whichever program has saved it."""

import re
import unicodedata
from collections import Counter
from contextlib import suppress
from dataclasses import replace as replaced
from datetime import datetime
from itertools import chain
from pathlib import Path

import pandas as pd
from jinja2 import Template
from openpyxl import load_workbook

from lantian.data import template
from lantian.data.check import check_tables, check_words
from lantian.data.files import BLANKS, DTYPES, as_csv, readable_tables, write_files
from lantian.data.schema import FORMULA, DataError, Field, Problem, find_data, refusal
from lantian.drafts.propose import by_key, propose, statement
from lantian.errors import near
from lantian.text import fold
from lantian.text.wording import counted

# How other codes are written, and days: 2019/5/15, 2019年5月, 2019?
WRITTEN = {"≤": "<=", "≥": ">=", "true": "yes", "false": "no", "是": "yes", "否": "no"}
DAY = re.compile(r"^(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?)?年?(?=\??$)")
NAMELESS = Field("", "string")  # the column of cells below no head
ROW = ["table", "row"]  # the columns by which a row of a workbook is known


def import_workbook(file, data=None, remove=False, text=None):
    """Take the rows of a workbook into the tables, or name everything that is wrong with them by sheet and cell.

    Parameters
    ----------
    file : path-like
        As `template` wrote it, filled in and saved by any program.
    data : path-like, optional
        The data folder, found as by `load`.
    remove : bool
        Remove rows of the place that stand in the tables and no more on their sheet.
    text : str, optional
        Of the plan. A row of targets that has a quote and nothing else is drafted from it, to decide on in the next
        workbook.

    Returns
    -------
    str
        What was added, changed and removed, and what to do next.

    Raises
    ------
    DataError
        With every problem; nothing is written then.
    """
    folder = find_data(data)
    schema, tables = readable_tables(folder)
    rows, letters, faults = _read(file, schema)
    place = _place(file, rows)
    drafted, targets = folder / f"drafts/{place}.csv", folder / f"targets/{place}.csv"
    tables["targets"] = replaced(tables["targets"], paths=(targets, *tables["targets"].paths))
    drafts = template.read_drafts(drafted, schema)
    rows["decide"] = _decisions(rows, drafts, tables, schema)
    # The rows of a sheet go to the first file of its table.
    sheets = {name: _sheet(rows, schema[name], letters[name], tables[name].paths[0]) for name in letters}
    after, refused = _join(sheets, tables, place, remove)
    after["targets"], worded = _word_statements(after, drafts)
    faults += [*_draft_faults(rows, text), *refused, *_problems(after, tables, schema, sheets)]
    _refuse(file, faults, letters)
    changes = {name: _changes(schema[name], tables[name].cells, after[name]) for name in sheets}
    written = {name: tables[name].paths[0] for name in sheets if changes[name]}
    files = {path: _file(schema[name], after[name], path) for name, path in written.items()}
    left, quotes = _undecided(drafts, rows), rows.loc[rows["decide"].isna(), "quote"].to_list()
    if quotes:
        taken = {*rows["id"], *drafts["id"]}
        left = pd.concat([left, propose(place, text, folder, quotes=quotes, taken=taken)])
    if not left.equals(drafts):
        files[drafted] = as_csv(left.columns, left)
    write_files(files)
    return _report(changes, rows, place, worded)


# --- reading sheets --------------------------------------------------------------------------------------------------


def _read(file, schema):
    """Return the rows of all sheets as texts, the letters of their columns, and faults of cells.

    Rows begin with the name of their table and their number; what is on no sheet is empty. A fault is a tuple of sheet,
    number of row, column and message.
    """
    sheets, letters, unknown = _filled_cells(file), {}, []
    for name, cells in sheets.items():
        head = [cell for cell in cells if cell.row == cells[0].row]
        names = [str(cell.value).strip().lower() for cell in head]
        letters[name] = {column: cell.column_letter for column, cell in zip(names, head)}
        unknown += _head_faults(name, schema, head[0].row, names)
    _refuse(file, unknown, letters)
    found = [cell for name in sheets for cell in _texts(schema[name], letters[name], sheets[name])]
    cells = pd.DataFrame(found, columns=[*ROW, "column", "text", "fault"])
    faults = cells.loc[cells["fault"] != "", [*ROW, "column", "fault"]].to_numpy().tolist()
    is_data = ~cells["text"].str.match(f"{template.MEANS}|$")
    cells = cells[is_data.groupby([cells["table"], cells["row"]]).transform("any")]
    rows = cells.pivot(index=ROW, columns="column", values="text").reset_index()
    columns = {column: "" for name in template.SHEETS for column in schema[name].columns}
    rows = rows.reindex(columns=[*ROW, *columns, *template.EXTRA], fill_value="").fillna("")
    return rows, letters, faults


def _filled_cells(file):
    """Return the filled cells of each sheet of a workbook that is a table."""
    try:
        sheets = load_workbook(file).worksheets
    except FileNotFoundError as error:
        raise refusal(file, "this file is missing") from error
    except OSError as error:
        raise refusal(file, f"cannot be opened: {error.strerror}; is another program using it?") from error
    except Exception as error:  # noqa: BLE001 - anything may stand in a file of that name
        message = "is no workbook that can be read; save it as .xlsx, without a password"
        raise refusal(file, message) from error
    cells = {sheet.title.strip().lower(): chain.from_iterable(sheet) for sheet in sheets}
    filled = {name: [cell for cell in found if cell.value is not None] for name, found in cells.items()}
    return {name: found for name, found in filled.items() if found and name not in ("guide", "codes")}


def _head_faults(name, schema, row, heads):
    """Yield a sheet or columns that no table has or that stand twice, and missing ones without which no row is known."""
    if name not in template.SHEETS:
        message = f"no table has this name{near(name, template.SHEETS)}; tables: "
        yield name, 0, "", message + ", ".join(template.SHEETS)
        return
    names = [*schema[name].columns, *template.EXTRA]
    for column, count in Counter(heads).items():
        if column and column not in names:
            yield name, row, column, f"no column has this name{near(column, names)}"
        elif column and count > 1:
            yield name, row, column, f"{count} columns have this name"
    for column in schema[name].key:
        if column not in heads:
            yield name, row, column, "this column is missing; rows are known by it"


def _texts(table, letters, cells):
    """Yield table, row, column, text and fault of each cell below the head; the text is as its table would have it."""
    fields = {column.name: column for column in table.fields} | template.EXTRA
    columns = {letter: fields.get(name, NAMELESS) for name, letter in letters.items()}
    for cell in (cell for cell in cells if cell.row > cells[0].row):
        column = columns.get(cell.column_letter, NAMELESS)
        text, fault = _text(cell, column)
        if text and not column.name:
            text, fault = "", f"{text!r} stands below no name of a column"
        yield table.name, cell.row, column.name or cell.column_letter, text, fault


def _text(cell, column):
    """Return a cell as its table would have it, and why it cannot have it; one of them is empty.

    Spreadsheets keep 2020 as a number with a point, 37% as 0.37, yes as TRUE, and what looks like a day as one.
    """
    value = cell.value
    if cell.data_type in "fe":
        return "", f"{str(value)!r} is a formula or an error; write what it is to show"
    if cell.data_type == "d":
        if isinstance(value, datetime) and _takes_days(column):
            return value.date().isoformat(), ""
        return "", "is a day or time to the spreadsheet; format the cell as text and write it anew"
    if cell.data_type == "n":
        is_share = "%" in cell.number_format
        text = f"{value * 100 if is_share else value:.15g}"  # as many digits as a spreadsheet keeps
        return text + "%" if is_share and column.type not in DTYPES else text, ""
    return _tidy(str(value).strip(BLANKS + "\r\n"), column), ""


def _takes_days(column):
    """Return whether a column holds days, sure ones or, as `issued`, perhaps uncertain ones."""
    return column.type == "date" or column.pattern and column.pattern.fullmatch("2019-05-15?")


def _tidy(text, column):
    """Return a text as a column has it, where people or spreadsheets write it in another way.

    >>> from lantian.data.schema import Field
    >>> _tidy("1,234.5", Field("value", "number")), _tidy("2019年5月15日", Field("deadline", "date"))
    ('1234.5', '2019-05-15')
    """
    if text.startswith("'") and (column.type != "string" or FORMULA.match(text[1:])):
        text = text[1:]
    plain = unicodedata.normalize("NFKC", text)
    if column.type in DTYPES:
        plain = re.sub(r"(?<=\d)[, ](?=\d{3}(\D|$))", "", plain.replace("\u2212", "-"))
        return re.sub(r"(\.0+|年)$", "", plain) if column.type == "integer" else plain
    if _takes_days(column):
        return DAY.sub(lambda day: "-".join(part.zfill(2) for part in day.groups() if part), plain)
    if column.enum:
        code = WRITTEN.get(plain.lower(), plain.lower())
        return code if code in column.enum else text
    return re.sub(r"\s*[;；]\s*", ";", text) if "joined by ';'" in column.description else text


def _place(file, rows):
    """Return the place that most documents are of; of two the one that stands first."""
    places = rows.query("table == 'documents' and jurisdiction != ''")["jurisdiction"]
    if places.empty:
        raise refusal(file, "has no sheet documents that names the place in the column jurisdiction")
    return places.value_counts(sort=False).idxmax()


# --- drafts ----------------------------------------------------------------------------------------------------------


def _decisions(rows, drafts, tables, schema):
    """Return what becomes of each row: draft, take or leave; empty where it is no draft, missing where it has a quote alone.

    Where the column of decisions has been lost, drafts are still drafts. Proofs go with their target.
    """
    decisions = rows["decide"].str.lower()
    for name, drafted in drafts.groupby("table"):
        key = schema[name].key
        further = _keys(drafted, key).difference(_keys(tables[name].cells, key))
        is_draft = (rows["table"] == name) & _keys(rows, key).isin(further)
        decisions = decisions.mask((decisions == "") & is_draft, "draft")
    is_target, is_proof = (rows["table"] == name for name in ("targets", "proofs"))
    taken = rows.loc[is_target & (decisions == "take"), "id"]
    follows = is_proof & (decisions == "draft") & rows["target"].isin(taken)
    others = rows.drop(columns=["quote", *ROW, *template.EXTRA])
    is_alone = is_target & (rows["quote"] != "") & (others == "").all(axis=1)
    return decisions.mask(follows, "take").mask(is_alone)


def _draft_faults(rows, text):
    """Yield decisions that are none, and quotes alone that cannot be drafted from a text."""
    folded = fold(text or "")
    for name, row, word, quote in rows[[*ROW, "decide", "quote"]].itertuples(index=False):
        if word in ("", "draft", "take", "leave"):
            continue
        if pd.notna(word):
            yield name, row, "decide", f"{word!r} is not allowed; allowed: draft, take, leave"
        elif text is None:
            message = "stands alone; import with --text FILE, the text of the plan, and the rest of the row is drafted"
            yield name, row, "quote", message
        elif fold(quote) not in folded:
            yield name, row, "quote", f"{quote!r} is not in the text; copy it from there"


def _undecided(drafts, rows):
    """Return the drafts on which no row decides: by its id or, where that is new, by its words; proofs go with their target."""
    decided = rows.query("decide in ('take', 'leave') and table != 'proofs'")
    ids = {*drafts["id"]} & {*decided["id"]} - {""}
    renamed = decided[~decided["id"].isin(ids) & (decided["quote"] + decided["text"] != "")]
    words = ["table", "start", "quote", "text"]
    left = drafts[~drafts["id"].isin(ids) & ~_keys(drafts, words).isin(_keys(renamed, words))]
    targets = left.loc[left["table"] == "targets", "id"]
    return left[(left["table"] != "proofs") | left["target"].isin(targets)]


# --- joining sheets and tables ---------------------------------------------------------------------------------------


def _keys(rows, key):
    return pd.MultiIndex.from_frame(rows[list(key)])


def _sheet(rows, table, letters, path):
    """Return a table and the rows for it, without drafts; cells are missing where the sheet has no such column.

    Rows are indexed by the file that they go to and their numbers as negative lines.
    """
    kept = rows[(rows["table"] == table.name) & rows["decide"].isin(["", "take"])]
    places = pd.MultiIndex.from_product([[str(path)], -kept["row"]], names=["path", "line"])
    return table, kept.filter(letters).reindex(columns=table.columns).set_axis(places)


def _join(sheets, tables, place, remove):
    """Return the tables with the rows of the sheets in place of the place's own, and faults."""
    after, faults = {name: table.cells for name, table in tables.items()}, []
    places = template.places_of(after)
    for name, (table, sheet) in sheets.items():
        cells = after[name]
        is_own = places.get(name, cells[table.key[0]]) == place
        own, others = cells[is_own], cells[~is_own]
        if name in template.SHARED:
            faults += _shared_faults(table, others, sheet)
            sheet = sheet[~_keys(sheet, table.key).isin(_keys(others, table.key))]
        is_lost = ~_keys(own, table.key).isin(_keys(sheet, table.key)) & (own.get("status", name) != "")
        if is_lost.any() and not remove:
            faults.append(_lost_fault(table, own[is_lost]))
            others = pd.concat([others, own[is_lost]])
        after[name] = _merge(table, others, own, sheet)
    after["gaps"] = _without_stubs(after["gaps"], after["targets"])
    return after, [*faults, *_strangers(after, place)]


def _shared_faults(table, others, sheet):
    """Yield the cells in which a sheet differs from rows that other places use, which stay as they are."""
    known = _known(table, others, sheet).map(str.strip, na_action="ignore")
    for (_, line, column), cell in known.where(sheet.notna() & (sheet != known)).stack().dropna().items():
        message = f"is {cell!r} in the tables, and other places use it; no workbook changes it"
        yield table.name, -line, column, message


def _known(table, cells, sheet):
    """Return the rows of a table that have the keys of a sheet's, in its order; missing where there is none."""
    key = list(table.key)
    return sheet[key].merge(cells.drop_duplicates(key), "left", key).set_axis(sheet.index)[table.columns]


def _lost_fault(table, lost):
    names = "; ".join(" ".join(filter(None, key)) for key in _keys(lost, table.key))
    message = f"{counted(len(lost), 'row')} of the tables not here, by {', '.join(table.key)}: {names}; put back, or import with --remove"
    return table.name, 0, "", message


def _merge(table, others, own, sheet):
    """Return other rows of a table and those of a sheet, completed from the place's own, in the order of the table."""
    # What `lantian verify --write` may have filled in since is taken from the tables.
    given = sheet.mask((sheet == "") & sheet.columns.isin(template.VERIFIED))
    rows = pd.concat([others, given.fillna(_known(table, own, sheet)).fillna("")])
    numbers = {column.name for column in table.fields if column.type in DTYPES}

    def sortable(cells):
        return pd.to_numeric(cells, errors="coerce") if cells.name in numbers else cells

    return rows.sort_values(list(table.key), key=sortable, na_position="first")


def _without_stubs(gaps, targets):
    """Return the gaps without those of `add` whose indicator has a target or another gap."""
    is_stub = (gaps.drop(columns=["id", "jurisdiction", "document", "indicator"]) == "").all(axis=1)
    is_stub &= gaps.index.get_level_values("line") < 0
    pair = ["document", "indicator"]
    answers = pd.concat([targets[pair], gaps.loc[~is_stub, pair]])
    return gaps[~(is_stub & _keys(gaps, pair).isin(_keys(answers, pair)))]


def _word_statements(after, drafts):
    """Word statements that are empty, and anew those that were drafted, where the cells allow it; count them."""
    cells, tables = after["targets"].copy(), by_key(after)
    drafted = drafts.loc[drafts["table"] == "targets", "statement_en"]
    is_own = cells.index.get_level_values("line") < 0
    for at, row in cells[is_own & cells["statement_en"].isin(["", *drafted])].iterrows():
        with suppress(KeyError, ValueError):  # what is wrong with its cells is answered by the check
            cells.loc[at, "statement_en"] = statement(row.to_dict(), tables)
    return cells, (cells["statement_en"] != after["targets"]["statement_en"]).sum()


def _strangers(after, place):
    """Yield the rows of a workbook that are about another place than the others."""
    for name, places in template.places_of(after).items():
        for (_, line), other in places[places.notna() & (places != place)].items():
            if line < 0:
                message = f"belongs to {other or 'no place'}; this workbook is that of {place}"
                yield name, -line, template.OWN[name], message


def _problems(after, tables, schema, sheets):
    """Yield what `check` finds in the tables as they would be."""
    raw = {name: replaced(table, cells=after[name]) for name, table in tables.items()}
    problems = check_tables(raw, schema)
    problems += check_words(raw, schema, problems)
    names = {str(tables[name].paths[0]): name for name in sheets}
    for problem in problems:
        name = names.get(problem.path, problem.path) if problem.line <= 0 else problem.path
        yield name, abs(problem.line), problem.column, problem.message


def _refuse(file, faults, letters):
    """Raise what is wrong, by sheet and cell, the first of each cell; in other rows of the tables by file and line."""
    order, problems = list(letters), {}
    for name, row, column, message in faults:
        # A cell below no head has its letter for a column.
        letter = column if column.isupper() else letters.get(name, {}).get(column, "")
        at = order.index(name) if name in letters else -1, name, row, len(letter), letter, column
        if name in letters:
            name, row = f"{file}:{name}{f'!{letter}{row}' if row else ''}", 0
        problems.setdefault(at, Problem(name, row, column, message))
    if problems:
        raise DataError([problems[at] for at in sorted(problems)])


# --- what has changed ------------------------------------------------------------------------------------------------


def _changes(table, before, after):
    """Say how many rows of a table were added, changed and removed; nothing where none was."""
    old, new = (dict(zip(_keys(rows, table.key), rows.to_numpy().tolist())) for rows in (before, after))
    changed = sum(old[key] != new[key] for key in old.keys() & new.keys())
    counts = {"added": len(new.keys() - old), "changed": changed, "removed": len(old.keys() - new)}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count)


def _file(table, cells, path):
    """Return the text of a file of a table."""
    return as_csv(table.columns, cells[cells.index.get_level_values("path") == str(path)])


def _report(changes, rows, place, worded):
    """Say what has changed, what waits for a decision, and what to do next."""
    words = Path(__file__).with_name("workbook_report.txt").read_text("utf-8")
    own = rows[rows["table"] != "proofs"]  # which go with their targets
    counts = own["decide"].fillna("quote").value_counts().to_dict() | {"worded": worded}
    report = Template(words, trim_blocks=True)
    is_above = ((rows["id"] == place) & (rows["role"] == "reference")).any()  # and has no text to verify
    return report.render(changes=changes, counts=counts, place=place, counted=counted, is_above=is_above)
