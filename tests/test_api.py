"""The facade: both kinds of model, what is chosen when nothing is given, and what is left alone."""

import json
from dataclasses import replace

import networkx
import pytest
import torch

from explainer import (
    Contrast,
    ExplainerError,
    Explanation,
    Settings,
    explain,
    load_model,
    predict,
)
from explainer.api import trace_text
from explainer.influence.search.refine import refine
from explainer.results.merged import merge_pieces, special_positions

TEXT = "the farmers that the assistant loves [MASK] old ."


@pytest.fixture(scope="module")
def masked_lm(tiny_masked_lm_dir):
    return load_model(str(tiny_masked_lm_dir), dtype="float64")


@pytest.fixture(scope="module")
def classifier(tiny_classifier_dir):
    return load_model(str(tiny_classifier_dir), dtype="float64")


def test_json_follows_the_contract(masked_lm):
    explanation = explain(masked_lm, TEXT, correct="are", wrong="is", flow=True)
    data = json.loads(explanation.to_json())
    n, layers, heads = 11, 3, 2
    assert list(data) == [
        *("schema", "model", "tokens", "target", "settings", "influence"),
        *("completeness_gap", "points_used", "patterns", "words", "flow"),
    ]
    assert data["schema"] == 3
    assert data["model"] == {
        **{"name": masked_lm.info.name, "task": "masked-lm"},
        **{"layers": layers, "heads": heads, "d_model": 12, "head": "choice"},
    }
    assert set(data["target"]) == {
        "positions",
        "correct",
        "wrong",
        "value",
        "baseline_value",
        "unit",
    }
    assert data["settings"] == {
        **{"points": 200, "rule": "adaptive", "tolerance": 0.01, "baseline": "mask"},
        **{"keep_special": False, "top_k": 1, "search": "staged", "beam": 4},
    }
    assert len(data["tokens"]) == len(data["influence"]) == n
    for pattern in data["patterns"]:
        assert len(pattern["nodes"]) == layers + 1
        for field in ("components", "embedding_trail", "attention_trail", "attention_parts"):
            assert len(pattern[field]) == layers
        for component, parts, carried in zip(
            *(pattern[f"{name}"] for name in ("components", "attention_parts", "attention_trail")),
            strict=True,
        ):
            assert parts is None if component == "skip" else sum(parts) == pytest.approx(carried)
        assert pattern["nodes"][0] == pattern["source"]
        assert pattern["nodes"][-1] in data["target"]["positions"]
        assert pattern["influence"] == data["influence"][pattern["source"]]
    sizes = [abs(pattern["influence"]) for pattern in data["patterns"]]
    assert sizes == sorted(sizes, reverse=True)
    flow = data["flow"]
    assert [len(flow["skip"]), len(flow["skip"][0])] == [layers, n]
    assert [len(flow["heads"][0]), len(flow["heads"][0][0]), len(flow["heads"][0][0][0])] == [
        *(heads, n, n)
    ]
    assert data["words"] == [None, 0, 1, 2, 3, 4, 5, None, 6, 7, None]
    again = Explanation.from_dict(data)
    assert again.to_dict() == explanation.to_dict()


def test_older_files_have_no_words_and_no_kind_of_head(masked_lm):
    data = explain(masked_lm, "the unhappiest [MASK] .", correct="are", wrong="is").to_dict()
    new = merge_pieces(Explanation.from_dict(data)).explanation
    del data["words"], data["model"]["head"]
    old = Explanation.from_dict(data)
    assert (old.words, old.model.head) == (None, "choice")
    assert merge_pieces(old).explanation.tokens == new.tokens
    assert special_positions(old) == {0, 5, 7}


def test_graph_holds_every_step_once(masked_lm):
    explanation = explain(masked_lm, TEXT, correct="are", wrong="is")
    graph = explanation.to_networkx()
    assert isinstance(graph, networkx.MultiDiGraph)
    assert graph.number_of_nodes() == 4 * 11
    assert graph.nodes[(0, 2)]["token"] == "farmers"
    for pattern in explanation.patterns:
        for step, component in enumerate(pattern.components):
            ends = (step, pattern.nodes[step]), (step + 1, pattern.nodes[step + 1])
            assert pattern.source in graph.edges[(*ends, component)]["sources"]
    carried = sum(data["influence"] for _, _, data in graph.in_edges((3, 7), data=True))
    assert carried == pytest.approx(sum(p.attention_influence for p in explanation.patterns))


def test_words_not_given_are_the_models_own(masked_lm):
    best = [p.word for p in predict(masked_lm, TEXT, count=8) if not p.word.startswith("[")]
    target = explain(masked_lm, TEXT).target
    assert (target.correct, target.wrong) == (best[0], best[1])
    target = explain(masked_lm, TEXT, correct=best[0]).target
    assert target.wrong == best[1]
    target = explain(masked_lm, TEXT, wrong=best[0]).target
    assert target.correct == best[1]


def test_the_value_is_the_difference_of_log_probabilities(masked_lm):
    predictions = {p.word: p for p in predict(masked_lm, TEXT, count=1000)}
    assert sum(p.probability for p in predictions.values()) == pytest.approx(1)
    value = explain(masked_lm, TEXT, correct="are", wrong="is").target.value
    ratio = predictions["are"].probability / predictions["is"].probability
    assert value == pytest.approx(torch.tensor(ratio).log().item(), abs=1e-5)


