"""Every way to score words under one name and one signature, the engine's own among them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from explainer.influence.sampling.path import baseline
from explainer.influence.trace import Trace
from explainer.models.adapter import Adapter
from explainer.models.encode import word_embeddings
from explainer.models.model import Model
from explainer.models.shapes import Float
from explainer.question.readouts.quantity import Quantity
from explainer.question.sentence import Sentence
from explainer.results.beside.word_scores import OWN, SCORED
from explainer.results.settings import Settings
from explainer.rivals.rollout import rollout
from explainer.rivals.scored import Array
from explainer.rivals.words.decompx import decompx
from explainer.rivals.words.erasure import leave_one_out
from explainer.rivals.words.gradients import attention_gradient, gradient_input
from explainer.rivals.words.layers import alti, globenc, rolled_out, value_zeroing
from explainer.rivals.words.observed import Observed


@dataclass(frozen=True, eq=False)
class Scoring:
    """A sentence and what is asked of it; what several methods need is computed once.

    `follow` makes the engine's trace.
    """

    model: Model
    sentence: Sentence
    quantity: Quantity
    settings: Settings
    follow: Callable[[], Trace]

    @cached_property
    def adapter(self) -> Adapter:
        """The adapter of this text."""
        return self.model.adapter.of(self.sentence)

    @cached_property
    def z(self) -> Float[Tensor, "pos d_embedding"]:
        """The text's word embeddings."""
        return word_embeddings(self.adapter, self.sentence.token_ids)

    @cached_property
    def baseline(self) -> Float[Tensor, "pos d_embedding"]:
        """The word embeddings of the settings' baseline."""
        return baseline(self.model, self.sentence, self.settings)

    @cached_property
    def observed(self) -> Observed:
        """The forward pass with its internals."""
        return Observed.of(self.adapter, self.z, self.quantity)

    @property
    def attention(self) -> Array:
        """Attention [L, head, to, from]."""
        rows = [state.attention[0] for state in self.observed.states]
        return torch.stack(rows).double().cpu().numpy()


@dataclass(frozen=True)
class WordMethod:
    """A way to score words: `run` gives a number for each token [pos].

    Where `signed`, above 0 speaks for the answer and below 0 against it, in logits; otherwise the
    numbers are shares of 1.
    """

    label: str
    signed: bool
    run: Callable[[Scoring], Array]


_RUNS: dict[str, Callable[[Scoring], Array]] = {
    OWN: lambda a: np.array(a.follow().influence),
    "leave-one-out": lambda a: leave_one_out(a.observed, a.baseline),
    "decompx": lambda a: decompx(a.observed),
    "gradient-input": lambda a: gradient_input(a.adapter, a.z, a.quantity),
    "attention-gradient": lambda a: attention_gradient(a.adapter, a.z, a.quantity),
    "alti": lambda a: rolled_out(alti(a.observed), a.quantity.positions),
    "globenc": lambda a: rolled_out(globenc(a.observed), a.quantity.positions),
    "value-zeroing": lambda a: rolled_out(value_zeroing(a.observed), a.quantity.positions),
    "rollout": lambda a: rollout(a.attention)[-1, list(a.quantity.positions)].mean(0),
}
WORD_METHODS = {name: WordMethod(*kind, _RUNS[name]) for name, kind in SCORED.items()}
"""Every method by its name; what it is called stands in `SCORED`."""
