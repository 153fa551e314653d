"""Whether an answer is a number, and the number that the model itself gives."""

from __future__ import annotations

import math
from collections.abc import Iterable

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.influence.trace import Followed
from explainer.models.forward import against_overflow, own_logits, rounding
from explainer.models.model import Model
from explainer.question.quantity import Quantity
from explainer.question.sentence import Sentence


def check_followed(
    model: Model, sentence: Sentence, quantity: Quantity, followed: Followed
) -> None:
    """Compare Q(x) of a text with the library's own forward pass from the token ids.

    Raises ExplainerError where they differ by more than rounding, or a number is not finite.
    """
    check_finite(model, (followed.value, followed.baseline_value, *followed.influence))
    logits = own_logits(model.network, sentence.token_ids)
    row = logits[quantity.position if model.info.task == "masked-lm" else 0]
    own = sum(
        weight * float(row[number])
        for number, weight in zip(quantity.classes, quantity.weights, strict=True)
    )
    allowed = sum(map(abs, quantity.weights)) * rounding(row)
    if not abs(followed.value - own) <= allowed:
        raise ExplainerError(
            f"The model {quote(model.info.name)} itself gives {own:.6g} for this text, but "
            f"{followed.value:.6g} would be explained: choose another text or model."
        )


def check_finite(model: Model, numbers: Iterable[float]) -> None:
    """Refuse an answer with a number that is not finite, whatever the weights look like."""
    if not all(map(math.isfinite, numbers)):
        raise ExplainerError(
            f"The model {quote(model.info.name)} gives numbers that are not finite for this text, "
            f"because its activations overflow: {against_overflow(model.adapter.dtype)} or text."
        )
