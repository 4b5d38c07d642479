"""What the charts share: a figure that carries its words, and the rows it drew, into a page; its lanes, marks and labels.

A lane is one line of a drawing: a promise, or what stands in its place. A place has one lane or several.
"""

import base64
import io
import re
import textwrap
from html import escape
from pathlib import Path

import matplotlib as mpl
import matplotlib.dates
import matplotlib.style
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

STYLE = Path(__file__).parents[1] / "templates" / "lantian.mplstyle"
INK, GREY, PALE, PAPER, NO_COLOR = "#222222", "#767676", "#d9d9d9", "#ffffff", "#8c8c8c"
# Inches: of a chart's width; above and below a drawing for its words; at its left for the names of places.
WIDTH, HEAD, FOOT, LEFT = 7.4, 0.62, 0.62, 1.3
LANE = WIDTH - LEFT - 0.1  # inches from the names of places to the right end
_MARGIN = 0.08  # inches around a drawing that stands without its words
_LINE = 68  # characters of a title that the width holds at full size
_FONTS = "'DejaVu Sans', Verdana, 'Bitstream Vera Sans', sans-serif"
# Words get a ground, so that grid lines do not strike them through.
_GROUND = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.6}
RANGE = {"lw": 5, "alpha": 0.5}  # the line of a range that a value may lie in


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
        lines = title.split("\n")
        size = min(12.5, 12.5 * _LINE / max(map(len, lines)))
        below = 1 - (len(lines) * 0.225 + 0.05) / self.get_figheight()
        grey = {"color": GREY, "linespacing": 1.3}
        self._write("words-1", 1, title, size=size, weight="bold", va="top", linespacing=1.25)
        self._write("words-2", below, subtitle, va="top", **grey)
        self._write("words-3", 0, foot, size=7.5, va="bottom", **grey)
        self.view, self.names = self._views()
        return self

    def _write(self, gid, y, words, **style):
        """Write words under an id, by which a page can take them out and set them itself."""
        self.text(0, y, words, in_layout=False, gid=gid, **style)

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
        with mpl.style.context([STYLE, {"svg.hashsalt": self.name, "svg.id": self.name}]):
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


def canvas(plans, title, inches, head=0, foot=0, left=LEFT, right=0.1, hspace=0.3, wspace=0.1, **grid):
    """Start a chart of the suite's width.

    Parameters
    ----------
    plans : Plans
    title : str
        Gets room for its lines, as do the documents of the plans.
    inches : float
        Height of the drawing.
    head, foot : float
        Inches above and below the drawing, beyond those for words.
    left, right : float
        Inches at its sides.
    hspace, wspace : float
        Room between panels, as a share of a panel.
    **grid
        Passed to ``Figure.subplots``.

    Returns
    -------
    Chart, and its Axes as ``Figure.subplots`` returns them
    """
    top = HEAD + head + 0.22 * title.count("\n")
    foot += FOOT + 0.145 * max(0, _documents(plans).count("\n") - 1)
    height = top + inches + foot
    room = {"top": 1 - top / height, "bottom": foot / height, "hspace": hspace, "wspace": wspace}
    room |= {"left": left / WIDTH, "right": 1 - right / WIDTH}
    chart = Chart(figsize=(WIDTH, height))
    return chart, chart.subplots(**grid, gridspec_kw=room)


def colours(plans):
    """Map each focus place to its colour; places beyond those of the table are grey."""
    return {row.id: row.color or NO_COLOR for row in plans.focus.itertuples()}


def by_place(plans, rows, *then, missing=None):
    """Sort rows by place, then by further columns; places that rows leave out get the words for them, if any."""
    if missing:
        rows = pd.concat([rows, missing_places(plans, rows, missing)], ignore_index=True)
    order = plans.focus.set_index("id")["order"]
    rows = rows.assign(order=rows["jurisdiction"].map(order))
    return rows.sort_values(["order", *then], kind="stable").reset_index(drop=True)


def missing_places(plans, rows, in_words):
    """Make a row, with the same words, for each focus place that rows leave out."""
    missing = plans.focus.loc[~plans.focus["id"].isin(rows["jurisdiction"]), "id"]
    return pd.DataFrame({"jurisdiction": missing, "in_words": in_words})


def dot(axes, x, y, color, hollow=False, marker="o", ms=8.5, mew=1.7):
    """Draw one mark; hollow means inferred, or an aspirational goal."""
    axes.plot(x, y, marker=marker, ls="", ms=ms, mfc=PAPER if hollow else color, mec=color, mew=mew)


