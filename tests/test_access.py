"""What a chart shows reaches everybody: eye or ear, mouse or keyboard, light or dark, with scripts or without."""

import json
import re
from pathlib import Path

import pytest
from lantian.site.pages import TEMPLATES
from nbconvert.nbconvertapp import NbConvertApp
from test_pages import DRAWN
from test_render import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEDGER = "08_evidence.html"
CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
# What is drawn in a chart apart from axes and from the words that the page sets itself.
CHARTS = """() => [...document.querySelectorAll('figure.chart[id]')].filter(e => e.querySelector('.drawing')).map(figure => ({
  name: figure.id,
  drawn: [...figure.querySelectorAll('svg text')].filter(e => !e.closest('[id*="matplotlib.axis"], [id*="-words-"]')).map(e => e.textContent),
  every: [...figure.querySelectorAll('svg text')].map(e => e.textContent),
  alt: figure.querySelector('desc').textContent,
  table: [...figure.querySelectorAll('tbody :is(th, td)')].map(e => e.textContent),
}))"""
CONTRAST = {"type": "rule", "values": ["color-contrast"]}
REFERENCES = {"type": "tag", "values": ["cat.aria", "cat.parsing"]}
AXE = {"exclude": [[".plotly svg"], [".plotly .js-plotly-plot"]]}
# Contrast takes axe the longest, and follows from colours, size and weight: mark the words that have a combination of them
# which was looked at less than three times, here and on earlier pages.
MARK = """known => {
  const styled = e => getComputedStyle(e)
  const ground = e => e && (styled(e).backgroundColor == 'rgba(0, 0, 0, 0)' ? ground(e.parentElement) : styled(e).backgroundColor)
  const faded = e => e ? styled(e).opacity * faded(e.parentElement) : 1
  const look = e => [styled(e).color, styled(e).fill, styled(e).fontSize, styled(e).fontWeight, faded(e), ground(e)].join()
  for (const e of document.body.querySelectorAll('*')) {
    delete e.dataset.faint
    const words = e.matches('input, select') || [...e.childNodes].some(node => node.nodeType == Node.TEXT_NODE && node.data.trim())
    if (!words || !e.checkVisibility() || known[look(e)] > 2) continue
    known[look(e)] = (known[look(e)] ?? 0) + 1
    e.dataset.faint = 'perhaps'
  }
  return known
}"""
MARKED = AXE | {"include": [["[data-faint]"]]}
PHONE, DESK = {"width": 375, "height": 800}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def pages(site):
    return sorted(site.glob("*.html"))


@pytest.fixture(scope="module")
def context(chromium):
    """A browser context into which axe may bring its script."""
    context = chromium.browser.new_context(offline=True, bypass_csp=True, viewport=PHONE)
    yield context
    context.close()


@pytest.fixture(scope="module")
def tabs(context, pages):
    """Every page by name, opened once on a screen as narrow as a phone's."""
    found = {path.stem: context.new_page() for path in pages}
    for path, page in zip(pages, found.values()):
        page.goto(path.as_uri())
    return found


@pytest.fixture(scope="module")
def charts(tabs):
    """Every drawing of the suite: what is drawn in it, what is said of it, and its table."""
    return [chart for page in tabs.values() for chart in page.evaluate(CHARTS)]


@pytest.fixture
def ledger(chromium, site):
    page = chromium.new_page()
    page.goto(f"{site.as_uri()}/{LEDGER}")
    yield page
    page.close()


def missing(words, text):
    return sorted({word for word in words if word not in text})


def test_words_and_table_name_every_place(charts, plans):
    names = list(plans.places["name_en"])
    found = {
        chart["name"]: missing(names, text)
        for chart in charts
        for text in (chart["alt"], " ".join(chart["table"]))
        if missing(names, text)
    }
    assert charts and not found


def test_words_and_table_hold_every_value_drawn(charts, plans):
    years = re.compile(
        "|".join(re.escape(label.partition(" ")[2]) for label in plans.places["label"])
    )  # of issue, beside the names
    found = {}
    for chart in charts:
        drawn = {number for text in chart["drawn"] for number in NUMBER.findall(years.sub("", text))}
        for text in (chart["alt"], " ".join(chart["table"])):
            if lacking := missing(drawn, NUMBER.findall(text)):
                found.setdefault(chart["name"], lacking)
    assert not found


def test_drawings_hold_no_chinese(charts):
    """A machine without Chinese fonts would draw boxes."""
    assert not {chart["name"]: text for chart in charts for text in chart["every"] if CJK.search(text)}


