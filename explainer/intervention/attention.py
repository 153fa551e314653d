"""The attention of every head for a sentence, by a real forward pass."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from explainer.base.checkpoint import checkpoint
from explainer.models import block as blocks
from explainer.models.model import Model
from explainer.question.sentence import Sentence


def attention(model: Model, sentence: Sentence) -> NDArray[np.float64]:
    """Attention weights [L, head, to, from]; every row sums to 1."""
    adapter = model.adapter.of(sentence.token_ids)
    ids = torch.tensor(sentence.token_ids, device=adapter.device)
    found = []
    with torch.inference_mode(False), torch.no_grad():
        H, _ = blocks.embed(adapter.embedding, adapter.embedding.word[ids].unsqueeze(0))
        for block in adapter.blocks:
            checkpoint()
            H, state = blocks.forward(block, H, None)
            found.append(state.attention[0])
        return torch.stack(found).double().cpu().numpy()
