"""What generated cases ask with: texts, and a few arguments of which any may be wrong."""

from hypothesis import strategies as st

from explainer import (
    Settings,
)
from tests.damage import ANYTHING


class Quiet:
    """A fixture's value in `it`; hypothesis would write all of a model's weights."""

    def __init__(self, it):
        self.it = it

    def __repr__(self):
        return type(self.it).__name__


TEXT = "the farmers [MASK] old ."
TWO = "the [MASK] are [MASK] ."
"""With two masks."""
FEW = Settings(points=2)


def arguments(likely: dict[str, st.SearchStrategy]) -> st.SearchStrategy:
    """A few arguments by name: each is likely right, or anything."""
    pairs = [st.tuples(st.just(name), right | ANYTHING) for name, right in likely.items()]
    return st.lists(st.one_of(pairs), max_size=3).map(dict)


ONE = st.sampled_from(["are", "is", "is are", "are old", "unhappiest", None])
WORDS = ONE | st.tuples(ONE, ONE)
"""A word, or one for each of two masks."""
