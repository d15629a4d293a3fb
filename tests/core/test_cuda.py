"""Which GPUs a container can run on, by its address."""

from __future__ import annotations

import json

import pytest

from mlcost_ext.core.cuda import FIRST_CUDA, cuda_of, runs_on
from mlcost_ext.core.instance import InstanceFacts
from mlcost_ext.prices.instances import TABLE, instance_facts

ECR = "763104351884.dkr.ecr.us-east-1.amazonaws.com/"


@pytest.mark.parametrize(
    ("image", "cuda"),
    [
        (ECR + "pytorch-training:1.13.1-gpu-py39-cu117-ubuntu20.04-sagemaker", (11, 7)),
        (ECR + "huggingface-pytorch-training:2.1.0-transformers4.36.0-gpu-py310-cu121-ubuntu20.04", (12, 1)),
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com/train:cu128", (12, 8)),
        (ECR + "pytorch-training:1.13-gpu-py39", (11, 7)),
        (ECR + "pytorch-training:2.5-gpu-py311", (12, 6)),
        (ECR + "pytorch-training:2.7.1-gpu-py312", None),
        (ECR + "tensorflow-training:2.16-gpu-py310", None),
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com/document128:1", None),
        (None, None),
    ],
)
def test_cuda(image, cuda):
    """By its tag, else by the version of PyTorch in AWS's own containers; of others nothing is known."""
    assert cuda_of(image) == cuda


@pytest.mark.parametrize(
    ("cuda", "able", "unable"),
    [
        ("cu110", ("p3.2xlarge", "g4dn.xlarge", "p4d.24xlarge", "g5.xlarge", "g6.xlarge", "g6e.xlarge"), ("p5.48xlarge",)),
        ("cu117", ("g6e.xlarge",), ("p5.48xlarge", "p5en.48xlarge", "g7e.2xlarge", "p6-b200.48xlarge")),
        ("cu121", ("p5.48xlarge", "p5en.48xlarge"), ("g7e.24xlarge", "p6-b200.48xlarge")),
        ("cu128", ("g7e.24xlarge", "p6-b200.48xlarge", "p5.48xlarge"), ()),
    ],
)
def test_gpus(cuda, able, unable):
    """Each generation from the first CUDA on that builds for its major compute capability."""
    image = f"{ECR}pytorch-training:2.0-gpu-{cuda}"
    assert all(runs_on(image, facts("ml." + name)) for name in able)
    assert not any(runs_on(image, facts("ml." + name)) for name in unable)


def test_what_is_not_known_is_no_hindrance():
    """Neither a container's CUDA nor a machine without NVIDIA's GPUs; but a GPU that nobody knows is too new."""
    assert runs_on("111122223333.dkr.ecr.us-east-1.amazonaws.com/train:7", facts("ml.g7e.24xlarge"))
    assert runs_on("a:1-cu117", facts("ml.trn1.32xlarge"))
    assert runs_on("a:1-cu117", facts("ml.m5.large"))
    assert not runs_on("a:1-cu128", facts("ml.p2.xlarge"))


def test_every_gpu_that_is_sold_is_known():
    """But for the K80, which no container of these years runs on."""
    types = json.loads(TABLE.read_text())["types"]
    names = {each.accelerator_name for name in types if (each := facts(name)).accelerator_kind == "gpu"}
    assert {name for name in names if not str(name).startswith(tuple(known for known, _ in FIRST_CUDA))} == {"NVIDIA K80"}


def facts(name: str) -> InstanceFacts:
    found = instance_facts(name)
    assert found is not None
    return found
