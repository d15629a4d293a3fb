"""Studio's surroundings, by its metadata file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlcost_ext.core.host import Host, StudioApp
from mlcost_ext.hosts import studio

ARN = "arn:aws:sagemaker:eu-west-1:111122223333:app/d-abc/lab/JupyterLab/default"
METADATA: dict[str, Any] = {
    "AppType": "JupyterLab",
    "DomainId": "d-abc",
    "SpaceName": "fraud",
    "UserProfileName": "ann",
    "ResourceArn": ARN,
    "ResourceName": "default",
}


def env_of(tmp_path: Path, metadata: object, **env: str) -> dict[str, str]:
    """Write the file and name it; a text is written as it is, a None key leaves a member out."""
    path = tmp_path / "resource-metadata.json"
    path.write_text(metadata if isinstance(metadata, str) else json.dumps(metadata), encoding="utf-8")
    return {"RESOURCE_METADATA_FILE": str(path), **env}


def found(tmp_path: Path, metadata: object, **env: str) -> Host:
    host = studio.detect(env_of(tmp_path, metadata, **env))
    assert host is not None
    return host


def test_a_jupyterlab_app(tmp_path: Path) -> None:
    """Names, region and the tags that Studio puts on what is launched from here."""
    assert found(tmp_path, METADATA) == Host(
        kind="studio",
        region_id="eu-west-1",
        located_in="eu-west-1",
        studio_app=StudioApp(
            domain_id="d-abc", space_name="fraud", app_type="JupyterLab", app_name="default", user_profile_name="ann"
        ),
        owner_tags={
            "sagemaker:space-arn": "arn:aws:sagemaker:eu-west-1:111122223333:space/d-abc/fraud",
            "sagemaker:user-profile-arn": "arn:aws:sagemaker:eu-west-1:111122223333:user-profile/d-abc/ann",
        },
        component="Studio-JupyterLab",
        storage_component="Storage-Studio-JupyterLab",
    )


def test_a_code_editor_app(tmp_path: Path) -> None:
    """Where a Jupyter server is started in its container, the machine and the volume are Code Editor's."""
    host = found(tmp_path, {**METADATA, "AppType": "CodeEditor"}, SAGEMAKER_APP_TYPE="CodeEditor")
    assert (host.component, host.storage_component) == ("Studio-CodeEditor", "Storage-Studio-CodeEditor")
    assert host.studio_app is not None
    assert host.studio_app.app_type == "CodeEditor"


@pytest.mark.parametrize(
    ("user", "said", "is_shared"),
    [
        ("ann", None, False),
        ("ann", "private", False),
        (None, "private", False),
        (None, None, True),
        (7, None, True),
        ("", "", True),
        (None, "shared", True),
        ("ann", "shared", True),
        ("ann", "Shared?", False),
    ],
)
def test_a_shared_space(tmp_path: Path, user: object, said: str | None, is_shared: bool) -> None:
    """It has no user profile, or the environment says so; then only the space's tag marks what is ours."""
    env = {} if said is None else {"SAGEMAKER_SPACE_TYPE_LOWERCASE": said}
    host = found(tmp_path, {**METADATA, "UserProfileName": user}, **env)
    assert host.is_shared is is_shared
    is_named = user == "ann" and not is_shared
    assert host.studio_app is not None
    assert host.studio_app.user_profile_name == ("ann" if is_named else None)
    assert ("sagemaker:user-profile-arn" in host.owner_tags) is is_named
    assert "sagemaker:space-arn" in host.owner_tags


@pytest.mark.parametrize("arn", ["", None, "arn:aws", 7, {"a": 1}, "arn:aws:sagemaker::111122223333:app/x"])
def test_a_broken_arn_leaves_the_region_to_the_environment(tmp_path: Path, arn: object) -> None:
    """And where the environment does not tell it either, it is unknown."""
    metadata = {**METADATA, "ResourceArn": arn}
    assert found(tmp_path, metadata, AWS_REGION="us-west-2").region_id == "us-west-2"
    assert found(tmp_path, metadata, AWS_DEFAULT_REGION="us-west-1").region_id == "us-west-1"
    assert found(tmp_path, metadata).region_id is None


@pytest.mark.parametrize("name", [None, 7, "", "x" * 300])
def test_an_app_without_name_is_called_default(tmp_path: Path, name: object) -> None:
    """As Studio calls it."""
    app = found(tmp_path, {**METADATA, "ResourceName": name}).studio_app
    assert app is not None
    assert app.app_name == "default"


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", '"x"', "[" * 60_000, '{"a":' * 10_000, " " * 70_000 + "{}"])
def test_a_broken_file_is_told(tmp_path: Path, text: str) -> None:
    """Whatever stands in it, this is Studio, and its price is unknown."""
    host = found(tmp_path, text, AWS_REGION="us-west-2")
    assert (host.kind, host.region_id, host.studio_app) == ("studio", "us-west-2", None)
    assert [problem.code for problem in host.problems] == ["metadata_broken"]


@pytest.mark.parametrize("missing", ["DomainId", "SpaceName"])
@pytest.mark.parametrize("value", [None, "", 7, "x" * 300])
def test_a_file_without_its_names_is_broken(tmp_path: Path, missing: str, value: object) -> None:
    """It says JupyterLab, but not which one."""
    assert [problem.code for problem in found(tmp_path, {**METADATA, missing: value}).problems] == ["metadata_broken"]


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    """A torn write is a broken file."""
    path = tmp_path / "resource-metadata.json"
    path.write_bytes(b"\xff\xfe{\x80")
    host = studio.detect({"RESOURCE_METADATA_FILE": str(path)})
    assert host is not None
    assert host.problems


def test_a_missing_file_where_studio_says_jupyterlab(tmp_path: Path) -> None:
    """The environment says Studio, so a laptop it is not."""
    env = {"RESOURCE_METADATA_FILE": str(tmp_path / "none.json")}
    host = studio.detect({**env, "SAGEMAKER_APP_TYPE": "JupyterLab"})
    assert host is not None
    assert [problem.code for problem in host.problems] == ["metadata_broken"]
    assert studio.detect(env) is None


@pytest.mark.parametrize("app_type", ["JupyterServer", "KernelGateway", "Canvas", "", None, ["JupyterLab"]])
def test_other_apps_are_not_ours(tmp_path: Path, app_type: object) -> None:
    """Their price and their way of life are others."""
    assert studio.detect(env_of(tmp_path, {**METADATA, "AppType": app_type})) is None


def test_the_environment_says_which_app_it_is(tmp_path: Path) -> None:
    """It rules over the file."""
    assert studio.detect(env_of(tmp_path, METADATA, SAGEMAKER_APP_TYPE="Canvas")) is None
    assert studio.detect(env_of(tmp_path, "{", SAGEMAKER_APP_TYPE="Canvas")) is None
    assert studio.detect(env_of(tmp_path, {**METADATA, "AppType": None}, SAGEMAKER_APP_TYPE="JupyterLab")) is not None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_entered(tmp_path: Path) -> None:
    """It is as if there were no file."""
    env = env_of(tmp_path, METADATA)
    tmp_path.chmod(0)
    try:
        assert studio.detect(env) is None
    finally:
        tmp_path.chmod(0o700)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x), max_leaves=5
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(list(METADATA)), json_values | st.text(max_size=9)))
def test_any_metadata_is_read(tmp_path: Path, metadata: dict[str, Any]) -> None:
    """The server starts whatever the file holds."""
    host = studio.detect(env_of(tmp_path, {**METADATA, **metadata}))
    assert host is None or host.kind == "studio"
