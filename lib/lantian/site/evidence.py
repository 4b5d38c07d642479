"""The evidence of each target or gap: its words, their place, what they prove; for pages, their scripts and notebooks."""

import json
import os
import re
import sys
from functools import partial, wraps

import pandas as pd
from markupsafe import Markup, escape

from lantian.analysis import compare, search
from lantian.analysis.comparability import rules
from lantian.analysis.levels import above
from lantian.analysis.matrix import NO_TARGET, mark_where_empty, targets_on
from lantian.data.plans import load as read_plans
from lantian.data.quotes import NUMBER_WORDS
from lantian.errors import CallError, near
from lantian.site.tables import chinese, content, fill, joined, series, show, verdicts
from lantian.text import FOLDED, sentences, wording
from lantian.text.sentences import PAGES, Shown, evidence_link

# Conversion noise of scraped texts: pinyin in brackets after a character.
NOISE = re.compile(r"[\(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]+[\)）]")
OPENED = re.compile(r"""["']([\w.-]*)$""")  # a string that a cursor is in
COLUMNS = ["theme", "id", "promise or gap", "plan", "indicator", "words in the plan", "clause", "strength"]
LEDGER = "Every promise and every gap, with its words; of documents above the plans only the operative words were seen"
# The columns of each table that scripts read; of rows, those that are the numbers of rows of the other tables come last.
PLACES = ["id", "label", "name_en", "name_zh", "role", "without"]
INDICATORS = ["id", "name_en", "name_zh", "theme", "definition"]
SUBJECTS = ["id", "name_en", "name_zh"]
ROWS = """id statement in_words quote proofs subject_class exception lead clause note core kind strength year theme printed thing
    date""".split()
NUMBERED = {"place": "jurisdiction", "indicator": "indicator_id"}
NUMBERED |= {"subject": "subject", "document": "document"}


def evidence(plans, identifier):
    """Show what proves a target or a gap.

    Parameters
    ----------
    plans : Plans
    identifier : str
        Id of a target or a gap, as ``"yuyao-pm25-2020"``.

    Returns
    -------
    Shown
        A card: HTML in a notebook, text elsewhere.

    Raises
    ------
    ValueError
        When there is no such id.

    Examples
    --------
    >>> import lantian as lt
    >>> card = lt.evidence(lt.load(), "yuyao-pm25-2020")
    """
    if identifier not in plans.by_id:
        message = f"{identifier!r} is neither a target nor a gap; lt.find(plans, words) finds ids"
        raise CallError(message + near(identifier, plans.by_id))
    row = plans.by_id[identifier]
    heading, facts = (_target_card if hasattr(row, "statement_en") else _gap_card)(plans, row)
    filled = [(name, content(value)) for name, value in facts.items() if str(value)]
    return fill("card", heading, filled, row.id, marked(row) if row.quote else "")


def proof(plans, identifier):
    """Show in a few lines what proves a target or a gap; nothing for another id."""
    row = plans.by_id.get(identifier)
    if row is None:
        return ""
    source = escape(", ".join(filter(None, [_documents(plans)[row.document], row.clause])))
    heading = Markup("<b>{}</b>").format(wording.statement(row))
    parts = [heading, _quoted(row), source, Markup("<code>{}</code>").format(row.id)]
    return Markup("<br>").join(filter(None, parts))


def _target_card(plans, row):
    """Return the heading of a target's card, and its facts by name."""
    start = "" if pd.isna(row.start) else f", at character {row.start}"
    return row.statement_en, {
        "in_words": wording.target(row),
        "covers": wording.thing(row),
        "nature": row.nature,
        "strength": wording.strength(row),
        "operative words": Shown(chinese(row.words)) if row.words else "",
        "place": f"{row.place} {row.place_zh}",
        "document": _documents(plans)[row.document],
        "clause": f"{row.clause}{start}" if row.quote else "cited, not read in the text",
        "proved too": joined("; ", map(_proof, plans.proofs[plans.proofs["target"] == row.id].itertuples())),
        "lead": row.lead.replace(";", ", "),
        "goes beyond": Shown(evidence_link(row.stretch_of, row.stretch_of)),
        **(_compares(plans, row) if row.role == "focus" else {}),
        "note": row.note,
    }


def _gap_card(plans, row):
    """Return the heading of a gap's card, and its facts by name."""
    terms = chinese(row.searched.replace(";", ", "))
    return f"{row.indicator_name}: {wording.gap(row)}", {
        "place": f"{row.place} {row.place_zh}",
        "document": _documents(plans)[row.document],
        "set by": row.set_by or row.assigned_by,
        "source": row.source,
        "searched": joined("", [terms, ": none stands in the text"]) if row.searched else "",
        "clause": row.clause,
        "note": row.note,
    }


