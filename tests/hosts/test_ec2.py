"""An EC2 machine says what it is, to whoever asks it as version 2 of its metadata service wants to be asked."""

from __future__ import annotations

import socket
from datetime import datetime
from typing import Any

import pytest

from mlcost_ext.core.host import Host
from mlcost_ext.core.times import UTC
from mlcost_ext.hosts import ec2, imds

from .fake_imds import DOCUMENT, FakeImds, fake_imds

NOBODY = Host(kind="local", region_id=None)
STARTED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def env_of(fake: FakeImds, **more: str) -> dict[str, str]:
    return {"AWS_EC2_METADATA_SERVICE_ENDPOINT": fake.url, **more}


def told(**changes: Any) -> ec2.Machine | None:
    """Ask a service that is changed in some way."""
    with fake_imds(**changes) as fake:
        return ec2.ask(env_of(fake), 10)


def test_a_machine_of_ec2() -> None:
    """Type, region, start and how it was bought; a token first, three questions in all, and nothing else is kept."""
    with fake_imds() as fake:
        machine = ec2.ask(env_of(fake), 10)
        assert fake.asked == [
            ("PUT", "/latest/api/token"),
            ("GET", "/latest/dynamic/instance-identity/document"),
            ("GET", "/latest/meta-data/instance-life-cycle"),
        ]
    assert machine == ec2.Machine(
        instance_type="m5.xlarge", region_id="eu-west-1", started_at=STARTED, life_cycle="on-demand", has_licence=False
    )


@pytest.mark.parametrize("path", ["", "/", "/below/a/path/"])
def test_an_endpoint_with_a_path(path: str) -> None:
    """As botocore takes it, with a slash or without."""
    with fake_imds() as fake:
        assert ec2.ask({"AWS_EC2_METADATA_SERVICE_ENDPOINT": fake.url + path}, 10) is not None


def test_no_proxy_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be asked what machine the proxy is."""
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert told() is not None


@pytest.mark.parametrize("status", [400, 403, 404, 302, 500])
def test_without_a_token_nothing_is_asked(status: int) -> None:
    """Version 1 is never tried, and no redirection followed."""
    with fake_imds(token_status=status) as fake:
        assert ec2.ask(env_of(fake), 10) is None
        assert fake.asked == [("PUT", "/latest/api/token")]


@pytest.mark.parametrize("value", ["true", "True", "TRUE"])
def test_it_is_not_asked_where_that_is_switched_off(value: str) -> None:
    """As botocore reads the variable."""
    with fake_imds() as fake:
        assert ec2.ask(env_of(fake, AWS_EC2_METADATA_DISABLED=value), 10) is None
        assert fake.asked == []


@pytest.mark.parametrize(
    "endpoint", ["https://127.0.0.1:9", "ftp://127.0.0.1", "no address", "http://", "http://127.0.0.1:x", "/"]
)
def test_an_endpoint_that_is_none(endpoint: str) -> None:
    """A wrong variable is no machine of EC2's."""
    assert ec2.ask({"AWS_EC2_METADATA_SERVICE_ENDPOINT": endpoint}, 10) is None


def test_nobody_there() -> None:
    """A laptop."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{probe.getsockname()[1]}"
        assert ec2.ask({"AWS_EC2_METADATA_SERVICE_ENDPOINT": endpoint}, 10) is None


@pytest.mark.parametrize("changes", [{"is_silent": True}, {"drips": True}], ids=["silent", "drips"])
def test_one_who_never_comes_to_an_end(changes: dict[str, bool]) -> None:
    """We wait so long and no longer; were it otherwise, this test would wait for ever."""
    with fake_imds(**changes) as fake:
        assert ec2.ask(env_of(fake), 0.2) is None


@pytest.mark.parametrize(
    "document",
    [b"", b"{", b"[]", b"7", b"null", b"\xff\xfe", b"[" * 60_000, b" " * 70_000 + b"{}", {}, {**DOCUMENT, "instanceType": None}],
)
def test_a_document_that_is_none(document: Any) -> None:
    """Another cloud, or something in between."""
    assert told(document=document) is None


@pytest.mark.parametrize(
    ("member", "value"),
    [
        *(
            ("instanceType", value)
            for value in ("", "m5", "<b>m5.large</b>", 7, ["m5.large"], "m5.large\n", "M5.LARGE", "x" * 99 + ".y")
        ),
        *(("region", value) for value in ("", "nowhere", "<script>", None, 7, "eu-west-1\n")),
    ],
)
def test_a_document_with_anything_in_it(member: str, value: object) -> None:
    """What is no type and no region of AWS's is not taken over."""
    assert told(document={**DOCUMENT, member: value}) is None


@pytest.mark.parametrize("pending", [None, "", "yesterday", 7, "2026-11-23T09:00:00"])
def test_a_start_that_is_none(pending: object) -> None:
    """The rest is known all the same."""
    machine = told(document={**DOCUMENT, "pendingTime": pending})
    assert machine is not None
    assert (machine.instance_type, machine.started_at) == ("m5.xlarge", None)


@pytest.mark.parametrize("life_cycle", ["spot", "capacity-block", None, "", "ünknown" * 100])
def test_how_it_was_bought(life_cycle: str | None) -> None:
    """Spot is cheaper than any list says, and a capacity block was paid before; where it is not told, it is on demand."""
    machine = told(life_cycle=life_cycle)
    assert machine is not None
    host = ec2.host_of(NOBODY, machine)
    assert (host.is_spot, host.is_prepaid) == (life_cycle == "spot", life_cycle == "capacity-block")


def test_the_host_of_a_machine() -> None:
    """Priced where it stands, whatever region jobs are looked for in."""
    machine = told(document={**DOCUMENT, "billingProducts": ["bp-6ba54002"]})
    assert machine is not None
    host = ec2.host_of(NOBODY, machine)
    assert (host.kind, host.region_id, host.instance_type, host.component) == ("ec2", "eu-west-1", "m5.xlarge", "EC2")
    assert (host.started_at, host.storage_component) == (STARTED, None)
    assert [problem.code for problem in host.problems] == ["licence_not_counted"]
    elsewhere = ec2.host_of(Host(kind="local", region_id="us-east-1"), machine)
    assert (elsewhere.region_id, elsewhere.machine_region_id) == ("us-east-1", "eu-west-1")


def test_the_endpoint_is_botocores() -> None:
    """A named one rules; else the one of the wanted kind of address."""
    mode = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"
    assert imds.endpoint_of({}) == "http://169.254.169.254/"
    assert imds.endpoint_of({mode: "IPv6"}) == "http://[fd00:ec2::254]/"
    assert imds.endpoint_of({mode: "other"}) == "http://169.254.169.254/"
    assert imds.endpoint_of({mode: "ipv6", "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://x"}) == "http://x"
