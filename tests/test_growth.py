"""A further place joins by CSV alone, and what changed between two data sets is worded in sentences."""

import contextlib
import csv
import hashlib
import json
import shutil
from unittest.mock import patch

import lantian as lt
import pytest
from click.testing import CliRunner
from edit import change, contents, read, write
from lantian import check
from lantian.cli import main
from lantian.data import export
from lantian.data.diff import diff, to_markdown
from lantian.data.export import FORMULA
from lantian.data.schema import DataError
from lantian.data.template import add
from lantian.site import render as rendering
from lantian.site.render import RenderError, render
from test_export import ATTACK, spoil
from test_prose import set_sentinels

YUYAO = "targets/yuyao.csv"


def merge(path, rows):
    """Add rows to a table, where their ids belong."""
    columns = path.read_text("utf-8").splitlines()[0].split(",")
    every = sorted(read(path) + [dict.fromkeys(columns, "") | row for row in rows], key=lambda row: row["id"])
    if every:
        write(path, every)


def newcomer(folder, identifier, name, template="yuyao", rows=None):
    """Add a place that promises what another one does, or only the given rows."""
    add(identifier, folder, 2018)
    stub = f"{identifier.replace('_', '-')}-2018"
    copy_row(
        folder / "jurisdictions.csv",
        identifier,
        template,
        {"name_en": name, "color": "", "gbt2260": ""},
        ("id", "order", "role"),
    )
    original = next(
        row["id"]
        for row in read(folder / "documents.csv")
        if row["jurisdiction"] == template and row["access"] == "full_text"
    )
    copy_row(folder / "documents.csv", stub, original, {"jurisdiction": identifier}, ("id",))

    def rename(row):
        return row | {"id": f"{identifier.replace('_', '-')}-{row['id'].partition('-')[2]}", "document": stub}

    def stretch(row):
        return row | {
            "stretch_of": row["stretch_of"]
            and f"{identifier.replace('_', '-')}-{row['stretch_of'].partition('-')[2]}"
        }

    targets = (
        [stretch(rename(row)) for row in read(folder / f"targets/{template}.csv")] if rows is None else rows
    )
    merge(folder / f"targets/{identifier}.csv", targets)
    gaps = [row for row in read(folder / "gaps.csv") if row["jurisdiction"] != identifier]
    if rows is None:
        gaps += [
            rename(row) | {"jurisdiction": identifier} for row in gaps if row["jurisdiction"] == template
        ]
    else:
        promised = {row["indicator"] for row in rows}
        headline = [
            row["id"]
            for row in read(folder / "indicators.csv")
            if row["headline"] and row["id"] not in promised
        ]
        gaps += [
            dict.fromkeys(gaps[0], "")
            | {
                "id": f"{identifier}-gap-{i.replace('.', '-').replace('_', '-')}",
                "jurisdiction": identifier,
                "document": stub,
                "indicator": i,
                "status": "silent",
                "searched": "某",
            }
            for i in headline
        ]
    write(folder / "gaps.csv", sorted(gaps, key=lambda row: row["id"]))


def copy_row(path, identifier, template, values, keep):
    rows = read(path)
    stub, model = (next(row for row in rows if row["id"] == name) for name in (identifier, template))
    stub |= {key: cell for key, cell in model.items() if key not in keep} | values
    write(path, rows)


# --- add --------------------------------------------------------------------------------------------------------------


def test_add_changes_only_what_it_registers(copy_data):
    before = contents(copy_data)
    CliRunner().invoke(main, ["add", "ninghai", "--data", str(copy_data)], catch_exceptions=False)
    after = contents(copy_data)
    changed = {str(path) for path in after if after[path] != before.get(path)}
    assert changed == {
        "datapackage.json",
        "documents.csv",
        "gaps.csv",
        "jurisdictions.csv",
        "targets/ninghai.csv",
    }
    for path in before:
        if path.suffix == ".csv":  # every row that was there still is, byte for byte and in the same order
            assert [line for line in after[path].splitlines() if not line.startswith(b"ninghai")] == before[
                path
            ].splitlines()
    assert json.loads(after_text(copy_data)) != json.loads(
        before[next(p for p in before if p.name == "datapackage.json")]
    )


