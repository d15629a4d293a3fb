"""Managed Spot training as several rules see it: where its checkpoints go, how often it is interrupted, what that costs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from mlcost_ext.core.money import EXACT
from mlcost_ext.core.planned import PlannedRun
from mlcost_ext.core.rule import Proposal
from mlcost_ext.core.runs import MarketSaving

from .cpu_only import ALGORITHM_ACCOUNTS, image_of
from .request_parts import MAX_WAIT, MOST_RUN_SECONDS, Part, Place, inner, job_parts, text, whole

KINDS = ("training", "tuning")
HOUR = Decimal(3600)
FROM_HOURS = Decimal(4)
"""From how long a run is not to be left to Spot without checkpoints, where no policy says otherwise."""
MONTH_HOURS = Decimal(720)
START_HOURS = Decimal(5) / 60
"""What it takes to start once more: the data is read again."""
CHECKPOINT_HOURS = Decimal(1)
"""How often a script is taken to write checkpoints."""
OPEN_SHARE = Decimal("0.5")
"""Of the open band ``>20%``: which share of the instances is taken to be interrupted in a month."""
MOST_EXPONENT = Decimal(100)
WITHOUT_END = Decimal("Infinity")
BAND = re.compile(r"(?:<|[0-9]{1,2}-)([0-9]{1,2})%")
S3_URI = re.compile(r"(https|s3)://([^/]+)/?(.*)")
MOST_URI = 1024
SPOT = "EnableManagedSpotTraining"
CHECKPOINTS_NEED = "CheckpointConfig.S3Uri"
WITHOUT_CHECKPOINTS = frozenset(
    (
        *("blazingtext", "factorization-machines", "forecasting-deepar", "ipinsights", "kmeans", "knn", "lda"),
        *("linear-learner", "ntm", "object2vec", "pca", "randomcutforest", "seq2seq", "xgboost"),
    )
)
"""AWS's algorithms that write none, XGBoost up to 0.72 among them: AWS lets them wait for Spot for an hour at most
(https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html)."""
SHORT_WAIT_SECONDS = 3600
"""How long AWS lets algorithms wait that write no checkpoints, waiting and running together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotCase:
    """A training job that is on Spot, or could be."""

    part: Part
    run: PlannedRun
    seconds: int
    """How long one run takes: as expected, else as its stopping condition allows."""

    @property
    def hours(self) -> Decimal:
        """Give the same in hours."""
        return EXACT.divide(Decimal(self.seconds), HOUR)

    @property
    def instance_count(self) -> int:
        """Count the instances that train; if one is interrupted, all start anew."""
        used = [each.line for each in self.run.ways[0] if each.line.component == "Training"]
        return int(sum((line.quantity for line in used), Decimal(0)))

    @property
    def limit_seconds(self) -> int:
        """Give its stopping condition, or AWS's own."""
        return self.run.max_runtime_in_seconds or 0

    @property
    def wait_seconds(self) -> int | None:
        """Give how long it may take with waiting; None: nothing is said of it."""
        return whole(inner(self.part.members, "StoppingCondition"), MAX_WAIT)

    @property
    def has_checkpoints(self) -> bool:
        """Tell whether what it writes as checkpoints is kept."""
        return text(inner(self.part.members, "CheckpointConfig"), "S3Uri") is not None


def cases(proposal: Proposal) -> tuple[SpotCase, ...]:
    """Give the training jobs of a request; those that are billed by tokens are none."""
    parts = job_parts(proposal.kind, proposal.request)
    return tuple(
        SpotCase(part=part, run=run, seconds=_seconds(proposal, index, run))
        for index, (part, run) in enumerate(zip(parts, proposal.planned.runs, strict=False))
        if any(run.ways)
    )


def _seconds(proposal: Proposal, index: int, run: PlannedRun) -> int:
    """Give how long a run takes; the estimate tells it of the first definition, and others are taken to be like it."""
    duration, limit = proposal.estimate.duration_seconds, run.max_runtime_in_seconds or 0
    if duration.expected is None or (index and duration.basis == "stopping_condition"):
        return limit
    return min(duration.expected, limit)


# -- checkpoints --------------------------------------------------------------------------------


