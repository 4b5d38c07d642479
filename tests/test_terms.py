"""One vocabulary: no English in the data, the notebooks and the library uses a rendering that ``terms.csv`` avoids."""

import csv
import re
from pathlib import Path

import pytest
from lantian.data.schema import find_data

DATA, CHECKOUT = find_data(), Path(__file__).parents[1]
# How the words of a rendering may be parted: blanks, hyphens, the ends of lines, of strings and of comments.
GAP = r"""(?:\\n",\s*"|\\?["']|[\s#-]|f(?=["']))+"""
with (DATA / "terms.csv").open(encoding="utf-8", newline="") as file:
    TERMS = list(csv.DictReader(file))
AVOIDED = [(words, term["en"]) for term in TERMS for words in term["avoid"].split(";") if words]
AVOIDED.sort(key=lambda pair: -len(pair[0]))  # of two that begin alike, the longer


def forms(words):
    """Return a pattern for a rendering, its last word in the singular or in the plural."""
    *first, last = map(re.escape, re.split("[ -]", words))
    last = f"{last}(?:e?s)?" + f"|{last[:-1]}ies" * last.endswith("y")
    return GAP.join([*first, f"(?:{last})"])


# Not within a longer word or an id, nor before a hyphen: "clean" is not the "clean" of "clean-energy".
FINDER = re.compile(
    rf"(?<![\w.-])(?:{'|'.join(f'({forms(words)})' for words, _ in AVOIDED)})(?!-?\w)", re.IGNORECASE
)


def find(text):
    """Return each rendering to avoid in a text: its line, its words, and the term to use."""
    return [
        (text.count("\n", 0, m.start()) + 1, " ".join(m[0].split()), AVOIDED[m.lastindex - 1][1])
        for m in FINDER.finditer(text)
    ]


def files():
    """Return all files with English: tables but the glossary, their schema, notebooks, and what the library holds."""
    library = (
        path
        for path in (CHECKOUT / "lib").rglob("*")
        if path.suffix in {".py", ".json", ".j2", ".js", ".css"}
    )
    tables = (path for path in DATA.rglob("*.csv") if path.name != "terms.csv")
    return sorted([*tables, DATA / "datapackage.json", *(CHECKOUT / "notebooks").glob("*.ipynb"), *library])


def english(path):
    """Return the text of a file; pages show subjects, such as ``charging_point``, as words."""
    text = path.read_text("utf-8")
    return text.replace("_", " ") if path.suffix == ".csv" else text


@pytest.mark.parametrize("path", files(), ids=lambda path: "/".join(path.parts[-2:]))
def test_no_rendering_to_avoid(path):
    found = [f"{path}:{line}: {words!r}; the term is {term!r}" for line, words, term in find(english(path))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("words", "term"), AVOIDED)
def test_a_rendering_to_avoid_is_found(words, term):
    plural = words[:-1] + "ies" if words.endswith("y") else words + "s"
    broken = re.sub("[ -]", "\n", words)
    in_cell = (
        f'"a {words.partition(" ")[0]}\\n",\n    "{words.partition(" ")[2]} b"' if " " in words else words
    )
    sentences = [
        f"By 2020, {form} ({form})." for form in (words, plural, words.upper(), words.capitalize(), broken)
    ]
    for sentence in [*sentences, in_cell]:
        assert {found for _, _, found in find(sentence)} == {term}, sentence
    assert not find(f"x{words}") and not find(f"{words}x") and not find(f"id-{words}")


def test_glossary_does_not_contradict_itself():
    chinese = [form for term in TERMS for form in term["zh"].split("/")]
    assert len(chinese) == len(set(chinese)), sorted({form for form in chinese if chinese.count(form) > 1})
    assert not {term["en"]: find(term["en"]) for term in TERMS if find(term["en"])}
    assert len(AVOIDED) == len({words.lower() for words, _ in AVOIDED})
