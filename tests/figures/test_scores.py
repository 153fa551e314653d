"""Another method's scores in the place of influence: the figure says whose its bars are."""

from dataclasses import replace

import pytest

from explainer import ExplainerError, WordScores
from explainer.figures import View, pattern_pair_svg, pattern_svg, summary, view_summary
from explainer.figures.canvas.palette import palette
from explainer.figures.canvas.scene import Area, Label
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.layout import lay_out
from explainer.figures.patterns.summary import headline

SHARES = (0.1, 0.2, 0.4, 0.25, 0.05)
SIGNED = (0.5, -2.0, 1.0, 0.0, 0.3)


def scored(small, method="alti", values=SHARES, **choices):
    return Drawn.of(small, View(scores=WordScores(method, small.tokens, values), **choices))


def labels(drawn):
    scene = lay_out(drawn)
    return [item.text for stage in scene.stages for item in stage if isinstance(item, Label)]


def test_numbers_and_heads_are_the_methods_and_shares_stay_those_of_g(small):
    own, other = labels(Drawn.of(small, View())), labels(scored(small))
    assert {"influence (logits)", "carried", "+2.00"} <= {*own}
    assert not {"influence (logits)", "carried", "+2.00"} & {*other}
    assert {"ALTI (share)", "of g", "bars: ALTI"} <= {*other}
    assert [said for said in other if said.endswith(" %")] == [
        *("10 %", "25 %", "20 %", "25 %", "40 %", "25 %", "25 %", "5 %", "25 %"),
    ]  # each score, and before each ribbon the quarter of g that it carries


def test_signed_scores_are_in_logits_and_in_the_answers_colours(small):
    drawn = scored(small, "leave-one-out", SIGNED)
    assert {"leave one out (logits)", "−2.00", "+0.30"} <= {*labels(drawn)}
    bars = [item for item in lay_out(drawn).stages[-1] if isinstance(item, Area)][:5]
    colours = palette(False)
    signs = [bar.fill for bar in bars]
    expected = [colours.sign(value) for value in SIGNED]
    assert len({*signs}) == 2
    assert [signs[0] == sign for sign in signs] == [expected[0] == one for one in expected]
    lengths = [max(x for x, _ in bar.points) - 8.0 for bar in bars]
    assert lengths == pytest.approx([abs(value) / 2.0 * lengths[1] for value in SIGNED])


def test_shares_have_no_colour_of_an_answer(small):
    bars = [item for item in lay_out(scored(small)).stages[-1] if isinstance(item, Area)][:5]
    assert len({bar.fill for bar in bars}) == 1
    assert bars[0].fill not in (palette(False).positive, palette(False).negative)


@pytest.mark.parametrize("width", [300.0, 600.0, 1100.0])
def test_whose_bars_they_are_is_said_at_every_width(small, width):
    assert "bars: ALTI" in labels(scored(small, width=width))


def test_the_headline_says_that_it_is_of_influence(small):
    said = "".join(piece.text for piece in headline(scored(small)))
    assert said.startswith("By influence g: “farmers” speaks most for are")


def test_the_alternative_text_says_whose_bars_and_how_far_both_agree(small):
    assert "bars" not in summary(small)
    small = replace(small, tokens=("[CLS]", "farmers", "that", "[MASK]", "old"))
    said = view_summary(small, scored(small).view)
    assert said.endswith(
        "The bars are ALTI, which finds “that” the strongest word, influence g “farmers”; over 3 "
        "words its rank correlation with |g|, since it has no signs, is 0.50."
    )
    said = view_summary(small, scored(small, "decompx", (9, 3.0, 2.0, 9, -1.0)).view)
    assert said.endswith(
        "which finds “farmers” the strongest word, as influence g does; over 3 words its rank "
        "correlation with g is 1.00."
    )


def test_a_word_of_several_pieces_has_their_sum(small):
    pieces = replace(small, tokens=("[CLS]", "farmers", "##s", "[MASK]", "old"))
    drawn = scored(pieces)
    assert drawn.view.scores.scores == pytest.approx((0.1, 0.6, 0.25, 0.05))
    assert "60 %" in labels(drawn)


def test_hidden_tokens_have_no_bar(small):
    small = replace(small, tokens=("[CLS]", "farmers", "that", "[MASK]", "old"))
    assert "10 %" in labels(scored(small))
    assert "10 %" not in labels(scored(small, hide_special=True))


def test_scores_of_another_sentence_and_of_a_pair_are_refused(small):
    other = WordScores("alti", ("a",), (1.0,))
    with pytest.raises(ExplainerError, match=r"scores are of 1 tokens .*same sentence"):
        pattern_svg(small, scores=other)
    with pytest.raises(ExplainerError, match="scores is 3: give what word_scores returns"):
        View(scores=3)
    own = scored(small).view.scores
    with pytest.raises(ExplainerError, match="have influence for their bars: leave the scores out"):
        pattern_pair_svg(small, small, scores=own)
