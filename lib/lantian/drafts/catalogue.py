"""Find the indicators that words may be about, by how much they share with the names and the rows of the catalogue."""

import math
import re
from collections import Counter, defaultdict
from pathlib import Path

from lantian.text import fold

NEW = "new"
SHOWN = 5
# A likeness below this speaks for an indicator that the catalogue has not; from that and with such a lead it is sure.
UNKNOWN, SURE, LEAD = 0.45, 0.5, 0.15
# Weights, beside the likest row, of the name of an indicator, of the same kind and unit, and of the words above.
NAMED, SAME, ABOVE = 0.5, 0.06, 0.25
# Short forms that would be lost with their digits, or that say the same as a name, a line each: PM10 可吸入颗粒物十.
LINES = Path(__file__).with_name("short_names.txt").read_text("utf-8").splitlines()
SHORT = dict(line.split() for line in LINES)
# Readings in brackets, as a faulty copy has them; figures, years, and words of how much and how firmly.
READINGS = re.compile(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹ]+\)")
COMMON = re.compile(
    r"\d[\d.,]*|[%‰]|[,。;:、()“”\"\s|-]|年底?前?|以[上下内]|左右|达到?|力争|确保|基本|分别|到|全[市区县省]|不低于|不超过|下降|比|较|控制在"
)


class Catalogue:
    """The indicators, and the words that speak for each: its name, and the quotes of its rows.

    After the vector space model of Salton, Wong and Yang (1975): pairs and threes of characters, weighed by rarity.

    Parameters
    ----------
    indicators : DataFrame
        As in the tables.
    targets : DataFrame
        Rows whose quotes or words, kinds and units are known.
    """

    def __init__(self, indicators, targets):
        indicators = indicators[indicators["theme"] != "context"]  # of which only measurements are kept
        self.names = list(indicators["id"])
        words = [*indicators["name_zh"], *targets["quote"].where(targets["quote"] != "", targets["words"])]
        self.documents = [*self.names, *targets["indicator"]]  # the names first
        pieces = list(map(_pieces, words))
        counts = Counter(piece for each in pieces for piece in set(each))
        self.rarest = math.log(len(pieces) + 1)
        self.rarity = {piece: math.log(len(pieces) / count) for piece, count in counts.items()}
        self.holders = defaultdict(list)  # of each piece, the documents that have it, with its weight there
        for number, each in enumerate(pieces):
            for piece, weight in self._weights(Counter(each)).items():
                self.holders[piece].append((number, weight))
        # Of each indicator, the kinds and the units of its rows.
        self.alike = {
            *zip(targets["indicator"], targets["kind"]),
            *zip(targets["indicator"], targets["unit"]),
        }

    def choices(self, words, above="", kind="", unit=""):
        """List the likeliest indicators of some words, and `NEW` where it stands among them.

        Returns
        -------
        list of str
            `SHOWN` ids, and ``new``.
        is_sure : bool
            Whether the first shares much with the words, and far more than the next.
        """
        pieces = Counter(_pieces(words))
        for piece in _pieces(above):
            pieces[piece] += ABOVE
        shared = Counter()
        for piece, weight in self._weights(pieces).items():
            for number, other in self.holders.get(piece, ()):
                shared[number] += weight * other
        likeness = Counter(dict.fromkeys(self.names, 0))
        for number, share in shared.items():
            indicator = self.documents[number]
            likeness[indicator] = max(likeness[indicator], share)
        for number, indicator in enumerate(self.names):
            alike = ((indicator, kind) in self.alike) + ((indicator, unit) in self.alike)
            likeness[indicator] += NAMED * shared[number] + SAME * alike
        ranked = likeness.most_common(SHOWN)
        place = sum(share >= UNKNOWN for _, share in ranked)
        ids = [indicator for indicator, _ in ranked]
        is_sure = ranked[0][1] >= SURE and ranked[0][1] - ranked[1][1] >= LEAD
        return [*ids[:place], NEW, *ids[place:]], is_sure

    def _weights(self, pieces):
        """Weigh pieces by their rarity, to a length of 1."""
        weights = {piece: count * self.rarity.get(piece, self.rarest) for piece, count in pieces.items()}
        length = math.hypot(*weights.values()) or 1
        return {piece: weight / length for piece, weight in weights.items()}


def _pieces(words):
    """Cut words into all pairs and threes of neighbouring characters."""
    words = READINGS.sub("", fold(words))
    for short, name in SHORT.items():
        words = words.replace(short, name)
    runs = COMMON.sub(" ", words).split()
    return [run[at : at + size] for run in runs for size in (2, 3) for at in range(len(run) - size + 1)]
