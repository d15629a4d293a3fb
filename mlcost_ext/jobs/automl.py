"""AutoML jobs: their cost is that of the training, processing and transform jobs they start (those with their `AutoMLJobArn`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mlcost_ext.core.job import Job

from . import reading
from .described import described
from .kind import JobKind
from .problem import no_upper_bound
from .sum_of_children import as_sum

NO_LIMIT = no_upper_bound("AWS chooses the instances of an AutoML job")


def read(description: Mapping[str, Any], _has_local_disk: Callable[[str], bool]) -> Job:
    """Turn the answer of DescribeAutoMLJobV2 or DescribeAutoMLJob into a Job; how many jobs it has started AWS does not tell."""
    job = described("automl", "AutoMLJob", description, None, "EndTime")
    return as_sum(replace(job, secondary_status=reading.text(description, "AutoMLJobSecondaryStatus"), problems=(NO_LIMIT,)))


def launched(region_id: str, name: str, request: Mapping[str, Any]) -> Job:
    """Turn a launch that AWS has accepted and not described yet into a Job that waits to start."""
    waiting = {"AutoMLJobStatus": "InProgress", "AutoMLJobSecondaryStatus": "Starting", "AutoMLJobName": name}
    return read({"Tags": request.get("Tags"), "region_id": region_id, **waiting}, lambda _: True)


KIND = JobKind(name="automl", title="AutoML", component=None, read=read, launched=launched)
