"""How well jobs have used their machines, by CloudWatch: the highest five-minute average of each measure on the first instance.

Transform jobs are left out: their hosts have the ids of instances, which only a list of all metrics tells
(https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from mlcost_ext.core.times import time_from_text

from . import cut
from .ask import members
from .protocol import BadLineError, Request

NAMESPACES = {"training": "/aws/sagemaker/TrainingJobs", "processing": "/aws/sagemaker/ProcessingJobs"}
MEASURES = {
    "cpu": "CPUUtilization",
    "gpu": "GPUUtilization",
    "memory": "MemoryUtilization",
    "gpu_memory": "GPUMemoryUtilization",
    "disk": "DiskUtilization",
}
"""Those of processors and accelerators are sums: 100 for each core, and for each GPU."""
FIVE_MINUTES = 300
MOST_JOBS = 10
MOST_PAGES = 10
LONGEST = timedelta(days=60)
"""CloudWatch keeps five minutes for 63 days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Jobs of one kind that are asked for together."""

    kind: str
    names: tuple[str, ...]
    since: datetime
    until: datetime

    def params(self) -> dict[str, Any]:
        """Give AWS's parameters."""
        pairs = [(number, name, measure) for number, name in enumerate(self.names) for measure in MEASURES]
        return {
            "MetricDataQueries": [query(f"{measure}_{number}", self.kind, name, measure) for number, name, measure in pairs],
            "StartTime": self.since,
            "EndTime": self.until,
        }

    def told(self, answers: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Give what AWS has told of each job: the highest value of each measure that there was."""
        percents: list[dict[str, float]] = [{} for _ in self.names]
        for answer in answers:
            for result in members(answer, "MetricDataResults"):
                measure, _, number = str(result.get("Id")).rpartition("_")
                highest = max(values_of(result), default=None)
                if highest is None or measure not in MEASURES or not number.isdecimal() or int(number) >= len(self.names):
                    continue
                own = percents[int(number)]
                own[measure] = max(highest, own.get(measure, 0.0))
        return [{"name": name, "percents": own} for name, own in zip(self.names, percents, strict=True)]


def query(identity: str, kind: str, name: str, measure: str) -> dict[str, Any]:
    """Ask for one measure of a job's first instance."""
    dimensions = [{"Name": "Host", "Value": f"{name}/algo-1"}]
    metric = {"Namespace": NAMESPACES[kind], "MetricName": MEASURES[measure], "Dimensions": dimensions}
    return {"Id": identity, "MetricStat": {"Metric": metric, "Period": FIVE_MINUTES, "Stat": "Average"}}


def values_of(result: Mapping[str, Any]) -> list[float]:
    """Give what was measured, each zero or more."""
    values = result.get("Values")
    found = [cut.number(value) for value in (values if isinstance(values, list) else ())]
    return [float(value) for value in found if value is not None and value >= 0]


def question_of(request: Request) -> Question:
    """Read what the server asks for.

    Raises:
        BadLineError: It makes no sense.
    """
    kind, names = request.text("kind"), request.fields.get("names")
    since, until = time_from_text(request.fields.get("since")), time_from_text(request.fields.get("until"))
    if kind not in NAMESPACES or not isinstance(names, list) or not 0 < len(names) <= MOST_JOBS:
        raise BadLineError(f"utilisation needs a kind that has it, and up to {MOST_JOBS} names")
    if not all(isinstance(name, str) and name for name in names) or since is None or until is None:
        raise BadLineError("utilisation needs names and times")
    if not timedelta(0) < until - since < LONGEST:
        raise BadLineError("utilisation needs times that follow each other")
    whole = since.replace(minute=since.minute - since.minute % 5, second=0, microsecond=0)
    return Question(kind=kind, names=tuple(names), since=whole, until=until)
