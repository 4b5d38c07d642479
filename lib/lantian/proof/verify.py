"""Prove the tables against the texts: every fragment, figure, year and silence."""

import hashlib
import os
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from lantian.data.check import id_problems, sound_tables
from lantian.data.plans import find_data, make_plans
from lantian.data.quotes import contradictions, unproved
from lantian.data.read import as_csv, write_files
from lantian.data.schema import DataError, Problem
from lantian.proof.neighbours import mistaken
from lantian.text import wording
from lantian.text.numerals import account, summary
from lantian.text.script import fold

SOURCES = "LANTIAN_SOURCES"
# The tables that quote the texts, and their columns of words; what numerals.csv lists proves nothing, but moves with its text.
QUOTING = dict.fromkeys(("targets", "proofs", "gaps", "text_defects"), "quote") | {"numerals": "text"}
FOUND = "had no offset and was found at"
# A fragment of at least so many characters that stands once in a text shows by how many the text has moved there.
LONG = 6


@dataclass
class Verification:
    """What was proved, document by document.

    Attributes
    ----------
    proved : dict of str to int
        Fragments found exactly at their offset, for each document.
    moved : list of str
        Fragments that were found elsewhere or had no offset yet, in words.
    problems : list of Problem
        What could not be proved.
    accounts : DataFrame
        Its numerals by what accounts for them: a row a document, as from `lantian.text.numerals.summary`.
    """

    proved: dict = field(default_factory=dict)
    moved: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    accounts: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __str__(self):
        filled = [line for line in self.moved if FOUND in line]
        lines = [line for line in self.moved if FOUND not in line]
        lines += map(str, self.problems)
        if filled:
            lines.append(f"fragments found that had no offset yet: {len(filled)}")
        for document, count in self.proved.items():
            numerals = self.accounts.loc[document] if document in self.accounts.index else pd.Series()
            counts = ", ".join(f"{number} {name}" for name, number in numerals.items())
            lines.append(f"{document}: {count} fragments proved; {counts}")
        left = f", {wording.counted(len(self.problems), 'problem')}" if self.problems else ": all"
        return "\n".join([*lines, f"{sum(self.proved.values())} fragments proved{left}"])


def verify(data=None, sources=None, write=False, jurisdictions=None):
    """Prove every fragment of the tables against the texts of the plans.

    Parameters
    ----------
    data : path-like, optional
        The data folder, found as by `load`.
    sources : path-like, optional
        Folder of the texts, ``<jurisdiction>.txt`` each; else ``LANTIAN_SOURCES``.
    write : bool
        Fill empty offsets and repair moved ones in the tables; and record in
        ``documents.csv`` which text was coded, where it does not say.
    jurisdictions : str or list of str, optional
        Only the plans of these places, as ``"lanshan,yuyao"``; by default, or when empty, all.

    Returns
    -------
    Verification

    Raises
    ------
    DataError
        When the tables cannot be read or written, a place is not known, or no folder of texts is named.
    """
    folder = find_data(data)
    schema, tables = sound_tables(folder)
    plans = _plans(folder, schema, tables, jurisdictions)
    texts, problems = read_texts(plans, sources)
    if write and (recorded := _recorded_texts(tables["documents"], texts)):
        write_files({tables["documents"].paths[0]: recorded})
        return verify(data, sources, write, jurisdictions)
    result = Verification(dict.fromkeys(texts, 0), problems=problems)
    located = _located(tables, plans, texts, result)
    if write:
        write_files(_changed_files(tables, located))
    plans = _plans(folder, schema, located, jurisdictions)
    result.problems += id_problems(tables["targets"].cells, unfounded(plans, texts))
    result.problems += id_problems(tables["gaps"].cells, _broken_silences(plans, texts))
    accounted = account(plans, texts)
    result.accounts = summary(accounted)
    result.problems += _unaccounted(accounted)
    if write and not result.problems:
        write_files(_accounts(tables["accounts"], plans, result))
    return result


def _plans(folder, schema, tables, jurisdictions):
    """Join the tables; where some places are chosen, without the documents of the other focus places."""
    plans = make_plans(folder, schema, tables, jurisdictions)
    left_out = plans.jurisdictions.query("role == 'aside'")["id"]
    return replace(plans, documents=plans.documents[~plans.documents["jurisdiction"].isin(left_out)])


