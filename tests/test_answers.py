"""The figures of the findings, held against those that `sql/answers.sql` works out from the SQLite export."""

import contextlib
import dataclasses
import functools
import json
import random
import re
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import lantian as lt
import pandas as pd
import pytest
from cells import compiled, execute, shared
from edit import read
from lantian.analysis import compare
from lantian.analysis.matrix import STEPS, chosen
from lantian.data.check import check_tables, sound_tables
from lantian.data.export import export
from lantian.data.plans import make_plans
from lantian.text import wording
from test_growth import cite, merge, newcomer, read_in_part

ROOT = Path(__file__).parents[1]
SQL = (ROOT / "sql" / "answers.sql").read_text("utf-8")
NAME = re.compile(r"^-- (\w+ finding[\w-]*|degrees|levels|targets|gaps)$", re.M)
# What cannot be compared while the judging of pairs, which takes most of the time, is switched off.
JUDGED = {
    ("00_at_a_glance finding-compares", "comparable"),
    ("00_at_a_glance finding-compares", "degrees"),
    ("00_at_a_glance finding-compares", "same"),
    ("04_everything_else finding-shared", "fits"),
    ("04_everything_else finding-shared", "direct"),
    ("09_method finding-degrees", "fits"),
    ("09_method finding-degrees", "degrees"),
}
OUTSIDE = wording.gap(SimpleNamespace(status="silent", within_remit=False))
# The words for codes, where a page has words.
CODES = {
    ("00_at_a_glance finding", "silences"): wording.SILENCES | {"silent": wording.SILENCES["silent_within"]},
    ("00_at_a_glance finding-compares", "degrees"): wording.SHORT,
    ("01_coal finding", "without:cap"): {"silent_outside": OUTSIDE} | wording.GAPS,
    ("00_at_a_glance finding-after", "step"): STEPS,
    ("03_vehicles finding", "order:asks"): STEPS,
}
# What the page still prints, after a change of targets or readings on PM2.5, where it can no longer be had: a change as a
# level where no pair compares as levels, and an outcome where nothing was measured.
# What a finding needs that changed rows may no longer give: it stops then, and says which value is missing.
NEEDED = ("air.pm25", "energy.intensity_industry")
READ_IN_PART = ("yuyao-pm25-2020", "yuyao-gasifiers-2018")
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
    return export(data, tmp_path_factory.mktemp("answers") / "lantian.sqlite")


@pytest.fixture(scope="module")
def answered(exported):
    with contextlib.closing(sqlite3.connect(exported)) as base:
        return answers(base)


# --- the findings ---------------------------------------------------------------------------------------------------


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
    with shared(plans, {} if judging else {"comparability": functools.partial(unjudged, plans)}):
        for notebook, cells in NOTEBOOKS.items():
            for place in plans.focus if notebook == "place" else [None]:
                names = {}
                for name, tags, source, code in cells:
                    try:
                        shown = execute(code, names)
                    except (AssertionError, KeyError) as error:  # by which a cell stops the render
                        shown = error
                    if "parameters" in tags:
                        names["place"] = place
                    if "finding" in tags:
                        yield f"{notebook} {name}", place, source, shown


def unjudged(plans, _, theme):
    """List subjects as `lantian.comparability` does, of which none compares."""
    names = chosen(plans.indicators, theme, theme if isinstance(theme, list) else None).set_index("id")[
        "name_en"
    ]
    core = plans.targets.query("core == 'yes'")
    several = names.index.map(core.groupby("indicator")["jurisdiction"].nunique()) >= 2
    reasons = [compare.ALONE if many else compare.FEWER_THAN_TWO for many in several]
    return pd.DataFrame({"indicator": list(names), "degree": "no", "reason": reasons})


# --- how the two are compared ---------------------------------------------------------------------------------------


def figures(words):
    """List the numbers and days in words, in their order: "at most 1.45 million t by 31 October 2018" is [1450000, 20181031]."""
    words = DAY.sub(lambda day: f"{day[3]}{wording.MONTHS.index(day[2]) + 1:02}{int(day[1]):02}", words)
    words = re.sub(r"(\d{4})-(\d\d)-(\d\d)", r"\1\2\3", words)
    found = re.findall(r"(?<![A-Za-z\d.])(\d[\d,]*(?:\.\d+)?)(?: (million|billion))?", words)
    return [float(number.replace(",", "")) * SIZES.get(size, 1) for number, size in found]


