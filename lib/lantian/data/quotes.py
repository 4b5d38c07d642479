"""What the words of a promise prove: its figure, unit, sign and operator, its years and its strength; no text is needed."""

import re
from datetime import date, timedelta

import pandas as pd

from lantian.data.statements import FALLS, PERIODS, statement_faults
from lantian.text.figures import MYRIADS, figures, same_unit, split
from lantian.text.script import fold

# The words that a number rests on where the plan says it in words.
NUMBER_WORDS = {
    100: "全部|逐一|全收|全面|一律|全覆|全域|全行业|全過程|全过程|所有|均|各|每|必须|必須|应收尽收|應收盡收|应处尽处|應處盡處|镇镇通|基本实现|清理|100%|百分之百|百分百|翻一番|翻番",
    0: "零|负增长|消灭|消滅|消除|杜绝|杜絕",
    1: "等量|减量|減量",
    -50: "减半|減半",
}
# Words for the year before the one that a promise is for.
LAST_YEAR = "上一?年|去年|同比|年度"
UNPROVED = (
    "stands neither in the quote nor in a proof; widen the quote, add a row to proofs.csv, or empty the cell"
)
# Which way a change goes: 增加值, 减排项目, 低碳 and 低于 are neither, 负增长 is a fall, and so is whatever a 降幅 is raised to.
FALL = "[下压]?降|减(?!排项)|削|负增|节约?|低(?![于碳效])|压缩|回落|下调|下滑|下跌|收窄|缩小|(?<!减)少$"
RISE = "(?<!负)增(?!加值)|提[高升]|上升|上调|攀升|扩大|扩张|拓展|上浮|翻|[多高]$"
STAYS = re.compile("(?:达到?|为|占|保持在?|稳定在|控制在|不低于|不高于|不超过)[^\\d,。;]{0,3}$")
MOVED = "增速|增幅|增量|涨|变化|幅度|改善|翻番|倍增|多于|少于|减半"  # further words of a change, whose way is not told here
NOUN = re.compile("[降减削][低少排减]?[幅率]|下降(?:比例|幅度)")
# Verbs whose object is a change, where the figure follows at once, and those before a level that is reached.
CHANGES = re.compile(
    "(?:(?:下降|降低|减少|削减|压减|增加|增长|提[高升]|上升|回落|下调|上调)[了约]?(?:不(?:低|少)于|超过|至少)?|(?:削减|压减|减少)[^\\d,。;:、到至为在]{1,4})\\s?$"
)
REACHES = re.compile(
    "为\\d{4}年[^,。;\\d]{0,4}的$|(?:降|减|增|提高|提升|上升|回落|压减|扩大)[^,。;\\d]{0,3}[到至](?:\\d{4}年[^,。;\\d]{0,4}的)?\\s?$"
)
# Words before and behind a figure from which something starts: 由50降至35, 在60%的基础上.
STARTS = (
    (
        re.compile("(?:由|从|自)[^,。;、\\d]{0,12}$"),
        re.compile("^[^,。;、\\d]{0,12}?(?:降|提|增|减|升|压|扩)"),
    ),
    (re.compile("在[^,。;]{0,30}$"), re.compile("^[^,。;\\d]{0,6}基础")),
)
ASPIRING = "力[争爭]|争取|爭取|努力"
BINDING = {"binding": "约束性|約束性", "indicative": "预期性|預期性"}
FIGURED = (
    "value",
    "value_max",
    "unit",
    "operator",
)  # fields whose proofs may hold the figure, its unit or its bound
DATES = ("年", "月", "日")
# Words for a rate, by the unit that it is for: 日处理4.5万吨 is 万吨/日.
RATES = {"日": "[日天]", "天": "[日天]", "年": "(?<!\\d)年", "月": "月", "季度": "季度?", "小时": "小?时"}
# What a table may give as the unit of its figures: 植树(万亩), 消费量/万吨, 单位:台.
HEADS = re.compile(r"[(\[【:/](?=([^()\[\]【】|:\d]{1,12}))")
# Sizes of things, which are no promise of their own: 10蒸吨及以下锅炉.
SIZED = "[及或]?以[上下][\u4e00-\u9fff](?<![的标及和])"
SIZES = ("蒸吨", "蒸吨/小时", "吨/小时", "吨/日", "吨/天", "头", "只", "羽", "千瓦", "平方米")


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
        statement that is not the row's. Rows whose words hold no figure are left to `unproved`.
    """
    fragments = _fragments(proofs)
    known = tuple(sorted(units["unit"]))
    factors = dict(zip(units["unit"], units["factor"]))
    for row in targets.itertuples():
        words, own = _words(row, fragments, FIGURED), _words(row, fragments)
        printed = [figure for figure in figures(words, known) if figure.unit not in DATES]
        faults = (
            list(_figure_faults(row, words, known)) if printed or re.search("[\u4e00-\u9fff]", words) else []
        )
        for column, message in (
            *faults,
            *_cited(row, known),
            *statement_faults(row, own, factors.get(row.unit, 1), known),
        ):
            yield row.id, column, message


def unproved(targets, proofs, units):
    """Find the cells of targets that their words do not prove.

    Parameters
    ----------
    targets, proofs, units : DataFrame
        As in the tables.

    Yields
    ------
    tuple of str
        Id, column, and what is wrong: what `contradictions` finds, and each value, year, nature or strength word that
        stands neither in the quote nor in a proof.
    """
    fragments, known = _fragments(proofs), tuple(sorted(units["unit"]))
    factors = dict(zip(units["unit"], units["factor"]))
    for row in targets.itertuples():
        own = _words(row, fragments)
        faults = _figure_faults(row, _words(row, fragments, FIGURED), known)
        for column, message in (
            *faults,
            *statement_faults(row, own, factors.get(row.unit, 1), known),
            *_unproved(row, own),
        ):
            yield row.id, column, message


def _fragments(proofs):
    """Map targets to their proofs, field and words."""
    fragments = {}
    for row in proofs.itertuples():
        fragments.setdefault(row.target, []).append((row.field, row.quote))
    return fragments


def _words(row, fragments, fields=None):
    """Join the words that prove a row, or some of its fields, a line a fragment."""
    return fold(
        "\n".join(
            [
                row.quote,
                *(words for field, words in fragments.get(row.id, ()) if not fields or field in fields),
            ]
        )
    )


def _figure_faults(row, words, known):
    """Yield what is wrong with the figures of a row, or else with their sign, operator or order."""
    if row.value_basis != "figure" or not words.strip():
        return
    printed = [figure for figure in figures(words, known) if figure.unit not in DATES or row.unit in DATES]
    columns = [
        (column, value) for column in ("value", "value_max") if pd.notna(value := getattr(row, column))
    ]
    faults = [
        fault for column, value in columns for fault in _figure_fault(column, value, row.unit, words, printed)
    ]
    yield from faults or _sense_faults(row, words, printed)


def _figure_fault(column, value, unit, words, printed):
    """Yield what is wrong with one figure: not printed, or with another unit, or another 万 or 亿 than the unit has."""
    alike = [figure for figure in printed if _prints(figure, value, unit)]
    if not alike:
        yield column, f"{value:.15g} {UNPROVED}"
    elif not any(_in_unit(figure, value, unit, words) for figure in alike):
        plain = (
            "; 万 and 亿 belong to the unit"
            if any(figure.myriad != split(unit)[0] for figure in alike)
            else ""
        )
        yield "unit", f"{unit!r} is not what is printed: {alike[0]}{plain}"


def _prints(figure, value, unit):
    """Tell whether a figure is a value, its sign left aside: as printed, or by its amount where it is in Chinese numerals or a mix, as 3千万."""
    mixed = figure.spelled or figure.myriad not in ("", "万", "亿")
    return _equal(figure, figure.number, value) or (
        mixed and _equal(figure, figure.amount, value * _times(split(unit)[0]))
    )


def _equal(figure, number, value):
    """Tell whether a number is a value; a fraction, such as 三分之一, is told by the decimals that the value has."""
    decimals = len(f"{abs(value):.10f}".rstrip("0").partition(".")[2])
    number = round(number, decimals) if figure.spelled and number % 1 else number
    return abs(number - abs(value)) < 1e-9 * max(1, abs(value))


def _times(myriad):
    times = 1
    for letter in myriad:
        times *= MYRIADS[letter]
    return times


def _in_unit(figure, value, unit, words):
    """Tell whether a figure is printed in a unit, beside it or in the head of a table, as 植树(万亩)."""
    myriad, stem = split(unit)
    dated = 1990 <= figure.number <= 2100 and figure.number % 1 == 0
    if (
        not figure.unit
        and not figure.myriad
        and not dated
        and any(_headed(unit, head) for head in HEADS.findall(words))
    ):
        return True
    mixed = figure.spelled or figure.myriad not in ("", "万", "亿")
    if not _equal(figure, figure.amount, value * _times(myriad)) or (
        not mixed and _times(figure.myriad) != _times(myriad)
    ):
        return False
    if stem == "1" or not figure.unit:
        return not figure.unit and (
            stem == "1" or bool(stem == "元" and figure.myriad and re.search("投资|资金|补[助贴]", words))
        )
    return same_unit(figure.unit, stem) or _is_rate(figure.unit, stem, words)


def _headed(unit, head):
    """Tell whether the head of a table names a unit."""
    (myriad, stem), (other, rest) = split(fold(unit)), split(re.sub(r"\s|^单位", "", head))
    return myriad == other and same_unit(stem, rest)


def _is_rate(printed, stem, words):
    """Tell whether a unit printed without its denominator is a rate by its words: 每月至少2次, 日处理4.5万吨, 每平方公里9吨."""
    whole, _, rate = stem.partition("/")
    if printed[0] == "/":
        return stem.endswith(printed)  # 9/平方公里, where a unit was lost
    time = RATES.get(rate)
    spoken = f"每一?{time or re.escape(rate)}|{time or re.escape(rate)}均" + (
        f"|{time}(?=[处产供利用消替新排能发])" if time else ""
    )
    spoken += f"|{rate}(?:GDP|地区|国内|工业)"  # 万元GDP用水量15立方米
    return bool(rate and same_unit(printed, whole) and re.search(spoken, words))


def _sense_faults(row, words, printed):
    """Yield the first thing that is wrong with a figure that is printed: its kind, year, sign, range or operator."""
    mine = [
        figure
        for figure in printed
        if _prints(figure, row.value, row.unit) and _in_unit(figure, row.value, row.unit, words)
    ]
    for fault in (
        _size_fault,
        _start_fault,
        _kind_fault,
        _year_fault,
        _sign_fault,
        _range_fault,
        _operator_fault,
    ):
        if found := fault(row, mine, words, printed):
            yield found
            return


def _size_fault(row, mine, words, printed):
    """Name the size of what is acted on where it is coded as the figure: 10蒸吨及以下锅炉."""
    sized = [
        figure.unit in SIZES
        and re.match(SIZED if "蒸" not in figure.unit else "[及或]?以[上下]", _behind(figure, words))
        for figure in mine
    ]
    if row.kind != "standard" and all(sized):
        return "value", f"{row.value:.15g} is the size of what is acted on; it belongs to subject_class"
    return None


def _start_fault(row, mine, words, printed):
    """Name a figure from which the promise only starts: 由50降至35."""
    starts = [
        any(
            one.search(words[: figure.start]) and other.search(_behind(figure, words))
            for one, other in STARTS
        )
        for figure in mine
    ]
    if row.kind != "change" and all(starts) and len(printed) > len(mine):
        return "value", f"{row.value:.15g} is where it starts from in the words, not what is promised"
    return None


def _behind(figure, words):
    """Return what stands behind a figure and its unit."""
    return words[figure.end :].lstrip().removeprefix(figure.unit)


def _kind_fault(row, mine, words, printed):
    """Name a change that is coded as a level or a share, a level coded as a change or an amount, and an amount in percent."""
    before = [words[: figure.first] for figure in mine]  # of a list, what stands before its first figure
    clauses = [re.split("[,;。]", text)[-1] for text in before]
    changes = any(CHANGES.search(text) for text in before) or all(
        re.search("(?:降幅|下降幅度)[^,。;]{0,6}$", text) for text in before
    )
    reached = all(
        REACHES.search(text) and not NOUN.search(clause) for text, clause in zip(before, clauses, strict=True)
    )
    still = all(STAYS.search(text) for text in before) and not any(
        _direction(figure, words) for figure in mine
    )
    still = still and not re.search(MOVED, words)
    if row.kind in ("level", "share") and changes:
        return "kind", f"{row.kind!r} is not what is printed; {row.value:.15g} is how much it changes"
    if row.kind == "change" and (reached or still):
        return "kind", f"'change' is not what is printed; {abs(row.value):.15g} is what is reached"
    if row.kind == "amount" and row.unit == "%":
        return "kind", "'amount' has no percent; a rise or fall in percent is a change"
    if row.kind == "amount" and all(text.endswith("控制在") for text in before):
        return "kind", "'amount' is not what is printed; what is held at a figure is a level"
    return None


def _year_fault(row, mine, words, printed):
    """Name the year that stands right before the figure, or last before it as 到2025年, where it is neither the row's nor its base year."""
    if pd.isna(row.target_year):
        return None
    years = []
    for figure in mine:
        before = words[: figure.first]
        near = re.findall(r"(?<![比较在、和及至~-])((?:19|20)\d\d)年[^\d,。;、)]{0,4}$", before)
        years += near or (
            re.findall(r"到((?:19|20)\d\d)年(?!、)", before)[-1:] if str(row.target_year) in words else []
        )
    others = {int(year) for year in years} - {row.baseline_year if pd.notna(row.baseline_year) else None}
    if others and row.target_year not in others:
        return "target_year", f"{row.target_year} is not the year before the figure: {min(others)}"
    return None


