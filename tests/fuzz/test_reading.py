"""Generated command lines and links: a right reading or one sentence, no bare exception."""

import contextlib
import io
from pathlib import Path

import pytest
from hypothesis import strategies as st

from explainer.app.compare import choices as compare_choices
from explainer.app.evaluate import choices as evaluate_choices
from explainer.app.explore.inspector.own_route import read_draft
from explainer.app.method import lesson
from explainer.app.state import choices
from explainer.app.state.explored import explored_from_query
from explainer.cli import main as cli
from explainer.models import registry
from tests.damage import TEXTS, cases

VALUES = TEXTS | st.sampled_from(["24", "0.5", "riemann", "zero", "are", "svg", "all"])
FLAGS = [
    *("--correct", "--wrong", "--label", "--other", "--points", "--rule", "--tolerance"),
    *("--baseline", "--top-k", "--format", "--level", "--minimum-share", "--flow"),
    *("--keep-special", "--nonsense", "-h", "--heads", "--candidates", "--scores"),
    *("--matrix", "--links", "--between", "--pairs", "--pair"),
]
RUN_FLAGS = [
    *("--task", "--n", "--seed", "--split", "--predicate", "--methods", "--replacement"),
    *("--measured", "--points", "--file"),
]
PARSER = cli._parser()
"""Made once: a quarter of the time of all cases went into making it."""


def asked(flags: list[str]) -> st.SearchStrategy:
    pairs = st.tuples(st.sampled_from(flags), VALUES) | st.tuples(st.sampled_from(flags))
    return st.lists(pairs, max_size=3).map(lambda found: [word for pair in found for word in pair])


@cases(
    text=st.just("[MASK] .") | TEXTS,
    options=asked(FLAGS),
    run=asked(RUN_FLAGS),
    command=st.sampled_from(["explain"] * 6 + ["evaluate"] * 3 + ["other"]),
)
def test_command_line(masked_lm, folder, text, options, run, command):
    words = {
        "explain": ["explain", text, "--points", "2", *options],
        # Nothing is ever run: no sentence is asked for.
        "evaluate": ["evaluate", *run, "--n", "0", "--out", str(folder)],
        "other": [text, *options],
    }[command]
    said, warned = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(registry, "load_model", lambda _, **__: masked_lm.it)
        patched.setattr(cli, "_parser", lambda _: PARSER)
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(warned):
            try:
                code = cli.main(words)
            except SystemExit as end:
                code = end.code
    assert code in (0, 2), (words, warned.getvalue())
    if code == 2:
        last = warned.getvalue().splitlines()[-1]
        assert last.startswith("error: "), last
        assert len(last) < 800, last


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("runs")


def links(readers) -> st.SearchStrategy:
    """Parameters of a link, with values that may be anything."""
    likely = st.sampled_from(["", "1", "are", "yes", "2,3", "1,2,2,skip", "embedding", "riemann"])
    return st.dictionaries(st.sampled_from(sorted(readers)), likely | TEXTS, max_size=3)


SECOND = {*choices.READERS, *compare_choices.OWN.values()}
INQUIRY = {*choices.READERS, *evaluate_choices.READERS}


@cases(
    explore=links({*choices.READERS, choices.LEFT_OUT}),
    pair=links(SECOND),
    inquiry=links(INQUIRY),
    lesson_link=links(lesson.READERS),
    path=TEXTS | st.text(alphabet="0123456789,;anyskip-", max_size=14),
)
def test_links(explore, pair, inquiry, lesson_link, path):
    readers = (
        (explored_from_query, explore),
        (compare_choices.pair_from_query, pair),
        (evaluate_choices.inquiry_from_query, inquiry),
        (lesson.from_query, lesson_link),
    )
    for read, query in readers:
        found, notes = read(query)
        assert len(notes) <= len(query) + 1
        assert all("\n" not in note and len(note) < 600 for note in notes)
        again, _ = read(found.to_query())
        assert again == found or any(len(value) > 60 for value in query.values())
    with contextlib.suppress(ValueError):
        assert len(read_draft(path, 2).nodes) == 2
