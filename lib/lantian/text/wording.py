"""Word targets, gaps and their parts in English, each by one function, alike everywhere; and read English numbers."""

import csv
import re
from collections import namedtuple

import pandas as pd

from lantian.text import HERE

__all__ = """ACCESS AREAS BASES DEGREES FLEETS GAPS MONTHS SHORT SILENCES STRENGTHS amount counted date day gap names number period
    places_with quantity signed span statement strength subject target thing""".split()
WORDS = HERE / "words.csv"


def words(kind):
    """Take the words for the codes of one kind from ``words.csv``, in its order.

    >>> words("base")["stock"]
    'existing stock'
    """
    with open(WORDS, encoding="utf-8", newline="") as file:
        return {row["code"]: row["words"] for row in csv.DictReader(file) if row["kind"] == kind}


STRENGTHS = ("mandated", "plain", "hedged", "aspirational")  # from the firmest, as the tables name them
DEGREES, GAPS, AREAS, BASES = map(words, ("degree", "gap", "area", "base"))
SHORT = words("short degree")
ACCESS = words("access")  # how a document is known
SILENCES = words("silence")  # what a plan does instead of setting a target, by the mark of its cell
FREQUENCIES, CLASSES, UNITS, BOUNDS = map(words, ("frequency", "class", "unit", "bound"))
REFERENCES = words("reference")  # what is bounded by the level of a year
CHANGE_BOUNDS = BOUNDS | {"<": "less than ", ">": "more than "}
MIRRORED = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}  # of a fall: <= -20 is a fall of at least 20
MONTHS = "January February March April May June July August September October November December".split()
OFTEN = "times a year"  # the unit of how often something is done
STANDARD = re.compile("China [IV]+( and older)?")  # a class that English puts before its subject
# What `target` reads of a row: rows of many columns are slow to go through.
TARGET_COLUMNS = """kind operator value value_basis baseline_year baseline_basis target_year year_basis deadline timing better
    amount amount_max standard_unit label_en role""".split()
# The indicators that ask for a share or number of vehicles of new, or new and clean, energy.
FLEETS = [f"vehicles.{name}" for name in "new_energy new_or_clean electric battery_electric".split()]
# Numbers in English: 1.45 million, 2,000, 5 GW; not the 2.5 of PM2.5, nor the 13 of 13th.
NUMBER = re.compile(
    r"""(?<![A-Za-z\d.,])(?<!PM\ )(?<![Cc]lass\ )
        (?P<digits>\d{1,3}(?:[,\ ]\d{3})+(?!\d)|\d+) (?P<decimals>\.\d+)?
        (?:\ ?(?P<scale>thousand|million|billion|trillion|bn)\b)?
        (?:\ ?(?P<unit>[GM]Wh?|TWh|[Mk]t)\b)?
        (?!\d*(?:st|nd|rd|th)\b|\d*-(?:hour|year|day|month))""",
    re.VERBOSE,
)
# What a word or the beginning of a unit multiplies by; kW, kWh and t are 1.
SCALES = {word: float(number) for word, number in words("english scale").items()}
MEASURE = re.compile(r" ?(?:t|tonnes?|tce|kW|kWh|m[²³23]|km²|mu|ha|CNY|yuan|people|persons)\b")
# Numbers in words; a half, third or quarter stands for its percentage.
IN_WORDS = {word: float(number) for word, number in words("english number").items()}
# A number of an English text, with the words before and behind it: 1.45 million t is 1450000, printed "1.45 million",
# and measured, since a unit of measurement follows.
Number = namedtuple("Number", "value text measured before behind")
LONGEST_EXCEPTION = 30  # characters; a longer one is only mentioned


def number(value):
    """Write a number for people: no more than six digits of one with decimals, millions in words.

    >>> number(1450000.0), number(0.5), number(3000)
    ('1.45 million', '0.5', '3,000')
    """
    for size, word in ((1e9, " billion"), (1e6, " million")):
        if abs(value) >= size:
            return f"{value / size:,.7g}{word}"
    is_whole = value == round(value) or abs(value) >= 1e5
    return f"{value:,.0f}" if is_whole else f"{value:,.6g}"


def numbers(text):
    """List the numbers of an English text, those in digits first.

    Returns
    -------
    list of Number
        Each with its value, as printed, and the words before and behind it; measured where a unit of measurement follows.

    Examples
    --------
    >>> [(number.value, number.text, number.measured) for number in numbers("half of 1.45 million t")]
    [(1450000.0, '1.45 million', True), (50.0, 'half', False)]
    """
    found = []
    for match in NUMBER.finditer(text):
        value = float(re.sub("[, ]", "", match["digits"]) + (match["decimals"] or ""))
        value *= SCALES.get(match["scale"], 1) * SCALES.get(match["unit"], 1)
        before, behind = text[: match.start()], text[match.end() :]
        measured = match["scale"] or match["unit"] or MEASURE.match(behind)
        found.append(Number(value, match[0], bool(measured), before, behind))
    spelled = re.findall(r"[a-z]+(?!-(?:hour|year|day|month|stop))\b", text.casefold())
    return found + [Number(IN_WORDS[word], word, False, "", "") for word in spelled if word in IN_WORDS]


