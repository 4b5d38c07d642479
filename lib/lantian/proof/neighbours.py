"""What stands beside a promise in its plan: the other figures of a list, of a pair of goals, of the same words."""

import os
import re
from collections import defaultdict
from difflib import SequenceMatcher

import pandas as pd

from lantian.text.figures import figures
from lantian.text.numerals import RULES
from lantian.text.script import fold

WAYS_OUT = "correct a value, shorten the quote, or list the figure in numerals.csv"
THING = (
    "indicator",
    "kind",
    "subject",
    "area",
    "target_year",
)  # what a stretch goal shares with its basic one
MEASURE = (
    "indicator",
    "kind",
    "unit",
    "value_basis",
)  # what their figures must share to tell which goes further
RESPECTIVELY = "分别"
# Where figures are none that may be promised: names (PM2.5, GB 18918-2002, 国6, 1号, 12369, 第90百分位), products and sums, times of day, bare years.
NAMES = re.compile(
    rf"{RULES['name of a substance or road'].pattern}|8h-90per|[A-Z]+\d*/?[A-Z]? ?\d[\d.]*-\d{{4}}|\d+ ?号|第\d+|国\d|123(?:45|69)"
    r"|\d+:\d\d|\d+(?:[×+]\d+)+|(?<!\d)(?:19|20)\d\d(?![\d.,%万亿吨个家辆台座公平])"
)
TIMES = ("年", "月", "日", "小时")


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
    lists = targets[targets["quote"].map(fold).str.contains(RESPECTIVELY) & targets["start"].notna()]
    for _, rows in lists.groupby(
        [
            "document",
            lists["start"]
            + lists["quote"].map(lambda quote: fold(quote).index(RESPECTIVELY)).astype("Int64"),
        ]
    ):
        quote = max(rows["quote"], key=len)
        values = {row.id: f"{abs(row.value):.15g}" for row in rows.itertuples()}
        yield from _swapped(
            fold(quote),
            values,
            dict(zip(rows["id"], rows["indicator"] + names[rows["indicator"]].to_numpy())),
        )


def _shortfalls(targets):
    """Yield stretch goals of another thing or year than the goals they stretch, and those that do not go as far; a larger amount goes further."""
    pairs = targets.merge(targets, left_on="stretch_of", right_on="id", suffixes=("", "_basic"))
    for row in pairs.itertuples():
        other = {
            name
            for name in (*THING, *MEASURE)
            if str(getattr(row, name)) != str(getattr(row, f"{name}_basic"))
        }
        if other & {*THING}:
            yield (
                row.id,
                "stretch_of",
                f"{row.id_basic!r} differs in {', '.join(name for name in THING if name in other)}; a stretch goal is one more for the same thing and year",
            )
        way = {"lower": -1, "higher": 1}.get(row.better, 0)
        further = (abs(way) if row.kind == "amount" else way) * (row.value - row.value_basic)
        if row.value_basis == "figure" and not other & {*MEASURE} and further < 0:
            yield (
                row.id,
                "value",
                f"{row.value:.15g} falls short of the {row.value_basic:.15g} that it stretches ({row.id_basic})",
            )


def _strays(plans, targets, wrong):
    """Yield the figures that stand beside those promised and are accounted for by nothing; rows that are wrong already would only repeat it."""
    values, listed = (
        targets.set_index("id")["value"],
        _spans(plans.numerals.rename(columns={"document": "id", "text": "quote"})),
    )

    def holds(row):
        return (
            row.target in values.index
            and pd.notna(values[row.target])
            and any(figure.number == abs(values[row.target]) for figure in figures(row.quote))
        )

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
        beside = [
            other for other in rows if any(start < end and begin < stop for start, stop in spans[other.id])
        ]
        if row.value_basis != "figure" or any(other.id in wrong for other in beside):
            continue
        sizes = {
            float(size)
            for other in beside
            for size in re.findall(r"\d+(?:\.\d+)?", other.subject_class + other.exception)
        }
        taken = sizes | {
            abs(value) for other in beside for value in (other.value, other.value_max) if pd.notna(value)
        }
        for figure in _promised(row.quote):
            at = begin + figure.start
            if figure.number not in taken and not any(start <= at < stop for start, stop in listed):
                yield (
                    row.id,
                    "quote",
                    f"holds {figure.number:.15g} at {at}, the value of no row that rests on these words; {WAYS_OUT}",
                )


def _promised(quote):
    """List the figures in digits that may be promised: no dates and times, and none of a name."""
    names = [match.span() for match in NAMES.finditer(fold(quote))]
    return [
        figure
        for figure in figures(quote)
        if not figure.spelled
        and figure.unit not in TIMES
        and not any(start <= figure.start < stop for start, stop in names)
    ]


def _swapped(quote, values, names):
    """Yield the figures, by ids, that "respectively" gives to another of the things that a quote lists."""
    things, printed = _listed(quote)
    shared = len(
        os.path.commonprefix([name[::-1] for name in names.values()])
    )  # 排放总量 and the like tell nothing apart
    owners = (
        {key: _likest(name[: len(name) - shared], things) for key, name in names.items()}
        if len(set(names.values())) > 1
        else {}
    )
    if (
        len(things) != len(printed)
        or not owners
        or None in owners.values()
        or len(set(owners.values())) < len(owners)
    ):
        return  # the list does not tell whose each figure is
    for key, value in values.items():
        thing, own = things[owners[key]], printed[owners[key]]
        if value != own and value in printed:
            yield (
                key,
                "value",
                f"{value} belongs to {things[printed.index(value)]!r} in the list; that of {thing!r} is {own}",
            )


def _listed(quote):
    """Split a quote at "respectively": the things listed before it, and the figures after, years left out."""
    before, after = re.split(RESPECTIVELY, quote, maxsplit=1)
    printed = [
        f"{figure.number:.15g}" for figure in figures(after) if not figure.spelled and figure.unit != "年"
    ]
    return re.split("[、和及与]", re.split("[,。;:]", before)[-1]), printed


def _likest(name, things):
    """Find the one thing that shares the longest words with a name; none where there is no such one."""
    shared = [
        SequenceMatcher(None, name.casefold(), thing.casefold(), autojunk=False).find_longest_match().size
        for thing in things
    ]
    best = max(shared)
    return shared.index(best) if best > 1 and shared.count(best) == 1 else None
