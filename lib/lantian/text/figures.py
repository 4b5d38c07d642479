"""The figures that words print: how much, in which unit, and whether at least, at most or about.

Numerals are read by `cn2an`; what it does not know (fractions, 余, units, bounds, lists) is read here.
"""

import re
from dataclasses import dataclass, replace
from functools import cache

from lantian.text.script import fold

CHINESE = "〇零一二两三四五六七八九十壹贰叁肆伍陆柒捌玖拾佰仟廿卅百千万亿"
# A 千 or 百 that begins a unit is no numeral: 千瓦, 百分点.
SPELLED = f"(?:(?!千[瓦克米伏帕卡焦赫]|百分)[{CHINESE}])+"
# No figure are the digits of names, as PM2.5 and G205; after some short forms a figure follows at once: COD500吨.
UNNAMED = r"(?<![\d.])(?:(?<![A-Za-z])|(?<=COD)|(?<=BOD)|(?<=VOC)|(?<=VOCs)|(?<=NOx)|(?<=LNG)|(?<=CNG))"
DIGITS = rf"{UNNAMED}(?:\d{{1,3}}(?:[, ]\d{{3}})+(?!\d)|\d+)(?:(?: \. |\.)\d+)?"
MYRIAD = r"(?: ?(?:[十百千]?[万亿]+|(?!千[瓦克米伏帕卡焦赫]|百分)[百千]))"
NUMBER = re.compile(
    rf"(?P<ratio>{DIGITS} ?[:比] ?{DIGITS})"
    r"|(?P<sum>\d+亿\d+万|\d+[亿万]\d+千(?!瓦))"
    r"|(?P<whole>百分之?百)"
    rf"|(?P<per>[百千万])分之(?P<parts>{SPELLED}(?:点{SPELLED})?|{DIGITS})"
    rf"|(?P<below>{SPELLED})分之(?P<above>{SPELLED})|(?P<fraction>(?<![\d/.])\d{{1,2}}/\d{{1,2}}(?![\d/]))"
    r"|(?P<half>一半|半数|过半)"
    rf"|(?P<digits>{DIGITS})(?P<more>[余多几]?)(?P<myriad>{MYRIAD}?)(?P<also>[余多]?)(?P<again>(?:(?<=[余多])[万亿]+)?)"
    rf"|(?P<spelled>{SPELLED}(?:点{SPELLED})?)(?P<over>[余多几]?)(?P<times>[万亿]*)(?P<odd>[余多]?)"
)
PER = {"百": "%", "千": "‰", "万": "‱"}
MYRIADS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
ORDINAL = re.compile(
    r"第$|(?<![全我各美外])国$|第[^。;,]{0,8}、$|\(含$"
)  # 第1、2台, 国6 and (含20家) count nothing
VAGUE = re.compile("[一二三四五六七八九]{2}")  # 三五家 is three to five
FEW = re.compile("[几数上]$")  # 几十家, 数百辆

