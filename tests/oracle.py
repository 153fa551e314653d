"""The published procedure, faithfully: the whole network again for every word, layer and level.

The authors' code (Lu et al., NeurIPS 2021) masks gradients: outside the pattern chosen so far,
values pass and derivatives do not. For each refinement it runs the network once backward, for
the derivative of Q at every candidate, and once in forward mode, for the tangent that arrives at
every candidate; their product is the influence of the pattern refined by that candidate.

This is our own PyTorch version on a Hugging Face BERT, kept to measure the engine against and to
prove it right. It is slow by nature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd import forward_ad


@dataclass(frozen=True)
class Problem:
    """Network, word embeddings x and b [pos, d_model], points and weights [step], and Q's terms."""

    network: Any
    x: Tensor
    b: Tensor
    points: Tensor
    weights: Tensor
    position: int
    classes: tuple[int, ...]
    coefficients: tuple[float, ...]

    @property
    def n_layers(self) -> int:
        """Number of blocks."""
        return int(self.network.config.num_hidden_layers)


@dataclass(frozen=True)
class Masks:
    """Where derivatives pass: `nodes` [L + 1, pos], `skip` [L], `heads` [L, head].

    `projections` [L, 3] are those to queries, keys and values.
    """

    nodes: Tensor
    skip: Tensor
    heads: Tensor
    projections: Tensor


@dataclass(frozen=True)
class Masked:
    """Q summed over its terms [step], and the candidates of every layer."""

    quantity: Tensor
    nodes: list[Tensor]  # L + 1 of [step, pos, d_model]
    contexts: list[Tensor]  # L of [step, pos, head, d_head]
    skips: list[Tensor]  # L of [step, pos, d_model]


@dataclass(frozen=True)
class Found:
    """One word's pattern: positions at H[0] … H[L], components (−1 is skip), and both trails."""

    nodes: tuple[int, ...]
    node_trail: tuple[float, ...]
    components: tuple[int, ...]
    component_trail: tuple[float, ...]


def open_masks(problem: Problem) -> Masks:
    """Masks that let every derivative pass."""
    heads = problem.network.config.num_attention_heads
    return Masks(
        torch.ones(problem.n_layers + 1, len(problem.x), dtype=torch.bool),
        torch.ones(problem.n_layers, dtype=torch.bool),
        torch.ones(problem.n_layers, heads, dtype=torch.bool),
        torch.ones(problem.n_layers, 3, dtype=torch.bool),
    )


def gate(x: Tensor, mask: Tensor) -> Tensor:
    """x with derivatives only where `mask` (broadcast) is true."""
    return torch.where(mask, x, x.detach())


def run_masked(problem: Problem, z: Tensor, masks: Masks) -> Masked:
    """The network on word embeddings z [step, pos, d_model] with masked derivatives."""
    encoder = problem.network.bert
    positions = torch.arange(z.shape[1])
    H = encoder.embeddings.LayerNorm(
        z
        + encoder.embeddings.position_embeddings(positions)
        + encoder.embeddings.token_type_embeddings.weight[0]
    )
    H = gate(H, masks.nodes[0].view(1, -1, 1))
    nodes, contexts, skips = [H], [], []
    for number, layer in enumerate(encoder.encoder.layer):
        attention = layer.attention.self
        q, k, v = (
            gate(project(H), passes)
            .unflatten(-1, (attention.num_attention_heads, -1))
            .transpose(1, 2)
            for project, passes in zip(
                (attention.query, attention.key, attention.value),
                masks.projections[number],
                strict=True,
            )
        )
        scores = q @ k.mT / q.shape[-1] ** 0.5
        context = (scores.softmax(-1) @ v).transpose(1, 2)
        context = gate(context, masks.heads[number].view(1, 1, -1, 1))
        skip = gate(H, masks.skip[number])
        output = layer.attention.output
        y = output.LayerNorm(output.dense(context.flatten(2)) + skip)
        H = layer.output(layer.intermediate(y), y)
        H = gate(H, masks.nodes[number + 1].view(1, -1, 1))
        nodes.append(H)
        contexts.append(context)
        skips.append(skip)
    if hasattr(problem.network, "cls"):
        logits = problem.network.cls(H[:, problem.position])
    else:
        logits = problem.network.classifier(problem.network.bert.pooler(H))
    terms = logits[:, list(problem.classes)] @ z.new_tensor(problem.coefficients)
    return Masked(terms, nodes, contexts, skips)


def path_points(problem: Problem) -> Tensor:
    """z(a) [step, pos, d_model]."""
    return torch.lerp(problem.b, problem.x, problem.points.view(-1, 1, 1))


