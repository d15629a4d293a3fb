"""What configuration and the machine itself add to what the surroundings tell."""

from __future__ import annotations

import asyncio
import json
import threading
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext import wiring
from mlcost_ext.config import Settings
from mlcost_ext.core.host import Host, StudioApp
from mlcost_ext.wiring import ask_machine, configured_price, does_nothing_here, host_here, look_again
from tests.fakes import NOW
from tests.hosts.fake_imds import DOCUMENT, FakeImds, fake_imds
from tests.hosts.test_jupyterhub import ASKED, HUB
from tests.hosts.test_studio import METADATA

NOWHERE = {"RESOURCE_METADATA_FILE": "/nowhere/at-all.json", "AWS_CONFIG_FILE": "", "AWS_SHARED_CREDENTIALS_FILE": ""}


def settings(**options: Any) -> Settings:
    return Settings(home=Path("/nowhere"), **options)


def completed(fake: FakeImds, env: dict[str, str], **options: Any) -> Host:
    """Tell the host as the server does, its second look included."""
    whole = {**NOWHERE, **env, "AWS_EC2_METADATA_SERVICE_ENDPOINT": fake.url}
    return asyncio.run(look_again(settings(**options), whole, host_here(settings(**options), whole)))


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the fake take its time on a busy machine."""
    monkeypatch.setattr(wiring.ec2, "ask", lambda env, ask=wiring.ec2.ask: ask(env, 10))


def test_a_machine_of_ec2_is_told_by_itself() -> None:
    """Once, off the event loop's thread, with its region where none is set."""
    with fake_imds() as fake:
        host = completed(fake, {})
        assert len(fake.asked) == 3
    assert (host.kind, host.instance_type, host.region_id, host.component) == ("ec2", "m5.xlarge", "eu-west-1", "EC2")


def test_its_price_is_that_of_where_it_stands() -> None:
    """Jobs are looked for in the region that is set."""
    with fake_imds() as fake:
        host = completed(fake, {"AWS_REGION": "us-east-1"}, session_instance_type="ml.t3.medium")
    assert (host.region_id, host.machine_region_id, host.instance_type, host.component) == (
        "us-east-1",
        "eu-west-1",
        "m5.xlarge",
        "EC2",
    )


def test_the_question_is_asked_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The event loop goes on meanwhile."""
    asked_in = []
    monkeypatch.setattr(wiring.ec2, "ask", lambda env: asked_in.append(threading.current_thread()))
    host = Host(kind="local", region_id=None)
    assert asyncio.run(look_again(settings(), {}, host)) is host
    assert asked_in != [threading.main_thread()]


def test_nobody_knows_this_machine() -> None:
    """That is an answer."""
    with fake_imds(token_status=404) as fake:
        host = completed(fake, {"AWS_REGION": "us-east-1"})
    assert (host.kind, host.instance_type, host.region_id, host.located_in) == ("local", None, "us-east-1", None)
    assert host.started_at is not None


@pytest.mark.parametrize(
    "metadata", [METADATA, {"ResourceArn": "arn:aws:sagemaker:eu-west-1:1:notebook-instance/n"}], ids=["studio", "notebook"]
)
def test_a_host_that_is_known_is_not_asked(metadata: dict[str, str], tmp_path: Path) -> None:
    """AWS describes it."""
    path = tmp_path / "metadata.json"
    path.write_text(json.dumps(metadata))
    with fake_imds() as fake:
        host = completed(fake, {"RESOURCE_METADATA_FILE": str(path)}, session_instance_type="ml.t3.medium")
        assert fake.asked == []
    assert (host.instance_type, host.started_at) == ("ml.t3.medium", None)


@pytest.mark.parametrize(("kind", "component"), [("ml.t3.medium", "Studio-JupyterLab"), ("m5.xlarge", "EC2"), (None, "EC2")])
def test_a_configured_type_has_a_price_of_its_kind(kind: str | None, component: str) -> None:
    """SageMaker's types begin with ml."""
    host = host_here(settings(session_instance_type=kind), NOWHERE)
    assert (host.kind, host.instance_type, host.component) == ("local", kind, component)


@pytest.mark.parametrize("name", ["KUBERNETES_SERVICE_HOST", "ECS_CONTAINER_METADATA_URI", "ECS_CONTAINER_METADATA_URI_V4"])
def test_a_container_is_not_its_whole_node(name: str) -> None:
    """Where it is is known; its price is unknown, and why is said."""
    with fake_imds(life_cycle="spot") as fake:
        host = completed(fake, {name: "10.0.0.1"})
    assert (host.kind, host.region_id, host.machine_region_id, host.instance_type) == ("local", "eu-west-1", "eu-west-1", None)
    assert ([problem.code for problem in host.problems], host.is_spot) == (["node_share_unknown"], False)


