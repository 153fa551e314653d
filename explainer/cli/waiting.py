"""What somebody at a terminal is told while a command computes: its estimate, and how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from explainer.base.checkpoint import checkpoints
from explainer.influence.effort.estimate import Estimate


def status(text: str) -> AbstractContextManager[Any]:
    """Show on a terminal what is going on, and take it away again; elsewhere show nothing."""
    from rich.console import Console
    from rich.text import Text

    return Console(stderr=True).status(Text(text))


@contextmanager
def computing(text: str, found: Estimate) -> Iterator[None]:
    """Show on a terminal that something is computed; say on stderr, everywhere, what takes long.

    That also gets a bar on a terminal.
    """
    if not found.slow:
        with status(text):
            yield
        return
    say(found)
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = ("{task.description}", BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True
    ) as bar:
        task = bar.add_task("explaining", total=1.0)
        with checkpoints(lambda: None, lambda done: bar.update(task, completed=done)):
            yield


def say(found: Estimate, name: str = "") -> None:
    """Say on stderr how long something takes, where that is long."""
    if found.slow:
        print(f"{name and f'{name}: '}this takes {found.says}", file=sys.stderr)


@contextmanager
def counting(name: str, total: int) -> Iterator[Callable[[int, int], None]]:
    """Show a bar on a terminal, elsewhere nothing; yields what takes (done, total) sentences."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(escape(name), total=total)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def interruptible(what: str) -> Iterator[None]:
    """Let an interruption say what has become of the work."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"interrupted: {what}") from None
