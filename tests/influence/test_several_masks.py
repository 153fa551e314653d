"""Several masks in one text: a word at each, all masked together, or one mask of them alone."""

from itertools import chain

import pytest
import torch

from explainer import (
    Case,
    ExplainerError,
    ablate,
    explain,
    explain_many,
    explain_words,
    predict,
    word_scores,
)
from explainer.base.errors import UnlikeWordsError
from explainer.evaluation.question import read_case
from explainer.question.masks.asked import read_asked
from explainer.question.masks.words import tokens_of_words
from explainer.question.minimal import minimal_pair
from explainer.question.quantity import Contrast, Question, asked_for, choose_quantity
from explainer.question.sentence import read_sentence, word_spans

TEXT = "the [MASK] that the assistant loves [MASK] old ."
RIGHT, WRONG = ("farmers", "are"), ("farmer", "is")


def own_log_probability(model, text, words):
    """By the library alone: each word's pieces at as many masks as it has, from token ids."""
    tokenizer = model.tokenizer
    parts = text.split("[MASK]")
    pieces = [tokenizer(word, add_special_tokens=False)["input_ids"] for word in words]
    masked = parts[0]
    for own, behind in zip(pieces, parts[1:], strict=True):
        masked += "[MASK] " * len(own) + behind
    ids = tokenizer(masked, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        shares = model.network(input_ids=ids).logits[0].log_softmax(-1)
    masks = (ids[0] == tokenizer.mask_token_id).nonzero().flatten().tolist()
    return float(shares[masks, list(chain(*pieces))].sum())


def test_q_is_the_sum_over_all_masks(tiny_masked_lm):
    found = explain(tiny_masked_lm, TEXT, correct=RIGHT, wrong=WRONG)
    own = [own_log_probability(tiny_masked_lm, TEXT, words) for words in (RIGHT, WRONG)]
    assert found.target.value == pytest.approx(own[0] - own[1], abs=1e-9)
    assert found.target.unit == "log-probability"
    assert found.target.positions == (2, 7)
    assert (found.target.correct, found.target.wrong) == ("farmers … are", "farmer … is")
    assert {pattern.nodes[-1] for pattern in found.patterns} <= {2, 7}
    gap = found.completeness_gap
    assert sum(found.influence) == pytest.approx(
        found.target.value - found.target.baseline_value + gap, abs=1e-9
    )


def test_what_is_read_at_each_mask_is_told(tiny_masked_lm):
    found = explain(tiny_masked_lm, TEXT, correct=RIGHT, wrong=WRONG)
    assert found.target.reads == (("farmers", "farmer"), ("are", "is"))
    pieces = explain(tiny_masked_lm, TEXT, correct="unhappiest", wrong="is are the", mask=2)
    assert pieces.target.reads == (("un", "is"), ("##happi", "are"), ("##est", "the"))
    alone = explain_words(tiny_masked_lm, TEXT, "unhappiest", "is", mask=2)
    assert alone.correct.target.reads == (("un", None), ("##happi", None), ("##est", None))
    assert alone.wrong.target.reads == ()
    one = explain(tiny_masked_lm, TEXT, correct="are", wrong="is", mask=2)
    assert one.target.reads == ()


def test_words_of_several_pieces_have_as_many_masks_at_their_place(tiny_masked_lm):
    right, wrong = ("unhappiest", "are old"), ("is are the", "is is")
    found = explain(tiny_masked_lm, TEXT, correct=list(right), wrong=list(wrong))
    own = [own_log_probability(tiny_masked_lm, TEXT, words) for words in (right, wrong)]
    assert found.target.value == pytest.approx(own[0] - own[1], abs=1e-9)
    assert found.target.positions == (2, 3, 4, 9, 10)
    sentence = read_asked(tiny_masked_lm, TEXT, contrast=Contrast(right, wrong))
    assert sentence.slots == ((2, 3, 4), (9, 10))
    for at in sentence.masks:
        start, stop = sentence.spans[at]
        assert sentence.text[start:stop] == "[MASK]"
    assert sentence.text == "the [MASK][MASK][MASK] that the assistant loves [MASK][MASK] old ."
    alone = explain(tiny_masked_lm, TEXT, correct=right)
    assert alone.target.wrong is None
    assert alone.target.value == pytest.approx(own[0], abs=1e-9)


def test_one_mask_of_several_is_asked_about_with_the_other_in_place(tiny_masked_lm):
    for mask, position in ((1, 2), (2, 7)):
        found = explain(tiny_masked_lm, TEXT, correct="are", wrong="is", mask=mask)
        assert found.target.positions == (position,)
        assert found.target.unit == "logits"
        ids = torch.tensor([read_sentence(tiny_masked_lm, TEXT).token_ids])
        assert ids.eq(tiny_masked_lm.mask_id).sum() == 2
        logits = tiny_masked_lm.network(input_ids=ids).logits[0, position].double()
        numbers = [tiny_masked_lm.tokenizer.convert_tokens_to_ids(w) for w in ("are", "is")]
        own = float(logits[numbers[0]] - logits[numbers[1]])
        assert found.target.value == pytest.approx(own, abs=1e-9)
    several = explain(tiny_masked_lm, TEXT, correct="unhappiest", mask=2)
    assert several.target.positions == (7, 8, 9)
    own = explain(tiny_masked_lm, TEXT, mask=1)
    assert own.target.positions == (2,)
    assert own.target.correct == predict(tiny_masked_lm, TEXT, 1, mask=1)[0].word


def test_what_is_not_given_is_the_models_own_at_each_mask(tiny_masked_lm):
    each = [explain(tiny_masked_lm, TEXT, mask=mask).target for mask in (1, 2)]
    found = explain(tiny_masked_lm, TEXT).target
    assert found.correct == " … ".join(one.correct for one in each)
    assert found.wrong == " … ".join(one.wrong for one in each)
    assert found.value == pytest.approx(sum(one.value for one in each), abs=1e-9)
    half = explain(tiny_masked_lm, TEXT, correct=("farmers", None)).target
    assert half.correct == f"farmers … {each[1].correct}"


def test_words_of_unlike_sizes_at_several_masks_have_a_sentence_each(tiny_masked_lm):
    right, wrong = ("unhappiest", "are"), ("farmer", "is")
    with pytest.raises(
        UnlikeWordsError, match=r"'unhappiest' and 'farmer' are 3 and 1 word pieces"
    ):
        explain(tiny_masked_lm, TEXT, correct=right, wrong=wrong)
    found = explain_words(tiny_masked_lm, TEXT, right, wrong)
    own = [own_log_probability(tiny_masked_lm, TEXT, words) for words in (right, wrong)]
    assert found.difference == pytest.approx(own[0] - own[1], abs=1e-9)
    assert found.correct.target.positions == (2, 3, 4, 9)
    assert found.wrong.target.positions == (2, 7)
    at_one = explain_words(tiny_masked_lm, TEXT, "unhappiest", "is", mask=2)
    assert at_one.correct.target.positions == (7, 8, 9)
    assert at_one.wrong.target.positions == (7,)


@pytest.mark.parametrize(
    ("text", "asked", "message"),
    [
        (TEXT, {"correct": "are"}, r"has 2 \[MASK\], and one correct word .*'are'.* for each"),
        (TEXT, {"wrong": "is"}, r"one wrong word was given, 'is'"),
        (TEXT, {"correct": ("are",)}, r"2 \[MASK\] to ask about, and 1 correct word was given"),
        (TEXT, {"correct": ("a", "b", "c")}, "3 correct words were given: give one for each"),
        ("the [MASK] .", {"correct": RIGHT}, r"1 \[MASK\] to ask about, and 2 correct words"),
        (TEXT, {"correct": RIGHT, "mask": 1}, r"1 \[MASK\] to ask about, and 2 correct words"),
        (TEXT, {"mask": 3}, "number of the mask is 3: give a whole number from 1 to 2"),
        (TEXT, {"mask": 0}, "number of the mask is 0"),
        (TEXT, {"mask": "2"}, "number of the mask is '2'"),
        (TEXT, {"correct": RIGHT, "wrong": RIGHT}, "words are the same to the model"),
        (TEXT, {"wrong": ("unhappiest", "is")}, "give the correct word too"),
        (TEXT, {"correct": ("unhappiest", "are"), "wrong": (None, "is")}, "names no rival"),
        (TEXT, {"correct": ("are", 1.5)}, "give a string or a number"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(tiny_masked_lm, text, asked, message):
    with pytest.raises(ExplainerError, match=message) as refusal:
        explain(tiny_masked_lm, text, **asked)
    assert str(refusal.value).isprintable()


def test_other_kinds_of_models_have_no_masks_to_ask_about(tiny_classifier):
    for ask in (explain, predict):
        with pytest.raises(ExplainerError, match="predicts no words at masks: leave it out"):
            ask(tiny_classifier, "good [MASK] .", mask=1)


def test_a_words_of_its_own_sentence_are_all_given(tiny_masked_lm):
    with pytest.raises(ExplainerError, match="missing at a mask: give one for each"):
        explain_words(tiny_masked_lm, TEXT, ("unhappiest", None), ("is", "is"))


def test_predictions_are_those_of_every_mask(tiny_masked_lm):
    found = predict(tiny_masked_lm, TEXT, 3)
    assert [one.position for one in found] == [2, 2, 2, 7, 7, 7]
    ids = torch.tensor([read_sentence(tiny_masked_lm, TEXT).token_ids])
    logits = tiny_masked_lm.network(input_ids=ids).logits[0].double()
    for one in found:
        assert one.logit == pytest.approx(float(logits[one.position, one.id]), abs=1e-9)
    alone = predict(tiny_masked_lm, TEXT, 3, mask=2)
    assert [one.word for one in alone] == [one.word for one in found[3:]]
    assert {one.position for one in alone} == {None}


def test_everything_else_asks_the_same(tiny_masked_lm):
    contrast = Contrast(RIGHT, WRONG)
    found = explain(tiny_masked_lm, TEXT, correct=RIGHT, wrong=WRONG)
    (one,) = explain_many(tiny_masked_lm, [Question(TEXT, contrast)])
    assert one.target == found.target
    whole = ablate(tiny_masked_lm, TEXT, cut=[], contrast=contrast, count=2)
    assert whole.value == pytest.approx(found.target.value, abs=1e-9)
    assert [p.position for p in whole.predictions] == [2, 2, 7, 7]
    assert word_scores(tiny_masked_lm, TEXT, "influence", contrast=contrast).scores == (
        pytest.approx(found.influence, abs=1e-9)
    )
    sentence = read_asked(tiny_masked_lm, TEXT, contrast=contrast)
    quantity = choose_quantity(tiny_masked_lm, sentence, contrast)
    assert asked_for(tiny_masked_lm, sentence, contrast, quantity) == (RIGHT, WRONG)


def test_every_word_has_its_tokens_where_masks_stand_for_several(tiny_masked_lm):
    (words,) = tokens_of_words(tiny_masked_lm, TEXT, contrast=Contrast(("are old", "unhappiest")))
    assert words[:4] == ((1,), (2, 3), (4,), (5,))
    assert words[6:] == ((8, 9, 10), (11,), (12,))
    (words,) = tokens_of_words(tiny_masked_lm, TEXT, contrast=Contrast("unhappiest", mask=2))
    assert words[1] == (2,)
    assert words[6] == (7, 8, 9)


def test_a_minimal_pair_keeps_all_masks(tiny_masked_lm):
    spans = word_spans(tiny_masked_lm, TEXT)
    strengths = [float(TEXT[slice(*span)] == "assistant") for span in spans]
    for asked in ({"answer": RIGHT}, {"answer": "are", "mask": 2}, {}):
        change = minimal_pair(tiny_masked_lm, TEXT, strengths, **asked)
        assert change.before == "assistant"
        assert change.text.count("[MASK]") == 2


def test_a_task_asks_about_one_mask(tiny_masked_lm):
    with pytest.raises(ExplainerError, match=r"has 2 \[MASK\], and a task asks about one"):
        read_case(tiny_masked_lm, Case(TEXT, "are", "is"))
