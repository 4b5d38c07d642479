"""What the data write: the codebook, and the parts of the README that tell plans, answers and addresses."""

import ast
import json
import os
import re
from html import escape
from pathlib import Path

import pyarrow.compute as pc

from lantian.data.export import example, typed
from lantian.data.plans import load
from lantian.data.schema import DataError, Problem, find_data, read_schema
from lantian.text import wording
from lantian.text.sentences import StaleSentence

PART = "(<!-- {} -->\n\n).*?(\n\n<!-- end -->)"
INTRODUCTION = """Written by `lantian codebook` from `datapackage.json` and the tables: change those, not this file. All tables are CSV in UTF-8; an
empty cell is the only missing value. How a plan is coded, with its hard cases, stands in `CONTRIBUTING.md`."""


def codebook(data=None):
    """Write the codebook, in Markdown: every table, column and code, with an example and what it is not."""
    folder = find_data(data)
    tables = typed(folder)
    parts = ["# Codebook", INTRODUCTION]
    for name, table in read_schema(folder).items():
        parts += [f"## {name}", f"{_text(table.title)}. {_files(table, tables[name])}"]
        rows = [
            (
                f"`{c.name}`",
                c.type + ", required" * c.required,
                _text(c.description),
                _code(example(c, tables[name])),
                _text(c.counter_example),
            )
            for c in table.fields
        ]
        parts.append(_table(("column", "type", "means", "example", "not"), rows))
        codes = [row for column in table.fields for row in _codes(table, column, tables[name])]
        parts += [_table(("column", "code", "means", "first row with it", "not"), codes)] if codes else []
    return "\n\n".join(parts) + "\n"


def _files(table, rows):
    files = (
        f"`{table.paths[0]}`"
        if len(table.paths) == 1
        else f"`{Path(table.paths[0]).parent.as_posix()}/*.csv`, a file a place"
    )
    key = f" Key: {', '.join(f'`{name}`' for name in table.key)}." if table.key else ""
    links = ", ".join(
        f"`{column}` is an id of {other or table.name}" for column, other, _ in table.references
    )
    return f"{files}; {rows.num_rows:,} rows.{key}{f' {links}.' if links else ''}"


def _codes(table, column, rows):
    """Yield each code of a column with its meaning and the first row that uses it."""
    for code in column.enum:
        told = column.codes.get(code, {})
        used = rows.filter(pc.equal(rows[column.name], code))
        first = _code(str(used[(table.key or table.columns)[0]][0])) if used.num_rows else "none yet"
        yield f"`{column.name}`", _code(code), _text(told.get("means", "")), first, _text(told.get("not", ""))


def _table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(words):
    """Keep words within a cell of a table in Markdown."""
    return words.replace("|", "\\|").replace("\n", " ")


def _text(words):
    return _cell(escape(words, quote=False))


def _code(words):
    return f"`{_cell(words)}`" if words else ""


def readme(text, data=None):
    """Write the marked parts of a README anew: the plans, the answers, the addresses of the texts.

    Each stands between ``<!-- its name -->`` and ``<!-- end -->``; the notebooks stand beside the data folder.
    Raises `DataError` when the tables do not pass `check`, or a notebook's finding is no longer true.
    """
    folder = find_data(data)
    plans = load(folder, jurisdictions=())
    notebooks = sorted((folder.parent / "notebooks").glob("*.ipynb"))
    parts = {"plans": _plans(plans), "answers": _answers(notebooks, folder), "addresses": _addresses(plans)}
    for name, words in parts.items():
        text = re.sub(
            PART.format(name), lambda found, words=words: found[1] + words + found[2], text, flags=re.S
        )
    return text


def _plans(plans):
    return f"The plans so far: {wording.names(plans.focus['label'])}. The year is that of issue; a question mark means that it is inferred."


def _addresses(plans):
    names = plans.jurisdictions.set_index("id")["name_en"]
    read = plans.documents[(plans.documents["access"] == "full_text") & (plans.documents["url"] != "")]
    return "\n".join(f"- {names[row.jurisdiction]}: <{row.url}>" for row in read.itertuples())


def _answers(notebooks, folder):
    rows = [
        (
            f"[`{path.stem}`](notebooks/{path.name})",
            *(_cell(str(words).strip()) for words in _answered(path, folder)),
        )
        for path in notebooks
    ]
    return _table(("Notebook", "Question", "Answer"), rows)


def _answered(notebook, folder):
    """Return a notebook's question and the sentence of its finding; what is rendered once a place has no answer of its own."""
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(notebook.read_text("utf-8"))["cells"]}
    question, _, aim = cells["question"].removeprefix("# ").partition("\n")
    if not notebook.stem[0].isdecimal():
        return question, aim
    try:
        return question, _value(cells["finding"], folder)
    except StaleSentence as error:
        raise DataError([Problem(str(notebook), 0, "finding", str(error))]) from error


def _value(code, folder):
    """Run a cell on a data folder and return what its last line is worth."""
    *before, last = ast.parse(code).body
    names, environment = {}, dict(os.environ)
    os.environ |= {"LANTIAN_DATA": str(folder), "LANTIAN_JURISDICTIONS": ""}
    try:
        exec(compile(ast.Module(before, []), "finding", "exec"), names)
        return eval(compile(ast.Expression(last.value), "finding", "eval"), names)
    finally:
        os.environ.clear()
        os.environ.update(environment)
