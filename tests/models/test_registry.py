"""Loading a model: what comes back, and that everything else is refused with a reason."""

import errno
import json
import shutil
import struct
from types import SimpleNamespace

import httpx2
import pytest
import torch
from huggingface_hub import constants
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError
from safetensors.torch import load_file, save_file
from transformers import (
    BertForMaskedLM,
    BertForMultipleChoice,
    BertForSequenceClassification,
    BertForTokenClassification,
    BertModel,
)
from transformers.utils import logging

from explainer.api import explain
from explainer.base.errors import ExplainerError
from explainer.models import registry
from explainer.models.architectures import ARCHITECTURES
from explainer.models.cards import cards
from explainer.models.loading import hub
from explainer.models.registry import available_models, checksum, load_model
from tests.fixtures import LABELS, WORDS, save_tiny, tiny_config


@pytest.fixture
def folder(tiny_masked_lm_dir, tmp_path):
    """A copy of the tiny masked LM, to be broken."""
    return shutil.copytree(tiny_masked_lm_dir, tmp_path / "copy")


@pytest.fixture
def no_network(monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)


def set_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def set_weights(folder, change):
    weights = load_file(folder / "model.safetensors")
    save_file(change(weights), folder / "model.safetensors", metadata={"format": "pt"})


def refusal(name):
    with pytest.raises(ExplainerError) as refused:
        load_model(str(name))
    line = str(refused.value)
    assert line.isprintable()
    assert line.endswith(".")
    return line


def test_a_masked_lm_is_loaded_frozen_and_equal_to_its_file(tiny_masked_lm_dir):
    model = load_model(str(tiny_masked_lm_dir), dtype="float64")
    assert model.info.task == "masked-lm"
    assert (model.info.layers, model.info.heads, model.info.d_model) == (3, 2, 12)
    assert model.info.name == "tiny-lm"
    assert model.labels == ()
    assert model.max_tokens == 32
    assert not model.network.training
    assert not any(weight.requires_grad for weight in model.network.parameters())
    saved = load_file(tiny_masked_lm_dir / "model.safetensors")
    loaded = dict(model.network.named_parameters())
    assert saved.keys() <= loaded.keys()
    for name, weight in saved.items():
        assert torch.equal(loaded[name], weight)


def test_a_classifier_is_loaded_with_its_labels(tiny_classifier_dir):
    model = load_model(str(tiny_classifier_dir))
    assert model.info.task == "classification"
    assert model.labels == LABELS
    assert model.network.dtype == torch.float32


@pytest.mark.parametrize("kind", ARCHITECTURES)
@pytest.mark.parametrize("task", ["masked_lm", "classification"])
def test_every_architecture_and_task_is_loaded_from_a_folder(tmp_path, kind, task):
    family = ARCHITECTURES[kind]
    network_class = getattr(family, task)
    sizes = {"dim": 12, "hidden_dim": 24} if kind == "distilbert" else {"hidden_size": 12}
    config = network_class.config_class(
        vocab_size=len(WORDS),
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=24,
        embedding_size=12 if kind == "deberta-v2" else 8,
        max_position_embeddings=40,
        pad_token_id=0,
        **sizes,
    )
    folder = save_tiny(tmp_path / kind, network_class, config)
    model = load_model(str(folder), dtype="float64")
    assert (model.info.layers, model.info.heads, model.info.d_model) == (2, 2, 12)
    explanation = explain(model, "the farmers [MASK] old .", flow=True)
    ids = model.tokenizer("the farmers [MASK] old .", return_tensors="pt")["input_ids"]
    logits = model.network(ids).logits[0]
    logits = logits[3] if task == "masked_lm" else logits
    names = model.labels or WORDS
    target = explanation.target
    assert target.wrong is not None
    assert explanation.flow is not None
    expected = logits[names.index(target.correct)] - logits[names.index(target.wrong)]
    assert target.value == pytest.approx(float(expected))
    assert explanation.flow.layer_totals() == pytest.approx([sum(explanation.influence)] * 2)

    set_config(folder, architectures=None)
    if model.info.task == "classification" and model.network.config.model_type == "modernbert":
        assert "set architectures to" in refusal(folder)  # test_own_fields.py
    else:
        assert load_model(str(folder)).info.task == model.info.task


