"""A visitor without a browser: a page's websocket, as the page's program speaks to it."""

import contextlib
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

PATIENT = 120.0
"""Seconds within which a page has been sent, on a busy machine."""


@contextlib.contextmanager
def visiting(port: int, place: str = "", *, deaf: bool = False) -> Iterator[ClientConnection]:
    """A page's websocket; of a `deaf` visitor one that is never read."""
    raw = socket.socket()
    if deaf:  # little room on the way, so that what is not read stays where it comes from
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect(("localhost", port))
    with connect(
        f"ws://localhost:{port}{place}/_stcore/stream",
        sock=raw,
        subprotocols=[Subprotocol("streamlit")],
        max_size=None,
        max_queue=1 if deaf else 16,
        ping_interval=None,
        close_timeout=0 if deaf else 10,
        proxy=None,
        open_timeout=PATIENT,
    ) as found:
        yield found


def asked(page: str = "", **query: str) -> bytes:
    """What asks for a page (by its name in the address) under a link with these parameters."""
    message = BackMsg()
    message.rerun_script.query_string = urlencode(query)
    message.rerun_script.page_name = page
    return message.SerializeToString()


def received(visitor: ClientConnection) -> list[ForwardMsg]:
    """What is sent until the run of the page has ended."""
    found: list[ForwardMsg] = []
    until = time.monotonic() + PATIENT
    while not found or found[-1].WhichOneof("type") != "script_finished":
        data = visitor.recv(timeout=until - time.monotonic())
        assert isinstance(data, bytes)
        message = ForwardMsg()
        message.ParseFromString(data)
        found.append(message)
    return found


def texts(messages: list[ForwardMsg]) -> str:
    """All that was sent, as text in which can be looked."""
    return "\n".join(str(message) for message in messages)
