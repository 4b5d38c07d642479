"""What readers do on the pages: search, compare, filter, take away; the pages answer as the library does, offline."""

import csv
import io
import itertools
import random
import re

import lantian as lt
import pytest
from lantian.analysis import search
from lantian.site.pages import program
from lantian.text import PAIRS, wording
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TRADITIONAL = str.maketrans({simplified: traditional for traditional, simplified in PAIRS})
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)})
COMPARED = """() => [...document.querySelectorAll('.compared tbody tr')].map(
    row => [...row.cells].slice(0, 6).map(cell => cell.innerText.split('\\n').map(line => line.trim()).filter(Boolean)))"""


@pytest.fixture(scope="module")
def tab(chromium, site):
    """A page of the site, on which tests go where they like."""
    page = chromium.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    yield page
    page.close()


def opened(tab, site, name):
    tab.goto("about:blank")
    tab.goto(f"{site.as_uri()}/{name}")
    return tab


# --- search ----------------------------------------------------------------------------------------------------------


def substrings(plans, number, seed):
    """Draw parts of the texts of all tables, some in another case, width or script, some of two words that stand apart."""
    draw = random.Random(seed)
    tables = [frame for frame in vars(plans).values() if hasattr(frame, "select_dtypes")]
    texts = sorted(
        {cell for table in tables for column in table for cell in table[column] if isinstance(cell, str)}
        - {""}
    )
    for _ in range(number):
        text = draw.choice(texts)
        start = draw.randrange(len(text))
        part = text[start : start + draw.choice([1, 2, 3, 5, 9, 20])]
        if draw.random() < 0.2:
            part += " " + draw.choice(text.split())
        yield draw.choice(
            [str, str.upper, lambda part: part.translate(TRADITIONAL), lambda part: part.translate(WIDE)]
        )(part)


def agree(tab, site, plans, queries):
    """Hold the box against `find`: the same rows in the same order, for each of some queries."""
    opened(tab, site, "09_method.html")
    tab.evaluate(program().removesuffix("})();\n") + "globalThis.sought = { prepare, parts, find } })();")
    tab.evaluate("sought.prepare()")
    shown = tab.evaluate(
        "queries => queries.map(words => sought.find(sought.parts(words)).map(row => row.id))", queries
    )
    rows, terms = search.rows(plans), search.counterparts(plans)
    for words, ids in zip(queries, shown, strict=True):
        found = search.ranked(rows, search.parts(words, terms))
        assert ids == list(found["id"]), words
    return shown


def test_the_box_finds_what_find_finds(tab, site, plans):
    shown = agree(
        tab, site, plans, ["公交", "", " ", "(", "[a-z]*", "constructor", *substrings(plans, 250, 19)]
    )
    assert sum(map(bool, shown)) > 200
    assert shown[0] == list(lt.find(plans, "公交")["id"]) and set(shown[0]) <= set(
        lt.find(plans, "bus")["id"]
    )


@pytest.mark.soak
def test_the_box_finds_what_find_finds_in_2000_ways(tab, site, plans):
    agree(tab, site, plans, list(substrings(plans, 2000, random.randrange(10**6))))


def test_words_rank_by_how_whole_they_stand(plans):
    found = lt.find(plans, "bus")
    texts = (found["statement"] + " " + found["indicator"]).str.lower()
    whole = [bool(re.search(r"\bbus(es)?\b", text)) for text in texts]
    assert whole[0] and "business" not in texts[0]
    named = lt.find(plans, "business")
    assert len(named) and set(named["id"]) & set(found["id"])  # any part of a word is found, but comes later


@pytest.mark.parametrize(
    "chinese, english",
    [("公交", "bus"), ("散煤", "dispersed coal"), ("秸秆", "straw"), ("挥发性有机物", "VOCs")],
)
def test_a_term_finds_its_counterpart(plans, chinese, english):
    ids = set(lt.find(plans, english)["id"])
    assert set(lt.find(plans, chinese)["id"]) <= ids
    assert set(lt.find(plans, chinese.translate(TRADITIONAL))["id"]) <= ids


def test_find_narrows_by_place_theme_and_year(plans):
    found = lt.find(plans, "bus", place="yuyao", theme="vehicles", year=2020)
    assert list(found["id"]) == ["yuyao-bus-new-2020"]
    for wrong in ({"place": "Yuyao"}, {"theme": "cars"}):
        with pytest.raises(ValueError, match="is no (place|theme)"):
            lt.find(plans, "bus", **wrong)


