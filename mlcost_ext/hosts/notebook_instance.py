"""A SageMaker notebook instance, by the metadata file that it has in common with Studio."""

from __future__ import annotations

from collections.abc import Mapping

from mlcost_ext.core.host import Host

from .metadata import arn_parts, region_of, resource_metadata, text_of

RESOURCE = "notebook-instance/"


def detect(env: Mapping[str, str]) -> Host | None:
    """Tell whether the file names a notebook instance; its type, start and volume only DescribeNotebookInstance tells."""
    metadata = resource_metadata(env) or {}
    arn = arn_parts(metadata)
    if not arn or not arn[5].startswith(RESOURCE):
        return None
    return Host(
        kind="notebook_instance",
        region_id=region_of(env, arn),
        located_in=arn[3] or None,
        # The ARN has the name in small letters.
        notebook_instance_name=text_of(metadata, "ResourceName") or arn[5].removeprefix(RESOURCE),
        component="Notebook",
        storage_component="Storage-Notebook",
    )
