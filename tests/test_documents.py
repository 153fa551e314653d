"""What the documents say of the code is so: paths, examples, and what is made from the code."""

import re
from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from docs import architecture, screenshots
from explainer.evaluation.methods import METHODS
from explainer.models.architectures import ARCHITECTURES
from explainer.models.encode import last_hidden
from explainer.models.tokens import Tokens
from explainer.results.route import Route
from tests.wings import ROOT

NAMES = ("README.md", "CONTRIBUTING.md", "SECURITY.md")
DOCUMENTS = [*(ROOT / name for name in NAMES), *sorted(ROOT.glob("docs/*.md"))]
ARCHITECTURES_PAGE = ROOT / "docs" / "architectures.md"
PATH = re.compile(r"`((?:explainer|docs|tests|benchmarks|training|assets|pages)/[\w./-]*)`")
FILE = re.compile(
    r"`((?!explainer/|docs/|tests/|benchmarks/|training/|pages/)[a-z_]+/[a-z_/]+\.py)`"
)
"""A file named from inside of `explainer/`, as in docs/method.md."""
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
COMMAND = re.compile(r"`?make ([a-z]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_is_named_exists(document):
    text = document.read_text(encoding="utf-8")
    named = {ROOT / path for path in PATH.findall(text)}
    named |= {ROOT / "explainer" / path for path in FILE.findall(text)}
    named |= {document.parent / path for path in LINK.findall(text)}
    assert [path for path in sorted(named) if not path.exists()] == []


def test_every_command_of_make_that_is_named_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    known = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for document in DOCUMENTS:
        blocks = re.findall(r"```\n(.*?)```|`(make [^`]*)`", document.read_text(), re.DOTALL)
        named = {name for block in blocks for part in block for name in COMMAND.findall(part)}
        assert named <= known, document


def test_what_is_looked_for_is_where_the_table_says():
    text = architecture.DOCUMENT.read_text(encoding="utf-8").split("## Where is")[1]
    named = re.findall(r"`([\w/]+\.py)`: `(\w+)`", text)
    assert len(named) > 5
    for path, name in named:
        code = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"(def |class |^){name}\b", code, re.MULTILINE), (path, name)


@pytest.mark.parametrize("name", architecture.SECTIONS)
def test_what_is_made_from_the_code_is_of_this_code(name):
    document = architecture.DOCUMENT.read_text(encoding="utf-8")
    assert architecture.SECTIONS[name]() in document, "run `make docs`"


def test_the_picture_is_of_this_code():
    assert architecture.PICTURE.read_text(encoding="utf-8") == architecture.picture()


def examples() -> list[str]:
    files = (ROOT / "CONTRIBUTING.md", ARCHITECTURES_PAGE)
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def test_the_table_of_architectures_has_every_one():
    rows = re.findall(r"^\| (`[^|]*`) \|", ARCHITECTURES_PAGE.read_text(), re.MULTILINE)
    assert re.findall(r"`([\w-]+)`", "".join(rows[1:])) == list(ARCHITECTURES)


def test_the_page_for_contributors_is_a_page():
    (page,) = (example for example in examples() if "page_frame" in example)
    test = AppTest.from_string(f"{page}\nwords_page()", default_timeout=60)
    test.query_params["text"] = "the old cats [MASK] bad ."
    test.run()
    assert not test.exception
    assert not test.error
    (table,) = test.dataframe
    assert table.value["word"].tolist()[1:4] == ["the", "old", "cats"]


def test_the_examples_for_contributors_run(monkeypatch):
    monkeypatch.setattr("explainer.evaluation.methods.METHODS", dict(METHODS))
    monkeypatch.setattr("explainer.models.architectures.ARCHITECTURES", dict(ARCHITECTURES))
    names: dict = {}
    for block in examples():
        exec(compile(block, "CONTRIBUTING.md", "exec"), names)

    assert names["straight"](word=1, target=4, layers=3) == Route((1, 1, 1, 4), None)
    assert names["METHODS"]["straight"].levels == ("embedding",)
    assert names["svg"].count("<path") == names["svg"].count("<text") == 7

    family = names["ARCHITECTURES"]["data2vec-text"]
    sizes = {"hidden_size": 12, "intermediate_size": 20, "num_hidden_layers": 2}
    config = family.config_class(vocab_size=20, num_attention_heads=3, pad_token_id=1, **sizes)
    network = family.masked_lm(config).double().eval().requires_grad_(False)
    ids = torch.tensor([0, 5, 6, 7, 2])
    adapter = family.adapt(network)
    hidden = last_hidden(adapter, Tokens(ids.tolist()))
    assert torch.allclose(adapter.logits(hidden[:, 3], None), network(ids[None]).logits[:, 3])


def test_the_pictures_of_the_pages_are_those_that_their_command_takes():
    every = [name for name, _, _ in screenshots.pictures((), Path("models"))]
    assert len(set(every)) == len(every)
    assert len(every) == len(screenshots.PAGES) * len(screenshots.SCREENS) + len(
        screenshots.QUESTIONS
    )
    without = {name for name, _, _ in screenshots.pictures(())}
    assert {*every} - without == {f"{name}-light" for name in screenshots.SHOWN}
    shown = set(re.findall(r"pictures/([a-z-]+)\.webp", "".join(map(Path.read_text, DOCUMENTS))))
    assert shown
    assert shown <= {*every}
    assert {path.stem for path in screenshots.FOLDER.iterdir()} <= {*every}
    assert [name for name, _, _ in screenshots.pictures(("task", "method-p"))] == [
        *(f"task-{screen.name}" for screen in screenshots.SCREENS),
        "method-phone",
    ]
