"""`mlcost policy explain` says of a request what a kernel does with it, under each policy that is shipped."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mlcost_ext.cli.main import main
from mlcost_ext.sandbox import names

from .conftest import IMAGE, ROOT, Answer, Kernel

POLICIES = {
    "interface": ROOT / "mlcost_ext/sandbox/notebooks/policy.yaml",
    "regulated": ROOT / "docs/policies/regulated-company.yaml",
    "small-team": ROOT / "docs/policies/small-team.yaml",
}
HOUR, DAY = 3600, 86_400
TAGS = [
    {"Key": key, "Value": value}
    for key, value in {
        "team": "fraud-platform", "environment": "dev", "model": "churn-v3", "cost-centre": "CC-1234", "project": "churn",
    }.items()
]  # fmt: skip
ALGORITHM = {"TrainingImage": IMAGE, "TrainingInputMode": "File"}
OUTPUT = {"S3OutputPath": "s3://bucket/out"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """An operation of boto3's client, the member that has the name, and the rest of a request."""

    operation: str
    named: str
    request: dict[str, Any]

    def called(self, name: str) -> dict[str, Any]:
        return {**self.request, self.named: name}


def machine(instance_type: str) -> dict[str, Any]:
    return {"InstanceType": instance_type, "InstanceCount": 1, "VolumeSizeInGB": 30}


def training(instance_type: str, seconds: int, *, tags: Any = TAGS, **more: Any) -> Launch:
    request = {
        "RoleArn": names.ROLE_ARN,
        "AlgorithmSpecification": ALGORITHM,
        "OutputDataConfig": OUTPUT,
        "ResourceConfig": machine(instance_type),
        "StoppingCondition": {"MaxRuntimeInSeconds": seconds},
        "Tags": tags,
    }
    return Launch(operation="create_training_job", named="TrainingJobName", request={**request, **more})


def tuning(instance_type: str, jobs: int) -> Launch:
    ranges = {"ContinuousParameterRanges": [{"Name": "lr", "MinValue": "0.1", "MaxValue": "0.2"}]}
    limits = {"MaxNumberOfTrainingJobs": jobs, "MaxParallelTrainingJobs": 2}
    objective = {"Type": "Minimize", "MetricName": "loss"}
    algorithm = {**ALGORITHM, "MetricDefinitions": [{"Name": "loss", "Regex": "loss=(.*)"}]}
    request = {
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": objective,
            "ResourceLimits": limits,
            "ParameterRanges": ranges,
        },
        "TrainingJobDefinition": {
            "AlgorithmSpecification": algorithm,
            "RoleArn": names.ROLE_ARN,
            "OutputDataConfig": OUTPUT,
            "ResourceConfig": machine(instance_type),
            "StoppingCondition": {"MaxRuntimeInSeconds": HOUR},
        },
        "Tags": TAGS,
    }
    operation, named = "create_hyper_parameter_tuning_job", "HyperParameterTuningJobName"
    return Launch(operation=operation, named=named, request=request)


def processing(instance_type: str, seconds: int) -> Launch:
    request = {
        "RoleArn": names.ROLE_ARN,
        "AppSpecification": {"ImageUri": IMAGE},
        "ProcessingResources": {"ClusterConfig": machine(instance_type)},
        "StoppingCondition": {"MaxRuntimeInSeconds": seconds},
        "Tags": TAGS,
    }
    return Launch(operation="create_processing_job", named="ProcessingJobName", request=request)


def transform(instance_type: str, count: int) -> Launch:
    request = {
        "ModelName": "explained",
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}},
        "TransformOutput": {"S3OutputPath": "s3://bucket/out"},
        "TransformResources": {"InstanceType": instance_type, "InstanceCount": count},
        "Tags": TAGS,
    }
    return Launch(operation="create_transform_job", named="TransformJobName", request=request)


def endpoint_config(**variant: Any) -> Launch:
    request = {"ProductionVariants": [{"VariantName": "all", "ModelName": "explained", **variant}], "Tags": TAGS}
    return Launch(operation="create_endpoint_config", named="EndpointConfigName", request=request)