def after_text(folder):
    return (folder / "datapackage.json").read_text("utf-8")


def test_check_then_asks_for_every_cell_that_is_left(copy_data):
    run = CliRunner().invoke(main, ["add", "ninghai", "--data", str(copy_data)])
    assert run.exit_code == 0
    for name in ("jurisdictions.csv", "documents.csv", "targets/ninghai.csv", "gaps.csv"):
        assert str(copy_data / name) in run.stdout
    found = check(copy_data)
    headline = [row["id"] for row in read(copy_data / "indicators.csv") if row["headline"]]
    (asked,) = (problem for problem in found if problem.path.endswith("gaps.csv"))
    assert asked.column == "status" and f"{len(headline)} rows" in run.stdout
    assert asked.message.startswith(f"must not be empty for {', '.join(headline)}; allowed: qualitative, ")
    assert {"name_en", "name_zh", "level"} == {
        problem.column for problem in found if problem.path.endswith("jurisdictions.csv")
    }
    assert {"title_en", "issued", "period_start"} < {
        problem.column for problem in found if problem.path.endswith("documents.csv")
    }


def test_a_level_above_is_added_by_its_own_steps(copy_data):
    before = {path: read(copy_data / path) for path in ("gaps.csv", "documents.csv")}
    run = CliRunner().invoke(
        main, ["add", "hebei", "--reference", "--year", "2018", "--data", str(copy_data)]
    )
    assert (
        run.exit_code == 0 and "`words` has the operative words" in run.stdout and "gap for" not in run.stdout
    )
    assert read(copy_data / "gaps.csv") == before["gaps.csv"] and read(copy_data / "targets/hebei.csv") == []
    assert "targets/hebei.csv" in after_text(copy_data)
    (document,) = (row for row in read(copy_data / "documents.csv") if row not in before["documents.csv"])
    assert {name: cell for name, cell in document.items() if cell} == {
        "id": "hebei-2018",
        "jurisdiction": "hebei",
        "access": "cited",
    }
    copy_row(copy_data / "jurisdictions.csv", "hebei", "shanxi", {"name_en": "Hebei"}, ("id", "order"))
    copy_row(copy_data / "documents.csv", "hebei-2018", "shanxi-2018", {"jurisdiction": "hebei"}, ("id",))
    goal = next(row for row in read(copy_data / "targets/zhejiang.csv") if row["indicator"] == "air.pm25")
    merge(copy_data / "targets/hebei.csv", [goal | {"id": "hebei-pm25-2020", "document": "hebei-2018"}])
    assert check(copy_data) == []
    assert "hebei-pm25-2020" in set(lt.load(copy_data).targets_above["id"])


def test_a_filled_newcomer_passes_the_check_and_is_in_every_table(copy_data):
    newcomer(copy_data, "ninghai", "Ninghai")
    assert check(copy_data) == []
    plans = lt.load(copy_data)
    assert list(plans.places["name_en"])[-1] == "Ninghai"
    assert any(label.startswith("Ninghai") for label in lt.matrix(plans, "headline").columns)


def test_verify_says_which_text_was_coded(copy_data, tmp_path):
    newcomer(copy_data, "ninghai", "Ninghai", rows=[])
    number = next(
        n for n, row in enumerate(read(copy_data / "documents.csv")) if row["jurisdiction"] == "ninghai"
    )
    change(copy_data / "documents.csv", number, text_sha256="", text_chars="")
    (tmp_path / "ninghai.txt").write_text("到2020年", "utf-8")
    found = [
        problem.message for problem in lt.verify(copy_data, tmp_path).problems if "ninghai" in problem.path
    ]
    assert any("text_sha256" in message and "text_chars 6" in message for message in found)


