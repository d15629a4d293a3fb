"""What the policy says of idleness, for a machine of a known price."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from mlcost_ext.core.idle import IdleOptions
from mlcost_ext.core.money import EXACT, plain_text
from mlcost_ext.core.policy import BUILTIN, Policy
from mlcost_ext.core.times import exact_seconds

TIMEOUT = "idle.timeout_minutes"
BY_PRICE = "idle.timeout_by_price"
MILLIONTH = Decimal("0.000001")


def options_of(policy: Policy, cost_per_hour: Decimal | None) -> IdleOptions:
    """Give the options in force.

    Args:
        policy: All layers together.
        cost_per_hour: What the machine costs by the list, in the policy's currency; None: unknown, so that only the timeout
            for all counts.
    """
    idle = policy.idle
    rate = cost_per_hour if cost_per_hour is not None else Decimal(-1)
    reached = [each.timeout_minutes for each in idle.timeout_by_price if rate >= each.from_list_cost_per_hour]
    shortest = min(reached, default=idle.timeout_minutes)
    is_by_price = shortest < idle.timeout_minutes
    minutes = min(shortest, idle.timeout_minutes)
    return IdleOptions(
        mode="off" if policy.is_disabled else idle.mode,
        timeout=minutes_span(minutes),
        timeout_origin=policy.origins.get(BY_PRICE if is_by_price else TIMEOUT, BUILTIN),
        warn=minutes_span(min(idle.warn_minutes, minutes)),
        stuck_busy=None if idle.stuck_busy_hours is None else minutes_span(idle.stuck_busy_hours * 60),
        stop=idle.stop,
    )


def minutes_span(minutes: Decimal) -> timedelta:
    """Give minutes as a time span, to the microsecond."""
    return timedelta(microseconds=int(minutes * 60_000_000))


def minutes_text(span: timedelta) -> str:
    """Write a time span in minutes, to a millionth of one."""
    found = EXACT.divide(exact_seconds(span), Decimal(60))
    return plain_text(found.quantize(MILLIONTH, context=EXACT))
