"""The whole suite as one page that can be mailed: nothing beside it, and one address a row."""

import base64
import gzip
import hashlib
import re

from lantian.site import template
from lantian.site.pages import scripts

NAME = "lantian.html"
TAG = re.compile(r"<[a-z][^<>]*>")
DATA = re.compile(r"(<script type=\"application/json\"[^>]*>.*?</script>)", re.S)
REFERENCES = ("aria-labelledby", "aria-describedby", "aria-controls", "data-chart", "for")


def bundle(folder):
    """Put a set, in a folder as `render` writes it, into one page of HTML.

    Every id is prefixed by its page; a link to another page becomes a link within
    this one: ``08_evidence.html#yuyao-pm25-2020`` is ``#08_evidence--yuyao-pm25-2020``.
    plotly.js is packed (gzip, base64) and runs from an inline script whose hash the
    page's policy allows. The rows of each drawing stay as files within the page;
    its PNG and SVG do not.
    """
    index = (folder / "index.html").read_text("utf-8")
    paths = [
        folder / "index.html",
        *(path for path in sorted(folder.glob("*.html")) if path.name not in ("index.html", NAME)),
    ]
    slugs = {path.stem for path in paths}
    pages = [{"slug": path.stem, "markup": _page(path, slugs)} for path in paths]

    def part(start, end):
        return _relinked(re.search(f"{start}.*?{end}", index, re.S)[0], "index", slugs, folder)

    edition = {key: re.search(f'data-{key}="([^"]*)"', index)[1] for key in ("version", "released")}
    words = {
        "title": re.search("<title>(.*?)</title>", index)[1],
        "icon": re.search('<link rel="icon"[^>]*>', index)[0],
    }
    words |= {
        "header": part('<header class="site">', "</header>"),
        "footer": part('<footer class="site">', "</footer>"),
    }
    return template("single.html.j2").render(pages=pages, edition=edition, **words, **_scripts()) + "\n"


def _page(path, slugs):
    """Take the body of a page, its headings one level down but for the index's."""
    text = path.read_text("utf-8")
    body = text[text.index(">", text.index("<main")) + 1 : text.rindex("</main>")]
    body = re.sub(r'<nav [^>]*class="turn".*?</nav>', "", body, flags=re.S)
    body = body.replace('aria-label="On this page"', f'aria-label="On the page {path.stem}"')
    parts = DATA.split(body)
    parts[::2] = [
        _relinked(part if path.stem == "index" else _demoted(part), path.stem, slugs, path.parent)
        for part in parts[::2]
    ]
    parts[1::2] = [re.sub(r' id="', f' id="{path.stem}--', part, count=1) for part in parts[1::2]]
    return "".join(parts)


def _demoted(markup):
    """Set headings one level lower; their looks stay, by class."""
    markup = re.sub(r"<h([1-3])\b", lambda m: f'<h{int(m[1]) + 1} class="h{m[1]}"', markup)
    return re.sub(r"</h([1-3])>", lambda m: f"</h{int(m[1]) + 1}>", markup)


def _relinked(markup, slug, slugs, folder):
    """Prefix ids and references in every tag, and turn links between pages into anchors."""

    def attribute(match):
        name, value = match[1], match[2]
        if name == "id":
            value = f"{slug}--{value}"
        elif name in REFERENCES:
            value = " ".join(f"{slug}--{word}" for word in value.split())
        elif name in ("href", "xlink:href"):
            value = _target(value, slug, slugs, folder)
        return f' {name}="{value}"'

    def tag(match):
        text = re.sub(r"url\(#([^)]+)\)", rf"url(#{slug}--\1)", match[0])
        return re.sub(r' ([a-z:-]+)="([^"]*)"', attribute, text)

    markup = re.sub(r'<a download="" href="figures/[^"]*\.(png|svg)">.*?</a> ?', "", markup)
    return TAG.sub(tag, markup)


def _target(address, slug, slugs, folder):
    """Say where a link leads within the one page."""
    path, _, anchor = address.partition("#")
    page = slug if not path else path.removesuffix(".html")
    if path.startswith("figures/"):
        return "data:text/csv;base64," + base64.b64encode((folder / path).read_bytes()).decode("ascii")
    if page not in slugs:
        return address
    return f"#{page}--{anchor}" if anchor else f"#{page}"


def _scripts():
    """Pack plotly.js, and allow by hash the two scripts that run."""
    plotly, site = (path.read_bytes() for path in scripts())
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode('ascii')}'"
        for text in (plotly, site)
    )
    packed = base64.b64encode(gzip.compress(plotly, 9, mtime=0)).decode("ascii")
    return {"hashes": hashes, "packed": packed, "site_js": site.decode()}
