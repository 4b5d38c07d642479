"""The committed drawings, which the README shows, are those that the notebooks draw."""

import pandas as pd
import pytest
from lantian.site.render import REPORTS

pytestmark = pytest.mark.slow
ADVICE = "run `make reports` and commit reports/figures"


def drawings(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("figures/*.svg"))}


def test_committed_figures_are_those_drawn_now(site):
    committed, drawn = drawings(REPORTS), drawings(site)
    assert sorted(committed) == sorted(drawn), ADVICE
    assert not [name for name in drawn if committed[name] != drawn[name]], ADVICE


def test_every_figure_has_its_rows_and_its_image(site):
    for path in site.glob("figures/*.svg"):
        assert path.with_suffix(".csv").read_text("utf-8").count("\n") > 1
        assert path.with_suffix(".png").read_bytes().startswith(b"\x89PNG")


NUMBERS = ["value", "value_max", "amount", "amount_max", "baseline_year", "target_year", "year"]


def test_rows_of_a_chart_are_columns_as_in_the_tables(site, plans):
    """Of each target its value, unit, operator, years and strength; counts are numbers under what they count."""
    targets, seen = plans.every_target.set_index("id"), set()
    for path in site.glob("figures/*.csv"):
        rows = pd.read_csv(path, keep_default_na=False)
        assert {"place", "in_words", "id"} <= {*rows}, path.name
        if "value" not in rows:
            counts = rows.drop(
                columns=["jurisdiction", "place", "place_zh", "what", "in_words", "id"], errors="ignore"
            )
            assert not counts.empty and (counts.replace("", "0").astype(float) >= 0).all(axis=None), path.name
            continue
        for row in rows[rows["id"].isin(targets.index)].to_dict("records"):
            target = targets.loc[row["id"]]
            for name in "indicator value value_max unit operator baseline_year target_year strength".split():
                expected = "" if pd.isna(target[name]) else target[name]
                found = float(row[name]) if name in NUMBERS and row[name] != "" else row[name]
                assert found == expected, (path.name, row["id"], name)
            seen.add(row["id"])
        measured = rows[rows["what"].str.contains("measured")] if "what" in rows else rows.head(0)
        assert (measured[["value", "amount", "year"]].astype(float) > 0).all(axis=None), path.name
    assert len(seen) > 100
