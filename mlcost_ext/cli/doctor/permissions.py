"""Check which features IAM allows, by real reads of one record at most."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from mlcost_ext.aws.reader.kinds import STUDIO, training
from mlcost_ext.aws.reader.operations import ACTIONS, LIST_OBJECTS, METRICS, action_of
from mlcost_ext.core.host import StudioApp
from mlcost_ext.core.job import Problem

from .check import Result, Status, Surroundings
from .door import AwsDoor, together
from .reads import (
    DESCRIBE_COMPONENT,
    DESCRIBE_CONFIG,
    LIST_COMPONENTS,
    SEARCH,
    TAGS,
    Answer,
    Answers,
    Feature,
    answers_of,
    features_of,
    needs_tags,
    tags_told,
    trials_of,
)

SECONDS = 6.0
FALLBACK = (training.KIND.listing, training.KIND.describe)
ADD_SEARCH = "Add sagemaker:Search to the IAM policy of the role or user in use."
LATE = "what was just launched shows late"
BY_TAGS = "of all but training jobs, tuning jobs and endpoints only what was launched from here is shown"
NO_CONFIG = "what endpoints cost a day is not known"
NO_COMPONENTS = "endpoints are shown without their inference components"
SIZES = "it lets runtimes be foreseen by the size of the input too"
NO_LAST_USE = "when an endpoint was last called is not known, so none is called forgotten"


def check(here: Surroundings) -> tuple[Result, ...]:
    """Try what each feature reads; what ends something is not tried."""
    if isinstance(here.aws.identity, Problem):
        return (_result("jobs", "info", "Permissions are not tried: AWS has to answer first."), not_tried())
    trials, own = trials_of(here), own_features(here)
    found = together([*trials.values(), *own.values()], SECONDS)
    tried = {name: answers_of(answers) for name, answers in zip(trials, found, strict=False)}
    return (
        jobs(tried),
        *(_of(name, answer) for name, answer in zip(own, found[len(trials) :], strict=True)),
        *(followed(feature, tried) for feature in features_of(here)),
        *([tags(tried)] if needs_tags(here) else []),
        details(tried),
        last_use(tried["last_use"]),
        inputs(),
        not_tried(),
    )


def own_features(here: Surroundings) -> dict[str, Callable[[], Result]]:
    """Give the checks of what tells of this session's own machine."""
    features: dict[str, Callable[[], Result]] = {}
    app, instance = here.host.studio_app, here.host.notebook_instance_name
    if app is not None:
        features["studio"] = lambda: studio(here.aws, app)
    if instance is not None:
        features["notebook_instance"] = lambda: notebook_instance(here.aws, instance)
    return features


def jobs(tried: Mapping[str, Answers]) -> Result:
    """Judge Search, and where it is denied, what stands in for it."""
    found, answers = tried["search"][SEARCH], tried["jobs"]
    listed, described = (answers[operation] for operation in FALLBACK)
    if not isinstance(found, Problem):
        message = "sagemaker:Search is allowed: jobs are followed with few calls."
        return judged("jobs", {FALLBACK[1]: described}, message, LATE)
    if found.code != "permission_missing":
        return _of("jobs", found)
    unclear = next((answer for answer in (listed, described) if is_unclear(answer)), None)
    if unclear is not None:
        return _of("jobs", unclear)
    denied = named(operation for operation in FALLBACK if is_denied(answers[operation]))
    if denied:
        message = f"Jobs cannot be followed: IAM denies sagemaker:Search and {denied}."
        return _result("jobs", "fail", message, f"{ADD_SEARCH} Or, with more calls, {named(FALLBACK)}.")
    message = f"IAM denies sagemaker:Search; jobs are followed with {named(FALLBACK)}, which take more calls."
    return _result("jobs", "warn", message, ADD_SEARCH)


