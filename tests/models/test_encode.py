"""The one forward pass is Hugging Face's own, from token ids, for every architecture."""

import pytest
import torch

from explainer.models.adapter import Adapter
from explainer.models.encode import last_hidden, through_blocks, without_gradients
from explainer.models.tokens import Tokens
from explainer.question.predictions import predict_sentence
from explainer.question.sentence import read_sentence
from tests.tiny import SIZES, adapted, as_encoder_ends, tiny_problem

IDS = [4, 7, 9, 1, 12, 4]


@pytest.mark.parametrize("architecture", SIZES)
@pytest.mark.parametrize("classes", [0, 3])
def test_last_hidden_states_equal_hugging_face(architecture, classes):
    problem = tiny_problem(architecture=architecture, classes=classes)
    with torch.no_grad():
        expected = problem.network.base_model(input_ids=torch.tensor([IDS])).last_hidden_state
        found = as_encoder_ends(problem, last_hidden(adapted(problem), Tokens(IDS)))
        some = as_encoder_ends(problem, last_hidden(adapted(problem), Tokens(IDS), rows=[3, 0]))
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(some, expected[:, [3, 0]], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", ["masked_lm", "classifier"])
def test_predictions_equal_hugging_face_from_token_ids(request, kind):
    model = request.getfixturevalue(f"tiny_{kind}")
    text = "the farmers [MASK] old ." if kind == "masked_lm" else "the farmers are old ."
    sentence = read_sentence(model, text)
    ids = torch.tensor([sentence.token_ids])
    logits = model.network(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0].detach()
    row = logits[sentence.masks[0]] if kind == "masked_lm" else logits
    found = predict_sentence(model, sentence, count=3)
    assert [p.id for p in found] == row.topk(3).indices.tolist()
    assert [p.logit for p in found] == pytest.approx(row.topk(3).values.tolist(), abs=1e-10)
    shares = row.softmax(-1).topk(3).values.tolist()
    assert [p.probability for p in found] == pytest.approx(shares, abs=1e-10)


def test_rows_are_of_the_last_block_alone():
    problem = tiny_problem()
    adapter: Adapter = adapted(problem)
    with without_gradients():
        H = torch.randn(2, 5, 12, dtype=torch.float64)
        shapes = [H.shape for H, _ in through_blocks(adapter, H, rows=torch.tensor([2]))]
    assert shapes == [(2, 5, 12), (2, 5, 12), (2, 1, 12)]


@pytest.mark.parametrize("outside", [torch.enable_grad, torch.no_grad, torch.inference_mode])
def test_the_guard_holds_inside_any_mode(outside):
    problem = tiny_problem()
    with outside(), without_gradients():
        found = last_hidden(adapted(problem), Tokens(IDS))
        assert not torch.is_inference_mode_enabled()
        assert not torch.is_grad_enabled()
    assert not found.requires_grad
    assert not found.is_inference()
