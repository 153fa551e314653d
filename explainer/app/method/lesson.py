"""What a person can choose on the method page, and its spelling in a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from explainer.app import compute
from explainer.app.compute import Request
from explainer.app.compute.request import FIRST, request_for
from explainer.app.state.choices import LEFT_OUT, Choices, read_fields, written
from explainer.app.state.choices import from_query as choices_from_query
from explainer.app.state.editor import Editor
from explainer.app.state.explored import EXPLORED
from explainer.app.state.linked import Linked
from explainer.app.state.pooled import version
from explainer.app.state.values import one_of, position, whole
from explainer.app.widgets.question.examples import Example, examples
from explainer.question.quantity import Contrast
from explainer.results.settings import Rule, Settings

FINEST = 97
"""Points of the path at which Q and its slope are known; fewer are taken from among them."""
COUNTS = (2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, FINEST)
"""The numbers of points that are equally spaced among these."""
USED = 25
"""Points behind every number on the page but those that the choice of points is about."""
ASKED = (
    *("model", "text", "pair", "correct", "wrong", "label", "other", "tagged", "answer", "mask"),
)
"""Of a question of one's own, what a link names, as Explore does."""
RULES: tuple[Rule, ...] = ("trapezoid", "riemann")


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """The example's text, the word that is followed (None: the strongest), and the steps shown.

    `node` is the hidden state whose node is chosen (1 … L), `block` the block whose component is.
    In place of an example it may be a question of the reader's `own`, as Explore asks it.
    """

    text: str = Choices.text
    points: int = 7
    rule: Rule = "trapezoid"
    word: int | None = None
    node: int = 1
    block: int = 0
    own: Choices | None = None

    @property
    def fits_link(self) -> bool:
        """Every example does."""
        return self.own is None or self.own.fits_link

    @property
    def example(self) -> Example:
        """The example with this text."""
        return next(example for example in examples() if example.text == self.text)

    @property
    def request(self) -> Request:
        """What is asked, with the paper's search, at the points that the page uses.

        Raises ExplainerError where the model of one's own question cannot be loaded.
        """
        settings = Settings(points=USED, rule="trapezoid", search="staged")
        if self.own is not None:
            asked = request_for(self.own, compute.model(self.own.model).info.task)
            return replace(asked, settings=settings, words=FIRST)
        found = self.example
        contrast = Contrast(found.correct, found.wrong)
        return Request(found.model, found.text, contrast, settings, version(found.model))

    @property
    def finest_request(self) -> Request:
        """The same at the finest points, from among which all others are taken."""
        finest = Settings(points=FINEST, rule="trapezoid")
        return replace(self.request, settings=finest)

    def to_query(self) -> dict[str, str]:
        """What differs from the defaults, as the parameters of a link."""
        values = ((field, getattr(self, field.name)) for field in fields(self))
        query = {
            field.name: written(value)
            for field, value in values
            if value != field.default and field.name != "own"
        }
        if self.own is None:
            return query
        own = self.own.to_query()
        asked = {name: value for name, value in own.items() if name in (*ASKED, LEFT_OUT)}
        return {"own": "yes", **asked, **query}


def from_query(query: Mapping[str, str]) -> tuple[Lesson, tuple[str, ...]]:
    """The lesson that a link asks for, and one note for each value that could not be used."""
    own: Choices | None = None
    notes: tuple[str, ...] = ()
    if query.get("own") == "yes":
        asked = {name: value for name, value in query.items() if name in ASKED}
        own, notes = choices_from_query(asked, query)
    rest = {n: v for n, v in query.items() if n != "own" and not (own and n in ASKED)}
    found, more = read_fields(Lesson, READERS, rest)
    return Lesson(**found, own=own), (*notes, *more)


def explored() -> Choices | None:
    """The question that was asked last on Explore, where it is none of the examples."""
    return _asked_last().own


def _asked_last() -> Lesson:
    """About what was asked last on Explore, which may be one of the examples."""
    last = EXPLORED.last()
    if last is None:
        return Lesson()
    asked = replace(Choices(), **{name: getattr(last, name) for name in ASKED})
    for example in examples():
        if _is_asked(example, asked):
            return Lesson(text=example.text)
    return Lesson(own=asked)


def _is_asked(example: Example, asked: Choices) -> bool:
    """Whether a question is that of an example."""
    words = (asked.correct, asked.wrong)
    return (
        (example.text, example.model) == (asked.text, asked.model)
        and (example.correct is None or (example.correct, example.wrong) == words)
        and asked.label is None
        and asked.other is None
    )


def _read(query: Mapping[str, str]) -> tuple[Lesson, tuple[str, ...]]:
    """A link's lesson; without one it is about what was explored."""
    return from_query(query) if query else (_asked_last(), ())


def _text(value: str) -> str:
    return one_of(tuple(example.text for example in examples()))(value)


def _points(value: str) -> int:
    return int(one_of(tuple(map(str, COUNTS)))(value))


READERS = {
    "text": _text,
    "points": _points,
    "rule": one_of(RULES),
    "word": position,
    "node": whole(0, 10**6),
    "block": whole(0, 10**6),
}

LINKED = Linked("lesson", _read)
EDITOR = Editor("method", LINKED.get, LINKED.put)
