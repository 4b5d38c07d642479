"""The numeral account: every numeral of every plan, and where it is accounted for."""

import re
from collections import defaultdict

import pandas as pd

from lantian.text.figures import figures
from lantian.text.script import fold

COLUMNS = ["document", "start", "text", "context", "how", "reason"]
HOW = {
    "target": "targets",
    "gap": "gaps",
    "proof": "proofs",
    "rule": "by rule",
    "listed": "listed",
    "unaccounted": "unaccounted",
}
MARGIN = 10  # characters of context shown on each side
PASSAGE = 30  # characters that must recur, the numeral among them, for a passage to count as repeated

CHINESE = "[〇零一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖拾佰仟廿卅]"
FIGURE = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)*[万亿]*"
JOINT = r"(?:%?[-~至:]{1,2})"
NUMERAL = re.compile(
    rf"{FIGURE}(?:{JOINT}{FIGURE})*|百分之{CHINESE}+(?:点{CHINESE}+)?|{CHINESE}+分之{CHINESE}+"
    rf"|{CHINESE}+(?:[至-]{CHINESE}+)?|[\u2160-\u217f]+|[\u3220-\u3229\u00bc-\u00be]|半数|过半|翻番"
)
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
        rf"{HEAD}\( ?(?:{CHINESE}{{1,3}}|\d{{1,2}}) ?\)|{HEAD}{CHINESE}{{1,3}}、|{HEAD}{CHINESE}是"
        rf"|{HEAD}\d{{1,2}}[、.](?!\d)"
        rf"|第{CHINESE}+(?=次(?![全党])|[届方章条款、,]|责任|顺序)"
    ),
    "document number": r"[〔\[【](?: ?\d){4} ?[〕\]】]?(?: ?\d){1,4} ?号|第\d+号",
    "name of a document": r"《[^《》\n]*》",
    "date of issue": (
        rf"(?:^|[。;)]) *[^\s\d。;,()]{{2,24}}[府室厅局委会]\s+{DATE}(?=\s*(?:$|\())"  # an issuer that begins a line or sentence
        rf"|^ *{SPELLED_DATE} *$"
        rf"|\A(?:\d{{1,2}}月)?\d{{1,2}}日(?=,)"  # the dateline of a news item
    ),
    "term of validity": rf"有效期(?:[限为至:]*)(?:{DATE}|\d年|{CHINESE}年)|(?<=自){DATE}(?=起(?:施行|实施|执行))",
    "page furniture": (
        r"(?:索引号|生成日期|发布日期|发布时间|(?:浏览|点击|阅读)(?:次?数|量))[\s:|]*\d[0-9/-]*|\d{4}-\d{2}-\d{2}(?=\s*点击数)"
    ),
    "period": (
        r"十[二三四五]五(?![”’\"]?(?:时?期|末))"
        r"|(?<=方案|计划|规划)\(\d{4}[-~]{1,2}\d{4}年?\)"
        r"|三年(?=行动|攻坚|作战|计划)|[3三五]年(?=努力|规划)"
    ),
    "congress or meeting": (
        rf"第\d+次(?=[^\s。,;]{{0,8}}会议)|(?<=党的){CHINESE}+大|{CHINESE}+届(?={CHINESE})"
        rf"|{CHINESE}中(?=全会|、{CHINESE}中)|{CHINESE}+次(?=全会|党代)"
    ),
    "name of a substance or road": (
        r"(?<![A-Za-z])(?:PM\s?(?:2\.5|10)|(?:SO|NO|CO)2|O3|[GS]\d{1,4})(?![\d.])"
        r"|[一二三](?=氧化|硫化|元催化)|(?<!\d)\d{3}(?=[国省]道)"
    ),
    "set phrase": f"{PHRASES}|{WORDS}",
}
RULES = {name: re.compile(pattern, re.MULTILINE) for name, pattern in RULES.items()}


