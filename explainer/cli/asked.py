"""What the command `explain` is asked about: words at masks, a class, a tag or an answer."""

from __future__ import annotations

import argparse
from typing import Any


def add_target(parser: argparse.ArgumentParser) -> None:
    """Add what is asked about to the options of a command."""
    group = parser.add_argument_group(
        "what is explained (default: the prediction, a word against its other number or the next)"
    )
    group.add_argument(
        "--correct",
        metavar="W",
        action="append",
        help="the word that counts, of any number of pieces (or id:N); of several masks, give one "
        "for each, in their order",
    )
    group.add_argument(
        "--wrong", metavar="W", action="append", help="the word that is set against it"
    )
    group.add_argument(
        "--mask",
        type=int,
        metavar="N",
        help="of several masks, the number of the only one that is asked about (the first is 1)",
    )
    group.add_argument("--label", metavar="L", help="the class or tag, by name or number")
    group.add_argument(
        "--other",
        metavar="L",
        help="one rival class, tag or answer (default: all other classes, the likeliest other tag, "
        "'no answer', or against that the best one)",
    )
    group.add_argument(
        "--word",
        metavar="W",
        help="of a model that tags words, the word that is asked about (default: the first one "
        "with a tag that is not O); one that the text has several times as 'the (4)', with its "
        "token",
    )
    group.add_argument(
        "--answer",
        metavar="A",
        help="of a model for question answering, the answer that is asked about, in the words of "
        "the passage, which is the --pair, or 'no answer' (default: the best one)",
    )


def take_words(options: argparse.Namespace) -> None:
    """Make one word of a list with one, and a tuple of one for each of several masks."""
    for name in ("correct", "wrong"):
        setattr(options, name, _words(getattr(options, name)))


def _words(given: list[str] | None) -> str | tuple[str, ...] | None:
    """One word, or one for each of several masks."""
    if given is None:
        return None
    return given[0] if len(given) == 1 else tuple(given)


def words_asked(options: argparse.Namespace) -> Any:
    """What is asked as far as it needs masks, one for each piece of a word."""
    from explainer.question.quantity import Contrast

    return Contrast(options.correct, options.wrong, mask=options.mask)
