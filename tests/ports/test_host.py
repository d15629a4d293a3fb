"""What every host keeps to: it tells its surroundings from an environment, quietly, or says that they are not its own."""

from __future__ import annotations

import json
import socket
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext import hosts
from mlcost_ext.core.host import Host

APP = "arn:aws:sagemaker:us-east-1:111122223333:app/d-1/s/jupyterlab/default"
NOTEBOOK = "arn:aws:sagemaker:us-east-1:111122223333:notebook-instance/notes"
STUDIO = {"AppType": "JupyterLab", "DomainId": "d-1", "SpaceName": "s", "UserProfileName": "u", "ResourceArn": APP}
SHARED = {key: value for key, value in STUDIO.items() if key != "UserProfileName"}
IN_STUDIO = {"SAGEMAKER_APP_TYPE": "JupyterLab"}
IN_CODE_EDITOR = {"SAGEMAKER_APP_TYPE": "CodeEditor"}
HUB = {"JUPYTERHUB_USER": "u", "JUPYTERHUB_SERVICE_PREFIX": "/user/u/", "CPU_GUARANTEE": "2"}
MARKUP = "<img src=x onerror=alert(1)>"
PAID = {"CapacityBlock": {"CapacityBlockEndTime": 1796036400}}

# name: (resource-metadata.json, internal-metadata.json, environment, kind)
RECORDED: dict[str, tuple[Any, Any, Mapping[str, str], str]] = {
    "private space": (STUDIO, {"Stage": "prod"}, IN_STUDIO, "studio"),
    "private space, no variables": (STUDIO, None, {}, "studio"),
    "shared space": (SHARED, None, {**IN_STUDIO, "SAGEMAKER_SPACE_TYPE_LOWERCASE": "shared"}, "studio"),
    "code editor": ({**STUDIO, "AppType": "CodeEditor"}, None, IN_CODE_EDITOR, "studio"),
    "unified studio": ({**STUDIO, "AdditionalMetadata": {"DataZoneProjectId": "p"}}, None, IN_STUDIO, "unified_studio"),
    "unified studio, by name": (STUDIO, None, {**IN_STUDIO, "SERVICE_NAME": "SageMakerUnifiedStudio"}, "unified_studio"),
    "capacity block": (STUDIO, PAID, IN_STUDIO, "studio"),
    "recovery mode": (STUDIO, None, {**IN_STUDIO, "SAGEMAKER_RECOVERY_MODE": "true"}, "studio"),
    "notebook instance": ({"ResourceArn": NOTEBOOK, "ResourceName": "Notes"}, None, {}, "notebook_instance"),
    "jupyterhub": (None, None, HUB, "jupyterhub"),
    "jupyterhub in studio": (STUDIO, None, {**IN_STUDIO, **HUB}, "studio"),
    "nothing": (None, None, {}, "local"),
    "a region": (None, None, {"AWS_REGION": "us-east-1"}, "local"),
    "another app": ({**STUDIO, "AppType": "KernelGateway"}, None, {}, "local"),
    "markup": ({**STUDIO, "SpaceName": MARKUP, "UserProfileName": MARKUP, "ResourceName": MARKUP}, PAID, IN_STUDIO, "studio"),
    "markup in variables": (None, None, dict.fromkeys([*HUB, "NVIDIA_VISIBLE_DEVICES", "MEM_LIMIT"], MARKUP), "jupyterhub"),
    "empty values": (dict.fromkeys(STUDIO, ""), dict.fromkeys(PAID, ""), dict.fromkeys([*HUB, *IN_STUDIO], ""), "local"),
    "wrong types": (dict.fromkeys(STUDIO, 7), {"CapacityBlock": 7}, {}, "local"),
    "wrong types in studio": ({key: [1] for key in STUDIO}, PAID, IN_STUDIO, "studio"),
    "broken files": ("{", "{", IN_STUDIO, "studio"),
    "no file in studio": (None, None, IN_STUDIO, "studio"),
    "bytes": (b"\xff\xfe\x00", b"\x00" * 9, IN_STUDIO, "studio"),
    "huge files": (" " * 2_000_000 + "{}", "[" * 2_000_000, IN_STUDIO, "studio"),
    "huge values": ({**STUDIO, "SpaceName": "s" * 9_000, "ResourceArn": "a:" * 9_000}, PAID, IN_STUDIO, "studio"),
    "folders": (Path, Path, IN_STUDIO, "studio"),
}


