"""What the words of a promise prove: its figure, unit, sign and operator, its years and its strength."""

import re

import pandas as pd

from lantian.texts.neighbours import mistaken
from lantian.texts.numerals import DATES, digits, joined, plain_text, printed

# The words that a number rests on where the plan says it in words.
NUMBER_WORDS = {
    100: "全部|逐一|全收|全面|一律|全覆|全域|全行业|全過程|全过程|所有|均|各|每|必须|必須|应收尽收|應收盡收|应处尽处|應處盡處|镇镇通|基本实现|清理|100%|百分之百|百分百|翻一番|翻番",
    0: "零|消灭|消滅|消除|杜绝|杜絕",
    1: "等量|减量|減量",
    -50: "减半|減半",
}
# Words for the year before the one that a promise is for.
LAST_YEAR = "上一?年|去年|同比|年度"
# Five-year plan periods end in these years.
PERIODS = {"十三五": 2020, "十四五": 2025}
UNPROVED = "stands neither in the quote nor in a proof; widen the quote, add a row to proofs.csv, or empty the cell"
# Which way a change goes: 增加值, 减排项目, 低碳 and 低于 are neither, 负增长 is a fall, and so is whatever a 降幅 is raised to.
FALL, RISE = "[下压壓]?降|[减減](?!排[项項])|削|[负負]增|节[约約]|低(?![于於碳效])", "(?<![负負])增(?!加值)|提[高升]|上升|翻"
NOUN = re.compile("[降减減削][低少排减減]?(?:[幅率])")
# Which operator the words beside a figure stand for; a fall by so much or more is `<=`.
LEAST = ("{}[^\\d,。;、]{{0,8}}以上", "不(?:得)?[低少小][于於]{}")
MOST = ("{}[^\\d,。;、]{{0,8}}以[内內下]", "不(?:得)?(?:[超高大多][过過于於]|超){}")
# Verbs whose object is a change, where the figure follows at once; words that make a promise aspirational.
CHANGES = "(?:下降|降低|[减減]少|削[减減]|增加|增[长長]|提[高升]|上升)(?:了|[约約])?"
ASPIRING = "力[争爭]|争取|爭取"
TURNED = {">=": "<=", "<=": ">="}
# Characters of units and their simplified forms, and what may stand between a figure and its unit.
SIMPLIFIED = str.maketrans("萬億噸畝標準個時點臺條", "万亿吨亩标准个时点台条")
BETWEEN = "以[上下内內]|左右| "
FIGURED = ("value", "value_max", "unit")  # fields whose proofs may hold the figure or its unit


def unproved(plans, documents):
    """Find the cells of targets that their words do not prove.

    Parameters
    ----------
    plans : Plans
    documents : collection of str
        Ids of the documents whose targets are tried.

    Yields
    ------
    tuple of str
        Id, column, and what is wrong: a value, year or strength word that stands neither in the quote nor in a
        proof, a figure that "respectively" gives to another thing, a stretch goal that falls short, or another figure
        beside the promised ones that nothing accounts for.
    """
    targets = plans.targets[plans.targets["document"].isin(documents)]
    faults = list(_faults(plans, targets))
    yield from faults
    yield from mistaken(plans, targets, {key for key, *_ in faults})


def _faults(plans, targets):
    """Yield what the words of each row by itself do not prove."""
    proofs, told = (rows.groupby("target")["quote"].apply(" ".join).to_dict() for rows in (plans.proofs, plans.proofs[plans.proofs["field"].isin(FIGURED)]))
    units = sorted([*plans.units["unit"], *DATES, "蒸吨"], key=len, reverse=True)
    for row in targets.itertuples():
        words, figures = (plain_text(f"{row.quote} {more.get(row.id, '')}") for more in (proofs, told))
        for column, message in (*_unproved_figures(row, figures, units), *_unproved(row, words)):
            yield row.id, column, message


def _unproved_figures(row, words, units):
    """Yield what is wrong with the figures of a row, or else with their sign, operator or order."""
    if row.value_basis != "figure":
        return
    figures = [(column, value) for column in ("value", "value_max") if pd.notna(value := getattr(row, column))]
    faults = [fault for column, value in figures for fault in _unproved_figure(column, value, row.unit, words, units)]
    yield from faults or _unproved_sense(row, words)


def _unproved_sense(row, words):
    quote = joined(plain_text(row.quote))
    told = _operator(row, quote)
    years = re.findall(rf"(?<![比较較在、和及至—–~-])((?:19|20)\d\d)年[^\d,。;、)]{{0,4}}{digits(row.value)}", quote)
    if row.kind in ("level", "share") and re.search(f"{CHANGES}{digits(row.value)}", quote):
        yield "kind", f"{row.kind!r} is not what is printed; {row.value:.15g} is how much it changes"
    elif row.kind == "amount" and row.unit == "%":
        yield "kind", "'amount' has no percent; a rise or fall in percent is a change"
    elif years and pd.notna(row.target_year) and str(row.target_year) not in years:
        yield "target_year", f"{row.target_year} is not the year before the figure: {years[0]}"
    elif row.kind == "change" and row.value * _direction(row.value, words) < 0:
        yield "value", f"{row.value:.15g} has the wrong sign: the words tell of a {'fall, which is' if row.value > 0 else 'rise, which is not'} negative"
    elif pd.notna(row.value_max):
        if not re.search(rf"{digits(row.value)}\D{{1,6}}{digits(row.value_max)}", joined(words)):
            yield "value_max", f"{row.value_max:.15g} is not printed right behind {row.value:.15g}"
    elif told not in (None, row.operator):
        yield "operator", f"{row.operator!r} is not what is printed; the words beside the figure say {told}"


