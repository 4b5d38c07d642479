"""The README and its neighbours name only what exists, and say only what the data say."""

import json
import os
import re
import shlex
import tomllib
from pathlib import Path

import pytest

import lantian as lt
from lantian import wording
from lantian.cli import main
from lantian.render import NOTEBOOKS
from lantian.verification import SOURCES

ROOT = Path(__file__).parents[1]
README, CONTRIBUTING, CHANGELOG = ((ROOT / f"{name}.md").read_text("utf-8") for name in ("README", "CONTRIBUTING", "CHANGELOG"))
TEXTS = {"README": README, "CONTRIBUTING": CONTRIBUTING, "CHANGELOG": CHANGELOG}
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
TARGETS = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
TOP = {"notebooks", "data", "lib", "tests", "reports"}
each_text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


def without_blocks(text):
    return BLOCK.sub("", text)


def code(text):
    """Return all that is set as code: what stands between backticks, and each line of a shell block."""
    lines = [line for language, block in BLOCK.findall(text) if language == "sh" for line in block.splitlines()]
    return re.findall(r"`([^`\n]+)`", without_blocks(text)) + lines


def rows(text, heading):
    """Return the cells of the table beneath a heading, its head left out."""
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip().strip("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.split(" | ")] for line in lines[2:]]


# --- what is named exists -------------------------------------------------------------------------------------------


@each_text
def test_make_targets_exist(text):
    named = {word for piece in code(text) if piece.startswith("make ") for word in piece.split()[1:] if "=" not in word}
    assert named <= set(TARGETS)


@each_text
def test_lantian_commands_and_options_exist(text):
    commands = [shlex.split(piece.removeprefix(".venv/bin/")) for piece in code(text)]
    for _, *words in (command for command in commands if command[0] == "lantian"):
        command = main.commands[words[0]]
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words[1:] if word.startswith("-")} <= options


@each_text
def test_paths_exist(text):
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    pieces = [piece for piece in code(text) if re.fullmatch(r"[\w.-]+(/[\w.-]*)+|[\w-]+\.(md|cff|yml|toml|lock)|LICENSE|Makefile", piece)]
    paths = links + [piece for piece in pieces if piece.split("/")[0] in TOP or "/" not in piece]
    assert not [path for path in paths if not (ROOT / path).exists() and not (ROOT / "data" / path).exists()]


@each_text
def test_nothing_private_is_named(text):
    assert not re.findall(r"(?<![\w.:/])/(?:home|root|tmp|work|opt|usr)\b|localhost|pypi", text)


def test_set_up_by_hand_is_what_make_does():
    flags = " -qq --disable-pip-version-check"
    recipe = (ROOT / "Makefile").read_text("utf-8").replace('@"$(PYTHON)"', "python3").replace("@$(BIN)", ".venv/bin").replace(flags, "")
    by_hand, by_conda = (block.splitlines() for language, block in BLOCK.findall(README) if language == "sh")
    assert not [line for line in by_hand if f"\t{line}" not in recipe]
    remarks = [line.removeprefix("# ") for line in (ROOT / "environment.yml").read_text("utf-8").splitlines() if line.startswith("#")]
    assert " && ".join(by_conda[:-1]) in remarks and by_conda[-1] in remarks


def test_python_versions_are_those_of_the_lock():
    pattern = r"Python 3\.\d+ to 3\.\d+"
    assert re.findall(pattern, README)[0] == re.findall(pattern, (ROOT / "Makefile").read_text("utf-8"))[0]


