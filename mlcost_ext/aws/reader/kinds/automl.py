"""AutoML jobs: what they cost is what the jobs they start cost. The list tells all that is handed on."""

from __future__ import annotations

from mlcost_ext.aws.reader import cut

from .spec import Kind

KIND = Kind(
    kind="automl",
    name_key="AutoMLJobName",
    status_key="AutoMLJobStatus",
    arn_key="AutoMLJobArn",
    listing="ListAutoMLJobs",
    listed="AutoMLJobSummaries",
    describe="DescribeAutoMLJobV2",  # describes jobs of both generations, as its reference says
    stop="StopAutoMLJob",
    is_told_by_listing=True,
    cuts={
        "AutoMLJobName": cut.text,
        "AutoMLJobArn": cut.arn,
        "AutoMLJobStatus": cut.text,
        "AutoMLJobSecondaryStatus": cut.text,
        "CreationTime": cut.time,
        "EndTime": cut.time,
        "LastModifiedTime": cut.time,
        "FailureReason": cut.reason,
    },
)
