"""What the use cases need of the world; adapters fulfil it, `wiring` chooses them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from .job import Problem
from .price import PriceKey, UnitPrice


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
