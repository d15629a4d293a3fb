"""What a launch comes from: commit, project and user, read from files of any form, without waiting for anything."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.kernel import provenance
from mlcost_ext.kernel.git_head import MAX_PACKED_BYTES, commit_of
from mlcost_ext.kernel.provenance import FRESH_SECONDS, Provenance
from mlcost_ext.policy_files.project_file import MAX_BYTES, notebook_folder, project_in, project_of
from tests.ledger.spool_files import Clock

A, B = "a" * 40, "b" * 40


def put(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main", *words]
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a real one, with a commit."""
    folder = tmp_path / "repository"
    (folder / "deep" / "down").mkdir(parents=True)
    git(folder, "init", "-q")
    git(folder, "commit", "-q", "--allow-empty", "-m", "first")
    return folder


def test_the_commit_is_what_git_says(repository: Path, tmp_path: Path) -> None:
    """On a branch, packed, detached, in a worktree and below; a worktree has a HEAD of its own."""
    first = git(repository, "rev-parse", "HEAD")
    assert commit_of(str(repository)) == commit_of(str(repository / "deep" / "down")) == first
    git(repository, "worktree", "add", "-q", "-b", "topic/x", str(tmp_path / "worktree"))
    git(tmp_path / "worktree", "commit", "-q", "--allow-empty", "-m", "second")
    second = git(tmp_path / "worktree", "rev-parse", "HEAD")
    assert second != first
    assert (commit_of(str(repository)), commit_of(str(tmp_path / "worktree"))) == (first, second)
    git(repository, "pack-refs", "--all", "--prune")
    assert not (repository / ".git/refs/heads/topic/x").exists()
    assert (commit_of(str(repository)), commit_of(str(tmp_path / "worktree"))) == (first, second)
    git(repository, "checkout", "-q", "--detach", second)
    assert commit_of(str(repository)) == second


def test_no_repository_no_commit(tmp_path: Path) -> None:
    """Nor in one without a commit."""
    assert commit_of(str(tmp_path)) is None
    git(tmp_path, "init", "-q")
    assert commit_of(str(tmp_path)) is None


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"HEAD": A + "\n"}, A),
        ({"HEAD": A[:-1]}, None),
        ({"HEAD": A + "a" * 24}, None),
        ({"HEAD": "ref: refs/heads/m\n", "refs/heads/m": B}, B),
        ({"HEAD": "ref: refs/heads/m\n", "packed-refs": f"# sorted\n{A} refs/heads/m2\n{B} refs/heads/m\n^{A}\n"}, B),
        ({"HEAD": "ref: refs/heads/m\n", "packed-refs": f"{B} refs/heads/m\r\n"}, B),
        ({"HEAD": "ref: refs/heads/m\n", "packed-refs": f"{A[1:]} refs/heads/m\n"}, None),
        ({"HEAD": "ref: refs/heads/m\n", "packed-refs": f"{A} x/refs/heads/m\n"}, None),
        ({"HEAD": "ref: refs/a\n", "refs/a": "ref: refs/b", "refs/b": B}, B),
        ({"HEAD": "ref: refs/a\n", "refs/a": "ref: refs/a"}, None),
        ({"HEAD": "ref: refs/../../secret\n", "../secret": B}, None),
        ({"HEAD": "ref: HEAD\n"}, None),
        ({"HEAD": "ref: refs/heads/.invalid\n"}, None),
        ({"HEAD": b"\xff\x00" * 5000}, None),
        ({"HEAD": ""}, None),
        ({}, None),
    ],
)
def test_odd_files_of_git(tmp_path: Path, files: dict[str, str | bytes], expected: str | None) -> None:
    """Half of a repository, refs in a ring, a path that leads out of it."""
    (tmp_path / "r" / ".git" / "refs").mkdir(parents=True)
    for name, text in files.items():
        put(tmp_path / "r" / ".git" / name, text)
    assert commit_of(str(tmp_path / "r")) == expected


