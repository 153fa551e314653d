"""The protocol of word scores: every measure by hand, erasures by transformers' own network."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from explainer import Case, Settings, measure_protocols, word_scores
from explainer.evaluation.protocols.asked import AskedCase
from explainer.evaluation.protocols.erasure import (
    Replacing,
    Unerased,
    erased_values,
    erasures,
    mean_embedding,
)
from explainer.evaluation.protocols.words import (
    IN_LOGITS,
    SHORT,
    Scored,
    correlations,
    curves,
    pointed,
    steps,
    words_of,
)
from explainer.models.encode import without_gradients
from explainer.question.quantity import Contrast
from explainer.question.sentence import read_sentence
from explainer.rivals.words.methods import WORD_METHODS
from explainer.tasks import reference_texts

TEXT = "the unhappiest farmers that love the assistant [MASK] old ."
PAIR = "the unhappiest farmer that loves the assistant [MASK] old ."
CASE = Case(TEXT, "are", "is", "own", "plural", "farmers", PAIR)
SETTINGS = Settings(points=2)
N_WORDS = 9


def asked_of(model, case=CASE) -> AskedCase:
    shared = mean_embedding(model)
    return AskedCase.read(model, case, 0, SETTINGS, 0, 2**30, shared)


@pytest.fixture(scope="module")
def asked(tiny_masked_lm) -> AskedCase:
    return asked_of(tiny_masked_lm)


def of(asked, erasure) -> Replacing:
    (found,) = (one for one in erasures(asked) if one.erasure == erasure)
    assert isinstance(found, Replacing)
    return found


def by_transformers(asked, *, ids=None, embeddings=None) -> float:
    """Q from the library's own network, of token ids or of word embeddings."""
    network, quantity = asked.model.network, asked.quantity
    place = quantity.position
    with torch.no_grad():
        if ids is not None:
            place = ids.index(asked.model.mask_id) if asked.model.mask_id in ids else place
            logits = network(input_ids=torch.tensor([ids])).logits[0]
        else:
            logits = network(inputs_embeds=embeddings.unsqueeze(0)).logits[0]
    row = logits[place] if logits.ndim == 2 else logits
    weights = zip(quantity.classes, quantity.readout.weights, strict=True)
    return float(sum(weight * row[number] for number, weight in weights))


def test_words_are_pieces_together_without_special_tokens_and_the_mask(asked):
    words = words_of(asked.sentence)
    assert asked.sentence.tokens[2:5] == ("un", "##happi", "##est")
    assert words == ((1,), (2, 3, 4), (5,), (6,), (7,), (8,), (9,), (11,), (12,))


@pytest.mark.parametrize("places", [(), (2, 3, 4), (1, 5, 11, 12)])
def test_masking_and_the_minimal_pair_are_what_the_library_says_of_such_texts(asked, places):
    ids, pair = list(asked.sentence.token_ids), asked.pair.token_ids
    for erasure, other in (("mask", [asked.model.mask_id] * len(ids)), ("pair", pair)):
        embedded = asked.model.network.get_input_embeddings()(torch.tensor(ids))
        changed = [other[i] if i in places else token for i, token in enumerate(ids)]
        embedded = asked.model.network.get_input_embeddings()(torch.tensor(changed))
        expected = by_transformers(asked, embeddings=embedded)
        found = erased_values(asked, of(asked, erasure), [frozenset(places)])
        assert found == {frozenset(places): pytest.approx(expected, abs=1e-9)}


def test_what_is_deleted_is_not_read_and_what_follows_moves_up(asked):
    ids = asked.sentence.token_ids
    variants = [frozenset(places) for places in ((), (5,), (1, 5), (12,), (2, 3, 4, 6))]
    found = erased_values(asked, of(asked, "deletion"), variants)
    for erased in variants:
        left = [token for place, token in enumerate(ids) if place not in erased]
        assert found[erased] == pytest.approx(by_transformers(asked, ids=left), abs=1e-9)


