"""An EC2 machine: nothing around it says so, only its own metadata service."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mlcost_ext.core.host import Host
from mlcost_ext.core.job import Problem
from mlcost_ext.core.times import time_from_text

from . import imds

INSTANCE_TYPE = re.compile(r"[a-z][a-z0-9-]{0,31}\.[a-z0-9-]{1,31}")
REGION = re.compile(r"[a-z]{2}(-[a-z0-9]{1,16}){1,4}")
LICENCE_NOT_COUNTED = Problem(
    code="licence_not_counted",
    message="This machine's image has a licence that AWS bills by the hour; the list price shown here is Linux's, without one.",
    hint="Set c.MlcostExt.session_list_unit_price in jupyter_server_config.py to what an hour of it costs with the licence.",
)
PART_UNKNOWN = Problem(
    code="node_share_unknown",
    message="This server is a container on a node of Kubernetes or ECS; which part of the node's price is its own is not known.",
    hint="Set c.MlcostExt.session_list_unit_price in jupyter_server_config.py to what an hour of this server costs.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What an EC2 machine tells of itself; the rest of the document, account and addresses, is not kept."""

    instance_type: str
    region_id: str
    started_at: datetime | None
    """Its last start (`pendingTime`), from which on it is billed."""
    life_cycle: str | None
    """``on-demand``, ``spot``, ``scheduled`` or ``capacity-block``; None: not told."""
    has_licence: bool
    """Whether its image has billing products, such as Windows or Red Hat."""


def ask(env: Mapping[str, str], seconds: float = imds.SECONDS) -> Machine | None:
    """Ask the machine what it is, for so many seconds at most, which it blocks; None: nobody knows it as EC2's."""
    return machine_of(imds.ask(env, seconds))


def machine_of(answers: imds.Answers) -> Machine | None:
    """Read the identity document; None where it is missing, broken, or not EC2's."""
    document = read(answers.get(imds.DOCUMENT, b""))
    instance_type, region_id = document.get("instanceType"), document.get("region")
    if not fits(INSTANCE_TYPE, instance_type) or not fits(REGION, region_id):
        return None
    return Machine(
        instance_type=str(instance_type),
        region_id=str(region_id),
        started_at=time_from_text(document.get("pendingTime")),
        life_cycle=answers.get(imds.LIFE_CYCLE, b"")[:32].decode("ascii", "replace").strip() or None,
        has_licence=bool(document.get("billingProducts")),
    )


def read(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def fits(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def host_of(host: Host, machine: Machine) -> Host:
    """Turn a machine that nothing around it described into the EC2 machine that it says it is."""
    return replace(
        bought(host, machine),
        kind="ec2",
        region_id=host.region_id or machine.region_id,
        instance_type=machine.instance_type,
        component="EC2",
        started_at=machine.started_at,
        problems=(*host.problems, *((LICENCE_NOT_COUNTED,) if machine.has_licence else ())),
    )


def container_of(host: Host, machine: Machine, *, is_priced: bool) -> Host:
    """Add where a container's node is; what the whole node costs is no price of one container.

    Args:
        host: The container.
        machine: Its node.
        is_priced: Whether configuration says what the container costs.
    """
    problems = host.problems if is_priced else (*host.problems, PART_UNKNOWN)
    return replace(host, region_id=host.region_id or machine.region_id, located_in=machine.region_id, problems=problems)


def bought(host: Host, machine: Machine) -> Host:
    """Add where the machine is and how it was bought."""
    return replace(
        host,
        located_in=machine.region_id,
        is_spot=machine.life_cycle == "spot",
        is_prepaid=machine.life_cycle == "capacity-block",
    )
