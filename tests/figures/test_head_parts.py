"""How a head carries a step: the bar is as long as its numbers, and the sentence is true."""

import pytest

from explainer.base.numbers import signed
from explainer.figures.canvas.palette import DARK, LIGHT
from explainer.figures.canvas.scene import Area, Label
from explainer.figures.charts.head_parts import SQUARE, parts_scene, says_parts
from explainer.results.pattern import HeadParts
from explainer.results.route import Edge
from tests.figures.made import HOSTILE

MOVES, STAYS = Edge(1, 1, 3, 0), Edge(1, 1, 1, 0)
CASES = [
    (MOVES, HeadParts(0.5, 0.25, 0.0)),
    (MOVES, HeadParts(0.62, -0.2, 0.0)),
    (MOVES, HeadParts(-0.01, -0.26, 0.0)),
    (STAYS, HeadParts(0.1, -0.2, 0.4)),
    (STAYS, HeadParts(0.0, 0.0, 0.0)),
    (STAYS, HeadParts(1e9, -1e-9, -3e9)),
]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [240, 560])
@pytest.mark.parametrize(("edge", "parts"), CASES)
def test_the_bar_has_every_part_on_its_side_of_the_line(edge, parts, width, dark):
    scene = parts_scene(edge, parts, width=width, dark=dark)
    bars, (line,), names = scene.stages
    values = [*parts][: 3 if edge == STAYS else 2]
    total = sum(map(abs, values)) or 1.0
    below = -sum(value for value in values if value < 0) / total * width
    for bar, value in zip(bars, values, strict=True):
        left, right = bar.points[:, 0].min(), bar.points[:, 0].max()
        assert right - left == pytest.approx(abs(value) / total * width, abs=1e-6)
        assert left >= below - 1e-6 if value > 0 else right <= below + 1e-6
    assert abs(line.x0 - below) <= 1
    said = [item for item in names if isinstance(item, Label)]
    wanted = [f"{name} {signed(value, 3)}" for name, value in parts._asdict().items()]
    assert [label.text for label in said] == wanted[: len(values)]
    squares = [item for item in names if isinstance(item, Area)]
    assert [square.fill for square in squares] == [bar.fill for bar in bars]
    for item in (*bars, *squares):
        assert item.points.min() >= -1e-6
        assert item.points[:, 0].max() <= width + 1e-6
        assert item.points[:, 1].max() <= scene.height
    assert all(label.x > SQUARE and label.y < scene.height for label in said)
    assert {label.colour for label in said} == {(DARK if dark else LIGHT).ink}


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
def test_the_sentence_says_what_the_head_does(small, edge, parts, said):
    assert says_parts(small, edge, parts) == said


def test_a_hostile_word_is_cleaned(small):
    said = says_parts(small, Edge(1, 2, 3, 0), HeadParts(1.0, 0.0, 0.0))
    assert HOSTILE not in said
    assert "\x00" not in said
