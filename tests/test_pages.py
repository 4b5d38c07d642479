"""Every page is whole, in a real browser without a network: from the disk, from a server, and mailed as one file."""

import base64
import csv
import json
import re
import threading
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from edit import change, read
from lantian.data import export
from lantian.site.pages import Page, to_html
from lantian.site.render import render
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from test_render import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS = (375, 1280)
# Bytes: a page without plotly.js, the whole suite in one file, and the script that all pages share.
LIGHT, MAIL, SCRIPT = 400_000, 7_000_000, 20_000
DRAWN = "[...document.querySelectorAll('.plotly')].every(e => e.querySelector('.point')) && [...document.images].every(e => e.complete)"
FACTS = """() => ({
  ids: [...document.querySelectorAll('[id]')].map(e => e.id),
  used: [...document.querySelectorAll('*')].flatMap(e => [...e.attributes].flatMap(
      a => [...a.value.matchAll(/url\\(#([^)]+)\\)/g)].map(m => m[1]).concat(a.name.endsWith('href') && e.matches('use') && a.value[0] == '#' ? [a.value.slice(1)] : []))),
  links: [...document.querySelectorAll('a[href]')].map(e => new URL(e.getAttribute('href'), location).href),
  policy: document.querySelector('meta[http-equiv=Content-Security-Policy]').content,
  language: document.documentElement.lang,
  headings: document.querySelectorAll('h1').length,
  images: [...document.images].filter(e => !e.complete || !e.naturalWidth).map(e => e.src),
  charts: [...document.querySelectorAll('main:not(.front) figure.chart')].filter(e => !e.closest('.front')).map(figure => {
    const svg = figure.querySelector('svg'), box = svg ? svg.getBoundingClientRect() : {width: 0, height: 0}
    const label = figure.querySelector('.plotly')?.getAttribute('aria-label')  // an interactive chart is named from outside
    return {name: figure.id, width: box.width, height: box.height,
            title: label ?? svg?.querySelector('title')?.textContent ?? '', desc: label ?? svg?.querySelector('desc')?.textContent ?? '',
            table: figure.querySelector('table')?.textContent ?? ''}
  }),
})"""


@dataclass
class Visit:
    """What the browser met on one page; ``base`` is all that it may ask for."""

    name: str
    base: str
    errors: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    requests: list = field(default_factory=list)
    widths: dict = field(default_factory=dict)
    facts: dict = field(default_factory=dict)


def visit(context, base, name, widths=WIDTHS):
    """Open a page at the first width, stretch it to the others, and note everything."""
    seen, page = Visit(name, base), context.new_page()
    page.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("requestfailed", lambda request: seen.failed.append(request.url))
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        if not seen.widths:
            page.goto(f"{base}{name}", wait_until="load")
        # Playwright's own waiting evaluates text, which the page's policy forbids.
        wait_for(lambda: page.evaluate(DRAWN), f"{page.url}: not drawn")
        seen.widths[width] = page.evaluate("document.documentElement.scrollWidth")
    seen.facts = page.evaluate(FACTS)
    page.close()
    return seen


@pytest.fixture(scope="module")
def server(site):
    """The address of a server of the pages on this machine."""
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *words: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=site)) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}/"
        http.shutdown()


@pytest.fixture(scope="module")
def cut(chromium, server):
    """A browser context that reaches nothing but the server: one that is offline would not reach even that."""
    context = chromium.browser.new_context()
    context.route(
        lambda url: url.startswith("http") and not url.startswith(server), lambda route: route.abort()
    )
    yield context
    context.close()


@pytest.fixture(scope="module")
def from_disk(site, chromium):
    return [visit(chromium, f"{site.as_uri()}/", path.name) for path in sorted(site.glob("*.html"))]


@pytest.fixture(scope="module")
def visits(site, chromium, cut, server, mailed, from_disk):
    # Pages that were stretched on the disk are opened wide here, one of each kind.
    kinds = ("index", "0[018]*", "10*", "changelog", "place_l*", "brief_[cl]*")
    names = [path.name for kind in kinds for path in sorted(site.glob(f"{kind}.html"))]
    served = [visit(cut, server, name, WIDTHS[-1:]) for name in names]
    return [*from_disk, *served, visit(chromium, f"{mailed.parent.as_uri()}/", mailed.name)]


def every(visits, fault):
    """Return the pages at fault with their faults; empty when there is none."""
    return {seen.base + seen.name: found for seen in visits if (found := fault(seen))}


def test_every_notebook_has_its_page(from_disk, site):
    assert (site / "index.html").is_file()
    assert len(from_disk) > 1


def test_nothing_is_logged_as_an_error(visits):
    found = every(visits, lambda seen: seen.errors)
    assert not found


def test_no_request_fails_or_leaves_the_folder(visits):
    def outside(seen, url):
        return not url.startswith((seen.base, "data:", "blob:"))

    found = every(visits, lambda seen: seen.failed + [url for url in seen.requests if outside(seen, url)])
    assert not found


