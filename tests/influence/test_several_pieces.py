"""Words of several pieces: Q is the library's own log-probability, and autograd gives influence."""

import itertools

import pytest
import torch

from explainer import ExplainerError, WordPair, ablate, explain, explain_words, word_scores
from explainer.base.errors import UnlikeWordsError
from explainer.influence.flow import total_flows
from explainer.influence.search.refine import refine
from explainer.question.masks.asked import read_asked
from explainer.question.quantity import Contrast
from explainer.question.readouts import log_probability
from explainer.question.readouts.log_probability import LogProbability
from explainer.question.readouts.quantity import Quantity
from tests import gates
from tests.problems import TOKENS
from tests.tiny import SIZES, tiny_problem, traced

TEXT = "the farmers that the assistant loves [MASK] old ."
POSITIONS = (1, 3)
READS = {
    "both": LogProbability(((7, 9), (3, 12)), (1.0, -1.0)),
    "alone": LogProbability(((7, 9),), (1.0,)),
}


def read(readout, logits):
    found = 0
    for word, weight in zip(readout.words, readout.weights, strict=True):
        for position, piece in zip(POSITIONS, word, strict=True):
            found = found + weight * logits[:, position].log_softmax(-1)[:, piece]
    return found


@pytest.mark.parametrize("which", READS)
@pytest.mark.parametrize("architecture", SIZES)
def test_influence_is_what_autograd_gives(architecture, which, monkeypatch):
    """Also where the normaliser is computed for two states at a time."""
    monkeypatch.setattr(log_probability, "AT_ONCE", 40)
    problem = tiny_problem(architecture=architecture, layers=2, tokens=4, points=3)
    readout = READS[which]
    trace = traced(problem, quantity=Quantity(POSITIONS, readout, "one", None))
    own = problem.network(inputs_embeds=problem.x[None]).logits
    assert trace.value == pytest.approx(float(read(readout, own)), abs=1e-9)
    for pattern in refine(trace, TOKENS[:4], top_k=1):
        ways = itertools.product(range(4), POSITIONS)
        by_nodes = {
            (pattern.source, *way): gates.influence_of(
                problem, (pattern.source, *way), read=lambda logits: read(readout, logits)
            )
            for way in ways
        }
        assert sum(by_nodes.values()) == pytest.approx(pattern.influence, abs=1e-9)
        assert pattern.embedding_influence == pytest.approx(by_nodes[pattern.nodes], abs=1e-9)
        components = tuple(-1 if c == "skip" else c for c in pattern.components)
        exact = gates.influence_of(
            problem, pattern.nodes, components, read=lambda logits: read(readout, logits)
        )
        assert pattern.attention_influence == pytest.approx(exact, abs=1e-9)
    (flow,) = total_flows(trace)
    assert flow.layer_totals() == pytest.approx([sum(trace.influence)] * 2, abs=1e-9)


