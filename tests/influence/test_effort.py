"""What an explanation takes: counted as it grows, measured once, and told as it goes on."""

from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from explainer import Case, EvaluationOptions, ExplainerError, Settings, evaluate_sentence, explain
from explainer.base.checkpoint import checkpoint, checkpoints, part, steps
from explainer.influence.effort import pace as pace_module
from explainer.influence.effort.count import effort, passes
from explainer.influence.effort.estimate import Estimate, estimate
from explainer.influence.effort.pace import pace
from explainer.influence.effort.similarity import matrix_effort, paths_effort, shares_effort
from explainer.influence.effort.size import Size
from explainer.influence.layer import Layer
from explainer.influence.memory import Plan
from explainer.influence.sampling.path import IntegrationPath
from explainer.influence.search.refine import refine
from explainer.influence.similarity.pushed import Encoder
from explainer.influence.similarity.shares import integrated
from explainer.models.pooling import Pooling
from explainer.question.masks.asked import read_asked
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.readouts import log_probability
from explainer.question.readouts.log_probability import LogProbability, bytes_of
from explainer.question.readouts.logits import Logits
from explainer.question.readouts.quantity import Quantity
from explainer.question.sentence import read_sentence
from tests.tiny import adapted, tiny_problem, traced

SENTENCE = "the farmers that the assistant loves [MASK] old ."
GB = 2**30


def counted(model, n_tokens=10, budget=GB, words=None, flow=False, **settings):
    given = Settings(**{"points": 10} | settings)
    return effort(model.adapter, Size(n_tokens), given, budget, words=words, flow=flow)


class Products(TorchDispatchMode):
    """Counts the multiplications of products of matrices."""

    def __init__(self):
        super().__init__()
        self.total = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name = function.overloadpacket.__name__
        if name in ("mm", "bmm", "addmm"):
            left, right = args[-2:]
            self.total += left.numel() * right.shape[-1]
        return function(*args, **(kwargs or {}))


def test_a_forward_pass_is_that_of_the_products_of_matrices(tiny_masked_lm):
    block = tiny_masked_lm.adapter.blocks[0]
    d, n, layers = block.W_1.shape[1], 10, tiny_masked_lm.info.layers
    projections = sum(w.numel() for w in (block.W_QKV, block.W_O, block.W_1, block.W_2))
    assert passes(tiny_masked_lm.adapter, n) == layers * (n * projections + 2 * n * n * d)


@pytest.mark.parametrize(
    ("architecture", "layers"),
    [
        *(("bert", layers) for layers in (1, 2, 6)),
        *((kind, 3) for kind in ("modernbert", "deberta-v2", "albert", "electra")),
    ],
)
def test_the_effort_is_that_of_the_products_that_are_made(architecture, layers):
    problem = tiny_problem(architecture=architecture, layers=layers, points=4)
    n = len(problem.x)
    with Products() as before:
        adapter = adapted(problem)  # which projects DeBERTa's distances
    with Products() as made:
        trace = traced(problem)
    expected = effort(adapter, Size(n), Settings(points=4, rule="trapezoid"), GB)
    # The head, at the target alone, is beside the blocks: its transform and the words asked about.
    d, width = adapter.blocks[0].W_1.shape[1], adapter.embedding.word.shape[1]
    head = 4 * 2 * (d * width + width * len(problem.classes))
    assert made.total - before.total == expected.trace + head
    for more in ({}, {"search": "joint", "beam": 3}):
        settings = Settings(points=4, rule="trapezoid", **more)
        with torch.no_grad(), Products() as made:
            words = len(refine(trace, ("a", "b", "c", "d", "e"), 1, beam=settings.joint_beam))
        counted = effort(adapter, Size(n), settings, GB, words=words).patterns
        # Counted as if paths shared nothing and stayed at their tokens; not counted: heads' W_O,
        # and that the joint search's nodes are scored at the last block too.
        assert 0.5 * counted < made.total < 1.03 * counted


