"""The numeral account: every numeral of every plan, and what accounts for it."""

import re
from collections import defaultdict, namedtuple

import pandas as pd

from lantian.text import fold, read_patterns
from lantian.text.figures import figures

COLUMNS = ["document", "start", "text", "context", "how", "reason"]
# What accounts for a numeral, the strongest first, and its column in the summary.
HOW = {"target": "targets", "gap": "gaps", "proof": "proofs", "rule": "by rule", "listed": "listed"}
MARGIN = 10  # characters of context shown on each side
PASSAGE = 30  # characters that must recur, the numeral among them, for a passage to count as repeated

# What a numeral is, and which promise nothing.
NUMERAL = re.compile(read_patterns("numeral_forms.csv")["numeral"])
# Of set phrases the longer come before those they begin with.
RULES = {name: re.compile(rule, re.M) for name, rule in read_patterns("numeral_rules.csv").items()}


# A stretch of a text that accounts for the numerals in it; how and why as in the table of `account`.
Span = namedtuple("Span", "start end how reason")


def account(plans, texts):
    """Account for every numeral of the texts.

    A numeral is accounted for when it lies inside a fragment that proves a
    target or a gap, when a rule of `RULES` holds for it, when
    ``numerals.csv`` lists it, or when its passage recurs in the same text
    and is accounted for there. A date of issue must be that of
    ``documents.csv``, where that has the day.

    Parameters
    ----------
    plans : Plans
    texts : dict of str to str
        By document.

    Returns
    -------
    DataFrame
        A row a numeral, in the order of the texts: ``document``, ``start``,
        ``text``, ``context``, ``how`` (target, gap, proof, rule, listed,
        unaccounted) and ``reason`` (id of the row proved, name of the rule,
        or the reason listed).
    """
    found, issued = fragments(plans), plans.documents.set_index("id")["issued"]
    rows = []
    for document, text in texts.items():
        proved = _spans(found[found["document"] == document], text)
        spans = [*proved, *rule_spans(text, issued.get(document, ""))]
        spans.sort(key=lambda span: list(HOW).index(span.how))
        rows += [{"document": document} | row for row in numerals(text, spans)]
    return pd.DataFrame(rows, columns=COLUMNS)


def summary(accounted):
    """Count the numerals of each document by what accounts for them.

    Returns
    -------
    DataFrame
        A row a document (index): ``numerals``, ``targets``, ``gaps``,
        ``proofs``, ``by rule``, ``listed``, ``unaccounted``.
    """
    counts = (
        pd.crosstab(accounted["document"], accounted["how"]).rename(columns=HOW).rename_axis(columns=None)
    )
    counts = counts.reindex(columns=[*HOW.values(), "unaccounted"], fill_value=0)
    counts.insert(0, "numerals", counts.sum(axis="columns"))
    return counts


def fragments(plans):
    """List the fragments of all tables that have an offset.

    Parameters
    ----------
    plans : Plans

    Returns
    -------
    DataFrame
        A row a fragment: ``document``, ``start``, ``quote``, ``how`` (target, gap, proof or listed) and ``reason``
        (id of the row proved, or the reason listed).
    """
    owners, documents = plans.proofs["target"], plans.every_target.set_index("id")["document"]
    proofs = plans.proofs.assign(id=owners, document=owners.map(documents))
    tables = {"target": plans.every_target, "gap": plans.gaps, "proof": proofs, "listed": plans.numerals}
    names = {"id": "reason", "text": "quote"}
    frames = [table.rename(columns=names).assign(how=how) for how, table in tables.items()]
    rows = pd.concat([frame[["document", "start", "quote", "reason", "how"]] for frame in frames])
    return rows[rows["start"].notna() & (rows["quote"] != "")].astype({"start": int})


def _spans(fragments, text):
    """Yield the spans of the fragments that stand in the text at their offset."""
    for row in fragments.itertuples():
        if text.startswith(row.quote, row.start):
            yield Span(row.start, row.start + len(row.quote), row.how, row.reason)


def rule_spans(text, issued):
    """Yield the spans for which a rule holds."""
    for name, rule in RULES.items():
        for match in rule.finditer(fold(text)):
            if name != "date of issue" or _may_be_issued(match[0], issued):
                yield Span(*match.span(), "rule", name)


def _may_be_issued(words, issued):
    """Return whether a date may be that of issue: it is the recorded one or, where no day is recorded, no bureau of a table signs it."""
    dated = [figure for figure in figures(words.replace(" ", "")) if figure.unit in ("年", "月", "日")]
    parts = [f"{int(figure.number):02}" for figure in dated][-3:]
    if len(issued) == len("2018-10-25") and len(parts) == 3:
        return "-".join(parts) == issued
    return "局" not in words and (len(parts) < 3 or issued[:4] in ("", parts[0]))


def numerals(text, spans):
    """Yield a row for each numeral of a text, with the first span that accounts for it."""
    places = [match.span() for match in NUMERAL.finditer(fold(text))]
    found = {place: next((span for span in spans if _holds(span, *place)), None) for place in places}
    found |= {place: Span(*place, "rule", "repeated text") for place in _repeated(text, found)}
    for (start, end), span in found.items():
        context = text[max(0, start - MARGIN) : end + MARGIN].replace("\n", " ")
        how, reason = (span.how, span.reason) if span else ("unaccounted", "")
        yield {"start": start, "text": text[start:end], "context": context, "how": how, "reason": reason}


def _holds(span, start, end):
    """Return whether a span accounts for a numeral: one inside it or, where it lists numerals, one that it overlaps."""
    if span.how == "listed":
        return span.start < end and start < span.end
    return span.start <= start and end <= span.end


def _repeated(text, found):
    """Yield the places of numerals without a span whose passage recurs in the text and has a span there."""
    starts = defaultdict(list)  # of each passage of the text
    for start in range(len(text) - PASSAGE + 1):
        starts[text[start : start + PASSAGE]].append(start)
    for start, end in [place for place, span in found.items() if not span]:
        firsts = range(max(0, end - PASSAGE), start + 1)
        moved = {other - first for first in firsts for other in starts.get(text[first : first + PASSAGE], ())}
        if any(found.get((start + by, end + by)) for by in moved):
            yield start, end
