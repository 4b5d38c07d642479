"""What the charts share: a figure that carries its words and rows into a page, measured text, the marks."""

import base64
import io
import os
import re
import warnings
from functools import cache
from html import escape, unescape
from pathlib import Path

import matplotlib.style
import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font, get_font_names
from matplotlib.path import Path as Outline

from lantian.errors import CallError
from lantian.text import LEDGER, wording
from lantian.text.sentences import PAGES, Shown

STYLE = Path(__file__).parents[1] / "templates" / "lantian.mplstyle"
INK, GREY, PALE, PAPER, NO_COLOR = "#222222", "#767676", "#d9d9d9", "#ffffff", "#8c8c8c"
ONE_COLOR = "#0b5c8f"
# For places without a colour in the table: as dark as those that have one, and none of them.
FURTHER = ["#b3202c", "#4f5bd5", "#5f7500", "#a0522d", "#007a87", "#c2185b", "#6b4fa0", "#555555"]
# What a notebook shows as a picture follows its theme: the colours in the dark.
_DARK = {INK: "#e8e6e3", GREY: "#aaa7a2", PALE: "#45484c", PAPER: "#111111"}
WIDTH = 7.4  # inches of a chart
TALLEST = 6000  # points of a picture
MOST_SENTENCES = 600
GAP = 6 / 72  # inches between names and marks, with which a narrow screen keeps the names alone
LINE = 1.25  # height of a line of text, as a multiple of its size
_FONTS = "'DejaVu Sans', Verdana, 'Bitstream Vera Sans', sans-serif"
_CHINESE = "Noto Sans CJK SC,Noto Sans SC,Source Han Sans SC,PingFang SC,Microsoft YaHei,SimHei".split(",")


class Chart(Figure):
    """A matplotlib figure with its name, its words and the rows that were drawn.

    Attributes
    ----------
    name : str
        Slug, and the name of the files made from it.
    title, subtitle, foot : str
        The finding; measure, unit, places and period; the documents.
    alt : str
        What the chart shows, with its values, for those who cannot see it.
    rows : DataFrame
        The rows drawn, ``jurisdiction`` among the columns.
    plans : Plans
        What its rows are of; `svg` words its marks from it.
    kind : str
        ``"grid"`` for a matrix, which a narrow screen shows as a list of its rows.
    view, names : str
        Each a ``viewBox``: of the drawing without its words, for a page that sets them itself; of
        the names at its left, which a narrow screen keeps in sight (empty where there are none).
    opens_at_right : bool
        Whether a narrow screen shows the right end first, because most marks lie there.
    """

    kind, opens_at_right = "", False

    def describe(self, name, title, subtitle, foot, rows):
        """Attach words and rows, and write title and subtitle above the drawing, the foot below it."""
        if not re.fullmatch(r"\w[\w .-]*", str(name)):
            raise CallError(
                f"{name!r} is no name of a chart, which its files have; use letters, digits, blanks, - and _"
            )
        self.name, self.title, self.subtitle, self.foot, self.rows = name, title, subtitle, foot, rows
        self.alt = alt_text(title, rows)
        drawing = self.get_figheight()
        words = wrap(title, WIDTH, 12.5, "bold"), wrap(subtitle, WIDTH, 9), wrap(foot, WIDTH, 7.5)
        first, second, last = map(inches, words, (12.5, 9, 7.5))
        above, below = first + second + 0.1, last + 0.1
        height = above + drawing + below
        self.set_figheight(height)
        self.get_layout_engine().set(rect=(0, below / height, 1, drawing / height))
        self.draw_without_rendering()
        self._write("words-1", 1, words[0], size=12.5, weight="bold", va="top", color=INK)
        self._write("words-2", 1 - first / height, words[1], va="top")
        self._write("words-3", 0, words[2], size=7.5, va="bottom")
        self.view = f"0 {above * 72:.1f} {WIDTH * 72:.1f} {drawing * 72:.1f}"
        axes = [axes.get_position() for axes in self.axes]
        left, axis = axes[0].x0 * WIDTH - GAP, height * (1 - min(box.y0 for box in axes))
        self.names = f"0 {above * 72:.1f} {left * 72:.1f} {(axis - above) * 72:.1f}" if left > 0.8 else ""
        return self

    def _write(self, gid, y, words, **style):
        """Write words under an id, by which a page can take them out and set them itself."""
        style = {"color": GREY, "linespacing": LINE, "in_layout": False} | style
        self.text(0, y, words, gid=gid, **style)

    def svg(self):
        """Return the chart as SVG text, the same bytes for the same drawing."""
        file = io.StringIO()
        with matplotlib.style.context([STYLE, {"svg.hashsalt": self.name, "svg.id": self.name}]):
            self.savefig(file, format="svg")
        return _own_ids(file.getvalue(), self)

    def png(self, dpi=200):
        """Return the chart as PNG bytes on white; a very tall one has fewer points."""
        dpi = min(dpi, TALLEST / self.get_figheight())
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
        return file.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None):
        kept = "name title subtitle foot alt kind view names opens_at_right".split()
        words = {key: getattr(self, key) for key in kept}
        shown = [name for name in IN_WORDS if name in self.rows]
        rows = self.rows.astype(object).where(self.rows.notna(), "")
        rows = rows.map(lambda cell: f"{cell:.15g}" if isinstance(cell, float) else str(cell))
        table = {"columns": list(rows.columns), "shown": shown, "rows": rows.to_numpy().tolist()}
        png = base64.b64encode(self.png()).decode("ascii")
        svg = self.svg() if PAGES in os.environ else _for_any_theme(self.svg())
        data = {"image/svg+xml": svg, "image/png": png, "text/plain": self.alt}
        return data, {"lantian": words | table}


