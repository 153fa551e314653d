"""Records check themselves when they are made: what does not belong together is refused at once."""

from dataclasses import replace

import numpy as np
import pytest

from explainer import Case, ExplainerError, Explanation, Prediction, Settings, explain
from explainer.influence.measure import Measured
from explainer.intervention.ablate import Ablated
from explainer.results.comparison import Aligned, Comparison, WordChange
from explainer.results.merged import merge_pieces
from explainer.results.pattern import HeadParts, Pattern
from explainer.results.route import Edge, Node, Route
from explainer.results.target import Target
from explainer.results.total_flow import TotalFlow
from explainer.rivals import ScoredRoute


@pytest.fixture(scope="module")
def found(tiny_masked_lm) -> Explanation:
    text = "the farmers [MASK] old ."
    return explain(tiny_masked_lm, text, settings=Settings(points=2), flow=True)


@pytest.mark.parametrize(
    ("nodes", "components", "said"),
    [
        ((0, 0, 0), (0,) * 9, "3 nodes and 9 components: give one node more"),
        ((0,), (), "1 nodes: give one for every hidden state"),
        ((0, -1), (0,), r"nodes\[1\] is -1: give a whole number"),
        ((0, 1.5), (0,), r"nodes\[1\] is 1\.5"),
        ("01", (0,), "nodes is '01': give a list of positions"),
        ((0, 1), "0", "components is '0': give a list of heads"),
        ((0, 1), (-1,), r"components\[0\] is -1"),
        ((0, 1), ("head 1",), r"components\[0\] 'head 1' is not known"),
        ((0, 1), ("skip",), "from token 0 to 1, which a skip connection cannot"),
    ],
)
def test_what_is_no_route_is_refused(nodes, components, said):
    for make in (lambda: Route(nodes, components), lambda: ScoredRoute(nodes, components, 1.0)):
        with pytest.raises(ExplainerError, match=said):
            make()


def test_routes_are_equal_by_their_way_and_hold_plain_values():
    route = Route([0, np.int64(2), 2], [np.int32(1), None])
    assert route == Route((0, 2, 2), (1, None)) != Route((0, 2, 2), None)
    assert {type(node) for node in route.nodes} == {int}
    assert route.source == 0
    assert route.edges("embedding")[1] == Edge(1, 2, 2, None)
    assert route.passes(Node(1, 2), "attention")
    assert route.passes(Edge(0, 0, 2, 1), "attention")
    assert not route.passes(Edge(0, 0, 2, 0), "attention")
    assert route.passes(Edge(0, 0, 2, 0), "embedding")
    assert not Route((0, 2, 2), None).passes(Edge(2, 2, 2, None), "attention")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"components": (0,) * 9}, "nodes and 9 components"),
        ({"components": None}, "leaves a step open"),
        ({"embedding_trail": (1.0,)}, "trails of 1 and"),
        ({"attention_trail": ()}, "and 0 and candidates"),
        ({"attention_candidates": ((1.0,),)}, "candidates for 1"),
        ({"candidate_parts": ((HeadParts(0.0, 0.0, 0.0),),)}, "not of its candidates"),
        ({"attention_parts": (None,)}, "parts are not of its steps"),
        ({"attention_parts": (HeadParts(0.1, 0.2, 0.0),) * 4}, "parts are not of its steps"),
        ({"attention_parts": (None, None, None)}, "parts are not of its steps"),
    ],
)
def test_a_pattern_has_a_value_for_every_step(found, changes, said):
    with pytest.raises(ExplainerError, match=said):
        replace(found.patterns[0], **changes)


def test_a_pattern_is_its_route_and_what_that_carries(found):
    pattern = found.patterns[0]
    assert isinstance(pattern, Pattern)
    assert pattern.route == Route(pattern.nodes, pattern.components)
    assert pattern.source == pattern.nodes[0]
    assert list(pattern.to_dict()) == [
        *("source", "token", "influence", "nodes", "embedding_influence", "embedding_trail"),
        *("components", "attention_influence", "attention_trail", "attention_parts"),
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (((-1,), "are", "is", 1.0, 0.0), r"positions\[0\] is -1"),
        (((3, 3), "are", "is", 1.0, 0.0), "each larger than the one before"),
        (((), "are", "is", 1.0, 0.0), "positions are an empty list: give at least one"),
        (((0,), "are", "is", 1.0, 0.0, "nats"), "unit 'nats' is not known"),
        (((0,), 3, "is", 1.0, 0.0), "correct is 3: give a string"),
        (((0,), "are", 3, 1.0, 0.0), "wrong is 3: give a string"),
        (((0,), "are", None, float("nan"), 0.0), "not finite"),
        (((0, 1), "a", "b", 1.0, 0.0, "logits", (("a", "b"),)), "2 positions, and says of 1"),
        (((0,), "a", "b", 1.0, 0.0, "logits", (("a",),)), r"reads\[0\] has 1 entries: give two"),
        (((0,), "a", "b", 1.0, 0.0, "logits", ((1, None),)), r"reads\[0\] is 1: give a string"),
    ],
)
def test_what_is_no_target_is_refused(values, said):
    with pytest.raises(ExplainerError, match=said):
        Target(*values)


