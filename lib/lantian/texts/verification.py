"""Prove the tables against the texts: every fragment, figure, year and silence."""

import hashlib
import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from lantian.language import wording
from lantian.tables.checks import check
from lantian.tables.files import RawTable, as_csv, put, read_tables
from lantian.tables.plans import find_data, load
from lantian.tables.schema import DataError, Problem, read_schema
from lantian.texts.numerals import account, summary
from lantian.texts.proof import unproved

SOURCES = "LANTIAN_SOURCES"
FRAGMENT_TABLES = ("targets", "proofs", "gaps", "text_defects")
FOUND = "had no offset and was found at"


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
        The numeral account: a row a document, as from `lantian.numerals.summary`.
    """

    proved: dict = field(default_factory=dict)
    moved: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    accounts: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __str__(self):
        found = [line for line in self.moved if FOUND in line]
        lines = [f"fragments found that had no offset yet: {len(found)}"] if found else []
        for document, count in self.proved.items():
            told = self.accounts.loc[document].items() if document in self.accounts.index else ()
            lines.append(f"{document}: {count} fragments proved; " + ", ".join(f"{n} {name}" for name, n in told))
        total = sum(self.proved.values())
        left = f", {wording.counted(len(self.problems), 'problem')}" if self.problems else ": all"
        moved = [line for line in self.moved if FOUND not in line]
        return "\n".join([*moved, *map(str, self.problems), *lines, f"{total} fragments proved{left}"])


def verify(data=None, sources=None, write=False):
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

    Returns
    -------
    Verification

    Raises
    ------
    DataError
        When the tables do not pass `check` or cannot be written, or no folder of texts is named.
    """
    folder = find_data(data)
    problems = check(folder)
    if problems:
        raise DataError(problems)
    plans = load(folder, jurisdictions=())
    texts, faults = read_texts(plans, sources)
    if write and _write_texts(folder, texts):
        plans = load(folder, jurisdictions=())
        texts, faults = read_texts(plans, sources)
    schema = read_schema(folder)
    tables, _ = read_tables(folder, schema)
    result = Verification({document: 0 for document in texts}, problems=faults)
    found = [_place(fragment, texts, result) for fragment in _fragments(tables, plans) if fragment.document in texts]
    if write:
        put(_repaired(schema, tables, found))
    plans = _with_starts(plans, found)
    result.problems += _placed(tables["targets"], unproved(plans, texts))
    result.problems += _placed(tables["gaps"], _broken_silences(plans, texts))
    _account(plans, texts, result)
    if write and not result.problems:
        put(_accounts(folder, schema["accounts"], plans, result))
    return result


def _with_starts(plans, found):
    """Give the rows the offsets at which they were found, written or not."""
    frames = {name: getattr(plans, name) for name in ("targets", "gaps", "proofs")}
    for name, rows in frames.items():
        starts = {fragment.key: fragment.start for fragment in found if fragment.table == name}
        keys = rows["id"] if "id" in rows else rows.index
        frames[name] = rows.assign(start=pd.array([starts.get(key) for key in keys], "Int64"))
    return replace(plans, **frames)


def _placed(raw, faults):
    """Turn (id, column, message) into problems with path and line."""
    rows = {identifier: row for row, identifier in enumerate(raw.cells["id"].to_pylist())}
    return [_problem(raw, rows[identifier], column, message) for identifier, column, message in faults]


def _problem(raw, row, column, message):
    path, line = raw.place(row)
    return Problem(str(path), line, column, message)


def _account(plans, texts, result):
    """Add the numeral account: a problem for each numeral that nothing tells."""
    accounted = account(plans, texts)
    for row in accounted[accounted["how"] == "unaccounted"].itertuples():
        message = f"{row.text!r} at {row.start} ({row.context!r}) is unaccounted for: prove it by a row or list it"
        result.problems.append(Problem("numerals.csv", 0, row.document, message))
    result.accounts = summary(accounted)


