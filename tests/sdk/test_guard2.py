"""SageMaker's Python SDK, second generation, under policies: what blocks, warns and asks reaches its user as it is."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .conftest import Sdk, StartSdk, last_launch
from .guarded import BLOCKS, STOPPED, WARNS, GuardedSdk, names_of
from .test_sdk2 import PRELUDE

FIT = "estimator.fit({{'train': 's3://bucket/in'}}, wait={wait}, job_name={name!r})"
RUN = """
ScriptProcessor(role=role, image_uri=image, command=["python3"], instance_count=1, instance_type="ml.m5.xlarge").run(
    code="s3://bucket/prepare.py", wait=False, logs=False, job_name={name!r})
"""
TUNE = """
HyperparameterTuner(
    estimator, "loss", {{"lr": ContinuousParameter(0.1, 0.2)}}, max_jobs=4, max_parallel_jobs=2,
    metric_definitions=[{{"Name": "loss", "Regex": "loss=(.*)"}}],
).fit({{"train": "s3://bucket/in"}}, job_name={name!r}, wait=False)
"""
TRANSFORM = "Transformer('guarded2-model', 1, 'ml.m5.xlarge').transform('s3://bucket/in', job_name={name!r}, wait=False)"
DEPLOY = """
Model(image_uri=image, model_data="s3://bucket/model.tar.gz", role=role, name={name!r}).deploy(
    1, "ml.m5.xlarge", endpoint_name={name!r}, wait=False)
"""
CALLS = {
    "training": FIT.replace("{wait}", "False"),
    "processing": RUN,
    "tuning": TUNE,
    "transform": TRANSFORM,
    "endpoint": DEPLOY,
}
TEAM = "tags: {required: {team: {allowed: [fraud, credit]}, environment: {default: dev}}}"


@pytest.fixture(scope="module")
def guarded(start_sdk: StartSdk, tmp_path_factory: pytest.TempPathFactory) -> GuardedSdk:
    """Give a kernel with the SDK imported, and a model."""
    file = tmp_path_factory.mktemp("policy") / "policy.yaml"
    file.write_text("version: 1\n")
    kernel: Sdk = start_sdk("sdk2", MLCOST_POLICY=str(file))
    kernel.do(PRELUDE)
    model = "Model(image_uri=image, model_data='s3://bucket/model.tar.gz', role=role, name='guarded2-model')"
    kernel.do(f"{model}.create(instance_type='ml.m5.xlarge')")
    return GuardedSdk(kernel, file)


def test_what_blocks_reaches_the_user(guarded: GuardedSdk, sagemaker: Any) -> None:
    """Of each kind, and as it is: no error of the SDK's around it; nothing is created."""
    guarded.policy(BLOCKS)
    before = names_of(sagemaker)
    for kind, code in CALLS.items():
        _, caught = guarded.call(code.format(name=f"guarded2-{kind}"))
        assert caught is not None, kind
        assert caught.startswith(STOPPED), caught
        assert re.match(r".* ml\.m5\.xlarge (is|are) against the policy \(MC104\)\. `%cost_fix 1`", caught), caught
    assert guarded.outcomes() == ["blocked"] * len(CALLS)
    assert not [name for name in names_of(sagemaker) - before if "guarded" in name]  # an AutoML job of before goes on


def test_what_is_shown_is_no_stack(guarded: GuardedSdk) -> None:
    """A cell that was stopped in the middle of the SDK shows the reason in one line."""
    guarded.policy(BLOCKS)
    answer = guarded.kernel.run(FIT.format(wait=True, name="guarded2-waited"))
    assert answer.error is not None
    assert answer.error.startswith("LaunchStopped: Not launched: 2 × ml.m5.xlarge is against the policy")
    assert answer.traceback.startswith("Not launched: ")
    assert "File" not in answer.traceback


def test_what_warns_goes_through(guarded: GuardedSdk) -> None:
    """Each kind is launched as before."""
    guarded.policy(WARNS)
    for kind, code in CALLS.items():
        _, caught = guarded.call(code.format(name=f"warned2-{kind}"))
        assert (kind, caught) == (kind, None)
        assert last_launch(guarded.kernel) == (kind, f"warned2-{kind}", "accepted")
    assert set(guarded.outcomes()[-len(CALLS) :]) == {"sent"}


def test_fix_that_is_chosen_is_launched(guarded: GuardedSdk, sagemaker: Any) -> None:
    """`Estimator.fit` asks, and what AWS gets is the mended request; the estimator itself stays as it was."""
    guarded.policy(f"inherit: none\nrules: {{MC101: {{verdict: ask, limit_list_cost: 50}}, MC301: {{verdict: ask}}}}\n{TEAM}")
    code = """
large = Estimator(image_uri=image, role=role, instance_count=1, instance_type="ml.p4d.24xlarge", max_run=86400)
large.fit({'train': 's3://bucket/in'}, wait=False, job_name='fixed2-train')
"""
    answer, caught = guarded.call(code, says=["1", "fraud"])
    assert (caught, answer.asked[1:]) == (None, ["Tag team (fraud, credit): "])
    job = sagemaker.describe_training_job(TrainingJobName="fixed2-train")
    assert job["StoppingCondition"]["MaxRuntimeInSeconds"] < 86_400
    assert guarded.tags(sagemaker, job["TrainingJobArn"]) == {"team": "fraud", "environment": "dev"}
    assert guarded.outcomes()[-1] == "fixed"
    assert guarded.kernel.value("large.max_run") == 86_400
    assert last_launch(guarded.kernel) == ("training", "fixed2-train", "accepted")


def test_endpoint_is_not_asked_about_again(guarded: GuardedSdk, sagemaker: Any) -> None:
    """`Model.deploy` makes configuration and endpoint: one question, and what was answered stands on both."""
    rules = "{MC101: {verdict: ask, limit_list_cost_per_month: 20}, MC301: {verdict: ask}}"
    guarded.policy(f"inherit: none\nrules: {rules}\n{TEAM}\noverrides: {{reason_required: false}}")
    guarded.kernel.do("%cost_tags team=credit")
    before = len(guarded.outcomes())
    answer, caught = guarded.call(DEPLOY.format(name="asked2-as-it-is"), says=["1"])
    assert (caught, len(answer.asked)) == (None, 1)
    assert guarded.outcomes()[before:].count("as_is") == 1
    guarded.kernel.do("%cost_tags team=")
    assert_tagged(guarded, sagemaker, "asked2-as-it-is", {"team": "credit", "environment": "dev"})


def test_tag_that_was_asked_for_is_on_both(guarded: GuardedSdk, sagemaker: Any) -> None:
    """What a person has said of the configuration counts for its endpoint."""
    guarded.policy(f"inherit: none\nrules: {{MC301: {{verdict: ask}}}}\n{TEAM}")
    answer, caught = guarded.call(DEPLOY.format(name="asked2-tagged"), says=["1", "fraud"])
    assert caught is None
    assert answer.asked[1:] == ["Tag team (fraud, credit): "]
    assert_tagged(guarded, sagemaker, "asked2-tagged", {"team": "fraud", "environment": "dev"})


def assert_tagged(guarded: GuardedSdk, sagemaker: Any, name: str, tags: dict[str, str]) -> None:
    config = sagemaker.describe_endpoint_config(EndpointConfigName=name)["EndpointConfigArn"]
    endpoint = sagemaker.describe_endpoint(EndpointName=name)["EndpointArn"]
    assert [guarded.tags(sagemaker, arn) for arn in (config, endpoint)] == [tags] * 2
