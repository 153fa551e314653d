"""Everything that a person can choose on the corpus page, and its spelling in a link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from explainer.app.state.choices import Choices, from_query, read_fields, written
from explainer.app.state.values import one_of, place, whole
from explainer.results.route import Edge, Place
from explainer.results.settings import Settings
from explainer.tasks import TASKS

EXAMPLE, OWN = "example", "own sentences"
RUN = "run:"
"""Begins the name of a run that lies in the server's folder of runs."""
FEWEST, MOST = 10, 200
"""Sentences that are explained while somebody waits."""
Answers = Literal["all", "right", "wrong"]
ANSWERS: tuple[Answers, ...] = get_args(Answers)
SETTINGS = tuple(Settings.__dataclass_fields__)
ASKED = ("model", *SETTINGS)
"""What of the explore page's choices is asked about every sentence."""


@dataclass(frozen=True, kw_only=True)
class Survey:
    """The page's state: `asked` is the model, with the settings.

    `of` says which sentences: the example's, a task's, one's own, or those of a run (`run:NAME`);
    `n` how many of a task. `group`, `answers` and `word` choose among them; `beside` is a group
    that is drawn beside. `share` is that of the strongest step, in per cent, from which steps are
    drawn; `at` the selected step, from role to role. `text` has one's own sentences, as typed; no
    link has them.
    """

    asked: Choices = field(default_factory=Choices)
    of: str = EXAMPLE
    n: int = 40
    group: str | None = None
    beside: str | None = None
    answers: Answers = "all"
    word: str | None = None
    share: int = 2
    at: Place | None = None
    text: str = ""

    @property
    def fits_link(self) -> bool:
        """Whether a link can carry all of it: one's own sentences are in none."""
        return True

    @property
    def right(self) -> bool | None:
        """Which answers: the right ones, the wrong ones, or (None) all."""
        return None if self.answers == "all" else self.answers == "right"

    @property
    def edge(self) -> Edge | None:
        """The selected step."""
        return self.at if isinstance(self.at, Edge) else None

    def to_query(self) -> dict[str, str]:
        """What differs from the defaults, as the parameters of a link."""
        query = {name: value for name, value in self.asked.to_query().items() if name in ASKED}
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name in READERS and value != item.default:
                query[item.name] = written(value)
        return query


def survey_from_query(query: Mapping[str, str]) -> tuple[Survey, tuple[str, ...]]:
    """What a link asks for, and one note for each value that could not be used."""
    asked, notes = from_query({name: query[name] for name in ASKED if name in query})
    own = {name: value for name, value in query.items() if name in READERS}
    found, more = read_fields(Survey, READERS, own)
    return Survey(asked=asked, **found), (*notes, *more)


def _of(value: str) -> str:
    if value.startswith(RUN) and len(value) > len(RUN):
        return value
    return one_of((EXAMPLE, *TASKS, OWN))(value)


def _optional(value: str) -> str | None:
    return value or None


READERS: dict[str, Callable[[str], Any]] = {
    "of": _of,
    "n": whole(FEWEST, MOST),
    "group": _optional,
    "beside": _optional,
    "answers": one_of(ANSWERS),
    "word": _optional,
    "share": whole(0, 50),
    "at": place,
}
