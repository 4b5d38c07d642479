"""Find and read notebooks, of any format and by any author, and tell by their tags what a page makes of their cells."""

import json
import os
import re
import sys
import tempfile
import warnings
from dataclasses import dataclass
from html import escape
from pathlib import Path

NUMBERED = re.compile(r"\d\d_")
RESERVED = {"index": "the list of all pages", "lantian": "the whole suite as one file"}
CELL_ID = re.compile(r"[\w-]{1,64}", re.A)
PYTHON = ("python", "ipython", "plaintext")  # the last is what JupyterLab writes while no kernel runs


class RenderError(Exception):
    """A set that cannot be rendered; the message names notebook, cell, line and error."""


@dataclass(frozen=True)
class Source:
    """A page to be: its notebook, the place it is about, and a digest of all that it is made from."""

    path: Path
    key: str = ""
    place: str = ""
    name: str = ""

    @property
    def slug(self):
        """Name of the page."""
        return f"{self.path.stem}_{self.place}" if self.place else self.path.stem


def listed(folder):
    """List the notebooks of a folder: the numbered ones, those for each place, then all others, by name."""
    paths = [path for path in folder.glob("*.ipynb") if not path.name.startswith(".")]
    return sorted(
        paths, key=lambda path: (not NUMBERED.match(path.name), not is_for_each_place(path), path.name)
    )


def further_down(folder):
    """List the notebooks in the folders within a folder, which have no pages."""
    paths = (path.relative_to(folder) for path in folder.rglob("*.ipynb"))
    return sorted(
        path for path in paths if len(path.parts) > 1 and not any(part.startswith(".") for part in path.parts)
    )


def named(name, folder):
    """Find the notebook that is meant by a path, or by a name in a folder; the ending may be left out."""
    name = os.fspath(name)
    paths = [Path(name), Path(f"{name}.ipynb"), folder / name, folder / f"{name}.ipynb"]
    return next((path for path in paths if path.is_file()), Path(name)).resolve()


def check_names(sources, every):
    """Raise where two notebooks, or one and a file of the site, would make one page; upper and lower case are one."""
    taken, problems = dict(RESERVED), []
    for source in dict.fromkeys([*every, *sources]):
        page = source.slug.casefold()
        if page in taken and source in sources:
            problems.append(
                f"{source.path}: its page would be {source.slug}.html, which is {taken[page]}; rename the notebook"
            )
        taken.setdefault(page, f"that of {source.path}")
    if problems:
        raise RenderError("\n".join(problems))


def raw_cells(path):
    """Read the cells of a notebook as its file has them; none where it cannot be read."""
    try:
        return [dict(cell) for cell in json.loads(path.read_bytes())["cells"]]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return []


def has_tag(cell, tag):
    """Tell whether a cell has a tag: ``question``, ``finding``, ``index`` and ``each-place`` mean something to us."""
    return tag in (cell.get("metadata") or {}).get("tags", ())


def is_for_each_place(path):
    """Tell whether a notebook is rendered once for each place, by the tag of one of its cells."""
    return any(has_tag(cell, "each-place") for cell in raw_cells(path))


def read(source):
    """Read the notebook of a source as format 4.5; one about a place gets its name before the title.

    Formats before 4.5 have no ids of cells: they are numbered, so that every reading gives the same.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            notebook = import_nbformat().read(source.path, as_version=4)
    except Exception as error:  # noqa: BLE001 - anything may stand in a file of that name
        why = str(error).partition("\n")[0]
        raise RenderError(f"{source.path}: this notebook cannot be read: {why}") from None
    if (language := _language(notebook)) not in PYTHON:
        raise RenderError(
            f"{source.path}: its cells are in {language}; pages are made of notebooks in Python"
        )
    ids = [str(cell.get("id")) for cell in raw_cells(source.path)]
    if len(set(ids)) < len(notebook.cells) or not all(map(CELL_ID.fullmatch, ids)) or "None" in ids:
        ids = [f"cell-{number}" for number, _ in enumerate(notebook.cells, 1)]
    for cell, identifier in zip(notebook.cells, ids):
        cell.id = identifier
    notebook.nbformat_minor = max(notebook.get("nbformat_minor", 0), 5)
    if source.place:
        first = next(cell for cell in notebook.cells if cell.cell_type == "markdown")
        first.source = re.sub(r"^# ", lambda match: f"# {escape(source.name)}: ", first.source, count=1)
        notebook.metadata["lantian"] = notebook.metadata.get("lantian", {}) | {"place": source.name}
    return notebook


def _language(notebook):
    """Return the language of a notebook's cells, Python where it names none."""
    for entry, key in (("language_info", "name"), ("kernelspec", "language")):
        found = notebook.metadata.get(entry)
        if isinstance(found, dict) and isinstance(language := found.get(key), str):
            return language.lower()
    return "python"


def import_nbformat():
    """Import nbformat, without the grammar of addresses that its validator would build for a second and never use."""
    absent = "rfc3987_syntax" not in sys.modules
    if absent:
        sys.modules["rfc3987_syntax"] = None
    import nbformat

    if absent:
        del sys.modules["rfc3987_syntax"]
    return nbformat


def steady(notebook):
    """Take out of the outputs what changes from run to run: the folder of a cell's code in warnings, ids of styled tables."""
    folder = re.compile(re.escape(os.path.join(tempfile.gettempdir(), "ipykernel_")) + r"\d+")
    tables = {}

    def number(match):
        return f"T_{tables.setdefault(match[1], len(tables) + 1)}"

    for output in [output for cell in notebook.cells for output in cell.get("outputs", [])]:
        if "text" in output:
            output.text = folder.sub("ipykernel", output.text)
        if "traceback" in output:
            output.traceback = [folder.sub("ipykernel", line) for line in output.traceback]
        data = output.get("data", {})
        if isinstance(markup := data.get("text/html"), str) and 'id="T_' in markup:
            data["text/html"] = re.sub(r"\bT_([0-9a-f]{5})(?![0-9a-f])", number, markup)
    return notebook
