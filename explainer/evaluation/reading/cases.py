"""The sentences of a run: generated for a task, or a person's own from a file."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import get_args

from explainer.base.checks import given_seed, one_of, text, whole
from explainer.base.errors import ExplainerError
from explainer.base.files import check_plain, named
from explainer.base.quote import quote, shown
from explainer.evaluation.reading.pairs import masked_pair
from explainer.evaluation.reading.rows import Row, Rows, at_line, quoted, read_rows
from explainer.question.mask import MASK_SPELLINGS
from explainer.tasks import KINDS, TASKS, Case, generate, sentiment_cases
from explainer.tasks.lexicon import Split
from explainer.tasks.predicate import Predicate

MOST = 10_000
QUESTIONS = (("text", "correct", "wrong"), ("text", "label"), ("good", "bad"))
"""What a file must have columns for: words for a masked LM, a class for a classifier, or two
sentences that differ in the word that a masked LM is asked for."""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """What the columns of a person's own file are called.

    It needs `text` with `correct` and `wrong`, or with `label`, or `good` and `bad`, a right and a
    wrong sentence that differ in one word, as in BLiMP; `other` is a label's rival class,
    `combination` says which sentences are of one form, `controller` names the word that the
    answer depends on, `pair` is the same sentence with other words, so that the other answer is
    right.
    """

    text: str = "text"
    correct: str = "correct"
    wrong: str = "wrong"
    label: str = "label"
    other: str = "other"
    combination: str = "combination"
    controller: str = "controller"
    pair: str = "pair"
    good: str = "sentence_good"
    bad: str = "sentence_bad"

    def __post_init__(self) -> None:
        for role in COLUMNS:
            name = getattr(self, role)
            if not isinstance(name, str) or not name.strip():
                raise ExplainerError(
                    f"The {role} column is named {quote(str(name))}: give the name that stands in "
                    "the file's heading."
                )
            object.__setattr__(self, role, name.strip())

    @property
    def renamed(self) -> tuple[str, ...]:
        """Those that somebody has named."""
        return tuple(role for role, usual in COLUMNS.items() if getattr(self, role) != usual)


COLUMNS = {item.name: str(item.default) for item in fields(Columns)}
"""Every role of a column, with what the column is called where nobody says."""


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """Which sentences; the first ones are the same however many are taken.

    `task` is one of `TASKS`, or the name of `file`, a table with a heading or JSON lines, whose
    columns are called as `columns` says. `predicate` is what the masked verb of a subject-verb
    task is (is/are by default, so that all sentences of a task have one form), `split` the part of
    the lexicon.
    """

    task: str
    seed: int = 0
    split: Split = "held-out"
    predicate: Predicate = "present"
    file: str | None = None
    columns: Columns = field(default_factory=Columns)

    def __post_init__(self) -> None:
        if not isinstance(self.columns, Columns):
            raise ExplainerError(
                f"The columns are {shown(self.columns)}: give a Columns, such as "
                "Columns(text='sentence')."
            )
        text("task", self.task)
        if self.file is None:
            one_of("task", self.task, TASKS)
        elif not isinstance(self.file, str):
            raise ExplainerError(f"The file is {shown(self.file)}: give its path as a string.")
        if self.file is None and self.columns.renamed:
            raise ExplainerError(
                f"The task {quote(str(self.task))} has no columns to name: leave the column "
                "options out, or give a file."
            )
        one_of("split", self.split, get_args(Split))
        one_of("predicate", self.predicate, get_args(Predicate))
        given_seed(self.seed)


def cases_of(sentences: Sentences, n: int) -> tuple[Case, ...]:
    """The first `n` sentences (all of a file that has fewer).

    Raises ExplainerError for more than there are, or a file that cannot be read.
    """
    n = whole("number of sentences", n, 1, MOST)
    if sentences.file is not None:
        return cases_of_file(Path(sentences.file), sentences.task, sentences.columns)[:n]
    for kind in KINDS:
        if kind == sentences.task:
            return generate(kind, n, sentences.seed, sentences.split, sentences.predicate)
    return sentiment_cases(n, sentences.seed)


def cases_of_file(file: Path, task: str, columns: Columns | None = None) -> tuple[Case, ...]:
    """All rows of a person's own file as cases of `task`; see `cases_of_table`."""
    check_plain(file, "name a file, which is read more than once")
    try:
        content = file.read_bytes()
    except (OSError, ValueError) as error:  # a name with a NUL character is a ValueError
        why = getattr(error, "strerror", None) or error
        raise ExplainerError(f"The file {named(file)} cannot be read: {why}.") from error
    return cases_of_table(content, str(file), task, columns)


