"""Begin a place: the stubs of its rows, and a workbook to fill in and correct them without a CSV file being opened."""

import re
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from lantian.data.check import LOOKUPS
from lantian.data.export import WIDEST, add_sheet, as_text, read_package, saved, width
from lantian.data.files import DTYPES, as_csv, read_tables, readable_tables, write_files
from lantian.data.schema import PACKAGE, DataError, Problem, find_data, refusal

# What to fill in, in which order, by role.
NEXT = {"focus": "next_steps.txt", "reference": "next_steps_reference.txt"}
ACCESS = {"focus": "full_text", "reference": "cited"}
# Sheets by the column that leads a row to its place.
OWN = {"documents": "jurisdiction", "targets": "document", "proofs": "target", "gaps": "jurisdiction"}
OWN |= {"numerals": "document", "text_defects": "document"}
OWN |= {"observations": "jurisdiction", "key_regions": "jurisdiction"}
# Tables that places share: a workbook shows all their rows, and may add some.
SHARED = ["jurisdictions", "indicators", "subjects", "units", "bodies"]
SHEETS = ["jurisdictions", *OWN, *SHARED[1:]]
MEANS = "↑ "  # begins each cell of the row of meanings, so that it is known wherever a sort leaves it
FURTHER = 500  # rows below the last one that have lists to choose from
FILLS = {"required": "F6C89F", "draft": "FFF6CC", "shared": "EEEEEE"}
# What sheets with drafts have besides.
EXTRA = {
    "decide": "What becomes of a draft: take or leave. Proofs go with their target unless they say leave.",
    "choices": "Indicators that the draft may mean, the likeliest first; new: none of those that there are.",
    "precision": "How often drafted cells were right where that was measured.",
}
# What `lantian verify --write` fills in; a cell that is empty leaves it as it is.
VERIFIED = ["start", "text_sha256", "text_chars"]


def template(identifier, file, data=None, replace=False, year=None):
    """Write a workbook with the rows of one place, lists to choose from, and the drafts that there are for it.

    Parameters
    ----------
    identifier : str
        Id of the place; one that is not in the tables gets the rows that `add` would write.
    file : path-like
        Ends in ``.xlsx``.
    data : path-like, optional
        The data folder, found as by `load`.
    replace : bool
        Replace a file that is there already.
    year : int, optional
        Year of issue of the plan of a further place; part of the document's id.

    Returns
    -------
    str
        What to do next.

    Raises
    ------
    DataError
        When the tables cannot be read, the id cannot be used, or the file is there already or cannot be written.
    """
    folder, file = find_data(data), Path(file)
    if file.suffix != ".xlsx":
        raise refusal(file, "a workbook to fill in has the ending .xlsx")
    schema, tables = readable_tables(folder)
    drafts = read_drafts(folder / f"drafts/{identifier}.csv", schema)
    rows = {name: tables[name].cells for name in SHEETS}
    rows |= {name: rows[name][places == identifier] for name, places in places_of(tables).items()}
    rows["jurisdictions"] = rows["jurisdictions"].sort_values(
        "id", key=lambda ids: ids.where(ids != identifier, "")
    )
    known, begun = tables["jurisdictions"].cells["id"], ""
    if identifier not in set(known):
        if problems := list(refusals(identifier, folder, schema, tables)):
            raise DataError(problems)
        drafted = drafts.get("targets", pd.DataFrame({"document": []}))["document"]
        document = document_id(identifier, year) if year or drafted.empty else drafted.iloc[0]
        for name, further in stubs(identifier, document, tables, "focus").items():
            rows[name] = pd.concat([pd.DataFrame(further, dtype=str), rows[name]]).fillna("")
        begun = f"{identifier} is not in the tables yet; the import adds it\n"
    if len(rows["documents"]) == 1:  # whose id may have been given after the drafts
        drafts = {
            name: draft.assign(document=rows["documents"]["id"].iloc[0]) for name, draft in drafts.items()
        }
    if "gaps" in drafts:  # a draft stands for the row that `add` writes
        drafted = rows["gaps"]["indicator"].isin(drafts["gaps"]["indicator"])
        rows["gaps"] = rows["gaps"][(rows["gaps"]["status"] != "") | ~drafted]
    write_files({file: saved(_book(identifier, schema, rows, drafts))}, replace)
    return f"{file}\n{begun}Fill it in; its first sheet says how. Then: lantian import {file}"


def places_of(tables):
    """Return, for each table of `OWN`, the place that each row is about; missing where that is not known."""
    documents, targets = tables["documents"].cells, tables["targets"].cells
    of_document = dict(zip(documents["id"], documents["jurisdiction"]))
    of_target = dict(zip(targets["id"], targets["document"].map(of_document)))
    places = {"jurisdiction": str, "document": of_document, "target": of_target}
    return {name: tables[name].cells[column].map(places[column]) for name, column in OWN.items()}


