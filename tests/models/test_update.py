"""A model stored as an update of another is an ordinary network once it is loaded."""

import json
import shutil

import pytest
import torch
from safetensors.torch import load_file, save_file

from explainer import explain, load_model
from explainer.models import registry
from explainer.models.loading.update import merge
from explainer.models.registry import checksum
from training.low_rank import LowRank, add_low_rank, updates


@pytest.fixture
def installed(monkeypatch, tmp_path, tiny_masked_lm_dir):
    """A tiny `agreement`, a `sentiment` as its random update, and the network that was stored."""
    base = tmp_path / "agreement"
    shutil.copytree(tiny_masked_lm_dir, base)
    network = load_model(str(base), dtype="float64").network.bert
    torch.manual_seed(0)
    add_low_rank(network.encoder, rank=3)
    network.double()
    for module in network.modules():
        if isinstance(module, LowRank):
            torch.nn.init.normal_(module.up)
    width = network.config.hidden_size
    heads = {
        "bert.pooler.dense.weight": torch.randn(width, width, dtype=torch.float64),
        "bert.pooler.dense.bias": torch.randn(width, dtype=torch.float64),
        "classifier.weight": torch.randn(2, width, dtype=torch.float64),
        "classifier.bias": torch.randn(2, dtype=torch.float64),
    }
    folder = tmp_path / "sentiment"
    folder.mkdir()
    factors = {f"bert.{name}": factor for name, factor in updates(network).items()}
    save_file(heads | factors, folder / "model.safetensors")
    config = json.loads((base / "config.json").read_text())
    config["architectures"] = ["BertForSequenceClassification"]
    config["id2label"] = {"0": "negative", "1": "positive"}
    (folder / "config.json").write_text(json.dumps(config))
    names = ("agreement", "sentiment")
    sums = {name: checksum(tmp_path / name / "model.safetensors") for name in names}
    (tmp_path / "checksums.json").write_text(json.dumps(sums))
    monkeypatch.setattr(registry, "MODELS", tmp_path)
    monkeypatch.setattr(registry, "CHECKSUMS", tmp_path / "checksums.json")
    return network, heads, tmp_path


def test_the_merged_network_computes_what_was_trained(installed):
    network, heads, _ = installed
    model = load_model("sentiment", dtype="float64")
    ids = torch.tensor([[2, 5, 6, 3]])
    hidden = network(ids).last_hidden_state[:, 0]
    pooled = hidden @ heads["bert.pooler.dense.weight"].T + heads["bert.pooler.dense.bias"]
    expected = pooled.tanh() @ heads["classifier.weight"].T + heads["classifier.bias"]
    torch.testing.assert_close(model.network(ids).logits, expected)
    assert model.labels == ("negative", "positive")
    explanation = explain(model, "the old farmer is good .", label="positive", flow=True)
    assert explanation.flow is not None
    assert explanation.flow.layer_totals() == pytest.approx([sum(explanation.influence)] * 3)


@pytest.mark.usefixtures("installed")
def test_the_merged_network_is_an_ordinary_folder(tmp_path):
    model = load_model("sentiment", dtype="float64")
    model.network.save_pretrained(tmp_path / "whole")
    model.tokenizer.save_pretrained(tmp_path / "whole")
    again = load_model(str(tmp_path / "whole"), dtype="float64")
    ids = torch.tensor([[2, 5, 6, 3]])
    torch.testing.assert_close(again.network(ids).logits, model.network(ids).logits)


@pytest.mark.parametrize("damaged", ["agreement", "sentiment"])
def test_a_damaged_base_or_update_is_refused(installed, damaged):
    _, _, folder = installed
    weights = folder / damaged / "model.safetensors"
    save_file({k: w + 1e-9 for k, w in load_file(weights).items()}, weights)
    with pytest.raises(ValueError, match="not those it was published with"):
        load_model("sentiment")


def test_factors_add_to_their_weight_and_whole_weights_replace():
    base = {"a.weight": torch.eye(2), "b": torch.zeros(1)}
    update = {
        "a.weight.up": torch.tensor([[1.0], [2.0]]),
        "a.weight.down": torch.tensor([[3.0, 4.0]]),
        "b": torch.ones(1),
    }
    merged = merge(base, update, torch.float64)
    assert merged["a.weight"].tolist() == [[4.0, 4.0], [6.0, 9.0]]
    assert merged["b"].tolist() == [1.0]
    assert merged.keys() == base.keys()


def test_an_update_comes_as_near_to_a_weight_as_its_rank_allows():
    torch.manual_seed(0)
    base, wanted = torch.nn.Linear(5, 4), torch.randn(4, 5)
    change = wanted - base.weight.detach()
    for rank in (1, 2, 4):
        projection = LowRank(base, rank)
        projection.approximate(wanted)
        left = torch.linalg.svdvals(change - projection.up @ projection.down)
        lost = torch.linalg.svdvals(change)[rank:]
        torch.testing.assert_close(left[: 4 - rank], lost)
        assert left[4 - rank :].abs().max() < 1e-5
