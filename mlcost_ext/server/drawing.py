"""Draw the overview as JSON that never grows beyond what a slow line takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from mlcost_ext.core.wire import to_document
from mlcost_ext.usecases.overview import SHOWN_JOBS, SHOWN_TAGS, Picture, overview

MAX_BYTES = 64 * 1024
BESIDE = ((30, SHOWN_TAGS, 50), (15, SHOWN_TAGS, 50), (15, 2, 30), (10, 0, 15))
"""Ended jobs that are shown beside those that run, tags of each, and things that stand."""
LAST = ((30, 0, 10), (10, 0, 5))
"""Jobs, running or not, and the same."""


def draw(picture: Picture, now: datetime) -> bytes:
    """Give the overview at `now`, at most 64 KB of it: ended jobs go first, then tags, then what runs."""
    body = b""
    for shown_jobs, shown_tags, shown_standing in steps(picture):
        document = overview(picture, now, shown_jobs=shown_jobs, shown_tags=shown_tags, shown_standing=shown_standing)
        body = json.dumps(to_document(document), separators=(",", ":")).encode()
        if len(body) <= MAX_BYTES:
            return body
    return body


def steps(picture: Picture) -> Iterator[tuple[int, int, int]]:
    """Give jobs, tags of each, and things that stand, that are shown; the next step is taken where one does not fit."""
    yield SHOWN_JOBS, SHOWN_TAGS, 50
    shown = picture.book.shown(SHOWN_JOBS)
    running = sum(metered.job.is_running for metered in shown)
    before = SHOWN_JOBS, SHOWN_TAGS, 50
    for ended, shown_tags, shown_standing in BESIDE:
        step = min(len(shown), running + ended), shown_tags, shown_standing
        if step != before:
            yield step
        before = step
    yield from LAST
