"""The checks of AWS against an AWS that answers what it is told to."""

import threading

import pytest

from mlcost_ext.aws.reader.operations import ACTIONS, OPTIONAL, READS, action_of
from mlcost_ext.cli.doctor import credentials, permissions
from mlcost_ext.cli.doctor.door import NO_ANSWER, together
from mlcost_ext.cli.doctor.reads import NO_SUCH
from mlcost_ext.core.job import Problem

EMPTY = {"Results": []}
NOT_FOUND = Problem(code="not_found", message="-", hint="-")
TRIED = [read for read in READS if read not in OPTIONAL]
NOTHING = {action_of(read): NOT_FOUND if read.startswith("Describe") else {} for read in TRIED}
"""What an account without anything answers whoever may read all."""
UNTRIED = ("permission_stop", "permission_inputs")
ARN = "arn:aws:sagemaker:us-east-1:111122223333:thing/one"
SOMETHING = {
    **NOTHING,
    "sagemaker:ListProcessingJobs": {"ProcessingJobSummaries": [{"ProcessingJobName": "theirs", "ProcessingJobArn": ARN}]},
    "sagemaker:ListEndpoints": {"Endpoints": [{"EndpointName": "churn"}]},
    "sagemaker:DescribeEndpoint": {"EndpointConfigName": "churn-config"},
    "sagemaker:ListInferenceComponents": {"InferenceComponents": [{"InferenceComponentName": "part"}]},
    "sagemaker:DescribeApp": {"ResourceSpec": {"InstanceType": "ml.t3.medium"}},
    "sagemaker:DescribeSpace": {},
}
MISSING = Problem(code="credentials_missing", message="None.", hint="Sign in.")


def by_name(results):
    """Give results by name."""
    return {result.name: result for result in results}


def test_account_is_shown(around, door):
    """The account's number and where the keys came from."""
    (result,) = credentials.check(around(aws=door()))
    assert (result.status, "111122223333" in result.message) == ("ok", True)


def test_permissions_wait_for_credentials(around, door):
    """Without credentials no permission is tried."""
    aws = door(identity=MISSING)
    assert {result.status for result in permissions.check(around(aws=aws))} == {"info"}
    assert aws.asked == []


def test_reads_ask_for_one_record(around, door):
    """On a laptop each list is asked for one record, each description for what is not there, and Studio's for nothing."""
    aws = door(NOTHING)
    results = by_name(permissions.check(around(aws=aws)))
    assert {result.status for name, result in results.items() if name not in UNTRIED} == {"ok"}
    asked = dict(aws.asked)
    assert asked["sagemaker:Search"] == {"Resource": "TrainingJob", "MaxResults": 1}
    assert all(params == {"MaxResults": 1} for action, params in asked.items() if action.startswith("sagemaker:List"))
    described = [params for action, params in asked.items() if action.startswith("sagemaker:Describe")]
    assert described
    assert all(list(params.values()) == [NO_SUCH] for params in described)
    assert not {"sagemaker:ListApps", "sagemaker:ListSpaces", "sagemaker:ListTags"} & set(asked)
    assert "permission_tags" not in results


def test_what_is_optional_is_named_and_not_tried(around, door):
    """Which bucket a launch will read, nobody knows yet."""
    aws = door(NOTHING)
    result = by_name(permissions.check(around(aws=aws)))["permission_inputs"]
    assert (result.status, result.hint) == ("info", None)
    assert result.message.startswith("s3:ListBucket is not tried, and not needed")
    assert not [action for action, _ in aws.asked if action.startswith("s3:")]


def test_everything_the_reader_asks_is_tried_once(around, door, studio_host):
    """In a Studio space with something in the account no read is left out, and nothing else is asked."""
    aws = door(SOMETHING)
    results = by_name(permissions.check(around(aws=aws, host=studio_host)))
    assert sorted(action for action, _ in aws.asked) == sorted(action_of(read) for read in TRIED)
    assert {result.status for name, result in results.items() if name not in UNTRIED} == {"ok"}
    asked = dict(aws.asked)
    assert asked["sagemaker:ListApps"] == {"MaxResults": 1, "DomainIdEquals": "d-1"}
    assert asked["sagemaker:ListTags"] == {"ResourceArn": ARN}
    assert asked["sagemaker:DescribeProcessingJob"] == {"ProcessingJobName": "theirs"}
    assert asked["sagemaker:DescribeEndpointConfig"] == {"EndpointConfigName": "churn-config"}
    assert asked["sagemaker:DescribeInferenceComponent"] == {"InferenceComponentName": "part"}


