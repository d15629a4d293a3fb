"""The version stands in one place."""

from __future__ import annotations

import json
import re

import pytest

import mlcost_ext
from tests.fakes import ROOT

BUILT = ROOT / "mlcost_ext" / "labextension" / "package.json"


def test_the_version_is_one_that_both_package_managers_take() -> None:
    """Three numbers, with nothing that npm and PyPI spell differently."""
    assert re.fullmatch(r"\d+\.\d+\.\d+", mlcost_ext.__version__)


def test_no_other_source_names_a_version() -> None:
    """package.json holds a placeholder, pyproject.toml reads _version.py."""
    package = json.loads((ROOT / "labextension" / "package.json").read_text())
    assert package["version"] in ("0.0.0", mlcost_ext.__version__)
    pyproject = (ROOT / "pyproject.toml").read_text()
    assert 'dynamic = ["version"]' in pyproject
    assert 'path = "mlcost_ext/_version.py"' in pyproject


@pytest.mark.skipif(not BUILT.exists(), reason="the front end is not built here")
def test_the_built_front_end_has_the_version() -> None:
    """JupyterLab shows this one."""
    assert json.loads(BUILT.read_text())["version"] == mlcost_ext.__version__
