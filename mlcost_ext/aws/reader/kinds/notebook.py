"""Notebook instances, whose volume costs while they are stopped too."""

from __future__ import annotations

from mlcost_ext.aws.reader import cut

from .spec import Kind

KIND = Kind(
    kind="notebook",
    name_key="NotebookInstanceName",
    status_key="NotebookInstanceStatus",
    arn_key="NotebookInstanceArn",
    is_job=False,
    listing="ListNotebookInstances",
    listed="NotebookInstances",
    describe="DescribeNotebookInstance",
    stop="StopNotebookInstance",
    cuts={
        "NotebookInstanceName": cut.text,
        "NotebookInstanceArn": cut.arn,
        "NotebookInstanceStatus": cut.text,
        "InstanceType": cut.text,
        "VolumeSizeInGB": cut.whole,
        "CreationTime": cut.time,
        "LastModifiedTime": cut.time,
        "FailureReason": cut.reason,
        "IsOurs": cut.flag,
    },
)
