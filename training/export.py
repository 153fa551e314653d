"""Write a trained masked language model as a half-precision Hugging Face folder."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerBase


def export(model: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Write config, float16 weights without the tied copy, and the fast tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    half = deepcopy(model).to(torch.float16)
    half.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
