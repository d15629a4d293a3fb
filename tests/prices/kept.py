"""Lists of AWS's as a refresh leaves them in MLCOST_HOME, made of a few amounts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from mlcost_ext.core.component import usual_option
from mlcost_ext.prices.price_list import SAGEMAKER, Offer, RegionList, ServiceList, Store
from mlcost_ext.prices.price_list.region_list import service_code, with_service
from tests.fakes import REGION

AS_OF = "2026-11-20"
Amounts = Mapping[tuple[str, str], str]
"""(component, instance type or nothing) → amount."""


def keep(home: Path, amounts: Amounts, *, region_id: str = REGION, currency: str = "USD", as_of: str = AS_OF) -> RegionList:
    """Write a region's list."""
    facts = ServiceList(source="GetProducts", publication_date=None, as_of=as_of, read_at=f"{as_of}T00:00:00Z")
    offers = {
        (component, usual_option(component), kind): offer(region_id, component, kind, amount, currency, number)
        for number, ((component, kind), amount) in enumerate(amounts.items())
    }
    found: RegionList | None = None
    for service in dict.fromkeys((SAGEMAKER, *(service_code(component) for component, _ in amounts))):
        own = {key: each for key, each in offers.items() if service_code(key[0]) == service}
        found = with_service(found, region_id, currency, service, facts, own)
    assert found is not None
    Store(home / "prices").replace(found)
    return found


def offer(region_id: str, component: str, kind: str, amount: str, currency: str, number: int) -> Offer:
    sku = f"SKU{number:07d}"
    return Offer(
        region_id=region_id,
        component=component,
        instance_type=kind or None,
        purchase_option=usual_option(component),
        unit_price=Decimal(amount),
        pricing_unit="Hours" if kind and component != "EBS" else "GB-Mo",
        billing_currency=currency,
        sku=sku,
        rate_code=f"{sku}.JRTCKXETXF.6YS6EN2CT7",
        effective_date="2026-01-01",
        usage_type=f"{component}:{kind}",
    )
