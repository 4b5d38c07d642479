"""The numeral account: every numeral of every plan, and where it is accounted for."""

import re
import unicodedata
from collections import defaultdict

import pandas as pd

COLUMNS = ["document", "start", "text", "context", "how", "reason"]
HOW = {"target": "targets", "gap": "gaps", "proof": "proofs", "rule": "by rule", "listed": "listed", "unaccounted": "unaccounted"}
DATES = "年月日"
MARGIN = 10  # characters of context shown on each side
PASSAGE = 30  # characters that must recur, the numeral among them, for a passage to count as repeated

DIGIT = r"[0-9\uff10-\uff19]"
CHINESE = "[〇零一二三四五六七八九十百千万萬亿億两兩]"
FIGURE = rf"(?:{DIGIT}{{1,3}}(?:[,\uff0c]{DIGIT}{{3}})+(?!{DIGIT})|{DIGIT}+)(?:[.\uff0e]{DIGIT}+)*[万萬亿億]*"
JOINT = r"(?:[%\uff05]?[-\uff0d—–~\uff5e至:\uff1a]{1,2})"
NUMERAL = re.compile(
    rf"{FIGURE}(?:{JOINT}{FIGURE})*|百分之{CHINESE}+(?:[点點]{CHINESE}+)?|{CHINESE}+分之{CHINESE}+"
    rf"|{CHINESE}+(?:[至—]{CHINESE}+)?|[\u2160-\u217f]+"
)
# Numbers written in Chinese, as 九十五 and 四分之三.
SPELLED = re.compile("(?:([一二三四五六七八九十百]+)分之)?([〇零一二两兩三四五六七八九十百千]+)(?:[点點]([〇零一二三四五六七八九]+))?")
LETTERS = {letter: digit for digit, letters in enumerate("〇零 一 二两兩 三 四 五 六 七 八 九".split()) for letter in letters}
PLACES = {"十": 10, "百": 100, "千": 1000}
DATE = rf"{DIGIT}{{4}}年{DIGIT}{{1,2}}月{DIGIT}{{1,2}}日"
# Texts taken from a page may have blanks inside marks, numbers and dates, as 〔 201 2 〕 24 號.
SPELLED_DATE = "(?:[〇○零一二三四五六七八九] ?){4}年(?: ?[一二三四五六七八九十]){1,3} ?月(?: ?[一二三四五六七八九十]){1,3} ?日"
HEAD = r"(?:^|(?<=[\s。;\uff1b)\uff09〕]))"  # where a section may begin

