"""Overview of promises and silences: a cell for every plan and indicator, none of them blank."""

import os

import pandas as pd

from lantian.errors import CallError, near
from lantian.text import fold, wording

# What a cell holds, from the most to the least informative; and what is no target, in a few characters.
MARKS, NO_TARGET = wording.words("mark"), wording.words("no target")
RANK = {mark: number for number, mark in enumerate(MARKS)}
HEADLINES = {"coal": 0, "air": 1, "vehicles": 2}
SYMBOLS, SHARE_OF = wording.words("symbol"), wording.words("share of")
# The rule by which one target stands for the others of its cell, which pages name: nature, strength, stock before
# purchases, whole area before a part, latest year.
FIRM = {"nature": ("binding", "indicative", ""), "strength": wording.STRENGTHS}
FIRM["base"] = ("stock", "", "new_or_replaced", "new")
CELL_KEY = ["jurisdiction", "indicator"]
CONTENT_COLUMNS = ["mark", "text", "in_words", "id", "count", "kind", "strength", "firmness"]
CELL_COLUMNS = ["jurisdiction", "label", "place", "indicator", "indicator_name", *CONTENT_COLUMNS]


def cells(plans, theme=None, indicators=None, where=None):
    """List a cell for every focus place and indicator.

    Parameters
    ----------
    plans : Plans
    theme : str, optional
        A headline (coal, air, vehicles), of which the headline subjects alone, ``"headline"`` for all three, or a theme.
    indicators : list of str, optional
        Ids, instead of a theme.
    where : str, optional
        A pandas query on ``Plans.targets``: only these count, so that a cell without one of them has none.

    Returns
    -------
    DataFrame
        jurisdiction, label, place, indicator, indicator_name, mark (a key of `MARKS`),
        text (a few characters), in_words (in words), id (of the firmest target by the rule of
        `FIRM`, of the gap, or of what only another document has), count (targets of the cell), kind and strength
        (of that target), firmness (its place among all, 0 the firmest; missing where there is none).

    Examples
    --------
    >>> import lantian as lt
    >>> cells = lt.cells(lt.load(), "coal")
    >>> cells.loc[cells.id == "yuyao-coal-cap-2020", "mark"].tolist()
    ['reference']
    """
    indicators = chosen(plans.indicators, theme, indicators)[["id", "name_en"]]
    targets = plans.targets[plans.targets["indicator"].isin(indicators["id"])]
    targets = targets.query(where) if where else targets
    gaps = _gap_cells(plans.gaps[plans.gaps["role"] == "focus"])
    places = plans.places[["id", "label", "name_en"]].set_axis(["jurisdiction", "label", "place"], axis=1)
    grid = indicators.set_axis(["indicator", "indicator_name"], axis=1).merge(places, how="cross")
    mark = grid["jurisdiction"].map(mark_where_empty(plans))
    words = mark.map(NO_TARGET)
    empty = grid[CELL_KEY].assign(mark=mark, text=words, in_words=words)
    content = pd.concat([_target_cells(targets), gaps, empty])  # of each cell the first counts
    content = content.drop_duplicates(CELL_KEY).reindex(columns=[*CELL_KEY, *CONTENT_COLUMNS])
    others = plans.every_target[plans.every_target["role"] == "other"]
    content = _with_other_documents(content, others.query(where) if where else others)
    blank = {"count": 0} | dict.fromkeys(["id", "kind", "strength"], "")
    types = dict.fromkeys(["text", "in_words", "kind", "strength"], "str") | {"count": int}
    return grid.merge(content.fillna(blank).astype(types), on=CELL_KEY)[CELL_COLUMNS]


def mark_where_empty(plans):
    """Return, by the id of each focus place, the mark of a cell with neither target nor gap: ``unread`` where the plan was
    read in part, else ``none``.
    """
    return plans.places.set_index("id")["access"].map({"partial": "unread"}).fillna("none")


def _target_cells(targets):
    """Word each plan's firmest target on an indicator, and count the others: "37 µg/m³, 2020; 1 more"."""
    counted = targets.assign(count=targets.groupby(CELL_KEY)["id"].transform("size"))
    first = _firmest_first(counted).drop_duplicates(CELL_KEY)
    rows = list(first.itertuples())
    more = [f"; {row.count - 1} more" if row.count > 1 else "" for row in rows]
    text = [short(row) + wording.hedge(row) + others for row, others in zip(rows, more)]
    in_words = [
        wording.target(row) + wording.hedge(row) + _scope(row) + others for row, others in zip(rows, more)
    ]
    return first.assign(text=text, in_words=in_words, firmness=range(len(first)))


