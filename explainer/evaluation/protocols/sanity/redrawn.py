"""A model whose upper blocks know nothing: the check of Adebayo et al. (NeurIPS 2018)."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

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


def _blocks(network: Any, model: Model) -> Sequence[nn.Module]:
    """The network's blocks, from the first to the last, each with weights of its own."""
    found = ARCHITECTURES[network.config.model_type].blocks_of(network)
    if len(found) != model.info.layers:
        raise ExplainerError(
            f"The blocks of {quote(model.info.name)} share their weights, so that none can be "
            "redrawn by itself: choose a model whose blocks have weights of their own."
        )
    return found
