"""Influence along one pattern through the library's own network, whatever its architecture.

Hooks let values pass and stop derivatives where a pattern does not go (`oracle.Masks`), so that
autograd gives its influence: slow, but with nothing of our own in between. A block is fed a hidden
state whose derivative is stopped where skip is closed, its projections the whole one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from explainer.models.architectures import ARCHITECTURES
from tests.oracle import Masks, Problem, gate, masks_of, path_points


@dataclass(frozen=True)
class Names:
    """Where inside of a block its queries, keys, values and output projection are.

    The first three may be one module; `norm` is what they see the hidden state through.
    """

    projections: tuple[str, ...]
    output: str
    norm: str | None = None


BERT = Names(
    ("attention.self.query", "attention.self.key", "attention.self.value"),
    "attention.output.dense",
)
NAMES = {
    "bert": BERT,
    "roberta": BERT,
    "xlm-roberta": BERT,
    "camembert": BERT,
    "electra": BERT,
    "distilbert": Names(
        ("attention.q_lin", "attention.k_lin", "attention.v_lin"), "attention.out_lin"
    ),
    "albert": Names(
        tuple(f"albert_layers.0.attention.{name}" for name in ("query", "key", "value")),
        "albert_layers.0.attention.dense",
    ),
    "deberta-v2": Names(
        tuple(f"attention.self.{name}_proj" for name in ("query", "key", "value")),
        "attention.output.dense",
    ),
    "modernbert": Names(("attn.Wqkv",), "attn.Wo", norm="attn_norm"),
    "mpnet": Names(
        ("attention.attn.q", "attention.attn.k", "attention.attn.v"), "attention.attn.o"
    ),
}


def influence_of(
    problem: Problem,
    nodes: tuple[int, ...],
    components: tuple[int, ...] | None = None,
    part: str | None = None,
    read: Callable[[Tensor], Tensor] | None = None,
) -> float:
    """Influence of one whole pattern; the arguments are those of `oracle.influence_of`.

    `read` makes Q of the logits of all tokens, or of a classifier's, where the problem's own does
    not.
    """
    masks = masks_of(problem, nodes, components, part)
    z = path_points(problem).requires_grad_()
    with _gated(problem, masks):
        output = problem.network(inputs_embeds=z)
    ends = ("start_logits", "end_logits")
    found = [output[end] for end in ends if end in output]
    logits = torch.stack(found, -1) if found else output.logits
    if read is not None:
        quantity = read(logits)
    else:
        at_target = logits[:, problem.position] if logits.dim() == 3 else logits
        quantity = at_target[:, list(problem.classes)] @ z.new_tensor(problem.coefficients)
    (gradient,) = torch.autograd.grad(quantity.sum(), z)
    along = torch.einsum("snd,nd,s->n", gradient, problem.x - problem.b, problem.weights)
    return float(along[nodes[0]])


@contextmanager
def _gated(problem: Problem, masks: Masks) -> Iterator[None]:
    kind = problem.network.config.model_type
    names, hooks = NAMES[kind], []
    at = _At(masks)
    for block in ARCHITECTURES[kind].blocks_of(problem.network):
        hooks.append(block.register_forward_pre_hook(at.enter))
        hooks.append(block.register_forward_hook(at.leave))
        for which, name in enumerate(names.projections):
            module = block.get_submodule(name)
            if names.norm is None:
                hooks.append(module.register_forward_pre_hook(at.whole))
            hooks.append(module.register_forward_hook(at.projected(which, len(names.projections))))
        if names.norm is not None:
            norm = block.get_submodule(names.norm)
            hooks.append(norm.register_forward_pre_hook(at.whole))
        hooks.append(block.get_submodule(names.output).register_forward_pre_hook(at.heads))
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


class _At:
    """The block that a forward pass is in, which may be the same module again, and its H."""

    def __init__(self, masks: Masks) -> None:
        self.masks = masks
        self.number = 0

    def enter(self, _module: Any, given: tuple[Any, ...]) -> tuple[Any, ...]:
        H, *others = given
        if self.number == 0:
            H = gate(H, self.masks.nodes[0].view(1, -1, 1))
        self.H = H
        self.fed = gate(H, self.masks.skip[self.number])
        return (self.fed, *others)

    def whole(self, _module: Any, given: tuple[Any, ...]) -> tuple[Any, ...]:
        # DeBERTa's projections also have distances to project.
        return (self.H,) if given[0] is self.fed else given

    def projected(self, which: int, of: int) -> Any:
        def passes(_module: Any, _given: tuple[Any, ...], output: Tensor) -> Tensor:
            open_parts = self.masks.projections[self.number]
            if of == 1:  # all three stacked
                return torch.cat(
                    [gate(*p) for p in zip(output.chunk(3, -1), open_parts, strict=True)], -1
                )
            return gate(output, open_parts[which])

        return passes

    def heads(self, _module: Any, given: tuple[Any, ...]) -> tuple[Tensor]:
        open_heads = self.masks.heads[self.number]
        context = given[0].unflatten(-1, (len(open_heads), -1))
        return (gate(context, open_heads.view(1, 1, -1, 1)).flatten(-2),)

    def leave(self, _module: Any, _given: tuple[Any, ...], output: Any) -> Any:
        self.number += 1
        H = output[0] if isinstance(output, tuple) else output
        passed = gate(H, self.masks.nodes[self.number].view(1, -1, 1))
        return (passed, *output[1:]) if isinstance(output, tuple) else passed


@contextmanager
def head_zeroed(network: Any, layer: int, head: int, position: int) -> Iterator[None]:
    """The network with one head's output set to zero at one token of one block."""
    kind = network.config.model_type
    blocks = ARCHITECTURES[kind].blocks_of(network)
    calls = iter(range(network.config.num_hidden_layers))

    def cut(_module: Any, given: tuple[Any, ...]) -> tuple[Tensor]:
        if len(blocks) == 1 and next(calls) != layer:  # one module for all blocks
            return given
        output = given[0].unflatten(-1, (network.config.num_attention_heads, -1)).clone()
        output[:, position, head] = 0
        return (output.flatten(-2),)

    block = blocks[0] if len(blocks) == 1 else blocks[layer]
    hook = block.get_submodule(NAMES[kind].output).register_forward_pre_hook(cut)
    try:
        yield
    finally:
        hook.remove()