def _quoted(row):
    """Show the words of a row: its quote, else, of what is cited, the operative words; nothing where there are none."""
    words = marked(row) if row.quote else getattr(row, "words", "")
    return words and chinese(words)


def marked(row):
    """Clean a fragment of conversion noise and mark the figure in it, or the first word for it.

    As ``PM2.5年均浓度控制在<mark>37</mark>微克以下``.
    """
    words, basis = NOISE.sub("", row.quote), getattr(row, "value_basis", "")
    if basis == "figure":
        printed = f"{abs(row.value):.10f}".rstrip("0").rstrip(".")
        parts = re.split(rf"(?<![\d.A-Za-z])({re.escape(printed)})(?!\d)", words)
    elif basis == "word":
        parts = re.split(f"({NUMBER_WORDS[row.value]})", words, maxsplit=1)
    else:
        return escape(words)
    parts[1::2] = map(Markup("<mark>{}</mark>").format, parts[1::2])
    return Markup("").join(parts)


def _proof(proof, write=chinese):
    """Write a proof: the field that it proves and its words."""
    return Markup("{}: {}").format(proof.field.replace("_", " "), write(NOISE.sub("", proof.quote)))


def _compares(plans, row):
    """Word in which degree a promise of a focus plan compares with those of other plans, or why not.

    As ``{"compares in value": "caveat with Yuyao (2018); level of government: prefecture against county"}``.
    """
    targets = targets_on(plans, row.indicator, row.core == "yes")
    found = verdicts(plans, targets, ("value", "date", "pace"))[row.id]
    return {f"compares in {of}": words for of, words in found.items()}


def _documents(plans):
    """Name each document by title, number and date of issue, as ``{"yuyao-2018": "…, 余政发〔2018〕36号, 2018-08-02", …}``."""
    issued = plans.documents["issued"].str.replace("?", " (inferred)")
    parts = zip(plans.documents["title_en"], plans.documents["number"], issued)
    return {name: ", ".join(filter(None, each)) for name, each in zip(plans.documents["id"], parts)}


def evidence_table(plans):
    """Show every target and gap of the focus plans, in a fold for each theme, or, of many places, for each indicator.

    Returns
    -------
    Shown
        A row's id is its address: ``08_evidence.html#yuyao-pm25-2020``.
    """
    proofs = dict(list(plans.proofs.groupby("target")))
    judged = compare.strongest_by_subject(rules(plans), plans.targets.query("core == 'yes'"))
    degrees = judged.set_index("id")["degree"]  # in value
    targets = plans.every_target.sort_values(["theme", "role", "order", "indicator", "id"])
    gaps = plans.gaps.sort_values(["theme", "order", "indicator", "id"])
    rows = [_target_row(row, degrees.get(row.id, "no"), proofs.get(row.id)) for row in targets.itertuples()]
    rows += [_gap_row(row) for row in gaps.itertuples()]
    rows = pd.DataFrame(rows, columns=COLUMNS)
    rows["theme"] += ": " + rows["indicator"] if plans.many else ""
    return show(rows, LEDGER, address="id", searchable=True, fold="theme")


def _target_row(row, verdict, proofs):
    more = [] if proofs is None else [_proof(proof, write=str) for proof in proofs.itertuples()]
    strength = f"{row.strength} ({row.strength_word})" if row.strength_word else row.strength
    parts = [_quoted(row), *more, wording.cited(row).strip(" ()")]
    shown = joined("<br>", list(filter(None, parts)) or ["cited"])
    strength = strength if verdict == "no" else joined("<br>", [strength, f"compares: {verdict}"])
    return row.theme, row.id, row.statement_en, _plan(row), row.indicator_name, shown, row.clause, strength


def _gap_row(row):
    shown = Shown(chinese(marked(row))) if row.quote else "cited"
    if row.searched and not row.quote:
        shown = joined("", ["searched: ", chinese(row.searched.replace(";", ", "))])
    status = row.status.replace("_", " ")
    return row.theme, row.id, wording.gap(row), row.label, row.indicator_name, shown, row.clause, status


def _plan(row):
    """Name the plan; a document above the plans, of which a place has several, is linked to its row on the same page."""
    if row.role in ("reference", "other") and PAGES in os.environ:
        return Shown(Markup('<a href="#{}">{}</a>').format(row.document, row.label))
    return row.label


# --- what the scripts of all pages read: the rows to search and filter, and what `compare` says of every two of them ---


def script(plans):
    """Write what scripts read as a script of one assignment, since pages on a disk may not read other files."""
    facts = json.dumps(shared(plans), ensure_ascii=False, separators=(",", ":"))
    return "globalThis.lantian = " + facts.replace("<", "\\u003c") + ";\n"