def plain_integrated_gradients(problem: Problem) -> Tensor:
    """g [pos] through the masked network with every mask open."""
    return masked_influence(problem, open_masks(problem))


def masked_influence(problem: Problem, masks: Masks) -> Tensor:
    """Influence [pos] of each word along everything that the masks leave open, in logits."""
    z = path_points(problem).requires_grad_()
    (gradient,) = torch.autograd.grad(run_masked(problem, z, masks).quantity.sum(), z)
    return torch.einsum("snd,nd,s->n", gradient, problem.x - problem.b, problem.weights)


def influence_of(
    problem: Problem,
    nodes: tuple[int, ...],
    components: tuple[int, ...] | None = None,
    part: str | None = None,
) -> float:
    """Influence of one whole pattern by a single masked run.

    Components that are left out at the end stay open. `part` leaves only the "query", "key" or
    "value" of the last one open, which is a head.
    """
    masks = masks_of(problem, nodes, components, part)
    return float(masked_influence(problem, masks)[nodes[0]])


def masks_of(
    problem: Problem,
    nodes: tuple[int, ...],
    components: tuple[int, ...] | None = None,
    part: str | None = None,
) -> Masks:
    """Where derivatives pass for `influence_of`."""
    masks = _masks(problem, list(nodes), list(components or []))
    if part is not None:
        assert components
        passes = torch.tensor([part == name for name in ("query", "key", "value")])
        masks.projections[len(components) - 1] = passes
    return masks


def find_pattern(problem: Problem, word: int, sign: float) -> Found:
    """Greedy refinement of one word at both levels; `sign` is that of its influence."""
    nodes, node_trail = [word], []
    for number in range(problem.n_layers):
        scores = _node_scores(problem, _masks(problem, nodes, []), word, number + 1)
        last = number == problem.n_layers - 1
        best = problem.position if last else int((scores * sign).argmax())
        nodes.append(best)
        node_trail.append(float(scores[best]))
    components: list[int] = []
    component_trail = []
    for number in range(problem.n_layers):
        scores = _component_scores(problem, _masks(problem, nodes, components), word, number)
        signed = scores * sign
        if nodes[number] != nodes[number + 1]:
            signed[0] = -torch.inf
        best = int(signed.argmax())
        components.append(best - 1)
        component_trail.append(float(scores[best]))
    return Found(tuple(nodes), tuple(node_trail), tuple(components), tuple(component_trail))


def _masks(problem: Problem, nodes: list[int], components: list[int]) -> Masks:
    """Derivatives pass the chosen nodes and components below, and everything above."""
    masks = open_masks(problem)
    for number, node in enumerate(nodes):
        masks.nodes[number] = False
        masks.nodes[number, node] = True
    for number, component in enumerate(components):
        masks.skip[number] = component < 0
        masks.heads[number] = False
        if component >= 0:
            masks.heads[number, component] = True
    return masks


def _node_scores(problem: Problem, masks: Masks, word: int, layer: int) -> Tensor:
    """Influence [pos] of the pattern refined by each node of H[layer]."""
    gradients = _gradients(problem, masks, lambda run: [run.nodes[layer]])[0]
    tangents = _tangents(problem, masks, word, lambda run: [run.nodes[layer]])[0]
    return torch.einsum("snd,snd,s->n", tangents, gradients, problem.weights)


def _component_scores(problem: Problem, masks: Masks, word: int, number: int) -> Tensor:
    """Influence [1 + head] by skip and by each head of block `number`."""

    def candidates(run: Masked) -> list[Tensor]:
        return [run.skips[number], run.contexts[number]]

    gradients = _gradients(problem, masks, candidates)
    tangents = _tangents(problem, masks, word, candidates)
    skip = torch.einsum("snd,snd,s->", tangents[0], gradients[0], problem.weights)
    heads = torch.einsum("snhe,snhe,s->h", tangents[1], gradients[1], problem.weights)
    return torch.cat([skip.view(1), heads])


def _gradients(problem: Problem, masks: Masks, candidates: Any) -> list[Tensor]:
    z = path_points(problem).requires_grad_()
    run = run_masked(problem, z, masks)
    return list(torch.autograd.grad(run.quantity.sum(), candidates(run)))


def _tangents(problem: Problem, masks: Masks, word: int, candidates: Any) -> list[Tensor]:
    z = path_points(problem)
    direction = torch.zeros_like(z)
    direction[:, word] = (problem.x - problem.b)[word]
    with torch.no_grad(), forward_ad.dual_level():
        run = run_masked(problem, forward_ad.make_dual(z, direction), masks)
        return [
            torch.zeros_like(dual.primal) if dual.tangent is None else dual.tangent
            for dual in map(forward_ad.unpack_dual, candidates(run))
        ]
