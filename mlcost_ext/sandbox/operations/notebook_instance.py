"""Create, describe, list, start, stop, change and delete notebook instances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import validation
from mlcost_ext.sandbox.operations.listing import Listing, list_page
from mlcost_ext.sandbox.things import notebook_instance
from mlcost_ext.sandbox.things.acts import Act
from mlcost_ext.sandbox.things.asked import asked, cut, launched_tags
from mlcost_ext.sandbox.things.notebook_instance import STOPPED, NotebookInstance

Params = Mapping[str, Any]

_LISTING = Listing(
    kind="notebook",
    answers="NotebookInstances",
    summary="NotebookInstanceSummary",
    name="NotebookInstanceName",
    status="NotebookInstanceStatus",
    sort_by="Name",
    equals={"AdditionalCodeRepositoryEquals": "AdditionalCodeRepositories"},
    contains={
        "NotebookInstanceLifecycleConfigNameContains": "NotebookInstanceLifecycleConfigName",
        "DefaultCodeRepositoryContains": "DefaultCodeRepository",
    },
)


def create_notebook_instance(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Create an instance, which starts at once."""
    now = account.clock()
    known = account.table("notebook", region_id).get(params["NotebookInstanceName"], now)
    if known is not None:
        raise validation(f"Cannot create a duplicate Notebook Instance ({known.thing.arn})")
    tags = launched_tags(params)
    request = asked("CreateNotebookInstance", params)
    instance = NotebookInstance(
        name=params["NotebookInstanceName"],
        region_id=region_id,
        tags=tags,
        acts=(notebook_instance.created(request, tags, now, account.speed),),
    )
    account.put(instance)
    return {"NotebookInstanceArn": instance.arn}


def describe_notebook_instance(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Describe an instance as it is now."""
    snapshot = account.table("notebook", region_id).get(params["NotebookInstanceName"], account.clock())
    if snapshot is None:
        raise validation("RecordNotFound")
    return cut("DescribeNotebookInstanceOutput", snapshot.description)


def list_notebook_instances(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one page of summaries."""
    return list_page(_LISTING, account, params, region_id)


def start_notebook_instance(account: Account, params: Params, region_id: str) -> None:
    """Start a stopped instance."""
    act = notebook_instance.started(account.clock(), account.speed)
    _change(account, params, region_id, act, STOPPED)


def stop_notebook_instance(account: Account, params: Params, region_id: str) -> None:
    """Stop a running instance; its volume stays."""
    act = notebook_instance.stopped(account.clock(), account.speed)
    _change(account, params, region_id, act, ("InService",))


def delete_notebook_instance(account: Account, params: Params, region_id: str) -> None:
    """Delete a stopped instance."""
    act = notebook_instance.deleted(account.clock(), account.speed)
    _change(account, params, region_id, act, STOPPED)


def update_notebook_instance(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Change a stopped instance, such as to another type."""
    known = account.table("notebook", region_id).get(params["NotebookInstanceName"], account.clock())
    before: Params = {} if known is None else known.thing.request
    request = {**before, **asked("UpdateNotebookInstance", params)}
    act = notebook_instance.updated(request, account.clock(), account.speed)
    _change(account, params, region_id, act, STOPPED)
    return {}


def _change(account: Account, params: Params, region_id: str, act: Act, allowed: tuple[str, ...]) -> None:
    """Let an act follow, where the state of the instance allows it."""
    snapshot = account.table("notebook", region_id).get(params["NotebookInstanceName"], account.clock())
    if snapshot is None:
        raise validation("RecordNotFound")
    status = snapshot.description["NotebookInstanceStatus"]
    if status not in allowed:
        raise validation(
            f"Status ({status}) not in ([{', '.join(allowed)}]). "
            f"Unable to transition to ({act.passing}) for Notebook Instance ({snapshot.thing.arn})."
        )
    account.put(replace(snapshot.thing, acts=(*snapshot.thing.acts, act)))
