"""The instances of training and processing jobs, and their volumes: one way, or one for each of the preferences.

AWS takes one of three: `InstanceType` with `InstanceCount`, `InstanceGroups`, or `InstancePreferences`, of which it selects the
first that it has capacity for (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mlcost_ext.core.errors import UsageError
from mlcost_ext.core.job import Problem
from mlcost_ext.core.planned import PlannedLine, Way
from mlcost_ext.jobs.instances import InstanceGroup, compute_lines, storage_lines
from mlcost_ext.jobs.kind import Facts

from . import wrong
from .asked import Asked
from .notes import volume_unknown

MOST_CHOICES = 5
"""Groups, and preferences."""
ONE_OF_THEM = "Leave one of them: they are different ways to say which instances run it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What instances are used for, and where."""

    component: str
    description: str
    region_id: str
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Instances that are used together; of several choices AWS takes one."""

    groups: tuple[InstanceGroup, ...]
    is_prepaid: bool


def choices_of(config: Asked, usual_count: int | None = None) -> tuple[Choice, ...]:
    """Give the instances that are asked for.

    Args:
        config: `ResourceConfig`, or a structure with the same members.
        usual_count: What AWS takes where there is no `InstanceCount`; None: there has to be one.

    Raises:
        UsageError: They are missing, wrong, or asked for in two ways at once.
    """
    groups = config.structures("InstanceGroups", MOST_CHOICES)
    preferences = config.structures("InstancePreferences", MOST_CHOICES)
    alternatives = ((groups, "InstanceGroups", "InstanceType"), (preferences, "InstancePreferences", "InstanceType"))
    for listed, key, other in alternatives:
        if listed and config.has(other):
            raise wrong.not_together(config.place(key), config.place(other), ONE_OF_THEM)
    if groups and preferences:
        raise wrong.not_together(config.place("InstanceGroups"), config.place("InstancePreferences"), ONE_OF_THEM)
    is_prepaid = config.text("TrainingPlanArn") is not None
    if groups:
        return (Choice(groups=_filled(groups), is_prepaid=is_prepaid),)
    if preferences:
        return _preferred(config, preferences)
    name = config.instance_type()
    count = config.whole("InstanceCount") or usual_count or config.needed_whole("InstanceCount")
    return (Choice(groups=((name, count),), is_prepaid=is_prepaid),)


def _filled(groups: Sequence[Asked]) -> tuple[InstanceGroup, ...]:
    """Give type and count of each group that has instances; AWS takes groups of none beside others and bills none of them."""
    counted = [(group.instance_type(), group.needed_whole("InstanceCount", least=0)) for group in groups]
    if not any(count for _, count in counted):
        groups[0].needed_whole("InstanceCount")
    return tuple((name, count) for name, count in counted if count)


def _preferred(config: Asked, preferences: Sequence[Asked]) -> tuple[Choice, ...]:
    """Give a choice for each preference; the count stands with each of them, or once for all."""
    on_plan = [bool(each.texts("TrainingPlanArns")) for each in preferences]
    if config.has("TrainingPlanArn") and any(on_plan):
        place = preferences[on_plan.index(True)].place("TrainingPlanArns")
        raise wrong.not_together(config.place("TrainingPlanArn"), place, "Name the plan in one of the two places.")
    for_all = config.whole("InstanceCount")
    counted = [each for each in preferences if each.has("InstanceCount")]
    if counted and for_all is not None:
        hint = "Give the count once for all types, or with each of them."
        raise wrong.not_together(config.place("InstanceCount"), counted[0].place("InstanceCount"), hint)
    found: list[Choice] = []
    for each, is_on_plan in zip(preferences, on_plan, strict=True):
        name, count = each.instance_type(), for_all or each.needed_whole("InstanceCount")
        if any(name == choice.groups[0][0] for choice in found):
            raise UsageError(f"{each.place('InstanceType')} is {name}, which was named before.", "Name each instance type once.")
        found.append(Choice(groups=((name, count),), is_prepaid=is_on_plan or config.has("TrainingPlanArn")))
    return tuple(found)


def way_of(choice: Choice, volume_gb: int | None, work: Work, keep_seconds: int = 0) -> Way:
    """Give the lines of a choice: instances, volumes, and both once more where they are kept after the run.

    Args:
        choice: The instances.
        volume_gb: Of each that has no disk of its own; None: not told, so that there is no line for them.
        work: What they are used for.
        keep_seconds: How long they are kept for the next job; 0: they are not.
    """
    groups, region_id = list(choice.groups), work.region_id
    compute = [
        PlannedLine(line=line, is_prepaid=choice.is_prepaid)
        for line in compute_lines(groups, region_id, work.component, work.description)
    ]
    told = storage_lines(groups, volume_gb, region_id, f"Storage-{work.component}", work.facts.has_local_disk)
    used = (*compute, *(PlannedLine(line=line) for line in told or ()))
    return (*used, *map(_kept, used)) if keep_seconds else used


def _kept(used: PlannedLine) -> PlannedLine:
    """Give what a line becomes in a warm pool, which has prices of its own."""
    line = used.line
    if line.instance_type is None:
        return replace(
            used, line=replace(line, component="Storage-WarmPool", description=f"{line.description} kept warm"), clock="kept"
        )
    return replace(used, line=replace(line, component="WarmPool", description=f"{line.instance_type} kept warm"), clock="kept")


def preference_told(ways: Sequence[Way]) -> str:
    """Say of which instance types AWS takes one, in the order in which they are preferred."""
    firsts = [way[0].line.instance_type or "" for way in ways if way]
    taken = f"AWS takes the first of the instance preferences that it has capacity for: {', else '.join(firsts)}"
    return f"{taken}; the lines are those of the first."


def volume_notes(choices: Sequence[Choice], volume_gb: int | None, place: str, facts: Facts) -> tuple[Problem, ...]:
    """Say so where volumes are not counted, since nothing tells how large they are."""
    types = {name for choice in choices for name, _ in choice.groups if name}
    return () if volume_gb is not None or all(map(facts.has_local_disk, types)) else (volume_unknown(place),)
