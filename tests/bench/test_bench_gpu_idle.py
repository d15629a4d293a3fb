"""Idle GPUs on a trace: how a trace is read, who stops what, and how two rules are compared."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from bench.__main__ import main
from bench.benchmarks import gpu_idle
from bench.gpu_stops import Stop, Stops, our_stops, plain_stops, unwanted_at
from bench.gpu_trace import Container, load

HEAD = "container,seconds_from_start,gpu_duty_cycle_pct\n"


def container(*uses: tuple[float, float]) -> Container:
    return Container(name="a", samples=uses)


def minutes(*uses: float, each: float = 1.0) -> Container:
    """Give one sample after the other."""
    return container(*((number * each * 60, use) for number, use in enumerate(uses)))


def written(folder: Path, text: str, name: str = "trace.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_rows_are_put_in_order(tmp_path: Path) -> None:
    """Unsorted, twice at the same time, and not measured: of two the most counts, and what is missing is not zero."""
    text = HEAD + "a,160,50\nb,7,0\na,100,0\na,130,\na,100,25\na,145,NaN\n"
    assert load(written(tmp_path, text)).containers == (
        Container(name="a", samples=((0, 0.25), (60, 0.5))),
        Container(name="b", samples=((0, 0.0),)),
    )


def test_a_container_without_a_sample_is_none(tmp_path: Path) -> None:
    """It is counted apart."""
    trace = load(written(tmp_path, HEAD + "a,0,1\nb,0,\nb,60,\n"))
    assert ([each.name for each in trace.containers], trace.without_sample) == (["a"], 1)


@pytest.mark.parametrize(
    ("column", "value", "use"),
    [("gpu_duty_cycle_pct", "50", 0.5), ("gpu_duty_cycle_fraction", "0.5", 0.5), ("gpu_duty_cycle", "0.5", 0.5)],
)
def test_use_is_told_in_percent_or_as_a_fraction(column: str, value: str, use: float, tmp_path: Path) -> None:
    """By the column's name, or by the values."""
    path = written(tmp_path, f"container,seconds_from_start,{column}\na,0,{value}\n")
    assert load(path).containers[0].samples == ((0, use),)