def test_without_a_minimal_pair_the_mean_of_words_stands_in_and_it_is_said(tiny_masked_lm):
    asked = asked_of(tiny_masked_lm, replace(CASE, pair=""))
    assert [one.erasure for one in erasures(asked)] == ["mean", "deletion", "mask"]
    mean = of(asked, "mean")
    assert "no minimal pair is known" in mean.note
    rows = []
    for text in reference_texts("masked-lm"):
        read = read_sentence(tiny_masked_lm, text)
        words = [i for i, word in zip(read.token_ids, read.words, strict=True) if word is not None]
        rows.append(tiny_masked_lm.network.get_input_embeddings()(torch.tensor(words)))
    torch.testing.assert_close(mean.z[0], torch.cat(rows).mean(0).detach())


def test_a_classifier_is_asked_at_its_first_token_wherever_words_are_deleted(tiny_classifier):
    case = Case("the old farmer is good .", "positive", "negative")
    asked = asked_of(tiny_classifier, case)
    ids = list(asked.sentence.token_ids)
    found = erased_values(asked, of(asked, "deletion"), [frozenset((1, 2))])
    expected = by_transformers(asked, ids=[ids[0], *ids[3:]])
    assert list(found.values()) == [pytest.approx(expected, abs=1e-9)]


def test_a_model_without_a_mask_says_so_in_every_row(asked):
    without = replace(asked, model=replace(asked.model, mask_id=None))
    mask = next(one for one in erasures(without) if one.erasure == "mask")
    assert isinstance(mask, Unerased)
    found = list(curves(without, [Scored("a", True, np.zeros(N_WORDS))], mask))
    assert len(found) == 4
    assert all(one.value is None and "has no [MASK] token" in one.note for one in found)


def test_short_sentences_go_word_by_word_and_long_ones_by_shares():
    assert steps(1) == ()
    assert steps(4) == (1, 2, 3)
    assert steps(SHORT) == tuple(range(1, SHORT))
    assert steps(21) == (1, 2, 3, 5, 11)
    assert steps(200) == (2, 10, 20, 40, 100)


def test_curves_are_means_of_what_the_strongest_words_take_and_leave(asked, monkeypatch):
    """Every token has a worth of its own, Q is the sum of what is left: so all is a sum by hand."""
    places = [place for word in words_of(asked.sentence) for place in word]
    worth = {place: number for number, place in enumerate(places, 1)}

    def added(_asked, _replacing, variants):
        return {one: sum(worth[p] for p in worth if p not in one) / 100 for one in variants}

    monkeypatch.setattr("explainer.evaluation.protocols.words.erased_values", added)
    words = words_of(asked.sentence)
    sums = [sum(worth[place] for place in word) / 100 for word in words]
    scores = np.array([3.0, 1, 2, 9, -4, 0, 0, 5, 7])
    order = [3, 8, 7, 0, 2, 1, 5, 6, 4]
    found = curves(asked, [Scored("a", True, scores)], of(asked, "mask"))
    values = {one.measure: one.value for one in found}
    whole = sum(sums)
    tops = [sum(sums[word] for word in order[:k]) for k in range(1, N_WORDS)]
    p = lambda q: 1 / (1 + math.exp(-q))  # noqa: E731
    assert values == {
        "comprehensiveness": pytest.approx(np.mean([p(whole) - p(whole - t) for t in tops])),
        "sufficiency": pytest.approx(np.mean([p(whole) - p(t) for t in tops])),
        f"comprehensiveness{IN_LOGITS}": pytest.approx(np.mean(tops)),
        f"sufficiency{IN_LOGITS}": pytest.approx(np.mean([whole - t for t in tops])),
    }


def test_scores_with_a_sign_are_compared_with_leave_one_out_and_others_with_its_size():
    left_out = np.array([3.0, -4.0, 1.0, 0.5])
    found = list(
        correlations(
            [
                Scored("leave-one-out", True, left_out),
                Scored("same", True, 2 * left_out),
                Scored("opposite", True, -left_out),
                Scored("sizes", False, np.abs(left_out)),
                Scored("flat", False, np.ones(4)),
                # Ranks 2, 1, 4, 3 beside 4, 1, 3, 2: 1 − 6 · (4 + 0 + 1 + 1) / (4 · 15) = 0.4
                Scored("by hand", True, np.array([0.2, 0.1, 0.4, 0.3])),
            ]
        )
    )
    values = {one.method: one.value for one in found}
    assert values["leave-one-out"] is None
    assert values["same"] == pytest.approx(1)
    assert values["opposite"] == pytest.approx(-1)
    assert values["sizes"] == pytest.approx(1)
    assert values["flat"] is None
    assert values["by hand"] == pytest.approx(0.4)


