"""What the doctor says of each host, and of the permission that tells its type."""

from dataclasses import replace
from datetime import datetime
from fractions import Fraction

import pytest

from mlcost_ext.cli.doctor import host, permissions, surroundings
from mlcost_ext.config import Settings
from mlcost_ext.core.host import Host, NodeShare, StudioApp
from mlcost_ext.core.job import Problem
from mlcost_ext.core.times import UTC
from tests.hosts.fake_imds import fake_imds

APP = StudioApp(domain_id="d-1", space_name="notes", app_type="CodeEditor", app_name="default")
STUDIO = Host(kind="studio", region_id="us-east-1", studio_app=APP)
NOTEBOOK = Host(kind="notebook_instance", region_id="us-east-1", notebook_instance_name="Fraud")
HUB = Host(kind="jupyterhub", region_id="us-east-1", instance_type="m5.2xlarge")
SHARE = NodeShare(fraction=Fraction(1, 4), reason="2 of 8 vCPU")
END = datetime(2026, 11, 30, 11, 30, tzinfo=UTC)
DESCRIBE = "sagemaker:DescribeNotebookInstance"


@pytest.mark.parametrize(
    ("found", "status", "said"),
    [
        (STUDIO, "ok", "CodeEditor app of the Studio space notes; DescribeApp tells"),
        (replace(STUDIO, is_shared=True), "ok", "of the Studio shared space notes"),
        (replace(STUDIO, kind="unified_studio"), "ok", "of the SageMaker Unified Studio space notes"),
        (NOTEBOOK, "ok", "notebook instance Fraud; DescribeNotebookInstance tells"),
        (replace(HUB, share=SHARE), "ok", "counted as 2 of 8 vCPU of a node of type m5.2xlarge"),
        (HUB, "ok", "with a price of its own"),
        (Host(kind="ec2", region_id="eu-west-1", instance_type="m5.xlarge"), "ok", "m5.xlarge in eu-west-1, by its own word"),
        (Host(kind="ec2", region_id="eu-west-1", instance_type="m5.xlarge", is_spot=True), "ok", "eu-west-1, a Spot instance,"),
        (Host(kind="local", region_id=None, instance_type="m5.xlarge"), "ok", "configured as m5.xlarge"),
        (Host(kind="local", region_id=None), "info", "the session shows no price"),
        (replace(STUDIO, does_nothing=True), "info", "recovery mode: mlcost-ext does nothing"),
    ],
)
def test_each_host_is_told(around, found, status, said):
    """By its name, and by what tells its type."""
    (result,) = host.check(around(host=found))
    assert (result.status, said in result.message) == (status, True), result.message


def test_what_a_host_lacks_is_a_warning(around):
    """With what mends it."""
    lacking = replace(HUB, problems=(Problem(code="node_unknown", message="No node.", hint="Set it."),))
    (result,) = host.check(around(host=lacking))
    assert (result.status, result.message, result.hint) == ("warn", "No node.", "Set it.")


@pytest.mark.parametrize(("until", "said"), [(END, "until 2026-11-30 11:30 UTC"), (None, "paid up front; so long")])
def test_a_capacity_block_is_told_beside(around, until, said):
    """It is no fault."""
    known, block = host.check(around(host=replace(STUDIO, is_prepaid=True, prepaid_until=until)))
    assert (known.status, block.status, said in block.message) == ("ok", "info", True)


def notebook_result(around, door, answer):
    aws = door({"sagemaker:Search": {"Results": []}, **answer})
    results = permissions.check(around(host=NOTEBOOK, aws=aws))
    assert (DESCRIBE, {"NotebookInstanceName": "Fraud"}) in aws.asked
    return next(result for result in results if result.name == "permission_notebook_instance")


def test_a_notebook_instance_that_may_be_described(around, door):
    """Its type is the proof."""
    result = notebook_result(around, door, {DESCRIBE: {"InstanceType": "ml.t3.medium"}})
    assert (result.status, "ml.t3.medium" in result.message) == ("ok", True)
    assert "unknown instance type" in notebook_result(around, door, {DESCRIBE: {}}).message


def test_a_notebook_instance_that_may_not(around, door):
    """The permission is named, with what gives it."""
    result = notebook_result(around, door, {})
    assert (result.status, DESCRIBE in result.message) == ("fail", True)
    assert result.hint == f"Add {DESCRIBE} to the IAM policy of the role or user in use."


def test_a_notebook_instance_that_nobody_answers_for(around, door):
    """Whatever AWS says is told as it is."""
    throttled = Problem(code="throttled", message="Too often.", hint="Later.")
    result = notebook_result(around, door, {DESCRIBE: throttled})
    assert (result.status, result.message) == ("warn", "Too often.")


def test_the_doctor_asks_the_machine_as_the_server_does(home, monkeypatch):
    """An EC2 machine is known to both."""
    with fake_imds() as fake:
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", fake.url)
        found = surroundings.host_of(Settings(home=home))
    assert (found.kind, found.instance_type) == ("ec2", "m5.xlarge")
