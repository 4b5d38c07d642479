"""Read the figures that Chinese words print: how much, in which unit, at least or at most, up or down, and when.

`cn2an` reads plain numerals; fractions, 余 ("a good"), units, bounds and lists are read here.
"""

import math
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import chain, pairwise

from lantian.text import HERE, fold, read_patterns

# The words beside a number: those that make it none (第1、2台, 国6, 几十家, 三五家), that make another unit of the one before
# them (吨公里, 家次, 万吨/a) or a unit of coal equivalent, and those by which a figure is one of a list, or its bound is turned.
WORDS = {name: re.compile(pattern) for name, pattern in read_patterns("figure_words.csv").items()}

# --- numbers ---------------------------------------------------------------------------------------------------------

# How they are printed says `number_forms.csv`, and what the forms have in common `pattern_parts.csv`.
MYRIADS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
# The bounds of a number with 余, 多 or 几.
MORE = {"": frozenset()} | dict.fromkeys("余多几", frozenset((">", "~")))
PER = {"百": "%", "千": "‰", "万": "‱"}

# --- units -----------------------------------------------------------------------------------------------------------

# Units and words for counting as Chinese documents print them, whatever a table of units may hold: a line a unit, behind
# it its other prints, with which a number stays the same.
UNITS = [line.split() for line in (HERE / "units.txt").read_text("utf-8").splitlines()]
CANONICAL = {other.casefold(): unit for unit, *others in UNITS for other in others}
CANONICAL |= {"h": "小时", "d": "天", "a": "年"}  # as in 万吨/a
SHARES = ("%", "‰", "成")
DATES = ("年", "月", "日")
RESPECTIVELY = "分别"
# Five-year plan periods end in these years.
PERIODS = {"十二五": 2015, "十三五": 2020, "十四五": 2025, "十五五": 2030}
NOUN = WORDS["noun"]  # 降幅: what it is the figure of goes down
WAY = f"({WORDS['fall'].pattern})|{WORDS['rise'].pattern}"  # the group is filled where the word is of a fall
# Words for a rate, by the unit that it is for: 日处理4.5万吨 is 万吨/日.
RATES = {"日": "[日天]", "天": "[日天]", "年": "(?<!\\d)年", "月": "月", "季度": "季度?", "小时": "小?时"}

# --- bounds ----------------------------------------------------------------------------------------------------------

# A % behind the words says that they stand before a share, as 低于总量的 (30%) but not 低于标准的 (20家).
BEFORE = {bound: re.compile(f"(?:{words})%?$") for bound, words in read_patterns("bounds_before.csv").items()}
BEHIND = {bound: re.compile(words) for bound, words in read_patterns("bounds_behind.csv").items()}
# What is forbidden or eliminated above a figure is allowed up to it: 禁止使用硫分高于1%的煤, 淘汰煤耗高于300克的机组.
OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}


@dataclass(frozen=True)
class Figure:
    """A figure as words print it.

    Attributes
    ----------
    number : float
        As printed, its 万 or 亿 left out: 120 of 120万吨; the whole of 1亿2000万; of 三分之一 the 33.33 of a percentage.
    myriad, unit : str
        万 and 吨; the unit is empty where none is printed.
    bounds : frozenset of str
        The operators that the words around it allow: ``{"<="}`` for 120万吨以内, ``{"="}`` where there are no such words.
    spelled : bool
        Whether it is written in Chinese numerals or as a fraction.
    start, end : int
        Its place, unit and 以上 left out.
    first : int
        Where the list begins that it is part of; its start where there is none.
    until : float or None
        The end of a range that begins with it: 15 of 10%~15%.
    """

    number: float
    myriad: str = ""
    unit: str = ""
    bounds: frozenset = frozenset()
    spelled: bool = True
    start: int = 0
    end: int = 0
    first: int = 0
    until: float | None = None

    @property
    def amount(self):
        """The number with its 万 or 亿: 1200000 of 120万吨."""
        return self.number * magnitude(self.myriad)

    def __str__(self):
        return f"{self.number:.10g}{self.myriad}{self.unit}"


