"""The codebook, and the parts of the README that the data and the notebooks write: plans, answers and addresses."""

import ast
import json
import os
import re
from html import escape
from unittest.mock import patch

import pyarrow.compute as pc

from lantian.data.export import example, typed
from lantian.data.plans import load
from lantian.data.schema import DataError, Problem, find_data, read_schema
from lantian.site import template
from lantian.text import wording


def codebook(data=None):
    """Write the codebook, in Markdown: every table, column and code, with an example and what it is not."""
    folder = find_data(data)
    tables, schema = typed(folder), read_schema(folder)
    functions = {"text": _text, "code": _code, "example": example, "first_key": _first_key}
    return template("codebook.md.j2").render(tables=tables, schema=schema, **functions) + "\n"


def _first_key(table, column, code, rows):
    """Return the key of the first row with a code, empty where there is none."""
    used = rows.filter(pc.equal(rows[column.name], code))
    return str(used[(table.key or table.columns)[0]][0]) if used.num_rows else ""


def _cell(words):
    """Keep words within a cell of a table in Markdown."""
    return words.replace("|", "\\|").replace("\n", " ")


def _text(words):
    return _cell(escape(words, quote=False))


def _code(words):
    return f"`{_cell(words)}`" if words else ""


def readme(text, data=None):
    """Replace the marked parts of a README: the plans, the answers, the addresses of the texts.

    Each stands between ``<!-- its name -->`` and ``<!-- end -->``; the notebooks are in the folder ``notebooks`` next to the data folder.
    Raises `DataError` when the tables do not pass `check`, or a notebook's finding is no longer true.
    """
    folder = find_data(data)
    plans = load(folder, jurisdictions=())
    parts = {"plans": _plans(plans), "answers": _answers(folder), "addresses": _addresses(plans)}
    for name, words in parts.items():
        text = re.sub(
            f"(?s)(?<=<!-- {name} -->\n\n).*?(?=\n\n<!-- end -->)", lambda _, words=words: words, text
        )
    return text


def _plans(plans):
    return f"The plans so far: {wording.names(plans.focus['label'])}. The year is that of issue; a question mark means that it is inferred."


def _addresses(plans):
    names = plans.jurisdictions.set_index("id")["name_en"]
    read = plans.documents.query("access == 'full_text' and url != ''")
    return "\n".join(f"- {names[row.jurisdiction]}: <{row.url}>" for row in read.itertuples())


def _answers(folder):
    """Write a row for each notebook, with its question and its answer."""
    lines = ["| Notebook | Question | Answer |", "| --- | --- | --- |"]
    for path in sorted((folder.parent / "notebooks").glob("*.ipynb")):
        question, answer = (_cell(str(words).strip()) for words in _answer(path, folder))
        lines.append(f"| [`{path.stem}`](notebooks/{path.name}) | {question} | {answer} |")
    return "\n".join(lines)


def _answer(notebook, folder):
    """Return a notebook's question and the sentence of its finding; a notebook about any place has its aim instead."""
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(notebook.read_text("utf-8"))["cells"]}
    question, _, aim = cells["question"].removeprefix("# ").partition("\n")
    if not notebook.stem[0].isdecimal():
        return question, aim
    try:
        return question, _run(cells["finding"], folder)
    except AssertionError as error:
        raise DataError([Problem(str(notebook), 0, "finding", str(error))]) from error


def _run(code, folder):
    """Run a cell on a data folder and return the value of its last line."""
    *before, last = ast.parse(code).body
    names = {}
    with patch.dict(os.environ, LANTIAN_DATA=str(folder), LANTIAN_JURISDICTIONS=""):
        exec(compile(ast.Module(before, []), "finding", "exec"), names)
        return eval(compile(ast.Expression(last.value), "finding", "eval"), names)
