"""The app behind a real nginx: what comes through, what does not, and with which headers."""

import base64
import http.client
import json

import pytest

from tests.app.threads import until
from tests.deploy.proxied import NAME, USER, proxied, upgrade
from tests.deploy.served import begun, free_port

SERVES = """
import sys
from explainer.app import start
start.serve("page.py", "localhost", int(sys.argv[1]), ["localhost", sys.argv[2]])
"""
"""A server of one small page, known by a name."""
SECRET = f"Basic {base64.b64encode(':'.join(USER).encode()).decode()}"
HEADERS = (
    "Content-Security-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
)


@pytest.fixture(scope="module")
def app_port(tmp_path_factory):
    """The port of an app that runs on this machine."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "page.py").write_text("import streamlit as st\nst.write('a page')\n")
    port = free_port()
    with begun("-c", SERVES, str(port), NAME, port=port, folder=folder):
        yield port


@pytest.fixture
def proxy(app_port):
    """An nginx that nobody has asked for anything."""
    with proxied(app_port) as running:
        yield running


def test_pages_and_their_parts_come_with_headers_that_bound_them(proxy):
    for path in ("/", "/compare?text=secret", "/_stcore/health", "/_stcore/metrics", "/healthz"):
        answer = proxy.get(path)
        for name in HEADERS:
            assert len(answer.headers.get_all(name)) == 1, (path, name)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Server"] == "nginx"
    page = proxy.get("/")
    assert page.status == 200
    assert '<div id="root">' in page.text
    for cookie in proxy.get("/_stcore/health").headers.get_all("Set-Cookie", []):
        assert "secure" in cookie.lower()


def test_the_insides_of_streamlit_are_hidden(proxy):
    for path in ("/_stcore/health", "/_stcore/host-config"):
        assert proxy.get(path).status == 200
    hidden = ["metrics", "script-health-check", "agent/openapi.json", "agent/interact", "", "none"]
    paths = [f"/_stcore/{name}" for name in hidden]
    paths += ["/lab/_stcore/metrics", "//_stcore/metrics", "/_stcore%2Fmetrics"]
    paths += ["/x/../_stcore/metrics", "/static/../_stcore/metrics", "/%5Fstcore/metrics"]
    paths += ["/auth/login", "/oauth2callback"]
    for path in (*paths, "/component/any"):
        assert proxy.get(path).status == 404, path


def test_a_websocket_is_opened_for_the_page_itself_alone(proxy):
    assert upgrade(proxy) == 101
    assert upgrade(proxy, origin="https://elsewhere.example.org") == 403


def test_the_health_check_goes_through(proxy):
    answer = proxy.get("/healthz")
    assert answer.status == 200
    assert json.loads(answer.text)["status"] == "ok"


def until_refused(proxy, path) -> list[int]:
    """The statuses of one request after the other, of a thousand at most, up to the first 429."""
    said = []
    for _ in range(1000):
        said.append(proxy.get(path).status)
        if said[-1] == 429:
            return said
    raise AssertionError("a thousand links were answered")


def test_a_thousand_links_from_one_address_are_cut(proxy):
    said = until_refused(proxy, "/")
    assert len(said) > 20
    assert set(said[:-1]) == {200}
    assert proxy.get("/_stcore/health").status == 200  # whoever is there stays


def test_no_log_holds_an_address_or_what_a_link_asks(proxy):
    until_refused(proxy, "/compare?text=a-secret-sentence")
    log = proxy.folder / "patterns.log"
    until(lambda: " GET /compare 429 " in log.read_text())  # written once it has been answered
    assert " GET /compare 200 " in log.read_text()
    for file in proxy.folder.glob("*.log"):
        assert "secret" not in file.read_text()
        assert "127.0.0.1" not in file.read_text()


def test_plain_http_leads_to_https(proxy):
    connection = http.client.HTTPConnection("127.0.0.1", proxy.plain_port, timeout=20)
    connection.request("GET", "/compare?text=a", headers={"Host": NAME})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{NAME}/compare?text=a")
    connection.close()


def test_a_password_is_asked_for_everything_but_the_health_check(app_port):
    with proxied(app_port, password=True) as proxy:
        for path in ("/", "/_stcore/health", "/_stcore/host-config"):
            assert proxy.get(path).status == 401
            assert proxy.get(path, Authorization=SECRET).status == 200
        assert upgrade(proxy) == 401
        assert proxy.get("/healthz").status == 200
