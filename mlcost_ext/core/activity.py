"""What probes measure on this machine: facts with their time, before anybody judges them.

All times are aware UTC by this machine's own clock. A fraction of CPU is of one core: 1 is one core fully used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ExecutionState = Literal["starting", "idle", "busy", "restarting", "dead", "unknown"]
"""A kernel's, as Jupyter's kernel manager knows it by the kernel's own broadcasts."""

GpuOwner = Literal["ours", "another_user", "others", "unknown", "nobody"]
"""Whose processes are on a GPU: those of this server's user, only another user's of a machine that is this server's alone, only
others' of a machine that is shared out, not to be told, or none at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelFacts:
    """One kernel of this server, with or without a session."""

    kernel_id: str
    label: str
    """Its notebook's path, or its kernel specification's name where it has no session."""
    has_session: bool
    execution_state: ExecutionState
    started_at: datetime
    """When this server first saw it."""
    busy_since: datetime | None = None
    """Since when it has been busy without a pause, as far as was seen; None: it is not."""
    input_since: datetime | None = None
    """Since when a cell of it has been waiting at an input prompt; None: none is."""
    last_user_message_at: datetime | None = None
    """When somebody last ran, completed, inspected or answered something in it; None: nobody has yet."""
    cpu_fraction: float | None = None
    """Of its process and all below it, since the look before; None: not measurable, such as on a gateway."""
    busiest_fraction: float | None = None
    """The most that one of these processes uses; None: not told apart."""
    io_bytes_per_second: float | None = None
    """The most that one of them reads and writes, asked where it uses little CPU; None: not asked, or not to be told."""
    waits_for: tuple[str, ...] = ()
    """Running jobs that were launched from it, as ``training my-job``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningProcess:
    """A program, or a group of them, that was started from a terminal."""

    command: str
    """Its name alone: arguments may hold secrets."""
    cpu_fraction: float
    is_foreground: bool
    """Whether it is what the terminal runs now; else it was sent to the background."""
    is_viewer: bool
    """Whether it only shows something, such as ``top``, ``less`` or an editor."""
    waits_for_disk: bool = False
    """Whether one of them is in uninterruptible sleep, and has got on within the last ten minutes."""
    is_unanswered: bool = False
    """Whether those in uninterruptible sleep have not got on for so long."""
    io_bytes_per_second: float | None = None
    """The most that one of them reads and writes, asked where it uses little CPU; None: not asked, or not to be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalFacts:
    """One terminal: of this server, or a pane of a multiplexer such as tmux that was started in one."""

    name: str
    last_input_at: datetime | None
    """When somebody last typed in it; None: not known."""
    processes: tuple[RunningProcess, ...] = ()
    """What runs in it besides its shell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackgroundProcess:
    """A process that a kernel or a terminal has left behind, such as one of ``nohup``."""

    pid: int
    command: str
    cpu_fraction: float
    io_bytes_per_second: float | None = None
    """The most that one of its tree reads and writes, asked where it uses little CPU; None: not asked, or not to be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherProcess:
    """A tree of processes of this server's user that neither a kernel nor a terminal of it has, nor has left behind."""

    pid: int
    """Of its uppermost process."""
    command: str
    """The name of the one that uses most."""
    cpu_fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GpuFacts:
    """One GPU."""

    index: int
    utilisation_fraction: float
    """The most of any moment since the look before, 0 to 1."""
    memory_used_bytes: int
    owner: GpuOwner


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledJob:
    """A notebook job of Jupyter's own scheduler that runs now."""

    job_id: str
    name: str
    started_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeasured:
    """Something that could not be looked at, which is not the same as that nothing was there."""

    signal: str
    """The name of the signal that lacks it."""
    reason: str
    """In one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """One look at everything."""

    taken_at: datetime
    server_started_at: datetime
    resumed_at: datetime | None = None
    """When the machine last woke from a suspension; None: not since the server started."""
    kernels: tuple[KernelFacts, ...] = ()
    terminals: tuple[TerminalFacts, ...] = ()
    background: tuple[BackgroundProcess, ...] = ()
    others: tuple[OtherProcess, ...] = ()
    gpus: tuple[GpuFacts, ...] = ()
    last_saved_at: datetime | None = None
    """When a file was last saved through this server."""
    last_saved_path: str | None = None
    editor_at: datetime | None = None
    """What a remote editor last wrote into the shared timestamp file, never later than it was seen; None: nothing."""
    scheduled: tuple[ScheduledJob, ...] = ()
    unmeasured: tuple[Unmeasured, ...] = ()
