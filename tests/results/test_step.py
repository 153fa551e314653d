"""One step of several patterns: what they carry together, and by what."""

from dataclasses import replace

import pytest

from explainer.results.pattern import HeadParts, Pattern
from explainer.results.route import SKIP, Edge
from explainer.results.step import step_of


def pattern(source, components, candidates, parts):
    """A pattern of two blocks that stays at token 1 after the first."""
    return Pattern(
        token="word",
        influence=1.0,
        nodes=(source, 1, 1),
        embedding_influence=0.5,
        embedding_trail=(0.7, 0.5),
        components=components,
        attention_influence=0.4,
        attention_trail=(0.6, 0.4),
        attention_candidates=candidates,
        attention_parts=parts,
    )


TURNS = HeadParts(-1.0, 4.0, 6.0)
PATTERNS = (
    pattern(0, (1, SKIP), ((0.0, 0.25, 0.5), (1.0, 2.0, 3.0)), (HeadParts(0.75, -0.25, 0), None)),
    pattern(1, (SKIP, SKIP), ((0.5, 0.0, 0.0), (0.5, 0.25, -1.0)), (None, None)),
    pattern(0, (1, 0), ((0.0, 0.25, 0.5), (9.0, 9.0, 9.0)), (HeadParts(0.5, 0, 0), TURNS)),
)


@pytest.mark.parametrize(
    ("edge", "taking", "candidates", "carried", "parts"),
    [
        (Edge(1, 1, 1, SKIP), (0, 1), (1.5, 2.25, 2.0), 1.5, None),
        (Edge(0, 0, 1, 1), (0, 2), (0.0, 0.5, 1.0), 1.0, HeadParts(1.25, -0.25, 0)),
        (Edge(1, 1, 1, 0), (2,), (9.0, 9.0, 9.0), 9.0, TURNS),
    ],
)
def test_a_step_sums_the_patterns_that_take_it(edge, taking, candidates, carried, parts):
    found = step_of(edge, PATTERNS)
    assert found.patterns == tuple(PATTERNS[place] for place in taking)
    assert (found.candidates, found.carried) == (candidates, carried)
    assert found.parts == parts
    untold = [replace(p, attention_parts=()) for p in PATTERNS]
    assert step_of(edge, untold).parts is None
