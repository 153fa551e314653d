"""The facade: text → Sentence → Trace → patterns → Explanation."""

from __future__ import annotations

from collections.abc import Sequence

from explainer.base.checks import yes_or_no
from explainer.influence.flow import total_flow
from explainer.influence.measure import Measured, measure
from explainer.influence.path import integration_path
from explainer.influence.refine import refine
from explainer.influence.trace import Trace, trace
from explainer.influence.verify import check_finite, check_trace
from explainer.models.encode import without_gradients
from explainer.models.model import Model, given_model
from explainer.question.quantity import Contrast, Quantity, choose_quantity, given_contrast
from explainer.question.sentence import Sentence, read_sentence
from explainer.results.explanation import Explanation
from explainer.results.route import Component, Route
from explainer.results.settings import Settings, given_settings
from explainer.results.target import Target


def explain(
    model: Model,
    text: str,
    *,
    correct: str | int | None = None,
    wrong: str | int | None = None,
    label: str | int | None = None,
    other: str | int | None = None,
    settings: Settings | None = None,
    flow: bool = False,
) -> Explanation:
    """The influence patterns of `text` (Lu et al., NeurIPS 2021), all influences in logits.

    A masked LM contrasts the words `correct` and `wrong` at the mask (a word is read in its place;
    a number is a token's id), a classifier the class `label` (name or number) with `other` or the
    mean of all others, where each label holds or not with nothing; what is not given is the
    model's own prediction and its strongest rival, and the result names them. `flow` adds the
    total flow. Raises ExplainerError for input that the model cannot explain.
    """
    settings, flow = given_settings(settings), yes_or_no("flow", flow)
    sentence = read_sentence(given_model(model), text)
    quantity = choose_quantity(model, sentence, Contrast(correct, wrong, label, other))
    with without_gradients():
        traced = follow(model, sentence, quantity, settings)
        return explanation_of(model, sentence, quantity, traced, settings, flow=flow)


def explanation_of(
    model: Model,
    sentence: Sentence,
    quantity: Quantity,
    traced: Trace,
    settings: Settings,
    *,
    flow: bool,
) -> Explanation:
    """The explanation of a sentence whose trace is there; call it where gradients are off."""
    patterns = refine(traced, sentence.tokens, settings.top_k)
    for pattern in patterns:
        check_finite(model, (*pattern.embedding_trail, *pattern.attention_trail))
    found = total_flow(traced) if flow else None
    if found is not None:
        check_finite(model, found.layer_totals())
    return Explanation(
        model=model.info,
        tokens=sentence.tokens,
        target=Target(
            position=quantity.position,
            correct=quantity.correct,
            wrong=quantity.wrong,
            value=traced.value,
            baseline_value=traced.baseline_value,
        ),
        settings=settings,
        influence=traced.influence,
        completeness_gap=traced.completeness_gap,
        patterns=patterns,
        flow=found,
        words=sentence.words,
    )


def measure_path(
    model: Model,
    text: str,
    nodes: Sequence[int],
    components: Sequence[Component | None] | None = None,
    *,
    contrast: Contrast | None = None,
    settings: Settings | None = None,
) -> Measured:
    """The exact influence, in logits, of any route of L + 1 positions and L components.

    A component None leaves all heads and skip of its step open; the rest is as in `explain`.
    Raises ExplainerError for a route that is impossible.
    """
    # A route that is none is refused before the work of a trace.
    route = Route(nodes, components)  # type: ignore[arg-type]  # any sequences become tuples
    traced = trace_text(model, text, contrast=contrast, settings=settings)
    with without_gradients():
        measured = measure(traced, route)
        check_finite(model, measured.trail)
        return measured


def trace_text(
    model: Model,
    text: str,
    *,
    contrast: Contrast | None = None,
    settings: Settings | None = None,
) -> Trace:
    """The trace of a text that has not been read yet; the rest is as in `explain`."""
    settings = given_settings(settings)
    sentence = read_sentence(given_model(model), text)
    quantity = choose_quantity(model, sentence, given_contrast(contrast))
    with without_gradients():
        return follow(model, sentence, quantity, settings)


def follow(model: Model, sentence: Sentence, quantity: Quantity, settings: Settings) -> Trace:
    """The trace of a sentence that has been read.

    Raises ExplainerError where it is not finite, or Q(x) is not what the model itself gives.
    """
    path = integration_path(model, sentence, settings)
    traced = trace(model.adapter.of(sentence.token_ids), path, quantity)
    check_trace(model, sentence, quantity, traced)
    return traced
