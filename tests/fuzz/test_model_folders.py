"""Generated damage of model folders: one sentence, or the model that transformers runs itself."""

import json
import pickle
import resource
import struct

import pytest
import torch
from hypothesis import strategies as st
from safetensors.torch import load, save
from transformers import BertModel

from explainer import ExplainerError, load_model, predict
from explainer.api import explain
from explainer.models.encode import last_hidden, without_gradients
from explainer.models.forward import own_logits, own_states, rounding
from explainer.models.loading.load import _quiet
from explainer.models.tokens import Tokens
from tests.damage import cases, outcome
from tests.fixtures import save_tiny, tiny_config
from tests.fuzz.asking import FEW, Quiet
from tests.fuzz.damaged import (
    BLOW,
    BYTES,
    KINDS,
    ODD,
    Files,
    changed_bytes,
    changed_json,
    put,
    put_instead,
    read_files,
)

WEIGHTS, CONFIG = "model.safetensors", "config.json"
GIGABYTE = 2**20
"""In kilobytes, as the system counts a process's largest memory."""
FIELDS = {
    **{"auto_map": {"AutoModel": "evil.Evil"}, "trust_remote_code": True, "model_type": "evil"},
    **{"quantization_config": {"bits": 4}, "is_decoder": True, "pruned_heads": {"0": [1]}},
    **{"tie_word_embeddings": False, "torch_dtype": "float16", "dtype": "x", "num_labels": 10**9},
    **{"hidden_size": 10**7, "vocab_size": 10**7, "num_hidden_layers": 10**6, "hidden_act": "relu"},
    **{"num_attention_heads": 3, "max_position_embeddings": 10**7, "type_vocab_size": 1},
    **{"layer_norm_eps": 1e-3, "problem_type": "regression", "architectures": ["BertModel"]},
    **{"position_embedding_type": "relative_key", "id2label": {"0": "x" * 10**5, "7": "\x00"}},
    **{"chunk_size_feed_forward": 3, "attn_implementation": "evil", "use_cache": "x"},
    **{"return_dict": False, "output_attentions": True, "pad_token_id": 10**9},
    "intermediate_size": 0,
}
"""Fields of a configuration that change what a library does with it."""
OWN_CODE = json.dumps({"auto_map": FIELDS["auto_map"]}).encode()
REMOTE = b"import pathlib\npathlib.Path(%r).touch()\nclass Evil: pass\n"


@pytest.fixture(scope="module")
def wholes(
    tiny_masked_lm_dir, tiny_classifier_dir, tiny_tagger_dir, tiny_reader_dir, tiny_roberta_dir,
    tmp_path_factory,
):  # fmt: skip
    """The files of a whole folder of each kind."""
    sentence = save_tiny(tmp_path_factory.mktemp("s") / "encoder", BertModel, tiny_config())
    listed = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_P", "type": "sentence_transformers.models.Pooling"},
    ]
    (sentence / "modules.json").write_text(json.dumps(listed), encoding="utf-8")
    (sentence / "1_P").mkdir()
    pooling = {"word_embedding_dimension": 12, "pooling_mode_mean_tokens": True}
    (sentence / "1_P" / CONFIG).write_text(json.dumps(pooling), encoding="utf-8")
    folders = (
        *(tiny_masked_lm_dir, tiny_classifier_dir, tiny_tagger_dir, tiny_reader_dir),
        *(tiny_roberta_dir, sentence),
    )
    found = {folder.name: read_files(folder) for folder in folders}
    found["shards"] = in_shards(found[tiny_masked_lm_dir.name])
    return Quiet(found)


def in_shards(files: Files) -> Files:
    """The same model with its weights in two files."""
    weights = load(files[WEIGHTS])
    names = sorted(weights)
    halves = names[::2], names[1::2]
    shards = {
        f"model-{n}.safetensors": save({k: weights[k] for k in half}, {"format": "pt"})
        for n, half in enumerate(halves)
    }
    index = {name: f"model-{n}.safetensors" for n, half in enumerate(halves) for name in half}
    listed = {"model.safetensors.index.json": json.dumps({"weight_map": index}).encode()}
    return {k: v for k, v in files.items() if k != WEIGHTS} | shards | listed