# Units and words for counting as Chinese documents print them, whatever a table of units may hold.
UNITS = (
    "% ‰ ‱ 个百分点 百分点 成 倍 "
    "吨标准煤 吨标煤 千克标准煤 千克标煤 公斤标准煤 克标准煤 克标煤 吨二氧化碳当量 吨二氧化碳 吨油当量 吨 公斤 千克 毫克 微克 纳克 克 斤 tce kg ㎏ mg ㎎ μg ug ㎍ ng t g "
    "平方公里 平方千米 平方米 平米 ㎡ km2 km² m2 m² 公顷 亩 立方米 立方 标方 方 ㎥ m3 m³ Nm3 升 公里 千米 厘米 毫米 微米 米 里 km ㎞ mm ㎜ cm ㎝ m "
    "千瓦时 千瓦小时 兆瓦时 度电 度 kWh MWh 千瓦 兆瓦 吉瓦 瓦 kW ㎾ MW ㎿ GW 吉焦 焦耳 焦 千卡 大卡 GJ 千伏 伏 kV 兆帕 帕 摄氏度 ℃ 分贝 ppm ppb "
    "蒸吨 吨位 美元 元 人次 人 户次 户 家次 家 个月 个小时 个 座次 座位 座 台班 台套 台(套) 台次 台 套 辆次 辆 条 项 处 所 支 艘 架 列 只 头 羽 株 棵 批次 批 次 件 起 名 位 口 眼 片 块 "
    "类 种 级 层 栋 幢 间 点 宗 份 张 本 年 月 日 天 小时 分钟 秒 时 期 周 季度"
).split()
TIMES = ("年", "月", "日", "天", "小时", "个小时", "个月", "周", "季度")
LENGTHS = ("公里", "米", "千米", "里", "km", "m")
# Prints of one unit; to change the print changes no number.
SAME = {
    "标准煤": ("标煤",), "微克": ("μg", "ug", "㎍"), "毫克": ("mg", "㎎"), "千克": ("公斤", "kg", "㎏"), "吨": ("t",), "平方米": ("平米", "㎡", "m2", "m²"),
    "立方米": ("立方", "方", "㎥", "m3", "m³"), "平方公里": ("平方千米", "km2", "km²"), "公里": ("千米", "km", "㎞"), "毫米": ("mm", "㎜"), "千瓦": ("kw", "㎾"),
    "兆瓦": ("mw", "㎿"), "千瓦时": ("度", "度电", "kwh", "千瓦小时"), "台": ("台套", "台(套)"), "小时": ("个小时", "时", "h"), "天": ("日", "d"), "年": ("a",),
}  # fmt: skip
CANONICAL = {other: unit for unit, others in SAME.items() for other in others}
# What makes another unit of the one before it: 吨公里, 吨级, 家次, 吨煤当量, 万吨/a, 人·天.
LONGER = re.compile(
    r"(?:[/·]\s?(?:百)?(?!\d)[^\s,。;、:()\d|]{1,4}|公里|级(?!别)|次(?!生)|班(?!子)|座位|(?:标|煤|油)?当量|标油|CO2)"
)

NOT = "(?:不(?:得再|应当|允许|得|能|应|可|宜|准|许|会|要|致|再)?|未|没有)"
WITHIN = (
    r"(?:[^\d,。;:、]{0,8}?|[^,。;:]{1,30}的|[^,。;:]{1,30}量(?:\([^()]*\))?的?)"  # 不低于新增车辆总数的80%
)
SHARE = r"(?:[了为占有达到至在是过]{0,2}|[^\d,。;:、]{1,10}的)"  # 低于总量的30%
OWN = r"[了为占有达到至在是过计]{0,2}(?:每[^\d,。;:、]{1,4})?"
BEFORE = (
    (">=", rf"{NOT}(?:低|少|小|短|下|劣)于?{WITHIN}|(?:至少|起码){WITHIN}|(?:最少|最低|达到或超过|(?:等于或|大于或|大于|高于或|高于|多于)等于|(?:等于)或(?:大|高|多)于|(?:大|高|多)于或等于|下限){OWN}|≥|>=|大于\(含\)"),
    ("<=", rf"{NOT}(?:超过|超出|超|高于|大于|多于|长于|突破|逾){WITHIN}|至多{WITHIN}|(?:最多|最高|最大|(?:小|低|少)于(?:或者?)?等于|等于或(?:小|低|少)于|上限|封顶){OWN}|≤|<="),
    (">", "(?:超过|超出|超额|高于|高出|大于|多于|突破|逾){}|(?<![治严])超|>"),
    ("<", "(?:低于|少于|小于|短于|不足|不到|不满|未满|未达到?){}|<"),
    ("~", r"(?:大约|大概|大致|大体|接近|将近|(?<![节集预公制合契签违解特])约|(?<![最附邻就])近)(?:[为占有达合需到计]{0,2}|减排|减少|削减|下降|增加|[^\d,。;:、]{1,8}的)"),
)  # fmt: skip
SHARES = ("%", "‰", "成")
AFTER = (
    (">=", r"(?:[及或]者?)?以上|之上|起步|起(?=[,。;)]|$)|为(?:下限|底线)"),
    (">", "有余"),
    ("<=", r"(?:[及或]者?)?以下|之下|以内|之内|为(?:上限|限)|封顶"),
    ("~", "左右(?![两岸手侧])|上下(?![游])|前后"),
)
BEFORE = [
    (
        bound,
        re.compile(f"(?:{pattern.replace('{}', OWN)})$"),
        re.compile(f"(?:{pattern.replace('{}', SHARE)})$"),
    )
    for bound, pattern in BEFORE
]
AFTER = [(bound, re.compile(pattern)) for bound, pattern in AFTER]
NOUN_BETWEEN = re.compile("[^\\d,。;:、()]{1,6}(以[上下内])(?=[,。;)]|$)")  # 145万吨原煤以内
INSIDE = re.compile(r"内(?=[,。;:、)”]|的|$)")  # 控制在5%内, but no 内河
BRACKET = re.compile(r"^\s?\([^()]{0,14}\)")
BOUNDED = re.compile(r"(?:\([^()]{0,14}\))?(?:[及或]者?)?(?:以[上下内]|之[上下内]|左右|上下)")
# Bans: what is forbidden above a figure is allowed up to it.
FORBIDDEN = re.compile(
    "禁止|严禁|杜绝|防止|限制(?!在)|消除(?=大于|超过|高于)|不[准许予得](?![再低高超少大小多短突])"
)
ELIMINATED = re.compile(
    "淘汰|关停|整治|取缔|消除|停止"
)  # what is eliminated above a figure: 淘汰煤耗高于300克的机组
FORBIDDEN_BEHIND = re.compile("^[^,。;]{0,20}(?:禁止|严禁|不[准许予得](?![再低高超少大小多短突]))")
FLIPPED = {">": "<=", "<": ">=", ">=": "<", "<=": ">"}
LIST = re.compile(r"\s*(?:[、及至到~-]|和|与|或){1,2}\s*")
RANGE = re.compile(r"\s*[至到~-]{1,2}\s*")


