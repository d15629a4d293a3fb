"""How long a machine was idle: by real verdicts on scripted days, and never more than the time that passed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlcost_ext.core.activity import KernelFacts, Measurements
from mlcost_ext.core.idle import IdleOptions, Signal, Verdict
from mlcost_ext.core.times import UTC
from mlcost_ext.idle.tracking import Tracked, track
from mlcost_ext.idle.verdict import verdict
from mlcost_ext.server.busy import BusyTime

START = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
MICROS = 1_000_000
OPTIONS = IdleOptions(mode="shadow", timeout=timedelta(seconds=60), timeout_origin="builtin", warn=timedelta(seconds=5))
HOLD = 5
"""Seconds: a twelfth of the timeout."""


@dataclass
class Kernel:
    execution_state: str = "idle"


@dataclass
class Machine:
    """A server with two notebooks, second by second; each is judged as in production."""

    every: int = 1
    """Seconds between two verdicts; a message to an idle machine is judged at once."""
    start: datetime = START
    clock_offset: timedelta = timedelta(0)
    """AWS's clock minus this machine's."""
    seconds: int = 0
    judged_at: list[int] = field(default_factory=list)
    last_message: dict[str, int] = field(default_factory=dict)
    busy_since: dict[str, int] = field(default_factory=dict)
    input_since: dict[str, int] = field(default_factory=dict)
    is_off: bool = False
    is_asked: bool = False
    """An extension asks kernels for their memory all the time, so that Jupyter takes them for idle."""

    def __post_init__(self) -> None:
        """Begin, with both kernels idle."""
        self._kernels = {"a": Kernel(), "b": Kernel()}
        self.verdict: Verdict | None = None
        self.tracked = Tracked()
        self.busy = BusyTime(
            self,
            lambda name: f"{name}.ipynb" if name in self._kernels else None,
            lambda: 1000.0 + self.seconds,
            verdict=lambda: self.verdict,
            wall=lambda: self.wall,
        )

    @property
    def wall(self) -> datetime:
        """Give the time of this machine."""
        return self.start + timedelta(seconds=self.seconds)

    def use(self, kernel_id: str = "a") -> None:
        """Have somebody complete a name, now."""
        self.last_message[kernel_id] = self.seconds

    def work(self, seconds: int, kernel_id: str = "a") -> None:
        """Run a cell for so long."""
        self.use(kernel_id)
        self.busy_since[kernel_id] = self.seconds
        self.go_on(seconds)
        del self.busy_since[kernel_id]

    def go_on(self, seconds: int) -> None:
        """Let time pass, with a look each second."""
        for _ in range(seconds):
            is_used = self.seconds in self.last_message.values()
            self.seconds += 1
            for kernel_id, kernel in self._kernels.items():
                kernel.execution_state = "busy" if kernel_id in self.busy_since and not self.is_asked else "idle"
            was_idle = self.verdict is not None and self.verdict.state == "idle"
            if self.seconds % self.every == 0 or (was_idle and is_used):
                self.judge()
            self.busy.look(self.wall + self.clock_offset)

    def judge(self) -> None:
        """Take a verdict."""
        options = replace(OPTIONS, mode="off") if self.is_off else OPTIONS
        self.tracked = track(self.tracked, self.measured(), options)
        self.verdict = verdict(self.tracked, options, self.wall)
        self.judged_at.append(self.seconds)

    def measured(self) -> Measurements:
        """Measure it."""

        def time(seconds: int | None) -> datetime | None:
            return None if seconds is None else self.start + timedelta(seconds=seconds)

        kernels = tuple(
            KernelFacts(
                kernel_id=kernel_id,
                label=f"{kernel_id}.ipynb",
                has_session=True,
                execution_state="busy" if kernel_id in self.busy_since else "idle",
                started_at=self.start,
                busy_since=time(self.busy_since.get(kernel_id)),
                input_since=time(self.input_since.get(kernel_id)),
                last_user_message_at=time(self.last_message.get(kernel_id)),
            )
            for kernel_id in self._kernels
        )
        return Measurements(taken_at=self.wall, server_started_at=self.start, kernels=kernels)

    def told(self) -> dict[tuple[str | None, str | None], float]:
        """Give the seconds by state and notebook."""
        found = Counter[tuple[str | None, str | None]]()
        for _, who, length in self.busy.take():
            found[who.kernel_state, who.notebook] += length
        return {key: length / MICROS for key, length in found.items()}


def test_idleness_counts_from_the_last_activity() -> None:
    """Not from the verdict, which comes later; it is the notebook's that was used last."""
    machine = Machine()
    machine.go_on(2)
    machine.use("b")
    machine.go_on(30)
    assert machine.told() == {("idle", "b.ipynb"): 30}


