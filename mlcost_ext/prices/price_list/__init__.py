"""AWS's own price list: read from its API or its offer files, kept by region, and looked up."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import PriceListError
from .offer import EC2, SAGEMAKER, Offer, Skipped
from .region_list import RegionList, ServiceList
from .source import PriceList
from .store import Store

if TYPE_CHECKING:
    from .api import PricingApi
    from .changes import Change, diff
    from .collect import Collector
    from .offer_file import FileReading, read_offer_file
    from .product import offer_of_document, offer_of_text

__all__ = [
    "EC2",
    "SAGEMAKER",
    "Change",
    "Collector",
    "FileReading",
    "Offer",
    "PriceList",
    "PriceListError",
    "PricingApi",
    "RegionList",
    "ServiceList",
    "Skipped",
    "Store",
    "diff",
    "offer_of_document",
    "offer_of_text",
    "read_offer_file",
]

_LATER = {
    "Change": "changes",
    "Collector": "collect",
    "FileReading": "offer_file",
    "PricingApi": "api",
    "diff": "changes",
    "offer_of_document": "product",
    "offer_of_text": "product",
    "read_offer_file": "offer_file",
}
"""What only a refresh needs, and no kernel waits for."""


def __getattr__(name: str) -> Any:
    """Import what is asked for the first time.

    Raises:
        AttributeError: There is no such name.
    """
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_LATER[name]}", __name__), name)
