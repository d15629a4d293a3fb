"""The instance types of a request, by what they are used for, and the patch that replaces one wherever it is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mlcost_ext.core.cuda import runs_on
from mlcost_ext.core.rule import Proposal

from .distribution import is_shared_on
from .request_parts import NamedType, Place, job_parts, named_types, patch_of, whole

FREE_TYPE = "system"
"""A JupyterServer app's own machine, which costs nothing and is no type that could be chosen."""
WITHOUT_PATCH = ("endpoint",)
"""Kinds whose requests name no type of their own: the endpoint configuration is there already."""


def types_named(request: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the instance types that a request names, each once."""
    return tuple(dict.fromkeys(each.name for each in named_types(request) if each.name != FREE_TYPE))


def component_of(proposal: Proposal, name: str) -> str | None:
    """Give what a type is used for, by its price component; None: nothing that is counted, several, or what is paid already."""
    lines = [each for run in proposal.planned.runs for way in run.ways for each in way if each.line.instance_type == name]
    found = {each.line.component for each in lines if each.clock != "kept"}
    return found.pop() if len(found) == 1 and not any(each.is_prepaid for each in lines) else None


def cheaper_type_patch(proposal: Proposal, is_wanted: Callable[[str], bool] = lambda _: True) -> dict[str, Any] | None:
    """Give the patch that takes the cheapest type instead that has what the request's one type has.

    Whether the request comes under a limit with it, only its estimate tells: fixes are held against their findings.

    Args:
        proposal: Whose request names one type, at however many places.
        is_wanted: Which types may be taken.
    """
    types = types_named(proposal.request)
    return replaced(proposal, types[0], is_wanted) if len(types) == 1 else None


def replaced(proposal: Proposal, name: str, is_wanted: Callable[[str], bool]) -> dict[str, Any] | None:
    """Give the patch that takes the cheapest fitting type instead of `name` wherever it is named; None: there is none."""
    component = component_of(proposal, name)
    return None if component is None else replaced_by(proposal, name, filter(is_wanted, proposal.fitting(component, name)))


def replaced_by(proposal: Proposal, name: str, others: Iterable[str]) -> dict[str, Any] | None:
    """Give the patch that takes the first of some types that can stand there instead of `name`; None: there is none."""
    if proposal.kind in WITHOUT_PATCH:
        return None
    named = named_types(proposal.request)
    places = [each.place for each in named if each.name == name]
    parts = job_parts(proposal.kind, proposal.request)
    runnable = (other for other in others if is_runnable_on(proposal, other))
    for other in (other for other in runnable if all(is_shared_on(other, part) for part in parts)):
        if not _is_named_beside(named, other) and _has_volumes(proposal, places, name, other):
            return patch_of(proposal.request, [(place, other) for place in places])
    return None


def is_runnable_on(proposal: Proposal, name: str) -> bool:
    """Tell whether a request's containers can run on the GPUs of a type, as far as is known."""
    facts = proposal.facts.instance_facts(name)
    return facts is None or all(runs_on(run.key.image, facts) for run in proposal.planned.runs)


def _is_named_beside(named: tuple[NamedType, ...], other: str) -> bool:
    """Tell whether a request names a type already: lists of preferences may not name one twice."""
    return any(each.name == other for each in named)


def _has_volumes(proposal: Proposal, places: list[Place], name: str, other: str) -> bool:
    """Tell whether another type has where to put its data: AWS wants a size of volume of those without a disk of their own."""
    if proposal.facts.has_local_disk(other) or not proposal.facts.has_local_disk(name):
        return True
    return all(_volume_gb(proposal.request, place) for place in places)


def _volume_gb(request: Mapping[str, Any], place: Place) -> int:
    """Give the size of volume that is asked for where a type is named, or around it; 0: none is."""
    found, at = 0, request
    for key in place:
        found = (whole(at, "VolumeSizeInGB") if isinstance(at, Mapping) else None) or found
        at = at[key]  # type: ignore[index]
    return found
