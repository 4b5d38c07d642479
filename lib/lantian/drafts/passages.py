"""Find what a plan promises: its sentences, and in these the words around each figure, or act, that is promised."""

import re
from calendar import monthrange
from collections import namedtuple
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from lantian.text import fold, read_patterns
from lantian.text.figures import DATES, PERIODS, figures
from lantian.text.numerals import RULES


def patterns(name, **parts):
    """Compile the patterns of a table beside this file, by its first column; parts as of `read_patterns`."""
    found = read_patterns(Path(__file__).with_name(name), **parts)
    return {key: re.compile(words) for key, words in found.items()}


TITLES = 30  # sentences at the head of a text among which the title is
LONGEST = 80  # characters of a quote
# Why a figure is no promise, as patterns of its sentence in which 【 and 】 stand around it.
NOT_PROMISED = patterns("not_promised.csv")
WORDS = patterns("promise_words.csv")
THINGS = "|".join(pattern.pattern for pattern in patterns("listed_things.csv").values())  # that plans list
# What the patterns of forms.csv have in common: where a section may begin, things that plans list, names of
# periods, and what stands before or behind a year with which something is compared: 比2015年, 2017年基础上.
PARTS = {"START": r"(?:(?<=[\s。;:〕)])|^)", "THINGS": THINGS, "PERIODS": "|".join(PERIODS)}
PARTS |= {"COMPARED": f"(?:{WORDS['compared'].pattern})", "BASIS": WORDS["basis"].pattern}
# How plans print marks of sections (by depth: 第一章 第二节 三、 (四) 5. (6)), lists, years, documents and bodies.
FORMS = patterns("forms.csv", **PARTS)
# A sentence of a text, folded: its words, and where they start in the text; the offset of the numbered part, or the line,
# that it stands in; its place in the numbering of the document, as 三(一)1; and the headings above it, the nearest last.
Sentence = namedtuple("Sentence", "text start part clause heading")


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

    @property
    def stop(self):
        """Where its words end in the text."""
        return self.sentence.start + self.end


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
    text, above, found = fold(text), [], []  # above: depth, number and heading of each mark that holds
    lines = (match.end() for match in re.finditer("\n", text))
    marks = (match.start() for match in FORMS["mark"].finditer(text))
    for start, end in pairwise(sorted({0, *marks, *lines, len(text)})):
        part = text[start:end]
        if mark := FORMS["mark"].match(part):
            depth = mark.lastindex
            heading = FORMS["heading"].match(part[mark.end() :].strip())
            above = [level for level in above if level[0] < depth]
            above.append((depth, mark[depth], heading[0] if heading else ""))
        clause = "".join(number if depth % 2 else f"({number})" for depth, number, _ in above)
        # What a chapter is called, 目标与任务, does not hold for each of its sections.
        headings = " ".join(words for depth, _, words in above if depth > 1 or len(above) == 1)
        found += [Sentence(words, start + at, start, clause, headings) for at, words in _split(part)]
    return _once(found)


def _split(part):
    """Yield offset and words of the sentences of a part."""
    at = 0
    for end in [*(match.end() for match in FORMS["sentence end"].finditer(part)), len(part)]:
        if bodies := FORMS["bodies behind"].match(part, at):
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


# --- years ------------------------------------------------------------------------------------------------------------


def years(sentence):
    """List the years in a sentence, but for those of documents, in their order."""
    found, start, words = [], sentence.start, _without_documents(sentence.text)
    for match in FORMS["year"].finditer(words):
        is_term = match["before"] or match["from"]
        is_base = bool(match["basis"] or (match["compared"] and not is_term))
        is_base = is_base and not (match["to"] or match["since"])
        since = int((match["since"] or "0")[:4])
        found.append(Year(int(match["year"]), start + match.start(), match[0], is_base, *_day(match), since))
    for match in FORMS["period"].finditer(words):
        found.append(Year(PERIODS[match["name"]], start + match.start(), match[0]))
    return sorted(found, key=lambda year: year.start)


def _without_documents(words):
    """Blank the names and numbers of documents, whose years are theirs."""
    return FORMS["document"].sub(lambda match: "□" * len(match[0]), words)


