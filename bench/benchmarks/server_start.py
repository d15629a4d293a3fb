"""How long until the server answers."""

from __future__ import annotations

from bench.arms import BARE, MLCOST
from bench.plan import Benchmark, Plan, in_turn
from bench.practice import practice_account
from bench.result import Result, paired, single
from bench.station import make_home, serving

LIMIT_MS = 150.0


def run(plan: Plan) -> list[Result]:
    """Start servers in turn, after one start of each that is not counted."""
    folder = plan.folder / "server_start"
    until: dict[str, list[float]] = {"mlcost": [], "bare": []}
    cpu: dict[str, list[float]] = {"mlcost": [], "bare": []}
    with practice_account(folder / "practice") as endpoint:
        homes = tuple(make_home(arm, folder / arm.name, endpoint) for arm in (MLCOST, BARE))
        for number, pair in enumerate(in_turn(homes, plan.pairs + 1)):
            for home in pair:
                with serving(home) as station:
                    if number:
                        until[home.arm.name].append(station.start_seconds * 1000)
                        cpu[home.arm.name].append(station.start_cpu_seconds * 1000)
    of = ("mlcost", "bare")
    return [
        paired("server_start", "server start to its first answer, above bare", "ms", until, LIMIT_MS, of=of),
        paired("server_start_cpu", "processor time until then, above bare", "ms", cpu, None, of=of),
        single("server_start_bare", "server start, bare", "ms", until["bare"]),
    ]


SERVER_START = Benchmark(name="server_start", title="Server start", minutes=4, run=run)
