"""Damaged records: the field that is wrong is named, and whatever is read can be drawn."""

import json
import xml.etree.ElementTree as ET
from copy import deepcopy
from itertools import pairwise
from pathlib import Path

import pytest

from explainer import ExplainerError, Explanation, Settings, explain
from explainer.figures import View, pattern_svg
from explainer.results.merged import merge_pieces

TEXT = "the unhappiest farmers [MASK] old ."


@pytest.fixture(scope="module")
def record(tiny_masked_lm):
    how = {"settings": Settings(points=2, top_k=2), "flow": True}
    return explain(tiny_masked_lm, TEXT, correct="are", wrong="is", **how).to_dict()


def put(record, way, value):
    """A copy of the record with another value at this place."""
    changed = deepcopy(record)
    *above, last = way
    holder = changed
    for key in above:
        holder = holder[key]
    holder[last] = value
    return changed


def test_a_record_is_read_back_whole(record):
    found = Explanation.from_dict(record)
    assert found.to_dict() == record
    assert Explanation.from_json(json.dumps(record)).to_dict() == record
    assert found.points_used == 2
    words = merge_pieces(found).explanation
    assert Explanation.from_dict(words.to_dict()).to_dict() == words.to_dict()


@pytest.mark.parametrize(
    ("way", "value", "said"),
    [
        (("schema",), 4, "schema 4, but only schemas 1 to 3"),
        (("schema",), 0, "schema 0, but only schemas 1 to 3"),
        (("schema",), 1, r"record's target lacks position"),
        (("schema",), 2, r"record's target lacks position"),
        (("schema",), "1", "record's schema is '1'"),
        (("schema",), True, "record's schema is True"),
        (("model",), "agreement", "record's model is 'agreement': give a dict"),
        (("model", "layers"), 10**9, r"model\.layers is 1000000000"),
        (("model", "layers"), 0, r"model\.layers is 0"),
        (("model", "heads"), 2.0, r"model\.heads is 2\.0"),
        (("model", "task"), "translation", r"model\.task 'translation' is not known"),
        (("model", "width"), 3, "record's model has the unknown 'width'"),
        (("tokens",), "the farmers", "record's tokens is 'the farmers': give a list"),
        (("tokens",), [], "has no tokens"),
        (("tokens", 1), None, r"tokens\[1\] is None: give a string"),
        (("target", "positions"), [99], r"target\.positions\[0\] is 99"),
        (("target", "positions"), [2, 1], r"target\.positions are 2, 1: give each larger than"),
        (("target", "positions"), [], r"target\.positions are an empty list: give at"),
        (("target", "unit"), "nats", r"target\.unit 'nats' is not known"),
        (("target", "wrong"), 1, r"target\.wrong is 1: give a string"),
        (("target", "value"), float("nan"), r"target\.value is nan"),
        (("settings", "points"), 0, "setting points is 0"),
        (("settings", "tolerance"), 0, "setting tolerance is 0: give a share"),
        (("points_used",), 3, "points_used is 3: give a whole number from 1 to 2"),
        (("settings", "seed"), 0, "settings has the unknown 'seed'"),
        (("settings", "search"), "wide", "search 'wide' is not known"),
        (("influence",), [0.0], "influence has 1 entries: give a list of"),
        (("influence", 2), "0.5", r"influence\[2\] is '0\.5'"),
        (("completeness_gap",), float("inf"), "completeness_gap is inf"),
        (("patterns",), {}, "patterns is a dict"),
        (("patterns", 3), None, r"patterns\[3\] is None: give a dict"),
        (("patterns", 3, "nodes"), [0, 0], r"patterns\[3\]\.nodes has 2 entries"),
        (("patterns", 3, "nodes", 1), -1, r"patterns\[3\]\.nodes\[1\] is -1"),
        (("patterns", 3, "nodes", 3), 0, r"patterns\[3\]\.nodes lead from"),
        (("patterns", 3, "source"), 1000, r"patterns\[3\]\.source is 1000"),
        (("patterns", 3, "token"), "other", r"patterns\[3\]\.token is 'other', but token"),
        (("patterns", 3, "components", 0), 2, r"components\[0\] is 2: give a whole number"),
        (("patterns", 3, "components", 0), "SKIP", r"components\[0\] 'SKIP' is not known"),
        (("patterns", 3, "attention_trail"), [1.0], r"attention_trail has 1 entries"),
        (("patterns", 3, "attention_parts"), [None], r"attention_parts has 1 entries"),
        (("patterns", 3, "attention_parts"), [[1.0, 0.0]] * 3, r"attention_parts\[\d\]"),
        (("patterns", 3, "attention_parts"), [["1", 0, 0]] * 3, r"attention_parts\[\d\]"),
        (("patterns", 3, "attention_parts"), [[0, 0, float("nan")]] * 3, r"attention_parts\[\d\]"),
        (("patterns", 3, "attention_parts"), [None] * 3, r"is None by [01]: give null for skip"),
        (("patterns", 3, "embedding_influence"), 1e200, "embedding_influence is 1e"),
        (("flow",), [], "flow is a list"),
        (("flow", "skip"), [[1.0]], r"flow\.skip is no table of 3 × "),
        (("flow", "heads", 0), None, r"flow\.heads is no table of 3 × 2 × "),
        (("flow", "skip", 0, 0), "0.5", r"flow\.skip is no table"),
        (("flow", "skip", 0, 0), float("nan"), r"flow\.skip holds numbers that are not finite"),
        (("words",), [0], r"words has 1 entries"),
        (("words", 1), "0", r"words\[1\] is '0'"),
        (("model", "head"), "tail", r"model\.head 'tail' is not known"),
        (("note",), 1, "record has the unknown 'note'"),
    ],
)  # fmt: skip
def test_the_field_that_is_wrong_is_named(record, way, value, said):
    with pytest.raises(ExplainerError, match=said) as refused:
        Explanation.from_dict(put(record, way, value))
    assert len(str(refused.value)) < 300


