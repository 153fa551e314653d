"""Word pieces as people read them, whatever the tokenizer: `##` marks one that goes on a word.

WordPiece (BERT) writes pieces so itself; byte-level BPE (RoBERTa) marks the first piece of a word
by the space before it instead, and spells other characters than ASCII in bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tokenizers.decoders import ByteLevel

CONTINUES = "##"
SPACE = "\N{OPEN BOX}"
BROKEN = "\N{REPLACEMENT CHARACTER}"


def is_byte_level(backend: Any) -> bool:
    """Whether a tokenizer's pieces are byte-level."""
    return isinstance(backend.decoder, ByteLevel)


def written(backend: Any, tokens: Sequence[str], words: Sequence[int | None]) -> tuple[str, ...]:
    """The pieces of a text; `words` numbers the word of each (None for special tokens)."""
    if not is_byte_level(backend):
        return tuple(tokens)
    return tuple(
        token
        if word is None or _is_added(backend, token)
        else (CONTINUES if at and words[at - 1] == word else "") + _decoded(backend, token)
        for at, (token, word) in enumerate(zip(tokens, words, strict=True))
    )


def written_alone(backend: Any, token: str) -> str:
    """A piece out of context: one that starts with a letter and no space goes on a word."""
    if not is_byte_level(backend) or _is_added(backend, token):
        return token
    text: str = backend.decoder.decode([token])
    return CONTINUES + text if text[:1].isalnum() else _decoded(backend, token)


def encoded(backend: Any, word: str) -> tuple[list[int], list[str]]:
    """Ids and pieces of a word that stands by itself, or of one piece as `written_alone` has it."""
    if is_byte_level(backend):
        going_on = word.removeprefix(CONTINUES)
        if going_on != word or not word[:1].isalnum():
            alone = backend.encode(going_on, add_special_tokens=False)
            if len(alone.ids) == 1:
                return alone.ids, alone.tokens
        word = f" {word}"
    encoding = backend.encode(word, add_special_tokens=False)
    return encoding.ids, [_decoded(backend, token) for token in encoding.tokens]


def _is_added(backend: Any, token: str) -> bool:
    return any(token == added.content for added in backend.get_added_tokens_decoder().values())


def _decoded(backend: Any, token: str) -> str:
    """The characters of a byte-level piece, without the space that starts a word."""
    if not is_byte_level(backend):
        return token
    text: str = backend.decoder.decode([token]).strip() or SPACE
    # Half a character can only be told from another in bytes.
    return text if text.isprintable() and BROKEN not in text else token
