"""The command `explain` for two texts word by word: the matrix, its links, or one pair's ways."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any

from explainer.base.checks import whole
from explainer.base.errors import ExplainerError
from explainer.cli.output import Format, put
from explainer.cli.table import Rows, align, explanation_table, signed
from explainer.figures.similarity.said import token_name
from explainer.figures.similarity.view import LINKS, MOST_LINKS
from explainer.results.settings import Settings
from explainer.results.similarity.matrix import SimilarityMatrix
from explainer.results.similarity.paths import SimilarityPaths
from explainer.results.similarity.side import Side

OF_ONE = ("correct", "wrong", "label", "other", "word", "answer", "scores", "words")
SWITCHES = ("flow", "heads", "candidates", "stability")
"""Options that ask for something of one explanation."""


def add_similarity(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    group = parser.add_argument_group("of a sentence encoder and a --pair, word by word")
    ways = group.add_mutually_exclusive_group()
    ways.add_argument(
        "--matrix",
        action="store_true",
        help="how much each word of one text and each of the other add to the cosine, together",
    )
    ways.add_argument(
        "--links", action="store_true", help="the same, drawn as links between the two texts"
    )
    ways.add_argument(
        "--between",
        nargs=2,
        metavar=("W1", "W2"),
        help="the ways by which a word of the first text and one of the second come to what they "
        "add together; one that a text has several times as 'the (4)', with its token",
    )
    group.add_argument(
        "--pairs",
        type=int,
        default=LINKS,
        metavar="N",
        help="strongest pairs in a table, and links in a figure (default: %(default)s)",
    )


def is_asked(options: argparse.Namespace) -> bool:
    """Whether one of them is asked for; raises ExplainerError for what does not go with it."""
    named = [f"--{name}" for name in ("matrix", "links", "between") if getattr(options, name)]
    if not named:
        return False
    whole("number of pairs (--pairs)", options.pairs, 1, MOST_LINKS)
    also = [name for name in OF_ONE if getattr(options, name) is not None]
    also += [name for name in SWITCHES if getattr(options, name)]
    also += ["precision"] if options.precision != "full" else []
    if also:
        raise ExplainerError(
            f"--{also[0]} belongs to an explanation of one text, and {named[0]} looks at two word "
            "by word: leave one of them out."
        )
    return True


def explain_similarity(
    model: Any, options: argparse.Namespace, settings: Settings, chosen: Format
) -> None:
    """Compute what is asked for, and write it."""
    from explainer.base.budget import given_budget
    from explainer.cli.waiting import computing, interruptible
    from explainer.influence.effort.estimate import estimate
    from explainer.influence.effort.similarity import matrix_effort, paths_effort
    from explainer.influence.effort.size import Size
    from explainer.influence.similarity.matrix import read_both, similarity_matrix
    from explainer.influence.similarity.paths import similarity_paths

    both = read_both(model, options.text, options.pair)
    for note in both[0].notes + both[1].notes:
        print(f"note: {note}", file=sys.stderr)
    sizes = [len(one.tokens) for one in both]
    budget = given_budget(options.memory, model.adapter.device)
    find: Callable[[], SimilarityMatrix | SimilarityPaths]
    texts, how = (options.text, options.pair), {"settings": settings, "memory": options.memory}
    if options.between:
        pooled = model.pooling.mode == "mean"
        work = paths_effort(model.adapter, sizes, settings, budget, pooled)

        def find() -> SimilarityPaths:
            return similarity_paths(model, *texts, *options.between, **how)

    else:
        work = matrix_effort(model.adapter, sizes, settings)

        def find() -> SimilarityMatrix:
            return similarity_matrix(model, *texts, **how)

    effort = estimate(model, Size(max(sizes)), settings, budget, times=0, beside=work)
    with interruptible("there is no result"), computing("Comparing …", effort):
        found = find()
    if isinstance(found, SimilarityMatrix):
        _warn([found.gap_warning], chosen)
        put(_matrix(found, chosen, options), options.out)
    else:
        _warn([found.first.gap_warning, found.second.gap_warning], chosen)
        put(_paths(found, chosen, options), options.out)


def _warn(warnings: list[str | None], chosen: Format) -> None:
    """Say what is wrong, where no table says it."""
    for warning in warnings:
        if warning and chosen != "table":
            print(f"warning: {warning}", file=sys.stderr)


def _matrix(found: SimilarityMatrix, chosen: Format, options: argparse.Namespace) -> str | bytes:
    if chosen == "json":
        return found.to_json(indent=2) + "\n"
    if chosen == "table":
        return matrix_table(found, options.pairs, merge_pieces=options.merge_pieces)
    # Figures are only loaded by those who draw.
    from explainer.figures import similarity_html, similarity_svg

    view: dict[str, Any] = {
        "kind": "links" if options.links else "matrix",
        "links": options.pairs,
        "merge_pieces": options.merge_pieces,
    }
    if chosen == "html":
        return similarity_html(found, **view)
    return _picture(similarity_svg(found, **view), chosen)


def _paths(found: SimilarityPaths, chosen: Format, options: argparse.Namespace) -> str | bytes:
    if chosen == "json":
        return found.to_json(indent=2) + "\n"
    view: dict[str, Any] = {
        "level": options.level,
        "minimum_share": options.minimum_share,
        "merge_pieces": options.merge_pieces,
    }
    if chosen == "table":
        return paths_table(found, **view)
    from explainer.figures import similarity_paths_html, similarity_paths_svg

    if chosen == "html":
        return similarity_paths_html(found, **view)
    return _picture(similarity_paths_svg(found, **view), chosen)


def _picture(svg: str, chosen: Format) -> str | bytes:
    if chosen == "svg":
        return svg
    from explainer.figures.canvas.pdf import to_pdf

    return to_pdf(svg)


def matrix_table(found: SimilarityMatrix, pairs: int, *, merge_pieces: bool = True) -> str:
    """The sum and the references' terms, the strongest pairs, and the matrix; rows are words, or
    their pieces."""
    words = found.of_words() if merge_pieces else found
    first, second = ([token_name(s, at) for at in range(len(s.tokens))] for s in _sides(words))
    strongest = [(first[i], second[j], signed(s)) for i, j, s in words.strongest(pairs)]
    rows = [
        (name, *(signed(score) for score in row))
        for name, row in zip(first, words.scores.tolist(), strict=True)
    ]
    parts = [_head(found, words)]
    parts.append(
        align(("first text", "second text", "S"), strongest) if strongest else "No text has a word."
    )
    parts.append(align(("S", *second), rows))
    return "\n\n".join(parts) + "\n"


def _sides(matrix: SimilarityMatrix) -> tuple[Side, Side]:
    return matrix.first, matrix.second


def _head(found: SimilarityMatrix, words: SimilarityMatrix) -> str:
    model, settings = found.model, found.settings
    rest = found.cosine - found.explained
    kept = ", [CLS] and [SEP] kept" if settings.keep_special else ""
    return "\n".join(
        (
            f"model       {model.name}: {model.task}, {model.layers} layers × {model.heads} heads "
            f"× {model.d_model}",
            f"first       {' '.join(words.first.tokens)}",
            f"second      {' '.join(words.second.tokens)}",
            f"sum of S    {signed(found.sum)}   gap {signed(found.completeness_gap)} "
            f"({found.first.points} and {found.second.points} {settings.rule} points, "
            f"{settings.baseline} baseline{kept})",
            f"references  {signed(rest)} = f(a)·f(r_b) {signed(found.first_to_reference)} "
            f"+ f(r_a)·f(b) {signed(found.second_to_reference)} "
            f"− f(r_a)·f(r_b) {signed(found.references)}",
            f"cosine      {signed(found.cosine)}, which both add up to but for the gap",
            *([f"warning     {found.gap_warning}"] if found.gap_warning else ()),
        )
    )


def paths_table(found: SimilarityPaths, *, merge_pieces: bool = True, **view: Any) -> str:
    """What the pair adds, then the table of each of its two explanations."""
    view["merge_pieces"] = merge_pieces
    names = [
        _words(Rows.of(one, merge_pieces), tokens)
        for one, tokens in (
            (found.first, found.first_tokens),
            (found.second, found.second_tokens),
        )
    ]
    says = (
        f"{names[0]} (first text) and {names[1]} (second text) add {signed(found.score)} to the "
        f"cosine together, by the second text's path {signed(found.second_score)}.\n"
    )
    tables = (
        explanation_table(one, asked=f"the share of {one.target.label} in the cosine", **view)
        for one in (found.first, found.second)
    )
    return "\n".join((says, *tables))


def _words(rows: Rows, tokens: Sequence[int]) -> str:
    """What the rows of some tokens say."""
    return " ".join(rows.shown.tokens[row] for row in dict.fromkeys(map(rows.row, tokens)))
