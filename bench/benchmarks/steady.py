"""A large account after its first picture: how often AWS is asked, how late its changes are on screen, what that takes."""

from __future__ import annotations

import json
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page

from bench.arms import BARE, MLCOST
from bench.benchmarks.first_picture import ENDED, RUNNING, codes, is_complete
from bench.browser import browsing, fresh_page, lab_ready_ms, open_panel, playwright, rows_drawn
from bench.changes import OTHER_KINDS, OURS, PROMPT_KINDS, Follower, Waiting, most_in
from bench.loop import Windows, begin_window, end_window, loop_results
from bench.plan import Benchmark, Plan, in_turn
from bench.practice import CountedAccount, counted_account
from bench.processes import paused, pss_mb
from bench.result import Result
from bench.station import Station, make_home, serving
from bench.stats import percentile

CHURN = {"per_minute": 20, "kinds": {"training": 15, "tuning": 2, "endpoint": 2, "processing": 1}}
LAG_SECONDS = 20.0
CALLS_LIMIT, CALLS_SECONDS = 120.0, 600.0
PROMPT_LIMIT_SECONDS = 30.0
OTHER_LIMIT_SECONDS = 300.0
CONFIRMED_LIMIT_SECONDS = 300.0
P99_LIMIT_MS = 5.0
LONGEST_LIMIT_MS = 50.0
GROWTH_SECONDS = 1200.0
MEMORY_SECONDS = 30.0
FIRST_PATIENCE_SECONDS = 240.0
FRESH_SECONDS = 30.0
PATH = "mlcost-ext/overview"


@dataclass(slots=True, kw_only=True)
class Watched:
    """What was read each second."""

    waiting: Waiting
    ages: dict[str, float] = field(default_factory=dict)
    """Of each kind the longest that its last confirmation was ago."""
    memory: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    history: list[tuple[float, float]] = field(default_factory=list)
    """When, and back to which time ended jobs had been read."""
    all_read_at: float | None = None
    """When for the first time nothing of any kind was still to be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Both servers, the account, and the pages that look."""

    account: CountedAccount
    ours: Station
    bare: Station
    browser: Browser
    page: Page
    first_look: float
    """When, in seconds since 1970."""


def run(plan: Plan) -> list[Result]:
    """Watch with a page and a second one while things come and go; then probe both servers' loops in turn."""
    folder = plan.folder / "steady"
    with ExitStack() as stack:
        began = time.time()
        arguments = ("--seed-running", str(RUNNING), "--seed-ended", str(ENDED))
        account = stack.enter_context(counted_account(folder / "practice", *arguments))
        homes = [make_home(arm, folder / arm.name, account.endpoint, is_probed=True) for arm in (MLCOST, BARE)]
        ours, bare = (stack.enter_context(serving(home)) for home in homes)
        browser = stack.enter_context(browsing(stack.enter_context(playwright())))
        page, other_tab = (stack.enter_context(fresh_page(browser)) for _ in range(2))
        place = Place(account=account, ours=ours, bare=bare, browser=browser, page=page, first_look=time.time())
        with paused(bare.pid):
            lab_ready_ms(page, ours)
            open_panel(page)
            await_first_picture(place, began)
            first_calls = len(account.calls())
            lab_ready_ms(other_tab, ours)
            account.order(churn=CHURN)
            steady = watch(plan, place, plan.steady_minutes, lag_seconds=0.0)
            account.order(index_lag_seconds=LAG_SECONDS)
            lagging = watch(plan, place, plan.lagging_minutes, lag_seconds=LAG_SECONDS)
            drawn = drawn_delays(steady.waiting, rows_drawn(page))
            account.order(index_lag_seconds=0)
        windows = probe_loops(plan, place)
        told = account.calls(after=first_calls)
        plan.say(f"  calls: {dict(Counter(operation for _, operation in told).most_common())}")
        calls = [at for at, _ in told]
    return [
        *results(steady, lagging, drawn, calls),
        *loop_results(windows, p99_limit=P99_LIMIT_MS, longest_limit=LONGEST_LIMIT_MS),
    ]


def await_first_picture(place: Place, seeded_at: float) -> None:
    """Wait until everything is there."""
    ends = time.monotonic() + FIRST_PATIENCE_SECONDS
    while not is_complete(document := overview(place.ours), seeded_at):
        if time.monotonic() > ends:
            raise RuntimeError(f"no first picture after {FIRST_PATIENCE_SECONDS:.0f} s: {document['totals']} {codes(document)}")
        place.page.wait_for_timeout(1000)


