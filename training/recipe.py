"""What decides a training run of the built-in masked language model, apart from its data."""

from __future__ import annotations

from dataclasses import dataclass, replace

from explainer.tasks import Kind


@dataclass(frozen=True)
class Stage:
    """A part of the run with its own generated sentences and losses."""

    until: float
    """Share of the budget at which it ends."""
    mix: dict[Kind, int]
    """Generated sentences of each kind in a step; multiples of the number of combinations."""
    others: float
    """Share of the pieces of a generated sentence that is asked for beside its agreement word."""
    partners: float
    """Weight of the choice between a natural word and the one that differs from it by number."""
    balance: float = 1.0
    """Most that the rarer word of such a pair counts for, the other counting for 1."""
    wider: float = 0.0
    """Share of main verbs asked for that are drawn from the vocabulary and not the lexicon."""


LEARNING = Stage(
    until=0.25,
    mix={
        "sva-simple": 4,
        "sva-obj": 4,
        "sva-subj": 4,
        "sva-comp": 8,
        "sva-pp": 4,
        "sva-inner": 8,
        "reflexive-number": 4,
        "reflexive-gender": 8,
    },
    others=0.1,
    partners=0.0,
)
# By then agreement was learnt, but "the capital of france is [MASK] ." was answered with the
# adjectives of the generated sentences: from here on only their agreement word is asked for.
KEEPING = Stage(
    until=0.5,
    mix={
        "sva-simple": 2,
        "sva-obj": 4,
        "sva-subj": 4,
        "sva-comp": 4,
        "sva-pp": 4,
        "sva-inner": 8,
        "reflexive-number": 4,
        "reflexive-gender": 8,
    },
    others=0.0,
    partners=0.5,
)
# By then what was left were held-out verbs with a rare third person (collects, whispers).
WIDENING = replace(KEEPING, until=1.0, balance=10.0, wider=0.5)
STAGES = (LEARNING, KEEPING, WIDENING)


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

    def rate_at(self, progress: float) -> float:
        """Return the learning rate after a share of the budget: up, then linearly to nothing."""
        rise = progress / self.warmup
        return self.rate * max(0.0, min(rise, (1 - progress) / (1 - self.warmup)))
