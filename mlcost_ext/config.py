"""The options that `jupyter_server_config.py` and the command line set, as plain settings."""

from __future__ import annotations

import configparser
import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from traitlets import Bool, Integer, TraitError, Unicode, validate
from traitlets.config import Config, Configurable

from mlcost_ext.core.money import decimal_from_text
from mlcost_ext.ledger.home import mlcost_home
from mlcost_ext.probes.shared_timestamp import SHARED_TIMESTAMP

INSTANCE_TYPE = re.compile(r"(ml\.)?[a-z][a-z0-9-]*\.[a-z0-9-]+")
MAX_GPUS = 64
FEWEST_DAYS, MOST_DAYS = 31, 3660
Profiles = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What was configured; None: nothing, so it is found out or stays unknown."""

    home: Path
    session_instance_type: str | None = None
    session_list_unit_price: Decimal | None = None
    region_id: str | None = None
    node_instance_type: str | None = None
    node_gpus: int | None = None
    scope_account: bool = False
    """Whether others' jobs of the account may be shown where somebody asks for them."""
    refresh_prices: bool = True
    """Whether AWS's price list is read once a day."""
    measure_inputs: bool = True
    """Whether S3 is asked how large the inputs of launches are."""
    retention_days: int = 400
    """For how long charges and launches are kept."""
    idle_timestamp_file: Path = SHARED_TIMESTAMP
    """AWS's shared timestamp file, by which Studio's own idle shutdown and remote editors tell of activity."""


class MlcostExt(Configurable):
    """What is known of this machine and asked of AWS: ``c.MlcostExt.<option>`` in jupyter_server_config.py."""

    session_instance_type = Unicode(
        "", help="Instance type of the machine this server runs on, such as ml.t3.medium, where the machine itself cannot tell."
    ).tag(config=True)
    session_list_unit_price = Unicode(
        "",
        help="What an hour of this machine costs, as text such as '0.35', in the currency AWS bills its region in (USD; in China "
        "CNY); rules over the price list.",
    ).tag(config=True)
    region_id = Unicode(
        "", help="AWS region to look for jobs in; empty: SageMaker's, AWS_REGION, the profile's or an EC2 machine's own."
    ).tag(config=True)
    node_instance_type = Unicode(
        "",
        help="On JupyterHub: instance type of the node this server runs on, such as m5.2xlarge; empty: the node's own metadata "
        "service is asked. The server is counted as the part of the node that it asked for.",
    ).tag(config=True)
    node_gpus = Integer(
        None,
        allow_none=True,
        help="On JupyterHub: GPUs of the node that this server asked for, where its environment does not tell; 0 or more.",
    ).tag(config=True)
    scope_account = Bool(
        False, help="Whether ?scope=account may show the jobs, endpoints and apps of the whole account, besides one's own."
    ).tag(config=True)

    refresh_prices = Bool(
        True,
        help="Whether AWS's own price list is read once a day, where the role may call pricing:GetProducts (free of charge).",
    ).tag(config=True)

    measure_inputs = Bool(
        True,
        help="Whether the data that launched jobs read is listed in S3 for its size, by which runtimes are foreseen, where the "
        "role may call s3:ListBucket (about USD 0.005 for a thousand listings; two for a launch at most).",
    ).tag(config=True)

    retention_days = Integer(
        400, help="For how many days charges and launches are kept in the ledger; 31 to 3,660. What is older is deleted."
    ).tag(config=True)

    idle_timestamp_file = Unicode(
        str(SHARED_TIMESTAMP),
        help="File by which Studio's own idle shutdown, and editors elsewhere, tell of activity. AWS's extension reads this one "
        "only, so it is changed for tests.",
    ).tag(config=True)

    @validate("idle_timestamp_file")
    def _check_timestamp_file(self, proposal: dict[str, str]) -> str:
        if not Path(proposal["value"]).is_absolute():
            raise TraitError(f"MlcostExt.idle_timestamp_file: write a path in full, like '{SHARED_TIMESTAMP}'.")
        return proposal["value"]

    @validate("retention_days")
    def _check_days(self, proposal: dict[str, int]) -> int:
        if not FEWEST_DAYS <= proposal["value"] <= MOST_DAYS:
            raise TraitError(f"MlcostExt.retention_days: write a number of days from {FEWEST_DAYS} to {MOST_DAYS}.")
        return proposal["value"]

    @validate("session_list_unit_price")
    def _check_price(self, proposal: dict[str, str]) -> str:
        if proposal["value"]:
            try:
                decimal_from_text(proposal["value"])
            except ValueError as error:
                raise TraitError(f"MlcostExt.session_list_unit_price: {error}; write it like '0.35'.") from None
        return proposal["value"]

    @validate("node_instance_type")
    def _check_node(self, proposal: dict[str, str]) -> str:
        if proposal["value"] and not INSTANCE_TYPE.fullmatch(proposal["value"]):
            raise TraitError("MlcostExt.node_instance_type: no instance type; write it like 'm5.2xlarge'.")
        return proposal["value"]

    @validate("node_gpus")
    def _check_gpus(self, proposal: dict[str, int | None]) -> int | None:
        value = proposal["value"]
        if isinstance(value, bool) or (value is not None and not 0 <= value <= MAX_GPUS):
            raise TraitError(f"MlcostExt.node_gpus: not a number of GPUs; write it like 1, and 0 to {MAX_GPUS}.")
        return value

    def settings(self, home: Path | None = None) -> Settings:
        """Give the options as plain settings; `home` stands for MLCOST_HOME where it is given."""
        price = self.session_list_unit_price
        return Settings(
            home=home or mlcost_home(),
            session_instance_type=self.session_instance_type or None,
            session_list_unit_price=decimal_from_text(price) if price else None,
            region_id=self.region_id or None,
            node_instance_type=self.node_instance_type or None,
            node_gpus=self.node_gpus,
            scope_account=self.scope_account,
            refresh_prices=self.refresh_prices,
            measure_inputs=self.measure_inputs,
            retention_days=self.retention_days,
            idle_timestamp_file=Path(self.idle_timestamp_file),
        )


