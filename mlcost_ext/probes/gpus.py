"""GPUs by NVIDIA's management library (NVML): the most that each was used since the look before, and by whom.

https://docs.nvidia.com/deploy/nvml-api/
"""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlcost_ext.core.activity import GpuFacts, GpuOwner, Unmeasured
from mlcost_ext.core.words import clean

from .proc_table import user_of

DEVICES = (Path("/dev/nvidiactl"), Path("/proc/driver/nvidia"))
"""One of them is there where an NVIDIA driver is."""
NEURON = Path("/dev/neuron0")
SIGNAL = "gpu"
MODULE = "pynvml"
"""Of the package nvidia-ml-py."""
MOST_GPUS = 64
VALUES = {0: "dVal", 1: "uiVal", 2: "ulVal", 3: "ullVal", 4: "sllVal", 5: "siVal", 6: "usVal"}
"""The member that holds a sample's value, by its type (`nvmlValueType_t`)."""

UserOf = Callable[[int], int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuLook:
    """What one look at all GPUs has found."""

    gpus: tuple[GpuFacts, ...] = ()
    unmeasured: tuple[Unmeasured, ...] = ()


class Gpus:
    """Looks at all GPUs; nothing is loaded, and nothing said, on a machine that has none."""

    def __init__(
        self,
        nvml: Any = None,
        devices: Sequence[Path] = DEVICES,
        neuron: Path = NEURON,
        user_of_process: UserOf = user_of,
        user: int | None = None,
        *,
        is_shared: bool = False,
    ) -> None:
        """Take the library, which else is loaded where a device is, the places of devices, and whose server this is.

        `is_shared`: the machine is shared out among servers, as by JupyterHub, and not this server's alone.
        """
        self._nvml = nvml
        self._devices = tuple(devices)
        self._neuron = neuron
        self._user_of = user_of_process
        self._user = user if user is not None or not hasattr(os, "getuid") else os.getuid()
        self._is_shared = is_shared
        self._is_open = False
        self._sampled_until: dict[int, int] = {}

    def look(self) -> GpuLook:
        """Look at all GPUs; whatever is wrong with library, driver or device, it never raises."""
        if any(device.exists() for device in self._devices):
            return self._look()
        if self._neuron.exists():
            return lacking("The use of this machine's AWS Neuron devices is not measured")
        return GpuLook()

    def _look(self) -> GpuLook:
        try:
            self._open()
            count = min(int(self._nvml.nvmlDeviceGetCount()), MOST_GPUS)
        except ImportError:
            return lacking("This machine has an NVIDIA driver, but the Python package nvidia-ml-py, which asks it, is missing")
        except Exception as error:  # noqa: BLE001 - a library over ctypes raises whatever it likes
            self._close()
            return lacking(f"NVIDIA's driver does not answer: {reason_of(error)}")
        looks = [self._look_at(index) for index in range(count)]
        if looks and not any(look.gpus for look in looks):
            self._close()  # a driver that was exchanged needs a library that begins anew
        return GpuLook(
            gpus=tuple(gpu for look in looks for gpu in look.gpus),
            unmeasured=tuple(each for look in looks for each in look.unmeasured),
        )

    def _open(self) -> None:
        if self._nvml is None:
            self._nvml = importlib.import_module(MODULE)
        if not self._is_open:
            self._nvml.nvmlInit()
            self._is_open = True

    def _close(self) -> None:
        """Let go of a library that fails, so that the next look begins anew."""
        self._sampled_until.clear()
        if not self._is_open:
            return
        self._is_open = False
        with contextlib.suppress(Exception):  # it has failed before
            self._nvml.nvmlShutdown()

    def _look_at(self, index: int) -> GpuLook:
        try:
            device = self._nvml.nvmlDeviceGetHandleByIndex(index)
            used = self._most_used(index, device)
            memory = int(self._nvml.nvmlDeviceGetMemoryInfo(device).used)
        except Exception as error:  # noqa: BLE001 - as above
            return lacking(f"The use of GPU {index} cannot be told: {reason_of(error)}")
        owner = self._owner(device)
        found = GpuFacts(index=index, utilisation_fraction=used, memory_used_bytes=max(memory, 0), owner=owner)
        return GpuLook(gpus=(found,))

    def _most_used(self, index: int, device: Any) -> float:
        """Give the most of any sample that the driver still has since the look before, and of this moment; 0 to 1."""
        percents = self._samples(index, device)
        try:
            percents.append(float(self._nvml.nvmlDeviceGetUtilizationRates(device).gpu))
        except Exception:
            if not percents:
                raise
        return min(max(*percents, 0.0), 100.0) / 100

    def _samples(self, index: int, device: Any) -> list[float]:
        """Give the driver's samples, in percent; none: it keeps none, or there is no new one."""
        since = self._sampled_until.get(index, 0)
        try:
            kind, samples = self._nvml.nvmlDeviceGetSamples(device, self._nvml.NVML_GPU_UTILIZATION_SAMPLES, since)
            fresh = [sample for sample in samples if int(sample.timeStamp) > since]
            percents = [float(getattr(sample.sampleValue, VALUES[int(kind)])) for sample in fresh]
        except Exception:  # noqa: BLE001 - older devices and shared ones keep none
            return []
        self._sampled_until[index] = max((int(sample.timeStamp) for sample in fresh), default=since)
        return percents

    def _owner(self, device: Any) -> GpuOwner:
        try:
            running = self._nvml.nvmlDeviceGetComputeRunningProcesses(device)
            return owner_of((int(each.pid) for each in running), self._user_of, self._user, is_shared=self._is_shared)
        except Exception:  # noqa: BLE001 - it is not supported, or not permitted
            return "unknown"


def owner_of(pids: Iterable[int], user_of_process: UserOf, user: int | None, *, is_shared: bool) -> GpuOwner:
    """Tell whose the processes on a GPU are; ids that are not seen here, as those of other containers, cannot be told."""
    users = {user_of_process(pid) for pid in pids}
    if not users:
        return "nobody"
    if user is not None and user in users:
        return "ours"
    if None in users or user is None:
        return "unknown"
    return "others" if is_shared else "another_user"


def lacking(reason: str) -> GpuLook:
    return GpuLook(unmeasured=(Unmeasured(signal=SIGNAL, reason=f"{reason}."),))


def reason_of(error: Exception) -> str:
    """Give what an error says, fit to be shown."""
    return clean(str(error) or type(error).__name__).rstrip(".")
