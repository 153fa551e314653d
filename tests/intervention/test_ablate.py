"""Ablation: keeping everything is the model, and what is cut has no effect left."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from explainer import ExplainerError, ablate, explain
from explainer.intervention.ablate import ablated_values, keep_all, keep_only, remove, run_kept
from explainer.intervention.activations import mean_activations
from explainer.intervention.filling import REPLACEMENTS, fill
from explainer.models.forward import own_logits
from explainer.question.predictions import ranked
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.sentence import read_sentence
from explainer.results.route import LEVELS, SKIP, Edge, Node

TEXT = "the farmers that the assistant loves [MASK] old ."
N, L, HEADS = 11, 3, 2


@pytest.fixture(scope="module", params=["masked_lm", "classifier"])
def case(request):
    """A model, its sentence, quantity and explanation."""
    model = request.getfixturevalue(f"tiny_{request.param}")
    given = {"correct": "are", "wrong": "is"} if request.param == "masked_lm" else {"label": 1}
    text = TEXT if request.param == "masked_lm" else TEXT.replace("[MASK]", "are")
    sentence = read_sentence(model, text)
    quantity = choose_quantity(model, sentence, Contrast(**given))
    return model, sentence, quantity, explain(model, text, **given)


def said(model, sentence, count):
    """What Hugging Face's own network says, as it is or with a hook in it."""
    row = own_logits(model.network, sentence)[sentence.masks[0] if sentence.masks else 0]
    return ranked(model, sentence, row, count)


@pytest.mark.parametrize("replacement", REPLACEMENTS)
def test_keeping_everything_and_removing_nothing_is_the_model(case, replacement):
    model, sentence, quantity, explanation = case
    for kept in (keep_all(model, N), remove(model, N, (), "attention")):
        ablated = run_kept(model, sentence, quantity, kept, replacement=replacement)
        assert ablated.value == pytest.approx(explanation.target.value, abs=1e-10)
        expected = said(model, sentence, count=5)
        for found, same in zip(ablated.predictions, expected, strict=True):
            assert found.word == same.word
            assert found.logit == pytest.approx(same.logit, abs=1e-10)


def test_replacing_every_embedding_by_the_baselines_is_the_baseline(case):
    model, sentence, quantity, explanation = case
    kept = keep_all(model, N)
    kept.nodes[0] = False
    ablated = run_kept(model, sentence, quantity, kept, replacement="baseline")
    assert ablated.value == pytest.approx(explanation.target.baseline_value, abs=1e-10)


def test_with_one_layer_of_nodes_gone_the_sentence_makes_no_difference(case):
    model, sentence, quantity, _ = case
    kept = keep_all(model, N)
    kept.nodes[1] = False
    value = run_kept(model, sentence, quantity, kept, replacement="zero").value
    other = read_sentence(model, sentence.text.replace("farmers", "assistant"))
    assert run_kept(model, other, quantity, kept, replacement="zero").value == pytest.approx(
        value, abs=1e-10
    )


def test_a_head_is_knocked_out_as_by_zeroing_its_slice_in_the_network(case):
    model, sentence, quantity, _ = case
    kept = keep_all(model, N)
    kept.heads[1, 1] = False
    found = run_kept(model, sentence, quantity, kept, replacement="zero")
    d_head = model.info.d_model // HEADS

    def zero(_, arguments):
        values = arguments[0].clone()
        values[..., d_head : 2 * d_head] = 0
        return (values, *arguments[1:])

    output = model.network.bert.encoder.layer[1].attention.output
    hook = output.dense.register_forward_pre_hook(zero)
    try:
        expected = said(model, sentence, count=1)[0]
    finally:
        hook.remove()
    assert found.predictions[0].word == expected.word
    assert found.predictions[0].logit == pytest.approx(expected.logit, abs=1e-10)


