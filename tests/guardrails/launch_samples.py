"""Launches to be judged: whole requests that AWS takes, real estimates of them, and whether a fix holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache, partial
from typing import Any

import botocore.session
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from mlcost_ext.core.merge_patch import merged
from mlcost_ext.core.rule import NothingKept, Objection, OptionValue, Proposal, Rule
from mlcost_ext.jobs.requests import read_request, request_kind_named
from mlcost_ext.sandbox.validate import check_request
from mlcost_ext.usecases.alternatives import fitting, priced
from mlcost_ext.usecases.estimating import Estimator
from mlcost_ext.usecases.tag_filling import tags_of
from tests.fakes import NOW, REGION
from tests.usecases.test_estimating import FORECAST, MARKET, Facts, History, Market, Prices

DAY, HOUR = 86_400, 3600
ROLE = "arn:aws:iam::111122223333:role/training"
OUTPUT = {"S3OutputPath": "s3://models/churn/"}
IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/churn:1"
ALGORITHM = {"TrainingImage": IMAGE, "TrainingInputMode": "File"}
LATEST = {"ml.g5.xlarge": FORECAST}
"""Fourteen runs of an hour; nine of ten of them took 5,000 s at most."""


class Evidence:
    """Somebody who remembers these runs; an error in their place is raised."""

    def __init__(self, runs: Any = ()) -> None:
        self.runs = runs

    def earlier_runs(self, kind, key, request):
        if isinstance(self.runs, Exception):
            raise self.runs
        return self.runs

    def bucket_region(self, bucket):
        raise NothingKept("Nobody is asked.")

    def training_types(self):
        raise NothingKept("Nobody is asked.")


def training(**changes: Any) -> dict[str, Any]:
    """Make a training request that says all that it should; a change to None leaves a member out."""
    return _with(
        changes,
        TrainingJobName="churn-1",
        RoleArn=ROLE,
        AlgorithmSpecification=ALGORITHM,
        OutputDataConfig=OUTPUT,
        ResourceConfig={"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        StoppingCondition={"MaxRuntimeInSeconds": DAY},
    )


def on_spot(limit: int = DAY, wait: int | None = None, **changes: Any) -> dict[str, Any]:
    """Make one on managed Spot."""
    condition = {"MaxRuntimeInSeconds": limit, "MaxWaitTimeInSeconds": wait or limit}
    return training(EnableManagedSpotTraining=True, **{"StoppingCondition": condition, **changes})


def definition(**changes: Any) -> dict[str, Any]:
    """Make a definition of a tuning job's training jobs."""
    return _with(
        changes,
        AlgorithmSpecification=ALGORITHM,
        RoleArn=ROLE,
        OutputDataConfig=OUTPUT,
        ResourceConfig={"InstanceType": "ml.g5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        StoppingCondition={"MaxRuntimeInSeconds": DAY},
    )


def tuning(config: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Make a tuning request; `config` changes its configuration."""
    usual = {
        "Strategy": "Bayesian",
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 2, "MaxRuntimeInSeconds": 10 * DAY},
        "TrainingJobEarlyStoppingType": "Auto",
    }
    return _with(
        changes,
        HyperParameterTuningJobName="tune-1",
        HyperParameterTuningJobConfig=_with(config or {}, **usual),
        TrainingJobDefinition=definition(),
    )


def several(*definitions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Make a tuning request of several definitions."""
    named = [{"DefinitionName": f"d{i}", **each} for i, each in enumerate(definitions)]
    return tuning(TrainingJobDefinition=None, TrainingJobDefinitions=named, **changes)


def processing(**changes: Any) -> dict[str, Any]:
    """Make a processing request."""
    cluster = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}
    return _with(
        changes,
        ProcessingJobName="prepare-1",
        RoleArn=ROLE,
        AppSpecification={"ImageUri": IMAGE},
        ProcessingResources={"ClusterConfig": cluster},
        StoppingCondition={"MaxRuntimeInSeconds": DAY},
    )


def endpoint_config(*types: str, **changes: Any) -> dict[str, Any]:
    """Make an endpoint configuration with a variant of each type."""
    variants = [
        {"VariantName": f"v{i}", "ModelName": "churn", "InstanceType": name, "InitialInstanceCount": 1}
        for i, name in enumerate(types or ("ml.g5.xlarge",))
    ]
    return _with(changes, EndpointConfigName="churn", ProductionVariants=variants)


def _with(changes: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {key: value for key, value in {**fields, **changes}.items() if value is not None}


# -- judging ------------------------------------------------------------------------------------


def proposal(
    request: Mapping[str, Any],
    kind: str = "training",
    *,
    forecasts: Mapping[str, Any] | None = None,
    hours: Decimal | None = None,
    contracted: Decimal | None = None,
    region_id: str = REGION,
    estimator: Estimator | None = None,
    **changes: Any,
) -> Proposal:
    """Make a proposal with a real estimate of the request, by an estimator or a few prices; `changes` are its fields."""
    estimator = estimator or Estimator(Prices(contracted), Facts(), Market(), History(forecasts or {}))
    prices, facts = estimator.prices, estimator.facts
    fields = {
        "kind": kind,
        "region_id": region_id,
        "request": request,
        "tags": tags_of(request),
        "planned": read_request(kind, request, region_id, facts),
        "estimate": replace(estimator.estimate(kind, request, region_id, hours=hours), alternatives=[]),
        "required_tags": (),
        "facts": facts,
        "fitting": lambda component, name: tuple(fitting(component, name, region_id, prices=prices, facts=facts)),
        "priced": lambda component: tuple(priced(component, region_id, prices)),
        "evidence": Evidence(),
        "now": NOW,
        "spot": MARKET,
    }
    return Proposal(**{**fields, **changes})


def options_of(rule: Rule, **given: OptionValue) -> dict[str, OptionValue]:
    """Give a rule's options with its defaults."""
    defaults = {option.name: option.default for option in rule.options}
    assert set(given) <= set(defaults)
    return {**defaults, **given}


def objections(rule: Rule, launch: Proposal, **given: OptionValue) -> tuple[Objection, ...]:
    """Let a rule judge."""
    return rule.judge(launch, options_of(rule, **given))


@cache
def service() -> ServiceModel:
    return botocore.session.get_session().get_service_model("sagemaker")


def faults_of(kind: str, request: Mapping[str, Any]) -> str:
    """Say what botocore, and the practice account by AWS's own bounds, have against a request; empty: nothing."""
    found = request_kind_named(kind)
    assert found is not None
    version = 1 if kind == "automl" and "AutoMLProblemTypeConfig" in request else 0
    model = service().operation_model(found.operations[version])
    report = ParamValidator().validate(dict(request), model.input_shape)
    if report.has_errors():
        return str(report.generate_report())
    check_request(model, request)
    return ""


def fixed(
    rule: Rule,
    request: Mapping[str, Any],
    kind: str = "training",
    *,
    fields: Mapping[str, Any] | None = None,
    **given: OptionValue,
) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """Apply the fix of the only objection, and make sure that AWS takes it and that nothing is left to say.

    Args:
        rule: The rule.
        request: A request that AWS takes.
        kind: Its kind.
        fields: What `proposal` is given.
        given: The rule's options.

    Returns:
        The request with the fix applied, and the fix.
    """
    make = partial(proposal, kind=kind, **(fields or {}))
    assert faults_of(kind, request) == ""
    (found,) = objections(rule, make(request), **given)
    assert found.fix is not None
    after = merged(request, found.fix)
    assert faults_of(kind, after) == ""
    assert objections(rule, make(after), **given) == ()
    return after, found.fix
