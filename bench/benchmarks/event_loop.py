"""How late the server's event loop is while the reader works on a thousand running jobs."""

from __future__ import annotations

import json
import os
import signal
from contextlib import ExitStack
from datetime import datetime, timezone

from playwright.sync_api import Browser, Page

from bench.arms import BARE, MLCOST
from bench.browser import browsing, fresh_page, lab_ready_ms, playwright
from bench.loop import Window, Windows, begin_window, end_window, loop_results
from bench.plan import Benchmark, Plan, in_turn
from bench.practice import practice_account
from bench.processes import paused, tree
from bench.result import Result
from bench.station import Station, make_home, serving

JOBS = 1000
P99_LIMIT_MS = 5.0
LONGEST_LIMIT_MS = 50.0


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
    return loop_results(windows, p99_limit=P99_LIMIT_MS, longest_limit=LONGEST_LIMIT_MS)


def window(plan: Plan, browser: Browser, station: Station) -> Window:
    """Open a page, let it settle, and probe for one window."""
    with fresh_page(browser) as page:
        lab_ready_ms(page, station)
        page.wait_for_timeout(plan.settle_seconds / 2 * 1000)
        begin_window(station)
        if station.arm == MLCOST:
            read_all_anew(station, page)
        page.wait_for_timeout(plan.window_seconds * 1000)
        probed = end_window(station)
        if station.arm == MLCOST:
            check_all_read(station, plan.window_seconds)
        return probed


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


EVENT_LOOP = Benchmark(name="event_loop", title="Delays of the event loop", minutes=25, run=run)
