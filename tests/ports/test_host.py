"""What every host keeps to: it tells its surroundings from an environment, quietly, or says that they are not its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlcost_ext import hosts
from mlcost_ext.core.host import Host

STUDIO = {"AppType": "JupyterLab", "DomainId": "d-1", "SpaceName": "s", "ResourceArn": "arn:aws:sagemaker:us-east-1:1:app/d-1/x"}


def surroundings(name: str, tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "metadata.json"
    if name == "studio":
        path.write_text(json.dumps(STUDIO))
    if name == "broken":
        path.write_text("{")
    return {"RESOURCE_METADATA_FILE": str(path), **({"AWS_REGION": "eu-west-1"} if name == "region" else {})}


@pytest.mark.parametrize("name", ["studio", "broken", "nothing", "region"])
@pytest.mark.parametrize("detect", [*hosts.HOSTS, hosts.detect])
def test_a_host_or_none(detect: object, name: str, tmp_path: Path) -> None:
    """Asked twice it says the same; it changes nothing in the environment and knows its own kind."""
    env = surroundings(name, tmp_path)
    before = dict(env)
    found = detect(env)  # type: ignore[operator]
    assert found is None or isinstance(found, Host)
    assert found == detect(env)  # type: ignore[operator]
    assert env == before


@pytest.mark.parametrize(
    ("name", "kind", "region_id"),
    [("studio", "studio", "us-east-1"), ("broken", "studio", None), ("nothing", "local", None), ("region", "local", "eu-west-1")],
)
def test_the_first_that_knows_its_surroundings_wins(name: str, kind: str, region_id: str | None, tmp_path: Path) -> None:
    """Studio before a laptop."""
    host = hosts.detect(surroundings(name, tmp_path))
    assert (host.kind, host.region_id) == (kind, region_id)


def test_a_laptop_has_no_price_of_its_own() -> None:
    """Nothing is assumed about it; the older name of the region variable counts, an empty one does not."""
    host = hosts.local.detect({"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-west-2"})
    assert (host.region_id, host.instance_type, host.started_at, host.problems) == ("us-west-2", None, None, ())
