"""Evaluation of sentences and runs: what is compared, measured, kept, resumed and refused."""

import json
import math
from itertools import product

import numpy as np
import pytest

from explainer import ExplainerError, explain
from explainer.api import measure_path
from explainer.evaluation import run as runs
from explainer.evaluation.kept import kept_by_nodes
from explainer.evaluation.methods import METHODS, SELECTIONS, Signals
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.question import contrast_of, controller_position
from explainer.evaluation.reading.cases import Sentences, cases_of
from explainer.evaluation.run import Run, evaluate, fingerprint
from explainer.evaluation.sentence import evaluate_sentence
from explainer.evaluation.stored import RECORDS, read_records
from explainer.intervention.ablate import keep_only, remove, run_kept
from explainer.intervention.attention import attention
from explainer.intervention.filling import REPLACEMENTS
from explainer.models.registry import load_model
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.sentence import read_sentence
from explainer.results.metrics import concentration
from explainer.results.settings import Settings
from explainer.rivals import FlowNetwork, skip_for_heads
from explainer.tasks import Case

TEXT = "the farmers that the assistant loves [MASK] old ."
CASE = Case(TEXT, "are", "is", "own", "plural-singular", "farmers")
SETTINGS = Settings(points=3)
ROWS = """text,correct,wrong,combination,controller
the farmers that the assistant loves [MASK] old .,are,is,plural,farmers
the farmer that the assistants love [MASK] old .,is,are,singular,farmer
the farmers that the assistants love [MASK] bad .,are,is,plural,farmers
the farmer that the assistant loves [MASK] [MASK] .,is,are,singular,farmer
"""


@pytest.fixture(scope="module")
def explanation(tiny_masked_lm):
    return explain(tiny_masked_lm, TEXT, correct="are", wrong="is", settings=SETTINGS, flow=True)


@pytest.fixture(scope="module")
def record(tiny_masked_lm):
    options = EvaluationOptions(
        settings=SETTINGS, methods=tuple(METHODS), replacements=REPLACEMENTS
    )
    return evaluate_sentence(tiny_masked_lm, CASE, 0, options)


@pytest.fixture
def run(tmp_path):
    """A run over sentences from a file."""
    file = tmp_path / "own.csv"
    file.write_text(ROWS, encoding="utf-8")
    options = EvaluationOptions(settings=SETTINGS, methods=("pattern", "random"))
    return Run("tiny", Sentences(task="own", file=str(file)), options)


def test_every_method_is_tried_in_every_way(record):
    expected = {
        (name, level, words, mode, replacement)
        for name, method in METHODS.items()
        for level, words, mode, replacement in product(
            method.levels, SELECTIONS, method.modes, REPLACEMENTS
        )
    }
    found = [(o.method, o.level, o.words, o.mode, o.replacement) for o in record.outcomes]
    assert len(found) == len(expected)
    assert set(found) == expected


def places(pattern, level: str) -> list:
    """What a pattern keeps: its nodes, or heads and skips by the node that they flow into."""
    if level == "embedding":
        return list(enumerate(pattern.nodes))
    return [(edge.layer, edge.component, edge.target) for edge in pattern.edges("attention")]


@pytest.mark.parametrize("level", ["embedding", "attention"])
@pytest.mark.parametrize("words", SELECTIONS)
def test_an_outcome_is_the_ablated_models_q(tiny_masked_lm, explanation, record, level, words):
    model, sentence = tiny_masked_lm, read_sentence(tiny_masked_lm, TEXT)
    quantity = choose_quantity(model, sentence, Contrast("are", "is"))
    chosen = [p for p in explanation.patterns if words == "all" or p.influence > 0]
    assert words == "all" or 0 < len(chosen) < len(explanation.patterns)
    for mode, cut in (("keep", keep_only), ("remove", remove)):
        kept = cut(model, len(sentence.tokens), chosen, level)
        for replacement in REPLACEMENTS:
            (outcome,) = (
                o
                for o in record.outcomes
                if (o.method, o.level, o.words, o.mode, o.replacement)
                == ("pattern", level, words, mode, replacement)
            )
            cut_model = run_kept(model, sentence, quantity, kept, replacement=replacement)
            assert outcome.value == pytest.approx(cut_model.value)
        if mode == "keep":
            assert outcome.size == len({place for p in chosen for place in places(p, level)})


