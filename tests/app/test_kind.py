"""What is said of a model as soon as it is loaded."""

import pytest

from explainer.app import compute
from explainer.app.widgets.question.controls import kind_note
from tests.ui import checked, opened


def test_the_page_says_what_kind_of_model_it_is_and_what_is_asked_of_it(tiny_masked_lm_dir):
    test = checked(opened(tiny_masked_lm_dir, text="the farmers [MASK] old .", points="3"))
    (said,) = [box.value for box in test.caption if box.value.startswith("A masked LM")]
    assert said.endswith(": asked is one word at [MASK] against another.")
    # Before there is an answer too: which word to predict is still to be chosen.
    test = opened(tiny_masked_lm_dir, text="the farmers are old .")
    assert said in [box.value for box in test.caption]


@pytest.mark.parametrize(
    ("folder", "said", "pairs"),
    [
        ("tiny_masked_lm_dir", "asked is one word at", False),
        ("tiny_classifier_dir", "asked is a class against another (", True),
        ("tiny_tagger_dir", "asked is the tag of a word against another (", False),
        ("tiny_reader_dir", "asked is an answer in the passage", False),
    ],
)
def test_every_kind_is_told_by_its_question(request, folder, said, pairs):
    loaded = compute.model(str(request.getfixturevalue(folder)))
    assert said in kind_note(loaded)
    assert kind_note(loaded).endswith(" It reads one text, or two together.") == pairs
