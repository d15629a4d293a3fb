"""What the policy says, and what becomes of a change to it while the server runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import psutil

from .case import ROUNDING, Case, Checked
from .lab import Lab, View, now_utc
from .stage import BURNING, Stage

SLEEPS = "import time; time.sleep(600)"
PRICE = "12.5"
"""USD an hour, as the server of these cases is told."""


def seen(lab: Lab, holds: Callable[[View], bool], what: str) -> View:
    """Wait for a view."""
    return lab.views_until(holds, what)[-1]


def off(stage: Stage) -> None:
    """See nothing measured, with a kernel that is busy beside it."""
    stage.kernel().begin(SLEEPS)
    for view in stage.lab.watch(2):
        assert (view.document["mode"], view.state) == ("off", "off")
        assert (view.since, view.stops_at, view.is_overdue) == (None, None, False)
        assert (view.rows, view.held_by) == ([], [])


def on(stage: Stage) -> None:
    """See it overdue, said to stop nothing, and nothing stopped."""
    lab = stage.lab
    kernel = stage.kernel_process(stage.kernel())
    terminal = stage.terminal()
    lab.write_policy({"mode": "on", "timeout_minutes": 0.05, "stop": "app"})
    view = seen(lab, lambda view: view.document["mode"] == "on", "the policy's mode is seen")
    assert "on" in view.document["note"]
    overdue = seen(lab, lambda view: view.is_overdue, "it is overdue")
    assert overdue.state == "idle"
    views = lab.watch(2)
    assert {view.state for view in views} == {"idle"}
    assert kernel.is_running()
    assert terminal.shell.is_running()
    assert psutil.Process(lab.pid).is_running()


def changed(stage: Stage) -> None:
    """Write another timeout: it counts from the same last activity on."""
    lab = stage.lab
    lab.write_policy({"mode": "shadow", "timeout_minutes": 0.05})
    overdue = seen(lab, lambda view: view.is_overdue and view.document["mode"] == "shadow", "it is overdue by the short one")
    lab.write_policy({"mode": "shadow", "timeout_minutes": 30})
    view = seen(lab, lambda view: Decimal(view.document["timeout_minutes"]) == 30, "the other timeout is seen")
    assert overdue.since is not None
    assert view.since in (overdue.since, None) or view.state == "active"
    assert not view.is_overdue
    if view.state == "idle":
        assert view.stops_at == overdue.since + timedelta(minutes=30)


def broken(stage: Stage) -> None:
    """Write what is no policy: the last good one stays in force."""
    lab = stage.lab
    lab.write_policy({"mode": "shadow", "timeout_minutes": 7})
    seen(lab, lambda view: Decimal(view.document["timeout_minutes"]) == 7, "the good policy is seen")
    lab.write_policy("version: 1\nidle: {mode: sometimes, timeout_minutes: [\n")
    for view in lab.watch(4):
        assert view.document["mode"] == "shadow"
        assert Decimal(view.document["timeout_minutes"]) == 7
        assert view.state in ("idle", "active")


def by_price(stage: Stage) -> None:
    """See the shortest timeout whose price this machine reaches."""
    lab = stage.lab
    dear = [{"from_list_cost_per_hour": 10, "timeout_minutes": 0.2}, {"from_list_cost_per_hour": 100, "timeout_minutes": 0.05}]
    lab.write_policy({"timeout_minutes": 60, "timeout_by_price": dear})
    view = seen(lab, lambda view: Decimal(view.document["timeout_minutes"]) == Decimal("0.2"), "the timeout by price is seen")
    idle = lab.wait_until_idle()
    assert idle.since is not None
    assert idle.stops_at == idle.since + timedelta(minutes=0.2)
    price = view.verdict["cost_per_hour"] or idle.verdict["cost_per_hour"]
    assert Decimal(str(price)) == Decimal(PRICE)


def long_cell(stage: Stage) -> None:
    """Run a cell for longer than the timeout: it is never overdue meanwhile, nor for a whole timeout after its end."""
    lab = stage.lab
    page = stage.kernel()
    lab.write_policy({"timeout_minutes": 0.1})
    seen(lab, lambda view: Decimal(view.document["timeout_minutes"]) == Decimal("0.1"), "the timeout is seen")
    cell = page.begin("import time; time.sleep(9)")
    seen(lab, lambda view: "kernel_busy" in view.held_by, "the cell is seen")
    during = lab.watch(5)
    assert {(view.state, view.is_overdue) for view in during} == {("active", False)}
    ended_at = page.end_of(cell)
    views = lab.views_until(lambda view: view.is_overdue, "it is overdue in the end")
    early = [view for view in views if view.is_overdue and view.answered_at < ended_at + lab.timeout]
    assert early == [], "overdue within a timeout of the cell's end"
    assert views[-1].since is not None
    assert views[-1].since >= ended_at - ROUNDING


def stuck(stage: Stage) -> None:
    """Let a cell sleep for longer than a cell may: it counts up to there."""
    lab = stage.lab
    page = stage.kernel()
    lab.write_policy({"timeout_minutes": 0.1, "stuck_busy_hours": 0.001})
    seen(lab, lambda view: Decimal(view.document["timeout_minutes"]) == Decimal("0.1"), "the timeout is seen")
    began = now_utc()
    page.begin(SLEEPS)
    ran = now_utc()
    seen(lab, lambda view: "kernel_busy" in view.held_by, "the cell is seen")
    idle = lab.wait_until_idle()
    limit = timedelta(hours=0.001)
    assert idle.since is not None
    assert began + limit - ROUNDING <= idle.since <= ran + limit + timedelta(seconds=4)
    row = idle.row("kernel_busy", stage.labels[0])
    assert row is not None
    assert "takes for stuck" in row["detail"]
    lab.write_policy({"timeout_minutes": 0.1})
    seen(lab, lambda view: "kernel_busy" in view.held_by, "without a limit the cell counts again")


def stuck_but_computing(stage: Stage) -> None:
    """Let a cell compute for longer than a cell may: its CPU goes on counting."""
    lab = stage.lab
    page = stage.kernel()
    lab.write_policy({"timeout_minutes": 0.1, "stuck_busy_hours": 0.001})
    page.begin(f"{BURNING}burn()")
    seen(lab, lambda view: "kernel_busy" in view.held_by, "the cell is seen")
    first = seen(lab, lambda view: "kernel_busy" not in view.held_by and view.held_by != [], "the limit is reached")
    for view in (first, *lab.watch(3)):
        assert view.state == "active"
        assert view.held_by[0] == "kernel_cpu"
        assert view.stops_at is None


CASES = (
    Case(name="mode off", source="interface §6", expect=Checked(check=off)),
    Case(name="mode on stops nothing yet, and says so", source="interface §6", expect=Checked(check=on)),
    Case(name="a policy changed while the server runs", source="demands A12", expect=Checked(check=changed)),
    Case(name="a broken policy leaves the last good one", source="interface §6", expect=Checked(check=broken)),
    Case(name="a dear machine has less time", source="interface §6", expect=Checked(check=by_price)),
    Case(name="not overdue right after a long cell", source="demands A7", expect=Checked(check=long_cell)),
    Case(name="a cell that is stuck", source="demands A1: a cap on stuck cells", expect=Checked(check=stuck)),
    Case(name="a cell over the limit that computes", source="demands A1", expect=Checked(check=stuck_but_computing)),
)
