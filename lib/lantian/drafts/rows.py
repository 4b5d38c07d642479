"""Draft the rows of a plan's promises from their words."""

import re
from calendar import monthrange
from dataclasses import dataclass, replace

from lantian.data.quotes import CHANGES, NOUN, REACHES, STAYS, direction
from lantian.data.statements import PERIODS
from lantian.drafts.passages import (
    BEHIND,
    BREAK,
    DATES,
    LISTED,
    LONGEST,
    MARK,
    WORDS,
    is_named,
    names_of,
    patterns,
    promised,
    quoted,
    sentences,
    unit_end,
    without_figures,
)
from lantian.text import fold
from lantian.text.figures import figures
from lantian.text.wording import MIRRORED

STRENGTHS, AREAS, SUBJECTS = (patterns(f"{name}.csv") for name in ("strengths", "areas", "subjects"))
# Classes of boilers by size, 35蒸吨/小时及以下, and of vehicles and fuels by emissions, 国三及以下, 低于国六标准.
SIZE = re.compile(r"(?P<size>\d+)\s?(?:蒸吨(?:/小?时)?|t/h|吨/小时)[^,。;\d]{0,6}?以(?P<bound>[上下])")
EMISSIONS = re.compile(
    r"(?P<below>低于)?国(?P<stage>[一二三四五六ⅠⅡⅢⅣⅤⅥ]|I{1,3}|IV|VI?)(?:排放标准)?"
    r"(?:\(?(?P<older>[及含][^,。;]{0,2}以下)|排放|标准)"
)
STAGES = dict(zip("一二三四五六ⅠⅡⅢⅣⅤⅥ", 2 * "I II III IV V VI".split()))
SHORT = 6  # characters of words that only name a thing of a list
OPERATORS = (">=", "<=", "<", ">", "~", "=")
COUNTED = "个家辆台座条所户处套起株项艘只块片眼口根支村人对间宗次"
THRESHOLDS = ("", "%", "公里", "米", "毫米", "mm")  # units of technical thresholds, beside rates
NATURES = {"约束性": "binding", "预期性": "indicative"}
# Documents, whose numbers and years are theirs.
DOCUMENT = re.compile(
    r"[A-Z]{2,}(?:/T)?\s?\d[\d./T\s-]*-\d{4}|\(20\d\d年(?:本|版|修[订正]?)[^)]{0,4}\)|《[^《》]*(?:〈[^〉]*〉[^《》]*)?》|[〔\[【] ?\d{4} ?[〕\]】] ?\d+ ?号"
)
COMPARED = r"(?:按照?|相?比于?|相?[较对]于?|以|与|同|在|超过|高于|低于|自)\s?"
BASIS = r"\s?(?:同期)?(?:不变价|可比价|价格?计|价格|[^,。;\d]{0,10}目标的|的?水[平准]|的?基础|相比|为基|同期|实际|实绩|的?排放|下降|降低|减少|削减|增[加长])"
BUILT = "(?:建成|投产|登记|注册|批准|生产|出厂)的"
# A year; with `compared` or `basis` it is what something is compared with: 比2015年, 2017年基础上.
YEAR = re.compile(
    rf"(?P<compared>{COMPARED})?(?P<to>[到至]\s?)?(?P<since>(?<![\d.])20[0-3]\d\s?年?\s?[-~至]{{1,2}}\s?)?"
    r"(?<![\d.])(?P<year>20[0-3]\d)(?:\s?年|(?=\s?[-~至/、)]))"
    r"(?:\s?(?P<month>\d{1,2})\s?月份?(?:\s?(?P<day>\d{1,2})\s?日|(?P<month_end>[底末]))?|(?P<year_end>年?[底末]))?"
    rf"(?P<before>(?:采暖[季期])?(?:之?前|以前))?(?P<from>起|开始)?(?P<basis>{BASIS}|{BUILT})?"
)
NAMED = f'(?P<name>{"|".join(PERIODS)})[”"」]?'
PERIOD = re.compile(f'[“"「‘]?{NAMED}(?=期间|时期|期?末)')
TITLE = re.compile(
    rf"{NAMED}(?=[^,。;《》]{{0,24}}(?:规划|方案|计划))"
    r"|(?P<year>20\d\d)年?(?:[-~至]{1,2}(?P<until>20\d\d)年?\)?|(?:度)?(?=[^,。;《》]{0,24}(?:方案|计划)))"
)
TITLES = 30  # sentences at the head of a text among which the title is
# Who answers for a passage, in brackets or on a line behind it: (市发展改革委牵头,市财政局配合), 牵头单位:市发展改革委.
LEADS = re.compile(
    r"[(〔\[](?:(?:责任|牵头)(?:单位|部门):)?(?P<within>(?:[^()〔〕。]|\([^()]{1,8}\)){2,200}(?:牵头|负责)[^()〔〕]{0,160})[)〕\]]"
    r"|[(〔\[]?(?:牵头|责任)(?:单位|部门):\s*(?P<named>(?:(?!(?:责任|配合|参与)(?:单位|部门))[^。;\n〔〕()]|\([^()]{1,8}\))+)"
    rf"|{BEHIND}"
)
BODY = re.compile("[局委办院所厅府室司会队处部团社区县镇道心群站段]$|单位$|公司$|集团$")
NO_BODY = re.compile("等?(?:部门|单位)?按.*|(?:牵头|负责|配合|参与|落实).*|等$")
AHEAD = 30  # characters of the sentence ahead, which may be what a list is about: 优良天数
FAR = 1500  # characters behind a passage within which its bodies stand


