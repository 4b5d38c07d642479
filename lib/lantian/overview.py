"""Lay promises and silences out: a cell for every plan and indicator, none of them blank."""

import os

import pandas as pd

from lantian import wording

# From the most to the least that a cell can say.
MARKS = {
    "figure": "a figure",
    "word": "'all' in words",
    "reference": "a named year's level",
    "dated": "a date, no figure",
    "rule": "a rule, no date",
    "qualitative": "words only",
    "delegated": "left to a level above",
    "part_missing": "may be in a lost part",
    "garbled": "garbled in the text",
    "silent_within": "silent, within its subject",
    "silent_outside": "silent, outside its subject",
    "none": "no target",
}
SYMBOLS = {"<=": "≤ ", ">=": "≥ ", "<": "< ", ">": "> ", "~": "~ ", "=": "", "": ""}


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
    """
    targets = plans.targets.assign(mark=_marks(plans.targets)).groupby(["jurisdiction", "indicator"])
    gaps = plans.gaps.groupby(["jurisdiction", "indicator"])
    rows = []
    for indicator in chosen(plans.indicators, theme, indicators).itertuples():
        for place in plans.focus.itertuples():
            key = (place.id, indicator.id)
            base = {"jurisdiction": place.id, "label": place.label, "place": place.name_en}
            base |= {"indicator": indicator.id, "indicator_name": indicator.name_en}
            rows.append(base | _cell(key, targets, gaps))
    return pd.DataFrame(rows)


def matrix(plans, theme=None, indicators=None):
    """Show `cells` as a table: an indicator a row, a plan a column, words in the cells.

    Parameters and errors are those of `cells`.
    """
    table = cells(plans, theme, indicators)
    order = dict(index=list(dict.fromkeys(table["indicator_name"])), columns=list(dict.fromkeys(table["label"])))
    return table.pivot(index="indicator_name", columns="label", values="says").reindex(**order).rename_axis(None, axis=1)


def chosen(indicators, theme, ids=None):
    """Choose indicators by headline, theme or ids; headlines in the order coal, air, vehicles."""
    if ids is not None:
        return indicators.set_index("id", drop=False).loc[list(ids)]
    if theme in (None, "headline"):
        rows = indicators[indicators["headline"] != ""]
    else:
        rows = indicators[indicators["headline" if theme in _HEADLINES else "theme"] == theme]
    if rows.empty:
        raise ValueError(f"{theme!r} is no theme; themes: {', '.join(sorted(set(indicators['theme'])))}")
    order = pd.DataFrame({"headline": rows["headline"].map(_HEADLINES).fillna(9), "borrowed": rows["headline"] != rows["theme"]})
    return rows.loc[order.sort_values(list(order), kind="stable").index]


_HEADLINES = {"coal": 0, "air": 1, "vehicles": 2}


def _marks(targets):
    dated = targets["target_year"].notna()
    marks = pd.Series("rule", index=targets.index).mask(dated, "dated")
    basis = targets["value_basis"]
    return marks.mask(basis != "", basis)


def _cell(key, targets, gaps):
    if key in targets.groups:
        rows = targets.get_group(key)
        rank = rows["mark"].map({mark: place for place, mark in enumerate(MARKS)})
        keys = pd.DataFrame({"core": rows["core"] == "no", "rank": rank, "stretch": rows["stretch_of"] != "", "area": rows["area"] != "whole", "year": -rows["target_year"].fillna(0)})
        best = rows.loc[keys.sort_values(list(keys), kind="stable").index[0]]
        more = f" +{len(rows) - 1}" if len(rows) > 1 else ""
        says = wording.target(best) + (f"; {len(rows) - 1} more" if more else "")
        return {"mark": best["mark"], "text": short(best) + more, "says": says, "id": best["id"], "count": len(rows)}
    if key in gaps.groups:
        gap = gaps.get_group(key).iloc[0]
        mark = gap["status"]
        if mark == "silent":
            mark = "silent_within" if gap["within_remit"] else "silent_outside"
        return {"mark": mark, "text": "", "says": wording.gap(gap), "id": gap["id"], "count": 0}
    return {"mark": "none", "text": "", "says": MARKS["none"], "id": "", "count": 0}


def short(row):
    """Write a target in a few characters: "≤ 1.45 million t, 2020"."""
    year = "" if pd.isna(row.target_year) else f"{row.target_year}"
    if row.value_basis == "reference":
        return f"{'>' if row.operator == '>' else '≤'} {row.baseline_year} level, {year}"
    if row.value_basis == "word":
        return f"{wording.amount(row).removesuffix(' (in words)')}, {year}".rstrip(", ")
    if pd.isna(row.amount):
        return year or row.kind
    sign = "−" if row.amount < 0 else "+"
    if row.kind == "change":
        more = {"<=": " or more", ">=": " at most", "~": " or so"} if row.amount < 0 else {">=": " or more", "<=": " at most", "~": " or so"}
        return f"{sign}{wording.number(abs(row.amount))} %{more.get(row.operator, '')}, {year}".rstrip(", ")
    bound = row.operator
    figure = wording.number(row.value) if row.kind == "ratio" else wording.quantity(abs(row.amount), row.standard_unit)
    end = " : 1" if row.kind == "ratio" else ""
    return f"{SYMBOLS[bound]}{figure}{end}, {year}".rstrip(", ")


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
        place, id, says, statement, quote, clause: targets first, then gaps.
    """
    rows = pd.concat([_searchable(plans.targets, wording.target, plans), _searchable(plans.gaps, wording.gap, plans)])
    needle = words.casefold()
    hit = rows["searched_in"].str.casefold().str.contains(needle, regex=False)
    return rows[hit].drop(columns="searched_in").reset_index(drop=True)


