"""The start of this server: an app that nobody has ever opened has a whole timeout, and no more."""

from __future__ import annotations

from collections.abc import Iterator

from mlcost_ext.core.activity import Measurements
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading


def judge(measured: Measurements, _: IdleOptions) -> Iterator[Reading]:
    """Read when it was started, and when the machine last woke: nobody could use it while it slept."""
    yield Reading(subject="", label="", active_at=measured.server_started_at, detail="this server was started")
    if measured.resumed_at is not None:
        yield Reading(subject="resumed", label="", active_at=measured.resumed_at, detail="this machine woke from a suspension")


SIGNAL = ActivitySignal(name="server_started", title="The server was started", is_protected=False, judge=judge)
