"""The options that `jupyter_server_config.py` and the command line set, as plain settings."""

from __future__ import annotations

import os
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from traitlets import TraitError, Unicode, validate
from traitlets.config import Config, Configurable

from mlcost_ext.core.money import decimal_from_text
from mlcost_ext.ledger.spool_writer import mlcost_home

__all__ = ["MlcostExt", "Settings", "is_disabled", "load_settings", "mlcost_home"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What was configured; None: nothing, so it is found out or stays unknown."""

    home: Path
    session_instance_type: str | None = None
    session_list_unit_price: Decimal | None = None
    region_id: str | None = None


class MlcostExt(Configurable):
    """Cost guardrails: ``c.MlcostExt.<option>`` in jupyter_server_config.py."""

    session_instance_type = Unicode(
        "", help="Instance type of the machine this server runs on, such as ml.t3.medium, where the machine itself cannot tell."
    ).tag(config=True)
    session_list_unit_price = Unicode(
        "", help="What an hour of this machine costs, in USD, as text such as '0.35'; rules over the price list."
    ).tag(config=True)
    region_id = Unicode("", help="AWS region to look for jobs in; empty: Studio's, AWS_REGION or the profile's.").tag(config=True)

    @validate("session_list_unit_price")
    def _check_price(self, proposal: dict[str, str]) -> str:
        if proposal["value"]:
            try:
                decimal_from_text(proposal["value"])
            except ValueError as error:
                raise TraitError(f"MlcostExt.session_list_unit_price: {error}; write it like '0.35'.") from None
        return proposal["value"]

    def settings(self) -> Settings:
        """Give the options as plain settings."""
        price = self.session_list_unit_price
        return Settings(
            home=mlcost_home(),
            session_instance_type=self.session_instance_type or None,
            session_list_unit_price=decimal_from_text(price) if price else None,
            region_id=self.region_id or None,
        )


def load_settings(config: Config) -> Settings:
    """Read the settings out of a Jupyter configuration.

    Raises:
        TraitError: An option has a value that it cannot have; the text says which and how to write it.
    """
    return MlcostExt(config=config).settings()


def is_disabled() -> bool:
    """Tell whether MLCOST_DISABLE switches everything off."""
    return os.environ.get("MLCOST_DISABLE", "") not in ("", "0")
