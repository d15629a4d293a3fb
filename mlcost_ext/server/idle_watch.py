"""Watch this server's kernels from the outside: state, since when, process, notebook. None of them is asked anything."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from mlcost_ext.core.activity import ExecutionState, KernelFacts, Unmeasured
from mlcost_ext.idle.signals.words import CORE_FRACTION

from .gateway_kernels import UNANSWERED, GatewayKernels
from .kernel_messages import KernelMessages, KernelTraffic, buffered
from .spending import Spending

CONFIRMED_AFTER = timedelta(seconds=0.5)
"""A kernel that is busy for less than this only answers: an extension that asks for its memory makes it busy for a moment."""
INPUT_SETTLES = timedelta(seconds=2)
"""A kernel's state may be told a little later than its input prompt."""
SESSIONS_SECONDS = 10.0
MOST_SCANNED = 2000
"""Of the messages kept for a closed page, in one turn of the event loop."""
MOST_TURNS = 500
"""In one look."""
MAX_LABEL = 256

JobsOf = Callable[[str], tuple[str, ...]]
"""Gives the running jobs that a kernel has launched, in words."""


@dataclass(slots=True)
class WatchedKernel:
    """What is remembered of one kernel from look to look."""

    started_at: datetime
    pid: int | None
    name: str
    """Of its specification."""
    state: ExecutionState = "unknown"
    busy_since: datetime | None = None
    is_stale: bool = False
    """Whether its process is another one than that which was last told to be busy."""
    kept_first: object = None
    """The first of the kept messages that were looked through last: it tells one list of them from the next."""
    scanned: int = 0
    """How many of that list."""
    is_behind: bool = False
    """Whether there are more."""


