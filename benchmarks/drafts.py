"""Measure the drafts of `lantian propose` against rows that people coded.

Five sets are counted. ``unseen`` are parts of plans that nobody had read who wrote a rule, the rules being finished before;
``quoted`` are those promises in them that no draft is of, drafted anew by their quotes, as when a person names these;
``rules`` are parts of others, whose errors led to rules; ``own`` are the plans of the collection, each drafted by what the
rows of the others teach; ``two people`` are texts of the first two that were coded twice, independently. The folder
``coded`` has the rows, and names the texts, which are not kept here.

The quotes of ``rules`` help to name the indicators of a draft, those of the text that is drafted left out.

Run ``python benchmarks/drafts.py --texts DIR --sources DIR``; it writes ``measured.csv`` and
``examples.csv`` in ``lib/lantian/drafts/``.
"""

import argparse
from pathlib import Path

import lantian as lt
import pandas as pd
from lantian.drafts import propose
from lantian.drafts.propose import EXAMPLES, MEASURED
from lantian.text.figures import same_unit

CODED = Path(__file__).parent / "coded"
# What is to be right of all cells.
FLOORS = {"promise with a figure": 0.97, "draft": 0.8, "value": 0.97, "unit": 0.97, "operator": 0.95}
FLOORS |= {"target_year": 0.92, "kind": 0.85, "strength": 0.9, "indicator among five": 0.85}
FIELDS = """value value_max unit operator kind target_year year_basis deadline baseline_year nature strength strength_word
    area subject subject_class lead indicator""".split()
WHATEVER = ["subject", "subject_class", "lead"]  # counted of promises without a figure too
OWN = (
    "baseline_basis timing lead_type clause base core".split()
)  # coded for the plans of the collection alone
COLUMNS = ["texts", "field", "cells", "drafted", "right", "floor"]