def followed(feature: Feature, tried: Mapping[str, Answers]) -> Result:
    """Judge what one kind is read with; where Search knows the kind and is allowed, its list is not needed."""
    kind, answers = feature.kind, tried[feature.name]
    is_searched = kind.search is not None and not isinstance(tried["search"][SEARCH], Problem)
    way = SEARCH if is_searched else kind.listing
    needed = {way: {} if is_searched else answers[kind.listing]}
    if kind not in STUDIO:
        needed[kind.describe] = answers[kind.describe]
    is_told = (is_searched or kind.is_told_by_listing) and not isinstance(needed[way], Problem)
    without = LATE if is_told else f"{feature.what} {feature.without}"
    return judged(feature.name, needed, f"{allowed(needed)}: {feature.what} are followed.", without)


def tags(tried: Mapping[str, Answers]) -> Result:
    """Judge the asking for tags, which tell whose the things are that Search does not know."""
    told = list(tags_told(tried))
    if not told:
        message = f"{action_of(TAGS)} is not tried: there is nothing yet that has tags. Without it, {BY_TAGS}."
        return _result("tags", "info", message)
    worst = next((answer for answer in told if is_denied(answer)), next(filter(is_unclear, told), told[0]))
    return judged("tags", {TAGS: worst}, f"{allowed([TAGS])}: it tells whose things are.", BY_TAGS)


def details(tried: Mapping[str, Answers]) -> Result:
    """Judge what belongs to an endpoint beside its description."""
    needed = {DESCRIBE_CONFIG: tried["endpoints"][DESCRIBE_CONFIG]}
    needed |= {operation: tried["components"][operation] for operation in (LIST_COMPONENTS, DESCRIBE_COMPONENT)}
    without = NO_CONFIG if is_denied(needed[DESCRIBE_CONFIG]) else NO_COMPONENTS
    return judged("endpoint_details", needed, f"{allowed(needed)}: they tell what endpoints run on.", without)


def last_use(answers: Answers) -> Result:
    """Judge the question for an endpoint's calls."""
    message = f"{allowed([METRICS])}: it tells when an endpoint was last called."
    return judged("last_use", {METRICS: answers[METRICS]}, message, NO_LAST_USE)


def inputs() -> Result:
    """Say what is optional, and granted bucket by bucket, so that only a launch shows whether it is."""
    message = f"{action_of(LIST_OBJECTS)} is not tried, and not needed: allowed on the bucket that a launch reads, {SIZES}."
    return _result("inputs", "info", message)


def not_tried() -> Result:
    """Say what cannot be tried."""
    message = f"Not tried, since trying them would end something: {named(ACTIONS)}. A button whose action IAM denies says so."
    return _result("stop", "info", message)


def judged(feature: str, needed: Answers, message: str, without: str) -> Result:
    """Say what comes of several reads: an unclear one first, then what is denied, and what is missing without it."""
    unclear = next((answer for answer in needed.values() if is_unclear(answer)), None)
    if unclear is not None:
        return _of(feature, unclear)
    denied = named(operation for operation, answer in needed.items() if is_denied(answer))
    if not denied:
        return _result(feature, "ok", message)
    hint = f"Add {denied} to the IAM policy of the role or user in use."
    return _result(feature, "warn", f"IAM denies {denied}: {without}.", hint)


def allowed(operations: Collection[str]) -> str:
    return f"{named(operations)} {'is' if len(operations) == 1 else 'are'} allowed"


def named(operations: Iterable[str]) -> str:
    """Write IAM's names of some operations as a list in words."""
    actions = [action_of(operation) for operation in operations]
    return " and ".join([", ".join(actions[:-1]), actions[-1]] if len(actions) > 1 else actions)


def studio(aws: AwsDoor, app: StudioApp) -> Result:
    """Try what tells this session's instance type, start and volume."""
    space = {"DomainId": app.domain_id, "SpaceName": app.space_name}
    whole = {**space, "AppType": app.app_type, "AppName": app.app_name}
    described = aws.call("sagemaker:DescribeApp", **whole)
    volume = aws.call("sagemaker:DescribeSpace", **space)
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
    described = aws.call(action, NotebookInstanceName=name)
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
