"""When the container of a Studio app was started, and whether this is one of several containers of a node.

AWS takes an app that is started again within a day for the old one and keeps its time (`DescribeApp`, `CreationTime`); its
container is a new one each time.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from mlcost_ext.core.times import UTC

from .metadata import RESOURCE_METADATA_FILE, resource_metadata_path

PROC = Path("/proc")
START_FIELD = 19
"""Of a process's `stat`, counted from after its name: when it was started, in clock ticks since boot (proc(5))."""
MAX_BYTES = 1024 * 1024
ON_A_NODE = ("KUBERNETES_SERVICE_HOST", "ECS_CONTAINER_METADATA_URI", "ECS_CONTAINER_METADATA_URI_V4")
"""Variables that Kubernetes and ECS put into each of a node's containers."""


def is_part_of_node(env: Mapping[str, str]) -> bool:
    """Tell whether others may run on the same machine."""
    return any(env.get(name) for name in ON_A_NODE)


def started_at(env: Mapping[str, str], proc: Path = PROC) -> datetime | None:
    """Give when this container's first process was started; None: this is no container of Studio's, or nobody tells.

    It reads files, and never raises.
    """
    if resource_metadata_path(env) != Path(RESOURCE_METADATA_FILE):
        return None
    try:
        ticks = int((proc / "1" / "stat").read_bytes()[:MAX_BYTES].rpartition(b")")[2].split()[START_FIELD])
        return datetime.fromtimestamp(booted_at(proc) + ticks / os.sysconf("SC_CLK_TCK"), UTC)
    except (OSError, ValueError, OverflowError, IndexError, ArithmeticError):
        return None


def booted_at(proc: Path) -> int:
    """Give when the machine was booted, in seconds since 1970.

    Raises:
        OSError: The file cannot be read.
        ValueError: It does not say.
    """
    lines = (proc / "stat").read_bytes()[:MAX_BYTES].splitlines()
    told = [line.split()[1] for line in lines if line.startswith(b"btime ")]
    if not told:
        raise ValueError("no btime")
    return int(told[0])
