"""What the README shows is what its examples print, but for the last digits."""

import re
import shlex
from pathlib import Path

import explainer.figures
from explainer import explain, load_model
from explainer.cli.main import main
from explainer.models.architectures import ARCHITECTURES

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def shape(text: str) -> list[str]:
    """The lines of an output with every digit and sign alike, and space of any length."""
    return [re.sub(r"\s+", " ", re.sub(r"[-+0-9]", "#", line)) for line in text.splitlines()]


def test_the_python_example_prints_what_the_readme_says(capsys):
    found = re.search(r"```python\n(.*?)```\n\n```\n(.*?)```", README, re.DOTALL)
    assert found
    example, shown = found.groups()
    exec(example, {})
    assert shape(capsys.readouterr().out) == shape(shown)


def test_the_command_prints_what_the_readme_says(capsys):
    """In this process; tests/test_wheel.py calls the installed command."""
    found = re.search(r"```\n\$ influence-patterns (.*?)\n(.*?)```", README, re.DOTALL)
    assert found
    command, shown = found.groups()
    assert main(shlex.split(command)) == 0
    assert shape(capsys.readouterr().out) == shape(shown)


def test_the_table_of_questions_is_what_every_architecture_can_be_asked():
    """Each of its cells is tried in tests/models: test_every_architecture, test_architectures and
    test_sentence_encoders."""
    rows = re.findall(r"^\| .*\(`([a-z0-9-]+)`\) \|(.*)\|$", README, re.MULTILINE)
    heads = ("masked_lm", "classification", "tagging", "question_answering")
    assert [kind for kind, _ in rows] == list(dict.fromkeys(kind for kind, _ in rows))
    assert {kind for kind, _ in rows} == ARCHITECTURES.keys()
    for kind, cells in rows:
        can = [getattr(ARCHITECTURES[kind], head) is not None for head in heads]
        assert [cell.strip() == "✓" for cell in cells.split("|")] == [*can, True], kind


def test_the_readme_names_only_files_that_are_there():
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (ROOT / link).exists(), link


def test_the_readme_names_what_is_public():
    table = README.split("What is public is in `explainer`")[1].split("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    words = set(re.findall(r"`(?:figures\.)?(\w+)`", "\n".join(rows)))
    public = {*explainer.__all__, *explainer.figures.__all__}
    assert words <= public
    functions = {name for name in explainer.__all__ if name.islower()}
    assert functions <= words


def test_the_readme_names_every_field_of_the_record(tiny_masked_lm_dir):
    section = README.split("## The JSON record")[1].split("\n## ")[0]
    words = set(re.findall(r"`(\w+)`", section))
    how = {"flow": True, "words": 2, "candidates": True, "precision": "bfloat16"}
    record = explain(
        load_model(str(tiny_masked_lm_dir)), "the farmers [MASK] old .", **how
    ).to_dict()
    assert f"`schema` {record['schema']}" in section
    assert record.keys() | record["patterns"][0].keys() <= words
