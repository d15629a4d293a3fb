"""Studio spaces: what CreateSpace asks for, a volume that is billed until the space is deleted."""

from __future__ import annotations

from mlcost_ext.core.job import Problem
from mlcost_ext.core.planned import Planned, PlannedLine, PlannedRun
from mlcost_ext.jobs.instances import volume_line
from mlcost_ext.jobs.kind import Facts
from mlcost_ext.jobs.space import COMPONENT_OF

from .asked import Asked
from .kind import RequestKind

USUAL_VOLUME_GB = 5
"""Of a domain that sets no `DefaultEbsVolumeSizeInGb`; the smallest there is
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_EbsStorageSettings.html)."""
MOST_VOLUME_GB = 16_384
USUAL_APP_TYPE = "JupyterLab"
"""What a space is for that asks for a volume and does not say; one of CodeEditor has the same."""
UNTIL_DELETED = "The volume of a space costs until the space is deleted, with an app on it or without; apps cost on their own."
USUAL = f"The volume is taken to have {USUAL_VOLUME_GB} GB, the smallest there is; the domain may set another size."
SHARED_FILES = Problem(
    code="storage_unknown",
    message="What the space keeps is left out: without a volume of its own its files are on the domain's EFS, billed by use.",
    hint="AWS's bill has it as Amazon EFS; a JupyterLab or CodeEditor space has a volume of its own.",
)


def read(request: Asked, region_id: str, _facts: Facts) -> Planned:
    """Turn a request into planned usage.

    Raises:
        UsageError: It is wrong.
    """
    settings = request.inner("SpaceSettings")
    storage = settings.inner("SpaceStorageSettings").inner("EbsStorageSettings")
    told = storage.whole("EbsVolumeSizeInGb", USUAL_VOLUME_GB, MOST_VOLUME_GB)
    app_type = settings.text("AppType") or (USUAL_APP_TYPE if told else "")
    component = COMPONENT_OF.get(app_type)
    if component is None:
        empty = PlannedRun(ways=((),), is_open_ended=True)
        return Planned(kind="space", region_id=region_id, runs=(empty,), assumptions=(UNTIL_DELETED,), unpriced=(SHARED_FILES,))
    line = PlannedLine(line=volume_line(told or USUAL_VOLUME_GB, region_id, component), clock="always")
    return Planned(
        kind="space",
        region_id=region_id,
        runs=(PlannedRun(ways=((line,),), is_open_ended=True),),
        assumptions=(UNTIL_DELETED, *((USUAL,) if told is None else ())),
    )


KIND = RequestKind(name="space", title="Spaces", operations=("CreateSpace",), marks=("SpaceName", "SpaceSettings"), read=read)
