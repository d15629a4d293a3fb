"""mlcost.estimate(): which region and which prices it takes, what it says where something is wrong, and what it imports."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import mlcost_ext as mlcost
from mlcost_ext.core.errors import MlcostError, UsageError
from mlcost_ext.kernel import estimate as module
from mlcost_ext.kernel.targets import Options, Target

REQUEST: dict[str, Any] = {
    "TrainingJobName": "churn-1",
    "RoleArn": "arn:aws:iam::111122223333:role/SageMaker",
    "AlgorithmSpecification": {"TrainingImage": "image:1", "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
    "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
    "StoppingCondition": {"MaxRuntimeInSeconds": 7200},
}
REGION_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "MLCOST_SERVER_ID")


@pytest.fixture(autouse=True)
def nowhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be a kernel of no server, with no region."""
    for name in REGION_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLCOST_HOME", str(home))
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "RESOURCE_METADATA_FILE"):
        monkeypatch.setenv(name, str(home / "none"))
    module.estimator_in.cache_clear()
    return home


def test_a_request_and_options() -> None:
    """Options count more than the target, and the dict is what goes over the wire."""
    report = mlcost.estimate(REQUEST, region_id="us-east-1", hours=1)
    price = Decimal(report.estimate.lines[0].list_unit_price or "")
    assert report.estimate.lines[0].list_cost.expected == price
    assert report.estimate.duration_seconds.basis == "given"
    twice = mlcost.estimate(REQUEST, region_id="us-east-1", hours="1", instance_count=2, instance_type="ml.m5.2xlarge")
    assert twice.estimate.lines[0].instance_type == "ml.m5.2xlarge"
    assert twice.estimate.lines[0].pricing_quantity == 2
    assert twice.to_dict()["kind"] == "training"
    assert repr(report).startswith("About USD ")


def test_the_size_of_an_input() -> None:
    """As bytes to whoever estimates; a wrong one is named with what to write."""
    found = mlcost.estimate(REQUEST, region_id="us-east-1", input_gb=0.5).estimate
    assert found.assumptions[-1].startswith("input: 0.5 GB, as given; not counted")
    with pytest.raises(MlcostError, match="input_gb is -1, which is no size that an input can have"):
        mlcost.estimate(REQUEST, region_id="us-east-1", input_gb=-1)


def test_options_alone() -> None:
    """They describe it; what was taken instead of what they do not say is among the assumptions."""
    report = mlcost.estimate(kind="training", instance_type="ml.m5.xlarge", hours=Decimal(2), region_id="eu-west-1")
    assert report.estimate.region_id == "eu-west-1"
    assert report.estimate.assumptions


def test_a_space_by_its_volume_alone() -> None:
    """50 GB of gp3 for JupyterLab, by the hour; it needs no instance type."""
    found = mlcost.estimate(kind="space", volume_gb=50, region_id="us-east-1").estimate
    (line,) = found.lines
    assert (line.component, line.instance_type, found.is_complete) == ("Storage-Studio-JupyterLab", None, True)
    assert found.cost_per_hour == (Decimal(line.list_unit_price or "") * 50 / 720).quantize(found.cost_per_hour or Decimal(1))


def test_what_the_target_does_not_tell_is_an_assumption(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each note stands there once."""
    target = Target(kind="training", request=REQUEST, region_id="us-east-1", notes=("Taken: one instance.", "Taken: 30 GB."))
    monkeypatch.setattr(module, "read_target", lambda *_: target)
    assumptions = mlcost.estimate(REQUEST).estimate.assumptions
    assert assumptions[-2:] == list(target.notes)


@pytest.mark.parametrize(
    ("said", "session", "env", "region_id"),
    [
        ("eu-west-1", "eu-west-2", {"AWS_REGION": "eu-west-3", "AWS_DEFAULT_REGION": "us-west-1"}, "eu-west-1"),
        (None, "eu-west-2", {"AWS_REGION": "eu-west-3", "AWS_DEFAULT_REGION": "us-west-1"}, "eu-west-2"),
        (None, None, {"AWS_REGION": "eu-west-3", "AWS_DEFAULT_REGION": "us-west-1"}, "eu-west-3"),
        (None, None, {"AWS_DEFAULT_REGION": "us-west-1"}, "us-west-1"),
        (None, None, {"AWS_PROFILE": "team"}, "eu-north-1"),
    ],
)
def test_region(said: str | None, session: str | None, env: dict[str, str], region_id: str, tmp_path: Path) -> None:
    """What is said, the target's session, the environment, the profile, in this order."""
    (tmp_path / "config").write_text("[profile team]\nregion = eu-north-1\n")
    surroundings = {"AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"), **env}
    target = Target(kind="training", request={}, region_id=session)
    assert module.region_of(Options(region_id=said), target, surroundings) == region_id


