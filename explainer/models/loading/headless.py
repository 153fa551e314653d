"""An encoder of the library without a head, to be used as one with a head is."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import Tensor, nn
from transformers import MODEL_MAPPING


def encoder_class(config_class: type[Any]) -> type[Any]:
    """The library's class of the encoder alone, such as `BertModel`."""
    found: type[Any] = MODEL_MAPPING[config_class]
    return found


class Headless(nn.Module):
    """The library's encoder of a `config`, under the name that models with heads give it.

    `base_model` is the encoder itself. There is no `head` and no `classifier`: both are None.
    """

    _tied_weights_keys = None
    head = None
    classifier = None

    def __init__(self, config: Any) -> None:
        super().__init__()
        network_class = encoder_class(type(config))
        takes_pooler = "add_pooling_layer" in inspect.signature(network_class).parameters
        # Its weights are often random, and what sentence encoders pool is not behind it.
        encoder = network_class(config, **{"add_pooling_layer": False} if takes_pooler else {})
        self.config = config
        self.add_module(network_class.base_model_prefix, encoder)

    @property
    def base_model(self) -> Any:
        """The encoder."""
        return getattr(self, encoder_class(type(self.config)).base_model_prefix)

    @property
    def dtype(self) -> torch.dtype:
        """Precision of the weights."""
        dtype: torch.dtype = self.base_model.dtype
        return dtype

    @property
    def device(self) -> torch.device:
        """Where the weights live."""
        device: torch.device = self.base_model.device
        return device

    def forward(self, **given: Tensor) -> Tensor:
        """The last hidden states [text, pos, d_model]."""
        states: Tensor = self.base_model(**given).last_hidden_state
        return states
