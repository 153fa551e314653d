"""`python -m explainer`."""

import io
import sys

from explainer.cli.main import main

if __name__ == "__main__":
    # What is printed holds any character, whatever the locale of a pipe.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main())
