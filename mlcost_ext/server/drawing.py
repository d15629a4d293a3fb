"""Draw the overview as JSON that never grows beyond what a slow line takes."""

from __future__ import annotations

import json
from datetime import datetime

from mlcost_ext.core.documents import to_document
from mlcost_ext.usecases.overview import SHOWN_JOBS, SHOWN_TAGS, Picture, overview

MAX_BYTES = 64 * 1024
STEPS = ((SHOWN_JOBS, SHOWN_TAGS), (SHOWN_JOBS, 0), (30, 0), (10, 0))
"""Jobs and tags of each that are shown; the next step is taken where one does not fit."""


def draw(picture: Picture, now: datetime) -> bytes:
    """Give the overview at `now`, at most 64 KB of it."""
    body = b""
    for shown_jobs, shown_tags in STEPS:
        document = overview(picture, now, shown_jobs=shown_jobs, shown_tags=shown_tags)
        body = json.dumps(to_document(document), separators=(",", ":")).encode()
        if len(body) <= MAX_BYTES:
            return body
    return body