@pytest.mark.parametrize("architecture", ["bert", "deberta-v2"])
def test_every_target_counts(architecture):
    problem = tiny_problem(architecture=architecture, reads=True, points=4)
    positions = (0, 2, 3)
    quantity = Quantity(positions, Logits((0, 1, 0), (1.0, 1.0, -1.0), (1, 2, 0)), "a", "b")
    with Products() as before:
        adapter = adapted(problem)
    with Products() as made:
        traced(problem, quantity=quantity)
    settings = Settings(points=4, rule="trapezoid")
    expected = effort(adapter, Size(len(problem.x), len(positions)), settings, GB)
    # The head is beside the blocks: both of its outputs, of every target.
    head = 4 * 2 * 2 * adapter.blocks[0].W_1.shape[1] * len(positions)
    assert made.total - before.total == expected.trace + head
    one = effort(adapter, Size(len(problem.x)), settings, GB)
    assert one.trace < expected.trace
    assert one.patterns < expected.patterns


def test_the_most_targets_are_those_of_what_can_be_asked(
    tiny_masked_lm, tiny_reader, tiny_classifier
):
    text, pair = "the farmer is old .", "the assistant is good ."
    masked = read_sentence(tiny_masked_lm, "the farmer [MASK] old .")
    assert Size.most(tiny_masked_lm, masked) == Size(7)
    read = read_sentence(tiny_reader, text, pair)
    assert Size.most(tiny_reader, read).targets == 4
    alone = read_sentence(tiny_classifier, text)
    assert Size.most(tiny_classifier, alone) == Size(len(alone.tokens))


@pytest.mark.parametrize(
    ("text", "contrast", "size"),
    [
        ("the [MASK] are [MASK] .", Contrast(("farmers", "old"), ("farmer", "is")), Size(7, 2)),
        ("the [MASK] are [MASK] .", Contrast("farmers", "farmer", mask=1), Size(7)),
        ("the [MASK] are old .", Contrast("is are", "old is"), Size(8, 2)),
        ("the [MASK] are old .", Contrast("is are"), Size(8, 2, 2)),
        ("the [MASK] are [MASK] .", Contrast(("is are", "old")), Size(8, 3, 3)),
    ],
)
def test_a_size_is_known_before_the_model_is_asked(tiny_masked_lm, text, contrast, size):
    sentence = read_asked(tiny_masked_lm, text, contrast=contrast)
    assert Size.most(tiny_masked_lm, sentence, contrast) == size
    assert Size.of(sentence, choose_quantity(tiny_masked_lm, sentence, contrast)) == size


@pytest.mark.parametrize("architecture", ["bert", "distilbert", "modernbert"])
@pytest.mark.parametrize("weights", [(1.0,), (1.0, -1.0)])
def test_the_whole_vocabulary_counts_where_a_probability_stands_alone(architecture, weights):
    problem = tiny_problem(architecture=architecture, points=4)
    positions, words = (1, 3), ((7, 9), (3, 12))[: len(weights)]
    quantity = Quantity(positions, LogProbability(words, weights), "a", None)
    with Products() as before:
        adapter = adapted(problem)
    with Products() as made:
        traced(problem, quantity=quantity)
    size = Size(len(problem.x), len(positions), 0 if len(weights) > 1 else len(positions))
    expected = effort(adapter, size, Settings(points=4, rule="trapezoid"), GB)
    # The head's transform is beside the blocks, and each word's own pieces.
    d, width = adapter.blocks[0].W_1.shape[1], adapter.embedding.word.shape[1]
    transform, pieces = 2 * d * width, 2 * width * len(words)
    again = 1.5 * d * width if len(weights) == 1 else 0  # of the normaliser, which is made twice
    head = 4 * len(positions) * (transform + pieces + 2 * again)
    assert made.total - before.total == expected.trace + head