def test_the_controllers_place_among_the_words_by_hand(asked):
    scores = np.array([0.5, -8.0, 2.0, 3.0, 0, 0, 0, 0, 0])  # the controller's is the third
    found = {one.measure: one.value for one in pointed(asked, [Scored("a", True, scores)])}
    assert found == {"pointing": 0.0, "rank": 0.5, "mass": pytest.approx(2 / 13.5)}
    scores[2] = 4.0
    found = {one.measure: one.value for one in pointed(asked, [Scored("a", True, scores)])}
    assert found == {"pointing": 1.0, "rank": 1.0, "mass": pytest.approx(4 / 15.5)}
    nothing = list(pointed(asked, [Scored("a", True, np.zeros(9))]))
    assert [one.note for one in nothing] == ["", "", "all scores are 0"]


def test_where_nobody_names_a_controller_that_is_said(tiny_masked_lm, tiny_classifier):
    for model, case in (
        (tiny_masked_lm, replace(CASE, controller="")),
        (tiny_classifier, Case("the farmer is good .", "positive", "", controller="good")),
    ):
        found = list(pointed(asked_of(model, case), [Scored("a", True, np.zeros(9))]))
        assert len(found) == 3
        assert all("which one word" in one.note for one in found)


def test_every_method_and_a_random_order_are_measured(tiny_masked_lm):
    (record,) = measure_protocols(tiny_masked_lm, CASE, settings=SETTINGS)
    (again,) = measure_protocols(tiny_masked_lm, CASE, settings=SETTINGS)
    assert record.measurements == again.measurements
    every = {*WORD_METHODS, "random"}
    for measure in ("comprehensiveness", "sufficiency"):
        for erasure in ("mask", "deletion", "pair"):
            rows = [
                one
                for one in record.measurements
                if (one.measure, one.condition.instead) == (measure, erasure)
            ]
            assert {one.method for one in rows if one.value is not None} == every
    assert {one.method for one in record.seconds} == {*WORD_METHODS, "all"}
    assert all(one.value > 0 for one in record.seconds)


def test_the_scores_that_are_measured_are_those_of_word_scores(tiny_masked_lm, asked):
    scores = word_scores(
        tiny_masked_lm, TEXT, "alti", contrast=Contrast("are", "is"), settings=SETTINGS
    ).scores
    sums = np.array([sum(scores[place] for place in word) for word in words_of(asked.sentence)])
    with without_gradients():
        expected = list(curves(asked, [Scored("alti", False, sums)], of(asked, "mask")))
    (record,) = measure_protocols(tiny_masked_lm, CASE, settings=SETTINGS)
    assert {one.place: pytest.approx(one.value) for one in expected} == {
        one.place: one.value
        for one in record.measurements
        if (one.method, one.condition.instead) == ("alti", "mask")
    }


def test_a_method_that_cannot_serve_has_its_reason_for_a_value(tiny_masked_lm):
    """A baseline that the model lacks: influence and leave one out begin there, others do not."""
    model = replace(tiny_masked_lm, pad_id=None)
    settings = Settings(points=2, baseline="pad")
    (record,) = measure_protocols(model, CASE, settings=settings)
    refused = {one.method for one in record.measurements if one.value is None}
    assert {"influence", "leave-one-out"} <= refused
    rows = [one for one in record.measurements if one.method == "influence"]
    assert rows
    assert all("needs a [PAD] token" in one.note for one in rows)
    alti = {one.measure: one for one in record.measurements if one.method == "alti"}
    assert alti["pointing"].value is not None
    assert "needs a [PAD] token" in alti["correlation"].note