def _for_any_theme(svg):
    """Give a drawing colours for the dark too; on a page they are the page's."""
    rule, parts = '[style*="{0}: {1}"] {{{0}: {2} !important}}', ("fill", "stroke")
    rules = "".join(rule.format(part, *colours) for colours in _DARK.items() for part in parts)
    return svg.replace("</style>", f"@media (prefers-color-scheme: dark) {{{rules}}}</style>", 1)


def style():
    """Give all charts drawn from here on the look of the suite: for an analyst's own, of seaborn or matplotlib.

    Chinese is drawn where the machine has a font for it; where it has none, a warning says so.

    Examples
    --------
    >>> import lantian as lt, seaborn as sns
    >>> lt.style()
    >>> axes = sns.countplot(lt.load().targets, y="strength")
    """
    matplotlib.style.use(STYLE)
    fonts = [font for font in _CHINESE if font in get_font_names()]
    matplotlib.rcParams["font.family"] = ["DejaVu Sans", *fonts[:1]]
    if not fonts:
        message = f"no font for Chinese was found; charts would need one of {', '.join(_CHINESE)}"
        warnings.warn(message, stacklevel=2)


def alt_text(title, rows):
    """Say what a chart shows: "The title. Yuyao: at most 37 µg/m³ by 2020. …", a sentence for each row up to `MOST_SENTENCES`."""
    lines = [title]
    for row in rows.head(MOST_SENTENCES).to_dict("records"):
        lines.append(f"{row['place']}: {', '.join(filter(None, [row.get('what'), row['in_words']]))}")
    if len(rows) > MOST_SENTENCES:
        lines.append(f"{len(rows) - MOST_SENTENCES} more rows stand in the table")
    return " ".join(f"{line.rstrip('.')}." for line in dict.fromkeys(lines))


def canvas(height, **grid):
    """Start a drawing of the suite's width; its words are written above and below it later, by `finish`.

    Parameters
    ----------
    height : float
        Inches of the drawing, with the names on its axes.
    **grid
        Passed to ``Figure.subplots``.

    Returns
    -------
    Chart, and its Axes as ``Figure.subplots`` returns them
    """
    chart = Chart(figsize=(WIDTH, height), layout="constrained")
    return chart, chart.subplots(**grid)


@cache
def text_width(text, size, weight="normal"):
    """Measure a line of text, in inches."""
    font = get_font(findfont(FontProperties(family="DejaVu Sans", weight=weight)))
    font.set_size(size, 72)
    font.set_text(text)
    return font.get_width_height()[0] / 64 / 72


def inches(text, size):
    """Measure the height of some lines of text, in inches."""
    return (text.count("\n") + 1) * size * LINE / 72


