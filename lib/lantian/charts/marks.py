"""What the charts share: lanes by place, their marks, and the words beside them."""

import textwrap

import pandas as pd

from lantian.charts.style import GREY, LEFT, PALE, PAPER, WIDTH

LANE = WIDTH - LEFT - 0.1  # inches that a lane has beside the name of its place
NO_COLOR = "#8c8c8c"
CLEAR = {
    "facecolor": PAPER,
    "edgecolor": "none",
    "pad": 0.6,
}  # keeps lines of the grid from striking words through


def colours(plans):
    """Map each focus place to its colour; grey beyond the table's."""
    return {row.id: row.color or NO_COLOR for row in plans.focus.itertuples()}


def by_place(plans, rows, *then):
    """Sort rows by place, then by further columns."""
    order = plans.focus.set_index("id")["order"]
    return (
        rows.assign(order=rows["jurisdiction"].map(order))
        .sort_values(["order", *then], kind="stable")
        .reset_index(drop=True)
    )


def absent(plans, rows, says):
    """Make a row for each focus place that has none."""
    missing = plans.focus.loc[~plans.focus["id"].isin(rows["jurisdiction"]), "id"]
    return pd.DataFrame({"jurisdiction": missing, "says": says})


def every_place(plans, rows, says):
    """Add a row for each focus place that has none."""
    return pd.concat([rows, absent(plans, rows, says)], ignore_index=True)


def dot(axes, x, y, color, hollow=False, marker="o", ms=8.5, mew=1.7):
    """Set a mark: solid as stated, hollow as inferred or aimed for."""
    axes.plot(x, y, marker=marker, ls="", ms=ms, mfc=PAPER if hollow else color, mec=color, mew=mew)


def number_in_mark(axes, x, y, count, color, marker="o"):
    """Write a count in its mark; nothing is a pale dash."""
    if count:
        dot(axes, x, y, color, True, marker, ms=15 if marker == "o" else 17, mew=1.5)
    inward = -2.5 if marker == ">" else 0  # points: a triangle is widest at its left
    style = {"size": 8} if count else {"size": 9, "color": GREY}
    axes.annotate(
        str(count or "–"),
        (x, y),
        xytext=(inward, 0),
        textcoords="offset points",
        ha="center",
        va="center",
        **style,
    )


def remark(axes, y, text, at_end=False, size=7.5):
    """Say in words, at the start or the end of a lane, what its axis does not hold."""
    place = {"xy": (1, y), "xytext": (-3, 0), "ha": "right"} if at_end else {"xy": (0, y), "xytext": (3, 0)}
    style = {"va": "center", "size": size, "color": GREY, "style": "italic", "bbox": CLEAR}
    axes.annotate(text, xycoords=axes.get_yaxis_transform(), textcoords="offset points", **place, **style)


def mostly_right(shares):
    """Whether most marks stand in the right half of their lanes: remarks stand there too, and a narrow screen shows that end first."""
    return sum(share > 0.55 for share in shares) * 2 > len(shares)


def write(axes, x, y, text, right=True, **style):
    """Write at the right or the left of a mark."""
    place = {"xytext": (9, 0), "ha": "left"} if right else {"xytext": (-9, 0), "ha": "right"}
    axes.annotate(text, (x, y), textcoords="offset points", va="center", size=8, bbox=CLEAR, **place, **style)


def beside(axes, x, y, text, share):
    """Write beside a mark at a share of the lane, on the side with room, in two lines where one is too long or would reach far to the left."""
    left, right = share * LANE, LANE - share * LANE
    fits = textwrap.wrap(text, max(1, int((right - 0.15) / 0.066)), break_long_words=False)
    to_right = right >= left or len(fits) == 1 or (len(fits) == 2 and len(text) < 27)
    lines = (
        len(fits)
        if to_right
        else max(len(textwrap.wrap(text, max(24, int(left / 0.064) - 3))), 1 + (len(text) > 26))
    )
    write(axes, x, y, even(text, lines), to_right, linespacing=1.0)


def even(text, lines):
    """Wrap words to so many lines, of much the same length, and after a comma where one is near."""
    wraps = [
        wrap
        for width in range(max(1, len(text) // lines), len(text) + 9)
        if len(wrap := textwrap.wrap(text, width)) <= lines
    ]
    return "\n".join(
        next((wrap for wrap in wraps[:9] if all(line[-1] in ",:;" for line in wrap[:-1])), wraps[0])
    )


def name_lanes(axes, plans, lanes):
    """Name each place at the first of its lanes, and rule it off."""
    labels = plans.focus.set_index("id")["label"]
    firsts = lanes.drop_duplicates("jurisdiction")["jurisdiction"]
    axes.set_ylim(len(lanes) - 0.4, -0.6)
    axes.set_yticks(list(firsts.index), _broken(firsts.map(labels)), size=9, linespacing=0.9)
    axes.hlines(firsts.index[1:] - 0.5, 0, 1, transform=axes.get_yaxis_transform(), color=PALE, lw=0.6)


def name_values(axes, plans, lanes, limits, unit):
    """Name the lanes of an axis of values, its ends and its unit."""
    axes.set_xlim(limits)
    name_lanes(axes, plans, lanes)
    axes.tick_params(axis="x", labelsize=8)
    axes.set_xlabel(unit, size=8, loc="right", labelpad=1)


def name_places(axes, plans, above=0.5, below=0.5, size=9):
    """Give each place one row, its name at the left."""
    axes.set_ylim(len(plans.focus) - below, -above)
    axes.set_yticks(range(len(plans.focus)), _broken(plans.focus["label"]), size=size, linespacing=0.9)


def _broken(labels):
    """Break the names that are longer than the room at the left of a drawing."""
    return ["\n".join(textwrap.wrap(label, 17)) for label in labels]


def head_columns(axes, places, words, size=8.5):
    """Name columns at their head."""
    axes.set_xticks(places, words, size=size)
    axes.xaxis.tick_top()
    axes.spines["bottom"].set_visible(False)


def bare(axes):
    """Take off the axis: what stands here is not measured along it."""
    axes.set_xticks([])
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)


def finish(chart, plans, rows, *words):
    """Attach name, title and subtitle, the documents and the rows drawn."""
    places = plans.focus.set_index("id")
    names, chinese = (rows["jurisdiction"].map(places[column]) for column in ("name_en", "name_zh"))
    frame = rows.assign(place=names.fillna("line drawn"), place_zh=chinese)
    columns = [
        name for name in ("jurisdiction", "place", "place_zh", "what", "says", "why", "id") if name in frame
    ]
    return chart.describe(*words, documents_foot(plans), frame[columns].fillna(""))


def documents_foot(plans):
    """Name the documents behind a chart, each with its number or year."""
    read = plans.documents[plans.documents["access"] == "full_text"].set_index("jurisdiction")
    focus = plans.focus[plans.focus["id"].isin(read.index)]
    names = [
        f"{p.name_en}: {read.loc[p.id, 'genre']}, {wording_date(read.loc[p.id, 'issued'])}"
        for p in focus.itertuples()
    ]
    return "\n".join(textwrap.wrap("Plans: " + "; ".join(names) + ".", 128))


def aimed(row):
    """Mark a goal that is only aimed for."""
    return " (aimed for)" if row.strength == "aspirational" else ""


def wording_date(issued):
    """Write a date of issue; a year in doubt is said to be inferred."""
    return f"about {issued[:4]} (inferred)" if issued.endswith("?") else issued
