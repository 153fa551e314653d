"""Whether a similarity matrix says what two words do together when they are really masked.

Run `python -m benchmarks.similarity`. What becomes of the cosine when a word of each text is masked
is not only what either does by itself: the rest, cos(a, b) − cos(a∖i, b) − cos(a, b∖j) +
cos(a∖i, b∖j) = (f(a) − f(a∖i)) · (f(b) − f(b∖j)), belongs to the pair. Over all pairs of words of
some pairs of texts it prints how far four numbers agree with it: S of the matrix; the product of
the two words' influences, which knows nothing of pairs; and the cosines of their last hidden states
and of their word embeddings, which know nothing of what counts for the similarity. By rank
correlation, by that of what is left without the means of rows and columns (a word that matters with
every other is no news of a pair), and by whether the strongest pair is the same. With 95 %
intervals, texts drawn again (2,000 draws).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from explainer import Settings, load_model, similarity_matrix
from explainer.influence.similarity.matrix import read_both
from explainer.models.encode import last_hidden, without_gradients, word_embeddings
from explainer.models.model import Model
from explainer.question.predictions import embedding_of
from explainer.question.sentence import Sentence
from explainer.results.metrics import rank_correlation

Array = NDArray[np.float64]

TEXTS = (
    ("A man is playing a guitar.", "Someone makes music."),
    ("The train was late because of heavy snow.", "Snow stopped the trains."),
    ("The child eats an apple in the garden.", "A girl is having fruit outside."),
    ("The court found the company guilty.", "Judges ruled against the firm."),
    ("She bought a new car last week.", "He sold his old bike yesterday."),
    ("The doctor gave the patient some medicine.", "A nurse treated a sick person."),
    ("Birds fly south in winter.", "In the cold season many animals migrate."),
    ("The price of oil rose sharply.", "Fuel became more expensive."),
    ("Students read books in the library.", "Pupils study where books are kept."),
    ("The dog chased the cat up a tree.", "A kitten fled from a puppy."),
    ("The government raised taxes on tobacco.", "Cigarettes cost more since the new law."),
    ("My brother cooked rice and fish for dinner.", "The meal was prepared by a relative."),
    ("The river flooded several villages.", "Water covered the streets of small towns."),
    ("Scientists discovered a planet near a distant star.", "Astronomers found a new world."),
    ("The team lost the game in the last minute.", "Our players were beaten at the end."),
    ("The bridge was closed for repairs.", "Workers are fixing the road over the river."),
    ("A woman is cutting vegetables.", "Someone slices carrots in the kitchen."),
    ("The bank refused the loan.", "They would not lend him money."),
    ("The farmer planted corn in spring.", "Crops are sown when the cold is over."),
    ("The film won three prizes.", "A movie received several awards."),
    ("The plane landed safely after the storm.", "The flight arrived despite bad weather."),
    ("The old house has a red roof.", "This building is very ancient."),
    ("The teacher explained the rule twice.", "The class was told again how it works."),
    ("Two boys are swimming in the lake.", "Children enjoy the water."),
)
DRAWS = 2000


def masked(model: Model, sentence: Sentence) -> Array:
    """f(a) − f(a∖i) of every token i [token, out], with the mask in its place."""

    def unit(read: Sentence) -> Array:
        embedding = embedding_of(model, read).double()
        return np.asarray((embedding / embedding.norm()).cpu().numpy())

    ids, whole = sentence.token_ids, unit(sentence)
    assert model.mask_id is not None
    return np.array(
        [
            whole - unit(replace(sentence, token_ids=(*ids[:at], model.mask_id, *ids[at + 1 :])))
            for at in range(len(ids))
        ]
    )


def of_words(sentence: Sentence) -> list[int]:
    """The positions of all but [CLS] and [SEP]."""
    return [at for at, word in enumerate(sentence.words) if word is not None]


def centred(table: Array) -> Array:
    """What is left of a table without the means of its rows and columns."""
    rows, columns = table.mean(1, keepdims=True), table.mean(0, keepdims=True)
    return np.asarray(table - rows - columns + table.mean())


def cosines(one: Tensor, other: Tensor) -> Array:
    """Of every vector of the one and every one of the other."""
    units = (functional.normalize(x.double(), dim=-1) for x in (one, other))
    first, second = units
    return np.asarray((first @ second.T).cpu().numpy())


def found(model: Model, text: str, pair: str, settings: Settings) -> tuple[Array, dict[str, Array]]:
    """What pairs of words do together when they are masked, and what is held against it."""
    one, other = read_both(model, text, pair)
    where = np.ix_(of_words(one), of_words(other))
    matrix = similarity_matrix(model, text, pair, settings=settings)
    both = one, other
    z = [word_embeddings(model.adapter, read.token_ids) for read in both]
    with without_gradients():
        last = [model.adapter.returned(last_hidden(model.adapter, read))[0] for read in both]
    rivals = {
        "S of the matrix": matrix.scores,
        "product of influences": np.outer(matrix.first_influence, matrix.second_influence),
        "cosine of last hidden states": cosines(*last),
        "cosine of word embeddings": cosines(*z),
    }
    together = masked(model, one) @ masked(model, other).T
    return together[where], {name: table[where] for name, table in rivals.items()}


MEASURES: dict[str, Callable[[Array, Array], float]] = {
    "all pairs": lambda x, y: rank_correlation(x.ravel(), y.ravel()),
    "without means": lambda x, y: rank_correlation(centred(x).ravel(), centred(y).ravel()),
    "strongest pair": lambda x, y: float(x.argmax() == y.argmax()),
}


def measured(model: Model, settings: Settings) -> dict[str, Array]:
    """Of each way to score pairs its measures [text, measure]."""
    rows: dict[str, list[list[float]]] = {}
    for text, pair in TEXTS:
        together, tables = found(model, text, pair, settings)
        for name, table in tables.items():
            rows.setdefault(name, []).append([f(table, together) for f in MEASURES.values()])
    return {name: np.array(every) for name, every in rows.items()}


def main() -> None:
    """Print a row for each way to score pairs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="similarity", help="default: %(default)s")
    parser.add_argument("--baseline", default="mask", help="default: %(default)s")
    options = parser.parse_args()
    model = load_model(options.model)
    tables = measured(model, Settings(baseline=options.baseline))
    draws = np.random.default_rng(0).integers(0, len(TEXTS), (DRAWS, len(TEXTS)))
    print(f"{len(TEXTS)} pairs of texts, {options.model}, {options.baseline} baseline")
    print(f"{'':30}" + "".join(f"{name:>24}" for name in MEASURES))
    for name, table in tables.items():
        low, high = np.percentile(table[draws].mean(1), (2.5, 97.5), axis=0)
        cells = zip(table.mean(0), low, high, strict=True)
        print(f"{name:30}" + "".join(f"{m:9.2f} [{a:5.2f}, {b:5.2f}]" for m, a, b in cells))


if __name__ == "__main__":
    main()
