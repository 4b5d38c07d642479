"""Read the CSV tables as they stand, and say where anything is wrong."""

import codecs
import csv
import io
import re
from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, repeat
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from lantian.data.schema import DataError, Problem

NUMBERS = {"number": pa.float64(), "integer": pa.int64()}
BLANKS = " \t\u00a0\u3000"
LARGEST_BLOCK = 1 << 26
LONGEST_HEADER = 1 << 16
STRAY = re.compile(rb'"(?<=[^,\n"]")[^,\n"]')  # begins with the quote, so that it is searched quickly
# A cell of any length is read, so that what is too long can be told by line and column.
csv.field_size_limit(2**31 - 1)


@dataclass(frozen=True)
class RawTable:
    """A table as text: every cell a string, an empty cell the only missing value.

    Attributes
    ----------
    cells : pyarrow.Table
        The rows of all files of the table, one after another.
    paths : tuple of Path
        The files.
    starts : tuple of int
        Row of ``cells`` at which each file begins.
    complete : bool
        Whether every row of every file could be read.
    notes : tuple of Problem
        What was read as it was meant, though it is written otherwise.
    """

    cells: pa.Table
    paths: tuple
    starts: tuple
    complete: bool = True
    notes: tuple = ()

    def place(self, row):
        """Return path and line of a row, counting the lines inside quotes."""
        return self.paths[bisect_right(self.starts, row) - 1], self._lines[row]

    @cached_property
    def _lines(self):
        return [line for path in self.paths for line in lines(path)]


def lines(path):
    """List the line at which each row of a CSV file begins; ragged rows are none."""
    rows = records(path)
    width = len(next(rows, (0, ()))[1])
    return [line for line, cells in rows if len(cells) == width]


