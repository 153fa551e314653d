"""Every kind of vocabulary: the token meant is the token explained, and words are whole."""

import pytest
import torch

from explainer import ExplainerError, Settings, explain, predict
from explainer.question.contrast import (
    asked,
    characters,
    contrast_id,
    contrast_ids,
    piece_in_place,
    spelled,
)
from explainer.question.masks.asked import read_asked
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.rival import rival_of
from explainer.question.sentence import mask_spelling, read_sentence, word_spans
from explainer.question.vocabulary import vocabulary_of
from explainer.results.merged import merge_pieces, special_positions
from tests import vocabularies

TEXTS = (
    "the farmers [MASK] old .",
    "[MASK] farmers are old.",
    "the farmers are [MASK], and good",
    "a un[MASK] zebra🙂 is café",
    "they  are   unhappy [MASK]",
)
FAST = Settings(points=2)


@pytest.fixture(scope="module", params=vocabularies.KINDS)
def model(request, tmp_path_factory):
    return vocabularies.loaded(tmp_path_factory.mktemp("models") / request.param, request.param)


def logits(model, sentence):
    """The model's own logits at the mask, by Hugging Face's forward pass."""
    with torch.no_grad():
        output = model.network(input_ids=torch.tensor([sentence.token_ids]))
    return output.logits[0, sentence.masks[0]].double()


@pytest.mark.parametrize("text", TEXTS)
def test_the_words_not_given_are_the_very_tokens_predicted(model, text):
    sentence = read_sentence(model, text)
    words = [p.id for p in predict(model, text, count=1000) if p.asked is not None]
    own = logits(model, sentence)
    first, second, *_, last = words
    rival, of_last = (rival_of(model, sentence, own, number) for number in (first, last))
    assert {rival, of_last} <= {*words}
    assert choose_quantity(model, sentence, Contrast()).classes == (first, rival)
    assert choose_quantity(model, sentence, Contrast(correct=last)).classes == (last, of_last)
    assert choose_quantity(model, sentence, Contrast(wrong=first)).classes == (second, first)
    expected = float(own[first] - own[rival])
    assert explain(model, text, settings=FAST).target.value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("text", TEXTS)
def test_what_a_prediction_says_leads_back_to_its_token(model, text):
    sentence = read_sentence(model, text)
    own = logits(model, sentence)
    predictions = predict(model, text, count=10_000)
    known = vocabulary_of(model)
    # A row of the vocabulary without a token is never predicted; every other one can be.
    assert len(predictions) == len(own) - vocabularies.PADDING
    assert all(p.id in known and p.word for p in predictions)
    assert {p.id for p in predictions if p.asked is None} == known.special
    for p in predictions:
        assert p.logit == pytest.approx(float(own[p.id]), abs=1e-9)
        if p.asked is not None:
            assert contrast_id(model, sentence, p.asked) == p.id
            assert contrast_id(model, sentence, p.id) == p.id
            assert p.word == spelled(model, sentence, p.id)
            assert p.asked == asked(model, sentence, p.id)
            assert p.asked == p.asked.strip()
    given = [p.asked for p in predictions if p.asked is not None]
    assert len(set(given)) == len(given)


@pytest.mark.parametrize("text", TEXTS)
def test_a_prediction_explained_by_what_it_says_has_its_own_value(model, text):
    sentence = read_sentence(model, text)
    own = logits(model, sentence)
    best, *others = [p for p in predict(model, text, count=40) if p.asked is not None]
    for other in others[::9]:
        target = explain(model, text, correct=best.asked, wrong=other.asked, settings=FAST).target
        assert target.value == pytest.approx(float(own[best.id] - own[other.id]), abs=1e-9)
        assert (target.correct, target.wrong) == (best.word, other.word)


