"""Answers in a passage: which is asked about, what is taken where nobody says, what is refused."""

from dataclasses import replace

import pytest
import torch
from transformers import (
    RobertaForQuestionAnswering,
    XLMRobertaForQuestionAnswering,
    XLMRobertaTokenizer,
)

from explainer import (
    ExplainerError,
    Question,
    ablate,
    explain,
    explain_many,
    load_model,
    predict,
    word_scores,
)
from explainer.question.places.spans import (
    LONGEST,
    NONE,
    asked_span,
    named_span,
    scores_of,
    span_logits,
    text_of,
)
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.sentence import read_sentence
from explainer.results.settings import Settings
from tests.fixtures import byte_level_tokenizer
from tests.vocabularies import save_for, sentencepiece

QUESTION, PASSAGE = "the farmers love ?", "the old assistant is the unhappiest assistant ."
TOKENS = [
    *("[CLS]", "the", "farmers", "love", "[UNK]", "[SEP]", "the", "old", "assistant", "is"),
    *("the", "un", "##happi", "##est", "assistant", ".", "[SEP]"),
]
IN_PASSAGE = range(6, 16)
FEW = Settings(points=2)


@pytest.fixture(scope="module")
def ends(tiny_reader):
    """The library's own logits [token, 2] of start and end."""
    made = tiny_reader.tokenizer(QUESTION, PASSAGE, return_tensors="pt")
    with torch.no_grad():
        own = tiny_reader.network(**made)
    return torch.stack((own.start_logits[0], own.end_logits[0]), -1)


@pytest.fixture(scope="module")
def piece_reader(tmp_path_factory):
    """A reader with XLM-R's tokenizer, whose lone `▁` has the first character behind a space."""
    folder = tmp_path_factory.mktemp("models") / "piece-reader"
    tokenizer = sentencepiece(XLMRobertaTokenizer)
    save_for(folder, XLMRobertaForQuestionAnswering, tokenizer, max_position_embeddings=90)
    return load_model(str(folder), dtype="float64")


def sentence_of(model):
    return read_sentence(model, QUESTION, PASSAGE)


def asked(model, **contrast):
    return choose_quantity(model, sentence_of(model), Contrast(**contrast))


def score(ends, span):
    return float(ends[span[0], 0] + ends[span[1], 1])


def spans():
    return [(i, j) for i in IN_PASSAGE for j in IN_PASSAGE if 0 <= j - i < LONGEST]


def test_the_best_answer_is_asked_about_against_none(tiny_reader, ends):
    assert list(sentence_of(tiny_reader).tokens) == TOKENS
    best = max(spans(), key=lambda span: score(ends, span))
    found = explain(tiny_reader, QUESTION, pair=PASSAGE, settings=FEW)
    own = score(ends, best) - score(ends, (0, 0))
    assert found.target.value == pytest.approx(own, abs=1e-9)
    assert found.target.positions == tuple(sorted({0, *best}))
    assert found.target.wrong == "no answer"
    assert {p.nodes[-1] for p in found.patterns} <= set(found.target.positions)


@pytest.mark.parametrize(
    ("answer", "span"),
    [
        *(("old", (7, 7)), ("OLD assistant", (7, 8)), ("unhappiest", (11, 13))),
        *(("assistant (14)", (14, 14)), ("happi", (12, 12)), (" the old ", (6, 7))),
    ],
)
def test_an_answer_is_found_in_the_passage(tiny_reader, ends, answer, span):
    found = explain(tiny_reader, QUESTION, pair=PASSAGE, answer=answer, settings=FEW)
    assert found.target.value == pytest.approx(score(ends, span) - score(ends, (0, 0)), abs=1e-9)
    assert asked(tiny_reader, answer=named_span(sentence_of(tiny_reader), span)) == asked(
        tiny_reader, answer=answer
    )