@pytest.mark.parametrize("label", ["positive", "POSITIVE", 2, "2"])
def test_classifier_against_the_mean_of_the_others(classifier, label):
    target = explain(classifier, "the old farmer is good .", label=label).target
    logits = {p.word: p.logit for p in predict(classifier, "the old farmer is good .", count=3)}
    expected = logits["positive"] - (logits["negative"] + logits["neutral"]) / 2
    assert (target.position, target.correct, target.wrong) == (0, "positive", None)
    assert target.value == pytest.approx(expected)


def test_classifier_against_one_rival(classifier):
    target = explain(classifier, "the old farmer is good .", label=0, other="neutral").target
    logits = {p.word: p.logit for p in predict(classifier, "the old farmer is good .", count=3)}
    assert (target.correct, target.wrong) == ("negative", "neutral")
    assert target.value == pytest.approx(logits["negative"] - logits["neutral"])


def test_classifier_without_label_explains_its_own_prediction(classifier):
    target = explain(classifier, "the old farmer is good .").target
    assert target.correct == predict(classifier, "the old farmer is good .", count=1)[0].word


def test_special_tokens_may_keep_their_embedding(masked_lm):
    kept = explain(masked_lm, TEXT, correct="are", wrong="is", settings=Settings(keep_special=True))
    assert kept.influence[0] == kept.influence[-1] == 0
    assert {0, 10}.isdisjoint(pattern.source for pattern in kept.patterns)
    moved = explain(masked_lm, TEXT, correct="are", wrong="is")
    assert moved.influence[0] != 0


@pytest.mark.parametrize("baseline", ["mask", "zero", "pad"])
def test_every_baseline_is_complete_in_the_limit(masked_lm, baseline):
    settings = Settings(baseline=baseline, rule="gauss-legendre", points=200)
    explanation = explain(masked_lm, TEXT, correct="are", wrong="is", settings=settings)
    assert abs(explanation.completeness_gap) < 1e-3
    if baseline == "mask":
        assert explanation.influence[7] == 0


def test_the_joint_search_gives_the_patterns_of_its_beam(masked_lm):
    how = {"correct": "are", "wrong": "is"}
    settings = Settings(search="joint", beam=6, top_k=2)
    found = explain(masked_lm, TEXT, **how, settings=settings)
    trace = trace_text(masked_lm, TEXT, contrast=Contrast(**how), settings=settings)

    def ways(patterns):
        return [(pattern.nodes, pattern.components) for pattern in patterns]

    assert ways(found.patterns) == ways(refine(trace, found.tokens, 2, beam=6))
    assert ways(found.patterns) != ways(refine(trace, found.tokens, 2))
    narrow = explain(masked_lm, TEXT, **how, settings=replace(settings, beam=1))
    assert ways(narrow.patterns) == ways(refine(trace, found.tokens, 2, beam=2))
    assert Explanation.from_json(found.to_json()).settings == settings
    for setting in ({"search": "wide"}, {"search": None}, {"beam": 0}, {"beam": 2.5}):
        with pytest.raises(ExplainerError, match=f"{next(iter(setting))}"):
            Settings(**setting)


def test_top_k_keeps_that_many_patterns_of_each_word(masked_lm):
    one = explain(masked_lm, TEXT, correct="are", wrong="is")
    three = explain(masked_lm, TEXT, correct="are", wrong="is", settings=Settings(top_k=3))
    assert len(three.patterns) == 3 * len(one.patterns)
    assert len({pattern.nodes for pattern in three.patterns}) == len(three.patterns)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode, torch.enable_grad])
def test_result_does_not_depend_on_the_callers_mode_and_the_model_stays(masked_lm, mode):
    before = {name: value.clone() for name, value in masked_lm.network.state_dict().items()}
    expected = explain(masked_lm, TEXT, correct="are", wrong="is", flow=True).to_json()
    with mode():
        assert explain(masked_lm, TEXT, correct="are", wrong="is", flow=True).to_json() == expected
    after = masked_lm.network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert all(parameter.grad is None for parameter in masked_lm.network.parameters())
    assert not any(parameter.requires_grad for parameter in masked_lm.network.parameters())


def test_what_belongs_to_the_other_kind_of_model_is_refused(masked_lm, classifier):
    with pytest.raises(ExplainerError, match="predicts words"):
        explain(masked_lm, TEXT, label=1)
    with pytest.raises(ExplainerError, match="predicts classes"):
        explain(classifier, "good .", correct="are")


@pytest.mark.parametrize("label", ["cheerful", 3, -1, "", 1.5, "²"])
def test_unknown_labels_are_refused(classifier, label):
    with pytest.raises(ExplainerError, match="0 negative, 1 neutral, 2 positive"):
        explain(classifier, "good .", label=label)
    with pytest.raises(ExplainerError, match="two different"):
        explain(classifier, "good .", label=1, other="neutral")


def test_the_same_word_twice_is_refused(masked_lm):
    with pytest.raises(ExplainerError, match="two different words"):
        explain(masked_lm, TEXT, correct="are", wrong=" ARE ")
