"""A space of SageMaker Unified Studio: a Studio space in a project of Amazon DataZone, with a kind of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlcost_ext.core.host import Host

from . import studio
from .metadata import resource_metadata

SERVICE_NAME = "SageMakerUnifiedStudio"
PROJECT_KEYS = ("DataZone", "AmazonDataZone")
"""What the names of its members in `AdditionalMetadata` begin with."""


def detect(env: Mapping[str, str]) -> Host | None:
    """Tell whether this is an app of a project's space; its names, tags and files are those of any Studio space."""
    if not is_unified(env):
        return None
    host = studio.detect(env)
    return replace(host, kind="unified_studio") if host else None


def is_unified(env: Mapping[str, str]) -> bool:
    """Tell by the service's name, else by the metadata of the project."""
    if env.get("SERVICE_NAME") == SERVICE_NAME:
        return True
    more = (resource_metadata(env) or {}).get("AdditionalMetadata")
    return isinstance(more, dict) and any(key.startswith(PROJECT_KEYS) for key in more)
