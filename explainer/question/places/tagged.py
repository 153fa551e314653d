"""Words that a tagger tags: which one is meant, and the tag that the model gives each.

A tag is asked for at the first piece of its word, where taggers are trained to give it.

1. a number is a token's position;
2. the word as the text has it, or several words that stand together;
3. the same whatever its case;
4. of a word that the text has several times, the word with its position: `the (4)`.
"""

from __future__ import annotations

from numbers import Integral

from torch import Tensor

from explainer.base.errors import ExplainerError
from explainer.base.quote import listed, quote, shown
from explainer.models.encode import last_hidden, without_gradients
from explainer.models.model import Model
from explainer.question.contrast import LONGEST_WORD, checked
from explainer.question.places.found import named, one_place
from explainer.question.sentence import Sentence, word_spans
from explainer.question.words import by_word
from explainer.results.model_info import DOES

OUTSIDE = "o"
"""How a tagger calls, in either case, what is none of the things that it looks for."""
MOST_NAMED = 5


def check_tags(model: Model) -> None:
    """Refuse a word to ask about where the model tags none."""
    if model.info.task != "tagging":
        raise ExplainerError(
            f"A word to ask about was given, but {quote(model.info.name)} {DOES[model.info.task]}: "
            "leave the word out, or load a model that tags words."
        )


def tagged_words(model: Model, sentence: Sentence) -> dict[int, str]:
    """The position of the first token of each word, and the word as the text has it, in order."""
    spans = word_spans(model, sentence.text)
    found = zip(spans, by_word(spans, sentence.spans), strict=True)
    return {
        tokens[0]: sentence.text[start:end]
        for (start, end), tokens in found
        if tokens and tokens[0] not in sentence.masks
    }


def asked_words(model: Model, sentence: Sentence) -> dict[int, str]:
    """The same by what `asked_position` takes for exactly each word."""
    words = tagged_words(model, sentence)
    begins, ends = _bounds(sentence, words)
    return {
        position: named(sentence.text, begins, ends, (start, start + len(words[position])))
        for start, position in begins.items()
    }


def asked_position(model: Model, sentence: Sentence, word: str | int) -> int:
    """The position of the token at which a word's tag is asked for.

    Raises ExplainerError for a word that the text has not, or several times.
    """
    if isinstance(word, Integral) and not isinstance(word, bool):
        return _at(sentence, int(word))
    if not isinstance(word, str):
        raise ExplainerError(
            f"The word to ask about is {shown(word)}: give one of the text, or a token's position."
        )
    typed = checked(word, "word to ask about")
    if not typed:
        raise ExplainerError("The word to ask about is empty: give one of the text.")
    words = tagged_words(model, sentence)
    begins, ends = _bounds(sentence, words)
    place = one_place(sentence.text, begins, ends, typed, "The word")
    if place is None:
        names = listed([name[:LONGEST_WORD] for name in words.values()], MOST_NAMED)
        raise ExplainerError(
            f"The word {quote(typed)} is not in the text: give one of its words ({names})."
        )
    return begins[place[0]]


def tag_logits(model: Model, sentence: Sentence, positions: list[int]) -> Tensor:
    """The logits [position, tag] of the tokens at these positions, in float64."""
    with without_gradients():
        hidden = last_hidden(model.adapter, sentence, rows=positions)
        return model.adapter.logits(hidden[0], None).double()


def likeliest_word(model: Model, sentence: Sentence, tag: int | None) -> int:
    """The position of the word to ask about where nobody names one.

    It is the first word that the model gives this `tag` (for None any but the one for what is
    outside of all, O), else the word where such a tag is nearest to being given. Raises
    ExplainerError for a text without a word.
    """
    positions = list(tagged_words(model, sentence))
    if not positions:
        raise ExplainerError("The text has no word to tag: type a sentence.")
    logits = tag_logits(model, sentence, positions)
    outside = [n for n, name in enumerate(model.labels) if name.strip().casefold() == OUTSIDE]
    wanted = [n for n in range(len(model.labels)) if n not in outside] if tag is None else [tag]
    others = [n for n in range(len(model.labels)) if n not in wanted]
    if not wanted or not others:
        return positions[0]
    lead = logits[:, wanted].amax(-1) - logits[:, others].amax(-1)
    given = (lead > 0).nonzero()
    return positions[int(given[0] if len(given) else lead.argmax())]


def _at(sentence: Sentence, position: int) -> int:
    last = len(sentence.tokens) - 1
    if not 0 <= position <= last:
        raise ExplainerError(
            f"The word to ask about is at token {shown(position)}, but the text has the tokens 0 "
            f"to {last}: give one of them."
        )
    if sentence.special[position]:
        raise ExplainerError(
            f"Token {position} is {sentence.tokens[position]}, which is no word: give the position "
            "of a word."
        )
    return position


def _bounds(sentence: Sentence, words: dict[int, str]) -> tuple[dict[int, int], set[int]]:
    """The token of each character at which a word begins, and where words end."""
    begins = {sentence.spans[position][0]: position for position in words}
    return begins, {start + len(words[position]) for start, position in begins.items()}
