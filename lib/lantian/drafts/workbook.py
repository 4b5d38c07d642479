"""The way of a workbook back into the tables, whichever program has saved it."""

import re
import unicodedata
from collections import Counter
from contextlib import suppress
from dataclasses import replace as replaced
from datetime import datetime
from pathlib import Path
from zipfile import BadZipFile

import pandas as pd
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from lantian.data.check import check_tables, check_words
from lantian.data.export import as_text, read_package
from lantian.data.files import BLANKS, DTYPES, as_csv, readable_tables, write_files
from lantian.data.schema import FORMULA, PACKAGE, DataError, Problem, find_data, refusal
from lantian.data.template import (
    EXTRA,
    MEANS,
    OWN,
    SHARED,
    SHEETS,
    VERIFIED,
    places_of,
    read_drafts,
    undecided,
)
from lantian.drafts.propose import by_key, propose, statement
from lantian.errors import near
from lantian.text import fold
from lantian.text.wording import counted

# How other codes are written, and days: 2019/5/15, 2019年5月, 2019?
WRITTEN = {"≤": "<=", "≥": ">=", "true": "yes", "false": "no", "是": "yes", "否": "no"}
DAY = re.compile(r"^(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?)?年?(?=\??$)")


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
    sheets, letters, faults = _read(file, schema)
    place = _place(file, sheets)
    quotes = _take_quotes(sheets, text, faults)
    drafted = folder / f"drafts/{place}.csv"
    drafts = read_drafts(drafted, schema)
    waiting, decided = _decide(sheets, drafts, schema, tables, faults)
    paths = {name: tables[name].paths[0] for name in SHEETS} | {"targets": folder / f"targets/{place}.csv"}
    places, after = places_of(tables), dict(tables)
    for name, sheet in sheets.items():
        is_own = places.get(name, tables[name].cells.iloc[:, 0]) == place
        if name in SHARED:
            sheet = _further(schema[name], tables[name].cells[~is_own], sheet, faults)
        cells = _merge(schema[name], tables[name].cells, is_own, sheet, paths[name], remove, faults)
        files = tuple(dict.fromkeys([*tables[name].paths, paths[name]]))
        after[name] = replaced(tables[name], cells=cells, paths=files)
    after["gaps"] = _without_stubs(after)
    worded = _word_statements(after, drafts, schema["targets"], faults)
    faults += [*_strangers(after, place), *_problems(after, schema, sheets)]
    if faults:
        raise DataError(_by_cell(file, faults, letters))
    changes = {name: _changes(schema[name], tables[name].cells, after[name].cells) for name in sheets}
    written = [name for name in sheets if any(changes[name].values())]
    files = {paths[name]: _file(schema[name], after[name], paths[name]) for name in written}
    if place in {*after["jurisdictions"].cells["id"]} - {*tables["jurisdictions"].cells["id"]}:
        files[paths["targets"]] = _file(schema["targets"], after["targets"], paths["targets"])
        files[folder / PACKAGE] = as_text(read_package(folder, f"targets/{place}.csv"))
    if quotes or (drafts and decided):
        left = undecided(drafted, decided)
        taken = {*after["targets"].cells["id"], *left.get("id", ())}
        further = propose(place, text, folder, quotes=quotes, taken=taken) if quotes else left[:0]
        rows = pd.concat([left, further]).fillna("")
        files[drafted] = as_csv(rows.columns, rows.to_dict("records"))
    write_files(files)
    return _report(changes, waiting, place, len(quotes), worded)


# --- reading sheets --------------------------------------------------------------------------------------------------


def _read(file, schema):
    """Return the rows of each sheet by their numbers, the letters of its columns, and faults of cells.

    A fault is a tuple of sheet, number of row, column and message.
    """
    sheets, letters, faults, unknown = {}, {}, [], []
    for sheet in _open(file).worksheets:
        name = sheet.title.strip().lower()
        rows = [row for row in sheet.iter_rows() if any(cell.value is not None for cell in row)]
        if name in SHEETS and rows:
            letters[name] = {str(cell.value or "").strip().lower(): cell.column_letter for cell in rows[0]}
            unknown += _head_faults(schema[name], rows[0][0].row, letters[name])
            sheets[name] = _texts(schema[name], letters[name], rows[1:], faults)
        elif rows and name not in ("guide", "codes"):
            message = f"no table has this name{near(name, SHEETS)}; tables: {', '.join(SHEETS)}"
            letters[sheet.title] = {}
            unknown.append((sheet.title, 0, "", message))
    if unknown:
        raise DataError(_by_cell(file, unknown, letters))
    return {name: sheets[name] for name in SHEETS if name in sheets}, letters, faults


