"""MC101: a launch that may cost more than the limit.

Of what ends the expected cost counts where five or more earlier runs tell it, else the most that can be billed, whatever hours
somebody has given. Of what has no end 30 days count. Proposed is a shorter stopping condition, of an hour or more and never below
what nine of ten earlier runs took, else the cheapest type that fits. What has no price is in no sum: see MC302.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal

from mlcost_ext.core.estimate import Estimate
from mlcost_ext.core.money import EXACT
from mlcost_ext.core.planned import PlannedRun
from mlcost_ext.core.rule import Objection, Option, OptionValue, Proposal, Rule, Unsure
from mlcost_ext.core.words import money, span

from .docs import docs_url
from .options import number
from .request_parts import MOST_RUN_SECONDS, job_parts, limit_patch, patch_of
from .types_in_use import cheaper_type_patch

LIMIT, MONTHLY = "limit_list_cost", "limit_list_cost_per_month"
DAY_HOURS, MONTH_HOURS = Decimal(24), Decimal(720)
"""A month of 30 days."""
LEAST_RUNS = 5
"""Of so many earlier runs the expected cost counts, of fewer the most that can be billed."""
LEAST_SECONDS = 3600
"""A stopping condition below it mends nothing."""
MINUTE = Decimal(60)
SLACK = Decimal("0.000001")
"""For the rounding of each line's cost to 10⁻⁹."""


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to a cost above the limit: of what ends to the whole, of what does not to 30 days of it.

    Of a job that nothing bounds, and of which too few earlier runs are known, it is a day, after which AWS ends other jobs.
    What has no price is in no sum, so that what is known is judged; where nothing is, that is for MC302 to say.

    Raises:
        Unsure: The limit is in another currency.
    """
    is_open_ended = any(run.is_open_ended for run in proposal.planned.runs)
    limit = number(options, MONTHLY if is_open_ended else LIMIT)
    if limit is None:
        return ()
    cost = monthly_cost(proposal.estimate) if is_open_ended else judged_cost(proposal.estimate)
    if cost is None:
        if is_open_ended or proposal.estimate.cost_per_hour is None:
            return ()
        cost = EXACT.multiply(proposal.estimate.cost_per_hour, DAY_HOURS)  # nothing bounds it: a day, as of other jobs
    currency = proposal.estimate.billing_currency
    if proposal.limit_currency not in (None, currency):
        raise Unsure(f"The limit is in {proposal.limit_currency} and the estimate in {currency}.")
    if cost <= limit:
        return ()
    told = f"{'at least ' if proposal.estimate.unpriced else ''}{money(cost, currency)}"
    if is_open_ended:
        return (_of_what_stands(proposal, told, money(limit, currency)),)
    if judged_cost(proposal.estimate) is None:
        return (_of_what_nothing_bounds(proposal, told, money(limit, currency)),)
    return (_of_what_ends(proposal, told, limit),)


def judged_cost(estimate: Estimate) -> Decimal | None:
    """Give the list cost that the limit is held against: as expected by enough earlier runs, else the most; None: not known."""
    return estimate.list_cost.expected if is_well_known(estimate) else estimate.list_cost.high


def is_well_known(estimate: Estimate) -> bool:
    """Tell whether enough earlier runs say how long it takes."""
    duration = estimate.duration_seconds
    return duration.basis == "history" and (duration.sample_size or 0) >= LEAST_RUNS


def monthly_cost(estimate: Estimate) -> Decimal | None:
    """Give what 30 days cost by the list of what has no end; None: nothing of it has a price."""
    rate = estimate.cost_per_hour
    if rate is None:
        return None
    if any(line.contracted_unit_price is not None for line in estimate.lines):
        rate = Decimal(0)
        for line in estimate.lines:
            if line.list_unit_price is not None and line.pricing_quantity is not None and line.list_cost.high != 0:
                rate = EXACT.add(rate, EXACT.multiply(Decimal(line.list_unit_price), line.pricing_quantity))
    return EXACT.multiply(rate, MONTH_HOURS)


def _of_what_stands(proposal: Proposal, told: str, limit: str) -> Objection:
    return Objection(
        message=f"Thirty days of it cost {told} by the list, above the limit of {limit} a month.",
        hint="Take a smaller or cheaper type or fewer of them, or let it stand for less than a month and ask for an exception.",
        fix=cheaper_type_patch(proposal),
    )


def _of_what_nothing_bounds(proposal: Proposal, told: str, limit: str) -> Objection:
    return Objection(
        message=f"A day of it costs {told}, above the limit of {limit}, and nothing bounds how long it runs.",
        hint="Take a cheaper type or fewer instances, and look after it: AWS takes no stopping condition for it.",
        fix=cheaper_type_patch(proposal),
    )


def _of_what_ends(proposal: Proposal, told: str, limit: Decimal) -> Objection:
    text = money(limit, proposal.estimate.billing_currency)
    if is_well_known(proposal.estimate):
        runs = proposal.estimate.duration_seconds.sample_size
        message = f"By {runs} earlier runs it is expected to cost {told}, above the limit of {text}."
        hint = "Take a cheaper type, fewer instances or less data: a shorter stopping condition would end it before it is done."
        return Objection(message=message, hint=hint, fix=cheaper_type_patch(proposal))
    message = f"It may cost {told} until its stopping condition ends it, above the limit of {text}."
    seconds = shorter_limit(proposal, limit)
    if seconds is None:
        hint = "Shorten its stopping condition, or take a cheaper type or fewer instances."
        return Objection(message=message, hint=hint, fix=cheaper_type_patch(proposal))
    (part,) = job_parts(proposal.kind, proposal.request)
    which = " of each job" if proposal.kind == "tuning" else ""
    return Objection(
        message=message,
        hint=f"Set MaxRuntimeInSeconds{which} to {seconds} ({span(seconds)}) or less, as long as the job is done by then.",
        fix=patch_of(proposal.request, [limit_patch(part, seconds)]),
    )


def shorter_limit(proposal: Proposal, limit: Decimal) -> int | None:
    """Give the longest stopping condition, in whole minutes, that keeps the most that can be billed within a limit.

    None where it would be below an hour, or end a run that earlier ones say is still at work; and where one stopping condition
    does not decide alone: of several definitions, and of kept instances of several preferences.
    """
    runs, duration, high = proposal.planned.runs, proposal.estimate.duration_seconds, proposal.estimate.list_cost.high
    run = runs[0]
    if proposal.kind not in MOST_RUN_SECONDS or len(runs) != 1 or high is None or run.max_runtime_in_seconds is None:
        return None
    kept = kept_cost(proposal.estimate)
    if len(run.ways) > 1 and run.keep_alive_seconds:
        return None
    room = limit - kept - SLACK
    if room <= 0 or high <= kept:
        return None
    billed = EXACT.multiply(EXACT.divide(room, high - kept), Decimal(billed_seconds(run)))
    minutes = EXACT.divide(billed, run.most * MINUTE).to_integral_value(rounding=ROUND_FLOOR)
    seconds = int(minutes * MINUTE)
    usual = duration.percentile_90 if duration.basis == "history" else duration.expected if duration.basis == "given" else None
    return seconds if LEAST_SECONDS <= seconds < run.max_runtime_in_seconds and seconds > (usual or 0) else None


def kept_cost(estimate: Estimate) -> Decimal:
    """Give the most that instances cost which are kept after the run, whatever it takes."""
    kept = [line.list_cost.high for line in estimate.lines if line.component in ("WarmPool", "Storage-WarmPool")]
    return sum((cost for cost in kept if cost is not None), Decimal(0))


def billed_seconds(run: PlannedRun) -> int:
    """Give the most seconds that all jobs of a run are billed together."""
    together = (run.max_runtime_in_seconds or 0) * run.most
    return together if run.whole_limit_seconds is None else min(together, run.whole_limit_seconds * run.parallel)


RULE = Rule(
    id="MC101",
    title="Above the limit",
    docs_url=docs_url("MC101"),
    practice="MLCOST04-BP12",
    kinds=(),
    options=(
        Option(
            name=LIMIT,
            kind="number",
            default=None,
            tighter="smaller",
            help="The most that a launch may cost by the list, in the policy's currency.",
            least=Decimal(0),
            may_be_none=True,
        ),
        Option(
            name=MONTHLY,
            kind="number",
            default=None,
            tighter="smaller",
            help="The most that 30 days may cost by the list of what has no end, such as an endpoint.",
            least=Decimal(0),
            may_be_none=True,
        ),
    ),
    judge=judge,
)