def read_drafts(path, schema):
    """Return the rows that `lantian propose` has drafted, by table, with what decides on them."""
    if not path.is_file():
        return {}
    rows = pd.read_csv(path, dtype=str, keep_default_na=False).assign(decide="draft")
    wanted = {name: ["decide", *schema[name].columns, "choices", "precision"] for name in OWN}
    for name in rows["table"].unique():
        if lacking := sorted({*wanted.get(name, "?")} - {*rows}):
            raise refusal(path, f"lacks {', '.join(lacking)} for {name!r}; run `lantian propose` again")
    return {name: group[wanted[name]] for name, group in rows.groupby("table")}


def undecided(path, decided):
    """Return the rows of a file of drafts on which nobody has decided; none where there is no file.

    Parameters
    ----------
    path : Path
    decided : set of tuple of str
        Table and id of each other, and table, quote and offset: ids may have been changed in the workbook.
    """
    if not path.is_file():
        return pd.DataFrame()
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    by_id = zip(rows["table"], rows["id"])
    by_quote = zip(rows["table"], rows["quote"] + rows["text"], rows["start"])
    left = rows[[not {name, words} & decided for name, words in zip(by_id, by_quote)]]
    is_proof = (left["table"] == "proofs") & ~left["target"].isin(left.loc[left["table"] == "targets", "id"])
    return left[~is_proof]


def _book(identifier, schema, rows, drafts):
    """Make the workbook: a guide, a sheet for each table, and what the codes mean."""
    book, headers = Workbook(), {name: _header(schema[name], name in drafts) for name in SHEETS}
    words = Path(__file__).with_name("workbook_guide.txt").read_text("utf-8").format(place=identifier)
    for line in words.splitlines():
        book.active.append([line])
    book.active.title, book.active["A1"].font = "guide", Font(bold=True, size=14)
    lists = _lists(schema, headers)
    for name in SHEETS:
        every = pd.concat([rows[name], drafts.get(name)])
        every = every[~every.duplicated(list(schema[name].key))].reindex(columns=headers[name]).fillna("")
        _write_sheet(book, schema[name], every, identifier, lists)
    codes = [
        [name, column.name, code, meaning.get("means", ""), meaning.get("not", "")]
        for name in SHEETS
        for column in schema[name].fields
        for code, meaning in column.codes.items()
    ]
    add_sheet(book, "codes", ["table", "column", "code", "means", "not"], codes)
    return book


def _header(table, has_drafts):
    """Return the columns of a sheet; in front stands what is read to decide on a row."""
    front = {"targets": ["id", "quote", "statement_en", "indicator", "choices"]}.get(table.name, [])
    header = ["decide", *front, *(name for name in table.columns if name not in front), "precision"]
    return header if has_drafts else [name for name in header if name not in EXTRA]


def _lists(schema, headers):
    """Return, by table and column, the cells or codes to choose from, as a spreadsheet has them, and whether they are all."""
    codes = {
        (name, column.name): '"' + ",".join(column.enum) + '"'
        for name in SHEETS
        for column in schema[name].fields
        if column.enum
    }
    lists = {at: (enum, True) for at, enum in codes.items()}
    lists |= {(name, "decide"): ('"draft,take,leave"', True) for name in SHEETS}
    known = [(name, *reference) for name in SHEETS for reference in schema[name].references]
    known += LOOKUPS[["table", "column", "other", "key"]].itertuples(index=False, name=None)
    for table, column, other, key in known:
        if other in headers:
            letter = get_column_letter(headers[other].index(key) + 1)
            cells = f"OFFSET({other}!${letter}$3,0,0,COUNTA({other}!${letter}$3:${letter}$9999),1)"
            lists[table, column] = codes.get((other, key), cells), False
    last = get_column_letter(len(headers["targets"]))
    return lists | {("proofs", "field"): (f"targets!$A$1:${last}$1", False)}


def _write_sheet(book, table, rows, identifier, lists):
    """Write the sheet of a table; drafts, required columns, and rows that are not to be changed have a colour."""
    fields = {column.name: column for column in table.fields}
    cells = zip(*([_value(cell, fields.get(name)) for cell in rows[name]] for name in rows))
    meanings = [MEANS + (EXTRA.get(name) or _meaning(fields[name])) for name in rows]
    sheet = add_sheet(book, table.name, list(rows), cells, meanings)
    sheet.row_dimensions[2].height, sheet.freeze_panes = 120, "C3" if "decide" in rows else "B3"
    fills = rows.get("decide", pd.Series("", rows.index))
    if table.name in SHARED:
        fills = (rows[table.key[0]] != identifier).map({True: "shared", False: ""})
    for name, column in zip(rows, sheet.columns):
        _style(sheet, column, fields.get(name), fills)
        likely = rows["choices"] if name == "indicator" and "choices" in rows else ()
        _offer(sheet, column[0].column_letter, likely, lists.get((table.name, name)))


