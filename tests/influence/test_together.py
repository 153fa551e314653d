"""Texts explained together are explained as each is alone, whatever stands beside them."""

from dataclasses import replace

import pytest

from explainer import ExplainerError, Question, Settings, explain, explain_many
from explainer.influence.sampling.path import integration_path
from explainer.influence.search.refine import Search, refine, refine_texts
from explainer.influence.together import Asked, one_after_another, side_by_side
from explainer.influence.trace import trace_together
from explainer.models.encode import without_gradients
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.sentence import read_sentence

TEXTS = [
    "the farmers that the assistant loves [MASK] old .",
    "the farmer [MASK] bad .",
    "[MASK]",
    "the old farmers , that the bad assistants love , [MASK] good .",
    "the assistant loves the farmers that [MASK] old .",
    "un ##happi [MASK] don ' t",
]
FEW = Settings(points=5)


def same(found, expected, tolerance=1e-5):
    assert found.tokens == expected.tokens
    assert found.target == pytest.approx(expected.target) or (
        found.target.correct == expected.target.correct
        and found.target.value == pytest.approx(expected.target.value, abs=tolerance)
    )
    assert found.influence == pytest.approx(expected.influence, abs=tolerance)
    assert found.completeness_gap == pytest.approx(expected.completeness_gap, abs=tolerance)
    for one, other in zip(found.patterns, expected.patterns, strict=True):
        assert (one.nodes, one.components) == (other.nodes, other.components)
        assert one.embedding_trail == pytest.approx(other.embedding_trail, abs=tolerance)
        assert one.attention_trail == pytest.approx(other.attention_trail, abs=tolerance)
        for part, same_part in zip(one.attention_parts, other.attention_parts, strict=True):
            assert part == pytest.approx(same_part, abs=tolerance)
    if expected.flow is not None:
        assert found.flow.skip == pytest.approx(expected.flow.skip, abs=tolerance)
        assert found.flow.heads == pytest.approx(expected.flow.heads, abs=tolerance)


@pytest.mark.parametrize(
    "search", [{}, {"top_k": 3}, {"search": "joint"}, {"search": "joint", "top_k": 2}]
)
def test_masked_words(tiny_masked_lm, search):
    settings = Settings(points=5, **search)
    questions = [Question(text, Contrast("are", "is")) for text in TEXTS]
    found = list(explain_many(tiny_masked_lm, questions, settings=settings, flow=True))
    for text, explanation in zip(TEXTS, found, strict=True):
        alone = explain(
            tiny_masked_lm, text, correct="are", wrong="is", settings=settings, flow=True
        )
        same(explanation, alone, 1e-9)


def test_classes_and_the_models_own_contrast(tiny_classifier):
    texts = [text.replace("[MASK]", "is") for text in TEXTS]
    found = list(explain_many(tiny_classifier, texts, settings=FEW))
    for text, explanation in zip(texts, found, strict=True):
        same(explanation, explain(tiny_classifier, text, settings=FEW), 1e-9)


def test_a_bad_text_reports_and_the_others_come(tiny_masked_lm):
    questions = [TEXTS[0], "no mask here", Question(TEXTS[1], Contrast("gnus", "is")), 7, TEXTS[2]]
    good, no_mask, unknown, none, last = explain_many(tiny_masked_lm, questions, settings=FEW)
    same(good, explain(tiny_masked_lm, TEXTS[0], settings=FEW), 1e-9)
    same(last, explain(tiny_masked_lm, TEXTS[2], settings=FEW), 1e-9)
    for error, part in ((no_mask, "[MASK]"), (unknown, "'gnus'"), (none, "a Question")):
        assert isinstance(error, ExplainerError)
        assert part in str(error)
    with pytest.raises(ExplainerError, match="gnus"):
        explain(tiny_masked_lm, TEXTS[1], correct="gnus", wrong="is")


