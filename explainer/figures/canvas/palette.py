"""Colours of the figures, for a light and a dark page."""

from __future__ import annotations

from dataclasses import dataclass, replace

PALE = 0.26
"""Opacity of what passes nodes, behind what heads and skips carry alone."""
ALONE = 0.62
"""Opacity of what passes nodes where heads and skips are not told apart."""
QUIET = 0.5
"""Opacity of what a skip connection carries; heads have the full colour."""


@dataclass(frozen=True)
class Palette:
    """One colour per meaning, as `#rrggbb`.

    `surface` is the page behind the figure (the figure itself is transparent), `ink` text,
    `muted` second-rank text, `faint` the node grid; `positive` and `negative` the sign of an
    influence, and with it the two answers of a question; `third` and `fourth` are the answers of
    a second question beside it; `skip` and `heads` what carries it.
    """

    surface: str
    ink: str
    muted: str
    faint: str
    positive: str
    negative: str
    third: str
    fourth: str
    skip: str
    heads: str
    wash: float
    """Opacity of the overlay's wide bands."""

    def sign(self, influence: float) -> str:
        """The colour of an influence's sign; nothing counts as positive."""
        return self.negative if influence < 0 else self.positive

    def answering(self, correct: int, wrong: int) -> Palette:
        """The same with the colours of these answers, of 0 … 3, for what is for and against."""
        answers = (self.positive, self.negative, self.third, self.fourth)
        return replace(self, positive=answers[correct], negative=answers[wrong])


LIGHT = Palette(
    surface="#ffffff",
    ink="#1f2733",
    muted="#5b6675",
    faint="#c3cad4",
    positive="#0072b2",
    negative="#d55e00",
    third="#9b2d7f",
    fourth="#6b7500",
    skip="#1f9e89",
    heads="#8e63ce",
    wash=0.24,
)
DARK = Palette(
    surface="#0f141b",
    ink="#e8ecf1",
    muted="#9aa6b5",
    faint="#3d4857",
    positive="#5aaeea",
    negative="#ff8f52",
    third="#e38ac6",
    fourth="#c3c95a",
    skip="#35b79f",
    heads="#a98be6",
    wash=0.30,
)


def palette(dark: bool) -> Palette:
    """The colours for a dark or a light page."""
    return DARK if dark else LIGHT


def rgba(colour: str, opacity: float) -> str:
    """A `#rrggbb` colour with an opacity of 0 … 1, as CSS."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:.3g})"
