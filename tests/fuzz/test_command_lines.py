"""Generated command lines: done or one sentence, and nothing written but what was named."""

import argparse
import contextlib
import io
import os
import shutil
import sys
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import strategies as st

from explainer import run_corpus
from explainer.base.errors import ExplainerError
from explainer.cli import app as app_command
from explainer.cli import main as cli
from explainer.models import registry
from explainer.question.kept import KEPT
from tests.damage import cases
from tests.fuzz.asking import FEW, Quiet
from tests.fuzz.hostile import VALUES, texts

PARSER = cli._parser()
"""Made once: a quarter of the time of all cases went into making it."""
COMMANDS: dict[str, argparse.ArgumentParser] = next(
    action for action in PARSER._actions if isinstance(action, argparse._SubParsersAction)
).choices
TEXT = st.sampled_from(["[MASK] .", "the farmers [MASK] old .", "the [MASK] are [MASK] ."])
FILES = [
    *("few.txt", "rows.csv", "pairs.jsonl", "empty", "bytes.parquet", "folder", "run", "none"),
    *("pipe", "zero"),
]
"""What there is in the folder in which commands run, and one name that is not there."""
HOW = ["zero", "mean", "cls", "all", "pattern", "riemann", "table", "json", "svg", "html", "text"]
AMOUNTS = ["0", "1", "2", "3", "0.5", "-1", "x", "1000000", "nan"]
LIKELY: dict[str, list[str]] = {
    "--out": ["new", "new.svg", "new.json", "new.html", "new.pdf", "a/b", "few.txt", "folder"],
    "--model": ["masked-lm", "tagger", "reader", "classifier", "encoder"],
    "--task": ["sva-simple", "sva-obj", "sentiment", "x"],
    "--n": ["0", "1", "2", "-1", "x", "1e3"],
    "--points": ["2", "3", "0", "x", "1001"],
    "--methods": ["pattern", "random", "x"],
    "--protocols": ["words", "x", "words,,words", ","],
    "--format": ["table", "json", "svg", "html"],
    "--shorten": [*KEPT],
    "--correct": ["are", "is", "farmers", "id:3", "id:99", "unhappiest"],
    "--between": ["the", "old", "the (1)"],
    "--memory": ["1GB", "0", "-1", "1 KB", "99999 TB", "x"],
    "--workers": ["1", "0", "-3", "257", "x"],
    "--part-size": ["1", "7", "0", "x"],
    "--port": ["0", "70000", "8501", "x"],
    "--host": ["127.0.0.1", "0.0.0.0", "::1", "1.2.3.4"],
    "--device": ["cpu", "cuda:99", "tpu", "cpu:7"],
    "--other": ["run", "folder", "none", "is"],
    "--file": FILES,
}
"""Values that an option may have; any other gets what strangers send."""
CLOSED = {"--n", "--points", "--workers", "--ray", "--format", "--part-size", "--measured"}
"""Options that get no other value than a likely one: a right one may take hours, or processes."""
KEPT_TO = {"explain": [], "evaluate": ["--methods", "pattern", "--n", "1"], "corpus": []}
"""What keeps a command short; what is generated stands behind, and counts."""


def inside(value: str) -> str:
    """A value as a path that does not lead out of the folder."""
    parts = [part for part in value.split("/") if part not in ("", ".", "..")]
    return "/".join(parts).replace("~", "-") or "x"


def option(action: argparse.Action) -> st.SearchStrategy[list[str]]:
    """An option as it may be given: by one of its names, with values, too few or too many."""
    name = st.sampled_from(action.option_strings)
    long = action.option_strings[-1]
    if action.nargs == 0:
        return st.tuples(name).map(list)
    usual = AMOUNTS if action.type in (int, float) else [*HOW, *FILES]
    known = LIKELY.get(long, usual)
    likely = st.sampled_from([*map(str, action.choices)] if action.choices else known)
    value = likely if long in CLOSED and long in LIKELY else likely | likely | likely | VALUES
    if action.type is Path:
        value = value.map(inside)
    most = 1 if action.nargs is None else 3 if action.nargs == "+" else 2
    right = st.lists(value, min_size=min(most, 2), max_size=most)
    return st.tuples(name, right | right | right | st.lists(value, max_size=3)).map(
        lambda drawn: [drawn[0], *drawn[1]]
    )


