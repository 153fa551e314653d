"""A text that is too long for a model, and what can be kept of it."""

import pytest

from explainer import ExplainerError, Settings, explain, predict, shorten
from explainer.base.errors import TooLongError
from explainer.cli.main import main
from explainer.question import sentence
from explainer.question.sentence import read_sentence
from explainer.question.shorten import offers
from tests.vocabularies import loaded

ROOM = 30
"""Tokens of a text that the tiny models read, beside [CLS] and [SEP]."""
WORDS = ("the", "old", "farmer", "that", "the", "unhappiest", "assistants", "love", "is", "bad")
LONG = " ".join(WORDS * 9)
MASKED = LONG.replace("love is", "love [MASK]", 5).replace("[MASK]", "is", 4)


@pytest.mark.parametrize("keep", ["start", "end"])
def test_as_many_whole_words_are_kept_as_there_is_room_for(tiny_classifier, keep):
    with pytest.raises(TooLongError, match=r"110 tokens.*shorten it to its start or its end"):
        predict(tiny_classifier, LONG)
    kept = shorten(tiny_classifier, LONG, keep)
    assert (LONG.startswith if keep == "start" else LONG.endswith)(kept)
    assert set(kept.split()) <= set(WORDS)
    read = len(read_sentence(tiny_classifier, kept).tokens)
    assert ROOM - 2 <= read <= ROOM + 2
    more = LONG.split()[: len(kept.split()) + 1] if keep == "start" else LONG.split()
    more = more if keep == "start" else more[-len(kept.split()) - 1 :]
    with pytest.raises(TooLongError):
        predict(tiny_classifier, " ".join(more))


def test_a_window_has_the_mask_in_its_middle(tiny_masked_lm):
    with pytest.raises(TooLongError, match="its start, its end or what is around the mask"):
        predict(tiny_masked_lm, MASKED)
    kept = shorten(tiny_masked_lm, MASKED, "window")
    assert kept in MASKED
    before, after = (len(part.split()) for part in kept.split("[MASK]"))
    assert abs(before - after) <= 3
    assert ROOM - 2 <= len(read_sentence(tiny_masked_lm, kept).tokens) <= ROOM + 2
    assert explain(tiny_masked_lm, kept, settings=Settings(points=2)).patterns


def test_of_several_masks_all_are_kept_or_it_is_said(tiny_masked_lm):
    near = LONG.replace("farmer that", "[MASK] that", 4).replace("[MASK] that", "farmer that", 2)
    kept = shorten(tiny_masked_lm, near, "window")
    assert kept.count("[MASK]") == near.count("[MASK]") == 2
    assert explain(tiny_masked_lm, kept, settings=Settings(points=2)).target.wrong
    with pytest.raises(ExplainerError, match=r"Not all of the 2 masks .*keep a window"):
        shorten(tiny_masked_lm, near, "start")
    with pytest.raises(ExplainerError, match=r"Not all of the 2 masks .*bring them nearer"):
        shorten(tiny_masked_lm, f"[MASK] {LONG} [MASK]", "window")
    assert offers(tiny_masked_lm, near) == ("window",)


def test_a_window_at_an_end_goes_on_to_the_other_side(tiny_masked_lm):
    kept = shorten(tiny_masked_lm, f"[MASK] {LONG}", "window")
    assert kept == shorten(tiny_masked_lm, f"[MASK] {LONG}", "start")
    kept = shorten(tiny_masked_lm, f"{LONG} [MASK]", "window")
    assert kept == shorten(tiny_masked_lm, f"{LONG} [MASK]", "end")


def test_other_spellings_of_the_mask_stay_as_they_are_typed(tiny_masked_lm):
    typed = MASKED.replace("[MASK]", "<mask>")
    kept = shorten(tiny_masked_lm, typed, "window")
    assert kept == shorten(tiny_masked_lm, MASKED, "window").replace("[MASK]", "<mask>")


def test_a_short_text_stays_whole(tiny_classifier, tiny_masked_lm):
    assert shorten(tiny_classifier, "the  farmer .", "end") == "the  farmer ."
    assert shorten(tiny_masked_lm, "the [MASK] .", "start") == "the [MASK] ."


@pytest.mark.parametrize("kind", ["byte-level", "unigram", "byte-fallback", "characters"])
def test_spaces_that_are_tokens_of_no_word_count_too(tmp_path, kind):
    model = loaded(tmp_path / kind, kind)
    text = "the   old    " * 8 + model.tokenizer.mask_token + "    is     old ."
    with pytest.raises(TooLongError):
        predict(model, text)
    assert offers(model, text)
    for keep in offers(model, text):
        kept = shorten(model, text, keep)
        assert kept in text
        assert predict(model, kept)


def test_masks_are_looked_for_as_often_in_a_long_text_as_in_a_short_one(
    tiny_masked_lm, monkeypatch
):
    class Counted:
        def __init__(self, spellings):
            self.spellings, self.searches = spellings, 0

        def finditer(self, text):
            self.searches += 1
            return self.spellings.finditer(text)

        def __getattr__(self, name):
            return getattr(self.spellings, name)

    counted = Counted(sentence.MASK_SPELLINGS)
    monkeypatch.setattr(sentence, "MASK_SPELLINGS", counted)
    counts = []
    for words in (2, 200):
        counted.searches = 0
        sentence.word_spans(tiny_masked_lm, "the farmer " * words + "[MASK]")
        counts.append(counted.searches)
    assert counts[0] == counts[1]


def test_a_second_text_takes_its_room(tiny_classifier):
    pair = "the farmer is good ."
    kept = shorten(tiny_classifier, LONG, "start", pair=pair)
    assert len(read_sentence(tiny_classifier, kept, pair).tokens) in range(ROOM, ROOM + 3)
    with pytest.raises(ExplainerError, match="shorten the second one first"):
        shorten(tiny_classifier, "the farmer .", "start", pair=LONG)


@pytest.mark.parametrize(
    ("keep", "said"),
    [
        ("start", "The mask is not in the part of the text that would be kept"),
        ("middle", "part to keep 'middle' is not known: choose one of start, end, window"),
        (None, "is not known"),
    ],
)
def test_what_cannot_be_kept_is_refused(tiny_masked_lm, keep, said):
    with pytest.raises(ExplainerError, match=said):
        shorten(tiny_masked_lm, MASKED, keep)


def test_a_window_without_a_mask_and_a_word_without_room_are_refused(tiny_classifier):
    with pytest.raises(ExplainerError, match="keep its start or its end"):
        shorten(tiny_classifier, LONG, "window")
    with pytest.raises(ExplainerError, match="less than one word of it"):
        shorten(tiny_classifier, "un" + "s" * 60, "start")


def test_what_is_offered_can_be_read(tiny_classifier, tiny_masked_lm):
    assert offers(tiny_classifier, LONG) == ("start", "end")
    assert offers(tiny_masked_lm, MASKED) == ("window",)
    assert offers(tiny_masked_lm, f"[MASK] {LONG}") == ("window", "start")
    assert offers(tiny_classifier, "un" + "s" * 60) == ()


def test_the_command_says_what_it_reads(tiny_classifier_dir, capsys):
    command = ["explain", LONG, "--model", str(tiny_classifier_dir), "--points", "2"]
    assert main(command) == 2
    assert "shorten it to its start or its end" in capsys.readouterr().err
    assert main([*command, "--shorten", "end"]) == 0
    printed = capsys.readouterr()
    assert "of 90 words, of its end, are read" in printed.err
    assert printed.out.splitlines()[0].endswith("love is bad [SEP]")
