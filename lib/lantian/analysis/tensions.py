"""Consistency: goals of one plan that pull in two directions, found by code and listed without a verdict."""

import pandas as pd

from lantian.text import wording

SAME_GOAL = ["jurisdiction", "indicator", "subject", "subject_class", "base", "area", "kind", "target_year"]


def tensions(plans):
    """List what does not sit easily inside one plan.

    Returns
    -------
    DataFrame
        label, tension, in_words, id (of the first target concerned), others.
    """
    rows = plans.targets
    found = [*_two_figures(rows), *_early(rows, plans.documents), *_two_bases(rows), *_two_caps(rows)]
    return pd.DataFrame(found, columns=["label", "tension", "in_words", "id", "others"])


def _row(targets, tension, in_words):
    first, *others = targets["id"]
    return targets["label"].iloc[0], tension, in_words, first, ";".join(others)


def _two_figures(focus):
    """Find two figures, or two operators, for one thing and year; a stretch goal is no tension."""
    figures = focus.query("value_basis == 'figure' and stretch_of == ''")
    for _, rows in figures.groupby(SAME_GOAL, dropna=False, sort=False):
        if len(rows.drop_duplicates(["operator", "value"])) > 1:
            yield _row(rows, "two figures for one thing", "; ".join(rows["statement_en"]))


def _early(focus, documents):
    """Find dates before the day of the document that sets them; a reissue repeats dates of its first issue."""
    documents = documents.set_index("id")[["issued", "relation"]]
    dated = focus.drop(columns="issued").join(documents, on="document").query("deadline != ''")
    early = dated[(dated["issued"].str.len() == len("2018-01-01")) & (dated["deadline"] < dated["issued"])]
    for _, rows in early.groupby("document", sort=False):
        first = rows.iloc[0]
        reissue = first.relation == "reissue"
        again = " (a reissue; its first issue was not seen)" if reissue else ""
        day, earliest = wording.day(first.issued), wording.day(rows["deadline"].min())
        in_words = f"{len(rows)} dates lie before {day}, the day of issue{again}; the first is {earliest}"
        yield _row(rows.sort_values("deadline"), "a date before the document", in_words)


def _two_bases(focus):
    """Find a share of purchases, clean fuels counted, next to the whole stock on new energy."""
    vehicles = focus[focus["indicator"].isin(["vehicles.new_energy", "vehicles.new_or_clean"])]
    for (_, subject), rows in vehicles.groupby(["jurisdiction", "subject"], sort=False):
        if rows["base"].nunique() > 1 and rows["indicator"].nunique() > 1:
            each = zip(map(wording.amount, rows.itertuples()), rows["base"], rows["indicator_name"])
            goals = [f"{much} ({wording.BASES[base]}, {name.lower()})" for much, base, name in each]
            yield _row(rows, "two goals for one fleet", f"{subject.replace('_', ' ')}: {'; '.join(goals)}")


def _two_caps(focus):
    """Find a cap on coal and a cap on all energy that hold together on one reading only."""
    caps = focus.query("kind == 'level' and subject == '' and amount.notna()")
    caps = caps[caps["indicator"].isin(["coal.consumption", "energy.consumption"])]
    for _, rows in caps.groupby(["jurisdiction", "target_year"], dropna=False, sort=False):
        cap = rows.groupby("standard_unit")["amount"].min()
        if {"t", "tce"} <= set(cap.index) and cap["t"] > cap["tce"]:
            most = f"{cap['tce'] / cap['t']:.2f} t of coal equivalent per tonne"
            in_words = f"coal fits under the cap on all energy only below {most}, or net of what is sent out"
            yield _row(rows, "two caps", in_words)