def _day(match):
    """Return the day that a date names, and its timing."""
    year, month = int(match["year"]), int(match["month"] or 12)
    is_by = match["to"] or match["before"] or match["year_end"] or match["month_end"]
    timing = "from" if match["from"] else "by" if is_by else "in"
    if timing == "in" or not (match["month"] or match["year_end"]) or not 1 <= month <= 12:
        return "", timing
    last = monthrange(year, month)[1]
    return f"{year}-{month:02}-{min(int(match['day'] or last), last) or 1:02}", timing


def period(found, issued):
    """Return the year in which the plan's period ends, by its title; None where that names none.

    Titles of other documents, in 《》, count only where the plan names its own in no other way, and may be its own by date.
    """
    head = found[:TITLES]
    own = [sentence._replace(text=_without_documents(sentence.text)) for sentence in head]
    for sentence in own + head:
        for match in FORMS["title"].finditer(sentence.text):
            year = PERIODS.get(match["name"]) or int(match["until"] or match["year"])
            since = int(match["year"] or year - 4)
            if not issued or since - 1 <= issued <= year:
                timing = "by" if match["until"] or match["name"] else "in"
                return Year(year, sentence.start + match.start(), match[0], timing=timing, since=since)
    return None


# --- figures that are promised ---------------------------------------------------------------------------------------


def promised(sentence, units):
    """Find the figures of a sentence that may be promised.

    Parameters
    ----------
    sentence : Sentence
    units : tuple of str
        Further units, as those of a table.

    Returns
    -------
    passages : list of Passage
    reasons : list of tuple
        Start and end in the text, and why it is no promise, of each other figure.
    """
    passages, reasons = [], []
    # Names, numbers of documents and the like, whose figures say nothing.
    names = [match.span() for rule in RULES.values() for match in rule.finditer(sentence.text)]
    printed = _printed(sentence.text, units)
    for figure in printed:
        start, end = figure.start, unit_end(figure, sentence.text)
        ends_range = any(one.until == figure.number and 0 < start - one.end < 6 for one in printed)
        is_name = any(first <= start and end <= last for first, last in names)
        if ends_range or is_name or figure.unit[:1] in DATES:
            continue
        if reason := _reason(figure, end, sentence.text):
            reasons.append((sentence.start + start, sentence.start + end, reason))
        else:
            passages += _of_figure(sentence, figure, printed)
    return passages, reasons


def _printed(words, units):
    """Read the figures of a sentence; one in brackets behind another, 下降18963吨(16.8%), shares what stands before that."""
    found = figures(FORMS["in brackets"].sub(lambda match: " " * len(match[0]), words), units)
    starts, in_brackets = {figure.start for figure in found}, []
    for figure in figures(words, units):
        ahead = [one for one in found if one.end <= figure.start]
        if ahead and figure.start not in starts:
            bounds = ahead[-1].bounds if figure.bounds == {"="} else figure.bounds
            in_brackets.append(replace(figure, first=ahead[-1].first, bounds=bounds))
    return _joined(sorted([*found, *in_brackets], key=lambda figure: figure.start), words)


def _joined(found, words):
    """Make a list of figures that stand together behind 分别, whatever bounds stand between them: 44微克以下和47微克以下."""
    for place, (one, other) in enumerate(pairwise(found), 1):
        between = words[unit_end(one, words) : other.start]
        if other.first == other.start and FORMS["joint"].fullmatch(between) and "分别" in words[: one.first]:
            found[place] = replace(other, first=found[place - 1].first)
    return found


def unit_end(figure, words):
    """Return where the unit of a figure ends in some words."""
    behind = words[figure.end :].lstrip().removeprefix(figure.unit)
    return len(words) - len(behind)


def _reason(figure, end, words):
    """Return why a figure is no promise; an empty string where it is one."""
    before = words[: figure.start]
    marked = f"{before.rstrip()}【{words[figure.start : end]}】{words[end:].lstrip()}"
    for reason, pattern in NOT_PROMISED.items():
        if pattern.search(marked):
            return reason
    is_index = figure.number % 1 or WORDS["standard"].search(words[:end]) or FORMS["index"].search(before)
    if not figure.unit and not (is_index and figure.number < 10):
        return "number without a unit"
    is_spelled = figure.spelled and figure.unit != "%" and figure.bounds == {"="}
    return "number in words" if is_spelled and not WORDS["built"].search(before) else ""