def test_cutting_one_skip_equals_taking_it_out_of_the_sum(case):
    model, sentence, quantity, _ = case
    kept = keep_all(model, N).without([Edge(0, 2, 2, SKIP)])
    found = run_kept(model, sentence, quantity, kept, replacement="zero")

    def cut(_, arguments):
        resid = arguments[1].clone()
        resid[:, 2] = 0
        return (arguments[0], resid)

    output = model.network.bert.encoder.layer[0].attention.output
    hook = output.register_forward_pre_hook(cut)
    try:
        expected = said(model, sentence, count=1)[0]
    finally:
        hook.remove()
    assert found.predictions[0].logit == pytest.approx(expected.logit, abs=1e-10)


def test_without_cuts_a_node_or_a_component_and_leaves_what_it_was_asked_of(case):
    whole = keep_all(case[0], N)

    def cut(mask) -> list[tuple[int, ...]]:
        return [tuple(map(int, place)) for place in zip(*(~mask).nonzero(), strict=True)]

    node = whole.without([Node(2, 3)])
    assert (cut(node.nodes), cut(node.heads), cut(node.skip)) == ([(2, 3)], [], [])
    head = whole.without_component(1, 0)
    assert (cut(head.nodes), cut(head.skip)) == ([], [])
    assert cut(head.heads) == [(1, 0, position) for position in range(N)]
    assert cut(whole.without_component(1, SKIP).skip) == [(1, position) for position in range(N)]
    assert whole.nodes.all()
    assert whole.heads.all()
    assert whole.skip.all()


@pytest.mark.parametrize("level", ["embedding", "attention"])
def test_keep_and_remove_name_what_lies_on_the_patterns(case, level):
    model, _, _, explanation = case
    pattern = explanation.patterns[0]
    kept, without = (f(model, N, [pattern], level) for f in (keep_only, remove))
    assert kept.nodes.sum() == L + 1
    assert all(kept.nodes[layer, node] for layer, node in enumerate(pattern.nodes))
    if level == "embedding":
        assert kept.heads.all()
        assert kept.skip.all()
        assert np.array_equal(without.nodes[:-1], ~kept.nodes[:-1])
        assert without.nodes[-1].all()
    else:
        assert kept.heads.sum() + kept.skip.sum() == L
        assert without.nodes.all()
        assert np.array_equal(without.heads, ~kept.heads)
        assert np.array_equal(without.skip, ~kept.skip)


def test_the_model_is_left_as_it_was(case):
    model, sentence, quantity, _ = case
    before = {name: value.clone() for name, value in model.network.state_dict().items()}
    kept = keep_all(model, N)
    kept.heads[:] = False
    run_kept(model, sentence, quantity, kept, replacement="zero")
    after = model.network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert not any(module._forward_pre_hooks for module in model.network.modules())


def test_several_ablated_models_at_once_are_each_by_itself(case):
    model, sentence, quantity, explanation = case
    variants = [
        f(model, N, explanation.patterns[:count], level)
        for f in (keep_only, remove)
        for level in ("embedding", "attention")
        for count in (1, 4)
    ]
    for replacement in REPLACEMENTS:
        filling = fill(model, sentence, replacement)
        together = ablated_values(model, sentence, quantity, variants, filling)
        alone = [
            run_kept(model, sentence, quantity, kept, replacement=replacement).value
            for kept in variants
        ]
        assert together == pytest.approx(alone, abs=1e-10)
    assert ablated_values(model, sentence, quantity, (), filling) == ()


def test_the_mean_is_over_all_tokens_of_the_reference_sentences(case):
    model, sentence, *_ = case
    other = sentence.text.replace("the assistant loves", "loves")
    rows = []
    for text in (sentence.text, other):
        ids = torch.tensor([read_sentence(model, text).token_ids])
        rows.append(model.network.bert(ids, output_hidden_states=True).hidden_states)
    found = mean_activations(model, [sentence.text, other])
    for layer in range(L + 1):
        everything = torch.cat([hidden[layer][0] for hidden in rows])
        torch.testing.assert_close(found.nodes[layer, 0], everything.mean(0))
    with pytest.raises(ExplainerError, match="reference sentences"):
        mean_activations(model, [])


