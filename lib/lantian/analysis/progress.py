"""Progress: the change per year that a goal implies, and whether it was met where that was measured."""

import itertools
import operator

import pandas as pd

from lantian.analysis.matrix import targets_on
from lantian.text import wording

# What a goal and an observation of it have in common, and what two observations of one series.
OBJECT = ["jurisdiction", "indicator", "area", "subject", "base"]
SERIES = ["unit", "source", "scope", "basis"]
GOAL = ["jurisdiction", "label", "id", "kind", "printed"]
PACE = ["years", "linear", "compound", "low", "high", "basis", "inputs", "confidence", "in_words"]
OUTCOME = """jurisdiction label indicator_name id printed measured outcome in_words source confidence
    caution""".split()
SURENESS = ("low", "medium", "high")
STATES = {"before": "readings before September 2018", "unknown": "readings of an unknown state"}
HOLDS = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt}


def pace(plans, indicator, core=True):
    """Work out the change per year that goals on an indicator imply.

    For a change of ``v`` % over ``n`` years: linear ``v / n`` percentage points of
    the base a year; compounding ``((1 + v / 100) ** (1 / n) - 1) * 100`` % a year.
    A change of every year is its own pace.
    A level has a pace only against an observed base: the interval covers the
    rounding of the observation, half a unit of its last printed digit either way.

    Parameters
    ----------
    plans : Plans
    indicator : str
    core : bool
        Where any goals are of the core, leave out the others: operating parameters, shares of single towns.

    Returns
    -------
    DataFrame
        jurisdiction, label, id, kind, printed, years, linear, compound (percent a year),
        low and high (an interval of ``compound``), basis, inputs and confidence (of the
        readings that it rests on), in_words. Only changes and levels have a row; one without a base year, or of no
        stated size, has no pace, and ``in_words`` says why: it would be invented.

    Examples
    --------
    >>> import lantian as lt
    >>> paces = lt.pace(lt.load(), "energy.intensity_industry").set_index("id")
    >>> paces.loc["lanshan-energy-intensity-industry-2020", "basis"]
    'stated'
    """
    goals = targets_on(plans, indicator, core).rename(columns={"in_words": "printed"})
    goals = goals[goals["kind"].isin(["change", "level"])]
    paces = pd.DataFrame([pace_of(plans, goal) for goal in goals.itertuples()], goals.index, PACE)
    return goals[GOAL].join(paces).reset_index(drop=True)


def pace_of(plans, goal):
    """Work out the pace of one goal, a row of ``Plans.targets``: the columns of `PACE` and the reference state, ``state``;
    of one that has none ``basis`` and ``in_words`` alone.
    """
    if goal.kind == "change" and _is_rate(goal):
        yearly = goal.timing == "every_year"
        years = 1 if yearly else years_between(goal.baseline_year, goal.target_year)
        basis = "stated" if yearly else goal.baseline_basis
        over = ", as printed" if yearly else f" over {wording.counted(years, 'year')} (base year {basis})"
        if years > 0:
            pace = _rates(years, ends(goal), basis)
            words = " to ".join(dict.fromkeys(wording.signed(rate) for rate in (pace["low"], pace["high"])))
            return pace | {"in_words": f"{words} % a year{over}"}
    if goal.kind == "level" and goal.amount > 0 and len(base := _observed_base(plans, goal)):
        return _pace_from_observations(goal, base)
    if goal.kind == "change" and _is_sized(goal) and not _is_rate(goal):
        return {
            "basis": "none",
            "in_words": "a change in another unit, or of all of it, has no pace in %: it would be invented",
        }
    why = "no base year" if _is_sized(goal) else "no figure"
    return {"basis": "none", "in_words": f"{why} is known: a pace would be invented"}


def ends(goal):
    """List the amount of a goal or, of a range, both ends, as they are printed."""
    return [goal.amount] if pd.isna(goal.amount_max) else [goal.amount, goal.amount_max]


def _is_sized(goal):
    """Whether a goal has a figure, or a number in words; "a fall" (below 0, in words) has no size."""
    in_words = goal.value_basis == "word" and goal.value == 0 and goal.operator == "<"
    return pd.notna(goal.amount) and not in_words


def _is_rate(goal):
    """Whether a change is in percent, of a stated size and less than all of it."""
    return _is_sized(goal) and goal.standard_unit == "%" and min(ends(goal)) > -100


def years_between(start, end):
    """Count the years from a start to an end; 0 where one of them is not known."""
    years = end - start
    return 0 if pd.isna(years) else int(years)


def _rates(years, changes, basis):
    """Spread changes in percent over years: the first is the change itself, all of them bound it."""
    rates = [compound(change, years) for change in changes]
    pace = {"years": years, "linear": changes[0] / years, "compound": rates[0]}
    pace |= {"low": min(rates), "high": max(rates)}
    return pace | {"basis": basis, "inputs": "", "confidence": "", "state": ""}


def _pace_from_observations(goal, base):
    """Spread a level over the years since it was observed, allowing for several readings and their rounding."""
    year, inputs = int(base["year"].iloc[0]), "; ".join(map(reading, base.itertuples()))
    # The surest reading comes first, as its pace is the one; the others bound it.
    values = [base["value"].iloc[-1], *itertools.chain(*map(_rounded_from, base["value"]))]
    changes = [(amount / value - 1) * 100 for amount in ends(goal) for value in values]
    pace = _rates(int(goal.target_year) - year, changes, "observed")
    low, high = wording.signed(pace["low"]), wording.signed(pace["high"])
    pace |= {"in_words": f"{low} to {high} % a year since {year}, from {inputs}", "inputs": inputs}
    return pace | {"state": state_of(base), "confidence": wording.names(base["confidence"].unique(), "or")}