@pytest.mark.parametrize("name", ["texts missing", pytest.param("texts", marks=pytest.mark.sources)])
def test_snippet_runs_and_runs_again(name, data, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANTIAN_DATA", str(data))
    if name == "texts":
        (tmp_path / name).symlink_to(Path(os.environ[SOURCES]).resolve())
    (snippet,) = (block for language, block in BLOCK.findall(README) if language == "python")
    for _ in range(2):
        exec(snippet, {})
    assert ("fragments proved: all" in capsys.readouterr().out) == (name == "texts")


# --- what is said is so ---------------------------------------------------------------------------------------------

ANSWERS = {
    "00_at_a_glance": (
        "{promised} of {cells} cells hold a promise; in the others the plan has words without a figure, leaves it to a level above, "
        "may have lost it, or says nothing. Of {indicators} headline subjects, these compare directly in value: {direct}."
    ),
    "01_coal": (
        "{tonnes} caps it in tonnes: {lanshan-coal-cap-2020}, {lanshan-coal-cap-2020:strength}. {held} holds it to the level of an earlier "
        "year: {yuyao-coal-cap-2020}, {yuyao-coal-cap-2020:strength}. Their earlier coal use is not known, so whether these caps "
        "are cuts cannot be told. No cap is found in the plans of {uncapped}."
    ),
    "02_air": (
        "Good-air days compare: {jincheng-good-days-2020:place} promises {jincheng-good-days-2020}, {yuyao-good-days-2020:place} "
        "{yuyao-good-days-2020}, with {yuyao-good-days-stretch-2020:amount} {yuyao-good-days-stretch-2020:strength}. PM2.5 does not: "
        "{jincheng-pm25-2020:place} sets a change ({jincheng-pm25-2020}), {yuyao-pm25-2020:place} a level ({yuyao-pm25-2020}), "
        "and the others no figure: {lanshan-gap-pm25:place} ({lanshan-gap-pm25}), {shuocheng-gap-pm25:place} ({shuocheng-gap-pm25}), "
        "{huludao-gap-pm25:place} ({huludao-gap-pm25})."
    ),
    "03_vehicles": (
        "Only {stock} turns whole fleets to new energy, in its built-up area: {stock_fleets}, {shuocheng-bus-stock-2020}. "
        "{yuyao-bus-new-2020:place} promises it of new buses ({yuyao-bus-new-2020}). {huludao-bus-new-2025:place} speaks of new vehicles and counts "
        "clean fuels in: {new_fleets}, {huludao-bus-new-2025}, {huludao-bus-new-2025:strength}."
    ),
    "04_everything_else": (
        "Energy, industry, buildings, farming, water, soil, waste and enforcement: {shared} further subjects are promised by two plans or more. "
        "Straw put to use compares across the most plans: {straw}."
    ),
    "05_cascade": (
        "{copied} goals are copied figure for figure from a level above, most of them by {copier}, whose plan has PM2.5 {shuocheng-gap-pm25}. "
        "Of {held_above} local goals held against a level above, {looser} are looser than one of them. The direct parents of {unread} plans were not read."
    ),
    "06_pace_and_wording": (
        "Energy per industrial output is to fall by {slow} a year in {huludao-industry-energy-2025:place} and {fast} in "
        "{lanshan-energy-intensity-industry-2020:place}. Every plan hedges: of {rows} promises {mandated} are mandated, {hedged} hedged and {aimed} aimed for."
    ),
    "07_duties_and_deadlines": "{dated} of {duties} core promises have a date. No lead is named in the plan of {leaderless}, whose annex is lost.",
    "place": "One page for each plan: what it promises, theme by theme, what it leaves open, and what came of it where that was measured.",
    "08_evidence": (
        "Because every row can be checked: {proved} fragments were found at their place in the texts, and of {numerals} numerals "
        "{unaccounted} are unaccounted for. {reread} rows were read a second time, blind, and agree in {agree} % of their fields."
    ),
}


@pytest.fixture(scope="module")
def claims(plans):
    """Return what the answers say beyond single targets, and whether their claims hold."""
    targets = plans.targets[plans.targets["role"] == "focus"]
    cells, far = lt.cells(plans, "headline"), lt.how_far(plans, "headline")
    fleet = targets[targets["indicator"].isin(["vehicles.new_energy", "vehicles.new_or_clean"])]
    stock = fleet[fleet["base"] == "stock"]
    huludao = fleet[fleet["jurisdiction"] == "huludao"]
    capped = targets[targets["indicator"] == "coal.consumption"]
    burnt = plans.observations[plans.observations["indicator"] == "coal.consumption"]
    judged = {name: lt.compare(plans, name) for name in lt.shared(plans)}
    reach = {name: rows.loc[rows["verdict"] == "direct", "jurisdiction"].nunique() for name, rows in judged.items()}
    same = judged["agriculture.straw_use"].query("verdict == 'direct'")
    plural = lambda name: name.replace("_", " ") + ("es" if name.endswith("s") else "s")
    named = lambda rows: wording.names([plural(name) for name in sorted(rows["subject"].unique())])
    alike = lambda rows: len({(wording.target(row), wording.strength(row)) for row in rows.itertuples()}) == 1
    chain, duties, strengths = lt.above(plans), lt.duties(plans), lt.strengths(plans)
    first = chain[chain["relation"] == "copied"].drop_duplicates("id")
    rate = lt.pace(plans, "energy.intensity_industry").set_index("id")["compound"]
    leaders = targets.groupby("place", sort=False)["lead_type"].agg(lambda kinds: (kinds == "none_named").all())
    values = {
        "copied": len(first),
        "copier": plans.focus.set_index("id")["name_en"][first["jurisdiction"].mode()[0]],
        "held_above": chain[chain["above_id"] != ""]["id"].nunique(),
        "looser": chain[chain["relation"] == "looser"]["id"].nunique(),
        "unread": plans.focus["parent"].isin(plans.documents.query("access == 'not_seen'")["jurisdiction"]).sum(),
        "slow": f"{-rate['huludao-industry-energy-2025']:.1f} %",
        "fast": f"{-rate['lanshan-energy-intensity-industry-2020']:.1f} %",
        "rows": len(targets),
        "mandated": strengths["mandated"].sum(),
        "hedged": strengths["hedged"].sum(),
        "aimed": strengths["aspirational"].sum(),
        "dated": (duties["quarter"] != "").sum(),
        "duties": len(duties),
        "leaderless": wording.names(leaders.index[leaders]),
        "cells": len(cells),
        "promised": (cells["count"] > 0).sum(),
        "indicators": cells["indicator"].nunique(),
        "direct": wording.names(far[far["verdict"] == "direct"]["indicator"].str.lower()),
        "tonnes": wording.who(plans, "coal.consumption", "value_basis == 'figure'"),
        "held": wording.who(plans, "coal.consumption", "value_basis == 'reference'"),
        "uncapped": wording.names(name for name in plans.focus["name_en"] if name not in set(capped["place"])),
        "stock": wording.names(dict.fromkeys(stock["place"])),
        "stock_fleets": named(stock),
        "new_fleets": named(huludao),
        "shared": len(lt.shared(plans)),
        "straw": wording.names(f"{row.label.split(' (')[0]} {row.printed} {row.date}" for row in same.itertuples()),
        "proved": f"{plans.accounts['proved'].sum():,}",
        "numerals": f"{plans.accounts['numerals'].sum():,}",
        "unaccounted": plans.accounts["unaccounted"].sum() or "none",
        "reread": plans.second_coding["target"].nunique(),
        "agree": f"{100 * (plans.second_coding['agree'] == 'yes').mean():.0f}",
    }
    sure = [
        ((far["verdict"] != "after conversion").all(), "nothing compares after conversion"),
        (set(stock["area"]) == {"built_up"}, "whole fleets are promised for the built-up area"),
        (alike(stock) and alike(huludao), "all of these fleets by one date, and as firmly"),
        (set(huludao["base"]) == {"new_or_replaced"}, "Huludao promises new vehicles only"),
        (set(huludao["indicator"]) == {"vehicles.new_or_clean"}, "Huludao counts clean fuels in"),
        (max(reach.values()) == reach["agriculture.straw_use"], "straw compares across the most plans"),
        (not set(capped["jurisdiction"]) & set(burnt["jurisdiction"]), "the earlier coal use of the places with a cap is not known"),
        ("PM2.5" not in set(far[far["verdict"] != "no"]["indicator"]), "PM2.5 does not compare"),
    ]
    return values, sure


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_question_is_the_notebooks_and_answer_the_datas(path, plans, claims):
    title = "".join(json.loads(path.read_text("utf-8"))["cells"][0]["source"]).splitlines()[0].removeprefix("# ")
    listed = {cells[0]: cells[1:] for cells in rows(README, "Questions and answers")}
    values, sure = claims
    assert path.stem in ANSWERS, f"word its answer in ANSWERS, here, and put it into the README's table: {title}"
    assert listed[f"[`{path.stem}`](notebooks/{path.name})"] == [title, str(lt.say(plans, ANSWERS[path.stem], sure, **values))]


def test_every_notebook_listed_is_there():
    assert len(rows(README, "Questions and answers")) == len(list(NOTEBOOKS.glob("*.ipynb")))


def test_plans_are_those_of_the_data(plans):
    assert f"The plans so far: {wording.names(plans.focus['label'])}." in README


def test_tables_are_those_of_the_schema(data):
    resources = json.loads((data / "datapackage.json").read_text("utf-8"))["resources"]
    paths = {"`targets/`" if isinstance(resource["path"], list) else f"`{resource['path']}`" for resource in resources}
    assert {cells[0] for cells in rows(README, "Tables")} == paths


def test_addresses_are_those_of_the_texts(plans):
    read = plans.documents[plans.documents["access"] == "full_text"]
    names = plans.jurisdictions.set_index("id")["name_en"]
    known = [f"- {names[row.jurisdiction]}: <{row.url}>" for row in read.itertuples() if row.url]
    assert re.findall(r"^- \w+: <http.*>$", README, re.M) == known
    assert (len(known), len(read)) == (2, 5), "the sentence before the addresses counts them"


def test_every_chart_shown_is_drawn_by_a_notebook():
    drawn = "".join(path.read_text("utf-8") for path in NOTEBOOKS.glob("*.ipynb"))
    shown = re.findall(r"!\[(.+)\]\(reports/figures/([\w-]+)\.svg\)", README)
    assert shown and all(f'name=\\"{name}\\"' in drawn for _, name in shown)
    assert README.index("## How far comparison goes") < README.index("![")


def test_answers_alone_hold_figures():
    """A figure elsewhere would have nothing that keeps it true."""
    before, rest = without_blocks(README).split("\n## Questions and answers\n")
    text = before + rest[rest.index("\n## ") :]
    text = re.sub(r"python3|The plans so far:.*?\.|<http\S+>|\(http\S+\)|CC BY 4\.0|Python 3\.\d+ to 3\.\d+|PM2\.5", "", text)
    assert not re.findall(r"\d+", text)


def test_tour_names_every_module():
    modules = {path.name for path in (ROOT / "lib/lantian").glob("*.py")} - {"__init__.py"}
    assert {cells[0].strip("`") for cells in rows(CONTRIBUTING, "A tour of lib/lantian")} == modules


def test_rows_named_as_examples_exist(plans):
    named = {row for cells in re.findall(r"^\| .* \| .* \| (`.*`) \|$", CONTRIBUTING, re.M) for row in re.findall(r"`([a-z0-9-]+)`", cells)}
    assert named and named <= {*plans.targets["id"], *plans.gaps["id"]}


def test_changelog_counts_the_data_of_this_version(plans):
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    newest = re.search(r"^## (.+)$", CHANGELOG, re.M)[1]
    if newest == "Unreleased":
        return
    released = re.search(r"^date-released: (\S+)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.M)[1]
    assert newest == f"{version} - {released}"
    roles, access = plans.targets["role"].value_counts(), plans.documents["access"].value_counts()
    lines = [
        f"{roles['focus']} targets of {len(plans.focus)} plans, and {roles['reference']} of the documents above them",
        f"{len(plans.gaps)} gaps",
        f"{len(plans.proofs)} further proofs",
        f"{len(plans.indicators)} indicators and {len(plans.units)} units",
        f"{len(plans.documents)} documents: {access['full_text']} read whole, {access['cited']} cited, {access['not_seen']} known but not seen",
        f"{len(plans.observations)} observations",
        f"{len(plans.numerals)} numerals listed as no promise, and {len(plans.text_defects)} defects of the texts",
    ]
    assert not [line for line in lines if f"- {line}" not in CHANGELOG], "true now; correct the list, or open a section Unreleased"