# Words in which a numeral counts nothing, and units that are written with one.
WORDS = (
    "[统統]一|[进進]一步|一般|一定|一致|一旦|一[体體]|一批|一同|一[并並]|一一[说說]明|逐一|唯一|之一|一[经經][发查發]|一[时時]"
    "|新一[轮輪]|一把手|一刀切|一站式|一[张張][图圖]|最后一公里|最多跑一次|[规規]合一|十分|零售|零距[离離]|零容忍|近零能耗"
    "|[两兩](?:者|[侧側]|[会會]|手硬|端)|(?<=[县縣镇鎮乡鄉])[两兩][级級]|直[属屬](?:[一二三四五六]、?)+大[队隊]"
    "|百分[点點]|[万萬]元(?=[工生国國地G])|千[瓦伏克米帕卡]"
)
# Slogans and names of policies; the longer before those they begin with.
PHRASES = (
    "一拆[两兩][断斷]三清|[两兩][断斷]三清|[两兩]高一[低资資]|[两兩]高(?=[”\"]|行[业業])|四[减減]四增|三上三[压壓]|一[企厂廠源]一策"
    "|一[岗崗][双雙][责責]|三[线線]一[单單]|一[带帶]一路|一超四[罚罰]|三改[联聯][动動]|三改一拆|四[边邊]三化|四位一[体體]"
    "|八八[战戰]略|四[无無违違](?=[”\"])|四不[达達][标標](?=[”\"])|一二三[产產][业業]|三次[产產][业業]|新六[产產]|六小(?=[”\"])"
    "|三篇大文章|四[个個][结結][构構]|(?<=[双雙]随机、)一公[开開]|一[个個]指引|三步走|五步法"
)
RULES = {
    "section mark": (
        rf"{HEAD}[(\uff08] ?(?:{CHINESE}{{1,3}}|{DIGIT}{{1,2}}) ?[)\uff09]|{HEAD}{CHINESE}{{1,3}}、|{HEAD}{CHINESE}是"
        rf"|{HEAD}{DIGIT}{{1,2}}[、.\uff0e](?!{DIGIT})"
        rf"|第{CHINESE}+(?=次(?![全党黨])|[届屆方章条條款、\uff0c,]|[责責]任|[顺順]序)"
    ),
    "document number": rf"[〔\[【](?: ?{DIGIT}){{4}} ?[〕\]】]?(?: ?{DIGIT}){{1,4}} ?[号號]|第{DIGIT}+[号號]",
    "name of a document": r"《[^《》\n]*》",
    "date of issue": (
        rf"(?<=[府室厅廳局委])\s+{DATE}(?=\s*(?:$|[(\uff08]))"
        rf"|^[ \u3000]*{SPELLED_DATE}[ \u3000]*$"
        rf"|\A(?:{DIGIT}{{1,2}}月)?{DIGIT}{{1,2}}日(?=[,\uff0c])"  # the dateline of a news item
    ),
    "term of validity": rf"有效期(?:[限为為至:]*)(?:{DATE}|{DIGIT}年|{CHINESE}年)|(?<=自){DATE}(?=起(?:施行|[实實]施|[执執]行))",
    "page furniture": (
        rf"(?:索引号|生成日期|发布日期|[发發][布佈][时時][间間]|(?:浏览|瀏覽|点击|點擊|[阅閱][读讀])(?:次?[数數]|量))[\s:\uff1a|]*{DIGIT}[0-9/-]*|{DIGIT}{{4}}-{DIGIT}{{2}}-{DIGIT}{{2}}(?=\s*点击数)"
    ),
    "period": (
        r"十[二三四五]五(?![”’\"]?(?:[时時]?期|末))"
        rf"|(?<=方案|[计計][划劃]|[规規][划劃])[(\uff08]{DIGIT}{{4}}[-—–~]{{1,2}}{DIGIT}{{4}}年?[)\uff09]"
        r"|三年(?=行[动動]|攻[坚堅]|作[战戰]|[计計][划劃])|[3三五]年(?=努力|[规規][划劃])"
    ),
    "congress or meeting": (
        rf"第{DIGIT}+次(?=[^\s。,;\uff0c\uff1b]{{0,8}}[会會][议議])|(?<=[党黨]的){CHINESE}+大|{CHINESE}+[届屆](?={CHINESE})"
        rf"|{CHINESE}中(?=全[会會]|、{CHINESE}中)|{CHINESE}+次(?=全[会會]|[党黨]代)"
    ),
    "name of a substance or road": (
        r"(?<![A-Za-z])(?:PM\s?(?:2\.5|10)|(?:SO|NO|CO)2|O3|[GS]\d{1,4})(?![\d.])"
        r"|[一二三](?=氧化|硫化|元催化)|(?<!\d)\d{3}(?=[国國省]道)"
    ),
    "set phrase": f"{PHRASES}|{WORDS}",
}
RULES = {name: re.compile(pattern, re.MULTILINE) for name, pattern in RULES.items()}