def surroundings(name: str, tmp_path: Path) -> dict[str, str]:
    """Lay the recorded files down and give the environment that names them."""
    resource, internal, env, _ = RECORDED[name]
    places = {"RESOURCE_METADATA_FILE": resource, "MLCOST_INTERNAL_METADATA_FILE": internal}
    for variable, content in places.items():
        path = tmp_path / variable
        if content is Path:
            path.mkdir(exist_ok=True)
        elif isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return {**{variable: str(tmp_path / variable) for variable in places}, **env}


@pytest.fixture
def _no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a host opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("_no_sockets")
@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.parametrize("detect", [*hosts.HOSTS, hosts.detect], ids=lambda detect: detect.__module__.rpartition(".")[2])
def test_a_host_or_none(
    detect: Callable[[Mapping[str, str]], Host | None], name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Asked twice it says the same; it changes and writes nothing, says nothing and asks nobody."""
    env = surroundings(name, tmp_path)
    before, files = dict(env), sorted(tmp_path.iterdir())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = detect(env)
        assert found == detect(env)
    assert found is None or isinstance(found, Host)
    assert (env, sorted(tmp_path.iterdir())) == (before, files)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", RECORDED)
def test_the_first_that_knows_its_surroundings_wins(name: str, tmp_path: Path) -> None:
    """Studio before a hub, anything before a machine that nobody knows; a region and its tags are texts, or not there."""
    host = hosts.detect(surroundings(name, tmp_path))
    assert host.kind == RECORDED[name][3]
    assert host.region_id is None or host.region_id == "us-east-1"
    assert all(isinstance(text, str) and 0 < len(text) < 700 for pair in host.owner_tags.items() for text in pair)
    assert all(problem.message and problem.hint for problem in host.problems)


@pytest.mark.parametrize("name", RECORDED)
def test_a_host_says_what_its_hour_is_called(name: str, tmp_path: Path) -> None:
    """By AWS's component; what is stored goes on costing only where it is told."""
    host = hosts.detect(surroundings(name, tmp_path))
    volumes = {"Notebook": "Storage-Notebook", "Studio-JupyterLab": "Storage-Studio-JupyterLab"}
    volumes |= {"Studio-CodeEditor": "Storage-Studio-CodeEditor", "EC2": None}  # type: ignore[dict-item]
    assert host.storage_component == volumes[host.component]
    assert (host.instance_type, host.share, host.volume_gb, host.started_at) == (None, None, None, None)


def test_what_the_recorded_surroundings_are_like(tmp_path: Path) -> None:
    """Shared, prepaid and to be left alone are told apart."""
    told = {}
    for name in ("private space", "shared space", "capacity block", "recovery mode"):
        folder = tmp_path / name
        folder.mkdir()
        host = hosts.detect(surroundings(name, folder))
        told[name] = (host.is_shared, host.is_prepaid, host.does_nothing)
    assert told == {
        "private space": (False, False, False),
        "shared space": (True, False, False),
        "capacity block": (False, True, False),
        "recovery mode": (False, False, True),
    }


def test_a_laptop_has_no_price_of_its_own() -> None:
    """Nothing is assumed about it; the older name of the region variable counts, an empty one does not."""
    host = hosts.local.detect({"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-west-2"})
    assert host is not None
    assert (host.region_id, host.instance_type, host.started_at, host.problems) == ("us-west-2", None, None, ())
