"""Generated cases of every public entry: a right result or one sentence, no bare exception."""

import contextlib
import io
import json
import xml.etree.ElementTree as ET
from copy import deepcopy
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import strategies as st

from explainer import (
    PROTOCOLS,
    WORD_METHODS,
    Beside,
    Case,
    Condition,
    Explanation,
    Measurement,
    ProtocolRecord,
    Question,
    Settings,
    Stability,
    WordScores,
    ablate,
    evaluate,
    evaluate_sentence,
    explain,
    explain_many,
    load_model,
    measure_protocols,
    predict,
    run_protocols,
    stability,
    word_scores,
    write_report,
)
from explainer.api import measure_path, trace_text
from explainer.app.compare import choices as compare_choices
from explainer.app.evaluate import choices as evaluate_choices
from explainer.app.explore.inspector.own_route import read_draft
from explainer.app.method import lesson
from explainer.app.state import choices
from explainer.app.state.explored import explored_from_query
from explainer.base.errors import ExplainerError
from explainer.base.quote import shown
from explainer.cli import main as cli
from explainer.cli.table import explanation_table
from explainer.evaluation.options import EvaluationOptions
from explainer.evaluation.protocols.condition import INSTEAD
from explainer.evaluation.reading.cases import Sentences, cases_of
from explainer.evaluation.run import Run
from explainer.figures import pattern_graph, pattern_pair_svg, pattern_svg, summary
from explainer.influence.measure import Measured
from explainer.intervention.ablate import Ablated, keep_all, keep_only, remove, run_kept
from explainer.models import registry
from explainer.question.quantity import Contrast, choose_quantity
from explainer.question.sentence import read_sentence
from explainer.results.comparison import compare
from explainer.results.route import Edge, Node
from explainer.results.settings import BASELINES, RULES, SEARCHES
from explainer.tasks import KINDS, generate, sentiment_cases
from tests.damage import ANYTHING, NUMBERS, TEXTS, cases, outcome


class Quiet:
    """A fixture's value in `it`; hypothesis would write all of a model's weights."""

    def __init__(self, it):
        self.it = it

    def __repr__(self):
        return type(self.it).__name__


@pytest.fixture(scope="module")
def masked_lm(tiny_masked_lm):
    return Quiet(tiny_masked_lm)


@pytest.fixture(scope="module")
def classifier(tiny_classifier):
    return Quiet(tiny_classifier)


TEXT = "the farmers [MASK] old ."
FEW = Settings(points=2)


def arguments(likely: dict[str, st.SearchStrategy]) -> st.SearchStrategy:
    """A few arguments by name: each is likely right, or anything."""
    pairs = [st.tuples(st.just(name), right | ANYTHING) for name, right in likely.items()]
    return st.lists(st.one_of(pairs), max_size=3).map(dict)


@pytest.fixture(scope="module")
def explained(tiny_masked_lm):
    found = explain(tiny_masked_lm, "[MASK]", correct="are", wrong="is", settings=FEW)
    return Quiet(found)


WORDS = st.sampled_from(["are", "is", None])


