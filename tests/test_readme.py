"""The README and its neighbours name only what exists, and say only what the data say."""

import json
import os
import re
import shlex
import shutil
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from edit import contents
from lantian.cli import main
from lantian.data.schema import DataError
from lantian.proof.verify import SOURCES
from lantian.site.codebook import readme
from lantian.site.render import NOTEBOOKS

ROOT = Path(__file__).parents[1]
README, CONTRIBUTING, CHANGELOG = (
    (ROOT / f"{name}.md").read_text("utf-8") for name in ("README", "CONTRIBUTING", "CHANGELOG")
)
TEXTS = {"README": README, "CONTRIBUTING": CONTRIBUTING, "CHANGELOG": CHANGELOG}
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
TARGETS = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M)
TOP = {"notebooks", "data", "lib", "sql", "tests", "reports"}
each_text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


def without_blocks(text):
    return BLOCK.sub("", text)


def code(text):
    """Return all that is set as code: what stands between backticks, and each line of a shell block."""
    lines = [
        line for language, block in BLOCK.findall(text) if language == "sh" for line in block.splitlines()
    ]
    return re.findall(r"`([^`\n]+)`", without_blocks(text)) + lines


def rows(text, heading):
    """Return the cells of the table beneath a heading, its head left out."""
    section = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip().strip("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.split(" | ")] for line in lines[2:]]


# --- what is named exists -------------------------------------------------------------------------------------------


@each_text
def test_make_targets_exist(text):
    named = {
        word
        for piece in code(text)
        if piece.startswith("make ")
        for word in piece.split()[1:]
        if "=" not in word
    }
    assert named <= set(TARGETS)


@each_text
def test_lantian_commands_and_options_exist(text):
    pieces = [piece.removeprefix(".venv/bin/") for piece in code(text)]
    for _, *words in (shlex.split(piece) for piece in pieces if piece.split()[0] == "lantian"):
        command = main.commands[words[0]]
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words[1:] if word.startswith("-")} <= options


@each_text
def test_paths_exist(text):
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    pieces = [
        piece
        for piece in code(text)
        if re.fullmatch(r"[\w.-]+(/[\w.-]*)+|[\w-]+\.(md|cff|yml|toml|lock)|LICENSE|Makefile", piece)
    ]
    paths = links + [piece for piece in pieces if piece.split("/")[0] in TOP or "/" not in piece]
    assert not [path for path in paths if not (ROOT / path).exists() and not (ROOT / "data" / path).exists()]


@each_text
def test_nothing_private_is_named(text):
    assert not re.findall(r"(?<![\w.:/])/(?:home|root|tmp|work|opt|usr)\b|localhost|pypi", text)


def test_set_up_by_hand_is_what_make_does():
    shorter = {'@"$(PYTHON)"': "python3", "@{ ": "@", "@$(BIN)": ".venv/bin", " -qq": "", " $(PIP)": ""}
    recipe = (ROOT / "Makefile").read_text("utf-8")
    for words, short in shorter.items():
        recipe = recipe.replace(words, short)
    by_hand, by_conda = (block.splitlines() for language, block in BLOCK.findall(README) if language == "sh")
    assert not [line for line in by_hand if f"\t{line}" not in recipe]
    remarks = [
        line.removeprefix("# ")
        for line in (ROOT / "environment.yml").read_text("utf-8").splitlines()
        if line.startswith("#")
    ]
    assert " && ".join(by_conda[:-1]) in remarks and by_conda[-1] in remarks


def test_python_versions_are_those_of_the_lock():
    pattern = r"Python 3\.\d+ to 3\.\d+"
    assert re.findall(pattern, README)[0] == re.findall(pattern, (ROOT / "Makefile").read_text("utf-8"))[0]


@pytest.fixture(scope="module")
def reader_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("reader")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("texts missing", marks=pytest.mark.thorough),
        pytest.param("texts", marks=pytest.mark.sources),
    ],
)
def test_snippet_runs_and_runs_again(name, data, reader_folder, monkeypatch, capsys):
    """Again in the same folder: with the texts, where they are here, or else without."""
    monkeypatch.chdir(reader_folder)
    monkeypatch.setenv("LANTIAN_DATA", str(data))
    if name == "texts":
        (reader_folder / name).symlink_to(Path(os.environ[SOURCES]).resolve())
    (snippet,) = (block for language, block in BLOCK.findall(README) if language == "python")
    for _ in range(1 if os.environ.get(SOURCES) else 2):
        exec(snippet, {})
    assert ("fragments proved: all" in capsys.readouterr().out) == (name == "texts")


# --- what is said is so ---------------------------------------------------------------------------------------------


def test_what_the_data_write_is_up_to_date(data, loaded):
    assert readme(README, data) == README, "run `lantian codebook`"


def test_answer_that_is_no_longer_true_names_its_notebook(copy_data, loaded):
    shutil.copytree(NOTEBOOKS, copy_data.parent / "notebooks")
    notebook = copy_data.parent / "notebooks/02_air.ipynb"
    notebook.write_text(
        notebook.read_text("utf-8").replace("{yuyao-pm25-2020}", "{yuyao-pm25-gone}"), "utf-8"
    )
    with pytest.raises(
        DataError, match=r"02_air\.ipynb:finding: yuyao-pm25-gone is neither a target nor a gap"
    ):
        readme(README, copy_data)