def _open(file):
    try:
        return load_workbook(file)
    except OSError as error:
        raise refusal(file, f"cannot be opened: {error.strerror}; is another program using it?") from error
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        message = "is no workbook that can be read; save it as .xlsx, without a password"
        raise refusal(file, message) from error


def _head_faults(table, row, letters):
    """Yield columns that no table has, and missing ones without which rows cannot be told from each other."""
    names = [*table.columns, *EXTRA]
    for name in letters:
        if name and name not in names:
            yield table.name, row, name, f"no column has this name{near(name, names)}"
    for name in table.key:
        if name not in letters:
            yield table.name, row, name, "this column is missing; rows are known by it"


def _texts(table, letters, rows, faults):
    """Return the rows of a sheet as their table would have them, without the row of meanings and blank ones."""
    fields = {column.name: column for column in table.fields}
    names = {letter: name for name, letter in letters.items() if name}
    blank, texts = dict.fromkeys(names.values(), ""), {}
    for cells in rows:
        row = {}
        for cell in (cell for cell in cells if cell.value is not None):
            name = names.get(cell.column_letter, "")
            try:
                text = _text(cell, fields.get(name))
                if text and not name:
                    raise ValueError(f"{text!r} stands below no name of a column")
                row |= {name: text} if name else {}
            except ValueError as error:
                faults.append((table.name, cell.row, name or cell.column_letter, str(error)))
        if not all(text.startswith(MEANS) for text in row.values() if text):
            texts[cells[0].row] = blank | row
    return pd.DataFrame.from_dict(texts, "index", dtype=str, columns=[*blank])


def _text(cell, column):
    """Return a cell as its table would have it; a ValueError says why it cannot.

    Spreadsheets keep 2020 as a number with a point, 37% as 0.37, yes as TRUE, and what looks like a day as one.
    """
    value = cell.value
    if cell.data_type in "fe":
        raise ValueError(f"{str(value)!r} is a formula or an error; write what it is to show")
    if cell.data_type == "d" and not (isinstance(value, datetime) and _takes_days(column)):
        raise ValueError("is a day or time to the spreadsheet; format the cell as text and write it anew")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, int | float):
        is_share = "%" in cell.number_format
        value = round(value * 100, 10) if is_share else value
        text = str(int(value)) if value == int(value) else repr(value)
        return text + "%" if is_share and column and column.type not in DTYPES else text
    return _tidy(str(value).strip(BLANKS + "\r\n"), column)


def _takes_days(column):
    """Return whether a column holds days, sure ones or, as `issued`, perhaps uncertain ones."""
    return column and (column.type == "date" or column.pattern and column.pattern.fullmatch("2019-05-15?"))


def _tidy(text, column):
    """Return a text as a column has it, where people or spreadsheets write it in another way.

    >>> from lantian.data.schema import Field
    >>> _tidy("1,234.5", Field("value", "number")), _tidy("2019年5月15日", Field("deadline", "date"))
    ('1234.5', '2019-05-15')
    """
    if not column:
        return text.lower()
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


def _place(file, sheets):
    """Return the place that the documents are of."""
    places = Counter(sheets["documents"].get("jurisdiction", ())) if "documents" in sheets else Counter()
    del places[""]
    if not places:
        raise refusal(file, "has no sheet documents that names the place in the column jurisdiction")
    return places.most_common(1)[0][0]


def _take_quotes(sheets, text, faults):
    """Take out of the sheet of targets the rows that have a quote and nothing else, and return their quotes."""
    if "quote" not in sheets.get("targets", ()):
        return []
    sheet = sheets["targets"]
    others = sheet.drop(columns=["quote", *EXTRA], errors="ignore")
    alone = sheet.loc[(sheet["quote"] != "") & (others == "").all(axis=1), "quote"]
    folded = fold(text or "")
    for row, quote in alone.items():
        if text is None:
            message = "stands alone; import with --text FILE, the text of the plan, and the rest of the row is drafted"
            faults.append(("targets", row, "quote", message))
        elif fold(quote) not in folded:
            faults.append(("targets", row, "quote", f"{quote!r} is not in the text; copy it from there"))
    sheets["targets"] = sheet.drop(index=alone.index)
    return list(alone)


