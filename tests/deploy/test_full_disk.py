"""A disk on which nothing can be written any more ends no server, no upload and no import.

A limit on the size of files, of nothing, stands for it: files can be made, and no byte written. The
app of the wheel (tests/test_wheel.py) computes under that limit.
"""

import os
import tempfile
import urllib.request

import pytest

from explainer.base import scratch
from tests.deploy.served import begun, free_port
from tests.deploy.visitor import asked, received, texts, visiting

resource = pytest.importorskip("resource", reason="no limits on the size of files here")
LIMIT = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
SERVES = f"""
{LIMIT}
import sys
from explainer.app import start
start.serve("page.py", "localhost", int(sys.argv[1]), ["localhost"])
"""
PAGE = """
import streamlit as st
from explainer.app.memory import guard
guard()
file = st.file_uploader("A file")
st.write("The page is here.")
"""
BETWEEN = "between-two-files"
SIZES = (1_000, 1_500_000, 2_000_000)
"""Bytes of uploads: of more than a million the web server would make a file by itself."""


def uploaded(address: str, session: str, content: bytes) -> int:
    """The status that an upload by a session's page gets."""
    with urllib.request.urlopen(f"{address}/_stcore/health", timeout=20) as found:
        cookie = found.headers["Set-Cookie"].partition(";")[0]
    head = 'Content-Disposition: form-data; name="file"; filename="a.txt"'
    body = f"--{BETWEEN}\r\n{head}\r\n\r\n".encode() + content + f"\r\n--{BETWEEN}--\r\n".encode()
    request = urllib.request.Request(
        f"{address}/_stcore/upload_file/{session}/file-{len(content)}",
        method="PUT",
        data=body,
        headers={
            "Content-Type": f"multipart/form-data; boundary={BETWEEN}",
            "Cookie": cookie,
            "X-Xsrftoken": cookie.partition("=")[2],
        },
    )
    with urllib.request.urlopen(request, timeout=20) as found:
        return found.status


@pytest.mark.parametrize("log", ["a file", "the standard error"])
def test_a_server_begins_answers_and_ends(tmp_path, log):
    """Its standard error is a file, too: not even what it has to say can be written."""
    (tmp_path / "page.py").write_text(PAGE)
    port = free_port()
    setting = {"EXPLAINER_PROCESSES": "0"}
    if log == "a file":
        setting["EXPLAINER_LOG"] = str(tmp_path / "log")
    with begun("-c", SERVES, str(port), port=port, folder=tmp_path, **setting) as server:
        with visiting(port) as visitor:
            visitor.send(asked())
            messages = received(visitor)
            assert "The page is here." in texts(messages)
            (new,) = (one.new_session for one in messages if one.HasField("new_session"))
            for size in SIZES:
                status = uploaded(
                    f"http://localhost:{port}", new.initialize.session_id, size * b"x"
                )
                assert status == 204
        status, health = server.health()
        assert (status, health["status"]) == (200, "ok")
        assert health["log_lines_lost"] > 0
        server.process.terminate()
        assert server.process.wait(60) == 0
        assert not server.said


def test_a_folder_that_is_there_stands_for_one_that_cannot_be_made(monkeypatch):
    monkeypatch.delenv(scratch.VARIABLE, raising=False)
    scratch.without_scratch()
    assert scratch.VARIABLE not in os.environ

    def full(*_: object, **__: object) -> None:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
    scratch.without_scratch()
    assert os.path.isdir(os.environ[scratch.VARIABLE])  # noqa: PTH112
    monkeypatch.setenv(scratch.VARIABLE, "/chosen")
    scratch.without_scratch()
    assert os.environ[scratch.VARIABLE] == "/chosen"
