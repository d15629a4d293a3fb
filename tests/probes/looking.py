"""Looks at this machine, now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from mlcost_ext.core.activity import RunningProcess
from mlcost_ext.core.times import UTC
from mlcost_ext.probes.machine import MachineFacts, MachineProbe


def look(
    probe: MachineProbe, kernels: Mapping[str, int | None] | None = None, terminals: Mapping[str, int] | None = None
) -> MachineFacts:
    """Look once."""
    return probe.look(kernels or {}, terminals or {}, datetime.now(UTC))


def run_in(facts: MachineFacts, name: str = "1") -> tuple[RunningProcess, ...]:
    """Give what a terminal runs."""
    return next(each.processes for each in facts.terminals if each.name == name)
