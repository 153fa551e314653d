"""The ways of a pair of words: explanations of that entry of the matrix, and of nothing else."""

import numpy as np
import pytest
import torch

from explainer import (
    ExplainerError,
    Settings,
    SimilarityPaths,
    explain,
    load_model,
    similarity_matrix,
    similarity_paths,
)
from explainer.base.checkpoint import checkpoints
from explainer.influence.search.refine import refine
from explainer.models.pooling import Pooling
from explainer.question.readouts.quantity import Quantity
from explainer.question.readouts.share import Share
from tests.influence.test_similarity_matrix import own_embedding
from tests.models.test_sentence_encoders import OTHER, headless
from tests.problems import TOKENS
from tests.tiny import SIZES, tiny_problem, traced

TEXT = "the unhappiest farmer that the assistant loves"
FINE = Settings(points=60, rule="gauss-legendre")


@pytest.fixture(scope="module", params=["mean", "cls"])
def model(request, tmp_path_factory):
    folder = headless(tmp_path_factory.mktemp("encoders") / request.param)
    return load_model(str(folder), dtype="float64", pooling=request.param)


@pytest.fixture(scope="module")
def matrix(model):
    return similarity_matrix(model, TEXT, OTHER, settings=FINE)


@pytest.mark.parametrize("architecture", SIZES)
@pytest.mark.parametrize("pooling", [Pooling("mean"), Pooling("cls")], ids=lambda p: p.mode)
def test_patterns_towards_a_share_are_what_autograd_gives(architecture, pooling):
    problem = tiny_problem(architecture=architecture, layers=2, tokens=4, points=3)
    added = torch.linspace(-1, 2, 12, dtype=torch.float64)
    positions = pooling.positions(4)
    trace = traced(problem, quantity=Quantity(positions, Share(pooling, added), "one", None))
    own = own_embedding(problem, pooling, problem.x) @ added
    assert trace.value == pytest.approx(float(own), abs=1e-9)
    exact = torch.zeros(4, dtype=torch.float64)
    for a, weight in zip(problem.points, problem.weights, strict=True):
        z = torch.lerp(problem.b, problem.x, a).clone().requires_grad_()
        (own_embedding(problem, pooling, z) @ added).backward()
        exact += weight * (z.grad * (problem.x - problem.b)).sum(-1)
    assert trace.influence == pytest.approx(exact.tolist(), abs=1e-9)
    patterns = refine(trace, TOKENS[:4], top_k=1)
    assert sorted(p.source for p in patterns) == [0, 1, 2, 3]
    assert {p.nodes[-1] for p in patterns} <= set(positions)


def test_each_text_explains_the_entry_of_the_matrix(model, matrix):
    i, j, score = matrix.strongest(1)[0]
    paths = similarity_paths(model, TEXT, OTHER, i, j, settings=FINE)
    assert (paths.first_tokens, paths.second_tokens) == ((i,), (j,))
    assert paths.score == pytest.approx(score, abs=1e-6)
    assert paths.second_score == pytest.approx(score, abs=1e-6)
    # Every token of the first text has its own entry with the second's word, and the other way.
    assert paths.first.influence == pytest.approx(matrix.scores[:, j], abs=1e-6)
    assert paths.second.influence == pytest.approx(matrix.scores[i], abs=1e-6)
    assert paths.first.tokens == matrix.first.tokens
    assert paths.first.target.correct == matrix.second.tokens[j]
    (pattern,) = (p for p in paths.first.patterns if p.source == i)
    assert pattern.influence == pytest.approx(score, abs=1e-6)


def test_all_shares_together_are_the_similarity_up_to_the_references(model, matrix):
    every = range(len(matrix.second.tokens))
    paths = similarity_paths(model, TEXT, OTHER, 0, every, settings=FINE)
    rest = np.array(explain(model, TEXT, pair=OTHER, settings=FINE).influence)
    assert paths.first.influence == pytest.approx(
        rest - np.array(matrix.first.to_reference), abs=1e-6
    )


def test_a_word_is_all_its_pieces(model, matrix):
    paths = similarity_paths(model, TEXT, OTHER, "unhappiest", "Assistant", settings=FINE)
    assert paths.first_tokens == (2, 3, 4)
    assert paths.second.target.correct == "unhappiest"
    (j,) = paths.second_tokens
    assert matrix.second.tokens[j] == "assistant"
    assert paths.score == pytest.approx(matrix.of_words().scores[2, j], abs=1e-6)
    assert paths.second_score == pytest.approx(paths.score, abs=1e-6)
    again = similarity_paths(model, TEXT, OTHER, [2, 3, 4], j, settings=FINE)
    assert again.to_dict() == paths.to_dict()
    two = similarity_paths(model, TEXT, OTHER, [1, 5], j, settings=Settings(points=2))
    assert two.second.target.correct == "the farmer"


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("cow", "old", "The word 'cow' is not in the text"),
        ("the", 1, "The word 'the' stands 2 times in the text: say which one"),
        (99, 1, "The position of the first word is 99: give a whole number from 0 to 10"),
        (1, -1, "The position of the second word is -1"),
        ([], 1, "first word's positions are an empty list"),
        ([2, 1], 1, "first word's positions are 2, 1: give each larger"),
        (None, 1, "The first word is None: give a word of its text, a token's position"),
        (True, 1, "The first word is True"),
        ("", 1, "The word to ask about is empty"),
    ],
)
def test_what_is_not_there_is_refused(model, first, second, message):
    with pytest.raises(ExplainerError, match=message):
        similarity_paths(model, TEXT, OTHER, first, second)


def test_another_model_and_one_text_are_refused(model, tiny_masked_lm):
    with pytest.raises(ExplainerError, match="are compared by sentence encoders"):
        similarity_paths(tiny_masked_lm, TEXT, OTHER, 1, 1)
    with pytest.raises(ExplainerError, match="give the second text too"):
        similarity_paths(model, TEXT, None, 1, 1)


def test_it_is_read_back_and_anything_else_is_refused(model, tiny_masked_lm):
    few = Settings(points=2)
    paths = similarity_paths(model, TEXT, OTHER, 1, 1, settings=few)
    assert SimilarityPaths.from_json(paths.to_json()).to_dict() == paths.to_dict()
    word = explain(tiny_masked_lm, "the [MASK] .", settings=few)
    with pytest.raises(ExplainerError, match="in logits: give those that similarity_paths makes"):
        SimilarityPaths(word, paths.second, (0,), (0,))
    with pytest.raises(ExplainerError, match="second_tokens"):
        SimilarityPaths(paths.first, paths.second, (0,), (99,))
    with pytest.raises(ExplainerError, match="is None: give one"):
        SimilarityPaths(paths.first, None, (0,), (0,))
    with pytest.raises(ExplainerError, match="lacks"):
        SimilarityPaths.from_dict({"schema": 3})


def test_it_tells_how_far_it_is(model):
    done = []
    with checkpoints(lambda: None, done.append):
        similarity_paths(model, TEXT, OTHER, 1, 1)
    assert done == sorted(done)
    assert done[-1] == 1