def shared(plans):
    """Collect what the pages' scripts read.

    Returns
    -------
    dict
        places, indicators, subjects, documents and rows (tables: ``columns`` and ``data``; rows in the order of
        `search.rows`, with the numbers of their place and the like); fold (characters, and what each becomes); terms, as
        from `search.counterparts`; above (by the number of a row) and observed (by indicator), in words; degrees in
        words; judged: in each respect, by the number of a row, the rows that it was judged with, the strongest
        statement first; empty where places are many.

    Examples
    --------
    >>> import lantian as lt
    >>> facts = shared(lt.load())
    >>> facts["places"]["data"][3]
    ['yuyao', 'Yuyao (2018)', 'Yuyao', '余姚市', 'focus', 'no target']
    """
    rows = _worded(search.rows(plans))
    numbers = {name: number for number, name in enumerate(rows["id"])}
    return {name: frame.to_dict("split", index=False) for name, frame in _tables(plans, rows).items()} | {
        "fold": ["".join(map(chr, FOLDED)), "".join(FOLDED.values())],
        "terms": search.counterparts(plans),
        "above": _above(plans, numbers),
        "observed": _observed(plans),
        "degrees": wording.SHORT,
        "alone": compare.ALONE,
        "judged": _judged(plans, numbers) if not plans.many else None,
    }


def _worded(rows):
    """Add to the rows what their targets say, part by part; of gaps that is one sentence."""
    rows = rows.join(compare.worded(rows[rows["statement_en"].notna()])[["printed", "thing", "date"]])
    rows["printed"] = rows["printed"].fillna(rows["in_words"])
    rows["kind"] = rows["kind"].fillna("gap")
    rows["year"] = rows["target_year"].astype("str")
    return rows.assign(core=rows["core"].eq("yes")).fillna(dict.fromkeys([*ROWS, "subject"], ""))


def _tables(plans, rows):
    """List places, those compared first, indicators, subjects (one without a name last), documents, and rows with their numbers."""
    places = plans.jurisdictions[plans.jurisdictions["id"].isin(rows["jurisdiction"])]
    places = places.sort_values("role", key=lambda role: role != "focus", kind="stable")
    places["without"] = places["id"].map(mark_where_empty(plans)).map(NO_TARGET).fillna("")
    subjects = plans.subjects[SUBJECTS]
    tables = {
        "places": places[PLACES],
        "indicators": plans.indicators.sort_values(["theme", "name_en"])[INDICATORS],
        "subjects": subjects.reindex([*subjects.index, len(subjects)], fill_value=""),
        "documents": pd.DataFrame(_documents(plans).items(), columns=["id", "words"]),
    }
    for name, column in NUMBERED.items():
        rows[name] = pd.Index(tables[f"{name}s"]["id"]).get_indexer(rows[column])
    return tables | {"rows": rows[[*ROWS, *NUMBERED]]}


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
    chosen = {of: (of, targets) for of in compare.RESPECTS} | {"core value": ("value", core)}
    texts, found = {}, {}
    for name, (of, rows) in chosen.items():
        found[name], judged = {}, compare.pairs(judging, rows, of)
        for pair in compare.by_strength(judged[judged["between"]]).itertuples():
            words = [texts.setdefault(text, len(texts)) for text in (pair.caveats, pair.inputs, pair.reason)]
            found[name].setdefault(numbers[pair.id], []).append([numbers[pair.other], pair.degree, *words])
    return found | {"texts": list(texts)}


# --- in a notebook: evidence folds out in place once plans are loaded, and ids are completed on Tab --------------------


@wraps(read_plans)
def load(data=None, jurisdictions=None):
    loaded = read_plans(data, jurisdictions)
    in_notebook = "IPython" in sys.modules and PAGES not in os.environ
    if in_notebook and (shell := sys.modules["IPython"].get_ipython()):
        _serve(shell, loaded)
    return loaded


def _serve(shell, plans):
    """Prove by these plans what is shown from now on, and complete their ids."""
    sentences.prove = partial(proof, plans)
    others = [one for one in shell.Completer.custom_matchers if one.__name__ != "complete_ids"]
    shell.Completer.custom_matchers = [*others, _completer(plans)]


def _completer(plans):
    """Make what completes between quotes: ids of indicators, and, once one is begun, of places, targets and gaps too."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    indicators = list(plans.indicators["id"])

    @context_matcher(identifier="lantian")
    def complete_ids(context):
        opened = OPENED.search(context.text_until_cursor)
        if not opened or "plans" not in context.full_text:
            return {"completions": []}
        names = [*indicators, *plans.focus, *plans.by_id] if opened[1] else indicators
        found = [SimpleCompletion(name, type="id") for name in names if name.startswith(opened[1])]
        return {"completions": found, "matched_fragment": opened[1]}

    return complete_ids