def watch(plan: Plan, place: Place, minutes: float, *, lag_seconds: float) -> Watched:
    """Follow every change for a while, and those that are left to their end."""
    follower = Follower(place.account, place.ours, lag_seconds=lag_seconds)
    watched = Watched(waiting=follower.waiting)
    ends = time.monotonic() + 60 * minutes
    while time.monotonic() < ends:
        one_second(place, follower, watched, takes_more=True)
    ends = time.monotonic() + OTHER_LIMIT_SECONDS + lag_seconds
    while time.monotonic() < ends and watched.waiting.changes:
        one_second(place, follower, watched, takes_more=False)
    prompt = watched.waiting.delays(PROMPT_KINDS, time.time())
    plan.say(f"  lag {lag_seconds:.0f} s: {len(prompt)} prompt changes, 95 % within {percentile(prompt, 95):.1f} s")
    plan.say(f"  not shown: {[(change.name, change.status) for change in watched.waiting.left(PROMPT_KINDS + OTHER_KINDS)]}")
    plan.say(f"  oldest confirmations: {', '.join(f'{kind} {age:.0f} s' for kind, age in watched.ages.items())}")
    return watched


def one_second(place: Place, follower: Follower, watched: Watched, *, takes_more: bool) -> None:
    """Look at everything once."""
    began = time.monotonic()
    note_overview(watched, overview(place.ours), place.first_look)
    follower.look(takes_more=takes_more)
    if not watched.memory or time.monotonic() - watched.memory[-1][0] >= MEMORY_SECONDS:
        watched.memory.append((time.monotonic(), pss_mb(place.ours.pid)))
    place.page.wait_for_timeout(max(10.0, 1000 * (began + 1.0 - time.monotonic())))


def note_overview(watched: Watched, document: dict[str, Any], first_look: float) -> None:
    """Note how old each kind's figures are by the server's own word, and how far back history was read.

    A kind that was never told is as old as the page's first look: the calls of a large first picture leave none to it.
    """
    now = time_of(document["as_of"])
    for state in document["aws"]["kinds"]:
        age = now - (first_look if state["as_of"] is None else time_of(state["as_of"]))
        watched.ages[state["kind"]] = max(age, watched.ages.get(state["kind"], 0.0))
    if watched.all_read_at is None and "reading" not in codes(document):
        watched.all_read_at = now - first_look
    if document["aws"]["history_through"]:
        watched.history.append((time.time(), time_of(document["aws"]["history_through"])))


def drawn_delays(waiting: Waiting, drawn: dict[str, float]) -> list[float]:
    """Give how late the browser itself has drawn those changes of which it draws a row; a tuning job's own jobs are folded."""
    places = [
        (f"{'endpoint' if shown.change.kind == 'endpoint' else 'job'}/{shown.change.name}/{shown.change.status}", shown)
        for shown in waiting.shown
        if shown.change.name.startswith(f"{OURS}{shown.change.kind}-") and shown.change.kind in PROMPT_KINDS
    ]
    return [max(0.0, drawn[place] - shown.change.shown_by_aws_at) for place, shown in places if place in drawn]


def probe_loops(plan: Plan, place: Place) -> Windows:
    """Probe one-minute windows in turn while things come and go; the server whose turn it is not stands still."""
    windows: Windows = {"mlcost": [], "bare": []}
    for pair in in_turn((place.ours, place.bare), plan.rounds):
        for station in pair:
            is_ours = station is place.ours
            with paused((place.bare if is_ours else place.ours).pid), ExitStack() as stack:
                if is_ours:
                    await_steady(plan, place)
                else:
                    lab_ready_ms(stack.enter_context(fresh_page(place.browser)), station)
                    place.page.wait_for_timeout(plan.settle_seconds / 2 * 1000)
                begin_window(station)
                place.page.wait_for_timeout(plan.window_seconds * 1000)
                windows[station.arm.name].append(end_window(station))
            plan.say(f"  {station.arm.name}: {windows[station.arm.name][-1]}")
    return windows


