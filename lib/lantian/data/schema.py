"""The schema of the tables, read from ``datapackage.json``, and the columns that the library needs."""

import json
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lantian.errors import LantianError

PACKAGE = "datapackage.json"
CHECKOUT = Path(__file__).resolve().parents[3]
TYPES = ("string", "number", "integer", "date")
NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
# The tables and columns that the library reads; a data folder may hold more, never fewer.
COLUMNS = Path(__file__).with_name("columns.txt")
# What keeps ``datapackage.json`` from being read, by the kind of error.
UNREADABLE = {
    FileNotFoundError: "this file is missing; a data folder holds it next to its tables",
    OSError: "this file cannot be opened: {0.strerror}",
    KeyError: "this file lacks {0} in a resource; see the Data Package standard",
    Exception: "this file is not as the Data Package standard wants it: UTF-8, JSON, a list of resources ({0})",
}
READ = ("full_text", "partial")  # the access to documents that were read, whole or in part


class DataError(LantianError):
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

    ``line`` 0 means the whole file; ``column`` is a column's name or empty; ``row`` is the id of the row, where that is needed.
    """

    path: str
    line: int
    column: str
    message: str
    row: str = field(default="", compare=False)

    def __str__(self):
        place = ":".join(filter(None, (self.path, str(self.line or ""), self.column)))
        return f"{place}: {self.message}" if place else self.message


def refusal(path, message, line=0):
    """Make a `DataError` of one problem with a file."""
    return DataError([Problem(str(path), line, "", message)])


@dataclass(frozen=True)
class Field:
    """A column: its type, what it means, and what it allows; ``form`` says in words what its pattern demands."""

    name: str
    type: str
    description: str = ""
    example: str = ""
    counter_example: str = ""
    form: str = ""
    codes: dict = field(default_factory=dict)
    constraints: dict = field(default_factory=dict)

    @cached_property
    def enum(self):
        """Codes allowed, as a tuple; empty when the column is free."""
        return tuple(self.constraints.get("enum", ()))

    @cached_property
    def pattern(self):
        """What the whole of a cell must match, compiled; None when anything may stand there."""
        pattern = self.constraints.get("pattern")
        return None if pattern is None else re.compile(pattern, re.ASCII)

    @cached_property
    def longest(self):
        """How many characters a cell may have; no spreadsheet holds more than 32,767."""
        return min(32767, self.constraints.get("maxLength", 32767))

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


def province(places, place):
    """Name the province that a place lies in; empty where it lies in none.

    >>> places = {"yuyao": {"parent": "zhejiang"}, "zhejiang": {"level": "province", "name_en": "Zhejiang"}}
    >>> province(places, "yuyao"), province(places, "zhejiang")
    ('Zhejiang', '')
    """
    for _ in places:  # no more steps than places, since parents may go in a circle before the check
        place = places.get(place, {}).get("parent")
        if places.get(place, {}).get("level") == "province":
            return places[place]["name_en"]
    return ""


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
    try:
        resources = json.loads(path.read_text("utf-8-sig"))["resources"]
        tables = [_table(resource, all_files(folder, resource)) for resource in resources]
    except Exception as error:  # whatever the file holds
        words = next(words for kind, words in UNREADABLE.items() if isinstance(error, kind))
        raise refusal(path, words.format(error)) from error
    if faults := [*_faults(tables, Path(folder)), *_missing(tables)]:
        raise DataError([Problem(str(path), 0, "", fault) for fault in faults])
    return {table.name: table for table in tables}


def all_files(folder, resource):
    """List the files of a table: those that ``datapackage.json`` names, and of targets any other in their folder."""
    listed = _listed(resource["path"])
    found = Path(folder, "targets").glob("[!.~]*.csv") if resource["name"] == "targets" else ()
    found = {path.relative_to(folder).as_posix() for path in found}
    return sorted([*listed, *found.difference(Path(path).as_posix() for path in listed)])


def _faults(tables, folder):
    """Yield what no table may have: names and paths that lead astray, rules that cannot be applied."""
    columns = {table.name: table.columns for table in tables}
    yield from _name_faults("table", [table.name for table in tables])
    files = Counter(path for table in tables for path in table.paths)
    yield from (f"the file {path!r} stands twice" for path, count in files.items() if count > 1)
    for table in tables:
        yield from _name_faults(f"column of {table.name}", table.columns)
        outside = [path for path in table.paths if not _inside(folder, path)]
        yield from (f"the path {path!r} leads out of the data folder" for path in outside)
        strange = [name for name in table.key if name not in table.columns]
        yield from (f"{table.name}: the key {name!r} is no column" for name in strange)
        for column, other, key in table.references:
            if column not in table.columns or key not in columns.get(other, ()):
                yield f"{table.name}: the foreign key {column!r} names no column that exists"
        for column in table.fields:
            yield from _column_faults(f"{table.name}.{column.name}", column, column.constraints)


def _name_faults(kind, names):
    """Yield the names that cannot be used, and those that stand twice."""
    for name, count in Counter(names).items():
        if not NAME.fullmatch(name):
            yield f"{name!r} is no name for a {kind}; use letters a-z, digits and _"
        if count > 1:
            yield f"the {kind} {name!r} stands twice"


def _column_faults(place, column, limits):
    """Yield what no column may have: a type or limit that cannot be used."""
    if column.type not in TYPES:
        yield f"{place}: the type {column.type!r} is not allowed; allowed: {', '.join(TYPES)}"
    if not isinstance(limits.get("enum", []), list) or not all(isinstance(code, str) for code in column.enum):
        yield f"{place}: enum must be a list of texts"
    for name in ("minimum", "maximum", "maxLength"):
        if not isinstance(limits.get(name, 0), int | float):
            yield f"{place}: {name} must be a number"
    try:
        re.compile(limits.get("pattern", ""))
    except (re.error, TypeError):
        yield f"{place}: the pattern {limits['pattern']!r} cannot be applied"


def _inside(folder, name):
    """Return whether a path stays in the data folder, links followed."""
    is_plain = name and not re.search(r"^/|[\\:\0]", name)
    return is_plain and Path(os.path.realpath(folder / name)).is_relative_to(os.path.realpath(folder))


def _missing(tables):
    """Yield tables and columns that the library reads and the file does not name, or names as text where numbers are read."""
    types = {table.name: {column.name: column.type for column in table.fields} for table in tables}
    for line in COLUMNS.read_text("utf-8").splitlines():
        table, _, names = line.partition(": ")
        if table not in types:
            yield f"the table {table!r} is missing"
            continue
        for name, _, needed in (name.partition("=") for name in names.split()):
            if name not in types[table]:
                yield f"{table}: the column {name!r} is missing"
            elif needed and types[table][name] != needed:
                yield f"{table}: the type of the column {name!r} must be {needed}"


def _table(resource, paths):
    schema = resource["schema"]
    return Table(
        name=str(resource["name"]),
        title=resource.get("title", ""),
        paths=tuple(paths),
        fields=tuple(_field(entry) for entry in schema["fields"]),
        key=tuple(_listed(schema.get("primaryKey", []))),
        references=tuple(_reference(resource["name"], entry) for entry in schema.get("foreignKeys", [])),
    )


def _listed(names):
    """Return a list of what the standard allows as one name or a list of names."""
    return [names] if isinstance(names, str) else names


def _field(entry):
    texts = {name: str(entry.get(name, "")) for name in ("description", "example", "counter_example", "form")}
    objects = {name: dict(entry.get(name, {})) for name in ("codes", "constraints")}
    return Field(name=str(entry["name"]), type=entry.get("type", "string"), **texts, **objects)


def _reference(table, entry):
    """Return column, table and column there of a foreign key of a table, as ("document", "documents", "id")."""
    target = entry["reference"]  # names no table where it is the same one
    return _listed(entry["fields"])[0], target.get("resource") or table, _listed(target["fields"])[0]


# A spreadsheet takes text that begins so for a formula; a sign alone and a number are none.
FORMULA = re.compile(r"(?!=\Z|-[\d.]+\Z)[=+\-@\t\r]")


def harmless(cell):
    """Keep a spreadsheet from taking a cell of text for a formula.

    The apostrophe is the mark for text of OWASP's advice on CSV injection.
    """
    return f"'{cell}" if FORMULA.match(cell) else cell
