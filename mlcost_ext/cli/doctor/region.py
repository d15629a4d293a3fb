"""Check that a region is set."""

from __future__ import annotations

from mlcost_ext.core.region import REGION

from .check import Result, Surroundings

SET = "export AWS_REGION=us-east-1, or c.MlcostExt.region_id in jupyter_server_config.py"


def check(here: Surroundings) -> tuple[Result, ...]:
    """Give the region that the Jupyter server would look for jobs in."""
    region_id = here.host.region_id
    if not region_id:
        return (Result(name="region", group="This machine", status="fail", message="No AWS region is set.", hint=SET),)
    if not REGION.fullmatch(region_id):
        message = f"{region_id!r} is no AWS region."
        return (Result(name="region", group="This machine", status="fail", message=message, hint=SET),)
    return (Result(name="region", group="This machine", status="ok", message=f"{region_id}."),)
