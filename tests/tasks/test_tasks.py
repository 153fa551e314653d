"""Generated agreement sentences: right words, balanced, the same for a seed, splits apart."""

from collections import Counter
from itertools import chain
from pathlib import Path

import pytest

from explainer.base.errors import ExplainerError
from explainer.tasks import KINDS, Case, generate, sentiment_cases
from explainer.tasks.generate import combinations
from explainer.tasks.lexicon import headword, lexeme
from explainer.tasks.predicate import Predicate
from explainer.tasks.words import Lexicon

BUILT_IN = Path(__file__).parents[2] / "assets" / "models" / "agreement"
CLOSED_CLASS = (
    "the that who can is are was were has have himself herself themselves . [MASK] "
    "some every each this no one any another to of in front next"
)


def every_word(cases: tuple[Case, ...]) -> set[str]:
    return {
        word for case in cases for word in [*case.text.split(), case.correct, case.wrong]
    } - set(CLOSED_CLASS.split())


@pytest.mark.parametrize("kind", KINDS)
def test_same_for_a_seed_and_different_for_another(kind):
    assert generate(kind, 40, 7) == generate(kind, 40, 7)
    assert generate(kind, 40, 7) != generate(kind, 40, 8)


@pytest.mark.parametrize("kind", KINDS)
def test_combinations_are_balanced_and_sentences_distinct(kind):
    cases = generate(kind, 202, 0)
    counts = Counter(case.combination for case in cases)
    assert set(counts) == {"-".join(names) for names in combinations(kind)}
    assert max(counts.values()) - min(counts.values()) <= 1
    assert len({case.text for case in cases}) == len(cases) == 202


@pytest.mark.parametrize("kind", KINDS)
def test_every_case_has_one_mask_and_two_different_words(kind):
    for case in generate(kind, 200, 3):
        assert case.text.split().count("[MASK]") == 1
        assert case.correct != case.wrong
        assert case.controller in case.text.split()
        assert case.kind == kind


def test_generated_splits_share_no_content_word():
    held_out, training = (
        set().union(*(every_word(generate(kind, 800, 0, split)) for kind in KINDS))
        for split in ("held-out", "training")
    )
    assert len(held_out) > 200
    assert not held_out & training


def test_lexicon_splits_are_disjoint_and_large_enough():
    training, held_out = vars(Lexicon.of("training")), vars(Lexicon.of("held-out"))
    for name in training:
        if name == "determiners":
            continue
        heads = [{headword(entry) for entry in words[name]} for words in (training, held_out)]
        assert not heads[0] & heads[1], name
        assert len(heads[0]) > len(heads[1]) >= 4, name
    assert len(held_out["masculine"]) >= 15
    assert len(held_out["feminine"]) >= 15


def forms_by_number() -> dict[str, str]:
    """Return the number of each noun form and each present-tense form of the lexicon."""
    number: dict[str, str] = {}
    for split in ("training", "held-out"):
        words = Lexicon.of(split)
        for noun in words.people:
            number |= {noun.singular: "singular", noun.plural: "plural"}
        for verb in chain(words.transitive, words.intransitive, words.handling):
            number |= {verb.third: "singular", verb.base: "plural"}
    number |= dict.fromkeys(("is", "was", "has", "himself", "herself"), "singular")
    return number | dict.fromkeys(("are", "were", "have", "themselves"), "plural")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "reflexive-gender"])
@pytest.mark.parametrize("split", ["training", "held-out"])
def test_correct_word_agrees_in_number_and_wrong_word_does_not(kind, split):
    # Forms like "guide" are noun and verb; only the forms that this test looks up matter.
    words, present = Lexicon.of(split), forms_by_number()
    nouns = {noun.singular: "singular" for noun in words.people}
    nouns |= {noun.plural: "plural" for noun in words.people}
    for case in generate(kind, 400, 11, split):
        wanted = nouns[case.controller]
        named = case.combination.split("-")
        assert wanted == (named[1] if kind == "sva-inner" else named[0])
        assert present[case.correct] == wanted != present[case.wrong], case


def test_reflexive_gender_agrees_with_the_subject():
    for split in ("training", "held-out"):
        words = Lexicon.of(split)
        for case in generate("reflexive-gender", 400, 5, split):
            masculine = case.controller in words.masculine
            assert masculine != (case.controller in words.feminine)
            assert (case.correct, case.wrong) == (
                ("himself", "herself") if masculine else ("herself", "himself")
            )
            assert case.text.split()[1] == case.controller


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "reflexive-gender"])
def test_the_minimal_pair_is_what_would_be_generated_with_the_controller_in_its_other_number(kind):
    for case in generate(kind, 100, 4):
        differ = [
            (own, other)
            for own, other in zip(case.text.split(), case.pair.split(), strict=True)
            if own != other
        ]
        controller = next(pair for pair in differ if pair[0] == case.controller)
        assert lexeme(controller[0]) == lexeme(controller[1]) == headword_of(controller)
        # Beside the controller only the verb of a relative clause that it is the subject of.
        assert len(differ) == (2 if kind == "sva-subj" else 1)
        if kind == "sva-subj":
            wanted = {"singular": "plural", "plural": "singular"}[case.combination.split("-")[0]]
            forms = {v.base: "plural" for v in Lexicon.of("held-out").transitive}
            assert forms.get(differ[1][1], "singular") == wanted


