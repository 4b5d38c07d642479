"""Prove the tables against the texts: every fragment, figure, year and silence."""

import hashlib
import os
import re
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path

import pandas as pd

from lantian.data.check import id_problems, sound_tables
from lantian.data.files import as_csv, write_files
from lantian.data.plans import find_data, make_plans
from lantian.data.quotes import contradictions, countable, unproved
from lantian.data.schema import DataError, Problem
from lantian.text import fold, wording
from lantian.text.figures import RESPECTIVELY, listed
from lantian.text.numerals import account, fragments, summary

SOURCES = "LANTIAN_SOURCES"
DIFFERS = "the text of {id} is not the one that was coded (its SHA-256 differs from documents.csv)"
UNKNOWN = "documents.csv does not say which text was coded; if it is this one: text_sha256 {sha256}, text_chars {chars}"
# The tables that quote the texts; what numerals.csv lists proves nothing, but moves with its text.
QUOTING = ("targets", "proofs", "gaps", "text_defects", "numerals")
FOUND = "had no offset and was found at"
# A fragment of at least so many characters that stands once in a text shows by how many the text has moved there.
LONG = 6
BEHIND = 8  # characters shown behind a fragment that stands in several places
WAYS_OUT = "correct a value, shorten the quote, or list the figure in numerals.csv"
# What a stretch goal shares with its basic one.
THING = ("indicator", "kind", "subject", "area", "target_year")


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
        lines = [line for line in self.moved if FOUND not in line]
        filled = len(self.moved) - len(lines)
        lines += [f"{problem} ({problem.row})" if problem.row else str(problem) for problem in self.problems]
        if filled:
            lines.append(f"fragments found that had no offset yet: {filled}")
        for document, count in self.proved.items():
            numerals = self.accounts.T.get(document, {})
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
    plans = make_plans(folder, schema, tables, jurisdictions)
    texts, problems = read_texts(plans, sources)
    if write and (recorded := _recorded_texts(tables["documents"], texts)):
        write_files({tables["documents"].paths[0]: recorded})
        return verify(data, sources, write, jurisdictions)
    result = Verification(dict.fromkeys(texts, 0), problems=problems)
    located = _located(tables, plans, texts, result)
    if write:
        write_files(_changed_files(tables, located))
    plans = make_plans(folder, schema, located, jurisdictions)
    result.problems += id_problems(tables["targets"].cells, unfounded(plans, texts))
    result.problems += id_problems(tables["gaps"].cells, _broken_silences(plans, texts))
    accounted = account(plans, texts)
    result.accounts = summary(accounted)
    result.problems += _unaccounted(accounted)
    if write and not result.problems:
        write_files(_accounts(tables["accounts"], plans, result))
    return result


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
        Id, column, and what is wrong: as from `unproved` and `contradictions`; then figures that belong to another
        target of a list, fall short of a basic goal, or stand in a quote and are no row's value.
    """
    verified = plans.every_target["document"].isin(documents)
    targets = plans.every_target[verified]
    faults = list(unproved(targets, plans.proofs, plans.units))
    faults += contradictions(plans.every_target[~verified], plans.proofs, plans.units)
    yield from faults
    yield from _swapped(plans, targets)
    yield from _stretch_faults(targets)
    yield from _unexplained(plans, targets, {identifier for identifier, *_ in faults})


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
    """Yield a problem for each numeral without an account."""
    for row in accounted[accounted["how"] == "unaccounted"].itertuples():
        found = f"{row.text!r} at {row.start} ({row.context!r})"
        message = f"{found} is unaccounted for: prove it by a row or list it"
        yield Problem("numerals.csv", 0, row.document, message)


def _accounts(table, plans, result):
    """Return the file that records what was proved, for readers without the texts; rows of other documents stay."""
    counts = result.accounts.rename(columns=lambda name: name.replace(" ", "_")).rename_axis("document")
    hashes = plans.documents.set_index("id")["text_sha256"]
    counts = counts.assign(text_sha256=hashes, proved=pd.Series(result.proved)).reset_index()
    others = table.cells[~table.cells["document"].isin(result.proved)]
    rows = pd.concat([others, counts]).sort_values("document")
    return {table.paths[0]: as_csv(table.cells.columns, rows)}


# --- texts -----------------------------------------------------------------------------------------------------------


def read_texts(plans, sources=None):
    """Read the texts of all documents read, whole or in part, from a folder or from ``LANTIAN_SOURCES``.

    Those of places that are left out of the comparison are not read.

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
    left_out = plans.jurisdictions.query("role == 'left_out'")["id"]
    for row in plans.documents_read.drop(left_out, errors="ignore").itertuples():
        path = Path(sources) / f"{row.jurisdiction}.txt"
        try:
            text = texts[row.id] = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(str(path), 0, "", f"the text of {row.id} cannot be read: {error}"))
            continue
        if row.text_sha256 != (sha256 := _sha256(text)):
            message = DIFFERS if row.text_sha256 else UNKNOWN
            message = message.format(id=row.id, sha256=sha256, chars=len(text))
            problems.append(Problem(str(path), 0, "text_sha256", message))
    return texts, problems


