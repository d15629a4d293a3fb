"""Each host by its recorded surroundings: the panel names the right machine, and its price or why there is none."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import OpenLab, OpenPage
from fake_imds import Machine, ec2_machine
from lab_page import LabPage
from playwright.sync_api import expect
from surroundings import Account, lab, machine

from mlcost_ext.sandbox import names

NOTEBOOK = "Fraud-Notebooks"
NOTEBOOK_ARN = names.sagemaker_arn(names.REGION_ID, f"notebook-instance/{NOTEBOOK.lower()}")
STUDIO = {
    "AppType": names.APP_TYPE,
    "DomainId": names.DOMAIN_ID,
    "UserProfileName": names.USER_PROFILE_NAME,
    "SpaceName": names.SPACE_NAME,
    "ResourceArn": names.APP_ARN,
    "ResourceName": names.APP_NAME,
    "ExecutionRoleArn": names.ROLE_ARN,
}
CODE_SPACE = "alex-code"
CODE_EDITOR = {
    **STUDIO,
    "AppType": "CodeEditor",
    "SpaceName": CODE_SPACE,
    "ResourceArn": names.sagemaker_arn(names.REGION_ID, f"app/{names.DOMAIN_ID}/{CODE_SPACE}/codeeditor/default"),
}
SHARED = {key: value for key, value in STUDIO.items() if key != "UserProfileName"}
PROJECT = {"DataZoneDomainId": "dzd_practice", "DataZoneProjectId": "practice", "DataZoneScopeName": "dev"}
JUPYTERLAB = {"SAGEMAKER_APP_TYPE": "JupyterLab", "SAGEMAKER_APP_TYPE_LOWERCASE": "jupyterlab"}
IN_STUDIO = {**JUPYTERLAB, "SAGEMAKER_SPACE_TYPE_LOWERCASE": "private"}
IN_CODE_EDITOR = {**IN_STUDIO, "SAGEMAKER_APP_TYPE": "CodeEditor", "SAGEMAKER_APP_TYPE_LOWERCASE": "codeeditor"}
IN_SHARED_SPACE = {**JUPYTERLAB, "SAGEMAKER_SPACE_TYPE_LOWERCASE": "shared"}
IN_UNIFIED_STUDIO = {
    **IN_STUDIO,
    "SERVICE_NAME": "SageMakerUnifiedStudio",
    "TRUSTED_IDENTITY_PROPOGATION_ENABLED": "true",
    "BOTOCORE_EXPERIMENTAL__PLUGINS": "s3_access_grants=not_installed_here",
}
ON_A_HUB = {
    "JUPYTERHUB_USER": "ann",
    "JUPYTERHUB_API_URL": "http://127.0.0.1:9/hub/api",
    "JUPYTERHUB_SERVICE_PREFIX": "/user/ann/",
}
TWO_OF_EIGHT = {"CPU_GUARANTEE": "2.0", "CPU_LIMIT": "8.0", "MEM_GUARANTEE": str(4 * 1024**3), "MEM_LIMIT": str(16 * 1024**3)}
NO_TOKEN = ("--IdentityProvider.token=",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One host's surroundings, and what the panel has to say there."""

    words: str
    """How the panel names it."""
    session: dict[str, Any]
    """Members of the overview's session; money in USD an hour."""
    notes: tuple[str, ...] = ()
    """Codes of notes that it has to show."""
    says: tuple[str, ...] = ()
    """Texts in the panel's session section."""
    metadata: dict[str, Any] | None = None
    internal: dict[str, Any] | None = None
    variables: dict[str, str] = field(default_factory=dict)
    base_url: str = "/"
    token: str = "a-token"
    options: tuple[str, ...] = ()


def end_of_block() -> int:
    return int((datetime.now(timezone.utc) + timedelta(days=3)).timestamp())


AS_IN_STUDIO = {"base_url": "/jupyterlab/default/", "token": "", "options": NO_TOKEN}
MEDIUM = {"instance_type": "ml.t3.medium", "region_id": "us-east-1", "list_unit_price": "0.05"}

