"""Draft the rows of a plan's promises from their words."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd

from lantian.data.quotes import CHANGES, REACHES, STAYS
from lantian.drafts import passages as reader
from lantian.drafts.passages import FORMS, LONGEST, WORDS, is_named, patterns, unit_end
from lantian.text import fold
from lantian.text.figures import DATES, NOUN, direction, figures
from lantian.text.wording import MIRRORED

STRENGTHS, AREAS, SUBJECTS = (patterns(f"{name}.csv") for name in ("strengths", "areas", "subjects"))
# Words right before a figure, which 【 marks in kinds.csv, that say a change, or what is reached or kept.
CHANGED = f"(?:{CHANGES.pattern}|{WORDS['change'].pattern}|(?:{NOUN.pattern})[^【]*)".replace("$", "")
REACHED = f"(?:{REACHES.pattern}|{STAYS.pattern})".replace("$", "")
STAGES = dict(zip("一二三四五六ⅠⅡⅢⅣⅤⅥ", 2 * "I II III IV V VI".split()))
SHORT = 6  # characters of words that only name a thing of a list
OPERATORS = (">=", "<=", "<", ">", "~", "=")
LEADS = re.compile(f"{FORMS['lead'].pattern}|{FORMS['bodies behind'].pattern}")
AHEAD = 30  # characters of the sentence ahead, which may be what a list is about: 优良天数
BODIES_WITHIN = 1500  # characters behind a passage within which its bodies stand
# What is promised, by its words: around a figure, whose unit stands in 【】, or without one, as 全部 or 零增长; and the
# cells that this gives to a row.
KINDS = patterns("kinds.csv", CHANGED=CHANGED, REACHED=REACHED)
CELLS = pd.read_csv(Path(__file__).with_name("kinds.csv"), index_col=0).drop(columns=["pattern", "example"])


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
        Words of promises: only these are read, each at its first place, whatever the rules make of them. What is not in
        the text is passed over, and of a row's quote `LONGEST` characters are kept.

    Returns
    -------
    rows : list of dict
        A row a promise in the order of the text: the cells of ``targets`` that its words show; ``proofs``, a list of
        field, start and quote; ``about``, the words that name what is promised, and ``above``, those above it; ``end``, that
        of its quote.
    reasons : list of tuple
        Start, end and reason of each figure that is no promise.

    Examples
    --------
    >>> rows, reasons = read("到2020年,淘汰10蒸吨以下燃煤锅炉,煤炭消费比2015年削减5%以上")
    >>> [(row["kind"], row.get("operator", ""), row.get("value", "")) for row in rows], reasons[0][-1]
    ([('deadline', '', ''), ('change', '<=', -5.0)], 'size of what is acted on')
    """
    folded, found = fold(text), reader.sentences(text)
    period = reader.period(found, issued)
    rows, reasons, ahead = [], [], ""  # ahead: the end of the sentence before
    begins = min(filter(None, (issued, period and period.since)), default=None)
    places = None if quotes is None else _places(quotes, folded, found)
    for sentence, years, year_above in _with_years(found, period):
        if quotes is None:
            passages, none = reader.promised(sentence, units)
            passages += reader.without_figures(sentence, passages)
            reasons += none
        else:
            passages = [one for place in places[sentence] for one in reader.quoted(sentence, *place, units)]
            year_above = year_above or period
        for passage in passages:
            year = _own_year(passage, years)
            cells = _promise(passage, year, year_above, quotes is not None)
            if _is_past(year, begins) and quotes is None:
                reasons.append((passage.start, passage.stop, "reading of an earlier time"))
            elif cells:
                year = year or _year_from_above(passage, cells["kind"], year_above, period)
                rows.append(_row(passage, cells, year, years, f"{sentence.heading} {ahead}", folded))
        ahead = sentence.text[-AHEAD:]
    rows.sort(key=lambda row: row["start"])
    return [_as_printed(row, text, folded) for row in rows], reasons


def _with_years(found, period):
    """Yield each sentence with the years in it and the one that holds from above it.

    In a section of goals a year holds until the next one, or that of the title; elsewhere within its numbered part. The year
    of an annual plan holds everywhere.
    """
    carried = {}
    for sentence in found:
        years, is_goal = reader.years(sentence), _is_goal(sentence)
        place = sentence.heading if is_goal else sentence.part
        is_annual = period and period.timing == "in"
        yield sentence, years, carried.get(place) or (period if is_goal or is_annual else None)
        carried[place] = next((year for year in reversed(years) if not year.is_base), carried.get(place))


