"""The canvas of a chart: a figure that carries its words, and the rows it drew, into a page."""

import base64
import io
import re
from html import escape

import matplotlib as mpl
from matplotlib.figure import Figure

INK, GREY, PALE, PAPER = "#222222", "#767676", "#d9d9d9", "#ffffff"
# Inches: of a chart's width; above and below a drawing for its words; at its left for the names of places.
WIDTH, HEAD, FOOT, LEFT = 7.4, 0.62, 0.62, 1.3
_MARGIN = 0.08  # inches around a drawing that stands without its words
_LINE = 68  # characters of a title that the width holds at full size
STYLE = {
    # DejaVu ships with matplotlib, so that the layout is the same everywhere;
    # Verdana has nearly its widths where a reader's machine lacks it.
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "x",
    "axes.axisbelow": True,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.bottom": False,
    "ytick.left": False,
    "hatch.linewidth": 0.8,
    # Text from the tables is text, never a formula.
    "text.parse_math": False,
    "svg.fonttype": "none",
    # Paper, not nothing: the ink stays readable on the dark ground of a notebook.
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "savefig.facecolor": PAPER,
}
_FONTS = "'DejaVu Sans', Verdana, 'Bitstream Vera Sans', sans-serif"


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
    view, names : str
        Each a ``viewBox``: of the drawing without its words, for a page that sets them itself; of
        the names at its left, which a narrow screen keeps in sight (empty where there are none).
    opens_at_right : bool
        Whether a narrow screen shows the right end first, because most marks lie there.
    """

    opens_at_right = False

    def describe(self, name, title, subtitle, foot, rows):
        """Attach words and rows, and write title, subtitle and foot on the figure."""
        self.name, self.title, self.subtitle, self.foot, self.rows = name, title, subtitle, foot, rows
        self.alt = alt_text(title, rows)
        self._grow(0.145 * max(0, foot.count("\n") - 1))
        lines = title.split("\n")
        size = min(12.5, 12.5 * _LINE / max(map(len, lines)))
        below = 1 - (len(lines) * 0.225 + 0.05) / self.get_figheight()
        grey = {"color": GREY, "linespacing": 1.3}
        self._write("words-1", 1, title, size=size, weight="bold", color=INK, va="top", linespacing=1.25)
        self._write("words-2", below, subtitle, size=9, va="top", **grey)
        self._write("words-3", 0, foot, size=7.5, va="bottom", **grey)
        self.view, self.names = self._views()
        return self

    def _write(self, gid, y, words, **style):
        """Write words under an id, by which a page can take them out and set them itself."""
        self.text(0, y, words, in_layout=False, gid=gid, **style)

    def _grow(self, inches):
        """Add room at the bottom, for a foot of more than two lines."""
        height = self.get_figheight()
        if not inches:
            return

        def moved(y):
            return (y * height + inches) / (height + inches)

        for axes in self.axes:
            box = axes.get_position()
            axes.set_position([box.x0, moved(box.y0), box.width, box.height * height / (height + inches)])
        for text in self.texts:
            text.set_y(moved(text.get_position()[1]))
        self.set_figheight(height + inches)

    def _views(self):
        """Measure the attributes ``view`` and ``names``."""
        box, height, left = self.get_tightbbox(), self.get_figheight(), self.axes[0].get_position().x0 * WIDTH
        top, bottom = height - box.y1 - _MARGIN, height - box.y0 + _MARGIN
        axis = height * (1 - min(axes.get_position().y0 for axes in self.axes))

        def view_box(width, end):
            return f"0 {top * 72:.1f} {width * 72:.1f} {(end - top) * 72:.1f}"

        return view_box(self.get_figwidth(), bottom), view_box(left, axis) if left >= LEFT else ""

    def svg(self):
        """Return the chart as SVG text, the same bytes for the same drawing."""
        file = io.StringIO()
        metadata = dict.fromkeys(["Date", "Creator", "Format", "Type"])
        with mpl.rc_context(STYLE | {"svg.hashsalt": self.name, "svg.id": self.name}):
            self.savefig(file, format="svg", metadata=metadata)
        return _own_ids(file.getvalue(), self)

    def png(self, dpi=200):
        """Return the chart as PNG bytes on white."""
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
        return file.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None):
        shown = ("name", "title", "subtitle", "foot", "alt", "view", "names", "opens_at_right")
        words = {key: getattr(self, key) for key in shown}
        rows = self.rows.astype(object).where(self.rows.notna(), "")
        table = {"columns": list(rows.columns), "rows": rows.astype(str).to_numpy().tolist()}
        png = base64.b64encode(self.png()).decode("ascii")
        data = {"image/svg+xml": self.svg(), "image/png": png, "text/plain": self.alt}
        return data, {"lantian": words | table}


def alt_text(title, rows):
    """Say what a chart shows: "The title. Yuyao: at most 37 µg/m³ by 2020. …", a sentence for each row."""
    label = "place" if "place" in rows else "jurisdiction"
    columns = [name for name in ("what", "in_words") if name in rows]
    lines = [title.replace("\n", " ")]
    for row in rows.to_dict("records"):
        lines.append(f"{row[label]}: {', '.join(str(row[name]) for name in columns if row[name])}")
    return " ".join(f"{line.rstrip('.')}." for line in dict.fromkeys(lines))


def canvas(title, inches, head=HEAD, foot=FOOT, left=LEFT, right=0.1, hspace=0.3, wspace=0.1, **grid):
    """Start a chart of the suite's width.

    Parameters
    ----------
    title : str
        Gets room for its lines.
    inches : float
        Height of the drawing.
    head, foot, left, right : float
        Inches around the drawing, for words.
    hspace, wspace : float
        Room between panels, as a share of a panel.
    **grid
        Passed to ``Figure.subplots``.

    Returns
    -------
    Chart, and its Axes as ``Figure.subplots`` returns them
    """
    top = head + 0.22 * title.count("\n")
    height = top + inches + foot
    room = {
        "top": 1 - top / height,
        "bottom": foot / height,
        "left": left / WIDTH,
        "right": 1 - right / WIDTH,
        "hspace": hspace,
        "wspace": wspace,
    }
    chart = Chart(figsize=(WIDTH, height))
    return chart, chart.subplots(**grid, gridspec_kw=room)


def _own_ids(svg, chart):
    """Give a drawing its title and description, and begin its ids with the chart's name: a page holds several drawings."""
    name = chart.name
    svg = svg[svg.index("<svg") :].replace("'DejaVu Sans'", _FONTS)
    svg = re.sub(r"<metadata>.*?</metadata>\s*|<!--.*?-->\s*|^ +", "", svg, flags=re.S | re.M)
    svg = re.sub(rf' id="(?!{re.escape(name)}")([^"]+)"', rf' id="{name}-\1"', svg)
    svg = re.sub(r'(url\(|href=")#', rf"\1#{name}-", svg)
    tag, _, drawing = svg.partition(">")
    fonts, *_ = re.findall("font-family: [^;]+; ", drawing) or [""]  # the same in all texts: once will do
    drawing = drawing.replace(fonts, "")
    role = f'<svg role="img" aria-labelledby="{name}-title {name}-desc" style="{fonts}" '
    tag = tag.replace("<svg ", role, 1)
    title = f'<title id="{name}-title">{escape(chart.title)}</title>'
    return f'{tag}>{title}<desc id="{name}-desc">{escape(chart.alt)}</desc>{drawing}'
