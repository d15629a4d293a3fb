"""The work that a request asks for: its one job with its instances, and the runs before it that were like it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mlcost_ext.core.evidence import EarlierRun
from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.core.planned import PlannedRun
from mlcost_ext.core.rule import NothingKept, Proposal

from .request_parts import INSTANCE_TYPE, Part, Place, inner, job_parts, patch_of, text, whole

COMPLETED = "Completed"
RESOURCES: dict[str, Place] = {
    "training": ("ResourceConfig",),
    "tuning": ("ResourceConfig",),
    "processing": ("ProcessingResources", "ClusterConfig"),
    "transform": ("TransformResources",),
}
"""Where a job's description names its instances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The instances of a job, where all are of one type."""

    component: str
    instance_type: str
    count: int
    unit_price: Decimal | None
    """Of an instance hour by the list; None: not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The one job, or the one kind of jobs, that a request asks for."""

    proposal: Proposal
    part: Part
    """Its description: the request, or of a tuning job the definition of its jobs."""
    run: PlannedRun

    @property
    def resources(self) -> Part:
        """Give the structure that names its instances; empty: it is another one than usual."""
        place = RESOURCES[self.proposal.kind]
        return Part(place=(*self.part.place, *place), members=inner(self.part.members, *map(str, place)))

    def machine(self) -> Machine | None:
        """Give its instances; None: several types, none, or such as are paid for already."""
        lines = self.run.ways[0] if len(self.run.ways) == 1 else ()
        first = lines[0] if lines else None
        if first is None or first.is_prepaid or first.line.instance_type is None:
            return None
        component, name = first.line.component, first.line.instance_type
        if sum(each.line.component == component for each in lines) > 1:
            return None
        priced = (each for each in self.proposal.estimate.lines if (each.component, each.instance_type) == (component, name))
        price = next((each.list_unit_price for each in priced), None)
        unit_price = None if price is None else Decimal(price)
        return Machine(component=component, instance_type=name, count=int(first.line.quantity), unit_price=unit_price)

    def with_resources(self, changes: dict[str, Any]) -> dict[str, Any] | None:
        """Give the patch of members beside the instance type; None: the request has no single place for them."""
        resources = self.resources
        return patch_of(self.proposal.request, [(resources.place, changes)]) if INSTANCE_TYPE in resources.members else None

    def with_type(self, name: str | None) -> dict[str, Any] | None:
        """Give the patch that takes another instance type; None: there is none, no single place for it, or no volume for it."""
        return self.with_resources({INSTANCE_TYPE: name}) if name is not None and self.has_volume_for(name) else None

    def has_volume_for(self, name: str) -> bool:
        """Tell whether a type has where to put its data: AWS wants the size of a volume for those without a disk of their own."""
        has_local_disk = self.proposal.facts.has_local_disk
        own = text(self.resources.members, INSTANCE_TYPE)
        is_needed = own is not None and has_local_disk(own) and not has_local_disk(name) and self.proposal.kind != "transform"
        return not is_needed or bool(whole(self.resources.members, "VolumeSizeInGB"))

    def earlier_runs(self) -> tuple[EarlierRun, ...] | None:
        """Give the user's own runs of the same code, the latest first; None: nobody remembers, or it cannot be compared.

        Raises:
            Unsure: What is remembered cannot be read.
        """
        if self.run.key.image is None:
            return None
        kind = "training" if self.proposal.kind == "tuning" else self.proposal.kind
        try:
            found = self.proposal.evidence.earlier_runs(kind, self.run.key, self.part.members)
        except NothingKept:
            return None
        return tuple(each for each in found if each.has_same_code)


def work_of(proposal: Proposal) -> Work | None:
    """Give the work that a request asks for; None: jobs of several definitions."""
    parts, runs = job_parts(proposal.kind, proposal.request), proposal.planned.runs
    return Work(proposal=proposal, part=parts[0], run=runs[0]) if len(parts) == len(runs) == 1 else None


def is_accelerated(facts: InstanceFacts | None) -> bool:
    """Tell whether a type is known to have GPUs or other accelerators."""
    return facts is not None and bool(facts.accelerator_count)


def is_burstable(instance_type: str) -> bool:
    """Tell a type whose processors are throttled once their credits are used up (T2, T3)."""
    return instance_type.startswith("ml.t") and not instance_type.startswith("ml.trn")


def number_of(value: object) -> Decimal:
    """Give the value of an option that is a number and never None."""
    assert isinstance(value, Decimal)
    return value
