"""The answer in one sentence: which word, which answer, which way; true where it looks odd, too."""

from dataclasses import replace
from typing import Any

import pytest

from explainer.base.numbers import amount, fraction, short_amount
from explainer.figures import View, summary
from explainer.figures.canvas.scene import Label
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.summary import LONGEST, Piece, headline
from explainer.results.explanation import Explanation
from explainer.results.model_info import ModelInfo
from explainer.results.route import SKIP, Edge, Node
from explainer.results.settings import Settings
from explainer.results.target import Target
from tests.figures.made import pattern


def said(explanation: Explanation, **choices: Any) -> str:
    return "".join(piece.text for piece in headline(Drawn.of(explanation, View(**choices))))


def test_it_names_word_answer_and_head(small):
    pieces = headline(Drawn.of(small, View()))
    assert "".join(piece.text for piece in pieces) == (
        "“farmers” speaks most for are: +2.00 of +2.80 logits. A quarter of that takes one way: it "
        "stays on “farmers” through block 0, then head 1 of block 1 moves it to the mask, where it "
        "stays."
    )
    named = [piece for piece in pieces if piece.role != "plain"]
    assert named == [
        Piece("“farmers”", "word", Node(0, 1)),
        Piece("are", "correct"),
        Piece("head 1 of block 1", "head", Edge(1, 1, 3, 1)),
    ]


def test_at_the_level_of_nodes_blocks_move(small):
    assert said(small, level="embedding").endswith(
        "Half of that takes one way: it stays on “farmers” through block 0, then block 1 moves it "
        "to the mask, where it stays."
    )


def test_a_word_against_the_answer_speaks_for_its_rival(small):
    sentence = said(small, selected=4)
    assert sentence.startswith("“old” speaks for is: −0.80 logits. A quarter of that takes one way")
    alone = replace(small, target=replace(small.target, wrong=None))
    assert said(alone, selected=4).startswith("“old” speaks against are: −0.80 logits.")


def test_a_share_is_said_of_what_all_words_have_only_where_it_is_a_part_of_it(small):
    influence = (-4.0, 2.0, 1.2, 0.0, -0.8)
    assert "+2.00 logits" in said(replace(small, influence=influence), selected=1)
    both = replace(small, influence=(-4.0, *small.influence[1:]))
    assert said(both, selected=4).startswith("“old” speaks for is: −0.80 of −1.60 logits.")


@pytest.mark.parametrize(
    ("carried", "words"),
    [
        (-0.4, "The way that was found, an example of many, carries the opposite, −0.40 logits"),
        (2.6, "One way carries more than that, +2.60 logits, and others take some of it back"),
        (2.0, "All of that takes one way: it stays"),
        (1.9, "Nearly all of that takes one way"),
        (0.7, "About a third of that takes one way"),
        (0.36, "18 % of that takes one way: it stays"),
        (0.2, "10 % of that takes one way: it stays"),
        (0.18, "9 % of that takes one way, an example of many: it stays"),
        (0.002, "Less than 1 % of that takes one way, an example of many: it stays"),
        (0.0, "0 % of that takes one way, an example of many: it stays"),
    ],
)
def test_what_the_way_carries_is_said_as_it_is(small, carried, words):
    lead = replace(small.patterns[0], attention_influence=carried)
    assert words in said(replace(small, patterns=(lead,)))


def test_a_classifier_has_a_place_and_no_mask(small):
    info = ModelInfo("toy", "classification", 3, 4, 8)
    target = Target((0,), "positive", "negative", 1.0, 0.0)
    way = replace(small.patterns[0], nodes=(1, 1, 1, 0), components=(SKIP, SKIP, 2))
    shown = replace(small, model=info, target=target, patterns=(way,))
    assert said(shown).startswith("“farmers” speaks for positive")
    assert said(shown).endswith(
        "through blocks 0 to 1, then head 2 of block 2 moves it to “[CLS]”."
    )


def test_a_long_way_is_told_in_part():
    moves = 8
    nodes = (*range(1, moves + 1), 0)
    way = pattern("a", 2.0, nodes, (1,) * moves)
    explanation = Explanation(
        model=ModelInfo("toy", "masked-lm", moves, 2, 8),
        tokens=("[MASK]", *"abcdefgh"),
        target=Target((0,), "are", "is", 1.0, 0.0),
        settings=Settings(),
        influence=(0.0, 2.0, *[0.0] * 7),
        completeness_gap=0.0,
        points_used=4,
        patterns=(way,),
    )
    sentence = said(explanation)
    assert sentence.count("head 1 of") == LONGEST
    assert sentence.endswith(f", and after {moves - LONGEST} more moves it is at the mask.")
    assert "it is moved to “b” by head 1 of block 0, then head 1 of block 1 moves" in sentence


def test_words_without_a_pattern_are_told_apart(small):
    assert said(small, selected=3) == "“[MASK]” has no influence on are rather than is."
    left = replace(small, patterns=small.patterns[:3], strongest=3)
    assert said(left, selected=0) == (
        "“[CLS]” speaks for are: +0.40 of +2.80 logits. Its way was not followed."
    )
    nothing = replace(small, patterns=(), influence=(0.0,) * 5)
    assert said(nothing) == "No word that is shown has any influence on are rather than is."
    assert said(small, selected=-1) == "The selected word is not in this sentence."


def test_a_word_that_the_sentence_has_twice_is_told_by_its_position(small):
    twice = replace(small, tokens=("[CLS]", "old", "cats", "[MASK]", "old"))
    assert said(twice).startswith("“old (1)” speaks most for are")
    assert "it stays on “old (1)” through block 0" in said(twice)
    assert said(twice, selected=2).startswith("“cats” speaks for are")
    scene = lay_out(Drawn.of(twice, View()))
    labels = [i.text for stage in scene.stages for i in stage if isinstance(i, Label)]
    assert {"old (1)", "old (4)", "cats", "[MASK]"} <= set(labels)
    assert summary(twice, word=4).startswith("“old (4)” has")


def test_the_pieces_hold_what_was_typed_without_markup(small):
    strange = replace(small, target=replace(small.target, correct="**a**\n<b>"))
    assert Piece("**a**·<b>", "correct") in headline(Drawn.of(strange, View()))


def test_small_numbers_are_said_in_words():
    assert amount(0.004) == "less than 0.01"
    assert amount(-0.004) == "between −0.01 and 0"
    assert [amount(0.0), amount(0.006), amount(-1.5)] == ["0.00", "+0.01", "−1.50"]
    shorts = [short_amount(value) for value in (0.0, 0.004, -0.004, -1.5)]
    assert shorts == ["0.00", "<0.01", ">−0.01", "−1.50"]
    assert [fraction(s) for s in (1, 0.95, 0.5, 0.255, 0.75, 0.4)] == [
        *("All", "Nearly all", "Half", "A quarter", "Three quarters", "40 %"),
    ]
