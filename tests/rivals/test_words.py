"""Rival scores of words: by their conservation laws, by brute force, by hand-worked numbers."""

import itertools

import numpy as np
import pytest
import torch
from torch.nn import functional

from explainer import (
    WORD_METHODS,
    Contrast,
    ExplainerError,
    Settings,
    WordScores,
    explain,
    word_scores,
)
from explainer.models.adapter import Adapter, Block, Embedding, LayerNorm
from explainer.models.block import embed
from explainer.models.encode import through_blocks
from explainer.models.forward import own_logits
from explainer.models.tokens import Tokens
from explainer.question.quantity import choose_quantity
from explainer.question.readouts.logits import Logits
from explainer.question.readouts.quantity import Quantity
from explainer.question.sentence import read_sentence
from explainer.rivals.words import (
    Observed,
    alti,
    attention_gradient,
    decompx,
    globenc,
    gradient_input,
    leave_one_out,
    rolled_out,
    strongest_path,
    value_zeroing,
)
from explainer.rivals.words.decompx import parts_of_layers, with_bias
from explainer.rivals.words.layers import attended_parts
from tests.tiny import SIZES, adapted, asked_by, tiny_problem

ARCHITECTURES = pytest.mark.parametrize("architecture", SIZES)
POST_NORM = pytest.mark.parametrize("architecture", [a for a in SIZES if a != "modernbert"])


def observed(problem):
    quantity = asked_by(problem)
    with torch.no_grad():
        return Observed.of(adapted(problem), problem.x, quantity)


def own_value(problem, z):
    """Q of word embeddings [variant, pos, d_embedding] by the library."""
    logits = problem.network(inputs_embeds=z).logits
    row = logits if logits.ndim == 2 else logits[:, problem.position]
    return row[:, list(problem.classes)] @ row.new_tensor(problem.coefficients)


def by_hand(second_value):
    """Two tokens of width 2, one head, all weights the unit matrix, no feed-forward layer.

    Token 0 looks at both alike, token 1 at itself; H = (1, −1), (0, 0); values (2, −2) and
    `second_value`.
    """
    one = torch.ones(2, dtype=torch.float64)
    norm = LayerNorm(one, 0 * one, 0.0)
    unit = torch.eye(2, dtype=torch.float64)
    block = Block(
        1, torch.cat([unit] * 3), torch.zeros(6).double(), unit, 0 * one, norm,
        torch.zeros(1, 2).double(), torch.zeros(1).double(), torch.zeros(2, 1).double(), 0 * one,
        norm, torch.relu,
    )  # fmt: skip
    embedding = Embedding(unit, torch.zeros(2, 2).double(), norm)
    adapter = Adapter(embedding, (block,), lambda hidden, _: hidden)
    with torch.no_grad():
        found = Observed.of(
            adapter, unit.clone(), Quantity((0,), Logits((0,), (1.0,)), "one", None)
        )
        state, H = found.states[0], torch.tensor([[1.0, -1.0], [0.0, 0.0]]).double()
        state.attended.v[0, 0] = torch.tensor([[2.0, -2.0], second_value]).double()
        state.attended.attention[0, 0] = torch.tensor([[0.5, 0.5], [0.0, 1.0]]).double()
        u = state.attended.attention[0, 0] @ state.attended.v[0, 0] + H
        y, state.norm_1.mean[:], state.norm_1.scale[:] = torch.native_layer_norm(
            u.unsqueeze(0), (2,), None, None, 0.0
        )
        state.norm_1.x[:] = u
        _, state.norm_2.mean[:], state.norm_2.scale[:] = torch.native_layer_norm(
            y, (2,), None, None, 0.0
        )
    return Observed(found.adapter, found.quantity, found.z, (H, found.hidden[1]), (state,))


def test_alti_and_globenc_by_hand():
    # u_0 = (1, −1) + (1, −1) + (½, −½) = (2.5, −2.5), so LN1 divides by 2.5: token 0 brings
    # (0.8, −0.8), token 1 (0.2, −0.2). ALTI: 2 − 0.4 and 2 − 1.6; GlobEnc: their lengths.
    same = by_hand([1.0, -1.0])
    np.testing.assert_allclose(alti(same)[0, 0], [0.8, 0.2])
    np.testing.assert_allclose(globenc(same)[0, 0], [0.8, 0.2])
    # Against it: u_0 = (1.5, −1.5); token 0 brings 4/3, token 1 −1/3, which leads away from y.
    against = by_hand([-1.0, 1.0])
    np.testing.assert_allclose(alti(against)[0, 0], [1.0, 0.0])
    np.testing.assert_allclose(globenc(against)[0, 0], [0.8, 0.2])
    np.testing.assert_allclose(alti(against)[0, 1], [0.0, 1.0])


