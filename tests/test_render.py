"""A render does no work twice, gives the same bytes everywhere, and leaves an old set or a new one, whatever happens."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from edit import change, contents, read
from lantian.data.schema import CHECKOUT
from lantian.site import execute as execution
from lantian.site import forkserver, publish
from lantian.site import render as rendering
from lantian.site.render import NOTEBOOKS, RenderError, render

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-c", "from lantian.cli import main; main()", "render"]
PROC = Path("/proc")


def write_notebook(path, *sources):
    """Write a notebook of a heading and code cells; return its path."""
    cells = [{"cell_type": "markdown", "id": "question", "metadata": {}, "source": f"# What of {path.stem}?"}]
    cells += [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate(sources, 1)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}), "utf-8"
    )
    return path


class Suite:
    """Two small notebooks as the whole suite, the folder of their pages, and what was said."""

    def __init__(self, folder, data):
        self.notebooks, self.output, self.data, self.said = folder / "notebooks", folder / "reports", data, []
        self.first = write_notebook(self.notebooks / "00_first.ipynb", "2 + 2")
        self.second = write_notebook(self.notebooks / "01_second.ipynb", "print('so')", "40 + 2")

    def render(self, *notebooks, **options):
        self.said.clear()
        render(notebooks, self.data, self.output, self.said.append, **options)
        return contents(self.output)

    @property
    def executed(self):
        return sorted(line.removesuffix(": done") for line in self.said if line.endswith(": done"))

    def start(self, *arguments, **environment):
        """Start a render of both, by the command line, in a process of its own."""
        command = [
            *COMMAND,
            str(self.first),
            str(self.second),
            "--data",
            str(self.data),
            "--output",
            str(self.output),
            *arguments,
        ]
        return subprocess.Popen(
            command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    @property
    def whole(self):
        known = publish.read_set(self.output)
        return bool(known) and publish.intact(self.output, known)


@pytest.fixture
def suite(tmp_path, data, monkeypatch, one_executor):
    monkeypatch.setattr(rendering, "NOTEBOOKS", tmp_path / "notebooks")
    return Suite(tmp_path, data)


# --- the same as others make, and the same everywhere ---------------------------------------------------------------


def test_outputs_are_those_of_a_stock_run(data, site, tmp_path):
    path = NOTEBOOKS / "01_coal.ipynb"
    ours = json.loads((site / ".lantian/01_coal.ipynb").read_text("utf-8"))
    command = [
        sys.executable,
        "-m",
        "jupyter",
        "nbconvert",
        "--execute",
        "--to",
        "notebook",
        "--output-dir",
        str(tmp_path),
        str(path),
    ]
    subprocess.run(
        command,
        env=os.environ | execution.FIXED | {"LANTIAN_DATA": str(data)},
        check=True,
        capture_output=True,
    )
    stock = json.loads((tmp_path / "01_coal.ipynb").read_text("utf-8"))
    assert [joined(cell.get("outputs")) for cell in ours["cells"]] == [
        joined(cell.get("outputs")) for cell in stock["cells"]
    ]


def joined(value):
    """Join the lines that a notebook file keeps as lists."""
    if isinstance(value, dict):
        return {key: joined(item) for key, item in value.items()}
    if isinstance(value, list):
        return (
            "".join(value)
            if value and all(isinstance(item, str) for item in value)
            else [joined(item) for item in value]
        )
    return value


ELSEWHERE = (
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Shanghai", "LC_ALL": "C", "USER": "one", "COLUMNS": "40"},
    {
        "PYTHONHASHSEED": "2",
        "TZ": "America/Lima",
        "LC_ALL": "C.UTF-8",
        "USER": "two",
        "PYTHONWARNINGS": "always",
    },
)


@pytest.mark.parametrize("name", ["02_air.ipynb"])
def test_same_bytes_in_every_folder_and_environment(data, tmp_path, name):
    sets = [
        from_elsewhere(tmp_path / f"user {number}", data, name, environment)
        for number, environment in enumerate(ELSEWHERE)
    ]
    assert len(sets[0]) > 5
    assert sets[0] == sets[1]


def from_elsewhere(home, data, name, environment):
    """Render in a copy of the checkout, as a user who has settings of their own."""
    for folder in ("lib", "notebooks"):
        shutil.copytree(CHECKOUT / folder, home / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("requirements.lock", "CITATION.cff"):
        shutil.copy(CHECKOUT / file, home)
    shutil.copytree(data, home / "data")
    settings = {home / ".config/matplotlib/matplotlibrc": f"lines.linewidth: {environment['PYTHONHASHSEED']}"}
    settings |= {home / ".ipython/profile_default/startup/mine.py": f"print({environment['USER']!r})"}
    for path, text in settings.items():
        path.parent.mkdir(parents=True)
        path.write_text(text)
    command = [
        *COMMAND,
        str(home / "notebooks" / name),
        "--data",
        str(home / "data"),
        "--output",
        str(home / "out"),
    ]
    environment = os.environ | environment | {"PYTHONPATH": str(home / "lib"), "HOME": str(home)}
    subprocess.run(command, cwd=home, env=environment, check=True, capture_output=True)
    return {
        path: found
        for path, found in contents(home / "out").items()
        if path.suffix in (".html", ".svg", ".csv", ".png")
    }


def test_plain_kernels_give_the_same_and_are_told(suite, monkeypatch):
    forked = suite.render()
    monkeypatch.setattr(forkserver, "can_fork", lambda: False)
    assert suite.render(force=True) == forked
    assert suite.said[0].startswith("This platform cannot fork")


# --- no work twice --------------------------------------------------------------------------------------------------


def test_what_has_not_changed_is_not_rendered_again(suite):
    before = suite.render()
    assert suite.executed == ["00_first", "01_second"]
    assert suite.render() == before
    assert suite.said == ["Nothing has changed since these pages were rendered."]
    suite.render(force=True)
    assert suite.executed == ["00_first", "01_second"]


def test_one_changed_notebook_renders_that_one_and_the_index(suite):
    before = suite.render()
    write_notebook(suite.first, "import lantian as lt", "lt.say(lt.load(), 'So it is.')")
    after = suite.render()
    assert suite.executed == ["00_first"]
    changed = {str(path) for path in after if after[path] != before.get(path)}
    assert changed == {"00_first.html", "index.html", ".lantian/00_first.ipynb", ".lantian/set.json"}


def test_page_is_made_again_when_the_title_of_another_changes(suite):
    before = suite.render()
    suite.first.write_text(suite.first.read_text().replace("What of 00_first?", "Why?"))
    assert suite.render()[Path("01_second.html")] != before[Path("01_second.html")]
    assert suite.executed == ["00_first"]


def test_page_goes_with_its_notebook(suite):
    suite.render()
    suite.second.unlink()
    assert Path("01_second.html") not in suite.render()
    assert suite.executed == []


@pytest.mark.parametrize("name", ["00_first.html", "index.html", ".lantian/01_second.ipynb"])
def test_spoiled_file_is_made_again(suite, name):
    before = suite.render()
    (suite.output / name).write_text("spoiled")
    assert suite.render() == before


def test_change_of_data_renders_everything(suite, copy_data):
    suite.data = copy_data
    suite.render()
    change(copy_data / "indicators.csv", 0, definition="Another definition.")
    suite.render()
    assert suite.executed == ["00_first", "01_second"]


def test_nothing_heavy_is_imported_when_nothing_has_changed(suite):
    suite.render()
    code = "import sys; from lantian.cli import main; main(standalone_mode=False); print({'pandas', 'nbformat', 'matplotlib', 'plotly'} & {*sys.modules})"
    arguments = ["render", str(suite.first), "--data", str(suite.data), "--output", str(suite.output)]
    run = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "set()"


def test_place_has_a_page_for_each_focus_place(suite):
    write_notebook(suite.notebooks / "place.ipynb", "import os", "print(os.environ['LANTIAN_PLACE'])")
    pages = suite.render()
    places = sorted(
        (row for row in read(suite.data / "jurisdictions.csv") if row["role"] == "focus"),
        key=lambda row: int(row["order"]),
    )
    assert suite.executed == sorted(["00_first", "01_second", *(f"place_{row['id']}" for row in places)])
    for row in places:
        page = pages[Path(f"place_{row['id']}.html")].decode()
        assert f"{row['name_en']}: What of place?" in page and re.search(rf">{row['id']}\s*</pre>", page)
    listed = re.findall(r'"(place_\w+)\.html"', pages[Path("index.html")].decode())
    assert list(dict.fromkeys(listed)) == [f"place_{row['id']}" for row in places]


# --- failures -------------------------------------------------------------------------------------------------------


def test_every_failure_is_named_and_nothing_changes(suite):
    before = suite.render()
    write_notebook(suite.first, "2 + 2", "fine = 1\nthis is wrong!")
    write_notebook(suite.second, "import os\nos._exit(3)")
    with pytest.raises(RenderError) as failure:
        suite.render()
    first, error, second = str(failure.value).splitlines()
    assert first == "00_first.ipynb, code cell 2 (id cell-2), line 2:" and error.startswith("  SyntaxError")
    assert second == "01_second.ipynb, code cell 1 (id cell-1): its kernel died"
    assert contents(suite.output) == before


def marked(name):
    """Return the processes, dead ones aside, whose environment holds a mark."""
    found = []
    for path in PROC.glob("[0-9]*/environ"):
        try:
            if (
                name.encode() in path.read_bytes()
                and path.with_name("stat").read_text().rpartition(")")[2].split()[0] != "Z"
            ):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def wait_for(condition, otherwise, seconds=60):
    """Wait until something is so, and fail with words when it is not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)


