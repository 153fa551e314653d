"""Protocols run: over one sentence, or over a task's sentences, kept in a folder."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from explainer.base.budget import given_budget
from explainer.base.checks import given_seed, instance, items, one_of, whole
from explainer.base.errors import ExplainerError
from explainer.base.quote import listed
from explainer.evaluation.keeping import Keeping
from explainer.evaluation.line import Line, left_out, wrong_of
from explainer.evaluation.protocols.asked import AskedCase
from explainer.evaluation.protocols.measurement import (
    SECONDS,
    WHOLE,
    Measurement,
    ProtocolRecord,
)
from explainer.evaluation.protocols.protocol import Protocol
from explainer.evaluation.protocols.table import PROTOCOLS
from explainer.evaluation.question import check_cases
from explainer.evaluation.reading.cases import cases_of
from explainer.evaluation.run import Run, check_run
from explainer.models.encode import without_gradients
from explainer.models.model import Model, given_model
from explainer.results.settings import Settings, given_settings
from explainer.tasks import Case

FOLDER = "protocols"
"""Beside a task's own run: a folder for each protocol."""


def measure_protocols(
    model: Model,
    case: Case,
    protocols: Sequence[str] = ("words",),
    *,
    number: int = 0,
    settings: Settings | None = None,
    seed: int = 0,
    memory: int | str | None = None,
) -> tuple[ProtocolRecord, ...]:
    """What each of the `protocols` (names of `PROTOCOLS`) measures of one sentence.

    `number` is its place in its task, from which with `seed` is drawn what is random; `memory` is
    as in `explain`. Raises ExplainerError for a sentence that the model cannot read or answer.
    """
    given_model(model)
    case = instance("argument case", case, Case, "a Case, such as generate gives")
    names, settings = check_protocols(protocols), given_settings(settings)
    number, seed = whole("sentence's number", number, 0), given_seed(seed)
    budget = given_budget(memory, model.adapter.device)
    return tuple(
        measured(PROTOCOLS[name], model, case, number, settings, seed, budget) for name in names
    )


def run_protocols(
    run: Run,
    model: Model,
    n: int,
    folder: Path,
    protocols: Sequence[str] = ("words",),
    progress: Callable[[int, int], None] | None = None,
    memory: int | str | None = None,
) -> None:
    """Measure those of the run's first `n` sentences that `folder` does not hold yet.

    Of the run's options the settings and the seed count. Each protocol's lines are kept in a folder
    of its own in `folder`/protocols, so that further ones can be added; else it is as `evaluate`.
    `progress` hears how many sentences are done, over all protocols. Raises ExplainerError as
    `evaluate` does, and for an argument that is not what is expected here.
    """
    check_run(run, model, folder, progress)
    names, budget = check_protocols(protocols), given_budget(memory, model.adapter.device)
    check_cases(model, cases_of(run.sentences, n))
    described = run.described(model)
    settings, seed = run.options.settings, run.options.seed
    described["options"] = {"settings": json.loads(json.dumps(asdict(settings))), "seed": seed}
    for place, name in enumerate(names):
        protocol = PROTOCOLS[name]
        shared = cache(lambda chosen=protocol: prepared(chosen, model, settings, seed))

        def line(case: Case, number: int, of: Protocol = protocol, made: Any = shared) -> Line:
            try:
                return measured(of, model, case, number, settings, seed, budget, made).to_dict()
            except ExplainerError as error:
                return left_out(case, number, error)

        def heard(done: int, of: int, place: int = place) -> None:
            if progress is not None:
                progress(place * of + done, len(names) * of)

        own = described | {"protocol": name}
        Keeping(folder / FOLDER / name, own, run.sentences, wrong_line).up_to(n, line, heard)


def measured(
    protocol: Protocol,
    model: Model,
    case: Case,
    number: int,
    settings: Settings,
    seed: int,
    budget: int,
    shared: Callable[[], Any] | None = None,
) -> ProtocolRecord:
    """The record of one sentence; `shared` gives what the protocol prepared, made here for None.

    Raises ExplainerError for a sentence that it cannot be asked of.
    """
    start = time.perf_counter()
    with without_gradients():
        made = prepared(protocol, model, settings, seed) if shared is None else shared()
        asked = AskedCase.read(model, case, number, settings, seed, budget, made)
        why = protocol.refuses(asked) if protocol.refuses is not None else None
        if why is not None:
            raise ExplainerError(why)
        found = list(protocol.measure(asked))
    took = Measurement(WHOLE, SECONDS, value=time.perf_counter() - start)
    return ProtocolRecord(
        protocol=protocol.name,
        task=case.kind,
        number=number,
        combination=case.combination,
        text=case.text,
        correct=case.correct,
        wrong=case.wrong,
        cluster=asked.cluster,
        measurements=tuple(one for one in found if one.measure != SECONDS),
        seconds=(*(one for one in found if one.measure == SECONDS), took),
        unit=asked.quantity.readout.unit,
    )


def prepared(protocol: Protocol, model: Model, settings: Settings, seed: int) -> Any:
    """What is the same for all sentences."""
    return None if protocol.prepare is None else protocol.prepare(model, settings, seed)


def check_protocols(names: Sequence[str]) -> tuple[str, ...]:
    """The names, each once and in the order of `PROTOCOLS`; raises ExplainerError for others."""
    chosen = items("argument protocols", names, f"some of {listed(PROTOCOLS)}")
    if not chosen:
        raise ExplainerError(f"No protocol is named: choose from {listed(PROTOCOLS)}.")
    known = {one_of("protocol", name, tuple(PROTOCOLS)) for name in chosen}
    return tuple(name for name in PROTOCOLS if name in known)


def wrong_line(line: Line) -> str | None:
    """The first field of a protocol's line that is not as it was written; None if all is well."""
    parts = ("measurements", "seconds")
    wrong = wrong_of(line, ProtocolRecord, but=parts)
    if wrong is not None or "left_out" in line:
        return wrong
    for name in parts:
        try:
            found = [Measurement.from_json(one) for one in line[name]]
        except (ExplainerError, TypeError, KeyError):  # of a wrong value, or with other fields
            return name
        if len({one.place for one in found}) < len(found):
            return name
    return None
