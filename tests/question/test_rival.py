"""The default rival of a masked word: what one would ask it against."""

import pytest
import torch
from transformers import BertForMaskedLM, BertTokenizer

from explainer import ExplainerError, explain, load_model
from explainer.question.contrast import contrast_id
from explainer.question.masks.word import masked_word
from explainer.question.predictions import logits_of
from explainer.question.rival import rival_of
from explainer.question.sentence import read_sentence
from tests.fixtures import save_tiny, tiny_config

OLD = "the farmers that the assistant loves [MASK] old ."


@pytest.fixture(scope="module")
def agreement():
    return load_model()


@pytest.mark.parametrize(
    ("text", "correct", "wrong"),
    [
        (OLD, None, "is"),
        (OLD, "were", "was"),
        (OLD, "Are", "is"),  # the tokenizer lowers it
        ("the farmer [MASK] a boat .", "has", "have"),
        ("the farmer [MASK] the boys .", "loves", "love"),
        ("the farmers [MASK] the boys .", "love", "loves"),
        ("two [MASK] sat there .", "boys", "boy"),
        ("a [MASK] sat there .", "boy", "boys"),
        ("the old [MASK] are there .", "cities", "city"),
        ("the old [MASK] are there .", "churches", "church"),
        ("we saw the [MASK] .", "man", "men"),
        ("the boy hurt [MASK] .", "himself", "herself"),
        ("the boys hurt [MASK] .", "herself", "themselves"),
    ],
)
def test_the_other_number_person_or_gender(agreement, text, correct, wrong):
    found = masked_word(agreement, read_sentence(agreement, text), correct, None)
    assert found.wrong == wrong
    assert found.correct == (correct or "are").lower()


@pytest.mark.parametrize("correct", ["good", "new", "old", "news", "yes", "glass", "us"])
def test_what_only_looks_like_a_form_is_none(agreement, correct):
    found = masked_word(agreement, read_sentence(agreement, "the film is [MASK] ."), correct, None)
    assert found.wrong not in (f"{correct}s", f"{correct}es", correct[:-1], correct[:-2])
    assert found.wrong.isalpha()


def test_else_the_likeliest_of_the_same_kind(agreement):
    sentence = read_sentence(agreement, "the man is here [MASK]")
    logits = logits_of(agreement, sentence)

    def rival(word):
        found = rival_of(agreement, sentence, logits, contrast_id(agreement, sentence, word))
        return agreement.tokenizer.convert_ids_to_tokens(found)

    # A mark has no opposite: a word is likelier to be meant than another mark.
    assert rival(".").isalpha()
    assert rival("1914").isnumeric()
    assert rival("##ness").startswith("##")
    assert rival("old").isalpha()


def test_of_several_forms_the_likeliest(agreement):
    sentence = read_sentence(agreement, "the boy hurt [MASK] .")
    logits = torch.zeros_like(logits_of(agreement, sentence))
    number = contrast_id(agreement, sentence, "themselves")
    logits[number] = 1.0
    asked = contrast_id(agreement, sentence, "himself")
    assert rival_of(agreement, sentence, logits, asked) == number


def test_a_word_that_is_given_is_never_its_own_rival(agreement):
    sentence = read_sentence(agreement, OLD)
    found = masked_word(agreement, sentence, None, "are")
    assert found.correct != "are"
    with pytest.raises(ExplainerError, match="the same to the model"):
        masked_word(agreement, sentence, "are", "are")


def test_explain_names_it(agreement):
    target = explain(agreement, OLD).target
    assert (target.correct, target.wrong) == ("are", "is")


CASED = [
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "boys", "boy", "Boy", "Boys", "BOYS"),
    *("BOY", "are", "is", "Are", "Is", "ARE", "IS", "do", "does", "Does", "Do", "watches", "watch"),
    *("himself", "herself", "Himself", "Herself", "we", "saw", ".", "try", "tries", "##s", "I"),
]


@pytest.fixture(scope="module")
def cased(tmp_path_factory):
    """A tiny masked LM that tells upper from lower case."""
    folder = tmp_path_factory.mktemp("models") / "cased"
    save_tiny(folder, BertForMaskedLM, tiny_config(vocab_size=len(CASED)))
    vocabulary = {word: number for number, word in enumerate(CASED)}
    BertTokenizer(vocab=vocabulary, do_lower_case=False).save_pretrained(folder)
    return load_model(str(folder), dtype="float64")


@pytest.mark.parametrize(
    ("text", "correct", "wrong"),
    [
        ("the boys [MASK] .", "are", "is"),
        ("[MASK] the boys", "Are", "Is"),
        ("THE BOYS [MASK] .", "ARE", "IS"),
        ("[MASK] the boys", "Does", "Do"),
        ("we saw [MASK] .", "himself", "herself"),
        ("[MASK] .", "Herself", "Himself"),
        ("we saw the [MASK] .", "boys", "boy"),
        ("[MASK] saw .", "Boy", "Boys"),
        ("WE SAW THE [MASK] .", "BOYS", "BOY"),
        ("we [MASK] .", "watch", "watches"),
        ("the boy [MASK] .", "tries", "try"),
        ("[MASK] saw .", "I", None),  # "We" is no piece here: a word of its own kind
    ],
)
def test_a_form_is_written_as_the_word_is(cased, text, correct, wrong):
    found = masked_word(cased, read_sentence(cased, text), correct, None)
    assert found.correct == correct
    assert found.wrong == wrong or (wrong is None and found.wrong.isalpha())
