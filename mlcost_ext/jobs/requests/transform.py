"""Batch transform jobs: what CreateTransformJob asks for.

They have no stopping condition, no Spot, and no volume whose size could be asked for
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html); `ModelClientConfig` bounds one call of
the model, not how many there are.
"""

from __future__ import annotations

from mlcost_ext.core.job import Problem
from mlcost_ext.core.planned import Planned, PlannedLine, PlannedRun
from mlcost_ext.jobs.instances import hour_line
from mlcost_ext.jobs.kind import Facts

from .asked import Asked
from .kind import RequestKind
from .run_key import run_key

NO_LIMIT = "AWS ends a transform job by itself only when all input is done, so nothing bounds its cost."
VOLUMES_UNTOLD = Problem(
    code="storage_unknown",
    message="What the volumes of a batch transform job cost is left out: AWS chooses them and does not tell how large they are.",
    hint="AWS's bill has them; the cost of the instances is not affected.",
)


def read(request: Asked, region_id: str, _facts: Facts) -> Planned:
    """Turn a request into planned usage; there is no figure for the most it can cost.

    Raises:
        UsageError: It is wrong.
    """
    resources = request.needed("TransformResources")
    name, count = resources.instance_type(), resources.needed_whole("InstanceCount")
    way = (PlannedLine(line=hour_line(name, count, region_id, "BatchTransform", "batch transform")),)
    run = PlannedRun(ways=(way,), key=run_key("transform", request.members, way))
    return Planned(kind="transform", region_id=region_id, runs=(run,), assumptions=(NO_LIMIT,), notes=(VOLUMES_UNTOLD,))


KIND = RequestKind(
    name="transform",
    title="Batch transform",
    operations=("CreateTransformJob",),
    marks=("TransformJobName", "TransformResources", "TransformInput"),
    read=read,
)