def headword_of(forms: tuple[str, str]) -> str:
    (noun,) = (n for n in Lexicon.of("held-out").people if {n.singular, n.plural} == set(forms))
    return headword(noun)


def test_the_minimal_pair_of_gender_has_a_noun_of_the_other_gender():
    words = Lexicon.of("held-out")
    for case in generate("reflexive-gender", 200, 4):
        own, other = case.text.split(), case.pair.split()
        assert [place for place in range(len(own)) if own[place] != other[place]] == [1]
        assert (own[1] in words.masculine) == (other[1] in words.feminine)
        assert own.count(other[1]) == 0


def test_the_minimal_pair_of_a_review_has_the_opposite_words_and_class():
    texts = {case.text: case for case in sentiment_cases(1000, 0)}
    for case in list(texts.values())[:100]:
        own, other = case.text.split(), case.pair.split()
        assert sum(a != b for a, b in zip(own, other, strict=True)) == 2
        if case.pair in texts:
            assert texts[case.pair].correct == case.wrong


def test_a_word_that_is_no_noun_for_people_is_its_own_lexeme():
    assert [lexeme(word) for word in ("children", "thief", "king", "")] == [
        *("child", "thief", "king", "")
    ]


def shape(case: Case) -> str:
    """Return a sentence with the words of its lexicon replaced by their part."""
    people = {form for noun in Lexicon.of("held-out").people for form in vars(noun).values()}
    names = {"is": "V", "are": "V", "was": "V", "were": "V"}
    return " ".join("N" if word in people else names.get(word, word) for word in case.text.split())


def test_templates_are_those_of_the_paper():
    def present(kind):
        return generate(kind, 60, 2, predicate="present")

    for case in present("sva-obj"):
        assert shape(case).startswith("the N that the N ")
        assert len(case.text.split()) == 9
    for case in present("sva-subj"):
        assert shape(case).startswith("the N that ")
        assert shape(case).split()[4:7] == ["the", "N", "[MASK]"]
    for case in present("sva-comp"):
        assert shape(case).split()[3:6] == ["the", "N", "[MASK]"]
        assert case.text.split()[4] == case.controller
    for case in present("sva-pp"):
        assert shape(case).startswith("the N ")
        assert "the N [MASK]" in shape(case)
        assert case.text.split()[1] == case.controller
    for case in present("sva-inner"):
        assert shape(case).startswith("the N that the N [MASK] V ")
        assert case.text.split()[4] == case.controller
    for case in generate("reflexive-number", 60, 2):
        assert shape(case).startswith("the N that the N ")
        assert case.text.endswith(" [MASK] .")
        assert len(case.text.split()) == 9
    for case in generate("reflexive-gender", 60, 2):
        words = case.text.split()
        assert (words[2:4], words[7], words[9:]) == (["who", "can"], "can", ["[MASK]", "."])


def test_predicates_restrict_the_masked_verb():
    pairs: dict[Predicate, set[str]] = {
        "present": {"is", "are"},
        "past": {"was", "were"},
        "have": {"has", "have"},
    }
    for predicate, pair in pairs.items():
        cases = generate("sva-pp", 40, 0, predicate=predicate)
        assert {case.correct for case in cases} == pair
    drawn = {case.correct for case in generate("sva-pp", 400, 0)}
    assert {"is", "are", "was", "were", "has", "have"} < drawn


@pytest.mark.parametrize(
    ("kind", "split", "n", "predicate"),
    [
        ("sva-object", "held-out", 1, "any"),
        ("sva-obj", "test", 1, "any"),
        ("sva-obj", "held-out", 1, "future"),
        ("sva-simple", "held-out", 2000, "intransitive"),
    ],
)
def test_what_cannot_be_generated_is_refused_with_a_reason(kind, split, n, predicate):
    with pytest.raises(ExplainerError, match=r"choose one of|ask for fewer"):
        generate(kind, n, 0, split, predicate)


@pytest.mark.skipif(not BUILT_IN.exists(), reason="needs the built-in model's vocabulary")
@pytest.mark.parametrize("split", ["training", "held-out"])
def test_every_word_is_one_piece_of_the_built_in_vocabulary(split):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(BUILT_IN / "tokenizer.json"))
    for kind in KINDS:
        for word in every_word(generate(kind, 600, 0, split)):
            assert tokenizer.token_to_id(word) is not None, word
