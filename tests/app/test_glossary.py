"""The words on the pages: those of the document, all known, and all shown somewhere."""

import ast

import pytest

from explainer.app.widgets.glossary import meaning, terms, words
from tests.ui import opened
from tests.wings import ROOT, sources


def asked() -> set[str]:
    """The terms that the app's own code shows, by the calls that name them."""
    found = set()
    for name, tree in sources().items():
        if not name.startswith("explainer.app") or name.endswith("glossary"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("words", "meaning"):
                parts = [part for argument in node.args for part in ast.walk(argument)]
                found |= {str(part.value) for part in parts if isinstance(part, ast.Constant)}
    return found


def test_every_term_that_is_shown_is_in_the_document_and_the_other_way_round():
    assert asked() - {"embedding"} == terms().keys()  # that names a level, in a condition


def test_the_words_are_those_of_the_document():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert len(terms()) > 20
    for term in terms().values():
        assert term.meaning
        assert f"| {term.name} | {term.meaning.replace('|', chr(92) + '|')} |" in text
    assert terms()["influence"].symbol == "g"
    assert "Lexicon" not in str(terms())


def test_a_meaning_is_plain_text_and_a_sentence_by_itself():
    assert words("share", "beam").startswith("**share:** a part of all influence")
    assert r"\|g\|" in words("share")
    assert meaning("beam").startswith("How many partial patterns")
    with pytest.raises(KeyError):
        words("no such word")


def test_method_has_all_of_them(tiny_masked_lm_dir):
    asked = {"own": "yes", "text": "the farmers [MASK] old ."}
    test = opened(tiny_masked_lm_dir, "method", **asked)
    (table,) = [m.value for m in test.markdown if m.value.startswith("| word | sign |")]
    assert len(table.splitlines()) == 2 + len(terms())
    assert any(subheader.value == "7 · The words" for subheader in test.subheader)


def test_no_explanation_hangs_on_a_table_heading():
    """The browser shows such a one to a pointer only: neither keyboard nor finger comes to it."""
    for name, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "column_config":
                inside = [part.arg for part in ast.walk(node) if isinstance(part, ast.keyword)]
                assert "help" not in inside, f"{name}: say it beside the table"


def test_the_table_of_words_says_what_its_columns_are(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir)
    (said,) = [caption for caption in test.caption if "Iₐ the part" in caption.value]
    assert said.help == words("influence", "nodes", "heads and skips")


def test_each_number_of_the_strip_says_what_it_is(tiny_masked_lm_dir):
    test = opened(tiny_masked_lm_dir)
    helps = {metric.label.replace("\\", ""): metric.help for metric in test.metric}
    assert "the error of the numerical integration" in next(
        said for label, said in helps.items() if label.startswith("gap with")
    )
    assert all(len(said) > 20 for said in helps.values())
    assert len(helps) >= 5
