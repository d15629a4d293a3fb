"""Machines for people: notebook instances, Studio's apps and spaces; and an endpoint with its configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .building import ROLE, TAGS, PublicRequest, tag_list
from .endpoints import variant

DOMAIN = {"DomainId": "d-abcdefghij12"}


def machine(
    kind: str, name: str, own: Mapping[str, Any], built_in: str, company: str, team: str, tags: Mapping[str, str] | None = TAGS
) -> PublicRequest:
    request = dict(own) if tags is None else {**own, "Tags": tag_list(tags)}
    return PublicRequest(name=name, kind=kind, request=request, built_in=built_in, company=company, team=team)


def notebook(instance_type: str, volume_gb: int = 5) -> dict[str, Any]:
    return {"NotebookInstanceName": "ana", "InstanceType": instance_type, "RoleArn": ROLE, "VolumeSizeInGB": volume_gb}


def app(app_type: str, instance_type: str | None, **owner: str) -> dict[str, Any]:
    told = {**DOMAIN, "AppType": app_type, "AppName": "default", **(owner or {"SpaceName": "ana"})}
    return told if instance_type is None else {**told, "ResourceSpec": {"InstanceType": instance_type}}


def space(app_type: str, settings: str, instance_type: str, volume_gb: int) -> dict[str, Any]:
    storage = {"EbsStorageSettings": {"EbsVolumeSizeInGb": volume_gb}}
    own = {
        "AppType": app_type,
        settings: {"DefaultResourceSpec": {"InstanceType": instance_type}},
        "SpaceStorageSettings": storage,
    }
    return {
        **DOMAIN,
        "SpaceName": "ana",
        "SpaceSettings": own,
        "OwnershipSettings": {"OwnerUserProfileName": "ana"},
        "SpaceSharingSettings": {"SharingType": "Private"},
    }


MACHINES: tuple[PublicRequest, ...] = (
    machine("notebook", "a small notebook instance", notebook("ml.t3.medium"), "allow", "allow", "allow"),
    machine("notebook", "a notebook instance with a V100", notebook("ml.p3.2xlarge", 50), "allow", "ask MC101", "ask MC101"),
    machine("notebook", "a small one without tags", notebook("ml.t3.medium"), "allow", "ask MC301", "warn MC301", None),
    machine("app", "a JupyterLab app on the smallest type", app("JupyterLab", "ml.t3.medium"), "allow", "allow", "allow"),
    machine("app", "a JupyterLab app with a GPU", app("JupyterLab", "ml.g5.xlarge"), "allow", "ask MC101", "ask MC101"),
    machine(
        "app", "a kernel gateway of Classic", app("KernelGateway", "ml.t3.medium", UserProfileName="ana"),
        "allow", "allow", "allow"
    ),
    machine("app", "Jupyter server of Classic, which is free", app("JupyterServer", "system", UserProfileName="ana"),
            "allow", "allow", "allow"),
    machine("space", "a private space of five gigabytes", space("JupyterLab", "JupyterLabAppSettings", "ml.t3.medium", 5),
            "allow", "allow", "allow"),
    machine("space", "a space for the code editor, a hundred gigabytes",
            space("CodeEditor", "CodeEditorAppSettings", "ml.m5.large", 100), "allow", "allow", "allow"),
    machine("endpoint", "an endpoint together with its configuration",
            {"EndpointName": "cards", "EndpointConfigName": "cards-2026-11-30", "EndpointConfig": {
                "EndpointConfigName": "cards-2026-11-30", "ProductionVariants": [variant("ml.m5.large", 2)]}},
            "warn MC111", "warn MC111", "ask MC101 MC111"),
)  # fmt: skip
