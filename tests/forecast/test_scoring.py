"""The benchmark's scoring: the plain method gives its known figures, and ours keeps the limits."""

from __future__ import annotations

import gzip
import math
import random
from pathlib import Path

import pytest

from bench.benchmarks import forecast as benchmark
from bench.forecast_scoring import COLUMNS, Job, Replay, load, replay
from bench.plan import Plan

GAP = 2_000_000.0


@pytest.fixture(scope="module")
def nasa() -> Replay:
    if not benchmark.TRACE.is_file():
        pytest.skip("the trace of NASA's jobs (../shared/data/traces) is not here")
    return replay(load(benchmark.TRACE))


def test_the_plain_method_gives_its_known_figures(nasa: Replay) -> None:
    """Those of ../shared/tools/forecast_baseline.py, with NumPy."""
    plain = nasa.plain
    assert (nasa.jobs, len(plain.errors)) == (18239, 6080)
    assert plain.median_error == pytest.approx(0.4432, abs=5e-5)
    assert plain.coverage == pytest.approx(80.07, abs=5e-3)
    assert plain.mean_winkler == pytest.approx(4.353, abs=5e-4)
    assert plain.median_width == pytest.approx(2.080, abs=5e-4)
    assert plain.lowest == pytest.approx(63.0, abs=0.05)


def test_ours_keeps_the_limits(nasa: Replay) -> None:
    """On the same rows."""
    assert len(nasa.ours.errors) == len(nasa.plain.errors)
    held = {result.name: result.holds for result in benchmark.scores(nasa, is_known=True)}
    limited = ("forecast_error", "forecast_winkler", "forecast_off", "forecast_uncovered")
    assert {name: held[name] for name in limited} == dict.fromkeys(limited, True)


def jobs(count: int, chance: random.Random, *, scatter: float) -> list[Job]:
    """Make jobs of three users, one after the other."""
    made = []
    for number in range(count):
        user, executable = f"user-{number % 3}", f"exe-{chance.randrange(4)}"
        value = max(0.0, 4 + number % 3 + chance.gauss(0, scatter))
        groups = (f"{user} {executable} 1", f"{user} {executable}", user, "all")
        made.append(Job(submitted=number * GAP, value=value, groups=groups, user=user))
    return made


@pytest.mark.parametrize("scatter", [0.3, 1.5])
def test_ours_is_no_worse_than_the_plain_method_elsewhere(scatter: float) -> None:
    """By more than two percent; where nothing is to be learned but the scatter it is better."""
    told = replay(jobs(3000, random.Random(11), scatter=scatter))
    results = {result.name: result for result in benchmark.scores(told, is_known=False)}
    names = ("forecast_off", "forecast_error_ratio", "forecast_winkler_ratio")
    assert all(results[name].holds for name in names)
    assert results["forecast_winkler_ratio"].value < 1
    assert len(told.ours.errors) == 1000


def test_where_every_job_takes_as_long_both_are_exact() -> None:
    """And the ratio of nothing to nothing is one."""
    told = replay([Job(at * GAP, math.log(60), ("a", "b", "c", "all"), "c") for at in range(400)])
    results = {result.name: result.value for result in benchmark.scores(told, is_known=False)}
    assert results["forecast_error"] == pytest.approx(0, abs=1e-9)
    assert results["forecast_error_ratio"] == results["forecast_winkler_ratio"] == 1


def test_a_trace_is_read_plain_or_packed(tmp_path: Path) -> None:
    """In the order of submission, without those that were never run; and it may be another one's."""
    text = ",".join(COLUMNS) + "\n" + "".join(f"{9 - at},{at - 1},4,ann,staff,7\n" for at in range(5))
    (tmp_path / "plain.csv").write_text(text)
    with gzip.open(tmp_path / "packed.csv.gz", "wt") as file:
        file.write(text)
    found = load(tmp_path / "plain.csv")
    assert found == load(tmp_path / "packed.csv.gz")
    assert [(job.submitted, job.value) for job in found] == [(5, math.log(3)), (6, math.log(2)), (7, 0), (8, 0)]
    assert found[0].groups[2:] == ("ann", "all")


@pytest.mark.parametrize(("text", "why"), [(None, "not there"), ("a,b\n1,2\n", "lacks"), (",".join(COLUMNS) + "\n", "too short")])
def test_what_is_no_trace_is_said_in_a_sentence(text: str | None, why: str, tmp_path: Path) -> None:
    """Not with a wrong figure."""
    path = tmp_path / "trace.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(RuntimeError, match=why):
        benchmark.of_trace(path).run(Plan(folder=tmp_path))