@dataclass(frozen=True)
class Year:
    """A year that words name, and what for.

    Attributes
    ----------
    year : int
    start, end : int
        Where it stands, in the text.
    words : str
    is_base : bool
        Whether something is compared with it.
    deadline, timing : str
        As in ``targets``.
    since : int
        Of a period, its first year; 0 of a year alone.
    """

    year: int
    start: int
    words: str
    is_base: bool = False
    deadline: str = ""
    timing: str = "by"
    since: int = 0

    @property
    def end(self):
        return self.start + len(self.words)


def read(text, issued=None, units=(), quotes=None):
    """Read the promises of a plan.

    Parameters
    ----------
    text : str
    issued : int, optional
        Year of its issue: what it reports of earlier years is no promise. By default that in which its period begins, as
        its title has it.
    units : tuple of str
        Further units, as those of a table.
    quotes : list of str, optional
        Words of promises: only these are read, each at its first place, whatever the rules make of them.

    Returns
    -------
    rows : list of dict
        A row a promise in the order of the text: the cells of ``targets`` that its words show; ``proofs``, a list of
        field, start and quote; ``about``, the words that name what is promised, and ``above``, those above it.
    reasons : list of tuple
        Start, end and reason of each figure that is no promise.

    Examples
    --------
    >>> rows, reasons = read("到2020年,淘汰10蒸吨以下燃煤锅炉,煤炭消费比2015年削减5%以上")
    >>> [(row["kind"], row.get("operator", ""), row.get("value", "")) for row in rows], reasons[0][-1]
    ([('deadline', '', ''), ('change', '<=', -5.0)], 'size of what is acted on')
    """
    folded, named, found = fold(text), names_of(text), sentences(text)
    plain = DOCUMENT.sub(lambda match: "□" * len(match[0]), folded)
    period, carried, rows, reasons, ahead = _period(found, plain, issued), {}, [], [], ""
    begins = min(filter(None, (issued, period and period.since)), default=None)
    places = None if quotes is None else _places(quotes, folded, found)
    for sentence in found:
        years = _years(plain[sentence.start : sentence.start + len(sentence.text)], sentence.start)
        passages, none = _passages(sentence, named, units, places)
        reasons += none
        # In a section of goals a year holds until the next one, or that of the title; elsewhere in its paragraph.
        is_goal = WORDS["goals"].search(sentence.heading)
        place = sentence.heading if is_goal else sentence.part
        is_annual = period and period.timing == "in"
        above = carried.get(place) or (period if is_goal or is_annual or quotes else None)
        for passage in passages:
            year = _own_year(passage, years)
            kind = _kind(passage, year, is_goal and above)
            if quotes and not kind:
                kind = "deadline" if year or above else "standard"
            if not quotes and _is_past(year, begins):
                reasons += [(passage.start, sentence.start + passage.end, "reading of an earlier time")]
            elif kind:
                year = year or _year_from_above(passage, kind, above, period, is_goal)
                rows.append(_row(passage, kind, year, years, f"{sentence.heading} {ahead}", folded))
        ahead = sentence.text[-AHEAD:]
        carried[place] = next((year for year in reversed(years) if not year.is_base), carried.get(place))
    rows.sort(key=lambda row: row["start"])
    return [_as_printed(row, text, folded) for row in rows], reasons