@pytest.mark.parametrize("access", ["full_text", "partial"])
def test_verify_records_which_text_was_coded_and_where_its_words_stand(copy_data, tmp_path, access):
    goal = straw_goal("到2020年,秸秆利用率达92%以上")
    newcomer(copy_data, "ninghai", "Ninghai", rows=[goal])
    number = next(
        n for n, row in enumerate(read(copy_data / "documents.csv")) if row["jurisdiction"] == "ninghai"
    )
    change(copy_data / "documents.csv", number, text_sha256="", text_chars="", access=access)
    text = "一、目标。到2020年,秸秆利用率达92%以上。"
    (tmp_path / "ninghai.txt").write_text(text, "utf-8")
    dry = lt.verify(copy_data, tmp_path)
    assert not [problem for problem in dry.problems if problem.column == "ninghai-2018"], (
        "numerals are accounted for before offsets are written"
    )
    assert (
        "fragments found that had no offset yet: 1" in str(dry)
        and not read(copy_data / "targets/ninghai.csv")[0]["start"]
    )
    reported = lt.verify(copy_data, tmp_path, write=True).problems
    assert not [problem for problem in reported if "ninghai" in str(problem)]
    row = read(copy_data / "documents.csv")[number]
    assert (row["text_sha256"], row["text_chars"]) == (
        hashlib.sha256(text.encode()).hexdigest(),
        str(len(text)),
    )
    assert read(copy_data / "targets/ninghai.csv")[0]["start"] == "5"


@pytest.mark.parametrize(
    "identifier", ["../x", "/etc/x", "x/y", "Yuyao", "宁海", "1st", "a b", "", "x\n", "yuyao", "con.csv"]
)
def test_an_id_that_cannot_be_used_changes_nothing(copy_data, identifier):
    before = contents(copy_data.parent)
    with pytest.raises(DataError, match="is no id; use letters|is in jurisdictions.csv already"):
        add(identifier, copy_data)
    assert contents(copy_data.parent) == before


def test_nothing_is_written_over_or_into_broken_tables(copy_data):
    head = (copy_data / "targets/yuyao.csv").read_text("utf-8").partition("\n")[0]
    (copy_data / "targets/ninghai.csv").write_text(f"{head}\n", "utf-8")
    before = contents(copy_data)
    with pytest.raises(DataError, match="is there already; move it away first"):
        add("ninghai", copy_data)
    assert contents(copy_data) == before
    (copy_data / "gaps.csv").write_bytes(b"id;x\n")
    before = contents(copy_data)
    with pytest.raises(DataError, match="separated by semicolons"):
        add("yixing", copy_data)
    assert contents(copy_data) == before


# --- what a newcomer compares with ------------------------------------------------------------------------------------


def promise(identifier, indicator, **cells):
    row = {
        "id": f"{identifier}-goal",
        "document": f"{identifier}-2018",
        "indicator": indicator,
        "statement_en": "A goal",
        "area": "whole",
    }
    row |= {
        "value_basis": "figure",
        "target_year": "2020",
        "year_basis": "stated",
        "timing": "by",
        "strength": "plain",
        "lead_type": "none_named",
        "core": "yes",
    }
    return row | cells


def straw_goal(quote):
    return promise(
        "ninghai", "agriculture.straw_use", kind="share", operator=">=", value="92", unit="%", quote=quote
    )


def test_a_further_straw_goal_joins_the_direct_comparison(copy_data):
    before = lt.compare(lt.load(copy_data), "agriculture.straw_use")
    goal = straw_goal("秸秆综合利用率达到92%以上")
    newcomer(copy_data, "ninghai", "Ninghai", rows=[goal])
    assert check(copy_data) == []
    rows = lt.compare(lt.load(copy_data), "agriculture.straw_use")
    mine = rows[rows["jurisdiction"] == "ninghai"].iloc[0]
    assert (mine["degree"], mine["amount"]) == ("direct", 92)
    assert set(rows.loc[rows["group"] == mine["group"], "jurisdiction"]) == {
        *before.loc[before["degree"] != "no", "jurisdiction"],
        "ninghai",
    }