def test_an_answer_against_another_leaves_out_what_they_share(tiny_reader, ends):
    quantity = asked(tiny_reader, answer="old assistant", other="old")
    assert quantity.positions == (7, 8)
    assert quantity.readout.classes == (1, 1)
    assert quantity.reads == ((None, "end"), ("end", None))
    found = explain(
        *(tiny_reader, QUESTION),
        pair=PASSAGE,
        answer="old assistant",
        other="old",
        settings=FEW,
    )
    assert found.target.value == pytest.approx(float(ends[8, 1] - ends[7, 1]), abs=1e-9)
    same = asked(tiny_reader, answer="assistant (8)", other="assistant (14)")
    assert (same.correct, same.wrong) == ("assistant (8)", "assistant (14)")
    best = next(one for one in predict(tiny_reader, QUESTION, pair=PASSAGE) if one.asked != NONE)
    second = asked(tiny_reader, other=best.asked)
    assert second.correct != second.wrong == best.word


def test_that_there_is_no_answer_is_asked_about_against_the_best(tiny_reader, ends):
    best = max(spans(), key=lambda span: score(ends, span))
    best_one = text_of(sentence_of(tiny_reader), best)
    more = {"pair": PASSAGE, "settings": FEW}
    found = explain(tiny_reader, QUESTION, answer="No answer", **more).target
    assert found.value == pytest.approx(score(ends, (0, 0)) - score(ends, best), abs=1e-9)
    assert (found.correct, found.wrong) == ("no answer", best_one)
    rival = explain(tiny_reader, QUESTION, answer="no answer", other="old", **more).target
    assert rival.value == pytest.approx(score(ends, (0, 0)) - score(ends, (7, 7)), abs=1e-9)
    assert rival.reads == (("no answer", None), (None, "start and end"))
    default = explain(tiny_reader, QUESTION, **more).target
    assert explain(tiny_reader, QUESTION, other="no answer", **more).target == default


def test_names_of_answers_lead_to_themselves_whatever_the_passage_says(tiny_reader):
    passage = "no answer is old , old (8) , no answer , old (10)"
    sentence = read_sentence(tiny_reader, QUESTION, passage)
    for one in predict(tiny_reader, QUESTION, 10_000, pair=passage):
        start, end = asked_span(sentence, one.asked)
        assert (start, text_of(sentence, (start, end))) == (one.position, one.word)
    assert asked_span(sentence, "no answer") == (0, 0)
    first = sentence.tokens.index("[SEP]") + 1
    assert asked_span(sentence, f"no answer ({first})")[0] == first


def test_predictions_are_the_best_answers_and_none(tiny_reader, ends):
    sentence = sentence_of(tiny_reader)
    every = {span: score(ends, span) for span in (*spans(), (0, 0))}
    shares = torch.tensor(list(every.values()), dtype=torch.float64).softmax(0)
    likely = dict(zip(every, shares.tolist(), strict=True))
    best = sorted(every, key=every.get, reverse=True)
    found = predict(tiny_reader, QUESTION, 100, pair=PASSAGE)
    assert [one.word for one in found] == [text_of(sentence, span) for span in best]
    for one, span in zip(found, best, strict=True):
        assert one.logit == pytest.approx(every[span])
        assert one.probability == pytest.approx(likely[span])
        assert (one.asked == NONE) == (span == (0, 0))


@pytest.mark.parametrize(
    "passage",
    ["the farmers are  old, isn't the farmer ?", " a  zebra🙂 is café , is  it ?"],
)
def test_every_prediction_is_asked_about_by_its_name(piece_reader, passage):
    sentence = read_sentence(piece_reader, QUESTION, passage)
    inside = [at for at, part in enumerate(sentence.parts) if part == 1]
    inside = [at for at in inside if sentence.spans[at][0] < sentence.spans[at][1]]
    last = {sentence.spans[at][0]: at for at in inside}
    assert len(last) < len(inside)  # tokens that overlap
    found = predict(piece_reader, QUESTION, 10_000, pair=passage)
    assert {one.position for one in found if one.asked != NONE} == {*last.values()}
    scored = scores_of(sentence, span_logits(piece_reader, sentence))
    for one, span in zip(found, scored, strict=True):
        assert asked_span(sentence, one.asked) == span
    best = next(one for one in found if one.asked != NONE)
    none = next(one for one in found if one.asked == NONE)
    target = explain(piece_reader, QUESTION, pair=passage, answer=best.asked, settings=FEW).target
    assert target.value == pytest.approx(best.logit - none.logit, abs=1e-9)