def notebook(instance_type: str) -> Launch:
    request = {"InstanceType": instance_type, "RoleArn": names.ROLE_ARN, "Tags": TAGS}
    return Launch(operation="create_notebook_instance", named="NotebookInstanceName", request=request)


def app(instance_type: str) -> Launch:
    request = {
        "DomainId": names.DOMAIN_ID,
        "SpaceName": names.SPACE_NAME,
        "AppType": "JupyterLab",
        "ResourceSpec": {"InstanceType": instance_type},
        "Tags": TAGS,
    }
    return Launch(operation="create_app", named="AppName", request=request)


LAUNCHES = {
    "training-small": training("ml.m5.large", HOUR // 4),
    "training-untagged": training("ml.m5.large", HOUR // 4, tags=[]),
    "training-long": training("ml.m5.large", 5 * DAY),
    "training-dear": training("ml.g5.12xlarge", DAY),
    "training-denied": training("ml.p5.48xlarge", HOUR),
    "training-excepted": training("ml.p4d.24xlarge", HOUR, tags=[*TAGS[1:], {"Key": "team", "Value": "credit-risk"}]),
    "training-on-spot": training(
        "ml.g5.xlarge",
        2 * HOUR,
        EnableManagedSpotTraining=True,
        StoppingCondition={"MaxRuntimeInSeconds": 2 * HOUR, "MaxWaitTimeInSeconds": 2 * HOUR},
    ),
    "training-unknown-type": training("ml.g5.huge", HOUR),
    "tuning": tuning("ml.m5.large", 4),
    "tuning-many": tuning("ml.g5.xlarge", 80),
    "processing": processing("ml.m5.large", HOUR),
    "processing-long": processing("ml.m5.4xlarge", 3 * DAY),
    "transform": transform("ml.m5.large", 1),
    "transform-denied": transform("ml.p4d.24xlarge", 1),
    "endpoint-config-serverless": endpoint_config(ServerlessConfig={"MemorySizeInMB": 2048, "MaxConcurrency": 5}),
    "endpoint-config": endpoint_config(InstanceType="ml.g5.2xlarge", InitialInstanceCount=2),
    "notebook": notebook("ml.t3.medium"),
    "notebook-dear": notebook("ml.p3.8xlarge"),
    "app": app("ml.t3.medium"),
    "app-dear": app("ml.g5.12xlarge"),
}
SURE = {
    "interface": {
        "training-small": "allow",
        "training-untagged": "ask",
        "training-long": "block",
        "training-dear": "ask",
        "training-denied": "block",
        "training-unknown-type": "warn",
        "tuning": "warn",
        "processing-long": "block",
        "transform": "allow",
        "endpoint-config": "ask",
        "notebook-dear": "ask",
        "app-dear": "ask",
    },
    "regulated": {"training-untagged": "block", "training-dear": "ask", "transform-denied": "block", "tuning": "ask"},
    "small-team": {"training-small": "allow", "training-untagged": "warn", "training-denied": "ask", "transform-denied": "ask"},
}
"""What does not depend on how old the prices are, or on the day."""
PRELUDE = f"""
import boto3
client = boto3.client("sagemaker")
client.create_model(
    ModelName="explained", ExecutionRoleArn={names.ROLE_ARN!r},
    PrimaryContainer={{"Image": {IMAGE!r}, "ModelDataUrl": "s3://bucket/model.tar.gz"}},
)
"""
STOPPED = ("stopped", "unanswerable", "blocked")


class Explain:
    """The command line, beside a kernel under the same policy."""

    def __init__(self, policy: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._policy, self._file, self._capsys = policy, file, capsys

    def __call__(self, request: dict[str, Any], *more: str) -> dict[str, Any]:
        self._file.write_text(json.dumps(request))
        self._capsys.readouterr()
        status = main(["--json", "policy", "explain", str(self._file), "--policy", str(self._policy), *more])
        found: dict[str, Any] = json.loads(self._capsys.readouterr().out)
        assert status == (1 if found["decision"] in ("ask", "block") else 0)
        return found


def told(kernel: Kernel, launch: Launch, name: str, says: list[str] | None) -> tuple[str, str]:
    """Launch it and give what the kernel has decided, and what became of it: ``allow``, ``warn`` or ``block``."""
    before = len(kernel.decisions())
    answer = kernel.run(f"client.{launch.operation}(**{launch.called(name)!r})", says=says)
    noted = kernel.decisions()[before:]
    assert len(noted) <= 1, noted
    is_stopped = answer.error is not None and answer.error.startswith("LaunchStopped: ")
    assert is_stopped == bool(noted and noted[0]["outcome"] in STOPPED), (answer.error, noted)
    assert_sent(answer, launch, is_stopped=is_stopped)
    decision = noted[0]["decision"] if noted else "allow"
    return decision, "block" if is_stopped else "warn" if decision == "ask" else decision


def assert_sent(answer: Answer, launch: Launch, *, is_stopped: bool) -> None:
    """Look that what was not stopped was sent: AWS took it, or refused it itself."""
    if not is_stopped:
        assert answer.error is None or "An error occurred" in answer.error, (launch, answer.error)


@pytest.mark.parametrize("policy", POLICIES)
def test_same_decision_as_in_a_kernel(
    start_kernel: Callable[..., Kernel],
    practice: str,
    home: Path,
    tmp_path: Path,
    policy: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`decision` is what somebody is asked, `effective_decision` what happens where nobody is."""
    monkeypatch.setenv("MLCOST_HOME", str(home))
    monkeypatch.setenv("AWS_REGION", names.REGION_ID)
    kernel = start_kernel(AWS_ENDPOINT_URL=practice, MLCOST_POLICY=str(POLICIES[policy]))
    kernel.run(PRELUDE)
    explain = Explain(POLICIES[policy], tmp_path / "request.json", capsys)
    expected, in_cell, unattended = {}, {}, {}
    for key, launch in LAUNCHES.items():
        document = explain(launch.called(f"{policy}-{key}"))
        expected[key] = (document["decision"], document["effective_decision"])
        in_cell[key] = told(kernel, launch, f"{policy}-{key}-asked", [])[0]
        unattended[key] = told(kernel, launch, f"{policy}-{key}", None)
    assert in_cell == {key: decision for key, (decision, _) in expected.items()}
    assert unattended == expected
    decisions = {key: decision for key, (decision, _) in expected.items()}
    assert {key: decisions[key] for key in SURE[policy]} == SURE[policy]


def test_the_same_tags_are_filled_in(
    start_kernel: Callable[..., Kernel],
    practice: str,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Those of the project in whose folder it is asked, and what `%cost_tags` says, or `--tag`."""
    folder = tmp_path / "notebooks" / "churn"
    folder.mkdir(parents=True)
    (folder / ".mlcost.yaml").write_text("tags: {team: fraud-platform, model: churn-v3, cost-centre: CC-1234}\n")
    root = {"MLCOST_SERVER_ROOT": str(folder.parent)}
    for name, value in {"MLCOST_HOME": str(home), "AWS_REGION": names.REGION_ID, **root}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    policy = POLICIES["regulated"]
    kernel = start_kernel(
        AWS_ENDPOINT_URL=practice, MLCOST_POLICY=str(policy), JPY_SESSION_NAME=str(folder / "train.ipynb"), **root
    )
    kernel.run(PRELUDE)
    explain = Explain(policy, tmp_path / "request.json", capsys)
    launches = {"small": training("ml.m5.large", HOUR // 4, tags=[]), "p4d": training("ml.p4d.24xlarge", HOUR, tags=[])}
    for tags in ([], ["team=credit-risk"], ["team=nobody"]):
        kernel.run(f"%cost_tags {' '.join(tags)}")
        for key, launch in launches.items():
            request, more = launch.called(f"tags-{key}"), [word for tag in tags for word in ("--tag", tag)]
            monkeypatch.chdir(tmp_path)
            assert "MC301" in [each["rule"] for each in explain(request)["findings"]]
            monkeypatch.chdir(folder)
            document = explain(request, *more)
            assert ("MC301" in [each["rule"] for each in document["findings"]]) == (tags == ["team=nobody"])
            assert told(kernel, launch, f"tags-{key}-{len(kernel.decisions())}", [])[0] == document["decision"]
