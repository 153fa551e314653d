"""What of an explanation is drawn, and how: the choices that need no new computation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from explainer.base.checks import instance, number, one_of, whole, yes_or_no
from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.figures.canvas.palette import Palette, palette
from explainer.results.beside.word_scores import WordScores
from explainer.results.explanation import Explanation
from explainer.results.logits import LARGEST
from explainer.results.merged import Merged
from explainer.results.route import LEVELS, Edge, Level, Node, Place

Overlay = Literal["none", "skip", "heads", "both"]

OVERLAYS: tuple[Overlay, ...] = get_args(Overlay)
WIDTH = 1100.0
NARROWEST = 240.0
WIDEST = 20_000.0
NOWHERE = -1
"""The row of a position that there is not, see `merge`."""


@dataclass(frozen=True)
class Beside:
    """What a figure keeps to because another one stands beside it.

    `rows` are its tokens' positions from the top down, None where only the other one has a token;
    `marked` the positions whose token differs; `tokens` all words that the labels must have room
    for; `reach` the lowest and highest influence in logits that the bars must have room for;
    `legend_rows` the least number of rows of the legend; `answers` which of the two figures' up to
    four answers its own two are, so that one answer has one colour in both; `endings` both words
    behind the targets, for which there must be room.
    """

    rows: tuple[int | None, ...]
    marked: frozenset[int]
    tokens: tuple[str, ...]
    reach: tuple[float, float]
    legend_rows: int = 1
    answers: tuple[int, int] = (0, 1)
    endings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class View:
    """Choices of drawing; raises ExplainerError where one is impossible.

    `minimum_share` hides words whose |g| is below that share of Σ|g|; `overlay` adds all
    influence behind the patterns; `selected` is a source word's position and `place` a node or a
    step: patterns of other words, and those that do not pass there, are faded; `width` is in px;
    `merge_pieces` makes one row of the pieces of a word (what is selected still names a token),
    `hide_special` leaves out what starts at [CLS], [SEP] and [MASK]; `scale` fixes the px per
    logit, so that two figures can be compared, and `beside` what else they share. With the
    `scores` of another method the words' bars are those, and say so; all else stays influence.
    """

    level: Level = "attention"
    minimum_share: float = 0.05
    overlay: Overlay = "none"
    selected: int | None = None
    place: Place | None = None
    dark: bool = False
    width: float = WIDTH
    merge_pieces: bool = True
    hide_special: bool = False
    scale: float | None = None
    beside: Beside | None = None
    scores: WordScores | None = None

    def __post_init__(self) -> None:
        one_of("level", self.level, LEVELS)
        one_of("overlay", self.overlay, OVERLAYS)
        number("minimum share", self.minimum_share, 0, 1, "a share from 0 to 1")
        pixels = f"at least {NARROWEST:.0f} pixels, and at most {WIDEST:,.0f}"
        number("width", self.width, NARROWEST, WIDEST, pixels)
        if self.scale is not None:
            number("scale", self.scale, 1 / LARGEST, LARGEST, "pixels per logit above 0")
        if self.selected is not None:
            whole("selected word", self.selected, NOWHERE)
        if self.place is not None:
            _check_place(self.place)
        if self.beside is not None:
            instance("argument beside", self.beside, Beside, "a Beside")
        if self.scores is not None:
            instance("argument scores", self.scores, WordScores, "what word_scores returns")
        for name in ("dark", "merge_pieces", "hide_special"):
            yes_or_no(name, getattr(self, name))

    @property
    def colours(self) -> Palette:
        """The colours of the page, and of the answers."""
        own = palette(self.dark)
        return own if self.beside is None else own.answering(*self.beside.answers)

    @property
    def selects(self) -> bool:
        """Whether a word or a place is selected."""
        return self.selected is not None or self.place is not None

    def on_words(self, words: Merged) -> View:
        """The same view of an explanation whose pieces have been merged."""
        return replace(
            self,
            merge_pieces=False,
            selected=None if self.selected is None else words.row(self.selected),
            place=None if self.place is None else words.place(self.place),
            scores=self.scores and self.scores.of_words(words.rows, words.explanation.tokens),
        )

    def check(self, explanation: Explanation) -> None:
        """Raise ExplainerError where what is selected or scored is not in the explanation."""
        instance("explanation", explanation, Explanation, "what explain returns")
        if self.scores is not None:
            self.scores.check(explanation)
        n, layers = len(explanation.tokens), explanation.model.layers
        where: list[tuple[str, int | None, int]] = [("selected word", self.selected, n - 1)]
        if isinstance(self.place, Node):
            where += [("selected node's layer", self.place.layer, layers)]
            where += [("selected node's position", self.place.position, n - 1)]
        elif self.place is not None:
            where += [("selected step's block", self.place.layer, layers - 1)]
            where += [("selected step's start", self.place.source, n - 1)]
            where += [("selected step's end", self.place.target, n - 1)]
        for name, value, high in where:
            if value is not None and value != NOWHERE:
                whole(name, value, 0, high)


def _check_place(place: Any) -> None:
    if not isinstance(place, Node | Edge):
        raise ExplainerError(f"The selected place is {shown(place)}: give a Node or an Edge.")
    numbers = place if isinstance(place, Node) else place[:3]
    for value in numbers:
        whole("selected place's number", value, NOWHERE)
