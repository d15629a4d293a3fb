"""The practice account as a process of its own, out of the way of what is measured."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mlcost_ext.sandbox.environment import without_aws

NICENESS = 10
"""AWS does not run on the user's machine, so its stand-in gives way."""


@contextmanager
def practice_account(folder: Path, *arguments: str) -> Iterator[str]:
    """Run one, and give its endpoint.

    Args:
        folder: Where it runs and writes its log.
        arguments: Of ``python -m mlcost_ext.sandbox``, such as ``--empty``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "mlcost_ext.sandbox", "--port", "0", *arguments]
    path = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    with (folder / "practice.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**without_aws(os.environ), "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    try:
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        endpoint = process.stdout.readline().strip() if process.stdout else ""
        if not endpoint:
            raise RuntimeError(f"the practice account did not start: {(folder / 'practice.log').read_text()[-500:]}")
        yield endpoint
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