def test_no_page_may_ask_for_anything_else(visits):
    """The page's own policy names nothing but itself and its folder, and no script in its text but by hash."""
    policy = r"default-src 'none'; script-src ('self'|('sha256-[\w+/=]+' ?)+); style-src 'unsafe-inline'; img-src ('self' )?data: blob:; base-uri 'none'; form-action 'none'"
    found = every(visits, lambda seen: not re.fullmatch(policy, seen.facts["policy"]))
    assert not found


def test_pages_are_light(site, mailed):
    heavy = {path.name: path.stat().st_size for path in site.glob("*.html") if path.stat().st_size > LIGHT}
    assert not heavy
    assert mailed.stat().st_size < MAIL


def test_scripts_of_our_own_are_small(site):
    assert (site / "assets/site.js").stat().st_size < SCRIPT


def test_documents_are_named_once_a_page(site):
    """Under the first chart that rests on them; the files of a drawing name them too."""
    feet = {
        path.name: re.findall(r'<p class="foot">(.*?)</p>', path.read_text("utf-8"))
        for path in site.glob("*.html")
    }
    assert sum(map(len, feet.values())) > 5
    assert not {name: found for name, found in feet.items() if len(set(found)) < len(found)}


def test_a_place_stands_with_its_province(site, plans):
    index = (site / "index.html").read_text("utf-8")
    for place in plans.places.itertuples():
        page = (site / f"place_{place.id}.html").read_text("utf-8")
        assert f'{place.name_en} <span lang="zh">{place.name_zh}</span>, {place.province}</p>' in page
        assert f">{place.name_en}, {place.province}</a>" in index and f">{place.province}</td>" in index


def test_contents_follow_the_last_finding_and_the_index_has_the_first():
    outputs = [f'<p class="reading">Finding {number}.</p>' for number in range(3)]
    cells = [new_markdown_cell("# Why?")]
    cells += [
        new_code_cell(
            "0", metadata={"tags": ["finding"]}, outputs=[new_output("display_data", {"text/html": shown})]
        )
        for shown in outputs
    ]
    page = Page("mine", new_notebook(cells=[*cells, new_markdown_cell("## Then")]))
    html = to_html(page, [page])
    assert page.answers == outputs
    assert html.index("Finding 2.") < html.index('class="contents"') < html.index('id="Then"')
    assert html.count('class="contents"') == 1


def test_no_page_is_wider_than_the_screen(visits):
    found = every(
        visits, lambda seen: {width: found for width, found in seen.widths.items() if found > width}
    )
    assert not found


def test_every_image_is_drawn(visits):
    found = every(visits, lambda seen: seen.facts["images"])
    assert not found


def test_every_chart_is_drawn_and_has_words(visits):
    def lacks(chart):
        return [word for word in ("name", "width", "height", "title", "desc", "table") if not chart[word]]

    found = every(
        visits, lambda seen: {chart["name"]: lacks(chart) for chart in seen.facts["charts"] if lacks(chart)}
    )
    assert not found
    assert any(seen.facts["charts"] for seen in visits)


def test_one_file_holds_every_chart(visits, from_disk):
    pages = [chart for seen in from_disk for chart in seen.facts["charts"]]
    assert len(visits[-1].facts["charts"]) == len(pages)


def test_ids_are_unique_on_a_page(visits):
    def twice(ids):
        return (
            sorted({name or "(empty)" for name in ids if ids.count(name) > 1 or not name})
            if len(set(ids)) < len(ids) or "" in ids
            else []
        )

    found = every(visits, lambda seen: twice(seen.facts["ids"]))
    assert not found


def test_every_reference_within_a_drawing_is_met(visits):
    """A clip path or marker whose id was renamed would vanish without a word."""
    found = every(visits, lambda seen: sorted(set(seen.facts["used"]) - set(seen.facts["ids"])))
    assert not found


def test_every_link_leads_somewhere(visits):
    ids = {seen.name: set(seen.facts["ids"]) for seen in visits}

    def dead(seen, url):
        page, _, anchor = unquote(url).partition("#")
        if not page.startswith(unquote(seen.base)):
            return re.match(r"https?://|blob:|data:(text/csv|application/(zip|vnd\.openxml))", url) is None
        name = page.removeprefix(unquote(seen.base))
        alone = seen.name == "lantian.html"  # it leads to itself only
        known = name == seen.name if alone else name in ids or name.startswith(("figures/", "data/"))
        anchor = anchor if "place=" not in anchor else ""  # chooses rows of the evidence
        return not known or (anchor and anchor not in ids.get(name, ()))

    found = every(visits, lambda seen: sorted({url[-80:] for url in seen.facts["links"] if dead(seen, url)}))
    assert not found


def test_every_file_offered_is_there(site):
    offered = {
        name
        for path in site.glob("*.html")
        for name in re.findall(r'href="((?:figures|data)/[^"]+)"', path.read_text("utf-8"))
    }
    assert offered and not [name for name in offered if not (site / name).is_file()]