MISSING_WITHOUT = {
    "sagemaker:ListProcessingJobs": ("processing", "processing jobs are not shown and are in no total"),
    "sagemaker:DescribeProcessingJob": ("processing", "processing jobs are not shown and are in no total"),
    "sagemaker:ListTransformJobs": ("transform", "batch transform jobs are not shown and are in no total"),
    "sagemaker:ListAutoMLJobs": ("automl", "AutoML jobs and what they start are in no total"),
    "sagemaker:DescribeAutoMLJobV2": ("automl", "what was just launched shows late"),
    "sagemaker:ListNotebookInstances": ("notebooks", "notebook instances are not shown and are in no total"),
    "sagemaker:ListMonitoringSchedules": ("schedules", "monitoring schedules are not shown, nor what they start"),
    "sagemaker:ListSpaces": ("spaces", "spaces and their volumes are not shown and are in no total"),
    "sagemaker:ListApps": ("apps", "Studio apps are not shown and are in no total"),
    "sagemaker:DescribeTrainingJob": ("jobs", "what was just launched shows late"),
    "sagemaker:DescribeEndpoint": ("endpoints", "what was just launched shows late"),
    "sagemaker:DescribeHyperParameterTuningJob": ("tuning", "what was just launched shows late"),
    "sagemaker:DescribeEndpointConfig": ("endpoint_details", "what endpoints cost a day is not known"),
    "sagemaker:ListInferenceComponents": ("endpoint_details", "endpoints are shown without their inference components"),
    "sagemaker:DescribeInferenceComponent": ("endpoint_details", "endpoints are shown without their inference components"),
    "sagemaker:ListTags": ("tags", permissions.BY_TAGS),
    "cloudwatch:GetMetricData": ("last_use", permissions.NO_LAST_USE),
}


@pytest.mark.parametrize(("action", "expected"), MISSING_WITHOUT.items())
def test_what_is_missing_without_an_action(around, door, studio_host, action, expected):
    """The feature is a warning that names the action and what is not shown; all others are fine."""
    feature, without = expected
    aws = door({key: answer for key, answer in SOMETHING.items() if key != action})
    results = by_name(permissions.check(around(aws=aws, host=studio_host)))
    warned = {name: result for name, result in results.items() if result.status not in ("ok", "info")}
    assert set(warned) == {f"permission_{feature}"}
    result = warned[f"permission_{feature}"]
    assert (result.status, result.message) == ("warn", f"IAM denies {action}: {without}.")
    assert result.hint == f"Add {action} to the IAM policy of the role or user in use."


@pytest.mark.parametrize("operation", ["ListTrainingJobs", "ListEndpoints", "ListHyperParameterTuningJobs"])
def test_what_stands_in_for_search_is_not_needed_beside_it(around, door, studio_host, operation):
    """With Search allowed nothing is missing without a list that is never asked for."""
    aws = door({key: answer for key, answer in SOMETHING.items() if key != action_of(operation)})
    assert {result.status for result in permissions.check(around(aws=aws, host=studio_host))} == {"ok", "info"}


def test_without_search_the_lists_are_needed(around, door):
    """Endpoints and tuning jobs are followed by their lists then, and missing without them."""
    answers = {key: answer for key, answer in NOTHING.items() if key not in ("sagemaker:Search", "sagemaker:ListEndpoints")}
    results = by_name(permissions.check(around(aws=door(answers))))
    message = "IAM denies sagemaker:ListEndpoints: endpoints are not shown and are in no total."
    assert results["permission_endpoints"].message == message
    assert results["permission_tuning"].status == "ok"
    assert "sagemaker:ListHyperParameterTuningJobs" in results["permission_tuning"].message


def test_tags_of_nothing_are_not_tried(around, door, studio_host):
    """In an account without things that is said, and what the tags are for."""
    aws = door({**NOTHING, "sagemaker:DescribeApp": {}, "sagemaker:DescribeSpace": {}})
    result = by_name(permissions.check(around(aws=aws, host=studio_host)))["permission_tags"]
    assert result.status == "info"
    assert result.message.startswith("sagemaker:ListTags is not tried: there is nothing yet that has tags.")


def test_studio_is_read_where_the_whole_account_is_shown(around, door):
    """Then from anywhere, and the tags of all things too."""
    aws = door(SOMETHING)
    permissions.check(around(aws=aws, is_account_shown=True))
    asked = dict(aws.asked)
    assert asked["sagemaker:ListSpaces"] == {"MaxResults": 1}
    assert "sagemaker:ListTags" in asked


