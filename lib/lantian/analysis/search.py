"""Search promises and silences by words, English or Chinese; the pages' search box follows the same rules."""

import re

import pandas as pd

from lantian.analysis.matrix import on_theme, require_places
from lantian.text import fold, wording

FOUND = ["place", "id", "in_words", "statement", "indicator", "quote", "clause"]
# What is searched: what a row is about, which ranks first, and what is said of it besides.
MAIN = "statement in_words indicator indicator_zh subject_name subject_zh place place_zh".split()
MORE = ["quote", "proofs", "subject_class", "exception", "lead", "clause", "note", "id"]
ABBREVIATED = re.compile(r"(.+?) \((\w*[A-Z]\w*)\)")  # new energy vehicles (NEVs)
# Ranks of words that stand in `MORE` only, begin there; and of words that stand nowhere.
IN_MORE, MISSING = 3, 9


def find(plans, words, place=None, theme=None, year=None):
    """Find targets and gaps by words, English or Chinese.

    Every word has to stand in the row, in any order and as any part of a word; case, width and script (Traditional or
    Simplified) make no difference. A term of the vocabulary, a subject, an indicator or a place also finds the rows
    with its name in the other language. Rows where the words stand whole come before those where they begin a word,
    and these before all others; rows that are about them before those that mention them in their quote or a note.

    Parameters
    ----------
    plans : Plans
    words : str
        Searched in the columns `MAIN` and `MORE` of `rows`.
    place : str or list of str, optional
        Ids of places, of levels above too.
    theme : str, optional
        A headline, with all of the theme of that name, or a theme.
    year : int, optional
        The target year.

    Returns
    -------
    DataFrame
        place, id, in_words, statement, indicator, quote, clause: the best first.

    Raises
    ------
    ValueError
        When there is no such place or theme.

    Examples
    --------
    >>> import lantian as lt
    >>> found = lt.find(lt.load(), "公交")
    >>> set(found.id) <= set(lt.find(lt.load(), "bus").id)
    True
    """
    found = on_theme(plans, rows(plans), theme)
    if place is not None:
        found = found[found["jurisdiction"].isin(require_places(plans.jurisdictions, place))]
    found = found if year is None else found[found["target_year"] == int(year)]
    return ranked(found, parts(words, counterparts(plans)))[FOUND].reset_index(drop=True)


def rows(plans):
    """List what is searched: the targets of the plans compared, the gaps, and the goals of the levels above and of other documents.

    Returns
    -------
    DataFrame
        The columns of `FOUND`, `MAIN` and `MORE`, jurisdiction, theme, headline, target_year, core, kind and strength (of a gap its status);
        main and more: the folded texts that are searched.
    """
    proofs = plans.proofs["quote"].groupby(plans.proofs["target"]).agg("\n".join)
    gaps = plans.gaps[plans.gaps["role"] == "focus"]
    in_words = [wording.gap(row) for row in gaps.itertuples()]
    gaps = gaps.assign(statement=gaps["note"], in_words=in_words, strength=gaps["status"])
    core_first = plans.targets.sort_values("core", ascending=False, kind="stable")
    others = plans.every_target[plans.every_target["role"] == "other"]
    others = others.assign(in_words=[wording.target(row) for row in others.itertuples()])
    found = pd.concat([core_first, gaps, plans.targets_above, others], ignore_index=True)
    found["statement"] = found["statement"].fillna(found["statement_en"])
    found["quote"] = found["quote"].mask(found["quote"] == "", found["words"].fillna(""))
    found["proofs"] = found["id"].map(proofs)
    found["indicator_id"], found["indicator"] = found["indicator"], found["indicator_name"]
    found["indicator_zh"] = found["indicator_id"].map(plans.indicators.set_index("id")["name_zh"])
    found["subject_zh"] = found["subject"].map(plans.subjects.set_index("id")["name_zh"])
    # The statement of a gap is its note.
    texts = found.assign(statement=found["statement_en"])[[*MAIN, *MORE]].astype("str").fillna("")
    return found.assign(main=_folded(texts[MAIN]), more=_folded(texts[MORE]))


