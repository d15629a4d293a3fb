"""Watch this server's kernels from the outside: state, since when, process, notebook. None of them is asked anything."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from mlcost_ext.core.activity import ExecutionState, KernelFacts
from mlcost_ext.idle.signals.words import CORE_FRACTION

from .kernel_messages import KernelMessages, KernelTraffic, buffered
from .spending import Spending

CONFIRMED_AFTER = timedelta(seconds=0.5)
"""A kernel that is busy for less than this only answers: an extension that asks for its memory makes it busy for a moment."""
INPUT_SETTLES = timedelta(seconds=2)
"""A kernel's state may be told a little later than its input prompt."""
SESSIONS_SECONDS = 10.0
MOST_SCANNED = 2000
"""Of the messages kept for a closed page, in one look."""
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
    scanned: tuple[int, int] = (0, 0)
    """Which list of kept messages was looked through last, and up to where."""


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
        self._sessions = KernelSessions(sessions)
        self._held: dict[str, WatchedKernel] = {}
        self.spending = Spending()

    def there(self) -> dict[str, Any]:
        """Give the kernels by their ids; none where the kernel manager keeps them elsewhere."""
        found = getattr(self._kernels, "_kernels", None)
        return dict(found) if isinstance(found, Mapping) else {}

    @property
    def is_readable(self) -> bool:
        """Whether the kernel manager is of a kind whose kernels can be looked at."""
        return isinstance(getattr(self._kernels, "_kernels", None), Mapping)

    async def look(self) -> None:
        """Look at all kernels; where one has just become busy, once more half a second later."""
        await self._sessions.refresh(list(self.there()))
        with self.spending:
            fresh = self._first_look()
        if fresh:
            await asyncio.sleep(CONFIRMED_AFTER.total_seconds())
        with self.spending:
            self._last_look(fresh)

    def pids(self) -> dict[str, int | None]:
        """Give each kernel's process; None: it is not of this machine."""
        return {key: held.pid for key, held in self._held.items()}

    def facts(self, cpu: Mapping[str, float | None], jobs: JobsOf, cost: str | None) -> tuple[KernelFacts, ...]:
        """Give what the last look has found.

        Args:
            cpu: What each kernel's processes have used since the look before, in cores.
            jobs: Gives the running jobs that were launched from a kernel.
            cost: What an hour of this machine costs, in words.
        """
        return tuple(self._facts(key, held, cpu.get(key), jobs, cost) for key, held in self._held.items())

    def shift(self, by: timedelta) -> None:
        """Move all times by what the clock was set."""
        self._messages.shift(by)
        for held in self._held.values():
            held.started_at += by
            held.busy_since = None if held.busy_since is None else held.busy_since + by

    def _first_look(self) -> dict[str, object]:
        """Look at all kernels; give those that seem to be busy, and have not been for long, with what tells this time apart."""
        self._note(self.there())
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
            state, pid = state_of(kernel), pid_of(kernel)
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
        if held.state in ("starting", "restarting", "dead"):
            traffic.end_all(self._clock())
            return
        if (getattr(self._kernels, "_kernel_connections", None) or {}).get(key, 0):
            return
        kept = buffered(self._kernels, key)
        if kept is None:
            traffic.cells.clear()
            return
        begin = held.scanned[1] if held.scanned[0] == id(kept) and held.scanned[1] <= len(kept) else 0
        for channel, parts in kept[begin : begin + MOST_SCANNED]:
            self._messages.kept(key, channel, parts)
        held.scanned = (id(kept), min(len(kept), begin + MOST_SCANNED))
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
        if traffic.input_at is not None and now - traffic.input_at > INPUT_SETTLES:
            traffic.input_at = None

    def _facts(self, key: str, held: WatchedKernel, cpu: float | None, jobs: JobsOf, cost: str | None) -> KernelFacts:
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
            waits_cost_per_hour=cost if waits_for else None,
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
