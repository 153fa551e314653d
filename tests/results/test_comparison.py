"""Comparing two explanations: tokens that correspond, and routes that differ."""

import dataclasses
import random
from typing import get_args

import pytest

from explainer import explain
from explainer.results.comparison import Aligned, align, compare
from explainer.results.model_info import DOES, Task
from tests.tiny import deeper


def test_equal_changed_inserted_and_deleted_tokens():
    first = ("the", "farmers", "that", "the", "assistant", "loves", "are", "old", ".")
    second = ("the", "farmer", "that", "the", "assistants", "love", "is", "very", "old")
    assert align(first, second) == (
        Aligned("equal", 0, 0),
        Aligned("changed", 1, 1),
        Aligned("equal", 2, 2),
        Aligned("equal", 3, 3),
        Aligned("changed", 4, 4),
        Aligned("changed", 5, 5),
        Aligned("changed", 6, 6),
        Aligned("inserted", None, 7),
        Aligned("equal", 7, 8),
        Aligned("deleted", 8, None),
    )


def test_between_equal_runs_the_most_alike_correspond():
    short, long = ("the", "assistant", "loves"), ("the", "very", "old", "assistants", "love")
    assert align(short, long) == (
        Aligned("equal", 0, 0),
        Aligned("inserted", None, 1),
        Aligned("inserted", None, 2),
        Aligned("changed", 1, 3),
        Aligned("changed", 2, 4),
    )
    assert align(long, short) == (
        Aligned("equal", 0, 0),
        Aligned("deleted", 1, None),
        Aligned("deleted", 2, None),
        Aligned("changed", 3, 1),
        Aligned("changed", 4, 2),
    )
    assert align(("cat",), ("a", "b")) == (Aligned("changed", 0, 0), Aligned("inserted", None, 1))


def test_every_token_stands_once_and_in_order_in_any_two_sentences():
    draw = random.Random(0)
    for _ in range(200):
        one, two = (
            tuple(draw.choices(("a", "ab", "abc", "b", "bc"), k=draw.randrange(7))) for _ in "xy"
        )
        pairs = align(one, two)
        assert [p.first for p in pairs if p.first is not None] == list(range(len(one)))
        assert [p.second for p in pairs if p.second is not None] == list(range(len(two)))
        assert all(
            (p.kind == "equal") == (one[p.first] == two[p.second])
            for p in pairs
            if p.first is not None and p.second is not None
        )


@pytest.mark.parametrize("tokens", [(), ("a",), ("a", "b", "a")])
def test_a_sentence_corresponds_to_itself(tokens):
    assert align(tokens, tokens) == tuple(Aligned("equal", k, k) for k in range(len(tokens)))


@pytest.fixture(scope="module")
def pair(tiny_masked_lm):
    texts = (
        "the farmers that the assistant loves [MASK] old .",
        "the farmer that the assistants love [MASK] good .",
    )
    return [explain(tiny_masked_lm, text, correct="are", wrong="is", flow=True) for text in texts]


def test_an_explanation_does_not_differ_from_itself(pair):
    comparison = compare(pair[0], pair[0])
    assert all(route.same for route in comparison.changes)
    assert all(route.difference("attention") == 0 for route in comparison.changes)
    assert comparison.skip_shares is not None
    assert (comparison.skip_shares[0] == comparison.skip_shares[1]).all()


def test_routes_tell_where_two_patterns_differ(pair):
    first, second = pair
    comparison = compare(first, second)
    assert {route.tokens.first for route in comparison.changes} == set(range(11)) - {7}
    strength = []
    for route in comparison.changes:
        one, two = route.first, route.second
        assert one is not None
        assert two is not None
        strength.append(max(abs(one.influence), abs(two.influence)))
        change = two.embedding_influence - one.embedding_influence
        assert route.difference("embedding") == pytest.approx(change)
        assert route.moved == tuple(k for k in range(1, 4) if one.nodes[k] != two.nodes[k])
        assert route.switched == tuple(
            k for k in range(3) if one.components[k] != two.components[k]
        )
    assert strength == sorted(strength, reverse=True)
    assert comparison.skip_shares is not None
    for shares, explanation in zip(comparison.skip_shares, pair, strict=True):
        assert shares == pytest.approx(explanation.flow.skip_shares())


@pytest.mark.parametrize("task", get_args(Task))
def test_models_of_every_other_task_are_unlike(pair, task):
    first, second = pair
    other = dataclasses.replace(second, model=dataclasses.replace(second.model, task=task))
    said = compare(first, other).unlike
    here, there = DOES["masked-lm"], DOES[task]
    assert said == (None if here == there else f"One model {here}, and the other {there}.")


def test_numbers_in_different_units_are_unlike(pair):
    first, second = pair
    other = dataclasses.replace(
        second, target=dataclasses.replace(second.target, unit="log-probability")
    )
    assert "logits and the second in log-probability" in compare(first, other).unlike


def test_an_inserted_word_shifts_positions_without_moving_routes(pair):
    first, _ = pair
    pattern = first.patterns[0]
    shifted = dataclasses.replace(pattern, nodes=tuple(node + 1 for node in pattern.nodes))
    second = dataclasses.replace(
        first,
        tokens=(first.tokens[0], "really", *first.tokens[1:]),
        target=dataclasses.replace(first.target, positions=(first.target.position + 1,)),
        influence=(first.influence[0], 0.0, *first.influence[1:]),
        patterns=(shifted,),
        flow=None,
        words=None,
    )
    if 0 in pattern.nodes:
        pytest.skip("the route passes [CLS], which is not shifted")
    comparison = compare(dataclasses.replace(first, patterns=(pattern,)), second)
    (route,) = comparison.changes
    assert route.same
    assert comparison.skip_shares is None


def test_models_of_different_depth_are_compared_by_influence_only(pair):
    first, second = pair
    comparison = compare(first, deeper(second))
    assert comparison.skip_shares is None
    assert all(route.moved is None and not route.same for route in comparison.changes)
