"""The build: which Node it takes, when it installs, and that make knows all it is made of."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import hatch_build
from tests.fakes import ROOT


def put_node(folder: Path, version: str | None, *, npm: bool = True) -> str:
    """Make a folder with a node that says its version, and an npm."""
    folder.mkdir()
    for name in (["node"] if version else []) + (["npm"] if npm else []):
        (folder / name).write_text(f"#!/bin/sh\necho {version}\n")
        (folder / name).chmod(0o755)
    return str(folder)


@pytest.mark.parametrize(
    ("version", "good"),
    [("v18.20.0", False), ("v20.18.3", False), ("v20.19.0", True), ("v21.7.0", False), ("v22.12.0", True), ("v24.1.0", True)],
)
def test_which_node_is_new_enough(version: str, good: bool, tmp_path: Path) -> None:
    """The same as package.json says."""
    assert hatch_build.is_new_enough(put_node(tmp_path / "bin", version) + "/node") is good


def test_an_old_node_does_not_stand_in_the_way_of_a_good_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under pip's build isolation the good one is on PATH, an old one beside the interpreter; elsewhere the other way round."""
    old, good = put_node(tmp_path / "old", "v16.0.0"), put_node(tmp_path / "good", "v22.12.0")
    for path, beside in ((good, old), (old, good), (f"{old}{os.pathsep}{good}", "")):
        monkeypatch.setenv("PATH", path)
        found = hatch_build.node_path(beside)
        assert shutil.which("node", path=found) == f"{good}/node"
        assert shutil.which("npm", path=found) == f"{good}/npm"


def test_the_environments_other_programs_are_found_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """jupyter-builder is among the environment's scripts, which need not be on PATH; what is on PATH keeps its order."""
    good, scripts = put_node(tmp_path / "good", "v22.12.0"), str(tmp_path / "scripts")
    monkeypatch.setenv("PATH", os.pathsep.join(["/first", good]))
    assert hatch_build.node_path(scripts) == os.pathsep.join(["/first", good, scripts])


def test_no_node_of_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old one, or one without npm, is none: then one is asked for."""
    monkeypatch.setenv("PATH", put_node(tmp_path / "old", "v16.0.0"))
    assert hatch_build.node_path() is None
    monkeypatch.setenv("PATH", put_node(tmp_path / "bare", "v22.12.0", npm=False))
    assert hatch_build.node_path() is None


def test_npm_installs_only_what_has_changed(tmp_path: Path) -> None:
    """What npm noted after package-lock.json was written is still there."""
    lock, noted = tmp_path / "package-lock.json", tmp_path / "node_modules" / ".package-lock.json"
    lock.write_text("{}")
    assert not hatch_build.is_installed(tmp_path)
    noted.parent.mkdir()
    noted.write_text("{}")
    os.utime(lock, (100, 100))
    assert hatch_build.is_installed(tmp_path)
    os.utime(noted, (50, 50))
    assert not hatch_build.is_installed(tmp_path)


@pytest.fixture(scope="module")
def database() -> str:
    """Give what make knows, without running anything."""
    if shutil.which("make") is None:
        pytest.skip("there is no make here")
    return subprocess.run(["make", "-pnq", "help"], cwd=ROOT, capture_output=True, text=True, check=False).stdout


def prerequisites(database: str, target: str) -> set[str]:
    """Give what make takes a target to be made of."""
    line = next(line for line in database.splitlines() if line.startswith(f"{target}: "))
    return set(line.partition(": ")[2].partition(" | ")[0].split())


@pytest.mark.parametrize("name", [*hatch_build.INPUTS, "install.json"])
def test_make_installs_anew_what_the_front_end_is_made_of(name: str, database: str) -> None:
    """Whatever the build hook looks at, make looks at too."""
    path = ROOT / "labextension" / name
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file() and "__tests__" not in file.parts]
    assert {file.relative_to(ROOT).as_posix() for file in files} <= prerequisites(database, ".venv/.dev")


def test_make_builds_the_wheel_anew_from_every_file_of_the_package(tracked: list[Path], database: str) -> None:
    """None of them is forgotten by its name or its kind."""
    names = {path.relative_to(ROOT).as_posix() for path in tracked}
    assert {name for name in names if name.startswith("mlcost_ext/")} <= prerequisites(database, "dist/.ready")


def test_help_lists_the_two_commands() -> None:
    """Name and purpose, in two columns."""
    if shutil.which("make") is None:
        pytest.skip("there is no make here")
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "\ndemo            Start JupyterLab" in f"\n{said}"
    assert "\ntest            Run every test" in said
