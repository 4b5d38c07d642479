"""Find what a plan promises: its sentences, and in these the words around each figure, or act, that is promised."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from lantian.text import fold, read_patterns
from lantian.text.figures import figures
from lantian.text.numerals import RULES


def patterns(name):
    """Compile the patterns of a table beside this file, by its first column."""
    found = read_patterns(Path(__file__).with_name(name))
    return {key: re.compile(words) for key, words in found.items()}


LONGEST = 80  # characters of a quote
NUMERAL = "[一二三四五六七八九十]{1,3}"
# Marks of sections by depth: 第一章 第二节 三、 (四) 5. (6).
MARKS = (
    rf"第({NUMERAL}|\d{{1,2}})(?:章|篇|部分)",
    rf"第({NUMERAL}|\d{{1,2}})节",
    rf"({NUMERAL})、",
    rf"\( ?({NUMERAL}) ?\)",
    r"(\d{1,2})(?:、(?!\s?\d)|\.(?!\d))",
    r"\( ?(\d{1,2}) ?\)",
)
MARK = re.compile(r"(?:(?<=[\s。;:〕)])|^)(?:" + "|".join(MARKS) + ")")
ENDS = re.compile(r"[。!;\n]")
HEADING = re.compile(r"[^。,;:\n\d]{1,40}?(?=[。;:\n]| |$)")
BREAK = re.compile(r"[,;:](?!\d{3}(?!\d))")  # a comma, but none within 1,234
# Why a figure is no promise, as patterns of its sentence in which 【 and 】 stand around it.
NOT_PROMISED = patterns("not_promised.csv")
WORDS = patterns("promise_words.csv")
DATES = ("年", "月", "日")  # also 年/年, as in 2022-2025年每年
# What names a thing that plans list, and such a list.
THINGS = "|".join(pattern.pattern for pattern in patterns("listed_things.csv").values())
LISTED = re.compile(f"化肥农药|(?:{THINGS})(?:等?(?:[、和与及]|以及|,)(?:{THINGS}))+")
AND = re.compile("以及|[、和与及]")
MEASURE = re.compile("率|比例|比重|浓度|排放量|用量|强度|能耗|总量|面积|覆盖面|装机|能力")
INDEX = re.compile("(?:指数|比例[^,。;]{0,6}为?) ?(?:小于|低于|不超过|达到|为)? ?$")  # 比例为0
RATE = re.compile("(?:利用|处理|处置|合格|回收|达标|覆盖|[绿彩]化)率$")
# So many things that each keep to 100 %, 围挡、覆盖、冲洗“三个百分之百”; things that each have a figure.
EACH_WHOLE = re.compile(
    r"(?:[,。;对实到]|^)(?P<things>[^,。;]+?)[“\"「]?(?P<count>[二三四五六七八九十\d]+)个[“\"「]?$"
)
EACH = re.compile("(?P<things>[^,。;]+?)(?:分别|各|(?<![年平日月])均)[^,。;、\\d]{0,8}$")
NUMBERS = dict(zip("一二三四五六七八九十", range(1, 11)))
# A figure in brackets behind another: 下降18963吨(16.8%).
ASIDE = re.compile(r"(?<=[%吨辆台个家])\([^()]{1,30}\)")
BRACKETED = re.compile(
    r"(?<=[^\s\d(])\(\s?(?:约|下降|降低|减少|增长)?\d[\d.]*\s?(?:%|个百分点)(?:以[上下])?\)"
)
# What is counted stands behind its figure: 66.67%以上的断面达到三类, 13家煤化工企业.
DESCRIBED = re.compile(
    r"[\d.,]+ ?(?:%(?:以[上下])?的|[^\d\s,。;:、以左的]{1,3}(?=[^\d\s,。;:、以左]{3}))[^,。;:、]{3}"
)
JOINT = re.compile(r"\s?(?:[及或]?以[上下内]|左右)?\s?(?:[、和与及,]|以及)?\s?")
# Bodies in brackets behind a sentence, whose it is.
BEHIND = r"(?<=[。;\n])\s?[(〔](?P<alone>[^()〔〕\d]{1,200}[局委办会府部院厅司])等?[)〕]"
DATED = re.compile(r"\d{4}年[^,。;]{0,12}(?:完成|建成|到位|落实|实现)$")
BODIES = re.compile(r"\([^()]*\)")
BOUND = re.compile(r"\s?(?:[及或]?以[上下内]|左右|之内)")


@dataclass(frozen=True)
class Sentence:
    """A sentence of a text, folded.

    Attributes
    ----------
    text : str
    start : int
        Its offset in the text.
    part : int
        Offset of the numbered part, or the line, that it stands in.
    clause : str
        Its place in the numbering of the document, as ``三(一)1``.
    heading : str
        The headings above it, the nearest last.
    """

    text: str
    start: int
    part: int
    clause: str
    heading: str


@dataclass(frozen=True)
class Passage:
    """The words of one promise.

    Attributes
    ----------
    sentence : Sentence
    first, end : int
        Where its words begin and end in the sentence.
    figure : Figure or None
        None of an act.
    nth, count : int
        The place of the figure in a list of so many.
    thing : str
        What it is about, where the sentence lists several things: 氮氧化物.
    """

    sentence: Sentence
    first: int
    end: int
    figure: object = None
    nth: int = 0
    count: int = 1
    thing: str = ""

    @property
    def words(self):
        return self.sentence.text[self.first : self.end]

    @property
    def start(self):
        """Where its words begin in the text."""
        return self.sentence.start + self.first


def sentences(text):
    """Divide a text into sentences.

    Parameters
    ----------
    text : str
        Of a plan, in any script and width.

    Returns
    -------
    list of Sentence
        In their order; without those that are blank, and those that stand in the text twice: of a plan that a page
        prints or sums up twice, what stands under a number is left.

    Examples
    --------
    >>> [(one.clause, one.text) for one in sentences("一、目标\\n到2020年,下降10%。(一)煤炭。控煤；禁煤。")]
    [('一', '一、目标'), ('一', '到2020年,下降10%'), ('一(一)', '(一)煤炭'), ('一(一)', '控煤'), ('一(一)', '禁煤')]
    """
    text, numbers, headings, found = fold(text), {}, {}, []
    lines = (match.end() for match in re.finditer("\n", text))
    starts = sorted({0, *(mark.start() for mark in MARK.finditer(text)), *lines, len(text)})
    for start, end in pairwise(starts):
        part = text[start:end]
        if mark := MARK.match(part):
            depth = mark.lastindex
            heading = HEADING.match(part[mark.end() :].strip())
            numbers = {level: number for level, number in numbers.items() if level < depth} | {
                depth: mark[depth]
            }
            headings = {level: words for level, words in headings.items() if level < depth}
            headings[depth] = heading[0] if heading else ""
        clause = "".join(number if level % 2 else f"({number})" for level, number in sorted(numbers.items()))
        # What a chapter is called, 目标与任务, does not hold for each of its sections.
        above = " ".join(
            words for level, words in sorted(headings.items()) if level > 1 or len(headings) == 1
        )
        found += [Sentence(words, start + at, start, clause, above) for at, words in _split(part)]
    return _once(found)


def _split(part):
    """Yield offset and words of the sentences of a part."""
    at = 0
    for end in [*(match.end() for match in ENDS.finditer(part)), len(part)]:
        if bodies := re.compile(BEHIND).match(part, at):
            at = bodies.end()
        words = part[at:end].rstrip("。!;\n ")
        blank = len(words) - len(words.lstrip())
        if words.strip():
            yield at + blank, words[blank:]
        at = end


def _once(found):
    """Leave out sentences that stand in a text twice."""
    numbered = {sentence.text for sentence in found if sentence.clause}
    seen, left = set(), []
    for sentence in found:
        if sentence.text not in seen and (sentence.clause or sentence.text not in numbered):
            left.append(sentence)
            seen |= {sentence.text} if len(sentence.text) > 12 else set()
    return left


# --- figures that are promised ---------------------------------------------------------------------------------------


def promised(sentence, named, units):
    """Find the figures of a sentence that may be promised.

    Parameters
    ----------
    sentence : Sentence
    named : list of tuple of int
        Where in the text names, numbers of documents and the like stand, whose figures say nothing.
    units : tuple of str
        Further units, as those of a table.

    Returns
    -------
    passages : list of Passage
    reasons : list of tuple
        Start and end in the text, and why it is no promise, of each other figure.
    """
    passages, reasons = [], []
    printed = _printed(sentence.text, units)
    for figure in printed:
        end = unit_end(figure, sentence.text)
        start, stop = sentence.start + figure.start, sentence.start + end
        ends_range = any(one.until == figure.number and 0 < figure.start - one.end < 6 for one in printed)
        if (
            ends_range
            or figure.unit[:1] in DATES
            or any(one <= start and stop <= other for one, other in named)
        ):
            continue
        reason = _reason(figure, end, sentence.text)
        if reason:
            reasons.append((start, stop, reason))
        else:
            passages += _passages(sentence, figure, end, printed)
    return passages, reasons


def _printed(words, units):
    """Read the figures of a sentence; one in brackets behind another shares what stands before that."""
    plain = figures(ASIDE.sub(lambda match: " " * len(match[0]), words), units)
    found, asides = list(plain), [match.span() for match in ASIDE.finditer(words)]
    for figure in figures(words, units) if asides else ():
        ahead = [one for one in plain if one.end <= figure.start]
        if ahead and any(start < figure.start < end for start, end in asides):
            is_bare = BRACKETED.match(words, words.rfind("(", 0, figure.start))
            bounds = figure.bounds | ahead[-1].bounds if is_bare else figure.bounds
            first = ahead[-1].first if is_bare else figure.first
            found.append(replace(figure, first=first, bounds=bounds - {"="} or bounds))
    return _joined(sorted(found, key=lambda figure: figure.start), words)


def _joined(found, words):
    """Make a list of figures that stand together behind 分别, whatever bounds stand between them: 44微克以下和47微克以下."""
    for place, (one, other) in enumerate(pairwise(found), 1):
        between = words[unit_end(one, words) : other.start]
        if other.first == other.start and JOINT.fullmatch(between) and "分别" in words[: one.first]:
            found[place] = replace(other, first=found[place - 1].first)
    for place in range(len(found) - 1, 0, -1):
        one, other = found[place - 1], found[place]
        if one.first == other.first and one.unit == other.unit and one.bounds == {"="}:
            found[place - 1] = replace(one, bounds=other.bounds)
    return found


def unit_end(figure, words):
    """Return where the unit of a figure ends in some words."""
    behind = words[figure.end :]
    blank = len(behind) - len(behind.lstrip())
    return figure.end + blank + len(figure.unit) if behind.lstrip().startswith(figure.unit) else figure.end


def _reason(figure, end, words):
    """Return why a figure is no promise; an empty string where it is one."""
    marked = f"{words[: figure.start].rstrip()}【{words[figure.start : end]}】{words[end:].lstrip()}"
    for reason, pattern in NOT_PROMISED.items():
        if pattern.search(marked):
            return reason
    is_index = (
        figure.number % 1 or WORDS["standard"].search(words[:end]) or INDEX.search(words[: figure.start])
    )
    if not figure.unit and not (is_index and figure.number < 10):
        return "number without a unit"
    is_spelled = figure.spelled and figure.unit != "%" and figure.bounds == {"="}
    return "number in words" if is_spelled and not WORDS["built"].search(words[: figure.start]) else ""


def _passages(sentence, figure, end, printed):
    """Return the passage of a figure; several where it stands for several things."""
    words, first = sentence.text, _first(sentence.text, figure.first, printed)
    in_list = (one for one in printed if one.first == figure.first and one.unit == figure.unit)
    listed = [one for one in in_list if not one.spelled or one.unit == "%"]
    # A list is quoted to its end, where its bound may stand.
    end = max([end, *(unit_end(one, words) for one in listed)])
    end += len(BOUND.match(words, end)[0]) if BOUND.match(words, end) else 0
    rest = end + len(re.match("[^,;:、。\\d]*", words[end:])[0])
    if rest - first <= LONGEST and not words[rest : rest + 1].isdigit():
        end = rest
    nth, count = listed.index(figure) if figure in listed else 0, max(1, len(listed))
    things = _things(words[first : figure.first], count)
    if not things and count > 1:  # 二氧化硫、氮氧化物控制在…,分别减少…
        lists = [re.findall(THINGS, one[0]) for one in LISTED.finditer(words[:first])]
        things = next((one for one in reversed(lists) if len(one) == count), [])
    things = things or [""]
    things = things[nth : nth + 1] if len(things) == count else things
    return [Passage(sentence, first, end, figure, nth, count, thing) for thing in things]


def _first(words, start, printed):
    """Return where the words of a figure begin: behind the last comma, or before that where they name nothing."""
    breaks = [0, *(match.end() for match in BREAK.finditer(words[:start]))]
    commas = re.finditer("、", words[:start])
    breaks += [match.end() for match in commas if _ends_figure(words, match.start(), printed)]
    near = [first for first in sorted(breaks, reverse=True) if start - first <= LONGEST - 8]
    for first in near:
        if is_named(words[first:start]) or DESCRIBED.match(words[start:]):
            return first
    return near[-1] if near else start - LONGEST + 8


def is_named(words, least=2):
    """Return whether words name what is meant; those that only say how much or how firmly do not."""
    return len(WORDS["empty"].sub("", words)) >= least


def _ends_figure(words, place, printed):
    """Return whether a figure ends right before a place, as in 处置率95%、污泥处置率; one of a list of figures does not."""
    ends = any(figure.unit and 0 <= place - unit_end(figure, words) <= 2 for figure in printed)
    return ends and not re.match(r"、\s?\d", words[place:])


def _things(words, count):
    """List what words list before a figure, or before so many figures; nothing where these stand for one thing."""
    if whole := EACH_WHOLE.search(words):
        items = AND.split(whole["things"])
        return items[-(NUMBERS.get(whole["count"]) or int(whole["count"])) :]
    each = EACH.search(words)
    parts = AND.split(each["things"] if each else re.split("达到?|为", words)[0])
    if len(parts) > 1 and (all(map(MEASURE.search, parts)) if count == 1 else each and len(parts) == count):
        return parts
    # 受污染耕地和污染地块安全利用率达到90%: a short list, and what is measured of each.
    if (
        count == 1
        and 2 <= len(parts) <= 4
        and all(2 <= len(part) <= 12 for part in parts)
        and RATE.search(parts[-1])
    ):
        return parts
    lists = list(LISTED.finditer(words))
    if not lists:
        return parts if each and words.rstrip().endswith("各") and count == 1 else []
    things = [thing[0] for thing in re.finditer(THINGS, lists[-1][0])]
    is_shared = count == 1 and re.match("等?[^,。;]{0,16}$|.*(?:[均各]|全部|一律)", words[lists[-1].end() :])
    return things if is_shared or count == len(things) else []


# --- what has no figure ----------------------------------------------------------------------------------------------


def without_figures(sentence, passages):
    """Return what a sentence says beside its figures, between its commas: it may be a dated act, a ban, or for all of a kind.

    Nothing of a sentence that only says on what ground the plan is made.
    """
    if WORDS["preamble"].search(sentence.text):
        return []
    taken = [(passage.first, passage.end) for passage in passages]
    found = []
    for first, end in _dated(sentence):
        words = BODIES.sub("", sentence.text[first:end])
        if is_named(words, 4) and not any(start < end and first < stop for start, stop in taken):
            found += [Passage(sentence, first, end, thing=thing) for thing in _things(words, 1) or [""]]
    return found


def _dated(sentence):
    """Return the stretches of a sentence, one that only says by when joined to what it dates: 建监控平台,2020年底前完成."""
    found = []
    for first, end in stretches(sentence):
        words = sentence.text[first:end]
        if found and DATED.search(words) and not is_named(words, 4) and end - found[-1][0] <= LONGEST:
            first = found.pop()[0]
        found.append((first, end))
    return found


def quoted(sentence, start, end, units):
    """Return what stands between two offsets of the text, whatever it says: a passage for each promised figure, else one."""
    first, stop = start - sentence.start, end - sentence.start
    printed = [figure for figure in _printed(sentence.text, units) if figure.unit not in DATES]
    within = [figure for figure in printed if first <= figure.start < stop]
    ends = {figure: unit_end(figure, sentence.text) for figure in within}
    chosen = [figure for figure in within if not _reason(figure, ends[figure], sentence.text)]
    found = [one for figure in chosen for one in _passages(sentence, figure, ends[figure], printed)]
    things = _things(sentence.text[first:stop], 1) or [""]
    found = found or [Passage(sentence, first, stop, thing=thing) for thing in things]
    return [replace(passage, first=first, end=stop) for passage in found]


def stretches(sentence):
    """Yield where the stretches between the commas of a sentence begin and end."""
    first = 0
    for comma in BREAK.finditer(sentence.text):
        yield first, comma.start()
        first = comma.end()
    yield first, len(sentence.text)


def names_of(text):
    """List where in a text names, numbers of documents and the like stand, whose figures say nothing."""
    return [match.span() for rule in RULES.values() for match in rule.finditer(fold(text))]
