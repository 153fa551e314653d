"""What is said of known vulnerabilities: no all-clear for what was not looked up."""

import json
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

import pytest

from tests.deploy.served import ROOT

WORKFLOW = (ROOT / ".github" / "workflows" / "checks.yml").read_text(encoding="utf-8")


@pytest.fixture
def audit(monkeypatch):
    """The program, without the folder that Python would write beside it."""
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    loader = SourceFileLoader("audit", str(ROOT / ".ci" / "audit"))
    module = module_from_spec(spec_from_loader("audit", loader))
    loader.exec_module(module)
    return module


def written(*packages):
    return json.dumps({"dependencies": list(packages), "fixes": []})


GOOD = {"name": "good", "version": "1.0", "vulns": []}
BAD = {
    **{"name": "bad", "version": "2.0"},
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"], "aliases": [], "description": "long"}],
}
UNKNOWN = {"name": "other", "skip_reason": "Dependency not found on PyPI"}


def test_a_known_vulnerability_fails_with_what_mends_it(audit):
    code, said = audit.judge(written(GOOD, BAD, UNKNOWN), "", False)
    assert code == 1
    assert said == "Known vulnerabilities:\nbad 2.0: PYSEC-1, mended in 2.1"


def test_all_that_was_looked_up_is_counted(audit):
    assert audit.judge(written(GOOD, GOOD), "", True) == (
        *(0, "No vulnerability is known in 2 packages."),
    )


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ("", "cannot be had (no network)"),
        ("[]", "cannot be had (no network)"),
        (written(UNKNOWN, UNKNOWN), "know none of the packages"),
        (written(GOOD, UNKNOWN), "of 2 packages these are not known: other"),
    ],
)
def test_what_was_not_looked_up_is_said_and_fails_where_it_is_required(audit, found, why):
    code, said = audit.judge(found, "no network", False)
    assert (code, said.startswith("SKIPPED: "), why in said) == (0, True, True)
    code, said = audit.judge(found, "no network", True)
    assert (code, said.startswith("NOT CHECKED "), why in said) == (1, True, True)


def test_hosted_checks_require_it():
    assert "make audit AUDIT=--required" in WORKFLOW