def own_log_probability(model, text, word):
    """By the library alone: the word's pieces at as many masks, from token ids."""
    before, behind = text.split("[MASK]")
    tokenizer = model.tokenizer
    pieces = tokenizer(word, add_special_tokens=False)["input_ids"]
    ids = tokenizer(before + "[MASK] " * len(pieces) + behind, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        shares = model.network(input_ids=ids).logits[0].log_softmax(-1)
    masks = (ids[0] == tokenizer.mask_token_id).nonzero().flatten().tolist()
    assert len(masks) == len(pieces)
    return float(shares[masks, pieces].sum())


def test_q_of_the_input_is_the_librarys_own(tiny_masked_lm):
    long, other = "unhappiest", "is are the"
    found = explain(tiny_masked_lm, TEXT, correct=long, wrong=other)
    own = [own_log_probability(tiny_masked_lm, TEXT, word) for word in (long, other)]
    assert found.target.value == pytest.approx(own[0] - own[1], abs=1e-9)
    assert found.target.unit == "log-probability"
    assert (found.target.correct, found.target.wrong) == (long, other)
    assert found.target.positions == (7, 8, 9)
    assert [found.tokens[at] for at in (6, 7, 8, 9, 10)] == ["loves", *["[MASK]"] * 3, "old"]
    alone = explain(tiny_masked_lm, TEXT, correct=long)
    assert alone.target.value == pytest.approx(own[0], abs=1e-9)
    assert alone.target.wrong is None


def test_words_of_different_lengths_have_a_sentence_each(tiny_masked_lm):
    with pytest.raises(
        UnlikeWordsError, match=r"'unhappiest' and 'is' are 3 and 1 .*explain_words"
    ):
        explain(tiny_masked_lm, TEXT, correct="unhappiest", wrong="is")
    found = explain_words(tiny_masked_lm, TEXT, "unhappiest", "is", flow=True)
    own = [own_log_probability(tiny_masked_lm, TEXT, word) for word in ("unhappiest", "is")]
    assert found.correct.target.value == pytest.approx(own[0], abs=1e-9)
    assert found.wrong.target.value == pytest.approx(own[1], abs=1e-9)
    assert found.difference == pytest.approx(own[0] - own[1], abs=1e-9)
    assert found.correct.target.positions == (7, 8, 9)
    assert found.wrong.target.positions == (7,)
    again = WordPair.from_json(found.to_json())
    assert again.to_dict() == found.to_dict()
    alike = explain_words(tiny_masked_lm, TEXT, "are old", "is are")
    both = explain(tiny_masked_lm, TEXT, correct="are old", wrong="is are")
    assert alike.difference == pytest.approx(both.target.value, abs=1e-9)
    g = [a - b for a, b in zip(alike.correct.influence, alike.wrong.influence, strict=True)]
    gaps = [abs(one.completeness_gap) for one in (alike.correct, alike.wrong, both)]
    assert both.influence == pytest.approx(g, abs=sum(gaps) + 1e-9)


def test_one_piece_each_is_asked_as_before(tiny_masked_lm):
    found = explain(tiny_masked_lm, TEXT, correct="are", wrong="is")
    assert found.target.unit == "logits"
    assert found.target.positions == (7,)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"correct": ""}, "is empty"),
        ({"correct": "[MASK] are"}, "has a mask in it"),
        ({"correct": "are [SEP]"}, r"special token \[SEP\]"),
        ({"correct": "are zebra"}, "not in this model's vocabulary as a whole"),
        ({"correct": "is " * 33}, "one for each piece of the word, but the model reads at most 32"),
        ({"wrong": "unhappiest"}, "3 word pieces .* give the correct word too"),
        ({"correct": "Is are", "wrong": "is are"}, "are the same to the model, 'Is are'"),
        ({"correct": "is are the", "wrong": "is are"}, "choose words of as many pieces"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(tiny_masked_lm, words, message):
    with pytest.raises(ExplainerError, match=message) as refusal:
        explain(tiny_masked_lm, TEXT, **words)
    assert str(refusal.value).isprintable()


def test_pieces_are_the_words_own(tiny_masked_lm):
    """Beside letters a word becomes a part of another one."""
    with pytest.raises(ExplainerError, match="does not stay apart"):
        explain(tiny_masked_lm, "the un[MASK]est farmer", correct="happi is un")


def test_words_apart_are_two_words_of_a_masked_lm(tiny_masked_lm, tiny_classifier):
    with pytest.raises(ExplainerError, match="the same to the model, 'is are'"):
        explain_words(tiny_masked_lm, TEXT, "is are", " is are ")
    with pytest.raises(ExplainerError, match="load a masked language model"):
        explain_words(tiny_classifier, "good .", "is are", "is")
    found = explain_words(tiny_masked_lm, TEXT, "unhappiest", "is")
    logits = explain(tiny_masked_lm, TEXT, correct="are", wrong="is")
    with pytest.raises(ExplainerError, match="log-probability"):
        WordPair(found.correct, logits)


def test_other_methods_and_ablations_ask_the_same(tiny_masked_lm):
    contrast = Contrast(correct="are is", wrong="is are")
    found = explain(tiny_masked_lm, TEXT, correct="are is", wrong="is are")
    scores = word_scores(tiny_masked_lm, TEXT, "leave-one-out", contrast=contrast)
    assert scores.tokens == found.tokens
    whole = ablate(tiny_masked_lm, TEXT, cut=[], contrast=contrast)
    assert whole.value == pytest.approx(found.target.value, abs=1e-9)
    sentence = read_asked(tiny_masked_lm, TEXT, contrast=contrast)
    own = tiny_masked_lm.network(input_ids=torch.tensor([sentence.token_ids])).logits[0, 7]
    likeliest = whole.predictions[0]
    assert likeliest.logit == pytest.approx(float(own[likeliest.id]), abs=1e-9)