def unfounded(plans, documents):
    """Find the cells of targets that the words of the plan do not prove.

    Parameters
    ----------
    plans : Plans
    documents : collection of str
        Ids of the documents that are verified; targets of others are checked against their words alone.

    Yields
    ------
    tuple of str
        Id, column, and what is wrong: as from `unproved`, `contradictions` and `mistaken`.
    """
    verified = plans.targets["document"].isin(documents)
    faults = list(unproved(plans.targets[verified], plans.proofs, plans.units))
    faults += contradictions(plans.targets[~verified], plans.proofs, plans.units)
    yield from faults
    yield from mistaken(plans, plans.targets[verified], {identifier for identifier, *_ in faults})


def _broken_silences(plans, texts):
    """Yield silences whose search terms stand in the text, or have no word of the indicator's name."""
    names = plans.indicators.set_index("id")["name_zh"]
    silences = plans.gaps[(plans.gaps["status"] == "silent") & plans.gaps["document"].isin(texts)]
    for row in silences.itertuples():
        text, name = fold(texts[row.document]), names[row.indicator]
        terms = [fold(term) for term in row.searched.split(";") if term]
        for term in terms:
            if term in text:
                yield row.id, "searched", f"{term!r} stands in the text at {text.index(term)}"
        if not any(len(term) > 1 and term in fold(name) for term in terms):
            message = f"{row.searched!r} has no word of {name!r}; search for the thing itself too"
            yield row.id, "searched", message


def _unaccounted(accounted):
    """List a problem for each numeral without an account."""
    how = "is unaccounted for: prove it by a row or list it"
    return [
        Problem("numerals.csv", 0, row.document, f"{row.text!r} at {row.start} ({row.context!r}) {how}")
        for row in accounted[accounted["how"] == "unaccounted"].itertuples()
    ]


def _accounts(table, plans, result):
    """Return the file that records what was proved, for readers without the texts; rows of other documents stay."""
    hashes = plans.documents.set_index("id")["text_sha256"]
    rows = [row for row in table.rows() if row["document"] not in result.proved]
    for document, counts in result.accounts.rename(columns=lambda name: name.replace(" ", "_")).iterrows():
        proved = {"text_sha256": hashes[document], "proved": result.proved[document]}
        rows.append({"document": document} | proved | counts.to_dict())
    return {table.paths[0]: as_csv(table.cells.columns, sorted(rows, key=lambda row: row["document"]))}


# --- texts -----------------------------------------------------------------------------------------------------------


def read_texts(plans, sources=None):
    """Read the texts of all documents with full access, from a folder or from ``LANTIAN_SOURCES``.

    Returns
    -------
    texts : dict of str to str
        Text of each document that can be read.
    problems : list of Problem
        Missing files and differing hashes.
    """
    sources = sources or os.environ.get(SOURCES)
    if not sources:
        raise DataError([Problem("", 0, "", f"no texts named: give --sources DIR or set {SOURCES}")])
    texts, problems = {}, []
    for row in plans.documents[plans.documents["access"] == "full_text"].itertuples():
        path = Path(sources) / f"{row.jurisdiction}.txt"
        try:
            texts[row.id] = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(str(path), 0, "", f"the text of {row.id} cannot be read: {error}"))
            continue
        sha256 = _sha256(texts[row.id])
        message = (
            f"the text of {row.id} is not the one that was coded (its SHA-256 differs from documents.csv)"
        )
        if not row.text_sha256:
            message = f"documents.csv does not say which text was coded; if it is this one: text_sha256 {sha256}, text_chars {len(texts[row.id])}"
        if sha256 != row.text_sha256:
            problems.append(Problem(str(path), 0, "text_sha256", message))
    return texts, problems


def _sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _recorded_texts(table, texts):
    """Return documents.csv with the hash and length of texts where it has none; empty where none is missing."""
    rows, missing = table.rows(), False
    for row in rows:
        if row["id"] in texts and not row["text_sha256"] + row["text_chars"]:
            text, missing = texts[row["id"]], True
            row |= {"text_sha256": _sha256(text), "text_chars": str(len(text))}
    return as_csv(table.cells.columns, rows) if missing else ""


# --- fragments -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fragment:
    """A quote with its place in the tables and, where they have it, its offset in the text."""

    table: str
    row: int
    path: str
    line: int
    document: str
    quote: str
    start: int | None

    def stands_in(self, text):
        """Return whether it stands in the text at its offset."""
        return self.start is not None and text.startswith(self.quote, self.start)

    def problem(self, column, message):
        """Return what is wrong with it as a problem with path and line."""
        return Problem(self.path, self.line, column, f"{self.quote!r} {message}")


