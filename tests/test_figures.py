"""The committed drawings, which the README shows, are those that the notebooks draw."""

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
