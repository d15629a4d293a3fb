"""SageMaker's words for what it sells, in usage types and in attributes.

Words are looked up whole, so that neither ``Train`` is found in ``TrainWarmPool`` nor ``Studio`` in ``RStudio``. What a usage
type says goes before all else: AWS is careless with the words beside it, and writes one for several uses of a family.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlcost_ext.core.component import DATA, STORAGE, USES, PurchaseOption, usual_option
from mlcost_ext.core.usage import PricingUnit

from .offer import TYPE, Unfit


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
    "kernelgateway": "Studio-Notebook",
    "jupyterlab": "Studio-JupyterLab",
    "codeeditor": "Studio-CodeEditor",
    "studio:tensorboard": "TensorBoard",
    "studio_dw:kernelgateway": "DataWrangler",
    "studio:datawrangler": "DataWrangler",
    "datawrangler": "DataWrangler",
}
_IN_ATTRIBUTES = {
    "batchtransform": "BatchTransform",
    "notebook": "Notebook",
    "studio": "DataWrangler",
    "studio-notebook": "Studio-Notebook",
    "studio-jupyterlab": "Studio-JupyterLab",
    "studio-codeeditor": "Studio-CodeEditor",
    "studio-tensorboard": "TensorBoard",
    "rsession": "RStudio",
    "trainingwarmpool": "WarmPool",
    "training-warmpool": "WarmPool",
    "warmpool": "WarmPool",
}
"""``Studio`` alone is Data Wrangler's interactive one."""
_RESERVED = ("reservedcluster", "cluster-reserved")
_OF_VOLUMES = {"studio": "Studio-JupyterLab"}
"""The spaces of JupyterLab and Code Editor have one kind of volume, priced once."""
_UNDECIDED = "studio"
"""A word of usage types that several uses share."""
_OTHER_RSTUDIO = ("rstudio:rserver", "rstudio:rsessiongateway", "rserver", "rsessiongateway")
_NOT_OURS = {
    **dict.fromkeys(_OTHER_RSTUDIO, "other_rstudio"),
    "processing_dw": "data_wrangler_job",
    "processing_geo": "extra_charge",
}

NAMED_TYPE = re.compile(rf"(ml\.{TYPE})(?:-([A-Za-z][A-Za-z_:-]{{0,39}}))?", re.ASCII)
"""An instance type, and the use that AWS may hang on to it, as in ``ml.g7e.2xlarge-hosting``."""
_HOURS = re.compile(rf"(?:([A-Za-z_:-]{{3,40}})[:-])?{NAMED_TYPE.pattern}", re.ASCII)
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
_USES_IN_ATTRIBUTES = _USES_IN_USAGE_TYPES | _uses(_IN_ATTRIBUTES)
assert {use.component for use in (*_USES_OF_VOLUMES.values(), *_USES_IN_ATTRIBUTES.values())} <= set(USES)

_FAMILIES = (
    ("Notebook", "Studio-Notebook", "Studio-JupyterLab", "Studio-CodeEditor", "DataWrangler"),
    ("Training", "SpotTraining", "WarmPool"),
    ("Hosting", "AsyncInf"),
)
"""Uses that AWS calls by each other's words, though never in usage types."""
_FAMILY = {component: family for family in _FAMILIES for component in family}


def used_by(body: str, plato: str = "") -> Used:
    """Read a usage type without its region prefix, such as ``Train:ml.m5.xlarge``.

    Args:
        body: The usage type.
        plato: AWS's ``platoinstancetype``, which decides where the usage type names an instance type and no use.

    Raises:
        Unfit: It is none of those that are understood.
    """
    if found := _HOURS.fullmatch(body):
        return Used(_use_of_hours(found[1] or "", plato, found[3] or ""), "", found[2], "Hours")
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


def _use_of_hours(word: str, plato: str, suffix: str) -> Use:
    is_decisive = word.lower() not in ("", _UNDECIDED)
    use = _use(word, _USES_IN_USAGE_TYPES) if is_decisive else use_named(plato)
    if suffix and not fits(suffix, use):
        raise Unfit("unknown_usage_type" if fits(suffix, use) is None else "contradictory_component")
    return use


def use_named(word: str) -> Use:
    """Read a value of ``platoinstancetype``, whatever its letter case.

    Raises:
        Unfit: It names nothing that is priced here.
    """
    return _use(word, _USES_IN_ATTRIBUTES)


def fits(word: str, use: Use) -> bool | None:
    """Tell whether a word beside the usage type may stand for a use, whatever its letter case; None: nobody knows the word."""
    known = word.lower()
    if known in _OTHER_RSTUDIO:
        return use.component == "RStudio"
    if known in _NOT_OURS:
        return False
    if (found := _USES_IN_ATTRIBUTES.get(known)) is None:
        return None
    is_torn = found.purchase_option == "Reserved" and use.purchase_option != "Reserved"
    return _is_alike(found, use) and not is_torn


def fits_volume(word: str, use: Use) -> bool | None:
    """Tell the same of a word in the attributes of storage and data."""
    known = word.lower()
    found = _USES_OF_VOLUMES.get(known) or _USES_IN_ATTRIBUTES.get(known)
    return _is_alike(found, use) if found else None


def _is_alike(one: Use, other: Use) -> bool:
    return one.component in _FAMILY.get(other.component, (other.component,))


def _use(word: str, table: dict[str, Use]) -> Use:
    if reason := _NOT_OURS.get(word.lower()):
        raise Unfit(reason)
    if (found := table.get(word.lower())) is None:
        raise Unfit("unknown_component")
    return found