def wrap(text, width, size=8, weight="normal"):
    """Break each line of a text into as few as fit a width in inches, all of similar length."""
    if "\n" in text:
        return "\n".join(wrap(line, width, size, weight) for line in text.split("\n"))
    lines = _broken(text, width, size, weight)
    narrower = (_broken(text, width * share / 20, size, weight) for share in range(8, 20))
    return "\n".join(next((found for found in narrower if len(found) == len(lines)), lines))


def _broken(text, width, size, weight):
    lines = [""]
    for word in text.split():
        line = f"{lines[-1]} {word}".strip()
        if text_width(line, size, weight) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = line
    return lines


def colours(plans):
    """Map each focus place to its colour; one without takes a further one, and many share one, since nobody tells them apart."""
    if plans.many:
        return dict.fromkeys(plans.focus, ONE_COLOR)
    further = iter(FURTHER)
    return {row.id: row.color or next(further) for row in plans.places.itertuples()}


def shown_places(plans, rows, subtitle, what="a target"):
    """List, of many places, those that rows are of; the others stand in the table, and the subtitle counts them.

    Parameters
    ----------
    plans : Plans
    rows : DataFrame
        With ``jurisdiction``.
    subtitle : str
    what : str
        What the others have not.

    Returns
    -------
    list of str, str
        All places where they are few, or where rows are of none.
    """
    of_rows = set(rows["jurisdiction"])
    places = [place for place in plans.focus if place in of_rows]
    if not plans.many or not places:
        return plans.focus, subtitle
    others = wording.counted(len(plans.focus) - len(places), "plan")
    return places, f"{subtitle}; {others} without {what} in the rows beneath"


def speaking(plans, rows, subtitle):
    """Take, of many places, the rows of those with a target, by its ``id``, and a subtitle that counts the others."""
    targets = rows[rows["id"].isin(plans.targets["id"])]
    places, subtitle = shown_places(plans, targets, subtitle)
    return rows[rows["jurisdiction"].isin(places)].reset_index(drop=True), subtitle


def by_place(plans, rows, *then, missing=None, in_part=" in the part read"):
    """Sort rows by place, then by further columns; places that rows leave out get the words for them, if any.

    Of a plan that was read in part these say so, by the words ``in_part``.
    """
    if missing:
        absent = plans.places[~plans.places["id"].isin(rows["jurisdiction"])]
        words = missing + absent["access"].map({"partial": in_part}).fillna("")
        absent = pd.DataFrame({"jurisdiction": absent["id"], "in_words": words, "id": ""})
        rows = pd.concat([rows, absent], ignore_index=True)
    order = plans.places.set_index("id")["order"]
    rows = rows.assign(order=rows["jurisdiction"].map(order))
    return rows.sort_values(["order", *then], kind="stable").reset_index(drop=True)


def labels(plans, rows=None):
    """Name each focus place, by its id, with the year of its plan, and its province in a second line; many have one line.

    Of the places that rows are of alone, where these are given.
    """
    second = "" if plans.many else "\n{0.province}"
    places = plans.places if rows is None else plans.places[plans.places["id"].isin(rows["jurisdiction"])]
    return {row.id: f"{row.label}{second.format(row)}".strip() for row in places.itertuples()}


def name_columns(axes, positions, names, size, upright=False):
    """Name columns at the top of a drawing."""
    axes.set_xticks(positions, names, size=size, rotation=90 if upright else 0)
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0)
    axes.spines["bottom"].set_visible(False)
    axes.grid(False)


# What charts keep of their rows: in words, for the table beneath, and in columns, for their files; `amount` as drawn.
IN_WORDS = "place place_zh what text in_words degree reason".split()
IN_COLUMNS = """indicator value value_max unit amount amount_max standard_unit operator baseline_year target_year
    year strength""".split()


