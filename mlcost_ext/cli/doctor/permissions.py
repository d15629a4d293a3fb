"""Check which features IAM allows, by real reads of one record at most."""

from __future__ import annotations

from typing import Any

from mlcost_ext.core.host import StudioApp
from mlcost_ext.core.job import Problem

from .check import Result, Status, Surroundings
from .door import AwsDoor, together

SECONDS = 4.5
NO_SUCH_JOB = "mlcost-doctor-no-such-job"
"""Asked for where the account has no job: IAM judges before SageMaker looks for it."""
FALLBACK = ("sagemaker:ListTrainingJobs", "sagemaker:DescribeTrainingJob")
ADD_SEARCH = "Add sagemaker:Search to the IAM policy of the role or user in use."
Answer = dict[str, Any] | Problem


def check(here: Surroundings) -> tuple[Result, ...]:
    """Try what each feature reads; stopping cannot be tried."""
    stop = _result("stop", "info", "sagemaker:StopTrainingJob is not tried, since trying it would stop a job.")
    if isinstance(here.aws.identity, Problem):
        return (_result("jobs", "info", "Permissions are not tried: AWS has to answer first."),)
    app, instance = here.host.studio_app, here.host.notebook_instance_name
    features = {"jobs": lambda: jobs(here.aws)}
    if app is not None:
        features["studio"] = lambda: studio(here.aws, app)
    if instance is not None:
        features["notebook_instance"] = lambda: notebook_instance(here.aws, instance)
    answers = together(list(features.values()), SECONDS)
    return (*(_of(name, answer) for name, answer in zip(features, answers, strict=True)), stop)


def jobs(aws: AwsDoor) -> Result:
    """Try Search, and where it is denied, what stands in for it."""
    found = aws.call("sagemaker", "search", "sagemaker:Search", Resource="TrainingJob", MaxResults=1)
    if not isinstance(found, Problem):
        return _result("jobs", "ok", "sagemaker:Search is allowed: jobs are followed with few calls.")
    if found.code != "permission_missing":
        return _of("jobs", found)
    listed = aws.call("sagemaker", "list_training_jobs", FALLBACK[0], MaxResults=1)
    described = aws.call("sagemaker", "describe_training_job", FALLBACK[1], TrainingJobName=some_name(listed))
    unclear = next((answer for answer in (listed, described) if is_unclear(answer)), None)
    if unclear is not None:
        return _of("jobs", unclear)
    denied = [action for action, answer in zip(FALLBACK, (listed, described), strict=True) if is_denied(answer)]
    if denied:
        message = f"Jobs cannot be followed: IAM denies sagemaker:Search and {' and '.join(denied)}."
        return _result("jobs", "fail", message, f"{ADD_SEARCH} Or, with more calls, {' and '.join(FALLBACK)}.")
    message = f"IAM denies sagemaker:Search; jobs are followed with {' and '.join(FALLBACK)}, which take more calls."
    return _result("jobs", "warn", message, ADD_SEARCH)


def some_name(listed: Answer) -> str:
    summaries = [] if isinstance(listed, Problem) else listed.get("TrainingJobSummaries") or []
    return str(summaries[0]["TrainingJobName"]) if summaries else NO_SUCH_JOB


def studio(aws: AwsDoor, app: StudioApp) -> Result:
    """Try what tells this session's instance type, start and volume."""
    space = {"DomainId": app.domain_id, "SpaceName": app.space_name}
    whole = {**space, "AppType": app.app_type, "AppName": app.app_name}
    described = aws.call("sagemaker", "describe_app", "sagemaker:DescribeApp", **whole)
    volume = aws.call("sagemaker", "describe_space", "sagemaker:DescribeSpace", **space)
    answers = {"sagemaker:DescribeApp": described, "sagemaker:DescribeSpace": volume}
    denied = [action for action, answer in answers.items() if is_denied(answer)]
    if denied:
        hint = f"Add {' and '.join(denied)} to the IAM policy of the role or user in use."
        return _result("studio", "fail", f"The session's cost is not complete: IAM denies {' and '.join(denied)}.", hint)
    problem = next((answer for answer in (described, volume) if isinstance(answer, Problem)), None)
    if problem is not None or isinstance(described, Problem):
        return _of("studio", problem)
    kind = (described.get("ResourceSpec") or {}).get("InstanceType") or "an unknown instance type"
    return _result("studio", "ok", f"sagemaker:DescribeApp and DescribeSpace are allowed: this app runs on {kind}.")


def notebook_instance(aws: AwsDoor, name: str) -> Result:
    """Try what tells this session's instance type, start and volume on a notebook instance."""
    action = "sagemaker:DescribeNotebookInstance"
    described = aws.call("sagemaker", "describe_notebook_instance", action, NotebookInstanceName=name)
    if is_denied(described):
        hint = f"Add {action} to the IAM policy of the role or user in use."
        return _result("notebook_instance", "fail", f"The session's cost is not known: IAM denies {action}.", hint)
    if isinstance(described, Problem):
        return _of("notebook_instance", described)
    kind = described.get("InstanceType") or "an unknown instance type"
    return _result("notebook_instance", "ok", f"{action} is allowed: this notebook instance is of type {kind}.")


def is_denied(answer: Answer) -> bool:
    return isinstance(answer, Problem) and answer.code == "permission_missing"


def is_unclear(answer: Answer) -> bool:
    """Tell whether a read failed in a way that says nothing about permissions."""
    return isinstance(answer, Problem) and answer.code not in ("permission_missing", "not_found")


def _of(name: str, answer: Result | Answer | None) -> Result:
    """Write what came of trying a feature; throttling proves nothing."""
    if isinstance(answer, Result):
        return answer
    assert isinstance(answer, Problem)
    status: Status = "warn" if answer.code == "throttled" else "fail"
    return _result(name, status, answer.message, answer.hint)


def _result(feature: str, status: Status, message: str, hint: str | None = None) -> Result:
    return Result(name=f"permission_{feature}", group="AWS", status=status, message=message, hint=hint)
