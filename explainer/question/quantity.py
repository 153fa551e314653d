"""The quantity of interest: what it is read from, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from explainer.base.checks import instance
from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.models.model import Model
from explainer.question.labels import asked_classes, class_number, listed
from explainer.question.masks.which import Words
from explainer.question.masks.word import asked_words, masked_word
from explainer.question.places.spans import check_reads, chosen_spans, ends_at, names_of
from explainer.question.places.tagged import asked_position, check_tags, likeliest_word, tag_logits
from explainer.question.predictions import (
    check_predicts_words,
    embedding_of,
    highest,
    logits_of,
)
from explainer.question.readouts.logits import Logits
from explainer.question.readouts.quantity import Quantity
from explainer.question.readouts.similarity import Similarity
from explainer.question.sentence import Sentence


@dataclass(frozen=True)
class Contrast:
    """What is asked: two words of a masked LM (or token ids), both of as many pieces, or two
    classes or tags (names or numbers), tags of the `word` (as the text has it, or a token's
    position), or the `answer` in a passage and the `other` one, by their words, or "no answer";
    None leaves it to the model. Where a text has several masks, words are given as tuples, one for
    each mask, or `mask` numbers the only one that is asked about (the first is 1)."""

    correct: Words | None = None
    wrong: Words | None = None
    label: str | int | None = None
    other: str | int | None = None
    word: str | int | None = None
    answer: str | None = None
    mask: int | None = None


@dataclass(frozen=True)
class Question:
    """A text and what is asked of it, by default what `explain` asks of a text alone.

    `pair` is a second text that a classifier reads with it.
    """

    text: str
    contrast: Contrast | None = None
    pair: str | None = None


def given_contrast(contrast: Any) -> Contrast:
    """The contrast that a caller gave, or the model's own for None; ExplainerError for others."""
    if contrast is None:
        return Contrast()
    wanted = "a Contrast, such as Contrast(correct='are', wrong='is')"
    return instance("argument contrast", contrast, Contrast, wanted)


def choose_quantity(model: Model, sentence: Sentence, contrast: Contrast) -> Quantity:
    """The quantity of interest for the kind of model, refusing what belongs to another kind.

    The sentence is as `masks.asked.read_asked` reads it for the contrast.
    """
    name = quote(model.info.name)
    if contrast.word is not None:
        check_tags(model)
    if contrast.answer is not None:
        check_reads(model)
    if contrast.mask is not None:
        check_predicts_words(model)
    if model.pooling is not None:
        if contrast != Contrast():
            raise ExplainerError(
                f"A word or a label was given, but {name} compares two texts: leave it out."
            )
        return similarity(model, sentence)
    if model.info.task == "masked-lm":
        if contrast.label is not None or contrast.other is not None:
            raise ExplainerError(
                f"A label was given, but {name} predicts words: give the words to contrast "
                "(correct and wrong) instead."
            )
        return masked_word(model, sentence, contrast.correct, contrast.wrong)
    if model.info.task == "question-answering":
        if not contrast.correct is contrast.wrong is contrast.label is None:
            raise ExplainerError(
                f"A word or label was given, but {name} finds answers in a passage: give the "
                "answer, and if you like the other one, in the passage's own words."
            )
        return answer_score(model, sentence, contrast.answer, contrast.other)
    said = "tags" if model.info.task == "tagging" else "classes"
    if contrast.correct is not None or contrast.wrong is not None:
        raise ExplainerError(
            f"Words to contrast were given, but {name} predicts {said}: give a label instead, "
            f"one of {listed(model)}."
        )
    if model.info.task == "tagging":
        return tag_score(model, sentence, contrast.word, contrast.label, contrast.other)
    return class_score(model, sentence, contrast.label, contrast.other)


def asked_for(
    model: Model, sentence: Sentence, contrast: Contrast, quantity: Quantity
) -> tuple[Any, ...]:
    """What `explain` takes for exactly each of the words or classes of a contrast's quantity."""
    if model.info.task == "masked-lm":
        return asked_words(model, sentence, quantity, contrast.correct, contrast.wrong)
    names = asked_classes(model)
    return tuple(names[number] for number in quantity.classes)


