"""MC101: a launch that may cost more than the limit.

Of what ends the expected cost counts where five or more earlier runs tell it, else the most that can be billed, whatever hours
somebody has given. Of what has no end 30 days count, with as many instances as managed scaling may bring. Proposed are instances
that a warm pool keeps for less, else a shorter stopping condition, of an hour or more and never below what nine of ten earlier
runs took, fewer jobs of a tuning job, fewer instances that scaling may bring, else the cheapest type that fits. What has no price
is in no sum: see MC302.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from mlcost_ext.core.money import EXACT
from mlcost_ext.core.rule import Objection, Option, OptionValue, Proposal, Rule, Unsure
from mlcost_ext.core.words import money, span

from .cost_parts import is_well_known, judged_cost, kept_cost, monthly_cost
from .docs import docs_url
from .options import number
from .request_parts import inner, patch_of, structures, whole
from .types_in_use import cheaper_type_patch
from .within_limit import SLACK, change_within

LIMIT, MONTHLY = "limit_list_cost", "limit_list_cost_per_month"
DAY_HOURS = Decimal(24)
SCALING, MOST_INSTANCES = "ManagedInstanceScaling", "MaxInstanceCount"
SMALLER_OR_FEWER = f"Lower {MOST_INSTANCES}, or take a smaller or cheaper type."
SMALLER = "Take a smaller or cheaper type or fewer of them, or let it stand for less than a month and ask for an exception."


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:
    """Object to a cost above the limit: of what ends to the whole, of what does not to the most that 30 days of it may cost.

    Of a job that nothing bounds, and of which too few earlier runs are known, it is a day, after which AWS ends other jobs.
    What has no price is in no sum, so that what is known is judged; where nothing is, that is for MC302 to say.

    Raises:
        Unsure: The limit is in another currency.
    """
    is_open_ended = any(run.is_open_ended for run in proposal.planned.runs)
    limit = number(options, MONTHLY if is_open_ended else LIMIT)
    if limit is None:
        return ()
    month = monthly_cost(proposal) if is_open_ended else None
    cost = judged_cost(proposal.estimate) if not is_open_ended else None if month is None else month[1]
    if cost is None:
        if is_open_ended or proposal.estimate.cost_per_hour is None:
            return ()
        cost = EXACT.multiply(proposal.estimate.cost_per_hour, DAY_HOURS)  # nothing bounds it: a day, as of other jobs
    currency = proposal.estimate.billing_currency
    if proposal.limit_currency not in (None, currency):
        raise Unsure(f"The limit is in {proposal.limit_currency} and the estimate in {currency}.")
    if cost <= limit:
        return ()
    if month is not None:
        return (_of_what_stands(proposal, *month, limit),)
    told = f"{_at_least(proposal)}{money(cost, currency)}"
    if judged_cost(proposal.estimate) is None:
        return (_of_what_nothing_bounds(proposal, told, money(limit, currency)),)
    return (_of_what_ends(proposal, told, limit),)


def _at_least(proposal: Proposal) -> str:
    return "at least " if proposal.estimate.unpriced else ""


def _of_what_stands(proposal: Proposal, least: Decimal, most: Decimal, limit: Decimal) -> Objection:
    currency = proposal.estimate.billing_currency
    above = f"above the limit of {money(limit, currency)} a month"
    if least == most:
        told = f"Thirty days of it cost {_at_least(proposal)}{money(most, currency)} by the list, {above}."
        return Objection(message=told, hint=SMALLER, fix=cheaper_type_patch(proposal))
    what = "what has a price" if proposal.estimate.unpriced else "it"
    told = f"Thirty days of {what} cost between {money(least, currency)} and {money(most, currency)} by the list"
    instances, fix = _fewer_instances(proposal, most, limit)
    return Objection(
        message=f"{told}, as managed scaling has it, and the most is {above}.",
        hint=f"Set {MOST_INSTANCES} to {instances} or less." if fix else SMALLER_OR_FEWER,
        fix=fix or cheaper_type_patch(proposal),
    )


def _fewer_instances(proposal: Proposal, most: Decimal, limit: Decimal) -> tuple[int, dict[str, Any] | None]:
    """Give how many instances of the only variant keep within a limit, and the patch; None: it asks for more by itself."""
    variants = [*structures(proposal.request, "ProductionVariants"), *structures(proposal.request, "ShadowProductionVariants")]
    if proposal.kind != "endpoint-config" or len(variants) != 1:
        return 0, None
    (variant,) = variants
    scaling = inner(variant.members, SCALING)
    count = whole(scaling, MOST_INSTANCES) or 0
    asked = max(1, whole(variant.members, "InitialInstanceCount") or 0, whole(scaling, "MinInstanceCount") or 0)
    instances = int(EXACT.divide((limit - SLACK) * count, most).to_integral_value(rounding=ROUND_FLOOR))
    if not asked <= instances < count:
        return instances, None
    return instances, patch_of(proposal.request, [((*variant.place, SCALING), {MOST_INSTANCES: instances})])


def _of_what_nothing_bounds(proposal: Proposal, told: str, limit: str) -> Objection:
    return Objection(
        message=f"A day of it costs {told}, above the limit of {limit}, and nothing bounds how long it runs.",
        hint="Take a cheaper type or fewer instances, and look after it: AWS takes no stopping condition for it.",
        fix=cheaper_type_patch(proposal),
    )


def _of_what_ends(proposal: Proposal, told: str, limit: Decimal) -> Objection:
    currency, duration = proposal.estimate.billing_currency, proposal.estimate.duration_seconds
    is_known, kept = is_well_known(proposal.estimate), kept_cost(proposal.estimate)
    above = f"above the limit of {money(limit, currency)}"
    cost = f"By {duration.sample_size} earlier runs it is expected to cost {told}" if is_known else f"It may cost {told}"
    if kept:
        span_kept = span(proposal.planned.runs[0].keep_alive_seconds)
        message = f"{cost}, {money(kept, currency)} of it for instances that are kept for {span_kept} after its end, {above}."
    else:
        message = f"{cost}, {above}." if is_known else f"{cost} until its stopping condition ends it, {above}."
    change = change_within(proposal, limit)
    if change is not None:
        return Objection(message=message, hint=change.hint, fix=change.fix)
    return Objection(message=message, hint=_hint(proposal, is_known), fix=cheaper_type_patch(proposal))


def _hint(proposal: Proposal, is_known: bool) -> str:
    """Say what brings a job within the limit where no stopping condition or number of jobs is proposed."""
    fewer = "fewer jobs, " if proposal.kind == "tuning" else ""
    if is_known:
        return f"Take {fewer}a cheaper type, fewer instances or less data: a shorter stopping condition ends it too early."
    return f"Shorten its stopping condition, or take {fewer}a cheaper type or fewer instances."


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
