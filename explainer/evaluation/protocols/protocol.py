"""What a protocol is: one function with one signature, and what its numbers can and cannot show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from explainer.evaluation.claim import control_of
from explainer.evaluation.protocols.asked import AskedCase
from explainer.evaluation.protocols.measurement import Measurement
from explainer.models.model import Model
from explainer.results.settings import Settings

Better = Literal["higher", "lower"]
Measure = Callable[[AskedCase], Iterable[Measurement]]
Prepare = Callable[[Model, Settings, int], Any]


@dataclass(frozen=True)
class Quantity:
    """What one of a protocol's measures is.

    `better` is a number where it is best to be nearest to it, None where no value is better than
    another. `percent` writes shares of 1 in per cent, and what is `in_unit` is in that of Q, which
    a label names that is `of` it. Not `averaged` is what is no mean over sentences, such as the
    points of a scatter. Not `shown` is what only the file of all numbers has. `claim` is what is
    claimed of it: that `own` (empty: the protocol's own method) is better than each of `against`
    (empty: than all others).
    """

    label: str
    better: Better | float | None
    percent: bool = False
    in_unit: bool = False
    averaged: bool = True
    shown: bool = True
    claim: str = ""
    own: str = ""
    against: tuple[str, ...] = ()

    def of(self, unit: str) -> Quantity:
        """The same, whose label says in which unit Q is."""
        return replace(self, label=f"{self.label}, {unit}") if self.in_unit else self

    @property
    def short(self) -> str:
        """The label without what it says of itself."""
        return self.label.split(":")[0]

    def gain(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The values turned so that more is better."""
        if isinstance(self.better, float):
            return -np.abs(values - self.better)
        return -values if self.better == "lower" else values

    @property
    def aim(self) -> str:
        """In a sign which value is best: ↑, ↓ or → 100 %."""
        if isinstance(self.better, float):
            return f"→\N{NO-BREAK SPACE}{100 * self.better:.0f}"
        return {"higher": "↑", "lower": "↓", None: ""}[self.better]


@dataclass(frozen=True)
class Protocol:
    """A test of methods, sentence by sentence.

    `asks` is the question in a sentence and `refuted_by` what answer would have refuted the claim;
    `favours` says whom the test favours by how it is made. `measure` gives every number of a
    sentence; a method that cannot serve it has a note in place of a value. `prepare` makes, from
    model, settings and seed, what is the same for all sentences (`AskedCase.shared`). `refuses`
    says why a sentence cannot be asked at all. `own` is the project's own method among them, if one
    is; `labels` are the methods' names for people, where they differ. Where `changes`, it is not
    methods that stand beside each other but conditions, of which `own` and `against` are then. A
    sentence takes about `times` as long as its explanation.
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
    changes: bool = False
    times: float = 1.0

    @property
    def control(self) -> str:
        """What would have refuted the claim, and whom the test favours."""
        return control_of(self.refuted_by, self.favours)
