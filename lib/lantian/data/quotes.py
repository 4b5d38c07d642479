"""What the words of a target prove: figure, unit, operator, years, strength and statement; no text is needed."""

import re
from datetime import date
from itertools import chain, islice

import pandas as pd

from lantian.text import figures, fold, read_patterns, wording
from lantian.text.numerals import RULES
from lantian.text.wording import MIRRORED

UNPROVED = "stands neither in the quote nor in a proof; widen the quote, add a proof, or empty the cell"
# Fields of which a proof may hold the figure, its unit or its bound.
FIGURE_FIELDS = ("value", "value_max", "unit", "operator")
TIMES = (*figures.DATES, "小时")  # units of dates and times, which are no figures of a target
# Numbers that are no figure of a target: in names of substances and roads, of standards, times of day, and others.
NAMES = [RULES["name of a substance or road"].pattern, *read_patterns("figure_names.csv").values()]
NAMES = re.compile("|".join(NAMES))
# Numbers that plans say in words (value_basis word), and the words.
NUMBER_WORDS = {int(number): words for number, words in read_patterns("number_words.csv").items()}
# The words of quotes that say which way a figure goes, what it is the size, the start or a column of, and how binding it is.
WORDS = {name: re.compile(pattern) for name, pattern in read_patterns("quote_words.csv").items()}
CHANGES, REACHES, STAYS = (WORDS[name] for name in ("changes", "reaches", "stays"))
# Which operators the words right before a figure of a statement allow, and those right behind it.
BOUNDS_BEFORE = read_patterns("english_bounds_before.csv")
BOUNDS_BEHIND = read_patterns("english_bounds_behind.csv")
RIGHT_BEFORE_IT, RIGHT_BEHIND_IT = r"\b(?:{}) (?:a |an |the )?$", r" ?(?:%|\w+)?(?:{})\b"
# The year right before a figure, as 2020年达到; and one named as an end, as 到2025年.
YEAR_BEFORE = re.compile(r"(?<![比较在、和及至~-])((?:19|20)\d\d)年[^\d,。;、)]{0,4}$")
YEAR_UNTIL = re.compile(r"到((?:19|20)\d\d)年(?!、)")
NEGATED = re.compile(r"\b(?:not?|without|ban(?:ned)?|prohibit(?:ed)?)\b", re.IGNORECASE)
ENGLISH_UNITS = wording.words("english unit")


def contradictions(targets, proofs, units):
    """Find the cells of targets that their own words contradict.

    Parameters
    ----------
    targets, proofs, units : DataFrame
        As in the tables.

    Yields
    ------
    tuple of str
        Id, column, and what is wrong: another figure, unit or operator than the words print, or a figure in the
        statement that is not the row's.
    """
    yield from _faults(targets, proofs, units, CONTRADICTIONS)


def unproved(targets, proofs, units):
    """Find the cells of targets that their words do not prove.

    Parameters
    ----------
    targets, proofs, units : DataFrame
        As in the tables.

    Yields
    ------
    tuple of str
        Id, column, and what is wrong: what `contradictions` finds, and each value in words, year, nature or strength
        word that stands neither in the quote nor in a proof.
    """
    yield from _faults(targets, proofs, units, CONTRADICTIONS + OMISSIONS)


def _faults(targets, proofs, units, checks):
    """Yield id, column and message of what the checks find wrong in targets.

    They take a target as a namedtuple with the columns ``evidence``, its quote with all its proofs, folded, a line a
    fragment; ``figure_evidence``, which has only the proofs that may hold its figure; ``factor``, that of its unit;
    ``known``, the units of the table; and, of a target with a figure, ``printed``, all figures that its words print,
    and ``matching``, those that are its own: its value in its unit.
    """
    factors = dict(zip(units["unit"], units["factor"]))
    rows = targets.assign(
        evidence=_joined(targets, proofs),
        figure_evidence=_joined(targets, proofs[proofs["field"].isin(FIGURE_FIELDS)]),
        factor=[factors.get(unit, 1) for unit in targets["unit"]],
        known=[tuple(sorted(factors))] * len(targets),
        printed=None,
        matching=None,
    )
    for row in rows.astype(object).itertuples():  # rows of Arrow strings are slow to iterate
        for check in checks:
            yield from ((row.id, *fault) for fault in check(row))


