"""Weights: each has its place or is refused by name, and a loaded model keeps its own copy."""

import json
import os
import shutil
import struct
import time

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertForMaskedLM, BertForPreTraining, RobertaConfig, RobertaForMaskedLM

from explainer.api import explain
from explainer.base.errors import ExplainerError
from explainer.models.loading import weights as reading
from explainer.models.loading.weights import read_weights
from explainer.models.registry import checksum, load_model
from tests.fixtures import WORDS, save_tiny, tiny_config
from tests.folders import refusal, set_config, set_weights

TEXT = "the farmers [MASK] old ."
FILE = "model.safetensors"


@pytest.fixture
def folder(tiny_masked_lm_dir, tmp_path):
    """A copy of the tiny masked LM, to be broken."""
    return shutil.copytree(tiny_masked_lm_dir, tmp_path / "copy")


@pytest.fixture
def classifier(tiny_classifier_dir, tmp_path):
    return shutil.copytree(tiny_classifier_dir, tmp_path / "classifier")


def add(folder, *names):
    """Put further weights, of whatever shape, into a model's file."""
    set_weights(folder, lambda weights: weights | {name: torch.ones(3, 2) for name in names})


def renamed(change):
    return lambda weights: {change(name): weight for name, weight in weights.items()}


STRANGE = [
    "bert.encoder.layer.0.output.adapters.x.adapter_down.0.weight",
    "bert.encoder.layer.1.attention.self.query.lora_A.weight",
    "base_model.model.bert.encoder.layer.0.attention.self.key.lora_B.weight",
    "bert.embeddings.extra_embeddings.weight",
    "bert.encoder.LayerNorm.weight",
    "cls.predictions.extra.weight",
    "my_head.weight",
    "bert.encoder.layer.0.output.dense.weight_scale",
]


@pytest.mark.parametrize("name", STRANGE)
def test_a_weight_without_a_place_is_refused_by_its_name(folder, name):
    add(folder, name)
    line = refusal(folder)
    assert name in line
    assert "gives no place" in line


def test_of_many_strange_weights_three_are_named(folder):
    add(folder, *STRANGE, "x" * 500)
    assert "and 6 more" in refusal(folder)


def test_layers_beyond_the_configurations_are_refused(folder):
    set_config(folder, num_hidden_layers=2)
    assert "has num_hidden_layers 2, but its weights have 3 layers" in refusal(folder)


HARMLESS = [
    "bert.embeddings.position_ids",
    "bert.embeddings.token_type_ids",
    "bert.pooler.dense.weight",
    "cls.seq_relationship.weight",
    "classifier.weight",
    "qa_outputs.bias",
    "loss_fct.weight",
]


def test_known_weights_that_are_not_used_are_left_out(folder):
    before = explain(load_model(str(folder)), TEXT).to_dict()
    add(folder, *HARMLESS)
    assert explain(load_model(str(folder)), TEXT).to_dict() == before


def test_the_words_head_of_a_classifier_is_left_out(classifier):
    before = explain(load_model(str(classifier)), "the farmers").to_dict()
    add(classifier, "cls.predictions.bias", "cls.predictions.decoder.weight")
    assert explain(load_model(str(classifier)), "the farmers").to_dict() == before


@pytest.mark.parametrize(
    "name",
    [
        *("classifier.lora_A", "bert.pooler.dense.lora_A.default.weight", "cls.predictions.x"),
        *("bert.pooler.dense.adapter.weight", "bert.pooler.dense.base_layer.bias"),
    ],
)
def test_an_adapter_under_a_known_name_is_not_known(classifier, name):
    add(classifier, name)
    line = refusal(classifier)
    assert name in line
    assert "gives no place" in line


@pytest.mark.parametrize("wrapper", ["module.", "base_model.model.", "model."])
def test_weights_that_were_saved_inside_a_wrapper_are_called_so(folder, wrapper):
    set_weights(folder, renamed(lambda name: wrapper + name))
    line = refusal(folder)
    assert f"have other names ({wrapper}bert." in line
    assert "correct the number" not in line


def test_a_weight_too_large_for_the_precision_is_told_from_one_that_is_no_number(folder):
    def put(value):
        def change(weights):
            weights["bert.encoder.layer.0.output.dense.bias"][0] = value
            return weights

        set_weights(folder, change)

    put(1e300)
    assert "load it from Python with dtype='float64'" in refusal(folder)
    put(float("nan"))
    assert refusal(folder).endswith("save or download it again.")


def old_norms(name):
    return name.replace("LayerNorm.weight", "LayerNorm.gamma").replace(
        "LayerNorm.bias", "LayerNorm.beta"
    )


