"""SageMaker's words for what it sells, in usage types and in attributes.

Words are looked up whole, so that neither ``Train`` is found in ``TrainWarmPool`` nor ``Studio`` in ``RStudio``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlcost_ext.core.component import DATA, STORAGE, USES, PurchaseOption, usual_option
from mlcost_ext.core.usage import PricingUnit

from .offer import Unfit


@dataclass(frozen=True, slots=True)
class Use:
    """A component and how it is bought."""

    component: str
    purchase_option: PurchaseOption


@dataclass(frozen=True, slots=True)
class Used:
    """What a usage type names, without its region."""

    use: Use
    """The component of storage and data is that of the instance they belong to."""
    kind: str
    """Empty for instance hours and serverless memory, else ``Storage-`` or ``Data-``."""
    instance_type: str | None
    pricing_unit: PricingUnit
    memory_gb: int | None = None


_COMMON = {
    "training": "Training",
    "spottraining": "SpotTraining",
    "trainwarmpool": "WarmPool",
    "processing": "Processing",
    "hosting": "Hosting",
    "asyncinf": "AsyncInf",
    "tensorboard": "TensorBoard",
    "canvas": "Canvas",
    "cluster": "Cluster",
    "trainingplan": "TrainingPlan",
    "rstudio:rsession": "RStudio",
}
_IN_USAGE_TYPES = {
    "train": "Training",
    "trspt": "SpotTraining",
    "tsform": "BatchTransform",
    "host": "Hosting",
    "hst": "Hosting",
    "notebk": "Notebook",
    "studio:kernelgateway": "Studio-Notebook",
    "studio:jupyterlab": "Studio-JupyterLab",
    "studio:codeeditor": "Studio-CodeEditor",
    "studio_dw:kernelgateway": "DataWrangler",
    "studio:datawrangler": "DataWrangler",
}
_IN_ATTRIBUTES = {
    "batchtransform": "BatchTransform",
    "notebook": "Notebook",
    "studio": "DataWrangler",
    "studio-notebook": "Studio-Notebook",
    "studio-jupyterlab": "Studio-JupyterLab",
    "studio-codeeditor": "Studio-CodeEditor",
    "trainingwarmpool": "WarmPool",
    "training-warmpool": "WarmPool",
    "warmpool": "WarmPool",
}
"""``Studio`` alone is Data Wrangler's interactive one."""
_RESERVED = ("reservedcluster", "cluster-reserved")
_OF_VOLUMES = {"studio": "Studio-JupyterLab"}
"""The spaces of JupyterLab and Code Editor have one kind of volume, priced once."""
_NOT_OURS = {
    "rstudio:rserver": "other_rstudio",
    "rstudio:rsessiongateway": "other_rstudio",
    "processing_dw": "data_wrangler_job",
    "processing_geo": "extra_charge",
}

_HOURS = re.compile(r"([A-Za-z_:-]{3,40})[:-](ml\.[a-z][a-z0-9-]{0,30}\.[a-z0-9][a-z0-9-]{1,20})", re.ASCII)
_VOLUME = re.compile(r"([A-Za-z_:-]{3,40}):VolumeUsage\.(gp2|gp3)", re.ASCII)
_BYTES = re.compile(r"([A-Za-z_:-]{3,40}):Data-Bytes-(In|Out)", re.ASCII | re.IGNORECASE)
_MEMORY = re.compile(r"ServerlessInf:Mem-([1-9][0-9]?)GB", re.ASCII | re.IGNORECASE)
_KEPT_READY = re.compile(r"(?:ServerlessInf[:_-]?)?ProvisionedConcurrency:(Usage|Mem)-([1-9][0-9]?)GB", re.ASCII | re.IGNORECASE)
_SERVERLESS: dict[str, Use] = {
    "mem": Use("Serverless", "OnDemand"),
    "usage": Use("Serverless", "Provisioned"),
}


def _uses(*tables: dict[str, str]) -> dict[str, Use]:
    found = {word: Use(component, usual_option(component)) for table in tables for word, component in table.items()}
    return found | {word: Use("Cluster", "Reserved") for word in _RESERVED}


_USES_IN_USAGE_TYPES = _uses(_COMMON, _IN_USAGE_TYPES)
_USES_OF_VOLUMES = _USES_IN_USAGE_TYPES | _uses(_OF_VOLUMES)
_USES_IN_ATTRIBUTES = _uses(_COMMON, _IN_ATTRIBUTES)
assert {use.component for use in (*_USES_OF_VOLUMES.values(), *_USES_IN_ATTRIBUTES.values())} <= set(USES)

NOTEBOOK_SUFFIX = "notebook"
NOTEBOOKS = frozenset({"Notebook", "Studio-Notebook", "Studio-JupyterLab", "Studio-CodeEditor"})
"""``ml.g4dn.xlarge-Notebook`` is the instance type of Studio's products as well."""


def used_by(body: str) -> Used:
    """Read a usage type without its region prefix, such as ``Train:ml.m5.xlarge``.

    Raises:
        Unfit: It is none of those that are understood.
    """
    if found := _HOURS.fullmatch(body):
        return Used(_use(found[1], _USES_IN_USAGE_TYPES), "", found[2], "Hours")
    if found := _VOLUME.fullmatch(body):
        return Used(_use(found[1], _USES_OF_VOLUMES), STORAGE, None, "GB-Mo")
    if found := _BYTES.fullmatch(body):
        return Used(_use(found[1], _USES_IN_USAGE_TYPES), DATA, None, "GB")
    if found := _MEMORY.fullmatch(body):
        return Used(_SERVERLESS["mem"], "", None, "GB-Seconds", int(found[1]))
    if found := _KEPT_READY.fullmatch(body):
        if found[1].lower() == "mem":
            raise Unfit("provisioned_duration")
        return Used(_SERVERLESS["usage"], "", None, "GB-Seconds", int(found[2]))
    raise Unfit("unknown_usage_type")


def use_named(word: str) -> Use:
    """Read a value of ``platoinstancetype`` or ``component``, whatever its letter case.

    Raises:
        Unfit: It names nothing that is priced here.
    """
    return _use(word, _USES_IN_ATTRIBUTES)


def use_of_volume(word: str) -> Use | None:
    """Give the use that a word in the attributes of storage and data names; None: no word that is known."""
    return _USES_OF_VOLUMES.get(word.lower()) or _USES_IN_ATTRIBUTES.get(word.lower())


def is_suffix_of(suffix: str, use: Use) -> bool:
    """Tell whether an instance type's suffix, as in ``ml.m5.xlarge-Hosting``, fits a use."""
    if suffix.lower() == NOTEBOOK_SUFFIX:
        return use.component in NOTEBOOKS
    return use in (_USES_IN_ATTRIBUTES.get(suffix.lower()), _USES_IN_USAGE_TYPES.get(suffix.lower()))


def _use(word: str, table: dict[str, Use]) -> Use:
    if reason := _NOT_OURS.get(word.lower()):
        raise Unfit(reason)
    if (found := table.get(word.lower())) is None:
        raise Unfit("unknown_component")
    return found
