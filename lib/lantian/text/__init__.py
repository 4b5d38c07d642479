"""What words say: Chinese figures and numerals, and how things are worded in English; no table of the data is known here.

Here is what all of it rests on: one form of Chinese text (one width, one script, one mark for each of several that look
alike), and the tables of patterns that stand beside the modules.
"""

import csv
import unicodedata
from itertools import chain
from pathlib import Path

LEDGER = "08_evidence.html"  # the page to which what rests on a row leads
HERE = Path(__file__).parent
# Traditional characters, each with its simplified form behind it, after the Unihan database of Unicode.
PAIRS = (HERE / "traditional.txt").read_text("utf-8").split()
# Marks that stand for one another in plans, by their code points in Unicode, a line each; the first is the one they become.
ALIKE = (HERE / "alike.txt").read_text("utf-8").splitlines()
# Characters of other widths and shapes, as PDFs have them: full-width forms, radicals, compatibility characters, small
# forms, and the full-width blank.
SHAPES = ((0xFF01, 0xFFEF), (0x2E80, 0x2FD6), (0xF900, 0xFB00), (0xFE50, 0xFE6C), (0x3000, 0x3001))


def _table():
    """Map each character to the one that stands for it."""
    folded = dict(PAIRS)
    for letter in map(chr, chain(*(range(*shapes) for shapes in SHAPES))):
        plain = unicodedata.normalize("NFKC", letter)
        if len(plain) == 1 and plain != letter:
            folded[letter] = folded.get(plain, plain)
    for line in ALIKE:
        plain, *letters = (chr(int(code, 16)) for code in line.partition("#")[0].split())
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


def _table_rows(name):
    """List the rows of a table beside this file, as dicts; by the standard library, which is loaded in no time."""
    with open(HERE / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# Parts that patterns have in common, by the words that stand for them; one may hold those below it.
PARTS = {row["part"]: row["pattern"] for row in _table_rows("pattern_parts.csv")}


def read_patterns(name, **parts):
    """Read a table of patterns; what they have in common is a word in braces, as ``{DATE}``, for the pattern in `PARTS`.

    Parameters
    ----------
    name : path-like
        Of a file, by default beside this one, with the columns ``pattern``, ``example`` and, first, what the patterns are of.
    **parts : str
        Parts that only this table has.

    Returns
    -------
    dict of str to str
        The alternatives joined, by the first column, in the order of the file.
    """
    found = {}
    for row in _table_rows(name):
        key, pattern = next(iter(row.values())), row["pattern"]
        for word, part in [*PARTS.items(), *parts.items()]:
            pattern = pattern.replace(f"{{{word}}}", part)
        found.setdefault(key, []).append(pattern)
    return {key: "|".join(patterns) for key, patterns in found.items()}
