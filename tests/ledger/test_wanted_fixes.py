"""The file of changes that were asked for: what was written is read, and nothing that somebody else has put there."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mlcost_ext.ledger.wanted_fixes import LAPSES_AFTER, MOST, NAME, WantedFix, WantedFixes
from tests.fakes import NOW

WISH = WantedFix(id="a" * 24, rule="MC106", kind="training", notebook="train.ipynb", asked_at=NOW)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """By another object, as a kernel does; changes are seen, and the latest so many are kept."""
    server, kernel = WantedFixes(tmp_path), WantedFixes(tmp_path)
    assert kernel.read() == ()
    server.write([WISH])
    assert kernel.read() == (WISH,)
    assert kernel.read() is kernel.read()
    many = [replace(WISH, id=f"{number:024x}", asked_at=NOW + timedelta(seconds=number)) for number in range(MOST + 5)]
    server.write(reversed(many))
    assert kernel.read() == tuple(many[5:])
    assert oct((tmp_path / NAME).stat().st_mode & 0o777) == "0o600"
    server.write([])
    assert kernel.read() == ()


def test_a_wish_is_for_its_notebook_and_kind_until_it_lapses() -> None:
    """A kernel without a notebook is none of another's."""
    assert WISH.is_for("training", "train.ipynb", NOW)
    assert not WISH.is_for("training", None, NOW)
    assert not WISH.is_for("processing", "train.ipynb", NOW)
    assert not WISH.is_for("training", "train.ipynb", NOW + LAPSES_AFTER)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"version": 2, "wanted": [{}]}',
        '{"version": 1, "wanted": {}}',
        '{"version": 1, "wanted": [7, {}, {"id": 1}]}',
        '{"version": 1, "wanted": [{"id": "a", "rule": "MC106", "kind": "training", "notebook": null, "asked_at": "x"}]}',
        json.dumps({"version": 1, "wanted": [{"id": "a" * 600, "rule": "r", "kind": "k", "asked_at": "2026-01-01T00:00:00Z"}]}),
        "[" * 100_000,
    ],
)
def test_a_file_that_is_none_asks_for_nothing(tmp_path: Path, text: str) -> None:
    """Broken, of a later version, of other types, too deep."""
    (tmp_path / NAME).write_text(text)
    assert WantedFixes(tmp_path).read() == ()


def test_a_link_or_a_pipe_is_not_read(tmp_path: Path) -> None:
    """And no launch waits for one."""
    (tmp_path / "elsewhere").write_text('{"version": 1, "wanted": []}')
    (tmp_path / NAME).symlink_to(tmp_path / "elsewhere")
    assert WantedFixes(tmp_path).read() == ()
    (tmp_path / NAME).unlink()
    os.mkfifo(tmp_path / NAME)
    assert WantedFixes(tmp_path).read() == ()
