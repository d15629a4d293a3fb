"""An editor elsewhere that works on this machine and says so in AWS's shared timestamp file."""

from __future__ import annotations

from collections.abc import Iterator

from mlcost_ext.core.activity import Measurements
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading


def judge(measured: Measurements, _: IdleOptions) -> Iterator[Reading]:
    """Read the last stamp that is not our own."""
    if measured.editor_at is not None:
        detail = "a remote editor wrote the shared timestamp file"
        yield Reading(subject="", label="", active_at=measured.editor_at, detail=detail)


SIGNAL = ActivitySignal(name="remote_editor", title="A remote editor was used", is_protected=False, judge=judge)
