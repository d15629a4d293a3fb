"""Machines made up by Hypothesis: what happens on them, and what each look at them measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hypothesis import strategies as st

from mlcost_ext.core.activity import (
    BackgroundProcess,
    ExecutionState,
    GpuFacts,
    KernelFacts,
    Measurements,
    RunningProcess,
    ScheduledJob,
    TerminalFacts,
)
from mlcost_ext.core.times import UTC

BEGAN = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
KERNELS = ("a", "b")
EVENTS = (
    "quiet",
    "message",
    "run",
    "run",
    "run",
    "finish",
    "run and finish",
    "ask",
    "answer",
    "wait",
    "go on",
    "compute",
    "rest",
    "start",
    "die",
    "type",
    "work",
    "stop",
    "save",
    "edit",
    "gpu",
    "no gpu",
    "schedule",
    "scheduled ended",
    "leave",
    "dearer",
    "cheaper",
)


@dataclass(frozen=True)
class Step:
    """Something that happens between two looks, and how many looks nothing happens in after that."""

    event: str
    kernel: str
    milliseconds: int
    """Between two looks."""
    part: float
    """When it happens between them, 0 to 1."""
    quiet: int


STEPS = st.lists(
    st.builds(
        Step,
        event=st.sampled_from(EVENTS),
        kernel=st.sampled_from(KERNELS),
        milliseconds=st.integers(200, 60_000),
        part=st.floats(0, 1),
        quiet=st.integers(0, 14),
    ),
    min_size=3,
    max_size=25,
)


def kernel_named(name: str, state: ExecutionState, at: datetime) -> KernelFacts:
    return KernelFacts(kernel_id=name, label=f"{name}.ipynb", has_session=True, execution_state=state, started_at=at)


@dataclass
class World:
    """A machine."""

    now: datetime = BEGAN
    kernels: dict[str, KernelFacts] = field(default_factory=lambda: {name: kernel_named(name, "idle", BEGAN) for name in KERNELS})
    terminal: TerminalFacts = field(default_factory=lambda: TerminalFacts(name="1", last_input_at=None))
    saved_at: datetime | None = None
    editor_at: datetime | None = None
    gpu: float = 0.0
    jobs: tuple[ScheduledJob, ...] = ()
    left: float = 0.0
    is_dear: bool = False

    def looks(self, steps: list[Step]) -> Iterator[tuple[Measurements, bool]]:
        """Give each look, and whether the machine is dear by then."""
        yield self.measured(), self.is_dear
        for step in steps:
            before, self.now = self.now, self.now + step.milliseconds * MILLISECOND
            self.happen(step.event, step.kernel, before + (1 + int(step.part * (step.milliseconds - 1))) * MILLISECOND)
            yield self.measured(), self.is_dear
            for _ in range(step.quiet):
                self.now += step.milliseconds * MILLISECOND
                yield self.measured(), self.is_dear

    def measured(self) -> Measurements:
        return Measurements(
            taken_at=self.now,
            server_started_at=BEGAN,
            kernels=tuple(self.kernels.values()),
            terminals=(self.terminal,),
            background=(BackgroundProcess(pid=7, command="sync", cpu_fraction=self.left),),
            gpus=(GpuFacts(index=0, utilisation_fraction=self.gpu, memory_used_bytes=0, owner="ours"),),
            last_saved_at=self.saved_at,
            editor_at=self.editor_at,
            scheduled=self.jobs,
        )

    def happen(self, event: str, name: str, at: datetime) -> None:
        """Let something happen at a moment before the next look."""
        self.happen_elsewhere(event, at)
        kernel = self.kernels.get(name)
        if event == "start":
            self.kernels[name] = kernel_named(name, "starting", at)
        elif event == "die":
            self.kernels.pop(name, None)
        elif kernel is not None:
            self.kernels[name] = replace(kernel, **changes(event, kernel, at))

    def happen_elsewhere(self, event: str, at: datetime) -> None:
        ran = RunningProcess(command="wget", cpu_fraction=0.2, is_foreground=True, is_viewer=False)
        earlier = at - timedelta(minutes=20)  # as it is where the scheduler is looked at more seldom
        found: dict[str, tuple[str, object]] = {
            "type": ("terminal", replace(self.terminal, last_input_at=at)),
            "work": ("terminal", replace(self.terminal, processes=(ran,))),
            "stop": ("terminal", replace(self.terminal, processes=())),
            "save": ("saved_at", at),
            "edit": ("editor_at", at),
            "gpu": ("gpu", 0.7),
            "no gpu": ("gpu", 0.0),
            "schedule": ("jobs", (ScheduledJob(job_id="j", name="nightly", started_at=earlier),)),
            "scheduled ended": ("jobs", ()),
            "leave": ("left", 0.0 if self.left else 0.3),
            "dearer": ("is_dear", True),
            "cheaper": ("is_dear", False),
        }
        if event in found:
            setattr(self, *found[event])


def changes(event: str, kernel: KernelFacts, at: datetime) -> dict[str, object]:
    """Give what an event changes in a kernel."""
    is_busy = kernel.execution_state == "busy"
    found: dict[str, dict[str, object]] = {
        "message": {"last_user_message_at": at},
        "run": {"execution_state": "busy", "busy_since": at, "last_user_message_at": at, "input_since": None, "waits_for": ()},
        "finish": {"execution_state": "idle", "busy_since": None, "input_since": None, "waits_for": ()},
        "run and finish": {"execution_state": "idle", "busy_since": None, "input_since": None, "last_user_message_at": at},
        "ask": {"input_since": at} if is_busy and not kernel.waits_for else {},
        "answer": {"input_since": None, "last_user_message_at": at} if kernel.input_since else {},
        "wait": {"waits_for": ("training churn",)} if is_busy and not kernel.input_since else {},
        "go on": {"waits_for": ()},
        "compute": {"cpu_fraction": 0.5},
        "rest": {"cpu_fraction": 0.01},
    }
    return found.get(event, {})
