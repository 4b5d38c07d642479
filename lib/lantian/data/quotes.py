"""What the words of a target prove: its figure, unit, sign and operator, its years and its strength; no text is needed."""

import re
from datetime import date, timedelta
from itertools import chain, islice

import pandas as pd

from lantian.data.statements import PERIODS, statement_faults
from lantian.text import fold, read_patterns
from lantian.text.figures import figures, magnitude, same_unit, split
from lantian.text.numerals import RULES
from lantian.text.wording import MIRRORED

UNPROVED = "stands neither in the quote nor in a proof; widen the quote, add a proof, or empty the cell"
# Fields of which a proof may hold the figure, its unit or its bound.
FIGURE_FIELDS = ("value", "value_max", "unit", "operator")
DATES = ("年", "月", "日")  # units of dates, which are no figures of a target
TIMES = (*DATES, "小时")
# Numbers that are no figure of a target: in names of substances and roads, of standards, times of day, and others.
NAMES = [RULES["name of a substance or road"].pattern, *read_patterns("figure_names.csv").values()]
NAMES = re.compile("|".join(NAMES))
# Numbers that plans say in words (value_basis word), and the words.
NUMBER_WORDS = {int(number): words for number, words in read_patterns("number_words.csv").items()}
# The words of quotes that say which way a figure goes, what it is the size, the start or a column of, and how binding it is.
WORDS = {name: re.compile(pattern) for name, pattern in read_patterns("quote_words.csv").items()}
CHANGES, REACHES, STAYS, NOUN = (WORDS[name] for name in ("changes", "reaches", "stays", "noun"))
WAY = f"({WORDS['fall'].pattern})|{WORDS['rise'].pattern}"  # the group is filled where the word is of a fall
# Words for a rate, by the unit that it is for: 日处理4.5万吨 is 万吨/日.
RATES = {"日": "[日天]", "天": "[日天]", "年": "(?<!\\d)年", "月": "月", "季度": "季度?", "小时": "小?时"}


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
    """List the figures in digits that may be of a target: no dates and times, and none of a name.

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
    names = [match.span() for match in NAMES.finditer(fold(words))]
    printed = [figure for figure in figures(words, units) if not (figure.spelled or figure.unit in TIMES)]
    return [figure for figure in printed if not any(start <= figure.start < end for start, end in names)]


# --- the figure is printed, in its unit ------------------------------------------------------------------------------


def _figure_faults(row):
    """Yield what is wrong with the figures of a row, or else the first fault of their sign, operator or order."""
    words = row.figure_evidence
    if row.value_basis != "figure" or not words.strip():
        return
    dates = () if row.unit in DATES else DATES
    printed = [figure for figure in figures(words, row.known) if figure.unit not in dates]
    matching = [figure for figure in printed if _in_unit(figure, row.value, row.unit, words)]
    row = row._replace(printed=printed, matching=matching)
    faults = [*_printing_faults("value", row), *_printing_faults("value_max", row)]
    yield from faults or islice(chain.from_iterable(check(row) for check in SENSE_CHECKS), 1)


def _printing_faults(column, row):
    """Yield what is wrong with one figure: not printed, or with another unit, or another 万 or 亿 than the unit has."""
    value, unit, words = getattr(row, column), row.unit, row.figure_evidence
    if pd.isna(value):
        return
    alike = [figure for figure in row.printed if _prints(figure, value, unit)]
    if not alike:
        yield column, f"{value:.15g} {UNPROVED}"
    elif not any(_in_unit(figure, value, unit, words) for figure in alike):
        misplaced = any(figure.myriad != split(unit)[0] for figure in alike)
        hint = "; 万 and 亿 belong to the unit" if misplaced else ""
        yield "unit", f"{unit!r} is not what is printed: {alike[0]}{hint}"


def _prints(figure, value, unit):
    """Return whether a figure is a value, whatever its sign: as printed, or by its amount where it is mixed."""
    if _equal(figure, figure.number, value):
        return True
    return _is_mixed(figure) and _equal(figure, figure.amount, value * magnitude(split(unit)[0]))


def _is_mixed(figure):
    """Return whether only the amount of a figure counts: it is in Chinese numerals, or such as 3千万."""
    return figure.spelled or figure.myriad not in ("", "万", "亿")


def _equal(figure, number, value):
    """Return whether a number is a value; a fraction, such as 三分之一, has as many decimals as the value."""
    decimals = len(f"{abs(value):.10f}".rstrip("0").partition(".")[2])
    number = round(number, decimals) if figure.spelled and number % 1 else number
    return abs(number - abs(value)) < 1e-9 * max(1, abs(value))


def _in_unit(figure, value, unit, words):
    """Return whether a figure is a value in a unit, which is printed next to it or in the head of a table, as 植树(万亩)."""
    myriad, stem = split(unit)
    heads = WORDS["head"].findall(words) if _is_bare(figure) and _prints(figure, value, unit) else ()
    if any(_headed(unit, head) for head in heads):
        return True
    if not _equal(figure, figure.amount, value * magnitude(myriad)):
        return False
    if not _is_mixed(figure) and magnitude(figure.myriad) != magnitude(myriad):
        return False
    if stem == "1":
        return not figure.unit
    if not figure.unit:  # 投资3亿, where 元 is understood
        return bool(stem == "元" and figure.myriad and re.search("投资|资金|补[助贴]", words))
    return same_unit(figure.unit, stem) or _is_rate(figure.unit, stem, words)


def _is_bare(figure):
    """Return whether a figure has no unit and is no year."""
    dated = 1990 <= figure.number <= 2100 and figure.number % 1 == 0
    return not (figure.unit or figure.myriad or dated)


def _headed(unit, head):
    """Return whether the head of a table names a unit."""
    (myriad, stem), (other, rest) = split(fold(unit)), split(re.sub(r"\s|^单位", "", head))
    return myriad == other and same_unit(stem, rest)


def _is_rate(printed, stem, words):
    """Return whether a unit printed without its denominator is a rate by its words: 每月至少2次, 日处理4.5万吨, 每平方公里9吨."""
    whole, _, rate = stem.partition("/")
    if printed[0] == "/":
        return stem.endswith(printed)  # 9/平方公里, where a unit was lost
    word = RATES.get(rate, re.escape(rate))
    spoken = f"每一?{word}|{word}均|{word}(?:GDP|地区|国内|工业)"  # 万元GDP用水量15立方米
    if rate in RATES:
        spoken += f"|{word}(?=[处产供利用消替新排能发])"
    return bool(rate and same_unit(printed, whole) and re.search(spoken, words))


# --- the figure means what the row states ----------------------------------------------------------------------------


def _size_fault(row):
    """The size of what is acted on is no figure of the target: 10蒸吨及以下锅炉."""
    sized = [WORDS["size"].match(figure.unit + _behind(row, figure)) for figure in row.matching]
    if row.kind != "standard" and all(sized):
        yield "value", f"{row.value:.15g} is the size of what is acted on; it belongs to subject_class"


def _behind(row, figure):
    """Return what stands behind a figure and its unit."""
    return row.figure_evidence[figure.end :].lstrip().removeprefix(figure.unit)


def _before(row):
    """Return what stands before each figure that is the row's; where it is one of a list, before the first of the list."""
    return [row.figure_evidence[: figure.first] for figure in row.matching]


