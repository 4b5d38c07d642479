"""The files that set the project up say the same thing, and `make` does what the README promises."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
WANTED = [
    *PROJECT["dependencies"],
    *PROJECT["optional-dependencies"]["test"],
    *PYPROJECT["build-system"]["requires"],
]
TOOLS = {"pip", "wheel"}  # what a new environment may hold before anything is installed into it


def lock_entries():
    """Return the lock's entries, each joined to one line, without comments."""
    lines = [line for line in LOCK.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return "\n".join(lines).replace("\\\n", " ").splitlines()


def pins():
    """Return the locked requirements by canonical name."""
    requirements = [
        Requirement(entry.split("--hash")[0]) for entry in lock_entries() if not entry.startswith("-")
    ]
    return {canonicalize_name(r.name): r for r in requirements}


def pinned_version(requirement):
    (specifier,) = requirement.specifier
    return specifier.version


# --- the lock -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", WANTED)
def test_dependency_is_locked_at_a_version_it_allows(wanted):
    wanted = Requirement(wanted)
    locked = pins().get(canonicalize_name(wanted.name))
    assert locked, f"{wanted.name} is not in requirements.lock: run `make lock`"
    assert wanted.specifier.contains(pinned_version(locked)), (
        f"{locked} is locked, pyproject.toml wants {wanted}: run `make lock`"
    )
    assert locked.marker is None, f"{locked} is installed on some systems only"


def test_locked_build_group_is_what_the_build_requires():
    assert PYPROJECT["dependency-groups"]["build"] == PYPROJECT["build-system"]["requires"]


def test_every_line_of_the_lock_is_pinned_and_hashed():
    entry = re.compile(r"[a-z0-9-]+==[0-9][\w.]*( ; [^-]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")
    odd = [line for line in lock_entries() if not entry.fullmatch(line)]
    assert odd == ["--only-binary :all:"], "a source distribution would fetch its build tools without hashes"


def test_lock_has_one_version_of_each_package():
    requirements = [line for line in lock_entries() if not line.startswith("-")]
    assert len(pins()) == len(requirements)


def test_lock_names_no_place():
    assert not re.findall(r"://|@|index-url|find-links|(?<![\w.])/\w+|\b[\w-]+\.(?:org|com|io|net)\b", LOCK)


def test_installed_packages_are_those_of_the_lock():
    installed = {canonicalize_name(d.name): d.version for d in importlib.metadata.distributions()}
    locked = {
        name: pinned_version(r) for name, r in pins().items() if r.marker is None or r.marker.evaluate()
    }
    differing = {
        name: (installed.get(name), version)
        for name, version in locked.items()
        if installed.get(name) != version
    }
    assert not differing, f"(installed, locked): {differing}"
    if Path(sys.prefix) == ROOT / ".venv":
        assert installed.keys() - locked.keys() - TOOLS == {"lantian"}, (
            "not in the lock: `make distclean` starts afresh"
        )


# --- what else repeats a fact of pyproject.toml ---------------------------------------------------------------------


def test_conda_environment_installs_the_lock_under_an_allowed_python():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert environment["name"] == PROJECT["name"]
    assert set(environment["channels"]) == {"conda-forge", "nodefaults"}
    python, pip, by_pip = environment["dependencies"]
    assert pip == "pip"
    assert by_pip == {"pip": ["--requirement requirements.lock"]}
    offered = SpecifierSet(python.removeprefix("python "))
    minors = [f"3.{minor}" for minor in range(40) if offered.contains(f"3.{minor}")]
    assert minors, python
    assert all(minor in SpecifierSet(PROJECT["requires-python"]) for minor in minors)


def test_makefile_and_lock_start_at_the_python_that_the_project_requires():
    oldest = PROJECT["requires-python"].removeprefix(">=")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert f"sys.version_info < ({oldest.replace('.', ', ')})" in makefile
    assert f"--python-version {oldest}" in makefile
    assert set(re.findall(r"Python (3\.\d+) (?:or newer|to)", makefile)) == {oldest}


def test_citation_is_of_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert [author["name"].lower() for author in citation["authors"]] == [
        author["name"].lower() for author in PROJECT["authors"]
    ]


# --- make -----------------------------------------------------------------------------------------------------------

needs_make = pytest.mark.skipif(
    not shutil.which("make") or os.name != "posix", reason="make and a POSIX shell are not here"
)

# Stands for Python: makes environments whose commands write down what they are asked to do. FAIL makes one of them fail.
FAKE_PYTHON = """#!/bin/sh
case "$1" in -c|-S) exit 0;; esac
echo "${0##*/} $*" >> "$LOG"
case "$*" in *--require-hashes*) for n in 1 2 3 4 5; do printf 'Collecting a\\nCollecting b\\nCollecting c\\nCollecting d\\n'; done; echo Installing;; esac
case "$*" in *"${FAIL:-no such words}"*) exit 1;; esac
if [ "$2" = venv ]; then mkdir -p "$3/bin"; for name in python lantian uv; do cp "$0" "$3/bin/$name"; done; fi
"""


PROGRESS = ["Installing the packages", "  20 of ", "  putting them into place"]


class Checkout:
    """A copy of the set-up files in a folder whose name has blanks, and a Python that installs nothing."""

    def __init__(self, parent):
        self.folder = parent / "a check out"
        self.folder.mkdir()
        self.python = parent / "my python"
        self.log = parent / "log"
        for name in ("Makefile", "pyproject.toml", "requirements.lock"):
            shutil.copy(ROOT / name, self.folder)
        executable(self.python, FAKE_PYTHON)

    def make(self, *arguments, **variables):
        self.log.write_text("")
        inherited = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("MAKE", "MFLAGS", "LANTIAN_", "PYTHON", "THOROUGH"))
        }
        environment = (
            inherited | {"LC_ALL": "C", "PYTHON": str(self.python), "LOG": str(self.log)} | variables
        )
        return subprocess.run(
            ["make", *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60
        )

    def done(self):
        return self.log.read_text().splitlines()


def executable(path, text):
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


LINT = [
    "python -m ruff check lib tests benchmarks",
    "python -m ruff format --check lib tests benchmarks",
]
PYTEST = "python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder"
QUIET = "--disable-pip-version-check --root-user-action=ignore"
INSTALLATION = [
    "my python -m venv .venv",
    f"python -m pip install {QUIET} --require-hashes -r requirements.lock",
    f"python -m pip install -qq {QUIET} --no-deps --no-build-isolation -e .",
]


LAB = "python -m jupyterlab --LabApp.default_url=/lab/tree/notebooks --ServerApp.terminado_settings=shell_command=/bin/sh"


@needs_make
@pytest.mark.parametrize(
    ("target", "commands"),
    [
        ("reports", ["lantian render"]),
        ("check", ["lantian check"]),
        ("test", ["lantian check", *LINT, PYTEST]),
        ("lint", LINT),
        ("lab", [f"{LAB}{' --allow-root' * (os.name == 'posix' and os.getuid() == 0)}"]),
    ],
)
def test_target_is_a_first_command(checkout, target, commands):
    run = checkout.make(target, SHELL="/bin/sh")
    assert run.returncode == 0, run.stderr
    assert checkout.done() == INSTALLATION + commands
    again = checkout.make(target, SHELL="/bin/sh")
    assert checkout.done() == commands
    assert [run.stdout.count(line) for line in PROGRESS] == [1] * len(PROGRESS)
    assert not [line for line in PROGRESS if line in again.stdout]
    if target in ("reports", "lab"):
        assert again.stdout.splitlines()[-1].startswith("Open ")


@needs_make
@pytest.mark.parametrize("user", ["0", "1000"])
def test_lab_lets_root_in_and_has_the_command_in_its_terminals(checkout, user):
    """The PATH of JupyterLab is that of its terminals."""
    checkout.make("check")
    tools = checkout.folder.parent / "tools"
    tools.mkdir()
    executable(tools / "id", f"#!/bin/sh\necho {user}\n")
    executable(
        checkout.folder / ".venv/bin/python", '#!/bin/sh\necho "$PATH" >> "$LOG"; echo "$*" >> "$LOG"\n'
    )
    run = checkout.make("lab", PATH=f"{tools}{os.pathsep}{os.environ['PATH']}")
    assert run.returncode == 0, run.stderr
    path, command = checkout.done()[-2:]
    assert path.startswith(f"{checkout.folder}/.venv/bin:")
    assert command.startswith("-m jupyterlab") and command.endswith(" --allow-root") == (user == "0")


@needs_make
def test_lock_is_written_by_a_tool_that_is_not_kept(checkout):
    """For the oldest Python and every system, with hashes and ready-built files only."""
    run = checkout.make("lock", LOCK_FLAGS="--upgrade")
    assert run.returncode == 0, run.stderr
    environment, installation, compilation = checkout.done()
    scratch = Path(environment.removeprefix("my python -m venv "))
    assert installation == "python -m pip install -qq --disable-pip-version-check uv"
    assert compilation.startswith("uv pip compile ")
    assert compilation.endswith(" --upgrade pyproject.toml -o requirements.lock")
    wanted = {"--universal", "--generate-hashes", "--extra test", "--group build", "--only-binary :all:"}
    assert not {words for words in wanted if words not in compilation}
    assert not scratch.exists() and not (checkout.folder / ".venv").exists()


@needs_make
def test_check_verifies_the_evidence_where_the_sources_are_named(checkout):
    checkout.make("check", LANTIAN_SOURCES="/full texts")
    assert checkout.done()[-2:] == ["lantian check", "lantian verify --sources /full texts"]


@needs_make
@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_environment_is_redone_when_its_files_change(checkout, changed):
    checkout.make("check")
    for name, age in {
        "requirements.lock": 30,
        "pyproject.toml": 30,
        ".venv/.installed": 20,
        changed: 10,
    }.items():
        then = 1_000_000_000 - age
        os.utime(checkout.folder / name, (then, then))
    checkout.make("check")
    assert checkout.done() == [*INSTALLATION, "lantian check"]


@needs_make
@pytest.mark.parametrize("step", ["venv", "--require-hashes", "--no-build-isolation"])
def test_half_made_environment_is_redone(checkout, step):
    run = checkout.make("check", FAIL=step)
    assert run.returncode and "lantian check" not in checkout.done()
    (checkout.folder / ".venv/left over").mkdir(parents=True)
    assert checkout.make("check").returncode == 0
    assert checkout.done() == [*INSTALLATION, "lantian check"]
    assert not (checkout.folder / ".venv/left over").exists()


@needs_make
def test_environment_is_redone_when_the_checkout_moves(checkout):
    checkout.make("check")
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("moved"))
    checkout.make("check")
    assert checkout.done() == [*INSTALLATION, "lantian check"]


