"""A notebook job of Jupyter's own scheduler."""

from __future__ import annotations

from collections.abc import Iterator

from mlcost_ext.core.activity import Measurements
from mlcost_ext.core.idle import ActivitySignal, IdleOptions, Reading


def judge(measured: Measurements, _: IdleOptions) -> Iterator[Reading]:
    """Read the jobs that run now; one that is only planned does not hold a machine up."""
    for job in measured.scheduled:
        yield Reading(
            subject=job.job_id,
            label=job.name,
            active_at=measured.taken_at,
            goes_on=True,
            since=job.started_at,
            detail="is run by Jupyter's scheduler",
        )


SIGNAL = ActivitySignal(name="scheduled_job", title="A scheduled notebook job runs", is_protected=True, judge=judge)