def _scope(row):
    """Say what a target covers where that is not the whole: " (bus, new or replacement ones, urban area)"."""
    all_of_some = row.value_basis == "word" and row.subject_name
    is_part = row.base or row.area != "whole" or row.subject_class or row.exception
    return f" ({wording.thing(row)})" if is_part or all_of_some else ""


def _gap_cells(gaps):
    """Mark and word gaps: each by its status, a silence as within or outside the plan's subject or, of a plan read in part,
    as not known; what is assigned names who sets it.
    """
    silence = gaps["within_remit"].map({True: "silent_within", False: "silent_outside"})
    silence = silence.mask(gaps["access"] == "partial", "unread")
    mark = gaps["status"].mask(gaps["status"] == "silent", silence)
    setter = ("set by " + gaps["set_by"]).mask(gaps["set_by"] == "", NO_TARGET["assigned"])
    in_words = pd.Series([wording.gap(row) for row in gaps.itertuples()], gaps.index, dtype="str")
    text = mark.map(NO_TARGET).mask(mark == "assigned", setter).mask(mark == "unread", in_words)
    return gaps.assign(mark=mark, text=text, in_words=in_words)


def _with_other_documents(content, others):
    """Add to cells without a target what another document of the place has: "no target; another document: at most …"."""
    other = others.drop_duplicates(CELL_KEY)
    words = [f"; another document: {wording.target(row)}" for row in other.itertuples()]
    other = other[CELL_KEY].assign(other_id=other["id"], also=pd.Series(words, other.index, dtype="str"))
    content = content.merge(other, "left", CELL_KEY)
    also = content["also"].where(content["count"].isna(), "").fillna("")
    identifier = content["id"].mask(content["id"].isna() & (also != ""), content["other_id"])
    return content.assign(in_words=content["in_words"] + also, id=identifier)


def _firmest_first(targets):
    """Sort targets: of the core first, then by `FIRM`, whole areas, the latest year, and a figure before words.

    They are marked by their figure or words, or else by whether they have a date.
    """
    act = targets["target_year"].notna().map({True: "dated", False: "rule"})
    marks = targets["value_basis"].mask(targets["value_basis"] == "", act)
    keys = {"not_core": targets["core"] == "no"}  # sorted by in this order
    keys |= {f"by_{name}": targets[name].map(order.index) for name, order in FIRM.items()}
    keys |= {"part": targets["area"] != "whole", "earlier": -targets["target_year"].fillna(0)}
    keys["rank"] = marks.map(RANK)
    return targets.assign(mark=marks, **keys).sort_values([*keys, "id"])


def matrix(plans, theme=None, indicators=None, values="in_words"):
    """Show `cells` as a wide table: an indicator a row, a plan a column.

    Parameters
    ----------
    plans, theme, indicators
        As of `cells`.
    values : str
        A column of `cells`, or of ``Plans.targets`` for the firmest target of each cell: ``"amount"`` for
        numbers in the unit that ``"standard_unit"`` gives, missing where there is none. Numbers of one row need not
        compare: they may be of other years, areas or things, or a level beside a change. `compare` says whether they do.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> import lantian as lt
    >>> plans = lt.load()
    >>> lt.matrix(plans, "coal").loc["Coal consumption", "Yuyao (2018)"]
    'no more than in 2011 by 2020'
    >>> float(lt.matrix(plans, "coal", values="amount").loc["Coal consumption", "Lanshan (2019)"])
    1450000.0
    """
    found, targets = cells(plans, theme, indicators), plans.targets.set_index("id")
    if values not in found and values not in targets:
        raise CallError(f"{values!r} is no column of cells or targets{near(values, [*found, *targets])}")
    column = found[values] if values in found else found["id"].map(targets[values])
    table = found.assign(shown=column).set_index(["indicator_name", "label"])["shown"]
    return table.unstack(sort=False).rename_axis(columns=None)


def chosen(indicators, theme, ids=None):
    """Choose indicators by headline, theme or ids.

    Headlines come in the order coal, air, vehicles, within each the subjects of the theme of that name first.
    """
    if ids is not None:
        require_indicators(indicators, *ids)
        return indicators.set_index("id", drop=False).loc[list(dict.fromkeys(ids))]
    if theme in (None, "headline"):
        rows = indicators[indicators["headline"] != ""]
    else:
        _require_theme(indicators, theme)
        rows = indicators[indicators["headline" if theme in HEADLINES else "theme"] == theme]
    rank = rows["headline"].map(HEADLINES).fillna(len(HEADLINES))
    keys = pd.DataFrame({"rank": rank, "other_theme": rows["headline"] != rows["theme"]})
    return rows.loc[keys.sort_values([*keys]).index]


