"""Everything that a person can choose on the evaluate page, and its spelling in a link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

from explainer.app.state.choices import (
    FAIREST,
    LEFT_OUT,
    Choices,
    from_query,
    impossible,
    read_fields,
    written,
)
from explainer.app.state.values import one_of, whole, yes_no
from explainer.evaluation.evidence import consistency
from explainer.evaluation.evidence.summary import EVERY_TASK
from explainer.evaluation.methods import MODES, SELECTIONS, Mode, Selection
from explainer.evaluation.protocols.condition import INSTEAD, PAIR
from explainer.evaluation.protocols.table import PROTOCOLS
from explainer.figures import LEVELS
from explainer.results.route import Level
from explainer.tasks import TASKS

About = Literal["sentence", "task", "protocols"]
ABOUT: tuple[About, ...] = get_args(About)
OWN_FILE = "own file"
"""The task of a person's own sentences."""
FEWEST, MOST = 10, 200
"""Sentences that are measured while somebody waits."""
Measure = Literal["accuracy", "Q"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
ENTROPIES = consistency.MEASURES
MEASURED = tuple(dict.fromkeys(name for one in PROTOCOLS.values() for name in one.quantities))
OF = ("edge", "node")
"""What the protocol of edges cuts."""
ASKED = (
    *("model", "text", "pair", "correct", "wrong", "label", "other", "replacement"),
    *("points", "rule", "tolerance", "baseline", "keep_special", "top_k", "search", "beam"),
)
"""What the question has in common with the explore page."""


@dataclass(frozen=True, kw_only=True)
class Inquiry:
    """The page's state: `asked` is the sentence, model, contrast and settings.

    `every` compares with all methods instead of the usual ones; `measure`, `entropy`, `task`
    and `n` (the number of sentences to measure) are of the section about a task. Of the section of
    protocols are `protocol`, `measured` (which of its measures; empty: the first), `instead` (what
    stands in the place of what is cut or erased), `of` (what is cut), `redrawn` (of a model without
    training) and `few` (the number of sentences).
    """

    about: About = "sentence"
    asked: Choices = field(default_factory=lambda: Choices(replacement=FAIREST))
    level: Level = "embedding"
    words: Selection = "all"
    mode: Mode = "keep"
    every: bool = False
    measure: Measure = "accuracy"
    entropy: str = ENTROPIES[0]
    task: str = EVERY_TASK
    n: int = 40
    protocol: str = next(iter(PROTOCOLS))
    measured: str = ""
    instead: str = PAIR
    of: str = OF[0]
    redrawn: bool = False
    few: int = 20

    @property
    def fits_link(self) -> bool:
        """Whether a link can carry the text."""
        return self.asked.fits_link

    def to_query(self) -> dict[str, str]:
        """What differs from the defaults, as the parameters of a link."""
        asked = self.asked.to_query()
        query = {name: value for name, value in asked.items() if name in (*ASKED, LEFT_OUT)}
        query.pop("replacement", None)
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name in READERS and value != item.default:
                query[item.name] = written(value)
        # Said by every link that says anything: one that did not was written when zero was meant.
        if query or self.asked.replacement != FAIREST:
            query["replacement"] = self.asked.replacement
        return query


def inquiry_from_query(
    query: Mapping[str, str], start: Choices | None = None
) -> tuple[Inquiry, tuple[str, ...]]:
    """What a link asks for, and one note for each value that could not be used.

    An empty link begins with the question of `start`, and with what is fairest in the place of
    what is cut, as does one that names a section alone.
    """
    if not query:
        same = {name: getattr(start, name) for name in ASKED} if start is not None else {}
        return Inquiry(asked=Choices(**{**same, "replacement": FAIREST})), ()
    asked, notes = from_query({name: query[name] for name in ASKED if name in query}, query)
    if query.keys() == {"about"}:
        asked = replace(asked, replacement=FAIREST)
    own = {name: value for name, value in query.items() if name in READERS}
    found, more = read_fields(Inquiry, READERS, own)
    inquiry = Inquiry(asked=asked, **found)
    if inquiry.measured not in ("", *PROTOCOLS[inquiry.protocol].quantities):
        more.append(impossible("measured", inquiry.measured, "the first measure of its protocol"))
        inquiry = replace(inquiry, measured="")
    return inquiry, (*notes, *more)


READERS: dict[str, Callable[[str], Any]] = {
    "about": one_of(ABOUT),
    "level": one_of(LEVELS),
    "words": one_of(SELECTIONS),
    "mode": one_of(MODES),
    "every": yes_no,
    "measure": one_of(MEASURES),
    "entropy": one_of(ENTROPIES),
    "task": one_of((EVERY_TASK, *TASKS, OWN_FILE)),
    "n": whole(FEWEST, MOST),
    "protocol": one_of(tuple(PROTOCOLS)),
    "measured": one_of(MEASURED),
    "instead": one_of(tuple(INSTEAD)),
    "of": one_of(OF),
    "redrawn": yes_no,
    "few": whole(FEWEST, MOST),
}