def _start_fault(row):
    """A figure from which something only starts is not the target: 由50降至35."""
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
    return all(REACHES.search(text) and not NOUN.search(_clause(text)) for text in before)


def _is_kept(row):
    """Return whether the figures are levels at which something stays, and no word is one of a change."""
    stays = all(STAYS.search(text) for text in _before(row))
    moves = any(direction(figure, row.figure_evidence) for figure in row.matching)
    return stays and not moves and not WORDS["moved"].search(row.figure_evidence)


def _clause(text):
    """Return the clause that a text ends in."""
    return re.split("[,;。]", text)[-1]


def _year_fault(row):
    """The year right before the figure, or last before it as 到2025年, is the row's or its base year."""
    years = set()
    for before in _before(row):
        near = re.findall(r"(?<![比较在、和及至~-])((?:19|20)\d\d)年[^\d,。;、)]{0,4}$", before)
        if not near and str(row.target_year) in row.figure_evidence:
            near = re.findall(r"到((?:19|20)\d\d)年(?!、)", before)[-1:]
        years |= set(map(int, near))
    years.discard(row.baseline_year)
    if pd.notna(row.target_year) and years and row.target_year not in years:
        yield "target_year", f"{row.target_year} is not the year before the figure: {min(years)}"


def _sign_fault(row):
    """A fall has a sign, and a rise has none."""
    ways = [direction(figure, row.figure_evidence) for figure in row.matching]
    if row.kind == "change" and any(row.value * way < 0 for way in ways):
        way = "fall, which is" if row.value > 0 else "rise, which is not"
        yield "value", f"{row.value:.15g} has the wrong sign: the words print a {way} negative"


def _range_fault(row):
    """The end of a range is printed behind its beginning, and none is left out."""
    if pd.notna(row.value_max):
        if abs(row.value_max) not in [figure.until for figure in row.matching]:
            yield "value_max", f"{row.value_max:.15g} is not printed right behind {row.value:.15g}"
        return
    ends = {figure.until for figure in row.printed if figure.until is not None}
    in_range = [figure.until is not None or figure.number in ends for figure in row.matching]
    if all(in_range) and not any(figure.unit in DATES for figure in row.matching):
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


