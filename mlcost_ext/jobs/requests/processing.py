"""Processing jobs: what CreateProcessingJob asks for; there is no Spot and no warm pool."""

from __future__ import annotations

from mlcost_ext.core.planned import Planned, PlannedRun
from mlcost_ext.jobs.kind import Facts

from .asked import Asked
from .cluster import Work, choices_of, preference_told, volume_notes, way_of
from .kind import RequestKind
from .limit import MOST_PROCESSING_SECONDS, limit_of, usual_limit
from .run_key import run_key

USUAL_COUNT = 1
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingClusterConfig.html (`InstanceCount`)."""
MOST_VOLUME_GB = 16_384


def read(request: Asked, region_id: str, facts: Facts) -> Planned:
    """Turn a request into planned usage.

    Raises:
        UsageError: It is wrong.
    """
    config = request.needed("ProcessingResources").needed("ClusterConfig")
    choices = choices_of(config, None if config.has("InstancePreferences") else USUAL_COUNT)
    volume_gb = config.whole("VolumeSizeInGB", most=MOST_VOLUME_GB)
    seconds, is_default = limit_of(request, MOST_PROCESSING_SECONDS)
    work = Work(component="Processing", description="processing", region_id=region_id, facts=facts)
    ways = tuple(way_of(choice, volume_gb, work) for choice in choices)
    told = (
        (is_default, usual_limit("StoppingCondition")),
        (len(ways) > 1, preference_told(ways)),
        (
            not config.has("InstanceCount") and not config.has("InstancePreferences"),
            f"{config.place('InstanceCount')} is AWS's own, 1.",
        ),
    )
    run = PlannedRun(
        ways=ways,
        max_runtime_in_seconds=seconds,
        is_default_limit=is_default,
        key=run_key("processing", request.members, ways[0]),
    )
    return Planned(
        kind="processing",
        region_id=region_id,
        runs=(run,),
        assumptions=tuple(sentence for holds, sentence in told if holds),
        notes=volume_notes(choices, volume_gb, config.place("VolumeSizeInGB"), facts),
    )


KIND = RequestKind(
    name="processing",
    title="Processing",
    operations=("CreateProcessingJob",),
    marks=("ProcessingJobName", "ProcessingResources", "AppSpecification"),
    read=read,
)
