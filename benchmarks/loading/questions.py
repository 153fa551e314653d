"""What visitors ask, and what the API answers to it, as the explore page writes it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from transformers.utils.logging import disable_progress_bar

from benchmarks.engine import large
from explainer import Explanation, explain, load_model
from explainer.app.compute.request import FIRST, contrast_for
from explainer.app.state.choices import from_query
from explainer.app.widgets.answer import LOOKS
from explainer.app.widgets.markdown import unbroken
from explainer.base.assets import MODELS
from explainer.base.numbers import counted, percent, signed
from explainer.figures import View
from explainer.figures.canvas.text import clean
from explainer.figures.patterns.drawn import Drawn
from explainer.figures.patterns.summary import headline
from explainer.models.model import Model
from explainer.results.metrics import concentration
from explainer.tasks import Kind, generate

TASK: Kind = "sva-obj"
NOISE = 1e-5
"""What the order of a sum may change: two numbers this near to each other may be rounded apart."""
NOUNS = ("farmers", "pilots", "guards", "doctors", "authors", "dancers", "waiters")
"""A long text begins with one of these: so none of them has been answered before."""
CLAUSE = "that the assistant loves and the assistants love the"
SHORT_WORDS = "the boy who saw the dog and the man who fed a cat and"
"""A link carries 2,000 characters: hundreds of tokens fit where they are short."""


@dataclass(frozen=True)
class Question:
    """A text, and what a link asks of it beside that."""

    text: str
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The end of the link."""
        return urlencode({"text": self.text, **self.asked})

    def under(self, folder: Path) -> Question:
        """The same of the model in a folder."""
        return replace(self, asked={**self.asked, "model": str(folder)})


@dataclass(frozen=True)
class Shown:
    """What a page says: `metrics` are its strip of labels and numbers, `answer` the sentence."""

    metrics: tuple[tuple[str, str], ...]
    answer: str


def short(seed: int) -> Iterator[Question]:
    """Sentences of the task with their words, no two of them the same."""
    n = 1
    while True:  # the first of more are the same ones, for a seed
        n *= 2
        for case in generate(TASK, n, seed, predicate="present")[n // 2 :]:
            yield Question(case.text, {"correct": case.correct, "wrong": case.wrong})


def long(kind: str, size: int, folder: Path) -> Iterator[Question]:
    """Long questions, no two of them the same.

    "agreement": 57 tokens, all words, `size` points. "large": about `size` tokens under the model
    in the folder, as the page asks it by itself.
    """
    for noun in NOUNS:
        if kind == "agreement":
            text = f"the {noun} " + f"{CLAUSE} {noun} " * 5 + "[MASK] old ."
            asked = {"points": str(size), "rule": "riemann", "all_words": "yes"}
        else:
            words = (f"{SHORT_WORDS} " * size).split()[: size - 8]
            text = " ".join(["the", noun, "and", *words, "are [MASK] ."])
            asked = {"model": str(folder)}
        yield Question(text, {**asked, "correct": "are", "wrong": "is"})


def save_large(folder: Path) -> None:
    """A random masked language model of 12 × 768 for 512 tokens, with `agreement`'s tokenizer."""
    disable_progress_bar()
    large(load_model()).network.save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(MODELS / "agreement" / name, folder)


class Api:
    """What the API says to what a page's own link says it was asked."""

    def __init__(self) -> None:
        self._models: dict[str, Model] = {}
        self._said: dict[str, tuple[Shown, ...]] = {}

    def differs(self, question: Question, by_link: bool, address: str, shown: Shown) -> str | None:
        """How a page, whose link is `address`, answered otherwise than the API; None where not."""
        link = urlsplit(address).query
        if _query(link).get("text") != question.text:
            return f"asked {question.text!r}, and the page's link is {address}"
        if by_link and from_query(_query(link)) != from_query(_query(question.query)):
            return f"asked by {question.query}, and the page's link is {address}"
        if link not in self._said:
            self._said[link] = self._answers(_query(link))
        if _alike(shown, self._said[link]):
            return None
        return f"{question.text!r}: the page says {shown}, the API says {self._said[link][0]}"

    def _answers(self, query: Mapping[str, str]) -> tuple[Shown, ...]:
        """What may be shown, the numbers first as they are, then as noise changes them."""
        chosen, notes = from_query(query)
        if notes:
            raise RuntimeError(f"The app wrote a link that it cannot read: {query}, {notes}")
        model = self._model(chosen.model)
        explanation = explain(
            model,
            chosen.text,
            **asdict(contrast_for(chosen, model.info.task)),
            settings=chosen.settings,
            flow=True,
            words=None if chosen.all_words else FIRST,
        )
        view = View(level=chosen.level, minimum_share=chosen.share / 100, merge_pieces=chosen.merge)
        drawn = Drawn.of(explanation, view)
        said = "".join(
            piece.text if piece.role in LOOKS else unbroken(piece.text) for piece in headline(drawn)
        )
        return tuple(
            Shown(_metrics(explanation, drawn, noise), said) for noise in (0.0, -NOISE, NOISE)
        )

    def _model(self, name: str) -> Model:
        if name not in self._models:
            self._models[name] = load_model(name)
        return self._models[name]


def _query(link: str) -> dict[str, str]:
    return dict(parse_qsl(link, keep_blank_values=True))


def _alike(shown: Shown, said: tuple[Shown, ...]) -> bool:
    """Whether the sentence is the same, and each number one of those that may be shown."""
    each = list(zip(*(one.metrics for one in said), strict=True))
    return (
        shown.answer == said[0].answer
        and len(shown.metrics) == len(each)
        and all(mine in may for mine, may in zip(shown.metrics, each, strict=True))
    )


def _metrics(explanation: Explanation, drawn: Drawn, noise: float) -> tuple[tuple[str, str], ...]:
    """The page's strip, every number changed by the noise."""
    target = explanation.target
    share = concentration(explanation, drawn.of_tokens, drawn.view.level)
    return (
        (f"Q: {clean(explanation.asked)}", signed(target.value + noise)),
        ("at the baseline", signed(target.baseline_value + noise)),
        ("sum of influence Σ g", signed(sum(explanation.influence) + noise)),
        (
            f"gap with {counted(explanation.points_used, 'point')}",
            signed(explanation.completeness_gap + noise, 3),
        ),
        ("in the drawn patterns", percent(share + noise)),
    )
