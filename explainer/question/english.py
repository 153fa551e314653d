"""Forms of English words: number, person, gender and opposites, as far as lists and endings go."""

from __future__ import annotations

from collections.abc import Iterator

FORMS: tuple[tuple[str, ...], ...] = (
    *(("am", "is", "are"), ("was", "were"), ("has", "have"), ("does", "do")),
    *(("he", "she", "it", "they"), ("him", "her", "it", "them"), ("his", "her", "its", "their")),
    *(("i", "we"), ("me", "us"), ("my", "our"), ("hers", "theirs"), ("mine", "ours")),
    *(("himself", "herself", "itself", "themselves"), ("myself", "ourselves")),
    *(("yourself", "yourselves"), ("this", "these"), ("that", "those")),
    *(("man", "men"), ("woman", "women"), ("child", "children"), ("person", "people")),
    *(("foot", "feet"), ("tooth", "teeth"), ("mouse", "mice"), ("goose", "geese")),
    *(("life", "lives"), ("wife", "wives"), ("knife", "knives"), ("leaf", "leaves")),
    *(("half", "halves"), ("wolf", "wolves"), ("shelf", "shelves"), ("thief", "thieves")),
)
"""Words that are forms of one another, but for those with a regular ending."""
GENDERS = (
    *(("he", "she"), ("his", "her"), ("him", "her"), ("himself", "herself"), ("man", "woman")),
    *(("men", "women"), ("boy", "girl"), ("boys", "girls"), ("father", "mother")),
    *(("son", "daughter"), ("brother", "sister"), ("husband", "wife"), ("king", "queen")),
    *(("actor", "actress"), ("uncle", "aunt"), ("gentleman", "lady"), ("waiter", "waitress")),
)
OPPOSITES = (
    *(("good", "bad"), ("great", "terrible"), ("best", "worst"), ("better", "worse")),
    *(("love", "hate"), ("loved", "hated"), ("loves", "hates"), ("like", "dislike")),
    *(("wonderful", "awful"), ("excellent", "poor"), ("perfect", "horrible")),
    *(("amazing", "disappointing"), ("funny", "dull"), ("exciting", "boring")),
    *(("interesting", "tedious"), ("beautiful", "ugly"), ("brilliant", "stupid")),
    *(("clever", "silly"), ("fresh", "stale"), ("fun", "tiresome"), ("happy", "sad")),
    *(("charming", "annoying"), ("enjoyable", "unpleasant"), ("success", "failure")),
    *(("always", "never"), ("strong", "weak"), ("warm", "cold"), ("moving", "flat")),
    *(("superb", "dreadful"), ("masterpiece", "disaster"), ("smart", "dumb")),
    *(("entertaining", "boring"), ("right", "wrong"), ("more", "less"), ("nice", "nasty")),
)
"""Words that a sentence can exchange, so that it says the opposite; of several the first."""
OPENERS = frozenset(
    {"the", "my", "your", "his", "her", "its", "our", "their", "some", "no", "any", "whose"}
)
"""What stands before a noun whatever its number."""
NO_FORMS = frozenset({"news", "goods", "yes"})
"""What looks like another word with an ending."""
SIBILANTS = ("s", "x", "z", "ch", "sh", "o")


def irregular(word: str) -> Iterator[str]:
    """The other forms of a word that has such, written with a capital where it is."""
    plain = word.lower()
    for forms in FORMS:
        if plain in forms:
            yield from (as_written(word, form) for form in forms if form != plain)


def regular(word: str) -> Iterator[str]:
    """What a word would be in the other number by the rules of English spelling."""
    plain = word.lower()
    if not plain.isalpha() or len(plain) < 2 or plain in NO_FORMS:
        return
    bases = (plain[:-3] + "y", plain[:-2], plain[:-1])
    forms = (_with_s(plain), *(b for b in bases if len(b) > 1 and _with_s(b) == plain))
    yield from (as_written(word, form) for form in forms if form not in NO_FORMS)


def exchanged(word: str, pairs: tuple[tuple[str, str], ...]) -> str | None:
    """The other word of the first of some pairs that has this one."""
    plain = word.lower()
    for one, other in pairs:
        if plain in (one, other):
            return as_written(word, other if plain == one else one)
    return None


def _with_s(plain: str) -> str:
    if plain.endswith("y") and plain[-2] not in "aeiou":
        return plain[:-1] + "ies"
    return plain + ("es" if plain.endswith(SIBILANTS) else "s")


def as_written(word: str, form: str) -> str:
    """A form with a capital where the word has one."""
    if len(word) > 1 and word.isupper():
        return form.upper()
    return form[:1].upper() + form[1:] if word[:1].isupper() else form
