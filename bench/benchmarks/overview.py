"""How long the overview of a thousand jobs takes, and how large it is."""

from __future__ import annotations

import json
import time

from bench.arms import MLCOST
from bench.plan import Benchmark, Plan
from bench.practice import practice_account
from bench.result import Result, single
from bench.station import Station, make_home, serving

JOBS = 1000
LIMIT_MS = 50.0
LIMIT_KB = 64.0
PATH = "mlcost-ext/overview"
PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 1.3
"""The server draws it once a second at most; every reading shall be a drawing."""


def run(plan: Plan) -> list[Result]:
    """Let the server read a thousand running jobs, then ask for the overview again and again."""
    folder = plan.folder / "overview"
    with practice_account(folder / "practice", "--seed-running", str(JOBS)) as endpoint:
        home = make_home(MLCOST, folder / "mlcost", endpoint, is_probed=True)
        with serving(home) as station:
            first_seconds = wait_for_all(station)
            station.probe("requests")
            sizes, asked = ask_often(station, plan.pairs)
            drawn = [seconds * 1000 for path, status, seconds in station.probe("requests") if status == 200 and PATH in path]
            unchanged = ask_unchanged(station, plan.pairs)
    return [
        single("overview_time", f"overview of {JOBS:,} running jobs, in the server", "ms", drawn, LIMIT_MS),
        Result(
            name="overview_size", title="its size, not compressed", unit="KB", value=max(sizes), limit=LIMIT_KB, count=len(sizes)
        ),
        Result(name="overview_longest", title="the longest of them", unit="ms", value=max(drawn), count=len(drawn)),
        single("overview_asked", "overview, as who asks sees it", "ms", asked),
        single("overview_unchanged", "overview that is still the same (ETag), in the server", "ms", unchanged),
        Result(name="overview_first", title="until all jobs are in the first overview", unit="s", value=first_seconds),
    ]


def wait_for_all(station: Station) -> float:
    """Ask until the totals are complete, and give the seconds it took."""
    began = time.monotonic()
    document = {}
    while time.monotonic() - began < PATIENCE_SECONDS:
        status, _, body = station.ask(PATH)
        document = json.loads(body)
        if status != 200:
            raise RuntimeError(f"the overview answers {status}: {document.get('message')}")
        codes = {quality["code"] for quality in document["data_quality"]}
        if document["totals"]["running"] >= JOBS and "reading" not in codes:
            return time.monotonic() - began
        time.sleep(0.5)
    raise RuntimeError(f"only {document.get('totals')} after {PATIENCE_SECONDS:.0f} s: {document.get('data_quality')}")


def ask_often(station: Station, count: int) -> tuple[list[float], list[float]]:
    """Give sizes in KB and times in ms."""
    sizes, times = [], []
    for _ in range(count):
        time.sleep(PAUSE_SECONDS)
        began = time.perf_counter()
        body = station.ask(PATH)[2]
        times.append((time.perf_counter() - began) * 1000)
        sizes.append(len(body) / 1024)
    return sizes, times


def ask_unchanged(station: Station, count: int) -> list[float]:
    """Ask twice within the second, the second time with the ETag; give the server's ms where it answered 304."""
    for _ in range(count):
        tag = station.ask(PATH)[1].get("etag", "")
        station.ask(PATH, headers={"If-None-Match": tag})
        time.sleep(0.1)
    told = [seconds * 1000 for path, status, seconds in station.probe("requests") if status == 304 and PATH in path]
    if not told:
        raise RuntimeError("the overview has no ETag that holds for a moment")
    return told


OVERVIEW = Benchmark(name="overview", title="Overview of a thousand jobs", minutes=1.5, run=run)
