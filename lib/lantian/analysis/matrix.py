"""Lay promises and silences out: a cell for every plan and indicator, none of them blank."""

import difflib
import os
from itertools import product

import pandas as pd

from lantian.text import wording
from lantian.text.script import fold

# From the most to the least that a cell can say.
MARKS = {
    "figure": "a figure",
    "word": "'all' in words",
    "reference": "a named year's level",
    "dated": "a date, no figure",
    "rule": "a rule, no date",
    "qualitative": "words only",
    "assigned": "set by a level above",
    "not_applicable": "does not apply",
    "part_missing": "may be in a lost part",
    "garbled": "garbled in the text",
    "silent_within": "silent, within its subject",
    "silent_outside": "silent, outside its subject",
    "none": "no target",
}
RANK = {mark: number for number, mark in enumerate(MARKS)}
HEADLINES = {"coal": 0, "air": 1, "vehicles": 2}
SYMBOLS = {"<=": "≤ ", ">=": "≥ ", "<": "< ", ">": "> ", "~": "~ ", "=": "", "": ""}
CELL = [
    "jurisdiction",
    "label",
    "place",
    "indicator",
    "indicator_name",
    "mark",
    "text",
    "says",
    "id",
    "count",
]


def cells(plans, theme=None, indicators=None):
    """List a cell for every focus place and indicator.

    Parameters
    ----------
    plans : Plans
    theme : str, optional
        A headline (coal, air, vehicles), ``"headline"`` for all three, or a theme.
    indicators : list of str, optional
        Ids, instead of a theme.

    Returns
    -------
    DataFrame
        jurisdiction, label, indicator, indicator_name, mark (a key of `MARKS`),
        text (a few characters), says (in words), id (of the telling target or
        gap), count (targets behind the cell).

    Examples
    --------
    >>> import lantian as lt
    >>> cells = lt.cells(lt.load(), "coal")
    >>> cells.loc[cells.id == "yuyao-coal-cap-2020", "mark"].tolist()
    ['reference']
    """
    indicators = chosen(plans.indicators, theme, indicators)
    targets = plans.targets[plans.targets["indicator"].isin(indicators["id"])]
    best, count = _first(_firmest(targets)), targets.groupby(["jurisdiction", "indicator"]).size()
    gaps = _first(plans.gaps)
    rows = []
    for indicator, place in product(indicators.itertuples(), plans.focus.itertuples()):
        key = (place.id, indicator.id)
        told = _promise(best[key], int(count[key])) if key in best else _gap(gaps.get(key))
        rows.append(_about(place, indicator.id, indicator.name_en) | told)
    return pd.DataFrame(rows, columns=CELL)


def _about(place, indicator, name):
    return {
        "jurisdiction": place.id,
        "label": place.label,
        "place": place.name_en,
        "indicator": indicator,
        "indicator_name": name,
    }


def _first(rows):
    """Map place and indicator to their first row."""
    rows = rows.drop_duplicates(["jurisdiction", "indicator"])
    return dict(zip(zip(rows["jurisdiction"], rows["indicator"]), rows.itertuples()))


def matrix(plans, theme=None, indicators=None):
    """Show `cells` as a table: an indicator a row, a plan a column, words in the cells.

    Parameters and errors are those of `cells`.

    Examples
    --------
    >>> import lantian as lt
    >>> lt.matrix(lt.load(), "coal").loc["Coal consumption", "Yuyao (2018)"]
    'no more than in 2011 by 2020'
    """
    table = cells(plans, theme, indicators)
    order = {
        "index": list(dict.fromkeys(table["indicator_name"])),
        "columns": list(dict.fromkeys(table["label"])),
    }
    return (
        table.pivot(index="indicator_name", columns="label", values="says")
        .reindex(**order)
        .rename_axis(None, axis=1)
    )


def chosen(indicators, theme, ids=None):
    """Choose indicators by headline, theme or ids; headlines in the order coal, air, vehicles."""
    if ids is not None:
        known(indicators, *ids)
        return indicators.set_index("id", drop=False).loc[list(ids)]
    if theme in (None, "headline"):
        rows = indicators[indicators["headline"] != ""]
    else:
        rows = indicators[indicators["headline" if theme in HEADLINES else "theme"] == theme]
    if rows.empty:
        raise ValueError(
            f"{theme!r} is no theme; it is one of headline, {', '.join(sorted(set(indicators['theme'])))}"
        )
    order = pd.DataFrame(
        {"headline": rows["headline"].map(HEADLINES).fillna(9), "borrowed": rows["headline"] != rows["theme"]}
    )
    return rows.loc[order.sort_values(list(order), kind="stable").index]


def known(indicators, *ids):
    """Refuse an id that no indicator has, naming those that are like it."""
    for name in ids:
        if not (indicators["id"] == name).any():
            raise ValueError(
                f"{name!r} is no indicator{near(name, indicators['id'])}; plans.indicators lists all of them"
            )


