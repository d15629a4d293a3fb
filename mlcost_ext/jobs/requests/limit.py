"""After how many seconds AWS ends a job."""

from __future__ import annotations

from mlcost_ext.jobs.described import DEFAULT_MAX_RUNTIME_IN_SECONDS, MAX_RUNTIME

from .asked import Asked

MOST_TRAINING_SECONDS = 28 * 86400
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html."""
MOST_PROCESSING_SECONDS = 777_600
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingStoppingCondition.html."""


def limit_of(request: Asked, most: int) -> tuple[int, bool]:
    """Give the run time after which AWS ends a job, and whether it is AWS's own: a day, where none was asked for.

    For training https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html says so, for processing
    https://sagemaker.readthedocs.io/en/stable/api/training/processing.html (`max_runtime_in_seconds`).

    Raises:
        UsageError: It is wrong, or more than `most`.
    """
    told = request.inner("StoppingCondition").whole(MAX_RUNTIME, most=most)
    return (DEFAULT_MAX_RUNTIME_IN_SECONDS, True) if told is None else (told, False)


def usual_limit(place: str) -> str:
    """Say that AWS's own limit is taken."""
    return f"{place}.{MAX_RUNTIME} is missing, so that AWS's own limit of a day (86400 s) holds."
