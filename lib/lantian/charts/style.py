"""A chart that knows what it shows: its figure, its words and the rows it drew."""

import base64
import io
import re
from html import escape

import matplotlib as mpl
from matplotlib.figure import Figure

INK, GREY, PALE, PAPER = "#222222", "#767676", "#d9d9d9", "#ffffff"
WIDTH = 7.4
LINE = 68  # characters of a title that the width holds at full size
HEAD, FOOT = 0.62, 0.62  # inches kept above and below a drawing for its words
LEFT = 1.3  # inches kept for the names of places
MARGIN = 0.08  # inches around a drawing that stands without its words
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
FONTS = "'DejaVu Sans', Verdana, 'Bitstream Vera Sans', sans-serif"


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
        The ``viewBox`` of the drawing without its words, for a page that sets them itself; that of
        the names at its left, which a narrow screen keeps in sight, empty where there are none.
    far : bool
        Whether most marks stand at the right of the drawing, where a narrow screen shows it first.
    """

    far = False

    def describe(self, name, title, subtitle, foot, rows):
        """Attach words and rows, and write title, subtitle and foot on the figure."""
        self.name, self.title, self.subtitle, self.foot, self.rows = name, title, subtitle, foot, rows
        self.alt = alt_text(title, rows)
        self._make_room(0.145 * max(0, foot.count("\n") - 1))
        below = (title.count("\n") + 1) * 0.225 + 0.05
        longest = max(map(len, title.split("\n")))
        self._write(
            1,
            title,
            1,
            size=min(12.5, 12.5 * LINE / longest),
            weight="bold",
            color=INK,
            va="top",
            linespacing=1.25,
        )
        self._write(
            2, subtitle, 1 - below / self.get_figheight(), size=9, color=GREY, va="top", linespacing=1.3
        )
        self._write(3, foot, 0, size=7.5, color=GREY, va="bottom", linespacing=1.3)
        self.view, self.names = self._views()
        return self

    def _make_room(self, extra):
        """Grow at the bottom, by the inches that a foot of more than two lines needs."""
        height = self.get_figheight()

        def place(y):
            return (y * height + extra) / (height + extra)

        for axes in self.axes if extra else ():
            box = axes.get_position()
            axes.set_position([box.x0, place(box.y0), box.width, box.height * height / (height + extra)])
        for text in self.texts if extra else ():
            text.set_y(place(text.get_position()[1]))
        self.set_figheight(height + extra)

    def _views(self):
        """Measure the drawing, and the names at its left, above its axis; its words are no part of the layout and stay out."""
        box, height, left = self.get_tightbbox(), self.get_figheight(), self.axes[0].get_position().x0 * WIDTH
        top, bottom = height - box.y1 - MARGIN, height - box.y0 + MARGIN
        ends = (
            (self.get_figwidth(), bottom),
            (left, height * (1 - min(axes.get_position().y0 for axes in self.axes))),
        )
        views = [f"0 {top * 72:.1f} {width * 72:.1f} {(end - top) * 72:.1f}" for width, end in ends]
        return views if left >= LEFT else (views[0], "")

    def _write(self, number, words, y, **style):
        """Write words on the figure, named so that a page can set them itself."""
        self.text(0, y, words, in_layout=False, gid=f"words-{number}", **style)

    def svg(self):
        """Return the chart as SVG text, the same bytes for the same drawing."""
        file = io.StringIO()
        with mpl.rc_context(STYLE | {"svg.hashsalt": self.name, "svg.id": self.name}):
            self.savefig(
                file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
            )
        return _own_ids(file.getvalue(), self)

    def png(self, dpi=200):
        """Return the chart as PNG bytes on white."""
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=dpi, facecolor="white", metadata={"Software": None})
        return file.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None):
        words = {
            key: getattr(self, key)
            for key in ("name", "title", "subtitle", "foot", "alt", "view", "names", "far")
        }
        rows = self.rows.astype(object).where(self.rows.notna(), "")
        table = {"columns": list(rows.columns), "rows": rows.astype(str).to_numpy().tolist()}
        png = base64.b64encode(self.png()).decode("ascii")
        data = {"image/svg+xml": self.svg(), "image/png": png, "text/plain": self.alt}
        return data, {"lantian": words | table}


def alt_text(title, rows):
    """Say what a chart shows: its finding, then every row drawn, in words."""
    label = "place" if "place" in rows else "jurisdiction"
    lines = [
        f"{row[label]}: {', '.join(str(row[c]) for c in ('what', 'says') if c in rows and row[c])}"
        for _, row in rows.iterrows()
    ]
    return " ".join(f"{line.rstrip('.')}." for line in [title.replace("\n", " "), *dict.fromkeys(lines)])


def canvas(title, inches, head=HEAD, foot=FOOT, left=LEFT, right=0.1, hspace=0.3, wspace=0.1, **grid):
    """Start a chart of the suite's width: a `Chart` and its axes, as ``Figure.subplots`` makes them of ``grid``.

    The drawing is so many inches high; head, foot, left and right are inches kept around it, for the lines of the
    title and other words; hspace and wspace is the room between panels, in shares of a panel.
    """
    top = head + 0.22 * title.count("\n")
    height = top + inches + foot
    place = {
        "top": 1 - top / height,
        "bottom": foot / height,
        "left": left / WIDTH,
        "right": 1 - right / WIDTH,
    }
    chart = Chart(figsize=(WIDTH, height))
    return chart, chart.subplots(**grid, gridspec_kw=place | {"hspace": hspace, "wspace": wspace})


def _own_ids(svg, chart):
    """Give a drawing its title and description, and ids that carry the chart's name."""
    svg = svg[svg.index("<svg") :].replace("'DejaVu Sans'", FONTS)
    svg = re.sub(r"<metadata>.*?</metadata>\s*|<!--.*?-->\s*|^ +", "", svg, flags=re.S | re.M)
    svg = re.sub(rf' id="(?!{re.escape(chart.name)}")([^"]+)"', rf' id="{chart.name}-\1"', svg)
    svg = svg.replace("<svg ", f'<svg role="img" aria-labelledby="{chart.name}-title {chart.name}-desc" ', 1)
    start = svg.index(">") + 1
    words = f'<title id="{chart.name}-title">{escape(chart.title)}</title><desc id="{chart.name}-desc">{escape(chart.alt)}</desc>'
    svg = svg[:start] + words + svg[start:]
    svg = re.sub(r"url\(#([^)]+)\)", rf"url(#{chart.name}-\1)", svg)
    return re.sub(r'href="#([^"]+)"', rf'href="#{chart.name}-\1"', svg)
