"""A render does no work twice, gives the same bytes everywhere, and leaves an old set or a new one, whatever happens."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from edit import change, contents, read
from lantian.cli import main
from lantian.data import export, files
from lantian.data.schema import CHECKOUT
from lantian.site import evidence, pages, publish
from lantian.site import execute as execution
from lantian.site import render as rendering
from lantian.site.render import NOTEBOOKS, RenderError, render

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-c", "from lantian.cli import main; main()", "render"]
PLAIN = [*COMMAND]
PLAIN[2] = f"from lantian.site import execute; execute.can_fork = lambda: False; {COMMAND[2]}"
PROC = Path("/proc")


def write_notebook(path, *sources, tags=(), **metadata):
    """Write a notebook of a heading and code cells, all with the same tags, which declares that it reads no file; return its path."""
    tagged = {"tags": [*tags]}
    cells = [
        {"cell_type": "markdown", "id": "question", "metadata": tagged, "source": f"# What of {path.stem}?"}
    ]
    cells += [code_cell(f"cell-{number}", source, tagged) for number, source in enumerate(sources, 1)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    metadata = kernel | {"lantian": {"page": path.stem, "reads": []}} | metadata
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}), "utf-8"
    )
    return path


def code_cell(name, source, metadata=()):
    code = {"cell_type": "code", "outputs": [], "execution_count": None}
    return code | {"id": name, "metadata": dict(metadata), "source": source}


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

    def start(self, *arguments, command=COMMAND, **environment):
        """Start a render of both, by the command line, in a process of its own."""
        command = [
            *command,
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
    # Of the files with the data the suite has none but their names, which say of which tables they are; of rows, none.
    monkeypatch.setattr(export, "make", lambda data: dict.fromkeys(export.FILES, table(data)))
    monkeypatch.setattr(evidence, "script", lambda plans: "")
    return Suite(tmp_path, data)


def table(data):
    return (data / "indicators.csv").read_bytes()[-200:]


# --- the same as others make, and the same everywhere ---------------------------------------------------------------


# What cells do in a kernel that a plain `exec` would not, each once.
CELLS = """
print("a")
1 + 1
---
import sys
print("out"); print("err", file=sys.stderr); print("out again", end="")
---
from IPython.display import HTML, Image, Latex, Markdown, clear_output, display, update_display
display(HTML("<b>x</b>"), metadata={"text/html": {"wide": True}}); print("after"); display(3, Latex("$y$"))
---
handle = display("first", display_id="mine")
---
update_display("second", display_id="mine"); handle.update("third")
---
for number in range(3): clear_output(wait=True); print(number)
---
print("gone"); clear_output(); print("kept")
---
!echo by the shell; echo badly >&2
found = !echo caught
found
---
import os, subprocess, time
print("before"); subprocess.run(["echo", "by a program"]); os.system("echo by the system"); print("behind")
time.sleep(1)  # a stock kernel under load loses what programs wrote just before a cell ends
---
%%bash
echo in bash; echo badly >&2
---
%%capture caught
print("hidden"); display(1)
---
caught.show()
---
import asyncio
async def later(): await asyncio.sleep(0); return 42
task = asyncio.create_task(later()); await later()
---
await asyncio.sleep(0.05); task.result()
---
import matplotlib.pyplot as plt
plt.plot([1, 2, 3])
---
plt.plot([1, 2]); plt.show(); print("between"); plt.plot([2, 1]);
---
%matplotlib inline
figure, axes = plt.subplots(figsize=(1, 1)); plt.close(figure); figure
---
import seaborn; seaborn.lineplot(x=[1, 2], y=[1, 2])
---
1 / 0
---
def deep(n): return deep(n - 1) if n else undefined
deep(2)
---
x = = 3
---
input("name?")
---
raise SystemExit(3)
---
get_ipython().set_next_input("later")
---
len?
---
_, len(In), sorted(Out)
---
import threading
thread = threading.Thread(target=print, args=["by a thread"]); thread.start(); thread.join()
---
import multiprocessing
with multiprocessing.get_context("fork").Pool(1) as pool: pool.map(print, ["by a fork"])
---
import pickle
class Mine: _repr_html_ = lambda self: "<i>mine</i>"
pickle.loads(pickle.dumps(Mine()))
---
class Broken:
    def _repr_html_(self): raise ValueError("no HTML")