@cache
def figures(words, units=()):
    """Read the figures of some words.

    Parameters
    ----------
    words : str
        In any width or script; the parts of several fragments are divided by line ends.
    units : tuple of str
        Further units, such as those of a table.

    Returns
    -------
    tuple of Figure
        In their order.

    Examples
    --------
    >>> [(str(figure), *sorted(figure.bounds)) for figure in figures("新增10余萬輛,浓度低于35微克/立方米")]
    [('10万辆', '>', '~'), ('35微克/立方米', '<')]
    """
    words, unit_pattern = fold(words), _unit_pattern(units)
    read = (_figure(match, words, unit_pattern) for match in NUMBER.finditer(words))
    return tuple(_shared([figure for figure in read if figure], words))


@cache
def _unit_pattern(units):
    """Compile the pattern of all units, the longest first."""
    known = {*chain(*UNITS), *(split(unit)[1] for unit in units)} - {""}
    return re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))))


def _figure(match, words, unit_pattern):
    """Read one match of `NUMBER`; return None for a word such as 千 alone, an ordinal or a vague number."""
    before, behind = words[: match.start()], re.sub(r"\s", "", words[match.end() :])
    figure = READERS[match.lastgroup](match)  # the group of a form is the last to close
    if figure is None or _counts_nothing(figure, before, behind):
        return None
    unit, rest = (figure.unit, behind) if figure.unit else _unit(before, behind, unit_pattern)
    bounds = figure.bounds | _bounds(before, rest, unit)
    start, end = match.span()
    return replace(figure, unit=unit, bounds=bounds, start=start, end=end, first=start)


def _counts_nothing(figure, before, behind):
    """Return whether a number is an ordinal, a section mark (一、) or vague (几十)."""
    if WORDS["ordinal"].search(before):
        return True
    marks_section = not figure.unit and behind.startswith("、") and not re.search(r"\w$", before)
    return figure.spelled and (marks_section or bool(WORDS["few"].search(before)))


def magnitude(myriad):
    """Return what 万, 亿 or 百万 multiply by."""
    return math.prod(MYRIADS[letter] for letter in myriad)


# --- reading a number: what a match of NUMBER prints by itself, None where it is none, as 2:3 -------------------------


def _ratio(match):
    """Read 1:2 and 2:1 alike, as 2 with the unit :1; 2:3 is none."""
    one, other = _digits(match["one"]), _digits(match["other"])
    return Figure(other if one == 1 else one, unit=":1", spelled=False) if 1 in (one, other) else None


def _compound(match):
    """Read 1亿2000万 as 120000000; its 亿 and 万 are part of the number."""
    return Figure(_value(match[0]))


def _per(match):
    """Read 百分之九点五 as 9.5 %."""
    number = _value(re.sub("[, ]", "", match["parts"]))
    return None if number is None else Figure(number, unit=PER[match["base"]])


def _fraction(match):
    """Read 三分之一 and 1/3 as 33.33 %."""
    above, below = match[0].split("/") if "/" in match[0] else reversed(match[0].split("分之"))
    above, below = _value(above), _value(below)
    return None if above is None or not below else Figure(100 * above / below, unit="%")


def _said(match):
    """Read 百分之百, 一半 and 过半, the last of which is more than 50 %."""
    bounds = frozenset({">"} if match[0] == "过半" else ())
    return Figure(100.0 if match[0].endswith("百") else 50.0, unit="%", bounds=bounds)


def _digits_with_myriad(match):
    """Read 3百余万: number 3, more 余, and its 万, which may stand before 余 (odd) or behind it (rest)."""
    bounds, myriad = MORE[match["more"] or match["odd"]], match["myriad"].strip() + match["rest"]
    return Figure(_digits(match["number"]), myriad, bounds=bounds, spelled=False)


def _spelled(match):
    """Read 十余万: letters 十, over 余, times 万; in 五万 the 万 is one of the letters."""
    letters, myriad = re.fullmatch("(.+?)([万亿]*)", match["letters"]).groups()
    more, myriad = match["over"] or match["also"], myriad + match["times"]
    if letters[0] in "百千" and (more or myriad):
        letters = f"一{letters}"  # 百余家, 百万亩
    number = _value(letters)
    return None if number is None else Figure(number, myriad, bounds=MORE[more])


