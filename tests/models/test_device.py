"""A model computes where it is asked to, with the same numbers; a device must be there."""

from dataclasses import replace

import pytest
import torch

from explainer import (
    ExplainerError,
    Settings,
    ablate,
    explain,
    explain_many,
    load_model,
    predict,
    similarity_matrix,
    similarity_paths,
)
from explainer.question.quantity import Contrast
from tests.influence.test_together import TEXTS, same

WITH_CUDA = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="NO TEST ON A GPU WAS RUN: there is none"
)
FEW = Settings(points=5)


@pytest.mark.parametrize("device", ["cuda:99", "nonsense", "", 3.5, "meta"])
def test_a_device_that_is_not_there_is_refused(tiny_masked_lm_dir, device):
    with pytest.raises(ExplainerError, match=r"The device .* choose cpu"):
        load_model(str(tiny_masked_lm_dir), device=device)


@WITH_CUDA
@pytest.mark.parametrize("folder", ["tiny_masked_lm_dir", "tiny_classifier_dir"])
@pytest.mark.parametrize("settings", [FEW, replace(FEW, search="joint")])
def test_a_gpu_gives_the_same_numbers(folder, settings, request):
    name = str(request.getfixturevalue(folder))
    here, there = load_model(name), load_model(name, device="cuda")
    texts = TEXTS if here.info.task == "masked-lm" else [t.replace("[MASK]", "is") for t in TEXTS]
    together = explain_many(there, texts, settings=settings, flow=True)
    for text, found in zip(texts, together, strict=True):
        expected = explain(here, text, settings=settings, flow=True)
        same(found, expected, 1e-4)
        same(explain(there, text, settings=settings, flow=True), expected, 1e-4)
    for one, other in zip(predict(there, texts[0]), predict(here, texts[0]), strict=True):
        assert (one.word, one.logit) == (other.word, pytest.approx(other.logit, abs=1e-4))


@WITH_CUDA
def test_ablations_on_a_gpu_are_those_of_the_processor():
    here, there = load_model(), load_model(device="cuda")
    asked = {"contrast": Contrast("are", "is")}
    text = "the farmers that the assistant loves [MASK] old ."
    patterns = explain(here, text, correct="are", wrong="is").patterns
    for replacement in ("zero", "mean", "baseline"):
        for keep in (patterns, patterns[:1]):
            one, other = (
                ablate(model, text, keep=keep, replacement=replacement, **asked)
                for model in (there, here)
            )
            assert one.value == pytest.approx(other.value, abs=1e-3)


@WITH_CUDA
def test_two_texts_word_by_word_on_a_gpu_are_those_of_the_processor():
    here, there = load_model("similarity"), load_model("similarity", device="cuda")
    asked = ("A man is playing a guitar.", "Someone makes music.")
    one, other = (similarity_matrix(model, *asked) for model in (there, here))
    assert one.scores == pytest.approx(other.scores, abs=1e-4)
    assert one.first_influence == pytest.approx(other.first_influence, abs=1e-4)
    ways = [similarity_paths(model, *asked, "guitar", "music") for model in (there, here)]
    assert ways[0].score == pytest.approx(ways[1].score, abs=1e-4)
