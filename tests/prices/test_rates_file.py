"""The file of rates, while it changes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlcost_ext.prices.rates import Rates
from mlcost_ext.prices.rates_file import MAX_BYTES, RatesFile, day_of
from tests.fakes import ROOT


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rates.yaml"


def percents(found: Rates) -> list[str]:
    return [str(rate.percent_off) for rate in found.rates]


def test_there_need_not_be_one(path: Path, clock: Clock) -> None:
    """No file, no folder: no rates and no fault."""
    for place in (path, path / "deeper"):
        file = RatesFile(place, clock)
        assert (file.rates(), file.faults) == (Rates(), ())


def test_without_a_file_pyyaml_is_not_loaded(tmp_path: Path) -> None:
    """Kernels and commands start faster without it."""
    code = (
        "import pathlib, sys, time; from mlcost_ext.prices.rates_file import RatesFile;"
        f"RatesFile(pathlib.Path({str(tmp_path / 'rates.yaml')!r}), time.monotonic).rates(); print('yaml' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=ROOT).stdout.split() == [b"False"]


@pytest.mark.parametrize(
    ("epoch_seconds", "day"), [(0, "1970-01-01"), (1_793_577_600, "2026-11-02"), (1e12, "0001-01-01"), (1e30, "0001-01-01")]
)
def test_times_of_files(epoch_seconds: float, day: str) -> None:
    """A time that no calendar has breaks nothing."""
    assert day_of(epoch_seconds) == day


def test_a_change_is_noticed(path: Path, clock: Clock) -> None:
    """Not before its time, since a look costs something; the same object until then."""
    path.write_text("- percent_off: 1\n")
    file = RatesFile(path, clock, look_every_seconds=5)
    first = file.rates()
    path.write_text("- percent_off: 22\n")
    clock.seconds = 4.9
    assert file.rates() is first
    clock.seconds = 5
    assert percents(file.rates()) == ["22"]
    second = file.rates()
    clock.seconds = 10
    assert file.rates() is second
    path.unlink()
    clock.seconds = 15
    assert (file.rates(), file.faults) == (Rates(), ())


def test_a_replaced_file_of_the_same_time_and_size(path: Path, clock: Clock) -> None:
    """Another file under the same name."""
    path.write_text("- percent_off: 1\n")
    other = path.with_suffix(".new")
    other.write_text("- percent_off: 2\n")
    os.utime(other, ns=(path.stat().st_mtime_ns, path.stat().st_mtime_ns))
    file = RatesFile(path, clock, look_every_seconds=0)
    assert percents(file.rates()) == ["1"]
    other.replace(path)
    assert percents(file.rates()) == ["2"]


def test_a_broken_file_breaks_nothing(path: Path, clock: Clock) -> None:
    """The last good rates stay in force, and what is wrong is told until it is mended."""
    path.write_text("- percent_off: 1\n")
    file = RatesFile(path, clock, look_every_seconds=0)
    good = file.rates()
    path.write_text("- percent_off: [\n")
    assert file.rates() is good
    assert [fault.line for fault in file.faults] == [2]
    path.write_text("- percent_off: 33\n")
    assert (file.faults, percents(file.rates())) == ((), ["33"])


def test_broken_from_the_beginning(path: Path, clock: Clock) -> None:
    """No rates, and the fault; without the file, neither."""
    path.write_text("- percent_off: 1\n- percent_off: x\n")
    file = RatesFile(path, clock, look_every_seconds=0)
    assert (file.rates(), [fault.line for fault in file.faults]) == (Rates(), [2])
    path.unlink()
    assert file.faults == ()


def test_a_file_that_is_too_large(path: Path, clock: Clock) -> None:
    """It is not read to its end; one that is just small enough is."""
    path.write_bytes(b"- percent_off: 1\n" + b"#" * (MAX_BYTES - 17))
    file = RatesFile(path, clock, look_every_seconds=0)
    assert (percents(file.rates()), file.faults) == (["1"], ())
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    assert [str(fault) for fault in file.faults] == ["The file is larger than 1 MB. Match a family or a list of types at once."]
    assert percents(file.rates()) == ["1"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such files there")
@pytest.mark.parametrize("kind", ["folder", "pipe", "loop"])
def test_what_is_no_file(path: Path, clock: Clock, kind: str) -> None:
    """It is not waited for, and said."""
    {"folder": path.mkdir, "pipe": lambda: os.mkfifo(path), "loop": lambda: path.symlink_to(path)}[kind]()
    file = RatesFile(path, clock, look_every_seconds=0)
    assert file.rates() == Rates()
    assert [(fault.line, fault.message.partition(":")[0]) for fault in file.faults] == [(None, "The file cannot be read")]
    path.rmdir() if kind == "folder" else path.unlink()
    assert file.faults == ()


def test_a_file_that_may_not_be_read(path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last good rates stay in force; it is looked at again each time."""
    path.write_text("- percent_off: 1\n")
    file = RatesFile(path, clock, look_every_seconds=0)
    assert percents(file.rates()) == ["1"]

    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    path.write_text("- percent_off: 22\n")
    with monkeypatch.context() as patch:
        patch.setattr("mlcost_ext.prices.rates_file.os.open", refuse)
        assert [fault.message for fault in file.faults] == ["The file cannot be read: Permission denied."]
        assert percents(file.rates()) == ["1"]
    assert (file.faults, percents(file.rates())) == ((), ["22"])


def test_without_pyyaml(path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said, and nothing else is lost."""
    path.write_text("- percent_off: 1\n")
    monkeypatch.setitem(sys.modules, "yaml", None)
    file = RatesFile(path, clock)
    assert (file.rates(), [fault.message for fault in file.faults]) == (Rates(), ["The file cannot be read without PyYAML."])


def test_a_price_is_dated_by_the_file(path: Path, clock: Clock) -> None:
    """By the day on which it was written (UTC)."""
    path.write_text("- percent_off: 1\n")
    os.utime(path, (1_793_577_600, 1_793_577_600))
    assert RatesFile(path, clock).rates().as_of == "2026-11-02"
