"""The command `app`: the pages, served in this process."""

from __future__ import annotations

import argparse
import errno
import os
import re
import socket
from importlib import import_module
from typing import Any

from explainer.base import assets
from explainer.base.errors import ExplainerError
from explainer.base.extras import need
from explainer.base.quote import quote

PORT = 8501
SERVER = "explainer.app.start"
LOCAL = ("localhost", "127.0.0.1", "::1")
EVERYWHERE = ("0.0.0.0", "::")
"""Hosts that listen on every address of the machine, and are the name of none."""


def add_app(commands: Any, program: str) -> None:
    """Add the command to the parser's `commands`."""
    parser = commands.add_parser(
        "app",
        help="serve the pages",
        description="Serve the app until it is interrupted. It answers this machine alone, unless "
        "--host names another address.",
        epilog=f"examples:\n  {program} app\n  {program} app --port 8600\n"
        f"  {program} app --host 0.0.0.0 --name patterns.example.org\n"
        f"  {program} app --name example.org --path patterns",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--port", type=_port, default=PORT, metavar="N", help="(default: %(default)s)"
    )
    parser.add_argument(
        "--host",
        default=LOCAL[0],
        metavar="ADDRESS",
        help="address to listen on; 0.0.0.0 is every one of this machine (default: %(default)s)",
    )
    parser.add_argument(
        "--name",
        nargs="+",
        default=[],
        metavar="NAME",
        help="names by which browsers may ask for the app, beside localhost and --host",
    )
    parser.add_argument(
        "--path",
        type=_path,
        default="",
        metavar="PATH",
        help="path under which a proxy has the app, such as patterns (default: none)",
    )
    parser.set_defaults(run=_run)


def _path(text: str) -> str:
    path = text.strip("/")
    if not re.fullmatch(r"[\w.~-]+(/[\w.~-]+)*|", path, re.ASCII) or {".", ".."} & {
        *path.split("/")
    }:
        raise argparse.ArgumentTypeError(f"{quote(text)} is not a path such as 'lab/patterns'")
    return path


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdecimal() else 0
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{quote(text)} is not a port from 1 to 65535")
    return port


def _run(options: argparse.Namespace) -> None:
    need("The app", "app")
    if not assets.APP.is_file():
        raise ExplainerError(
            f"The app's pages are not in {quote(str(assets.ROOT))}, where this installation should "
            "have them: install the package again."
        )
    _check_free(options.host, options.port)
    hosts = {*LOCAL, options.host, *options.name}.difference(EVERYWHERE)
    # The pages stand above the command line, which imports nothing of them: it only starts them.
    server = import_module(SERVER)
    server.serve(str(assets.APP), options.host, options.port, hosts, options.path)


def _check_free(host: str, port: int) -> None:
    """Raise ExplainerError where nothing can listen on this port of the host's addresses."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ExplainerError(
            f"The host {quote(host)} is unknown: give --host an address of this machine."
        ) from error
    problems = [_problem(family, address) for family, *_, address in found]
    if errno.EADDRINUSE in problems:
        raise ExplainerError(
            f"Port {port} of {host} is taken by another program: give another one with --port."
        )
    if all(problems):  # of localhost's two addresses one may be missing
        raise ExplainerError(
            f"Nothing can listen on port {port} of {quote(host)} ({os.strerror(problems[0])}): "
            "give another --port or --host."
        )


def _problem(family: int, address: Any) -> int:
    """The number of the error with which listening there fails, 0 for none."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            if os.name == "posix":  # a port that was left a moment ago is free
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        return error.errno or errno.EINVAL
    return 0
