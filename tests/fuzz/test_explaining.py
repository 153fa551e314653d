"""Generated cases of explanations: a right result or one sentence, no bare exception."""

import pytest
from hypothesis import strategies as st

from explainer import (
    WORD_METHODS,
    Explanation,
    Question,
    Stability,
    WordPair,
    WordScores,
    ablate,
    explain,
    explain_many,
    explain_words,
    load_model,
    predict,
    shorten,
    stability,
    word_scores,
)
from explainer.api import measure_path, trace_text
from explainer.base.errors import ExplainerError
from explainer.influence.measure import Measured
from explainer.intervention.ablate import Ablated, keep_all, keep_only, remove, run_kept
from explainer.models import registry
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.sentence import read_sentence
from tests.damage import ANYTHING, cases, outcome
from tests.fuzz.asking import FEW, TEXT, TWO, WORDS, Quiet, arguments


@cases(
    text=st.sampled_from([TEXT, TWO, "[MASK]"]) | ANYTHING,
    asked=arguments(
        {
            **{"correct": WORDS, "wrong": WORDS, "label": st.none(), "other": st.none()},
            "pair": st.none(),
            **{"settings": st.just(FEW), "flow": st.booleans(), "words": st.integers(1, 9)},
            **{"candidates": st.booleans(), "word": st.none(), "answer": st.none()},
            "mask": st.sampled_from([1, 2, None]),
        }
    ),
    whose=st.sampled_from(["model"] * 9 + ["other"]),
    other=ANYTHING,
)
def test_explain(masked_lm, text, asked, whose, other):
    model = masked_lm.it if whose == "model" else other
    found = outcome(lambda: explain(model, text, **{"settings": FEW, **asked}))
    if found is not None:
        assert Explanation.from_json(found.to_json()).to_dict() == found.to_dict()


@cases(
    text=st.sampled_from([TEXT, TWO, "[MASK]"]) | ANYTHING,
    words=st.tuples(WORDS | ANYTHING, WORDS | ANYTHING),
    asked=arguments(
        {
            **{"settings": st.just(FEW), "flow": st.booleans(), "words": st.integers(1, 9)},
            **{"candidates": st.booleans(), "memory": st.just("1 GB")},
            "mask": st.sampled_from([1, 2, None]),
            "precision": st.just("full"),
        }
    ),
    whose=st.sampled_from(["model"] * 9 + ["other"]),
    other=ANYTHING,
)
def test_explain_words(masked_lm, text, words, asked, whose, other):
    model = masked_lm.it if whose == "model" else other
    found = outcome(lambda: explain_words(model, text, *words, **{"settings": FEW, **asked}))
    if found is not None:
        assert WordPair.from_json(found.to_json()).to_dict() == found.to_dict()


@cases(record=ANYTHING)
def test_a_record_of_two_words(record):
    outcome(lambda: WordPair.from_dict(record))
    outcome(lambda: WordPair.from_json(record))
    outcome(lambda: WordPair(record, record))


PAIR = Question("[MASK]", pair="a")


@cases(
    texts=st.lists(
        st.sampled_from([TEXT, "[MASK]", Question("[MASK] ."), PAIR]) | ANYTHING, max_size=2
    ),
    asked=arguments(
        {
            "settings": st.just(FEW),
            "words": st.just(1),
            "memory": st.sampled_from(["1 GB", None]),
            "precision": st.just("full"),
        }
    ),
    other=ANYTHING,
)
def test_explain_many(masked_lm, texts, asked, other):
    found = outcome(lambda: list(explain_many(masked_lm.it, texts, **{"settings": FEW, **asked})))
    assert found is None or len(found) == len(texts)
    assert outcome(lambda: explain_many(other, texts)) is None


@cases(
    text=st.just("the old farmer is good .") | ANYTHING,
    asked=arguments(
        {
            **{"label": st.sampled_from([0, "positive", None]), "other": st.just(1)},
            "pair": st.sampled_from(["the farmer is old .", None]),
        }
    ),
)
def test_explain_classes(classifier, text, asked):
    found = outcome(lambda: explain(classifier.it, text, settings=FEW, **asked))
    if found is not None:
        assert found.target.correct in classifier.it.labels
        assert (found.texts is None) == (asked.get("pair") is None)


TAGGED = "the farmers love the old farmer ."
TAGGED_WORDS = st.sampled_from(["farmers", "the", "the (4)", 2, 0, None])


@cases(
    text=st.just(TAGGED) | ANYTHING,
    asked=arguments(
        {
            **{"label": st.sampled_from([1, "B-LOC", None]), "other": st.sampled_from([0, "o"])},
            **{"word": TAGGED_WORDS, "pair": st.none()},
        }
    ),
    word=TAGGED_WORDS | ANYTHING,
    count=st.integers(1, 5) | ANYTHING,
)
def test_explain_tags(tagger, text, asked, word, count):
    found = outcome(lambda: explain(tagger.it, text, settings=FEW, **asked))
    if found is not None:
        assert {found.target.correct, found.target.wrong} < set(tagger.it.labels)
    every = outcome(lambda: predict(tagger.it, text, count, word=word))
    assert every is None or {one.word for one in every} <= set(tagger.it.labels)


PASSAGE = "the farmers love the old farmer ."
ANSWERS = st.sampled_from(["farmers", "the", "the (8)", "old farmer", None])