def account(plans, texts):
    """Account for every numeral of the texts, which come by document.

    A numeral is accounted for when it lies inside a fragment that proves a
    target or a gap, when a rule of `RULES` tells that it is no promise, when
    ``numerals.csv`` lists it, or when its passage recurs in the same text
    and is accounted for there.

    Returns
    -------
    DataFrame
        A row a numeral, in the order of the texts: ``document``, ``start``,
        ``text``, ``context``, ``how`` (target, gap, proof, rule, listed,
        unaccounted) and ``reason`` (id of the row proved, name of the rule,
        or the reason listed).
    """
    fragments = pd.concat(_fragments(plans), ignore_index=True)
    rows = []
    for document, text in texts.items():
        proved = _spans(fragments[fragments["document"] == document], text, "how", "id")
        listed = _spans(plans.numerals[plans.numerals["document"] == document].assign(how="listed"), text, "how", "reason")
        rows += [(document, *row) for row in _rows(text, proved, listed)]
    return pd.DataFrame(rows, columns=COLUMNS)


def printed(words, value):
    """Say whether words print a value, and with which myriads.

    Parameters
    ----------
    words : str
        In half-width forms.
    value : float
        Its sign is left aside: a fall by 20 is printed as 20.

    Returns
    -------
    set
        What stands behind the value wherever it is printed in digits: ``""``,
        ``"万"``, ``"亿"``; and None where it is written in Chinese, a fraction
        as a percentage. Empty when it is not printed.
    """
    words = re.sub(r"(?<=\d) ?\. ?(?=\d)", ".", joined(words).translate(str.maketrans("萬億", "万亿")))
    # In a list or a range, as 12、15万吨, the myriads may stand behind the last figure only.
    found = re.findall(rf"{digits(value)}((?:[-—–~至、和及]\d[\d.]*)*)\s?([万亿]*)", words)
    myriads = {myriad for _, myriad in found} | {"" for listed, _ in found if listed}
    decimals = len(f"{abs(value):.10f}".rstrip("0").partition(".")[2])
    return myriads | {None for number in _spelled(words) if round(number, decimals) == round(abs(value), decimals)}


def plain_text(text):
    """Fold full-width forms to ASCII, so that figures can be compared."""
    return unicodedata.normalize("NFKC", text)


def joined(words):
    """Leave out what separates thousands."""
    return re.sub(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?!\d)", lambda match: match[0].replace(",", ""), words)


def digits(value):
    """Return the pattern of a value printed in digits, its sign left aside; the 10 of PM10 is none."""
    size = f"{abs(value):.10f}".rstrip("0").rstrip(".")
    zeros = "0*" if "." in size else r"(?:\.0+)?"
    return rf"(?<![\d.A-Za-z]){re.escape(size)}{zeros}(?!\d|\.\d)"


def _spelled(words):
    if re.search("一半|半[数數]|[过過]半", words):
        yield 50
    for parts, whole, decimals in SPELLED.findall(words):
        number = _count(whole) + float(f"0.{''.join(str(LETTERS[letter]) for letter in decimals)}0")
        yield 100 * number / _count(parts) if parts else number


def _count(letters):
    """Read a whole number written in Chinese: 九十五 is 95.

    >>> _count("九十五"), _count("一百零二"), _count("十")
    (95, 102, 10)
    """
    total = digit = 0
    for letter in letters:
        if letter in PLACES:
            total, digit = total + (digit or 1) * PLACES[letter], 0
        else:
            digit = LETTERS[letter]
    return total + digit


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
    return [(start, start + len(words), *rest) for start, words, *rest in cells if text.startswith(words, start)]


def _rows(text, proved, listed):
    rules = [(*match.span(), "rule", name) for name, rule in RULES.items() for match in rule.finditer(text)]
    found = {}
    for start, end in (match.span() for match in NUMERAL.finditer(text)):
        inside = (span[2:] for span in proved + rules if span[0] <= start and end <= span[1])
        touching = (span[2:] for span in listed if span[0] < end and start < span[1])
        found[start, end] = next(inside, None) or next(touching, None)
    repeated = _repeated(text, found)
    for (start, end), answer in found.items():
        context = text[max(0, start - MARGIN) : end + MARGIN].replace("\n", " ")
        yield start, text[start:end], context, *(answer or repeated.get((start, end)) or ("unaccounted", ""))


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
