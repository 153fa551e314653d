"""What takes how long is told by clocks that only go forward: the system's time may jump."""

import ast

import pytest

from tests.wings import sources

JUMPS = {
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime", "asctime", "strftime"},
    "datetime": {"now", "utcnow", "today", "fromtimestamp", "utcfromtimestamp"},
    "date": {"today", "fromtimestamp"},
    "os.path": {"getmtime", "getctime", "getatime"},
}
"""What reads the system's time, or a time that was taken from it, by its module or class."""
STAMPS = {"st_mtime", "st_mtime_ns", "st_ctime", "st_ctime_ns", "create_time", "created"}
"""Attributes that are such times, whatever has them."""
MAY = {
    # A date that people read.
    "explainer.app.serving.log": {"datetime.fromtimestamp", "created"},
    # Files' times, of which is asked alone whether they are the same as before.
    "explainer.models.version": {"st_mtime_ns"},
    "explainer.models.loading.weights": {"st_mtime_ns"},
    "explainer.app.corpus.sources": {"st_mtime_ns"},
}
"""The modules that may read what jumps, and what: none of it tells how long something took, how
long to wait, or what came first."""


def jumping(tree: ast.Module) -> set[str]:
    """What a module reads that jumps."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            of = ast.unparse(node.value)
            owner = of if of in JUMPS else of.rpartition(".")[2]
            if node.attr in STAMPS:
                found.add(node.attr)
            elif node.attr in JUMPS.get(owner, ()):
                found.add(f"{owner}.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module in JUMPS:
            names = {alias.name for alias in node.names} & JUMPS[node.module]
            found |= {f"{node.module}.{name}" for name in names}
    return found


def test_no_duration_is_told_by_a_clock_that_jumps():
    found = {module: jumping(tree) for module, tree in sources().items()}
    assert {module: names for module, names in found.items() if names} == MAY


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import time\nbegan = time.time()", "time.time"),
        ("from time import time", "time.time"),
        ("import datetime\ndatetime.datetime.now()", "datetime.now"),
        ("from datetime import datetime, UTC\ndatetime.now(UTC)", "datetime.now"),
        ("import os\nos.path.getmtime('a')", "os.path.getmtime"),
        ("age = path.stat().st_mtime", "st_mtime"),
    ],
)
def test_the_reading_sees_what_jumps(code, found):
    assert jumping(ast.parse(code)) == {found}


def test_the_reading_passes_what_only_goes_forward():
    code = "import time\ntime.monotonic() - time.perf_counter() - time.thread_time()\ntime.sleep(1)"
    assert jumping(ast.parse(code)) == set()
