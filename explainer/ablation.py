"""What the model says when parts of it are replaced: real forward passes, nothing mutated.

Nodes (hidden states), head outputs and skip inputs that are not kept are replaced by zero, as in
the paper's ablation, or by what they are for the baseline input. A head output belongs to the
node that it flows into; the skip input of a node is the hidden state below it. Keeping everything
is the model itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explainer import block as blocks
from explainer.errors import ExplainerError
from explainer.models.model import Model
from explainer.path import input_and_baseline
from explainer.pattern import SKIP, Edge, Level, Pattern
from explainer.predictions import Prediction, ranked
from explainer.quantity import Quantity
from explainer.sentence import Sentence
from explainer.settings import Settings

Replacement = Literal["zero", "baseline"]
REPLACEMENTS: tuple[Replacement, ...] = get_args(Replacement)


@dataclass(frozen=True, eq=False)
class Kept:
    """What is left as it is: `nodes` [L + 1, pos], `heads` [L, head, pos], `skip` [L, pos]."""

    nodes: NDArray[np.bool_]
    heads: NDArray[np.bool_]
    skip: NDArray[np.bool_]

    def without(self, edges: Iterable[Edge]) -> Kept:
        """The same without the components of `edges` (each as it flows into its target)."""
        heads, skip = self.heads.copy(), self.skip.copy()
        for edge in edges:
            if edge.component == SKIP:
                skip[edge.layer, edge.target] = False
            elif edge.component is None:
                heads[edge.layer, :, edge.target] = skip[edge.layer, edge.target] = False
            else:
                heads[edge.layer, edge.component, edge.target] = False
        return replace(self, heads=heads, skip=skip)


@dataclass(frozen=True)
class Ablated:
    """Q and the predictions of the ablated model, logits and shares of 1."""

    value: float
    predictions: tuple[Prediction, ...]


def keep_all(model: Model, n_tokens: int) -> Kept:
    """Everything kept: the model itself."""
    layers, heads = model.info.layers, model.info.heads
    return Kept(
        np.ones((layers + 1, n_tokens), dtype=bool),
        np.ones((layers, heads, n_tokens), dtype=bool),
        np.ones((layers, n_tokens), dtype=bool),
    )


def keep_only(model: Model, n_tokens: int, patterns: Iterable[Pattern], level: Level) -> Kept:
    """Only what lies on a pattern: its nodes, and at the attention level its components too."""
    whole = keep_all(model, n_tokens)
    nodes = np.zeros_like(whole.nodes)
    heads, skip = np.zeros_like(whole.heads), np.zeros_like(whole.skip)
    for pattern in patterns:
        nodes[np.arange(len(pattern.nodes)), list(pattern.nodes)] = True
        for edge in pattern.edges("attention"):
            if edge.component == SKIP:
                skip[edge.layer, edge.target] = True
            else:
                heads[edge.layer, edge.component, edge.target] = True
    return replace(whole, nodes=nodes) if level == "embedding" else Kept(nodes, heads, skip)


def remove(model: Model, n_tokens: int, patterns: Iterable[Pattern], level: Level) -> Kept:
    """All but what lies on a pattern; the target node stays, for without it there is no output."""
    whole = keep_all(model, n_tokens)
    if level == "attention":
        return whole.without(edge for pattern in patterns for edge in pattern.edges("attention"))
    nodes = whole.nodes.copy()
    for pattern in patterns:
        nodes[np.arange(len(pattern.nodes) - 1), list(pattern.nodes[:-1])] = False
    return replace(whole, nodes=nodes)


def ablate(
    model: Model,
    sentence: Sentence,
    quantity: Quantity,
    kept: Kept,
    *,
    replacement: Replacement = "zero",
    settings: Settings | None = None,
    count: int = 5,
) -> Ablated:
    """Run the model with everything replaced that is not `kept`.

    `settings` names the baseline whose activations replace under `replacement="baseline"`.
    Raises ExplainerError for an unknown replacement.
    """
    if replacement not in REPLACEMENTS:
        raise ExplainerError(
            f"The replacement {replacement!r} is not known: choose one of "
            f"{', '.join(REPLACEMENTS)}."
        )
    x, b = input_and_baseline(model, sentence, settings or Settings())
    with torch.inference_mode(False), torch.no_grad():
        inputs = torch.stack([x, b]) if replacement == "baseline" else x.unsqueeze(0)
        hidden = _run(model, inputs, kept)[:1, quantity.position]
        logits = model.adapter.logits(hidden, None)[0].double()
    weights = logits.new_tensor(quantity.weights)
    value = float(logits[list(quantity.classes)] @ weights)
    return Ablated(value, ranked(model, logits, count))


def _run(model: Model, z: Tensor, kept: Kept) -> Tensor:
    """H[L] of the first of the inputs z [1 or 2, pos, d_embedding]; the second, if there, runs
    unchanged beside it and provides what replaces."""
    masks = (torch.from_numpy(mask).to(z.device) for mask in (kept.nodes, kept.heads, kept.skip))
    nodes, heads, skips = (mask.unsqueeze(-1) for mask in masks)
    H = _replaced(blocks.embed(model.adapter.embedding, z)[0], nodes[0])
    for number, block in enumerate(model.adapter.blocks):

        def edit(output: Tensor, resid: Tensor, number: int = number) -> tuple[Tensor, Tensor]:
            return _replaced(output, heads[number]), _replaced(resid, skips[number])

        H = _replaced(blocks.forward(block, H, None, edit)[0], nodes[number + 1])
    return H


def _replaced(values: Tensor, kept: Tensor) -> Tensor:
    """The first row with what is not kept taken from the second, or zero if there is none."""
    first = values[:1]
    other = values[1:] if len(values) > 1 else torch.zeros_like(first)
    return torch.cat([torch.where(kept, first, other), values[1:]])
