"""The figures of the findings, held against those that `sql/answers.sql` works out from the SQLite export."""

import ast
import contextlib
import dataclasses
import functools
import json
import re
import sqlite3
from pathlib import Path
from unittest.mock import patch

import lantian as lt
import pytest
from lantian.analysis import compare
from lantian.data.export import export
from lantian.text import wording

ROOT = Path(__file__).parents[1]
SQL = (ROOT / "sql" / "answers.sql").read_text("utf-8")
NAME = re.compile(r"^-- (\w+ finding[\w-]*|targets|gaps)$", re.M)
# What is left to the library, and why.
PAIRS = "how two targets compare is judged by the library"
ACTS = "goals without a figure, and on subjects that only resemble each other, are held against others by the library"
LEFT = {
    ("00_at_a_glance finding-compares", "comparable"): PAIRS,
    ("00_at_a_glance finding-compares", "degrees"): PAIRS,
    ("04_everything_else finding-shared", "fits"): PAIRS,
    ("09_method finding-degrees", "fits"): PAIRS,
    ("05_cascade finding", "ids"): ACTS,
    ("05_cascade finding-average", "beyond"): ACTS,
    ("05_cascade finding-average", "places"): ACTS,
}
# Lists of which the query has some parts, each of them on the page.
PARTLY = {("09_method finding-degrees", "degrees")}
# What cannot be compared while the judging of pairs, which takes most of the time, is switched off.
JUDGED = {
    ("00_at_a_glance finding-compares", "same"),
    ("04_everything_else finding-shared", "direct"),
    ("09_method finding-degrees", "degrees"),
}
DAY = re.compile(rf"(\d+) ({'|'.join(wording.MONTHS)}) (\d{{4}})")
BOUNDS = "at most,at least,less than,more than,about,below,above,by,before,from".split(",")
SIZES = {"million": 1e6, "billion": 1e9}


# --- the queries ----------------------------------------------------------------------------------------------------


def answers(base):
    """Run all queries; return their rows as dicts, by the name of the query."""
    head, *parts = NAME.split(SQL)
    # Not every SQLite has it.
    base.create_function("pow", 2, lambda *numbers: None if None in numbers else pow(*numbers))
    base.row_factory = sqlite3.Row
    base.executescript(head)
    queries = zip(parts[::2], parts[1::2], strict=True)
    return {name: [dict(row) for row in base.execute(query)] for name, query in queries}


@pytest.fixture(scope="module")
def exported(data, tmp_path_factory):
    return export(tmp_path_factory.mktemp("answers") / "lantian.sqlite", data)


@pytest.fixture(scope="module")
def answered(exported):
    with contextlib.closing(sqlite3.connect(exported)) as base:
        return answers(base)


# --- the findings ---------------------------------------------------------------------------------------------------


def compiled(source):
    """Compile a cell so that the value of its last line is displayed."""
    *before, last = ast.parse(source).body
    if isinstance(last, ast.Expr):
        display = ast.Call(ast.Name("display", ast.Load()), [last.value], [])
        last = ast.copy_location(ast.Expr(display), last)
    return compile(ast.fix_missing_locations(ast.Module([*before, last], [])), "finding", "exec")


