"""The guard in real kernels, against the practice account: shown, asked, mended, stopped, taken down."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.jobs.requests import REQUEST_KINDS
from mlcost_ext.kernel.guard_hook import GUARDED

StartKernel = Callable[..., Any]

POLICY = """
version: 1
contact: ml-platform@example.com
rules:
  MC101: {verdict: ask, limit_list_cost: 50}
  MC104: {verdict: block, denied: ["ml.p5.*"]}
  MC301: {verdict: ask}
tags:
  required:
    team: {allowed: [fraud-platform, credit-risk]}
    environment: {allowed: [dev, production], default: dev}
"""
LAUNCH = """
import boto3
client = boto3.client("sagemaker")
def request(name, instance_type="ml.p4d.24xlarge", **more):
    return {
        "TrainingJobName": name,
        "RoleArn": "arn:aws:iam::111122223333:role/practice",
        "AlgorithmSpecification": {"TrainingImage": "111122223333.dkr.ecr.us-east-1.amazonaws.com/image:1",
                                   "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {"InstanceType": instance_type, "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
    } | more
def names():
    found = client.list_training_jobs(NameContains="guarded-", MaxResults=100)["TrainingJobSummaries"]
    return [job["TrainingJobName"] for job in found]
"""


@pytest.fixture
def guarded(start_kernel: StartKernel, practice: str, tmp_path: Path) -> Any:
    """Start a kernel under the policy."""
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)
    kernel = start_kernel(AWS_ENDPOINT_URL=practice, MLCOST_POLICY=str(file))
    assert kernel.run(LAUNCH).error is None
    return kernel


def launched(kernel: Any, name: str) -> bool:
    return name in kernel.value("names()")


def text_of(answer: Any) -> str:
    return str(answer.shown[0]["text/plain"])


def test_operations_are_those_that_requests_are_read_of() -> None:
    """The kernel's own table has no other."""
    assert {(name, kind) for name, kind in GUARDED.items()} == {
        (operation, kind.name) for kind in REQUEST_KINDS for operation in kind.operations
    }


def test_chosen_fix_is_launched_and_taken_down(guarded: Any) -> None:
    """A p4d without tags is asked about; the fix launches a spot job with tags, and says what it avoids."""
    answer = guarded.run("client.create_training_job(**request('guarded-fix'))", says=["1", "fraud-platform"])
    assert answer.error is None
    assert answer.asked == ["Choose 1, 2, 3 or press Enter to stop: ", "Tag team (fraud-platform, credit-risk): "]
    text = text_of(answer)
    assert text.startswith("Not launched: ml.p4d.24xlarge needs a decision")
    assert "Policy of ml-platform@example.com" in text
    tags = "{tag['Key']: tag['Value'] for tag in client.list_tags(ResourceArn=job['TrainingJobArn'])['Tags']}"
    guarded.run("job = client.describe_training_job(TrainingJobName='guarded-fix')")
    assert guarded.value("job['EnableManagedSpotTraining']") is True
    found = guarded.value(tags)  # Studio's own besides
    assert (found["team"], found["environment"]) == ("fraud-platform", "dev")
    noted = guarded.decisions()[-1]
    assert (noted["decision"], noted["outcome"], noted["avoided"]["billing_currency"]) == ("ask", "fixed", "USD")
    assert {"MC101", "MC301"} <= set(noted["fixed"])
    assert guarded.lines()[-2]["decision"] == noted["id"]


def test_stopped_where_nothing_is_chosen(guarded: Any) -> None:
    """Enter stops it; nothing is sent, and there is no traceback."""
    answer = guarded.run("client.create_training_job(**request('guarded-enter'))", says=[""])
    assert answer.error is not None
    assert answer.error.startswith("LaunchStopped: Stopped by you (MC101, MC301).")
    assert "Traceback" not in answer.traceback
    assert "File" not in answer.traceback
    assert not launched(guarded, "guarded-enter")
    assert guarded.decisions()[-1]["outcome"] == "stopped"


def test_as_it_is_wants_a_reason(guarded: Any) -> None:
    """And takes it down; where a rule blocks, it is not offered."""
    last = "client.create_training_job(**request('guarded-reason', Tags=[{'Key': 'team', 'Value': 'credit-risk'}]))"
    answer = guarded.run(last, says=["3", ""])
    assert answer.error is not None
    assert "Not launched without a reason" in answer.error
    assert guarded.run(last, says=["3", "the benchmark"]).error is None
    noted = guarded.decisions()[-1]
    assert (noted["outcome"], noted["reason"]) == ("as_is", "the benchmark")


IN_A_THREAD = """
import threading
found = []
def go():
    try:
        client.create_training_job(**request('guarded-nobody'))
    except Exception as error:
        found.append(error)
thread = threading.Thread(target=go); thread.start(); thread.join()
raise found[0]
"""
IN_A_TASK = """
import asyncio
async def go():
    client.create_training_job(**request('guarded-nobody'))
await go()
"""


@pytest.mark.parametrize("code", ["client.create_training_job(**request('guarded-nobody'))", IN_A_THREAD, IN_A_TASK])
def test_nobody_is_asked_where_nobody_can_answer(guarded: Any, code: str) -> None:
    """Papermill, a thread, asyncio: what asks is stopped, with its reason, and not a prompt is shown."""
    says = None if code.startswith("client") else ["1", "fraud-platform"]
    answer = guarded.run(code, says=says)
    assert answer.asked == []
    assert answer.error is not None
    assert re.search(r"LaunchStopped: Not launched: ml.p4d.24xlarge needs a decision \(MC101, MC301\)", answer.error)
    assert "Nobody can be asked here." in answer.error
    assert not launched(guarded, "guarded-nobody")
    assert guarded.decisions()[-1]["outcome"] == "unanswerable"


def test_block_can_be_mended_in_two_steps(guarded: Any, tmp_path: Path) -> None:
    """It asks nothing; `%cost_tags` says what only a person knows, `%cost_fix` has the change made at the next run."""
    (tmp_path / "policy.yaml").write_text(POLICY.replace('["ml.p5.*"]', '["ml.p4d.*", "ml.p5.*"]'))
    code = "client.create_training_job(**request('guarded-block'))"
    answer = guarded.run(code, says=["1"])
    assert answer.asked == []
    assert answer.error is not None
    assert "is against the policy (MC101, MC104, MC301)" in answer.error
    assert "`%cost_fix 1` makes change 1 on the next run." in answer.error
    assert "%cost_tags team=" in guarded.run("%cost_fix 1").stderr
    assert "team=fraud-platform" in guarded.run("%cost_tags team=fraud-platform").stdout
    assert "Run the cell again" in guarded.run("%cost_fix 1").stdout
    assert guarded.run(code).error is None
    launched = guarded.value("client.describe_training_job(TrainingJobName='guarded-block')['ResourceConfig']['InstanceType']")
    assert not launched.startswith(("ml.p4d.", "ml.p5."))
    noted = guarded.decisions()[-1]
    assert (noted["outcome"], "MC104" in noted["fixed"]) == ("fixed", True)
    assert noted["avoided"] is not None


def test_override_of_what_asks_counts_once(guarded: Any) -> None:
    """Of a rule that blocks there is none."""
    code = "client.create_training_job(**request({name!r}, Tags=[{{'Key': 'team', 'Value': 'credit-risk'}}]))"
    assert "No launch has been stopped" in guarded.run("%cost_override MC101 --reason x").stderr
    assert guarded.run(code.format(name="guarded-over")).error is not None
    assert "wants a reason" in guarded.run("%cost_override MC101").stderr
    assert "not stopped by MC104" in guarded.run("%cost_override MC104 --reason x").stderr
    assert "Run the cell again" in guarded.run('%cost_override MC101 --reason "a benchmark"').stdout
    assert guarded.run(code.format(name="guarded-over")).error is None
    assert guarded.decisions()[-1]["outcome"] == "overridden"
    assert guarded.run(code.format(name="guarded-over-2")).error is not None


def test_tags_of_kernel_and_project_are_filled_in_first(guarded: Any, tmp_path: Path) -> None:
    """Nobody is asked for what is known."""
    (tmp_path / "nowhere").mkdir()
    small = "client.create_training_job(**request({name!r}, 'ml.m5.xlarge', StoppingCondition={{'MaxRuntimeInSeconds': 3600}}))"
    assert guarded.run(small.format(name="guarded-untagged")).error is not None
    assert guarded.run("%cost_tags team=fraud-platform").error is None
    assert guarded.run(small.format(name="guarded-tagged")).error is None
    assert guarded.run("%cost_tags team=").stdout.startswith("No tags are put")
    assert guarded.run(small.format(name="guarded-untagged")).error is not None


def test_fault_of_the_guard_is_not_the_launch_s(guarded: Any) -> None:
    """Three in a row switch it off, and that is said once; the launches go on."""
    guarded.run("import mlcost_ext.kernel.guard as g\ng.Guard.check = lambda *a, **k: 1 / 0")
    answers = [guarded.run(f"client.create_training_job(**request('guarded-fault-{n}'))") for n in range(4)]
    assert [answer.error for answer in answers] == [None] * 4
    assert ["no longer judged" in answer.stderr for answer in answers] == [False, False, True, False]


def test_off_switches_are_complete(start_kernel: StartKernel, practice: str, tmp_path: Path) -> None:
    """`disable: true` judges nothing; so does a kernel that has unloaded it."""
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY + "disable: true\n")
    kernel = start_kernel(AWS_ENDPOINT_URL=practice, MLCOST_POLICY=str(file))
    kernel.run(LAUNCH)
    assert kernel.run("client.create_training_job(**request('guarded-off'))").error is None
    assert kernel.decisions() == []
    file.write_text(POLICY)
    kernel.run("import time; time.sleep(1.2)")
    assert kernel.run("client.create_training_job(**request('guarded-on'))").error is not None
    assert kernel.run("%unload_ext mlcost_ext").error is None
    assert kernel.run("client.create_training_job(**request('guarded-on'))").error is None


