"""One language of marks in all charts: shape, fill and edge of each mark follow from the columns of its row alone."""

import csv
import json
import re
from urllib.parse import parse_qs

import lantian as lt
import matplotlib as mpl
import numpy as np
import pytest
from bs4 import BeautifulSoup
from cells import compiled, execute, shared
from lantian.charts.drawing import GREY, KEY, Chart
from lantian.data.schema import find_data
from lantian.site.render import NOTEBOOKS
from lantian.text import wording
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgba
from matplotlib.markers import MarkerStyle

pytestmark = pytest.mark.slow
SHAPES = {"circle": "o", "square": "s", "triangle": "^", "diamond": "D"}
ROWS = {
    row["id"]: row
    for path in sorted(find_data().glob("targets/*.csv"))
    for row in csv.DictReader(path.open(encoding="utf-8", newline=""))
}


def run(path):
    """Execute the code of a notebook; return what its cells show."""
    names = {}
    cells = json.loads(path.read_text("utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return [value for source in sources for value in execute(compiled(source), names)]


@pytest.fixture(scope="module")
def shown(plans):
    drawing = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if "lt.charts." in path.read_text("utf-8")]
    with shared(plans):
        return {path.stem: run(path) for path in drawing}


@pytest.fixture(scope="module")
def charts(shown):
    return [value for values in shown.values() for value in values if isinstance(value, Chart)]


@pytest.fixture(scope="module")
def drawings(charts):
    """The drawing of each chart, by its name."""
    return {chart.name: drawing(chart) for chart in charts}


def drawing(chart):
    return BeautifulSoup(chart.svg(), "html.parser")


def outline(shape):
    style = MarkerStyle(shape)
    return style.get_path().transformed(style.get_transform()).vertices


def shape_of(path):
    for name, shape in SHAPES.items():
        vertices = outline(shape)
        if len(vertices) == len(path.vertices) and np.allclose(vertices, path.vertices):
            return name
    return "dash" if np.ptp(path.vertices[:, 1]) < np.ptp(path.vertices[:, 0]) / 2 else "unknown"


def marks(chart):
    """List the marks of a chart: the id of its row, its shape, whether it is hollow, dashed and grey."""
    for points in chart.findobj(PathCollection):
        paths, faces, edges = points.get_paths(), points.get_facecolors(), points.get_edgecolors()
        dashes = points.get_linestyles()
        for number, name in enumerate(points.ids):
            face, edge = faces[number % len(faces)], edges[number % len(edges)]
            yield {
                "id": name,
                "shape": shape_of(paths[number % len(paths)]),
                "hollow": bool(np.allclose(face, to_rgba("white"))),
                "dashed": dashes[number % len(dashes)][1] is not None,
                "grey": bool(np.allclose(face, to_rgba(GREY)) or np.allclose(edge, to_rgba(GREY))),
            }


def test_every_mark_means_what_the_key_says(charts):
    count, seen = 0, set()
    for chart in charts:
        for mark in marks(chart):
            row, where = ROWS.get(mark["id"]), (chart.name, mark)
            count += 1
            seen |= {mark["shape"], *(name for name in ("hollow", "dashed") if mark[name])}
            if row is None:
                assert mark["grey"] and mark["shape"] in ("dash", "diamond") and not mark["hollow"], where
                continue
            uncertain = {row["year_basis"], row["baseline_basis"]} & {"inferred", "ambiguous"}
            assert mark["hollow"] == (row["strength"] == "aspirational"), where
            assert mark["dashed"] == bool(uncertain), where
            if mark["shape"] == "triangle":
                assert row["kind"] == "change" and chart.kind != "grid", where
            else:
                assert mark["shape"] == ("square" if row["value_basis"] == "word" else "circle"), where
    assert count > 300
    assert seen == {*SHAPES, "dash", "hollow", "dashed"}, "a mark of the key is in no chart"


def test_all_in_words_never_stands_at_a_hundred(plans):
    judged = lt.compare(plans, "buildings.clean_heating")
    judged.loc[judged["amount"] == 100, "value_basis"] = "word"
    chart = lt.charts.panels(plans, judged, "x", "t", "s", limits=(0, 100), unit="%")
    ends = [axes.spines["bottom"].get_bounds()[1] for axes in chart.axes]
    drawn = [points.get_offsets()[:, 0].max() for points in chart.findobj(PathCollection)]
    assert ends and max(drawn) > max(ends)


@pytest.mark.parametrize(("value", "at"), [(100, 104), (0, 0), (60, 60)])
def test_only_all_in_words_stands_past_the_end(plans, value, at):
    judged = lt.compare(plans, "agriculture.straw_use")
    judged.loc[judged.index[:1], ["amount", "low", "high", "value_basis"]] = [value, value, value, "word"]
    chart = lt.charts.panels(plans, judged, "x", "t", "s", limits=(0, 100), unit="%")
    drawn = [x for points in chart.findobj(PathCollection) for x in points.get_offsets()[:, 0]]
    assert any(abs(x - at) < 0.01 for x in drawn)


def test_a_chart_of_some_places_names_their_plans_alone(plans):
    judged = lt.compare(plans, "air.pm25", places=["yuyao", "jincheng"])
    chart = lt.charts.panels(plans, judged)
    assert (
        "Lanshan" not in chart.subtitle + chart.foot and "Yuyao" in chart.subtitle and "Yuyao" in chart.foot
    )


def test_no_mark_is_drawn_past_the_key(charts):
    for chart in charts:
        assert not [
            line for axes in chart.axes for line in axes.lines if line.get_marker() not in ("None", "", None)
        ]


def links(drawing):
    """List the links of a drawing, each within its axes: where it leads, its tooltip, its words, the marks in it."""
    for link in drawing.find_all("a"):
        texts = [text.get_text() for text in link.find_all("text")]
        marks = link.find_all(["use", "path"])
        axes = link.find_parent("g", id=re.compile(r"-axes_\d+$"))["id"]
        yield axes, link["href"], link.title.get_text(), texts, len(marks)


def test_every_mark_and_label_leads_to_its_evidence_in_one_link(drawings, plans):
    """A tooltip words the promise, its strength and its date; a mark and its label are one stop of the keyboard."""
    known = {row.id: row for rows in (plans.every_target, plans.gaps) for row in rows.itertuples()}
    indicators, more, counted = set(plans.indicators["id"]), 0, 0
    for name, drawing in drawings.items():
        found = list(links(drawing))
        drawn = {number for axes, *_ in found for number in [axes]}
        assert drawn, name
        for axes, address, tooltip, texts, _ in found:
            where = (name, address, tooltip)
            page, _, anchor = address.partition("#")
            chosen = parse_qs(anchor)
            if not page:
                assert anchor == f"{name}-rows" and tooltip, where
            elif chosen:
                assert chosen["place"][0] in plans.focus, where
                assert chosen.keys() <= {"place", "indicator", "year", "strength"}, where
                assert {*chosen.get("indicator", ())} <= indicators, where
                more += bool(texts) and all(re.fullmatch(r"\d+ more", text) for text in texts)
            else:
                row, words = known[anchor], tooltip.splitlines()[0]
                assert words.startswith(row.place), where
                if hasattr(row, "strength"):
                    assert row.statement_en in words and words.endswith(
                        f"{row.strength}, {wording.date(row)}"
                    ), where
                else:
                    assert wording.gap(row) in words, where
                stops = [one for one in found if one[0] == axes and one[1] == address]
                assert len(stops) == 1, where
        marks = drawing.select('[id*="-PathCollection_"] :is(use, path)')
        assert not [mark for mark in marks if not mark.find_parent(["a", "defs"])], name
        counted += sum(number for *_, number in found)
    assert more > 20 and counted > 300


def test_two_more_leads_to_all_of_its_cell(plans):
    chart = lt.charts.matrix(plans, lt.cells(plans, "air"), "x", "t", "s")
    of_cells = lt.cells(plans, "air").query("count > 1")
    found = {
        address for _, address, _, texts, _ in links(drawing(chart)) if texts and texts[0].endswith(" more")
    }
    assert found == {
        f"08_evidence.html#place={row.jurisdiction}&indicator={row.indicator}"
        for row in of_cells.itertuples()
    }


def test_charts_to_explore_use_the_same_marks(shown, plans):
    """A name in the legend stands for a strength, in no place's colour."""
    colours = {*plans.places["color"]}
    of_statement = {row["statement_en"]: row for row in ROWS.values()}
    explored = [value for values in shown.values() for value in values if hasattr(value, "to_plotly_json")]
    assert explored
    for figure in explored:
        named = [trace for trace in figure.data if trace.showlegend is not False]
        assert [trace.name for trace in named] and not {trace.marker.color for trace in named} & colours
        for trace in (trace for trace in figure.data if trace.showlegend is False):
            for symbol, text in zip(trace.marker.symbol, trace.text, strict=True):
                row = of_statement[text.split("</b>")[0].removeprefix("<b>").replace("&#39;", "'")]
                shape = "square" if row["value_basis"] == "word" else "circle"
                assert symbol == shape + ("-open" if row["strength"] == "aspirational" else "")


def test_each_chart_is_named_once_and_read_by_a_sentence(charts, shown):
    names = [chart.name for chart in charts]
    assert len(set(names)) == len(names)
    for values in shown.values():
        drawn = [number for number, value in enumerate(values) if isinstance(value, Chart)]
        assert all(
            any(not isinstance(value, Chart) for value in values[number + 1 : number + 4]) for number in drawn
        )


def test_the_key_stands_on_each_page_with_marks(shown):
    for name, values in shown.items():
        if any(list(marks(value)) for value in values if isinstance(value, Chart)):
            assert any(str(value) == str(lt.charts.key()) for value in values), name
    assert all(symbol in str(lt.charts.key()) for symbol in KEY)


def test_an_analysts_own_chart_takes_the_look(monkeypatch):
    from lantian.charts import drawing

    with mpl.rc_context():
        monkeypatch.setattr(drawing, "get_font_names", lambda: ["DejaVu Sans", "Noto Sans CJK SC"])
        lt.style()
        assert mpl.rcParams["font.family"] == ["DejaVu Sans", "Noto Sans CJK SC"]
        assert mpl.rcParams["axes.grid.axis"] == "x" and not mpl.rcParams["axes.spines.top"]
        monkeypatch.setattr(drawing, "get_font_names", lambda: ["DejaVu Sans"])
        with pytest.warns(UserWarning, match="no font for Chinese was found; charts would need one of"):
            lt.style()
