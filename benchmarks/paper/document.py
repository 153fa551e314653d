"""What stands between marks in docs/reproduction.md: verdicts, findings and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from benchmarks.paper.stored import Evidence
from benchmarks.paper.tables import model_tables, of_nouns
from explainer.base.assets import ROOT
from explainer.evaluation.evidence.finding import PERFORMANCE, Finding
from explainer.evaluation.evidence.written import SPACE

DOCUMENT = ROOT / "docs" / "reproduction.md"
WIDTH = 104


def sections(found: Evidence) -> dict[str, str]:
    """The text of every section that this evidence is for, by the name in its marks.

    Each model has one, an own file has one by the name of its task, and what is stored has the
    verdicts.
    """
    texts = {
        found.name or model: _model(
            found.of(model), [finding for finding in found.findings if finding.model == model]
        )
        for model in found.models
    }
    if not found.name:
        texts["verdicts"] = _verdicts(found)
    return {name: "\n".join(lines).strip().replace(SPACE, " ") for name, lines in texts.items()}


def _verdicts(found: Evidence) -> Iterator[str]:
    """Every claim and its tests with the verdict of each model, and what would have refuted it."""
    of = {(finding.claim, finding.model): finding for finding in found.findings}
    claims = {claim: finding for (claim, _), finding in of.items()}
    models = " | ".join(f"`{model}`" for model in found.models)
    yield f"| the paper’s finding, and its tests | {models} |"
    yield "|---|" + "---|" * len(found.models)
    for claim in claims:
        words = (f"**{of[claim, model].verdict}**" for model in found.models)
        yield f"| **{claim}** | {' | '.join(words)} |"
        for test in dict.fromkeys(each.test for one in found.findings for each in one.tests):
            tests = [
                [each.word for each in of[claim, model].tests if each.test == test]
                for model in found.models
            ]
            if any(tests):
                yield f"| {test} | {' | '.join(word[0] if word else '–' for word in tests)} |"
    yield ""
    for claim, finding in claims.items():
        yield from _item(f"“{claim}” {finding.control}")


def _model(found: Evidence, findings: Sequence[Finding]) -> Iterator[str]:
    """How many sentences, what they say to each claim, and the tables."""
    yield from _sentences(found)
    yield ""
    for finding in findings:
        yield from wrap(f"**{finding.claim.rstrip('.')}: {finding.verdict}.**", WIDTH)
        yield ""
        for test in finding.tests:
            yield from _item(test.text)
        # What is kept and cut, rival by rival, is in the tables.
        if finding.claim != PERFORMANCE.says:
            for point in finding.points:
                yield from _item(point)
        yield ""
    yield from model_tables(found.numbers, found.forms)


def _sentences(found: Evidence) -> Iterator[str]:
    """What was asked: sentences, the nouns that answers depend on, and the time one took."""
    yield "| task | sentences | nouns | left out | methods | seconds a sentence |"
    yield "|---|---|---|---|---|---|"
    for run in found.about:
        n = run["evaluated"]
        alike = (found.numbers["task"] == run["task"]) & (found.numbers["n"] == n)
        nouns = found.numbers.loc[alike, "clusters"].dropna()
        seconds = f"{run['seconds']:.2f}" if run.get("seconds") else "–"
        yield (
            f"| {run['task']} | {n:,} | {of_nouns(nouns.iloc[0] if len(nouns) else None, n)} "
            f"| {run['left_out']} | {len(run['options']['methods'])} | {seconds} |"
        )


def _item(text: str) -> Iterator[str]:
    """A point of a list, in lines."""
    said = text.replace(SPACE, " ")
    yield from wrap(f"- {said}", WIDTH, subsequent_indent="  ", break_on_hyphens=False)