needs_proc = pytest.mark.skipif(not PROC.is_dir(), reason="processes are listed in /proc")


@needs_proc
def test_killed_render_leaves_the_old_set_and_no_process(suite):
    suite.render()
    before, mark = contents(suite.output), f"MARK-{suite.output}"
    write_notebook(suite.first, "import time", "time.sleep(60)")
    process = suite.start(LANTIAN_MARK=mark)
    wait_for(lambda: len(marked(mark)) >= 3, "the render, the process that forks and a kernel did not start")
    process.kill()
    process.communicate()
    wait_for(lambda: not marked(mark), "a process is left")
    assert contents(suite.output) == before
    write_notebook(suite.first, "2 + 3")
    suite.render()
    assert suite.whole and not list(suite.output.parent.glob(".reports.*"))


def test_two_renders_at_once_both_end_well(suite):
    processes = [suite.start() for _ in range(2)]
    said = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert sorted("Nothing has changed" in text for text in said) == [False, True]
    assert suite.whole and not list(suite.output.parent.glob(".reports.*"))


# --- putting a set in place -----------------------------------------------------------------------------------------

OLD, NEW = ({"index.html": text, "figures/one.svg": text} for text in (b"old", b"new"))


def put(files, folder):
    with publish.locked(folder):
        publish.publish(files, {}, folder)