def _is_goal(sentence):
    """Return whether a sentence stands in a section of goals."""
    return bool(WORDS["goals"].search(sentence.heading))


def _is_past(year, begins):
    """Return whether a year lies before the plan begins; that of a term (by 2017) may be the year before."""
    if not (year and begins):
        return False
    return year.year < (begins - 1 if year.timing == "by" else begins)


def _places(quotes, folded, found):
    """Return where quotes begin and end in a text, at their first place, by the sentence in which they begin."""
    places = {sentence: [] for sentence in found}
    for quote in map(fold, quotes):
        for sentence in found:
            end = sentence.start + len(sentence.text)
            start = folded.find(quote, sentence.start, end + len(quote) - 1)
            if start >= 0:
                places[sentence].append((start, start + len(quote)))
                break
    return places


def _as_printed(row, text, folded):
    """Give a row its quote, its other words, and proofs of what the quote does not show, as the text has them."""
    names = row["lead"].split(";")
    places = [folded.find(name, row["end"]) for name in names]
    row["lead"] = ";".join(text[place : place + len(name)] for place, name in zip(places, names))
    if word := row["strength_word"]:
        place = folded.rfind(word, row["from"], row["to"])
        row["strength_word"] = text[place : place + len(word)]
        row["shown"].append(("strength_word", place, word))
    row["proofs"] = [
        (field, place, text[place : place + len(words)])
        for field, place, words in row["shown"]
        if not row["start"] <= place < row["end"]
    ]
    return row | {"quote": text[row["start"] : row["end"]]}


def _row(passage, cells, year, years, above, folded):
    """Draft the row of a passage; `cells` says what it promises.

    `shown` gathers field, place and words of what the quote may not show; `from` and `to` are where the words for its
    strength may stand.
    """
    sentence, words = passage.sentence, passage.words
    is_direction = cells["kind"] == "deadline" and not WORDS["act"].search(words)
    row = cells | {"core": "no" if is_direction else "yes"} | _strength(passage) | _lead(passage, folded)
    row |= _subject(passage)
    row["area"] = next((area for area, pattern in AREAS.items() if pattern.search(words)), "whole")
    row["base"] = next((base for base in ("new_or_replaced", "new") if WORDS[base].search(words)), "")
    # Of a list, its thing and what is measured of it: 氨氮 and 排放总量.
    measured = re.split("分别|控制|[均比较]|下降|减[少排]|达到", FORMS["list"].sub("", words))[0]
    row["about"] = (
        f"{passage.thing} {passage.thing}{measured}" if passage.thing else words
    )  # a thing counts twice
    row |= {"above": f"{above} {sentence.text[: passage.first]}", "clause": sentence.clause}
    start = _quote_start(passage, year)
    row |= {"start": start, "end": min(passage.stop, start + LONGEST)}
    row |= {"from": sentence.start, "to": passage.stop, "shown": []}
    row |= _year_cells(row, year, folded)
    return row | _base_cells(row, passage, years, year) | _nature(row, sentence, folded)


# --- what is promised ------------------------------------------------------------------------------------------------


def _promise(passage, year, year_above, is_quoted):
    """Return kind, value, unit and operator of a promise; no cells for words that promise nothing one could check.

    Words that a person named promise something, whatever they say.
    """
    cells = _figure_cells(passage) if passage.figure else _cells_in_words(passage, year, year_above)
    if is_quoted and not cells:
        return {"kind": "deadline" if year or year_above else "standard"}
    return cells


def _cells_in_words(passage, year, year_above):
    """Return the cells of a promise without a figure."""
    words, acts = passage.words, WORDS["act"].search(passage.words)
    names_paper = WORDS["title"].search(words) and not (year and WORDS["issue"].search(words))
    if names_paper or WORDS["past"].search(words) or WORDS["condition"].search(words):
        return {}
    if cells := _first_kind(words.replace("【", "")):
        return cells
    is_term = year and year.deadline and year.end + 2 >= passage.start  # 2020年底前,…
    is_direction = WORDS["direction"].search(words) and not WORDS["effort"].match(words)
    # Among goals, whose year may stand above, an outcome is one too: 节能减排政策机制更加健全.
    is_outcome = year_above and _is_goal(passage.sentence) and WORDS["direction"].search(words[-4:])
    if (is_outcome and is_direction) or (year and (acts or is_term or is_direction)):
        return {"kind": "deadline"}
    return {}


