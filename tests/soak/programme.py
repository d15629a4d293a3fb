"""What a soak goes through, one after the other: the short form for every test run, the long one for `make soak`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from .days import BESIDE, CHANCES, DENIED, IN_TURN, Day, day, mix
from .soak import Soak

FORCE_SECONDS = 110.0
"""Longer than figures are called fresh without a word from AWS."""
BESIDE_SECONDS = 60.0
DENIED_SECONDS = 60.0
MIXED_SECONDS = 600.0
MIX_SECONDS = 40.0
SETTLE_SECONDS = 120.0
"""Until memory is what it will be."""
LATE_KINDS_SECONDS = 630.0
"""After which no call of the last bad day counts any more."""
FLAT_MB = 5.0
SKEWS = (timedelta(seconds=-400), timedelta(seconds=-200), timedelta(seconds=-45), timedelta(0), timedelta(seconds=60))
"""AWS's clock against this machine's, step by step: only forward, since AWS's clock does not go back."""
REFUSED = timedelta(seconds=300)
"""Further apart than this AWS refuses what is signed."""

SILENT = day("nothing but failures", "aws_error", code="InternalFailure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """How much the processes have grown between two moments."""

    server: float | None
    reader: float | None

    def complaints(self) -> list[str]:
        """Say what is not flat."""
        told = {"server": self.server, "reader": self.reader}
        return [f"the {kind} has grown by {mb:.1f} MB" for kind, mb in told.items() if mb is not None and mb > FLAT_MB]


def short(soak: Soak) -> None:
    """Start while AWS fails, let three mixes pass with a new reader each, and be right in the end: about a minute."""
    random = Random(7)
    soak.begin(SILENT)
    soak.go_on(5)
    soak.recover(60)
    for _ in range(3):
        soak.begin(mix(random))
        soak.world.kill_reader()
        soak.go_on(7)
    soak.world.set_clock_offset(timedelta(seconds=90))
    soak.recover(120)


def skewed(soak: Soak) -> None:
    """Set AWS's clock right step by step, and in the end ahead: 400 s apart it refuses, nearer it is read and counted by."""
    for offset in SKEWS:
        soak.world.set_clock_offset(offset)
        if abs(offset) > REFUSED:
            soak.begin(Day(name=f"AWS's clock {offset.total_seconds():+.0f} s", codes=frozenset({"clock_differs"})))
            soak.go_on(FORCE_SECONDS)
        else:
            soak.recover(60)
            soak.go_on(20)


def in_turn(soak: Soak) -> None:
    """Let each fault befall everything for longer than figures are called fresh."""
    for each in IN_TURN:
        soak.begin(each)
        soak.go_on(FORCE_SECONDS)
        soak.recover(each.recovery_seconds)


def beside(soak: Soak) -> None:
    """Let AWS be late, or wrong in part."""
    for each in BESIDE:
        soak.begin(each)
        soak.go_on(BESIDE_SECONDS)
        soak.recover(each.recovery_seconds)


def refused(soak: Soak) -> None:
    """Take permissions away, and give them back."""
    for each in DENIED:
        soak.begin(each)
        soak.go_on(DENIED_SECONDS)
    soak.recover(max(each.recovery_seconds for each in DENIED))


def mixed(soak: Soak, seed: int) -> Memory:
    """Let mixes follow each other for ten minutes, after a while in which memory settles; give what was added to it."""
    random = Random(seed)
    soak.begin(mix(random))
    soak.go_on(SETTLE_SECONDS)
    began = time.monotonic()
    while time.monotonic() - began < MIXED_SECONDS:
        soak.begin(mix(random))
        soak.go_on(MIX_SECONDS)
    ended = time.monotonic()
    soak.recover(max(mix(random).recovery_seconds for _ in CHANCES))
    return Memory(server=soak.growth("server", began, ended), reader=soak.growth("reader", began, ended))


PARTS = {"skewed": skewed, "in_turn": in_turn, "beside": beside, "refused": refused}
