"""The arithmetic of the shipped prices: an observed list and a rule give a unit price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal

from mlcost_ext.core.component import COMPONENTS, has_type, usual_option
from mlcost_ext.core.money import EXACT
from mlcost_ext.core.price import PriceBasis, PriceKey, UnitPrice

from .components import (
    CLASS_RULE,
    COMPUTE,
    EBS,
    OBSERVED,
    PRICE_LIST,
    PRICE_LIST_SOURCE,
    SAME_AS_STUDIO,
    STORAGE,
    ComputeRule,
    StorageRule,
    is_sold,
    list_name,
    same_as,
    usual_unit,
)
from .region_lists import WITHOUT_TYPE, Listed, RegionLists

EC2, STUDIO = "EC2", "Studio-Notebook"
KNOWN = frozenset(COMPONENTS)
SOURCE = "shipped-snapshot"
ML = "ml."
STUDIO_ERROR = Decimal("0.17")
"""Percent within which 95 % of the compared prices of other components equalled Studio's."""
WIDEST_ERROR = Decimal("0.51")
"""The largest error in percent of a rule that was compared; two figures further apart than that contradict each other."""
ERROR_STEP = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeClass:
    """What the class rule knows of an ml.* type."""

    name: str
    """Such as ``cpu`` or ``g5-gpu``."""
    constant: Decimal
    """SageMaker's price is EC2's times this."""
    error_percent: Decimal | None
    """Measured error of the constant; None: nobody has compared this class."""
    uses: frozenset[str]
    """What SageMaker's API takes the type for: ``Training``, ``Hosting``, ``Studio`` and others."""


def price_of(key: PriceKey, lists: RegionLists, classes: Mapping[str, TypeClass]) -> UnitPrice | None:
    """Give the price of exactly `key` from its region's lists, one that somebody saw first; None: no source has one."""
    if key.component not in KNOWN or (not key.instance_type if has_type(key.component) else key.instance_type is not None):
        return None
    name = list_name(key.component, key.purchase_option)
    if (listed := lists.listed(name, key.instance_type or WITHOUT_TYPE)) is not None:
        return _price(key, listed.amount, listed, "observed", observed_origin(key.component, listed), None)
    if key.purchase_option != usual_option(key.component) or not lists.has_class_rule:
        return None
    if key.component in STORAGE:
        return _storage(key, STORAGE[key.component], lists)
    if key.component in COMPUTE and key.instance_type and key.instance_type in classes:
        return _compute(key, COMPUTE[key.component], lists, classes[key.instance_type])
    return None


def observed_origin(component: str, listed: Listed) -> str:
    """Say whose list an observed price is from, in words."""
    return PRICE_LIST if listed.source_id.startswith(PRICE_LIST_SOURCE) else OBSERVED.get(component, PRICE_LIST)


def _storage(key: PriceKey, rule: StorageRule, lists: RegionLists) -> UnitPrice | None:
    if (like := same_as(key.component)) and (same := lists.listed(like[0], WITHOUT_TYPE)):
        return _price(key, same.amount, same, "derived", like[1], None)
    listed = lists.listed(EBS, rule.volume_type)
    if listed is None:
        return None
    return _price(key, EXACT.multiply(listed.amount, rule.factor), listed, "derived", rule.origin, None)


def _compute(key: PriceKey, rule: ComputeRule, lists: RegionLists, of_type: TypeClass) -> UnitPrice | None:
    instance_type = key.instance_type or ""
    if (like := same_as(key.component)) and (same := lists.listed(like[0], instance_type)):
        return _price(key, same.amount, same, "derived", like[1], None)
    if not is_sold(key.component, instance_type, key.region_id):
        return None
    if rule.use not in of_type.uses or (rule.use == "Training" and instance_type not in lists.training):
        return None
    by_class = class_figure(instance_type, lists, of_type)
    studio = lists.listed(STUDIO, instance_type)
    taken = studio or by_class if rule.is_studio_first else by_class or studio
    if taken is None:
        return None
    is_row = taken is studio
    amount = taken.amount if is_row and rule.keeps_row else rounded(taken.amount, rule, of_type)
    measured = STUDIO_ERROR if is_row else of_type.error_percent
    figures = [figure.amount for figure in (by_class, studio) if figure]
    error = error_percent(amount, measured if rule.is_compared else None, figures)
    return _price(key, amount, taken, "derived", rule.origin or (SAME_AS_STUDIO if is_row else CLASS_RULE), error)


def class_figure(instance_type: str, lists: RegionLists, of_type: TypeClass) -> Listed | None:
    """Give EC2's price of the twin times the constant of the class, unrounded; None: EC2 has no price."""
    ec2 = lists.listed(EC2, instance_type.removeprefix(ML))
    return replace(ec2, amount=EXACT.multiply(ec2.amount, of_type.constant)) if ec2 else None


def rounded(amount: Decimal, rule: ComputeRule, of_type: TypeClass) -> Decimal:
    """Round to the digits that AWS publishes for this component."""
    digits = rule.digits_by_class.get(of_type.name, rule.digits)
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, context=EXACT)


def error_percent(amount: Decimal, measured: Decimal | None, figures: list[Decimal]) -> Decimal | None:
    """Tell how wrong a derived price may be.

    Args:
        amount: The price.
        measured: Error of its rule in percent; None: nobody has measured it.
        figures: Those that there are for it, before rounding: by the class rule, and Studio's own; at least one.

    Returns:
        At least the distance to each of `figures`; None: never measured, and nothing contradicts it.
    """
    apart = max(abs(amount / other - 1) * 100 for other in figures).quantize(ERROR_STEP, ROUND_UP)
    if measured is not None:
        return max(measured, apart)
    return apart if len(figures) > 1 and apart > WIDEST_ERROR else None


def _price(key: PriceKey, amount: Decimal, listed: Listed, basis: PriceBasis, origin: str, error: Decimal | None) -> UnitPrice:
    plain = Decimal(format(amount.normalize(EXACT), "f"))
    return UnitPrice(
        key=key,
        list_unit_price=plain,
        pricing_unit=usual_unit(key.component),
        billing_currency=listed.billing_currency,
        price_source=SOURCE,
        price_origin=origin,
        price_as_of=listed.as_of,
        price_basis=basis,
        error_percent=error,
    )
