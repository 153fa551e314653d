"""Where a model computes: on the processor, or on a device that PyTorch knows and that is there."""

from __future__ import annotations

from dataclasses import replace

import torch

from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.models.architectures import ARCHITECTURES
from explainer.models.model import Model


def given_device(device: str | torch.device) -> torch.device:
    """The device that a caller names ("cpu", "cuda", "cuda:1"); ExplainerError if it is not there.

    It is tried, because what PyTorch was built for need not be what the machine has.
    """
    try:
        if not isinstance(device, str | torch.device):
            raise TypeError("a device is named by a text")
        found = torch.device(device)
        torch.zeros(1, device=found)
    except (RuntimeError, TypeError, ValueError, AssertionError, NotImplementedError) as error:
        there = ["cpu", *(f"cuda:{number}" for number in range(torch.cuda.device_count()))]
        raise ExplainerError(
            f"The device {shown(device)} is not there: choose {' or '.join(there)}."
        ) from error
    if found.type not in ("cpu", "cuda"):
        raise ExplainerError(f"The device {shown(device)} is not supported: choose cpu or cuda.")
    return found


def moved(model: Model, device: torch.device) -> Model:
    """A model that has just been loaded, on a device."""
    if device.type == "cpu":
        return model
    network = model.network.to(device)
    adapter = ARCHITECTURES[network.config.model_type].adapt(network)
    return replace(model, network=network, adapter=adapter)
