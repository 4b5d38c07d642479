"""Files: read the CSV tables strictly, as text, saying where anything is wrong; put what we write in place whole."""

import contextlib
import csv
import io
import os
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from lantian.data.schema import DataError, Problem, read_schema, refusal

DTYPES = {"number": "float64", "integer": "Int64"}
BLANKS = " \t\u00a0\u3000"
MARK = "\ufeff"  # the byte-order mark by which some programs know UTF-8
UNCLOSED = "a quote opens here that is not closed, or closes within a cell"
# A cell of any length is read, so that one that is too long can be named by its line and column.
csv.field_size_limit(2**31 - 1)
DRAFT = re.compile(r"\.lantian-(\d+)-[0-9a-f]{12}\.draft")  # the number is that of the process


@dataclass(frozen=True)
class RawTable:
    """A table as text.

    Attributes
    ----------
    cells : DataFrame
        The rows of all files of the table, every cell a text, an empty text the only missing value. The index holds
        where each row begins: levels ``path`` and ``line``, as ``("data/units.csv", 2)``.
    paths : tuple of Path
        The files.
    problems : tuple of Problem
        What keeps files or rows from being read: missing files, wrong headers, ragged rows, broken encodings; the
        rows are those of what could be read.
    notes : tuple of Problem
        What was read as it was meant, though it is written otherwise.
    """

    cells: object
    paths: tuple
    problems: tuple = ()
    notes: tuple = ()

    def rows(self):
        """Return the rows as dicts of text."""
        return self.cells.to_dict("records")


def read_tables(folder):
    """Read all tables of a data folder, whatever is wrong with them.

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
        When ``datapackage.json`` itself cannot be used.
    """
    schema = read_schema(folder)
    return schema, {name: read_table(folder, table) for name, table in schema.items()}


def readable_tables(folder):
    """Return schema and tables of a folder, whose cells may be wrong or still empty; raise what cannot be read."""
    schema, tables = read_tables(folder)
    refuse_unreadable(tables)
    return schema, tables


def refuse_unreadable(tables):
    """Raise what kept files and rows of tables from being read."""
    if problems := [problem for table in tables.values() for problem in table.problems]:
        raise DataError(sorted(problems))


def read_table(folder, table):
    """Read the files of one table of a data folder; return the RawTable."""
    import pandas as pd  # only here: `make clean` has no packages

    rows, problems, notes = {}, [], []
    paths, width = tuple(Path(folder) / path for path in table.paths), len(table.columns)
    for path in paths:
        try:
            text = _text(path)
            notes += _notes(path, text)
            records = _records(path, text, table.columns)
        except DataError as error:
            problems += error.problems
            continue
        for line, cells in records:
            if len(cells) == width:
                rows[str(path), line] = cells
            else:
                message = f"{len(cells)} cells in this row; the header has {width}"
                problems.append(Problem(str(path), line, "", message))
    index = pd.MultiIndex.from_tuples(list(rows), names=["path", "line"])
    cells = pd.DataFrame(list(rows.values()), index, table.columns, dtype=str)
    notes += _trim(cells)
    return RawTable(cells, paths, tuple(problems), tuple(notes))


def _text(path):
    """Return the text of a file as it stands."""
    try:
        if path.is_file():
            return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"byte {error.object[error.start]:#04x} is not UTF-8; save the file as UTF-8"
        raise refusal(path, message, line) from None
    except OSError as error:
        raise refusal(path, f"this file cannot be opened: {error.strerror}") from error
    if path.exists():
        raise refusal(path, "this is no file; datapackage.json names it as a table")
    raise refusal(path, "this file is missing; datapackage.json names it")


def _notes(path, text):
    """Yield what spreadsheets add to a file and what changes no cell."""
    if text.startswith(MARK):
        yield Problem(str(path), 0, "", "begins with a byte-order mark; read without")
    if "\r\n" in text:
        yield Problem(str(path), 0, "", "lines end in CR LF; read as LF")


def _records(path, text, columns):
    """List the line at which each row begins, and its cells; blank lines are passed over."""
    plain = text.removeprefix(MARK).replace("\r\n", "\n")
    reader, line, records = csv.reader(io.StringIO(plain, newline=""), strict=True), 1, []
    try:
        header = next(reader, [])
        if header != columns:
            raise refusal(path, _header_fault(header, columns), 1)
        line = reader.line_num + 1
        for cells in reader:
            if cells:
                records.append((line, tuple(cells)))  # the garbage collector need not visit tuples of text
            line = reader.line_num + 1
    except csv.Error:
        raise refusal(path, f"{UNCLOSED}; double a quote that belongs to a cell", line) from None
    return records


def _header_fault(header, columns):
    """Return how a header differs from the columns of the schema."""
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            return f"cells are separated by {word}; separate them by commas"
    differences = {
        "twice:": sorted({name for name in header if header.count(name) > 1}),
        "missing:": [name for name in columns if name not in header],
        "unknown:": [name for name in header if name not in columns],
    }
    faults = [f"{label} {', '.join(map(repr, names))}" for label, names in differences.items() if names]
    return f"wrong header ({'; '.join(faults) or 'wrong order'}); it must be {','.join(columns)}"


