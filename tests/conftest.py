"""What the tests share: the data, a copy of it to spoil, the rendered site, and a browser without a network."""

import os
import shutil
import time
from pathlib import Path

import lantian as lt
import pytest
from lantian.data.plans import find_data
from lantian.site import forkserver
from lantian.site.execute import environment

SOURCES = "LANTIAN_SOURCES"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NEEDS = {
    "sources": (os.environ.get(SOURCES), f"the full texts are not here; {SOURCES} names their folder"),
    "browser": (CHROMIUM, "no chromium, chromium-browser or google-chrome is on the PATH"),
}
# Where files are shared out between processes, a long one taken up last would be waited for.
LONGEST = ("pages", "prose", "access", "growth", "render", "evidence", "input", "export", "coverage")


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
def copy_data(data, tmp_path):
    """A copy of the data that a test may spoil."""
    return shutil.copytree(data, tmp_path / "data")


@pytest.fixture(scope="session")
def sources():
    """The folder of the full texts; tests that use it are marked ``sources``."""
    return Path(os.environ[SOURCES])


class Lent:
    """A process that forks kernels, lent to a render, which does not end it."""

    def __init__(self, server):
        self.ask = server.ask

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


@pytest.fixture(scope="session")
def executor(data, tmp_path_factory):
    scratch = tmp_path_factory.mktemp("executor")
    with forkserver.ForkServer(environment(data, scratch), scratch) as server:
        yield server


@pytest.fixture
def one_executor(executor, monkeypatch):
    """Renders of the test share one process that forks kernels: to start it costs more than a small render."""
    monkeypatch.setattr(forkserver, "ForkServer", lambda *settings: Lent(executor))


@pytest.fixture(scope="session")
def site(data, tmp_path_factory):
    """The folder of all pages, rendered once, by whichever process of the test run comes first."""
    from lantian.site.render import render

    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    folder, done = root / "site", root / "site-done"
    try:
        (root / "site-begun").mkdir()
    except FileExistsError:
        while not done.exists():
            time.sleep(0.2)
    else:
        try:
            render(data=data, output=folder, say=lambda line: None)
        finally:
            done.touch()
    assert (folder / "index.html").exists(), (
        "the pages could not be rendered: see the first test that needs them"
    )
    return folder


@pytest.fixture(scope="session")
def chromium():
    """A browser context that has no network; tests that use it are marked ``browser``."""
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser.new_context(offline=True)
        browser.close()