@pytest.mark.parametrize("option", [{"session_list_unit_price": Decimal("0.35")}, {"session_instance_type": "m5.large"}])
def test_a_container_whose_price_is_configured_lacks_nothing(option: dict[str, Any]) -> None:
    """By its price or by a type, which its node does not overrule."""
    with fake_imds() as fake:
        host = completed(fake, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, **option)
    assert (host.instance_type, host.problems) == (option.get("session_instance_type"), ())


def test_a_studio_app_is_known_by_its_containers_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read in a thread."""
    asked_in = []

    def started_at(env: Any) -> datetime:
        asked_in.append(threading.current_thread())
        return NOW

    monkeypatch.setattr(wiring.container, "started_at", started_at)
    app = StudioApp(domain_id="d-1", space_name="s", app_type="JupyterLab", app_name="default")
    host = asyncio.run(look_again(settings(), {}, Host(kind="studio", region_id=None, studio_app=app)))
    assert (host.container_started_at, host.costs_since, host.since_basis) == (NOW, NOW, "accruing")
    assert asked_in != [threading.main_thread()]


# -- a hub ---------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["node_instance_type", "session_instance_type"])
def test_a_hubs_node_by_configuration(option: str) -> None:
    """Either option names the node; it is not asked, and the server is a part of it."""
    with fake_imds() as fake:
        host = completed(fake, ASKED, **{option: "m5.2xlarge"})
        assert fake.asked == []
    assert host.share is not None
    assert (host.kind, host.instance_type, host.share.fraction) == ("jupyterhub", "m5.2xlarge", Fraction(1, 4))
    assert host.started_at is not None


def test_a_hubs_node_by_itself() -> None:
    """Where the hub lets servers ask it."""
    with fake_imds(document={**DOCUMENT, "instanceType": "m5.2xlarge"}, life_cycle="spot") as fake:
        host = completed(fake, ASKED)
    assert host.share is not None
    assert (host.instance_type, host.share.fraction, host.machine_region_id) == ("m5.2xlarge", Fraction(1, 4), "eu-west-1")
    assert (host.is_spot, host.problems) == (True, ())


def test_a_hub_whose_node_says_nothing() -> None:
    """Then it is not known, and says what to set."""
    with fake_imds(token_status=403) as fake:
        host = completed(fake, ASKED)
    assert (host.instance_type, host.share, [problem.code for problem in host.problems]) == (None, None, ["node_unknown"])


def test_gpus_by_configuration() -> None:
    """One of eight."""
    host = host_here(settings(node_instance_type="g5.48xlarge", node_gpus=1), {**NOWHERE, **HUB})
    assert host.share is not None
    assert host.share.reason == "1 of 8 GPUs"


def test_a_hubs_server_with_a_price_of_its_own() -> None:
    """It needs no node, and nothing is amiss."""
    with fake_imds() as fake:
        host = completed(fake, HUB, session_list_unit_price=Decimal("0.35"))
        assert fake.asked == []
    assert (host.kind, host.instance_type, host.problems) == ("jupyterhub", None, ())


# -- the rest ------------------------------------------------------------------------------


def test_the_price_that_configuration_names() -> None:
    """It is told with the machine it is for."""
    host = Host(kind="ec2", region_id="us-east-1", located_in="eu-west-1", instance_type="m5.xlarge")
    assert configured_price(settings(), host) is None
    price = configured_price(settings(session_list_unit_price=Decimal("0.35")), host)
    assert price is not None
    assert (price.key.region_id, price.key.component, price.key.instance_type) == ("eu-west-1", "EC2", "m5.xlarge")
    assert (price.list_unit_price, price.price_source, price.price_basis) == (Decimal("0.35"), "configuration", "contracted")


def test_recovery_mode_is_told_at_once() -> None:
    """Before anything is made."""
    assert does_nothing_here({"SAGEMAKER_RECOVERY_MODE": "true"})
    assert not does_nothing_here(NOWHERE)


def test_asked_for_nothing_it_says_the_same() -> None:
    """A known host stays as it is."""
    host = Host(kind="studio", region_id="us-east-1")
    assert ask_machine(settings(), {}, host) is host
