"""What the model says at each of several masks."""

from __future__ import annotations

from dataclasses import dataclass

from explainer import Contrast, Prediction
from explainer.app.compute.cached import computed
from explainer.app.compute.request import Reading
from explainer.app.compute.sentence import PREDICTIONS
from explainer.app.compute.server import model_of
from explainer.models.model import Model
from explainer.question.masks.asked import read_asked
from explainer.question.predictions import at_every_mask, mask_logits
from explainer.question.quantity import choose_quantity
from explainer.question.readouts.log_probability import LogProbability


@dataclass(frozen=True)
class AtMask:
    """What the model says at one of several masks, all of them in place.

    `slot` numbers the mask of the text that it is or stands for, from 0, `position` is its token's.
    Behind the likeliest words come those of what is asked about, whose ids are `asked`: of the
    correct word's piece there, and the wrong one's where there is one.
    """

    slot: int
    position: int
    predictions: tuple[Prediction, ...]
    asked: tuple[int, ...]


def at_masks(reading: Reading, contrast: Contrast) -> tuple[AtMask, ...]:
    """What the model says at each mask of a question about several; nothing where it is about one.

    Raises ExplainerError.
    """
    sentence = read_asked(model_of(reading), reading.text, reading.pair, contrast)
    return _at_masks(reading, contrast) if len(sentence.masks) > 1 else ()


@computed()
def _at_masks(loaded: Model, reading: Reading, contrast: Contrast) -> tuple[AtMask, ...]:
    sentence = read_asked(loaded, reading.text, reading.pair, contrast)
    readout = choose_quantity(loaded, sentence, contrast).readout
    assert isinstance(readout, LogProbability), "words at several masks are read so"
    logits = mask_logits(loaded, sentence)
    found = at_every_mask(loaded, sentence, logits, PREDICTIONS, readout.at_each)
    first = 0 if contrast.mask is None else contrast.mask - 1
    asked = dict(zip(sentence.masks, readout.at_each, strict=True))
    return tuple(
        AtMask(slot, at, tuple(one for one in found if one.position == at), asked[at])
        for slot, places in enumerate(sentence.slots, start=first)
        for at in places
    )
