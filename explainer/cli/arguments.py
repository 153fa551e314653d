"""Options that commands share: the settings of the computation."""

from __future__ import annotations

import argparse

from explainer.results.settings import BASELINES, RULES, SEARCHES, Settings, usual_points

DEFAULTS = Settings()
Group = argparse._ArgumentGroup


def add_settings(parser: argparse.ArgumentParser) -> Group:
    """Add how the path is sampled and patterns are searched; the group of options."""
    group = parser.add_argument_group("how")
    group.add_argument(
        "--points",
        type=int,
        metavar="N",
        help="points on the path from the baseline, with the rule adaptive the most that it may "
        f"take (default: {usual_points('adaptive')} for adaptive, {usual_points('trapezoid')} for "
        "others)",
    )
    group.add_argument(
        "--rule",
        choices=RULES,
        default=DEFAULTS.rule,
        help="quadrature; adaptive adds points where the integrand turns (default: %(default)s)",
    )
    group.add_argument(
        "--tolerance",
        type=float,
        default=DEFAULTS.tolerance,
        metavar="T",
        help="error that the rule adaptive allows, as a share of Q(x) − Q(b) (default: "
        "%(default)s)",
    )
    group.add_argument(
        "--baseline",
        choices=BASELINES,
        default=DEFAULTS.baseline,
        help="where the path starts (default: %(default)s)",
    )
    group.add_argument(
        "--keep-special",
        action="store_true",
        help="let [CLS] and [SEP] keep their own embedding in the baseline",
    )
    group.add_argument(
        "--top-k",
        type=int,
        default=DEFAULTS.top_k,
        metavar="K",
        help="patterns kept per word (default: %(default)s)",
    )
    group.add_argument(
        "--search",
        choices=SEARCHES,
        default=DEFAULTS.search,
        help="joint: nodes, heads and skips together; staged, the paper's: nodes first "
        "(default: %(default)s)",
    )
    group.add_argument(
        "--beam",
        type=int,
        default=DEFAULTS.beam,
        metavar="B",
        help="partial patterns that the joint search follows per word (default: %(default)s)",
    )
    return group


def add_machine(parser: argparse.ArgumentParser) -> Group:
    """Add where it is computed, and how much memory may be taken; the group of options."""
    group = parser.add_argument_group("machine")
    group.add_argument(
        "--device", default="cpu", metavar="D", help="cpu, cuda or cuda:N (default: %(default)s)"
    )
    group.add_argument(
        "--memory",
        metavar="SIZE",
        help="memory to be taken, such as 2GB (default: $EXPLAINER_MEMORY, or a quarter of the "
        "free memory, between 0.5 and 4 GB on a processor)",
    )
    return group


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings that were given; raises ExplainerError where they do not go together."""
    return Settings(
        points=options.points,
        rule=options.rule,
        tolerance=options.tolerance,
        baseline=options.baseline,
        keep_special=options.keep_special,
        top_k=options.top_k,
        search=options.search,
        beam=options.beam,
    )
