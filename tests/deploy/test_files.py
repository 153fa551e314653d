"""What is shipped to keep a server running, tried as far as can be without systemd and Docker."""

import json
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from build_files import FILES
from explainer.app import start
from explainer.app.settings import DEFAULT_GRACE
from explainer.cli.main import main
from tests.deploy.served import ROOT

DEPLOY = ROOT / "deploy"
SERVICE = (DEPLOY / "influence-patterns.service").read_text(encoding="utf-8")
LINES = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "").splitlines()
VARIABLE = re.compile(r"EXPLAINER_[A-Z]+")


def instructions(word):
    """What stands behind an instruction of the container file, each time."""
    return [line.strip().partition(" ")[2].strip() for line in LINES if line.split()[:1] == [word]]


@pytest.fixture
def served(monkeypatch):
    """What a command would serve."""
    calls = []
    monkeypatch.setattr("explainer.cli.app._check_free", lambda *_: None)
    monkeypatch.setattr(start, "serve", lambda *given: calls.append(given))
    return calls


def test_systemd_finds_nothing_wrong_with_the_service(tmp_path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("THE SERVICE WAS NOT VERIFIED: there is no systemd-analyze")
    program = "/opt/influence-patterns/bin/influence-patterns"
    unit = tmp_path / "influence-patterns.service"
    unit.write_text(SERVICE.replace(program, sys.executable))
    done = subprocess.run([analyze, "verify", str(unit)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_service_s_command_is_one_and_has_time_to_end(served):
    (command,) = re.findall(r"^ExecStart=\S*/influence-patterns (.*)$", SERVICE, re.MULTILINE)
    assert main(command.split()) == 0
    ((_, address, port, hosts, _),) = served
    assert (address, port) == ("localhost", 8501)
    assert "patterns.example.org" in hosts
    (grace,) = re.findall(r"EXPLAINER_GRACE=(\d+)", SERVICE)
    (limit,) = re.findall(r"^TimeoutStopSec=(\d+)$", SERVICE, re.MULTILINE)
    assert int(grace) == DEFAULT_GRACE
    assert int(limit) > int(grace) + start.CLOSING


def test_the_container_serves_where_it_says(served):
    (command,) = instructions("CMD")[-1:]
    program, *arguments = json.loads(command)
    assert program == "influence-patterns"
    assert main(arguments) == 0
    ((_, address, port, hosts, path),) = served
    assert (address, path) == ("0.0.0.0", "")
    assert "*.hf.space" in hosts
    assert instructions("EXPOSE") == [str(port)]
    (check,) = instructions("HEALTHCHECK")
    assert f"http://127.0.0.1:{port}/{start.HEALTH}" in check
    assert instructions("USER") == ["user"]
    assert LINES.index("USER user") < LINES.index(f"CMD {command}")


def test_the_container_gets_all_that_is_installed_and_nothing_that_is_not_there():
    copied = [line.split()[:-1] for line in instructions("COPY") if not line.startswith("--from")]
    names = {name for line in copied for name in line}
    assert [name for name in names if not (ROOT / name).exists()] == []
    needed = {"constraints.txt", "pyproject.toml", "build_files.py", "README.md", "LICENSE"}
    for file in (*FILES, *needed, "explainer/__init__.py"):
        assert any(file == name or file.startswith(f"{name}/") for name in names), file


def test_the_container_s_packages_are_the_pinned_ones():
    installs = re.findall(r"pip install[^;|&]*", "\n".join(instructions("RUN")))
    assert len(installs) == 3
    assert all("--constraint constraints.txt" in install for install in installs)
    (pattern,) = re.findall(r"sed -n '(.*?)' constraints.txt", "\n".join(LINES))
    found = subprocess.run(
        ["sed", "-n", pattern, ROOT / "constraints.txt"], capture_output=True, text=True, check=True
    )
    assert re.fullmatch(r"torch==[\d.]+\n", found.stdout)


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_container_s_health_check_hears_what_the_server_says(status, code):
    class Says(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, *_):
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Says)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    (check,) = instructions("HEALTHCHECK")
    _, flag, program = json.loads(check[check.index("[") :])
    program = program.replace("7860", str(server.server_port))
    done = subprocess.run([sys.executable, flag, program], capture_output=True)
    server.shutdown()
    server.server_close()
    assert done.returncode == code


def test_every_variable_that_is_set_is_in_the_table():
    table = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    known = set(re.findall(r"^\| `(EXPLAINER_[A-Z]+)`", table, re.MULTILINE))
    code = (ROOT / "explainer" / "app" / "settings.py").read_text(encoding="utf-8")
    assert known >= set(VARIABLE.findall(SERVICE + "\n".join(LINES) + code))
