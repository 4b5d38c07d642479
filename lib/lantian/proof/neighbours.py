"""Find figures that what stands next to them in the plan shows to be wrong: a list, a basic goal, other figures in the quote."""

import os
import re
from difflib import SequenceMatcher

import pandas as pd

from lantian.text.figures import figures
from lantian.text.numerals import RULES
from lantian.text.script import fold

WAYS_OUT = "correct a value, shorten the quote, or list the figure in numerals.csv"
# What a stretch goal shares with its basic one, and what their figures share where they can be compared.
THING = ("indicator", "kind", "subject", "area", "target_year")
MEASURE = ("indicator", "kind", "unit", "value_basis")
RESPECTIVELY = "分别"
# Numbers that are no figure of a target.
NAMES = re.compile(
    RULES["name of a substance or road"].pattern  # PM2.5
    + r"|8h-90per|第\d+"  # 第90百分位
    r"|[A-Z]+\d*/?[A-Z]? ?\d[\d.]*-\d{4}"  # a standard, as GB 18918-2002
    r"|\d+ ?号|国\d|123(?:45|69)"  # 1号, 国6 and telephone numbers
    r"|\d+:\d\d"  # times of day
    r"|\d+(?:[×+]\d+)+"  # products and sums
    r"|(?<!\d)(?:19|20)\d\d(?![\d.,%万亿吨个家辆台座公平])"  # years
)
TIMES = ("年", "月", "日", "小时")


def mistaken(plans, targets, wrong):
    """Find figures that belong to another target, fall short of a basic goal, or stand in a quote and are no row's value.

    Parameters
    ----------
    plans : Plans
    targets : DataFrame
        Rows of ``Plans.targets``, with offsets.
    wrong : set of str
        Ids of rows known to be wrong; quotes that overlap theirs are not searched, for the same fault would be named again.

    Yields
    ------
    tuple of str
        Id, column, and what is wrong.
    """
    yield from _swapped(plans, targets)
    yield from _stretch_faults(targets)
    yield from _unexplained(plans, targets, wrong)


def _swapped(plans, targets):
    """Yield the figures that a list gives to another indicator."""
    names = targets["indicator"] + targets["indicator"].map(plans.indicators.set_index("id")["name_zh"])
    rows = targets.assign(words=targets["quote"].map(fold), name=names)
    rows = rows[rows["words"].str.contains(RESPECTIVELY) & rows["start"].notna()]
    place = rows["start"] + rows["words"].str.find(RESPECTIVELY)
    for _, listed in rows.groupby(["document", place]):
        yield from _swapped_in_list(listed)


def _swapped_in_list(rows):
    """Yield the figures of one list that belong to another thing in it; nothing where the things cannot be distinguished."""
    things, printed = _listed(max(rows["words"], key=len))
    ending = len(os.path.commonprefix([name[::-1] for name in rows["name"]]))  # as of 排放总量
    positions = [_best_match(name[: len(name) - ending], things) for name in rows["name"]]
    if len(things) != len(printed) or None in positions or len(set(positions)) < len(positions):
        return
    for row, position in zip(rows.itertuples(), positions):
        value, right = f"{abs(row.value):.15g}", printed[position]
        if value != right and value in printed:
            owner = things[printed.index(value)]
            message = f"{value} belongs to {owner!r} in the list; that of {things[position]!r} is {right}"
            yield row.id, "value", message


def _listed(words):
    """Split words at "respectively": the things listed before it and the figures behind it, years left out.

    >>> _listed("到2025年,氮氧化物和氨氮排放量分别减少780吨、60吨")
    (['氮氧化物', '氨氮排放量'], ['780', '60'])
    """
    before, behind = words.split(RESPECTIVELY, maxsplit=1)
    printed = [figure for figure in figures(behind) if not figure.spelled and figure.unit != "年"]
    things = re.split("[、和及与]", re.split("[,。;:]", before)[-1])
    return things, [f"{figure.number:.15g}" for figure in printed]


