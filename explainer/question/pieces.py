"""Word pieces as people read them, whatever the tokenizer: `##` marks one that goes on a word.

WordPiece (BERT) writes pieces so itself. Byte-level BPE (RoBERTa) and SentencePiece mark the first
piece of a word by the space before it instead, other BPE the last one by `</w>`; and two of them
spell characters in bytes, so that one character may be in several pieces.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from tokenizers.pre_tokenizers import ByteLevel

CONTINUES = "##"
SPACE = "\N{OPEN BOX}"
"""A piece that is white space, or the space that a piece begins with."""
REST = "\N{MIDLINE HORIZONTAL ELLIPSIS}"
"""A piece that holds only the rest of a character which the piece before it has begun."""
LONGEST = 100
"""Characters of one piece that are shown."""
WHITE = re.compile(r"[^\S\x85]")
WHITE_END = re.compile(r"(?<=\S)[^\S\x85]+$")
"""Behind something: a token that is nothing but white space may begin a word."""
SPELLED_BYTE = re.compile(r"<0x([0-9A-F]{2})>")


@dataclass(frozen=True)
class Scheme:
    """How a vocabulary spells its pieces.

    `prefix` marks a piece that goes on a word, `suffix` one that ends it, `space` stands for the
    space before a word; each is empty where the tokenizer has no such mark. `added` are the tokens
    beside the vocabulary proper, which are spelled as they are.
    """

    byte_level: bool
    byte_fallback: bool
    prefix: str
    suffix: str
    space: str
    added: frozenset[str]

    @property
    def spaced(self) -> bool:
        """Whether the space before a word is part of its first piece."""
        return bool(self.space) and not self.suffix

    def written(self, tokens: Sequence[str], words: Sequence[int | None]) -> tuple[str, ...]:
        """The pieces of a text; `words` numbers the word of each (None for special tokens).

        A character that several pieces hold is shown by the first of them.
        """
        shown = list(tokens)
        for start, end in _runs(words):
            if words[start] is None:
                continue
            begun = _begun([self._held(token) for token in tokens[start:end]])
            for at, text in zip(range(start, end), begun, strict=True):
                goes_on = CONTINUES if at > start else ""
                shown[at] = goes_on + (REST if text is None else _escaped(text))
        return tuple(shown)

    def alone(self, token: str) -> str:
        """A piece out of context, with `##` where it goes on a word or, at its end, is gone on.

        Where words begin with a space, a mark such as `.` without one is shown as it is.
        """
        if token in self.added:
            return token
        held = self._held(token)
        text = _escaped(_decoded(held))
        if self.prefix:
            return text if held == self._bytes(token) else CONTINUES + text
        if self.suffix and not token.endswith(self.suffix):
            return text + CONTINUES
        if self.spaced and text[:1].isalnum() and not _decoded(held)[:1].isspace():
            return CONTINUES + text
        return text

    def marked(self, token: str) -> str:
        """`alone` for a vocabulary of spaced words, with what the piece begins with made plain."""
        if not self.spaced or token in self.added:
            return self.alone(token)
        held = _decoded(self._held(token))
        text = _escaped(held)
        if not held[:1].isspace():
            return CONTINUES + text
        return text if text == SPACE else SPACE + text

    def named(self, written: str) -> Iterator[str]:
        """The vocabulary's spellings of all pieces that `alone` or `marked` may write so."""
        bare = written.removeprefix(CONTINUES)
        if self.prefix:
            yield self.prefix + bare if bare != written else written
        elif self.suffix:
            before = written.removesuffix(CONTINUES)
            yield self._spelled(before) + ("" if before != written else self.suffix)
        elif self.spaced:
            yield self._spelled(" " + written.removeprefix(SPACE))
            yield self._spelled(bare)
        yield written

    def is_raw(self, written: str) -> bool:
        """Whether a piece has the vocabulary's own mark, such as `▁the` or `the</w>`."""
        if self.spaced:
            return written.startswith(self._spelled(" "))
        return bool(self.suffix) and written.endswith(self.suffix)

    def text(self, token: str) -> str:
        """The characters that a piece holds, without marks and the space around them."""
        return token if token in self.added else _decoded(self._held(token)).strip()

    def _held(self, token: str) -> bytes:
        """The bytes that a piece stands for."""
        if token in self.added:
            return token.encode()
        bare = token.removeprefix(self.prefix).removesuffix(self.suffix)
        return self._bytes(bare or token)

    def _bytes(self, token: str) -> bytes:
        if self.byte_level:
            known = _byte_of()
            return b"".join(
                bytes((known[c],)) if c in known else c.encode(errors="replace") for c in token
            )
        if self.byte_fallback and (found := SPELLED_BYTE.fullmatch(token)):
            return bytes((int(found[1], 16),))
        return (token.replace(self.space, " ") if self.space else token).encode(errors="replace")

    def _spelled(self, text: str) -> str:
        """The inverse of `_bytes`."""
        if self.byte_level:
            spelling = {byte: character for character, byte in _byte_of().items()}
            return "".join(spelling[byte] for byte in text.encode(errors="replace"))
        return text.replace(" ", self.space) if self.space else text


