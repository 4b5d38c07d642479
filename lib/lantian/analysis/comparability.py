"""Judge which targets may be compared, in one respect at a time, and say why not."""

import itertools

import numpy as np
import pandas as pd

CENSUS = 2020  # the last census: residents are counted nearest to it
RESPECTS = ("value", "date", "pace", "wording")
# Kinds whose figure grows with the place when the indicator is extensive.
SIZED = ("level", "count", "amount")
TESTS = {
    "indicator": "object: another indicator",
    "kind": "object: another kind of promise",
    "subject": "object: another thing acted on",
    "subject_class": "object: another class",
    "base": "object: new purchases are not the stock",
    "target_year": "time: another target year",
    "dimension": "unit: another dimension",
    "baseline_year": "unit: another base year",
    "value_basis": "unit: a figure is not a word, nor one word another",
    "area": "range: another area",
    "owner": "range: size",
    "figure": "unit: no figure",
    "base_known": "unit: a change without its base year",
    "target_known": "time: no target year",
}

# Tests for what is stated at all: 0 where it is, else a number of the row, so that it agrees with no other row.
UNSTATED = ("figure", "base_known", "target_known")
PER_RESIDENT = "per resident"
# The columns that decide.
COMPARED = """indicator kind subject subject_class base area dimension amount baseline_year target_year timing value_basis operator
    jurisdiction extensive""".split()


def keys(targets, of="value", divided=()):
    """List, for each target, everything that must agree before it is compared.

    Two targets are comparable in the respect ``of`` exactly when their rows here
    are equal. After the tests of the literature on comparing city climate targets:
    time, object, unit and range.

    Parameters
    ----------
    targets : DataFrame
        Rows of ``Plans.targets``.
    of : {"value", "date", "pace", "wording"}
    divided : collection of str
        Places whose amounts can be divided by their residents.

    Returns
    -------
    DataFrame
        Indexed like ``targets``; one column a test.
    """
    cells = {name: targets[name].to_numpy(object) for name in COMPARED}
    return pd.DataFrame(keys_of(cells, of, divided), targets.index, dtype=object)


def keys_of(cells, of="value", divided=()):
    """Do the work of `keys` on columns of cells, each an array of objects; return such columns."""
    if of not in RESPECTS:
        raise ValueError(f"of={of!r} is not known; it is one of {', '.join(RESPECTS)}")
    columns = {
        name: cells[name] for name in ("indicator", "kind", "subject", "subject_class", "base", "area")
    }
    if of == "wording":
        return {"indicator": columns["indicator"]}
    dated, based, filled = (_known(cells[name]) for name in ("target_year", "baseline_year", "amount"))
    if of == "date":
        return columns | {"figure": dated}
    change = cells["kind"] == "change"
    yearly = change & (cells["timing"] == "every_year")  # so much every year is a pace as it stands
    columns |= {
        "dimension": _or(cells["dimension"], ""),
        "figure": filled,
        "base_known": np.where(yearly, 0, based) if of == "pace" else np.where(change, based, 0),
        "owner": _owner(cells, divided),
        "target_known": np.where(yearly, 0, dated) if of == "pace" else dated,
    }
    if of == "value":
        columns["target_year"] = _or(cells["target_year"], 0)
        columns["baseline_year"] = np.where(change, _or(cells["baseline_year"], 0), 0)
        # "at least as much" and "more" are other words, though both rest on the number one.
        columns["value_basis"] = np.where(
            cells["value_basis"] == "word", "word" + cells["operator"], cells["value_basis"]
        )
    return columns


def _known(cells):
    """0 where a cell is filled; else the row's own number, equal to nothing."""
    return np.where(pd.isna(cells), np.arange(1, len(cells) + 1), 0)


def _or(cells, instead):
    return np.where(pd.isna(cells), instead, cells)


def sized(rows):
    """Mark the amounts that grow with the place."""
    return (np.asarray(rows["extensive"], object) == "yes") & np.isin(np.asarray(rows["kind"], object), SIZED)


def _owner(cells, divided):
    """The place that an amount is of, where it grows with the place and cannot be divided."""
    places = [PER_RESIDENT if place in divided else place for place in cells["jurisdiction"]]
    return np.where(sized(cells), np.array(places, object), "")