@dataclass(frozen=True)
class Figure:
    """A figure as words print it.

    Attributes
    ----------
    number : float
        As printed, its 万 or 亿 left out: 120 of 120万吨; of 三分之一 the 33.33 of a percentage.
    amount : float
        The number with its 万 or 亿: 1200000.
    myriad, unit : str
        万 and 吨; the unit is empty where none is printed.
    bounds : frozenset of str
        The operators that the words beside it allow: ``{"<="}`` for 120万吨以内, ``{"="}`` where none says more.
    start, end : int
        Its place, unit and 以上 left out.
    spelled : bool
        Whether it is written in Chinese numerals or as a fraction.
    until : float or None
        The end of a range that begins with it: 15 of 10%~15%.
    first : int
        Where the list begins that it is part of; its own place where there is none.
    """

    number: float
    amount: float
    myriad: str
    unit: str
    bounds: frozenset
    start: int
    end: int
    spelled: bool
    until: float | None = None
    first: int = -1

    def __str__(self):
        return f"{self.number:.10g}{self.myriad}{self.unit}"


@cache
def figures(words, units=()):
    """Read the figures of some words.

    Parameters
    ----------
    words : str
        In any width or script; the parts of several fragments are divided by line ends.
    units : tuple of str
        Further units, such as those of a table.

    Returns
    -------
    tuple of Figure
        In their order.

    Examples
    --------
    >>> [(str(figure), *sorted(figure.bounds)) for figure in figures("新增10余萬輛,浓度低于35微克/立方米")]
    [('10万辆', '>', '~'), ('35微克/立方米', '<')]
    """
    words = fold(words)
    known = _pattern(units)
    found = [figure for match in NUMBER.finditer(words) if (figure := _figure(match, words, known))]
    return tuple(_shared(found, words))


@cache
def _pattern(units):
    """Return the pattern of the known units, the longest first."""
    return re.compile(
        "|".join(
            map(
                re.escape, sorted({*UNITS, *(split(unit)[1] for unit in units)} - {""}, key=len, reverse=True)
            )
        )
    )