@cases(
    text=st.just("the farmer ?") | ANYTHING,
    asked=arguments(
        {
            **{"answer": ANSWERS, "other": ANSWERS, "label": st.none(), "word": st.none()},
            "pair": st.sampled_from(["the old farmer", None]),
        }
    ),
    count=st.integers(1, 5) | ANYTHING,
)
def test_explain_answers(reader, text, asked, count):
    given = {"pair": PASSAGE, "settings": FEW, **asked}
    found = outcome(lambda: explain(reader.it, text, **given))
    if found is not None:
        assert Explanation.from_json(found.to_json()).to_dict() == found.to_dict()
    best = outcome(lambda: predict(reader.it, text, count, pair=given["pair"]))
    assert best is None or 0 < len(best) <= int(count)


@cases(
    text=st.sampled_from([TEXT, TWO]) | ANYTHING,
    count=st.integers(1, 50) | ANYTHING,
    mask=st.sampled_from([1, 2, None]) | ANYTHING,
    other=ANYTHING,
)
def test_predict(masked_lm, text, count, mask, other):
    found = outcome(lambda: predict(masked_lm.it, text, count=count, mask=mask))
    assert found is None or 0 < len(found) <= 2 * int(count)
    assert outcome(lambda: predict(other, text)) is None


@cases(
    text=st.sampled_from(["the farmer . " * 20, "[MASK] old . " * 20]) | ANYTHING,
    keep=st.sampled_from(["start", "end", "window"]) | ANYTHING,
    pair=st.sampled_from([None, "the assistant"]) | ANYTHING,
)
def test_shorten(classifier, text, keep, pair):
    kept = outcome(lambda: shorten(classifier.it, text, keep, pair=pair))
    assert kept is None or kept in text


POSITIONS = st.lists(st.integers(0, 7), min_size=3, max_size=4)


@cases(
    nodes=st.builds(lambda nodes: [*nodes, 3], POSITIONS) | ANYTHING,
    components=st.none()
    | st.lists(st.sampled_from([0, 1, "skip", None]), min_size=3, max_size=3)
    | ANYTHING,
    asked=arguments(
        {
            "contrast": st.builds(
                Contrast, WORDS | ANYTHING, WORDS, mask=st.sampled_from([1, 2, None]) | ANYTHING
            ),
            "settings": st.just(FEW),
            "memory": st.sampled_from(["1 GB", None]),
        }
    ),
)
def test_measure_path(masked_lm, nodes, components, asked):
    how = {"settings": FEW, **asked}
    found = outcome(lambda: measure_path(masked_lm.it, TEXT, nodes, components, **how))
    assert found is None or (isinstance(found, Measured) and len(found.trail) == 3)


@cases(
    text=st.just("[MASK]") | ANYTHING,
    asked=arguments({"settings": st.just(FEW), "memory": st.just(2**30)}),
)
def test_trace_text(masked_lm, text, asked):
    outcome(lambda: trace_text(masked_lm.it, text, **{"settings": FEW, **asked}))


@cases(
    name=ANYTHING,
    dtype=st.just("float32") | ANYTHING,
    device=st.just("cpu") | ANYTHING,
    pooling=st.sampled_from((None, "mean", "cls")) | ANYTHING,
)
def test_load_model(name, dtype, device, pooling):
    def refused(_, **__):
        raise ExplainerError("The Hub is not asked here.")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(registry, "download", refused)
        assert (
            outcome(lambda: load_model(name, dtype=dtype, device=device, pooling=pooling)) is None
        )


@pytest.fixture(scope="module")
def ablation(tiny_masked_lm):
    sentence = read_sentence(tiny_masked_lm, "[MASK] .")
    quantity = choose_quantity(tiny_masked_lm, sentence, Contrast("are", "is"))
    kept = keep_all(tiny_masked_lm, len(sentence.tokens))
    return Quiet((tiny_masked_lm, sentence, quantity, kept))


@cases(
    place=st.integers(0, 5),
    thing=ANYTHING,
    rest=arguments(
        {"replacement": st.just("zero"), "settings": st.just(FEW), "count": st.integers(1, 3)}
    ),
    level=st.just("attention") | ANYTHING,
)
def test_ablate(ablation, explained, place, thing, rest, level):
    given_ = list(ablation.it)
    if place < len(given_):
        given_[place] = thing
    found = outcome(lambda: run_kept(*given_, **{"replacement": "zero"} | rest))
    assert found is None or isinstance(found, Ablated)
    model, routes = ablation.it[0], thing if place % 2 else explained.it.patterns
    for cut in (keep_only, remove):
        outcome(lambda cut=cut: cut(model, 3, routes, level))
    for how in ("keep", "cut"):
        given = {how: routes, "level": level, **rest}
        found = outcome(lambda given=given: ablate(model, "[MASK] .", **given))
        assert found is None or isinstance(found, Ablated)


@cases(
    text=st.just("[MASK] .") | ANYTHING,
    method=st.sampled_from(sorted(WORD_METHODS)) | ANYTHING,
    rest=arguments({"settings": st.just(FEW), "contrast": st.none()}),
)
def test_word_scores(masked_lm, text, method, rest):
    found = outcome(lambda: word_scores(masked_lm.it, text, method, **rest))
    assert found is None or isinstance(found, WordScores)


@cases(
    text=st.just("[MASK]") | ANYTHING,
    words=st.lists(st.integers(0, 9) | ANYTHING, min_size=1, max_size=3) | ANYTHING,
    rest=arguments({"settings": st.just(FEW), "memory": st.just("1 GB")}),
    turn=st.sampled_from(range(50)),
)
def test_stability(masked_lm, text, words, rest, turn):
    # A class is no word: refused last, since six searches take their time.
    contrast = None if turn == 7 else Contrast(label="positive")
    how = {"settings": FEW, "contrast": contrast, **rest}
    found = outcome(lambda: stability(masked_lm.it, text, words, **how))
    assert found is None or all(isinstance(one, Stability) for one in found)