def _sign_fault(row, mine, words, printed):
    """Name a fall without a sign, and a rise with one."""
    if row.kind == "change" and any(row.value * _direction(figure, words) < 0 for figure in mine):
        return (
            "value",
            f"{row.value:.15g} has the wrong sign: the words tell of a {'fall, which is' if row.value > 0 else 'rise, which is not'} negative",
        )
    return None


def _range_fault(row, mine, words, printed):
    """Name the end of a range that is not printed behind its beginning, and a range of which one end alone is coded."""
    if pd.notna(row.value_max):
        if not any(
            figure.until is not None and abs(figure.until - abs(row.value_max)) < 1e-9 for figure in mine
        ):
            return "value_max", f"{row.value_max:.15g} is not printed right behind {row.value:.15g}"
        return None
    ends = {figure.until for figure in printed if figure.until is not None}
    if all(
        figure.unit not in DATES and (figure.until is not None or figure.number in ends) for figure in mine
    ):
        return "value_max", f"is empty or no end of a range; the words print a range with {row.value:.15g}"
    return None


def _operator_fault(row, mine, words, printed):
    """Name an operator other than the words beside the figure say; where they say none, a standard may still be a limit."""
    told = sorted({_signed(bound, row) for figure in mine for bound in figure.bounds})
    if row.operator not in told and not (told == ["="] and row.kind == "standard"):
        return (
            "operator",
            f"{row.operator!r} is not what is printed; the words beside the figure say {' or '.join(told)}",
        )
    return None


