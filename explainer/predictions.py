"""What the model says: its most likely words at the mask, or its classes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from explainer.models.model import Model
from explainer.sentence import Sentence, read_sentence, word_of


@dataclass(frozen=True)
class Prediction:
    """One word (masked LM) or class (classifier) with its probability and logit."""

    word: str
    probability: float
    logit: float


def predict(model: Model, text: str, count: int = 5) -> tuple[Prediction, ...]:
    """The `count` most likely words at the mask, or classes, by a real forward pass.

    Raises ExplainerError for a text that the model cannot read.
    """
    return predict_sentence(model, read_sentence(model, text), count)


def predict_sentence(model: Model, sentence: Sentence, count: int) -> tuple[Prediction, ...]:
    """`predict` for a text that has been read."""
    ids = torch.tensor([sentence.token_ids], device=model.adapter.device)
    masked_lm = model.info.task == "masked-lm"
    target = sentence.masks[0] if masked_lm else 0
    with torch.inference_mode():
        hidden = model.network.base_model(input_ids=ids).last_hidden_state[:, target]
        logits = model.adapter.logits(hidden, None)[0].double()
    return ranked(model, logits, count)


def ranked(model: Model, logits: Tensor, count: int) -> tuple[Prediction, ...]:
    """The `count` highest of all the logits [word or class], best first."""
    masked_lm = model.info.task == "masked-lm"
    best = logits.topk(min(count, len(logits)))
    probabilities = logits.softmax(-1)[best.indices]
    return tuple(
        Prediction(word_of(model, i) if masked_lm else model.labels[i], probability, logit)
        for i, probability, logit in zip(
            best.indices.tolist(), probabilities.tolist(), best.values.tolist(), strict=True
        )
    )