@needs_make
@pytest.mark.parametrize(
    ("module", "text", "advice"),
    [
        (
            "ensurepip.py",
            "raise ModuleNotFoundError(\"No module named 'ensurepip'\")",
            "apt install python3-venv",
        ),
        (
            "sitecustomize.py",
            "import sys; sys.version_info = (3, 10, 12, 'final', 0)",
            "install Python 3.11 or newer",
        ),
        (None, None, "install Python 3.11 or newer"),
    ],
    ids=["without ensurepip", "too old", "missing"],
)
def test_unfit_python_is_answered_by_one_sentence(checkout, module, text, advice):
    if module:
        (checkout.folder / module).write_text(text)
        executable(checkout.python, f'#!/bin/sh\nPYTHONPATH=. exec "{sys.executable}" "$@"\n')
    else:
        checkout.python.unlink()
    run = checkout.make("reports")
    (sentence,) = [line for line in run.stderr.splitlines() if not line.startswith(("make:", "make["))]
    assert advice in sentence and sentence.endswith(".") and str(checkout.python) in sentence
    assert "Error 1" in run.stderr and run.returncode
    assert not run.stdout


@needs_make
@pytest.mark.parametrize("link", [False, True], ids=["folder", "link"])
def test_environment_of_others_is_used_and_never_removed(checkout, link):
    theirs = checkout.folder / (".venv-of-mine" if link else ".venv")
    for name in ("python", "lantian"):
        (theirs / "bin").mkdir(parents=True, exist_ok=True)
        shutil.copy(checkout.python, theirs / "bin" / name)
    if link:
        (checkout.folder / ".venv").symlink_to(theirs)
    checkout.make("check")
    assert checkout.done() == ["lantian check"]
    (theirs / "bin/python").write_text("#!/bin/sh\nexit 1\n")
    run = checkout.make("check")
    assert run.returncode and "There is a .venv that make did not make, without Lantian" in run.stderr
    for target in (".venv/.installed", "distclean"):
        checkout.make(target)
    assert (theirs / "bin/lantian").exists() and (checkout.folder / ".venv").exists()


