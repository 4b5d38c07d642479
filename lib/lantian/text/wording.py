"""Word every target for people: one function, so that a promise reads alike everywhere."""

import re

import pandas as pd

BOUNDS = {"<=": "at most ", ">=": "at least ", "<": "below ", ">": "above ", "=": "", "~": "about ", "": ""}
MONTHS = "January February March April May June July August September October November December".split()
SHOWN_UNITS = {
    "µg/m3": "µg/m³",
    "m3": "m³",
    "m2": "m²",
    "t/km2": "t/km²",
    "km2": "km²",
    "tce": "t of coal equivalent",
    "d": "days",
}
STRENGTHS = {
    "mandated": "mandated",
    "plain": "stated plainly",
    "hedged": "hedged",
    "aspirational": "aimed for",
}
GAPS = {
    "qualitative": "words, no figure",
    "assigned": "set by the level above; figure not printed",
    "not_applicable": "does not apply here",
    "part_missing": "may stand in a lost part",
    "garbled": "garbled in the text",
    "silent": "this plan is silent",
}

# What a plan does instead of promising, by the mark of its cell.
SILENCES = {
    "qualitative": "has words without a figure",
    "assigned": "has its target set by a level above, without the figure",
    "not_applicable": "cannot have one",
    "part_missing": "may have lost it",
    "garbled": "is garbled",
    "silent_within": "says nothing",
    "silent_outside": "says nothing",
}


def number(value):
    """Write a number for people: no more decimals than it has, millions in words.

    >>> number(1450000.0), number(0.5), number(3000)
    ('1.45 million', '0.5', '3,000')
    """
    for size, word in ((1e9, " billion"), (1e6, " million")):
        if abs(value) >= size:
            return f"{value / size:,.7g}{word}"
    return f"{value:,.0f}" if value == round(value) else f"{value:,.6g}"


def signed(value):
    """Write a change with its sign.

    >>> signed(-4.36), signed(2)
    ('−4.4', '+2.0')
    """
    return f"{value:+.1f}".replace("-", "−")


def quantity(value, unit):
    """Write a value with its unit, percent signs and powers as people expect them."""
    if not unit or unit == "1":
        return number(value)
    return f"{number(value)} {SHOWN_UNITS.get(unit, unit)}"


