"""What the words of a promise prove: its figure, its years, its strength, its place in a list."""

import re
import unicodedata
from collections import defaultdict
from difflib import SequenceMatcher

import pandas as pd

from lantian.texts.numerals import RULES, digits, printed

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
WAYS_OUT = "correct a value, shorten the quote, or list the figure in numerals.csv"
RESPECTIVELY = "分[别別]"
# Which way a change goes; the value added of an industry (增加值) is no rise.
FALL, RISE = "[下压壓]?降|[减減]|削|低", "增(?!加值)|提[高升]|上升|翻"
# Characters of units and their simplified forms, and what may stand between a figure and its unit.
SIMPLIFIED = str.maketrans("萬億噸畝標準個時點臺條", "万亿吨亩标准个时点台条")
BETWEEN = "以[上下内內]|左右| "
DATES = "年月日"
SIZE = re.compile(r"\d|China")  # in a class or an exception: a figure in the words may be of it
FIGURED = ("value", "value_max", "unit")  # fields whose proofs may hold the figure or its unit
# Figures that may be promised, after those that are not: of dates and periods, bare years, names such as PM2.5, and the 1 of a ratio.
FIGURES = re.compile(
    rf"{RULES['name of a substance or road'].pattern}|\d+(?: ?[-—–~至]{{1,2}} ?\d+)? ?[{DATES}]|1:(?=\d)|(?<=\d):1(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d(?![\d.,%万亿吨个家辆台座公平])|(?<![A-Za-z\d])(?P<figure>(?:\d{1,3}(?:,\d{3})+|\d+)(?: ?\. ?\d+)?)"
)


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
    yield from _swaps(plans, targets)
    yield from _shortfalls(targets)
    yield from _strays(plans, targets, {key for key, *_ in faults})


def _faults(plans, targets):
    """Yield what the words of each row by itself do not prove."""
    proofs, told = (rows.groupby("target")["quote"].apply(" ".join).to_dict() for rows in (plans.proofs, plans.proofs[plans.proofs["field"].isin(FIGURED)]))
    units = sorted([*plans.units["unit"], *DATES], key=len, reverse=True)
    for row in targets.itertuples():
        words, figures = (plain_text(f"{row.quote} {more.get(row.id, '')}") for more in (proofs, told))
        for column, message in (*_unproved_figures(row, figures, units), *_unproved(row, words)):
            yield row.id, column, message


def _swaps(plans, targets):
    """Yield the figures that a list gives to another indicator."""
    names = plans.indicators.set_index("id")["name_zh"]
    for (_, quote), rows in targets[targets["quote"].str.contains(RESPECTIVELY)].groupby(["document", "quote"]):
        values = {row.id: f"{abs(row.value):.15g}" for row in rows.itertuples()}
        yield from _swapped(plain_text(quote), values, dict(zip(rows["id"], rows["indicator"] + names[rows["indicator"]].to_numpy())))


def _shortfalls(targets):
    """Yield stretch goals that do not go as far, the way that is better for the indicator, as the goals they stretch; a larger amount goes further."""
    alike = ["indicator", "kind", "unit", "value_basis"]
    pairs = targets[targets["value_basis"] == "figure"].merge(targets, left_on=["stretch_of", *alike], right_on=["id", *alike], suffixes=("", "_basic"))
    way = pairs["better"].map({"lower": -1, "higher": 1}).astype(float).fillna(0)
    further = (way.abs().where(pairs["kind"] == "amount", way)) * (pairs["value"] - pairs["value_basic"])
    for row in pairs[further < 0].itertuples():
        yield row.id, "value", f"{row.value:.15g} falls short of the {row.value_basic:.15g} that it stretches ({row.id_basic})"


def _strays(plans, targets, wrong):
    """Yield the figures that stand beside those promised and are accounted for by nothing; rows that are wrong already would only repeat it."""
    values, listed = targets.set_index("id")["value"], _spans(plans.numerals.rename(columns={"document": "id", "text": "quote"}))
    holds = lambda row: row.target in values.index and pd.notna(values[row.target]) and bool(printed(plain_text(row.quote), values[row.target]))
    proofs = plans.proofs[[holds(row) for row in plans.proofs.itertuples()]].rename(columns={"target": "id"})
    spans = _spans(targets[["id", "start", "quote"]], proofs)
    for document, rows in targets[targets["start"].notna()].groupby("document"):
        yield from _untaken(list(rows.itertuples()), spans, listed[document], wrong)


def _spans(*tables):
    """Map ids to where their fragments begin and end."""
    spans = defaultdict(list)
    for row in pd.concat(tables).dropna(subset="start").itertuples():
        spans[row.id].append((row.start, row.start + len(row.quote)))
    return spans


