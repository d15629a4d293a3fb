"""The machine of this session: what it costs, what its volume costs, and what is not known of either."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from mlcost_ext.core.charge import Charge, list_cost_for
from mlcost_ext.core.documents import Session
from mlcost_ext.core.host import Host
from mlcost_ext.core.job import Problem
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.core.price import UnitPrice
from mlcost_ext.core.usage import Accrual, UsageLine

from .meter import price_of
from .price_row import price_row

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
NO_STORAGE = Problem(
    code="no_storage",
    message="This machine's own disk is not counted, so what a stopped day costs is not told.",
    hint="Nothing needs to be done; in Studio it is the cost of the space's volume.",
)
VOLUME_UNKNOWN = Problem(
    code="storage_unknown",
    message="AWS has not told how large this space's volume is, so what a stopped day costs is unknown.",
    hint="See the other notes; a space's size is in the SageMaker console.",
)
NO_VOLUME_PRICE = Problem(
    code="storage_price_unknown",
    message="No price is known for this space's volume, so what a stopped day costs is unknown.",
    hint="Look it up on AWS's price page; 'mlcost doctor' says which prices are there.",
)


def session_row(host: Host, charge: Charge, prices: PriceSource, now: datetime) -> Session:
    """Write what is known of the machine at `now`."""
    price = charge.price
    return Session(
        host=host.kind,
        instance_type=host.instance_type,
        region_id=host.region_id,
        list_unit_price=price.list_unit_price if price else None,
        started_at=host.started_at,
        cost=charge.list_cost_at(now),
        cost_per_hour=price.list_unit_price if price else None,
        cost_today=None,
        cost_month=None,
        cost_per_day_when_stopped=stopped_cost_per_day(host, prices),
        price=price_row(price),
        storage_price=price_row(volume_price(host, prices)),
    )


def session_line(host: Host) -> UsageLine:
    """Give the machine's own usage, whatever machine it is."""
    return UsageLine(
        description=f"{host.instance_type or host.kind} session",
        component="Studio-JupyterLab",
        instance_type=host.instance_type,
        region_id=host.region_id or "",
        quantity=Decimal(1),
        pricing_unit="Hours",
    )


def session_charge(host: Host, prices: PriceSource, configured: UnitPrice | None = None) -> Charge:
    """Price the machine since it was started, by a configured price where there is one."""
    line = session_line(host)
    accrual = Accrual(settled_seconds=Decimal(0), accruing_since=host.started_at) if host.started_at else None
    listed = price_of(line, prices) if host.instance_type and host.region_id else None
    return Charge(line=line, price=configured or listed, accrual=accrual)


def volume_line(host: Host) -> UsageLine | None:
    """Give the usage of a Studio space's volume, which goes on when the app is stopped; None: none, or not known."""
    if host.volume_gb is None or host.region_id is None:
        return None
    return UsageLine(
        description="Studio space volume",
        component="Storage-Studio-JupyterLab",
        instance_type=None,
        region_id=host.region_id,
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
    return list_cost_for(line, price, Decimal(86400)) if line and price else None


def machine_problems(host: Host, charge: Charge) -> list[Problem]:
    """Say why the machine's price or its cost so far is not known."""
    if charge.price is None:
        return [no_session_price(host)]
    return [SESSION_START_UNKNOWN] if charge.accrual is None else []


def storage_problems(host: Host, prices: PriceSource) -> list[Problem]:
    """Say why the cost of a stopped day is not known."""
    if stopped_cost_per_day(host, prices) is not None:
        return []
    if host.volume_gb is not None:
        return [NO_VOLUME_PRICE]
    return [VOLUME_UNKNOWN if host.kind == "studio" else NO_STORAGE]


def no_session_price(host: Host) -> Problem:
    is_known = host.instance_type is not None and host.region_id is not None
    what = f"{host.instance_type} in {host.region_id}" if is_known else "this machine"
    hint = (
        "Set c.MlcostExt.session_list_unit_price in jupyter_server_config.py if you know what an hour of it costs."
        if host.kind == "local" or is_known
        else "See the other notes: its instance type could not be read."
    )
    return Problem(code="host_price_unknown", message=f"No price is known for {what}.", hint=hint)