def records(path):
    """Yield first line and cells of every record, the header's included."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader, line = csv.reader(file), 1
        for record in reader:
            if record:
                yield line, record
            line = reader.line_num + 1


def read_tables(folder, schema):
    """Read all tables of a data folder.

    Parameters
    ----------
    folder : path-like
    schema : dict of str to Table

    Returns
    -------
    tables : dict of str to RawTable
        Tables with an unreadable file hold the rows of their other files.
    problems : list of Problem
        What keeps files or rows from being read: missing files, wrong headers,
        ragged rows, broken encodings.
    """
    tables, problems = {}, []
    with ThreadPoolExecutor() as pool:
        for table in schema.values():
            paths = [Path(folder) / name for name in table.paths]
            read = list(zip(paths, pool.map(read_file, paths, repeat(table.columns))))
            found = [problem for _, (_, faults, _) in read for problem in faults]
            tables[table.name] = _trim(_join(read, table.columns, not found))
            problems += found
    return tables, problems


def _join(read, columns, complete):
    parts = [(path, cells) for path, (cells, _, _) in read if cells is not None]
    starts, total = [], 0
    for _, cells in parts:
        starts.append(total)
        total += cells.num_rows
    empty = pa.table({column: pa.array([], pa.string()) for column in columns})
    cells = pa.concat_tables([cells for _, cells in parts]).combine_chunks() if parts else empty
    notes = tuple(note for _, (_, _, found) in read for note in found)
    return RawTable(cells, tuple(path for path, _ in parts), tuple(starts), complete, notes)


def read_file(path, columns):
    """Read one CSV file whose header is exactly ``columns``.

    Returns
    -------
    cells : pyarrow.Table or None
        Strings; None when the file cannot be read as a table.
    problems : list of Problem
        What cannot be read; ragged rows are left out of ``cells``.
    notes : list of Problem
        Byte-order mark and line ends that were read over.
    """
    try:
        if path.exists() and not path.is_file():
            return None, [_whole(path, "this is no file; datapackage.json names it as a table")], []
        content = path.read_bytes()
    except FileNotFoundError:
        return None, [_whole(path, "this file is missing; datapackage.json names it")], []
    except OSError as error:
        return None, [_whole(path, f"this file cannot be opened: {error.strerror}")], []
    content, notes = _plain(path, content)
    problems = _encoding(path, content) or _header(path, content, columns)
    if problems:
        return None, problems, notes
    cells, problems = _parse(path, content, columns)
    open_quotes = _quotes(path, content, cells)
    if cells is None or open_quotes:
        return None, open_quotes or problems, notes
    return cells, problems, notes


def _whole(path, message):
    return Problem(str(path), 0, "", message)


def _plain(path, content):
    """Take off what spreadsheets add to a file and what changes no cell; end the last line."""
    notes = []
    if content.startswith(codecs.BOM_UTF8):
        content = content.removeprefix(codecs.BOM_UTF8)
        notes.append(_whole(path, "begins with a byte-order mark; read without"))
    if b"\r\n" in content:
        content = content.replace(b"\r\n", b"\n")
        notes.append(_whole(path, "lines end in CR LF; read as LF"))
    return content if content.endswith(b"\n") else content + b"\n", notes


def _trim(raw):
    """Take blanks off the ends of cells; note where, a line a file and column."""
    cells, notes = raw.cells, []
    for number, name in enumerate(cells.column_names):
        trimmed = pc.utf8_rtrim(cells[name], characters=BLANKS)
        wider = pc.indices_nonzero(pc.not_equal(trimmed, cells[name])).to_pylist()
        for _, rows in groupby(wider, lambda row: bisect_right(raw.starts, row)):
            first, *others = rows
            path, line = raw.place(first)
            message = f"{len(others) + 1} cells end" if others else "a cell ends"
            notes.append(Problem(str(path), line, name, f"{message} in blanks, here first; read without"))
        cells = cells.set_column(number, name, trimmed) if wider else cells
    return replace(raw, cells=cells, notes=(*raw.notes, *notes))


def _encoding(path, content):
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return [
            Problem(
                str(path), line, "", f"byte {content[error.start]:#04x} is not UTF-8; save the file as UTF-8"
            )
        ]
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        return [Problem(str(path), line, "", "a NUL byte stands here; text has none")]
    return []


def _quotes(path, content, cells):
    """Find the row in which a quote is not closed: whatever follows would be one cell."""
    # Most files are cleared at a glance: an even number of quotes, none amid a cell, a line a row.
    rows = None if cells is None else cells.num_rows
    if content.count(b'"') % 2 == 0 and not STRAY.search(content) and rows == content.count(b"\n") - 1:
        return []
    reader, line = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True), 1
    try:
        for _ in reader:
            line = reader.line_num + 1
    except csv.Error:
        message = "a quote that opens here is not closed, or closes within a cell; double a quote that belongs to a cell"
        return [Problem(str(path), line, "", message)]
    return []


def _header(path, content, columns):
    text = io.StringIO(content[:LONGEST_HEADER].decode("utf-8", "ignore"), newline="")
    header = next(csv.reader(text), [])
    if header == columns:
        return []
    return [Problem(str(path), 1, "", _header_fault(header, columns))]


def _header_fault(header, columns):
    twice = sorted({name for name in header if header.count(name) > 1})
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            return f"cells are separated by {word}; separate them by commas"
    faults = [
        f"{label} {', '.join(repr(name) for name in names)}"
        for label, names in (("twice:", twice), ("missing:", missing), ("unknown:", unknown))
        if names
    ]
    return f"wrong header ({'; '.join(faults) or 'wrong order'}); it must be {','.join(columns)}"


def _parse(path, content, columns):
    ragged = []
    options = {
        "read_options": pacsv.ReadOptions(
            use_threads=False,
            column_names=columns,
            skip_rows_after_names=1,
            block_size=min(len(content) + 1, LARGEST_BLOCK),
        ),
        "parse_options": pacsv.ParseOptions(
            newlines_in_values=b'"' in content,
            invalid_row_handler=lambda row: ragged.append(row) or "skip",
        ),
        "convert_options": pacsv.ConvertOptions(
            column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False
        ),
    }
    try:
        cells = pacsv.read_csv(pa.BufferReader(content), **options)
    except pa.ArrowInvalid as error:
        return None, [_whole(path, f"this file is no CSV: {error}")]
    return cells, _ragged(path, columns) if ragged else []


def _ragged(path, columns):
    return [
        Problem(str(path), line, "", f"{len(cells)} cells in this row; the header has {len(columns)}")
        for line, cells in records(path)
        if len(cells) != len(columns)
    ] or [_whole(path, "a row has too few or too many cells")]


def as_csv(columns, rows):
    """Write rows as the text of a table."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def put(files):
    """Put all files, texts by their paths, in place, or none when one cannot be written."""
    drafts = {path: path.with_suffix(".draft") for path in files}
    try:
        for path, draft in drafts.items():
            draft.write_text(files[path], "utf-8", newline="")
        for path, draft in drafts.items():
            draft.replace(path)
    except OSError as error:
        raise DataError(
            [Problem(str(error.filename), 0, "", f"cannot be written: {error.strerror}")]
        ) from error
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def typed(cells, table):
    """Turn cells of text into a DataFrame: numbers as floats, years as nullable integers, an empty text as it is.

    Parameters
    ----------
    cells : pyarrow.Table
        Of strings that passed `check`.
    table : Table
        Its schema.

    Returns
    -------
    DataFrame
    """
    for number, column in enumerate(table.fields):
        if column.type in NUMBERS:
            filled = pc.not_equal(cells[column.name], "")
            values = pc.if_else(filled, cells[column.name], None).cast(NUMBERS[column.type])
            cells = cells.set_column(number, column.name, values)
    return cells.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
