"""The evidence of one target or gap, as a card: its words, their place, what they prove."""

import html
import os
import re

from lantian import wording
from lantian.comparison import compare
from lantian.overview import near
from lantian.prose import PAGES, Shown, evidence_link
from lantian.verdicts import denominators, keys
from lantian.verification import NUMBER_WORDS

# Conversion noise of scraped texts: pinyin in brackets after a character.
NOISE = re.compile(r"[\(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]+[\)）]")


class Card(Shown):
    """A card of evidence; shown as HTML in a notebook, as text elsewhere."""


def evidence(plans, identifier):
    """Show what proves a target or a gap.

    Parameters
    ----------
    plans : Plans
    identifier : str
        Id of a target or a gap, as ``"yuyao-pm25-2020"``.

    Returns
    -------
    Card

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
            row = next(found.itertuples())
            return Card(markup(plans, row))
    known = [*plans.targets["id"], *plans.gaps["id"]]
    raise ValueError(f"{identifier!r} is neither a target nor a gap{near(identifier, known)}; lt.find(plans, word) finds ids")


def markup(plans, row):
    """Write a card as HTML.

    Parameters
    ----------
    plans : Plans
    row : namedtuple
        A row of ``Plans.targets`` or ``Plans.gaps``.

    Returns
    -------
    str
    """
    promised = hasattr(row, "kind")
    heading = row.statement_en if promised else f"{row.indicator_name}: {wording.gap(row)}"
    facts = _promise(plans, row) if promised else _silence(plans, row)
    items = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts if value)
    quote = f'<blockquote lang="zh">{marked(row)}</blockquote>' if row.quote else ""
    return f'<article class="evidence-card" id="{row.id}"><h3>{html.escape(heading)}</h3>{quote}<dl>{items}</dl></article>'


def marked(row):
    """Clean a fragment of conversion noise and mark the figure in it."""
    words = html.escape(NOISE.sub("", row.quote))
    if getattr(row, "value_basis", "") == "figure":
        printed = f"{abs(row.value):.10f}".rstrip("0").rstrip(".")
        return re.sub(rf"(?<![\d.A-Za-z]){re.escape(printed)}(?!\d)", rf"<mark>{printed}</mark>", words)
    if getattr(row, "value_basis", "") == "word":
        return re.sub(f"({NUMBER_WORDS[row.value]})", r"<mark>\1</mark>", words, count=1)
    return words


def _promise(plans, row):
    proofs = plans.proofs[plans.proofs["target"] == row.id]
    yield "says", html.escape(wording.target(row))
    yield "covers", html.escape(wording.thing(row))
    yield "strength", html.escape(wording.strength(row))
    yield "place", html.escape(f"{row.place} {row.place_zh}")
    yield "document", html.escape(_document(plans, row))
    yield "clause", html.escape(f"{row.clause}{'' if row.start != row.start else f', at character {row.start}'}") if row.quote else "cited, not read in the text"
    yield "proved too", "; ".join(f'{html.escape(p.field.replace("_", " "))}: <span lang="zh">{html.escape(NOISE.sub("", p.quote))}</span>' for p in proofs.itertuples())
    yield "lead", html.escape(row.lead.replace(";", ", "))
    yield "goes beyond", evidence_link(row.stretch_of, row.stretch_of)
    yield from _judged(plans, row)
    yield "note", html.escape(row.note)


def _judged(plans, row):
    """Say how far a promise of a focus plan compares with the other plans', and why no further."""
    for of in ("value", "date", "pace") if row.role == "focus" else ():
        rows = compare(plans, row.indicator, of, core=row.core == "yes")
        for mine in rows[rows["id"] == row.id].itertuples():
            others = rows[(rows["group"] == mine.group) & (rows["jurisdiction"] != mine.jurisdiction)]
            whom = f" with {wording.names(dict.fromkeys(others['label']))}" if len(others) else ""
            yield f"compares in {of}", html.escape("; ".join(part for part in (mine.verdict + whom, mine.why, mine.cautions) if part))


def _silence(plans, row):
    yield "place", html.escape(f"{row.place} {row.place_zh}")
    yield "document", html.escape(_document(plans, row))
    yield "left to", html.escape(row.delegated_to.replace(";", ", "))
    yield "searched", f'<span lang="zh">{html.escape(row.searched.replace(";", ", "))}</span>: none stands in the text' if row.searched else ""
    yield "clause", html.escape(row.clause)
    yield "note", html.escape(row.note)


def _document(plans, row):
    document = plans.documents.set_index("id").loc[row.document]
    return ", ".join(part for part in (document["title_en"], document["number"], document["issued"].replace("?", " (inferred)")) if part)


def _verdicts(plans):
    """Judge every core promise of the focus plans in value, by its id."""
    rows = plans.targets[(plans.targets["role"] == "focus") & (plans.targets["core"] == "yes")]
    table = keys(rows, "value", set(denominators(plans).index))
    places = rows["jurisdiction"].groupby([table[name] for name in table]).transform("nunique")
    judged = [compare(plans, indicator) for indicator in rows.loc[places > 1, "indicator"].unique()]
    return dict.fromkeys(rows["id"], "no") | {row.id: row.verdict for part in judged for row in part.itertuples()}


def ledger(plans):
    """Show every target and gap of the focus plans in one table, an address each.

    Parameters
    ----------
    plans : Plans

    Returns
    -------
    Shown
        A row's id is its address: ``08_evidence.html#yuyao-pm25-2020``.
    """
    proofs = {target: rows for target, rows in plans.proofs.groupby("target")}
    targets = plans.targets.sort_values(["role", "order", "indicator", "id"])
    verdicts = _verdicts(plans)
    rows = [_entry(row, row.statement_en, wording.strength(row), verdicts.get(row.id, ""), proofs.get(row.id)) for row in targets.itertuples()]
    gaps = plans.gaps.sort_values(["order", "indicator", "id"])
    rows += [_entry(row, f"{row.indicator_name}: {wording.gap(row)}", row.status.replace("_", " "), "") for row in gaps.itertuples()]
    head = "".join(f'<th scope="col">{name}</th>' for name in ("promise or gap", "plan", "indicator", "words in the plan", "clause", "strength"))
    caption = "Every promise and every gap, with its words; figures cited from documents above the plans have none"
    return Shown(f'<table class="searchable"><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>')


def _entry(row, statement, strength, verdict, proofs=None):
    words = marked(row) if row.quote else ("searched: " + html.escape(row.searched.replace(";", ", ")) if getattr(row, "searched", "") else "cited")
    more = "".join(f"<br>{html.escape(p.field.replace('_', ' '))}: {html.escape(NOISE.sub('', p.quote))}" for p in proofs.itertuples()) if proofs is not None else ""
    plan = html.escape(row.label)
    plan = f'<a href="#{row.document}">{plan}</a>' if PAGES in os.environ else plan  # documents stand on the same page
    cells = (plan, html.escape(row.indicator_name), f'<span lang="zh">{words}</span>{more}', html.escape(row.clause), f"{strength}<br>compares: {verdict}" if verdict else strength)
    return f'<tr id="{row.id}"><th scope="row">{html.escape(statement)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
