"""The fragments of the tables, and where they stand in the texts of the plans."""

import re
from bisect import bisect
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
SURE = 6  # characters that a fragment has at least whose single place in a text shows how far the text has moved there


@dataclass(frozen=True)
class Fragment:
    """A quote with its place in a table and, as far as known, in the text."""

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

    def problem(self, column, message):
        """Word what is wrong with it, with path and line."""
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
        for quote in {one.quote for one in listed}
    }
    anchors = [] if coded else _anchors(listed, places)
    found, moved, problems = [], [], []
    for one in listed:
        start, problem = _place(one, places[one.quote], anchors)
        problems += [problem] if problem else []
        if start is not None and start != one.start:
            words = (
                f"found at {start} instead of {one.start}" if one.start is not None else f"{FOUND} {start}"
            )
            moved.append(str(one.problem("start", f"{one.quote!r} {words}")))
        found.append(one if start is None else replace(one, start=start))
    return found, moved, problems + _doubled(found)


def _anchors(listed, places):
    """Return where fragments stood whose place in the text is sure, and how far each has moved; sorted."""
    sure = [
        one
        for one in listed
        if one.start is not None and len(one.quote) >= SURE and len(places[one.quote]) == 1
    ]
    return sorted({(one.start, places[one.quote][0] - one.start) for one in sure})


def _place(one, places, anchors):
    """Return the offset of a fragment, or none and what is wrong."""
    if one.start is None and len(places) == 1:
        return places[0], None
    if not places or one.start is None:
        message = f"{one.quote!r} is not in the text of {one.document}"
        if places:
            message = f"{one.quote!r} stands at {', '.join(map(str, places))}; give the right offset"
        return None, one.problem(QUOTING[one.table], message)
    at = bisect(anchors, (one.start,))
    near = anchors[max(0, at - 1) : at + 1]
    shift = min(near, key=lambda anchor: abs(anchor[0] - one.start))[1] if near else 0
    return min(places, key=lambda place: (abs(place - one.start - shift), place)), None


def _doubled(found):
    """Name listed numerals that come to stand at one place."""
    counts = Counter(one.start for one in found if not one.proves)
    return [
        one.problem("start", f"{one.quote!r} and another row stand at {one.start}; delete one")
        for one in found
        if not one.proves and counts[one.start] > 1
    ]


def repaired(schema, tables, found):
    """Return the files, by their paths, in which an offset was missing or wrong, with the offsets found.

    Parameters
    ----------
    schema : dict of str to Table
    tables : dict of str to RawTable
    found : list of Fragment

    Returns
    -------
    dict of Path to bytes
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
