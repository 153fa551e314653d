"""How long the engine takes, beside plain integrated gradients and the published procedure.

Run `python -m benchmarks.engine` (options: --help). Everything is measured side by side in one
run, alternating, on the built-in model and on a random BERT of 12 layers × 768. Seconds are of
this machine at this moment; the ratios are what to quote.

- plain integrated gradients: one autograd forward + backward through the Hugging Face model on
  the same points, its weights frozen (so no time goes to their gradients);
- engine: all words, both levels; and the same with the total flow;
- published procedure: `tests.oracle`, one word of the sentence timed in full, times the
  number of words with influence (words cost the same).
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from transformers import BertConfig, BertForMaskedLM

from explainer import load_model
from explainer.api import follow
from explainer.influence.flow import total_flow
from explainer.influence.sampling.path import integration_path
from explainer.influence.search.refine import refine
from explainer.models.architectures.bert import adapt
from explainer.models.encode import without_gradients
from explainer.models.model import Model
from explainer.question.masks.word import masked_word
from explainer.question.readouts.logits import Logits
from explainer.question.readouts.quantity import Quantity
from explainer.question.sentence import Sentence, read_sentence
from explainer.results.settings import Settings
from tests import oracle as published

AT_ONCE = 50 * 128
"""Tokens × points that autograd differentiates at once: more take 10 GB and are no faster."""
TEXT = "the farmers that the assistant loves [MASK] old ."


@dataclass(frozen=True)
class Job:
    """One sentence under one model, ready to be explained by each of the rivals."""

    model: Model
    sentence: Sentence
    quantity: Quantity
    settings: Settings

    def engine(self) -> None:
        """All words, both levels."""
        with without_gradients():
            traced = follow(self.model, self.sentence, self.quantity, self.settings)
            refine(traced, self.sentence.tokens, top_k=1)

    def engine_with_flow(self) -> None:
        """All words, both levels, and the total flow."""
        with without_gradients():
            traced = follow(self.model, self.sentence, self.quantity, self.settings)
            refine(traced, self.sentence.tokens, top_k=1)
            total_flow(traced)

    def integrated_gradients(self) -> None:
        """Plain integrated gradients: autograd through the Hugging Face model."""
        right, wrong = self.quantity.classes
        for z in self._points():
            logits = self.model.network(inputs_embeds=z).logits[:, self.quantity.position]
            torch.autograd.grad((logits[:, right] - logits[:, wrong]).sum(), z)

    def encoder_gradients(self) -> None:
        """The same without the vocabulary head at positions other than the mask."""
        classes = torch.tensor(self.quantity.classes, device=self.model.adapter.device)
        for z in self._points():
            hidden = self.model.network.bert(inputs_embeds=z).last_hidden_state
            logits = self.model.adapter.logits(hidden[:, self.quantity.position], classes)
            torch.autograd.grad((logits[:, 0] - logits[:, 1]).sum(), z)

    def _points(self) -> list[torch.Tensor]:
        """The points of the path, as many at once as autograd has memory for."""
        at_once = max(1, AT_ONCE // len(self.sentence.tokens))
        points = published.path_points(self.problem())
        return [z.detach().requires_grad_() for z in points.split(at_once)]

    def published_word(self) -> None:
        """The published procedure for one word, both levels."""
        published.find_pattern(self.problem(), word=2, sign=1.0)

    def problem(self) -> published.Problem:
        """The same problem in the terms of the published procedure."""
        path = integration_path(self.model, self.sentence, self.settings)
        a, weights = path.a[:, 0].to(path.x), path.weights[:, 0].to(path.x)
        readout = self.quantity.readout
        assert isinstance(readout, Logits)
        asked = self.quantity.position, readout.classes, readout.weights
        return published.Problem(self.model.network, path.x, path.b, a, weights, *asked)


def main() -> None:
    """Measure and print."""
    options = _options()
    print(f"{TEXT!r}, are − is, {options.points} points ({options.threads or 'all'} threads)\n")
    if options.threads:
        torch.set_num_threads(options.threads)
    model = load_model(options.model)
    for measured in (model, large(model)):
        sentence = read_sentence(measured, TEXT)
        settings = Settings(points=options.points, rule="riemann")
        quantity = masked_word(measured, sentence, "are", "is")
        _report(Job(measured, sentence, quantity, settings), options.repeats)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time the engine beside its rivals.")
    parser.add_argument("--model", default="agreement", help="built-in name or folder")
    parser.add_argument("--points", type=int, default=50, help="points on the path (50)")
    parser.add_argument("--repeats", type=int, default=9, help="rounds; the median counts (9)")
    parser.add_argument("--threads", type=int, default=0, help="torch threads (torch's default)")
    return parser.parse_args()


def large(model: Model) -> Model:
    """A random BERT of 12 layers × 768 with the tokenizer of `model`."""
    torch.manual_seed(0)
    config = BertConfig(vocab_size=model.network.config.vocab_size)
    network = BertForMaskedLM._from_config(config, attn_implementation="eager")
    network = network.eval().requires_grad_(False)
    info = replace(model.info, name="random BERT", layers=12, heads=12, d_model=768)
    return replace(model, info=info, network=network, adapter=adapt(network))


def _report(job: Job, repeats: int) -> None:
    rivals: dict[str, Callable[[], None]] = {
        "plain integrated gradients": job.integrated_gradients,
        "  without unused vocabulary rows": job.encoder_gradients,
        "engine, all words, both levels": job.engine,
        "engine with total flow": job.engine_with_flow,
    }
    times = _alternate(rivals, repeats)
    start = time.perf_counter()
    job.published_word()
    word = time.perf_counter() - start
    words = len(job.sentence.tokens) - 1
    info = job.model.info
    print(f"{info.name}: {info.layers} layers × {info.heads} heads × {info.d_model}")
    plain = times["plain integrated gradients"]
    for name, seconds in times.items():
        ratio = statistics.median(s / p for s, p in zip(seconds, plain, strict=True))
        print(f"  {name:34s} {statistics.median(seconds):7.3f} s   {ratio:6.2f} × plain")
    engine = statistics.median(times["engine, all words, both levels"])
    whole = word * words
    print(f"  {'published procedure':34s} {whole:7.1f} s   {whole / engine:6.0f} × the engine\n")


def _alternate(rivals: dict[str, Callable[[], None]], repeats: int) -> dict[str, list[float]]:
    """Seconds of each rival, in turn, after one round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in rivals}
    for count in range(repeats + 1):
        for name, run in rivals.items():
            start = time.perf_counter()
            run()
            if count:
                times[name].append(time.perf_counter() - start)
    return times


if __name__ == "__main__":
    main()
