"""Fields of a configuration: each changes nothing, or is refused by its name."""

import dataclasses
import shutil
from functools import cache
from typing import Any

import pytest
import torch

from explainer.api import explain
from explainer.models.architectures import ARCHITECTURES
from explainer.models.loading.config import read_config
from explainer.models.registry import load_model
from tests.fixtures import WORDS, save_tiny
from tests.folders import drop_config, refusal, set_config

TEXT = "the farmers [MASK] old ."
OF_WEIGHTS = {
    "xlm-roberta": "roberta",
    "camembert": "roberta",
    "modernbert": None,
    "deberta-v2": None,
}
"""What the weights of some speak for: RoBERTa's names, whose network they are, or no kind's."""
KINDS = tuple(kind for kind in ARCHITECTURES if OF_WEIGHTS.get(kind) is None)

RELATIVE: list[Any] = ["relative_key", "alibi", ["absolute"]]
UNKNOWN_PROBLEMS: list[Any] = ["ranking", 3, []]
NO_SWITCH: list[Any] = ["yes", 2, []]
NO_MATTER: list[dict[str, Any]] = [
    *({"return_dict": value} for value in (False, True, None)),
    *({"chunk_size_feed_forward": value} for value in (1, 3, 7)),
    *({"torchscript": value} for value in (True, False)),
    *({"output_attentions": True}, {"output_hidden_states": True}, {"use_cache": False}),
    *({"use_cache": "yes"}, {"gradient_checkpointing": True}, {"is_decoder": False}),
    *({"attn_implementation": "sdpa"}, {"_attn_implementation": "flash_attention_2"}),
    *({"_attn_implementation_internal": "sdpa"}, {"use_bfloat16": True}, {"dtype": "float16"}),
    *({"torch_dtype": "bfloat16"}, {"hidden_dropout_prob": 0.9, "dropout": 0.9}),
    *({"attention_probs_dropout_prob": 1.5, "attention_dropout": 1.5}, {"classifier_dropout": 1}),
    *({"position_buckets": 256, "relative_attention": True}, {"initializer_range": 1e9}),
    *({"pruned_heads": {}}, {"is_encoder_decoder": True}, {"tie_encoder_decoder": True}),
    *({"summary_type": "mean", "summary_activation": "no"}, {"sinusoidal_pos_embds": True}),
    *({"bos_token_id": 99, "eos_token_id": "x"}, {"num_labels": 3}, {"label2id": {"a": "b"}}),
    *({"problem_type": None}, {"finetuning_task": 3}, {"transformers_version": "9.9"}),
    *({"auto_map": {"AutoTokenizer": "x.Y"}}, {"tie_word_embeddings": None}),
    *({"qa_dropout": 0.9, "seq_classif_dropout": 0.9}, {"classifier_dropout_prob": 0.9}),
    *({"embedding_dropout": 0.9, "mlp_dropout": 0.9}, {"deterministic_flash_attn": True}),
    *({"sparse_prediction": True, "sparse_pred_ignore_index": 3}, {"cls_token_id": 1}),
    *({"sep_token_id": 1, "initializer_cutoff_factor": 9}, {"classifier_pooling": "mean"}),
    *({"pooler_dropout": 0.9},),
    *({"summary_use_proj": False, "summary_last_dropout": 0.9}, {"per_layer_config": None}),
    *({"max_length": 1, "num_beams": 9}, {"anything": [1, {}]}),
]
REFUSED: list[dict[str, Any]] = [
    *({field: True} for field in ("is_decoder", "add_cross_attention", "is_causal")),
    *({"pruned_heads": {"0": [1]}}, {"quantization_config": {"load_in_8bit": True}}),
    *({"per_layer_config": {"0": {"num_attention_heads": 1}}},),
    *({"auto_map": {"AutoModel": "modeling.py"}},),
    *({"position_embedding_type": kind} for kind in RELATIVE),
    *({"problem_type": kind} for kind in UNKNOWN_PROBLEMS),
    *({"tie_word_embeddings": value} for value in NO_SWITCH),
]
SIZES = [0, -1, 1.5, 12.0, "12", True, None, [], {}, 10**9, 10**30, float("nan")]


def ids_of(family):
    """No ids beyond the vocabulary, where those by default are."""
    return {"pad_token_id": 0} | dict.fromkeys(family.without)


