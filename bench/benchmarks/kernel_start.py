"""How long until a kernel is ready, and how much of it is the import of our modules."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from bench.arms import BARE, MLCOST
from bench.importtime import our_imports_ms
from bench.plan import Benchmark, Plan, in_turn
from bench.practice import practice_account
from bench.processes import end_tree, process_cpu_seconds
from bench.result import Result, paired, single
from bench.station import HOST, Home, make_home

LIMIT_MS = 25.0
IMPORT_LIMIT_MS = 15.0
PATIENCE_SECONDS = 60.0
IMPORT_READINGS = 10
STARTS_A_PAIR = 3
"""A start takes a third of a second, and the limit is a fifteenth of it: so thrice the pairs."""


def run(plan: Plan) -> list[Result]:
    """Start kernels in turn, after one start of each that is not counted; then look at the imports."""
    folder = plan.folder / "kernel_start"
    until: dict[str, list[float]] = {"mlcost": [], "bare": []}
    cpu: dict[str, list[float]] = {"mlcost": [], "bare": []}
    with practice_account(folder / "practice") as endpoint:
        homes = tuple(make_home(arm, folder / arm.name, endpoint) for arm in (MLCOST, BARE))
        for number, pair in enumerate(in_turn(homes, STARTS_A_PAIR * plan.pairs + 1)):
            for home in pair:
                ready_ms, used_ms = kernel_ready_ms(home)
                if number:
                    until[home.arm.name].append(ready_ms)
                    cpu[home.arm.name].append(used_ms)
        imports = [import_reading(homes[0]) for _ in range(min(plan.pairs, IMPORT_READINGS))]
    of = ("mlcost", "bare")
    return [
        paired("kernel_start", "kernel start until it is ready, above bare", "ms", until, LIMIT_MS, of=of),
        single("kernel_import", "our modules in -X importtime, own time", "ms", [own for own, _ in imports], IMPORT_LIMIT_MS),
        single("kernel_import_all", "our modules with all that only they import", "ms", [total for _, total in imports]),
        paired("kernel_start_cpu", "processor time until then, above bare", "ms", cpu, None, of=of),
        single("kernel_start_bare", "kernel start, bare", "ms", until["bare"]),
    ]


def kernel_ready_ms(home: Home) -> tuple[float, float]:
    """Start a kernel; give the time to its answer to a request and to being idle, and its processor time until then."""
    with kernel(home) as (client, pid, began):
        wait_until_ready(client)
        return (time.perf_counter() - began) * 1000, process_cpu_seconds(pid) * 1000


def import_reading(home: Home) -> tuple[float, float]:
    """Start a kernel that tells its imports, and give our modules' own time and all they caused, in ms."""
    log = home.folder / "imports.log"
    with kernel(home, "-X", "importtime", log=log) as (client, _, _):
        wait_until_ready(client)
    return our_imports_ms(log.read_text(encoding="utf-8", errors="replace"))


@contextmanager
def kernel(home: Home, *options: str, log: Path | None = None) -> Iterator[tuple[BlockingKernelClient, int, float]]:
    """Keep a kernel running; with it go its process and the moment it was started."""
    connection, information = write_connection_file(str(home.folder / "kernel.json"), ip=HOST)
    context = zmq.Context()
    context.reconnect_ivl = 2  # ZeroMQ's own 100 ms would be the unit of every reading
    client = BlockingKernelClient(context=context)
    client.load_connection_info(information)
    with (log or home.folder / "kernel.log").open("w", encoding="utf-8") as stream:
        began = time.perf_counter()
        process = subprocess.Popen(
            [home.arm.python, *options, "-m", "ipykernel_launcher", "-f", connection],
            cwd=home.folder / "notebooks",
            env={**home.environment, "JPY_PARENT_PID": str(os.getpid())},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    try:
        client.start_channels(hb=False, control=False, stdin=False)
        yield client, process.pid, began
    finally:
        client.stop_channels()
        end_tree(process.pid)
        process.wait()
        context.destroy(linger=0)
        Path(connection).unlink(missing_ok=True)


def wait_until_ready(client: BlockingKernelClient) -> None:
    """Wait for an answer, and for the word that the kernel is idle after it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    asked = {client.kernel_info()}
    client.get_shell_msg(timeout=PATIENCE_SECONDS)
    while time.monotonic() < deadline:
        try:
            message = client.get_iopub_msg(timeout=0.05)
        except Empty:  # what was published before we were connected is lost
            asked.add(client.kernel_info())
            continue
        is_idle = message["msg_type"] == "status" and message["content"]["execution_state"] == "idle"
        if is_idle and message["parent_header"].get("msg_id") in asked:
            return
    raise RuntimeError("the kernel did not become idle")


KERNEL_START = Benchmark(name="kernel_start", title="Kernel start", minutes=3, run=run)
