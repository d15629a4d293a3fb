"""What runs on while somebody works: processor time and requests, side by side with jupyter-resource-usage."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright

from bench.arms import ARMS, BARE, MLCOST, Arm
from bench.browser import browser_cpu_seconds, browsing, fresh_page, hide, open_notebook, playwright
from bench.plan import Benchmark, Plan
from bench.practice import practice_account
from bench.processes import CpuMeter
from bench.result import Result, paired, single
from bench.station import Station, make_home, serving

HIDDEN_LIMIT_SECONDS = 0.05
HIDDEN_SETTLE_SECONDS = 75.0
"""A page that is not seen counts as open for a minute more; after that nothing is asked any more."""

Readings = dict[str, dict[str, list[float]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A server, its own browser, and one page of it with a notebook."""

    name: str
    station: Station
    browser: Browser
    page: Page


def run(plan: Plan) -> list[Result]:
    """Run all arms at the same time, in the same minutes, in servers started anew each round."""
    readings: Readings = {}
    for number in range(plan.rounds):
        with playwright() as driver:
            for name, figures in one_round(plan, plan.folder / "cpu" / str(number), driver, number).items():
                for what, value in figures.items():
                    readings.setdefault(what, {}).setdefault(name, []).append(value)
    return results(readings)


def one_round(plan: Plan, folder: Path, driver: Playwright, number: int) -> dict[str, dict[str, float]]:
    """Open everything, wait, and count for one window."""
    with ExitStack() as stack:
        busy = stack.enter_context(practice_account(folder / "practice"))
        empty = stack.enter_context(practice_account(folder / "empty", "--empty"))
        hidden = [opened(stack, driver, arm, folder, empty, f"{arm.name} hidden") for arm in (BARE, MLCOST)]
        for place in hidden:
            hide(place.page)
        arms = ARMS if number % 2 == 0 else ARMS[::-1]
        shown = [opened(stack, driver, arm, folder, busy, arm.name) for arm in arms]
        shown[-1].page.wait_for_timeout(max(plan.settle_seconds, HIDDEN_SETTLE_SECONDS) * 1000)
        return count([*hidden, *shown], plan.window_seconds)


def opened(stack: ExitStack, driver: Playwright, arm: Arm, folder: Path, endpoint: str, name: str) -> Place:
    """Start a server and open a notebook in a browser of its own."""
    home = make_home(arm, folder / name.replace(" ", "-"), endpoint, is_probed=True)
    station = stack.enter_context(serving(home))
    browser = stack.enter_context(browsing(driver))
    page = stack.enter_context(fresh_page(browser))
    open_notebook(page, station)
    return Place(name=name, station=station, browser=browser, page=page)


def count(places: list[Place], window_seconds: float) -> dict[str, dict[str, float]]:
    """Count for one window, and give all figures for a minute."""
    for place in places:
        place.station.probe("requests")
    browsers = {place.name: browser_cpu_seconds(place.browser) for place in places}
    meters = {place.name: CpuMeter(place.station.pid) for place in places}
    places[0].page.wait_for_timeout(window_seconds * 1000)
    minute = 60 / window_seconds
    used = {name: meter.read() for name, meter in meters.items()}
    return {
        place.name: {
            "cpu": sum(used[place.name].values()) * minute,
            "server_cpu": used[place.name].get("server", 0.0) * minute,
            "reader_cpu": used[place.name].get("reader", 0.0) * minute,
            "browser_cpu": (browser_cpu_seconds(place.browser) - browsers[place.name]) * minute,
            **requests(place.station, minute),
        }
        for place in places
    }


def requests(station: Station, minute: float) -> dict[str, float]:
    """Count the requests since the last time, all and those that an extension adds."""
    paths = Counter(path for path, _, _ in station.probe("requests"))
    added = sum(number for path, number in paths.items() if "/mlcost-ext/" in path or "/metrics/" in path)
    return {"requests": sum(paths.values()) * minute, "added_requests": added * minute}


def results(readings: Readings) -> list[Result]:
    """Say what is compared with what."""
    ours, theirs, bare = ("mlcost", "jru"), ("jru", "bare"), ("mlcost", "bare")
    cpu, hidden, second = readings["cpu"], ("mlcost hidden", "bare hidden"), "s/min"
    quiet = "CPU of all our processes, page hidden, nothing running, above bare"
    return [
        paired("cpu_open", "CPU with the page open and one job, above jupyter-resource-usage", second, cpu, 0.0, of=ours),
        paired("cpu_hidden", quiet, second, cpu, HIDDEN_LIMIT_SECONDS, of=hidden),
        paired("requests", "requests, above jupyter-resource-usage", "1/min", readings["requests"], 0.0, of=ours),
        paired("cpu_open_over_bare", "CPU with the page open and one job, above bare", second, cpu, None, of=bare),
        paired("cpu_open_jru", "the same of jupyter-resource-usage", second, cpu, None, of=theirs),
        single("cpu_open_bare", "CPU with the page open, bare", second, cpu["bare"]),
        single("server_cpu_open", "of it our server process", second, readings["server_cpu"]["mlcost"]),
        single("reader_cpu_open", "of it our AWS reader", second, readings["reader_cpu"]["mlcost"]),
        paired("requests_over_bare", "requests, above bare", "1/min", readings["requests"], None, of=bare),
        paired("requests_jru", "the same of jupyter-resource-usage", "1/min", readings["requests"], None, of=theirs),
        paired("requests_hidden", "requests, page hidden, above bare", "1/min", readings["requests"], None, of=hidden),
        paired(
            "browser_cpu", "CPU of the browser with the page open, above bare", second, readings["browser_cpu"], None, of=bare
        ),
        paired("browser_cpu_jru", "the same of jupyter-resource-usage", second, readings["browser_cpu"], None, of=theirs),
    ]


CPU = Benchmark(name="cpu", title="Processor time and requests", minutes=11, run=run)