def _joined(targets, proofs):
    """List the folded quotes of each target and its proofs, a line each."""
    proofs = proofs[["target", "quote"]].rename(columns={"target": "id"})
    quotes = pd.concat([targets[["id", "quote"]], proofs]).groupby("id")["quote"].agg("\n".join)
    return targets["id"].map(quotes).map(fold)


def countable(words, units=()):
    """List the figures in digits that may be a target's: no dates and times, and none of a name.

    Parameters
    ----------
    words : str
    units : tuple of str
        Further units, as for `figures`.

    Returns
    -------
    list of Figure

    Examples
    --------
    >>> [str(figure) for figure in countable("到2020年,PM2.5降至35微克/立方米,淘汰国3车辆20台")]
    ['35微克/立方米', '20台']
    """
    named = {place for match in NAMES.finditer(fold(words)) for place in range(*match.span())}
    printed = [figure for figure in figures.figures(words, units) if figure.start not in named]
    return [figure for figure in printed if not (figure.spelled or figure.unit in TIMES)]


# --- the figure is printed, in its unit ------------------------------------------------------------------------------


def _figure_faults(row):
    """Yield which figures of a row are not printed, or else the first fault that `SENSE_CHECKS` find in their words."""
    words = row.figure_evidence
    if row.value_basis != "figure" or pd.isna(row.value) or not words.strip():
        return
    ignored = () if row.unit in figures.DATES else figures.DATES
    printed = [figure for figure in figures.figures(words, row.known) if figure.unit not in ignored]
    matching = [figure for figure in printed if figures.in_unit(figure, row.value, row.unit, words)]
    row = row._replace(printed=printed, matching=matching)
    faults = [*_printing_faults("value", row), *_printing_faults("value_max", row)]
    yield from faults or islice(chain.from_iterable(check(row) for check in SENSE_CHECKS), 1)


def _printing_faults(column, row):
    """Yield what is wrong with one figure: not printed, or with another unit, or another 万 or 亿 than the unit has."""
    value, unit, words = getattr(row, column), row.unit, row.figure_evidence
    if pd.isna(value):
        return
    alike = [figure for figure in row.printed if figures.prints(figure, value, unit)]
    if not alike:
        yield column, f"{value:.15g} {UNPROVED}"
    elif not any(figures.in_unit(figure, value, unit, words) for figure in alike):
        misplaced = any(figure.myriad != figures.split(unit)[0] for figure in alike)
        hint = "; 万 and 亿 belong to the unit" if misplaced else ""
        yield "unit", f"{unit!r} is not what is printed: {alike[0]}{hint}"


# --- the figure means what the row states: these see rows of which each figure is printed ----------------------------


def _size_fault(row):
    """The size of what is acted on is no figure of the target: 10蒸吨及以下锅炉."""
    behind = [row.figure_evidence[figure.end :].lstrip() for figure in row.matching]
    if row.kind != "standard" and all(WORDS["size"].match(words) for words in behind):
        yield "value", f"{row.value:.15g} is the size of what is acted on; it belongs to subject_class"


def _behind(row, figure):
    """Return what stands behind a figure and its unit."""
    return row.figure_evidence[figure.end :].lstrip().removeprefix(figure.unit)


def _before(row):
    """Return what stands before each figure that is the row's; where it is one of a list, before the first of the list."""
    return [row.figure_evidence[: figure.first] for figure in row.matching]


def _start_fault(row):
    """A figure from which something only starts is not the target: 由50降至35."""
    # ¤ stands for the figure and its unit.
    around = [f"{before}¤{_behind(row, figure)}" for before, figure in zip(_before(row), row.matching)]
    starts = all(WORDS["start"].search(words) for words in around)
    if row.kind != "change" and starts and len(row.printed) > len(row.matching):
        yield "value", f"{row.value:.15g} is where it starts from in the words, not what is promised"


def _kind_fault(row):
    """A change is no level or share, a level no change or amount, and an amount has no percent."""
    before = _before(row)
    if row.kind in ("level", "share") and any(CHANGES.search(text) for text in before):
        yield "kind", f"{row.kind!r} is not what is printed; {row.value:.15g} is how much it changes"
    if row.kind == "change" and (_is_reached(before) or _is_kept(row)):
        yield "kind", f"'change' is not what is printed; {abs(row.value):.15g} is what is reached"
    if row.kind == "amount" and row.unit == "%":
        yield "kind", "'amount' has no percent; a rise or fall in percent is a change"
    if row.kind == "amount" and all(text.endswith("控制在") for text in before):
        yield "kind", "'amount' is not what is printed; what is held at a figure is a level"


