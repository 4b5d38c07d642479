"""Duties of one plan: who answers for what and by when, in which words, and where they pull in two directions."""

from datetime import date, timedelta

import pandas as pd

from lantian.text import wording

TIMINGS = {"by": "by", "in": "by", "from": "from", "every_year": "every year", "none": "no date"}
# What two rows agree in that set figures for one thing.
SAME_GOAL = ["jurisdiction", "indicator", "subject", "subject_class", "base", "area", "kind", "target_year"]


def duties(plans):
    """List the duties of the focus plans with their dates, as exactly as these are printed.

    Returns
    -------
    DataFrame
        jurisdiction, label, id, timing ("by", "from", "every year", "no date"), printed (how exactly: ``day``,
        ``year``, or ``filled in`` for a year that is inferred or ambiguous; empty without any), period
        (``2018 Q3`` of a day, else ``2018 year`` or ``2018 filled in``), in_words.

    Examples
    --------
    >>> import lantian as lt
    >>> duties = lt.duties(lt.load()).set_index("id")
    >>> duties.loc["shuocheng-boiler-35-built-up-2018", ["printed", "period"]].tolist()
    ['day', '2018 Q3']
    """
    rows = plans.targets.query("core == 'yes'").reset_index(drop=True)
    undated = rows["target_year"].isna() & (rows["timing"] != "every_year")
    timing = rows["timing"].map(TIMINGS).mask(undated, "no date")
    dated = timing.isin(["by", "from"])
    printed = exactness(rows).where(dated, "")
    quarter = pd.to_datetime(day_due(rows)).dt.to_period("Q").astype("str").str[-2:]
    period = rows["target_year"].astype("str") + " " + printed.mask(printed == "day", quarter)
    period = period.where(dated, "")
    rows = rows.assign(timing=timing, printed=printed, period=period, in_words=rows["statement_en"])
    return rows[["jurisdiction", "label", "id", "timing", "printed", "period", "in_words"]]


def exactness(targets):
    """Say how exactly a date is printed: as a day, as a year, or not at all, so that its year was filled in.

    Returns
    -------
    Series
        ``day``, ``year``, ``filled in``; empty without a year.
    """
    known = targets["year_basis"].isin(["inferred", "ambiguous"]).map({True: "filled in", False: "year"})
    known = known.mask((targets["deadline"] != "") & (known == "year"), "day")
    return known.where(targets["target_year"].notna(), "")


def due_day(timing, deadline):
    """Return the last day of what is due: before 1 October is by 30 September (10月1日前), to the end of a month its last day.

    >>> due_day("by", "2018-10-01"), due_day("from", "2018-10-01"), due_day("by", "2018-10-31")
    ('2018-09-30', '2018-10-01', '2018-10-31')
    """
    if timing != "by" or not deadline.endswith("-01"):
        return deadline
    return (date.fromisoformat(deadline) - timedelta(days=1)).isoformat()


def day_due(targets):
    """Place targets on an axis of time; a year without a day stands for its first day after "from", else for its last.

    Returns
    -------
    Series
        ISO dates; missing without a year.
    """
    ends = targets["timing"].map({"from": "-01-01"}).fillna("-12-31")
    year_only = targets["target_year"].astype("string") + ends
    days = pd.Series(map(due_day, targets["timing"], targets["deadline"]), targets.index, dtype="str")
    return days.where(days != "", year_only)


def leads(plans):
    """Count, for each theme and plan, the bodies named as leading, under one name each.

    Local names are harmonised by ``bodies.csv``; ``names`` keeps the original.

    Returns
    -------
    DataFrame
        theme, label, function, names (as printed), targets.
    """
    rows = plans.targets.query("lead_type == 'lead'")
    each = rows.assign(body=rows["lead"].str.split(";")).explode("body")
    each["function"] = each["body"].map(plans.bodies.set_index("body")["function"]).fillna(each["body"])
    groups = each.groupby(["theme", "order", "label", "function"], as_index=False)
    counts = groups.agg(names=("body", lambda bodies: ", ".join(bodies.unique())), targets=("id", "nunique"))
    counts = counts.sort_values(["theme", "order", "targets"], ascending=[True, True, False], kind="stable")
    return counts.drop(columns="order")


def strength_words(plans):
    """Count the words that bind a promise or loosen it, for each plan and theme, with an example.

    Counts show which words a government uses; a share of them would rank the
    curators' splitting of sentences.

    Returns
    -------
    DataFrame
        strength, strength_word, label, theme, count, example (a statement), id.
    """
    rows = plans.targets.query("strength != 'plain'")
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
    counts = pd.crosstab(plans.targets["jurisdiction"], plans.targets["strength"])
    counts = counts.reindex(index=plans.focus, columns=wording.STRENGTHS, fill_value=0)
    return counts.rename_axis("jurisdiction").reset_index().assign(label=plans.places["label"].to_list())


# --- goals that pull in two directions, found by code and listed without a verdict -------------------------------------


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
    """Find two figures, or two operators, for one thing and year; a stretch goal, or another named part, is no tension."""
    figures = focus.query("value_basis == 'figure' and stretch_of == '' and area != 'named'")
    several = figures.groupby(SAME_GOAL, dropna=False)["id"].transform("size") > 1
    for _, rows in figures[several].groupby(SAME_GOAL, dropna=False, sort=False):
        if len(rows.drop_duplicates(["operator", "value"])) > 1:
            yield _row(rows, "two figures for one thing", "; ".join(rows["statement_en"]))


def _early(focus, documents):
    """Find dates before the day of the document that sets them; a reissue repeats dates of its first issue."""
    documents = documents.set_index("id")[["issued", "relation"]]
    dated = focus.drop(columns="issued").join(documents, on="document").query("deadline != ''")
    early = dated[(dated["issued"].str.len() == len("2018-01-01")) & (dated["deadline"] < dated["issued"])]
    for _, rows in early.groupby("document", sort=False):
        first = rows.iloc[0]
        again = " (a reissue; its first issue was not seen)" if first.relation == "reissue" else ""
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