def test_attention_is_computed_in_the_open(tiny_masked_lm):
    output = tiny_masked_lm.network(torch.tensor([[2, 5, 4, 3]]), output_attentions=True)
    assert [a.shape for a in output.attentions] == [(1, 2, 4, 4)] * 3


def test_a_tokenizer_saved_with_padding_and_truncation_reads_the_text_as_typed(folder):
    path = folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    tokenizer["truncation"] = {
        "direction": "Right",
        "max_length": 8,
        "strategy": "LongestFirst",
        "stride": 0,
    }
    tokenizer["padding"] = {
        "strategy": {"Fixed": 8},
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "[PAD]",
    }
    path.write_text(json.dumps(tokenizer))
    backend = load_model(str(folder)).tokenizer.backend_tokenizer
    assert len(backend.encode("the").ids) == 3
    assert len(backend.encode("the " * 20).ids) == 22


def test_weights_in_shards_are_read(tiny_masked_lm_dir, tmp_path):
    folder = shutil.copytree(tiny_masked_lm_dir, tmp_path / "shards")
    (folder / "model.safetensors").unlink()
    network = BertForMaskedLM.from_pretrained(tiny_masked_lm_dir)
    network.save_pretrained(folder, max_shard_size="5KB")
    assert len(list(folder.glob("model-*.safetensors"))) > 1
    loaded = load_model(str(folder), dtype="float64").network
    for name, weight in network.named_parameters():
        assert torch.equal(dict(loaded.named_parameters())[name], weight)
    next(folder.glob("model-*.safetensors")).unlink()
    assert "which its model.safetensors.index.json names" in refusal(folder)
    for name in ("x" * 999, "../x", "\0"):  # of which no file can be there
        index = json.dumps({"weight_map": {"a": name}})
        (folder / "model.safetensors.index.json").write_text(index, encoding="utf-8")
        assert "has no weight file" in refusal(folder)


def test_loading_prints_nothing_and_gives_the_verbosity_back(tiny_masked_lm_dir, capfd):
    before = logging.get_verbosity()
    logging.set_verbosity_info()
    try:
        load_model(str(tiny_masked_lm_dir))
        assert logging.get_verbosity() == logging.INFO
    finally:
        logging.set_verbosity(before)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model_type": "gpt2"}, "is of type 'gpt2', but only BERT, RoBERTa, XLM-R"),
        ({"position_embedding_type": "relative_key"}, "'relative_key' position embeddings"),
        ({"architectures": ["BertForMultipleChoice"]}, "is a 'BertForMultipleChoice'"),
        ({"intermediate_size": 30}, r"has shape"),
        ({"layer_norm_eps": 10**400}, "give a number from 0 to 1"),
    ],
)
def test_a_configuration_that_cannot_be_explained_is_refused(folder, changes, message):
    set_config(folder, **changes)
    assert message in refusal(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00"])
def test_a_broken_configuration_is_refused(folder, text):
    (folder / "config.json").write_text(text)
    assert "config.json" in refusal(folder)


@pytest.mark.parametrize(
    ("lost", "message"),
    [
        ("config.json", "no config.json"),
        ("model.safetensors", "no model.safetensors"),
        ("tokenizer.json", "no tokenizer"),
    ],
)
def test_a_folder_that_lacks_a_file_is_refused(folder, lost, message):
    (folder / lost).unlink()
    assert message in refusal(folder)


def test_pickled_weights_are_never_opened(folder):
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'exit 1'\ntR.")
    assert "only pickled weights" in refusal(folder)


def test_an_adapter_is_refused(folder):
    (folder / "adapter_config.json").write_text("{}")
    assert "is an adapter" in refusal(folder)


@pytest.mark.parametrize("kept", [0, 4, 100, 0.5, -1])
def test_a_weight_file_cut_short_is_refused(folder, kept):
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole)) if isinstance(kept, float) else kept])
    assert "damaged or cut short" in refusal(folder)


