"""The evidence of one target or gap, as a card: its words, their place, what they prove."""

import html
import os
import re

import pandas as pd

from lantian.analysis.comparability import denominators, keys
from lantian.analysis.compare import compare
from lantian.analysis.matrix import near
from lantian.data.quotes import NUMBER_WORDS
from lantian.site.tables import article, chinese, table
from lantian.text import wording
from lantian.text.sentences import PAGES, Shown, evidence_link

# Conversion noise of scraped texts: pinyin in brackets after a character.
NOISE = re.compile(r"[\(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]+[\)）]")


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
    for rows in (plans.targets, plans.gaps):
        found = rows[rows["id"] == identifier]
        if len(found):
            return Shown(_card(plans, next(found.itertuples())))
    known = [*plans.targets["id"], *plans.gaps["id"]]
    raise ValueError(
        f"{identifier!r} is neither a target nor a gap{near(identifier, known)}; lt.find(plans, word) finds ids"
    )


def _card(plans, row):
    promised = hasattr(row, "kind")
    heading = row.statement_en if promised else f"{row.indicator_name}: {wording.gap(row)}"
    facts = _promise(plans, row) if promised else _silence(plans, row)
    quote = f'<blockquote lang="zh">{marked(row)}</blockquote>' if row.quote else ""
    return article(
        heading,
        [(name, value) for name, value in facts if str(value)],
        f'class="evidence-card" id="{row.id}"',
        quote,
    )


def marked(row):
    """Clean a fragment of conversion noise and mark the figure in it."""
    words = html.escape(_clean(row.quote))
    if getattr(row, "value_basis", "") == "figure":
        printed = f"{abs(row.value):.10f}".rstrip("0").rstrip(".")
        return re.sub(rf"(?<![\d.A-Za-z]){re.escape(printed)}(?!\d)", rf"<mark>{printed}</mark>", words)
    if getattr(row, "value_basis", "") == "word":
        return re.sub(f"({NUMBER_WORDS[row.value]})", r"<mark>\1</mark>", words, count=1)
    return words


def _promise(plans, row):
    proofs = plans.proofs[plans.proofs["target"] == row.id]
    yield "says", wording.target(row)
    yield "covers", wording.thing(row)
    yield "nature", row.nature
    yield "strength", wording.strength(row)
    yield "operative words", Shown(chinese(row.words)) if row.words else ""
    yield "place", f"{row.place} {row.place_zh}"
    yield "document", _document(plans, row)
    yield (
        "clause",
        f"{row.clause}{'' if row.start != row.start else f', at character {row.start}'}"
        if row.quote
        else "cited, not read in the text",
    )
    yield (
        "proved too",
        Shown("; ".join(f"{_field(proof)}: {chinese(_clean(proof.quote))}" for proof in proofs.itertuples())),
    )
    yield "lead", row.lead.replace(";", ", ")
    yield "goes beyond", Shown(evidence_link(row.stretch_of, row.stretch_of))
    yield from _judged(plans, row)
    yield "note", row.note


def _field(proof):
    return html.escape(proof.field.replace("_", " "))


def _clean(quote):
    return NOISE.sub("", quote)


def _judged(plans, row):
    """Say how far a promise of a focus plan compares with the other plans', and why no further."""
    for of in ("value", "date", "pace") if row.role == "focus" else ():
        rows = compare(plans, row.indicator, of, core=row.core == "yes")
        for mine in rows[rows["id"] == row.id].itertuples():
            others = rows[(rows["group"] == mine.group) & (rows["jurisdiction"] != mine.jurisdiction)]
            whom = f" with {wording.names(dict.fromkeys(others['label']))}" if len(others) else ""
            yield (
                f"compares in {of}",
                "; ".join(part for part in (mine.verdict + whom, mine.why, mine.cautions) if part),
            )


def _silence(plans, row):
    yield "place", f"{row.place} {row.place_zh}"
    yield "document", _document(plans, row)
    yield "set by", row.set_by or row.assigned_by
    yield "source", row.source
    yield (
        "searched",
        Shown(f"{chinese(row.searched.replace(';', ', '))}: none stands in the text" if row.searched else ""),
    )
    yield "clause", row.clause
    yield "note", row.note


def _document(plans, row):
    document = plans.documents.set_index("id").loc[row.document]
    return ", ".join(
        part
        for part in (document["title_en"], document["number"], document["issued"].replace("?", " (inferred)"))
        if part
    )


def _verdicts(plans):
    """Judge every core promise of the focus plans in value, by its id."""
    rows = plans.targets[(plans.targets["role"] == "focus") & (plans.targets["core"] == "yes")]
    table = keys(rows, "value", set(denominators(plans).index))
    places = rows["jurisdiction"].groupby([table[name] for name in table]).transform("nunique")
    judged = [compare(plans, indicator) for indicator in rows.loc[places > 1, "indicator"].unique()]
    return dict.fromkeys(rows["id"], "no") | {
        row.id: row.verdict for part in judged for row in part.itertuples()
    }


def ledger(plans):
    """Show every target and gap of the focus plans in one table.

    Returns
    -------
    Shown
        A row's id is its address: ``08_evidence.html#yuyao-pm25-2020``.
    """
    proofs = {target: list(rows.itertuples()) for target, rows in plans.proofs.groupby("target")}
    targets = plans.targets.sort_values(["role", "order", "indicator", "id"])
    verdicts = _verdicts(plans)
    rows = [
        _entry(
            row,
            row.statement_en,
            f"{row.strength}{f' ({row.strength_word})' * bool(row.strength_word)}",
            verdicts.get(row.id, ""),
            proofs.get(row.id, ()),
        )
        for row in targets.itertuples()
    ]
    gaps = plans.gaps.sort_values(["order", "indicator", "id"])
    rows += [_entry(row, wording.gap(row), row.status.replace("_", " ")) for row in gaps.itertuples()]
    caption = "Every promise and every gap, with its words; of documents above the plans only the operative words were seen"
    return table(pd.DataFrame(rows), caption, address="id", searchable=True)


def _entry(row, statement, strength, verdict="", proofs=()):
    words = (
        marked(row)
        if row.quote
        else html.escape(getattr(row, "words", "") or row.searched.replace(";", ", "))
    )
    searched = "searched: " if getattr(row, "searched", "") and not row.quote else ""
    more = "".join(f"<br>{_field(proof)}: {html.escape(_clean(proof.quote))}" for proof in proofs)
    return {
        "id": row.id,
        "promise or gap": statement,
        "plan": _source(row),
        "indicator": row.indicator_name,
        "words in the plan": Shown(f'{searched}<span lang="zh">{words}</span>{more}') if words else "cited",
        "clause": row.clause,
        "strength": Shown(f"{html.escape(strength)}<br>compares: {verdict}")
        if verdict not in ("", "no")
        else strength,
    }


def _source(row):
    """Name the plan; a document above the plans, of which a place has several, is linked, for it stands on the same page."""
    return (
        Shown(f'<a href="#{row.document}">{html.escape(row.label)}</a>')
        if row.role == "reference" and PAGES in os.environ
        else row.label
    )
