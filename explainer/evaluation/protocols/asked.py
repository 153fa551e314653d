"""A task's sentence as a protocol is asked about it: what several protocols need, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zlib import crc32

import numpy as np

from explainer.base.errors import ExplainerError
from explainer.base.numbers import counted
from explainer.evaluation.question import cluster_of, contrast_of, read_case
from explainer.influence.together import Asked, Batch
from explainer.influence.trace import Trace
from explainer.models.model import Model
from explainer.question.masks.asked import read_asked
from explainer.question.readouts.quantity import Quantity
from explainer.question.sentence import Sentence
from explainer.results.explanation import Explanation
from explainer.results.settings import Settings
from explainer.rivals.words.methods import Scoring
from explainer.tasks import Case

NO_PAIR = "no minimal pair is known for this sentence"


@dataclass(frozen=True, eq=False)
class AskedCase:
    """The `case` with its `number` in the task, read by the model; `budget` is bytes of memory.

    `shared` is what the protocol prepared once for all sentences.
    """

    model: Model
    case: Case
    number: int
    settings: Settings
    seed: int
    budget: int
    sentence: Sentence
    quantity: Quantity
    shared: Any = None

    @staticmethod
    def read(
        model: Model,
        case: Case,
        number: int,
        settings: Settings,
        seed: int,
        budget: int,
        shared: Any = None,
    ) -> AskedCase:
        """Raises ExplainerError for a sentence that the model cannot read or answer."""
        sentence, quantity = read_case(model, case)
        return AskedCase(model, case, number, settings, seed, budget, sentence, quantity, shared)

    @property
    def cluster(self) -> str:
        """What other sentences may have in common with this one."""
        return cluster_of(self.case)

    def rng(self, purpose: str) -> np.random.Generator:
        """Draws that are this sentence's own, whatever else is drawn."""
        return np.random.default_rng([self.seed, self.number, crc32(purpose.encode())])

    @cached_property
    def pair(self) -> Sentence | str:
        """The other sentence of the minimal pair, token for token; or why there is none."""
        return self.other_of("minimal pair", self.case.pair) if self.case.pair else NO_PAIR

    def other_of(self, pair: str, text: str) -> Sentence | str:
        """`text`, with which the sentence makes such a pair, if it goes token for token with it and
        differs; else why not."""
        try:
            contrast = contrast_of(self.model, self.case)
            found = read_asked(self.model, text, contrast=contrast)
        except ExplainerError as error:
            return f"the other sentence of the {pair} cannot be read: {error}"
        own, its = len(self.sentence.tokens), len(found.tokens)
        if own != its or found.masks != self.sentence.masks:
            return f"the {pair} does not go token for token ({own} and {counted(its, 'token')})"
        if found.token_ids == self.sentence.token_ids:
            return f"both sentences of the {pair} are the same to the model"
        return found

    @property
    def _batch(self) -> Batch:
        return Batch(self.model, self.settings, flow=True, budget=self.budget)

    @cached_property
    def trace(self) -> Trace:
        """The sentence's trace; ask for it where gradients are off."""
        return self._batch.follow([Asked(self.sentence, self.quantity)])

    @cached_property
    def explanation(self) -> Explanation:
        """The sentence's explanation, with the total flow; ask for it where gradients are off."""
        asked = [Asked(self.sentence, self.quantity)]
        return self._batch.explanations_of(self.trace, asked)[0]

    def scoring(self) -> Scoring:
        """What methods of `WORD_METHODS` score words from, with nothing computed yet, so that each
        method's time is its own."""
        asked = [Asked(self.sentence, self.quantity)]
        return Scoring(
            *(self.model, self.sentence, self.quantity, self.settings),
            follow=lambda: self._batch.follow(asked),
        )
