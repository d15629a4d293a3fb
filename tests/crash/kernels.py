"""Kill real kernels while they launch: ``python -m tests.crash.kernels --kills 50``; status 1: a launch is not as it should."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .kernel_campaign import KernelCampaign


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a campaign in a folder that is cleared away afterwards."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.kernels")
    parser.add_argument("--kills", type=int, default=50, help="of kernels; the taker is killed half as often")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mlcost-kernels-", ignore_cleanup_errors=True) as folder:
        outcome = KernelCampaign(Path(folder), options.seed).run(options.kills)
    print(outcome, flush=True)
    print("\n".join(outcome.complaints) or "Each launch is there once, and what is open was settled by the account.", flush=True)
    return 1 if outcome.complaints else 0


if __name__ == "__main__":
    sys.exit(main())
