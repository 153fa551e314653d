"""A minimal pair to a sentence: one word changed, where that says most."""

import pytest

from explainer import ExplainerError, load_model
from explainer.question import quantity
from explainer.question.english import GENDERS, OPPOSITES, exchanged, irregular, regular
from explainer.question.minimal import Change, minimal_pair
from explainer.question.sentence import word_spans


@pytest.fixture(scope="module")
def agreement():
    return load_model()


@pytest.fixture(scope="module")
def sentiment():
    return load_model("sentiment")


def changed(model, text, *strongest, answer=None):
    """The change where these words matter most, in order."""
    words = [text[start:end] for start, end in word_spans(model, text)]
    strengths = [-9.0 / (1 + strongest.index(w)) if w in strongest else 0.1 for w in words]
    return minimal_pair(model, text, strengths, answer)


@pytest.mark.parametrize(
    ("text", "strongest", "before", "after"),
    [
        ("the keys to the cabinet [MASK] on the table .", ("keys",), "keys", "key"),
        ("the keys to the cabinet [MASK] on the table .", ("cabinet",), "cabinet", "cabinets"),
        # A verb is no noun, however strong it is.
        ("the farmers that the boy loves [MASK] old .", ("loves", "boy"), "boy", "boys"),
        ("the men [MASK] old .", ("old",), "men", "man"),
        ("she said that he [MASK] tired .", ("he",), "he", "she"),
        ("She [MASK] tired .", ("tired",), "She", "He"),
        ("a boy [MASK] tired .", ("boy",), "boy", "girl"),  # not “a boys”
    ],
)
def test_the_number_of_the_strongest_noun_else_the_other_gender(
    agreement, text, strongest, before, after
):
    found = changed(agreement, text, *strongest, answer="are")
    assert (found.before, found.after) == (before, after)
    words = text.split()
    words[words.index(before)] = after
    assert found.text == " ".join(words)


def test_else_what_the_model_finds_likeliest_there(agreement):
    found = changed(agreement, "quickly [MASK] tired .", "tired", answer="are")
    assert found.before == "tired"
    assert found.after.isalpha()
    assert found.after != "tired"


@pytest.mark.parametrize(
    ("text", "strongest", "other"),
    [
        ("a good film .", ("film",), "a bad film ."),
        ("a Great cast in a dull film .", ("dull",), "a Great cast in a funny film ."),
        ("a Great cast in a dull film .", ("Great",), "a Terrible cast in a dull film ."),
        ("he sees a film", ("film",), "she sees a film"),
        ("the plot is thin .", ("thin",), "the plot is ."),
    ],
)
def test_for_a_class_an_opposite_else_without_the_word(sentiment, text, strongest, other):
    assert changed(sentiment, text, *strongest).text == other


def test_where_no_word_can_be_changed_there_is_none(agreement, sentiment):
    assert changed(agreement, "[MASK]") is None
    assert changed(agreement, "[MASK] .") is None
    assert changed(sentiment, "film") is None
    assert changed(sentiment, "bad") == Change("good", "bad", "good")


def test_a_text_that_cannot_be_read_is_refused(agreement):
    with pytest.raises(ExplainerError):
        changed(agreement, "two [MASK] [SEP]")


def test_no_word_is_its_own_opposite_or_form():
    for pairs in (GENDERS, OPPOSITES):
        for one, other in pairs:
            assert exchanged(one, pairs) not in (None, one)
            assert exchanged(other.title(), pairs) not in (None, other.title())
            assert one not in set(irregular(one)) | set(regular(one))


def test_without_an_answer_no_special_token_stands_in(agreement, monkeypatch):
    """Where a special token is likeliest of all, the likeliest word stands at the mask."""
    own = quantity.logits_of

    def padded(model, sentence):
        logits = own(model, sentence).clone()
        logits[model.pad_id] = logits.max() + 1
        return logits

    text = "the keys to the cabinet [MASK] on the table ."
    expected = changed(agreement, text, "keys")
    monkeypatch.setattr(quantity, "logits_of", padded)
    assert changed(agreement, text, "keys") == expected
