"""The checks of AWS against an AWS that answers what it is told to."""

import threading

from mlcost_ext.cli.doctor import credentials, permissions
from mlcost_ext.cli.doctor.door import NO_ANSWER, together
from mlcost_ext.core.job import Problem

EMPTY = {"Results": []}
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
    """On a laptop one Search of one record is all that is asked."""
    aws = door({"sagemaker:Search": EMPTY})
    results = by_name(permissions.check(around(aws=aws)))
    assert (set(results), results["permission_jobs"].status) == ({"permission_jobs", "permission_stop"}, "ok")
    assert aws.asked == [("sagemaker:Search", {"Resource": "TrainingJob", "MaxResults": 1})]


def test_job_that_is_there_is_described(around, door):
    """Where Search is denied, a job of the account is described; IAM may allow it by name."""
    listed = {"TrainingJobSummaries": [{"TrainingJobName": "theirs"}]}
    aws = door({"sagemaker:ListTrainingJobs": listed, "sagemaker:DescribeTrainingJob": {}})
    assert by_name(permissions.check(around(aws=aws)))["permission_jobs"].status == "warn"
    assert aws.asked[-1] == ("sagemaker:DescribeTrainingJob", {"TrainingJobName": "theirs"})


def test_job_that_is_not_there_is_allowed_all_the_same(around, door):
    """In an account without jobs, not found means allowed."""
    not_found = Problem(code="not_found", message="-", hint="-")
    aws = door({"sagemaker:ListTrainingJobs": {"TrainingJobSummaries": []}, "sagemaker:DescribeTrainingJob": not_found})
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