def _is_reached(before):
    """Return whether the words before figures mean that these are reached: 降至35."""
    return all(REACHES.search(text) and not figures.NOUN.search(figures.clause_of(text)) for text in before)


def _is_kept(row):
    """Return whether the figures are levels at which something stays, and no word is one of a change."""
    stays = all(STAYS.search(text) for text in _before(row))
    moves = any(figures.direction(figure, row.figure_evidence) for figure in row.matching)
    return stays and not moves and not WORDS["moved"].search(row.figure_evidence)


def _year_fault(row):
    """The year right before the figure, or last before it as 到2025年, is the row's or its base year."""
    years = set()
    for before in _before(row):
        near = YEAR_BEFORE.findall(before)
        if not near and str(row.target_year) in row.figure_evidence:
            near = YEAR_UNTIL.findall(before)[-1:]
        years |= set(map(int, near))
    years.discard(row.baseline_year)
    if pd.notna(row.target_year) and years and row.target_year not in years:
        yield "target_year", f"{row.target_year} is not the year before the figure: {min(years)}"


def _sign_fault(row):
    """A fall is negative, a rise positive."""
    ways = [figures.direction(figure, row.figure_evidence) for figure in row.matching]
    if row.kind == "change" and any(row.value * way < 0 for way in ways):
        way = "fall, which is" if row.value > 0 else "rise, which is not"
        yield "value", f"{row.value:.15g} has the wrong sign: the words print a {way} negative"


def _range_fault(row):
    """The end of a range is printed behind its beginning; a figure that is an end of a range brings the other."""
    if pd.notna(row.value_max):
        if abs(row.value_max) not in [figure.until for figure in row.matching]:
            yield "value_max", f"{row.value_max:.15g} is not printed right behind {row.value:.15g}"
        return
    ends = {figure.until for figure in row.printed if figure.until is not None}
    in_range = [figure.until is not None or figure.number in ends for figure in row.matching]
    if all(in_range) and not any(figure.unit in figures.DATES for figure in row.matching):
        yield "value_max", f"is empty or no end of a range; the words print a range with {row.value:.15g}"


def _operator_fault(row):
    """The operator is that of the words next to the figure; where they have none, a standard may still be a limit."""
    turned = MIRRORED if row.value < 0 else {}  # 下降20%以上 is at most -20
    printed = sorted({turned.get(bound, bound) for figure in row.matching for bound in figure.bounds})
    if row.operator not in printed and not (printed == ["="] and row.kind == "standard"):
        found = f"the words next to the figure are {' or '.join(printed)}"
        yield "operator", f"{row.operator!r} is not what is printed; {found}"


# In this order; of each row only the first fault is named.
SENSE_CHECKS = (_size_fault, _start_fault, _kind_fault, _year_fault)
SENSE_CHECKS += (_sign_fault, _range_fault, _operator_fault)


# --- goals above, numbers in words, dates, strength ------------------------------------------------------------------


def _cited_faults(row):
    """Yield what the operative words of a goal above contradict: its figure, unit, operator or strength.

    Only cited goals have such words, in the column ``words``.
    """
    cited = fold(row.words).replace("…", "")  # what was left out parts no bound from its figure
    if row.value_basis == "figure":
        printed = countable(cited, row.known)
        matching = [figure for figure in printed if figures.prints(figure, row.value, row.unit)]
        yield from _cited_figure_faults(
            row._replace(figure_evidence=cited, printed=printed, matching=matching)
        )
    if WORDS["aspiring"].search(cited) and row.strength != "aspirational":
        yield "strength", f"{row.strength!r} does not fit the words ({row.words}), which are aspirational"


def _cited_figure_faults(row):
    """Yield the first thing that operative words contradict of a figure."""
    words = row.figure_evidence
    with_unit = [figure for figure in row.matching if figure.unit]
    in_its_unit = [figure for figure in with_unit if figures.in_unit(figure, row.value, row.unit, words)]
    if not row.matching:
        if row.printed and row.kind != "standard":
            yield "value", f"{row.value:.15g} is not what the words print ({row.words})"
    elif with_unit == row.matching and not in_its_unit:
        yield "unit", f"{row.unit!r} is not what the words print ({row.words})"
    elif re.search("[\u4e00-\u9fff<>≤≥]", words):
        yield from _operator_fault(row)


