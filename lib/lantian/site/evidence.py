"""The evidence of one target or gap: its words, their place, what they prove; as a card, and folded out in notebooks."""

import os
import re
import sys
from functools import partial, wraps

import pandas as pd
from markupsafe import Markup, escape

from lantian.analysis.comparability import rules
from lantian.analysis.compare import compare, strongest_by_subject, verdict_in_words
from lantian.data.plans import load as read_plans
from lantian.data.quotes import NUMBER_WORDS
from lantian.errors import CallError, near
from lantian.site.tables import chinese, content, fill, joined, show
from lantian.text import sentences, wording
from lantian.text.sentences import PAGES, Shown, evidence_link

# Conversion noise of scraped texts: pinyin in brackets after a character.
NOISE = re.compile(r"[\(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]+[\)）]")
OPENED = re.compile(r"""["']([\w.-]*)$""")  # a string that a cursor is in
COLUMNS = ["theme", "id", "promise or gap", "plan", "indicator", "words in the plan", "clause", "strength"]
LEDGER = "Every promise and every gap, with its words; of documents above the plans only the operative words were seen"


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
    words = marked(row) if row.quote else getattr(row, "words", "")
    source = escape(", ".join(filter(None, [_document(plans, row), row.clause])))
    heading = Markup("<b>{}</b>").format(wording.statement(row))
    parts = [heading, words and chinese(words), source, Markup("<code>{}</code>").format(row.id)]
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
        "document": _document(plans, row),
        "clause": f"{row.clause}{start}" if row.quote else "cited, not read in the text",
        "proved too": joined("; ", map(_proof, plans.proofs[plans.proofs["target"] == row.id].itertuples())),
        "lead": row.lead.replace(";", ", "),
        "goes beyond": Shown(evidence_link(row.stretch_of, row.stretch_of)),
        **(_verdicts_in_words(plans, row) if row.role == "focus" else {}),
        "note": row.note,
    }


def _gap_card(plans, row):
    """Return the heading of a gap's card, and its facts by name."""
    terms = chinese(row.searched.replace(";", ", "))
    return f"{row.indicator_name}: {wording.gap(row)}", {
        "place": f"{row.place} {row.place_zh}",
        "document": _document(plans, row),
        "set by": row.set_by or row.assigned_by,
        "source": row.source,
        "searched": joined("", [terms, ": none stands in the text"]) if row.searched else "",
        "clause": row.clause,
        "note": row.note,
    }


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


def _verdicts_in_words(plans, row):
    """Word in which degree a promise of a focus plan compares with those of other plans, or why not.

    As ``{"compares in value": "caveat with Yuyao (2018); level of government: prefecture against county"}``.
    """
    facts = {}
    for of in ("value", "date", "pace"):
        rows = compare(plans, row.indicator, of, core=row.core == "yes").set_index("id")
        facts[f"compares in {of}"] = verdict_in_words(rows.loc[row.id])
    return facts


def _document(plans, row):
    document = plans.documents.set_index("id").loc[row.document]
    issued = document["issued"].replace("?", " (inferred)")
    return ", ".join(filter(None, (document["title_en"], document["number"], issued)))


def evidence_table(plans):
    """Show every target and gap of the focus plans, in a fold for each theme, or, of many places, for each indicator.

    Returns
    -------
    Shown
        A row's id is its address: ``08_evidence.html#yuyao-pm25-2020``.
    """
    proofs, verdicts = dict(list(plans.proofs.groupby("target"))), _verdicts(plans)
    targets = plans.every_target.sort_values(["theme", "role", "order", "indicator", "id"])
    gaps = plans.gaps.sort_values(["theme", "order", "indicator", "id"])
    rows = [_target_row(row, verdicts.get(row.id, "no"), proofs.get(row.id)) for row in targets.itertuples()]
    rows += [_gap_row(row) for row in gaps.itertuples()]
    rows = pd.DataFrame(rows, columns=COLUMNS)
    rows["theme"] += ": " + rows["indicator"] if plans.many else ""
    return show(rows, LEDGER, address="id", searchable=True, fold="theme")


def _verdicts(plans):
    """Judge the core promises of the focus plans in value, by id; an indicator of one place alone compares with none."""
    core = plans.targets.query("core == 'yes'")
    judged = strongest_by_subject(rules(plans), core)
    return dict(zip(judged["id"], judged["degree"]))


def _target_row(row, verdict, proofs):
    words = marked(row) if row.quote else row.words
    more = [] if proofs is None else [_proof(proof, write=str) for proof in proofs.itertuples()]
    strength = f"{row.strength} ({row.strength_word})" if row.strength_word else row.strength
    parts = [words and chinese(words), *more, wording.cited(row).strip(" ()")]
    shown = joined("<br>", list(filter(None, parts)) or ["cited"])
    strength = strength if verdict == "no" else joined("<br>", [strength, f"compares: {verdict}"])
    return row.theme, row.id, row.statement_en, _plan(row), row.indicator_name, shown, row.clause, strength


def _gap_row(row):
    shown = Shown(chinese(marked(row))) if row.quote else "cited"
    if row.searched and not row.quote:
        shown = joined("", ["searched: ", chinese(row.searched.replace(";", ", "))])
    status = row.status.replace("_", " ")
    return row.theme, row.id, wording.gap(row), _plan(row), row.indicator_name, shown, row.clause, status


def _plan(row):
    """Name the plan; a document above the plans, of which a place has several, is linked to its row on the same page."""
    if row.role in ("reference", "other") and PAGES in os.environ:
        return Shown(Markup('<a href="#{}">{}</a>').format(row.document, row.label))
    return row.label


# --- in a notebook: evidence folds out in place once plans are loaded, and ids are completed on Tab --------------------


@wraps(read_plans)
def load(data=None, jurisdictions=None):
    loaded, shell = read_plans(data, jurisdictions), None
    if "IPython" in sys.modules and sentences.PAGES not in os.environ:
        shell = sys.modules["IPython"].get_ipython()
    if shell:
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