def _figure(match, words, known):
    """Read one match; none where it is a word such as 千 alone, an ordinal or a vague number."""
    number, myriad, unit, spelled = _number(match)
    before, rest = words[: match.start()], words[match.end() :]
    if number is None or ORDINAL.search(before) or (spelled and FEW.search(before)):
        return None
    if spelled and not unit and rest.startswith("、") and not re.search(r"\w$", before):
        return None  # 一、 marks a section
    unit = unit or _unit(before, rest, known)
    over = any(match[name] for name in ("more", "also", "over", "odd"))
    bounds = {">", "~"} if over else {">"} if match["half"] == "过半" else set()
    bounds |= _bounds(before, rest, unit, known)
    amount = number
    for letter in myriad.strip():
        amount *= MYRIADS[letter]
    return Figure(
        number, amount, myriad.strip(), unit, frozenset(bounds), match.start(), match.end(), spelled
    )


def _number(match):
    """Return the number, its 万 or 亿, a unit that the numeral itself says, and whether it is spelled."""
    if match["ratio"]:
        one, other = (float(re.sub("[, ]", "", part)) for part in re.split("[:比]", match["ratio"]))
        return (
            (other, "", ":1", False)
            if one == 1
            else (one, "", ":1", False)
            if other == 1
            else (None, "", "", False)
        )
    if match["sum"]:
        return float(_amount(match["sum"])), "", "", True
    if match["whole"]:
        return 100.0, "", "%", True
    if match["per"]:
        return _value(match["parts"]), "", PER[match["per"]], True
    if match["below"]:
        return _share(_value(match["above"]), _value(match["below"])), "", "%", True
    if match["fraction"]:
        return _share(*map(float, match["fraction"].split("/"))), "", "%", True
    if match["half"]:
        return 50.0, "", "%", True
    if match["digits"]:
        return float(re.sub("[, ]", "", match["digits"])), match["myriad"] + match["again"], "", False
    letters, myriad = re.fullmatch("(.+?)([万亿]*)", match["spelled"]).groups()
    if letters[0] in "百千" and (match["over"] or match["odd"] or myriad + match["times"]):
        letters = f"一{letters}"  # 百余家, 百万亩
    return _value(letters), myriad + match["times"], "", True


def _amount(words):
    """Add up what stands before each 亿, 万 and 千: 1亿2000万 is 120000000."""
    return sum(int(number) * MYRIADS[myriad] for number, myriad in re.findall("(\\d+)([亿万千])", words))


def _share(above, below):
    return 100 * above / below if above is not None and below else None


def _value(numeral):
    """Return the value of a numeral; none where the letters are no number, as 千 in 千家万户, or a vague one."""
    from cn2an import cn2an

    if VAGUE.fullmatch(numeral):
        return None
    try:
        return float(re.sub("[, ]", "", numeral)) if numeral[0].isdigit() else float(cn2an(numeral, "smart"))
    except (ValueError, KeyError, IndexError):
        return None


def _unit(before, rest, known):
    """Read the unit of a figure: behind it, 以上 and the like passed over (2万吨以上标准煤); 标准煤 also stands before it."""
    rest = re.sub(r"\s", "", rest)
    if rest.startswith("/") and (match := known.match(rest[1:])):
        return f"/{match[0]}"  # 9/平方公里, where a unit was lost
    match = known.match(rest)
    unit = match[0] if match else ""
    rest = rest[len(unit) :]
    if skipped := BOUNDED.match(rest):
        longer = known.match(unit + rest[skipped.end() :])
        if longer and len(longer[0]) > len(unit):
            return longer[0]
    if unit in ("吨", "t") and (
        re.search("标准?煤量?$", before) or re.match(r"\((?:折[合算]?)?标准?煤\)|标准?煤", rest)
    ):
        return "吨标准煤"
    while (joint := re.match("/每?|每", rest)) and (match := known.match(rest[joint.end() :])):
        unit, rest = f"{unit}/{match[0]}", rest[joint.end() + len(match[0]) :]
    longer = LONGER.match(rest) if unit and unit[-1] not in "%‰" else None
    return f"{unit}{longer[0]}" if longer else unit


