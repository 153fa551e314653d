"""The published code's own numbers (tests/golden/README.md), to 1e-5 and every choice the same."""

import json
from pathlib import Path

import pytest

from explainer import Settings, explain, load_model

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = ("sentence1_points10", "sentence1_points50", "sentence2_points10")


@pytest.fixture(scope="module")
def model():
    return load_model(str(GOLDEN / "tiny_bert"))


@pytest.mark.parametrize("case", CASES)
def test_published_numbers(model, case):
    golden = json.loads((GOLDEN / f"{case}.json").read_text())
    explanation = explain(
        model,
        " ".join(golden["tokens"][1:-1]),
        correct=golden["correct"],
        wrong=golden["wrong"],
        settings=Settings(points=golden["n_alphas"], rule="riemann"),
    )
    assert list(explanation.tokens) == golden["tokens"]
    assert explanation.target.position == golden["mask_index"]
    assert explanation.influence == pytest.approx(golden["e2e_ig"], abs=1e-5)
    for value, words in (
        (explanation.target.value, golden["qoi_words_input"]),
        (explanation.target.baseline_value, golden["qoi_words_baseline"]),
    ):
        assert value == pytest.approx(words[0] - words[1], abs=1e-5)
    patterns = {pattern.source: pattern for pattern in explanation.patterns}
    assert sorted(patterns) == golden["source_indices"]
    for index, source in enumerate(golden["source_indices"]):
        pattern = patterns[source]
        sign = -1 if golden["reverse_qoi"][index] else 1
        assert list(pattern.nodes[1:]) == [row[index] for row in golden["fix_top_indice"]]
        assert [-1 if c == "skip" else c for c in pattern.components] == [
            row[index] for row in golden["greedy_indices_attn"]
        ]
        assert pattern.embedding_influence == pytest.approx(
            golden["pattern_influence_embedding_signed"][index], abs=1e-5
        )
        assert pattern.attention_influence == pytest.approx(
            golden["pattern_influence_attention_signed"][index], abs=1e-5
        )
        # The last node is the target, not chosen, so the file lists one layer less.
        refined = [
            sign * row[index][node]
            for row, node in zip(golden["greedy_combs"], pattern.nodes[1:-1], strict=True)
        ]
        assert pattern.embedding_trail[:-1] == pytest.approx(refined, abs=1e-5)
        assert pattern.attention_trail == pytest.approx(
            [row[index] for row in golden["greedy_combs_attn"]], abs=1e-5
        )
