"""The section of the evaluate page that is about a task, for tests of it."""

from streamlit.testing.v1 import AppTest

from explainer.app.evaluate import live
from explainer.app.widgets import running as runs
from tests import ui
from tests.ui import checked, opened


def open_task(folder, **choices):
    """The section with a model of this folder and further link parameters."""
    return opened(folder, "evaluate", about="task", points="3", **choices)


def widget(test: AppTest, kind: str, name: str):
    return ui.widget(test, kind, name, "evaluate")


def messages(test: AppTest) -> list[str]:
    every = (*test.error, *test.warning, *test.info, *test.caption)
    return [note.value.replace("\\", "") for note in every]


def said(test: AppTest, part: str) -> bool:
    return any(part in message for message in messages(test))


def specs(test: AppTest) -> list[str]:
    return [chart.proto.spec for chart in test.get("plotly_chart")]


def measured(test: AppTest, n: int | None = None) -> AppTest:
    """The page after the browser has let it measure `n` sentences, or all."""
    running = test.session_state[live.KEPT]
    for _ in range(running.left if n is None else n):
        runs.advance(running)
    running.running = running.left > 0
    return checked(test.run())
