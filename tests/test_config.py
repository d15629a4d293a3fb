"""Options of jupyter_server_config.py and what the environment adds."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import botocore.session
import pytest
from botocore.exceptions import ConfigParseError, ProfileNotFound
from traitlets import TraitError
from traitlets.config import Config

from mlcost_ext.config import is_disabled, load_settings, profile_region
from mlcost_ext.core.errors import UsageError
from mlcost_ext.kernel.bootstrap import is_disabled as kernel_is_disabled
from mlcost_ext.ledger import spool_writer
from mlcost_ext.ledger.home import mlcost_home


def config(**options: object) -> Config:
    return Config({"MlcostExt": options})


def test_nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Everything is found out or stays unknown."""
    monkeypatch.setenv("MLCOST_HOME", str(tmp_path))
    settings = load_settings(Config())
    assert (settings.session_instance_type, settings.session_list_unit_price, settings.region_id) == (None, None, None)
    assert settings.home == tmp_path


def test_options_become_settings() -> None:
    """A price is exact, since it is a text."""
    settings = load_settings(config(session_instance_type="ml.t3.medium", session_list_unit_price="0.35", region_id="eu-west-1"))
    assert (settings.session_instance_type, settings.session_list_unit_price) == ("ml.t3.medium", Decimal("0.35"))
    assert settings.region_id == "eu-west-1"


def test_what_only_some_hosts_need() -> None:
    """A hub's node, and others' jobs, which are not shown unless somebody says so."""
    nothing = load_settings(Config())
    assert (nothing.node_instance_type, nothing.node_gpus, nothing.scope_account) == (None, None, False)
    settings = load_settings(config(node_instance_type="g5.12xlarge", node_gpus=0, scope_account=True))
    assert (settings.node_instance_type, settings.node_gpus, settings.scope_account) == ("g5.12xlarge", 0, True)


@pytest.mark.parametrize("node", ["m5", "m5.xlarge ", "M5.XLARGE", "<b>", "m5.x large", ".", "m5.xlarge\n"])
def test_a_node_that_is_none_says_how_to_write_it(node: str) -> None:
    """At the start."""
    with pytest.raises(TraitError, match=r"node_instance_type.*m5\.2xlarge"):
        load_settings(config(node_instance_type=node))


@pytest.mark.parametrize("gpus", [-1, 65, True, 1.5, "one"])
def test_a_number_of_gpus_that_is_none(gpus: object) -> None:
    """At the start, too."""
    with pytest.raises(TraitError, match="node_gpus"):
        load_settings(config(node_gpus=gpus))


@pytest.mark.parametrize("price", ["0,35", "-1", "1e3", "free", "NaN", "$0.35"])
def test_a_price_that_is_none_says_how_to_write_it(price: str) -> None:
    """At the start, not in the middle of a figure."""
    with pytest.raises(TraitError, match=r"session_list_unit_price.*0\.35"):
        load_settings(config(session_list_unit_price=price))