def _decide(sheets, drafts, schema, tables, faults):
    """Leave out of the sheets the drafts that nobody has taken, and count them; return, too, those that were decided on."""
    waiting, taken, decided = Counter(), set(), set()
    for name, sheet in sheets.items():
        words = sheet["decide"] if "decide" in sheet else pd.Series("", sheet.index)
        if name in drafts:  # where the column of decisions has been lost, drafts are still drafts
            keys, known, drafted = (
                pd.MultiIndex.from_frame(rows[list(schema[name].key)])
                for rows in (sheet, tables[name].cells, drafts[name])
            )
            words = words.mask((words == "") & keys.isin(drafted) & ~keys.isin(known), "draft")
        if name == "targets":
            taken = set(sheet["id"][words == "take"])
        if name == "proofs":
            words = words.mask((words == "draft") & sheet["target"].isin(taken), "take")
        if name in ("targets", "gaps", "numerals"):
            found = sheet[words.isin(["take", "leave"])].reindex(
                columns=["id", "quote", "text", "start"], fill_value=""
            )
            for row in found.itertuples():
                decided |= {(name, row.id or "-"), (name, row.quote + row.text or "-", row.start)}
        for row, word in words[~words.isin(["", "draft", "take", "leave"])].items():
            faults.append((name, row, "decide", f"{word!r} is not allowed; allowed: draft, take, leave"))
        waiting.update(
            words[words.isin(["draft", "leave"])] if name != "proofs" else []
        )  # they go with targets
        sheets[name] = sheet[~words.isin(["draft", "leave"])].drop(columns=[*EXTRA], errors="ignore")
    return waiting, decided


# --- joining sheets and tables ---------------------------------------------------------------------------------------


def _further(table, others, sheet, faults):
    """Return the rows of a shared sheet but those that other places use, which stay as they are."""
    known, further = {row[table.key[0]]: row for row in others.to_dict("records")}, []
    for number, row in sheet.to_dict("index").items():
        before = known.get(row[table.key[0]])
        if before is None:
            further.append(number)
        for column in (name for name, cell in row.items() if before and cell != before[name].strip()):
            message = f"is {before[column]!r} in the tables, and other places use it; no workbook changes it"
            faults.append((table.name, number, column, message))
    return sheet.loc[further]


def _merge(table, cells, own, sheet, path, remove, faults):
    """Return the cells of a table in which the rows of a sheet, by negative numbers, stand for the place's own."""
    before = {_key(table, row): row for row in cells[own].to_dict("records")}
    blank, rows = dict.fromkeys(table.columns, ""), {}
    for number, row in sheet.to_dict("index").items():
        previous = before.get(_key(table, row), blank)
        verified = {name: previous[name] for name in VERIFIED if name in previous and not row.get(name)}
        rows[str(path), -number] = previous | row | verified
    given = {_key(table, row) for row in rows.values()}
    lost = [key for key, row in before.items() if key not in given and row.get("status") != ""]
    if lost and not remove:
        names = "; ".join(" ".join(filter(None, key)) for key in lost)
        message = f"{counted(len(lost), 'row')} of the tables not here, by {', '.join(table.key)}: {names}; put back, or import with --remove"
        faults.append((table.name, 0, "", message))
        own &= ~cells[list(table.key)].apply(tuple, axis=1).isin(lost)
    index = pd.MultiIndex.from_tuples(list(rows), names=cells.index.names)
    merged = pd.concat([cells[~own], pd.DataFrame(list(rows.values()), index, table.columns, dtype=str)])
    numbers = {column.name for column in table.fields if column.type in DTYPES}
    return merged.sort_values(
        list(table.key),
        key=lambda column: pd.to_numeric(column, errors="coerce") if column.name in numbers else column,
        na_position="first",
    )


def _key(table, row):
    return tuple(row[name] for name in table.key)


