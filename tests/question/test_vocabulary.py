"""A vocabulary with more rows than the tokenizer has tokens: such rows are never predicted."""

import json

import pytest
import torch
from transformers import BertForMaskedLM

from explainer.api import explain
from explainer.base.errors import ExplainerError
from explainer.models.model import Model
from explainer.models.registry import load_model
from explainer.question.predictions import predict, ranked
from explainer.question.sentence import read_sentence
from tests.fixtures import WORDS, save_tiny, tiny_config

TEXT = "the farmers [MASK] old ."
ROWS = 40


@pytest.fixture(scope="module")
def padded_dir(tmp_path_factory):
    """28 words in a vocabulary of 40 rows, whose last ones are the likeliest of all."""
    config = tiny_config(vocab_size=ROWS, tie_word_embeddings=True)
    folder = save_tiny(tmp_path_factory.mktemp("padded") / "lm", BertForMaskedLM, config)
    network = BertForMaskedLM.from_pretrained(folder)
    with torch.no_grad():
        network.cls.predictions.bias[len(WORDS) :] = 100.0
    network.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def padded(padded_dir) -> Model:
    return load_model(str(padded_dir), dtype="float64")


def test_rows_without_a_token_are_never_predicted(padded):
    assert padded.known_ids.tolist() == [True] * len(WORDS) + [False] * (ROWS - len(WORDS))
    everything = predict(padded, TEXT, count=1000)
    assert sorted(p.word for p in everything) == sorted(WORDS)
    # Probabilities stay the model's own: here nearly all of 1 goes to rows without a token.
    assert sum(p.probability for p in everything) < 1e-6
    target = explain(padded, TEXT).target
    assert {target.correct, target.wrong} <= set(WORDS)


def test_a_hole_in_the_numbers_of_the_tokens_is_never_predicted(padded_dir, tmp_path):
    for path in padded_dir.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    tokenizer = json.loads((tmp_path / "tokenizer.json").read_text())
    del tokenizer["model"]["vocab"]["old"]
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer))
    words = {p.word for p in predict(load_model(str(tmp_path)), TEXT, count=1000)}
    assert words == set(WORDS) - {"old"}


def test_logits_that_are_not_finite_are_refused(padded):
    logits = torch.zeros(ROWS, dtype=torch.float64)
    logits[3] = float("nan")
    with pytest.raises(ExplainerError, match="not finite numbers for this text"):
        ranked(padded, read_sentence(padded, TEXT), logits, 5)
