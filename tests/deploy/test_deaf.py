"""A websocket that asks for a page again and again and never reads: it is dropped, and nobody else
waits for it."""

import psutil

from tests.deploy.served import begun, free_port
from tests.deploy.visitor import asked, received, texts, visiting

PAGE = """
import streamlit as st


@st.cache_resource
def runs():
    return {"deaf": 0, "other": 0}


who = st.query_params["who"]
runs()[who] += 1
if who == "deaf":
    for number in range(100):
        st.code(f"{runs()} {number} " + 25_000 * "x")
st.code(f"runs of the deaf: {runs()['deaf']}.")
"""
"""Sends much to who is deaf, and says to others how often it has done so."""
SERVES = """
import sys
from explainer.app import start
start.serve("page.py", "localhost", int(sys.argv[1]), ["localhost"])
"""
TIMES = 120
"""How often it is asked for at the most: 300 MB, if all were kept for who never reads."""
IN_VAIN = 15
"""So many times in a row, after which nobody is there any more."""


def test_who_never_reads_is_dropped_and_others_are_answered(tmp_path):
    (tmp_path / "page.py").write_text(PAGE)
    port = free_port()
    command, setting = ("-c", SERVES, str(port)), {"EXPLAINER_PROCESSES": "0"}
    with (
        begun(*command, port=port, folder=tmp_path, **setting) as server,
        visiting(port) as other,
        visiting(port, deaf=True) as deaf,
    ):

        def runs() -> int:
            """How often the deaf one's page has run, as another visitor is told."""
            other.send(asked(who="other"))
            said = texts(received(other))
            return int(said.rpartition("runs of the deaf: ")[2].partition(".")[0])

        assert runs() == 0
        process = psutil.Process(server.process.pid)
        before, seen = process.memory_info().rss, [0]
        for number in range(TIMES):
            deaf.send(asked(who="deaf", number=str(number)))
            seen.append(runs())
            if seen[-1] and len({*seen[-IN_VAIN:]}) == 1:
                break
        assert len(seen) < TIMES
        assert process.memory_info().rss - before < 75 * 2**20
        status, health = server.health()
        assert (status, health["status"]) == (200, "ok")
