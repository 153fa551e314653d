"""How the engine's time and memory grow with the length of the text, beside integrated gradients.

Run `python -m benchmarks.lengths` (options: --help). All words, both levels, 24 trapezoid points,
measured side by side and in turn in one run; the yardstick is the encoder alone under autograd at
the same points, with the head at the target only, and plain integrated gradients through the whole
Hugging Face model, too long for long texts, is printed beside it; so is the engine with as many
points as the adaptive rule, the default, needs. Seconds are of this machine at this moment; the
ratios are what to quote. The peak is that of a process of its own, which does nothing else.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch

from benchmarks.engine import Job, large
from explainer import Settings, explain, load_model
from explainer.models.model import Model
from explainer.question.masks.word import masked_word
from explainer.question.sentence import read_sentence

PHRASE = "the old farmers that the assistant loves and the bad boys that the teachers know "
SHORT = (12, 32, 64, 128)
LONG = (256, 512)
COLUMNS = ("encoder", "plain", "engine", "adaptive")
FIXED = Settings(rule="trapezoid")
"""The same points for everyone who is timed."""


def main() -> None:
    """Measure and print."""
    options = _options()
    if options.threads:
        torch.set_num_threads(options.threads)
    if options.peak:
        _peak(options.networks[0], options.lengths[0], options.memory)
        return
    print(
        "network      tokens   encoder IG     plain IG       engine     adaptive    ratio   "
        "(plain)  adaptive's   peak"
    )
    for name in options.networks:
        for n_tokens in options.lengths:
            print(_measured(name, n_tokens, options), flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time the engine by the length of the text.")
    parser.add_argument("--networks", nargs="*", default=["agreement", "large"])
    parser.add_argument("--lengths", nargs="*", type=int, default=[*SHORT, *LONG])
    parser.add_argument("--repeats", type=int, default=5, help="rounds up to 128 tokens (5)")
    parser.add_argument("--threads", type=int, default=0, help="torch threads (torch's default)")
    parser.add_argument("--memory", default="2 GB", help="memory budget (2 GB)")
    parser.add_argument("--peak", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def text_of(n_tokens: int) -> str:
    """A text of so many tokens with [CLS], [SEP] and a mask near its end."""
    words = (PHRASE * n_tokens).split()[: n_tokens - 6]
    return " ".join([*words, "are [MASK] old ."])


def network(name: str) -> Model:
    """The built-in model, or a random BERT of 12 × 768 that takes 512 tokens."""
    model = load_model()
    return model if name == "agreement" else replace(large(model), max_tokens=512)


def _measured(name: str, n_tokens: int, options: argparse.Namespace) -> str:
    model = network(name)
    if n_tokens > model.max_tokens:
        return f"{name:12} {n_tokens:6}   is more than the model takes ({model.max_tokens})"
    sentence = read_sentence(model, text_of(n_tokens))
    job = Job(model, sentence, masked_word(model, sentence, "are", "is"), FIXED)
    explained = partial(
        explain, model, text_of(n_tokens), correct="are", wrong="is", memory=options.memory
    )
    ways: dict[str, Callable[[], object]] = {
        "encoder": job.encoder_gradients,
        **({} if n_tokens in LONG else {"plain": job.integrated_gradients}),
        "engine": partial(explained, settings=FIXED),
        **({} if n_tokens in LONG else {"adaptive": partial(explained, settings=Settings())}),
    }
    rounds = options.repeats if n_tokens <= max(SHORT) else 1
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for count in range(rounds + 1):
        for way, run in ways.items():
            if rounds == 1 and count == 0:
                continue  # minutes: no round is given away
            start = time.perf_counter()
            run()
            if count:
                taken[way].append(time.perf_counter() - start)
    median = {way: statistics.median(seconds) for way, seconds in taken.items()}

    def ratio(way: str, yardstick: str) -> str:
        if way not in taken or yardstick not in taken:
            return "–"
        pairs = zip(taken[way], taken[yardstick], strict=True)
        return f"{statistics.median(w / y for w, y in pairs):.2f}"

    numbers = [f"{median[way]:10.2f} s" if way in median else f"{'–':>12}" for way in COLUMNS]
    beside = ratio("engine", "encoder"), ratio("engine", "plain"), ratio("adaptive", "encoder")
    ratios = "{:>8} {:>9} {:>11}".format(*beside)
    peak = _peak_of(name, n_tokens, options)
    return f"{name:12} {n_tokens:6} {' '.join(numbers)} {ratios}   {peak}"


def _peak_of(name: str, n_tokens: int, options: argparse.Namespace) -> str:
    command = [sys.executable, "-m", "benchmarks.lengths", "--peak", "--networks", name]
    command += ["--lengths", str(n_tokens), "--memory", options.memory]
    command += ["--threads", str(options.threads)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _peak(name: str, n_tokens: int, memory: str) -> None:
    text = text_of(n_tokens)
    explain(network(name), text, correct="are", wrong="is", settings=FIXED, memory=memory)
    # Not getrusage: a process that another one starts begins with that one's peak.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    print(f"{int(kilobytes) / 2**20:.2f} GB")


if __name__ == "__main__":
    main()
