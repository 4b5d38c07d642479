"""JupyterLab in a real browser, as an analyst opens it: cells run, words fold out what proves them, charts follow the theme."""

import io
import os
import shutil
import socket
import subprocess
import sys
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from lantian.site.render import NOTEBOOKS
from PIL import Image
from test_render import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.soak]

RUN = """async theme => {
  await jupyterapp.commands.execute('apputils:change-theme', {theme})
  await jupyterapp.commands.execute('notebook:run-all-cells')
  return jupyterapp.shell.currentWidget.content.widgets.filter(cell => cell.model.type === 'code').map(cell => ({
    ran: cell.model.executionCount > 0, failed: cell.model.outputs.toJSON().filter(output => output.output_type === 'error')}))
}"""


def answers(address):
    try:
        return urlopen(address).status == 200
    except URLError:
        return False


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab of its own, on copies of the notebooks and with no settings of the user's."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(NOTEBOOKS, folder / "notebooks")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    options = f"--no-browser --allow-root --port={port} --IdentityProvider.token= --LabApp.expose_app_in_browser=True"
    command = [sys.executable, "-m", "jupyterlab", *options.split(), f"--ServerApp.root_dir={folder}"]
    process = subprocess.Popen(command, env=os.environ | own, stderr=subprocess.DEVNULL)
    wait_for(lambda: answers(f"http://127.0.0.1:{port}/api"), "JupyterLab does not answer")
    yield f"http://127.0.0.1:{port}/lab/tree/notebooks/"
    process.terminate()
    process.wait()


@pytest.fixture
def page(chromium, lab):
    page = chromium.browser.new_page(viewport={"width": 1400, "height": 1000})
    page.route(lambda url: not url.startswith(("http://127.0.0.1", "data:")), lambda route: route.abort())
    yield page
    page.close()


@pytest.mark.parametrize("name, theme", [("00_at_a_glance", "Dark"), ("03_vehicles", "Light")])
def test_a_notebook_runs_folds_out_its_evidence_and_follows_the_theme(page, lab, plans, name, theme):
    page.emulate_media(
        color_scheme="light" if theme == "Dark" else "dark"
    )  # the theme decides, not the system
    page.goto(f"{lab}{name}.ipynb?reset")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for(timeout=60_000)
    wait_for(
        lambda: (
            page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status") == "idle"
        ),
        "no kernel",
    )
    cells = page.evaluate(RUN, f"JupyterLab {theme}")
    assert all(cell["ran"] for cell in cells) and not [cell for cell in cells if cell["failed"]]
    folds = page.locator(".lantian details.evidence")
    for number in (0, 1, 2):
        folds.nth(number).locator("summary").click()
        assert folds.nth(number).locator(".proof code").inner_text() in plans.by_id
    assert not page.locator(".lantian a[href^='..']").count()
    chart = page.locator(".jp-RenderedSVG img").first
    chart.scroll_into_view_if_needed()
    _, paper = max(Image.open(io.BytesIO(chart.screenshot())).convert("L").getcolors())  # the commonest shade
    assert paper < 40 if theme == "Dark" else paper > 240
