"""The exception for mistakes that a person can mend."""

from __future__ import annotations

from typing import Any


class ExplainerError(ValueError):
    """What came, what was expected and what to do, in one sentence meant for the user.

    `on_page` is that sentence for a page, where the usual one names arguments of Python and options
    of the command line.
    """

    def __init__(self, said: str = "", on_page: str | None = None) -> None:
        super().__init__(said)
        self.on_page = said if on_page is None else on_page

    def __reduce__(self) -> tuple[Any, ...]:
        # As it is: those below make their sentence of what came, and would make it twice.
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[ExplainerError], args: tuple[Any, ...], known: Any) -> ExplainerError:
    """An error that was raised in another process."""
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(known)
    return error


class TooLongError(ExplainerError):
    """A text has more tokens than the model reads; `shorten` makes one of it that it reads."""


class TextMissingError(ExplainerError):
    """A model reads two texts, and the second one is still to be given."""


class HeadlessError(ExplainerError):
    """A model has no head to ask, or no pooling of its own: with one it is a sentence encoder."""


class UnlikeWordsError(ExplainerError):
    """Two words to contrast have different numbers of pieces, as `came` says; `explain_words` asks
    for each.

    `in_one` is the sentence where one text has to do for both.
    """

    def __init__(self, came: str) -> None:
        self.in_one = f"{came}: choose words of as many pieces."
        super().__init__(
            f"{came}: choose words of as many pieces, or ask for each in a sentence of its own "
            "(explain_words in Python, explain on the command line).",
            on_page=f"{came}: choose words of as many pieces, or ask on the Explore page, which "
            "gives each a sentence of its own.",
        )
