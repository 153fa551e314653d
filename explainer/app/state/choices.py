"""Everything that a person can choose on the explore page, and its spelling in a link."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, cast, get_args

from explainer.app.state.masks import count_masks
from explainer.app.state.place import written_place
from explainer.app.state.values import between, one_of, place, position, share, whole, yes_no
from explainer.base.errors import ExplainerError
from explainer.base.quote import quote
from explainer.figures import LEVELS, OVERLAYS, Overlay
from explainer.intervention.filling import REPLACEMENTS, Replacement
from explainer.results.beside.word_scores import OWN, SCORED
from explainer.results.route import Edge, Level, Node, Place
from explainer.results.settings import (
    BASELINES,
    MAX_BEAM,
    MAX_POINTS,
    MAX_TOP_K,
    RULES,
    SEARCHES,
    Baseline,
    Rule,
    Search,
    Settings,
)

LONGEST_IN_LINK = 2000
"""Characters of text that a link carries: browsers and servers cut longer ones."""
LEFT_OUT = "left_out"
"""The link's parameter that says that a text was too long for it."""
TOO_LONG = (
    f"A text of more than {LONGEST_IN_LINK:,} characters is not in the address: a link, or this "
    "page loaded again, begins with an example in its place. Keep the text."
)
WAS_LEFT_OUT = (
    f"The link does not have its text, which is longer than {LONGEST_IN_LINK:,} characters: paste "
    "it. What is shown until then is an example."
)
ALONE = {name + side for name in ("model", "text", "pair") for side in ("", "2")}
"""What a link of texts alone names."""
ALIKE = 0.6

OF_TEXT = {
    *("text", "pair", "correct", "wrong", "label", "other", "tagged", "answer", "mask"),
    *("word", "at", "what", "own", "by_word", "between"),
}
"""What is of one text, and of no other."""

By = Literal["none", "matrix", "links"]
BYS: tuple[By, ...] = get_args(By)
"""How two texts are looked at word by word: not at all, which takes no time, as a matrix, or as
links between them."""

What = Literal["none", "component", "step", "keep", "remove"]
WHATS: tuple[What, ...] = get_args(What)
"""What-ifs: the model as it is, without a head or skip everywhere, without one step of a pattern,
with only the drawn patterns, or without them."""


FAIREST = REPLACEMENTS[0]
"""What stands in for what is cut where nobody asks otherwise."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The page's state; `share` is the minimum share in per cent, `word` a token's position.

    `merge` makes one row of a word's pieces, `special` shows [CLS], [SEP] and [MASK] among the
    words, `all_words` follows all of them and not only the strongest, `scores` is the method
    (`WORD_METHODS`) whose scores the bars and tints are; `pair` is a second text, for a classifier.
    `tagged` is the word whose tag is asked about, for a tagger, `answer` what a reader finds in the
    passage. Of several masks `mask` is the number of the only one that is asked about, and where
    all are, `correct` and `wrong` are a word for each (`state.masks`). `by_word` is how a sentence
    encoder's two texts are looked at word by word, `between` a token of each, whose ways are shown.
    None means the model's own choice for these and for `correct`, `wrong`, `label` and `other`, and
    nothing selected for `word`, `at` (a node or a step) and `between`; for `points` it is the
    rule's usual number. The search is the one that finds more, not the paper's.
    """

    model: str = "agreement"
    text: str = "the farmers that the assistant loves [MASK] old ."
    pair: str | None = None
    correct: str | None = "are"
    wrong: str | None = "is"
    label: str | None = None
    other: str | None = None
    tagged: str | None = None
    answer: str | None = None
    mask: int | None = None
    level: Level = "attention"
    overlay: Overlay = "none"
    share: int = 5
    word: int | None = None
    at: Place | None = None
    what: What = "none"
    replacement: Replacement = "zero"
    own: str | None = None
    merge: bool = False
    special: bool = True
    points: int | None = None
    rule: Rule = Settings.rule
    tolerance: float = Settings.tolerance
    baseline: Baseline = Settings.baseline
    keep_special: bool = Settings.keep_special
    top_k: int = Settings.top_k
    search: Search = "joint"
    beam: int = Settings.beam
    all_words: bool = False
    scores: str = OWN
    by_word: By = "none"
    between: tuple[int, int] | None = None

    @property
    def settings(self) -> Settings:
        """The settings of the computation; raises ExplainerError where they do not go together."""
        return Settings(
            points=cast(int, self.points),
            rule=self.rule,
            tolerance=self.tolerance,
            baseline=self.baseline,
            keep_special=self.keep_special,
            top_k=self.top_k,
            search=self.search,
            beam=self.beam,
        )

    def to_query(self) -> dict[str, str]:
        """What differs from the defaults, as the parameters of a link; empty for None."""
        query = {}
        # A link that does not name them leaves words at several masks to the model.
        named = ("correct", "wrong") if count_masks(self.text) > 1 else ()
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default or field.name in named:
                query[field.name] = written(value)
        if not self.fits_link:  # what is asked of the text would be asked of another one
            query = {name: query[name] for name in query.keys() - OF_TEXT} | {LEFT_OUT: "yes"}
        if (
            "text" in query
            and query.keys() <= ALONE
            and Choices().with_text(self.text).wrong is None
        ):
            # A link of the text alone would leave them to the model.
            query |= {name: written(getattr(self, name)) for name in ("correct", "wrong")}
        # A page without a link begins with words and the fairest cuts, one with a link that does
        # not say so with tokens and zeros.
        begins = {"merge": "yes", "replacement": FAIREST}
        return {} if query == begins else query or {"merge": "no"}

    @property
    def fits_link(self) -> bool:
        """Whether a link can carry the text, or both."""
        return max(len(self.text), len(self.pair or "")) <= LONGEST_IN_LINK

    def with_text(self, text: str, stay: Collection[str] = ()) -> Choices:
        """These choices for another text; words to contrast that do not `stay` by their name
        (`correct`, `wrong`) are kept only where the two texts are alike, with as many masks."""
        moved = replace(self.unselected, text=text)
        masks = count_masks(text) == count_masks(self.text)
        if masks and alike(self.text, text):
            return moved
        gone: dict[str, Any] = {n: None for n in ("correct", "wrong") if n not in stay}
        return replace(moved, mask=moved.mask if masks else None, **gone)

    @property
    def unselected(self) -> Choices:
        """These choices with no word, node or step selected, and no pair of words."""
        return replace(self, word=None, at=None, own=None, between=None)


