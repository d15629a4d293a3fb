"""CloudWatch's metrics of endpoints; every other metric is moto's."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from mlcost_ext.sandbox.account import Account
from mlcost_ext.sandbox.fault import Fault, NotOursError
from mlcost_ext.sandbox.metrics import CALLS, MACHINE, UNITS, Metric, points, variants_of

Params = Mapping[str, Any]

_MOST_POINTS = 1_440  # of GetMetricStatistics
_DEFAULT_POINTS = 100_800  # of GetMetricData
_PAGE = 500
_LISTED = timedelta(days=14)  # without data for longer a metric is no longer listed
_DIMENSIONS = ("EndpointName", "VariantName")


def get_metric_data(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer several questions at once; what the periods are rounded to follows from their age."""
    queries = params["MetricDataQueries"]
    if not any(_namespace(query) in UNITS for query in queries):
        raise NotOursError
    start, end = _times(params)
    results = [_data(account, region_id, query, (start, end)) for query in queries if query.get("ReturnData", True)]
    if params.get("ScanBy", "TimestampDescending") == "TimestampDescending":
        results = [_reversed(result) for result in results]
    return {**_cut(results, params), "Messages": []}


def get_metric_statistics(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """Answer one question, in no particular order."""
    if params["Namespace"] not in UNITS:
        raise NotOursError
    start, end = _times(params)
    period = _period(params, start, account.clock())
    if (end - start) / period > _MOST_POINTS:
        raise Fault(
            "InvalidParameterCombination",
            f"You have requested up to {int((end - start) / period):,} datapoints, which exceeds the limit of {_MOST_POINTS:,}. "
            "You may reduce the datapoints requested by increasing Period, or decreasing the time range.",
        )
    asked = [*params.get("Statistics", []), *params.get("ExtendedStatistics", [])]
    if not asked:
        raise Fault("MissingParameter", "At least one of the parameters Statistics and ExtendedStatistics must be specified.")
    metric = _metric(params["Namespace"], params["MetricName"], params.get("Dimensions", []))
    found = [] if metric is None else points(account, region_id, metric, _rounded(start, account.clock()), end, period)
    wanted = params.get("Unit")
    return {
        "Label": params["MetricName"],
        "Datapoints": [
            {
                "Timestamp": point.at,
                "Unit": metric.unit,
                **{name: float(point.statistic(name)) for name in params.get("Statistics", [])},
                **_extended({name: float(point.statistic(name)) for name in params.get("ExtendedStatistics", [])}),
            }
            for point in found
            if metric is not None and wanted in {None, metric.unit}
        ],
    }


def list_metrics(account: Account, params: Params, region_id: str) -> dict[str, Any]:
    """List the metrics that had data within two weeks; without a namespace of SageMaker's the question is moto's."""
    if params.get("Namespace") not in UNITS:
        raise NotOursError
    span = timedelta(hours=3) if params.get("RecentlyActive") == "PT3H" else _LISTED
    found = [
        _told(metric)
        for metric in _known(account, region_id, span)
        if metric.namespace == params["Namespace"]
        and params.get("MetricName") in {None, metric.name}
        and all(_has(metric, wanted) for wanted in params.get("Dimensions", []))
    ]
    start = _read(params.get("NextToken"))
    page = {"Metrics": found[start : start + _PAGE]}
    return page if start + _PAGE >= len(found) else {**page, "NextToken": _token(start + _PAGE)}


def _known(account: Account, region_id: str, span: timedelta) -> Iterator[Metric]:
    now = account.clock()
    for (region, endpoint, variant), traffic in sorted(account.traffic.items()):
        if region == region_id and traffic.calls(now - span, now):
            for name in UNITS[CALLS]:
                yield Metric(namespace=CALLS, name=name, endpoint=endpoint, variant=variant)
    for snapshot in account.table("endpoint", region_id).all(now):
        for variant in variants_of(snapshot.description):
            for name in UNITS[MACHINE]:
                yield Metric(namespace=MACHINE, name=name, endpoint=snapshot.name, variant=variant)


def _told(metric: Metric) -> dict[str, Any]:
    dimensions = [{"Name": key, "Value": value} for key, value in _dimensions(metric).items()]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}


def _has(metric: Metric, wanted: Params) -> bool:
    value = _dimensions(metric).get(wanted["Name"])
    return value is not None and wanted.get("Value") in {None, value}