def test_an_answer_may_be_as_long_as_the_passage(tiny_reader):
    passage = " ".join(["unhappiest assistant"] * 6)
    sentence = read_sentence(tiny_reader, QUESTION, passage)
    assert len(passage) > 100
    assert text_of(sentence, asked_span(sentence, passage)) == passage


def test_an_answer_whose_tokens_overlap_the_wrong_way_round_is_refused(tiny_reader):
    sentence = sentence_of(tiny_reader)
    spans = [(4, 10) if at == 7 else span for at, span in enumerate(sentence.spans)]
    overlapping = replace(sentence, spans=tuple(spans))
    with pytest.raises(ExplainerError, match="from the start of a token to the end of one"):
        asked_span(overlapping, "as")


def test_whatever_else_is_asked_of_a_reader_is_of_its_answer(tiny_reader):
    contrast = Contrast(answer="old", other="unhappiest")
    found = explain(
        tiny_reader, QUESTION, pair=PASSAGE, answer="old", other="unhappiest", settings=FEW
    )
    (many,) = explain_many(tiny_reader, [Question(QUESTION, contrast, PASSAGE)], settings=FEW)
    assert many.target == found.target
    more = {"pair": PASSAGE, "contrast": contrast, "settings": FEW}
    whole = ablate(tiny_reader, QUESTION, cut=[], **more)
    assert whole.value == pytest.approx(found.target.value, abs=1e-9)
    assert whole.predictions == predict(tiny_reader, QUESTION, pair=PASSAGE)
    out = word_scores(tiny_reader, QUESTION, "leave-one-out", **more)
    assert len(out.scores) == len(TOKENS)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"pair": None}, "was given one text: give the question as the text and the passage as"),
        (
            {"answer": "farmers"},
            "The answer 'farmers' does not stand in the passage from the start of a token to",
        ),
        ({"answer": "assist"}, "The answer 'assist' does not stand in the passage"),
        ({"answer": " "}, "The answer '' does not stand in the passage"),
        ({"answer": "assistant"}, "The answer 'assistant' stands 2 times in the text: say which"),
        ({"answer": 7}, "The answer is 7: give a string, some words of the passage."),
        ({"answer": "old", "other": "old"}, "are both 'old': give two different answers"),
        ({"answer": "no answer", "other": "no answer"}, "are both 'no answer': give two different"),
        ({"label": "O"}, "finds answers in a passage: give the answer"),
        ({"word": "old"}, "finds answers in a passage: leave the word out"),
        ({"pair": " "}, "The second text is blank"),
    ],
)
def test_what_is_no_answer_is_refused(tiny_reader, given, says):
    with pytest.raises(ExplainerError, match=says):
        explain(tiny_reader, QUESTION, **{"pair": PASSAGE, "settings": FEW, **given})


@pytest.mark.parametrize("ask", [predict, explain])
def test_a_passage_of_space_is_refused_where_space_is_a_token(tmp_path, ask):
    save_for(tmp_path, RobertaForQuestionAnswering, byte_level_tokenizer())
    with pytest.raises(ExplainerError, match=r"The second text is blank .*: give a passage with"):
        ask(load_model(str(tmp_path)), QUESTION, pair="  ")


def test_an_answer_is_refused_by_models_that_find_none(tiny_classifier):
    with pytest.raises(ExplainerError, match="finds none in a passage: leave the answer out"):
        explain(tiny_classifier, QUESTION, pair=PASSAGE, answer="old")
