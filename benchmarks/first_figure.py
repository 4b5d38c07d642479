"""Time the first figure of a page on screen: ours against stock nbconvert's of the same notebook.

Both pages are opened in turn in headless Chromium with the network cut, five
times after a warm-up, and the ratio is that of the paired medians. Run as
``.venv/bin/python benchmarks/first_figure.py``; it prints one line.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK, PAIRS = "01_coal", 5
OURS, STOCK = "figure.chart svg", ".jp-RenderedSVG img, .jp-RenderedSVG svg, .jp-RenderedImage img"
# Runs in the page: notes when the first element that matches has a size, after a frame in which it was drawn.
WATCH = """selector => {
  const look = () => {
    const found = document.querySelector(selector);
    if (found && found.getBoundingClientRect().height > 20 && (found.complete ?? true)) requestAnimationFrame(() => { window.firstFigure ??= performance.now(); });
    else requestAnimationFrame(look);
  };
  look();
}"""


def stock_page(folder):
    """Convert the notebook as a stock run does, plotly embedded by its notebook renderer."""
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--execute", "--to", "html", "--output-dir", str(folder), str(ROOT / f"notebooks/{NOTEBOOK}.ipynb")]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PLOTLY_RENDERER": "notebook"})
    return folder / f"{NOTEBOOK}.html"


def first_figure(browser, page, selector):
    """Open a page in a fresh context and return the milliseconds to its first figure."""
    context = browser.new_context(offline=True)
    tab = context.new_page()
    tab.add_init_script(f"({WATCH})({selector!r})")
    tab.goto(page.as_uri(), wait_until="commit")
    tab.wait_for_function("window.firstFigure !== undefined")
    milliseconds = tab.evaluate("window.firstFigure")
    context.close()
    return milliseconds


def main():
    """Print both medians and their ratio."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as play:
        stock, ours = stock_page(Path(scratch)), ROOT / f"reports/{NOTEBOOK}.html"
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        pairs = [(first_figure(browser, ours, OURS), first_figure(browser, stock, STOCK)) for _ in range(PAIRS + 1)][1:]
    mine, theirs = (statistics.median(times) for times in zip(*pairs))
    print(f"first figure of {NOTEBOOK}: {mine:.0f} ms, stock {theirs:.0f} ms, {theirs / mine:.1f} times sooner (medians of {PAIRS} pairs)")


if __name__ == "__main__":
    main()
