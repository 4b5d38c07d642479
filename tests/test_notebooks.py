"""Notebooks are committed clean: no outputs, stable ids, short cells, and no fact typed that a table holds."""

import ast
import itertools
import json
import re

import pytest
from lantian.site.execute import has_tag, listed, raw_cells
from lantian.site.render import NOTEBOOKS

PATHS = [path for path in listed(NOTEBOOKS) if any(has_tag(cell, "question") for cell in raw_cells(path))]
pytestmark = pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])


def cells(path, kind=None):
    notebook = json.loads(path.read_text("utf-8"))
    return [cell for cell in notebook["cells"] if kind in (None, cell["cell_type"])]


def code(path):
    """Return the source of each code cell by its id."""
    return {cell["id"]: "".join(cell["source"]) for cell in cells(path, "code")}


def test_no_outputs_counts_or_times(path):
    odd = [
        cell["id"] for cell in cells(path, "code") if cell["outputs"] or cell["execution_count"] is not None
    ]
    assert not odd, "clear all outputs before committing"
    assert not [cell["id"] for cell in cells(path) if set(cell["metadata"]) - {"tags"}]


def test_ids_are_words_and_stand_once(path):
    ids = [cell["id"] for cell in cells(path)]
    assert not [
        name
        for name in ids
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name)
        or re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]+)*", name)
    ]
    assert len(set(ids)) == len(ids)


def test_file_is_written_as_notebooks_are(path):
    text = path.read_text("utf-8")
    assert text == json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n"


def test_cells_are_short(path):
    assert not {
        name: source.count("\n") + 1 for name, source in code(path).items() if source.count("\n") >= 15
    }


def test_notes_go_with_the_code(path):
    """A note stands before code, and at the latest before the fourth cell of it in a row."""
    kinds = [cell["cell_type"] for cell in cells(path)]
    longest = max(len(list(run)) for kind, run in itertools.groupby(kinds) if kind == "code")
    assert longest <= 3


def test_first_cells_hold_the_heading_and_one_import(path):
    first = cells(path)[0]
    assert first["cell_type"] == "markdown" and "".join(first["source"]).startswith("# ")
    tree = ast.parse(next(iter(code(path).values())))
    imports = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert imports == ["import lantian as lt"]


def test_no_place_is_typed_in_a_list(path, plans):
    """Places and their order stand in their table, so that a further plan needs no change here."""
    places = plans.jurisdictions
    names = {name.casefold() for column in ("id", "name_en", "name_zh") for name in places[column]}
    typed = {
        (cell, item.value)
        for cell, source in code(path).items()
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict)
        for item in (node.keys if isinstance(node, ast.Dict) else node.elts)
        if isinstance(item, ast.Constant) and str(item.value).casefold() in names
    }
    assert not typed