def test_a_weight_file_with_a_senseless_header_is_refused(folder):
    header = b'{"a":{"dtype":"F32","shape":[9999999],"data_offsets":[0,4]}}'
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + b"1234")
    assert "damaged or cut short" in refusal(folder)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(folder, value):
    def spoil(weights):
        weights["bert.encoder.layer.1.output.dense.bias"][3] = value
        return weights

    set_weights(folder, spoil)
    line = refusal(folder)
    assert "not finite" in line
    assert "bert.encoder.layer.1.output.dense.bias" in line


def test_a_missing_head_is_refused(folder):
    def behead(weights):
        return {key: weight for key, weight in weights.items() if not key.startswith("cls.")}

    set_weights(folder, behead)
    assert "lacks head of a BertForMaskedLM" in refusal(folder)


def test_a_missing_classifier_is_refused(tiny_masked_lm_dir, tmp_path):
    folder = shutil.copytree(tiny_masked_lm_dir, tmp_path / "as-classifier")
    set_config(folder, architectures=["BertForSequenceClassification"])
    assert "lacks head of a BertForSequenceClassification" in refusal(folder)


@pytest.mark.parametrize("network_class", [BertModel, BertForMultipleChoice])
def test_other_heads_are_refused(tmp_path, network_class):
    folder = save_tiny(tmp_path / "other", network_class, tiny_config())
    assert f"is a '{network_class.__name__}'" in refusal(folder)


@pytest.mark.parametrize(
    ("network_class", "task"),
    [
        (BertForMaskedLM, "masked-lm"),
        (BertForSequenceClassification, "classification"),
        (BertForTokenClassification, "tagging"),
    ],
)
def test_without_a_named_architecture_the_weights_tell(tmp_path, network_class, task):
    folder = save_tiny(tmp_path / "unnamed", network_class, tiny_config())
    set_config(folder, architectures=None)
    assert load_model(str(folder)).info.task == task


def test_without_architecture_and_head_the_model_is_refused(tmp_path):
    folder = save_tiny(tmp_path / "headless", BertModel, tiny_config())
    set_config(folder, architectures=None)
    assert "no head" in refusal(folder)


def test_a_tokenizer_of_another_model_is_refused(folder):
    path = folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    tokenizer["model"]["vocab"] |= {f"extra{i}": 1000 + i for i in range(5)}
    path.write_text(json.dumps(tokenizer))
    assert "numbers 1,005 tokens but the model knows 28" in refusal(folder)


@pytest.mark.parametrize("text", ["", "{}", '{"model": 3}'])
def test_a_broken_tokenizer_is_refused(folder, text):
    (folder / "tokenizer.json").write_text(text)
    assert "tokenizer of the model" in refusal(folder)


def test_a_tokenizer_without_cls_and_sep_is_refused(folder):
    path = folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    tokenizer["post_processor"] = None
    # A tokenizer class of its own would put them back.
    (folder / "tokenizer_config.json").write_text(
        json.dumps(
            {"tokenizer_class": "PreTrainedTokenizerFast"}
            | {
                f"{kind}_token": f"[{kind.upper()}]"
                for kind in ("cls", "sep", "mask", "pad", "unk")
            }
        )
    )
    path.write_text(json.dumps(tokenizer))
    assert "does not put [CLS] and [SEP]" in refusal(folder)


@pytest.mark.parametrize("name", ["", "  "])
def test_no_name_is_refused(name):
    assert "No model is named" in refusal(name)


