"""How much memory the server and its reader take, while a page is open and a job runs."""

from __future__ import annotations

from playwright.sync_api import Browser

from bench.arms import BARE, MLCOST
from bench.browser import browsing, fresh_page, lab_ready_ms, playwright
from bench.plan import Benchmark, Plan, in_turn
from bench.practice import practice_account
from bench.processes import pss_mb
from bench.result import Result, paired, single
from bench.station import Home, make_home, serving

SERVER_LIMIT_MB = 8.0
ALL_LIMIT_MB = 80.0


def run(plan: Plan) -> list[Result]:
    """Start servers in turn, one alive at a time, open a page, let them settle, and read."""
    folder = plan.folder / "memory"
    read: dict[str, list[dict[str, float]]] = {"mlcost": [], "bare": []}
    with practice_account(folder / "practice") as endpoint, playwright() as driver, browsing(driver) as browser:
        homes = tuple(make_home(arm, folder / arm.name, endpoint) for arm in (MLCOST, BARE))
        for pair in in_turn(homes, plan.rounds):
            for home in pair:
                read[home.arm.name].append(memory_mb(home, browser, plan.settle_seconds))
    server = {arm: [reading["server"] for reading in readings] for arm, readings in read.items()}
    everything = {arm: [sum(reading.values()) for reading in readings] for arm, readings in read.items()}
    of = ("mlcost", "bare")
    return [
        paired("server_memory", "PSS of the server process, above bare", "MB", server, SERVER_LIMIT_MB, of=of),
        paired("all_memory", "PSS of all our processes: server above bare, and reader", "MB", everything, ALL_LIMIT_MB, of=of),
        single("reader_memory", "PSS of the AWS reader", "MB", [reading["reader"] for reading in read["mlcost"]]),
        single("server_memory_bare", "PSS of the server process, bare", "MB", server["bare"]),
    ]


def memory_mb(home: Home, browser: Browser, settle_seconds: float) -> dict[str, float]:
    """Give what one server's processes take with one page open."""
    with serving(home) as station, fresh_page(browser) as page:
        lab_ready_ms(page, station)
        page.wait_for_timeout(settle_seconds * 1000)
        found = pss_mb(station.pid)
        if home.arm == MLCOST and "reader" not in found:
            raise RuntimeError("the AWS reader does not run: nothing worth measuring")
        return found


MEMORY = Benchmark(name="memory", title="Memory", minutes=4, run=run)