NAMINGS = {
    "today's": lambda name: name,
    "gamma and beta": old_norms,
    "the encoder's own": lambda name: name.removeprefix("bert."),
    "the decoder's bias": lambda name: name.replace(
        "cls.predictions.bias", "cls.predictions.decoder.bias"
    ),
}


@pytest.mark.parametrize("naming", NAMINGS)
@pytest.mark.parametrize("tied", [True, False])
def test_names_of_other_versions_load_what_the_library_loads(tmp_path, naming, tied):
    config = tiny_config(tie_word_embeddings=tied)
    folder = save_tiny(tmp_path / "named", BertForMaskedLM, config)
    own = BertForMaskedLM.from_pretrained(folder).state_dict()
    own["cls.predictions.decoder.bias"] = own["cls.predictions.bias"]

    def change(weights):
        if not tied:
            # As older versions saved it: one bias, under the one name.
            weights.pop("cls.predictions.decoder.bias", None)
        return renamed(NAMINGS[naming])(weights)

    set_weights(folder, change)
    loaded = load_model(str(folder), dtype="float64").network.state_dict()
    assert loaded.keys() == own.keys()
    assert all(torch.equal(loaded[name], own[name]) for name in own)


def test_robertas_bias_under_its_one_name_loads_untied(tmp_path):
    config = RobertaConfig(
        vocab_size=len(WORDS),
        num_hidden_layers=1,
        num_attention_heads=2,
        hidden_size=12,
        intermediate_size=24,
        max_position_embeddings=34,
        tie_word_embeddings=False,
    )
    folder = save_tiny(tmp_path / "r", RobertaForMaskedLM, config)

    def drop(weights):
        del weights["lm_head.decoder.bias"]
        return weights

    set_weights(folder, drop)
    network = load_model(str(folder)).network
    assert torch.equal(network.lm_head.decoder.bias, network.lm_head.bias)


def test_a_decoder_that_differs_from_the_words_is_the_files_own_as_in_the_library(tmp_path):
    folder = save_tiny(tmp_path / "n", BertForMaskedLM, tiny_config(tie_word_embeddings=False))
    set_config(folder, tie_word_embeddings=True)
    own = BertForMaskedLM.from_pretrained(folder).cls.predictions.decoder.weight
    found = load_model(str(folder), dtype="float64").network.cls.predictions.decoder.weight
    assert torch.equal(own, found)


def test_an_untied_decoder_that_is_missing_is_refused(folder):
    set_config(folder, tie_word_embeddings=False)
    assert "lacks head" in refusal(folder)


def test_a_pretraining_model_is_a_masked_one(tmp_path):
    folder = save_tiny(tmp_path / "pre", BertForPreTraining, tiny_config())
    assert load_model(str(folder)).info.task == "masked-lm"


def test_a_weight_that_is_there_under_two_names_is_refused(folder):
    add(folder, "bert.embeddings.LayerNorm.gamma")
    assert "twice" in refusal(folder)


@pytest.mark.parametrize("dtype", [torch.int8, torch.uint8, torch.int64, torch.bool])
def test_weights_of_whole_numbers_are_refused(folder, dtype):
    name = "bert.encoder.layer.0.output.dense.weight"
    set_weights(folder, lambda weights: weights | {name: weights[name].to(dtype)})
    assert "quantised" in refusal(folder)


def test_a_kind_of_numbers_that_is_not_known_is_named(folder):
    name = "bert.encoder.layer.0.output.dense.weight"
    kind = torch.float8_e4m3fn
    set_weights(folder, lambda weights: weights | {name: weights[name].to(kind)})
    assert "of the kind 'F8_E4M3'" in refusal(folder)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_smaller_numbers_are_read_as_the_library_reads_them(folder, dtype):
    set_weights(folder, lambda weights: {key: w.to(dtype) for key, w in weights.items()})
    own = BertForMaskedLM.from_pretrained(folder, dtype=torch.float32).state_dict()
    loaded = load_model(str(folder)).network.state_dict()
    assert all(torch.equal(loaded[name], own[name]) for name in own)


@pytest.mark.parametrize(
    "changes",
    [
        {"num_hidden_layers": 1_000_000},
        {"vocab_size": 10_000_000},
        {"max_position_embeddings": 10_000_000},
        {"hidden_size": 10_000_000},
        {"intermediate_size": 10_000_000},
        {"type_vocab_size": 10_000_000},
        {"num_labels": 1_000_000_000},
    ],
    ids=str,
)
def test_a_size_is_compared_with_the_weights_before_anything_is_built(classifier, changes):
    if "num_labels" in changes:
        changes = {**changes, "id2label": None}
    set_config(classifier, **changes)
    start = time.process_time()
    line = refusal(classifier)
    assert any(word in line for word in ("its weights have", "has shape"))
    assert time.process_time() - start < 2


