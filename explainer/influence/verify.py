"""Whether an answer is a number, and the number that the model itself gives."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import partial

import torch

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.influence.passes import value_of
from explainer.influence.trace import Followed
from explainer.models.encode import last_hidden
from explainer.models.forward import against_overflow, own_logits, own_state, rounding
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
    _checked_value(model, sentence, quantity, followed.value)


def reduced_gap(model: Model, sentence: Sentence, quantity: Quantity, followed: Followed) -> float:
    """How far Q(x) of a text that was followed in reduced precision is from the model's own.

    In full precision the same blocks must give what the library's forward pass gives: raises
    ExplainerError where they do not, or a number is not finite.
    """
    check_finite(model, (followed.value, followed.baseline_value, *followed.influence))
    hidden = last_hidden(model.adapter, sentence, rows=[quantity.position])
    in_full = float(value_of(model.adapter, quantity, hidden[:, 0]))
    return followed.value - _checked_value(model, sentence, quantity, in_full)


def _checked_value(model: Model, sentence: Sentence, quantity: Quantity, value: float) -> float:
    """Q(x) by the library's own forward pass, which `value` must equal but for rounding.

    A masked LM's head is the adapter's, at the target alone, which at load gave the library's own
    logits at every position. The whole vocabulary, whose largest logit says how far rounding may
    go, is computed only where the difference is more than the least that is allowed. Of a word that
    is not asked about the logit need not even be a number: Q does not depend on it.
    """
    network, adapter = model.network, model.adapter.of_encoder
    if model.info.task == "masked-lm":
        state = own_state(network, sentence, quantity.position)
        own = float(value_of(adapter, quantity, state))
        logits = partial(adapter.logits, state, None)
    else:
        row = own_logits(network, sentence)[0]
        own = float(row[list(quantity.classes)] @ row.new_tensor(quantity.weights))
        logits = partial(row.unsqueeze, 0)
    off, weight = abs(value - own), sum(map(abs, quantity.weights))
    least = weight * rounding(torch.ones(1, dtype=adapter.dtype), adapter.inside)
    if not off <= least and not off <= weight * rounding(logits(), adapter.inside):
        raise ExplainerError(
            f"The model {quote(model.info.name)} itself gives {own:.6g} for this text, but "
            f"{value:.6g} would be explained: choose another text or model."
        )
    return own


def check_finite(model: Model, numbers: Iterable[float]) -> None:
    """Refuse an answer with a number that is not finite, whatever the weights look like."""
    if not all(map(math.isfinite, numbers)):
        raise ExplainerError(
            f"The model {quote(model.info.name)} gives numbers that are not finite for this text, "
            f"because its activations overflow: {against_overflow(model.adapter.dtype)} or text."
        )
