"""Methods that say, layer by layer, how much each token goes into each: a matrix [to, from].

Rows sum to 1. The product of the matrices says how much of every word is in the target, and the
strongest product of single entries is a path, as for attention.

- ALTI (Ferrando et al., EMNLP 2022, arXiv 2203.04212): how much nearer, in the L1 norm, a token's
  part brings the output of the attention half to what it is.
- GlobEnc (Modarressi et al., NAACL 2022, arXiv 2205.03286): the norm of a token's part after
  attention, skip and both LayerNorms.
- Value Zeroing (Mohebbi et al., EACL 2023, arXiv 2301.12971): how far, by cosine, the block's
  output moves when the token's value is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from explainer.base.checkpoint import checkpoint
from explainer.models.block import feed_forward, half_way
from explainer.models.norms import NormState
from explainer.models.shapes import Float
from explainer.rivals.attention_path import best_route
from explainer.rivals.rollout import rolled_to
from explainer.rivals.scored import Array, ScoredRoute
from explainer.rivals.words.observed import Observed, standardised

Scores = Callable[[Observed, int], Tensor]
"""Scores [to, from] of a block, of which the rows are made to sum to 1."""
AT_ONCE = 16
"""Tokens whose value is zeroed at a time."""


def alti(observed: Observed) -> Array:
    """ALTI's contributions [L, to, from]."""
    observed.check_post_norm("ALTI")
    return _of_layers(observed, _nearer)


def globenc(observed: Observed) -> Array:
    """GlobEnc's contributions [L, to, from]."""
    observed.check_post_norm("GlobEnc")
    return _of_layers(observed, _norms)


def value_zeroing(observed: Observed) -> Array:
    """Value Zeroing's scores [L, to, from]."""
    return _of_layers(observed, _moved)


MATRICES: dict[str, Callable[[Observed], Array]] = {
    "alti": alti,
    "globenc": globenc,
    "value-zeroing": value_zeroing,
}
"""The methods by name: each a matrix [to, from] for every block."""


class Matrices(dict[str, Array]):
    """The matrices [L, to, from] of a text by the names of `MATRICES`, each made when asked for."""

    def __init__(self, observed: Observed) -> None:
        super().__init__()
        self.observed = observed

    def __missing__(self, name: str) -> Array:
        self[name] = MATRICES[name](self.observed)
        return self[name]


def rolled_out(layers: Array, targets: Sequence[int]) -> Array:
    """How much of each word [pos] is in the targets on average, from matrices [L, to, from]."""
    return np.asarray(rolled_to(layers, targets)[0])


def strongest_path(layers: Array, word: int, target: int) -> ScoredRoute:
    """The path whose product of entries [L, to, from] is largest; components are not told apart."""
    nodes, score = best_route(layers, word, target)
    return ScoredRoute(nodes, None, score)


def attended_parts(observed: Observed, number: int) -> Float[Tensor, "to from d_model"]:
    """What each token brings into each after block `number`'s first LayerNorm, linear at its scale.

    By its values through W_O, and by skip into itself; biases of W_O and of the LayerNorm are
    nobody's.
    """
    block, state = observed.adapter.blocks[number], observed.states[number]
    W_O = block.W_O.unflatten(1, (block.n_heads, block.d_head))  # [d_model, head, d_head]
    v, A = state.attended.v[0], state.attention[0]
    carried = torch.einsum("hje,dhe->hjd", v, W_O)
    parts = torch.einsum("hij,hjd->ijd", A, carried)
    rows = torch.arange(len(parts), device=parts.device)
    parts[rows, rows] += observed.hidden[number]
    return standardised(state.norm_1, block.norm_1.weight, parts)


def _of_layers(observed: Observed, scores: Scores) -> Array:
    found = []
    for number in range(len(observed.states)):
        checkpoint()
        found.append(_shares(scores(observed, number)))
    return torch.stack(found).double().cpu().numpy()


def _shares(scores: Float[Tensor, "to from"]) -> Float[Tensor, "to from"]:
    """Rows that sum to 1; where a method sees nothing at all, the token stays what it is."""
    total = scores.sum(-1, keepdim=True)
    stays = torch.eye(len(scores), dtype=scores.dtype, device=scores.device)
    return torch.where(total > 0, scores / total, stays)


def _output(observed: Observed, number: int) -> Float[Tensor, "to d_model"]:
    """y, what the first LayerNorm gave."""
    return observed.states[number].norm_1.output(observed.adapter.blocks[number].norm_1)[0]


def _nearer(observed: Observed, number: int) -> Float[Tensor, "to from"]:
    return nearer(_output(observed, number).unsqueeze(1), attended_parts(observed, number))


def nearer(
    y: Float[Tensor, "#to #part d_model"], parts: Float[Tensor, "to part d_model"]
) -> Float[Tensor, "to part"]:
    """How much nearer to y, in the L1 norm, each of its parts comes than nothing does."""
    return (y.abs().sum(-1) - (y - parts).abs().sum(-1)).clamp(min=0)


def _norms(observed: Observed, number: int) -> Float[Tensor, "to from"]:
    block, state = observed.adapter.blocks[number], observed.states[number]
    assert isinstance(state.norm_2, NormState), "post-LN blocks end with a LayerNorm"
    assert block.norm_2 is not None
    parts = attended_parts(observed, number)
    return standardised(state.norm_2, block.norm_2.weight, parts).norm(dim=-1)


def _moved(observed: Observed, number: int) -> Float[Tensor, "to from"]:
    H_next = observed.hidden[number + 1]
    columns = []
    for start in range(0, len(H_next), AT_ONCE):
        checkpoint()
        zeroed = torch.arange(start, min(start + AT_ONCE, len(H_next)), device=H_next.device)
        without = _without_values(observed, number, zeroed)
        columns.append(1 - functional.cosine_similarity(without, H_next.unsqueeze(0), dim=-1))
    return torch.cat(columns).T.clamp(min=0)  # 1 − cosine of equal vectors may round below 0


def _without_values(
    observed: Observed, number: int, tokens: Tensor
) -> Float[Tensor, "zeroed to d_model"]:
    """H' of the block, once for each of `tokens`, whose value is zeroed."""
    block, state = observed.adapter.blocks[number], observed.states[number]
    v, A = state.attended.v[0], state.attention[0]
    given = torch.einsum("hij,hje->jhie", A[:, :, tokens], v[:, tokens])
    resid = observed.hidden[number].expand(len(tokens), -1, -1)
    return feed_forward(block, *half_way(block, state.attended.output - given, resid))[0]