def _without_stubs(after):
    """Return the gaps without those of `add` whose indicator has a target or another gap."""
    gaps = after["gaps"].cells
    is_stub = (gaps.drop(columns=["id", "jurisdiction", "document", "indicator"]) == "").all(axis=1)
    is_stub &= gaps.index.get_level_values("line") < 0
    pair = ["document", "indicator"]
    answers = pd.concat([after["targets"].cells[pair], gaps.loc[~is_stub, pair]])
    answered = pd.MultiIndex.from_frame(gaps[pair]).isin(pd.MultiIndex.from_frame(answers))
    return replaced(after["gaps"], cells=gaps[~(is_stub & answered)])


def _word_statements(after, drafts, table, faults):
    """Word the statements that are empty, and anew those that were drafted, where the cells allow it; return how many."""
    cells = after["targets"].cells.copy()
    tables = by_key({name: table.cells for name, table in after.items()})
    drafted = drafts["targets"]["statement_en"] if "targets" in drafts else []
    (longest,) = (column.longest for column in table.fields if column.name == "statement_en")
    is_own = cells.index.get_level_values("line") < 0
    before = cells.loc[is_own & cells["statement_en"].isin(["", *drafted])]
    for at, row in before.iterrows():
        with suppress(KeyError, ValueError):  # what is wrong with its cells is answered by the check
            words = statement(row.to_dict(), tables)
            if len(words) <= longest:
                cells.loc[at, "statement_en"] = words
            else:
                message = (
                    f"is too long as worded from its row: {words!r}; write it in at most {longest} characters"
                )
                faults.append(("targets", -at[1], "statement_en", message))
    after["targets"] = replaced(after["targets"], cells=cells)
    return int((cells.loc[before.index, "statement_en"] != before["statement_en"]).sum())


def _strangers(after, place):
    """Yield the rows of a workbook that are about another place than the others."""
    for name, places in places_of(after).items():
        for (_, line), other in places[places.notna() & (places != place)].items():
            if line < 0:
                message = f"belongs to {other or 'no place'}; this workbook is that of {place}"
                yield name, -line, OWN[name], message


def _problems(after, schema, sheets):
    """Yield what `check` finds in the tables as they would be."""
    problems = check_tables(after, schema)
    problems += check_words(after, schema, problems)
    names = {str(path): name for name in sheets for path in after[name].paths}
    for problem in problems:
        at = problem.path, problem.line
        if problem.line <= 0 and problem.path in names:
            at = names[problem.path], -problem.line
        yield *at, problem.column, problem.message


def _by_cell(file, faults, letters):
    """Word faults by sheet and cell, the first of each cell; those in other rows of the tables have file and line."""
    first, problems, order = {}, [], list(letters)
    for name, row, column, message in faults:
        letter = letters.get(name, {}).get(column, "")
        at = order.index(name) if name in letters else -1, name, row, len(letter), letter, column
        first.setdefault(at, message)
    for at in sorted(first):
        _, name, row, _, letter, column = at
        if name in letters:
            name, row = f"{file}:{name}{f'!{letter}{row}' if row else ''}", 0
        problems.append(Problem(name, row, column, first[at]))
    return problems


def _changes(table, before, after):
    """Count the rows of a table that were added, changed and removed."""
    old, new = ({_key(table, row): row for row in cells.to_dict("records")} for cells in (before, after))
    changed = sum(old[key] != new[key] for key in old.keys() & new.keys())
    return {"added": len(new.keys() - old), "changed": changed, "removed": len(old.keys() - new)}


def _file(table, raw, path):
    """Return the text of a file of a table."""
    rows = raw.cells[raw.cells.index.get_level_values("path") == str(path)]
    return as_csv(table.columns, rows.to_dict("records"))


def _report(changes, waiting, place, quoted, worded):
    lines = [
        f"{name}: {', '.join(f'{count} {word}' for word, count in counts.items() if count)}"
        for name, counts in changes.items()
        if any(counts.values())
    ] or ["Nothing has changed."]
    for word, why in (
        ("draft", "on which nobody has decided: take or leave"),
        ("leave", "as decided"),
    ):
        lines += [f"{counted(waiting[word], 'draft')} left out, {why}"] if waiting[word] else []
    if worded:
        lines.append(
            f"{counted(worded, 'statement')} worded from the cells of the row: read whether all is said"
        )
    if quoted:
        again = f"lantian export --template {place} {place}.xlsx --replace"
        lines.append(f"{counted(quoted, 'quote')} drafted, to decide on: {again}")
    words = Path(__file__).with_name("workbook_next.txt").read_text("utf-8").rstrip("\n")
    return "\n".join([*lines, words.format(place=place)])