def test_a_trace_may_be_packed(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "packed.csv.gz", "wt") as file:
        file.write(HEAD + "a,0,3\n")
    assert load(tmp_path / "packed.csv.gz") == load(written(tmp_path, HEAD + "a,0,3\n"))


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("no.csv", None, "The trace no.csv is not there; name one with --trace FILE."),
        ("empty.csv", b"", "lacks the column container"),
        ("head.csv", HEAD.encode(), "has no rows"),
        ("other.csv", b"submit,run\n1,2\n", "lacks the column container"),
        ("unused.csv", b"container,seconds_from_start\na,0\n", "lacks the column gpu_duty_cycle_pct"),
        ("word.csv", HEAD.encode() + b"a,0,1\na,1,much\n", "Line 3 of the trace word.csv has 'much' for gpu_duty_cycle_pct."),
        ("when.csv", HEAD.encode() + b"a,noon,1\n", "Line 2 of the trace when.csv has 'noon' for seconds_from_start."),
        ("less.csv", HEAD.encode() + b"a,0,-1\n", "has '-1' for gpu_duty_cycle_pct"),
        ("more.csv", HEAD.encode() + b"a,0,101\n", "has 101 for gpu_duty_cycle_pct, more than 100"),
        ("long.csv", HEAD.encode() + b"a,0," + b"x" * 90_000 + b"\n", "has '" + "x" * 40 + "…' for"),
        ("none.csv", HEAD.encode() + b"a,0,\n", "has no sample of any container"),
        ("torn.csv.gz", gzip.compress(HEAD.encode() * 99, mtime=0)[:40], "cannot be read: it is not a gzip file of text"),
        ("plain.csv.gz", HEAD.encode(), "cannot be read"),
        ("bytes.csv", b"\xff\xfe\x00container", "cannot be read: it is not text"),
    ],
)
def test_what_is_no_trace_is_said_in_a_sentence(
    name: str, content: bytes | None, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that names the file, and no traceback."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert main(["gpu_idle", "--trace", str(tmp_path / name)]) == 3
    told = capsys.readouterr()
    assert why in told.out
    assert "Traceback" not in told.out + told.err
    assert len(told.out.strip().splitlines()) == 2  # the title, and the sentence


def test_a_trace_goes_with_a_benchmark_that_takes_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Else everything would be measured beside."""
    for names in ([], ["memory"]):
        with pytest.raises(SystemExit):
            main([*names, "--trace", str(tmp_path)])
        assert "forecast, gpu_idle" in capsys.readouterr().err


def test_what_is_unused_for_long_enough_is_stopped_until_it_is_used() -> None:
    """By both rules, whichever the cadence; the trace's own end is no use."""
    for each in (0.5, 1.0, 5.0):
        samples = [1.0] * 3 + [0.0] * int(40 / each) + [0.2] + [0.0] * int(40 / each)
        (one,) = (minutes(*samples, each=each),)
        first = 3 * each * 60
        back = first + int(40 / each) * each * 60
        last = one.samples[-1][0]
        expected = [Stop(first + 1800, back, is_used_again=True), Stop(back + each * 60 + 1800, last, is_used_again=False)]
        assert plain_stops([one], 30).found == expected
        assert our_stops([one], [30.0])[30.0].found == expected
        assert (plain_stops([one], 30).unwanted, expected[0].was_unwanted) == (1, True)


def test_a_container_that_is_never_used_has_a_whole_timeout() -> None:
    """From its first sample on."""
    one = minutes(*[0.0] * 40)
    assert our_stops([one], [15.0])[15.0].found == plain_stops([one], 15).found == [Stop(900, 39 * 60, is_used_again=False)]


def test_both_rules_are_one_on_any_trace() -> None:
    """With gaps, noise and odd cadences: with one timeout the verdict by the GPU alone is the plain rule."""
    chance = random.Random(3)
    for _ in range(30):
        at, samples = 0.0, []
        for _ in range(300):
            at += chance.choice((20.0, 57.0, 60.0, 171.0, 4000.0 if chance.random() < 0.05 else 60.0))
            samples.append((at, chance.choice((0.0, 0.0, 0.0, 0.0, 0.003, 0.9)) if chance.random() < 0.4 else 0.0))
        one = container(*((when - samples[0][0], use) for when, use in samples))
        ours = our_stops([one], [5.0, 15.0])
        assert ours[15.0].found == plain_stops([one], 15).found
        assert ours[5.0].found == plain_stops([one], 5).found
        assert ours[5.0].found


def stops(hours: float, unwanted: int) -> Stops:
    """Give stops of so many hours in all, some of them unwanted."""
    found = [Stop(0.0, 0.0, is_used_again=True)] * unwanted
    return Stops(found=[*found, Stop(0.0, hours * 3600, is_used_again=False)])


def test_rules_are_compared_at_equal_hours() -> None:
    """Between two timeouts in proportion; fewer hours than any are had at the least, more are not had at all."""
    several = [stops(10, 8), stops(4, 2), stops(8, 4)]
    assert [unwanted_at(several, hours) for hours in (1, 4, 6, 8, 9, 10, 11)] == [2, 2, 3, 4, 6, 8, float("inf")]


def test_the_verdict_is_no_worse_than_the_plain_rules() -> None:
    """On the trace that is shared, or one made here where that is not there."""
    if gpu_idle.TRACE.is_file():
        containers = load(gpu_idle.TRACE).containers[:12]
    else:
        chance = random.Random(1)
        containers = tuple(minutes(*(chance.choice((0.0,) * 30 + (0.5,)) for _ in range(900))) for _ in range(4))
    results = gpu_idle.scores(containers)
    assert [result.holds for result in results if result.limit is not None] == [True] * 3
    hours = [result.value for result in results if result.name.startswith("gpu_plain_hours")]
    assert hours == sorted(hours, reverse=True)
    assert hours[0] > 0
