"""Batch transform jobs. Only the list tells when one was last changed."""

from __future__ import annotations

from functools import partial

from mlcost_ext.aws.reader import cut

from .run_key import CUT, KEY, with_run_key
from .spec import Ends, Kind

KIND = Kind(
    kind="transform",
    name_key="TransformJobName",
    status_key="TransformJobStatus",
    arn_key="TransformJobArn",
    listing="ListTransformJobs",
    listed="TransformJobSummaries",
    describe="DescribeTransformJob",
    stop="StopTransformJob",
    ends=Ends(start_key="TransformStartTime", end_key="TransformEndTime"),
    parents=("AutoMLJobArn",),
    prepare=partial(with_run_key, "transform"),
    cuts={
        KEY: CUT,
        "TransformJobName": cut.text,
        "TransformJobArn": cut.arn,
        "TransformJobStatus": cut.text,
        "TransformResources": cut.part({"InstanceType": cut.text, "InstanceCount": cut.whole}),
        "CreationTime": cut.time,
        "TransformStartTime": cut.start,
        "TransformEndTime": cut.time,
        "LastModifiedTime": cut.time,
        "FailureReason": cut.reason,
        "AutoMLJobArn": cut.arn,
    },
)
