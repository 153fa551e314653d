"""What the tests of pages without a browser share: opening one, its widgets and its link."""

import re
from functools import cache
from html import unescape
from pathlib import Path

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, local_script_runner

# Every `AppTest` is a server of its own and looks through all installed packages for components,
# which takes a third of its time; a real server does so once.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def _awaited(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
    """Wait for the end of a page's run.

    Streamlit's own way looks a thousand times a second through all that the page has sent so far,
    and takes the processor from it each time.
    """
    assert runner._script_thread is not None
    runner._script_thread.join(timeout)
    if not runner.script_stopped():
        runner.request_stop()
        runner.join()
        raise RuntimeError(f"The page has not come to its end within {timeout:g} seconds.")


local_script_runner.require_widgets_deltas = _awaited

APP = Path(__file__).parents[1] / "app.py"


def opened(model, page: str | None = None, /, **query: str) -> AppTest:
    """The app at a page (its file's name; None is the first) under a link with these parameters.

    What is behind “Select” is open, so that `widget` finds its lists.
    """
    test = AppTest.from_file(APP, default_timeout=60)
    test.session_state["select"] = True
    if page is not None:
        test.switch_page(f"pages/{page}.py")
    for name, value in {"model": str(model), **query}.items():
        test.query_params[name] = value
    return checked(test.run())


def checked(test: AppTest) -> AppTest:
    """The page, which never shows a traceback."""
    assert not test.exception
    return test


def widget(test: AppTest, kind: str, name: str, owner: str = "explore"):
    """The widget for a choice, whose key ends in a running number."""
    number = test.session_state.get(f"{owner}_{name}_version", 0)
    return getattr(test, kind)(key=f"{owner}_{name}_{number}")


def alts(test: AppTest) -> list[str]:
    """The texts of the page's figures."""
    return [chart.proto.alt for chart in test.get("plotly_chart")]


def query(test: AppTest) -> dict[str, str]:
    """The link's parameters but for the model."""
    return {
        name: value[0] if isinstance(value, list) else value
        for name, value in test.query_params.items()
        if name != "model"
    }


def parts_bars(test: AppTest) -> list[str]:
    """What the bar of a head's parts says to who cannot see it."""
    bodies = [block.proto.body for block in test.get("html")]
    marked = (re.search(r'class="ipe-parts".*? aria-label="([^"]*)"', body) for body in bodies)
    return [unescape(found[1]) for found in marked if found]
