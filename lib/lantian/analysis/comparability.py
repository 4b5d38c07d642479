"""Judge in which degree two targets compare, in one respect: the strongest statement that is still true."""

import itertools
from collections import namedtuple

import pandas as pd

from lantian.analysis.duties import due_day
from lantian.analysis.progress import ends, observations_of, pace_of, reading, state_of
from lantian.errors import CallError, near
from lantian.text import wording

# From the strongest statement to none; rows in one of the first four may share an axis.
DEGREES = ("same", "direct", "caveat", "converted", "ranked", "no")
ON_ONE_AXIS = DEGREES[:4]
# What a difference does: count as a caveat, of which there may be two, be shown only, or keep two apart.
SEVERITIES, MOST_COUNTED = ("counted", "mark", "hard"), 2
CENSUS = 2020  # the last census: residents are counted nearest to it
# Fields that are judged together where the table has a row for their values joined by a blank, as "act China VI".
TOGETHER = {"rule": ("kind", "class"), "thing": ("subject", "class")}
# What is unlike itself: parts named by two places, and what two targets leave unsaid.
NEVER_ALIKE = {("area", "named"), ("date", ""), ("base year", ""), ("period", "")}
NEVER_ALIKE |= {("source of the base year", "ambiguous")}

Verdict = namedtuple("Verdict", "degree caveats inputs reason")
# What two that are the same share, and in what two differ that compare directly, by the respect.
ALIKE = {"value": "they ask for the same", "date": "they fall due at the same time"}
ALIKE |= {"pace": "they go at the same pace", "wording": "they are worded equally firmly"}
DIFFER = {"value": "figure", "date": "date", "pace": "pace", "wording": "firmness"}
ACTS = "; the dates of acts are compared by themselves"
# What is compared of a target, the year of it, and the fields in which others should agree with it; whether it asks
# for all or none, and, where it was converted, from which inputs and into which unit.
Facts = namedtuple("Facts", "compared year fields all_or_none inputs unit", defaults=[(), ""])
# A row with its facts as they stand and, where it can be converted, as a level or an amount per resident.
Stated = namedtuple("Stated", "row facts converted")


# What judges pairs, looked up once: the table of differences by field and both values; for each subject those above it;
# the words for codes by field; by indicator what a row without a subject is about; and residents by place.
Rules = namedtuple("Rules", "plans listed broader names subject_of_indicator residents")


def rules(plans):
    """Look up what judges pairs.

    Parameters
    ----------
    plans : Plans

    Returns
    -------
    Rules
    """
    listed = {(row.field, frozenset([row.one, row.other])): row for row in plans.differences.itertuples()}
    parents = dict(zip(plans.subjects["id"], plans.subjects["parent"]))
    above_subject = {subject: broader(parents, subject) for subject in parents}
    subjects = zip(plans.subjects["id"], plans.subjects["indicators"].str.split(";"))
    of_indicator = {indicator: subject for subject, indicators in subjects for indicator in indicators}
    residents = near_census(plans.observations, "context.population")
    return Rules(plans, listed, above_subject, _names(plans), of_indicator, residents)


def broader(parents, name):
    """List what is above a name in a mapping of each to its parent, the nearest first."""
    above = []
    while name := parents.get(name):
        above.append(name)
    return above


def _names(plans):
    """Gather the words for what differs, by field and code."""
    tables = {"subject": plans.subjects, "indicator": plans.indicators}
    names = {field: dict(zip(table["id"], table["name_en"])) for field, table in tables.items()}
    operators = {code: words.strip() or "exactly" for code, words in wording.CHANGE_BOUNDS.items()}
    names |= {"operator": operators, "bound": operators, "area": wording.AREAS, "area of acts": wording.AREAS}
    # After September 2018, of which observations say nothing; and a change that rests on no reading.
    since = {"": "readings since", "none": "no readings, but a change as printed"}
    return names | {"base": wording.BASES, "reference state": since}


