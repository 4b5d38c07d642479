"""Progress: the change per year that a goal implies, and whether it was met where that was measured."""

import operator

import pandas as pd

from lantian.analysis.matrix import require_indicators
from lantian.text import wording

# What a goal and an observation of it have in common, and what two observations of one series.
OBJECT = ["jurisdiction", "indicator", "area", "subject", "base"]
SERIES = ["unit", "source", "scope", "basis"]
GOAL = ["jurisdiction", "label", "id", "kind", "printed"]
PACE = ["years", "linear", "compound", "low", "high", "basis", "in_words"]
OUTCOME = [
    *["jurisdiction", "label", "indicator_name", "id", "printed", "measured", "outcome"],
    *["in_words", "source", "confidence", "caution"],
]
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
        low and high (an interval of ``compound``), basis, in_words. A goal without
        any base year has none, and ``in_words`` why: its pace would be invented.

    Examples
    --------
    >>> import lantian as lt
    >>> paces = lt.pace(lt.load(), "energy.intensity_industry").set_index("id")
    >>> paces.loc["lanshan-energy-intensity-industry-2020", "basis"]
    'stated'
    """
    require_indicators(plans.indicators, indicator)
    goals = plans.targets[(plans.targets["indicator"] == indicator) & (plans.targets["role"] == "focus")]
    if core and (goals["core"] == "yes").any():
        goals = goals[goals["core"] == "yes"]
    goals = goals[goals["kind"].isin(["change", "level"])]
    goals = goals.assign(printed=[wording.target(goal) for goal in goals.itertuples()])
    paces = pd.DataFrame([_pace(plans, goal) for goal in goals.itertuples()], goals.index, PACE)
    return goals[GOAL].join(paces).reset_index(drop=True)


def _pace(plans, goal):
    """Work out the pace of one goal: the columns of `PACE`, without numbers where none can be had."""
    if pd.notna(goal.amount):
        if goal.kind == "change" and goal.timing == "every_year":
            rate, in_words = goal.amount, f"{wording.signed(goal.amount)} % a year, as printed"
            return _rates(1, rate, rate, rate, rate) | {"basis": "stated", "in_words": in_words}
        if goal.kind == "change" and pd.notna(goal.baseline_year) and pd.notna(goal.target_year):
            return _pace_of_change(goal)
        if goal.kind == "level" and (base := _observed_base(plans, goal)):
            return _pace_from_observation(goal, base)
    return {"basis": "none", "in_words": "no base year is known: a pace would be invented"}


def _rates(years, change, rate, low, high):
    return {"years": years, "linear": change / years, "compound": rate, "low": low, "high": high}


def _pace_of_change(goal):
    """Spread a change over the years from its base year to its target year."""
    years = int(goal.target_year - goal.baseline_year)
    rate, basis = compound(goal.amount, years), goal.baseline_basis
    in_words = f"{wording.signed(rate)} % a year over {wording.counted(years, 'year')} (base year {basis})"
    return _rates(years, goal.amount, rate, rate, rate) | {"basis": basis, "in_words": in_words}


def _pace_from_observation(goal, base):
    """Spread a level over the years since an observation, allowing for the rounding of the latter."""
    years = int(goal.target_year - base.year)
    digits = f"{base.value:.10f}".rstrip("0").partition(".")[2]
    half = 0.5 * 10 ** -len(digits)
    changes = [(goal.amount / (base.value + error) - 1) * 100 for error in (half, 0, -half)]
    low, rate, high = (compound(change, years) for change in changes)
    in_words = (
        f"{wording.signed(low)} to {wording.signed(high)} % a year since {base.year}, "
        f"from an observed {base.value:g} ({base.source}, confidence {base.confidence})"
    )
    return _rates(years, changes[1], rate, low, high) | {"basis": "observed", "in_words": in_words}


def compound(change, years):
    """Turn a change in percent over some years into percent a year, compounding.

    >>> round(compound(21, 2), 6)
    10.0
    """
    return ((1 + change / 100) ** (1 / years) - 1) * 100


def _observed_base(plans, goal):
    """Take the last observation before the plan's period, of one year the surest; None without any."""
    start = plans.documents.set_index("id").loc[goal.document, "period_start"]
    seen = _observations_of(plans, goal)
    seen = seen[(seen["unit"] == goal.unit) & (seen["year"] < start)]
    seen = seen.assign(sure=seen["confidence"] == "high").sort_values(["year", "sure"], kind="stable")
    return next(seen.tail(1).itertuples(), None)


def _observations_of(plans, goal):
    """Take the observations of what a goal is about.

    There are none for named parts of a place or a class of things: an observation does not say which it is of.
    """
    if goal.area == "named" or goal.subject_class:
        return plans.observations.head(0)
    same = plans.observations[OBJECT] == [getattr(goal, column) for column in OBJECT]
    return plans.observations[same.all(axis=1)]


def outcomes(plans):
    """Compare goals with measurements of the same place, measure and year.

    A measurement counts only for its own area, subject and base: that of new buses is none of all buses.
    A change needs two observations of one series: same source, scope, unit and basis.
    Any other goal has no row.

    Returns
    -------
    DataFrame
        jurisdiction, label, indicator_name, id, printed, measured, outcome (``met``
        or ``missed``), in_words, source, confidence, caution.
    """
    goals = plans.targets.query("role == 'focus' and amount.notna() and target_year.notna()")
    rows = [row for goal in goals.itertuples() for row in _outcomes_of(plans, goal)]
    return pd.DataFrame(rows, columns=OUTCOME)


def _outcomes_of(plans, goal):
    """Compare one goal with each measurement in its target year."""
    seen = _observations_of(plans, goal)
    for end in seen[seen["year"] == goal.target_year].itertuples():
        if goal.kind == "change":
            for start in _starts(goal, end, seen).itertuples():
                yield _outcome_of_change(goal, start, end)
        elif goal.unit == end.unit and goal.kind in ("level", "share"):
            yield _outcome(goal, end, end.value, wording.quantity(end.value, goal.standard_unit))


def _starts(goal, end, seen):
    """Take the observations in the base year of a goal that are of one series with that at its end."""
    if pd.isna(goal.baseline_year):
        return seen.head(0)
    same = (seen[SERIES] == [getattr(end, column) for column in SERIES]).all(axis=1)
    return seen[same & (seen["year"] == goal.baseline_year)]


def _outcome_of_change(goal, start, end):
    """Compare a change with that between two observations; readings of particles must share a reference state."""
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
    better = operator.le if goal.better == "lower" else operator.ge
    cautions = [caution, "2020 was the year of the pandemic" if end.year == 2020 else ""]
    if end.basis in ("dataset", "computed"):
        cautions.append(wording.counted(2 if goal.kind == "change" else 1, f"{end.basis} figure"))
    return {
        "jurisdiction": goal.jurisdiction,
        "label": goal.label,
        "indicator_name": goal.indicator_name,
        "id": goal.id,
        "printed": wording.target(goal),
        "measured": measured,
        "outcome": "met" if HOLDS.get(goal.operator, better)(value, goal.amount) else "missed",
        "in_words": f"{wording.target(goal)}; measured {measured}",
        "source": f"{end.source} ({end.scope})",
        "confidence": end.confidence,
        "caution": "; ".join(filter(None, cautions)),
    }
