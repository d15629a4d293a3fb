"""Which region a command is about."""

import pytest

from mlcost_ext.cli.region import find_region
from mlcost_ext.core.errors import UsageError


@pytest.fixture
def env(tmp_path):
    """Give every place that names a region, each another."""
    config = tmp_path / "config"
    config.write_text("[default]\nregion = eu-west-3\n")
    metadata = tmp_path / "metadata.json"
    arn = "arn:aws:sagemaker:eu-north-1:111122223333:app/d-1/notes/JupyterLab/default"
    metadata.write_text(f'{{"AppType": "JupyterLab", "DomainId": "d-1", "SpaceName": "notes", "ResourceArn": "{arn}"}}')
    return {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_CONFIG_FILE": str(config),
        "RESOURCE_METADATA_FILE": str(metadata),
    }


def test_first_that_names_a_region_wins(env):
    """Option, environment, profile, host: in this order."""
    found = [find_region("us-east-2", env), find_region(None, env)]
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE"):
        env = {**env, variable: ""} if variable != "AWS_CONFIG_FILE" else {**env, variable: "/nowhere"}
        found.append(find_region(None, env))
    assert found == ["us-east-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-north-1"]


def test_no_region_at_all_is_wrong_configuration():
    """Nowhere a region: status 2, and what to do."""
    with pytest.raises(UsageError) as caught:
        find_region(None, {"AWS_CONFIG_FILE": "/nowhere", "RESOURCE_METADATA_FILE": "/nowhere"})
    assert (caught.value.code, caught.value.exit_status) == ("region_missing", 2)


@pytest.mark.parametrize("text", ["../../etc/passwd", "us east", "US-EAST-1", "local-disk", "us-east-1\n"])
def test_text_that_is_no_region_is_refused(text):
    """What is no region never becomes part of a path or an address."""
    with pytest.raises(UsageError) as caught:
        find_region(text, {})
    assert caught.value.code == "region_invalid"
