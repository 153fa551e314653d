"""Scores and stability read back from beside an explanation: whole, absent, or refused."""

import json
import re
from copy import deepcopy

import pytest

from explainer import (
    Beside,
    Contrast,
    ExplainerError,
    Explanation,
    Settings,
    explain,
    stability,
    word_scores,
)

TEXT = "the farmers [MASK] old ."
SETTINGS = Settings(points=3, rule="trapezoid")
ASKED = {"contrast": Contrast("are", "is"), "settings": SETTINGS}
STARTS = "stability[0].checks[0]"


@pytest.fixture(scope="module")
def explanation(tiny_masked_lm):
    return explain(tiny_masked_lm, TEXT, correct="are", wrong="is", settings=SETTINGS)


@pytest.fixture(scope="module")
def beside(tiny_masked_lm):
    return Beside(
        word_scores(tiny_masked_lm, TEXT, "alti", **ASKED),
        stability(tiny_masked_lm, TEXT, [1, 2], **ASKED),
    )


@pytest.fixture(scope="module")
def record(explanation, beside):
    return json.loads(explanation.to_json(beside=beside.to_dict()))


def test_what_stands_beside_is_read_back_whole(explanation, beside, record):
    assert Beside.from_dict(record) == beside
    assert Beside.from_json(json.dumps(record)) == beside
    assert Explanation.from_dict(record).to_dict() == explanation.to_dict()
    for name in ("scores", "stability"):
        part = Beside.from_dict({key: value for key, value in record.items() if key != name})
        assert part.to_dict() == {k: v for k, v in beside.to_dict().items() if k != name}


def test_a_file_from_before_has_nothing_beside(explanation, record):
    assert Beside.from_json(explanation.to_json()) == Beside()
    older = deepcopy(record)
    for settings in (older["settings"], older["stability"][0]["settings"]):
        for name in ("tolerance", "search", "beam"):
            del settings[name]
    assert Beside.from_dict(older).stability[0].settings.search == "staged"


@pytest.mark.parametrize(
    ("way", "value", "said"),
    [
        (("scores",), [], "record's scores is a list: give a dict"),
        (("scores", "method"), "lime", "'lime'"),
        (("scores", "scores"), [1.0], "scores.scores has 1 entries"),
        (("scores", "scores", 2), "much", "scores.scores[2] is 'much'"),
        (("stability",), {}, "record's stability is a dict"),
        (("stability", 0, "checks"), [], "has no checks"),
        (("stability", 0, "checks", 0), None, f"{STARTS} is None"),
        (("stability", 0, "checks", 0, "varied"), "luck", "'luck'"),
        (("stability", 0, "checks", 0, "difference"), None, f"{STARTS}.difference is None"),
        (("stability", 0, "checks", 0, "settings"), {}, f"{STARTS}.settings lacks"),
        (("stability", 0, "checks", 0, "nodes_kept"), 0.123, "nodes_kept is 0.123, but"),
        (("stability", 0, "checks", 0, "components_kept"), 2, "components_kept is 2, but"),
        (("stability", 0, "pattern", "token"), "x", "stability[0].pattern.token is 'x'"),
        (("stability", 0, "token"), "x", "stability[0].token is 'x', but"),
        (("stability", 0, "source"), True, "stability[0].source is True, but"),
        (("stability", 0, "verdict", "attention"), "sure", "stability[0].verdict is"),
        (("influence", 0), "much", "influence[0] is 'much'"),
    ],
)
def test_what_is_damaged_is_named_in_one_sentence(record, way, value, said):
    damaged = deepcopy(record)
    holder = damaged
    for step in way[:-1]:
        holder = holder[step]
    holder[way[-1]] = value
    with pytest.raises(ExplainerError, match=re.escape(said)) as refused:
        Beside.from_dict(damaged)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("wrong", [{"scores": "alti"}, {"stability": [None]}, {"stability": 3}])
def test_what_is_none_of_them_does_not_stand_beside(wrong):
    with pytest.raises(ExplainerError, match="give "):
        Beside(**wrong)
