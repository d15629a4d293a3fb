"""What processes use, read from /proc."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

MEGABYTE = 1024 * 1024
KINDS = (("mlcost_ext.aws.reader", "reader"), ("ipykernel_launcher", "kernel"))
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def tree(root: int) -> dict[int, str]:
    """Give a server's processes by kind: server, reader, kernel or other."""
    parent = psutil.Process(root)
    found = {root: "server"}
    for child in parent.children(recursive=True):
        try:
            command = " ".join(child.cmdline())
        except psutil.Error:
            continue
        found[child.pid] = next((kind for mark, kind in KINDS if mark in command), "other")
    return found


def pss_mb(root: int) -> dict[str, float]:
    """Give the proportional set size in MB, by kind."""
    sums: dict[str, float] = {}
    for pid, kind in tree(root).items():
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                sums[kind] = sums.get(kind, 0.0) + int(line.split()[1]) * 1024 / MEGABYTE
    return sums


class CpuMeter:
    """Count the processor seconds of a server's processes from now on, by kind."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._before = cpu_seconds(root)

    def read(self) -> dict[str, float]:
        """Give the seconds used since; processes that came and went meanwhile are counted as "ended"."""
        used: dict[str, float] = {}
        for key, (kind, seconds) in cpu_seconds(self._root).items():
            before = self._before.get(key, (kind, 0.0))[1]
            used[kind] = used.get(kind, 0.0) + seconds - before
        return used


def cpu_seconds(root: int) -> dict[str, tuple[str, float]]:
    """Give each process's seconds so far, and those of its children that have ended."""
    found: dict[str, tuple[str, float]] = {}
    for pid, kind in tree(root).items():
        try:
            found[str(pid)] = kind, process_cpu_seconds(pid)
            found[f"{pid} ended"] = "ended", _ended_children_seconds(pid)
        except OSError:
            continue
    return found


def process_cpu_seconds(pid: int) -> float:
    """Read a process's own CPU clock: to the nanosecond, where /proc/PID/stat counts hundredths."""
    return time.clock_gettime((~pid << 3) | 2)  # how Linux numbers the clock of another process, see clock_getcpuclockid(3)


def _ended_children_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / _TICKS_A_SECOND


@contextmanager
def paused(root: int) -> Iterator[None]:
    """Let a server and its children stand still."""
    pids = tree(root)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            if psutil.pid_exists(pid):
                os.kill(pid, signal.SIGCONT)


def end_tree(root: int, patience_seconds: float = 8.0) -> None:
    """Ask a server to end; what is left of its processes after a while is killed."""
    try:
        processes = [psutil.Process(pid) for pid in tree(root)]
    except psutil.NoSuchProcess:
        return
    for process in processes[:1]:
        process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=patience_seconds)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=patience_seconds)