def denominators(plans):
    """Residents of each place, by which amounts that grow with it can be divided.

    The observation of ``context.population`` nearest to the census of 2020.

    Parameters
    ----------
    plans : Plans

    Returns
    -------
    DataFrame
        Indexed by jurisdiction: value, year, source, confidence, place.
    """
    names = plans.jurisdictions.set_index("id")["name_en"]
    seen = near_census(plans.observations, "context.population")[["value", "year", "source", "confidence"]]
    return seen.assign(place=seen.index.map(names))


def near_census(observations, indicator):
    """Take, for each whole place, the observation of an indicator nearest to the census of 2020.

    Returns
    -------
    DataFrame
        The columns of ``observations``, indexed by jurisdiction; of two as near, the earlier.
    """
    seen = observations.query("indicator == @indicator and area == 'whole' and subject == '' and base == ''")
    year = seen["year"].astype(float)
    nearest = seen.iloc[np.lexsort((year, (year - CENSUS).abs(), seen["jurisdiction"]))]
    return nearest.drop_duplicates("jurisdiction").set_index("jurisdiction")


def verdict(plans, first, second, of="value"):
    """Judge one pair of targets.

    Parameters
    ----------
    plans : Plans
    first, second : str
        Ids of targets.
    of : {"value", "date", "pace", "wording"}

    Returns
    -------
    tuple of (str, str)
        ``direct``, ``after conversion`` or ``no``, and why: the conversion and its
        inputs, or the failing tests.

    Examples
    --------
    >>> import lantian as lt
    >>> lt.verdict(lt.load(), "yuyao-pm25-2020", "yuyao-good-days-2020")[0]
    'no'
    """
    pair = plans.targets.set_index("id", drop=False).loc[[first, second]]
    places = pair["jurisdiction"].unique()
    residents = denominators(plans)
    table = keys(pair, of, residents.index if len(places) > 1 else ())
    failing = [TESTS[name] for name in table if table[name].iloc[0] != table[name].iloc[1]]
    if len(places) == 1:
        failing = [test for test in failing if test != TESTS["owner"]]
    if first != second and failing:
        return "no", "; ".join(failing)
    divided = places if "owner" in table and (table["owner"] == PER_RESIDENT).all() else []
    converted = conversion(list(pair.itertuples()), residents.loc[divided], of)
    return ("after conversion", converted) if converted else ("direct", "")


def verdict_of_set(plans, ids, of="value"):
    """Judge a set of targets: the worst verdict of its pairs, with every reason.

    Parameters
    ----------
    plans : Plans
    ids : sequence of str
    of : {"value", "date", "pace", "wording"}

    Returns
    -------
    tuple of (str, str)
    """
    judged = [verdict(plans, first, second, of) for first, second in itertools.combinations(ids, 2)]
    worst = next(
        (name for name in ("no", "after conversion") if any(name == word for word, _ in judged)), "direct"
    )
    reasons = dict.fromkeys(part for word, why in judged if word == worst for part in why.split("; ") if part)
    return worst, "; ".join(reasons)


def cautions(rows):
    """Say what a reader should bear in mind when rows are compared.

    Parameters
    ----------
    rows : list of namedtuple
        Rows of ``Plans.targets`` that compare.

    Returns
    -------
    str
    """
    words = [
        caution for column, caution in CAUTIONS.items() if len({getattr(row, column) for row in rows}) > 1
    ]
    if any({row.year_basis, row.baseline_basis} & {"inferred", "ambiguous"} for row in rows):
        words.append("a year is inferred or ambiguous")
    if any(row.exception for row in rows):
        words.append("with exceptions")
    return "; ".join(words)


CAUTIONS = {
    "level": "levels of government differ",
    "operator": '"at least" and "exactly" differ',
    "strength": "the words bind differently",
}


def conversion(rows, residents, of):
    """Name the conversion that rows of one group need, with its inputs; empty for none.

    Parameters
    ----------
    rows : list of namedtuple
        Rows of ``Plans.targets`` that compare.
    residents : DataFrame
        Those rows of `denominators` by which amounts are divided.
    of : {"value", "date", "pace", "wording"}

    Returns
    -------
    str
    """
    if of not in ("value", "pace"):
        return ""
    parts = []
    units = dict.fromkeys(row.unit for row in rows)
    if len(units) > 1:
        parts.append(f"{' and '.join(units)} to {rows[0].standard_unit}")
    if len(residents) > 1:
        inputs = [
            f"{row.place} {row.value:,.0f} ({row.year}, confidence {row.confidence})"
            for row in residents.itertuples()
        ]
        parts.append(f"{PER_RESIDENT}: {', '.join(inputs)}")
    return "; ".join(parts)