def test_what_is_read_at_each_position_is_kept_in_a_record(found):
    assert "reads" not in found.target.to_dict()
    reads = (("start", None), (None, "no answer"))
    target = replace(found.target, positions=(2, found.target.position), reads=reads)
    again = Explanation.from_json(replace(found, target=target).to_json())
    assert again.target == target


def test_what_is_read_at_pieces_of_one_word_is_read_at_the_word(found):
    tokens = ("[CLS]", "un", "##happi", "##est", *found.tokens[4:])
    reads = (("start", None), ("end", "start"), (None, "end"))
    target = replace(found.target, positions=(1, 3, 4), reads=reads)
    patterns = tuple(p for p in found.patterns if p.nodes[-1] in target.positions)
    words = merge_pieces(
        replace(found, tokens=tokens, words=None, target=target, patterns=patterns)
    ).explanation
    assert words.target.positions == (1, 2)
    assert words.target.reads == (("start and end", "start"), (None, "end"))


def test_the_parts_of_an_explanation_are_of_one_sentence_and_model(found):
    pattern, n = replace(found.patterns[0], attention_parts=()), len(found.tokens)
    away = (*pattern.nodes[:-1], n)
    for changes, said in (
        ({"tokens": ()}, "has no tokens"),
        ({"tokens": found.tokens[1:]}, "tokens and"),
        ({"words": (0,)}, "words for 1"),
        ({"influence": (float("nan"),) * n}, "influence has numbers that are not finite"),
        ({"target": replace(found.target, positions=(n,))}, "target's last position"),
        ({"target": replace(found.target, positions=(0,))}, "does not fit"),
        ({"model": replace(found.model, layers=9)}, "does not fit: give 10 nodes"),
        ({"patterns": (replace(pattern, nodes=away, components=(0,) * 3),)}, "does not fit"),
        ({"patterns": (replace(pattern, components=(99,) * 3),)}, "heads or 'skip'"),
        ({"patterns": (replace(pattern, attention_candidates=((0.0,),) * 3),)}, "if any, of 2"),
        ({"patterns": (), "model": replace(found.model, heads=9)}, "The flow has"),
    ):
        with pytest.raises(ExplainerError, match=said):
            replace(found, **changes)


def test_flows_have_an_entry_for_every_block_and_position():
    for skip, heads, said in (
        (np.zeros((2, 3)), np.zeros((2, 4, 3, 2)), "give 2 × 3 by skip, and 2 × 4 × 3 × 3"),
        (np.zeros(3), np.zeros((2, 4, 3, 3)), "arrays of 1 and 4 axes"),
        ([[0.0]], np.zeros((1, 1, 1, 1)), "skip is a list: give an array"),
    ):
        with pytest.raises(ExplainerError, match=said):
            TotalFlow(skip, heads)


PATTERN = Pattern(
    token="farmers",
    influence=1.0,
    nodes=(2, 2, 3),
    embedding_influence=0.5,
    embedding_trail=(0.6, 0.5),
    components=("skip", 1),
    attention_influence=0.4,
    attention_trail=(0.5, 0.4),
)
BOTH = Aligned("equal", 2, 2)


@pytest.mark.parametrize(
    ("record", "values", "said"),
    [
        (Prediction, ("are", 1.2, 3.0, 7, "are"), "probability is 1.2: give a share"),
        (Prediction, ("are", 0.2, float("nan"), 7, "are"), "logit is nan"),
        (Prediction, ("are", 0.2, 3.0, -1, "are"), "id is -1"),
        (Prediction, (None, 0.2, 3.0, 7, "are"), "word is None: give a string"),
        (Prediction, ("are", 0.2, 3.0, 7, 7), "asked is 7: give a string"),
        (Ablated, (float("inf"), ()), "ablated Q is inf"),
        (Ablated, (1.0, ("are",)), "ablated prediction is 'are': give a Prediction"),
        (Measured, (1.0, (2.0, 3.0)), "ends elsewhere"),
        (Measured, (1.0, ()), "ends elsewhere"),
        (Measured, (float("nan"), (float("nan"),)), "not finite"),
        (Case, ("a [MASK]", 7, ""), "case's correct is 7: give a string"),
        (Case, (None, "is", "are"), "case's text is None"),
        (Aligned, ("new", 0, 0), "kind of alignment 'new' is not known"),
        (Aligned, ("equal", 0, None), "aligned second position is None"),
        (Aligned, ("deleted", 0, 1), "deleted has the second position 1: give None"),
        (WordChange, (BOTH, None, None, None, None), "no pattern in either"),
        (WordChange, (BOTH, PATTERN, "it", (), ()), "word's pattern is 'it'"),
        (WordChange, (BOTH, PATTERN, PATTERN, (3,), ()), "moved layer is 3"),
        (WordChange, (BOTH, PATTERN, PATTERN, (), (2,)), "switched block is 2"),
        (Comparison, ((BOTH,), (), np.zeros(3)), r"shape \(3,\): give a row of blocks"),
    ],
)
def test_what_is_computed_is_checked_too(record, values, said):
    with pytest.raises(ExplainerError, match=said):
        record(*values)


def test_what_belongs_together_is_accepted():
    assert WordChange(BOTH, PATTERN, PATTERN, (2,), (1,)).difference("attention") == 0
    assert type(Prediction("are", None, np.float32(3), np.int64(7), None).id) is int
    assert Ablated(0.5, (Prediction("are", 0.2, 3, 7, "are"),)).predictions
