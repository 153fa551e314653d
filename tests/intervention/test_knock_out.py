"""A head knocked out is a head zeroed or replaced in the network itself."""

import numpy as np
import pytest
import torch

from explainer import ExplainerError, explain
from explainer.intervention.ablate import ablated_values, keep_all
from explainer.intervention.activations import of_sentence
from explainer.intervention.filling import fill
from explainer.intervention.knock_out import Cut, knocked_out
from explainer.models.block import feed_forward, half_way
from explainer.models.forward import own_logits
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.sentence import read_sentence
from explainer.results.route import Edge

TEXT = "the farmers that the assistant loves [MASK] old ."
PAIR = "the farmer that the assistant loves [MASK] old ."
N, L, HEADS, D_HEAD = 11, 3, 2, 6
EVERY = [Cut(layer, head, to) for layer in range(L) for head in range(HEADS) for to in range(N)]


@pytest.fixture(scope="module", params=["masked_lm", "classifier"])
def asked(request):
    model = request.getfixturevalue(f"tiny_{request.param}")
    masked = request.param == "masked_lm"
    text = TEXT if masked else TEXT.replace("[MASK]", "are")
    sentence = read_sentence(model, text)
    contrast = Contrast("are", "is") if masked else Contrast(label=1)
    return model, sentence, choose_quantity(model, sentence, contrast)


@pytest.mark.parametrize("replacement", ["zero", "baseline", "mean"])
def test_a_cut_of_a_heads_output_is_the_ablation_of_that_head_at_its_node(asked, replacement):
    model, sentence, quantity = asked
    filling = fill(model, sentence, replacement)
    kept = [keep_all(model, N).without([Edge(c.layer, 0, c.target, c.head)]) for c in EVERY]
    expected = ablated_values(model, sentence, quantity, kept, filling)
    found = knocked_out(model, sentence, quantity, EVERY, filling)
    assert found == pytest.approx(np.array(expected), abs=1e-10)


def test_what_a_head_brings_from_one_token_is_cut_as_in_the_network_with_its_attention_zeroed(
    asked,
):
    model, sentence, quantity = asked
    cuts = [Cut(0, 1, 6, 2), Cut(1, 0, 4, 4), Cut(2, 1, quantity.position, 3), Cut(2, 0, 5, 1)]
    found = knocked_out(model, sentence, quantity, cuts, fill(model, sentence, "zero"))
    own = of_sentence(model, sentence)
    for cut, value in zip(cuts, found, strict=True):
        gone = own.attention[cut.layer, cut.head, cut.target, cut.source]
        gone = gone * own.values[cut.layer, cut.head, cut.source]

        def without(_, arguments, cut=cut, gone=gone):
            values = arguments[0].clone()
            values[:, cut.target, cut.head * D_HEAD : (cut.head + 1) * D_HEAD] -= gone
            return (values, *arguments[1:])

        layer = model.network.bert.encoder.layer[cut.layer].attention.output.dense
        hook = layer.register_forward_pre_hook(without)
        try:
            row = own_logits(model.network, sentence)
        finally:
            hook.remove()
        logits = row[quantity.position] if sentence.masks else row[0]
        weights = torch.tensor(quantity.readout.weights, dtype=torch.float64)
        expected = float(logits[list(quantity.classes)].double() @ weights)
        assert value == pytest.approx(expected, abs=1e-10)


def test_all_that_one_token_brings_sums_to_the_heads_output(asked):
    model, sentence, _ = asked
    own = of_sentence(model, sentence)
    brought = torch.einsum("lhij,lhjd->lhid", own.attention, own.values)
    assert torch.allclose(brought, own.heads, atol=1e-12)


def test_a_pairs_message_takes_its_place_and_a_sentences_own_changes_nothing(tiny_masked_lm):
    model = tiny_masked_lm
    sentence, pair = read_sentence(model, TEXT), read_sentence(model, PAIR)
    quantity = choose_quantity(model, sentence, Contrast("are", "is"))
    whole = explain(model, TEXT, correct="are", wrong="is").target.value
    cuts = [Cut(0, 1, 6, 2), Cut(2, 0, quantity.position, 2), Cut(1, 0, 3)]
    same = knocked_out(model, sentence, quantity, cuts, of_sentence(model, sentence))
    assert same == pytest.approx(np.full(3, whole), abs=1e-10)
    filling, own = of_sentence(model, pair), of_sentence(model, sentence)
    found = knocked_out(model, sentence, quantity, cuts[1:2], filling)[0]
    message = [
        of.attention[2, 0, quantity.position, 2] * of.values[2, 0, 2] for of in (own, filling)
    ]
    outputs = own.heads[2].clone()
    outputs[0, quantity.position] += message[1] - message[0]
    block = model.adapter.blocks[2]
    half = half_way(block, outputs.unsqueeze(0), own.nodes[2].unsqueeze(0))
    last = feed_forward(block, *half)[0][:, [quantity.position]]
    assert found == pytest.approx(float(quantity.readout.value(model.adapter, last)), abs=1e-10)


@pytest.mark.parametrize("cut", [Cut(3, 0, 0), Cut(0, 2, 0), Cut(0, 0, 11), Cut(0, 0, 0, 11)])
def test_a_cut_outside_of_the_model_is_refused(asked, cut):
    model, sentence, quantity = asked
    with pytest.raises(ExplainerError, match="3 blocks, 2 heads and 11 tokens"):
        knocked_out(model, sentence, quantity, [cut], fill(model, sentence, "zero"))
