"""What the tests of the repository itself share."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.fakes import ROOT


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Give the files that git tracks and that are there."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout, so which files are the project's is not known")
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


@pytest.fixture(scope="session")
def collected() -> Path:
    """Give the folder of collected price tables, beside the checkout."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the collected price tables (../shared/data) are not here")
    return folder
