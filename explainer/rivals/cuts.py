"""Rival predictions of what a head's cut does: numbers for single heads at single places.

A cut takes from a node i what a head brings it: o_i, or from one token A_ij v_j. Attribution
patching (Syed, Rager and Conmy, 2023, arXiv 2310.10348) is the first order of what the cut does,
⟨∂Q/∂o_i, what goes − what comes⟩; where nothing comes, it is attention × gradient. ALTI (Ferrando
et al., EMNLP 2022) does not tell heads apart; its formula asked of one head's part alone is ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explainer.models.shapes import Float, Int
from explainer.rivals.scored import Array
from explainer.rivals.words.gradients import output_gradients
from explainer.rivals.words.layers import nearer
from explainer.rivals.words.observed import Observed, standardised


@dataclass(frozen=True, eq=False)
class Places:
    """Blocks, heads, and the nodes that they bring something to."""

    layer: Int[Tensor, " cut"]
    head: Int[Tensor, " cut"]
    target: Int[Tensor, " cut"]


def gradient_change(
    observed: Observed, places: Places, change: Float[Tensor, "cut d_head"]
) -> Array:
    """⟨∂Q/∂o_i, change⟩ [cut] in logits, for what each cut takes away from o_i."""
    _, gradients = output_gradients(observed.adapter, observed.z, observed.quantity)
    here = gradients[places.layer, places.head, places.target]
    return (here * change).sum(-1).double().cpu().numpy()


def alti_of_heads(
    observed: Observed, places: Places, brought: Float[Tensor, "cut d_head"]
) -> Array:
    """How much nearer what a head brings comes to what the node's first LayerNorm gave [cut].

    A share of how near that is to nothing, ‖y‖₁.
    """
    observed.check_post_norm("ALTI")
    found = torch.empty(len(brought), dtype=torch.float64)
    for number, (block, state) in enumerate(
        zip(observed.adapter.blocks, observed.states, strict=True)
    ):
        (here,) = torch.nonzero(places.layer == number, as_tuple=True)
        if not len(here):
            continue
        rows = places.target[here]
        W_O = block.W_O.unflatten(1, (block.n_heads, block.d_head))[:, places.head[here]]
        parts = torch.einsum("dce,ce->cd", W_O, brought[here]).unsqueeze(1)
        norm = state.norm_1.at(rows)
        y = norm.output(block.norm_1)[0].unsqueeze(1)
        near = nearer(y, standardised(norm, block.norm_1.weight, parts))[:, 0]
        found[here.cpu()] = (near / y[:, 0].abs().sum(-1)).double().cpu()
    return found.numpy()