def near(name, names):
    """Name the few that are most like a name: "; near it: A, B"; empty when none is."""
    found = difflib.get_close_matches(str(name), list(names), n=4)
    return f"; near it: {', '.join(found)}" if found else ""


def _marks(targets):
    marks = pd.Series("rule", index=targets.index).mask(targets["target_year"].notna(), "dated")
    return marks.mask(targets["value_basis"] != "", targets["value_basis"])


def _firmest(targets):
    """Sort targets, what tells most of an indicator first."""
    marks = _marks(targets)
    keys = {
        "core": targets["core"] == "no",
        "rank": marks.map(RANK),
        "stretch": targets["stretch_of"] != "",
        "area": targets["area"] != "whole",
    }
    keys["year"] = -targets["target_year"].fillna(0)
    return targets.assign(mark=marks).loc[pd.DataFrame(keys).sort_values(list(keys), kind="stable").index]


def _promise(best, count):
    """Tell a cell by its firmest target, and how many more there are."""
    text, says = (f"\N{NO-BREAK SPACE}+{count - 1}", f"; {count - 1} more") if count > 1 else ("", "")
    return {
        "mark": best.mark,
        "text": short(best) + text,
        "says": wording.target(best) + says,
        "id": best.id,
        "count": count,
    }


def _gap(gap, says=MARKS["none"]):
    """Tell a cell by its gap, or say that there is nothing."""
    if gap is None:
        return {"mark": "none", "text": "", "says": says, "id": "", "count": 0}
    mark = gap.status if gap.status != "silent" else f"silent_{'within' if gap.within_remit else 'outside'}"
    return {"mark": mark, "text": "", "says": wording.gap(gap), "id": gap.id, "count": 0}


def short(row):
    """Write a target in a few characters: "≤ 1.45 million t, 2020"."""
    year = "" if pd.isna(row.target_year) else f"{row.target_year}"
    if row.value_basis == "reference":
        return f"{'>' if row.operator == '>' else '≤'} {row.baseline_year} level, {year}"
    if row.value_basis == "word":
        return f"{wording.amount(row).removesuffix(' (in words)')}, {year}".rstrip(", ")
    if pd.isna(row.amount):
        return year or row.kind
    if row.kind == "change":
        sign, least, most = ("−", "<=", ">=") if row.amount < 0 else ("+", ">=", "<=")
        more = {least: " or more", most: " at most", "~": " or so"}.get(row.operator, "")
        return f"{sign}{wording.quantity(abs(row.amount), row.standard_unit)}{more}, {year}".rstrip(", ")
    figure = (
        f"{wording.number(row.value)} for 1"
        if row.kind == "ratio"
        else wording.quantity(abs(row.amount), row.standard_unit)
    )
    return f"{'cut ' if wording.is_cut(row) else ''}{SYMBOLS[row.operator]}{figure}, {year}".rstrip(", ")


def find(plans, words):
    """Find targets and gaps by a word, English or Chinese.

    Parameters
    ----------
    plans : Plans
    words : str
        Searched, ignoring case and width, in statements, names, quotes and ids.

    Returns
    -------
    DataFrame
        place, id, says, statement, indicator, quote, clause: targets first, then gaps.

    Examples
    --------
    >>> import lantian as lt
    >>> found = lt.find(lt.load(), "straw")
    >>> "Yuyao" in set(found.place)
    True
    """
    rows = pd.concat(
        [_searchable(plans.targets, wording.target, plans), _searchable(plans.gaps, wording.gap, plans)]
    )
    needle = str(words).casefold()
    hit = rows["searched_in"].str.casefold().str.contains(needle, regex=False)
    return rows[hit].drop(columns="searched_in").reset_index(drop=True)


def _searchable(rows, word, plans):
    indicators = plans.indicators.set_index("id")["name_zh"]
    statement = rows["statement_en"] if "statement_en" in rows else rows["note"]
    frame = pd.DataFrame(
        {"place": rows["place"], "id": rows["id"], "says": [word(row) for row in rows.itertuples()]}
    )
    frame = frame.assign(
        statement=statement, indicator=rows["indicator_name"], quote=rows["quote"], clause=rows["clause"]
    )
    extra = [rows[name] for name in ("subject", "subject_class", "note", "value_text") if name in rows]
    parts = [frame[name].astype(str) for name in frame] + [part.astype(str) for part in extra]
    parts += [rows["indicator"].map(indicators), rows["place_zh"]]
    return frame.assign(searched_in=[" ".join(cells) for cells in zip(*parts)])


def shared(plans, least=2):
    """List indicators beyond the headlines with a core target in several focus plans.

    Parameters
    ----------
    plans : Plans
    least : int
        Number of plans.

    Returns
    -------
    list of str
        Ids, in the order of themes and ids.
    """
    rows = plans.targets.query("role == 'focus' and core == 'yes' and headline == ''")
    counts = rows.groupby("indicator")["jurisdiction"].nunique()
    return sorted(counts.index[counts >= least])


