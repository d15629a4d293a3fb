"""The FinOps Foundation's own validator finds the rules broken that are listed, and no others.

It needs Python 3.12 and half a gigabyte, so it has an environment of its own: `make test-focus` makes it.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from mlcost_ext.ledger.focus import export, failing_rules
from tests.fakes import ROOT

from .samples import KNOWN, SAMPLES
from .test_gaps import CONDITIONS

ENVIRONMENT = ROOT / ".venv-focus"
SUMMARY = re.compile(r"Total: (\d+) \| Pass: (\d+) \| Fail: (\d+) \| Skipped: (\d+)")
FAILED = re.compile(r"^❌ (\S+): FAIL ", re.MULTILINE)
RULES = 578
"""Of the rule model 1.2.0.1."""
WHERE = "import focus_validator, pathlib; print(pathlib.Path(focus_validator.__file__).parents[1])"

pytest.importorskip("pyarrow", reason="pyarrow is not installed")


@pytest.fixture(scope="module")
def python() -> str:
    """Give the interpreter of the validator's environment."""
    if not (ENVIRONMENT / ".ready").exists():
        pytest.skip("there is no .venv-focus; `make test-focus` makes it where there is a Python of 3.12 or newer")
    return str(ENVIRONMENT / "bin" / "python")


def validated(python: str, path: Path, *options: str) -> tuple[int, set[str]]:
    """Give how many rules failed, and which; its exit status says nothing, and it looks for its files where it stands."""
    env = {**os.environ, "PYTHONUTF8": "1"}
    env.pop("PYTHONPATH", None)
    folder = subprocess.run([python, "-c", WHERE], capture_output=True, text=True, check=True, env=env).stdout.strip()
    command = [python, "-m", "focus_validator.main", "--data-file", str(path), "--validate-version", "1.2", "--block-download"]
    ran = subprocess.run(
        [*command, *options], cwd=folder, capture_output=True, encoding="utf-8", env=env, timeout=150, check=False
    )
    summary = SUMMARY.search(ran.stdout)
    assert summary, ran.stdout[-2000:] + ran.stderr[-2000:]
    total, passed, failed, skipped = map(int, summary.groups())
    assert total == passed + failed + skipped == RULES
    return failed, set(FAILED.findall(ran.stdout))


@pytest.mark.parametrize("with_all", [False, True], ids=["default", "all criteria"])
@pytest.mark.parametrize("names", [KNOWN, tuple(SAMPLES)], ids=["known", "with unknown"])
def test_the_validator_finds_what_is_listed(python: str, tmp_path: Path, names: tuple[str, ...], with_all: bool) -> None:
    """Judged by the number it tells and by the rules it names."""
    path = tmp_path / "charges.parquet"
    export([SAMPLES[name] for name in names], path)
    listed = failing_rules({condition for name in names for condition in CONDITIONS[name]}, with_all=with_all)
    options = ("--applicability-criteria", "ALL") if with_all else ()
    failed, rules = validated(python, path, *options)
    assert rules == listed
    assert failed == len(listed)
