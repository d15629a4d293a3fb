"""The one place where adapters are chosen."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from logging import Logger
from pathlib import Path

from .aws.price_refresher import PriceRefresher, is_elsewhere
from .aws.reader_client import ReaderProcess
from .config import Settings, profile_region
from .core.host import Host
from .core.job import Problem
from .core.money import billing_currency_of
from .core.ports import AwsReader, PriceCatalog
from .core.price import PriceKey, UnitPrice
from .hosts import container, detect, ec2, jupyterhub
from .kernel_wiring import estimator_by
from .ledger.home import mlcost_home
from .ledger.spool_reader import SpoolReader
from .prices import PriceBook, Snapshot
from .prices.book import FOLDER as PRICES_FOLDER
from .prices.instances import instance_facts
from .prices.listed import ListedPrices
from .prices.price_list import PriceList, PricingApi, Store
from .prices.price_list.store import BEFORE
from .usecases.estimating import Estimator

NO_REGION = Problem(
    code="region_missing",
    message="No AWS region is set, so no job can be looked for.",
    hint="Set AWS_REGION before JupyterLab is started, or c.MlcostExt.region_id in jupyter_server_config.py.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """What the Jupyter server's half stands on."""

    host: Host
    look_again: Callable[[Host], Awaitable[Host]]
    """Complete `host` by what the machine itself says; awaited once, after the start, it takes a second at most."""
    session_price: Callable[[Host], UnitPrice | None]
    """The price of this session that configuration names; None: it names none."""
    region_problem: Problem | None
    reader: AwsReader
    spool: SpoolReader
    prices: PriceBook
    facts: Snapshot
    """What instance types are made of."""
    estimator: Estimator
    """Knows of no earlier runs until it is given a `history`."""
    price_refresher: PriceRefresher | None
    """None: AWS's price list is not read by itself here."""


def server_adapters(settings: Settings, server_id: str, log: Logger) -> Adapters:
    """Choose the adapters of a Jupyter server."""
    host = host_here(settings, os.environ)
    return Adapters(
        host=host,
        look_again=partial(look_again, settings, dict(os.environ)),
        session_price=partial(configured_price, settings),
        region_problem=None if host.region_id else NO_REGION,
        reader=ReaderProcess(env=dict(os.environ), log=log),
        spool=SpoolReader(settings.home, server_id, say=log.warning),
        prices=(prices := price_book(settings.home)),
        facts=prices.snapshot,
        estimator=estimator_by(prices),
        price_refresher=price_refresher(settings, os.environ, log),
    )


def price_book(home: Path | None = None) -> PriceBook:
    """Give everything that can say a price here; `home` is MLCOST_HOME where it is not given."""
    return PriceBook(home or mlcost_home())


def shipped_prices() -> PriceCatalog:
    """Give the list prices that are shipped."""
    return Snapshot()


def prices_in(folder: Path) -> PriceCatalog:
    """Give the list prices by AWS's own lists that are kept in a folder, and what is shipped besides."""
    return ListedPrices(PriceList(folder), Snapshot())


def earlier_prices(home: Path) -> PriceCatalog:
    """Give the list prices as they were before the last refresh."""
    return prices_in(price_list_store(home).folder / BEFORE)


def price_list_store(home: Path) -> Store:
    """Give where AWS's own price lists are kept."""
    return Store(home / PRICES_FOLDER)


def price_refresher(settings: Settings, env: Mapping[str, str], log: Logger) -> PriceRefresher | None:
    """Give what reads AWS's price list once a day; None: it is switched off, or there is no AWS here."""
    return PriceRefresher(env, settings.home, log) if settings.refresh_prices and not is_elsewhere(env) else None


def price_list_api() -> PricingApi:
    """Give what asks AWS for its price list; botocore is loaded only here, since servers and kernels do without."""
    from .aws.pricing import Pricing

    return Pricing()


def does_nothing_here(env: Mapping[str, str]) -> bool:
    """Tell whether these are surroundings that nothing of ours may stand in the way of."""
    return detect(env).does_nothing


def host_here(settings: Settings, env: Mapping[str, str]) -> Host:
    """Tell the host, with what configuration adds to it; what only AWS or the machine itself knows comes later."""
    found = detect(env)
    host = replace(found, region_id=settings.region_id or found.region_id or profile_region(env))
    if host.kind == "jupyterhub":
        node = settings.node_instance_type or settings.session_instance_type
        return on_node(replace(host, started_at=now()), node, settings, env)
    if host.kind == "local":
        kind = settings.session_instance_type
        component = "Studio-JupyterLab" if kind and kind.startswith("ml.") else host.component
        return replace(host, instance_type=kind, component=component, started_at=now())
    return replace(host, instance_type=settings.session_instance_type)


async def look_again(settings: Settings, env: Mapping[str, str], host: Host) -> Host:
    """Complete a host as `ask_machine` does, or a Studio app by its container's start, off the event loop."""
    if host.studio_app is not None:
        return replace(host, container_started_at=await asyncio.to_thread(container.started_at, env))
    return await asyncio.to_thread(ask_machine, settings, env, host) if is_to_be_asked(settings, host) else host


def ask_machine(settings: Settings, env: Mapping[str, str], host: Host) -> Host:
    """Let a machine that may be EC2's complete its host; blocks for a second at most, and no answer leaves it as it was."""
    machine = ec2.ask(env) if is_to_be_asked(settings, host) else None
    if machine is None:
        return host
    if host.kind == "local" and container.is_part_of_node(env):
        is_priced = settings.session_list_unit_price is not None or settings.session_instance_type is not None
        return ec2.container_of(host, machine, is_priced=is_priced)
    if host.kind == "local":
        return ec2.host_of(host, machine)
    return on_node(ec2.bought(host, machine), machine.instance_type, settings, env)


def is_to_be_asked(settings: Settings, host: Host) -> bool:
    """Tell whether the machine itself may know more: where nobody knows it, and which node a hub's server is on."""
    is_node_wanted = host.instance_type is None and settings.session_list_unit_price is None
    return host.kind == "local" or (host.kind == "jupyterhub" and is_node_wanted)


def on_node(host: Host, node: str | None, settings: Settings, env: Mapping[str, str]) -> Host:
    """Give a hub's server the part of its node that it asked for; a price of its own needs none."""
    if settings.session_list_unit_price is not None:
        return replace(host, instance_type=node, problems=())
    return jupyterhub.on_node(host, node, instance_facts(node), env, settings.node_gpus) if node else host


def configured_price(settings: Settings, host: Host) -> UnitPrice | None:
    """Give the price of this session that configuration names."""
    if settings.session_list_unit_price is None:
        return None
    return UnitPrice(
        key=PriceKey(region_id=host.machine_region_id or "", component=host.component, instance_type=host.instance_type),
        list_unit_price=settings.session_list_unit_price,
        pricing_unit="Hours",
        billing_currency=billing_currency_of(host.region_id or host.machine_region_id or ""),
        price_source="configuration",
        price_origin="c.MlcostExt.session_list_unit_price in jupyter_server_config.py",
        price_as_of=now().date().isoformat(),
        price_basis="contracted",
        error_percent=None,
    )


def now() -> datetime:
    return datetime.now(timezone.utc)