def _word_faults(row):
    """Yield a number that the row has in words, and the words do not."""
    if row.value_basis == "word" and not re.search(fold(NUMBER_WORDS.get(row.value, "(?!)")), row.evidence):
        yield "value", f"no word for {row.value:g} stands in the quote or in a proof"


def _date_faults(row):
    """Yield the years and days that the words do not hold, or hold as something else."""
    words, year, base = row.evidence, row.target_year, row.baseline_year
    if pd.notna(year) and not figures.has_year(words, year):
        yield "target_year", f"{year} {UNPROVED}"
    if pd.notna(base) and not figures.has_year(words, base) and not _is_last_year(row):
        yield "baseline_year", f"{base} {UNPROVED}"
    elif pd.notna(year) and pd.notna(base) and base >= year:
        yield "baseline_year", f"{base} is not before the target year {year}"
    if pd.notna(year) and _is_only_compared(words, year):
        yield "target_year", f"{year} is what the promise is compared with in its words, not its date"
    if row.deadline and not figures.has_day(words, date.fromisoformat(row.deadline)):
        yield "deadline", f"{row.deadline}: its month or day {UNPROVED}"


def _is_last_year(row):
    """Return whether the base year is the one before the target's, and the words have it as the last: 比上年下降3%."""
    follows = pd.notna(row.target_year) and row.baseline_year + 1 == row.target_year
    return bool(follows and WORDS["last year"].search(row.evidence))


def _strength_faults(row):
    """Yield what is wrong with the strength and nature of a target, and with the words that decide them."""
    if row.nature and not WORDS[row.nature].search(row.evidence):
        yield "nature", f"{row.nature!r} {UNPROVED}"
    if row.strength_word and fold(row.strength_word) not in row.evidence:
        yield "strength_word", f"{row.strength_word!r} {UNPROVED}"
    if row.strength == "aspirational":
        return
    if WORDS["aspiring"].fullmatch(fold(row.strength_word)):
        yield "strength", f"{row.strength!r} does not fit {row.strength_word!r}, which is aspirational"
    elif row.value_basis == "figure" and (word := _aspiring_word(row, fold(row.quote))):
        message = f"is not what is printed; {word} stands before the figure, which is aspirational"
        yield "strength", f"{row.strength!r} {message}"


def _aspiring_word(row, quote):
    """Return the 力争 that governs a figure: in the same clause, or at the head of one before in its sentence.

    Empty where the figure also stands without it.
    """
    found = []  # for each print of the value its word, or None
    for figure in figures.figures(quote):
        if figures.prints(figure, row.value, row.unit):
            *earlier, own = re.split("[。;]", quote[: figure.start])[-1].split(",")
            heads = [WORDS["aspiring"].match(clause.strip()) for clause in earlier]
            found.append(WORDS["aspiring"].search(own) or next(filter(None, heads), None))
    return found[0][0] if found and all(found) else ""


def _is_only_compared(words, year):
    """Return whether words hold a year only as what is compared with: 比2015年, 与2015年相比, 以2015年为基准."""
    alone = rf"(?<![比较\d])(?<!与)(?<!相较于)(?<!相对于)(?<!基准年)(?<!自){year}(?!\d|年?(?:相比|为基|水平|基数))"
    return bool(re.search(rf"(?<!\d){year}(?!\d)", words)) and not re.search(alone, words)


# --- the English statement --------------------------------------------------------------------------------------------


def _stray_faults(row):
    """Yield the numbers of a statement that are not held anywhere, or else that the row's figure is none of its numbers."""
    stated = wording.numbers(row.statement_en)
    others = [number for number in stated if not _is_value(number, row)]
    in_row = {number.value for cell in _further_cells(row) for number in wording.numbers(cell)}
    explained = [*in_row, *_numbers_in_chinese(f"{row.evidence}\n{fold(row.words)}", row.known)]
    digits = [number for number in others if number.text[0].isdigit()]
    strays = [number for number in digits if not any(_is_about(number.value, one) for one in explained)]
    for text in dict.fromkeys(number.text for number in strays):
        yield "statement_en", f"holds {text}, which stands neither in the row nor in its words"
    needs_figure = row.value_basis == "figure" and row.value != 0 and not strays
    rest = " and ".join(number.text for number in digits if number.value not in in_row)
    if needs_figure and rest and others == stated:
        yield "statement_en", f"holds {rest}, not {row.value:.15g} {row.unit}, the row's figure"