def test_what_ends_something_is_named_and_not_tried(around, door):
    """Each action of a button."""
    aws = door(NOTHING)
    result = by_name(permissions.check(around(aws=aws)))["permission_stop"]
    assert all(action_of(action) in result.message for action in ACTIONS)
    assert not {action for action, _ in aws.asked} & {action_of(action) for action in ACTIONS}


def test_read_that_fails_otherwise_proves_nothing(around, door):
    """A network lost under way, a list asked too often: told as such, of that feature alone."""
    throttled = Problem(code="throttled", message="Too often.", hint="Wait.")
    aws = door({**NOTHING, "sagemaker:ListTransformJobs": NO_ANSWER, "sagemaker:ListProcessingJobs": throttled})
    results = by_name(permissions.check(around(aws=aws)))
    assert (results["permission_transform"].status, results["permission_transform"].message) == ("fail", NO_ANSWER.message)
    assert (results["permission_processing"].status, results["permission_processing"].message) == ("warn", "Too often.")
    assert results["permission_automl"].status == "ok"


def test_read_without_an_end_holds_up_no_other(around, door, monkeypatch):
    """That feature says so, within the time that all together have."""
    never = threading.Event()

    class Hanging(door):
        def call(self, action, **params):
            return never.wait() if action == "sagemaker:ListAutoMLJobs" else super().call(action, **params)

    monkeypatch.setattr(permissions, "SECONDS", 0.5)
    results = by_name(permissions.check(around(aws=Hanging(NOTHING))))
    never.set()
    assert {name for name, result in results.items() if result.status == "fail"} == {"permission_automl"}
    assert results["permission_automl"].message == NO_ANSWER.message


def test_job_that_is_there_is_described(around, door):
    """Where Search is denied, a job of the account is described; IAM may allow it by name."""
    listed = {"TrainingJobSummaries": [{"TrainingJobName": "theirs"}]}
    aws = door({"sagemaker:ListTrainingJobs": listed, "sagemaker:DescribeTrainingJob": {}})
    assert by_name(permissions.check(around(aws=aws)))["permission_jobs"].status == "warn"
    assert ("sagemaker:DescribeTrainingJob", {"TrainingJobName": "theirs"}) in aws.asked


def test_job_that_is_not_there_is_allowed_all_the_same(around, door):
    """In an account without jobs, not found means allowed."""
    aws = door({"sagemaker:ListTrainingJobs": {"TrainingJobSummaries": []}, "sagemaker:DescribeTrainingJob": NOT_FOUND})
    assert by_name(permissions.check(around(aws=aws)))["permission_jobs"].status == "warn"


def test_denied_actions_are_named(around, door):
    """Only what is denied is named as denied."""
    aws = door({"sagemaker:ListTrainingJobs": {}})
    result = by_name(permissions.check(around(aws=aws)))["permission_jobs"]
    assert result.message == "Jobs cannot be followed: IAM denies sagemaker:Search and sagemaker:DescribeTrainingJob."


def test_network_lost_on_the_way_is_no_permission(around, door):
    """Where the reads that stand in for Search fail otherwise, that is said, not that they are allowed."""
    aws = door({"sagemaker:ListTrainingJobs": NO_ANSWER, "sagemaker:DescribeTrainingJob": {}})
    result = by_name(permissions.check(around(aws=aws)))["permission_jobs"]
    assert (result.status, result.message) == ("fail", NO_ANSWER.message)


def test_one_of_studio_denied(around, door, studio_host):
    """One denied read of the session is named alone."""
    aws = door({"sagemaker:Search": EMPTY, "sagemaker:DescribeApp": {"ResourceSpec": {"InstanceType": "ml.t3.medium"}}})
    result = by_name(permissions.check(around(aws=aws, host=studio_host)))["permission_studio"]
    assert (result.status, result.hint) == ("fail", "Add sagemaker:DescribeSpace to the IAM policy of the role or user in use.")


def test_answer_of_unexpected_form_is_a_finding(around, door, studio_host):
    """An answer nobody expects does not end the doctor."""
    aws = door({"sagemaker:Search": EMPTY, "sagemaker:DescribeApp": {"ResourceSpec": "odd"}, "sagemaker:DescribeSpace": {}})
    assert by_name(permissions.check(around(aws=aws, host=studio_host)))["permission_studio"].status == "fail"


def test_question_without_answer_does_not_hold_the_others():
    """Who does not answer in time is given up."""
    never = threading.Event()
    assert together([never.wait, lambda: "here"], 0.2) == [NO_ANSWER, "here"]
    never.set()