def similarity(model: Model, sentence: Sentence) -> Quantity:
    """The cosine to the other text's embedding, which is held fixed (read by itself, once)."""
    other = sentence.other
    if model.pooling is None or other is None:
        raise ExplainerError("Only a sentence encoder compares two texts: load such a model.")
    embedding = embedding_of(model, other)
    return Quantity(
        positions=model.pooling.positions(len(sentence.tokens)),
        readout=Similarity(model.pooling, embedding),
        correct=other.text,
        wrong=None,
    )


def class_score(
    model: Model, sentence: Sentence, label: str | int | None, other: str | int | None
) -> Quantity:
    """logit(label) − logit(other), or − the mean of all other classes' logits.

    Without a label the model's own prediction is taken. Outputs that are no choice among classes
    (labels that each hold or not, or a regression) have the plain logit, unless `other` is given.
    """
    n = len(model.labels)
    chosen = (
        class_number(model, label)
        if label is not None
        else highest(model, logits_of(model, sentence), 1)[0]
    )
    rival = None if other is None else class_number(model, other)
    if rival == chosen:
        raise ExplainerError(
            f"The label and its rival are both {quote(model.labels[chosen])}: give two different "
            "classes."
        )
    if rival is not None:
        rivals: tuple[int, ...] = (rival,)
    elif model.info.head == "choice":
        rivals = tuple(i for i in range(n) if i != chosen)
    else:
        rivals = ()
    return Quantity(
        positions=tuple(range(len(sentence.tokens))) if model.adapter.pools else (0,),
        readout=Logits((chosen, *rivals), (1.0, *(-1.0 / len(rivals) for _ in rivals))),
        correct=model.labels[chosen],
        wrong=model.labels[rivals[0]] if len(rivals) == 1 else None,
    )


def tag_score(
    model: Model,
    sentence: Sentence,
    word: str | int | None,
    label: str | int | None,
    other: str | int | None,
) -> Quantity:
    """logit(label) − logit(other) at the first piece of a word.

    Without `word` it is the first one of the text that has this tag, or any but O, else the one
    that comes nearest to it; without `label` the model's own tag of the word, without `other` the
    likeliest of the other tags there.
    """
    tag, rival = (None if name is None else class_number(model, name) for name in (label, other))
    if tag is not None and tag == rival:
        raise ExplainerError(
            f"The tag and its rival are both {quote(model.labels[tag])}: give two different tags."
        )
    position = (
        likeliest_word(model, sentence, tag)
        if word is None
        else asked_position(model, sentence, word)
    )
    if tag is None or rival is None:
        best = highest(model, tag_logits(model, sentence, [position])[0], 3)
        tag = next((n for n in best if n != rival), None) if tag is None else tag
        rival = next((n for n in best if n != tag), None) if rival is None else rival
    if tag is None or rival is None:
        raise ExplainerError(
            f"The model {quote(model.info.name)} has one tag alone, with none to set against it: "
            "load another model."
        )
    names = model.labels[tag], model.labels[rival]
    return Quantity((position,), Logits((tag, rival), (1.0, -1.0)), *names)


def answer_score(
    model: Model, sentence: Sentence, answer: str | None, other: str | int | None
) -> Quantity:
    """start logit + end logit of the answer − those of another one.

    Either may be that there is none. Without `answer` it is the best one that the model finds in
    the passage, without `other` that there is none, and of that the best one. What the two have in
    common cancels and is left out.
    """
    span, rival = chosen_spans(model, sentence, answer, other)
    terms = [
        (at, end, weight)
        for end in (0, 1)
        if span[end] != rival[end]
        for at, weight in ((span[end], 1.0), (rival[end], -1.0))
    ]
    positions = tuple(sorted({at for at, _, _ in terms}))
    rows, ends, weights = zip(*((positions.index(at), end, w) for at, end, w in terms), strict=True)
    readout, names = Logits(ends, weights, rows), names_of(sentence, span, rival)
    return Quantity(positions, readout, *names, ends_at(positions, span, rival))
