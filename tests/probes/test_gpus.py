# ruff: noqa: N802 - the functions are called as NVIDIA's are
"""GPUs by NVIDIA's library, for which a small one stands in: most machines have no such device."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mlcost_ext.core.activity import GpuFacts, Unmeasured
from mlcost_ext.probes.gpus import GpuLook, Gpus, owner_of
from tests.probes.live import running

GIB = 2**30
ME, OTHER = 1000, 1001
USERS = {11: ME, 12: ME, 21: OTHER}


class NVMLError(Exception):
    """As the library's own."""


class NotSupportedError(NVMLError):
    """As of a device that does not tell."""


@dataclass
class FakeDevice:
    """One GPU."""

    percent: int | None = 0
    """None: it tells no use."""
    samples: list[tuple[int, int]] | None = None
    """Times in microseconds and percents; None: it keeps none."""
    memory: int = 0
    pids: list[int] | None = field(default_factory=list)
    fault: Exception | None = None


class FakeNvml:
    """The library's functions that are used, with its manners: a handle is of one initialisation."""

    NVML_GPU_UTILIZATION_SAMPLES = 1

    def __init__(self, *devices: FakeDevice) -> None:
        self.devices = devices
        self.is_lost = False
        self.epoch = 0
        self.is_open = False
        self.asked_since: list[int] = []

    def nvmlInit(self) -> None:
        if self.is_lost:
            raise NVMLError("Driver Not Loaded")
        self.epoch += 1
        self.is_open = True

    def nvmlShutdown(self) -> None:
        self.is_open = False

    def nvmlDeviceGetCount(self) -> int:
        self.check()
        return len(self.devices)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> tuple[int, FakeDevice]:
        self.check()
        device = self.devices[index]
        if device.fault is not None:
            raise device.fault
        return self.epoch, device

    def nvmlDeviceGetUtilizationRates(self, handle: tuple[int, FakeDevice]) -> Any:
        percent = self.device(handle).percent
        if percent is None:
            raise NotSupportedError("Not Supported")
        return SimpleNamespace(gpu=percent, memory=0)

    def nvmlDeviceGetSamples(self, handle: tuple[int, FakeDevice], kind: int, since: int) -> tuple[int, Sequence[Any]]:
        assert kind == self.NVML_GPU_UTILIZATION_SAMPLES
        self.asked_since.append(since)
        samples = self.device(handle).samples
        if samples is None:
            raise NotSupportedError("Not Supported")
        return 1, [SimpleNamespace(timeStamp=at, sampleValue=SimpleNamespace(uiVal=percent, dVal=0.0)) for at, percent in samples]

    def nvmlDeviceGetMemoryInfo(self, handle: tuple[int, FakeDevice]) -> Any:
        return SimpleNamespace(used=self.device(handle).memory, total=24 * GIB)

    def nvmlDeviceGetComputeRunningProcesses(self, handle: tuple[int, FakeDevice]) -> list[Any]:
        pids = self.device(handle).pids
        if pids is None:
            raise NotSupportedError("Insufficient Permissions")
        return [SimpleNamespace(pid=pid, usedGpuMemory=None) for pid in pids]

    def device(self, handle: tuple[int, FakeDevice]) -> FakeDevice:
        self.check()
        assert handle[0] == self.epoch, "a handle of before"
        return handle[1]

    def check(self) -> None:
        if self.is_lost or not self.is_open:
            raise NVMLError("Uninitialized" if not self.is_open else "GPU is lost")


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """Give a device that is there."""
    path = tmp_path / "nvidiactl"
    path.write_text("")
    return path


def gpus_of(nvml: Any, there: Path, *, is_shared: bool = False) -> Gpus:
    return Gpus(nvml, [there], there.with_name("neuron0"), USERS.get, ME, is_shared=is_shared)


def gpu(**changes: Any) -> GpuFacts:
    return GpuFacts(**{"index": 0, "utilisation_fraction": 0.0, "memory_used_bytes": 0, "owner": "nobody", **changes})


def test_a_machine_without_a_gpu(tmp_path: Path) -> None:
    """Nothing is loaded and nothing said, not even that nothing can be said."""
    gpus = Gpus(None, [tmp_path / "nvidiactl"], tmp_path / "neuron0")
    assert gpus.look() == GpuLook()
    assert "pynvml" not in sys.modules


def test_one_that_computes(there: Path) -> None:
    """Its use now, its memory and whose it is."""
    gpus = gpus_of(FakeNvml(FakeDevice(percent=87, memory=20 * GIB, pids=[11])), there)
    assert gpus.look() == GpuLook(gpus=(gpu(utilisation_fraction=0.87, memory_used_bytes=20 * GIB, owner="ours"),))


def test_the_most_of_any_moment_since_the_look_before(there: Path) -> None:
    """A burst between two looks counts in one of them."""
    device = FakeDevice(percent=0, samples=[(100, 5), (200, 60), (300, 0)])
    nvml = FakeNvml(device)
    gpus = gpus_of(nvml, there)
    assert [each.utilisation_fraction for each in gpus.look().gpus] == [0.6]
    assert [each.utilisation_fraction for each in gpus.look().gpus] == [0.0]
    device.samples = [(300, 0), (400, 30)]
    assert [each.utilisation_fraction for each in gpus.look().gpus] == [0.3]
    assert nvml.asked_since == [0, 300, 300]


