"""Check whether somebody has switched everything off."""

from __future__ import annotations

from .check import Result, Surroundings


def check(here: Surroundings) -> tuple[Result, ...]:
    """Look at MLCOST_DISABLE."""
    value = here.env.get("MLCOST_DISABLE", "")
    if value in ("", "0"):
        return (Result(name="switch", group="Installation", status="ok", message="MLCOST_DISABLE is not set."),)
    message = f"MLCOST_DISABLE is {value}: whatever is started from here is without guardrails and panel."
    return (Result(name="switch", group="Installation", status="warn", message=message, hint="unset MLCOST_DISABLE"),)
