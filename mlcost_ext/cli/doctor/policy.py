"""Check that the policy's files are valid, and say which of them hold."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from mlcost_ext.guard_wiring import load_rules
from mlcost_ext.policy.layer import LayerFault
from mlcost_ext.policy_files.compiling import PolicyInForce
from mlcost_ext.policy_files.files import PolicyFiles
from mlcost_ext.policy_files.layer_paths import layer_paths
from mlcost_ext.policy_files.told import headline

from .check import Result, Status, Surroundings
from .home import is_there

MOST_FAULTS = 3
DISABLED = "disable"


def check(here: Surroundings) -> tuple[Result, ...]:
    """Read all layers as a kernel does; where MLCOST_HOME is not there yet, it is not made."""
    home = here.home if is_there(here.home) and here.home.is_dir() else None
    now = PolicyFiles(layer_paths(here.env), load_rules, home).in_force()
    if now.faults:
        return (_result("policy", "fail", headline(now), mend(here, now.faults)), *told(now.faults))
    if now.policy.is_disabled:
        return (disabled(now),)
    return (_result("policy", "ok" if now.layers else "info", headline(now)),)


def told(faults: Sequence[LayerFault]) -> tuple[Result, ...]:
    """Give the first faults, each with its place and what to write instead."""
    return tuple(
        _result("policy_fault", "fail", f"{place(each)}: {each.fault.message}", each.fault.hint) for each in faults[:MOST_FAULTS]
    )


def place(fault: LayerFault) -> str:
    """Write where it is, as an editor takes it."""
    return fault.layer if fault.fault.line is None else f"{fault.layer}:{fault.fault.line}:{fault.fault.column}"


def mend(here: Surroundings, faults: Sequence[LayerFault]) -> str:
    """Say how to see all of them."""
    names = " ".join(quote(name) for name in dict.fromkeys(each.layer for each in faults))
    count = f"the {len(faults)} faults" if len(faults) > 1 else "the fault"
    return f"Mend {count}; {here.python} -m mlcost_ext.cli policy check {names} names every one."


def disabled(now: PolicyInForce) -> Result:
    """Say which file switches everything off."""
    file = now.policy.origins.get(DISABLED, now.layers[0])
    return _result("policy", "warn", f"{file} switches everything off.", f"Take disable: true out of {file}.")


def _result(name: str, status: Status, message: str, hint: str | None = None) -> Result:
    return Result(name=name, group="This machine", status=status, message=message, hint=hint)