def test_a_default_of_the_policy_says_nothing_of_what_an_endpoint_is_for(guarded: Any, tmp_path: Path) -> None:
    """Neither with its configuration nor, as that has the default by then, with the endpoint itself; what is said does."""
    (tmp_path / "policy.yaml").write_text(POLICY.replace("  MC301:", "  MC111: {verdict: block}\n  MC301:"))
    made = """
def made(name, **tags):
    own = [{"Key": key, "Value": value} for key, value in tags.items()]
    variant = {"VariantName": "a", "ModelName": "guarded-model", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant], Tags=own)
    client.create_endpoint(EndpointName=name, EndpointConfigName=name)
role = "arn:aws:iam::111122223333:role/practice"
client.create_model(ModelName="guarded-model", ExecutionRoleArn=role, PrimaryContainer={"Image": request("a")[
    "AlgorithmSpecification"]["TrainingImage"]})
"""
    assert guarded.run(made).error is None
    assert guarded.run("made('guarded-by-default', team='credit-risk')").error is None
    sent = "client.describe_endpoint_config(EndpointConfigName='guarded-by-default')['EndpointConfigArn']"
    tags = guarded.value(f"{{tag['Key']: tag['Value'] for tag in client.list_tags(ResourceArn={sent})['Tags']}}")
    assert tags["environment"] == "dev"
    stopped = guarded.run("made('guarded-in-dev', team='credit-risk', environment='dev')")
    assert "(MC111)" in str(stopped.error)
