"""MC112: a volume much larger than what the last runs have filled, or instances kept longer than allowed or than was of use.

Judged by the last three to five runs of the same code: how much of their volumes they filled, and how long the instances that
their warm pools kept waited for another job to take them over. Twice the longest wait will do; where no job did, none is needed.
Where too few runs tell, more than an hour is too long that is also more than three times what the job itself may run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from math import ceil

from mlcost_ext.core.evidence import EarlierRun
from mlcost_ext.core.rule import Objection, Option, OptionValue, Proposal, Rule, Unsure
from mlcost_ext.core.words import money, span

from .cost_parts import kept_cost
from .docs import docs_url
from .request_parts import KEEP_ALIVE, whole
from .work import Work, number_of, work_of

LEAST_RUNS, MOST_RUNS = 3, 5
LEAST_VOLUME_GB = 30
"""AWS's own where none is asked for; smaller ones save next to nothing."""
FROM_VOLUME_GB = 100
LEAVE_OUT = f"Leave {KEEP_ALIVE} out."
MINUTE, USUAL_KEPT_SECONDS, MOST_TIMES = 60, 3600, 3
HUNDRED = Decimal(100)
Look = Callable[[Work, Mapping[str, OptionValue]], tuple[Objection, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """For how long instances have to be kept, by how long those of earlier runs waited for the job that took them over."""

    seconds: int
    """0: not at all; else whole minutes."""
    reason: str
    hint: str


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to what is paid for and not used."""
    work = work_of(proposal)
    if work is None:
        return ()
    answers = [answer_of(look, work, options) for look in (kept_too_long, too_large)]
    found = tuple(each for answer in answers if not isinstance(answer, Unsure) for each in answer)
    doubt = next((answer for answer in answers if isinstance(answer, Unsure)), None)
    if doubt is not None and not found:
        raise doubt
    return found


def answer_of(look: Look, work: Work, options: Mapping[str, OptionValue]) -> tuple[Objection, ...] | Unsure:
    """Give what one look objects to, or why it cannot tell."""
    try:
        return look(work, options)
    except Unsure as reason:
        return reason


# -- instances that are kept --------------------------------------------------------------------


def kept_too_long(work: Work, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to instances that a warm pool keeps longer than allowed, else to such as it keeps longer than was of use.

    Raises:
        Unsure: What is remembered cannot be read.
    """
    limit, kept = options["max_keep_alive_minutes"], work.run.keep_alive_seconds
    if isinstance(limit, Decimal) and kept > limit * MINUTE:
        return (over_limit(work, limit),)
    need = need_of(work) or need_by_itself(work)
    if need is None or need.seconds >= kept:
        return ()
    asked = f"It asks for its instances to be kept for {span(kept)} after its end."
    return (keep_objection(work, f"{asked} {need.reason}", need.hint, need.seconds),)


def over_limit(work: Work, limit: Decimal) -> Objection:
    """Object to more than is allowed, and mend it by what is allowed, or by what was of use where that is known to be less."""
    need, allowed = None, int(limit * MINUTE)
    with suppress(Unsure):
        need = need_of(work) or need_by_itself(work)
    told = f"Its instances are kept and billed for {span(work.run.keep_alive_seconds)} after its end; {limit:f} min are allowed."
    if need is not None and need.seconds < allowed:
        return keep_objection(work, f"{told} {need.reason}", need.hint, need.seconds)
    return keep_objection(work, told, f"Set {KEEP_ALIVE} to {allowed}." if allowed else LEAVE_OUT, allowed)


def keep_objection(work: Work, message: str, hint: str, seconds: int) -> Objection:
    """Object to a keep-alive, and mend it by another one; 0: by none."""
    fix = work.with_resources({KEEP_ALIVE: seconds or None})
    return Objection(message=message, hint=hint, fix=fix, subject="keep_alive")


def need_of(work: Work) -> Need | None:
    """Say for how long instances have to be kept, by the last runs of which is known what became of their pools.

    Only of a job that is launched alone: those of a tuning job take over each other's instances. None: it keeps none, of too
    few runs it is known, or not how long those instances waited that were taken over.

    Raises:
        Unsure: What is remembered cannot be read.
    """
    if not work.run.keep_alive_seconds or work.proposal.kind != "training":
        return None
    pools = [run for run in work.earlier_runs() or () if run.is_pool_reused or run.retained_seconds][:MOST_RUNS]
    if len(pools) < LEAST_RUNS:
        return None
    waits = [run.retained_seconds for run in pools if run.is_pool_reused]
    if not waits:
        billed = span(sum(run.retained_seconds or 0 for run in pools))
        reason = (
            f"After the last {len(pools)} runs they were kept and billed for {billed} in all, and no other job took them over."
        )
        return Need(seconds=0, reason=reason, hint=LEAVE_OUT)
    known = [each for each in waits if each is not None]
    if len(known) < len(waits):
        return None
    longest = max(known)
    seconds = max(1, ceil(2 * longest / MINUTE)) * MINUTE
    times = "once" if len(waits) == 1 else f"{len(waits)} times"
    reason = f"After the last {len(pools)} runs another job took them over {times}, {span(longest)} after their end at most."
    return Need(seconds=seconds, reason=reason, hint=f"Set {KEEP_ALIVE} to {seconds}, twice that in whole minutes.")


def need_by_itself(work: Work) -> Need | None:
    """Say that instances are kept for several times as long as the job runs, where no other is known to have taken them over.

    Only of a job that is launched alone, and not of instances that are paid for already. None: they are kept for an hour or less,
    or not for that long.
    """
    run, kept = work.run, work.run.keep_alive_seconds
    ran = work.proposal.estimate.duration_seconds.expected or run.max_runtime_in_seconds
    is_paid = all(line.is_prepaid for way in run.ways for line in way if line.line.component == "WarmPool")
    if work.proposal.kind != "training" or is_paid or not ran or kept <= max(USUAL_KEPT_SECONDS, MOST_TIMES * ran):
        return None
    if any(each.is_pool_reused for each in work.earlier_runs() or ()):
        return None
    seconds, cost = max(USUAL_KEPT_SECONDS, -(-ran // MINUTE) * MINUTE), kept_cost(work.proposal.estimate)
    told = f", and costs up to {money(cost, work.proposal.estimate.billing_currency)}" if cost else ""
    reason = (
        f"That is {kept // ran} times the {span(ran)} of the run itself{told}; no other job is known to have taken them over."
    )
    hint = f"Set {KEEP_ALIVE} to {seconds} ({span(seconds)}): a job that takes them over can keep them again."
    return Need(seconds=seconds, reason=reason, hint=hint)


# -- volumes ------------------------------------------------------------------------------------


def too_large(work: Work, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to a volume of which the last runs filled little.

    Raises:
        Unsure: What is remembered cannot be read.
    """
    volume, machine = whole(work.resources.members, "VolumeSizeInGB"), work.machine()
    if volume is None or volume <= FROM_VOLUME_GB or machine is None:
        return ()
    if work.proposal.facts.has_local_disk(machine.instance_type):
        return ()
    filled = [used for run in work.earlier_runs() or () if (used := filled_gb(run)) is not None][:MOST_RUNS]
    most = max(filled, default=Decimal(0))
    if len(filled) < LEAST_RUNS or most * HUNDRED >= number_of(options["max_used_percent"]) * volume:
        return ()
    enough = max(LEAST_VOLUME_GB, int((2 * most).to_integral_value(ROUND_CEILING)))
    return (
        Objection(
            message=f"It asks for a volume of {volume} GB, of which the last {len(filled)} runs filled {shown(most)} GB at most.",
            hint=f"Take {enough} GB, twice that." if enough > LEAST_VOLUME_GB else f"Take {enough} GB.",
            fix=work.with_resources({"VolumeSizeInGB": enough}),
            subject="volume",
        ),
    )


def filled_gb(run: EarlierRun) -> Decimal | None:
    """Give how much of its volume a run has filled; None: not measured."""
    if run.utilisation is None or run.utilisation.disk_percent is None or run.volume_gb is None:
        return None
    return run.utilisation.disk_percent * run.volume_gb / HUNDRED


def shown(gb: Decimal) -> str:
    """Write gigabytes for a sentence."""
    return f"{gb.to_integral_value(ROUND_CEILING):f}"


RULE = Rule(
    id="MC112",
    title="More volume or keep-alive than is used",
    docs_url=docs_url("MC112"),
    practice="MLCOST04-BP08",
    kinds=("training", "tuning", "processing"),
    options=(
        Option(
            name="max_used_percent",
            kind="number",
            default=Decimal(20),
            tighter="larger",
            help="Below which the last runs filled little of a volume of more than 100 GB, in percent.",
            least=Decimal(0),
            most=Decimal(50),
        ),
        Option(
            name="max_keep_alive_minutes",
            kind="number",
            default=None,
            tighter="smaller",
            help="How long instances may be kept after a job, in minutes; null is no limit.",
            least=Decimal(0),
            most=Decimal(360),
            may_be_none=True,
        ),
    ),
    judge=judge,
)
