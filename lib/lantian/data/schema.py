"""The schema of the tables, read from ``data/datapackage.json``, its only home."""

import json
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = "datapackage.json"
CHECKOUT = Path(__file__).resolve().parents[3]
TYPES = ("string", "number", "integer", "date")
NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
# The tables and columns that the library reads; other folders may hold more, never fewer.
OWN = CHECKOUT / "data"


class DataError(Exception):
    """Tables that cannot be used; ``problems`` lists every reason.

    Parameters
    ----------
    problems : list of Problem
        At least one; the message is their text, a line each.
    """

    def __init__(self, problems):
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one place: ``path:line:column: message``.

    ``line`` 0 means the whole file; ``column`` is a column's name or empty.
    """

    path: str
    line: int
    column: str
    message: str

    def __str__(self):
        line = str(self.line) if self.line else ""
        place = ":".join(part for part in (self.path, line, self.column) if part)
        return f"{place}: {self.message}" if place else self.message


@dataclass(frozen=True)
class Field:
    """A column: its type, what it means, and what it allows."""

    name: str
    type: str
    description: str = ""
    example: str = ""
    counter_example: str = ""
    codes: dict = field(default_factory=dict)
    constraints: dict = field(default_factory=dict)

    @property
    def enum(self):
        """Codes allowed, as a tuple; empty when the column is free."""
        return tuple(self.constraints.get("enum", ()))

    @property
    def required(self):
        """Whether an empty cell is a mistake."""
        return bool(self.constraints.get("required"))


@dataclass(frozen=True)
class Table:
    """A table: its files, columns, key and references to other tables."""

    name: str
    title: str
    paths: tuple
    fields: tuple
    key: tuple = ()
    references: tuple = ()

    @property
    def columns(self):
        """Column names, in the order of the files."""
        return [column.name for column in self.fields]


def find_data(data=None):
    """Find the data folder: the argument, ``LANTIAN_DATA``, a parent's ``data/``, the checkout's.

    Parameters
    ----------
    data : path-like, optional

    Returns
    -------
    Path
    """
    if data or os.environ.get("LANTIAN_DATA"):
        return Path(data or os.environ["LANTIAN_DATA"])
    here = Path.cwd().resolve()
    for parent in (here, *here.parents):
        if (parent / "data" / PACKAGE).is_file():
            return parent / "data"
    return CHECKOUT / "data"


def read_schema(folder):
    """Read the schema of a data folder.

    Parameters
    ----------
    folder : path-like
        Folder that holds ``datapackage.json``.

    Returns
    -------
    dict of str to Table
        In the order of the file.

    Raises
    ------
    DataError
        When the file is missing, is no JSON, lacks what a table needs, or names a
        file outside the folder.
    """
    path = Path(folder) / PACKAGE
    tables, message = _read(path)
    faults = [message] if message else [*_faults(tables, Path(folder)), *_lacking(tables, path)]
    if faults:
        raise DataError([Problem(str(path), 0, "", fault) for fault in faults])
    return {table.name: table for table in tables}


def _read(path):
    """Return the tables that a file names, or what keeps it from being read."""
    message = ""
    try:
        package = json.loads(path.read_text("utf-8-sig"))
        return [_table(resource) for resource in package["resources"]], message
    except FileNotFoundError:
        message = "this file is missing; a data folder holds it beside its tables"
    except UnicodeDecodeError:
        message = "this file is not UTF-8; save it as UTF-8"
    except json.JSONDecodeError as error:
        message = f"this file is no JSON (line {error.lineno}: {error.msg})"
    except OSError as error:
        message = f"this file cannot be opened: {error.strerror}"
    except RecursionError:
        message = "this file is nested too deeply to be read"
    except KeyError as error:
        message = f"this file lacks {error} in a resource; see the Data Package standard"
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        message = f"a resource is not as the Data Package standard wants it ({error})"
    return [], message


def _faults(tables, folder):
    """Yield what no table may have: names and paths that lead astray, rules that cannot be applied."""
    files = [path for table in tables for path in table.paths]
    names = {table.name: set(table.columns) for table in tables}
    for kind, found in (("table", [table.name for table in tables]), ("file", files)):
        yield from (
            f"the {kind} {name!r} stands twice" for name, count in Counter(found).items() if count > 1
        )
    yield from (
        f"the path {name!r} leads out of the data folder" for name in files if not _inside(folder, name)
    )
    for table in tables:
        if not NAME.fullmatch(table.name):
            yield f"{table.name!r} is no name for a table; use letters a-z, digits and _"
        yield from _column_faults(table)
        yield from (
            f"{table.name}: the key {name!r} is no column" for name in table.key if name not in table.columns
        )
        for column, other, key in table.references:
            if column not in table.columns or key not in names.get(other or table.name, ()):
                yield f"{table.name}: the foreign key {column!r} names no column that exists"


def _column_faults(table):
    columns = Counter(table.columns)
    yield from (
        f"{table.name}: the column {name!r} stands twice" for name, count in columns.items() if count > 1
    )
    for column in table.fields:
        place, limits = f"{table.name}.{column.name}", column.constraints
        if not NAME.fullmatch(column.name):
            yield f"{table.name}: {column.name!r} is no name for a column; use letters a-z, digits and _"
        if column.type not in TYPES:
            yield f"{place}: the type {column.type!r} is not allowed; allowed: {', '.join(TYPES)}"
        if not isinstance(limits.get("enum", []), list) or not all(
            isinstance(code, str) for code in column.enum
        ):
            yield f"{place}: enum must be a list of texts"
        for name in ("minimum", "maximum", "maxLength"):
            if not isinstance(limits.get(name, 0), int | float):
                yield f"{place}: {name} must be a number"
        if not _compiles(str(limits.get("pattern", ""))):
            yield f"{place}: the pattern {limits['pattern']!r} cannot be applied"


def _compiles(pattern):
    try:
        return bool(re.compile(pattern))
    except re.error:
        return False


def _inside(folder, name):
    """Tell whether a path stays in the data folder, links followed."""
    if not name or "\\" in name or "\0" in name or ":" in name:
        return False
    path = (folder / name).resolve()
    return not Path(name).is_absolute() and path.is_relative_to(folder.resolve())


def _lacking(tables, path):
    """Yield tables and columns that the library needs and the file does not name."""
    if path.resolve() == OWN / PACKAGE:
        return
    names = {table.name: table.columns for table in tables}
    for table in _read(OWN / PACKAGE)[0]:
        if table.name not in names:
            yield f"the table {table.name!r} is missing"
        else:
            missing = [name for name in table.columns if name not in names[table.name]]
            yield from (f"{table.name}: the column {name!r} is missing" for name in missing)


def _table(resource):
    schema = resource["schema"]
    paths = resource["path"]
    key = schema.get("primaryKey", [])
    return Table(
        name=str(resource["name"]),
        title=resource.get("title", ""),
        paths=tuple(str(path) for path in ([paths] if isinstance(paths, str) else paths)),
        fields=tuple(_field(entry) for entry in schema["fields"]),
        key=tuple([key] if isinstance(key, str) else key),
        references=tuple(_reference(entry) for entry in schema.get("foreignKeys", [])),
    )


def _field(entry):
    return Field(
        name=str(entry["name"]),
        type=entry.get("type", "string"),
        description=str(entry.get("description", "")),
        example=str(entry.get("example", "")),
        counter_example=str(entry.get("counter_example", "")),
        codes=dict(entry.get("codes", {})),
        constraints=dict(entry.get("constraints", {})),
    )


def _reference(entry):
    fields, target = entry["fields"], entry["reference"]
    column = fields if isinstance(fields, str) else fields[0]
    other = target["fields"] if isinstance(target["fields"], str) else target["fields"][0]
    return column, target.get("resource", ""), other


# A spreadsheet takes text that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell):
    """Keep a spreadsheet from taking a cell of text for a formula.

    The apostrophe is the mark for text of OWASP's advice on CSV injection.
    """
    return f"'{cell}" if cell.startswith(FORMULA) else cell