def dots(axes, rows, palette, size=8, width=1.7):
    """Draw a mark for each row, in its place's colour, where ``x`` and ``y`` say.

    A column ``marker`` may name its shape, and ``hollow`` whether it is; else aspirational goals are.
    """
    import seaborn  # here, because it loads slowly and not every chart has marks

    if rows.empty:
        return
    rows = pd.DataFrame({"marker": "o"}, rows.index).assign(**rows)
    shapes = {"style": "marker", "markers": {marker: marker for marker in rows["marker"]}}
    colour = {"hue": "jurisdiction", "palette": palette, "legend": False}
    seaborn.scatterplot(rows, x="x", y="y", s=size**2, lw=width, zorder=2.5, ax=axes, **colour, **shapes)
    axes.set(xlabel="", ylabel="")
    points = axes.collections[-1]
    colours = points.get_facecolors()
    points.set_edgecolors(colours)
    hollow = rows["hollow"] if "hollow" in rows else rows["strength"] == "aspirational"
    points.set_facecolors(np.where(hollow.to_numpy(bool)[:, None], mpl.colors.to_rgba(PAPER), colours))


def draw_lanes(axes, plans, lanes, limits, unit="", size=8, line=RANGE):
    """Draw lanes between limits: a line, a mark and a label each, or words alone where there is no mark.

    Parameters
    ----------
    axes : Axes
    plans : Plans
    lanes : DataFrame
        ``jurisdiction``, ``in_words``; ``x`` of the mark, missing where words stand alone; ``start`` and ``end`` of the
        line, ``style`` of it, ``marker``, ``hollow`` and ``mark_text`` of the mark where they differ from the usual ones.
    limits : tuple
        Ends of the axis.
    unit : str
        Written on the axis.
    size : float
        Of the marks, in points.
    line : dict
        Further settings of the lines.

    Returns
    -------
    bool
        Whether most marks lie at the right; then words stand there too.
    """
    usual = {"mark_text": lanes["in_words"], "start": lanes["x"], "end": lanes["x"], "style": "-"}
    lanes = lanes.assign(y=range(len(lanes)), share=(lanes["x"] - limits[0]) / (limits[1] - limits[0]))
    lanes = lanes.assign(**{column: usual[column] for column in usual.keys() - set(lanes)})
    drawn, palette = lanes[lanes["x"].notna()], colours(plans)
    lines = drawn[drawn["start"] != drawn["end"]].dropna(subset="start")
    color = {"colors": list(lines["jurisdiction"].map(palette)), "linestyles": list(lines["style"])}
    axes.hlines(lines["y"], lines["start"], lines["end"], **color, **line)
    dots(axes, drawn, palette, size)
    at_right = mostly_right(drawn["share"])
    for row in lanes.itertuples():
        if pd.isna(row.x):
            lane_text(axes, row.y, row.in_words, at_right)
        else:
            fit_label(axes, row.x, row.y, row.mark_text, row.share, row.start)
    axes.set_xlim(limits)
    axes.set_xlabel(unit, size=8, loc="right", labelpad=1)
    name_lanes(axes, plans, lanes)
    return at_right


def count_marks(axes, rows, palette):
    """Write the ``number`` of each row inside its mark; zero is a grey dash without one."""
    dots(axes, rows[rows["number"] > 0].assign(hollow=True), palette, size=15, width=1.5)
    for row in rows.itertuples():
        style = {"size": 8} if row.number else {"size": 9, "color": GREY}
        shift = (-2.5 if row.marker == ">" else 0, 0)  # points: a triangle is widest at its left
        style |= {"ha": "center", "va": "center", "xytext": shift, "textcoords": "offset points"}
        axes.annotate(str(row.number or "–"), (row.x, row.y), **style)


def lane_text(axes, y, text, at_right=False):
    """Write grey text at the left or right end of a lane that has no mark, wrapped to fit."""
    text = wrap_evenly(text, len(textwrap.wrap(text, 50 if at_right else 92)))
    place = {"xy": (1, y), "xytext": (-3, 0), "ha": "right"} if at_right else {"xy": (0, y), "xytext": (3, 0)}
    style = {"va": "center", "size": 7.5, "color": GREY, "style": "italic", "bbox": _GROUND}
    axes.annotate(text, xycoords=axes.get_yaxis_transform(), textcoords="offset points", **place, **style)


def mostly_right(shares):
    """Tell whether most marks lie in the right half of their lanes, each given as a share of the length."""
    return bool((shares > 0.55).mean() > 0.5)


def fit_label(axes, x, y, text, share, start):
    """Label a mark, which lies at a share of its lane and begins at a start, on the side with more room, wrapped to fit."""
    left, right = share * LANE, LANE - share * LANE
    if "\n" in text:
        at_right = max(map(len, text.split("\n"))) * 0.066 < right - 0.15
    else:
        lines = len(textwrap.wrap(text, max(1, int((right - 0.15) / 0.066)), break_long_words=False))
        at_right = right >= left or lines == 1 or (lines == 2 and len(text) < 27)
        if not at_right:
            lines = max(len(textwrap.wrap(text, max(24, int(left / 0.064) - 3))), 1 + (len(text) > 26))
        text = wrap_evenly(text, lines)
    x = x if at_right or pd.isna(start) else start
    place = {"xytext": (9, 0), "ha": "left"} if at_right else {"xytext": (-9, 0), "ha": "right"}
    style = {"va": "center", "size": 8, "bbox": _GROUND, "linespacing": 1.0}
    axes.annotate(text, (x, y), textcoords="offset points", **place, **style)


