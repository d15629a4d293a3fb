"""A capacity block: instances paid up front for a span of time, of which Studio tells the end.

AWS's own extensions read the file, such as aws/code-editor, patches/sagemaker/sagemaker-extension-cb-notification.diff.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from mlcost_ext.core.host import Host
from mlcost_ext.core.times import UTC, time_from_text

from .metadata import is_there, read_document

INTERNAL_METADATA_FILE = "/opt/.sagemakerinternal/internal-metadata.json"
"""Its place can be told by `MLCOST_INTERNAL_METADATA_FILE`, a variable of ours: AWS's programs have none for it."""


def with_capacity_block(host: Host, env: Mapping[str, str]) -> Host:
    """Add what Studio tells of a capacity block; without one the host is as it was."""
    until = paid_until(env)
    return host if until is None else replace(host, is_prepaid=True, prepaid_until=until)


def paid_until(env: Mapping[str, str]) -> datetime | None:
    """Read the end of the block that this machine belongs to; None: it belongs to none."""
    path = Path(env.get("MLCOST_INTERNAL_METADATA_FILE") or INTERNAL_METADATA_FILE)
    document = (read_document(path) if is_there(path) else None) or {}
    block = document.get("CapacityBlock")
    return time_of(block.get("CapacityBlockEndTime")) if isinstance(block, dict) else None


def time_of(value: object) -> datetime | None:
    """Read seconds since 1970, as AWS writes them there, or an ISO-8601 text."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return time_from_text(value)
    try:
        return datetime.fromtimestamp(value, UTC) if value > 0 else None
    except (ValueError, OverflowError, OSError):  # not a number, or outside the years there are
        return None
