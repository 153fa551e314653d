"""The command `app`: what it refuses before it serves anything, and what it tells the server."""

import socket
import sys

import pytest

from explainer.app import start
from explainer.base import assets
from explainer.cli.main import main


@pytest.fixture
def served(monkeypatch):
    """What would be served: what the server is given, where it is begun at all."""
    calls = []
    monkeypatch.setattr(start, "serve", lambda *given: calls.append(given))
    return calls


def free_port():
    with socket.socket() as found:
        found.bind(("localhost", 0))
        return found.getsockname()[1]


def test_the_server_is_given_the_app_and_the_address(served):
    port = free_port()
    assert main(["app", "--port", str(port)]) == 0
    assert served == [(str(assets.APP), "localhost", port, {"localhost", "127.0.0.1", "::1"}, "")]


def test_names_by_which_browsers_ask_are_let_in(served):
    host = ["--host", "0.0.0.0", "--name", "patterns.example.org"]
    assert main(["app", "--port", str(free_port()), *host]) == 0
    ((_, address, _, hosts, _),) = served
    assert address == "0.0.0.0"
    assert hosts == {"localhost", "127.0.0.1", "::1", "patterns.example.org"}


@pytest.mark.parametrize(("given", "path"), [("/lab/patterns/", "lab/patterns"), ("/", "")])
def test_a_path_of_a_proxy_is_handed_on(served, given, path):
    assert main(["app", "--port", str(free_port()), "--path", given]) == 0
    assert served[0][-1] == path


@pytest.mark.parametrize("given", ["a//b", "..", "a b", "a?b", "https://example.org/a"])
def test_what_is_no_path_is_refused(served, capsys, given):
    with pytest.raises(SystemExit):
        main(["app", "--path", given])
    assert f"{given!r} is not a path such as 'lab/patterns'" in capsys.readouterr().err
    assert served == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "0.0.0.0"])
def test_a_taken_port_is_refused_in_one_sentence(served, capsys, host):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["app", "--port", str(port), "--host", host]) == 2
    expected = f"error: Port {port} of {host} is taken by another program: give another one with"
    assert capsys.readouterr().err == f"{expected} --port.\n"
    assert served == []


def test_an_address_of_another_machine_is_refused(served, capsys):
    assert main(["app", "--host", "192.0.2.1"]) == 2
    assert "Nothing can listen on port 8501 of '192.0.2.1'" in capsys.readouterr().err
    assert served == []


def test_without_streamlit_the_extra_is_named(served, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "streamlit", None)
    assert main(["app"]) == 2
    assert capsys.readouterr().err == (
        "error: The app needs the extra 'app' (streamlit cannot be found): run "
        "pip install 'influence-patterns-explorer[app]'.\n"
    )
    assert served == []


def test_an_installation_without_pages_says_so(served, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(assets, "APP", tmp_path / "app.py")
    assert main(["app"]) == 2
    assert "install the package again" in capsys.readouterr().err
    assert served == []
