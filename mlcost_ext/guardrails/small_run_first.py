"""MC108: a dear run of code that nobody has seen run. Once it has run through, however small, there is nothing to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from mlcost_ext.core.evidence import EarlierRun
from mlcost_ext.core.rule import Objection, Option, OptionValue, Proposal, Rule, Unsure
from mlcost_ext.core.words import money, span

from .cost_parts import is_well_known, judged_cost
from .distribution import is_shared_on
from .docs import docs_url
from .request_parts import MAX_WAIT, Place, inner, limit_patch, patch_of, whole
from .types_in_use import is_runnable_on
from .work import COMPLETED, Machine, Work, number_of, work_of

STOPPED = "Stopped"
MOST_SECONDS, LEAST_SECONDS = 1500, 300
"""Of a small run: from half an hour on it would be to be on Spot (MC106); in less than the latter hardly anything starts."""
SPOT_SECONDS = 3600
"""How long a small run on Spot waits and runs together."""
HUNDRED, HOUR = Decimal(100), Decimal(3600)


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to a dear run of code that has not run through.

    Raises:
        Unsure: What is remembered cannot be read, or the limit is in another currency.
    """
    work, cost, limit = work_of(proposal), judged_cost(proposal.estimate), number_of(options["from_list_cost"])
    if work is None or cost is None or cost < limit:
        return ()
    runs, small = work.earlier_runs(), cost * number_of(options["small_fraction_percent"]) / HUNDRED
    if runs is None or any(is_proof(run, small) for run in runs):
        return ()
    currency = proposal.estimate.billing_currency
    if proposal.limit_currency not in (None, currency):
        raise Unsure(f"The limit is in {proposal.limit_currency} and the estimate in {currency}.")
    change = small_run(work, min(small, limit))
    told = "is expected to cost" if is_well_known(proposal.estimate) else "may cost up to"
    hint = f"Run it on a part of the data first, for {money(small, currency)} or less."
    if change is not None:
        hint = f"The fix makes a trial of it, which AWS ends after {span(change[1])}, done or not; then launch the whole."
    return (
        Objection(
            message=f"This code has not run through here in the last 90 days, and this run {told} {money(cost, currency)}.",
            hint=hint,
            fix=None if change is None else change[0],
        ),
    )


def is_proof(run: EarlierRun, small: Decimal) -> bool:
    """Tell whether a run shows that its code works: it ran through, or was a small one that its limit or its user has ended."""
    return run.status == COMPLETED or (run.status == STOPPED and run.list_cost is not None and run.list_cost <= small)


def small_run(work: Work, amount: Decimal) -> tuple[dict[str, Any], int] | None:
    """Give the change that makes a small run of it, and its seconds; None: none that short makes sense, or its price is unknown.

    Args:
        work: What is to be run.
        amount: What the small run may cost.
    """
    machine, resources = work.machine(), work.resources
    kind = work.proposal.kind
    if machine is None or not machine.unit_price or kind == "transform" or "InstanceType" not in resources.members:
        return None
    fitting = work.proposal.fitting(machine.component, machine.instance_type)
    runnable = (name for name in fitting if is_runnable_on(work.proposal, name))
    names = [name for name in runnable if work.has_volume_for(name) and is_shared_on(name, work.part)]
    seconds = seconds_for(amount, machine, work)
    if seconds is None:
        return None
    own: dict[str, Any] = {"InstanceCount": 1, **({"InstanceType": names[0]} if names else {})}
    if "KeepAlivePeriodInSeconds" in resources.members:
        own["KeepAlivePeriodInSeconds"] = None
    changes: list[tuple[Place, Any]] = [
        (resources.place, own),
        limit_patch(work.part, seconds, shorter_wait(work, seconds)),
        *fewer_jobs(kind),
    ]
    return patch_of(work.proposal.request, changes), seconds


def shorter_wait(work: Work, seconds: int) -> int | None:
    """Give how long a small run on Spot waits at most: no longer than the whole would; None: nothing is said of it."""
    own = whole(inner(work.part.members, "StoppingCondition"), MAX_WAIT)
    return None if own is None else max(seconds, min(own, SPOT_SECONDS))


def fewer_jobs(kind: str) -> Iterable[tuple[Place, Any]]:
    """Give the change by which a tuning job is one job."""
    if kind == "tuning":
        limits: Place = ("HyperParameterTuningJobConfig", "ResourceLimits")
        yield limits, {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}


def seconds_for(amount: Decimal, machine: Machine, work: Work) -> int | None:
    """Give how long one instance runs for less than an amount, to the minute, half an hour at most; None: not long enough."""
    assert machine.unit_price
    seconds = min(MOST_SECONDS, work.run.max_runtime_in_seconds or MOST_SECONDS, int(amount / machine.unit_price * HOUR) - 1)
    return None if seconds < LEAST_SECONDS else seconds // 60 * 60


RULE = Rule(
    id="MC108",
    title="No small run first",
    docs_url=docs_url("MC108"),
    practice="MLCOST04-BP09",
    kinds=("training", "tuning", "processing"),
    options=(
        Option(
            name="from_list_cost",
            kind="number",
            default=Decimal(5),
            tighter="smaller",
            help="From which list cost on a small run is wanted first, in the policy's currency.",
            least=Decimal(0),
        ),
        Option(
            name="small_fraction_percent",
            kind="number",
            default=Decimal(10),
            tighter="smaller",
            help="How much of the whole run's cost a small one may have, in percent.",
            least=Decimal("0.1"),
            most=Decimal(100),
        ),
    ),
    judge=judge,
)
