"""The figures of a masked language model: agreement accuracy and masked-token accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from transformers import BertForMaskedLM, PreTrainedTokenizerBase

from explainer.tasks import Case
from training.masking import Special, framed, mask_some
from training.partners import IRREGULAR
from training.text import Pieces


@dataclass(frozen=True)
class Accuracy:
    """How often something was right; `share` is between 0 and 1."""

    right: int
    asked: int

    @property
    def share(self) -> float:
        return self.right / self.asked


@torch.no_grad()
def agreement(
    model: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase, cases: Sequence[Case]
) -> dict[str, Accuracy]:
    """Return, per combination, how often the correct word's logit exceeds the wrong word's."""
    right: dict[str, list[bool]] = {}
    for at in range(0, len(cases), 64):
        part = cases[at : at + 64]
        inputs = tokenizer([case.text for case in part], return_tensors="pt", padding=True)
        hidden = model.bert(**inputs).last_hidden_state
        logits = model.cls(hidden[inputs["input_ids"] == tokenizer.mask_token_id])
        for case, row in zip(part, logits, strict=True):
            correct, wrong = tokenizer.convert_tokens_to_ids([case.correct, case.wrong])
            right.setdefault(case.combination, []).append(bool(row[correct] > row[wrong]))
    return {name: Accuracy(sum(values), len(values)) for name, values in right.items()}


@torch.no_grad()
def masked_tokens(
    model: BertForMaskedLM,
    tokenizer: PreTrainedTokenizerBase,
    text: Pieces,
    sentences: int,
    share: float = 0.15,
    seed: int = 0,
) -> tuple[Accuracy, Accuracy]:
    """Return top-1 accuracy at every asked position, and at those that show `[MASK]` alone.

    Sentence by sentence, 15 % of the pieces asked for as in BERT's training: 80 % of them show
    `[MASK]`, 10 % another piece, 10 % themselves.
    """
    special, rng = Special.of(tokenizer), np.random.default_rng(seed)
    right = asked = right_masked = asked_masked = 0
    rows = sorted((text.sentence(i) for i in range(min(sentences, len(text)))), key=len)
    for at in range(0, len(rows), 32):
        batch = mask_some(framed(rows[at : at + 32], special), special, share, rng)
        hidden = model.bert(batch.inputs, batch.real.long()).last_hidden_state
        hits = model.cls(hidden[batch.asked]).argmax(-1) == batch.labels
        shown = batch.inputs[batch.asked] == special.mask
        right, asked = right + int(hits.sum()), asked + len(hits)
        right_masked += int((hits & shown).sum())
        asked_masked += int(shown.sum())
    return Accuracy(right, asked), Accuracy(right_masked, asked_masked)


@torch.no_grad()
def natural_agreement(
    model: BertForMaskedLM, tokenizer: PreTrainedTokenizerBase, text: Pieces
) -> Accuracy:
    """Return how often natural text's own is, are, was, were, has or have beats its partner.

    The first such word of every sentence is masked.
    """
    special = Special.of(tokenizer)
    rival: dict[int, int] = {}
    for pair in IRREGULAR[:3]:
        one, other = tokenizer.convert_tokens_to_ids(list(pair))
        rival |= {one: other, other: one}
    sentences = [text.sentence(i).copy() for i in range(len(text))]
    found = [
        (row, next((at for at, i in enumerate(row) if int(i) in rival), None)) for row in sentences
    ]
    asked = sorted(
        ((row, at) for row, at in found if at is not None), key=lambda pair: len(pair[0])
    )
    right = 0
    for start in range(0, len(asked), 32):
        part = asked[start : start + 32]
        answers = [int(row[at]) for row, at in part]
        for row, at in part:
            row[at] = special.mask
        ids = torch.from_numpy(framed([row for row, _ in part], special))
        hidden = model.bert(ids, (ids != special.pad).long()).last_hidden_state
        where = torch.tensor([at + 1 for _, at in part])
        logits = model.cls(hidden[torch.arange(len(part)), where])
        right += sum(
            bool(row[answer] > row[rival[answer]])
            for row, answer in zip(logits, answers, strict=True)
        )
    return Accuracy(right, len(asked))
