"""An explanation says in all its forms what Q and influence are in: the unit of its target."""

from dataclasses import replace

import pytest

from explainer.cli.beside import scores_table
from explainer.cli.table import explanation_table
from explainer.figures import pattern_graph, pattern_svg, summary
from explainer.figures.canvas import wording
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.scale import key
from explainer.figures.patterns.summary import headline
from explainer.figures.patterns.view import View
from explainer.results.beside.word_scores import WordScores
from explainer.results.target import COSINE, LOG_PROBABILITY, LOGITS, UNITS
from tests.figures.made import small_explanation

ASKED = {LOGITS: "Q = logit are − is", LOG_PROBABILITY: "Q = log P(are)", COSINE: "Q = cosine to"}


@pytest.mark.parametrize("unit", UNITS)
def test_everything_that_is_said_is_in_the_unit_of_the_target(unit):
    small = small_explanation()
    found = replace(small, target=replace(small.target, unit=unit))
    scores = WordScores("leave-one-out", found.tokens, (0.3, -2.0, 1.2, 0.0, 0.7))
    view = View(scores=scores)
    hovers = str(pattern_graph(found, view).data)
    table = explanation_table(found, level="attention", minimum_share=0.0)
    alternative = summary(found)
    answer = "".join(piece.text for piece in headline(Drawn.of(found, View())))
    assert ASKED[unit] in table
    in_unit = [pattern_svg(found, View()), pattern_svg(found, view), hovers, answer]
    in_unit += [scores_table(found, scores, merge_pieces=True), key(5, unit)[2]]
    # An influence without a unit is one in logits.
    in_unit += [alternative] if unit != LOGITS else []
    assert all(unit in said for said in in_unit)
    if unit != LOGITS:
        assert not [said for said in (*in_unit, table) if "logit" in said.lower()]


def test_a_number_is_followed_by_its_unit():
    assert wording.measured("+0.40", LOGITS) == "+0.40 logits"
    assert wording.measured("+0.40", COSINE) == "+0.40 in cosine"
    assert (
        wording.measured("+0.40 of +0.84", LOG_PROBABILITY) == "+0.40 of +0.84 in log-probability"
    )
