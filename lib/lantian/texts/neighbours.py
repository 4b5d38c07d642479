"""What stands beside a promise in its plan: the other figures of a list, of a pair of goals, of the same words."""

import os
import re
from collections import defaultdict
from difflib import SequenceMatcher

import pandas as pd

from lantian.texts.numerals import DATES, RULES, joined, plain_text, printed

WAYS_OUT = "correct a value, shorten the quote, or list the figure in numerals.csv"
THING = ("indicator", "kind", "subject", "area", "target_year")  # what a stretch goal shares with its basic one
MEASURE = ("indicator", "kind", "unit", "value_basis")  # what their figures must share to tell which goes further
RESPECTIVELY = "分[别別]"
# Figures that may be promised, after those that are not: of dates and periods, times and hours, names (PM2.5, GB 18918-2002, 国6, 1号, 12369,
# 第90百分位), products and sums, the 1 of a ratio, bare years.
FIGURES = re.compile(
    rf"{RULES['name of a substance or road'].pattern}|8h-90per|[A-Z]+\d*/?[A-Z]? ?\d[\d.]*-\d{{4}}|\d+ ?[号號]|第\d+|国\d|國\d|123(?:45|69)"
    rf"|\d+(?: ?[-—–~至]{{1,2}} ?\d+)? ?[{DATES}]|(?<!\d)\d+小[时時]|\d+:\d\d|\d+(?:[×+]\d+)+|1:(?=\d)|(?<=\d):1(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d(?![\d.,%万亿吨个家辆台座公平])|(?<![A-Za-z\d])(?P<figure>(?:\d{1,3}(?:,\d{3})+|\d+)(?: ?\. ?\d+)?)"
)


def mistaken(plans, targets, wrong):
    """Find figures that their neighbours show to be another promise's.

    Parameters
    ----------
    plans : Plans
    targets : DataFrame
        Rows of ``Plans.targets``, with offsets.
    wrong : set of str
        Ids of rows known to be wrong: what these make of others would only repeat it.

    Yields
    ------
    tuple of str
        Id, column, and what is wrong: a figure that "respectively" gives to another thing, a stretch goal that falls
        short, or another figure in the words that nothing accounts for.
    """
    yield from _swaps(plans, targets)
    yield from _shortfalls(targets)
    yield from _strays(plans, targets, wrong)


def _swaps(plans, targets):
    """Yield the figures that a list gives to another indicator."""
    names = plans.indicators.set_index("id")["name_zh"]
    lists = targets[targets["quote"].str.contains(RESPECTIVELY) & targets["start"].notna()]
    for _, rows in lists.groupby(["document", lists["start"] + lists["quote"].map(lambda quote: re.search(RESPECTIVELY, quote).start()).astype("Int64")]):
        quote = max(rows["quote"], key=len)
        values = {row.id: f"{abs(row.value):.15g}" for row in rows.itertuples()}
        yield from _swapped(plain_text(quote), values, dict(zip(rows["id"], rows["indicator"] + names[rows["indicator"]].to_numpy())))


def _shortfalls(targets):
    """Yield stretch goals of another thing or year than the goals they stretch, and those that do not go as far; a larger amount goes further."""
    pairs = targets.merge(targets, left_on="stretch_of", right_on="id", suffixes=("", "_basic"))
    for row in pairs.itertuples():
        other = {name for name in (*THING, *MEASURE) if str(getattr(row, name)) != str(getattr(row, f"{name}_basic"))}
        if other & {*THING}:
            yield row.id, "stretch_of", f"{row.id_basic!r} differs in {', '.join(name for name in THING if name in other)}; a stretch goal is one more for the same thing and year"
        way = {"lower": -1, "higher": 1}.get(row.better, 0)
        further = (abs(way) if row.kind == "amount" else way) * (row.value - row.value_basic)
        if row.value_basis == "figure" and not other & {*MEASURE} and further < 0:
            yield row.id, "value", f"{row.value:.15g} falls short of the {row.value_basic:.15g} that it stretches ({row.id_basic})"


