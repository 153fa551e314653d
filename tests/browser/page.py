"""What the browser tests share: a server, a browser, and waiting until a page has settled."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin

ROOT = Path(__file__).parents[2]
BROWSERS = (
    *("/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/chromium-browser"),
    "/usr/bin/google-chrome",
)
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--renderer-process-limit=1",
)
"""Without what tests have no use for. One process draws all tabs of a context: a further tab finds
the app's and Plotly's programs read and compiled, which takes half of the time of a first visit."""
GRAPH = ".js-plotly-plot .scatterlayer .trace"
BAR = "[data-testid=stProgress]"
PLOTS = "[data-testid=stPlotlyChart]"
SOON = 180_000
"""Milliseconds that a page may take to show something. It takes seconds by itself, but other tests
compute at the same time, on machines that may be many times slower."""
STILL: Literal["reduce"] = "reduce"
"""Nothing moves for those who ask for that: without a graphics card the processor draws a page that
moves, sixty times a second."""
BOX = ".st-key-typing textarea"
"""The box of the sentence, which lies in the place of its words until it is used."""
SPOTS = """index => {
  const plot = document.querySelectorAll('.js-plotly-plot')[index ?? 0];
  const { xaxis, yaxis } = plot._fullLayout;
  const spots = plot._fullData[plot._fullData.length - 1];
  const box = plot.getBoundingClientRect();
  return spots.customdata.map((data, i) => ({
    data,
    x: box.x + xaxis._offset + xaxis.l2p(spots.x[i]),
    y: box.y + yaxis._offset + yaxis.l2p(spots.y[i]),
  }));
}"""
"""Where the spots of a graph (the first, or that of the given index) are on the screen."""
HEAR = """
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (asked) {
  window.asked = performance.now();
  if (!this.heard) {
    this.heard = true;
    this.addEventListener('message', () => { delete window.asked; delete window.quietSince; });
  }
  return send.call(this, asked);
};
"""
"""Lets a page know whether it has asked its server for something and heard nothing yet."""
FITS = """([plots, width]) => {
  const figures = [...document.querySelectorAll(plots)];
  const ends = figures.map(figure => figure.getBoundingClientRect().right);
  const { scrollWidth } = document.querySelector('[data-testid=stMain]');
  return figures.length > 0 && Math.max(scrollWidth, ...ends) <= width;
}"""
"""Whether a page with figures has nothing to scroll sideways."""
END_BY = """([places, height]) => Object.values(places).every(place => {
  const box = document.querySelector(place)?.getBoundingClientRect();
  return box && box.height > 0 && box.bottom <= height;
})"""
"""Whether all that is at the given places is drawn and ends above this height of the screen."""
QUIET_SINCE = """quiet => {
  const app = document.querySelector('[data-testid=stApp]');
  const waits = performance.now() - window.asked < 3000;  // some questions have no answer
  const busy = waits || app?.dataset.testScriptState !== 'notRunning'
    || app.dataset.testConnectionState !== 'CONNECTED'
    || document.querySelector('[data-stale=true], [data-testid=stSpinner]');
  if (busy || window.quietSince === undefined) window.quietSince = performance.now();
  return performance.now() - window.quietSince >= quiet;
}"""
"""Whether the page has had nothing to wait for since so many ms."""


def menu(page, key: str) -> None:
    """Open what is behind a button or a word; Escape closes it."""
    page.locator(f".st-key-{key} [data-testid=stPopoverButton]").click()
    page.locator("[data-testid=stPopoverBody]").wait_for()


def found_browser() -> str | None:
    """A browser's program, or None where there is none."""
    return os.environ.get("CHROMIUM") or next((b for b in BROWSERS if Path(b).exists()), None)


def executed(command: Sequence[str], cwd: Path, env: Mapping[str, str], stderr):
    """`python -m` with these arguments."""
    run = [sys.executable, "-m", *command]
    return subprocess.Popen(run, cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=stderr)