def _searchable(rows, word, plans):
    indicators = plans.indicators.set_index("id")["name_zh"]
    statement = rows["statement_en"] if "statement_en" in rows else rows["note"]
    frame = pd.DataFrame({"place": rows["place"], "id": rows["id"], "says": [word(row) for row in rows.itertuples()]})
    frame = frame.assign(statement=statement, indicator=rows["indicator_name"], quote=rows["quote"], clause=rows["clause"])
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


def limits(plans, indicator, year):
    """List limits and guidelines on an indicator, in force at a year or set later.

    Parameters
    ----------
    plans : Plans
    indicator : str
    year : int
        The target year that they are held against.

    Returns
    -------
    DataFrame
        amount, says, hindsight (set or applying only after the year), id.
    """
    rows = plans.targets.query("role == 'reference' and kind == 'standard' and core == 'yes'")
    rows = rows[(rows["indicator"] == indicator) & rows["amount"].notna()]
    documents = plans.documents.set_index("id")
    issued = rows["document"].map(documents["issued"]).str[:4].astype(int)
    late = (issued > year) | rows["target_year"].fillna(0).gt(year)
    says = [
        f"{documents.loc[row.document, 'genre']} {documents.loc[row.document, 'issued'][:4]}: {wording.number(row.amount)}{', in hindsight' if after else ''}"
        for row, after in zip(rows.itertuples(), late)
    ]
    return pd.DataFrame({"amount": rows["amount"], "says": says, "hindsight": late, "id": rows["id"]}).sort_values("amount").reset_index(drop=True)


FLEETS = ("vehicles.new_energy", "vehicles.new_or_clean")


def fleets(plans):
    """List a cell for every fleet and focus place: which vehicles go electric or clean.

    Returns
    -------
    DataFrame
        As `cells`, a fleet in place of an indicator. ``says`` tells new purchases
        from the stock, new energy from new or clean, where and by when.
    """
    targets = plans.targets[plans.targets["indicator"].isin(FLEETS) & (plans.targets["role"] == "focus")]
    targets = targets.assign(mark=_marks(targets))
    common = targets.groupby("subject")["jurisdiction"].nunique().sort_values(ascending=False, kind="stable").index
    rows = []
    for fleet in common:
        for place in plans.focus.itertuples():
            mine = targets[(targets["subject"] == fleet) & (targets["jurisdiction"] == place.id)]
            base = {"jurisdiction": place.id, "label": place.label, "place": place.name_en, "indicator": fleet}
            rows.append(base | {"indicator_name": fleet.replace("_", " ")} | (_fleet(mine) if len(mine) else _no_fleet(plans, place.id)))
    return pd.DataFrame(rows)


_BASES = {"": "", "stock": "of the stock", "new": "of new ones", "new_or_replaced": "of new ones"}
_ENERGY = {"vehicles.new_energy": "new energy", "vehicles.new_or_clean": "new energy or clean"}


def _fleet(mine):
    share = [_share(row) for row in mine.itertuples()]
    says = [
        f"{much} {_BASES[row.base]}, {_ENERGY[row.indicator]}, {wording.AREAS[row.area]}, {wording.date(row)}, {wording.STRENGTHS[row.strength]}"
        for much, row in zip(share, mine.itertuples())
    ]
    text = [f"{much} {_BASES[row.base].removeprefix('of ')}{'*' if row.indicator.endswith('clean') else ''}" for much, row in zip(share, mine.itertuples())]
    mark = next(mark for mark in MARKS if (mine["mark"] == mark).any())
    return {"mark": mark, "text": "; ".join(text), "says": "; ".join(says), "id": mine.iloc[0]["id"], "count": len(mine)}


def _share(row):
    if row.value_basis == "figure":
        return f"{wording.number(row.value)} %"
    return "all" if row.value_basis == "word" else "required"


def _no_fleet(plans, place):
    """A fleet not named: the plan's words on new-energy vehicles, or silence on this fleet."""
    gaps = plans.gaps[(plans.gaps["jurisdiction"] == place) & plans.gaps["indicator"].isin(FLEETS)]
    named = plans.targets[(plans.targets["jurisdiction"] == place) & plans.targets["indicator"].isin(FLEETS)]
    if len(named) or gaps.empty:
        return {"mark": "none", "text": "", "says": "fleet not named", "id": "", "count": 0}
    gap = gaps.iloc[0]
    mark = {"silent": "silent_within" if gap["within_remit"] else "silent_outside"}.get(gap["status"], gap["status"])
    return {"mark": mark, "text": "", "says": wording.gap(gap), "id": gap["id"], "count": 0}


PLACE = "LANTIAN_PLACE"


def place(plans, identifier=None):
    """Choose one focus place: the argument, else ``LANTIAN_PLACE``, else the first.

    Returns
    -------
    namedtuple
        Its row of ``Plans.focus``.
    """
    chosen_id = identifier or os.environ.get(PLACE) or plans.focus["id"].iloc[0]
    found = plans.focus[plans.focus["id"] == chosen_id]
    if found.empty:
        raise ValueError(f"{chosen_id!r} is no focus place; it is one of {', '.join(plans.focus['id'])}")
    return next(found.itertuples())