def _located(tables, plans, texts, result):
    """Return the tables with the offsets found in the texts; record in the result what was proved, moved and not found."""
    hashes = plans.documents.set_index("id")["text_sha256"]
    documents = dict(zip(plans.targets["id"], plans.targets["document"]))
    listed, starts = list(_fragments(tables, documents)), {name: {} for name in QUOTING}
    for document, text in texts.items():
        fragments = [fragment for fragment in listed if fragment.document == document]
        found, moved, problems = _locate(fragments, text, is_coded=_sha256(text) == hashes[document])
        result.moved += moved
        result.problems += problems
        for fragment in found:
            starts[fragment.table][fragment.row] = "" if fragment.start is None else str(fragment.start)
            # A numeral that is listed proves nothing.
            result.proved[document] += fragment.table != "numerals" and fragment.stands_in(text)
    return tables | {name: _with_starts(tables[name], rows) for name, rows in starts.items()}


def _with_starts(table, starts):
    """Return a table with other offsets, by the numbers of their rows."""
    offsets = [starts.get(row, start) for row, start in enumerate(table.cells["start"])]
    return replace(table, cells=table.cells.assign(start=offsets))


def _changed_files(tables, located):
    """Return the texts of the files in which an offset was missing or wrong, by their paths."""
    files = {}
    for name in QUOTING:
        before, after = tables[name].cells, located[name].cells
        for path, rows in after.groupby(level="path"):
            if list(rows["start"]) != list(before.loc[[path], "start"]):
                files[Path(path)] = as_csv(rows.columns, rows.to_dict("records"))
    return files


def _fragments(tables, documents):
    """Yield the fragments of the tables; `documents` has the document of each target."""
    for name, column in QUOTING.items():
        for number, (place, row) in enumerate(zip(tables[name].cells.index, tables[name].rows())):
            if row[column]:
                document = row.get("document") or documents[row["target"]]
                start = int(row["start"]) if row["start"] else None
                yield Fragment(name, number, *place, document, row[column], start)


def _locate(fragments, text, is_coded):
    """Find the fragments of one text at their offsets or, where the text has moved, near where they should now be.

    Parameters
    ----------
    fragments : list of Fragment
        Of one document.
    text : str
    is_coded : bool
        Whether this is the very text that the offsets count.

    Returns
    -------
    found : list of Fragment
        With the offsets found; those that were not found keep theirs.
    moved, problems : list of str, list of Problem
    """
    places = {
        quote: [match.start() for match in re.finditer(f"(?={re.escape(quote)})", text)]
        for quote in {fragment.quote for fragment in fragments}
    }
    shifts = {} if is_coded else _shifts(fragments, places)
    found, moved, problems = [], [], []
    for fragment in fragments:
        candidates, old = places[fragment.quote], fragment.start
        if problem := _unlocated(fragment, candidates):
            problems.append(problem)
            found.append(fragment)
            continue
        start = candidates[0] if old is None else _nearest(old, candidates, shifts)
        if start != old:
            words = f"{FOUND} {start}" if old is None else f"found at {start} instead of {old}"
            moved.append(str(fragment.problem("start", words)))
        found.append(replace(fragment, start=start))
    return found, moved, problems + _doubled(found)


def _shifts(fragments, places):
    """Map the old offsets of long fragments that stand once in the text to the number of characters that each has moved."""
    return {
        fragment.start: places[fragment.quote][0] - fragment.start
        for fragment in fragments
        if fragment.start is not None and len(fragment.quote) >= LONG and len(places[fragment.quote]) == 1
    }


def _unlocated(fragment, candidates):
    """Return the problem of a fragment that is not in the text, or at several places of which no offset names one."""
    if not candidates:
        return fragment.problem(QUOTING[fragment.table], f"is not in the text of {fragment.document}")
    if fragment.start is None and len(candidates) > 1:
        message = f"stands at {', '.join(map(str, candidates))}; give the right offset"
        return fragment.problem(QUOTING[fragment.table], message)
    return None


def _nearest(old, candidates, shifts):
    """Return the candidate nearest to an old offset moved as the nearest long fragment has."""
    anchor = min(sorted(shifts), key=lambda start: abs(start - old), default=None)
    expected = old + shifts.get(anchor, 0)
    return min(candidates, key=lambda start: abs(start - expected))


def _doubled(found):
    """List a problem for each of several listed numerals that stand at one place."""
    numerals = [fragment for fragment in found if fragment.table == "numerals"]
    counts = Counter(fragment.start for fragment in numerals)
    return [
        fragment.problem("start", f"and another row stand at {fragment.start}; delete one")
        for fragment in numerals
        if counts[fragment.start] > 1
    ]
