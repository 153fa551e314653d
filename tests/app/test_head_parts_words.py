"""How a head carries a step: the sentence is true."""

import pytest

from explainer.app.widgets.head_parts import says_parts
from explainer.results.pattern import HeadParts
from explainer.results.route import Edge
from tests.figures.made import HOSTILE, small_explanation

MOVES, STAYS = Edge(1, 1, 3, 0), Edge(1, 1, 1, 0)


@pytest.mark.parametrize(
    ("edge", "parts", "said"),
    [
        (
            MOVES,
            HeadParts(0.62, -0.2, 0.0),
            "Head 0 mostly passes what “farmers” says on to “[MASK]”: +0.620 by what “farmers” "
            "says (value) and −0.200 by how much attention “farmers” draws (key).",
        ),
        (
            MOVES,
            HeadParts(-0.01, -0.26, 0.0),
            "Head 0 mostly turns the attention of “[MASK]”: −0.010 by what “farmers” says (value) "
            "and −0.260 by how much attention “farmers” draws (key).",
        ),
        (
            STAYS,
            HeadParts(0.5, -0.2, 0.1),
            "Head 0 passes on what “farmers” says and turns the attention of “farmers”: +0.500 by "
            "what “farmers” says (value), −0.200 by how much attention “farmers” draws (key) and "
            "+0.100 by where “farmers” itself looks (query).",
        ),
        (
            STAYS,
            HeadParts(0.0, 0.0, 0.0),
            "Head 0 carries nothing here, by what “farmers” says or by attention to it.",
        ),
    ],
)
def test_the_sentence_says_what_the_head_does(edge, parts, said):
    assert says_parts(small_explanation(), edge, parts) == said


def test_a_hostile_word_is_cleaned():
    said = says_parts(small_explanation(), Edge(1, 2, 3, 0), HeadParts(1.0, 0.0, 0.0))
    assert HOSTILE not in said
    assert "\x00" not in said