def scheme_of(backend: Any) -> Scheme:
    """The scheme of a tokenizer (of the `tokenizers` library)."""
    parts = [
        json.loads(part.__getstate__())
        for part in (backend.pre_tokenizer, backend.decoder)
        if part is not None
    ]
    nodes = list(_nodes(parts))
    byte_level = any(node.get("type") == "ByteLevel" for node in nodes)
    return Scheme(
        byte_level=byte_level,
        byte_fallback=bool(getattr(backend.model, "byte_fallback", False)),
        prefix=getattr(backend.model, "continuing_subword_prefix", None) or "",
        suffix=getattr(backend.model, "end_of_word_suffix", None) or "",
        space=next(filter(None, map(_space, nodes)), " " if byte_level else ""),
        added=frozenset(token.content for token in backend.get_added_tokens_decoder().values()),
    )


def words_of(
    text: str, numbers: Sequence[int | None], spans: Sequence[tuple[int, int]]
) -> tuple[int | None, ...]:
    """The word of each token, counted from 0, from the tokenizer's numbers of them.

    Some tokenizers take a whole text for one word: white space before a token begins another.
    """
    words: list[int | None] = []
    count = -1
    before: int | None = None
    end = 0
    for number, (start, stop) in zip(numbers, spans, strict=True):
        if number is not None:
            ended = WHITE.search(text[end:start]) or WHITE.match(text[start:stop])
            count += number != before or bool(ended)
        words.append(None if number is None else count)
        # White space at a token's end belongs to the gap before the next one.
        before, end = number, start + len(WHITE_END.sub("", text[start:stop]))
    return tuple(words)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a JSON value."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item)


def _space(node: dict[str, Any]) -> str:
    """What a part of a tokenizer writes for a space, if it says so."""
    if node.get("type") == "Metaspace":
        return str(node["replacement"])
    if node.get("type") == "Replace" and node.get("content") == " ":
        return str(node["pattern"].get("String", ""))  # a decoder's way back
    return ""


def _runs(words: Sequence[int | None]) -> Iterator[tuple[int, int]]:
    """Where each word's tokens begin and end; a token of no word is by itself."""
    start = 0
    for at in range(1, len(words) + 1):
        if at == len(words) or words[at] is None or words[at] != words[start]:
            yield start, at
            start = at


def _begun(pieces: Sequence[bytes]) -> list[str | None]:
    """The characters that begin in each of a word's pieces; None for a piece with none."""
    whole = b"".join(pieces)
    begun: list[str | None] = []
    end = 0
    for piece in pieces:
        start, end = end, end + len(piece)
        first, last = _next_character(whole, start), _next_character(whole, end)
        begun.append(_decoded(whole[first:last]) if first < last or not piece else None)
    return begun


def _next_character(text: bytes, at: int) -> int:
    """The first byte at `at` or after it that begins a character."""
    while at < len(text) and text[at] & 0b1100_0000 == 0b1000_0000:
        at += 1
    return at


def _decoded(held: bytes) -> str:
    """Bytes as text; those that are no whole character as Python writes them."""
    return held.decode(errors="backslashreplace")


def _escaped(text: str) -> str:
    """The text without the space around it, cut, without control characters, and never a mark."""
    bare = text.strip()
    if bare in (SPACE, REST):
        return f"\\u{ord(bare):04x}"
    shown = "".join(
        f"\\x{ord(c):02x}" if unicodedata.category(c) == "Cc" else c for c in bare[:LONGEST]
    )
    return (shown if len(bare) <= LONGEST else shown + "…") or SPACE


@cache
def _byte_of() -> dict[str, int]:
    """The byte that each character of byte-level pieces stands for.

    Latin-1's printable characters stand for themselves, those beyond for the other bytes in order.
    """
    alphabet = set(ByteLevel.alphabet())
    others = sorted(c for c in alphabet if ord(c) > 255)
    rest = (byte for byte in range(256) if chr(byte) not in alphabet)
    own = {chr(byte): byte for byte in range(256) if chr(byte) in alphabet}
    return own | dict(zip(others, rest, strict=True))
