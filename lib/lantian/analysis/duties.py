"""Who answers for what and by when, and in which words it is asked."""

import pandas as pd

from lantian.text import wording

TIMINGS = {"by": "by", "in": "by", "from": "from", "every_year": "every year", "none": "no date"}


def duties(plans):
    """List the dated duties of the focus plans by quarter.

    Returns
    -------
    DataFrame
        jurisdiction, label, id, timing ("by", "from", "every year", "no date"),
        quarter (as ``2018Q4``; the last of a year that has no day, the first where
        it holds from that year; empty without a year), says.
    """
    rows = plans.targets[(plans.targets["role"] == "focus") & (plans.targets["core"] == "yes")]
    quarter = pd.PeriodIndex(pd.to_datetime(day_due(rows)), freq="Q").astype(str)
    timing = (
        rows["timing"]
        .map(TIMINGS)
        .mask(rows["target_year"].isna() & (rows["timing"] != "every_year"), "no date")
    )
    quarter = pd.Series(quarter, rows.index).where(timing.isin(["by", "from"]), "")
    told = rows[["jurisdiction", "label", "id"]].assign(
        timing=timing, quarter=quarter, says=rows["statement_en"]
    )
    return told.reset_index(drop=True)


def day_due(targets):
    """Date targets: a year without a day at its end where they fall due by or in it, at its beginning where they hold from it.

    Returns
    -------
    Series
        ISO dates; missing without a year.
    """
    ends = targets["timing"].map({"from": "-01-01"}).fillna("-12-31")
    return targets["deadline"].where(
        targets["deadline"] != "", targets["target_year"].astype("string") + ends
    )


def leads(plans):
    """Count, for each theme and plan, the bodies named as leading, under one name each.

    Local names are harmonised by ``bodies.csv``; the original stays beside it.

    Returns
    -------
    DataFrame
        theme, label, function, names (as printed), targets.
    """
    rows = plans.targets[(plans.targets["role"] == "focus") & (plans.targets["lead_type"] == "lead")]
    each = rows.assign(body=rows["lead"].str.split(";")).explode("body")
    each["function"] = each["body"].map(plans.bodies.set_index("body")["function"]).fillna(each["body"])
    groups = each.groupby(["theme", "order", "label", "function"], sort=True)
    counts = groups.agg(
        names=("body", lambda names: ", ".join(dict.fromkeys(names))), targets=("id", "nunique")
    ).reset_index()
    return counts.sort_values(
        ["theme", "order", "targets"], ascending=[True, True, False], kind="stable"
    ).drop(columns="order")


def words(plans):
    """Count the words that bind a promise or loosen it, for each plan and theme, with an example.

    Counts say which words a government uses; a share of them would rank the
    curators' splitting of sentences.

    Returns
    -------
    DataFrame
        strength, strength_word, label, theme, count, example (a statement), id.
    """
    rows = plans.targets[(plans.targets["role"] == "focus") & (plans.targets["strength"] != "plain")]
    groups = rows.groupby(["strength", "strength_word", "order", "label", "theme"], sort=True)
    counts = groups.agg(
        count=("id", "size"), example=("statement_en", "first"), id=("id", "first")
    ).reset_index()
    return counts.drop(columns="order")


def strengths(plans):
    """Count targets by plan and strength.

    Returns
    -------
    DataFrame
        A row a focus place: jurisdiction, label and a column for each strength.
    """
    rows = plans.targets[plans.targets["role"] == "focus"]
    counts = rows.pivot_table(
        index="jurisdiction", columns="strength", values="id", aggfunc="count", fill_value=0, observed=True
    )
    counts = counts.reindex(index=plans.focus["id"], columns=list(wording.STRENGTHS), fill_value=0)
    return counts.rename_axis("jurisdiction").reset_index().assign(label=plans.focus["label"].to_list())