def near_census(observations, indicator):
    """Take, for each whole place, the observation of an indicator nearest to the census of 2020.

    Returns
    -------
    DataFrame
        The columns of ``observations``, indexed by jurisdiction; of two as near, the earlier.
    """
    seen = observations.query("indicator == @indicator and area == 'whole' and subject == '' and base == ''")
    seen = seen.assign(distance=(seen["year"] - CENSUS).abs()).sort_values(["distance", "year"])
    return seen.drop_duplicates("jurisdiction").set_index("jurisdiction").drop(columns="distance")


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
    Verdict
        degree, one of `DEGREES`; caveats, those that count before those that are only shown;
        inputs, from which a converted amount was worked out; reason: for ``no`` what keeps the
        two apart, for ``ranked`` which asks more. They name the two in the order of ``Plans.targets``.
        `compare` pairs only the nearest years of two plans; a pair is judged here whatever its years.

    Examples
    --------
    The same act, whatever the figure or the date:

    >>> import lantian as lt
    >>> plans = lt.load()
    >>> lt.verdict(plans, "lanshan-china6-fuel-2019", "shuocheng-fuel-china-vi").degree
    'same'

    Two figures that nothing else keeps apart:

    >>> lt.verdict(plans, "lanshan-straw-use-2020", "shuocheng-straw-use-2020").degree
    'direct'

    Two figures of two years:

    >>> lt.verdict(plans, "shuocheng-straw-use-2020", "huludao-straw-2025")[:2]
    ('caveat', ('year: 2020 against 2025',))

    A change of 20 % and a level, by a reading of the base year:

    >>> pm25 = lt.verdict(plans, "jincheng-pm25-2020", "yuyao-pm25-2020")
    >>> pm25.degree, "59.27 µg/m³ in 2015" in pm25.inputs[0]
    ('converted', True)

    At least one to one, and more than that:

    >>> found = lt.verdict(plans, "lanshan-coal-replacement-new", "shuocheng-coal-replacement-new")
    >>> found.degree, found.reason.partition(":")[0]
    ('ranked', 'Shuocheng asks more')

    A cap in tonnes, and the level of a year:

    >>> lt.verdict(plans, "lanshan-coal-cap-2020", "yuyao-coal-cap-2020").degree
    'no'
    """
    rows = plans.every_target[plans.every_target["id"].isin([first, second])]
    for name in {first, second} - set(rows["id"]):
        similar = near(name, plans.every_target["id"])
        raise CallError(f"{name!r} is no target; lt.find(plans, words) finds ids{similar}")
    judging = rules(plans)
    pair = [stated(judging, row, of) for row in rows.itertuples()]
    return judge(judging, pair[0], pair[-1], of)


def weakest(plans, ids, of="value"):
    """Judge a set of targets: the verdict on its weakest pair.

    Parameters
    ----------
    plans : Plans
    ids : sequence of str
        Two targets or more.
    of : {"value", "date", "pace", "wording"}

    Returns
    -------
    Verdict

    Raises
    ------
    ValueError
        For fewer than two ids.
    """
    if len(ids) < 2:
        raise CallError("a set to judge has two targets or more")
    return max((verdict(plans, *pair, of) for pair in itertools.combinations(ids, 2)), key=rank)


def rank(judged):
    """Place a verdict among others: 0 for the strongest statement."""
    return DEGREES.index(judged.degree)


def stated(judging, row, of="value"):
    """Gather what a target states in one respect, as it stands and converted.

    Parameters
    ----------
    judging : Rules
    row : namedtuple
        A row of ``Plans.targets``.
    of : {"value", "date", "pace", "wording"}

    Returns
    -------
    Stated
    """
    require_respect(of)
    convert = per_resident if sized(row) else implied_level  # what grows with its place; what changes
    return Stated(row, FACTS[of](judging, row), convert(judging, row) if of == "value" else None)


def require_respect(of):
    """Raise an error for a respect in which nothing is compared."""
    if of not in FACTS:
        raise CallError(f"of={of!r} is not known; it is one of {', '.join(FACTS)}")


def judge(judging, one, other, of="value"):
    """Judge two targets: the work of `verdict`, for many pairs.

    Parameters
    ----------
    judging : Rules
    one, other : Stated
    of : {"value", "date", "pace", "wording"}

    Returns
    -------
    Verdict
    """
    if one.row.id == other.row.id:
        return Verdict("same", (), (), ALIKE[of])
    ways = [(one.facts, other.facts)]
    if one.converted and other.converted and one.row.jurisdiction != other.row.jurisdiction:
        ways.insert(0, (one.converted, other.converted))  # the first of the strongest is taken
    places = (one.row.place, other.row.place)
    return min((_judge(judging, way, places, of) for way in ways), key=rank)


def _judge(judging, pair, places, of):
    """Judge the facts of two targets of two places."""
    found, inputs = differences(judging, *pair), pair[0].inputs + pair[1].inputs
    # Readings that leave open which pace is the faster.
    if of == "pace" and inputs and _overlap(pair[0].compared, pair[1].compared):
        found.append(_look_up(judging, "rate", one="*", other="*"))
    counted, marks, hard = ([each for each in found if each.kind == kind] for kind in SEVERITIES)
    caveats = tuple(in_words(judging, each) for each in counted + marks)
    if hard:
        asking_more = _asks_more(*pair, hard) if of == "value" and len(counted) <= MOST_COUNTED else None
        reasons = "; ".join(f"{in_words(judging, each)} ({each.reason.rstrip('.')})" for each in hard)
        if asking_more is None:
            return Verdict("no", (), (), reasons)
        return Verdict("ranked", caveats, inputs, f"{places[asking_more]} asks more: {reasons}")
    if len(counted) > MOST_COUNTED:
        return Verdict("no", (), (), f"{len(counted)} differences count: {'; '.join(caveats)}")
    if inputs or caveats:
        return Verdict("converted" if inputs else "caveat", caveats, inputs, "")
    if pair[0].compared != pair[1].compared:
        return Verdict("direct", (), (), f"they differ in the {DIFFER[of]} only")
    return Verdict("same", (), (), ALIKE[of] + (ACTS if of == "value" and pair[0].compared is None else ""))


def _overlap(one, other):
    """Whether two ranges overlap."""
    return bool(one and other) and one[0] <= other[1] and other[0] <= one[1]


def differences(judging, one, other):
    """List in what the facts of two targets differ, as the table has it.

    Parameters
    ----------
    judging : Rules
    one, other : Facts

    Returns
    -------
    list of namedtuple
        Rows of ``Plans.differences``, with the values of the two targets as ``one`` and ``other``; ``above`` is the one
        that asks for more, where there is an order.
    """
    found = _differing(one, other)
    for field, parts in TOGETHER.items():
        if found.keys() >= set(parts):
            pair = [" ".join(filter(None, map(facts.fields.get, parts))) for facts in (one, other)]
            if (field, frozenset(pair)) in judging.listed:
                found = {name: each for name, each in found.items() if name not in parts} | {field: pair}
    kinds = {facts.fields.get("kind") for facts in (one, other)}
    bases = {facts.fields.get("base") for facts in (one, other)}
    acts = one.all_or_none and other.all_or_none
    # A share of another subject in another area differs in a third way.
    if found.keys() >= {"area", "subject"} and kinds <= {"share", "share in words"} and not acts:
        found["area and subject"] = found["subject"]
    if acts and "area" in found:  # of which the table has rows of its own
        found["area of acts"] = found.pop("area")
    if bases <= {"new", "new_or_replaced"} and "year" in found:  # of purchases another year means less
        found["year of purchases"] = found.pop("year")
    return [_look_up(judging, field, *pair) for field, pair in found.items()]


def _differing(one, other):
    """Return the fields in which two targets differ or cannot be alike, with both values."""
    pairs = {field: (one.fields[field], other.fields[field]) for field in one.fields if field in other.fields}
    found = {name: (a, b) for name, (a, b) in pairs.items() if a != b or (name, a) in NEVER_ALIKE}
    if one.year != other.year:  # how two years are known, and their days, goes with the years
        found.pop("day", None)
        if "year" in found:
            found.pop("source of the year", None)
    return found


def _look_up(judging, field, one, other):
    """Look a difference up: its own row, else that with ``*`` for one of the two, else for both.

    Of two subjects it may count which is the broader.
    """
    values, broader = list(itertools.product((one, "*"), (other, "*"))), judging.broader
    if field == "subject" and (one in broader.get(other, ()) or other in broader.get(one, ())):
        values.insert(1, ("broader", "narrower"))
    for pair in values:
        if row := judging.listed.get((field, frozenset(pair))):
            return row._replace(one=one, other=other)
    raise KeyError(f"differences.csv has no row for {field}")


def _asks_more(one, other, hard):
    """Tell which of two targets, 0 or 1, asks for all that the other does; None where that is open.

    What keeps them apart must put one above each time. So that it holds by inclusion, both ask for all or none,
    or are bounds in words; and the one above is not the later.
    """
    sides = {{each.one: 0, each.other: 1}.get(each.above or None) for each in hard}  # None: no order
    includes = one.all_or_none and other.all_or_none or {each.field for each in hard} == {"bound"}
    if len(sides) > 1 or None in sides or not includes:
        return None
    higher, lower = (one, other) if sides == {0} else (other, one)
    return sides.pop() if higher.year == lower.year or "" < higher.year <= lower.year else None


def in_words(judging, difference):
    """Word a difference: "year: 2016 against 2020", "area: whole area against built-up area"."""
    field = difference.field
    one, other = (_value_in_words(judging, field, value) for value in (difference.one, difference.other))
    if field == "rate":
        return "rate: the ranges overlap"
    if field == "exception" and not (one and other):
        return f"exception on one side: {one or other}"
    return f"{field}: {one or 'not said'} against {other or 'not said'}"


def _value_in_words(judging, field, value):
    if field == "day" and value[:1].isdigit():
        return wording.day(value)
    return judging.names.get(field, {}).get(value) or value.replace("_", " ")


def _content(judging, row):
    """Say what a target is about and how: what any two should agree in."""
    subject = row.subject or judging.subject_of_indicator.get(row.indicator, "")
    fields = {name: getattr(row, name) for name in ("indicator", "base", "area", "exception", "strength")}
    fields |= {"kind": _kind(row), "subject": subject, "class": row.subject_class}
    return fields | {"frequency": "every year" if row.timing == "every_year" else "once"}


def _kind(row):
    """Name the kind of a target as the table of differences does: a dated act and a standard without a figure ask alike."""
    if row.value_basis == "" and row.kind in ("deadline", "standard"):
        return "act"
    if row.value_basis == "word" and row.kind == "share":
        return "share in words"
    return "level of a year" if row.value_basis == "reference" and row.kind != "share" else row.kind


def sized(row):
    """Tell whether an amount grows with its place: a count does, even where its indicator holds shares too; not how often."""
    level = row.kind == "level" and row.extensive == "yes" and row.value_basis != "reference"
    return level or (row.kind in ("count", "amount") and row.standard_unit != wording.OFTEN)


def _time(row):
    """Say how the time of a target is set."""
    timing = {"in": "by", "by": "by", "from": "from"}.get(row.timing)
    known = {"source of the year": row.year_basis, "timing": timing}
    return {"day": row.deadline} | {name: value for name, value in known.items() if value}


def _value(judging, row):
    """Gather the facts by which values compare: the year is a part of a figure, and no part of an act."""
    fields = _content(judging, row)
    if fields["kind"] in ("act", "ban"):
        return Facts(None, "", fields, True)
    year = "" if pd.isna(row.target_year) else str(row.target_year)
    fields |= {"year": year, "unit": row.dimension if row.unit else "", "operator": wording.operator(row)}
    fields |= _time(row) | ({"size": row.jurisdiction} if sized(row) else {})
    fields |= {"level of government": row.level} if row.theme == "air" else {}
    in_words = row.value_basis == "word"
    no_growth = in_words and row.kind == "change" and row.value == 0  # or a fall, of no stated size
    if row.kind in ("ratio", "change"):
        printed = not no_growth if row.kind == "change" else not in_words and row.value > 1
        fields["bound"] = "printed" if printed else fields.pop("operator")  # whose place it takes
    if row.kind == "change" or row.value_basis == "reference":
        base = "the year before" if no_growth else ""
        fields["base year"] = base if pd.isna(row.baseline_year) else str(row.baseline_year)
        fields["source of the base year"] = row.baseline_basis
    all_or_none = row.kind == "share" and row.value in (0, 100)
    return Facts(_amounts(row), year, fields, all_or_none)


def _amounts(row):
    """Return the ends of the range that a target sets, the lower first; none where it sets no figure."""
    if pd.isna(row.amount):
        return None
    return min(ends(row)), max(ends(row))


def _date(judging, row):
    """Gather the facts by which dates compare: those of one act, or of one figure."""
    facts = _value(judging, row)
    fields = {name: value for name, value in facts.fields.items() if name != "year"} | _time(row)
    if facts.compared:
        fields["amount"] = " to ".join(map(wording.number, sorted({*facts.compared})))
    year = "" if pd.isna(row.target_year) else str(row.target_year)
    due = due_day(row.timing, row.deadline) or year
    fields |= {"date": "dated" if due else "", "day": "a day" if row.deadline else "its year"}
    return Facts(due, year, fields, facts.all_or_none)


def _pace(judging, row):
    """Gather the facts by which changes a year compare; a level has one only from an observed base."""
    pace, fields = pace_of(judging.plans, row), _content(judging, row)
    fields |= {"period": "", "operator": wording.operator(row)}
    fields |= {"level of government": row.level} if row.theme == "air" else {}
    if pace["basis"] == "none":
        return Facts(None, "", fields, False)
    fields |= {"kind": "pace", "reference state": pace["state"] if pace["basis"] == "observed" else "none"}
    fields["source of the base year"] = row.baseline_basis or "stated"
    period = f"{row.target_year - pace['years']} to {row.target_year}"
    fields["period"] = period if fields["frequency"] == "once" else "every year"
    inputs = (pace["inputs"],) if pace["inputs"] else ()
    return Facts((pace["low"], pace["high"]), "", fields, False, inputs)


def _wording(judging, row):
    """Gather the facts by which firmness compares: words and nature, whatever is asked."""
    return Facts((row.strength, row.nature), "", {"indicator": row.indicator}, False)


FACTS = {"value": _value, "date": _date, "pace": _pace, "wording": _wording}


def implied_level(judging, row):
    """Turn a change into a level by the observed baselines of its place and year; a level is one as it stands.

    Returns
    -------
    Facts or None
        None without a reading. Where several fit, what is compared is the range of them.
    """
    known = {"source of the base year": "stated", "reference state": ""}
    if row.kind == "level" and row.value_basis == "figure":
        facts = _value(judging, row)
        return facts._replace(fields=known | facts.fields, unit=row.standard_unit)
    if row.kind != "change" or row.value_basis != "figure" or pd.isna(row.baseline_year):
        return None
    seen = observations_of(judging.plans, row)
    # A reading has another dimension than the change, which is in %.
    seen = seen[(seen["year"] == row.baseline_year) & (seen["dimension"] != row.dimension)]
    if seen["dimension"].nunique() != 1:
        return None
    bases = seen["value"] * seen["factor"]
    least, most = (1 + change / 100 for change in _amounts(row))
    level = row._replace(kind="level", amount=bases.min() * least, amount_max=bases.max() * most)
    facts = _value(judging, level._replace(dimension=seen["dimension"].iloc[0]))
    known |= {"source of the base year": row.baseline_basis, "reference state": state_of(seen)}
    change = wording.quantity(abs(row.amount), "%", abs(row.amount_max))
    change += " below" if row.amount < 0 else " above"
    inputs = tuple(f"{row.place}: {change} {reading(each)}" for each in seen.itertuples())
    return facts._replace(fields=known | facts.fields, inputs=inputs, unit=seen["standard_unit"].iloc[0])


def per_resident(judging, row):
    """Divide an amount that grows with its place by the residents of the whole of it.

    Returns
    -------
    Facts or None
        None for a part of a place or no figure, and where the residents are not known.
    """
    if row.area != "whole" or pd.isna(row.amount) or row.jurisdiction not in judging.residents.index:
        return None
    seen, facts = judging.residents.loc[row.jurisdiction], _value(judging, row)
    amounts = tuple(amount / seen["value"] for amount in facts.compared)
    words = f"{row.place}: {seen['value']:,.0f} residents in {seen['year']} (confidence {seen['confidence']})"
    fields, unit = facts.fields | {"size": "per resident"}, f"{row.standard_unit} per resident"
    return facts._replace(compared=amounts, fields=fields, inputs=(words,), unit=unit)