def _bounds(before, rest, unit, known):
    """Name the bounds beside a figure; what is forbidden above a figure is allowed up to it."""
    clause = re.split("[。;,\n]", before)[-1]
    bounds = _before(clause, unit)
    forbidden = (
        FORBIDDEN.search(clause)
        or FORBIDDEN_BEHIND.search(rest)
        or (ELIMINATED.search(clause) and bounds and re.sub(r"\s", "", rest).startswith(f"{unit}的"))
    )
    bounds = bounds | _after(rest, unit, known)
    return {FLIPPED.get(bound, bound) for bound in bounds} if forbidden else bounds


def _before(clause, unit):
    """Name the bounds that end right before a figure; 低于…的 bounds a share only, not 低于标准的20家."""
    clause = re.sub('[\\s“"「(]+$', "", clause)
    share = unit in SHARES
    bounds = {bound for bound, pattern, shared in BEFORE if (shared if share else pattern).search(clause)}
    return bounds - ({"<"} if ">=" in bounds else set()) - ({">"} if "<=" in bounds else set())


def _after(rest, unit, known):
    """Name the bounds that begin right behind a figure and its unit, a bracket passed over."""
    rest = re.sub(r"^\s", "", rest)
    parts = [rest]
    if printed := known.match(rest.lstrip()):
        parts.append(rest.lstrip()[printed.end() :])
    while joint := re.match(rf"\s?(?:/\s?每?|每)\s?(?:{known.pattern})", parts[-1]):
        parts.append(parts[-1][joint.end() :])
    parts = [BRACKET.sub("", part).lstrip(' ”"」') for part in parts]
    parts += [found[1] for part in parts[1:] if (found := NOUN_BETWEEN.match(part))]
    bounds = {bound for bound, pattern in AFTER for part in parts if pattern.match(part)}
    inside = any(
        INSIDE.match(part) or (unit in TIMES + LENGTHS and re.match("内(?![河燃资涝环])", part))
        for part in parts[1:] or parts
    )
    return bounds | ({"<="} if inside else set())


def _shared(found, words):
    """Give the figures of a list or range what is printed once for all: the unit, its 万, the bound."""
    for place, figure in enumerate(found):
        before = found[place - 1] if place else None
        found[place] = figure = replace(figure, first=figure.start)
        if before and LIST.fullmatch(_between(before, figure, words)):
            bounds = figure.bounds or before.bounds - {"~"}
            found[place] = replace(figure, bounds=bounds, first=before.first)
    for place in reversed(range(len(found) - 1)):
        figure, after = found[place], found[place + 1]
        between = _between(figure, after, words)
        if not LIST.fullmatch(between):
            continue
        if not figure.unit:
            myriad = figure.myriad or after.myriad
            amount = figure.amount * (
                after.amount / after.number if not figure.myriad and after.number else 1
            )
            figure = replace(figure, unit=after.unit, myriad=myriad, amount=amount)
        shared = figure.unit == after.unit and (not figure.bounds or figure.bounds == {"="})
        later = after.bounds if shared else frozenset()
        until = after.number if RANGE.fullmatch(between) else None
        found[place] = replace(
            figure, bounds=figure.bounds | later | ({"="} if not figure.bounds else set()), until=until
        )
    return [figure if figure.bounds else replace(figure, bounds=frozenset("=")) for figure in found]


def _between(one, other, words):
    """Return what stands between two figures, the unit of the first left out."""
    return words[one.end : other.start].lstrip().removeprefix(one.unit)


def split(unit):
    """Divide a unit into its 万 or 亿 and the rest.

    >>> split("万吨/年"), split("千瓦")
    (('万', '吨/年'), ('', '千瓦'))
    """
    return re.fullmatch("([十百千]?[万亿]+|)(.*)", unit).groups()


def same_unit(one, other):
    """Tell whether two prints are one unit: 微克每立方米 and μg/m³ are 微克/立方米.

    >>> same_unit("微克每立方米", "μg/m³"), same_unit("吨", "吨标准煤")
    (True, False)
    """
    return _plain(one) == _plain(other)


def _plain(unit):
    unit = fold(unit).replace("每", "/").replace("//", "/").replace("标煤", "标准煤").casefold()
    plain = "/".join(CANONICAL.get(part, part) for part in unit.split("/"))
    return "吨/小时" if plain in ("蒸吨", "蒸吨/小时") else plain  # of steam, as boilers are sized