def _digits(printed):
    return float(re.sub("[, ]", "", printed))


def _value(letters):
    """Return the value of a Chinese numeral; None for what is no number, as 千 in 千家万户, or a vague one."""
    from cn2an import cn2an

    if WORDS["vague"].fullmatch(letters):
        return None
    try:
        return float(cn2an(letters, "smart"))
    except (ValueError, KeyError, IndexError):
        return None


# What reads each form of a number; of `number_forms.csv` the first that fits counts.
READERS = {"ratio": _ratio, "compound": _compound, "said": _said, "per": _per, "fraction": _fraction}
READERS |= {"digits": _digits_with_myriad, "spelled": _spelled}
NUMBER = [f"(?P<{form}>{pattern})" for form, pattern in read_patterns("number_forms.csv").items()]
NUMBER = re.compile("|".join(NUMBER))


# --- reading unit and bounds -----------------------------------------------------------------------------------------


def _unit(before, behind, unit_pattern):
    """Return the unit behind a figure, and what stands behind the unit.

    以上 and the like are passed over (2万吨以上标准煤); 标准煤 may also stand before the figure.
    """
    unit = _at_head(unit_pattern, behind)
    rest = behind[len(unit) :]
    across = _at_head(unit_pattern, unit + WORDS["between"].sub("", rest))
    if len(across) > len(unit):  # 吨以上标准煤: 以上 stays in the rest, where its bound is read
        return across, rest
    if unit in ("吨", "t") and (WORDS["coal before"].search(before) or WORDS["coal"].match(rest)):
        return "吨标准煤", rest
    # 吨/平方公里, or /平方公里 where the first half was lost.
    while denominator := re.match(f"(?:/每?|每)({unit_pattern.pattern})", rest):
        unit, rest = f"{unit}/{denominator[1]}", rest[denominator.end() :]
    return unit + (_at_head(WORDS["longer"], rest) if unit and unit[-1] not in "%‰" else ""), rest


def _at_head(pattern, words):
    """Return what a pattern matches at the beginning of some words, or an empty string."""
    match = pattern.match(words)
    return match[0] if match else ""


def _bounds(before, rest, unit):
    """Return the bounds around a figure and its unit; what is forbidden above a figure is allowed up to it."""
    clause = clause_of(before)
    # ¤ stands for the figure.
    turned = WORDS["turned"].search(f"{clause}¤{rest}")
    rest = WORDS["bracket"].sub("", rest).lstrip('”"」')
    bounds = _left_bounds(clause, unit) | {bound for bound, pattern in BEHIND.items() if pattern.match(rest)}
    return {OPPOSITE.get(bound, bound) for bound in bounds} if turned else bounds


def _left_bounds(clause, unit):
    """Return the bounds that end right before a figure."""
    words = re.sub('[\\s“"「(]+$', "", clause) + ("%" if unit in SHARES else "")
    bounds = {bound for bound, pattern in BEFORE.items() if pattern.search(words)}
    return bounds - {OPPOSITE[bound] for bound in bounds & {">=", "<="}}  # the 低于 of 不低于


# --- reading a list --------------------------------------------------------------------------------------------------


def _shared(found, words):
    """Give the figures of a list or range what is printed once for all: the unit, its 万, the bound."""
    joints = [words[one.end : other.start].lstrip().removeprefix(one.unit) for one, other in pairwise(found)]
    joined = [place for place, joint in enumerate(joints) if WORDS["list"].fullmatch(joint)]
    for place in joined:  # the bound from the one before
        figure, before = found[place + 1], found[place]
        bounds = figure.bounds or (
            frozenset() if "~" in before.bounds else before.bounds
        )  # not that of 10余家
        found[place + 1] = replace(figure, bounds=bounds, first=before.first)
    for place in reversed(joined):  # unit, 万 and bound from the one behind, the last first
        found[place] = _completed(found[place], found[place + 1], WORDS["range"].fullmatch(joints[place]))
    return [replace(figure, bounds=frozenset(figure.bounds or "=")) for figure in found]


