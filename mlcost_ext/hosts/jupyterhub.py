"""A server that JupyterHub has spawned: a part of a node, as large as it asked for; never the whole node's price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlcost_ext.core.host import Host, NodeShare
from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.core.job import Problem

from .metadata import region_of
from .node_share import Request, request_of, share_of

VARIABLES = ("JUPYTERHUB_SERVICE_PREFIX", "JUPYTERHUB_API_URL", "JUPYTERHUB_USER")
"""Any of them: JupyterHub gives every server that it spawns all three."""
PRICE_HINT = "or c.MlcostExt.session_list_unit_price to what an hour of this server costs"
NODE_UNKNOWN = Problem(
    code="node_unknown",
    message="The node that this server runs on is not known, so its part of the node's price is unknown.",
    hint=f"Set c.MlcostExt.node_instance_type in jupyter_server_config.py, {PRICE_HINT}.",
)
NOTHING_REQUESTED = Problem(
    code="node_share_unknown",
    message="JupyterHub did not say how much CPU or memory this server asked for, so its part of the node's price is unknown.",
    hint=f"Set cpu_guarantee and mem_guarantee on the hub's spawner, {PRICE_HINT}.",
)
GPUS_UNKNOWN = Problem(
    code="node_share_unknown",
    message="How many of the node's GPUs this server asked for is not known, so its part of the node's price is unknown.",
    hint=f"Set c.MlcostExt.node_gpus in jupyter_server_config.py, {PRICE_HINT}.",
)


def detect(env: Mapping[str, str]) -> Host | None:
    """Tell whether JupyterHub has spawned this server; what node it is on, only configuration or the node itself says."""
    if not any(env.get(name) for name in VARIABLES):
        return None
    return Host(kind="jupyterhub", region_id=region_of(env), problems=(NODE_UNKNOWN,))


def on_node(host: Host, node: str, facts: InstanceFacts | None, env: Mapping[str, str], gpus: int | None) -> Host:
    """Say which node the server is on and what part of it is the server's.

    Args:
        host: The host as `detect` found it.
        node: The node's instance type, with or without ``ml.``.
        facts: What that type is made of; None: nobody has described it.
        env: The server's environment, which has what it asked for.
        gpus: GPUs it asked for, as configured; None: `env` tells, or nobody.
    """
    name = node.removeprefix("ml.")
    found = share_or_problem(name, facts, request_of(env, gpus))
    others = tuple(problem for problem in host.problems if problem != NODE_UNKNOWN)
    if isinstance(found, Problem):
        return replace(host, instance_type=name, share=None, problems=(*others, found))
    return replace(host, instance_type=name, share=found, problems=others)


def share_or_problem(node: str, facts: InstanceFacts | None, request: Request) -> NodeShare | Problem:
    """Give the server's part of the node, or why it cannot be told."""
    if facts is None:
        message = f"How large a {node} is is not known, so this server's part of its price is unknown."
        return Problem(code="node_unknown", message=message, hint=f"Check c.MlcostExt.node_instance_type, {PRICE_HINT}.")
    if request.gpus is None and facts.accelerator_count != 0:
        return GPUS_UNKNOWN
    share = share_of(facts, request)
    if share is None:
        return NOTHING_REQUESTED
    if share.fraction > 1:
        message = f"This server asked for more than a {node} has ({share.reason}), so its part of the node's price is unknown."
        return Problem(code="node_share_unknown", message=message, hint=f"Check c.MlcostExt.node_instance_type, {PRICE_HINT}.")
    return share