def alike(words, answer, places=()):
    """Whether the words on a page and the answer of a query agree: the same words, or else the same figures, bounds and places."""
    if not answer:
        return words in ("none", "no", "0", "")
    if answer == "a number in words":
        return words.endswith("(in words)")
    if counted := re.search(r"\b(\d+) more$", str(words)):  # a sentence names eight
        answer = "; ".join([*answer.split("; ")[: -int(counted[1])], counted[0]])
    one, other = (re.sub(r" (and|or) |; ", ", ", str(text).strip()) for text in (words, answer))
    if one == other:
        return True
    pattern = rf"\b({'|'.join([*BOUNDS, *wording.DEGREES, *places])})\b"
    same = re.findall(pattern, one) == re.findall(pattern, other)
    return same and bool(figures(other)) and figures(one) == pytest.approx(figures(other), rel=1e-5)


def in_words(name, holder, answer):
    """Replace the codes of an answer by the words of the page."""
    words = CODES.get((name, holder), {})
    return re.sub("|".join(words), lambda code: words[code[0]], answer) if words and answer else answer


def row_alike(words, column, row, places):
    """Whether words agree with a row of the query on targets, or on gaps; without a column, with all of it."""
    if column:
        return alike(words, row[column], places)
    if "status" in row:
        return words == wording.gap(SimpleNamespace(**row))
    return alike(words, " ".join(filter(None, [row["amount"], row["date"]])), places)


def contradictions(shown, answered, plans, left=()):
    """List where sentences and queries disagree, and what has no query, but for what is left out."""
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
            else:
                right = holder in query and alike(words, in_words(name, holder, query[holder]), places)
            if not right:
                answer = rows.get(identifier, query).get(column if identifier in rows else holder)
                found.append(
                    f"{name} {place or ''} {{{holder}}}: the page has {words!r}, the query {answer!r}"
                )
    return found


@pytest.fixture(scope="module")
def shown(plans):
    return list(findings(plans))


def test_the_queries_answer_what_the_findings_say(plans, answered, shown):
    assert not [error for *_, error in shown if isinstance(error, Exception)]
    assert not contradictions(shown, answered, plans)
    holders = {
        (name, holder) for name, _, _, sentences in shown for each in sentences for holder in each.answers
    }
    assert holders >= JUDGED
    columns = {(name, column) for name, rows in answered.items() if " " in name for column in rows[0]}
    assert {(name, column) for name, column in columns if column != "id"} <= holders


def comparisons(plans, answered):
    """List where the library and the queries differ in what compares, subject by subject and goal by goal."""
    core = plans.targets.query("core == 'yes'")["indicator"].unique()
    subjects = lt.comparability(plans, list(core)).query(f"reason != '{compare.FEWER_THAN_TWO}'")
    above = lt.above(plans).query("above_id != ''")[["id", "above_id", "relation"]]
    here = {*zip(subjects["indicator"], subjects["degree"]), *above.itertuples(index=False, name=None)}
    return here ^ {tuple(row.values()) for name in ("degrees", "levels") for row in answered[name]}


def test_the_queries_find_what_compares_subject_by_subject(plans, answered):
    assert not comparisons(plans, answered)


def test_the_readme_answers_with_the_first_finding_of_each_notebook(shown):
    answered = (
        (ROOT / "README.md").read_text("utf-8").partition("<!-- answers -->")[2].partition("<!-- end -->")[0]
    )
    first = {}
    for name, place, _, sentences in shown:
        first.setdefault(name.partition(" ")[0], str(sentences[0]) if place is None else None)
    assert not [name for name, words in first.items() if words and f"| {words} |" not in answered]
    assert all(f"notebooks/{name}.ipynb" in answered for name in first)


def test_amounts_and_dates_of_all_targets_are_worded_alike(plans, answered):
    rows = {row["id"]: row for row in answered["targets"]}
    assert len(rows) == len(plans.every_target)
    wrong = []
    for target in plans.every_target.itertuples():
        for column, words in (("amount", wording.amount(target)), ("date", wording.date(target))):
            answer = rows[target.id][column]
            if not (alike(words, answer) if answer else not figures(words.replace("1 for 1", ""))):
                wrong.append((target.id, words, answer))
    assert not wrong


