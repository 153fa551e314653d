"""Words and tags: which are asked about, what is taken where nobody says, what is refused."""

import pytest
import torch

from explainer import ExplainerError, Question, ablate, explain, explain_many, predict, word_scores
from explainer.question.places.found import one_place
from explainer.question.places.tagged import asked_position, asked_words
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.sentence import read_sentence
from explainer.results.settings import Settings
from tests.fixtures import TAGS

TEXT = "the farmers love unhappiest the don't ."
TOKENS = [
    *("[CLS]", "the", "farmers", "love", "un", "##happi", "##est", "the"),
    *("don", "'", "t", ".", "[SEP]"),
]
FEW = Settings(points=2)


@pytest.fixture(scope="module")
def logits(tiny_tagger):
    """The library's own logits [token, tag] of the text."""
    made = tiny_tagger.tokenizer(TEXT, return_tensors="pt")
    with torch.no_grad():
        return tiny_tagger.network(**made).logits[0]


def asked(model, **contrast):
    return choose_quantity(model, read_sentence(model, TEXT), Contrast(**contrast))


@pytest.mark.parametrize(
    ("word", "position"),
    [
        *(("farmers", 2), (" Farmers ", 2), ("unhappiest", 4), ("the (1)", 1), ("the (7)", 7)),
        *((5, 5), ("the farmers", 1), ("don't", 8), ("LOVE unhappiest", 3), (".", 11)),
    ],
)
def test_a_word_is_asked_for_at_its_first_piece(tiny_tagger, word, position):
    sentence = read_sentence(tiny_tagger, TEXT)
    assert list(sentence.tokens) == TOKENS
    assert asked_position(tiny_tagger, sentence, word) == position
    assert asked(tiny_tagger, word=word).position == position


def test_what_a_word_is_asked_by_leads_back_to_it(tiny_tagger):
    sentence = read_sentence(tiny_tagger, TEXT)
    words = asked_words(tiny_tagger, sentence)
    assert (words[4], words[7]) == ("unhappiest", "the (7)")
    for position, word in words.items():
        assert asked_position(tiny_tagger, sentence, word) == position


def test_a_word_that_looks_like_a_place_is_found_as_it_stands(tiny_tagger):
    sentence = read_sentence(tiny_tagger, "the (1) farmer")
    assert asked_position(tiny_tagger, sentence, "the (1)") == 1
    assert asked_position(tiny_tagger, sentence, "farmer (5)") == 5


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("the", "The word 'the' stands 2 times in the text: say which one, such as 'the \\(1\\)'"),
        ("happi", "The word 'happi' is not in the text: give one of its words \\(the, farmers, "),
        ("farmer", "'farmer' is not in the text"),
        ("the (2)", "'the \\(2\\)' is not in the text"),
        ("  ", "is empty: give one of the text"),
        (0, "Token 0 is \\[CLS\\], which is no word"),
        (13, "is at token 13, but the text has the tokens 0 to 12"),
        (-1, "is at token -1"),
        (1.5, "The word to ask about is 1.5: give one of the text, or a token's position"),
        (True, "The word to ask about is True"),
    ],
)
def test_a_word_that_is_not_there_is_refused(tiny_tagger, word, says):
    with pytest.raises(ExplainerError, match=says):
        explain(tiny_tagger, TEXT, word=word, settings=FEW)


@pytest.mark.parametrize("position", [2, 4, 11])
def test_tag_and_rival_are_the_two_likeliest_where_nobody_says(tiny_tagger, logits, position):
    best = logits[position].topk(3).indices.tolist()
    assert asked(tiny_tagger, word=position).classes == tuple(best[:2])
    assert asked(tiny_tagger, word=position, label=best[2]).classes == (best[2], best[0])
    assert asked(tiny_tagger, word=position, other=best[0]).classes == (best[1], best[0])
    assert asked(tiny_tagger, word=position, label=TAGS[best[1]].lower()).correct == TAGS[best[1]]


