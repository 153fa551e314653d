"""Contrast words: which piece is meant, and that every word that is none gets one sentence."""

import pytest

from explainer import ExplainerError, explain, predict
from explainer.question.contrast import LONGEST_WORD, asked, contrast_id
from explainer.question.sentence import read_sentence
from explainer.question.vocabulary import vocabulary_of

TEXT = "the farmers that the assistant loves [MASK] old ."


@pytest.fixture(scope="module")
def sentence(tiny_masked_lm):
    return read_sentence(tiny_masked_lm, TEXT)


def test_a_contrast_word_is_one_piece_in_any_case(tiny_masked_lm, sentence):
    are = contrast_id(tiny_masked_lm, sentence, "are")
    assert vocabulary_of(tiny_masked_lm).alone(are) == "are"
    assert contrast_id(tiny_masked_lm, sentence, " ARE ") == are


def test_every_piece_that_a_prediction_may_name_is_a_contrast_word(tiny_masked_lm, sentence):
    special = tiny_masked_lm.tokenizer.all_special_ids
    for number in set(range(len(tiny_masked_lm.tokenizer))) - set(special):
        assert (
            contrast_id(tiny_masked_lm, sentence, vocabulary_of(tiny_masked_lm).alone(number))
            == number
        )


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("\u200b", "not in this model's vocabulary"),
        ("unhappiest", r"3 word pieces .*\('un ##happi ##est'\)"),
        ("is are", "2 word pieces"),
        ("zebra", "'zebra' is not in this model's vocabulary"),
        ("[MASK]", "special token"),
        ("[UNK]", "not in this model's vocabulary"),
        ("is\x07", r"control character '\\x07'"),
    ],
)
def test_what_cannot_be_a_contrast_word_is_refused(tiny_masked_lm, sentence, word, message):
    with pytest.raises(ExplainerError, match=message) as refusal:
        contrast_id(tiny_masked_lm, sentence, word)
    assert str(refusal.value).isprintable()


def test_a_word_inside_another_is_the_piece_there(tiny_masked_lm):
    inside = read_sentence(tiny_masked_lm, "the un[MASK]est farmer")
    happi = tiny_masked_lm.tokenizer.convert_tokens_to_ids("##happi")
    assert contrast_id(tiny_masked_lm, inside, "happi") == happi
    assert asked(tiny_masked_lm, inside, happi) == "happi"
    middle = read_sentence(tiny_masked_lm, TEXT)
    assert asked(tiny_masked_lm, middle, happi) == "##happi"
    with pytest.raises(ExplainerError, match="not in this model's vocabulary"):
        contrast_id(tiny_masked_lm, middle, "happi")


def test_two_pieces_are_never_shown_under_one_spelling(tiny_masked_lm):
    """Inside a word `s` is the piece `##s`; a piece that cannot stand there has its number."""
    text = "the un[MASK]est farmer"
    shown = [p.word for p in predict(tiny_masked_lm, text, 1000)]
    assert len(set(shown)) == len(shown)


LONG = {
    "marks": "a" + "\u0301" * 4000,
    "letters": "x" * 10**6,
    "words": "are " * 50,
    "number": "id:" + "1" * 200,
}


@pytest.mark.parametrize("kind", LONG)
def test_a_long_contrast_word_is_refused_before_it_is_read(tiny_masked_lm, kind):
    with pytest.raises(ExplainerError, match=f"give at most {LONGEST_WORD}") as refusal:
        explain(tiny_masked_lm, TEXT, correct=LONG[kind], wrong="is")
    assert len(str(refusal.value)) < 250
    assert str(refusal.value).isprintable()


def test_words_are_shown_as_the_vocabulary_spells_them(tiny_masked_lm):
    target = explain(tiny_masked_lm, TEXT, correct=" A\u0301\u0302RE\u0300 ", wrong="IS").target
    assert (target.correct, target.wrong) == ("are", "is")


def test_words_may_be_given_as_token_ids(tiny_masked_lm, sentence):
    best, _, third = [p for p in predict(tiny_masked_lm, TEXT, 12) if p.asked is not None][:3]
    target = explain(tiny_masked_lm, TEXT, correct=third.id, wrong=best.id).target
    assert (target.correct, target.wrong) == (third.word, best.word)
    assert target.value == pytest.approx(third.logit - best.logit)
    by_number = f"id:{best.id} {vocabulary_of(tiny_masked_lm).alone(best.id)}"
    assert contrast_id(tiny_masked_lm, sentence, by_number) == best.id


@pytest.mark.parametrize("word", [True, 1.5, b"are", {"are"}])
def test_what_is_neither_word_nor_number_is_refused(tiny_masked_lm, word):
    with pytest.raises(ExplainerError, match="give a string or a number"):
        explain(tiny_masked_lm, TEXT, correct=word, wrong="is")


def test_the_two_words_differ_as_tokens_and_not_as_spellings(tiny_masked_lm):
    with pytest.raises(ExplainerError, match="two different words"):
        explain(tiny_masked_lm, TEXT, correct="are", wrong=" ARE ")
