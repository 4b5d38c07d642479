"""Find the fragments of the tables in the texts of the plans."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from lantian.data.read import RawTable, as_csv
from lantian.data.schema import Problem

# The tables that quote the texts, and their columns of words; what numerals.csv lists proves nothing, but moves with its text.
QUOTING = {
    "targets": "quote",
    "proofs": "quote",
    "gaps": "quote",
    "text_defects": "quote",
    "numerals": "text",
}
FOUND = "had no offset and was found at"
LONG = 6  # characters that a fragment has at least whose only place in a text shows how far the text has moved there


@dataclass(frozen=True)
class Fragment:
    """A quote with its place in a table and, where the table has it, its offset in the text."""

    table: str
    row: int
    key: str | int
    raw: RawTable
    document: str
    quote: str
    start: int | None

    @property
    def proves(self):
        """Whether it proves a row; a listed numeral does not."""
        return self.table != "numerals"

    def stands_in(self, text):
        """Return whether it stands in the text at its offset."""
        return self.start is not None and text.startswith(self.quote, self.start)

    def problem(self, column, message):
        """Return what is wrong with it as a problem with path and line."""
        path, line = self.raw.place(self.row)
        return Problem(str(path), line, column, message)


def fragments(tables, documents):
    """List the fragments of the tables.

    Parameters
    ----------
    tables : dict of str to RawTable
    documents : dict of str to str
        The document of each target.

    Returns
    -------
    list of Fragment
    """
    found = []
    for name, column in QUOTING.items():
        for row, cells in enumerate(tables[name].rows()):
            if cells[column]:
                document = cells.get("document") or documents[cells["target"]]
                start = int(cells["start"]) if cells["start"] else None
                found.append(
                    Fragment(name, row, cells.get("id", row), tables[name], document, cells[column], start)
                )
    return found


def locate(listed, text, coded):
    """Find the fragments of one text at their offsets or, where the text has moved, near where they should now be.

    Parameters
    ----------
    listed : list of Fragment
        Of one document.
    text : str
    coded : bool
        Whether this is the very text that the offsets count.

    Returns
    -------
    found : list of Fragment
        With the offsets found; those that were not found keep theirs.
    moved, problems : list of str, list of Problem
    """
    places = {
        quote: [match.start() for match in re.finditer(f"(?={re.escape(quote)})", text)]
        for quote in {fragment.quote for fragment in listed}
    }
    shifts = {} if coded else _shifts(listed, places)
    found, moved, problems = [], [], []
    for fragment in listed:
        candidates, old = places[fragment.quote], fragment.start
        if problem := _unlocated(fragment, candidates):
            problems.append(problem)
            found.append(fragment)
            continue
        start = candidates[0] if old is None else _nearest(old, candidates, shifts)
        if start != old:
            words = f"{FOUND} {start}" if old is None else f"found at {start} instead of {old}"
            moved.append(str(fragment.problem("start", f"{fragment.quote!r} {words}")))
        found.append(replace(fragment, start=start))
    return found, moved, problems + _doubled(found)


def _shifts(listed, places):
    """Map old offsets of long fragments that stand once in the text to how far each has moved."""
    return {
        fragment.start: places[fragment.quote][0] - fragment.start
        for fragment in listed
        if fragment.start is not None and len(fragment.quote) >= LONG and len(places[fragment.quote]) == 1
    }


def _unlocated(fragment, candidates):
    """Return the problem of a fragment that is not in the text, or at several places of which no offset names one."""
    if not candidates:
        message = f"{fragment.quote!r} is not in the text of {fragment.document}"
        return fragment.problem(QUOTING[fragment.table], message)
    if fragment.start is None and len(candidates) > 1:
        message = f"{fragment.quote!r} stands at {', '.join(map(str, candidates))}; give the right offset"
        return fragment.problem(QUOTING[fragment.table], message)
    return None


def _nearest(old, candidates, shifts):
    """Return the candidate nearest to an old offset moved as far as the nearest long fragment has."""
    anchor = min(sorted(shifts), key=lambda start: abs(start - old), default=None)
    expected = old + shifts.get(anchor, 0)
    return min(candidates, key=lambda start: abs(start - expected))


def _doubled(found):
    """List listed numerals that stand at one place."""
    numerals = [fragment for fragment in found if not fragment.proves]
    counts = Counter(fragment.start for fragment in numerals)
    return [
        fragment.problem("start", f"{fragment.quote!r} and another row stand at {fragment.start}; delete one")
        for fragment in numerals
        if counts[fragment.start] > 1
    ]


def repaired(schema, tables, found):
    """Return the texts of the files in which an offset was missing or wrong, by their paths.

    Parameters
    ----------
    schema : dict of str to Table
    tables : dict of str to RawTable
    found : list of Fragment

    Returns
    -------
    dict of Path to str
    """
    files = {}
    for name in QUOTING:
        raw = tables[name]
        starts = {one.row: str(one.start) for one in found if one.table == name and one.start is not None}
        new = raw.cells.copy()
        new["start"] = [starts.get(number, start) for number, start in enumerate(new["start"])]
        for path, rows in new.groupby(level="path"):
            if not rows.equals(raw.cells.loc[[path]]):
                files[Path(path)] = as_csv(schema[name].columns, rows.to_dict("records"))
    return files
