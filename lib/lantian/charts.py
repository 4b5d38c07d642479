"""The suite's charts: each takes rows, draws every focus place, and returns a `Chart`."""

import textwrap

import matplotlib as mpl
import matplotlib.dates
import matplotlib.ticker
import numpy as np
import pandas as pd
from matplotlib.textpath import TextPath

from lantian import wording
from lantian.figure import FOOT, GREY, HEAD, INK, PALE, PAPER, STYLE, WIDTH, canvas
from lantian.overview import MARKS

ROOMY = 6  # more places than these leave no room for words in a column
NO_COLOR = "#8c8c8c"
# Marker, filled, size: a cell can be read without colour.
GLYPHS = {
    "figure": ("o", True),
    "word": ("s", True),
    "reference": ("D", True),
    "dated": (">", True),
    "rule": (">", False),
    "qualitative": ("o", False),
    "delegated": ("^", False),
    "part_missing": (TextPath((-0.3, -0.36), "?", size=1), True),
    "garbled": ("X", False),
    "silent_within": ("_", True),
    "silent_outside": (".", True),
    "none": ("|", True),
}


def colours(plans):
    """Map each focus place to its colour; grey beyond the table's."""
    return {row.id: row.color or NO_COLOR for row in plans.focus.itertuples()}


def documents_foot(plans):
    """Name the documents behind a chart, each with its number or year."""
    read = plans.documents[plans.documents["access"] == "full_text"].set_index("jurisdiction")
    names = [f"{p.name_en}: {read.loc[p.id, 'genre']}, {wording_date(read.loc[p.id, 'issued'])}" for p in plans.focus.itertuples() if p.id in read.index]
    return "\n".join(textwrap.wrap("Plans: " + "; ".join(names) + ".", 128))


def wording_date(issued):
    """Write a date of issue; a year in doubt is said to be inferred."""
    return f"about {issued[:4]} (inferred)" if issued.endswith("?") else issued