def _signed(bound, row):
    """Turn a bound of a fall, which is negative: 下降20%以上 is at most -20."""
    return FALLS.get(bound, bound) if row.value < 0 else bound


def _direction(figure, words):
    """Tell which way words say that a change goes: -1 down, 1 up, 0 not told. The word nearest before the figure decides, in its own clause where there is one."""
    before, after = words[: figure.start], words[figure.end :]
    behind = re.match(f" ?(?:%|个百分点)?(?:以[上内]|左右)?的?(?:({FALL})|{RISE})", after)
    clause = re.split("[,;。]", before)[-1]
    if NOUN.search(clause):
        return -1
    ways = (
        [behind[1] or ""]
        if behind
        else re.findall(f"({FALL})|{RISE}", clause) or re.findall(f"({FALL})|{RISE}", before)
    )
    sign = -1 if before.endswith("-") else 1  # 下降-0.7% is a rise
    return (-sign if ways[-1] else sign) if ways else 0


def _cited(row, known):
    """Yield what the operative words of a goal above contradict: its figure, unit, operator or strength."""
    words = fold(row.words).replace(
        "…", ""
    )  # where words were left out, the bound still belongs to the figure
    printed = [
        figure
        for figure in figures(words, known)
        if figure.unit not in (*DATES, "小时") and not figure.spelled
    ]
    printed = [
        figure for figure in printed if not re.search("[A-Za-z] ?$", words[: figure.start])
    ]  # target 1
    mine = (
        [figure for figure in printed if _prints(figure, row.value, row.unit)]
        if row.value_basis == "figure"
        else []
    )
    if row.value_basis == "figure" and row.kind != "standard" and printed and not mine:
        yield "value", f"{row.value:.15g} is not what the words print ({row.words})"
    elif mine and all(figure.unit and not _in_unit(figure, row.value, row.unit, words) for figure in mine):
        yield "unit", f"{row.unit!r} is not what the words print ({row.words})"
    elif (
        mine
        and re.search("[\u4e00-\u9fff<>≤≥]", words)
        and (fault := _operator_fault(row, mine, words, mine))
    ):
        yield fault
    if re.search(ASPIRING, words) and row.strength != "aspirational":
        yield "strength", f"{row.strength!r} does not fit the words ({row.words}), which are aspirational"


