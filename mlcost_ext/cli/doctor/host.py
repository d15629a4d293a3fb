"""Check whether this machine is known."""

from __future__ import annotations

from .check import Result, Status, Surroundings

CONFIGURE = "Set c.MlcostExt.session_instance_type in jupyter_server_config.py, if it is an instance type of AWS."


def check(here: Surroundings) -> tuple[Result, ...]:
    """Tell the host, and whether its instance type is known."""
    host = here.host
    if host.problems:
        return tuple(_result("warn", problem.message, problem.hint) for problem in host.problems)
    if host.studio_app is not None:
        app = host.studio_app
        return (_result("ok", f"{app.app_type} app of the Studio space {app.space_name}; DescribeApp tells its instance type."),)
    if host.instance_type:
        return (_result("ok", f"A machine of your own, configured as {host.instance_type}."),)
    return (_result("info", "A machine of your own, of no known instance type: the session shows no price.", CONFIGURE),)


def _result(status: Status, message: str, hint: str | None = None) -> Result:
    return Result(name="host", group="This machine", status=status, message=message, hint=hint)