@pytest.mark.parametrize("named", ["~/costs", "costs", "../costs"])
def test_server_and_kernels_share_a_home(named: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """However MLCOST_HOME is written, both sides mean the same folder, and an absolute one, since kernels run elsewhere."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLCOST_HOME", named)
    assert mlcost_home().is_absolute()
    assert mlcost_home().resolve() == Path(spool_writer.mlcost_home()).resolve()


def test_without_a_name_the_home_is_in_jupyters_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On both sides."""
    monkeypatch.delenv("MLCOST_HOME", raising=False)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    assert mlcost_home() == tmp_path / "mlcost" == Path(spool_writer.mlcost_home())


@pytest.mark.parametrize(("value", "disabled"), [("1", True), ("yes", True), ("0", False), ("", False), (None, False)])
def test_the_switch(value: str | None, disabled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """MLCOST_DISABLE=1 switches everything off; 0 and nothing do not."""
    monkeypatch.delenv("MLCOST_DISABLE", raising=False)
    if value is not None:
        monkeypatch.setenv("MLCOST_DISABLE", value)
    assert is_disabled() is kernel_is_disabled() is disabled


def test_a_home_folder_of_nobody_is_wrong_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said which, and what to do."""
    monkeypatch.setenv("MLCOST_HOME", "~nosuch/x")
    with pytest.raises(UsageError, match="~nosuch/x") as caught:
        load_settings(Config())
    assert caught.value.exit_status == 2


PROFILES = """
[default]
region = eu-west-1
[profile batch]
region = eu-west-2
[profile "two words"]
region = eu-west-3
[profile both]
region = eu-north-1
[gone]
region = sa-east-1
"""
CREDENTIALS = """
[both]
region = us-west-1
[keys]
region = us-west-2
[no-region]
aws_access_key_id = AKIAEXAMPLE
"""


@pytest.mark.parametrize(
    "env",
    [
        {},
        *(
            {"AWS_PROFILE": name}
            for name in ("batch", "two words", "both", "keys", "no-region", "batch-without-prefix", "", "gone")
        ),
        {"AWS_PROFILE": "batch", "AWS_DEFAULT_PROFILE": "keys"},
        {"AWS_CONFIG_FILE": ""},
        {"AWS_CONFIG_FILE": "~nosuch/config"},
        {"AWS_CONFIG_FILE": "$FOLDER/config"},
        {"AWS_CONFIG_FILE": "$FOLDER/default-twice"},
        {"AWS_CONFIG_FILE": "$FOLDER/default-twice-turned"},
        {"AWS_CONFIG_FILE": "$FOLDER/broken"},
        {"AWS_CONFIG_FILE": "$FOLDER/section-twice"},
        {"AWS_SHARED_CREDENTIALS_FILE": "$FOLDER/broken"},
    ],
    ids=str,
)
def test_the_profiles_region_is_botocores(env: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without its import, the answer is its own; where it refuses to go on, there is no region."""
    texts = {
        "config": PROFILES,
        "credentials": CREDENTIALS,
        "default-twice": "[profile default]\nregion = a-1\n[default]\nregion = b-1\n",
        "default-twice-turned": "[default]\nregion = a-1\noutput = json\n[profile default]\noutput = text\n",
        "broken": "[default\nregion",
        "section-twice": "[default]\nregion = a-1\n[default]\nregion = b-1\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    files = {"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials")}
    for name, value in {"FOLDER": str(tmp_path), **files, **env}.items():
        monkeypatch.setenv(name, value)
    assert profile_region(os.environ) == botocores_region()


def botocores_region() -> str | None:
    try:
        region: str | None = botocore.session.Session().get_config_variable("region")
    except (ProfileNotFound, ConfigParseError):
        return None
    return region


def test_the_profiles_region_needs_no_botocore() -> None:
    """Its import would take longer than all of ours."""
    code = "import sys, os, mlcost_ext.config as c; c.profile_region(os.environ); print('botocore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.parametrize("days", [30, 0, -1, 3661])
def test_how_long_charges_are_kept_has_bounds(days: int) -> None:
    """A month's total needs a month; what nobody would ever look up is not kept."""
    assert load_settings(config()).retention_days == 400
    assert load_settings(config(retention_days=31)).retention_days == 31
    with pytest.raises(TraitError, match="from 31 to 3660"):
        load_settings(config(retention_days=days))


def test_the_shared_timestamp_file_is_awss_unless_a_test_wants_another() -> None:
    """A path that begins nowhere would be another file in each folder."""
    assert load_settings(config()).idle_timestamp_file == Path("/tmp/.sagemaker-last-active-timestamp")
    assert load_settings(config(idle_timestamp_file="/var/tmp/stamp")).idle_timestamp_file == Path("/var/tmp/stamp")
    for wrong in ("stamp", "", "~/stamp"):
        with pytest.raises(TraitError, match="idle_timestamp_file: write a path in full"):
            load_settings(config(idle_timestamp_file=wrong))