def test_a_record_of_schema_1_is_read_without_parts():
    """It was written by version 0.2.0."""
    old = (Path(__file__).parent / "schema1.json").read_text(encoding="utf-8")
    found = Explanation.from_json(old)
    assert {pattern.attention_parts for pattern in found.patterns} == {()}
    words = merge_pieces(found).explanation
    assert {pattern.attention_parts for pattern in words.patterns} == {()}
    assert pattern_svg(words)
    record = json.loads(old)
    # There was one search, the paper's, and no tolerance.
    settings = {**record["settings"], "tolerance": 0.01, "search": "staged", "beam": 4}
    target = {name: value for name, value in record["target"].items() if name != "position"}
    target |= {"positions": [record["target"]["position"]], "unit": "logits"}
    expected = {
        **record,
        **{"schema": 3, "points_used": 4, "settings": settings, "target": target},
    }
    assert found.to_dict() == expected
    assert Explanation.from_dict(found.to_dict()).to_dict() == found.to_dict()


def test_a_record_of_schema_2_is_read_with_its_one_position_and_in_logits(record):
    old = deepcopy(record) | {"schema": 2}
    (position,) = old["target"].pop("positions")
    old["target"]["position"] = position
    del old["target"]["unit"]
    assert Explanation.from_dict(old).to_dict() == record


def test_candidates_are_in_the_record_where_they_were_asked_for(record, tiny_masked_lm):
    how = {"correct": "are", "wrong": "is", "settings": Settings(points=2, top_k=2)}
    found = explain(tiny_masked_lm, TEXT, **how, candidates=True)
    written = found.to_dict()
    layers, heads = found.model.layers, found.model.heads
    for pattern, plain in zip(written["patterns"], record["patterns"], strict=True):
        assert pattern.keys() - plain.keys() == {"attention_candidates", "candidate_parts"}
        assert {len(row) for row in pattern["attention_candidates"]} == {1 + heads}
        sizes = [[len(parts) for parts in row] for row in pattern["candidate_parts"]]
        assert sizes == [[3] * heads] * layers
    again = Explanation.from_json(found.to_json())
    assert again.patterns == found.patterns
    assert again.to_dict() == written
    assert merge_pieces(again).explanation.to_dict()["schema"] == 3
    first = ("patterns", 0)
    for way, value, said in (
        ("attention_candidates", [[0.0] * heads] * layers, r"candidates\[0\] has 2 entries"),
        ("attention_candidates", [[0.0]], "attention_candidates has 1 entries"),
        ("candidate_parts", [[[0.0] * 3]] * layers, r"candidate_parts\[0\] has 1 entries"),
        ("candidate_parts", [[[0.0] * 2] * heads] * layers, r"parts\[0\]\[0\] has 2 entries"),
        ("candidate_parts", None, "candidate_parts is None"),
    ):
        with pytest.raises(ExplainerError, match=said):
            Explanation.from_dict(put(written, (*first, way), value))
    del written["patterns"][0]["candidate_parts"]
    with pytest.raises(ExplainerError, match="has only attention_candidates: give"):
        Explanation.from_dict(written)


def test_what_is_missing_is_named(record):
    for name in set(record) - {"points_used", "flow", "words"}:
        with pytest.raises(ExplainerError, match=f"record lacks {name}"):
            Explanation.from_dict({key: part for key, part in record.items() if key != name})
    assert Explanation.from_dict({k: v for k, v in record.items() if k != "flow"}).flow is None


def test_a_skip_goes_nowhere_else(record):
    number, step = next(
        (number, step)
        for number, pattern in enumerate(record["patterns"])
        for step, (a, b) in enumerate(pairwise(pattern["nodes"]))
        if a != b
    )
    changed = put(record, ("patterns", number, "components", step), "skip")
    with pytest.raises(ExplainerError, match="which a skip connection cannot"):
        Explanation.from_dict(changed)


@pytest.mark.parametrize("text", ["", "nonsense", "[1, 2]", "[" * 100_000, '"x"', "null", "NaN"])
def test_a_text_that_holds_no_record(text):
    with pytest.raises(ExplainerError, match="record"):
        Explanation.from_json(text)


@pytest.mark.parametrize("size", [0.0, 5e-324, 1e-300, 1e-9, 1e9, 1e100, -1e100])
def test_any_number_can_be_drawn(record, size):
    changed = deepcopy(record)
    changed["influence"] = [size for _ in changed["influence"]]
    for pattern in changed["patterns"]:
        for name in ("influence", "embedding_influence", "attention_influence"):
            pattern[name] = size
    found = Explanation.from_dict(changed)
    # The pieces of a word may add up to more than a logit can be.
    view = View(minimum_share=0, overlay="both", merge_pieces=abs(size) < 1e100)
    for level in ("embedding", "attention"):
        for width in (300, 1100):
            drawn = pattern_svg(found, view, level=level, width=width)
            ET.fromstring(drawn)
            assert not {"nan", "inf"} & set(drawn.replace('"', " ").replace(",", " ").split())
