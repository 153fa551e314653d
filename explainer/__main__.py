"""The ways in: `influence-patterns`, and `python -m explainer`."""

import io
import sys

from explainer.cli.main import MODULE, main


def run(program: str = "influence-patterns") -> int:
    """Run the command that the process was called with; its exit code."""
    # What is printed holds any character, whatever the locale of a pipe.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    return main(program=program)


if __name__ == "__main__":
    sys.exit(run(MODULE))
