"""Where requests have their parts, and the patches that change them.

A request may be wrong in any member that nobody here has read yet: what has another type than AWS wants counts as missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlcost_ext.core.merge_patch import merged, patch_between

Place = tuple[str | int, ...]
"""From the request inwards: a key of a structure, or an index of a list."""
DEFINITION, DEFINITIONS = "TrainingJobDefinition", "TrainingJobDefinitions"
INSTANCE_TYPE = "InstanceType"
MAX_RUNTIME, MAX_WAIT = "MaxRuntimeInSeconds", "MaxWaitTimeInSeconds"
KEEP_ALIVE = "KeepAlivePeriodInSeconds"
MOST_RUN_SECONDS = {"training": 28 * 86_400, "tuning": 28 * 86_400, "processing": 777_600}
"""What AWS takes at most as a stopping condition, by kind
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html, API_ProcessingStoppingCondition.html)."""
USUAL_RUN_SECONDS = 86_400
"""AWS's own limit where a request has none."""
USERS_OWN = ("HyperParameters", "StaticHyperParameters", "Environment")
"""Structures whose keys are the user's: none of them is a member of AWS's."""
MOST_DEPTH = 8
"""AWS's own requests name instance types five levels deep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A structure of a request, and where it stands."""

    place: Place
    """Empty: it is the request itself."""
    members: Mapping[str, Any]

    def at(self, *keys: str) -> str:
        """Write where a member of it stands, as AWS does, such as ``TrainingJobDefinitions[0].StoppingCondition``."""
        return place_text((*self.place, *keys))


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedType:
    """An instance type, and where a request names it."""

    place: Place
    name: str


def place_text(place: Place) -> str:
    """Write a place as AWS does, such as ``ProductionVariants[0].InstanceType``."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place)
    return text.removeprefix(".")


# -- reading ------------------------------------------------------------------------------------


def inner(members: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """Give a structure within a structure; empty: it is missing, or none."""
    found: Any = members
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def text(members: Mapping[str, Any], key: str) -> str | None:
    """Give a text; None: it is missing, empty, or none."""
    found = members.get(key)
    return found if isinstance(found, str) and found else None


def whole(members: Mapping[str, Any], key: str) -> int | None:
    """Give a whole number; None: it is missing, or none."""
    found = members.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def structures(members: Mapping[str, Any], key: str, place: Place = ()) -> tuple[Part, ...]:
    """Give the structures of a list, each with its place below `place`; empty: it is missing, or no list."""
    items = members.get(key)
    listed = items if isinstance(items, (list, tuple)) else ()
    return tuple(Part(place=(*place, key, i), members=item) for i, item in enumerate(listed) if isinstance(item, Mapping))


def job_parts(kind: str, request: Mapping[str, Any]) -> tuple[Part, ...]:
    """Give the parts that each describe one job, in the order of `Planned.runs`: of a tuning job its definitions."""
    if kind != "tuning":
        return (Part(place=(), members=request),)
    several = structures(request, DEFINITIONS)
    return several or (Part(place=(DEFINITION,), members=inner(request, DEFINITION)),)


def channels(kind: str, part: Part) -> tuple[Part, ...]:
    """Give the inputs of a job: channels, a processing job's inputs, or a transform job's one."""
    if kind == "transform":
        only = inner(part.members, "TransformInput")
        return (Part(place=(*part.place, "TransformInput"), members=only),) if only else ()
    return structures(part.members, "ProcessingInputs" if kind == "processing" else "InputDataConfig", part.place)


def named_types(request: Mapping[str, Any]) -> tuple[NamedType, ...]:
    """Give all instance types that a request names, wherever they stand: groups, preferences, variants, rules, apps."""
    return tuple(_named(request, ()))


def _named(value: Any, place: Place) -> Iterator[NamedType]:
    if len(place) > MOST_DEPTH:
        return
    if isinstance(value, Mapping):
        for key, member in value.items():
            if key == INSTANCE_TYPE and isinstance(member, str) and member:
                yield NamedType(place=(*place, key), name=member)
            elif key not in USERS_OWN:
                yield from _named(member, (*place, key))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _named(item, (*place, index))


# -- changing -----------------------------------------------------------------------------------


def patch_of(request: Mapping[str, Any], changes: Iterable[tuple[Place, Any]]) -> dict[str, Any]:
    """Give the merge patch of a request that makes all changes; a list on the way to one is replaced whole.

    Args:
        request: As it is.
        changes: Where, and the merge patch of what stands there; a null takes it away.
    """
    changed: Any = request
    for place, patch in changes:
        changed = _changed(changed, place, patch)
    found: dict[str, Any] = patch_between(request, changed)
    return found


def _changed(value: Any, place: Place, patch: Any) -> Any:
    if not place:
        return merged(value, patch)
    first, *rest = place
    if isinstance(first, int):
        items = list(value)
        items[first] = _changed(items[first], tuple(rest), patch)
        return items
    members = value if isinstance(value, Mapping) else {}
    if not rest and patch is None:
        return {key: member for key, member in members.items() if key != first}
    return {**members, first: _changed(members.get(first), tuple(rest), patch)}


def limit_patch(part: Part, seconds: int, wait_seconds: int | None = None) -> tuple[Place, dict[str, Any]]:
    """Give the change of a job's stopping condition, for `patch_of`.

    Args:
        part: The job.
        seconds: How long it may run.
        wait_seconds: How long it may take with waiting for Spot; None: nothing is said of it.
    """
    wait = {} if wait_seconds is None else {MAX_WAIT: wait_seconds}
    return (*part.place, "StoppingCondition"), {MAX_RUNTIME: seconds, **wait}
