"""Begin a place: the stubs of its rows, and a workbook to fill in and correct them without a CSV file being opened."""

from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from lantian.data.check import lookups
from lantian.data.export import WIDEST, add_sheet, as_text, read_package, saved, width
from lantian.data.files import DTYPES, as_csv, read_tables, readable_tables, refuse_unreadable, write_files
from lantian.data.schema import PACKAGE, Field, find_data, refusal

ACCESS = {"focus": "full_text", "reference": "cited"}
# Sheets by the column that leads a row to its place.
OWN = {"documents": "jurisdiction", "targets": "document", "proofs": "target", "gaps": "jurisdiction"}
OWN |= {"numerals": "document", "text_defects": "document"}
OWN |= {"observations": "jurisdiction", "key_regions": "jurisdiction"}
# Tables that places share: a workbook shows all their rows, and may add some.
SHARED = ["jurisdictions", "indicators", "subjects", "units", "bodies"]
SHEETS = ["jurisdictions", *OWN, *SHARED[1:]]
DRAFTED = ["targets", "proofs", "gaps", "numerals"]
MEANS = "↑ "  # begins each cell of the row of meanings, so that it is known wherever a sort leaves it
FURTHER = 500  # rows below the last one that have lists to choose from
FILLS = {"required": "F6C89F", "draft": "FFF6CC", "shared": "EEEEEE"}
# Columns that sheets with drafts have besides.
EXTRA = pd.read_csv(Path(__file__).with_name("draft_columns.csv"), index_col="column")["means"]
EXTRA = {name: Field(name, "string", means) for name, means in EXTRA.items()}
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
    cells, begun = {name: table.cells for name, table in tables.items()}, ""
    if identifier not in set(cells["jurisdictions"]["id"]):
        refuse_id(identifier, schema)
        drafted = drafts.loc[drafts["table"] == "targets", "document"]
        document = document_id(identifier, year) if year or drafted.empty else drafted.iloc[0]
        cells |= begin(identifier, document, cells, "focus")
        begun = f"{identifier} is not in the tables yet; the import adds it\n"
    rows = _rows(identifier, cells)
    if len(rows["documents"]) == 1:  # whose id may have been given after the drafts
        drafts = drafts.assign(document=rows["documents"]["id"].iloc[0])
    # A draft stands for the row that `add` writes.
    drafted = rows["gaps"]["indicator"].isin(drafts.loc[drafts["table"] == "gaps", "indicator"])
    rows["gaps"] = rows["gaps"][(rows["gaps"]["status"] != "") | ~drafted]
    write_files({file: saved(_book(identifier, schema, rows, drafts))}, replace)
    return f"{file}\n{begun}Fill it in; its first sheet says how. Then: lantian import {file}"


def _rows(identifier, cells):
    """Return the rows of a place by sheet, and of what places share those of all; the place itself comes first."""
    rows = {name: cells[name] for name in SHEETS}
    rows |= {name: rows[name][places == identifier] for name, places in places_of(cells).items()}
    is_other = rows["jurisdictions"]["id"] != identifier
    return rows | {"jurisdictions": rows["jurisdictions"].iloc[is_other.argsort(kind="stable")]}


def places_of(cells):
    """Return, for each table of `OWN`, the place that each row is about; missing where that is not known."""
    documents, targets = cells["documents"], cells["targets"]
    of_document = dict(zip(documents["id"], documents["jurisdiction"]))
    of_target = dict(zip(targets["id"], targets["document"].map(of_document)))
    places = {"jurisdiction": str, "document": of_document, "target": of_target}
    return {name: cells[name][column].map(places[column]) for name, column in OWN.items()}