def test_a_further_coal_cap_in_tonnes_stays_out_until_its_residents_are_known(copy_data):
    plans = lt.load(copy_data)
    cap = plans.every_target.query(
        "indicator == 'coal.consumption' and kind == 'level' and value_basis == 'figure' and role == 'focus'"
    ).iloc[0]
    goal = promise(
        "ninghai",
        "coal.consumption",
        kind="level",
        operator="<=",
        value="90",
        unit="万吨",
        quote="煤炭消费总量控制在90万吨以内",
    )
    newcomer(copy_data, "ninghai", "Ninghai", rows=[goal])
    assert check(copy_data) == []
    plans = lt.load(copy_data)
    rows = lt.compare(plans, "coal.consumption")
    mine = rows[rows["jurisdiction"] == "ninghai"].iloc[0]
    assert (mine["degree"], mine["amount"]) == ("no", 900_000)
    assert "grows with the size of the place" in mine["reason"]
    assert lt.verdict(plans, "ninghai-goal", cap["id"]).degree == "no"
    with open(copy_data / "observations.csv", "a", encoding="utf-8") as file:
        file.write(
            "ninghai,context.population,whole,,,2020,700000,人,whole county,,reported,a census,,high,\n"
        )
    rows = lt.compare(lt.load(copy_data), "coal.consumption")
    mine = rows[rows["jurisdiction"] == "ninghai"].iloc[0]
    assert (mine["degree"], round(mine["amount"], 4)) == ("converted", round(900_000 / 700_000, 4))
    assert "residents" in mine["inputs"] and "confidence high" in mine["inputs"]
    assert set(rows.loc[rows["group"] == mine["group"], "jurisdiction"]) == {"lanshan", "ninghai"}


@pytest.mark.parametrize(
    ("text", "cells", "wrong"),
    [
        ("压减燃煤(万吨)|2.3", {"kind": "amount", "value": "2.3", "unit": "万吨"}, {"unit": "吨"}),
        (
            "2020 年控制在2500 万噸以內",
            {"kind": "level", "value": "2500", "unit": "万吨", "operator": "<="},
            {"unit": "吨"},
        ),
        (
            "比上年下降6 . 6%",
            {
                "kind": "change",
                "value": "-6.6",
                "unit": "%",
                "baseline_year": "2019",
                "baseline_basis": "stated",
            },
            {"baseline_year": "2018"},
        ),
    ],
)
def test_verify_reads_heads_of_tables_blanks_in_figures_and_last_years(
    copy_data, tmp_path, text, cells, wrong
):
    text = f"到2020年,{text}"
    newcomer(
        copy_data,
        "ninghai",
        "Ninghai",
        rows=[promise("ninghai", "coal.consumption", quote=text, **({"operator": "="} | cells))],
    )
    (tmp_path / "ninghai.txt").write_text(text, "utf-8")

    def reported():
        return {
            problem.column
            for problem in lt.verify(copy_data, tmp_path).problems
            if problem.path.endswith("targets/ninghai.csv")
        }

    assert reported() == set()
    change(copy_data / "targets/ninghai.csv", 0, **wrong)
    assert reported() == set(wrong)