def amount(row):
    """Word how much a target promises, without its date.

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
        return f"{'higher' if row.operator == '>' else 'no more'} than in {row.baseline_year}"
    if row.value_basis == "word":
        return _in_words(row)
    if pd.isna(row.amount):
        return {"ban": "a ban", "deadline": "a dated act"}.get(row.kind, "a rule without a figure")
    if row.kind == "change":
        return _change(row)
    if row.kind == "ratio":
        return f"{BOUNDS[row.operator]}{number(row.value)} for 1"
    upper = "" if pd.isna(row.amount_max) else f"{number(row.amount)} to "
    value = row.amount if pd.isna(row.amount_max) else row.amount_max
    return (
        f"{'cut by ' if is_cut(row) else ''}{BOUNDS[row.operator]}{upper}{quantity(value, row.standard_unit)}"
    )


def is_cut(row):
    """Tell an amount to be cut: beside a cap in tonnes it must not look like one."""
    return row.kind == "amount" and row.better == "lower"


def _in_words(row):
    """Word a number that the plan says in words."""
    if row.kind == "ratio":
        return "more than 1 for 1 (in words)" if row.operator == ">" else "at least 1 for 1 (in words)"
    if row.kind == "change":
        return {
            100: "doubled (in words)",
            0: "a fall (in words)" if row.operator == "<" else "no growth (in words)",
            -50: "halved (in words)",
        }[row.value]
    return {100: "all (in words)", 0: "none left (in words)", -50: "halved (in words)"}[row.value]


def _change(row):
    """Word a signed change: `<= -20` is "at least 20 % below"."""
    size, fall = abs(row.amount), row.amount < 0
    base = "" if pd.isna(row.baseline_year) else f" {row.baseline_year}"
    bound = (
        {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}.get(row.operator, row.operator) if fall else row.operator
    )
    if size == 0:
        less = "a fall" if row.operator == "<" else "no growth"
        return f"{less} against{base}" if base else less
    way = ("below" if fall else "above") if base else ("lower" if fall else "higher")
    much = {"<": "less than ", ">": "more than "}.get(bound, BOUNDS[bound])
    much += "" if pd.isna(row.amount_max) else f"{number(size)} to "
    size = size if pd.isna(row.amount_max) else abs(row.amount_max)
    return f"{much}{quantity(size, row.standard_unit)} {way}{base}"


def date(row):
    """Word when a target falls due.

    Returns
    -------
    str
        As "by 2020", "from 1 July 2019", "in 2020", "every year", "no date".
    """
    if row.timing == "every_year":
        return "every year" if pd.isna(row.target_year) else f"every year from {row.target_year}"
    if pd.isna(row.target_year):
        return "no date"
    when = day(row.deadline) if row.deadline else str(row.target_year)
    lead = {"by": "by ", "from": "from ", "in": "in "}.get(row.timing, "")
    if lead == "in " and row.deadline:
        lead = "on "
    return (
        f"{lead}{when}{'' if row.year_basis in ('stated', 'carried') else ' (year ' + row.year_basis + ')'}"
    )


def day(iso):
    """Write an ISO date for people: 2019-07-01 is 1 July 2019."""
    year, month, number_ = iso.split("-")
    return f"{int(number_)} {MONTHS[int(month) - 1]} {year}"


def target(row):
    """Word a whole target: how much and by when.

    >>> # "at least 20 % below 2015 by 2020"
    """
    when = date(row)
    return amount(row) if when == "no date" else f"{amount(row)} {when}"


AREAS = {
    "whole": "whole area",
    "built_up": "built-up area",
    "urban": "urban area",
    "rural": "rural areas",
    "named": "named places",
}
BASES = {"": "", "stock": "existing stock", "new": "new ones", "new_or_replaced": "new or replacement ones"}
LONGEST_EXCEPTION = 30
CLASSES = {"<=": "up to ", ">=": "from ", "<": "below ", ">": "above "}
STANDARD = re.compile("(below )?China [IV]+( and older)?")  # a class that English puts before what is of it
WRITTEN = {
    "pulverised coal": "pulverised-coal",
    "yellow label": "yellow-label",
    "chp": "CHP",
    "nox": "NOx",
    "so2": "SO2",
    "voc": "VOC",
}  # in the names of subjects


def thing(row):
    """Word what a target acts on: subject, class, base, area and exception.

    As "boilers up to 35 t/h, built-up area, except pulverised-coal boilers".
    """
    subject = re.sub(
        rf"\b({'|'.join(WRITTEN)})\b", lambda found: WRITTEN[found[0]], row.subject.replace("_", " ")
    )
    size = row.subject_class
    for sign, word in CLASSES.items():
        size = size.replace(sign, word)
    kind = f"{size} {subject}" if STANDARD.fullmatch(size) else f"{subject} {size}"
    parts = [kind.strip(), BASES[row.base], AREAS[row.area]]
    exception = ""
    if row.exception:
        exception = (
            f" (except {row.exception})" if len(row.exception) <= LONGEST_EXCEPTION else " (with exceptions)"
        )
    return ", ".join(part for part in parts if part) + exception


def strength(row):
    """Word how firmly a target binds, with the word that decides it."""
    word = f" ({row.strength_word})" if row.strength_word else ""
    return f"{STRENGTHS[row.strength]}{word}"


def gap(row):
    """Word a gap: what stands in place of a figure.

    A silence is told apart by whether it lies within what the plan set out to do.
    """
    if row.status == "silent":
        return "this plan is silent" + ("" if row.within_remit else ", outside its subject")
    if row.status == "assigned" and row.set_by:
        return f"set by {row.set_by}; figure not printed"
    return GAPS[row.status]


def counted(number, noun):
    """Count things: "1 theme", "12 themes"."""
    return f"{number} {noun}{'s' * (number != 1)}"


def names(places, last="and"):
    """Join names as a sentence does: "A, B and C"; "none" when there are none."""
    places = list(places)
    if not places:
        return "none"
    return places[0] if len(places) == 1 else f"{', '.join(places[:-1])} {last} {places[-1]}"


def span(years):
    """Word the years that something falls in: "between 2018 and 2025", "in 2020", "at no stated date"."""
    known = sorted({str(year)[:4] for year in years if not pd.isna(year)})
    if not known:
        return "at no stated date"
    return f"in {known[0]}" if len(known) == 1 else f"between {known[0]} and {known[-1]}"


def period(start, end):
    """Word the years that a plan covers: "2018 to 2020", "2019", "from 2017, no stated end"."""
    if pd.isna(end):
        return f"from {start}, no stated end"
    return str(start) if start == end else f"{start} to {end}"


def who(plans, indicator, where="core == 'yes'"):
    """Name the focus places with a target on an indicator, in their order.

    Parameters
    ----------
    plans : Plans
    indicator : str
    where : str
        A pandas query on ``Plans.targets`` that the targets meet.

    Returns
    -------
    str
        As "A, B and C"; "none" when no plan has one.

    Examples
    --------
    >>> import lantian as lt
    >>> "Yuyao" in lt.who(lt.load(), "coal.consumption")
    True
    """
    rows = plans.targets[(plans.targets["indicator"] == indicator) & (plans.targets["role"] == "focus")]
    return names(dict.fromkeys(rows.query(where)["place"]))
