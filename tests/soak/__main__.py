"""Soak: ``python -m tests.soak [part ...] [--seed N]``; without parts all of them, which takes about an hour."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from .life import Life
from .programme import LATE_KINDS_SECONDS, PARTS, SILENT, SKEWS, mixed
from .soak import Soak
from .world import World

NAMES = (*PARTS, "mixed")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run parts one after the other in a world of their own each; status 1 where something was not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("parts", nargs="*", choices=[[], *NAMES], metavar="part", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # in order, so that no server stays behind
    found = [complaint for part in options.parts or NAMES for complaint in run(part, options.seed)]
    print("\nAll of it held." if not found else "\nNot as it should be:\n" + "\n".join(found), flush=True)
    return 1 if found else 0


def run(part: str, seed: int) -> list[str]:
    """Run one part."""
    print(f"\n== {part}", flush=True)
    with tempfile.TemporaryDirectory(prefix="mlcost-soak-", ignore_cleanup_errors=True) as folder:
        world = World(Path(folder), offset=SKEWS[0] if part == "skewed" else timedelta(0))
        soak = Soak(world=world, life=Life(world.account, seed), say=say)
        try:
            grown = go_through(soak, part, seed)
            soak.await_all_kinds(LATE_KINDS_SECONDS)
            found = [*soak.finish(), *grown]
        finally:
            world.close()
        print(f"{soak.looks} looks, {len(world.days.calls)} calls, last memory {soak.memory[-1][1]}", flush=True)
        return [f"{part}: {complaint}" for complaint in found]


def go_through(soak: Soak, part: str, seed: int) -> list[str]:
    """Begin while AWS fails, and go through one part; say what is not flat."""
    if part != "skewed":
        soak.begin(SILENT)
        soak.go_on(20)
        soak.recover(60)
    if part != "mixed":
        PARTS[part](soak)
        return []
    memory = mixed(soak, seed)
    print(f"memory grown by {memory}", flush=True)
    return memory.complaints()


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
