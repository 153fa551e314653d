"""What training holds out of SST-2 is whole sentences that it has seen no part of."""

import gzip

import pytest
import torch

from explainer import load_model
from training import sst

SENTENCES = ("the old farmer is good .", "the farmers that laugh are old .", "the dog is old .")
PHRASES = ("old", "is good", "farmers that laugh", "the dog", "old .")


@pytest.fixture
def corpus(monkeypatch, tmp_path, tiny_masked_lm_dir):
    rows = {"train": [*SENTENCES, *PHRASES[:3]], "dev": PHRASES[3:]}
    for part, texts in rows.items():
        with gzip.open(tmp_path / f"{part}.tsv.gz", "wt", encoding="utf-8") as file:
            file.writelines(["sentence\tlabel\n", *(f"{text} \t1\n" for text in texts)])
    monkeypatch.setattr(sst, "HELD_OUT", 1)
    tokenizer = load_model(str(tiny_masked_lm_dir)).tokenizer
    return sst.read_corpus(tmp_path, tokenizer), tokenizer


def test_no_part_of_a_held_out_sentence_is_trained_on(corpus):
    found, tokenizer = corpus
    encoded = {text.ids: name for name, text in pieces(tokenizer)}
    (held_out,) = (encoded[text.ids] for text in found.held_out)
    assert held_out in SENTENCES
    whole = {encoded[text.ids] for text in found.whole}
    assert whole == set(SENTENCES) - {held_out}
    phrases = {encoded[text.ids] for text in found.phrases}
    assert phrases == {phrase for phrase in PHRASES if f" {phrase} " not in f" {held_out} "}


def pieces(tokenizer):
    names = SENTENCES + PHRASES
    return zip(names, sst.encode([(name, 1) for name in names], tokenizer), strict=True)


def test_batches_hold_every_text_once_and_are_padded_within_their_bound(corpus):
    _, tokenizer = corpus
    texts = [text for _, text in pieces(tokenizer)]
    found = sst.batches(texts, 20)
    assert sorted(t.ids for batch in found for t in batch) == sorted(t.ids for t in texts)
    for batch in found:
        ids, mask, classes = sst.tensors(batch, tokenizer.pad_token_id)
        assert ids.numel() <= 20
        assert mask.sum(1).tolist() == [len(text.ids) for text in batch]
        assert torch.equal(classes, torch.tensor([[0.0, 1.0]] * len(batch)))