@contextlib.contextmanager
def server(script=None, root=ROOT, begin=executed, **environment: str):
    """A cold server of the app, or of a script, on a free port; yields its address as soon as it
    answers.

    `root` is the checkout whose code it runs; `environment` has variables beside the present ones.
    It has one process beside it, as a server of one core. It is executed, or begun as `begin` does.
    """
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = ["explainer", "app", "--port", str(port)]
    if script is not None:
        command = ["streamlit", "run", str(script), "--server.port", str(port)]
    alone = {"EXPLAINER_PROCESSES": "1", "EXPLAINER_GRACE": "0"}
    address = f"http://localhost:{port}"
    # A pipe that nobody reads would stop a server that has much to say.
    with tempfile.TemporaryFile("w+") as errors:
        process = begin(command, root, {**os.environ, **alone, **environment}, errors)
        try:
            for _ in range(300):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"{address}/_stcore/health", timeout=1).close()
                    break
                assert process.poll() is None, _text(errors)
                time.sleep(0.1)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)
        assert "Traceback" not in _text(errors), _text(errors)


def _text(file) -> str:
    file.seek(0)
    return file.read()


LEFT: list = []
"""Tabs that tests have left, with nothing in them."""
DESKS: dict = {}
"""Of each browser the context of its tabs without touch. They share cookies and storage while they
are open, in which Streamlit keeps its token against forged requests and the theme, “System”."""


@contextlib.contextmanager
def opened(
    chromium, width: int = 1280, height: int = 1000, *, color_scheme="light", touch: bool = False
):
    """A clean tab, which fails the test on an error in the page; of a phone where it has `touch`.

    It may be one that another test has left, with nothing of that in it.
    """
    page = LEFT.pop() if LEFT and not touch else _new(chromium, touch)
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=color_scheme, reduced_motion=STILL)
    page.set_default_timeout(SOON)
    broken: list[str] = []

    def note(error):
        broken.append(str(error))

    page.on("pageerror", note)
    clean = False
    try:
        yield page
        clean = not touch and not broken and _left(page)
    finally:
        if not clean:
            (page.context if touch else page).close()
    if clean:
        page.remove_listener("pageerror", note)
        LEFT.append(page)
    assert not broken


def _new(chromium, touch: bool):
    """A tab that nobody has been at."""
    if touch:
        context = chromium.new_context(has_touch=True, is_mobile=True)
    else:
        context = DESKS.get(chromium) or DESKS.setdefault(chromium, chromium.new_context())
    page = context.new_page()
    page.add_init_script(HEAR)
    return page


def _left(page) -> bool:
    """Whether the tab could leave the app, as if it was closed, with nothing in its storage."""
    from playwright.sync_api import Error  # tests without a browser do without

    if not page.url.startswith("http"):
        return False
    try:  # an address without the app, which keeps the tab's process
        page.goto(urljoin(page.url, "/_stcore/health"), timeout=5000)
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
    except Error:  # the server has gone
        return False
    page.mouse.move(0, 0)
    if len(page.context.pages) == len(LEFT) + 1:  # they are those of other tabs, too
        page.context.clear_cookies()
        page.context.clear_permissions()
    return True


def ready(page) -> None:
    """Wait until the graph is drawn and the server has nothing more to send."""
    page.wait_for_selector(GRAPH)
    idle(page)


def idle(page) -> None:
    """Wait until the server has had nothing more to send for a while."""
    # What was done a moment ago may still be on its way: the while begins now.
    page.evaluate("delete window.quietSince")
    until(page, QUIET_SINCE, 300)
    assert not page.locator("[data-testid=stException]").count()


def until(page, holds: str, arg=None) -> None:
    """Wait until what JavaScript says of the page is true.

    Asked by the clock: asked before every picture of the page, as Playwright does by itself, a busy
    machine draws pictures for nothing, and where none is drawn nobody asks.
    """
    page.wait_for_function(holds, arg=arg, polling=50)


def fits(page, width: int) -> None:
    """Wait until the page and its figures are no wider than the screen; time out where they are."""
    # Figures are drawn again after the screen has changed: none has a place while it is replaced.
    until(page, FITS, [PLOTS, width])


def end_by(page, height: int, places: dict[str, str]) -> None:
    """Wait until all is drawn and seen above a height of the screen; fail with what is not."""
    try:
        until(page, END_BY, [places, height])
    except Exception:
        ends = {name: page.locator(at).first.bounding_box() for name, at in places.items()}
        raise AssertionError(f"not all ends by {height}: {ends}") from None