def direction(figure, words):
    """Return the way that a change goes: -1 down, 1 up, 0 where no word shows it.

    The word right behind the figure decides (10%的降幅), else the nearest before it, in the same clause where there is one.
    """
    before, after = words[: figure.start], words[figure.end :]
    clause = _clause(before)
    if NOUN.search(clause):
        return -1
    falls = re.findall(WAY, clause) or re.findall(WAY, before)
    if behind := re.match(f" ?(?:%|个百分点)?(?:以[上内]|左右)?的?(?:{WAY})", after):
        falls = [behind[1]]
    if not falls:
        return 0
    way = -1 if falls[-1] else 1
    return -way if before.endswith("-") else way  # 下降-0.7% is a rise


# --- goals above, numbers in words, dates, strength ------------------------------------------------------------------


def _cited_faults(row):
    """Yield what the operative words of a goal above contradict: its figure, unit, operator or strength."""
    words = fold(row.words).replace("…", "")  # what was left out parts no bound from its figure
    if row.value_basis == "figure":
        printed = countable(words, row.known)
        matching = [figure for figure in printed if _prints(figure, row.value, row.unit)]
        yield from _cited_figure_faults(
            row._replace(figure_evidence=words, printed=printed, matching=matching)
        )
    if WORDS["aspiring"].search(words) and row.strength != "aspirational":
        yield "strength", f"{row.strength!r} does not fit the words ({row.words}), which are aspirational"


def _cited_figure_faults(row):
    """Yield the first thing that operative words contradict of a figure."""
    words = row.figure_evidence
    if not row.matching:
        if row.printed and row.kind != "standard":
            yield "value", f"{row.value:.15g} is not what the words print ({row.words})"
    elif all(figure.unit and not _in_unit(figure, row.value, row.unit, words) for figure in row.matching):
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
    if pd.notna(year) and not _has_year(words, year, year):
        yield "target_year", f"{year} {UNPROVED}"
    if pd.notna(base) and not _has_year(words, base, year):
        yield "baseline_year", f"{base} {UNPROVED}"
    elif pd.notna(year) and pd.notna(base) and base >= year:
        yield "baseline_year", f"{base} is not before the target year {year}"
    if pd.notna(year) and _is_only_compared(words, year):
        yield "target_year", f"{year} is what the promise is compared with in its words, not its date"
    if row.deadline and not _has_day(words, date.fromisoformat(row.deadline)):
        yield "deadline", f"{row.deadline}: its month or day {UNPROVED}"


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
    found = []
    for figure in figures(quote):
        if _prints(figure, row.value, row.unit):
            *others, last = re.split("[,,]", re.split("[。;]", quote[: figure.start])[-1])
            heads = [WORDS["aspiring"].match(clause.strip()) for clause in others]
            found.append(WORDS["aspiring"].search(last) or next(filter(None, heads), None))
    return found[0][0] if found and all(found) else ""


def _is_only_compared(words, year):
    """Return whether words hold a year only as what is compared with: 比2015年, 与2015年相比, 以2015年为基准."""
    alone = rf"(?<![比较])(?<!与)(?<!相较于)(?<!相对于)(?<!基准年)(?<!自){year}(?!年?(?:相比|为基|水平|基数))"
    return str(year) in words and not re.search(alone, words)


def _has_day(words, day):
    """Return whether words hold a day: itself, the day after it (10月1日前), the end of its month or year, or its month alone."""
    after, end = day + timedelta(1), "(?! ?[底末])"
    month, next_month = (rf"(?<!\d)0?{one.month} ?月" for one in (day, after))
    forms = [f"{month} ?0?{day.day} ?日", f"{next_month} ?0?{after.day} ?日前"]
    forms += [rf"{month}(?! ?\d\d? ?日){'' if after.day == 1 else end}"]
    forms += [rf"\d{{4}}[.-]0?{day.month}[.-]0?{day.day}(?!\d)"]  # 2020-06-30
    forms += ["年[底末]|岁末|底前|年前"] if (after.month, after.day) == (1, 1) else []
    return bool(re.search("|".join(forms), _in_digits(words)))


def _in_digits(words):
    """Write the years, months and days of words in digits: 二〇二〇年六月底 is 2020年6月底."""
    for figure in reversed(figures(words)):
        if figure.spelled and figure.unit in DATES:
            words = f"{words[: figure.start]}{figure.number:.0f}{words[figure.end :]}"
    return words


def _has_year(words, year, target_year):
    """Return whether words hold a year: its digits, a period that ends in it, or, of the year before the target's, that it is the last."""
    century, rest = divmod(year, 100)
    forms = [str(year), rf"{century}\d\d[-~]{rest:02}年"]  # 2018-20年
    forms += [name for name, end in PERIODS.items() if end == year]
    forms += [WORDS["last year"].pattern] if pd.notna(target_year) and year + 1 == target_year else []
    return bool(re.search("|".join(forms), _in_digits(words)))


# What the words of a target can contradict, and what they can fail to prove.
CONTRADICTIONS = (_figure_faults, _cited_faults, statement_faults)
OMISSIONS = (_word_faults, _date_faults, _strength_faults)
