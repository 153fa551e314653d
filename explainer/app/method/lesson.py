"""What a person can choose on the method page, and its spelling in a link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from explainer.app.compute import Request
from explainer.app.state.choices import Choices, read_fields, written
from explainer.app.state.editor import Editor
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
RULES: tuple[Rule, ...] = ("trapezoid", "riemann")


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """The example's text, the word that is followed (None: the strongest), and the steps shown.

    `node` is the hidden state whose node is chosen (1 … L), `block` the block whose component is.
    """

    text: str = Choices.text
    points: int = 7
    rule: Rule = "trapezoid"
    word: int | None = None
    node: int = 1
    block: int = 0

    @property
    def fits_link(self) -> bool:
        """Every example does."""
        return True

    @property
    def example(self) -> Example:
        """The example with this text."""
        return next(example for example in examples() if example.text == self.text)

    @property
    def request(self) -> Request:
        """The example, with the paper's search, at the points that the page uses."""
        found = self.example
        contrast = Contrast(found.correct, found.wrong)
        settings = Settings(points=USED, rule="trapezoid", search="staged")
        return Request(found.model, found.text, contrast, settings, version(found.model))

    @property
    def finest_request(self) -> Request:
        """The same at the finest points, from among which all others are taken."""
        finest = Settings(points=FINEST, rule="trapezoid")
        return replace(self.request, settings=finest)

    def to_query(self) -> dict[str, str]:
        """What differs from the defaults, as the parameters of a link."""
        values = ((field, getattr(self, field.name)) for field in fields(self))
        return {field.name: written(value) for field, value in values if value != field.default}


def from_query(query: Mapping[str, str]) -> tuple[Lesson, tuple[str, ...]]:
    """The lesson that a link asks for, and one note for each value that could not be used."""
    found, notes = read_fields(Lesson, READERS, query)
    return Lesson(**found), tuple(notes)


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

LINKED = Linked("lesson", from_query)
EDITOR = Editor("method", LINKED.get, LINKED.put)
