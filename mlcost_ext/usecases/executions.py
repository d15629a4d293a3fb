"""Remember who ran code in which kernel last, as Studio's cookie tells it: no proof, since anybody could set it."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime

USER = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
"""A user profile's name, by AWS's own rule."""
MAX_USER = 128
MAX_KERNELS = 256
MAX_TURNS = 64
"""Of each kernel; a turn is whatever one user runs until another one does."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Since when code of one user was the last in a kernel."""

    since: datetime
    user_name: str | None
    """None: nobody knows whose."""


@dataclass(slots=True)
class Executions:
    """Turns by kernel, no more than 256 kernels with 64 turns each; a kernel's id is never another one's."""

    by_kernel: OrderedDict[str, deque[Turn]] = field(default_factory=OrderedDict)
    """Last those in which something ran last."""

    def note(self, kernel_id: str, user_name: str | None, at: datetime) -> None:
        """Note that somebody has run code."""
        turns = self.by_kernel.setdefault(kernel_id, deque(maxlen=MAX_TURNS))
        self.by_kernel.move_to_end(kernel_id)
        if not turns or turns[-1].user_name != user_name:
            turns.append(Turn(at, user_name))
        if len(self.by_kernel) > MAX_KERNELS:
            self.by_kernel.popitem(last=False)

    def user_at(self, kernel_id: str, at: datetime) -> str | None:
        """Give whose code was the last in a kernel at a time; None: nobody knows."""
        turns = self.by_kernel.get(kernel_id, ())
        return next((turn.user_name for turn in reversed(turns) if turn.since <= at), None)


def user_in(cookie: str | None) -> str | None:
    """Read a user profile's name from Studio's cookie; None: there is none in it."""
    if cookie is None or len(cookie) > MAX_USER or USER.fullmatch(cookie) is None:
        return None
    return cookie
