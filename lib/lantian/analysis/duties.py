"""Responsibility: who answers for what and by when, and in which words it is asked."""

from datetime import date, timedelta

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
    rows = plans.targets.query("role == 'focus' and core == 'yes'").reset_index(drop=True)
    undated = rows["target_year"].isna() & (rows["timing"] != "every_year")
    timing = rows["timing"].map(TIMINGS).mask(undated, "no date")
    quarter = pd.to_datetime(day_due(rows)).dt.to_period("Q").astype("str")
    quarter = quarter.where(timing.isin(["by", "from"]), "")
    rows = rows.assign(timing=timing, quarter=quarter, says=rows["statement_en"])
    return rows[["jurisdiction", "label", "id", "timing", "quarter", "says"]]


def due_day(timing, deadline):
    """Return the last day of what is due: before 1 October is by 30 September (10月1日前), to the end of a month its last day.

    >>> due_day("by", "2018-10-01"), due_day("from", "2018-10-01"), due_day("by", "2018-10-31")
    ('2018-09-30', '2018-10-01', '2018-10-31')
    """
    if timing != "by" or not deadline.endswith("-01"):
        return deadline
    return (date.fromisoformat(deadline) - timedelta(days=1)).isoformat()


def day_due(targets):
    """Date targets; a year without a day stands for its first day after "from", else for its last.

    Returns
    -------
    Series
        ISO dates; missing without a year.
    """
    ends = targets["timing"].map({"from": "-01-01"}).fillna("-12-31")
    year_only = targets["target_year"].astype("string") + ends
    return targets["deadline"].where(targets["deadline"] != "", year_only)


def leads(plans):
    """Count, for each theme and plan, the bodies named as leading, under one name each.

    Local names are harmonised by ``bodies.csv``; ``names`` keeps the original.

    Returns
    -------
    DataFrame
        theme, label, function, names (as printed), targets.
    """
    rows = plans.targets.query("role == 'focus' and lead_type == 'lead'")
    each = rows.assign(body=rows["lead"].str.split(";")).explode("body")
    each["function"] = each["body"].map(plans.bodies.set_index("body")["function"]).fillna(each["body"])
    counts = each.groupby(["theme", "order", "label", "function"], as_index=False).agg(
        names=("body", lambda bodies: ", ".join(bodies.unique())), targets=("id", "nunique")
    )
    counts = counts.sort_values(["theme", "order", "targets"], ascending=[True, True, False], kind="stable")
    return counts.drop(columns="order")


def words(plans):
    """Count the words that bind a promise or loosen it, for each plan and theme, with an example.

    Counts show which words a government uses; a share of them would rank the
    curators' splitting of sentences.

    Returns
    -------
    DataFrame
        strength, strength_word, label, theme, count, example (a statement), id.
    """
    rows = plans.targets.query("role == 'focus' and strength != 'plain'")
    groups = rows.groupby(["strength", "strength_word", "order", "label", "theme"], as_index=False)
    counts = groups.agg(count=("id", "size"), example=("statement_en", "first"), id=("id", "first"))
    return counts.drop(columns="order")


def strengths(plans):
    """Count targets by plan and strength.

    Returns
    -------
    DataFrame
        A row a focus place: jurisdiction, a column for each strength, and label.
    """
    rows = plans.targets[plans.targets["role"] == "focus"]
    counts = pd.crosstab(rows["jurisdiction"], rows["strength"])
    counts = counts.reindex(index=plans.focus["id"], columns=list(wording.STRENGTHS), fill_value=0)
    return counts.rename_axis("jurisdiction").reset_index().assign(label=plans.focus["label"].to_list())