def share(record, method: str, level: str) -> float:
    (found,) = (
        c.share for c in record.carried if (c.method, c.level, c.words) == (method, level, "all")
    )
    return found


@pytest.mark.parametrize("level", ["embedding", "attention"])
def test_what_patterns_carry_is_their_concentration(explanation, record, level):
    expected = concentration(explanation, explanation.patterns, level)
    assert share(record, "pattern", level) == pytest.approx(expected)


def test_what_rivals_carry_is_measured_path_by_path(tiny_masked_lm, explanation, record):
    model = tiny_masked_lm
    weights = attention(model, read_sentence(model, TEXT))
    target, total = explanation.target.position, sum(map(abs, explanation.influence))
    flow = skips = 0.0
    for pattern in explanation.patterns:
        sign = math.copysign(1, pattern.influence)
        asked = {"contrast": Contrast("are", "is"), "settings": SETTINGS}
        nodes = FlowNetwork(weights).path(pattern.source, target).nodes
        flow += sign * measure_path(model, TEXT, nodes, **asked).influence
        way = skip_for_heads(pattern)
        skips += sign * measure_path(model, TEXT, way.nodes, way.components, **asked).influence
    assert share(record, "attention-flow", "embedding") == pytest.approx(flow / total)
    assert share(record, "repl-skip", "attention") == pytest.approx(skips / total)


def test_rivals_are_measured_in_the_first_sentences_only(tiny_masked_lm):
    options = EvaluationOptions(settings=SETTINGS, methods=("pattern", "random"), measured=1)
    first, second = (evaluate_sentence(tiny_masked_lm, CASE, number, options) for number in (0, 1))
    assert {c.method for c in first.carried} == {"pattern", "random"}
    assert {c.method for c in second.carried} == {"pattern"}


@pytest.mark.parametrize("words", SELECTIONS)
def test_layer_methods_keep_as_many_nodes_as_the_patterns(tiny_masked_lm, explanation, words):
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(4, 11))
    empty = np.zeros(0)
    signals = Signals(explanation, empty, scores, scores, rng, lambda: None)
    kept = kept_by_nodes(tiny_masked_lm, signals, METHODS["conductance"], words, "keep")
    chosen = [p for p in explanation.patterns if words == "all" or p.influence > 0]
    for layer in range(3):
        assert kept.nodes[layer].sum() == len({p.nodes[layer] for p in chosen})
        ranked = np.abs(scores[layer]) if words == "all" else scores[layer]
        assert ranked[kept.nodes[layer]].min() > ranked[~kept.nodes[layer]].max(initial=-np.inf)
    assert kept.nodes[3].tolist() == [i == explanation.target.position for i in range(11)]
    without = kept_by_nodes(tiny_masked_lm, signals, METHODS["conductance"], words, "remove")
    assert (without.nodes[:3] == ~kept.nodes[:3]).all()
    assert without.nodes[3].all()


def test_a_classifier_is_asked_about_its_own_names(tiny_classifier):
    case = Case("the farmers are old .", "Positive", "negative", "own", "all", "")
    assert tiny_classifier.labels[contrast_of(tiny_classifier, case).label] == "positive"
    record = evaluate_sentence(tiny_classifier, case, 0, EvaluationOptions(settings=SETTINGS))
    whole = explain(
        tiny_classifier, case.text, label="positive", other="negative", settings=SETTINGS
    )
    assert record.value == pytest.approx(whole.target.value)
    assert record.controller is None


def test_a_model_of_the_other_kind_is_refused(tiny_classifier, tiny_masked_lm):
    with pytest.raises(ExplainerError, match="for a masked language model"):
        contrast_of(tiny_classifier, CASE)
    with pytest.raises(ExplainerError, match="for a classifier"):
        contrast_of(tiny_masked_lm, Case("the farmers are old .", "positive", "", "own", "all", ""))


def test_the_controller_is_a_whole_word(tiny_masked_lm):
    sentence = read_sentence(tiny_masked_lm, "the farmers love the farmer [MASK] .")
    assert controller_position(sentence, "farmer") == 5
    assert controller_position(sentence, "farmers") == 2
    assert controller_position(sentence, "assistant") is None


