"""Every page is whole, offline, in a real browser: nothing fails, nothing overflows, every chart has words."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = (375, 1280)
FACTS = """() => ({
  ids: [...document.querySelectorAll('[id]')].map(e => e.id),
  used: [...document.querySelectorAll('*')].flatMap(e => [...e.attributes].flatMap(
      a => [...a.value.matchAll(/url\\(#([^)]+)\\)/g)].map(m => m[1]).concat(a.name.endsWith('href') && e.closest('svg') && a.value[0] == '#' ? [a.value.slice(1)] : []))),
  links: [...document.querySelectorAll('a[href]')].map(e => e.href),
  language: document.documentElement.lang,
  headings: document.querySelectorAll('h1').length,
  images: [...document.images].filter(e => !e.complete || !e.naturalWidth).map(e => e.src),
  charts: [...document.querySelectorAll('figure.chart')].map(figure => {
    const svg = figure.querySelector('svg'), box = svg ? svg.getBoundingClientRect() : {width: 0, height: 0}
    const label = figure.querySelector('.plotly')?.getAttribute('aria-label')  // an interactive chart is named from outside
    return {name: figure.id, width: box.width, height: box.height,
            title: label ?? svg?.querySelector('title')?.textContent ?? '', desc: label ?? svg?.querySelector('desc')?.textContent ?? '',
            table: figure.querySelector('table')?.textContent ?? ''}
  }),
})"""


@dataclass
class Visit:
    """What the browser met on one page."""

    name: str
    errors: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    requests: list = field(default_factory=list)
    widths: dict = field(default_factory=dict)
    facts: dict = field(default_factory=dict)


def visit(chromium, path):
    """Open a page at each width and note everything."""
    seen, page = Visit(path.name), chromium.new_page()
    page.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("requestfailed", lambda request: seen.failed.append(request.url))
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(path.as_uri(), wait_until="load")
        page.evaluate("document.querySelectorAll('img').forEach(e => e.loading = 'eager')")
        page.wait_for_function("[...document.images].every(e => e.complete)")
        seen.widths[width] = page.evaluate("document.documentElement.scrollWidth")
    seen.facts = page.evaluate(FACTS)
    page.close()
    return seen


@pytest.fixture(scope="module")
def visits(site, chromium):
    return [visit(chromium, path) for path in sorted(site.glob("*.html"))]


def every(visits, fault):
    """Return the pages at fault with their faults; empty when there is none."""
    return {seen.name: found for seen in visits if (found := fault(seen))}


def test_every_notebook_has_its_page(visits, site):
    assert (site / "index.html").is_file()
    assert len(visits) > 1


def test_nothing_is_logged_as_an_error(visits):
    found = every(visits, lambda seen: seen.errors)
    assert not found


def test_no_request_fails_or_leaves_the_folder(visits, site):
    outside = lambda url: not url.startswith((f"{site.as_uri()}/", "data:", "blob:"))
    found = every(visits, lambda seen: seen.failed + [url for url in seen.requests if outside(url)])
    assert not found


def test_no_page_is_wider_than_the_screen(visits):
    found = every(visits, lambda seen: {width: found for width, found in seen.widths.items() if found > width})
    assert not found


def test_every_image_is_drawn(visits):
    found = every(visits, lambda seen: seen.facts["images"])
    assert not found


def test_every_chart_is_drawn_and_has_words(visits):
    lacks = lambda chart: [word for word in ("name", "width", "height", "title", "desc", "table") if not chart[word]]
    found = every(visits, lambda seen: {chart["name"]: lacks(chart) for chart in seen.facts["charts"] if lacks(chart)})
    assert not found
    assert any(seen.facts["charts"] for seen in visits)


def test_every_chart_names_every_focus_place_in_its_table(visits, plans):
    missing = lambda chart: [name for name in plans.focus["name_en"] if name not in chart["table"]]
    found = every(visits, lambda seen: {chart["name"]: missing(chart) for chart in seen.facts["charts"] if missing(chart)})
    assert not found


def test_ids_are_unique_on_a_page(visits):
    twice = lambda ids: sorted({name or "(empty)" for name in ids if ids.count(name) > 1 or not name})
    found = every(visits, lambda seen: twice(seen.facts["ids"]))
    assert not found


def test_every_reference_within_a_drawing_is_met(visits):
    """A clip path or marker whose id was renamed would vanish without a word."""
    found = every(visits, lambda seen: sorted(set(seen.facts["used"]) - set(seen.facts["ids"])))
    assert not found


def test_every_link_leads_somewhere(visits, site):
    ids = {seen.name: set(seen.facts["ids"]) for seen in visits}

    def dead(url):
        path, _, anchor = unquote(url).partition("#")
        if not path.startswith(f"{unquote(site.as_uri())}/"):
            return re.match(r"https?://", url) is None
        name = path.removeprefix(f"{unquote(site.as_uri())}/")
        return not (site / name).is_file() or (anchor and anchor not in ids.get(name, ()))

    found = every(visits, lambda seen: sorted({url.rpartition("/")[2] for url in seen.facts["links"] if dead(url)}))
    assert not found


def test_every_page_has_a_language_and_one_heading(visits):
    found = every(visits, lambda seen: (seen.facts["language"], seen.facts["headings"]) != ("en", 1))
    assert not found
