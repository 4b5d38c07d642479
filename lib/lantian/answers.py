"""What the notebooks ask and the data answer: the parts of the README that the data write."""

import ast
import json
import os
import re

from lantian import wording
from lantian.plans import load
from lantian.prose import StaleSentence
from lantian.schema import DataError, Problem, find_data

PART = "(<!-- {} -->\n\n).*?(\n\n<!-- end -->)"


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
        text = re.sub(PART.format(name), lambda found: found[1] + words + found[2], text, flags=re.S)
    return text


def _plans(plans):
    return f"The plans so far: {wording.names(plans.focus['label'])}. The year is that of issue; a question mark means that it is inferred."


def _addresses(plans):
    names = plans.jurisdictions.set_index("id")["name_en"]
    read = plans.documents[(plans.documents["access"] == "full_text") & (plans.documents["url"] != "")]
    return "\n".join(f"- {names[row.jurisdiction]}: <{row.url}>" for row in read.itertuples())


def _answers(notebooks, folder):
    rows = [f"| [`{path.stem}`](notebooks/{path.name}) | {' | '.join(_cell(words) for words in _answered(path, folder))} |" for path in notebooks]
    return "\n".join(["| Notebook | Question | Answer |", "| --- | --- | --- |", *rows])


def _cell(words):
    return str(words).strip().replace("|", "\\|").replace("\n", " ")


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
