"""Folders of sentence-transformers and encoders without a head: embeddings equal the library's."""

import json
import re

import pytest
import torch
from safetensors.torch import save_file
from torch.nn.functional import cosine_similarity
from transformers import MODEL_MAPPING, AutoModel, BertForMaskedLM

from explainer import ExplainerError, Settings, ablate, explain, load_model, predict, word_scores
from explainer.base.errors import HeadlessError
from explainer.models.architectures import ARCHITECTURES
from explainer.question.predictions import embedding_of
from explainer.question.sentence import read_alone, read_sentence
from tests.fixtures import WORDS, save_tiny, tiny_config
from tests.tiny import SIZES

TEXT, OTHER = "the farmers that the assistant loves are old .", "the assistant is good ."
PACKAGE = "sentence_transformers.models"
LOOSE = 1e-5
"""transformers computes ModernBERT's rotations in float32."""


def with_modules(folder, *, pooling="mean", dense=None, modules=None, settings=None, limits=None):
    """Write around the encoder in `folder` what sentence-transformers writes."""
    kinds = ["Transformer", "Pooling", *(["Dense"] if dense else []), "Normalize"]
    listed = [
        {"idx": n, "name": str(n), "path": f"{n}_{kind}" if n else "", "type": f"{PACKAGE}.{kind}"}
        for n, kind in enumerate(kinds)
    ]
    (folder / "modules.json").write_text(json.dumps(listed if modules is None else modules))
    (folder / "1_Pooling").mkdir(exist_ok=True)
    named = {"cls": "cls_token", "mean": "mean_tokens", "max": "max_tokens"}
    config = {f"pooling_mode_{name}": kind == pooling for kind, name in named.items()}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(config))
    if dense:
        (folder / "2_Dense").mkdir()
        W, b = torch.randn(5, 12, dtype=torch.float64), torch.randn(5, dtype=torch.float64)
        save_file({"linear.weight": W, "linear.bias": b}, folder / "2_Dense" / "model.safetensors")
        (folder / "2_Dense" / "config.json").write_text(
            json.dumps({"in_features": 12, "out_features": 5, "activation_function": dense})
        )
    if settings is not None:
        (folder / "config_sentence_transformers.json").write_text(json.dumps(settings))
    if limits is not None:
        (folder / "sentence_bert_config.json").write_text(json.dumps(limits))
    return folder


def headless(folder, kind="bert"):
    family = ARCHITECTURES[kind]
    sizes = SIZES[kind] | dict(zip(family.sizes, (3, 2, 12, 24, len(WORDS), 40), strict=False))
    config = family.config_class(**{"pad_token_id": 0} | sizes)
    return save_tiny(folder, MODEL_MAPPING[type(config)], config)


@pytest.fixture
def folder(tmp_path):
    return headless(tmp_path / "encoder")


@pytest.mark.parametrize("kind", SIZES)
@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_the_embedding_is_that_of_the_library_and_its_cosine_is_explained(kind, pooling, tmp_path):
    folder = headless(tmp_path / kind, kind)
    model = load_model(str(folder), dtype="float64", pooling=pooling)
    assert model.info.task == "similarity"
    own = AutoModel.from_pretrained(folder, dtype=torch.float64).eval()
    found = []
    for text in (TEXT, OTHER):
        read = read_alone(model, text)
        with torch.no_grad():
            hidden = own(input_ids=torch.tensor([read.token_ids])).last_hidden_state[0]
        found.append(hidden.mean(0) if pooling == "mean" else hidden[0])
        assert embedding_of(model, read) == pytest.approx(found[-1], abs=LOOSE)
    cosine = float(cosine_similarity(*found, dim=0))
    explanation = explain(model, TEXT, pair=OTHER, settings=Settings(points=300))
    target = explanation.target
    assert target.value == pytest.approx(cosine, abs=LOOSE)
    assert (target.unit, target.correct, target.wrong) == ("cosine", OTHER, None)
    n = len(explanation.tokens)
    assert target.positions == (tuple(range(n)) if pooling == "mean" else (0,))
    assert abs(explanation.completeness_gap) < 0.01 * abs(target.value - target.baseline_value)
    (said,) = predict(model, TEXT, pair=OTHER)
    assert said.logit == pytest.approx(cosine, abs=LOOSE)
    turned = explain(model, OTHER, pair=TEXT, settings=Settings(points=3))
    assert turned.target.value == pytest.approx(cosine, abs=LOOSE)


@pytest.mark.parametrize("activation", ["Identity", "Tanh"])
def test_a_dense_layer_behind_the_pooling_is_part_of_it(folder, activation):
    where = {"Identity": "torch.nn.modules.linear.Identity", "Tanh": "torch.nn.Tanh"}[activation]
    model = load_model(str(with_modules(folder, dense=where)), dtype="float64")
    (layer,) = model.pooling.layers
    read = read_alone(model, TEXT)
    own = AutoModel.from_pretrained(folder, dtype=torch.float64).eval()
    with torch.no_grad():
        pooled = own(input_ids=torch.tensor([read.token_ids])).last_hidden_state[0].mean(0)
    y = layer.W @ pooled + layer.b
    assert embedding_of(model, read) == pytest.approx(y.tanh() if activation == "Tanh" else y)
    explanation = explain(model, TEXT, pair=OTHER, settings=Settings(points=300))
    assert abs(explanation.completeness_gap) < 0.01


def test_a_head_that_was_saved_with_the_encoder_does_not_matter(tmp_path):
    # As in all-mpnet-base-v2, whose config.json still names the masked LM.
    folder = with_modules(save_tiny(tmp_path / "lm", BertForMaskedLM, tiny_config()))
    assert load_model(str(folder)).info.task == "similarity"


