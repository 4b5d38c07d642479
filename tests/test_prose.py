"""No sentence, title or table can go stale: changed data change the page, or stop the render."""

import html
import json
import re
import shutil

import lantian as lt
import pytest
from click.testing import CliRunner
from edit import change, contents, read, write
from lantian.cli import main
from lantian.site.render import NOTEBOOKS, RenderError, _sources, render
from lantian.text import wording

pytestmark = pytest.mark.slow
PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
# What a chart shows on hover is kept: it stands in a script of type application/json.
UNSEEN = re.compile(
    r"<(style|head|script(?! type=\"application/json\"))\b.*?</(style|head|script)>|<details class=\"code\">.*?</details>",
    re.S,
)


# --- sentinels ------------------------------------------------------------------------------------------------------


def set_sentinels(folder):
    """Give every figure of headline indicators a value found nowhere else, and move every year by one."""
    indicators = {row["id"] for row in read(folder / "indicators.csv") if row["headline"]}
    assert len(indicators) >= 5
    count = 0
    for path in sorted((folder / "targets").glob("*.csv")):
        rows = read(path)
        for row in rows:
            if row["indicator"] in indicators:
                count += 1
                row |= sentinel(row, count)
        write(path, rows)


def sentinel(row, count):
    """Return the changed cells of a row: its sign stays, 100 in words stays, and its own words lose their figures."""
    cells = {name: str(int(row[name]) + 1) for name in ("target_year", "baseline_year") if row[name]}
    cells |= {"statement_en": "As coded", "quote": row["quote"] and "…", "note": row["note"] and "As noted"}
    if row["deadline"]:
        cells["deadline"] = f"{int(row['deadline'][:4]) + 1}{row['deadline'][4:]}"
    if row["value_basis"] == "figure":
        sign = "-" if row["value"].startswith("-") else ""
        cells["value"] = f"{sign}{6 + count}.31"
        if row["value_max"]:
            cells["value_max"] = f"{6 + count}.62"
    return cells


def figures(targets):
    """List the figures of targets as pages write them, and the days that they name."""
    figure = targets["value_basis"] == "figure"
    words = set()
    for row in targets[figure].itertuples():
        for value, amount in ((row.value, row.amount), (row.value_max, row.amount_max)):
            if value == value:
                words |= (
                    {f"{wording.number(abs(value))} for 1"}
                    if row.kind == "ratio"
                    else {wording.quantity(abs(amount), row.standard_unit)}
                )
    return words | {wording.day(day) for day in targets["deadline"] if day}


def visible(page):
    """Return what a reader sees of a page, charts and tables included, code left out."""
    text = re.sub(r"<[^>]+>", " ", UNSEEN.sub(" ", page))
    return re.sub(r"\s+", " ", html.unescape(text))


def standing(figures, text):
    """List the figures that stand in a text by themselves, with or without a blank before their units."""
    spaced = "|".join(r"\s?".join(map(re.escape, figure.split(" "))) for figure in sorted(figures))
    return sorted(set(re.findall(rf"(?<![\w.,])(?:{spaced})(?![.,]?\d|\w)", text)))


def rendered(paths, data, output):
    """Render notebooks; return their pages by name, or the sentence that stopped them."""
    try:
        render(paths, data, output, say=lambda line: None)
    except RenderError as error:
        return {}, str(error)
    return {page.stem: page.read_text("utf-8") for page in output.glob("*.html")}, ""


@pytest.fixture(scope="module")
def pages(changed):
    """All pages over data whose headline figures are sentinels, and what stopped a notebook, by its name."""
    if (changed / "site").exists():
        return {page.stem: page.read_text("utf-8") for page in changed.glob("site/*.html")}, {}
    # One that is stopped keeps back the others, which are then rendered one by one.
    found = {path.stem: rendered([path], changed / "data", changed / path.stem) for path in PATHS}
    pages = {f"{name}: {page}": text for name, (pages, _) in found.items() for page, text in pages.items()}
    return pages, {name: message for name, (_, message) in found.items() if message}