def _passages(sentence, named, units, places):
    """Return the passages of a sentence that may be promised, or those that a person names; and why others are none."""
    if places is not None:
        return [one for place in places[sentence] for one in quoted(sentence, *place, units)], []
    passages, reasons = promised(sentence, named, units)
    return passages + without_figures(sentence, passages), reasons


def _is_past(year, begins):
    """Return whether a year lies before the plan; a term may end the year before it begins."""
    return bool(year and begins and year.year < begins - (year.timing == "by"))


def _places(quotes, folded, found):
    """Return where quotes begin and end in a text, at their first place, by the sentence in which they begin."""
    places = {sentence: [] for sentence in found}
    for quote in map(fold, quotes):
        starts = [match.start() for match in re.finditer(re.escape(quote), folded)]
        for sentence in found:
            end = sentence.start + len(sentence.text)
            if inside := [start for start in starts if sentence.start <= start < end]:
                places[sentence].append((inside[0], inside[0] + len(quote)))
                break
    return places


def _as_printed(row, text, folded):
    """Give a row its quote, and its other words, as the text prints them, in its own script."""
    names = row["lead"].split(";")
    places = [folded.find(name, row["end"]) for name in names]
    row["lead"] = ";".join(text[place : place + len(name)] for place, name in zip(places, names))
    if word := row["strength_word"]:
        place = folded.find(word, row["start"], row["end"])
        place = folded.rfind(word, row["from"], row["end"]) if place < 0 else place
        row["strength_word"] = text[place : place + len(word)]
        if place < row["start"]:
            row["proofs"].append(("strength_word", place, word))
    row["proofs"] = [
        (field, start, text[start : start + len(quote)]) for field, start, quote in row["proofs"]
    ]
    return row | {"quote": text[row["start"] : row["end"]]}


def _row(passage, kind, year, years, above, folded):
    """Draft the row of a passage."""
    sentence, words = passage.sentence, passage.words
    row = {"kind": kind} | (_figure_cells(passage, kind) if passage.figure else _value_in_words(kind, words))
    is_direction = kind == "deadline" and not WORDS["act"].search(words)
    row |= {"core": "no" if is_direction else "yes"} | _strength(passage) | _lead(passage, folded)
    row |= _subject(passage)
    row["area"] = next((area for area, pattern in AREAS.items() if pattern.search(words)), "whole")
    row["base"] = next((base for base in ("new_or_replaced", "new") if WORDS[base].search(words)), "")
    # Of a list, its thing and what is measured of it: 氨氮 and 排放总量.
    measured = re.split("分别|控制|[均比较]|下降|减[少排]|达到", LISTED.sub("", words))[0]
    row["about"] = f"{passage.thing} {passage.thing}{measured}" if passage.thing else words
    row |= {"above": f"{above} {sentence.text[: passage.first]}", "clause": sentence.clause}
    start = _quote_start(passage, year)
    row |= {"start": start, "end": min(sentence.start + passage.end, start + LONGEST)}
    row |= {"from": sentence.start, "proofs": []}
    row |= _year_cells(row, year, folded)
    return row | _base_cells(row, passage, years, year) | _nature(row, sentence, folded)


# --- of which kind ---------------------------------------------------------------------------------------------------


def _kind(passage, year, above):
    """Return the kind of a promise; an empty string for words that promise nothing one could check."""
    if passage.figure:
        return _kind_of_figure(passage.figure, passage.sentence.text)
    words, does = passage.words, WORDS["act"].search(passage.words)
    names_paper = WORDS["title"].search(words) and not (year and WORDS["issue"].search(words))
    if names_paper or WORDS["past"].search(words) or WORDS["condition"].search(words):
        return ""
    kinds = {
        "ratio": "ratio",
        "reference": "level",
        "ban": "ban",
        "growth": "change",
        "half": "change",
        "none": "share",
    }
    if found := next((kind for name, kind in kinds.items() if WORDS[name].search(words)), ""):
        return found
    if WORDS["all"].search(words) and (does or "全部" in words):
        return "share"
    if WORDS["norm"].search(words):
        return "standard"
    is_term = year and year.deadline and year.end + 2 >= passage.start
    is_direction = WORDS["direction"].search(words) and not WORDS["effort"].match(words)
    # Among goals, whose year may stand above, an outcome is one too: 节能减排政策机制更加健全.
    is_outcome = above and is_direction and WORDS["direction"].search(words[-4:])
    return "deadline" if is_outcome or (year and (does or is_term or is_direction)) else ""


