"""AutoML jobs of both versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .building import BUCKET, DAY, HOUR, ROLE, TAGS, PublicRequest, tag_list

OUTPUT = {"S3OutputPath": f"s3://{BUCKET}/automl"}
SOURCE = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/table/train.csv"}}


def automl(name: str, own: Mapping[str, Any], built_in: str, company: str, team: str) -> PublicRequest:
    request = {"AutoMLJobName": "churn-auto", "RoleArn": ROLE, "OutputDataConfig": OUTPUT, "Tags": tag_list(TAGS), **own}
    return PublicRequest(name=name, kind="automl", request=request, built_in=built_in, company=company, team=team)


def first(criteria: Mapping[str, int] | None) -> dict[str, Any]:
    """Make a job of the first version, whose data is a table."""
    told: dict[str, Any] = {"InputDataConfig": [{"DataSource": SOURCE, "TargetAttributeName": "Churn?"}]}
    return told if criteria is None else told | {"AutoMLJobConfig": {"CompletionCriteria": dict(criteria)}}


def second(problem: Mapping[str, Any]) -> dict[str, Any]:
    """Make a job of the second version, by its type of problem."""
    return {
        "AutoMLJobInputDataConfig": [{"ChannelType": "training", "ContentType": "text/csv;header=present", "DataSource": SOURCE}],
        "AutoMLProblemTypeConfig": dict(problem),
    }


WHOLE = "MaxAutoMLJobRuntimeInSeconds"

AUTOML: tuple[PublicRequest, ...] = (
    automl("churn with twenty candidates and no end", first({"MaxCandidates": 20}),
        "warn MC103 MC302", "block MC103 MC302", "warn MC103 MC302"),
    automl("no criteria at all", first(None), "warn MC103 MC302", "block MC103 MC302", "warn MC103 MC302"),
    automl("an end after two hours", first({"MaxCandidates": 5, WHOLE: 2 * HOUR}), "warn MC302", "warn MC302", "warn MC302"),
    automl("an end after three days", first({WHOLE: 3 * DAY}), "warn MC302", "block MC103 MC302", "warn MC103 MC302"),
    automl(
        "a forecast of the second version, with an end",
        second({"TimeSeriesForecastingJobConfig": {
            "CompletionCriteria": {WHOLE: 6 * HOUR}, "ForecastFrequency": "D", "ForecastHorizon": 14,
            "TimeSeriesConfig": {"TargetAttributeName": "sold", "TimestampAttributeName": "day",
                                 "ItemIdentifierAttributeName": "item"}}}),
        "warn MC302", "warn MC302", "warn MC302",
    ),
    automl(
        "texts in classes, without an end",
        second({"TextClassificationJobConfig": {"ContentColumn": "text", "TargetLabelColumn": "label"}}),
        "warn MC103 MC302", "block MC103 MC302", "warn MC103 MC302",
    ),
)  # fmt: skip
