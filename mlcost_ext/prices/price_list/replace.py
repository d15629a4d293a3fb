"""Put what was read in place of a region's list, if it is fit to be put there."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from mlcost_ext.core.money import billing_currency_of

from .changes import Change, diff
from .collect import Key
from .errors import SHRUNKEN, UNUSABLE, PriceListError
from .offer import Offer
from .region_list import ServiceList, shrunken, with_service
from .store import Store

KEPT = "The old prices are kept"


def replace_service(
    store: Store,
    region_id: str,
    service: str,
    facts: ServiceList,
    offers: Mapping[Key, Offer],
    *,
    is_forced: bool = False,
    keeps_old: bool = False,
) -> tuple[Change, ...]:
    """Replace the prices of one service.

    Args:
        store: Of the lists.
        region_id: Whose list it is.
        service: Whose prices were read, all of them.
        facts: When and how they were read.
        offers: What was found.
        is_forced: Take them although many of the old ones would be gone.
        keeps_old: Lay the list that is replaced aside.

    Returns:
        What is no more as it was.

    Raises:
        PriceListError: Nothing was found, too little, or what cannot be kept or written; the old prices are still there.
    """
    if not offers:
        raise PriceListError(
            f"The AWS price list of {service} in {region_id} has no price that can be used.", f"{KEPT}; try again later."
        )
    old, _ = store.read(region_id)
    try:
        new = with_service(old, region_id, billing_currency_of(region_id), service, facts, offers)
    except ValueError:
        raise PriceListError(
            f"The AWS price list of {service} in {region_id} has a price that cannot be kept.", f"{KEPT}; try again later."
        ) from None
    if not is_forced and (gone := shrunken(old, new)):
        raise PriceListError(
            f"The new AWS price list of {region_id} lacks much of what the old one has: {'; '.join(gone)}.",
            f"{KEPT}; if AWS does list so few, force the refresh.",
            code=SHRUNKEN,
        )
    if keeps_old:
        with contextlib.suppress(OSError):  # the new prices are worth more than the old ones
            store.keep(region_id)
    try:
        store.replace(new)
    except OSError as error:
        raise PriceListError(
            f"The AWS price list of {region_id} could not be written ({type(error).__name__}).",
            f"{KEPT}; make room on the disk, or make its folder writable.",
            code=UNUSABLE,
        ) from None
    return diff(old, new)
