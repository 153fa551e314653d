"""What decides a training run of the built-in masked language model, apart from its data."""

from __future__ import annotations

from dataclasses import dataclass

from explainer.tasks import Kind

MIX: dict[Kind, int] = {
    "sva-simple": 4,
    "sva-obj": 4,
    "sva-subj": 4,
    "sva-comp": 8,
    "sva-pp": 4,
    "sva-inner": 8,
    "reflexive-number": 4,
    "reflexive-gender": 8,
}
"""Generated sentences of each kind in a step; multiples of the number of combinations."""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the run, apart from the data."""

    minutes: float
    """Budget of training time; how many steps that makes depends on the machine."""
    seed: int = 0
    rate: float = 5e-4
    """Highest learning rate."""
    embedding_rate: float = 0.3
    """The word embeddings' share of the learning rate."""
    warmup: float = 0.03
    """Share of the budget in which the rate rises."""
    decay: float = 0.01
    single_tokens: int = 1792
    """Pieces per step in natural sentences that stand alone, as users type them."""
    packed: int = 3
    """Rows per step of natural text end to end, so that later positions are trained too."""
    packed_length: int = 126
    natural_share: float = 0.25
    """Share of natural pieces that is asked for."""
    generated_share: float = 0.1
    """Share of the pieces of a generated sentence that is asked for beside its agreement word."""

    def rate_at(self, progress: float) -> float:
        """Return the learning rate after a share of the budget: up, then linearly to nothing."""
        rise = progress / self.warmup
        return self.rate * max(0.0, min(rise, (1 - progress) / (1 - self.warmup)))
