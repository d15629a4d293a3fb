"""What is said of this session's machine: what of it is not known and what to do, and what its figures rest on."""

from __future__ import annotations

from fractions import Fraction

from mlcost_ext.core.host import Host, NodeShare
from mlcost_ext.core.job import Problem
from mlcost_ext.core.price import UnitPrice

SHARED_SPACE = Problem(
    code="shared_space",
    message="Several people work in this space: its machine, its volume and its jobs are counted for all of them together.",
    hint="Nothing needs to be done; jobs that were launched from this server have a notebook beside them.",
)
SPOT_MACHINE = Problem(
    code="spot_machine",
    message="This is a Spot instance: AWS bills its Spot price, and the list price shown here is the most that it costs.",
    hint="Nothing needs to be done; AWS's bill has the Spot price.",
)
VOLUMES = {
    "studio": ("this space's volume", "a space's size is in the SageMaker console"),
    "unified_studio": ("this space's volume", "a space's size is on its page in SageMaker Unified Studio"),
    "notebook_instance": ("this notebook instance's volume", "its size is in the SageMaker console"),
}
"""The volume that goes on costing, and where AWS shows its size."""
DISKS = {
    "jupyterhub": ("This server's storage is not counted", "Ask whoever runs the hub what its home folders cost."),
    "ec2": (
        "This machine's EBS volumes are not counted",
        "They cost by the gigabyte, running or stopped; the EC2 console lists them.",
    ),
}
"""Storage that nobody tells us of."""
OWN_DISK = ("This machine's own disk is not counted", "Nothing needs to be done.")
CONFIGURE_PRICE = "Set c.MlcostExt.session_list_unit_price in jupyter_server_config.py if you know what an hour of it costs."
SEE_NOTES = "See the other notes: its instance type could not be read."
SEE_SHARE = "See the other notes: they say what to set."


def notes_of(host: Host, price: UnitPrice | None) -> list[Problem]:
    """Say what the session's figures rest on, such as the part of a node; nothing where they are plain."""
    is_listed = price is not None and price.price_source != "configuration"
    return [
        *([capacity_block(host)] if host.is_prepaid else []),
        *([node_share(host, host.share)] if host.share and is_listed else []),
        *([SPOT_MACHINE] if host.is_spot and is_listed else []),
        *([SHARED_SPACE] if host.is_shared else []),
    ]


def capacity_block(host: Host) -> Problem:
    """Say that the machine was paid for up front, in words that stay true when that is over."""
    block = "This machine runs in a capacity block that was paid up front"
    message = f"{block}: an hour more or less of it adds nothing to the bill."
    if host.prepaid_until:
        end = f"{host.prepaid_until:%Y-%m-%d %H:%M} UTC"
        message = f"{block} until {end}: before that an hour of it adds nothing to the bill, after that it counts at list price."
    return Problem(
        code="capacity_block",
        message=message,
        hint="Stopping it in that time saves nothing; its list price is shown for comparison.",
    )


def node_share(host: Host, share: NodeShare) -> Problem:
    """Say which part of its node the session is counted as."""
    return Problem(
        code="node_share",
        message=f"This server is counted as {percent(share.fraction)} of its node, an EC2 {host.instance_type}: it asked "
        f"for {share.reason}, the largest of its shares of CPU, memory and GPUs.",
        hint="Set c.MlcostExt.session_list_unit_price in jupyter_server_config.py where an hour of it costs something else.",
    )


def percent(part: Fraction) -> str:
    """Write a part of one in percent, with two decimals at most."""
    return f"{float(part) * 100:.2f}".rstrip("0").rstrip(".") + " %"


def no_session_price(host: Host) -> Problem:
    """Say why an hour of the machine has no price, and what to do."""
    if host.is_part_unknown:
        message = "No price is known for this server, which is a part of its node."
        return Problem(code="host_price_unknown", message=message, hint=host.problems[-1].hint if host.problems else SEE_SHARE)
    is_known = host.instance_type is not None and host.machine_region_id is not None
    what = f"{host.instance_type} in {host.machine_region_id}" if is_known else "this machine"
    has_type_of_its_own = host.kind in VOLUMES and not is_known
    return Problem(
        code="host_price_unknown",
        message=f"No price is known for {what}.",
        hint=SEE_NOTES if has_type_of_its_own else CONFIGURE_PRICE,
    )


def no_storage(host: Host) -> Problem:
    """Say why a stopped day has no figure: there is no price, no size, or nothing that is told."""
    if host.storage_component is None:
        message, hint = DISKS.get(host.kind, OWN_DISK)
        return Problem(code="no_storage", message=f"{message}, so what a stopped day costs is not told.", hint=hint)
    volume, where = VOLUMES.get(host.kind, VOLUMES["studio"])
    if host.volume_gb is None:
        message = f"AWS has not told how large {volume} is, so what a stopped day costs is unknown."
        return Problem(code="storage_unknown", message=message, hint=f"See the other notes; {where}.")
    message = f"No price is known for {volume}, so what a stopped day costs is unknown."
    hint = "Look it up on AWS's price page; 'mlcost doctor' says which prices are there."
    return Problem(code="storage_price_unknown", message=message, hint=hint)
