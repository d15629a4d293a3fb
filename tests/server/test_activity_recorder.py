"""Recording each look: spans and observations in a real ledger, whatever clock, price and disk do."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from mlcost_ext.core.activity import KernelFacts, Measurements
from mlcost_ext.core.idle import IdleOptions
from mlcost_ext.core.policy import IdlePolicy, Policy
from mlcost_ext.core.recorded import ActivityRun
from mlcost_ext.core.times import UTC
from mlcost_ext.idle.options import options_of
from mlcost_ext.idle.tracking import Tracked, shifted, track
from mlcost_ext.idle.verdict import verdict
from mlcost_ext.ledger.activity_store import ActivityStore, RunRows
from mlcost_ext.ledger.database import Database
from mlcost_ext.server import activity_recorder
from mlcost_ext.server.activity_recorder import ActivityRecorder

START = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
ONE, TWO = Decimal(1), Decimal(2)
KERNEL = KernelFacts(kernel_id="k", label="a\x1b[31m.ipynb", has_session=True, execution_state="idle", started_at=START)


@dataclass
class Server:
    """A server that looks at a machine and records it; its ledger is a real one."""

    path: Path
    now: datetime = START
    seconds: float = 0.0
    """Of the clock that only goes on."""
    kernel: KernelFacts = KERNEL
    tracked: Tracked = field(default_factory=Tracked)
    currency: str = "USD"
    policy: Policy = field(default_factory=lambda: Policy(rules={}))

    def __post_init__(self) -> None:
        """Open the ledger."""
        self.database = Database(self.path)
        self.recorder = ActivityRecorder(
            ActivityStore(self.database),
            lambda: self.currency,
            lambda: "ana",
            logging.getLogger("mlcost"),
            lambda: self.seconds,
        )

    @property
    def options(self) -> IdleOptions:
        """Give what the policy says."""
        return options_of(self.policy, None)

    def look(
        self,
        after: timedelta = 30 * SECOND,
        rate: Decimal | None = ONE,
        clock: timedelta | None = None,
        listed: Decimal | None = None,
    ) -> None:
        """Look once more; `clock`: by how much the clock that only goes on has gone on where that differs."""
        self.now += after
        self.seconds += (after if clock is None else clock).total_seconds()
        measured = Measurements(taken_at=self.now, server_started_at=START, kernels=(self.kernel,))
        self.tracked = track(self.tracked, measured, self.options)
        judged = verdict(self.tracked, self.options, self.now)
        asyncio.run(self.recorder.work(self.tracked, judged, self.options, rate, self.now, listed))

    def close(self) -> None:
        """End in peace."""
        asyncio.run(self.recorder.close(self.options))

    def runs(self) -> list[ActivityRun]:
        """Read what is on the disk."""
        return ActivityStore(self.database).runs(START - HOUR, START + 100 * HOUR)

    def spans(self, signal: str) -> list[tuple[datetime, datetime, bool]]:
        """Give the spans of a signal."""
        found = (span for run in self.runs() for span in run.spans if span.source.signal == signal)
        return [(span.starts, span.ends, span.goes_on) for span in found]

    def set_kernel(self, state: str, **facts: object) -> None:
        """Change what the kernel does."""
        self.kernel = KernelFacts(
            kernel_id="k",
            label=KERNEL.label,
            has_session=True,
            execution_state=state,  # type: ignore[arg-type]
            started_at=START,
            **facts,  # type: ignore[arg-type]
        )


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path / "servers" / "one" / "ledger.sqlite")


def test_work_that_goes_on_is_one_span_whose_end_moves_once_a_minute(server: Server) -> None:
    """And when it ends; what the label holds that is not printable is not kept."""
    server.set_kernel("busy", busy_since=START)
    server.look(SECOND)
    assert [[span.source.signal for span in run.spans] for run in server.runs()] == [["kernel_started", "server_started"]]
    for _ in range(4):
        server.look()
    assert server.spans("kernel_busy") == [(START, START + 2 * MINUTE + SECOND, True)]
    server.look()
    assert server.spans("kernel_busy") == [(START, START + 2 * MINUTE + SECOND, True)]
    server.set_kernel("idle")
    server.look()
    assert server.spans("kernel_busy") == [(START, START + 3 * MINUTE + SECOND, True)]
    assert {span.source.label for run in server.runs() for span in run.spans} == {"", "a�[31m.ipynb"}
    assert [run.observed[0].ends for run in server.runs()] == [START + 3 * MINUTE + SECOND]


def test_moments_a_minute_apart_are_one_span(server: Server) -> None:
    """A longer pause begins another."""
    for second in (0, 60, 119, 179):
        server.set_kernel("idle", last_user_message_at=START + second * SECOND)
        server.look(START + (second + 1) * SECOND - server.now)
    server.set_kernel("idle", last_user_message_at=START + 241 * SECOND)
    server.look(START + 250 * SECOND - server.now)
    server.close()
    assert server.spans("user_message") == [
        (START, START + 179 * SECOND, False),
        (START + 241 * SECOND, START + 241 * SECOND, False),
    ]


def test_short_work_becomes_part_of_a_burst(server: Server) -> None:
    """Cell after cell, each of some seconds, is one span that does not go on; a long one is a span of its own."""
    for second in range(0, 120, 30):
        server.set_kernel("busy", busy_since=START + second * SECOND)
        server.look(START + (second + 5) * SECOND - server.now)
    for _ in range(4):
        server.look()
    server.set_kernel("idle")
    server.look()
    server.close()
    assert server.spans("kernel_busy") == [
        (START, START + 90 * SECOND, False),
        (START + 90 * SECOND, START + 245 * SECOND, True),
    ]


def test_a_shorter_timeout_is_recorded_by_a_finer_grain(server: Server) -> None:
    """A pause that is longer than what holds the machine up is kept, however short."""
    server.policy = Policy(rules={}, idle=IdlePolicy(timeout_minutes=Decimal("0.5")))
    for second in (0, 2, 6):
        server.set_kernel("idle", last_user_message_at=START + second * SECOND)
        server.look(START + (second + 1) * SECOND - server.now)
    server.close()
    assert server.spans("user_message") == [(START, START + 2 * SECOND, False), (START + 6 * SECOND, START + 6 * SECOND, False)]


def test_another_grain_begins_another_burst(server: Server) -> None:
    """What was a pause by the timeout of the time stays one."""
    server.policy = Policy(rules={}, idle=IdlePolicy(timeout_minutes=Decimal(5)))
    server.set_kernel("idle", last_user_message_at=START)
    server.look(SECOND)
    server.policy = Policy(rules={})
    server.set_kernel("idle", last_user_message_at=START + 30 * SECOND)
    server.look()
    server.close()
    assert server.spans("user_message") == [(START, START, False), (START + 30 * SECOND, START + 30 * SECOND, False)]


def test_what_the_policy_takes_for_stuck_is_recorded_as_long_as_it_goes_on(server: Server) -> None:
    """However short it was seen to be; since when it really goes on is kept with it, for policies of other limits."""
    server.policy = Policy(rules={}, idle=IdlePolicy(stuck_busy_hours=Decimal("0.05")))
    server.set_kernel("busy", busy_since=START)
    for _ in range(12):
        server.look()
    server.set_kernel("idle")
    server.look()
    assert server.tracked.signals["kernel_busy", "k"].last_active_at == START + 3 * MINUTE
    began = server.now - 10 * MINUTE
    server.set_kernel("busy", busy_since=began, waits_for=("training churn",))
    server.look()
    server.set_kernel("busy", busy_since=began)
    server.look()
    server.set_kernel("idle")
    server.look()
    server.close()
    first = server.now - MINUTE + timedelta(milliseconds=1)
    assert server.spans("kernel_busy") == [(START, START + 390 * SECOND, True), (first, server.now, True)]
    leads = [span.lead for run in server.runs() for span in run.spans if span.source.signal == "kernel_busy"]
    assert leads == [timedelta(0), first - began]


def test_another_price_or_currency_begins_another_observation(server: Server) -> None:
    """Where the one before ends; the run goes on."""
    server.look(SECOND)
    server.look(rate=TWO)
    server.look(rate=TWO)
    server.currency = "CNY"
    server.look(rate=None)
    server.close()
    (run,) = server.runs()
    times = [START + seconds * SECOND for seconds in (1, 31, 91)]
    assert [(each.starts, each.ends, each.cost_per_hour, each.billing_currency) for each in run.observed] == [
        (times[0], times[1], ONE, "USD"),
        (times[1], times[2], TWO, "USD"),
        (times[2], times[2], None, "CNY"),
    ]
    server.look(rate=None)
    server.close()
    assert [each.ends for each in server.runs()[0].observed] == [times[1], times[2], times[2] + 30 * SECOND]


def test_another_list_price_begins_another_observation(server: Server) -> None:
    """Though what is paid stays the same: policies hold their prices against the list."""
    server.look(SECOND, listed=ONE)
    server.look(listed=TWO)
    server.look(listed=TWO)
    server.close()
    (run,) = server.runs()
    times = [START + seconds * SECOND for seconds in (1, 31, 61)]
    assert [(each.starts, each.ends, each.cost_per_hour, each.list_cost_per_hour) for each in run.observed] == [
        (times[0], times[1], ONE, ONE),
        (times[1], times[2], ONE, TWO),
    ]


@pytest.mark.parametrize(
    ("after", "clock"),
    [(8 * HOUR, 30 * SECOND), (-HOUR, 30 * SECOND), (10 * MINUTE, 10 * MINUTE)],
    ids=["slept", "set back", "did not look"],
)
def test_what_nobody_saw_ends_a_run(server: Server, after: timedelta, clock: timedelta) -> None:
    """Sleep, a clock that was set, looks that were missed: nothing went on as far as anybody knows."""
    server.set_kernel("busy", busy_since=START)
    for _ in range(4):
        server.look()
    seen = server.now
    server.tracked = shifted(server.tracked, min(after, timedelta(0)))
    server.look(after, clock=clock)
    server.look()
    server.close()
    assert [(run.observed[0].starts, run.observed[-1].ends) for run in server.runs()] == [
        (START + 30 * SECOND, seen),
        (server.now - 30 * SECOND, server.now),
    ]


def test_off_records_nothing(server: Server) -> None:
    """What was recorded before it was switched off is written, and what comes after is another run."""
    server.look()
    server.look(10 * SECOND)
    ends, mode = server.now, server.policy
    server.policy = Policy(rules={}, idle=IdlePolicy(mode="off"))
    for _ in range(4):
        server.look()
    server.policy = mode
    server.look()
    server.look(2 * MINUTE)
    assert [(run.observed[0].starts, run.observed[-1].ends) for run in server.runs()] == [
        (START + 30 * SECOND, ends),
        (server.now - 2 * MINUTE, server.now),
    ]


def test_a_disk_that_fails_is_told_of_once_and_loses_nothing(
    server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is raised; once it can be written all of it is there."""
    server.path.parent.mkdir(parents=True)
    server.path.mkdir()
    for _ in range(6):
        server.look()
    server.close()
    (record,) = caplog.records
    assert record.message.startswith("mlcost-ext could not record activity and tries again: [Errno")
    server.path.rmdir()
    server.look(MINUTE)
    (run,) = server.runs()
    assert (run.observed[0].starts, run.observed[0].ends) == (START + 30 * SECOND, server.now)
    monkeypatch.setattr(activity_recorder, "clean", lambda *_: 1 / 0)
    server.set_kernel("idle", last_user_message_at=server.now)
    server.look(MINUTE)
    assert caplog.records[-1].message.endswith("division by zero")