@pytest.fixture(scope="module", params=KINDS)
def plain(request, tmp_path_factory):
    """A folder of one architecture, and the value and influences of a sentence by its model."""
    kind = request.param
    family = ARCHITECTURES[kind]
    sizes = dict(zip(family.sizes, (2, 2, 12, 24, len(WORDS), 40), strict=False))
    more = {"embedding_size": 8} if kind == "electra" else {}
    config = family.config_class(**sizes, **more, **ids_of(family))
    folder = save_tiny(tmp_path_factory.mktemp(kind) / "plain", family.masked_lm, config)
    return folder, answer(folder)


@cache
def answer(folder):
    found = explain(load_model(str(folder), dtype="float64"), TEXT, correct="are", wrong="is")
    return (found.target.value, *found.influence)


@pytest.mark.parametrize("changes", NO_MATTER, ids=str)
def test_a_field_that_is_not_of_the_network_changes_nothing(tiny_masked_lm_dir, tmp_path, changes):
    copy = shutil.copytree(tiny_masked_lm_dir, tmp_path / "copy")
    set_config(copy, **changes)
    assert answer(copy) == answer(tiny_masked_lm_dir)


def test_all_of_them_together_change_nothing_in_any_architecture(plain, tmp_path):
    folder, before = plain
    copy = shutil.copytree(folder, tmp_path / "copy")
    family = ARCHITECTURES[copy_kind(copy)]
    own = (*family.sizes, *family.own)
    for changes in NO_MATTER:
        set_config(copy, **{key: value for key, value in changes.items() if key not in own})
    assert answer(copy) == before


@pytest.mark.parametrize("changes", REFUSED, ids=str)
def test_a_field_that_changes_the_network_is_refused_by_its_name(plain, tmp_path, changes):
    copy = shutil.copytree(plain[0], tmp_path / "copy")
    set_config(copy, **changes)
    (field,) = changes
    named = "position embeddings" if field == "position_embedding_type" else field
    assert named in refusal(copy)


def test_every_field_of_every_configuration_is_read_refused_or_of_no_matter():
    no_matter = {field for changes in NO_MATTER for field in changes}
    refused = {field for changes in REFUSED for field in changes}
    read = {"architectures", "id2label", "tie_word_embeddings", "pad_token_id", "layer_norm_eps"}
    for kind, family in ARCHITECTURES.items():
        fields = {field.name for field in dataclasses.fields(family.config_class)}
        own = {*family.sizes, family.activation, *family.only, *family.own, family.eps}
        assert fields - own - read - refused <= no_matter, kind


@pytest.mark.parametrize("value", SIZES, ids=str)
def test_a_size_that_is_no_count_is_refused_by_its_name(plain, tmp_path, value):
    copy = shutil.copytree(plain[0], tmp_path / "copy")
    family = ARCHITECTURES[copy_kind(copy)]
    for field in family.sizes:
        fresh = shutil.copytree(plain[0], tmp_path / field)
        set_config(fresh, **{field: value})
        assert f"{field} is" in refusal(fresh)


def copy_kind(folder):
    return read_config(folder, "copy")["model_type"]


@pytest.mark.parametrize("value", ["no-such-function", 3, None, ["gelu"], {}])
def test_an_activation_that_is_unknown_is_named(plain, tmp_path, value):
    copy = shutil.copytree(plain[0], tmp_path / "copy")
    field = ARCHITECTURES[copy_kind(copy)].activation
    set_config(copy, **{field: value})
    line = refusal(copy)
    assert f"{field} is" in line
    assert "download" not in line


@pytest.mark.parametrize("name", ["relu", "gelu_new", "gelu_pytorch_tanh", "silu", "tanh"])
def test_every_activation_of_the_library_is_explained_as_it_computes(plain, tmp_path, name):
    copy = shutil.copytree(plain[0], tmp_path / "copy")
    kind = copy_kind(copy)
    set_config(copy, **{ARCHITECTURES[kind].activation: name})
    own = ARCHITECTURES[kind].masked_lm.from_pretrained(copy)
    ids = torch.tensor([[2, 5, 8, 4, 16, 19, 3]])
    with torch.no_grad():
        row = own(input_ids=ids).logits[0, 3]
    expected = row[WORDS.index("are")] - row[WORDS.index("is")]
    # Of ModernBERT the library computes a part in float32, whatever the weights are in.
    near = 1e-7 if kind == "modernbert" else 1e-10
    assert answer(copy)[0] == pytest.approx(float(expected), abs=near)


@pytest.mark.parametrize("value", [-1e-5, float("nan"), float("inf"), "small", True, None, []])
def test_a_layer_norm_eps_that_is_no_small_number_is_refused(tiny_masked_lm_dir, tmp_path, value):
    copy = shutil.copytree(tiny_masked_lm_dir, tmp_path / "copy")
    set_config(copy, layer_norm_eps=value)
    assert "layer_norm_eps is" in refusal(copy)


