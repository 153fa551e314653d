"""Tokenizers of every kind, trained on a few sentences, and tiny random models for them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from tokenizers import (
    AddedToken,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

from explainer.models.model import Model
from explainer.models.registry import load_model
from tests.fixtures import byte_level_tokenizer

TEXTS = [
    "The farmers that the assistant loves are old .",
    "the farmer is good, and he is not bad.",
    "They are old and they love café food",
    "a zebra is unhappy",
] * 9
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


def _saved(backend: Tokenizer, mask: str, lstrip: bool) -> PreTrainedTokenizerFast:
    """The tokenizer with [CLS] and [SEP] around a text, and `mask` as its mask."""
    ends = [(token, backend.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=ends
    )
    names = ("pad", "unk", "cls", "sep")
    tokens = {f"{name}_token": token for name, token in zip(names, SPECIAL, strict=True)}
    mask_token = AddedToken(mask, lstrip=lstrip)
    return PreTrainedTokenizerFast(tokenizer_object=backend, mask_token=mask_token, **tokens)


def _specials(mask: str, lstrip: bool) -> list[str | AddedToken]:
    return [*SPECIAL, AddedToken(mask, lstrip=lstrip, special=True)]


def unigram(*, split: bool = True) -> PreTrainedTokenizerFast:
    """SentencePiece's Unigram, as XLM-R has it; without `split` a whole text is one word."""
    backend = Tokenizer(models.Unigram())
    backend.normalizer = normalizers.NFKC()
    backend.pre_tokenizer = pre_tokenizers.Metaspace(split=split)
    backend.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=120,
        special_tokens=_specials("<mask>", True),
        unk_token="[UNK]",
        show_progress=False,
    )
    # Trained with split words, so that no piece holds a space inside.
    trained = Tokenizer(models.Unigram())
    trained.normalizer, trained.pre_tokenizer = backend.normalizer, pre_tokenizers.Metaspace()
    trained.train_from_iterator(TEXTS, trainer)
    backend.model = trained.model
    backend.add_special_tokens(_specials("<mask>", True))
    return _saved(backend, "<mask>", True)


def byte_fallback() -> PreTrainedTokenizerFast:
    """SentencePiece's BPE with pieces such as `<0xF0>` for bytes."""
    spelled = [f"<0x{byte:02X}>" for byte in range(256)]
    words = ["▁the", "▁are", "▁is", "the", "▁old", "."]
    letters = sorted({*"▁abcdefghijklmnopqrstuvwxyz."})
    merges: list[tuple[str, str]] = []
    for word in words:
        so_far = word[0]
        for letter in word[1:]:
            if (so_far, letter) not in merges:
                merges.append((so_far, letter))
            so_far += letter
    made = [one + other for one, other in merges]
    every = dict.fromkeys([*SPECIAL, "<mask>", *spelled, *letters, *made])
    model = models.BPE(
        vocab={token: number for number, token in enumerate(every)},
        merges=merges,
        byte_fallback=True,
        unk_token="[UNK]",
    )
    backend = Tokenizer(model)
    backend.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    backend.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback()])
    backend.add_special_tokens(_specials("<mask>", True))
    return _saved(backend, "<mask>", True)


def end_of_word() -> PreTrainedTokenizerFast:
    """BPE that marks the last piece of a word by `</w>`, in lower case, with a mask of its own."""
    backend = Tokenizer(models.BPE(unk_token="[UNK]", end_of_word_suffix="</w>"))
    backend.normalizer = normalizers.Lowercase()
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.BPEDecoder()
    trainer = trainers.BpeTrainer(
        vocab_size=160,
        special_tokens=_specials("[M]", False),
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    backend.train_from_iterator(TEXTS, trainer)
    return _saved(backend, "[M]", False)


def word_piece() -> PreTrainedTokenizerFast:
    """WordPiece with pieces that the text never leads to, for they are in upper case."""
    words = ["the", "farmers", "are", "old", "is", ".", "un", "##happy", "##s", "Are", "##", "a"]
    every = [*SPECIAL, "[MASK]", *words, "id:7", "x" * 150, "the ##s", "\x07", "[M]"]
    vocabulary = {token: number for number, token in enumerate(every)}
    backend = Tokenizer(models.WordPiece(vocab=vocabulary, unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer(lowercase=True)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece()
    backend.add_special_tokens(_specials("[MASK]", False))
    return _saved(backend, "[MASK]", False)


def single_characters() -> PreTrainedTokenizerFast:
    """Every character is a token, spaces too."""
    characters = sorted(set("".join(TEXTS)))
    every = [*SPECIAL, "[MASK]", *characters]
    vocabulary = {token: number for number, token in enumerate(every)}
    backend = Tokenizer(models.WordLevel(vocab=vocabulary, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    backend.add_special_tokens(_specials("[MASK]", False))
    return _saved(backend, "[MASK]", False)


KINDS: dict[str, Callable[[], PreTrainedTokenizerFast]] = {
    "word-piece": word_piece,
    "byte-level": byte_level_tokenizer,
    "unigram": unigram,
    "unigram-one-word": lambda: unigram(split=False),
    "byte-fallback": byte_fallback,
    "end-of-word": end_of_word,
    "characters": single_characters,
}
PADDING = 7
"""Rows of the models' vocabulary that have no token."""


def saved_model(folder: Path, kind: str, seed: int = 0) -> Path:
    """A tiny random BERT for a kind of tokenizer, its vocabulary padded, saved in `folder`."""
    tokenizer = KINDS[kind]()
    config = BertConfig(
        vocab_size=len(tokenizer) + PADDING,
        num_hidden_layers=2,
        num_attention_heads=2,
        hidden_size=12,
        intermediate_size=24,
        max_position_embeddings=64,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = BertForMaskedLM(config).double()
        for name, weight in network.named_parameters():
            centre = 1.0 if name.endswith("LayerNorm.weight") else 0.0
            torch.nn.init.normal_(weight, mean=centre, std=0.3)
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def loaded(folder: Path, kind: str) -> Model:
    """The model of `saved_model`."""
    return load_model(str(saved_model(folder, kind)), dtype="float64")


def sentencepiece(tokenizer_class: type) -> PreTrainedTokenizerFast:
    """The library's tokenizer of XLM-R or CamemBERT, for a vocabulary of `unigram`'s words."""
    words = [
        (piece, score)
        for piece, score in json.loads(unigram().backend_tokenizer.to_str())["model"]["vocab"]
        if piece not in (*SPECIAL, "<mask>")
    ]
    words += [(f"▁{word}", -20.0) for word in ("are", "is") if f"▁{word}" not in dict(words)]
    specials = [(token, 0.0) for token in ("<s>", "<pad>", "</s>", "<unk>")]
    return tokenizer_class(
        vocab=[*specials, *words, ("<mask>", 0.0)], mask_token=AddedToken("<mask>", lstrip=True)
    )


def save_for(folder: Path, network_class: type[Any], tokenizer: Any, **more: Any) -> Path:
    """A tiny random network of the library's class for a tokenizer, saved with it in `folder`."""
    sizes = {
        **{"num_hidden_layers": 2, "num_attention_heads": 2, "hidden_size": 12},
        **{"intermediate_size": 24, "max_position_embeddings": 34, "initializer_range": 0.5},
        **{"vocab_size": len(tokenizer), "pad_token_id": tokenizer.pad_token_id},
    }
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = network_class(network_class.config_class(**sizes | more))
    network.double().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
