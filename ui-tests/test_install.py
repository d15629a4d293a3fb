"""What the wheel installs, in the newest JupyterLab and in the oldest that is supported."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from conftest import OpenPage
from playwright.sync_api import expect
from surroundings import Account, clean_environment, lab, studio

LABEXTENSION = "mlcost-ext-labextension"


@pytest.fixture
def lab44(root: Path) -> Path:
    """Give the environment with JupyterLab 4.4 and the same wheel; `make` makes it."""
    python = root / ".venv-lab44" / "bin" / "python"
    assert python.exists(), "make .venv-lab44/.ready"
    return python


def said(folder: Path, *command: str) -> str:
    """Run a command of Jupyter's and give all it says."""
    done = subprocess.run(command, cwd=folder, env=clean_environment(), capture_output=True, text=True, timeout=60, check=True)
    return done.stdout + done.stderr


def test_both_halves_are_enabled(tmp_path: Path) -> None:
    """Reads Jupyter's own lists."""
    assert is_ok(said(tmp_path, sys.executable, "-m", "jupyter", "labextension", "list"))
    servers = said(tmp_path, sys.executable, "-m", "jupyter", "server", "extension", "list")
    assert any("mlcost_ext" in line and "OK" in line for line in servers.splitlines()), servers


def is_ok(listing: str) -> bool:
    line = next(line for line in listing.splitlines() if LABEXTENSION in line)
    return "enabled" in line and "OK" in line


def test_the_wheel_installs_without_node(root: Path, tmp_path: Path) -> None:
    """Installs into a bare environment with nothing but Python on PATH, and brings the built front end."""
    (wheel,) = (root / "dist").glob("*.whl")
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True, timeout=60)
    env = {**clean_environment(), "PATH": str(bare / "bin")}
    assert shutil.which("node", path=env["PATH"]) is None
    pip = [sys.executable, "-m", "pip", "--python", str(bare / "bin" / "python"), "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], env=env, cwd=tmp_path, check=True, timeout=60)
    assert list((bare / "share/jupyter/labextensions" / LABEXTENSION / "static").glob("remoteEntry.*.js"))
    assert (bare / "etc/ipython/startup/50-mlcost.py").exists()
    assert (bare / "etc/jupyter/jupyter_server_config.d/mlcost_ext.json").exists()


def test_jupyterlab_4_4_loads_the_same_wheel(
    account: Account, open_page: OpenPage, stack: ExitStack, lab44: Path, tmp_path: Path
) -> None:
    """Shows the panel there, with no word about versions or plugins in the console."""
    assert "4.4." in said(tmp_path, str(lab44), "-m", "jupyterlab", "--version")
    assert is_ok(said(tmp_path, str(lab44), "-m", "jupyter", "labextension", "list"))
    server = stack.enter_context(lab(account, tmp_path, studio(account, tmp_path), python=str(lab44)))
    page = stack.enter_context(open_page(server))
    page.open_panel()
    expect(page.job("fraud-transformer-finetune-014")).to_be_visible(timeout=30_000)
    page.new_notebook()
    assert "fraud-transformer-finetune-014" in page.run("%cost")
    assert page.warnings == []