def test_a_fleet_in_tenths_or_in_vehicles_is_not_said_in_percent(copy_data):
    with open(copy_data / "units.csv", "a", encoding="utf-8") as file:
        file.write("成,share,10,%,tenths\n")
    goals = [("a", "bus", "share", "9", "成", "stock"), ("b", "official_car", "count", "1.2", "万辆", "")]
    rows = [
        promise(
            "ninghai",
            "vehicles.new_energy",
            subject=subject,
            kind=kind,
            value=value,
            unit=unit,
            base=base,
            operator=">=",
            quote=f"达到{value}{unit}以上",
        )
        | {"id": f"ninghai-{key}"}
        for key, subject, kind, value, unit, base in goals
    ]
    newcomer(copy_data, "ninghai", "Ninghai", rows=rows)
    steps = lt.fleet_steps(lt.load(copy_data)).query("jurisdiction == 'ninghai'")
    assert list(steps["step"]) == ["a share or a number"] * len(steps)
    texts = " | ".join(steps["text"])
    assert "at least 90 % of buses, existing stock" in texts and "at least 12,000 official cars" in texts


def test_a_level_above_of_which_nothing_was_seen_is_not_passed_over(copy_data):
    newcomer(copy_data, "ninghai", "Ninghai")
    merge(
        copy_data / "jurisdictions.csv",
        [
            {
                "id": "taizhou",
                "name_en": "Taizhou",
                "name_zh": "台州市",
                "level": "prefecture",
                "parent": "zhejiang",
                "role": "reference",
                "order": "19",
            }
        ],
    )
    rows = read(copy_data / "jurisdictions.csv")
    change(
        copy_data / "jurisdictions.csv",
        next(n for n, row in enumerate(rows) if row["id"] == "ninghai"),
        parent="taizhou",
    )
    chain = lt.above(lt.load(copy_data), indicators=["air.pm25"])
    (reported,) = chain[(chain["jurisdiction"] == "ninghai") & (chain["relation"] == "parent not read")][
        "in_words"
    ]
    assert reported == "the plan of Taizhou, directly above, was not read"


def test_places_that_say_nothing_on_a_subject_are_drawn_all_the_same(data, without_layout):
    plans = lt.load(data)
    words = {"name": "x", "title": "t", "subtitle": "s"}
    for indicator in ("coal.replacement", "air.pm25"):
        targets = plans.every_target[plans.every_target["indicator"] == indicator]
        silent = set(plans.focus) - set(targets["jurisdiction"])
        chosen = lt.load(data, jurisdictions=list(silent))
        charts = [lt.charts.panels(chosen, lt.compare(chosen, indicator), **words)]
        charts += [
            lt.charts.targets(chosen, [indicator], **words),
            lt.charts.series(chosen, indicator, **words),
        ]
        for chart in charts:
            assert set(chosen.focus) <= set(chart.rows["jurisdiction"])


# --- six and twelve places --------------------------------------------------------------------------------------------

NAMES = ("Ninghai", "Yixing", "Xinmi", "Anqiu", "Haicheng", "Jingbian", "Dali")


def read_in_part(folder, identifier):
    """Let a newcomer's plan be known in part: there is no gap for what it has no target on."""
    set_row(
        folder / "documents.csv",
        f"{identifier}-2018",
        access="partial",
        missing_parts="all after the third chapter",
    )
    gaps = read(folder / "gaps.csv")
    kept = [row for row in gaps if row["jurisdiction"] != identifier or row["status"] == "qualitative"]
    write(folder / "gaps.csv", kept)


def cite(folder, identifier):
    """Give a newcomer a second document, of which two goals were seen elsewhere."""
    goals = next(row for row in read(folder / "documents.csv") if row["id"] == "ningbo-goals-2018")
    document = goals | {"id": f"{identifier}-goals-2019", "jurisdiction": identifier, "issued": "2019-03-01"}
    merge(folder / "documents.csv", [document])
    path = folder / f"targets/{identifier}.csv"
    dated = next(row for row in read(path) if row["deadline"] and row["core"] == "yes")
    level = next(row for row in read(path) if row["kind"] == "level" and row["strength"] == "plain")
    none = dict.fromkeys(("quote", "start", "clause", "words"), "") | {"document": document["id"]}
    merge(path, [row | none | {"id": f"{row['id']}-cited"} for row in (dated, level)])
    return [f"{row['id']}-cited" for row in (dated, level)]