@pytest.mark.thorough
def test_the_queries_answer_for_a_plan_read_in_part(copy_data, tmp_path):
    """Two goals read, two cited of another document, one silence, and of the rest nothing known."""
    rows = [row for row in read(copy_data / "targets/yuyao.csv") if row["id"] in READ_IN_PART]
    rows = [row | {"id": row["id"].replace("yuyao", "ninghai"), "document": "ninghai-2018"} for row in rows]
    newcomer(copy_data, "ninghai", "Ninghai", rows=rows)
    read_in_part(copy_data, "ninghai")
    cite(copy_data, "ninghai")
    silence = {"id": "ninghai-gap-coal", "jurisdiction": "ninghai", "document": "ninghai-2018"}
    silence |= {"indicator": "coal.consumption", "status": "silent", "searched": "煤"}
    merge(copy_data / "gaps.csv", [silence])
    plans = lt.load(copy_data)
    with contextlib.closing(sqlite3.connect(export(copy_data, tmp_path / "lantian.sqlite"))) as base:
        answered = answers(base)
    shown = list(findings(plans, judging=False))
    assert not [error for *_, error in shown if isinstance(error, Exception)]
    assert not contradictions(shown, answered, plans, JUDGED)
    said = {name: str(sentences[0]) for name, place, _, sentences in shown if place in (None, "ninghai")}
    assert "is known only in a part that sets none" in said["00_at_a_glance finding"]
    assert "Ninghai (not addressed in the part read)" in said["01_coal finding"]
    assert "Ninghai (not known)" in said["03_vehicles finding"]
    assert f"{len(plans.targets)} targets of 6 plans are read" in said["09_method finding"]
    assert "not in the part of the plan that was read: " in said["place finding-headlines"]


# --- changed data ---------------------------------------------------------------------------------------------------

WORDS = {"mandated": "必须", "plain": "", "hedged": "基本", "aspirational": "力争"}
# What a change may make of a row, given a draw: the cells it sets.
CHANGES = {
    "targets": (
        lambda row, draw: {"value": number(float(row["value"]) * draw.choice([0.5, 0.9, 1.1, 1.5]))},
        lambda row, draw: {"strength": (word := draw.choice([*WORDS])), "strength_word": WORDS[word]},
        lambda row, draw: later(row, draw.choice([-2, -1, 1, 2])),
        lambda row, draw: {"kind": draw.choice(unless_named(row, KINDS[row["value"] != ""]))},
        lambda row, draw: {"core": draw.choice(unless_named(row, ["yes", "no"]))},
        lambda row, draw: {"operator": draw.choice(["<=", ">=", "=", "~"])},
        lambda row, draw: {"lead_type": draw.choice(["lead", "shared"])},
        lambda row, draw: {"nature": draw.choice(["binding", "indicative", ""])},
        lambda row, draw: None,
    ),
    "gaps": (
        lambda row, draw: {"status": draw.choice(["qualitative", "silent", "garbled", "part_missing"])},
        lambda row, draw: None,
    ),
    "observations": (
        lambda row, draw: {"value": number(float(row["value"]) * draw.choice([0.8, 1.2]))},
        lambda row, draw: None,
    ),
    "documents": (lambda row, draw: {"issued": f"{draw.choice([2016, 2018, 2019, 2024])}"},),
    "key_regions": (lambda row, draw: {"member": {"yes": "no", "no": "yes"}[row["member"]]},),
    "second_coding": (lambda row, draw: {"agree": {"yes": "no", "no": "yes"}[row["agree"]]},),
    "accounts": (lambda row, draw: {"unaccounted": "1"},),
}
OF_TARGETS = {"proofs", "second_coding"}
WEIGHTS = {"targets": 8, "gaps": 2, "observations": 2}
KINDS = {True: ["level", "share", "change"], False: ["deadline", "standard", "ban"]}
SOURCES = " ".join(source for cells in NOTEBOOKS.values() for _, _, source, _ in cells)
NAMED = set(re.findall(r"[a-z]+-[a-z0-9-]+", SOURCES))


def unless_named(row, choices):
    """Refuse to change a row that a finding names: the sentence has words for its kind, and takes it for core."""
    if row["id"] in NAMED:
        raise ValueError(f"{row['id']} is named")
    return choices


def number(value):
    return f"{value:.4f}".rstrip("0").rstrip(".")


def later(row, years):
    """Move the year of a target, and with it its day."""
    year = str(int(row["target_year"]) + years)
    return {"target_year": year} | ({"deadline": year + row["deadline"][4:]} if row["deadline"] else {})


