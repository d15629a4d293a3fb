"""Training jobs: what CreateTrainingJob asks for.

Billed are the instances until the job ends, by its stopping condition at the latest, then those that a warm pool keeps; volumes
with them, but not of types that have their own disk. A `RetryStrategy` adds nothing: the stopping condition is that of all
attempts together (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mlcost_ext.core.job import Problem
from mlcost_ext.core.planned import Planned, PlannedLine, PlannedRun, Way
from mlcost_ext.jobs.instances import hour_line, volume_line
from mlcost_ext.jobs.kind import Facts

from . import wrong
from .asked import Asked
from .cluster import Work, choices_of, preference_told, volume_notes, way_of
from .kind import RequestKind
from .limit import MOST_TRAINING_SECONDS, limit_of, usual_limit
from .notes import refused
from .run_key import run_key

MOST_KEPT_SECONDS = 21_600
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html (`KeepAlivePeriodInSeconds`)."""
MOST_RULES = 20
RULES = ("DebugRuleConfigurations", "ProfilerRuleConfigurations")
SERVERLESS = Problem(
    code="serverless_tokens",
    message="A serverless customization job is billed by its tokens, whose price and number are not known here.",
    hint="Multiply the tokens of the data set by the epochs and by the model's price on AWS's price page.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """One training job, or a definition of a tuning job, as it was understood."""

    run: PlannedRun
    assumptions: tuple[str, ...]
    notes: tuple[Problem, ...]


def read(request: Asked, region_id: str, facts: Facts) -> Planned:
    """Turn a request into planned usage.

    Raises:
        UsageError: It is wrong.
    """
    if request.inner("ServerlessJobConfig").members:
        return _serverless(request, region_id)
    config = request.needed("ResourceConfig")
    rules = tuple(
        line for key in RULES for rule in request.structures(key, MOST_RULES) for line in _rule_lines(rule, region_id, facts)
    )
    training = training_of(request, config, region_id, facts)
    run = replace(training.run, key=run_key("training", request.members, training.run.ways[0]))
    told = ("Rules with an instance of their own are processing jobs that run as long as the training does.",) if rules else ()
    return Planned(
        kind="training",
        region_id=region_id,
        runs=(replace(run, ways=tuple((*way, *rules) for way in run.ways)),),
        assumptions=(*training.assumptions, *told),
        notes=training.notes,
    )


def training_of(request: Asked, config: Asked, region_id: str, facts: Facts) -> Training:
    """Read what a training job and a definition of a tuning job have in common.

    Args:
        request: One of the two.
        config: Its `ResourceConfig`.
        region_id: Where it is to run.
        facts: What instance types have.

    Raises:
        UsageError: It is wrong.
    """
    choices = choices_of(config)
    is_spot = request.flag("EnableManagedSpotTraining")
    if is_spot and config.has("InstancePreferences"):
        hint = "Leave one of them: Spot needs one InstanceType."
        raise wrong.not_together(request.place("EnableManagedSpotTraining"), config.place("InstancePreferences"), hint)
    volume_gb = config.whole("VolumeSizeInGB", least=0)
    kept = config.whole("KeepAlivePeriodInSeconds", 0, MOST_KEPT_SECONDS) or 0
    seconds, is_default = limit_of(request, MOST_TRAINING_SECONDS)
    work = Work(component="Training", description="training", region_id=region_id, facts=facts)
    run = PlannedRun(
        ways=tuple(way_of(choice, volume_gb, work, kept) for choice in choices),
        max_runtime_in_seconds=seconds,
        is_default_limit=is_default,
        is_spot=is_spot,
        keep_alive_seconds=kept,
    )
    volumes = volume_notes(choices, volume_gb, config.place("VolumeSizeInGB"), facts)
    notes = (*volumes, *_wait_notes(request, is_spot, seconds), *_pool_notes(config, run))
    return Training(run=run, assumptions=assumed(request, run), notes=notes)


def assumed(request: Asked, run: PlannedRun) -> tuple[str, ...]:
    """Say what is taken for granted of a training job."""
    algorithm = request.inner("AlgorithmSpecification").text("AlgorithmName")
    return tuple(
        sentence
        for holds, sentence in (
            (run.is_default_limit, usual_limit(request.place("StoppingCondition"))),
            (len(run.ways) > 1, preference_told(run.ways)),
            (
                run.keep_alive_seconds,
                f"Its instances are kept warm for all of the {run.keep_alive_seconds} s that are asked for.",
            ),
            (_is_prepaid(run), "Hours on a training plan add nothing: its fee was paid up front."),
            (algorithm, "If the algorithm is one of AWS Marketplace, its seller's fee is not in the figure."),
        )
        if holds
    )


def _is_prepaid(run: PlannedRun) -> bool:
    return any(planned.is_prepaid for way in run.ways for planned in way)


def _wait_notes(request: Asked, is_spot: bool, seconds: int) -> tuple[Problem, ...]:
    """Say so where AWS will refuse how long a Spot job may wait: at least as long as it may run, and at all only with Spot."""
    condition = request.inner("StoppingCondition")
    place, wait = condition.place("MaxWaitTimeInSeconds"), condition.whole("MaxWaitTimeInSeconds")
    if is_spot and (wait is None or wait < seconds):
        told = f"{place} is missing" if wait is None else f"{place} is {wait}, less than the {seconds} s it may run"
        return (
            refused(
                f"AWS refuses a Spot job whose wait is shorter than its run: {told}.", f'Write "MaxWaitTimeInSeconds": {seconds}.'
            ),
        )
    if wait is not None and not is_spot:
        hint = 'Leave it out, or write "EnableManagedSpotTraining": true.'
        return (refused(f"AWS takes {place} with managed Spot training only.", hint),)
    return ()


def _pool_notes(config: Asked, run: PlannedRun) -> tuple[Problem, ...]:
    """Say so where AWS keeps no warm pool (https://docs.aws.amazon.com/sagemaker/latest/dg/train-warm-pools.html)."""
    what = "with managed Spot training" if run.is_spot else "of instance groups" if config.has("InstanceGroups") else None
    if not run.keep_alive_seconds or what is None:
        return ()
    return (refused(f"AWS keeps no warm pool {what}.", f"Leave {config.place('KeepAlivePeriodInSeconds')} out."),)


def _rule_lines(rule: Asked, region_id: str, facts: Facts) -> Way:
    """Give what a custom rule of the debugger or profiler uses; AWS's own have no `InstanceType` and are free.

    See https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DebugRuleConfiguration.html.
    """
    if not rule.has("InstanceType"):
        return ()
    name, volume_gb = rule.instance_type(), rule.whole("VolumeSizeInGB", least=0)
    compute = PlannedLine(line=hour_line(name, 1, region_id, "Processing", "rule"))
    if not volume_gb or facts.has_local_disk(name):
        return (compute,)
    return compute, PlannedLine(line=volume_line(volume_gb, region_id, "Storage-Processing"))


def _serverless(request: Asked, region_id: str) -> Planned:
    """Read a serverless customization job, which has no instances to count."""
    seconds, is_default = limit_of(request, MOST_TRAINING_SECONDS)
    run = PlannedRun(
        ways=((),), max_runtime_in_seconds=seconds, is_default_limit=is_default, key=run_key("training", request.members, ())
    )
    return Planned(kind="training", region_id=region_id, runs=(run,), unpriced=(SERVERLESS,))


KIND = RequestKind(
    name="training",
    title="Training",
    operations=("CreateTrainingJob",),
    marks=("TrainingJobName", "AlgorithmSpecification", "ResourceConfig", "ServerlessJobConfig"),
    read=read,
)
