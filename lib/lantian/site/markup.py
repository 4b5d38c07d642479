"""Make the markup of anybody's notebook fit for a page: no scripts, nothing from the network, tables that can be read aloud."""

import base64
import os
import re
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote

from markupsafe import Markup

MAIN = '<main id="main">'
# What our own outputs never hold; where none of it stands nothing is parsed, which takes long.
FOREIGN = re.compile(
    r"<(?:img|iframe|object|embed|audio|video|link|base|meta)\b|<script(?![^>]*application/json)|<th(?! scope=)[ >]"
    r"|<table[^>]*>(?!\s*<caption>)|<[^>]*\son\w+=",
    re.I,
)
# The address of a picture, in Markdown or in HTML.
PICTURE = re.compile(r"""(!\[[^\]]*\]\(|<img\b[^>]*?\bsrc=["'])([^)"'\s>]+)""")
# What the page's own policy forbids.
FORBIDDEN = ["script", "iframe", "object", "embed", "audio", "video", "link", "base", "meta"]
LEFT_OUT = Markup(
    '<span class="left-out">Left out, since pages run no other scripts and load nothing from elsewhere: {} {}</span>'
)


def embed_pictures(notebook, folder):
    """Make the pictures that a notebook shows from files near it part of the notebook, so that its page stands alone."""

    def embedded(match):
        path = Path(folder, unquote(match[2]))
        if ":" in match[2] or not os.path.isfile(path):
            return match[0]
        kind = guess_type(path.name)[0] or "image/png"
        return f"{match[1]}data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = PICTURE.sub(embedded, cell.source)
        for data in (output.get("data", {}) for output in cell.get("outputs", [])):
            if "<img" in (data.get("text/html") or ""):
                data["text/html"] = PICTURE.sub(embedded, data["text/html"])
    return notebook


def fit(html):
    """Take out of a page's text what its policy forbids, naming it, and label tables."""
    before, _, rest = html.partition(MAIN)
    text, _, after = rest.rpartition("</main>")
    if not FOREIGN.search(text):
        return html
    from bs4 import BeautifulSoup

    page = BeautifulSoup(text, "html.parser", multi_valued_attributes=None)
    for part in page(FORBIDDEN):
        if not part.decomposed and part.get("type") != "application/json":
            _leave_out(part, part.name)
    for picture in page("img"):
        if not picture.get("src", "").startswith("data:"):
            _leave_out(picture, f"picture, {picture.get('alt', '')}")
    for table in page("table"):
        _label(table, page)
    _clear_attributes(page)
    return f"{before}{MAIN}{page}</main>{after}"


def _leave_out(part, what):
    """Put in the place of a part of a page, once for all that follow one another, a sentence that names it."""
    from bs4 import BeautifulSoup

    if not part.find_previous_sibling("span", "left-out"):
        address = part.get("src") or ""
        link = Markup('<a href="{0}">{0}</a>').format(address) if re.match("https?:", address) else ""
        part.insert_before(
            BeautifulSoup(LEFT_OUT.format(what, link), "html.parser", multi_valued_attributes=None)
        )
    part.decompose()


def _label(table, page):
    """Say of each heading of a table what it heads, and let a table that is too wide scroll."""
    table.attrs.pop("border", None)
    for heading in table("th"):
        if not heading.get_text(strip=True):
            heading.name = "td"
        elif "scope" not in heading.attrs:
            row = heading.find_parent("tr")
            heading["scope"] = "row" if row and row.find("td") and not heading.find_parent("thead") else "col"
    if not table.find_parent("div", re.compile(r"\bscroll\b")):
        frame = {"class": "scroll", "tabindex": "0", "role": "group", "aria-label": "Table"}
        table.wrap(page.new_tag("div", attrs=frame))


def _clear_attributes(page):
    """Remove handlers, which the policy forbids, and ids that stand twice."""
    ids = set()
    for tag in page(True):
        if tag.get("id") in ids:
            del tag["id"]
        ids.add(tag.get("id"))
        for name in [name for name in tag.attrs if name.startswith("on")]:
            del tag[name]
        if tag.get("href", "").strip().lower().startswith("javascript:"):
            del tag["href"]