@needs_make
def test_clean_removes_what_was_rendered_and_nothing_else(checkout):
    shutil.copytree(ROOT / "lib", checkout.folder / "lib", ignore=shutil.ignore_patterns("__pycache__"))
    rendered = {"01_coal.html": b"ours", "figures/coal.csv": b"ours", "figures/coal.svg": b"ours"}
    write = "import sys; from pathlib import Path; from lantian.site import publish; publish.publish(eval(sys.argv[1]), {}, Path('reports').resolve())"
    environment = os.environ | {"PYTHONPATH": str(checkout.folder / "lib")}
    command = [sys.executable, "-c", write, repr(rendered)]
    subprocess.run(command, cwd=checkout.folder, env=environment, check=True)
    kept = ["reports/mine.html", "reports/figures/mine.csv", "reports/assets/mine.js", "data/units.csv"]
    for name in kept:
        (checkout.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout.folder / name).touch()
    run = checkout.make("clean", PYTHON=sys.executable)
    assert run.returncode == 0, run.stderr
    assert all((checkout.folder / name).exists() for name in [*kept, "reports/figures/coal.svg"])
    found = {path.name for path in (checkout.folder / "reports").rglob("*") if path.is_file()}
    assert found == {"mine.html", "mine.csv", "mine.js", "coal.svg"}
    assert checkout.make("distclean", PYTHON=sys.executable).returncode == 0
    assert all((checkout.folder / name).exists() for name in kept)