def damage(path, how):
    """Change a weight file that somebody has loaded, in place."""
    if how == "removed":
        path.unlink()
    elif how == "truncated":
        os.truncate(path, 100)
    else:
        with path.open("r+b") as file:
            file.seek(10_000)
            file.write(b"\x00" * (path.stat().st_size - 10_000))


@pytest.mark.parametrize("how", ["truncated", "overwritten", "removed"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_file_that_changes_changes_no_loaded_model(folder, how, dtype):
    set_weights(folder, lambda weights: {key: w.to(dtype) for key, w in weights.items()})
    precision = str(dtype).removeprefix("torch.")
    model = load_model(str(folder), dtype=precision)
    before = explain(model, TEXT).to_dict()
    damage(folder / FILE, how)
    assert explain(model, TEXT).to_dict() == before


def test_a_file_that_changes_while_it_is_read_is_refused(monkeypatch, folder):
    whole = reading._header

    def meanwhile(file):
        found = whole(file)
        if reading._header.calls:
            os.utime(folder / FILE)
        reading._header.calls += 1
        return found

    meanwhile.calls = 0
    monkeypatch.setattr(reading, "_header", meanwhile)
    assert "changed while it was read" in refusal(folder)


def test_what_is_read_is_what_the_library_reads_and_its_sum_the_files(folder):
    read = read_weights([folder / FILE], "copy")
    saved = load_file(folder / FILE)
    assert read.tensors.keys() == saved.keys()
    assert all(torch.equal(read.tensors[name], saved[name]) for name in saved)
    assert read.sha256 == checksum(folder / FILE)


def test_a_fingerprint_tells_models_apart(tiny_masked_lm_dir, folder):
    same = [load_model(str(path)).fingerprint for path in (tiny_masked_lm_dir, folder)]
    assert same[0] == same[1]
    found = {same[0], load_model(str(folder), dtype="float64").fingerprint}
    set_config(folder, layer_norm_eps=1e-3)
    found.add(load_model(str(folder)).fingerprint)
    set_weights(folder, lambda weights: {key: w + 1e-9 for key, w in weights.items()})
    found.add(load_model(str(folder)).fingerprint)
    path = folder / "tokenizer.json"
    path.write_text(path.read_text().replace("##happi", "##hippi"))
    found.add(load_model(str(folder)).fingerprint)
    assert len(found) == 5


def test_a_pointer_of_git_lfs_is_called_so(folder):
    (folder / FILE).write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")
    assert "git lfs pull" in refusal(folder)


def headed(header: object, data: bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


ONE = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
SENSELESS = [
    b"",
    b"\xff" * 8,
    struct.pack("<Q", 2**63) + b"{}",
    headed([], b""),
    headed(b"{" * 5000, b""),
    headed(b"[" * 5000, b""),
    headed({"a": 3}, b""),
    headed({"a": {}}, b""),
    headed({"a": ONE | {"shape": [2]}}, b"1234"),
    headed({"a": ONE | {"shape": [-1]}}, b"1234"),
    headed({"a": ONE | {"shape": [True]}}, b"1234"),
    headed({"a": ONE | {"shape": "1"}}, b"1234"),
    headed({"a": ONE | {"shape": [1] * 9}}, b"1234"),
    headed({"a": ONE | {"data_offsets": [0, 4, 8]}}, b"1234"),
    headed({"a": ONE | {"data_offsets": [-4, 0]}}, b"1234"),
    headed({"a": ONE | {"dtype": []}}, b"1234"),
    headed({"a": ONE, "b": ONE}, b"1234"),
    headed({"a": ONE}, b"12345678"),
    headed({"a": ONE | {"data_offsets": [4, 8]}}, b"12345678"),
]


@pytest.mark.parametrize("content", SENSELESS, ids=range(len(SENSELESS)))
def test_a_senseless_file_is_refused(folder, content):
    (folder / FILE).write_bytes(content)
    assert "damaged or cut short" in refusal(folder)


def test_a_file_that_may_not_be_read_is_called_so(monkeypatch, folder):
    def denied(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(reading, "_header", denied)
    line = refusal(folder)
    assert "Permission denied" in line
    assert "download" not in line


def test_one_weight_in_two_shards_is_refused(folder):
    weights = load_file(folder / FILE)
    (folder / FILE).unlink()
    files = [f"model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    for file in files:
        save_file(weights, folder / file, metadata={"format": "pt"})
    index = {"weight_map": dict(zip(sorted(weights)[:2], files, strict=True))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert "in two files" in refusal(folder)
    with pytest.raises(ExplainerError):
        load_model(str(folder))