@cases(
    text=st.sampled_from([TEXT, "[MASK]"]) | ANYTHING,
    asked=arguments(
        {
            **{"correct": WORDS, "wrong": WORDS, "label": st.none(), "other": st.none()},
            **{"settings": st.just(FEW), "flow": st.booleans(), "words": st.integers(1, 9)},
            "candidates": st.booleans(),
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
    texts=st.lists(st.sampled_from([TEXT, "[MASK]", Question("[MASK] .")]) | ANYTHING, max_size=2),
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
    asked=arguments({"label": st.sampled_from([0, "positive", None]), "other": st.just(1)}),
)
def test_explain_classes(classifier, text, asked):
    found = outcome(lambda: explain(classifier.it, text, settings=FEW, **asked))
    assert found is None or found.target.correct in classifier.it.labels


@cases(text=st.just(TEXT) | ANYTHING, count=st.integers(1, 50) | ANYTHING, other=ANYTHING)
def test_predict(masked_lm, text, count, other):
    found = outcome(lambda: predict(masked_lm.it, text, count=count))
    assert found is None or 0 < len(found) <= int(count)
    assert outcome(lambda: predict(other, text)) is None


POSITIONS = st.lists(st.integers(0, 7), min_size=3, max_size=4)


@cases(
    nodes=st.builds(lambda nodes: [*nodes, 3], POSITIONS) | ANYTHING,
    components=st.none()
    | st.lists(st.sampled_from([0, 1, "skip", None]), min_size=3, max_size=3)
    | ANYTHING,
    asked=arguments(
        {
            "contrast": st.just(Contrast("are", "is")),
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


AGREEING = Case("the farmer [MASK] .", "is", "are", "own", "all", "farmer", "the farmers [MASK] .")


@cases(
    case=st.just(AGREEING) | ANYTHING,
    names=st.just(["nothing"]) | ANYTHING,
    asked=arguments(
        {
            **{"number": st.integers(0, 9), "settings": st.just(FEW), "seed": st.integers(0, 9)},
            "memory": st.just(2**30),
        }
    ),
)
def test_measure_protocols(masked_lm, case, names, asked):
    how = {"settings": FEW, **asked}
    with pytest.MonkeyPatch.context() as patched:
        # What protocols measure is tested by itself: here it would be followed many hundred times.
        nothing = replace(PROTOCOLS["words"], name="nothing", measure=lambda _: ())
        patched.setitem(PROTOCOLS, "nothing", nothing)
        found = outcome(lambda: measure_protocols(masked_lm.it, case, names, **how))
    assert found is None or all(isinstance(one, ProtocolRecord) for one in found)


@pytest.fixture(scope="module")
def kept_run(tmp_path_factory):
    """A run and its folder: what one case measures, the next finds there."""
    run = Run("tiny", Sentences(task="sva-simple"), EvaluationOptions(settings=FEW))
    return Quiet((run, tmp_path_factory.mktemp("protocols")))


@cases(
    asked=arguments(
        {
            **{"run": st.nothing(), "model": st.nothing(), "folder": st.nothing()},
            **{"n": st.just(1), "protocols": st.just(["nothing"]), "memory": st.just(2**30)},
        }
    )
)
def test_run_protocols(masked_lm, kept_run, asked):
    run, folder = kept_run.it
    given_ = {"run": run, "model": masked_lm.it, "n": 1, "folder": folder}
    with pytest.MonkeyPatch.context() as patched:
        nothing = replace(PROTOCOLS["words"], name="nothing", measure=lambda _: ())
        patched.setitem(PROTOCOLS, "nothing", nothing)
        patched.setattr("explainer.evaluation.run.fingerprint", lambda _: "")
        patched.chdir(folder)  # some of what is given is a path
        outcome(lambda: run_protocols(**{**given_, "protocols": ["nothing"], **asked}))


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """As `kept_run`, with one method."""
    options = EvaluationOptions(settings=FEW, methods=("pattern",), replacements=("zero",))
    run = Run("tiny", Sentences(task="sva-simple"), options)
    return Quiet((run, tmp_path_factory.mktemp("evaluated")))


@cases(
    asked=arguments(
        {
            **{"run": st.nothing(), "model": st.nothing(), "folder": st.nothing()},
            **{"n": st.just(1), "progress": st.none(), "memory": st.just(2**30)},
        }
    ),
    own=arguments({"model": st.just("tiny"), "sentences": st.nothing(), "options": st.nothing()}),
)
def test_evaluate(masked_lm, evaluated, asked, own):
    run, folder = evaluated.it
    changed = outcome(lambda: replace(run, **own))
    assert changed is None or isinstance(changed.model, str)
    given_ = {"run": run, "model": masked_lm.it, "n": 1, "folder": folder, **asked}
    if callable(given_.get("progress")):  # what a caller's own function does is the caller's
        return
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("explainer.evaluation.run.fingerprint", lambda _: "")
        patched.chdir(folder)  # some of what is given is a path
        outcome(lambda: evaluate(**given_))
        if not isinstance(given_["folder"], Path):
            assert outcome(lambda: write_report(given_["folder"])) is None


@cases(
    case=st.just(AGREEING) | ANYTHING,
    asked=arguments(
        {
            "number": st.integers(0, 9),
            "options": st.just(EvaluationOptions(settings=FEW, methods=("random-heads",))),
            **{"shared": st.just({}), "memory": st.just(2**30)},
        }
    ),
    other=ANYTHING,
)
def test_evaluate_sentence(masked_lm, case, asked, other):
    with pytest.MonkeyPatch.context() as patched:
        # What a sentence's record holds is tested by itself: here it would take many minutes.
        patched.setattr("explainer.evaluation.sentence.read_case", nothing_read)
        assert outcome(lambda: evaluate_sentence(masked_lm.it, case, **asked)) is None
    assert outcome(lambda: evaluate_sentence(other, AGREEING)) is None


def nothing_read(*_):
    raise ExplainerError("The case is right, and is not followed here.")


@cases(
    of=TEXTS | ANYTHING,
    instead=st.sampled_from(["", *INSTEAD]) | ANYTHING,
    place=TEXTS | ANYTHING,
)
def test_condition(of, instead, place):
    found = outcome(lambda: Condition(of, instead, place))
    if found is not None:
        assert Condition(**json.loads(json.dumps(asdict(found)))) == found


@cases(
    method=st.just("influence") | ANYTHING,
    measure=st.just("rank") | ANYTHING,
    condition=st.builds(Condition, TEXTS) | ANYTHING,
    value=NUMBERS | ANYTHING,
    note=TEXTS | ANYTHING,
)
def test_measurement(method, measure, condition, value, note):
    found = outcome(lambda: Measurement(method, measure, condition, value, note))
    if found is not None:
        assert Measurement.from_json(json.loads(json.dumps(asdict(found)))) == found


@cases(
    asked=arguments(
        {
            "points": st.integers(1, 1000),
            "rule": st.sampled_from(RULES),
            "tolerance": st.floats(1e-9, 1),
            "baseline": st.sampled_from(BASELINES),
            "keep_special": st.booleans(),
            "top_k": st.integers(1, 9),
            "search": st.sampled_from(SEARCHES),
            "beam": st.integers(1, 9),
        }
    )
)
def test_settings(asked):
    found = outcome(lambda: Settings(**asked))
    if found is not None:
        assert Settings(**json.loads(json.dumps(asdict(found)))) == found


@cases(name=ANYTHING, dtype=st.just("float32") | ANYTHING, device=st.just("cpu") | ANYTHING)
def test_load_model(name, dtype, device):
    def refused(_):
        raise ExplainerError("The Hub is not asked here.")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(registry, "download", refused)
        assert outcome(lambda: load_model(name, dtype=dtype, device=device)) is None


def places(value, path=()):
    """The way to every value inside nested dicts and lists."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in inside:
        yield (*path, key)
        if isinstance(part, dict | list):
            yield from places(part, (*path, key))


DAMAGE = st.sampled_from(["delete", "replace", "replace", "nest", "text", "double", "add", "empty"])
BLOW = st.tuples(DAMAGE, st.integers(0, 10**6), ANYTHING)


def damage(record, kind, where, value):
    """Change one place of a record."""
    ways = list(places(record))
    if not ways:
        return
    *above, last = ways[where % len(ways)]
    holder = record
    for key in above:
        holder = holder[key]
    if kind == "delete":
        del holder[last]
    elif kind == "replace":
        holder[last] = value
    elif kind == "nest":
        holder[last] = [holder[last]]
    elif kind == "text":
        holder[last] = str(holder[last])
    elif kind == "empty":
        holder[last] = None
    elif isinstance(holder, dict):
        holder[shown(value)] = holder[last]
    else:
        holder.insert(last, deepcopy(holder[last]))


@cases(blows=st.lists(BLOW, min_size=1, max_size=2))
def test_from_dict(record, blows):
    damaged = deepcopy(record.it)
    for blow in blows:
        damage(damaged, *blow)
    found = outcome(lambda: Explanation.from_dict(damaged))
    if found is not None:
        assert Explanation.from_json(found.to_json()).to_dict() == found.to_dict()
        ET.fromstring(pattern_svg(found, minimum_share=0))
        ET.fromstring(found._repr_mimebundle_()["image/svg+xml"])
        assert explanation_table(found, level="attention", minimum_share=0, heads=True)
        assert compare(found, found).changes is not None


@cases(blows=st.lists(BLOW, min_size=1, max_size=2))
def test_beside_from_dict(with_beside, blows):
    damaged = deepcopy(with_beside.it)
    for blow in blows:
        damage(damaged, *blow)
    found = outcome(lambda: Beside.from_dict(damaged))
    if found is not None:
        text = Explanation.from_dict(damaged).to_json(beside=found.to_dict())
        assert Beside.from_json(text) == found


@pytest.fixture(scope="module")
def with_beside(tiny_masked_lm):
    found = explain(tiny_masked_lm, "[MASK] .", correct="are", wrong="is", settings=FEW)
    asked = {"contrast": Contrast("are", "is"), "settings": FEW}
    beside = Beside(
        word_scores(tiny_masked_lm, "[MASK] .", "alti", **asked),
        stability(tiny_masked_lm, "[MASK] .", **asked)[:1],
    )
    return Quiet(json.loads(found.to_json(beside=beside.to_dict())))


@pytest.fixture(scope="module")
def record(tiny_masked_lm):
    found = explain(tiny_masked_lm, "[MASK] .", correct="are", wrong="is", settings=FEW, flow=True)
    return Quiet(json.loads(found.to_json()))


@cases(value=ANYTHING | st.text(alphabet='{}[]":,01e-"schema', max_size=20))
def test_records_that_are_none(value):
    assert outcome(lambda: Explanation.from_dict(value)) is None
    assert outcome(lambda: Explanation.from_json(value)) is None


OPTIONS = {
    "level": st.sampled_from(["embedding", "attention"]),
    "minimum_share": st.floats(0, 1),
    "overlay": st.just("none"),
    "selected": st.integers(0, 4) | st.none(),
    "place": st.builds(Node, st.integers(0, 4), st.integers(0, 5))
    | st.builds(Edge, *[st.integers(0, 3)] * 3, st.sampled_from([None, "skip", 0])),
    "dark": st.booleans(),
    "width": st.floats(240, 2000),
    "merge_pieces": st.booleans(),
    "hide_special": st.booleans(),
    "scale": st.none() | st.floats(1e-9, 1e9),
    "beside": st.none(),
    "scores": st.builds(
        WordScores,
        st.sampled_from(sorted(WORD_METHODS)),
        st.just(("[CLS]", "[MASK]", "[SEP]")),
        st.tuples(*[st.floats(-1e99, 1e99)] * 3),
    ),
    "colour": st.nothing(),
}


@cases(options=arguments(OPTIONS), graph=st.sampled_from(range(50)), other=ANYTHING)
def test_figures(explained, options, graph, other):
    drawn = outcome(lambda: pattern_svg(explained.it, **options))
    if drawn is not None:
        ET.fromstring(drawn)
    if graph == 0:
        found = outcome(lambda: pattern_graph(explained.it, **options))
        assert (found is None) == (drawn is None)
    assert outcome(lambda: pattern_svg(other)) is None
    said = {key: options[key] for key in ("level", "place") if key in options}
    found = outcome(lambda: summary(explained.it, word=options.get("selected"), **said))
    assert found is None or "\n" not in found


SENTENCES = st.none() | ANYTHING | st.lists(st.text(max_size=9) | ANYTHING, max_size=3)


@cases(options=arguments(OPTIONS), sentences=SENTENCES, other=ANYTHING, place=st.booleans())
def test_pairs(explained, options, sentences, other, place):
    if not place:
        options = {name: value for name, value in options.items() if name != "place"}
    given = {"sentences": sentences, **options}
    drawn = outcome(lambda: pattern_pair_svg(explained.it, explained.it, **given))
    if drawn is not None:
        ET.fromstring(drawn)
    assert outcome(lambda: pattern_pair_svg(explained.it, other)) is None
    assert outcome(lambda: pattern_pair_svg(other, explained.it)) is None


@cases(file=ANYTHING | st.sampled_from(["", ".", "no/such/folder/x.svg", "a\0.svg", "x.png"]))
def test_files(explained, file):
    assert outcome(lambda: explained.it.save(file)) is None


@cases(
    kind=st.sampled_from(KINDS) | ANYTHING,
    n=st.integers(0, 4) | NUMBERS | ANYTHING,
    seed=st.integers(0, 9) | ANYTHING,
    rest=arguments(
        {"split": st.sampled_from(["held-out", "training"]), "predicate": st.just("past")}
    ),
)
def test_generate(kind, n, seed, rest):
    for found in (
        outcome(lambda: generate(kind, n, seed, **rest)),
        outcome(lambda: sentiment_cases(n, seed)),
    ):
        assert found is None or len(found) == n


@cases(
    sentences=arguments(
        {
            **{"task": st.just("sva-obj"), "seed": st.integers(0, 3), "split": st.just("training")},
            **{"predicate": st.just("past"), "file": st.none()},
        }
    ),
    options=arguments(
        {
            **{"settings": st.just(FEW), "methods": st.just(["pattern"]), "seed": st.just(1)},
            **{"replacements": st.just(["zero"]), "measured": st.none()},
        }
    ),
    n=st.integers(1, 3) | ANYTHING,
)
def test_runs(sentences, options, n):
    asked = outcome(lambda: Sentences(**{"task": "sva-pp", **sentences}))
    if asked is not None:
        outcome(lambda: cases_of(asked, n))
    found = outcome(lambda: EvaluationOptions(**options))
    assert found is None or json.dumps(asdict(found))


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


VALUES = TEXTS | st.sampled_from(["24", "0.5", "riemann", "zero", "are", "svg", "all"])
FLAGS = [
    "--correct",
    "--wrong",
    "--label",
    "--other",
    "--points",
    "--rule",
    "--tolerance",
    "--baseline",
    "--top-k",
]
FLAGS += ["--format", "--level", "--minimum-share", "--flow", "--keep-special", "--nonsense", "-h"]
FLAGS += ["--heads", "--candidates", "--scores"]
PARSER = cli._parser()
"""Made once: a quarter of the time of all cases went into making it."""
RUN_FLAGS = ["--task", "--n", "--seed", "--split", "--predicate", "--methods", "--replacement"]
RUN_FLAGS += ["--measured", "--points", "--file"]


def asked(flags: list[str]) -> st.SearchStrategy:
    pairs = st.tuples(st.sampled_from(flags), VALUES) | st.tuples(st.sampled_from(flags))
    return st.lists(pairs, max_size=3).map(lambda found: [word for pair in found for word in pair])


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


@cases(
    text=st.just("[MASK] .") | TEXTS,
    options=asked(FLAGS),
    run=asked(RUN_FLAGS),
    command=st.sampled_from(["explain"] * 6 + ["evaluate"] * 3 + ["other"]),
)
def test_command_line(masked_lm, folder, text, options, run, command):
    words = {
        "explain": ["explain", text, "--points", "2", *options],
        # Nothing is ever run: no sentence is asked for.
        "evaluate": ["evaluate", *run, "--n", "0", "--out", str(folder)],
        "other": [text, *options],
    }[command]
    said, warned = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(registry, "load_model", lambda _, **__: masked_lm.it)
        patched.setattr(cli, "_parser", lambda _: PARSER)
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(warned):
            try:
                code = cli.main(words)
            except SystemExit as end:
                code = end.code
    assert code in (0, 2), (words, warned.getvalue())
    if code == 2:
        last = warned.getvalue().splitlines()[-1]
        assert last.startswith("error: "), last
        assert len(last) < 800, last


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("runs")


def links(readers) -> st.SearchStrategy:
    """Parameters of a link, with values that may be anything."""
    likely = st.sampled_from(["", "1", "are", "yes", "2,3", "1,2,2,skip", "embedding", "riemann"])
    return st.dictionaries(st.sampled_from(sorted(readers)), likely | TEXTS, max_size=3)


SECOND = {*choices.READERS, *compare_choices.OWN.values()}
INQUIRY = {*choices.READERS, *evaluate_choices.READERS}


@cases(
    explore=links(choices.READERS),
    pair=links(SECOND),
    inquiry=links(INQUIRY),
    lesson_link=links(lesson.READERS),
    path=TEXTS | st.text(alphabet="0123456789,;anyskip-", max_size=14),
)
def test_links(explore, pair, inquiry, lesson_link, path):
    readers = (
        (explored_from_query, explore),
        (compare_choices.pair_from_query, pair),
        (evaluate_choices.inquiry_from_query, inquiry),
        (lesson.from_query, lesson_link),
    )
    for read, query in readers:
        found, notes = read(query)
        assert len(notes) <= len(query) + 1
        assert all("\n" not in note and len(note) < 600 for note in notes)
        again, _ = read(found.to_query())
        assert again == found or any(len(value) > 60 for value in query.values())
    with contextlib.suppress(ValueError):
        assert len(read_draft(path, 2).nodes) == 2
