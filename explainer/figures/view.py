"""What of an explanation is drawn, and how: the choices that need no new computation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from explainer.errors import ExplainerError
from explainer.figures.palette import Palette, palette
from explainer.merge import Words, merge_pieces, special_positions
from explainer.pattern import Explanation, Level, Pattern, Place

Overlay = Literal["none", "skip", "heads", "both"]

LEVELS: tuple[Level, ...] = get_args(Level)
OVERLAYS: tuple[Overlay, ...] = get_args(Overlay)
WIDTH = 1100.0
NARROWEST = 240.0


@dataclass(frozen=True)
class Beside:
    """What a figure keeps to because another one stands beside it.

    `rows` are its tokens' positions from the top down, None where only the other one has a token;
    `marked` the positions whose token differs; `tokens` all words that the labels must have room
    for; `reach` the lowest and highest influence in logits that the bars must have room for;
    `legend_rows` the least number of rows of the legend.
    """

    rows: tuple[int | None, ...]
    marked: frozenset[int]
    tokens: tuple[str, ...]
    reach: tuple[float, float]
    legend_rows: int = 1


@dataclass(frozen=True, kw_only=True)
class View:
    """Choices of drawing; raises ExplainerError where one is impossible.

    `minimum_share` hides words whose |g| is below that share of Σ|g|; `overlay` adds all
    influence behind the patterns; `selected` is a source word's position and `place` a node or a
    step: patterns of other words, and those that do not pass there, are faded; `width` is in px;
    `merge_pieces` draws the pieces of a word as one row, `hide_special` leaves out what starts at
    [CLS], [SEP] and [MASK]; `scale` fixes the px per logit, so that two figures can be compared,
    and `beside` what else they share.
    """

    level: Level = "attention"
    minimum_share: float = 0.05
    overlay: Overlay = "none"
    selected: int | None = None
    place: Place | None = None
    dark: bool = False
    width: float = WIDTH
    merge_pieces: bool = False
    hide_special: bool = False
    scale: float | None = None
    beside: Beside | None = None

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ExplainerError(
                f"The level {self.level!r} is not known: choose one of {', '.join(LEVELS)}."
            )
        if self.overlay not in OVERLAYS:
            raise ExplainerError(
                f"The overlay {self.overlay!r} is not known: choose one of {', '.join(OVERLAYS)}."
            )
        if not 0 <= self.minimum_share <= 1:
            raise ExplainerError(
                f"The minimum share is {self.minimum_share!r}: give a share from 0 to 1."
            )
        if not self.width >= NARROWEST:
            raise ExplainerError(
                f"The width is {self.width!r}: give at least {NARROWEST:.0f} pixels."
            )
        if self.scale is not None and not self.scale > 0:
            raise ExplainerError(f"The scale is {self.scale!r}: give pixels per logit above 0.")

    @property
    def colours(self) -> Palette:
        """The colours of the page."""
        return palette(self.dark)

    @property
    def selects(self) -> bool:
        """Whether a word or a place is selected."""
        return self.selected is not None or self.place is not None

    def leads(self, pattern: Pattern) -> bool:
        """Whether a pattern is of the selected word and passes the selected place."""
        return (self.selected is None or pattern.source == self.selected) and (
            self.place is None or pattern.passes(self.place, self.level)
        )

    def patterns(self, explanation: Explanation) -> tuple[Pattern, ...]:
        """The drawn patterns: those above the minimum share, and all that are selected."""
        if self.merge_pieces:
            words = merge_pieces(replace(explanation, flow=None))
            own = self.on_words(words)
            drawn = {words.way_of(p) for p in own.patterns(words.explanation)}
            return tuple(p for p in explanation.patterns if words.way(p) in drawn)
        enough = {p.source for p in explanation.drawn(self.minimum_share)}
        return tuple(
            p
            for p in self.listed(explanation)
            if p.source in enough or (self.selects and self.leads(p))
        )

    def listed(self, explanation: Explanation) -> tuple[Pattern, ...]:
        """All patterns but the hidden words'; what is selected is never hidden."""
        hidden = special_positions(explanation) if self.hide_special else frozenset()
        return tuple(
            p
            for p in explanation.patterns
            if p.source not in hidden or (self.selects and self.leads(p))
        )

    def on_words(self, words: Words) -> View:
        """The same view of an explanation whose pieces have been merged."""
        return replace(
            self,
            merge_pieces=False,
            selected=None if self.selected is None else words.row(self.selected),
            place=None if self.place is None else words.place(self.place),
        )