def _kind_of_figure(figure, words):
    """Return the kind of a figure by its unit and the words around it."""
    unit, before, behind = figure.unit, _before(figure, words), words[unit_end(figure, words) :]
    changes = re.search(CHANGES, before) or WORDS["change"].search(before) or NOUN.search(before)
    changes = changes or re.match("[^,。;]{0,3}的?(?:降幅|增幅|速度)", behind)
    reached = re.search(REACHES, before)
    if unit in (":1", "个百分点"):
        return "ratio" if unit == ":1" else "change"
    is_standard = WORDS["standard"].search(before) or re.match("[^,。;]{0,4}(?:半径|标准|水平)", behind)
    if is_standard and not changes and (unit in THRESHOLDS or "/" in unit):
        return "standard"
    if unit in ("%", "‰", "成", "百分点", "倍"):
        return "change" if changes and not (reached and not NOUN.search(before)) else "share"
    if unit and unit[0] in COUNTED and "/" not in unit:
        return _kind_of_count(unit, before)
    if re.search(STAYS, before) or reached:
        return "amount" if re.search("减排量|削减量|减量|新增", before) else "level"
    return "amount" if changes or WORDS["amount"].search(before) else "level"


def _kind_of_count(unit, before):
    """Return the kind of a number of things: of vehicles and machines, what is added or retired is an amount."""
    if re.search("保有量|规模", before):
        return "level"
    return "amount" if unit in ("辆", "台", "套") and WORDS["more"].search(before) else "count"


def _before(figure, words):
    """Return the words before a figure; where they say no more than 力争达到 or 氨氮, those before the figure ahead."""
    before = BREAK.split(words[: figure.first])[-1]
    ahead = [one for one in figures(words[: figure.first]) if one.unit == figure.unit]
    says_nothing = not is_named(before) or len(before) <= SHORT
    if ahead and says_nothing and not re.search("[降减增升提控保低高率]", before):
        return BREAK.split(words[: ahead[-1].first])[-1]
    return before


# --- how much, how firmly, by whom -----------------------------------------------------------------------------------


def _figure_cells(passage, kind):
    """Draft the cells of a figure: value, unit and operator."""
    figure, words = passage.figure, passage.sentence.text
    before = _before(figure, words)
    sign = 1 if kind != "change" or "改善" in before else direction(figure, words) or -1
    bound = next(bound for bound in OPERATORS if bound in figure.bounds)
    cells = {
        "operator": MIRRORED.get(bound, bound) if sign < 0 else bound,
        "value_basis": "figure",
    }
    each = re.search("每(季度|[年月周日天])", before) if figure.unit == "次" else None
    bare = "%" if figure.number == 0 and "比例" in before else "1"
    cells["unit"] = f"次/{each[1]}" if each else figure.myriad + figure.unit or bare
    cells["value"] = sign * figure.number
    return cells | ({} if figure.until is None else {"value_max": sign * figure.until})


def _value_in_words(kind, words):
    """Draft the value of a promise in words: all is 100 %, no growth 0 %; the level of a named year is none."""
    if kind == "level":
        return {"operator": "<=", "value_basis": "reference"}
    if kind == "ratio":  # 等量 is at least 1 for 1, 减量 and 倍量 alone more than that
        return {
            "operator": ">=" if "等量" in words else ">",
            "value": 1,
            "unit": ":1",
            "value_basis": "word",
        }
    if kind not in ("share", "change"):
        return {}
    value = 100 if kind == "share" and not WORDS["none"].search(words) else 0
    value = -50 if WORDS["half"].search(words) and kind == "change" else value
    operator = "<" if "负增长" in words else "="
    return {"operator": operator, "value": value, "unit": "%", "value_basis": "word"}