def test_the_word_is_the_first_with_such_a_tag_or_the_nearest_to_one(tiny_tagger, logits):
    firsts = [1, 2, 3, 4, 7, 8, 9, 10, 11]
    tags = logits.argmax(-1).tolist()
    first = next(at for at in firsts if tags[at] != 0)
    assert asked(tiny_tagger).position == first
    for tag in range(3):
        given = [at for at in firsts if tags[at] == tag]
        others = [n for n in range(3) if n != tag]
        nearest = max(firsts, key=lambda at: float(logits[at, tag] - logits[at, others].max()))
        assert asked(tiny_tagger, label=tag).position == (given[0] if given else nearest)


def test_the_value_is_the_difference_of_the_library_s_own_logits(tiny_tagger, logits):
    found = explain(tiny_tagger, TEXT, word="unhappiest", label="B-PER", other="O", settings=FEW)
    assert found.target.value == pytest.approx(float(logits[4, 1] - logits[4, 0]), abs=1e-9)
    assert {found.target.position, *(p.nodes[-1] for p in found.patterns)} == {4}
    contrast = Contrast(label="B-PER", other="O", word="unhappiest")
    (many,) = explain_many(tiny_tagger, [Question(TEXT, contrast)], settings=FEW)
    assert many.target == found.target
    whole = ablate(tiny_tagger, TEXT, cut=[], contrast=contrast, settings=FEW)
    assert whole.value == pytest.approx(found.target.value, abs=1e-9)
    out = word_scores(tiny_tagger, TEXT, "leave-one-out", contrast=contrast, settings=FEW)
    assert len(out.scores) == len(found.tokens)


def test_predictions_are_the_tag_of_each_word_or_the_tags_of_one(tiny_tagger, logits):
    shares = logits.softmax(-1)
    every = predict(tiny_tagger, TEXT, 1)
    assert [one.of for one in every] == list(
        asked_words(tiny_tagger, read_sentence(tiny_tagger, TEXT)).values()
    )
    for one, position in zip(every, [1, 2, 3, 4, 7, 8, 9, 10, 11], strict=True):
        best = int(logits[position].argmax())
        assert (one.word, one.id) == (TAGS[best], best)
        assert one.probability == pytest.approx(float(shares[position, best]))
    of_one = predict(tiny_tagger, TEXT, word="farmers")
    assert [one.id for one in of_one] == logits[2].argsort(descending=True).tolist()
    assert [one.logit for one in of_one] == pytest.approx(sorted(logits[2].tolist(), reverse=True))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"label": "B-ORG"}, "'B-ORG' is not one of the model's: give one of 0 O, 1 B-PER"),
        ({"label": "O", "other": 0}, "The tag and its rival are both 'O': give two different tags"),
        ({"correct": "are"}, "predicts tags: give a label instead, one of 0 O"),
        ({"pair": "the farmers"}, "tags the words of one text: leave the second text out"),
    ],
)
def test_what_is_not_a_tagger_s_is_refused(tiny_tagger, given, says):
    with pytest.raises(ExplainerError, match=says):
        explain(tiny_tagger, TEXT, settings=FEW, **given)


def test_a_word_is_refused_by_models_that_tag_none(tiny_classifier, tiny_masked_lm):
    with pytest.raises(ExplainerError, match="predicts a class of the whole text: leave the word"):
        explain(tiny_classifier, TEXT, word="farmers")
    with pytest.raises(ExplainerError, match="predicts the word at a mask: leave the word out"):
        predict(tiny_masked_lm, f"{TEXT} [MASK]", word="farmers")


def test_a_token_far_beyond_the_text_is_refused_in_a_sentence(tiny_tagger):
    """Python writes no number of so many digits."""
    with pytest.raises(ExplainerError, match=r"is at token .* give one of them"):
        explain(tiny_tagger, "the farmers love .", word=10**5000)


def test_a_position_decides_where_the_text_has_a_word_in_two_cases():
    text, begins, ends = "A man plays a song", {0: 1, 2: 2, 6: 3, 12: 4, 14: 5}, {1, 5, 11, 13, 18}
    assert one_place(text, begins, ends, "a", "The word") == (12, 13)
    assert one_place(text, begins, ends, "a (1)", "The word") == (0, 1)
    assert one_place(text, begins, ends, "A (4)", "The word") == (12, 13)
    assert one_place(text, begins, ends, "a (2)", "The word") is None
