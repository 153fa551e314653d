"""Token × token matrices of sentence encoders, against autograd through the library's own."""

import json

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from benchmarks import similarity as benchmark
from explainer import ExplainerError, Settings, SimilarityMatrix, explain, load_model, predict
from explainer.base.budget import given_budget
from explainer.base.checkpoint import checkpoints
from explainer.influence.sampling.path import IntegrationPath
from explainer.influence.similarity.matrix import matrix_of, read_both, similarity_matrix
from explainer.influence.similarity.pushed import Encoder
from explainer.influence.similarity.shares import integrated
from explainer.models.encode import without_gradients
from explainer.models.pooling import Dense, Pooling
from tests.models.test_sentence_encoders import OTHER, TEXT, headless, with_modules
from tests.tiny import SIZES, adapted, tiny_problem

FINE = Settings(points=300, rule="gauss-legendre")


def encoder_of(problem, pooling):
    rows = torch.tensor(pooling.positions(len(problem.x)))
    return Encoder(adapted(problem), pooling, rows)


def own_embedding(problem, pooling, z):
    """The normalised embedding of word embeddings, by the library's own network."""
    states = problem.network.base_model(inputs_embeds=z[None]).last_hidden_state
    return normalize(pooling.embedding(states[:, list(pooling.positions(len(z)))])[0], dim=0)


def by_autograd(problem, pooling):
    """C of every token [pos, out]: each coordinate's gradient, point by point."""
    found = 0.0
    for a, weight in zip(problem.points, problem.weights, strict=True):
        z = torch.lerp(problem.b, problem.x, a)
        J = torch.autograd.functional.jacobian(
            lambda at: own_embedding(problem, pooling, at), z.clone()
        )
        found = found + weight * torch.einsum("oij,ij->io", J, problem.x - problem.b)
    return found


POOLINGS = {
    "mean": Pooling("mean"),
    "cls": Pooling("cls"),
    "dense": Pooling("mean", (Dense(torch.linspace(-1, 1, 60).view(5, 12), None, tanh=True),)),
}


@pytest.mark.parametrize("pooling", POOLINGS.values(), ids=POOLINGS)
@pytest.mark.parametrize("architecture", SIZES)
def test_what_tokens_add_to_an_embedding_is_what_autograd_gives(architecture, pooling):
    problem = tiny_problem(architecture=architecture, layers=3, tokens=5, points=3)
    encoder = encoder_of(problem, pooling)
    path = IntegrationPath.between(problem.b, problem.x, problem.points, problem.weights)
    alone = torch.eye(5, dtype=torch.bool)
    two = torch.tensor([[True, False, False, True, False]])
    with torch.no_grad():
        found = integrated(encoder, path, alone, most=100)
        few_at_once = integrated(encoder, path, alone, most=2)
        together = integrated(encoder, path, two, most=100)
        f = encoder.at(path)
    exact = by_autograd(problem, pooling)
    assert exact.abs().max() > 0.01
    torch.testing.assert_close(found, exact, atol=1e-9, rtol=0)
    torch.testing.assert_close(few_at_once, found, atol=1e-12, rtol=0)
    torch.testing.assert_close(together[0], found[0] + found[3], atol=1e-12, rtol=0)
    own = own_embedding(problem, pooling, torch.lerp(problem.b, problem.x, problem.points[1]))
    torch.testing.assert_close(f[1], own, atol=1e-9, rtol=0)


@pytest.fixture(scope="module", params=["mean", "cls"])
def model(request, tmp_path_factory):
    folder = headless(tmp_path_factory.mktemp("encoders") / request.param)
    return load_model(str(folder), dtype="float64", pooling=request.param)


@pytest.fixture(scope="module")
def matrix(model):
    return similarity_matrix(model, TEXT, OTHER, settings=FINE)


def test_the_sum_is_the_cosine_up_to_the_references_terms(model, matrix):
    target = explain(model, TEXT, pair=OTHER, settings=Settings(points=3)).target
    turned = explain(model, OTHER, pair=TEXT, settings=Settings(points=3)).target
    assert matrix.cosine == pytest.approx(target.value, abs=1e-12)
    assert matrix.second_to_reference == pytest.approx(target.baseline_value, abs=1e-12)
    assert matrix.first_to_reference == pytest.approx(turned.baseline_value, abs=1e-12)
    terms = matrix.first_to_reference + matrix.second_to_reference - matrix.references
    assert abs(terms) > 0.01
    assert matrix.sum + terms == pytest.approx(matrix.cosine, abs=1e-6)
    assert matrix.completeness_gap == pytest.approx(matrix.sum - matrix.explained)
    assert abs(matrix.completeness_gap) < 1e-6
    assert matrix.gap_warning is None


