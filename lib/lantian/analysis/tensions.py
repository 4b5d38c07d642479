"""Places where one plan pulls in two directions, found by code and told without a verdict."""

import pandas as pd

from lantian.text import wording

THING = ["jurisdiction", "indicator", "subject", "subject_class", "base", "area", "kind", "target_year"]


def tensions(plans):
    """List what does not sit easily inside one plan.

    Returns
    -------
    DataFrame
        label, tension, says, id (of the first target concerned), others.
    """
    focus = plans.targets[plans.targets["role"] == "focus"]
    found = [*_two_figures(focus), *_early(focus, plans.documents), *_overlaps(focus), *_caps(focus)]
    return pd.DataFrame(found, columns=["label", "tension", "says", "id", "others"])


def _row(rows, tension, says):
    first = rows.iloc[0]
    return first["label"], tension, says, first["id"], ";".join(rows["id"].iloc[1:])


def _two_figures(focus):
    """Two figures, or two operators, for one thing and year; stretch goals are pairs, not tensions."""
    figures = focus[(focus["value_basis"] == "figure") & (focus["stretch_of"] == "")]
    for _, rows in figures.groupby(THING, dropna=False, sort=False):
        if len(rows) > 1 and len(rows[["operator", "value"]].drop_duplicates()) > 1:
            yield _row(rows, "two figures for one thing", "; ".join(rows["statement_en"]))


def _early(focus, documents):
    """A date before the document that sets it; a reissue repeats dates of its first issue."""
    dated = focus[focus["deadline"] != ""]
    issued, relation = (
        dated["document"].map(documents.set_index("id")[column]) for column in ("issued", "relation")
    )
    early = dated[(issued.str.len() == 10) & (dated["deadline"] < issued)]
    for _, rows in early.groupby("document", sort=False):
        again = (
            " (a reissue: they were ahead when it was first issued)"
            if relation[rows.index[0]] == "reissue"
            else ""
        )
        says = f"{len(rows)} dates lie before {wording.day(issued[rows.index[0]])}, the day of issue{again}; the first is {wording.day(rows['deadline'].min())}"
        yield _row(rows.sort_values("deadline"), "a date before the document", says)


def _overlaps(focus):
    """A share of purchases, clean fuels counted, beside the whole stock on new energy."""
    vehicles = focus[focus["indicator"].isin(["vehicles.new_energy", "vehicles.new_or_clean"])]
    for (_, subject), rows in vehicles.groupby(["jurisdiction", "subject"], sort=False):
        if rows["base"].nunique() > 1 and rows["indicator"].nunique() > 1:
            says = "; ".join(
                f"{wording.amount(row)} ({wording.BASES[row.base]}, {row.indicator_name.lower()})"
                for row in rows.itertuples()
            )
            yield _row(rows, "two goals for one fleet", f"{subject.replace('_', ' ')}: {says}")


def _caps(focus):
    """A cap on coal and a cap on all energy that hold together on one reading only."""
    capped = focus[
        focus["indicator"].isin(["coal.consumption", "energy.consumption"])
        & (focus["kind"] == "level")
        & (focus["subject"] == "")
    ]
    for _, rows in capped[capped["amount"].notna()].groupby(
        ["jurisdiction", "target_year"], dropna=False, sort=False
    ):
        units = rows.groupby("standard_unit")["amount"].min()
        if {"t", "tce"} <= set(units.index) and units["t"] > units["tce"]:
            even = units["tce"] / units["t"]
            yield _row(
                rows,
                "two caps",
                f"coal fits under the cap on all energy only below {even:.2f} t of coal equivalent per tonne, or net of what is sent out",
            )
