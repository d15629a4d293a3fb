"""AWS's own price list: read from its API or its offer files, kept by region, and looked up."""

from .api import PricingApi
from .changes import Change, diff
from .collect import Collector
from .errors import PriceListError
from .offer import EC2, SAGEMAKER, Offer, Skipped
from .offer_file import FileReading, read_offer_file
from .product import offer_of_document, offer_of_text
from .region_list import RegionList, ServiceList
from .source import PriceList
from .store import Store

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