def _unproved(row, words):
    if row.value_basis == "word" and not re.search(NUMBER_WORDS[row.value], words):
        yield "value", f"no word for {row.value:g} stands in the quote or in a proof"
    for column in ("target_year", "baseline_year"):
        year = getattr(row, column)
        if pd.notna(year) and not _has_year(words, year, row.target_year):
            yield column, f"{year} {UNPROVED}"
    if pd.notna(row.target_year) and str(row.target_year) in words and not re.search(rf"(?<![比较較]){row.target_year}", words):
        yield "target_year", f"{row.target_year} is what the promise is compared with in its words, not its date"
    if row.deadline and not _has_month(words, int(row.deadline[5:7])):
        yield "deadline", f"{row.deadline}: its month {UNPROVED}"
    dated = pd.notna(row.target_year) and pd.notna(row.baseline_year)
    if dated and row.baseline_year >= row.target_year and _has_year(words, row.baseline_year, row.target_year):
        yield "baseline_year", f"{row.baseline_year} is not before the target year {row.target_year}"
    if row.strength_word and row.strength_word not in words:
        yield "strength_word", f"{row.strength_word!r} {UNPROVED}"
    if re.fullmatch(ASPIRING, row.strength_word) and row.strength != "aspirational":
        yield "strength", f"{row.strength!r} does not fit {row.strength_word!r}, which is aspirational"


def _unproved_figure(column, value, unit, words, units):
    """Yield what is wrong with a figure: not printed, or with another unit, or another 万 or 亿 than the unit has."""
    myriads, (own, stem) = printed(words, value), re.fullmatch("([万亿]*)(.*)", unit).groups()
    head = re.search(rf"[(:]\s?([万亿]+){re.escape(stem)}", words.translate(SIMPLIFIED))
    plain = re.search(f"{digits(value)}\\s?{re.escape(stem)}", joined(words))
    if head and "" in myriads and not plain:  # the head of a table gives the myriads of its figures, as 植树(万亩)
        myriads = myriads - {""} | {head[1]}
    if not myriads:
        yield column, f"{value:.15g} {UNPROVED}"
    elif not myriads & {own, None}:
        yield "unit", f"{unit!r} is not what is printed: {value:.15g}{min(myriads)} (万 and 亿 belong to the unit)"
    elif other := _other_unit(value, unit, words, units):
        yield "unit", f"{unit!r} is not what is printed: {value:.15g}{other}"


def _other_unit(value, unit, words, units):
    """Name the known unit, the longest first, behind a figure that never stands before the given one; none where that is well or not told."""
    rests = re.findall(f"{digits(value)}(.*)", re.sub(BETWEEN, "", words.translate(SIMPLIFIED)), re.S)
    found = [next((known for known in units if rest.startswith(known)), unit) for rest in rests]
    found = [unit if unit.startswith(f"{known}/") and re.search("[年月日天季]", words) else known for known in found]  # 日处理4.5万吨 is 万吨/日
    return found[0] if found and unit not in found else None


def _operator(row, words):
    """Name the operator that stands beside a figure; none where it is not told, or told both ways."""
    told = [word for word, patterns in ((">=", LEAST), ("<=", MOST)) if any(re.search(pattern.format(digits(row.value)), words) for pattern in patterns)]
    return None if len(told) != 1 else TURNED[told[0]] if row.value < 0 else told[0]


def _direction(value, words):
    """Tell which way words say that a change goes: -1 down, 1 up, 0 not told. The last word before the figure decides."""
    before, *after = re.split(digits(value), words)
    behind = re.match(f" ?(?:%|个百分点)?(?:以[上内內]|左右)?的?(?:({FALL})|{RISE})", after[0]) if after else None
    if NOUN.search(re.split("[,;。]", before)[-1]):
        return -1
    ways = [behind[1] or ""] if behind else re.findall(f"({FALL})|{RISE}", before)
    sign = -1 if before.endswith("-") else 1  # 下降-0.7% is a rise
    return (-sign if ways[-1] else sign) if ways else 0


def _has_month(words, month):
    """Tell whether words hold a month, December also as the end of a year."""
    return bool(re.search(rf"(?<!\d){month} ?月", words) or month == 12 and re.search("年[底末]|底前|年前", words))


def _has_year(words, year, target_year):
    """Tell whether words hold a year: its digits, a period that ends in it, or, of the year before the target's, that it is the last."""
    last = pd.notna(target_year) and year + 1 == target_year
    return str(year) in words or any(name in words for name, end in PERIODS.items() if end == year) or bool(last and re.search(LAST_YEAR, words))
