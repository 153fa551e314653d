"""Matrix products in reduced precision: near the full numbers, and honest about how near."""

import pytest
import torch

from explainer import ExplainerError, Explanation, Settings, explain, explain_many, load_model
from explainer.cli.main import main
from explainer.influence import verify
from explainer.models.encode import last_hidden

TEXT = "the farmers that the assistant loves [MASK] old ."
FEW = Settings(points=9)
ASKED = {"correct": "are", "wrong": "is", "settings": FEW}


@pytest.fixture(scope="module")
def agreement():
    return load_model()


def apart(one, other):
    gaps = (abs(a - b) for a, b in zip(one.influence, other.influence, strict=True))
    return max(gaps) / sum(map(abs, other.influence))


def test_bfloat16_is_near_and_says_how_near(agreement):
    full = explain(agreement, TEXT, **ASKED, flow=True)
    found = explain(agreement, TEXT, **ASKED, flow=True, precision="bfloat16")
    assert full.reduced is None
    assert found.reduced.precision == "bfloat16"
    assert found.reduced.gap == pytest.approx(found.target.value - full.target.value, abs=1e-5)
    assert 1e-6 < abs(found.reduced.gap) < 0.05
    assert 1e-6 < apart(found, full) < 0.02
    # Whatever is rounded, what is said of a route is its own: trails end at what the parts sum to.
    assert found.flow.layer_totals() == pytest.approx([sum(found.influence)] * 6, rel=0.02)
    assert Explanation.from_json(found.to_json()).reduced == found.reduced
    assert Explanation.from_json(full.to_json()).reduced is None


def test_a_thread_is_in_full_precision_again_afterwards(agreement):
    explain(agreement, TEXT, **ASKED, precision="bfloat16")
    assert not torch.is_autocast_enabled("cpu")
    with pytest.raises(ExplainerError, match="memory budget"):
        explain(agreement, TEXT, **ASKED, precision="bfloat16", memory=1)
    assert not torch.is_autocast_enabled("cpu")


def test_many_texts_in_bfloat16(agreement):
    texts = [TEXT, "the farmer [MASK] bad ."]
    for found in explain_many(agreement, texts, settings=FEW, precision="bfloat16"):
        assert abs(found.reduced.gap) < 0.05


def test_words_and_classes_in_a_beam_and_in_pieces(tiny_masked_lm_dir, tiny_classifier_dir):
    for folder in (tiny_masked_lm_dir, tiny_classifier_dir):
        model = load_model(str(folder), dtype="float32")
        text = TEXT if model.info.task == "masked-lm" else TEXT.replace("[MASK]", "is")
        full = explain(model, text, settings=Settings(points=9, top_k=3), flow=True)
        for memory in ("1 GB", "150 kB"):
            found = explain(
                model,
                text,
                settings=Settings(points=9, top_k=3),
                flow=True,
                precision="bfloat16",
                memory=memory,
            )
            assert apart(found, full) < 0.05


def test_what_is_explained_is_still_the_models_own(agreement, monkeypatch):
    monkeypatch.setattr(verify, "last_hidden", lambda *a, **k: 2 * last_hidden(*a, **k))
    with pytest.raises(ExplainerError, match="itself gives"):
        explain(agreement, TEXT, **ASKED, precision="bfloat16")


def test_what_cannot_be_is_refused(agreement, tiny_masked_lm):
    with pytest.raises(ExplainerError, match="'half' is not known: choose one of"):
        explain(agreement, TEXT, precision="half")
    with pytest.raises(ExplainerError, match="TF32 is a precision of GPUs"):
        explain(agreement, TEXT, precision="tf32")
    with pytest.raises(ExplainerError, match="for models in float32, and this one is in float64"):
        explain_many(tiny_masked_lm, [TEXT], precision="bfloat16")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="NO TEST ON A GPU WAS RUN: there is none")
@pytest.mark.parametrize("precision", ["tf32", "bfloat16"])
def test_on_a_gpu(agreement, precision):
    full, there = explain(agreement, TEXT, **ASKED), load_model(device="cuda")
    found = explain(there, TEXT, **ASKED, precision=precision)
    assert found.reduced.precision == precision
    assert abs(found.reduced.gap) < 0.05
    assert apart(found, full) < 0.02
    assert torch.get_float32_matmul_precision() == "highest"


def test_the_command(capsys):
    arguments = ["explain", TEXT, "--correct", "are", "--wrong", "is", "--points", "9"]
    assert main([*arguments, "--precision", "bfloat16"]) == 0
    assert "products  in bfloat16: Q(x) is" in capsys.readouterr().out
    assert main([*arguments, "--precision", "tf32"]) == 2
    assert "TF32 is a precision of GPUs" in capsys.readouterr().err