def _strength(passage):
    """Draft the strength by the words of a passage, else by an aim at the head of a clause before, which reaches to the end of its sentence."""
    for strength, pattern in STRENGTHS.items():
        if found := pattern.search(passage.words):
            return {"strength": strength, "strength_word": found[0]}
    for head in reversed(BREAK.split(passage.sentence.text[: passage.first])):
        found = WORDS["governing"].search(head)
        amounts = [figure.start for figure in figures(head) if figure.unit not in DATES]
        own = head[: min(amounts, default=len(head))]
        if found and (is_named(own) or own == head):  # 力争18% behind a basic goal governs no other
            return {"strength": "aspirational", "strength_word": found[0]}
    return {"strength": "plain", "strength_word": ""}


def _lead(passage, folded):
    """Draft who answers for a passage, by the brackets or the line behind it."""
    start = passage.sentence.start + passage.end
    mark = MARK.search(folded, start, start + FAR)
    found = LEADS.search(folded, start, mark.start() if mark else start + FAR)
    words = (found["named"] or found["within"] or found["alone"]) if found else ""
    names = re.split(r"[、,;](?![^()]*\))", NO_BODY.sub("", words))
    names = [name.strip() for name in names if BODY.search(name.strip())]
    if not names:
        return {"lead": "", "lead_type": "none_named"}
    is_shared = "职责分工" in words or ("牵头" not in found[0] and len(names) > 1)
    return {"lead": ";".join(names), "lead_type": "shared" if is_shared else "lead"}


def _subject(passage):
    """Draft what a passage acts on, and of which class, where it names it in a common way."""
    named = passage.thing or passage.words
    subject = next((name for name, pattern in SUBJECTS.items() if pattern.search(named)), "")
    kind = ""
    size, emissions = SIZE.search(passage.words), EMISSIONS.search(passage.words)
    if size and "boiler" in subject:
        kind = f"{'>=' if size['bound'] == '上' else '<='}{size['size']} t/h"
    elif emissions and "新能源" not in passage.words:
        stage = STAGES.get(emissions["stage"], emissions["stage"])
        older = " and older" if emissions["older"] else ""
        kind = f"{'below ' if emissions['below'] else ''}China {stage}{older}"
    return {"subject": subject, "subject_class": kind}


def _nature(row, sentence, folded):
    """Draft whether a target is binding: 约束性 stands in its sentence or in a heading above."""
    for word, nature in NATURES.items():
        if word in sentence.heading or word in sentence.text:
            start = folded.rfind(word, 0, row["end"] + len(sentence.text))
            row["proofs"].append(("nature", start, word))
            return {"nature": nature}
    return {}


# --- by when, and against what ---------------------------------------------------------------------------------------


def _years(words, start):
    """List the years in some words that begin at an offset."""
    found = []
    for match in YEAR.finditer(words):
        is_term = match["before"] or match["from"]
        is_base = bool(match["basis"] or (match["compared"] and not is_term))
        is_base = is_base and not (match["to"] or match["since"])
        since = int((match["since"] or "0")[:4])
        found.append(Year(int(match["year"]), start + match.start(), match[0], is_base, *_day(match), since))
    for match in PERIOD.finditer(words):
        found.append(Year(PERIODS[match["name"]], start + match.start(), match[0]))
    return sorted(found, key=lambda year: year.start)


def _day(match):
    """Return the day that a date names, and its timing."""
    year, month = int(match["year"]), int(match["month"] or 12)
    is_by = match["to"] or match["before"] or match["year_end"] or match["month_end"]
    timing = "from" if match["from"] else "by" if is_by else "in"
    if timing == "in" or not (match["month"] or match["year_end"]) or not 1 <= month <= 12:
        return "", timing
    last = monthrange(year, month)[1]
    return f"{year}-{month:02}-{min(int(match['day'] or last), last) or 1:02}", timing


def _period(found, plain, issued):
    """Return the year in which the plan's period ends, by its title; None where that names none.

    Titles of other documents, in 《》, count only where the plan names its own in no other way, and may be its own by date.
    """
    head = found[:TITLES]
    texts = [plain[sentence.start : sentence.start + len(sentence.text)] for sentence in head]
    for sentence, words in [*zip(head, texts), *((sentence, sentence.text) for sentence in head)]:
        for match in TITLE.finditer(words):
            year = PERIODS.get(match["name"]) or int(match["until"] or match["year"])
            since = int(match["year"] or year - 4)
            if not issued or since - 1 <= issued <= year:
                timing = "by" if match["until"] or match["name"] else "in"
                return Year(year, sentence.start + match.start(), match[0], timing=timing, since=since)
    return None