def test_every_value_of_a_table_leads_to_its_evidence(site):
    unlinked = []
    for path in site.glob("figures/*.csv"):
        header, *rows = path.read_text("utf-8").splitlines()
        ids = {row.rpartition(",")[2] for row in rows} - {""} if header.endswith(",id") else set()
        linked = set(re.findall(rf'href="{LEDGER}#([^"]+)"', _figure(site, path.stem)))
        unlinked += sorted(ids - linked)
    assert not unlinked


def _figure(site, name):
    """Return a chart with its table as it stands on its page."""
    for path in site.glob("[0-9p]*.html"):
        if found := re.search(
            rf'<figure class="chart[^"]*" id="chart-{re.escape(name)}">.*?</figure>',
            path.read_text("utf-8"),
            re.S,
        ):
            return found[0]
    return ""


def test_axe_finds_no_violation(tabs):
    """In the dark only colours differ; pages of places are made alike, and briefs are: one of each kind for all other rules."""
    found, known = {}, {"dark": {}, "light": {}}
    for name, page in tabs.items():
        page.bring_to_front()
        page.set_viewport_size(DESK)
        page.emulate_media(color_scheme="light")
        wait_for(lambda page=page: page.evaluate(DRAWN), f"{name}: not drawn")
        alike = re.match("place_(?!l)|brief_(?![cl])", name)
        found[name] = [] if alike else _violations(page, rules={"color-contrast": {"enabled": False}})
        found[name] += _faint(page, known)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
    assert not {name: violations for name, violations in found.items() if violations}


def _faint(page, known):
    """Return what axe finds too faint on a page, light and dark, by each combination of colours, size and weight."""
    found = []
    for scheme in known:
        page.emulate_media(color_scheme=scheme)
        known[scheme] = page.evaluate(MARK, known[scheme])
        if page.locator("[data-faint]").count():
            found += [f"{scheme}: {line}" for line in _violations(page, MARKED, runOnly=CONTRAST)]
    return found


@pytest.mark.thorough
def test_axe_finds_no_violation_in_one_file(context, mailed):
    """It is made of the same pages: only what refers to ids may be amiss."""
    page = context.new_page()
    page.goto(mailed.as_uri())
    assert not _violations(page, runOnly=REFERENCES)
    page.close()


def _violations(page, context=AXE, **options):
    """Return what axe finds, by the rules that its options say."""
    from axe_playwright_python.sync_playwright import Axe

    options |= {"resultTypes": ["violations"], "preload": False}
    return [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in Axe().run(page, context=context, options=options).response["violations"]
        for node in rule["nodes"][:3]
    ]


FOLDS = "[...document.querySelectorAll('details.fold')].map(e => [e.open, e.hidden, e.querySelectorAll('tbody tr:not([hidden])').length])"


def test_filters_open_the_folds_with_hits(ledger):
    ledger.select_option("select[name=place]", "yuyao")
    found = ledger.evaluate(FOLDS)
    assert {(opened, hidden) for opened, hidden, rows in found if rows} == {(True, False)}
    assert {hidden for _, hidden, rows in found if not rows} <= {True}
    total = ledger.locator("table.searchable tbody tr").count()
    assert (
        ledger.locator("form.filters output").text_content()
        == f"{sum(rows for *_, rows in found)} of {total} rows"
    )


def in_sight(page, identifier):
    """Return whether an element stands on the screen, below the bar that stays at its top."""
    bar = page.locator("header.site").bounding_box()["height"]
    box = page.locator(f"[id='{identifier}']").bounding_box()
    return bool(box) and bar <= box["y"] < page.viewport_size["height"]


def test_an_address_opens_the_fold_that_holds_its_row(chromium, site, ledger):
    """On arrival, by a link on the page itself, and where filters hide the row."""
    for identifier in ("yuyao-pm25-2020", "lanshan-coal-cap-2020"):
        ledger.evaluate("address => { location.hash = address }", identifier)
        wait_for(lambda name=identifier: in_sight(ledger, name), f"{identifier} is not in sight")
    ledger.select_option("select[name=place]", "huludao")
    ledger.evaluate("location.hash = 'yuyao-pm25-2020'")
    wait_for(lambda: in_sight(ledger, "yuyao-pm25-2020"), "still hidden by the filter")
    page = chromium.new_page()
    page.goto(f"{site.as_uri()}/{LEDGER}#huludao-gap-china-3-retired")
    assert in_sight(page, "huludao-gap-china-3-retired") and page.locator("details.fold[open]").count() == 1
    page.close()