@pytest.mark.parametrize("text", ["gitdir: ../real\n", "gitdir: {}/real", "gitdir:../real"])
def test_a_file_instead_of_gits_folder(tmp_path: Path, text: str) -> None:
    """As submodules have it, by a path from there or from the top."""
    put(tmp_path / "r" / ".git", text.format(tmp_path))
    put(tmp_path / "real" / "HEAD", A)
    assert commit_of(str(tmp_path / "r")) == A


@pytest.mark.parametrize("text", ["", "gitdir:", "gitdir: nowhere", "elsewhere: x", "\0", "gitdir: a\0b"])
def test_a_file_that_leads_nowhere(tmp_path: Path, text: str) -> None:
    """It is the end of the search all the same, as git has it."""
    put(tmp_path / "r" / ".git", text)
    put(tmp_path / ".git" / "HEAD", A)
    assert commit_of(str(tmp_path / "r")) is None


def test_pipes_and_endless_files_are_not_waited_for(tmp_path: Path) -> None:
    """Somebody may have put anything there; reading has an end."""
    (tmp_path / ".git").mkdir()
    os.mkfifo(tmp_path / ".git" / "HEAD")
    os.mkfifo(tmp_path / ".mlcost.yaml")
    began = time.monotonic()
    assert (commit_of(str(tmp_path)), project_of(str(tmp_path), ())) == (None, None)
    (tmp_path / ".git" / "HEAD").unlink()
    put(tmp_path / ".git" / "HEAD", "ref: refs/heads/m\n")
    with (tmp_path / ".git" / "packed-refs").open("wb") as file:
        file.truncate(50 * MAX_PACKED_BYTES)
    assert commit_of(str(tmp_path)) is None
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("project: churn", "churn"),
        ("# a comment\nrates: x\nproject:   churn model   # why\nbudget:\n  project: other\n", "churn model"),
        ('project: "churn: 2"\n', "churn: 2"),
        ("project: 'churn # 2' # x\n", "churn # 2"),
        ("---\r\nproject : a#b\r\n", "a#b"),
        ("\ufeffproject: é\n", "é"),
        ("project: " + "p" * 128, "p" * 128),
        ("project: " + "p" * 129, None),
        ("project:\n", None),
        ("project:churn\n", None),
        ("project: # none\n", None),
        (" project: churn\n", None),
        ("projects: churn\n", None),
        ("project: a\nproject: b\n", None),
        ("project: a\n  b\n", None),
        ("project:\n  name: b\n", None),
        ("project: [a]\n", None),
        ("project: {a: b}\n", None),
        ("project: |\n  a\n", None),
        ("project: &x a\n", None),
        ("project: !!str a\n", None),
        ("project: a: b\n", None),
        ('project: "a\\n"\n', None),
        ('project: "a\n', None),
        ("project: a\tb\n", None),
        ("project: a\x07b\n", None),
        ("{\nproject: a\n}\n", None),
        *(
            (f"project: {odd}\n", None)
            for odd in ("7", "1.5", "0x1F", "1e3", "true", "No", "~", "null", "2026-11-30", "-", "1_000")
        ),
    ],
)
def test_the_project_is_one_plain_text(text: str, expected: str | None) -> None:
    """What YAML takes for something else, or what takes more than one line, is none."""
    assert project_in(text.encode()) == expected


@given(st.text(alphabet="ab:#'\"-[{~ \t|&1.é", max_size=24))
def test_no_project_is_read_that_yaml_does_not_read(value: str) -> None:
    """Whatever stands behind the colon: the same text as a parser gives, or none."""
    text = f"project: {value}\n"
    found = project_in(text.encode())
    if found is not None:
        assert yaml.safe_load(text)["project"] == found


