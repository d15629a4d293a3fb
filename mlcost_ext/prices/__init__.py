"""Who can say what one unit costs, most trusted first."""

from .book import PriceBook
from .exchange import InOneCurrency
from .snapshot import Snapshot

__all__ = ["InOneCurrency", "PriceBook", "Snapshot"]
