"""MC113: data in another region than the job, which AWS bills by the gigabyte on its way, or does not take at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mlcost_ext.core.rule import Objection, OptionValue, Proposal, Rule, Unsure
from mlcost_ext.core.words import clean

from .docs import docs_url
from .request_parts import MOST_DEPTH, USERS_OWN

ADDRESS_KEYS = ("S3Uri", "S3OutputPath")
BUCKET = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/|$)")
"""Of access points nobody here can tell the region."""
MOST_BUCKETS = 10


def judge(proposal: Proposal, options: Mapping[str, OptionValue]) -> tuple[Objection, ...]:  # noqa: ARG001 - it has none
    """Object to each bucket that is elsewhere."""
    found: list[Objection] = []
    unsure: Unsure | None = None
    for bucket in tuple(dict.fromkeys(buckets_in(proposal.request)))[:MOST_BUCKETS]:
        try:
            region_id = proposal.evidence.bucket_region(bucket)
        except Unsure as reason:
            unsure = unsure or reason
            continue
        if region_id is not None and region_id != proposal.region_id:
            found.append(elsewhere(bucket, region_id, proposal.region_id))
    if unsure is not None and not found:
        raise unsure
    return tuple(found)


def elsewhere(bucket: str, region_id: str, own: str) -> Objection:
    """Object to a bucket."""
    region = clean(region_id)
    return Objection(
        message=f"The bucket {bucket} is in {region} and the job in {own}: each gigabyte between them is billed, or AWS "
        "refuses the job.",
        hint=f"Copy what it needs to a bucket in {own} once, or launch it in {region}.",
        subject=bucket,
    )


def buckets_in(value: Any, depth: int = 0) -> Iterator[str]:
    """Give the buckets of all inputs and outputs that a request names; not of parameters, whose meaning is the user's own."""
    if depth > MOST_DEPTH:
        return
    if isinstance(value, Mapping):
        for key, member in value.items():
            if key in ADDRESS_KEYS and isinstance(member, str):
                yield from BUCKET.findall(member[:1024])
            elif key not in USERS_OWN:
                yield from buckets_in(member, depth + 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from buckets_in(item, depth + 1)


RULE = Rule(
    id="MC113",
    title="Data in another region",
    docs_url=docs_url("MC113"),
    practice="MLCOST04-BP13",
    kinds=("training", "tuning", "processing", "transform", "automl"),
    options=(),
    judge=judge,
)