def _accounts(folder, table, plans, result):
    """Return the table that records what was proved, for those who have no texts."""
    hashes = plans.documents.set_index("id")["text_sha256"]
    rows = [
        {"document": document, "text_sha256": hashes[document], "proved": result.proved[document]}
        | {name.replace(" ", "_"): count for name, count in counts.items()}
        for document, counts in result.accounts.sort_index().iterrows()
    ]
    return {Path(folder) / table.paths[0]: as_csv(table.columns, rows)}


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
            content = path.read_bytes()
            texts[row.id] = content.decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(str(path), 0, "", f"the text of {row.id} cannot be read: {error}"))
            continue
        sha256 = hashlib.sha256(content).hexdigest()
        message = f"the text of {row.id} is not the one that was coded (its SHA-256 differs from documents.csv)"
        if not row.text_sha256:
            message = f"documents.csv does not say which text was coded; if it is this one: text_sha256 {sha256}, text_chars {len(texts[row.id])}"
        if sha256 != row.text_sha256:
            problems.append(Problem(str(path), 0, "text_sha256", message))
    return texts, problems


def _fragments(tables, plans):
    documents = plans.targets.set_index("id")["document"]
    for name in FRAGMENT_TABLES:
        for row, cells in enumerate(tables[name].cells.to_pylist()):
            if cells["quote"]:
                document = cells.get("document") or documents[cells["target"]]
                start = int(cells["start"]) if cells["start"] else None
                yield Fragment(name, row, cells.get("id", row), tables[name], document, cells["quote"], start)


def _place(fragment, texts, result):
    """Find a fragment at its offset or, failing that, by its words."""
    text = texts[fragment.document]
    if fragment.start is not None and text.startswith(fragment.quote, fragment.start):
        result.proved[fragment.document] += 1
        return fragment
    places = [match.start() for match in re.finditer(f"(?={re.escape(fragment.quote)})", text)]
    if len(places) != 1 and not (places and fragment.start is not None):
        message = f"{fragment.quote!r} is not in the text of {fragment.document}"
        if places:
            message = f"{fragment.quote!r} stands at {', '.join(map(str, places))}; give the right offset"
        result.problems.append(_problem(fragment.raw, fragment.row, "quote", message))
        return fragment
    nearest = min(places, key=lambda place: abs(place - (fragment.start or place)))
    found = f"found at {nearest} instead of {fragment.start}" if fragment.start is not None else f"{FOUND} {nearest}"
    result.moved.append(str(_problem(fragment.raw, fragment.row, "start", f"{fragment.quote!r} {found}")))
    result.proved[fragment.document] += 1
    return replace(fragment, start=nearest)


def _repaired(schema, tables, fragments):
    """Return the files, by their paths, in which an offset was missing or wrong, with the offsets found."""
    files = {}
    for name in FRAGMENT_TABLES:
        raw = tables[name]
        starts = {fragment.row: str(fragment.start) for fragment in fragments if fragment.table == name and fragment.start is not None}
        old = raw.cells.to_pylist()
        new = [row | ({"start": starts[index]} if index in starts else {}) for index, row in enumerate(old)]
        for path, first, end in zip(raw.paths, raw.starts, [*raw.starts[1:], len(old)]):
            if new[first:end] != old[first:end]:
                files[path] = as_csv(schema[name].columns, new[first:end])
    return files


def _write_texts(folder, texts):
    """Record the hash and length of texts that documents.csv does not name yet; say whether there were any."""
    schema = read_schema(folder)
    rows = read_tables(folder, schema)[0]["documents"].cells.to_pylist()
    new = [row for row in rows if row["id"] in texts and not row["text_sha256"] + row["text_chars"]]
    for row in new:
        text = texts[row["id"]]
        row |= {"text_sha256": hashlib.sha256(text.encode()).hexdigest(), "text_chars": str(len(text))}
    if new:
        put({Path(folder) / schema["documents"].paths[0]: as_csv(schema["documents"].columns, rows)})
    return bool(new)


def _broken_silences(plans, texts):
    """Yield the terms of a silence that do stand in the text."""
    for row in plans.gaps[plans.gaps["status"] == "silent"].itertuples():
        text = texts.get(row.document, "")
        for term in filter(None, row.searched.split(";")):
            if term in text:
                yield row.id, "searched", f"{term!r} stands in the text at {text.index(term)}"