@pytest.mark.parametrize("value", [None, -1, 28, 39, "1", 1.0, True])
def test_robertas_padding_must_leave_positions(tmp_path, value):
    family = ARCHITECTURES["roberta"]
    sizes = dict(zip(family.sizes, (1, 2, 12, 24, len(WORDS), 40), strict=False))
    folder = save_tiny(
        tmp_path / "r", family.masked_lm, family.config_class(**sizes, **ids_of(family))
    )
    set_config(folder, pad_token_id=value)
    assert "pad_token_id is" in refusal(folder)


@pytest.mark.parametrize("value", [None, -1, 10**9, "1", True])
def test_the_padding_of_others_matters_not(tiny_masked_lm_dir, tmp_path, value):
    copy = shutil.copytree(tiny_masked_lm_dir, tmp_path / "copy")
    set_config(copy, pad_token_id=value)
    assert answer(copy) == answer(tiny_masked_lm_dir)


def test_heads_must_divide_the_width(plain, tmp_path):
    copy = shutil.copytree(plain[0], tmp_path / "copy")
    field = ARCHITECTURES[copy_kind(copy)].sizes[1]
    set_config(copy, **{field: 5})
    assert "divides the width 12" in refusal(copy)


def test_both_names_of_distilberts_sizes_are_read(tmp_path):
    family = ARCHITECTURES["distilbert"]
    sizes = dict(zip(family.sizes, (2, 2, 12, 24, len(WORDS), 40), strict=True))
    folder = save_tiny(
        tmp_path / "d", family.masked_lm, family.config_class(**sizes, **ids_of(family))
    )
    before = answer(folder)
    drop_config(folder, "n_layers", "n_heads", "dim")
    set_config(folder, num_hidden_layers=2, num_attention_heads=2, hidden_size=12)
    assert answer.__wrapped__(folder) == before


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_without_a_model_type_the_one_to_add_is_told(tmp_path, kind):
    family = ARCHITECTURES[kind]
    sizes = dict(zip(family.sizes, (1, 2, 12, 24, len(WORDS), 40), strict=False))
    folder = save_tiny(
        tmp_path / kind, family.masked_lm, family.config_class(**sizes, **ids_of(family))
    )
    drop_config(folder, "model_type")
    assert f'add "model_type": "{kind}"' in refusal(folder)
    drop_config(folder, "architectures")
    line = refusal(folder)
    told = OF_WEIGHTS.get(kind, kind)
    if told is None:
        assert "has no model_type: add the one it was trained as, of bert, roberta," in line
        return
    assert f'add "model_type": "{told}", which the names of its weights' in line
    set_config(folder, model_type=told)
    assert load_model(str(folder)).info.layers == 1


@pytest.mark.parametrize("value", [[], {}, 3, ""])
def test_a_model_type_that_is_no_kind_is_refused(tiny_masked_lm_dir, tmp_path, value):
    copy = shutil.copytree(tiny_masked_lm_dir, tmp_path / "copy")
    set_config(copy, model_type=value)
    assert "is of type" in refusal(copy)


@pytest.mark.parametrize("value", [10**9, 2, "3", -1])
def test_a_number_of_labels_that_is_not_the_heads_is_refused(tiny_classifier_dir, tmp_path, value):
    copy = shutil.copytree(tiny_classifier_dir, tmp_path / "copy")
    drop_config(copy, "id2label", "label2id")
    set_config(copy, num_labels=value)
    assert "its weights have 3 classes" in refusal(copy)
    set_config(copy, num_labels=3)
    assert load_model(str(copy)).labels == ("LABEL_0", "LABEL_1", "LABEL_2")


@pytest.mark.parametrize("value", [["a", "b"], {"x": "a"}, {"0": ["a"]}, "a", {"0": None}])
def test_labels_that_are_no_names_are_refused(tiny_classifier_dir, tmp_path, value):
    copy = shutil.copytree(tiny_classifier_dir, tmp_path / "copy")
    set_config(copy, id2label=value)
    assert "id2label" in refusal(copy)


def test_labels_of_a_masked_model_matter_not_however_many(tiny_masked_lm_dir, tmp_path):
    copy = shutil.copytree(tiny_masked_lm_dir, tmp_path / "copy")
    set_config(copy, num_labels=10**9)
    assert answer(copy) == answer(tiny_masked_lm_dir)
