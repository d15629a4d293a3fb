"""Run a practice account: ``python -m mlcost_ext.sandbox --port 0``."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import TextIO


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; the first line on standard output is the endpoint."""
    options = _options(arguments)
    try:
        from mlcost_ext.sandbox.server import make_practice_server
    except ModuleNotFoundError as error:
        from mlcost_ext.sandbox.child import SANDBOX_MEND

        _say(sys.stderr, f"sandbox_missing: {error.name} is not installed.\nhint: {SANDBOX_MEND}")
        return 2
    from mlcost_ext.sandbox.account import Account
    from mlcost_ext.sandbox.seed import seed_ended, seed_opening, seed_running

    account = Account(speed=options.speed)
    if not options.empty:
        seed_opening(account)
    seed_running(account, options.seed_running)
    seed_ended(account, options.seed_ended)
    gc.freeze()  # else each full collection walks thousands of seeded jobs, in the middle of an answer
    token = os.environ.get("PRACTICE_CONTROL_TOKEN")
    server = make_practice_server(account, port=options.port, control_token=token)
    signal.signal(signal.SIGTERM, _leave)
    if token is None:
        _say(sys.stderr, f"control token: {server.front.control_token}")
    _say(sys.stdout, server.url)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mlcost_ext.sandbox")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--speed", type=_speed, default=1.0, help="60: an hour takes a minute")
    parser.add_argument("--seed-running", type=int, default=0, help="so many more running jobs")
    parser.add_argument("--seed-ended", type=int, default=0, help="so many that ended within the last 90 days")
    parser.add_argument("--empty", action="store_true", help="open without any job")
    return parser.parse_args(arguments)


def _speed(text: str) -> float:
    speed = float(text)
    if speed <= 0:
        raise ValueError
    return speed


def _leave(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt


def _say(stream: TextIO, text: str) -> None:
    stream.write(f"{text}\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