@pytest.mark.parametrize("name", ["./nowhere", "/no/where", "~nobody/x", "a/b/c", "..\\x"])
def test_a_path_that_is_not_there_is_refused(name):
    assert "no model folder" in refusal(name)


def test_a_file_is_refused(folder):
    assert "is a file" in refusal(folder / "config.json")


@pytest.mark.parametrize("name", ["two words", "x\x00y", "--", "a" * 5000, "org/a b"])
@pytest.mark.usefixtures("no_network")
def test_an_impossible_name_is_refused_in_one_short_line(name):
    line = refusal(name)
    assert "not a possible name" in line
    assert len(line) < 300


def test_an_unknown_precision_is_refused(tiny_masked_lm_dir):
    with pytest.raises(ExplainerError, match="float32 or float64"):
        load_model(str(tiny_masked_lm_dir), dtype="float16")


@pytest.mark.usefixtures("no_network")
def test_an_unknown_word_without_a_network_lists_the_built_in_models():
    line = refusal("agrement")
    assert "nor can the Hugging Face Hub be reached" in line
    assert "unset the variable" in line
    assert "the built-in models are" in line


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (RepositoryNotFoundError, "has no public model"),
        (GatedRepoError, "accept its terms"),
        (HfHubHTTPError, "HTTP status 401): try again later"),
    ],
)
def test_what_the_hub_refuses_is_told_apart(monkeypatch, error, message):
    def answer(*_, **__):
        raise error("no", response=httpx2.Response(401, request=httpx2.Request("GET", "http://x")))

    monkeypatch.setattr(hub, "snapshot_download", answer)
    assert message in refusal("someone/some-model")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device): make room"),
        (ConnectionResetError(104, "reset"), "(ConnectionResetError): check the network"),
        (httpx2.ConnectError("no"), "(ConnectError): check the network"),
    ],
    ids=["disk", "reset", "http"],
)
def test_a_full_disk_and_a_lost_network_are_told_apart(monkeypatch, error, message):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(hub, "snapshot_download", fail)
    assert message in refusal("someone/some-model")


def test_a_model_of_the_hub_is_judged_by_its_configuration_before_its_weights(monkeypatch, folder):
    asked = []

    def fetch(hub_id, *, allow_patterns, revision):
        assert revision is None
        asked.append((hub_id, tuple(allow_patterns)))
        return str(folder)

    monkeypatch.setattr(hub, "snapshot_download", fetch)
    model = load_model("someone/tiny-lm")
    assert model.info.name == "someone/tiny-lm"
    assert [files for _, files in asked] == [("config.json", "modules.json"), tuple(hub.FILES)]
    assert not any("bin" in name or name.endswith(".py") for name in hub.FILES)

    asked.clear()
    set_config(folder, model_type="gpt2")
    assert "of type 'gpt2'" in refusal("someone/tiny-lm")
    assert [files for _, files in asked] == [("config.json", "modules.json")]


def test_of_a_model_with_pickled_weights_the_hubs_own_conversion_is_taken(monkeypatch, folder):
    bare = shutil.copytree(folder, folder.parent / "bare")
    (bare / "model.safetensors").unlink()
    requests = [
        SimpleNamespace(title="Anything", status="open", git_reference="refs/pr/1"),
        SimpleNamespace(title=hub.CONVERSION, status="open", git_reference="refs/pr/2"),
    ]
    asked = []

    def discussions(_, *, author, **__):
        asked.append(author)
        return iter(requests)

    def fetch(_, *, revision, **__):
        asked.append(revision)
        return str(folder if revision == "refs/pr/2" else bare)

    monkeypatch.setattr(hub, "snapshot_download", fetch)
    monkeypatch.setattr(hub, "get_repo_discussions", discussions)
    assert load_model("someone/old").info.layers == 3
    assert asked == [None, None, "SFconvertbot", "refs/pr/2"]
    requests.pop()
    assert "no safetensors weights on the Hub" in refusal("someone/old")


