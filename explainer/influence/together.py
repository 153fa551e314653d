"""Several texts followed at once: put side by side, so that the work of one is never too small.

No text is padded: the tokens of all stand one after the other, each text with the positions that it
has alone, and no token attends to another text. What a text's pattern is, and its numbers but for
rounding, does not depend on what stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

import torch

from explainer.base.budget import given_budget
from explainer.base.checkpoint import part
from explainer.base.checks import whole, yes_or_no
from explainer.base.errors import ExplainerError
from explainer.influence.effort.count import Effort, effort
from explainer.influence.effort.size import Size
from explainer.influence.flow import total_flows
from explainer.influence.memory import Plan
from explainer.influence.precision import UNITS, given_precision, products_in
from explainer.influence.sampling.path import IntegrationPath, adaptive_rule, integration_path
from explainer.influence.search.refine import Search, refine_texts
from explainer.influence.trace import Followed, Trace, trace_together
from explainer.influence.verify import check_finite, check_followed, reduced_gap
from explainer.models.adapter import Adapter
from explainer.models.encode import without_gradients
from explainer.models.model import Model, given_model
from explainer.question.masks.asked import read_asked
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.readouts.quantity import Quantity
from explainer.question.sentence import Sentence
from explainer.results.explanation import Explanation
from explainer.results.pattern import Pattern
from explainer.results.reduced import Precision, Reduced
from explainer.results.settings import Settings, given_settings
from explainer.results.target import Target
from explainer.results.total_flow import TotalFlow

MOST_TOKENS = {"cpu": 64, "cuda": 1024}
"""Beyond this, what attention spends on other texts is more than what is won: measured on a
processor (docs/performance.md), not yet on a GPU."""


def _is_held(adapter: Adapter, n_tokens: int, points: int, budget: int) -> bool:
    try:
        return Plan.of(adapter, n_tokens, points, budget).all_held
    except ExplainerError:  # too small for so many tokens, not for a text of fewer
        return False


def side_by_side(adapters: Sequence[Adapter], lengths: Sequence[int]) -> Adapter:
    """One adapter for texts of these lengths, from the adapter of each."""
    first = adapters[0]
    if len(adapters) == 1:
        return first
    added = torch.cat([a.embedding.added[:n] for a, n in zip(adapters, lengths, strict=True)])
    text = torch.repeat_interleave(torch.tensor(lengths)).to(first.device)
    apart = text.unsqueeze(1) != text
    places = torch.cat([torch.arange(n, device=first.device) for n in lengths])
    embedding = replace(first.embedding, added=added)
    return replace(first, embedding=embedding, apart=apart, places=places)


def one_after_another(paths: Sequence[IntegrationPath]) -> IntegrationPath:
    """One path for texts that are sampled at as many points each."""
    x, b = (torch.cat([getattr(path, end) for path in paths]) for end in ("x", "b"))
    a, weights = (torch.cat([getattr(path, v) for path in paths], 1) for v in ("a", "weights"))
    return IntegrationPath(x, b, a, weights)


@dataclass(frozen=True)
class Asked:
    """A question that has been read."""

    sentence: Sentence
    quantity: Quantity

    @staticmethod
    def read(model: Model, text: str, pair: str | None, contrast: Contrast) -> Asked:
        """Raises ExplainerError for a text or contrast that the model cannot be asked about."""
        sentence = read_asked(model, text, pair, contrast)
        return Asked(sentence, choose_quantity(model, sentence, contrast))


@dataclass(frozen=True)
class Batch:
    """How texts are explained together: of each the strongest `words`, or all for None.

    `candidates` keeps the parts of every head that could have carried a step. Where products are
    computed in a reduced `precision`, that is a trace's own too.
    """

    model: Model
    settings: Settings
    flow: bool
    budget: int
    words: int | None = None
    precision: Precision = "full"
    candidates: bool = False

    @staticmethod
    def given(
        model: Any,
        settings: Any,
        *,
        flow: Any,
        words: Any,
        candidates: Any,
        memory: Any,
        precision: Any,
    ) -> Batch:
        """From what a caller of `explain` gave; raises ExplainerError for what makes no sense."""
        settings, flow = given_settings(settings), yes_or_no("flow", flow)
        candidates = yes_or_no("candidates", candidates)
        words = None if words is None else whole("number of words", words, 1)
        adapter = given_model(model).adapter
        budget, precise = given_budget(memory, adapter.device), given_precision(precision, adapter)
        return Batch(model, settings, flow, budget, words, precise, candidates)

    @property
    def tokens_at_once(self) -> int:
        """How many tokens of texts that stand side by side are followed fastest."""
        adapter, points = self.model.adapter, self.settings.expected_points
        most = MOST_TOKENS.get(adapter.device.type, MOST_TOKENS["cpu"])
        while most > 1 and not _is_held(adapter, most, points, self.budget):
            most //= 2
        return most

    @property
    def _search(self) -> Search:
        settings = self.settings
        return Search(settings.top_k, self.words, settings.joint_beam, self.candidates)

    def answers(
        self, waiting: Sequence[Asked | ExplainerError]
    ) -> list[Explanation | ExplainerError]:
        """An explanation of each, or why there is none."""
        asked = [one for one in waiting if isinstance(one, Asked)]
        found: list[Explanation | ExplainerError] = []
        if asked:
            try:
                found.extend(self.explanations(asked))
            except ExplainerError as error:
                # One of several is to blame; by themselves it is known which.
                found = [error] if len(asked) == 1 else [self.answers([one])[0] for one in asked]
        order = iter(found)
        return [next(order) if isinstance(one, Asked) else one for one in waiting]

    def explanations(self, asked: Sequence[Asked]) -> list[Explanation]:
        """Raises ExplainerError where one of them cannot be explained."""
        with without_gradients():
            return self.with_trace(asked)[1]

    def with_trace(self, asked: Sequence[Asked]) -> tuple[Trace, list[Explanation]]:
        """The same with the trace that they are of; call it where gradients are off."""
        traced = self._effort(asked).traced
        with part(0.0, traced):
            trace = self.follow(asked)
        with part(traced, 1.0):
            return trace, self.explanations_of(trace, asked)

    def explanations_of(self, traced: Trace, asked: Sequence[Asked]) -> list[Explanation]:
        """The same from a trace that is there; call it where gradients are off."""
        tokens = [one.sentence.tokens for one in asked]
        refined = self._effort(asked).refined
        with products_in(self.precision, traced.device):
            with part(0.0, refined):
                patterns = refine_texts(traced, tokens, self._search)
            with part(refined, 1.0):
                flows: Sequence[TotalFlow | None] = (
                    total_flows(traced) if self.flow else [None] * len(asked)
                )
        parts = zip(asked, traced.texts, patterns, flows, strict=True)
        return [self._explanation(*part) for part in parts]

    def follow(self, asked: Sequence[Asked]) -> Trace:
        """One trace of all texts, each checked against the model's own answer."""
        model, lengths = self.model, [len(one.sentence.tokens) for one in asked]
        adapter = side_by_side([model.adapter.of(one.sentence) for one in asked], lengths)
        path = one_after_another(
            [integration_path(model, one.sentence, self.settings) for one in asked]
        )
        quantities = [one.quantity for one in asked]
        with products_in(self.precision, adapter.device):
            rule = adaptive_rule(self.settings, UNITS[self.precision])
            traced = trace_together(adapter, path, quantities, lengths, self.budget, rule)
        if self.precision == "full":
            for one, followed in zip(asked, traced.texts, strict=True):
                check_followed(model, one.sentence, one.quantity, followed)
        return traced

    def _explanation(
        self,
        asked: Asked,
        followed: Followed,
        patterns: tuple[Pattern, ...],
        flow: TotalFlow | None,
    ) -> Explanation:
        """Raises ExplainerError for numbers that are not finite."""
        model, sentence, quantity = self.model, asked.sentence, asked.quantity
        for pattern in patterns:
            check_finite(model, (*pattern.embedding_trail, *pattern.attention_trail))
        if flow is not None:
            check_finite(model, flow.layer_totals())
        reduced = None
        if self.precision != "full":
            gap = reduced_gap(model, sentence, quantity, followed)
            reduced = Reduced(self.precision, gap)
        return Explanation(
            model=model.info,
            tokens=sentence.tokens,
            target=Target(
                positions=quantity.positions,
                correct=quantity.correct,
                wrong=quantity.wrong,
                value=followed.value,
                baseline_value=followed.baseline_value,
                unit=quantity.readout.unit,
                reads=quantity.reads,
            ),
            settings=self.settings,
            influence=followed.influence,
            completeness_gap=followed.completeness_gap,
            points_used=followed.points,
            patterns=patterns,
            flow=flow,
            words=sentence.words,
            texts=None if sentence.pair is None else sentence.parts,
            reduced=reduced,
            strongest=self._strongest(followed),
        )

    def _strongest(self, followed: Followed) -> int | None:
        """How many words were refined, where there are more with influence."""
        with_influence = sum(g != 0 for g in followed.influence)
        return self.words if self.words is not None and self.words < with_influence else None

    def _effort(self, asked: Sequence[Asked]) -> Effort:
        """What it takes to explain them together."""
        sizes = [Size.of(one.sentence, one.quantity) for one in asked]
        together = Size(*(sum(every) for every in zip(*map(astuple, sizes), strict=True)))
        words = None if self.words is None else self.words * len(asked)
        return effort(
            self.model.adapter,
            together,
            self.settings,
            self.budget,
            words=words,
            flow=self.flow,
        )
