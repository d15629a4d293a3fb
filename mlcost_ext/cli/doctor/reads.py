"""Try what the figures are read with: one record at most, and where there is none a name that nobody has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mlcost_ext.aws.reader import kinds
from mlcost_ext.aws.reader.kinds import app, automl, endpoint, notebook, processing, schedule, space, training, transform, tuning
from mlcost_ext.aws.reader.operations import METRICS, action_of
from mlcost_ext.core.host import OWNS_BY_TAGS
from mlcost_ext.core.job import Problem

from .check import Surroundings

NO_SUCH = "mlcost-doctor-no-such-thing"
"""Asked for where the account has none: IAM judges before SageMaker looks for it."""
SEARCH, TAGS = "Search", "ListTags"
LIST_COMPONENTS, DESCRIBE_COMPONENT, DESCRIBE_CONFIG = (
    "ListInferenceComponents",
    "DescribeInferenceComponent",
    "DescribeEndpointConfig",
)
ONE = {"MaxResults": 1}

Answer = dict[str, Any] | Problem
Answers = dict[str, Answer]
"""What came of each operation that was tried, by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A kind of thing, and what is missing where it may not be read."""

    name: str
    kind: kinds.Kind
    what: str
    without: str = "are not shown and are in no total"


FEATURES = (
    Feature(name="tuning", kind=tuning.KIND, what="tuning jobs", without="and what they start are in no total"),
    Feature(name="processing", kind=processing.KIND, what="processing jobs"),
    Feature(name="transform", kind=transform.KIND, what="batch transform jobs"),
    Feature(name="automl", kind=automl.KIND, what="AutoML jobs", without="and what they start are in no total"),
    Feature(name="endpoints", kind=endpoint.KIND, what="endpoints"),
    Feature(name="notebooks", kind=notebook.KIND, what="notebook instances"),
    Feature(name="schedules", kind=schedule.KIND, what="monitoring schedules", without="are not shown, nor what they start"),
)
STUDIO_FEATURES = (
    Feature(name="spaces", kind=space.KIND, what="spaces and their volumes"),
    Feature(name="apps", kind=app.KIND, what="Studio apps"),
)


def features_of(here: Surroundings) -> tuple[Feature, ...]:
    """Give what is read from here: a Studio domain only from within it, unless the whole account is shown."""
    is_studio_read = here.host.studio_app is not None or here.is_account_shown
    return (*FEATURES, *STUDIO_FEATURES) if is_studio_read else FEATURES


def needs_tags(here: Surroundings) -> bool:
    """Tell whether tags say whose a thing is: Studio's own do, and where the account is shown those of all."""
    return here.host.kind in OWNS_BY_TAGS or here.is_account_shown


def trials_of(here: Surroundings) -> dict[str, Callable[[], Answers]]:
    """Give what is to be tried, by feature; all of it may go on at once."""
    trials: dict[str, Callable[[], Answers]] = {"search": lambda: Trial(here).search(), "jobs": lambda: Trial(here).jobs()}
    trials |= {each.name: _trial(here, each.kind) for each in features_of(here)}
    return trials | {
        "endpoints": lambda: Trial(here).endpoints(),
        "components": lambda: Trial(here).components(),
        "last_use": lambda: Trial(here).last_use(),
    }


def _trial(here: Surroundings, kind: kinds.Kind) -> Callable[[], Answers]:
    return lambda: Trial(here).kind(kind)


def answers_of(found: Any) -> Answers:
    """Give what a trial has told; one that had no end, or no sense, has the same problem for all of its calls."""
    return found if isinstance(found, dict) else Silent(found)


class Silent(dict[str, Answer]):
    """The answers of a feature that has none: each is the problem that it met."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self._problem = problem

    def __missing__(self, operation: str) -> Answer:
        """Give that problem, whatever is asked for."""
        return self._problem


class Trial:
    """The calls of one feature, one after the other."""

    def __init__(self, here: Surroundings) -> None:
        self._here = here
        self._answers: Answers = {}

    def search(self) -> Answers:
        """Search for a job."""
        self._ask(SEARCH, Resource=training.KIND.search, **ONE)
        return self._answers

    def jobs(self) -> Answers:
        """Try what stands in for Search, and tells of a job that Search does not know yet."""
        return self.kind(training.KIND)

    def kind(self, kind: kinds.Kind) -> Answers:
        """List one, ask for its tags, describe it."""
        domain = self._here.host.studio_app.domain_id if kind in kinds.STUDIO and self._here.host.studio_app else None
        listed = self._ask(kind.listing, **ONE, **({"DomainIdEquals": domain} if domain else {}))
        first = first_of(listed, kind.listed)
        arn = first.get(kind.arn_key) if kind.arn_key else None
        if arn and needs_tags(self._here):
            self._ask(TAGS, ResourceArn=arn)
        if kind not in kinds.STUDIO:  # this session's own are described
            self._ask(kind.describe, **kind.params(kind.name(first) or NO_SUCH))
        return self._answers

    def endpoints(self) -> Answers:
        """Read endpoints, and the configuration of one."""
        described = self.kind(endpoint.KIND)[endpoint.KIND.describe]
        config = {} if isinstance(described, Problem) else described
        self._ask(DESCRIBE_CONFIG, EndpointConfigName=config.get("EndpointConfigName") or NO_SUCH)
        return self._answers

    def components(self) -> Answers:
        """List and describe an inference component."""
        component = first_of(self._ask(LIST_COMPONENTS, **ONE), "InferenceComponents")
        self._ask(DESCRIBE_COMPONENT, InferenceComponentName=component.get("InferenceComponentName") or NO_SUCH)
        return self._answers

    def last_use(self) -> Answers:
        """Ask for the calls that an endpoint which nobody has was sent within the last hour."""
        dimensions = [{"Name": "EndpointName", "Value": NO_SUCH}, {"Name": "VariantName", "Value": NO_SUCH}]
        metric = {"Namespace": "AWS/SageMaker", "MetricName": "Invocations", "Dimensions": dimensions}
        query = {"Id": "v0", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Sum"}}
        span = {"StartTime": self._here.now - timedelta(hours=1), "EndTime": self._here.now}
        self._ask(METRICS, MetricDataQueries=[query], **span)
        return self._answers

    def _ask(self, operation: str, **params: Any) -> Answer:
        answer = self._here.aws.call(action_of(operation), **params)
        self._answers[operation] = answer
        return answer


def first_of(answer: Answer, member: str) -> dict[str, Any]:
    """Give the one that was listed; empty where there is none."""
    listed = [] if isinstance(answer, Problem) else answer.get(member) or []
    return dict(listed[0]) if listed else {}


def tags_told(tried: Mapping[str, Answers]) -> list[Answer]:
    """Give what came of each asking for tags."""
    return [answers[TAGS] for answers in tried.values() if TAGS in answers]
