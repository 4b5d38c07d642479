"""Twelve questions of readers, each answered in three actions at most: by mouse, by keyboard and on a phone, most without scripts."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WAYS = {"mouse": 1280, "keyboard": 1280, "phone": 360}
MOST = 3


class Reader:
    """Somebody who looks for an answer on the pages, and counts what that takes."""

    def __init__(self, page, way, plans):
        self.page, self.way, self.plans, self.actions = page, way, plans, 0

    def follow(self, selector, text=None):
        """Follow a link, or press a button, fold or box."""
        found = self.page.locator(selector, has_text=text) if text else self.page.locator(selector)
        self.actions += 1
        if self.way == "keyboard":
            found.first.focus()
            self.page.keyboard.press(
                "Space" if found.first.get_attribute("type") in ("radio", "checkbox") else "Enter"
            )
        else:
            found.first.click()

    def page_of(self, name):
        self.follow("header.site nav a", name)

    def search(self, words):
        if self.way == "keyboard":
            self.actions += 1
            self.page.keyboard.press("/")
        else:
            self.follow("button.find")
        self.actions += 1
        self.page.keyboard.type(words)

    def choose(self, name, value):
        self.actions += 1
        self.page.locator(f"select[name={name}]").select_option(value)

    def reads(self, selector, *words):
        """Hold that some words stand where the reader looks."""
        self.page.locator(selector).first.wait_for()
        seen = " ".join(part.inner_text() for part in self.page.locator(selector).all() if part.is_visible())
        assert all(word in seen.replace("\xa0", " ") for word in words), (words, seen[:500])
        assert self.actions <= MOST


def words_of_a_promise(reader):
    """What does Yuyao promise on PM2.5, and in which words?"""
    reader.page_of("air")
    reader.follow(".finding a[href$='#yuyao-pm25-2020']")
    reader.reads("tr[id=yuyao-pm25-2020]", "37", "微克")


def who_caps_coal(reader):
    """Which plans cap coal?"""
    reader.page_of("coal")
    reader.reads(
        ".finding", "Lanshan (at most 1.45 million t by 2020)", "Yuyao (no more than in 2011 by 2020)"
    )


def why_no_cap(reader):
    """Why has Huludao no cap?"""
    reader.page_of("coal")
    reader.follow(".finding a[href*='#huludao-gap']")
    reader.reads("tr:target", "Huludao", "words only")


def do_boilers_compare(reader):
    """Does what Lanshan and Huludao ask of coal boilers compare, without any script?"""
    reader.page_of("compare")
    reader.follow("details.fold > summary", "Coal (")
    reader.reads(
        "table:has(caption:text('Coal boilers retired'))",
        "Lanshan (2019)",
        "Huludao (2023)",
        "value: same with",
    )


def all_of_a_place(reader):
    """What else does Huludao promise?"""
    reader.follow("footer nav a", "Huludao")
    reader.reads("h1", "Huludao")


def data_for_a_spreadsheet(reader):
    """Where is the whole of it for a spreadsheet?"""
    link = reader.page.locator("footer a", has_text="Excel")
    with reader.page.expect_download() as waiting:
        reader.follow("footer a", "Excel")
    assert (
        link.count() == 1 and waiting.value.path().read_bytes().startswith(b"PK") and reader.actions <= MOST
    )


def a_page_to_print(reader):
    """Is there a page on coal to print and hand out?"""
    reader.page_of("coal")
    reader.follow("main a[href='brief_coal.html']")
    reader.reads("h1", "Who caps coal")


def what_a_word_means(reader):
    """What does it mean that a target is hedged?"""
    reader.page_of("method")
    reader.reads("main", "hedged", "基本")


def who_speaks_of_buses(reader):
    """Which plans speak of buses, and which do not?"""
    reader.search("bus")
    reader.reads(
        "dialog .results h3",
        "Lanshan (2019)",
        "Jincheng (2016?)",
        "Shuocheng (2018)",
        "Yuyao (2018)",
        "Huludao (2023)",
    )


def who_says_nothing(reader):
    """Who says nothing of electric taxis?"""
    reader.search("出租 新能源")
    reader.reads("dialog .results", "Shuocheng (2018)", "No such words in", "Yuyao (2018)")


def which_dates_compare(reader):
    """Do the dates for China VI fuel compare?"""
    reader.page_of("compare")
    reader.choose("subject", "vehicles.fuel_standard")
    reader.follow("input[name=respect][value=date]")
    reader.reads(".compared td.degree", "with")


def what_is_mandated(reader):
    """What must Yuyao do, by its own words?"""
    reader.page_of("evidence")
    reader.choose("place", "yuyao")
    reader.choose("strength", "mandated")
    mandated = reader.plans.targets.query("jurisdiction == 'yuyao' and strength == 'mandated'")
    reader.reads("form.filters output", f"{len(mandated)} of")


WITHOUT_SCRIPTS = [
    words_of_a_promise,
    who_caps_coal,
    why_no_cap,
    do_boilers_compare,
    all_of_a_place,
    data_for_a_spreadsheet,
    a_page_to_print,
    what_a_word_means,
]
WITH_SCRIPTS = [who_speaks_of_buses, who_says_nothing, which_dates_compare, what_is_mandated]


@pytest.mark.parametrize(
    "way", ["mouse", *(pytest.param(way, marks=pytest.mark.thorough) for way in ("keyboard", "phone"))]
)
@pytest.mark.parametrize("scripts", [False, True], ids=["without scripts", "with scripts"])
def test_questions_are_answered(chromium, site, plans, scripts, way):
    size = {"width": WAYS[way], "height": 740}
    context = chromium.browser.new_context(
        java_script_enabled=scripts, offline=True, viewport=size, accept_downloads=True
    )
    page = context.new_page()
    for question in WITH_SCRIPTS if scripts else WITHOUT_SCRIPTS:
        page.goto(f"{site.as_uri()}/index.html")
        question(Reader(page, way, plans))
    context.close()
