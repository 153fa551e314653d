"""Print how often the model `agreement` prefers BLiMP's right sentence, as in its model card.

BLiMP (Warstadt et al., TACL 2020) was not trained on, and its templates are not those of the
generated sentences: an independent benchmark. Of a pair that differs in one word that word is
masked, and the model is right where the right word's logit is the larger one. Other pairs, and
words that are no token of the vocabulary, cannot be asked; how many they are stands beside.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from explainer import ExplainerError, load_model
from explainer.evaluation.question import read_case
from explainer.evaluation.reading.cases import Columns, cases_of_file
from explainer.models.model import Model
from explainer.question.predictions import logits_of
from explainer.tasks import Case
from training.measure import Accuracy
from training.report import per_cent, together


@dataclass(frozen=True)
class Paradigm:
    """One of BLiMP's files: how often the model was right, and how many pairs it was not asked."""

    name: str
    accuracy: Accuracy
    left_out: int


def measured(model: Model, name: str, cases: Sequence[Case]) -> Paradigm:
    """The accuracy on those of the cases that the model can be asked."""
    right: list[bool] = []
    for case in cases:
        try:
            sentence, quantity = read_case(model, case)
        except ExplainerError:
            continue
        correct, wrong = logits_of(model, sentence)[list(quantity.classes)].tolist()
        right.append(correct > wrong)
    return Paradigm(name, Accuracy(sum(right), len(right)), len(cases) - len(right))


def table(found: Sequence[Paradigm]) -> list[str]:
    """A Markdown table: each paradigm, then all of them."""
    asked = [one for one in found if one.accuracy.asked]
    whole = together([one.accuracy for one in asked])
    lines = ["| BLiMP | right, % | pairs asked | not asked |", "|---|---|---|---|"]
    for one in found:
        share = per_cent(one.accuracy) if one.accuracy.asked else "–"
        name = one.name.replace("_", " ")
        lines.append(f"| {name} | {share} | {one.accuracy.asked:,} | {one.left_out:,} |")
    left = sum(one.left_out for one in found)
    if asked:
        lines.append(f"| all | {per_cent(whole)} | {whole.asked:,} | {left:,} |")
    return lines


def main() -> None:
    """Measure every file of the folder and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", default="agreement")
    parser.add_argument("--data", type=Path, required=True, help="a folder of BLiMP's JSON lines")
    parser.add_argument("--good-column", default="sentence_good")
    parser.add_argument("--bad-column", default="sentence_bad")
    options = parser.parse_args()
    columns = Columns(good=options.good_column, bad=options.bad_column)
    model = load_model(options.model)
    found = [
        measured(model, file.stem, cases_of_file(file, file.stem, columns))
        for file in sorted(options.data.glob("*.jsonl"))
    ]
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
