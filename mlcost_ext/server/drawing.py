"""Draw the overview as JSON that never grows beyond what a slow line takes."""

from __future__ import annotations

import json
from datetime import datetime

from mlcost_ext.core.wire import to_document
from mlcost_ext.usecases.overview import SHOWN_JOBS, SHOWN_TAGS, Picture, overview

MAX_BYTES = 64 * 1024
STEPS = ((SHOWN_JOBS, SHOWN_TAGS, 50), (SHOWN_JOBS, 2, 30), (SHOWN_JOBS, 0, 15), (30, 0, 10), (10, 0, 5))
"""Jobs, tags of each, and things that stand, that are shown; the next step is taken where one does not fit."""


def draw(picture: Picture, now: datetime) -> bytes:
    """Give the overview at `now`, at most 64 KB of it."""
    body = b""
    for shown_jobs, shown_tags, shown_standing in STEPS:
        document = overview(picture, now, shown_jobs=shown_jobs, shown_tags=shown_tags, shown_standing=shown_standing)
        body = json.dumps(to_document(document), separators=(",", ":")).encode()
        if len(body) <= MAX_BYTES:
            return body
    return body