def _rounded_from(value):
    """Return the ends of what is rounded to a value: half a unit of its last digit either way."""
    half = 0.5 * 10 ** -len(f"{value:.10f}".rstrip("0").partition(".")[2])
    return value - half, value + half


def state_of(seen):
    """Say whether readings of particles are from before September 2018 or of an unknown state; empty for later ones."""
    return " or ".join(STATES[state] for state in sorted(set(seen["state"])) if state in STATES)


def reading(seen):
    """Word an observation as an input: "an observed 59.27 µg/m³ in 2015 (city stations; AQI data; confidence medium)"."""
    value = wording.quantity(seen.value * seen.factor, seen.standard_unit)
    return f"an observed {value} in {seen.year} ({seen.scope}; {seen.source}; confidence {seen.confidence})"


def compound(change, years):
    """Turn a change in percent over some years into percent a year, compounding.

    >>> round(compound(21, 2), 6)
    10.0
    """
    return change if years == 1 else ((1 + change / 100) ** (1 / years) - 1) * 100


def _observed_base(plans, goal):
    """Take the observations of the last year before the plan's period that has any, the surest last."""
    start = plans.documents.set_index("id").loc[goal.document, "period_start"]
    seen = observations_of(plans, goal)
    before = seen["year"] < min(start, goal.target_year) if pd.notna(goal.target_year) else False
    seen = seen[(seen["unit"] == goal.unit) & (seen["value"] > 0) & before]
    seen = seen[seen["year"] == seen["year"].max()]
    return seen.sort_values("confidence", key=lambda cells: cells.map(SURENESS.index), kind="stable")


def observations_of(plans, goal):
    """Take the observations of what a goal is about, each with what ``units.csv`` has of its unit.

    There are none for named parts of a place or a class of things: an observation does not say which it is of.
    """
    seen = plans.observations
    alike = (seen[OBJECT] == [getattr(goal, column) for column in OBJECT]).all(axis=1)
    observable = goal.area != "named" and not goal.subject_class
    return seen[alike & observable].merge(plans.units, on="unit", how="left")


def outcomes(plans):
    """Compare goals, levels, shares and changes in percent, with measurements of the same place, measure and year.

    A measurement counts only for its own area, subject and base: that of new buses is none of all buses.
    A change needs two observations of one series: same source, scope, unit and basis. Of a range the end counts that is
    easier to meet. Any other goal has no row, and neither has one of about so much, or of exactly so much where neither
    more nor less is better: no measurement settles these.

    Returns
    -------
    DataFrame
        jurisdiction, label, indicator_name, id, printed, measured, outcome (``met``
        or ``missed``), in_words, source, confidence, caution.
    """
    goals = plans.targets.query("amount.notna() and target_year.notna() and operator != '~'")
    goals = goals[goals["operator"].isin(HOLDS) | goals["better"].isin(["lower", "higher"])]
    measured = plans.observations.set_index(["jurisdiction", "indicator"]).index
    goals = goals[goals.set_index(["jurisdiction", "indicator"]).index.isin(measured)]
    rows = [row for goal in goals.itertuples() for row in _outcomes_of(plans, goal)]
    return pd.DataFrame(rows, columns=OUTCOME)


def _outcomes_of(plans, goal):
    """Compare one goal with each measurement in its target year."""
    seen = observations_of(plans, goal)
    for end in seen[seen["year"] == goal.target_year].itertuples():
        if goal.kind == "change" and goal.standard_unit == "%":
            for start in _starts(goal, end, seen).itertuples():
                yield _outcome_of_change(goal, start, end)
        elif goal.unit == end.unit and goal.kind in ("level", "share"):
            value = end.value * end.factor
            yield _outcome(goal, end, value, wording.quantity(value, goal.standard_unit))


def _starts(goal, end, seen):
    """Take the observations in the base year of a goal that are of one series with that at its end."""
    same = (seen[SERIES] == [getattr(end, column) for column in SERIES]).all(axis=1)
    return seen[same & (seen["year"] == goal.baseline_year) & (seen["value"] > 0)]


def _outcome_of_change(goal, start, end):
    """Compare a change with that between two observations; say where their reference states differ or are not known."""
    change = (end.value / start.value - 1) * 100
    side = "below" if change < 0 else "above"
    measured = f"{abs(change):.1f} % {side} {start.year} ({start.value:g} to {end.value:g})"
    caution = ""
    if "unknown" in (start.state, end.state):
        caution = "at which reference state the readings stand is not known"
    elif start.state != end.state:
        caution = "the readings changed their reference state in between"
    return _outcome(goal, end, change, measured, caution)


def _outcome(goal, end, value, measured, caution=""):
    """Word whether a measured value meets a goal, and with what caution that is to be read."""
    default = operator.le if goal.better == "lower" else operator.ge
    holds = HOLDS.get(goal.operator, default)
    easier = max(ends(goal)) if holds in (operator.le, operator.lt) else min(ends(goal))
    cautions = [caution, "2020 was the year of the pandemic" if end.year == 2020 else ""]
    if end.basis in ("dataset", "computed"):
        cautions.append(wording.counted(2 if goal.kind == "change" else 1, f"{end.basis} figure"))
    printed, source = wording.target(goal), f"{end.source} ({end.scope})"
    outcome = "met" if holds(round(value, 9), round(easier, 9)) else "missed"
    about = goal.jurisdiction, goal.label, goal.indicator_name, goal.id, printed
    in_words, caution = f"{printed}; measured {measured}", "; ".join(filter(None, cautions))
    return *about, measured, outcome, in_words, source, end.confidence, caution
