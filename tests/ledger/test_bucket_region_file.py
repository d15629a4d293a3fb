"""Regions of buckets, kept for a week."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from mlcost_ext.ledger.bucket_region_file import KEPT_SECONDS, MOST, NAME, BucketRegionFile

NOW = 1_800_000_000.0


def test_what_was_told_is_known_for_a_week(tmp_path: Path) -> None:
    """To this user alone."""
    file = BucketRegionFile(tmp_path)
    assert file.load(NOW) == {}
    file.keep("a", "eu-west-1", NOW)
    file.keep("b", "us-east-1", NOW + 10)
    assert file.load(NOW + 10) == {"a": ("eu-west-1", int(NOW)), "b": ("us-east-1", int(NOW) + 10)}
    assert file.load(NOW + KEPT_SECONDS) == {"b": ("us-east-1", int(NOW) + 10)}
    assert file.load(NOW - 1) == {}
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


def test_the_oldest_make_room(tmp_path: Path) -> None:
    """Five hundred are kept."""
    old = {f"b{number}": ["us-east-1", int(NOW) + number] for number in range(MOST)}
    (tmp_path / NAME).write_text(json.dumps(old))
    BucketRegionFile(tmp_path).keep("new", "us-east-1", NOW + MOST)
    found = BucketRegionFile(tmp_path).load(NOW + MOST)
    assert (len(found), "b0" in found, "new" in found) == (MOST, False, True)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[1]", '{"a": 1}', '{"a": ["x"]}', '{"a": ["x", "y"]}', '{"a": [1, 2]}', '{"a": ["x", true]}', "[" * 100_000],
)
def test_what_is_broken_counts_as_empty(tmp_path: Path, text: str) -> None:
    """And is written anew."""
    (tmp_path / NAME).write_text(text)
    file = BucketRegionFile(tmp_path)
    assert file.load(NOW) == {}
    file.keep("a", "eu-west-1", NOW)
    assert file.load(NOW) == {"a": ("eu-west-1", int(NOW))}


def test_a_folder_that_is_not_there_cannot_be_written(tmp_path: Path) -> None:
    """Which is for the caller to bear."""
    with pytest.raises(OSError, match="No such file"):
        BucketRegionFile(tmp_path / "none").keep("a", "eu-west-1", NOW)
