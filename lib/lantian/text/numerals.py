"""The numeral account: every numeral of every plan, and what accounts for it."""

import re
from collections import defaultdict
from dataclasses import dataclass

import pandas as pd

from lantian.text.figures import figures
from lantian.text.script import fold

COLUMNS = ["document", "start", "text", "context", "how", "reason"]
# What accounts for a numeral, the strongest first, and its column in the summary.
HOW = {"target": "targets", "gap": "gaps", "proof": "proofs", "rule": "by rule", "listed": "listed"}
HOW |= {"unaccounted": "unaccounted"}
MARGIN = 10  # characters of context shown on each side
PASSAGE = 30  # characters that must recur, the numeral among them, for a passage to count as repeated

# --- what a numeral is -----------------------------------------------------------------------------------------------

CHINESE = "[〇零一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟廿卅]"
FIGURE = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)*[万亿]*"
NUMERAL = re.compile(
    rf"{FIGURE}(?:%?[-~至:]{{1,2}}{FIGURE})*"  # 1,234, 2018—2020, 1:1.1
    rf"|百分之{CHINESE}+(?:点{CHINESE}+)?|{CHINESE}+分之{CHINESE}+"
    rf"|{CHINESE}+(?:[至-]{CHINESE}+)?"  # 三至五
    r"|[\u2160-\u217f]+|[\u3220-\u3229\u00bc-\u00be]|半数|过半|翻番"  # Ⅲ, ㈠ and ½
)

# --- numerals that promise nothing -----------------------------------------------------------------------------------

DATE = r"\d{4}年\d{1,2}月\d{1,2}日"
# Texts taken from a page may have blanks inside marks, numbers and dates, as 〔 201 2 〕 24 號.
SPELLED_DATE = "(?:[〇零一二三四五六七八九] ?){4}年(?: ?[一二三四五六七八九十]){1,3} ?月(?: ?[一二三四五六七八九十]){1,3} ?日"
HEAD = r"(?:^|(?<=[\s。;)〕]))"  # where a section may begin

# Words in which a numeral counts nothing, and units that are written with one.
WORDS = (
    "队伍|[大水海]陆|陆[海路运地域港]|肆[意虐]|收拾|拾[荒取]|统一|进一步|一般|一定|一致|一旦|一体|一批|一同|一并|一一说明|逐一|唯一|之一|一经[发查]|一时"
    "|新一轮|一把手|一刀切|一站式|一张图|最后一公里|最多跑一次|规合一|十分|零售|零距离|零容忍|近零能耗"
    "|两(?:者|侧|会|手硬|端)|(?<=[县镇乡])两级|直属(?:[一二三四五六]、?)+大队"
    "|百分点|万元(?=[工生国地G])|千[瓦伏克米帕卡]"
)
# Slogans and names of policies; the longer before those they begin with.
PHRASES = (
    '一拆两断三清|两断三清|两高一[低资]|两高(?=[”"]|行业)|四减四增|三上三压|一[企厂源]一策'
    "|一岗双责|三线一单|一带一路|一超四罚|三改联动|三改一拆|四边三化|四位一体"
    '|八八战略|四[无违](?=[”"])|四不达标(?=[”"])|一二三产业|三次产业|新六产|六小(?=[”"])'
    "|三篇大文章|四个结构|(?<=双随机、)一公开|一个指引|三步走|五步法"
)
RULES = {
    "section mark": (
        rf"{HEAD}\( ?(?:{CHINESE}{{1,3}}|\d{{1,2}}) ?\)|{HEAD}{CHINESE}{{1,3}}、|{HEAD}{CHINESE}是"  # (二), 一、 and 一是
        rf"|{HEAD}\d{{1,2}}[、.](?!\d)"  # 12.
        rf"|第{CHINESE}+(?=次(?![全党])|[届方章条款、,]|责任|顺序)"  # 第三方
    ),
    "document number": r"[〔\[【](?: ?\d){4} ?[〕\]】]?(?: ?\d){1,4} ?号|第\d+号",
    "name of a document": r"《[^《》\n]*》",
    "date of issue": (
        rf"(?:^|[。;)]) *[^\s\d。;,()]{{2,24}}[府室厅局委会]\s+{DATE}(?=\s*(?:$|\())"  # an issuer that begins a line or sentence
        rf"|^ *{SPELLED_DATE} *$"
        r"|\A(?:\d{1,2}月)?\d{1,2}日(?=,)"  # the dateline of a news item
    ),
    "term of validity": rf"有效期(?:[限为至:]*)(?:{DATE}|\d年|{CHINESE}年)|(?<=自){DATE}(?=起(?:施行|实施|执行))",
    "page furniture": (
        r"(?:索引号|生成日期|发布日期|发布时间|(?:浏览|点击|阅读)(?:次?数|量))[\s:|]*\d[0-9/-]*"
        r"|\d{4}-\d{2}-\d{2}(?=\s*点击数)"
    ),
    "period": (
        r"十[二三四五]五(?![”’\"]?(?:时?期|末))"  # 十四五, but not by its end
        r"|(?<=方案|计划|规划)\(\d{4}[-~]{1,2}\d{4}年?\)"
        r"|三年(?=行动|攻坚|作战|计划)|[3三五]年(?=努力|规划)"
    ),
    "congress or meeting": (
        r"第\d+次(?=[^\s。,;]{0,8}会议)"
        rf"|(?<=党的){CHINESE}+大|{CHINESE}+届(?={CHINESE})"  # 党的十九大
        rf"|{CHINESE}中(?=全会|、{CHINESE}中)|{CHINESE}+次(?=全会|党代)"  # 二中、三中全会
    ),
    "name of a substance or road": (
        r"(?<![A-Za-z])(?:PM\s?(?:2\.5|10)|(?:SO|NO|CO)2|O3|[GS]\d{1,4})(?![\d.])"
        r"|[一二三](?=氧化|硫化|元催化)|(?<!\d)\d{3}(?=[国省]道)"  # 二氧化硫, 205国道
    ),
    "set phrase": f"{PHRASES}|{WORDS}",
}
RULES = {name: re.compile(pattern, re.MULTILINE) for name, pattern in RULES.items()}