Broken()
---
import logging; logging.warning("careful")
---
import pandas; print(pandas.DataFrame(1, [0], range(30))); pandas.DataFrame({"a": [1, None]})
---
import lantian as lt
plans = lt.load(); lt.say(plans, "By {yuyao-pm25-2020:date}.")
---
lt.charts.explore(plans, "coal")
---
__name__, sys.argv[1], sys.stdout.isatty(), "IPKernelApp" in get_ipython().config, os.getcwd() in sys.path
""".strip().split("\n---\n")


@pytest.mark.thorough
def test_outputs_are_those_of_a_stock_run(data, site, tmp_path, one_executor):
    everything = write_notebook(tmp_path / "notebooks/everything.ipynb", *CELLS)
    notebook = json.loads(everything.read_text("utf-8"))
    for cell in notebook["cells"][1:]:
        cell["metadata"]["tags"] = ["raises-exception"]
    everything.write_text(json.dumps(notebook), "utf-8")
    paths = [NOTEBOOKS / "06_pace_and_wording.ipynb", everything]
    render([everything], data, tmp_path / "ours", say=print)
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--execute", "--to", "notebook"]
    environment = os.environ | execution.FIXED | {"LANTIAN_DATA": str(data)}
    environment.pop("PYTEST_CURRENT_TEST")  # with it, a kernel does not show what programs write
    subprocess.run(
        [*command, "--output-dir", str(tmp_path / "stock"), *map(str, paths)],
        env=environment,
        check=True,
        capture_output=True,
    )
    for path, folder in zip(paths, (site, tmp_path / "ours")):
        ours, stock = (
            json.loads(made.joinpath(path.name).read_text("utf-8"))
            for made in (folder / ".lantian", tmp_path / "stock")
        )
        for mine, theirs in zip(ours["cells"], stock["cells"], strict=True):
            assert shown(mine) == shown(theirs), "".join(theirs["source"])
        assert ours["metadata"] == stock["metadata"]


def shown(cell):
    """Return what a cell shows and its number, streams joined, without numbers of objects and processes."""
    outputs = []
    for output in joined(cell.get("outputs", [])):
        if outputs and output.get("name", "") == outputs[-1].get("name"):
            outputs[-1]["text"] += output["text"]
        else:
            outputs.append(output)
    for output in outputs if "subprocess" in "".join(cell["source"]) else []:
        output["text"] = sorted(output["text"].splitlines())  # stock reads what programs print when it may
    return re.sub(r"0x[0-9a-f]+|ipykernel_\d+", "", json.dumps(outputs)), cell.get("execution_count")


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


# What a page has besides; and what would differ first.
MORE = """
lt.charts.explore(plans, "coal")
---
import os, time
{"a", "b", "c"}, time.tzname, os.environ.get("COLUMNS"), f"{plans.targets}"
""".strip().split("\n---\n")


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["06_pace_and_wording.ipynb"])
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
    for file in ("requirements.lock", "CITATION.cff", "CHANGELOG.md"):
        shutil.copy(CHECKOUT / file, home)
    shutil.copytree(data, home / "data")
    notebook = json.loads((NOTEBOOKS / name).read_text("utf-8"))
    notebook["cells"] += [code_cell(f"more-{number}", source) for number, source in enumerate(MORE, 1)]
    (home / "notebooks" / name).write_text(json.dumps(notebook), "utf-8")
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


@pytest.mark.thorough
def test_plain_kernels_give_the_same_and_are_told(suite, monkeypatch):
    forked = suite.render()
    monkeypatch.setattr(execution, "can_fork", lambda: False)
    monkeypatch.setattr(rendering, "Kernels", execution.Kernels)
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
    answer = "import lantian as lt\nlt.say(lt.load(), 'So it is.')"
    write_notebook(suite.first, answer, tags=["finding"])
    after = suite.render()
    assert suite.executed == ["00_first"]
    changed = {str(path) for path in after if after[path] != before.get(path)}
    assert changed == {"00_first.html", "index.html", ".lantian/00_first.ipynb", ".lantian/set.json"}


def test_changelog_renders_no_notebook(suite, monkeypatch, tmp_path):
    before = suite.render()
    for name in ("CHANGELOG.md", "CITATION.cff", "requirements.lock"):
        shutil.copy(CHECKOUT / name, tmp_path)
    for module in (rendering, pages):
        monkeypatch.setattr(module, "CHECKOUT", tmp_path)
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n- Nothing *yet*.\n")
    after = suite.render()
    assert suite.executed == []
    assert {str(path) for path in after if after[path] != before[path]} == {
        "changelog.html",
        ".lantian/set.json",
    }
    assert b"<li>Nothing <em>yet</em>.</li>" in after[Path("changelog.html")]


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


SPOILT = [
    "00_first.html",
    *(pytest.param(name, marks=pytest.mark.thorough) for name in ("index.html", ".lantian/01_second.ipynb")),
]


@pytest.mark.parametrize("name", SPOILT)
def test_spoiled_file_is_made_again(suite, name):
    before = suite.render()
    (suite.output / name).write_text("spoiled")
    assert suite.render() == before


def test_change_of_data_renders_everything(suite, copy_data):
    suite.data = copy_data
    suite.second.rename(suite.notebooks / "08_evidence.ipynb")  # to which files with the data belong
    before = suite.render()
    change(copy_data / "indicators.csv", -1, definition="Another definition.")
    after = suite.render()
    assert suite.executed == ["00_first", "08_evidence"]
    assert [name for name in export.FILES if after[Path(name)] == before[Path(name)]] == []


def test_files_with_the_data_are_made_when_these_have_changed(suite, monkeypatch):
    assert not {Path(name) for name in export.FILES} & set(suite.render())
    write_notebook(suite.notebooks / "08_evidence.ipynb", "4 + 4")
    before = suite.render()
    monkeypatch.setattr(export, "make", lambda data: pytest.fail("made again"))
    write_notebook(suite.first, "2 + 3")
    assert suite.render().items() >= {Path(name): before[Path(name)] for name in export.FILES}.items()


def test_nothing_heavy_is_imported_when_nothing_has_changed(suite):
    suite.render()
    code = "import sys; from lantian.cli import main; main(standalone_mode=False); print({'pandas', 'nbformat', 'matplotlib', 'plotly'} & {*sys.modules})"
    arguments = ["render", str(suite.first), "--data", str(suite.data), "--output", str(suite.output)]
    run = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "set()"


def test_place_has_a_page_for_each_focus_place(suite):
    asks = "import os\nprint(os.environ['LANTIAN_PLACE'])"
    write_notebook(suite.notebooks / "place.ipynb", asks, tags=["each-place"])
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


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("class Shown:\n    def _repr_html_(self): raise ValueError('no')\nShown()", "ValueError: no"),
        (
            "from IPython.display import display\ndisplay({'text/plain': None}, raw=True)",
            "NotebookValidationError: ",
        ),
    ],
)
def test_what_fails_while_it_is_shown_is_named(tmp_path, data, executor, code, error):
    source = execution.Source(write_notebook(tmp_path / "a.ipynb", code))
    with pytest.raises(RenderError) as failure:
        executor.execute(source, execution.read(source), data)
    where, found = str(failure.value).splitlines()[:2]
    assert where.startswith("a.ipynb, code cell 1 (id cell-1)") and found.startswith(f"  {error}")


def test_program_that_outlives_its_notebook_is_not_waited_for(tmp_path, data, executor):
    started = "subprocess.Popen(['sleep', '600'], start_new_session=True, close_fds=False).pid"
    source = execution.Source(write_notebook(tmp_path / "a.ipynb", "import subprocess", started))
    (output,) = executor.execute(source, execution.read(source), data).cells[-1].outputs
    os.kill(int(output.data["text/plain"]), signal.SIGKILL)


def test_index_has_the_first_paragraph_of_the_finding(suite):
    markup = "from IPython.display import HTML\nHTML('<p>First.</p><p>Second.</p>')"
    write_notebook(suite.first, markup, tags=["finding"])
    index = suite.render()[Path("index.html")].decode()
    assert "<p>First.</p>" in index and "Second." not in index


def test_lock_of_an_editor_is_no_notebook(suite):
    (suite.notebooks / ".#00_first.ipynb").symlink_to("user@host.1:2")
    assert Path("00_first.html") in suite.render()


def chart(slug, rows):
    """A page of one chart of ours."""
    words = {"name": "same", "columns": ["place"], "rows": rows, "title": "T", "subtitle": "S", "foot": "F"}
    words |= {"view": "0 0 9 9", "names": "", "opens_at_right": False}
    output = {
        "output_type": "display_data",
        "data": {"image/svg+xml": "<svg/>"},
        "metadata": {"lantian": words},
    }
    code = code_cell("a", "chart") | {"outputs": [output]}
    notebook = {"cells": [code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return pages.Page(slug, execution.import_nbformat().from_dict(notebook))


def test_files_of_two_charts_have_two_names():
    one, like, other = chart("one", [["A"]]), chart("like", [["A"]]), chart("other", [["B"]])
    html = dict.fromkeys(["one", "like", "other"], b"-")
    assert "figures/same.csv" in pages.files([one, like], html)
    with pytest.raises(RenderError, match="other: figures/same.csv is another page's too"):
        pages.files([one, other], html)


def test_a_failure_that_is_a_sentence_is_named_with_its_line(suite):
    write_notebook(suite.first, "import lantian as lt", "fine = 1\nlt.compair")
    with pytest.raises(RenderError) as failure:
        suite.render()
    where, error = str(failure.value).splitlines()
    assert where == "00_first.ipynb, code cell 2 (id cell-2), line 2:"
    assert error == "  NameMissing: lantian has no compair; did you mean compare or comparability?"


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


def left_over(folder):
    """List drafts in a folder and beside it."""
    return [*folder.parent.rglob("*.draft")]


needs_proc = pytest.mark.skipif(not PROC.is_dir(), reason="processes are listed in /proc")


@needs_proc
@pytest.mark.parametrize(
    "command",
    [pytest.param(COMMAND, id="forked"), pytest.param(PLAIN, id="plain", marks=pytest.mark.thorough)],
)
def test_killed_render_leaves_the_old_set_and_no_process(suite, command):
    suite.render()
    before, mark, busy = contents(suite.output), f"MARK-{suite.output}", suite.output.parent / "busy"
    never_gives_a_thread_its_turn = f"open({str(busy)!r}, 'w').close(); re.match('(a*)*b', 'a' * 40)"
    write_notebook(
        suite.first, "import re, subprocess; subprocess.Popen(['sleep', '60'])", never_gives_a_thread_its_turn
    )
    process = suite.start(command=command, LANTIAN_MARK=mark)
    wait_for(busy.exists, "the notebook did not start")
    process.kill()
    process.communicate()
    wait_for(lambda: not marked(mark), "a process is left")
    assert contents(suite.output) == before
    write_notebook(suite.first, "2 + 3")
    suite.render()
    assert suite.whole and left_over(suite.output) == []


def test_two_renders_at_once_both_end_well(suite):
    processes = [suite.start() for _ in range(2)]
    said = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    assert sorted("Nothing has changed" in text for text in said) == [False, True]
    assert suite.whole and left_over(suite.output) == []


# --- putting a set in place -----------------------------------------------------------------------------------------

OLD, NEW = ({"index.html": text, "figures/one.svg": text} for text in (b"old", b"new"))


def put(found, folder, **options):
    with publish.locked(folder, **options):
        publish.publish(found, {}, folder)


def of_set(folder):
    """Return the files of a folder without the manifest."""
    return {str(path): content for path, content in contents(folder).items() if path.name != "set.json"}


def test_set_is_replaced_and_other_files_stay(tmp_path):
    folder = tmp_path / "reports"
    put(OLD | {"gone.html": b"old", "old/gone.svg": b"old"}, folder)
    mine = {"mine.txt": b"mine", "figures/mine.svg": b"mine", ".lantian/mine": b"mine"}
    for name, content in mine.items():
        (folder / name).write_bytes(content)
    put(NEW, folder)
    assert of_set(folder) == NEW | mine
    assert not (folder / "old").exists() and left_over(folder) == []
    publish.clean(folder)
    assert of_set(folder) == mine


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.mark.parametrize("step", range(8))
def test_publication_stopped_at_any_step_is_mended_by_the_next(tmp_path, monkeypatch, step):
    folder, steps = tmp_path / "reports", []
    put(OLD | {"gone.html": b"old"}, folder)

    def stop_at(function):
        def call(*arguments, **options):
            steps.append(function)
            if len(steps) == step + 1:
                raise Killed
            return function(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "replace", stop_at(os.replace))
        patch.setattr(files.Path, "unlink", stop_at(Path.unlink))
        patch.setattr(files, "_write", stop_at(files._write))
        with pytest.raises(Killed):
            put(NEW, folder)
    assert all(content in (b"old", b"new") for content in of_set(folder).values() if content)
    assert not publish.intact(folder, publish.read_set(folder)) or publish.read_set(folder)[
        "files"
    ].keys() == {
        *OLD,
        "gone.html",
    }
    put(NEW, folder)
    assert (
        of_set(folder) == NEW and publish.intact(folder, publish.read_set(folder)) and left_over(folder) == []
    )


def test_drafts_of_a_process_that_has_ended_are_cleared(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    names = [f".lantian-{pid}-{'0' * 12}.draft" for pid in (ended.pid, os.getpid())]
    mine = [".lantian-1.draft", "mine.draft"]
    for name in [*names, *mine]:
        (tmp_path / name).touch()
    files.replace_files({tmp_path / "new.txt": "new"})
    assert {path.name for path in tmp_path.iterdir()} == {names[1], *mine, "new.txt"}


def test_full_disk_leaves_the_old_set(tmp_path, monkeypatch):
    folder = tmp_path / "reports"
    put(OLD, folder)
    before, write = contents(folder), files._write

    def full(draft, content, like):
        if like.suffix == ".svg":
            raise OSError(28, "No space left on device", str(draft))
        return write(draft, content, like)

    monkeypatch.setattr(files, "_write", full)
    with pytest.raises(OSError, match="No space left on device: .*one.svg"):
        put(NEW | {"new/page.html": b"new"}, folder)
    assert contents(folder) == before and not (folder / "new").exists()


# --- nobody's files are lost ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["thesis.txt", "index.html", "assets/mine.js", ".profile", ".lantian/set.json"]
)
def test_folder_of_other_things_is_refused_until_it_is_adopted(tmp_path, name):
    mine = tmp_path / "home" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    mine.parents[len(Path(name).parts) - 1].chmod(0o711)
    before, mode = contents(tmp_path), (tmp_path / "home").stat().st_mode
    if name.startswith(".lantian"):
        put(NEW, tmp_path / "home")  # it has nothing but what looks like ours, and is none
        return
    with pytest.raises(publish.PublishError, match=r"holds other files .*--adopt"):
        put(NEW, tmp_path / "home")
    assert contents(tmp_path) == before
    if name in NEW:
        with pytest.raises(
            publish.PublishError, match="index.html: this file is not one of these pages' own"
        ):
            put(NEW, tmp_path / "home", adopt=True)
        assert contents(tmp_path) == before
    else:
        put(NEW, tmp_path / "home", adopt=True)
        put(OLD, tmp_path / "home")
        assert of_set(tmp_path / "home") == OLD | {name: b"mine"}
    assert (tmp_path / "home").stat().st_mode == mode


def test_new_page_never_replaces_a_file_in_a_set(tmp_path):
    folder = tmp_path / "reports"
    put(OLD, folder)
    (folder / "01_coal.html").write_text("mine")
    before = contents(folder)
    with pytest.raises(publish.PublishError, match="01_coal.html: this file is not one of these pages' own"):
        put(NEW | {"01_coal.html": b"new"}, folder)
    assert contents(folder) == before


def test_the_reports_of_the_checkout_are_ours_with_their_committed_drawings(tmp_path, monkeypatch):
    monkeypatch.setattr(publish, "REPORTS", tmp_path / "reports")
    drawing, mine = (tmp_path / "reports/figures" / name for name in ("one.svg", "mine.csv"))
    drawing.parent.mkdir(parents=True)
    drawing.write_text("committed")
    mine.write_text("mine")
    put(NEW, tmp_path / "reports")
    assert drawing.read_text() == "new"
    publish.clean(tmp_path / "reports")
    assert of_set(tmp_path / "reports") == {"figures/one.svg": b"new", "figures/mine.csv": b"mine"}


@pytest.mark.skipif(os.name != "posix", reason="modes and links are those of POSIX")
def test_modes_and_links_stay(tmp_path):
    real, folder = tmp_path / "real", tmp_path / "reports"
    real.mkdir()
    folder.symlink_to(real)
    put(OLD, folder.resolve())
    (real / "figures/one.svg").chmod(0o640)
    (real / "index.html").rename(tmp_path / "elsewhere.html")
    (real / "index.html").symlink_to(tmp_path / "elsewhere.html")
    put(NEW, folder.resolve())
    assert folder.is_symlink() and (real / "index.html").is_symlink()
    assert (tmp_path / "elsewhere.html").read_text() == "new"
    assert (real / "figures/one.svg").stat().st_mode & 0o777 == 0o640


def test_a_name_that_leads_out_of_the_folder_is_not_removed(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    folder = tmp_path / "reports"
    put(OLD, folder)
    manifest = publish.read_set(folder)
    manifest["files"] |= {"../mine.txt": "", str(tmp_path / "mine.txt"): ""}
    (folder / publish.SET).write_text(json.dumps(manifest))
    put(NEW, folder)
    publish.clean(folder)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_name_that_leads_out_is_not_published(tmp_path):
    with pytest.raises(publish.PublishError, match="leads out of the folder"):
        put({"figures/../../mine.txt": b"new"}, tmp_path / "reports")
    folder = tmp_path / "linked"
    put(OLD, folder)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/mine.txt").write_text("mine")
    (folder / "way").symlink_to(tmp_path / "outside")
    manifest = publish.read_set(folder)
    manifest["files"]["way/mine.txt"] = ""
    (folder / publish.SET).write_text(json.dumps(manifest))
    put(NEW, folder)
    assert (tmp_path / "outside/mine.txt").read_text() == "mine"


SPOILT = [
    "[1]",
    '"x"',
    "5",
    '{"files": null}',
    '{"files": 3}',
    '{"gone": [5]}',
    '{"pages": []}',
    '{"gone": ["\\u0000"]}',
]


@pytest.mark.parametrize("spoilt", SPOILT)
def test_spoilt_manifest_is_none(tmp_path, spoilt):
    (tmp_path / publish.RECORD).mkdir()
    (tmp_path / publish.SET).write_text(spoilt)
    publish.clean(tmp_path)
    put(NEW, tmp_path)
    assert of_set(tmp_path) == NEW


def test_a_folder_where_a_file_was_stays(tmp_path):
    put(OLD | {"gone.html": b"old"}, tmp_path)
    (tmp_path / "gone.html").unlink()
    (tmp_path / "gone.html").mkdir()
    put(NEW, tmp_path)
    assert of_set(tmp_path) == NEW and (tmp_path / "gone.html").is_dir()


@pytest.fixture
def theirs(tmp_path, copy_data):
    """A folder that holds somebody's file wherever a command would write one, the data folder's own tables apart."""
    folder = tmp_path / "theirs"
    names = ["index.html", "lantian.xlsx", "lantian.sqlite", "tables/targets.parquet", "assets/site.js"]
    for path in [
        *(folder / name for name in names),
        copy_data / "README.md",
    ]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    return folder


COMMANDS = {
    "render": (["render", "{folder}/../note.ipynb", "--output", "{folder}"], "holds other files"),
    "render --adopt": (
        ["render", "{folder}/../note.ipynb", "--adopt", "--output", "{folder}"],
        "not one of these pages' own",
    ),
    "render into a file": (
        ["render", "{folder}/../note.ipynb", "--output", "{folder}/index.html"],
        "is a file",
    ),
    "render /": (["render", "{folder}/../note.ipynb", "--output", "/"], "/: this folder holds other files"),
    "export .xlsx": (["export", "{folder}/lantian.xlsx"], "is there already"),
    "export .sqlite": (["export", "{folder}/lantian.sqlite"], "is there already"),
    "export folder": (["export", "{folder}/tables"], "targets.parquet: is there already"),
    "export --template": (
        ["export", "--template", "yuyao", "{folder}/lantian.xlsx"],
        "is there already",
    ),
    "add": (["add", "ninghai"], "ninghai.csv: is there already"),
    "codebook": (["codebook"], "README.md: is no codebook"),
}


@pytest.mark.parametrize(("command", "answer"), COMMANDS.values(), ids=COMMANDS)
def test_no_command_takes_what_is_somebody_elses(theirs, copy_data, one_executor, command, answer):
    write_notebook(theirs.parent / "note.ipynb", "2 + 2")
    if command[0] == "add":
        (copy_data / "targets/ninghai.csv").write_text("mine")
    before = contents(theirs.parent)
    arguments = [word.format(folder=theirs) for word in command]
    run = CliRunner().invoke(main, [*arguments, "--data", str(copy_data)])
    assert run.exit_code and answer in run.stderr and "Traceback" not in run.output
    assert not isinstance(run.exception, Exception)
    assert contents(theirs.parent) == before


def test_single_file_belongs_to_the_set(suite):
    suite.render(single=True)
    assert suite.whole and b"00_first--" in (suite.output / "lantian.html").read_bytes()
    before = suite.render(single=True)
    assert suite.said == ["Nothing has changed since these pages were rendered."]
    (suite.output / "lantian.html").unlink()
    (suite.output / "lantian.html").mkdir()
    with pytest.raises(RenderError, match="lantian.html: something that is no file is in the way"):
        suite.render(single=True)
    assert contents(suite.output).items() <= before.items()


# --- what a page depends on -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("undo", [False, True])
def test_data_that_change_meanwhile_are_not_published(suite, copy_data, undo):
    suite.data = copy_data
    table, before = copy_data / "terms.csv", suite.render()
    edit = f"path = open({str(table)!r}, 'r+'); text = path.read(); path.write('changed'); path.flush()"
    write_notebook(suite.first, edit + ("; path.truncate(len(text.encode()))" if undo else ""))
    with pytest.raises(RenderError, match="terms.csv: changed while the pages were made; render again"):
        suite.render()
    assert contents(suite.output) == before


READS = {
    "beside it": ("mine.csv", {"page": "00_first", "reads": []}),
    "elsewhere": ("elsewhere/mine.csv", {"page": "00_first", "reads": ["elsewhere/mine.csv"]}),
}


@pytest.mark.parametrize(("name", "declared"), READS.values(), ids=READS)
def test_notebook_depends_on_the_files_that_it_reads(suite, name, declared):
    file = suite.notebooks / name
    file.parent.mkdir(exist_ok=True)
    write_notebook(suite.first, lantian=declared)
    keys = []
    for text in ("one", "two", "one"):
        file.write_text(text)
        keys.append(rendering._key(suite.first, ""))
    assert keys[0] == keys[2] != keys[1] and all(keys)


UNDECLARED = [None, [], {}, {"reads": []}, {"page": "00_first"}, {"page": "copied_from", "reads": []}]


@pytest.mark.parametrize("declared", UNDECLARED, ids=str)
def test_notebook_that_does_not_declare_what_it_reads_may_read_anything(suite, declared):
    write_notebook(suite.first, lantian=declared)
    assert rendering._key(suite.first, "") == ""


def test_notebook_that_may_read_anything_is_run_each_time(suite):
    (suite.output.parent / "mine.csv").write_text("one")
    write_notebook(suite.first, "print(open('../mine.csv').read())", lantian={})
    before = suite.render()
    (suite.output.parent / "mine.csv").write_text("two")
    assert suite.render()[Path("00_first.html")] != before[Path("00_first.html")]
    assert suite.executed == ["00_first"]


# --- what stands around a kernel --------------------------------------------------------------------------------------


@pytest.fixture(params=["forked", pytest.param("plain", marks=pytest.mark.thorough)])
def kernels(request, monkeypatch, tmp_path):
    """What runs notebooks, in both ways, in an environment that prints at start-up."""
    start = tmp_path / "start"
    start.mkdir()
    (start / "sitecustomize.py").write_text("print('hello'); print('{\"notebook\": 1}', end='')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(start), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setattr(execution, "PATIENCE", 0.1)
    if request.param == "plain":
        monkeypatch.setattr(execution, "can_fork", lambda: False)
    with execution.Kernels() as found:
        yield found


def test_endless_cell_is_named_and_stopped_at_the_limit(kernels, data, tmp_path):
    said = []
    fine = execution.Source(write_notebook(tmp_path / "fine.ipynb", "40 + 2"))
    (output,) = kernels.execute(fine, execution.read(fine), data).cells[-1].outputs
    assert output.data == {"text/plain": "42"}
    never_gives_a_thread_its_turn = "re.match('(a*)*b', 'a' * 40)"
    endless = execution.Source(
        write_notebook(tmp_path / "endless.ipynb", "import re", never_gives_a_thread_its_turn)
    )
    where = "endless.ipynb, code cell 2 (id cell-2)"
    with pytest.raises(RenderError, match=re.escape(f"{where}: stopped after 2 s, the limit for a cell")):
        kernels.execute(endless, execution.read(endless), data, limit=2, say=said.append)
    assert f"{where}: still running after 0.1 s" in said


@needs_proc
def test_kernels_end_with_their_notebook(suite, monkeypatch):
    mark = f"MARK-{suite.output}"
    monkeypatch.setenv("LANTIAN_MARK", mark)
    write_notebook(suite.first, "import subprocess", "subprocess.Popen(['sleep', '600']).pid")
    with execution.Kernels() as kernels:
        source = execution.Source(suite.first)
        assert kernels.execute(source, execution.read(source), suite.data).cells[-1].outputs
        wait_for(lambda: len(marked(mark)) == 1, "more is left than the process that forks")
    assert marked(mark) == []
