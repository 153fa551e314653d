"""What the model says: its most likely words at the mask, its classes, or its words' tags."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from explainer.base.checks import number, text, whole
from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.models.encode import last_hidden, without_gradients
from explainer.models.forward import against_overflow
from explainer.models.model import Model, given_model
from explainer.models.shapes import Float
from explainer.question.contrast import spellings
from explainer.question.labels import asked_classes
from explainer.question.masks.which import asked_masks
from explainer.question.places.spans import (
    Places,
    named_span,
    scores_of,
    span_logits,
    text_of,
)
from explainer.question.places.tagged import asked_position, asked_words, check_tags, tag_logits
from explainer.question.sentence import Sentence, read_sentence
from explainer.question.vocabulary import vocabulary_of
from explainer.results.logits import LARGEST


@dataclass(frozen=True)
class Prediction:
    """One word (masked LM), class (classifier) or tag (tagger) with its probability and logit.

    `id` is the token's or the class's number. `probability` is a share of 1: of all words or
    classes, or of each label by itself where several may hold; None for a regression, whose value
    is the `logit`, and for two texts that are compared: the `word` is the other text, the `logit`
    their cosine. `asked` is what `explain` takes for exactly this word (in this sentence) or class;
    None for a special token, which is no word. Of an answer in a passage the logit is that of its
    start and of its end together, the probability a share of all answers of up to LONGEST tokens
    and of none, and `id` the position at which it starts. `of` is the word of the text that a tag
    is of, as `explain` takes it, and `position` its token's, or of several masks that of its own.
    Raises ExplainerError for what is no word, no share or no logit.
    """

    word: str
    probability: float | None
    logit: float
    id: int
    asked: str | None
    of: str | None = None
    position: int | None = None

    def __post_init__(self) -> None:
        text("prediction's word", self.word)
        if self.of is not None:
            text("prediction's of", self.of)
        if self.position is not None:
            whole("prediction's position", self.position, 0)
        if self.asked is not None:
            text("prediction's asked", self.asked)
        if self.probability is not None:
            number("prediction's probability", self.probability, 0, 1, "a share from 0 to 1")
        logit = number("prediction's logit", self.logit, -LARGEST, LARGEST, "a number of logits")
        object.__setattr__(self, "logit", logit)
        object.__setattr__(self, "id", whole("prediction's id", self.id, 0))


def predict(
    model: Model,
    text: str,
    count: int = 5,
    *,
    pair: str | None = None,
    word: str | int | None = None,
    mask: int | None = None,
) -> tuple[Prediction, ...]:
    """The `count` most likely words at the mask, or classes, by a real forward pass.

    Of several masks, all of them in place, it is as many words for each, in the text's order, or
    those of mask number `mask` alone (the first is 1). A classifier may read a second text with it,
    the `pair`. Of a model that tags words it is the likeliest tag of every word, in the text's
    order and whatever the `count`; with a `word`, as `explain` takes it, the `count` likeliest tags
    of that word. Of a model for question answering it is the `count` best answers in the passage,
    the `pair`, one of which may be none.

    Raises ExplainerError for a text that the model cannot read, and a word that is not in it.
    """
    count = whole("number of predictions", count, 1)
    sentence = read_sentence(given_model(model), text, pair)
    if mask is not None:
        check_predicts_words(model)
        sentence = asked_masks(sentence, mask)
    if model.info.task == "masked-lm" and word is None and len(sentence.masks) > 1:
        return at_every_mask(model, sentence, mask_logits(model, sentence), count)
    if model.info.task == "question-answering" and word is None:
        return predict_spans(sentence, span_logits(model, sentence), count)
    if model.info.task == "tagging" and word is None:
        return every_tag(model, sentence)
    position = None
    if word is not None:
        check_tags(model)
        position = asked_position(model, sentence, word)
    return predict_sentence(model, sentence, count, position=position)


def predict_sentence(
    model: Model,
    sentence: Sentence,
    count: int,
    also: Sequence[int] = (),
    position: int | None = None,
) -> tuple[Prediction, ...]:
    """`predict` for a text that has been read; `also` for these words or classes, by number.

    Of a tagger those of the word at `position`.
    """
    return ranked(model, sentence, logits_of(model, sentence, position), count, also)


def predict_spans(
    sentence: Sentence, logits: Tensor, count: int, also: Sequence[Places] = ()
) -> tuple[Prediction, ...]:
    """The `count` best answers by the logits [token, 2] of start and end, and after them `also`."""
    scores = scores_of(sentence, logits)
    shares = torch.tensor(list(scores.values()), dtype=torch.float64).softmax(0).tolist()
    likely = dict(zip(scores, shares, strict=True))
    chosen = list(scores)[:count]
    chosen += [span for span in also if span not in chosen and span in scores]
    return tuple(
        Prediction(
            word=text_of(sentence, span),
            probability=likely[span],
            logit=scores[span],
            id=span[0],
            asked=named_span(sentence, span),
            position=span[0],
        )
        for span in chosen
    )


def mask_logits(model: Model, sentence: Sentence) -> Tensor:
    """The logits [mask, word] at all masks of a text that are asked about."""
    with without_gradients():
        hidden = last_hidden(model.adapter, sentence, rows=sentence.masks)
        return model.adapter.logits(hidden[0], None).double()


def at_every_mask(
    model: Model,
    sentence: Sentence,
    logits: Tensor,
    count: int,
    also: Sequence[Sequence[int]] | None = None,
) -> tuple[Prediction, ...]:
    """The `count` likeliest words at each mask by its logits [mask, word], with its position.

    After them come at each mask those of `also`, by number.
    """
    found: list[Prediction] = []
    for place, (at, row) in enumerate(zip(sentence.masks, logits, strict=True)):
        alone = replace(sentence, slots=((at,),))
        best = ranked(model, alone, row, count, also[place] if also is not None else ())
        found += [replace(one, position=at) for one in best]
    return tuple(found)


def check_predicts_words(model: Model) -> None:
    """Raise ExplainerError for the number of a mask, unless it is a masked LM's."""
    if model.info.task != "masked-lm":
        raise ExplainerError(
            f"The number of a mask was given, but {quote(model.info.name)} predicts no words at "
            "masks: leave it out."
        )


