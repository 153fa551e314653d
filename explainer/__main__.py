"""The ways in: `influence-patterns`, and `python -m explainer`."""

import gc
import io
import sys

from explainer.cli.main import MODULE, main


def run(program: str = "influence-patterns") -> int:
    """Run the command that the process was called with; its exit code."""
    # torch and transformers bring a million objects that stay: looked through for garbage as often
    # as usual, importing them takes a fifth longer.
    gc.set_threshold(50_000, 20, 20)
    # What is printed holds any character, whatever the locale of a pipe.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    code = main(program=program)
    gc.freeze()  # what is left goes with the process: to look through it takes a second
    return code


if __name__ == "__main__":
    sys.exit(run(MODULE))