def set_row(path, identifier, **cells):
    change(path, [row["id"] for row in read(path)].index(identifier), **cells)


def test_a_plan_read_in_part_says_so_wherever_it_has_no_target(copy_data, without_layout):
    newcomer(copy_data, "ninghai", "Ninghai", "huludao")
    newcomer(copy_data, "yixing", "Yixing", rows=[])
    read_in_part(copy_data, "ninghai"), read_in_part(copy_data, "yixing")
    silence = {"id": "yixing-gap-coal", "jurisdiction": "yixing", "document": "yixing-2018"}
    silence |= {"indicator": "coal.consumption", "status": "silent", "searched": "煤"}
    merge(copy_data / "gaps.csv", [silence])
    assert check(copy_data) == []
    plans, unknown = lt.load(copy_data), "not known: this plan was read in part"
    cells = lt.cells(plans, "headline").query("jurisdiction == 'yixing'").set_index("indicator")
    assert set(cells["mark"]) == {"unread"}
    assert cells["in_words"].to_dict() == dict.fromkeys(cells.index, unknown) | {
        "coal.consumption": "not addressed in the part read"
    }
    assert lt.matrix(plans, "air").loc["PM2.5", "Yixing (2018)"] == unknown
    compared = lt.compare(plans, "air.pm25").set_index("jurisdiction")
    assert compared.loc["yixing", ["printed", "reason"]].tolist() == [unknown] * 2
    steps = lt.fleet_steps(plans).set_index("jurisdiction")
    assert steps.loc["yixing", ["step", "text"]].tolist() == ["not known", unknown]
    assert "silent_within" not in set(lt.cells(plans).query("jurisdiction == 'ninghai'")["mark"])
    summed = lt.tables.summary(plans).set_index("plan")["not known, read in part"].map(str)
    assert summed["Yuyao (2018)"] == "none" and "PM2.5" in summed["Yixing (2018)"]
    lost = lt.tables.profiles(plans).set_index("place")["lost or not read"]
    assert [words for place, words in lost.items() if place.startswith("Yixing")] == [
        "read in part; all after the third chapter"
    ]
    listed = str(lt.tables.without_target(plans, "coal")).splitlines()
    assert "Yixing: " in next(line for line in listed if line.startswith(unknown))
    words = {"name": "drawn", "title": "Drawn", "subtitle": "by plan"}
    drawn = lt.charts.dates(plans, lt.charts.due(plans, ["coal.boiler_phase_out"]), **words)
    assert "no target in the part read" in set(drawn.rows.query("jurisdiction == 'yixing'")["in_words"])
    foot = lt.charts.order(plans, lt.fleet_steps(plans), **words).foot
    assert foot.count("read in part") == 2 and foot.endswith("2018-10-25, read in part.")


def test_a_second_document_of_a_place_is_kept_apart_from_its_plan(copy_data):
    newcomer(copy_data, "ninghai", "Ninghai", "yuyao")
    ids = cite(copy_data, "ninghai")
    assert check(copy_data) == []
    plans, words = lt.load(copy_data), "cited, not verified against a text"
    assert plans.places.set_index("id").loc["ninghai", "label"] == "Ninghai (2018)"
    assert not set(ids) & {*plans.targets["id"], *plans.targets_above["id"]}
    for identifier in ids:
        row = plans.by_id[identifier]
        assert (row.role, row.label[-18:]) == ("other", ", another document)"[-18:])
        assert words in lt.wording.statement(row) and words in str(lt.evidence(plans, identifier))
        assert identifier not in set(lt.compare(plans, row.indicator, core=False)["id"])
        assert identifier in set(lt.find(plans, identifier)["id"])
        cell = lt.cells(plans, indicators=[row.indicator]).set_index("jurisdiction").loc["ninghai"]
        assert cell["count"] or "; another document: " in cell["in_words"]
    assert str(lt.evidence_table(plans)).count(words) == len(ids)