def test_every_page_has_the_box(tab, site):
    for path in set(site.glob("*.html")) - set(site.glob("brief_*")):  # a brief is for paper
        assert len(re.findall(r'<dialog [^>]*class="search"', path.read_text("utf-8"))) == 1, path.name
    for name in ("index.html", "08_evidence.html", "10_compare.html", "place_yuyao.html", "changelog.html"):
        opened(tab, site, name)
        tab.keyboard.press("/")
        tab.keyboard.type("straw")
        tab.locator("dialog.search .results a").first.wait_for()
        assert tab.locator("dialog.search output").text_content().endswith("rows")


def test_results_mark_words_by_place_and_name_who_says_nothing(tab, site, plans):
    opened(tab, site, "index.html")
    tab.keyboard.press("/")
    tab.keyboard.type("低空")
    tab.locator("dialog.search .results p").wait_for()
    assert (
        tab.locator("dialog.search .results p").text_content()
        == f"No such words in {', '.join(plans.places['label'])}."
    )
    tab.fill("dialog.search input", "electric bus")
    found = lt.find(plans, "electric bus")
    expect(tab.locator("dialog output")).to_have_text(re.compile(f"^{len(found)} "))
    assert tab.locator(".results a").first.get_attribute("href").endswith(found["id"][0])
    marked = {text.lower() for text in tab.locator(".results mark").all_text_contents()}
    assert "bus" in marked and marked & {"新能源汽车", "new energy vehicles", "nev"}
    for fold in tab.locator(".results summary").all():
        fold.click()
    expect(tab.locator(".results a")).to_have_count(len(found))  # folds fill when opened
    links = [link.get_attribute("href").partition("#")[2] for link in tab.locator(".results a").all()]
    assert sorted(links) == sorted(found["id"])
    tab.locator(".results a").first.click()
    assert not tab.locator("dialog.search").is_visible() and tab.url.endswith(found["id"][0])


# --- a comparison of one's own ---------------------------------------------------------------------------------------


def choices(plans):
    """List what readers may choose: subject, two places, respect, and whether parameters are left out."""
    subjects = sorted(set(plans.targets["indicator"]))
    pairs = itertools.combinations(plans.focus, 2)
    return list(itertools.product(subjects, pairs, ("value", "date", "pace", "wording"), (True, False)))


def shown(tab, subject, places, respect, core):
    address = f"subject={subject}&places={','.join(places)}&respect={respect}" + ("" if core else "&all=1")
    tab.evaluate(
        "address => new Promise(done => { addEventListener('hashchange', done, {once: true}); location.hash = address })",
        address,
    )
    return tab.evaluate(COMPARED)


def as_shown(row):
    """Word a row of `compare` as the page does."""
    degree = f"{row.degree}: {wording.words('short degree')[row.degree]}" + (
        f", with {row.places}" if row.places else ""
    )
    verdict = [row.reason] if row.reason == "no target" else [degree, row.caveats, row.inputs, row.reason]
    return [
        [row.label],
        [*filter(None, verdict)],
        *([text] if text else [] for text in (row.printed, row.thing, row.date, row.strength)),
    ]


def compares_as_the_library(tab, site, plans, chosen):
    opened(tab, site, "10_compare.html")
    tab.locator(".compared table").first.wait_for()
    for subject, places, respect, core in chosen:
        rows = lt.compare(plans, subject, of=respect, core=core, places=list(places))
        expected = [
            [[" ".join(line.split()) for line in cell] for cell in as_shown(row)] for row in rows.itertuples()
        ]
        found = [
            [[" ".join(line.split()) for line in cell] for cell in cells]
            for cells in shown(tab, subject, places, respect, core)
        ]
        assert found == expected, (subject, places, respect, core)


def test_the_page_compares_as_the_library_does(tab, site, plans):
    draw, every = random.Random(19), choices(plans)
    numbers = plans.targets.groupby("indicator")["jurisdiction"].nunique()
    several = [chosen for chosen in every if numbers[chosen[0]] > 1]
    parameters = [("coal.plan", ("lanshan", "shuocheng"), "value", False)]
    compares_as_the_library(tab, site, plans, draw.sample(several, 25) + draw.sample(every, 10) + parameters)
    compares_as_the_library(
        tab, site, plans, [("air.good_days", plans.focus, of, True) for of in ("value", "date")]
    )


