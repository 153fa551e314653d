"""Models for question answering of every architecture, from a folder to an explanation."""

import pytest
import torch

from explainer import Contrast, Question, Settings, ablate, explain, explain_many, predict
from explainer.models.architectures import ARCHITECTURES
from explainer.models.forward import own_logits
from explainer.models.registry import load_model
from explainer.question.places.spans import scores_of
from explainer.question.sentence import read_sentence
from tests.fixtures import WORDS, save_tiny
from tests.folders import refusal, set_config
from tests.tiny import SIZES

QUESTION, PASSAGE = "the farmers love .", "that assistant is the old farmer ."
SETTINGS = Settings(points=3)
LOOSE = 1e-5
"""transformers computes ModernBERT's rotations in float32."""


@pytest.fixture(scope="module", params=SIZES)
def reader(request, tmp_path_factory):
    family = ARCHITECTURES[request.param]
    sizes = dict(zip(family.sizes, (3, 2, 12, 24, len(WORDS), 40), strict=False))
    more = {"type_vocab_size": 2} if "type_vocab_size" in family.sizes else {}
    network_class = family.question_answering
    config = network_class.config_class(**{"pad_token_id": 0} | SIZES[request.param] | sizes | more)
    folder = save_tiny(tmp_path_factory.mktemp(request.param) / "reader", network_class, config)
    return load_model(str(folder), dtype="float64")


def test_answers_are_those_of_the_library_and_are_followed_alone_and_among_others(reader):
    assert reader.info.task == "question-answering"
    sentence = read_sentence(reader, QUESTION, PASSAGE)
    own = scores_of(sentence, own_logits(reader.network, sentence))
    found = predict(reader, QUESTION, len(own), pair=PASSAGE)
    assert [one.logit for one in found] == pytest.approx(list(own.values()), abs=LOOSE)
    contrast = Contrast(answer="old farmer")
    questions = [Question(QUESTION, contrast, PASSAGE), Question("the .", pair=PASSAGE)]
    one, _ = explain_many(reader, questions, settings=SETTINGS)
    for memory in (None, 60_000):
        alone = explain(
            *(reader, QUESTION),
            pair=PASSAGE,
            answer="old farmer",
            settings=SETTINGS,
            memory=memory,
        )
        assert alone.influence == pytest.approx(one.influence, abs=1e-9)
        assert [p.nodes for p in alone.patterns] == [p.nodes for p in one.patterns]
    more = {"pair": PASSAGE, "contrast": contrast, "settings": SETTINGS}
    assert ablate(reader, QUESTION, cut=[], **more).value == pytest.approx(one.target.value)


def test_without_a_named_architecture_the_weights_tell(reader, tmp_path):
    kind = reader.network.config.model_type
    family = ARCHITECTURES[kind]
    folder = save_tiny(tmp_path / "unnamed", family.question_answering, reader.network.config)
    set_config(folder, architectures=None)
    if kind == "modernbert":
        assert "set architectures to" in refusal(folder)  # test_own_fields.py
        return
    assert load_model(str(folder)).info.task == "question-answering"
    assert torch.is_tensor(load_model(str(folder)).network.qa_outputs.weight)
