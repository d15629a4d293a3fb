"""When a Studio app's container was started."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from mlcost_ext.core.times import UTC
from mlcost_ext.hosts import container
from tests.fakes import NOW

STAT = "1 (a (b) c) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 14 0 {ticks} 48762880 3764 0"


def proc(folder: Path, stat: str = STAT, boot: str = "cpu 1 2 3\nbtime {boot}\nprocesses 7\n") -> Path:
    """Make a machine that was booted an hour before `NOW`, and whose first process was started five minutes after."""
    (folder / "1").mkdir()
    (folder / "1" / "stat").write_text(stat.format(ticks=300 * os.sysconf("SC_CLK_TCK") + 50))
    (folder / "stat").write_text(boot.format(boot=int(NOW.timestamp()) - 3600))
    return folder


def test_the_start_of_the_first_process(tmp_path: Path) -> None:
    """To the hundredth of a second, whatever the process is called."""
    started = container.started_at({}, proc(tmp_path))
    assert started is not None
    assert started.tzinfo is UTC
    assert abs(started - (NOW - timedelta(minutes=55))) < timedelta(seconds=1)
    named = {"RESOURCE_METADATA_FILE": "/opt/ml/metadata/resource-metadata.json"}
    assert container.started_at(named, tmp_path) == started


def test_a_metadata_file_of_somebody_elses_is_no_container_of_studios(tmp_path: Path) -> None:
    """The practice account has one, and tests have."""
    assert container.started_at({"RESOURCE_METADATA_FILE": "/home/ann/metadata.json"}, proc(tmp_path)) is None


@pytest.mark.parametrize(
    ("stat", "boot"),
    [("", "btime 5"), ("1 (x) S", "btime 5"), (STAT, "cpu 1"), (STAT, "btime many"), (STAT, "btime "), (STAT, f"btime {10**30}")],
)
def test_what_cannot_be_read_is_not_known(tmp_path: Path, stat: str, boot: str) -> None:
    """Nothing is raised."""
    assert container.started_at({}, proc(tmp_path, stat, boot)) is None


def test_a_machine_without_such_files(tmp_path: Path) -> None:
    """As on a Mac."""
    assert container.started_at({}, tmp_path / "nowhere") is None
