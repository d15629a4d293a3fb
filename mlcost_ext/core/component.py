"""What AWS prices apart: its components, and the ways to buy them."""

from __future__ import annotations

from typing import Literal

PurchaseOption = Literal["OnDemand", "Spot", "Reserved", "TrainingPlan", "Provisioned"]
"""``Reserved``: HyperPod's reserved capacity; ``Provisioned``: serverless inference kept ready, used or not."""

USES = (
    "Training",
    "SpotTraining",
    "WarmPool",
    "Processing",
    "BatchTransform",
    "Hosting",
    "AsyncInf",
    "Serverless",
    "Notebook",
    "Studio-Notebook",
    "Studio-JupyterLab",
    "Studio-CodeEditor",
    "Canvas",
    "RStudio",
    "TensorBoard",
    "DataWrangler",
    "Cluster",
    "TrainingPlan",
    "EC2",
)
"""What an instance, or serverless memory, is used for."""
STORAGE, DATA = "Storage-", "Data-"
WITHOUT_TYPE = tuple(f"{kind}{use}" for kind in (STORAGE, DATA) for use in USES)
"""Priced by the gigabyte, whatever the instance type."""
COMPONENTS = (*USES, *WITHOUT_TYPE)

_OPTION_OF: dict[str, PurchaseOption] = {"SpotTraining": "Spot", "TrainingPlan": "TrainingPlan"}
_MORE_OPTIONS: dict[str, tuple[PurchaseOption, ...]] = {
    "Cluster": ("OnDemand", "Reserved"),
    "Serverless": ("OnDemand", "Provisioned"),
}
_NAMED = {component.lower(): component for component in COMPONENTS}


def component_named(text: str) -> str | None:
    """Give a component as it is spelt here, whatever the letter case; None: there is no such component."""
    return _NAMED.get(text.strip().lower())


def usual_option(component: str) -> PurchaseOption:
    """Give how a component is bought where nothing else is said."""
    return _OPTION_OF.get(component, "OnDemand")


def purchase_options(component: str) -> tuple[PurchaseOption, ...]:
    """Give the ways in which a component can be bought, the usual one first."""
    return _MORE_OPTIONS.get(component, (usual_option(component),))


def has_type(component: str) -> bool:
    """Tell whether a component is priced by instance type; serverless memory, volumes and data are not."""
    return component != "Serverless" and component not in WITHOUT_TYPE
