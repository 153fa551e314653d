"""Tokenizers: what is wrong with their files is said, with what would help."""

import json
import os
import shutil

import pytest
from transformers import AutoTokenizer

from explainer.models.loading import tokenizer as loading
from explainer.models.registry import load_model
from explainer.question.sentence import read_sentence
from tests.fixtures import WORDS
from tests.folders import refusal, set_config


@pytest.fixture
def bare(tiny_masked_lm_dir, tmp_path):
    """The tiny masked LM with nothing but its vocabulary for a tokenizer."""
    folder = shutil.copytree(tiny_masked_lm_dir, tmp_path / "bare")
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").unlink()
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    return folder


def choose(folder, name, **more):
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": name} | more))


def test_a_vocabulary_alone_is_read(bare):
    assert load_model(str(bare)).mask_id == WORDS.index("[MASK]")


def test_a_tokenizer_whose_package_is_missing_names_the_package(bare):
    choose(bare, "RoFormerTokenizer")
    line = refusal(bare)
    assert "needs the package rjieba: install it with 'pip install rjieba'" in line
    assert "download" not in line


@pytest.mark.parametrize("name", ["BertJapaneseTokenizer", "BertweetTokenizer"])
def test_where_no_package_would_help_none_is_proposed(bare, name):
    choose(bare, name, word_tokenizer_type="mecab")
    line = refusal(bare)
    assert "does not tell which characters" in line
    assert "install" not in line
    set_config(bare, tokenizer_class=name)
    (bare / "tokenizer_config.json").unlink()
    assert "does not tell which characters" in refusal(bare)


def test_a_class_that_the_library_lacks_is_named(bare):
    choose(bare, "NoSuchTokenizer")
    line = refusal(bare)
    assert "'NoSuchTokenizer', which this version of transformers does not have" in line
    assert "download" not in line


@pytest.mark.parametrize(
    "text",
    [
        *("", "{}", "[]", "null", "3", '{"model": 3}', "[" * 100_000, '{"added_tokens": [{}]}'),
        json.dumps({"added_tokens": [], "model": {"type": "BPE", "vocab": {}, "merges": ["a b"]}}),
        json.dumps({"added_tokens": [], "model": {"type": "WordPiece", "vocab": {"a": -1}}}),
        json.dumps({"added_tokens": [], "model": {"type": "WordPiece", "vocab": {"a": 2**40}}}),
        json.dumps({"added_tokens": [], "model": {"type": "Unigram", "vocab": []}}),
    ],
    ids=range(12),
)
def test_a_damaged_tokenizer_is_refused_in_one_sentence(tiny_masked_lm_dir, tmp_path, text):
    folder = shutil.copytree(tiny_masked_lm_dir, tmp_path / "damaged")
    (folder / "tokenizer.json").write_text(text)
    assert "okenizer" in refusal(folder)


@pytest.mark.parametrize("file", ["tokenizer_config.json", "added_tokens.json"])
def test_a_pipe_is_not_waited_for(bare, file):
    (bare / file).unlink(missing_ok=True)
    os.mkfifo(bare / file)
    assert f"The {file} of the model 'bare' is no plain file" in refusal(bare)


@pytest.mark.parametrize("file", ["tokenizer_config.json", "special_tokens_map.json"])
@pytest.mark.parametrize("text", ["", "[]", "3", '{"mask_token": 7}', '{"mask_token": ["x"]}'])
def test_damaged_settings_of_a_tokenizer_are_refused_or_do_not_matter(
    tiny_masked_lm_dir, tmp_path, file, text
):
    folder = shutil.copytree(tiny_masked_lm_dir, tmp_path / "damaged")
    (folder / file).write_text(text)
    try:
        model = load_model(str(folder))
    except ValueError:
        assert "okenizer" in refusal(folder)
    else:
        assert read_sentence(model, "the [MASK]").masks == (2,)


def test_a_file_too_long_for_a_tokenizer_is_refused(monkeypatch, tiny_masked_lm_dir):
    monkeypatch.setattr(loading, "TOKENIZER_BYTES", 100)
    assert "longer than" in refusal(tiny_masked_lm_dir)


def test_a_panic_of_the_tokenizers_own_is_one_sentence(monkeypatch, tiny_masked_lm_dir):
    class Panic(BaseException):
        pass

    def panic(*_, **__):
        raise Panic("called `Option::unwrap()` on a `None` value")

    monkeypatch.setattr(AutoTokenizer, "from_pretrained", panic)
    assert "cannot be read (called `Option::unwrap()`" in refusal(tiny_masked_lm_dir)


def split(folder):
    """Replace a tokenizer.json by the vocab.json and merges.txt that it was made from."""
    model = json.loads((folder / "tokenizer.json").read_text())["model"]
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").unlink()
    (folder / "vocab.json").write_text(json.dumps(model["vocab"]))
    merges = [" ".join(merge) if isinstance(merge, list) else merge for merge in model["merges"]]
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")


def test_robertas_mask_takes_its_space_from_a_vocabulary_and_merges_alone(
    tiny_roberta_dir, tmp_path
):
    text = "the farmers <mask> old ."
    whole = read_sentence(load_model(str(tiny_roberta_dir)), text)
    folder = shutil.copytree(tiny_roberta_dir, tmp_path / "split")
    split(folder)
    assert read_sentence(load_model(str(folder)), text).token_ids == whole.token_ids


def test_a_mask_that_the_files_describe_is_left_as_they_say(tiny_roberta_dir, tmp_path):
    folder = shutil.copytree(tiny_roberta_dir, tmp_path / "said")
    split(folder)
    mask = {"content": "<mask>", "lstrip": False, "rstrip": False, "single_word": False}
    (folder / "special_tokens_map.json").write_text(
        json.dumps({"mask_token": mask | {"normalized": False}})
    )
    model = load_model(str(folder))
    assert len(read_sentence(model, "the <mask>").token_ids) == 5
