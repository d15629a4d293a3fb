"""A notebook instance, by the file it has in common with Studio."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlcost_ext.core.host import Host
from mlcost_ext.hosts import detect, notebook_instance

from .test_studio import METADATA, env_of

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/fraud-notes"


def test_a_notebook_instance(tmp_path: Path) -> None:
    """Its name as it was given, which the ARN has in small letters; nothing of a space."""
    assert detect(env_of(tmp_path, {"ResourceArn": ARN, "ResourceName": "Fraud-Notes"})) == Host(
        kind="notebook_instance",
        region_id="eu-west-1",
        located_in="eu-west-1",
        notebook_instance_name="Fraud-Notes",
        component="Notebook",
        storage_component="Storage-Notebook",
    )


@pytest.mark.parametrize("name", [None, "", 7, "x" * 300])
def test_without_a_name_the_arns_is_taken(tmp_path: Path, name: object) -> None:
    """It finds the instance all the same."""
    host = detect(env_of(tmp_path, {"ResourceArn": ARN, "ResourceName": name}))
    assert host.notebook_instance_name == "fraud-notes"


@pytest.mark.parametrize("arn", [METADATA["ResourceArn"], "notebook-instance/x", "arn:aws:sagemaker", None, 7, ARN + "x" * 300])
def test_other_resources(tmp_path: Path, arn: object) -> None:
    """They are not a notebook instance."""
    assert notebook_instance.detect(env_of(tmp_path, {"ResourceArn": arn})) is None


def test_an_arn_without_a_region(tmp_path: Path) -> None:
    """The environment tells it."""
    host = detect(env_of(tmp_path, {"ResourceArn": ARN.replace("eu-west-1", "")}, AWS_REGION="us-west-2"))
    assert (host.kind, host.region_id, host.located_in) == ("notebook_instance", "us-west-2", None)