def with_weights(content: bytes, how: str, at: int, other: int) -> bytes:
    """A file of weights with one of them another: its numbers, shape, kind or name."""
    try:
        weights = load(content)
    except Exception:  # damaged before
        return content
    names = sorted(weights)
    name, second = names[at % len(names)], names[other % len(names)]
    one = weights[name]
    if how == "gone":
        del weights[name]
    elif how == "renamed":
        weights[f"{name}.x"] = weights.pop(name)
    elif how == "copied":
        weights["lm_head.decoder.bias"] = one.clone()
    elif how == "swapped":
        weights[name], weights[second] = weights[second], one
    elif how in ("nan", "inf", "1e30", "-1e300", "0"):
        weights[name] = (
            one.clone()
            .flatten()
            .index_fill_(0, torch.tensor([other % max(1, one.numel())]), float(how))
            .reshape(one.shape)
        )
    elif how == "scaled":
        weights[name] = one * 1e4
    elif how == "turned":
        weights[name] = one.mT.contiguous() if one.dim() > 1 else one.flip(0)
    elif how == "flat":
        weights[name] = one.flatten()
    elif how == "empty":
        weights[name] = one.flatten()[:0]
    elif how == "longer":
        weights[name] = torch.cat((one, one))
    else:
        weights[name] = one.to(getattr(torch, how))
    return save(weights, {"format": "pt"})


WEIGHT = st.tuples(
    st.sampled_from(
        [
            *("gone", "renamed", "copied", "swapped", "nan", "inf", "1e30", "-1e300", "0"),
            *("scaled", "turned", "flat", "empty", "longer", "float16", "bfloat16", "int64"),
            *("bool", "float32"),
        ]
    ),
    *[st.integers(0, 500)] * 2,
)
"""What `with_weights` takes."""


def with_header(content: bytes, blow: tuple, length: int | None) -> bytes:
    """A file of weights whose header says something else, or claims to be of another length."""
    size = int.from_bytes(content[:8], "little")
    if length is not None:
        return struct.pack("<Q", length) + content[8:]
    header = changed_json(content[8 : 8 + size], blow)
    return struct.pack("<Q", len(header)) + header + content[8 + size :]


DAMAGE = st.one_of(
    st.tuples(st.just("json"), st.integers(0, 20), BLOW),
    st.tuples(st.just("json"), st.just(0), BLOW),
    st.tuples(st.just("field"), st.sampled_from(sorted(FIELDS)), st.sampled_from(ODD) | st.none()),
    st.tuples(st.just("bytes"), st.integers(0, 20), BYTES),
    st.tuples(st.just("weight"), st.integers(0, 1), WEIGHT),
    st.tuples(
        st.just("header"),
        BLOW,
        st.none() | st.sampled_from([0, 1, 7, 99, 10**6, 2**31, 2**40, 2**63, 2**64 - 1]),
    ),
    st.tuples(st.just("instead"), st.integers(0, 20), st.sampled_from(KINDS)),
    st.tuples(st.just("exchanged"), st.integers(0, 20), st.integers(0, 20)),
    st.tuples(st.just("evil"), st.booleans(), st.booleans()),
)


class Evil:
    """What touches a file when it is unpickled."""

    def __init__(self, place):
        self.place = place

    def __reduce__(self):
        return (open, (self.place, "w"))