def test_rows_and_columns_are_influences_less_what_is_the_references(model, matrix):
    """Σ_j C_i·C_j = C_i·(f(b) − f(r_b)), of which `explain` finds C_i·f(b)."""
    for found, text, other in (
        (matrix.first_influence, TEXT, OTHER),
        (matrix.second_influence, OTHER, TEXT),
    ):
        explained = explain(model, text, pair=other, settings=FINE)
        assert found == pytest.approx(np.array(explained.influence), abs=1e-6)
        assert abs(matrix.scores).max() > 0.01


def test_the_other_order_is_the_same_matrix_turned(model, matrix):
    turned = similarity_matrix(model, OTHER, TEXT, settings=FINE)
    for found in (turned, matrix.turned()):
        assert (found.first.text, found.second.text) == (OTHER, TEXT)
        assert pytest.approx(matrix.scores, abs=1e-12) == found.scores.T
        assert found.second.to_reference == pytest.approx(matrix.first.to_reference, abs=1e-12)
        assert found.first_to_reference == pytest.approx(matrix.second_to_reference, abs=1e-12)
        assert found.completeness_gap == pytest.approx(matrix.completeness_gap, abs=1e-12)


def test_the_adaptive_rule_takes_points_until_each_embedding_is_known(model, matrix):
    loose, tight = (
        similarity_matrix(model, TEXT, OTHER, settings=Settings(tolerance=tolerance))
        for tolerance in (0.3, 0.001)
    )
    assert loose.first.points < tight.first.points < 200
    assert tight.scores == pytest.approx(matrix.scores, abs=2e-3)
    few = similarity_matrix(model, TEXT, OTHER, settings=Settings(points=2))
    assert few.gap_warning
    assert "Q(x)" not in few.gap_warning


def test_a_small_budget_gives_the_same_and_none_is_refused(model):
    how = Settings(points=5, rule="trapezoid")
    whole = similarity_matrix(model, TEXT, OTHER, settings=how)
    small = similarity_matrix(model, TEXT, OTHER, settings=how, memory="100 KB")
    assert small.scores == pytest.approx(whole.scores, abs=1e-12)
    with pytest.raises(ExplainerError, match="11 tokens need at least"):
        similarity_matrix(model, TEXT, OTHER, memory="5 KB")


def test_it_tells_how_far_it_is_and_can_be_stopped(model):
    done = []
    with checkpoints(lambda: None, done.append):
        similarity_matrix(model, TEXT, OTHER)
    assert done == sorted(done)
    assert done[0] == 0
    assert done[-1] == 1

    def stop():
        raise InterruptedError

    with pytest.raises(InterruptedError), checkpoints(stop):
        similarity_matrix(model, TEXT, OTHER)


def test_pieces_of_words_are_added_up(tmp_path):
    model = load_model(str(headless(tmp_path / "m")), dtype="float64", pooling="mean")
    found = similarity_matrix(model, "the unhappiest farmer .", "old farmers", settings=FINE)
    assert found.first.tokens[2:5] == ("un", "##happi", "##est")
    words = found.of_words()
    assert words.first.tokens == ("[CLS]", "the", "unhappiest", "farmer", ".", "[SEP]")
    assert words.first.words == (None, 1, 2, 3, 4, None)
    assert words.scores[2] == pytest.approx(found.scores[2:5].sum(0), abs=1e-12)
    assert words.scores[3] == pytest.approx(found.scores[5], abs=1e-12)
    assert words.sum == pytest.approx(found.sum, abs=1e-12)
    assert words.first_influence[2] == pytest.approx(found.first_influence[2:5].sum(), abs=1e-12)
    assert found.first.positions(2) == (2, 3, 4)
    assert words.second.tokens == found.second.tokens


