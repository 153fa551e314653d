"""Works that a process beside the server is asked for in tests."""

import os
import signal
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from explainer import ExplainerError
from explainer.base.checkpoint import checkpoint, steps
from explainer.base.errors import UnlikeWordsError


def number(n, _):
    return n


def endless(_):
    while True:
        time.sleep(0.005)
        checkpoint()


def deaf(_):
    """Never looks up."""
    while True:
        time.sleep(0.05)


def counting(_):
    for _ in steps(range(4)):
        time.sleep(0.15)
    return "counted"


@dataclass(frozen=True)
class Noted:
    """Writes down when it begins, and then takes so many steps."""

    path: str
    steps: int

    def __call__(self, _):
        with Path(self.path).open("a") as file:
            file.write("begun\n")
        for _ in steps(range(self.steps)):
            time.sleep(0.15)
        return "done"


def fails(error, _):
    raise error


def needs_too_much(_):
    import torch

    torch.empty(2**60)


def killed(_):
    os.kill(os.getpid(), signal.SIGKILL)


def prints(_):
    print("to nobody")
    return "printed"


def process(_):
    return os.getpid()


KINDS = {
    "mendable": partial(fails, ExplainerError("It can be mended.", on_page="On a page.")),
    "words": partial(fails, UnlikeWordsError("One has two pieces")),
    "broken": partial(fails, ZeroDivisionError("a mistake")),
}


def its_budget(_):
    from explainer.app.work.limits import budget

    return budget()


def its_model(loaded):
    """Which model it is computed with: the version of its files, and what tells its weights."""
    return loaded.version, loaded.model.fingerprint
