"""The English statement of a target, compared with its row: no other figure, unit or bound."""

import re
from collections import namedtuple

import pandas as pd

from lantian.text import fold, read_patterns, wording
from lantian.text.figures import figures, same_unit, split

# Five-year plan periods end in these years.
PERIODS = {"十二五": 2015, "十三五": 2020, "十四五": 2025, "十五五": 2030}
# Numbers in English: 1.45 million, 2,000, 5 GW; not the 2.5 of PM2.5, nor the 13 of 13th.
ENGLISH = re.compile(
    r"""(?<![A-Za-z\d.,])(?<!PM\ )(?<![Cc]lass\ )
        (?P<digits>\d{1,3}(?:[,\ ]\d{3})+(?!\d)|\d+) (?P<decimals>\.\d+)?
        (?:\ ?(?P<scale>thousand|million|billion|trillion|bn)\b)?
        (?:\ ?(?P<unit>[GM]Wh?|TWh|[Mk]t)\b)?
        (?!\d*(?:st|nd|rd|th)\b|\d*-(?:hour|year|day|month))""",
    re.VERBOSE,
)
# What a word or the beginning of a unit multiplies by; kW, kWh and t are 1.
SCALES = {word: float(number) for word, number in wording.words("english scale").items()}
# Which operators the words right before a figure of a statement allow, and those right behind it.
BOUNDS_BEFORE = read_patterns("english_bounds_before.csv")
BOUNDS_BEHIND = read_patterns("english_bounds_behind.csv")
NEGATED = re.compile(r"\b(?:not?|without|ban(?:ned)?|prohibit(?:ed)?)\b", re.IGNORECASE)
ENGLISH_UNITS = wording.words("english unit")
MEASURE = re.compile(r" ?(?:t|tonnes?|tce|kW|kWh|m[²³23]|km²|mu|ha|CNY|yuan|people|persons)\b")
# Numbers in words; a half, third or quarter stands for its percentage.
IN_WORDS = {word: float(number) for word, number in wording.words("english number").items()}


# A number of an English text, with the words before and behind it: 1.45 million t is 1450000, printed "1.45 million", and
# measured, since a unit of measurement follows.
Number = namedtuple("Number", "value text measured before behind")


def statement_faults(row):
    """Find what the statement of a row contradicts.

    Parameters
    ----------
    row : namedtuple
        A target with its ``evidence`` (quote and proofs, folded), the ``factor`` of its unit, and ``known``, the
        units of the table.

    Returns
    -------
    list of tuple of str
        The column ``statement_en``, and what is wrong: figures that neither the row nor its words hold; a bound, unit
        or way that is turned; or else other figures than the row's.
    """
    stated = _english(row.statement_en)
    others = [number for number in stated if not _is_value(number, row)]
    faults = list(_other_faults(row, stated, others)) if others else []
    if row.value_basis == "figure":
        faults += _turned(row, stated)
    return [("statement_en", fault) for fault in faults]


def _other_faults(row, stated, others):
    """Yield the numbers of a statement that are not held anywhere, or else that the row's figure is none of its numbers."""
    further = {number.value for cell in _further_cells(row) for number in _english(cell)}
    held = [*further, *_chinese(f"{row.evidence}\n{fold(row.words)}", row.known)]
    digits = [number for number in others if number.text[0].isdigit()]
    strays = [number for number in digits if not any(_is_about(number.value, one) for one in held)]
    for number in strays:
        yield f"holds {number.text}, which stands neither in the row nor in its words"
    rest = " and ".join(number.text for number in digits if number.value not in further)
    if row.value_basis == "figure" and row.value and rest and not strays and len(others) == len(stated):
        yield f"holds {rest}, not {row.value:.15g} {row.unit}, the row's figure"