def _turned_faults(row):
    """Yield where the words next to the row's figure in its statement turn its bound, its unit or the way that it goes."""
    stated = wording.numbers(row.statement_en) if row.value_basis == "figure" else []
    for number in stated:
        before, behind = number.before, number.behind
        if not any(_is_about(number.value, row.value * scale) for scale in (1, row.factor)):
            continue  # it is the figure neither as printed nor normalised
        if _turns_bound(row, before, behind):
            message = f"turns the operator {row.operator!r} of the row: {before[-12:] + number.text!r}"
            yield "statement_en", message
        elif unit := _other_unit(row, behind):
            yield "statement_en", f"gives another unit than the row: {number.text} {unit}, not {row.unit}"
        elif _turns_way(row, behind):
            yield "statement_en", f"turns the way of the change: {(number.text + behind)[:24]!r}"


def _turns_bound(row, before, behind):
    """Return whether the words next to a figure bound it otherwise than the row's operator."""
    left, right = RIGHT_BEFORE_IT.format, RIGHT_BEHIND_IT.format
    bounds = [bound for bound, words in BOUNDS_BEFORE.items() if re.search(left(words), before, re.I)]
    bounds += [bound for bound, words in BOUNDS_BEHIND.items() if re.match(right(words), behind)]
    if not bounds or (bounds[0] in ("<", ">") and (NEGATED.search(before) or row.kind == "change")):
        return False  # "no boilers below 20 t/h", "10 % below 2015"
    return bounds[0] != (MIRRORED.get(row.operator, row.operator) if row.value < 0 else row.operator)


def _other_unit(row, behind):
    """Return the English unit behind a figure where it is not the row's."""
    unit = re.match(r" ?(percentage points?|%|µg|mg|kg|ha\b|km²|mu\b|tce\b)", behind)
    row_unit = figures.split(row.unit)[1].partition("/")[0]
    return unit[1] if unit and not figures.same_unit(ENGLISH_UNITS[unit[1].rstrip("s")], row_unit) else ""


def _turns_way(row, behind):
    """Return whether a fall is worded as above something, or a rise below it."""
    wrong = "above|higher" if row.value < 0 else "below|lower"
    return row.kind == "change" and bool(re.match(f" ?(?:%|percentage points?) ({wrong})", behind))


def _is_value(number, row):
    """Return whether a number of a statement is a value of the row: normalised, or, where no unit of English follows
    (``measured``), as printed.
    """
    scales = [row.factor] if number.measured else [row.factor, 1]
    values = [value for value in (row.value, row.value_max) if pd.notna(value)]
    return any(_is_about(number.value, value * scale) for value in values for scale in scales)


def _numbers_in_chinese(words, known):
    """List the numbers that Chinese words hold: their figures, the 10,000 of 万元, and the years of a five-year period."""
    printed = figures.figures(words, known)
    numbers = [number for figure in printed for number in (figure.number, figure.amount)]
    numbers += [year for name, end in figures.PERIODS.items() if name in words for year in (end - 4, end)]
    numbers += [1] if any(figure.unit == ":1" for figure in printed) else []
    return numbers + ([10**4] if "万" in words else [])


def _further_cells(row):
    """List the cells that may give a statement further figures: years, dates, classes, exceptions, the note, the document."""
    years = [str(year) for year in (row.target_year, row.baseline_year) if pd.notna(year)]
    deadline = row.deadline.replace("-", " ").replace(" 0", " ")
    return [*years, deadline, row.subject_class, row.exception, row.note, row.document.replace("-", " ")]


def _is_about(number, amount):
    """Return whether a number is an amount; a large one may be rounded to three places: 1.04 million."""
    slack = 0.002 if number >= 10**5 else 1e-9
    return abs(number - abs(amount)) <= slack * max(abs(amount), 1e-9)


# What the words of a target can contradict, and what they can fail to prove.
CONTRADICTIONS = (_figure_faults, _cited_faults, _stray_faults, _turned_faults)
OMISSIONS = (_word_faults, _date_faults, _strength_faults)
