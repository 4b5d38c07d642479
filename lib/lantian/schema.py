"""The schema of the tables, read from ``data/datapackage.json``, its only home."""

import json
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = "datapackage.json"


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
        When the file is missing, is no JSON, or lacks what a table needs.
    """
    path = Path(folder) / PACKAGE
    try:
        package = json.loads(path.read_text("utf-8"))
        return {table.name: table for table in map(_table, package["resources"])}
    except FileNotFoundError:
        message = "this file is missing; a data folder holds it beside its tables"
    except UnicodeDecodeError:
        message = "this file is not UTF-8; save it as UTF-8"
    except json.JSONDecodeError as error:
        message = f"this file is no JSON (line {error.lineno}: {error.msg})"
    except (KeyError, TypeError, AttributeError) as error:
        message = f"this file lacks {error} in a resource; see the Data Package standard"
    raise DataError([Problem(str(path), 0, "", message)])


def _table(resource):
    schema = resource["schema"]
    paths = resource["path"]
    key = schema.get("primaryKey", [])
    return Table(
        name=resource["name"],
        title=resource.get("title", ""),
        paths=tuple([paths] if isinstance(paths, str) else paths),
        fields=tuple(_field(entry) for entry in schema["fields"]),
        key=tuple([key] if isinstance(key, str) else key),
        references=tuple(_reference(entry) for entry in schema.get("foreignKeys", [])),
    )


def _field(entry):
    return Field(
        name=entry["name"],
        type=entry.get("type", "string"),
        description=entry.get("description", ""),
        example=str(entry.get("example", "")),
        constraints=entry.get("constraints", {}),
    )


def _reference(entry):
    fields, target = entry["fields"], entry["reference"]
    column = fields if isinstance(fields, str) else fields[0]
    other = target["fields"] if isinstance(target["fields"], str) else target["fields"][0]
    return column, target.get("resource", ""), other
