"""Generated damage of records: a record or one sentence, no bare exception."""

import json
import xml.etree.ElementTree as ET
from copy import deepcopy

import pytest
from hypothesis import strategies as st

from explainer import (
    Beside,
    Explanation,
    explain,
    stability,
    word_scores,
)
from explainer.base.quote import shown
from explainer.cli.table import explanation_table
from explainer.figures import pattern_svg
from explainer.question.quantity import Contrast
from explainer.results.comparison import compare
from tests.damage import ANYTHING, cases, outcome
from tests.fuzz.asking import FEW, Quiet


def places(value, path=()):
    """The way to every value inside nested dicts and lists."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in inside:
        yield (*path, key)
        if isinstance(part, dict | list):
            yield from places(part, (*path, key))


DAMAGE = st.sampled_from(["delete", "replace", "replace", "nest", "text", "double", "add", "empty"])
BLOW = st.tuples(DAMAGE, st.integers(0, 10**6), ANYTHING)


def damage(record, kind, where, value):
    """Change one place of a record."""
    ways = list(places(record))
    if not ways:
        return
    *above, last = ways[where % len(ways)]
    holder = record
    for key in above:
        holder = holder[key]
    if kind == "delete":
        del holder[last]
    elif kind == "replace":
        holder[last] = value
    elif kind == "nest":
        holder[last] = [holder[last]]
    elif kind == "text":
        holder[last] = str(holder[last])
    elif kind == "empty":
        holder[last] = None
    elif isinstance(holder, dict):
        holder[shown(value)] = holder[last]
    else:
        holder.insert(last, deepcopy(holder[last]))


@cases(blows=st.lists(BLOW, min_size=1, max_size=2))
def test_from_dict(record, blows):
    damaged = deepcopy(record.it)
    for blow in blows:
        damage(damaged, *blow)
    found = outcome(lambda: Explanation.from_dict(damaged))
    if found is not None:
        assert Explanation.from_json(found.to_json()).to_dict() == found.to_dict()
        ET.fromstring(pattern_svg(found, minimum_share=0))
        ET.fromstring(found._repr_mimebundle_()["image/svg+xml"])
        assert explanation_table(found, level="attention", minimum_share=0, heads=True)
        assert compare(found, found).changes is not None


@cases(blows=st.lists(BLOW, min_size=1, max_size=2))
def test_beside_from_dict(with_beside, blows):
    damaged = deepcopy(with_beside.it)
    for blow in blows:
        damage(damaged, *blow)
    found = outcome(lambda: Beside.from_dict(damaged))
    if found is not None:
        text = Explanation.from_dict(damaged).to_json(beside=found.to_dict())
        assert Beside.from_json(text) == found


@pytest.fixture(scope="module")
def with_beside(tiny_masked_lm):
    found = explain(tiny_masked_lm, "[MASK] .", correct="are", wrong="is", settings=FEW)
    asked = {"contrast": Contrast("are", "is"), "settings": FEW}
    beside = Beside(
        word_scores(tiny_masked_lm, "[MASK] .", "alti", **asked),
        stability(tiny_masked_lm, "[MASK] .", **asked)[:1],
    )
    return Quiet(json.loads(found.to_json(beside=beside.to_dict())))


@pytest.fixture(scope="module")
def record(tiny_masked_lm):
    found = explain(tiny_masked_lm, "[MASK] .", correct="are", wrong="is", settings=FEW, flow=True)
    return Quiet(json.loads(found.to_json()))


@cases(value=ANYTHING | st.text(alphabet='{}[]":,01e-"schema', max_size=20))
def test_records_that_are_none(value):
    assert outcome(lambda: Explanation.from_dict(value)) is None
    assert outcome(lambda: Explanation.from_json(value)) is None
