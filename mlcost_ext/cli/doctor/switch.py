"""Check whether somebody has switched everything off."""

from __future__ import annotations

from mlcost_ext.config import is_disabled

from .check import Result, Surroundings


def check(here: Surroundings) -> tuple[Result, ...]:
    """Look at MLCOST_DISABLE."""
    if not is_disabled(here.env):
        return (Result(name="switch", group="Installation", status="ok", message="MLCOST_DISABLE is not set."),)
    message = f"MLCOST_DISABLE is {here.env['MLCOST_DISABLE']}: what is started from here has no panel and notes no launches."
    return (Result(name="switch", group="Installation", status="warn", message=message, hint="unset MLCOST_DISABLE"),)