def test_no_more_is_read_than_is_followed_at_once(tiny_masked_lm):
    read = []

    def endless():
        while True:
            read.append(len(read))
            yield TEXTS[len(read) % len(TEXTS)]

    answers = explain_many(tiny_masked_lm, endless(), settings=FEW)
    next(answers)
    assert 1 < len(read) < 40


def test_arguments_are_refused_before_anything_is_read(tiny_masked_lm):
    def never():
        raise AssertionError
        yield

    for wrong in ({"memory": "a lot"}, {"settings": 3}, {"flow": "maybe"}):
        with pytest.raises(ExplainerError):
            explain_many(tiny_masked_lm, never(), **wrong)
    assert list(explain_many(tiny_masked_lm, [])) == []


def test_the_strongest_words_alone_have_the_patterns_that_they_have_among_all(tiny_masked_lm):
    text = TEXTS[3]
    every = explain(tiny_masked_lm, text, settings=FEW)
    some = explain(tiny_masked_lm, text, settings=FEW, words=3)
    assert len(some.patterns) == 3 < len(every.patterns)
    assert some.influence == every.influence
    for one, other in zip(some.patterns, every.patterns, strict=False):
        assert (one.nodes, one.components) == (other.nodes, other.components)
        assert one.attention_trail == pytest.approx(other.attention_trail, abs=1e-12)
    for words in (3, 100):
        (many,) = explain_many(tiny_masked_lm, [text], settings=FEW, words=words)
        same(many, some if words == 3 else every, 1e-12)
    for wrong in (0, -1, 1.5, "all"):
        with pytest.raises(ExplainerError, match="number of words"):
            explain(tiny_masked_lm, text, words=wrong)


def test_a_budget_for_one_text_at_a_time_is_enough(tiny_masked_lm):
    alone = explain(tiny_masked_lm, TEXTS[1], settings=FEW, memory="64 KB")
    for found in explain_many(tiny_masked_lm, [TEXTS[1]] * 2, settings=FEW, memory="64 KB"):
        same(found, alone, 1e-9)
    small, good = explain_many(tiny_masked_lm, [TEXTS[3], TEXTS[1]], settings=FEW, memory="30 KB")
    assert isinstance(small, ExplainerError)
    assert "The memory budget is 30 KB" in str(small)
    same(good, alone, 1e-9)


def test_texts_side_by_side_are_sampled_each_at_points_of_its_own(tiny_masked_lm):
    with without_gradients():
        asked = [asked_of(tiny_masked_lm, text) for text in TEXTS[:2]]
        paths = [
            integration_path(tiny_masked_lm, one.sentence, Settings(points=5, rule=rule))
            for one, rule in zip(asked, ("trapezoid", "riemann"), strict=True)
        ]
        paths[1] = replace(paths[1], a=paths[1].a ** 2)
        alone = [
            traced(tiny_masked_lm, [one], path) for one, path in zip(asked, paths, strict=True)
        ]
        both = traced(tiny_masked_lm, asked, one_after_another(paths))
        for trace, text in zip(alone, both.texts, strict=True):
            assert text.influence == pytest.approx(trace.influence, abs=1e-9)
            assert text.baseline_value == pytest.approx(trace.baseline_value, abs=1e-9)
        found = refine_texts(both, [one.sentence.tokens for one in asked], Search(2))
        for trace, one, patterns in zip(alone, asked, found, strict=True):
            for pattern, expected in zip(
                patterns, refine(trace, one.sentence.tokens, 2), strict=True
            ):
                assert pattern.nodes == expected.nodes
                assert pattern.components == expected.components
                assert pattern.attention_trail == pytest.approx(expected.attention_trail, abs=1e-9)


def asked_of(model, text):
    sentence = read_sentence(model, text)
    return Asked(sentence, choose_quantity(model, sentence, Contrast("are", "is")))


def traced(model, asked, path):
    lengths = [len(one.sentence.tokens) for one in asked]
    adapter = side_by_side([model.adapter.of(one.sentence) for one in asked], lengths)
    return trace_together(adapter, path, [one.quantity for one in asked], lengths)
