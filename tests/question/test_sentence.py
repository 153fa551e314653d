"""Reading a sentence: what the tokens are, and that each bad input gets one clear sentence."""

import pytest

from explainer import load_model
from explainer.base.errors import ExplainerError
from explainer.question.sentence import MAX_CHARACTERS, read_sentence, word_spans
from explainer.question.vocabulary import vocabulary_of

TEXT = "The farmers that the assistant loves [MASK] unhappiest ."


def test_tokens_line_up_with_the_text(tiny_masked_lm):
    sentence = read_sentence(tiny_masked_lm, TEXT)
    assert sentence.tokens == (
        "[CLS]", "the", "farmers", "that", "the", "assistant", "loves", "[MASK]",
        "un", "##happi", "##est", ".", "[SEP]",
    )  # fmt: skip
    assert sentence.special == (True, *[False] * 11, True)
    assert sentence.masks == (7,)
    assert sentence.notes == ()
    assert [vocabulary_of(tiny_masked_lm).alone(i) for i in sentence.token_ids] == list(
        sentence.tokens
    )
    for token, (start, end), added in zip(
        sentence.tokens, sentence.spans, sentence.special, strict=True
    ):
        expected = "" if added else token.removeprefix("##")
        assert TEXT[start:end].lower() == expected.lower()


@pytest.mark.parametrize("written", ["[mask]", "[Mask]", "<mask>", "<MASK>"])
def test_other_spellings_of_the_mask_are_the_mask(tiny_masked_lm, written):
    typed = read_sentence(tiny_masked_lm, TEXT.replace("[MASK]", written))
    assert typed == read_sentence(tiny_masked_lm, TEXT)


def test_letters_that_change_length_in_lower_case_do_not_shift_the_mask(tiny_masked_lm):
    text = "İ ẞ [mask] ."
    sentence = read_sentence(tiny_masked_lm, text)
    start, end = sentence.spans[sentence.masks[0]]
    assert text[start:end] == "[mask]"


def test_a_classifier_needs_no_mask_and_accepts_several(tiny_classifier):
    assert read_sentence(tiny_classifier, "good farmers .").masks == ()
    assert read_sentence(tiny_classifier, "[MASK] good [MASK]").masks == (1, 3)


def test_a_masked_lm_may_have_several_masks(tiny_masked_lm):
    sentence = read_sentence(tiny_masked_lm, "[MASK] old [mask]")
    assert sentence.slots == ((1,), (3,))


def test_unknown_characters_are_read_with_a_note(tiny_masked_lm):
    sentence = read_sentence(tiny_masked_lm, "the 🙂 [MASK] שלום 🙂 .")
    assert sentence.tokens.count("[UNK]") == 3
    assert sentence.notes == ("Not in the model's vocabulary, and read as [UNK]: '🙂', 'שלום'.",)


def test_a_long_list_of_unknown_words_is_cut(tiny_masked_lm):
    (note,) = read_sentence(tiny_masked_lm, "[MASK] q w e r t y u").notes
    assert note.endswith("'q', 'w', 'e', 'r', 'y' and 1 more.")  # t is known


def test_html_is_text(tiny_masked_lm):
    sentence = read_sentence(tiny_masked_lm, "<b>the</b> [MASK] .")
    assert "the" in sentence.tokens
    assert sentence.text == "<b>the</b> [MASK] ."


def test_white_space_of_any_kind_separates_words(tiny_masked_lm):
    typed = read_sentence(tiny_masked_lm, "the\tfarmers\n[MASK]\r\nold\u3000.\n")
    assert typed.tokens == read_sentence(tiny_masked_lm, "the farmers [MASK] old .").tokens


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The text is empty"),
        (" \n\t", r"blank \(' \\n\\t'\)"),
        ("\u200b\u200f", "blank"),
        ("the farmers", r"has no \[MASK\]"),
        ("the\x00 [MASK]", r"control character '\\x00' at character 4"),
        ("the\x7f [MASK]", r"control character '\\x7f' at character 4"),
        ("\x1b[31m [MASK]", r"control character '\\x1b' at character 1"),
        ("\ud83d [MASK]", r"half of a broken character '\\ud83d' at character 1"),
        ("[CLS] the [MASK]", r"contains \[CLS\]"),
        ("the [MASK] [SEP]", r"contains \[SEP\]"),
        ("the [MASK] [PAD]", r"contains \[PAD\]"),
        ("the " * 30 + "[MASK]", "33 tokens .* at most 32"),
        ("a" * (MAX_CHARACTERS + 1), "100,001 characters"),
        (None, "is None: give a string"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(tiny_masked_lm, text, message):
    with pytest.raises(ExplainerError, match=message) as refusal:
        read_sentence(tiny_masked_lm, text)
    line = str(refusal.value)
    assert line.isprintable()
    assert line.endswith(".")
    assert ":" in line  # what to do follows
    assert len(line) < 250


def test_later_control_characters_are_what_the_tokenizer_makes_of_them(tiny_masked_lm):
    plain = read_sentence(tiny_masked_lm, "the old [MASK] farmers .")
    sentence = read_sentence(tiny_masked_lm, "the \x93o\x85ld\x94 [MASK] far\x9fmers\x80 .")
    assert sentence.token_ids == plain.token_ids
    (note,) = sentence.notes
    assert note == (
        "Control characters that the tokenizer leaves out: "
        r"'\x93', '\x85', '\x94', '\x9f', '\x80'."
    )
    assert word_spans(tiny_masked_lm, "the\x93 old")


def test_later_control_characters_may_be_read(tiny_roberta_dir):
    model = load_model(str(tiny_roberta_dir))
    sentence = read_sentence(model, "the \x93old\x94 [MASK] .")
    assert any(r"\x93" in token for token in sentence.tokens)
    (note,) = sentence.notes
    assert note == r"Control characters that the tokenizer reads with the rest: '\x93', '\x94'."


def test_the_longest_input_is_read(tiny_masked_lm):
    sentence = read_sentence(tiny_masked_lm, "the " * 29 + "[MASK]")
    assert len(sentence.tokens) == tiny_masked_lm.max_tokens == 32


def test_typed_special_tokens_are_refused_by_a_classifier_too(tiny_classifier):
    with pytest.raises(ExplainerError, match=r"contains \[SEP\]"):
        read_sentence(tiny_classifier, "good [SEP] bad")


def test_word_spans_join_pieces_and_keep_marks_and_mask_apart(tiny_masked_lm):
    text = "Don't the unhappiest, [mask] 🙂."
    words = [text[start:end] for start, end in word_spans(tiny_masked_lm, text)]
    assert words == ["Don", "'", "t", "the", "unhappiest", ",", "[mask]", "🙂", "."]


def test_word_spans_serve_any_text_and_refuse_what_cannot_be_read(tiny_masked_lm):
    assert word_spans(tiny_masked_lm, "") == ()
    assert word_spans(tiny_masked_lm, "the farmers") == ((0, 3), (4, 11))
    with pytest.raises(ExplainerError, match="control character"):
        word_spans(tiny_masked_lm, "the\x00")