def _unproved(row, words):
    """Yield the numbers said in words, years, months, nature and strength that the words do not hold."""
    if row.value_basis == "word" and not re.search(fold(NUMBER_WORDS.get(row.value, "(?!)")), words):
        yield "value", f"no word for {row.value:g} stands in the quote or in a proof"
    for column in ("target_year", "baseline_year"):
        year = getattr(row, column)
        if pd.notna(year) and not _has_year(words, year, row.target_year):
            yield column, f"{year} {UNPROVED}"
    if (
        pd.notna(row.target_year)
        and str(row.target_year) in words
        and not re.search(_unless_compared(row.target_year), words)
    ):
        yield (
            "target_year",
            f"{row.target_year} is what the promise is compared with in its words, not its date",
        )
    if row.deadline and not _has_day(words, date.fromisoformat(row.deadline)):
        yield "deadline", f"{row.deadline}: its month or day {UNPROVED}"
    dated = pd.notna(row.target_year) and pd.notna(row.baseline_year)
    if (
        dated
        and row.baseline_year >= row.target_year
        and _has_year(words, row.baseline_year, row.target_year)
    ):
        yield "baseline_year", f"{row.baseline_year} is not before the target year {row.target_year}"
    if row.strength_word and fold(row.strength_word) not in words:
        yield "strength_word", f"{row.strength_word!r} {UNPROVED}"
    if re.fullmatch(ASPIRING, row.strength_word) and row.strength != "aspirational":
        yield "strength", f"{row.strength!r} does not fit {row.strength_word!r}, which is aspirational"
    if (
        row.value_basis == "figure"
        and row.strength != "aspirational"
        and not re.fullmatch(ASPIRING, row.strength_word)
        and (aim := _aim(row, fold(row.quote)))
    ):
        yield (
            "strength",
            f"{row.strength!r} is not what is printed; {aim} stands before the figure, which is aspirational",
        )
    if row.nature and not re.search(BINDING[row.nature], words):
        yield "nature", f"{row.nature!r} {UNPROVED}"


