"""Kernel id, notebook, cell and user, from what Jupyter and Studio tell."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from mlcost_ext.kernel.identity import cell_id, kernel_id, notebook_path, studio_user

ID = "0b5c6a52-7d0d-4c8e-9a35-6d2d5fb6a001"


@pytest.mark.parametrize(
    ("session_name", "root", "expected"),
    [
        ("/srv/root/fraud/train.ipynb", "/srv/root", "fraud/train.ipynb"),
        ("/srv/root/train.ipynb", "/srv/root/", "train.ipynb"),
        ("/elsewhere/train.ipynb", "/srv/root", "train.ipynb"),
        ("/srv/root/..odd/train.ipynb", "/srv/root", "..odd/train.ipynb"),
        ("/srv/root/fraud/train.ipynb", None, "train.ipynb"),
        ("train.ipynb", "/srv/root", "train.ipynb"),
        ("/srv/root/Console 1", "/srv/root", None),
        ("", "/srv/root", None),
        (None, None, None),
    ],
)
def test_notebook_is_told_as_jupyter_shows_it(session_name: str | None, root: str | None, expected: str | None) -> None:
    """Below the root where that is known, else by its file name; a console is no notebook."""
    assert notebook_path(session_name, root) == expected


@pytest.mark.parametrize(
    ("file", "expected"),
    [(f"/run/kernel-{ID.upper()}.json", ID), ("/run/kernel-12.json", None), ("", None)],
)
def test_kernel_id_is_in_the_connection_files_name(file: str, expected: str | None) -> None:
    """Kernels that somebody started by hand have none."""
    shell = SimpleNamespace(kernel=SimpleNamespace(parent=SimpleNamespace(connection_file=file)))
    assert kernel_id(shell) == expected


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        ({"metadata": {"cellId": "c1"}}, "c1"),
        ({"metadata": {"cellId": 7}}, None),
        ({"metadata": {}}, None),
        ({"metadata": None}, None),
        ({}, None),
        (None, None),
    ],
)
def test_cell_id_comes_from_the_message(parent: object, expected: str | None) -> None:
    """A message of another client may hold anything."""
    shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda channel: parent))
    assert cell_id(shell) == expected


def test_no_kernel_means_no_ids() -> None:
    """A terminal has neither."""
    assert (kernel_id(SimpleNamespace()), cell_id(SimpleNamespace())) == (None, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"UserProfileName": "alex"}', "alex"),
        ('{"SpaceName": "shared"}', None),
        ('{"UserProfileName": 7}', None),
        ("[]", None),
        ('{"UserProfileName": "al', None),
        ("[" * 100_000, None),
        ("\udcff", None),
    ],
)
def test_user_comes_from_studios_metadata(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, expected: str | None
) -> None:
    """A shared space has no user; a broken file is no user either."""
    file = tmp_path / "metadata.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    monkeypatch.setenv("RESOURCE_METADATA_FILE", str(file))
    assert studio_user() == expected


def test_no_metadata_file_means_no_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside Studio the file is missing."""
    monkeypatch.setenv("RESOURCE_METADATA_FILE", str(tmp_path / "none"))
    assert studio_user() is None