@dataclass(frozen=True)
class Span:
    """A stretch of a text that accounts for the numerals in it; how and why as in the table of `account`."""

    start: int
    end: int
    how: str
    reason: str

    def holds(self, start, end):
        """Return whether it accounts for a numeral: one inside it or, where it lists numerals, one that it overlaps."""
        if self.how == "listed":
            return self.start < end and start < self.end
        return self.start <= start and end <= self.end


def account(plans, texts):
    """Account for every numeral of the texts.

    A numeral is accounted for when it lies inside a fragment that proves a
    target or a gap, when a rule of `RULES` holds for it, when
    ``numerals.csv`` lists it, or when its passage recurs in the same text
    and is accounted for there. A date of issue must be that of
    ``documents.csv``, where that has the day.

    Parameters
    ----------
    plans : Plans
    texts : dict of str to str
        By document.

    Returns
    -------
    DataFrame
        A row a numeral, in the order of the texts: ``document``, ``start``,
        ``text``, ``context``, ``how`` (target, gap, proof, rule, listed,
        unaccounted) and ``reason`` (id of the row proved, name of the rule,
        or the reason listed).
    """
    fragments, issued = _fragments(plans), plans.documents.set_index("id")["issued"]
    rows = []
    for document, text in texts.items():
        spans = _spans(fragments[fragments["document"] == document], text)
        spans += _rule_spans(text, issued.get(document, ""))
        spans.sort(key=lambda span: list(HOW).index(span.how))
        rows += [{"document": document} | row for row in _numerals(text, spans)]
    return pd.DataFrame(rows, columns=COLUMNS)


def summary(accounted):
    """Count the numerals of each document by what accounts for them.

    Returns
    -------
    DataFrame
        A row a document (index): ``numerals``, ``targets``, ``gaps``,
        ``proofs``, ``by rule``, ``listed``, ``unaccounted``.
    """
    counts = pd.crosstab(accounted["document"], accounted["how"]).reindex(columns=list(HOW), fill_value=0)
    counts = counts.rename(columns=HOW).rename_axis(columns=None)
    counts.insert(0, "numerals", counts.sum(axis="columns"))
    return counts


def _fragments(plans):
    """Return the fragments of all tables: document, start, quote, how and reason."""
    owners = plans.proofs["target"]
    proofs = plans.proofs.assign(id=owners, document=owners.map(plans.targets.set_index("id")["document"]))
    tables = {"target": plans.targets, "gap": plans.gaps, "proof": proofs}
    frames = [table.rename(columns={"id": "reason"}).assign(how=how) for how, table in tables.items()]
    frames.append(plans.numerals.rename(columns={"text": "quote"}).assign(how="listed"))
    rows = pd.concat([frame[["document", "start", "quote", "reason", "how"]] for frame in frames])
    return rows[rows["start"].notna() & (rows["quote"] != "")].astype({"start": int})


def _spans(fragments, text):
    """Return the spans of the fragments that stand in the text at their offset."""
    return [
        Span(row.start, row.start + len(row.quote), row.how, row.reason)
        for row in fragments.itertuples()
        if text.startswith(row.quote, row.start)
    ]


def _rule_spans(text, issued):
    """Return the spans for which a rule holds."""
    return [
        Span(*match.span(), "rule", name)
        for name, rule in RULES.items()
        for match in rule.finditer(fold(text))
        if name != "date of issue" or _may_be_issued(match[0], issued)
    ]


def _may_be_issued(words, issued):
    """Return whether a date may be that of issue: it is the recorded one or, where no day is recorded, no bureau of a table signs it."""
    dated = [figure for figure in figures(words.replace(" ", "")) if figure.unit in ("年", "月", "日")]
    parts = [f"{int(figure.number):02}" for figure in dated][-3:]
    if len(issued) == len("2018-10-25") and len(parts) == 3:
        return "-".join(parts) == issued
    return "局" not in words and (len(parts) < 3 or issued[:4] in ("", parts[0]))


def _numerals(text, spans):
    """Yield a row for each numeral of a text, with the first span that accounts for it."""
    places = [match.span() for match in NUMERAL.finditer(fold(text))]
    found = {place: next((span for span in spans if span.holds(*place)), None) for place in places}
    found |= {place: Span(*place, "rule", "repeated text") for place in _repeated(text, found)}
    for (start, end), span in found.items():
        context = text[max(0, start - MARGIN) : end + MARGIN].replace("\n", " ")
        how, reason = (span.how, span.reason) if span else ("unaccounted", "")
        yield {"start": start, "text": text[start:end], "context": context, "how": how, "reason": reason}


def _repeated(text, found):
    """List the places of numerals without a span whose passage recurs in the text and has a span there."""
    starts = defaultdict(list)  # of each passage of the text
    for start in range(len(text) - PASSAGE + 1):
        starts[text[start : start + PASSAGE]].append(start)

    def recurs(start, end):
        return any(
            found.get((start + other - first, end + other - first))
            for first in range(max(0, end - PASSAGE), start + 1)
            for other in starts.get(text[first : first + PASSAGE], ())
        )

    return [place for place, span in found.items() if not span and recurs(*place)]
