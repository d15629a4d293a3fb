"""A server that JupyterHub has spawned, and its part of a node."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from mlcost_ext.core.host import Host
from mlcost_ext.hosts import detect, jupyterhub

from .test_node_share import facts

HUB = {
    "JUPYTERHUB_API_TOKEN": "secret",
    "JUPYTERHUB_USER": "ann",
    "JUPYTERHUB_SERVICE_PREFIX": "/user/ann/",
    "AWS_REGION": "eu-west-1",
    "RESOURCE_METADATA_FILE": "/nowhere/at-all.json",
}
ASKED = {**HUB, "CPU_GUARANTEE": "2.0", "MEM_GUARANTEE": str(4 * 1024**3)}


def on_node(env: dict[str, str], node: str = "m5.2xlarge", configured: int | None = None, gpus: int = 0) -> Host:
    """Put a server on a node of 8 CPUs and 32 GiB."""
    host = jupyterhub.detect(env)
    assert host is not None
    return jupyterhub.on_node(host, node, facts(gpus=gpus), env, configured)


def codes(host: Host) -> list[str]:
    return [problem.code for problem in host.problems]


def test_a_server_of_a_hub() -> None:
    """Its node is not known yet, so neither is its price."""
    host = detect(HUB)
    assert (host.kind, host.region_id, host.instance_type, host.share) == ("jupyterhub", "eu-west-1", None, None)
    assert host.is_part_unknown
    assert codes(host) == ["node_unknown"]
    assert "c.MlcostExt.node_instance_type" in host.problems[0].hint


@pytest.mark.parametrize("name", jupyterhub.VARIABLES)
def test_any_of_its_variables_tells(name: str) -> None:
    """An empty one does not."""
    assert jupyterhub.detect({name: "x"}) is not None
    assert jupyterhub.detect({name: ""}) is None


@pytest.mark.parametrize("node", ["m5.2xlarge", "ml.m5.2xlarge"])
def test_the_part_it_asked_for(node: str) -> None:
    """By the node's type, however it is written."""
    host = on_node(ASKED, node)
    assert host.share is not None
    assert (host.instance_type, host.share.fraction, host.component) == ("m5.2xlarge", Fraction(1, 4), "EC2")
    assert (host.problems, host.is_part_unknown) == ((), False)


def test_where_nothing_was_asked_for_nothing_is_known() -> None:
    """Least of all that it costs what the whole node does."""
    host = on_node(HUB)
    assert (host.instance_type, host.share, codes(host)) == ("m5.2xlarge", None, ["node_share_unknown"])
    assert "cpu_guarantee and mem_guarantee" in host.problems[0].hint


def test_a_node_nobody_has_described() -> None:
    """Its type is known, its size is not."""
    found = jupyterhub.detect(ASKED)
    assert found is not None
    host = jupyterhub.on_node(found, "z9.large", None, ASKED, None)
    assert (host.instance_type, host.share, codes(host)) == ("z9.large", None, ["node_unknown"])


@pytest.mark.parametrize(
    ("devices", "configured", "part"),
    [
        ("0,1,2", None, Fraction(3, 4)),
        (None, 2, Fraction(1, 2)),
        ("all", 4, Fraction(1)),
        ("none", None, Fraction(1, 4)),
        ("", None, Fraction(1, 4)),
        (None, None, None),
        ("void", None, None),
        ("void", 2, Fraction(1, 2)),
        ("all", None, None),
    ],
)
def test_gpus(devices: str | None, configured: int | None, part: Fraction | None) -> None:
    """Counted one by one or as configured; all that can be seen need not be all that was asked for, and silence is not none."""
    env = {**ASKED, **({"NVIDIA_VISIBLE_DEVICES": devices} if devices is not None else {})}
    host = on_node(env, "g5.12xlarge", configured, gpus=4)
    assert (host.share and host.share.fraction) == part
    assert ("c.MlcostExt.node_gpus" in "".join(problem.hint for problem in host.problems)) is (part is None)


def test_gpus_nobody_counts_on_a_node_without() -> None:
    """Images for GPUs say they see all of them wherever they run; where there are none nobody has to say so."""
    assert on_node({**ASKED, "NVIDIA_VISIBLE_DEVICES": "all"}).share is not None
    assert on_node(ASKED).share is not None


def test_more_than_the_node_has() -> None:
    """Then the node is another one, and no part of this one's price is right."""
    host = on_node({**ASKED, "CPU_GUARANTEE": "16"})
    assert (host.share, codes(host)) == (None, ["node_share_unknown"])
    assert "16 of 8 vCPU" in host.problems[0].message


def test_asked_again_it_says_the_same() -> None:
    """What was wrong before is forgotten once it is known."""
    assert jupyterhub.on_node(on_node(ASKED), "m5.2xlarge", facts(), ASKED, None) == on_node(ASKED)
    assert replace(on_node(ASKED), share=None).is_part_unknown