def _folded(texts):
    """Join the texts of each row, folded and in lower case; what stands in two columns is no match."""
    return ["\n".join(filter(None, cells)) for cells in texts.map(folded).itertuples(index=False)]


def folded(text):
    """Fold a text for searching.

    >>> folded("ＰＭ2.5 達標")
    'pm2.5 达标'
    """
    return fold(text).lower()


def counterparts(plans):
    """Map each term, folded, to its names in the other language; what others call it leads to both.

    Returns
    -------
    dict of str to list of str
        As ``{"公交": ["bus"], "bus": ["公交", "公交车"], …}``.
    """
    terms = plans.terms.itertuples()
    pairs = [(term.zh.split("/"), [term.en], f"{term.also};{term.avoid}".split(";")) for term in terms]
    for table in (plans.subjects, plans.indicators, plans.jurisdictions):
        pairs += [([zh], [en], []) for zh, en in zip(table["name_zh"], table["name_en"])]
    found = {}
    for chinese, english, others_say in pairs:
        english = [form for names in english for name in names.split(" / ") for form in _forms(name)]
        for names, others in ((chinese, english), (english, chinese), (others_say, [*chinese, *english])):
            for name in filter(None, map(folded, names)):
                found.setdefault(name, {}).update(dict.fromkeys(map(folded, others)))
    # A single character, as that for a district, stands in words of many other meanings.
    return {name: [other for other in others if len(other) > 1] for name, others in found.items()}


def _forms(name):
    """Return a name without and with what stands for it: "volatile organic compounds", "VOCs"."""
    short = ABBREVIATED.fullmatch(name)
    return list(short.groups()) if short else [name]


def parts(words, terms):
    """Split what is sought into words and terms, the longest first.

    Parameters
    ----------
    words : str
    terms : dict
        As from `counterparts`.

    Returns
    -------
    list of tuple
        For each part its words and the names of the term that they are.

    Examples
    --------
    >>> parts("Electric bus", {"bus": ["公交"]})
    [(['electric'], []), (['bus'], ['bus', '公交'])]
    """
    words, found = re.findall(r"[^ \t\n\r\f\v]+", folded(str(words))), []
    while words:
        for end in range(len(words), 0, -1):
            name = " ".join(words[:end])
            forms = (name, f"{name}s", f"{name}es", name.removesuffix("s"), name.removesuffix("es"))
            known = [form for form in dict.fromkeys(forms) if form in terms]
            others = [other for form in known for other in (form, *terms[form])]
            if others or end == 1:
                found.append((words[:end], others))
                words = words[end:]
                break
    return found


def ranked(found, needles):
    """Keep of some `rows` those in which all `parts` stand, the best first."""
    ranks = [rank(needles, *texts) for texts in zip(found["main"], found["more"])]
    return found.assign(rank=ranks).query("rank < @MISSING").sort_values("rank", kind="stable")


def rank(needles, main, more):
    """Rank a row by the worst of the parts that are sought; lower is better, `MISSING` is none."""
    ranks = []
    for words, others in needles:
        here = _rank_in(main, words, others)
        ranks.append(here if here < MISSING else min(_rank_in(more, words, others) + IN_MORE, MISSING))
    return max(ranks, default=MISSING)


def _rank_in(text, words, others):
    """Rank a part in a text: 0 where it stands whole or by another name, 1 where its words begin one, 2 elsewhere in words."""
    if any(other in text and _whole(other).search(text) for other in others):
        return 0
    if not all(word in text for word in words):
        return MISSING
    return max(0 if _whole(word).search(text) else 1 if _start(word).search(text) else 2 for word in words)


def _whole(word):
    """Match a word, in the plural too, that no letter or digit touches; Chinese has no such edges."""
    ending = r"(?:e?s)?(?![a-z0-9])" if word[-1].isalnum() and word[-1].isascii() else ""
    return re.compile(_start(word).pattern + ending)


def _start(word):
    """Match where a word begins."""
    return re.compile((r"(?<![a-z0-9])" if word[0].isalnum() and word[0].isascii() else "") + re.escape(word))
