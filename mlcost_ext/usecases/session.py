"""The machine of this session: what it costs, what its volume costs, and what is not known of either."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from mlcost_ext.core.charge import Charge, cost_for
from mlcost_ext.core.documents import Session
from mlcost_ext.core.host import Host
from mlcost_ext.core.job import Problem
from mlcost_ext.core.money import EXACT, per_hour_to_amount, plain_text
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import UnitPrice
from mlcost_ext.core.times import exact_seconds
from mlcost_ext.core.usage import Accrual, UsageLine

from .meter import price_of
from .price_row import price_row
from .session_notes import no_session_price, no_storage, notes_of, percent

SESSION_START_UNKNOWN = Problem(
    code="session_start_unknown",
    message="It is not known since when this machine runs, so what it has cost so far is unknown.",
    hint="See the other notes; the price of an hour is known.",
)
SESSION_READING = Problem(
    code="session_reading",
    message="The machine's type and price are being read from AWS.",
    hint="This takes a few seconds.",
)
OWNER_UNKNOWN = Problem(
    code="metadata_broken",
    message="Studio's metadata file does not say whose space this is, so of this space's jobs only those that kernels of this "
    "server launched are seen.",
    hint="Restart the space; if it stays so, ask your administrator to look at resource-metadata.json.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCosts:
    """What the machine, without its volume, has cost by the ledger up to `as_of`, on that day and in that month UTC."""

    as_of: datetime
    today: Decimal
    month: Decimal
    idle_today: Decimal | None
    """Of `today`, while it was idle; None: nothing has judged that."""
    idle_month: Decimal | None

    def at(self, now: datetime, cost_per_hour: Decimal) -> tuple[Decimal, Decimal]:
        """Give both at `now`, a little later, by what an hour costs; a new day or month begins at nothing."""
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        is_same_month = (self.as_of.year, self.as_of.month) == (now.year, now.month)
        today = self.today if self.as_of >= midnight else Decimal(0)
        seconds = exact_seconds(max(now - max(self.as_of, midnight), timedelta(0)))
        grown = per_hour_to_amount(EXACT.multiply(cost_per_hour, seconds), 3600)
        whole = per_hour_to_amount(EXACT.multiply(cost_per_hour, exact_seconds(max(now - self.as_of, timedelta(0)))), 3600)
        return today + grown, self.month + whole if is_same_month else grown

    def idle_today_at(self, now: datetime) -> Decimal | None:
        """Give what idleness has cost on the day of `now`, as far as the ledger has it; a new day begins at nothing."""
        is_same_day = self.as_of.date() == now.date()
        return self.idle_today if is_same_day or self.idle_today is None else Decimal(0)


def session_row(host: Host, charge: Charge, prices: PriceSource, now: datetime, costs: SessionCosts | None = None) -> Session:
    """Write what is known of the machine at `now`; prepaid hours add nothing, whatever their list price is."""
    price = own_price(host, charge)
    is_prepaid = host.is_prepaid_at(now)
    cost = Decimal(0) if is_prepaid else charge.cost_at(now)
    rate = Decimal(0) if is_prepaid else price.unit_price if price else None
    today, month = costs.at(now, rate) if costs is not None and rate is not None else (None, None)
    return Session(
        host=host.kind,
        instance_type=host.instance_type,
        region_id=host.machine_region_id,
        list_unit_price=price.list_unit_price if price else None,
        started_at=host.costs_since,
        cost=cost,
        cost_basis=None if cost is None else "accruing" if is_prepaid else host.since_basis,
        cost_per_hour=rate,
        cost_today=today,
        idle_today=None if costs is None or today is None else costs.idle_today_at(now),
        cost_month=month,
        cost_per_day_when_stopped=stopped_cost_per_day(host, prices),
        price=price_row(price),
        storage_price=price_row(volume_price(host, prices)),
    )


def session_line(host: Host, *, is_whole: bool = False) -> UsageLine:
    """Give the machine's own usage: a whole machine, or the part of a node that the session asked for.

    Args:
        host: The machine.
        is_whole: Whether the price is that of the session itself, and not of its node.
    """
    part = None if is_whole or host.share is None else host.share.fraction
    return UsageLine(
        description=f"{host.instance_type or host.kind} session",
        component=host.component,
        instance_type=host.instance_type,
        region_id=host.machine_region_id or "",
        quantity=EXACT.divide(Decimal(part.numerator), Decimal(part.denominator)) if part else Decimal(1),
        pricing_unit="Hours",
    )


def session_charge(host: Host, prices: PriceSource, configured: UnitPrice | None = None) -> Charge:
    """Price the machine since it was started, by a configured price where there is one; a node's price is never a part's own."""
    line = session_line(host, is_whole=configured is not None)
    is_known = host.instance_type and host.machine_region_id and not host.is_part_unknown
    listed = price_of(line, prices) if is_known else None
    return Charge(line=line, price=configured or listed, accrual=accrual_of(host))


def accrual_of(host: Host) -> Accrual | None:
    """Give the time that adds to the bill: since the start, but not before a capacity block's end; None: not known since when."""
    since = max((time for time in (host.costs_since, host.prepaid_until) if time), default=None)
    return Accrual(settled_seconds=Decimal(0), accruing_since=since) if since else None


