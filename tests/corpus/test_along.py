"""The sentences behind a step: found again by hand, on disk and in memory."""

import pytest

from explainer import Edge, ExplainerError, common_pattern, load_model, sentences_along
from explainer.corpus.along import taking
from explainer.corpus.common import Chosen, common_of
from explainer.corpus.results import First, Gathered
from explainer.corpus.row import Row
from explainer.corpus.run import run_corpus
from explainer.corpus.tables import records_of
from explainer.results.route import SKIP
from tests.corpus.small import SETTINGS

TEXTS = ["the farmers [MASK] old .", "the assistant [MASK] old .", "the old [MASK] old ."]
LONGER = "the old assistant that the farmers love [MASK] ."


def rows(texts):
    return [Row(n, n + 1, t, correct="are", wrong="is", group=f"g{n}") for n, t in enumerate(texts)]


@pytest.fixture(scope="module", params=["one form", "several"])
def run(request, tiny_masked_lm_dir, tmp_path_factory):
    """A run of sentences of one form, or of two; two sentences a part."""
    folder = tmp_path_factory.mktemp("along")
    texts = TEXTS if request.param == "one form" else [*TEXTS, LONGER]
    lines = [f"{row.text},are,is,{row.group}" for row in rows(texts)]
    (folder / "rows.csv").write_text("\n".join(["text,correct,wrong,group", *lines]), "utf-8")
    how = {"settings": SETTINGS, "part_size": 2, "memory": "1 GB"}
    return run_corpus(str(tiny_masked_lm_dir), folder / "rows.csv", folder / "out", **how)


def test_every_step_leads_to_as_many_sentences_as_take_it(run):
    common = common_pattern(run)
    for step in common.steps:
        found = sentences_along(run, step.place)
        assert (found.sentences, found.count) == (common.sentences, step.sentences)
        total = sum(one.carried for one in found.strongest)
        assert total / common.sentences == pytest.approx(step.total, abs=1e-9)
        sizes = [abs(one.carried) for one in found.strongest]
        assert sizes == sorted(sizes, reverse=True)


def test_a_sentence_names_its_own_step_and_the_word_that_takes_it(run):
    patterns = run.table("patterns").to_pylist()
    step = next(step for step in common_pattern(run).steps if step.component != SKIP)
    for one in sentences_along(run, step.place).strongest:
        (pattern,) = (p for p in patterns if (p["number"], p["source"]) == (one.number, one.word))
        at = pattern["steps"][one.step.layer]
        assert (at["from"], at["to"], at["head"]) == one.step[1:]
        assert (one.correct, one.wrong, one.group) == ("are", "is", f"g{one.number}")
        assert one.right == (one.value > 0)


def test_a_step_without_a_component_is_taken_by_any_of_them(run):
    common = common_pattern(run)
    for (layer, source, target), steps in common.edges.items():
        found = sentences_along(run, Edge(layer, source, target, None))
        assert found.count >= max(step.sentences for step in steps)
        total = sum(one.carried for one in found.strongest)
        wanted = sum(step.total for step in steps)
        assert total / common.sentences == pytest.approx(wanted, abs=1e-9)


def test_only_so_many_are_listed_and_a_choice_is_kept_to(run):
    step = common_pattern(run).steps[0].place
    assert len(sentences_along(run, step, most=1).strongest) == 1
    of_group = common_pattern(run, group="g1")
    for step in of_group.steps:
        found = sentences_along(run, step.place, group="g1")
        assert [one.group for one in found.strongest] == ["g1"]
    with pytest.raises(ExplainerError, match="No sentence of the run"):
        sentences_along(run, Edge(0, 0, 0, None), group="none")
    assert sentences_along(run, Edge(0, 0, 0, 99)).count == 0


def test_rows_in_memory_and_the_beginning_of_a_run_say_the_same(run, tiny_masked_lm_dir):
    model = load_model(str(tiny_masked_lm_dir))
    texts = [row["text"] for row in run.table("sentences").to_pylist()]
    records = tuple(records_of(model, [row], SETTINGS, None, 10**9) for row in rows(texts))
    here, there = common_of(Gathered(model.info, records), Chosen()), common_pattern(run)
    assert [step[:5] for step in here.steps] == [step[:5] for step in there.steps]
    assert [role.name for role in here.roles] == [role.name for role in there.roles]
    influence = [[role.influence for role in found.roles] for found in (here, there)]
    assert influence[0] == pytest.approx(influence[1], abs=1e-5)
    step = there.steps[0].place
    assert taking(Gathered(model.info, records), Chosen(), step).count == there.steps[0].sentences
    assert common_of(First(run, 2), Chosen()).sentences == 2
    assert common_of(First(run, 1), Chosen()).sentences == 2  # no part is cut in two
    assert common_of(First(run, 10**6), Chosen()) == there


@pytest.mark.parametrize(
    "wrong", [{"corpus": "x"}, {"step": (0, 0, 0)}, {"most": 0}, {"right": 3}, {"word": 3}]
)
def test_what_is_no_run_or_step_is_refused(run, wrong):
    given = {"corpus": run, "step": Edge(0, 0, 0, None)} | wrong
    with pytest.raises(ExplainerError):
        sentences_along(**given)
