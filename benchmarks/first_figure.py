"""Time a page in headless Chromium: how soon its first figure, and its first interactive chart, are on screen."""

import contextlib
import functools
import http.server
import shutil
import threading

from playwright.sync_api import sync_playwright

OURS = {"figure": "figure.chart svg", "chart": ".js-plotly-plot .point"}
STOCK = {
    "figure": ".jp-RenderedSVG img, .jp-RenderedSVG svg, .jp-RenderedImage img",
    "chart": ".js-plotly-plot .point",
}
# What Lighthouse calls Slow 4G, its model of a telephone's connection: bytes a second, and milliseconds there and back.
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1638.4 * 1000 / 8,
    "uploadThroughput": 675 * 1000 / 8,
}
# Runs in the page before its own content: notes when the first element that matches has a size, after the frame that drew it.
WATCH = """selector => {
  const look = () => {
    const found = document.querySelector(selector);
    if (found && found.getBoundingClientRect().height > 0 && (found.complete ?? true)) requestAnimationFrame(() => { window.seen ??= performance.now(); });
    else requestAnimationFrame(look);
  };
  look();
}"""
SEEN = "() => new Promise(done => { const look = () => window.seen === undefined ? setTimeout(look, 5) : done(window.seen); look(); })"
HOSTS = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # whatever a page asks of other hosts fails at once


@contextlib.contextmanager
def chromium():
    """Start Debian's Chromium, cut off from every other host."""
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", HOSTS]
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def served(folder):
    """Serve a folder on this machine; give its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with _Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *where):
        """Say nothing of a page that was closed before it had come whole."""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        """Say nothing of each request."""


def seconds(browser, address, selector, connection=None):
    """Open a page in a tab that shows another page of the site, nothing cached; return the seconds until an element is on screen."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    tab = context.new_page()
    tab.goto(address.rpartition("/")[0] + "/blank.html")  # starting the tab's process is no part of a page
    if connection:
        session = context.new_cdp_session(tab)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", connection)
    tab.add_init_script(f"({WATCH})({selector!r})")
    tab.goto(address, wait_until="commit")
    milliseconds = tab.evaluate(SEEN)
    context.close()
    return milliseconds / 1000