def await_steady(plan: Plan, place: Place) -> None:
    """Give a server that has stood still the time to take in what it has missed."""
    ends = time.monotonic() + FIRST_PATIENCE_SECONDS
    while time.monotonic() < ends:
        place.page.wait_for_timeout(plan.settle_seconds * 1000)
        document = overview(place.ours)
        if time_of(document["as_of"]) - time_of(document["aws"]["as_of"]) < FRESH_SECONDS:
            place.page.wait_for_timeout(2 * plan.settle_seconds * 1000)
            return
    raise RuntimeError("the server does not find back to what AWS says")


def overview(station: Station) -> dict[str, Any]:
    """Ask for the overview."""
    return dict(json.loads(station.ask(PATH)[2]))


def time_of(text: str) -> float:
    """Read a time of a document."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def growth(memory: list[tuple[float, dict[str, float]]], kind: str) -> float:
    """Give how much a process has grown in the last twenty minutes, or as far as the readings go."""
    last = [reading for at, reading in memory if at >= memory[-1][0] - GROWTH_SECONDS]
    few = max(1, len(last) // 8)
    return median(each[kind] for each in last[-few:]) - median(each[kind] for each in last[:few])


def days_an_hour(history: list[tuple[float, float]]) -> float:
    """Give how many days of the past are read in an hour beside everything else; 0 where nothing is left to read."""
    if len(history) < 2 or history[-1][0] == history[0][0]:
        return 0.0
    (began, first), (ended, last) = history[0], history[-1]
    return (first - last) / 86_400 / (ended - began) * 3600


def late(name: str, title: str, values: list[float], percent: float, limit: float) -> Result:
    """Hold a percentile of delays against a limit."""
    value = percentile(values, percent) if values else inf
    return Result(name=name, title=title, unit="s", value=value, limit=limit, count=len(values), readings={"delays": values})


def results(steady: Watched, lagging: Watched, drawn: list[float], calls: list[float]) -> list[Result]:
    """Say what is held against which limit."""
    now = time.time()
    waited = {name: each.waiting for name, each in (("steady", steady), ("lagging", lagging))}
    prompt = {name: each.delays(PROMPT_KINDS, now) for name, each in waited.items()}
    others = [delay for each in waited.values() for delay in each.delays(OTHER_KINDS, now)]
    oldest = max([*steady.ages.values(), *lagging.ages.values()], default=inf)
    what = "training, tuning and endpoints"
    return [
        Result(
            name="steady_calls",
            title="AWS calls in any ten minutes, the most",
            unit="calls",
            value=most_in(calls, CALLS_SECONDS),
            limit=CALLS_LIMIT,
            count=len(calls),
            readings={"calls": [round(at - calls[0], 1) for at in calls]} if calls else None,
        ),
        late("steady_prompt", f"changes of {what}, 95 % on screen within", prompt["steady"], 95, PROMPT_LIMIT_SECONDS),
        late(
            "steady_lagging",
            "the same, AWS's index 20 s late, from when it shows them",
            prompt["lagging"],
            95,
            PROMPT_LIMIT_SECONDS,
        ),
        late("steady_drawn", "the same as the browser draws them, without lag", drawn, 95, PROMPT_LIMIT_SECONDS),
        late("steady_others", "changes of other kinds, all on screen within", others, 100, OTHER_LIMIT_SECONDS),
        Result(
            name="steady_confirmed",
            title="oldest confirmation of any kind",
            unit="s",
            value=oldest,
            limit=CONFIRMED_LIMIT_SECONDS,
            count=len(steady.ages),
        ),
        *without_limit(steady, lagging),
    ]


def without_limit(steady: Watched, lagging: Watched) -> list[Result]:
    """Say what helps to understand the others."""
    memory = [*steady.memory, *lagging.memory]
    return [
        *(
            Result(
                name=f"steady_{kind}_growth",
                title=f"growth of the {kind}'s PSS over the last 20 minutes",
                unit="MB",
                value=growth(memory, kind),
                count=len(memory),
                readings={"mb": [each[kind] for _, each in memory]},
            )
            for kind in ("server", "reader")
        ),
        Result(
            name="steady_rest",
            title="from the first look until nothing of any kind is still to be read",
            unit="s",
            value=inf if steady.all_read_at is None else steady.all_read_at,
        ),
        Result(
            name="steady_history",
            title="days of the past that are read in an hour beside all this",
            unit="days",
            value=days_an_hour(steady.history),
            count=len(steady.history),
        ),
    ]


STEADY = Benchmark(name="steady", title="A large account, hour by hour", minutes=60, run=run)
