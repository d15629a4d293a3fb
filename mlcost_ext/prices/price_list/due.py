"""When AWS is to be asked again: daily; after a refusal only a week later; after another failure in an hour."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import Any

from mlcost_ext.core.times import time_from_text, time_to_text

from .api import REFUSED
from .offer import EC2, SAGEMAKER
from .sealed import read_sealed, write_sealed
from .store import Store

SERVICES = (SAGEMAKER, EC2)
"""What a refresh reads where nothing else is said."""
STATE = ".state.json"
LIST_LASTS = timedelta(days=1)
REFUSAL_LASTS = timedelta(days=7)
FAILURE_LASTS = timedelta(hours=1)


def is_due(store: Store, region_id: str, now: datetime, services: tuple[str, ...] = SERVICES) -> bool:
    """Tell whether a region's list is to be read again."""
    failed_at, code = _failure(store, region_id)
    if failed_at is not None:
        lasts = REFUSAL_LASTS if code in REFUSED else FAILURE_LASTS
        if timedelta() <= now - failed_at < lasts:
            return False
    found, _ = store.read(region_id)
    read = [time_from_text(found.services[name].read_at) if found and name in found.services else None for name in services]
    return any(at is None or now - at >= LIST_LASTS or at > now for at in read)


def note_outcome(store: Store, region_id: str, now: datetime, code: str | None) -> None:
    """Keep how the last attempt ended.

    Args:
        store: Of the lists.
        region_id: Whose list it was.
        now: When.
        code: Of the problem; None: it went well.
    """
    regions = {name: facts for name, facts in _regions(store).items() if name != region_id}
    if code is not None:
        regions[region_id] = {"failed_at": time_to_text(now), "code": code}
    with contextlib.suppress(OSError):
        write_sealed(store.folder / STATE, {"format": 1, "regions": regions})


def _failure(store: Store, region_id: str) -> tuple[datetime | None, str]:
    facts = _regions(store).get(region_id)
    if not isinstance(facts, dict):
        return None, ""
    return time_from_text(facts.get("failed_at")), str(facts.get("code"))


def _regions(store: Store) -> dict[str, Any]:
    with contextlib.suppress(OSError):
        document = read_sealed(store.folder / STATE)
        found = document.get("regions") if document else None
        if isinstance(found, dict):
            return found
    return {}
