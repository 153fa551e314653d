"""The one exception for mistakes that a person can mend."""


class ExplainerError(ValueError):
    """What came, what was expected and what to do, in one sentence meant for the user."""