def test_a_run_is_kept_and_goes_on_where_it_was(tiny_masked_lm, run, tmp_path, monkeypatch):
    asked: list[int] = []
    real = runs.evaluate_sentence

    def counted(model, case, number, *others):
        asked.append(number)
        return real(model, case, number, *others)

    monkeypatch.setattr(runs, "evaluate_sentence", counted)
    folder = tmp_path / "run"
    heard: list[tuple[int, int]] = []
    evaluate(run, tiny_masked_lm, 2, folder, lambda *done: heard.append(done))
    assert (asked, heard) == ([0, 1], [(1, 2), (2, 2)])
    # Killed while it wrote the second line.
    whole = (folder / RECORDS).read_bytes()
    (folder / RECORDS).write_bytes(whole[:-40])
    evaluate(run, tiny_masked_lm, 4, folder)
    assert asked == [0, 1, 1, 2, 3]
    evaluate(run, tiny_masked_lm, 4, folder)
    assert asked == [0, 1, 1, 2, 3]
    lines = read_records(folder)
    assert [line["number"] for line in lines] == [0, 1, 2, 3]
    assert (
        (folder / RECORDS).read_bytes().startswith(whole[: whole.index(b"\n")].split(b', "sec')[0])
    )
    assert "2 [MASK]" in lines[3]["left_out"]


def test_another_run_or_another_model_does_not_write_into_a_folder(
    tiny_masked_lm, tiny_masked_lm_dir, run, tmp_path
):
    folder = tmp_path / "run"
    evaluate(run, tiny_masked_lm, 1, folder)
    other = Run(run.model, run.sentences, EvaluationOptions(settings=Settings(points=4)))
    with pytest.raises(
        ExplainerError, match=r"holds another run \(its run.json differs in options"
    ):
        evaluate(other, tiny_masked_lm, 1, folder)
    changed = load_model(str(tiny_masked_lm_dir), dtype="float64")
    assert fingerprint(changed) == fingerprint(tiny_masked_lm)
    next(changed.network.parameters()).data[0] += 1
    with pytest.raises(ExplainerError, match=r"holds another run .* differs in fingerprint\)"):
        evaluate(run, changed, 1, folder)


def test_a_folder_that_cannot_be_written_is_named(tiny_masked_lm, run, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ExplainerError, match="cannot be written"):
        evaluate(run, tiny_masked_lm, 1, tmp_path / "file")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("text,answer\na,b\n", "needs a heading"),
        ("", "has the columns none"),
        ("text,label\n", "no rows"),
        ('text,label\n"open,1\n', "line 2 begins a row with a quotation mark that nothing closes"),
    ],
)
def test_a_file_that_is_no_task_is_refused(tmp_path, content, complaint):
    file = tmp_path / "own.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ExplainerError, match=complaint):
        cases_of(Sentences(task="own", file=str(file)), 3)


def test_a_file_may_be_separated_by_tabs_and_quote_freely(tmp_path):
    file = tmp_path / "own.tsv"
    file.write_text('text\tlabel\na "bad" film , really\t0\n', encoding="utf-8")
    (case,) = cases_of(Sentences(task="own", file=str(file)), 3)
    assert case == Case('a "bad" film , really', "0", "", "own", "0", "")


def test_missing_files_and_unknown_names_are_refused(tmp_path):
    with pytest.raises(ExplainerError, match="cannot be read"):
        cases_of(Sentences(task="own", file=str(tmp_path / "none.csv")), 3)
    with pytest.raises(ExplainerError, match="sva-obj"):
        Sentences(task="sva")
    with pytest.raises(ExplainerError, match="from 1 to"):
        cases_of(Sentences(task="sva-obj"), 0)
    with pytest.raises(ExplainerError, match="rollout"):
        EvaluationOptions(methods=("rolout",))


def test_the_first_sentences_stay_the_same():
    for task in ("sva-pp", "sentiment"):
        few, many = (cases_of(Sentences(task=task), n) for n in (8, 40))
        assert many[:8] == few
        assert {case.kind for case in many} == {task}


def test_a_record_is_plain_json(record):
    data = json.loads(json.dumps(record.to_dict(), allow_nan=False))
    assert data["controller"] == 2
    assert data["tokens"][2] == "farmers"
    assert data["paths"][0] == 10 * 11**2
    assert not {"attention_candidates", "attention_parts"} & set(data["patterns"][0])
