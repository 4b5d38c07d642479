"""Sentences that are built from the data, and stop the render when they are no longer true."""

import html
import os
import re
import string
from operator import attrgetter
from pathlib import Path

import pandas as pd
from markupsafe import Markup, escape

from lantian.text import wording

PAGES = "LANTIAN_PAGES"  # the way to the folder of the pages, empty on a page itself; not set in a notebook
FROM_NOTEBOOKS = "../reports/"
# What JupyterLab sets to the right and at full length reads better from the left, in a box that scrolls.
STYLE = "<style>.lantian :is(th, td) {text-align: left !important; vertical-align: top} .lantian:has(.searchable) {max-height: 40em; overflow: auto}</style>"
LEDGER = "08_evidence.html"


class StaleSentence(AssertionError):
    """A sentence that the data contradict."""


class Shown:
    """Markup that a page and a notebook show; ``str`` gives its plain text."""

    def __init__(self, markup):
        self.markup = Markup(markup)

    def __str__(self):
        lines = re.sub(r"</(dt|dd|tr|h3|blockquote)>", "\n", self.markup)
        return html.unescape(re.sub(r"<[^>]+>", "", lines))

    __repr__ = __str__

    def __html__(self):
        return self.markup

    def _repr_html_(self):
        return self.markup if PAGES in os.environ else f'{STYLE}<div class="lantian">{self.markup}</div>'


class Sentence(Shown):
    """A paragraph of a page, with each value linked to its evidence; ``answers`` holds what stands for each placeholder."""

    def __init__(self, markup, answers=()):
        super().__init__(markup)
        self.answers = dict(answers)

    def _repr_html_(self):
        return f'<p class="reading">{self.markup}</p>'


def link(page, words, row=""):
    """Link words to a page, or to a row of it.

    In a notebook the link leads to the rendered page, where there is one, and shows the id of the row under the pointer.
    On a page it is ``<a class="evidence" href="08_evidence.html#yuyao-pm25-2020">37</a>``.
    """
    folder = os.environ.get(PAGES)
    in_notebook = folder is None
    kind = Markup(' class="evidence"') if row else ""
    title = Markup(' title="{}"').format(row) if row and in_notebook else ""
    if in_notebook and not Path(FROM_NOTEBOOKS, page).exists():
        return Markup("<span{}{}>{}</span>").format(kind, title, words)
    address = f"{FROM_NOTEBOOKS if in_notebook else folder}{page}{f'#{row}' if row else ''}"
    return Markup('<a{} href="{}"{}>{}</a>').format(kind, address, title, words)


def evidence_link(identifier, words):
    """Link words to the evidence of a target or a gap; without an id they stay words."""
    return link(LEDGER, words, identifier) if identifier else escape(words)


def links(identifiers, words=None):
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
    >>> str(links(["yuyao-pm25-2020"], ["37"])[0])
    '37'
    """
    if words is not None:
        return [Shown(evidence_link(*pair)) for pair in zip(identifiers, words)]
    return [Shown(", ".join(evidence_link(name, name) for name in names.split(";"))) for names in identifiers]


def say(plans, text, **values):
    """Write a sentence whose figures come from the data.

    Parameters
    ----------
    plans : Plans
    text : str
        ``{yuyao-pm25-2020}`` becomes the target in words, ``{yuyao-pm25-2020:amount}``
        its amount, ``:date`` its date, ``:place`` its place, ``:strength`` its
        strength, ``:statement`` its statement, and of a gap ``:note`` its note; ``{name}`` a value given, ``{name:column}`` that column of rows given,
        each cell linked to its row.
    **values
        Words, numbers, markup or rows with an ``id`` for the placeholders that are no ids.

    Returns
    -------
    Sentence

    Raises
    ------
    StaleSentence
        When an id is gone, or a value given is missing; the message quotes the sentence. What a sentence claims beyond its
        figures is held by an ``assert`` before it.

    Examples
    --------
    >>> import lantian as lt
    >>> lt.say(lt.load(), "Yuyao promises {yuyao-pm25-2020}.")
    Yuyao promises 37 µg/m³ by 2020.
    """
    fields = list(string.Formatter().parse(text))
    if _names_place_left_out(plans, {name for _, name, *_ in fields}):
        return Sentence("This sentence speaks of a place that was left out.")
    parts, answers = [], {}
    for literal, name, column, _ in fields:
        parts.append(escape(literal))
        if name is not None:
            given = name in values
            if given and pd.api.types.is_scalar(values[name]) and pd.isna(values[name]):
                raise StaleSentence(f"{name} is not known; the sentence was: {text}")
            words = _given(values[name], column) if given else _looked_up(plans, name, column, text)
            answers[f"{name}:{column}" if column else name] = Markup(words).striptags()
            parts.append(words)
    return Sentence("".join(parts), answers)


def _names_place_left_out(plans, names):
    """Return whether one of some names is a row of a place that is left out of this comparison."""
    rows = pd.concat([plans.every_target[["id", "role"]], plans.gaps[["id", "role"]]])
    return (rows.loc[rows["id"].isin(names), "role"] == "left_out").any()


def _given(value, column):
    """Return the markup of a value given to `say`: rows by a column, markup as it is, anything else formatted."""
    if isinstance(value, pd.DataFrame):
        return wording.names(map(evidence_link, value["id"], value[column]))
    return escape(value if isinstance(value, Shown) else format(value, column))


def _looked_up(plans, name, column, text):
    """Return the markup of a target or a gap that a sentence names by its id."""
    target = next(plans.every_target[plans.every_target["id"] == name].itertuples(), None)
    if target:
        return evidence_link(name, TARGET_WORDS[column or "target"](target))
    gap = next(plans.gaps[plans.gaps["id"] == name].itertuples(), None)
    if gap:
        return evidence_link(name, getattr(gap, column) if column else wording.gap(gap))
    raise StaleSentence(f"{name} is neither a target nor a gap; the sentence was: {text}")


TARGET_WORDS = {name: getattr(wording, name) for name in ("target", "amount", "date", "strength")}
TARGET_WORDS |= {
    "place": attrgetter("place"),
    "word": attrgetter("strength_word"),
    "statement": attrgetter("statement_en"),
    "hedge": attrgetter("hedge"),
}