def own_price(host: Host, charge: Charge) -> UnitPrice | None:
    """Give what an hour of the session costs: of a part of a node that part of its price, which its origin tells."""
    price, part = charge.price, charge.line.quantity
    if price is None or host.share is None or part == 1:
        return price
    share, reason = percent(host.share.fraction), host.share.reason

    def origin(amount: Decimal, text: str) -> str:
        return f"{share} of the node's {plain_text(amount)}, for {reason}; {text}"

    listed, contracted = price.list_unit_price, price.contracted
    return replace(
        price,
        list_unit_price=None if listed is None else EXACT.multiply(listed, part),
        price_origin=price.price_origin if listed is None else origin(listed, price.price_origin),
        contracted=contracted
        and replace(
            contracted,
            unit_price=EXACT.multiply(contracted.unit_price, part),
            origin=origin(contracted.unit_price, contracted.origin),
        ),
    )


def volume_line(host: Host) -> UsageLine | None:
    """Give the usage of the volume that goes on when the machine is stopped; None: none, or not known."""
    if host.volume_gb is None or host.storage_component is None or host.machine_region_id is None:
        return None
    return UsageLine(
        description="Volume of this machine",
        component=host.storage_component,
        instance_type=None,
        region_id=host.machine_region_id,
        quantity=Decimal(host.volume_gb),
        pricing_unit="GB-Mo",
    )


def volume_price(host: Host, prices: PriceSource) -> UnitPrice | None:
    """Give what a gigabyte of the machine's volume costs in a month."""
    line = volume_line(host)
    return price_of(line, prices) if line else None


def stopped_cost_per_day(host: Host, prices: PriceSource) -> Decimal | None:
    """Give what the machine's volume costs in a day, whether the machine runs or not."""
    line, price = volume_line(host), volume_price(host, prices)
    return cost_for(line, price, Decimal(86400)) if line and price else None


def machine_problems(host: Host, charge: Charge) -> list[Problem]:
    """Say why the machine's price or its cost so far is not known, and what they rest on."""
    if charge.price is None:
        return [no_session_price(host), *notes_of(host, None)]
    lacks_start = charge.accrual is None and not host.is_prepaid
    return [*([SESSION_START_UNKNOWN] if lacks_start else []), *notes_of(host, charge.price)]


def storage_problems(host: Host, prices: PriceSource) -> list[Problem]:
    """Say why the cost of a stopped day is not known."""
    return [] if stopped_cost_per_day(host, prices) is not None else [no_storage(host)]
