"""Two texts: read together, such as a premise and what is to follow, or compared."""

from __future__ import annotations

from typing import Any

from explainer.base.errors import ExplainerError, TextMissingError
from explainer.base.quote import quote
from explainer.models.model import Model


def check_takes_pair(model: Model) -> None:
    """Refuse a second text where the model reads but one."""
    name = quote(model.info.name)
    if model.info.task == "masked-lm":
        raise ExplainerError(
            f"A second text was given, but {name} predicts the word at a mask: leave the second "
            "text out, or load a classifier."
        )
    if model.info.task == "tagging":
        raise ExplainerError(
            f"A second text was given, but {name} tags the words of one text: leave the second "
            "text out, or load a classifier."
        )
    if not takes_pair(model):
        # A reader has no answer in one text alone.
        alone = "" if model.info.task == "question-answering" else "leave the second text out, or "
        raise ExplainerError(
            f"A second text was given, but the tokenizer of {name} puts nothing between two texts: "
            f"{alone}load another model."
        )


def takes_pair(model: Model) -> bool:
    """Whether a model reads a second text with the first: a classifier may, a reader has to."""
    if model.info.task not in ("classification", "question-answering"):
        return False
    backend = model.tokenizer.backend_tokenizer
    both: int = backend.num_special_tokens_to_add(True)
    return both > backend.num_special_tokens_to_add(False)


def pair_left_out(model: Model) -> str:
    """What to say where a second text is there and the model reads one alone."""
    return (
        f"{model.info.name} reads one text: the second one is left out, and is there again with a "
        "model that reads two."
    )


FOLLOWS = ("entail", "contradict", "duplicate", "paraphrase", "equivalent")
"""How names of classes begin, or go on behind "not", that tell what one text is to another."""


def wants_pair(model: Model) -> bool:
    """Whether a second text is most of what a model is for, as far as its configuration tells.

    A sentence encoder and a reader have nothing to say of one text; a classifier judges two where
    its classes are called so, or where one number is all that it gives, as rerankers do.
    """
    if model.pooling is not None or model.info.task == "question-answering":
        return True
    if not takes_pair(model):
        return False
    names = [label.casefold().removeprefix("not").lstrip("_- ") for label in model.labels]
    return len(names) == 1 or any(name.startswith(FOLLOWS) for name in names)


def needed_other(model: Model, pair: str | None) -> str:
    """The second text, without which there is nothing to compare with."""
    if pair is None:
        asked = f"{quote(model.info.name)} compares two texts, and one was given:"
        raise TextMissingError(
            f"{asked} give the second text too (--pair, from Python pair=).",
            on_page=f"{asked} type the second text too.",
        )
    return pair


def comparison_notes(model: Model) -> tuple[str, ...]:
    """That a sentence encoder was made to compare by something else than the cosine."""
    compares = None if model.pooling is None else model.pooling.compares
    if compares is None:
        return ()
    said = (
        f"{quote(model.info.name)} is made to compare embeddings by {quote(compares)} "
        "(similarity_fn_name), and what is explained is their cosine, which leaves out how long "
        "they are."
    )
    return (said,)


def segments_of(model: Model, encoding: Any) -> tuple[int, ...]:
    """The segment of each token: the tokenizer's, where the library gives the model any.

    Raises ExplainerError where the tokenizer counts more segments than the model knows.
    """
    known = model.adapter.embedding.segments
    if known is None or "token_type_ids" not in model.tokenizer.model_input_names:
        return (0,) * len(encoding.ids)
    segments = tuple(encoding.type_ids)
    if max(segments, default=0) >= len(known):
        raise ExplainerError(
            f"The tokenizer of {quote(model.info.name)} tells {max(segments) + 1} segments apart, "
            f"but the model knows {len(known)}: give one text alone, or load another model."
        )
    return segments
