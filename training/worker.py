"""A bfloat16 twin of a model that computes gradients for the float32 original.

Autocast spends a quarter of its time converting between the two on a processor; a twin in
bfloat16 throughout does not, and float32 master weights keep small updates from being lost.
"""

from __future__ import annotations

from copy import deepcopy

import torch
from torch.nn.functional import cross_entropy
from transformers import BertForMaskedLM

from training.masking import Batch

CLIP = 1.0
"""Largest norm of all gradients together."""


class Worker:
    """Holds the twin; `gradients` fills the master's `.grad`, `refresh` copies its weights back."""

    def __init__(self, master: BertForMaskedLM) -> None:
        self.master = list(master.parameters())
        self.twin = deepcopy(master).to(torch.bfloat16).train()
        # Short rows: plain matrix products take half the time of the fused attention's backward.
        self.twin.set_attn_implementation("eager")
        self.weights = list(self.twin.parameters())
        for parameter in self.master:
            parameter.grad = torch.zeros_like(parameter)

    def losses(self, parts: tuple[Batch, ...]) -> list[torch.Tensor]:
        """Return the cross-entropy (nats) at every asked position of each part."""
        hidden = [
            self.twin.bert(part.inputs, part.real.long()).last_hidden_state[part.asked]
            for part in parts
        ]
        logits = self.twin.cls(torch.cat(hidden)).float()
        labels = torch.cat([part.labels for part in parts])
        loss = cross_entropy(logits, labels, reduction="none")
        return list(loss.split([len(part.labels) for part in parts]))

    def gradients(self, parts: tuple[Batch, Batch, Batch]) -> tuple[float, float]:
        """Fill the master's gradients; return the mean loss of natural and generated text."""
        for weight in self.weights:
            weight.grad = None
        found = self.losses(parts)
        torch.cat(found).mean().backward()
        torch._foreach_copy_([p.grad for p in self.master], [w.grad for w in self.weights])
        torch.nn.utils.clip_grad_norm_(self.master, CLIP, foreach=True)
        return torch.cat(found[:2]).mean().item(), found[2].mean().item()

    @torch.no_grad()
    def refresh(self) -> None:
        """Round the master's weights into the twin."""
        torch._foreach_copy_(self.weights, self.master)