def test_what_the_vocabulary_takes_of_memory_is_no_longer_there(tiny_masked_lm):
    adapter = tiny_masked_lm.adapter
    free, taken = (Plan.of(adapter, 10, 8, 2**20, beside) for beside in (0, 2**19))
    assert taken.held < free.held - 0.5 * 2**19
    with pytest.raises(ExplainerError, match="need at least"):
        Plan.of(adapter, 10, 8, 2**20, beside=2**20)
    assert bytes_of(adapter, 2) == 3 * 2 * len(adapter.embedding.word) * 8
    assert bytes_of(adapter, 10**9) <= 3 * log_probability.AT_ONCE * 8


def test_the_effort_grows_with_points_tokens_words_and_patterns(tiny_masked_lm):
    few = counted(tiny_masked_lm)
    assert counted(tiny_masked_lm, points=20).total == pytest.approx(2 * few.total)
    assert counted(tiny_masked_lm, n_tokens=20).total > 2 * few.total
    assert counted(tiny_masked_lm, top_k=5).patterns == 5 * few.patterns
    assert counted(tiny_masked_lm, words=5).patterns == few.patterns / 2
    assert counted(tiny_masked_lm, words=0) == replace(few, patterns=0)
    assert counted(tiny_masked_lm, words=99) == few
    assert counted(tiny_masked_lm, flow=True).flow > few.flow == 0


def test_each_way_that_the_joint_search_follows_counts(tiny_masked_lm):
    staged = counted(tiny_masked_lm).patterns
    followed = [counted(tiny_masked_lm, search="joint", beam=beam).patterns for beam in (1, 2, 5)]
    one = followed[1] - followed[0]
    assert followed == [staged + one, staged + 2 * one, staged + 5 * one]
    # A way that is followed takes less than a pattern, which is followed and then walked twice.
    assert 0 < one < staged


def test_what_does_not_fit_is_made_again(tiny_masked_lm):
    whole, tight = counted(tiny_masked_lm), counted(tiny_masked_lm, budget=64 * 2**10)
    assert tight.trace > whole.trace
    assert tight.patterns > whole.patterns
    with pytest.raises(ExplainerError, match="need at least"):
        counted(tiny_masked_lm, budget=1000)


def test_the_pace_is_measured_once(tiny_masked_lm, monkeypatch):
    calls = []
    measured = pace_module._measured
    monkeypatch.setattr(pace_module, "_known", {})
    monkeypatch.setattr(
        pace_module, "_measured", lambda adapter: calls.append(1) or measured(adapter)
    )
    assert pace(tiny_masked_lm.adapter) == pace(tiny_masked_lm.adapter) > 0
    assert len(calls) == 1


def test_a_measurement_that_was_disturbed_does_not_stay(tiny_masked_lm, monkeypatch):
    """What is slow is worth a second look, and the faster one counts."""
    measured = iter([1e3, 1e12, 1e6])
    monkeypatch.setattr(pace_module, "_known", {})
    monkeypatch.setattr(pace_module, "_measured", lambda _: next(measured))
    assert estimate(tiny_masked_lm, Size(11), Settings(points=9), GB).seconds < 1
    assert pace(tiny_masked_lm.adapter) == 1e12
    assert pace(tiny_masked_lm.adapter, again=True) == 1e12


def test_an_estimate_is_the_effort_at_the_machines_pace(tiny_masked_lm, monkeypatch):
    settings = Settings(points=1000, rule="trapezoid")
    whole = effort(tiny_masked_lm.adapter, Size(11), settings, GB).total
    monkeypatch.setattr("explainer.influence.effort.estimate.pace", lambda *_, **__: whole / 130)
    found = estimate(tiny_masked_lm, Size(11), settings, GB)
    assert found.seconds == pytest.approx(130)
    assert found.slow
    assert found.says == "about 2 minutes (11 tokens × 1,000 points × 3 layers)"
    twice = estimate(tiny_masked_lm, Size(11), settings, GB, times=2, beside=whole)
    assert twice.seconds == pytest.approx(390)
    assert not Estimate(10.0, "").slow