def test_no_more_waits_for_the_disk_than_there_is_room_for(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest is kept."""
    monkeypatch.setattr(activity_recorder, "MOST_WAITING", 3)
    server.path.parent.mkdir(parents=True)
    server.path.mkdir()
    for number in range(10):
        server.set_kernel("idle", last_user_message_at=START + 2 * number * MINUTE)
        server.look(START + (2 * number * MINUTE) + SECOND - server.now)
    server.path.rmdir()
    server.close()
    assert [starts for starts, _, _ in server.spans("user_message")] == [START + 2 * number * MINUTE for number in (6, 7, 8, 9)]


def test_a_server_that_starts_anew_records_a_run_of_its_own(server: Server) -> None:
    """In the same file; what the one before recorded stays."""
    server.look()
    again = Server(server.path, now=START + HOUR)
    again.look()
    assert [run.observed[0].starts for run in again.runs()] == [START + 30 * SECOND, START + HOUR + 30 * SECOND]


def test_a_look_does_not_wait_for_a_disk_that_is_slow(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one is on its way to the disk the next only notes what it saw, and is written with the one after."""
    goes_on, write = threading.Event(), server.recorder._store.write

    def slow(rows: list[RunRows]) -> None:
        goes_on.wait(30)
        write(rows)

    async def look(second: int) -> None:
        server.now, server.seconds = START + second * SECOND, float(second)
        measured = Measurements(taken_at=server.now, server_started_at=START)
        server.tracked = track(server.tracked, measured, server.options)
        judged = verdict(server.tracked, server.options, server.now)
        await server.recorder.work(server.tracked, judged, server.options, ONE, server.now)

    async def several() -> None:
        monkeypatch.setattr(server.recorder._store, "write", slow)
        first = asyncio.ensure_future(look(1))
        await asyncio.sleep(0)
        await look(70)
        assert not first.done()
        goes_on.set()
        await first

    asyncio.run(several())
    assert [run.observed[0].ends for run in server.runs()] == [START + SECOND]
    server.look(MINUTE)
    assert [run.observed[0].ends for run in server.runs()] == [START + 130 * SECOND]
