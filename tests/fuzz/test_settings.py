"""Generated settings: of a computation, of a page's choices, and of the process's environment."""

import json
from dataclasses import asdict

import pytest
from hypothesis import strategies as st

from explainer import Settings
from explainer.app import settings as server
from explainer.app.state.choices import from_query
from explainer.app.work import limits
from explainer.base import budget
from explainer.models.loading import offer
from explainer.results.settings import BASELINES, RULES, SEARCHES, completed
from tests.damage import ANYTHING, cases, outcome
from tests.fuzz.asking import arguments
from tests.fuzz.damaged import ODD
from tests.fuzz.hostile import VALUES


@cases(
    asked=arguments(
        {
            "points": st.integers(1, 1000),
            "rule": st.sampled_from(RULES),
            "tolerance": st.floats(1e-9, 1),
            "baseline": st.sampled_from(BASELINES),
            "keep_special": st.booleans(),
            "top_k": st.integers(1, 9),
            "search": st.sampled_from(SEARCHES),
            "beam": st.integers(1, 9),
        }
    )
)
def test_settings(asked):
    found = outcome(lambda: Settings(**asked))
    if found is not None:
        assert Settings(**json.loads(json.dumps(asdict(found)))) == found


NAMES = sorted(Settings.__dataclass_fields__)


@cases(
    0.2,
    given=st.dictionaries(st.sampled_from([*NAMES, "x", ""]), st.sampled_from(ODD), max_size=3),
    rest=st.booleans(),
)
def test_stored_settings(given, rest):
    """What a record or run says of its settings, which somebody may have written by hand."""
    stored = {**(asdict(Settings()) if rest else {}), **given}
    try:
        found = outcome(lambda: Settings(**completed(stored)))
    except TypeError:  # readers of records refuse unknown fields before
        assert not set(stored) <= {*NAMES}
        return
    if found is not None:
        assert Settings(**json.loads(json.dumps(asdict(found)))) == found
        assert found.sampling
        assert found.searched


@cases(0.2, query=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4))
def test_settings_of_links(query):
    found, notes = from_query(query)
    assert isinstance(found.settings, Settings)
    assert len(notes) <= len(query) + 1
    again, _ = from_query(found.to_query())
    assert again.settings == found.settings


VARIABLES = {
    offer.VARIABLE: ["builtin", "any", ".", "/tmp:.", "no/such", ":", "all"],
    limits.SECONDS_VARIABLE: ["1", "0", "60"],
    limits.PROCESSES_VARIABLE: ["0", "2", "99", "100"],
    budget.VARIABLE: ["1 GB", "0", "1", "999999999999999 TB"],
    server.CORPORA_VARIABLE: [".", "no/such"],
    server.GRACE_VARIABLE: ["0", "30", "9999999"],
}
"""What a server is told, but for the file of its log, which would be written."""


def plain(value: str) -> str:
    """A value as an environment can hold it."""
    return value.replace("\0", "0").encode("utf-8", "replace").decode()


@cases(
    0.2,
    said=st.dictionaries(
        st.sampled_from(sorted(VARIABLES)),
        st.sampled_from([one for every in VARIABLES.values() for one in every]) | VALUES.map(plain),
        max_size=4,
    ),
    name=VALUES,
)
def test_settings_of_a_server(said, name):
    with pytest.MonkeyPatch.context() as patched:
        for variable in VARIABLES:
            patched.delenv(variable, raising=False)
        for variable, value in said.items():
            patched.setenv(variable, value)
        found = outcome(server.settings)
        if found is not None:
            assert min(found.seconds, found.grace + 1, found.processes + 1) > 0
            place = found.models.place(name)
            assert place is None or place.is_dir()
            assert len(found.models.listed()) <= offer.MOST_LISTED


@cases(0.2, memory=ANYTHING | VALUES)
def test_budgets(memory):
    if memory is not None:
        found = outcome(lambda: budget.given_budget(memory))
        assert found is None or 0 < found < 2**60
