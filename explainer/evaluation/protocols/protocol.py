"""What a protocol is: one function with one signature, and what its numbers can and cannot show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from explainer.evaluation.protocols.asked import AskedCase
from explainer.evaluation.protocols.measurement import Measurement
from explainer.models.model import Model
from explainer.results.settings import Settings

Better = Literal["higher", "lower"]
Measure = Callable[[AskedCase], Iterable[Measurement]]
Prepare = Callable[[Model, Settings, int], Any]


@dataclass(frozen=True)
class Quantity:
    """What one of a protocol's measures is: `better` is None where no value is better than another.

    `percent` writes shares of 1 in per cent. Not `averaged` is what is no mean over sentences, such
    as the points of a scatter. Not `shown` is what only the file of all numbers has.
    """

    label: str
    better: Better | None
    percent: bool = False
    averaged: bool = True
    shown: bool = True


@dataclass(frozen=True)
class Protocol:
    """A test of methods, sentence by sentence.

    `asks` is the question in a sentence and `refuted_by` what answer would have refuted the claim;
    `favours` says whom the test favours by how it is made. `measure` gives every number of a
    sentence; a method that cannot serve it has a note in place of a value. `prepare` makes, from
    model, settings and seed, what is the same for all sentences (`AskedCase.shared`). `refuses`
    says why a sentence cannot be asked at all. `own` is the project's own method among them, if one
    is; `labels` are the methods' names for people, where they differ.
    """

    name: str
    label: str
    asks: str
    refuted_by: str
    favours: str
    quantities: Mapping[str, Quantity]
    measure: Measure
    prepare: Prepare | None = None
    refuses: Callable[[AskedCase], str | None] | None = None
    own: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
