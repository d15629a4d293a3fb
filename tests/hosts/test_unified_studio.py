"""SageMaker Unified Studio, by its service's name or by the project in the metadata."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlcost_ext.hosts import detect, unified_studio

from .test_studio import METADATA, env_of

PROJECT = {"DataZoneDomainId": "dzd_1", "DataZoneProjectId": "p1", "DataZoneScopeName": "dev"}


@pytest.mark.parametrize(
    ("more", "service"),
    [
        ({}, "SageMakerUnifiedStudio"),
        (PROJECT, None),
        ({"AmazonDataZoneScopeName": "dev"}, None),
        (PROJECT, "SageMakerUnifiedStudio"),
    ],
)
def test_a_space_of_a_project(tmp_path: Path, more: dict[str, str], service: str | None) -> None:
    """Its names, tags and price are those of a Studio space."""
    env = env_of(tmp_path, {**METADATA, "AdditionalMetadata": more}, **({"SERVICE_NAME": service} if service else {}))
    host = detect(env)
    assert (host.kind, host.component, host.can_enumerate) == ("unified_studio", "Studio-JupyterLab", True)
    assert host.studio_app is not None
    assert host.studio_app.space_name == "fraud"


@pytest.mark.parametrize("more", [None, {}, [], "DataZone", {"Other": 1}])
def test_studio_itself(tmp_path: Path, more: object) -> None:
    """Nothing in the metadata is a project's."""
    env = env_of(tmp_path, {**METADATA, "AdditionalMetadata": more}, SERVICE_NAME="Another")
    assert unified_studio.detect(env) is None
    assert detect(env).kind == "studio"


def test_a_broken_file(tmp_path: Path) -> None:
    """The service's name is enough to know where this is; without an app it is nowhere."""
    named = {"SERVICE_NAME": "SageMakerUnifiedStudio"}
    host = detect(env_of(tmp_path, "{", **named))
    assert (host.kind, [problem.code for problem in host.problems]) == ("unified_studio", ["metadata_broken"])
    assert unified_studio.detect({"RESOURCE_METADATA_FILE": str(tmp_path / "none.json"), **named}) is None


def test_the_plug_in_of_its_identity_stays(tmp_path: Path) -> None:
    """S3 Access Grants' plug-in for botocore and its like change nothing, and are not changed."""
    plugin = {"BOTOCORE_EXPERIMENTAL__PLUGINS": "s3=aws_s3_access_grants", "TRUSTED_IDENTITY_PROPOGATION_ENABLED": "true"}
    plain = env_of(tmp_path, {**METADATA, "AdditionalMetadata": PROJECT})
    env = {**plain, **plugin}
    assert detect(env) == detect(plain)
    assert env == {**plain, **plugin}
