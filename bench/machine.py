"""On what was measured: no name and no path of it."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from .arms import BARE, MLCOST, RESOURCE_USAGE_ARM, packages
from .browser import executable

PACKAGES = ("jupyterlab", "jupyter-server", "ipykernel", "boto3")


def machine() -> dict[str, str]:
    """Tell the machine and the versions that matter."""
    versions = packages(BARE)
    return {
        "cores": str(os.cpu_count()),
        "cpu": _cpu_model(),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1024**3:.0f} GB",
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: versions[name].split("==")[1] for name in PACKAGES},
        "mlcost-ext": packages(MLCOST)["mlcost-ext"].split("==")[1],
        "jupyter-resource-usage": packages(RESOURCE_USAGE_ARM)["jupyter-resource-usage"].split("==")[1],
        "browser": _browser_version(),
    }


def load_average() -> float:
    """Tell how busy the machine was in the last minute, ourselves included."""
    return os.getloadavg()[0]


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _browser_version() -> str:
    path = executable()
    if path is None:
        return "of Playwright"
    return subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.strip()
