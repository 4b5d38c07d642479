"""Prove the tables against the texts: every fragment, figure, year and silence."""

import hashlib
import os
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from lantian.data.plans import find_data, load
from lantian.data.quotes import contradictions, unproved
from lantian.data.read import as_csv, read_tables, write_files
from lantian.data.rules import row_problems
from lantian.data.schema import DataError, Problem, read_schema
from lantian.proof.fragments import FOUND, fragments, locate, repaired
from lantian.proof.neighbours import mistaken
from lantian.text import wording
from lantian.text.numerals import account, summary
from lantian.text.script import fold

SOURCES = "LANTIAN_SOURCES"


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
    plans = _plans(folder, jurisdictions)
    texts, faults = read_texts(plans, sources)
    if write and _write_texts(folder, texts):
        plans = _plans(folder, jurisdictions)
        texts, faults = read_texts(plans, sources)
    schema = read_schema(folder)
    tables, _ = read_tables(folder, schema)
    result = Verification(dict.fromkeys(texts, 0), problems=faults)
    found = _located(tables, plans, texts, result)
    if write:
        write_files(repaired(schema, tables, found))
    plans = _with_starts(plans, found)
    result.problems += row_problems(tables["targets"].cells, unfounded(plans, texts))
    result.problems += row_problems(tables["gaps"].cells, _broken_silences(plans, texts))
    _account(plans, texts, result)
    if write and not result.problems:
        write_files(_accounts(folder, schema["accounts"], plans, result))
    return result


def unfounded(plans, documents):
    """Find the cells of targets that the words of the plan do not prove.

    Parameters
    ----------
    plans : Plans
    documents : collection of str
        Ids of the documents that are verified; targets of others are checked against their own words alone.

    Yields
    ------
    tuple of str
        Id, column, and what is wrong: as from `unproved`, `contradictions` and `mistaken`.
    """
    verified = plans.targets["document"].isin(documents)
    faults = [
        *unproved(plans.targets[verified], plans.proofs, plans.units),
        *contradictions(plans.targets[~verified], plans.proofs, plans.units),
    ]
    yield from faults
    yield from mistaken(plans, plans.targets[verified], {identifier for identifier, *_ in faults})


def _plans(folder, jurisdictions):
    """Load the tables; where some places are chosen, without the documents of the other focus places."""
    plans = load(folder, jurisdictions=jurisdictions or ())
    left_out = plans.jurisdictions.query("role == 'left_out'")["id"]
    chosen = plans.focus["id"]
    places = plans.documents["jurisdiction"]
    return replace(plans, documents=plans.documents[places.isin(chosen) | ~places.isin(left_out)])


def _located(tables, plans, texts, result):
    """Find the fragments of every text; record in the result what was proved, moved and not found."""
    hashes = plans.documents.set_index("id")["text_sha256"]
    listed, found = defaultdict(list), []
    for fragment in fragments(tables, dict(zip(plans.targets["id"], plans.targets["document"]))):
        listed[fragment.document].append(fragment)
    for document, text in texts.items():
        located, moved, problems = locate(listed[document], text, coded=_sha256(text) == hashes[document])
        result.proved[document] = sum(fragment.proves and fragment.stands_in(text) for fragment in located)
        result.moved += moved
        result.problems += problems
        found += located
    return found


def _sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _with_starts(plans, found):
    """Give the rows of the tables the offsets at which their fragments were found."""
    frames = {name: getattr(plans, name) for name in ("targets", "gaps", "proofs", "numerals")}
    for name, rows in frames.items():
        starts = {fragment.key: fragment.start for fragment in found if fragment.table == name}
        keys = rows.get("id", rows.index.to_series())
        frames[name] = rows.assign(start=keys.map(starts).astype("Int64"))
    return replace(plans, **frames)


def _account(plans, texts, result):
    """Record in the result what accounts for the numerals of the texts, and a problem for each without an account."""
    accounted = account(plans, texts)
    for row in accounted[accounted["how"] == "unaccounted"].itertuples():
        message = (
            f"{row.text!r} at {row.start} ({row.context!r}) is unaccounted for: prove it by a row or list it"
        )
        result.problems.append(Problem("numerals.csv", 0, row.document, message))
    result.accounts = summary(accounted)


def _accounts(folder, table, plans, result):
    """Return the file that records what was proved, for readers without the texts; rows of other documents stay."""
    hashes = plans.documents.set_index("id")["text_sha256"]
    path = Path(folder) / table.paths[0]
    kept = [
        row
        for row in read_tables(folder, {"accounts": table})[0]["accounts"].rows()
        if row["document"] not in result.proved
    ]
    rows = [
        {"document": document, "text_sha256": hashes[document], "proved": result.proved[document]}
        | {name.replace(" ", "_"): count for name, count in counts.items()}
        for document, counts in result.accounts.sort_index().iterrows()
    ]
    return {path: as_csv(table.columns, sorted(kept + rows, key=lambda row: row["document"]))}


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
        if not row.text_sha256:
            message = f"documents.csv does not say which text was coded; if it is this one: text_sha256 {sha256}, text_chars {len(texts[row.id])}"
        else:
            message = (
                f"the text of {row.id} is not the one that was coded (its SHA-256 differs from documents.csv)"
            )
        if sha256 != row.text_sha256:
            problems.append(Problem(str(path), 0, "text_sha256", message))
    return texts, problems


def _write_texts(folder, texts):
    """Record the hash and length of texts in documents.csv where it has none; return whether there were any."""
    schema = read_schema(folder)
    rows = read_tables(folder, schema)[0]["documents"].rows()
    new = [row for row in rows if row["id"] in texts and not row["text_sha256"] + row["text_chars"]]
    for row in new:
        text = texts[row["id"]]
        row |= {"text_sha256": _sha256(text), "text_chars": str(len(text))}
    if new:
        write_files({Path(folder) / schema["documents"].paths[0]: as_csv(schema["documents"].columns, rows)})
    return bool(new)


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
