"""Sentences that are built from the data, and stop the render when they are no longer so."""

import html
import os
import re
import string
from pathlib import Path

import pandas as pd

from lantian.text import wording

PAGES = "LANTIAN_PAGES"  # the folder of the pages, as seen from what shows a link: empty on a page
FROM_NOTEBOOKS = "../reports/"
# What JupyterLab sets to the right and at full length reads better from the left, in a box of its own.
STYLE = "<style>.lantian :is(th, td) {text-align: left !important; vertical-align: top} .lantian:has(.searchable) {max-height: 40em; overflow: auto}</style>"
LEDGER = "08_evidence.html"


class StaleSentence(AssertionError):
    """A sentence that the data no longer bear out."""


class Shown:
    """Markup that a page and a notebook show, and its plain text."""

    def __init__(self, markup):
        self.markup = markup

    def __str__(self):
        return html.unescape(
            re.sub(r"<[^>]+>", "", re.sub(r"</(dt|dd|tr|h3|blockquote)>", "\n", self.markup))
        )

    __repr__ = __str__

    def _repr_html_(self):
        return self.markup if PAGES in os.environ else f'{STYLE}<div class="lantian">{self.markup}</div>'


def link(page, words, row=""):
    """Write a link to the file of a page, or to a row of it.

    A notebook leads to the rendered page, and where there is none, nowhere; it shows the id of the row under the pointer.
    """
    folder, kind = os.environ.get(PAGES), ' class="evidence"' if row else ""
    title = f' title="{html.escape(row)}"' if row and folder is None else ""
    if folder is None and not Path(FROM_NOTEBOOKS, page).exists():
        return f"<span{kind}{title}>{html.escape(words)}</span>"
    address = f"{FROM_NOTEBOOKS if folder is None else folder}{page}{'#' * bool(row)}{row}"
    return f'<a{kind} href="{html.escape(address)}"{title}>{html.escape(words)}</a>'


def evidence_link(identifier, words):
    """Link words to the evidence of a target or a gap; an empty id leaves them words."""
    return link(LEDGER, words, identifier) if identifier else html.escape(words)


def linked(identifiers, words=None):
    """Link each of some ids to its evidence, for a column of a table.

    Parameters
    ----------
    identifiers : iterable of str
        Ids, or several joined by ``;``.
    words : iterable of str, optional
        What to show; by default the ids.

    Returns
    -------
    list of Shown

    Examples
    --------
    >>> str(linked(["yuyao-pm25-2020"], ["37"])[0])
    '37'
    """
    identifiers = list(identifiers)
    if words is not None:
        return [Shown(evidence_link(name, shown)) for name, shown in zip(identifiers, words)]
    return [Shown(", ".join(evidence_link(name, name) for name in names.split(";"))) for names in identifiers]


class Sentence(Shown):
    """A paragraph for the page: text with each value linked to its evidence."""

    def _repr_html_(self):
        return f'<p class="reading">{self.markup}</p>'


def say(plans, text, sure=(), **values):
    """Write a sentence whose figures come from the data.

    Parameters
    ----------
    plans : Plans
    text : str
        ``{yuyao-pm25-2020}`` becomes the target in words, ``{yuyao-pm25-2020:amount}``
        its amount, ``:date`` its date, ``:place`` its place, ``:strength`` its
        strength; ``{name}`` a value given, ``{name:column}`` that column of rows given,
        each cell linked to its row.
    sure : sequence of (bool, str)
        Claims that the sentence makes beyond its figures: each must hold.
    **values
        Words, numbers, markup or rows with an ``id`` for the placeholders that are no ids.

    Returns
    -------
    Sentence

    Raises
    ------
    StaleSentence
        When a claim fails or an id is gone; the message quotes the sentence.

    Examples
    --------
    >>> import lantian as lt
    >>> lt.say(lt.load(), "Yuyao promises {yuyao-pm25-2020}.")
    Yuyao promises 37 µg/m³ by 2020.
    """
    if _aside(plans, text):
        return Sentence("This sentence speaks of a place that was left out.")
    for holds, claim in sure:
        if not holds:
            raise StaleSentence(f"no longer true: {claim}; the sentence was: {text}")
    targets = plans.targets.set_index("id", drop=False)
    gaps = plans.gaps.set_index("id", drop=False)
    parts = []
    for literal, name, form, _ in string.Formatter().parse(text):
        parts.append(html.escape(literal))
        if name is not None:
            parts.append(_fill(name, form, values, targets, gaps, text))
    return Sentence("".join(parts))


def _aside(plans, text):
    """Whether a sentence names a row of a place that is left out of this comparison."""
    names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return any(
        (rows.loc[rows["id"].isin(names), "role"] == "aside").any() for rows in (plans.targets, plans.gaps)
    )


def _fill(name, form, values, targets, gaps, text):
    if isinstance(values.get(name), pd.DataFrame):
        return wording.names(
            evidence_link(*row) for row in values[name][["id", form]].itertuples(index=False)
        )
    if isinstance(values.get(name), Shown):
        return values[name].markup
    if name in values:
        return html.escape(format(values[name], form or ""))
    if name in targets.index:
        return evidence_link(name, TARGET_WORDS[form or "target"](targets.loc[name]))
    if name in gaps.index:
        return evidence_link(
            name, gaps.loc[name, "place"] if form == "place" else wording.gap(gaps.loc[name])
        )
    raise StaleSentence(f"{name} is neither a target nor a gap; the sentence was: {text}")


TARGET_WORDS = {
    "target": wording.target,
    "amount": wording.amount,
    "date": wording.date,
    "strength": wording.strength,
    "place": lambda row: row.place,
    "word": lambda row: row.strength_word,
}
