"""Put together what lives as long as the Jupyter server."""

from __future__ import annotations

from logging import Logger

from mlcost_ext.config import Settings
from mlcost_ext.core.ports import PriceSource
from mlcost_ext.prices import InOneCurrency
from mlcost_ext.usecases.launches import LaunchBook
from mlcost_ext.wiring import Adapters

from .books import Books
from .intake import Intake
from .jupyter_parts import JupyterParts
from .live import Live


def make_live(parts: Adapters, settings: Settings, server_id: str, jupyter: JupyterParts, log: Logger) -> Live:
    """Put together what lives as long as the Jupyter server."""

    def in_one_currency(prices: PriceSource) -> PriceSource:
        return InOneCurrency(prices, lambda: intake.billing_currency, parts.prices.exchange)

    intake = Intake(Books.empty(), LaunchBook(), in_one_currency(parts.prices), parts.facts, log)
    intake.prices_on = lambda day: in_one_currency(parts.prices.on(day))
    intake.billing_currency = parts.host.billing_currency
    parts.reader.on_push(intake.push)
    folder = settings.home / "servers" / server_id
    return Live(
        parts,
        intake=intake,
        jupyter=jupyter,
        folder=folder,
        settings=settings,
        log=log,
    )
