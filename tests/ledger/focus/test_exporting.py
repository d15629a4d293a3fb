"""A file is written whole or not at all, for its owner alone, a part of the rows in memory at a time."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.ledger import ChargeRecord
from mlcost_ext.ledger.focus import exporting
from mlcost_ext.ledger.focus.exporting import BATCH, Tally, batches, check_target, export

from .samples import SAMPLES, TRAINING

pytestmark = pytest.mark.parametrize("name", ["charges.csv", "charges.parquet"])


@pytest.fixture(autouse=True)
def _needs(name: str) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")


def left_in(folder: Path) -> list[str]:
    """Give what lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_for_its_owner_alone(tmp_path: Path, name: str) -> None:
    """It says who ran what; nothing is left beside it."""
    export(SAMPLES.values(), tmp_path / name)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert left_in(tmp_path) == [name]


def test_an_older_file_is_replaced(tmp_path: Path, name: str) -> None:
    """Whatever it held."""
    (tmp_path / name).write_text("old")
    export([], tmp_path / name)
    assert (tmp_path / name).read_bytes()[:3] != b"old"
    assert (tmp_path / name).stat().st_size > 100


def test_a_full_disk_leaves_the_older_file(tmp_path: Path, name: str) -> None:
    """And takes its own half away."""
    (tmp_path / name).write_text("old")

    def records() -> Iterator[ChargeRecord]:
        yield TRAINING
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(UsageError, match="No space left"):
        export(records(), tmp_path / name)
    assert (tmp_path / name).read_text() == "old"
    assert left_in(tmp_path) == [name]


@pytest.mark.parametrize("fault", [KeyboardInterrupt, RuntimeError])
def test_who_stops_it_halfway_leaves_nothing_behind(tmp_path: Path, name: str, fault: type[BaseException]) -> None:
    """Ctrl-C, or anything else."""

    def records() -> Iterator[ChargeRecord]:
        yield TRAINING
        raise fault

    with pytest.raises(fault):
        export(records(), tmp_path / name)
    assert left_in(tmp_path) == []


def test_neither_a_folder_nor_a_link_is_replaced(tmp_path: Path, name: str) -> None:
    """Nor is what the link leads to written."""
    target = tmp_path / "elsewhere"
    target.write_text("precious")
    (tmp_path / name).symlink_to(target)
    with pytest.raises(UsageError) as told:
        export(SAMPLES.values(), tmp_path / name)
    assert told.value.code == "target_taken"
    assert target.read_text() == "precious"
    (tmp_path / name).unlink()
    (tmp_path / name).mkdir()
    with pytest.raises(UsageError):
        export(SAMPLES.values(), tmp_path / name)
    assert left_in(tmp_path) == [name, "elsewhere"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, name: str) -> None:
    """Before anything is read."""
    with pytest.raises(UsageError) as told:
        check_target(tmp_path / "none" / name)
    assert told.value.code == "target_folder_missing"


def test_another_ending_is_refused(tmp_path: Path, name: str) -> None:
    """Nobody guesses a format."""
    with pytest.raises(UsageError) as told:
        check_target((tmp_path / name).with_suffix(".xlsx"))
    assert (told.value.code, told.value.exit_status) == ("format_unknown", 2)


def test_rows_are_taken_in_batches(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never more of them are taken than one batch ahead of what is written."""
    taken, most = 0, []
    whole = exporting.WRITERS[Path(name).suffix]

    def records() -> Iterator[ChargeRecord]:
        nonlocal taken
        for _ in range(BATCH * 2 + 1):
            taken += 1
            yield TRAINING

    def writer(file, parts):
        def watched():
            for part in parts:
                most.append((len(part), taken))
                yield part

        whole(file, watched())

    monkeypatch.setitem(exporting.WRITERS, Path(name).suffix, writer)
    tally = export(records(), tmp_path / name)
    assert tally.rows == BATCH * 2 + 1
    assert most == [(BATCH, BATCH), (BATCH, BATCH * 2), (1, BATCH * 2 + 1)]


def test_what_was_written_is_counted(name: str) -> None:
    """By currency, without what has no price."""
    del name
    tally = Tally()
    assert [len(part) for part in batches(SAMPLES.values(), tally)] == [len(SAMPLES)]
    assert (tally.rows, tally.unpriced, tally.corrections) == (len(SAMPLES), 1, 1)
    assert tally.contracted_cost == {"USD": Decimal("17.640481482"), "CNY": Decimal("0.482916667")}