@pytest.mark.soak
def test_the_page_compares_as_the_library_does_in_every_choice(tab, site, plans):
    compares_as_the_library(tab, site, plans, [chosen for chosen in choices(plans) if chosen[-1]])


def test_a_comparison_is_kept_in_the_address_and_taken_along(tab, site, plans):
    opened(tab, site, "10_compare.html#subject=air.pm25&places=jincheng,yuyao&respect=value")
    tab.locator(".compared tbody tr").first.wait_for()
    assert {name.text_content() for name in tab.locator(".compared tbody th").all()} == {
        "Jincheng (2016?)",
        "Yuyao (2018)",
    }
    assert (
        tab.locator(".compared section p").first.text_content()
        == plans.indicators.set_index("id").loc["air.pm25", "definition"]
    )
    titles = tab.locator(".compared h4").all_text_contents()
    assert titles == ["Levels above", "Measured", "Sources"]
    with tab.expect_download() as waiting:
        tab.click(".compared .files a")
    content = waiting.value.path().read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    expected = lt.compare(plans, "air.pm25", places=["jincheng", "yuyao"])
    assert [row["id"] for row in rows] == list(expected["id"]) and [row["degree"] for row in rows] == list(
        expected["degree"]
    )
    tab.get_by_label("date", exact=True).check()
    tab.get_by_label("Yuyao (2018)").uncheck()
    tab.get_by_label("Lanshan (2019)").check()
    assert "places=lanshan,jincheng&" in tab.url and "respect=date" in tab.url
    assert "10_compare.html#subject=air.pm25" in tab.locator(".compared .citation").text_content()
    tab.get_by_label("Subject").select_option("coal")
    every = tab.locator(".compared section").count()
    tab.get_by_label("only where promise, date or firmness differ").check()
    assert 0 < tab.locator(".compared section").count() < every


def test_what_does_not_compare_is_louder_than_its_figures(tab, site):
    opened(tab, site, "10_compare.html#subject=coal.consumption&places=lanshan,yuyao")
    refusal = tab.locator(".compared .refusal")
    refusal.wait_for()
    size = "element => parseFloat(getComputedStyle(element).fontSize) * getComputedStyle(element).fontWeight"
    assert refusal.text_content() == "Nothing here compares in value."
    assert refusal.evaluate(size) > max(
        cell.evaluate(size) for cell in tab.locator(".compared td.printed").all()
    )


# --- the rows of the evidence ----------------------------------------------------------------------------------------


def test_filters_of_the_evidence_are_in_the_address(tab, site, plans):
    opened(tab, site, "08_evidence.html#place=yuyao&strength=mandated")
    tab.locator("form.filters").wait_for()
    expected = plans.targets.query("jurisdiction == 'yuyao' and strength == 'mandated'")
    assert {row.get_attribute("id") for row in tab.locator("table.searchable tbody tr:visible").all()} == set(
        expected["id"]
    )
    tab.locator("form.filters select[name=theme]").select_option("coal")
    assert tab.url.endswith("#place=yuyao&theme=coal&strength=mandated")
    assert (
        tab.locator("form.filters output")
        .text_content()
        .startswith(f"{(expected['theme'] == 'coal').sum()} of ")
    )
    hidden = expected[expected["theme"] != "coal"]["id"].iloc[0]
    tab.evaluate("address => { location.hash = address }", hidden)
    tab.locator(f"tr[id={hidden}]").wait_for()  # a row that is named is shown, whatever was chosen before


def test_a_row_is_cited_in_words_and_as_bibtex(tab, site):
    opened(tab, site, "08_evidence.html#lanshan-coal-cap-2020")
    row = tab.locator("tr[id=lanshan-coal-cap-2020]")
    row.locator("details.cite summary").focus()
    tab.keyboard.press("Enter")
    words = row.locator(".citation").text_content()
    assert "08_evidence.html#lanshan-coal-cap-2020" in words and "@misc{lanshan-coal-cap-2020," in words


def test_light_and_dark_are_remembered(tab, site):
    opened(tab, site, "01_coal.html")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = tab.evaluate(ground)
    tab.locator("button.scheme").click()
    dark = tab.evaluate(ground)
    opened(tab, site, "02_air.html")
    assert tab.evaluate(ground) == dark != light and tab.locator("button.scheme").text_content() == "Light"
    tab.locator("button.scheme").click()
    assert tab.evaluate(ground) == light
