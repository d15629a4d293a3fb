"""Writers and a taker, one of them killed at any moment and started again, until there were enough kills."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes import ROOT

from .taker import intake, ledger
from .truth import Truth, complaints, count_takings, truth

SERVER_ID = "crash0"
WRITERS = 3
QUIET_LOOKS = 2


@dataclass
class Outcome:
    """What came of a campaign."""

    kills: Counter[str]
    seconds: float
    """In which was written."""
    true: Truth
    complaints: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        true, events = self.true, len(self.true.intents) + len(self.true.outcomes)
        kills = ", ".join(f"{count} of a {who}" for who, count in sorted(self.kills.items()))
        return (
            f"{self.kills.total()} kills ({kills}) in {self.seconds:.0f} s; {len(true.ends)} files, {true.torn} of them torn; "
            f"{events:,} events ({events / self.seconds:,.0f} a second); {len(true.told):,} launches whose write returned, "
            f"{len(true.intents):,} launches in the ledger"
        )


class Campaign:
    """Processes in a folder of their own."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.home, self.side, self.said = folder / "home", folder / "side", folder / "said.txt"
        self._chance = random.Random(seed)
        self._kills: Counter[str] = Counter()
        self._numbers = 0
        self._running: dict[str, subprocess.Popen[str]] = {}

    def run(self, kills: int) -> Outcome:
        """Kill so many times, then let the taker come to the end, and compare."""
        self.side.mkdir()
        with ledger(self.home, SERVER_ID).transaction() as connection:
            count_takings(connection)
        began = time.monotonic()
        try:
            for who in ("taker", *(f"writer-{number}" for number in range(WRITERS))):
                self._start(who)
            for _ in range(kills):
                self._kill_one()
        finally:
            for process in self._running.values():
                process.kill()
                process.communicate()
        seconds = time.monotonic() - began
        true = truth(self.home / "spool", self.side)
        return Outcome(self._kills, seconds, true, [*self._finish(true)])

    def _start(self, who: str) -> None:
        self._numbers += 1
        words = [str(self.said)] if who == "taker" else [f"kernel-{self._numbers}", str(self.side / f"{self._numbers}.txt")]
        command = [sys.executable, "-m", f"tests.crash.{who.partition('-')[0]}", str(self.home), SERVER_ID, *words]
        self._running[who] = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def _kill_one(self) -> None:
        """Kill one of them, at any moment after it has begun; half of the time it is the taker."""
        who = "taker" if self._chance.random() < 0.5 else f"writer-{self._chance.randrange(WRITERS)}"
        process = self._running[who]
        assert process.stdout is not None
        if process.stdout.readline() != "begun\n":
            raise RuntimeError(f"the {who} has ended by itself")
        time.sleep(self._chance.uniform(0, 0.3))
        process.kill()
        process.communicate()
        self._kills[who.partition("-")[0]] += 1
        self._start(who)

    def _finish(self, true: Truth) -> list[str]:
        """Take what is left, and compare."""
        taking, quiet = intake(self.home, SERVER_ID), 0
        while quiet < QUIET_LOOKS:
            quiet = 0 if taking.read().events else quiet + 1
            taking.write()
        found = [] if taking.is_level else ["the ledger is behind"]
        with ledger(self.home, SERVER_ID).transaction() as connection:
            found += complaints(connection, true)
        return found + (self.said.read_text().splitlines() if self.said.exists() else [])