def test_what_is_not_known_yet_is_not_told() -> None:
    """Before the first idle verdict nothing is idle, and activity leaves it to the rest for good."""
    machine = Machine()
    for _ in range(10):
        machine.use()
        machine.go_on(HOLD - 1)
        assert machine.told() == {}
    machine.go_on(1)
    assert machine.told() == {("idle", "a.ipynb"): HOLD}


def test_a_user_who_comes_back_ends_it() -> None:
    """The time up to then is idle and the notebook's that was used before; the time afterwards is not."""
    machine = Machine(every=7)
    machine.use("b")
    machine.go_on(40)
    machine.use("a")
    machine.go_on(4)
    machine.use("a")
    machine.go_on(3)
    assert machine.told() == {("idle", "b.ipynb"): 40}


def test_a_cell_ends_it_as_well() -> None:
    """Whatever a kernel runs is its notebook's; the look in which it ended is nobody's."""
    machine = Machine()
    machine.go_on(20)
    machine.work(10)
    machine.go_on(21)
    assert machine.told() == {("idle", "b.ipynb"): 20, ("busy", "a.ipynb"): 10, ("idle", "a.ipynb"): 20}


def test_a_cell_that_waits_for_an_answer_works_no_longer() -> None:
    """Jupyter calls its kernel busy all along; the verdict knows better, and so does the ledger."""
    machine = Machine()
    machine.use()
    machine.busy_since["a"] = 0
    machine.go_on(10)
    machine.input_since["a"] = 10
    machine.go_on(30)
    assert machine.told() == {("busy", "a.ipynb"): 10, ("idle", "a.ipynb"): 30}


