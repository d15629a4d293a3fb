"""Which NVIDIA GPUs a container can run on, by the version of CUDA that its address tells of.

CUDA's binaries run on GPUs of the same major compute capability and the same or a higher minor one
(https://docs.nvidia.com/cuda/blackwell-compatibility-guide/): what was built for the A100 (8.0) runs on the A10G (8.6), the L4
and the L40S (8.9), not on the H100 (9.0). For each major one the first version of CUDA counts that builds for it.
"""

from __future__ import annotations

import re

from .instance import InstanceFacts

Version = tuple[int, int]
CUDA_TAG = re.compile(r"[:-]cu(1[0-9])([0-9])(?![0-9])")
"""Such as ``2.3.0-gpu-py311-cu121-ubuntu20.04-sagemaker``."""
PYTORCH_TAG = re.compile(r"/(?:huggingface-)?pytorch-(?:training|inference):([0-9]{1,2})\.([0-9]{1,2})(?:[.-]|$)")
PYTORCH_BEFORE: tuple[tuple[Version, Version], ...] = (((2, 0), (11, 7)), ((2, 7), (12, 6)))
"""Before which version AWS's containers of PyTorch have which CUDA at most: short tags, such as ``2.5-gpu-py311``, name none
(https://github.com/aws/deep-learning-containers/releases: 1.13 cu117, 2.0 cu118, 2.6 cu126, 2.7 cu128)."""
FIRST_CUDA: tuple[tuple[str, Version], ...] = (
    ("NVIDIA V100", (9, 0)),  # 7.0
    ("NVIDIA T4", (10, 0)),  # 7.5
    ("NVIDIA A100", (11, 0)),  # 8.0
    ("NVIDIA A10G", (11, 0)),  # 8.6
    ("NVIDIA L4", (11, 0)),  # 8.9, and L40S
    ("NVIDIA H100", (11, 8)),  # 9.0
    ("NVIDIA H200", (11, 8)),  # 9.0
    ("NVIDIA B200", (12, 8)),  # 10.0
    ("NVIDIA B300", (12, 8)),  # 10.3
    ("NVIDIA RTX PRO", (12, 8)),  # 12.0
)
"""By how names of GPUs begin, which version of CUDA builds for them first; in the comments their compute capability
(https://developer.nvidia.com/cuda-gpus, and the release notes of CUDA 11.0, 11.8 and 12.8)."""


def cuda_of(image: str | None) -> Version | None:
    """Give the version of CUDA in a container, at most; None: its address does not tell."""
    named = CUDA_TAG.search(image or "")
    if named:
        return int(named[1]), int(named[2])
    pytorch = PYTORCH_TAG.search(image or "")
    version = (int(pytorch[1]), int(pytorch[2])) if pytorch else None
    return None if version is None else next((cuda for before, cuda in PYTORCH_BEFORE if version < before), None)


def runs_on(image: str | None, facts: InstanceFacts) -> bool:
    """Tell whether a container can run on a type's GPUs, as far as is known; a GPU that is not known is taken to be too new."""
    cuda = cuda_of(image)
    if cuda is None or facts.accelerator_kind != "gpu":
        return True
    return any((facts.accelerator_name or "").startswith(name) and cuda >= first for name, first in FIRST_CUDA)