def on_theme(plans, rows, theme):
    """Take the rows on a headline, with all of the theme of that name, on ``"headline"``, or on a theme; all where it is None."""
    if theme in (None, "headline"):
        return rows if theme is None else rows[rows["headline"] != ""]
    _require_theme(plans.indicators, theme)
    return rows[(rows["theme"] == theme) | (rows["headline"] == theme)]


def _require_theme(indicators, theme):
    """Raise an error for a theme that no indicator has, naming those that there are."""
    themes = sorted({*HEADLINES, *indicators["theme"]})
    if theme not in themes:
        raise CallError(f"{theme!r} is no theme; it is one of headline, {', '.join(themes)}")


def require_indicators(indicators, *ids):
    """Raise an error for an id that no indicator has, naming those that its words may mean, else similar ones."""
    for name in ids:
        if name not in set(indicators["id"]):
            meant = _by_name(indicators, str(name)) or near(name, indicators["id"])
            raise CallError(f"{name!r} is no indicator id; plans.indicators lists all of them{meant}")


def _by_name(indicators, words):
    """Name the indicators with some words in their names: "; by name it may be air.pm25 (PM2.5)"."""
    words = fold(words).casefold().split()
    ids = indicators["id"].str.replace("_", " ")
    texts = (ids + " " + indicators["name_en"] + " " + indicators["name_zh"]).map(fold).str.casefold()
    found = indicators[[all(word in text for word in words) for text in texts]]
    found = found.sort_values("headline", key=lambda headline: headline == "", kind="stable")
    shown = [f"{row.id} ({row.name_en})" for row in found.itertuples()]
    return f"; by name it may be {wording.names(shown, 'or', most=4)}" if shown else ""


def require_places(known, ids):
    """Return the ids of places, one or a list; raise an error for one that is not among the known, naming these."""
    ids = [ids] if isinstance(ids, str) else list(ids)
    for name in ids:
        if name not in set(known["id"]):
            raise CallError(f"{name!r} is no place here; it is one of {', '.join(known['id'])}")
    return ids


def targets_on(plans, indicator, core):
    """Take the focus places' targets on an indicator; with ``core`` no operating parameters where there is anything else."""
    require_indicators(plans.indicators, indicator)
    rows = plans.targets[plans.targets["indicator"] == indicator]
    in_core = rows["core"] == "yes"
    return rows[in_core] if core and in_core.any() else rows


def short(row):
    """Write a target in a few characters: "≤ 1.45 million t, 2020", "100 % of purchases, urban, 2020"."""
    when = "" if pd.isna(row.target_year) else str(row.target_year)
    if row.timing == "every_year" and row.standard_unit != wording.OFTEN:
        when = f"every year from {when}" if when else "every year"
    if pd.isna(row.amount) and row.value_basis != "reference":
        when = "ban" if row.kind == "ban" else f"{row.timing} {when}" if when else ""
    area = "" if row.area == "whole" else row.area.replace("_", "-")
    much = _short_amount(row)
    much += f" {SHARE_OF[row.base]}" if much and row.base else ""
    if row.value_basis == "word" and row.kind == "share" and row.subject_name:
        much += f" ({wording.subject(row)})"
    return ", ".join(filter(None, [much, area, when])) or f"{row.kind}, no date"


def _short_amount(row):
    """Write how much a target promises, without its date; empty when it has no figure."""
    if row.value_basis == "reference":
        return f"{SYMBOLS[row.operator or '<=']}{row.baseline_year} level"
    if row.value_basis == "word":
        return wording.amount(row).removesuffix(" (in words)")
    if pd.isna(row.amount):
        return ""
    size = wording.quantity(abs(row.amount), row.standard_unit, abs(row.amount_max))
    if row.kind == "change":
        bounds = {">=": " or more", "<=": " at most", "~": " or so"}
        return f"{'−' if row.amount < 0 else '+'}{size}{bounds.get(wording.operator(row), '')}"
    figure = f"{size} for 1" if row.kind == "ratio" else size
    return f"{'cut ' if wording.is_cut(row) else ''}{SYMBOLS[row.operator]}{figure}"


