"""Answers within a passage: which one is meant by its words, and which a model finds best.

A question is read with its passage, which is the second text. A span is the positions of its first
and its last token, both in the passage; NO_ANSWER is the first token of all, twice, by which models
that know unanswerable questions say so.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from explainer.base.errors import ExplainerError, TextMissingError
from explainer.base.quote import quote, shown
from explainer.models.encode import last_hidden, without_gradients
from explainer.models.model import Model
from explainer.question.places.found import named, one_place, placed
from explainer.question.sentence import Sentence, check_readable
from explainer.results.target import Reading

Places = tuple[int, int]
"""The first and the last token of an answer."""
NO_ANSWER: Places = (0, 0)
NONE = "no answer"
"""How that is called, and asked about. The same words of a passage are named with their token."""
LONGEST = 30
"""Tokens of an answer that a model is asked for, as BERT's authors do; one that somebody names may
be longer."""


def check_reads(model: Model) -> None:
    """Refuse an answer to ask about where the model finds none in a passage."""
    if model.info.task != "question-answering":
        raise ExplainerError(
            f"An answer was given, but {quote(model.info.name)} finds none in a passage: leave the "
            "answer out, or load a model for question answering."
        )


def passage(sentence: Sentence) -> list[int]:
    """The positions of the passage's tokens; raises ExplainerError where no answer could be."""
    if sentence.pair is None:
        asked = "The model finds the answer to a question in a passage, and was given one text:"
        raise TextMissingError(
            f"{asked} give the question as the text and the passage as the second text (pair).",
            on_page=f"{asked} type the passage as the second text.",
        )
    tokens = [at for at, part in enumerate(sentence.parts) if part == 1]
    if not any(start < end for start, end in (sentence.spans[at] for at in tokens)):
        raise ExplainerError(
            f"The second text is blank ({quote(sentence.pair)}): give a passage with the answer."
        )
    return tokens


def asked_span(sentence: Sentence, answer: object) -> Places:
    """The tokens of the answer that is meant by its words, NO_ANSWER for NONE.

    Raises ExplainerError for what does not stand in the passage, or several times, and for what
    begins or ends inside of a token.
    """
    tokens = passage(sentence)
    assert sentence.pair is not None
    if not isinstance(answer, str):
        raise ExplainerError(
            f"The answer is {shown(answer)}: give a string, some words of the passage."
        )
    check_readable(answer, "The answer")
    typed = answer.strip()
    if typed.casefold() == NONE:
        return NO_ANSWER
    begins, ends = _bounds(sentence, tokens)
    place = one_place(sentence.pair, begins, ends, typed, "The answer") if typed else None
    if place is None or begins[place[0]] > ends[place[1]]:
        raise ExplainerError(
            f"The answer {quote(typed)} does not stand in the passage from the start of a token to "
            f"the end of one: give words of the passage, or {quote(NONE)}."
        )
    return begins[place[0]], ends[place[1]]


def named_span(sentence: Sentence, span: Places) -> str:
    """What `asked_span` takes for exactly this answer."""
    if span == NO_ANSWER:
        return NONE
    assert sentence.pair is not None
    begins, ends = _bounds(sentence, passage(sentence))
    name = named(sentence.pair, begins, ends, characters_of(sentence, span))
    return placed(name, span[0]) if name.casefold() == NONE else name


def text_of(sentence: Sentence, span: Places) -> str:
    """An answer as people read it."""
    if span == NO_ANSWER or sentence.pair is None:
        return NONE
    return sentence.pair[slice(*characters_of(sentence, span))]


def characters_of(sentence: Sentence, span: Places) -> tuple[int, int]:
    """From which character of the passage up to which one an answer is."""
    return sentence.spans[span[0]][0], sentence.spans[span[1]][1]


def span_logits(model: Model, sentence: Sentence) -> Tensor:
    """The logits [token, 2] of an answer's start and end at every token, in float64."""
    passage(sentence)
    with without_gradients():
        hidden = last_hidden(model.adapter, sentence)
        return model.adapter.logits(hidden[0], None).double()


def scores_of(sentence: Sentence, logits: Tensor) -> dict[Places, float]:
    """The score, start logit and end logit together, of every answer in the passage and of none.

    The highest comes first. Answers have no more than LONGEST tokens.
    """
    bounds = _bounds(sentence, passage(sentence))
    first, last = (torch.tensor([*tokens.values()]) for tokens in bounds)
    both = logits[first, 0].unsqueeze(1) + logits[last, 1].unsqueeze(0)
    apart = last.unsqueeze(0) - first.unsqueeze(1)
    starts, ends = ((apart >= 0) & (apart < LONGEST)).nonzero(as_tuple=True)
    found = dict(
        zip(
            zip(first[starts].tolist(), last[ends].tolist(), strict=True),
            both[starts, ends].tolist(),
            strict=True,
        )
    )
    found[NO_ANSWER] = float(logits[0].sum())
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def chosen_spans(
    model: Model,
    sentence: Sentence,
    answer: object,
    other: object,
    logits: Tensor | None = None,
) -> tuple[Places, Places]:
    """The answer that is asked about and the other one.

    For None it is the best that the model finds in the passage, and against that no answer.
    `logits` are the sentence's `span_logits`, where they are known. Raises ExplainerError where
    both answers are one.
    """
    passage(sentence)
    span = None if answer is None else asked_span(sentence, answer)
    rival = None if other is None else asked_span(sentence, other)
    if rival is None and span != NO_ANSWER:
        rival = NO_ANSWER
    if span is None or rival is None:
        found = span_logits(model, sentence) if logits is None else logits
        known = (NO_ANSWER, span, rival)
        best = next((one for one in scores_of(sentence, found) if one not in known), NO_ANSWER)
        span, rival = (best if one is None else one for one in (span, rival))
    if span == rival:
        raise ExplainerError(
            f"The answer and the other one are both {quote(text_of(sentence, span))}: give two "
            "different answers."
        )
    return span, rival


def names_of(sentence: Sentence, span: Places, rival: Places) -> tuple[str, str]:
    """How two answers are called, and where both have the same words, by their places."""
    one, other = text_of(sentence, span), text_of(sentence, rival)
    if one == other:
        return named_span(sentence, span), named_span(sentence, rival)
    return one, other


def _bounds(sentence: Sentence, tokens: list[int]) -> tuple[dict[int, int], dict[int, int]]:
    """The token of each character at which one begins, and of each at which one ends.

    Of several that begin at one character it is the last, as in the answers that readers are
    trained on: SentencePiece's lone `▁` has the first character of the piece behind it.
    """
    spans = ((at, sentence.spans[at]) for at in tokens)
    begins = {start: at for at, (start, end) in spans if start < end}
    return begins, {sentence.spans[at][1]: at for at in begins.values()}


def ends_at(positions: Sequence[int], span: Places, rival: Places) -> tuple[Reading, ...]:
    """What of two answers is read at each position; what they have in common is left out."""

    def read(at: int, places: Places, others: Places) -> str | None:
        if at == 0 and places == NO_ANSWER:
            return NONE
        ends = zip(("start", "end"), places, others, strict=True)
        return " and ".join(end for end, own, other in ends if at == own != other) or None

    return tuple((read(at, span, rival), read(at, rival, span)) for at in positions)
