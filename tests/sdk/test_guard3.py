"""SageMaker's Python SDK, third generation, under policies: what blocks, warns and asks reaches its user as it is."""

from __future__ import annotations

from typing import Any

import pytest

from mlcost_ext.sandbox import names

from .conftest import IMAGE, Sdk, StartSdk
from .guarded import BLOCKS, STOPPED, WARNS, GuardedSdk, names_of
from .test_sdk3 import PRELUDE

TRAIN = "trainer().train(input_data_config=data, wait=False, logs=False)"
RUN = """
Processor(role=role, image_uri=image, instance_count=1, instance_type="ml.m5.xlarge").run(
    inputs=[], wait=False, logs=False, job_name={name!r})
"""
TUNE = """
HyperparameterTuner(
    trainer(), "loss", {{"lr": ContinuousParameter(0.1, 0.2)}}, max_jobs=4, max_parallel_jobs=2,
    metric_definitions=[{{"Name": "loss", "Regex": "loss=(.*)"}}],
).tune(inputs={{"train": "s3://bucket/in"}}, job_name={name!r}, wait=False)
"""
TRANSFORM = "Transformer('guarded3-model', 1, 'ml.m5.xlarge').transform('s3://bucket/in', job_name={name!r}, wait=False)"
DEPLOY = """
from sagemaker.serve import ModelBuilder
builder = ModelBuilder(image_uri=image, s3_model_data_url="s3://bucket/model.tar.gz", role_arn=role, instance_type="ml.m5.xlarge")
builder.build(model_name={name!r})
builder.deploy(endpoint_name={name!r}, wait=False)
"""
CREATE = """
EndpointConfig.create(endpoint_config_name={name!r}, production_variants=[ProductionVariant(
    variant_name="all", model_name="guarded3-model", initial_instance_count=1, instance_type="ml.m5.xlarge")])
Endpoint.create(endpoint_name={name!r}, endpoint_config_name={name!r})
"""
CALLS = {"training": TRAIN, "processing": RUN, "tuning": TUNE, "transform": TRANSFORM, "endpoint": DEPLOY, "resources": CREATE}
KINDS = {"resources": "endpoint"}


@pytest.fixture(scope="module")
def guarded(start_sdk: StartSdk, sagemaker: Any, tmp_path_factory: pytest.TempPathFactory) -> GuardedSdk:
    """Give a kernel with the SDK imported, and a model."""
    file = tmp_path_factory.mktemp("policy") / "policy.yaml"
    file.write_text("version: 1\n")
    kernel: Sdk = start_sdk("sdk3", MLCOST_POLICY=str(file))
    kernel.do(PRELUDE)
    container = {"Image": IMAGE, "ModelDataUrl": "s3://bucket/model.tar.gz"}
    sagemaker.create_model(ModelName="guarded3-model", ExecutionRoleArn=names.ROLE_ARN, PrimaryContainer=container)
    return GuardedSdk(kernel, file)


def test_what_blocks_reaches_the_user(guarded: GuardedSdk, sagemaker: Any) -> None:
    """Of each kind, and as it is: no error of the SDK's around it; nothing is created."""
    guarded.policy(BLOCKS)
    before = names_of(sagemaker)
    for call, code in CALLS.items():
        _, caught = guarded.call(code.format(name=f"guarded3-{call}"))
        assert caught is not None, call
        assert caught.startswith(STOPPED), caught
        assert "against the policy (MC104). `%cost_fix 1`" in caught, caught
    assert guarded.outcomes() == ["blocked"] * len(CALLS)
    assert not [name for name in names_of(sagemaker) - before if "guarded" in name]  # an AutoML job of before goes on


def test_what_is_shown_is_no_stack(guarded: GuardedSdk) -> None:
    """A cell that was stopped in the middle of the SDK shows the reason in one line, though `rich` shows all other errors."""
    guarded.policy(BLOCKS)
    answer = guarded.kernel.run(TRAIN)
    assert answer.error is not None
    assert answer.error.startswith("LaunchStopped: Not launched: 2 × ml.m5.xlarge is against the policy")
    assert answer.traceback.startswith("Not launched: ")
    assert "File" not in answer.traceback


def test_what_warns_goes_through(guarded: GuardedSdk) -> None:
    """Each kind is launched as before."""
    guarded.policy(WARNS)
    for call, code in CALLS.items():
        _, caught = guarded.call(code.format(name=f"warned3-{call}"))
        assert (call, caught) == (call, None)
        launch = guarded.kernel.launches()[-1]
        assert (launch["kind"], launch["result"]) == (KINDS.get(call, call), "accepted")
    assert set(guarded.outcomes()[-len(CALLS) :]) == {"sent"}


def test_fix_that_is_chosen_is_launched(guarded: GuardedSdk, sagemaker: Any) -> None:
    """`ModelTrainer.train` asks, and what AWS gets is the mended request."""
    required = "tags: {required: {owner: {allowed: [ada, bob]}, environment: {default: dev}}}"
    guarded.policy(f"inherit: none\nrules: {{MC101: {{verdict: ask, limit_list_cost: 50}}, MC301: {{verdict: ask}}}}\n{required}")
    code = """
large = ModelTrainer(
    training_image=image, compute=Compute(instance_type="ml.p4d.24xlarge", instance_count=1), base_job_name="fixed3",
    stopping_condition=StoppingCondition(max_runtime_in_seconds=86400), tags=[Tag(key="team", value="fraud")],
)
large.train(input_data_config=data, wait=False, logs=False)
"""
    answer, caught = guarded.call(code, says=["1", "ada"])
    assert (caught, answer.asked[1:]) == (None, ["Tag owner (ada, bob): "])
    launch = guarded.kernel.launches()[-1]
    job = sagemaker.describe_training_job(TrainingJobName=launch["name"])
    assert job["StoppingCondition"]["MaxRuntimeInSeconds"] < 86_400
    tags = guarded.tags(sagemaker, job["TrainingJobArn"])
    assert {key: tags.get(key) for key in ("team", "owner", "environment")} == {
        "team": "fraud",
        "owner": "ada",
        "environment": "dev",
    }
    assert (guarded.outcomes()[-1], launch["result"]) == ("fixed", "accepted")