def finish(chart, plans, rows, name, title, subtitle, counted=()):
    """Attach name, title and subtitle, the documents, and the rows drawn with the names of their places.

    Rows of a target get its columns; rows that count have theirs, which are named.
    """
    chart.plans = plans
    places = plans.places.set_index("id")
    names, chinese = (rows["jurisdiction"].map(places[column]) for column in ("name_en", "name_zh"))
    rows = rows.assign(place=rows.get("place", names).fillna(names), place_zh=chinese)
    rows = rows if counted else _with_columns(plans, rows)
    rows = rows.filter(["jurisdiction", *IN_WORDS, *(counted or IN_COLUMNS), "id"])
    text = rows.columns.intersection(["jurisdiction", *IN_WORDS, "id"])
    rows[text] = rows[text].astype("str").fillna("")
    return chart.describe(name, title, subtitle, _documents(plans, rows), rows)


def _with_columns(plans, rows):
    """Add the columns of each row's target, or the indicator of its gap, to what it brings: a measurement its value."""
    facts = pd.concat([plans.every_target, plans.gaps]).set_index("id").reindex(columns=IN_COLUMNS)
    return rows.combine_first(facts.reindex(rows["id"]).set_axis(rows.index))


def _documents(plans, rows):
    """List the plans behind the rows of a chart: "Plans: Yuyao: …, 2018; ….", or where they are listed."""
    if plans.many:
        return f"Plans: {len(plans.focus)}; the first page lists them."
    places = plans.places[plans.places["id"].isin(rows["jurisdiction"])]
    rows = places.join(plans.documents_read["genre"], on="id", how="inner")
    part = rows["access"].map({"partial": ", read in part"}).fillna("")
    issued = rows["issued"].str.replace(r"^(\d{4}).*\?$", r"about \1 (inferred)", regex=True)
    return "Plans: " + "; ".join(rows["name_en"] + ": " + rows["genre"] + ", " + issued + part) + "."


def _own_ids(svg, chart):
    """Give a drawing its title, description and links, and begin its ids with the chart's name: a page holds several drawings."""
    name = chart.name
    svg = svg[svg.index("<svg") :].replace("'DejaVu Sans'", _FONTS)
    svg = re.sub(r"<metadata>.*?</metadata>\s*|<!--.*?-->\s*|^ +", "", svg, flags=re.S | re.M)
    # Ids that nothing refers to, and turns by no degree.
    svg = re.sub(r' id="(text|[xy]tick)_\d+"| transform="rotate\(-0 [^"]+"', "", svg)
    svg = "".join(_link_marks(axes, chart.plans) for axes in re.split('(?=<g id="axes_)', svg))
    svg = re.sub(r"(?<=\.\d\d)\d+(?=[^<>]*>)", "", svg)  # hundredths of a point are fine enough
    svg = re.sub(rf'( id="|url\(#|href="#)(?!{re.escape(name)}")', rf"\g<1>{name}-", svg)
    fonts, *_ = re.findall("font-family: [^;]+; ", svg) or [""]  # the same in all texts: once will do
    tag, drawing = svg.removeprefix("<svg ").replace(fonts, "").split(">", 1)
    role = f'role="group" aria-labelledby="{name}-title" aria-describedby="{name}-desc" style="{fonts}"'
    title = f'<title id="{name}-title">{escape(chart.title)}</title>'
    return f'<svg {role} {tag}>{title}<desc id="{name}-desc">{escape(chart.alt)}</desc>{drawing}'


# --- links: a mark and its label are one, which leads to what proves them and words it under the pointer --------------

_LINK = re.compile(r'<a xlink:href="([^"]*)"[^>]*>\n(.*?)</a>\n', re.S)
_MORE = re.compile(r"<text[^>]*>\d+ more</text>\n")


def _link_marks(axes, plans):
    """Join the links that matplotlib writes about each mark and each line of a label, where they are of the same rows."""
    parts = pd.DataFrame(_LINK.findall(axes), columns=["url", "drawn"])
    drawn = parts.groupby("url")["drawn"].sum()
    last = iter(~parts["url"].duplicated(keep="last"))

    def joined(match):
        return _link(unescape(match[1]), drawn[match[1]], plans.by_id) if next(last) else ""

    return _LINK.sub(joined, axes)


