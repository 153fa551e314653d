"""Method, in the end: what the numbers mean and what they do not, each limit with its example."""

from __future__ import annotations

import re
from dataclasses import replace

import streamlit as st

from explainer import Explanation
from explainer.app import compute
from explainer.app.compute.method import word_influence
from explainer.app.method.lesson import LINKED
from explainer.app.widgets.markdown import plain
from explainer.base import assets
from explainer.base.numbers import counted, percent, signed
from explainer.figures.canvas.text import clean
from explainer.results.beside.stability import EXAMPLE
from explainer.results.metrics import concentration, outdone
from explainer.results.pattern import Pattern
from explainer.results.settings import Baseline, Settings

PAPER = "https://arxiv.org/abs/2011.00740"
EMPTY: dict[Baseline, str] = {
    "mask": "[MASK] everywhere",
    "zero": "zero vectors",
    "pad": "[PAD] everywhere",
}


def limits_section(explanation: Explanation, pattern: Pattern) -> None:
    """Limits, and where to read on."""
    st.subheader("6 · What the numbers mean, and what they do not")
    with st.spinner("Looking for counterexamples …"):
        points = (
            _baseline(pattern),
            _greedy(explanation),
            _signs(explanation),
            _one_path(explanation),
        )
    for point in (*points, _local()):
        st.markdown(f"- {point}")
    with st.expander("The mathematics in full"):
        st.markdown(_document())
    st.markdown(
        f"After Lu, Wang, Mardziel and Datta, [Influence Patterns for Explaining Information Flow "
        f"in BERT]({PAPER}), NeurIPS 2021."
    )


def _document() -> str:
    """docs/method.md without its title, and with names for links to files beside it."""
    whole = assets.METHOD.read_text(encoding="utf-8").partition("\n")[2]
    return re.sub(r"\[([^\]]+)\]\((?!https?:)[^)]*\)", r"`docs/\1`", whole)


def _baseline(pattern: Pattern) -> str:
    """The same word against other empty inputs."""
    request = LINKED.get().request
    against = []
    for baseline, name in EMPTY.items():
        found, rough = word_influence(replace(request, settings=Settings(baseline=baseline)))
        but = " (rough: a large gap)" if rough else ""
        against.append(f"{signed(found[pattern.source])} against {name}{but}")
    return (
        f"**The baseline is a choice.** “{plain(clean(pattern.token))}” has "
        f"{plain(', '.join(against))}. Take the one that means “nothing said” in your question, "
        "and look at another before you build on a small value."
    )


def _greedy(explanation: Explanation) -> str:
    """What Explore's own search finds."""
    request = LINKED.get().request
    joint = replace(request.settings, search="joint")
    wide = compute.explanation(replace(request, settings=joint))
    better = outdone(explanation.patterns, wide.patterns, "attention")
    said = (
        "**Refinement is greedy.** It never takes a step back, and heads and skips are chosen "
        "greedily too, along the nodes that it found. Explore’s joint search, which follows "
        f"{joint.beam} partial patterns of nodes, heads and skips together, finds "
    )
    if not better:
        return said + "no stronger one here."
    found, wider = better[0]
    return said + plain(
        f"a stronger one for {len(better)} of {counted(len(explanation.patterns), 'word')}: for "
        f"“{clean(found.token)}” {signed(wider.attention_influence, 3)} instead of "
        f"{signed(found.attention_influence, 3)}."
    )


def _signs(explanation: Explanation) -> str:
    """How much flows both ways."""
    flow = explanation.flow
    assert flow is not None
    forth, back = flow.by_sign()
    block = int(back.argmin())
    return (
        f"**Signs cancel.** {plain(f'In block {block}, {signed(forth[block])} and')} "
        f"{plain(f'{signed(back[block])} make {signed(forth[block] + back[block])}')}. A pattern "
        "can therefore carry more than the whole of its word’s influence, or less than nothing."
    )


def _one_path(explanation: Explanation) -> str:
    """What all the patterns together carry."""
    nodes, parts = (
        percent(concentration(explanation, explanation.patterns, level))
        for level in ("embedding", "attention")
    )
    return (
        f"**A pattern is one path of many.** The patterns of all words together carry {nodes} of "
        f"all influence along their nodes, and {parts} along their heads and skips. The rest takes "
        "other ways: the overlays on Explore show it. There a pattern with less than "
        f"{percent(EXAMPLE)} of its word’s influence is called an example of many, and “How sure "
        "is this path?” looks for it again by other searches, at more points and from other "
        "baselines."
    )


def _local() -> str:
    return (
        "**It is about this sentence and this contrast.** A head that carries influence here need "
        "not do so elsewhere, and influence is a derivative along the path, not an intervention. "
        "The what-ifs on Explore take the head away and run the model."
    )
