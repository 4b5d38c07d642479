"""Long fault tests, for `make soak`: kills at every moment, many renders at once, a disk that fills up."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from edit import contents
from test_render import Suite, marked, put, suite, write_notebook  # noqa: F401

from lantian import publish
from lantian.render import RenderError

ROUNDS = int(os.environ.get("LANTIAN_SOAK", "40"))
LOOP = """
import itertools, sys
from pathlib import Path
from lantian import publish
folder = Path(sys.argv[1])
for count in itertools.count():
    files = {f"figures/{number}.svg": str(count).encode() * 1000 for number in range(30)} | {"index.html": str(count).encode() * 1000}
    with publish.locked(folder):
        publish.publish(files, {}, folder)
"""


@pytest.mark.parametrize("seed", range(ROUNDS))
@pytest.mark.parametrize("steps", [1, 2])
def test_killed_publication_leaves_one_whole_set(tmp_path, seed, steps):
    folder = tmp_path / "reports"
    put({"index.html": b"first"}, folder)
    (folder / "mine.txt").write_text("mine")
    loop = LOOP if steps == 1 else LOOP.replace("folder =", "publish._exchange = lambda one, other: False; folder =")
    process = subprocess.Popen([sys.executable, "-c", loop, str(folder)])
    time.sleep(0.2 + random.Random(seed).random() / 4)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with publish.locked(folder):
        found = contents(folder)
    assert found.pop(Path("mine.txt")) == b"mine"
    assert publish.intact(folder, publish.read_set(folder))
    assert len({content for path, content in found.items() if path.name != "set.json"}) == 1
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_killed_render_leaves_one_whole_set_and_no_process(suite, seed):  # noqa: F811
    old, mark = suite.render(), f"MARK-{suite.output}"
    write_notebook(suite.first, f"{seed} + 1000")
    process = suite.start(LANTIAN_MARK=mark)
    time.sleep(random.Random(seed).uniform(0, 6))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    deadline = time.monotonic() + 30
    while marked(mark) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not marked(mark)
    assert suite.whole
    page = contents(suite.output)[Path("00_first.html")]
    assert page == old[Path("00_first.html")] or str(seed + 1000).encode() in page
    suite.render()
    assert suite.whole and not list(suite.output.parent.glob(".reports.*"))


def test_many_renders_at_once_all_end_well(suite):  # noqa: F811
    processes = [suite.start(*["--force"] * (number % 2)) for number in range(8)]
    said = [process.communicate()[0] for process in processes]
    assert {process.returncode for process in processes} == {0}, said
    assert suite.whole and not list(suite.output.parent.glob(".reports.*"))


@pytest.fixture
def small_disk(tmp_path):
    """A disk of its own that fills up."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.name != "posix" or os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]).returncode:
        pytest.skip("mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.parametrize("free", [0, 4, 16, 64, 100])
def test_full_disk_leaves_the_old_set(suite, small_disk, free):  # noqa: F811
    suite.output = small_disk / "reports"
    old = suite.render()
    space = os.statvfs(small_disk)
    (small_disk / "ballast").write_bytes(bytes(max(0, space.f_bavail * space.f_frsize - free * 1024)))
    write_notebook(suite.first, "print('x' * 300_000)")
    with pytest.raises(RenderError, match="No space left on device"):
        suite.render()
    assert contents(suite.output) == old
    assert sorted(path.name for path in small_disk.iterdir()) in (["ballast", "reports"], [".reports.lock", "ballast", "reports"])
    (small_disk / "ballast").unlink()
    suite.render()
    assert suite.whole
