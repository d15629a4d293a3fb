"""What the use cases need of the world; adapters fulfil it, `wiring` chooses them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from .job import Problem
from .planned import RunKey
from .price import PriceKey, UnitPrice
from .runs import MarketSaving, OwnSaving, RunForecast


class PriceSource(Protocol):
    """Somebody who can say what one unit costs."""

    def unit_price(self, key: PriceKey) -> UnitPrice | None:
        """Give the price of exactly `key`; None: this source does not know."""
        ...


class PriceCatalog(PriceSource, Protocol):
    """A price source that can also say what it has."""

    def regions(self) -> list[str]:
        """Give the regions that have any price, sorted."""
        ...

    def components(self, region_id: str) -> list[str]:
        """Give the components that have a price there."""
        ...

    def instance_types(self, region_id: str, component: str) -> list[str]:
        """Give the types that have a price of `component` there, sorted."""
        ...


class SpotMarket(Protocol):
    """Somebody who knows what EC2's spot market has saved on average."""

    def saving(self, region_id: str, instance_type: str) -> MarketSaving | None:
        """Give the saving of a type's EC2 twin; None: not known there."""
        ...


class RunHistory(Protocol):
    """Somebody who knows how long the user's own runs have taken."""

    def forecast(self, kind: str, key: RunKey) -> RunForecast | None:
        """Give how long such a run will take; None: too few like it have ended."""
        ...

    def spot_saving(self, kind: str, key: RunKey) -> OwnSaving | None:
        """Give what Spot has saved of runs like it; None: too few of them were on Spot."""
        ...


class AwsReader(Protocol):
    """The process that asks AWS, so that nobody else has to wait for it."""

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        ...

    @property
    def trouble(self) -> Problem | None:
        """Why the process does not do its work, with what to do; None: it does, or nobody wants it to."""
        ...

    async def start(self) -> None:
        """Start the process; harmless where it runs already."""
        ...

    def on_push(self, callback: Callable[[dict[str, Any]], None]) -> None:
        """Hand everything that the process tells unasked to `callback`, on the event loop."""
        ...

    async def request(self, op: str, timeout: float = 30.0, **fields: Any) -> dict[str, Any]:
        """Ask one thing and wait for its answer.

        Raises:
            MlcostError: AWS refused or cannot be reached, with what to do.
        """
        ...

    def watch(self, **fields: Any) -> None:
        """Say what is to be followed from now on, and how eagerly."""
        ...

    async def stop(self) -> None:
        """End the process."""
        ...
