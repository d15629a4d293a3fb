"""The practice account as a process of its own, out of the way of what is measured."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlcost_ext.sandbox.environment import without_aws

NICENESS = 10
"""AWS does not run on the user's machine, so its stand-in gives way."""
PATIENCE_SECONDS = 60.0

Call = tuple[float, str]
"""When AWS was called, in seconds since 1970, and the operation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedAccount:
    """A practice account that takes orders and tells its calls."""

    endpoint: str
    token: str

    def order(self, **wish: Any) -> dict[str, Any]:
        """Order something over the control path (`mlcost_ext.sandbox.control`)."""
        request = urllib.request.Request(
            f"{self.endpoint}/__practice__/faults", json.dumps(wish).encode(), {"X-Practice-Token": self.token}, method="POST"
        )
        return dict(self._answer(request))

    def changes(self, since: float) -> list[dict[str, Any]]:
        """Give every change of a status since a moment, in seconds since 1970."""
        return list(self.order(report="changes", since=since)["changes"])

    def calls(self, after: int = 0) -> list[Call]:
        """Give all calls but the first so many."""
        return [(at, operation) for at, operation in self._answer(f"{self.endpoint}/__bench__/calls?after={after}")]

    def _answer(self, request: urllib.request.Request | str) -> Any:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return json.loads(answer.read())


@contextmanager
def counted_account(folder: Path, *arguments: str) -> Iterator[CountedAccount]:
    """Run one that tells its calls; see `practice_account`."""
    token = secrets.token_urlsafe(16)
    with practice_account(folder, *arguments, module="bench.counted_account", token=token) as endpoint:
        yield CountedAccount(endpoint=endpoint, token=token)


@contextmanager
def practice_account(
    folder: Path, *arguments: str, module: str = "mlcost_ext.sandbox", token: str | None = None
) -> Iterator[str]:
    """Run one, and give its endpoint.

    Args:
        folder: Where it runs and writes its log.
        arguments: Of ``python -m mlcost_ext.sandbox``, such as ``--empty``.
        module: What is run in its place.
        token: Who knows it may order things; None: nobody.
    """
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", module, "--port", "0", *arguments]
    orders = {} if token is None else {"PRACTICE_CONTROL_TOKEN": token}
    path = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    with (folder / "practice.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**without_aws(os.environ), **orders, "PYTHONPATH": path},
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
