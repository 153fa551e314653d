"""How many short sentences a second are explained, one by one and several at once.

Run `python -m benchmarks.batches` (options: --help): on the processor and, where there is one, on a
GPU, there also with matrix products in reduced precision. All ways are measured in turn in one run;
the ratios are what to quote. The largest differences from the processor's numbers in full precision
are printed too.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

import torch

from benchmarks.engine import large
from explainer import ExplainerError, Explanation, Question, explain, explain_many, generate
from explainer.influence import together
from explainer.models.loading.device import moved
from explainer.models.model import Model
from explainer.models.registry import load_model
from explainer.question.quantity import Contrast
from explainer.results.reduced import PRECISIONS, Precision


def main() -> None:
    """Measure and print."""
    options = _options()
    if options.threads:
        torch.set_num_threads(options.threads)
    cases = generate("sva-obj", options.sentences, seed=0)
    questions = [Question(c.text, Contrast(c.correct, c.wrong)) for c in cases]
    devices = list(options.devices)
    if "cuda" in devices and not torch.cuda.is_available():
        print("NOT MEASURED ON A GPU: there is none.\n")
        devices.remove("cuda")
    for network in options.networks:
        expected: list[Explanation] | None = None
        for device in devices:
            model = load_model()
            model = moved(large(model) if network == "large" else model, torch.device(device))
            found = _report(model, device, questions, options)
            expected = expected or found["explain_many"]
            for name, answers in found.items():
                print(f"  {name:28s} at most {_apart(expected, answers):.1e} logits apart")
            print()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time sentences one by one and in batches.")
    parser.add_argument("--sentences", type=int, default=48, help="sentences of sva-obj (48)")
    parser.add_argument("--repeats", type=int, default=3, help="rounds; the median counts (3)")
    parser.add_argument("--threads", type=int, default=0, help="torch threads (torch's default)")
    parser.add_argument(
        "--tokens", type=int, nargs="*", default=[], help="also try so many tokens at once"
    )
    parser.add_argument(
        "--precisions", nargs="*", default=[], choices=["bfloat16"], help="also on the processor"
    )
    parser.add_argument("--devices", nargs="*", default=["cpu", "cuda"], choices=["cpu", "cuda"])
    parser.add_argument(
        "--networks", nargs="*", default=["agreement"], choices=["agreement", "large"]
    )
    return parser.parse_args()


def _report(
    model: Model, device: str, questions: Sequence[Question], options: argparse.Namespace
) -> dict[str, list[Explanation]]:
    ways: dict[str, Callable[[], list[Explanation]]] = {
        "one by one": lambda: [_alone(model, question) for question in questions],
        "explain_many": lambda: _many(model, questions),
    }
    for tokens in options.tokens:
        ways[f"explain_many, {tokens} tokens"] = partial(_many, model, questions, tokens)
    for precision in PRECISIONS[1:] if device == "cuda" else options.precisions:
        ways[f"explain_many, {precision}"] = partial(_many, model, questions, precision=precision)
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    found: dict[str, list[Explanation]] = {}
    for count in range(options.repeats + 1):
        for name, run in ways.items():
            start = time.perf_counter()
            found[name] = run()
            if count:  # the first round warms up
                seconds[name].append(time.perf_counter() - start)
    info = model.info
    print(f"{info.name} ({info.layers} × {info.d_model}) on {device}, {len(questions)} sentences")
    alone = seconds["one by one"]
    for name, taken in seconds.items():
        ratio = statistics.median(a / t for a, t in zip(alone, taken, strict=True))
        rate = len(questions) / statistics.median(taken)
        print(f"  {name:28s} {rate:8.1f} sentences/s   {ratio:5.2f} × one by one")
    return found


def _alone(model: Model, question: Question) -> Explanation:
    assert question.contrast is not None
    correct, wrong = question.contrast.correct, question.contrast.wrong
    return explain(model, question.text, correct=correct, wrong=wrong)


def _many(
    model: Model,
    questions: Sequence[Question],
    tokens: int | None = None,
    precision: Precision = "full",
) -> list[Explanation]:
    usual = dict(together.MOST_TOKENS)
    if tokens is not None:
        together.MOST_TOKENS.update(dict.fromkeys(usual, tokens))
    answers = list(explain_many(model, questions, precision=precision))
    together.MOST_TOKENS.update(usual)
    failed = [answer for answer in answers if isinstance(answer, ExplainerError)]
    if failed:
        raise failed[0]
    return [answer for answer in answers if isinstance(answer, Explanation)]


def _apart(one: Sequence[Explanation], other: Sequence[Explanation]) -> float:
    """The largest difference between the integrated gradients of the same words, in logits."""
    return max(
        abs(a - b)
        for first, second in zip(one, other, strict=True)
        for a, b in zip(first.influence, second.influence, strict=True)
    )


if __name__ == "__main__":
    main()