def read(path):
    """Read a table as texts, with where each quote begins and ends as numbers; rows without a quote are left out."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    return placed(rows)


def placed(rows):
    rows = rows[rows["start"] != ""].reset_index(drop=True)
    start = rows["start"].astype(int)
    return rows.assign(start=start, end=start + rows["quote"].str.len())


def drafted(place, text, quotes=None):
    """Draft the targets of a text, or those of some quotes."""
    drafts = lt.propose(place, text, quotes=quotes)
    return placed(drafts[drafts["table"] == "targets"])


def matched(coded, drafts):
    """Pair rows with the drafts that stand at their place, each once; a figure with one of the same size.

    Returns
    -------
    dict of int to int
        The draft of each row, by their index.
    """
    pairs = []
    for row in coded.itertuples():
        for draft in drafts.itertuples():
            shared = min(row.end, draft.end) - max(row.start, draft.start)
            is_figure = row.value_basis == "figure"
            if shared <= 0 or is_figure != (draft.value_basis == "figure"):
                continue
            if is_figure and abs(float(row.value)) != abs(float(draft.value)):
                continue
            alike = (row.kind == draft.kind) + (row.target_year == draft.target_year)
            alike += (row.indicator in draft.choices.split(";")[:2]) * 2
            length = min(row.end - row.start, draft.end - draft.start)
            pairs.append((alike + shared / length, row.Index, draft.Index))
    found = {}
    for _, row, draft in sorted(pairs, reverse=True):
        if row not in found and draft not in found.values():
            found[row] = draft
    return found


def errors(coded, drafts, catalogue, fields):
    """Yield for one text each thing that was to draft: its field, whether it was drafted, and whether rightly."""
    pairs = matched(coded, drafts)
    for row in coded.itertuples():
        found = row.Index in pairs
        if row.value_basis == "figure" and row.core == "yes":
            yield "promise with a figure", found, found
        elif row.value_basis != "figure":
            yield "promise without a figure", found, found
        if found:
            wanted = fields if row.value_basis == "figure" else WHATEVER
            yield from cells(row, drafts.loc[pairs[row.Index]], catalogue, wanted)
    for draft in drafts.itertuples():
        is_right = draft.Index in pairs.values()
        yield "draft", True, is_right
        yield f"draft {'with' if draft.value_basis == 'figure' else 'without'} a figure", True, is_right


def by_quote(missed, place, text, catalogue):
    """Yield the cells of promises that no draft is of, when a person names their words."""
    drafts = drafted(place, text, quotes=list(missed["quote"]))
    pairs = matched(missed, drafts)
    for row in missed.itertuples():
        yield "promise", True, row.Index in pairs
        if row.Index in pairs:
            yield from cells(row, drafts.loc[pairs[row.Index]], catalogue, FIELDS)


def cells(row, draft, catalogue, fields):
    """Yield the cells of a draft; none of a field that is empty in both."""
    if row.indicator in catalogue and fields is not WHATEVER:
        among = [choice for choice in draft["choices"].split(";") if choice != "new"]
        yield "indicator among five", True, row.indicator in among[:5]
    for field in fields:
        one, other = getattr(row, field), draft[field]
        if field == "indicator":  # what the catalogue has not is worded by each in another way
            one, other = (name if name in catalogue else name and "new" for name in (one, other))
        if one or other:
            yield field, other != "", is_same(field, one, other)


def is_same(field, one, other):
    """Return whether two cells say the same; of bodies, coders listed all, those that lead first."""
    if field in ("value", "value_max") and one and other:
        return float(one) == float(other)
    if field == "lead" and one and other:
        return all(left == right for left, right in zip(one.split(";"), other.split(";")))
    if field == "unit":
        return same_unit(one or "1", other)
    if field == "subject_class":  # China III and older; some coders wrote: and below
        return one.replace("and below", "and older") == other
    return one == other


def counted(texts, listed):
    """Count cells, drafts and right ones by field."""
    frame = pd.DataFrame(listed, columns=["field", "drafted", "right"]).assign(cells=1)
    sums = frame.groupby("field")[["cells", "drafted", "right"]].sum().reset_index()
    return sums.assign(texts=texts, floor=sums["field"].map(FLOORS))


def write_examples(coded, indicators):
    """Write the quotes by which drafts know the indicators: those of the texts that mended the rules, no others."""
    rows = coded[(coded["texts"] == "rules") & coded["indicator"].isin(indicators)]
    rows = rows.assign(place="coded_" + rows["place"])[["place", "indicator", "kind", "unit", "quote"]]
    rows.drop_duplicates(["indicator", "quote"]).to_csv(EXAMPLES, index=False, lineterminator="\n")


def measured(texts, sources):
    """Measure all sets.

    Parameters
    ----------
    texts, sources : Path
        Folders of the texts of ``coded``, and of those of the collection.

    Returns
    -------
    DataFrame
        As from `lantian.draft_errors`.
    """
    plans, coded, second = lt.load(), read(CODED / "coded.csv"), read(CODED / "second.csv")
    write_examples(coded, plans.indicators["id"])
    propose._measured = lambda: ({}, {})  # no cell is left empty for what was measured before
    catalogue, listed = (
        set(plans.indicators["id"]),
        {"unseen": [], "quoted": [], "rules": [], "own": [], "two people": []},
    )
    for (group, place), rows in coded.groupby(["texts", "place"]):
        rows, text = rows.reset_index(drop=True), (texts / f"{place}.txt").read_bytes().decode()
        drafts = drafted(f"coded_{place}", text)
        listed[group] += errors(rows, drafts, catalogue, FIELDS)
        if group == "unseen":
            missed = rows[~rows.index.isin(matched(rows, drafts))].reset_index(drop=True)
            listed["quoted"] += by_quote(missed, f"coded_{place}", text, catalogue)
        again = second[second["place"] == place].reset_index(drop=True)
        again["choices"] = again["indicator"]
        if len(again):
            listed["two people"] += errors(rows, again, catalogue, FIELDS)
    for document in plans.documents_read.itertuples():
        rows = read(plans.folder / "targets" / f"{document.jurisdiction}.csv")
        rows = rows[rows["document"] == document.id].reset_index(drop=True)
        text = (sources / f"{document.jurisdiction}.txt").read_bytes().decode()
        listed["own"] += errors(rows, drafted(document.jurisdiction, text), catalogue, FIELDS + OWN)
    return pd.concat([counted(group, rows) for group, rows in listed.items() if rows])[COLUMNS]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--texts", type=Path, required=True, help="Folder of the texts of coded/, <place>.txt."
    )
    parser.add_argument("--sources", type=Path, required=True, help="Folder of the texts of the collection.")
    parser.add_argument("--show", action="store_true", help="Print, and write nothing.")
    chosen = parser.parse_args()
    table = measured(chosen.texts, chosen.sources)
    if chosen.show:
        shares = table.assign(
            of_all=table["right"] / table["cells"], of_drafted=table["right"] / table["drafted"]
        )
        print(shares.round(3).to_string(index=False))
    else:
        table.to_csv(MEASURED, index=False, float_format="%g", lineterminator="\n")
