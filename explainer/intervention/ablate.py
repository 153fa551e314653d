"""What the model says when parts of it are replaced: real forward passes, nothing mutated.

Nodes (hidden states), head outputs and skip inputs that are not kept are replaced by zero, as in
the paper's ablation, by what they are for the baseline input, or by their mean over reference
sentences. A head output belongs to the node that it flows into; the skip input of a node is the
hidden state below it. Keeping everything is the model itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from explainer.base.checks import instance, number, one_of, whole
from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.intervention.activations import (
    Activations,
)
from explainer.intervention.filling import Replacement, fill
from explainer.models.encode import last_hidden, without_gradients
from explainer.models.model import Model, given_model
from explainer.models.shapes import Bool, Float
from explainer.question.predictions import Prediction, at_every_mask, predict_spans, ranked
from explainer.question.readouts.log_probability import LogProbability
from explainer.question.readouts.quantity import Quantity
from explainer.question.sentence import Sentence
from explainer.results.logits import LARGEST
from explainer.results.route import LEVELS, SKIP, Component, Edge, Level, Node, Place, Route
from explainer.results.settings import Settings

Mode = Literal["keep", "remove"]
BATCH = 64
"""Ablated models that run side by side, at most,"""
BATCH_TOKENS = 4096
"""and their tokens together, where there is more than one."""


@dataclass(frozen=True, eq=False)
class Kept:
    """What is left as it is: `nodes` [L + 1, pos], `heads` [L, head, pos], `skip` [L, pos]."""

    nodes: NDArray[np.bool_]
    heads: NDArray[np.bool_]
    skip: NDArray[np.bool_]

    def size(self, level: Level, mode: Mode) -> int:
        """How many nodes, or heads and skips at the attention level, are kept or removed."""
        masks = (self.nodes,) if level == "embedding" else (self.heads, self.skip)
        return sum(int((mask if mode == "keep" else ~mask).sum()) for mask in masks)

    def without(self, places: Iterable[Place]) -> Kept:
        """The same without these nodes, and the components of these edges into their targets."""
        nodes, heads, skip = self.nodes.copy(), self.heads.copy(), self.skip.copy()
        for place in places:
            if isinstance(place, Node):
                nodes[place.layer, place.position] = False
            elif place.component == SKIP:
                skip[place.layer, place.target] = False
            elif place.component is None:
                heads[place.layer, :, place.target] = skip[place.layer, place.target] = False
            else:
                heads[place.layer, place.component, place.target] = False
        return Kept(nodes, heads, skip)

    def without_component(self, layer: int, component: Component | None) -> Kept:
        """The same without a head or skip of one block at every position; without all for None."""
        positions = range(self.nodes.shape[1])
        return self.without(Edge(layer, here, here, component) for here in positions)


@dataclass(frozen=True)
class Ablated:
    """What the ablated model says: `value` is Q in its unit, `predictions` are the likeliest first,
    of several masks those of each.

    Raises ExplainerError for a value that is no logit, and for anything but predictions.
    """

    value: float
    predictions: tuple[Prediction, ...]

    def __post_init__(self) -> None:
        number("ablated Q", self.value, -LARGEST, LARGEST, "a number of logits")
        for prediction in self.predictions:
            instance("ablated prediction", prediction, Prediction, "a Prediction")


def keep_all(model: Model, n_tokens: int) -> Kept:
    """Everything kept: the model itself."""
    n_tokens = whole("number of tokens", n_tokens, 1, given_model(model).max_tokens)
    layers, heads = model.info.layers, model.info.heads
    return Kept(
        np.ones((layers + 1, n_tokens), dtype=bool),
        np.ones((layers, heads, n_tokens), dtype=bool),
        np.ones((layers, n_tokens), dtype=bool),
    )


def keep_only(model: Model, n_tokens: int, routes: Iterable[Route], level: Level) -> Kept:
    """Only what lies on the routes: their nodes, and at the attention level their components.

    Raises ExplainerError for a route that does not fit the model and sentence.
    """
    every = keep_all(model, n_tokens)
    nodes = np.zeros_like(every.nodes)
    heads, skip = np.zeros_like(every.heads), np.zeros_like(every.skip)
    for route in _checked(routes, every, level):
        nodes[np.arange(len(route.nodes)), list(route.nodes)] = True
        if level == "attention":
            for edge in route.edges(level):
                if edge.component == SKIP:
                    skip[edge.layer, edge.target] = True
                else:
                    heads[edge.layer, edge.component, edge.target] = True
    return replace(every, nodes=nodes) if level == "embedding" else Kept(nodes, heads, skip)


def remove(model: Model, n_tokens: int, routes: Iterable[Route], level: Level) -> Kept:
    """All but what lies on a route; the target node stays, for without it there is no output.

    Raises ExplainerError for a route that does not fit the model and sentence.
    """
    every = keep_all(model, n_tokens)
    chosen = _checked(routes, every, level)
    if level == "attention":
        return every.without(edge for route in chosen for edge in route.edges(level))
    return every.without(
        Node(layer, position) for route in chosen for layer, position in enumerate(route.nodes[:-1])
    )


def _checked(routes: Iterable[Route], every: Kept, level: Level) -> tuple[Route, ...]:
    """The routes, each of which must lead through all layers of the model, within the sentence."""
    one_of("level", level, LEVELS)
    layers, heads, n = every.heads.shape
    try:
        chosen = tuple(routes)
    except TypeError:  # one of what should be several is refused as such below
        chosen = (routes,)  # type: ignore[assignment]
    for place, route in enumerate(chosen):
        fits = isinstance(route, Route) and len(route.nodes) == layers + 1 and max(route.nodes) < n
        if fits and level == "attention":
            components = route.components or (None,)
            fits = None not in components and all(
                isinstance(c, str) or (c is not None and c < heads) for c in components
            )
        if not fits:
            raise ExplainerError(
                f"Route {place}, {shown(route)}, does not fit: give nodes for {layers + 1} hidden "
                f"states of {n} tokens, and at the attention level {layers} components of {heads} "
                "heads or 'skip'."
            )
    return chosen


def run_kept(
    model: Model,
    sentence: Sentence,
    quantity: Quantity,
    kept: Kept,
    *,
    replacement: Replacement,
    settings: Settings | None = None,
    count: int = 5,
    asked: bool = False,
) -> Ablated:
    """Run the model with everything replaced that is not `kept`.

    `settings` names the baseline whose activations replace under `replacement="baseline"`. What is
    `asked` about is behind the `count` likeliest predictions, where it is none of them.
    Raises ExplainerError for an unknown replacement, or masks of another model or sentence.
    """
    given_model(model)
    instance("sentence", sentence, Sentence, "what read_sentence returns")
    instance("quantity", quantity, Quantity, "what choose_quantity returns")
    instance("argument kept", kept, Kept, "a Kept, such as keep_all returns")
    _check_kept(kept, model, sentence)
    count = whole("number of predictions", count, 1)
    filling = fill(model, sentence, replacement, settings)
    with without_gradients():
        every = _run(model, sentence, [kept], filling)
        hidden = every[:, list(quantity.positions)]
        found = quantity.readout.value(model.adapter, hidden)
        value = float(found)
        if model.info.task == "question-answering":
            logits = model.adapter.logits(every[0], None).double()
            return Ablated(value, predict_spans(sentence, logits, count))
        if sentence.other is not None:
            return Ablated(value, ranked(model, sentence, found.double(), count))
        if model.info.task == "masked-lm" and len(sentence.masks) > 1:
            logits = model.adapter.logits(hidden[0], None).double()
            readout = quantity.readout
            about = readout.at_each if asked and isinstance(readout, LogProbability) else None
            return Ablated(value, at_every_mask(model, sentence, logits, count, about))
        read = hidden if model.adapter.pools else hidden[:, :1]
        logits = model.adapter.pooled_logits(read, None)[0].double()
    also = quantity.classes if asked else ()
    return Ablated(value, ranked(model, sentence, logits, count, also))


def _check_kept(kept: Kept, model: Model, sentence: Sentence) -> None:
    every = keep_all(model, len(sentence.tokens))
    for name in ("nodes", "heads", "skip"):
        mask, shape = getattr(kept, name), getattr(every, name).shape
        if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_ or mask.shape != shape:
            wanted = " × ".join(map(str, shape))
            raise ExplainerError(
                f"The mask of what is kept of the {name} is not one of {wanted} truth values: "
                "start from keep_all for this model and sentence."
            )


def ablated_values(
    model: Model,
    sentence: Sentence,
    quantity: Quantity,
    variants: Sequence[Kept],
    filling: Activations,
) -> tuple[float, ...]:
    """Q of each of several ablated models, in logits; what is not kept is taken from `filling`."""
    values: list[float] = []
    with without_gradients():
        size = max(1, min(BATCH, BATCH_TOKENS // len(sentence.tokens)))
        for start in range(0, len(variants), size):
            hidden = _run(model, sentence, variants[start : start + size], filling)
            at_targets = hidden[:, list(quantity.positions)]
            values.extend(quantity.readout.value(model.adapter, at_targets).tolist())
    return tuple(values)


@dataclass(frozen=True, eq=False)
class _Replaced:
    """Variants side by side, each with its own things replaced (`encode.Edit`).

    The masks say what stays; `depth` is L + 1.
    """

    nodes: Bool[Tensor, "variant depth pos 1"]
    heads: Bool[Tensor, "variant layer head pos 1"]
    skips: Bool[Tensor, "variant layer pos 1"]
    filling: Activations

    def node(
        self, layer: int, H: Float[Tensor, "#variant pos d_model"]
    ) -> Float[Tensor, "variant pos d_model"]:
        return torch.where(self.nodes[:, layer], H, self.filling.nodes[layer])

    def inside(
        self,
        number: int,
        output: Float[Tensor, "variant head pos d_head"],
        resid: Float[Tensor, "variant pos d_model"],
    ) -> tuple[Float[Tensor, "variant head pos d_head"], Float[Tensor, "variant pos d_model"]]:
        return (
            torch.where(self.heads[:, number], output, self.filling.heads[number]),
            torch.where(self.skips[:, number], resid, self.filling.nodes[number]),
        )


def _run(
    model: Model, sentence: Sentence, variants: Sequence[Kept], filling: Activations
) -> Float[Tensor, "variant pos d_model"]:
    """H[L] of the sentence, each variant with its own things replaced."""

    def masks(values: Iterable[NDArray[np.bool_]]) -> Tensor:
        return torch.from_numpy(np.stack(list(values))).to(model.adapter.device).unsqueeze(-1)

    replaced = _Replaced(
        nodes=masks(kept.nodes for kept in variants),
        heads=masks(kept.heads for kept in variants),
        skips=masks(kept.skip for kept in variants),
        filling=filling,
    )
    return last_hidden(model.adapter, sentence, edit=replaced)
