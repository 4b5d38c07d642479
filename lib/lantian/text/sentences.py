"""Sentences that are built from the data, and stop the render when they are no longer true."""

import html
import os
import re
import string
from pathlib import Path

import pandas as pd
from markupsafe import Markup, escape

from lantian.errors import LantianError
from lantian.text import LEDGER, wording

PAGES = "LANTIAN_PAGES"  # the way to the folder of the pages, empty on a page itself; not set in a notebook
FROM_NOTEBOOKS = "../reports/"
# What a placeholder may ask of a row: its words by these functions of `wording`, and columns by a short name.
WORDED = ("target", "gap", "amount", "date", "strength")
COLUMNS = {"word": "strength_word", "statement": "statement_en"}
MOST = 8  # rows that a sentence names; the others are counted
# What JupyterLab sets to the right and at full length reads better from the left, in a box that scrolls; what proves
# some words folds out beneath them.
STYLE = Path(__file__).parents[1] / "templates" / "lantian" / "notebook.css"
STYLE = f"<style>{STYLE.read_text('utf-8').strip()}</style>"
PROOF = re.compile('<div class="proof">.*?</div>', re.S)
prove = "".format  # shows what proves a row, by its id: `lantian.site.evidence` sets it when plans are loaded


class StaleSentence(LantianError, AssertionError):
    """A sentence that the data contradict."""


class Shown:
    """Markup that a page and a notebook show; ``str`` gives its plain text."""

    def __init__(self, markup):
        self.markup = Markup(markup)

    def __str__(self):
        lines = re.sub(r"</(dt|dd|tr|h3|blockquote)>", "\n", PROOF.sub("", self.markup))
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
        return f'<p class="reading">{self.markup}</p>' if PAGES in os.environ else super()._repr_html_()


class LeftOut(Sentence):
    """What a notebook shows where a sentence cannot be written; a page shows nothing."""

    def _repr_html_(self):
        return "" if PAGES in os.environ else super()._repr_html_()


def link(page, words, row=""):
    """Link words to a page, or to a row of it.

    On a page it is ``<a class="evidence" href="08_evidence.html#yuyao-pm25-2020">37</a>``. In a notebook what proves the
    row folds out beneath the words, and links lead to the rendered pages where there are any.
    """
    folder = os.environ.get(PAGES)
    in_notebook = folder is None
    address = f"{FROM_NOTEBOOKS if in_notebook else folder}{page}{f'#{row}' if row else ''}"
    there = not in_notebook or Path(FROM_NOTEBOOKS, page).exists()
    if in_notebook and (shown := prove(row)):
        shown += Markup(' <a href="{}">on its page</a>').format(address) if there else ""
        fold = '<details class="evidence"><summary>{}</summary><div class="proof">{}</div></details>'
        return Markup(fold).format(words, shown)
    kind = Markup(' class="evidence"') if row else ""
    return Markup('<a{} href="{}">{}</a>').format(kind, address, words) if there else escape(words)


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
        each cell linked to its row, and those beyond `MOST` counted.
    **values
        Words, numbers, markup or rows with an ``id`` for the placeholders that are no ids.

    Returns
    -------
    Sentence

    Raises
    ------
    StaleSentence
        When a place is there and the row that an id names is gone; the message quotes the sentence. Where a place is not
        among the data, or a value given is missing, the sentence is left out, which a notebook says.

    Examples
    --------
    >>> import lantian as lt
    >>> lt.say(lt.load(), "Yuyao promises {yuyao-pm25-2020}.")
    Yuyao promises 37 µg/m³ by 2020.
    """
    fields = list(string.Formatter().parse(text))
    names = {name for _, name, *_ in fields if name is not None}
    if absent := sorted(name for name in names - values.keys() if _is_left_out(plans, name)):
        return LeftOut(f"This sentence was left out: {absent[0]} is of no place that is compared.")
    if unknown := [name for name in names & values.keys() if _is_missing(values[name])]:
        return LeftOut(f"This sentence was left out: {wording.names(sorted(unknown))} is not known here.")
    parts, answers = [], {}
    for literal, name, column, _ in fields:
        parts.append(escape(literal))
        if name is not None:
            words = _given(values[name], column) if name in values else _looked_up(plans, name, column, text)
            answers[f"{name}:{column}" if column else name] = str(Shown(words))
            parts.append(words)
    return Sentence("".join(parts), answers)


def _is_left_out(plans, name):
    """Return whether an id is a row of a place that is left out of this comparison, or not among the data."""
    try:
        return plans.by_id[name].role == "left_out"
    except KeyError:
        return False  # the place is here and the row is gone: `_looked_up` says so


def _is_missing(value):
    return pd.api.types.is_scalar(value) and pd.isna(value)


def _given(value, column):
    """Return the markup of a value given to `say`: rows by a column, markup as it is, anything else formatted."""
    if isinstance(value, pd.DataFrame):
        words = list(map(evidence_link, value["id"], value[column]))
        if len(words) > MOST:
            words[MOST:] = [link(LEDGER, f"{len(words) - MOST} more", _one_indicator(value))]
        return wording.names(words)
    return escape(value if isinstance(value, Shown) else format(value, column))


def _one_indicator(rows):
    """Return what narrows the page of evidence down to the indicator of some rows, where they have one in common."""
    indicators = rows["indicator"].unique() if "indicator" in rows else []
    return f"indicator={indicators[0]}" if len(indicators) == 1 else ""


def _looked_up(plans, name, column, text):
    """Return the markup of a target or a gap that a sentence names by its id."""
    row = plans.by_id.get(name)
    if row is None:
        raise StaleSentence(f"{name} is neither a target nor a gap; the sentence was: {text}")
    column = column or ("target" if hasattr(row, "statement_en") else "gap")
    words = getattr(wording, column)(row) if column in WORDED else getattr(row, COLUMNS.get(column, column))
    return evidence_link(name, words)