def test_the_strongest_pairs_come_first(matrix):
    n, m = matrix.scores.shape
    every = matrix.strongest(10_000, special=True)
    assert len(every) == n * m
    sizes = [abs(pair.score) for pair in every]
    assert sizes == sorted(sizes, reverse=True)
    assert every[0].score == matrix.scores[every[0][:2]]
    words = matrix.strongest(10_000)
    assert len(words) == (n - 2) * (m - 2)
    assert matrix.strongest(2) == words[:2]
    with pytest.raises(ExplainerError, match="The number of pairs is 0"):
        matrix.strongest(0)


def test_the_built_in_one_pairs_what_means_the_same():
    model = load_model("similarity")
    text = "The train was late because of heavy snow."
    found = similarity_matrix(model, text, "Snow stopped the trains.")
    pairs = {(found.first.tokens[i], found.second.tokens[j]) for i, j, _ in found.strongest(2)}
    assert pairs == {("snow", "snow"), ("train", "trains")}


def test_a_network_that_is_not_the_librarys_is_noticed(model, monkeypatch):
    settings, budget = Settings(points=2), given_budget("1 GB")
    sentence, other = read_both(model, TEXT, OTHER)
    off = Encoder.unit
    monkeypatch.setattr(Encoder, "unit", lambda self, last: off(self, last + last.roll(1, 1).abs()))
    with pytest.raises(ExplainerError, match="itself gives"), without_gradients():
        matrix_of(model, sentence, other, settings, budget)


@pytest.mark.parametrize(
    ("text", "pair", "message"),
    [
        (TEXT, None, "compares two texts, and one was given: give the second text too"),
        (TEXT, "", "The second text is empty: type a sentence."),
        ("", OTHER, "The text is empty: type a sentence."),
        (TEXT, 3, "The second text is 3: give a string."),
    ],
)
def test_two_texts_are_needed(model, text, pair, message):
    with pytest.raises(ExplainerError, match=message):
        similarity_matrix(model, text, pair)


def test_another_model_is_refused(tiny_masked_lm, tiny_classifier):
    for other, does in ((tiny_masked_lm, "predicts the word"), (tiny_classifier, "predicts a cl")):
        with pytest.raises(ExplainerError, match=f"sentence encoders, but .* {does}"):
            similarity_matrix(other, TEXT, OTHER)
    with pytest.raises(ExplainerError, match="The model is 'similarity'"):
        similarity_matrix("similarity", TEXT, OTHER)


def test_a_dense_layer_is_part_of_the_embedding(tmp_path):
    folder = with_modules(headless(tmp_path / "m"), dense="torch.nn.Tanh")
    found = similarity_matrix(load_model(str(folder), dtype="float64"), TEXT, OTHER, settings=FINE)
    assert abs(found.completeness_gap) < 1e-6


def test_a_matrix_is_read_back_and_written_as_a_table(matrix):
    again = SimilarityMatrix.from_json(matrix.to_json())
    assert again.to_dict() == matrix.to_dict()
    assert json.loads(matrix.to_json()) == matrix.to_dict()
    first, *rows = matrix.to_csv().splitlines()
    assert first.split(",")[:3] == ["", "[CLS]", "the"]
    assert len(rows) == len(matrix.first.tokens)
    assert [float(x) for x in rows[1].split(",")[1:]] == matrix.scores[1].tolist()


def test_what_is_of_the_pair_is_nearer_to_what_masking_both_words_does_than_rivals_are():
    """In the first texts of the benchmark; docs/method.md has all of them, with intervals."""
    model, of_pair = load_model("similarity"), benchmark.MEASURES["without means"]
    found = {}
    for text, pair in benchmark.TEXTS[:5]:
        together, tables = benchmark.found(model, text, pair, Settings())
        for name, table in tables.items():
            found.setdefault(name, []).append(of_pair(table, together))
    own, *rivals = (float(np.mean(every)) for every in found.values())
    assert len(rivals) == 3
    assert own > 0.6
    assert own > 0.1 + max(rivals)


def test_masking_both_words_is_what_the_model_says_of_the_masked_texts():
    """The rest that belongs to a pair, from four cosines of the model's own."""
    model = load_model("similarity")
    text, pair = "the train was late .", "snow fell ."
    together, _ = benchmark.found(model, text, pair, Settings(points=2))

    def cosine(one, other):
        return predict(model, one, pair=other)[0].logit

    masked, other = "the [MASK] was late .", "[MASK] fell ."
    rest = cosine(text, pair) - cosine(masked, pair) - cosine(text, other) + cosine(masked, other)
    assert together[1, 0] == pytest.approx(rest, abs=1e-5)
