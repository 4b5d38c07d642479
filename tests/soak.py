"""Long fault tests, for `make soak`: kills at every moment, pairs of renders at once, a full disk, a read-only one.

Each prints a line of what it did; what stays as it is where somebody else's files lie is tested in `test_render.py`.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner
from edit import contents
from lantian.cli import main
from lantian.site import publish
from lantian.site.render import RenderError
from test_render import PROC, left_over, marked, needs_proc, of_set, put, suite, wait_for, write_notebook  # noqa: F401

KILLS = int(os.environ.get("LANTIAN_SOAK", "100"))
PAIRS = max(1, KILLS // 5)
CAP_SYS_ADMIN = 21  # linux/capability.h
LOOP = """
import itertools, sys
from pathlib import Path
from lantian.site import publish
folder, name = Path(sys.argv[1]), sys.argv[2]
for count in itertools.count():
    content = f"{name}-{count}|".encode() * 1000
    with publish.locked(folder):
        publish.publish({f"figures/{number}.svg": content for number in range(30)} | {"index.html": content}, {}, folder)
"""


def test_killed_publications_leave_whole_files_and_are_mended(tmp_path):
    folder, draw, counts = tmp_path / "reports", random.Random(1), {"whole": 0, "in between": 0}
    put({"index.html": b"first"}, folder)
    (folder / "mine.txt").write_text("mine")
    for number in range(KILLS):
        before, moment = publish.read_set(folder), draw.uniform(0, 0.3)
        process = subprocess.Popen([sys.executable, "-c", LOOP, str(folder), str(number)])
        wait_for(
            lambda before=before: publish.read_set(folder) not in ({}, before),
            f"kill {number}: nothing was published",
        )
        time.sleep(moment)
        process.kill()
        process.wait()
        about, found = f"kill {number}, {moment:.3f} s after a publication", of_set(folder)
        found = {name: text for name, text in found.items() if not name.endswith(".draft")}
        assert found.pop("mine.txt", None) == b"mine", f"{about}: another's file is gone"
        broken = [
            name for name, text in found.items() if text.count(b"|") % 1000 or len({*text.split(b"|")}) > 2
        ]
        assert not broken, f"{about}: {broken} are cut or mixed"
        counts["whole" if publish.intact(folder, publish.read_set(folder)) else "in between"] += 1
        put({"index.html": f"mended {number}".encode()}, folder)
        assert of_set(folder) == {"mine.txt": b"mine", "index.html": f"mended {number}".encode()}, about
        assert left_over(folder) == [], f"{about}: something is left over"
    print(f"{KILLS} kills of publications: {counts}; nothing lost")


@needs_proc
def test_killed_renders_leave_one_whole_set_and_no_process(suite):  # noqa: F811
    suite.render()
    length, end = durations(suite)
    draw, mark, counts = random.Random(0), f"MARK-{suite.output}", {"whole": 0, "in between": 0}
    for number in range(KILLS):
        before, moment = read_page(suite), draw.uniform(0, end if number % 2 else length)
        process = start_changed(suite, number, LANTIAN_MARK=mark)
        if number % 2:  # every other one in the short time in which pages are converted, written and swapped
            wait_until_executed(process)
        time.sleep(moment)
        process.kill()
        process.communicate()
        about = (
            f"kill {number}, {moment:.3f} s after {'its notebook was done' if number % 2 else 'its start'}"
        )
        wait_for(lambda: not marked(mark), f"{about}: a process is left")
        counts["whole" if suite.whole else "in between"] += 1
        assert read_page(suite) == before or str(number + 1000) in read_page(suite), (
            f"{about}: the page is neither old nor new"
        )
    suite.render()
    assert suite.whole and left_over(suite.output) == [], (
        "the render after the last kill did not mend the set"
    )
    print(f"{KILLS} kills of renders: {counts}; no process left, the last one mended")


def start_changed(suite, number, **environment):  # noqa: F811
    """Start a render of which one notebook has changed."""
    write_notebook(suite.first, f"{number} + 1000")
    return suite.start(**environment)


def wait_until_executed(process):
    """Wait for a render to say that its notebook is done."""
    said = iter(process.stdout.readline, "")
    assert "00_first: done\n" in said, "the render ended before it was killed, and its notebook was not done"


def durations(suite):  # noqa: F811
    """Measure how long a render takes, and how long its end after the notebook is done."""
    start, process = time.monotonic(), start_changed(suite, -1)
    wait_until_executed(process)
    executed = time.monotonic()
    assert process.wait() == 0
    return time.monotonic() - start, time.monotonic() - executed


def read_page(suite):  # noqa: F811
    return (suite.output / "00_first.html").read_text("utf-8")


def test_pairs_of_renders_at_once_all_end_well(suite):  # noqa: F811
    draw = random.Random(0)
    for number in range(PAIRS):
        write_notebook(suite.first, f"{number} + 1000")
        processes = [suite.start(*["--force"] * draw.randrange(2)) for _ in range(2)]
        said = "\n".join(process.communicate()[0] for process in processes)
        assert [process.returncode for process in processes] == [0, 0], f"pair {number}:\n{said}"
        assert suite.whole and str(number + 1000) in read_page(suite), (
            f"pair {number}: the set is not the new one:\n{said}"
        )
        assert left_over(suite.output) == [], f"pair {number}: something is left over"
    print(f"{PAIRS} pairs of renders at once: all ended well")


def may_mount():
    status = PROC / "self/status"
    return (
        status.exists()
        and int(re.search(r"^CapEff:\s*(\w+)", status.read_text(), re.M)[1], 16) >> CAP_SYS_ADMIN & 1
    )


needs_mount = pytest.mark.skipif(
    not may_mount(), reason="only root of a Linux machine may mount a small disk"
)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own that fills up."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", disk], check=True)


@needs_mount
@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("free", [0, 4, 16, 64, 100])
def test_full_disk_leaves_the_old_set(suite, small_disk, free, single):  # noqa: F811
    suite.output = small_disk / "reports"
    old = suite.render()
    space = os.statvfs(small_disk)
    (small_disk / "ballast").write_bytes(bytes(max(0, space.f_bavail * space.f_frsize - free * 1024)))
    write_notebook(suite.first, "print('x' * 300_000)")
    with pytest.raises(RenderError, match="No space left on device"):
        suite.render(single=single)
    assert contents(suite.output) == old, "the old set is not what it was"
    assert {path.name for path in small_disk.iterdir()} == {"ballast", "reports"}, "something is left over"
    (small_disk / "ballast").unlink()
    suite.render()
    assert suite.whole, "with room again, the set is not whole"


WRITERS = {
    "export .xlsx": ["export", "{disk}/lantian.xlsx", "--replace"],
    "export .sqlite": ["export", "{disk}/lantian.sqlite", "--replace"],
    "export folder": ["export", "{disk}/tables", "--replace"],
    "export --template": ["export", "--template", "yuyao", "{disk}/lantian.xlsx", "--replace"],
    "add": ["add", "ninghai"],
    "codebook": ["codebook"],
}


@needs_mount
@pytest.mark.parametrize("command", WRITERS.values(), ids=WRITERS)
def test_full_disk_cuts_no_file_of_any_command(data, small_disk, command):
    shutil.copytree(data, small_disk / "data")
    if command[0] == "codebook":
        (small_disk / "data/README.md").write_text("Written by `lantian codebook`, long ago.")
    (small_disk / "lantian.xlsx").write_text("old")
    space = os.statvfs(small_disk)
    (small_disk / "ballast").write_bytes(bytes(max(0, space.f_bavail * space.f_frsize - 8192)))
    before = contents(small_disk)
    arguments = [word.format(disk=small_disk) for word in command]
    run = CliRunner().invoke(main, [*arguments, "--data", str(small_disk / "data")])
    assert run.exit_code == 1 and "No space left on device" in run.stderr and "Traceback" not in run.output
    assert contents(small_disk) == before


@needs_mount
def test_read_only_disk_keeps_its_set(suite, small_disk):  # noqa: F811
    suite.output = small_disk / "reports"
    old = suite.render()
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    write_notebook(suite.first, "2 + 3")
    with pytest.raises(RenderError, match="Read-only file system"):
        suite.render()
    assert contents(suite.output) == old, "the old set is not what it was"
    subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    suite.render()
    assert suite.whole, "with the disk writable again, the set is not whole"
