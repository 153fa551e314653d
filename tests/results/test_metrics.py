"""Metrics, by hand-worked numbers and by enumeration."""

import dataclasses
import itertools
import math

import pytest

from explainer import explain
from explainer.results.metrics import (
    alignment,
    component_entropy,
    concentration,
    entropy,
    node_entropy,
    outdone,
    path_count,
    skip_share_of_steps,
    sparsity,
)

TEXT = "the farmers [MASK] old ."


@pytest.fixture(scope="module")
def explanation(tiny_masked_lm):
    return explain(tiny_masked_lm, TEXT, correct="are", wrong="is", flow=True)


def test_entropy_of_a_uniform_choice_is_the_log_of_its_size():
    assert entropy(range(8)) == pytest.approx(math.log(8))
    assert entropy("aaaa") == 0
    assert entropy("aaab") == pytest.approx(-0.75 * math.log(0.75) - 0.25 * math.log(0.25))
    assert entropy([]) == 0


def test_entropy_of_every_layer():
    found = node_entropy([(0, 1, 5), (0, 2, 5), (0, 1, 5), (0, 2, 5)])
    assert found == pytest.approx((0, math.log(2), 0))
    assert component_entropy([("skip", 1), ("skip", 1)]) == (0, 0)
    assert component_entropy([("skip", 1), (0, 1)]) == pytest.approx((math.log(2), 0))


def test_alignment_counts_inner_nodes():
    assert alignment((0, 1, 2, 7), (0, 1, 3, 7)) == 0.5
    assert alignment((0, 7), (0, 7)) == 1


def test_concentration_is_one_when_patterns_carry_all(explanation):
    whole = [dataclasses.replace(p, attention_influence=p.influence) for p in explanation.patterns]
    assert concentration(explanation, whole, "attention") == pytest.approx(1)
    against = [dataclasses.replace(p, attention_influence=-p.influence) for p in whole]
    assert concentration(explanation, against, "attention") == pytest.approx(-1)
    assert concentration(explanation, [], "attention") == 0
    one = explanation.patterns[0]
    total = sum(map(abs, explanation.influence))
    carried = concentration(explanation, [one], "embedding") * total
    assert abs(carried) == pytest.approx(abs(one.embedding_influence))


def test_skip_share_of_steps(explanation):
    pattern = dataclasses.replace(
        explanation.patterns[0], components=("skip", 1, "skip"), attention_parts=()
    )
    other = dataclasses.replace(pattern, components=(0, 1, 0))
    assert skip_share_of_steps([pattern, other]) == pytest.approx(2 / 6)
    assert skip_share_of_steps([]) == 0


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_paths_are_counted_as_by_enumeration(explanation, layers):
    model = dataclasses.replace(explanation.model, layers=layers, heads=2)
    cut = tuple(
        dataclasses.replace(
            pattern,
            nodes=(pattern.source,) * layers + (explanation.target.position,),
            components=(0,) * layers,
            embedding_trail=(0.0,) * layers,
            attention_trail=(0.0,) * layers,
            attention_candidates=(),
            attention_parts=(),
        )
        for pattern in explanation.patterns
    )
    smaller = dataclasses.replace(explanation, model=model, patterns=cut, flow=None)
    n, target = len(explanation.tokens), explanation.target.position
    words = {pattern.source for pattern in explanation.patterns}
    nodes = with_components = 0
    for word in words:
        for between in itertools.product(range(n), repeat=layers - 1):
            path = (word, *between, target)
            nodes += 1
            with_components += math.prod(2 + (a == b) for a, b in itertools.pairwise(path))
    assert path_count(smaller, "embedding") == nodes
    assert path_count(smaller, "attention") == with_components
    assert sparsity(smaller, smaller.patterns, "embedding") == pytest.approx(len(words) / nodes)


def test_patterns_are_outdone_by_stronger_ones_of_their_words(explanation):
    found = explanation.patterns[:3]

    def times(pattern, factor):
        return dataclasses.replace(
            pattern, embedding_influence=factor * pattern.embedding_influence
        )

    signs = [math.copysign(1, p.influence * p.embedding_influence) for p in found]
    stronger = [times(p, 1 + sign) for p, sign in zip(found, signs, strict=True)]
    wider = (found[0], stronger[1], times(found[1], 0), stronger[2], times(found[0], 1.0001))
    pairs = outdone(found, wider)
    assert {one.source for one, _ in pairs} == {found[1].source, found[2].source}
    assert all(other in (stronger[1], stronger[2]) for _, other in pairs)
    gains = [abs(other.embedding_influence - one.embedding_influence) for one, other in pairs]
    assert gains == sorted(gains, reverse=True)
    assert outdone(found, found) == ()
    against = [times(p, -signs[place]) for place, p in enumerate(found)]
    assert outdone(against, against) == ()
    assert outdone(found, wider, "attention") == ()