def _completed(figure, after, in_range):
    """Give a figure of a list what is printed only behind the one after it: 10、20万吨以上.

    Of its bounds both readings hold then: that it is exact, and that it shares the bound.
    """
    if not figure.unit:
        figure = replace(figure, unit=after.unit, myriad=figure.myriad or after.myriad)
    bounds = frozenset(figure.bounds or "=")
    shared = after.bounds if figure.unit == after.unit and bounds == {"="} else set()
    return replace(figure, bounds=bounds | shared, until=after.number if in_range else None)


def listed(words):
    """Split folded words at 分别, "respectively", which they hold: the things listed before it and the figures behind it.

    Years are left out.

    Returns
    -------
    things : list of str
    printed : list of str
        The numbers.

    Examples
    --------
    >>> listed("到2025年,氮氧化物和氨氮排放量分别减少780吨、60吨")
    (['氮氧化物', '氨氮排放量'], ['780', '60'])
    """
    before, behind = words.split(RESPECTIVELY, maxsplit=1)
    printed = [figure for figure in figures(behind) if not figure.spelled and figure.unit != "年"]
    things = re.split("[、和及与]", re.split("[,。;:]", before)[-1])
    return things, [f"{figure.number:.15g}" for figure in printed]


# --- comparing units -------------------------------------------------------------------------------------------------


def split(unit):
    """Divide a unit into its 万 or 亿 and the rest.

    >>> split("万吨/年"), split("千瓦")
    (('万', '吨/年'), ('', '千瓦'))
    """
    return re.fullmatch("([十百千]?[万亿]+|)(.*)", unit).groups()


def same_unit(one, other):
    """Return whether two prints are one unit.

    >>> same_unit("微克每立方米", "μg/m³"), same_unit("亿 m3", "亿立方米"), same_unit("吨", "吨标准煤")
    (True, True, False)
    """
    (myriad, stem), (other_myriad, other_stem) = split(one), split(other)
    return myriad == other_myriad and _canonical(stem.strip()) == _canonical(other_stem.strip())


def _canonical(unit):
    """Return the one print that stands for all prints of a unit: 微克/立方米 for μg/m³."""
    unit = fold(unit).replace("每", "/").replace("//", "/").casefold()
    canonical = "/".join(CANONICAL.get(part, part) for part in unit.split("/"))
    return "吨/小时" if canonical in ("蒸吨", "蒸吨/小时") else canonical  # of steam, as boilers are sized


# --- which way a change goes ------------------------------------------------------------------------------------------


def clause_of(text):
    """Return the clause that a text ends in.

    >>> clause_of("能耗下降3%,绿地增加")
    '绿地增加'
    """
    return re.split("[。;,\n]", text)[-1]


def direction(figure, words):
    """Return the way that a change goes: -1 down, 1 up, 0 where no word shows it.

    A 降幅 or the like in its clause decides; else the word right behind the figure (10%的增长), else the nearest before it,
    in the same clause where there is one.

    Examples
    --------
    >>> [direction(figure, "能耗下降3%,绿地增加2%") for figure in figures("能耗下降3%,绿地增加2%")]
    [-1, 1]
    """
    before, after = words[: figure.start], words[figure.end :]
    clause = clause_of(before)
    if NOUN.search(clause):
        return -1
    behind = re.match(f" ?(?:%|个百分点)?(?:以[上内]|左右)?的?(?:{WAY})", after)
    falls = [behind[1]] if behind else re.findall(WAY, clause) or re.findall(WAY, before)
    if not falls:
        return 0
    way = -1 if falls[-1] else 1  # the group is empty where the word is of a rise
    return -way if before.endswith("-") else way  # 下降-0.7% is a rise


# --- finding dates ----------------------------------------------------------------------------------------------------


