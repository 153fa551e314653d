"""Whether a pattern is found again: each check is what the engine finds under its settings."""

import json
from dataclasses import replace

import pytest

from explainer import Contrast, ExplainerError, Settings, StabilityCheck, explain, stability
from explainer.influence.effort.count import effort
from explainer.influence.effort.size import Size
from explainer.influence.stability.found import stability_effort
from explainer.influence.stability.variations import variations
from explainer.results.settings import MAX_BEAM, MAX_POINTS

TEXT = "the farmers that the assistant loves [MASK] old ."
CONTRAST = Contrast("are", "is")
PLAIN = Settings(points=4, rule="trapezoid")


@pytest.fixture(scope="module", params=["staged", "joint"])
def found(tiny_masked_lm, request):
    settings = replace(PLAIN, search=request.param, top_k=2)
    return settings, stability(tiny_masked_lm, TEXT, contrast=CONTRAST, settings=settings)


def test_every_check_is_what_the_engine_finds_under_its_settings(tiny_masked_lm, found):
    settings, stabilities = found
    for number, (varied, tried) in enumerate([("", settings), *variations(settings)]):
        explanation = explain(tiny_masked_lm, TEXT, correct="are", wrong="is", settings=tried)
        first = {}
        for pattern in explanation.patterns:
            first.setdefault(pattern.source, pattern)
        for one in stabilities:
            pattern = one.pattern if not number else one.checks[number - 1].found
            expected = first[one.pattern.source]
            assert (pattern.nodes, pattern.components) == (expected.nodes, expected.components)
            carried = (pattern.influence, pattern.embedding_trail, pattern.attention_trail)
            alike = (expected.influence, expected.embedding_trail, expected.attention_trail)
            assert carried == tuple(map(pytest.approx, alike))
            if number:
                assert one.checks[number - 1].varied == varied
                assert one.checks[number - 1].settings == tried
                gap = pytest.approx(explanation.completeness_gap)
                assert one.checks[number - 1].completeness_gap == gap
                target = explanation.target
                difference = pytest.approx(target.value - target.baseline_value)
                assert one.checks[number - 1].difference == difference


def test_words_come_as_they_are_asked_for_and_all_of_them_strongest_first(tiny_masked_lm, found):
    settings, every = found
    strengths = [abs(one.pattern.influence) for one in every]
    assert strengths == sorted(strengths, reverse=True)
    assert len(every) == 10  # all tokens but the mask, which is its own baseline
    some = stability(tiny_masked_lm, TEXT, [5, 2, 5], contrast=CONTRAST, settings=settings)
    assert [one.pattern.source for one in some] == [5, 2]
    by_word = {one.pattern.source: one for one in every}
    for one in some:
        for check, known in zip(one.checks, by_word[one.pattern.source].checks, strict=True):
            assert check.found.route == known.found.route


def test_a_word_may_have_no_influence_from_another_baseline(tiny_masked_lm):
    (one,) = stability(
        tiny_masked_lm, TEXT, [7], contrast=CONTRAST, settings=replace(PLAIN, baseline="zero")
    )
    gone = next(check for check in one.checks if check.settings.baseline == "mask")
    assert gone.found is None
    assert not one.keeps(gone, "embedding")
    assert one.nodes_kept(gone) == one.components_kept(gone) == 0
    assert json.loads(json.dumps(one.to_dict()))["checks"][3]["pattern"] is None


def test_a_word_without_influence_has_nothing_to_check(tiny_masked_lm):
    with pytest.raises(ExplainerError, match=r"Token 7, '\[MASK\]', has no influence.*another"):
        stability(tiny_masked_lm, TEXT, [7], contrast=CONTRAST, settings=PLAIN)
    with pytest.raises(ExplainerError, match=r"The word's position is 11: .* from 0 to 10"):
        stability(tiny_masked_lm, TEXT, [11], settings=PLAIN)


def test_each_variation_differs_in_one_thing_and_none_is_the_settings_themselves():
    assert [what for what, _ in variations(Settings())] == [
        *("search", "beam", "points", "baseline", "baseline"),
    ]
    finer = dict(variations(Settings()))["points"]
    assert (finer.tolerance, finer.points) == (0.0025, 400)
    largest = Settings(points=MAX_POINTS, rule="riemann", search="joint", beam=MAX_BEAM)
    assert [what for what, _ in variations(largest)] == ["search", "baseline", "baseline"]


def test_the_effort_counts_a_trace_for_each_sampling_and_a_search_for_each_check(tiny_masked_lm):
    adapter, budget = tiny_masked_lm.adapter, 2**30
    settings = replace(PLAIN, search="joint")
    every = [settings, *(one for _, one in variations(settings))]
    counted = [effort(adapter, Size(9), one, budget, words=1) for one in every]
    assert stability_effort(adapter, Size(9), settings, budget, 1) == pytest.approx(
        sum(one.patterns for one in counted) + sum(counted[n].trace for n in (0, 3, 4, 5))
    )


def test_a_check_is_named_by_what_it_chooses_otherwise(found):
    settings, (one, *_) = found
    other = "staged search, top 2" if settings.search == "joint" else "joint search, beam 4"
    assert [check.name for check in one.checks] == [
        *(other, "joint search, beam 16", "more points (8)"),
        *("from the zero vector", "from [PAD]"),
    ]
    with pytest.raises(ExplainerError, match="The check 'weather' is not known"):
        StabilityCheck("weather", settings, None, 0.0, 1.0)