def options(command: str) -> st.SearchStrategy[list[str]]:
    """Some of a command's options."""
    known = [
        option(action)
        for action in COMMANDS[command]._actions
        if action.option_strings and action.option_strings[-1] != "--ray"
    ]
    strange = st.sampled_from([["--nonsense"], ["-"], ["--"], ["--model"], ["--poi", "2"]])
    some = st.lists(st.one_of([*known, *known, strange]), max_size=4)
    return some.map(lambda drawn: [word for words in drawn for word in words])


@cache
def lines(command: str) -> st.SearchStrategy[list[str]]:
    """A command with what it is about, and some of its options; without a name, anything."""
    if not command:
        return st.lists(VALUES, max_size=3)
    out = st.sampled_from(LIKELY["--out"])
    about: dict[str, st.SearchStrategy[list[str]]] = {
        "explain": (TEXT | texts("[MASK]") | VALUES).map(lambda text: [text, "--points", "2"]),
        "evaluate": st.tuples(
            st.sampled_from([["--task", "sva-simple"], ["--file", "pairs.jsonl"], []]), out
        ).map(lambda drawn: [*KEPT_TO["evaluate"], "--points", "2", *drawn[0], "--out", drawn[1]]),
        "corpus": st.tuples(st.sampled_from([*FILES, "sva-simple"]) | VALUES, out).map(
            lambda drawn: [drawn[0], "--points", "2", "--workers", "1", "--out", drawn[1]]
        ),
        "corpus report": st.tuples(
            st.sampled_from(["run"] * 9 + FILES), st.sampled_from(["new.html", "new.svg", "new"])
        ).map(lambda drawn: [drawn[0], "--out", drawn[1]]),
    }
    first = about.get(command, st.just([]))
    return st.tuples(first, options(command)).map(
        lambda drawn: [*command.split(), *drawn[0], *drawn[1]]
    )


@dataclass
class Written:
    """What this process has opened for writing, made, moved or removed while it is `heard`."""

    heard: bool = False
    places: tuple[Path, ...] = ()

    def hear(self, event: str, given: tuple) -> None:
        if not self.heard:
            return
        if event == "open":
            place, mode, flags = given
            changes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if isinstance(place, int) or not (changes or set(mode or "") & set("wax+")):
                return
        elif event not in ("os.mkdir", "os.rename", "os.remove", "os.symlink", "os.truncate"):
            return
        self.places += (Path(os.fsdecode(given[0])).absolute(),)


WRITTEN = Written()
sys.addaudithook(WRITTEN.hear)


@pytest.fixture(scope="module")
def whole(tiny_masked_lm, tmp_path_factory):
    """What lies in the folder in which commands run."""
    place = tmp_path_factory.mktemp("whole")
    (place / "few.txt").write_text("the farmers [MASK] old .\nno mask\n", encoding="utf-8")
    (place / "rows.csv").write_text("text,label\nold .,1\n", encoding="utf-8")
    row = '{"text": "the farmer [MASK] .", "correct": "is", "wrong": "are"}\n'
    (place / "pairs.jsonl").write_text(row, encoding="utf-8")
    (place / "empty").touch()
    (place / "bytes.parquet").write_bytes(bytes(range(256)))
    (place / "folder").mkdir()
    os.mkfifo(place / "pipe")
    (place / "zero").symlink_to("/dev/zero")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("explainer.corpus.run.load_model", lambda *_, **__: tiny_masked_lm)
        run_corpus("tiny", place / "few.txt", place / "run", settings=FEW)
    return Quiet(place)


