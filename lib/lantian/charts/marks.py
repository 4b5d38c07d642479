"""Lanes, marks and labels that the charts share.

A lane is one line of a drawing: a promise, or what stands in its place. A place has one lane or several.
"""

import textwrap

import pandas as pd

from lantian.charts.style import GREY, INK, LEFT, PALE, PAPER, WIDTH

LANE = WIDTH - LEFT - 0.1  # inches from the names of places to the right end
NO_COLOR = "#8c8c8c"
# Words get a ground, so that grid lines do not strike them through.
_GROUND = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.6}


def colours(plans):
    """Map each focus place to its colour; places beyond those of the table are grey."""
    return {row.id: row.color or NO_COLOR for row in plans.focus.itertuples()}


def by_place(plans, rows, *then):
    """Sort rows by place, then by further columns."""
    order = plans.focus.set_index("id")["order"]
    rows = rows.assign(order=rows["jurisdiction"].map(order))
    return rows.sort_values(["order", *then], kind="stable").reset_index(drop=True)


def missing_places(plans, rows, in_words):
    """Make a row, with the same words, for each focus place that rows leave out."""
    missing = plans.focus.loc[~plans.focus["id"].isin(rows["jurisdiction"]), "id"]
    return pd.DataFrame({"jurisdiction": missing, "in_words": in_words})


def every_place(plans, rows, in_words):
    """Append `missing_places` to rows."""
    return pd.concat([rows, missing_places(plans, rows, in_words)], ignore_index=True)


def dot(axes, x, y, color, hollow=False, marker="o", ms=8.5, mew=1.7):
    """Draw one mark; hollow means inferred, or an aspirational goal."""
    axes.plot(x, y, marker=marker, ls="", ms=ms, mfc=PAPER if hollow else color, mec=color, mew=mew)


def count_mark(axes, x, y, count, color, marker="o"):
    """Write a count inside a mark; zero is a grey dash without one."""
    if count:
        dot(axes, x, y, color, hollow=True, marker=marker, ms=15 if marker == "o" else 17, mew=1.5)
    shift = -2.5 if marker == ">" else 0  # points: a triangle is widest at its left
    style = {"size": 8, "color": INK} if count else {"size": 9, "color": GREY}
    style |= {"ha": "center", "va": "center"}
    axes.annotate(str(count or "–"), (x, y), xytext=(shift, 0), textcoords="offset points", **style)


def lane_text(axes, y, text, at_right=False, size=7.5):
    """Write grey text at the left or right end of a lane that has no mark."""
    place = {"xy": (1, y), "xytext": (-3, 0), "ha": "right"} if at_right else {"xy": (0, y), "xytext": (3, 0)}
    style = {"va": "center", "size": size, "color": GREY, "style": "italic", "bbox": _GROUND}
    axes.annotate(text, xycoords=axes.get_yaxis_transform(), textcoords="offset points", **place, **style)


def mostly_right(shares):
    """Tell whether most marks lie in the right half of their lanes, each given as a share of the length."""
    return sum(share > 0.55 for share in shares) * 2 > len(shares)


def label(axes, x, y, text, at_right=True, **style):
    """Label a mark at its right or its left."""
    place = {"xytext": (9, 0), "ha": "left"} if at_right else {"xytext": (-9, 0), "ha": "right"}
    axes.annotate(
        text, (x, y), textcoords="offset points", va="center", size=8, bbox=_GROUND, **place, **style
    )


def fit_label(axes, x, y, text, share, start=None):
    """Label a mark, which lies at a share of its lane and may begin at a start, on the side with more room, wrapped to fit."""
    left, right = share * LANE, LANE - share * LANE
    lines = len(textwrap.wrap(text, max(1, int((right - 0.15) / 0.066)), break_long_words=False))
    at_right = right >= left or lines == 1 or (lines == 2 and len(text) < 27)
    if not at_right:
        lines = max(len(textwrap.wrap(text, max(24, int(left / 0.064) - 3))), 1 + (len(text) > 26))
    x = x if at_right or start is None else start
    label(axes, x, y, wrap_evenly(text, lines), at_right, linespacing=1.0)


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


def name_values(axes, plans, lanes, limits, unit):
    """Name the lanes of an axis of values, and set its limits and unit."""
    axes.set_xlim(limits)
    name_lanes(axes, plans, lanes)
    axes.tick_params(axis="x", labelsize=8)
    axes.set_xlabel(unit, size=8, loc="right", labelpad=1)


def name_places(axes, plans, above=0.5, below=0.5, size=9):
    """Name the rows of a drawing that has one for each place."""
    axes.set_ylim(len(plans.focus) - below, -above)
    axes.set_yticks(range(len(plans.focus)), _wrapped(plans.focus["label"]), size=size, linespacing=0.9)


def _wrapped(labels):
    return [textwrap.fill(label, 17) for label in labels]


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
    rows = rows.assign(
        place=rows["jurisdiction"].map(places["name_en"]).fillna("line drawn"),
        place_zh=rows["jurisdiction"].map(places["name_zh"]),
    )
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
