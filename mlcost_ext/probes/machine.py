"""One look at this machine from outside: processes, terminals, GPUs, scheduler, editors and clocks."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from mlcost_ext.core.activity import (
    BackgroundProcess,
    GpuFacts,
    KernelFacts,
    OtherProcess,
    ScheduledJob,
    TerminalFacts,
    Unmeasured,
)

from . import multiplexers
from .belongings import Belongings
from .cpu_meter import CpuMeter
from .gpus import Gpus
from .machine_clock import MachineClock
from .multiplexers import Panes
from .other_processes import OtherProcesses
from .proc_table import PROC, Process, Table, read_table
from .process_io import ProcessIo
from .process_trees import Trees, programs, total
from .scheduler_jobs import SchedulerJobs
from .shared_timestamp import SharedTimestamp
from .terminal_input import TerminalInputs

RARELY = timedelta(minutes=5)
"""How often processes are looked at where there is neither a kernel nor a terminal, nor anything left behind or beside them."""
HUB_VARIABLES = ("JUPYTERHUB_SERVICE_PREFIX", "JUPYTERHUB_API_URL", "JUPYTERHUB_USER")
"""Any of them: JupyterHub has spawned this server, beside others of the same machine."""
NO_PROCESSES = "This machine does not tell what its processes do, since it has no /proc."
NOT_HERE = "What the processes of a kernel do that runs on another machine, or is not told to this server, is not measured."


@dataclass(frozen=True, slots=True)
class TreeUse:
    """What single processes of a kernel do."""

    busiest_fraction: float
    io_bytes_per_second: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFacts:
    """What one look has found."""

    kernel_cpu: Mapping[str, float | None]
    """By kernel: what its process and all below it have used of a core since the look before; None: not measurable."""
    kernel_trees: Mapping[str, TreeUse] = field(default_factory=dict)
    """What else is known of those that can be measured."""
    terminals: tuple[TerminalFacts, ...] = ()
    background: tuple[BackgroundProcess, ...] = ()
    others: tuple[OtherProcess, ...] = ()
    gpus: tuple[GpuFacts, ...] = ()
    scheduled: tuple[ScheduledJob, ...] = ()
    editor_at: datetime | None = None
    resumed_at: datetime | None = None
    clock_step: timedelta = timedelta(0)
    """By how much the wall clock was set, suspension apart, since that was last told; negative: back."""
    unmeasured: tuple[Unmeasured, ...] = ()

    def completed(self, kernels: Iterable[KernelFacts]) -> tuple[KernelFacts, ...]:
        """Add to kernels what is known of their processes besides the sum."""
        found = ((kernel, self.kernel_trees.get(kernel.kernel_id)) for kernel in kernels)
        return tuple(
            replace(kernel, busiest_fraction=tree.busiest_fraction, io_bytes_per_second=tree.io_bytes_per_second)
            if tree
            else kernel
            for kernel, tree in found
        )


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """What processes tell."""

    kernel_cpu: Mapping[str, float | None]
    terminals: tuple[TerminalFacts, ...] = ()
    background: tuple[BackgroundProcess, ...] = ()
    kernel_trees: Mapping[str, TreeUse] = field(default_factory=dict)
    others: tuple[OtherProcess, ...] = ()


class MachineProbe:
    """Measures this machine, remembering what the next look compares with.

    It reads files and blocks for some milliseconds: call it from a thread. Looks at the same time wait for each other.
    """

    def __init__(
        self,
        *,
        server_pid: int | None = None,
        own_environment: Mapping[str, str] | None = None,
        server: tuple[str, str] | None = None,
        timestamp: SharedTimestamp | None = None,
        scheduler: SchedulerJobs | None = None,
        gpus: Gpus | None = None,
        clock: MachineClock | None = None,
        proc: Path = PROC,
    ) -> None:
        """Take what is to be measured, and where.

        Args:
            server_pid: This Jupyter server's process; None: this one.
            own_environment: Its environment; None: this process's.
            server: Its URL and root, as its terminals have them in JUPYTER_SERVER_URL and JUPYTER_SERVER_ROOT; None: not known.
            timestamp: AWS's shared file; None: it is not looked at.
            scheduler: Jupyter's own; None: it is not looked at.
            gpus: How GPUs are asked.
            clock: How time is compared.
            proc: Where processes are told.
        """
        self._server_pid = os.getpid() if server_pid is None else server_pid
        self._timestamp = timestamp
        self._scheduler = scheduler
        own = os.environ if own_environment is None else own_environment
        self._gpus = gpus or Gpus(is_shared=any(own.get(name) for name in HUB_VARIABLES))
        self._clock = clock or MachineClock()
        self._meter = CpuMeter()
        self._proc = proc
        self._inputs = TerminalInputs()
        self._panes = Panes()
        self._io = ProcessIo(proc)
        self.others = OtherProcesses(self._server_pid, proc=proc)
        """Looks at what belongs to no kernel and no terminal."""
        self._belongings = Belongings(self._server_pid, own, server, proc)
        self._lock = threading.Lock()
        self._read_at: datetime | None = None
        self._had_any = False
        self._has_others = False

    def look(self, kernels: Mapping[str, int | None], terminals: Mapping[str, int], now: datetime) -> MachineFacts:
        """Measure everything once.

        Args:
            kernels: Each kernel's process; None: it is not on this machine.
            terminals: Each terminal's shell.
            now: The time of this look, in UTC.
        """
        with self._lock:
            return self._look(kernels, terminals, now)

    def _look(self, kernels: Mapping[str, int | None], terminals: Mapping[str, int], now: datetime) -> MachineFacts:
        clock = self._clock.look(now)
        if clock.step:
            self._inputs.shift(clock.step)
            if self._timestamp is not None:
                self._timestamp.shift(clock.step)
        is_worth_it = self._is_worth_it(kernels, terminals, now)
        table = self._table() if is_worth_it else {}
        trees = Trees(table or {})
        if table is None:
            found = ProcessFacts(dict.fromkeys(kernels), tuple(bare(name) for name in terminals))
        else:  # where processes are not looked at, what the next look compares with stays
            found = self._processes(trees, kernels, terminals, now) if is_worth_it else ProcessFacts({})
        self._has_others = bool(found.others)
        gpus = self._gpus.look()
        scheduled = None if self._scheduler is None else self._scheduler.look(table, trees.below(self._server_pid), now)
        lacking = unmeasured(kernels, terminals) if table is None else elsewhere(kernels)
        return MachineFacts(
            kernel_cpu=found.kernel_cpu,
            terminals=found.terminals,
            kernel_trees=found.kernel_trees,
            background=found.background,
            others=found.others,
            gpus=gpus.gpus,
            scheduled=scheduled.jobs if scheduled else (),
            editor_at=None if self._timestamp is None else self._timestamp.look(now),
            resumed_at=clock.resumed_at,
            clock_step=clock.step,
            unmeasured=(*lacking, *gpus.unmeasured, *(scheduled.unmeasured if scheduled else ())),
        )

    def _is_worth_it(self, kernels: Mapping[str, int | None], terminals: Mapping[str, int], now: datetime) -> bool:
        """Tell whether processes are to be looked at: where nothing is there and nothing was left behind, now and then only."""
        had_any, self._had_any = self._had_any, bool(kernels or terminals)
        is_left = had_any or self._belongings.has_any or self._has_others
        is_used = self._had_any or is_left or bool(self._scheduler and self._scheduler.has_jobs)
        is_due = self._read_at is None or not timedelta(0) <= now - self._read_at < RARELY
        self._read_at = now if is_used or is_due else self._read_at
        return is_used or is_due

    def _table(self) -> Table | None:
        try:
            return read_table(self._proc)
        except OSError:
            return None

    def _processes(
        self, trees: Trees, kernels: Mapping[str, int | None], terminals: Mapping[str, int], now: datetime
    ) -> ProcessFacts:
        """Share the processes out among kernels, terminals, panes of multiplexers, and what has been left behind."""
        use = self._meter.look(trees.table)
        self._belongings.forget_ended(trees.table)
        self._io.keep(trees.table)
        for pid in (*terminals.values(), *(pid for pid in kernels.values() if pid is not None)):
            self._belongings.remember(trees.of_terminal(pid).values())
        servers = multiplexers.servers(trees)
        apart = {server.pid for server in servers}
        panes = self._panes.look(trees, servers, lambda server: self._belongings.are_ours(server, trees.table))
        shells = {**terminals, **{name: shell.pid for name, shell in panes.items()}}
        taken = {pid for server in apart for pid in trees.below(server)}
        of_kernels = {kernel: trees.below(pid, apart) for kernel, pid in kernels.items() if pid is not None}
        of_terminals = {name: trees.of_terminal(shell, apart - {shell}) for name, shell in shells.items()}
        known = {server.pid for server in servers if self._belongings.are_ours(server, trees.table)}
        for members in (*of_kernels.values(), *of_terminals.values()):
            taken |= members.keys()
            known |= members.keys()
            self._belongings.remember(members.values())
        self._inputs.keep(shells.keys())
        background = self._belongings.left_behind(trees, use, taken, self._io)
        known |= {process.pid for process in trees.table.values() if self._belongings.are_remembered(process)}
        return ProcessFacts(
            kernel_cpu={kernel: cpu_of(of_kernels.get(kernel, {}), use) for kernel in kernels},
            kernel_trees={kernel: self._tree(members, use) for kernel, members in of_kernels.items() if members},
            terminals=tuple(self._terminal(name, shells[name], members, use, now) for name, members in of_terminals.items()),
            background=background,
            others=self.others.look(trees, use, known),
        )

    def _tree(self, members: Mapping[int, Process], use: Mapping[int, float]) -> TreeUse:
        return TreeUse(max(use.get(pid, 0.0) for pid in members), self._io.most(members.values(), use))

    def _terminal(
        self, name: str, shell: int, members: Mapping[int, Process], use: Mapping[int, float], now: datetime
    ) -> TerminalFacts:
        if shell not in members:
            return bare(name)
        return TerminalFacts(
            name=name,
            last_input_at=self._inputs.look(name, members[shell].tty, now),
            processes=programs(members[shell], members, use, self._io),
        )


def bare(name: str) -> TerminalFacts:
    """Describe a terminal of which nothing is known."""
    return TerminalFacts(name=name, last_input_at=None)


def cpu_of(members: Mapping[int, Process], use: Mapping[int, float]) -> float | None:
    """Sum what a kernel's processes use; None: it is on another machine, or has ended."""
    return total(members.values(), use) if members else None


def elsewhere(kernels: Mapping[str, int | None]) -> tuple[Unmeasured, ...]:
    """Tell that there are kernels without a process on this machine."""
    return (Unmeasured(signal="kernel_cpu", reason=NOT_HERE),) if None in kernels.values() else ()


def unmeasured(kernels: Mapping[str, int | None], terminals: Mapping[str, int]) -> tuple[Unmeasured, ...]:
    """Tell what a machine that does not tell its processes lacks."""
    lacking = ["background_process", "other_process"]
    if any(pid is not None for pid in kernels.values()):
        lacking.append("kernel_cpu")
    if terminals:
        lacking += ["terminal_process", "terminal_input"]
    return tuple(Unmeasured(signal=signal, reason=NO_PROCESSES) for signal in lacking)