PLACES = {
    "private space": Place(
        words="SageMaker Studio",
        session={"host": "studio", **MEDIUM, "cost_per_hour": "0.05"},
        says=("ml.t3.medium", "$0.05"),
        metadata=STUDIO,
        internal={"Stage": "prod"},
        variables=IN_STUDIO,
        **AS_IN_STUDIO,
    ),
    "shared space": Place(
        words="SageMaker Studio",
        session={"host": "studio", **MEDIUM},
        notes=("shared_space",),
        says=("ml.t3.medium", "$0.05"),
        metadata=SHARED,
        variables=IN_SHARED_SPACE,
        **AS_IN_STUDIO,
    ),
    "code editor": Place(
        words="SageMaker Studio",
        session={"host": "studio", **MEDIUM},
        says=("ml.t3.medium", "$0.05"),
        metadata=CODE_EDITOR,
        variables=IN_CODE_EDITOR,
        base_url="/codeeditor/default/",
        token="",
        options=NO_TOKEN,
    ),
    "unified studio": Place(
        words="SageMaker Unified Studio",
        session={"host": "unified_studio", **MEDIUM},
        says=("ml.t3.medium", "$0.05"),
        metadata={**STUDIO, "AdditionalMetadata": PROJECT},
        variables=IN_UNIFIED_STUDIO,
        **AS_IN_STUDIO,
    ),
    "capacity block": Place(
        words="SageMaker Studio",
        session={"host": "studio", **MEDIUM, "cost": "0", "cost_per_hour": "0"},
        notes=("capacity_block",),
        says=("ml.t3.medium",),
        metadata=STUDIO,
        internal={"Stage": "prod", "CapacityBlock": {"CapacityBlockEndTime": end_of_block()}},
        variables=IN_STUDIO,
        **AS_IN_STUDIO,
    ),
    "notebook instance": Place(
        words="Notebook instance",
        session={"host": "notebook_instance", "instance_type": "ml.t3.medium", "list_unit_price": "0.05"},
        says=("ml.t3.medium", "$0.05"),
        metadata={"ResourceArn": NOTEBOOK_ARN, "ResourceName": NOTEBOOK},
    ),
    "jupyterhub": Place(
        words="JupyterHub",
        session={"host": "jupyterhub", "instance_type": "m5.2xlarge", "list_unit_price": "0.096", "cost_per_hour": "0.096"},
        notes=("node_share",),
        says=("m5.2xlarge",),
        variables={**ON_A_HUB, **TWO_OF_EIGHT},
        base_url="/user/ann/",
        options=("--MlcostExt.node_instance_type=m5.2xlarge",),
    ),
    "jupyterhub that asks for nothing": Place(
        words="JupyterHub",
        session={"host": "jupyterhub", "instance_type": "m5.2xlarge", "list_unit_price": None, "cost": None},
        notes=("node_share_unknown",),
        says=("No price for this machine",),
        variables=ON_A_HUB,
        base_url="/user/ann/",
        options=("--MlcostExt.node_instance_type=m5.2xlarge",),
    ),
}