def account(plans, texts):
    """Account for every numeral of the texts, which come by document.

    A numeral is accounted for when it lies inside a fragment that proves a
    target or a gap, when a rule of `RULES` tells that it is no promise, when
    ``numerals.csv`` lists it, or when its passage recurs in the same text
    and is accounted for there. A date of issue must be that of
    ``documents.csv``, where that has the day.

    Returns
    -------
    DataFrame
        A row a numeral, in the order of the texts: ``document``, ``start``,
        ``text``, ``context``, ``how`` (target, gap, proof, rule, listed,
        unaccounted) and ``reason`` (id of the row proved, name of the rule,
        or the reason listed).
    """
    fragments = pd.concat(_fragments(plans), ignore_index=True)
    issued, rows = dict(zip(plans.documents["id"], plans.documents["issued"])), []
    for document, text in texts.items():
        proved = _spans(fragments[fragments["document"] == document], text, "how", "id")
        listed = _spans(
            plans.numerals[plans.numerals["document"] == document].assign(how="listed"), text, "how", "reason"
        )
        rows += [(document, *row) for row in _rows(text, proved, listed, issued.get(document, ""))]
    return pd.DataFrame(rows, columns=COLUMNS)


def summary(accounted):
    """Count the numerals of each document by where they are accounted for.

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
    """Yield the fragments of each table, the strongest account first."""
    documents = plans.targets.set_index("id")["document"]
    proofs = plans.proofs.assign(id=plans.proofs["target"], document=plans.proofs["target"].map(documents))
    for how, rows in (("target", plans.targets), ("gap", plans.gaps), ("proof", proofs)):
        yield rows[["document", "start", "quote", "id"]].rename(columns={"quote": "text"}).assign(how=how)


def _spans(rows, text, how, reason):
    """Return ``(start, end, how, reason)`` of the rows whose words stand in the text at their offset."""
    rows = rows[rows["start"].notna() & (rows["text"] != "")]
    cells = zip(rows["start"].astype(int), rows["text"], rows[how], rows[reason])
    return [
        (start, start + len(words), *rest) for start, words, *rest in cells if text.startswith(words, start)
    ]


def _rows(text, proved, listed, issued):
    folded, found = fold(text), {}
    matches = [(match, name) for name, rule in RULES.items() for match in rule.finditer(folded)]
    rules = [
        (*match.span(), "rule", name)
        for match, name in matches
        if name != "date of issue" or _may_be_issued(match[0], issued)
    ]
    for start, end in (match.span() for match in NUMERAL.finditer(folded)):
        inside = (span[2:] for span in proved + rules if span[0] <= start and end <= span[1])
        touching = (span[2:] for span in listed if span[0] < end and start < span[1])
        found[start, end] = next(inside, None) or next(touching, None)
    repeated = _repeated(text, found)
    for (start, end), answer in found.items():
        context = text[max(0, start - MARGIN) : end + MARGIN].replace("\n", " ")
        yield start, text[start:end], context, *(answer or repeated.get((start, end)) or ("unaccounted", ""))


def _may_be_issued(words, issued):
    """Tell whether a date can be that of issue: it is the recorded one or, where no day is recorded, no bureau of a table signs it."""
    parts = [
        f"{int(figure.number):02}"
        for figure in figures(words.replace(" ", ""))
        if figure.unit in ("年", "月", "日")
    ]
    if len(issued) < len("2018-10-25") or len(parts) < 3:
        return "局" not in words and (len(parts) < 3 or not issued or issued[:4] == parts[-3])
    return "-".join(parts[-3:]) == issued


def _repeated(text, found):
    """Return the numerals whose passage recurs in the text and is accounted for there."""
    places = defaultdict(list)
    for place in range(len(text) - PASSAGE + 1):
        places[text[place : place + PASSAGE]].append(place)
    repeated = {}
    for start, end in (numeral for numeral, answer in found.items() if not answer):
        shifts = {
            place - first
            for first in range(max(0, end - PASSAGE), start + 1)
            for place in places.get(text[first : first + PASSAGE], ())
        }
        if any(found.get((start + shift, end + shift)) for shift in shifts):
            repeated[start, end] = ("rule", "repeated text")
    return repeated
