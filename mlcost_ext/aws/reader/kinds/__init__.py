"""The kinds the reader follows, one file each."""

from __future__ import annotations

from . import app, automl, endpoint, notebook, processing, schedule, space, training, transform, tuning
from .spec import ENDED, RUNNING, Kind

__all__ = ["ENDED", "KINDS", "LISTED", "PROMPT", "RUNNING", "STUDIO", "Kind", "kind_named"]

PROMPT = (tuning.KIND, endpoint.KIND, training.KIND)
"""In the order of the first picture: the jobs of a tuning job are searched for by its ARN, and training jobs are many."""
LISTED = (automl.KIND, processing.KIND, transform.KIND, notebook.KIND, schedule.KIND)
STUDIO = (space.KIND, app.KIND)
KINDS = (*PROMPT, *LISTED, *STUDIO)


def kind_named(name: str) -> Kind | None:
    """Give the kind of that name; None where there is none."""
    return next((kind for kind in KINDS if kind.kind == name), None)