def test_one_switch_shows_the_code_of_all_cells(chromium, site):
    page = chromium.new_page()
    page.goto(f"{site.as_uri()}/01_coal.html")
    code, switch = page.locator("details.code"), page.locator("header.site button.codes")
    assert code.count() > 5 and not code.first.is_visible()
    for pressed in ("true", "false"):
        switch.focus()
        page.keyboard.press("Enter")
        assert switch.get_attribute("aria-pressed") == pressed
        shown = [part.locator("pre").is_visible() for part in code.all()]
        assert set(shown) == {pressed == "true"}
    page.close()


def test_contents_mark_where_one_is(chromium, site):
    page = chromium.new_page()
    page.goto(f"{site.as_uri()}/01_coal.html")
    marked = page.locator("nav.contents [aria-current=location]")
    entries = page.locator("nav.contents a").all_text_contents()
    for text in [*entries[::3], entries[-1]]:
        page.locator("nav.contents").get_by_text(text, exact=True).click()
        wait_for(lambda text=text: marked.all_text_contents() == [text], f"{text}: another is marked")
    page.goto(f"{site.as_uri()}/place_yuyao.html")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    last = page.locator("nav.contents a").last.text_content()
    wait_for(lambda: marked.all_text_contents() == [last], "the last is not marked at the end")
    page.close()


def test_heads_of_long_tables_stay_below_the_bar(chromium, site):
    page = chromium.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    for name in (f"{LEDGER}#yuyao-pm25-2020", "05_cascade.html"):
        page.goto(f"{site.as_uri()}/{name}")
        page.evaluate(
            "scrollTo(0, [...document.querySelectorAll('tbody')].sort((a, b) => b.offsetHeight - a.offsetHeight)[0].rows[6].getBoundingClientRect().top + scrollY - 300)"
        )
        bar = page.locator("header.site").bounding_box()
        tops = [head.bounding_box()["y"] for head in page.locator("thead:visible th:first-child").all()]
        assert bar["y"] == 0 and any(abs(top - bar["height"]) <= 1 for top in tops)
    page.close()


def test_a_phone_lists_every_plan_of_a_grid(chromium, site, plans):
    """In place of the drawing, which shows two of five columns, and no wider than the screen."""
    page = chromium.new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    seen = 0
    for name in ("index", "00_at_a_glance", "01_coal", "04_everything_else"):
        page.goto(f"{site.as_uri()}/{name}.html")
        assert page.locator("header.site").bounding_box()["height"] < 50
        for grid in page.locator(".by-subject").all():
            figure = grid.locator("xpath=ancestor::figure")
            assert not figure.locator(".drawing").is_visible()
            named = [line.text_content() for line in grid.locator("li:visible b").all()]
            drawn = figure.locator("svg desc").first.text_content()
            assert {name: named.count(name) for name in named}.keys() == set(plans.places["name_en"])
            assert all(drawn.count(f"{name}: ") == named.count(name) for name in named)
            seen += len(named)
            assert grid.evaluate(
                "e => [...e.querySelectorAll('li')].every(li => li.getBoundingClientRect().right <= innerWidth)"
            )
        assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert seen > 100
    page.set_viewport_size({"width": 1280, "height": 740})
    assert not page.locator(".by-subject").first.is_visible() and page.locator(".drawing").first.is_visible()
    page.close()


def test_paper_shows_what_folds_hide(chromium, site):
    """All rows of the evidence, and those of a chart that a script draws; neither bar nor contents."""
    page = chromium.new_page()
    for name, rows in ((LEDGER, ".fold tbody tr"), ("01_coal.html", ".explore tbody tr")):
        page.goto(f"{site.as_uri()}/{name}")
        page.emulate_media(media="print")
        assert page.locator(rows).count() and page.evaluate(
            f"[...document.querySelectorAll('{rows}')].every(e => e.checkVisibility({{contentVisibilityAuto: true}}) && e.offsetHeight)"
        )
        assert page.locator("header.site").evaluate("e => getComputedStyle(e).position") == "static"
        assert not page.locator("nav.contents").is_visible()
        page.emulate_media(media="screen")
    page.close()