def load_settings(config: Config, home: Path | None = None) -> Settings:
    """Read the settings out of a Jupyter configuration.

    Raises:
        TraitError: An option has a value that it cannot have; the text says which and how to write it.
        UsageError: MLCOST_HOME is wanted and leads nowhere.
    """
    return MlcostExt(config=config).settings(home)


def is_disabled(env: Mapping[str, str] = os.environ) -> bool:
    """Tell whether MLCOST_DISABLE switches everything off; the kernel asks the same without importing this file."""
    return env.get("MLCOST_DISABLE", "") not in ("", "0")


def profile_region(env: Mapping[str, str]) -> str | None:
    """Give the region of the AWS profile in use, as botocore finds it but without its import; None: none, or none readable.

    The quirks are botocore's: `configloader.build_profile_map` and `Session.full_config`.
    """
    named = env.get("AWS_DEFAULT_PROFILE", env.get("AWS_PROFILE"))
    try:
        profiles = profiles_of(ini_sections(env.get("AWS_CONFIG_FILE", "~/.aws/config")))
        for name, values in ini_sections(env.get("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")).items():
            profiles.setdefault(name, {}).update(values)
    except (configparser.Error, OSError, ValueError):
        return None
    return profiles.get("default" if named is None else named, {}).get("region") or None


def ini_sections(name: str) -> Profiles:
    """Read a file of AWS's; a path that leads nowhere, such as one of an unknown user's, is an empty file."""
    path = os.path.expanduser(os.path.expandvars(name))  # noqa: PTH111 - Path's raises for an unknown user
    parser = configparser.RawConfigParser()
    parser.read(path, encoding="utf-8")
    return {section: dict(parser.items(section)) for section in parser.sections()}


def profiles_of(sections: Profiles) -> Profiles:
    """Give the profiles of a config file; of ``[default]`` and ``[profile default]`` the later one counts."""
    found: Profiles = {}
    for section, values in sections.items():
        if section == "default":
            found[section] = values
        elif section.startswith("profile") and len(words := shell_words(section)) == 2:
            found[words[1]] = values
    return found


def shell_words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # a quote without its other half
        return []