def test_codebook_writes_both_and_nothing_else(copy_data, loaded):
    shutil.copytree(NOTEBOOKS, copy_data.parent / "notebooks")
    stale = README.replace("The plans so far:", "The plans were:").replace("| [`01_coal`]", "| [`gone`]")
    (copy_data.parent / "README.md").write_text(stale, "utf-8")
    (copy_data / "README.md").write_text("# Codebook\n\nWritten by `lantian codebook`, long ago.\n", "utf-8")
    cited = (ROOT / "CITATION.cff").read_text("utf-8")
    (copy_data.parent / "CITATION.cff").write_text(re.sub("(?m)^    title: .*", "", cited), "utf-8")
    package = (copy_data / "datapackage.json").read_text("utf-8")
    (copy_data / "datapackage.json").write_text(package.replace('"bytes": ', '"bytes": 1'), "utf-8")
    before = contents(copy_data.parent)
    run = CliRunner().invoke(main, ["codebook", "--data", str(copy_data)], catch_exceptions=False)
    after = contents(copy_data.parent)
    changed = {str(path) for path in after if after[path] != before.get(path)}
    written = {"README.md", "CITATION.cff", "data/README.md", "data/datapackage.json"}
    assert changed == written and len(run.stdout.splitlines()) == len(written)
    assert (copy_data.parent / "README.md").read_text("utf-8") == README
    assert (copy_data.parent / "CITATION.cff").read_text("utf-8") == cited
    assert (copy_data / "datapackage.json").read_text("utf-8") == package


def test_every_notebook_listed_is_there():
    named = {cells[0] for cells in rows(README, "Questions and answers")}
    assert named and named <= {
        f"[`{path.stem}`](notebooks/{path.name})" for path in NOTEBOOKS.glob("*.ipynb")
    }
    assert len(named) == len(
        [path for path in NOTEBOOKS.glob("*.ipynb") if '"question"' in path.read_text("utf-8")]
    )


def test_tables_are_those_of_the_schema(data):
    resources = json.loads((data / "datapackage.json").read_text("utf-8"))["resources"]
    paths = {
        "`targets/`" if isinstance(resource["path"], list) else f"`{resource['path']}`"
        for resource in resources
    }
    assert {cells[0] for cells in rows(README, "Tables")} == paths


def test_every_chart_shown_is_drawn_by_a_notebook():
    drawn = "".join(path.read_text("utf-8") for path in NOTEBOOKS.glob("*.ipynb"))
    shown = re.findall(r"!\[(.+)\]\(reports/figures/([\w-]+)\.svg\)", README)
    assert shown and all(f'name=\\"{name}\\"' in drawn for _, name in shown)
    assert README.index("## What compares, and in which degree") < README.index("![")


def test_answers_alone_hold_figures():
    """A figure elsewhere would have nothing that keeps it true."""
    before, rest = without_blocks(README).split("\n## Questions and answers\n")
    text = re.sub("(?s)<!-- drafts -->.*?<!-- end -->", "", before + rest[rest.index("\n## ") :])
    text = re.sub(
        r"python3|The plans so far:.*?\.|<http\S+>|\(http\S+\)|CC BY 4\.0|Python 3\.\d+ to 3\.\d+|PM2\.5",
        "",
        text,
    )
    assert not re.findall(r"\d+", text)


def tour():
    """List the packages of the library, each with its modules, as the tour has them."""
    packages = {}
    for name, _ in rows(CONTRIBUTING, "A tour of lib/lantian"):
        name = name.strip("*`")
        packages |= {name.rstrip("/"): []} if name.endswith("/") else {}
        if name.endswith(".py"):
            [*packages.values()][-1].append(name)
    return packages


def test_tour_names_every_module():
    library = ROOT / "lib/lantian"
    found = {
        folder.name: {path.name for path in folder.glob("*.py")} - {"__init__.py"}
        for folder in library.iterdir()
        if (folder / "__init__.py").exists()
    }
    assert {name: set(modules) for name, modules in tour().items()} == found
    assert {path.name for path in library.glob("*.py")} == {"__init__.py", "cli.py", "errors.py"}


@pytest.mark.parametrize("package", tour())
def test_package_uses_only_those_above_it(package):
    above = [*tour()][: [*tour()].index(package) + 1]
    used = {
        name
        for path in (ROOT / "lib/lantian" / package).glob("*.py")
        for name in re.findall(r"^ *from lantian\.(\w+)", path.read_text("utf-8"), re.M)
    }
    assert used <= {*above, "errors"}  # which stands beside the packages


def test_rows_named_as_examples_exist(plans):
    named = {
        row
        for cells in re.findall(r"^\| .* \| .* \| (`.*`) \|$", CONTRIBUTING, re.M)
        for row in re.findall(r"`([a-z0-9-]+)`", cells)
    }
    assert named and named <= {*plans.every_target["id"], *plans.gaps["id"]}


def test_changelog_counts_the_data_of_this_version(plans):
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    newest = re.search(r"^## (.+)$", CHANGELOG, re.M)[1]
    released = re.search(r"- \d+ targets of (\d+) plans", CHANGELOG)
    if newest == "Unreleased" or len(plans.focus) > int(
        released[1]
    ):  # places that somebody added are none of ours
        return
    released = re.search(r"^date-released: (\S+)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.M)[1]
    assert newest == f"{version} - {released}"
    roles, access = plans.every_target["role"].value_counts(), plans.documents["access"].value_counts()
    lines = [
        f"{roles['focus']} targets of {len(plans.focus)} plans, and {roles['reference']} of the documents above them",
        f"{len(plans.gaps)} gaps",
        f"{len(plans.proofs)} further proofs",
        f"{len(plans.indicators)} indicators and {len(plans.units)} units",
        f"{len(plans.documents)} documents: {access['full_text']} read whole, {access['cited']} cited, {access['not_seen']} known but not seen",
        f"{len(plans.observations)} observations",
        f"{len(plans.numerals)} numerals listed as no promise, and {len(plans.text_defects)} defects of the texts",
    ]
    assert not [line for line in lines if f"- {line}" not in CHANGELOG], (
        "true now; correct the list, or open a section Unreleased"
    )
