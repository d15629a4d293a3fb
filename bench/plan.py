"""How much is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from .result import Result

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Numbers of readings and lengths of windows, and where to keep files meanwhile."""

    folder: Path
    pairs: int = 30
    """Of readings of up to 20 seconds."""
    rounds: int = 5
    """Of longer readings."""
    windows: int = 10
    """Of the event loop, for each arm."""
    window_seconds: float = 60.0
    settle_seconds: float = 15.0
    steady_minutes: float = 30.0
    """Of watching a large account after its first picture."""
    lagging_minutes: float = 10.0
    """Of the same while AWS's index is late."""
    sampling_minutes: float = 10.0
    """Of letting the idle verdict look."""
    say: Callable[[str], None] = field(default=print)


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """Something that is measured."""

    name: str
    title: str
    minutes: float
    """How long it takes with the numbers of `Plan`."""
    run: Callable[[Plan], list[Result]]
    is_apart: bool = False
    """Run only where it is named."""
    is_here: bool = False
    """It is run in this process, without the environments."""
    of_trace: Callable[[Path], Benchmark] | None = None
    """Gives the same on another trace; None: it goes through none."""


def in_turn(arms: tuple[T, ...], count: int) -> Iterator[tuple[T, ...]]:
    """Give the arms once a pair, every second time the other way round."""
    for number in range(count):
        yield arms if number % 2 == 0 else arms[::-1]
