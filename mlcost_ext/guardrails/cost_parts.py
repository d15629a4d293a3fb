"""Which cost of a launch is judged, and which part of it is for instances that are kept, or for scaling."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from mlcost_ext.core.estimate import Estimate
from mlcost_ext.core.money import EXACT, per_hour_to_amount
from mlcost_ext.core.planned import PlannedLine
from mlcost_ext.core.rule import Proposal
from mlcost_ext.core.usage import SECONDS_PER_UNIT

LEAST_RUNS = 5
"""Of so many earlier runs the expected cost counts, of fewer the most that can be billed."""
MONTH_SECONDS = Decimal(30 * 86_400)
"""A month of 30 days."""
KEPT = ("WarmPool", "Storage-WarmPool")


def judged_cost(estimate: Estimate) -> Decimal | None:
    """Give the list cost that limits are held against: as expected by enough earlier runs, else the most; None: not known."""
    return estimate.list_cost.expected if is_well_known(estimate) else estimate.list_cost.high


def is_well_known(estimate: Estimate) -> bool:
    """Tell whether enough earlier runs say how long it takes."""
    duration = estimate.duration_seconds
    return duration.basis == "history" and (duration.sample_size or 0) >= LEAST_RUNS


def kept_cost(estimate: Estimate) -> Decimal:
    """Give the most that instances cost which are kept after the run, whatever it takes."""
    kept = [line.list_cost.high for line in estimate.lines if line.component in KEPT]
    return sum((cost for cost in kept if cost is not None), Decimal(0))


def monthly_cost(proposal: Proposal) -> tuple[Decimal, Decimal] | None:
    """Give what 30 days cost by the list of what has no end: with as few instances as scaling may leave, and with as many.

    None: nothing of it has a price. Of several pools the instances are those of the first.
    """
    if proposal.estimate.cost_per_hour is None:
        return None
    least = most = Decimal(0)
    for planned, price in _priced(proposal):
        usual = planned.line.quantity
        least = EXACT.add(least, _of_month(planned, price, usual if planned.at_least is None else planned.at_least))
        most = EXACT.add(most, _of_month(planned, price, usual if planned.at_most is None else planned.at_most))
    return least, most


def _priced(proposal: Proposal) -> Iterator[tuple[PlannedLine, Decimal]]:
    """Give the lines that an hour costs something by the list, each with its price; the estimate has them in the same order."""
    lines = list(proposal.estimate.lines)
    for planned in (planned for run in proposal.planned.runs for planned in run.ways[0]):
        line = planned.line
        if lines and (lines[0].component, lines[0].instance_type) == (line.component, line.instance_type):
            price = lines.pop(0).list_unit_price
            if price is not None and not planned.is_prepaid:
                yield planned, Decimal(price)


def _of_month(planned: PlannedLine, price: Decimal, quantity: Decimal) -> Decimal:
    amount = EXACT.multiply(EXACT.multiply(price, quantity), MONTH_SECONDS)
    return per_hour_to_amount(amount, SECONDS_PER_UNIT[planned.line.pricing_unit])
