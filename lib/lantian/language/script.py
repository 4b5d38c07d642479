"""One form of Chinese text: one width, one script, one mark for each of several that look alike."""

import unicodedata

# The Traditional characters of numerals, units, and the words that `figures` and `numerals` look for.
TRADITIONAL = (
    "並佈佔併侷個側備傢億儘內兩別劃動務區單噸嚴國圖執堅壓實寧屆層屬崗帶幾廠廢廳張強彆後從應戰擊據數斷於昇時會條業構標樹機檯權減準滅濃瀏為無爭現產"
    "畝發盡種積節約級結絕統經線緻縣總罰聯臺與興萬處號裡規覽計設說議讀負責貳資較輛輪辦進過達違邊鄉銷鎮鏡長開間閱陸隊際隨雙離項順須頭類餘體點黨戶頃裏貝攝滿參較"
)
SIMPLIFIED = (
    "并布占并局个侧备家亿尽内两别划动务区单吨严国图执坚压实宁届层属岗带几厂废厅张强别后从应战击据数断于升时会条业构标树机台权减准灭浓浏为无争现产"
    "亩发尽种积节约级结绝统经线致县总罚联台与兴万处号里规览计设说议读负责贰资较辆轮办进过达违边乡销镇镜长开间阅陆队际随双离项顺须头类余体点党户顷里贝摄满叁较"
)
# Marks that stand for one another in plans: ratios, dashes, tildes, blanks, zeros, bounds.
ALIKE = {":": "\u2236\ufe30\ufe13\ua789", "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "~": "\u301c\u223c\u02dc", " ": "\u00a0\u2002\u2003\u2009\u202f", "〇": "\u25cb\u3007", "≥": "≧⩾", "≤": "≦⩽", "μ": "\u00b5"}


def _table():
    """Map each character to the one that stands for it."""
    folded = dict(zip(TRADITIONAL, SIMPLIFIED, strict=True))
    # Full-width forms, radicals and compatibility characters, as PDFs have them.
    for first, last in ((0xFF01, 0xFFEE), (0x2E80, 0x2FD5), (0xF900, 0xFAFF), (0xFE50, 0xFE6B), (0x3000, 0x3000)):
        for letter in map(chr, range(first, last + 1)):
            plain = unicodedata.normalize("NFKC", letter)
            if len(plain) == 1 and plain != letter:
                folded[letter] = folded.get(plain, plain)
    for plain, letters in ALIKE.items():
        folded |= dict.fromkeys(letters, plain)
    return str.maketrans(folded)


FOLDED = _table()


def fold(text):
    """Fold a text to one width and script, character by character, so that offsets hold.

    Marks of lists (①, ⑴, Ⅲ) and powers (²) stay: they are no figures.

    >>> fold("１∶１．１，達到⼆⼗萬噸；①")
    '1:1.1,达到二十万吨;①'
    """
    return text.translate(FOLDED)
