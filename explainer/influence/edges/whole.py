"""What the heads of a block do when its tokens move all at once, along no single edge."""

from __future__ import annotations

from torch import Tensor

from explainer.models.adapter import Block
from explainer.models.block import Projections
from explainer.models.shapes import Float, Int


def outputs_together(
    block: Block,
    inside: Projections,
    attention: Float[Tensor, "point head to from"],
    dq: Float[Tensor, "point head to d_head"],
    dk: Float[Tensor, "point head from d_head"],
    dv: Float[Tensor, "point head from d_head"],
    to: Int[Tensor, " to"],
    every: Int[Tensor, " from"],
) -> Float[Tensor, "point head to d_head"]:
    """do = Σ_j A_ij (ds_ij − Σ_k A_ik ds_ik) v_j + A_ij dv_j with ds = (dq·k + q·dk) / √d_head.

    `to` are the tokens of the queries, `every` all tokens.
    """
    ds = dq @ inside.k.mT + inside.q @ dk.mT
    if (distances := block.distances) is not None:
        ds += distances.scores(dq, dk, to, every)
    ds *= block.root
    mean = (attention * ds).sum(-1, keepdim=True)
    return (attention * (ds - mean)) @ inside.v + attention @ dv