@pytest.mark.thorough
def test_no_old_figure_is_left_on_a_page(plans, changed, pages):
    now = lt.load(changed / "data")
    headline = plans.every_target[plans.every_target["headline"] != ""]
    measured = {f"{value:g} µg/m³" for value in now.observations["value"]}  # measurements did not change
    shares = lt.strengths(now).set_index("jurisdiction").drop(columns="label")
    counted = {f"{share:.0f} %" for share in (100 * shares.div(shares.sum(axis=1), axis=0)).to_numpy().flat}
    old = figures(headline) - figures(now.every_target) - measured - counted
    assert old
    seen = {name: visible(page) for name, page in pages[0].items() if name != "changelog"}  # which is history
    stale = {name: standing(old, text) for name, text in seen.items()}
    assert not {name: words for name, words in stale.items() if words}


@pytest.mark.thorough
def test_only_pages_that_say_so_show_notes_and_a_changed_note_runs_only_these(copy_data, pages):
    notes = {name for name, text in pages[0].items() if "As noted" in visible(text)}
    assert all(name.split(": ")[-1].startswith(("01_coal", "place_", "index")) for name in notes)
    before = {source.slug: source.key for source in _sources(PATHS, copy_data)}
    rows = read(copy_data / "targets/yuyao.csv")
    write(copy_data / "targets/yuyao.csv", [row | {"note": "Another note"} for row in rows])
    after = {source.slug: source.key for source in _sources(PATHS, copy_data)}
    assert {slug for slug in after if after[slug] != before[slug]} == {"place_yuyao"}
    write(copy_data / "targets/yuyao.csv", [row | {"clause": "another"} for row in rows])
    after = {source.slug: source.key for source in _sources(PATHS, copy_data)}
    assert not [slug for slug in after if after[slug] == before[slug]]


@pytest.mark.thorough
def test_new_figures_reach_the_pages(plans, changed, pages):
    new = figures(lt.load(changed / "data").every_target) - figures(plans.every_target)
    text = " ".join(map(visible, pages[0].values()))
    assert new and standing(new, text), "no page shows a changed figure: the test above would prove nothing"


@pytest.mark.thorough
def test_what_stops_a_render_is_a_sentence_that_is_quoted(pages):
    pages, stopped = pages
    assert not {
        name: message
        for name, message in stopped.items()
        if not re.search(r"StaleSentence: .*the sentence was: .+", message)
    }
    assert len(stopped) < len(PATHS) and pages


# --- a render that fails --------------------------------------------------------------------------------------------


@pytest.fixture
def published(site, tmp_path):
    """A folder of pages that were rendered before."""
    return shutil.copytree(site, tmp_path / "reports")


def test_faulty_data_leave_the_pages_as_they_were(copy_data, published):
    line = change(copy_data / "targets/yuyao.csv", 3, core="maybe")
    before = contents(published)
    run = CliRunner().invoke(main, ["render", "--data", str(copy_data), "--output", str(published)])
    assert run.exit_code == 1
    assert (
        run.stderr == f"{copy_data}/targets/yuyao.csv:{line}:core: 'maybe' is not allowed; allowed: yes, no\n"
    )
    assert contents(published) == before


BROKEN = {
    'assert not lt, "it is so"': "AssertionError: it is so",
    'lt.say(lt.load(), "By {yuyao-no}.")': "StaleSentence: yuyao-no is neither a target nor a gap; the sentence was: By {yuyao-no}.",
}


def notebook(path, source):
    """Write a notebook of a heading and one code cell."""
    cells = [{"cell_type": "markdown", "id": "question", "metadata": {}, "source": "# Is it so?"}]
    cells += [
        {
            "cell_type": "code",
            "id": "finding",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
    ]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    return str(path)


def test_failing_notebooks_are_named_with_cell_and_line(data, published, tmp_path, one_executor):
    fine = notebook(tmp_path / "90_fine.ipynb", "2 + 2")
    broken = [
        notebook(tmp_path / f"9{number}_broken.ipynb", f"import lantian as lt\n\n{source}")
        for number, source in enumerate(BROKEN, 1)
    ]
    before = contents(published)
    run = CliRunner().invoke(main, ["render", fine, *broken, "--data", str(data), "--output", str(published)])
    assert run.exit_code == 1
    answer = [
        line
        for number, message in enumerate(BROKEN.values(), 1)
        for line in (
            f"9{number}_broken.ipynb, code cell 1 (id finding), line 3:",
            f"  {message}",
        )
    ]
    assert run.stderr.splitlines() == [*answer, "Nothing was changed."]
    assert contents(published) == before