def _sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def _recorded_texts(table, texts):
    """Return documents.csv with the hash and length of texts where it has none; empty where none is missing."""
    rows = table.rows()
    missing = [row for row in rows if row["id"] in texts and not row["text_sha256"] + row["text_chars"]]
    for row in missing:
        text = texts[row["id"]]
        row |= {"text_sha256": _sha256(text), "text_chars": str(len(text))}
    return as_csv(table.cells.columns, rows) if missing else ""


# --- fragments -------------------------------------------------------------------------------------------------------


def _located(tables, plans, texts, result):
    """Return the tables with the offsets found in the texts; record in the result what was proved, moved and not found."""
    hashes = plans.documents.set_index("id")["text_sha256"]
    fragments, starts, located = _fragments(tables, plans.every_target), {}, dict(tables)
    for document, text in texts.items():
        rows = fragments[fragments["document"] == document]
        found = _locate(rows, text, _sha256(text) == hashes[document], result)
        result.proved[document] = int((found["table"] != "numerals").sum())
        starts |= found["start"].to_dict()
    for name in QUOTING:
        cells = tables[name].cells
        offsets = [str(starts.get(place, old)) for place, old in cells["start"].items()]
        located[name] = replace(tables[name], cells=cells.assign(start=offsets))
    return located


def _changed_files(tables, located):
    """Return the texts of the files in which an offset was missing or wrong, by their paths."""
    files = {}
    for name in QUOTING:
        for path, rows in located[name].cells.groupby(level="path"):
            if not rows.equals(tables[name].cells.loc[[path]]):
                files[Path(path)] = as_csv(rows.columns, rows)
    return files


def _fragments(tables, targets):
    """List the fragments of the tables, by path and line: table, document, target (of a proof), quote and offset."""
    cells = {name: tables[name].cells.rename(columns={"text": "quote"}) for name in QUOTING}
    rows = pd.concat(cells, names=["table"]).reset_index("table")
    rows = rows[["table", "document", "target", "quote", "start"]]
    documents = rows["target"].map(targets.set_index("id")["document"])
    starts = pd.to_numeric(rows["start"].mask(rows["start"] == "")).astype("Int64")
    return rows.assign(document=rows["document"].fillna(documents), start=starts)[rows["quote"] != ""]


def _problem(fragment, column, message):
    """Return what is wrong with a fragment as a problem; of a proof, with its target."""
    owner = "" if pd.isna(fragment.target) else f" (a proof of {fragment.target})"
    return Problem(*fragment.Index, column, f"{fragment.quote!r}{owner} {message}")


def _locate(fragments, text, is_coded, result):
    """Find the fragments of one text at their offsets or, where the text has moved, near where they should now be.

    Return those that were found, with their offsets. Record in the result what was moved and not found. `is_coded`
    says whether this is the very text that the offsets count.
    """
    places, starts = {}, []
    for quote in fragments["quote"].unique():
        places[quote] = [match.start() for match in re.finditer(f"(?={re.escape(quote)})", text)]
    shifts = {} if is_coded else _shifts(fragments, places)
    for fragment in fragments.itertuples():
        candidates, old, start = places[fragment.quote], fragment.start, None
        if not candidates or (pd.isna(old) and len(candidates) > 1):
            column = "text" if fragment.table == "numerals" else "quote"
            result.problems.append(_problem(fragment, column, _unlocated(fragment, candidates, text)))
        elif pd.isna(old):
            start = candidates[0]
            result.moved.append(str(_problem(fragment, "start", f"{FOUND} {start}")))
        elif (start := _nearest(old, candidates, shifts)) != old:
            result.moved.append(str(_problem(fragment, "start", f"found at {start} instead of {old}")))
        starts.append(start)
    located = fragments.assign(start=pd.array(starts, "Int64")).dropna(subset="start")
    result.problems += _doubled(located[located["table"] == "numerals"])
    return located


def _shifts(fragments, places):
    """Map the old offsets of long fragments that stand once in the text to the number of characters that each has moved."""
    long = fragments[fragments["start"].notna() & (fragments["quote"].str.len() >= LONG)]
    found = zip(long["start"], long["quote"].map(places))
    return {old: candidates[0] - old for old, candidates in found if len(candidates) == 1}


def _unlocated(fragment, candidates, text):
    """Say that a fragment is not in the text, or at several places of which no offset names one."""
    if not candidates:
        return f"is not in the text of {fragment.document}"
    behind = {start: text[start + len(fragment.quote) :][:BEHIND].split("\n")[0] for start in candidates}
    shown = ", ".join(f"{start} (before {words!r})" for start, words in behind.items())
    return f"stands at {shown}; give the right offset in start"