@POST_NORM
def test_what_tokens_bring_sums_to_the_attention_half(architecture):
    found = observed(tiny_problem(architecture=architecture))
    for number, (block, state) in enumerate(zip(found.adapter.blocks, found.states, strict=True)):
        y = state.norm_1.output(block.norm_1)[0]
        b_O = (block.b_O - block.b_O.mean()) * state.norm_1.scale[0] * block.norm_1.weight
        expected = y - block.norm_1.bias - b_O
        torch.testing.assert_close(attended_parts(found, number).sum(1), expected)


@POST_NORM
@pytest.mark.parametrize("method", [alti, globenc, value_zeroing])
def test_rows_sum_to_one_and_so_does_what_is_rolled_out(method, architecture):
    found = observed(tiny_problem(architecture=architecture))
    layers = method(found)
    assert layers.shape == (3, 5, 5)
    assert (layers >= 0).all()
    np.testing.assert_allclose(layers.sum(-1), 1)
    scores = rolled_out(layers, found.targets)
    np.testing.assert_allclose(scores, (layers[2] @ layers[1] @ layers[0])[found.targets[0]])
    for word in range(5):
        path = strongest_path(layers, word, found.targets[0])
        products = {
            (word, i, j, found.targets[0]): layers[0, i, word] * layers[1, j, i] * layers[2, 2, j]
            for i, j in itertools.product(range(5), repeat=2)
        }
        best = max(products, key=products.__getitem__)
        assert path.score == pytest.approx(products[best])
        assert path.nodes == best or (path.score == 0 and path.nodes[0] == word)


def test_value_zeroing_is_what_the_library_gives_without_a_value():
    problem = tiny_problem()
    found, network = observed(problem), problem.network
    expected = np.zeros((3, 5, 5))
    for number, token in itertools.product(range(3), range(5)):
        layer = network.bert.encoder.layer[number]

        def zero(_module, _given, value, token=token):
            value = value.clone()
            value[:, token] = 0
            return value

        handle = layer.attention.self.value.register_forward_hook(zero)
        output = layer(found.hidden[number].unsqueeze(0))
        handle.remove()
        output = (output if isinstance(output, torch.Tensor) else output[0])[0]
        cosine = functional.cosine_similarity(output, found.hidden[number + 1], dim=-1)
        expected[number, :, token] = 1 - cosine.numpy()
    expected /= expected.sum(-1, keepdims=True)
    np.testing.assert_allclose(value_zeroing(found), expected, rtol=1e-6, atol=1e-9)


@POST_NORM
@pytest.mark.parametrize("activation", ["gelu", "relu"])
def test_decompx_sums_to_every_hidden_state(architecture, activation):
    problem = tiny_problem(architecture=architecture, activation=activation)
    found = observed(problem)
    for parts, hidden in zip(parts_of_layers(found), found.hidden, strict=True):
        torch.testing.assert_close(parts.sum(1), hidden)
    whole = found.head_gradient[0] @ found.hidden[-1][found.targets[0]]
    assert decompx(found).sum() == pytest.approx(float(whole))


def test_a_bias_is_shared_by_dot_products():
    parts = torch.tensor([[[3.0, 0.0], [1.0, 0.0], [0.0, 5.0]]])
    shared = with_bias(parts, torch.tensor([2.0, 0.0])) - parts
    torch.testing.assert_close(shared[0], torch.tensor([[1.5, 0.0], [0.5, 0.0], [0.0, 0.0]]))
    nothing = with_bias(torch.zeros(1, 2, 2), torch.tensor([1.0, 2.0]))
    torch.testing.assert_close(nothing[0], torch.tensor([[0.5, 1.0], [0.5, 1.0]]))


