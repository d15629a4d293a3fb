"""How each of AWS's price components is priced: from which list, by which constant, to how many digits.

Figures, errors and what nobody has compared: docs/prices.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from mlcost_ext.core.component import COMPONENTS, DATA, PurchaseOption, usual_option
from mlcost_ext.core.component import STORAGE as VOLUMES
from mlcost_ext.core.usage import PricingUnit

EBS = "EBS"
"""The list of EBS volumes by type (``gp2``, ``gp3``); no component, but what derived volumes rest on."""
SAME_AS_STUDIO = "Studio-Notebook price of the same type"
CLASS_RULE = "EC2 on-demand price times its class constant"
PRICE_LIST = "AWS's own price list"
PRICE_LIST_SOURCE = "aws-price-list-"
"""What the names of sources begin with that are AWS's own files."""
LIKE_TRAINING = "Training price of the same type, at which AWS bills kept instances"

HOSTING_DIGITS = {"g4-gpu": 4, "g5-gpu": 4, "g6-gpu": 4, "g7-gpu": 4, "inf2": 2}
"""Decimals of AWS's hosting prices by class; of the others three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputeRule:
    """An hour of a component that has no price list of its own."""

    use: str
    """The API's use that the instance type must be named for."""
    is_studio_first: bool = False
    """Studio's own row goes before the class rule; the other one fills in where the first is missing."""
    keeps_row: bool = False
    """Studio's row is taken with its digits."""
    digits: int = 3
    """Decimals that AWS publishes."""
    digits_by_class: Mapping[str, int] = field(default_factory=dict)
    is_compared: bool = False
    """Whether prices of this component were compared with the rule; if not, its error is not known."""
    origin: str | None = None
    """In words; None: that of the figure taken."""
    same_as: str | None = None
    """The component whose own list is taken first, where somebody saw one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageRule:
    """A gigabyte and month of a component's volumes, by EBS's price."""

    volume_type: str
    factor: Decimal
    same_as: str | None = None
    """As of `ComputeRule`."""

    @property
    def origin(self) -> str:
        """Say where the price is from, in words."""
        return f"EBS {self.volume_type} list price times {self.factor}"


OBSERVED = {
    "EC2": "EC2 on-demand price list, Linux",
    "Studio-Notebook": "AWS price page, Studio notebooks",
    "TrainingPlan": "AWS price page, training plans",
}
"""Components that somebody other than AWS has written a list of, and where from; AWS's own files may have any component."""

COMPUTE = {
    "Training": ComputeRule(use="Training", is_compared=True),
    "WarmPool": ComputeRule(use="Training", origin=LIKE_TRAINING, same_as="Training"),
    "Processing": ComputeRule(use="Processing", is_compared=True),
    "BatchTransform": ComputeRule(use="BatchTransform"),
    "Hosting": ComputeRule(use="Hosting", digits_by_class=HOSTING_DIGITS, is_compared=True),
    "AsyncInf": ComputeRule(use="Hosting", digits_by_class=HOSTING_DIGITS, is_compared=True, same_as="Hosting"),
    "Notebook": ComputeRule(use="Notebook", is_studio_first=True, is_compared=True),
    "Studio-JupyterLab": ComputeRule(use="Studio", is_studio_first=True, keeps_row=True, is_compared=True),
    "Studio-CodeEditor": ComputeRule(use="Studio", is_studio_first=True, keeps_row=True),
}

STORAGE = {
    "Storage-Training": StorageRule(volume_type="gp2", factor=Decimal("1.4")),
    "Storage-WarmPool": StorageRule(volume_type="gp2", factor=Decimal("1.4"), same_as="Storage-Training"),
    "Storage-Processing": StorageRule(volume_type="gp2", factor=Decimal("1.0")),
    "Storage-Hosting": StorageRule(volume_type="gp2", factor=Decimal("1.4")),
    "Storage-Notebook": StorageRule(volume_type="gp2", factor=Decimal("1.4")),
    "Storage-Studio-JupyterLab": StorageRule(volume_type="gp3", factor=Decimal("1.4")),
    "Storage-Studio-CodeEditor": StorageRule(volume_type="gp3", factor=Decimal("1.4")),
}
"""Batch transform has no volume that is told, so no price."""

ALL = tuple(dict.fromkeys((*OBSERVED, *COMPUTE, *STORAGE, *COMPONENTS)))
"""Every component that a list may have a price of, those with a rule of their own first."""


NOT_SOLD = (
    ("Training", "r6i", None),
    ("WarmPool", "r6i", None),
    ("Processing", "r6i", None),
    ("AsyncInf", "ml.g4dn.xlarge", "eu-west-3"),
)
"""Component, type or family, and region or all: what AWS's price list was seen not to have, although the API names the type."""


def is_sold(component: str, instance_type: str, region_id: str) -> bool:
    """Tell whether nobody has seen that AWS's list lacks something; that is no proof that AWS sells it."""
    family = instance_type.removeprefix("ml.").partition(".")[0]
    gone = ((what, where) for name, what, where in NOT_SOLD if name == component)
    return not any(what in (instance_type, family) and where in (None, region_id) for what, where in gone)


def same_as(component: str) -> tuple[str, str] | None:
    """Give the component whose price is taken where a component has no list of its own, and why in words; None: there is none."""
    rule = COMPUTE.get(component) or STORAGE.get(component)
    if rule is None or rule.same_as is None:
        return None
    if isinstance(rule, ComputeRule):
        return rule.same_as, rule.origin or f"{rule.same_as} price of the same type"
    return rule.same_as, f"{rule.same_as} price of the same region"


def list_name(component: str, option: PurchaseOption) -> str:
    """Give the name of the list of a component, bought that way: ``Training``, ``Cluster/Reserved``."""
    return component if option == usual_option(component) else f"{component}/{option}"


def usual_unit(component: str) -> PricingUnit:
    """Give the unit that AWS prices a component, or a list of it, by."""
    if component.startswith((VOLUMES, EBS)):
        return "GB-Mo"
    if component.startswith(DATA):
        return "GB"
    return "GB-Seconds" if component.partition("/")[0] == "Serverless" else "Hours"