def test_with_every_node_the_mean_the_sentence_makes_no_difference(case):
    model, sentence, quantity, _ = case
    kept = keep_all(model, N)
    kept.nodes[1] = False
    other = read_sentence(model, sentence.text.replace("farmers", "assistant"))
    values = [
        run_kept(model, text, quantity, kept, replacement="mean").value
        for text in (sentence, other)
    ]
    assert values[0] == pytest.approx(values[1], abs=1e-10)
    assert values[0] != pytest.approx(
        run_kept(model, sentence, quantity, kept, replacement="zero").value, abs=1e-6
    )


def test_an_unknown_replacement_is_refused(case):
    model, sentence, quantity, _ = case
    with pytest.raises(ExplainerError, match="mean, baseline, zero"):
        run_kept(model, sentence, quantity, keep_all(model, N), replacement="noise")


@pytest.mark.parametrize("level", LEVELS)
def test_a_text_is_ablated_as_its_sentence(case, level):
    model, sentence, quantity, explanation = case
    given = Contrast("are", "is") if sentence.masks else Contrast(label=1)
    patterns, edge, node = explanation.patterns[:2], Edge(1, 2, 2, 0), Node(1, 3)
    wanted = {
        "keep": (patterns, keep_only(model, N, patterns, level)),
        "cut": ((*patterns, edge, node), remove(model, N, patterns, level).without((edge, node))),
    }
    for how, (parts, kept) in wanted.items():
        found = ablate(
            model, sentence.text, **{how: parts}, level=level, contrast=given, replacement="mean"
        )
        assert found == run_kept(model, sentence, quantity, kept, replacement="mean")
        assert found.value != pytest.approx(explanation.target.value, abs=1e-6)


def test_a_cut_becomes_the_mean_where_nobody_asks_otherwise(tiny_masked_lm, monkeypatch):
    model, runs = replace(tiny_masked_lm), []

    def counted(*given):
        runs.append(given)
        return mean_activations(*given)

    monkeypatch.setattr("explainer.intervention.filling.mean_activations", counted)
    found = {
        name: ablate(model, TEXT, cut=[Node(1, 3)], **given)
        for name, given in {
            "usual": {},
            **{name: {"replacement": name} for name in ("mean", "zero")},
        }.items()
    }
    assert found["usual"] == found["mean"]
    assert found["usual"].value != pytest.approx(found["zero"].value, abs=1e-6)
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        ({}, "either keep or cut"),
        ({"keep": (), "cut": ()}, "either keep or cut"),
        ({"cut": Node(0, 0)}, "What is cut is 0: give a Route, a Node or an Edge"),
        ({"cut": "farmers"}, "give a list of routes, nodes and edges"),
        ({"cut": [(0, 0)]}, "give a Route, a Node or an Edge"),
        ({"cut": [Node(L, 0)]}, "node's layer is 3: give a whole number from 0 to 2"),
        ({"cut": [Node(0, N)]}, "node's position is 11"),
        ({"cut": [Edge(L, 0, 0, "skip")]}, "edge's layer is 3"),
        ({"cut": [Edge(0, 0, N, "skip")]}, "edge's target is 11"),
        ({"cut": [Edge(0, 0, 0, HEADS)]}, "edge's component is 2"),
        ({"cut": [Edge(0, 0, 0, "head")]}, "edge's component 'head' is not known"),  # type: ignore[arg-type]
        ({"cut": [], "level": "heads"}, "level 'heads' is not known"),
        ({"keep": [], "contrast": "are"}, "give a Contrast"),
    ],
)
def test_what_cannot_be_ablated_is_refused_before_the_model_runs(
    tiny_masked_lm, monkeypatch, choices, says
):
    def runs(*_, **__):
        raise AssertionError("the model ran")

    monkeypatch.setattr("explainer.question.predictions.last_hidden", runs)
    with pytest.raises(ExplainerError, match=says):
        ablate(tiny_masked_lm, TEXT, **choices)