def _of_figure(sentence, figure, printed):
    """Return the passage of a figure; several where it stands for several things."""
    words, first = sentence.text, _first(sentence.text, figure.first, printed)
    listed = [one for one in printed if one.first == figure.first and one.unit == figure.unit]
    # A list is quoted to its end, where its bound may stand.
    end = FORMS["bound"].match(words, max(unit_end(one, words) for one in listed)).end()
    rest = end + len(re.match("[^,;:、。\\d]*", words[end:])[0])
    if rest - first <= LONGEST and not words[rest : rest + 1].isdigit():
        end = rest
    nth, count = listed.index(figure), len(listed)
    things = _things(words[first : figure.first], count)
    if not things and count > 1:  # 二氧化硫、氮氧化物控制在…,分别减少…
        lists = [re.findall(THINGS, one[0]) for one in FORMS["list"].finditer(words[:first])]
        things = next((one for one in reversed(lists) if len(one) == count), [])
    things = things or [""]
    things = things[nth : nth + 1] if len(things) == count else things
    return [Passage(sentence, first, end, figure, nth, count, thing) for thing in things]


def _first(words, start, printed):
    """Return where the words of a figure begin: behind the last comma, or before that where they name nothing."""
    breaks = [0, *(match.end() for match in FORMS["comma"].finditer(words[:start]))]
    commas = re.finditer("、", words[:start])
    breaks += [match.end() for match in commas if _ends_figure(words, match.start(), printed)]
    near = [first for first in sorted(breaks, reverse=True) if start - first <= LONGEST - 8]
    for first in near:
        if is_named(words[first:start]) or FORMS["described"].match(words[start:]):
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
    if whole := FORMS["each whole"].search(words):  # 围挡、覆盖、冲洗“三个百分之百”
        return FORMS["and"].split(whole["things"])
    each = FORMS["each"].search(words)
    named = each["things"] if each else re.split("达到?|为", words)[0]
    parts = FORMS["and"].split(named)
    is_shared = all(map(FORMS["measure"].search, parts)) or FORMS["shared rate"].fullmatch(named)
    is_shared = is_shared or words.rstrip().endswith("各")
    if len(parts) > 1 and (is_shared if count == 1 else each and len(parts) == count):
        return parts
    lists = list(FORMS["list"].finditer(words))
    things = re.findall(THINGS, lists[-1][0]) if lists else []
    for_all = lists and re.match("等?[^,。;]{0,16}$|.*(?:[均各]|全部|一律)", words[lists[-1].end() :])
    return things if count == len(things) or (count == 1 and for_all) else []


# --- what has no figure ----------------------------------------------------------------------------------------------


def without_figures(sentence, passages):
    """Return what a sentence says beside its figures, between its commas: it may be a dated act, a ban, or for all of a kind.

    Nothing of a sentence that only says on what ground the plan is made.
    """
    if WORDS["preamble"].search(sentence.text):
        return []
    found = []
    for first, end in stretches(sentence):
        is_new = not any(passage.first < end and first < passage.end for passage in passages)
        if is_new and is_named(sentence.text[first:end], 4):
            found += _of_things(sentence, first, end)
    return found


def _of_things(sentence, first, end):
    """Return a passage for each thing that a stretch of a sentence lists; one where it lists none."""
    things = _things(FORMS["brackets"].sub("", sentence.text[first:end]), 1) or [""]
    return [Passage(sentence, first, end, thing=thing) for thing in things]


def quoted(sentence, start, end, units):
    """Return what stands between two offsets of the text, whatever it says: a passage for each promised figure, else one."""
    first, stop = start - sentence.start, end - sentence.start
    passages, _ = promised(sentence, units)
    found = [passage for passage in passages if first <= passage.figure.start < stop]
    found = found or _of_things(sentence, first, stop)
    return [replace(passage, first=first, end=stop) for passage in found]


def stretches(sentence):
    """List where the stretches between the commas of a sentence begin and end.

    One that only says by when is joined to what it dates: 建监控平台,2020年底前完成.
    """
    found, first, words = [], 0, sentence.text
    for comma in [*FORMS["comma"].finditer(words), None]:
        end = comma.start() if comma else len(words)
        is_date = FORMS["dated"].search(words, first, end) and not is_named(words[first:end], 4)
        if found and is_date and end - found[-1][0] <= LONGEST:
            first = found.pop()[0]
        found.append((first, end))
        first = comma.end() if comma else end
    return found
