"""The long form: ``python -m tests.crash --kills 300 --seed 1``; status 1 where something was not as it should be."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .campaign import Campaign


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a campaign in a folder that is cleared away afterwards."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mlcost-crash-", ignore_cleanup_errors=True) as folder:
        outcome = Campaign(Path(folder), options.seed).run(options.kills)
    print(outcome, flush=True)
    print("\n".join(outcome.complaints) or "Each launch is there once, as it was written.", flush=True)
    return 1 if outcome.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