def test_steps_and_parts_are_shares_of_what_is_around_them():
    heard: list[float] = []
    with checkpoints(lambda: None, heard.append):
        with part(0.0, 0.5):
            assert list(steps("ab")) == ["a", "b"]
        with part(0.5, 1.0), part(0.5, 1.0):
            assert list(steps("a", 0.5)) == ["a"]
        checkpoint()
    assert heard == [0.0, 0.25, 0.5, 0.875, 1.0]
    assert list(steps([])) == []
    with part(0.2, 0.4):
        checkpoint(0.5)  # nobody watches
    assert len(heard) == 5


def test_what_is_stopped_within_a_part_leaves_no_part_behind():
    heard: list[float] = []
    with checkpoints(lambda: None, heard.append):
        with pytest.raises(KeyError), part(0.5, 1.0):
            raise KeyError
        checkpoint(0.5)
    assert heard == [0.5]


def test_the_record_of_a_sentence_tells_how_far_it_is(tiny_masked_lm):
    heard: list[float] = []
    case = Case(text=SENTENCE, correct="are", wrong="is")
    with checkpoints(lambda: None, heard.append):
        evaluate_sentence(
            tiny_masked_lm, case, options=EvaluationOptions(settings=Settings(points=4))
        )
    assert all(before <= after + 1e-9 for before, after in pairwise(heard))
    assert heard[0] == 0.0
    assert heard[-1] == pytest.approx(0.75)


@pytest.mark.parametrize("rule", ["trapezoid", "midpoint"])
@pytest.mark.parametrize("memory", ["1 GB", "64 KB"])
def test_an_explanation_tells_how_far_it_is(tiny_masked_lm, rule, memory):
    heard: list[float] = []
    with checkpoints(lambda: None, heard.append):
        explain(
            tiny_masked_lm,
            SENTENCE,
            settings=Settings(points=6, rule=rule),
            flow=True,
            memory=memory,
        )
    assert heard == sorted(heard)
    assert (heard[0], heard[-1]) == (0.0, 1.0)
    # Every block of every walk is a step: none is a large part of the whole.
    gaps = [after - before for before, after in pairwise(heard)]
    assert max(gaps) < 0.2


def test_points_that_came_one_by_one_are_joined_a_layer_at_a_time(tiny_masked_lm, monkeypatch):
    """Of a long text at many points all layers together are gigabytes."""
    heard: list[str] = []
    joined = Layer.joined

    def noted(*arguments):
        heard.append("joined")
        return joined(*arguments)

    monkeypatch.setattr(Layer, "joined", noted)
    with checkpoints(lambda: heard.append("looked")):
        explain(tiny_masked_lm, SENTENCE, settings=Settings(tolerance=1e-3))
    places = [place for place, what in enumerate(heard) if what == "joined"]
    assert len(places) > 1
    assert all(heard[place - 1] == "looked" for place in places)


@pytest.mark.parametrize("architecture", ["bert", "albert", "electra", "modernbert", "deberta-v2"])
def test_what_a_matrix_takes_is_that_of_the_products_that_are_made(architecture):
    problem = tiny_problem(architecture=architecture, points=4)
    n, settings = len(problem.x), Settings(points=4, rule="trapezoid")
    with Products() as before:
        adapter = adapted(problem)
    encoder = Encoder(adapter, Pooling("mean"), torch.arange(n))
    path = IntegrationPath.between(problem.b, problem.x, problem.points, problem.weights)
    with torch.no_grad(), Products() as made:
        integrated(encoder, path, torch.eye(n, dtype=torch.bool), most=100)
        encoder.at(path.at_ends())
    counted = shares_effort(adapter, n, n, settings)
    assert made.total == counted
    assert before.total <= made.total
    adaptive = shares_effort(adapter, n, n, Settings(points=4))
    assert 1 < adaptive / counted < 2
    assert matrix_effort(adapter, (n, n), settings) == 2 * counted
    paths = paths_effort(adapter, (n, n), settings, GB, pooled=True)
    explained = effort(adapter, Size(n, n), settings, GB).total
    assert paths == 2 * (shares_effort(adapter, n, 1, settings) + explained)
    assert paths > paths_effort(adapter, (n, n), settings, GB, pooled=False)
