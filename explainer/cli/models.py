"""The command `models`: what can be loaded, and what the cards of the built-in models say."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from explainer.cli.table import models_table


def add_models(commands: Any, program: str) -> None:
    """Add the command to the parser's `commands`."""
    parser = commands.add_parser(
        "models",
        help="list the models that can be loaded",
        description="List the built-in models, those already downloaded, and some to download. "
        "Any folder or hub id of a BERT with safetensors weights can be loaded too.",
        epilog=f"example:\n  {program} models",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=_run)


def _run(_: argparse.Namespace) -> None:
    from explainer.models.cards import cards
    from explainer.models.registry import available_models

    sys.stdout.write(models_table(available_models()))
    for card in cards():
        print(f"\n{card.name}: licence {card.licence}, made from {card.base}\n  {card.file}")