def checkpoint_uri(request: Mapping[str, Any], part: Part) -> str | None:
    """Give where a job's checkpoints may go: below its own output, in a folder of its own, since AWS reads what is there.

    None: it has no output of which that could be told.
    """
    output = text(inner(part.members, "OutputDataConfig"), "S3OutputPath")
    if output is None or not S3_URI.fullmatch(output):
        return None
    own = (text(request, "TrainingJobName") or text(request, "HyperParameterTuningJobName"), text(part.members, "DefinitionName"))
    uri = "/".join((output.rstrip("/"), "checkpoints", *(name for name in own if name), ""))
    return uri if len(uri) <= MOST_URI else None


def writes_none(part: Part) -> bool:
    """Tell whether a job is of an algorithm of AWS's that writes no checkpoints."""
    image = image_of(text(inner(part.members, "AlgorithmSpecification"), "TrainingImage"))
    return image is not None and image.account in ALGORITHM_ACCOUNTS and image.repository in WITHOUT_CHECKPOINTS


def most_wait_seconds(part: Part) -> int:
    """Give how long AWS lets a job wait for Spot at most, waiting and running together."""
    return SHORT_WAIT_SECONDS if writes_none(part) else MOST_RUN_SECONDS["training"]


def wait_for(part: Part, seconds: int, own: int | None = None) -> int | None:
    """Give how long a job is to wait for Spot, waiting and running together; None: AWS lets it wait for less than it may run.

    Args:
        part: The job.
        seconds: How long it may run: it waits never less.
        own: Its own wait, which is kept as far as AWS allows it; None: it has none, and waits as long once more.
    """
    most = most_wait_seconds(part)
    return None if seconds > most else max(seconds, min(2 * seconds if own is None else own, most))


def without_spot(part: Part) -> list[tuple[Place, Any]]:
    """Give the changes that leave Spot out, and with it the wait, which AWS takes with Spot only."""
    has_wait = MAX_WAIT in inner(part.members, "StoppingCondition")
    return [(part.place, {SPOT: False}), *([((*part.place, "StoppingCondition", MAX_WAIT), None)] if has_wait else [])]


# -- interruptions ------------------------------------------------------------------------------


def interruptions_per_hour(market: MarketSaving) -> Decimal | None:
    """Give how often an instance is interrupted: of the share p in a month -ln(1 - p) / 720, by the upper end of its band.

    None: the band cannot be read.
    """
    found = BAND.fullmatch(market.interruptions)
    share = Decimal(found[1]) / 100 if found else OPEN_SHARE if market.interruptions.startswith(">") else None
    return None if share is None else -EXACT.divide(EXACT.ln(1 - share), MONTH_HOURS)


def billed_hours(rate: Decimal, hours: Decimal, segment_hours: Decimal | None = None) -> Decimal:
    """Give how long a run is expected to be billed that starts anew after each interruption: (e^(λ(W + s)) - 1) / λ.

    With checkpoints it starts anew from the last one: n segments of c hours, each (e^(λ(c + s/n)) - 1) / λ.

    Args:
        rate: λ, interruptions per hour, above 0.
        hours: W, the work, above 0.
        segment_hours: c; None: there are no checkpoints.
    """
    segments = Decimal(1) if segment_hours is None else max(Decimal(1), EXACT.divide(hours, segment_hours))
    exponent = EXACT.multiply(rate, EXACT.divide(hours + START_HOURS, segments))
    if exponent > MOST_EXPONENT:
        return WITHOUT_END
    return EXACT.multiply(segments, EXACT.divide(EXACT.exp(exponent) - 1, rate))


def spot_hours(market: MarketSaving | None, case: SpotCase, *, has_checkpoints: bool) -> Decimal | None:
    """Give how many hours at the on-demand price a run on Spot is expected to cost; None: not known."""
    rate = None if market is None else interruptions_per_hour(market)
    if market is None or rate is None:
        return None
    billed = billed_hours(rate * case.instance_count, case.hours, CHECKPOINT_HOURS if has_checkpoints else None)
    return EXACT.divide(EXACT.multiply(billed, Decimal(100 - market.percent)), Decimal(100))


def is_dearer(market: MarketSaving | None, case: SpotCase, *, has_checkpoints: bool) -> bool:
    """Tell whether a run on Spot is expected to cost at least as much as one on demand; false: it is not, or not known.

    On demand it starts once, as it does on Spot if nothing interrupts it.
    """
    hours = spot_hours(market, case, has_checkpoints=has_checkpoints)
    return hours is not None and hours >= case.hours + START_HOURS
