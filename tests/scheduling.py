"""Which of several processes runs which tests: whole files, so that each is set up once."""

from collections import Counter
from collections.abc import Iterable

from xdist.scheduler import LoadFileScheduling

BROWSERS = 2
"""How many processes drive a browser, each with a server of its own, while others compute: tests of
pages wait for much of their time, and a third browser only makes the two slower."""
PAGES = "tests/browser/"


class ByFile(LoadFileScheduling):
    """Whole files, and those that drive a browser in as many groups as there are browsers.

    Groups that a mark would name come to nothing with pytest 9.2, which makes the names of tests
    anew after pytest-xdist has added their group to them.
    """

    def schedule(self) -> None:
        """Hand out the tests, which all processes have collected."""
        collected = next(iter(self.registered_collections.values()))
        files = (super(ByFile, self)._split_scope(test) for test in collected)
        self._groups = browser_groups(file for file in files if file.startswith(PAGES))
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return self._groups.get(file, file)


def browser_groups(files: Iterable[str]) -> dict[str, str]:
    """The group of every file, given once for each of its tests: about as many tests in each.

    The first files, those that want a server that nobody has been at, are in different ones.
    """
    tests = Counter(files)
    first, others = list(tests)[:BROWSERS], list(tests)[BROWSERS:]
    largest = [*first, *sorted(others, key=tests.__getitem__, reverse=True)]
    groups: list[list[str]] = [[] for _ in range(BROWSERS)]
    for file in largest:
        min(groups, key=lambda group: sum(tests[name] for name in group)).append(file)
    return {name: f"browser {k}" for k, group in enumerate(groups) for name in group}
