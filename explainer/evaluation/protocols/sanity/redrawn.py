"""A model whose upper blocks know nothing: the check of Adebayo et al. (NeurIPS 2018)."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace

import torch
from torch import Tensor, nn

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.models.architectures import ARCHITECTURES
from explainer.models.model import Model


def redrawn(model: Model, top: int, seed: int) -> Model:
    """A copy of the model with the weights of its `top` last blocks drawn anew.

    Each weight matrix, bias and LayerNorm is drawn from a normal distribution with its own mean and
    spread, so that what is lost is what was learnt and not the size. With one seed more blocks
    redraw the same ones and further ones.
    """
    network = deepcopy(model.network)
    blocks = _blocks(network, model)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for block in reversed(blocks[len(blocks) - top :]):
            for weight in block.parameters():
                weight.copy_(drawn_like(weight, generator))
    adapter = ARCHITECTURES[network.config.model_type].adapt(network)
    name = f"{model.fingerprint}, {top} redrawn by {seed}"
    return replace(model, network=network, adapter=adapter, fingerprint=name)


def drawn_like(weight: Tensor, generator: torch.Generator) -> Tensor:
    """As many numbers as a weight has, from a normal distribution of its own mean and spread."""
    noise = torch.randn(weight.shape, generator=generator).to(weight)
    return weight.mean() + weight.std(correction=0) * noise


def _blocks(network: nn.Module, model: Model) -> Sequence[nn.Module]:
    """The network's blocks, from the first to the last.

    Every architecture of the family keeps them in one list, the only one of their number.
    """
    lists = [m for m in network.modules() if isinstance(m, nn.ModuleList)]
    found = [one for one in lists if len(one) == model.info.layers]
    if len(found) != 1:
        raise ExplainerError(
            f"The blocks of {quote(model.info.name)} were not found: choose a model whose blocks "
            "are one list."
        )
    return list(found[0])
