"""A blank cell does not exist: each focus place has, for each headline indicator, a target or a gap."""

import lantian as lt
import pytest
from edit import change, read, write
from lantian.data.plans import find_data
from pandas import NA


def column(table, key, wanted):
    """Read ids before any check, so that a fault of the data fails a test and not the collection."""
    return [row["id"] for row in read(find_data() / table) if wanted(row[key])]


PLACES = column("jurisdictions.csv", "role", "focus".__eq__)
HEADLINE = column("indicators.csv", "headline", bool)
# Each cell is in one of these; within one, each place has another indicator.
DIAGONALS = [
    [(place, HEADLINE[(first + number) % len(HEADLINE)]) for number, place in enumerate(PLACES)]
    for first in range(len(HEADLINE))
]

# Cells that are far from each other are emptied at once, and those between them stay.
PARTS = 4


def keep(path, wanted):
    """Keep the wanted rows of a table; return the ids of the others."""
    rows = read(path)
    write(path, [row for row in rows if wanted(row)])
    return {row["id"] for row in rows if "id" in row and not wanted(row)}


def remove_cell(folder, place, indicator):
    """Remove all that a place says, or does not, on an indicator, with the rows that hang on it."""

    def here(row):
        return row["indicator"] == indicator

    removed = keep(folder / f"targets/{place}.csv", lambda row: not here(row))
    for path in folder.glob("*.csv"):
        if path.read_text("utf-8").startswith("target,"):
            keep(path, lambda row: row["target"] not in removed)
    gaps = keep(folder / "gaps.csv", lambda row: not (here(row) and row["jurisdiction"] == place))
    path = folder / f"targets/{place}.csv"
    write(
        path,
        [
            row | {"stretch_of": row["stretch_of"] if row["stretch_of"] not in removed else ""}
            for row in read(path)
        ],
    )
    return removed | gaps


@pytest.mark.parametrize("first", range(PARTS))
def test_empty_cells_are_named(copy_data, first):
    cells = sum(DIAGONALS[first::PARTS], [])
    for place, indicator in cells:
        assert remove_cell(copy_data, place, indicator), (
            f"{place} has neither a target nor a gap for {indicator}"
        )
    found = [str(problem) for problem in lt.check(copy_data)]
    for place, indicator in cells:
        words = f"{copy_data}/gaps.csv:indicator: {place} has neither a target nor a gap for "
        (problem,) = (problem for problem in found if problem.startswith(words))
        assert indicator in problem.removeprefix(words).partition(";")[0].split(", ")
    assert len(found) == len({place for place, _ in cells})


def test_a_cell_has_the_firmest_target_of_its_plan(plans):
    """By nature, strength, base, area and year, worked out from the columns alone."""
    order = {
        "nature": ["binding", "indicative", ""],
        "strength": ["mandated", "plain", "hedged", "aspirational"],
        "base": ["stock", "", "new_or_replaced", "new"],
    }
    targets = plans.targets.query("core == 'yes'").set_index("id")
    cells = lt.cells(plans, "headline").query("count > 1")
    assert len(cells)
    for cell in cells.itertuples():
        rows = targets[
            (targets["jurisdiction"] == cell.jurisdiction) & (targets["indicator"] == cell.indicator)
        ]
        keys = {
            row.Index: (
                *(codes.index(getattr(row, name)) for name, codes in order.items()),
                row.area != "whole",
                -(row.target_year if row.target_year is not NA else 0),
            )
            for row in rows.itertuples()
        }
        assert keys[cell.id] == min(keys.values()), cell.id
        assert "more" in cell.text and "+" not in cell.text


def test_a_cell_names_base_and_area_where_they_are_not_the_whole(plans):
    targets = plans.every_target.set_index("id")
    for cell in lt.cells(plans, "headline").query("count > 0").itertuples():
        row = targets.loc[cell.id]
        for words in (lt.wording.BASES[row.base], lt.wording.AREAS[row.area] if row.area != "whole" else ""):
            assert words in cell.in_words, cell.id


def test_the_matrix_has_a_cell_with_words_for_each(plans):
    cells = lt.cells(plans, "headline")
    assert sorted(zip(cells["jurisdiction"], cells["indicator"])) == sorted(sum(DIAGONALS, []))
    assert (cells["in_words"].str.len() > 3).all() and "none" not in set(cells["mark"])


def test_a_silence_beside_a_target_is_named(copy_data, plans):
    """It would say two things at once."""
    path = copy_data / "gaps.csv"
    number, gap = next((number, row) for number, row in enumerate(read(path)) if row["status"] == "silent")
    promised = plans.every_target.loc[plans.every_target["document"] == gap["document"], "indicator"].iloc[0]
    line = change(path, number, indicator=promised)
    found = [str(problem) for problem in lt.check(copy_data)]
    assert (
        f"{path}:{line}:status: 'silent' is silent next to a target of the same indicator; delete this row"
        in found
    )