def _best_match(name, things):
    """Return the position of the one thing that shares the longest words with a name; None where there is no such one."""
    matchers = [SequenceMatcher(None, name.casefold(), thing.casefold(), autojunk=False) for thing in things]
    lengths = [matcher.find_longest_match().size for matcher in matchers]
    longest = max(lengths)
    return lengths.index(longest) if longest > 1 and lengths.count(longest) == 1 else None


def _stretch_faults(targets):
    """Yield stretch goals for another thing or year than their basic goals, and those that fall short of them."""
    pairs = targets.merge(targets, left_on="stretch_of", right_on="id", suffixes=("", "_basic"))
    for row in pairs.itertuples():
        if other := _differing(row, THING):
            message = f"differs in {', '.join(other)}; a stretch goal is one more for the same thing and year"
            yield row.id, "stretch_of", f"{row.id_basic!r} {message}"
        comparable = row.value_basis == "figure" and not _differing(row, MEASURE)
        if comparable and _falls_short(row):
            message = f"falls short of the {row.value_basic:.15g} that it stretches ({row.id_basic})"
            yield row.id, "value", f"{row.value:.15g} {message}"


def _differing(row, columns):
    """List the columns in which a stretch goal differs from its basic goal."""
    return [name for name in columns if str(getattr(row, name)) != str(getattr(row, f"{name}_basic"))]


def _falls_short(row):
    """Return whether a stretch goal promises less than its basic goal; a larger amount is always more."""
    if row.better == "lower" and row.kind != "amount":
        return row.value > row.value_basic
    return row.better in ("lower", "higher") and row.value < row.value_basic


def _unexplained(plans, targets, wrong):
    """Yield the quotes that hold a figure which is the value or size of no row that rests on the same words, and is not listed."""
    quotes, numerals = _with_end(targets, "quote"), _with_end(plans.numerals, "text")
    spans = pd.concat([quotes, _value_proofs(plans.proofs, targets)])
    numbers = {row.id: _numbers(row) for row in targets.itertuples()}
    for document, rows in quotes.groupby("document"):
        fragments = spans[spans["id"].isin(rows["id"])]
        listed = numerals[numerals["document"] == document]
        for row in rows[rows["value_basis"] == "figure"].itertuples():
            overlapping = (fragments["start"] < row.end) & (row.start < fragments["end"])
            sharing = set(fragments.loc[overlapping, "id"])
            explained = set().union(*(numbers[identifier] for identifier in sharing))
            for figure in [] if sharing & wrong else _candidates(row.quote):
                place, number = row.start + figure.start, figure.number
                is_listed = ((listed["start"] <= place) & (place < listed["end"])).any()
                if number not in explained and not is_listed:
                    message = f"holds {number:.15g} at {place}, the value of no row that rests on these words"
                    yield row.id, "quote", f"{message}; {WAYS_OUT}"


def _with_end(rows, words):
    """Add the offset at which the words of each row end; rows without an offset are left out."""
    rows = rows.dropna(subset="start")
    return rows.assign(end=rows["start"] + rows[words].str.len())


def _value_proofs(proofs, targets):
    """Return the proofs that print the value of their target, with its id."""
    values = targets.set_index("id")["value"].abs()
    proofs = _with_end(proofs, "quote").rename(columns={"target": "id"})
    printed = [{figure.number for figure in figures(quote)} for quote in proofs["quote"]]
    return proofs[[values.get(identifier) in numbers for identifier, numbers in zip(proofs["id"], printed)]]


def _numbers(row):
    """Return the numbers that a target explains in its words: its values and the sizes of what it acts on."""
    sizes = re.findall(r"\d+(?:\.\d+)?", row.subject_class + row.exception)
    values = {abs(value) for value in (row.value, row.value_max) if pd.notna(value)}
    return values | set(map(float, sizes))


def _candidates(quote):
    """List the figures in digits that may be a target: no dates and times, and none of a name."""
    names = [match.span() for match in NAMES.finditer(fold(quote))]
    return [
        figure
        for figure in figures(quote)
        if not figure.spelled
        and figure.unit not in TIMES
        and not any(start <= figure.start < end for start, end in names)
    ]
