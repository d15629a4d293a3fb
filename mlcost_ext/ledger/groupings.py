"""What charges can be added up by."""

from __future__ import annotations

from collections.abc import Callable

from mlcost_ext.core.ledger import Attribution, ChargePrice, KernelState, Resource

PRICE_KEYS: dict[str, Callable[[ChargePrice], str | None]] = {
    "service": lambda price: service_of(price.component),
    "component": lambda price: price.component,
    "instance_type": lambda price: price.instance_type,
    "region": lambda price: price.region_id or None,
    "purchase_option": lambda price: price.purchase_option,
}
RESOURCE_KEYS: dict[str, Callable[[Resource], str | None]] = {
    "resource": lambda resource: f"{resource.kind}/{resource.name}",
    "kind": lambda resource: resource.kind,
}
ATTRIBUTION_KEYS: dict[str, Callable[[Attribution], str | None]] = {
    "notebook": lambda who: who.notebook,
    "user": lambda who: who.user_name,
    "project": lambda who: who.project,
    "kernel_state": lambda who: who.kernel_state,
}
GROUPINGS = ("day", "month", *PRICE_KEYS, *RESOURCE_KEYS, *ATTRIBUTION_KEYS, "state", "tag:<key>")
STATES: dict[KernelState, str] = {"busy": "working", "waiting": "waiting", "idle": "idle"}
REST_OF_A_MACHINE = "other"


def check_grouping(group_by: tuple[str, ...]) -> None:
    """See that there is each grouping.

    Raises:
        ValueError: There is not.
    """
    for name in group_by:
        if name not in GROUPINGS and not (name.startswith("tag:") and len(name) > len("tag:")):
            raise ValueError(f"no such grouping: {name[:40]!r}")


def needed(group_by: tuple[str, ...], *, is_one_currency: bool) -> list[str]:
    """Give the columns of a charge that a grouping is told by; fewer are added up sooner."""
    wanted = {column for name in group_by for column in columns_of(name)} | (set() if is_one_currency else {"price"})
    return [column for column in ("price", "day", "resource", "attribution") if column in wanted]


def columns_of(name: str) -> tuple[str, ...]:
    """Give the columns that one grouping is told by."""
    if name == "state":
        return "price", "resource", "attribution"
    if name in ("day", "month"):
        return ("day",)
    if name in PRICE_KEYS:
        return ("price",)
    return ("resource",) if name in RESOURCE_KEYS else ("attribution",)


def state_of(resource: Resource, price: ChargePrice, who: Attribution) -> str | None:
    """Say what a session's machine was for; None: it is no such machine."""
    if who.kernel_state is not None:
        return STATES[who.kernel_state]
    return REST_OF_A_MACHINE if resource.kind == "session" and price.pricing_unit == "Hours" else None


def service_of(component: str) -> str:
    """Give AWS's name of the service that bills a component."""
    return "Amazon Elastic Compute Cloud" if component in ("EC2", "Storage-EC2") else "Amazon SageMaker"
