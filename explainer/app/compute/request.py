"""What every question is about: plain values that name a model, a text and what is asked of them.

They are the keys of answers, so the version of the model's files is one of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from explainer import Settings
from explainer.app.state.choices import Choices
from explainer.app.state.masks import LINE, at_each, count_masks
from explainer.app.state.pooled import version
from explainer.question.quantity import Contrast

PAIRED = ("classification", "question-answering", "similarity")
"""Tasks of models that read a second text, or compare one."""
FIRST = 24
"""Words that a page follows at once, the strongest; the others where somebody asks for them."""


@dataclass(frozen=True)
class Request:
    """All that an explanation depends on; an empty `version` stands for the files as they are.

    Only the strongest `words` are followed, or all for None.
    """

    model: str
    text: str
    contrast: Contrast
    settings: Settings
    version: str = ""
    words: int | None = None
    pair: str | None = None

    @property
    def reading(self) -> Reading:
        """Its model and text, or texts, alone."""
        return Reading(self.model, self.text, self.version, self.pair)


@dataclass(frozen=True)
class Reading:
    """A text as a model reads it, or the model alone."""

    model: str
    text: str = ""
    version: str = ""
    pair: str | None = None


Source = Request | Reading


def contrast_for(chosen: Choices, task: str) -> Contrast:
    """What the choices ask of a model of this task: two words, classes or answers, or two tags of
    a word. A sentence encoder is asked nothing but how near the second text is."""
    if task == "similarity":
        return Contrast()
    if task == "masked-lm":
        return _words(chosen)
    if task == "question-answering":
        return Contrast(answer=chosen.answer, other=chosen.other)
    word = chosen.tagged if task == "tagging" else None
    return Contrast(label=chosen.label, other=chosen.other, word=word)


def _words(chosen: Choices) -> Contrast:
    """Two words at the mask, or at one of several, or one for each of them."""
    masks = count_masks(chosen.text)
    mask = chosen.mask if masks > 1 else None
    several = masks > 1 and mask is None
    right, wrong = (
        # Words of another text may be for more masks than this one has.
        word if word is None or not (several or LINE in word) else tuple(at_each(word, masks))
        for word in (chosen.correct, chosen.wrong)
    )
    return Contrast(right, wrong, mask=mask)


def pair_for(chosen: Choices, task: str) -> str | None:
    """The second text that a model of this task reads, if it reads one."""
    return chosen.pair if task in PAIRED else None


def reading_for(chosen: Choices, task: str) -> Reading:
    """What a model of this task reads of the choices."""
    return Reading(chosen.model, chosen.text, pair=pair_for(chosen, task))


def request_for(chosen: Choices, task: str) -> Request:
    """What the choices ask of a model of this task; raises ExplainerError for its settings."""
    return Request(
        model=chosen.model,
        text=chosen.text,
        contrast=contrast_for(chosen, task),
        settings=chosen.settings,
        version=version(chosen.model),
        words=None if chosen.all_words else FIRST,
        pair=pair_for(chosen, task),
    )