def enlarge(folder, count):
    """Add places until there are so many, the first of them with a plan that has no end, was read in part, and is one of two
    documents; return all names.
    """
    templates = list(lt.load(folder).focus)
    for number in range(count - len(templates)):
        name = NAMES[number]
        newcomer(folder, name.lower(), name, templates[number % len(templates)])
    documents = folder / "documents.csv"
    number = next(n for n, row in enumerate(read(documents)) if row["jurisdiction"] == "ninghai")
    change(documents, number, period_end="")
    read_in_part(folder, "ninghai"), cite(folder, "ninghai")
    assert check(folder) == []
    names = list(lt.load(folder).places["name_en"])
    assert len(names) == count
    return names


def render_all(data, output):
    return render(data=data, output=output, say=lambda line: None).parent


def render_changed(data, folder):
    """Render the pages of six places with other headline figures, and script, markup and formulas in every cell of free text.

    The first and the last place have their pages, which are made alike; files to take away hold nothing.
    """
    copy = shutil.copytree(data, folder / "data")
    enlarge(copy, 6)
    set_sentinels(copy)
    focus, nothing = rendering._focus, dict.fromkeys(export.FILES, b"")
    with (
        contextlib.suppress(RenderError),
        patch.object(rendering, "_focus", lambda data: focus(data)[::5]),
        patch.object(export, "make", lambda data: nothing),
    ):
        render_all(spoil(copy), folder / "site")


@pytest.fixture(scope="module")
def crowded(changed, data, plans, tmp_path_factory):
    """The pages of six places, with script, markup and formulas in every cell of free text, and the names without."""
    site = changed / "site"
    if not site.exists():  # a sentence stops at figures that changed
        copy = shutil.copytree(data, tmp_path_factory.mktemp("crowded") / "data")
        enlarge(copy, 6)
        site = render_all(spoil(copy), copy.parent / "site")
    return [*plans.places["name_en"], NAMES[0]], site


def assert_every_chart_names(names, site):
    tables = {path.stem: path.read_text("utf-8") for path in site.glob("figures/*.csv")}
    assert "no stated end" in (site / "index.html").read_text("utf-8")
    missing = {chart: [name for name in names if name not in text] for chart, text in tables.items()}
    assert tables and not {chart: lacking for chart, lacking in missing.items() if lacking}


@pytest.mark.thorough
@pytest.mark.slow
def test_every_chart_names_every_place(crowded):
    assert_every_chart_names(*crowded)


@pytest.mark.soak
def test_every_chart_names_each_of_twelve_places(copy_data, tmp_path):
    names = enlarge(copy_data, 12)
    assert_every_chart_names(names, render_all(copy_data, tmp_path / "site"))


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.browser
def test_hostile_text_is_shown_and_never_run(crowded, chromium):
    _, site = crowded
    page, alerts = chromium.new_page(), []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    for path in sorted(site.glob("*.html")):
        page.goto(path.as_uri(), wait_until="load")
        assert page.evaluate("[...document.images].filter(e => e.getAttribute('src') == 'x').length") == 0, (
            path.name
        )
        assert (
            page.evaluate("[...document.scripts].filter(e => e.textContent.startsWith('alert(')).length") == 0
        ), path.name
    assert page.evaluate("document.body.textContent").count("<script>alert(1)</script>")
    page.close()
    assert alerts == []


@pytest.mark.thorough
@pytest.mark.slow
def test_no_formula_is_alive_in_the_rows_of_a_chart(crowded):
    _, site = crowded
    cells = [
        cell
        for path in site.glob("figures/*.csv")
        for row in csv.reader(path.open(encoding="utf-8", newline=""))
        for cell in row
    ]
    assert [cell for cell in cells if ATTACK[1:] in cell]
    assert not [cell for cell in cells if FORMULA.match(cell)]