def _aim(row, quote):
    """Return the 力争 that governs a figure: in its own clause, or at the head of one before in its sentence; none where the figure also stands without it."""
    aims = []
    for figure in figures(quote):
        if _prints(figure, row.value, row.unit):
            *others, own = re.split("[,,]", re.split("[。;]", quote[: figure.start])[-1])
            heads = [re.match(ASPIRING, clause.strip()) for clause in others]
            aims.append(re.search(ASPIRING, own) or next(filter(None, heads), None))
    return aims[0][0] if aims and all(aims) else ""


def _unless_compared(year):
    """Return the pattern of a year that is not only compared with: 比2015年, 与2015年相比, 以2015年为基准."""
    return rf"(?<![比较])(?<!与)(?<!相较于)(?<!相对于)(?<!基准年)(?<!自){year}(?!年?(?:相比|为基|水平|基数))"


def _has_day(words, day):
    """Tell whether words hold a date: the day itself, the day after it (10月1日前), the end of its month or year, or its month alone."""
    words, after = _in_digits(words), day + timedelta(1)
    printed = re.findall(
        r"(?<!\d)(\d{1,2}) ?月 ?(?:(\d{1,2}) ?日(前?)|([底末]?))|\d{4}[.-]0?(\d{1,2})[.-]0?(\d{1,2})(?!\d)",
        words,
    )
    for month, number, before, end, other, point in printed:
        if int(month or other) == day.month and (
            int(number or point or 0) == day.day or (not number and not point and (not end or after.day == 1))
        ):
            return True
        if before and (int(month), int(number)) == (after.month, after.day):
            return True
    return (day.month, day.day) == (12, 31) and bool(re.search("年[底末]|岁末|底前|年前", words))


def _in_digits(words):
    """Write the years and months of words in digits: 二〇二〇年六月底."""
    words = re.sub(
        "[〇零一二三四五六七八九]{4}(?=年)",
        lambda found: "".join(
            str("〇一二三四五六七八九".index(letter)) for letter in found[0].replace("零", "〇")
        ),
        words,
    )
    months = "一 二 三 四 五 六 七 八 九 十 十一 十二".split()
    return re.sub(
        "(?<![一二三四五六七八九十个])(十[一二]|[一二三四五六七八九十])(?=月)",
        lambda found: str(months.index(found[1]) + 1),
        words,
    )


def _has_year(words, year, target_year):
    """Tell whether words hold a year: its digits, a period that ends in it, or, of the year before the target's, that it is the last."""
    last, words = pd.notna(target_year) and year + 1 == target_year, _in_digits(words)
    short = re.search(rf"{str(year)[:2]}\d\d[-~]{str(year)[2:]}年", words)  # 2018-20年
    return (
        str(year) in words
        or bool(short)
        or any(name in words for name, end in PERIODS.items() if end == year)
        or bool(last and re.search(LAST_YEAR, words))
    )