@pytest.mark.parametrize("classes", [0, 3])
def test_leave_one_out_is_what_the_library_loses(classes):
    problem = tiny_problem(classes=classes)
    with torch.no_grad():
        scores = leave_one_out(observed(problem), problem.b)
        variants = problem.x.repeat(5, 1, 1)
        for word in range(5):
            variants[word, word] = problem.b[word]
        lost = own_value(problem, problem.x.unsqueeze(0)) - own_value(problem, variants)
    np.testing.assert_allclose(scores, lost.numpy())


@ARCHITECTURES
def test_gradient_times_input_is_the_librarys_own(architecture):
    problem = tiny_problem(architecture=architecture)
    found = observed(problem)
    z = problem.x.clone().unsqueeze(0).requires_grad_()
    (gradient,) = torch.autograd.grad(own_value(problem, z).sum(), z)
    scores = gradient_input(found.adapter, problem.x, found.quantity)
    expected = (gradient[0] * problem.x).sum(-1).numpy()
    np.testing.assert_allclose(scores, expected, atol=1e-12)


def test_attention_times_gradient_is_how_q_moves_with_a_column_of_attention():
    found = observed(tiny_problem())
    scores = attention_gradient(found.adapter, found.z, found.quantity)
    for word in range(5):
        ahead, behind = (_with_more(found, word, by) for by in (1e-6, -1e-6))
        assert scores[word] == pytest.approx((ahead - behind) / 2e-6, rel=1e-5, abs=1e-7)


def _with_more(found, word, by):
    """Q when every token looks at a word a little more, in every block as it was."""

    class More:
        def node(self, _layer, H):
            return H

        def inside(self, number, output, resid):
            attended = found.states[number].attended
            more = attended.attention[..., [word]] * attended.v[..., [word], :]
            return output + by * more, resid

    with torch.no_grad():
        first, _ = embed(found.adapter.embedding, found.z.unsqueeze(0))
        *_, (last, _) = through_blocks(found.adapter, first, edit=More())
        return float(found.value_of(last[:, found.targets]))


TEXT = "the farmers that the assistant loves [MASK] old ."


def test_all_methods_have_one_signature(tiny_masked_lm, tiny_classifier):
    for method, kind in WORD_METHODS.items():
        found = word_scores(tiny_masked_lm, TEXT, method, contrast=Contrast("are", "is"))
        assert len(found.scores) == len(found.tokens) == 11
        if not kind.signed:
            assert sum(found.scores) == pytest.approx(1)
            assert min(found.scores) >= 0
        assert word_scores(tiny_classifier, "the old farmers .", method).method == method


def test_influence_is_what_explain_gives(tiny_masked_lm):
    settings = Settings(points=4, rule="trapezoid")
    found = word_scores(
        tiny_masked_lm, TEXT, "influence", contrast=Contrast("are", "is"), settings=settings
    )
    explained = explain(tiny_masked_lm, TEXT, correct="are", wrong="is", settings=settings)
    assert found.scores == pytest.approx(explained.influence)
    assert found.tokens == explained.tokens


def test_leave_one_out_masks_the_word(tiny_masked_lm):
    found = word_scores(tiny_masked_lm, TEXT, "leave-one-out", contrast=Contrast("are", "is"))
    sentence = read_sentence(tiny_masked_lm, TEXT)
    ids = list(sentence.token_ids)
    place = TEXT.split().index("assistant") + 1
    whole = own_logits(tiny_masked_lm.network, Tokens(ids))[sentence.masks[0]]
    ids[place] = tiny_masked_lm.mask_id
    left = own_logits(tiny_masked_lm.network, Tokens(ids))[sentence.masks[0]]
    quantity = choose_quantity(tiny_masked_lm, sentence, Contrast("are", "is"))
    are, is_ = quantity.classes
    lost = (whole[are] - whole[is_]) - (left[are] - left[is_])
    assert found.scores[place] == pytest.approx(float(lost), abs=1e-5)
    assert found.scores[sentence.masks[0]] == pytest.approx(0, abs=1e-5)


def test_bad_input_is_one_sentence(tiny_masked_lm):
    with pytest.raises(ExplainerError, match="The method 'lime' is not known: choose one of"):
        word_scores(tiny_masked_lm, TEXT, "lime")
    with pytest.raises(ExplainerError, match="The score is nan: give a finite number"):
        WordScores("alti", ("a",), (float("nan"),))
    with pytest.raises(ExplainerError, match="'alti' has 1 scores for 2 tokens: give one for each"):
        WordScores("alti", ("a", "b"), (0.5,))