def signed(value):
    """Write a change with its sign.

    >>> signed(-4.36), signed(2)
    ('−4.4', '+2.0')
    """
    return f"{value:+.1f}".replace("-", "−")


def quantity(value, unit, end=None):
    """Write a value, or a range up to an end, with its unit.

    >>> quantity(35, "µg/m3"), quantity(1.5, "1"), quantity(34, "µg/m3", 36)
    ('35 µg/m³', '1.5', '34 to 36 µg/m³')
    """
    written = number(value) if pd.isna(end) else f"{number(value)} to {number(end)}"
    if not unit or unit == "1":
        return written
    shown = UNITS.get(unit) or unit.replace("m2", "m²").replace("m3", "m³")
    return f"{written} {shown}"


def amount(row):
    """Word how much a target sets, without its date.

    Parameters
    ----------
    row : Series or namedtuple
        A row of ``Plans.targets``.

    Returns
    -------
    str
        As "at least 20 % below 2015", "all (in words)", "at most 1.45 million t".
    """
    if row.value_basis == "reference":
        return f"{REFERENCES[row.operator]} {row.baseline_year}"
    if row.value_basis == "word":
        return _in_words(row)
    if pd.isna(row.amount):
        undated = "a commitment without a date" if pd.isna(row.target_year) else "a dated commitment"
        act = "a commitment" if row.timing == "every_year" else undated
        return {"ban": "a ban", "deadline": act}.get(row.kind, "a rule without a figure")
    if row.standard_unit == OFTEN:
        return BOUNDS[row.operator] + _frequency(row)
    if row.kind == "change":
        return _change(row)
    if row.kind == "ratio":
        return f"{BOUNDS[row.operator]}{quantity(row.amount, '', row.amount_max)} for 1"
    much = quantity(row.amount, row.standard_unit, row.amount_max)
    return f"cut by {CHANGE_BOUNDS[row.operator]}{much}" if is_cut(row) else f"{BOUNDS[row.operator]}{much}"


def is_cut(row):
    """Return whether an amount is to be cut; it must not look like a cap."""
    return row.kind == "amount" and row.better == "lower"


def _frequency(row):
    """Write how often: "quarterly", or "2 times a quarter"."""
    if row.value == 1:
        return FREQUENCIES.get(row.label_en, row.label_en)
    return f"{number(row.value)} {row.label_en}"


def _in_words(row):
    """Word a number that the plan says in words."""
    if row.kind == "ratio":
        words = "more than 1 for 1" if row.operator == ">" else "at least 1 for 1"
    elif row.kind == "change" and row.value == 0:
        words = "a fall" if row.operator == "<" else "no growth"
    else:
        # The numbers, beside ratios, for which `lantian.data.quotes` knows words.
        words = {100: "doubled" if row.kind == "change" else "all", 0: "none left", -50: "halved"}[row.value]
    return f"{words} (in words)"


def _change(row):
    """Word a signed change: `<= -20` is "at least 20 % below"."""
    base = "" if pd.isna(row.baseline_year) else f" {row.baseline_year}"
    if base and row.baseline_basis in ("inferred", "ambiguous"):
        base += f" (base year {row.baseline_basis})"
    if row.amount == 0:
        words = "a fall" if row.operator == "<" else "no growth"
        return f"{words} against{base}" if base else words
    down, up = ("below", "above") if base else ("lower", "higher")
    direction = down if row.amount < 0 else up
    much = quantity(abs(row.amount), row.standard_unit, abs(row.amount_max))
    return f"{CHANGE_BOUNDS[operator(row)]}{much} {direction}{base}"


def operator(row):
    """Return the operator of a target as words have it: that of a fall is turned round, `<= -20` is at least 20 % less."""
    falls = row.kind == "change" and pd.notna(row.amount) and row.amount < 0
    return MIRRORED.get(row.operator, row.operator) if falls else row.operator


def date(row):
    """Word when a target falls due.

    Returns
    -------
    str
        As "by 2020", "before 1 October 2018", "from 1 July 2019", "in 2020", "every year or more often", "no date".
    """
    if row.timing == "every_year":
        often = "every year" if row.kind in ("amount", "count") else "every year or more often"
        return often if pd.isna(row.target_year) else f"{often} from {row.target_year}"
    if pd.isna(row.target_year):
        return "no date"
    when = day(row.deadline) if row.deadline else str(row.target_year)
    preposition = row.timing if row.timing in ("by", "from", "in") else ""
    if row.timing == "in" and row.deadline:
        preposition = "on"
    elif row.timing == "by" and row.deadline.endswith("-01"):  # 10月1日前 is before that day
        preposition = "before"
    words = f"{preposition} {when}".strip()
    return words if row.year_basis in ("stated", "carried") else f"{words} (year {row.year_basis})"


def day(iso):
    """Write an ISO date for people.

    >>> day("2019-07-01")
    '1 July 2019'
    """
    year, month, of_month = map(int, iso.split("-"))
    return f"{of_month} {MONTHS[month - 1]} {year}"


