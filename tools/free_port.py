"""Find a port for a server of a test."""

from __future__ import annotations

import random
import socket

HOST = "127.0.0.1"
LOWEST, HIGHEST = 20_000, 32_000
"""Below those that Linux, macOS and Windows give away by themselves, such as to a kernel that starts a moment later."""


def free_port() -> int:
    """Give a port that nobody listens on.

    Raises:
        OSError: There is none.
    """
    for port in random.SystemRandom().sample(range(LOWEST, HIGHEST), 100):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise OSError(f"No port of {LOWEST} to {HIGHEST} is free; end some servers.")