def _own_year(passage, years):
    """Return the year that the sentence of a passage has for it: the last before it, else the first in it."""
    place = passage.sentence.start + (passage.figure.start if passage.figure else passage.first)
    end = passage.sentence.start + passage.end
    before = [year for year in years if not year.is_base and year.start < place]
    within = [year for year in years if not year.is_base and place <= year.start < end]
    if len(before) == passage.count > 1:  # 2013年、2014年分别完成40%、70%
        return before[passage.nth]
    if before and passage.count == before[-1].year - before[-1].since + 1 > 1:  # 2018-2020年分别控制在
        return replace(before[-1], year=before[-1].since + passage.nth)
    nearest = [*within[:1], *before[-1:]] if passage.figure else [*before[-1:], *within[:1]]
    return nearest[-1] if nearest else None


def _year_from_above(passage, kind, above, period, is_goal):
    """Return the year that holds for a passage without one: from above its sentence, but for no standing rule."""
    words = passage.sentence.text[: passage.end]
    if period and period.timing == "in" and WORDS["this year"].search(words):
        return period
    if passage.figure:
        is_standing = kind in ("ratio", "standard") or WORDS["every"].search(passage.words)
    else:
        is_standing = kind in ("ban", "ratio") or (kind != "deadline" and not is_goal)
    is_standing = is_standing or WORDS["standing"].search(passage.words)
    # What is to be built or reached within a plan's period, unlike a share to be kept, may have its end.
    is_work = passage.figure and kind in ("amount", "level", "change")
    return None if is_standing else above or (period if is_work else None)


def _quote_start(passage, year):
    """Return where the quote begins: at its year, where this stands right before its words, else with its words."""
    sentence = passage.sentence
    first, end = sentence.start + passage.first, sentence.start + passage.end
    if year and sentence.start <= year.start < first and end - year.start <= LONGEST:
        between = sentence.text[year.end - sentence.start : passage.first]
        first = first if is_named(between) else year.start
    words = sentence.text[first - sentence.start :]
    return first + len(words) - len(words.lstrip())


def _year_cells(row, year, folded):
    """Draft the cells of the target year, and the proof of one that the quote does not hold."""
    timing = "every_year" if WORDS["every"].search(row["about"]) else year.timing if year else "none"
    if not year:
        return {"timing": timing, "target_year": "", "year_basis": ""}
    is_stated = row["start"] <= year.start < row["end"]
    # Within a sentence, whose parts ; may divide, a year holds for what follows; behind that it is inferred.
    is_apart = re.search("[。!\n]", folded[year.start : row["start"]])
    basis = "stated" if is_stated else "inferred" if is_apart else "carried"
    day = "" if basis == "inferred" else year.deadline
    if basis != "stated":
        row["proofs"].append(("target_year", year.start, year.words))
    cells = {"timing": timing, "target_year": year.year, "year_basis": basis, "deadline": day}
    return cells | ({"note": f"Year from words before: {year.words.strip()}"} if basis == "inferred" else {})


def _base_cells(row, passage, years, year):
    """Draft the cells of the base year, and the proof of one that the quote does not hold."""
    end = passage.sentence.start + passage.end
    bases = [one for one in years if one.is_base and one.start < end and not (year and one.year == year.year)]
    is_change = row["kind"] == "change"
    if is_change and year and WORDS["last year"].search(passage.words):
        return {"baseline_year": year.year - 1, "baseline_basis": "stated"}
    if bases and bases[-1].start >= row["start"] and (row["kind"] != "level" or not passage.figure):
        return {"baseline_year": bases[-1].year, "baseline_basis": "stated"}
    if bases and (is_change or (row["kind"] == "amount" and "相比" in bases[-1].words)):
        row["proofs"].append(("baseline_year", bases[-1].start, bases[-1].words))
        return {"baseline_year": bases[-1].year, "baseline_basis": "carried"}
    return {}
