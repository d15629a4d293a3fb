"""Files of the server's folder: whole or as they were, and never through a link."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.ledger import private_file
from mlcost_ext.ledger.private_file import lock_file, make_server_folder, write_atomically
from mlcost_ext.ledger.server_id import claim_server_id


def test_a_file_is_replaced_and_private(tmp_path: Path) -> None:
    """The new text, for its owner only, and nothing beside it."""
    file = tmp_path / "overview.json"
    write_atomically(file, b"old")
    write_atomically(file, b"new")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new", 0o600)
    assert list(tmp_path.iterdir()) == [file]


class Full(io.FileIO):
    """A file on a disk that takes a few bytes more, then none."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "xb")

    def write(self, body: Any) -> int:
        super().write(body[:3])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No torn file in the place of a good one, and no rest beside it."""
    file = tmp_path / "overview.json"
    write_atomically(file, b"the good one")
    monkeypatch.setattr(private_file, "new_file", Full)
    with pytest.raises(OSError, match="space"):
        write_atomically(file, b"the new one")
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (b"the good one", [file])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_short_write_is_an_error() -> None:
    """What the system takes only a part of is written on until it is all there, or fails."""
    with pytest.raises(OSError, match="space"), os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb") as file:
        file.write(b"x" * 100_000)


def test_a_link_in_the_place_of_the_new_file_is_not_followed(tmp_path: Path) -> None:
    """It is taken away, and what it led to is not touched."""
    target = tmp_path / "target"
    target.write_text("mine")
    (tmp_path / f".overview.json.{os.getpid()}").symlink_to(target)
    write_atomically(tmp_path / "overview.json", b"new")
    assert (target.read_text(), (tmp_path / "overview.json").read_bytes()) == ("mine", b"new")


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    """The server gets an id all the same, of its process."""
    place = "laptop 8888"
    value = claim_server_id(tmp_path / "other", place).value
    folder = tmp_path / "mlcost" / "servers" / value
    make_server_folder(folder)
    (folder / "lock").symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="link"):
        lock_file(folder / "lock")
    assert claim_server_id(tmp_path / "mlcost", place).value != value
    assert not (tmp_path / "target").exists()
