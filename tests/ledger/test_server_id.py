"""Each living server of a home has an id of its own."""

from __future__ import annotations

import os
from pathlib import Path

from mlcost_ext.ledger.server_id import claim_server_id


def test_two_servers_in_one_place_differ_and_a_restart_is_the_same(tmp_path: Path) -> None:
    """The second gets another id; when the first has gone its id is free again."""
    home = tmp_path / "mlcost"
    first = claim_server_id(home, "laptop 8888")
    second = claim_server_id(home, "laptop 8888")
    assert first.value != second.value
    value = first.value
    del first
    assert claim_server_id(home, "laptop 8888").value == value
    assert claim_server_id(home, "laptop 8889").value not in (value, second.value)


def test_the_folders_are_private(tmp_path: Path) -> None:
    """Home, servers and the server's own folder are their owner's alone."""
    home = tmp_path / "mlcost"
    mine = claim_server_id(home, "x")
    for folder in (home, home / "servers", home / "servers" / mine.value):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_a_home_that_cannot_be_written_gives_an_id_all_the_same(tmp_path: Path) -> None:
    """A file where the home should be: the server starts, with an id of its process."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    one = claim_server_id(blocked, "x")
    assert len(one.value) == 16
    assert one.value == claim_server_id(blocked, "x").value
    assert os.getpid() > 0