def test_every_control_is_reached_by_keyboard(tabs):
    """Nothing is taken out of the order, and what folds out does so by its native control."""
    for page in tabs.values():
        assert not page.evaluate(
            "[...document.querySelectorAll('a, button, input, summary')].filter(e => e.tabIndex < 0 && !e.closest('.plotly')).map(e => e.outerHTML)"
        )
        assert not page.evaluate(
            "[...document.querySelectorAll('[onclick], [role=button]')].filter(e => !e.closest('.plotly')).length"
        )
        for summary in page.locator("details summary:visible").all()[:1]:
            summary.focus()
            page.keyboard.press("Enter")
            assert summary.evaluate("e => e.parentElement.open")
            page.keyboard.press("Enter")


def test_names_repeated_on_a_phone_are_no_stops_of_the_keyboard(chromium, site):
    page = chromium.new_page()
    page.set_viewport_size(PHONE)
    page.goto(f"{site.as_uri()}/02_air.html")
    drawing = page.locator(".drawing").first
    drawing.focus()
    links = drawing.locator("a").count()
    stops = []
    for _ in range(links + 1):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.tagName"))
    assert links > 20 and stops == ["a"] * links + ["SUMMARY"]
    page.close()


def test_tables_of_words_fit_a_phone(tabs):
    """Each cell stands under the last with its heading, so that what links to evidence is not off screen."""
    seen = 0
    for page in tabs.values():
        seen += page.locator(".wordy td[data-label]").count()
        assert not page.evaluate(
            "[...document.querySelectorAll('.wordy')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent.slice(0, 80))"
        )
        assert not page.evaluate(
            "[...document.querySelectorAll('.wordy td')].filter(e => !e.dataset.label).map(e => e.textContent)"
        )
    assert seen


# Marks of a drawing between its names and the edge of the screen; marks of its axes and its key aside.
IN_SIGHT = """drawing => {
  const names = drawing.querySelector('svg.names'), start = names ? names.getBoundingClientRect().right : 0
  const marks = [...drawing.querySelectorAll('a > :is(use, path)')].map(e => e.getBoundingClientRect())
  return {names: names && names.getBoundingClientRect().left >= 0, marks: marks.length, seen: marks.filter(e => e.left >= start && e.right <= innerWidth).length}
}"""


def test_a_phone_shows_names_and_marks_of_a_drawing_at_once(tabs):
    """Before anything is scrolled; after scrolling to either end the names are still in sight."""
    drawings = 0
    for name, page in tabs.items():
        for drawing in page.locator(".drawing").all():
            first = drawing.evaluate(IN_SIGHT)
            assert first["seen"] or not first["marks"], f"{name}: {drawing.get_attribute('aria-label')}"
            for end in (-9999, 9999):
                drawing.evaluate("(drawing, end) => drawing.scrollBy(end, 0)", end)
                assert drawing.evaluate(IN_SIGHT)["names"] in (True, None)
            drawings += bool(first["marks"] and first["names"])
    assert drawings


def test_a_page_is_readable_without_scripts(chromium, site, plans):
    context = chromium.browser.new_context(offline=True, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.as_uri()}/{LEDGER}#lanshan-coal-cap-2020")
    row = page.locator("tr[id=lanshan-coal-cap-2020]")
    assert (
        row.is_visible()
        and plans.every_target.set_index("id").loc["lanshan-coal-cap-2020", "statement_en"]
        in row.text_content()
    )
    assert abs(row.bounding_box()["y"]) < 900
    page.goto(f"{site.as_uri()}/01_coal.html")
    assert page.locator("figure.explore").get_by_text("drawn by a script").is_visible()
    page.locator("figure.explore summary").click()
    assert page.locator("figure.explore tbody tr").first.is_visible()
    context.close()


def test_template_serves_a_single_notebook(tmp_path):
    """By the command that the template names, without execution."""
    command = re.search(
        r"jupyter (nbconvert .*?) notebooks/",
        (TEMPLATES / "lantian" / "index.html.j2").read_text("utf-8"),
        re.S,
    )[1]
    words = (
        command.replace("\\\n", " ")
        .replace("--execute", "")
        .replace("lib/lantian/templates", str(TEMPLATES))
        .split()
    )
    notebook = {
        "cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Why?"}],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = Path(tmp_path / "why.ipynb")
    path.write_text(json.dumps(notebook), "utf-8")
    program, *arguments = words
    assert program == "nbconvert"
    converter = NbConvertApp()
    converter.initialize([*arguments, str(path)])
    converter.start()
    page = path.with_suffix(".html").read_text("utf-8")
    assert (
        "<title>why · Lantian</title>" in page
        and "default-src 'none'" in page
        and "Why?" in page
        and 'href="index.html"' not in page
    )
