"""How soon a page shows 10,000 running jobs and those of today's that have ended, in an account with 200,000 of them."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

from bench.arms import BARE, MLCOST
from bench.browser import browsing, fresh_page, hidden_from_the_start, lab_ready_ms, playwright, show
from bench.loop import Windows, begin_window, end_window, loop_results
from bench.plan import Benchmark, Plan, in_turn
from bench.practice import CountedAccount, counted_account
from bench.processes import pss_mb
from bench.result import Result, paired, single
from bench.station import Station, make_home, serving

RUNNING, ENDED, ENDED_DAYS = 10_000, 200_000, 90
OPENING_RUNNING = 2
"""Training jobs of ours that run when the account opens, besides."""
DAY = 86_400.0
SECONDS_LIMIT = 60.0
CALLS_LIMIT = 150.0
P99_LIMIT_MS = 10.0
LONGEST_LIMIT_MS = 100.0
PATIENCE_SECONDS = 240.0
LOOK_SECONDS = 1.0
PATH = "mlcost-ext/overview"
ENDED_STATUSES = ("Completed", "Failed", "Stopped")


@dataclass(slots=True, kw_only=True)
class Readings:
    """What was read, by repetition."""

    seconds: list[float] = field(default_factory=list)
    told_calls: list[float] = field(default_factory=list)
    """As the reader counts them."""
    counted_calls: list[float] = field(default_factory=list)
    """As the account does."""
    memory: dict[str, list[dict[str, float]]] = field(default_factory=lambda: {"mlcost": [], "bare": []})
    windows: Windows = field(default_factory=lambda: {"mlcost": [], "bare": []})


def run(plan: Plan) -> list[Result]:
    """Let a page look for the first time, again and again, each time in a new server that has never seen the account."""
    read, folder = Readings(), plan.folder / "first_picture"
    with ExitStack() as stack:
        began = time.time()
        arguments = ("--seed-running", str(RUNNING), "--seed-ended", str(ENDED))
        account = stack.enter_context(counted_account(folder / "practice", *arguments))
        browser = stack.enter_context(browsing(stack.enter_context(playwright())))
        for number, pair in enumerate(in_turn((MLCOST, BARE), plan.rounds)):
            for arm in pair:
                home = make_home(arm, folder / f"{arm.name}-{number}", account.endpoint, is_probed=True)
                with serving(home) as station:
                    one_window(plan, read, browser, station, account, began)
                plan.say(f"  {arm.name}: {words(read, arm.name)}")
    return results(read)


def one_window(plan: Plan, read: Readings, browser: Browser, station: Station, account: CountedAccount, seeded_at: float) -> None:
    """Probe one server while its page begins to look: until all is there, or as long where there is nothing to wait for."""
    with fresh_page(browser) as page:
        hidden_from_the_start(page)
        lab_ready_ms(page, station)
        page.wait_for_timeout(plan.settle_seconds / 2 * 1000)
        begin_window(station)
        if station.arm == MLCOST:
            look(read, page, station, account, seeded_at)
        else:
            look_elsewhere(page, station, read.seconds[-1] if read.seconds else SECONDS_LIMIT / 2)
        read.windows[station.arm.name].append(end_window(station))
        page.wait_for_timeout(plan.settle_seconds * 1000)
        read.memory[station.arm.name].append(pss_mb(station.pid))


def look(read: Readings, page: Page, station: Station, account: CountedAccount, seeded_at: float) -> None:
    """Show the page, and wait until everything is there."""
    if any(PATH in path for path, _, _ in station.probe("requests")):
        raise RuntimeError("a hidden page has looked already: its first picture would not be the first")
    calls_before = len(account.calls())
    began = time.monotonic()
    show(page)
    document: dict[str, Any] = {}
    while not is_complete(document, seeded_at):
        if time.monotonic() - began > PATIENCE_SECONDS:
            raise RuntimeError(f"not complete after {PATIENCE_SECONDS:.0f} s: {document.get('totals')} {codes(document)}")
        page.wait_for_timeout(LOOK_SECONDS * 1000)
        document = json.loads(station.ask(PATH)[2])
    read.seconds.append(time.monotonic() - began)
    read.counted_calls.append(len(account.calls(after=calls_before)))
    read.told_calls.append(document["aws"]["calls_total"])


def look_elsewhere(page: Page, station: Station, seconds: float) -> None:
    """Show the page of a server without us, and ask it something as often."""
    began = time.monotonic()
    show(page)
    while time.monotonic() - began < seconds:
        page.wait_for_timeout(LOOK_SECONDS * 1000)
        station.ask("api/status")


def is_complete(document: dict[str, Any], seeded_at: float) -> bool:
    """Tell whether all training jobs that run are there, all that ended today, and the totals are not said to be incomplete.

    What other kinds an account has is read afterwards within the steady budget, and said to be so.
    """
    if not document or document["aws"]["status"] != "ok":
        return False
    totals = document["totals"]
    ended = sum(totals["by_status"].get(status, 0) for status in ENDED_STATUSES)
    return totals["by_kind"].get("training", 0) >= RUNNING + OPENING_RUNNING and ended >= ended_today(time.time() - seeded_at)


def ended_today(age: float) -> int:
    """Give how many of the seeded jobs ended within a day, so many seconds after they were seeded; one may just be leaving."""
    return int((DAY - age) * ENDED / (ENDED_DAYS * DAY) + 0.5) - 1


def codes(document: dict[str, Any]) -> set[str]:
    """Give what is said of the figures."""
    return {quality["code"] for quality in document.get("data_quality", [])}


def words(read: Readings, arm: str) -> str:
    """Tell the last window."""
    found = str(read.windows[arm][-1])
    return f"{read.seconds[-1]:.1f} s, {read.counted_calls[-1]:.0f} calls, {found}" if arm == "mlcost" else found


def results(read: Readings) -> list[Result]:
    """Say what is held against which limit: of calls the most that were ever needed."""
    server = {arm: [reading["server"] for reading in found] for arm, found in read.memory.items()}
    calls = {"told": read.told_calls, "counted": read.counted_calls}
    most = max(read.counted_calls + read.told_calls)
    return [
        single(
            "first_picture", f"until {RUNNING:,} running jobs and today's ended ones are there", "s", read.seconds, SECONDS_LIMIT
        ),
        Result(
            name="first_calls",
            title="AWS calls until then, the most of all",
            unit="calls",
            value=most,
            limit=CALLS_LIMIT,
            count=len(read.seconds),
            readings=calls,
        ),
        *loop_results(read.windows, p99_limit=P99_LIMIT_MS, longest_limit=LONGEST_LIMIT_MS),
        paired("first_server_memory", "PSS of the server after it, above bare", "MB", server, None, of=("mlcost", "bare")),
        single("first_reader_memory", "PSS of the AWS reader after it", "MB", [each["reader"] for each in read.memory["mlcost"]]),
    ]


FIRST_PICTURE = Benchmark(name="first_picture", title="First picture of a large account", minutes=12, run=run)