def changed(schema, tables, draw, count):
    """Change some rows of some tables at random, so that they can still be loaded.

    Returns
    -------
    tables : dict of str to RawTable
    edits : list of tuple
        Table, number of the row, and the cells set; None where the row is deleted.
    """
    while True:
        edits = [edit for edit in (drawn(tables, draw) for _ in range(count)) if edit]
        spoilt = edited(tables, edits)
        if edits and not check_tables(spoilt, schema):
            return spoilt, edits


def drawn(tables, draw):
    """Draw a row and a change of it, half of the targets and gaps among those that findings name or most rest on."""
    table = draw.choice([name for name in CHANGES for _ in range(WEIGHTS.get(name, 1))])
    cells = tables[table].cells
    numbers = range(len(cells))
    if table in ("targets", "gaps") and draw.random() < 0.5:
        numbers = [each for each in numbers if cells["id"].iloc[each] in NAMED] or numbers
    position = draw.choice(list(numbers))
    row = cells.iloc[position].to_dict()
    try:
        return table, position, draw.choice(CHANGES[table])(row, draw)
    except ValueError:  # a cell that the change needs is empty, or a finding rests on it
        return None


def edited(tables, edits):
    """Return tables with edits made; with a target goes what else is on record of it."""
    cells = {name: tables[name].cells.copy() for name in {table for table, *_ in edits} | OF_TARGETS}
    for table, position, values in edits:
        for column, value in (values or {}).items():
            cells[table].iloc[position, cells[table].columns.get_loc(column)] = value
    for table in cells:
        gone = [position for name, position, values in edits if name == table and values is None]
        cells[table] = cells[table].drop(cells[table].index[gone])
    for table in OF_TARGETS:
        cells[table] = cells[table][~cells[table]["target"].isin(deleted(tables, edits))]
    return tables | {name: dataclasses.replace(tables[name], cells=rows) for name, rows in cells.items()}


def deleted(tables, edits):
    """List the ids of the targets and gaps that edits delete."""
    return [
        tables[table].cells["id"].iloc[row]
        for table, row, values in edits
        if values is None and table != "observations"
    ]


def edit_database(base, tables, edits):
    """Make the same edits in the database."""
    for table, position, values in edits:
        for column, value in (values or {}).items():
            base.execute(
                f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?', (value or None, position + 1)
            )
        if values is None:
            base.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (position + 1,))
    for table in OF_TARGETS:
        base.executemany(
            f"DELETE FROM {table} WHERE target = ?", [(name,) for name in deleted(tables, edits)]
        )


@pytest.fixture(scope="module")
def sound(data):
    return sound_tables(data)


def mutate(exported, sound, data, seed, judging=False, count=3):
    """Change the data, and hold findings and queries against each other once more."""
    schema, tables = sound
    spoilt, edits = changed(schema, tables, random.Random(seed), count)
    with contextlib.closing(sqlite3.connect(":memory:")) as base:
        with contextlib.closing(sqlite3.connect(exported)) as stored:
            stored.backup(base)
        edit_database(base, tables, edits)
        answered = answers(base)
    plans = make_plans(data, schema, spoilt)
    shown = list(findings(plans, judging))
    left = set() if judging else JUDGED
    found = wrongly_stale(shown, deleted(tables, edits), touches(tables, edits, NEEDED))
    found += contradictions([each for each in shown if isinstance(each[-1], list)], answered, plans, left)
    found += sorted(map(str, comparisons(plans, answered))) if judging else []
    assert not found, f"{found}; edits: {edits}"


def wrongly_stale(shown, gone, unknown):
    """List the findings that raise an exception without naming a row that was deleted, or a value that is unknown now."""
    errors = [(name, source, error) for name, _, source, error in shown if isinstance(error, Exception)]
    return [
        f"{name}: {error!r}"
        for name, source, error in errors
        if not any(row in source and row in str(error) for row in gone)
        and not (unknown and "is not known; the sentence was" in str(error))
    ]


def touches(tables, edits, indicators):
    rows = [tables[table].cells.iloc[position] for table, position, _ in edits]
    return any(row.get("indicator") in indicators for row in rows)


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in range(1, 10))]
)
def test_sixty_mutations(exported, sound, data, seed):
    """Six at a time, since to execute the findings takes longest."""
    mutate(exported, sound, data, seed, count=6)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 1500))
def test_five_hundred_mutations(exported, sound, data, seed):
    mutate(exported, sound, data, seed, judging=True)
