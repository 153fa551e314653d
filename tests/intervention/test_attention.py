"""Attention maps are Hugging Face's own."""

import numpy as np
import torch

from explainer.intervention.attention import attention
from explainer.question.sentence import read_sentence


def test_attention_equals_hugging_face(tiny_masked_lm):
    sentence = read_sentence(tiny_masked_lm, "the farmers [MASK] old .")
    ids = torch.tensor([sentence.token_ids])
    expected = tiny_masked_lm.network(ids, output_attentions=True).attentions
    found = attention(tiny_masked_lm, sentence)
    np.testing.assert_allclose(found, np.stack([layer[0].numpy() for layer in expected]))
    np.testing.assert_allclose(found.sum(-1), 1)
