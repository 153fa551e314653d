"""What a model can read of a text that is too long for it: its start, its end, or a window."""

from __future__ import annotations

from explainer.base.checks import one_of
from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.models.model import Model, given_model
from explainer.question.kept import KEPT, Kept
from explainer.question.pair import check_takes_pair
from explainer.question.sentence import (
    PLACES,
    check_readable,
    mask_spelling,
    with_mask_token,
    without_space,
    word_spans,
)
from explainer.question.vocabulary import vocabulary_of
from explainer.question.words import by_word


def shorten(model: Model, text: str, keep: Kept = "start", *, pair: str | None = None) -> str:
    """As many whole words of `text` as the model reads: from its "start" or up to its "end".

    A "window" has as many on either side of the mask, where the text has them. With `pair` there is
    room for that too, which stays whole. A text that is short enough comes back as it is. Raises
    ExplainerError where nothing is left, or not the mask.
    """
    one_of("part to keep", keep, KEPT)
    check_readable(text)
    room = _room(given_model(model), pair)
    spans = word_spans(model, text)
    sizes = _sizes(model, text)
    # Counted as they are read: spaces may be tokens too, which are of no word.
    if _tokens(model, text) <= room:
        return text
    masks = [
        number
        for number, (start, end) in enumerate(spans)
        if mask_spelling(model).fullmatch(text[start:end])
    ]
    first, last = _span(keep, sizes, masks, room)
    # Words are split otherwise where others stood before them: what does not fit is left out.
    while first < last and _tokens(model, text[spans[first][0] : spans[last - 1][1]]) > room:
        if keep == "end" or (keep == "window" and masks[0] - first > last - 1 - masks[-1]):
            first += 1
        else:
            last -= 1
    if model.info.task == "masked-lm" and not all(first <= mask < last for mask in masks):
        raise ExplainerError(_not_kept(keep, len(masks)))
    if first >= last:
        raise ExplainerError(
            f"The model reads {room:,} tokens of this text, which is less than one word of it: "
            "give another text."
        )
    return text[spans[first][0] : spans[last - 1][1]]


def offers(model: Model, text: str, pair: str | None = None) -> tuple[Kept, ...]:
    """The parts of a text that could be kept, the likeliest first."""
    found = []
    for keep in ("window", "start", "end") if model.info.task == "masked-lm" else KEPT[:2]:
        try:
            shorten(model, text, keep, pair=pair)
        except ExplainerError:
            continue
        found.append(keep)
    return tuple(found)


def _room(model: Model, pair: str | None) -> int:
    """How many tokens the text may have."""
    if pair is not None:
        check_takes_pair(model)
        check_readable(pair, PLACES[1])
    backend = vocabulary_of(model).backend
    added = backend.num_special_tokens_to_add(pair is not None)
    taken = 0 if pair is None else _tokens(model, pair)
    room: int = model.max_tokens - added - taken
    if room < 1:
        raise ExplainerError(
            f"The second text is {taken:,} tokens long, and {quote(model.info.name)} reads "
            f"{model.max_tokens:,} of both: shorten the second one first."
        )
    return room


def _tokens(model: Model, text: str) -> int:
    backend = vocabulary_of(model).backend
    return len(backend.encode(with_mask_token(model, text), add_special_tokens=False).ids)


def _sizes(model: Model, text: str) -> list[int]:
    """How many tokens each word of the whole text has."""
    normal = with_mask_token(model, text)
    encoding = vocabulary_of(model).backend.encode(normal, add_special_tokens=False)
    tokens = [without_space(normal, span) for span in encoding.offsets]
    return [len(places) for places in by_word(word_spans(model, normal), tokens)]


def _span(keep: Kept, sizes: list[int], masks: list[int], room: int) -> tuple[int, int]:
    """Which words to keep, from the first to before the last, of so many tokens each."""
    if keep == "window":
        if not masks:
            raise ExplainerError(
                "A window is kept around the mask, and the text has none: keep its start or its "
                "end."
            )
        return _around(sizes, masks[0], masks[-1], room)
    order = range(len(sizes)) if keep == "start" else range(len(sizes) - 1, -1, -1)
    fitting = 0
    for number in order:
        room -= sizes[number]
        if room < 0:
            break
        fitting += 1
    return (0, fitting) if keep == "start" else (len(sizes) - fitting, len(sizes))


def _not_kept(keep: Kept, masks: int) -> str:
    """Why so many masks of a text cannot be kept."""
    if masks == 1:
        return (
            f"The mask is not in the part of the text that would be kept (its {keep}): keep a "
            "window, which is around it."
        )
    mend = "keep a window, which is around them" if keep != "window" else "bring them nearer"
    return (
        f"Not all of the {masks} masks are in the part of the text that would be kept (its "
        f"{keep}): {mend}."
    )


def _around(sizes: list[int], start: int, stop: int, room: int) -> tuple[int, int]:
    """The widest span around two words and all between them that has room, with as many words on
    either side; empty where these have none."""
    first, last = start, stop + 1
    room -= sum(sizes[first:last])
    if room < 0:
        return start, start
    left, right = True, True
    while left or right:
        left = left and first > 0 and sizes[first - 1] <= room
        if left:
            first -= 1
            room -= sizes[first]
        right = right and last < len(sizes) and sizes[last] <= room
        if right:
            room -= sizes[last]
            last += 1
    return first, last