def _trim(cells):
    """Take blanks off the ends of cells; yield a note for each file and column in which there were any."""
    for name in cells.columns:
        trimmed = cells[name].str.rstrip(BLANKS)
        if trimmed.equals(cells[name]):
            continue
        lines = cells.index[trimmed != cells[name]].to_frame(index=False)
        cells[name] = trimmed
        for path, places in lines.groupby("path")["line"]:
            message = f"{len(places)} cells end" if len(places) > 1 else "a cell ends"
            yield Problem(path, int(places.iloc[0]), name, f"{message} in blanks, here first; read without")


def as_csv(columns, rows):
    """Write rows as the text of a table."""
    import pandas as pd

    return pd.DataFrame(rows, columns=columns, dtype=object).to_csv(index=False, lineterminator="\n")


def write_files(contents, replace=True):
    """Write all files, texts or bytes by their paths, or none.

    Raises
    ------
    DataError
        When one cannot be written, or is there already and may not be replaced.
    """
    if not replace and (there := next(filter(Path.is_file, contents), None)):
        ways_out = "name another, or replace it (replace=True; in a terminal, --replace)"
        raise refusal(there, f"is there already; {ways_out}")
    try:
        replace_files(contents)
    except OSError as error:
        raise refusal(error.filename, f"cannot be written: {error.strerror}") from error


def typed(cells, table):
    """Turn cells of text into a DataFrame: numbers as floats, years as nullable integers, an empty text as it is.

    Parameters
    ----------
    cells : DataFrame
        Of texts that passed `check`.
    table : Table
        Its schema.

    Returns
    -------
    DataFrame
    """
    import pandas as pd

    types = {column.name: DTYPES[column.type] for column in table.fields if column.type in DTYPES}
    numbers = cells[[*types]].replace("", None).apply(pd.to_numeric).astype(types)
    return cells.assign(**numbers).reset_index(drop=True)


# --- files that we write: in place whole or not at all, whatever happens meanwhile -----------------------------------


def replace_files(contents):
    """Put files in place, whole: a reader finds what was there or what is new, and on a full disk nothing changes.

    All are written beside their places first, under names that nobody has. A file that is replaced keeps its mode and
    owner, a link leads where it led, and what has the content already is not touched.

    Parameters
    ----------
    contents : dict
        Bytes or text by path, in the order in which they take their places.

    Raises
    ------
    OSError
        When a file cannot be written; it names the file.
    """
    wanted, made, drafts = {}, [], {}
    for path, content in contents.items():
        wanted[Path(os.path.realpath(path))] = content.encode() if isinstance(content, str) else content
    try:
        for place, content in wanted.items():
            if not _holds(place, content):
                made += make_folder(place.parent)
                drafts[place] = place.with_name(f".lantian-{os.getpid()}-{secrets.token_hex(6)}.draft")
                _write(drafts[place], content, like=place)
        for place, draft in drafts.items():
            os.replace(draft, place)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(place)) from error
    finally:  # where all are in place, there is no draft left, and no new folder is empty
        for draft in drafts.values():
            with contextlib.suppress(OSError):  # as of a disk that is read-only
                draft.unlink()
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()


def _holds(place, content):
    """Tell whether a file has a content already; raise where no file can be put."""
    if os.path.lexists(place) and not place.is_file():
        raise OSError(0, "something that is no file is in the way")
    return place.is_file() and place.stat().st_size == len(content) and place.read_bytes() == content


def make_folder(folder):
    """Make a folder and those above it, or clear it of old drafts; return those that are new."""
    made = [above for above in (folder, *folder.parents) if not above.exists()][::-1]
    folder.mkdir(parents=True, exist_ok=True)
    clear(folder)
    return made


def clear(folder):
    """Remove the drafts that a killed process left in a folder."""
    for name in os.listdir(folder):
        if (draft := DRAFT.fullmatch(name)) and _has_ended(int(draft[1])):
            (folder / name).unlink(missing_ok=True)


def _has_ended(process):
    """Tell whether a process has surely ended; elsewhere than under POSIX asking would end it."""
    try:
        os.kill(process, 0) if os.name == "posix" else None
    except OSError as error:
        return isinstance(error, ProcessLookupError)
    return False


def _write(draft, content, like):
    """Write a draft to the disk, with the mode and owner of the file that it is to replace, as far as may be."""
    with open(draft, "xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if like.exists():
        with contextlib.suppress(PermissionError, AttributeError):  # who is not root gives no file away
            os.chown(draft, -1, like.stat().st_gid)
            os.chown(draft, like.stat().st_uid, -1)
        shutil.copystat(like, draft)  # mode, and lists of access where there are such
        os.utime(draft)