def cases_of_table(
    content: bytes, file: str, task: str, columns: Columns | None = None
) -> tuple[Case, ...]:
    """All rows of the content of `file` as cases of `task`, read by `reading.rows`.

    Columns: text, correct and wrong; or text and label, and if wanted the rival class in other; or
    sentence_good and sentence_bad, which become a sentence with a mask where one word differs, and
    else a case that says why it cannot be asked.
    A column combination, if there is one, says which sentences are of one form. `columns` says
    where they are called otherwise.

    Raises ExplainerError, naming the file and where there is one the line, for what cannot be read.
    """
    columns = columns or Columns()
    found = read_rows(content, file, [getattr(columns, role) for role in COLUMNS])
    needed = _question(found, file, columns)
    if not found.rows:
        raise ExplainerError(f"The file {named(file)} has a heading and no rows: add sentences.")
    return tuple(_case(row, file, task, columns, needed) for row in found.rows)


def _question(found: Rows, file: str, columns: Columns) -> tuple[str, ...]:
    """What every row must have: where both questions can be asked, what somebody named, else words
    where there is a mask to put them, and a label where there is none."""
    there = [role for role in COLUMNS if getattr(columns, role) in found.columns]
    for role in columns.renamed:
        if role not in there:
            raise ExplainerError(
                f"The file {named(file)} has no column {quote(getattr(columns, role))} for "
                f"{role}; it has {quoted(found.columns)}."
            )
    asked = [question for question in QUESTIONS if set(question) <= set(there)]
    if not asked:
        needs = (
            f"The file {named(file)} has the columns {quoted(found.columns)}: it needs a "
            "heading with text, correct and wrong, text and label, or sentence_good and "
            "sentence_bad; rename columns, or say which they are"
        )
        raise ExplainerError(
            f"{needs} (with --text-column and so on).",
            on_page=f"{needs} under Columns.",
        )
    masked = any(MASK_SPELLINGS.search(str(row.cells.get(columns.text))) for row in found.rows)

    def fits(question: tuple[str, ...]) -> tuple[int, bool]:
        named = len(({*question} - {"text"}) & {*columns.renamed})
        return named, masked == ("correct" in question)

    return max(asked, key=fits)


def _case(row: Row, file: str, task: str, columns: Columns, needed: tuple[str, ...]) -> Case:
    def cell(role: str) -> str:
        name = getattr(columns, role)
        value = row.cells.get(name)
        if value is None and role in needed:
            raise at_line(file, row.line, f"has no {quote(name)}: give it one")
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is None or isinstance(value, str):
            return _whole(value or "", file, row.line, name)
        raise at_line(
            file, row.line, f"has in {quote(name)} neither text nor a whole number: give text"
        )

    unfit = ""
    if "good" in needed:
        found = masked_pair(cell("good"), cell("bad"))
        unfit = found if isinstance(found, str) else ""
        text, correct, wrong = (cell("good"), "", "") if isinstance(found, str) else found
    else:
        words = "correct" in needed
        text, correct = cell("text"), cell("correct" if words else "label")
        wrong = cell("wrong" if words else "other")
    return Case(
        text=text,
        correct=correct,
        wrong=wrong,
        kind=task,
        combination=cell("combination") or cell("label") or "all",
        controller=cell("controller"),
        pair=cell("pair"),
        unfit=unfit,
    )


def _whole(text: str, file: str, line: int, name: str) -> str:
    """The text, if every character of it is one: JSON can spell halves of them."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise at_line(file, line, f"has half a character in {quote(name)}: remove it")
    return text
