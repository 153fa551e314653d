"""A real nginx with the configuration that is shipped, as an ordinary user, on free ports."""

import base64
import contextlib
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.served import ROOT, free_port

CONFIGURATION = ROOT / "deploy" / "nginx.conf"
NAME = "patterns.localhost"
"""A name of this machine, for browsers too."""
USER = ("lab", "open")
NOBODY = 65534
AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""
"""What a distribution's own nginx.conf has around it."""


@dataclass(frozen=True)
class Proxy:
    """Where nginx listens, and the folder with its logs."""

    port: int
    plain_port: int
    folder: Path

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"https://{NAME}:{self.port}"

    def get(self, path: str, host: str | None = None, **headers: str) -> http.client.HTTPResponse:
        """What comes from a path; the connection is closed."""
        context = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        context.check_hostname = False
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=context, timeout=20
        )
        asked = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers={"Host": host or f"{NAME}:{self.port}", **asked})
        answer = connection.getresponse()
        answer.text = answer.read().decode(errors="replace")  # type: ignore[attr-defined]
        connection.close()
        return answer


def upgrade(proxy: Proxy, path: str = "/_stcore/stream", origin: str | None = None) -> int:
    """The status with which the beginning of a websocket is answered."""
    context = ssl.create_default_context(cafile=str(proxy.folder / "cert.pem"))
    context.check_hostname = False
    host = f"{NAME}:{proxy.port}"
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        f"Origin: {origin or f'https://{host}'}",
        *("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"),
        f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}",
    )
    with (
        socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as raw,
        context.wrap_socket(raw, server_hostname=NAME) as secure,
    ):
        secure.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return int(secure.recv(64).split()[1])


@contextlib.contextmanager
def proxied(app_port: int, *, password: bool = False) -> Iterator[Proxy]:
    """nginx before the app on this port, which asks for a `password` where it is told to. Skips,
    and says why, where there is no nginx."""
    for program in ("nginx", "openssl"):
        if not found(program):
            pytest.skip(
                f"NO PROXY WAS TESTED: {program} is not installed (apt-get install {program})"
            )
    with tempfile.TemporaryDirectory(prefix="nginx-") as made:
        folder = Path(made)
        proxy = Proxy(free_port(), free_port(), folder)
        _certificate(folder)
        if password:
            _users(folder)
        (folder / "site.conf").write_text(_site(proxy, app_port, password), encoding="utf-8")
        (folder / "nginx.conf").write_text(AROUND.format(folder=folder), encoding="utf-8")
        who: dict[str, Any] = {}
        if os.geteuid() == 0:  # an ordinary user, as which it has to do all the same
            who = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
            for path in (folder, *folder.iterdir()):
                os.chown(path, NOBODY, NOBODY)
        command = [found("nginx"), "-p", made, "-c", str(folder / "nginx.conf"), "-e", "stderr"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **who)
        try:
            _wait(process, proxy.port)
            yield proxy
        finally:
            process.terminate()
            said = process.communicate(timeout=20)[1]
        assert "[emerg]" not in said, said


def found(program: str) -> str:
    """The path of a program, which an ordinary user may not have on his own; empty for none."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""


def _site(proxy: Proxy, app_port: int, password: bool) -> str:
    """The configuration for this machine: other ports, names and places, its lines that ask for a
    password taken in where they are to be, and nothing else."""
    asks = [("    #auth_basic", "    auth_basic"), ("/etc/nginx/", f"{proxy.folder}/")]
    text = CONFIGURATION.read_text(encoding="utf-8")
    for old, new in (
        ("127.0.0.1:8501", f"127.0.0.1:{app_port}"),
        ("listen 443 ssl", f"listen 127.0.0.1:{proxy.port} ssl"),
        ("listen 80;", f"listen 127.0.0.1:{proxy.plain_port};"),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("    listen [::]:80;\n", ""),
        ("server_name patterns.example.org", f"server_name {NAME}"),
        ("/etc/ssl/patterns/fullchain.pem", f"{proxy.folder}/cert.pem"),
        ("/etc/ssl/patterns/privkey.pem", f"{proxy.folder}/key.pem"),
        ("/var/log/nginx/", f"{proxy.folder}/"),
        *(asks if password else ()),
    ):
        assert old in text, old
        text = text.replace(old, new)
    return text


def _users(folder: Path) -> None:
    name, password = USER
    command = (found("openssl"), "passwd", "-apr1", password)
    hashed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    (folder / "patterns.htpasswd").write_text(f"{name}:{hashed}")


def _certificate(folder: Path) -> None:
    subprocess.run(
        [
            *(found("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt"),
            *("ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"),
            *("-keyout", folder / "key.pem", "-out", folder / "cert.pem"),
        ],
        check=True,
        capture_output=True,
    )


def _wait(process: "subprocess.Popen[str]", port: int) -> None:
    until = time.monotonic() + 30
    while True:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until
        time.sleep(0.02)
