"""What a person installs: the built wheel, away from the checkout, without a network.

The wheel comes from the source distribution. Its environment is a new one, which sees the packages
of this one, but not this checkout: what is tried is the package's own content, not the download of
others'.
"""

import os
import resource
import socket
import subprocess
import sys
import sysconfig
import tarfile
import time
import tomllib
import urllib.request
import venv
from pathlib import Path

import psutil
import pytest

from explainer.base import assets, scratch
from explainer.base.extras import EXTRAS
from tests.deploy.visitor import asked, received, texts, visiting
from tests.test_readme import README, shape

ROOT = Path(__file__).resolve().parents[1]
SENTENCE = "the farmers that the assistant loves [MASK] old ."
EXPLAIN = ("explain", SENTENCE, "--correct", "are", "--wrong", "is")
BLOCKED = ("streamlit", "pandas", "pyarrow", "plotly")
"""What only the app and evaluating need (filelock comes with the Hub's client)."""
OF_ENGINE = 8
"""How many lines are the engine's, before those of the command."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from the source distribution."""
    folder = tmp_path_factory.mktemp("built")
    build = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder), "--target"]
    subprocess.run([*build, "sdist"], cwd=ROOT, check=True, capture_output=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    source = folder / archive.name.removesuffix(".tar.gz")
    subprocess.run([*build, "wheel"], cwd=source, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The program's folder in a new environment with the wheel and the packages of this one."""
    folder = tmp_path_factory.mktemp("installed") / "environment"
    venv.create(folder, symlinks=True, with_pip=False)
    scheme = {"base": str(folder), "platbase": str(folder)}
    site = Path(sysconfig.get_path("purelib", vars=scheme))
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    # Only folders of packages: what leads from there to this checkout is not followed.
    others = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (site / "others.pth").write_text("\n".join(others) + "\n", encoding="utf-8")
    return folder / "bin"


def away_at(folder):
    """A folder away from the checkout, and an environment that cannot reach the Hub."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hub")}
    environment.pop("PYTHONPATH", None)
    return {"cwd": folder, "env": environment}


@pytest.fixture
def away(tmp_path):
    return away_at(tmp_path)


def run(command, away):
    done = subprocess.run(
        list(map(str, command)), **away, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_lies_in_the_package_is_what_lies_in_the_checkout(installed):
    (package,) = installed.parent.glob("lib/*/site-packages/explainer/installed")
    for place in (
        assets.APP,
        assets.METHOD,
        assets.GLOSSARY,
        assets.ICON,
        assets.PAIRS,
    ):
        assert (package / place.relative_to(ROOT)).read_bytes() == place.read_bytes()
    for folder in ("pages", "assets/models", "assets/evaluation", "assets/styles", ".streamlit"):
        ours = {p.name for p in (ROOT / folder).iterdir()} - {"__pycache__", "secrets.toml"}
        assert {p.name for p in (package / folder).iterdir()} - {"__pycache__"} == ours


ALONE = f"""
import runpy, sys
sys.modules.update(dict.fromkeys({BLOCKED}))
import explainer
from pathlib import Path
from importlib.metadata import version
from explainer import compare, explain, load_model, predict
from explainer.base import assets
from explainer.cli.main import main
from explainer.figures import pattern_svg

print(version("influence-patterns-explorer") == explainer.__version__)
print(assets.ROOT.parent == Path(explainer.__file__).parent)
print(explainer.__file__)
model = load_model()
predict(model, {SENTENCE!r}, count=2)
found = explain(model, {SENTENCE!r}, correct="are", wrong="is")
compare(found, found)
print(pattern_svg(found)[:4])
print(main(["explain", {SENTENCE!r}, "--out", "figure.svg"]))
print(main(["explain", {SENTENCE!r}, "--out", "page.html"]))
print(main(["evaluate", "--task", "sva-obj", "--out", "runs"]))
print(main(["app"]))
sys.argv[1:] = {EXPLAIN}
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""What the installed engine does, and then the command, in the one process that imports torch."""


@pytest.fixture(scope="module")
def alone(installed, tmp_path_factory):
    """What the engine prints and which files it leaves, where nothing of the app is there.

    The last of what is printed is the command's, whose file is run as it was installed.
    """
    folder = tmp_path_factory.mktemp("away")
    program = installed / "influence-patterns"
    code = f"import sys; sys.argv = [{str(program)!r}]\n{ALONE}"
    printed = run([installed / "python", "-c", code], away_at(folder)).splitlines()
    return printed, {path.name for path in folder.iterdir()}


def test_the_command_prints_what_the_readme_says(alone):
    printed, _ = alone
    shown = README.split(f'"{SENTENCE}" --correct are --wrong is\n')[1].split("```")[0]
    assert shape("\n".join(printed[OF_ENGINE:]) + "\n") == shape(shown)


def test_the_package_finds_its_own_files_and_version(alone, installed):
    (same, inside, file, *_), _ = alone
    assert (same, inside) == ("True", "True")
    assert not Path(file).is_relative_to(ROOT)
    assert Path(file).is_relative_to(installed.parent)
    assert (Path(file).parent / "py.typed").is_file()


def test_the_engine_needs_nothing_of_the_app(alone):
    (_, _, _, *printed), left = alone
    assert printed[: OF_ENGINE - 3] == ["<svg", "0", "2", "2", "2"]
    assert left <= {"figure.svg", "hub"}


def test_the_app_is_served_with_its_own_settings_on_a_full_disk(installed, away):
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [installed / "influence-patterns", "app", "--port", str(port)]
    for name in ("EXPLAINER_PROCESSES", scratch.VARIABLE):  # which torch sets for what follows
        away["env"].pop(name, None)
    with subprocess.Popen(
        command, **away, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=full_disk
    ) as process:
        try:
            assert answered(process, f"http://localhost:{port}/_stcore/health") == b"ok"
            assert b"<html" in answered(process, f"http://localhost:{port}/")
            with visiting(port) as visitor:
                visitor.send(asked(text=SENTENCE, points="4"))
                said = texts(received(visitor))
            assert "influence on are − is" in said
            # Who has computed it is a process beside it, as for every user: a fork of a fork.
            (first,) = psutil.Process(process.pid).children()
            assert first.children()
        finally:
            process.terminate()


def full_disk():
    """No byte can be written to a file, as on a disk that is full: the app needs none."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def answered(process, address):
    """What the server says as soon as it listens."""
    for _ in range(600):
        assert process.poll() is None
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


def test_the_extras_that_the_commands_name_are_those_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    names = {
        extra: {text.split(">=")[0] for text in extras[extra] if "[" not in text}
        for extra in EXTRAS
    }
    assert names["pdf"] == {"vl-convert-python"}
    assert extras["ray"][1].startswith("ray[data]>=")
    assert names["evaluate"] == set(EXTRAS["evaluate"])
    assert names["app"] | names["evaluate"] == set(EXTRAS["app"])
    assert set(EXTRAS["app"]) == {*BLOCKED, "filelock"}
    # The plain wheel serves the app: what an extra names is brought anyway, in the same versions.
    for extra in ("evaluate", "app"):
        assert {text for text in extras[extra] if "[" not in text} <= {*project["dependencies"]}