def from_query(
    query: Mapping[str, str], whole: Mapping[str, str] | None = None
) -> tuple[Choices, tuple[str, ...]]:
    """The choices that a link asks for, and one note for each value that could not be used.

    A link of texts alone asks what is asked of them when they are typed; `whole` is the link where
    `query` is a part of it. One with more in it, as the app's own have, means the usual words where
    it names no others.
    """
    found, notes = read_fields(Choices, READERS, query)
    if LEFT_OUT in (query if whole is None else whole):
        notes.append(WAS_LEFT_OUT)
    choices = Choices(**found)
    if "text" in found and (query if whole is None else whole).keys() <= ALONE:
        usual = Choices().with_text(choices.text)
        choices = replace(choices, correct=usual.correct, wrong=usual.wrong)
    if count_masks(choices.text) > 1:  # the usual words are of one mask
        open_words: dict[str, Any] = dict.fromkeys({"correct", "wrong"} - found.keys())
        choices = replace(choices, **open_words)
    try:
        _ = choices.settings
    except ExplainerError as error:
        plain = Settings()
        notes.append(f"{error.on_page} The defaults are used instead: {plain.sampling}.")
        choices = replace(choices, points=None, rule=plain.rule, tolerance=plain.tolerance)
    if choices.mask is not None and choices.mask > count_masks(choices.text):
        notes.append(impossible("mask", written(choices.mask), None))
        choices = replace(choices, mask=None)
    return choices, tuple(notes)


def read_fields(
    kind: type, readers: Mapping[str, Callable[[str], Any]], query: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """What a link asks for of a dataclass's fields, and a note for each impossible value."""
    found: dict[str, Any] = {}
    notes = []
    for field in fields(kind):
        if field.name not in query:
            continue
        try:
            found[field.name] = readers[field.name](query[field.name])
        except ValueError:
            notes.append(impossible(field.name, query[field.name], field.default))
    return found, notes


def impossible(name: str, value: str, instead: Any) -> str:
    """The note about a link's parameter that has no such value, for which another one stands."""
    return (
        f"The link asks for {name} {quote(value)}, which is not possible: "
        f"{written(instead) or 'none'} is used instead."
    )


def alike(one: str, other: str) -> bool:
    """Whether two texts share most of their words, as the two of a minimal pair do."""
    first, second = Counter(one.split()), Counter(other.split())
    # Whatever their order: to compare that too takes minutes for texts of thousands of words.
    return 2 * (first & second).total() >= ALIKE * (first.total() + second.total())


def written(value: Any) -> str:
    """A choice as a link spells it; empty for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Node | Edge):
        return written_place(value)
    if isinstance(value, tuple):
        return "-".join(map(str, value))
    if isinstance(value, float):
        return f"{value:.9f}".rstrip("0").rstrip(".")
    return str(value)


def _plain(value: str) -> str:
    return value


def _optional(value: str) -> str | None:
    return value or None


READERS: dict[str, Callable[[str], Any]] = {
    "model": str.strip,
    "text": _plain,
    "pair": _optional,
    "correct": _optional,
    "wrong": _optional,
    "label": _optional,
    "other": _optional,
    "tagged": _optional,
    "answer": _optional,
    "mask": lambda value: whole(1, 10**6)(value) if value else None,
    "level": one_of(LEVELS),
    "overlay": one_of(OVERLAYS),
    "share": whole(0, 50),
    "word": position,
    "at": place,
    "what": one_of(WHATS),
    "replacement": one_of(REPLACEMENTS),
    "own": _optional,
    "merge": yes_no,
    "special": yes_no,
    "points": whole(1, MAX_POINTS),
    "rule": one_of(RULES),
    "tolerance": share,
    "baseline": one_of(BASELINES),
    "keep_special": yes_no,
    "top_k": whole(1, MAX_TOP_K),
    "search": one_of(SEARCHES),
    "beam": whole(1, MAX_BEAM),
    "all_words": yes_no,
    "scores": one_of(tuple(SCORED)),
    "by_word": one_of(BYS),
    "between": between,
}