def _turned(row, stated):
    """Yield where the words next to the row's figure in its statement turn its bound, its unit or the way that it goes."""
    for number in stated:
        before, behind = number.before, number.behind
        if not any(_is_about(number.value, row.value * scale) for scale in (1, row.factor)):
            continue
        if _turns_bound(row, before, behind):
            yield f"turns the operator {row.operator!r} of the row: {before[-12:] + number.text!r}"
        elif unit := _other_unit(row, behind):
            yield f"gives another unit than the row: {number.text} {unit}, not {row.unit}"
        elif _turns_way(row, behind):
            yield f"turns the way of the change: {(number.text + behind)[:24]!r}"


def _turns_bound(row, before, behind):
    """Return whether the words next to a figure bound it otherwise than the row's operator."""
    left, right = r"\b(?:{}) (?:a |an |the )?$", r" ?(?:%|\w+)?(?:{})\b"
    bounds = [one for one, words in BOUNDS_BEFORE.items() if re.search(left.format(words), before, re.I)]
    bounds += [one for one, words in BOUNDS_BEHIND.items() if re.match(right.format(words), behind)]
    if not bounds or (bounds[0] in ("<", ">") and (NEGATED.search(before) or row.kind == "change")):
        return False  # "no boilers below 20 t/h", "10 % below 2015"
    return bounds[0] != (wording.MIRRORED.get(row.operator, row.operator) if row.value < 0 else row.operator)


def _other_unit(row, behind):
    """Return the English unit behind a figure where it is not the row's."""
    unit = re.match(r" ?(percentage points?|%|µg|mg|kg|ha\b|km²|mu\b|tce\b)", behind)
    row_unit = split(row.unit)[1].partition("/")[0]
    return unit[1] if unit and not same_unit(ENGLISH_UNITS[unit[1].rstrip("s")], row_unit) else ""


def _turns_way(row, behind):
    """Return whether a fall is worded as above something, or a rise below it."""
    wrong = "above|higher" if row.value < 0 else "below|lower"
    return row.kind == "change" and re.match(f" ?(?:%|percentage points?) ({wrong})", behind)


def _is_value(number, row):
    """Return whether a number of a statement is a value of the row: normalised, or as printed where no English unit follows."""
    scales = [row.factor] if number.measured else [row.factor, 1]
    values = [value for value in (row.value, row.value_max) if pd.notna(value)]
    return any(_is_about(number.value, value * scale) for value in values for scale in scales)


def _chinese(words, known):
    """List the numbers that Chinese words hold: their figures, the 10,000 of 万元, and the years of a five-year period."""
    printed = figures(words, known)
    numbers = [number for figure in printed for number in (figure.number, figure.amount)]
    numbers += [year for name, end in PERIODS.items() if name in words for year in (end - 4, end)]
    numbers += [1] if any(figure.unit == ":1" for figure in printed) else []
    return numbers + ([10**4] if "万" in words else [])


def _further_cells(row):
    """List the cells that may give a statement its further figures: years, dates, classes, names, and numbers that the text misses."""
    years = [str(year) for year in (row.target_year, row.baseline_year) if pd.notna(year)]
    deadline = row.deadline.replace("-", " ").replace(" 0", " ")
    return [*years, deadline, row.subject_class, row.exception, row.note, row.document.replace("-", " ")]


def _english(text):
    """List the numbers of an English text, those in digits first."""
    found = []
    for match in ENGLISH.finditer(text):
        value = float(re.sub("[, ]", "", match["digits"]) + (match["decimals"] or ""))
        value *= SCALES.get(match["scale"], 1) * SCALES.get(match["unit"], 1)
        before, behind = text[: match.start()], text[match.end() :]
        measured = match["scale"] or match["unit"] or MEASURE.match(behind)
        found.append(Number(value, match[0], bool(measured), before, behind))
    words = re.findall(r"[a-z]+(?!-(?:hour|year|day|month|stop))\b", text.casefold())
    return found + [Number(IN_WORDS[word], word, False, "", "") for word in words if word in IN_WORDS]


def _is_about(number, amount):
    """Return whether a number is an amount; a large one may be rounded to three places: 1.04 million."""
    slack = 0.002 if number >= 10**5 else 1e-9
    return abs(number - abs(amount)) <= slack * max(abs(amount), 1e-9)
