"""Run the reader: ``python -m mlcost_ext.aws.reader``, started by the Jupyter server."""

from __future__ import annotations

import logging
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import IO, Any

STACK_BYTES = 512 * 1024
NICENESS = 10
"""Reading a large account is work for seconds: kernels and the server go first."""

_log = logging.getLogger("mlcost_ext.aws.reader")


def main() -> None:
    """Serve until standard input ends or somebody says quit. Never returns."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    # Ctrl-C in the server's terminal reaches its children; the server decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    threading.stack_size(STACK_BYTES)
    lines, answers = take_over_pipes()
    serve(lines, answers)
    sys.stderr.flush()
    os._exit(0)


def take_over_pipes() -> tuple[IO[str], IO[str]]:
    """Move the protocol off standard input and output, where a credential process or a stray print would meet it."""
    lines = os.fdopen(os.dup(0), encoding="utf-8", errors="replace")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return lines, answers


def serve(lines: IO[str], answers: IO[str]) -> None:
    """Take in lines until they end, or one says quit."""
    from .budget import Budget
    from .clients import Clients
    from .outlet import PacedSink
    from .poller import Poller
    from .protocol import BadLineError, Output, Watch, parse
    from .requests import Requests

    sink = LastingOutput(Output(answers))
    pushes = PacedSink(sink)
    budget = Budget(time.monotonic)
    aws = Clients()
    poller = Poller(aws, budget, pushes, clock=time.monotonic, wall=utc_now, random=random.random)
    requests = Requests(aws, budget, poller, sink)
    pushes.start()
    threading.Thread(target=poller.run, name="poller", daemon=True).start()
    requests.start()
    for line in lines:
        try:
            message = parse(line)
        except BadLineError as error:
            _log.warning("ignored a line: %s", error)
            continue
        if isinstance(message, Watch):
            poller.watch(message)
        elif message.op == "quit":
            sink.write({"id": message.id, "ok": {}})
            return
        else:
            requests.put(message)


def utc_now() -> datetime:
    """Read the wall clock."""
    return datetime.now(timezone.utc)


class LastingOutput:
    """An output that ends the process where nobody reads any more."""

    def __init__(self, output: Any) -> None:
        self._output = output

    def write(self, document: Mapping[str, Any]) -> None:
        """Write one document."""
        try:
            self._output.write(document)
        except (BrokenPipeError, ValueError):
            os._exit(0)


if __name__ == "__main__":
    main()