def read_drafts(path, schema):
    """Return the rows that `lantian propose` has drafted, as from `propose`; none where there is no file."""
    columns = dict.fromkeys(column for name in DRAFTED for column in schema[name].columns)
    drafts = pd.DataFrame(columns=["table", *columns, "choices", "precision"], dtype=str)
    if not path.is_file():
        return drafts
    try:
        read = pd.read_csv(path, dtype=str, keep_default_na=False)
    except ValueError as error:  # not UTF-8, empty or ragged
        raise refusal(path, "is no table in UTF-8; run `lantian propose` again") from error
    if lacking := sorted({*drafts} - {*read}):
        raise refusal(path, f"lacks {', '.join(lacking)}; run `lantian propose` again")
    return read


def _book(identifier, schema, rows, drafts):
    """Make the workbook: a guide, a sheet for each table, and what the codes mean."""
    book, drafted = Workbook(), set(drafts["table"])
    headers = {name: _header(schema[name], name in drafted) for name in SHEETS}
    words = Path(__file__).with_name("workbook_guide.txt").read_text("utf-8").format(place=identifier)
    for line in words.splitlines():
        book.active.append([line])
    book.active.title, book.active["A1"].font = "guide", Font(bold=True, size=14)
    lists = _lists(schema, headers)
    for name in SHEETS:
        every = pd.concat([rows[name], drafts[drafts["table"] == name].assign(decide="draft")])
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
    """Return, by table and column, the cells or codes to choose from, as a spreadsheet has them, and what it does of others."""
    codes = {(name, "decide"): '"draft,take,leave"' for name in SHEETS}
    for name in SHEETS:
        enums = {column.name: column.enum for column in schema[name].fields if column.enum}
        codes |= {(name, column): f'"{",".join(enum)}"' for column, enum in enums.items()}
    lists = {at: (enum, "stop") for at, enum in codes.items()}
    known = [(name, *lookup) for name in SHEETS for lookup in lookups(schema[name])]
    for table, column, _, other, key, *_ in known:
        if other in headers:
            letter = get_column_letter(headers[other].index(key) + 1)
            cells = f"OFFSET({other}!${letter}$3,0,0,COUNTA({other}!${letter}$3:${letter}$9999),1)"
            lists[table, column] = codes.get((other, key), cells), "warning"  # names may be joined, or new
    last = get_column_letter(len(headers["targets"]))
    return lists | {("proofs", "field"): (f"targets!$A$1:${last}$1", "warning")}


def _write_sheet(book, table, rows, identifier, lists):
    """Write the sheet of a table; drafts, required columns, and rows that are not to be changed have a colour."""
    fields = {column.name: column for column in table.fields} | EXTRA
    cells = zip(*([_value(cell, fields[name]) for cell in rows[name]] for name in rows))
    meanings = [MEANS + _meaning(fields[name]) for name in rows]
    sheet = add_sheet(book, table.name, list(rows), cells, meanings)
    sheet.row_dimensions[2].height, sheet.freeze_panes = 120, "C3" if "decide" in rows else "B3"
    fills = rows.get("decide", pd.Series("", rows.index))
    if table.name in SHARED:
        fills = (rows[table.key[0]] != identifier).map({True: "shared", False: ""})
    for name, column in zip(rows, sheet.columns):
        _style(sheet, column, fields[name], fills)
        likely = rows["choices"] if name == "indicator" and "choices" in rows else ()
        _offer(sheet, column[0].column_letter, likely, lists.get((table.name, name)))


