"""A file that was saved through this server."""

from __future__ import annotations

from collections.abc import Iterator

from mlcost_ext.core.activity import Measurements
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading


def judge(measured: Measurements, _: IdleOptions) -> Iterator[Reading]:
    """Read the last save by somebody; what pages save by themselves, as cells print, is none."""
    if measured.last_saved_at is not None:
        path = measured.last_saved_path or "a file"
        yield Reading(subject="", label="", active_at=measured.last_saved_at, detail=f"{path} was saved")


SIGNAL = ActivitySignal(name="file_saved", title="A file was saved", is_protected=False, judge=judge)
