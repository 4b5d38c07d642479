"""Make the markup of anybody's notebook fit for a page: no scripts, nothing from the network, tables that can be read aloud."""

import base64
import re
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote

MAIN = '<main id="main">'
# What our own outputs never hold; where none of it stands nothing is parsed, which takes long.
FOREIGN = re.compile(
    r"<(?:img|iframe|object|embed|audio|video|link|base|meta)\b|<script(?![^>]*application/json)|<th(?! scope=)[ >]"
    r"|<table[^>]*>(?!\s*<caption>)|<[^>]*\son\w+=",
    re.I,
)
# The address of a picture, in Markdown or in HTML.
PICTURE = re.compile(r"""(!\[[^\]]*\]\(|<img\b[^>]*?\bsrc=["'])([^)"'\s>]+)""")
# What the page's own policy forbids, in words.
FORBIDDEN = {
    "script": "a script",
    "iframe": "another page",
    "object": "an embedded object",
    "embed": "an embedded object",
    "audio": "a sound",
    "video": "a film",
    "link": "a style sheet",
}


def embed_pictures(notebook, folder):
    """Make the pictures that a notebook shows from files near it part of the notebook, so that its page stands alone."""

    def embedded(match):
        path = Path(folder, unquote(match[2]))
        if ":" in match[2] or not path.is_file():
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
    for part in page([*FORBIDDEN, "base", "meta"]):
        if part.get("type") != "application/json":
            _leave_out(part, FORBIDDEN.get(part.name), part.get("src"))
    for picture in page("img"):
        if not picture.get("src", "").startswith("data:"):
            _leave_out(picture, f"a picture, {picture.get('alt', '')}", picture.get("src"))
    for table in page("table"):
        _label(table)
    _clear_attributes(page)
    return f"{before}{MAIN}{page}</main>{after}"


def _leave_out(part, what, address=None):
    """Put in the place of a part of a page, once for all that follow one another, a sentence that names it."""
    if what and not part.find_previous_sibling("span", "left-out"):
        note = _new(part, "span", {"class": "left-out"})
        note.string = f"Left out, since pages run no other scripts and load nothing from elsewhere: {what} "
        if re.match("https?:", address or ""):
            note.append(_new(part, "a", {"href": address}, address))
        part.insert_before(note)
    part.decompose()


def _new(part, name, attributes, text=""):
    tag = part.find_parents()[-1].new_tag(name, attrs=attributes)
    tag.string = text
    return tag


def _label(table):
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
        table.wrap(_new(table, "div", frame))


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