@pytest.mark.parametrize(
    ("region_id", "code"),
    [(None, "region_missing"), ("nowhere", "region_invalid"), ("US-EAST-1", "region_invalid"), (7, "region_invalid")],
)
def test_no_region(region_id: Any, code: str) -> None:
    """What to do is in the message, since a traceback shows no hint."""
    with pytest.raises(UsageError) as caught:
        mlcost.estimate(REQUEST, region_id=region_id)
    assert caught.value.code == code
    assert caught.value.hint in str(caught.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"hours": 0}, "hours is 0, which is no time"),
        ({"hours": float("inf")}, "hours is inf, which is no time"),
        ({"hours": "1e400"}, "hours is '1e400', which is no time"),
        ({"instance_count": -1}, "instance_count is -1, which is no whole number"),
        ({"instance_count": True}, "instance_count is True, which is no whole number"),
        ({"volume_gb": "big"}, "volume_gb is 'big', which is no whole number"),
        ({"kind": "cooking"}, "'cooking' is no kind"),
    ],
)
def test_wrong_options(options: dict[str, Any], said: str) -> None:
    """They are named as they are called in Python."""
    with pytest.raises(MlcostError) as caught:
        mlcost.estimate(REQUEST, region_id="us-east-1", **options)
    assert said in str(caught.value)


@pytest.mark.parametrize("target", [3, "ml.m5.xlarge", [REQUEST], {}, object(), int])
def test_what_is_no_target(target: object) -> None:
    """It is an error of ours, whatever it is."""
    with pytest.raises(MlcostError):
        mlcost.estimate(target, region_id="us-east-1")


def test_one_estimator_is_kept_and_sees_new_files(nowhere: Path) -> None:
    """Prices are read once; a rate that was written meanwhile is in force."""
    before = mlcost.estimate(REQUEST, region_id="us-east-1", hours=1)
    kept = module.this_estimator()
    nowhere.mkdir(exist_ok=True)
    (nowhere / "rates.yaml").write_text("- match: {component: Training}\n  percent_off: 50\n")
    after = mlcost.estimate(REQUEST, region_id="us-east-1", hours=1)
    assert module.this_estimator() is kept
    assert before.estimate.contracted_cost is None
    assert after.estimate.contracted_cost is not None
    assert "at your own rates" in repr(after)


def test_a_ledger_that_came_later_is_read(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server keeps none before AWS has first told what runs."""
    monkeypatch.setenv("MLCOST_SERVER_ID", "s1")
    first = module.this_estimator()
    assert module.this_estimator() is first
    file = nowhere / "servers/s1/ledger.sqlite"
    file.parent.mkdir(parents=True)
    file.touch()
    assert module.this_estimator() is not first


def test_outside_of_a_server_the_freshest_tells(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `mlcost.ledger()` chooses it; a kernel of a server has that one."""
    assert module.server_of(nowhere) is None
    for name, as_of in (("s1", "2026-11-03T09:00:00Z"), ("s2", "2026-11-03T10:00:00Z"), ("s3", None)):
        file = nowhere / "servers" / name / "overview.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"as_of": as_of}))
    assert module.server_of(nowhere) == "s2"
    monkeypatch.setenv("MLCOST_SERVER_ID", "s1")
    assert module.server_of(nowhere) == "s1"


def test_what_cannot_be_read_is_no_server(nowhere: Path) -> None:
    """Then nothing is known of earlier runs, and the estimate says so."""
    file = nowhere / "servers/s3/overview.json"
    file.parent.mkdir(parents=True)
    file.write_text("{")
    assert module.server_of(nowhere) is None
    assert "no earlier runs" in repr(mlcost.estimate(REQUEST, region_id="us-east-1"))


def test_a_home_that_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, as everywhere."""
    monkeypatch.setenv("MLCOST_HOME", "~nobody-of-this-name/mlcost")
    with pytest.raises(MlcostError, match="no such home folder"):
        mlcost.estimate(REQUEST, region_id="us-east-1")


HEAVY = (
    "pydantic",
    "numpy",
    "pandas",
    "botocore",
    "boto3",
    "asyncio",
    "jsonschema",
    "tornado",
    "sagemaker",
    "ipywidgets",
    "argparse",
)
PROBE = f"""
import ipykernel.kernelapp, json, sys
before = set(sys.modules)
import mlcost_ext
mlcost_ext.estimate({REQUEST!r}, region_id="us-east-1")._repr_html_()
new = set(sys.modules) - before
print(json.dumps(sorted(name for name in new if name.split(".")[0] in {HEAVY} or name.startswith("mlcost_ext.server"))))
"""


def test_nothing_heavy_is_imported(environment: dict[str, str]) -> None:
    """The first estimate of a kernel has to be there at once."""
    done = subprocess.run([sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []
