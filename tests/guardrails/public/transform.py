"""Batch transform jobs, which have no stopping condition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .building import BUCKET, TAGS, PublicRequest, tag_list


def transform(
    name: str,
    instance_type: str,
    count: int,
    built_in: str,
    company: str,
    team: str,
    tags: Mapping[str, str] | None = TAGS,
    **changes: Any,
) -> PublicRequest:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/to-score"}}
    request = {
        "TransformJobName": "score-2026-11-30-07",
        "ModelName": "cards-2026-11-29",
        "TransformInput": {"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
        "TransformOutput": {"S3OutputPath": f"s3://{BUCKET}/scored", "AssembleWith": "Line"},
        "TransformResources": {"InstanceType": instance_type, "InstanceCount": count},
        **changes,
    }
    told = request if tags is None else {**request, "Tags": tag_list(tags)}
    return PublicRequest(name=name, kind="transform", request=told, built_in=built_in, company=company, team=team)


TRANSFORM: tuple[PublicRequest, ...] = (
    transform("a table of rows on one machine", "ml.m4.xlarge", 1, "allow", "allow", "allow"),
    transform("images on two GPUs", "ml.p3.2xlarge", 2, "allow", "ask MC101", "ask MC101"),
    transform("texts by Hugging Face on a g4dn", "ml.g4dn.xlarge", 1, "allow", "allow", "allow", BatchStrategy="SingleRecord"),
    transform("without tags", "ml.m5.xlarge", 1, "allow", "ask MC301", "warn MC301", None),
    transform("a type without a price there", "ml.p4d.24xlarge", 1, "warn MC302", "block MC104 MC302", "ask MC104 MC302"),
    transform(
        "rows joined to their scores", "ml.c5.2xlarge", 1, "allow", "allow", "allow",
        DataProcessing={"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"},
    ),
)  # fmt: skip