def test_every_page_offers_the_data(site, mailed):
    """The file to mail holds what most readers open, and says that the rest is not in it."""
    for path in [path for path in site.glob("*.html") if not path.name.startswith("brief_")]:
        assert set(re.findall(r'href="(data/[^"]+)"', path.read_text("utf-8"))) == {*export.FILES}, path
    foot = BeautifulSoup(mailed.read_text("utf-8"), "html.parser").select_one("footer .data")
    held = {link["download"]: link["href"].partition("base64,")[2] for link in foot("a")}
    for name, packed in held.items():
        assert base64.b64decode(packed) == (site / "data" / name).read_bytes()
    assert [*held] == ["lantian.xlsx", "lantian-csv.zip"]
    assert "SQLite, not in this file" in foot.text and "parquet as zip, not in this file" in foot.text


# What of a brief is cut off, or overlaps, on a sheet of A4 less its margins, at 96 dots an inch.
CUT = "main => [main.scrollHeight > main.clientHeight, ...[...main.querySelectorAll(':scope > :not(.away)')].map(e => e.scrollHeight > e.clientHeight + 1)]"


def test_a_brief_is_one_sheet_of_paper(site, chromium, mailed):
    """With all its words in sight; its own page alone leads to it, and it to that."""
    pages = {path.name: path.read_text("utf-8") for path in site.glob("*.html")}
    briefs = sorted(name for name in pages if name.startswith("brief_"))
    assert len(briefs) == 3 + sum(name.startswith("place_") for name in pages)
    tab = chromium.new_page()
    for brief in briefs:
        (full,) = [name for name, text in pages.items() if f'href="{brief}"' in text]
        assert f'<a href="{full}">{full}</a>' in pages[brief]
        tab.goto((site / brief).as_uri())
        sheets = re.findall(rb"/Type\s*/Page\b", tab.pdf(prefer_css_page_size=True))
        tab.emulate_media(media="print")
        tab.set_viewport_size({"width": 680, "height": 1030})
        assert (len(sheets), any(tab.eval_on_selector("main", CUT))) == (1, False), brief
        tab.emulate_media(media="null")
    tab.close()
    assert "brief_" not in mailed.read_text("utf-8")


def test_every_page_has_a_language_and_one_heading(visits):
    found = every(visits, lambda seen: (seen.facts["language"], seen.facts["headings"]) != ("en", 1))
    assert not found


ESCAPED = re.compile(r"&(?:#\w+|amp|lt|gt|quot|apos);")


@pytest.mark.thorough
def test_a_name_is_escaped_once_wherever_it_stands(copy_data, tmp_path, monkeypatch, one_executor):
    """An apostrophe and the characters of markup, in pages, charts, rows, links and what search engines read."""
    name, path = 'Xi\'an & "Ya<n"', copy_data / "jurisdictions.csv"
    nothing = dict.fromkeys(export.FILES, b"")  # these files are tried with the exports
    monkeypatch.setattr(export, "make", lambda data: nothing)
    change(path, [row["id"] for row in read(path)].index("yuyao"), name_en=name)
    monkeypatch.setenv("LANTIAN_JURISDICTIONS", "yuyao,huludao")
    notebooks = ["08_evidence", "place"]
    site = render(notebooks, copy_data, tmp_path / "site", say=str, single=True).parent
    for page in site.glob("*.html"):
        soup = BeautifulSoup(page.read_text("utf-8"), "html.parser")
        assert name in soup.get_text() or page.name in ("changelog.html", "brief_huludao.html")
        values = [
            value for tag in soup.find_all(True) for value in tag.attrs.values() if isinstance(value, str)
        ]
        texts = [text for text in soup.find_all(string=True) if text.parent.name not in ("script", "style")]
        about = [tag.string for tag in soup.find_all("script", type="application/ld+json")]
        assert not [found for found in [*values, *texts, *about] if ESCAPED.search(found)], page.name
    assert (
        name
        in json.loads(
            BeautifulSoup((site / "place_yuyao.html").read_text("utf-8"), "html.parser")
            .find("script", type="application/ld+json")
            .string
        )["name"]
    )
    titles = [
        element.text for element in ElementTree.parse(site / "figures/place-yuyao.svg").iter() if element.text
    ]
    assert [title for title in titles if name in title] and not [
        title for title in titles if ESCAPED.search(title)
    ]
    with open(site / "figures/place-yuyao.csv", encoding="utf-8-sig", newline="") as file:
        assert {row["place"] for row in csv.DictReader(file)} == {name, "Huludao"}
    facts = (site / "assets/rows.js").read_text("utf-8").partition(" = ")[2]
    places = json.loads(facts.rstrip(";\n"))["places"]["data"]
    assert name in [cells[2] for cells in places] and not ESCAPED.search(facts)