def test_a_device_that_only_keeps_samples(there: Path) -> None:
    """Its use at this moment is not told."""
    gpus = gpus_of(FakeNvml(FakeDevice(percent=None, samples=[(100, 40)])), there)
    assert gpus.look() == GpuLook(gpus=(gpu(utilisation_fraction=0.4),))


def test_a_device_that_tells_no_use_is_not_one_that_is_idle(there: Path) -> None:
    """As a part of a shared one; the others are told."""
    gpus = gpus_of(FakeNvml(FakeDevice(percent=None), FakeDevice(percent=3)), there)
    expected = Unmeasured(signal="gpu", reason="The use of GPU 0 cannot be told: Not Supported.")
    assert gpus.look() == GpuLook(gpus=(gpu(index=1, utilisation_fraction=0.03),), unmeasured=(expected,))


def test_eight_of_them_one_of_which_is_lost(there: Path) -> None:
    """Each has its number."""
    devices = [FakeDevice(percent=10 * index) for index in range(8)]
    devices[5].fault = NVMLError("GPU is lost.")
    found = gpus_of(FakeNvml(*devices), there).look()
    assert [(each.index, each.utilisation_fraction) for each in found.gpus] == [(i, i / 10) for i in range(8) if i != 5]
    assert [each.reason for each in found.unmeasured] == ["The use of GPU 5 cannot be told: GPU is lost."]


@pytest.mark.parametrize("percent", [-1, 101, 10**9])
def test_a_use_that_cannot_be_is_cut(there: Path, percent: int) -> None:
    """To nothing, or to the whole."""
    found = gpus_of(FakeNvml(FakeDevice(percent=percent)), there).look()
    assert [each.utilisation_fraction for each in found.gpus] == [0.0 if percent < 0 else 1.0]


def test_a_driver_that_is_lost_and_comes_back(there: Path) -> None:
    """It is said while it is lost, and begun anew after that."""
    nvml = FakeNvml(FakeDevice(percent=50))
    gpus = gpus_of(nvml, there)
    assert len(gpus.look().gpus) == 1
    nvml.is_lost = True
    for reason in ("GPU is lost", "Driver Not Loaded"):
        expected = Unmeasured(signal="gpu", reason=f"NVIDIA's driver does not answer: {reason}.")
        assert gpus.look() == GpuLook(unmeasured=(expected,))
    nvml.is_lost = False
    assert len(gpus.look().gpus) == 1
    assert nvml.epoch == 2


def test_a_library_that_raises_whatever_it_likes(there: Path) -> None:
    """As where a function is missing from an old driver."""
    assert [each.signal for each in gpus_of(SimpleNamespace(), there).look().unmeasured] == ["gpu"]
    device = FakeDevice(fault=OSError("x" * 500 + "\n"))
    (found,) = gpus_of(FakeNvml(device), there).look().unmeasured
    assert len(found.reason) < 130
    assert found.reason.isprintable()


def test_a_package_that_is_missing(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said where there is a driver, and only there."""
    monkeypatch.setitem(sys.modules, "pynvml", None)
    (found,) = gpus_of(None, there).look().unmeasured
    assert found.reason == "This machine has an NVIDIA driver, but the Python package nvidia-ml-py, which asks it, is missing."


def test_the_library_is_loaded_where_a_device_is(there: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name that its package has."""
    monkeypatch.setitem(sys.modules, "pynvml", FakeNvml(FakeDevice(percent=1)))
    assert gpus_of(None, there).look() == GpuLook(gpus=(gpu(utilisation_fraction=0.01),))


@pytest.mark.parametrize(
    ("pids", "expected"),
    [
        ([], "nobody"),
        ([11, 12], "ours"),
        ([21], "another_user"),
        ([21, 11], "ours"),
        ([99], "unknown"),
        ([21, 99], "unknown"),
        ([11, 99], "ours"),
        (None, "unknown"),
    ],
)
def test_whose_it_is(there: Path, pids: list[int] | None, expected: str) -> None:
    """Processes of other containers have numbers that say nothing here."""
    found = gpus_of(FakeNvml(FakeDevice(percent=5, pids=pids)), there).look()
    assert [each.owner for each in found.gpus] == [expected]


def test_whose_it_is_on_a_machine_that_is_shared_out(there: Path) -> None:
    """A stop of this server ends nothing of others' there; where their processes are not seen, it is not known whose it is."""
    devices = [FakeDevice(percent=5, pids=pids) for pids in ([21], [11, 21], [21, 99])]
    found = gpus_of(FakeNvml(*devices), there, is_shared=True).look()
    assert [each.owner for each in found.gpus] == ["others", "ours", "unknown"]


def test_whose_a_real_process_is() -> None:
    """By this machine's own table."""
    with running("input()") as mine:
        from mlcost_ext.probes.proc_table import user_of

        assert owner_of([mine.pid], user_of, os.getuid(), is_shared=False) == "ours"
        assert owner_of([mine.pid], user_of, os.getuid() + 1, is_shared=False) == "another_user"
        mine.kill()
        mine.wait()
        assert owner_of([mine.pid], user_of, os.getuid(), is_shared=False) == "unknown"


def test_devices_of_another_kind_are_told(tmp_path: Path) -> None:
    """AWS's own are not measured, which is not the same as that they do nothing."""
    neuron = tmp_path / "neuron0"
    neuron.write_text("")
    expected = Unmeasured(signal="gpu", reason="The use of this machine's AWS Neuron devices is not measured.")
    assert Gpus(None, [tmp_path / "nvidiactl"], neuron).look() == GpuLook(unmeasured=(expected,))
