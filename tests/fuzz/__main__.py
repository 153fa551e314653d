"""`make fuzz`: hostile input by the thousand, every subject counted, from one seed.

The same seed and number of cases draw the same cases. A find fails its test, with the case; mend
it, and add a small fixed test where such tests are. Files of tests and options are pytest's.
"""

import argparse
import os
import secrets
import sys
from pathlib import Path

import pytest

CASES = 100_000
HERE = str(Path(__file__).parent)


def main() -> int:
    """Run it; pytest's exit code."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seed", default=str(secrets.randbelow(10**6)))
    parser.add_argument("--cases", type=int, default=CASES, metavar="N")
    asked, more = parser.parse_known_args()
    os.environ |= {"EXPLAINER_FUZZ": str(asked.cases), "EXPLAINER_FUZZ_SEED": asked.seed}
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    print(f"{asked.cases:,} cases: make fuzz SEED={asked.seed} CASES={asked.cases}", flush=True)
    places = [] if any(Path(one.split("::")[0]).exists() for one in more) else [HERE]
    return int(pytest.main(["-n", "2", "--dist", "worksteal", "--tb", "short", *more, *places]))


if __name__ == "__main__":
    sys.exit(main())