FLEETS = ("vehicles.new_energy", "vehicles.new_or_clean")
POOLED = "pooled_fleets"
# What plans call the fleets, so that words without a figure stand at those that they name.
FLEET_WORDS = {
    "bus": "公交", "taxi": "出租", "sanitation_vehicle": "环卫", "postal_vehicle": "邮政", "commuter_vehicle": "通勤", "light_delivery_vehicle": "物流", "construction_waste_truck": "渣土",
}  # fmt: skip


def fleets(plans):
    """List a cell for every fleet and focus place: which shares of new energy and clean-energy vehicles are promised.

    Returns
    -------
    DataFrame
        As `cells`, a fleet in place of an indicator. ``says`` tells new purchases
        from the stock, new energy from clean-energy vehicles, where and by when. A share of several fleets together
        stands at each of them, as such. A gap stands only at the fleets that its words name.
    """
    targets = plans.targets[plans.targets["indicator"].isin(FLEETS) & (plans.targets["role"] == "focus")]
    targets = _each_fleet(targets.assign(mark=_marks(targets)))
    gaps = plans.gaps[plans.gaps["indicator"].isin(FLEETS)]
    silent = (
        gaps[(gaps["status"] == "silent") & ~gaps["jurisdiction"].isin(targets["jurisdiction"])]
        .drop_duplicates("jurisdiction")
        .set_index("jurisdiction")
    )
    common = (
        targets.groupby("subject")["jurisdiction"].nunique().sort_values(ascending=False, kind="stable").index
    )
    rows = []
    for fleet, place in product(common, plans.focus.itertuples()):
        mine = targets[(targets["subject"] == fleet) & (targets["jurisdiction"] == place.id)]
        named = [
            gap
            for gap in gaps[gaps["jurisdiction"] == place.id].itertuples()
            if FLEET_WORDS.get(fleet, fleet) in fold(gap.quote)
        ]
        if len(mine):
            cell = _fleet(mine)
        elif named or place.id in silent.index:
            cell = _gap(named[0] if named else next(silent.loc[[place.id]].reset_index().itertuples()))
        else:
            cell = _gap(None, "fleet not named")
        rows.append(_about(place, fleet, fleet.replace("_", " ").capitalize()) | cell)
    return pd.DataFrame(rows, columns=CELL)


def _each_fleet(targets):
    """Give each fleet of a share of several fleets together a row of its own, marked as pooled."""
    pooled = targets[targets["subject"] == POOLED]
    rows = [
        pooled[pooled["subject_class"].str.contains(fleet.split("_")[0])].assign(subject=fleet)
        for fleet in FLEET_WORDS
    ]
    return pd.concat(
        [
            targets[targets["subject"] != POOLED].assign(pooled=False),
            *(some.assign(pooled=True) for some in rows),
        ]
    )


_BASES = {"": "", "stock": "of the stock", "new": "of new ones", "new_or_replaced": "of purchases"}
_ENERGY = {"vehicles.new_energy": "new energy", "vehicles.new_or_clean": "new energy or clean-energy"}


def _fleet(mine):
    told = [
        (row, f"{_share(row)} {_BASES[row.base]}{', pooled' * row.pooled}".strip())
        for row in mine.itertuples()
    ]
    says = [
        f"{much}{' with other fleets' * row.pooled}, {_ENERGY[row.indicator]}, {wording.AREAS[row.area]}, {wording.date(row)}, {wording.STRENGTHS[row.strength]}"
        for row, much in told
    ]
    text = [f"{much}{'*' if row.indicator.endswith('clean') else ''}" for row, much in told]
    return {
        "mark": min(mine["mark"], key=RANK.get),
        "text": "; ".join(text),
        "says": "; ".join(says),
        "id": mine.iloc[0]["id"],
        "count": len(mine),
    }


def _share(row):
    if row.value_basis == "figure":
        return f"{SYMBOLS[row.operator]}{wording.quantity(row.amount, row.standard_unit)}"
    return "all" if row.value_basis == "word" else "required"


def place(plans, identifier=None):
    """Choose one focus place: the argument, else ``LANTIAN_PLACE``, else the first.

    Returns
    -------
    namedtuple
        Its row of ``Plans.focus``.

    Examples
    --------
    >>> import lantian as lt
    >>> lt.place(lt.load(), "yuyao").name_zh
    '余姚市'
    """
    chosen_id = identifier or os.environ.get("LANTIAN_PLACE") or plans.focus["id"].iloc[0]
    found = plans.focus[plans.focus["id"] == chosen_id]
    if found.empty:
        raise ValueError(f"{chosen_id!r} is no focus place; it is one of {', '.join(plans.focus['id'])}")
    return next(found.itertuples())
