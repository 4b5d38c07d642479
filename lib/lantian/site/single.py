"""The whole suite as one page that can be mailed, with no other file, and one address a row."""

import base64
import gzip
import hashlib
import re
from urllib.parse import unquote

from bs4 import BeautifulSoup
from markupsafe import Markup

from lantian.site import template
from lantian.site.pages import scripts

REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "data-chart", "for")
# What would lead out of the one page: the links to the pages before and after, and to drawings as files.
LEFT_OUT = 'nav.turn, a[href^="figures/"][href$=".png"], a[href^="figures/"][href$=".svg"]'


def bundle(files):
    """Join the pages among the files of a site, bytes by name, to one page of HTML.

    Every id is prefixed by its page; a link to another page becomes a link within
    this one: ``08_evidence.html#yuyao-pm25-2020`` is ``#08_evidence--yuyao-pm25-2020``.
    plotly.js is packed (gzip, base64) and runs from an inline script whose hash the
    page's policy allows. The rows of each drawing stay as files within the page;
    its PNG and SVG do not.
    """
    names = sorted(
        (name for name in files if name.endswith(".html")), key=lambda name: (name != "index.html", name)
    )
    pages = {_key(name.removesuffix(".html")): _parse(files[name]) for name in names}
    for slug, page in pages.items():
        _adapt(page, slug, pages, files)
    index = pages["index"]
    bodies = [{"slug": slug, "markup": Markup(page.main.decode_contents())} for slug, page in pages.items()]
    around = {name: Markup(index.body.find(name, "site", recursive=False)) for name in ("header", "footer")}
    icon = Markup(index.find("link", rel="icon"))
    text = template("single.html.j2").render(
        pages=bodies, edition=index.html, title=index.title.string, icon=icon, **around, **_scripts()
    )
    return text + "\n"


def _key(slug):
    """Return a name of a page that an id may begin with: ids hold no blanks."""
    return re.sub(r"[^\w.-]", lambda match: f"-{ord(match[0]):x}", slug)


def _parse(page):
    return BeautifulSoup(page.decode(), "html.parser", multi_valued_attributes=None)


def _adapt(page, slug, slugs, files):
    """Make a page fit to stand below the index: its headings one level down, its ids and links its own."""
    for part in page.select(LEFT_OUT):
        part.decompose()
    for contents in page.select('[aria-label="On this page"]'):
        contents["aria-label"] = f"On the page {slug}"
    for heading in page.main.find_all(re.compile("^h[1-3]$")) if slug != "index" else []:
        heading["class"] = heading.name  # keeps its looks
        heading.name = f"h{int(heading.name[1]) + 1}"
    for tag in page.body.find_all():
        for name, value in tag.attrs.items():
            tag[name] = _attribute(name, value, slug, slugs, files)


def _attribute(name, value, slug, slugs, files):
    """Prefix ids and references to them by the page, and turn links between pages into anchors."""
    if name == "id":
        return f"{slug}--{value}"
    if name in REFERENCES:
        return " ".join(f"{slug}--{word}" for word in value.split())
    if name in ("href", "xlink:href"):
        return _target(value, slug, slugs, files)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{slug}--\1)", value)


def _target(address, slug, slugs, files):
    """Return where a link leads within the one page.

    >>> _target("08_evidence.html#yuyao-pm25-2020", "01_coal", ["08_evidence"], None)
    '#08_evidence--yuyao-pm25-2020'
    """
    path, _, anchor = address.partition("#")
    if path.startswith("figures/"):
        return "data:text/csv;base64," + _base64(files[path])
    page = _key(unquote(path).removesuffix(".html")) or slug
    if page not in slugs:
        return address
    return f"#{page}--{anchor}" if anchor else f"#{page}"


def _scripts():
    """Pack plotly.js, and allow by hash the two scripts that run."""
    plotly, site = (path.read_bytes() for path in scripts())
    digests = [_base64(hashlib.sha256(script).digest()) for script in (plotly, site)]
    return {
        "hashes": Markup(" ").join(Markup("'sha256-{}'").format(digest) for digest in digests),
        "packed": _base64(gzip.compress(plotly, 9, mtime=0)),
        "site_js": Markup(site.decode()),
    }


def _base64(content):
    return base64.b64encode(content).decode("ascii")