def _strays(plans, targets, wrong):
    """Yield the figures that stand beside those promised and are accounted for by nothing; rows that are wrong already would only repeat it."""
    values, listed = targets.set_index("id")["value"], _spans(plans.numerals.rename(columns={"document": "id", "text": "quote"}))
    holds = lambda row: row.target in values.index and pd.notna(values[row.target]) and bool(printed(plain_text(row.quote), values[row.target]))
    proofs = plans.proofs[[holds(row) for row in plans.proofs.itertuples()]].rename(columns={"target": "id"})
    spans = _spans(targets[["id", "start", "quote"]], proofs)
    for document, rows in targets[targets["start"].notna()].groupby("document"):
        yield from _untaken(list(rows.itertuples()), spans, listed[document], wrong)


def _spans(*tables):
    """Map ids to where their fragments begin and end."""
    spans = defaultdict(list)
    for row in pd.concat(tables).dropna(subset="start").itertuples():
        spans[row.id].append((row.start, row.start + len(row.quote)))
    return spans


def _untaken(rows, spans, listed, wrong):
    """Yield the figures in the quotes of figures that neither a row which rests on the same words has, as its value or a size, nor a span lists."""
    for row in rows:
        begin, end = row.start, row.start + len(row.quote)
        beside = [other for other in rows if any(start < end and begin < stop for start, stop in spans[other.id])]
        if row.value_basis != "figure" or any(other.id in wrong for other in beside):
            continue
        sizes = {float(size) for other in beside for size in re.findall(r"\d+(?:\.\d+)?", other.subject_class + other.exception)}
        taken = sizes | {abs(value) for other in beside for value in (other.value, other.value_max) if pd.notna(value)}
        for found in FIGURES.finditer(_folded(row.quote)):
            at, figure = begin + found.start(), re.sub("[, ]", "", found["figure"] or "")
            if figure and float(figure) not in taken and not any(start <= at < stop for start, stop in listed):
                yield row.id, "quote", f"holds {figure} at {at}, the value of no row that rests on these words; {WAYS_OUT}"


def _folded(text):
    """Fold full-width forms as `plain_text` does, but character by character, so that offsets hold."""
    return "".join(plain if len(plain := plain_text(letter)) == 1 else letter for letter in text)


def _swapped(quote, values, names):
    """Yield the figures, by ids, that "respectively" gives to another of the things that a quote lists."""
    things, figures = _listed(quote)
    shared = len(os.path.commonprefix([name[::-1] for name in names.values()]))  # 排放总量 and the like tell nothing apart
    owners = {key: _likest(name[: len(name) - shared], things) for key, name in names.items()} if len(set(names.values())) > 1 else {}
    if len(things) != len(figures) or not owners or None in owners.values() or len(set(owners.values())) < len(owners):
        return  # the list does not tell whose each figure is
    for key, value in values.items():
        thing, own = things[owners[key]], figures[owners[key]]
        if value != own and value in figures:
            yield key, "value", f"{value} belongs to {things[figures.index(value)]!r} in the list; that of {thing!r} is {own}"


def _listed(quote):
    """Split a quote at "respectively": the things listed before it, and the figures after, years left out."""
    before, after = re.split(RESPECTIVELY, quote, maxsplit=1)
    figures = re.findall(r"(?<![\d.A-Za-z])\d+(?:\.\d+)?(?![\d.年])", joined(after))
    return re.split("[、和及与與]", re.split("[,。;:]", before)[-1]), [f"{float(figure):.15g}" for figure in figures]


def _likest(name, things):
    """Find the one thing that shares the longest words with a name; none where there is no such one."""
    shared = [SequenceMatcher(None, name.casefold(), thing.casefold(), autojunk=False).find_longest_match().size for thing in things]
    best = max(shared)
    return shared.index(best) if best > 1 and shared.count(best) == 1 else None
