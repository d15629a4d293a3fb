"""A JupyterLab or Code Editor app of a SageMaker Studio space, by the metadata file that Studio puts into the container."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlcost_ext.core.host import Host, StudioApp
from mlcost_ext.core.job import Problem

from .capacity_block import with_capacity_block
from .metadata import arn_parts, is_there, read_document, region_of, resource_metadata_path, text_of

APP_TYPES = ("JupyterLab", "CodeEditor")
COMPONENT = "Studio-{app_type}"
STORAGE_COMPONENT = "Storage-Studio-{app_type}"
IS_SHARED = {"shared": True, "private": False}
"""By `SAGEMAKER_SPACE_TYPE_LOWERCASE`."""


def detect(env: Mapping[str, str]) -> Host | None:
    """Tell whether this is such an app; None: these are not Studio's surroundings."""
    path = resource_metadata_path(env)
    said = env.get("SAGEMAKER_APP_TYPE")
    if not is_there(path):
        return without_metadata(env, said) if said in APP_TYPES else None
    metadata = read_document(path)
    if metadata is None:
        return without_metadata(env, said) if said in (None, "", *APP_TYPES) else None
    app_type = said or metadata.get("AppType")
    if app_type not in APP_TYPES:
        return None
    return host_of(metadata, env, app_type) or without_metadata(env, app_type)


def host_of(metadata: Mapping[str, Any], env: Mapping[str, str], app_type: str) -> Host | None:
    """Give the host that the file describes; None: it leaves out which space it is."""
    domain_id, space_name = text_of(metadata, "DomainId"), text_of(metadata, "SpaceName")
    if domain_id is None or space_name is None:
        return None
    user = text_of(metadata, "UserProfileName")
    is_shared = IS_SHARED.get(env.get("SAGEMAKER_SPACE_TYPE_LOWERCASE", ""), user is None)
    app = StudioApp(
        domain_id=domain_id,
        space_name=space_name,
        app_type=app_type,
        app_name=text_of(metadata, "ResourceName") or "default",
        user_profile_name=None if is_shared else user,
    )
    arn = arn_parts(metadata)
    host = Host(
        kind="studio",
        region_id=region_of(env, arn),
        located_in=arn[3] or None if arn else None,
        studio_app=app,
        owner_tags=owner_tags(app, arn) if arn else {},
        component=COMPONENT.format(app_type=app_type),
        storage_component=STORAGE_COMPONENT.format(app_type=app_type),
        is_shared=is_shared,
    )
    return with_capacity_block(host, env)


def owner_tags(app: StudioApp, arn: list[str]) -> dict[str, str]:
    """Give the tags that Studio itself puts on what is launched from here; in a shared space the space's alone is ours."""
    prefix = ":".join(arn[:5])
    tags = {"sagemaker:space-arn": f"{prefix}:space/{app.domain_id}/{app.space_name}"}
    if app.user_profile_name is not None:
        tags["sagemaker:user-profile-arn"] = f"{prefix}:user-profile/{app.domain_id}/{app.user_profile_name}"
    return tags


def without_metadata(env: Mapping[str, str], app_type: str | None) -> Host:
    """Give what is left where the file tells nothing: a machine of SageMaker's."""
    problem = Problem(
        code="metadata_broken",
        message="SageMaker's metadata file is missing or cannot be read, so this machine's type and price are unknown, and of "
        "this space's jobs only those that kernels of this server launched are seen.",
        hint="Restart the space; if it stays so, ask your administrator to look at resource-metadata.json.",
    )
    kind = app_type or "JupyterLab"
    host = Host(
        kind="studio",
        region_id=region_of(env),
        component=COMPONENT.format(app_type=kind),
        storage_component=STORAGE_COMPONENT.format(app_type=kind),
        problems=(problem,),
    )
    return with_capacity_block(host, env)
