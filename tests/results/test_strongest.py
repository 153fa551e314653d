"""Where only the strongest words have a pattern: what a record says of it, and what is shown."""

import re
from dataclasses import replace

import pytest

from explainer import ExplainerError, Explanation, Settings, compare, explain
from explainer.app.explore.tables import pattern_frame
from explainer.cli.table import explanation_table
from explainer.figures import View, pattern_svg, view_summary
from explainer.figures.canvas import wording
from explainer.figures.patterns import bars
from explainer.figures.patterns.drawn import Drawn

TEXT = "the farmers that the assistant loves [MASK] old ."
FEW = Settings(points=4)


@pytest.fixture(scope="module")
def every(tiny_masked_lm):
    return explain(tiny_masked_lm, TEXT, correct="are", wrong="is", settings=FEW)


@pytest.fixture(scope="module")
def some(tiny_masked_lm):
    return explain(tiny_masked_lm, TEXT, correct="are", wrong="is", settings=FEW, words=3)


def test_a_record_says_how_many_words_were_followed(every, some):
    assert every.strongest is every.strongest_note is None
    assert every.not_followed == ()
    assert "strongest" not in every.to_dict()
    assert some.strongest == some.to_dict()["strongest"] == 3
    assert len(some.not_followed) == len(every.patterns) - 3
    back = Explanation.from_json(some.to_json())
    assert back.to_dict() == some.to_dict()
    assert Explanation.from_dict(every.to_dict()).strongest is None


def test_as_many_words_as_there_are_leave_nothing_out(tiny_masked_lm, every):
    found = explain(tiny_masked_lm, TEXT, correct="are", wrong="is", settings=FEW, words=10)
    assert len(found.patterns) == len(every.patterns) == 10
    assert found.strongest is None


@pytest.mark.parametrize("wrong", [2, 4, 0, -1, 1.5, "3", True])
def test_a_number_that_is_not_that_of_the_patterns_is_refused(some, wrong):
    with pytest.raises(ExplainerError, match="strongest"):
        replace(some, strongest=wrong)
    with pytest.raises(ExplainerError, match="strongest"):
        Explanation.from_dict(some.to_dict() | {"strongest": wrong})


def test_the_number_is_refused_where_each_word_has_a_pattern(every):
    with pytest.raises(ExplainerError, match="10 words of 10 with influence, but 10 strongest"):
        replace(every, strongest=10)


def test_what_was_followed_is_said_with_its_share(tiny_masked_lm, some):
    size = sorted(map(abs, some.influence), reverse=True)
    share = f"{100 * sum(size[:3]) / sum(size):.0f}"
    note = some.strongest_note
    assert note == (
        f"The strongest 3 of 10 words were followed; they hold {share} % of all influence Σ|g|."
    )
    assert note in explanation_table(some, level="attention", minimum_share=0.05)
    one = explain(tiny_masked_lm, TEXT, settings=FEW, words=1)
    assert re.match(r"The strongest word of 10 words was followed; it holds \d", one.strongest_note)


def test_words_that_were_not_followed_keep_their_influence(every, some):
    drawn, alone = Drawn.of(some, View()), some.not_followed
    assert drawn.alone == alone
    three = bars.values(some, drawn.listed, drawn.alone)
    for word, (g, _, _) in bars.values(every, every.patterns).items():
        assert three[word][0] == g == some.influence[word]
    frame = pattern_frame(drawn)
    assert frame["g"].tolist() == pattern_frame(Drawn.of(every, View()))["g"].tolist()
    assert frame.loc[alone[0], "path"] == "not followed"
    assert frame.loc[list(alone), "I_a"].isna().all()
    assert "it was not followed" in view_summary(some, View(selected=alone[0]))
    assert "not among the strongest" in wording.of_token(some, alone[0], [])[-1]
    hidden = Drawn.of(some, View(hide_special=True)).alone
    assert set(alone) - set(hidden) == {0, 10} & set(alone)
    assert pattern_svg(some) != pattern_svg(replace(some, influence=every.influence[:1] * 11))


def test_merged_words_keep_their_influence(some):
    drawn = Drawn.of(some, View(merge_pieces=True))
    every = bars.values(drawn.explanation, drawn.listed, drawn.alone)
    assert sum(g for g, _, _ in every.values()) == pytest.approx(sum(some.influence))


def test_a_word_with_several_patterns_has_its_influence_once(tiny_masked_lm):
    wide = explain(tiny_masked_lm, TEXT, settings=Settings(points=4, top_k=3))
    assert len(wide.patterns) > 10
    for word, (g, _, _) in bars.values(wide, wide.patterns).items():
        assert g == wide.influence[word]


def test_words_that_one_side_did_not_follow_are_not_compared(every, some):
    changes = compare(every, some).changes
    assert {change.tokens.first for change in changes} == {p.source for p in some.patterns}
    assert all(change.same for change in changes)
