"""One sentence of a task: its patterns, what they carry, and what the model says with them alone.

1. explain the sentence, with the total flow;
2. let every method choose, for all words and for those that pull towards the right answer;
3. measure exactly the influence that the chosen paths carry;
4. run the model with only what was chosen, and without it: real forward passes.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from typing import get_args

import numpy as np

from explainer.base.budget import given_budget
from explainer.base.checkpoint import part, steps
from explainer.base.checks import instance, whole
from explainer.evaluation.kept import (
    kept_by_cells,
    kept_by_nodes,
    kept_by_routes,
    routes,
    selected,
)
from explainer.evaluation.methods import (
    METHODS,
    MODES,
    PATTERN,
    SELECTIONS,
    CellMethod,
    LayerMethod,
    PathMethod,
    Selection,
    Signals,
)
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.question import cluster_of, controller_position, read_case
from explainer.evaluation.record import Carried, Outcome, Record
from explainer.influence.measure import measure_all
from explainer.influence.together import Asked, Batch
from explainer.influence.trace import Trace
from explainer.intervention.ablate import Kept, Mode, ablated_values
from explainer.intervention.activations import Activations
from explainer.intervention.attention import attention
from explainer.intervention.filling import Replacement, fill, shared_fill
from explainer.models.encode import without_gradients, word_embeddings
from explainer.models.model import Model, given_model
from explainer.results.explanation import Explanation
from explainer.results.metrics import alignment, carried_share, path_count, skip_share_of_steps
from explainer.results.route import Level, Route
from explainer.rivals import attention_path, internal_influence, layer_conductance
from explainer.rivals.words import Observed
from explainer.tasks import Case

EXPLAINED, CHOSEN, RUN = 0.15, 0.45, 0.75
"""Shares of a record's time at which the sentence is explained, the methods have chosen, and the
model has run with their choices; the rest measures what those carry."""
Fillings = Mapping[Replacement, Activations | None]
"""What replaces in every sentence alike, None for what is each sentence's own."""
FILLED = "what fillings gives, or None"


def evaluate_sentence(
    model: Model,
    case: Case,
    number: int = 0,
    options: EvaluationOptions | None = None,
    shared: Fillings | None = None,
    memory: int | str | None = None,
) -> Record:
    """The record of a task's sentence: what every method's paths carry, and what the model says
    with them alone and without them; Q and influences in its `unit` (Lu et al., NeurIPS 2021).

    `number` is the sentence's place in its task, from which random paths are drawn; `options` are
    the usual ones for None; `shared` has what replaces in other sentences too; `memory` is as in
    `explain`. Raises ExplainerError for a sentence that the model cannot read or answer, and for
    an argument that is not what is expected here.
    """
    given_model(model)
    case = instance("argument case", case, Case, "a Case, such as generate gives")
    number = whole("sentence's number", number, 0)
    if options is None:
        options = EvaluationOptions()
    instance("argument options", options, EvaluationOptions, "an EvaluationOptions, or None")
    if shared is not None:
        for made in instance("argument shared", shared, dict, FILLED).values():
            if made is not None:
                instance("argument shared's value", made, Activations, FILLED)
    budget = given_budget(memory, model.adapter.device)
    start = time.perf_counter()
    sentence, quantity = read_case(model, case)
    with without_gradients():
        batch = Batch(model, options.settings, flow=True, budget=budget)
        with part(0.0, EXPLAINED):
            traced, (explanation,) = batch.with_trace([Asked(sentence, quantity)])
        assert explanation.flow is not None
        rng = np.random.default_rng([options.seed, number])
        signals = signals_of(model, Asked(sentence, quantity), traced, explanation, rng)
        with part(EXPLAINED, CHOSEN):
            chosen = {
                (name, level): routes(method, signals)
                for name in steps(options.methods)
                if isinstance(method := METHODS[name], PathMethod)
                for level in method.levels
            }
        variants = list(_variants(model, signals, options, chosen))
        with part(CHOSEN, RUN):
            outcomes = tuple(
                Outcome(name, level, words, mode, replacement, value, kept.size(level, mode))
                for replacement in steps(options.replacements)
                for (name, level, words, mode, kept), value in zip(
                    variants,
                    ablated_values(
                        model,
                        sentence,
                        quantity,
                        [kept for *_, kept in variants],
                        (shared or {}).get(replacement)
                        or fill(model, sentence, replacement, options.settings),
                    ),
                    strict=True,
                )
            )
        rivals = options.measured is None or number < options.measured
        carried = tuple(_carried(traced, explanation, chosen, rivals=rivals))
    targets = explanation.target.positions
    return Record(
        task=case.kind,
        number=number,
        combination=case.combination,
        text=case.text,
        correct=case.correct,
        wrong=case.wrong,
        tokens=explanation.tokens,
        target=targets[0] if len(targets) == 1 else None,
        controller=controller_position(sentence, case.controller),
        cluster=cluster_of(case),
        value=explanation.target.value,
        baseline_value=explanation.target.baseline_value,
        completeness_gap=explanation.completeness_gap,
        influence=explanation.influence,
        patterns=explanation.patterns,
        skip_flow=tuple(explanation.flow.skip_shares().tolist()),
        signed_skip_flow=tuple(explanation.flow.signed_skip_shares().tolist()),
        skip_steps=skip_share_of_steps(explanation.patterns),
        paths=(path_count(explanation, "embedding"), path_count(explanation, "attention")),
        alignment=_alignment(signals),
        outcomes=outcomes,
        carried=carried,
        seconds=time.perf_counter() - start,
        unit=explanation.target.unit,
    )


