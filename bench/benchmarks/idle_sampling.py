"""What the idle verdict's looks take: beside many kernels and terminals, and where nothing runs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from bench.arms import MLCOST
from bench.plan import Benchmark, Plan
from bench.practice import practice_account
from bench.processes import cpu_seconds, process_cpu_seconds
from bench.result import Result
from bench.station import Station, make_home, serving

KERNELS, TERMINALS = 20, 10
WINDOW_MINUTES = 10.0
BUSY_LIMIT_SECONDS = 1.2
"""0.2 % of a core."""
NOTHING_LIMIT_SECONDS = 0.01
STARTED_PATIENCE_SECONDS = 180.0
CALM_SECONDS, CALM_CPU_SECONDS = 3.0, 0.3
"""Kernels have started once all processes together use no more than that."""
SHADOW, OFF = "shadow", "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A server, what is open in it, and what its policy says of idleness."""

    station: Station
    is_full: bool
    mode: str


def run(plan: Plan) -> list[Result]:
    """Let four servers live through the same minutes: full or empty, looking or not."""
    folder = plan.folder / "idle_sampling"
    with ExitStack() as stack:
        endpoint = stack.enter_context(practice_account(folder / "practice", "--empty"))
        places = [opened(stack, folder, endpoint, is_full, mode) for is_full in (True, False) for mode in (SHADOW, OFF)]
        await_calm(places)
        used = [counted(place) for place in places]
        time.sleep(plan.sampling_minutes * 60)
        scale = WINDOW_MINUTES / plan.sampling_minutes
        used = [spent_since(place, before, scale) for place, before in zip(places, used, strict=True)]
    return results(places, used)


def opened(stack: ExitStack, folder: Path, endpoint: str, is_full: bool, mode: str) -> Place:
    """Start a server, and open what it is to have."""
    home = make_home(MLCOST, folder / f"{'full' if is_full else 'empty'}-{mode}", endpoint, is_probed=True)
    policy = home.folder / "policy.yaml"
    policy.write_text(f"version: 1\nidle: {{mode: {mode}}}\n", encoding="utf-8")
    home = replace(home, environment={**home.environment, "MLCOST_POLICY": str(policy)})
    station = stack.enter_context(serving(home))
    if is_full:
        for path in (*["api/kernels"] * KERNELS, *["api/terminals"] * TERMINALS):
            status, _, body = station.ask(path, "POST")
            if status not in (200, 201):
                raise RuntimeError(f"POST {path} answers {status}: {body[:200].decode(errors='replace')}")
    return Place(station=station, is_full=is_full, mode=mode)


def await_calm(places: list[Place]) -> None:
    """Wait until all that was started has started, and was looked at."""
    deadline = time.monotonic() + STARTED_PATIENCE_SECONDS
    while time.monotonic() < deadline:
        before = all_cpu(places)
        time.sleep(CALM_SECONDS)
        if all_cpu(places) - before <= CALM_CPU_SECONDS:
            break
    else:
        raise RuntimeError("the kernels do not come to rest: nothing worth measuring")
    for place in places:
        place.station.ask("mlcost-ext/idle")  # has the server look
        seen = idling(place)
        expected = (KERNELS, TERMINALS) if place.is_full and place.mode == SHADOW else (0, 0)
        if (seen["kernels"], seen["terminals"]) != expected:
            raise RuntimeError(f"{seen} were looked at, not {expected}: nothing worth measuring")


def all_cpu(places: list[Place]) -> float:
    return sum(seconds for place in places for _, seconds in cpu_seconds(place.station.pid).values())


def idling(place: Place) -> dict[str, float]:
    """Ask what the looks have taken so far, and what the last one saw."""
    return {name: float(value) for name, value in place.station.probe("idling", "GET").items()}


def counted(place: Place) -> Mapping[str, float]:
    """Give the counters of a server: of its looks, and of its process."""
    return {"looks": idling(place)["spent_seconds"], "process": process_cpu_seconds(place.station.pid)}


def spent_since(place: Place, before: Mapping[str, float], scale: float) -> Mapping[str, float]:
    """Give what was used since, for ten minutes."""
    process = process_cpu_seconds(place.station.pid)  # before the question, which takes some itself
    after = {"looks": idling(place)["spent_seconds"], "process": process}
    return {name: (after[name] - before[name]) * scale for name in before}


def results(places: Sequence[Place], used: Sequence[Mapping[str, float]]) -> list[Result]:
    """Say what is held against a limit, and what the whole process tells beside."""
    by = {(place.is_full, place.mode): each for place, each in zip(places, used, strict=True)}
    if by[True, SHADOW]["looks"] <= 0:
        raise RuntimeError("no look was taken: nothing worth measuring")
    many = f"{KERNELS} kernels and {TERMINALS} terminals"
    return [
        figure("idle_full", f"CPU of the looks in ten minutes, {many}", by[True, SHADOW]["looks"], BUSY_LIMIT_SECONDS),
        figure(
            "idle_nothing", "CPU of the looks in ten minutes, nothing open", by[False, SHADOW]["looks"], NOTHING_LIMIT_SECONDS
        ),
        *(beside(by, is_full) for is_full in (True, False)),
        figure("idle_off", f"CPU of the looks in ten minutes, {many}, switched off", by[True, OFF]["looks"], None),
    ]


def beside(by: Mapping[tuple[bool, str], Mapping[str, float]], is_full: bool) -> Result:
    """Give the difference of whole server processes: rough, since everything else that they do is in it."""
    value = by[is_full, SHADOW]["process"] - by[is_full, OFF]["process"]
    what = "the same full" if is_full else "an empty"
    name = f"idle_process_{'full' if is_full else 'nothing'}"
    return figure(name, f"all CPU of {what} server above one that does not look", value, None)


def figure(name: str, title: str, value: float, limit: float | None) -> Result:
    return Result(name=name, title=title, unit="s", value=value, limit=limit)


IDLE_SAMPLING = Benchmark(name="idle_sampling", title="What the idle verdict's looks take", minutes=12, run=run)