def copied(source, target):
    """A file's copy; of a pipe another pipe."""
    if Path(source).is_fifo():
        os.mkfifo(target)
    else:
        shutil.copyfile(source, target)


@pytest.fixture(scope="module")
def place_of(tmp_path_factory):
    """Where commands run."""
    return Quiet(tmp_path_factory.mktemp("commands") / "place")


@pytest.fixture(scope="module")
def models(tiny_masked_lm, tiny_tagger, tiny_reader, tiny_classifier, encoder):
    found = {
        **{"masked-lm": tiny_masked_lm, "agreement": tiny_masked_lm, "tagger": tiny_tagger},
        **{"reader": tiny_reader, "classifier": tiny_classifier, "encoder": encoder.it},
        "sentiment": tiny_classifier,
    }
    return Quiet(found)


def ran(words: list[str], models: dict, patched: pytest.MonkeyPatch) -> tuple[int, str]:
    """The exit code of a command line, and what it said on stderr."""

    def load(name, **given):
        if name in models and given.get("device") in (None, "cpu"):
            return models[name]
        return registry._loaded(str(name), "float32", given.get("pooling"))

    def refused(_, **__):
        raise ExplainerError("The Hub is not asked here.")

    for module in ("explainer.models.registry", "explainer.corpus.run"):
        patched.setattr(f"{module}.load_model", load)
    patched.setattr(registry, "download", refused)
    patched.setattr(cli, "_parser", lambda _: PARSER)
    nothing = SimpleNamespace(serve=lambda *_: None)
    patched.setattr(app_command, "import_module", lambda _: nothing)
    patched.setattr(app_command.socket, "getaddrinfo", numeric)
    streams = io.BytesIO(), io.BytesIO()
    said = [io.TextIOWrapper(stream, "utf-8", "backslashreplace") for stream in streams]
    patched.setattr(sys, "argv", list(sys.argv))
    with contextlib.redirect_stdout(said[0]), contextlib.redirect_stderr(said[1]):
        try:
            code = cli.main(words)
        except SystemExit as end:
            code = int(end.code or 0)
        for stream in said:
            stream.flush()
    return code, streams[1].getvalue().decode()


LOOKED_UP = app_command.socket.getaddrinfo


def numeric(host, port, **given):
    """Addresses as numbers alone: to look up a name takes seconds where there is no network."""
    return LOOKED_UP(host, port, flags=app_command.socket.AI_NUMERICHOST, **given)


def named_for_writing(words: list[str]) -> list[str]:
    """What the command line names with --out, in any of its spellings."""
    found = []
    for word, following in pairwise([*words, ""]):
        name, _, value = word.partition("=")
        if len(name) > 3 and "--out".startswith(name):
            found.append(value or following)
    return found


@cases(
    0.1,
    2.0,
    words=st.sampled_from(
        ["explain"] * 9 + ["evaluate", "corpus", "corpus report"] * 4 + ["models", "app", ""]
    ).flatmap(lines),
)
def test_command_lines(models, whole, place_of, words):
    place = place_of.it
    if not place.exists():  # as it was before something was written there
        shutil.copytree(whole.it, place, symlinks=True, copy_function=copied)
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(place)
        WRITTEN.places, WRITTEN.heard = (), True
        try:
            code, said = ran(words, models.it, patched)
        finally:
            WRITTEN.heard = False
        allowed = [Path(out).absolute() for out in named_for_writing(words) if out]
        for path in WRITTEN.places:
            assert (
                path.suffix == ".partial"
                or "__pycache__" in path.parts
                or any(path == out or out in path.parents or path in out.parents for out in allowed)
            ), path
    assert code in (0, 2), said
    if code == 2:
        last = said.splitlines()[-1]
        assert last.startswith("error: "), last
        assert len(last) < 800, last
        assert last.isprintable(), last
    if WRITTEN.places:
        shutil.rmtree(place)