# --- diff -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def two(data, tmp_path):
    return [shutil.copytree(data, tmp_path / name) for name in ("old", "new")]


def number_of(folder, **cells):
    return next(n for n, row in enumerate(read(folder / YUYAO)) if cells.items() <= row.items())


def test_no_change_is_said(two):
    assert diff(*two).empty
    run = CliRunner().invoke(main, ["diff", *map(str, two)])
    assert (run.exit_code, run.stdout) == (0, "No change of the data.\n")


def test_each_kind_of_change_is_a_sentence(two):
    old, new = two
    number = number_of(new, id="yuyao-pm25-2020")
    value = read(new / YUYAO)[number]["value"]
    change(new / YUYAO, number, value="36")
    firm = number_of(new, strength="plain", core="yes")
    change(new / YUYAO, firm, core="no")
    rows = read(new / "observations.csv")
    write(new / "observations.csv", rows[1:])
    newcomer(
        new,
        "ninghai",
        "Ninghai",
        rows=[
            promise(
                "ninghai", "air.pm25", kind="level", operator="<=", value="30", unit="微克/立方米", quote="30"
            )
        ],
    )
    changes = diff(old, new)
    reported = {(row.change, row.table, row.id): row.in_words for row in changes.itertuples()}
    assert reported["added", "targets", "ninghai-goal"] == "Ninghai, PM2.5: at most 30 µg/m³ by 2020"
    assert reported["added", "jurisdictions", "ninghai"] == "place: Ninghai"
    corrected = reported["corrected", "targets", "yuyao-pm25-2020"]
    assert (
        corrected.startswith("Yuyao, PM2.5: ")
        and "36 µg/m³ by 2020, formerly " in corrected
        and f"{value} µg/m³" in corrected
    )
    assert reported["recoded", "targets", read(new / YUYAO)[firm]["id"]].endswith(
        ": core 'no', formerly 'yes'"
    )
    assert [row.in_words for row in changes.query("change == 'removed'").itertuples()] == [
        f"{rows[0]['jurisdiction']}, {rows[0]['indicator']} {rows[0]['year']}: {rows[0]['value']} {rows[0]['unit']} ({rows[0]['scope']}; {rows[0]['source']})"
    ]
    assert list(changes["change"]) == sorted(
        changes["change"], key=["added", "removed", "corrected", "recoded", "reworded"].index
    )


def test_what_was_added_is_removed_the_other_way_round(two):
    old, new = two
    newcomer(new, "ninghai", "Ninghai")
    there, back = diff(old, new), diff(new, old)
    assert set(there["change"]) == {"added"} and set(back["change"]) == {"removed"}
    assert sorted(there["in_words"]) == sorted(back["in_words"])


def test_offsets_alone_are_no_change_for_readers(two):
    old, new = two
    change(new / YUYAO, 3, start="1")
    assert diff(old, new).empty


def test_a_changelog_can_be_made_from_it(two):
    old, new = two
    newcomer(new, "ninghai", "Ninghai", rows=[])
    text = to_markdown(diff(old, new))
    headline = sum(row["headline"] != "" for row in read(new / "indicators.csv"))
    assert text == f"#### Added\n\n- Place: Ninghai (`ninghai`), with 1 document and {headline} gaps"
    assert CliRunner().invoke(main, ["diff", str(old), str(new)]).stdout == text + "\n"


def test_folders_with_faults_are_not_compared(two):
    old, new = two
    line = change(new / YUYAO, 3, core="maybe")
    run = CliRunner().invoke(main, ["diff", str(old), str(new)])
    assert (
        run.exit_code == 1
        and run.stderr == f"{new / YUYAO}:{line}:core: 'maybe' is not allowed; allowed: yes, no\n"
    )