def _value(cell, column):
    """Return the number that a cell of a column of numbers holds, unless it would not come back as it is written."""
    if not cell or not column or column.type not in DTYPES:
        return cell
    number = pd.to_numeric(cell, errors="coerce").item()
    return number if str(number) == cell else cell


def _meaning(column):
    """Say what a column means, for the row below the head."""
    words = f"{'Required. ' if column.required else ''}{column.description}"
    if column.name in VERIFIED:
        words += " Leave it empty where `lantian verify --write` can find it."
    return words + (f" Example: {column.example}" if column.example and not column.enum else "")


def _style(sheet, cells, column, fills):
    """Give a column of a sheet its look; all but numbers is text, lest a spreadsheet take 3-1 for a day."""
    head, meaning, *cells = cells
    dimension = sheet.column_dimensions[head.column_letter]
    longest = column.constraints.get("maxLength", 0) if column else 0
    dimension.width = max(dimension.width, 16, longest // 2) if column else 30
    dimension.number_format = "General" if column and column.type in DTYPES else "@"
    meaning.font, meaning.alignment = Font(italic=True, size=9), Alignment(wrap_text=True, vertical="top")
    for cell, fill in zip([head, *cells], ["required" if column and column.required else "", *fills]):
        cell.number_format = dimension.number_format
        is_missing = fill == "draft" and column and column.required and cell.value is None
        if fill:
            cell.fill = PatternFill("solid", fgColor=FILLS["required" if is_missing else fill])
        if not column:
            cell.alignment = Alignment(vertical="top")
        elif cell.alignment.wrap_text:  # not every program makes the row high enough
            row = sheet.row_dimensions[cell.row]
            row.height = max(row.height or 0, 15 * -(-width(cell.value) // WIDEST))


def _offer(sheet, letter, likely, offered):
    """Give a column lists to choose from; where indicators were drafted, each cell has the likeliest few."""
    offers = {
        f"{letter}{row}": (f'"{",".join(name for name in ids.split(";") if name != "new")}"', False)
        for row, ids in enumerate(likely, 3)
        if ids
    }
    first = 3 + len(likely) if offers else 3
    if offered:
        offers[f"{letter}{first}:{letter}{sheet.max_row + FURTHER}"] = offered
    for cells, (choices, is_all) in offers.items():
        style = "stop" if is_all else "warning"  # names may be joined, or new
        rule = {"errorStyle": style, "showErrorMessage": True, "allowBlank": True}
        sheet.add_data_validation(DataValidation("list", choices, sqref=cells, **rule))


# --- stubs in the tables ---------------------------------------------------------------------------------------------


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
    schema, tables = read_tables(folder)
    problems = [problem for table in tables.values() for problem in table.problems]
    problems += refusals(identifier, folder, schema, tables)
    if problems:
        raise DataError(sorted(problems))
    role = "reference" if reference else "focus"
    rows = stubs(identifier, document_id(identifier, year), tables, role)
    targets = f"targets/{identifier}.csv"
    paths = {name: tables[name].paths[0] for name in rows} | {"targets": folder / targets}
    files = {folder / PACKAGE: as_text(read_package(folder, targets))}
    for name, path in paths.items():
        every = tables[name].rows() + rows[name] if name in rows else []
        files[path] = as_csv(schema[name].columns, sorted(every, key=lambda row: row["id"]))
    write_files(files)
    words = Path(__file__).with_name(NEXT[role]).read_text("utf-8").rstrip("\n")
    return words.format(place=identifier, count=len(rows["gaps"]), **paths)


def refusals(identifier, folder, schema, tables):
    """Yield what keeps an id from being used."""
    (column,) = (column for column in schema["jurisdictions"].fields if column.name == "id")
    file = folder / "targets" / f"{identifier}.csv"
    if not re.fullmatch(column.constraints["pattern"].removesuffix("$"), identifier, re.A):
        yield Problem("", 0, "", f"{identifier!r} is no id; use letters a-z, digits and _, a letter first")
    elif identifier in set(tables["jurisdictions"].cells["id"]):
        yield Problem("", 0, "", f"{identifier!r} is in jurisdictions.csv already")
    elif file.exists():
        yield Problem(str(file), 0, "", "is there already; move it away first")


def document_id(identifier, year=None):
    """Return the id of the document of a further place.

    >>> document_id("new_town", 2019), document_id("new_town")
    ('new-town-2019', 'new-town-plan')
    """
    return f"{identifier.replace('_', '-')}-{year or 'plan'}"


def stubs(identifier, document, tables, role):
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