def _first_kind(words):
    """Return the cells that the first fitting pattern of kinds.csv gives to words; none where no pattern fits."""
    fitting = (name for name, pattern in KINDS.items() if pattern.search(words))
    return next((CELLS.loc[name].dropna().to_dict() for name in fitting), {})


def _figure_cells(passage):
    """Draft the cells of a figure: kind, value, unit and operator."""
    figure, words = passage.figure, passage.sentence.text
    before = _naming_words(figure, words)
    cells = _first_kind(f"{before}【{figure.unit}】{words[unit_end(figure, words) :]}")
    # A change whose way no word shows is a fall; 改善 is neither.
    is_signed = cells["kind"] == "change" and "改善" not in before
    sign = (direction(figure, words) or -1) if is_signed else 1
    bound = next(bound for bound in OPERATORS if bound in figure.bounds)
    cells = cells | {"value_basis": "figure", "value": sign * figure.number}
    cells["operator"] = MIRRORED.get(bound, bound) if sign < 0 else bound
    each = re.search("每(季度|[年月周日天])", before) if figure.unit == "次" else None
    bare = "%" if figure.number == 0 and "比例" in before else "1"
    cells["unit"] = f"次/{each[1]}" if each else figure.myriad + figure.unit or bare
    return cells | ({} if figure.until is None else {"value_max": sign * figure.until})


def _naming_words(figure, words):
    """Return the words before a figure; where these name no measure (力争达到, 氨氮), those before the last of its unit."""
    before = FORMS["comma"].split(words[: figure.first])[-1]
    earlier = [one for one in figures(words[: figure.first]) if one.unit == figure.unit]
    if earlier and (not is_named(before) or len(before) <= SHORT):
        return FORMS["comma"].split(words[: earlier[-1].first])[-1]
    return before


# --- how firmly, by whom ---------------------------------------------------------------------------------------------


def _strength(passage):
    """Draft the strength by the words of a passage, else by an aim at the head of a clause before, which reaches to the end of its sentence."""
    for strength, pattern in STRENGTHS.items():
        if found := pattern.search(passage.words):
            return {"strength": strength, "strength_word": found[0]}
    for head in reversed(FORMS["comma"].split(passage.sentence.text[: passage.first])):
        found = WORDS["governing"].search(head)
        amounts = [figure.start for figure in figures(head) if figure.unit not in DATES]
        before_amount = head[: min(amounts, default=len(head))]
        if found and (is_named(before_amount) or not amounts):  # 力争18% behind a basic goal governs no other
            return {"strength": "aspirational", "strength_word": found[0]}
    return {"strength": "plain", "strength_word": ""}


def _lead(passage, folded):
    """Draft who answers for a passage, by the brackets or the line behind it."""
    start = passage.stop
    mark = FORMS["mark"].search(folded, start, start + BODIES_WITHIN)
    found = LEADS.search(folded, start, mark.start() if mark else start + BODIES_WITHIN)
    words = (found["named"] or found["within"] or found["alone"]) if found else ""
    names = re.split(r"(?:[、,;]|会同)(?![^()]*\))", FORMS["no body"].sub("", words))  # not within brackets
    names = [name.strip() for name in names if FORMS["body"].search(name.strip())]
    if not names:
        return {"lead": "", "lead_type": "none_named"}
    is_shared = "职责分工" in words or ("牵头" not in found[0] and len(names) > 1)
    return {"lead": ";".join(names), "lead_type": "shared" if is_shared else "lead"}


def _subject(passage):
    """Draft what a passage acts on, and of which class, where it names it in a common way."""
    named = passage.thing or passage.words
    subject = next((name for name, pattern in SUBJECTS.items() if pattern.search(named)), "")
    kind = ""
    size, emissions = (FORMS[name].search(passage.words) for name in ("size", "emissions"))
    if size and "boiler" in subject:
        kind = f"{'>=' if size['bound'] == '上' else '<='}{size['size']} t/h"
    elif emissions and "新能源" not in passage.words:
        stage = STAGES.get(emissions["stage"], emissions["stage"])
        older = " and older" if emissions["older"] else ""
        kind = f"{'below ' if emissions['below'] else ''}China {stage}{older}"
    return {"subject": subject, "subject_class": kind}


