"""Requests drawn from botocore's own service model: every member that an operation has, within its bounds."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import strategies as st

MOST_DEPTH = 6
ALWAYS = ("TrainingJobDefinition", "ResourceConfig")
"""Members that botocore does without and AWS does not."""
NEVER = ("TrainingJobDefinitions", "HyperParameterTuningResourceConfig")
"""Members that AWS does not take beside one of those."""
TYPES = [
    "ml.p4d.24xlarge", "ml.p5.48xlarge", "ml.g5.xlarge", "ml.g5.12xlarge", "ml.m5.xlarge", "ml.t3.medium", "ml.trn1.32xlarge",
]  # fmt: skip
IMAGES = [
    "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
    "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.5.1-gpu-py311",
    "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.5.1-cpu-py311",
    "111122223333.dkr.ecr.us-east-1.amazonaws.com/image:1",
]
TAGS = [{"Key": key, "Value": value} for key in ("team", "environment", "x") for value in ("fraud-platform", "dev", "odd")]
TEXTS: dict[str, list[str]] = {
    "S3Uri": ["s3://bucket/a", "s3://other/b/c-2026-11-30"],
    "ContainerImage": IMAGES,
    "AlgorithmImage": IMAGES,
    "ImageUri": IMAGES,
}


@cache
def model() -> Any:
    return botocore.session.get_session().get_service_model("sagemaker")


@cache
def requests_of(operation: str) -> st.SearchStrategy[Any]:
    """Give what botocore takes for an operation; patterns of texts are not kept."""
    return strategy(model().operation_model(operation).input_shape, 0)


def strategy(shape: Shape, depth: int) -> st.SearchStrategy[Any]:
    """Give values of a shape."""
    if isinstance(shape, StructureShape):
        return structure(shape, depth)
    if isinstance(shape, ListShape):
        least = int(shape.metadata.get("min", 0))
        if shape.name == "TagList":
            return st.lists(st.sampled_from(TAGS), max_size=3, unique_by=lambda tag: tag["Key"])
        return st.lists(strategy(shape.member, depth + 1), min_size=least, max_size=max(least, 2))
    if isinstance(shape, MapShape):
        return st.dictionaries(
            st.sampled_from(["sagemaker_program", "epochs", "a"]), strategy(shape.value, depth + 1), max_size=2
        )
    return SIMPLE[shape.type_name](shape)


def structure(shape: StructureShape, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    """Give structures: what is required always, the rest half of the time, and nothing optional far down."""
    always = [*shape.required_members, *(name for name in shape.members if name in ALWAYS)]
    needed = {name: strategy(shape.members[name], depth + 1) for name in dict.fromkeys(always)}
    if depth >= MOST_DEPTH:
        return st.fixed_dictionaries(needed)
    rest = {
        name: strategy(member, depth + 1) for name, member in shape.members.items() if name not in needed and name not in NEVER
    }
    return st.fixed_dictionaries(needed, optional=rest)


def text(shape: Shape) -> st.SearchStrategy[str]:
    """Give texts: of a list of words mostly those that cost something, of addresses such as there are."""
    if shape.enum:
        known = [name for name in TYPES if name in shape.enum]
        return st.sampled_from(known or list(shape.enum))
    if shape.name in TEXTS:
        return st.sampled_from(TEXTS[shape.name])
    least = int(shape.metadata.get("min", 0))
    return st.text("abz-19", min_size=max(1, least), max_size=max(12, least))


def whole(shape: Shape) -> st.SearchStrategy[int]:
    least, most = int(shape.metadata.get("min", 0)), int(shape.metadata.get("max", 1_000_000))
    return st.integers(least, most) | st.sampled_from([least, min(most, max(least, 30)), min(most, max(least, 86_400))])


SIMPLE: dict[str, Any] = {
    "string": text,
    "integer": whole,
    "long": whole,
    "boolean": lambda _: st.booleans(),
    "float": lambda _: st.floats(0, 100),
    "double": lambda _: st.floats(0, 100),
    "timestamp": lambda _: st.just("2026-11-30T00:00:00Z"),
    "blob": lambda _: st.just(b""),
}
