"""Studio apps: what CreateApp asks for."""

from __future__ import annotations

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.job import Problem
from mlcost_ext.core.planned import Planned, PlannedLine, PlannedRun
from mlcost_ext.jobs.app import COMPONENT_OF, SYSTEM, type_of
from mlcost_ext.jobs.instances import hour_line
from mlcost_ext.jobs.kind import Facts

from . import wrong
from .asked import Asked
from .kind import RequestKind

UNTIL_DELETED = "An app costs from its creation until it is deleted, whether anybody works in it or not."
FREE = "A JupyterServer app runs on AWS's own system instance, which costs nothing."
SPACE_APART = "The volume of its space is not counted: it costs with or without the app."
PREPAID = "Hours on a training plan add nothing: its fee was paid up front."
TYPE_UNTOLD = Problem(
    code="instance_type_missing",
    message="What the app costs cannot be counted: ResourceSpec.InstanceType is missing, so its domain's or user's holds.",
    hint='Give it, such as "ResourceSpec": {"InstanceType": "ml.t3.medium"}.',
)
CANVAS = Problem(
    code="canvas_unknown",
    message="What a Canvas app costs is not known here: it is billed by the hour of its session, and by what is done in it.",
    hint="AWS's price page of SageMaker Canvas tells both; logging out of Canvas ends the session.",
)


def read(request: Asked, region_id: str, _facts: Facts) -> Planned:
    """Turn a request into planned usage.

    Raises:
        UsageError: It is wrong, or of a type of app that nobody here knows.
    """
    app_type = request.text("AppType")
    if app_type is None:
        raise wrong.missing("AppType", "AppType", "a text", request.members)
    component = COMPONENT_OF.get(app_type)
    if component is None:
        known = ", ".join(COMPONENT_OF)
        raise UsageError(f"AppType is {wrong.shown(app_type)}, which is not one we know.", f"Write one of {known}.")
    spec = request.inner("ResourceSpec")
    told = spec.instance_type() if spec.has("InstanceType") else None
    name = type_of(app_type, told)
    is_prepaid = spec.text("TrainingPlanArn") is not None
    if name is None or (app_type == "JupyterServer" and name == SYSTEM):
        unpriced, sentences = (
            ((CANVAS if app_type == "Canvas" else TYPE_UNTOLD,), (UNTIL_DELETED,)) if name is None else ((), (FREE,))
        )
        empty = PlannedRun(ways=((),), is_open_ended=True)
        return Planned(kind="app", region_id=region_id, runs=(empty,), assumptions=sentences, unpriced=unpriced)
    line = PlannedLine(line=hour_line(name, 1, region_id, component, f"{app_type} app"), clock="always", is_prepaid=is_prepaid)
    held = (SPACE_APART,) if request.has("SpaceName") else ()
    return Planned(
        kind="app",
        region_id=region_id,
        runs=(PlannedRun(ways=((line,),), is_open_ended=True),),
        assumptions=(UNTIL_DELETED, *held, *((PREPAID,) if is_prepaid else ())),
    )


KIND = RequestKind(name="app", title="Apps", operations=("CreateApp",), marks=("AppName", "AppType", "ResourceSpec"), read=read)