@mpl.rc_context(STYLE)
def matrix(plans, cells, name, title, subtitle):
    """Draw plans by indicators: one mark and a few characters a cell.

    Parameters
    ----------
    plans : Plans
    cells : DataFrame
        As from `lantian.cells`.
    name, title, subtitle : str

    Returns
    -------
    Chart
    """
    indicators = list(dict.fromkeys(cells["indicator"]))
    places = list(plans.focus.itertuples())
    marks = [mark for mark in MARKS if mark in set(cells["mark"])]
    step, top, bottom = 0.47, HEAD + (0.45 if len(places) <= ROOMY else 0.75) + 0.22 * title.count("\n"), FOOT + 0.15 + 0.17 * -(-len(marks) // 4)
    chart, axes = canvas(top + step * len(indicators) + bottom, top=top, bottom=bottom, left=1.75)
    axes.set(xlim=(-0.5, len(places) - 0.5), ylim=(len(indicators) - 0.5, -0.5), xticks=[])
    names = cells.drop_duplicates("indicator").set_index("indicator")["indicator_name"]
    axes.set_yticks(range(len(indicators)), ["\n".join(textwrap.wrap(names[i], 27)) for i in indicators], size=8.5)
    axes.spines["bottom"].set_visible(False)
    axes.grid(False)
    axes.hlines(np.arange(len(indicators) + 1) - 0.5, -0.5, len(places) - 0.5, color=PALE, lw=0.6)
    palette = colours(plans)
    for x, place in enumerate(places):
        head = place.label.replace(" (", "\n(")
        crowded = len(places) > ROOMY
        lift = 0.55 if crowded and x % 2 else 0  # neighbours take turns in height
        axes.text(x, -0.62 - lift, head, ha="center", va="bottom", size=7 if crowded else 8.5, weight="bold", color=INK)
    position = {place.id: x for x, place in enumerate(places)}
    for cell in cells.itertuples():
        _mark(axes, position[cell.jurisdiction], indicators.index(cell.indicator), cell, palette, len(places) <= ROOMY)
    _key(chart, marks, bottom)
    rows = cells.assign(what=cells["indicator_name"])
    return chart.describe(name, title, subtitle, documents_foot(plans), drawn_rows(plans, rows))


def _mark(axes, x, y, cell, palette, texts):
    marker, filled = GLYPHS[cell.mark]
    promised = cell.mark in ("figure", "word", "reference", "dated", "rule")
    color = palette[cell.jurisdiction] if promised else GREY
    lift = -0.2 if texts and cell.text else 0
    face = color if filled else PAPER
    axes.plot(x, y + lift, marker=marker, ms=7, mfc=face, mec=color, mew=1.3, ls="")
    if texts and cell.text:
        axes.text(x, y + 0.02, "\n".join(textwrap.wrap(cell.text, 18)[:2]), ha="center", va="top", size=6.8, linespacing=1.05)


def _key(chart, marks, bottom):
    """Name the marks above the plans' documents, in rows of four."""
    height = chart.get_figheight()
    for count, mark in enumerate(marks):
        x, y = (count % 4) * 0.25 + 0.012, (bottom - 0.16 - 0.17 * (count // 4)) / height
        marker, filled = GLYPHS[mark]
        dot = chart.add_axes((x - 0.01, y - 0.06 / height, 0.02, 0.12 / height))
        dot.axis("off")
        dot.plot(0, 0, marker=marker, ms=5.5, mfc=GREY if filled else PAPER, mec=GREY, mew=1.1, ls="")
        chart.text(x + 0.014, y, MARKS[mark], size=7.5, va="center", in_layout=False)


@mpl.rc_context(STYLE)
def ladder(plans, rows, name, title, subtitle):
    """Draw dated acts: a lane an act, a mark its date, the act in words beside it.

    Parameters
    ----------
    plans : Plans
    rows : DataFrame
        As from `due`; acts without a date, and the places' gaps, are written in words.
    name, title, subtitle : str

    Returns
    -------
    Chart
    """
    lanes = _lanes(plans, rows)
    top, left = HEAD + 0.1 + 0.22 * title.count("\n"), 1.3
    chart, axes = canvas(top + 0.29 * len(lanes) + FOOT + 0.3, top=top, bottom=FOOT + 0.3, left=left)
    when = pd.to_datetime(lanes["when"])
    years = when.dt.year.dropna() if when.notna().any() else plans.documents[["period_start", "period_end"]].stack()
    first, last = pd.Timestamp(f"{int(years.min()) - 1}-11-01"), pd.Timestamp(f"{int(years.max()) + 1}-03-01")
    palette, width = colours(plans), WIDTH - left - 0.1
    for y, (row, date) in enumerate(zip(lanes.itertuples(), when)):
        if pd.isna(date):
            axes.annotate(row.says, (first, y), xytext=(3, 0), textcoords="offset points", va="center", size=8, color=GREY, style="italic")
            continue
        face = PAPER if row.hollow else palette[row.jurisdiction]
        axes.plot(date, y, "o", ms=8, mfc=face, mec=palette[row.jurisdiction], mew=1.6)
        beside(axes, date, y, row.says, (date - first) / (last - first) * width, width)
    lane_names(axes, plans, lanes)
    axes.set_xlim(first, last)
    _name_years(axes)
    return chart.describe(name, title, subtitle, documents_foot(plans), drawn_rows(plans, lanes))


def _name_years(axes):
    """Rule the turns of the years and name each year at its middle, where its dates are."""
    axes.xaxis.set_major_locator(matplotlib.dates.YearLocator())
    axes.xaxis.set_major_formatter(matplotlib.ticker.NullFormatter())
    axes.xaxis.set_minor_locator(matplotlib.dates.YearLocator(month=7))
    axes.xaxis.set_minor_formatter(matplotlib.dates.DateFormatter("%Y"))
    axes.tick_params(axis="x", which="both", labelsize=8.5, length=0)


def beside(axes, x, y, text, at, width):
    """Write beside a mark, on the side with room, in two lines where one is too long.

    ``at`` and ``width`` are inches from the left end of the axis.
    """
    right = width - at >= at or len(text) * 0.066 < width - at - 0.15
    room = int(((width - at) if right else at) / 0.064) - 3
    axes.annotate("\n".join(textwrap.wrap(text, max(room, 24))), (x, y), xytext=(9 if right else -9, 0), textcoords="offset points", va="center", ha="left" if right else "right", size=8, linespacing=1.0)


def due(plans, indicators, where="core == 'yes'", says=wording.thing):
    """List the targets on indicators with their dates, and each other place's gap.

    A year without a day stands at its end where the target falls due ``by`` or
    ``in`` it, and at its beginning where it holds ``from`` it.

    Parameters
    ----------
    plans : Plans
    indicators : list of str
    where : str
        A pandas query on ``Plans.targets``.
    says : callable
        Words a target; its date in words is added.

    Returns
    -------
    DataFrame
        jurisdiction, when, says, hollow (year inferred or ambiguous), id.
    """
    targets = plans.targets[plans.targets["indicator"].isin(indicators) & (plans.targets["role"] == "focus")].query(where)
    end = targets["timing"].map({"from": "-01-01"}).fillna("-12-31")
    year = targets["target_year"].astype("string") + end
    when = targets["deadline"].where(targets["deadline"] != "", year)
    words = [f"{says(row)}: {wording.date(row)}" for row in targets.itertuples()]
    hollow = targets["year_basis"].isin(["inferred", "ambiguous"])
    rows = pd.DataFrame({"jurisdiction": targets["jurisdiction"], "when": when, "says": words, "hollow": hollow, "id": targets["id"]})
    gaps = plans.gaps[plans.gaps["indicator"].isin(indicators) & (plans.gaps["role"] == "focus") & ~plans.gaps["jurisdiction"].isin(rows["jurisdiction"])]
    gaps = gaps.drop_duplicates("jurisdiction")
    words = [wording.gap(row) for row in gaps.itertuples()]
    return pd.concat([rows, pd.DataFrame({"jurisdiction": gaps["jurisdiction"], "says": words, "hollow": False, "id": gaps["id"]})])


def _lanes(plans, rows):
    """Sort rows by place and date; every focus place keeps at least one lane."""
    missing = [place for place in plans.focus["id"] if place not in set(rows["jurisdiction"])]
    filler = pd.DataFrame({"jurisdiction": missing, "says": "this plan: no target", "hollow": False})
    rows = pd.concat([rows, filler], ignore_index=True)
    order = plans.focus.set_index("id")["order"]
    return rows.assign(order=rows["jurisdiction"].map(order)).sort_values(["order", "when"], kind="stable").reset_index(drop=True)


def lane_names(axes, plans, lanes):
    labels = plans.focus.set_index("id")["label"]
    firsts = lanes.drop_duplicates("jurisdiction").index
    axes.set_ylim(len(lanes) - 0.4, -0.6)
    axes.set_yticks(list(firsts), [labels[lanes.loc[i, "jurisdiction"]] for i in firsts], size=9)
    axes.hlines([i - 0.5 for i in firsts[1:]], 0, 1, transform=axes.get_yaxis_transform(), color=PALE, lw=0.6)


def drawn_rows(plans, rows):
    places = plans.focus.set_index("id")
    frame = rows.assign(place=rows["jurisdiction"].map(places["name_en"]).fillna("line drawn"), place_zh=rows["jurisdiction"].map(places["name_zh"]))
    columns = [name for name in ("jurisdiction", "place", "place_zh", "what", "says", "why", "id") if name in frame]
    return frame[columns].fillna("")


@mpl.rc_context(STYLE)
def counts(plans, table, name, title, subtitle):
    """Draw counts as numbers in a grid: a row a place, a column a kind.

    Parameters
    ----------
    plans : Plans
    table : DataFrame
        jurisdiction and a column of counts for each kind.
    name, title, subtitle : str

    Returns
    -------
    Chart
    """
    kinds = [column for column in table if column not in ("jurisdiction", "label")]
    table = table.set_index("jurisdiction")[kinds].reindex(plans.focus["id"], fill_value=0)
    top, palette, drawn = HEAD + 0.35 + 0.22 * title.count("\n"), colours(plans), []
    chart, axes = canvas(top + 0.34 * len(table) + FOOT, top=top, bottom=FOOT, left=1.3)
    for y, (place, row) in enumerate(table.iterrows()):
        for x, kind in enumerate(kinds):
            number_in_mark(axes, x, y, row[kind], palette[place], "o")
        says = ", ".join(f"{row[kind]} {kind}" for kind in kinds)
        drawn.append({"jurisdiction": place, "says": says, "id": ""})
    axes.set(xlim=(-0.5, len(kinds) - 0.5), ylim=(len(table) - 0.5, -0.5))
    axes.set_xticks(range(len(kinds)), ["\n".join(textwrap.wrap(kind, 14)) for kind in kinds], size=8.5)
    axes.xaxis.tick_top()
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    axes.set_yticks(range(len(table)), plans.focus["label"], size=9)
    return chart.describe(name, title, subtitle, documents_foot(plans), drawn_rows(plans, pd.DataFrame(drawn)))


def number_in_mark(axes, x, y, count, color, marker):
    """Write a count in its mark; nothing is a pale dash."""
    if not count:
        axes.text(x, y, "–", ha="center", va="center", size=9, color=GREY)
        return
    axes.plot(x, y, marker, ms=15 if marker == "o" else 17, mfc=PAPER, mec=color, mew=1.5)
    axes.text(x, y, str(count), ha="center", va="center", size=8)