def _link(url, drawn, rows):
    """Link what was drawn of one or several rows, by their ids; what has no id (a measurement) to the rows of the chart."""
    ids = [name for name in url.split(";") if name in rows]
    if not ids:
        where, _, words = url.rpartition("\n")
        return _anchor(f"{LEDGER}#{where}" if where else "#rows", words, drawn)
    row = rows[ids[0]]
    every = f"{LEDGER}#place={row.jurisdiction}&indicator={row.indicator}"
    more = "".join(_MORE.findall(drawn))
    words = "\n".join(wording.statement(rows[name]) for name in ids)
    link = _anchor(f"{LEDGER}#{row.id}", words, _MORE.sub("", drawn))
    return link + (_anchor(every, f"{row.place}: every target on {row.indicator_name}", more) if more else "")


def _anchor(address, words, drawn):
    return f'<a href="{escape(address)}"><title>{escape(words)}</title>\n{drawn}</a>\n'


# --- the language of marks, the same in every chart: what a shape, a fill and an edge mean ---------------------------

_DASH = Outline([(-1, -0.2), (1, -0.2), (1, 0.2), (-1, 0.2), (-1, -0.2)])
SHAPES = {"target": "o", "word": "s", "converted": "^", "measured": "D", "none": _DASH}
KEY = wording.words("key")  # how pages explain them: a character that looks alike, and what it means
_GREY = {"none", "measured"}


def key():
    """Explain the marks, in a line for a page.

    Returns
    -------
    Shown

    Examples
    --------
    >>> import lantian as lt
    >>> str(lt.charts.key()).startswith("Marks: ● a target")
    True
    """
    parts = Markup("; ").join(Markup("<b>{}</b> {}").format(*pair) for pair in KEY.items())
    return Shown(Markup('<p class="key">Marks: {}. A colour is a place.</p>').format(parts))


def with_marks(plans, rows, palette=None):
    """Add to rows how each is marked, looked up by its id: mark (of `SHAPES`), colour, hollow, dashed; and its url, for `svg`.

    Parameters
    ----------
    plans : Plans
    rows : DataFrame
        ``id`` of a target, or of a gap or empty for no target, and ``ids`` where a mark stands for several; ``converted``
        where a value was; a row that has a ``mark`` keeps it.
    palette : dict, optional
        The colour of each place, by its id; by default its own. What is no target is grey.

    Returns
    -------
    DataFrame
    """
    facts = plans.every_target.set_index("id").reindex(rows["id"]).set_axis(rows.index)
    own = rows.reindex(columns=["ids", "what", "in_words", "mark", "converted"]).astype(object)
    basis = facts["value_basis"]
    mark = basis.where(basis.isna() | (basis == "word"), "target").fillna("none")
    mark = own["mark"].fillna(mark.mask(own["converted"].eq(True), "converted"))
    colour = rows["jurisdiction"].map(palette or colours(plans)).mask(mark.isin(_GREY)).fillna(GREY)
    places = rows["jurisdiction"].map(plans.jurisdictions.set_index("id")["name_en"])
    words = (places + " " + own["what"].fillna("")).str.strip() + ": " + own["in_words"].fillna("")
    ids = own["ids"].fillna(rows["id"])
    dashed = facts[["year_basis", "baseline_basis"]].isin(["inferred", "ambiguous"]).any(axis=1)
    looks = {"mark": mark, "colour": colour, "hollow": facts["strength"] == "aspirational", "dashed": dashed}
    return rows.assign(url=ids.mask(ids == "", words), **looks)


def draw_marks(axes, rows, size=8):
    """Draw a mark for each row, where ``x`` and ``y`` are, as `with_marks` says."""
    rows = rows[rows["x"].notna()]
    faces = rows["colour"].mask(rows["hollow"], PAPER)
    edges = rows["colour"].mask(rows["dashed"] & ~rows["hollow"], INK)
    dashes = rows["dashed"].map({True: (0, (1.5, 1)), False: "-"})
    for mark, own in rows.groupby("mark").groups.items():
        look = {"marker": SHAPES[mark], "s": size**2, "linewidths": 1.5, "zorder": 3, "clip_on": False}
        look |= {"facecolors": list(faces[own]), "edgecolors": list(edges[own])}
        look |= {"linestyles": list(dashes[own]), "urls": list(rows.loc[own, "url"])}
        points = axes.scatter(rows.loc[own, "x"], rows.loc[own, "y"], **look)
        points.ids = list(rows.loc[own, "id"])  # which mark is of which row
