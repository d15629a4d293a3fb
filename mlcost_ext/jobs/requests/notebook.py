"""Notebook instances: what CreateNotebookInstance asks for, which starts it at once."""

from __future__ import annotations

from mlcost_ext.core.planned import Planned, PlannedLine, PlannedRun
from mlcost_ext.jobs.instances import hour_line, volume_line
from mlcost_ext.jobs.kind import Facts

from .asked import Asked
from .kind import RequestKind
from .notes import accelerators_unknown

USUAL_VOLUME_GB = 5
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateNotebookInstance.html (`VolumeSizeInGB`)."""
MOST_VOLUME_GB = 16_384
UNTIL_STOPPED = "A notebook instance costs until somebody stops it, and its volume until it is deleted."


def read(request: Asked, region_id: str, _facts: Facts) -> Planned:
    """Turn a request into planned usage.

    Raises:
        UsageError: It is wrong.
    """
    name = request.instance_type()
    told = request.whole("VolumeSizeInGB", USUAL_VOLUME_GB, MOST_VOLUME_GB)
    way = (
        PlannedLine(line=hour_line(name, 1, region_id, "Notebook", "notebook instance"), clock="always"),
        PlannedLine(line=volume_line(told or USUAL_VOLUME_GB, region_id, "Storage-Notebook"), clock="always"),
    )
    usual = (f"VolumeSizeInGB is AWS's own, {USUAL_VOLUME_GB}.",) if told is None else ()
    return Planned(
        kind="notebook",
        region_id=region_id,
        runs=(PlannedRun(ways=(way,), is_open_ended=True),),
        assumptions=(UNTIL_STOPPED, *usual),
        unpriced=accelerators_unknown(request.texts("AcceleratorTypes")),
    )


KIND = RequestKind(
    name="notebook",
    title="Notebook instances",
    operations=("CreateNotebookInstance",),
    marks=("NotebookInstanceName",),
    read=read,
)