@pytest.mark.parametrize("steps", [1, 2])
def test_set_is_replaced_whole_and_other_files_stay(tmp_path, monkeypatch, steps):
    if steps == 2:
        monkeypatch.setattr(publish, "_exchange", lambda one, other: False)
    folder = tmp_path / "reports"
    put(OLD | {"gone.html": b"old"}, folder)
    (folder / "mine.txt").write_bytes(b"mine")
    put(NEW, folder)
    found = {str(path): content for path, content in contents(folder).items() if path.name != "set.json"}
    assert found == NEW | {"mine.txt": b"mine"}
    assert list(tmp_path.iterdir()) == [folder]


def test_render_stopped_between_two_renamings_is_undone(tmp_path):
    folder = tmp_path / "reports"
    put(OLD, folder)
    before = contents(folder)
    folder.rename(tmp_path / ".reports.old")
    put(NEW, tmp_path / "new")
    (tmp_path / "new").rename(tmp_path / ".reports.new")
    with publish.locked(folder):
        assert contents(folder) == before
    assert list(tmp_path.iterdir()) == [folder]


def test_full_disk_leaves_the_old_set(tmp_path, monkeypatch):
    folder = tmp_path / "reports"
    put(OLD, folder)
    before, write = contents(folder), Path.write_bytes

    def full(path, content):
        if path.suffix == ".svg":
            raise OSError(28, "No space left on device", str(path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        put(NEW, folder)
    assert contents(folder) == before and list(tmp_path.iterdir()) == [folder]


def test_folder_of_other_things_is_refused(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home/thesis.txt").write_text("mine")
    with pytest.raises(publish.PublishError, match=r"holds other files \(thesis.txt\)"):
        put(NEW, tmp_path / "home")
    assert contents(tmp_path / "home") == {Path("thesis.txt"): b"mine"}