def _value(cell, column):
    """Return the number that a cell of a column of numbers holds, unless it would not come back as it is written."""
    if not cell or column.type not in DTYPES:
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
    widest = max(dimension.width, 16, column.constraints.get("maxLength", 0) // 2)
    dimension.width = 30 if column.name in EXTRA else widest
    dimension.number_format = "General" if column.type in DTYPES else "@"
    meaning.font, meaning.alignment = Font(italic=True, size=9), Alignment(wrap_text=True, vertical="top")
    for cell, fill in zip([head, *cells], ["required" if column.required else "", *fills]):
        cell.number_format = dimension.number_format
        is_missing = fill == "draft" and column.required and cell.value is None
        if fill:
            cell.fill = PatternFill("solid", fgColor=FILLS["required" if is_missing else fill])
        if column.name in EXTRA:
            cell.alignment = Alignment(vertical="top")
        elif cell.alignment.wrap_text:  # not every program makes the row high enough
            row = sheet.row_dimensions[cell.row]
            row.height = max(row.height or 0, 15 * -(-width(cell.value) // WIDEST))


def _offer(sheet, letter, likely, offered):
    """Give a column lists to choose from; where indicators were drafted, each cell has the likeliest few."""
    choices = [",".join(name for name in ids.split(";") if name != "new") for ids in likely]
    offers = {f"{letter}{row}": (f'"{names}"', "warning") for row, names in enumerate(choices, 3) if names}
    first = 3 + len(choices) if offers else 3
    if offered:
        offers[f"{letter}{first}:{letter}{sheet.max_row + FURTHER}"] = offered
    for cells, (names, style) in offers.items():
        rule = {"errorStyle": style, "showErrorMessage": True, "allowBlank": True}
        sheet.add_data_validation(DataValidation("list", names, sqref=cells, **rule))


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
    cells = {name: table.cells for name, table in tables.items()}
    if identifier in set(cells["jurisdictions"]["id"]):
        raise refusal("", f"{identifier!r} is in jurisdictions.csv already")
    refuse_id(identifier, schema)
    targets, role = folder / f"targets/{identifier}.csv", "reference" if reference else "focus"
    if targets.exists():
        raise refusal(targets, "is there already; move it away first")
    refuse_unreadable(tables)
    rows = begin(identifier, document_id(identifier, year), cells, role)
    paths = {name: tables[name].paths[0] for name in rows} | {"targets": targets}
    files = {folder / PACKAGE: as_text(read_package(folder, f"targets/{identifier}.csv"))}
    files |= {path: as_csv(schema[name].columns, rows.get(name)) for name, path in paths.items()}
    write_files(files)
    words = Path(__file__).with_name(f"next_steps_{role}.txt").read_text("utf-8").rstrip("\n")
    return words.format(place=identifier, count=(rows["gaps"]["jurisdiction"] == identifier).sum(), **paths)


def refuse_id(identifier, schema):
    """Refuse an id that no place can have."""
    (column,) = (column for column in schema["jurisdictions"].fields if column.name == "id")
    if not column.pattern.fullmatch(identifier):
        raise refusal("", f"{identifier!r} is no id; use letters a-z, digits and _, a letter first")


def document_id(identifier, year=None):
    """Return the id of the document of a further place.

    >>> document_id("new_town", 2019), document_id("new_town")
    ('new-town-2019', 'new-town-plan')
    """
    return f"{identifier.replace('_', '-')}-{year or 'plan'}"


def begin(identifier, document, cells, role):
    """Return the tables in which a newcomer needs rows, with these; what only a reader can know is left empty."""
    places, indicators = cells["jurisdictions"], cells["indicators"]
    orders = pd.to_numeric(places.loc[places["role"] == role, "order"], errors="coerce").fillna(0)
    order = str(1 + int(max(orders, default=0)))
    headline = indicators.loc[(indicators["headline"] != "") & (role == "focus"), "id"]
    ids = (f"{identifier}-gap-" + headline).str.replace("[._]", "-", regex=True)
    gaps = {"id": ids, "jurisdiction": identifier, "document": document, "indicator": headline}
    stubs = {
        "jurisdictions": pd.DataFrame([{"id": identifier, "role": role, "order": order}]),
        "documents": pd.DataFrame([{"id": document, "jurisdiction": identifier, "access": ACCESS[role]}]),
        "gaps": pd.DataFrame(gaps),
    }
    return {name: pd.concat([cells[name], rows]).fillna("").sort_values("id") for name, rows in stubs.items()}