def _dimensions(metric: Metric) -> dict[str, str]:
    return {"EndpointName": metric.endpoint, "VariantName": metric.variant}


def _namespace(query: Params) -> str | None:
    namespace: str | None = query.get("MetricStat", {}).get("Metric", {}).get("Namespace")
    return namespace


def _data(account: Account, region_id: str, query: Params, span: tuple[datetime, datetime]) -> dict[str, Any]:
    if "MetricStat" not in query:
        raise Fault("ValidationError", f"The practice account does not compute expressions ({query['Id']}).")
    stat = query["MetricStat"]
    told = stat["Metric"]
    metric = _metric(told.get("Namespace", ""), told.get("MetricName", ""), told.get("Dimensions", []))
    start, end = span
    found = []
    if metric is not None and stat.get("Unit") in {None, metric.unit}:
        period = _period(stat, start, account.clock())
        found = list(points(account, region_id, metric, _rounded(start, account.clock()), end, period))
    return {
        "Id": query["Id"],
        "Label": query.get("Label", told.get("MetricName", "")),
        "Timestamps": [point.at for point in found],
        "Values": [float(point.statistic(stat["Stat"])) for point in found],
        "StatusCode": "Complete",
    }


def _metric(namespace: str, name: str, dimensions: Iterable[Params]) -> Metric | None:
    """Name a metric; ``None`` where CloudWatch has none of exactly these dimensions."""
    given = {item["Name"]: item["Value"] for item in dimensions}
    if name not in UNITS.get(namespace, {}) or sorted(given) != sorted(_DIMENSIONS):
        return None
    return Metric(namespace=namespace, name=name, endpoint=given["EndpointName"], variant=given["VariantName"])


def _times(params: Params) -> tuple[datetime, datetime]:
    start, end = (datetime.fromtimestamp(float(params[key]), timezone.utc) for key in ("StartTime", "EndTime"))
    if start >= end:
        raise Fault("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
    return start, end


def _grain(start: datetime, now: datetime) -> int:
    """Tell how finely CloudWatch still keeps what it measured then, in seconds."""
    age = now - start
    return 60 if age <= timedelta(days=15) else 300 if age <= timedelta(days=63) else 3600


def _rounded(start: datetime, now: datetime) -> datetime:
    grain = _grain(start, now)
    return datetime.fromtimestamp(start.timestamp() // grain * grain, timezone.utc)


def _period(params: Params, start: datetime, now: datetime) -> timedelta:
    """Read the period; one that is too fine for its age has no data in AWS, so the grain takes its place."""
    period = int(params["Period"])
    if period not in {1, 5, 10, 20, 30} and (period <= 0 or period % 60):
        raise Fault("ValidationError", f"The parameter Period must be a multiple of 60, and is {period}.")
    return timedelta(seconds=max(period, _grain(start, now)))


def _extended(values: Mapping[str, float]) -> dict[str, Any]:
    return {"ExtendedStatistics": dict(values)} if values else {}


def _reversed(result: Mapping[str, Any]) -> dict[str, Any]:
    return {**result, "Timestamps": result["Timestamps"][::-1], "Values": result["Values"][::-1]}


def _cut(results: list[dict[str, Any]], params: Params) -> dict[str, Any]:
    """Cut the page: so many datapoints of all results together, in their order."""
    most, start = int(params.get("MaxDatapoints", _DEFAULT_POINTS)), _read(params.get("NextToken"))
    page, before = [], 0
    for result in results:
        count = len(result["Values"])
        low, high = max(0, start - before), max(0, start + most - before)
        before += count
        part = {key: result[key][low:high] for key in ("Timestamps", "Values")}
        if part["Values"] or start == 0:
            page.append({**result, **part, "StatusCode": "Complete" if high >= count else "PartialData"})
    answer = {"MetricDataResults": page}
    return answer if start + most >= before else {**answer, "NextToken": _token(start + most)}


def _token(start: int) -> str:
    return base64.b64encode(str(start).encode()).decode()


def _read(token: str | None) -> int:
    try:
        return 0 if token is None else int(base64.b64decode(token, validate=True))
    except (ValueError, binascii.Error):
        raise Fault("InvalidNextToken", "The next token specified is invalid.") from None