def signals_of(
    model: Model,
    asked: Asked,
    traced: Trace,
    explanation: Explanation,
    rng: np.random.Generator,
) -> Signals:
    """What methods choose from, of a sentence that was explained with its total flow."""
    assert explanation.flow is not None
    adapter = model.adapter.of(asked.sentence)
    return Signals(
        explanation=explanation,
        attention=attention(model, asked.sentence),
        conductance=layer_conductance(explanation.flow),
        internal=internal_influence(traced),
        rng=rng,
        observed=lambda: Observed.of(
            adapter, word_embeddings(adapter, asked.sentence.token_ids), asked.quantity
        ),
    )


def fillings(model: Model, options: EvaluationOptions) -> Fillings:
    """What replaces in all sentences of a run, to be made once."""
    return {name: shared_fill(model, name) for name in options.replacements}


def _variants(
    model: Model,
    signals: Signals,
    options: EvaluationOptions,
    chosen: dict[tuple[str, Level], dict[int, Route]],
) -> Iterator[tuple[str, Level, Selection, Mode, Kept]]:
    """Every method, level, selection of words and mode, with what it keeps of the model."""
    for words in SELECTIONS:
        sources = [p.source for p in selected(signals.explanation.patterns, words)]
        for mode in MODES:
            for (name, level), by_source in chosen.items():
                ways = [by_source[source] for source in sources]
                yield name, level, words, mode, kept_by_routes(model, signals, ways, level, mode)
            for name in options.methods:
                method = METHODS[name]
                if isinstance(method, LayerMethod):
                    kept = kept_by_nodes(model, signals, method, words, mode)
                    yield name, method.levels[0], words, mode, kept
                elif isinstance(method, CellMethod) and mode in method.modes:
                    kept = kept_by_cells(model, signals, method, words)
                    yield name, method.levels[0], words, mode, kept


def _carried(
    traced: Trace,
    explanation: Explanation,
    chosen: dict[tuple[str, Level], dict[int, Route]],
    *,
    rivals: bool,
) -> Iterator[Carried]:
    """What the patterns carry, and with `rivals` the paths of all other methods, each measured
    once."""

    def path(way: Route, level: Level) -> Route:
        return Route(way.nodes, way.components if level == "attention" else None)

    known = {
        path(p, level): p.value(level) for p in explanation.patterns for level in get_args(Level)
    }
    asked = {key: ways for key, ways in chosen.items() if rivals or key[0] == PATTERN}
    new = {
        path(way, level): None
        for (_, level), ways in asked.items()
        for way in ways.values()
        if path(way, level) not in known
    }
    measured = measure_all(traced, list(new))
    known |= {way: found.influence for way, found in zip(new, measured, strict=True)}
    for (name, level), ways in asked.items():
        for words in SELECTIONS:
            patterns = selected(explanation.patterns, words)
            carried = [known[path(ways[p.source], level)] for p in patterns]
            share = carried_share([p.influence for p in patterns], carried)
            yield Carried(name, level, words, share)


def _alignment(signals: Signals) -> float:
    """How far the best paths of attention, residual included, go the patterns' way."""
    explanation = signals.explanation
    shares = [
        alignment(
            attention_path(signals.attention, p.source, p.nodes[-1], reduce="mean").nodes,
            p.nodes,
        )
        for p in explanation.patterns
    ]
    return math.fsum(shares) / len(shares) if shares else 0.0