def test_one_setting_restricts_a_deployment_to_the_built_in_models(monkeypatch, tiny_masked_lm_dir):
    monkeypatch.setenv("EXPLAINER_MODELS", "builtin")
    assert "is not offered here" in refusal(tiny_masked_lm_dir)
    assert "is not offered here" in refusal("google-bert/bert-base-uncased")
    assert {listing.kind for listing in available_models()} <= {"built-in"}


def test_a_misspelt_restriction_is_not_taken_for_freedom(monkeypatch, tiny_masked_lm_dir):
    monkeypatch.setenv("EXPLAINER_MODELS", "built-in")
    assert "EXPLAINER_MODELS is 'built-in'" in refusal(tiny_masked_lm_dir)
    with pytest.raises(ExplainerError, match="EXPLAINER_MODELS"):
        available_models()


@pytest.fixture
def built_in(monkeypatch, tmp_path, tiny_masked_lm_dir):
    """The tiny masked LM installed as the only built-in model."""
    shutil.copytree(tiny_masked_lm_dir, tmp_path / "agreement")
    sums = {"agreement": checksum(tmp_path / "agreement" / "model.safetensors")}
    (tmp_path / "checksums.json").write_text(json.dumps(sums))
    monkeypatch.setattr(registry, "MODELS", tmp_path)
    monkeypatch.setattr(registry, "CHECKSUMS", tmp_path / "checksums.json")
    return tmp_path / "agreement"


@pytest.mark.usefixtures("built_in")
def test_a_built_in_model_is_loaded_by_its_name_and_listed(monkeypatch):
    monkeypatch.setenv("EXPLAINER_MODELS", "builtin")
    assert load_model().info.name == "agreement"
    (listing,) = available_models()
    assert (listing.name, listing.kind, listing.task) == ("agreement", "built-in", "masked-lm")
    assert listing.size.startswith("3 layers × 2 heads × 12")


def test_a_built_in_model_with_other_weights_is_refused(built_in):
    set_weights(built_in, lambda weights: {k: w + 1e-9 for k, w in weights.items()})
    assert "not those it was published with" in refusal("agreement")


def test_every_checksum_belongs_to_a_model_that_is_there():
    sums = json.loads(registry.CHECKSUMS.read_text())
    installed = {path.parent.name for path in registry.MODELS.glob("*/model.safetensors")}
    assert installed == set(sums)
    assert set(sums) <= set(registry.BUILT_IN)
    for name, expected in sums.items():
        assert checksum(registry.MODELS / name / "model.safetensors") == expected


def test_models_in_the_local_cache_are_listed_once_and_others_left_out(
    monkeypatch, tiny_masked_lm_dir, tmp_path
):
    other = shutil.copytree(tiny_masked_lm_dir, tmp_path / "other")
    set_config(other, model_type="gpt2")
    preset = registry.PRESETS[0].name
    folders = {preset: tiny_masked_lm_dir, "someone/other": other}
    monkeypatch.setattr(registry, "cached_folders", lambda: folders)
    kinds = {listing.name: listing.kind for listing in available_models()}
    assert kinds[preset] == "cached"
    assert "someone/other" not in kinds
    assert "preset" in kinds.values()


def test_licences_are_said_as_the_cards_of_built_in_models_have_them():
    said = {listing.name: listing.licence for listing in available_models()}
    for card in cards():
        assert said[card.name].lower() == card.licence


@pytest.mark.parametrize("name", ["agreement", "sentiment"])
def test_an_installation_without_models_says_so_and_asks_nobody(monkeypatch, tmp_path, name):
    monkeypatch.setattr(registry, "MODELS", tmp_path / "none")
    monkeypatch.setattr(registry, "CHECKSUMS", tmp_path / "none" / "checksums.json")
    monkeypatch.setattr(registry, "download", lambda _, **__: pytest.fail("asked the Hub"))
    assert f"The built-in model '{name}' did not come with this installation" in refusal(name)
    assert "built-in" not in {listing.kind for listing in available_models()}
