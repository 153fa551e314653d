"""Write a trained masked language model as a half-precision Hugging Face folder."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import torch
from transformers import BertForMaskedLM, BertTokenizer, PreTrainedTokenizerBase


def export(model: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Write config, float16 weights without the tied copy, and the fast tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    half = deepcopy(model).to(torch.float16)
    half.save_pretrained(folder)
    # Built afresh: the base model's tokenizer cuts at 128 pieces and pads to as many.
    longest = model.config.max_position_embeddings
    plain = BertTokenizer(tokenizer.get_vocab(), do_lower_case=True, model_max_length=longest)
    plain.save_pretrained(folder)
    for file in folder.iterdir():
        file.chmod(0o644)