# What plans ask of fleets, from the least to the most: each step includes those before it, for one fleet.
STEPS = wording.words("step")


def fleet_steps(plans):
    """List how much each plan asks of its fleets, by steps that have an order and no scale.

    Returns
    -------
    DataFrame
        A row for each place, step, strength, area and year: jurisdiction, label, step (an ordered category of the
        words of `STEPS`), text (fleets, area and year), in_words, strength, id (of the first target), ids. Strength and ids
        are missing where a plan has no target on fleets.

    Examples
    --------
    >>> import lantian as lt
    >>> steps = lt.fleet_steps(lt.load())
    >>> steps[steps.label == "Yuyao (2018)"][["step", "text"]].values.tolist()
    [['all purchases; new energy only', 'buses; urban area; by 2020']]
    """
    targets = plans.targets[plans.targets["indicator"].isin(wording.FLEETS)]
    targets = targets.assign(step=[_step(row) for row in targets.itertuples()])
    targets["when"] = [_where_and_when(row) for row in targets.itertuples()]
    targets["fleet"] = [_several(row) for row in targets.itertuples()]  # by the step
    keys = ["jurisdiction", "label", "step", "strength", "when"]
    named = {"fleets": ("fleet", wording.names), "id": ("id", "first"), "ids": ("id", ";".join)}
    rows = targets.groupby(keys, as_index=False, sort=False).agg(**named)
    rows["text"] = rows["fleets"] + "; " + rows["when"]
    rows["in_words"] = rows["step"].map(STEPS).astype("str") + ": " + rows["text"]
    rows = pd.concat([rows, _places_without_fleets(plans, rows)], ignore_index=True)
    steps = [words for step, words in STEPS.items() if step != "unread" or step in set(rows["step"])]
    rows["step"] = pd.Categorical(rows["step"].map(STEPS), steps, ordered=True)
    rows = rows.sort_values("jurisdiction", key=lambda ids: ids.map(plans.focus.index), kind="stable")
    return rows.drop(columns=["fleets", "when"]).reset_index(drop=True)


def _step(row):
    """Name the step of `STEPS` that a target on a fleet asks for."""
    if pd.isna(row.value):  # as that buses are to be of new energy, with no share of them
        return "words"
    if row.value != 100 or not row.base:
        return "share"
    clean = row.indicator == "vehicles.new_or_clean"
    purchases, stock = ("new_or_clean", "stock_or_clean") if clean else ("new_energy", "stock")
    return stock if row.base == "stock" else purchases


def _where_and_when(row):
    """Word the area of a target and its date: "urban area; by 2020, aimed for"."""
    area = "" if row.area == "whole" else f"{wording.AREAS[row.area]}; "
    return area + wording.date(row) + (", aimed for" if row.strength == "aspirational" else "")


def _places_without_fleets(plans, rows):
    """List places without any target on fleets, with what says most of their cells on these."""
    found = cells(plans, indicators=wording.FLEETS)
    found = found[~found["jurisdiction"].isin(rows["jurisdiction"])]
    found = found.sort_values("mark", key=lambda marks: marks.map(RANK)).drop_duplicates("jurisdiction")
    step = found["mark"].map({"qualitative": "words", "unread": "unread"}).fillna("not addressed")
    return found.assign(step=step)[["jurisdiction", "label", "step", "text", "in_words", "id"]]


def _several(row):
    """Name a fleet in the plural, with its share where that is not all: "80 % of pooled fleets"."""
    name = row.subject_name or "vehicle"
    if row.subject != "pooled_fleets":
        name += "es" if name.endswith("s") else "s"
    if row.step != "share":  # all of them, or no share is said
        return name
    if row.standard_unit == "vehicles":
        return f"{wording.amount(row).removesuffix(' vehicles')} {name}"
    return ", ".join(filter(None, [f"{wording.amount(row)} of {name}", wording.BASES[row.base]]))


def place(plans, identifier=None):
    """Choose one focus place: the argument, else ``LANTIAN_PLACE``, else the first.

    Returns
    -------
    namedtuple
        Its row of ``Plans.places``.

    Examples
    --------
    >>> import lantian as lt
    >>> lt.place(lt.load(), "yuyao").name_zh
    '余姚市'
    """
    chosen_id = identifier or os.environ.get("LANTIAN_PLACE") or plans.focus[0]
    require_places(plans.places, chosen_id)
    return next(plans.places.query("id == @chosen_id").itertuples())