def test_the_longest_text_is_what_the_folder_says(folder):
    model = load_model(str(with_modules(folder, limits={"max_seq_length": 7})))
    assert model.max_tokens == 7
    with pytest.raises(ExplainerError, match="The text is 11 tokens long"):
        read_sentence(model, TEXT, OTHER)
    with pytest.raises(ExplainerError, match="The second text is 11 tokens long"):
        read_sentence(model, "old .", TEXT)


def test_other_questions_of_a_similarity_are_answered(folder):
    model = load_model(str(with_modules(folder)), dtype="float64")
    cut = ablate(model, TEXT, pair=OTHER, cut=[], settings=Settings(points=3))
    (said,) = cut.predictions
    assert cut.value == pytest.approx(said.logit) == predict(model, TEXT, pair=OTHER)[0].logit
    for method in ("influence", "leave-one-out", "gradient-input"):
        scores = word_scores(model, TEXT, method, pair=OTHER, settings=Settings(points=3))
        assert len(scores.scores) == len(scores.tokens) == 11


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pooling": "max"}, "pools by 'max', but only the mean of all tokens or [CLS]"),
        ({"dense": "torch.nn.modules.activation.ReLU"}, "the activation 'torch.nn.modules"),
        ({"modules": []}, "lists no modules"),
        ({"modules": [{"type": f"{PACKAGE}.Transformer", "path": "../.."}]}, "out of its folder"),
        ({"modules": [{"type": "custom_st.Transformer", "path": ""}]}, "a module of its own code"),
        ({"modules": [{"type": f"{PACKAGE}.CLIPModel", "path": ""}]}, "consists of CLIPModel"),
        ({"settings": {"default_prompt_name": "query"}}, "puts a prompt before every text"),
        ({"limits": {"max_seq_length": "long"}}, "the max_seq_length 'long'"),
    ],
)
def test_what_is_not_built_is_refused_by_name(folder, changes, message):
    with pytest.raises(ExplainerError, match=re.escape(message)):
        load_model(str(with_modules(folder, **changes)))


def test_what_a_caller_says_of_the_pooling_is_checked(folder):
    with pytest.raises(ExplainerError, match=re.escape("--pooling")):
        load_model(str(folder))
    with pytest.raises(ExplainerError, match="The pooling is 'max': give 'mean' or 'cls'"):
        load_model(str(folder), pooling="max")
    with_modules(folder)
    with pytest.raises(ExplainerError, match="pools by 'mean', and the pooling 'cls' was given"):
        load_model(str(folder), pooling="cls")
    with pytest.raises(ExplainerError, match="'agreement' is built in"):
        load_model("agreement", pooling="mean")


@pytest.mark.parametrize("mode", ["mean", "cls"])
@pytest.mark.parametrize("said", [None, {"pooling_mode_mean_tokens": False}])
def test_a_folder_that_does_not_say_how_it_pools_pools_as_the_caller_says(folder, mode, said):
    alone = load_model(str(folder), pooling=mode)
    pooling = with_modules(folder, limits={"max_seq_length": 20}) / "1_Pooling" / "config.json"
    pooling.unlink() if said is None else pooling.write_text(json.dumps(said))
    with pytest.raises(HeadlessError, match=r"does not say how it pools: .*--pooling") as refused:
        load_model(str(folder))
    assert "--" not in refused.value.on_page
    model = load_model(str(folder), pooling=mode)
    assert (model.pooling.mode, model.max_tokens) == (mode, 20)
    asked = {"text": TEXT, "pair": OTHER}
    assert predict(model, **asked) == predict(alone, **asked)


def test_a_second_text_is_needed_and_words_and_labels_are_refused(folder):
    model = load_model(str(with_modules(folder)))
    with pytest.raises(ExplainerError, match="compares two texts, and one was given"):
        explain(model, TEXT)
    with pytest.raises(ExplainerError, match="The second text is empty"):
        explain(model, TEXT, pair="")
    with pytest.raises(ExplainerError, match="compares two texts: leave it out"):
        explain(model, TEXT, pair=OTHER, correct="are")
    with pytest.raises(ExplainerError, match="compares two texts: leave the word out"):
        explain(model, TEXT, pair=OTHER, word="farmers")


def test_the_built_in_one_has_agreements_word_embeddings_and_finds_what_is_near():
    model, words = load_model("similarity"), load_model("agreement").adapter.embedding.word
    assert torch.equal(model.adapter.embedding.word, words)
    assert (model.info.layers, model.max_tokens, model.pooling.mode) == (4, 256, "mean")

    def near(one, other):
        return predict(model, one, pair=other)[0].logit

    music = "A man is playing a guitar."
    assert near(music, "Someone makes music.") > 0.3 + near(music, "The train was late.")
    found = explain(model, music, pair="Someone makes music.")
    assert found.patterns[0].token == "guitar"


@pytest.mark.parametrize(
    ("name", "ends", "said"),
    [("cosine", 2, False), ("dot", 3, False), ("dot", 2, True), ("euclidean", 3, True)],
)
def test_another_comparison_than_the_cosine_is_said(folder, name, ends, said):
    kinds = ("Transformer", "Pooling", "Normalize")[:ends]
    modules = [
        {"path": f"{n}_{kind}" if n else "", "type": f"{PACKAGE}.{kind}"}
        for n, kind in enumerate(kinds)
    ]
    with_modules(folder, modules=modules, settings={"similarity_fn_name": name})
    notes = read_sentence(load_model(str(folder)), TEXT, OTHER).notes
    assert [f"compare embeddings by {name!r}" in note for note in notes] == [True] * said