def target(row):
    """Word how much a target sets and by when, as "at least 20 % below 2015 by 2020"; how often is said without a date."""
    when = date(row)
    without_date = when == "no date" or row.standard_unit == OFTEN
    return amount(row) + (cited(row) if without_date else f" {when}{cited(row)}")


def cited(row):
    """Return " (cited, not verified against a text)" for a row of role ``other``, else nothing.

    Goals of the levels above are all cited; pages say so once, not here.
    """
    return " (cited, not verified against a text)" if getattr(row, "role", "") == "other" else ""


def statement(row):
    """Word a target in a sentence with strength and date, or a gap, each with its place.

    As "Yuyao: PM2.5 annual mean down to 37 µg/m³ by 2020; plain, by 2020".
    """
    if not hasattr(row, "statement_en"):  # a gap
        return f"{row.place}, {row.indicator_name}: {gap(row)}"
    return f"{row.place}: {row.statement_en}; {row.strength}, {date(row)}{cited(row)}"


def thing(row):
    """Word what a target acts on: subject, class, base, area and exception.

    As "boiler up to 35 t/h, built-up area (except pulverised-coal boilers)".
    """
    parts = [subject(row), BASES[row.base], AREAS[row.area]]
    short = len(row.exception) <= LONGEST_EXCEPTION
    exception = f" (except {row.exception})" if short else " (with exceptions)"
    return ", ".join(filter(None, parts)) + (exception if row.exception else "")


def subject(row):
    """Word what a target acts on, with its class: "boiler up to 35 t/h"."""
    name, size = row.subject_name, row.subject_class
    for sign, words in CLASSES.items():
        size = size.replace(sign, words)
    return (f"{size} {name}" if STANDARD.fullmatch(size) else f"{name} {size}").strip()


def strength(row):
    """Word how firmly a target binds, with the word that decides it: "hedged (largely, 基本)"."""
    word = ", ".join(filter(None, [row.hedge, row.strength_word]))
    return f"{row.strength}{f' ({word})' if word else ''}"


def hedge(row):
    """Return how a target is hedged, or that it is aimed for, to stand behind its words; else nothing.

    As " (largely)", " (aimed for)".
    """
    word = "aimed for" if row.strength == "aspirational" else row.hedge
    # "about" is left to `amount`, which words the operator ~.
    return f" ({word})" if word and word != "about" else ""


def gap(row):
    """Word what stands in place of a target.

    Of a plan that was read in part, silence and words without a figure are those of the part; another silence says where
    the theme is outside its subject.
    """
    if row.status in ("silent", "qualitative") and getattr(row, "access", "") == "partial":
        said = "not addressed" if row.status == "silent" else GAPS["qualitative"]
        return f"{said} in the part read"
    if row.status == "silent":
        return GAPS["silent"] + ("" if row.within_remit else ", being outside its subject")
    if row.status == "assigned" and row.set_by:
        return f"set by {row.set_by}; figure not printed"
    return GAPS[row.status]


def counted(number, noun):
    """Write a number of things.

    >>> counted(1, "theme"), counted(12, "theme")
    ('1 theme', '12 themes')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


def names(places, last="and", most=None):
    """Join names as a sentence does; beyond the most that are wanted they are counted.

    >>> names(["A", "B", "C"]), names(["A", "B"], last="or"), names([]), names("ABCD", most=2)
    ('A, B and C', 'A or B', 'none', 'A, B and 2 more')
    """
    *others, final = _first(list(places) or ["none"], most)
    return f"{', '.join(others)} {last} {final}" if others else final


def _first(names, most):
    return names if most is None or len(names) <= most else [*names[:most], f"{len(names) - most} more"]


def span(years):
    """Word the years that something falls in.

    >>> span([2018, 2025, 2020]), span(["2020-10-31"]), span([])
    ('between 2018 and 2025', 'in 2020', 'at no stated date')
    """
    known = sorted({str(year)[:4] for year in years if not pd.isna(year)})
    if not known:
        return "at no stated date"
    return f"in {known[0]}" if len(known) == 1 else f"between {known[0]} and {known[-1]}"


def period(start, end):
    """Word the years that a plan covers.

    >>> period(2018, 2020), period(2019, 2019), period(2017, None)
    ('2018 to 2020', '2019', 'from 2017, no stated end')
    """
    if pd.isna(end):
        return f"from {start}, no stated end"
    return str(start) if start == end else f"{start} to {end}"


def places_with(plans, indicator, where="core == 'yes'"):
    """Name the focus places with a target on an indicator, in their order.

    Parameters
    ----------
    plans : Plans
    indicator : str
    where : str
        A pandas query on ``Plans.targets``.

    Returns
    -------
    str
        As "A, B and C"; "none" when no plan has one.

    Examples
    --------
    >>> import lantian as lt
    >>> "Yuyao" in lt.wording.places_with(lt.load(), "coal.consumption")
    True
    """
    rows = plans.targets[plans.targets["indicator"] == indicator]
    return names(dict.fromkeys(rows.query(where)["place"]))


def __dir__():
    return __all__
