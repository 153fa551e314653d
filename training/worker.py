"""A bfloat16 twin of a model that computes gradients for the float32 original.

Autocast spends a quarter of its time converting between the two on a processor; a twin in
bfloat16 throughout does not, and float32 master weights keep small updates from being lost.
"""

from __future__ import annotations

from copy import deepcopy

import torch
from torch.nn.functional import cross_entropy, softplus
from transformers import BertForMaskedLM

from training.masking import Batch
from training.partners import Partners

CLIP = 1.0
"""Largest norm of all gradients together."""


class Worker:
    """Holds the twin; `gradients` fills the master's `.grad`, `refresh` copies its weights back."""

    def __init__(self, master: BertForMaskedLM, partners: Partners) -> None:
        self.partners = partners
        self.master = list(master.parameters())
        self.twin = deepcopy(master).to(torch.bfloat16).train()
        # Short rows: plain matrix products take half the time of the fused attention's backward.
        self.twin.set_attn_implementation("eager")
        self.weights = list(self.twin.parameters())
        for parameter in self.master:
            parameter.grad = torch.zeros_like(parameter)

    def logits(self, parts: tuple[Batch, ...]) -> torch.Tensor:
        """Return the logits at every asked position of all parts: [asked, vocabulary]."""
        hidden = [
            self.twin.bert(part.inputs, part.real.long()).last_hidden_state[part.asked]
            for part in parts
        ]
        logits: torch.Tensor = self.twin.cls(torch.cat(hidden)).float()
        return logits

    def gradients(
        self, parts: tuple[Batch, Batch, Batch], partner_weight: float, balance: float
    ) -> tuple[float, float]:
        """Fill the master's gradients; return the cross-entropy of natural and generated text.

        The loss is the mean cross-entropy at asked positions plus, weighted, that of the choice
        between a natural word and the word that differs from it by number (nats); the rarer of
        the two counts for up to `balance` times as much.
        """
        for weight in self.weights:
            weight.grad = None
        logits, labels = self.logits(parts), torch.cat([part.labels for part in parts])
        found = cross_entropy(logits, labels, reduction="none")
        loss, generated = found.mean(), len(parts[2].labels)
        if partner_weight:
            rival = self.partners.of[labels]
            rival[-generated:] = 0
            rows = rival.nonzero()[:, 0]
            margin = logits[rows, labels[rows]] - logits[rows, rival[rows]]
            rarity = self.partners.rarity[labels[rows]].clamp(1, balance)
            loss = loss + partner_weight * (rarity * softplus(-margin)).sum() / len(labels)
        loss.backward()
        torch._foreach_copy_([p.grad for p in self.master], [w.grad for w in self.weights])
        torch.nn.utils.clip_grad_norm_(self.master, CLIP, foreach=True)
        return found[:-generated].mean().item(), found[-generated:].mean().item()

    @torch.no_grad()
    def refresh(self) -> None:
        """Round the master's weights into the twin."""
        torch._foreach_copy_(self.weights, self.master)
