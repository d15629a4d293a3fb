"""Options of jupyter_server_config.py and what the environment adds."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from traitlets import TraitError
from traitlets.config import Config

from mlcost_ext.config import is_disabled, load_settings, mlcost_home
from mlcost_ext.ledger import spool_writer


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
    assert is_disabled() is disabled