def code_cells(path):
    """List the code cells of a notebook up to its last finding: name, tags, source, compiled."""
    cells = [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    tags = [cell["metadata"].get("tags", []) for cell in cells]
    last = max(number for number, found in enumerate(tags) if "finding" in found)
    sources = ["".join(cell["source"]) for cell in cells]
    each = zip([cell["id"] for cell in cells], tags, sources, map(compiled, sources))
    return list(each)[: last + 1]


NOTEBOOKS = {path.stem: code_cells(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}


def findings(plans, judging=True):
    """Execute the finding cells of all notebooks.

    Parameters
    ----------
    plans : Plans
    judging : bool
        Whether pairs of targets are judged for `lantian.comparability`.

    Yields
    ------
    name : str
        Of the notebook and the cell.
    place : str or None
        The id of the place, in the notebook that is for each.
    source : str
    shown : list of Sentence or Exception
    """
    with shared(plans, judging):
        for notebook, cells in NOTEBOOKS.items():
            for place in plans.focus["id"] if notebook == "place" else [None]:
                names = {}
                for name, tags, source, code in cells:
                    shown = execute(code, names)
                    if "parameters" in tags:
                        names["place"] = place
                    if "finding" in tags:
                        yield f"{notebook} {name}", place, source, shown


def execute(code, names):
    """Execute a cell; return what it displays, or the exception by which it says that it is stale."""
    shown = []
    names["display"] = lambda *values: shown.extend(value for value in values if value is not None)
    try:
        exec(code, names)
    except (AssertionError, KeyError) as error:
        return error
    return shown


@contextlib.contextmanager
def shared(plans, judging):
    """Let all cells read the same plans, and work out once what several of them ask for."""
    observed = plans.targets["indicator"].isin(plans.observations["indicator"])  # nothing else has an outcome
    work = {"outcomes": dataclasses.replace(plans, targets=plans.targets[observed]), "above": plans}
    once = {name: functools.cache(functools.partial(getattr(lt, name), on)) for name, on in work.items()}
    judged = lt.comparability if judging else unjudged(plans)
    with contextlib.ExitStack() as stack:
        for name in once:
            stack.enter_context(patch.object(lt, name, lambda _, name=name: once[name]()))
        stack.enter_context(patch.object(lt, "load", lambda: plans))
        stack.enter_context(patch.object(lt, "comparability", judged))
        yield


def unjudged(plans):
    """Return `lantian.comparability` without its judging: all subjects, of which none compares."""
    comparability, none = lt.comparability, compare.pairs(compare.rules(plans), plans.targets.head(0))

    def subjects(*args):
        with patch.object(compare, "pairs", lambda *_: none):
            return comparability(*args)

    return subjects


# --- how the two are compared ---------------------------------------------------------------------------------------


def figures(words):
    """List the numbers and days in words, in their order: "at most 1.45 million t by 31 October 2018" is [1450000, 20181031]."""
    words = DAY.sub(lambda day: f"{day[3]}{wording.MONTHS.index(day[2]) + 1:02}{int(day[1]):02}", words)
    words = re.sub(r"(\d{4})-(\d\d)-(\d\d)", r"\1\2\3", words)
    found = re.findall(r"(?<![A-Za-z\d.])(\d[\d,]*(?:\.\d+)?)(?: (million|billion))?", words)
    return [float(number.replace(",", "")) * SIZES.get(size, 1) for number, size in found]


def alike(words, answer, places=()):
    """Whether the words on a page say what a query answers: the same words, or else the same figures, bounds and places."""
    if not answer:
        return words in ("none", "no", "0", "")
    one, other = (re.sub(r" (and|or) |; ", ", ", str(text).strip()) for text in (words, answer))
    if one == other:
        return True
    pattern = rf"\b({'|'.join([*BOUNDS, *places])})\b"
    same = re.findall(pattern, one) == re.findall(pattern, other)
    return same and bool(figures(other)) and figures(one) == pytest.approx(figures(other), rel=1e-5)


def row_alike(words, column, row, places):
    """Whether words say what the query on targets, or that on gaps, has in a row; without a column, all of it."""
    if column:
        return alike(words, row[column], places)
    if "gap" in row:
        return words == row["gap"]
    return alike(words, " ".join(filter(None, [row["amount"], row["date"]])), places)


def contradictions(shown, answered, plans, left=()):
    """List where sentences say anything else than the queries, and what has no query."""
    places, found = list(plans.jurisdictions["name_en"]), []
    rows = {row["id"]: row for row in answered["targets"] + answered["gaps"]}
    for name, place, _, sentences in shown:
        query = next((row for row in answered.get(name, []) if row.get("id") == place), {})
        for holder, words in [pair for sentence in sentences for pair in sentence.answers.items()]:
            identifier, _, column = holder.partition(":")
            if (name, holder) in left:
                continue
            if identifier in rows:
                right = row_alike(words, column, rows[identifier], places)
            elif (name, holder) in PARTLY:
                right = all(part in words for part in query[holder].split("; "))
            else:
                right = holder in query and alike(words, query[holder], places)
            if not right:
                answer = rows.get(identifier, query).get(column if identifier in rows else holder)
                found.append(
                    f"{name} {place or ''} {{{holder}}}: the page says {words!r}, the query {answer!r}"
                )
    return found


def test_the_queries_answer_what_the_findings_say(plans, answered):
    shown = list(findings(plans))
    assert not [error for *_, error in shown if isinstance(error, Exception)]
    assert not contradictions(shown, answered, plans, LEFT)
    holders = {
        (name, holder) for name, _, _, sentences in shown for each in sentences for holder in each.answers
    }
    assert LEFT.keys() | PARTLY | JUDGED <= holders
    columns = {(name, column) for name, rows in answered.items() if " " in name for column in rows[0]}
    assert {(name, column) for name, column in columns if column != "id"} <= holders


def test_amounts_and_dates_of_all_targets_are_worded_alike(plans, answered):
    rows = {row["id"]: row for row in answered["targets"]}
    assert len(rows) == len(plans.targets)
    wrong = []
    for target in plans.targets.itertuples():
        for column, words in (("amount", wording.amount(target)), ("date", wording.date(target))):
            answer = rows[target.id][column]
            if not (alike(words, answer) if answer else not figures(words.replace("1 for 1", ""))):
                wrong.append((target.id, words, answer))
    assert not wrong