def damaged(files: Files, blows: list[tuple], touched: str) -> tuple[Files, list[tuple]]:
    """The files after the blows; those that put something else in a file's place are left."""
    files, later = dict(files), []
    for kind, where, how in blows:
        weights = [name for name in files if name.endswith(".safetensors")] or [WEIGHTS]
        names = sorted(files)
        if kind == "instead":
            later.append((names[where % len(names)], how))
        elif kind == "exchanged":
            one, other = names[where % len(names)], names[how % len(names)]
            files[one], files[other] = files[other], files[one]
        elif kind == "json":
            listed = [name for name in names if name.endswith(".json")]
            listed.sort(key=lambda name: name != CONFIG)
            name = listed[where % len(listed)]
            files[name] = changed_json(files[name], how)
        elif kind == "field":
            value = FIELDS[where] if how is None else how
            try:
                config = json.loads(files.get(CONFIG, b"{}"))
            except (ValueError, RecursionError):
                continue
            if isinstance(config, dict):
                config[where] = value
                files[CONFIG] = json.dumps(config).encode("utf-8", "surrogatepass")
        elif kind == "bytes":
            name = names[where % len(names)]
            files[name] = changed_bytes(files[name], *how)
        elif kind == "weight":
            name = weights[where % len(weights)]
            files[name] = with_weights(files.get(name, b""), *how)
        elif kind == "header":
            files[weights[0]] = with_header(files.get(weights[0], b""), where, how)
        elif kind == "evil":
            files["pytorch_model.bin"] = pickle.dumps(Evil(touched))
            files["evil.py"] = files["modeling_evil.py"] = REMOTE % touched
            if where:
                files = {name: it for name, it in files.items() if name not in weights}
            if how:
                files = {**files, CONFIG: OWN_CODE}
    return files, later


@cases(
    0.04,
    kind=st.integers(0, 6),
    blows=st.lists(DAMAGE, min_size=1, max_size=3),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_damaged_model_folders(wholes, tmp_path_factory, kind, blows, dtype):
    base = tmp_path_factory.getbasetemp() / "damaged-model"
    touched = base.with_name("touched")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    files, instead = damaged([*wholes.it.values()][kind], blows, str(touched))
    folder = put(files, base / "model")
    for name, what in instead:
        others = sorted(path for path in (folder / name).parent.iterdir() if path.name != name)
        put_instead(folder / name, what, others[0] if others else folder)
    try:
        model = load_model(str(folder), dtype=dtype)
    except ExplainerError as error:
        said = str(error)
        assert said.isprintable(), said
        assert said.endswith("."), said
        assert len(said) < 600, said
    else:
        computes_what_transformers_does(model)
        is_what_transformers_loads(model, folder)
    assert not touched.exists(), "code that came with a model was run"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < GIGABYTE, grown


def computes_what_transformers_does(model):
    """The library's own pass from token ids, and every number that is shown of it, are equal."""
    ids = [model.tokenizer.cls_token_id, model.mask_id, 5, 6, model.tokenizer.sep_token_id]
    tokens = Tokens([min(one, len(model.known_ids) - 1) for one in ids])
    if len(ids) > model.max_tokens:
        return
    at = range(len(ids))
    theirs = own_states(model.network, tokens, at)[0]
    with without_gradients():
        ours = last_hidden(model.adapter, tokens)[0]
    assert (theirs - ours).abs().max() <= rounding(theirs, model.adapter.inside)
    mask = model.tokenizer.mask_token
    text, pair = f"the {mask} are old", None
    if model.info.task in ("question-answering", "similarity"):
        pair = "the farmers are old"
    if model.info.task != "similarity":
        assert own_logits(model.network, tokens).isfinite().all()
        best = outcome(lambda: predict(model, text, 2, pair=pair))
        assert best is None or all(0 <= one.probability <= 1 for one in best)
    # Its own pass, from token ids, is compared with the library's in every explanation.
    outcome(lambda: explain(model, text, pair=pair, settings=FEW))


def is_what_transformers_loads(model, folder):
    """Where transformers loads the folder by itself, it is the same network."""
    if model.info.task == "similarity":
        return
    tokens = Tokens([model.tokenizer.cls_token_id, model.mask_id, model.tokenizer.sep_token_id])
    try:
        given = {"local_files_only": True, "use_safetensors": True, "attn_implementation": "eager"}
        with _quiet():
            own = type(model.network).from_pretrained(folder, dtype=model.network.dtype, **given)
        theirs = own_logits(own.eval(), tokens)
    except Exception:  # it is not so patient with fields that change no number
        return
    ours = own_logits(model.network, tokens)
    assert theirs.shape == ours.shape
    assert (theirs - ours).abs().max() <= rounding(theirs, model.adapter.inside)
