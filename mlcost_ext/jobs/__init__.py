"""Kinds of things that can be started: AWS's description of one becomes a Job, or a Standing, with usage lines."""

from . import app, automl, endpoint, notebook, processing, schedule, space, training, transform, tuning
from .kind import Facts, JobKind, StandingKind
from .warm_pool import standing_of_warm_pool

__all__ = [
    "KINDS",
    "STANDING_KINDS",
    "Facts",
    "JobKind",
    "StandingKind",
    "kind_named",
    "standing_kind_named",
    "standing_of_warm_pool",
]

KINDS: tuple[JobKind, ...] = (training.KIND, tuning.KIND, processing.KIND, transform.KIND, automl.KIND)
STANDING_KINDS: tuple[StandingKind, ...] = (endpoint.KIND, app.KIND, space.KIND, notebook.KIND, schedule.KIND)


def kind_named(name: str) -> JobKind | None:
    """Give the kind of job called `name`; None: nobody here knows it."""
    return next((kind for kind in KINDS if kind.name == name), None)


def standing_kind_named(name: str) -> StandingKind | None:
    """Give the kind of standing thing called `name`; None: nobody here knows it. A warm pool comes out of its training job."""
    return next((kind for kind in STANDING_KINDS if kind.name == name), None)
