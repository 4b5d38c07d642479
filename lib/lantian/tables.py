"""Read the CSV tables as they stand, and say where anything is wrong."""

import csv
import io
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv

from lantian.schema import Problem


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
    """

    cells: pa.Table
    paths: tuple
    starts: tuple

    def place(self, row):
        """Return path and line of a row, counting the lines inside quotes."""
        part = bisect_right(self.starts, row) - 1
        return self.paths[part], line_of(self.paths[part], row - self.starts[part])


def line_of(path, row):
    """Return the line at which the ``row``-th record (from 0) of a CSV file begins."""
    for count, (line, _) in enumerate(records(path)):
        if count == row + 1:
            return line
    return 0


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
        What keeps files from being read: missing files, wrong headers, ragged
        rows, broken encodings.
    """
    tables, problems = {}, []
    for table in schema.values():
        parts, paths = [], []
        for name in table.paths:
            path = Path(folder) / name
            part, found = read_file(path, table.columns)
            problems += found
            if part is not None:
                parts.append(part)
                paths.append(path)
        tables[table.name] = _join(parts, paths, table.columns)
    return tables, problems


def _join(parts, paths, columns):
    starts, total = [], 0
    for part in parts:
        starts.append(total)
        total += part.num_rows
    empty = pa.table({column: pa.array([], pa.string()) for column in columns})
    cells = pa.concat_tables(parts).combine_chunks() if parts else empty
    return RawTable(cells, tuple(paths), tuple(starts))


def read_file(path, columns):
    """Read one CSV file whose header is exactly ``columns``.

    Returns
    -------
    cells : pyarrow.Table or None
        Strings; None when the file cannot be read as a table.
    problems : list of Problem
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None, [_whole(path, "this file is missing; datapackage.json names it")]
    except OSError as error:
        return None, [_whole(path, f"this file cannot be opened: {error.strerror}")]
    problems = _encoding(path, content) or _header(path, content, columns)
    if problems:
        return None, problems
    return _parse(path, content, columns)


def _whole(path, message):
    return Problem(str(path), 0, "", message)


def _encoding(path, content):
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return [Problem(str(path), line, "", f"byte {content[error.start]:#04x} is not UTF-8; save the file as UTF-8")]
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        return [Problem(str(path), line, "", "a NUL byte stands here; text has none")]
    return []


def _header(path, content, columns):
    text = io.StringIO(content.decode("utf-8"), newline="")
    header = next(csv.reader(text), [])
    if header == columns:
        return []
    return [Problem(str(path), 1, "", _header_fault(header, columns))]


def _header_fault(header, columns):
    twice = sorted({name for name in header if header.count(name) > 1})
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    faults = [
        f"{label} {', '.join(repr(name) for name in names)}"
        for label, names in (("twice:", twice), ("missing:", missing), ("unknown:", unknown))
        if names
    ]
    return f"wrong header ({'; '.join(faults) or 'wrong order'}); it must be {','.join(columns)}"


def _parse(path, content, columns):
    ragged = []
    options = {
        "read_options": pacsv.ReadOptions(use_threads=False),
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
    if ragged:
        return None, _ragged(path, columns)
    return cells, []


def _ragged(path, columns):
    return [
        Problem(str(path), line, "", f"{len(cells)} cells in this row; the header has {len(columns)}")
        for line, cells in records(path)
        if len(cells) != len(columns)
    ] or [_whole(path, "a row has too few or too many cells")]