def _untaken(rows, spans, listed, wrong):
    """Yield the figures in the quotes of figures that neither a row which rests on the same words has, nor a span lists; sizes may be a class."""
    for row in rows:
        begin, end = row.start, row.start + len(row.quote)
        beside = [other for other in rows if any(start < end and begin < stop for start, stop in spans[other.id])]
        if row.value_basis != "figure" or any(other.id in wrong or SIZE.search(other.subject_class + other.exception) for other in beside):
            continue
        taken = {abs(value) for other in beside for value in (other.value, other.value_max) if pd.notna(value)}
        for found in FIGURES.finditer(_folded(row.quote)):
            at, figure = begin + found.start(), re.sub("[, ]", "", found["figure"] or "")
            if figure and float(figure) not in taken and not any(start <= at < stop for start, stop in listed):
                yield row.id, "quote", f"holds {figure} at {at}, the value of no row that rests on these words; {WAYS_OUT}"


def _folded(text):
    """Fold full-width forms as `plain_text` does, but character by character, so that offsets hold."""
    return "".join(plain if len(plain := plain_text(letter)) == 1 else letter for letter in text)


def _unproved_figures(row, words, units):
    for column in ("value", "value_max") if row.value_basis == "figure" else ():
        value = getattr(row, column)
        if pd.notna(value):
            yield from _unproved_figure(column, value, row.unit, words, units)


def _unproved(row, words):
    if row.value_basis == "word" and not re.search(NUMBER_WORDS[row.value], words):
        yield "value", f"no word for {row.value:g} stands in the quote or in a proof"
    for column in ("target_year", "baseline_year"):
        year = getattr(row, column)
        if pd.notna(year) and not _has_year(words, year, row.target_year):
            yield column, f"{year} {UNPROVED}"
    if row.strength_word and row.strength_word not in words:
        yield "strength_word", f"{row.strength_word!r} {UNPROVED}"
    if row.kind == "change" and row.value_basis == "figure" and row.value * _direction(row.value, words) < 0:
        yield "value", f"{row.value:.15g} has the wrong sign: the words tell of a {'fall, which is' if row.value > 0 else 'rise, which is not'} negative"


def _unproved_figure(column, value, unit, words, units):
    """Yield what is wrong with a figure: not printed, or with another unit, or another 万 or 亿 than the unit has."""
    myriads, (own, stem) = printed(words, value), re.fullmatch("([万亿]*)(.*)", unit).groups()
    head = re.search(rf"[(:]\s?([万亿]+){re.escape(stem)}", words.translate(str.maketrans("萬億噸畝", "万亿吨亩")))
    if head and "" in myriads:  # the head of a table gives the myriads of its figures, as 植树(万亩)
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
    return found[0] if found and unit not in found else None


def _direction(value, words):
    """Tell which way words say that a change goes: -1 down, 1 up, 0 not told. The last word before the figure decides."""
    before = re.split(digits(value), words)[0]
    ways = re.findall(f"({FALL})|{RISE}", before) or re.findall(f"({FALL})|{RISE}", words)
    sign = -1 if before.endswith("-") else 1  # 下降-0.7% is a rise
    return (-sign if ways[-1] else sign) if ways else 0


def plain_text(text):
    """Fold full-width forms to ASCII, so that figures can be compared."""
    return unicodedata.normalize("NFKC", text)


def _has_year(words, year, target_year):
    """Tell whether words hold a year: its digits, a period that ends in it, or, of the year before the target's, that it is the last."""
    last = pd.notna(target_year) and year + 1 == target_year
    return str(year) in words or any(name in words for name, end in PERIODS.items() if end == year) or bool(last and re.search(LAST_YEAR, words))


def _swapped(quote, values, names):
    """Yield the figures, by ids, that "respectively" gives to another of the things that a quote lists."""
    things, figures = _listed(quote)
    owners = {key: _likest(name, things) for key, name in names.items()}
    if len(things) != len(figures) or None in owners.values() or len(set(owners.values())) < len(owners):
        return  # the list does not tell whose each figure is
    for key, value in values.items():
        thing, own = things[owners[key]], figures[owners[key]]
        if value != own and value in figures:
            yield key, "value", f"{value} belongs to {things[figures.index(value)]!r} in the list; that of {thing!r} is {own}"


def _listed(quote):
    """Split a quote at "respectively": the things listed before it, and the figures after, years left out."""
    before, after = re.split(RESPECTIVELY, quote, maxsplit=1)
    figures = re.findall(r"(?<![\d.A-Za-z])\d+(?:\.\d+)?(?![\d.年])", after)
    return re.split("[、和及与與]", re.split("[,。;:]", before)[-1]), [f"{float(figure):.15g}" for figure in figures]


def _likest(name, things):
    """Find the one thing that shares the longest words with a name; none where there is no such one."""
    shared = [SequenceMatcher(None, name.casefold(), thing.casefold(), autojunk=False).find_longest_match().size for thing in things]
    best = max(shared)
    return shared.index(best) if best > 1 and shared.count(best) == 1 else None