def every_tag(model: Model, sentence: Sentence) -> tuple[Prediction, ...]:
    """The likeliest tag of each word of a text, in its order."""
    words = asked_words(model, sentence)
    rows = tag_logits(model, sentence, list(words)) if words else ()
    return tuple(
        replace(ranked(model, sentence, row, 1)[0], of=word, position=position)
        for row, (position, word) in zip(rows, words.items(), strict=True)
    )


def logits_of(model: Model, sentence: Sentence, position: int | None = None) -> Tensor:
    """The logits [word, class or tag] at a position: for None at the mask, or of the classifier.

    Of two texts that are compared it is their cosine [1].
    """
    if sentence.other is not None:
        one, other = (embedding_of(model, text) for text in (sentence, sentence.other))
        return cosine_similarity(one, other, dim=0).double().view(1)
    if position is None:
        position = sentence.masks[0] if model.info.task == "masked-lm" else 0
    with without_gradients():
        rows = None if model.adapter.pools else [position]
        hidden = last_hidden(model.adapter, sentence, rows=rows)
        return model.adapter.pooled_logits(hidden, None)[0].double()


def embedding_of(model: Model, sentence: Sentence) -> Float[Tensor, " out"]:
    """The embedding, not normalised, of a text by itself.

    Raises ExplainerError where it is no direction: not finite, or nothing at all.
    """
    assert model.pooling is not None
    with without_gradients():
        rows = model.pooling.positions(len(sentence.tokens))
        returned = model.adapter.returned(last_hidden(model.adapter, sentence, rows=rows))
        (embedding,) = model.pooling.embedding(returned)
    if not (embedding.isfinite().all() and embedding.any()):
        raise ExplainerError(
            f"The model {quote(model.info.name)} gives the text {quote(sentence.text)} no "
            f"embedding that has a direction: {against_overflow(model.adapter.dtype)} or text."
        )
    return embedding


def best_words(model: Model, logits: Tensor, count: int, without: Set[int]) -> list[int]:
    """The ids of the `count` highest logits of words: no special tokens, and none of `without`."""
    left_out = vocabulary_of(model).special | without
    best = highest(model, logits, count + len(left_out))
    return [number for number in best if number not in left_out][:count]


def ranked(
    model: Model, sentence: Sentence, logits: Tensor, count: int, also: Sequence[int] = ()
) -> tuple[Prediction, ...]:
    """The `count` highest of all the logits [word or class], best first, and after them `also`."""
    numbers = highest(model, logits, count)
    numbers += [number for number in also if number not in numbers]
    names: list[tuple[str, str | None]]
    if model.info.task == "masked-lm":
        names = spellings(model, sentence, numbers)
    elif sentence.other is not None:
        names = [(sentence.other.text, None)] * len(numbers)
    else:
        asked_for = asked_classes(model)
        names = [(model.labels[number], asked_for[number]) for number in numbers]
    probabilities = _probabilities(model, logits, numbers)
    return tuple(
        Prediction(word, probability, logit, number, asked)
        for (word, asked), probability, logit, number in zip(
            names, probabilities, logits[numbers].tolist(), numbers, strict=True
        )
    )


def highest(model: Model, logits: Tensor, count: int) -> list[int]:
    """The numbers of the `count` highest logits [word or class], best first.

    A row of the vocabulary without a token is never among them. Raises ExplainerError where a
    logit is no finite number.
    """
    if not logits.isfinite().all():
        raise ExplainerError(
            f"The model {quote(model.info.name)} gives logits that are not finite numbers for this "
            f"text, because its activations overflow: {against_overflow(model.adapter.dtype)} or "
            "text."
        )
    if model.info.task == "masked-lm":
        logits = logits.masked_fill(~model.known_ids.to(logits.device), -torch.inf)
    best = logits.topk(min(count, int(logits.isfinite().sum())))
    found: list[int] = best.indices.tolist()
    return found


def _probabilities(model: Model, logits: Tensor, numbers: list[int]) -> list[float | None]:
    """The probabilities of some words or classes; None where the outputs are no probabilities."""
    if model.info.head == "values":
        return [None] * len(numbers)
    shares = logits.sigmoid() if model.info.head == "labels" else logits.softmax(-1)
    found: list[float | None] = shares[numbers].tolist()
    return found
