"""Tell the user of a kernel something, without ever disturbing what runs."""

from __future__ import annotations

import contextlib
import sys


def say(sentence: str) -> None:
    """Write one line on standard error, wherever that goes."""
    with contextlib.suppress(Exception):  # a closed or replaced stream must not reach the call
        print(f"mlcost-ext: {sentence}", file=sys.stderr)  # noqa: T201 - told to the user of the kernel
