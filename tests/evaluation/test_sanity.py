"""The sanity protocol: what is drawn anew, what is shuffled, how alike two ways are by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from explainer import (
    Case,
    Contrast,
    ExplainerError,
    Settings,
    explain,
    load_model,
    measure_protocols,
)
from explainer.evaluation.protocols.asked import AskedCase
from explainer.evaluation.protocols.sanity import SANITY
from explainer.evaluation.protocols.sanity.measure import (
    ALL_ANEW,
    OTHER_ANSWERS,
    OTHER_ORDER,
    REPLACED,
    REWORDED,
    Way,
    as_if_from,
    measure_sanity,
    redrawn_models,
    steps_kept,
)
from explainer.evaluation.protocols.sanity.redrawn import redrawn
from explainer.evaluation.protocols.sanity.reworded import NEARLY_THE_SAME, places, reworded
from explainer.evaluation.protocols.sanity.shuffled import other_answers, shuffled
from explainer.models.encode import without_gradients
from explainer.question.quantity import choose_quantity
from explainer.question.sentence import read_sentence
from explainer.results.metrics import alignment, rank_correlation
from explainer.tasks.generate import generate
from explainer.tasks.sentiment import sentiment_cases

TEXT = "the farmers that the unhappiest assistant loves [MASK] old ."
SETTINGS = Settings(points=3, rule="trapezoid")
CASE = Case(TEXT, "are", "is")


@pytest.fixture(scope="module")
def whole(tiny_masked_lm):
    (record,) = measure_protocols(tiny_masked_lm, CASE, ("sanity",), settings=SETTINGS)
    return {(one.method, one.measure, one.condition.of): one for one in record.measurements}


def blocks(model):
    return model.network.bert.encoder.layer


def test_only_the_top_blocks_are_drawn_anew_and_more_of_them_are_the_same_and_further_ones(
    tiny_masked_lm,
):
    before = [b.clone() for b in tiny_masked_lm.network.state_dict().values()]
    one, two = (redrawn(tiny_masked_lm, top, 5) for top in (1, 2))
    for number, (a, b, c) in enumerate(
        zip(blocks(tiny_masked_lm), blocks(one), blocks(two), strict=True)
    ):
        for x, y, z in zip(a.parameters(), b.parameters(), c.parameters(), strict=True):
            assert torch.equal(x, y) == (number < 2)
            assert torch.equal(x, z) == (number < 1)
            assert torch.equal(y, z) == (number != 1)
    after = tiny_masked_lm.network.state_dict().values()
    assert all(torch.equal(x, y) for x, y in zip(before, after, strict=True))
    # What they are drawn from has the mean and the spread of what was there.
    old, new = (blocks(m)[2].intermediate.dense.weight for m in (tiny_masked_lm, one))
    assert float(new.std()) == pytest.approx(float(old.std()), rel=0.2)
    embeddings = [m.network.bert.embeddings.word_embeddings.weight for m in (tiny_masked_lm, two)]
    assert torch.equal(*embeddings)
    assert len({tiny_masked_lm.fingerprint, one.fingerprint, two.fingerprint}) == 3


@pytest.mark.parametrize("name", ["tiny_masked_lm", "tiny_classifier"])
def test_a_redrawn_model_is_a_model_whose_parts_agree(request, name):
    model = request.getfixturevalue(name)
    text = TEXT if name == "tiny_masked_lm" else TEXT.replace(" [MASK]", "")
    # The engine compares its Q with the network's own in every explanation.
    found = explain(redrawn(model, 2, 0), text, settings=SETTINGS)
    assert found.influence != explain(model, text, settings=SETTINGS).influence


def test_a_model_whose_blocks_are_not_their_own_is_refused(tiny_masked_lm):
    other = replace(tiny_masked_lm, info=replace(tiny_masked_lm.info, layers=7))
    with pytest.raises(ExplainerError, match="The blocks of 'tiny-lm' share their weights"):
        redrawn(other, 1, 0)


def test_words_move_with_all_their_pieces_and_the_mask_keeps_its_turn(tiny_masked_lm):
    sentence = read_sentence(tiny_masked_lm, TEXT)
    assert "##happi" in sentence.tokens
    for seed in range(20):
        found = shuffled(sentence, np.random.default_rng(seed))
        assert sorted(found.came_from) == list(range(len(sentence.tokens)))
        assert found.sentence.token_ids != sentence.token_ids
        tokens = found.sentence.tokens
        assert tokens == tuple(sentence.tokens[at] for at in found.came_from)
        at = tokens.index("un")
        assert tokens[at : at + 3] == ("un", "##happi", "##est")
        assert (tokens[0], tokens[-1]) == ("[CLS]", "[SEP]")
        (mask,) = found.sentence.masks
        assert tokens[mask] == "[MASK]"
        before = [word for word in found.sentence.words[:mask] if word is not None]
        assert len({*before}) == 7  # as many words as before


def test_one_word_has_no_other_order(tiny_masked_lm):
    sentence = read_sentence(tiny_masked_lm, "farmers [MASK]")
    assert shuffled(sentence, np.random.default_rng(0)) is None


def test_other_answers_are_two_other_tokens_or_another_class(tiny_masked_lm, tiny_classifier):
    rng = np.random.default_rng(0)
    sentence = read_sentence(tiny_masked_lm, TEXT)
    quantity = choose_quantity(tiny_masked_lm, sentence, Contrast("are", "is"))
    for _ in range(30):
        other = other_answers(tiny_masked_lm, sentence, quantity, rng)
        assert len({*other.classes, *quantity.classes}) == 4
        assert not {tiny_masked_lm.mask_id, tiny_masked_lm.pad_id} & {*other.classes}
        assert (other.positions, other.readout.weights) == (quantity.positions, (1.0, -1.0))
    said = read_sentence(tiny_classifier, "the old farmers .")
    quantity = choose_quantity(tiny_classifier, said, Contrast(label="neutral"))
    drawn = {other_answers(tiny_classifier, said, quantity, rng).correct for _ in range(20)}
    assert drawn == {"negative", "positive"}
    two = replace(tiny_classifier, labels=tiny_classifier.labels[:2])
    quantity = choose_quantity(two, said, Contrast(label="neutral"))
    assert "no other label" in other_answers(two, said, quantity, rng)


def test_how_alike_two_ways_are_by_hand():
    own = Way((1, 1, 4, 4), ("skip", 2, "skip"))
    assert steps_kept(own, own) == 1
    assert steps_kept(own, Way((1, 1, 4, 4), ("skip", 0, "skip"))) == pytest.approx(2 / 3)
    assert steps_kept(own, Way((1, 4, 4, 4), (2, "skip", "skip"))) == pytest.approx(1 / 3)
    # Another word that takes the very same turn is the same way, as if it had begun there.
    assert as_if_from(1, Way((3, 3, 4, 4), ("skip", 2, "skip"))) == own
    assert as_if_from(1, Way((4, 4, 4, 4), ("skip",) * 3)).nodes == (1, 1, 1, 4)


def test_without_any_change_all_stays(tiny_masked_lm):
    asked = AskedCase.read(tiny_masked_lm, CASE, 0, SETTINGS, 0, 2**30, {0: tiny_masked_lm})
    with without_gradients():
        found = [m for m in measure_sanity(asked) if m.condition.of == "0 of 3 blocks drawn anew"]
    assert [one.value for one in found] == pytest.approx([1, 1, 1])


def test_each_number_is_what_explanations_give(tiny_masked_lm, whole):
    own = explain(tiny_masked_lm, TEXT, correct="are", wrong="is", settings=SETTINGS)
    words = {p.source: p for p in own.drawn(0.05)}
    assert 2 < len(words) < 11
    settings = replace(SETTINGS, baseline="zero")
    others = {f"{top} of 3 blocks drawn anew" if top < 3 else ALL_ANEW: (model, SETTINGS)
              for top, model in redrawn_models(tiny_masked_lm, SETTINGS, 0).items()}  # fmt: skip
    others["from the zero vector"] = (tiny_masked_lm, settings)
    assert len(others) == 4
    for condition, (model, how) in others.items():
        found = explain(model, TEXT, correct="are", wrong="is", settings=how)
        there = {p.source: p for p in found.patterns}
        nodes = [alignment(words[w].nodes, there[w].nodes) for w in words]
        assert whole["pattern", "nodes", condition].value == pytest.approx(np.mean(nodes))
        steps = [
            np.mean([a == b for a, b in zip(words[w].edges("attention"),
                                            there[w].edges("attention"), strict=True)])
            for w in words
        ]  # fmt: skip
        assert whole["pattern", "steps", condition].value == pytest.approx(np.mean(steps))
        ranks = rank_correlation(own.influence, found.influence)
        assert whole["influence", "ranks", condition].value == pytest.approx(ranks)


def test_every_condition_has_its_numbers_and_chance_stands_beside(whole):
    conditions = dict.fromkeys(condition for method, _, condition in whole if method == "pattern")
    assert list(conditions) == [
        *("1 of 3 blocks drawn anew", "2 of 3 blocks drawn anew", ALL_ANEW),
        *(OTHER_ANSWERS, OTHER_ORDER, REWORDED, REPLACED),
        *("joint search, beam 4", "joint search, beam 16", "more points (6)"),
        *("from the zero vector", "from [PAD]"),
    ]
    assert {m for _, m, _ in whole} == {*SANITY.quantities}
    for measure in ("nodes", "steps"):
        assert 0 <= whole["chance", measure, "another word's pattern"].value <= 1


def test_where_a_question_cannot_be_asked_it_says_why(tiny_masked_lm):
    case = Case("farmers [MASK]", "are", "is")
    (record,) = measure_protocols(tiny_masked_lm, case, ("sanity",), settings=SETTINGS)
    notes = {
        (one.measure, one.note) for one in record.measurements if one.condition.of == OTHER_ORDER
    }
    assert notes == {(m, "the words have no other order") for m in ("nodes", "steps", "ranks")}


def test_the_list_of_near_synonyms_has_each_word_once_and_every_form_of_a_kind():
    words = [word for groups in NEARLY_THE_SAME.values() for group in groups
             for forms in group for word in forms]  # fmt: skip
    assert len(words) == len({*words}) == len(places())
    assert {len(forms) for group in NEARLY_THE_SAME["verb"] for forms in group} == {3}
    assert all(len(group) > 1 for groups in NEARLY_THE_SAME.values() for group in groups)


@pytest.mark.parametrize("task", ["sva-obj", "sva-pp", "reflexive-gender", "sentiment"])
def test_a_paraphrase_differs_by_one_word_that_nothing_depends_on(task):
    model = load_model("sentiment" if task == "sentiment" else "agreement")
    cases = sentiment_cases(20, 0) if task == "sentiment" else generate(task, 20, 0)
    seen = 0
    for number, case in enumerate(cases):
        asked = AskedCase.read(model, case, number, SETTINGS, 0, 2**30)
        found = reworded(asked, asked.rng(REWORDED))
        group = None
        for other in filter(None, (found.nearly_the_same, found.unrelated)):
            ((before, after),) = (
                pair
                for pair in zip(case.text.split(), other.text.split(), strict=True)
                if pair[0] != pair[1]
            )
            assert before not in (case.controller, case.correct, case.wrong)
            assert len(other.tokens) == len(asked.sentence.tokens)
            old, new = places()[before], places()[after]
            assert (old.kind, old.form) == (new.kind, new.form)
            assert (old.group == new.group) == (other is found.nearly_the_same)
            assert group in (None, old.group)  # both times the same word gives way
            group = old.group
            seen += 1
    assert seen > 20


def test_a_reworded_sentence_is_followed_as_explain_follows_it(tiny_masked_lm, whole):
    asked = AskedCase.read(tiny_masked_lm, CASE, 0, SETTINGS, 0, 2**30)
    found = reworded(asked, asked.rng(REWORDED))
    own = explain(tiny_masked_lm, TEXT, correct="are", wrong="is", settings=SETTINGS)
    assert found.nearly_the_same is not None
    for condition, sentence in ((REWORDED, found.nearly_the_same), (REPLACED, found.unrelated)):
        other = explain(tiny_masked_lm, sentence.text, correct="are", wrong="is", settings=SETTINGS)
        ranks = rank_correlation(own.influence, other.influence)
        assert whole["influence", "ranks", condition].value == pytest.approx(ranks)


def test_without_a_word_on_the_list_nothing_is_reworded_and_it_is_said(tiny_masked_lm):
    case = Case("farmers [MASK]", "are", "is")
    (record,) = measure_protocols(tiny_masked_lm, case, ("sanity",), settings=SETTINGS)
    notes = {one.note for one in record.measurements if one.condition.of in (REWORDED, REPLACED)}
    assert notes == {"no word of it has such a word on the list that goes token for token"}
