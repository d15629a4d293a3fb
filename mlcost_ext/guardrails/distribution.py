"""Whether several instances share their work, as far as a request says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .cpu_only import FRAMEWORKS, SCRIPT_MODE, Image, image_of
from .request_parts import Part, channels, inner, structures, text

MARKS = (
    "mp_parameters",
    "sagemaker_distributed_dataparallel_enabled",
    "sagemaker_distribution_instance_groups",
    "sagemaker_mpi_enabled",
    "sagemaker_multi_worker_mirrored_strategy_enabled",
    "sagemaker_parameter_server_enabled",
    "sagemaker_pytorch_ddp_enabled",
    "sagemaker_pytorch_xla_multi_worker_enabled",
    "sagemaker_torch_distributed_enabled",
)
"""Hyperparameters by which the SDK's second generation sets `distribution`."""
DATA_PARALLEL = "sagemaker_distributed_dataparallel_enabled"
DATA_PARALLEL_TYPES = ("ml.p3.16xlarge", "ml.p3dn.24xlarge", "ml.p4d.24xlarge", "ml.p4de.24xlarge", "ml.p5.48xlarge")
"""All that AWS's own library of data parallelism runs on
(https://docs.aws.amazon.com/sagemaker/latest/dg/distributed-data-parallel-support.html)."""
UNSET = ("", "false", "null", "{}", "[]")
SHARDED = "ShardedByS3Key"
SHARING = ("sagemaker-spark-processing", "sagemaker-xgboost")
"""Containers that share work by themselves."""
BACKEND, BACKENDS = "backend", ("gloo", "mpi", "nccl")
"""The hyperparameter by which scripts start PyTorch's own processes on all hosts, as those of AWS's examples do, and what it
names (https://docs.pytorch.org/docs/stable/distributed.html)."""


def is_undivided(kind: str, part: Part, image: str | None) -> bool:
    """Tell whether several instances would each do all of the work, as far as can be known.

    Said only of AWS's framework containers and of scripts that the SDK's second generation starts, whose requests show whether
    they are distributed. AWS's algorithms share their work, its third generation keeps it in a file, and others' containers
    may do anything.

    Args:
        kind: ``training``, ``tuning`` or ``processing``.
        part: The job's description.
        image: Its container.
    """
    known = image_of(image)
    if any(map(is_sharded, channels(kind, part))) or (known and (known.repository in SHARING or is_ray(known))):
        return False
    if kind == "processing":
        return known is not None and FRAMEWORKS.fullmatch(known.repository) is not None
    parameters = parameters_of(part.members)
    is_shared = any(is_set(parameters.get(mark)) for mark in MARKS) or plain(parameters.get(BACKEND)) in BACKENDS
    has_command = inner(part.members, "AlgorithmSpecification").get("ContainerEntrypoint")
    return SCRIPT_MODE in parameters and not is_shared and not has_command


def is_ray(image: Image) -> bool:
    """Tell whether a container is AWS's with Ray, which makes one cluster of all instances."""
    return image.repository.startswith("sagemaker-rl-") and image.tag.startswith("ray")


def is_shared_on(instance_type: str, part: Part) -> bool:
    """Tell whether the work can be shared on a type in the way that the job's hyperparameters say."""
    return instance_type in DATA_PARALLEL_TYPES or not is_set(parameters_of(part.members).get(DATA_PARALLEL))


def parameters_of(description: Mapping[str, Any]) -> dict[str, Any]:
    """Give the hyperparameters, of a tuning job's definition those that stay the same."""
    return {**inner(description, "StaticHyperParameters"), **inner(description, "HyperParameters")}


def tried_of(request: Mapping[str, Any], description: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
    """Give the values that a tuning job tries of its hyperparameters, where they are a list.

    Args:
        request: The job's, with ranges where it has one definition.
        description: A definition, with ranges of its own where there are several.
    """
    places = inner(request, "HyperParameterTuningJobConfig", "ParameterRanges"), inner(description, "HyperParameterRanges")
    found = [each.members for ranges in places for each in structures(ranges, "CategoricalParameterRanges")]
    values = ((text(each, "Name"), each.get("Values")) for each in found)
    return {name: tuple(tried) for name, tried in values if name is not None and isinstance(tried, (list, tuple))}


def plain(value: object) -> str:
    """Give a hyperparameter in small letters and without the quotes of JSON, in which the SDK writes each."""
    return str(value).strip().strip('"').lower()


def is_set(value: object) -> bool:
    """Tell whether a hyperparameter is set to something."""
    return value is not None and plain(value) not in UNSET


def is_sharded(channel: Part) -> bool:
    """Tell whether each instance gets a part of an input's data only."""
    sources = inner(channel.members, "DataSource", "S3DataSource"), inner(channel.members, "S3Input")
    return any(source.get("S3DataDistributionType") == SHARDED for source in sources)
