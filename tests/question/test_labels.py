"""Classes: numbers inside, whatever their names are; and heads whose outputs are no choice."""

import math

import pytest
import torch
from transformers import BertForSequenceClassification

from explainer import ExplainerError, Explanation, explain, load_model, predict
from explainer.cli.main import main
from explainer.evaluation.question import contrast_of
from explainer.question.labels import asked_classes, class_number
from explainer.tasks import Case
from tests.fixtures import save_tiny, tiny_config
from tests.folders import set_config

TEXT = "the old farmer is good ."


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A function that saves a classifier with these names and changes of its configuration."""

    def save(names, **changes):
        folder = tmp_path_factory.mktemp("models") / "classifier"
        config = tiny_config(id2label=names, **changes)
        return save_tiny(folder, BertForSequenceClassification, config)

    return save


@pytest.fixture(scope="module")
def named(saved):
    """A function that loads a classifier whose classes have these names, in order."""
    return lambda *names, **changes: load_model(
        str(saved(dict(enumerate(names)), **changes)), dtype="float64"
    )


def logits(model):
    """The classifier's own logits, by Hugging Face's forward pass."""
    ids = torch.tensor([model.tokenizer(TEXT)["input_ids"]])
    with torch.no_grad():
        return model.network(input_ids=ids).logits[0].double().tolist()


NAMES = (
    ("bad", "good"),
    ("good", "good", "bad"),
    ("Good", "good", "GOOD "),
    (" good", "good", " bad "),
    ("1", "0", "2"),
    ("0", "0"),
    ("id:1", "id:0 id:1", "1"),
    ("", "id:0", "id:2"),
    ("\ud800a", "b\x1b[31m", "c"),
    ("", " ", "a\x07b"),
    ("x" * 5000, "x" * 6000, "y\n z"),
)


@pytest.mark.parametrize("names", NAMES, ids=lambda names: names[0][:9] or "empty")
def test_every_class_can_be_asked_for_and_is_explained_itself(named, names):
    model = named(*names)
    own = logits(model)
    for prediction in predict(model, TEXT, count=9):
        number = prediction.id
        assert prediction.logit == pytest.approx(own[number])
        assert asked_classes(model)[number] == prediction.asked
        rest = [own[i] for i in range(len(names)) if i != number]
        expected = own[number] - sum(rest) / len(rest)
        for label in (prediction.asked, number):
            assert class_number(model, label) == number
            target = explain(model, TEXT, label=label).target
            assert target.value == pytest.approx(expected)
            assert target.correct == prediction.word
    assert len(set(asked_classes(model))) == len(names)
    best = max(range(len(names)), key=own.__getitem__)
    rest = [own[i] for i in range(len(names)) if i != best]
    value = explain(model, TEXT).target.value
    assert value == pytest.approx(own[best] - sum(rest) / len(rest))


@pytest.mark.parametrize(
    ("names", "label", "number"),
    [
        (("Good", "good", "bad"), "good", 1),
        (("Good", "good", "bad"), "Good", 0),
        (("Good", "bad"), " gOOD ", 0),
        ((" good ", "good"), " good ", 0),
        ((" good ", "good"), "good", 1),
        ((" good ", "bad"), "good", 0),
        (("1", "0"), "1", 0),
        (("1", "0"), 1, 1),
        (("one", "two"), "1", 1),
        (("one", "1"), "0", 0),
        (("one", "two"), "id:1", 1),
        (("one", "two"), "id:1 two", 1),
    ],
)
def test_an_exact_name_comes_before_a_like_one_and_that_before_a_number(
    named, names, label, number
):
    assert class_number(named(*names), label) == number


@pytest.mark.parametrize(
    ("names", "label", "message"),
    [
        (("good", "bad", "good"), "good", "name of the classes 0, 2"),
        (("Good", "GOOD", "bad"), "good", "name of the classes 0, 1"),
        (("one", "two"), "2", "one of 0 one, 1 two"),
        (("one", "two"), "id:2", "one of 0 one, 1 two"),
        (("one", "two"), "id:0 two", "not 'two'"),
        (("one", "two"), True, "is True"),
        (("one", "two"), None, "is None"),
        (("one", "two"), "x" * 10**6, "1,000,000 characters"),
        (tuple(map(str, range(40))), "x", "9 9 and 30 more"),
        (("x" * 10**6, "y" * 10**6), "z", "0 xxxxxxxxxxxx…, 1 yyy"),
    ],
    ids=str,
)
def test_an_ambiguous_or_unknown_label_is_refused(named, names, label, message):
    with pytest.raises(ExplainerError, match=message) as refusal:
        class_number(named(*names), label)
    assert len(str(refusal.value)) < 300
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        ({1: "bad", 2: "good"}, ("LABEL_0", "bad")),
        ({0: "bad", 5: "good", 9: "fine"}, ("bad", "LABEL_1", "LABEL_2")),
        ({0: "bad", 1: 7}, ("bad", "7")),
    ],
)
def test_names_that_begin_at_one_or_have_gaps_load(saved, names, labels):
    model = load_model(str(saved(names)), dtype="float64")
    assert model.labels == labels
    assert explain(model, TEXT, label=1).target.correct == labels[1]


def test_a_name_is_first_of_all_a_name(named):
    model = named("bad", "id:0", "good")
    assert class_number(model, "id:0") == 1
    assert [class_number(model, asked) for asked in asked_classes(model)] == [0, 1, 2]


def test_names_can_be_written_to_a_terminal_and_to_a_file(named):
    model = named("\ud800a", "b\x1b[31m", "c")
    assert model.labels == ("\N{REPLACEMENT CHARACTER}a", "b\N{REPLACEMENT CHARACTER}[31m", "c")


def test_two_names_for_one_class_are_refused(saved):
    folder = saved({0: "bad", 1: "good"})
    set_config(folder, id2label={"0": "bad", "1": "good", "01": "better"})
    with pytest.raises(ExplainerError, match="does not give each class number a name"):
        load_model(str(folder))


def test_labels_that_each_hold_or_not_have_a_probability_each(named):
    model = named("joy", "anger", "fear", problem_type="multi_label_classification")
    own = logits(model)
    for prediction in predict(model, TEXT):
        expected = 1 / (1 + math.exp(-own[prediction.id]))
        assert prediction.probability == pytest.approx(expected)
    best = max(range(3), key=own.__getitem__)
    explanation = explain(model, TEXT)
    assert explanation.target.value == pytest.approx(own[best])
    assert (explanation.target.correct, explanation.target.wrong) == (model.labels[best], None)
    assert explain(model, TEXT, label="fear").target.value == pytest.approx(own[2])
    against = explain(model, TEXT, label="fear", other="joy").target
    assert against.value == pytest.approx(own[2] - own[0])
    again = Explanation.from_dict(explanation.to_dict())
    assert again.model.head == explanation.to_dict()["model"]["head"] == "labels"


@pytest.mark.parametrize("problem_type", [None, "regression"])
def test_one_output_is_a_value_and_no_certainty(named, problem_type):
    model = named("score", problem_type=problem_type)
    (only,) = predict(model, TEXT)
    (own,) = logits(model)
    assert only.probability is None
    assert only.logit == pytest.approx(own)
    explanation = explain(model, TEXT)
    assert explanation.target.value == pytest.approx(own)
    assert explanation.model.head == "values"


def test_several_values_are_not_shares_of_one(named):
    model = named("valence", "arousal", problem_type="regression")
    assert [p.probability for p in predict(model, TEXT)] == [None, None]
    assert explain(model, TEXT, label="arousal").target.value == pytest.approx(logits(model)[1])


def test_a_tasks_classes_are_asked_for_by_number(named):
    case = Case("good .", "positive", "negative", "sentiment", "all", "")
    contrast = contrast_of(named(" Positive", "NEG"), case)
    assert (contrast.label, contrast.other) == (0, 1)
    twice = contrast_of(named("pos", "positive"), case)
    assert (twice.label, twice.other) == ("positive", "negative")


def test_the_command_line_takes_what_the_app_writes(saved, tiny_masked_lm_dir, capsys):
    folder = str(saved({0: "good", 1: "good"}))
    assert main(["explain", TEXT, "--model", folder, "--label", "id:1 good"]) == 0
    assert "Q = logit good − good" in capsys.readouterr().out
    assert main(["explain", TEXT, "--model", folder, "--label", "good"]) == 2
    assert "classes 0, 1" in capsys.readouterr().err
    assert main(["explain", TEXT, "--model", str(saved({0: "score"}))]) == 0
    assert "Q = value score, at" in capsys.readouterr().out
    words = ["--correct", "id:15 are", "--wrong", "##s"]
    text = "the farmers [MASK] old ."
    assert main(["explain", text, "--model", str(tiny_masked_lm_dir), *words]) == 0
    assert "Q = logit are − ##s" in capsys.readouterr().out
