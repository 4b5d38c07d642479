"""What the scripts of all pages read: the rows to search and filter, and what `compare` says of every two of them."""

import json

from lantian.analysis import search
from lantian.analysis.comparability import rules
from lantian.analysis.compare import ALONE, RESPECTS, by_strength, pairs, worded
from lantian.analysis.levels import above
from lantian.analysis.matrix import NO_TARGET, without
from lantian.site.tables import series
from lantian.text import wording
from lantian.text.script import FOLDED

# The columns of each table that scripts read; of rows, those that are the numbers of rows of the other tables come last.
PLACES = ["id", "label", "name_en", "name_zh", "role", "without"]
INDICATORS = ["id", "name_en", "name_zh", "theme", "definition"]
SUBJECTS = ["id", "name_en", "name_zh"]
ROWS = """id statement in_words quote proofs subject_class exception lead clause note core kind strength year theme printed thing
    date""".split()
NUMBERED = {"place": "jurisdiction", "indicator": "indicator_id"}
NUMBERED |= {"subject": "subject", "document": "document"}


def script(plans):
    """Write what scripts read as a script of one assignment, since pages on a disk may not read other files."""
    facts = json.dumps(shared(plans), ensure_ascii=False, separators=(",", ":"))
    return "globalThis.lantian = " + facts.replace("<", "\\u003c") + ";\n"


def shared(plans):
    """Collect what the pages' scripts read.

    Returns
    -------
    dict
        places, indicators, subjects, documents and rows (tables: ``columns`` and ``rows``; rows in the order of
        `search.rows`, with the numbers of their place and the like); fold (characters, and what each becomes); terms, as
        from `search.counterparts`; above (by the number of a row) and observed (by indicator), in words; degrees in
        words; judged: in each respect, by the number of a row, the rows that it was judged with, the strongest
        statement first; empty where places are many.

    Examples
    --------
    >>> import lantian as lt
    >>> facts = shared(lt.load())
    >>> facts["places"]["rows"][4]
    ['yuyao', 'Yuyao (2018)', 'Yuyao', '余姚市', 'focus', 'no target']
    """
    rows = _worded(search.rows(plans))
    numbers = {name: number for number, name in enumerate(rows["id"])}
    tables = _tables(plans, rows)
    for name, column in NUMBERED.items():
        ids = {cells[0]: number for number, cells in enumerate(tables[f"{name}s"]["rows"])}
        rows[name] = rows[column].map(ids)
    return tables | {
        "rows": _table(rows[[*ROWS, *NUMBERED]]),
        "fold": ["".join(map(chr, FOLDED)), "".join(FOLDED.values())],
        "terms": search.counterparts(plans),
        "above": _above(plans, numbers),
        "observed": _observed(plans),
        "degrees": wording.words("short degree"),
        "alone": ALONE,
        "judged": _judged(plans, numbers) if not plans.many else None,
    }


def _worded(rows):
    """Add to the rows what their targets say, part by part; of gaps that is one sentence."""
    rows = rows.join(worded(rows[rows["statement_en"].notna()])[["printed", "thing", "date"]])
    rows["printed"] = rows["printed"].fillna(rows["in_words"])
    rows["kind"] = rows["kind"].fillna("gap")
    rows["year"] = rows["target_year"].astype("str")
    return rows.assign(core=rows["core"].eq("yes")).fillna(dict.fromkeys([*ROWS, "subject"], ""))


def _tables(plans, rows):
    """List places, those compared first, indicators, subjects (one without a name last) and documents."""
    places = plans.jurisdictions[plans.jurisdictions["id"].isin(rows["jurisdiction"])]
    places = places.sort_values("role", key=lambda role: role != "focus", kind="stable")
    places["without"] = places["id"].map(without(plans)).map(NO_TARGET).fillna("")
    named = plans.documents[["title_en", "number", "issued"]].itertuples(index=False)
    documents = [", ".join(filter(None, parts)) for parts in named]
    subjects = _table(plans.subjects[SUBJECTS])
    subjects["rows"].append([""] * len(SUBJECTS))
    return {
        "places": _table(places[PLACES]),
        "indicators": _table(plans.indicators.sort_values(["theme", "name_en"])[INDICATORS]),
        "subjects": subjects,
        "documents": _table(plans.documents.assign(words=documents)[["id", "words"]]),
    }


def _table(frame):
    return {"columns": list(frame), "rows": frame.astype(object).values.tolist()}


def _above(plans, numbers):
    """Say of each row how it stands to the levels above: words, the row above, its document."""
    found = {}
    for row in above(plans, indicators=list(plans.indicators["id"])).itertuples():
        words = [row.in_words, row.above_id, row.source and f" ({row.source})"]
        found.setdefault(numbers[row.id], []).append(words)
    return found


def _observed(plans):
    """Say what was measured on each indicator, by its name: place and words."""
    places, found = dict(zip(plans.jurisdictions["name_en"], plans.jurisdictions["id"])), {}
    for row in series(plans).itertuples():
        words = f"{row.place}, {row.measured} {row.unit} ({'; '.join(filter(None, (row.scope, row.source)))})"
        found.setdefault(row.indicator_name, []).append([places[row.place], words])
    return found


def _judged(plans, numbers):
    """Judge every two rows in each respect; in value once more without parameters of operation, since the nearest year counts."""
    targets, judging = plans.targets, rules(plans)
    targets = targets[targets.groupby("indicator")["jurisdiction"].transform("nunique") > 1]
    core = targets[targets["core"] == "yes"]
    chosen = {of: (of, targets) for of in RESPECTS} | {"core value": ("value", core)}
    texts, found = {}, {}
    for name, (of, rows) in chosen.items():
        found[name], judged = {}, pairs(judging, rows, of)
        for pair in by_strength(judged[judged["between"]]).itertuples():
            words = [texts.setdefault(text, len(texts)) for text in (pair.caveats, pair.inputs, pair.reason)]
            found[name].setdefault(numbers[pair.id], []).append([numbers[pair.other], pair.degree, *words])
    return found | {"texts": list(texts)}