def _nearest(old, candidates, shifts):
    """Return the candidate nearest to an old offset moved as the nearest long fragment has."""
    anchor = min(sorted(shifts), key=lambda start: abs(start - old), default=None)
    expected = old + shifts.get(anchor, 0)
    return min(candidates, key=lambda start: abs(start - expected))


def _doubled(numerals):
    """Yield a problem for each of several listed numerals that stand at one place."""
    for numeral in numerals[numerals["start"].duplicated(keep=False)].itertuples():
        yield _problem(numeral, "start", f"and another row stand at {numeral.start}; delete one")


# --- figures that what stands next to them shows to be wrong: a list, a basic goal, other figures in the quote -------


def _swapped(plans, targets):
    """Yield the figures that a list gives to another indicator."""
    names = targets["indicator"] + targets["indicator"].map(plans.indicators.set_index("id")["name_zh"])
    rows = targets.assign(words=targets["quote"].map(fold), name=names)
    rows = rows[rows["words"].str.contains(RESPECTIVELY) & rows["start"].notna()]
    place = rows["start"] + rows["words"].str.find(RESPECTIVELY)
    for _, sharing in rows.groupby(["document", place]):
        yield from _swapped_in_list(sharing)


def _swapped_in_list(rows):
    """Yield the figures of one list that belong to another thing in it; nothing where the things cannot be distinguished."""
    things, printed = listed(max(rows["words"], key=len))
    ending = len(os.path.commonprefix([name[::-1] for name in rows["name"]]))  # as of 排放总量
    positions = [_best_match(name[: len(name) - ending], things) for name in rows["name"]]
    if len(things) != len(printed) or None in positions or len(set(positions)) < len(positions):
        return
    for row, position in zip(rows.itertuples(), positions):
        value, right = f"{abs(row.value):.15g}", printed[position]
        if value != right and value in printed:
            owner = things[printed.index(value)]
            message = f"{value} belongs to {owner!r} in the list; that of {things[position]!r} is {right}"
            yield row.id, "value", message


def _best_match(name, things):
    """Return the position of the one thing that shares the longest words with a name; None where there is no such one."""
    matchers = [SequenceMatcher(None, name.casefold(), thing.casefold(), autojunk=False) for thing in things]
    lengths = [matcher.find_longest_match().size for matcher in matchers]
    longest = max(lengths)
    return lengths.index(longest) if longest > 1 and lengths.count(longest) == 1 else None


def _stretch_faults(targets):
    """Yield stretch goals for another thing or year than their basic goals, and those that fall short of them."""
    pairs = targets.merge(targets, left_on="stretch_of", right_on="id", suffixes=("", "_basic"))
    for row in pairs.itertuples():
        other = [name for name in THING if str(getattr(row, name)) != str(getattr(row, f"{name}_basic"))]
        if other:
            message = f"differs in {', '.join(other)}; a stretch goal is one more for the same thing and year"
            yield row.id, "stretch_of", f"{row.id_basic!r} {message}"
        elif row.unit == row.unit_basic and _falls_short(row):
            message = f"falls short of the {row.value_basic:.15g} that it stretches ({row.id_basic})"
            yield row.id, "value", f"{row.value:.15g} {message}"


def _falls_short(row):
    """Return whether a stretch goal has a lesser figure than its basic goal; a larger amount is always more."""
    if row.value_basis != "figure" or row.value_basis_basic != "figure":
        return False
    if row.better == "lower" and row.kind != "amount":
        return row.value > row.value_basic
    return row.better in ("lower", "higher") and row.value < row.value_basic


def _unexplained(plans, targets, wrong):
    """Yield the quotes that hold a figure which is the value or size of no row that rests on it, and is not listed.

    Figures on which rows known to be wrong rest are passed over: the same fault would be named again.
    """
    numbers = {row.id: _numbers(row) for row in targets.itertuples()}
    with_figure = targets.loc[targets["value_basis"] == "figure", "id"]
    spans = fragments(plans)
    spans = spans.assign(end=spans["start"] + spans["quote"].str.len())
    for row in spans[(spans["how"] == "target") & spans["reason"].isin(with_figure)].itertuples():
        for figure in countable(row.quote):
            place, number = row.start + figure.start, figure.number
            holds = (spans["document"] == row.document) & (spans["start"] <= place) & (place < spans["end"])
            resting = set(spans.loc[holds, "reason"])
            explained = set().union(*(numbers.get(identifier, ()) for identifier in resting))
            is_listed = "listed" in set(spans.loc[holds, "how"])
            if not (resting & wrong or number in explained or is_listed):
                message = f"holds {number:.15g} at {place}, the value of no row that rests on these words"
                yield row.reason, "quote", f"{message}; {WAYS_OUT}"


def _numbers(row):
    """Return the numbers that a target explains in its words: its values and the sizes of what it acts on."""
    sizes = re.findall(r"\d+(?:\.\d+)?", row.subject_class + row.exception)
    values = {abs(value) for value in (row.value, row.value_max) if pd.notna(value)}
    return values | set(map(float, sizes))
