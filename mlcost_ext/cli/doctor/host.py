"""Check whether this machine is known."""

from __future__ import annotations

from mlcost_ext.core.host import Host, StudioApp

from .check import Result, Status, Surroundings

CONFIGURE = "Set c.MlcostExt.session_instance_type in jupyter_server_config.py, if it is an instance type of AWS."


def check(here: Surroundings) -> tuple[Result, ...]:
    """Tell the host, what its type is known from, and what its figures lack."""
    host = here.host
    if host.does_nothing:
        return (_result("info", "Studio's recovery mode: mlcost-ext does nothing here."),)
    troubles = tuple(_result("warn", problem.message, problem.hint) for problem in host.problems)
    if troubles:
        return troubles
    return (known(host), *((capacity_block(host),) if host.is_prepaid else ()))


def known(host: Host) -> Result:
    """Say what the machine is."""
    if host.studio_app is not None:
        return _result("ok", f"{app_words(host, host.studio_app)}; DescribeApp tells its instance type.")
    if host.notebook_instance_name is not None:
        name = host.notebook_instance_name
        return _result("ok", f"SageMaker notebook instance {name}; DescribeNotebookInstance tells its instance type.")
    if host.kind == "jupyterhub":
        part = (
            f"counted as {host.share.reason} of a node of type {host.instance_type}" if host.share else "with a price of its own"
        )
        return _result("ok", f"A server of JupyterHub, {part}.")
    if host.kind == "ec2":
        spot = ", a Spot instance" if host.is_spot else ""
        return _result("ok", f"An EC2 machine of type {host.instance_type} in {host.machine_region_id}{spot}, by its own word.")
    if host.instance_type:
        return _result("ok", f"A machine of your own, configured as {host.instance_type}.")
    return _result("info", "A machine of your own, of no known instance type: the session shows no price.", CONFIGURE)


def app_words(host: Host, app: StudioApp) -> str:
    """Name an app by its space, and what kind of space it is."""
    space = "shared space" if host.is_shared else "space"
    studio = "SageMaker Unified Studio" if host.kind == "unified_studio" else "Studio"
    return f"{app.app_type} app of the {studio} {space} {app.space_name}"


def capacity_block(host: Host) -> Result:
    until = f" until {host.prepaid_until:%Y-%m-%d %H:%M} UTC" if host.prepaid_until else ""
    return _result("info", f"It runs in a capacity block that was paid up front{until}; so long it costs nothing more.")


def _result(status: Status, message: str, hint: str | None = None) -> Result:
    return Result(name="host", group="This machine", status=status, message=message, hint=hint)