def test_a_file_that_is_too_long_or_no_text_has_no_project(tmp_path: Path) -> None:
    """64 KB are read at most."""
    line = b"project: churn\n"
    assert project_in(line + b"#" * (MAX_BYTES - len(line))) == "churn"
    assert project_in(line + b"#" * (MAX_BYTES - len(line) + 1)) is None
    assert project_in(line + b"# \xff\n") is None
    put(tmp_path / ".mlcost.yaml", line + b"#" * 10**6)
    assert project_of(str(tmp_path), ()) is None


def test_the_nearest_file_up_to_the_root_counts(tmp_path: Path) -> None:
    """Also where it names none; what is above root and home is somebody else's, and outside of them only the folder itself."""
    top, deep = tmp_path / "top", tmp_path / "top" / "a" / "b"
    deep.mkdir(parents=True)
    put(tmp_path / ".mlcost.yaml", "project: above")
    assert project_of(str(deep), (str(top),)) is None
    put(top / ".mlcost.yaml", "project: top")
    assert project_of(str(deep), (str(top),)) == "top"
    assert project_of(str(deep), (str(tmp_path / "to"),)) is None
    assert project_of(str(deep), (str(tmp_path), str(top))) == "top"
    put(top / "a" / ".mlcost.yaml", "project: [none]")
    assert project_of(str(deep), (str(top),)) is None
    put(deep / ".mlcost.yaml", "project: b")
    assert project_of(str(deep), ()) == project_of(str(deep), (str(top),)) == "b"


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder of a notebook below the server's root, with all that there can be."""
    folder = tmp_path / "root" / "fraud"
    put(tmp_path / "root" / ".git" / "HEAD", A)
    put(folder / ".mlcost.yaml", "project: churn")
    metadata = put(tmp_path / "metadata.json", '{"UserProfileName": "ana"}')
    monkeypatch.setenv("RESOURCE_METADATA_FILE", str(metadata))
    monkeypatch.setenv("MLCOST_SERVER_ROOT", str(tmp_path / "root"))
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "train.ipynb"))
    return folder


def test_all_of_it_is_found_once_in_ten_seconds(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And at once when the notebook is another one, or has moved."""
    clock = Clock()
    found = Provenance(clock)
    whole = {"git_commit": A, "project": "churn", "user": "ana", "user_basis": "space"}
    assert found.fields() == whole
    put(notebook.parent / ".git" / "HEAD", B)
    clock.now += FRESH_SECONDS - 0.1
    assert found.fields() == whole
    clock.now += 0.1
    assert found.fields() == whole | {"git_commit": B}
    put(notebook.parent / ".git" / "HEAD", A)
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook.parent / "train.ipynb"))
    assert found.fields() == whole | {"project": None}


def test_what_is_not_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shared space or a laptop has no user."""
    monkeypatch.setenv("RESOURCE_METADATA_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "n.ipynb"))
    assert Provenance().fields() == dict.fromkeys(("git_commit", "project", "user", "user_basis"))


def test_a_fault_in_one_leaves_the_others(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The launch is noted whatever stands in these files."""

    def fail(folder: str) -> str:
        raise RuntimeError(folder)

    monkeypatch.setattr(provenance, "commit_of", fail)
    assert Provenance().fields() == {"git_commit": None, "project": "churn", "user": "ana", "user_basis": "space"}


def test_a_kernel_without_a_notebook_is_where_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as papermill's; its folder may have been deleted under it."""
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    folder = tmp_path / "f"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert notebook_folder() == str(folder)
    folder.rmdir()
    assert notebook_folder() == "/"


def test_it_is_quick_and_loads_no_yaml(notebook: Path) -> None:
    """A few milliseconds at most, in a process of its own, deep below the root."""
    code = (
        "import sys, time; from mlcost_ext.kernel.provenance import Provenance; began = time.perf_counter(); "
        "found = Provenance().fields(); seconds = time.perf_counter() - began; "
        "print(found['project'], 'yaml' in sys.modules, seconds < 0.1)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["churn", "False", "True"]
