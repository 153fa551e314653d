"""Single heads knocked out, really: what Q becomes when a head no longer tells a node anything.

A cut is all that a head brings to a node (o_i of that head), or only what it brings there from one
token (A_ij v_j). Below a cut nothing changes, so that only the blocks above it run again, many cuts
side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.intervention.ablate import BATCH_TOKENS
from explainer.intervention.activations import Activations, of_sentence
from explainer.models.block import feed_forward, half_way
from explainer.models.encode import through_block, without_gradients
from explainer.models.model import Model
from explainer.models.shapes import Bool, Float, Int
from explainer.question.readouts.quantity import Quantity
from explainer.question.sentence import Sentence


class Cut(NamedTuple):
    """What head `head` of block `layer` brings to node `target` from `source`, or from all tokens
    where that is None."""

    layer: int
    head: int
    target: int
    source: int | None = None


@dataclass(frozen=True, eq=False)
class _Places:
    """Cuts as numbers; where `whole`, from all tokens together."""

    layer: Int[Tensor, " cut"]
    head: Int[Tensor, " cut"]
    target: Int[Tensor, " cut"]
    source: Int[Tensor, " cut"]
    whole: Bool[Tensor, " cut"]

    @staticmethod
    def of(cuts: Sequence[Cut], device: torch.device) -> _Places:
        rows = [[*cut[:3], cut.source or 0, cut.source is None] for cut in cuts]
        every = torch.tensor(rows, device=device).reshape(-1, 5)
        layer, head, target, source, whole = every.unbind(1)
        return _Places(layer, head, target, source, whole.bool())

    def of_text(
        self, of: Activations, attention: Float[Tensor, "layer head pos pos"]
    ) -> Float[Tensor, "cut d_head"]:
        """What activations have at the cuts, with this attention."""
        alike = of.heads.shape[2] == 1  # the same for every position
        target, source = (row * 0 if alike else row for row in (self.target, self.source))
        paid = attention[self.layer, self.head, self.target, self.source].unsqueeze(1)
        outputs = of.heads[self.layer, self.head, target]
        return torch.where(
            self.whole.unsqueeze(1), outputs, paid * of.values[self.layer, self.head, source]
        )


def knocked_out(
    model: Model,
    sentence: Sentence,
    quantity: Quantity,
    cuts: Sequence[Cut],
    filling: Activations,
) -> NDArray[np.float64]:
    """Q after each of the cuts by itself [cut], in logits.

    In its place stands what `filling` has there: the head's output, or the value of the source
    times the attention that is paid to it (the sentence's own, where the filling is of no text).
    Raises ExplainerError for a cut that is not in the model and sentence.
    """
    _check(model, len(sentence.tokens), cuts)
    own = of_sentence(model, sentence)
    found = np.empty(len(cuts))
    size = max(1, BATCH_TOKENS // len(sentence.tokens))
    with without_gradients():
        for number in range(model.info.layers):
            here = [place for place, cut in enumerate(cuts) if cut.layer == number]
            for start in range(0, len(here), size):
                chosen = here[start : start + size]
                some = [cuts[place] for place in chosen]
                last = _last(model, sentence, quantity.positions, own, filling, some)
                values = quantity.readout.value(model.adapter, last)
                found[chosen] = values.double().cpu().numpy()
    return found


def messages(own: Activations, cuts: Sequence[Cut]) -> Float[Tensor, "cut d_head"]:
    """What a text's heads bring where they may be cut: o_i, or A_ij v_j."""
    assert own.attention is not None
    return _Places.of(cuts, own.heads.device).of_text(own, own.attention)


def replaced_messages(
    own: Activations, filling: Activations, cuts: Sequence[Cut]
) -> Float[Tensor, "cut d_head"]:
    """What takes the place of `messages` of the text whose activations are `own`."""
    attention = own.attention if filling.attention is None else filling.attention
    assert attention is not None
    return _Places.of(cuts, own.heads.device).of_text(filling, attention)


def _last(
    model: Model,
    sentence: Sentence,
    positions: Sequence[int],
    own: Activations,
    filling: Activations,
    cuts: Sequence[Cut],
) -> Float[Tensor, "cut pos d_model"]:
    """H[L] at `positions` after each of some cuts of one block."""
    adapter = model.adapter.of(sentence)
    places, every = _Places.of(cuts, adapter.device), torch.arange(len(cuts), device=adapter.device)
    number = cuts[0].layer
    block = adapter.blocks[number]
    outputs = own.heads[number][:, places.target].transpose(0, 1).contiguous()
    outputs[every, places.head] += replaced_messages(own, filling, cuts) - messages(own, cuts)
    resid = own.nodes[number, places.target].unsqueeze(1)
    y, norm_1 = half_way(block, outputs.unsqueeze(2), resid)
    after, *_ = feed_forward(block, y, norm_1)
    H = own.nodes[number + 1].repeat(len(cuts), 1, 1)
    H[every, places.target] = after[:, 0]
    rows = torch.tensor(positions, device=adapter.device)
    for above in range(number + 1, len(adapter.blocks)):
        H, _ = through_block(adapter, above, H, rows=rows)
    return H if number + 1 < len(adapter.blocks) else H[:, rows]


def _check(model: Model, n: int, cuts: Sequence[Cut]) -> None:
    layers, heads = model.info.layers, model.info.heads
    for cut in cuts:
        layer, head, target, source = cut
        if not (
            0 <= layer < layers
            and 0 <= head < heads
            and 0 <= target < n
            and (source is None or 0 <= source < n)
        ):
            raise ExplainerError(
                f"The cut {shown(tuple(cut))} is not in the model and sentence: name one of "
                f"{layers} blocks, {heads} heads and {n} tokens."
            )
