"""Which of AWS's containers use no GPU, by their address in ECR; of any other container nothing is said.

Who can use what is from AWS's guide, https://docs.aws.amazon.com/sagemaker/latest/dg/common-info-all-im-models.html, and from the
page of each algorithm; repositories and accounts are those of the SageMaker Python SDK 2.257.7 (`image_uri_config`). Not listed
are algorithms that AWS runs on either, with a gain that depends on the data: PCA, NTM, linear learner, KNN, IP Insights, DeepAR,
Object2Vec, TabTransformer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

ADDRESS = re.compile(
    r"(?P<account>[0-9]{12})\.dkr\.ecr(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?/(?P<repository>[a-z0-9._/-]+)"
    r"(?::(?P<tag>[\w.-]+))?(?:@sha256:[0-9a-f]+)?"
)
CPU_TAG = re.compile(r"(?:^|-)cpu(?:-|$)")
FRAMEWORKS = re.compile(
    r"(?:(?:huggingface-)?(?:pytorch|tensorflow|mxnet)|autogluon)-(?:training|inference)|sagemaker-(?:scikit-learn|chainer|"
    r"mxnet|pytorch|tensorflow(?:-scriptmode)?|spark-processing|rl-[a-z-]+)"
)
"""Whose tags say what they were built for, such as ``2.5.1-cpu-py311-ubuntu22.04-sagemaker``."""
SCRIPT_MODE = "sagemaker_program"
"""The hyperparameter by which the SDKs' second generation names a user's script."""
_ACCOUNTS = """
    104374241257 106583098589 108575199400 124985052026 156387875391 174872318107 190319476487 204372634319 224300973850
    226302683700 237065988967 249704162688 257386234256 258307448986 266724342769 272398656194 286214385809 293181348795
    297031611018 306986355934 351501993468 353608530281 382416733822 387376663083 390948362332 404615174143 433757028032
    438346466558 455444449433 469771592824 475088953585 490574956308 495149712605 501404015308 514117268639 522234722520
    544295431143 566113047672 628508329040 632365934929 633353088612 644912444149 664544806723 669576153137 680994064768
    685385470294 712309505854 749696950732 765400339828 766337827248 811284229777 813361260812 825641698319 835164637446
    855470959533 867004704886 898809789911 951798379941 991648021394 999678624901 999911452149
"""
ALGORITHM_ACCOUNTS = frozenset(_ACCOUNTS.split())
"""Of AWS, by region and group of algorithms: names as short as ``lda`` tell nothing in anybody else's registry."""
XGBOOST_WITH_GPU = (1, 2)
"""The first version that can use GPUs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A container's address."""

    account: str
    repository: str
    tag: str


def image_of(address: str | None) -> Image | None:
    """Read an address in ECR; None: it is none."""
    found = ADDRESS.fullmatch(address or "")
    return found and Image(account=found["account"], repository=found["repository"], tag=found["tag"] or "")


def why_no_gpu(address: str | None, parameters: Mapping[str, object]) -> str | None:
    """Say why a container makes no use of a GPU, as a clause; None: it may, or it is not known.

    Args:
        address: The container's.
        parameters: The job's hyperparameters, with all values that a tuning job tries of one as a tuple.
    """
    image = image_of(address)
    if image is None:
        return None
    if image.repository == "sagemaker-scikit-learn":
        return "scikit-learn runs on CPUs alone"
    if image.repository == "sagemaker-xgboost":
        return of_xgboost(image, parameters)
    if FRAMEWORKS.fullmatch(image.repository):
        return "the container was built for CPUs" if CPU_TAG.search(image.tag) else None
    algorithm = ALGORITHMS.get(image.repository) if image.account in ALGORITHM_ACCOUNTS else None
    return algorithm(parameters) if algorithm else None


def of_xgboost(image: Image, parameters: Mapping[str, object]) -> str | None:
    """Tell of XGBoost: since 1.2 it uses GPUs where it is told to; what a user's own script tells it is not known."""
    version = tuple(int(number) for number in re.findall(r"[0-9]{1,4}", image.tag.partition("-")[0])[:2])
    if not version:
        return None
    if version < XGBOOST_WITH_GPU:
        return f"XGBoost {version[0]}.{version[-1]} runs on CPUs alone"
    if SCRIPT_MODE in parameters or any(word in value for key, word in XGBOOST_TOLD for value in told(parameters, key)):
        return None
    return "XGBoost uses a GPU only where tree_method is gpu_hist or device is cuda, and its hyperparameters say neither"


XGBOOST_TOLD = (("tree_method", "gpu"), ("device", "cuda"), ("device", "gpu"), ("updater", "gpu"), ("predictor", "gpu"))


def told(parameters: Mapping[str, object], key: str) -> tuple[str, ...]:
    """Give the values of a hyperparameter in small letters, of most the only one; an empty one: it is not set."""
    value = parameters.get(key, "")
    return tuple(str(each)[:100].lower() for each in (value if isinstance(value, tuple) else (value,)))


def of_blazingtext(parameters: Mapping[str, object]) -> str | None:
    """Tell of BlazingText, which trains one of its modes on CPUs alone."""
    is_batch = all("batch_skipgram" in mode for mode in told(parameters, "mode"))
    return "BlazingText runs batch_skipgram on CPUs alone" if is_batch else None


def always(clause: str) -> Callable[[Mapping[str, object]], str | None]:
    """Say the same whatever the hyperparameters."""
    return lambda _: clause


ALGORITHMS: dict[str, Callable[[Mapping[str, object]], str | None]] = {
    "blazingtext": of_blazingtext,
    "factorization-machines": always("AWS recommends CPUs for factorization machines"),
    "kmeans": always("AWS recommends CPUs for k-means"),
    "lda": always("LDA runs on CPUs alone"),
    "randomcutforest": always("Random Cut Forest makes no use of GPUs"),
    "xgboost": always("XGBoost 0.72 runs on CPUs alone"),
}