def _nature(row, sentence, folded):
    """Draft whether a target is binding: 约束性 stands in its sentence or in a heading above; add where to `shown`."""
    for nature in ("binding", "indicative"):
        if found := WORDS[nature].search(f"{sentence.heading} {sentence.text}"):
            start = folded.rfind(found[0], 0, sentence.start + len(sentence.text))
            row["shown"].append(("nature", start, found[0]))
            return {"nature": nature}
    return {}


# --- by when, and against what ---------------------------------------------------------------------------------------


def _own_year(passage, years):
    """Return the year that its sentence has for a passage: for a figure the last before it, else the first behind it within
    the passage; for an act the other way round.
    """
    place = passage.sentence.start + passage.figure.start if passage.figure else passage.start
    before = [year for year in years if not year.is_base and year.start < place]
    within = [year for year in years if not year.is_base and place <= year.start < passage.stop]
    if len(before) == passage.count > 1:  # 2013年、2014年分别完成40%、70%
        return before[passage.nth]
    if before and passage.count == before[-1].year - before[-1].since + 1 > 1:  # 2018-2020年分别控制在
        return replace(before[-1], year=before[-1].since + passage.nth)
    last, first = before[-1] if before else None, within[0] if within else None
    return last or first if passage.figure else first or last


def _year_from_above(passage, kind, year_above, period):
    """Return the year that holds for a passage without one: from above its sentence, but for no standing rule."""
    if passage.figure:
        is_standing = kind in ("ratio", "standard") or WORDS["every"].search(passage.words)
    else:
        is_standing = kind in ("ban", "ratio") or (kind != "deadline" and not _is_goal(passage.sentence))
    if is_standing or WORDS["standing"].search(passage.words):
        return None
    # What is to be built or reached within a plan's period, unlike a share to be kept, may have its end.
    return year_above or (period if kind in ("amount", "level", "change") else None)


def _quote_start(passage, year):
    """Return where the quote begins: at its year, where this stands right before its words, else with its words."""
    sentence = passage.sentence
    first = passage.start
    if year and sentence.start <= year.start < first and passage.stop - year.start <= LONGEST:
        between = sentence.text[year.end - sentence.start : passage.first]
        first = first if is_named(between) else year.start
    words = sentence.text[first - sentence.start :]
    return first + len(words) - len(words.lstrip())


def _year_cells(row, year, folded):
    """Draft the cells of the target year: stated in the quote, carried from before it in its sentence, else inferred."""
    timing = "every_year" if WORDS["every"].search(row["about"]) else year.timing if year else "none"
    if not year:
        return {"timing": timing, "target_year": "", "year_basis": ""}
    is_stated = row["start"] <= year.start < row["end"]
    is_earlier_sentence = re.search("[。!\n]", folded[year.start : row["start"]])
    basis = "stated" if is_stated else "inferred" if is_earlier_sentence else "carried"
    day = "" if basis == "inferred" else year.deadline
    row["shown"].append(("target_year", year.start, year.words))
    cells = {"timing": timing, "target_year": year.year, "year_basis": basis, "deadline": day}
    return cells | ({"note": f"Year from words before: {year.words.strip()}"} if basis == "inferred" else {})


def _base_cells(row, passage, years, year):
    """Draft the cells of the base year."""
    bases = [one for one in years if one.is_base and one.start < passage.stop]
    bases = [one for one in bases if not year or one.year != year.year]
    is_change = row["kind"] == "change"
    if is_change and year and WORDS["last year"].search(passage.words):
        return {"baseline_year": year.year - 1, "baseline_basis": "stated"}
    is_level = row["kind"] == "level" and passage.figure  # unlike 不超过2011年水平
    if bases and bases[-1].start >= row["start"] and not is_level:
        return {"baseline_year": bases[-1].year, "baseline_basis": "stated"}
    if bases and (is_change or (row["kind"] == "amount" and "相比" in bases[-1].words)):
        row["shown"].append(("baseline_year", bases[-1].start, bases[-1].words))
        return {"baseline_year": bases[-1].year, "baseline_basis": "carried"}
    return {}
