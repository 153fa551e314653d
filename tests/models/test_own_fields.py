"""Fields of a configuration that one architecture alone has: read, or refused by their names."""

from typing import Any

import pytest

from explainer.models.architectures import ARCHITECTURES, deberta, modernbert
from explainer.models.loading.config import read_config
from explainer.models.registry import load_model
from tests.fixtures import WORDS, save_tiny
from tests.folders import drop_config, refusal, set_config
from tests.test_config_fields import answer, ids_of

ROPE = "rope_parameters"
ROTATIONS: list[Any] = [{"full_attention": {"rope_type": "yarn", "factor": 2.0}}, [], {"other": {}}]
OF_ITS_OWN: list[tuple[str, dict[str, Any]]] = [
    *(("albert", {"num_hidden_groups": value}) for value in (2, 0, True, None)),
    *(("albert", {"inner_group_num": value}) for value in (2, "1")),
    *(("albert", {"num_hidden_layers": value}) for value in (1_001, 0)),
    ("mpnet", {"relative_attention_num_buckets": 31}),
    ("mpnet", {"max_position_embeddings": 4}),
    *(("modernbert", {field: 2}) for field in modernbert.SWITCHES),
    *(("modernbert", {field: value}) for field in modernbert.THETAS for value in (0, "1", True)),
    *(("modernbert", {"global_attn_every_n_layers": value}) for value in (0, 1.5, None)),
    *(("modernbert", {"layer_types": value}) for value in (["full_attention"], "full_attention")),
    ("modernbert", {"layer_types": ["full_attention", "chunked_attention"]}),
    ("modernbert", {"rope_scaling": {"rope_type": "linear", "factor": 2.0}}),
    *(("modernbert", {ROPE: value}) for value in ROTATIONS),
    *(("modernbert", {field: -1e-5}) for field in ("norm_eps",)),
    ("modernbert", {"classifier_activation": "no-such-function"}),
    ("deberta-v2", {"conv_kernel_size": 3}),
    ("deberta-v2", {"embedding_size": 8}),
    *(("deberta-v2", {field: "yes"}) for field in deberta.SWITCHES),
    *(("deberta-v2", {"position_buckets": value}) for value in (1, 500, 2.0, None)),
    *(("deberta-v2", {"max_relative_positions": value}) for value in (-2, "8")),
    *(("deberta-v2", {"type_vocab_size": value}) for value in (-1, True)),
    *(("deberta-v2", {"pos_att_type": value}) for value in ("p2p", ["c2p", 3], 3)),
    *(("deberta-v2", {"norm_rel_ebd": value}) for value in ("rms", None, 3)),
    ("deberta-v2", {"pooler_hidden_act": "no-such-function"}),
]


@pytest.mark.parametrize(("kind", "changes"), OF_ITS_OWN, ids=str)
def test_what_an_architecture_alone_has_and_is_not_built_is_refused_by_its_name(
    tmp_path, kind, changes
):
    family = ARCHITECTURES[kind]
    sizes = dict(zip(family.sizes, (2, 2, 12, 24, len(WORDS), 40), strict=False))
    folder = save_tiny(
        tmp_path / kind, family.masked_lm, family.config_class(**sizes, **ids_of(family))
    )
    set_config(folder, **changes)
    assert f"{next(iter(changes))} is" in refusal(folder)


def test_a_head_that_pools_in_another_way_is_refused(tmp_path):
    family = ARCHITECTURES["modernbert"]
    sizes = dict(zip(family.sizes, (2, 2, 12, 24, len(WORDS), 40), strict=False))
    config = family.config_class(**sizes, **ids_of(family), classifier_pooling="mean")
    folder = save_tiny(tmp_path / "mean", family.classification, config)
    set_config(folder, classifier_pooling="max")
    assert "classifier_pooling is 'max': give 'cls' or 'mean'" in refusal(folder)


@pytest.mark.parametrize("head", ["classification", "tagging", "question_answering"])
def test_a_modernbert_whose_weights_do_not_tell_its_task_is_refused(tmp_path, head):
    """A tagger, or a reader, was loaded as a classifier of texts."""
    family = ARCHITECTURES["modernbert"]
    sizes = dict(zip(family.sizes, (2, 2, 12, 24, len(WORDS), 40), strict=False))
    network_class = getattr(family, head)
    folder = save_tiny(
        tmp_path / head, network_class, family.config_class(**sizes, **ids_of(family))
    )
    drop_config(folder, "architectures")
    said = refusal(folder)
    assert "names no architectures, and its weights have the same names for classes" in said
    assert f'["{network_class.__name__}"]' in said
    set_config(folder, architectures=[network_class.__name__])
    assert load_model(str(folder)).info.task == head.replace("_", "-")


def test_old_and_new_names_of_rotations_make_the_same_network(tmp_path):
    """The Hub's files have a number for each kind of layer, what the library saves has a table."""
    family = ARCHITECTURES["modernbert"]
    sizes = dict(zip(family.sizes, (3, 2, 12, 24, len(WORDS), 40, 4), strict=True))
    old = {"global_attn_every_n_layers": 2, "global_rope_theta": 50.0, "local_rope_theta": 7.0}
    folder = save_tiny(
        tmp_path / "new", family.masked_lm, family.config_class(**sizes, **ids_of(family), **old)
    )
    before = answer(folder)
    assert read_config(folder, "new")["rope_parameters"]["full_attention"]["rope_theta"] == 50.0
    drop_config(folder, "rope_parameters", "layer_types", *old)
    assert answer.__wrapped__(folder) != before
    set_config(folder, **old)
    assert answer.__wrapped__(folder) == before


def test_a_debertas_head_is_told_by_its_weights_where_its_configuration_does_not(tmp_path):
    family = ARCHITECTURES["deberta-v2"]
    sizes = dict(zip(family.sizes, (2, 2, 12, 24, len(WORDS), 40), strict=False))
    for legacy in (True, False):
        config = family.config_class(**sizes, legacy=legacy)
        folder = save_tiny(tmp_path / f"legacy {legacy}", family.masked_lm, config)
        before = answer(folder)
        drop_config(folder, "legacy")
        assert answer.__wrapped__(folder) == before
