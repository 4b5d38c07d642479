"""What a goal asks for per year, and what came of it where both were measured."""

import pandas as pd

from lantian.analysis.matrix import known
from lantian.text import wording

OBJECT = (
    "jurisdiction",
    "indicator",
    "area",
    "subject",
    "base",
)  # what a goal and a measurement of it have in common


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
        Where there are any of the core, leave out the others: operating parameters, shares of single towns.

    Returns
    -------
    DataFrame
        jurisdiction, label, id, kind, printed, years, linear, compound (percent a year),
        low and high (an interval of ``compound``), basis, says. A goal without
        any base year is refused in words: its pace would be invented.

    Examples
    --------
    >>> import lantian as lt
    >>> paces = lt.pace(lt.load(), "energy.intensity_industry").set_index("id")
    >>> paces.loc["lanshan-energy-intensity-industry-2020", "basis"]
    'stated'
    """
    known(plans.indicators, indicator)
    targets = plans.targets[(plans.targets["indicator"] == indicator) & (plans.targets["role"] == "focus")]
    main = targets[targets["core"] == "yes"]
    targets = main if core and len(main) else targets
    rows = [_pace(plans, row) for row in targets.itertuples() if row.kind in ("change", "level")]
    columns = [
        "jurisdiction",
        "label",
        "id",
        "kind",
        "printed",
        "years",
        "linear",
        "compound",
        "low",
        "high",
        "basis",
        "says",
    ]
    return pd.DataFrame(rows, columns=columns)


def _pace(plans, row):
    head = (row.jurisdiction, row.label, row.id, row.kind, wording.target(row))
    if row.kind == "change" and row.timing == "every_year" and pd.notna(row.amount):
        return *head, 1, *[row.amount] * 4, "stated", f"{wording.signed(row.amount)} % a year, as printed"
    if (
        row.kind == "change"
        and pd.notna(row.baseline_year)
        and pd.notna(row.target_year)
        and pd.notna(row.amount)
    ):
        years = int(row.target_year - row.baseline_year)
        rate = compound(row.amount, years)
        basis = row.baseline_basis
        return (
            *head,
            years,
            row.amount / years,
            rate,
            rate,
            rate,
            basis,
            f"{wording.signed(rate)} % a year over {wording.counted(years, 'year')} (base year {basis})",
        )
    base = _observed_base(plans, row) if row.kind == "level" and pd.notna(row.amount) else None
    if base is None:
        return *head, None, None, None, None, None, "none", "no base year is known: a pace would be invented"
    years = int(row.target_year - base.year)
    half = 0.5 * 10 ** -_decimals(base.value)
    rates = [compound((row.amount / (base.value + error) - 1) * 100, years) for error in (half, 0, -half)]
    says = f"{wording.signed(min(rates))} to {wording.signed(max(rates))} % a year since {base.year}, from an observed {base.value:g} ({base.source}, confidence {base.confidence})"
    return (
        *head,
        years,
        (row.amount / base.value - 1) * 100 / years,
        rates[1],
        min(rates),
        max(rates),
        "observed",
        says,
    )


def compound(change, years):
    """Turn a change in percent over some years into percent a year, compounding."""
    return ((1 + change / 100) ** (1 / years) - 1) * 100


def _decimals(value):
    text = f"{value:.10f}".rstrip("0")
    return len(text.partition(".")[2])


def _observed_base(plans, row):
    """The last observation of the place before its plan's period, if there is one; of one year the surest."""
    start = plans.documents.set_index("id").loc[row.document, "period_start"]
    seen = measured(plans, row)
    seen = seen[(seen["unit"] == row.unit) & (seen["year"] < start)].assign(
        sure=lambda rows: rows["confidence"] == "high"
    )
    return next(seen.sort_values(["year", "sure"], kind="stable").tail(1).itertuples(), None)


def measured(plans, row):
    """List the observations of the very thing that a target is about.

    Parameters
    ----------
    plans : Plans
    row : Series or namedtuple
        A row of ``Plans.targets``.

    Returns
    -------
    DataFrame
        Rows of ``Plans.observations`` of the same place, indicator, area, subject and base; none for a target of named
        parts or of a class, since an observation does not say which.
    """
    same = pd.Series(row.area != "named" and not row.subject_class, index=plans.observations.index)
    for column in OBJECT:
        same &= plans.observations[column] == getattr(row, column)
    return plans.observations[same]


def outcomes(plans):
    """Hold goals against measurements of the same place, measure and year.

    A measurement counts only for its own area, subject and base: that of new buses is none of all buses.
    A change needs two observations of one series: same source, scope, unit and basis.
    Nothing is said of any other goal.

    Returns
    -------
    DataFrame
        jurisdiction, label, indicator_name, id, printed, measured, outcome (``met``
        or ``missed``), says, source, confidence, caution.
    """
    targets = plans.targets[
        (plans.targets["role"] == "focus")
        & plans.targets["amount"].notna()
        & plans.targets["target_year"].notna()
    ]
    rows = [found for row in targets.itertuples() for found in _outcome(plans, row)]
    columns = [
        "jurisdiction",
        "label",
        "indicator_name",
        "id",
        "printed",
        "measured",
        "outcome",
        "says",
        "source",
        "confidence",
        "caution",
    ]
    return pd.DataFrame(rows, columns=columns)


def _outcome(plans, row):
    seen = measured(plans, row)
    for end in seen[seen["year"] == row.target_year].itertuples():
        if row.kind == "change":
            yield from _changed(row, end, seen)
        elif row.unit == end.unit and row.kind in ("level", "share"):
            yield _told(row, end, end.value, wording.quantity(end.value, row.standard_unit), "")


def _changed(row, end, seen):
    """A change is measured between two observations of one series."""
    if pd.isna(row.baseline_year):
        return
    series = (
        (seen["unit"] == end.unit)
        & (seen["source"] == end.source)
        & (seen["scope"] == end.scope)
        & (seen["basis"] == end.basis)
    )
    for start in seen[series & (seen["year"] == row.baseline_year)].itertuples():
        change = (end.value / start.value - 1) * 100
        caution = _restated(start.state, end.state)
        words = f"{abs(change):.1f} % {'below' if change < 0 else 'above'} {start.year} ({start.value:g} to {end.value:g})"
        yield _told(row, end, change, words, caution)


def _restated(first, last):
    """Caution where two readings of particles are, or may be, at two reference states."""
    if "unknown" in (first, last):
        return "at which reference state the readings stand is not known"
    return "the readings changed their reference state in between" if first != last else ""


def _told(row, end, value, measured, caution):
    reached = {
        "<=": value <= row.amount,
        "<": value < row.amount,
        ">=": value >= row.amount,
        ">": value > row.amount,
    }
    better = value <= row.amount if row.better == "lower" else value >= row.amount
    outcome = "met" if reached.get(row.operator, better) else "missed"
    pandemic = "2020 was the year of the pandemic" if end.year == 2020 else ""
    cautions = "; ".join(
        part
        for part in (
            caution,
            pandemic,
            wording.counted(1 + (row.kind == "change"), f"{end.basis} figure")
            if end.basis in ("dataset", "computed")
            else "",
        )
        if part
    )
    says = f"{wording.target(row)}; measured {measured}"
    return (
        row.jurisdiction,
        row.label,
        row.indicator_name,
        row.id,
        wording.target(row),
        measured,
        outcome,
        says,
        f"{end.source} ({end.scope})",
        end.confidence,
        cautions,
    )
