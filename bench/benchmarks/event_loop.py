"""How late the server's event loop is while the reader works on a thousand running jobs."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import partial
from statistics import median

from playwright.sync_api import Browser, Page

from bench.arms import BARE, MLCOST
from bench.browser import browsing, fresh_page, lab_ready_ms, playwright
from bench.plan import Benchmark, Plan, in_turn
from bench.practice import practice_account
from bench.processes import paused, tree
from bench.result import Result
from bench.station import Station, make_home, serving
from bench.stats import percentile, pool, pooled_difference

JOBS = 1000
P99_LIMIT_MS = 5.0
LONGEST_LIMIT_MS = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The probes of one window, in ms."""

    delays: list[float]
    work: list[float]
    """What the loop's own thread worked between two probes: the part of a delay that is no neighbour's."""

    def __str__(self) -> str:
        return f"p99 {percentile(self.delays, 99):.1f} ms, longest {max(self.delays):.1f} ms, work {max(self.work):.1f} ms"


Windows = dict[str, list[Window]]


def run(plan: Plan) -> list[Result]:
    """Probe one-minute windows in turn; the server whose turn it is not stands still and has no page."""
    folder = plan.folder / "event_loop"
    windows: Windows = {"mlcost": [], "bare": []}
    with ExitStack() as stack:
        endpoint = stack.enter_context(practice_account(folder / "practice", "--seed-running", str(JOBS)))
        homes = [make_home(arm, folder / arm.name, endpoint, is_probed=True) for arm in (MLCOST, BARE)]
        ours, bare = (stack.enter_context(serving(home)) for home in homes)
        browser = stack.enter_context(browsing(stack.enter_context(playwright())))
        for pair in in_turn((ours, bare), plan.windows):
            for station in pair:
                with paused((bare if station is ours else ours).pid):
                    windows[station.arm.name].append(window(plan, browser, station))
                plan.say(f"  {station.arm.name}: {windows[station.arm.name][-1]}")
    return results(windows)


def window(plan: Plan, browser: Browser, station: Station) -> Window:
    """Open a page, let it settle, and probe for one window."""
    with fresh_page(browser) as page:
        lab_ready_ms(page, station)
        page.wait_for_timeout(plan.settle_seconds / 2 * 1000)
        station.probe("start", "POST")
        if station.arm == MLCOST:
            read_all_anew(station, page)
        page.wait_for_timeout(plan.window_seconds * 1000)
        station.probe("stop", "POST")
        if station.arm == MLCOST:
            check_all_read(station, plan.window_seconds)
        probes = station.probe("delays")
        return Window(delays=[delay * 1000 for delay, _ in probes], work=[work * 1000 for _, work in probes])


def read_all_anew(station: Station, page: Page) -> None:
    """End the reader: the server starts another, which reads all jobs from the first to the last within the window."""
    readers = [pid for pid, kind in tree(station.pid).items() if kind == "reader"]
    if not readers:
        page.wait_for_timeout(1000)
        raise RuntimeError("the AWS reader does not run: nothing worth measuring")
    for pid in readers:
        os.kill(pid, signal.SIGKILL)


def check_all_read(station: Station, window_seconds: float) -> None:
    """Make sure that the new reader has read all jobs within the window."""
    document = json.loads(station.ask("mlcost-ext/overview")[2])
    as_of = datetime.fromisoformat((document["aws"]["as_of"] or "2000-01-01T00:00:00Z").replace("Z", "+00:00"))
    age = (datetime.now(timezone.utc) - as_of).total_seconds()
    codes = [quality["code"] for quality in document["data_quality"]]
    if age > window_seconds or "reading" in codes or document["totals"]["running"] < JOBS:
        raise RuntimeError(f"the reader was not at work: as of {age:.0f} s ago, {document['totals']}, {codes}")


def results(windows: Windows) -> list[Result]:
    """Compare the pooled probes, and the windows' longest delays."""
    delays = {arm: [window.delays for window in found] for arm, found in windows.items()}
    work = {arm: [window.work for window in found] for arm, found in windows.items()}
    late, above = partial(percentile, percent=99), "above bare"
    return [
        compared("loop_p99", f"event loop, 99th percentile of all probes, {above}", delays, late, P99_LIMIT_MS),
        compared("loop_longest", f"median of the windows' longest delays, {above}", longest(delays), median, LONGEST_LIMIT_MS),
        compared("loop_work_p99", f"the loop's own work between two probes, 99th percentile, {above}", work, late, None),
        compared("loop_work_longest", f"the same, median of the windows' longest, {above}", longest(work), median, None),
        alone("loop_p99_bare", "99th percentile, bare", late(pool(delays["bare"])), windows),
        alone("loop_longest_bare", "median of the longest, bare", median(pool(longest(delays)["bare"])), windows),
    ]


def longest(windows: dict[str, list[list[float]]]) -> dict[str, list[list[float]]]:
    """Keep each window's longest."""
    return {arm: [[max(window)] for window in found] for arm, found in windows.items()}


def compared(
    name: str,
    title: str,
    windows: dict[str, list[list[float]]],
    statistic: Callable[[Sequence[float]], float],
    limit: float | None,
) -> Result:
    """Compare a statistic of all probes of both arms."""
    value, interval = pooled_difference(windows["mlcost"], windows["bare"], statistic)
    readings = {arm: [statistic(window) for window in found] for arm, found in windows.items()}
    count = len(windows["bare"])
    return Result(name=name, title=title, unit="ms", value=value, limit=limit, interval=interval, count=count, readings=readings)


def alone(name: str, title: str, value: float, windows: Windows) -> Result:
    """Give a figure of one arm."""
    return Result(name=name, title=title, unit="ms", value=value, count=len(windows["bare"]))


EVENT_LOOP = Benchmark(name="event_loop", title="Delays of the event loop", minutes=25, run=run)