def test_a_word_is_the_piece_that_stood_where_it_was_masked(model):
    text = "the farmers are old. a zebra is unhappy, they love café food"
    words = word_spans(model, text)
    pieces = 0
    for start, end in words:
        whole = f"{text[:start]}[MASK]{text[end:]}"
        sentence = read_sentence(model, whole)
        found = piece_in_place(model, sentence, text[start:end])
        if found is None:
            continue
        pieces += 1
        filled = vocabulary_of(model).encode(text)
        there = [
            number
            for number, (first, last) in zip(filled.ids, filled.offsets, strict=True)
            if first < end and last > start
        ]
        assert there == [found]
        assert contrast_id(model, sentence, text[start:end]) == found
        assert characters(model, sentence, text[start:end]) == text[start:end]
    assert pieces >= 3


def test_a_word_of_several_pieces_is_those_that_stand_where_it_was_masked(model):
    """Each has a mask of its own in its place, and all tokens around stay what they are."""
    several = 0
    for text in ("the farmers are old", "zebras are old .", "a unhappy is café"):
        whole = vocabulary_of(model).encode(text).ids
        for start, end in word_spans(model, text):
            masked = f"{text[:start]}[MASK]{text[end:]}"
            try:
                numbers = contrast_ids(model, read_sentence(model, masked), text[start:end])
            except ExplainerError:
                continue  # something unknown is in it
            sentence = read_asked(model, masked, contrast=Contrast(correct=text[start:end]))
            assert len(sentence.masks) == len(numbers)
            if len(numbers) > 1:
                several += 1
                filled = list(sentence.token_ids)
                for at, number in zip(sentence.masks, numbers, strict=True):
                    filled[at] = number
                assert filled == whole
                assert contrast_ids(model, sentence, text[start:end]) == numbers
    assert several >= 1 or model.info.name == "characters"  # which has no words of many


def test_words_are_spans_of_the_text_as_typed(model):
    text = "the farmers <mask> old, [mask]🙂 ."
    words = [text[start:end] for start, end in word_spans(model, text)]
    assert [w for w in words if mask_spelling(model).fullmatch(w)] == ["<mask>", "[mask]"]
    assert "".join(words) == text.replace(" ", "")
    if model.info.name != "characters":
        assert words == ["the", "farmers", "<mask>", "old", ",", "[mask]", "🙂", "."]


def test_merging_makes_whole_words_and_keeps_every_sum(model):
    text = "unhappiest farmers are  [MASK] café🙂 zebras"
    found = explain(model, text, settings=FAST, flow=True)
    marked = special_positions(found)
    assert marked == {0, found.target.position, len(found.tokens) - 1}
    words = merge_pieces(found)
    merged = words.explanation
    assert sum(merged.influence) == pytest.approx(sum(found.influence), abs=1e-9)
    for row in range(len(merged.tokens)):
        own = [g for g, r in zip(found.influence, words.rows, strict=True) if r == row]
        assert merged.influence[row] == pytest.approx(sum(own), abs=1e-12)
    assert merged.flow.layer_totals() == pytest.approx([sum(found.influence)] * 2)
    assert special_positions(merged) == {words.rows[i] for i in marked}
    known = merged.tokens[1:-1]
    if model.info.name == "characters":
        assert known[:3] == ("u", "n", "h")
    elif model.info.name != "word-piece":
        assert {"unhappiest", "farmers", "are"} <= set(known)
        assert all(word == "␣" or "##" not in word for word in known)
    if model.info.name in ("byte-level", "byte-fallback"):
        assert any("🙂" in word for word in known)
    assert merge_pieces(merged).rows == tuple(range(len(merged.tokens)))


def test_a_token_that_is_no_token_is_refused(model):
    sentence = read_sentence(model, TEXTS[0])
    padded = model.adapter.embedding.word.shape[0] - 1
    for number in (padded, -1, 10**6, 2**40, 10**5000):
        with pytest.raises(ExplainerError, match="no token of that number"):
            contrast_id(model, sentence, number)
    for number in vocabulary_of(model).special:
        with pytest.raises(ExplainerError, match="special token"):
            contrast_id(model, sentence, number)
    best = next(p for p in predict(model, TEXTS[0]) if p.asked is not None)
    assert contrast_id(model, sentence, f"id:{best.id}") == best.id
    with pytest.raises(ExplainerError, match="not 'never'"):
        contrast_id(model, sentence, f"id:{best.id} never")
