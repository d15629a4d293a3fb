"""Kinds of things that can be started: AWS's description of one becomes a Job with usage lines."""

from . import training
from .kind import JobKind

KINDS: tuple[JobKind, ...] = (training.KIND,)


def kind_named(name: str) -> JobKind | None:
    """Give the kind called `name`; None: nobody here knows it."""
    return next((kind for kind in KINDS if kind.name == name), None)
