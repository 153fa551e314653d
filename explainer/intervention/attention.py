"""The attention of every head for a sentence, by a real forward pass."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from explainer.models.block import embed
from explainer.models.encode import through_blocks, without_gradients, word_embeddings
from explainer.models.model import Model
from explainer.question.sentence import Sentence


def attention(model: Model, sentence: Sentence) -> NDArray[np.float64]:
    """Attention weights [L, head, to, from]; every row sums to 1."""
    adapter = model.adapter.of(sentence)
    with without_gradients():
        H, _ = embed(adapter.embedding, word_embeddings(adapter, sentence.token_ids).unsqueeze(0))
        found = [state.attention[0] for _, state in through_blocks(adapter, H)]
        return torch.stack(found).double().cpu().numpy()
