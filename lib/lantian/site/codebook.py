"""The codebook, and the parts of the README that the data and the notebooks write: plans, answers and addresses."""

import ast
import os
import re
from html import escape
from unittest.mock import patch

import pyarrow.compute as pc

from lantian.data.export import arrow_tables, as_text, example, read_package, with_files, with_sources
from lantian.data.files import write_files
from lantian.data.plans import load
from lantian.data.schema import PACKAGE, DataError, Problem, find_data, read_schema, refusal
from lantian.drafts.propose import draft_shares
from lantian.site import template
from lantian.site.execute import has_tag, is_for_each_place, listed, raw_cells
from lantian.text import wording

MARKS = ("Written by `lantian codebook`", "<!-- answers -->")  # of what we wrote, and of what we may fill in


def codebook(data=None):
    """Write the codebook, in Markdown: every table, column and code, with an example and what it is not."""
    folder = find_data(data)
    tables, schema = arrow_tables(folder), read_schema(folder)
    functions = {"text": _text, "code": _code, "example": example, "first_key": _first_key}
    return template("codebook.md.j2").render(tables=tables, schema=schema, **functions) + "\n"


def package(data=None):
    """Write ``datapackage.json`` anew, with the documents read as sources, and size and hash of each file."""
    folder = find_data(data)
    paths = [path for table in read_schema(folder).values() for path in table.paths]
    described = with_sources(read_package(folder), arrow_tables(folder)["documents"].to_pylist())
    return as_text(with_files(described, {path: (folder / path).read_bytes() for path in paths}))


def citation(text, data=None):
    """Write the part of a ``CITATION.cff`` from its mark on: how to cite the data, by what describes them as a package."""
    mark = f"# {MARKS[0]}"
    released = re.search(r"^date-released: (\S+)$", text, re.M)[1]
    facts = {"mark": mark, "package": read_package(find_data(data)), "released": released}
    return text.partition(mark)[0] + template("citation.cff.j2").render(facts) + "\n"


def files(folder):
    """Return all texts that the data write, by their paths: in a data folder, and beside it where one is marked for it."""
    found = {folder / "README.md": codebook(folder), folder / PACKAGE: package(folder)}
    for name, function in {"README.md": readme, "CITATION.cff": citation}.items():
        path = folder.parent / name
        if path.is_file() and _is_marked(path):
            found[path] = function(path.read_text("utf-8"), folder)
    return found


def _is_marked(path):
    """Return whether we wrote a text, or may fill parts of it in."""
    return any(mark in path.read_text("utf-8") for mark in MARKS)


def write(files):
    """Put texts into their places, by path; a codebook, README or citation that was not written by `codebook` is refused."""
    for path in files:
        if path.name != PACKAGE and path.is_file() and not _is_marked(path):
            raise refusal(path, "is no codebook; move it away first")
    write_files(files)
    return files


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
    """Replace the marked parts of a README: the plans, the answers, the addresses of the texts, what was measured of drafts.

    Each stands between ``<!-- its name -->`` and ``<!-- end -->``; the notebooks are in the folder ``notebooks`` next to the data folder.
    Raises `DataError` when the tables do not pass `check`, or a notebook's finding is no longer true.
    """
    folder = find_data(data)
    facts = {
        "plans": load(folder, jurisdictions=()),
        "answers": list(_answers(folder)),
        "drafts": draft_shares(),
    }
    written = template("readme.md.j2").render(facts, code=_code, cell=_cell, names=wording.names)
    for name, words in re.findall(r"(?s)<!-- (\w+) -->(.*?)<!-- end -->", written):
        part = f"(?s)(?<=<!-- {name} -->\n).*?(?=<!-- end -->)"
        text = re.sub(part, lambda _, words=words: f"\n{words.strip()}\n\n", text)
    return text


def _answers(folder):
    """Yield path, question and answer of each notebook that asks a question, by the tags of its cells.

    The answer is the sentence of the finding; of a notebook that is for each place its aim.
    """
    for path in listed(folder.parent / "notebooks"):
        cells = raw_cells(path)
        question, finding = (_tagged(cells, tag) for tag in ("question", "finding"))
        if question and finding:
            question, _, aim = question.removeprefix("# ").partition("\n")
            yield path, question, aim if is_for_each_place(path) else str(_found(path, finding, folder))


def _tagged(cells, tag):
    """Return the source of the first cell with a tag, empty where there is none."""
    return next(("".join(cell["source"]) for cell in cells if has_tag(cell, tag)), "")


def _found(path, code, folder):
    """Run the cell of a finding on a data folder and return the value of its last line; an error names the notebook."""
    names = {}
    try:
        *before, last = ast.parse(code).body
        with patch.dict(os.environ, LANTIAN_DATA=str(folder), LANTIAN_JURISDICTIONS=""):
            exec(compile(ast.Module(before, []), "finding", "exec"), names)
            return eval(compile(ast.Expression(last.value), "finding", "eval"), names)
    except Exception as error:  # noqa: BLE001 - a cell may raise anything
        kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
        raise DataError([Problem(str(path), 0, "finding", f"{kind}{error}")]) from error
