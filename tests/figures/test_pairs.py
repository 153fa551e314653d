"""Two figures beside each other: one colour for each answer, numbers of one quantity, one call."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from explainer import ExplainerError, explain
from explainer.app.compare.tables import route_frame
from explainer.figures import View, pattern_pair_svg
from explainer.figures.canvas.palette import DARK, LIGHT
from explainer.figures.patterns.pairs.svg import pair_svg
from explainer.figures.patterns.pairs.views import answers_of, pair_views
from explainer.results.comparison import compare

TEXT = "the farmers that the assistant loves [MASK] old ."
OTHER = "the farmer that the assistants love [MASK] old ."


@pytest.fixture(scope="module")
def asked(tiny_masked_lm):
    """A function that explains a text for two words."""
    return lambda text, correct, wrong: explain(
        tiny_masked_lm, text, correct=correct, wrong=wrong, flow=True
    )


@pytest.fixture(scope="module")
def first(asked):
    return asked(TEXT, "are", "is")


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (("are", "is"), (0, 1)),
        (("is", "are"), (1, 0)),
        (("are", "old"), (0, 2)),
        (("old", "is"), (2, 1)),
        (("old", "are"), (2, 0)),
        (("old", "bad"), (2, 3)),
    ],
)
def test_one_answer_has_one_colour_on_both_sides(first, asked, words, numbers):
    second = asked(OTHER, *words)
    assert answers_of((first, second)) == ((0, 1), numbers)
    alignment = compare(first, second).alignment
    for dark, colours in ((False, LIGHT), (True, DARK)):
        every = (colours.positive, colours.negative, colours.third, colours.fourth)
        one, two = pair_views((first, second), alignment, (View(dark=dark), View(dark=dark)))
        assert (one.colours.positive, one.colours.negative) == every[:2]
        assert (two.colours.positive, two.colours.negative) == tuple(every[n] for n in numbers)
        assert two.colours.ink == colours.ink


def test_a_class_against_all_others_has_its_own_two_colours(first, tiny_classifier):
    classes = [explain(tiny_classifier, "the old farmer", label=n) for n in (0, 0, 2)]
    assert answers_of((classes[0], classes[1])) == ((0, 1), (0, 1))
    assert answers_of((classes[0], classes[2])) == ((0, 1), (2, 3))
    assert answers_of((first, classes[0])) == ((0, 1), (2, 3))


@pytest.mark.parametrize("surface", [LIGHT, DARK])
def test_every_answer_can_be_told_from_the_page_and_from_the_others(surface):
    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    every = (surface.positive, surface.negative, surface.third, surface.fourth)
    assert len({*every, surface.heads, surface.skip}) == 6
    for colour in every:
        low, high = sorted((luminance(colour), luminance(surface.surface)))
        assert (high + 0.05) / (low + 0.05) >= 3  # as large as a ribbon is


def test_numbers_are_subtracted_only_where_both_are_of_one_quantity(first, asked, tiny_classifier):
    alike = compare(first, asked(OTHER, "are", "is"))
    assert alike.unlike is None
    turned = asked(OTHER, "is", "are")
    unlike = compare(first, turned)
    assert unlike.unlike == "The first is asked for are − is and the second for is − are."
    changes = {"change of g", "change of I_e", "change of I_a"}
    assert changes <= set(route_frame(alike, (first, first), "attention"))
    frame = route_frame(unlike, (first, turned), "attention")
    assert not changes & set(frame)
    assert {"g first", "g second", "ways differ"} <= set(frame)
    classes = explain(tiny_classifier, "the old farmer", label=0)
    assert "a class of the whole text" in compare(first, classes).unlike
    elsewhere = replace(classes, model=replace(classes.model, name="another"))
    assert "other classes" in compare(classes, elsewhere).unlike


def test_both_are_drawn_by_one_call(first, asked):
    second = asked(OTHER, "is", "are")
    root = ElementTree.fromstring(pattern_pair_svg(first, second))
    assert float(root.get("width")) == View.width
    said = "".join(root.itertext())
    assert "are − is" in said
    assert "is − are" in said
    sentences = ("<b>", "x & y")
    named = pattern_pair_svg(first, second, sentences=sentences, selected=2, width=900)
    words = [e.text for e in ElementTree.fromstring(named).iter() if e.text]
    assert set(sentences) <= set(words)
    alignment = compare(first, second).alignment
    both = View(width=900, selected=2)
    by_hand = pair_svg((first, second), alignment, (both, both), sentences, "")
    assert named.split("</desc>")[1] == by_hand.split("</desc>")[1]


def test_pieces_are_merged_on_both_sides(asked):
    first, second = (
        asked(text, "are", "is") for text in ("unhappiest [MASK] .", "the unhappiest [MASK]")
    )
    assert "##happi" in first.tokens
    drawn = pattern_pair_svg(first, second, merge_pieces=True)
    assert "unhappiest" in drawn
    assert "##" not in drawn


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"width": 300}, "for both graphs"),
        ({"sentences": ("a",)}, "has 1 entries"),
        ({"sentences": "ab"}, "both sentences"),
        ({"sentences": (1, 2)}, "sentence"),
        ({"selected": 99}, "selected word"),
        ({"colour": 1}, "no option"),
    ],
)
def test_what_cannot_be_drawn_is_refused(first, given, said):
    with pytest.raises(ExplainerError, match=said):
        pattern_pair_svg(first, first, **given)
