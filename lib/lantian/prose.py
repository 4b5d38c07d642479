"""Sentences that are built from the data, and stop the render when they are no longer so."""

import html
import re
import string

from lantian import wording


class StaleSentence(AssertionError):
    """A sentence that the data no longer bear out."""


class Shown:
    """Markup that a page and a notebook show, and its plain text."""

    def __init__(self, markup):
        self.markup = markup

    def __str__(self):
        return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"</(dt|dd|tr|h3|blockquote)>", "\n", self.markup)))

    __repr__ = __str__

    def _repr_html_(self):
        return self.markup


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
        strength; ``{name}`` a value given.
    sure : sequence of (bool, str)
        Claims that the sentence makes beyond its figures: each must hold.
    **values
        Words or numbers for the placeholders that are no ids.

    Returns
    -------
    Sentence

    Raises
    ------
    StaleSentence
        When a claim fails or an id is gone; the message quotes the sentence.
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
    return any((rows.loc[rows["id"].isin(names), "role"] == "aside").any() for rows in (plans.targets, plans.gaps))


def _fill(name, form, values, targets, gaps, text):
    if name in values:
        return html.escape(format(values[name], form or ""))
    if name in targets.index:
        return _linked(name, TARGET_WORDS[form or "target"](targets.loc[name]))
    if name in gaps.index:
        return _linked(name, gaps.loc[name, "place"] if form == "place" else wording.gap(gaps.loc[name]))
    raise StaleSentence(f"{name} is neither a target nor a gap; the sentence was: {text}")


def _linked(identifier, words):
    return f'<a class="evidence" href="08_evidence.html#{identifier}">{html.escape(words)}</a>'


TARGET_WORDS = {
    "target": wording.target,
    "amount": wording.amount,
    "date": wording.date,
    "strength": wording.strength,
    "place": lambda row: row.place,
    "word": lambda row: row.strength_word,
}
