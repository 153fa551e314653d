"""The facade: text → Sentence → Trace → patterns → Explanation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from explainer.base.budget import given_budget
from explainer.base.checks import instance, items, one_of, whole
from explainer.base.errors import ExplainerError
from explainer.influence.measure import Measured, measure
from explainer.influence.stability.found import stability_of
from explainer.influence.together import Asked, Batch
from explainer.influence.trace import Trace
from explainer.influence.verify import check_finite
from explainer.intervention.ablate import Ablated, keep_only, remove, run_kept
from explainer.intervention.filling import Replacement
from explainer.intervention.places import checked_place
from explainer.models.encode import without_gradients
from explainer.models.model import Model, given_model
from explainer.question.masks.asked import read_asked
from explainer.question.masks.which import Words
from explainer.question.quantity import Contrast, Question, choose_quantity, given_contrast
from explainer.question.readouts.quantity import Quantity
from explainer.question.sentence import Sentence
from explainer.results.beside.stability import Stability
from explainer.results.beside.word_scores import WordScores
from explainer.results.explanation import Explanation
from explainer.results.reduced import Precision
from explainer.results.route import Component, Level, Place, Route
from explainer.results.settings import Settings, given_settings
from explainer.rivals.words.methods import WORD_METHODS, Scoring


def explain(
    model: Model,
    text: str,
    *,
    pair: str | None = None,
    correct: Words | None = None,
    wrong: Words | None = None,
    label: str | int | None = None,
    other: str | int | None = None,
    word: str | int | None = None,
    answer: str | None = None,
    mask: int | None = None,
    settings: Settings | None = None,
    flow: bool = False,
    words: int | None = None,
    candidates: bool = False,
    memory: int | str | None = None,
    precision: Precision = "full",
) -> Explanation:
    """The influence patterns of `text` (Lu et al., NeurIPS 2021), all influences in the unit of Q.

    A classifier may read a second text with it, the `pair`; a reader finds an answer in that. A
    masked LM contrasts the words `correct` and `wrong` at the mask (read in their place, or a
    token's id; of several pieces, both of as many, by log-probabilities, each piece at a mask of
    its own, or `correct` alone), and where there are several masks, a word at each (`correct` and
    `wrong` are tuples then), by the sum of their log-probabilities with all masks in place, or
    those at mask number `mask` alone (the first is 1); a classifier the class `label` (name or
    number) with `other` or the mean of all others, where each label holds or not with nothing; a
    tagger the tag `label` of the `word` (as the text has it, or a token's position) with the tag
    `other`; a reader the `answer` with the `other` one (the passage's words, or "no answer"). What
    is not given is the model's own prediction and, for a word, its other number, person or gender,
    else the likeliest word of its kind, for a tag the likeliest other, and the first word with a
    tag that is not O. `flow` adds the total flow; `words` keeps those of so many words, the
    strongest; `candidates` what every head would carry (`Pattern.candidate_parts`). `memory` is
    what may be taken for it (bytes or "2 GB"; else what the environment variable EXPLAINER_MEMORY
    says, or a quarter of what is free). `precision` is that of matrix products: "tf32" (on a GPU,
    switched for the whole process meanwhile) and "bfloat16" are faster where the hardware has them,
    and the result says how far they are off. Raises ExplainerError for input that the model cannot
    explain.
    """
    how = {"flow": flow, "words": words, "candidates": candidates}
    batch = Batch.given(model, settings, **how, memory=memory, precision=precision)
    contrast = Contrast(correct, wrong, label, other, word, answer, mask)
    (found,) = batch.explanations([Asked.read(model, text, pair, contrast)])
    return found


def explain_many(
    model: Model,
    questions: Iterable[Question | str],
    *,
    settings: Settings | None = None,
    flow: bool = False,
    words: int | None = None,
    candidates: bool = False,
    memory: int | str | None = None,
    precision: Precision = "full",
) -> Iterator[Explanation | ExplainerError]:
    """`explain` of many texts, several at once: in their order, with the same numbers.

    What cannot be explained comes as the ExplainerError that `explain` would raise, and the others
    go on. Questions are read as they are needed, and never more are held than are followed at once.
    The other arguments are as in `explain`, and raise ExplainerError before anything is read.
    """
    how = {"flow": flow, "words": words, "candidates": candidates}
    batch = Batch.given(model, settings, **how, memory=memory, precision=precision)
    return _in_batches(batch, questions)


def _in_batches(
    batch: Batch, questions: Iterable[Question | str]
) -> Iterator[Explanation | ExplainerError]:
    most = batch.tokens_at_once
    waiting: list[Asked | ExplainerError] = []
    tokens = 0
    for question in questions:
        asked = _asked(batch.model, question)
        needed = len(asked.sentence.tokens) if isinstance(asked, Asked) else 0
        if waiting and tokens + needed > most:
            yield from batch.answers(waiting)
            waiting, tokens = [], 0
        waiting.append(asked)
        tokens += needed
    yield from batch.answers(waiting)


def _asked(model: Model, question: Question | str) -> Asked | ExplainerError:
    try:
        asked = Question(question) if isinstance(question, str) else question
        asked = instance("question", asked, Question, "a text or a Question")
        return Asked.read(model, asked.text, asked.pair, given_contrast(asked.contrast))
    except ExplainerError as error:
        return error


def measure_path(
    model: Model,
    text: str,
    nodes: Sequence[int],
    components: Sequence[Component | None] | None = None,
    *,
    pair: str | None = None,
    contrast: Contrast | None = None,
    settings: Settings | None = None,
    memory: int | str | None = None,
) -> Measured:
    """The exact influence of any route, such as one that somebody draws (Lu et al., NeurIPS 2021).

    `nodes` are L + 1 positions from the word's to the target's, `components` L entries: a head's
    number, "skip", or None, which leaves all heads and skip of its step open (as all are without
    `components`). The result holds the influence in Q's unit, and after each of the L steps; the
    rest is as in `explain`. Raises ExplainerError for a route that is impossible.
    """
    # A route that is none is refused before the work of a trace.
    route = Route(nodes, components)  # type: ignore[arg-type]  # any sequences become tuples
    traced = trace_text(model, text, pair=pair, contrast=contrast, settings=settings, memory=memory)
    with without_gradients():
        measured = measure(traced, route)
        check_finite(model, measured.trail)
        return measured


def ablate(
    model: Model,
    text: str,
    *,
    keep: Iterable[Route] | None = None,
    cut: Iterable[Route | Place] | None = None,
    level: Level = "attention",
    replacement: Replacement = "mean",
    pair: str | None = None,
    contrast: Contrast | None = None,
    settings: Settings | None = None,
    count: int = 5,
) -> Ablated:
    """What the model says of `text` when parts of it are replaced: a real forward pass.

    Give one of the two: `keep` leaves only what lies on these routes (patterns are routes), `cut`
    takes away what lies on these routes, nodes (layers 0 … L − 1) and edges. At the level
    "attention" a route is its components, at "embedding" its nodes. What is taken away becomes its
    "mean" over sixty-four English sentences, which run once for a model; what it is for the
    "baseline" of the `settings`; or "zero", as in the paper's ablation (Lu et al., NeurIPS 2021),
    which no sentence gives, so that what the model makes of it says least. The result holds Q of
    the `contrast` in its unit and the `count` likeliest predictions, of several masks those of
    each. Raises ExplainerError for what does not fit model and sentence.
    """
    if (keep is None) == (cut is None):
        raise ExplainerError(
            "An ablation keeps some routes or cuts some: give either keep or cut, and not both."
        )
    contrast = given_contrast(contrast)
    sentence = read_asked(given_model(model), text, pair, contrast)
    n = len(sentence.tokens)
    # What does not fit is refused before the model runs to choose what it is asked.
    if keep is not None:
        kept = keep_only(model, n, keep, level)
    else:
        parts = items("argument cut", cut, "a list of routes, nodes and edges")
        kept = remove(model, n, [part for part in parts if isinstance(part, Route)], level)
        kept = kept.without(
            checked_place(part, kept) for part in parts if not isinstance(part, Route)
        )
    quantity = choose_quantity(model, sentence, contrast)
    return run_kept(
        model, sentence, quantity, kept, replacement=replacement, settings=settings, count=count
    )


def word_scores(
    model: Model,
    text: str,
    method: str,
    *,
    pair: str | None = None,
    contrast: Contrast | None = None,
    settings: Settings | None = None,
) -> WordScores:
    """How much each token of `text` matters to the answer, by one of `WORD_METHODS`.

    The methods: "influence" is the engine's own g; "leave-one-out", what Q loses when the word is
    the baseline's; "decompx", "gradient-input" and "attention-gradient" are in Q's unit; "alti",
    "globenc", "value-zeroing" and "rollout" are shares of 1 without a sign (sources in
    `rivals.words`). The rest is as in `explain`. Raises ExplainerError for input that the model
    cannot explain and for a method that is none.
    """
    chosen = WORD_METHODS[one_of("method", method, tuple(WORD_METHODS))]
    settings = given_settings(settings)
    asked = Asked.read(given_model(model), text, pair, given_contrast(contrast))
    with without_gradients():
        about = Scoring(
            *(model, asked.sentence, asked.quantity, settings),
            follow=lambda: follow(model, asked.sentence, asked.quantity, settings),
        )
        scores = tuple(chosen.run(about).tolist())
    check_finite(model, scores)
    return WordScores(method, asked.sentence.tokens, scores)


def stability(
    model: Model,
    text: str,
    words: Sequence[int] | None = None,
    *,
    pair: str | None = None,
    contrast: Contrast | None = None,
    settings: Settings | None = None,
    memory: int | str | None = None,
) -> tuple[Stability, ...]:
    """Whether the patterns of the `words` at these positions are found again by other choices.

    They are the other search, a wider beam, more points and the other baselines. The words come in
    their order; for None all that have influence, the strongest first. The rest is as in
    `explain`. Raises ExplainerError for a word without influence.
    """
    settings = given_settings(settings)
    budget = given_budget(memory, given_model(model).adapter.device)
    contrast = given_contrast(contrast)
    sentence = read_asked(model, text, pair, contrast)
    last = len(sentence.tokens) - 1
    if words is not None:
        given = items("argument words", words, "a list of tokens' positions, or None for all")
        words = tuple(dict.fromkeys(whole("word's position", word, 0, last) for word in given))
    quantity = choose_quantity(model, sentence, contrast)
    with without_gradients():
        return stability_of(model, Asked(sentence, quantity), words, settings, budget)


def trace_text(
    model: Model,
    text: str,
    *,
    pair: str | None = None,
    contrast: Contrast | None = None,
    settings: Settings | None = None,
    memory: int | str | None = None,
) -> Trace:
    """The trace of a text that has not been read yet; the rest is as in `explain`."""
    settings = given_settings(settings)
    budget = given_budget(memory, given_model(model).adapter.device)
    asked = Asked.read(model, text, pair, given_contrast(contrast))
    with without_gradients():
        return follow(model, asked.sentence, asked.quantity, settings, budget)


def follow(
    model: Model,
    sentence: Sentence,
    quantity: Quantity,
    settings: Settings,
    budget: int | None = None,
) -> Trace:
    """The trace of a sentence that has been read.

    Raises ExplainerError where it is not finite, or Q(x) is not what the model itself gives.
    """
    budget = given_budget(budget, model.adapter.device)
    batch = Batch(model, settings, False, budget)
    return batch.follow([Asked(sentence, quantity)])