@pytest.mark.parametrize("every", [1, 4, 10])
def test_a_cell_works_also_where_jupyter_takes_its_kernel_for_idle(every: int) -> None:
    """As far as verdicts say that it runs; the one after its end cannot tell when that was."""
    machine = Machine(every=every, is_asked=True)
    machine.go_on(20)
    machine.work(20)
    machine.go_on(30)
    quiet_since = 40 + every
    assert machine.told() == {
        ("idle", "b.ipynb"): 20,
        ("busy", "a.ipynb"): 20,
        ("idle", "a.ipynb"): (70 // every) * every - quiet_since,
    }


def test_what_is_held_back_when_it_ends_is_the_rest() -> None:
    """A price that changes, or the server's end: nothing of the time before is told afterwards."""
    machine = Machine()
    machine.go_on(HOLD - 1)
    machine.busy.give_up_pending()
    machine.go_on(10)
    assert machine.told() == {("idle", "b.ipynb"): 10}


def test_a_machine_that_nobody_has_opened_is_idle_for_no_notebook() -> None:
    """Since the server was started."""
    machine = Machine(every=60)
    machine._kernels.clear()
    machine.go_on(90)
    assert machine.told() == {("idle", None): 60}


def test_a_notebook_whose_kernel_is_gone_was_still_used_last() -> None:
    """Another one that is still open was not."""
    machine = Machine()
    machine.go_on(1)
    machine.use("a")
    machine.go_on(3)
    del machine._kernels["a"]
    machine.go_on(30)
    assert machine.told() == {("idle", "a.ipynb"): 33}


def test_switched_off_it_is_the_rest_again() -> None:
    """From then on, and what was held back as well."""
    machine = Machine(every=4)
    machine.go_on(10)
    assert machine.told() == {("idle", "b.ipynb"): 8}
    machine.is_off = True
    machine.go_on(10)
    assert machine.told() == {}
    machine.is_off = False
    machine.go_on(20)
    assert machine.told() == {("idle", "b.ipynb"): 20}


@pytest.mark.parametrize("offset", [timedelta(0), timedelta(hours=5), timedelta(days=-3)])
def test_each_day_has_its_own_part(offset: timedelta) -> None:
    """By AWS's days, also where it is told only after midnight; this machine's clock may be off."""
    machine = Machine(start=datetime(2026, 11, 30, 23, 59, 57, tzinfo=UTC) - offset, clock_offset=offset)
    machine.go_on(20)
    found = {day: length for day, _, length in machine.busy.take()}
    assert found == {date(2026, 11, 30): 3 * MICROS, date(2026, 12, 1): 17 * MICROS}


def test_a_clock_that_is_set_moves_nothing() -> None:
    """A verdict counts as taken since the last look, whatever its time says: at this look at the latest, else at the last."""
    machine = Machine()
    machine.go_on(20)
    machine.every = 10**9
    said = machine.verdict
    assert said is not None
    assert said.since is not None
    for hours, expected in ((3, 21), (-7, 21), (0, 22)):
        by = timedelta(hours=hours, milliseconds=1)
        machine.verdict = replace(said, as_of=said.as_of + by, since=said.since + by)
        machine.go_on(1)
        told = machine.busy.take()
        machine.busy.put_back(told)
        assert sum(length for *_, length in told) == expected * MICROS


Script = list[tuple[str, int]]


def gaps(script: Script) -> list[tuple[int, int]]:
    """Give the times between two moments of activity; a cell's end is seen at the look after it."""
    found, at, since = [], 0, 0
    for what, seconds in script:
        if what == "quiet":
            at += seconds
            continue
        found.append((since, at))
        since = max(since, at) if what == "use" else at + seconds + 1
        at += seconds
    return [*found, (since, at)]


def expected_idle(script: Script, judged_at: list[int]) -> int:
    """Add up those gaps that an idle verdict was taken in, the last one as far as verdicts go."""
    closed, (since, _) = gaps(script)[:-1], gaps(script)[-1]
    whole = sum(end - start for start, end in closed if any(start + HOLD <= at <= end for at in judged_at))
    last = max(judged_at, default=0)
    return whole + (last - since if last - since >= HOLD else 0)


def played(script: Script, every: int) -> Machine:
    """Let a script happen."""
    machine = Machine(every=every)
    for what, seconds in script:
        if what == "work":
            machine.work(seconds)
            continue
        if what == "use":
            machine.use()
        machine.go_on(seconds)
    return machine


quiet = st.tuples(st.just("quiet"), st.integers(1, 25))
use = st.tuples(st.just("use"), st.integers(1, 4))
work = st.tuples(st.just("work"), st.integers(1, 9))


@given(st.lists(quiet | use | work, max_size=12))
def test_idle_is_what_lies_between_two_activities_for_long_enough(script: Script) -> None:
    """And cells have their time, with a verdict each second."""
    machine = played(script, 1)
    found = Counter[str | None]()
    for (state, _), seconds in machine.told().items():
        found[state] += int(seconds)
    assert found["busy"] == sum(seconds for what, seconds in script if what == "work")
    assert found["idle"] == expected_idle(script, machine.judged_at)


@given(st.lists(quiet | use, max_size=12), st.integers(1, 9))
def test_seldom_verdicts_only_tell_it_later(script: Script, every: int) -> None:
    """Idleness is counted from and to the very second, however seldom verdicts are taken."""
    machine = played(script, every)
    assert sum(machine.told().values()) == expected_idle(script, machine.judged_at)


def signal(name: str, subject: str, at: datetime, *, goes_on: bool) -> Signal:
    return Signal(
        name=name,
        subject=subject,
        label=subject,
        is_protected=False,
        goes_on=goes_on,
        active_since=at if goes_on else None,
        last_active_at=at,
        as_of=at,
        detail="",
    )


@st.composite
def odd_verdicts(draw: st.DrawFn) -> Verdict | None:
    """Make verdicts of any times, also such as no machine gives."""
    times = st.integers(-100, 200).map(lambda seconds: START + timedelta(seconds=seconds))
    state = draw(st.sampled_from(["active", "idle", "off", None]))
    if state is None:
        return None
    names = st.sampled_from(["kernel_busy", "user_message"])
    seen = draw(st.lists(st.builds(signal, names, st.sampled_from("abx"), times, goes_on=st.booleans()), max_size=3))
    holders = tuple(seen[:1]) if state == "active" else ()
    return Verdict(
        as_of=draw(times),
        state=state,  # type: ignore[arg-type]
        since=draw(times),
        held_by=(),
        holders=holders,
        last=None,
        signals=tuple(seen),
        stops_at=None,
    )


@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["idle", "busy"]), odd_verdicts()), max_size=25))
def test_whatever_a_verdict_says_no_second_counts_twice(looks: list[tuple[int, str, Verdict | None]]) -> None:
    """Each part is above nothing, and all together are no more than has passed."""
    machine = Machine(every=10**9)
    told = 0
    for seconds, state, said in looks:
        machine.seconds += seconds
        machine._kernels["a"].execution_state = state
        machine.verdict = said
        machine.busy.look(machine.wall)
        parts = machine.busy.take()
        assert all(length > 0 for *_, length in parts)
        machine.busy.put_back(parts)
        assert sorted(machine.busy.take(), key=str) == sorted(parts, key=str)
        told += sum(length for *_, length in parts)
        assert told <= machine.seconds * MICROS
