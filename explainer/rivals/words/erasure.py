"""Leave one out: what Q loses when a word is masked, the reference for scores of words."""

from __future__ import annotations

import torch
from torch import Tensor

from explainer.base.checkpoint import checkpoint
from explainer.models.block import embed
from explainer.models.encode import through_blocks
from explainer.models.shapes import Float
from explainer.rivals.scored import Array
from explainer.rivals.words.observed import Observed

AT_ONCE = 32
"""Words that are left out at a time."""


def leave_one_out(observed: Observed, baseline: Float[Tensor, "pos d_embedding"]) -> Array:
    """Q less Q with the word's embedding replaced by the baseline's, of each word [pos]."""
    z, adapter = observed.z, observed.adapter
    rows = torch.tensor(observed.targets, device=z.device)
    values = []
    for start in range(0, len(z), AT_ONCE):
        checkpoint()
        left_out = torch.arange(start, min(start + AT_ONCE, len(z)), device=z.device)
        variants = z.repeat(len(left_out), 1, 1)
        variants[torch.arange(len(left_out)), left_out] = baseline[left_out]
        first, _ = embed(adapter.embedding, variants)
        *_, (last, _) = through_blocks(adapter, first, rows=rows)
        values.append(observed.value_of(last))
    return (observed.value - torch.cat(values)).double().cpu().numpy()
