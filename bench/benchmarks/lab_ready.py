"""How long until JupyterLab can be used in a browser."""

from __future__ import annotations

from contextlib import ExitStack

from playwright.sync_api import Browser

from bench.arms import BARE, MLCOST
from bench.browser import browser_cpu_seconds, browsing, fresh_page, lab_ready_ms, playwright
from bench.plan import Benchmark, Plan, in_turn
from bench.practice import practice_account
from bench.processes import paused, process_cpu_seconds
from bench.result import Result, paired, single
from bench.station import Station, make_home, serving

LIMIT_MS = 150.0


def run(plan: Plan) -> list[Result]:
    """Open pages in turn; the server whose turn it is not stands still."""
    folder = plan.folder / "lab_ready"
    ready: dict[str, list[float]] = {"mlcost": [], "bare": []}
    cpu: dict[str, list[float]] = {"mlcost": [], "bare": []}
    with ExitStack() as stack:
        endpoint = stack.enter_context(practice_account(folder / "practice"))
        homes = [make_home(arm, folder / arm.name, endpoint) for arm in (MLCOST, BARE)]
        ours, bare = (stack.enter_context(serving(home)) for home in homes)
        browser = stack.enter_context(browsing(stack.enter_context(playwright())))
        for number, pair in enumerate(in_turn((ours, bare), plan.pairs + 1)):
            for station in pair:
                ready_ms, used_ms = open_lab_ms(browser, station, bare if station is ours else ours)
                if number:
                    ready[station.arm.name].append(ready_ms)
                    cpu[station.arm.name].append(used_ms)
    of = ("mlcost", "bare")
    return [
        paired("lab_ready", "JupyterLab ready in the browser, above bare", "ms", ready, LIMIT_MS, of=of),
        paired("lab_ready_cpu", "processor time of browser and server until then, above bare", "ms", cpu, None, of=of),
        single("lab_ready_bare", "JupyterLab ready, bare", "ms", ready["bare"]),
    ]


def open_lab_ms(browser: Browser, station: Station, other: Station) -> tuple[float, float]:
    """Open a page that has seen nothing yet; give how long it took, and the processor time of browser and server."""
    with paused(other.pid), fresh_page(browser) as page:
        used = -used_seconds(browser, station)
        ready_ms = lab_ready_ms(page, station)
        return ready_ms, (used + used_seconds(browser, station)) * 1000


def used_seconds(browser: Browser, station: Station) -> float:
    """Give what both have used so far."""
    return browser_cpu_seconds(browser) + process_cpu_seconds(station.pid)


LAB_READY = Benchmark(name="lab_ready", title="Lab ready", minutes=4, run=run)
