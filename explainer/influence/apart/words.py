"""Two words of any numbers of pieces: two sentences, two traces, and Q of each its own word's."""

from __future__ import annotations

from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.influence.together import Asked, Batch
from explainer.models.model import Model
from explainer.question.masks.asked import read_for_word
from explainer.question.masks.which import Words
from explainer.question.masks.word import log_probability
from explainer.results.apart.word_pair import WordPair
from explainer.results.reduced import Precision
from explainer.results.settings import Settings


def explain_words(
    model: Model,
    text: str,
    correct: Words,
    wrong: Words,
    *,
    mask: int | None = None,
    settings: Settings | None = None,
    flow: bool = False,
    words: int | None = None,
    candidates: bool = False,
    memory: int | str | None = None,
    precision: Precision = "full",
) -> WordPair:
    """Two words of a masked LM, of any numbers of pieces, each explained in a sentence of its own.

    In each of the two sentences the mask of `text` is as many masks as the word has pieces; Q is
    the word's log-probability, the sum over its pieces of the log-probability of each at its own
    mask, all masked together, and influences are of that. `explain` asks for both words in one
    sentence where they have as many pieces. Of several masks either is a tuple with a word for
    each, or both are words at mask number `mask` (the first is 1). The rest is as in `explain`.
    Raises ExplainerError for input that the model cannot explain.
    """
    how = {"flow": flow, "words": words, "candidates": candidates}
    batch = Batch.given(model, settings, **how, memory=memory, precision=precision)
    both = [_asked(model, text, asked, mask) for asked in (correct, wrong)]
    first, second = (one.quantity for one in both)
    if first.readout == second.readout:
        raise ExplainerError(
            "The correct word and the wrong word are the same to the model, "
            f"{quote(first.correct)}: give two different words."
        )
    # One after the other: side by side they would be held at the same time.
    found = [batch.explanations([one])[0] for one in both]
    return WordPair(*found)


def _asked(model: Model, text: str, words: Words, mask: int | None) -> Asked:
    sentence = read_for_word(model, text, words, mask)
    return Asked(sentence, log_probability(model, sentence, words))
