"""A page in a browser behind nginx: under a path, with a password, within what headers allow."""

import pytest

from tests.app.threads import until
from tests.browser.page import PLOTS, STILL, menu, ready
from tests.deploy.proxied import NAME, USER, proxied
from tests.deploy.served import begun, free_port

pytestmark = pytest.mark.browser
PATH = "lab/patterns"


@pytest.fixture(scope="module")
def proxy():
    """nginx that asks for a password, before the app under a path."""
    port = free_port()
    command = ("-m", "explainer", "app", "--port", str(port), "--name", NAME, "--path", PATH)
    with (
        begun(*command, port=port, place=f"/{PATH}", EXPLAINER_MODELS="builtin"),
        proxied(port, password=True) as running,
    ):
        yield running


def test_the_graph_is_drawn_and_saved_and_the_console_stays_empty(chromium, proxy):
    context = chromium.new_context(
        ignore_https_errors=True,
        reduced_motion=STILL,
        http_credentials=dict(zip(("username", "password"), USER, strict=True)),
    )
    page = context.new_page()
    page.set_default_timeout(180_000)
    wrong = []
    page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{proxy.address}/{PATH}")
    ready(page)
    assert "influence on are − is" in page.locator(PLOTS).first.get_attribute("aria-label")
    menu(page, "save")
    with page.expect_download() as download:
        page.get_by_text("Picture (PNG)").click()
    assert download.value.suggested_filename == "pattern.png"
    with page.expect_download() as download:
        page.get_by_text("Numbers (JSON)").click()
    assert download.value.suggested_filename == "pattern.json"
    assert wrong == []
    context.close()
    log = proxy.folder / "patterns.log"
    # Written once the connection has ended.
    until(lambda: f" GET /{PATH}/_stcore/stream 101 " in log.read_text())