def has_day(words, day):
    """Return whether words hold a day: itself, the day after it (10月1日前), the end of its month or year, or its month alone.

    Its year is not looked for.

    >>> from datetime import date
    >>> has_day("2020年6月底前", date(2020, 6, 30)), has_day("2020年6月底前", date(2020, 6, 1))
    (True, False)
    """
    after = day + timedelta(1)
    month, month_after = (rf"(?<!\d)0?{one.month} ?月" for one in (day, after))
    not_its_end = "" if after.day == 1 else "(?! ?[底末])"
    forms = [
        f"{month} ?0?{day.day} ?日",  # 6月30日
        f"{month_after} ?0?{after.day} ?日前",  # 7月1日前
        rf"{month}(?! ?\d\d? ?日){not_its_end}",  # 6月, or 6月底 for its last day
        rf"\d{{4}}[.-]0?{day.month}[.-]0?{day.day}(?!\d)",  # 2020-06-30
    ]
    if (after.month, after.day) == (1, 1):
        forms.append(r"年[底末]|岁末|(?<!月)(?<!月 )底前|\d{4} ?年前")
    return bool(re.search("|".join(forms), _dates_in_digits(words)))


def _dates_in_digits(words):
    """Write the years, months and days of words in digits: 二〇二〇年六月底 is 2020年6月底."""
    for figure in reversed(figures(words)):
        if figure.spelled and figure.unit in DATES:
            words = f"{words[: figure.start]}{figure.number:.0f}{words[figure.end :]}"
    return words


def has_year(words, year):
    """Return whether words hold a year: its digits, or a period that ends in it.

    >>> has_year("“十三五”末", 2020), has_year("2018-20年", 2020), has_year("2018-20年", 2019)
    (True, True, False)
    """
    century, rest = divmod(year, 100)
    forms = [rf"(?<!\d){year}(?!\d)", rf"{century}\d\d[-~]{rest:02}年"]  # 2018-20年
    forms += [name for name, end in PERIODS.items() if end == year]
    return bool(re.search("|".join(forms), _dates_in_digits(words)))


# --- comparing a figure with a value ------------------------------------------------------------------------------------


def prints(figure, value, unit):
    """Return whether a figure is a value, whatever its sign and unit: as printed, or by its amount (三千万, 3千万).

    Parameters
    ----------
    figure : Figure
    value : float
    unit : str
        That of the value, the 万 or 亿 of which counts.

    Examples
    --------
    >>> prints(figures("下降三分之一")[0], -33.3, "%"), prints(figures("三千万元")[0], 3000, "万元")
    (True, True)
    """
    if _equal(figure, figure.number, value):
        return True
    return _counts_by_amount(figure) and _equal(figure, figure.amount, value * magnitude(split(unit)[0]))


def _counts_by_amount(figure):
    """Return whether only the amount of a figure counts: it is in Chinese numerals, or such as 3千万."""
    return figure.spelled or figure.myriad not in ("", "万", "亿")


def _equal(figure, number, value):
    """Return whether a number is a value; a fraction, such as 三分之一, has as many decimals as the value."""
    decimals = len(f"{abs(value):.10f}".rstrip("0").partition(".")[2])
    number = round(number, decimals) if figure.spelled and number % 1 else number
    return abs(number - abs(value)) < 1e-9 * max(1, abs(value))


def in_unit(figure, value, unit, words):
    """Return whether a figure is a value in a unit, which is printed next to it or in the head of a table, as 植树(万亩).

    Parameters
    ----------
    figure : Figure
    value : float
    unit : str
        That of the value.
    words : str
        The words that print the figure, folded.

    Examples
    --------
    >>> words = "日处理4.5万吨"
    >>> in_unit(figures(words)[0], 4.5, "万吨/日", words), in_unit(figures(words)[0], 4.5, "吨/日", words)
    (True, False)
    """
    myriad, stem = split(unit)
    heads = WORDS["head"].findall(words) if _is_bare(figure) and prints(figure, value, unit) else ()
    if any(_headed(unit, head) for head in heads):  # the unit stands in the head of a table
        return True
    if not _equal(figure, figure.amount, value * magnitude(myriad)):
        return False
    if not _counts_by_amount(figure) and magnitude(figure.myriad) != magnitude(myriad):
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
    if not rate:
        return False
    word = RATES.get(rate, re.escape(rate))
    spoken = f"每一?{word}|{word}均|{word}(?:GDP|地区|国内|工业)"  # 万元GDP用水量15立方米
    if rate in RATES:
        spoken += f"|{word}(?=[处产供利用消替新排能发])"
    return same_unit(printed, whole) and bool(re.search(spoken, words))
