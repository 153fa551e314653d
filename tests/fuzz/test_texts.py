"""Generated texts for every kind of model: a right result that can be shown, or one sentence."""

import json
import xml.etree.ElementTree as ET

import pytest
from hypothesis import strategies as st

from explainer import Contrast, Explanation, Settings, explain, load_model, predict, word_scores
from explainer.app.compute.request import Request
from explainer.app.widgets.markdown import plain
from explainer.app.widgets.saving.snippet import snippet
from explainer.cli.table import explanation_table
from explainer.corpus.row import Row
from explainer.evaluation.reading.rows import read_rows
from explainer.figures import View, pattern_svg, summary
from explainer.question.shorten import shorten
from tests.damage import cases, outcome
from tests.fuzz.asking import FEW, Quiet
from tests.fuzz.hostile import MARKUP, RUDE, SPECIAL, VALUES, texts

MASKED = texts("[MASK]", "[mask]") | texts().map(lambda text: f"{text}[MASK] .")
USUAL: st.SearchStrategy = st.sampled_from([None, None, None, "are", "is", "old", "good", 6])
ANSWER = USUAL | USUAL | st.sampled_from(["unhappiest", "farmers", "the (1)", "id:3"]) | RUDE
LONG = st.sampled_from(["the farmers [MASK] old . " * 9, "[MASK]" * 40, "a" * 5000, "\u0301" * 400])


@pytest.fixture(scope="module")
def roberta(tiny_roberta_dir):
    return Quiet(load_model(str(tiny_roberta_dir), dtype="float64"))


def holds(model, found: Explanation) -> None:
    """An explanation of a hostile text adds up, is kept whole by JSON, and can be drawn."""
    assert len(found.tokens) == len(found.influence) == len(found.words or found.tokens)
    moved = found.target.value - found.target.baseline_value
    assert abs(sum(found.influence) - found.completeness_gap - moved) < 1e-6 * (1 + abs(moved))
    assert Explanation.from_json(found.to_json()).to_dict() == found.to_dict()
    json.loads(found.to_json())
    for merged in (True, False):
        ET.fromstring(pattern_svg(found, merge_pieces=merged))
    assert "\n" not in summary(found)
    assert explanation_table(found, level="attention", minimum_share=0).count("\n") < 200
    assert plain(" ".join(found.tokens)).isprintable() or not " ".join(found.tokens).isprintable()
    assert model.info.layers == len(found.patterns[0].components) if found.patterns else True


def asked(model, text, **given):
    """What explaining a text gives, and whether its script is one."""
    how = {name: value for name, value in given.items() if value is not None}
    found = outcome(lambda: explain(model, text, settings=FEW, **how))
    if found is None:
        return
    holds(model, found)
    pair = how.pop("pair", None)
    contrast = outcome(lambda: Contrast(**how))
    if contrast is not None:
        request = Request("tiny", text, contrast, Settings(points=2), pair=pair)
        compile(snippet(request, View()), "script", "exec")


@cases(
    0.2,
    text=MASKED | LONG,
    correct=ANSWER | ANSWER | st.tuples(ANSWER, ANSWER),
    wrong=ANSWER | ANSWER | st.tuples(ANSWER, ANSWER),
    mask=st.sampled_from([None, None, None, 1, 2, 9]),
)
def test_texts_with_masks(masked_lm, text, correct, wrong, mask):
    asked(masked_lm.it, text, correct=correct, wrong=wrong, mask=mask)
    best = outcome(lambda: predict(masked_lm.it, text, 3))
    assert best is None or all(0 <= one.probability <= 1 for one in best)


@cases(0.1, text=texts("<mask>", " <mask>", "[MASK]") | LONG, correct=ANSWER, wrong=ANSWER)
def test_texts_of_bytes(roberta, text, correct, wrong):
    asked(roberta.it, text, correct=correct, wrong=wrong)


@cases(
    0.1,
    text=texts() | VALUES | LONG,
    pair=st.none() | texts() | VALUES,
    label=st.sampled_from([None, None, "positive", "0", 2]) | RUDE,
    other=st.sampled_from([None, None, "negative", 1]) | RUDE,
)
def test_texts_of_classes(classifier, text, pair, label, other):
    asked(classifier.it, text, pair=pair, label=label, other=other)


@cases(
    0.1,
    text=texts("the farmers") | VALUES | LONG,
    word=st.sampled_from([None, None, "farmers", "the (4)", "the (1)", 1]) | RUDE,
    label=st.sampled_from([None, None, "B-PER", "O"]) | RUDE,
)
def test_texts_of_tags(tagger, text, word, label):
    asked(tagger.it, text, word=word, label=label)


@cases(
    0.1,
    text=texts() | VALUES,
    pair=texts("the farmers") | VALUES | LONG,
    answer=st.sampled_from([None, None, "farmers", "no answer", "the (6)"]) | RUDE | texts(most=2),
    other=st.sampled_from([None, None, "no answer"]) | RUDE,
)
def test_questions_and_passages(reader, text, pair, answer, other):
    asked(reader.it, text, pair=pair, answer=answer, other=other)


@cases(0.1, text=texts() | VALUES | LONG, pair=texts() | VALUES | LONG)
def test_texts_that_are_compared(encoder, text, pair):
    asked(encoder.it, text, pair=pair)


@cases(0.1, text=texts("[MASK]"), method=st.sampled_from(["alti", "decompx", "leave one out"]))
def test_scores_of_texts(masked_lm, text, method):
    outcome(lambda: word_scores(masked_lm.it, text, method, settings=FEW))


@cases(0.1, text=LONG | texts("[MASK]", most=30), keep=st.sampled_from(["start", "end", "window"]))
def test_shortened_texts(masked_lm, text, keep):
    kept = outcome(lambda: shorten(masked_lm.it, text, keep))
    assert kept is None or (kept in text and (len(kept) == len(text) or kept))


CELLS = st.lists(st.sampled_from([*SPECIAL, *MARKUP, "text", "label", ",", "\n", "\t", '"', "{}"]))


@cases(0.1, cells=CELLS, ending=st.sampled_from(["csv", "tsv", "jsonl"]))
def test_files_of_texts(cells, ending):
    content = "".join(cells).encode("utf-8", "surrogatepass")
    found = outcome(lambda: read_rows(content, f"own.{ending}", ("text", "label")))
    assert found is None or all(row.line >= 1 for row in found.rows)
    row = Row(0, 1, "".join(cells))
    outcome(row.question)
