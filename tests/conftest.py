"""What the tests share: the data, a copy of it to spoil, the rendered site, and a browser without a network."""

import contextlib
import os
import shutil
import time
from pathlib import Path

import lantian as lt
import pytest
from edit import contents
from lantian.charts.drawing import Chart
from lantian.data.plans import find_data
from lantian.site import render as rendering
from lantian.site.execute import Kernels, import_nbformat
from lantian.site.publish import bundle

import_nbformat()  # before others do, which would take a second more in each process

SOURCES = "LANTIAN_SOURCES"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NEEDS = {
    "sources": (os.environ.get(SOURCES), f"the full texts are not here; {SOURCES} names their folder"),
    "browser": (CHROMIUM, "no chromium, chromium-browser or google-chrome is on the PATH"),
}
# Where files are shared out between processes, a long one taken up last would be waited for.
LONGEST = """random pages input render prose growth answers evidence access workbook strangers marks tables reader export
    comparison readme questions proof""".split()


def skipped_in_vain(config):
    """Return how many tests were skipped although none may be: the gate sets LANTIAN_NO_SKIPS."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", [])) if os.environ.get("LANTIAN_NO_SKIPS") and reporter else 0


def pytest_sessionfinish(session):
    if skipped_in_vain(session.config):
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter, config):
    if number := skipped_in_vain(config):
        terminalreporter.write_line(
            f"{number} tests were skipped, and LANTIAN_NO_SKIPS allows none.", red=True
        )


def pytest_collection_modifyitems(items):
    """Begin with the files that take longest, and skip, with the reason, what needs something that is not here."""
    order = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.stem.removeprefix("test_"), len(order)))
    for item in items:
        for marker, (there, reason) in NEEDS.items():
            if marker in item.keywords and not there:
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def data():
    """The data folder; LANTIAN_DATA may name another than the checkout's."""
    return find_data().resolve()


@pytest.fixture(scope="session")
def plans(data):
    return lt.load(data)


@pytest.fixture
def loaded(plans, monkeypatch):
    """What notebooks load, without that each of them checks the same tables again."""
    monkeypatch.setattr(lt, "load", lambda: plans)


@pytest.fixture
def without_layout(monkeypatch):
    """Charts are made whole but not laid out, which takes most of the time and is tested with the pages."""
    monkeypatch.setattr(Chart, "draw_without_rendering", lambda self: None)


@pytest.fixture
def copy_data(data, tmp_path):
    """A copy of the data that a test may spoil."""
    return shutil.copytree(data, tmp_path / "data")


@pytest.fixture(scope="session")
def sources():
    """The folder of the full texts; tests that use it are marked ``sources``."""
    return Path(os.environ[SOURCES])


@pytest.fixture(scope="session")
def executor():
    with Kernels() as kernels:
        yield kernels


@pytest.fixture
def one_executor(executor, monkeypatch):
    """Renders of the test share one process that forks kernels: to start it costs more than a small render."""
    monkeypatch.setattr(rendering, "Kernels", lambda *data: contextlib.nullcontext(executor))


def once(factory, name, make):
    """Return a folder that is made once in a test run, by whichever of its processes comes first."""
    root = factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    folder, done = root / name, root / f"{name}-done"
    try:
        (root / f"{name}-begun").mkdir()
    except FileExistsError:
        while not done.exists():
            time.sleep(0.2)
    else:
        try:
            make(folder)
        finally:
            done.touch()
    return folder


@pytest.fixture(scope="session")
def site(data, tmp_path_factory):
    """The folder of all pages."""
    from lantian.site.render import render

    folder = once(tmp_path_factory, "site", lambda folder: render(data=data, output=folder, say=str))
    assert (folder / "index.html").exists(), (
        "the pages could not be rendered: see the first test that needs them"
    )
    return folder


@pytest.fixture(scope="session")
def mailed(site, tmp_path_factory):
    """The suite as one file, with nothing beside it."""

    def bundled(folder):
        folder.mkdir()
        found = {str(path): content for path, content in contents(site).items()}
        (folder / "lantian.html").write_text(bundle(found), "utf-8")

    return once(tmp_path_factory, "mailed", bundled) / "lantian.html"


@pytest.fixture(scope="session")
def changed(data, tmp_path_factory):
    """A folder of ``data``, where headline figures, free text and the number of places are others, and ``site``, their pages.

    There is no ``site`` where a sentence of a notebook stops at figures that changed.
    """
    from test_growth import render_changed

    return once(tmp_path_factory, "changed", lambda folder: render_changed(data, folder))


@pytest.fixture(scope="session")
def chromium():
    """A browser context that has no network; tests that use it are marked ``browser``."""
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser.new_context(offline=True)
        browser.close()
