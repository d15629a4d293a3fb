"""The one place where adapters are chosen."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from logging import Logger

from .aws.reader_client import ReaderProcess
from .config import Settings, profile_region
from .core.host import Host
from .core.job import Problem
from .core.ports import AwsReader
from .core.price import PriceKey, UnitPrice
from .hosts import detect
from .ledger.spool_reader import SpoolReader
from .prices import Snapshot

NO_REGION = Problem(
    code="region_missing",
    message="No AWS region is set, so no job can be looked for.",
    hint="Set AWS_REGION before JupyterLab is started, or c.MlcostExt.region_id in jupyter_server_config.py.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """What the Jupyter server's half stands on."""

    host: Host
    session_price: UnitPrice | None
    region_problem: Problem | None
    reader: AwsReader
    spool: SpoolReader
    prices: Snapshot


def server_adapters(settings: Settings, server_id: str, log: Logger) -> Adapters:
    """Choose the adapters of a Jupyter server."""
    host = host_here(settings, os.environ)
    return Adapters(
        host=host,
        session_price=configured_price(settings, host),
        region_problem=None if host.region_id else NO_REGION,
        reader=ReaderProcess(env=dict(os.environ), log=log),
        spool=SpoolReader(settings.home, server_id),
        prices=Snapshot(),
    )


def host_here(settings: Settings, env: Mapping[str, str]) -> Host:
    """Tell the host, with what configuration adds to it."""
    host = detect(env)
    region_id = settings.region_id or host.region_id or profile_region(env)
    if host.kind != "local":
        return replace(host, region_id=region_id, instance_type=settings.session_instance_type)
    return replace(host, region_id=region_id, instance_type=settings.session_instance_type, started_at=datetime.now(timezone.utc))


def configured_price(settings: Settings, host: Host) -> UnitPrice | None:
    """Give the price of this machine that configuration names."""
    if settings.session_list_unit_price is None:
        return None
    component = "Studio-JupyterLab" if host.kind == "studio" else "EC2"
    return UnitPrice(
        key=PriceKey(region_id=host.region_id or "", component=component, instance_type=host.instance_type),
        list_unit_price=settings.session_list_unit_price,
        pricing_unit="Hours",
        billing_currency="USD",
        price_source="configuration",
        price_origin="c.MlcostExt.session_list_unit_price in jupyter_server_config.py",
        price_as_of=datetime.now(timezone.utc).date().isoformat(),
        price_basis="contracted",
        error_percent=None,
    )