@pytest.fixture(scope="module", autouse=True)
def _machines(account: Account) -> None:
    """Start those that the practice account does not open with."""
    aws = account.sagemaker()
    request = {"NotebookInstanceName": NOTEBOOK, "InstanceType": "ml.t3.medium", "RoleArn": names.ROLE_ARN, "VolumeSizeInGB": 20}
    aws.create_notebook_instance(**request)
    place = {"DomainId": names.DOMAIN_ID, "SpaceName": CODE_SPACE}
    aws.create_space(
        **place,
        OwnershipSettings={"OwnerUserProfileName": names.USER_PROFILE_NAME},
        SpaceSharingSettings={"SharingType": "Private"},
        SpaceSettings={"AppType": "CodeEditor", "SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}}},
    )
    deadline = time.monotonic() + 60
    while aws.describe_space(**place)["Status"] != "InService":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    aws.create_app(**place, AppType="CodeEditor", AppName="default", ResourceSpec={"InstanceType": "ml.t3.medium"})


@pytest.fixture
def open_place(open_lab: OpenLab, account: Account, tmp_path: Path) -> Callable[[Place], LabPage]:
    def opened(place: Place) -> LabPage:
        env = machine(account, tmp_path, place.variables, place.metadata, place.internal, place.token)
        return open_lab(env, *place.options, base_url=place.base_url)

    return opened


@pytest.mark.parametrize("name", PLACES)
def test_the_machine_is_named_and_priced(open_place: Callable[[Place], LabPage], name: str) -> None:
    """As its files and variables tell it; where there is no price, it says what to do and nowhere shows zero."""
    place = PLACES[name]
    shows(open_place(place), place)


@pytest.mark.parametrize("life_cycle", ["on-demand", "spot"])
def test_an_ec2_machine(open_place: Callable[[Place], LabPage], stack: ExitStack, life_cycle: str) -> None:
    """Is asked once, and priced where it stands."""
    started = datetime.now(timezone.utc) - timedelta(hours=2)
    ec2 = stack.enter_context(ec2_machine("m5.xlarge", "eu-west-1", f"{started:%Y-%m-%dT%H:%M:%SZ}", life_cycle))
    place = Place(
        words="EC2",
        session={"host": "ec2", "instance_type": "m5.xlarge", "region_id": "eu-west-1", "list_unit_price": "0.214"},
        notes=("spot_machine",) if life_cycle == "spot" else (),
        says=("m5.xlarge", "eu-west-1"),
        variables=asks(ec2),
    )
    page = open_place(place)
    shows(page, place)
    cost = Decimal(page.server.overview()["session"]["cost"])
    assert Decimal("0.428") <= cost < Decimal("0.5")
    assert len(ec2.asked) == 3


def test_the_node_of_a_hub_says_what_it_is(open_place: Callable[[Place], LabPage], stack: ExitStack) -> None:
    """Where nothing is configured, and pods may ask."""
    ec2 = stack.enter_context(ec2_machine("m5.2xlarge", "us-east-1", "2026-11-01T00:00:00Z"))
    place = Place(
        words="JupyterHub",
        session={"host": "jupyterhub", "instance_type": "m5.2xlarge", "list_unit_price": "0.096"},
        notes=("node_share",),
        says=("m5.2xlarge",),
        variables={**ON_A_HUB, **TWO_OF_EIGHT, **asks(ec2)},
        base_url="/user/ann/",
    )
    shows(open_place(place), place)


def test_nobody_knows_this_machine(open_place: Callable[[Place], LabPage], stack: ExitStack) -> None:
    """Which is an answer, too: whoever answers there is no machine of EC2's."""
    other = stack.enter_context(ec2_machine("no type", "nowhere", "-"))
    place = Place(
        words="This computer",
        session={"host": "local", "instance_type": None, "list_unit_price": None, "cost": None},
        says=("No price for this machine", "c.MlcostExt.session_list_unit_price"),
        variables=asks(other),
    )
    shows(open_place(place), place)


def test_in_recovery_mode_nothing_of_ours_is_there(
    account: Account, open_page: OpenPage, stack: ExitStack, tmp_path: Path
) -> None:
    """No panel, no request, no file, no magic; JupyterLab works, and its log has one line."""
    env = machine(account, tmp_path, {**IN_STUDIO, "SAGEMAKER_RECOVERY_MODE": "true"}, STUDIO, None, "")
    server = stack.enter_context(lab(account, tmp_path, env, *NO_TOKEN, base_url="/jupyterlab/default/"))
    page = stack.enter_context(open_page(server))
    page.new_notebook()
    assert "not found" in page.run("%cost")
    assert page.status.count() == page.panel.count() == 0
    assert [path for path in page.requests if path.startswith("mlcost-ext/")] == []
    assert list((tmp_path / "mlcost").iterdir()) == []
    log = (tmp_path / "lab.log").read_text(encoding="utf-8")
    assert len([line for line in log.splitlines() if "mlcost-ext" in line and "recovery mode" in line]) == 1


def asks(machine: Machine) -> dict[str, str]:
    """Let a machine's own service be asked, and only that one."""
    return {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": machine.endpoint}


def shows(page: LabPage, place: Place) -> None:
    """Compare what the panel and the overview say with what they have to."""
    section = page.panel.locator('[data-mlcost-section="session"]')
    expect(section).to_contain_text(place.words)
    for text in place.says:
        expect(section).to_contain_text(text, timeout=30_000)
    session = page.server.overview()["session"]
    assert {key: session[key] for key in place.session} == place.session
    for code in place.notes:
        expect(page.note(code)).to_have_count(1)
    if place.session.get("cost") != "0":
        page.shows_no_zero()
