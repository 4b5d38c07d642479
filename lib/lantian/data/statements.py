"""What the English statement of a target says, held against its row: no other figure, unit or bound."""

import re

import pandas as pd

from lantian.text.figures import figures, same_unit, split
from lantian.text.script import fold

# Five-year plan periods end in these years.
PERIODS = {"十二五": 2015, "十三五": 2020, "十四五": 2025, "十五五": 2030}
FALLS = {">=": "<=", "<=": ">=", ">": "<", "<": ">"}  # how the bound of a fall, which is negative, is written
# Numbers in English: 1.45 million, 2,000; not the 2.5 of PM2.5, nor the 13 of 13th.
ENGLISH = re.compile(
    r"(?<![A-Za-z\d.,])(?<!PM )(?<![Cc]lass )(\d{1,3}(?:[, ]\d{3})+(?!\d)|\d+)(\.\d+)?(?: ?(thousand|million|billion|trillion|bn)\b)?( ?(?:[GM]Wh?|TWh|[Mk]t)\b)?(?!\d*(?:st|nd|rd|th)\b|\d*-(?:hour|year|day|month))"
)
SCALES = {
    "": 1,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "MW": 10**3,
    "GW": 10**6,
    "MWh": 10**3,
    "GWh": 10**6,
    "TWh": 10**9,
    "Mt": 10**6,
    "kt": 10**3,
    "bn": 10**9,
}
# Which operators the words right before a figure of a statement allow, and what its unit stands for.
STATED = (
    ("at least|not? (?:less|fewer|lower) than|a minimum of", {">="}),
    ("at most|not? (?:more|higher) than|within|capped at|a maximum of|up to", {"<="}),
    ("below|less than|fewer than|under", {"<"}),
    ("(?<!and )above|more than|over|exceed(?:s|ing)?", {">"}),
    ("about|roughly|approximately|some", {"~"}),
)
BEHIND = ((" or more| and (?:more|above)", {">="}), (" or (?:less|fewer)| and below", {"<="}))
NEGATED = re.compile(r"\b(?:not?|without|ban(?:ned)?|prohibit(?:ed)?)\b", re.IGNORECASE)
ENGLISH_UNITS = {
    "percentage point": "个百分点",
    "%": "%",
    "µg": "微克",
    "mg": "毫克",
    "kg": "千克",
    "ha": "公顷",
    "km²": "平方公里",
    "mu": "亩",
    "tce": "吨标准煤",
}
MEASURE = re.compile(r" ?(?:t|tonnes?|tce|kW|kWh|m[²³23]|km²|mu|ha|CNY|yuan|people|persons)\b")
TEENS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred".split()
IN_WORDS = {word: number for number, word in enumerate(TEENS)} | {
    word: 10 * number for number, word in enumerate(TENS, 2)
}
IN_WORDS |= {
    "hundred": 100,
    "once": 1,
    "twice": 2,
    "half": 50,
    "third": 100 / 3,
    "quarter": 25,
    "thirds": 200 / 3,
    "quarters": 75,
}


def statement_faults(row, words, factor, known):
    """Yield the figures of a statement that neither the row nor its words hold, or else that it gives other figures than the row's own."""
    values = [value for value in (row.value, row.value_max) if pd.notna(value)]
    others = [number for cell in _cells(row) for number, *_ in _english(cell)]
    held = others + _held(f"{words}\n{fold(row.words)}", known)
    stated = _english(row.statement_en)
    own = [_own(number, measured, values, factor) for number, _, measured in stated]
    strays = [
        text
        for (number, text, _), mine in zip(stated, own)
        if text[0].isdigit() and not mine and not any(_scaled(number, other) for other in held)
    ]
    for text in strays:
        yield "statement_en", f"says {text}, which stands neither in the row nor in its words"
    if row.value_basis == "figure" and (fault := _stated_fault(row, factor)):
        yield "statement_en", fault
    rest = [text for number, text, _ in stated if text[0].isdigit() and number not in others]
    if row.value_basis == "figure" and row.value and rest and not strays and not any(own):
        yield "statement_en", f"says {' and '.join(rest)}, not {row.value:.15g} {row.unit}, the row's figure"


