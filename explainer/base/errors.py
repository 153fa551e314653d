"""The exception for mistakes that a person can mend."""


class ExplainerError(ValueError):
    """What came, what was expected and what to do, in one sentence meant for the user."""


class TooLongError(ExplainerError):
    """A text has more tokens than the model reads; `shorten` makes one of it that it reads."""


class HeadlessError(ExplainerError):
    """A model has no head to ask, and would be a sentence encoder with a pooling."""


class UnlikeWordsError(ExplainerError):
    """Two words to contrast have different numbers of pieces; `explain_words` asks for each."""
