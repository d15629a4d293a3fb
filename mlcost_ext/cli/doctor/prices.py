"""Check that the shipped prices are whole, fresh and cover this region; AWS's own list likewise; and that the rates are valid."""

from __future__ import annotations

import json
from datetime import date

from mlcost_ext.prices import Snapshot, snapshot
from mlcost_ext.prices.book import FOLDER, RATES
from mlcost_ext.prices.price_list import PriceList
from mlcost_ext.prices.rates_file import RatesFile

from .check import Result, Status, Surroundings

OLD_AFTER_DAYS = 548
"""Eighteen months; AWS lowers the prices of a type now and then."""

LIST_OLD_AFTER_DAYS = 30


def check(here: Surroundings) -> tuple[Result, ...]:
    """Check the snapshot as a whole, then the region in use."""
    regions = Snapshot().regions()
    if not regions:
        return (_result("prices", "fail", "The price snapshot is missing.", here.mend_installation),)
    if snapshot.digest(snapshot.DATA) != shipped_digest():
        return (_result("prices", "fail", "The price snapshot is not as it was shipped.", here.mend_installation),)
    return (whole(here, regions), coverage(here.host.region_id, regions), *listed(here), *contracted(here))


def listed(here: Surroundings) -> tuple[Result, ...]:
    """Say how old AWS's own list of the region is."""
    region_id = here.host.region_id
    if region_id is None:
        return ()
    prices = PriceList(here.home / FOLDER)
    found, problem = prices.region(region_id), prices.problem(region_id)
    mend = f"{here.python} -m mlcost_ext.cli prices refresh --region {region_id}"
    if problem is not None:
        return (_result("prices_list", "warn", problem.message, mend),)
    if found is None or not found.services:
        message = f"AWS's own price list of {region_id} was never read; that takes pricing:GetProducts, and is free of charge."
        return (_result("prices_list", "info", message, mend),)
    read = min(facts.read_at[:10] for facts in found.services.values())
    age = (here.now.date() - date.fromisoformat(read)).days
    is_old = age > LIST_OLD_AFTER_DAYS
    message = f"AWS's own price list of {region_id} was read on {read} ({age} days ago)."
    return (_result("prices_list", "warn" if is_old else "ok", message, mend if is_old else None),)


def contracted(here: Surroundings) -> tuple[Result, ...]:
    """Say whether the file of contracted rates can be used; nothing where there is none."""
    path = here.home / RATES
    file = RatesFile(path, lambda: 0.0)
    if file.faults:
        hint = f"Mend {path}; '{here.python} -m mlcost_ext.cli prices status' names every fault."
        return (_result("prices_rates", "fail", f"{RATES} cannot be used: {file.faults[0]}.", hint),)
    rates = len(file.rates().rates)
    return (_result("prices_rates", "ok", f"{RATES} has {rates} contracted rates."),) if rates else ()


def shipped_digest() -> str | None:
    """Give the digest that was written when the snapshot was made; None: it is missing."""
    path = snapshot.DATA / "DIGEST"
    return path.read_text(encoding="utf-8").strip() if path.is_file() else None


def whole(here: Surroundings, regions: list[str]) -> Result:
    dates = sorted({day for region_id in regions for day in dates_of(region_id)})
    age = (here.now.date() - date.fromisoformat(dates[-1])).days
    message = f"As shipped: {len(regions)} regions, prices of {dates[0]} to {dates[-1]} (newest {age} days old)."
    if age > OLD_AFTER_DAYS:
        return _result("prices", "warn", message, f"{here.python} -m pip install --upgrade mlcost-ext")
    return _result("prices", "ok", message)


def dates_of(region_id: str) -> set[str]:
    document = json.loads((snapshot.DATA / f"{region_id}.json").read_text(encoding="utf-8"))
    return {entry[3] for kinds in document["prices"].values() for entry in kinds.values()}


def coverage(region_id: str | None, regions: list[str]) -> Result:
    if region_id is None:
        return _result("prices_region", "info", "Without a region, no price can be looked up.")
    if region_id in regions:
        return _result("prices_region", "ok", f"{region_id} has prices.")
    hint = "Costs there are shown as unknown; set c.MlcostExt.session_list_unit_price for the session's own."
    return _result("prices_region", "warn", f"{region_id} has no prices in the snapshot.", hint)


def _result(name: str, status: Status, message: str, hint: str | None = None) -> Result:
    return Result(name=name, group="Prices", status=status, message=message, hint=hint)