def _stated_fault(row, factor):
    """Say where the words beside the figure of a statement turn its bound, its unit or the way that it goes."""
    statement, operator = (
        row.statement_en,
        FALLS.get(row.operator, row.operator) if row.value < 0 else row.operator,
    )
    for match in ENGLISH.finditer(statement):
        if not any(_scaled(_number(match), abs(row.value) * times) for times in (1, factor)):
            continue
        before, after = statement[: match.start()], statement[match.end() :]
        told = next(
            (
                bounds
                for words, bounds in STATED
                if re.search(rf"\b(?:{words}) (?:a |an |the )?$", before, re.I)
            ),
            None,
        )
        told = told or next(
            (bounds for words, bounds in BEHIND if re.match(rf" ?(?:%|\w+)?(?:{words})\b", after)), None
        )
        told = (
            None if told and told & {"<", ">"} and (NEGATED.search(before) or row.kind == "change") else told
        )
        if told and operator not in told:
            return f"turns the operator {row.operator!r} of the row: {statement[max(0, match.start() - 12) : match.end()]!r}"
        unit = re.match(r" ?(percentage points?|%|µg|mg|kg|ha\b|km²|mu\b|tce\b)", after)
        if unit and not same_unit(ENGLISH_UNITS[unit[1].rstrip("s")], split(row.unit)[1].partition("/")[0]):
            return f"gives another unit than the row: {match[0]} {unit[1]}, not {row.unit}"
        if row.kind == "change" and re.match(
            r" ?(?:%|percentage points?) (above|higher)"
            if row.value < 0
            else r" ?(?:%|percentage points?) (below|lower)",
            after,
        ):
            return f"turns the way of the change: {(match[0] + after)[:24]!r}"
    return None


def _own(number, measured, values, factor):
    """Tell whether a number of a statement is a value: normalised, or as printed where no English unit follows."""
    return any(
        _scaled(number, value * factor) or (not measured and _scaled(number, value)) for value in values
    )


def _held(words, known):
    """List the numbers that words hold: their figures, the 10,000 of 万元, and the years of a five-year period."""
    periods = [year for name, end in PERIODS.items() if name in words for year in (end - 4, end)]
    return (
        periods
        + [1] * (":1" in {figure.unit for figure in figures(words, known)})
        + [10**4] * ("万" in words)
        + [value for figure in figures(words, known) for value in (figure.number, figure.amount)]
    )


def _cells(row):
    """List the cells that may give a statement its further figures: years, dates, classes, names, and numbers that the text misses."""
    years = (f"{year:g}" for year in (row.target_year, row.baseline_year) if pd.notna(year))
    return (
        *years,
        row.deadline.replace("-", " ").replace(" 0", " "),
        row.subject_class,
        row.exception,
        row.note,
        row.document.replace("-", " "),
    )


def _english(text):
    """List the numbers of an English text, what is printed, and whether a unit of measurement follows: "1.45 million t" is 1450000."""
    found = [
        (_number(match), match[0], bool(match[3] or match[4] or MEASURE.match(text[match.end() :])))
        for match in ENGLISH.finditer(text)
    ]
    words = re.findall(r"[a-z]+(?!-(?:hour|year|day|month|stop))\b", text.casefold())
    return found + [(float(IN_WORDS[word]), word, False) for word in words if word in IN_WORDS]


def _number(match):
    """Return the number that a match of `ENGLISH` prints: "1.45 million" is 1450000."""
    number = float(re.sub("[, ]", "", match[1]) + (match[2] or ""))
    return number * SCALES[match[3] or ""] * SCALES[(match[4] or "").strip()]


def _scaled(number, amount):
    """Tell whether a number is an amount; a large one may be rounded to three places: 1.04 million."""
    slack = 0.002 if number >= 10**5 else 1e-9
    return abs(number - abs(amount)) <= slack * max(abs(amount), 1e-9)