def wrap_evenly(text, lines):
    """Wrap text to at most so many lines of similar length, broken after a comma where one is near."""
    widths = range(max(1, len(text) // lines), len(text) + 9)
    wraps = [wrap for width in widths if len(wrap := textwrap.wrap(text, width)) <= lines]
    at_commas = [wrap for wrap in wraps[:9] if all(line[-1] in ",:;" for line in wrap[:-1])]
    return "\n".join((at_commas or wraps)[0])


def name_lanes(axes, plans, lanes):
    """Name each place at its first lane, with a thin line above it."""
    labels = plans.focus.set_index("id")["label"]
    firsts = lanes.drop_duplicates("jurisdiction")["jurisdiction"]
    axes.set_ylim(len(lanes) - 0.4, -0.6)
    axes.set_yticks(list(firsts.index), _wrapped(firsts.map(labels)), size=9, linespacing=0.9)
    axes.hlines(firsts.index[1:] - 0.5, 0, 1, transform=axes.get_yaxis_transform(), color=PALE, lw=0.6)


def name_places(axes, plans, above=0.5, below=0.5, size=9):
    """Name the rows of a drawing that has one for each place."""
    axes.set_ylim(len(plans.focus) - below, -above)
    axes.set_yticks(range(len(plans.focus)), _wrapped(plans.focus["label"]), size=size, linespacing=0.9)


def _wrapped(labels):
    return [textwrap.fill(label, 17) for label in labels]


def name_years(axes):
    """Draw grid lines at the turns of years, and name each year at its middle."""
    axes.xaxis.set_major_locator(mpl.dates.YearLocator())
    axes.xaxis.set_minor_locator(mpl.dates.YearLocator(month=7))
    axes.xaxis.set_major_formatter("")
    axes.xaxis.set_minor_formatter(mpl.dates.DateFormatter("%Y"))
    axes.tick_params(axis="x", which="both", labelsize=8.5, length=0)


def name_columns(axes, positions, names, size=8.5):
    """Name columns at the top of a drawing."""
    axes.set_xticks(positions, names, size=size)
    axes.xaxis.tick_top()
    axes.spines["bottom"].set_visible(False)


def hide_x_axis(axes):
    """Hide an axis along which positions measure nothing."""
    axes.set_xticks([])
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)


def finish(chart, plans, rows, name, title, subtitle):
    """Attach name, title and subtitle, the documents, and the rows drawn with the names of their places."""
    places = plans.focus.set_index("id")
    names, chinese = (rows["jurisdiction"].map(places[column]) for column in ("name_en", "name_zh"))
    rows = rows.assign(place=names.fillna("line drawn"), place_zh=chinese)
    rows = rows.filter("jurisdiction place place_zh what in_words degree reason id".split()).fillna("")
    return chart.describe(name, title, subtitle, _documents(plans), rows)


def _documents(plans):
    """List the plans behind a chart: "Plans: Yuyao: …, 2018; …."."""
    read = plans.documents[plans.documents["access"] == "full_text"].set_index("jurisdiction")
    rows = plans.focus.join(read["genre"], on="id", how="inner")
    names = [f"{row.name_en}: {row.genre}, {issue_date(row.issued)}" for row in rows.itertuples()]
    return textwrap.fill("Plans: " + "; ".join(names) + ".", 128)


def aim(row):
    """Say behind a goal that it is aspirational; nothing behind others."""
    return " (aimed for)" if row.strength == "aspirational" else ""


def issue_date(issued):
    """Write a date of issue: "2018-11-02", or "about 2018 (inferred)" for "2018?"."""
    return f"about {issued[:4]} (inferred)" if issued.endswith("?") else issued


def _own_ids(svg, chart):
    """Give a drawing its title and description, and begin its ids with the chart's name: a page holds several drawings."""
    name = chart.name
    svg = svg[svg.index("<svg") :].replace("'DejaVu Sans'", _FONTS)
    svg = re.sub(r"<metadata>.*?</metadata>\s*|<!--.*?-->\s*|^ +", "", svg, flags=re.S | re.M)
    svg = re.sub(r' id="(text|[xy]tick)_\d+"', "", svg)  # which nothing refers to
    svg = re.sub(rf' id="(?!{re.escape(name)}")([^"]+)"', rf' id="{name}-\1"', svg)
    svg = re.sub(r'(url\(|href=")#', rf"\1#{name}-", svg)
    tag, _, drawing = svg.partition(">")
    fonts, *_ = re.findall("font-family: [^;]+; ", drawing) or [""]  # the same in all texts: once will do
    drawing = re.sub(' transform="rotate\\(-0 [^"]+"', "", drawing.replace(fonts, ""))
    role = f'<svg role="img" aria-labelledby="{name}-title {name}-desc" style="{fonts}" '
    tag = tag.replace("<svg ", role, 1)
    title = f'<title id="{name}-title">{escape(chart.title)}</title>'
    return f'{tag}>{title}<desc id="{name}-desc">{escape(chart.alt)}</desc>{drawing}'
