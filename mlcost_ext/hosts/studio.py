"""A JupyterLab app of a SageMaker Studio space, by the metadata file that Studio puts into the container."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlcost_ext.core.host import Host, StudioApp
from mlcost_ext.core.job import Problem

METADATA_FILE = "/opt/ml/metadata/resource-metadata.json"
APP_TYPES = ("JupyterLab",)
MAX_METADATA_BYTES = 64 * 1024


def detect(env: Mapping[str, str]) -> Host | None:
    """Tell whether this is a JupyterLab app; None: these are not Studio's surroundings."""
    path = Path(env.get("RESOURCE_METADATA_FILE") or METADATA_FILE)
    said = env.get("SAGEMAKER_APP_TYPE")
    if not os.path.isfile(path):  # noqa: PTH113  (unlike Path.is_file it is quiet about a folder that may not be entered)
        return without_metadata(env) if said in APP_TYPES else None
    metadata = read_metadata(path)
    if metadata is None:
        return without_metadata(env)
    if (said or metadata.get("AppType")) not in APP_TYPES:
        return None
    return host_of(metadata, env) if names(metadata, "DomainId", "SpaceName") else without_metadata(env)


def read_metadata(path: Path) -> dict[str, Any] | None:
    """Read the file; None where it is broken."""
    try:
        with path.open("rb") as file:
            document = json.loads(file.read(MAX_METADATA_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def names(metadata: Mapping[str, Any], *keys: str) -> bool:
    """Tell whether all of these are texts with something in them."""
    return all(isinstance(metadata.get(key), str) and metadata[key] for key in keys)


def host_of(metadata: Mapping[str, Any], env: Mapping[str, str]) -> Host:
    arn = str(metadata.get("ResourceArn") or "").split(":")
    region_id = arn[3] if len(arn) > 5 and arn[3] else env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION")
    app = StudioApp(
        domain_id=metadata["DomainId"],
        space_name=metadata["SpaceName"],
        app_type=str(metadata.get("AppType") or "JupyterLab"),
        app_name=metadata["ResourceName"] if names(metadata, "ResourceName") else "default",
    )
    tags = owner_tags(app, metadata, arn) if len(arn) > 5 else {}
    return Host(kind="studio", region_id=region_id or None, studio_app=app, owner_tags=tags)


def owner_tags(app: StudioApp, metadata: Mapping[str, Any], arn: list[str]) -> dict[str, str]:
    """Give the tags that Studio itself puts on what is launched from here."""
    prefix = ":".join(arn[:5])
    tags = {"sagemaker:space-arn": f"{prefix}:space/{app.domain_id}/{app.space_name}"}
    if names(metadata, "UserProfileName"):
        tags["sagemaker:user-profile-arn"] = f"{prefix}:user-profile/{app.domain_id}/{metadata['UserProfileName']}"
    return tags


def without_metadata(env: Mapping[str, str]) -> Host:
    problem = Problem(
        code="metadata_broken",
        message="Studio's metadata file is missing or cannot be read, so this machine's type and price are unknown, and of this "
        "space's jobs only those that kernels of this server launched are seen.",
        hint="Restart the space; if it stays so, ask your administrator to look at resource-metadata.json.",
    )
    region_id = env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION") or None
    return Host(kind="studio", region_id=region_id, problems=(problem,))