class KernelSessions:
    """Know what each kernel is of, as Jupyter's sessions tell it."""

    def __init__(self, sessions: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._sessions, self._clock = sessions, clock
        self._labels: dict[str, str] = {}
        self._read_for: frozenset[str] = frozenset()
        self._read_at = float("-inf")

    async def refresh(self, kernel_ids: Sequence[str]) -> None:
        """Read the sessions anew where there is a new kernel, else now and then; a notebook may be renamed."""
        wanted = frozenset(kernel_ids)
        if wanted == self._read_for and self._clock() - self._read_at < SESSIONS_SECONDS:
            return
        self._read_for, self._read_at = wanted, self._clock()
        try:
            listed = await self._sessions.list_sessions() if wanted else []
        except Exception:  # noqa: BLE001  (of another class, or out of reach: the names known before are good enough)
            self._read_at = float("-inf")  # Jupyter refuses while one of its kernels starts
            return
        self._labels = {str((session.get("kernel") or {}).get("id")): label_of(session) for session in listed}

    def label(self, kernel_id: str) -> str | None:
        """Give the notebook's or console's name; None: the kernel has no session."""
        return self._labels.get(kernel_id)


class KernelWatch:
    """Facts about kernels, from look to look. All methods are for the event loop's thread."""

    def __init__(self, kernels: Any, sessions: Any, messages: KernelMessages, clock: Callable[[], datetime]) -> None:
        """Take what it looks at.

        Args:
            kernels: Jupyter's kernel manager, of whatever class.
            sessions: Jupyter's session manager.
            messages: What was seen on the way between pages and kernels.
            clock: Gives aware UTC.
        """
        self._kernels, self._messages, self._clock = kernels, messages, clock
        self._sessions, self._gateway = KernelSessions(sessions), GatewayKernels(kernels)
        self._held: dict[str, WatchedKernel] = {}
        self._told_at = clock()
        """As of when Jupyter's own states are: those of a gateway's kernels are not told by themselves."""
        self.spending = Spending()

    def there(self) -> dict[str, Any]:
        """Give the kernels by their ids; none where the kernel manager keeps them elsewhere."""
        found = getattr(self._kernels, "_kernels", None)
        return dict(found) if isinstance(found, Mapping) else {}

    @property
    def is_readable(self) -> bool:
        """Whether the kernel manager is of a kind whose kernels can be looked at."""
        return isinstance(getattr(self._kernels, "_kernels", None), Mapping)

    @property
    def unmeasured(self) -> tuple[Unmeasured, ...]:
        """What the last look could not tell."""
        is_remote = any(held.pid is None for held in self._held.values())
        return (UNANSWERED,) if is_remote and not self._gateway.has_answered else ()

    async def look(self) -> None:
        """Look at all kernels; where one has just become busy, once more half a second later."""
        if self.there():
            await self._refresh()
        await self._sessions.refresh(list(self.there()))
        with self.spending:
            self._note(self.there())
        await self._catch_up()
        with self.spending:
            fresh = self._fresh()
        if fresh:
            await asyncio.sleep(CONFIRMED_AFTER.total_seconds())
            if any(self._held[key].pid is None for key in fresh):
                await self._refresh(at_once=True)
        with self.spending:
            self._last_look(fresh)

    async def _refresh(self, *, at_once: bool = False) -> None:
        if await self._gateway.refresh(at_once=at_once):
            self._told_at = self._clock()

    def forget(self) -> None:
        """Forget what was seen of cells: their ends are not seen while nobody looks."""
        self._messages.forget_cells()
        for held in self._held.values():
            held.busy_since = None

    def pids(self) -> dict[str, int | None]:
        """Give each kernel's process; None: it is not of this machine."""
        return {key: held.pid for key, held in self._held.items()}

    def facts(self, cpu: Mapping[str, float | None], jobs: JobsOf) -> tuple[KernelFacts, ...]:
        """Give what the last look has found.

        Args:
            cpu: What each kernel's processes have used since the look before, in cores.
            jobs: Gives the running jobs that were launched from a kernel.
        """
        return tuple(self._facts(key, held, cpu.get(key), jobs) for key, held in self._held.items())

    def shift(self, by: timedelta) -> None:
        """Move all times by what the clock was set."""
        self._messages.shift(by)
        self._told_at += by
        for held in self._held.values():
            held.started_at += by
            held.busy_since = None if held.busy_since is None else held.busy_since + by

    async def _catch_up(self) -> None:
        """Look through what is kept for closed pages, a bounded part of it at each turn of the event loop."""
        for _ in range(MOST_TURNS):
            behind = [(key, held) for key, held in self._held.items() if held.is_behind]
            if not behind:
                return
            await asyncio.sleep(0)
            with self.spending:
                for key, held in behind:
                    self._settle(key, held, self._messages.of(key))

    def _fresh(self) -> dict[str, object]:
        """Give the kernels that seem to be busy, and have not been for long, with what tells this time apart."""
        now = self._clock()
        marks = ((key, self._mark(key, now)) for key in self._held)
        return {key: mark for key, mark in marks if mark is not None and not self._is_confirmed(key, now)}

    def _last_look(self, fresh: Mapping[str, object]) -> None:
        """Look at all kernels, and settle which are busy: those that are so still."""
        if fresh:
            self._note(self.there())
        now = self._clock()
        for key, held in self._held.items():
            mark = self._mark(key, now)
            is_busy = mark is not None and (self._is_confirmed(key, now) or fresh.get(key) == mark)
            self._judge(key, held, now, is_busy=is_busy)
        self._messages.keep(list(self._held))

    # -- one kernel -------------------------------------------------------------------------

    def _note(self, kernels: Mapping[str, Any]) -> None:
        """Take in which kernels there are, in which state, of which process."""
        now = self._clock()
        self._held = {key: self._held.get(key) or first_sight(kernel, now) for key, kernel in kernels.items()}
        for key, kernel in kernels.items():
            held, traffic = self._held[key], self._messages.of(key)
            pid = pid_of(kernel)
            state = state_of(kernel) if pid is not None or self._gateway.has_answered else "unknown"
            if pid != held.pid and pid is not None and held.pid is not None:
                held.started_at, held.busy_since, held.is_stale = now, None, state == "busy"
                traffic.end_all(now)
                traffic.run_ended_at = None
            held.pid = pid or held.pid
            held.is_stale = held.is_stale and state == "busy" and not traffic.cells
            held.state = "unknown" if held.is_stale else state
            self._settle(key, held, traffic)

    def _settle(self, key: str, held: WatchedKernel, traffic: KernelTraffic) -> None:
        """Bring up to date what is known of a cell whose page is closed: its end is kept for the page, or nobody knows of it."""
        held.is_behind = False
        if held.state in ("restarting", "dead") or (held.state == "starting" and held.pid is not None):
            traffic.end_all(self._clock())
            return
        has_page = bool((getattr(self._kernels, "_kernel_connections", None) or {}).get(key, 0))
        kept = None if has_page else buffered(self._kernels, key)
        first = kept[0] if kept else None
        if first is None or first is not held.kept_first:
            held.kept_first, held.scanned = first, 0
        if has_page:
            return
        if kept is None:
            traffic.cells.clear()
            return
        begin = held.scanned
        for channel, parts in kept[begin : begin + MOST_SCANNED]:
            self._messages.kept(key, channel, parts)
        held.scanned = min(len(kept), begin + MOST_SCANNED)
        held.is_behind = held.scanned < len(kept)
        if not traffic.cells:
            traffic.run_ended_at = None  # it was kept at some time before

    def _mark(self, key: str, now: datetime) -> object:
        """Give what tells one time of being busy from the next; None: it is not busy."""
        if key not in self._held:
            return None
        state, run = self._held[key].state, self._messages.of(key).run(now)
        if run is not None and state != "dead":
            return run
        return state if state == "busy" else None

    def _is_confirmed(self, key: str, now: datetime) -> bool:
        """Tell whether a busy kernel has been so for long enough, or was at the look before, by the same token."""
        run = self._messages.of(key).run(now)
        if run is not None:
            return now - run >= CONFIRMED_AFTER
        return self._held[key].busy_since is not None

    def _judge(self, key: str, held: WatchedKernel, now: datetime, *, is_busy: bool) -> None:
        traffic = self._messages.of(key)
        if is_busy:
            held.busy_since = traffic.run(now) or held.busy_since or now
            held.state = "busy"
            return
        held.busy_since = None
        held.state = "idle" if held.state == "busy" else held.state
        if held.state != "unknown" and traffic.input_at is not None and self._told_at - traffic.input_at > INPUT_SETTLES:
            traffic.input_at = None

    def _facts(self, key: str, held: WatchedKernel, cpu: float | None, jobs: JobsOf) -> KernelFacts:
        traffic, label = self._messages.of(key), self._sessions.label(key)
        does_little = held.busy_since is not None and (cpu is None or cpu < CORE_FRACTION)
        waits_for = jobs(key) if does_little and traffic.input_at is None else ()
        return KernelFacts(
            kernel_id=key,
            label=label or held.name,
            has_session=label is not None,
            execution_state=held.state,
            started_at=held.started_at,
            busy_since=held.busy_since,
            input_since=traffic.input_at if held.busy_since is not None else None,
            last_user_message_at=traffic.used_at,
            cpu_fraction=cpu,
            waits_for=waits_for,
        )


def label_of(session: Mapping[str, Any]) -> str:
    """Give what a session is called: a notebook by its path, a console by its name."""
    path, name = session.get("path"), session.get("name")
    return str((path if session.get("type") == "notebook" else name) or path or name or "a session")[:MAX_LABEL]


def first_sight(kernel: Any, now: datetime) -> WatchedKernel:
    """Begin to remember a kernel."""
    name = str(getattr(kernel, "kernel_name", None) or "a kernel")[:MAX_LABEL]
    return WatchedKernel(started_at=now, pid=pid_of(kernel), name=name)


def state_of(kernel: Any) -> ExecutionState:
    """Give a kernel's state as its manager has it; a process that has ended is dead, whatever was told before."""
    process = process_of(kernel)
    if process is not None and process.poll() is not None:
        return "dead"
    said = getattr(kernel, "execution_state", None)
    states: tuple[ExecutionState, ...] = get_args(ExecutionState)
    return next((state for state in states if state == said), "unknown")


def process_of(kernel: Any) -> subprocess.Popen[bytes] | None:
    """Give the process of a kernel of this machine."""
    found = getattr(getattr(kernel, "provisioner", None), "process", None)
    return found if isinstance(found, subprocess.Popen) else None


def pid_of(kernel: Any) -> int | None:
    """Give its id; None: it is none of this machine."""
    process = process_of(kernel)
    return process.pid if process is not None else None
