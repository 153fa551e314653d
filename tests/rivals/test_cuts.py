"""Predictions of single heads' cuts: by the first order of real cuts, and by ALTI's own matrix."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from explainer.intervention.activations import Activations, of_sentence
from explainer.intervention.knock_out import Cut, knocked_out, messages
from explainer.models.encode import word_embeddings
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.readouts.logits import Logits
from explainer.question.readouts.quantity import Quantity
from explainer.question.sentence import read_sentence
from explainer.rivals.cuts import Places, alti_of_heads, gradient_change
from explainer.rivals.words import Observed, alti, attention_gradient
from explainer.rivals.words.layers import attended_parts
from tests.tiny import adapted, tiny_problem

TEXT = "the farmers that the assistant loves [MASK] old ."
CUTS = [Cut(0, 1, 6, 2), Cut(1, 0, 4, 4), Cut(2, 1, 7, 3), Cut(0, 0, 3), Cut(2, 0, 7)]


def places(cuts):
    return Places(*torch.tensor([cut[:3] for cut in cuts]).unbind(1))


@pytest.fixture(scope="module")
def asked(tiny_masked_lm):
    sentence = read_sentence(tiny_masked_lm, TEXT)
    quantity = choose_quantity(tiny_masked_lm, sentence, Contrast("are", "is"))
    assert quantity.position == 7
    z = word_embeddings(tiny_masked_lm.adapter, sentence.token_ids)
    with torch.no_grad():
        observed = Observed.of(tiny_masked_lm.adapter, z, quantity)
    return tiny_masked_lm, sentence, quantity, observed


def test_attribution_patching_is_what_a_small_cut_does(asked):
    model, sentence, quantity, observed = asked
    own, small = of_sentence(model, sentence), 1e-5

    def less(by):
        return Activations(own.nodes, own.heads * (1 - by), own.values * (1 - by), own.attention)

    ahead, behind = (
        knocked_out(model, sentence, quantity, CUTS, less(by)) for by in (-small, small)
    )
    found = gradient_change(observed, places(CUTS), messages(own, CUTS))
    assert found == pytest.approx((ahead - behind) / (2 * small), rel=1e-5, abs=1e-8)


def test_over_all_cuts_of_what_a_word_brings_it_is_attention_times_gradient(asked):
    model, sentence, _, observed = asked
    own = of_sentence(model, sentence)
    cuts = [Cut(b, h, to, 2) for b in range(3) for h in range(2) for to in range(11)]
    found = gradient_change(observed, places(cuts), messages(own, cuts))
    word = attention_gradient(observed.adapter, observed.z, observed.quantity)[2]
    assert found.sum() == pytest.approx(word)


def test_altis_formula_of_the_only_head_that_says_anything_is_altis_own():
    problem = tiny_problem()
    adapter = adapted(problem)
    d_head = adapter.blocks[0].d_head
    alone = torch.zeros(12, dtype=torch.float64)
    alone[d_head : 2 * d_head] = 1  # head 1
    blocks = tuple(replace(block, W_O=block.W_O * alone) for block in adapter.blocks)
    quantity = Quantity((2,), Logits((7, 9), (1.0, -1.0)), "one", "other")
    with torch.no_grad():
        observed = Observed.of(replace(adapter, blocks=blocks), problem.x, quantity)
        cuts = [Cut(b, 1, to, by) for b in range(3) for to in range(5) for by in range(5)]
        cuts = [cut for cut in cuts if cut.target != cut.source]
        brought = torch.stack(
            [
                observed.states[cut.layer].attention[0, 1, cut.target, cut.source]
                * observed.states[cut.layer].attended.v[0, 1, cut.source]
                for cut in cuts
            ]
        )
        found, whole = alti_of_heads(observed, places(cuts), brought), alti(observed)
        for cut, share in zip(cuts, found, strict=True):
            y = observed.states[cut.layer].norm_1.output(blocks[cut.layer].norm_1)[0, cut.target]
            parts = attended_parts(observed, cut.layer)[cut.target]
            near = (y.abs().sum() - (y - parts).abs().sum(-1)).clamp(min=0)
            assert share == pytest.approx(float(near[cut.source] / y.abs().sum()))
            row = whole[cut.layer, cut.target]
            assert share * float(y.abs().sum() / near.sum()) == pytest.approx(row[cut.source])
    assert np.count_nonzero(found) > 5
